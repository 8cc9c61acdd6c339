#include "paper/clean.h"

#include "base/utf8.h"

enum { REPLACEMENT = 0x25a1, NEXT_LINE = 0x85, LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029 };

typedef struct Range {
    uint32_t first, last;
} Range;

static const Range refused[] = {
    {0x00, 0x08},       {0x0b, 0x0c},     {0x0e, 0x1f},     {0x7f, 0x9f}, {0x061c, 0x061c}, // C0 and C1; Arabic letter mark
    {0x200e, 0x200f},   {0x202a, 0x202e}, {0x2066, 0x2069},                                 // directions
    {0xfdd0, 0xfdef},   {0xfeff, 0xfeff}, {0xfff9, 0xfffc},                                 // no characters; byte order; marks of annotations
    {0xe0000, 0xe00ff}, // tags; the variants of ideographs behind them (U+E0100) stay
};

static bool is_refused(uint32_t rune) {
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (rune >= refused[i].first && rune <= refused[i].last) {
            return true;
        }
    }
    return (rune & 0xfffe) == 0xfffe;
}

static bool is_plain(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < ' ' || text.at[i] > '~') {
            return false;
        }
    }
    return true;
}

// The next character as it shall stand; 0: none, as of the \r before a \n.
static uint32_t next_clean(Slice text, size_t *at, bool one_line) {
    uint32_t rune;
    if (!utf8_next(text, at, &rune)) {
        ++*at;
        return REPLACEMENT;
    }
    if (rune == '\r' && *at < text.size && text.at[*at] == '\n') {
        return 0;
    }
    if (rune == '\n' || rune == '\r' || rune == NEXT_LINE || rune == LINE_SEPARATOR || rune == PARAGRAPH_SEPARATOR) {
        return one_line ? ' ' : '\n';
    }
    return rune == '\t' ? ' ' : is_refused(rune) ? REPLACEMENT : rune;
}

Slice clean_text(struct arena *arena, Slice text, bool one_line) {
    char bytes[4];
    size_t size = 0;
    if (is_plain(text)) {
        return arena_copy(arena, text);
    }
    for (size_t at = 0; at < text.size;) {
        uint32_t rune = next_clean(text, &at, one_line);
        size += rune == 0 ? 0 : utf8_put(rune, bytes);
    }
    char *clean = arena_alloc_raw(arena, size + 1);
    size = 0;
    for (size_t at = 0; at < text.size;) {
        uint32_t rune = next_clean(text, &at, one_line);
        size += rune == 0 ? 0 : utf8_put(rune, clean + size);
    }
    clean[size] = 0;
    return (Slice){clean, size};
}
