// Accelerator: running aggregates of things with many rows (merchants, IP addresses, the whole bank).
//
// To walk 50,000 rows for each event would take most of a millisecond. So a thing with more than 256 rows gets, for each
// filter, column and window that a feature of its store asks for, an entry: a range of rows lo .. hi and what is added up
// over it. To compute a feature is to find the window's range by binary search and to move the entry's two ends there,
// adding and taking out the rows in between: as time goes on, about one row comes and one goes for each event. It works
// in both directions, so a late event moves an end back a little and the next one forward again. When the new range is
// nearer to nothing than to the old one, the entry begins anew.
//
// Since the target is always found from the rows, an entry need not know its window; it only has to stay the sum over
// its own range when rows are put in, taken out, or dropped. Those are the functions at the end.
//
// Only integers, counts and ids are kept so: they give the same whatever the order. Reals are walked.
//   extremes   with how many rows have them; when the last of these leaves, they are found again at the next question
//   distinct   a count of rows for each number of the dictionary
// The current row, where it does not count, is taken out of the answer, not of the entry.
//
//   block: struct entry [entry_count]; for ENTRY_DISTINCT a block of u32 counts by number

#include "monitoring/stream/windows/windows_private.h"

struct entry {
    uint32_t lo, hi;
    uint32_t low_count, high_count; // 0: to be found again
    uint32_t distinct;
    uint32_t counts, count_capacity; // ENTRY_DISTINCT: block of counts
    uint32_t spare;
    struct sums sums;
};

static struct entry *entries_of(const struct window_state *state, const struct thing *thing) {
    return slab_at(&state->slab, thing->accelerator);
}

// The same, before they are changed.
static struct entry *entries_to_change(const struct window_state *state, const struct store_state *store, const struct thing *thing) {
    struct entry *entries = entries_of(state, thing);
    image_guard(state->image, entries, sizeof *entries * store->plan->entry_count);
    return entries;
}

static size_t counts_bytes(uint32_t capacity) {
    return sizeof(uint32_t) * capacity;
}

static void clear_entry(const struct window_state *state, struct entry *entry) {
    entry->lo = entry->hi = 0;
    entry->low_count = entry->high_count = 0;
    entry->distinct = 0;
    entry->sums = (struct sums){.low = INT64_MAX, .high = INT64_MIN};
    if (entry->counts != WINDOW_NONE) {
        void *counts = slab_at(&state->slab, entry->counts);
        image_guard(state->image, counts, counts_bytes(entry->count_capacity));
        memset(counts, 0, counts_bytes(entry->count_capacity));
    }
}

// ---- rows in and out of an entry ----

struct change {
    const struct store_state *store;
    const struct window_state *state;
    const struct rows *rows;
    const struct entry_plan *plan;
    struct entry *entry;
};

static bool has_row(const struct store_state *store, const struct rows *rows,
                    const struct entry_plan *plan, uint32_t i) {
    uint32_t pattern = rows_pattern(rows, i);
    return (plan->filter == FILTER_ALL ||
            bits_test(store->patterns.masks[pattern].words, plan->filter)) &&
           !(plan->timely && store->patterns.late[pattern] != 0);
}

static void add_number(struct entry *entry, const struct entry_plan *plan, int64_t value) {
    struct sums *sums = &entry->sums;
    sums->sum += value;
    sums->squares += plan->squares ? (Int128)value * value : 0;
    // Bounds that are to be found again stay so.
    bool first = sums->count == 0;
    sums->count++;
    if (first) {
        sums->low = sums->high = value;
        entry->low_count = entry->high_count = 1;
        return;
    }
    if (entry->low_count > 0) {
        entry->low_count = value < sums->low ? 1 : entry->low_count + (value == sums->low);
        sums->low = value < sums->low ? value : sums->low;
    }
    if (entry->high_count > 0) {
        entry->high_count = value > sums->high ? 1 : entry->high_count + (value == sums->high);
        sums->high = value > sums->high ? value : sums->high;
    }
}

static void take_number(struct entry *entry, const struct entry_plan *plan, int64_t value) {
    struct sums *sums = &entry->sums;
    sums->count--;
    sums->sum -= value;
    sums->squares -= plan->squares ? (Int128)value * value : 0;
    entry->low_count -= entry->low_count > 0 && value == sums->low;
    entry->high_count -= entry->high_count > 0 && value == sums->high;
}

static void change_row(const struct change *change, uint32_t i, bool in) {
    const struct entry_plan *plan = change->plan;
    struct entry *entry = change->entry;
    if (!has_row(change->store, change->rows, plan, i)) {
        return;
    }
    if (plan->kind == ENTRY_COUNT) {
        entry->sums.count += in ? 1 : -1;
        return;
    }
    if (plan->kind == ENTRY_NUMBER) {
        int64_t value = rows_integer(change->rows, plan->column, i);
        if (value != WINDOW_MISSING_INTEGER && in) {
            add_number(entry, plan, value);
        } else if (value != WINDOW_MISSING_INTEGER) {
            take_number(entry, plan, value);
        }
        return;
    }
    uint16_t id = change->rows->id[plan->column][i];
    uint32_t *counts = slab_at(&change->state->slab, entry->counts);
    if (id == 0) {
        return;
    }
    image_guard(change->state->image, &counts[id], sizeof counts[id]);
    if (in) {
        entry->distinct += counts[id]++ == 0;
    } else {
        entry->distinct -= --counts[id] == 0;
    }
}

static uint32_t apart(uint32_t left, uint32_t right) {
    return left > right ? left - right : right - left;
}

static void move_to(const struct change *change, Range range) {
    struct entry *entry = change->entry;
    uint64_t steps = (uint64_t)apart(entry->lo, range.lo) + apart(entry->hi, range.hi);
    if (range.lo >= entry->hi || range.hi <= entry->lo || steps > range.hi - range.lo) {
        clear_entry(change->state, entry);
        entry->lo = entry->hi = range.lo;
    }
    while (entry->hi < range.hi) {
        change_row(change, entry->hi++, true);
    }
    while (entry->lo > range.lo) {
        change_row(change, --entry->lo, true);
    }
    while (entry->hi > range.hi) {
        change_row(change, --entry->hi, false);
    }
    while (entry->lo < range.lo) {
        change_row(change, entry->lo++, false);
    }
}

// ---- making and giving back ----

static bool wants_counts(const struct store_plan *store, uint32_t entry) {
    return store->entries[entry].kind == ENTRY_DISTINCT;
}

static void give_back(struct window_state *state, struct store_state *store, struct thing *thing,
                      uint32_t made) {
    struct entry *entries = entries_of(state, thing);
    for (uint32_t i = 0; i < made; i++) {
        if (entries[i].counts != WINDOW_NONE) {
            slab_give(&state->slab, entries[i].counts, counts_bytes(entries[i].count_capacity));
        }
    }
    image_guard(state->image, thing, sizeof *thing);
    slab_give(&state->slab, thing->accelerator, sizeof(struct entry) * store->plan->entry_count);
    thing->accelerator = WINDOW_NONE;
}

void accelerator_release(struct window_state *state, struct store_state *store,
                         struct thing *thing) {
    if (thing->accelerator != WINDOW_NONE) {
        give_back(state, store, thing, store->plan->entry_count);
    }
}

static bool make(struct window_state *state, struct store_state *store, struct thing *thing) {
    uint32_t count = store->plan->entry_count;
    image_guard(state->image, thing, sizeof *thing);
    thing->accelerator = slab_take(&state->slab, sizeof(struct entry) * count);
    if (thing->accelerator == WINDOW_NONE) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct entry *entry = &entries_of(state, thing)[i];
        entry->counts = WINDOW_NONE;
        if (wants_counts(store->plan, i)) {
            entry->count_capacity = thing->dict_capacity + 1;
            entry->counts = slab_take(&state->slab, counts_bytes(entry->count_capacity));
            if (entry->counts == WINDOW_NONE) {
                give_back(state, store, thing, i);
                return false;
            }
        }
        clear_entry(state, entry);
    }
    return true;
}

bool accelerator_ready(struct window_state *state, struct store_state *store, struct thing *thing) {
    if (thing->accelerator != WINDOW_NONE) {
        if (thing->count >= state->accelerate_rows / 2) {
            return true;
        }
        accelerator_release(state, store, thing);
        return false;
    }
    return thing->count > state->accelerate_rows && store->plan->entry_count > 0 &&
           make(state, store, thing);
}

size_t accelerator_size(const struct window_state *state, const struct store_state *store,
                        const struct thing *thing) {
    if (thing->accelerator == WINDOW_NONE) {
        return 0;
    }
    size_t size = slab_size(sizeof(struct entry) * store->plan->entry_count);
    for (uint32_t i = 0; i < store->plan->entry_count; i++) {
        const struct entry *entry = &entries_of(state, thing)[i];
        size += entry->counts == WINDOW_NONE ? 0 : slab_size(counts_bytes(entry->count_capacity));
    }
    return size;
}

// ---- questions ----

static struct change change_of(const struct scan *scan, uint32_t entry) {
    struct entry *at = &entries_of(scan->state, scan->thing)[entry];
    image_guard(scan->state->image, at, sizeof *at);
    return (struct change){scan->store_state, scan->state, &scan->rows, &scan->store->entries[entry], at};
}

// Moves the entry to the feature's window; true when the current row is in it and must not count.
static bool stand_at(struct scan *scan, const struct feature *feature,
                     const struct change *change) {
    Range range = scan_range(scan, feature->span);
    move_to(change, range);
    return feature->skip_current && scan->current >= range.lo && scan->current < range.hi &&
           has_row(change->store, change->rows, change->plan, scan->current);
}

int64_t accelerator_count(struct scan *scan, const struct feature *feature, uint32_t entry) {
    struct change change = change_of(scan, entry);
    bool skip = stand_at(scan, feature, &change);
    return change.entry->sums.count - skip;
}

// The extremes of an entry's rows but for row `without`.
static void find_extremes(const struct change *change, uint32_t without, struct entry *ret_entry) {
    struct entry *entry = change->entry;
    struct entry found = {.sums = {.low = INT64_MAX, .high = INT64_MIN}};
    const struct entry_plan plan = *change->plan;
    for (uint32_t i = entry->lo; i < entry->hi; i++) {
        int64_t value = rows_integer(change->rows, plan.column, i);
        if (i != without && value != WINDOW_MISSING_INTEGER &&
            has_row(change->store, change->rows, &plan, i)) {
            add_number(&found, &plan, value);
        }
    }
    ret_entry->sums.low = found.sums.low;
    ret_entry->sums.high = found.sums.high;
    ret_entry->low_count = found.low_count;
    ret_entry->high_count = found.high_count;
}

struct sums accelerator_sums(struct scan *scan, const struct feature *feature) {
    struct change change = change_of(scan, feature->entry);
    bool skip = stand_at(scan, feature, &change);
    struct entry *entry = change.entry;
    bool extremes =
        feature->aggregate == AGGREGATE_MIN || feature->aggregate == AGGREGATE_MAX;
    if (extremes && entry->sums.count > 0 && (entry->low_count == 0 || entry->high_count == 0)) {
        find_extremes(&change, WINDOW_NONE, entry);
    }
    int64_t value = skip ? rows_integer(&scan->rows, feature->column, scan->current)
                         : WINDOW_MISSING_INTEGER;
    if (value != WINDOW_MISSING_INTEGER) {
        struct entry without = *entry;
        take_number(&without, change.plan, value);
        if (extremes && (without.low_count == 0 || without.high_count == 0)) {
            find_extremes(&change, scan->current, &without);
        }
        return without.sums;
    }
    return entry->sums;
}

uint32_t accelerator_distinct(struct scan *scan, const struct feature *feature) {
    struct change change = change_of(scan, feature->entry);
    bool skip = stand_at(scan, feature, &change);
    uint16_t id = skip ? scan->rows.id[feature->column][scan->current] : 0;
    const uint32_t *counts = slab_at(&scan->state->slab, change.entry->counts);
    return change.entry->distinct - (id != 0 && counts[id] == 1);
}

uint32_t accelerator_edge(struct scan *scan, const struct feature *feature, bool oldest) {
    struct entry_plan plan = {.filter = feature->filter,
                              .timely = feature->timely};
    bool number = feature->aggregate == AGGREGATE_FIRST || feature->aggregate == AGGREGATE_LAST;
    Range range = scan_range(scan, feature->span);
    for (uint32_t n = 0; n < range.hi - range.lo; n++) {
        uint32_t i = oldest ? range.lo + n : range.hi - 1 - n;
        if (has_row(scan->store_state, &scan->rows, &plan, i) &&
            !(feature->skip_current && i == scan->current) &&
            (!number || rows_has(&scan->rows, feature->column, i))) {
            return i;
        }
    }
    return WINDOW_NONE;
}

// ---- what happens to the rows ----

void accelerator_inserted(struct window_state *state, struct store_state *store,
                          struct thing *thing, uint32_t at) {
    if (thing->accelerator == WINDOW_NONE || at + 1 == thing->count) {
        return;
    }
    struct rows rows;
    rows_open(state, store, thing, &rows);
    struct entry *entries = entries_to_change(state, store, thing);
    for (uint32_t i = 0; i < store->plan->entry_count; i++) {
        struct entry *entry = &entries[i];
        if (at <= entry->lo) {
            entry->lo++;
            entry->hi++;
        } else if (at < entry->hi) {
            struct change change = {store, state, &rows, &store->plan->entries[i], entry};
            change_row(&change, at, true);
            entry->hi++;
        }
    }
}

void accelerator_removing(struct window_state *state, struct store_state *store,
                          struct thing *thing, uint32_t at) {
    if (thing->accelerator == WINDOW_NONE) {
        return;
    }
    struct rows rows;
    rows_open(state, store, thing, &rows);
    struct entry *entries = entries_to_change(state, store, thing);
    for (uint32_t i = 0; i < store->plan->entry_count; i++) {
        struct entry *entry = &entries[i];
        if (at < entry->lo) {
            entry->lo--;
            entry->hi--;
        } else if (at < entry->hi) {
            struct change change = {store, state, &rows, &store->plan->entries[i], entry};
            change_row(&change, at, false);
            entry->hi--;
        }
    }
}

void accelerator_dropping(struct window_state *state, struct store_state *store,
                          struct thing *thing, const uint64_t *keep) {
    if (thing->accelerator == WINDOW_NONE) {
        return;
    }
    struct rows rows;
    rows_open(state, store, thing, &rows);
    struct entry *entries = entries_to_change(state, store, thing);
    for (uint32_t i = 0; i < store->plan->entry_count; i++) {
        struct entry *entry = &entries[i];
        struct change change = {store, state, &rows, &store->plan->entries[i], entry};
        uint32_t before = bits_count(keep, 0, entry->lo);
        uint32_t kept = bits_count(keep, entry->lo, entry->hi);
        for (uint32_t k = entry->lo; kept < entry->hi - entry->lo && k < entry->hi; k++) {
            if (!bit_at(keep, k)) {
                change_row(&change, k, false);
            }
        }
        entry->lo = before;
        entry->hi = before + kept;
    }
}

void accelerator_dropping_oldest(struct window_state *state, struct store_state *store,
                                 struct thing *thing, uint32_t count) {
    if (thing->accelerator == WINDOW_NONE) {
        return;
    }
    struct rows rows;
    rows_open(state, store, thing, &rows);
    struct entry *entries = entries_to_change(state, store, thing);
    for (uint32_t i = 0; i < store->plan->entry_count; i++) {
        struct entry *entry = &entries[i];
        struct change change = {store, state, &rows, &store->plan->entries[i], entry};
        while (entry->lo < count && entry->lo < entry->hi) {
            change_row(&change, entry->lo++, false);
        }
        entry->lo -= entry->lo < count ? entry->lo : count;
        entry->hi -= entry->hi < count ? entry->hi : count;
    }
}

void accelerator_renumbered(struct window_state *state, struct store_state *store,
                            struct thing *thing, const uint16_t *renumber, uint32_t old_count) {
    if (thing->accelerator == WINDOW_NONE) {
        return;
    }
    struct entry *entries = entries_to_change(state, store, thing);
    for (uint32_t i = 0; i < store->plan->entry_count; i++) {
        struct entry *entry = &entries[i];
        if (entry->counts == WINDOW_NONE) {
            continue;
        }
        uint32_t capacity = thing->dict_capacity + 1;
        uint32_t block = slab_take(&state->slab, counts_bytes(capacity));
        if (block == WINDOW_NONE) {
            accelerator_release(state, store, thing);
            return;
        }
        uint32_t *to = slab_at(&state->slab, block);
        const uint32_t *from = slab_at(&state->slab, entry->counts);
        memset(to, 0, counts_bytes(capacity));
        for (uint32_t k = 1; k <= old_count && k < entry->count_capacity; k++) {
            if (renumber[k] != 0) {
                to[renumber[k]] = from[k];
            }
        }
        slab_give(&state->slab, entry->counts, counts_bytes(entry->count_capacity));
        entry->counts = block;
        entry->count_capacity = capacity;
    }
}
