#pragma once
// Texts: what the language needs to know about characters. Positions in the language count
// characters, not bytes; a malformed byte counts as one.

#include "base/buf.h"

// Moves behind one character and gives its code, U+FFFD for a malformed byte.
uint32_t text_next(Slice text, size_t *at);
// The byte at which character `index` begins; SIZE_MAX when the text is shorter. The end counts.
size_t text_byte_of(Slice text, size_t index);
// Without white space as Unicode has it (the zero-width ones are none) on both sides.
Slice text_trim(Slice text);

// "a\nb" in double quotes, with escapes for control characters, quotes and backslashes. Malformed
// bytes become U+FFFD.
void text_put_quoted(struct buf *out, Slice text);
// b"..." with \x escapes for what is not printable ASCII.
void text_put_bytes(struct buf *out, Slice bytes);
// Malformed sequences replaced, each run by one U+FFFD.
void text_put_repaired(struct buf *out, Slice text);
