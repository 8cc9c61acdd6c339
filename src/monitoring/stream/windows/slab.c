// Slab: blocks inside one reserved region, addressed by 32-bit offsets of 16 bytes (64 GiB in all).
//
// Sizes come in classes, eight to each doubling, so that a block is at most one eighth larger than what was asked for.
// Each class has a list of free blocks, linked through their first bytes; when a list is empty, a block is cut from
// the part never used, and when that has come to its end, from a larger free block, whose rest becomes free blocks.
// Nothing is ever joined: things grow and shrink through the same classes all the time, and the classes are few.

#include "monitoring/stream/windows/windows_private.h"

// The class of a size in units, and the size of that class. Classes 0..7 are 1..8 units; then eight per doubling.
static uint32_t class_of(uint64_t units, uint64_t *ret_units) {
    INVARIANT(units > 0 && units <= UINT32_MAX);
    if (units <= 8) {
        *ret_units = units;
        return (uint32_t)units - 1;
    }
    uint32_t shift = 63 - (uint32_t)__builtin_clzll(units - 1) - 3;
    uint64_t steps = (units - 1) >> shift;
    *ret_units = (steps + 1) << shift;
    return shift * 8 + (uint32_t)steps;
}

static uint64_t class_units(uint32_t class) {
    if (class < 8) {
        return class + 1;
    }
    uint32_t shift = class / 8 - 1;
    return (uint64_t)(class % 8 + 8 + 1) << shift;
}

void slab_init(struct slab *slab, void *base, uint64_t bytes) {
    *slab = (struct slab){.base = base, .units = bytes / 16};
    if (slab->units > UINT32_MAX) {
        slab->units = UINT32_MAX;
    }
    for (uint32_t i = 0; i < SLAB_CLASSES; i++) {
        slab->free[i] = WINDOW_NONE;
    }
}

size_t slab_size(size_t bytes) {
    uint64_t units = 0;
    class_of((bytes + 15) / 16, &units);
    return units * 16;
}

static void push_free(struct slab *slab, uint32_t class, uint32_t at) {
    image_guard(slab->image, slab_at(slab, at), sizeof(uint32_t));
    memcpy(slab_at(slab, at), &slab->free[class], sizeof(uint32_t));
    slab->free[class] = at;
}

static uint32_t pop_free(struct slab *slab, uint32_t class) {
    uint32_t at = slab->free[class];
    memcpy(&slab->free[class], slab_at(slab, at), sizeof(uint32_t));
    return at;
}

// Makes free blocks of a stretch, the largest that fit first.
static void free_stretch(struct slab *slab, uint64_t at, uint64_t units) {
    while (units > 0) {
        uint64_t rounded = 0;
        uint32_t class = class_of(units, &rounded);
        if (rounded > units) {
            class--;
            rounded = class_units(class);
        }
        push_free(slab, class, (uint32_t)at);
        at += rounded;
        units -= rounded;
    }
}

static uint32_t cut_larger(struct slab *slab, uint32_t class, uint64_t units) {
    for (uint32_t larger = class + 1; larger < SLAB_CLASSES; larger++) {
        if (slab->free[larger] != WINDOW_NONE) {
            uint32_t at = pop_free(slab, larger);
            free_stretch(slab, at + units, class_units(larger) - units);
            return at;
        }
    }
    return WINDOW_NONE;
}

uint32_t slab_take(struct slab *slab, size_t bytes) {
    uint64_t units = 0;
    uint32_t class = class_of((bytes + 15) / 16, &units);
    uint32_t at = WINDOW_NONE;
    if (slab->free[class] != WINDOW_NONE) {
        at = pop_free(slab, class);
    } else if (slab->next + units <= slab->units) {
        at = (uint32_t)slab->next;
        slab->next += units;
    } else {
        at = cut_larger(slab, class, units);
    }
    if (at != WINDOW_NONE) {
        slab->used += units;
        image_guard(slab->image, slab_at(slab, at), units * SLAB_UNIT);
    }
    return at;
}

void slab_give(struct slab *slab, uint32_t at, size_t bytes) {
    uint64_t units = 0;
    uint32_t class = class_of((bytes + 15) / 16, &units);
    push_free(slab, class, at);
    slab->used -= units;
}
