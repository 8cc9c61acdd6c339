#pragma once
// Arena: memory of one lifetime (a catalogue, a batch, a request), given back all at once.
//
//     struct arena arena;
//     arena_init(&arena, 64 << 10);
//     Slice copy = arena_copy(&arena, name);
//     ...
//     arena_deinit(&arena);
//
// Nothing is freed singly. arena_reset() keeps the blocks for the next round, so a warm arena does not
// call malloc. Memory from arena_alloc() is zeroed and aligned to 16 bytes. The address sanitizer sees a step
// past an allocation, and the use of memory that was given back.

#include "base/slice.h"
#include "base/status.h"

#include <stdarg.h>

enum { ARENA_ALIGN = 16 }; // bytes: what every allocation is aligned to and rounded up to

struct arena_block;

struct arena {
    struct arena_block *first;   // all blocks, in the order they are used
    struct arena_block *current; // the one that is being filled
    size_t used;                 // bytes used of the current block
    size_t block_size;           // size of a usual block
    size_t total;                // bytes of all blocks
};

// A place to go back to with arena_rewind().
typedef struct ArenaMark {
    struct arena_block *block;
    size_t used;
} ArenaMark;

void arena_init(struct arena *arena, size_t block_size);
void arena_deinit(struct arena *arena);
void arena_reset(struct arena *arena);
ArenaMark arena_mark(const struct arena *arena);
// Gives back what was taken since the mark.
void arena_rewind(struct arena *arena, ArenaMark mark);

// Never NULL: a process that gets no memory stops.
void *arena_alloc(struct arena *arena, size_t size);
// The same, not zeroed.
void *arena_alloc_raw(struct arena *arena, size_t size);
// Both with a NUL behind them, which does not count.
Slice arena_copy(struct arena *arena, Slice text);
Slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
Slice arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

// malloc and realloc that do not return without memory; the program has no other use for them failing.
void *memory_alloc(size_t size); // zeroed
void *memory_resize(void *old, size_t size);
