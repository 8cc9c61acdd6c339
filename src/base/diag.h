#pragma once
// Diag: what went wrong, told so that the reader can mend it.
//
// `struct diag` is one message: a stable code, where (file, line, column), what, and a hint. Functions that
// meet the world fill a caller's diag and return a Status. Readers of the user's text add to a diag_list
// and go on after the first error, so that one run shows them all.
//
//     struct diag_list diags;
//     diag_list_init(&diags, &arena);
//     struct diag *diag = diag_add(&diags, DIAG_ERROR, "PK012", where, "unknown field '%.*s'", ...);
//     diag_hint(&diags, diag, "did you mean '%.*s'?", ...);
//     diag_list_print(&diags, stderr);
//
// Printed:
//     packs/bank/models/AT/AT-01-A.yaml:31:9: error PK012: unknown field 'event.amonut'
//        31 | expr: event.amonut >= 10000
//           |       ^~~~~~~~~~~~
//        hint: did you mean 'event.amount'?

#include "base/arena.h"
#include "base/buf.h"

#include <stdio.h>

// A place in a text. Lines and columns count from 1; a column counts characters, not bytes. `length` is in
// characters and may be 0. A `line` of 0 means the whole file.
typedef struct Place {
    const struct source *source; // NULL: no file
    uint32_t line;
    uint32_t column;
    uint32_t length;
} Place;

// A text that diagnostics point into.
struct source {
    Slice name; // usually a path
    Slice text;
};

typedef enum DiagLevel { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE } DiagLevel;

struct diag {
    DiagLevel level;
    const char *code; // stable, such as "EX004"; documentation and tests refer to it
    Place place;
    Slice message;
    Slice hint; // may be empty
};

struct diag_list {
    struct arena *arena;
    struct diag *items;
    uint32_t count;
    uint32_t capacity;
    uint32_t error_count;
    uint32_t warning_count;
};

void diag_list_init(struct diag_list *list, struct arena *arena);
struct diag *diag_add(struct diag_list *list, DiagLevel level, const char *code, Place place,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
struct diag *diag_vadd(struct diag_list *list, DiagLevel level, const char *code, Place place,
                       const char *format, va_list args) __attribute__((format(printf, 5, 0)));
void diag_hint(struct diag_list *list, struct diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Writes one diagnostic with its marked source line.
void diag_render(const struct diag *diag, struct buf *out);
// All of them in the order of file, line and column.
void diag_list_print(const struct diag_list *list, FILE *out);

// Fills a single diag whose texts live in `arena`; gives back `status`, so that a failure is one line:
//     return diag_fail(diag, arena, STATUS_IO, "OS001", "cannot open %s: %s", path, strerror(errno));
Status diag_fail(struct diag *diag, struct arena *arena, Status status, const char *code,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

// The place of a byte of a source's text.
Place place_at(const struct source *source, size_t byte_start, size_t byte_end);
