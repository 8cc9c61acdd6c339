#pragma once
// Random: a deterministic generator for tests, benchmarks and simulations (xoshiro256**, Blackman and
// Vigna, seeded by splitmix64). The same seed gives the same numbers on every machine. Not for secrets.

#include <stdint.h>

struct random {
    uint64_t state[4];
};

static inline void random_init(struct random *random, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15u;
        uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
        random->state[i] = mixed ^ (mixed >> 31);
    }
}

static inline uint64_t random_u64(struct random *random) {
    uint64_t *s = random->state;
    uint64_t mixed = s[1] * 5;
    uint64_t result = ((mixed << 7) | (mixed >> 57)) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

// Evenly spread over 0 .. bound-1; bound > 0. The bias is below 2^-32 for bounds under 2^32.
static inline uint64_t random_below(struct random *random, uint64_t bound) {
    return (uint64_t)(((unsigned __int128)random_u64(random) * bound) >> 64);
}

// Evenly spread over [0, 1).
static inline double random_unit(struct random *random) {
    return (double)(random_u64(random) >> 11) * 0x1p-53;
}
