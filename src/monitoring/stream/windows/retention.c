// Retention: a row may go when no window of any event that may still come can reach it.
//
// An event may be up to WINDOW_LATE_GRACE_US older than the stream's clock and still sees exact windows, so a row with
// a pattern that is reached for R stays until clock - grace - R has passed it. Beyond that:
//   * of each sticky kind the newest row older than the reach stays (or the oldest of all);
//   * what goes is added to the lifetime sums;
//   * where two rows of a filter stand next to each other and the older one goes, a pause between them is
//     remembered by its end.
// Rows that nothing reaches are dropped from the middle as well: a thing with one long filter and many short ones
// keeps only what is asked for.

#include "monitoring/stream/windows/retention.h"

static bool matches(const struct store_state *store, uint32_t pattern, uint32_t filter) {
    return filter == FILTER_ALL || bits_test(store->patterns.masks[pattern].words, filter);
}

static int64_t horizon(int64_t clock_us, int64_t reach_us) {
    int64_t at = 0;
    if (__builtin_sub_overflow(clock_us - WINDOW_LATE_GRACE_US, reach_us, &at)) {
        return INT64_MIN;
    }
    return at;
}

static bool sticks(const struct store_state *store, const struct rows *rows, uint32_t i,
                   const struct sticky *sticky) {
    uint32_t pattern = rows_pattern(rows, i);
    const struct window_store_spec *spec = &store->plan->spec;
    return matches(store, pattern, sticky->filter) &&
           (sticky->number == WINDOW_NONE || rows_has(rows, sticky->number, i)) &&
           (!sticky->timely || store->patterns.late[pattern] == 0) &&
           (!sticky->located ||
            (rows_has(rows, spec->latitude, i) && rows_has(rows, spec->longitude, i)));
}

static void keep_sticky(const struct store_state *store, const struct rows *rows,
                        const struct sticky *sticky, int64_t clock_us, uint64_t *keep) {
    if (sticky->oldest) {
        for (uint32_t i = 0; i < rows->count; i++) {
            if (sticks(store, rows, i, sticky)) {
                bits_set(keep, i);
                return;
            }
        }
        return;
    }
    uint32_t i = rows_upto(rows->time, rows->count, horizon(clock_us, sticky->reach_us));
    while (i > 0) {
        i--;
        if (sticks(store, rows, i, sticky)) {
            bits_set(keep, i);
            return;
        }
    }
}

static uint32_t mark_kept(const struct store_state *store, const struct rows *rows,
                          int64_t clock_us, uint64_t *keep) {
    memset(keep, 0, bits_words(rows->count) * sizeof(uint64_t));
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t reach = store->patterns.reach_us[rows_pattern(rows, i)];
        reach = reach == REACH_NONE ? 0 : reach;
        if (reach == REACH_FOREVER || rows->time[i] >= horizon(clock_us, reach)) {
            bits_set(keep, i);
        }
    }
    for (uint32_t i = 0; i < store->plan->sticky_count; i++) {
        keep_sticky(store, rows, &store->plan->stickies[i], clock_us, keep);
    }
    uint32_t kept = 0;
    for (size_t i = 0; i < bits_words(rows->count); i++) {
        kept += (uint32_t)__builtin_popcountll(keep[i]);
    }
    return kept;
}

// ---- what is remembered of rows that go ----

static void fold_integer(struct life_sums *sums, int64_t value) {
    if (value == WINDOW_MISSING_INTEGER) {
        return;
    }
    sums->low = sums->count == 0 || value < sums->low ? value : sums->low;
    sums->high = sums->count == 0 || value > sums->high ? value : sums->high;
    sums->count++;
    sums->integer.sum += value;
    sums->integer.squares += (Int128)value * value;
}

static double as_double(int64_t bits) {
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void fold_real(struct life_sums *sums, double value) {
    if (isnan(value)) {
        return;
    }
    double low = sums->count == 0 ? value : fmin(as_double(sums->low), value);
    double high = sums->count == 0 ? value : fmax(as_double(sums->high), value);
    memcpy(&sums->low, &low, sizeof low);
    memcpy(&sums->high, &high, sizeof high);
    sums->count++;
    // Welford: the mean and the sum of squared differences from it.
    double before = sums->real.mean;
    sums->real.mean += (value - before) / (double)sums->count;
    sums->real.squares += (value - before) * (value - sums->real.mean);
    sums->real.sum += value;
}

static void fold_life(const struct store_state *store, struct thing *thing,
                      const struct rows *rows, const struct life *life, uint32_t i) {
    if (!matches(store, rows_pattern(rows, i), life->filter)) {
        return;
    }
    if (life->number == WINDOW_NONE) {
        (*(int64_t *)thing_extra(thing, life->offset))++;
        return;
    }
    struct life_sums *sums = thing_extra(thing, life->offset);
    if ((rows->real >> life->number & 1) != 0) {
        fold_real(sums, rows_double(rows, life->number, i));
    } else {
        fold_integer(sums, rows_integer(rows, life->number, i));
    }
}

// Rows may go between others that stay, so the gaps that are left are no pauses: what is folded is every gap up to the
// last one whose older row goes, and `folded_us` says how far that is.
static void fold_wake(const struct store_state *store, struct thing *thing,
                      const struct rows *rows, const struct wake *wake, const uint64_t *keep) {
    struct wake_end *end = thing_extra(thing, wake->offset);
    uint32_t before = WINDOW_NONE;
    int64_t pause_us = INT64_MIN; // the latest pause that is not folded yet
    for (uint32_t i = 0; i < rows->count; i++) {
        if (!matches(store, rows_pattern(rows, i), wake->filter)) {
            continue;
        }
        if (before != WINDOW_NONE && rows->time[i] > end->folded_us) {
            bool pause = (rows->time[i] - rows->time[before]) / US_PER_DAY >= wake->pause_days;
            pause_us = pause ? rows->time[i] : pause_us;
            if (!bits_test(keep, before)) {
                end->end_us = pause_us > end->end_us ? pause_us : end->end_us;
                end->folded_us = rows->time[i];
            }
        }
        before = i;
    }
}

static void fold(struct store_state *store, struct thing *thing, const struct rows *rows,
                 const uint64_t *keep) {
    for (uint32_t k = 0; k < store->plan->wake_count; k++) {
        fold_wake(store, thing, rows, &store->plan->wakes[k], keep);
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        if (bits_test(keep, i)) {
            continue;
        }
        for (uint32_t k = 0; k < store->plan->life_count; k++) {
            fold_life(store, thing, rows, &store->plan->lives[k], i);
        }
        patterns_drop(&store->patterns, rows_pattern(rows, i));
    }
}

// ---- taking rows out ----

// 8-byte numbers are moved without asking whether they are integers or reals.
typedef int64_t __attribute__((may_alias)) AnyNumber;

#define SQUEEZE(type, column)                                                                      \
    do {                                                                                           \
        type *at_ = (type *)(column);                                                              \
        image_guard(image, at_, sizeof *at_ * rows->count);                                        \
        uint32_t to_ = 0;                                                                          \
        for (uint32_t i_ = 0; i_ < rows->count; i_++) {                                            \
            at_[to_] = at_[i_];                                                                    \
            to_ += bit_at(keep, i_);                                                               \
        }                                                                                          \
    } while (0)

static void squeeze(struct live_image *image, const struct store_plan *store, const struct rows *rows,
                    const uint64_t *keep) {
    SQUEEZE(int64_t, rows->time);
    SQUEEZE(uint16_t, rows->tag);
    if (rows->pattern16 != NULL) {
        SQUEEZE(uint16_t, rows->pattern16);
    } else {
        SQUEEZE(uint32_t, rows->pattern32);
    }
    for (uint32_t k = 0; k < store->spec.number_count; k++) {
        if (((rows->real | rows->wide) >> k & 1) != 0) {
            SQUEEZE(AnyNumber, rows->number[k]);
        } else {
            SQUEEZE(int32_t, rows->number[k]);
        }
    }
    for (uint32_t k = 0; k < store->spec.id_count; k++) {
        SQUEEZE(uint16_t, rows->id[k]);
    }
}

uint32_t retention_compact(struct window_state *state, struct store_state *store,
                           struct thing *thing, int64_t clock_us) {
    struct rows rows;
    rows_open(state, store, thing, &rows);
    if (rows.count == 0) {
        return 0;
    }
    uint32_t kept = mark_kept(store, &rows, clock_us, state->keep);
    uint32_t dropped = rows.count - kept;
    if (dropped == 0) {
        return 0;
    }
    accelerator_dropping(state, store, thing, state->keep);
    fold(store, thing, &rows, state->keep);
    squeeze(state->image, store->plan, &rows, state->keep);
    thing->count = kept;
    thing->version++;
    if ((thing->flags & THING_LATE) != 0) {
        bool late = false;
        for (uint32_t i = 0; i < kept; i++) {
            late = late || store->patterns.late[rows_pattern(&rows, i)] != 0;
        }
        thing->flags = (uint8_t)(late ? thing->flags : thing->flags & ~THING_LATE);
    }
    store->counters.rows_expired += dropped;
    store->counters.rows -= dropped;
    return dropped;
}

void retention_drop_oldest(struct window_state *state, struct store_state *store,
                           struct thing *thing, uint32_t count) {
    struct rows rows;
    rows_open(state, store, thing, &rows);
    count = count < rows.count ? count : rows.count;
    accelerator_dropping_oldest(state, store, thing, count);
    if (store->plan->wake_count > 0 || store->plan->life_count > 0) {
        memset(state->keep, 0xff, (bits_words(rows.count) + 1) * sizeof(uint64_t));
        for (uint32_t i = 0; i < count; i++) {
            bits_clear(state->keep, i);
        }
        fold(store, thing, &rows, state->keep);
    } else {
        for (uint32_t i = 0; i < count; i++) {
            patterns_drop(&store->patterns, rows_pattern(&rows, i));
        }
    }
    thing->start += count;
    thing->count -= count;
    thing->version++;
    store->counters.rows_over_cap += count;
    store->counters.rows -= count;
}
