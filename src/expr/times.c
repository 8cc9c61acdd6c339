#include "expr/times.h"

#include "base/time.h"

#include <stdio.h>

enum { SECONDS_PER_DAY = 86400, SECONDS_PER_HOUR = 3600, SECONDS_PER_MINUTE = 60, NANO_DIGITS = 9 };

bool timestamp_in_range(ValueTime time) {
    return time.seconds >= TIMESTAMP_SECONDS_MIN && time.seconds <= TIMESTAMP_SECONDS_MAX;
}

int64_t duration_nanos(ValueTime duration) {
    return duration.seconds * NANOS_PER_SECOND + duration.nanos;
}

ValueTime duration_from_nanos(int64_t nanos) {
    return (ValueTime){nanos / NANOS_PER_SECOND, (int32_t)(nanos % NANOS_PER_SECOND)};
}

bool timestamp_add(ValueTime timestamp, ValueTime duration, ValueTime *ret_time) {
    int64_t nanos = (int64_t)timestamp.nanos + duration.nanos;
    int64_t carry = floor_div(nanos, NANOS_PER_SECOND);
    ValueTime sum = {timestamp.seconds + duration.seconds + carry,
                     (int32_t)(nanos - carry * NANOS_PER_SECOND)};
    if (!timestamp_in_range(sum)) {
        return false;
    }
    *ret_time = sum;
    return true;
}

bool timestamp_subtract(ValueTime left, ValueTime right, ValueTime *ret_duration) {
    int64_t nanos;
    if (__builtin_mul_overflow(left.seconds - right.seconds, NANOS_PER_SECOND, &nanos) ||
        __builtin_add_overflow(nanos, left.nanos - right.nanos, &nanos)) {
        return false;
    }
    *ret_duration = duration_from_nanos(nanos);
    return true;
}

// Exactly `digits` digits at `*at`.
static bool read_number(Slice text, size_t *at, int digits, int32_t *ret_number) {
    int32_t number = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        if (*at >= text.size || text.at[*at] < '0' || text.at[*at] > '9') {
            return false;
        }
        number = number * 10 + (text.at[*at] - '0');
    }
    *ret_number = number;
    return true;
}

static bool read_byte(Slice text, size_t *at, char byte) {
    if (*at >= text.size || (text.at[*at] != byte && (text.at[*at] & ~0x20) != byte)) {
        return false;
    }
    ++*at;
    return true;
}

// ".123" after the seconds; digits past the ninth are finer than the clock and are dropped.
static bool read_fraction(Slice text, size_t *at, int32_t *ret_nanos) {
    *ret_nanos = 0;
    if (!read_byte(text, at, '.')) {
        return true;
    }
    size_t start = *at;
    int32_t unit = (int32_t)(NANOS_PER_SECOND / 10);
    while (*at < text.size && text.at[*at] >= '0' && text.at[*at] <= '9') {
        *ret_nanos += (text.at[*at] - '0') * unit;
        unit /= 10;
        ++*at;
    }
    return *at > start;
}

static bool read_zone(Slice text, size_t *at, int64_t *ret_offset_s) {
    *ret_offset_s = 0;
    if (read_byte(text, at, 'Z')) {
        return true;
    }
    bool negative = *at < text.size && text.at[*at] == '-';
    int32_t hours;
    int32_t minutes;
    if (!(negative || (*at < text.size && text.at[*at] == '+'))) {
        return false;
    }
    ++*at;
    if (!read_number(text, at, 2, &hours) || !read_byte(text, at, ':') ||
        !read_number(text, at, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    int64_t offset_s = hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE;
    *ret_offset_s = negative ? -offset_s : offset_s;
    return true;
}

bool times_parse_timestamp(Slice text, ValueTime *ret_time) {
    size_t at = 0;
    int32_t year, month, day, hour, minute, second, nanos;
    int64_t offset_s;
    if (!read_number(text, &at, 4, &year) || !read_byte(text, &at, '-') ||
        !read_number(text, &at, 2, &month) || !read_byte(text, &at, '-') ||
        !read_number(text, &at, 2, &day) || !civil_date_exists(year, month, day) ||
        !read_byte(text, &at, 'T') || !read_number(text, &at, 2, &hour) ||
        !read_byte(text, &at, ':') || !read_number(text, &at, 2, &minute) ||
        !read_byte(text, &at, ':') || !read_number(text, &at, 2, &second) ||
        !read_fraction(text, &at, &nanos) || !read_zone(text, &at, &offset_s) || at != text.size ||
        hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    ValueTime time = {civil_days(year, month, day) * SECONDS_PER_DAY + hour * SECONDS_PER_HOUR +
                          minute * SECONDS_PER_MINUTE + second - offset_s,
                      nanos};
    if (!timestamp_in_range(time)) {
        return false;
    }
    *ret_time = time;
    return true;
}

static const struct {
    const char *text;
    int64_t nanos;
} duration_units[] = {
    {"ns", 1},
    {"us", 1000},
    {"\xc2\xb5s", 1000}, // the micro sign,
    {"\xce\xbcs", 1000}, // and the Greek letter
    {"ms", 1000000},
    {"s", NANOS_PER_SECOND},
    {"m", SECONDS_PER_MINUTE * NANOS_PER_SECOND},
    {"h", SECONDS_PER_HOUR *NANOS_PER_SECOND},
};

static bool is_digit(Slice text, size_t at) {
    return at < text.size && text.at[at] >= '0' && text.at[at] <= '9';
}

static bool read_unit(Slice text, size_t *at, int64_t *ret_nanos) {
    size_t end = *at;
    while (end < text.size && text.at[end] != '.' && !is_digit(text, end)) {
        end++;
    }
    Slice unit = slice_part(text, *at, end - *at);
    for (size_t i = 0; i < sizeof duration_units / sizeof duration_units[0]; i++) {
        if (slice_is(unit, duration_units[i].text)) {
            *ret_nanos = duration_units[i].nanos;
            *at = end;
            return true;
        }
    }
    return false;
}

// One "1.5h". The sum is kept negative, since the smallest span has no positive twin.
static bool read_span(Slice text, size_t *at, int64_t *sum) {
    int64_t whole = 0;
    size_t digits = 0;
    for (; is_digit(text, *at); ++*at, digits++) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, text.at[*at] - '0', &whole)) {
            return false;
        }
    }
    size_t point = *at;
    if (*at < text.size && text.at[*at] == '.') {
        ++*at;
        for (; is_digit(text, *at); ++*at, digits++) {
        }
    }
    Slice fraction = slice_part(text, point, *at - point);
    int64_t unit;
    int64_t nanos;
    if (digits == 0 || !read_unit(text, at, &unit) || __builtin_mul_overflow(whole, unit, &nanos)) {
        return false;
    }
    double part = 0; // below one unit, so exact enough: of an hour to the nanosecond
    double scale = (double)unit;
    for (size_t i = 1; i < fraction.size; i++) {
        scale /= 10;
        part += (fraction.at[i] - '0') * scale;
    }
    return !__builtin_sub_overflow(*sum, nanos, sum) &&
           !__builtin_sub_overflow(*sum, (int64_t)(part + 0.5), sum);
}

bool times_parse_duration(Slice text, ValueTime *ret_time) {
    bool has_sign = text.size > 0 && (text.at[0] == '-' || text.at[0] == '+');
    bool negative = has_sign && text.at[0] == '-';
    text = slice_part(text, has_sign, SIZE_MAX);
    int64_t sum = 0;
    if (text.size == 0) {
        return false;
    }
    for (size_t at = 0; at < text.size && !slice_is(text, "0");) {
        if (!read_span(text, &at, &sum)) {
            return false;
        }
    }
    if (!negative && sum == INT64_MIN) {
        return false;
    }
    *ret_time = duration_from_nanos(negative ? sum : -sum);
    return true;
}

// ".5": the nanoseconds without the zeros at their end.
static size_t put_fraction(char *text, int32_t nanos) {
    if (nanos == 0) {
        return 0;
    }
    int size = snprintf(text, NANO_DIGITS + 2, ".%09d", nanos);
    while (text[size - 1] == '0') {
        size--;
    }
    return (size_t)size;
}

size_t times_format_timestamp(ValueTime time, char text[TIMES_TEXT_SIZE]) {
    CivilTime civil = civil_from_time(time.seconds * US_PER_SECOND, 0);
    size_t size = (size_t)snprintf(text, TIMES_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d",
                                   civil.year, civil.month, civil.day, civil.hour, civil.minute,
                                   civil.second);
    size += put_fraction(text + size, time.nanos);
    text[size++] = 'Z';
    text[size] = '\0';
    return size;
}

size_t times_format_duration(ValueTime time, char text[TIMES_TEXT_SIZE]) {
    bool negative = time.seconds < 0 || time.nanos < 0;
    int64_t seconds = time.seconds < 0 ? -time.seconds : time.seconds;
    size_t size = (size_t)snprintf(text, TIMES_TEXT_SIZE, "%s%lld", negative ? "-" : "",
                                   (long long)seconds);
    size += put_fraction(text + size, time.nanos < 0 ? -time.nanos : time.nanos);
    text[size++] = 's';
    text[size] = '\0';
    return size;
}

bool times_parse_offset(Slice text, int64_t *ret_offset_s) {
    if (slice_is(text, "UTC")) {
        *ret_offset_s = 0;
        return true;
    }
    bool has_sign = text.size > 0 && (text.at[0] == '-' || text.at[0] == '+');
    bool negative = has_sign && text.at[0] == '-';
    text = slice_part(text, has_sign, SIZE_MAX);
    size_t colon = slice_find_byte(text, ':', 0);
    Slice hours_text = slice_part(text, 0, colon);
    Slice minutes_text = slice_part(text, colon + 1, SIZE_MAX);
    int64_t hours;
    int64_t minutes;
    if (colon == text.size || hours_text.size > 2 || minutes_text.size != 2 ||
        !slice_to_i64(hours_text, &hours) || !slice_to_i64(minutes_text, &minutes) || hours < 0 ||
        hours > 23 || minutes < 0 || minutes > 59) {
        return false;
    }
    int64_t offset_s = hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE;
    *ret_offset_s = negative ? -offset_s : offset_s;
    return true;
}
