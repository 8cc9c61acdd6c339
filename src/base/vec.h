#pragma once
// Vec: a growing array in an arena, as two macros over three plain fields.
//
//     struct { struct field *at; uint32_t count, capacity; } fields = {0};
//     struct field *field = VEC_PUSH(&fields, arena);
//     field->name = name;
//
// What it outgrows stays in the arena until that ends, at most as much again as it holds.

#include "base/arena.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        uint32_t count, capacity;                                                                  \
    }

// A pointer to a new, zeroed element at the end.
#define VEC_PUSH(vec, arena)                                                                       \
    (vec_grow((void **)&(vec)->at, (vec)->count, &(vec)->capacity, sizeof *(vec)->at, (arena)),    \
     &(vec)->at[(vec)->count++])

static inline void vec_grow(void **at, uint32_t count, uint32_t *capacity, size_t item_size,
                            struct arena *arena) {
    if (count < *capacity) {
        return;
    }
    uint32_t wider = *capacity == 0 ? 8 : *capacity * 2;
    INVARIANT(wider > *capacity);
    char *room = arena_alloc(arena, item_size * wider);
    if (count > 0) {
        memcpy(room, *at, item_size * count);
    }
    *at = room;
    *capacity = wider;
}
