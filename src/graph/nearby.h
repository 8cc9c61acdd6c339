#pragma once
// Nearby: the neighbourhood of one node, reached by a random walk that goes back to it.
//
// At each step the walk ends with the probability `restart`, else follows a bond of where it is by
// weight. Where it ends is a distribution over nodes. It is computed by pushing (Andersen, Chung,
// Lang, Local Graph Partitioning using PageRank Vectors, 2006): each node has an `ends` and a
// `rest`; at first all rest is 1 at the seed. Pushing a node moves `restart` of its rest to its
// ends and shares the other part among its neighbours. A node is pushed as long as its rest is at
// least `precision` times its strength; so what is missing of the ends of a node is less than
// `precision` times its strength, and only nodes near the seed are ever looked at.

#include "graph/private.h"

#include "base/vec.h"

// A neighbour and all weight between.
struct tie {
    uint32_t node;
    double weight;
};

// One node that was reached.
struct place {
    uint32_t node;
    uint32_t row, row_end; // in ties, when it is open
    double ends;
    double rest;
    double strength; // when it is open
    double met;      // of its strength: what is known from pushed neighbours
    bool is_open;
    bool is_closed; // it would have taken too long to open it
    bool is_queued;
};

struct nearby {
    struct view view;
    double restart;
    double precision;
    uint32_t nodes_max;
    uint32_t *place_of; // by node: 1 + its place; 0: not reached
    struct place *places;
    uint32_t place_count;
    VEC(struct tie) ties;
    uint32_t *queue; // a ring of nodes_max places
    uint32_t queue_begin, queue_count;
    uint64_t steps, steps_max; // ties that were pushed over
    uint32_t cuts;
    struct arena *arena;
};

// `options` hold no zeroes any more.
void nearby_init(struct nearby *nearby, const struct graph *graph,
                 const struct graph_filter *filter, const struct graph_gang_options *options,
                 struct arena *arena);
void nearby_deinit(struct nearby *nearby);
// Walks from the seed, which is no hub. The seed has place 0.
void nearby_walk(struct nearby *nearby, uint32_t seed);
