#include "codec/lines.h"

#include "base/arena.h"

#include <stdlib.h>

// The bytes that are read and not yet given stand at [start, end) of one block, which moves to the front when
// room is needed and doubles for a long line. No byte is looked at twice for its line end.

enum { BLOCK_FIRST = 256 << 10 };

struct line_reader {
    struct byte_source source;
    size_t size_max;
    char *bytes;
    size_t capacity; // without the padding
    size_t start;
    size_t scanned; // there is no line end before here
    size_t end;
    uint64_t number;
    uint64_t offset; // of the byte at `start`
    bool skipping;   // inside a line that is too long and has been told
    Status ended;    // once the source has no more: STATUS_END or its failure
};

struct line_reader *line_reader_create(struct byte_source source, size_t size_max) {
    INVARIANT(size_max >= 1 && size_max <= 1 << 30);
    struct line_reader *reader = memory_alloc(sizeof *reader);
    reader->source = source;
    reader->size_max = size_max;
    reader->capacity = BLOCK_FIRST;
    reader->bytes = memory_alloc(reader->capacity + LINE_PADDING);
    return reader;
}

void line_reader_destroy(struct line_reader *reader) {
    if (reader == NULL) {
        return;
    }
    free(reader->bytes);
    free(reader);
}

static void make_room(struct line_reader *reader) {
    if (reader->start > 0) {
        memmove(reader->bytes, reader->bytes + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->scanned -= reader->start;
        reader->start = 0;
    }
    if (reader->end == reader->capacity) {
        char *wider = memory_alloc(reader->capacity * 2 + LINE_PADDING);
        memcpy(wider, reader->bytes, reader->end);
        free(reader->bytes);
        reader->bytes = wider;
        reader->capacity *= 2;
    }
}

static void fill(struct line_reader *reader) {
    if (reader->end == reader->capacity || reader->start == reader->end) {
        make_room(reader);
    }
    size_t size = 0;
    Status status = reader->source.read(reader->source.context, reader->bytes + reader->end,
                                        reader->capacity - reader->end, &size);
    if (status == STATUS_OK) {
        reader->end += size;
    } else {
        reader->ended = status;
    }
}

// Finds the end of the line at `start`: true with its size, or false when more bytes are needed.
static bool find_end(struct line_reader *reader, size_t *ret_size) {
    const char *from = reader->bytes + reader->scanned;
    const char *found = memchr(from, '\n', reader->end - reader->scanned);
    if (found == NULL) {
        reader->scanned = reader->end;
        return false;
    }
    *ret_size = (size_t)(found - reader->bytes) - reader->start;
    return true;
}

static void drop(struct line_reader *reader, size_t size) {
    reader->start += size;
    reader->scanned = reader->start > reader->scanned ? reader->start : reader->scanned;
    reader->offset += size;
}

static Slice without_ends(const struct line_reader *reader, size_t size) {
    Slice text = {reader->bytes + reader->start, size};
    if (size > 0 && text.at[size - 1] == '\r') {
        text.size--;
    }
    if (reader->offset == 0 && slice_starts_with(text, SLICE("\xef\xbb\xbf"))) {
        text = slice_part(text, 3, SIZE_MAX);
    }
    return text;
}

// Takes `size` bytes of text and `terminator` bytes behind. True when it is to be given.
static bool take(struct line_reader *reader, size_t size, size_t terminator, struct line *ret_line) {
    bool given = !reader->skipping;
    reader->skipping = false;
    struct line line = {.text = without_ends(reader, size), .offset = reader->offset};
    line.too_long = line.text.size > reader->size_max;
    line.number = given ? ++reader->number : reader->number;
    given = given && line.text.size > 0;
    drop(reader, size + terminator);
    if (given) {
        line.text = line.too_long ? slice_part(line.text, 0, LINE_HEAD_SIZE) : line.text;
        *ret_line = line;
    }
    return given;
}

// A line longer than the limit whose end is not in sight: tells it, and passes over the rest from now on.
static bool give_up(struct line_reader *reader, struct line *ret_line) {
    size_t size = reader->end - reader->start;
    bool given = take(reader, size, 0, ret_line);
    ret_line->too_long = given ? true : ret_line->too_long;
    reader->skipping = true;
    return given;
}

Status line_reader_next(struct line_reader *reader, struct line *ret_line) {
    for (;;) {
        size_t size;
        size_t left = reader->end - reader->start;
        if (find_end(reader, &size)) {
            if (take(reader, size, 1, ret_line)) {
                return STATUS_OK;
            }
        } else if (left > reader->size_max + 4) { // a CR and a byte order mark do not count
            if (give_up(reader, ret_line)) {
                return STATUS_OK;
            }
        } else if (reader->ended == STATUS_OK) {
            fill(reader);
        } else if (reader->ended == STATUS_END && left > 0) {
            if (take(reader, left, 0, ret_line)) {
                return STATUS_OK;
            }
        } else {
            return reader->ended;
        }
    }
}
