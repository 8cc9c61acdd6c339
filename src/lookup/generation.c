#include "lookup/generation.h"

uint64_t generation_slots(uint32_t entries) {
    uint64_t slots = 2;
    while (slots / 4 * 3 < entries) {
        slots *= 2;
    }
    return slots;
}

static uint64_t slot_of(const struct generation *generation, Hash128 key) {
    return hash_mix(generation->seed, key.low) & generation->mask;
}

static bool holds(const struct slot *slot, Hash128 key) {
    return atomic_load_explicit(&slot->high, memory_order_relaxed) == key.high &&
           atomic_load_explicit(&slot->low, memory_order_relaxed) == key.low;
}

void generation_put(struct generation *generation, Hash128 key, uint64_t sequence) {
    for (uint64_t i = slot_of(generation, key);; i = (i + 1) & generation->mask) {
        struct slot *slot = &generation->slots[i];
        bool is_empty = atomic_load_explicit(&slot->sequence, memory_order_relaxed) == 0;
        if (is_empty) {
            atomic_store_explicit(&slot->high, key.high, memory_order_relaxed);
            atomic_store_explicit(&slot->low, key.low, memory_order_relaxed);
            generation->count++;
        }
        if (is_empty || holds(slot, key)) {
            atomic_store_explicit(&slot->sequence, sequence, memory_order_release);
            return;
        }
    }
}

uint64_t generation_find(const struct generation *generation, Hash128 key) {
    for (uint64_t i = slot_of(generation, key);; i = (i + 1) & generation->mask) {
        const struct slot *slot = &generation->slots[i];
        uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
        if (sequence == 0 || holds(slot, key)) {
            return sequence;
        }
    }
}

size_t generation_collect(const struct generation *generation, uint64_t first, uint64_t last,
                          IndexEntry *into) {
    size_t count = 0;
    for (uint64_t i = 0; i <= generation->mask; i++) {
        const struct slot *slot = &generation->slots[i];
        uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
        if (sequence >= first && sequence <= last && sequence > 0) {
            into[count++] =
                (IndexEntry){{.low = atomic_load_explicit(&slot->low, memory_order_relaxed),
                              .high = atomic_load_explicit(&slot->high, memory_order_relaxed)},
                             sequence};
        }
    }
    return count;
}

void generation_clear(struct generation *generation) {
    memset(generation->slots, 0, (generation->mask + 1) * sizeof generation->slots[0]);
    generation->count = 0;
}
