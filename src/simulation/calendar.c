#include "simulation/calendar.h"

static const struct {
    int32_t date;
    const char *name;
    bool off;
} holidays[] = {
#define HOLIDAY(date, name, off) {date, name, off},
#include "simulation/data/holidays.def"
#undef HOLIDAY
};

DayFacts calendar_day(int32_t day) {
    CivilTime civil = civil_from_time((int64_t)day * US_PER_DAY, 0);
    DayFacts facts = {.day = day,
                      .date = civil.year * 10000 + civil.month * 100 + civil.day,
                      .year = civil.year,
                      .month = civil.month,
                      .day_of_month = civil.day,
                      .weekday = civil.weekday,
                      .off = civil.weekday >= 6};
    facts.month_length = civil_date_exists(civil.year, civil.month, 31)   ? 31
                         : civil_date_exists(civil.year, civil.month, 30) ? 30
                         : civil_date_exists(civil.year, civil.month, 29) ? 29
                                                                          : 28;
    for (uint32_t i = 0; i < sizeof holidays / sizeof holidays[0]; i++) {
        if (holidays[i].date == facts.date) {
            facts.off = holidays[i].off;
            facts.festival = holidays[i].off;
            facts.spring = holidays[i].off && strcmp(holidays[i].name, "春节") == 0;
        }
    }
    return facts;
}

int32_t calendar_working_day(const DayFacts *facts) {
    if (facts->off) {
        return 0;
    }
    int32_t number = 0;
    for (int32_t day = facts->day - facts->day_of_month + 1; day <= facts->day; day++) {
        number += !calendar_day(day).off;
    }
    return number;
}
