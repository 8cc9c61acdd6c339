// Functions of moments and spans. Zones with names are asked of the host; fixed offsets are known
// here.

#include "expr/run.h"
#include "expr/times.h"

#include "base/time.h"

static struct value of_time(ValueKind kind, ValueTime time) {
    return (struct value){.kind = kind, .time = time};
}

static struct value duration_of(bool overflows, int64_t nanos) {
    return overflows ? run_range_error() : of_time(VALUE_DURATION, duration_from_nanos(nanos));
}

BODY(add_time) {
    const struct value *left = &arguments[0];
    const struct value *right = &arguments[1];
    if (left->kind == VALUE_DURATION && right->kind == VALUE_DURATION) {
        int64_t sum;
        bool overflows =
            __builtin_add_overflow(duration_nanos(left->time), duration_nanos(right->time), &sum);
        return duration_of(overflows, sum);
    }
    const struct value *moment = left->kind == VALUE_TIMESTAMP ? left : right;
    const struct value *span = moment == left ? right : left;
    ValueTime time;
    return timestamp_add(moment->time, span->time, &time) ? of_time(VALUE_TIMESTAMP, time)
                                                          : run_range_error();
}

BODY(subtract_time) {
    const struct value *left = &arguments[0];
    const struct value *right = &arguments[1];
    ValueTime time;
    if (left->kind == VALUE_DURATION) {
        int64_t rest;
        bool overflows =
            __builtin_sub_overflow(duration_nanos(left->time), duration_nanos(right->time), &rest);
        return duration_of(overflows, rest);
    }
    if (right->kind == VALUE_TIMESTAMP) {
        return timestamp_subtract(left->time, right->time, &time) ? of_time(VALUE_DURATION, time)
                                                                  : run_range_error();
    }
    ValueTime back = {-right->time.seconds, -right->time.nanos};
    return timestamp_add(left->time, back, &time) ? of_time(VALUE_TIMESTAMP, time) : run_range_error();
}

// The calendar of a moment, in the zone of the second argument or in UTC.
static bool civil_of(struct evaluation *run, const struct value *arguments, uint32_t count,
                     CivilTime *ret_civil) {
    int64_t seconds = arguments[0].time.seconds;
    int64_t offset_s = 0;
    if (count == 2 && !times_parse_offset(arguments[1].text, &offset_s) &&
        (run->env->zone == NULL ||
         !run->env->zone(run->env->zone_context, arguments[1].text, seconds, &offset_s))) {
        return false;
    }
    *ret_civil = civil_from_time(seconds * US_PER_SECOND, offset_s * US_PER_SECOND);
    return true;
}

static int64_t day_of_year(const CivilTime *civil) {
    return civil_days(civil->year, civil->month, civil->day) - civil_days(civil->year, 1, 1);
}

#define FIELD(name, expression)                                                                    \
    BODY(name) {                                                                                   \
        CivilTime civil;                                                                           \
        if (!civil_of(run, arguments, count, &civil)) {                                            \
            return run_error("unknown time zone");                                                 \
        }                                                                                          \
        return value_int(expression);                                                              \
    }

FIELD(get_full_year, civil.year)
FIELD(get_month, civil.month - 1)
FIELD(get_date, civil.day)
FIELD(get_day_of_month, civil.day - 1)
FIELD(get_day_of_week, civil.weekday % 7) // 0 is Sunday
FIELD(get_day_of_year, day_of_year(&civil))
FIELD(get_hours, civil.hour)
FIELD(get_minutes, civil.minute)
FIELD(get_seconds, civil.second)

BODY(get_milliseconds) { // of the second, for moments and spans alike
    return value_int(arguments[0].time.nanos / 1000000);
}

BODY(duration_hours) {
    return value_int(arguments[0].time.seconds / 3600);
}

BODY(duration_minutes) {
    return value_int(arguments[0].time.seconds / 60);
}

BODY(duration_seconds) {
    return value_int(arguments[0].time.seconds);
}
