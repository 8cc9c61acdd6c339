#pragma once
// Buckets: cells that grow with the value they hold, for counting how values are distributed.
//
//     counts[bucket_of(value, SUB_BITS)]++;
//     uint64_t most = bucket_end(bucket, SUB_BITS);
//
// Values below 1 << sub_bits have a bucket each. Above, every power of two is cut into 1 << (sub_bits - 1) buckets of the same width, so
// a bucket is at most one part in so many of what it holds: the log-linear buckets of Gil Tene's HdrHistogram. How many there are for
// values below 1 << value_bits tells BUCKETS_FOR; whoever counts keeps greater ones out. Numbers rise with values. Costs: some 1 ns.

#include <stdint.h>

#define BUCKETS_FOR(value_bits, sub_bits) (((value_bits) - (sub_bits) + 2) << ((sub_bits) - 1))

static inline uint32_t bucket_of(uint64_t value, uint32_t sub_bits) {
    if (value >> sub_bits == 0) {
        return (uint32_t)value;
    }
    uint32_t shift = 64 - sub_bits - (uint32_t)__builtin_clzll(value); // at least 1
    return (shift << (sub_bits - 1)) + (uint32_t)(value >> shift);
}

// The least value that belongs into a bucket.
static inline uint64_t bucket_begin(uint32_t bucket, uint32_t sub_bits) {
    uint32_t half = 1u << (sub_bits - 1);
    return bucket < 2 * half ? bucket : (uint64_t)(half + bucket % half) << (bucket / half - 1);
}

// The largest.
static inline uint64_t bucket_end(uint32_t bucket, uint32_t sub_bits) {
    return bucket_begin(bucket + 1, sub_bits) - 1;
}
