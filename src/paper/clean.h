#pragma once
// Clean: text as a document may show it. What could deceive a reader or break a format becomes visible as □ (U+25A1, which Chinese texts put where a
// character cannot be read, and which the fonts have; they have no U+FFFD), the rest stays as it is:
//
//     malformed bytes of UTF-8, control characters, characters that Unicode says are none, invisible tags and marks of byte order
//     the marks that turn the direction of writing, with which a text can read otherwise than it is (so `gpj.exe` would look like `exe.jpg`)
//
// A tab becomes a blank; line ends of any kind become \n, or a blank where a text is of one line.

#include "base/arena.h"

// The clean text, in the arena.
Slice clean_text(struct arena *arena, Slice text, bool one_line);
