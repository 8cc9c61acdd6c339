#include "server/schedule.h"

#include "base/time.h"

static bool two_digits(Slice text, int64_t below, int64_t *ret_value) {
    bool digits = text.size == 2 && text.at[0] >= '0' && text.at[0] <= '9' && text.at[1] >= '0' && text.at[1] <= '9';
    return digits && slice_to_i64(text, ret_value) && *ret_value < below;
}

static bool clock_parse(Slice text, int64_t *ret_first_us) {
    int64_t hour;
    int64_t minute;
    if (text.size != 5 || text.at[2] != ':' || !two_digits(slice_part(text, 0, 2), 24, &hour) || !two_digits(slice_part(text, 3, 2), 60, &minute)) {
        return false;
    }
    *ret_first_us = hour * US_PER_HOUR + minute * US_PER_MINUTE;
    return true;
}

bool schedule_add_every(struct schedule *schedule, int64_t first_us, int64_t every_us) {
    INVARIANT(every_us > 0);
    if (schedule->count == SCHEDULE_TIMES_MAX) {
        return false;
    }
    schedule->times[schedule->count].first_us = first_us;
    schedule->times[schedule->count++].every_us = every_us;
    return true;
}

Status schedule_add(struct schedule *schedule, Slice text, struct arena *arena, struct diag *diag) {
    int64_t first_us = 0;
    int64_t every_us = US_PER_DAY;
    bool is_clock = clock_parse(text, &first_us);
    bool is_span = !is_clock && span_parse(text, &every_us) && every_us >= US_PER_MINUTE && US_PER_DAY % every_us == 0;
    if ((!is_clock && !is_span) || !schedule_add_every(schedule, first_us, every_us)) {
        diag_fail(diag, arena, STATUS_INVALID, "NR004", "'%.*s' is no time of a nightly run, or there are more than %d", SLICE_ARGS(text), SCHEDULE_TIMES_MAX);
        diag->hint = SLICE("write a time of the day such as 02:00, or a span that divides a day such as 15m or 1h");
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

// The newest moment of one line of the schedule at or before a time.
static int64_t moment_before(int64_t first_us, int64_t every_us, int64_t time_us, int64_t zone_offset_us) {
    int64_t since_us = time_us + zone_offset_us - first_us; // days begin at multiples of a day in the zone
    return floor_div(since_us, every_us) * every_us + first_us - zone_offset_us;
}

int64_t schedule_before(const struct schedule *schedule, int64_t time_us, int64_t zone_offset_us) {
    int64_t newest_us = INT64_MIN;
    for (uint32_t i = 0; i < schedule->count; i++) {
        int64_t at_us = moment_before(schedule->times[i].first_us, schedule->times[i].every_us, time_us, zone_offset_us);
        newest_us = at_us > newest_us ? at_us : newest_us;
    }
    return newest_us;
}

int64_t schedule_after(const struct schedule *schedule, int64_t time_us, int64_t zone_offset_us) {
    int64_t next_us = INT64_MAX;
    for (uint32_t i = 0; i < schedule->count; i++) {
        int64_t every_us = schedule->times[i].every_us;
        int64_t at_us = moment_before(schedule->times[i].first_us, every_us, time_us, zone_offset_us) + every_us;
        next_us = at_us < next_us ? at_us : next_us;
    }
    return next_us;
}
