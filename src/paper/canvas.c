#include "paper/canvas.h"

#include <math.h>

uint32_t ink_colour(Ink ink, InkWorld world) {
    static const uint32_t colours[INK_COUNT][2] = {
#define INK(name, light, dark) [INK_##name] = {light, dark},
#include "paper/inks.def"
#undef INK
    };
    return colours[ink][world];
}

const char *ink_name(Ink ink) {
    static const char *const names[INK_COUNT] = {
        [INK_NONE] = "none",
#define INK(name, light, dark) [INK_##name] = #name,
#include "paper/inks.def"
#undef INK
    };
    return names[ink];
}

void ink_set(cairo_t *cairo, Ink ink, double alpha) {
    enum { LEVELS = 255 };
    uint32_t colour = ink_colour(ink, INK_LIGHT);
    cairo_set_source_rgba(cairo, (double)(colour >> 16) / LEVELS, (double)(colour >> 8 & LEVELS) / LEVELS, (double)(colour & LEVELS) / LEVELS, alpha);
}

// ---- paths ------------------------------------------------------------------------------------------------

void path_init(struct path *path, struct arena *arena) {
    *path = (struct path){.arena = arena};
}

static void push(struct path *path, Step step) {
    *VEC_PUSH(&path->steps, path->arena) = step;
}

void path_move(struct path *path, double x, double y) {
    push(path, (Step){STEP_MOVE, {x}, {y}});
}

void path_line(struct path *path, double x, double y) {
    push(path, (Step){STEP_LINE, {x}, {y}});
}

void path_curve(struct path *path, double x1, double y1, double x2, double y2, double x, double y) {
    push(path, (Step){STEP_CURVE, {x1, x2, x}, {y1, y2, y}});
}

void path_close(struct path *path) {
    push(path, (Step){.kind = STEP_CLOSE});
}

void path_rectangle(struct path *path, double x, double y, double width, double height) {
    path_move(path, x, y);
    path_line(path, x + width, y);
    path_line(path, x + width, y + height);
    path_line(path, x, y + height);
    path_close(path);
}

void path_circle(struct path *path, double x, double y, double radius) {
    static const double HANDLE = 0.5523; // of a quarter of a circle
    double r = radius;
    double h = radius * HANDLE;
    path_move(path, x + r, y);
    path_curve(path, x + r, y + h, x + h, y + r, x, y + r);
    path_curve(path, x - h, y + r, x - r, y + h, x - r, y);
    path_curve(path, x - r, y - h, x - h, y - r, x, y - r);
    path_curve(path, x + h, y - r, x + r, y - h, x + r, y);
    path_close(path);
}

// ---- shapes -----------------------------------------------------------------------------------------------

void canvas_line(struct canvas *canvas, double x1, double y1, double x2, double y2, CanvasLook look) {
    ArenaMark mark = arena_mark(canvas->arena);
    struct path path;
    path_init(&path, canvas->arena);
    path_move(&path, x1, y1);
    path_line(&path, x2, y2);
    canvas_path(canvas, &path, look);
    arena_rewind(canvas->arena, mark);
}

void canvas_rectangle(struct canvas *canvas, double x, double y, double width, double height, CanvasLook look) {
    ArenaMark mark = arena_mark(canvas->arena);
    struct path path;
    path_init(&path, canvas->arena);
    path_rectangle(&path, x, y, width, height);
    canvas_path(canvas, &path, look);
    arena_rewind(canvas->arena, mark);
}

// Each line is where x + y is the same; it is cut at the sides of the rectangle, so that nothing has to be clipped.
void canvas_hatched(struct canvas *canvas, double x, double y, double width, double height, double apart, CanvasLook look) {
    ArenaMark mark = arena_mark(canvas->arena);
    struct path path;
    path_init(&path, canvas->arena);
    for (double sum = apart / 2; sum < width + height; sum += apart) {
        double left = fmax(0, sum - height);
        double right = fmin(width, sum);
        path_move(&path, x + left, y + sum - left);
        path_line(&path, x + right, y + sum - right);
    }
    if (path.steps.count > 0) {
        canvas_path(canvas, &path, look);
    }
    arena_rewind(canvas->arena, mark);
}
