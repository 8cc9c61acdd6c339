// Bar charts: upright or across, in groups or stacked.
//
//     keys                                        keys
//     unit                                        category ███████ 12
//     20 ┤        ██                              category ████ 7
//     10 ┤  ██    ██ ▒▒                                    └────┬────┬
//      0 ┼──██─▒▒─██─▒▒──                                  0    5   10
//         category category

#include "paper/figure_private.h"
#include "paper/shape.h"

#include <math.h>

static const double PLOT_HEIGHT = 170;  // of an upright one
static const double ROW_HEIGHT = 13;    // of a bar across, with what is around it
static const double ROW_APART = 4;      // between categories
static const double NAMES_SHARE = 0.38; // of the width, at most, that names of categories take
static const double FILLED = 0.72;      // of a category's room, that bars take

enum { TICKS_WANTED = 6 };

// ---- making -----------------------------------------------------------------------------------------------

static Status check_bars(const struct figure_bars *bars, struct arena *arena, struct diag *diag) {
    if (bars->category_count > FIGURE_CATEGORIES_MAX || bars->series_count == 0 || bars->series_count > FIGURE_SERIES_MAX) {
        return diag_fail(diag, arena, STATUS_LIMIT, "PA010", "%u categories and %u series: a bar chart has at most %d, and 1 to %d",
                         bars->category_count, bars->series_count, FIGURE_CATEGORIES_MAX, FIGURE_SERIES_MAX);
    }
    for (uint32_t i = 0; i < bars->series_count; i++) {
        for (uint32_t k = 0; k < bars->category_count; k++) {
            double value = bars->series[i].values[k];
            if (fabs(value) > FIGURE_VALUE_MAX || (bars->stacked && value < 0)) {
                return diag_fail(diag, arena, STATUS_INVALID, "PA010", "series %u, category %u: the value cannot be drawn", i + 1, k + 1);
            }
        }
    }
    return STATUS_OK;
}

Status figure_bars(const struct figure_bars *bars, struct arena *arena, const struct figure **ret_figure, struct diag *diag) {
    TRY(check_bars(bars, arena, diag));
    struct figure *figure = ARENA_NEW(arena, struct figure);
    figure->form = FORM_BARS;
    figure->language = bars->language;
    figure->title = figure_label(arena, bars->title);
    figure->bars = *bars;
    Slice *categories = ARENA_ARRAY(arena, Slice, bars->category_count);
    for (uint32_t i = 0; i < bars->category_count; i++) {
        categories[i] = figure_label(arena, bars->categories[i]);
    }
    struct figure_series *series = ARENA_ARRAY(arena, struct figure_series, bars->series_count);
    for (uint32_t i = 0; i < bars->series_count; i++) {
        double *values = ARENA_ARRAY(arena, double, bars->category_count);
        if (bars->category_count > 0) {
            memcpy(values, bars->series[i].values, sizeof *values * bars->category_count);
        }
        series[i] = (struct figure_series){figure_label(arena, bars->series[i].name), values};
    }
    figure->bars.categories = categories;
    figure->bars.series = series;
    *ret_figure = figure;
    return STATUS_OK;
}

// ---- measuring --------------------------------------------------------------------------------------------

static double value_of(const struct figure_bars *bars, uint32_t series, uint32_t category) {
    double value = bars->series[series].values[category];
    return isnan(value) ? 0 : value;
}

static double sum_of(const struct figure_bars *bars, uint32_t category) {
    double sum = 0;
    for (uint32_t i = 0; i < bars->series_count; i++) {
        sum += value_of(bars, i, category);
    }
    return sum;
}

static struct axis axis_of(const struct figure_bars *bars) {
    double low = 0;
    double high = 0;
    for (uint32_t k = 0; k < bars->category_count; k++) {
        for (uint32_t i = 0; i < bars->series_count; i++) {
            low = fmin(low, value_of(bars, i, k));
            high = fmax(high, bars->stacked ? sum_of(bars, k) : value_of(bars, i, k));
        }
    }
    return axis_make(low, high, bars->kind, bars->language, TICKS_WANTED);
}

static double keys_of(const struct figure_bars *bars, struct fonts *fonts, struct canvas *canvas, double width, struct arena *arena) {
    Key keys[FIGURE_SERIES_MAX];
    for (uint32_t i = 0; i < bars->series_count; i++) {
        keys[i] = (Key){KEY_BAR, i, bars->series[i].name};
    }
    return bars->series_count < 2 ? 0 : chart_keys(fonts, canvas, keys, bars->series_count, width, arena);
}

// Bars of one category beside or below each other.
static uint32_t bars_a_category(const struct figure_bars *bars) {
    return bars->stacked ? 1 : bars->series_count;
}

// Room for the values of upright bars that hang down, above the names of categories.
static double below_axis(const struct figure_bars *bars) {
    return !bars->across && axis_of(bars).low < 0 ? FIGURE_LINE : 0;
}

double bars_height(const struct figure *figure, struct fonts *fonts, double width, struct arena *arena) {
    const struct figure_bars *bars = &figure->bars;
    struct axis axis = axis_of(bars);
    double top = keys_of(bars, fonts, NULL, width, arena) + chart_above(&axis);
    double plot = bars->across ? bars->category_count * (bars_a_category(bars) * ROW_HEIGHT + ROW_APART) : PLOT_HEIGHT;
    return top + plot + below_axis(bars) + FIGURE_LINE + 4;
}

// ---- drawing ----------------------------------------------------------------------------------------------

struct plot {
    const struct drawing *drawing;
    const struct figure_bars *bars;
    struct axis axis;
    double left, top, width, height;
};

static double up(const struct plot *plot, double value) {
    return plot->top + plot->height * (1 - axis_place(&plot->axis, value));
}

static double along(const struct plot *plot, double value) {
    return plot->left + plot->width * axis_place(&plot->axis, value);
}

static void draw_upright_grid(const struct plot *plot) {
    struct canvas *canvas = plot->drawing->canvas;
    for (uint32_t i = 0; i < axis_ticks(&plot->axis); i++) {
        Slice label;
        double y = plot->top + plot->height * (1 - axis_tick(&plot->axis, i, plot->drawing->arena, &label));
        canvas_line(canvas, plot->left, y, plot->left + plot->width, y, (CanvasLook){.line = INK_GRID, .width = 0.5});
        chart_text(plot->drawing, plot->left - 4, y + text_middle(FIGURE_LETTERS), ANCHOR_END, INK_MUTED, label);
    }
}

static void draw_across_grid(const struct plot *plot) {
    struct canvas *canvas = plot->drawing->canvas;
    double bottom = plot->top + plot->height;
    for (uint32_t i = 0; i < axis_ticks(&plot->axis); i++) {
        Slice label;
        double x = plot->left + plot->width * axis_tick(&plot->axis, i, plot->drawing->arena, &label);
        canvas_line(canvas, x, plot->top, x, bottom, (CanvasLook){.line = INK_GRID, .width = 0.5});
        chart_text(plot->drawing, x, bottom + FIGURE_LINE, ANCHOR_MIDDLE, INK_MUTED, label);
    }
}

static void draw_span(const struct plot *plot, uint32_t series, double from, double to, double start, double thick) {
    SeriesLook look = series_look(series);
    struct canvas *canvas = plot->drawing->canvas;
    if (plot->bars->across) {
        double left = fmin(along(plot, from), along(plot, to));
        series_bar(canvas, &look, left, start, fabs(along(plot, to) - along(plot, from)), thick);
    } else {
        double top = fmin(up(plot, from), up(plot, to));
        series_bar(canvas, &look, start, top, thick, fabs(up(plot, to) - up(plot, from)));
    }
}

// The value at the end of a bar, unless an upright bar is too narrow for it.
static void draw_value(const struct plot *plot, double value, double start, double thick) {
    Slice text = axis_value(&plot->axis, value, plot->drawing->arena);
    double width = chart_width_of(plot->drawing, text);
    if (plot->bars->across) {
        double x = along(plot, value) + (value < 0 ? -3 : 3);
        chart_text(plot->drawing, x, start + thick / 2 + text_middle(FIGURE_LETTERS), value < 0 ? ANCHOR_END : ANCHOR_START, INK_TEXT, text);
    } else if (width <= thick * 1.35 + 2) {
        double y = value < 0 ? up(plot, value) + FIGURE_LETTERS + 1 : up(plot, value) - 2.5;
        chart_text(plot->drawing, start + thick / 2, y, ANCHOR_MIDDLE, INK_TEXT, text);
    }
}

// `start`: where the room of the category begins; `room`: how much it is.
static void draw_category(const struct plot *plot, uint32_t category, double start, double room) {
    const struct figure_bars *bars = plot->bars;
    double filled = bars->across ? room - ROW_APART : room * FILLED;
    double thick = filled / bars_a_category(bars);
    double sum = 0;
    start += (room - filled) / 2;
    for (uint32_t i = 0; i < bars->series_count; i++) {
        double value = value_of(bars, i, category);
        double at = bars->stacked ? start : start + i * thick;
        double gap = bars->across ? 1.5 : bars_a_category(bars) > 1 ? thick * 0.06 : 0;
        draw_span(plot, i, sum, sum + value, at + gap, thick - 2 * gap);
        if (bars->stacked) {
            sum += value;
        } else if (!isnan(bars->series[i].values[category])) {
            draw_value(plot, value, at, thick);
        }
    }
    if (bars->stacked) {
        draw_value(plot, sum, start, thick);
    }
}

static void draw_upright(struct plot *plot) {
    const struct drawing *drawing = plot->drawing;
    plot->left = chart_ticks_width(drawing, &plot->axis) + 6;
    plot->width = drawing->width - plot->left;
    plot->height = PLOT_HEIGHT;
    draw_upright_grid(plot);
    double room = plot->width / fmax(1, plot->bars->category_count);
    uint32_t every = (uint32_t)ceil(14 / room); // names stand at every so many categories
    double names = plot->top + plot->height + below_axis(plot->bars) + FIGURE_LINE;
    for (uint32_t i = 0; i < plot->bars->category_count; i++) {
        double start = plot->left + i * room;
        draw_category(plot, i, start, room);
        if (i % every == 0) {
            Slice name = text_fit(drawing->fonts, FACE_SANS, FIGURE_LETTERS, plot->bars->categories[i], room * every - 3, drawing->arena);
            chart_text(drawing, start + room / 2, names, ANCHOR_MIDDLE, INK_TEXT, name);
        }
    }
    double zero = up(plot, 0);
    canvas_line(drawing->canvas, plot->left, zero, plot->left + plot->width, zero, (CanvasLook){.line = INK_RULE, .width = 0.8});
}

static double names_width(const struct plot *plot) {
    double widest = 0;
    for (uint32_t i = 0; i < plot->bars->category_count; i++) {
        widest = fmax(widest, chart_width_of(plot->drawing, plot->bars->categories[i]));
    }
    return fmin(widest, plot->drawing->width * NAMES_SHARE);
}

static double values_width(const struct plot *plot) {
    double widest = 0;
    for (uint32_t i = 0; i < plot->bars->category_count; i++) {
        for (uint32_t k = 0; k < plot->bars->series_count; k++) {
            double value = plot->bars->stacked ? sum_of(plot->bars, i) : value_of(plot->bars, k, i);
            widest = fmax(widest, chart_width_of(plot->drawing, axis_value(&plot->axis, value, plot->drawing->arena)));
        }
    }
    return widest;
}

static void draw_across(struct plot *plot) {
    const struct drawing *drawing = plot->drawing;
    double names = names_width(plot);
    double values = values_width(plot) + 6;
    plot->left = names + 6 + (plot->axis.low < 0 ? values : 0);
    plot->width = drawing->width - plot->left - values;
    double room = bars_a_category(plot->bars) * ROW_HEIGHT + ROW_APART;
    plot->height = room * plot->bars->category_count;
    draw_across_grid(plot);
    for (uint32_t i = 0; i < plot->bars->category_count; i++) {
        double start = plot->top + i * room;
        Slice name = text_fit(drawing->fonts, FACE_SANS, FIGURE_LETTERS, plot->bars->categories[i], names, drawing->arena);
        chart_text(drawing, names, start + room / 2 + text_middle(FIGURE_LETTERS), ANCHOR_END, INK_TEXT, name);
        draw_category(plot, i, start, room);
    }
    double zero = along(plot, 0);
    canvas_line(drawing->canvas, zero, plot->top, zero, plot->top + plot->height, (CanvasLook){.line = INK_RULE, .width = 0.8});
}

void bars_draw(const struct drawing *drawing) {
    const struct figure_bars *bars = &drawing->figure->bars;
    struct plot plot = {.drawing = drawing, .bars = bars, .axis = axis_of(bars)};
    double keys = keys_of(bars, drawing->fonts, drawing->canvas, drawing->width, drawing->arena);
    chart_unit(drawing, &plot.axis, keys + FIGURE_LETTERS);
    plot.top = keys + chart_above(&plot.axis);
    if (bars->across) {
        draw_across(&plot);
    } else {
        draw_upright(&plot);
    }
}
