// Components: who is bound to whom, by union-find.
//
// A node's parent is never larger than itself, so that the root of a component is its smallest
// node. Finding halves the path that it walks.

#include "graph/private.h"

static uint32_t root_of(uint32_t *parent, uint32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

static void unite(uint32_t *parent, uint32_t left, uint32_t right) {
    left = root_of(parent, left);
    right = root_of(parent, right);
    if (left < right) {
        parent[right] = left;
    } else {
        parent[left] = right;
    }
}

// From roots to numbers: a root comes before all others of its component.
static void number_groups(struct graph_partition *partition, struct view *view) {
    uint32_t *group = partition->group_of;
    for (uint32_t node = 0; node < view->graph->node_count; node++) {
        if (view_is_hub(view, node)) {
            group[node] = GRAPH_NONE;
            partition->hub_count++;
        } else if (group[node] == node) {
            group[node] = partition->group_count++;
        } else {
            group[node] = group[group[node]];
        }
    }
}

struct graph_partition graph_components(const struct graph *graph,
                                        const struct graph_filter *filter, struct arena *arena) {
    struct graph_partition partition = {0};
    uint32_t *parent = arena_alloc_raw(arena, sizeof *parent * graph->node_count);
    ArenaMark mark = arena_mark(arena);
    struct view view;
    view_init(&view, graph, filter, arena_alloc(arena, graph->node_count));
    for (uint32_t node = 0; node < graph->node_count; node++) {
        parent[node] = node;
    }
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        if (view_has(&view, edge) && !view_is_hub(&view, edge->from) &&
            !view_is_hub(&view, edge->to)) {
            unite(parent, edge->from, edge->to);
        }
    }
    // Down the tree, so that every node points at its root when they are numbered.
    for (uint32_t node = 0; node < graph->node_count; node++) {
        parent[node] = parent[parent[node]];
    }
    partition.group_of = parent;
    number_groups(&partition, &view);
    arena_rewind(arena, mark);
    return partition;
}

struct graph_members graph_members(const struct graph_partition *partition, uint32_t node_count,
                                   struct arena *arena) {
    uint32_t *start = ARENA_ARRAY(arena, uint32_t, (size_t)partition->group_count + 1);
    for (uint32_t node = 0; node < node_count; node++) {
        if (partition->group_of[node] != GRAPH_NONE) {
            start[partition->group_of[node] + 1]++;
        }
    }
    for (uint32_t group = 0; group < partition->group_count; group++) {
        start[group + 1] += start[group];
    }
    uint32_t total = start[partition->group_count];
    uint32_t *nodes = arena_alloc_raw(arena, sizeof *nodes * total);
    for (uint32_t node = node_count; node > 0; node--) {
        uint32_t group = partition->group_of[node - 1];
        if (group != GRAPH_NONE) {
            nodes[--start[group + 1]] = node - 1;
        }
    }
    // Every start has come down to that of the group before it.
    memmove(start, start + 1, sizeof *start * partition->group_count);
    start[partition->group_count] = total;
    return (struct graph_members){start, nodes};
}
