#include "expr/net.h"

#include "base/hex.h"

#include <stdio.h>

enum { V4_BYTES = 4, V6_BYTES = 16, V4_START = 12 };

static bool parse_v4(Slice text, uint8_t bytes[V4_BYTES]) {
    Slice part;
    size_t count = 0;
    while (slice_split(&text, '.', &part)) {
        int64_t number;
        bool has_leading_zero = part.size > 1 && part.at[0] == '0';
        if (count == V4_BYTES || part.size == 0 || part.size > 3 || has_leading_zero ||
            part.at[0] == '-' || !slice_to_i64(part, &number) || number > 255) {
            return false;
        }
        bytes[count++] = (uint8_t)number;
    }
    return count == V4_BYTES;
}

// One to four hexadecimal digits.
static bool parse_group(Slice text, size_t *at, uint32_t *ret_group) {
    uint32_t group = 0;
    size_t start = *at;
    while (*at < text.size && hex_digit(text.at[*at]) >= 0) {
        group = group << 4 | (uint32_t)hex_digit(text.at[*at]);
        ++*at;
    }
    *ret_group = group;
    return *at > start && *at - start <= 4;
}

// Up to eight groups around at most one "::"; the last two may be a dotted IPv4 address.
static bool parse_v6(Slice text, uint8_t bytes[V6_BYTES], bool *ret_is_dotted) {
    uint8_t read[V6_BYTES] = {0};
    size_t count = 0;
    size_t gap = SIZE_MAX; // where "::" stands
    size_t at = 0;
    *ret_is_dotted = false;
    if (slice_starts_with(text, SLICE("::"))) {
        gap = 0;
        at = 2;
    }
    while (at < text.size) {
        Slice rest = slice_part(text, at, SIZE_MAX);
        bool is_last_v4 = slice_find_byte(rest, ':', 0) == rest.size &&
                          slice_find_byte(rest, '.', 0) < rest.size;
        if (is_last_v4) {
            if (count > V6_BYTES - V4_BYTES || !parse_v4(rest, read + count)) {
                return false;
            }
            *ret_is_dotted = true;
            count += V4_BYTES;
            break;
        }
        uint32_t group;
        if (count == V6_BYTES || !parse_group(text, &at, &group)) {
            return false;
        }
        read[count++] = (uint8_t)(group >> 8);
        read[count++] = (uint8_t)(group & 0xff);
        if (at == text.size) {
            break;
        }
        if (text.at[at++] != ':' || at == text.size) {
            return false;
        }
        if (text.at[at] == ':') {
            if (gap != SIZE_MAX) {
                return false;
            }
            gap = count;
            at++;
        }
    }
    if (gap == SIZE_MAX ? count != V6_BYTES : count == V6_BYTES) {
        return false;
    }
    size_t before = gap == SIZE_MAX ? count : gap;
    memset(bytes, 0, V6_BYTES);
    memcpy(bytes, read, before);
    memcpy(bytes + V6_BYTES - (count - before), read + before, count - before);
    return true;
}

static bool is_mapped_v4(const uint8_t bytes[V6_BYTES]) {
    static const uint8_t prefix[V4_START] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return memcmp(bytes, prefix, sizeof prefix) == 0;
}

bool net_parse_ip(Slice text, struct value_net *ret_net) {
    struct value_net net = {0};
    bool is_dotted = false;
    if (slice_find_byte(text, ':', 0) < text.size) {
        if (!parse_v6(text, net.bytes, &is_dotted)) {
            return false;
        }
        bool is_mapped = is_mapped_v4(net.bytes);
        if (is_mapped && is_dotted) {
            return false;
        }
        net.is_v6 = !is_mapped;
        if (is_mapped) {
            memset(net.bytes, 0, V4_START);
        }
    } else if (!parse_v4(text, net.bytes + V4_START)) {
        return false;
    }
    net.bits = (uint8_t)net_bits(&net);
    *ret_net = net;
    return true;
}

bool net_parse_cidr(Slice text, struct value_net *ret_net) {
    size_t slash = slice_find_byte(text, '/', 0);
    Slice bits = slice_part(text, slash + 1, SIZE_MAX);
    Slice address = slice_part(text, 0, slash);
    int64_t count;
    bool has_leading_zero = bits.size > 1 && bits.at[0] == '0';
    struct value_net net;
    if (slash == text.size || bits.size == 0 || has_leading_zero || bits.at[0] == '-' ||
        !slice_to_i64(bits, &count) || !net_parse_ip(address, &net) || count > net.bits) {
        return false;
    }
    bool is_mapped = !net.is_v6 && slice_find_byte(address, ':', 0) < address.size;
    if (is_mapped) {
        return false;
    }
    net.bits = (uint8_t)count;
    *ret_net = net;
    return true;
}

// The longest run of two or more zero groups is written "::", the first of equals.
static void longest_zeros(const uint8_t *bytes, size_t *ret_start, size_t *ret_count) {
    *ret_start = 0;
    *ret_count = 1;
    size_t run = 0;
    for (size_t i = 0; i < V6_BYTES / 2; i++) {
        run = bytes[2 * i] == 0 && bytes[2 * i + 1] == 0 ? run + 1 : 0;
        if (run > *ret_count) {
            *ret_count = run;
            *ret_start = i + 1 - run;
        }
    }
}

static size_t format_v6(const uint8_t *bytes, char *text) {
    size_t zeros;
    size_t zero_count;
    longest_zeros(bytes, &zeros, &zero_count);
    size_t size = 0;
    for (size_t i = 0; i < V6_BYTES / 2; i++) {
        if (zero_count > 1 && i == zeros) {
            size += (size_t)snprintf(text + size, NET_TEXT_SIZE - size, "::");
            i += zero_count - 1;
            continue;
        }
        bool needs_colon = size > 0 && text[size - 1] != ':';
        size += (size_t)snprintf(text + size, NET_TEXT_SIZE - size, "%s%x", needs_colon ? ":" : "",
                                 (unsigned)(bytes[2 * i] << 8 | bytes[2 * i + 1]));
    }
    return size;
}

size_t net_format_ip(const struct value_net *net, char text[NET_TEXT_SIZE]) {
    if (net->is_v6) {
        return format_v6(net->bytes, text);
    }
    const uint8_t *bytes = net_bytes(net);
    return (size_t)snprintf(text, NET_TEXT_SIZE, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2],
                            bytes[3]);
}

size_t net_format_cidr(const struct value_net *net, char text[NET_TEXT_SIZE]) {
    size_t size = net_format_ip(net, text);
    return size + (size_t)snprintf(text + size, NET_TEXT_SIZE - size, "/%u", net->bits);
}

bool net_equal(const struct value_net *left, const struct value_net *right) {
    return left->is_v6 == right->is_v6 && left->bits == right->bits &&
           memcmp(left->bytes, right->bytes, V6_BYTES) == 0;
}

bool net_same_prefix(const struct value_net *left, const struct value_net *right, uint32_t bits) {
    if (left->is_v6 != right->is_v6) {
        return false;
    }
    const uint8_t *a = net_bytes(left);
    const uint8_t *b = net_bytes(right);
    uint32_t whole = bits / 8;
    uint32_t rest = bits % 8;
    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}
