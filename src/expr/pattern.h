#pragma once
// Pattern: regular expressions for matches(), by PCRE2 with limits on work and memory, so that no
// pattern can hold up a decision. The language's patterns are RE2's; what both know means the same
// here: \d and \w are ASCII, $ is the end of the text, a match may lie anywhere.

#include "base/arena.h"

struct pattern;

enum { PATTERN_MESSAGE_SIZE = 120 };

// NULL when the pattern is malformed; then `message` says why. Lives in the arena.
const struct pattern *pattern_compile(Slice text, struct arena *arena,
                                      char message[PATTERN_MESSAGE_SIZE]);
// STATUS_OK with an answer, STATUS_LIMIT when it would take too long, STATUS_INVALID when the text
// is not UTF-8.
Status pattern_matches(const struct pattern *pattern, Slice text, struct arena *scratch,
                       bool *ret_matches);
