#include "base/time.h"

#include "base/status.h"

#include <stdio.h>

// Civil calendar: the algorithms of Howard Hinnant, "chrono-compatible low-level date algorithms".
int64_t civil_days(int32_t year, int32_t month, int32_t day) {
    int64_t shifted_year = (int64_t)year - (month <= 2);
    int64_t era = floor_div(shifted_year, 400);
    int64_t year_of_era = shifted_year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

CivilTime civil_from_time(int64_t time_us, int64_t offset_us) {
    int64_t days = time_day(time_us, offset_us);
    int64_t rest_us = time_us + offset_us - days * US_PER_DAY;
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_index = (5 * day_of_year + 2) / 153;
    int32_t month = (int32_t)(month_index < 10 ? month_index + 3 : month_index - 9);
    int64_t weekday = (days + 3) % 7; // 1970-01-01 was a Thursday
    return (CivilTime){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int32_t)(day_of_year - (153 * month_index + 2) / 5 + 1),
        .hour = (int32_t)(rest_us / US_PER_HOUR),
        .minute = (int32_t)(rest_us / US_PER_MINUTE % 60),
        .second = (int32_t)(rest_us / US_PER_SECOND % 60),
        .micro = (int32_t)(rest_us % US_PER_SECOND),
        .weekday = (int32_t)(weekday < 0 ? weekday + 7 : weekday) + 1,
    };
}

bool civil_date_exists(int32_t year, int32_t month, int32_t day) {
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && leap);
}

int64_t time_month(int64_t time_us, int64_t offset_us) {
    CivilTime civil = civil_from_time(time_us, offset_us);
    return (int64_t)(civil.year - 1970) * 12 + civil.month - 1;
}

int64_t time_day_start(int64_t time_us, int64_t offset_us) {
    return time_day(time_us, offset_us) * US_PER_DAY - offset_us;
}

int64_t time_month_start(int64_t time_us, int64_t offset_us) {
    CivilTime civil = civil_from_time(time_us, offset_us);
    return civil_days(civil.year, civil.month, 1) * US_PER_DAY - offset_us;
}

int64_t time_year_start(int64_t time_us, int64_t offset_us) {
    CivilTime civil = civil_from_time(time_us, offset_us);
    return civil_days(civil.year, 1, 1) * US_PER_DAY - offset_us;
}

// Reads exactly `digits` digits.
static bool read_digits(Slice *rest, int digits, int32_t *ret_value) {
    if (rest->size < (size_t)digits) {
        return false;
    }
    int32_t value = 0;
    for (int i = 0; i < digits; i++) {
        char byte = rest->at[i];
        if (byte < '0' || byte > '9') {
            return false;
        }
        value = value * 10 + (byte - '0');
    }
    *rest = slice_part(*rest, (size_t)digits, SIZE_MAX);
    *ret_value = value;
    return true;
}

static bool read_byte(Slice *rest, const char *allowed) {
    if (rest->size == 0 || strchr(allowed, rest->at[0]) == NULL || rest->at[0] == '\0') {
        return false;
    }
    *rest = slice_part(*rest, 1, SIZE_MAX);
    return true;
}

static bool read_offset(Slice *rest, int64_t *ret_offset_us) {
    if (read_byte(rest, "Zz")) {
        *ret_offset_us = 0;
        return true;
    }
    if (rest->size == 0) {
        return false;
    }
    int64_t sign = rest->at[0] == '-' ? -1 : 1;
    int32_t hours = 0;
    int32_t minutes = 0;
    if (!read_byte(rest, "+-") || !read_digits(rest, 2, &hours) || !read_byte(rest, ":") ||
        !read_digits(rest, 2, &minutes) || hours > 18 || minutes > 59) {
        return false;
    }
    *ret_offset_us = sign * (hours * US_PER_HOUR + minutes * US_PER_MINUTE);
    return true;
}

bool zone_parse(Slice text, int64_t *ret_offset_us) {
    if (slice_is(text, "Asia/Shanghai")) {
        *ret_offset_us = 8 * US_PER_HOUR;
        return true;
    }
    if (slice_is(text, "UTC")) {
        *ret_offset_us = 0;
        return true;
    }
    return read_offset(&text, ret_offset_us) && text.size == 0;
}

static bool read_fraction(Slice *rest, int64_t *ret_micro) {
    *ret_micro = 0;
    if (!read_byte(rest, ".")) {
        return true;
    }
    int64_t unit = 100000;
    size_t count = 0;
    while (rest->size > 0 && rest->at[0] >= '0' && rest->at[0] <= '9' && count < 9) {
        *ret_micro += (rest->at[0] - '0') * unit;
        unit /= 10; // digits past the sixth are finer than the clock and are dropped
        count++;
        *rest = slice_part(*rest, 1, SIZE_MAX);
    }
    return count > 0;
}

bool time_parse(Slice text, int64_t offset_us, int64_t *ret_time_us) {
    int32_t year;
    int32_t month;
    int32_t day;
    if (!read_digits(&text, 4, &year) || !read_byte(&text, "-") || !read_digits(&text, 2, &month) ||
        !read_byte(&text, "-") || !read_digits(&text, 2, &day) ||
        !civil_date_exists(year, month, day)) {
        return false;
    }
    int64_t time_us = civil_days(year, month, day) * US_PER_DAY;
    if (text.size == 0) {
        *ret_time_us = time_us - offset_us;
        return true;
    }
    int32_t hour;
    int32_t minute;
    int32_t second;
    int64_t micro;
    if (!read_byte(&text, "Tt ") || !read_digits(&text, 2, &hour) || !read_byte(&text, ":") ||
        !read_digits(&text, 2, &minute) || !read_byte(&text, ":") || !read_digits(&text, 2, &second) ||
        !read_fraction(&text, &micro) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    if (text.size > 0 && (!read_offset(&text, &offset_us) || text.size > 0)) {
        return false;
    }
    *ret_time_us = time_us + hour * US_PER_HOUR + minute * US_PER_MINUTE + second * US_PER_SECOND +
                   micro - offset_us;
    return true;
}

static const struct {
    const char *unit;
    int64_t us;
} span_units[] = {
    {"d", US_PER_DAY},    {"h", US_PER_HOUR}, {"m", US_PER_MINUTE},
    {"s", US_PER_SECOND}, {"ms", US_PER_MS},  {"us", 1},
};

bool span_parse(Slice text, int64_t *ret_span_us) {
    size_t digits = 0;
    while (digits < text.size && text.at[digits] >= '0' && text.at[digits] <= '9') {
        digits++;
    }
    int64_t count;
    if (!slice_to_i64(slice_part(text, 0, digits), &count)) {
        return false;
    }
    Slice unit = slice_part(text, digits, SIZE_MAX);
    int64_t unit_us = slice_is(unit, "w") ? 7 * US_PER_DAY : 0;
    for (size_t i = 0; i < sizeof span_units / sizeof span_units[0]; i++) {
        if (slice_is(unit, span_units[i].unit)) {
            unit_us = span_units[i].us;
        }
    }
    int64_t span_us;
    if (unit_us == 0 || __builtin_mul_overflow(count, unit_us, &span_us)) {
        return false;
    }
    *ret_span_us = span_us;
    return true;
}

size_t time_format(int64_t time_us, int64_t offset_us, char text[TIME_TEXT_SIZE]) {
    CivilTime civil = civil_from_time(time_us, offset_us);
    int size = snprintf(text, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month,
                        civil.day, civil.hour, civil.minute, civil.second);
    if (civil.micro != 0) {
        bool whole_ms = civil.micro % 1000 == 0;
        size += snprintf(text + size, TIME_TEXT_SIZE - (size_t)size, whole_ms ? ".%03d" : ".%06d",
                         whole_ms ? civil.micro / 1000 : civil.micro);
    }
    if (offset_us == 0) {
        size += snprintf(text + size, TIME_TEXT_SIZE - (size_t)size, "Z");
    } else {
        int64_t minutes = (offset_us < 0 ? -offset_us : offset_us) / US_PER_MINUTE;
        size += snprintf(text + size, TIME_TEXT_SIZE - (size_t)size, "%c%02d:%02d",
                         offset_us < 0 ? '-' : '+', (int)(minutes / 60), (int)(minutes % 60));
    }
    return (size_t)size;
}

size_t span_format(int64_t span_us, char text[TIME_TEXT_SIZE]) {
    for (size_t i = 0; i < sizeof span_units / sizeof span_units[0]; i++) {
        if (span_us % span_units[i].us == 0 && (span_us != 0 || span_units[i].us == US_PER_SECOND)) {
            return (size_t)snprintf(text, TIME_TEXT_SIZE, "%lld%s",
                                    (long long)(span_us / span_units[i].us), span_units[i].unit);
        }
    }
    INVARIANT(false);
}
