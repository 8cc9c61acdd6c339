// The canvas that is cairo's: a page of a PDF, or pixels.

#include "paper/canvas.h"
#include "paper/text.h"

static void trace(cairo_t *cairo, const struct path *path) {
    for (uint32_t i = 0; i < path->steps.count; i++) {
        const Step *step = &path->steps.at[i];
        switch (step->kind) {
        case STEP_MOVE:
            cairo_move_to(cairo, step->x[0], step->y[0]);
            break;
        case STEP_LINE:
            cairo_line_to(cairo, step->x[0], step->y[0]);
            break;
        case STEP_CURVE:
            cairo_curve_to(cairo, step->x[0], step->y[0], step->x[1], step->y[1], step->x[2], step->y[2]);
            break;
        case STEP_CLOSE:
            cairo_close_path(cairo);
            break;
        }
    }
}

static void draw_path(void *context, const struct path *path, const CanvasLook *look) {
    cairo_t *cairo = ((struct cairo_canvas *)context)->cairo;
    cairo_new_path(cairo);
    trace(cairo, path);
    if (look->fill != INK_NONE) {
        ink_set(cairo, look->fill, look->alpha);
        cairo_fill_preserve(cairo);
    }
    if (look->line != INK_NONE) {
        ink_set(cairo, look->line, 1);
        cairo_set_line_width(cairo, look->width);
        cairo_set_dash(cairo, look->dash, look->dash[0] > 0 ? 2 : 0, 0);
        cairo_stroke_preserve(cairo);
        cairo_set_dash(cairo, NULL, 0, 0);
    }
    cairo_new_path(cairo);
}

static void draw_text(void *context, const CanvasText *where, Slice text) {
    struct cairo_canvas *canvas = context;
    Face face = where->bold ? FACE_SANS_BOLD : FACE_SANS;
    double width = where->anchor == ANCHOR_START ? 0 : text_width(canvas->fonts, face, where->size, text);
    ink_set(canvas->cairo, where->ink, 1);
    cairo_move_to(canvas->cairo, where->x - (where->anchor == ANCHOR_MIDDLE ? width / 2 : width), where->baseline);
    text_show(canvas->cairo, canvas->fonts, face, where->size, text);
}

struct canvas canvas_of_cairo(struct cairo_canvas *context, struct arena *arena) {
    static const struct canvas_calls calls = {draw_path, draw_text};
    return (struct canvas){&calls, context, arena};
}
