#pragma once
// Terms: the numbers that measures, orders and referrals go by, and the bank's calendar. The law's numbers are
// data with a document, not constants of the code: terms.def lists them with their bounds,
// and a pack's regulation.yaml gives their values.
//
//     struct terms terms;
//     terms_init(&terms, zone_us);                       // as terms.def says
//     TRY_TERM(terms_set(&terms, SLICE("FREEZE_MONTHS"), 6));
//     terms.off = days_off; terms.off_count = ...;       // sorted days since 1970 in the zone
//     int64_t until_us = working_days_end(&terms, now_us, terms.return_workdays);
//
// Moments are microseconds since 1970 UTC; days and months are cut in the zone.

#include "base/slice.h"
#include "base/time.h"

struct terms {
#define TERM(name, key, value, least, most, unit, source, text) int64_t name;
#include "response/controls/terms.def"
#undef TERM
    int64_t zone_us; // ahead of UTC: Asia/Shanghai is 8 hours
    // Days since 1970-01-01, each sorted; they live as long as the terms. Without both, Saturdays
    // and Sundays are off.
    const int32_t *off; // public holidays
    uint32_t off_count;
    const int32_t *worked; // Saturdays and Sundays that are worked instead
    uint32_t worked_count;
};

struct term_text {
    const char *key, *unit, *source, *text;
    int64_t value, least, most;
};

void terms_init(struct terms *terms, int64_t zone_us);
// False: there is no such key, or the value is out of its bounds.
bool terms_set(struct terms *terms, Slice key, int64_t value);
// One of terms.def, in its order; NULL behind the last.
const struct term_text *term_text(uint32_t index);

bool is_working_day(const struct terms *terms, int64_t day);
// The end (the first microsecond behind it) of the `count`-th working day after the day that holds
// `from_us`.
int64_t working_days_end(const struct terms *terms, int64_t from_us, int64_t count);
// The same time of day `count` calendar months later; where that month is shorter, its last day:
// 31 August and six months is the end of February.
int64_t months_later(const struct terms *terms, int64_t from_us, int64_t count);
