// Where the parts of a picture of a flow lie: the order in columns by barycentre sweeps (Sugiyama, Tagawa and Toda, 1981), then y.
//
// A sweep goes from column to column and sorts each by the mean place of its neighbours in the column before; sweeps go right and left by turns, and
// the order with the fewest crossings is kept. Then y: each spot wants to be level with its neighbours, and those of a column must not overlap. The
// nearest places that keep the order are found by pooling: spots that push each other move as one block, to the mean of what they want.

#include "paper/flow.h"

#include <math.h>
#include <stdlib.h>

enum { SWEEPS = 16, LEVELLINGS = 24 };

static const double PASSING_HEIGHT = 10; // of a spot that an edge passes
static const double APART = 8;           // between spots of a column, at least
static const double APART_MOST = 22;
static const double SLIM = 0.5;      // of the width: up to this height spots stand further apart, so that labels find room
static const double BOX_PADDING = 7; // above and below the text together

typedef struct Joint { // between two spots of neighbouring columns
    uint32_t left, right;
} Joint;

typedef struct Neighbours {
    uint32_t *at;
    uint32_t count;
} Neighbours;

struct layout {
    struct flow *flow;
    struct arena *arena;
    VEC(Joint) joints;
    Neighbours *sides[2]; // of each spot: to the left, to the right
    uint32_t **order;     // of each column: its spots from top to bottom
    uint32_t *sizes;      // of each column: how many
    double *place;        // of each spot: where it stands in its column, from 0
    double apart;         // between spots of a column
};

// ---- spots ------------------------------------------------------------------------------------------------

static uint32_t add_spot(struct layout *layout, uint32_t column, uint32_t node, double height) {
    struct flow *flow = layout->flow;
    *VEC_PUSH(&flow->spots, layout->arena) = (Spot){column, node, height, 0};
    return flow->spots.count - 1;
}

static uint32_t column_of(const struct flow *flow, uint32_t node) {
    return flow->column_of[flow->nodes[node].layer];
}

static void lead_link(struct layout *layout, struct flow_link *link) {
    struct flow *flow = layout->flow;
    uint32_t from = column_of(flow, link->from);
    uint32_t to = column_of(flow, link->to);
    if (from == to) {
        return;
    }
    link->backwards = from > to;
    uint32_t left = link->backwards ? link->to : link->from;
    uint32_t right = link->backwards ? link->from : link->to;
    uint32_t first = column_of(flow, left);
    uint32_t last = column_of(flow, right);
    link->spots = ARENA_ARRAY(layout->arena, uint32_t, last - first + 1);
    for (uint32_t column = first; column <= last; column++) {
        link->spots[link->spot_count++] = column == first ? left : column == last ? right : add_spot(layout, column, FLOW_NO_NODE, PASSING_HEIGHT);
    }
    for (uint32_t i = 1; i < link->spot_count; i++) {
        *VEC_PUSH(&layout->joints, layout->arena) = (Joint){link->spots[i - 1], link->spots[i]};
    }
}

static void make_spots(struct layout *layout) {
    struct flow *flow = layout->flow;
    for (uint32_t i = 0; i < flow->node_count; i++) {
        uint32_t lines = flow->nodes[i].line_count > 0 ? flow->nodes[i].line_count : 1;
        add_spot(layout, column_of(flow, i), i, lines * FLOW_LETTERS_LINE + BOX_PADDING);
    }
    for (uint32_t i = 0; i < flow->link_count; i++) {
        lead_link(layout, &flow->links[i]);
    }
}

static void find_neighbours(struct layout *layout) {
    uint32_t count = layout->flow->spots.count;
    for (int side = 0; side < 2; side++) {
        Neighbours *all = ARENA_ARRAY(layout->arena, Neighbours, count);
        for (uint32_t pass = 0; pass < 2; pass++) { // to count, and to fill
            for (uint32_t i = 0; i < layout->joints.count; i++) {
                Joint joint = layout->joints.at[i];
                Neighbours *of = &all[side == 0 ? joint.right : joint.left];
                if (pass == 1) {
                    of->at[of->count] = side == 0 ? joint.left : joint.right;
                }
                of->count++;
            }
            for (uint32_t i = 0; i < count && pass == 0; i++) {
                all[i].at = ARENA_ARRAY(layout->arena, uint32_t, all[i].count);
                all[i].count = 0;
            }
        }
        layout->sides[side] = all;
    }
}

// ---- order ------------------------------------------------------------------------------------------------

static void fill_columns(struct layout *layout) {
    struct flow *flow = layout->flow;
    layout->order = ARENA_ARRAY(layout->arena, uint32_t *, flow->column_count);
    layout->sizes = ARENA_ARRAY(layout->arena, uint32_t, flow->column_count);
    layout->place = ARENA_ARRAY(layout->arena, double, flow->spots.count);
    for (uint32_t i = 0; i < flow->spots.count; i++) {
        layout->sizes[flow->spots.at[i].column]++;
    }
    for (uint32_t column = 0; column < flow->column_count; column++) {
        layout->order[column] = ARENA_ARRAY(layout->arena, uint32_t, layout->sizes[column]);
        layout->sizes[column] = 0;
    }
    for (uint32_t i = 0; i < flow->spots.count; i++) {
        uint32_t column = flow->spots.at[i].column;
        layout->place[i] = layout->sizes[column];
        layout->order[column][layout->sizes[column]++] = i;
    }
}

static double mean_place(const struct layout *layout, uint32_t spot, int side) {
    const Neighbours *neighbours = &layout->sides[side][spot];
    double sum = 0;
    for (uint32_t i = 0; i < neighbours->count; i++) {
        sum += layout->place[neighbours->at[i]];
    }
    return neighbours->count == 0 ? layout->place[spot] : sum / neighbours->count;
}

struct wish {
    double place;
    double before; // where it stands now: ties stay as they are
    uint32_t spot;
};

static int by_wish(const void *left, const void *right) {
    const struct wish *a = left;
    const struct wish *b = right;
    return a->place != b->place ? (a->place > b->place) - (a->place < b->place) : (a->before > b->before) - (a->before < b->before);
}

static void sort_column(struct layout *layout, uint32_t column, int side, struct wish *wishes) {
    uint32_t size = layout->sizes[column];
    for (uint32_t i = 0; i < size; i++) {
        uint32_t spot = layout->order[column][i];
        wishes[i] = (struct wish){mean_place(layout, spot, side), layout->place[spot], spot};
    }
    qsort(wishes, size, sizeof *wishes, by_wish);
    for (uint32_t i = 0; i < size; i++) {
        layout->order[column][i] = wishes[i].spot;
        layout->place[wishes[i].spot] = i;
    }
}

static uint64_t crossings(const struct layout *layout) {
    uint64_t count = 0;
    const struct flow *flow = layout->flow;
    for (uint32_t i = 0; i < layout->joints.count; i++) {
        for (uint32_t k = i + 1; k < layout->joints.count; k++) {
            Joint a = layout->joints.at[i];
            Joint b = layout->joints.at[k];
            if (flow->spots.at[a.left].column == flow->spots.at[b.left].column) {
                count += (layout->place[a.left] - layout->place[b.left]) * (layout->place[a.right] - layout->place[b.right]) < 0;
            }
        }
    }
    return count;
}

static void sweep(struct layout *layout, bool rightwards, struct wish *wishes) {
    uint32_t columns = layout->flow->column_count;
    for (uint32_t i = 1; i < columns; i++) {
        sort_column(layout, rightwards ? i : columns - 1 - i, rightwards ? 0 : 1, wishes);
    }
}

static void order_spots(struct layout *layout) {
    uint32_t count = layout->flow->spots.count;
    struct wish *wishes = ARENA_ARRAY(layout->arena, struct wish, count);
    double *best = ARENA_ARRAY(layout->arena, double, count);
    uint64_t fewest = crossings(layout);
    memcpy(best, layout->place, sizeof *best * count);
    for (uint32_t i = 0; i < SWEEPS && fewest > 0; i++) {
        sweep(layout, i % 2 == 0, wishes);
        uint64_t now = crossings(layout);
        if (now < fewest) {
            fewest = now;
            memcpy(best, layout->place, sizeof *best * count);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        layout->place[i] = best[i];
        layout->order[layout->flow->spots.at[i].column][(uint32_t)best[i]] = i;
    }
}

// ---- y ----------------------------------------------------------------------------------------------------

struct pool { // spots that move as one
    uint32_t count;
    double sum; // of what they want, each less its distance from the first of the column
    double at;  // where the first of the column would be
};

static double mean_y(const struct layout *layout, uint32_t spot, int side) {
    const Neighbours *neighbours = &layout->sides[side][spot];
    double sum = 0;
    for (uint32_t i = 0; i < neighbours->count; i++) {
        sum += layout->flow->spots.at[neighbours->at[i]].y;
    }
    return neighbours->count == 0 ? layout->flow->spots.at[spot].y : sum / neighbours->count;
}

// How far the middle of a spot of a column is below that of the first at least.
static void stack(const struct layout *layout, uint32_t column, double *below) {
    double at = 0;
    for (uint32_t i = 0; i < layout->sizes[column]; i++) {
        double height = layout->flow->spots.at[layout->order[column][i]].height;
        at += i == 0 ? 0 : height / 2;
        below[i] = at;
        at += height / 2 + layout->apart;
    }
}

static void level_column(struct layout *layout, uint32_t column, int side, double *below, struct pool *pools) {
    uint32_t count = 0;
    stack(layout, column, below);
    for (uint32_t i = 0; i < layout->sizes[column]; i++) {
        double wanted = mean_y(layout, layout->order[column][i], side) - below[i];
        pools[count++] = (struct pool){1, wanted, wanted};
        while (count > 1 && pools[count - 2].at >= pools[count - 1].at) {
            pools[count - 2].count += pools[count - 1].count;
            pools[count - 2].sum += pools[count - 1].sum;
            pools[count - 2].at = pools[count - 2].sum / pools[count - 2].count;
            count--;
        }
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < pools[i].count; k++, at++) {
            layout->flow->spots.at[layout->order[column][at]].y = pools[i].at + below[at];
        }
    }
}

static void place_spots(struct layout *layout) {
    struct flow *flow = layout->flow;
    double *below = ARENA_ARRAY(layout->arena, double, flow->spots.count);
    struct pool *pools = ARENA_ARRAY(layout->arena, struct pool, flow->spots.count);
    for (uint32_t column = 0; column < flow->column_count; column++) {
        stack(layout, column, below);
        for (uint32_t i = 0; i < layout->sizes[column]; i++) {
            flow->spots.at[layout->order[column][i]].y = below[i];
        }
    }
    for (uint32_t i = 0; i < LEVELLINGS; i++) {
        for (uint32_t k = 0; k < flow->column_count; k++) {
            bool rightwards = i % 2 == 0;
            level_column(layout, rightwards ? k : flow->column_count - 1 - k, rightwards ? 0 : 1, below, pools);
        }
    }
}

static void move_to_top(struct flow *flow) {
    double top = INFINITY;
    double bottom = -INFINITY;
    for (uint32_t i = 0; i < flow->spots.count; i++) {
        top = fmin(top, flow->spots.at[i].y - flow->spots.at[i].height / 2);
        bottom = fmax(bottom, flow->spots.at[i].y + flow->spots.at[i].height / 2);
    }
    for (uint32_t i = 0; i < flow->spots.count; i++) {
        flow->spots.at[i].y -= top;
    }
    flow->height = flow->spots.count == 0 ? 0 : bottom - top;
}

// Where many edges run, columns stand further apart, so that their labels find room.
static void place_columns(struct layout *layout) {
    static const double MANY = 14;
    static const double MORE_EACH = 2.5;
    static const double MORE_MOST = 70;
    struct flow *flow = layout->flow;
    uint32_t joints[FLOW_LAYERS_MAX] = {0};
    for (uint32_t i = 0; i < layout->joints.count; i++) {
        joints[flow->spots.at[layout->joints.at[i].left].column]++;
    }
    for (uint32_t column = 1; column < flow->column_count; column++) {
        double more = fmin(MORE_MOST, fmax(0, joints[column - 1] - MANY) * MORE_EACH);
        flow->left[column] = flow->left[column - 1] + FLOW_BOX_WIDTH + FLOW_GAP + more;
    }
}

// How far apart spots may stand in the fullest column.
static double apart_of(const struct layout *layout) {
    const struct flow *flow = layout->flow;
    double width = flow->column_count == 0 ? 0 : flow->left[flow->column_count - 1] + FLOW_BOX_WIDTH;
    double apart = APART_MOST;
    for (uint32_t column = 0; column < flow->column_count; column++) {
        double heights = 0;
        for (uint32_t i = 0; i < layout->sizes[column]; i++) {
            heights += flow->spots.at[layout->order[column][i]].height;
        }
        if (layout->sizes[column] > 1) {
            apart = fmin(apart, (SLIM * width - heights) / (layout->sizes[column] - 1));
        }
    }
    return fmax(APART, apart);
}

void flow_layout(struct flow *flow, struct arena *arena) {
    struct layout layout = {.flow = flow, .arena = arena};
    make_spots(&layout);
    find_neighbours(&layout);
    fill_columns(&layout);
    order_spots(&layout);
    place_columns(&layout);
    layout.apart = apart_of(&layout);
    place_spots(&layout);
    move_to_top(flow);
}
