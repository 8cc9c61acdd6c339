#pragma once
// Figures from inside: what a figure holds, and the three ways of drawing one.

#include "paper/axis.h"
#include "paper/canvas.h"
#include "paper/figure.h"
#include "paper/text.h"

typedef enum FigureForm { FORM_BARS, FORM_LINES, FORM_FLOW } FigureForm;

struct flow; // flow.h

struct figure {
    FigureForm form;
    PaperLanguage language;
    Slice title;
    union {
        struct figure_bars bars;
        struct figure_lines lines;
        struct flow *flow;
    };
};

// One drawing of a figure.
struct drawing {
    const struct figure *figure;
    struct fonts *fonts;
    struct canvas *canvas;
    struct arena *arena; // the canvas's
    double width;
};

typedef struct FigureSize {
    double width, height;
} FigureSize;

enum { FIGURE_WIDTH = 460 }; // points, when nobody says otherwise: letters then have the size that they have in the text around

static const int64_t FIGURE_TIME_MAX_US = INT64_C(253402300800000000); // the year 10000, and as long before 1970
static const double FIGURE_VALUE_MAX = 1e16;

static const double FIGURE_LETTERS = 7.5; // size of the text
static const double FIGURE_LINE = 11;     // from line to line

// How large it is when `width` is there; pictures of flows are as wide as they have to be.
FigureSize figure_size(const struct figure *figure, struct fonts *fonts, double width);
// Draws it from (0, 0) on.
void figure_draw(const struct figure *figure, struct fonts *fonts, struct canvas *canvas, double width);

// A name as figures keep it: clean, of one line, and not longer than anybody could draw.
Slice figure_label(struct arena *arena, Slice text);

double bars_height(const struct figure *figure, struct fonts *fonts, double width, struct arena *arena);
void bars_draw(const struct drawing *drawing);
double lines_height(const struct figure *figure, struct fonts *fonts, double width, struct arena *arena);
void lines_draw(const struct drawing *drawing);
FigureSize flow_size(const struct figure *figure);
void flow_draw(const struct drawing *drawing);

// ---- what charts share (chart.c) ----

typedef enum KeyKind { KEY_BAR, KEY_LINE, KEY_TARGET } KeyKind;

typedef struct Key { // one entry of a legend
    KeyKind kind;
    uint32_t series;
    Slice name;
} Key;

enum { KEYS_MAX = FIGURE_SERIES_MAX + 1 };

// The height that keys take when they are set into lines of the width; 0 without any. Draws them when there is a canvas.
double chart_keys(struct fonts *fonts, struct canvas *canvas, const Key *keys, uint32_t count, double width, struct arena *arena);
void chart_text(const struct drawing *drawing, double x, double baseline, Anchor anchor, Ink ink, Slice text);
double chart_width_of(const struct drawing *drawing, Slice text);
// The widest label of an axis's ticks.
double chart_ticks_width(const struct drawing *drawing, const struct axis *axis);
// The unit, above the axis: "单位：万元".
// Room between the keys and the plot.
double chart_above(const struct axis *axis);
void chart_unit(const struct drawing *drawing, const struct axis *axis, double baseline);
