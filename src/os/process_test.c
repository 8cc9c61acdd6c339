#include "base/test.h"
#include "os/clock.h"
#include "os/memory.h"
#include "os/memory_ahead.h"
#include "os/process.h"
#include "os/progress.h"

#include <time.h>

static bool test_clock(void) {
    uint64_t before = clock_monotonic_ns();
    uint64_t cpu = clock_thread_cpu_ns();
    CHECK(clock_monotonic_ns() >= before && clock_thread_cpu_ns() >= cpu);
    return true;
}

static bool test_memory(void) {
    size_t size = 9 << 20;
    for (int large = 0; large < 2; large++) {
        struct memory_pool pool = {.large = large};
        char *memory = memory_pool_map(&pool, size);
        char *nothing = memory_pool_map(&pool, 0);
        CHECK((uintptr_t)memory % MEMORY_LARGE_PAGE == 0 && (uintptr_t)nothing % MEMORY_LARGE_PAGE == 0);
        CHECK(memory[0] == 0 && memory[size - 1] == 0 && nothing != memory);
        uint64_t before = memory_resident_bytes();
        memory_populate(NULL, memory, size);
        CHECK(memory[0] == 0 && memory[size - 1] == 0);
        memset(memory, 1, size);
        CHECK(before > 0 && memory_resident_bytes() >= before + size / 2);
        memory_pool_release(&pool);
        CHECK(pool.last == NULL && memory_resident_bytes() < before + size / 2);
        memory_pool_release(&pool); // there is nothing more, and nothing happens
    }
    return true;
}

// What is asked for comes; what is asked for last may not have come when it is over.
static bool test_memory_ahead(void) {
    const size_t size = 8 * (size_t)MEMORY_LARGE_PAGE;
    struct memory_pool pool = {.large = true};
    struct memory_ahead *ahead = memory_ahead_start();
    char *memory = memory_pool_map(&pool, size);
    char *more = memory_pool_map(&pool, size);
    uint64_t before = memory_resident_bytes();
    memory_ahead_ask(ahead, memory, 0);
    memory_ahead_ask(ahead, memory, size);
    for (int i = 0; i < 2 * MEMORY_AHEAD_ASKED; i++) { // more than it takes
        memory_ahead_ask(ahead, memory + 5, 1);
    }
    for (int ms = 0; ms < 10000 && memory_resident_bytes() < before + size / 2; ms++) {
        struct timespec wait = {.tv_nsec = 1000000};
        nanosleep(&wait, NULL);
    }
    CHECK(memory_resident_bytes() >= before + size / 2);
    memory_ahead_ask(ahead, more, size);
    CHECK(memory[0] == 0 && memory[size - 1] == 0 && more[size - 1] == 0);
    memory_ahead_stop(ahead);
    memory_ahead_stop(NULL);
    memory_pool_release(&pool);
    return true;
}

static bool test_usage(void) {
    struct process_usage before = process_usage();
    FILE *file = fopen("/dev/null", "r");
    struct process_usage after = process_usage();
    fclose(file);
    CHECK(before.files >= 1 && after.files == before.files + 1 && after.files <= after.files_max);
    CHECK(after.resident_bytes > 0 && before.cpu_us > 0 && after.cpu_us >= before.cpu_us);
    int64_t age_us = clock_wall_us() - after.started_us;
    CHECK_THAT(age_us > -2000000 && age_us < INT64_C(3600) * 1000000, "%lld us", (long long)age_us);
    return true;
}

static bool renders(struct progress_plan plan, uint64_t done, uint64_t position, uint64_t ms,
                    const char *expected) {
    struct buf out;
    buf_init(&out, 1024);
    progress_render(&plan, done, position, ms * 1000000, &out);
    bool ok = slice_is(buf_slice(&out), expected);
    CHECK_THAT(ok, "%.*s", SLICE_ARGS(buf_slice(&out)));
    buf_deinit(&out);
    return true;
}

static bool test_progress(void) {
    struct progress_plan plan = {.label = "deciding", .unit = "events", .size = 1000};
    CHECK(renders(plan, 1250000, 625, 2500, "deciding  1,250,000 events  62%  500,000/s  2s left"));
    CHECK(renders(plan, 7, 1, 10000, "deciding  7 events  0%  0/s  2h46m left"));
    CHECK(renders(plan, 7, 100, 10000, "deciding  7 events  10%  0/s  1m30s left"));
    CHECK(renders(plan, 999, 1000, 1000, "deciding  999 events  100%  999/s"));
    plan.size = 0;
    CHECK(renders(plan, 1000, 5, 500, "deciding  1,000 events  2,000/s"));
    struct progress progress;
    progress_begin(&progress, &plan);
    progress_update(&progress, 1, 1);
    progress_end(&progress);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_clock), TEST(test_memory), TEST(test_memory_ahead), TEST(test_usage), TEST(test_progress)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
