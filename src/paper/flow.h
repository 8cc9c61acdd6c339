#pragma once
// Flow: a picture of how money went, after folding, and where its parts lie.
//
// Layers are columns from left to right. An edge over several layers gets a place in each column between, so that it runs between the boxes there and
// not through them; boxes and such places are the *spots* of a column.
//
//     column 0        column 1        column 2
//     ┌───────┐       ┌───────┐       ┌───────┐
//     │ spot 0├──────▶│ spot 2├──────▶│ spot 4│
//     └───────┘    ╭──┴───────┴──╮    └───────┘
//     ┌───────┐  ╭─╯  spot 3     ╰──▶ spot 5 ...
//     │ spot 1├──╯
//     └───────┘

#include "paper/figure_private.h"

#define FLOW_NO_NODE UINT32_MAX

struct flow_shown { // a node that is drawn
    uint32_t layer;
    FlowRole role;
    Slice lines[FLOW_LINES_MAX];
    uint32_t line_count;
    uint32_t folded; // nodes that it stands for; 0: for itself
};

typedef struct Spot {
    uint32_t column;
    uint32_t node; // or FLOW_NO_NODE: an edge passes here
    double height;
    double y; // of its middle
} Spot;

struct flow_link {     // an edge that is drawn
    uint32_t from, to; // nodes
    int64_t amount_fen;
    uint32_t count;
    int64_t first_us, last_us;
    uint32_t *spots; // on its way from the left column to the right one, both ends included; NULL: within one column
    uint32_t spot_count;
    bool backwards; // the money went from right to left
};

struct flow {
    struct figure_flow given; // language, zone
    bool *folded;
    uint32_t given_count;
    struct flow_shown *nodes;
    uint32_t node_count;
    struct flow_link *links; // the largest amounts first
    uint32_t link_count;
    uint32_t left_out;                   // links of the smallest amounts
    uint32_t column_of[FLOW_LAYERS_MAX]; // of a layer: those without nodes take no room
    uint32_t layer_of[FLOW_LAYERS_MAX];  // and the other way round
    uint32_t column_count;
    double left[FLOW_LAYERS_MAX]; // of each column
    VEC(Spot) spots;              // the first `node_count` are those of the nodes
    double height;                // of all columns
};

static const double FLOW_BOX_WIDTH = 116;
static const double FLOW_GAP = 94;    // between columns, at least: labels of edges stand there
static const double FLOW_LETTERS = 7; // size of text in boxes
static const double FLOW_LETTERS_LINE = 9.2;

// Finds the order of the spots in each column and where they lie. Both are the same for the same flow.
void flow_layout(struct flow *flow, struct arena *arena);
