#pragma once
// Level: a weighted graph in rows, as communities are looked for in it. The first level is a view
// of the graph; in each further one the nodes are groups of nodes of the level below.
//
// Every bond stands in the rows of both its ends, once for each neighbour. What lies inside a node
// stands apart, counted twice, so that the strength of a node is all weight at its ends.

#include "graph/private.h"

struct level {
    uint32_t node_count;
    uint32_t *start; // node_count + 1
    uint32_t *neighbour;
    double *weight;
    double *inner;    // by node: twice the weight inside it
    double *strength; // by node
    double total;     // of all strengths
};

// Bonds between nodes that are no hubs; those without weight bind nothing.
void level_of_view(struct level *level, struct view *view, struct arena *arena);
// `group_of` names one of `group_count` groups for every node.
void level_of_groups(struct level *level, const struct level *below, const uint32_t *group_of,
                     uint32_t group_count, struct arena *arena);
// Of groups whose numbers are below `group_count`.
double level_modularity(const struct level *level, const uint32_t *group_of, uint32_t group_count,
                        double resolution, struct arena *arena);

// ---- moving and refining -----------------------------------------------------------------------

// Nodes in communities, and what is needed to move them. Numbers of communities are below the
// number of nodes.
struct moving {
    const struct level *level;
    double resolution;
    uint32_t *community; // by node
    double *total;       // by community: strength of its nodes
    uint32_t *size;      // by community: nodes
    uint32_t *unused;    // communities without nodes, as a stack
    uint32_t unused_count;
    double *link;      // by community: weight of the node at hand to it
    uint32_t *touched; // communities whose link is not 0
    uint32_t touched_count;
    uint32_t *queue; // a ring of node_count
    uint32_t queue_begin, queue_count;
    uint8_t *queued; // by node
};

// `community` is the caller's, and is changed; `order` is how the nodes are looked at first.
void moving_init(struct moving *moving, const struct level *level, uint32_t *community,
                 const uint32_t *order, double resolution, struct arena *arena);
// Moves nodes until none gains, and gives how often one moved. `*ret_cut`: it took too long.
uint64_t moving_run(struct moving *moving, bool *ret_cut);
// Splits communities into refined ones, each connected; gives their number. They are numbered in
// the order of their smallest nodes.
uint32_t moving_refine(struct moving *moving, const uint32_t *order, uint32_t *refined,
                       struct arena *arena);
// Numbers groups anew, from 0 in the order of their smallest nodes; gives their number. GRAPH_NONE
// stays. Numbers were below node_count.
uint32_t number_anew(uint32_t *group_of, uint32_t node_count, struct arena *arena);
