#pragma once
// Times: moments and spans of the language, in seconds and nanoseconds. A timestamp lies in the
// years 0001 to 9999; a duration within what 64 bits of nanoseconds hold, about 292 years to either
// side. Both fields of a duration have one sign; the nanoseconds of a timestamp are never negative.

#include "expr/value.h"

#define NANOS_PER_SECOND INT64_C(1000000000)
#define TIMESTAMP_SECONDS_MIN INT64_C(-62135596800) // 0001-01-01T00:00:00Z
#define TIMESTAMP_SECONDS_MAX INT64_C(253402300799) // 9999-12-31T23:59:59Z

enum { TIMES_TEXT_SIZE = 64 };

// RFC 3339. False on anything else or out of range.
bool times_parse_timestamp(Slice text, ValueTime *ret_time);
// "1h30m", "-1.5s", "100ns": decimal numbers with units h, m, s, ms, us, ns.
bool times_parse_duration(Slice text, ValueTime *ret_time);
// In UTC, with as many decimals as there are; returns the length.
size_t times_format_timestamp(ValueTime time, char text[TIMES_TEXT_SIZE]);
// "5400s", "-1.5s".
size_t times_format_duration(ValueTime time, char text[TIMES_TEXT_SIZE]);

bool timestamp_in_range(ValueTime time);
// All nanoseconds of a duration in one number, which always fits.
int64_t duration_nanos(ValueTime duration);
ValueTime duration_from_nanos(int64_t nanos);
// Checked: false when the result is out of range.
bool timestamp_add(ValueTime timestamp, ValueTime duration, ValueTime *ret_time);
bool timestamp_subtract(ValueTime left, ValueTime right, ValueTime *ret_duration);

// "+08:00", "-9:30", "02:00", "UTC".
bool times_parse_offset(Slice text, int64_t *ret_offset_s);
