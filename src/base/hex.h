#pragma once
// Hex: the value of a hexadecimal digit, in either case, -1 for any other byte; and bytes as digits.

static inline int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Two lower-case digits for each byte; `ret_text` has room for them.
static inline void hex_put(char *ret_text, const unsigned char *bytes, unsigned count) {
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < count; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
}
