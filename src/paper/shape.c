#include "paper/shape.h"

#include "paper/figure.h"

static void trace(struct path *path, Shape shape, double x, double y, double r) {
    static const double SQUARE = 0.88; // sides of a square as large as the circle
    static const double WIDER = 1.25;  // corners reach further than a circle
    switch (shape) {
    case SHAPE_CIRCLE:
    case SHAPE_RING:
        path_circle(path, x, y, r);
        break;
    case SHAPE_SQUARE:
        path_rectangle(path, x - SQUARE * r, y - SQUARE * r, 2 * SQUARE * r, 2 * SQUARE * r);
        break;
    case SHAPE_DIAMOND:
        path_move(path, x, y - WIDER * r);
        path_line(path, x + WIDER * r, y);
        path_line(path, x, y + WIDER * r);
        path_line(path, x - WIDER * r, y);
        path_close(path);
        break;
    case SHAPE_TRIANGLE:
        path_move(path, x - r, y - WIDER * r);
        path_line(path, x + WIDER * r, y);
        path_line(path, x - r, y + WIDER * r);
        path_close(path);
        break;
    case SHAPE_CROSS:
        path_move(path, x - r, y - r);
        path_line(path, x + r, y + r);
        path_move(path, x - r, y + r);
        path_line(path, x + r, y - r);
        break;
    }
}

void shape_draw(struct canvas *canvas, Shape shape, double x, double y, double radius, Ink ink) {
    ArenaMark mark = arena_mark(canvas->arena);
    struct path path;
    path_init(&path, canvas->arena);
    trace(&path, shape, x, y, radius);
    CanvasLook look = {.fill = ink};
    if (shape == SHAPE_CROSS) {
        look = (CanvasLook){.line = ink, .width = radius * 0.6};
    } else if (shape == SHAPE_RING) {
        look = (CanvasLook){.fill = INK_PAPER, .line = ink, .width = radius * 0.45};
    }
    canvas_path(canvas, &path, look);
    arena_rewind(canvas->arena, mark);
}

SeriesLook series_look(uint32_t series) {
    static const SeriesLook looks[FIGURE_SERIES_MAX] = {
        {INK_BLUE, 0, SHAPE_CIRCLE, {0, 0}},         {INK_ORANGE, 4, SHAPE_SQUARE, {5, 2}}, {INK_GREEN, 0, SHAPE_DIAMOND, {2, 1.5}},
        {INK_VERMILLION, 7, SHAPE_TRIANGLE, {8, 2}}, {INK_SKY, 0, SHAPE_RING, {1, 1}},      {INK_PURPLE, 2.5, SHAPE_CROSS, {4, 4}},
    };
    INVARIANT(series < FIGURE_SERIES_MAX);
    return looks[series];
}

void series_bar(struct canvas *canvas, const SeriesLook *look, double x, double y, double width, double height) {
    canvas_rectangle(canvas, x, y, width, height, (CanvasLook){.fill = look->ink});
    if (look->hatch > 0 && width > 0 && height > 0) {
        canvas_hatched(canvas, x, y, width, height, look->hatch, (CanvasLook){.line = INK_PAPER, .width = 0.7});
    }
}
