#pragma once
// Memory for the large tables: zeroed, on 2 MiB pages where the system gives them (a random look-up then misses
// the TLB far less), and returned as a whole.
//
//     struct memory_pool pool = {.large = true};
//     void *slots = memory_pool_map(&pool, bytes);
//     memory_populate(NULL, slots, bytes); // the first touch of a page costs up to milliseconds: not while deciding
//     ...
//     memory_pool_release(&pool);          // all that it mapped
//
// Address space is reserved and pages come when they are first touched. Never fails: a process that gets no memory
// stops.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_LARGE_PAGE = 2 << 20 };

struct memory_pool {
    bool large; // off: pages of the usual size, better for what is short-lived
    struct memory_pool_part *last;
};

void *memory_pool_map(void *pool, size_t size); // takes a void *, to serve as a callback
void memory_pool_release(struct memory_pool *pool);

// Makes the pages be there before they are touched, without looking at what they hold: other threads may be writing.
// Where the system cannot, nothing happens. Takes a context, which it does not use, to serve as a callback.
void memory_populate(void *context, void *at, size_t size);
// Bytes of memory that the process has in use; 0 when the system does not say.
uint64_t memory_resident_bytes(void);
