#include "response/controls/terms.h"

enum { WEEKDAY_SATURDAY = 6 };

static const struct term_text texts[] = {
#define TERM(name, key, value, least, most, unit, source, text)                                    \
    {key, unit, source, text, value, least, most},
#include "response/controls/terms.def"
#undef TERM
};
enum { TERM_COUNT = sizeof texts / sizeof texts[0] };

void terms_init(struct terms *terms, int64_t zone_us) {
    *terms = (struct terms){
#define TERM(name, key, value, least, most, unit, source, text) .name = (value),
#include "response/controls/terms.def"
#undef TERM
        .zone_us = zone_us};
}

bool terms_set(struct terms *terms, Slice key, int64_t value) {
    int64_t *const members[] = {
#define TERM(name, key, value, least, most, unit, source, text) &terms->name,
#include "response/controls/terms.def"
#undef TERM
    };
    for (uint32_t i = 0; i < TERM_COUNT; i++) {
        if (slice_is(key, texts[i].key) && value >= texts[i].least && value <= texts[i].most) {
            *members[i] = value;
            return true;
        }
    }
    return false;
}

const struct term_text *term_text(uint32_t index) {
    return index < TERM_COUNT ? &texts[index] : NULL;
}

// ---- the calendar -----------------------------------------------------------------------------

static bool holds_day(const int32_t *days, uint32_t count, int64_t day) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (days[middle] < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && days[low] == day;
}

bool is_working_day(const struct terms *terms, int64_t day) {
    if (holds_day(terms->worked, terms->worked_count, day)) {
        return true;
    }
    CivilTime civil = civil_from_time(day * US_PER_DAY, 0);
    return civil.weekday < WEEKDAY_SATURDAY && !holds_day(terms->off, terms->off_count, day);
}

int64_t working_days_end(const struct terms *terms, int64_t from_us, int64_t count) {
    int64_t day = time_day(from_us, terms->zone_us);
    for (int64_t worked = 0; worked < count;) {
        worked += is_working_day(terms, ++day);
    }
    return (day + 1) * US_PER_DAY - terms->zone_us;
}

static int32_t last_day_of(int32_t year, int32_t month) {
    enum { LONGEST = 31 };
    int32_t day = LONGEST;
    while (!civil_date_exists(year, month, day)) {
        day--;
    }
    return day;
}

int64_t months_later(const struct terms *terms, int64_t from_us, int64_t count) {
    enum { MONTHS = 12 };
    CivilTime civil = civil_from_time(from_us, terms->zone_us);
    int64_t within =
        (from_us + terms->zone_us) - time_day(from_us, terms->zone_us) * US_PER_DAY; // time of day
    int64_t months = (int64_t)civil.year * MONTHS + civil.month - 1 + count;
    int32_t year = (int32_t)(months / MONTHS);
    int32_t month = (int32_t)(months % MONTHS) + 1;
    int32_t last = last_day_of(year, month);
    int32_t day = civil.day < last ? civil.day : last;
    return civil_days(year, month, day) * US_PER_DAY + within - terms->zone_us;
}
