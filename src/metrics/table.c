#include "metrics/table.h"

static const struct metric_label label_NONE = {NULL, NULL, 1};

#define LABEL_BEGIN(Label, label) static const char *const values_##Label[] = {
#define VALUE(PREFIX, value) #value,
#define LABEL_END(Label, label)                                                                    \
    }                                                                                              \
    ;                                                                                              \
    static const struct metric_label label_##Label = {#label, values_##Label, sizeof values_##Label / sizeof values_##Label[0]};
#include "metrics/metrics.def"

const struct metric metric_table[METRIC_COUNT] = {
#define METRIC(id, of_kind, of_unit, named, from_stream, most, label, what, when)                  \
    {.name = named, .kind = METRIC_##of_kind, .unit = METRIC_UNIT_##of_unit, .dynamic = from_stream, .dynamic_max = most,      \
     .known = &label_##label, .help = what, .look = when},
#include "metrics/metrics.def"
};

#define DECADE(from) 1 * (from), 3 * (from) / 2, 2 * (from), 3 * (from), 5 * (from), 7 * (from)
const int64_t metric_bounds[METRICS_BUCKETS] = {
    DECADE(10), DECADE(100), DECADE(1000), DECADE(10000), DECADE(100000), DECADE(1000000), 10000000,
};
