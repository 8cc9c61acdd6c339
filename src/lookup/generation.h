#pragma once
// Generation: a table in memory, filled by one thread while others search it and one writes it out.
//
// Open addressing over a power of two of slots. A slot is empty while its sequence is 0; its key is
// written before its sequence, and never changes until the table is emptied. So a reader that sees
// a sequence sees its key, and needs no lock. Who empties it sees to it that nobody searches.

#include "lookup/index_file.h"

typedef enum GenerationState {
    GENERATION_FREE,    // empty: the adding thread may begin it
    GENERATION_FILLING, // the adding thread's
    GENERATION_FULL,    // the index's thread writes it
    GENERATION_CLEARED, // it is in a file, and being emptied
} GenerationState;

struct slot {
    atomic_uint_fast64_t high, low, sequence;
};

struct generation {
    struct slot *slots;
    uint64_t mask;
    uint64_t seed; // of the places, so that nobody can choose keys that all come to one
    _Atomic GenerationState state;
    atomic_uint_fast64_t first; // from here on up to `last` it holds all
    atomic_uint_fast64_t last;
    uint32_t count; // of keys: the adding thread's
};

// Slots for so many entries at three quarters.
uint64_t generation_slots(uint32_t entries);
void generation_put(struct generation *generation, Hash128 key, uint64_t sequence);
// 0: it is not there.
uint64_t generation_find(const struct generation *generation, Hash128 key);
// Those with sequences from `first` to `last`, in no order. Gives how many.
size_t generation_collect(const struct generation *generation, uint64_t first, uint64_t last,
                          IndexEntry *into);
void generation_clear(struct generation *generation);
