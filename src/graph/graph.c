// Graph: making one, and looking at what it holds.

#include "graph/private.h"

#include <stdlib.h>

// What a bond is sorted by, and where it stands in the input.
struct key {
    uint32_t from, to, kind, index;
};

// ---- checks ------------------------------------------------------------------------------------

static Status check_sizes(const struct graph_plan *plan, struct arena *arena, struct diag *diag) {
    if (plan->node_count > GRAPH_NODES_MAX || plan->edge_count > GRAPH_EDGES_MAX) {
        Status status = diag_fail(diag, arena, STATUS_LIMIT, "GR006",
                                  "%u nodes and %u bonds are more than a graph holds",
                                  plan->node_count, plan->edge_count);
        diag->hint = SLICE("at most 268,435,456 of either: choose a shorter time or fewer kinds");
        return status;
    }
    for (uint32_t i = 0; plan->node_kinds != NULL && i < plan->node_count; i++) {
        if (plan->node_kinds[i] >= GRAPH_KINDS_MAX) {
            return diag_fail(diag, arena, STATUS_INVALID, "GR002",
                             "node %u is of kind %u; kinds are below %d", i, plan->node_kinds[i],
                             GRAPH_KINDS_MAX);
        }
    }
    return STATUS_OK;
}

static Status check_edge(const struct graph_plan *plan, uint32_t index, struct arena *arena,
                         struct diag *diag) {
    const struct graph_edge *edge = &plan->edges[index];
    if (edge->from >= plan->node_count || edge->to >= plan->node_count) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR001",
                         "bond %u joins nodes %u and %u, and there are %u", index, edge->from,
                         edge->to, plan->node_count);
    }
    if (edge->kind >= GRAPH_KINDS_MAX) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR002",
                         "bond %u is of kind %u; kinds are below %d", index, edge->kind,
                         GRAPH_KINDS_MAX);
    }
    if (!(edge->weight >= 0 && edge->weight <= GRAPH_WEIGHT_MAX)) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR003",
                         "bond %u weighs %g; a weight lies between 0 and 1e100", index,
                         edge->weight);
    }
    if (edge->first_us > edge->last_us) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR004",
                         "bond %u was last seen before it was first seen", index);
    }
    return STATUS_OK;
}

// ---- sorting -----------------------------------------------------------------------------------

static uint32_t field_of(const struct key *key, size_t offset) {
    return *(const uint32_t *)((const char *)key + offset);
}

// A counting sort that keeps the order of equal ones. `starts` has room for one more than there are
// values.
static void sort_by(size_t offset, const struct key *keys, uint32_t count, struct key *sorted,
                    uint32_t *starts, uint32_t value_count) {
    memset(starts, 0, sizeof *starts * ((size_t)value_count + 1));
    for (uint32_t i = 0; i < count; i++) {
        starts[field_of(&keys[i], offset) + 1]++;
    }
    for (uint32_t value = 0; value < value_count; value++) {
        starts[value + 1] += starts[value];
    }
    for (uint32_t i = 0; i < count; i++) {
        sorted[starts[field_of(&keys[i], offset)]++] = keys[i];
    }
}

static Status make_keys(const struct graph_plan *plan, struct key *keys, uint32_t *ret_count,
                        struct arena *arena, struct diag *diag) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->edge_count; i++) {
        TRY(check_edge(plan, i, arena, diag));
        const struct graph_edge *edge = &plan->edges[i];
        bool turned = edge->from > edge->to && (plan->directed_kinds >> edge->kind & 1) == 0;
        if (edge->from != edge->to) {
            keys[count++] = (struct key){turned ? edge->to : edge->from,
                                         turned ? edge->from : edge->to, edge->kind, i};
        }
    }
    *ret_count = count;
    return STATUS_OK;
}

static struct key *sorted_keys(const struct graph_plan *plan, struct key *keys, uint32_t count,
                               struct key *room, struct arena *arena) {
    uint32_t values = plan->node_count > GRAPH_KINDS_MAX ? plan->node_count : GRAPH_KINDS_MAX;
    uint32_t *starts = arena_alloc_raw(arena, sizeof *starts * ((size_t)values + 1));
    sort_by(offsetof(struct key, kind), keys, count, room, starts, GRAPH_KINDS_MAX);
    sort_by(offsetof(struct key, to), room, count, keys, starts, plan->node_count);
    sort_by(offsetof(struct key, from), keys, count, room, starts, plan->node_count);
    return room;
}

// ---- merging -----------------------------------------------------------------------------------

static bool same_bond(const struct key *left, const struct key *right) {
    return left->from == right->from && left->to == right->to && left->kind == right->kind;
}

static uint32_t seen(const struct graph_edge *edge) {
    return edge->count == 0 ? 1 : edge->count;
}

static bool merge_into(struct graph_edge *edge, const struct graph_edge *more) {
    edge->first_us = edge->first_us < more->first_us ? edge->first_us : more->first_us;
    edge->last_us = edge->last_us > more->last_us ? edge->last_us : more->last_us;
    edge->weight += more->weight;
    return !__builtin_add_overflow(edge->count, seen(more), &edge->count) &&
           !__builtin_add_overflow(edge->amount, more->amount, &edge->amount);
}

static Status merge(struct graph *graph, const struct graph_plan *plan, const struct key *keys,
                    uint32_t count, struct arena *arena, struct diag *diag) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        kept += i == 0 || !same_bond(&keys[i - 1], &keys[i]);
    }
    graph->edges = memory_alloc(sizeof *graph->edges * kept);
    for (uint32_t i = 0; i < count; i++) {
        const struct graph_edge *edge = &plan->edges[keys[i].index];
        if (i == 0 || !same_bond(&keys[i - 1], &keys[i])) {
            struct graph_edge *room = &graph->edges[graph->edge_count++];
            *room = *edge;
            room->from = keys[i].from;
            room->to = keys[i].to;
            room->count = seen(edge);
        } else if (!merge_into(&graph->edges[graph->edge_count - 1], edge)) {
            return diag_fail(diag, arena, STATUS_INVALID, "GR005",
                             "all bonds of nodes %u and %u together are too large to be added",
                             keys[i].from, keys[i].to);
        }
    }
    graph->merged = count - kept;
    return STATUS_OK;
}

// ---- rows --------------------------------------------------------------------------------------

static void make_rows(struct graph *graph) {
    size_t starts = (size_t)graph->node_count + 1;
    graph->out_start = memory_alloc(sizeof *graph->out_start * starts);
    graph->in_start = memory_alloc(sizeof *graph->in_start * starts);
    graph->in = memory_alloc(sizeof *graph->in * graph->edge_count);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        graph->out_start[graph->edges[i].from + 1]++;
        graph->in_start[graph->edges[i].to + 1]++;
        graph->total_weight += graph->edges[i].weight;
    }
    for (uint32_t node = 0; node < graph->node_count; node++) {
        graph->out_start[node + 1] += graph->out_start[node];
        graph->in_start[node + 1] += graph->in_start[node];
    }
    // Placing moves each start to the next one's; going down the list moves them back.
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        graph->in[graph->in_start[graph->edges[i].to]++] = i;
    }
    for (uint32_t node = graph->node_count; node > 0; node--) {
        graph->in_start[node] = graph->in_start[node - 1];
    }
    graph->in_start[0] = 0;
    double mean = graph->edge_count == 0 ? 0 : graph->total_weight / graph->edge_count;
    graph->mean_weight = mean > 0 ? mean : 1;
}

static Status fill(struct graph *graph, const struct graph_plan *plan, struct arena *arena,
                   struct diag *diag) {
    size_t room = sizeof(struct key) * plan->edge_count;
    struct key *keys = arena_alloc_raw(arena, room);
    uint32_t count;
    TRY(make_keys(plan, keys, &count, arena, diag));
    graph->loops = plan->edge_count - count;
    keys = sorted_keys(plan, keys, count, arena_alloc_raw(arena, room), arena);
    TRY(merge(graph, plan, keys, count, arena, diag));
    make_rows(graph);
    return STATUS_OK;
}

Status graph_create(const struct graph_plan *plan, struct arena *arena, struct graph **ret_graph,
                    struct diag *diag) {
    TRY(check_sizes(plan, arena, diag));
    struct graph *graph = memory_alloc(sizeof *graph);
    graph->node_count = plan->node_count;
    graph->directed_kinds = plan->directed_kinds;
    graph->node_kinds = memory_alloc(plan->node_count);
    if (plan->node_kinds != NULL && plan->node_count > 0) {
        memcpy(graph->node_kinds, plan->node_kinds, plan->node_count);
    }
    ArenaMark mark = arena_mark(arena);
    Status status = fill(graph, plan, arena, diag);
    if (status != STATUS_OK) { // the message lies behind the mark
        graph_destroy(graph);
        return status;
    }
    arena_rewind(arena, mark);
    *ret_graph = graph;
    return STATUS_OK;
}

void graph_destroy(struct graph *graph) {
    if (graph == NULL) {
        return;
    }
    free(graph->node_kinds);
    free(graph->edges);
    free(graph->in);
    free(graph->out_start);
    free(graph->in_start);
    free(graph);
}

// ---- looking at it -----------------------------------------------------------------------------

struct graph_counts graph_counts(const struct graph *graph) {
    uint64_t nodes = graph->node_count;
    uint64_t edges = graph->edge_count;
    return (struct graph_counts){
        .nodes = graph->node_count,
        .edges = graph->edge_count,
        .merged = graph->merged,
        .loops = graph->loops,
        .bytes = sizeof *graph + nodes * sizeof *graph->node_kinds +
                 (nodes + 1) * (sizeof *graph->out_start + sizeof *graph->in_start) +
                 edges * (sizeof *graph->edges + sizeof *graph->in),
    };
}

uint8_t graph_node_kind(const struct graph *graph, uint32_t node) {
    INVARIANT(node < graph->node_count);
    return graph->node_kinds[node];
}

const struct graph_edge *graph_edge(const struct graph *graph, uint32_t edge) {
    INVARIANT(edge < graph->edge_count);
    return &graph->edges[edge];
}

struct graph_bonds graph_bonds(const struct graph *graph, uint32_t node) {
    INVARIANT(node < graph->node_count);
    return (struct graph_bonds){graph, graph->out_start[node], graph->out_start[node + 1],
                                graph->in_start[node], graph->in_start[node + 1]};
}

bool graph_bonds_next(struct graph_bonds *walk, uint32_t *ret_edge, uint32_t *ret_other) {
    const struct graph *graph = walk->graph;
    bool has_out = walk->out < walk->out_end;
    if (!has_out && walk->in == walk->in_end) {
        return false;
    }
    uint32_t in_edge = walk->in < walk->in_end ? graph->in[walk->in] : 0;
    if (walk->in == walk->in_end ||
        (has_out && graph->edges[walk->out].to <= graph->edges[in_edge].from)) {
        *ret_edge = walk->out++;
        *ret_other = graph->edges[*ret_edge].to;
    } else {
        walk->in++;
        *ret_edge = in_edge;
        *ret_other = graph->edges[in_edge].from;
    }
    return true;
}
