#pragma once
// Dead letter: the line that remains of a refused record; private to the stream.

#include "monitoring/stream/intake.h"

enum { DEAD_LETTER_RAW_MAX = 64 << 10 };

struct dead_letter {
    Slice source;
    uint64_t position;
    uint64_t offset;
    Slice field; // empty: the record as a whole
    Slice raw;
};

// Appends the letter with its newline.
void dead_letter_put(const struct dead_letter *letter, const struct intake_refusal *refusal,
                     struct buf *out);
