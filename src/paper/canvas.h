#pragma once
// Canvas: what a figure draws on. There are two, cairo's (PDF, pixels) and SVG, and both know two things only: a path and a line of text. So a figure
// is drawn by one piece of code and looks the same in each; text stays text, and an SVG within a page takes the page's colours, dark ones at night.
//
//     struct path path;
//     path_init(&path, arena);
//     path_move(&path, 0, 0);
//     path_line(&path, 10, 10);
//     canvas_path(canvas, &path, (CanvasLook){.line = INK_BLUE, .width = 1});
//
// Lengths are points, y grows downwards.

#include "base/vec.h"

#include <cairo.h>

typedef enum Ink {
    INK_NONE, // nothing is drawn
#define INK(name, light, dark) INK_##name,
#include "paper/inks.def"
#undef INK
    INK_COUNT
} Ink;

typedef enum InkWorld { INK_LIGHT, INK_DARK } InkWorld;

// 0xRRGGBB.
uint32_t ink_colour(Ink ink, InkWorld world);
// In lower case: the class of elements of that colour in SVG and HTML is "f-" (fill) or "s-" (line) and this.
const char *ink_name(Ink ink);
void ink_set(cairo_t *cairo, Ink ink, double alpha);

typedef enum StepKind { STEP_MOVE, STEP_LINE, STEP_CURVE, STEP_CLOSE } StepKind;

typedef struct Step {
    StepKind kind;
    double x[3], y[3]; // of a curve two handles and the end; of others the first alone
} Step;

struct path {
    struct arena *arena;
    VEC(Step) steps;
};

void path_init(struct path *path, struct arena *arena);
void path_move(struct path *path, double x, double y);
void path_line(struct path *path, double x, double y);
void path_curve(struct path *path, double x1, double y1, double x2, double y2, double x, double y);
void path_close(struct path *path);
void path_rectangle(struct path *path, double x, double y, double width, double height);
// A circle of four curves, within a thousandth of its radius.
void path_circle(struct path *path, double x, double y, double radius);

typedef struct CanvasLook {
    Ink fill;
    double alpha; // of the fill; 0 means 1
    Ink line;
    double width;   // of the line
    double dash[2]; // on, off; 0: none
} CanvasLook;

typedef enum Anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } Anchor;

typedef struct CanvasText {
    double x, baseline;
    Anchor anchor;
    double size;
    bool bold;
    Ink ink;
} CanvasText;

struct canvas;

struct canvas_calls {
    void (*path)(void *context, const struct path *path, const CanvasLook *look);
    void (*text)(void *context, const CanvasText *where, Slice text);
};

struct canvas {
    const struct canvas_calls *calls;
    void *context;
    struct arena *arena; // for paths; what draws a figure goes back to a mark of it
};

static inline void canvas_path(struct canvas *canvas, const struct path *path, CanvasLook look) {
    look.alpha = look.alpha == 0 ? 1 : look.alpha;
    canvas->calls->path(canvas->context, path, &look);
}

static inline void canvas_text(struct canvas *canvas, CanvasText where, Slice text) {
    if (text.size > 0) {
        canvas->calls->text(canvas->context, &where, text);
    }
}

void canvas_line(struct canvas *canvas, double x1, double y1, double x2, double y2, CanvasLook look);
void canvas_rectangle(struct canvas *canvas, double x, double y, double width, double height, CanvasLook look);
// A rectangle with lines across it from lower left to upper right, `apart` from each other.
void canvas_hatched(struct canvas *canvas, double x, double y, double width, double height, double apart, CanvasLook look);

// ---- the two of them ----

struct fonts;
struct markup;

struct cairo_canvas {
    cairo_t *cairo;
    struct fonts *fonts;
};

struct canvas canvas_of_cairo(struct cairo_canvas *context, struct arena *arena);
// Elements are written between those that the caller opens and closes.
struct canvas canvas_of_svg(struct markup *markup, struct arena *arena);
