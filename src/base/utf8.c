#include "base/utf8.h"

bool utf8_next(Slice text, size_t *at, uint32_t *ret_rune) {
    size_t i = *at;
    if (i >= text.size) {
        return false;
    }
    unsigned char lead = (unsigned char)text.at[i];
    if (lead < 0x80) {
        *ret_rune = lead;
        *at = i + 1;
        return true;
    }
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > text.size - i) {
        return false;
    }
    uint32_t rune = lead & (0x7fu >> length);
    for (size_t k = 1; k < length; k++) {
        if (!utf8_is_continuation(text.at[i + k])) {
            return false;
        }
        rune = rune << 6 | ((unsigned char)text.at[i + k] & 0x3f);
    }
    bool overlong = (length == 3 && rune < 0x800) || (length == 4 && rune < 0x10000);
    if (overlong || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) {
        return false;
    }
    *ret_rune = rune;
    *at = i + length;
    return true;
}

size_t utf8_invalid_at(Slice text) {
    size_t i = 0;
    while (i < text.size) {
        uint64_t eight;
        if (text.size - i >= sizeof eight) { // eight plain characters at a time
            memcpy(&eight, text.at + i, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        uint32_t rune;
        if (!utf8_next(text, &i, &rune)) {
            return i;
        }
    }
    return text.size;
}

size_t utf8_put(uint32_t rune, char bytes[4]) {
    if (rune < 0x80) {
        bytes[0] = (char)rune;
        return 1;
    }
    if (rune < 0x800) {
        bytes[0] = (char)(0xc0 | rune >> 6);
        bytes[1] = (char)(0x80 | (rune & 0x3f));
        return 2;
    }
    if (rune < 0x10000) {
        bytes[0] = (char)(0xe0 | rune >> 12);
        bytes[1] = (char)(0x80 | (rune >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (rune & 0x3f));
        return 3;
    }
    bytes[0] = (char)(0xf0 | rune >> 18);
    bytes[1] = (char)(0x80 | (rune >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (rune >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (rune & 0x3f));
    return 4;
}

size_t utf8_count(Slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; count++) {
        uint32_t rune;
        if (!utf8_next(text, &i, &rune)) {
            i++;
        }
    }
    return count;
}
