// View: a graph through a filter, without copying it.

#include "graph/private.h"

void view_init(struct view *view, const struct graph *graph, const struct graph_filter *filter,
               uint8_t *hubness) {
    static const struct graph_filter everything = {0};
    *view = (struct view){.graph = graph, .filter = filter == NULL ? everything : *filter};
    view->filter.edge_kinds = view->filter.edge_kinds == 0 ? UINT64_MAX : view->filter.edge_kinds;
    view->any_time = view->filter.from_us == view->filter.to_us;
    view->hubness = hubness;
}

bool view_has(const struct view *view, const struct graph_edge *edge) {
    const struct graph_filter *filter = &view->filter;
    return (filter->edge_kinds >> edge->kind & 1) != 0 && edge->weight >= filter->weight_min &&
           (view->any_time || (edge->last_us >= filter->from_us && edge->first_us < filter->to_us));
}

uint32_t view_hub_degree(const struct view *view, uint32_t node) {
    const struct graph_filter *filter = &view->filter;
    uint32_t of_kind =
        filter->hub_degrees == NULL ? 0 : filter->hub_degrees[view->graph->node_kinds[node]];
    return of_kind > 0 ? of_kind : filter->hub_degree;
}

// Whether a node has more neighbours than `most`, over bonds that count.
static bool has_more(struct view *view, uint32_t node, uint32_t most) {
    struct graph_bonds walk = graph_bonds(view->graph, node);
    uint32_t edge;
    uint32_t other;
    uint32_t last = GRAPH_NONE;
    uint32_t neighbours = 0;
    while (neighbours <= most && graph_bonds_next(&walk, &edge, &other)) {
        view->seen++;
        if (other != last && view_has(view, &view->graph->edges[edge])) {
            neighbours++;
            last = other;
        }
    }
    return neighbours > most;
}

static Hubness find_out(struct view *view, uint32_t node) {
    if (view->filter.hubs != NULL && bits_test(view->filter.hubs, node)) {
        return HUB_BY_NAME;
    }
    uint32_t most = view_hub_degree(view, node);
    uint32_t bonds = degree_of(view->graph, node);
    if (most == 0 || bonds <= most) {
        return HUB_NO;
    }
    if (view->seen_max > 0 && view->seen + bonds > view->seen_max) {
        return HUB_BY_COST;
    }
    return has_more(view, node, most) ? HUB_BY_DEGREE : HUB_NO;
}

bool view_is_hub(struct view *view, uint32_t node) {
    if (view->hubness[node] == HUB_UNKNOWN) {
        view->hubness[node] = (uint8_t)find_out(view, node);
    }
    return view->hubness[node] != HUB_NO;
}
