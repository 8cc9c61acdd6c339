#pragma once
// Spread: how times are distributed, good to a 32nd.

#include "base/buckets.h"

#include <stdint.h>

enum {
    SPREAD_SUB_BITS = 6,
    SPREAD_BUCKETS = BUCKETS_FOR(64, SPREAD_SUB_BITS),
};

struct spread {
    uint64_t counts[SPREAD_BUCKETS];
    uint64_t count, sum, max;
};

static inline uint32_t spread_bucket(uint64_t value) {
    return bucket_of(value, SPREAD_SUB_BITS);
}

static inline void spread_add(struct spread *spread, uint64_t value) {
    spread->counts[spread_bucket(value)]++;
    spread->count++;
    spread->sum += value;
    spread->max = value > spread->max ? value : spread->max;
}

// The value that a share of all (0.99) does not pass; the middle of its bucket. 0 when there is none.
static inline double spread_at(const struct spread *spread, double share) {
    uint64_t rank = (uint64_t)((double)spread->count * share);
    uint64_t seen = 0;
    for (uint32_t i = 0; i < SPREAD_BUCKETS; i++) {
        seen += spread->counts[i];
        if (seen > rank) {
            return 0.5 * ((double)bucket_begin(i, SPREAD_SUB_BITS) + (double)bucket_end(i, SPREAD_SUB_BITS));
        }
    }
    return (double)spread->max;
}
