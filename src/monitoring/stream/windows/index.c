// Index: from 128-bit keys to things of one store.
//
// Open addressing over slots of 8 bytes {32 bits of the hash, thing}. The key itself stands in the thing's header, so
// a find is one line of the index and one of the header, and a wrong one is met once in 2^32 / probes.
//
// When six of ten slots are taken, a table twice as large follows, and each add moves some slots of the old one: no add
// takes long. Until all are moved a find looks into the new table first, then into the old. Nothing is put into the old
// table any more; what is moved stays there as it was (the new table is asked first), what is evicted is marked as gone.
// The old tables' memory is not used again: together they are as large as the last one, 8 to 13 bytes for a thing.

#include "monitoring/stream/windows/index.h"

enum { MOVED_PER_ADD = 8 };
#define SLOT_GONE UINT32_MAX

uint64_t index_slots_for(uint64_t things) {
    uint64_t slots = INDEX_SLOTS_MIN;
    while (slots * 6 < things * 10) {
        slots *= 2;
    }
    return slots;
}

size_t index_bytes(uint32_t cap_things) {
    return sizeof(struct slot) * 2 * index_slots_for(cap_things);
}

void index_init(struct index *index, void *memory) {
    *index = (struct index){.slots = memory, .slot_count = INDEX_SLOTS_MIN};
    index->next = index->slots + INDEX_SLOTS_MIN;
}

static uint32_t tag_of(Hash128 key) {
    return (uint32_t)(key.high >> 32);
}

void index_prefetch(const struct index *index, Hash128 key) {
    __builtin_prefetch(&index->slots[key.low & (index->slot_count - 1)]);
}

void index_prefetch_thing(const struct store_state *store, Hash128 key) {
    const struct index *index = &store->index;
    uint32_t tag = tag_of(key);
    uint64_t mask = index->slot_count - 1;
    for (uint64_t i = key.low & mask; index->slots[i].thing != 0; i = (i + 1) & mask) {
        if (index->slots[i].tag == tag && index->slots[i].thing != SLOT_GONE) {
            __builtin_prefetch(thing_at(store, index->slots[i].thing - 1));
            return;
        }
    }
}

static struct slot *find_in(const struct store_state *store, struct slot *slots, uint64_t count,
                            Hash128 key) {
    uint32_t tag = tag_of(key);
    for (uint64_t i = key.low & (count - 1); slots[i].thing != 0; i = (i + 1) & (count - 1)) {
        if (slots[i].tag != tag || slots[i].thing == SLOT_GONE) {
            continue;
        }
        const struct thing *thing = thing_at(store, slots[i].thing - 1);
        if (thing->key.low == key.low && thing->key.high == key.high) {
            return &slots[i];
        }
    }
    return NULL;
}

uint32_t index_find(const struct store_state *store, Hash128 key) {
    const struct index *index = &store->index;
    const struct slot *slot = find_in(store, index->slots, index->slot_count, key);
    if (slot == NULL && index->old != NULL) {
        slot = find_in(store, index->old, index->old_count, key);
    }
    return slot == NULL ? WINDOW_NONE : slot->thing - 1;
}

static void set_slot(const struct index *index, struct slot *at, struct slot slot) {
    image_guard(index->image, at, sizeof *at);
    *at = slot;
}

static void put(struct index *index, Hash128 key, uint32_t thing) {
    uint64_t i = key.low & (index->slot_count - 1);
    while (index->slots[i].thing != 0) {
        i = (i + 1) & (index->slot_count - 1);
    }
    set_slot(index, &index->slots[i], (struct slot){tag_of(key), thing + 1});
}

static void move_some(struct store_state *store) {
    struct index *index = &store->index;
    for (uint32_t n = 0; n < MOVED_PER_ADD && index->old_moved < index->old_count; n++) {
        struct slot slot = index->old[index->old_moved++];
        if (slot.thing != 0 && slot.thing != SLOT_GONE) {
            put(index, thing_at(store, slot.thing - 1)->key, slot.thing - 1);
        }
    }
    if (index->old_moved == index->old_count) {
        index->old = NULL;
    }
}

void index_add(struct store_state *store, Hash128 key, uint32_t thing) {
    struct index *index = &store->index;
    if (index->old != NULL) {
        move_some(store);
    } else if ((uint64_t)store->thing_count * 10 > index->slot_count * 6) {
        index->old = index->slots;
        index->old_count = index->slot_count;
        index->old_moved = 0;
        index->slots = index->next;
        index->slot_count *= 2;
        index->next = index->slots + index->slot_count;
    }
    put(index, key, thing);
}

// Takes a slot out and moves back those behind it that it was in the way of.
static void clear(struct store_state *store, struct slot *slot) {
    struct index *index = &store->index;
    uint64_t mask = index->slot_count - 1;
    uint64_t hole = (uint64_t)(slot - index->slots);
    for (uint64_t k = (hole + 1) & mask; index->slots[k].thing != 0; k = (k + 1) & mask) {
        uint64_t home = thing_at(store, index->slots[k].thing - 1)->key.low & mask;
        if (((k - home) & mask) >= ((k - hole) & mask)) {
            set_slot(index, &index->slots[hole], index->slots[k]);
            hole = k;
        }
    }
    set_slot(index, &index->slots[hole], (struct slot){0, 0});
}

void index_remove(struct store_state *store, Hash128 key) {
    struct index *index = &store->index;
    if (index->old != NULL) {
        struct slot *slot = find_in(store, index->old, index->old_count, key);
        if (slot != NULL) {
            set_slot(index, slot, (struct slot){slot->tag, SLOT_GONE});
        }
    }
    struct slot *slot = find_in(store, index->slots, index->slot_count, key);
    if (slot != NULL) {
        clear(store, slot);
    }
}
