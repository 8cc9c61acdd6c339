#pragma once
// Slots: numbers 0 to capacity - 1 that are taken, found by a hash, and given back. The owner keeps
// what they stand for in arrays of its own, and compares, since two keys may have one hash.
//
//     uint32_t at = slots_take(&slots, hash);                // SLOTS_NONE: all are taken
//     for (uint32_t i = slots_first(&slots, hash); i != SLOTS_NONE; i = slots_next(&slots, i)) {
//         ... items[i] ...
//     }
//     slots_give(&slots, at);
//
// Chains in arrays: nothing moves, so a slot is the name of its item as long as it is taken. No
// lock.

#include "base/arena.h"

#define SLOTS_NONE UINT32_MAX

struct slots {
    uint32_t *heads; // of chains, by hash
    uint32_t *next;  // within a chain, or the list of free ones
    uint64_t *hashes;
    bool *taken;
    uint32_t mask, capacity, count;
    uint32_t free;
    uint32_t touched; // those from here on were never taken
};

void slots_init(struct slots *slots, uint32_t capacity, struct arena *arena);
uint32_t slots_take(struct slots *slots, uint64_t hash);
void slots_give(struct slots *slots, uint32_t slot);
uint32_t slots_first(const struct slots *slots, uint64_t hash);
uint32_t slots_next(const struct slots *slots, uint32_t slot);

// For each taken slot, in the order of their numbers; one may be given back meanwhile.
#define SLOTS_EACH(slots, slot)                                                                    \
    for (uint32_t slot = 0; slot < (slots)->touched; slot++)                                       \
        if ((slots)->taken[slot])
