#pragma once
// Press: a paper on its way onto pages of a PDF. It runs twice: the first run draws nothing and finds out how many pages there are, since each page
// says so; the second draws. Both run through the same code, so they agree.
//
// Blocks are set one below the other at `y`; what does not fit turns the page. Lengths are points, from the upper left corner of the page.

#include "paper/canvas.h"
#include "paper/model.h"
#include "paper/text.h"

#include <cairo.h>

#define MM (72 / 25.4)

enum { ASCII_FIRST = ' ', ASCII_LAST = '~', ASCII_LETTERS = ASCII_LAST - ASCII_FIRST + 1 };

typedef struct Type { // how a form looks
    TextStyle body, small, title, subtitle;
    TextStyle headings[PAPER_LEVELS];
    double heading_above[PAPER_LEVELS];
    double title_above, title_below;
    double indent;                   // of headings
    double between;                  // paragraphs
    double sign_indent;              // of a signature from the right edge
    double left, right, top, bottom; // margins of an upright page
} Type;

struct press {
    const struct paper *paper;
    struct fonts *fonts;
    struct arena *arena; // of the block at hand
    struct arena *kept;  // until the writing is done
    const Type *type;
    cairo_surface_t *surface; // NULL: nothing is drawn
    cairo_t *cairo;
    uint32_t page;  // from 1
    uint32_t pages; // of all, in the second run
    bool across;
    double width, height;            // of the page
    double left, right, top, bottom; // of the area of blocks
    double y;
    bool fresh;                    // nothing stands on the page yet
    bool lost;                     // a part of a row was not drawn
    bool turns_back;               // the page is across for a figure; what follows stands upright again
    uint32_t **row_lines;          // of each block that is a table: lines of its rows, found by the first run
    int parents[PAPER_LEVELS + 1]; // bookmarks of the headings above
    float ascii[FACE_COUNT][ASCII_LETTERS]
               [ASCII_LETTERS + 1]; // how far a letter takes the next one on, or anything else, in a size of 1; 0: not asked for yet
};

const Type *type_of_form(PaperForm form);

// ---- pages (press.c) ----

typedef struct Extent {
    double width, height;
} Extent;

// The area of blocks of an upright page, and of one across.
Extent press_upright(const Type *type);
Extent press_across(void);

void press_begin(struct press *press, bool across);
void press_turn(struct press *press);
void press_end(struct press *press); // finishes the last page
static inline bool press_draws(const struct press *press) {
    return press->cairo != NULL;
}
static inline double press_wide(const struct press *press) {
    return press->right - press->left;
}
static inline double press_room(const struct press *press) {
    return press->bottom - press->y;
}
static inline bool press_is_full(const struct press *press) {
    return press->page > PAPER_PAGES_MAX;
}
// Room below what stands there; none at the top of a page.
void press_space(struct press *press, double height);
// Turns the page when less than this is left of it.
void press_need(struct press *press, double height);
void press_ink(struct press *press, Ink ink);
void press_rule(struct press *press, double x1, double y, double x2, double width, Ink ink);
void press_fill(struct press *press, double x, double y, double width, double height, Ink ink);
// The lines of a text, over as many pages as it takes.
void press_text(struct press *press, PangoLayout *layout, const TextStyle *style, double x);
// A text of one style between the margins less `indent`.
void press_plain(struct press *press, const TextStyle *style, Slice text, Ink ink);
// An upper bound of the width of a text without line ends, or INFINITY where only pango knows.
double press_bound(struct press *press, Face face, double size, Slice text);

// ---- blocks ----

double press_table_least(struct press *press, uint32_t block);              // grid.c: room that its beginning takes
void press_table(struct press *press, uint32_t block);                      // grid.c
void press_pairs(struct press *press, const struct block *block);           // grid.c
void press_red_head(struct press *press, const struct paper_red_head *red); // letter.c
void press_signature(struct press *press, const struct block *block);       // letter.c
