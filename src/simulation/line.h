#pragma once
// Line: writes one record of NDJSON where there is room, key by key.
//
// The bank's systems send some hundred thousand records a second here, and most of their bytes are
// keys that are known when the program is compiled: they are copied as one piece with quotes, colon
// and comma. codec/json_write.h, which checks each step, takes three times as long. Every text that
// comes in is ours and needs no escapes. The caller keeps LINE_SIZE bytes ready; no record comes
// near it.

#include "base/slice.h"

enum { LINE_SIZE = 8192 };

struct line {
    char *at;
};

#define LINE_PUT(line, literal)                                                                    \
    (memcpy((line)->at, literal, sizeof(literal) - 1), (line)->at += sizeof(literal) - 1)
#define LINE_KEY(line, name) LINE_PUT(line, ",\"" name "\":")
#define LINE_TEXT(line, name, text)                                                                \
    (LINE_PUT(line, ",\"" name "\":\""), line_put(line, text), LINE_PUT(line, "\""))
#define LINE_NUMBER(line, name, number) (LINE_KEY(line, name), line_number(line, number))
#define LINE_BOOL(line, name, yes)                                                                 \
    ((yes) ? LINE_PUT(line, ",\"" name "\":true") : LINE_PUT(line, ",\"" name "\":false"))
// Only when it is so; a missing bool is false.
#define LINE_FLAG(line, name, yes)                                                                 \
    do {                                                                                           \
        if (yes) {                                                                                 \
            LINE_PUT(line, ",\"" name "\":true");                                                  \
        }                                                                                          \
    } while (0)
#define LINE_HEX(line, name, number)                                                               \
    (LINE_PUT(line, ",\"" name "\":\""), line_hex(line, number), LINE_PUT(line, "\""))
// Thousandths as a decimal number.
#define LINE_MILLI(line, name, number) (LINE_KEY(line, name), line_milli(line, number))

static inline void line_put(struct line *line, const char *text) {
    size_t size = strlen(text);
    memcpy(line->at, text, size);
    line->at += size;
}

static inline void line_digits(struct line *line, uint64_t number, uint32_t width) {
    for (uint32_t i = width; i > 0; i--) {
        line->at[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    line->at += width;
}

static inline void line_number(struct line *line, int64_t number) {
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    uint32_t width = 1;
    for (uint64_t bound = 10; bound <= rest && width < 19; bound *= 10) {
        width++;
    }
    if (number < 0) {
        *line->at++ = '-';
    }
    line_digits(line, rest, width);
}

static inline void line_hex(struct line *line, uint64_t number) {
    for (int i = 0; i < 16; i++) {
        line->at[i] = "0123456789abcdef"[number >> (4 * i) & 15];
    }
    line->at += 16;
}

static inline void line_milli(struct line *line, int64_t number) {
    if (number < 0) {
        *line->at++ = '-';
        number = -number;
    }
    line_number(line, number / 1000);
    if (number % 1000 != 0) {
        *line->at++ = '.';
        line_digits(line, (uint64_t)(number % 1000), 3);
    }
}
