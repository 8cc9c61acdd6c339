#pragma once
// Byte source: where bytes come from, as one function. Files (os), memory (tests) and decompression (codec)
// all look alike to who reads.
//
//     char block[4096];
//     size_t size;
//     while (source.read(source.context, block, sizeof block, &size) == STATUS_OK) { ... size > 0 ... }
//
// read() gives STATUS_OK with 1 to `size` bytes, STATUS_END when there are no more, or an error. After an end
// or an error it is not called again.

#include "base/slice.h"
#include "base/status.h"

struct byte_source {
    void *context;
    Status (*read)(void *context, char *into, size_t size, size_t *ret_size);
};

// Bytes in memory, handed out in pieces of at most `step` bytes (0: as many as are asked for).
struct memory_source {
    Slice rest;
    size_t step;
};

static inline Status memory_source_read(void *context, char *into, size_t size, size_t *ret_size) {
    struct memory_source *memory = context;
    ENSURE(memory->rest.size > 0, STATUS_END);
    size_t take = size < memory->rest.size ? size : memory->rest.size;
    if (memory->step > 0 && take > memory->step) {
        take = memory->step;
    }
    memcpy(into, memory->rest.at, take);
    memory->rest.at += take;
    memory->rest.size -= take;
    *ret_size = take;
    return STATUS_OK;
}

// `memory` must outlive the source.
static inline struct byte_source byte_source_memory(struct memory_source *memory) {
    return (struct byte_source){memory, memory_source_read};
}
