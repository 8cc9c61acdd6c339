#include "access/slots.h"

void slots_init(struct slots *slots, uint32_t capacity, struct arena *arena) {
    uint32_t buckets = 1;
    while (buckets < capacity) {
        buckets *= 2;
    }
    *slots = (struct slots){.mask = buckets - 1, .capacity = capacity, .free = SLOTS_NONE};
    slots->heads = ARENA_ARRAY(arena, uint32_t, buckets);
    slots->next = ARENA_ARRAY(arena, uint32_t, capacity);
    slots->hashes = ARENA_ARRAY(arena, uint64_t, capacity);
    slots->taken = ARENA_ARRAY(arena, bool, capacity);
    for (uint32_t i = 0; i < buckets; i++) {
        slots->heads[i] = SLOTS_NONE;
    }
}

uint32_t slots_take(struct slots *slots, uint64_t hash) {
    uint32_t slot = slots->free;
    if (slot != SLOTS_NONE) {
        slots->free = slots->next[slot];
    } else if (slots->touched < slots->capacity) {
        slot = slots->touched++;
    } else {
        return SLOTS_NONE;
    }
    uint32_t *head = &slots->heads[hash & slots->mask];
    slots->hashes[slot] = hash;
    slots->taken[slot] = true;
    slots->next[slot] = *head;
    *head = slot;
    slots->count++;
    return slot;
}

void slots_give(struct slots *slots, uint32_t slot) {
    INVARIANT(slots->taken[slot]);
    uint32_t *link = &slots->heads[slots->hashes[slot] & slots->mask];
    while (*link != slot) {
        link = &slots->next[*link];
    }
    *link = slots->next[slot];
    slots->taken[slot] = false;
    slots->next[slot] = slots->free;
    slots->free = slot;
    slots->count--;
}

static uint32_t find(const struct slots *slots, uint32_t slot, uint64_t hash) {
    while (slot != SLOTS_NONE && slots->hashes[slot] != hash) {
        slot = slots->next[slot];
    }
    return slot;
}

uint32_t slots_first(const struct slots *slots, uint64_t hash) {
    return find(slots, slots->heads[hash & slots->mask], hash);
}

uint32_t slots_next(const struct slots *slots, uint32_t slot) {
    return find(slots, slots->next[slot], slots->hashes[slot]);
}
