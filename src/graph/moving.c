// Moving: nodes go to the community where they gain most, from a queue, until none gains.
//
// What a node v gains by being in a community c of others is  link(v, c) - resolution * k(v) * K(c)
// / 2m, where k and K are strengths. Whoever has moved puts its neighbours in other communities
// back into the queue. A node that would lose in every community goes into one of its own.

#include "graph/level.h"

// Moves that gain less than this share of a node's strength are not made: they might be nothing but
// rounding, and go on forever.
#define GAIN_LEAST 1e-9
enum { VISITS_PER_NODE = 200 }; // on the average; usual are below 10

static void enqueue(struct moving *moving, uint32_t node) {
    if (moving->queued[node]) {
        return;
    }
    uint32_t room = moving->level->node_count;
    uint64_t at = (uint64_t)moving->queue_begin + moving->queue_count;
    moving->queue[at >= room ? at - room : at] = node;
    moving->queue_count++;
    moving->queued[node] = 1;
}

static uint32_t dequeue(struct moving *moving) {
    uint32_t node = moving->queue[moving->queue_begin];
    moving->queue_begin++;
    if (moving->queue_begin == moving->level->node_count) {
        moving->queue_begin = 0;
    }
    moving->queue_count--;
    moving->queued[node] = 0;
    return node;
}

void moving_init(struct moving *moving, const struct level *level, uint32_t *community,
                 const uint32_t *order, double resolution, struct arena *arena) {
    uint32_t count = level->node_count;
    *moving = (struct moving){.level = level, .resolution = resolution, .community = community};
    moving->total = ARENA_ARRAY(arena, double, count);
    moving->size = ARENA_ARRAY(arena, uint32_t, count);
    moving->unused = ARENA_ARRAY(arena, uint32_t, count);
    moving->link = ARENA_ARRAY(arena, double, count);
    moving->touched = ARENA_ARRAY(arena, uint32_t, count);
    moving->queue = ARENA_ARRAY(arena, uint32_t, count);
    moving->queued = ARENA_ARRAY(arena, uint8_t, count);
    for (uint32_t node = 0; node < count; node++) {
        moving->total[community[node]] += level->strength[node];
        moving->size[community[node]]++;
    }
    for (uint32_t i = count; i > 0; i--) {
        if (moving->size[i - 1] == 0) {
            moving->unused[moving->unused_count++] = i - 1;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        enqueue(moving, order[i]);
    }
}

static void collect_links(struct moving *moving, uint32_t node) {
    const struct level *level = moving->level;
    for (uint32_t i = level->start[node]; i < level->start[node + 1]; i++) {
        uint32_t community = moving->community[level->neighbour[i]];
        if (moving->link[community] == 0) {
            moving->touched[moving->touched_count++] = community;
        }
        moving->link[community] += level->weight[i];
    }
}

static void clear_links(struct moving *moving) {
    for (uint32_t i = 0; i < moving->touched_count; i++) {
        moving->link[moving->touched[i]] = 0;
    }
    moving->touched_count = 0;
}

static double gain_of(const struct moving *moving, uint32_t node, uint32_t community) {
    const struct level *level = moving->level;
    return moving->link[community] -
           moving->resolution * level->strength[node] * moving->total[community] / level->total;
}

// The community in which a node, already taken out of its own, gains most.
static uint32_t best_community(struct moving *moving, uint32_t node) {
    uint32_t own = moving->community[node];
    uint32_t best = own;
    double least = GAIN_LEAST * moving->level->strength[node];
    double stay = gain_of(moving, node, own);
    double most = stay + least;
    for (uint32_t i = 0; i < moving->touched_count; i++) {
        uint32_t community = moving->touched[i];
        double gain = gain_of(moving, node, community);
        if (community != own &&
            (gain > most || (gain == most && best != own && community < best))) {
            most = gain;
            best = community;
        }
    }
    if (best == own && stay < -least && moving->unused_count > 0) {
        best = moving->unused[moving->unused_count - 1];
    } else if (best != own && most < -least && moving->unused_count > 0) {
        best = moving->unused[moving->unused_count - 1];
    }
    return best;
}

static void put_into(struct moving *moving, uint32_t node, uint32_t community) {
    if (moving->size[community]++ == 0 && moving->unused_count > 0 &&
        moving->unused[moving->unused_count - 1] == community) {
        moving->unused_count--;
    }
    moving->total[community] += moving->level->strength[node];
    moving->community[node] = community;
}

static bool visit(struct moving *moving, uint32_t node) {
    const struct level *level = moving->level;
    uint32_t own = moving->community[node];
    collect_links(moving, node);
    moving->total[own] -= level->strength[node];
    moving->size[own]--;
    uint32_t best = best_community(moving, node);
    clear_links(moving);
    put_into(moving, node, best);
    if (best == own) {
        return false;
    }
    if (moving->size[own] == 0) {
        moving->total[own] = 0; // what rounding left
        moving->unused[moving->unused_count++] = own;
    }
    for (uint32_t i = level->start[node]; i < level->start[node + 1]; i++) {
        if (moving->community[level->neighbour[i]] != best) {
            enqueue(moving, level->neighbour[i]);
        }
    }
    return true;
}

uint64_t moving_run(struct moving *moving, bool *ret_cut) {
    uint64_t moves = 0;
    uint64_t left = (uint64_t)moving->level->node_count * VISITS_PER_NODE;
    for (; moving->queue_count > 0 && left > 0; left--) {
        moves += visit(moving, dequeue(moving));
    }
    *ret_cut = *ret_cut || moving->queue_count > 0;
    return moves;
}
