#pragma once
// Clock: the only places that ask for the time. What decides never calls them; time comes in with the event.
//
//     uint64_t start_ns = clock_monotonic_ns();
//     ...
//     uint64_t took_ns = clock_monotonic_ns() - start_ns;
//
// A monotonic time has no meaning but its distance from another one of the same clock.

#include <stdint.h>

uint64_t clock_monotonic_ns(void);
// Microseconds since 1970 UTC, as the machine believes.
int64_t clock_wall_us(void);
// Processor time of the calling thread, for benchmarks on a machine that does other work too.
uint64_t clock_thread_cpu_ns(void);
