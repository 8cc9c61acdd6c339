// Patterns: the different sets of filters that the rows of a store have, numbered.
//
// A row would need 16 bytes for its 128 filters; but few of the possible sets ever occur, so a row keeps the number of
// its set in two bytes (four when a store has more than 65,536 sets in use). "Late" is part of the set. With each set
// stands how long a row that has it can be reached. Numbers are counted by reference and used again. The empty set is
// number 0 and stays; it comes with the first row, so that a state that will take over another's touches no memory.

#include "monitoring/stream/windows/windows_private.h"

enum { SLOTS_MIN = 256 };

static size_t aligned(size_t size) {
    return (size + 63) & ~(size_t)63;
}

size_t patterns_bytes(uint32_t cap) {
    return aligned(sizeof(WindowMask) * cap) + aligned(sizeof(int64_t) * cap) +
           aligned(sizeof(uint32_t) * cap) * 2 + aligned(cap) + aligned(sizeof(uint32_t) * cap * 4);
}

void patterns_init(struct patterns *patterns, unsigned char *memory, uint32_t cap) {
    *patterns = (struct patterns){.cap = cap, .slot_count = SLOTS_MIN};
    patterns->masks = (WindowMask *)memory;
    memory += aligned(sizeof(WindowMask) * cap);
    patterns->reach_us = (int64_t *)memory;
    memory += aligned(sizeof(int64_t) * cap);
    patterns->refs = (uint32_t *)memory;
    memory += aligned(sizeof(uint32_t) * cap);
    patterns->free = (uint32_t *)memory;
    memory += aligned(sizeof(uint32_t) * cap);
    patterns->late = memory;
    memory += aligned(cap);
    patterns->slots = (uint32_t *)memory;
}

static uint32_t home_of(const struct patterns *patterns, WindowMask mask, bool late) {
    uint64_t hash = hash_mix(hash_mix(late, mask.words[0]), mask.words[1]);
    return (uint32_t)hash & (patterns->slot_count - 1);
}

static uint32_t home_of_pattern(const struct patterns *patterns, uint32_t pattern) {
    return home_of(patterns, patterns->masks[pattern], patterns->late[pattern] != 0);
}

static void set_slot(struct patterns *patterns, uint32_t i, uint32_t slot) {
    image_guard(patterns->image, &patterns->slots[i], sizeof *patterns->slots);
    patterns->slots[i] = slot;
}

static void put_slot(struct patterns *patterns, uint32_t pattern) {
    uint32_t i = home_of_pattern(patterns, pattern);
    while (patterns->slots[i] != 0) {
        i = (i + 1) & (patterns->slot_count - 1);
    }
    set_slot(patterns, i, pattern + 1);
}

static void grow_slots(struct patterns *patterns) {
    image_guard(patterns->image, patterns->slots, sizeof(uint32_t) * patterns->slot_count);
    memset(patterns->slots, 0, sizeof(uint32_t) * patterns->slot_count);
    patterns->slot_count *= 2;
    for (uint32_t i = 0; i < patterns->count; i++) {
        if (patterns->refs[i] > 0) {
            put_slot(patterns, i);
        }
    }
}

static void guard_refs(struct patterns *patterns, uint32_t pattern) {
    image_guard(patterns->image, &patterns->refs[pattern], sizeof *patterns->refs);
}

static void guard_pattern(struct patterns *patterns, uint32_t pattern) {
    guard_refs(patterns, pattern);
    image_guard(patterns->image, &patterns->masks[pattern], sizeof *patterns->masks);
    image_guard(patterns->image, &patterns->late[pattern], sizeof *patterns->late);
    image_guard(patterns->image, &patterns->reach_us[pattern], sizeof *patterns->reach_us);
}

static int64_t reach_of(const struct store_plan *store, WindowMask mask) {
    int64_t reach = store->reach_us[FILTER_ALL];
    size_t filter = 0;
    BITS_EACH(mask.words, 2, filter) {
        reach = store->reach_us[filter] > reach ? store->reach_us[filter] : reach;
    }
    return reach;
}

static uint32_t add_pattern(struct patterns *patterns, const struct store_plan *store, WindowMask mask, bool late, uint32_t slot) {
    uint32_t pattern = patterns->free_count > 0 ? patterns->free[--patterns->free_count]
                                                : patterns->count++;
    guard_pattern(patterns, pattern);
    patterns->masks[pattern] = mask;
    patterns->late[pattern] = late;
    patterns->reach_us[pattern] = reach_of(store, mask);
    patterns->refs[pattern] = 1;
    patterns->used++;
    if (patterns->used * 2 > patterns->slot_count) {
        grow_slots(patterns);
    } else {
        set_slot(patterns, slot, pattern + 1);
    }
    return pattern;
}

uint32_t patterns_take(struct patterns *patterns, const struct store_plan *store, WindowMask mask,
                       bool late) {
    if (patterns->count == 0) {
        WindowMask none = {{0, 0}};
        add_pattern(patterns, store, none, false, home_of(patterns, none, false));
    }
    uint32_t i = home_of(patterns, mask, late);
    for (; patterns->slots[i] != 0; i = (i + 1) & (patterns->slot_count - 1)) {
        uint32_t pattern = patterns->slots[i] - 1;
        const WindowMask *known = &patterns->masks[pattern];
        if (known->words[0] == mask.words[0] && known->words[1] == mask.words[1] &&
            (patterns->late[pattern] != 0) == late) {
            guard_refs(patterns, pattern);
            patterns->refs[pattern]++;
            return pattern;
        }
    }
    if (patterns->used == patterns->cap) {
        // As many different sets at once as there may be: the row is kept without filters, and it is counted.
        INVARIANT(mask.words[0] != 0 || mask.words[1] != 0);
        patterns->over_cap++;
        guard_refs(patterns, 0);
        patterns->refs[0]++;
        return 0;
    }
    return add_pattern(patterns, store, mask, late, i);
}

void patterns_ahead(const struct patterns *patterns, WindowAhead ahead, void *context) {
    ahead(context, patterns->masks, sizeof *patterns->masks);
    ahead(context, patterns->reach_us, sizeof *patterns->reach_us);
    ahead(context, patterns->refs, sizeof *patterns->refs);
    ahead(context, patterns->late, sizeof *patterns->late);
    ahead(context, patterns->slots, sizeof *patterns->slots * patterns->slot_count);
}

// Takes a slot out and moves the ones behind it back, so that no search stops too early.
static void clear_slot(struct patterns *patterns, uint32_t i) {
    uint32_t mask = patterns->slot_count - 1;
    uint32_t hole = i;
    for (uint32_t k = (i + 1) & mask; patterns->slots[k] != 0; k = (k + 1) & mask) {
        uint32_t home = home_of_pattern(patterns, patterns->slots[k] - 1);
        if (((k - home) & mask) >= ((k - hole) & mask)) {
            set_slot(patterns, hole, patterns->slots[k]);
            hole = k;
        }
    }
    set_slot(patterns, hole, 0);
}

void patterns_drop(struct patterns *patterns, uint32_t pattern) {
    INVARIANT(patterns->refs[pattern] > 0);
    guard_refs(patterns, pattern);
    if (--patterns->refs[pattern] > 0 || pattern == 0) {
        return;
    }
    uint32_t i = home_of_pattern(patterns, pattern);
    while (patterns->slots[i] != pattern + 1) {
        i = (i + 1) & (patterns->slot_count - 1);
    }
    clear_slot(patterns, i);
    image_guard(patterns->image, &patterns->free[patterns->free_count], sizeof *patterns->free);
    patterns->free[patterns->free_count++] = pattern;
    patterns->used--;
}
