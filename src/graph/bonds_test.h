#pragma once
// Bonds for tests: graphs made of pairs, and at random.

#include "base/random.h"
#include "base/test.h"
#include "graph/graph.h"

#include <stdlib.h>

struct bonds {
    struct arena arena;
    struct diag diag;
    struct graph_edge *edges;
    uint8_t *node_kinds;
    uint32_t edge_count, node_count;
    uint64_t directed_kinds;
    struct graph *graph;
};

static inline void bonds_init(struct bonds *bonds, uint32_t node_count, uint32_t edge_room) {
    *bonds = (struct bonds){.node_count = node_count};
    arena_init(&bonds->arena, 1 << 16);
    bonds->edges = memory_alloc(sizeof *bonds->edges * edge_room);
    bonds->node_kinds = memory_alloc(node_count);
}

static inline void bonds_deinit(struct bonds *bonds) {
    graph_destroy(bonds->graph);
    free(bonds->edges);
    free(bonds->node_kinds);
    arena_deinit(&bonds->arena);
}

static inline void bonds_put(struct bonds *bonds, uint32_t from, uint32_t to, double weight) {
    bonds->edges[bonds->edge_count++] =
        (struct graph_edge){.from = from, .to = to, .weight = weight};
}

static inline Status bonds_make(struct bonds *bonds) {
    struct graph_plan plan = {bonds->node_kinds, bonds->node_count, bonds->directed_kinds,
                              bonds->edges, bonds->edge_count};
    return graph_create(&plan, &bonds->arena, &bonds->graph, &bonds->diag);
}

// `kinds` kinds of bonds, every other one directed; duplicates and bonds with oneself among them.
static inline void bonds_put_random(struct bonds *bonds, struct random *random, uint32_t count,
                                    uint32_t kinds) {
    bonds->directed_kinds = UINT64_C(0x5555555555555555);
    for (uint32_t i = 0; i < count; i++) {
        int64_t first = (int64_t)random_below(random, 1000);
        bonds->edges[bonds->edge_count++] = (struct graph_edge){
            .from = (uint32_t)random_below(random, bonds->node_count),
            .to = (uint32_t)random_below(random, bonds->node_count),
            .count = (uint32_t)random_below(random, 4),
            .kind = (uint8_t)random_below(random, kinds),
            .amount = (int64_t)random_below(random, 100000) - 1000,
            .first_us = first,
            .last_us = first + (int64_t)random_below(random, 1000),
            .weight = (double)random_below(random, 9) / 4,
        };
    }
}

// A filter of any sort, for a graph of few nodes.
static inline struct graph_filter filter_random(struct random *random, uint64_t *hubs) {
    int64_t from = (int64_t)random_below(random, 1500);
    bool timed = random_below(random, 2) == 0;
    *hubs = random_u64(random) & random_u64(random) & random_u64(random);
    return (struct graph_filter){
        .edge_kinds = random_below(random, 2) == 0 ? 0 : 1 + random_below(random, 15),
        .from_us = timed ? from : 0,
        .to_us = timed ? from + 1 + (int64_t)random_below(random, 500) : 0,
        .weight_min = (double)random_below(random, 4) / 4,
        .hub_degree = (uint32_t)random_below(random, 12),
        .hubs = random_below(random, 2) == 0 ? hubs : NULL,
    };
}
