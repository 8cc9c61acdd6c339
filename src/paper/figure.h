#pragma once
// Figures: bar charts, lines over time, and pictures of how money flowed through accounts. Described once, drawn as vectors into PDF and SVG, or as
// pixels.
//
//     const struct figure *figure;
//     TRY(figure_bars(&(struct figure_bars){.title = SLICE("各机构涉案账户"), .kind = FIGURE_COUNT, .categories = names, .category_count = 9,
//                                           .series = &series, .series_count = 1, .across = true}, arena, &figure, diag));
//     paper_figure(paper, figure);                                    // in a document
//     TRY(figure_write_svg(figure, fonts, &svg, diag));               // or a file of its own
//
// A figure is immutable and lies in the caller's arena with copies of all it was given. Colours are those of Okabe and Ito, which people who are
// colour blind tell apart ("Color Universal Design", 2008); what differs by colour differs by pattern, shape or dashes too, so that a copy in black
// and white says the same. Ticks stand at 1, 2 or 5 times a power of ten, or at whole hours, days and months.
//
// Codes: PA010 the figure's data cannot be drawn, PA004 and PA005 as of paper.h.

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "paper/fonts.h"

typedef enum PaperLanguage { PAPER_ZH, PAPER_EN } PaperLanguage;

typedef enum FigureKind {
    FIGURE_COUNT, // numbers
    FIGURE_MONEY, // fen; written in yuan or multiples of it
    FIGURE_SHARE, // 0.25 is 25 %
} FigureKind;

enum {
    FIGURE_SERIES_MAX = 6, // as many colours as can be told apart
    FIGURE_CATEGORIES_MAX = 200,
    FIGURE_POINTS_MAX = 5000,
};

struct figure;

// ---- bars ----

struct figure_series {
    Slice name;
    const double *values; // one for each category; NAN: there is none
};

struct figure_bars {
    PaperLanguage language;
    Slice title;
    FigureKind kind;
    const Slice *categories;
    uint32_t category_count;
    const struct figure_series *series;
    uint32_t series_count;
    bool stacked; // on top of each other; then no value may be below zero
    bool across;  // bars run to the right, one category below the other: for rankings and long names
};

MUST_USE Status figure_bars(const struct figure_bars *bars, struct arena *arena, const struct figure **ret_figure, struct diag *diag);

// ---- lines ----

struct figure_line {
    Slice name;
    const double *values; // one for each moment; NAN: there is none, and the line has a gap
    const double *lows;   // with `highs` the interval in which the true value lies, drawn as a band; NULL: none
    const double *highs;
};

struct figure_lines {
    PaperLanguage language;
    Slice title;
    FigureKind kind;
    const int64_t *times_us; // ascending
    uint32_t point_count;
    const struct figure_line *lines;
    uint32_t line_count; // at most FIGURE_SERIES_MAX
    double target;       // a line across, NAN: none
    Slice target_name;
    int64_t offset_us; // of the zone of the labels
};

MUST_USE Status figure_lines(const struct figure_lines *lines, struct arena *arena, const struct figure **ret_figure, struct diag *diag);

// The interval in which the share of a population lies with a confidence of 95 %, when `hits` of `of` were counted (Wilson, 1927). Of nothing: 0
// to 1.
void figure_wilson(uint64_t hits, uint64_t of, double *ret_low, double *ret_high);

// ---- flows of money ----

typedef enum FlowRole {
#define FLOW_ROLE(name, zh, en, ink, shape, dashed) FLOW_##name,
#include "paper/roles.def"
#undef FLOW_ROLE
    FLOW_ROLES
} FlowRole;

enum {
    FLOW_LINES_MAX = 3,     // of a node's label
    FLOW_NODES_MAX = 20000, // that may be given
    FLOW_EDGES_MAX = 100000,
    FLOW_LAYERS_MAX = 12,
    FLOW_SHOWN_MAX = 60,        // nodes that are drawn
    FLOW_LAYER_SHOWN_MAX = 14,  // of one layer: they stand below each other on a page
    FLOW_EDGES_SHOWN_MAX = 240, // those of the largest amounts; the picture says how many are left out
};

struct flow_node {
    uint32_t layer; // 0: where the money came from
    FlowRole role;
    Slice lines[FLOW_LINES_MAX]; // such as holder, account, bank; empty ones are left out
};

// All that went from one node to another.
struct flow_edge {
    uint32_t from, to; // places in the list of nodes; not the same
    int64_t amount_fen;
    uint32_t count; // of transfers
    int64_t first_us, last_us;
};

struct figure_flow {
    PaperLanguage language;
    Slice title;
    const struct flow_node *nodes;
    uint32_t node_count;
    const struct flow_edge *edges;
    uint32_t edge_count;
    int64_t offset_us; // of the zone of the labels
};

// Where there are more nodes than can be read, those of a layer through which least went become one, "12 others". What was folded is told by
// figure_flow_folded(). Edges between the same two nodes become one.
MUST_USE Status figure_flow(const struct figure_flow *flow, struct arena *arena, const struct figure **ret_figure, struct diag *diag);
// One byte for each node that was given: whether it was folded into the others of its layer. They are the figure's.
const bool *figure_flow_folded(const struct figure *figure, uint32_t *ret_count);

// ---- all of them ----

Slice figure_title(const struct figure *figure);
// A file with the title, white below. Text is text.
MUST_USE Status figure_write_svg(const struct figure *figure, struct fonts *fonts, struct buf *out, struct diag *diag);
// The same as pixels, `dots` of them an inch (72 to 600).
MUST_USE Status figure_write_png(const struct figure *figure, struct fonts *fonts, uint32_t dots, struct buf *out, struct diag *diag);
