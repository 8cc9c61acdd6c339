// Drawing a flow: keys, columns, edges, their labels, boxes; the later over the earlier.

#include "base/time.h"
#include "paper/flow.h"
#include "paper/shape.h"

#include <math.h>

static const double TITLE_LINE = 14;  // the headings of columns
static const double NOTE_LINE = 12;   // below the picture
static const double MARK_WIDTH = 13;  // of the part of a box with its mark
static const double LINE_THIN = 0.6;  // of the smallest amount
static const double LINE_THICK = 4.2; // of the largest
static const double ARROW = 4.5;
static const double LABEL_LETTERS = 6.3;
static const double LABEL_LINE = 7.6;
static const double PORTS = 0.7; // of a box's side, over which edges are spread
static const double BULGE = 46;  // of edges within a column

enum { LABEL_LINES = 2, LINKS_AT_MAX = FLOW_EDGES_SHOWN_MAX };

typedef struct Point {
    double x, y;
} Point;

typedef struct Box {
    double x, y, width, height;
} Box;

struct curve { // one piece of an edge, between two columns
    Point at[4];
};

struct flow_drawing {
    const struct drawing *drawing;
    const struct flow *flow;
    double top;        // of the columns
    double *leaves[2]; // of each link: y where it ends at its left and its right box
    Box *taken;        // boxes, and labels that stand
    uint32_t taken_count;
    uint32_t unnamed; // edges whose labels found no place
};

// ---- keys -------------------------------------------------------------------------------------------------

static Slice role_name(FlowRole role, PaperLanguage language) {
    static const Slice names[FLOW_ROLES][2] = {
#define FLOW_ROLE(name, zh, en, ink, shape, dashed) {SLICE(zh), SLICE(en)},
#include "paper/roles.def"
#undef FLOW_ROLE
    };
    return names[role][language];
}

struct role_look {
    Ink ink;
    Shape shape;
    bool dashed;
};

static struct role_look role_look(FlowRole role) {
    static const struct role_look looks[FLOW_ROLES] = {
#define FLOW_ROLE(name, zh, en, ink, shape, dashed) {ink, shape, dashed},
#include "paper/roles.def"
#undef FLOW_ROLE
    };
    return looks[role];
}

static void draw_keys(const struct drawing *drawing) {
    const struct flow *flow = drawing->figure->flow;
    bool used[FLOW_ROLES] = {false};
    double x = 0;
    for (uint32_t i = 0; i < flow->node_count; i++) {
        used[flow->nodes[i].role] = true;
    }
    for (FlowRole role = 0; role < FLOW_ROLES; role++) {
        if (used[role]) {
            struct role_look look = role_look(role);
            Slice name = role_name(role, drawing->figure->language);
            shape_draw(drawing->canvas, look.shape, x + 5, FIGURE_LINE / 2, 3.4, look.ink);
            chart_text(drawing, x + 12, FIGURE_LINE / 2 + text_middle(FIGURE_LETTERS), ANCHOR_START, INK_TEXT, name);
            x += 12 + chart_width_of(drawing, name) + 14;
        }
    }
}

// ---- places -----------------------------------------------------------------------------------------------

static double y_of(const struct flow_drawing *at, uint32_t spot) {
    return at->top + at->flow->spots.at[spot].y;
}

static double weight_of(const struct flow_drawing *at, const struct flow_link *link) {
    double largest = (double)at->flow->links[0].amount_fen;
    return largest == 0 ? LINE_THIN : LINE_THIN + (LINE_THICK - LINE_THIN) * sqrt((double)link->amount_fen / largest);
}

struct port {
    double towards; // y of the other end
    uint32_t link;
};

static int by_towards(const void *left, const void *right) {
    const struct port *a = left;
    const struct port *b = right;
    return a->towards != b->towards ? (a->towards > b->towards) - (a->towards < b->towards) : (a->link > b->link) - (a->link < b->link);
}

// Edges that end at one side of a box are spread over it in the order of where they come from. `side`: 0, edges whose left end is at this node.
static void spread_ports(struct flow_drawing *at, uint32_t node, int side) {
    struct port ports[LINKS_AT_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < at->flow->link_count; i++) {
        const struct flow_link *link = &at->flow->links[i];
        if (link->spots != NULL && link->spots[side == 0 ? 0 : link->spot_count - 1] == node) {
            ports[count++] = (struct port){y_of(at, link->spots[side == 0 ? 1 : link->spot_count - 2]), i};
        }
    }
    qsort(ports, count, sizeof *ports, by_towards);
    double room = at->flow->spots.at[node].height * PORTS;
    for (uint32_t i = 0; i < count; i++) {
        double place = count == 1 ? 0.5 : (double)i / (count - 1);
        at->leaves[side][ports[i].link] = y_of(at, node) + (place - 0.5) * room * (count == 1 ? 0 : fmin(1, count / 4.0));
    }
}

static void place_ports(struct flow_drawing *at) {
    for (int side = 0; side < 2; side++) {
        at->leaves[side] = ARENA_ARRAY(at->drawing->arena, double, at->flow->link_count);
        for (uint32_t node = 0; node < at->flow->node_count; node++) {
            spread_ports(at, node, side);
        }
    }
}

// The piece of an edge between its spots `i` and `i` + 1.
static struct curve curve_of(const struct flow_drawing *at, uint32_t link, uint32_t i) {
    const struct flow_link *one = &at->flow->links[link];
    uint32_t column = at->flow->spots.at[one->spots[i]].column;
    double x1 = at->flow->left[column] + FLOW_BOX_WIDTH;
    double x2 = at->flow->left[column + 1];
    double y1 = i == 0 ? at->leaves[0][link] : y_of(at, one->spots[i]);
    double y2 = i + 2 == one->spot_count ? at->leaves[1][link] : y_of(at, one->spots[i + 1]);
    double bend = (x2 - x1) * 0.5;
    return (struct curve){{{x1, y1}, {x1 + bend, y1}, {x2 - bend, y2}, {x2, y2}}};
}

static struct curve curve_within(const struct flow_drawing *at, const struct flow_link *link) {
    double x = at->flow->left[at->flow->spots.at[link->from].column] + FLOW_BOX_WIDTH;
    double y1 = y_of(at, link->from);
    double y2 = y_of(at, link->to);
    return (struct curve){{{x, y1}, {x + BULGE, y1}, {x + BULGE, y2}, {x, y2}}};
}

static Point point_at(const struct curve *curve, double t) {
    double s = 1 - t;
    double w[4] = {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
    Point point = {0, 0};
    for (int i = 0; i < 4; i++) {
        point.x += w[i] * curve->at[i].x;
        point.y += w[i] * curve->at[i].y;
    }
    return point;
}

// ---- edges ------------------------------------------------------------------------------------------------

static void trace_curve(struct path *path, const struct curve *curve) {
    path_curve(path, curve->at[1].x, curve->at[1].y, curve->at[2].x, curve->at[2].y, curve->at[3].x, curve->at[3].y);
}

// An arrow that ends at the point; `rightwards`: from the left.
static void draw_arrow(const struct flow_drawing *at, Point tip, bool rightwards, double weight) {
    struct path path;
    double length = (ARROW + weight) * (rightwards ? -1 : 1);
    double half = ARROW * 0.45 + weight * 0.6;
    path_init(&path, at->drawing->arena);
    path_move(&path, tip.x, tip.y);
    path_line(&path, tip.x + length, tip.y - half);
    path_line(&path, tip.x + length, tip.y + half);
    path_close(&path);
    canvas_path(at->drawing->canvas, &path, (CanvasLook){.fill = INK_MUTED});
}

static void draw_link(const struct flow_drawing *at, uint32_t number) {
    const struct flow_link *link = &at->flow->links[number];
    double weight = weight_of(at, link);
    struct path path;
    Point tip;
    path_init(&path, at->drawing->arena);
    if (link->spots == NULL) {
        struct curve curve = curve_within(at, link);
        path_move(&path, curve.at[0].x, curve.at[0].y);
        trace_curve(&path, &curve);
        tip = curve.at[3];
    } else {
        for (uint32_t i = 0; i + 1 < link->spot_count; i++) {
            struct curve curve = curve_of(at, number, i);
            (i == 0 ? path_move : path_line)(&path, curve.at[0].x, curve.at[0].y);
            trace_curve(&path, &curve);
        }
        struct curve last = curve_of(at, number, link->backwards ? 0 : link->spot_count - 2);
        tip = last.at[link->backwards ? 0 : 3];
    }
    canvas_path(at->drawing->canvas, &path, (CanvasLook){.line = INK_RULE, .width = weight, .dash = {link->backwards ? 5 : 0, 2}});
    draw_arrow(at, tip, link->spots != NULL && !link->backwards, weight);
}

// ---- labels -----------------------------------------------------------------------------------------------

static Slice amount_text(const struct flow_drawing *at, const struct flow_link *link) {
    static const int64_t WAN_FEN = 1000000;
    struct arena *arena = at->drawing->arena;
    bool is_zh = at->drawing->figure->language == PAPER_ZH;
    bool is_wan = is_zh && link->amount_fen >= WAN_FEN;
    double written = (double)link->amount_fen / (is_wan ? (double)WAN_FEN : 100);
    Slice number = axis_number(written, written == nearbyint(written) ? 0 : 2, arena);
    const char *unit = is_wan ? "万元" : is_zh ? "元" : " yuan";
    return link->count < 2 ? arena_printf(arena, "%.*s%s", SLICE_ARGS(number), unit)
                           : arena_printf(arena, is_zh ? "%.*s%s·%u笔" : "%.*s%s, %u×", SLICE_ARGS(number), unit, link->count);
}

static Slice time_text(const struct flow_drawing *at, const struct flow_link *link) {
    struct arena *arena = at->drawing->arena;
    int64_t offset = at->flow->given.offset_us;
    CivilTime a = civil_from_time(link->first_us, offset);
    CivilTime b = civil_from_time(link->last_us, offset);
    Slice first = arena_printf(arena, "%02d-%02d %02d:%02d", a.month, a.day, a.hour, a.minute);
    if (time_day(link->first_us, offset) != time_day(link->last_us, offset)) {
        return arena_printf(arena, "%02d-%02d–%02d-%02d", a.month, a.day, b.month, b.day);
    }
    return a.hour == b.hour && a.minute == b.minute ? first : arena_printf(arena, "%.*s–%02d:%02d", SLICE_ARGS(first), b.hour, b.minute);
}

static bool overlaps(const Box *a, const Box *b) {
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static bool is_free(const struct flow_drawing *at, const Box *box) {
    for (uint32_t i = 0; i < at->taken_count; i++) {
        if (overlaps(&at->taken[i], box)) {
            return false;
        }
    }
    return true;
}

// A place on its way for a label of this size, `shift` below it.
static bool find_room_beside(const struct flow_drawing *at, uint32_t number, double width, double height, double shift, Box *ret_box) {
    static const double tries[] = {0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.15, 0.85}; // the middle of a gap first, then towards its ends
    const struct flow_link *link = &at->flow->links[number];
    uint32_t pieces = link->spots == NULL ? 1 : link->spot_count - 1;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        for (uint32_t k = 0; k < pieces; k++) {
            struct curve curve = link->spots == NULL ? curve_within(at, link) : curve_of(at, number, k);
            Point middle = point_at(&curve, tries[i]);
            Box box = {middle.x - width / 2, middle.y - height / 2 + shift, width, height};
            bool inside = box.x >= curve.at[0].x + 1 && box.y >= at->top && box.y + height <= at->top + at->flow->height &&
                          (link->spots == NULL || box.x + width <= curve.at[3].x - 1);
            if (inside && is_free(at, &box)) {
                *ret_box = box;
                return true;
            }
        }
    }
    return false;
}

// On the edge, or where there is no room, close to it.
static bool find_room(const struct flow_drawing *at, uint32_t number, double width, double height, Box *ret_box) {
    static const double shifts[] = {0, -0.6, 0.6}; // of the label's height
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        if (find_room_beside(at, number, width, height, shifts[i] * height, ret_box)) {
            return true;
        }
    }
    return false;
}

static void draw_label(struct flow_drawing *at, uint32_t number) {
    const struct flow_link *link = &at->flow->links[number];
    const Slice lines[LABEL_LINES] = {amount_text(at, link), time_text(at, link)};
    double width = 0;
    Box box;
    for (int i = 0; i < LABEL_LINES; i++) {
        width = fmax(width, text_width(at->drawing->fonts, FACE_SANS, LABEL_LETTERS, lines[i]));
    }
    if (!find_room(at, number, width + 3, LABEL_LINES * LABEL_LINE + 1, &box)) {
        at->unnamed++;
        return;
    }
    at->taken[at->taken_count++] = box;
    canvas_rectangle(at->drawing->canvas, box.x, box.y, box.width, box.height, (CanvasLook){.fill = INK_PAPER, .alpha = 0.85});
    for (int i = 0; i < LABEL_LINES; i++) {
        double baseline = box.y + 0.5 + i * LABEL_LINE + LABEL_LINE / 2 + text_middle(LABEL_LETTERS);
        CanvasText where = {box.x + box.width / 2, baseline, ANCHOR_MIDDLE, LABEL_LETTERS, i == 0, i == 0 ? INK_TEXT : INK_MUTED};
        canvas_text(at->drawing->canvas, where, lines[i]);
    }
}

// ---- boxes ------------------------------------------------------------------------------------------------

static Box box_of(const struct flow_drawing *at, uint32_t node) {
    const Spot *spot = &at->flow->spots.at[node];
    return (Box){at->flow->left[spot->column], at->top + spot->y - spot->height / 2, FLOW_BOX_WIDTH, spot->height};
}

static void draw_box(const struct flow_drawing *at, uint32_t node) {
    const struct flow_shown *shown = &at->flow->nodes[node];
    const struct drawing *drawing = at->drawing;
    struct role_look look = role_look(shown->role);
    Box box = box_of(at, node);
    double width = FLOW_BOX_WIDTH - MARK_WIDTH - 6;
    if (shown->folded > 0) { // a second sheet behind
        canvas_rectangle(drawing->canvas, box.x + 2.5, box.y + 2.5, box.width, box.height,
                         (CanvasLook){.fill = INK_PAPER, .line = look.ink, .width = 0.6});
    }
    canvas_rectangle(drawing->canvas, box.x, box.y, box.width, box.height, (CanvasLook){.fill = INK_PAPER});
    canvas_rectangle(drawing->canvas, box.x, box.y, MARK_WIDTH, box.height, (CanvasLook){.fill = look.ink, .alpha = 0.16});
    canvas_rectangle(drawing->canvas, box.x, box.y, box.width, box.height,
                     (CanvasLook){.line = look.ink, .width = 1, .dash = {look.dashed ? 3 : 0, 2}});
    shape_draw(drawing->canvas, look.shape, box.x + MARK_WIDTH / 2, box.y + box.height / 2, 3.4, look.ink);
    double first = box.y + (box.height - shown->line_count * FLOW_LETTERS_LINE) / 2;
    for (uint32_t i = 0; i < shown->line_count; i++) {
        Slice text = text_fit(drawing->fonts, i == 0 ? FACE_SANS_BOLD : FACE_SANS, FLOW_LETTERS, shown->lines[i], width, drawing->arena);
        double baseline = first + i * FLOW_LETTERS_LINE + FLOW_LETTERS_LINE / 2 + text_middle(FLOW_LETTERS);
        canvas_text(drawing->canvas, (CanvasText){box.x + MARK_WIDTH + 3, baseline, ANCHOR_START, FLOW_LETTERS, i == 0, INK_TEXT}, text);
    }
}

static void draw_titles(const struct flow_drawing *at) {
    bool is_zh = at->drawing->figure->language == PAPER_ZH;
    for (uint32_t i = 0; i < at->flow->column_count; i++) {
        Slice text = arena_printf(at->drawing->arena, is_zh ? "第%u层" : "Layer %u", at->flow->layer_of[i]);
        chart_text(at->drawing, at->flow->left[i] + FLOW_BOX_WIDTH / 2, at->top - 5, ANCHOR_MIDDLE, INK_MUTED, text);
    }
}

static Slice note_of(const struct flow_drawing *at) {
    bool is_zh = at->drawing->figure->language == PAPER_ZH;
    struct arena *arena = at->drawing->arena;
    Slice unnamed = at->unnamed == 0
                        ? SLICE("")
                        : arena_printf(arena, is_zh ? "%u 条边因位置不足未标注金额。" : "%u edges have no room for their amounts. ", at->unnamed);
    Slice left_out = at->flow->left_out == 0 ? SLICE("")
                                             : arena_printf(arena, is_zh ? "金额较小的 %u 条边未画出。" : "%u edges of smaller amounts are left out.",
                                                            at->flow->left_out);
    return arena_printf(arena, "%.*s%.*s", SLICE_ARGS(unnamed), SLICE_ARGS(left_out));
}

// ---- the whole --------------------------------------------------------------------------------------------

FigureSize flow_size(const struct figure *figure) {
    const struct flow *flow = figure->flow;
    bool bulges = false;
    for (uint32_t i = 0; i < flow->link_count; i++) {
        bulges = bulges || (flow->links[i].spots == NULL && flow->spots.at[flow->links[i].from].column + 1 == flow->column_count);
    }
    double last = flow->column_count == 0 ? 0 : flow->left[flow->column_count - 1];
    return (FigureSize){last + FLOW_BOX_WIDTH + (bulges ? BULGE + 20 : 4), FIGURE_LINE + TITLE_LINE + flow->height + NOTE_LINE + 4};
}

void flow_draw(const struct drawing *drawing) {
    const struct flow *flow = drawing->figure->flow;
    struct flow_drawing at = {.drawing = drawing, .flow = flow, .top = FIGURE_LINE + TITLE_LINE};
    at.taken = ARENA_ARRAY(drawing->arena, Box, flow->node_count + flow->link_count);
    draw_keys(drawing);
    draw_titles(&at);
    place_ports(&at);
    for (uint32_t i = 0; i < flow->node_count; i++) {
        at.taken[at.taken_count++] = box_of(&at, i);
    }
    for (uint32_t i = 0; i < flow->link_count; i++) {
        draw_link(&at, i);
    }
    for (uint32_t i = 0; i < flow->link_count; i++) {
        draw_label(&at, i);
    }
    for (uint32_t i = 0; i < flow->node_count; i++) {
        draw_box(&at, i);
    }
    chart_text(drawing, 0, at.top + flow->height + NOTE_LINE, ANCHOR_START, INK_MUTED, note_of(&at));
}
