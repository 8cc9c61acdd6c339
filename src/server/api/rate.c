// Rates: how many requests an address may begin in a second. Addresses share a fixed number of places by a hash with a secret seed, so that the
// memory is bounded and nobody can choose whom he shares with; who shares a place is held to the limit together. A place is a bucket that holds a second's
// worth and fills at the limit's pace: one word, so that loops need no lock.

#include "server/api/api.h"

#include "base/hash.h"
#include "os/clock.h"

#include <stdlib.h>

enum { RATE_PLACES = 1 << 14 };

struct rate {
    uint64_t pace_ns; // of one request
    uint64_t burst_ns;
    uint64_t seed;
    _Atomic uint64_t empty_until_ns[RATE_PLACES]; // when the bucket will be full again
};

struct rate *rate_create(uint32_t per_second) {
    struct rate *rate = memory_alloc(sizeof *rate);
    rate->pace_ns = UINT64_C(1000000000) / per_second;
    rate->burst_ns = UINT64_C(1000000000);
    rate->seed = hash_mix(clock_monotonic_ns(), (uint64_t)(uintptr_t)rate);
    return rate;
}

void rate_destroy(struct rate *rate) {
    free(rate);
}

bool rate_admits(struct rate *rate, Slice address) {
    _Atomic uint64_t *place = &rate->empty_until_ns[hash64(address, rate->seed) % RATE_PLACES];
    uint64_t now = clock_monotonic_ns();
    uint64_t old = atomic_load_explicit(place, memory_order_relaxed);
    for (;;) {
        uint64_t from = old > now ? old : now;
        if (from + rate->pace_ns > now + rate->burst_ns) {
            return false;
        }
        if (atomic_compare_exchange_weak_explicit(place, &old, from + rate->pace_ns, memory_order_relaxed, memory_order_relaxed)) {
            return true;
        }
    }
}
