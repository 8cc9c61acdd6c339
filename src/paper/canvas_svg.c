// The canvas that is SVG. Colours are classes, which the style sheet around gives: a page's own, or that of a file.

#include "paper/canvas.h"
#include "paper/markup.h"

#include <ctype.h>

static void put_class(struct buf *out, char prefix, Ink ink) {
    buf_printf(out, "%c-", prefix);
    for (const char *letter = ink_name(ink); *letter != 0; letter++) {
        buf_put_byte(out, (char)tolower(*letter));
    }
}

static void put_point(struct buf *out, const Step *step, int which) {
    markup_number(out, step->x[which]);
    buf_put_byte(out, ' ');
    markup_number(out, step->y[which]);
}

static void put_steps(struct buf *out, const struct path *path) {
    static const char letters[] = {[STEP_MOVE] = 'M', [STEP_LINE] = 'L', [STEP_CURVE] = 'C', [STEP_CLOSE] = 'Z'};
    for (uint32_t i = 0; i < path->steps.count; i++) {
        const Step *step = &path->steps.at[i];
        int points = step->kind == STEP_CLOSE ? 0 : step->kind == STEP_CURVE ? 3 : 1;
        buf_put_byte(out, letters[step->kind]);
        for (int k = 0; k < points; k++) {
            if (k > 0) {
                buf_put_byte(out, ' ');
            }
            put_point(out, step, k);
        }
    }
}

static void put_classes(struct markup *markup, const CanvasLook *look) {
    struct buf *out = markup_attribute_begin(markup, "class");
    put_class(out, 'f', look->fill);
    if (look->line != INK_NONE) {
        buf_put_byte(out, ' ');
        put_class(out, 's', look->line);
    }
    markup_attribute_end(markup);
}

static void put_dash(struct markup *markup, const double dash[2]) {
    struct buf *out = markup_attribute_begin(markup, "stroke-dasharray");
    markup_number(out, dash[0]);
    buf_put_byte(out, ' ');
    markup_number(out, dash[1]);
    markup_attribute_end(markup);
}

static void draw_path(void *context, const struct path *path, const CanvasLook *look) {
    struct markup *markup = context;
    markup_void(markup, "path");
    put_classes(markup, look);
    if (look->fill != INK_NONE && look->alpha < 1) {
        markup_attribute_number(markup, "fill-opacity", look->alpha);
    }
    if (look->line != INK_NONE) {
        markup_attribute_number(markup, "stroke-width", look->width);
    }
    if (look->line != INK_NONE && look->dash[0] > 0) {
        put_dash(markup, look->dash);
    }
    put_steps(markup_attribute_begin(markup, "d"), path);
    markup_attribute_end(markup);
}

static void draw_text(void *context, const CanvasText *where, Slice text) {
    static const char *const anchors[] = {[ANCHOR_START] = "start", [ANCHOR_MIDDLE] = "middle", [ANCHOR_END] = "end"};
    struct markup *markup = context;
    markup_open(markup, "text");
    markup_attribute_number(markup, "x", where->x);
    markup_attribute_number(markup, "y", where->baseline);
    markup_attribute_number(markup, "font-size", where->size);
    if (where->bold) {
        markup_attribute(markup, "font-weight", "bold");
    }
    if (where->anchor != ANCHOR_START) {
        markup_attribute(markup, "text-anchor", anchors[where->anchor]);
    }
    put_class(markup_attribute_begin(markup, "class"), 'f', where->ink);
    markup_attribute_end(markup);
    markup_text(markup, text);
    markup_close(markup);
}

struct canvas canvas_of_svg(struct markup *markup, struct arena *arena) {
    static const struct canvas_calls calls = {draw_path, draw_text};
    return (struct canvas){&calls, markup, arena};
}
