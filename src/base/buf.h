#pragma once
// Buf: bytes that grow, up to a maximum given at birth. What is written past it is dropped and remembered:
// ask buf_overflowed() once at the end instead of after each call.
//
//     struct buf out;
//     buf_init(&out, 1 << 20);
//     buf_put(&out, SLICE("a"));
//     buf_printf(&out, "%d", 7);
//     ... buf_slice(&out) ...
//     buf_deinit(&out);

#include "base/slice.h"
#include "base/status.h"

struct buf {
    char *bytes;
    size_t size;
    size_t capacity;
    size_t maximum;
    bool overflowed;
};

void buf_init(struct buf *buf, size_t maximum);
void buf_deinit(struct buf *buf);
void buf_reset(struct buf *buf);

void buf_put_byte(struct buf *buf, char byte);
void buf_put(struct buf *buf, Slice text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Room for `size` bytes to be written by hand, followed by buf_advance(); NULL past the maximum.
char *buf_reserve(struct buf *buf, size_t size);
void buf_advance(struct buf *buf, size_t size);

static inline Slice buf_slice(const struct buf *buf) {
    return (Slice){buf->bytes, buf->size};
}

static inline bool buf_overflowed(const struct buf *buf) {
    return buf->overflowed;
}
