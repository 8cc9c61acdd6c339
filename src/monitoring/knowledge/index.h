#pragma once
// Index: 64-bit hashes to 32-bit references, for the lists, tables and texts of this folder.
//
// The items lie elsewhere and do not move; the index only says which of them may be meant. A slot
// is 8 bytes, the lower half of the hash and the reference plus 1, so that a line of the cache
// holds eight and a question about what is not there usually reads one line:
//
//     hash    [ segment | ............ | tag (32) ]
//     segment [ slot slot slot ... ]   slot = tag << 32 | (reference + 1), 0: empty
//
// The upper bits of the hash choose a segment, a small table of its own with linear probing that
// starts at the tag's lower bits. Each segment doubles by itself, so growing never takes longer
// than one segment's move: with segments for the declared cap that is some 4096 slots, about 10 us,
// however large the index. Taking out moves the followers back, so no tombstones are left and a
// look-up never slows down with time.

#include "base/hash.h"
#include "base/live_image.h"

struct index_segment {
    uint64_t *slots;
    uint32_t capacity; // 0 or a power of two
    uint32_t count;
};

struct index {
    struct index_segment *segments;
    uint32_t segment_bits;
    uint64_t count;
    uint64_t bytes;
    struct live_image *image; // under way, with the segments as this index's items; or NULL
};

// `cap`: how many references there will be at most; it is no limit, it only sets the number of
// segments.
void knowledge_index_init(struct index *index, uint64_t cap);
void knowledge_index_deinit(struct index *index);
void knowledge_index_insert(struct index *index, uint64_t hash, uint32_t ref);
// Puts another reference in the place of one that is there.
void knowledge_index_replace(struct index *index, uint64_t hash, uint32_t old_ref, uint32_t new_ref);
void knowledge_index_remove(struct index *index, uint64_t hash, uint32_t ref);
// Asks all slots to be reachable and all counts to be right.
void knowledge_index_validate(const struct index *index);

// All references whose hash may be this one:
//     for (struct knowledge_index_probe probe = knowledge_index_probe(index, hash); knowledge_index_next(&probe, &ref);) { ... }
struct knowledge_index_probe {
    const uint64_t *slots;
    uint32_t mask;
    uint32_t at;
    uint32_t tag;
};

static inline struct index_segment *knowledge_index_segment_of(const struct index *index, uint64_t hash) {
    return &index->segments[index->segment_bits == 0 ? 0 : hash >> (64 - index->segment_bits)];
}

static inline struct knowledge_index_probe knowledge_index_probe(const struct index *index, uint64_t hash) {
    const struct index_segment *segment = knowledge_index_segment_of(index, hash);
    uint32_t mask = segment->capacity - 1; // not used when there are no slots
    return (struct knowledge_index_probe){segment->slots, mask, (uint32_t)hash & mask, (uint32_t)hash};
}

static inline bool knowledge_index_next(struct knowledge_index_probe *probe, uint32_t *ret_ref) {
    if (probe->slots == NULL) {
        return false;
    }
    for (;;) {
        uint64_t slot = probe->slots[probe->at];
        if (slot == 0) {
            return false;
        }
        probe->at = (probe->at + 1) & probe->mask;
        if ((uint32_t)(slot >> 32) == probe->tag) {
            *ret_ref = (uint32_t)slot - 1;
            return true;
        }
    }
}
