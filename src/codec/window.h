#pragma once
// Window: the bytes of a source that are read and not yet used up; private to the readers of records.
//
//     bytes      start            end          capacity  + WINDOW_PADDING
//     |  used up  |  to be looked at |  room        |....|
//
// The bytes move to the front when room is needed, and the block doubles for a long record. Positions that a
// reader keeps are counted from `start`, so that they survive a move.

#include "base/byte_source.h"

enum { WINDOW_PADDING = 64 };

struct window {
    struct byte_source source;
    char *bytes;
    size_t capacity;
    size_t start;
    size_t end;
    uint64_t offset; // of the byte at `start` in the stream
    Status ended;    // once the source has no more: STATUS_END or its failure
};

void window_init(struct window *window, struct byte_source source);
void window_deinit(struct window *window);
// Reads more behind `end`, or sets `ended`.
void window_fill(struct window *window);

static inline Slice window_text(const struct window *window) {
    return (Slice){window->bytes + window->start, window->end - window->start};
}

static inline void window_drop(struct window *window, size_t size) {
    window->start += size;
    window->offset += size;
}
