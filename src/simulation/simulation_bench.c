// Prints how fast a bank is made up: simulation_bench [customers] [days].

#include "simulation/simulation.h"

#include <stdio.h>
#include <time.h>

static double now_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pass_over(void *context, Slice name, Slice text) {
    *(uint64_t *)context += text.size;
}

int main(int argc, char **argv) {
    int64_t customers = 10000;
    int64_t days = 10;
    if ((argc > 1 && !slice_to_i64(slice_of(argv[1]), &customers)) ||
        (argc > 2 && !slice_to_i64(slice_of(argv[2]), &days)) || customers < 500 || days < 1) {
        fprintf(stderr, "simulation_bench [customers] [days]\n");
        return 2;
    }
    struct simulation_plan plan = {.seed = 1,
                                   .customers = (uint32_t)customers,
                                   .days = (uint32_t)days,
                                   .rate_percent = 100,
                                   .past_days = 28,
                                   .first_day = 20697};
    double start = now_s();
    struct simulation *simulation = simulation_create(&plan);
    uint64_t bytes = 0;
    simulation_tables(simulation, pass_over, &bytes);
    double past = now_s();
    struct buf text;
    buf_init(&text, 1 << 26);
    bytes = 0;
    for (bool more = true; more;) {
        more = simulation_next(simulation, &text);
        bytes += text.size;
        buf_reset(&text);
    }
    double end = now_s();
    struct simulation_counts counts = simulation_counts(simulation);
    uint64_t records = counts.events + counts.changes;
    printf("%u customers, 28 days of past             %8.2f s\n", counts.people, past - start);
    printf("%llu events and changes, %llu days       %8.2f s, %.0f a second, %.0f bytes each\n",
           (unsigned long long)records, (unsigned long long)days, end - past,
           (double)records / (end - past), (double)bytes / (double)records);
    buf_deinit(&text);
    simulation_destroy(simulation);
    return 0;
}
