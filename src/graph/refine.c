// Refining: each community is put together again from single nodes, which join only what they are
// well bound to within it. What comes out is connected, and becomes the nodes of the next level; so
// a community that has lost what held it together can fall apart there.
//
// A node or refined community r of community C is well bound when the weight between it and the
// rest of C is at least  resolution * K(r) * (K(C) - K(r)) / 2m. Only nodes that are still alone
// move, and only to what is well bound; they take the place where they gain most.

#include "graph/level.h"

struct refining {
    struct moving *moving; // its communities stay; its links are borrowed
    uint32_t *refined;     // by node; numbers are those of nodes
    double *total;         // by refined community: strength
    double *bound;         // by refined community: weight to the rest of its community
    uint32_t *size;
};

static void refining_init(struct refining *refining, struct moving *moving, uint32_t *refined,
                          struct arena *arena) {
    const struct level *level = moving->level;
    *refining = (struct refining){.moving = moving, .refined = refined};
    refining->total = arena_alloc_raw(arena, sizeof *refining->total * level->node_count);
    refining->bound = ARENA_ARRAY(arena, double, level->node_count);
    refining->size = arena_alloc_raw(arena, sizeof *refining->size * level->node_count);
    for (uint32_t node = 0; node < level->node_count; node++) {
        refined[node] = node;
        refining->total[node] = level->strength[node];
        refining->size[node] = 1;
        for (uint32_t i = level->start[node]; i < level->start[node + 1]; i++) {
            bool inside = moving->community[level->neighbour[i]] == moving->community[node];
            refining->bound[node] += inside ? level->weight[i] : 0;
        }
    }
}

static bool is_well_bound(const struct refining *refining, uint32_t part, double community_total) {
    const struct moving *moving = refining->moving;
    double total = refining->total[part];
    return refining->bound[part] >=
           moving->resolution * total * (community_total - total) / moving->level->total;
}

// Weights from a node to the refined communities of its community.
static void collect_parts(struct refining *refining, uint32_t node) {
    struct moving *moving = refining->moving;
    const struct level *level = moving->level;
    for (uint32_t i = level->start[node]; i < level->start[node + 1]; i++) {
        uint32_t other = level->neighbour[i];
        if (moving->community[other] != moving->community[node]) {
            continue;
        }
        uint32_t part = refining->refined[other];
        if (moving->link[part] == 0) {
            moving->touched[moving->touched_count++] = part;
        }
        moving->link[part] += level->weight[i];
    }
}

static uint32_t best_part(const struct refining *refining, uint32_t node, double community_total) {
    const struct moving *moving = refining->moving;
    double strength = moving->level->strength[node];
    uint32_t best = node;
    double most = 0;
    for (uint32_t i = 0; i < moving->touched_count; i++) {
        uint32_t part = moving->touched[i];
        double gain = moving->link[part] -
                      moving->resolution * strength * refining->total[part] / moving->level->total;
        if ((gain > most || (gain == most && best != node && part < best)) &&
            is_well_bound(refining, part, community_total)) {
            most = gain;
            best = part;
        }
    }
    return best;
}

static void refine_node(struct refining *refining, uint32_t node) {
    struct moving *moving = refining->moving;
    double community_total = moving->total[moving->community[node]];
    bool alone = refining->refined[node] == node && refining->size[node] == 1;
    if (!alone || !is_well_bound(refining, node, community_total)) {
        return;
    }
    collect_parts(refining, node);
    uint32_t part = best_part(refining, node, community_total);
    if (part != node) {
        refining->refined[node] = part;
        refining->bound[part] += refining->bound[node] - 2 * moving->link[part];
        refining->total[part] += refining->total[node];
        refining->size[part]++;
        refining->size[node] = 0;
    }
    for (uint32_t i = 0; i < moving->touched_count; i++) {
        moving->link[moving->touched[i]] = 0;
    }
    moving->touched_count = 0;
}

uint32_t moving_refine(struct moving *moving, const uint32_t *order, uint32_t *refined,
                       struct arena *arena) {
    ArenaMark mark = arena_mark(arena);
    struct refining refining;
    refining_init(&refining, moving, refined, arena);
    for (uint32_t i = 0; i < moving->level->node_count; i++) {
        refine_node(&refining, order[i]);
    }
    arena_rewind(arena, mark);
    return number_anew(refined, moving->level->node_count, arena);
}
