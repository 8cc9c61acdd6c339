#include "codec/lines.h"

#include "base/arena.h"
#include "codec/window.h"

#include <stdlib.h>

// No byte is looked at twice for its line end.

_Static_assert((int)LINE_PADDING <= (int)WINDOW_PADDING, "padding");

enum { NOT_COUNTED = 4 }; // a CR and a byte order mark do not count for the limit

struct line_reader {
    struct window window;
    size_t size_max;
    size_t scanned; // there is no line end before here
    uint64_t number;
    bool skipping; // inside a line that is too long and has been told
};

struct line_reader *line_reader_create(struct byte_source source, size_t size_max) {
    INVARIANT(size_max >= 1 && size_max <= 1 << 30);
    struct line_reader *reader = memory_alloc(sizeof *reader);
    reader->size_max = size_max;
    window_init(&reader->window, source);
    return reader;
}

void line_reader_destroy(struct line_reader *reader) {
    if (reader == NULL) {
        return;
    }
    window_deinit(&reader->window);
    free(reader);
}

// Finds the end of the line: true with its size, or false when more bytes are needed.
static bool find_end(struct line_reader *reader, size_t *ret_size) {
    Slice text = window_text(&reader->window);
    const char *found =
        text.size == reader->scanned
            ? NULL
            : memchr(text.at + reader->scanned, '\n', text.size - reader->scanned);
    if (found == NULL) {
        reader->scanned = text.size;
        return false;
    }
    *ret_size = (size_t)(found - text.at);
    return true;
}

static Slice without_ends(const struct line_reader *reader, size_t size) {
    Slice text = slice_part(window_text(&reader->window), 0, size);
    if (size > 0 && text.at[size - 1] == '\r') {
        text.size--;
    }
    if (reader->window.offset == 0 && slice_starts_with(text, SLICE("\xef\xbb\xbf"))) {
        text = slice_part(text, 3, SIZE_MAX);
    }
    return text;
}

// Takes `size` bytes of text and `terminator` bytes behind. True when it is to be given.
static bool take(struct line_reader *reader, size_t size, size_t terminator, struct line *ret_line) {
    bool given = !reader->skipping;
    reader->skipping = false;
    struct line line = {.text = without_ends(reader, size), .offset = reader->window.offset};
    line.too_long = line.text.size > reader->size_max;
    reader->number += given;
    line.number = reader->number;
    given = given && line.text.size > 0;
    window_drop(&reader->window, size + terminator);
    reader->scanned = 0;
    if (given) {
        line.text = line.too_long ? slice_part(line.text, 0, LINE_HEAD_SIZE) : line.text;
        *ret_line = line;
    }
    return given;
}

Status line_reader_next(struct line_reader *reader, struct line *ret_line) {
    for (;;) {
        size_t size = reader->window.end - reader->window.start;
        bool whole = find_end(reader, &size);
        bool too_long = size > reader->size_max + NOT_COUNTED;
        bool last = reader->window.ended == STATUS_END && size > 0;
        if (whole || too_long || last) {
            bool given = take(reader, size, whole, ret_line);
            // The end of a line that is too long is not in sight: from now on its rest is passed over.
            reader->skipping = !whole && !last;
            if (given) {
                return STATUS_OK;
            }
        } else if (reader->window.ended == STATUS_OK) {
            window_fill(&reader->window);
        } else {
            return reader->window.ended;
        }
    }
}
