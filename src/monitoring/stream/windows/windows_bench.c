// Windows, measured: many cold accounts with thirty features, and one hot thing with many rows. Prints medians; it is
// no test. windows_bench [things] [events]

#include "base/random.h"
#include "monitoring/stream/windows/windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static void *reserve(void *context, size_t size) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    if (size >= 2u << 20) {
        madvise(at, size, MADV_HUGEPAGE);
    }
    return at;
}

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

enum { BATCH = 8, FILTERS = 24 };

static const int64_t spans[] = {10 * US_PER_MINUTE, US_PER_HOUR, US_PER_DAY, 7 * US_PER_DAY,
                                30 * US_PER_DAY, 90 * US_PER_DAY};

static void add(struct window_plan *plan, uint32_t entity, Aggregate aggregate, uint32_t filter,
                uint32_t column, uint32_t span) {
    struct window_feature_spec spec = {.name = SLICE("f"),
                                       .entity = entity,
                                       .aggregate = aggregate,
                                       .filter = filter,
                                       .other_filter = (filter + 1) % FILTERS,
                                       .column = column,
                                       .other_column = WINDOW_NONE,
                                       .window = WINDOW_SLIDING,
                                       .from_us = spans[span]};
    window_plan_add_feature(plan, &spec);
}

// Thirty features of the kind that the packs have most: counts, sums, distinct counts, ratios over several windows.
static void add_features(struct window_plan *plan, uint32_t entity) {
    for (uint32_t i = 0; i < 6; i++) {
        add(plan, entity, AGGREGATE_COUNT, i, 0, i);
        add(plan, entity, AGGREGATE_SUM, i % 3, 0, i);
        add(plan, entity, AGGREGATE_DISTINCT, i % 2, i % 4, i);
        add(plan, entity, i % 2 == 0 ? AGGREGATE_MAX : AGGREGATE_AVG, i % 3, 0, i);
        add(plan, entity, i < 3 ? AGGREGATE_RATIO : AGGREGATE_SINCE, i + 6, 0, i);
    }
}

static struct window_row random_row(struct random *random, int64_t time_us) {
    struct window_row row = {.time_us = time_us, .tag = (uint16_t)random_u64(random)};
    // A few kinds of events, each with its usual filters.
    uint64_t kind = random_below(random, 40);
    uint64_t filters = hash_mix(kind, 1) & hash_mix(kind, 2) & ((1u << FILTERS) - 1);
    row.filters.words[0] = filters | 1u << (kind % 3);
    row.numbers[0].integer = (int64_t)random_below(random, 10000000);
    row.numbers[1].integer = (int64_t)random_below(random, 1000);
    for (uint32_t i = 0; i < 4; i++) {
        row.ids[i] = 1 + random_below(random, 40);
    }
    return row;
}

static Hash128 key_of(uint64_t thing) {
    return (Hash128){hash_mix(thing, 1), hash_mix(thing, 2)};
}

struct bench {
    struct arena arena;
    struct window_plan *plan;
    struct window_state *state;
    uint64_t passes[64];
    double values[256];
};

static void make(struct bench *bench, uint32_t things, uint32_t cap_rows) {
    arena_init(&bench->arena, 1 << 16);
    bench->plan = window_plan_create(&bench->arena, 8 * US_PER_HOUR, US_PER_HOUR);
    struct window_store_spec store = {.name = SLICE("accounts"),
                                      .cap_things = things,
                                      .cap_rows = cap_rows,
                                      .number_count = 2,
                                      .id_count = 4,
                                      .filter_count = FILTERS,
                                      .latitude = WINDOW_NONE,
                                      .longitude = WINDOW_NONE};
    window_plan_add_store(bench->plan, &store);
    window_plan_add_entity(bench->plan, SLICE("account"), 0);
    add_features(bench->plan, 0);
    window_plan_finish(bench->plan);
    memset(bench->passes, 0, sizeof bench->passes);
    for (uint32_t i = 0; i < window_plan_pass_count(bench->plan); i++) {
        bits_set(bench->passes, i);
    }
    bench->state = window_state_create(bench->plan, reserve, NULL);
}

static void compute(struct bench *bench, WindowRef ref, uint32_t position, int64_t time_us) {
    struct window_moment moment = {.time_us = time_us, .refs = &ref, .current = &position};
    window_compute(bench->state, &moment, bench->passes, bench->values);
}

// Eight events at a time: keys are prefetched, then rows, then the events are worked off in order.
static void cold(uint32_t things, uint64_t events) {
    struct bench bench;
    make(&bench, things, 4096);
    struct random random;
    random_init(&random, 7);
    int64_t time = 1700000000 * US_PER_SECOND;
    int64_t step = 90 * US_PER_DAY / ((int64_t)events + 1);
    uint64_t spent[4] = {0};
    uint64_t done = 0;
    uint64_t measured = 0;
    uint64_t fill = events * 9 / 10;
    while (done < events) {
        Hash128 keys[BATCH];
        struct window_row rows[BATCH];
        WindowRef refs[BATCH];
        for (uint32_t i = 0; i < BATCH; i++) {
            keys[i] = key_of(random_below(&random, things));
            time += step;
            rows[i] = random_row(&random, time);
        }
        uint64_t start = now_ns();
        for (uint32_t i = 0; i < BATCH; i++) {
            window_prefetch(bench.state, 0, keys[i]);
        }
        window_begin(bench.state, done);
        for (uint32_t i = 0; i < BATCH; i++) {
            refs[i] = window_add(bench.state, 0, keys[i]);
        }
        for (uint32_t i = 0; i < BATCH; i++) {
            window_prefetch_rows(bench.state, refs[i]);
        }
        uint64_t found = now_ns();
        uint32_t at[BATCH];
        for (uint32_t i = 0; i < BATCH; i++) {
            at[i] = window_insert(bench.state, refs[i], &rows[i], rows[i].time_us);
        }
        uint64_t inserted = now_ns();
        for (uint32_t i = 0; i < BATCH && done >= fill; i++) {
            compute(&bench, refs[i], at[i], rows[i].time_us);
        }
        uint64_t end = now_ns();
        if (done >= fill) {
            spent[0] += found - start;
            spent[1] += inserted - found;
            spent[2] += end - inserted;
            measured += BATCH;
        }
        done += BATCH;
    }
    struct window_counters counters = window_state_counters(bench.state, 0);
    uint32_t passes = window_plan_pass_count(bench.plan);
    printf("cold: %u things, %.1f rows each, %u features in %u passes\n", things,
           (double)counters.rows / (double)counters.things,
           window_plan_feature_count(bench.plan), passes);
    printf("  find %.0f ns, insert %.0f ns, compute %.0f ns (%.1f ns a pass, %.1f a feature), event "
           "%.0f ns\n",
           (double)spent[0] / (double)measured, (double)spent[1] / (double)measured,
           (double)spent[2] / (double)measured, (double)spent[2] / (double)measured / passes,
           (double)spent[2] / (double)measured / window_plan_feature_count(bench.plan),
           (double)(spent[0] + spent[1] + spent[2]) / (double)measured);
    printf("  %.0f bytes a thing in blocks\n", (double)counters.bytes_used / (double)counters.things);
}

static void warm(uint32_t rows, uint64_t events, uint32_t late_in_1000) {
    struct bench bench;
    make(&bench, 16, rows * 2);
    struct random random;
    random_init(&random, 8);
    int64_t step = 90 * US_PER_DAY / rows;
    int64_t time = 1700000000 * US_PER_SECOND;
    WindowRef ref = window_add(bench.state, 0, key_of(1));
    uint64_t inserting = 0;
    uint64_t computing = 0;
    for (uint64_t i = 0; i < rows + events; i++) {
        window_begin(bench.state, i);
        time += step;
        bool late = random_below(&random, 1000) < late_in_1000;
        struct window_row row = random_row(&random, late ? time - step * 3 : time);
        for (uint32_t k = 0; k < 4 && rows > 1000; k++) {
            row.ids[k] = 1 + random_below(&random, 20000);
        }
        uint64_t start = now_ns();
        uint32_t at = window_insert(bench.state, ref, &row, time);
        uint64_t inserted = now_ns();
        if (i >= rows) {
            compute(&bench, ref, at, row.time_us);
            inserting += inserted - start;
            computing += now_ns() - inserted;
        }
    }
    printf("one thing with %u rows, %.1f %% late: insert %.0f ns, compute %.0f ns, %zu bytes\n", rows,
           late_in_1000 / 10.0, (double)inserting / (double)events,
           (double)computing / (double)events, window_thing_bytes(bench.state, ref));
}

int main(int argc, char **argv) {
    uint32_t things = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)things * 30;
    warm(10, 200000, 0);
    warm(100, 100000, 0);
    warm(250, 50000, 0);
    warm(1000, 20000, 0);
    warm(50000, 4000, 0);
    warm(50000, 4000, 10);
    cold(things, events);
    return 0;
}
