// Functions of texts. Positions count characters; the empty text is found everywhere.

#include "expr/run.h"
#include "expr/texts.h"

#include "base/utf8.h"

// A buf never holds more than what one evaluation may take.
static void begin(struct evaluation *run, struct buf *out) {
    buf_init(out, run->bytes_left);
}

static struct value finish(struct evaluation *run, struct buf *out) {
    struct value result = buf_overflowed(out) ? run_too_much()
                                              : run_text(run, VALUE_STRING, buf_slice(out));
    buf_deinit(out);
    return result;
}

static struct value out_of_range(struct evaluation *run, int64_t index) {
    return run_error_format(run, "index out of range: %lld", (long long)index);
}

// The byte at which character `index` begins; the end of the text counts as a place.
static bool byte_of(Slice text, int64_t index, size_t *ret_byte) {
    if (index < 0 || (uint64_t)index > text.size) {
        return false;
    }
    *ret_byte = text_byte_of(text, (size_t)index);
    return *ret_byte != SIZE_MAX;
}

static int64_t characters_before(Slice text, size_t byte) {
    return (int64_t)utf8_count(slice_part(text, 0, byte));
}

BODY(contains) {
    return value_bool(slice_find(arguments[0].text, arguments[1].text, 0) != SIZE_MAX);
}

BODY(starts_with) {
    return value_bool(slice_starts_with(arguments[0].text, arguments[1].text));
}

BODY(ends_with) {
    return value_bool(slice_ends_with(arguments[0].text, arguments[1].text));
}

struct value run_match(struct evaluation *run, const struct pattern *pattern, Slice text) {
    bool matches;
    switch (pattern_matches(pattern, text, run->scratch, &matches)) {
    case STATUS_OK:
        return value_bool(matches);
    case STATUS_INVALID:
        return run_error("invalid UTF-8");
    default:
        return run_error("the pattern takes too long to match");
    }
}

// With a pattern that is known only now; a literal one is compiled by the checker.
BODY(matches) {
    ArenaMark mark = arena_mark(run->scratch);
    char message[PATTERN_MESSAGE_SIZE];
    const struct pattern *pattern = pattern_compile(arguments[1].text, run->scratch, message);
    struct value result = {0};
    if (pattern != NULL) {
        result = run_match(run, pattern, arguments[0].text);
    }
    arena_rewind(run->scratch, mark);
    return pattern != NULL ? result : run_error_format(run, "invalid pattern: %s", message);
}

BODY(char_at) {
    Slice text = arguments[0].text;
    size_t start;
    if (!byte_of(text, arguments[1].integer, &start)) {
        return out_of_range(run, arguments[1].integer);
    }
    size_t end = start;
    if (end < text.size) {
        text_next(text, &end);
    }
    return value_string(slice_part(text, start, end - start));
}

BODY(index_of) {
    Slice text = arguments[0].text;
    size_t from = 0;
    if (count == 3 && !byte_of(text, arguments[2].integer, &from)) {
        return out_of_range(run, arguments[2].integer);
    }
    size_t found = slice_find(text, arguments[1].text, from);
    return value_int(found == SIZE_MAX ? -1 : characters_before(text, found));
}

// The bytes from the last to the first; without a place when there is no memory.
static Slice backwards(struct evaluation *run, Slice text) {
    char *bytes = run_alloc(run, text.size);
    for (size_t i = 0; bytes != NULL && i < text.size; i++) {
        bytes[i] = text.at[text.size - 1 - i];
    }
    return (Slice){bytes, text.size};
}

// The last is the first from behind, and the first is found in linear time.
BODY(last_index_of) {
    Slice text = arguments[0].text;
    Slice needle = arguments[1].text;
    size_t at = text.size;
    if (count == 3 && !byte_of(text, arguments[2].integer, &at)) {
        return out_of_range(run, arguments[2].integer);
    }
    if (needle.size > text.size) {
        return value_int(-1);
    }
    at = at > text.size - needle.size ? text.size - needle.size : at;
    ArenaMark mark = arena_mark(run->scratch);
    Slice mirror = backwards(run, slice_part(text, 0, at + needle.size));
    Slice wanted = backwards(run, needle);
    if (mirror.at == NULL || wanted.at == NULL) {
        return run_too_much();
    }
    size_t found = slice_find(mirror, wanted, 0);
    arena_rewind(run->scratch, mark);
    return value_int(found == SIZE_MAX ? -1 : characters_before(text, at - found));
}

BODY(substring) {
    Slice text = arguments[0].text;
    size_t start;
    size_t end = text.size;
    if (!byte_of(text, arguments[1].integer, &start)) {
        return out_of_range(run, arguments[1].integer);
    }
    if (count == 3 && !byte_of(text, arguments[2].integer, &end)) {
        return out_of_range(run, arguments[2].integer);
    }
    if (end < start) {
        return run_error("the substring ends before it starts");
    }
    return value_string(slice_part(text, start, end - start));
}

static struct value map_bytes(struct evaluation *run, Slice text, char first, char last) {
    enum { CASE_BIT = 0x20 };
    char *bytes = run_alloc(run, text.size);
    if (bytes == NULL) {
        return run_too_much();
    }
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.at[i];
        bytes[i] = byte >= first && byte <= last ? (char)(byte ^ CASE_BIT) : byte;
    }
    return value_string((Slice){bytes, text.size});
}

BODY(lower_ascii) {
    return map_bytes(run, arguments[0].text, 'A', 'Z');
}

BODY(upper_ascii) {
    return map_bytes(run, arguments[0].text, 'a', 'z');
}

BODY(trim) {
    return value_string(text_trim(arguments[0].text));
}

BODY(reverse_text) {
    Slice text = arguments[0].text;
    char *bytes = run_alloc(run, text.size);
    if (bytes == NULL) {
        return run_too_much();
    }
    for (size_t at = 0; at < text.size;) {
        size_t start = at;
        text_next(text, &at);
        memcpy(bytes + text.size - at, text.at + start, at - start);
    }
    return value_string((Slice){bytes, text.size});
}

// The end of the part that begins at `at`: where the separator is next. An empty one parts
// characters.
static size_t part_end(Slice text, Slice separator, size_t at) {
    if (separator.size > 0) {
        return slice_find(text, separator, at);
    }
    size_t end = at;
    if (end < text.size) {
        text_next(text, &end);
    }
    return end >= text.size ? SIZE_MAX : end;
}

// At most `limit` parts, all of them when it is negative.
static uint32_t split_into(struct evaluation *run, Slice text, Slice separator, int64_t limit,
                           struct value *items) {
    uint32_t count = 0;
    size_t at = 0;
    for (; limit < 0 || count + 1 < limit; count++) {
        size_t end = part_end(text, separator, at);
        if (end == SIZE_MAX || !run_take_step(run)) {
            break;
        }
        if (items != NULL) {
            items[count] = value_string(slice_part(text, at, end - at));
        }
        at = end + separator.size;
    }
    if (items != NULL) {
        items[count] = value_string(slice_part(text, at, SIZE_MAX));
    }
    return count + 1;
}

BODY(split) {
    Slice text = arguments[0].text;
    Slice separator = arguments[1].text;
    int64_t limit = count == 3 ? arguments[2].integer : -1;
    bool is_nothing = limit == 0 || (separator.size == 0 && text.size == 0);
    if (is_nothing) {
        return run_list(run, NULL, 0);
    }
    uint32_t steps = run->steps_left;
    uint32_t parts = split_into(run, text, separator, limit, NULL);
    if (run->steps_left == 0) {
        return run_too_long();
    }
    run->steps_left = steps;
    struct value *items = run_items(run, parts);
    if (items == NULL) {
        return run_too_much();
    }
    return run_list(run, items, split_into(run, text, separator, limit, items));
}

BODY(join) {
    const struct value_list *list = arguments[0].list;
    Slice separator = count == 2 ? arguments[1].text : SLICE("");
    struct buf out;
    begin(run, &out);
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != VALUE_STRING) {
            buf_deinit(&out);
            return run_error("no such overload: join() needs a list of strings");
        }
        buf_put(&out, i > 0 ? separator : SLICE(""));
        buf_put(&out, list->items[i].text);
    }
    return finish(run, &out);
}

// The next place to replace at or after `from`; an empty text is found between all characters.
static size_t next_place(Slice text, Slice old, size_t from, bool is_first) {
    if (old.size > 0) {
        return slice_find(text, old, from);
    }
    if (!is_first) {
        if (from >= text.size) {
            return SIZE_MAX;
        }
        text_next(text, &from);
    }
    return from;
}

BODY(replace) {
    Slice text = arguments[0].text;
    Slice old = arguments[1].text;
    int64_t limit = count == 4 ? arguments[3].integer : -1;
    struct buf out;
    begin(run, &out);
    size_t done = 0;
    for (int64_t i = 0; (limit < 0 || i < limit) && !buf_overflowed(&out); i++) {
        size_t place = next_place(text, old, done, i == 0);
        if (place == SIZE_MAX) {
            break;
        }
        buf_put(&out, slice_part(text, done, place - done));
        buf_put(&out, arguments[2].text);
        done = place + old.size;
    }
    buf_put(&out, slice_part(text, done, SIZE_MAX));
    return finish(run, &out);
}

BODY(quote) {
    struct buf out;
    begin(run, &out);
    text_put_quoted(&out, arguments[0].text);
    return finish(run, &out);
}

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

BODY(base64_encode) {
    Slice bytes = arguments[0].text;
    size_t size = (bytes.size + 2) / 3 * 4;
    char *text = run_alloc(run, size);
    if (text == NULL) {
        return run_too_much();
    }
    char *out = text;
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t three = (uint32_t)(unsigned char)bytes.at[i] << 16;
        three |= left > 1 ? (uint32_t)(unsigned char)bytes.at[i + 1] << 8 : 0;
        three |= left > 2 ? (uint32_t)(unsigned char)bytes.at[i + 2] : 0;
        *out++ = base64_letters[three >> 18];
        *out++ = base64_letters[three >> 12 & 63];
        *out++ = left > 1 ? base64_letters[three >> 6 & 63] : '=';
        *out++ = left > 2 ? base64_letters[three & 63] : '=';
    }
    return value_string((Slice){text, size});
}

// Padding may be left out.
BODY(base64_decode) {
    Slice text = arguments[0].text;
    for (int i = 0; i < 2 && text.size > 0 && text.at[text.size - 1] == '='; i++) {
        text.size--;
    }
    char *bytes = run_alloc(run, text.size);
    if (bytes == NULL) {
        return run_too_much();
    }
    size_t size = 0;
    uint32_t bits = 0;
    uint32_t bit_count = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char *letter = memchr(base64_letters, text.at[i], sizeof base64_letters - 1);
        if (letter == NULL) {
            return run_error("the text is not base64");
        }
        bits = (bits << 6 | (uint32_t)(letter - base64_letters)) & 0xffff;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            bytes[size++] = (char)(bits >> bit_count & 0xff);
        }
    }
    bool is_cut = bit_count == 6; // one letter alone says nothing
    return is_cut ? run_error("the text is not base64") : value_bytes((Slice){bytes, size});
}
