// Aggregates over days, hours and months, in the plan's zone.
//
//   DISTINCT_DAYS, DISTINCT_HOURS   different days, different hours of the day
//   DAYS_WITH        for each day that has a row of a (without a: of any term), the terms are computed from that day's
//                    part of the window and handed to the day's condition
//   DAY_END_MIN      the window's day ends are the midnights inside it and its own end; at each stands the number of
//                    the newest row before it, even if that row is older than the window
//   REPEAT_MONTHS    months in the window whose month before is in the window with at least one id
//   AUTOCORRELATION  over the sums of all days that the window touches, days without a row being 0:
//                    r(k) = sum (x[i]-m)(x[i-k]-m) / sum (x[i]-m)^2
//   PAUSE_DAYS       today begins at midnight; when today has no row yet, the pause lasts until t
//   WAKE_DAYS        a pause is the time between two rows that follow each other

#include "monitoring/stream/windows/windows_private.h"

static bool left_out(const struct scan *scan, uint32_t i, bool skip_current, bool timely) {
    return (skip_current && i == scan->current) ||
           (timely && scan->store_state->patterns.late[rows_pattern(&scan->rows, i)] != 0);
}

double aggregate_distinct_days(struct scan *scan, const struct feature *feature, const uint64_t *a,
                               Range range) {
    int64_t zone = scan->plan->zone_offset_us;
    int64_t day_end = INT64_MIN;
    uint32_t days = 0;
    ROWS_UP(a, range, i) {
        int64_t time = scan->rows.time[i];
        if (time >= day_end || days == 0) {
            days++;
            day_end = time_day_start(time, zone) + US_PER_DAY;
        }
    }
    return days == 0 ? feature->spec.empty : days;
}

double aggregate_distinct_hours(struct scan *scan, const struct feature *feature,
                                const uint64_t *a, Range range) {
    uint32_t hours = 0;
    ROWS_UP(a, range, i) {
        int64_t hour = floor_div(scan->rows.time[i] + scan->plan->zone_offset_us, US_PER_HOUR);
        hours |= 1u << (uint32_t)(hour - floor_div(hour, 24) * 24);
    }
    return hours == 0 ? feature->spec.empty : __builtin_popcount(hours);
}

// ---- days with ----

static double day_term(struct scan *scan, const struct feature *feature,
                       const struct window_day_term *term, Range day, bool timely,
                       bool *ret_found) {
    uint32_t filter = term->filter == WINDOW_NONE ? feature->filter : term->filter;
    const uint64_t *bits = scan_bits(scan, filter, false, false, 1);
    uint32_t count = 0;
    bool valued = false;
    double value = 0;
    ROWS_UP(bits, day, i) {
        if (left_out(scan, i, feature->spec.skip_current, timely)) {
            continue;
        }
        count++;
        if (term->kind == DAY_COUNT) {
            continue;
        }
        double number = rows_double(&scan->rows, term->number, i);
        if (!isnan(number)) {
            value = term->kind == DAY_SUM ? value + number : number;
            valued = true;
        }
    }
    *ret_found = *ret_found || count > 0;
    if (term->kind == DAY_COUNT) {
        return count;
    }
    return valued ? value : (double)NAN;
}

double aggregate_days_with(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    bool timely = scan->plan->spans.at[feature->span].timely;
    uint32_t days = 0;
    uint32_t holding = 0;
    while (range.lo < range.hi) {
        int64_t start = time_day_start(scan->rows.time[range.lo], scan->plan->zone_offset_us);
        Range day = {range.lo, range.lo};
        while (day.hi < range.hi && scan->rows.time[day.hi] < start + US_PER_DAY) {
            day.hi++;
        }
        double terms[WINDOW_DAY_TERMS_MAX] = {0};
        bool found = false;
        for (uint32_t i = 0; i < spec->day_term_count; i++) {
            terms[i] = day_term(scan, feature, &spec->day_terms[i], day, timely, &found);
        }
        if (spec->filter != WINDOW_NONE || spec->day_term_count == 0) {
            found = bits_next(a, day.lo, day.hi) < day.hi;
        }
        days += found;
        holding += found && spec->day_condition(scan->moment->context, spec->condition, terms);
        range.lo = day.hi;
    }
    return days == 0 ? spec->empty : holding;
}

// ---- what stood at the ends of days ----

static int64_t span_start(const struct scan *scan, const struct span *span) {
    int64_t zone = scan->plan->zone_offset_us;
    int64_t start = INT64_MIN;
    switch (span->window) {
    case WINDOW_SLIDING:
        return __builtin_sub_overflow(scan->time_us, span->from_us, &start) ? INT64_MIN : start;
    case WINDOW_DAY:
        return time_day_start(scan->time_us, zone);
    case WINDOW_MONTH:
        return time_month_start(scan->time_us, zone);
    case WINDOW_YEAR:
        return time_year_start(scan->time_us, zone);
    case WINDOW_LIFETIME:
        break;
    }
    return INT64_MIN;
}

// The newest row below `end` with a number, or WINDOW_NONE.
static uint32_t newest_with(const struct scan *scan, const uint64_t *a, uint32_t column,
                            uint32_t end) {
    Range range = {0, end};
    ROWS_DOWN(a, range, i) {
        if (rows_has(&scan->rows, column, i)) {
            return i;
        }
    }
    return WINDOW_NONE;
}

double aggregate_day_end_min(struct scan *scan, const struct feature *feature, const uint64_t *a,
                             Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    int64_t start = span_start(scan, &scan->plan->spans.at[feature->span]);
    uint32_t i = newest_with(scan, a, spec->column, range.hi);
    if (i == WINDOW_NONE) {
        return spec->empty;
    }
    double low = rows_double(&scan->rows, spec->column, i);
    for (;;) {
        int64_t midnight = time_day_start(scan->rows.time[i], scan->plan->zone_offset_us);
        if (midnight <= start) {
            return low;
        }
        i = newest_with(scan, a, spec->column, rows_below(scan->rows.time, i, midnight));
        if (i == WINDOW_NONE) {
            return low;
        }
        double number = rows_double(&scan->rows, spec->column, i);
        low = number < low ? number : low;
    }
}

// ---- months ----

static uint32_t count_common(const uint64_t *left, const uint64_t *right, size_t words) {
    uint32_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += (uint32_t)__builtin_popcountll(left[i] & right[i]);
    }
    return count;
}

double aggregate_repeat_months(struct scan *scan, const struct feature *feature,
                               const uint64_t *a, Range range) {
    const uint16_t *column = scan->rows.id[feature->spec.column];
    int64_t zone = scan->plan->zone_offset_us;
    size_t words = bits_words(scan->thing->dict_count + 1);
    uint64_t *now = scan->state->seen;
    uint64_t *last = scan->state->seen_other;
    int64_t month = INT64_MIN;
    uint32_t last_count = 0;
    uint32_t months = 0;
    bool any = false;
    uint32_t i = bits_next(a, range.lo, range.hi);
    while (i < range.hi) {
        int64_t at = time_month(scan->rows.time[i], zone);
        int64_t end = time_month_start(time_month_start(scan->rows.time[i], zone) + 32 * US_PER_DAY,
                                       zone);
        for (; i < range.hi && scan->rows.time[i] < end; i = bits_next(a, i + 1, range.hi)) {
            if (column[i] != 0) {
                bits_set(now, column[i]);
            }
        }
        uint32_t count = count_common(now, now, words);
        any = any || count > 0;
        if (count > 0 && last_count > 0 && month == at - 1) {
            double again = (double)count_common(now, last, words) / (double)last_count;
            months += again >= feature->spec.share - 1e-9;
        }
        month = at;
        last_count = count;
        memcpy(last, now, words * sizeof(uint64_t));
        memset(now, 0, words * sizeof(uint64_t));
    }
    memset(last, 0, words * sizeof(uint64_t));
    return any ? months : feature->spec.empty;
}

// ---- autocorrelation ----

static double correlation_at(const double *days, uint32_t count, double mean, uint32_t lag) {
    double sum = 0;
    for (uint32_t i = lag; i < count; i++) {
        sum += (days[i] - mean) * (days[i - lag] - mean);
    }
    return sum;
}

static double largest_correlation(const struct window_feature_spec *spec, const double *days,
                                  uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += days[i];
    }
    double mean = sum / count;
    double spread = correlation_at(days, count, mean, 0);
    double largest = 0;
    for (uint32_t i = 0; i < spec->lag_count && spread > 0; i++) {
        if (spec->lags[i] < count) {
            double at = correlation_at(days, count, mean, spec->lags[i]) / spread;
            largest = at > largest ? at : largest;
        }
    }
    return largest;
}

double aggregate_autocorrelation(struct scan *scan, const struct feature *feature,
                                 const uint64_t *a, Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    const struct span *span = &scan->plan->spans.at[feature->span];
    int64_t zone = scan->plan->zone_offset_us;
    uint32_t oldest = range.lo;
    while ((oldest = bits_next(a, oldest, range.hi)) < range.hi &&
           !rows_has(&scan->rows, spec->column, oldest)) {
        oldest++;
    }
    if (oldest >= range.hi) {
        return spec->empty;
    }
    bool sliding = span->window == WINDOW_SLIDING;
    int64_t start = span_start(scan, span) + (sliding && !span->far_closed);
    int64_t first =
        time_day(span->window == WINDOW_LIFETIME ? scan->rows.time[oldest] : start, zone);
    int64_t last = time_day(scan->time_us - span->to_us - span->near_open, zone);
    first = last - first >= DAYS_MAX ? last - DAYS_MAX + 1 : first;
    uint32_t count = (uint32_t)(last - first + 1);
    double *days = scan->state->scratch;
    memset(days, 0, sizeof(double) * count);
    ROWS_UP(a, range, i) {
        int64_t day = time_day(scan->rows.time[i], zone) - first;
        if (day >= 0 && rows_has(&scan->rows, spec->column, i)) {
            days[day] += rows_double(&scan->rows, spec->column, i);
        }
    }
    return largest_correlation(spec, days, count);
}

// ---- pauses ----

double aggregate_pause_days(struct scan *scan, const struct feature *feature, const uint64_t *a) {
    int64_t midnight = time_day_start(scan->time_us, scan->plan->zone_offset_us);
    uint32_t today = rows_below(scan->rows.time, scan->upto, midnight);
    uint32_t last = bits_last(a, 0, today);
    if (last == WINDOW_NONE) {
        return feature->spec.empty;
    }
    uint32_t first = bits_next(a, today, scan->upto);
    int64_t end = first < scan->upto ? scan->rows.time[first] : scan->time_us;
    return (double)((end - scan->rows.time[last]) / US_PER_DAY);
}

double aggregate_wake_days(struct scan *scan, const struct feature *feature, const uint64_t *a) {
    const int64_t *time = scan->rows.time;
    int64_t pause_days = feature->spec.pause_days;
    const struct wake_end *gone = thing_extra(scan->thing, feature->wake);
    int64_t end = gone->end_us <= scan->time_us ? gone->end_us : INT64_MIN;
    uint32_t after = bits_last(a, 0, scan->upto);
    while (after != WINDOW_NONE && time[after] > gone->folded_us) {
        uint32_t i = bits_last(a, 0, after);
        if (i != WINDOW_NONE && (time[after] - time[i]) / US_PER_DAY >= pause_days) {
            end = time[after] > end ? time[after] : end;
            break;
        }
        after = i;
    }
    return end == INT64_MIN ? feature->spec.empty : (double)((scan->time_us - end) / US_PER_DAY);
}
