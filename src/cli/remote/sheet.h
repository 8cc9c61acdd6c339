#pragma once
// Sheet: text for people at a terminal: tables whose columns stand under each other also where some
// letters are Chinese, and nothing that a terminal would obey.
//
//     struct sheet *sheet = sheet_create(arena, 3);
//     sheet_cell(sheet, SLICE("ALERT"), false);      // cell by cell, row by row; the first is the head
//     sheet_cell(sheet, SLICE("7"), true);           // a number stands on the right
//     ...
//     sheet_put(sheet, out);
//
// What came from outside (a note, a name) may hold escape sequences, line ends or marks that turn
// the direction of reading, by which a line could show something that is not so; sheet_clean()
// replaces them, and every cell goes through it.

#include "base/arena.h"
#include "base/buf.h"

enum {
    SHEET_COLUMNS_MAX = 24,
    SHEET_CELL_MAX = 64, // columns of a terminal, but for the last of a row; what is longer ends in "…"
};

struct sheet;

struct sheet *sheet_create(struct arena *arena, uint32_t columns);
void sheet_cell(struct sheet *sheet, Slice text, bool is_number);
// Rows, with the head.
uint32_t sheet_rows(const struct sheet *sheet);
void sheet_put(const struct sheet *sheet, struct buf *out);

// Columns of a terminal.
uint32_t sheet_width(Slice text);
// The text without control characters, invisible marks and malformed UTF-8, which become question
// marks. Line ends stay where `lines`, else they become blanks.
void sheet_clean(struct buf *out, Slice text, bool lines);
// Blanks.
void sheet_pad(struct buf *out, uint32_t columns);
