// What all figures have in common: their size, and files of their own.

#include "paper/figure.h"

#include "base/utf8.h"
#include "paper/clean.h"
#include "paper/figure_private.h"
#include "paper/markup.h"
#include "paper/sink.h"
#include "paper/style.h"

#include <math.h>

enum { SCRATCH = 64 << 10, DOTS_MIN = 72, DOTS_MAX = 600, POINTS_AN_INCH = 72, PIXELS_MAX = 8000 };

static const double FILE_MARGIN = 12;
static const double TITLE_SIZE = 11;

Slice figure_label(struct arena *arena, Slice text) {
    enum { LABEL_MAX = 600 };
    size_t size = text.size < LABEL_MAX ? text.size : LABEL_MAX;
    while (size > 0 && size < text.size && utf8_is_continuation(text.at[size])) {
        size--;
    }
    return clean_text(arena, slice_part(text, 0, size), true);
}

Slice figure_title(const struct figure *figure) {
    return figure->title;
}

FigureSize figure_size(const struct figure *figure, struct fonts *fonts, double width) {
    struct arena arena;
    FigureSize size = {width, 0};
    arena_init(&arena, SCRATCH);
    switch (figure->form) {
    case FORM_BARS:
        size.height = bars_height(figure, fonts, width, &arena);
        break;
    case FORM_LINES:
        size.height = lines_height(figure, fonts, width, &arena);
        break;
    case FORM_FLOW:
        size = flow_size(figure);
        break;
    }
    arena_deinit(&arena);
    return size;
}

void figure_draw(const struct figure *figure, struct fonts *fonts, struct canvas *canvas, double width) {
    static void (*const drawers[])(const struct drawing *) = {[FORM_BARS] = bars_draw, [FORM_LINES] = lines_draw, [FORM_FLOW] = flow_draw};
    ArenaMark mark = arena_mark(canvas->arena);
    drawers[figure->form](&(struct drawing){figure, fonts, canvas, canvas->arena, width});
    arena_rewind(canvas->arena, mark);
}

// ---- files ------------------------------------------------------------------------------------------------

// A figure with its title, and white around both.
struct sheet {
    const struct figure *figure;
    struct fonts *fonts;
    FigureSize size; // of the figure
    double top;      // where it begins
    double width, height;
};

static struct sheet sheet_of(const struct figure *figure, struct fonts *fonts) {
    struct sheet sheet = {.figure = figure, .fonts = fonts, .size = figure_size(figure, fonts, FIGURE_WIDTH)};
    sheet.top = FILE_MARGIN + (figure->title.size > 0 ? 2 * TITLE_SIZE : 0);
    sheet.width = sheet.size.width + 2 * FILE_MARGIN;
    sheet.height = sheet.top + sheet.size.height + FILE_MARGIN;
    return sheet;
}

static void draw_background(const struct sheet *sheet, struct canvas *canvas) {
    Slice title = text_fit(sheet->fonts, FACE_SANS_BOLD, TITLE_SIZE, sheet->figure->title, sheet->size.width, canvas->arena);
    canvas_rectangle(canvas, 0, 0, sheet->width, sheet->height, (CanvasLook){.fill = INK_PAPER});
    canvas_text(canvas, (CanvasText){sheet->width / 2, FILE_MARGIN + TITLE_SIZE, ANCHOR_MIDDLE, TITLE_SIZE, true, INK_TEXT}, title);
}

static void put_frame(struct markup *markup, const struct sheet *sheet, struct arena *arena) {
    double width = ceil(sheet->width);
    double height = ceil(sheet->height);
    markup_attribute(markup, "xmlns", "http://www.w3.org/2000/svg");
    markup_attribute_number(markup, "width", width);
    markup_attribute_number(markup, "height", height);
    markup_attribute_text(markup, "viewBox", arena_printf(arena, "0 0 %.0f %.0f", width, height));
    markup_element(markup, "title", sheet->figure->title);
    markup_style(markup, style_put_figure);
}

Status figure_write_svg(const struct figure *figure, struct fonts *fonts, struct buf *out, struct diag *diag) {
    struct arena arena;
    struct markup markup;
    struct sheet sheet = sheet_of(figure, fonts);
    arena_init(&arena, SCRATCH);
    markup_init(&markup, out);
    struct canvas canvas = canvas_of_svg(&markup, &arena);
    buf_put(out, SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    markup_open(&markup, "svg");
    put_frame(&markup, &sheet, &arena);
    draw_background(&sheet, &canvas);
    markup_open(&markup, "g");
    markup_attribute_text(&markup, "transform", arena_printf(&arena, "translate(%.0f %.0f)", FILE_MARGIN, sheet.top));
    figure_draw(figure, fonts, &canvas, sheet.size.width);
    markup_close(&markup);
    markup_close(&markup);
    markup_finish(&markup);
    buf_put_byte(out, '\n');
    arena_deinit(&arena);
    return sink_check(CAIRO_STATUS_SUCCESS, out, fonts_arena(fonts), diag);
}

static void draw_sheet(const struct sheet *sheet, cairo_t *cairo) {
    struct arena arena;
    arena_init(&arena, SCRATCH);
    struct cairo_canvas on = {cairo, sheet->fonts};
    struct canvas canvas = canvas_of_cairo(&on, &arena);
    draw_background(sheet, &canvas);
    cairo_translate(cairo, FILE_MARGIN, sheet->top);
    figure_draw(sheet->figure, sheet->fonts, &canvas, sheet->size.width);
    arena_deinit(&arena);
}

Status figure_write_png(const struct figure *figure, struct fonts *fonts, uint32_t dots, struct buf *out, struct diag *diag) {
    INVARIANT(dots >= DOTS_MIN && dots <= DOTS_MAX);
    struct sheet sheet = sheet_of(figure, fonts);
    double scale = fmin((double)dots / POINTS_AN_INCH, PIXELS_MAX / fmax(sheet.width, sheet.height));
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(sheet.width * scale), (int)ceil(sheet.height * scale));
    cairo_t *cairo = cairo_create(surface);
    cairo_scale(cairo, scale, scale);
    draw_sheet(&sheet, cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png_stream(surface, sink_put, out);
    }
    cairo_surface_destroy(surface);
    return sink_check(status, out, fonts_arena(fonts), diag);
}
