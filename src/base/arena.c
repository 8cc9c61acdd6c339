#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

// A block is one malloc: this header, then `size` bytes.
struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(ARENA_ALIGN) char bytes[];
};

// Under the address sanitizer what is free is poisoned, so that a step past an allocation is seen.
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

#ifdef SANITIZED
#include <sanitizer/asan_interface.h>

static void give_out(const void *memory, size_t size) {
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
}

static void take_back(const struct arena_block *block, size_t used) {
    for (; block != NULL; block = block->next, used = 0) {
        ASAN_POISON_MEMORY_REGION(block->bytes + used, block->size - used);
    }
}
#else
static void give_out(const void *memory, size_t size) {
    (void)memory;
    (void)size;
}

static void take_back(const struct arena_block *block, size_t used) {
    (void)block;
    (void)used;
}
#endif

static size_t round_up(size_t size) {
    return (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
}

void *memory_alloc(size_t size) {
    void *memory = calloc(1, size == 0 ? 1 : size);
    INVARIANT(memory != NULL);
    return memory;
}

void *memory_resize(void *old, size_t size) {
    void *memory = realloc(old, size == 0 ? 1 : size);
    INVARIANT(memory != NULL);
    return memory;
}

void arena_init(struct arena *arena, size_t block_size) {
    *arena = (struct arena){.block_size = round_up(block_size)};
}

void arena_deinit(struct arena *arena) {
    struct arena_block *block = arena->first;
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct arena){.block_size = arena->block_size};
}

void arena_reset(struct arena *arena) {
    arena->current = arena->first;
    arena->used = 0;
    take_back(arena->first, 0);
}

ArenaMark arena_mark(const struct arena *arena) {
    return (ArenaMark){arena->current, arena->used};
}

void arena_rewind(struct arena *arena, ArenaMark mark) {
    arena->current = mark.block == NULL ? arena->first : mark.block;
    arena->used = mark.block == NULL ? 0 : mark.used;
    take_back(arena->current, arena->used);
}

// Makes the current block one that has `size` bytes left: the next that is large enough, or a new one.
static void next_block(struct arena *arena, size_t size) {
    struct arena_block **link = arena->current == NULL ? &arena->first : &arena->current->next;
    while (*link != NULL && (*link)->size < size) {
        link = &(*link)->next;
    }
    if (*link == NULL) {
        size_t block_size = size > arena->block_size ? size : arena->block_size;
        struct arena_block *block = malloc(sizeof *block + block_size);
        INVARIANT(block != NULL);
        block->next = NULL;
        block->size = block_size;
        *link = block;
        take_back(block, 0);
        arena->total += block_size;
    }
    arena->current = *link;
    arena->used = 0;
}

void *arena_alloc_raw(struct arena *arena, size_t size) {
    INVARIANT(size <= SIZE_MAX / 2);
    size_t taken = round_up(size == 0 ? 1 : size);
    if (arena->current == NULL || arena->current->size - arena->used < taken) {
        next_block(arena, taken);
    }
    void *memory = arena->current->bytes + arena->used;
    arena->used += taken;
    give_out(memory, size);
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size) {
    return memset(arena_alloc_raw(arena, size), 0, size);
}

Slice arena_copy(struct arena *arena, Slice text) {
    char *copy = arena_alloc_raw(arena, text.size + 1);
    if (text.size > 0) {
        memcpy(copy, text.at, text.size);
    }
    copy[text.size] = '\0';
    return (Slice){copy, text.size};
}

Slice arena_vprintf(struct arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    INVARIANT(size >= 0);
    char *text = arena_alloc_raw(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, args);
    return (Slice){text, (size_t)size};
}

Slice arena_printf(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Slice text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
