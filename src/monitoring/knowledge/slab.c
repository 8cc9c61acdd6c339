#include "monitoring/knowledge/slab.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 64 << 10 };

void knowledge_slab_init(struct slab *slab, uint32_t item_size) {
    INVARIANT(item_size >= sizeof(uint32_t));
    *slab = (struct slab){.item_size = item_size, .free_head = SLAB_NONE};
    while ((uint64_t)item_size << (slab->shift + 1) <= BLOCK_BYTES) {
        slab->shift++;
    }
}

void knowledge_slab_deinit(struct slab *slab) {
    for (uint32_t i = 0; i < slab->block_count; i++) {
        free(slab->blocks[i]);
    }
    free(slab->blocks);
    *slab = (struct slab){0};
}

void knowledge_slab_add_block(struct slab *slab) {
    if (slab->block_count == slab->block_capacity) {
        uint32_t capacity = slab->block_capacity == 0 ? 4 : slab->block_capacity * 2;
        slab->blocks = memory_resize(slab->blocks, sizeof *slab->blocks * capacity);
        slab->bytes += sizeof *slab->blocks * (capacity - slab->block_capacity);
        slab->block_capacity = capacity;
    }
    size_t size = (size_t)slab->item_size << slab->shift;
    slab->blocks[slab->block_count++] = memory_alloc(size);
    slab->bytes += size;
}

uint32_t knowledge_slab_take(struct slab *slab) {
    slab->count++;
    if (slab->free_head != SLAB_NONE) {
        uint32_t number = slab->free_head;
        memcpy(&slab->free_head, knowledge_slab_change(slab, number), sizeof slab->free_head);
        return number;
    }
    INVARIANT(slab->used < SLAB_NONE - 1);
    if (slab->used >> slab->shift == slab->block_count) {
        knowledge_slab_add_block(slab);
    }
    return slab->used++;
}

void knowledge_slab_give(struct slab *slab, uint32_t number) {
    memcpy(knowledge_slab_change(slab, number), &slab->free_head, sizeof slab->free_head);
    slab->free_head = number;
    slab->count--;
}
