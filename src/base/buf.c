#include "base/buf.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *buf, size_t maximum) {
    *buf = (struct buf){.maximum = maximum};
}

void buf_deinit(struct buf *buf) {
    free(buf->bytes);
    *buf = (struct buf){.maximum = buf->maximum};
}

void buf_reset(struct buf *buf) {
    buf->size = 0;
    buf->overflowed = false;
}

char *buf_reserve(struct buf *buf, size_t size) {
    if (buf->overflowed || size > buf->maximum - buf->size) {
        buf->overflowed = true;
        return NULL;
    }
    if (size > buf->capacity - buf->size || buf->bytes == NULL) {
        size_t capacity = buf->capacity == 0 ? 256 : buf->capacity;
        while (capacity < buf->size + size) {
            capacity *= 2;
        }
        buf->bytes = memory_resize(buf->bytes, capacity);
        buf->capacity = capacity;
    }
    return buf->bytes + buf->size;
}

void buf_advance(struct buf *buf, size_t size) {
    INVARIANT(size <= buf->capacity - buf->size);
    buf->size += size;
}

void buf_put_byte(struct buf *buf, char byte) {
    char *room = buf_reserve(buf, 1);
    if (room != NULL) {
        *room = byte;
        buf->size++;
    }
}

void buf_put(struct buf *buf, Slice text) {
    char *room = buf_reserve(buf, text.size);
    if (room != NULL && text.size > 0) {
        memcpy(room, text.at, text.size);
        buf->size += text.size;
    }
}

void buf_printf(struct buf *buf, const char *format, ...) {
    char small[512];
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    INVARIANT(size >= 0);
    if ((size_t)size < sizeof small) {
        buf_put(buf, (Slice){small, (size_t)size});
    } else { // a buf has no room for the NUL that printf writes
        char *large = memory_alloc((size_t)size + 1);
        vsnprintf(large, (size_t)size + 1, format, again);
        buf_put(buf, (Slice){large, (size_t)size});
        free(large);
    }
    va_end(again);
}
