#pragma once
// Histogram: how values are distributed, from 0 to 100 seconds of nanoseconds, good to a thousandth.
//
//     struct histogram *latency = memory_alloc(sizeof *latency);       // zero is empty
//     histogram_add(latency, took_ns);
//     histogram_merge(all, latency);
//     uint64_t p99 = histogram_at(latency, HISTOGRAM_P(99));
//     histogram_reset(latency);
//
// Its buckets (base/buckets.h) are at most a 1024th wide: three significant digits. Count, least, largest and sum are exact,
// and a value past HISTOGRAM_VALUE_MAX counts in the last bucket with its own value as the largest.
//
// The value at a share is the upper end of the bucket that holds the sample of rank ceil(share * count) in rising order, and never more
// than the largest value: at least that share of the samples is not larger, and nothing is made to look better than it was.
//
// Histograms of parts are merged; averages of percentiles mean nothing. One is 230 KB: on the heap or in an arena, not on the stack.
// Costs: adding some 3 ns, asking a walk over the buckets between least and largest, at most 28,672.

#include "base/buckets.h"

#include <stdbool.h>

enum {
    HISTOGRAM_SUB_BITS = 11, // values below 1 << 11 are exact
    HISTOGRAM_VALUE_BITS = 37, // 2^37 ns are 137 s
    HISTOGRAM_BUCKETS = BUCKETS_FOR(HISTOGRAM_VALUE_BITS, HISTOGRAM_SUB_BITS),
};
#define HISTOGRAM_VALUE_MAX UINT64_C(100000000000) // 100 s

// A share in millionths from percent: HISTOGRAM_P(99.9). Whole numbers, so that a rank is never off by a rounding.
#define HISTOGRAM_P(percent) ((uint32_t)((percent) * 10000 + 0.5))

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t count, least, largest, sum;
};

static inline uint32_t histogram_bucket(uint64_t value) {
    return bucket_of(value < HISTOGRAM_VALUE_MAX ? value : HISTOGRAM_VALUE_MAX, HISTOGRAM_SUB_BITS);
}

static inline void histogram_add(struct histogram *histogram, uint64_t value) {
    histogram->counts[histogram_bucket(value)]++;
    histogram->least = histogram->count == 0 || value < histogram->least ? value : histogram->least;
    histogram->largest = value > histogram->largest ? value : histogram->largest;
    histogram->sum += value;
    histogram->count++;
}

// The largest value that belongs into a bucket.
static inline uint64_t histogram_bucket_end(uint32_t bucket) {
    return bucket_end(bucket, HISTOGRAM_SUB_BITS);
}

// Adds all samples of `from`.
void histogram_merge(struct histogram *into, const struct histogram *from);
// Makes it empty; costs what lies between least and largest.
void histogram_reset(struct histogram *histogram);
// The value at a share of 0 to 1,000,000 millionths; 0 when there are no samples.
uint64_t histogram_at(const struct histogram *histogram, uint32_t share_ppm);
// Whether at least `samples` lie above that share: with fewer the value says more about chance than about what was measured.
bool histogram_tells(const struct histogram *histogram, uint32_t share_ppm, uint64_t samples);
