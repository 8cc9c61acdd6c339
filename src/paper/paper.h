#pragma once
// Paper: documents for people outside of the console, described once and written as PDF and as HTML.
//
//     struct paper *paper = paper_create(&(struct paper_head){.language = PAPER_ZH, .title = SLICE("反诈工作月度通报"), .made_us = now_us, ...});
//     paper_title(paper, SLICE("反诈工作月度通报"));
//     paper_heading(paper, 1, SLICE("一、总体情况"));
//     paper_paragraph(paper, SLICE("本月全行产生预警……"), PAPER_INDENT);
//     static const struct paper_column columns[] = {{SLICE("机构"), 3, PAPER_LEFT}, {SLICE("涉案账户"), 1, PAPER_RIGHT}};
//     paper_table(paper, SLICE("各机构涉案账户"), columns, 2);
//     paper_row(paper, (Slice[]){SLICE("甲支行"), SLICE("3")});
//     paper_figure(paper, figure);
//     TRY(paper_write_pdf(paper, fonts, &pdf, NULL, diag));
//     TRY(paper_write_html(paper, fonts, &html, diag));
//     paper_destroy(paper);
//
// A paper is a list of blocks in the order of the calls. The calls copy what they are given and do not fail: what goes past a limit below is left
// out, and the writers then refuse the paper (PA002) instead of giving half of it. Nothing is laid out before a writer is called, and writing does
// not change the paper. Texts may hold anything; what is not clean UTF-8 or could deceive a reader shows as □ (clean.h).
//
// PDF: A4, with bookmarks from the headings, page numbers, fonts embedded as far as they are used, text that can be searched and copied, metadata.
// HTML: one file without scripts and without anything from elsewhere, for screens of any width, light or dark, and for printing. The same paper gives
// the same bytes on every machine with the same fonts and versions of libraries: no clock is read, and the date in the PDF is `made_us`.
//
// Two forms. PAPER_REPORT is a bulletin or report. PAPER_LETTER looks like a letter of an authority (GB/T 9704-2012): type area of 156 mm x 225 mm
// with 22 lines a page, body of size 3 (16 pt), title of size 2 (22 pt), the issuer's name in red, number with 〔year〕, red rule, page number
// between dashes at the outer edge. Not followed: the faces (FangSong, XiaoBiaoSong and KaiTi are not free; Noto Serif and Sans stand for them), the
// layout of the letter form (信函格式: double red rules, no number on page one), the imprint (版记), joint issuers, and any seal. Tables and figures
// of a letter are smaller than its body.
//
// Not there: tagged PDF and PDF/A, signatures, footnotes, cells over several columns, pictures of pixels.
//
// A paper is one thread's. Different papers may be made and written by several threads at once, each with its own fonts.
//
// A table of 20,000 rows and 12 columns takes some 4 s and 80 MiB as a PDF (docs/performance.md); most of it is laying out cells.
//
// Codes: PA002 the paper is larger than it may be; PA003 it has too many pages; PA004 what is written is larger than its buffer may be; PA005 the
// drawing library fails; PA006 a table was measured wrongly (a fault of this program).

#include "base/buf.h"
#include "base/diag.h"
#include "paper/figure.h"
#include "paper/fonts.h"

enum {
    PAPER_BYTES_MAX = 512 << 20, // of all that one paper holds
    PAPER_TEXT_MAX = 256 << 10,  // bytes of one text: more is no paragraph
    PAPER_BLOCKS_MAX = 100000,
    PAPER_ROWS_MAX = 200000, // of a table
    PAPER_COLUMNS_MAX = 24,  // more cannot be read on a page
    PAPER_PAGES_MAX = 20000,
    PAPER_LEVELS = 3, // of headings
};

struct paper;

typedef enum PaperForm { PAPER_REPORT, PAPER_LETTER } PaperForm;

struct paper_head {
    PaperLanguage language; // of what the writers add: "page x of y", "Figure 1"
    PaperForm form;
    Slice title;   // of the file, for its metadata; paper_title() prints one
    Slice author;  // who issues it
    Slice subject; // metadata; these two may be empty
    Slice keywords;
    Slice running; // at the upper left of each page: what this is
    Slice mark;    // at the upper right: who may read it
    int64_t made_us;
    int64_t offset_us; // of the zone in which dates are written
};

struct paper *paper_create(const struct paper_head *head);
// NULL is let pass.
void paper_destroy(struct paper *paper);

// ---- texts ----

typedef struct PaperRun {
    Slice text;
    bool bold;
} PaperRun;

enum { // how a paragraph stands; may be added
    PAPER_PLAIN = 0,
    PAPER_INDENT = 1, // the first line by two characters
    PAPER_CENTRED = 2,
    PAPER_RIGHTWARDS = 4,
    PAPER_SMALL = 8, // a note
};

void paper_title(struct paper *paper, Slice text);
void paper_subtitle(struct paper *paper, Slice text);
// `level`: 1 to PAPER_LEVELS. Numbers are part of the text.
void paper_heading(struct paper *paper, uint32_t level, Slice text);
void paper_paragraph(struct paper *paper, Slice text, unsigned how);
// The same, parts of it bold.
void paper_runs(struct paper *paper, const PaperRun *runs, uint32_t count, unsigned how);
// Items with dots before them, or with numbers from 1.
void paper_list(struct paper *paper, const Slice *items, uint32_t count, bool numbered);

typedef enum PaperCallout { PAPER_NOTE, PAPER_WARNING, PAPER_SECRET } PaperCallout;

// A frame that nobody overlooks. The title may be empty.
void paper_callout(struct paper *paper, PaperCallout kind, Slice title, Slice text);

// ---- figures of all kinds ----

typedef struct PaperPair {
    Slice name, value;
} PaperPair;

// Names and values in a grid, `across` (1 to 3) of them beside each other.
void paper_pairs(struct paper *paper, const PaperPair *pairs, uint32_t count, uint32_t across);

typedef enum PaperAlign { PAPER_LEFT, PAPER_CENTRE, PAPER_RIGHT } PaperAlign;

struct paper_column {
    Slice title;
    double share; // of the width, beside the shares of the others; above 0
    PaperAlign align;
};

// Begins a table; it goes on until another block is begun. The caption may be empty; one that is there is numbered. The titles are repeated on each
// page.
void paper_table(struct paper *paper, Slice caption, const struct paper_column *columns, uint32_t count);
// As many cells as the table has columns.
void paper_row(struct paper *paper, const Slice *cells);
// The same in bold with a line above: sums.
void paper_total(struct paper *paper, const Slice *cells);
// The figure stays the caller's and has to live until the paper is destroyed. Its title becomes the caption, numbered. One that would be too small
// on an upright page gets a page across.
void paper_figure(struct paper *paper, const struct figure *figure);

// ---- letters ----

struct paper_red_head {
    Slice authority; // in red: "某某银行文件"
    Slice symbol;    // before the year: "某银反诈"; empty: there is no number
    int32_t year;
    uint32_t number;
    Slice secrecy; // at the upper left, may be empty
    Slice urgency; // below it, may be empty
};

void paper_red_head(struct paper *paper, const struct paper_red_head *head);
// Who signs, and the day in full. Where a letter is stamped, the seal comes over both.
void paper_signature(struct paper *paper, Slice issuer, int64_t date_us);

// ---- pages ----

// What follows begins a new page; on a page across (landscape) when `across`. The first call may come first of all.
void paper_page(struct paper *paper, bool across);

// ---- writing ----

// Appends to `out`; after a failure what it holds is of no use. `ret_pages` may be NULL.
MUST_USE Status paper_write_pdf(const struct paper *paper, struct fonts *fonts, struct buf *out, uint32_t *ret_pages, struct diag *diag);
// The fonts measure texts in figures; the page itself is shown with the fonts of who reads it.
MUST_USE Status paper_write_html(const struct paper *paper, struct fonts *fonts, struct buf *out, struct diag *diag);

// ---- how values are written ----

// Fen as yuan with two decimals and commas: 1,234,567.89.
Slice paper_yuan(struct arena *arena, int64_t fen);
// Fen as ten thousand yuan with two decimals and commas, rounded half away from zero: 123.46.
Slice paper_wan(struct arena *arena, int64_t fen);
// 2026-07-01 10:08:20, in the zone.
Slice paper_moment(struct arena *arena, int64_t time_us, int64_t offset_us);
