#pragma once
// Print: the documents and tables of a package.
//
//     struct print print = {.dossier = &dossier, .fonts = fonts, .arena = arena, .diag = diag};
//     TRY(print_letter(&print, &pdf));           // 移送函
//     TRY(print_tables(&print, take, context));  // the CSV files, one by one
//
// All of it is made of the dossier alone. `is_preview` marks the documents as such; `is_pdf` false
// gives HTML.

#include "paper/paper.h"
#include "response/referral/dossier.h"

enum { PRINT_BYTES_MAX = 96 << 20 }; // of one document or table

struct print {
    const struct dossier *dossier;
    struct fonts *fonts;
    struct arena *arena;
    struct diag *diag;
    bool is_preview, is_pdf;
    uint32_t pages; // of what was written so far
};

MUST_USE Status print_letter(struct print *print, struct buf *out);
MUST_USE Status print_material(struct print *print, struct buf *out);
MUST_USE Status print_statement(struct print *print, struct buf *out);
// The picture of the flow; NULL where there is none.
MUST_USE Status print_flow(struct print *print, const struct figure **ret_figure);

// A table that was written: its name in the package, and how many rows it has.
typedef Status PrintTake(void *context, Slice name, Slice bytes, int64_t rows);
MUST_USE Status print_tables(struct print *print, PrintTake *take, void *context);

// A column of a table: COLUMN("账号", 1.9, PAPER_LEFT)
#define COLUMN(title, share, align)                                                                \
    { {(title), sizeof(title) - 1}, (share), (align) }

#define PRINT_TABLE(paper, caption, columns)                                                       \
    paper_table((paper), (caption), (columns), sizeof(columns) / sizeof(columns)[0])
// A row with a cell for each column.
#define PRINT_ROW(paper, columns, ...)                                                             \
    do {                                                                                           \
        _Static_assert(sizeof((Slice[]){__VA_ARGS__}) / sizeof(Slice) ==                           \
                           sizeof(columns) / sizeof(columns)[0],                                   \
                       "a cell for each column");                                                  \
        paper_row((paper), (Slice[]){__VA_ARGS__});                                                \
    } while (0)

// ---- what documents have in common --------------------------------------------------------------

struct paper *print_begin(struct print *print, PaperForm form, Slice title);
// Writes it and destroys it.
MUST_USE Status print_end(struct print *print, struct paper *paper, struct buf *out);
// "内部资料": how secret it is, in words.
Slice print_secrecy(const struct print *print);
Slice print_number(const struct print *print);
Slice print_text(struct print *print, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Empty where it is 0.
Slice print_moment(struct print *print, int64_t at_us);
Slice print_yuan(struct print *print, int64_t fen);
Slice print_wan(struct print *print, int64_t fen);
// A datum as people read it: value, or why there is none; "—" where neither was told.
Slice print_datum(struct print *print, DatumSet set, Datum what);
// The same of a value alone: empty where there is none.
Slice print_value(struct print *print, DatumSet set, Datum what);
// "6222 0000 0000 0019": accounts in groups of four.
Slice print_account(struct print *print, Slice account);
// Without its seconds; the day alone.
Slice print_minute(struct print *print, int64_t at_us);
Slice print_day(struct print *print, int64_t at_us);
// A word of events, or several with marks between them, as people read it.
Slice print_word(struct print *print, Slice words);
Slice print_role(Slice role);
Slice print_or_dash(Slice text);
Slice print_thing_kind(Slice kind);
