#include "os/clock.h"

#include "base/status.h"

#include <time.h>

static struct timespec now(clockid_t clock) {
    struct timespec time;
    INVARIANT(clock_gettime(clock, &time) == 0);
    return time;
}

static uint64_t nanoseconds(struct timespec time) {
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t clock_monotonic_ns(void) {
    return nanoseconds(now(CLOCK_MONOTONIC));
}

uint64_t clock_thread_cpu_ns(void) {
    return nanoseconds(now(CLOCK_THREAD_CPUTIME_ID));
}

int64_t clock_wall_us(void) {
    return (int64_t)(nanoseconds(now(CLOCK_REALTIME)) / 1000);
}
