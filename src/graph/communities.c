// Communities: the rounds of the Leiden algorithm, and what is made of their outcome.
//
// A round moves the nodes of the first level, refines, and goes on with the refined communities as
// nodes, which begin in the communities that they came from, until a level has nothing to join. The
// next round begins with the single nodes in the communities found. At the end what is not
// connected is split, which never lowers the modularity.

#include "graph/level.h"

#include "base/random.h"

#include <math.h>

struct rounds {
    struct level level; // the first
    double resolution;
    struct random random;
    bool is_shuffled;
    uint32_t *community; // by node of the first level
    uint32_t *place;     // by node of the first level: its node in the level at hand
    bool cut;
};

// How the nodes of a level are looked at first.
static uint32_t *order_of(struct rounds *rounds, uint32_t count, struct arena *arena) {
    uint32_t *order = arena_alloc_raw(arena, sizeof *order * count);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    for (uint32_t i = count; rounds->is_shuffled && i > 1; i--) {
        uint32_t other = (uint32_t)random_below(&rounds->random, i);
        uint32_t moved = order[i - 1];
        order[i - 1] = order[other];
        order[other] = moved;
    }
    return order;
}

// The communities that refined ones begin in, on the next level.
static uint32_t *lift(const uint32_t *community, const uint32_t *refined, uint32_t count,
                      uint32_t refined_count, struct arena *arena) {
    uint32_t *lifted = arena_alloc_raw(arena, sizeof *lifted * refined_count);
    for (uint32_t node = 0; node < count; node++) {
        lifted[refined[node]] = community[node];
    }
    return lifted;
}

// Moves on one level; `*level` and `*community` become those of the next, unless there is none.
static bool climb(struct rounds *rounds, struct level *level, uint32_t **community, uint64_t *moves,
                  struct arena *arena) {
    uint32_t count = level->node_count;
    uint32_t *refined = arena_alloc_raw(arena, sizeof *refined * count);
    struct level *below = ARENA_NEW(arena, struct level);
    *below = *level;
    ArenaMark mark = arena_mark(arena);
    uint32_t *order = order_of(rounds, count, arena);
    struct moving moving;
    moving_init(&moving, below, *community, order, rounds->resolution, arena);
    *moves += moving_run(&moving, &rounds->cut);
    uint32_t refined_count = moving_refine(&moving, order, refined, arena);
    arena_rewind(arena, mark);
    uint32_t communities = number_anew(*community, count, arena);
    if (communities == count || refined_count == count) {
        return false;
    }
    *community = lift(*community, refined, count, refined_count, arena);
    level_of_groups(level, below, refined, refined_count, arena);
    for (uint32_t node = 0; node < rounds->level.node_count; node++) {
        rounds->place[node] = refined[rounds->place[node]];
    }
    return true;
}

// Gives how often something moved.
static uint64_t run_round(struct rounds *rounds, struct arena *arena) {
    if (rounds->level.total <= 0) {
        return 0; // nothing binds anybody
    }
    ArenaMark mark = arena_mark(arena);
    struct level level = rounds->level;
    uint32_t count = level.node_count;
    uint32_t *community = arena_alloc_raw(arena, sizeof *community * count);
    for (uint32_t node = 0; node < count; node++) {
        rounds->place[node] = node;
        community[node] = rounds->community[node];
    }
    uint64_t moves = 0;
    while (climb(rounds, &level, &community, &moves, arena)) {
    }
    for (uint32_t node = 0; node < count; node++) {
        rounds->community[node] = community[rounds->place[node]];
    }
    arena_rewind(arena, mark);
    return moves;
}

// ---- what is not connected ---------------------------------------------------------------------

// Everything of the community of `first` that is reached from it gets the number `part`.
static void flood(const struct level *level, const uint32_t *community, uint32_t first,
                  uint32_t part, uint32_t *parts, uint32_t *queue) {
    uint32_t begin = 0;
    uint32_t end = 0;
    queue[end++] = first;
    parts[first] = part;
    while (begin < end) {
        uint32_t node = queue[begin++];
        for (uint32_t i = level->start[node]; i < level->start[node + 1]; i++) {
            uint32_t other = level->neighbour[i];
            if (parts[other] == GRAPH_NONE && community[other] == community[node]) {
                parts[other] = part;
                queue[end++] = other;
            }
        }
    }
}

// Numbers what is connected within communities, in the order of smallest nodes.
static uint32_t split(struct rounds *rounds, struct arena *arena) {
    ArenaMark mark = arena_mark(arena);
    uint32_t count = rounds->level.node_count;
    uint32_t *parts = arena_alloc_raw(arena, sizeof *parts * count);
    uint32_t *queue = arena_alloc_raw(arena, sizeof *queue * count);
    memset(parts, 0xff, sizeof *parts * count);
    uint32_t part_count = 0;
    for (uint32_t node = 0; node < count; node++) {
        if (parts[node] == GRAPH_NONE) {
            flood(&rounds->level, rounds->community, node, part_count++, parts, queue);
        }
    }
    if (count > 0) {
        memcpy(rounds->community, parts, sizeof *parts * count);
    }
    arena_rewind(arena, mark);
    return part_count;
}

// ---- the doors ---------------------------------------------------------------------------------

static Status check_options(const struct graph_community_options *options, struct arena *arena,
                            struct diag *diag) {
    if (!isfinite(options->resolution) || options->resolution < 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "a resolution of %g: it is a number above 0", options->resolution);
    }
    return STATUS_OK;
}

static void rounds_init(struct rounds *rounds, struct view *view,
                        const struct graph_community_options *options, uint32_t *community,
                        struct arena *arena) {
    *rounds = (struct rounds){
        .resolution = options->resolution == 0 ? 1 : options->resolution,
        .is_shuffled = options->seed != 0,
        .community = community,
    };
    random_init(&rounds->random, options->seed);
    level_of_view(&rounds->level, view, arena);
    rounds->place = arena_alloc_raw(arena, sizeof *rounds->place * rounds->level.node_count);
    for (uint32_t node = 0; node < rounds->level.node_count; node++) {
        community[node] = node;
    }
}

// Hubs stand alone, since nothing leads to them; they belong to no community.
static void leave_hubs_out(struct graph_communities *found, struct view *view,
                           struct arena *arena) {
    uint32_t *group = found->partition.group_of;
    uint32_t count = view->graph->node_count;
    for (uint32_t node = 0; node < count; node++) {
        if (view_is_hub(view, node)) {
            group[node] = GRAPH_NONE;
            found->partition.hub_count++;
        }
    }
    found->partition.group_count = number_anew(group, count, arena);
}

Status graph_communities_find(const struct graph *graph, const struct graph_filter *filter,
                              const struct graph_community_options *options, struct arena *arena,
                              struct graph_communities *ret, struct diag *diag) {
    static const struct graph_community_options defaults = {0};
    options = options == NULL ? &defaults : options;
    TRY(check_options(options, arena, diag));
    struct graph_communities found = {0};
    found.partition.group_of = ARENA_ARRAY(arena, uint32_t, graph->node_count);
    ArenaMark mark = arena_mark(arena);
    struct view view;
    struct rounds rounds;
    view_init(&view, graph, filter, arena_alloc(arena, graph->node_count));
    rounds_init(&rounds, &view, options, found.partition.group_of, arena);
    uint32_t rounds_max = options->rounds_max == 0 ? 2 : options->rounds_max;
    while (found.rounds < rounds_max && !found.settled && !rounds.cut) {
        found.rounds++;
        found.settled = run_round(&rounds, arena) == 0;
        found.partition.group_count = split(&rounds, arena);
    }
    found.modularity = level_modularity(&rounds.level, found.partition.group_of,
                                        found.partition.group_count, rounds.resolution, arena);
    leave_hubs_out(&found, &view, arena);
    arena_rewind(arena, mark);
    *ret = found;
    return STATUS_OK;
}

double graph_modularity(const struct graph *graph, const struct graph_filter *filter,
                        const uint32_t *group_of, double resolution, struct arena *arena) {
    ArenaMark mark = arena_mark(arena);
    struct view view;
    struct level level;
    view_init(&view, graph, filter, arena_alloc(arena, graph->node_count));
    level_of_view(&level, &view, arena);
    double modularity = level_modularity(&level, group_of, graph->node_count, resolution, arena);
    arena_rewind(arena, mark);
    return modularity;
}
