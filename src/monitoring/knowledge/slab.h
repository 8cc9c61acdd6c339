#pragma once
// Slab: items of one size that never move, found by number. They lie in blocks of some 64 KiB, so
// that growing adds a block and copies none. A number given back is used again first.

#include "base/arena.h"
#include "base/live_image.h"

#define SLAB_NONE UINT32_MAX

struct slab {
    char **blocks;
    uint32_t block_count;
    uint32_t block_capacity;
    uint32_t item_size; // at least 4
    uint32_t shift;     // items of a block as a power of two
    uint32_t used;      // numbers given out so far, those given back included
    uint32_t count;     // items that live
    uint32_t free_head; // the number given back last, SLAB_NONE: none
    uint64_t bytes;
    struct live_image *image; // under way, with the blocks as this slab's items; or NULL
};

void knowledge_slab_init(struct slab *slab, uint32_t item_size);
void knowledge_slab_deinit(struct slab *slab);
// The number of an item whose bytes are not set; they may be written without a guard.
uint32_t knowledge_slab_take(struct slab *slab);
void knowledge_slab_give(struct slab *slab, uint32_t number);
// Room for a block of items more; for who fills a slab from an image.
void knowledge_slab_add_block(struct slab *slab);

// Before an item changes.
static inline void knowledge_slab_guard(const struct slab *slab, uint32_t number) {
    image_guard_items(slab->image, slab, number >> slab->shift, 1);
}

static inline void *knowledge_slab_at(const struct slab *slab, uint32_t number) {
    uint32_t within = number & ((UINT32_C(1) << slab->shift) - 1);
    return slab->blocks[number >> slab->shift] + (size_t)within * slab->item_size;
}

// An item that is going to be changed.
static inline void *knowledge_slab_change(const struct slab *slab, uint32_t number) {
    knowledge_slab_guard(slab, number);
    return knowledge_slab_at(slab, number);
}
