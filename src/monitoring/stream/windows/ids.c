// Ids: the dictionary of one thing, from 64-bit ids to numbers of 16 bits.
//
// A thing sees few different payees, devices or cities, each many times; so a row keeps two bytes for an id, and to
// count different ones is to set bits. The id columns of a thing share one dictionary:
//
//   ids u64[capacity] | slots u16[dict_slots(capacity)], open addressing; none where the ids are searched one by one
//
// Number 0 is "missing", ids[k] has the number k + 1. Numbers that no row uses any more are found when the dictionary is
// full: then the rows are walked once and the numbers given anew. When 65,534 different ids are in use, the oldest
// rows must go; that is rows.c's business.

#include "monitoring/stream/windows/windows_private.h"

static uint32_t dict_slots(uint32_t capacity) {
    if (capacity <= DICT_LINEAR_MAX) {
        return 0;
    }
    uint32_t slots = 32;
    while (slots * 3 < capacity * 4) {
        slots *= 2;
    }
    return slots;
}

size_t dict_bytes(uint32_t capacity) {
    return sizeof(uint64_t) * capacity + sizeof(uint16_t) * dict_slots(capacity);
}

static uint64_t *dict_ids(const struct window_state *state, const struct thing *thing) {
    return slab_at(&state->slab, thing->dict);
}

static uint16_t *dict_slot_array(const struct window_state *state, const struct thing *thing) {
    return (uint16_t *)(dict_ids(state, thing) + thing->dict_capacity);
}

static uint32_t slot_home(uint64_t id, uint32_t slots) {
    return (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) & (slots - 1);
}

static void put_slot(const struct window_state *state, const struct thing *thing, uint16_t number) {
    uint32_t slots = dict_slots(thing->dict_capacity);
    uint16_t *at = dict_slot_array(state, thing);
    uint32_t i = slot_home(dict_ids(state, thing)[number - 1], slots);
    while (at[i] != 0) {
        i = (i + 1) & (slots - 1);
    }
    image_guard(state->image, &at[i], sizeof at[i]);
    at[i] = number;
}

uint16_t dict_find(const struct window_state *state, const struct thing *thing, uint64_t id) {
    if (thing->dict_count == 0 || id == 0) {
        return 0;
    }
    const uint64_t *ids = dict_ids(state, thing);
    if (thing->dict_capacity <= DICT_LINEAR_MAX) {
        for (uint32_t i = 0; i < thing->dict_count; i++) {
            if (ids[i] == id) {
                return (uint16_t)(i + 1);
            }
        }
        return 0;
    }
    uint32_t slots = dict_slots(thing->dict_capacity);
    const uint16_t *at = dict_slot_array(state, thing);
    for (uint32_t i = slot_home(id, slots); at[i] != 0; i = (i + 1) & (slots - 1)) {
        if (ids[at[i] - 1] == id) {
            return at[i];
        }
    }
    return 0;
}

uint16_t dict_add(struct window_state *state, struct thing *thing, uint64_t id) {
    uint16_t number = dict_find(state, thing, id);
    if (number != 0) {
        return number;
    }
    INVARIANT(thing->dict_count < thing->dict_capacity);
    uint64_t *next = &dict_ids(state, thing)[thing->dict_count++];
    image_guard(state->image, next, sizeof *next);
    *next = id;
    number = (uint16_t)thing->dict_count;
    if (thing->dict_capacity > DICT_LINEAR_MAX) {
        put_slot(state, thing, number);
    }
    return number;
}

// Numbers anew what rows use, and moves the dictionary to `capacity` (which is enough).
static void rebuild(struct window_state *state, struct store_state *store, struct thing *thing,
                    uint32_t block, uint32_t capacity, const uint16_t *renumber, uint32_t count) {
    struct thing old = *thing;
    thing->dict = block;
    thing->dict_capacity = capacity;
    thing->dict_count = count;
    uint64_t *ids = dict_ids(state, thing);
    image_guard(state->image, ids, dict_bytes(capacity)); // it may be the same block
    for (uint32_t i = 0; i < old.dict_count; i++) {
        if (renumber[i + 1] != 0) {
            ids[renumber[i + 1] - 1] = dict_ids(state, &old)[i];
        }
    }
    if (old.dict != WINDOW_NONE && old.dict != block) {
        slab_give(&state->slab, old.dict, dict_bytes(old.dict_capacity));
    }
    if (capacity > DICT_LINEAR_MAX) {
        memset(dict_slot_array(state, thing), 0, sizeof(uint16_t) * dict_slots(capacity));
        for (uint32_t i = 0; i < count; i++) {
            put_slot(state, thing, (uint16_t)(i + 1));
        }
    }
    accelerator_renumbered(state, store, thing, renumber, old.dict_count);
    if (count == old.dict_count || thing->count == 0) {
        return;
    }
    struct rows rows;
    rows_open(state, store, thing, &rows);
    for (uint32_t column = 0; column < store->plan->spec.id_count; column++) {
        image_guard(state->image, rows.id[column], sizeof *rows.id[column] * rows.count);
        for (uint32_t i = 0; i < rows.count; i++) {
            rows.id[column][i] = renumber[rows.id[column][i]];
        }
    }
    thing->version++;
}

// Marks the numbers that rows use with their new number; the rest is 0. Returns how many there are.
static uint32_t number_used(struct window_state *state, struct store_state *store,
                            struct thing *thing, uint16_t *renumber) {
    memset(renumber, 0, sizeof(uint16_t) * (thing->dict_count + 1));
    struct rows rows;
    rows_open(state, store, thing, &rows);
    for (uint32_t column = 0; column < store->plan->spec.id_count; column++) {
        for (uint32_t i = 0; i < rows.count; i++) {
            renumber[rows.id[column][i]] = 1;
        }
    }
    renumber[0] = 0;
    uint32_t count = 0;
    for (uint32_t i = 1; i <= thing->dict_count; i++) {
        if (renumber[i] != 0) {
            renumber[i] = (uint16_t)++count;
        }
    }
    return count;
}

static uint32_t wanted_capacity(uint32_t count) {
    uint32_t wanted = count < 4 ? 4 : count + (count < 16 ? 2 : count / 8);
    wanted = wanted > DICT_IDS_MAX ? DICT_IDS_MAX : wanted;
    // Use what the block gives.
    size_t size = slab_size(dict_bytes(wanted));
    while (wanted < DICT_IDS_MAX && dict_bytes(wanted + 1) <= size) {
        wanted++;
    }
    return wanted;
}

bool dict_reserve(struct window_state *state, struct store_state *store, struct thing *thing,
                  uint32_t wanted) {
    if (thing->dict_count + wanted <= thing->dict_capacity) {
        return true;
    }
    uint16_t *renumber = state->scratch;
    uint32_t used = number_used(state, store, thing, renumber);
    if (used + wanted > DICT_IDS_MAX) {
        return false;
    }
    // Enough of them are free again: the same block, else a larger one.
    bool same = used + wanted <= thing->dict_capacity - thing->dict_capacity / 8;
    uint32_t capacity = same ? thing->dict_capacity : wanted_capacity(used + wanted);
    uint32_t block = same ? thing->dict : slab_take(&state->slab, dict_bytes(capacity));
    if (block == WINDOW_NONE) {
        return false;
    }
    rebuild(state, store, thing, block, capacity, renumber, used);
    return true;
}
