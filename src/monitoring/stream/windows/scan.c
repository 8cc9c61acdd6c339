// Scan: one thing opened for the passes of one moment.
//
// A filter becomes a bitmap over the rows up to t, when it is first asked for. Where many filters are wanted, the sets of 64
// rows are looked up once and the square of 64 rows by 64 filters is turned around (Warren, Hacker's Delight, 7-3), which
// costs the same for one filter and for 64. A window becomes a range of rows by binary search, once for all features
// that have it. Both stay good while the thing, its version and t stay, so a second call for the same event finds
// them again.
//
//   bitmaps: [filter 0..127] [every row] [late rows] [copy a] [copy b], each of `words` words

#include "monitoring/stream/windows/windows_private.h"

// ---- opening a thing ----

void scan_open(struct window_state *state, const struct window_moment *moment, uint32_t entity) {
    struct scan *scan = &state->scan;
    WindowRef ref = moment->refs[entity];
    struct thing *thing = ref_thing(state, ref);
    uint32_t current = moment->current == NULL ? WINDOW_NONE : moment->current[entity];
    const struct window_row *row = moment->row == NULL ? NULL : moment->row[entity];
    bool same = scan->thing == thing && scan->version == thing->version &&
                scan->entity == entity && scan->time_us == moment->time_us &&
                scan->current == current;
    scan->moment = moment;
    scan->row = row;
    if (same) {
        return;
    }
    uint64_t stamp = scan->stamp + 1;
    *scan = (struct scan){.plan = state->plan,
                          .state = state,
                          .moment = moment,
                          .row = row,
                          .thing = thing,
                          .version = thing->version,
                          .entity = entity,
                          .time_us = moment->time_us,
                          .current = current,
                          .stamp = stamp};
    scan->store_state = ref_store(state, ref);
    scan->store = scan->store_state->plan;
    rows_open(state, scan->store_state, thing, &scan->rows);
    scan->upto = rows_upto(scan->rows.time, scan->rows.count, moment->time_us);
    scan->words = bits_words(scan->upto);
    scan->accelerated = accelerator_ready(state, scan->store_state, thing);
}

// ---- bitmaps ----

static uint64_t *bitmap(const struct scan *scan, uint32_t slot) {
    return scan->state->bitmaps + scan->words * slot;
}

static void build_one(struct scan *scan, uint32_t filter) {
    const WindowMask *masks = scan->store_state->patterns.masks;
    uint64_t *bits = bitmap(scan, filter);
    uint32_t word = filter / 64;
    uint32_t shift = filter % 64;
    for (uint32_t base = 0; base < scan->upto; base += 64) {
        uint32_t end = scan->upto - base < 64 ? scan->upto - base : 64;
        uint64_t found = 0;
        for (uint32_t i = 0; i < end; i++) {
            uint64_t mask = masks[rows_pattern(&scan->rows, base + i)].words[word];
            found |= (mask >> shift & 1) << i;
        }
        bits[base / 64] = found;
    }
}

static inline __attribute__((always_inline)) void swap_blocks(uint64_t *at, uint32_t size,
                                                              uint64_t mask) {
    for (uint32_t base = 0; base < 64; base += 2 * size) {
        for (uint32_t i = base; i < base + size; i++) {
            uint64_t swapped = ((at[i] >> size) ^ at[i + size]) & mask;
            at[i + size] ^= swapped;
            at[i] ^= swapped << size;
        }
    }
}

// Turns 64 words of 64 bits around: bit k of word i becomes bit i of word k.
static void transpose(uint64_t at[64]) {
    swap_blocks(at, 32, 0x00000000ffffffff);
    swap_blocks(at, 16, 0x0000ffff0000ffff);
    swap_blocks(at, 8, 0x00ff00ff00ff00ff);
    swap_blocks(at, 4, 0x0f0f0f0f0f0f0f0f);
    swap_blocks(at, 2, 0x3333333333333333);
    swap_blocks(at, 1, 0x5555555555555555);
}

// 64 rows (or the last ones) and the filters of one word of the masks.
static void build_chunk(struct scan *scan, uint32_t base, uint32_t word, uint64_t wanted) {
    enum { FEW_ROWS = 20 };
    const WindowMask *masks = scan->store_state->patterns.masks;
    uint32_t count = scan->upto - base < 64 ? scan->upto - base : 64;
    uint64_t *bits = bitmap(scan, word * 64) + base / 64;
    uint64_t at[64];
    for (uint32_t i = 0; i < count; i++) {
        at[i] = masks[rows_pattern(&scan->rows, base + i)].words[word] & wanted;
    }
    if (count > FEW_ROWS) {
        memset(at + count, 0, (64 - count) * sizeof(uint64_t));
        transpose(at);
        for (uint64_t left = wanted; left != 0; left &= left - 1) {
            uint32_t filter = (uint32_t)__builtin_ctzll(left);
            bits[filter * scan->words] = at[filter];
        }
        return;
    }
    for (uint64_t left = wanted; left != 0; left &= left - 1) {
        bits[(uint32_t)__builtin_ctzll(left) * scan->words] = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint64_t left = at[i]; left != 0; left &= left - 1) {
            bits[(uint32_t)__builtin_ctzll(left) * scan->words] |= UINT64_C(1) << i;
        }
    }
}

static void build_many(struct scan *scan, WindowMask wanted) {
    for (uint32_t word = 0; word < 2; word++) {
        for (uint32_t base = 0; base < scan->upto && wanted.words[word] != 0; base += 64) {
            build_chunk(scan, base, word, wanted.words[word]);
        }
    }
}

void scan_build(struct scan *scan, WindowMask wanted) {
    wanted.words[0] &= ~scan->built.words[0];
    wanted.words[1] &= ~scan->built.words[1];
    scan->built.words[0] |= wanted.words[0];
    scan->built.words[1] |= wanted.words[1];
    if (__builtin_popcountll(wanted.words[0]) + __builtin_popcountll(wanted.words[1]) > 3) {
        build_many(scan, wanted);
        return;
    }
    size_t filter = 0;
    BITS_EACH(wanted.words, 2, filter) {
        build_one(scan, (uint32_t)filter);
    }
}

static bool is_built(const struct scan *scan, uint32_t filter) {
    return filter == FILTER_ALL ? scan->built_all : bits_test(scan->built.words, filter);
}

static void build_all(struct scan *scan) {
    uint64_t *bits = bitmap(scan, FILTER_ALL);
    memset(bits, 0xff, scan->words * sizeof(uint64_t));
    if (scan->upto % 64 != 0) {
        bits[scan->words - 1] = UINT64_MAX >> (64 - scan->upto % 64);
    }
    scan->built_all = true;
}

static const uint64_t *late_bits(struct scan *scan) {
    uint64_t *bits = bitmap(scan, FILTER_SLOTS);
    if (!scan->built_late) {
        memset(bits, 0, scan->words * sizeof(uint64_t));
        for (uint32_t i = 0; i < scan->upto; i++) {
            uint8_t late = scan->store_state->patterns.late[rows_pattern(&scan->rows, i)];
            bits[i / 64] |= (uint64_t)late << (i % 64);
        }
        scan->built_late = true;
    }
    return bits;
}

const uint64_t *scan_bits(struct scan *scan, uint32_t filter, bool skip_current, bool timely,
                          int which) {
    if (!is_built(scan, filter)) {
        if (filter == FILTER_ALL) {
            build_all(scan);
        } else {
            build_one(scan, filter);
            bits_set(scan->built.words, filter);
        }
    }
    const uint64_t *bits = bitmap(scan, filter);
    bool skip = skip_current && scan->current < scan->upto && bit_at(bits, scan->current);
    bool without_late = timely && scan_has_late(scan);
    if (!skip && !without_late) {
        return bits;
    }
    const uint64_t *late = without_late ? late_bits(scan) : NULL;
    uint64_t *copy = bitmap(scan, FILTER_SLOTS + 1 + (uint32_t)which);
    for (size_t i = 0; i < scan->words; i++) {
        copy[i] = bits[i] & (late == NULL ? UINT64_MAX : ~late[i]);
    }
    if (skip) {
        bits_clear(copy, scan->current);
    }
    return copy;
}

uint32_t bits_count(const uint64_t *bits, uint32_t from, uint32_t end) {
    if (from >= end) {
        return 0;
    }
    uint32_t first = from / 64;
    uint32_t last = (end - 1) / 64;
    uint64_t head = UINT64_MAX << (from % 64);
    uint64_t tail = UINT64_MAX >> (63 - (end - 1) % 64);
    if (first == last) {
        return (uint32_t)__builtin_popcountll(bits[first] & head & tail);
    }
    int count = __builtin_popcountll(bits[first] & head) + __builtin_popcountll(bits[last] & tail);
    for (uint32_t i = first + 1; i < last; i++) {
        count += __builtin_popcountll(bits[i]);
    }
    return (uint32_t)count;
}

// ---- ranges ----

static int64_t before(int64_t time_us, int64_t span_us) {
    int64_t at = 0;
    return __builtin_sub_overflow(time_us, span_us, &at) ? INT64_MIN : at;
}

static Range sliding_range(const struct scan *scan, const struct span *span) {
    const int64_t *time = scan->rows.time;
    int64_t far = before(scan->time_us, span->from_us);
    int64_t near = before(scan->time_us, span->to_us);
    Range range = {.hi = scan->upto};
    if (!span->nested) {
        range.hi = span->near_open ? rows_below(time, scan->upto, near)
                                   : rows_upto(time, scan->upto, near);
    }
    range.lo = span->far_closed ? rows_below(time, scan->upto, far)
                                : rows_upto(time, scan->upto, far);
    range.lo = range.lo < range.hi ? range.lo : range.hi;
    return range;
}

static Range find_range(const struct scan *scan, const struct span *span) {
    int64_t zone = scan->plan->zone_offset_us;
    int64_t start = INT64_MIN;
    switch (span->window) {
    case WINDOW_SLIDING:
        return sliding_range(scan, span);
    case WINDOW_DAY:
        start = time_day_start(scan->time_us, zone);
        break;
    case WINDOW_MONTH:
        start = time_month_start(scan->time_us, zone);
        break;
    case WINDOW_YEAR:
        start = time_year_start(scan->time_us, zone);
        break;
    case WINDOW_LIFETIME:
        return (Range){0, scan->upto};
    }
    return (Range){rows_below(scan->rows.time, scan->upto, start), scan->upto};
}

Range scan_range(struct scan *scan, uint32_t span) {
    struct window_state *state = scan->state;
    if (state->span_stamp[span] != scan->stamp) {
        Range range = find_range(scan, &scan->plan->spans.at[span]);
        state->span_lo[span] = range.lo;
        state->span_hi[span] = range.hi;
        state->span_stamp[span] = scan->stamp;
    }
    return (Range){state->span_lo[span], state->span_hi[span]};
}
