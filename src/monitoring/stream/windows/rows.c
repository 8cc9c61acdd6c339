// Rows of a thing: put in, take out, kept in one block in order of time.
//
// Most rows come in order and go to the end. When the block has no room there, first the rows that nothing can reach
// are dropped (retention.c); only when it is then still seven eighths full, a larger block is taken. So a block is
// gone through once for each eighth of it that came in, and a thing that is at rest in its windows does not grow.
//
// A column of integers lies in 32 bits until a value does not fit, then the whole block is written anew with 64 for
// that column; the same for pattern numbers above 65,535.
//
// At cap_rows the oldest row goes for each that comes. Its place stays empty before `start` until the block's end is
// reached, so that this is no move of the whole block each time; the block of such a thing has an eighth more room.

#include "monitoring/stream/windows/retention.h"


size_t rows_row_bytes(const struct store_plan *store, uint16_t wide, bool wide_pattern) {
    size_t bytes = sizeof(int64_t) + (wide_pattern ? 4 : 2) + 2 + 2 * store->spec.id_count;
    for (uint32_t i = 0; i < store->spec.number_count; i++) {
        bytes += store->spec.numbers[i] == NUMBER_REAL || (wide >> i & 1) != 0 ? 8 : 4;
    }
    return bytes;
}

static size_t thing_row_bytes(const struct store_state *store, const struct thing *thing) {
    return rows_row_bytes(store->plan, thing->wide, (thing->flags & THING_WIDE_PATTERN) != 0);
}

void rows_open(const struct window_state *state, const struct store_state *store,
               const struct thing *thing, struct rows *ret_rows) {
    const struct window_store_spec *spec = &store->plan->spec;
    struct rows *rows = ret_rows;
    rows->count = thing->count;
    rows->wide = thing->wide;
    rows->real = 0;
    if (thing->block == WINDOW_NONE) {
        memset(rows, 0, sizeof *rows);
        return;
    }
    size_t capacity = thing->capacity;
    size_t start = thing->start;
    unsigned char *at = slab_at(&state->slab, thing->block);
    rows->time = (int64_t *)at + start;
    at += 8 * capacity;
    for (uint32_t i = 0; i < spec->number_count; i++) {
        bool real = spec->numbers[i] == NUMBER_REAL;
        rows->real |= (uint16_t)((real ? 1u : 0u) << i);
        if (real || (thing->wide >> i & 1) != 0) {
            rows->number[i] = at + 8 * start;
            at += 8 * capacity;
        }
    }
    for (uint32_t i = 0; i < spec->number_count; i++) {
        if (((rows->real | rows->wide) >> i & 1) == 0) {
            rows->number[i] = at + 4 * start;
            at += 4 * capacity;
        }
    }
    bool wide_pattern = (thing->flags & THING_WIDE_PATTERN) != 0;
    rows->pattern32 = wide_pattern ? (uint32_t *)at + start : NULL;
    rows->pattern16 = wide_pattern ? NULL : (uint16_t *)at + start;
    at += (wide_pattern ? 4 : 2) * capacity;
    rows->tag = (uint16_t *)at + start;
    at += 2 * capacity;
    for (uint32_t i = 0; i < spec->id_count; i++) {
        rows->id[i] = (uint16_t *)at + start;
        at += 2 * capacity;
    }
}

uint32_t rows_below(const int64_t *time, uint32_t count, int64_t time_us) {
    uint32_t base = 0;
    while (count > 0) {
        uint32_t half = count / 2;
        bool right = time[base + half] < time_us;
        base = right ? base + half + 1 : base;
        count = right ? count - half - 1 : half;
    }
    return base;
}

uint32_t rows_upto(const int64_t *time, uint32_t count, int64_t time_us) {
    return time_us == INT64_MAX ? count : rows_below(time, count, time_us + 1);
}

// ---- columns as a list, for what is done to each of them ----

struct column {
    unsigned char *at;
    uint32_t size;
};
enum { COLUMNS_MAX = 3 + WINDOW_NUMBERS_MAX + WINDOW_IDS_MAX };

static uint32_t list_columns(const struct store_plan *store, const struct rows *rows,
                             struct column columns[COLUMNS_MAX]) {
    uint32_t count = 0;
    columns[count++] = (struct column){(unsigned char *)rows->time, 8};
    columns[count++] = rows->pattern16 != NULL
                           ? (struct column){(unsigned char *)rows->pattern16, 2}
                           : (struct column){(unsigned char *)rows->pattern32, 4};
    columns[count++] = (struct column){(unsigned char *)rows->tag, 2};
    for (uint32_t i = 0; i < store->spec.number_count; i++) {
        uint32_t size = ((rows->real | rows->wide) >> i & 1) != 0 ? 8 : 4;
        columns[count++] = (struct column){rows->number[i], size};
    }
    for (uint32_t i = 0; i < store->spec.id_count; i++) {
        columns[count++] = (struct column){(unsigned char *)rows->id[i], 2};
    }
    return count;
}

// Moves rows from .. from+count-1 by some places, in each column.
static void shift_rows(const struct window_state *state, const struct store_plan *store, const struct rows *rows,
                       uint32_t from, uint32_t count, ptrdiff_t places) {
    struct column columns[COLUMNS_MAX];
    uint32_t column_count = list_columns(store, rows, columns);
    for (uint32_t i = 0; i < column_count && count > 0; i++) {
        unsigned char *at = columns[i].at + (size_t)columns[i].size * from;
        image_guard(state->image, at + places * (ptrdiff_t)columns[i].size, (size_t)columns[i].size * count);
        memmove(at + places * (ptrdiff_t)columns[i].size, at, (size_t)columns[i].size * count);
    }
}

static void slide_to_start(struct window_state *state, struct store_state *store,
                           struct thing *thing) {
    struct rows rows;
    rows_open(state, store, thing, &rows);
    shift_rows(state, store->plan, &rows, 0, thing->count, -(ptrdiff_t)thing->start);
    thing->start = 0;
}

static void copy_column(unsigned char *to, const unsigned char *from, bool to_wide, bool from_wide,
                        uint32_t count) {
    if (to_wide == from_wide) {
        memcpy(to, from, (size_t)count * (to_wide ? 8 : 4));
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        int32_t narrow = ((const int32_t *)from)[i];
        ((int64_t *)to)[i] = narrow == INT32_MIN ? WINDOW_MISSING_INTEGER : narrow;
    }
}

// Moves the rows to a block for at least `wanted` rows, with columns as wide as said. False: there is no memory.
static bool move_rows(struct window_state *state, struct store_state *store, struct thing *thing,
                      uint32_t wanted, uint16_t wide, bool wide_pattern) {
    size_t row_bytes = rows_row_bytes(store->plan, wide, wide_pattern);
    size_t size = slab_size(row_bytes * wanted);
    uint32_t block = slab_take(&state->slab, size);
    if (block == WINDOW_NONE) {
        return false;
    }
    struct thing old = *thing;
    struct rows from;
    rows_open(state, store, &old, &from);
    thing->block = block;
    thing->start = 0;
    thing->capacity = (uint32_t)(size / row_bytes);
    thing->wide = wide;
    thing->flags = (uint8_t)((thing->flags & ~THING_WIDE_PATTERN) |
                             (wide_pattern ? THING_WIDE_PATTERN : 0));
    if (old.block == WINDOW_NONE) {
        return true;
    }
    struct rows to;
    rows_open(state, store, thing, &to);
    uint32_t count = thing->count;
    memcpy(to.time, from.time, sizeof(int64_t) * count);
    memcpy(to.tag, from.tag, sizeof(uint16_t) * count);
    for (uint32_t i = 0; i < count; i++) {
        if (wide_pattern) {
            to.pattern32[i] = rows_pattern(&from, i);
        } else {
            to.pattern16[i] = (uint16_t)rows_pattern(&from, i);
        }
    }
    for (uint32_t i = 0; i < store->plan->spec.number_count; i++) {
        bool real = (from.real >> i & 1) != 0;
        copy_column(to.number[i], from.number[i], real || (wide >> i & 1) != 0,
                    real || (old.wide >> i & 1) != 0, count);
    }
    for (uint32_t i = 0; i < store->plan->spec.id_count; i++) {
        memcpy(to.id[i], from.id[i], sizeof(uint16_t) * count);
    }
    slab_give(&state->slab, old.block, slab_size(thing_row_bytes(store, &old) * old.capacity));
    return true;
}

static bool has_wide(const struct thing *thing) {
    return (thing->flags & THING_WIDE_PATTERN) != 0;
}

static uint32_t wanted_rows(uint32_t count) {
    return count + (count < 16 ? 2 : count / 8);
}

// Room for one more row at the end.
static void make_room(struct window_state *state, struct store_state *store, struct thing *thing,
                      int64_t clock_us) {
    if (thing->count >= store->plan->cap_rows) {
        retention_drop_oldest(state, store, thing, thing->count - store->plan->cap_rows + 1);
    }
    if (thing->start + thing->count < thing->capacity) {
        return;
    }
    if (thing->start > 0 && thing->start >= thing->capacity / 16) {
        slide_to_start(state, store, thing);
        return;
    }
    retention_compact(state, store, thing, clock_us);
    if (thing->count > 0 && thing->start > 0) {
        slide_to_start(state, store, thing);
    }
    if (thing->count < thing->capacity && thing->count <= thing->capacity / 8 * 7) {
        if (thing->capacity > 16 && thing->count < thing->capacity / 2) {
            move_rows(state, store, thing, wanted_rows(thing->count + 1), thing->wide,
                      has_wide(thing));
        }
        return;
    }
    while (!move_rows(state, store, thing, wanted_rows(thing->count + 1), thing->wide,
                      has_wide(thing))) {
        // The region is full. What is known of this thing must do, or of the one that was used longest ago.
        if (thing->count > 1) {
            retention_drop_oldest(state, store, thing, thing->count / 8 + 1);
            slide_to_start(state, store, thing);
            return;
        }
        store_evict(state, store);
    }
}

static bool fits_narrow(int64_t value) {
    return value == WINDOW_MISSING_INTEGER || (value > INT32_MIN && value <= INT32_MAX);
}

static void widen(struct window_state *state, struct store_state *store, struct thing *thing,
                  const struct window_row *row, uint32_t pattern) {
    uint16_t wide = thing->wide;
    for (uint32_t i = 0; i < store->plan->spec.number_count; i++) {
        if (store->plan->spec.numbers[i] == NUMBER_INTEGER && !fits_narrow(row->numbers[i].integer)) {
            wide |= (uint16_t)(1u << i);
        }
    }
    bool wide_pattern = has_wide(thing) || pattern >= PATTERNS_NARROW;
    if (wide == thing->wide && wide_pattern == has_wide(thing)) {
        return;
    }
    if (thing->block == WINDOW_NONE) {
        thing->wide = wide;
        thing->flags |= wide_pattern ? THING_WIDE_PATTERN : 0;
        return;
    }
    while (!move_rows(state, store, thing, wanted_rows(thing->count + 1), wide, wide_pattern)) {
        store_evict(state, store);
    }
}

// The numbers of the row's ids, 0 for those that are new or missing. Returns how many are new.
static uint32_t number_ids(const struct window_state *state, const struct store_state *store,
                           const struct thing *thing, const struct window_row *row,
                           uint16_t *numbers) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < store->plan->spec.id_count; i++) {
        numbers[i] = dict_find(state, thing, row->ids[i]);
        missing += row->ids[i] != 0 && numbers[i] == 0;
    }
    return missing;
}

// The same, and room for the new ones.
static void reserve_ids(struct window_state *state, struct store_state *store, struct thing *thing,
                        const struct window_row *row, uint16_t *numbers) {
    uint32_t missing = number_ids(state, store, thing, row, numbers);
    if (thing->dict_count + missing <= thing->dict_capacity) {
        return;
    }
    // Numbering anew may lose an id that only rows had which are gone: there must be room for all of this row.
    while (!dict_reserve(state, store, thing, store->plan->spec.id_count)) {
        if (thing->count > 0) {
            retention_drop_oldest(state, store, thing, thing->count / 8 + 1);
        } else {
            store_evict(state, store);
        }
    }
    number_ids(state, store, thing, row, numbers);
}

// Before a row is written. A small block is guarded in one go: that is less work than to ask for each column.
static void guard_row(const struct window_state *state, const struct store_state *store, const struct thing *thing,
                      const struct rows *rows, uint32_t row) {
    enum { IN_ONE_GO = 2048 };
    size_t bytes = thing_row_bytes(store, thing) * thing->capacity;
    if (bytes <= IN_ONE_GO) {
        image_guard(state->image, slab_at(&state->slab, thing->block), bytes);
        return;
    }
    struct column columns[COLUMNS_MAX];
    uint32_t column_count = list_columns(store->plan, rows, columns);
    for (uint32_t i = 0; i < column_count; i++) {
        image_guard(state->image, columns[i].at + (size_t)columns[i].size * row, columns[i].size);
    }
}

static void write_row(struct window_state *state, struct store_state *store, struct thing *thing,
                      const struct rows *rows, uint32_t i, const struct window_row *row,
                      uint32_t pattern, const uint16_t *numbers) {
    if (state->image != NULL) {
        guard_row(state, store, thing, rows, i);
    }
    rows->time[i] = row->time_us;
    rows->tag[i] = row->tag;
    if (rows->pattern16 != NULL) {
        rows->pattern16[i] = (uint16_t)pattern;
    } else {
        rows->pattern32[i] = pattern;
    }
    for (uint32_t k = 0; k < store->plan->spec.number_count; k++) {
        int64_t value = row->numbers[k].integer;
        if ((rows->real >> k & 1) != 0) {
            ((double *)rows->number[k])[i] = row->numbers[k].real;
        } else if ((rows->wide >> k & 1) != 0) {
            ((int64_t *)rows->number[k])[i] = value;
        } else {
            ((int32_t *)rows->number[k])[i] =
                value == WINDOW_MISSING_INTEGER ? INT32_MIN : (int32_t)value;
        }
    }
    for (uint32_t k = 0; k < store->plan->spec.id_count; k++) {
        bool is_new = numbers[k] == 0 && row->ids[k] != 0;
        rows->id[k][i] = is_new ? dict_add(state, thing, row->ids[k]) : numbers[k];
    }
}

uint32_t window_insert(struct window_state *state, WindowRef ref, const struct window_row *row,
                       int64_t clock_us) {
    struct store_state *store = ref_store(state, ref);
    struct thing *thing = ref_thing(state, ref);
    thing_guard(state, store, thing);
    uint32_t pattern = patterns_take(&store->patterns, store->plan, row->filters, row->late);
    widen(state, store, thing, row, pattern);
    uint16_t numbers[WINDOW_IDS_MAX];
    reserve_ids(state, store, thing, row, numbers);
    make_room(state, store, thing, clock_us);
    struct rows rows;
    rows_open(state, store, thing, &rows);
    uint32_t at = thing->count;
    if (at > 0 && rows.time[at - 1] > row->time_us) {
        at = rows_upto(rows.time, thing->count, row->time_us);
        shift_rows(state, store->plan, &rows, at, thing->count - at, 1);
    }
    write_row(state, store, thing, &rows, at, row, pattern, numbers);
    thing->count++;
    thing->version++;
    accelerator_inserted(state, store, thing, at);
    thing->flags |= row->late ? THING_LATE : 0;
    store->counters.rows_inserted++;
    store->counters.rows++;
    return at;
}

uint32_t rows_find(const struct rows *rows, int64_t time_us, uint16_t tag) {
    uint32_t i = rows_below(rows->time, rows->count, time_us);
    while (i < rows->count && rows->time[i] == time_us && rows->tag[i] != tag) {
        i++;
    }
    return i < rows->count && rows->time[i] == time_us ? i : WINDOW_NONE;
}

bool window_remove(struct window_state *state, WindowRef ref, int64_t time_us, uint16_t tag) {
    struct store_state *store = ref_store(state, ref);
    struct thing *thing = ref_thing(state, ref);
    struct rows rows;
    rows_open(state, store, thing, &rows);
    uint32_t i = rows_find(&rows, time_us, tag);
    if (i == WINDOW_NONE) {
        return false;
    }
    thing_guard(state, store, thing);
    accelerator_removing(state, store, thing, i);
    patterns_drop(&store->patterns, rows_pattern(&rows, i));
    shift_rows(state, store->plan, &rows, i + 1, rows.count - i - 1, -1);
    thing->count--;
    thing->version++;
    store->counters.rows_removed++;
    store->counters.rows--;
    return true;
}

void rows_release(struct window_state *state, struct store_state *store, struct thing *thing) {
    struct rows rows;
    rows_open(state, store, thing, &rows);
    for (uint32_t i = 0; i < rows.count; i++) {
        patterns_drop(&store->patterns, rows_pattern(&rows, i));
    }
    store->counters.rows -= rows.count;
    accelerator_release(state, store, thing);
    if (thing->block != WINDOW_NONE) {
        slab_give(&state->slab, thing->block,
                  slab_size(thing_row_bytes(store, thing) * thing->capacity));
    }
    if (thing->dict != WINDOW_NONE) {
        slab_give(&state->slab, thing->dict, dict_bytes(thing->dict_capacity));
    }
    thing->block = thing->dict = WINDOW_NONE;
    thing->start = thing->count = thing->capacity = 0;
    thing->dict_count = thing->dict_capacity = 0;
}
