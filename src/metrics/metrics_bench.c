// What counting costs the thread that works: build/src/metrics/metrics_bench.

#include "metrics/metrics.h"
#include "os/clock.h"

#include <stdio.h>

enum { ROUNDS = 20000000 };

static void tell(const char *what, uint64_t start_ns) {
    printf("%-28s %5.1f ns\n", what, (double)(clock_thread_cpu_ns() - start_ns) / ROUNDS);
}

int main(void) {
    struct metrics *metrics = metrics_create();
    static const Slice names[] = {{"M-MU-02-A", 9}, {"M-AT-01-B", 9}, {"M-QR-11-C", 9}, {"M-EL-03-A", 9}};
    uint64_t start_ns = clock_thread_cpu_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        metrics_add(metrics, METRIC_AWAY, i & 3, 1);
    }
    tell("counter", start_ns);
    start_ns = clock_thread_cpu_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        metrics_record(metrics, METRIC_STAGE, i & 7, (i * INT64_C(2654435761)) & 0xfffff);
    }
    tell("histogram", start_ns);
    start_ns = clock_thread_cpu_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        metrics_add(metrics, METRIC_HITS, metrics_series(metrics, METRIC_HITS, names[i & 3], 0), 1);
    }
    tell("counter, value looked up", start_ns);
    metrics_destroy(metrics);
    return 0;
}
