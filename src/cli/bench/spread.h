#pragma once
// Spread: how times are distributed. Buckets that grow with the value, each at most a 32nd wide: good to 3 %.

#include <stdint.h>

enum { SPREAD_BUCKETS = 64 * 32 };

struct spread {
    uint64_t counts[SPREAD_BUCKETS];
    uint64_t count, sum, max;
};

static inline uint32_t spread_bucket(uint64_t value) {
    if (value < 32) {
        return (uint32_t)value;
    }
    uint32_t octave = 63 - (uint32_t)__builtin_clzll(value); // at least 5
    return (octave - 4) * 32 + (uint32_t)(value >> (octave - 5) & 31);
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
            uint32_t shift = i < 64 ? 0 : i / 32 - 1;
            double low = i < 32 ? i : (double)((UINT64_C(32) + i % 32) << shift);
            return low + 0.5 * (double)((UINT64_C(1) << shift) - 1);
        }
    }
    return (double)spread->max;
}
