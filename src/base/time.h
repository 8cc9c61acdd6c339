#pragma once
// Time: event time as microseconds since 1970-01-01 UTC, and the calendar around it.
//
// The engine never asks for the time; it comes in with the event. Calendar windows (day, month, year) are
// cut in a zone that has a fixed offset from UTC: Asia/Shanghai has had none but +08:00 since 1991. Zones
// with summer time are not offered here, since that would need a database of rules on the decision path.

#include "base/slice.h"

#define US_PER_MS INT64_C(1000)
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)

typedef struct CivilTime {
    int32_t year;
    int32_t month; // 1..12
    int32_t day;   // 1..31
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t micro;
    int32_t weekday; // 1 = Monday .. 7 = Sunday
} CivilTime;

// Division that rounds down, for times before 1970 too.
static inline int64_t floor_div(int64_t value, int64_t divisor) {
    int64_t quotient = value / divisor;
    return quotient - (value % divisor < 0);
}

// Days since 1970-01-01 in a zone `offset_us` ahead of UTC.
static inline int64_t time_day(int64_t time_us, int64_t offset_us) {
    return floor_div(time_us + offset_us, US_PER_DAY);
}

// Months since 1970-01 in the zone.
int64_t time_month(int64_t time_us, int64_t offset_us);
// The first microsecond of the day, month, year that holds `time_us` in the zone.
int64_t time_day_start(int64_t time_us, int64_t offset_us);
int64_t time_month_start(int64_t time_us, int64_t offset_us);
int64_t time_year_start(int64_t time_us, int64_t offset_us);

CivilTime civil_from_time(int64_t time_us, int64_t offset_us);
// Days since 1970-01-01 of a date; the date must exist.
int64_t civil_days(int32_t year, int32_t month, int32_t day);
bool civil_date_exists(int32_t year, int32_t month, int32_t day);

// "Asia/Shanghai", "UTC", "Z", "+08:00", "-05:30". False for any other zone.
bool zone_parse(Slice text, int64_t *ret_offset_us);
// RFC 3339 ("2018-04-01T00:00:31.5+08:00") or the same with a space and without a zone ("2018-04-01
// 00:00:31"), which is then taken in the zone given; a date alone is its first moment.
bool time_parse(Slice text, int64_t offset_us, int64_t *ret_time_us);
// "90s", "30m", "1h", "7d", "2w", "500ms": a whole number and a unit. Not negative.
bool span_parse(Slice text, int64_t *ret_span_us);

enum { TIME_TEXT_SIZE = 40 };
// RFC 3339 with the zone's offset, with a fraction only where there is one. Returns the length.
size_t time_format(int64_t time_us, int64_t offset_us, char text[TIME_TEXT_SIZE]);
// In the largest unit, up to days, of which it is a whole number: "30m", "7d", "0s".
size_t span_format(int64_t span_us, char text[TIME_TEXT_SIZE]);
