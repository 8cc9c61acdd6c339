// Pages: their margins, what stands at their top and foot, and how blocks are set onto them.

#include "paper/press.h"

#include "base/utf8.h"
#include "paper/canvas.h"

#include <cairo-pdf.h>
#include <math.h>

static const double A4_SHORT = 210 * MM;
static const double A4_LONG = 297 * MM;
static const double ACROSS_SIDES = 18 * MM; // margins of pages across, of all forms
static const double ACROSS_TOP = 20 * MM;
static const double ACROSS_BOTTOM = 18 * MM;
static const double SMALL_PRINT = 8;
static const double NUMBER_SIZE = 14;      // of a letter's pages: size 4
static const double NUMBER_BELOW = 7 * MM; // the type area

// ---- forms ------------------------------------------------------------------------------------------------

// Sizes of letters are those of GB/T 9704-2012: body of size 3, title of size 2; 22 lines in 225 mm. 15.75 pt instead of 16 let 28 characters stand
// in 156 mm.
const Type *type_of_form(PaperForm form) {
    static const Type types[] =
        {
            [PAPER_REPORT] =
                {
                    .body = {FACE_SERIF, 10.5, 18, TEXT_LEFT, true, 0},
                    .small = {FACE_SANS, 8.5, 13.5, TEXT_LEFT, false, 0},
                    .title = {FACE_SANS_BOLD, 20, 30, TEXT_CENTRE, false, 0},
                    .subtitle = {FACE_SERIF, 11, 18, TEXT_CENTRE, false, 0},
                    .headings = {{FACE_SANS_BOLD, 14, 22, TEXT_LEFT, false, 0},
                                 {FACE_SANS_BOLD, 12, 19, TEXT_LEFT, false, 0},
                                 {FACE_SANS_BOLD, 10.5, 18, TEXT_LEFT, false, 0}},
                    .heading_above = {14, 10, 7},
                    .title_above = 8,
                    .title_below = 10,
                    .between = 4,
                    .sign_indent = 2,
                    .left = 22 * MM,
                    .right = 22 * MM,
                    .top = 25 * MM,
                    .bottom = 22 * MM,
                },
            [PAPER_LETTER] =
                {
                    .body = {FACE_SERIF, 15.75, 225 * MM / 22, TEXT_LEFT, true, 0},
                    .small = {FACE_SERIF, 12, 20, TEXT_LEFT, false, 0},
                    .title = {FACE_SERIF_BOLD, 22, 35, TEXT_CENTRE, false, 0},
                    .subtitle = {FACE_SERIF, 15.75, 225 * MM / 22, TEXT_CENTRE, false, 0},
                    .headings = {{FACE_SANS, 15.75, 225 * MM / 22, TEXT_LEFT, false, 0},
                                 {FACE_SERIF_BOLD, 15.75, 225 * MM / 22, TEXT_LEFT, false, 0},
                                 {FACE_SERIF, 15.75, 225 * MM / 22, TEXT_LEFT, false, 0}},
                    .title_below = 225 * MM / 22,
                    .indent = 2 * 15.75,
                    .sign_indent = 4,
                    .left = 28 * MM,
                    .right = 26 * MM,
                    .top = 37 * MM,
                    .bottom = 35 * MM,
                },
        };
    return &types[form];
}

Extent press_upright(const Type *type) {
    return (Extent){A4_SHORT - type->left - type->right, A4_LONG - type->top - type->bottom};
}

Extent press_across(void) {
    return (Extent){A4_LONG - 2 * ACROSS_SIDES, A4_SHORT - ACROSS_TOP - ACROSS_BOTTOM};
}

// ---- top and foot -----------------------------------------------------------------------------------------

void press_ink(struct press *press, Ink ink) {
    if (press_draws(press)) {
        ink_set(press->cairo, ink, 1);
    }
}

void press_rule(struct press *press, double x1, double y, double x2, double width, Ink ink) {
    if (press_draws(press)) {
        press_ink(press, ink);
        cairo_set_line_width(press->cairo, width);
        cairo_move_to(press->cairo, x1, y);
        cairo_line_to(press->cairo, x2, y);
        cairo_stroke(press->cairo);
    }
}

void press_fill(struct press *press, double x, double y, double width, double height, Ink ink) {
    if (press_draws(press)) {
        press_ink(press, ink);
        cairo_rectangle(press->cairo, x, y, width, height);
        cairo_fill(press->cairo);
    }
}

static void line_at(struct press *press, double x, double baseline, Anchor anchor, Face face, double size, Slice text) {
    double width = text_width(press->fonts, face, size, text);
    cairo_move_to(press->cairo, x - (anchor == ANCHOR_START ? 0 : anchor == ANCHOR_MIDDLE ? width / 2 : width), baseline);
    text_show(press->cairo, press->fonts, face, size, text);
}

static void draw_top(struct press *press) {
    const struct paper_head *head = &press->paper->head;
    bool is_bare = head->running.size == 0 && head->mark.size == 0;
    if (is_bare || (head->form == PAPER_LETTER && press->page == 1)) {
        return;
    }
    ArenaMark mark = arena_mark(press->arena);
    double baseline = press->top - 12;
    double room = press_wide(press) / 2 - 6;
    Slice running = text_fit(press->fonts, FACE_SANS, SMALL_PRINT, head->running, room, press->arena);
    Slice who = text_fit(press->fonts, FACE_SANS_BOLD, SMALL_PRINT, head->mark, room, press->arena);
    press_ink(press, INK_MUTED);
    line_at(press, press->left, baseline, ANCHOR_START, FACE_SANS, SMALL_PRINT, running);
    press_ink(press, INK_RED);
    line_at(press, press->right, baseline, ANCHOR_END, FACE_SANS_BOLD, SMALL_PRINT, who);
    press_rule(press, press->left, press->top - 7, press->right, 0.5, INK_RULE);
    arena_rewind(press->arena, mark);
}

static void draw_number_of_letter(struct press *press) {
    Slice text = arena_printf(press->arena, "— %u —", press->page);
    bool is_right = press->page % 2 == 1;
    double baseline = press->bottom + NUMBER_BELOW + text_middle(NUMBER_SIZE);
    press_ink(press, INK_TEXT);
    line_at(press, is_right ? press->right - NUMBER_SIZE : press->left + NUMBER_SIZE, baseline, is_right ? ANCHOR_END : ANCHOR_START, FACE_SERIF,
            NUMBER_SIZE, text);
}

static void draw_number(struct press *press) {
    const char *format = press->paper->head.language == PAPER_ZH ? "第 %u 页　共 %u 页" : "Page %u of %u";
    press_ink(press, INK_MUTED);
    line_at(press, press->width / 2, press->bottom + 9 * MM, ANCHOR_MIDDLE, FACE_SANS, SMALL_PRINT,
            arena_printf(press->arena, format, press->page, press->pages));
}

// ---- pages ------------------------------------------------------------------------------------------------

static void open_page(struct press *press) {
    press->page++;
    press->y = press->top;
    press->fresh = true;
    if (press_draws(press)) {
        ArenaMark mark = arena_mark(press->arena);
        cairo_pdf_surface_set_size(press->surface, press->width, press->height);
        cairo_save(press->cairo); // the ink of a text that goes on here
        draw_top(press);
        (press->paper->head.form == PAPER_LETTER ? draw_number_of_letter : draw_number)(press);
        cairo_restore(press->cairo);
        arena_rewind(press->arena, mark);
    }
}

void press_begin(struct press *press, bool across) {
    const Type *type = press->type;
    press->across = across;
    press->width = across ? A4_LONG : A4_SHORT;
    press->height = across ? A4_SHORT : A4_LONG;
    press->left = across ? ACROSS_SIDES : type->left;
    press->right = press->width - (across ? ACROSS_SIDES : type->right);
    press->top = across ? ACROSS_TOP : type->top;
    press->bottom = press->height - (across ? ACROSS_BOTTOM : type->bottom);
    open_page(press);
}

void press_end(struct press *press) {
    if (press_draws(press)) {
        cairo_show_page(press->cairo);
    }
}

void press_turn(struct press *press) {
    press_end(press);
    open_page(press);
}

void press_space(struct press *press, double height) {
    if (!press->fresh) {
        press->y += height;
    }
}

void press_need(struct press *press, double height) {
    if (!press->fresh && press_room(press) < height) {
        press_turn(press);
    }
}

// ---- texts ------------------------------------------------------------------------------------------------

// Lines that go onto this page: neither the first alone at its foot nor the last alone on the next.
static uint32_t lines_here(const struct press *press, uint32_t done, uint32_t lines, double pitch) {
    double fit = floor(press_room(press) / pitch + 1e-6);
    uint32_t most = fit < 1 ? 0 : fit > lines ? lines : (uint32_t)fit;
    uint32_t rest = lines - done;
    if (most >= rest) {
        return rest;
    }
    if (rest - most == 1 && most > 2) {
        most--;
    }
    if (done == 0 && most < 2 && !press->fresh) {
        return 0;
    }
    return most == 0 && press->fresh ? 1 : most;
}

void press_text(struct press *press, PangoLayout *layout, const TextStyle *style, double x) {
    uint32_t lines = text_lines(layout);
    TextWalk walk = text_walk(layout);
    for (uint32_t done = 0; done < lines && !press_is_full(press);) {
        uint32_t here = lines_here(press, done, lines, style->pitch);
        if (press_draws(press)) {
            text_draw(press->cairo, &walk, style, here, x, press->y);
        }
        press->y += here * style->pitch;
        press->fresh = press->fresh && here == 0;
        done += here;
        if (done < lines) {
            press_turn(press);
        }
    }
    text_walk_end(&walk);
}

void press_plain(struct press *press, const TextStyle *style, Slice text, Ink ink) {
    PangoLayout *layout = text_layout(press->fonts, style, press_wide(press));
    text_set(layout, text);
    press_ink(press, ink);
    press_text(press, layout, style, press->left);
    g_object_unref(layout);
}

static bool is_square(uint32_t rune) {
    return (rune >= 0x4e00 && rune <= 0x9fa5) || (rune >= 0x3000 && rune <= 0x30ff) || (rune >= 0xff01 && rune <= 0xff60);
}

// The room that a letter takes before another at most: kerned letters take more or less than alone, and those that become one (ff) not what their
// pairs say.
static double step_of(struct press *press, Face face, char letter, char next) {
    static const double MEASURED = 100; // the size
    bool is_letter = next >= ASCII_FIRST && next <= ASCII_LAST;
    float *step = &press->ascii[face][letter - ASCII_FIRST][is_letter ? next - ASCII_FIRST : ASCII_LETTERS];
    if (*step == 0) {
        const char pair[] = {letter, next};
        double both = text_width(press->fonts, face, MEASURED, (Slice){pair, is_letter ? 2 : 1});
        double after = is_letter ? text_width(press->fonts, face, MEASURED, (Slice){&next, 1}) : 0;
        double alone = text_width(press->fonts, face, MEASURED, (Slice){&letter, 1});
        *step = (float)(fmax(alone, both - after) / MEASURED);
    }
    return *step;
}

double press_bound(struct press *press, Face face, double size, Slice text) {
    double sum = 0;
    for (size_t at = 0; at < text.size;) {
        uint32_t rune;
        if (!utf8_next(text, &at, &rune)) {
            return INFINITY;
        }
        if (rune >= ASCII_FIRST && rune <= ASCII_LAST) {
            sum += step_of(press, face, (char)rune, at < text.size ? text.at[at] : 0);
        } else if (is_square(rune)) {
            sum += 1;
        } else {
            return INFINITY;
        }
    }
    return sum * size;
}
