#pragma once
// UTF-8 as of RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.

#include "base/slice.h"

// Whether a byte stands inside a character and does not begin one.
static inline bool utf8_is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

// Reads one character at `*at` and moves behind it. False on a malformed byte, which is then not passed.
bool utf8_next(Slice text, size_t *at, uint32_t *ret_rune);
// Index of the first malformed byte, or `text.size` when all is well.
size_t utf8_invalid_at(Slice text);
// Writes a character; returns the number of bytes, 1 to 4. The character must be a valid one.
size_t utf8_put(uint32_t rune, char bytes[4]);
// Number of characters; malformed bytes count as one each.
size_t utf8_count(Slice text);
