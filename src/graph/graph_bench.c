// What graphs cost. Not a test: machines differ.
//
//     graph_bench [BONDS] [MOVEMENTS]    default: 1,000,000 and 100,000
//
// The graph is made up: a fifth as many nodes as bonds, in planted communities of 3 to some
// thousand, most of them small; seven of ten bonds lie within a community, the others lead to nodes
// chosen so that a few have very many. Numbers of nodes are shuffled, so that neighbours do not lie
// together in memory.

#include "base/random.h"
#include "graph/graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { SEEDS = 300, HUB_DEGREE = 200 };

// Of this process alone, since others may run beside it.
static double now_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double peak_mib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void check(Status status, const struct diag *diag) {
    if (status != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(diag->message));
        exit(1);
    }
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void print_times(const char *what, double *times_s, uint32_t count) {
    qsort(times_s, count, sizeof *times_s, by_value);
    printf("%-44s p50 %8.3f ms, p99 %8.3f ms, slowest %8.3f ms\n", what, times_s[count / 2] * 1e3,
           times_s[(uint64_t)count * 99 / 100] * 1e3, times_s[count - 1] * 1e3);
}

// ---- a made-up graph ---------------------------------------------------------------------------

// Nodes stand at places, those of a community side by side.
struct plant {
    uint32_t node_count;
    uint32_t *community; // by node
    uint32_t *node_at;   // by place
    uint32_t *place_of;  // by node
    uint32_t *first;     // by community: its first place
    uint32_t community_count;
};

static void shuffle(struct plant *plant, struct random *random) {
    for (uint32_t place = 0; place < plant->node_count; place++) {
        uint32_t other = (uint32_t)random_below(random, (uint64_t)place + 1);
        plant->node_at[place] = plant->node_at[other];
        plant->node_at[other] = place;
    }
    for (uint32_t place = 0; place < plant->node_count; place++) {
        plant->place_of[plant->node_at[place]] = place;
    }
}

static struct plant plant_make(uint32_t node_count, struct random *random, struct arena *arena) {
    struct plant plant = {.node_count = node_count};
    plant.community = arena_alloc_raw(arena, sizeof *plant.community * node_count);
    plant.node_at = arena_alloc_raw(arena, sizeof *plant.node_at * node_count);
    plant.place_of = arena_alloc_raw(arena, sizeof *plant.place_of * node_count);
    plant.first = arena_alloc_raw(arena, sizeof *plant.first * ((size_t)node_count / 3 + 2));
    shuffle(&plant, random);
    uint32_t place = 0;
    while (place < node_count) {
        double size = 3 / pow(1 - random_unit(random) * 0.999, 0.8);
        uint32_t end = place + (uint32_t)size;
        plant.first[plant.community_count] = place;
        for (; place < end && place < node_count; place++) {
            plant.community[plant.node_at[place]] = plant.community_count;
        }
        plant.community_count++;
    }
    plant.first[plant.community_count] = node_count;
    return plant;
}

static uint32_t partner_of(const struct plant *plant, uint32_t node, struct random *random) {
    if (random_below(random, 10) < 7) {
        uint32_t first = plant->first[plant->community[node]];
        uint32_t end = plant->first[plant->community[node] + 1];
        return plant->node_at[first + (uint32_t)random_below(random, end - first)];
    }
    double place = random_unit(random);
    return plant->node_at[(uint32_t)(place * place * place * plant->node_count)];
}

static struct graph_edge *edges_make(const struct plant *plant, uint32_t edge_count,
                                     struct random *random) {
    struct graph_edge *edges = memory_alloc(sizeof *edges * edge_count);
    for (uint32_t i = 0; i < edge_count; i++) {
        uint32_t node = (uint32_t)random_below(random, plant->node_count);
        int64_t first = (int64_t)random_below(random, 1000000);
        edges[i] = (struct graph_edge){
            .from = node,
            .to = partner_of(plant, node, random),
            .count = 1,
            .kind = (uint8_t)random_below(random, 4),
            .amount = (int64_t)random_below(random, 1000000),
            .first_us = first,
            .last_us = first + 1000,
            .weight = 1,
        };
    }
    return edges;
}

// ---- what is measured --------------------------------------------------------------------------

static struct graph *measure_build(const struct plant *plant, const struct graph_edge *edges,
                                   uint32_t edge_count, struct arena *arena) {
    struct diag diag;
    struct graph *graph;
    struct graph_plan graph_plan = {.node_count = plant->node_count,
                                    .directed_kinds = 1,
                                    .edges = edges,
                                    .edge_count = edge_count};
    double start = now_s();
    check(graph_create(&graph_plan, arena, &graph, &diag), &diag);
    double took = now_s() - start;
    struct graph_counts counts = graph_counts(graph);
    printf("build: %u nodes, %u bonds, %u of them kept   %8.3f s, %.0f MiB\n", counts.nodes,
           edge_count, counts.edges, took, (double)counts.bytes / 0x1p20);
    return graph;
}

static void measure_components(const struct graph *graph, const struct graph_filter *filter,
                               const char *what, struct arena *arena) {
    ArenaMark mark = arena_mark(arena);
    double start = now_s();
    struct graph_partition parts = graph_components(graph, filter, arena);
    printf("%-44s %8.3f s, %u components, %u hubs\n", what, now_s() - start, parts.group_count,
           parts.hub_count);
    arena_rewind(arena, mark);
}

static void measure_communities(const struct graph *graph, uint32_t rounds, struct arena *arena) {
    ArenaMark mark = arena_mark(arena);
    struct diag diag;
    struct graph_communities found;
    struct graph_community_options options = {.rounds_max = rounds};
    double start = now_s();
    check(graph_communities_find(graph, NULL, &options, arena, &found, &diag), &diag);
    printf("communities, rounds: %u                       %8.3f s, %u communities, modularity "
           "%.4f%s\n",
           found.rounds, now_s() - start, found.partition.group_count, found.modularity,
           found.settled ? ", settled" : "");
    arena_rewind(arena, mark);
}

// How many members are of the seed's planted community.
static uint32_t count_planted(const struct plant *plant, const struct graph_gang *gang,
                              uint32_t seed) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < gang->member_count; i++) {
        count += plant->community[gang->members[i].node] == plant->community[seed];
    }
    return count;
}

static void measure_gangs(const struct graph *graph, const struct graph_filter *filter,
                          const struct plant *plant, struct random *random, struct arena *arena) {
    static double times_s[SEEDS];
    uint64_t members = 0;
    uint64_t seen = 0;
    double right = 0;
    double whole = 0;
    uint32_t found = 0;
    uint32_t cut = 0;
    for (uint32_t i = 0; i < SEEDS; i++) {
        ArenaMark mark = arena_mark(arena);
        struct diag diag;
        struct graph_gang gang;
        struct graph_gang_options options = {
            .seed = (uint32_t)random_below(random, graph_counts(graph).nodes)};
        double start = now_s();
        check(graph_gang_find(graph, filter, &options, arena, &gang, &diag), &diag);
        times_s[i] = now_s() - start;
        members += gang.member_count;
        seen += gang.edges_seen;
        if (gang.outcome == GRAPH_GANG_FOUND) {
            uint32_t community = plant->community[options.seed];
            double planted = count_planted(plant, &gang, options.seed);
            right += planted / gang.member_count;
            whole += planted / (plant->first[community + 1] - plant->first[community]);
            found++;
        }
        cut += gang.cuts != 0;
        arena_rewind(arena, mark);
    }
    print_times("gang around an account", times_s, SEEDS);
    printf("    %u of %d found, %.1f members and %.0f bonds looked at each, %u cut at a bound\n",
           found, SEEDS, (double)members / (found > 0 ? found : 1), (double)seen / SEEDS, cut);
    printf("    on the average %.0f %% of the members are of the seed's planted community, and "
           "%.0f %% of that are members\n",
           100 * right / (found > 0 ? found : 1), 100 * whole / (found > 0 ? found : 1));
}

// ---- money -------------------------------------------------------------------------------------

enum { ACCOUNTS_PER_MOVEMENT = 10, SOURCES = 100, TRACES = 50 };
#define DAY_US (INT64_C(86400) * 1000000)

// Movements of 30 days between a tenth as many accounts, a few of which pay and are paid very
// often.
static struct graph_movement *movements_make(uint32_t count, struct random *random) {
    struct graph_movement *movements = memory_alloc(sizeof *movements * count);
    uint32_t accounts = count / ACCOUNTS_PER_MOVEMENT;
    for (uint32_t i = 0; i < count; i++) {
        double place = random_unit(random);
        uint32_t from = (uint32_t)random_below(random, accounts);
        uint32_t to = (uint32_t)(place * place * place * accounts);
        movements[i] = (struct graph_movement){
            .time_us = (int64_t)random_below(random, 30 * DAY_US),
            .amount = 100 + (int64_t)random_below(random, 1000000),
            .number = i,
            .from = from,
            .to = to == from ? (to + 1) % accounts : to,
        };
    }
    return movements;
}

static void measure_flow(const struct graph_ledger *ledger, GraphDirection direction,
                         const char *what, uint32_t movement_count, struct random *random,
                         struct arena *arena) {
    static double times_s[TRACES];
    uint64_t steps = 0;
    for (uint32_t i = 0; i < TRACES; i++) {
        ArenaMark mark = arena_mark(arena);
        struct diag diag;
        struct graph_flow flow;
        struct graph_flow_source sources[SOURCES];
        for (uint32_t k = 0; k < SOURCES; k++) { // one of each stretch, so that none comes twice
            uint32_t stretch = movement_count / SOURCES;
            sources[k].movement = k * stretch + (uint32_t)random_below(random, stretch);
            sources[k].amount = 0;
        }
        struct graph_flow_options options = {
            .direction = direction, .sources = sources, .source_count = SOURCES};
        double start = now_s();
        check(graph_flow_trace(ledger, &options, arena, &flow, &diag), &diag);
        times_s[i] = now_s() - start;
        steps += flow.step_count;
        arena_rewind(arena, mark);
    }
    print_times(what, times_s, TRACES);
    printf("    %.0f steps each\n", (double)steps / TRACES);
}

static void measure_shapes(const struct graph_ledger *ledger, uint32_t node_count,
                           struct random *random, struct arena *arena) {
    static double times_s[SEEDS];
    uint64_t found = 0;
    uint32_t cut = 0;
    for (uint32_t i = 0; i < SEEDS; i++) {
        ArenaMark mark = arena_mark(arena);
        struct diag diag;
        struct graph_shapes shapes;
        struct graph_shape_options options = {.seed = (uint32_t)random_below(random, node_count)};
        double start = now_s();
        check(graph_shapes_find(ledger, &options, arena, &shapes, &diag), &diag);
        times_s[i] = now_s() - start;
        found += shapes.count;
        cut += shapes.cuts != 0;
        arena_rewind(arena, mark);
    }
    print_times("shapes around an account", times_s, SEEDS);
    printf("    %.0f each, %u cut at a bound\n", (double)found / SEEDS, cut);
}

static void measure_ledger(uint32_t count, struct random *random, struct arena *arena) {
    struct diag diag;
    struct graph_ledger *ledger;
    struct graph_movement *movements = movements_make(count, random);
    struct graph_ledger_plan plan = {
        .movements = movements,
        .movement_count = count,
        .node_count = count / ACCOUNTS_PER_MOVEMENT,
    };
    double start = now_s();
    check(graph_ledger_create(&plan, arena, &ledger, &diag), &diag);
    printf("ledger of %u movements                    %8.3f s\n", count, now_s() - start);
    measure_flow(ledger, GRAPH_FORWARD, "flow of 100 payments, forward", count, random, arena);
    measure_flow(ledger, GRAPH_BACKWARD, "flow of 100 payments, backward", count, random, arena);
    measure_shapes(ledger, plan.node_count, random, arena);
    graph_ledger_destroy(ledger);
    free(movements);
}

int main(int argc, char **argv) {
    int64_t edge_count = 1000000;
    int64_t movement_count = 100000;
    if ((argc > 1 && !slice_to_i64(slice_of(argv[1]), &edge_count)) ||
        (argc > 2 && !slice_to_i64(slice_of(argv[2]), &movement_count)) || edge_count < 1000 ||
        edge_count > GRAPH_EDGES_MAX || movement_count < 1000 || movement_count > GRAPH_EDGES_MAX) {
        fprintf(stderr, "graph_bench [BONDS] [MOVEMENTS]\n");
        return 2;
    }
    struct arena arena;
    struct random random;
    arena_init(&arena, 1 << 20);
    random_init(&random, 1);
    struct plant plant = plant_make((uint32_t)edge_count / 5, &random, &arena);
    struct graph_edge *edges = edges_make(&plant, (uint32_t)edge_count, &random);
    struct graph *graph = measure_build(&plant, edges, (uint32_t)edge_count, &arena);
    printf("planted: %u communities, modularity %.4f\n", plant.community_count,
           graph_modularity(graph, NULL, plant.community, 1, &arena));
    measure_components(graph, NULL, "components", &arena);
    struct graph_filter no_hubs = {.hub_degree = HUB_DEGREE};
    measure_components(graph, &no_hubs, "components without hubs", &arena);
    measure_communities(graph, 1, &arena);
    measure_communities(graph, 2, &arena);
    measure_gangs(graph, &no_hubs, &plant, &random, &arena);
    measure_ledger((uint32_t)movement_count, &random, &arena);
    printf("peak of memory %.0f MiB\n", peak_mib());
    graph_destroy(graph);
    free(edges);
    arena_deinit(&arena);
    return 0;
}
