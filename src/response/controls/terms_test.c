#include "response/controls/terms.h"

#include "base/random.h"
#include "base/test.h"

static const int64_t ZONE_US = 8 * US_PER_HOUR;

static int64_t at(const char *text) {
    int64_t time_us = -1;
    (void)!time_parse(slice_of(text), ZONE_US, &time_us);
    return time_us;
}

static bool test_values(void) {
    struct terms terms;
    terms_init(&terms, ZONE_US);
    CHECK(terms.stop_pay_hours == 48 && terms.freeze_months == 6 && terms.return_workdays == 3);
    CHECK(terms_set(&terms, SLICE("FREEZE_MONTHS"), 3) && terms.freeze_months == 3);
    CHECK(!terms_set(&terms, SLICE("FREEZE_MONTHS"), 0) && terms.freeze_months == 3);
    CHECK(!terms_set(&terms, SLICE("AML_TEMP_FREEZE_HOURS"), 49)); // more than the law allows
    CHECK(!terms_set(&terms, SLICE("NO_SUCH_KEY"), 1));
    for (uint32_t i = 0; term_text(i) != NULL; i++) {
        const struct term_text *text = term_text(i);
        CHECK_THAT(text->least <= text->value && text->value <= text->most, "%s", text->key);
        CHECK_THAT(terms_set(&terms, slice_of(text->key), text->value), "%s", text->key);
    }
    return true;
}

static bool later(const struct terms *terms, const char *from, int64_t months, const char *wanted) {
    CHECK_THAT(months_later(terms, at(from), months) == at(wanted), "%s and %lld months", from,
               (long long)months);
    return true;
}

static bool test_months(void) {
    struct terms terms;
    terms_init(&terms, ZONE_US);
    CHECK(later(&terms, "2026-08-31 10:00:00", 6, "2027-02-28 10:00:00"));
    CHECK(later(&terms, "2027-08-31 10:00:00", 6, "2028-02-29 10:00:00"));
    CHECK(later(&terms, "2026-12-31 23:59:59.5", 6, "2027-06-30 23:59:59.5"));
    CHECK(later(&terms, "2026-03-15 00:00:00", 12, "2027-03-15 00:00:00"));
    CHECK(later(&terms, "2024-02-29 08:00:00", 24, "2026-02-28 08:00:00"));
    // It is the calendar of the zone: in UTC this is still 30 August.
    CHECK(later(&terms, "2026-08-31 01:00:00", 6, "2027-02-28 01:00:00"));
    terms.zone_us = 0;
    CHECK(months_later(&terms, at("2026-08-31 01:00:00"), 6) == at("2027-03-01 01:00:00"));
    return true;
}

static bool ends(const struct terms *terms, const char *from, int64_t days, const char *wanted) {
    CHECK_THAT(working_days_end(terms, at(from), days) == at(wanted), "%s and %lld days", from,
               (long long)days);
    return true;
}

static bool test_working_days(void) {
    // The holidays of October 2025 and the days that were worked instead.
    enum { OFF_FIRST = 20362, OFF_COUNT = 8 }; // 2025-10-01
    int32_t off[OFF_COUNT];
    const int32_t worked[] = {20359, 20372}; // 2025-09-28, 2025-10-11
    struct terms terms;
    terms_init(&terms, ZONE_US);
    CHECK(civil_days(2025, 10, 1) == OFF_FIRST && civil_days(2025, 9, 28) == worked[0]);
    for (int32_t i = 0; i < OFF_COUNT; i++) {
        off[i] = OFF_FIRST + i;
    }
    CHECK(ends(&terms, "2025-11-28 10:00:00", 3, "2025-12-04 00:00:00")); // a Friday
    CHECK(ends(&terms, "2025-11-30 23:59:00", 1, "2025-12-02 00:00:00")); // a Sunday
    terms.off = off;
    terms.off_count = OFF_COUNT;
    terms.worked = worked;
    terms.worked_count = 2;
    CHECK(is_working_day(&terms, worked[0]) && !is_working_day(&terms, off[0]) &&
          !is_working_day(&terms, off[OFF_COUNT - 1]) && is_working_day(&terms, OFF_FIRST + 8));
    CHECK(ends(&terms, "2025-09-30 16:00:00", 3, "2025-10-12 00:00:00"));
    CHECK(ends(&terms, "2025-09-26 16:00:00", 1, "2025-09-29 00:00:00"));
    return true;
}

// Against counting day by day with a list that is walked.
static bool test_random_calendars(void) {
    enum { SEEDS = 200, DAYS_MAX = 40, FIRST = 20000, SPAN = 60 };
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random random;
        bool is_off[SPAN * 4] = {false};
        int32_t off[DAYS_MAX];
        struct terms terms;
        random_init(&random, seed);
        terms_init(&terms, ZONE_US);
        for (int32_t day = 0; day < SPAN * 4 && terms.off_count < DAYS_MAX; day++) {
            is_off[day] = random_below(&random, 5) == 0;
            if (is_off[day]) {
                off[terms.off_count++] = FIRST + day;
            }
        }
        terms.off = off;
        int64_t start = (int64_t)random_below(&random, SPAN);
        int64_t count = 1 + (int64_t)random_below(&random, 20);
        int64_t day = start;
        for (int64_t left = count; left > 0;) {
            day++;
            int weekday = (int)((FIRST + day + 3) % 7); // 1970-01-01 was a Thursday: 0 is Monday
            left -= weekday < 5 && !is_off[day];
        }
        int64_t from_us = (FIRST + start) * US_PER_DAY - ZONE_US +
                          (int64_t)random_below(&random, (uint64_t)US_PER_DAY);
        CHECK_THAT(working_days_end(&terms, from_us, count) ==
                       (FIRST + day + 1) * US_PER_DAY - ZONE_US,
                   "seed %llu", (unsigned long long)seed);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_values), TEST(test_months),
                                        TEST(test_working_days), TEST(test_random_calendars)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
