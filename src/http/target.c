#include "http/target.h"

#include "base/hex.h"
#include "base/utf8.h"

bool slice_equal_ignoring_case(Slice left, Slice right) {
    if (left.size != right.size) {
        return false;
    }
    for (size_t i = 0; i < left.size; i++) {
        char a = left.at[i];
        char b = right.at[i];
        a = a >= 'A' && a <= 'Z' ? (char)(a | 0x20) : a;
        b = b >= 'A' && b <= 'Z' ? (char)(b | 0x20) : b;
        if (a != b) {
            return false;
        }
    }
    return true;
}

static bool is_token_byte(char byte) {
    bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                  (byte >= '0' && byte <= '9');
    return letter || (byte != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

bool token_valid(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (!is_token_byte(text.at[i])) {
            return false;
        }
    }
    return text.size > 0;
}

static bool is_control(char byte) {
    return (unsigned char)byte < 0x20 || byte == 0x7f;
}

bool header_value_valid(Slice value) {
    for (size_t i = 0; i < value.size; i++) {
        if (is_control(value.at[i]) && value.at[i] != '\t') {
            return false;
        }
    }
    return true;
}

// What a text may be after decoding.
static bool is_plain(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (is_control(text.at[i])) {
            return false;
        }
    }
    return utf8_invalid_at(text) == text.size;
}

bool percent_decode(Slice text, bool plus, struct arena *arena, Slice *ret_text) {
    bool coded = slice_find_byte(text, '%', 0) < text.size ||
                 (plus && slice_find_byte(text, '+', 0) < text.size);
    if (!coded) {
        *ret_text = text;
        return is_plain(text);
    }
    char *bytes = arena_alloc_raw(arena, text.size);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.at[i];
        if (byte == '%') {
            int high = i + 2 < text.size ? hex_digit(text.at[i + 1]) : -1;
            int low = i + 2 < text.size ? hex_digit(text.at[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            byte = (char)(high << 4 | low);
            i += 2;
        } else if (byte == '+' && plus) {
            byte = ' ';
        }
        bytes[size++] = byte;
    }
    *ret_text = (Slice){bytes, size};
    return is_plain(*ret_text);
}

static bool parse_path(Slice path, struct arena *arena, struct target *target) {
    Slice rest = slice_part(path, 1, SIZE_MAX);
    for (bool more = true; more;) {
        size_t end = slice_find_byte(rest, '/', 0);
        more = end < rest.size;
        Slice part;
        if (!percent_decode(slice_part(rest, 0, end), false, arena, &part) || slice_is(part, ".") ||
            slice_is(part, "..")) {
            return false;
        }
        if (target->part_count < HTTP_SEGMENTS_MAX) {
            target->parts[target->part_count++] = part;
        } else {
            target->deep = true;
        }
        rest = slice_part(rest, end + 1, SIZE_MAX);
    }
    return true;
}

static bool parse_query(Slice query, struct arena *arena, struct target *target) {
    Slice item;
    while (slice_split(&query, '&', &item)) {
        if (item.size == 0) {
            continue;
        }
        if (target->query_count == HTTP_QUERY_MAX) {
            return false;
        }
        struct http_header *pair = &target->query[target->query_count++];
        size_t equals = slice_find_byte(item, '=', 0);
        if (!percent_decode(slice_part(item, 0, equals), true, arena, &pair->name) ||
            pair->name.size == 0 ||
            !percent_decode(slice_part(item, equals + 1, SIZE_MAX), true, arena, &pair->value)) {
            return false;
        }
    }
    return true;
}

bool target_parse(Slice text, struct arena *arena, struct target *ret_target) {
    ret_target->part_count = 0;
    ret_target->query_count = 0;
    ret_target->deep = false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] <= 0x20 || text.at[i] >= 0x7f || text.at[i] == '#') {
            return false;
        }
    }
    size_t mark = slice_find_byte(text, '?', 0);
    ret_target->path = slice_part(text, 0, mark);
    if (slice_is(ret_target->path, "*")) {
        return mark == text.size;
    }
    if (text.size == 0 || text.at[0] != '/') {
        return false;
    }
    return parse_path(ret_target->path, arena, ret_target) &&
           parse_query(slice_part(text, mark + 1, SIZE_MAX), arena, ret_target);
}
