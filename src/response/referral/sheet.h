#pragma once
// Sheets: tables as CSV (codec/csv.h) that people open with Excel.
//
//     struct sheet sheet;
//     sheet_begin(&sheet, &out);                 // the mark by which Excel knows UTF-8
//     sheet_text(&sheet, SLICE("账号")); ... sheet_row(&sheet);
//     sheet_text(&sheet, account); sheet_yuan(&sheet, fen); sheet_row(&sheet);
//     rows = sheet_end(&sheet);
//
// Cells hold what others wrote. One that a program would take for a formula (=, +, -, @, and their
// full-width forms) gets an apostrophe in front; line ends, tabs and other control characters
// become blanks. A text of digits that Excel would turn into a rounded number, or take zeros from,
// gets a tab behind it: accounts and certificates stay what they are.

#include "base/buf.h"
#include "codec/csv.h"

enum { SHEET_CELL_MAX = 128 << 10 };

struct sheet {
    struct csv_writer csv;
    struct buf cell;
    int64_t rows; // with that of the titles
};

void sheet_begin(struct sheet *sheet, struct buf *out);
void sheet_text(struct sheet *sheet, Slice text);
void sheet_number(struct sheet *sheet, int64_t number);
// Fen as yuan with two decimals: 1234567.89.
void sheet_yuan(struct sheet *sheet, int64_t fen);
void sheet_row(struct sheet *sheet);
// Rows without that of the titles.
int64_t sheet_end(struct sheet *sheet);
