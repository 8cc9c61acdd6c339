#include "expr/conformance_json.h"

#include "base/utf8.h"

enum { DEPTH_MAX = 500 };

struct reader {
    struct arena *arena;
    Slice text;
    size_t at;
    uint32_t depth;
};

static bool read_value(struct reader *reader, struct json *ret_json);

static void skip_blanks(struct reader *reader) {
    while (reader->at < reader->text.size && strchr(" \t\r\n", reader->text.at[reader->at]) != NULL) {
        reader->at++;
    }
}

static bool take(struct reader *reader, char byte) {
    skip_blanks(reader);
    bool is_there = reader->at < reader->text.size && reader->text.at[reader->at] == byte;
    reader->at += is_there;
    return is_there;
}

static bool take_word(struct reader *reader, Slice word) {
    bool is_there = slice_starts_with(slice_part(reader->text, reader->at, SIZE_MAX), word);
    reader->at += is_there ? word.size : 0;
    return is_there;
}

static bool read_hex(struct reader *reader, uint32_t *ret_unit) {
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        Slice digits = SLICE("0123456789abcdef");
        if (reader->at >= reader->text.size) {
            return false;
        }
        char byte = reader->text.at[reader->at];
        char lower = byte >= 'A' && byte <= 'F' ? (char)(byte | 0x20) : byte;
        size_t digit = slice_find_byte(digits, lower, 0);
        if (digit == digits.size) {
            return false;
        }
        unit = unit << 4 | (uint32_t)digit;
    }
    *ret_unit = unit;
    return true;
}

static bool read_escape(struct reader *reader, char *out, size_t *size) {
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char letter = reader->text.at[reader->at++];
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found != NULL) {
        out[(*size)++] = meanings[found - letters];
        return true;
    }
    uint32_t rune;
    uint32_t low;
    if (letter != 'u' || !read_hex(reader, &rune)) {
        return false;
    }
    bool is_high = rune >= 0xd800 && rune <= 0xdbff;
    if (is_high && take_word(reader, SLICE("\\u")) && read_hex(reader, &low)) {
        rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
    }
    *size += utf8_put(rune, out + *size);
    return true;
}

static bool read_string(struct reader *reader, Slice *ret_text) {
    if (!take(reader, '"')) {
        return false;
    }
    size_t end = reader->at;
    while (end < reader->text.size && reader->text.at[end] != '"') {
        end += reader->text.at[end] == '\\' ? 2 : 1;
    }
    if (end >= reader->text.size) {
        return false;
    }
    char *out = arena_alloc_raw(reader->arena, end - reader->at + 4);
    size_t size = 0;
    while (reader->at < end) {
        char byte = reader->text.at[reader->at++];
        if (byte != '\\') {
            out[size++] = byte;
        } else if (!read_escape(reader, out, &size)) {
            return false;
        }
    }
    reader->at = end + 1;
    *ret_text = (Slice){out, size};
    return true;
}

static bool read_items(struct reader *reader, struct json *json, char closing) {
    VEC(struct json) items = {0};
    VEC(Slice) keys = {0};
    bool is_object = closing == '}';
    while (!take(reader, closing)) {
        if (items.count > 0 && !take(reader, ',')) {
            return false;
        }
        if (is_object &&
            (!read_string(reader, VEC_PUSH(&keys, reader->arena)) || !take(reader, ':'))) {
            return false;
        }
        struct json item = {0};
        if (!read_value(reader, &item)) {
            return false;
        }
        *VEC_PUSH(&items, reader->arena) = item;
    }
    json->kind = is_object ? JSON_OBJECT : JSON_LIST;
    json->items = items.at;
    json->keys = keys.at;
    json->count = items.count;
    return true;
}

static bool read_number(struct reader *reader, struct json *json) {
    size_t start = reader->at;
    while (reader->at < reader->text.size &&
           slice_find_byte(SLICE("+-.0123456789eE"), reader->text.at[reader->at], 0) < 15) {
        reader->at++;
    }
    json->kind = JSON_NUMBER;
    json->text = slice_part(reader->text, start, reader->at - start);
    return reader->at > start;
}

static bool read_value(struct reader *reader, struct json *ret_json) {
    if (++reader->depth > DEPTH_MAX) {
        return false;
    }
    skip_blanks(reader);
    char byte = reader->at < reader->text.size ? reader->text.at[reader->at] : '\0';
    bool is_good;
    if (byte == '{' || byte == '[') {
        reader->at++;
        is_good = read_items(reader, ret_json, byte == '{' ? '}' : ']');
    } else if (byte == '"') {
        ret_json->kind = JSON_STRING;
        is_good = read_string(reader, &ret_json->text);
    } else if (byte == 't' || byte == 'f') {
        ret_json->kind = JSON_BOOL;
        ret_json->boolean = byte == 't';
        is_good = take_word(reader, byte == 't' ? SLICE("true") : SLICE("false"));
    } else if (byte == 'n') {
        is_good = take_word(reader, SLICE("null"));
    } else {
        is_good = read_number(reader, ret_json);
    }
    reader->depth--;
    return is_good;
}

const struct json *json_read(struct arena *arena, Slice text) {
    struct reader reader = {.arena = arena, .text = text};
    struct json *json = ARENA_NEW(arena, struct json);
    bool is_good = read_value(&reader, json);
    skip_blanks(&reader);
    return is_good && reader.at == text.size ? json : NULL;
}

const struct json *json_get(const struct json *json, const char *key) {
    for (uint32_t i = 0; json != NULL && json->kind == JSON_OBJECT && i < json->count; i++) {
        if (slice_is(json->keys[i], key)) {
            return &json->items[i];
        }
    }
    return NULL;
}

Slice json_text(const struct json *json, const char *key) {
    const struct json *text = json_get(json, key);
    return text != NULL && text->kind == JSON_STRING ? text->text : SLICE("");
}
