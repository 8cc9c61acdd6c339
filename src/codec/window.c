#include "codec/window.h"

#include "base/arena.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 256 << 10 };

void window_init(struct window *window, struct byte_source source) {
    *window = (struct window){.source = source, .capacity = CAPACITY_FIRST};
    window->bytes = memory_alloc(window->capacity + WINDOW_PADDING);
}

void window_deinit(struct window *window) {
    free(window->bytes);
    window->bytes = NULL;
}

static void make_room(struct window *window) {
    if (window->start > 0) {
        memmove(window->bytes, window->bytes + window->start, window->end - window->start);
        window->end -= window->start;
        window->start = 0;
    }
    if (window->end == window->capacity) {
        char *wider = memory_alloc(window->capacity * 2 + WINDOW_PADDING);
        memcpy(wider, window->bytes, window->end);
        free(window->bytes);
        window->bytes = wider;
        window->capacity *= 2;
    }
}

void window_fill(struct window *window) {
    if (window->end == window->capacity || window->start == window->end) {
        make_room(window);
    }
    size_t size = 0;
    Status status = window->source.read(window->source.context, window->bytes + window->end,
                                        window->capacity - window->end, &size);
    if (status == STATUS_OK) {
        window->end += size;
    } else {
        window->ended = status;
    }
}
