// See windows_naive.h. Slow and plain on purpose.

#include "monitoring/stream/windows/windows_naive.h"

#include <math.h>
#include <stdlib.h>

#define DAY US_PER_DAY

struct list {
    const struct naive_event **at; // in order of time, then of coming
    uint32_t count;
};

struct recount {
    const struct naive_thing *thing;
    const struct naive_rules *rules;
    const struct window_feature_spec *spec;
    const struct naive_moment *moment;
};

uint32_t naive_add(struct naive_thing *thing, const struct window_row *row) {
    if (thing->count == thing->capacity) {
        thing->capacity = thing->capacity == 0 ? 16 : thing->capacity * 2;
        thing->events = memory_resize(thing->events, thing->capacity * sizeof *thing->events);
    }
    thing->events[thing->count] = (struct naive_event){*row, false};
    return thing->count++;
}

void naive_clear(struct naive_thing *thing) {
    free(thing->events);
    *thing = (struct naive_thing){0};
}

static int64_t day_of(const struct recount *r, int64_t time) {
    return floor_div(time + r->rules->zone_offset_us, DAY);
}

static int64_t month_of(const struct recount *r, int64_t time) {
    CivilTime civil = civil_from_time(time, r->rules->zone_offset_us);
    return (int64_t)civil.year * 12 + civil.month;
}

static bool in_window(const struct recount *r, int64_t time) {
    const struct window_feature_spec *spec = r->spec;
    int64_t t = r->moment->time_us;
    if (time > t) {
        return false;
    }
    int64_t age = t - time;
    switch (spec->window) {
    case WINDOW_SLIDING:
        return (age < spec->from_us || (spec->far_closed && age == spec->from_us)) &&
               (age > spec->to_us || (!spec->near_open && age == spec->to_us));
    case WINDOW_DAY:
        return day_of(r, time) == day_of(r, t);
    case WINDOW_MONTH:
        return month_of(r, time) == month_of(r, t);
    case WINDOW_YEAR:
        return civil_from_time(time, r->rules->zone_offset_us).year ==
               civil_from_time(t, r->rules->zone_offset_us).year;
    case WINDOW_LIFETIME:
        break;
    }
    return true;
}

static bool counts(const struct recount *r, uint32_t event) {
    const struct window_feature_spec *spec = r->spec;
    const struct naive_event *e = &r->thing->events[event];
    bool pause = spec->aggregate == AGGREGATE_PAUSE_DAYS || spec->aggregate == AGGREGATE_WAKE_DAYS;
    bool is_short = spec->window == WINDOW_SLIDING && spec->from_us <= r->rules->short_window_us;
    return !e->removed && e->row.time_us <= r->moment->time_us &&
           !(spec->skip_current && event == r->moment->current) &&
           !(is_short && !pause && e->row.late);
}

static bool has_filter(const struct naive_event *e, uint32_t filter) {
    return filter == WINDOW_NONE || bits_test(e->row.filters.words, filter);
}

// The events of a filter, in the window or of all time.
static struct list list_of(const struct recount *r, uint32_t filter, bool all_time) {
    static const struct naive_event *rooms[4][1 << 16];
    static uint32_t room;
    room = (room + 1) % 4;
    struct list list = {rooms[room], 0};
    for (uint32_t i = 0; i < r->thing->count; i++) {
        const struct naive_event *e = &r->thing->events[i];
        if (!counts(r, i) || !has_filter(e, filter) ||
            (!all_time && !in_window(r, e->row.time_us))) {
            continue;
        }
        uint32_t k = list.count++;
        while (k > 0 && list.at[k - 1]->row.time_us > e->row.time_us) {
            list.at[k] = list.at[k - 1];
            k--;
        }
        list.at[k] = e;
    }
    return list;
}

static bool is_real(const struct recount *r, uint32_t column) {
    return r->rules->store->numbers[column] == NUMBER_REAL;
}

static bool number_of(const struct recount *r, const struct window_row *row, uint32_t column,
                      double *ret_value) {
    if (is_real(r, column)) {
        *ret_value = row->numbers[column].real;
        return !isnan(*ret_value);
    }
    *ret_value = (double)row->numbers[column].integer;
    return row->numbers[column].integer != WINDOW_MISSING_INTEGER;
}

// The events that have the number of the feature's column.
static struct list with_number(const struct recount *r, struct list list) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        double value = 0;
        if (number_of(r, &list.at[i]->row, r->spec->column, &value)) {
            list.at[kept++] = list.at[i];
        }
    }
    list.count = kept;
    return list;
}

static double value_at(const struct recount *r, const struct list *list, uint32_t i) {
    double value = 0;
    number_of(r, &list->at[i]->row, r->spec->column, &value);
    return value;
}

static double sum_of(const struct recount *r, const struct list *list) {
    if (is_real(r, r->spec->column)) {
        double sum = 0;
        for (uint32_t i = 0; i < list->count; i++) {
            sum += value_at(r, list, i);
        }
        return sum;
    }
    __int128 sum = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        sum += list->at[i]->row.numbers[r->spec->column].integer;
    }
    if (r->spec->aggregate == AGGREGATE_SUM) {
        sum = sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : sum;
    }
    return (double)sum;
}

static double deviation_of(const double *values, uint32_t count, bool sample) {
    long double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += (long double)values[i];
    }
    long double mean = sum / count;
    long double squares = 0;
    for (uint32_t i = 0; i < count; i++) {
        squares += ((long double)values[i] - mean) * ((long double)values[i] - mean);
    }
    return sqrt((double)(squares / (sample ? count - 1 : count)));
}

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double numbers_value(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    static double values[1 << 16];
    struct list list = with_number(r, list_of(r, spec->filter, false));
    uint32_t n = list.count;
    if (n == 0 || (spec->aggregate == AGGREGATE_STD_SAMPLE && n < 2)) {
        return spec->empty;
    }
    for (uint32_t i = 0; i < n; i++) {
        values[i] = value_at(r, &list, i);
    }
    double best = values[0];
    switch (spec->aggregate) {
    case AGGREGATE_SUM:
        return sum_of(r, &list);
    case AGGREGATE_AVG:
        return sum_of(r, &list) / n;
    case AGGREGATE_MIN:
        for (uint32_t i = 0; i < n; i++) {
            best = values[i] < best ? values[i] : best;
        }
        return best;
    case AGGREGATE_MAX:
        for (uint32_t i = 0; i < n; i++) {
            best = values[i] > best ? values[i] : best;
        }
        return best;
    case AGGREGATE_STD:
    case AGGREGATE_STD_SAMPLE:
        return deviation_of(values, n, spec->aggregate == AGGREGATE_STD_SAMPLE);
    case AGGREGATE_FIRST:
        return values[0];
    case AGGREGATE_LAST:
        return values[n - 1];
    case AGGREGATE_RUN_UP: {
        uint32_t run = 1;
        while (run < n && values[n - run] >= spec->factor * values[n - run - 1]) {
            run++;
        }
        return run;
    }
    default: {
        qsort(values, n, sizeof values[0], compare_doubles);
        uint32_t i = 0;
        while ((double)(i + 1) < spec->share * n - 1e-9 && i + 1 < n) {
            i++;
        }
        return values[i];
    }
    }
}

// How many different ids; the ids go to `ids`.
static uint32_t different_ids(const struct list *list, uint32_t column, uint64_t *ids,
                              uint32_t *ret_counts) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        uint64_t id = list->at[i]->row.ids[column];
        uint32_t k = 0;
        while (k < count && ids[k] != id) {
            k++;
        }
        if (id == 0) {
            continue;
        }
        if (k == count) {
            ids[count] = id;
            ret_counts[count++] = 0;
        }
        ret_counts[k]++;
    }
    return count;
}

static uint64_t ids_a[1 << 16], ids_b[1 << 16];
static uint32_t counts_a[1 << 16], counts_b[1 << 16];

static uint32_t common_ids(uint32_t count_a, uint32_t count_b) {
    uint32_t common = 0;
    for (uint32_t i = 0; i < count_a; i++) {
        for (uint32_t k = 0; k < count_b; k++) {
            common += ids_a[i] == ids_b[k];
        }
    }
    return common;
}

static double top_share(const struct recount *r) {
    struct list list = list_of(r, r->spec->filter, false);
    uint32_t count = different_ids(&list, r->spec->column, ids_a, counts_a);
    uint32_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        all += counts_a[i];
    }
    uint32_t top = 0;
    uint32_t k = r->spec->k == 0 ? 1 : r->spec->k;
    for (uint32_t n = 0; n < k; n++) {
        uint32_t best = 0;
        for (uint32_t i = 0; i < count; i++) {
            best = counts_a[i] > counts_a[best] ? i : best;
        }
        if (count > 0) {
            top += counts_a[best];
            counts_a[best] = 0;
        }
    }
    return all == 0 ? r->spec->empty : (double)top / all;
}

static double repeat_months(const struct recount *r) {
    struct list list = list_of(r, r->spec->filter, false);
    static const struct naive_event *now[1 << 16], *last[1 << 16];
    uint32_t months = 0;
    bool any = false;
    int64_t last_seen = month_of(r, r->moment->time_us);
    int64_t month = list.count == 0 ? last_seen : month_of(r, list.at[0]->row.time_us);
    for (; month <= last_seen; month++) {
        struct list this_month = {now, 0};
        struct list last_month = {last, 0};
        for (uint32_t i = 0; i < list.count; i++) {
            int64_t at = month_of(r, list.at[i]->row.time_us);
            if (at == month) {
                now[this_month.count++] = list.at[i];
            } else if (at == month - 1) {
                last[last_month.count++] = list.at[i];
            }
        }
        uint32_t a = different_ids(&this_month, r->spec->column, ids_a, counts_a);
        uint32_t b = different_ids(&last_month, r->spec->column, ids_b, counts_b);
        any = any || a > 0;
        months += a > 0 && b > 0 && (double)common_ids(a, b) / b >= r->spec->share - 1e-9;
    }
    return any ? months : r->spec->empty;
}

static double ids_value(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    struct list list = list_of(r, spec->filter, false);
    uint32_t a = different_ids(&list, spec->column, ids_a, counts_a);
    if (spec->aggregate == AGGREGATE_INTERSECT) {
        struct list other = list_of(r, spec->other_filter, false);
        a = common_ids(a, different_ids(&other, spec->column, ids_b, counts_b));
    }
    return a == 0 ? spec->empty : a;
}

static double different(const struct recount *r, bool hours) {
    struct list list = list_of(r, r->spec->filter, false);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        bool known = false;
        for (uint32_t k = 0; k < i && !known; k++) {
            int64_t left = list.at[i]->row.time_us;
            int64_t right = list.at[k]->row.time_us;
            known = hours ? civil_from_time(left, r->rules->zone_offset_us).hour ==
                                civil_from_time(right, r->rules->zone_offset_us).hour
                          : day_of(r, left) == day_of(r, right);
        }
        count += !known;
    }
    return count == 0 ? r->spec->empty : count;
}

static double interval_std(const struct recount *r) {
    static double gaps[1 << 16];
    struct list list = list_of(r, r->spec->filter, false);
    if (list.count < 2 || list.count < r->spec->least) {
        return r->spec->empty;
    }
    for (uint32_t i = 1; i < list.count; i++) {
        gaps[i - 1] = (double)(list.at[i]->row.time_us - list.at[i - 1]->row.time_us) / 1e6;
    }
    return deviation_of(gaps, list.count - 1, false);
}

static double times_value(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    struct list list = list_of(r, spec->filter, false);
    switch (spec->aggregate) {
    case AGGREGATE_COUNT:
        return list.count == 0 ? spec->empty : list.count;
    case AGGREGATE_RATIO: {
        struct list other = list_of(r, spec->other_filter, false);
        return other.count == 0 ? spec->empty : (double)list.count / other.count;
    }
    case AGGREGATE_SINCE:
        return list.count == 0
                   ? spec->empty
                   : (double)(r->moment->time_us - list.at[list.count - 1]->row.time_us) / 1e6;
    default:
        return list.count == 0 ? spec->empty
                               : (double)(r->moment->time_us - list.at[0]->row.time_us) / 1e6;
    }
}

// ---- days ----

static double days_with(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    int64_t last = day_of(r, r->moment->time_us);
    struct list all = list_of(r, WINDOW_NONE, false);
    uint32_t days = 0;
    uint32_t holding = 0;
    int64_t first = all.count == 0 ? last + 1 : day_of(r, all.at[0]->row.time_us);
    for (uint32_t next = 0; first <= last && next < all.count; next++) {
        int64_t day = day_of(r, all.at[next]->row.time_us);
        if (next > 0 && day == day_of(r, all.at[next - 1]->row.time_us)) {
            continue;
        }
        bool chosen = false;
        double terms[WINDOW_DAY_TERMS_MAX];
        for (uint32_t k = 0; k < spec->day_term_count; k++) {
            const struct window_day_term *term = &spec->day_terms[k];
            double sum = 0;
            double newest = 0;
            uint32_t rows = 0;
            uint32_t values = 0;
            for (uint32_t i = 0; i < all.count; i++) {
                const struct naive_event *e = all.at[i];
                uint32_t filter = term->filter == WINDOW_NONE ? spec->filter : term->filter;
                double value = 0;
                if (day_of(r, e->row.time_us) != day || !has_filter(e, filter)) {
                    continue;
                }
                rows++;
                if (number_of(r, &e->row, term->number, &value)) {
                    values++;
                    sum += value;
                    newest = value;
                }
            }
            chosen = chosen || (spec->filter == WINDOW_NONE && rows > 0);
            terms[k] = term->kind == DAY_COUNT  ? rows
                       : values == 0            ? (double)NAN
                       : term->kind == DAY_SUM ? sum
                                               : newest;
        }
        for (uint32_t i = 0; i < all.count && spec->filter != WINDOW_NONE; i++) {
            chosen = chosen || (day_of(r, all.at[i]->row.time_us) == day &&
                                has_filter(all.at[i], spec->filter));
        }
        days += chosen;
        holding += chosen && spec->day_condition(r->moment->context, spec->condition, terms);
    }
    return days == 0 ? spec->empty : holding;
}

static double day_end_min(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    struct list list = with_number(r, list_of(r, spec->filter, true));
    int64_t t = r->moment->time_us;
    int64_t near = spec->window == WINDOW_SLIDING ? t - spec->to_us : t;
    bool open = spec->window == WINDOW_SLIDING && spec->near_open;
    // The window's own end.
    uint32_t n = 0;
    while (n < list.count && (list.at[n]->row.time_us < near || (!open && list.at[n]->row.time_us == near))) {
        n++;
    }
    if (n == 0) {
        return spec->empty;
    }
    double low = value_at(r, &list, n - 1);
    for (int64_t day = day_of(r, near); day >= day_of(r, list.at[0]->row.time_us); day--) {
        int64_t midnight = day * DAY - r->rules->zone_offset_us;
        bool inside = spec->window == WINDOW_SLIDING ? midnight > t - spec->from_us
                      : spec->window == WINDOW_DAY   ? false
                      : spec->window == WINDOW_MONTH ? month_of(r, midnight - 1) == month_of(r, t)
                      : spec->window == WINDOW_YEAR
                          ? civil_from_time(midnight - 1, r->rules->zone_offset_us).year ==
                                civil_from_time(t, r->rules->zone_offset_us).year
                          : true;
        uint32_t k = 0;
        while (k < n && list.at[k]->row.time_us < midnight) {
            k++;
        }
        if (inside && k > 0) {
            double value = value_at(r, &list, k - 1);
            low = value < low ? value : low;
        }
    }
    return low;
}

static double autocorrelation(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    static double days[4096];
    struct list list = with_number(r, list_of(r, spec->filter, false));
    int64_t t = r->moment->time_us;
    if (list.count == 0) {
        return spec->empty;
    }
    int64_t last = day_of(r, t);
    int64_t first = 0;
    if (spec->window == WINDOW_SLIDING) {
        last = day_of(r, t - spec->to_us - (spec->near_open ? 1 : 0));
        first = day_of(r, t - spec->from_us + (spec->far_closed ? 0 : 1));
    } else if (spec->window == WINDOW_LIFETIME) {
        first = day_of(r, list.at[0]->row.time_us);
    } else {
        first = last;
        for (; spec->window == WINDOW_MONTH &&
               month_of(r, (first - 1) * DAY - r->rules->zone_offset_us) == month_of(r, t);
             first--) {
        }
        for (; spec->window == WINDOW_YEAR &&
               civil_from_time((first - 1) * DAY - r->rules->zone_offset_us,
                               r->rules->zone_offset_us)
                       .year == civil_from_time(t, r->rules->zone_offset_us).year;
             first--) {
        }
    }
    if (last - first + 1 > 4096) {
        first = last - 4095;
    }
    int64_t count = last - first + 1;
    double mean = 0;
    for (int64_t d = 0; d < count; d++) {
        days[d] = 0;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        int64_t d = day_of(r, list.at[i]->row.time_us) - first;
        if (d >= 0) {
            days[d] += value_at(r, &list, i);
        }
    }
    for (int64_t d = 0; d < count; d++) {
        mean += days[d];
    }
    mean /= (double)count;
    double best = 0;
    double spread = 0;
    for (int64_t d = 0; d < count; d++) {
        spread += (days[d] - mean) * (days[d] - mean);
    }
    for (uint32_t k = 0; k < spec->lag_count; k++) {
        double sum = 0;
        for (int64_t d = spec->lags[k]; d < count; d++) {
            sum += (days[d] - mean) * (days[d - spec->lags[k]] - mean);
        }
        best = spread > 0 && sum / spread > best ? sum / spread : best;
    }
    return best;
}

static double pause_days(const struct recount *r) {
    struct list list = list_of(r, r->spec->filter, true);
    int64_t today = day_of(r, r->moment->time_us);
    int64_t first = r->moment->time_us;
    int64_t before = INT64_MIN;
    for (uint32_t i = 0; i < list.count; i++) {
        int64_t time = list.at[i]->row.time_us;
        if (day_of(r, time) == today) {
            first = time < first ? time : first;
        } else {
            before = time;
        }
    }
    return before == INT64_MIN ? r->spec->empty : (double)((first - before) / DAY);
}

static double wake_days(const struct recount *r) {
    struct list list = list_of(r, r->spec->filter, true);
    double found = r->spec->empty;
    for (uint32_t i = 1; i < list.count; i++) {
        int64_t gap = list.at[i]->row.time_us - list.at[i - 1]->row.time_us;
        if (gap / DAY >= (int64_t)r->spec->pause_days) {
            found = (double)((r->moment->time_us - list.at[i]->row.time_us) / DAY);
        }
    }
    return found;
}

// ---- pairs ----

// Credits as open amounts; each debit takes from the oldest that is open (and not older than `within`).
static double matching(const struct recount *r, bool cycles) {
    const struct window_feature_spec *spec = r->spec;
    static double open[1 << 16], full[1 << 16];
    static int64_t times[1 << 16];
    uint32_t count = 0;
    double held = 0;
    double matched = 0;
    struct list list = with_number(r, list_of(r, WINDOW_NONE, false));
    for (uint32_t i = 0; i < list.count; i++) {
        const struct naive_event *e = list.at[i];
        double amount = value_at(r, &list, i);
        if (amount <= 0) {
            continue;
        }
        if (has_filter(e, spec->other_filter)) {
            double left = amount;
            for (uint32_t k = 0; k < count; k++) {
                int64_t age = e->row.time_us - times[k];
                if (cycles && age > spec->within_us) {
                    continue;
                }
                double part = left < open[k] ? left : open[k];
                open[k] -= part;
                left -= part;
                if (part > 0) {
                    held += part * ((double)age / 1e6);
                    matched += part;
                }
            }
        }
        if (has_filter(e, spec->filter)) {
            open[count] = full[count] = amount;
            times[count++] = e->row.time_us;
        }
    }
    if (!cycles) {
        return matched > 0 ? held / matched : spec->empty;
    }
    uint32_t used = 0;
    for (uint32_t k = 0; k < count; k++) {
        used += full[k] - open[k] >= full[k] * (spec->share - 1e-9);
    }
    return count == 0 ? spec->empty : used;
}

static double followed(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    static bool taken[1 << 16];
    struct list list = with_number(r, list_of(r, WINDOW_NONE, false));
    memset(taken, 0, sizeof taken[0] * (list.count + 1));
    uint32_t rows = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        double number = value_at(r, &list, i);
        if (!has_filter(list.at[i], spec->filter) || number <= 0) {
            continue;
        }
        rows++;
        for (uint32_t k = i + 1; k < list.count; k++) {
            double other = value_at(r, &list, k);
            if (has_filter(list.at[k], spec->other_filter) && !taken[k] && other > 0 &&
                list.at[k]->row.time_us - list.at[i]->row.time_us <= spec->within_us &&
                fabs(other - number) <= number * (spec->tolerance + 1e-9)) {
                taken[k] = true;
                count++;
                break;
            }
        }
    }
    return rows == 0 ? spec->empty : count;
}

// The rates of pair (a = k, b = i), or NaN where it is no candidate.
static double rate_of(const struct recount *r, const struct list *list, uint32_t k, uint32_t i) {
    const struct window_feature_spec *spec = r->spec;
    double base = value_at(r, list, k);
    double number = value_at(r, list, i);
    const struct window_row *a = &list->at[k]->row;
    const struct window_row *b = &list->at[i]->row;
    if (!has_filter(list->at[k], spec->filter) || base <= 0 || number <= 0 ||
        !has_filter(list->at[i], spec->other_filter)) {
        return (double)NAN;
    }
    if (spec->other_column != WINDOW_NONE &&
        (a->ids[spec->other_column] == 0 || a->ids[spec->other_column] != b->ids[spec->other_column])) {
        return (double)NAN;
    }
    if (spec->same_day && day_of(r, a->time_us) != day_of(r, b->time_us)) {
        return (double)NAN;
    }
    double rate = number / base;
    return rate >= spec->low - 1e-9 && rate <= spec->high + 1e-9 ? rate : (double)NAN;
}

static double modal_rate(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    static double rates[1 << 16];
    static uint32_t debits[1 << 16];
    struct list list = with_number(r, list_of(r, WINDOW_NONE, false));
    uint32_t rows = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        rows += has_filter(list.at[i], spec->other_filter) && value_at(r, &list, i) > 0;
        for (uint32_t k = 0; k < i && count < 1 << 16; k++) {
            rates[count] = rate_of(r, &list, k, i);
            debits[count] = i;
            count += !isnan(rates[count]);
        }
    }
    uint32_t most = 0;
    for (uint32_t c = 0; c < count; c++) {
        double slack = rates[c] * (spec->tolerance + 1e-9);
        uint32_t found = 0;
        uint32_t last = WINDOW_NONE; // the candidates of one debit stand together
        for (uint32_t k = 0; k < count; k++) {
            if (rates[k] >= rates[c] - slack && rates[k] <= rates[c] + slack && debits[k] != last) {
                last = debits[k];
                found++;
            }
        }
        most = found > most ? found : most;
    }
    return rows == 0 ? spec->empty : (double)most / rows;
}

// ---- places, the current row ----

static bool place_of(const struct recount *r, const struct window_row *row, double *ret_latitude,
                     double *ret_longitude) {
    return number_of(r, row, r->rules->store->latitude, ret_latitude) &&
           number_of(r, row, r->rules->store->longitude, ret_longitude);
}

static double distance(double lat1, double lon1, double lat2, double lon2) {
    double to_radians = acos(-1) / 180;
    double a = pow(sin((lat2 - lat1) * to_radians / 2), 2) +
               cos(lat1 * to_radians) * cos(lat2 * to_radians) *
                   pow(sin((lon2 - lon1) * to_radians / 2), 2);
    return 2 * 6371.0088 * asin(sqrt(fmin(a, 1)));
}

static double place_value(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    const struct window_row *row = r->moment->row;
    const struct naive_event *current =
        r->moment->current == WINDOW_NONE ? NULL : &r->thing->events[r->moment->current];
    double latitude = 0;
    double longitude = 0;
    row = row == NULL && current != NULL ? &current->row : row;
    if (row == NULL || !place_of(r, row, &latitude, &longitude)) {
        return spec->empty;
    }
    // The list is in order; what stands before the current one is before it.
    struct recount with = *r;
    struct window_feature_spec all = *spec;
    all.skip_current = false;
    with.spec = &all;
    struct list list = list_of(&with, WINDOW_NONE, true);
    uint32_t end = 0;
    while (end < list.count && list.at[end] != current) {
        end++;
    }
    double at[2] = {0, 0};
    double base = 0;
    double lat_sum = 0;
    double lon_sum = 0;
    uint32_t count = 0;
    for (uint32_t i = end; i-- > 0;) {
        const struct window_row *other = &list.at[i]->row;
        if (!in_window(r, other->time_us) || !has_filter(list.at[i], spec->filter) ||
            !place_of(r, other, &at[0], &at[1])) {
            continue;
        }
        if (spec->aggregate != AGGREGATE_DISTANCE_CENTRE) {
            double km = distance(at[0], at[1], latitude, longitude);
            double hours = (double)(r->moment->time_us - other->time_us) / 3600e6;
            hours = hours < 1.0 / 3600 ? 1.0 / 3600 : hours;
            return spec->aggregate == AGGREGATE_SPEED_LAST ? km / hours : km;
        }
        base = count == 0 ? at[1] : base;
        double turn = at[1] - base;
        lat_sum += at[0];
        lon_sum += turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
        count++;
    }
    return count == 0 ? spec->empty
                      : distance(lat_sum / count, base + lon_sum / count, latitude, longitude);
}

static double other_with_same(const struct recount *r) {
    const struct window_feature_spec *spec = r->spec;
    const struct window_row *row = r->moment->row;
    row = row == NULL && r->moment->current != WINDOW_NONE
              ? &r->thing->events[r->moment->current].row
              : row;
    if (row == NULL || row->ids[spec->column] == 0) {
        return spec->empty;
    }
    struct list list = list_of(r, spec->filter, false);
    uint32_t most = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct window_row *one = &list.at[i]->row;
        uint32_t count = 0;
        for (uint32_t k = 0; k < list.count; k++) {
            const struct window_row *two = &list.at[k]->row;
            count += two->ids[spec->column] == row->ids[spec->column] &&
                     two->ids[spec->other_column] == one->ids[spec->other_column];
        }
        bool other = one->ids[spec->other_column] != 0 &&
                     one->ids[spec->other_column] != row->ids[spec->other_column];
        most = other && count > most ? count : most;
    }
    return most;
}

double naive_value(const struct naive_thing *thing, const struct naive_rules *rules,
                   const struct window_feature_spec *spec, const struct naive_moment *moment) {
    struct recount r = {thing, rules, spec, moment};
    switch (spec->aggregate) {
    case AGGREGATE_COUNT:
    case AGGREGATE_RATIO:
    case AGGREGATE_SINCE:
    case AGGREGATE_SINCE_FIRST:
        return times_value(&r);
    case AGGREGATE_SUM:
    case AGGREGATE_AVG:
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_STD:
    case AGGREGATE_STD_SAMPLE:
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
    case AGGREGATE_PERCENTILE:
    case AGGREGATE_RUN_UP:
        return numbers_value(&r);
    case AGGREGATE_DISTINCT:
    case AGGREGATE_INTERSECT:
        return ids_value(&r);
    case AGGREGATE_DISTINCT_DAYS:
        return different(&r, false);
    case AGGREGATE_DISTINCT_HOURS:
        return different(&r, true);
    case AGGREGATE_DAYS_WITH:
        return days_with(&r);
    case AGGREGATE_DAY_END_MIN:
        return day_end_min(&r);
    case AGGREGATE_REPEAT_MONTHS:
        return repeat_months(&r);
    case AGGREGATE_AUTOCORRELATION:
        return autocorrelation(&r);
    case AGGREGATE_TOP_SHARE:
        return top_share(&r);
    case AGGREGATE_FIFO_HOLD:
        return matching(&r, false);
    case AGGREGATE_CYCLES:
        return matching(&r, true);
    case AGGREGATE_FOLLOWED:
        return followed(&r);
    case AGGREGATE_MODAL_RATE:
        return modal_rate(&r);
    case AGGREGATE_INTERVAL_STD:
        return interval_std(&r);
    case AGGREGATE_DISTANCE_LAST:
    case AGGREGATE_SPEED_LAST:
    case AGGREGATE_DISTANCE_CENTRE:
        return place_value(&r);
    case AGGREGATE_OTHER_WITH_SAME:
        return other_with_same(&r);
    case AGGREGATE_PAUSE_DAYS:
        return pause_days(&r);
    case AGGREGATE_WAKE_DAYS:
        return wake_days(&r);
    case AGGREGATE_COUNT_OF_ALL:
        break;
    }
    return (double)NAN;
}
