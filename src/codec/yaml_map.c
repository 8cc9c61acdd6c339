#include "codec/yaml_map.h"

#include "base/hex.h"
#include "base/utf8.h"

// A scalar's text may differ from its source: lines are folded, indentation is stripped, escapes are resolved.
// Here the source of the scalar is read a second time by the rules of its style, each byte that comes out with
// the source byte it came from. If what comes out is the text that libyaml gave, the map is right; if not
// (U+2028 as a line end, an exotic header), every byte is said to stand at the start of the scalar: a message
// then marks the scalar instead of the very word, but never a wrong word.

struct trace {
    Slice source;
    size_t at;
    size_t end;
    char *bytes;
    uint32_t *places;
    size_t size;
    size_t capacity;
    bool failed;
};

static void emit(struct trace *trace, char byte, size_t place) {
    if (trace->size == trace->capacity) {
        trace->failed = true;
        return;
    }
    trace->bytes[trace->size] = byte;
    trace->places[trace->size++] = (uint32_t)place;
}

static char peek(const struct trace *trace) {
    return trace->at < trace->end ? trace->source.at[trace->at] : 0;
}

static bool at_break(const struct trace *trace) {
    return peek(trace) == '\n' || peek(trace) == '\r';
}

static bool at_blank(const struct trace *trace) {
    return peek(trace) == ' ' || peek(trace) == '\t';
}

static void skip_break(struct trace *trace) {
    if (peek(trace) == '\r') {
        trace->at++;
        trace->at += peek(trace) == '\n';
    } else {
        trace->at++;
    }
}

// At a line end inside a plain or quoted scalar: one break is a blank, n breaks are n - 1 breaks.
static void fold(struct trace *trace, bool escaped) {
    size_t first = trace->at;
    skip_break(trace);
    size_t extra = 0;
    for (;;) {
        while (at_blank(trace)) {
            trace->at++;
        }
        if (!at_break(trace)) {
            break;
        }
        emit(trace, '\n', trace->at);
        skip_break(trace);
        extra++;
    }
    if (extra == 0 && !escaped) {
        emit(trace, ' ', first);
    }
}

static uint32_t hex_value(Slice digits) {
    uint32_t value = 0;
    for (size_t i = 0; i < digits.size; i++) {
        value = value * 16 + ((uint32_t)hex_digit(digits.at[i]) & 15);
    }
    return value;
}

static void emit_rune(struct trace *trace, uint32_t rune, size_t place) {
    if (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000)) {
        trace->failed = true;
        return;
    }
    char bytes[4];
    size_t size = utf8_put(rune, bytes);
    for (size_t i = 0; i < size; i++) {
        emit(trace, bytes[i], place);
    }
}

// At the backslash in double quotes.
static void unescape(struct trace *trace) {
    static const char names[] = "0abt\tnvfre \"/\\N_LP";
    static const uint32_t runes[] = {0,    7,   8,   9,   9,    10,   11,   12,     13,
                                     0x1b, ' ', '"', '/', '\\', 0x85, 0xa0, 0x2028, 0x2029};
    size_t place = trace->at++;
    if (at_break(trace)) {
        fold(trace, true);
        return;
    }
    char name = peek(trace);
    trace->at++;
    size_t digits = name == 'x' ? 2 : name == 'u' ? 4 : name == 'U' ? 8 : 0;
    if (digits > 0) {
        emit_rune(trace, hex_value(slice_part(trace->source, trace->at, digits)), place);
        trace->at += digits;
        return;
    }
    const char *found = name == 0 ? NULL : strchr(names, name);
    if (found == NULL) {
        trace->failed = true;
        return;
    }
    emit_rune(trace, runes[found - names], place);
}

// A run of blanks: before a line end there is nothing left of it, elsewhere it is text.
static void trace_blanks(struct trace *trace) {
    size_t start = trace->at;
    while (at_blank(trace)) {
        trace->at++;
    }
    for (size_t at = start; at < trace->at && !at_break(trace); at++) {
        emit(trace, trace->source.at[at], at);
    }
}

static void trace_flow(struct trace *trace, YamlStyle style) {
    while (trace->at < trace->end && !trace->failed) {
        if (at_break(trace)) {
            fold(trace, false);
        } else if (at_blank(trace)) {
            trace_blanks(trace);
        } else if (style == YAML_DOUBLE_QUOTED && peek(trace) == '\\') {
            unescape(trace);
        } else {
            trace->at += style == YAML_SINGLE_QUOTED && peek(trace) == '\'';
            emit(trace, peek(trace), trace->at);
            trace->at++;
        }
    }
}

// Skips indentation and empty lines; their breaks are remembered as [*ret_from, at) with their number.
static uint32_t skip_empty_lines(struct trace *trace, size_t indent, size_t *ret_column, size_t *breaks,
                                 size_t breaks_max) {
    uint32_t count = 0;
    for (;;) {
        size_t column = 0;
        while (column < indent && peek(trace) == ' ') {
            trace->at++;
            column++;
        }
        *ret_column = column;
        if (!at_break(trace)) {
            return count;
        }
        if (count < breaks_max) {
            breaks[count] = trace->at;
        }
        count++;
        skip_break(trace);
    }
}

static void emit_breaks(struct trace *trace, const size_t *breaks, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        emit(trace, '\n', breaks[i]);
    }
}

enum { BREAKS_MAX = 256 }; // empty lines in a row; with more the map is given up

// The lines of a block scalar, as libyaml's scanner goes through them.
static void trace_block(struct trace *trace, bool folded, size_t indent) {
    size_t breaks[BREAKS_MAX];
    size_t column = 0;
    bool was_blank = false;
    size_t line_break = SIZE_MAX; // of the line before
    uint32_t empty = skip_empty_lines(trace, indent, &column, breaks, BREAKS_MAX);
    while (column == indent && trace->at < trace->end && !trace->failed) {
        bool blank = at_blank(trace);
        if (empty > BREAKS_MAX) {
            trace->failed = true;
            return;
        }
        if (folded && line_break != SIZE_MAX && !was_blank && !blank) {
            if (empty == 0) {
                emit(trace, ' ', line_break);
            }
        } else if (line_break != SIZE_MAX) {
            emit(trace, '\n', line_break);
        }
        emit_breaks(trace, breaks, empty);
        was_blank = blank;
        while (trace->at < trace->end && !at_break(trace)) {
            emit(trace, peek(trace), trace->at);
            trace->at++;
        }
        line_break = trace->at;
        if (trace->at < trace->end) {
            skip_break(trace);
        }
        empty = skip_empty_lines(trace, indent, &column, breaks, BREAKS_MAX);
    }
    // How many of the last breaks belong to the text is for the header to say; here all come out.
    if (line_break != SIZE_MAX) {
        emit(trace, '\n', line_break);
    }
    emit_breaks(trace, breaks, empty > BREAKS_MAX ? BREAKS_MAX : empty);
}

static bool reproduces(const struct trace *trace, Slice text) {
    if (trace->failed || trace->size < text.size || memcmp(trace->bytes, text.at, text.size) != 0) {
        return false;
    }
    for (size_t i = text.size; i < trace->size; i++) {
        if (trace->bytes[i] != '\n') {
            return false;
        }
    }
    return true;
}

static size_t first_indent(const struct trace *trace) {
    struct trace ahead = *trace;
    size_t column = 0;
    size_t breaks[1];
    skip_empty_lines(&ahead, SIZE_MAX, &column, breaks, 1);
    return column;
}

// Where the header (such as "|2- # note") does not leave the indentation to the first line, it is tried out.
static bool trace_block_scalar(struct trace *trace, bool folded, Slice text) {
    while (trace->at < trace->end && !at_break(trace)) {
        trace->at++;
    }
    if (trace->at < trace->end) {
        skip_break(trace);
    }
    size_t start = trace->at;
    size_t tries = 0;
    for (size_t indent = first_indent(trace) + 1; indent > 0 && tries < 16; indent--, tries++) {
        trace->at = start;
        trace->size = 0;
        trace->failed = false;
        trace_block(trace, folded, indent - 1);
        if (reproduces(trace, text)) {
            return true;
        }
    }
    return false;
}

void yaml_map_scalar(Slice source, struct yaml_node *node, struct arena *arena, struct arena *scratch) {
    bool quoted = node->style == YAML_SINGLE_QUOTED || node->style == YAML_DOUBLE_QUOTED;
    bool block = node->style == YAML_LITERAL || node->style == YAML_FOLDED;
    size_t start = node->byte_start + quoted;
    size_t end = node->byte_end - quoted;
    node->text_start = (uint32_t)start;
    if (!block && slice_equal(slice_part(source, start, end - start), node->text)) {
        return;
    }
    ArenaMark mark = arena_mark(scratch);
    size_t capacity = node->byte_end - node->byte_start + 8;
    struct trace trace = {.source = source, .at = start, .end = end, .capacity = capacity};
    trace.bytes = arena_alloc_raw(scratch, capacity);
    trace.places = arena_alloc_raw(scratch, capacity * sizeof *trace.places);
    bool known;
    if (block) {
        known = trace_block_scalar(&trace, node->style == YAML_FOLDED, node->text);
    } else {
        trace_flow(&trace, node->style);
        known = reproduces(&trace, node->text) && trace.size == node->text.size;
    }
    size_t size = node->text.size;
    uint32_t *map = arena_alloc_raw(arena, (size + 1) * sizeof *map);
    for (size_t i = 0; i < size; i++) {
        map[i] = known ? trace.places[i] : node->byte_start;
    }
    map[size] = !known || size == 0 ? node->byte_start : map[size - 1] + 1;
    node->byte_map = map;
    arena_rewind(scratch, mark);
}
