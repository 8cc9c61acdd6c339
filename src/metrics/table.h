#pragma once
// The list of metrics.def as data, and the cells. Private to this room.

#include "metrics/metrics.h"

#include <pthread.h>
#include <stdatomic.h>

typedef enum MetricKind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_INFO } MetricKind;
typedef enum MetricUnit { METRIC_UNIT_COUNT, METRIC_UNIT_BYTES, METRIC_UNIT_SECONDS } MetricUnit;

struct metric_label {
    const char *name; // NULL: none
    const char *const *values;
    uint32_t count; // 1 without a label
};

struct metric {
    const char *name;
    MetricKind kind;
    MetricUnit unit;
    const char *dynamic; // "" or the label's name; of an info metric all names, separated by blanks
    uint32_t dynamic_max;
    const struct metric_label *known;
    const char *help, *look;
};

extern const struct metric metric_table[METRIC_COUNT];

// Upper bounds of the buckets in microseconds, ascending.
extern const int64_t metric_bounds[METRICS_BUCKETS];

// A value of a dynamic label. Written once before it is published, never removed.
struct metric_name {
    uint64_t hash;
    uint32_t index; // from 1; 0 is `other`
    Slice text;
};

// A family: its cells, and the values of its dynamic label so far.
struct metric_family {
    _Atomic uint64_t *cells; // width for each series
    uint32_t width;          // 1; of a histogram its buckets, +Inf and the sum
    uint32_t series_count;
    _Atomic(const struct metric_name *) *slots; // open addressing
    _Atomic(const struct metric_name *) *names; // by index
    uint32_t slot_count;                        // a power of two, at least twice as many as there can be names
    _Atomic uint32_t name_count;                // with `other`
};

struct metrics {
    pthread_mutex_t lock; // of the arena, of new names and of infos
    struct arena *arena;
    struct metric_family families[METRIC_COUNT];
    Slice infos[METRIC_COUNT][METRICS_INFO_MAX];
};
