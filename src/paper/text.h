#pragma once
// Text: what pango knows of a paragraph, seen from the room: lines of one pitch, drawn from any of them on.
//
// A text is laid out into a PangoLayout of the caller. The distance of lines is that of the style and not of the fonts, so that a line takes the same
// room whatever stands in it. All lengths are points (1/72 inch).

#include "base/slice.h"
#include "paper/fonts.h"

#include <pango/pangocairo.h>

#define FACES(X) /* name, family, bold */                                                                                                            \
    X(SANS, "Noto Sans CJK SC", false)                                                                                                               \
    X(SANS_BOLD, "Noto Sans CJK SC", true)                                                                                                           \
    X(SERIF, "Noto Serif CJK SC", false)                                                                                                             \
    X(SERIF_BOLD, "Noto Serif CJK SC", true)

typedef enum Face {
#define FACE_NAME(name, family, bold) FACE_##name,
    FACES(FACE_NAME)
#undef FACE_NAME
        FACE_COUNT
} Face;

typedef enum TextAlign { TEXT_LEFT, TEXT_CENTRE, TEXT_RIGHT } TextAlign;

typedef struct Span { // bytes of a text
    size_t start, end;
} Span;

typedef struct TextStyle {
    Face face;
    double size;
    double pitch; // from line to line
    TextAlign align;
    bool justified; // Chinese lines are spread to the full width
    double indent;  // of the first line; negative: of all others
} TextStyle;

// Where diags of the fonts' users live.
struct arena *fonts_arena(struct fonts *fonts);
// An empty layout that wraps at `width`; negative: it never does. The caller gives it back with g_object_unref(). Its fonts must live as long.
PangoLayout *text_layout(struct fonts *fonts, const TextStyle *style, double width);
// Sets another text. It must be clean (clean.h). `bold`: parts of it that are, in order.
void text_set(PangoLayout *layout, Slice text);
void text_set_bold(PangoLayout *layout, Slice text, const Span *bold, uint32_t bold_count);
uint32_t text_lines(PangoLayout *layout);
// A way through the lines of a layout, which must not get another text meanwhile. Lines of a long text are not counted again on each page.
typedef struct TextWalk {
    PangoLayoutIter *at; // NULL: at the end
} TextWalk;

TextWalk text_walk(PangoLayout *layout);
void text_walk_end(TextWalk *walk);
// Draws the next `count` lines; (x, y) is the upper left corner of the first of them. The colour is that of `cairo`.
void text_draw(cairo_t *cairo, TextWalk *walk, const TextStyle *style, uint32_t count, double x, double y);
// Draws a text of one line from the current point on, which is on its baseline.
void text_show(cairo_t *cairo, struct fonts *fonts, Face face, double size, Slice text);
// How wide a text of one line is.
double text_width(struct fonts *fonts, Face face, double size, Slice text);
// The text, or as much of its beginning as fits into the width with an ellipsis behind it. In the arena when it was cut.
Slice text_fit(struct fonts *fonts, Face face, double size, Slice text, double width, struct arena *arena);
// The height from the baseline at which CJK letters of a size are centred.
static inline double text_middle(double size) {
    return 0.38 * size;
}
