#include "base/test.h"
#include "base/time.h"

static int64_t parse(const char *text, int64_t offset_us) {
    int64_t time_us = -1;
    return time_parse(slice_of(text), offset_us, &time_us) ? time_us : INT64_MIN;
}

static bool test_parse(void) {
    CHECK(parse("1970-01-01T00:00:00Z", 0) == 0);
    CHECK(parse("2026-11-23T10:00:00+08:00", 0) == INT64_C(1795399200000) * 1000);
    CHECK(parse("2018-04-01 00:00:31", 0) == INT64_C(1522540831) * US_PER_SECOND);
    CHECK(parse("2018-04-01", 8 * US_PER_HOUR) == INT64_C(1522512000) * US_PER_SECOND);
    CHECK(parse("2018-04-01T00:00:00.123456789Z", 0) % US_PER_SECOND == 123456);
    CHECK(parse("2018-02-29", 0) == INT64_MIN);
    CHECK(parse("2020-02-29", 0) != INT64_MIN);
    CHECK(parse("2018-04-01T24:00:00Z", 0) == INT64_MIN);
    CHECK(parse("2018-04-01T00:00:00+8", 0) == INT64_MIN);
    CHECK(parse("2018-04-01T00:00", 0) == INT64_MIN);
    return true;
}

// Walks every day of eight centuries and checks the two directions against each other and a plain count.
static bool test_calendar(void) {
    int64_t days = civil_days(1600, 1, 1);
    int32_t weekday = 6; // 1600-01-01 was a Saturday
    for (int32_t year = 1600; year < 2400; year++) {
        for (int32_t month = 1; month <= 12; month++) {
            for (int32_t day = 1; civil_date_exists(year, month, day); day++, days++) {
                CivilTime civil = civil_from_time(days * US_PER_DAY + 5, 0);
                CHECK_THAT(civil_days(year, month, day) == days && civil.year == year &&
                               civil.month == month && civil.day == day && civil.weekday == weekday,
                           "%d-%d-%d", year, month, day);
                weekday = weekday % 7 + 1;
            }
        }
    }
    return true;
}

static bool test_calendar_starts(void) {
    int64_t shanghai = 8 * US_PER_HOUR;
    int64_t time_us = parse("2026-11-23T00:30:00+08:00", 0);
    CHECK(time_day_start(time_us, shanghai) == parse("2026-11-23T00:00:00+08:00", 0));
    CHECK(time_day_start(time_us, 0) == parse("2026-11-22T00:00:00Z", 0));
    CHECK(time_month_start(time_us, shanghai) == parse("2026-11-01T00:00:00+08:00", 0));
    CHECK(time_year_start(time_us, shanghai) == parse("2026-01-01T00:00:00+08:00", 0));
    CHECK(time_day(-1, 0) == -1);
    CHECK(time_month(time_us, shanghai) == 56 * 12 + 10);
    return true;
}

static bool test_spans(void) {
    int64_t span = 0;
    CHECK(span_parse(SLICE("30m"), &span) && span == 30 * US_PER_MINUTE);
    CHECK(span_parse(SLICE("2w"), &span) && span == 14 * US_PER_DAY);
    CHECK(span_parse(SLICE("500ms"), &span) && span == 500 * US_PER_MS);
    CHECK(!span_parse(SLICE("30"), &span));
    CHECK(!span_parse(SLICE("m"), &span));
    CHECK(!span_parse(SLICE("99999999999999d"), &span));
    char text[TIME_TEXT_SIZE];
    CHECK(slice_equal((Slice){text, span_format(90 * US_PER_MINUTE, text)}, SLICE("90m")));
    CHECK(slice_equal((Slice){text, span_format(0, text)}, SLICE("0s")));
    return true;
}

static bool test_format(void) {
    char text[TIME_TEXT_SIZE];
    int64_t time_us = parse("2026-11-23T10:00:00.25+08:00", 0);
    CHECK(slice_equal((Slice){text, time_format(time_us, 8 * US_PER_HOUR, text)},
                      SLICE("2026-11-23T10:00:00.250+08:00")));
    CHECK(slice_equal((Slice){text, time_format(0, 0, text)}, SLICE("1970-01-01T00:00:00Z")));
    int64_t offset_us = 0;
    CHECK(zone_parse(SLICE("-05:30"), &offset_us) && offset_us == -330 * US_PER_MINUTE);
    CHECK(!zone_parse(SLICE("Mars/Olympus"), &offset_us));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_parse), TEST(test_calendar),
                                        TEST(test_calendar_starts), TEST(test_spans), TEST(test_format)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
