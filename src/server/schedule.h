#pragma once
// Schedule: when nightly runs are due. Moments are of the wall clock, in the zone that the calendar is cut in.
//
//     struct schedule schedule = {0};
//     TRY(schedule_add(&schedule, SLICE("02:00"), arena, diag));          // every day
//     TRY(schedule_add(&schedule, SLICE("30m"), arena, diag));            // and every half hour of the day, from midnight on
//     int64_t due_us = schedule_before(&schedule, now_us, zone_us);       // the newest moment that has come
//     int64_t next_us = schedule_after(&schedule, now_us, zone_us);       // the next one
//
// Of moments that passed while nobody ran, the newest alone is made up for: a run is of all records since the run before, so that the older ones
// are in it.

#include "base/diag.h"

enum { SCHEDULE_TIMES_MAX = 32 };

struct schedule {
    struct {
        int64_t first_us, every_us; // since midnight of 1970-01-01, in the zone
    } times[SCHEDULE_TIMES_MAX];
    uint32_t count;
};

// "HH:MM" every day, or a span such as 15m or 1h that divides a day, at least a minute. Code NR004.
MUST_USE Status schedule_add(struct schedule *schedule, Slice text, struct arena *arena, struct diag *diag);
// The same from settings: every day at a time since midnight, or from then on every so often. `every_us` need not divide a day; then the time of the day wanders.
// False: there are too many.
bool schedule_add_every(struct schedule *schedule, int64_t first_us, int64_t every_us);
// The newest moment at or before a time; INT64_MIN for a schedule without times.
int64_t schedule_before(const struct schedule *schedule, int64_t time_us, int64_t zone_offset_us);
// The first moment after a time; INT64_MAX for a schedule without times.
int64_t schedule_after(const struct schedule *schedule, int64_t time_us, int64_t zone_offset_us);
