#pragma once
// Rate: a bucket that holds `burst` requests and fills with `rate` a second, as one number (GCRA,
// of ATM networks): when the next request would be due if they came evenly. A request may come up
// to `burst` of them early. So threads count against the same bucket without a lock.
//
// Time that is set back by more than a second empties the debt, so that nobody waits for the clock
// to catch up.

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { RATE_NS_PER_US = 1000, RATE_NS_PER_SECOND = 1000000000 };

// False: too early by *ret_wait_us, and nothing was counted.
static inline bool rate_take(atomic_int_fast64_t *due_ns, uint32_t rate, uint32_t burst,
                             int64_t now_us, int64_t *ret_wait_us) {
    int64_t now_ns = now_us * RATE_NS_PER_US;
    int64_t each_ns = RATE_NS_PER_SECOND / rate;
    int64_t early_ns = each_ns * burst;
    int64_t due = atomic_load_explicit(due_ns, memory_order_relaxed);
    for (;;) {
        bool stale = due < now_ns || due - now_ns > early_ns + RATE_NS_PER_SECOND;
        int64_t next = (stale ? now_ns : due) + each_ns;
        if (next - now_ns > early_ns) {
            *ret_wait_us = (next - now_ns - early_ns + RATE_NS_PER_US - 1) / RATE_NS_PER_US;
            return false;
        }
        if (atomic_compare_exchange_weak_explicit(due_ns, &due, next, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return true;
        }
    }
}
