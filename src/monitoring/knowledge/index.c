#include "monitoring/knowledge/index.h"

#include "base/arena.h"

#include <stdlib.h>

enum {
    SEGMENT_ITEMS = 2048, // what a segment holds when the cap is reached
    SEGMENT_BITS_MAX = 14,
    CAPACITY_MIN = 8,
};

// Fuller than 5/8, runs of linear probing get longer than a line of the cache.
static bool is_full(const struct index_segment *segment) {
    return (uint64_t)segment->count * 8 >= (uint64_t)segment->capacity * 5;
}

static uint64_t slot_of(uint64_t hash, uint32_t ref) {
    return hash << 32 | (uint64_t)(ref + 1);
}

static uint32_t home_of(uint64_t slot, uint32_t mask) {
    return (uint32_t)(slot >> 32) & mask;
}

void knowledge_index_init(struct index *index, uint64_t cap) {
    *index = (struct index){0};
    while (index->segment_bits < SEGMENT_BITS_MAX && cap >> index->segment_bits > SEGMENT_ITEMS) {
        index->segment_bits++;
    }
    index->bytes = sizeof *index->segments << index->segment_bits;
    index->segments = memory_alloc(index->bytes);
}

void knowledge_index_deinit(struct index *index) {
    for (size_t i = 0; index->segments != NULL && i < (size_t)1 << index->segment_bits; i++) {
        free(index->segments[i].slots);
    }
    free(index->segments);
    *index = (struct index){0};
}

// The segment of a hash, to be changed.
static struct index_segment *segment_to_change(const struct index *index, uint64_t hash) {
    struct index_segment *segment = knowledge_index_segment_of(index, hash);
    image_guard_items(index->image, index, (uint64_t)(segment - index->segments), 1);
    return segment;
}

static void put(struct index_segment *segment, uint64_t slot) {
    uint32_t mask = segment->capacity - 1;
    uint32_t at = home_of(slot, mask);
    while (segment->slots[at] != 0) {
        at = (at + 1) & mask;
    }
    segment->slots[at] = slot;
}

static void grow(struct index *index, struct index_segment *segment) {
    struct index_segment old = *segment;
    segment->capacity = old.capacity == 0 ? CAPACITY_MIN : old.capacity * 2;
    INVARIANT(segment->capacity > old.capacity);
    segment->slots = memory_alloc(sizeof *segment->slots * segment->capacity);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (old.slots[i] != 0) {
            put(segment, old.slots[i]);
        }
    }
    free(old.slots);
    index->bytes += sizeof *segment->slots * (segment->capacity - old.capacity);
}

void knowledge_index_insert(struct index *index, uint64_t hash, uint32_t ref) {
    INVARIANT(ref < UINT32_MAX);
    struct index_segment *segment = segment_to_change(index, hash);
    if (is_full(segment)) {
        grow(index, segment);
    }
    put(segment, slot_of(hash, ref));
    segment->count++;
    index->count++;
}

// The place of a reference that must be there.
static uint32_t find(const struct index_segment *segment, uint64_t hash, uint32_t ref) {
    INVARIANT(segment->count > 0);
    uint64_t wanted = slot_of(hash, ref);
    uint32_t mask = segment->capacity - 1;
    uint32_t at = home_of(wanted, mask);
    while (segment->slots[at] != wanted) {
        INVARIANT(segment->slots[at] != 0);
        at = (at + 1) & mask;
    }
    return at;
}

void knowledge_index_replace(struct index *index, uint64_t hash, uint32_t old_ref, uint32_t new_ref) {
    struct index_segment *segment = segment_to_change(index, hash);
    segment->slots[find(segment, hash, old_ref)] = slot_of(hash, new_ref);
}

void knowledge_index_remove(struct index *index, uint64_t hash, uint32_t ref) {
    struct index_segment *segment = segment_to_change(index, hash);
    uint32_t mask = segment->capacity - 1;
    uint32_t hole = find(segment, hash, ref);
    // A follower moves into the hole unless its home lies behind the hole, on the way from hole to
    // follower.
    for (uint32_t at = (hole + 1) & mask; segment->slots[at] != 0; at = (at + 1) & mask) {
        uint32_t home = home_of(segment->slots[at], mask);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            segment->slots[hole] = segment->slots[at];
            hole = at;
        }
    }
    segment->slots[hole] = 0;
    segment->count--;
    index->count--;
}

void knowledge_index_validate(const struct index *index) {
    uint64_t total = 0;
    for (size_t i = 0; i < (size_t)1 << index->segment_bits; i++) {
        const struct index_segment *segment = &index->segments[i];
        uint32_t mask = segment->capacity - 1;
        uint32_t count = 0;
        for (uint32_t at = 0; at < segment->capacity; at++) {
            if (segment->slots[at] == 0) {
                continue;
            }
            count++;
            for (uint32_t way = home_of(segment->slots[at], mask); way != at;
                 way = (way + 1) & mask) {
                INVARIANT(segment->slots[way] != 0);
            }
        }
        INVARIANT(count == segment->count && count <= segment->capacity / 8 * 5);
        total += count;
    }
    INVARIANT(total == index->count);
}
