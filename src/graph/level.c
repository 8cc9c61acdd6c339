// Level: rows from a view, rows of groups, modularity.

#include "graph/level.h"

// One bond to the last neighbour more, or a new neighbour.
static void put_bond(struct level *level, uint32_t *count, uint32_t row, uint32_t neighbour,
                     double weight) {
    if (*count > row && level->neighbour[*count - 1] == neighbour) {
        level->weight[*count - 1] += weight;
        return;
    }
    level->neighbour[*count] = neighbour;
    level->weight[*count] = weight;
    ++*count;
}

static void make_room(struct level *level, uint32_t node_count, size_t ends, struct arena *arena) {
    *level = (struct level){.node_count = node_count};
    level->start = ARENA_ARRAY(arena, uint32_t, (size_t)node_count + 1);
    level->inner = ARENA_ARRAY(arena, double, node_count);
    level->strength = ARENA_ARRAY(arena, double, node_count);
    level->neighbour = arena_alloc_raw(arena, sizeof *level->neighbour * ends);
    level->weight = arena_alloc_raw(arena, sizeof *level->weight * ends);
}

static void finish_row(struct level *level, uint32_t node, uint32_t end) {
    double strength = level->inner[node];
    for (uint32_t i = level->start[node]; i < end; i++) {
        strength += level->weight[i];
    }
    level->start[node + 1] = end;
    level->strength[node] = strength;
    level->total += strength;
}

void level_of_view(struct level *level, struct view *view, struct arena *arena) {
    const struct graph *graph = view->graph;
    make_room(level, graph->node_count, (size_t)graph->edge_count * 2, arena);
    uint32_t count = 0;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        uint32_t row = count;
        struct graph_bonds walk = graph_bonds(graph, node);
        uint32_t edge;
        uint32_t other;
        while (!view_is_hub(view, node) && view_next(view, &walk, &edge, &other)) {
            if (graph->edges[edge].weight > 0) {
                put_bond(level, &count, row, other, graph->edges[edge].weight);
            }
        }
        finish_row(level, node, count);
    }
}

// ---- rows of groups ----------------------------------------------------------------------------

// Weights from one group to others, gathered before they become a row.
struct gathering {
    double *link;      // by group
    uint32_t *touched; // groups whose link is not 0, in the order in which they were met
    uint32_t count;
};

static void gather(struct gathering *into, uint32_t group, double weight) {
    if (into->link[group] == 0) {
        into->touched[into->count++] = group;
    }
    into->link[group] += weight;
}

static void gather_node(struct gathering *into, struct level *level, const struct level *below,
                        const uint32_t *group_of, uint32_t node) {
    uint32_t own = group_of[node];
    level->inner[own] += below->inner[node];
    for (uint32_t i = below->start[node]; i < below->start[node + 1]; i++) {
        uint32_t group = group_of[below->neighbour[i]];
        if (group == own) {
            level->inner[own] += below->weight[i];
        } else {
            gather(into, group, below->weight[i]);
        }
    }
}

static void put_row(struct level *level, uint32_t group, struct gathering *gathered) {
    uint32_t count = level->start[group];
    for (uint32_t i = 0; i < gathered->count; i++) {
        uint32_t other = gathered->touched[i];
        level->neighbour[count] = other;
        level->weight[count++] = gathered->link[other];
        gathered->link[other] = 0;
    }
    gathered->count = 0;
    finish_row(level, group, count);
}

void level_of_groups(struct level *level, const struct level *below, const uint32_t *group_of,
                     uint32_t group_count, struct arena *arena) {
    make_room(level, group_count, below->start[below->node_count], arena);
    ArenaMark mark = arena_mark(arena);
    struct graph_partition partition = {.group_of = (uint32_t *)group_of,
                                        .group_count = group_count};
    struct graph_members members = graph_members(&partition, below->node_count, arena);
    struct gathering gathered = {ARENA_ARRAY(arena, double, group_count),
                                 ARENA_ARRAY(arena, uint32_t, group_count), 0};
    for (uint32_t group = 0; group < group_count; group++) {
        for (uint32_t i = members.start[group]; i < members.start[group + 1]; i++) {
            gather_node(&gathered, level, below, group_of, members.nodes[i]);
        }
        put_row(level, group, &gathered);
    }
    arena_rewind(arena, mark);
}

// ---- figures -----------------------------------------------------------------------------------

double level_modularity(const struct level *level, const uint32_t *group_of, uint32_t group_count,
                        double resolution, struct arena *arena) {
    if (level->total <= 0) {
        return 0;
    }
    ArenaMark mark = arena_mark(arena);
    double *total = ARENA_ARRAY(arena, double, group_count);
    double inside = 0;
    for (uint32_t node = 0; node < level->node_count; node++) {
        uint32_t group = group_of[node];
        if (group == GRAPH_NONE) {
            continue;
        }
        INVARIANT(group < group_count);
        total[group] += level->strength[node];
        inside += level->inner[node];
        for (uint32_t i = level->start[node]; i < level->start[node + 1]; i++) {
            inside += group_of[level->neighbour[i]] == group ? level->weight[i] : 0;
        }
    }
    double expected = 0;
    for (uint32_t group = 0; group < group_count; group++) {
        expected += total[group] / level->total * (total[group] / level->total);
    }
    arena_rewind(arena, mark);
    return inside / level->total - resolution * expected;
}

uint32_t number_anew(uint32_t *group_of, uint32_t node_count, struct arena *arena) {
    ArenaMark mark = arena_mark(arena);
    uint32_t *number = arena_alloc_raw(arena, sizeof *number * node_count);
    memset(number, 0xff, sizeof *number * node_count);
    uint32_t count = 0;
    for (uint32_t node = 0; node < node_count; node++) {
        uint32_t group = group_of[node];
        if (group == GRAPH_NONE) {
            continue;
        }
        if (number[group] == GRAPH_NONE) {
            number[group] = count++;
        }
        group_of[node] = number[group];
    }
    arena_rewind(arena, mark);
    return count;
}
