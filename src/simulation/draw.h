#pragma once
// Draw: chances and amounts, in integers only, so that every machine draws the same.
//
// What people spend and how long they wait is spread like a bell over the logarithm. Here the bell
// is a sum of four even numbers, and the power of two comes from a table of seventeen; no function
// of libm takes part.

// C leaves open in which order the arguments of a call are worked out: no two of them draw.
// tests/determinism.sh compares what gcc's and clang's programs write.

#include "base/random.h"

#include <stdbool.h>

static inline uint32_t draw_below(struct random *random, uint32_t bound) {
    return (uint32_t)random_below(random, bound);
}

// Both ends included.
static inline int64_t draw_between(struct random *random, int64_t low, int64_t high) {
    return high <= low ? low : low + (int64_t)random_below(random, (uint64_t)(high - low) + 1);
}

static inline bool draw_chance(struct random *random, uint32_t of_ten_thousand) {
    return random_below(random, 10000) < of_ten_thousand;
}

// A number around `median`: two thirds lie within `spread` x 0.6 sixteenths of an octave, all
// within twice `spread`. A spread of 16 means: nearly all from a quarter to four times the median,
// most from two thirds to one and a half.
int64_t draw_about(struct random *random, int64_t median, int32_t spread);

// How people name sums: to a whole yuan, ten, hundred or thousand, the larger the rounder.
int64_t draw_round_sum(struct random *random, int64_t fen);

// A hash as chance that belongs to a thing for good: 0 .. bound-1.
uint32_t draw_trait(uint64_t kind, uint64_t number, uint32_t bound);
