#include "base/diag.h"

#include "base/utf8.h"
#include "base/vec.h"

#include <stdlib.h>

void diag_list_init(struct diag_list *list, struct arena *arena) {
    *list = (struct diag_list){.arena = arena};
}

struct diag *diag_vadd(struct diag_list *list, DiagLevel level, const char *code, Place place,
                       const char *format, va_list args) {
    vec_grow((void **)&list->items, list->count, &list->capacity, sizeof *list->items, list->arena);
    struct diag *diag = &list->items[list->count++];
    *diag = (struct diag){
        .level = level,
        .code = code,
        .place = place,
        .message = arena_vprintf(list->arena, format, args),
    };
    list->error_count += level == DIAG_ERROR;
    list->warning_count += level == DIAG_WARNING;
    return diag;
}

struct diag *diag_add(struct diag_list *list, DiagLevel level, const char *code, Place place,
                      const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct diag *diag = diag_vadd(list, level, code, place, format, args);
    va_end(args);
    return diag;
}

void diag_hint(struct diag_list *list, struct diag *diag, const char *format, ...) {
    va_list args;
    va_start(args, format);
    diag->hint = arena_vprintf(list->arena, format, args);
    va_end(args);
}

Status diag_fail(struct diag *diag, struct arena *arena, Status status, const char *code,
                 const char *format, ...) {
    va_list args;
    va_start(args, format);
    *diag = (struct diag){.code = code, .message = arena_vprintf(arena, format, args)};
    va_end(args);
    return status;
}

static uint32_t count_characters(Slice text) {
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += !utf8_is_continuation(text.at[i]);
    }
    return count;
}

Place place_at(const struct source *source, size_t byte_start, size_t byte_end) {
    Slice text = source->text;
    byte_start = byte_start > text.size ? text.size : byte_start;
    byte_end = byte_end > text.size ? text.size : byte_end;
    uint32_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < byte_start; i++) {
        if (text.at[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    size_t line_end = slice_find_byte(text, '\n', byte_start);
    byte_end = byte_end > line_end ? line_end : byte_end;
    byte_end = byte_end < byte_start ? byte_start : byte_end;
    return (Place){
        .source = source,
        .line = line,
        .column = 1 + count_characters(slice_part(text, line_start, byte_start - line_start)),
        .length = count_characters(slice_part(text, byte_start, byte_end - byte_start)),
    };
}

static Slice line_of(Slice text, uint32_t line) {
    size_t start = 0;
    for (uint32_t i = 1; i < line; i++) {
        start = slice_find_byte(text, '\n', start);
        if (start == text.size) {
            return (Slice){NULL, 0};
        }
        start++;
    }
    size_t end = slice_find_byte(text, '\n', start);
    return slice_part(text, start, end - start);
}

// Blanks as wide as the first `count` characters of a line: a Chinese character takes two columns.
static void put_indent(struct buf *out, Slice line, uint32_t count) {
    size_t i = 0;
    for (uint32_t done = 0; done < count && i < line.size; done++) {
        unsigned char lead = (unsigned char)line.at[i];
        buf_put(out, lead == '\t' ? SLICE("\t") : lead >= 0xe2 ? SLICE("  ") : SLICE(" "));
        for (i++; i < line.size && utf8_is_continuation(line.at[i]); i++) {
        }
    }
}

static void render_source_line(const struct diag *diag, struct buf *out) {
    Slice line = line_of(diag->place.source->text, diag->place.line);
    if (line.at == NULL) {
        return;
    }
    buf_printf(out, "%5u | %.*s\n      | ", diag->place.line, SLICE_ARGS(line));
    put_indent(out, line, diag->place.column - 1);
    buf_put_byte(out, '^');
    for (uint32_t i = 1; i < diag->place.length; i++) {
        buf_put_byte(out, '~');
    }
    buf_put_byte(out, '\n');
}

void diag_render(const struct diag *diag, struct buf *out) {
    static const char *const levels[] = {"error", "warning", "note"};
    if (diag->place.source != NULL) {
        buf_put(out, diag->place.source->name);
        buf_put_byte(out, ':');
        if (diag->place.line > 0) {
            buf_printf(out, "%u:%u:", diag->place.line, diag->place.column);
        }
        buf_put_byte(out, ' ');
    }
    buf_printf(out, "%s %s: %.*s\n", levels[diag->level], diag->code, SLICE_ARGS(diag->message));
    if (diag->place.source != NULL && diag->place.line > 0) {
        render_source_line(diag, out);
    }
    if (!slice_empty(diag->hint)) {
        buf_printf(out, "      hint: %.*s\n", SLICE_ARGS(diag->hint));
    }
}

static int by_place(const void *left, const void *right) {
    const struct diag *a = *(const struct diag *const *)left;
    const struct diag *b = *(const struct diag *const *)right;
    Slice a_name = a->place.source == NULL ? SLICE("") : a->place.source->name;
    Slice b_name = b->place.source == NULL ? SLICE("") : b->place.source->name;
    int order = slice_compare(a_name, b_name);
    if (order == 0) {
        order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
    }
    if (order == 0) {
        order = (a->place.column > b->place.column) - (a->place.column < b->place.column);
    }
    return order != 0 ? order : (a > b) - (a < b);
}

void diag_list_print(const struct diag_list *list, FILE *out) {
    if (list->count == 0) {
        return;
    }
    const struct diag **sorted = memory_alloc(sizeof(*sorted) * list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        sorted[i] = &list->items[i];
    }
    qsort(sorted, list->count, sizeof(*sorted), by_place);
    struct buf text;
    buf_init(&text, 64 << 20);
    for (uint32_t i = 0; i < list->count; i++) {
        diag_render(sorted[i], &text);
    }
    fwrite(text.bytes, 1, text.size, out);
    buf_deinit(&text);
    free(sorted);
}
