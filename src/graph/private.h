#pragma once
// What the files of this room share about a graph: how it lies in memory, and a view of it through
// a filter.

#include "base/bits.h"
#include "graph/graph.h"

// Where it is not known beforehand how much a result takes, working memory is an arena of its own.
enum { WORK_BLOCK = 1 << 20 };

// Bonds lie in the order of from, to, kind. Those that a node is the `from` of are therefore a
// range; for the others there is a second array of numbers, in the order of to, from, kind.
//
//     node           0        1        2
//     out_start      0        2        3        3
//     edges          0>1 0>2  1>2
//     in_start       0  0     1        3
//     in                0     1 2                  (numbers of edges)
struct graph {
    uint32_t node_count;
    uint32_t edge_count;
    uint64_t directed_kinds;
    uint8_t *node_kinds;
    struct graph_edge *edges;
    uint32_t *in;
    uint32_t *out_start; // node_count + 1
    uint32_t *in_start;  // node_count + 1
    double mean_weight;  // of a bond; 1 where there are none or all weigh nothing
    double total_weight;
    uint32_t merged;
    uint32_t loops;
};

static inline uint32_t degree_of(const struct graph *graph, uint32_t node) {
    return graph->out_start[node + 1] - graph->out_start[node] + graph->in_start[node + 1] -
           graph->in_start[node];
}

// ---- a view ------------------------------------------------------------------------------------

typedef enum Hubness { HUB_UNKNOWN, HUB_NO, HUB_BY_DEGREE, HUB_BY_NAME, HUB_BY_COST } Hubness;

// A graph through a filter. Whether a node is a hub is found out when it is first asked.
struct view {
    const struct graph *graph;
    struct graph_filter filter;
    bool any_time;
    uint8_t *hubness;  // Hubness, by node
    uint64_t seen;     // bonds that were looked at
    uint64_t seen_max; // to find out whether a node is a hub no more are looked at; 0: no bound
};

// `hubness` is zeroed, a byte for each node, and stays the caller's.
void view_init(struct view *view, const struct graph *graph, const struct graph_filter *filter,
               uint8_t *hubness);
bool view_has(const struct view *view, const struct graph_edge *edge);
bool view_is_hub(struct view *view, uint32_t node);
// How many neighbours make a hub of a node; 0: no number does.
uint32_t view_hub_degree(const struct view *view, uint32_t node);

// The next bond that counts and does not lead to a hub.
static inline bool view_next(struct view *view, struct graph_bonds *walk, uint32_t *ret_edge,
                             uint32_t *ret_other) {
    while (graph_bonds_next(walk, ret_edge, ret_other)) {
        view->seen++;
        if (view_has(view, &view->graph->edges[*ret_edge]) && !view_is_hub(view, *ret_other)) {
            return true;
        }
    }
    return false;
}
