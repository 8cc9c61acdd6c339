#pragma once
// Calendar: what kind of day it is in China. Days off and days worked come from the State Council's
// notices (data/holidays.def); outside the years of that table only weekends are known.

#include "base/time.h"

typedef struct DayFacts {
    int32_t day;  // since 1970-01-01, in the bank's zone
    int32_t date; // 20261123
    int32_t year, month, day_of_month, month_length;
    int32_t weekday; // 1 = Monday
    bool off;        // banks' counters and offices are closed or thinly staffed
    bool festival;   // a statutory holiday, not just a weekend
    bool spring;     // of the Spring Festival
} DayFacts;

DayFacts calendar_day(int32_t day);
// The number of the day among the working days of its month, from 1; 0 on days off.
int32_t calendar_working_day(const DayFacts *facts);
