#pragma once
// Metrics: figures of the server, counted by whoever does the work and rendered for Prometheus (text format 0.0.4).
//
//     struct metrics *metrics = metrics_create();
//     metrics_add(metrics, METRIC_AWAY, METRIC_AWAY_overload, 1);                     // a label whose values are known
//     metrics_record(metrics, METRIC_STAGE, METRIC_STAGE_total, took_us);             // a histogram
//     uint32_t series = metrics_series(metrics, METRIC_HITS, model->id, 0);           // a label that comes with the stream:
//     metrics_add(metrics, METRIC_HITS, series, 1);                                   // look it up once, keep the number
//     metrics_render(metrics, &out);
//     metrics_destroy(metrics);
//
// The model. All metrics stand in metrics.def. A metric is a family of series; a series is a number, which is all that the working thread
// needs. Without labels the series is 0; with a label of known values it is the value; with one that comes with the stream metrics_series()
// gives it, and together with known values it counts through both. A family keeps a stated number of dynamic values; those
// past it share the series `other`, so that nobody who makes up values can fill the memory or the scraper.
//
// Threads. Everything but create and destroy may be called from any thread. Adding is a relaxed atomic on a cell of its own family's cache lines:
// 3 ns for a counter, 8 ns for a histogram (two cells) where no other thread adds to the same cell (metrics_bench). Looking a dynamic value
// up takes no lock and some 13 ns; only the first of each value takes one. What is rendered is not one moment: a scrape sees each cell as
// it is when it comes by.
//
// NULL for the metrics is let pass everywhere: nothing is counted.
//
// Buckets of histograms are fixed: 10 us to 10 s, six a decade at 1, 1.5, 2, 3, 5 and 7, so that the budgets people write
// (20 ms, 50 ms, 1 s) are bounds themselves.

#include "base/buf.h"

enum {
    METRICS_VALUE_MAX = 128,  // bytes of a dynamic label's value; longer ones count as `other`
    METRICS_INFO_MAX = 4,     // labels of an info metric
    METRICS_BUCKETS = 37,     // of a histogram, without +Inf
    METRICS_TEXT_MAX = 4 << 20, // of all that is rendered: 2,800 values of 128 bytes, some with six series each, have 1 MB
};

#define NONE MetricNone
typedef enum MetricNone { METRIC_NONE } MetricNone;
#define LABEL_BEGIN(Label, label) typedef enum Label {
#define VALUE(PREFIX, value) PREFIX##_##value,
#define LABEL_END(Label, label) } Label;
#include "metrics/metrics.def"
#undef NONE

typedef enum Metric {
#define METRIC(id, ...) METRIC_##id,
#include "metrics/metrics.def"
    METRIC_COUNT
} Metric;

struct metrics;

struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *metrics);

// The series of a value of the dynamic label and, where there is one, of the label with known values (else 0). A value that is too
// long, no UTF-8, or "other" itself is `other`.
uint32_t metrics_series(struct metrics *metrics, Metric metric, Slice value, uint32_t known);
// Of a counter or gauge.
void metrics_add(struct metrics *metrics, Metric metric, uint32_t series, uint64_t more);
// Of a gauge, or of a counter that is kept elsewhere. Times in microseconds.
void metrics_set(struct metrics *metrics, Metric metric, uint32_t series, int64_t value);
// Into a histogram; what is negative counts as 0.
void metrics_record(struct metrics *metrics, Metric metric, uint32_t series, int64_t us);
// The texts of an info metric, in the order of its labels.
void metrics_set_info(struct metrics *metrics, Metric metric, const Slice *values, uint32_t count);
// Memory, processor time and files of the process, as they are now.
void metrics_set_process(struct metrics *metrics);
// What a counter or gauge stands at; of a histogram how many were recorded.
int64_t metrics_value(struct metrics *metrics, Metric metric, uint32_t series);

// Appends all of them, as text/plain; version=0.0.4.
void metrics_render(struct metrics *metrics, struct buf *out);
// docs/operations/metrics.md.
void metrics_document(struct buf *out);
