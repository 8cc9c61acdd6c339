// What letters of authorities have: the head in red and the signature. Measures are those of GB/T 9704-2012.

#include "paper/press.h"

#include "paper/canvas.h"

#include <math.h>

static const double AUTHORITY_BELOW = 35 * MM; // the upper edge of the type area
static const double AUTHORITY_LARGEST = 38;
static const double AUTHORITY_SMALLEST = 16;
static const double RULE_BELOW = 4 * MM; // the number
static const double RULE_WIDTH = 1.6;

static void put_grades(struct press *press, const struct paper_red_head *red) {
    TextStyle style = press->type->body;
    style.face = FACE_SANS;
    const Slice grades[] = {red->secrecy, red->urgency};
    for (int i = 0; i < 2; i++) {
        if (grades[i].size > 0) {
            press_plain(press, &style, grades[i], INK_TEXT);
        }
    }
}

// The largest size in which the name stands in one line; a longer one wraps.
static double authority_size(struct press *press, Slice authority) {
    double width = text_width(press->fonts, FACE_SERIF_BOLD, AUTHORITY_LARGEST, authority);
    double size = width <= press_wide(press) ? AUTHORITY_LARGEST : AUTHORITY_LARGEST * press_wide(press) / width * 0.99;
    return fmax(AUTHORITY_SMALLEST, size);
}

void press_red_head(struct press *press, const struct paper_red_head *red) {
    double size = authority_size(press, red->authority);
    TextStyle style = {.face = FACE_SERIF_BOLD, .size = size, .pitch = size * 1.3, .align = TEXT_CENTRE};
    TextStyle number = press->type->body;
    Slice text = paper_number(red, press->arena);
    double top = press->y;
    bool opens = press->fresh;
    number.align = TEXT_CENTRE;
    number.justified = false;
    put_grades(press, red);
    if (opens) {
        press->y = fmax(press->y, top + AUTHORITY_BELOW - (style.pitch - size) / 2);
    }
    press_plain(press, &style, red->authority, INK_RED);
    press->y += press->type->body.pitch;
    if (text.size > 0) {
        press_plain(press, &number, text, INK_TEXT);
    }
    press->y += RULE_BELOW - (number.pitch - number.size) / 2;
    press_rule(press, press->left, press->y, press->right, RULE_WIDTH, INK_RED);
    press->y += 2 * press->type->body.pitch;
}

// The day stands some characters from the right edge, the issuer centred above it.
void press_signature(struct press *press, const struct block *block) {
    TextStyle style = press->type->body;
    Slice date = paper_date(press->paper, block->date_us, press->arena);
    double date_width = text_width(press->fonts, style.face, style.size, date);
    double issuer_width = text_width(press->fonts, style.face, style.size, block->text);
    double middle = press->right - press->type->sign_indent * style.size - date_width / 2;
    middle = fmax(press->left + issuer_width / 2, fmin(middle, press->right - issuer_width / 2));
    press_space(press, style.pitch);
    press_need(press, 2 * style.pitch);
    const Slice lines[] = {text_fit(press->fonts, style.face, style.size, block->text, press_wide(press), press->arena), date};
    for (int i = 0; i < 2; i++) {
        if (press_draws(press)) {
            double width = text_width(press->fonts, style.face, style.size, lines[i]);
            press_ink(press, INK_TEXT);
            cairo_move_to(press->cairo, fmax(press->left, middle - width / 2), press->y + style.pitch / 2 + text_middle(style.size));
            text_show(press->cairo, press->fonts, style.face, style.size, lines[i]);
        }
        press->y += style.pitch;
        press->fresh = false;
    }
    press_space(press, press->type->between);
}
