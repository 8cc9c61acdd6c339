// Hops: how far it is from one node to another, counted in bonds, and over which.

#include "graph/private.h"

// A search that goes out from its sources ring by ring. `via` may be NULL.
struct search {
    struct view view;
    GraphDirection direction;
    uint32_t hops_max;
    uint32_t *hops;
    uint32_t *queue;
    uint32_t begin, end; // of what waits in the queue
};

static void search_init(struct search *search, const struct graph *graph,
                        const struct graph_filter *filter, GraphDirection direction,
                        uint32_t hops_max, uint32_t *hops, struct arena *arena) {
    *search = (struct search){
        .direction = direction, .hops_max = hops_max == 0 ? GRAPH_NONE : hops_max, .hops = hops};
    view_init(&search->view, graph, filter, arena_alloc(arena, graph->node_count));
    search->queue = arena_alloc_raw(arena, sizeof *search->queue * graph->node_count);
    memset(hops, 0xff, sizeof *hops * graph->node_count);
}

static void reach(struct search *search, uint32_t node, uint32_t hops) {
    if (search->hops[node] == GRAPH_NONE) {
        search->hops[node] = hops;
        search->queue[search->end++] = node;
    }
}

// Whether a bond leads from `node` to its other end.
static bool leads_on(const struct search *search, const struct graph_edge *edge, uint32_t node) {
    bool directed = (search->view.graph->directed_kinds >> edge->kind & 1) != 0;
    return search->direction == GRAPH_EITHER || !directed ||
           (search->direction == GRAPH_FORWARD) == (edge->from == node);
}

static void look_around(struct search *search, uint32_t node) {
    uint32_t hops = search->hops[node];
    if (hops >= search->hops_max || (hops > 0 && view_is_hub(&search->view, node))) {
        return;
    }
    const struct graph *graph = search->view.graph;
    struct graph_bonds walk = graph_bonds(graph, node);
    uint32_t edge;
    uint32_t other;
    while (graph_bonds_next(&walk, &edge, &other)) {
        if (search->hops[other] == GRAPH_NONE && view_has(&search->view, &graph->edges[edge]) &&
            leads_on(search, &graph->edges[edge], node)) {
            reach(search, other, hops + 1);
        }
    }
}

uint32_t *graph_hops(const struct graph *graph, const struct graph_filter *filter,
                     const uint32_t *sources, uint32_t source_count, GraphDirection direction,
                     uint32_t hops_max, struct arena *arena) {
    uint32_t *hops = arena_alloc_raw(arena, sizeof *hops * graph->node_count);
    ArenaMark mark = arena_mark(arena);
    struct search search;
    search_init(&search, graph, filter, direction, hops_max, hops, arena);
    for (uint32_t i = 0; i < source_count; i++) {
        INVARIANT(sources[i] < graph->node_count);
        reach(&search, sources[i], 0);
    }
    while (search.begin < search.end) {
        look_around(&search, search.queue[search.begin++]);
    }
    arena_rewind(arena, mark);
    return hops;
}

// ---- paths -------------------------------------------------------------------------------------

// Of the bonds that lead to `node` from a node one hop nearer the first, which is that of the
// smallest node; the nearer node may not be a hub unless it is the source.
static uint32_t step_back(struct search *search, uint32_t node, uint32_t *ret_nearer) {
    struct graph_bonds walk = graph_bonds(search->view.graph, node);
    uint32_t edge;
    uint32_t other;
    while (graph_bonds_next(&walk, &edge, &other)) {
        const struct graph_edge *bond = &search->view.graph->edges[edge];
        if (search->hops[other] == search->hops[node] - 1 && view_has(&search->view, bond) &&
            leads_on(search, bond, other) &&
            (search->hops[other] == 0 || !view_is_hub(&search->view, other))) {
            *ret_nearer = other;
            return edge;
        }
    }
    INVARIANT(false); // it was reached from somewhere
}

static void walk_back(struct search *search, uint32_t to, struct graph_path *path) {
    uint32_t node = to;
    for (uint32_t hop = path->hops; hop > 0; hop--) {
        path->nodes[hop] = node;
        path->edges[hop - 1] = step_back(search, node, &node);
    }
    path->nodes[0] = node;
}

struct graph_path graph_path(const struct graph *graph, const struct graph_filter *filter,
                             uint32_t from, uint32_t to, GraphDirection direction,
                             uint32_t hops_max, struct arena *arena) {
    INVARIANT(from < graph->node_count && to < graph->node_count);
    struct arena work;
    arena_init(&work, WORK_BLOCK);
    struct search search;
    uint32_t *hops = arena_alloc_raw(&work, sizeof *hops * graph->node_count);
    search_init(&search, graph, filter, direction, hops_max, hops, &work);
    reach(&search, from, 0);
    while (search.begin < search.end && hops[to] == GRAPH_NONE) {
        look_around(&search, search.queue[search.begin++]);
    }
    struct graph_path path = {.hops = hops[to], .found = hops[to] != GRAPH_NONE};
    if (path.found) {
        path.nodes = ARENA_ARRAY(arena, uint32_t, (size_t)path.hops + 1);
        path.edges = ARENA_ARRAY(arena, uint32_t, path.hops);
        walk_back(&search, to, &path);
    }
    arena_deinit(&work);
    return path;
}
