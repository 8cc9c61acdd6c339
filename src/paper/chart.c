// What bar charts and lines over time share: keys, ticks, units.

#include "paper/figure_private.h"
#include "paper/shape.h"

#include <math.h>

static const double KEY_MARK = 14;
static const double KEY_GAP = 4;
static const double KEY_APART = 14;

static void draw_key(struct canvas *canvas, const Key *key, double x, double y) {
    double middle = y + FIGURE_LINE / 2;
    if (key->kind == KEY_TARGET) {
        canvas_line(canvas, x, middle, x + KEY_MARK, middle, (CanvasLook){.line = INK_TEXT, .width = 0.8, .dash = {3, 2}});
        return;
    }
    SeriesLook look = series_look(key->series);
    if (key->kind == KEY_BAR) {
        series_bar(canvas, &look, x, middle - 3.5, KEY_MARK, 7);
        return;
    }
    canvas_line(canvas, x, middle, x + KEY_MARK, middle, (CanvasLook){.line = look.ink, .width = 1.2, .dash = {look.dash[0], look.dash[1]}});
    shape_draw(canvas, look.shape, x + KEY_MARK / 2, middle, 2.2, look.ink);
}

double chart_keys(struct fonts *fonts, struct canvas *canvas, const Key *keys, uint32_t count, double width, struct arena *arena) {
    double x = 0;
    double y = 0;
    for (uint32_t i = 0; i < count; i++) {
        Slice name = text_fit(fonts, FACE_SANS, FIGURE_LETTERS, keys[i].name, width - KEY_MARK - KEY_GAP, arena);
        double takes = KEY_MARK + KEY_GAP + text_width(fonts, FACE_SANS, FIGURE_LETTERS, name);
        if (x > 0 && x + takes > width) {
            x = 0;
            y += FIGURE_LINE;
        }
        if (canvas != NULL) {
            draw_key(canvas, &keys[i], x, y);
            CanvasText where = {
                x + KEY_MARK + KEY_GAP, y + FIGURE_LINE / 2 + text_middle(FIGURE_LETTERS), ANCHOR_START, FIGURE_LETTERS, false, INK_TEXT};
            canvas_text(canvas, where, name);
        }
        x += takes + KEY_APART;
    }
    return count == 0 ? 0 : y + FIGURE_LINE + 4;
}

void chart_text(const struct drawing *drawing, double x, double baseline, Anchor anchor, Ink ink, Slice text) {
    canvas_text(drawing->canvas, (CanvasText){x, baseline, anchor, FIGURE_LETTERS, false, ink}, text);
}

double chart_width_of(const struct drawing *drawing, Slice text) {
    return text_width(drawing->fonts, FACE_SANS, FIGURE_LETTERS, text);
}

double chart_ticks_width(const struct drawing *drawing, const struct axis *axis) {
    double widest = 0;
    for (uint32_t i = 0; i < axis_ticks(axis); i++) {
        Slice label;
        axis_tick(axis, i, drawing->arena, &label);
        widest = fmax(widest, chart_width_of(drawing, label));
    }
    return widest;
}

// A line where nothing stands, and more where the unit does: the label of the uppermost tick reaches half a line above the plot.
double chart_above(const struct axis *axis) {
    return axis->unit.size > 0 ? FIGURE_LINE + FIGURE_LETTERS * 0.75 : FIGURE_LINE;
}

void chart_unit(const struct drawing *drawing, const struct axis *axis, double baseline) {
    if (axis->unit.size > 0) {
        const char *before = drawing->figure->language == PAPER_ZH ? "单位：" : "in ";
        chart_text(drawing, 0, baseline, ANCHOR_START, INK_MUTED, arena_printf(drawing->arena, "%s%.*s", before, SLICE_ARGS(axis->unit)));
    }
}
