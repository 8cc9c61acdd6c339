// When nightly runs are due.

#include "server/schedule.h"

#include "base/test.h"
#include "base/time.h"

#define ZONE (8 * US_PER_HOUR)

static int64_t at(const char *text) {
    int64_t time_us = 0;
    INVARIANT(time_parse(slice_of(text), ZONE, &time_us));
    return time_us;
}

static bool add(struct schedule *schedule, const char *text) {
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1024);
    Status status = schedule_add(schedule, slice_of(text), &arena, &diag);
    bool coded = status == STATUS_OK || slice_is(slice_of(diag.code), "NR004");
    arena_deinit(&arena);
    return status == STATUS_OK && coded;
}

static bool test_daily(void) {
    struct schedule schedule = {0};
    CHECK(schedule_before(&schedule, at("2026-11-28 12:00:00"), ZONE) == INT64_MIN);
    CHECK(schedule_after(&schedule, at("2026-11-28 12:00:00"), ZONE) == INT64_MAX);
    CHECK(add(&schedule, "02:00"));
    CHECK(schedule_before(&schedule, at("2026-11-28 01:59:59"), ZONE) == at("2026-11-27 02:00:00"));
    CHECK(schedule_before(&schedule, at("2026-11-28 02:00:00"), ZONE) == at("2026-11-28 02:00:00"));
    CHECK(schedule_after(&schedule, at("2026-11-28 02:00:00"), ZONE) == at("2026-11-29 02:00:00"));
    CHECK(schedule_after(&schedule, at("2026-11-28 01:59:59"), ZONE) == at("2026-11-28 02:00:00"));
    return true;
}

static bool test_several(void) {
    struct schedule schedule = {0};
    CHECK(add(&schedule, "02:00") && add(&schedule, "6h") && add(&schedule, "23:45"));
    CHECK(schedule_before(&schedule, at("2026-11-28 05:00:00"), ZONE) == at("2026-11-28 02:00:00"));
    CHECK(schedule_after(&schedule, at("2026-11-28 05:00:00"), ZONE) == at("2026-11-28 06:00:00"));
    CHECK(schedule_after(&schedule, at("2026-11-28 18:00:00"), ZONE) == at("2026-11-28 23:45:00"));
    CHECK(schedule_after(&schedule, at("2026-11-28 23:45:00"), ZONE) == at("2026-11-29 00:00:00"));
    return true;
}

static bool test_what_is_no_time(void) {
    static const char *const wrong[] = {"", "24:00", "2:00", "02:60", "02.00", "+2:00", "7h", "30s", "2d", "0m", "02:000"};
    struct schedule schedule = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_THAT(!add(&schedule, wrong[i]), "%s", wrong[i]);
    }
    for (int i = 0; i < SCHEDULE_TIMES_MAX; i++) {
        CHECK(add(&schedule, "1m"));
    }
    CHECK(!add(&schedule, "1h"));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_daily), TEST(test_several), TEST(test_what_is_no_time)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
