#include "expr/texts.h"

#include "base/utf8.h"

enum { REPLACEMENT = 0xfffd };

uint32_t text_next(Slice text, size_t *at) {
    uint32_t rune;
    if (!utf8_next(text, at, &rune)) {
        ++*at;
        return REPLACEMENT;
    }
    return rune;
}

size_t text_byte_of(Slice text, size_t index) {
    size_t at = 0;
    for (; index > 0; index--) {
        if (at >= text.size) {
            return SIZE_MAX;
        }
        text_next(text, &at);
    }
    return at;
}

static bool is_space(uint32_t rune) {
    return (rune >= 0x09 && rune <= 0x0d) || rune == 0x20 || rune == 0x85 || rune == 0xa0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 ||
           rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

Slice text_trim(Slice text) {
    size_t start = 0;
    size_t at = 0;
    while (at < text.size && is_space(text_next(text, &at))) {
        start = at;
    }
    size_t end = start;
    for (at = start; at < text.size;) {
        bool is_blank = is_space(text_next(text, &at));
        end = is_blank ? end : at;
    }
    return slice_part(text, start, end - start);
}

static const char *short_escape(uint32_t rune) {
    switch (rune) {
    case '\a':
        return "\\a";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '\v':
        return "\\v";
    case '\\':
        return "\\\\";
    case '"':
        return "\\\"";
    default:
        return NULL;
    }
}

static void put_rune(struct buf *out, uint32_t rune) {
    char bytes[4];
    size_t size = utf8_put(rune, bytes);
    buf_put(out, (Slice){bytes, size});
}

void text_put_quoted(struct buf *out, Slice text) {
    buf_put_byte(out, '"');
    for (size_t at = 0; at < text.size;) {
        uint32_t rune = text_next(text, &at);
        const char *escape = short_escape(rune);
        if (escape != NULL) {
            buf_put(out, slice_of(escape));
        } else {
            put_rune(out, rune);
        }
    }
    buf_put_byte(out, '"');
}

void text_put_bytes(struct buf *out, Slice bytes) {
    buf_put(out, SLICE("b\""));
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        const char *escape = short_escape(byte);
        if (escape != NULL) {
            buf_put(out, slice_of(escape));
        } else if (byte < 0x20 || byte >= 0x7f) {
            buf_printf(out, "\\x%02x", byte);
        } else {
            buf_put_byte(out, (char)byte);
        }
    }
    buf_put_byte(out, '"');
}

void text_put_repaired(struct buf *out, Slice text) {
    bool in_bad_run = false;
    for (size_t at = 0; at < text.size;) {
        uint32_t rune;
        bool is_good = utf8_next(text, &at, &rune);
        if (is_good) {
            put_rune(out, rune);
        } else {
            at++;
            if (!in_bad_run) {
                put_rune(out, REPLACEMENT);
            }
        }
        in_bad_run = !is_good;
    }
}
