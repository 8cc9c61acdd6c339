// Compute: the passes of one moment.
//
// A thing is opened once for all passes of its entity. Then
//   1. each filter that is needed becomes a bitmap over the rows up to t (one look at the pattern of each row sets
//      the bits of all filters);
//   2. each window becomes a range of rows by binary search, once for all features that have it;
//   3. a count is the number of bits in a range, a ratio two of them; sums and distinct counts visit only rows
//      whose bit is set, from the newest to the oldest, and as windows that end at t lie inside each other, one walk
//      serves them all: what has been added up at a window's border is that window's value.
// A delayed window has a walk of its own, and so has a window over reals, which are added from the oldest to the newest,
// as a recount does, so that both give the same bits.

#include "monitoring/stream/windows/windows_private.h"

// ---- walks that windows share

// The spans of a pass that end at t, with the same choice about late rows, nearest first; the others behind them.
// Returns how many can share a walk.
static uint32_t order_spans(struct scan *scan, const struct pass *pass, bool split, bool timely,
                            uint32_t *order, uint32_t *ret_count) {
    uint32_t nested = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < pass->span_count; i++) {
        uint32_t span = pass->spans[i];
        if (split && scan->plan->spans.at[span].timely != timely) {
            continue;
        }
        Range range = scan_range(scan, span);
        if (!scan->plan->spans.at[span].nested) {
            order[count++] = span;
            continue;
        }
        uint32_t k = nested++;
        if (count > k) {
            order[count] = order[k];
        }
        count++;
        for (; k > 0 && scan->state->span_lo[order[k - 1]] < range.lo; k--) {
            order[k] = order[k - 1];
        }
        order[k] = span;
    }
    *ret_count = count;
    return nested;
}

// ---- numbers ----

// Adds rows of a range to the sums, newest first. `wide` and `squares` are constants where this is called.
static inline __attribute__((always_inline)) void
add_numbers(const void *column, bool wide, bool squares, const uint64_t *bits, Range range,
            struct sums *sums) {
    int64_t count = sums->count;
    int64_t low = sums->low;
    int64_t high = sums->high;
    Int128 sum = sums->sum;
    Int128 square_sum = sums->squares;
    for (uint32_t word = (uint32_t)bits_words(range.hi); word-- > range.lo / 64;) {
        uint64_t left = bits[word];
        if (word == range.lo / 64) {
            left &= UINT64_MAX << (range.lo % 64);
        }
        if (word == (range.hi - 1) / 64) {
            left &= UINT64_MAX >> (63 - (range.hi - 1) % 64);
        }
        while (left != 0) {
            uint32_t bit = 63 - (uint32_t)__builtin_clzll(left);
            left ^= UINT64_C(1) << bit;
            int64_t value = wide ? ((const int64_t *)column)[word * 64 + bit]
                                 : ((const int32_t *)column)[word * 64 + bit];
            if (value == (wide ? WINDOW_MISSING_INTEGER : INT32_MIN)) {
                continue;
            }
            count++;
            low = value < low ? value : low;
            high = value > high ? value : high;
            sum += value;
            if (squares) {
                square_sum += (Int128)value * value;
            }
        }
    }
    *sums = (struct sums){count, low, high, sum, square_sum};
}

static void add_range(const struct scan *scan, const struct pass *pass, const uint64_t *bits,
                      Range range, struct sums *sums) {
    const void *column = scan->rows.number[pass->column];
    if (range.lo >= range.hi) {
        return;
    }
    bool wide = (scan->rows.wide >> pass->column & 1) != 0;
    if (wide && pass->squares) {
        add_numbers(column, true, true, bits, range, sums);
    } else if (wide) {
        add_numbers(column, true, false, bits, range, sums);
    } else if (pass->squares) {
        add_numbers(column, false, true, bits, range, sums);
    } else {
        add_numbers(column, false, false, bits, range, sums);
    }
}

static const struct sums no_sums = {.low = INT64_MAX, .high = INT64_MIN};

static void sum_spans(struct scan *scan, const struct pass *pass, bool split, bool timely) {
    uint32_t order[PASS_FEATURES_MAX];
    uint32_t count = 0;
    uint32_t nested = order_spans(scan, pass, split, timely, order, &count);
    if (count == 0) {
        return;
    }
    const uint64_t *bits = scan_bits(scan, pass->filter, pass->skip_current, timely, 0);
    struct window_state *state = scan->state;
    struct sums sums = no_sums;
    uint32_t hi = scan->upto;
    for (uint32_t i = 0; i < nested; i++) {
        uint32_t lo = state->span_lo[order[i]];
        add_range(scan, pass, bits, (Range){lo, hi}, &sums);
        state->span_sums[order[i]] = sums;
        hi = lo;
    }
    for (uint32_t i = nested; i < count; i++) {
        sums = no_sums;
        add_range(scan, pass, bits, scan_range(scan, order[i]), &sums);
        state->span_sums[order[i]] = sums;
    }
}

double deviation(Int128 count, Int128 sum, Int128 squares, bool sample) {
    Int128 scaled = 0;
    Int128 square = 0;
    Int128 difference = 0;
    double n = (double)count;
    double spread = 0;
    if (__builtin_mul_overflow(count, squares, &scaled) ||
        __builtin_mul_overflow(sum, sum, &square) ||
        __builtin_sub_overflow(scaled, square, &difference)) {
        double mean = (double)sum / n;
        spread = n * (double)squares - n * n * mean * mean;
        spread = spread < 0 ? 0 : spread;
    } else {
        spread = (double)difference;
    }
    return sample ? sqrt(spread / (n * (n - 1))) : sqrt(spread) / n;
}

static double saturated(Int128 sum) {
    sum = sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : sum;
    return (double)(int64_t)sum;
}

static double integer_value(const struct feature *feature, const struct sums *sums) {
    bool sample = feature->aggregate == AGGREGATE_STD_SAMPLE;
    if (sums->count == 0 || (sample && sums->count < 2)) {
        return feature->empty;
    }
    switch (feature->aggregate) {
    case AGGREGATE_SUM:
        return saturated(sums->sum);
    case AGGREGATE_AVG:
        return (double)sums->sum / (double)sums->count;
    case AGGREGATE_MIN:
        return (double)sums->low;
    case AGGREGATE_MAX:
        return (double)sums->high;
    default:
        return deviation(sums->count, sums->sum, sums->squares, sample);
    }
}

static void add_life(struct sums *sums, const struct life_sums *life) {
    if (life->count == 0) {
        return;
    }
    sums->count += life->count;
    sums->low = life->low < sums->low ? life->low : sums->low;
    sums->high = life->high > sums->high ? life->high : sums->high;
    sums->sum += life->integer.sum;
    sums->squares += life->integer.squares;
}

// Reals of one window, from the oldest to the newest.
static double real_value(struct scan *scan, const struct feature *feature, const uint64_t *bits,
                         Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    const double *column = scan->rows.number[spec->column];
    double count = 0;
    double sum = 0;
    double low = (double)INFINITY;
    double high = -(double)INFINITY;
    ROWS_UP(bits, range, i) {
        if (!isnan(column[i])) {
            count++;
            sum += column[i];
            low = column[i] < low ? column[i] : low;
            high = column[i] > high ? column[i] : high;
        }
    }
    double mean = count > 0 ? sum / count : 0;
    double squares = 0;
    if (spec->aggregate == AGGREGATE_STD || spec->aggregate == AGGREGATE_STD_SAMPLE) {
        ROWS_UP(bits, range, i) {
            squares += isnan(column[i]) ? 0 : (column[i] - mean) * (column[i] - mean);
        }
    }
    if (feature->life != WINDOW_NONE) {
        const struct life_sums *life = thing_extra(scan->thing, feature->life);
        if (life->count > 0) {
            double gone = (double)life->count;
            double apart = mean - life->real.mean;
            squares += life->real.squares + apart * apart * count * gone / (count + gone);
            count += gone;
            sum += life->real.sum;
            double bound = 0;
            memcpy(&bound, &life->low, sizeof bound);
            low = bound < low ? bound : low;
            memcpy(&bound, &life->high, sizeof bound);
            high = bound > high ? bound : high;
        }
    }
    bool sample = spec->aggregate == AGGREGATE_STD_SAMPLE;
    if (count == 0 || (sample && count < 2)) {
        return spec->empty;
    }
    switch (spec->aggregate) {
    case AGGREGATE_SUM:
        return sum;
    case AGGREGATE_AVG:
        return sum / count;
    case AGGREGATE_MIN:
        return low;
    case AGGREGATE_MAX:
        return high;
    default:
        return sqrt(squares / (sample ? count - 1 : count));
    }
}

static double edge_number(struct scan *scan, const struct feature *feature, const uint64_t *bits,
                          Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    if (spec->aggregate == AGGREGATE_FIRST) {
        ROWS_UP(bits, range, i) {
            if (rows_has(&scan->rows, spec->column, i)) {
                return rows_double(&scan->rows, spec->column, i);
            }
        }
        return spec->empty;
    }
    ROWS_DOWN(bits, range, i) {
        if (rows_has(&scan->rows, spec->column, i)) {
            return rows_double(&scan->rows, spec->column, i);
        }
    }
    return spec->empty;
}

static void compute_numbers(struct scan *scan, const struct pass *pass, double *ret_values) {
    bool real = scan->store->spec.numbers[pass->column] == NUMBER_REAL;
    bool summed = false;
    for (uint32_t i = 0; i < pass->feature_count; i++) {
        const struct feature *feature = &scan->plan->features.at[pass->features[i]];
        double *value = &ret_values[pass->features[i]];
        Aggregate aggregate = feature->aggregate;
        bool edge = aggregate == AGGREGATE_FIRST || aggregate == AGGREGATE_LAST;
        if (edge && scan->accelerated) {
            uint32_t found = accelerator_edge(scan, feature, aggregate == AGGREGATE_FIRST);
            *value = found == WINDOW_NONE ? feature->empty
                                      : rows_double(&scan->rows, feature->column, found);
            continue;
        }
        if (edge || real) {
            bool timely = feature->timely;
            const uint64_t *bits = scan_bits(scan, pass->filter, pass->skip_current, timely, 0);
            Range range = scan_range(scan, feature->span);
            *value = edge ? edge_number(scan, feature, bits, range)
                          : real_value(scan, feature, bits, range);
            continue;
        }
        if (scan->accelerated) {
            struct sums sums = accelerator_sums(scan, feature);
            if (feature->life != WINDOW_NONE) {
                add_life(&sums, thing_extra(scan->thing, feature->life));
            }
            *value = integer_value(feature, &sums);
            continue;
        }
        if (!summed && scan_has_late(scan)) {
            sum_spans(scan, pass, true, false);
            sum_spans(scan, pass, true, true);
        } else if (!summed) {
            sum_spans(scan, pass, false, false);
        }
        summed = true;
        struct sums sums = scan->state->span_sums[feature->span];
        if (feature->life != WINDOW_NONE) {
            add_life(&sums, thing_extra(scan->thing, feature->life));
        }
        *value = integer_value(feature, &sums);
    }
}

// ---- different ids ----

static uint32_t add_ids(const uint16_t *column, const uint64_t *bits, Range range,
                        uint64_t *seen) {
    uint32_t count = 0;
    ROWS_DOWN(bits, range, i) {
        uint16_t id = column[i];
        uint64_t bit = UINT64_C(1) << (id % 64);
        count += (seen[id / 64] & bit) == 0;
        seen[id / 64] |= bit;
    }
    return count;
}

static void distinct_spans(struct scan *scan, const struct pass *pass, bool split, bool timely) {
    uint32_t order[PASS_FEATURES_MAX];
    uint32_t count = 0;
    uint32_t nested = order_spans(scan, pass, split, timely, order, &count);
    if (count == 0) {
        return;
    }
    const uint64_t *bits = scan_bits(scan, pass->filter, pass->skip_current, timely, 0);
    struct window_state *state = scan->state;
    const uint16_t *column = scan->rows.id[pass->column];
    size_t seen_bytes = bits_words(scan->thing->dict_count + 1) * sizeof(uint64_t);
    state->seen[0] = 1; // a missing id is none
    uint32_t found = 0;
    uint32_t hi = scan->upto;
    for (uint32_t i = 0; i < nested; i++) {
        uint32_t lo = state->span_lo[order[i]];
        found += add_ids(column, bits, (Range){lo, hi}, state->seen);
        state->span_distinct[order[i]] = found;
        hi = lo;
    }
    memset(state->seen, 0, seen_bytes);
    for (uint32_t i = nested; i < count; i++) {
        state->seen[0] = 1;
        state->span_distinct[order[i]] =
            add_ids(column, bits, scan_range(scan, order[i]), state->seen);
        memset(state->seen, 0, seen_bytes);
    }
}

static void compute_distinct(struct scan *scan, const struct pass *pass, double *ret_values) {
    if (scan->accelerated) {
        for (uint32_t i = 0; i < pass->feature_count; i++) {
            const struct feature *feature = &scan->plan->features.at[pass->features[i]];
            uint32_t found = accelerator_distinct(scan, feature);
            ret_values[pass->features[i]] = found == 0 ? feature->empty : found;
        }
        return;
    }
    if (scan_has_late(scan)) {
        distinct_spans(scan, pass, true, false);
        distinct_spans(scan, pass, true, true);
    } else {
        distinct_spans(scan, pass, false, false);
    }
    for (uint32_t i = 0; i < pass->feature_count; i++) {
        const struct feature *feature = &scan->plan->features.at[pass->features[i]];
        uint32_t found = scan->state->span_distinct[feature->span];
        ret_values[pass->features[i]] = found == 0 ? feature->empty : found;
    }
}

// ---- rows without a column ----

static double seconds(int64_t span_us) {
    return (double)span_us / (double)US_PER_SECOND;
}

static int64_t gone_rows(const struct scan *scan, uint32_t life) {
    return life == WINDOW_NONE ? 0 : *(const int64_t *)thing_extra(scan->thing, life);
}

static double count_value(const struct scan *scan, const struct feature *feature,
                          const uint64_t *bits, Range range) {
    int64_t count = bits_count(bits, range.lo, range.hi) + gone_rows(scan, feature->life);
    return count == 0 ? feature->empty : (double)count;
}

static double ratio_value(struct scan *scan, const struct feature *feature, const uint64_t *a,
                          bool timely, Range range) {
    const uint64_t *b =
        scan_bits(scan, feature->other_filter, feature->skip_current, timely, 1);
    int64_t all = bits_count(b, range.lo, range.hi) + gone_rows(scan, feature->other_life);
    int64_t some = bits_count(a, range.lo, range.hi) + gone_rows(scan, feature->life);
    return all == 0 ? feature->empty : (double)some / (double)all;
}

// The same for a thing with many rows, where the aggregate is one that is kept up.
static bool quick_value(struct scan *scan, const struct feature *feature, double *ret_value) {
    int64_t some = 0;
    int64_t all = 0;
    uint32_t found = WINDOW_NONE;
    switch (feature->aggregate) {
    case AGGREGATE_COUNT:
        some = accelerator_count(scan, feature, feature->entry) + gone_rows(scan, feature->life);
        *ret_value = some == 0 ? feature->empty : (double)some;
        return true;
    case AGGREGATE_RATIO:
        some = accelerator_count(scan, feature, feature->entry) + gone_rows(scan, feature->life);
        all = accelerator_count(scan, feature, feature->other_entry) +
              gone_rows(scan, feature->other_life);
        *ret_value = all == 0 ? feature->empty : (double)some / (double)all;
        return true;
    case AGGREGATE_SINCE:
    case AGGREGATE_SINCE_FIRST:
        found = accelerator_edge(scan, feature, feature->aggregate == AGGREGATE_SINCE_FIRST);
        *ret_value =
            found == WINDOW_NONE ? feature->empty : seconds(scan->time_us - scan->rows.time[found]);
        return true;
    default:
        return false;
    }
}

static double times_value(struct scan *scan, const struct feature *feature, bool timely) {
    double quick = 0;
    if (scan->accelerated && quick_value(scan, feature, &quick)) {
        return quick;
    }
    const uint64_t *bits = scan_bits(scan, feature->filter, feature->skip_current, timely, 0);
    Range range = scan_range(scan, feature->span);
    uint32_t found = WINDOW_NONE;
    switch (feature->aggregate) {
    case AGGREGATE_COUNT:
        return count_value(scan, feature, bits, range);
    case AGGREGATE_RATIO:
        return ratio_value(scan, feature, bits, timely, range);
    case AGGREGATE_SINCE:
        found = bits_last(bits, range.lo, range.hi);
        return found == WINDOW_NONE ? feature->empty : seconds(scan->time_us - scan->rows.time[found]);
    case AGGREGATE_SINCE_FIRST:
        found = bits_next(bits, range.lo, range.hi);
        return found == range.hi ? feature->empty : seconds(scan->time_us - scan->rows.time[found]);
    case AGGREGATE_DISTINCT_DAYS:
        return aggregate_distinct_days(scan, feature, bits, range);
    case AGGREGATE_DISTINCT_HOURS:
        return aggregate_distinct_hours(scan, feature, bits, range);
    case AGGREGATE_INTERVAL_STD:
        return aggregate_interval_std(scan, feature, bits, range);
    case AGGREGATE_PAUSE_DAYS:
        return aggregate_pause_days(scan, feature,
                                    scan_bits(scan, feature->filter, feature->skip_current, false, 0));
    case AGGREGATE_WAKE_DAYS:
        return aggregate_wake_days(scan, feature,
                                   scan_bits(scan, feature->filter, feature->skip_current, false, 0));
    default:
        return (double)NAN; // families are told apart in plan.c
    }
}

// ---- the others ----

static double single_value(struct scan *scan, const struct feature *feature, bool timely) {
    const struct window_feature_spec *spec = &feature->spec;
    const uint64_t *a = scan_bits(scan, feature->filter, spec->skip_current, timely, 0);
    Range range = scan_range(scan, feature->span);
    switch (spec->aggregate) {
    case AGGREGATE_PERCENTILE:
        return aggregate_percentile(scan, feature, a, range);
    case AGGREGATE_DAYS_WITH:
        return aggregate_days_with(scan, feature, a, range);
    case AGGREGATE_DAY_END_MIN:
        return aggregate_day_end_min(scan, feature, a, range);
    case AGGREGATE_REPEAT_MONTHS:
        return aggregate_repeat_months(scan, feature, a, range);
    case AGGREGATE_AUTOCORRELATION:
        return aggregate_autocorrelation(scan, feature, a, range);
    case AGGREGATE_TOP_SHARE:
        return aggregate_top_share(scan, feature, a, range);
    case AGGREGATE_RUN_UP:
        return aggregate_run_up(scan, feature, a, range);
    case AGGREGATE_DISTANCE_LAST:
    case AGGREGATE_SPEED_LAST:
    case AGGREGATE_DISTANCE_CENTRE:
        return aggregate_place(scan, feature, a, range);
    case AGGREGATE_OTHER_WITH_SAME:
        return aggregate_other_with_same(scan, feature, a, range);
    default:
        break;
    }
    const uint64_t *b = scan_bits(scan, feature->other_filter, spec->skip_current, timely, 1);
    switch (spec->aggregate) {
    case AGGREGATE_FIFO_HOLD:
        return aggregate_fifo_hold(scan, feature, a, b, range);
    case AGGREGATE_INTERSECT:
        return aggregate_intersect(scan, feature, a, b, range);
    case AGGREGATE_FOLLOWED:
        return aggregate_followed(scan, feature, a, b, range);
    case AGGREGATE_CYCLES:
        return aggregate_cycles(scan, feature, a, b, range);
    case AGGREGATE_MODAL_RATE:
        return aggregate_modal_rate(scan, feature, a, b, range);
    default:
        return (double)NAN;
    }
}

static void compute_each(struct scan *scan, const struct pass *pass, double *ret_values) {
    for (uint32_t i = 0; i < pass->feature_count; i++) {
        const struct feature *feature = &scan->plan->features.at[pass->features[i]];
        bool timely = feature->timely;
        ret_values[pass->features[i]] = pass->family == FAMILY_TIMES
                                            ? times_value(scan, feature, timely)
                                            : single_value(scan, feature, timely);
    }
}

static void compute_pass(struct scan *scan, const struct pass *pass, double *ret_values) {
    switch (pass->family) {
    case FAMILY_NUMBER:
        compute_numbers(scan, pass, ret_values);
        break;
    case FAMILY_DISTINCT:
        compute_distinct(scan, pass, ret_values);
        break;
    case FAMILY_TIMES:
    case FAMILY_SINGLE:
        compute_each(scan, pass, ret_values);
        break;
    }
}

static void give_empty(const struct window_plan *plan, const struct pass *pass,
                       double *ret_values) {
    for (uint32_t i = 0; i < pass->feature_count; i++) {
        ret_values[pass->features[i]] = plan->features.at[pass->features[i]].empty;
    }
}

// The passes of one entity are first .. end-1 of all; the first is asked for.
static void compute_entity(struct window_state *state, const struct window_moment *moment,
                           const uint64_t *passes, uint32_t first, uint32_t end,
                           double *ret_values) {
    const struct window_plan *plan = state->plan;
    uint32_t entity = plan->passes.at[first].entity;
    bool known = moment->refs[entity] != WINDOW_NONE;
    WindowMask filters = {{0, 0}};
    for (uint32_t i = first; i < end; i = bits_next(passes, i + 1, end)) {
        filters.words[0] |= plan->passes.at[i].filters.words[0];
        filters.words[1] |= plan->passes.at[i].filters.words[1];
    }
    if (known) {
        scan_open(state, moment, entity);
        if (!state->scan.accelerated) {
            scan_build(&state->scan, filters);
        }
    }
    for (uint32_t i = first; i < end; i = bits_next(passes, i + 1, end)) {
        if (known) {
            compute_pass(&state->scan, &plan->passes.at[i], ret_values);
        } else {
            give_empty(plan, &plan->passes.at[i], ret_values);
        }
    }
}

void window_compute(struct window_state *state, const struct window_moment *moment,
                    const uint64_t *passes, double *ret_values) {
    const struct window_plan *plan = state->plan;
    uint32_t pass = bits_next(passes, 0, plan->passes.count);
    while (pass < plan->passes.count) {
        uint32_t end = plan->entities.at[plan->passes.at[pass].entity].pass_end;
        compute_entity(state, moment, passes, pass, end, ret_values);
        pass = bits_next(passes, end, plan->passes.count);
    }
}
