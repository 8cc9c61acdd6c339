// Sweep: places are taken in, one after the other; after each, what is connected with the seed is a
// candidate. The one with the smallest conductance wins, the smaller of two.
//
// What is connected is a tree of union-find over ranks, and each root knows the strength, the
// weight inside and the accounts of its part.
//
// Conductance is  cut / min(volume, rest of the volume). The rest is that of the whole graph, but
// where the walk has seen a whole component of it, that of the component. The component itself,
// with nothing cut, is then what is proposed if no part of it is cut off well enough; and of a
// small one, only a part that hardly anything binds to the rest goes for the whole.

#include "graph/sweep.h"

#include <math.h>
#include <stdlib.h>

struct part {
    uint32_t parent; // rank
    uint32_t accounts;
    double volume;
    double inside; // weight, each bond once
};

struct taking {
    struct nearby *nearby;
    const struct graph_gang_options *options;
    uint32_t *order;    // places by rank
    uint32_t *rank_of;  // by place; GRAPH_NONE: not in the order
    struct part *parts; // by rank
    uint32_t count;
    uint32_t seed_rank;
    double whole; // volume, of which a candidate is a part
    bool is_closed;
};

static int by_excess(const void *left, const void *right, void *context) {
    const struct place *places = context;
    const struct place *a = &places[*(const uint32_t *)left];
    const struct place *b = &places[*(const uint32_t *)right];
    double x = excess_of(a);
    double y = excess_of(b);
    if (x != y) {
        return x > y ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

static bool is_account(const struct taking *taking, uint32_t node) {
    uint64_t kinds = taking->options->account_kinds;
    return kinds == 0 || (kinds >> taking->nearby->view.graph->node_kinds[node] & 1) != 0;
}

static void taking_init(struct taking *taking, struct nearby *nearby,
                        const struct graph_gang_options *options) {
    struct arena *arena = nearby->arena;
    uint32_t room = nearby->place_count;
    *taking = (struct taking){.nearby = nearby, .options = options};
    taking->order = ARENA_ARRAY(arena, uint32_t, room);
    taking->rank_of = ARENA_ARRAY(arena, uint32_t, room);
    taking->parts = ARENA_ARRAY(arena, struct part, room);
    double volume = 0;
    for (uint32_t i = 0; i < room; i++) {
        const struct place *place = &nearby->places[i];
        if (place->ends > 0 && place->strength > 0) {
            taking->order[taking->count++] = i;
            volume += place->strength;
        }
    }
    // Of a component that was seen whole every place has been pushed.
    taking->is_closed = taking->count == room && nearby->cuts == 0;
    taking->whole = taking->is_closed ? volume : 2 * nearby->view.graph->total_weight;
    if (taking->count > 0) {
        qsort_r(taking->order, taking->count, sizeof *taking->order, by_excess, nearby->places);
    }
    memset(taking->rank_of, 0xff, sizeof *taking->rank_of * room);
    for (uint32_t rank = 0; rank < taking->count; rank++) {
        taking->rank_of[taking->order[rank]] = rank;
        taking->seed_rank = taking->order[rank] == 0 ? rank : taking->seed_rank;
    }
}

static uint32_t root_of(struct part *parts, uint32_t rank) {
    while (parts[rank].parent != rank) {
        parts[rank].parent = parts[parts[rank].parent].parent;
        rank = parts[rank].parent;
    }
    return rank;
}

static void join(struct part *parts, uint32_t left, uint32_t right) {
    left = root_of(parts, left);
    right = root_of(parts, right);
    if (left == right) {
        return;
    }
    uint32_t root = left < right ? left : right;
    uint32_t other = left < right ? right : left;
    parts[other].parent = root;
    parts[root].accounts += parts[other].accounts;
    parts[root].volume += parts[other].volume;
    parts[root].inside += parts[other].inside;
}

static uint32_t rank_of_node(const struct taking *taking, uint32_t node) {
    uint32_t known = taking->nearby->place_of[node];
    return known == 0 ? GRAPH_NONE : taking->rank_of[known - 1];
}

static void take(struct taking *taking, uint32_t rank) {
    const struct nearby *nearby = taking->nearby;
    const struct place *place = &nearby->places[taking->order[rank]];
    taking->parts[rank] = (struct part){
        .parent = rank, .accounts = is_account(taking, place->node), .volume = place->strength};
    for (uint32_t i = place->row; i < place->row_end; i++) {
        uint32_t other = rank_of_node(taking, nearby->ties.at[i].node);
        if (other < rank) {
            join(taking->parts, rank, other);
            taking->parts[root_of(taking->parts, rank)].inside += nearby->ties.at[i].weight;
        }
    }
}

static double conductance_of(const struct taking *taking, double cut, double volume) {
    double rest = taking->whole - volume;
    double smaller = volume < rest ? volume : rest;
    return smaller > 0 ? (cut > 0 ? cut : 0) / smaller : INFINITY;
}

// How many are taken in for the best candidate that is not a whole component; 0: there is none.
static uint32_t find_best(struct taking *taking, uint32_t most, double *ret_conductance) {
    uint32_t best = 0;
    *ret_conductance = INFINITY;
    for (uint32_t rank = 0; rank < most; rank++) {
        take(taking, rank);
        if (rank < taking->seed_rank) {
            continue;
        }
        const struct part *part = &taking->parts[root_of(taking->parts, taking->seed_rank)];
        double conductance = conductance_of(taking, part->volume - 2 * part->inside, part->volume);
        bool is_whole = taking->is_closed && rank + 1 == taking->count;
        if (!is_whole && part->accounts >= taking->options->accounts_min &&
            conductance < *ret_conductance) {
            *ret_conductance = conductance;
            best = rank + 1;
        }
    }
    return best;
}

// Weighs what was found once more, from the bonds of its members.
static void weigh(const struct taking *taking, struct sweep *sweep, uint32_t root) {
    for (uint32_t k = 0; k < sweep->member_count; k++) {
        const struct place *place = &taking->nearby->places[sweep->members[k]];
        sweep->volume += place->strength;
        sweep->account_count += is_account(taking, place->node);
        for (uint32_t i = place->row; i < place->row_end; i++) {
            const struct tie *tie = &taking->nearby->ties.at[i];
            uint32_t rank = rank_of_node(taking, tie->node);
            bool inside = rank != GRAPH_NONE && taking->parts[rank].parent != GRAPH_NONE &&
                          root_of(taking->parts, rank) == root;
            sweep->cut += inside ? 0 : tie->weight;
        }
    }
    sweep->is_component = sweep->cut == 0;
    sweep->conductance =
        sweep->is_component ? 0 : conductance_of(taking, sweep->cut, sweep->volume);
}

// Takes in `count` places from the beginning and keeps what is connected with the seed.
static void keep(struct taking *taking, struct sweep *sweep, uint32_t count) {
    for (uint32_t rank = 0; rank < taking->count; rank++) {
        taking->parts[rank].parent = GRAPH_NONE;
    }
    for (uint32_t rank = 0; rank < count; rank++) {
        take(taking, rank);
    }
    uint32_t root = root_of(taking->parts, taking->seed_rank);
    sweep->members = ARENA_ARRAY(taking->nearby->arena, uint32_t, count);
    for (uint32_t rank = 0; rank < count; rank++) {
        if (root_of(taking->parts, rank) == root) {
            sweep->members[sweep->member_count++] = taking->order[rank];
        }
    }
    weigh(taking, sweep, root);
}

struct sweep sweep_run(struct nearby *nearby, const struct graph_gang_options *options) {
    struct taking taking;
    struct sweep sweep = {.outcome = GRAPH_GANG_TOO_FEW};
    taking_init(&taking, nearby, options);
    if (taking.count == 0) {
        return sweep;
    }
    uint32_t most = taking.count < options->members_max ? taking.count : options->members_max;
    double conductance;
    uint32_t best = find_best(&taking, most, &conductance);
    bool reached_seed = taking.seed_rank < most;
    uint32_t accounts =
        reached_seed ? taking.parts[root_of(taking.parts, taking.seed_rank)].accounts : 0;
    bool whole_fits = taking.is_closed && most == taking.count;
    bool is_small = whole_fits && accounts <= options->whole_max;
    double allowed = is_small ? options->conductance_split : options->conductance_max;
    if (best > 0 && conductance <= allowed) {
        keep(&taking, &sweep, best);
        sweep.outcome = GRAPH_GANG_FOUND;
    } else if (whole_fits && accounts >= options->accounts_min) {
        keep(&taking, &sweep, taking.count);
        sweep.outcome = GRAPH_GANG_FOUND;
    } else if (accounts >= options->accounts_min) {
        sweep.outcome = GRAPH_GANG_LOOSE;
    }
    return sweep;
}
