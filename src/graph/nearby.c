// Nearby: pushing, and opening nodes as late as it goes.

#include "graph/nearby.h"

#include <stdlib.h>

enum { STEPS_PER_EDGE = 8 }; // that may be pushed over for each bond that may be looked at

void nearby_init(struct nearby *nearby, const struct graph *graph,
                 const struct graph_filter *filter, const struct graph_gang_options *options,
                 struct arena *arena) {
    *nearby = (struct nearby){
        .restart = options->restart,
        .precision = options->precision / graph->mean_weight,
        .nodes_max = options->nodes_max,
        .steps_max = (uint64_t)options->edges_max * STEPS_PER_EDGE,
        .arena = arena,
    };
    // Not of the arena: what is not touched of these costs nothing.
    view_init(&nearby->view, graph, filter, memory_alloc(graph->node_count));
    nearby->view.seen_max = options->edges_max;
    nearby->place_of = memory_alloc(sizeof *nearby->place_of * graph->node_count);
    nearby->places = arena_alloc_raw(arena, sizeof *nearby->places * nearby->nodes_max);
    nearby->queue = arena_alloc_raw(arena, sizeof *nearby->queue * nearby->nodes_max);
}

void nearby_deinit(struct nearby *nearby) {
    free(nearby->view.hubness);
    free(nearby->place_of);
}

// The place of a node, or NULL when there is no more room.
static struct place *reach(struct nearby *nearby, uint32_t node) {
    uint32_t known = nearby->place_of[node];
    if (known > 0) {
        return &nearby->places[known - 1];
    }
    if (nearby->place_count == nearby->nodes_max) {
        nearby->cuts |= GRAPH_CUT_NODES;
        return NULL;
    }
    struct place *place = &nearby->places[nearby->place_count++];
    *place = (struct place){.node = node};
    nearby->place_of[node] = nearby->place_count;
    return place;
}

static void put_tie(struct nearby *nearby, uint32_t row, uint32_t node, double weight) {
    if (nearby->ties.count > row && nearby->ties.at[nearby->ties.count - 1].node == node) {
        nearby->ties.at[nearby->ties.count - 1].weight += weight;
        return;
    }
    struct tie *tie = VEC_PUSH(&nearby->ties, nearby->arena);
    *tie = (struct tie){node, weight};
}

// Reads the bonds of a node. False: that would be too many.
static bool open_place(struct nearby *nearby, struct place *place) {
    if (place->is_open || place->is_closed) {
        return place->is_open;
    }
    const struct graph *graph = nearby->view.graph;
    if (nearby->view.seen + degree_of(graph, place->node) > nearby->view.seen_max) {
        nearby->cuts |= GRAPH_CUT_EDGES;
        place->is_closed = true;
        return false;
    }
    place->is_open = true;
    place->row = nearby->ties.count;
    struct graph_bonds walk = graph_bonds(graph, place->node);
    uint32_t edge;
    uint32_t other;
    while (view_next(&nearby->view, &walk, &edge, &other)) {
        double weight = graph->edges[edge].weight;
        if (weight > 0) {
            put_tie(nearby, place->row, other, weight);
            place->strength += weight;
        }
    }
    place->row_end = nearby->ties.count;
    return true;
}

static void enqueue(struct nearby *nearby, struct place *place) {
    uint32_t at = nearby->queue_begin + nearby->queue_count;
    nearby->queue[at >= nearby->nodes_max ? at - nearby->nodes_max : at] =
        (uint32_t)(place - nearby->places);
    nearby->queue_count++;
    place->is_queued = true;
}

static struct place *dequeue(struct nearby *nearby) {
    struct place *place = &nearby->places[nearby->queue[nearby->queue_begin]];
    nearby->queue_begin++;
    nearby->queue_begin = nearby->queue_begin == nearby->nodes_max ? 0 : nearby->queue_begin;
    nearby->queue_count--;
    place->is_queued = false;
    return place;
}

// Queues a place that has enough rest. Its strength is at least what pushed neighbours have told,
// which spares opening most of those at the rim.
static void consider(struct nearby *nearby, struct place *place) {
    if (!place->is_queued && place->rest >= nearby->precision * place->met &&
        open_place(nearby, place) && place->rest >= nearby->precision * place->strength) {
        enqueue(nearby, place);
    }
}

static void push(struct nearby *nearby, struct place *place) {
    bool is_first = place->ends == 0;
    double rest = place->rest;
    place->ends += nearby->restart * rest;
    place->rest = 0;
    double shared = place->strength > 0 ? (1 - nearby->restart) * rest / place->strength : 0;
    for (uint32_t i = place->row; i < place->row_end; i++) {
        struct tie tie = nearby->ties.at[i];
        struct place *other = reach(nearby, tie.node);
        if (other != NULL) {
            other->met += is_first ? tie.weight : 0;
            other->rest += shared * tie.weight;
            consider(nearby, other);
        }
    }
    nearby->steps += place->row_end - place->row;
}

void nearby_walk(struct nearby *nearby, uint32_t seed) {
    struct place *first = reach(nearby, seed);
    first->rest = 1;
    consider(nearby, first);
    while (nearby->queue_count > 0 && nearby->steps < nearby->steps_max) {
        push(nearby, dequeue(nearby));
    }
    nearby->cuts |= nearby->queue_count > 0 ? GRAPH_CUT_EDGES : 0;
}
