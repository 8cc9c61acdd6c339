// Lines over time, with the interval in which the true value lies as a band, and a target across.

#include "base/time.h"
#include "paper/figure_private.h"
#include "paper/shape.h"

#include <math.h>

static const double PLOT_HEIGHT = 170;
static const double FROM_ZERO = 0.5; // an axis begins at 0 unless all values are above this share of the largest
static const double BAND_ALPHA = 0.18;
static const double TICK_ROOM = 52; // between labels of moments

enum { TICKS_WANTED = 6, MARKS_MAX = 62 };

// ---- making -----------------------------------------------------------------------------------------------

static Status invalid(struct arena *arena, struct diag *diag, const char *what, uint32_t line, uint32_t point) {
    return diag_fail(diag, arena, STATUS_INVALID, "PA010", "line %u, moment %u: %s", line + 1, point + 1, what);
}

static bool is_too_large(double value) {
    return fabs(value) > FIGURE_VALUE_MAX;
}

static Status check_line(const struct figure_lines *lines, uint32_t line, struct arena *arena, struct diag *diag) {
    const struct figure_line *one = &lines->lines[line];
    INVARIANT((one->lows == NULL) == (one->highs == NULL));
    for (uint32_t i = 0; i < lines->point_count; i++) {
        if (is_too_large(one->values[i]) ||
            (one->lows != NULL && (is_too_large(one->lows[i]) || is_too_large(one->highs[i]) || one->lows[i] > one->highs[i]))) {
            return invalid(arena, diag, "the value or its interval cannot be drawn", line, i);
        }
    }
    return STATUS_OK;
}

static Status check_lines(const struct figure_lines *lines, struct arena *arena, struct diag *diag) {
    if (lines->point_count > FIGURE_POINTS_MAX || lines->line_count == 0 || lines->line_count > FIGURE_SERIES_MAX || is_too_large(lines->target)) {
        return diag_fail(diag, arena, STATUS_LIMIT, "PA010",
                         "%u moments and %u lines: a figure has at most %d, and 1 to %d, and a target that can be drawn", lines->point_count,
                         lines->line_count, FIGURE_POINTS_MAX, FIGURE_SERIES_MAX);
    }
    for (uint32_t i = 0; i < lines->point_count; i++) {
        int64_t time_us = lines->times_us[i];
        if (time_us > FIGURE_TIME_MAX_US || time_us < -FIGURE_TIME_MAX_US || (i > 0 && time_us <= lines->times_us[i - 1])) {
            return invalid(arena, diag, "the moments are not ascending, or in no calendar", 0, i);
        }
    }
    for (uint32_t i = 0; i < lines->line_count; i++) {
        TRY(check_line(lines, i, arena, diag));
    }
    return STATUS_OK;
}

static const double *copy_values(struct arena *arena, const double *values, uint32_t count) {
    if (values == NULL) {
        return NULL;
    }
    double *copy = ARENA_ARRAY(arena, double, count);
    if (count > 0) {
        memcpy(copy, values, sizeof *copy * count);
    }
    return copy;
}

Status figure_lines(const struct figure_lines *lines, struct arena *arena, const struct figure **ret_figure, struct diag *diag) {
    TRY(check_lines(lines, arena, diag));
    struct figure *figure = ARENA_NEW(arena, struct figure);
    uint32_t count = lines->point_count;
    figure->form = FORM_LINES;
    figure->language = lines->language;
    figure->title = figure_label(arena, lines->title);
    figure->lines = *lines;
    int64_t *times = ARENA_ARRAY(arena, int64_t, count);
    if (count > 0) {
        memcpy(times, lines->times_us, sizeof *times * count);
    }
    struct figure_line *copies = ARENA_ARRAY(arena, struct figure_line, lines->line_count);
    for (uint32_t i = 0; i < lines->line_count; i++) {
        const struct figure_line *line = &lines->lines[i];
        copies[i] = (struct figure_line){figure_label(arena, line->name), copy_values(arena, line->values, count),
                                         copy_values(arena, line->lows, count), copy_values(arena, line->highs, count)};
    }
    figure->lines.times_us = times;
    figure->lines.lines = copies;
    figure->lines.target_name = figure_label(arena, lines->target_name);
    *ret_figure = figure;
    return STATUS_OK;
}

void figure_wilson(uint64_t hits, uint64_t of, double *ret_low, double *ret_high) {
    static const double Z = 1.959963984540054; // 97.5 % of a normal distribution lie below
    if (of == 0) {
        *ret_low = 0;
        *ret_high = 1;
        return;
    }
    double n = (double)of;
    double share = (double)hits / n;
    double middle = share + Z * Z / (2 * n);
    double half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n));
    double whole = 1 + Z * Z / n;
    *ret_low = hits == 0 ? 0 : (middle - half) / whole;
    *ret_high = hits == of ? 1 : (middle + half) / whole;
}

// ---- measuring --------------------------------------------------------------------------------------------

static double keys_of(const struct figure_lines *lines, struct fonts *fonts, struct canvas *canvas, double width, struct arena *arena) {
    Key keys[KEYS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < lines->line_count; i++) {
        keys[count++] = (Key){KEY_LINE, i, lines->lines[i].name};
    }
    if (!isnan(lines->target)) {
        keys[count++] = (Key){KEY_TARGET, 0, lines->target_name};
    }
    return chart_keys(fonts, canvas, keys, count, width, arena);
}

static struct axis axis_of(const struct figure_lines *lines);

double lines_height(const struct figure *figure, struct fonts *fonts, double width, struct arena *arena) {
    struct axis axis = axis_of(&figure->lines);
    return keys_of(&figure->lines, fonts, NULL, width, arena) + chart_above(&axis) + PLOT_HEIGHT + FIGURE_LINE + 4;
}

static void widen(const double *values, uint32_t count, double *low, double *high) {
    for (uint32_t i = 0; i < count && values != NULL; i++) {
        *low = fmin(*low, values[i]); // fmin() passes over what is NAN
        *high = fmax(*high, values[i]);
    }
}

static struct axis axis_of(const struct figure_lines *lines) {
    double low = lines->target;
    double high = lines->target;
    for (uint32_t i = 0; i < lines->line_count; i++) {
        widen(lines->lines[i].values, lines->point_count, &low, &high);
        widen(lines->lines[i].lows, lines->point_count, &low, &high);
        widen(lines->lines[i].highs, lines->point_count, &low, &high);
    }
    if (isnan(low)) {
        low = high = 0;
    }
    bool from_zero = low < FROM_ZERO * high || high <= 0;
    return axis_make(from_zero ? fmin(0, low) : low, fmax(high, from_zero ? 0 : high), lines->kind, lines->language, TICKS_WANTED);
}

// ---- drawing ----------------------------------------------------------------------------------------------

struct plot {
    const struct drawing *drawing;
    const struct figure_lines *lines;
    struct axis axis;
    double left, top, width;
};

static double y_of(const struct plot *plot, double value) {
    return plot->top + PLOT_HEIGHT * (1 - axis_place(&plot->axis, value));
}

static double x_of(const struct plot *plot, int64_t time_us) {
    const struct figure_lines *lines = plot->lines;
    int64_t first = lines->times_us[0];
    int64_t last = lines->times_us[lines->point_count - 1];
    return last == first ? plot->left + plot->width / 2 : plot->left + plot->width * (double)(time_us - first) / (double)(last - first);
}

static void draw_grid(const struct plot *plot) {
    const struct drawing *drawing = plot->drawing;
    for (uint32_t i = 0; i < axis_ticks(&plot->axis); i++) {
        Slice label;
        double y = plot->top + PLOT_HEIGHT * (1 - axis_tick(&plot->axis, i, drawing->arena, &label));
        canvas_line(drawing->canvas, plot->left, y, plot->left + plot->width, y, (CanvasLook){.line = INK_GRID, .width = 0.5});
        chart_text(drawing, plot->left - 4, y + text_middle(FIGURE_LETTERS), ANCHOR_END, INK_MUTED, label);
    }
    double bottom = plot->top + PLOT_HEIGHT;
    canvas_line(drawing->canvas, plot->left, bottom, plot->left + plot->width, bottom, (CanvasLook){.line = INK_RULE, .width = 0.8});
}

static void draw_moments(const struct plot *plot) {
    const struct figure_lines *lines = plot->lines;
    const struct drawing *drawing = plot->drawing;
    TimeTick ticks[AXIS_TICKS_MAX];
    uint32_t wanted = (uint32_t)fmin(AXIS_TICKS_MAX, fmax(2, floor(plot->width / TICK_ROOM)));
    uint32_t count = time_ticks(lines->times_us[0], lines->times_us[lines->point_count - 1], lines->offset_us, wanted, drawing->arena, ticks);
    double bottom = plot->top + PLOT_HEIGHT;
    for (uint32_t i = 0; i < count; i++) {
        double x = x_of(plot, ticks[i].time_us);
        canvas_line(drawing->canvas, x, bottom, x, bottom + 3, (CanvasLook){.line = INK_RULE, .width = 0.8});
        chart_text(drawing, x, bottom + FIGURE_LINE + 1, ANCHOR_MIDDLE, INK_MUTED, ticks[i].label);
    }
}

static void draw_band(const struct plot *plot, const struct figure_line *line, uint32_t from, uint32_t to, Ink ink) {
    struct path path;
    path_init(&path, plot->drawing->arena);
    for (uint32_t i = from; i < to; i++) {
        double x = x_of(plot, plot->lines->times_us[i]);
        (i == from ? path_move : path_line)(&path, x, y_of(plot, line->highs[i]));
    }
    for (uint32_t i = to; i > from; i--) {
        path_line(&path, x_of(plot, plot->lines->times_us[i - 1]), y_of(plot, line->lows[i - 1]));
    }
    path_close(&path);
    canvas_path(plot->drawing->canvas, &path, (CanvasLook){.fill = ink, .alpha = BAND_ALPHA});
}

static void draw_bands(const struct plot *plot, const struct figure_line *line, Ink ink) {
    uint32_t count = plot->lines->point_count;
    for (uint32_t from = 0; from < count && line->lows != NULL;) {
        uint32_t to = from;
        while (to < count && !isnan(line->lows[to]) && !isnan(line->highs[to])) {
            to++;
        }
        if (to > from) {
            draw_band(plot, line, from, to, ink);
        }
        from = to + 1;
    }
}

static void draw_line(const struct plot *plot, const struct figure_line *line, const SeriesLook *look) {
    struct path path;
    bool drawing = false;
    path_init(&path, plot->drawing->arena);
    for (uint32_t i = 0; i < plot->lines->point_count; i++) {
        if (!isnan(line->values[i])) {
            (drawing ? path_line : path_move)(&path, x_of(plot, plot->lines->times_us[i]), y_of(plot, line->values[i]));
        }
        drawing = !isnan(line->values[i]);
    }
    if (path.steps.count > 0) {
        canvas_path(plot->drawing->canvas, &path, (CanvasLook){.line = look->ink, .width = 1.3, .dash = {look->dash[0], look->dash[1]}});
    }
}

// A point between gaps would not be seen without a mark.
static void draw_marks(const struct plot *plot, const struct figure_line *line, const SeriesLook *look) {
    uint32_t count = plot->lines->point_count;
    for (uint32_t i = 0; i < count; i++) {
        bool alone = (i == 0 || isnan(line->values[i - 1])) && (i + 1 == count || isnan(line->values[i + 1]));
        if (!isnan(line->values[i]) && (count <= MARKS_MAX || alone)) {
            shape_draw(plot->drawing->canvas, look->shape, x_of(plot, plot->lines->times_us[i]), y_of(plot, line->values[i]), 2, look->ink);
        }
    }
}

static void draw_target(const struct plot *plot) {
    if (!isnan(plot->lines->target)) {
        double y = y_of(plot, plot->lines->target);
        canvas_line(plot->drawing->canvas, plot->left, y, plot->left + plot->width, y, (CanvasLook){.line = INK_TEXT, .width = 0.8, .dash = {3, 2}});
    }
}

void lines_draw(const struct drawing *drawing) {
    const struct figure_lines *lines = &drawing->figure->lines;
    struct plot plot = {.drawing = drawing, .lines = lines, .axis = axis_of(lines)};
    double keys = keys_of(lines, drawing->fonts, drawing->canvas, drawing->width, drawing->arena);
    chart_unit(drawing, &plot.axis, keys + FIGURE_LETTERS);
    plot.top = keys + chart_above(&plot.axis);
    plot.left = chart_ticks_width(drawing, &plot.axis) + 6;
    plot.width = drawing->width - plot.left - 16; // the last label stands out
    draw_grid(&plot);
    for (uint32_t i = 0; i < lines->line_count; i++) {
        draw_bands(&plot, &lines->lines[i], series_look(i).ink);
    }
    if (lines->point_count > 0) {
        draw_moments(&plot);
    }
    draw_target(&plot);
    for (uint32_t i = 0; i < lines->line_count; i++) {
        SeriesLook look = series_look(i);
        draw_line(&plot, &lines->lines[i], &look);
        draw_marks(&plot, &lines->lines[i], &look);
    }
}
