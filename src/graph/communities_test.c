#include "graph/bonds_test.h"
#include "graph/level.h"

#include <math.h>

enum { NODES_MAX = 64 };
#define NEAR 1e-9

static bool near(double left, double right) {
    return fabs(left - right) < NEAR;
}

// ---- naive: a matrix and the definition --------------------------------------------------------

struct naive {
    uint32_t count;
    double weight[NODES_MAX][NODES_MAX];
    double strength[NODES_MAX];
    double total;
};

static void naive_make(struct naive *naive, const struct bonds *bonds) {
    *naive = (struct naive){.count = bonds->node_count};
    for (uint32_t i = 0; i < graph_counts(bonds->graph).edges; i++) {
        const struct graph_edge *edge = graph_edge(bonds->graph, i);
        naive->weight[edge->from][edge->to] += edge->weight;
        naive->weight[edge->to][edge->from] += edge->weight;
        naive->strength[edge->from] += edge->weight;
        naive->strength[edge->to] += edge->weight;
        naive->total += 2 * edge->weight;
    }
}

static double naive_modularity(const struct naive *naive, const uint32_t *group,
                               double resolution) {
    double sum = 0;
    for (uint32_t a = 0; a < naive->count; a++) {
        for (uint32_t b = 0; b < naive->count; b++) {
            if (group[a] == group[b]) {
                sum += naive->weight[a][b] -
                       resolution * naive->strength[a] * naive->strength[b] / naive->total;
            }
        }
    }
    return naive->total > 0 ? sum / naive->total : 0;
}

static bool is_connected(const struct naive *naive, const uint32_t *group, uint32_t wanted) {
    bool reached[NODES_MAX] = {false};
    uint32_t first = 0;
    while (group[first] != wanted) {
        first++;
    }
    reached[first] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t a = 0; a < naive->count; a++) {
            for (uint32_t b = 0; b < naive->count && reached[a]; b++) {
                if (!reached[b] && group[b] == wanted && naive->weight[a][b] > 0) {
                    reached[b] = changed = true;
                }
            }
        }
    }
    for (uint32_t a = 0; a < naive->count; a++) {
        if (group[a] == wanted && !reached[a]) {
            return false;
        }
    }
    return true;
}

// Whether a single node would gain by moving to another community or to one of its own.
static bool can_gain(const struct naive *naive, const uint32_t *group, double resolution) {
    uint32_t moved[NODES_MAX];
    memcpy(moved, group, sizeof moved[0] * naive->count);
    double now = naive_modularity(naive, group, resolution);
    for (uint32_t a = 0; a < naive->count; a++) {
        for (uint32_t to = 0; to <= naive->count; to++) {
            moved[a] = to;
            if (naive_modularity(naive, moved, resolution) > now + NEAR) {
                return true;
            }
        }
        moved[a] = group[a];
    }
    return false;
}

// ---- random graphs -----------------------------------------------------------------------------

static bool check_found(const struct bonds *bonds, const struct graph_communities *found,
                        double resolution, struct arena *arena) {
    static struct naive naive;
    naive_make(&naive, bonds);
    const uint32_t *group = found->partition.group_of;
    uint32_t next = 0;
    for (uint32_t node = 0; node < naive.count; node++) {
        CHECK(group[node] <= next);
        next += group[node] == next;
    }
    CHECK(found->partition.group_count == next && found->partition.hub_count == 0);
    double modularity = naive_modularity(&naive, group, resolution);
    CHECK_THAT(near(found->modularity, modularity), "%g, not %g", found->modularity, modularity);
    CHECK(near(graph_modularity(bonds->graph, NULL, group, resolution, arena), modularity));
    for (uint32_t wanted = 0; wanted < next; wanted++) {
        CHECK(is_connected(&naive, group, wanted));
    }
    CHECK(!found->settled || !can_gain(&naive, group, resolution));
    return true;
}

static bool test_random(void) {
    struct random random;
    random_init(&random, 4);
    int settled = 0;
    for (int round = 0; round < 120; round++) {
        struct bonds bonds;
        bonds_init(&bonds, 1 + (uint32_t)random_below(&random, 40), 120);
        bonds_put_random(&bonds, &random, (uint32_t)random_below(&random, 120), 4);
        CHECK(bonds_make(&bonds) == STATUS_OK);
        double resolution = 0.25 * (double)(1 + random_below(&random, 8));
        struct graph_community_options options = {
            .resolution = resolution, .seed = random_below(&random, 3), .rounds_max = 20};
        struct graph_communities found;
        struct graph_communities again;
        CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &found,
                                     &bonds.diag) == STATUS_OK);
        CHECK(check_found(&bonds, &found, resolution, &bonds.arena));
        CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &again,
                                     &bonds.diag) == STATUS_OK);
        CHECK(found.modularity == again.modularity);
        CHECK(memcmp(found.partition.group_of, again.partition.group_of,
                     sizeof(uint32_t) * bonds.node_count) == 0);
        settled += found.settled;
        bonds_deinit(&bonds);
    }
    CHECK_THAT(settled > 100, "%d settled", settled); // or the check above says little
    return true;
}

// What is refined lies within a community and is connected.
static bool test_refine(void) {
    struct random random;
    random_init(&random, 10);
    static struct naive naive;
    uint32_t split = 0;
    for (int round = 0; round < 100; round++) {
        struct bonds bonds;
        bonds_init(&bonds, 2 + (uint32_t)random_below(&random, NODES_MAX - 2), 150);
        bonds_put_random(&bonds, &random, 1 + (uint32_t)random_below(&random, 149), 4);
        CHECK(bonds_make(&bonds) == STATUS_OK);
        naive_make(&naive, &bonds);
        struct view view;
        struct level level;
        struct moving moving;
        uint32_t order[NODES_MAX];
        uint32_t community[NODES_MAX];
        uint32_t refined[NODES_MAX];
        bool cut = false;
        uint32_t parts = 1 + (uint32_t)random_below(&random, 6);
        for (uint32_t node = 0; node < bonds.node_count; node++) {
            order[node] = node;
            community[node] = (uint32_t)random_below(&random, parts) % bonds.node_count;
        }
        view_init(&view, bonds.graph, NULL, arena_alloc(&bonds.arena, bonds.node_count));
        level_of_view(&level, &view, &bonds.arena);
        moving_init(&moving, &level, community, order, 1, &bonds.arena);
        if (round % 2 == 0 && level.total > 0) {
            moving_run(&moving, &cut);
            CHECK(!cut);
        }
        uint32_t count = moving_refine(&moving, order, refined, &bonds.arena);
        for (uint32_t part = 0; part < count; part++) {
            CHECK(is_connected(&naive, refined, part));
        }
        for (uint32_t node = 0; node < bonds.node_count; node++) {
            for (uint32_t other = 0; other < node; other++) {
                CHECK(refined[node] != refined[other] || community[node] == community[other]);
            }
        }
        split += count < bonds.node_count;
        bonds_deinit(&bonds);
    }
    CHECK(split > 50);
    return true;
}

// All partitions of a few nodes: group[node] is at most one more than the largest before it.
static double best_of_all(const struct naive *naive, uint32_t *group, uint32_t node,
                          uint32_t used) {
    if (node == naive->count) {
        return naive_modularity(naive, group, 1);
    }
    double best = -1;
    for (group[node] = 0; group[node] <= used; group[node]++) {
        uint32_t own = group[node];
        double found = best_of_all(naive, group, node + 1, own == used ? used + 1 : used);
        best = found > best ? found : best;
    }
    return best;
}

// The best of several orders is the best there is, on graphs small enough to try everything.
static bool test_optimum(void) {
    struct random random;
    random_init(&random, 5);
    static struct naive naive;
    for (int round = 0; round < 60; round++) {
        struct bonds bonds;
        bonds_init(&bonds, 7, 20);
        for (int i = 0; i < 14; i++) {
            bonds_put(&bonds, (uint32_t)random_below(&random, 7),
                      (uint32_t)random_below(&random, 7), 1);
        }
        CHECK(bonds_make(&bonds) == STATUS_OK);
        naive_make(&naive, &bonds);
        uint32_t group[NODES_MAX];
        double best = best_of_all(&naive, group, 0, 0);
        double reached = -1;
        for (uint64_t seed = 0; seed < 8; seed++) {
            struct graph_community_options options = {.seed = seed, .rounds_max = 20};
            struct graph_communities found;
            CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &found,
                                         &bonds.diag) == STATUS_OK);
            CHECK(found.modularity < best + NEAR);
            reached = found.modularity > reached ? found.modularity : reached;
        }
        CHECK_THAT(near(reached, best), "round %d: %g of %g", round, reached, best);
        bonds_deinit(&bonds);
    }
    return true;
}

// ---- published values --------------------------------------------------------------------------

// Zachary, An information flow model for conflict and fission in small groups, 1977: who of a
// karate club met whom outside of it.
static const uint8_t karate[][2] = {
    {1, 2},   {1, 3},   {1, 4},   {1, 5},   {1, 6},   {1, 7},   {1, 8},   {1, 9},   {1, 11},
    {1, 12},  {1, 13},  {1, 14},  {1, 18},  {1, 20},  {1, 22},  {1, 32},  {2, 3},   {2, 4},
    {2, 8},   {2, 14},  {2, 18},  {2, 20},  {2, 22},  {2, 31},  {3, 4},   {3, 8},   {3, 9},
    {3, 10},  {3, 14},  {3, 28},  {3, 29},  {3, 33},  {4, 8},   {4, 13},  {4, 14},  {5, 7},
    {5, 11},  {6, 7},   {6, 11},  {6, 17},  {7, 17},  {9, 31},  {9, 33},  {9, 34},  {10, 34},
    {14, 34}, {15, 33}, {15, 34}, {16, 33}, {16, 34}, {19, 33}, {19, 34}, {20, 34}, {21, 33},
    {21, 34}, {23, 33}, {23, 34}, {24, 26}, {24, 28}, {24, 30}, {24, 33}, {24, 34}, {25, 26},
    {25, 28}, {25, 32}, {26, 32}, {27, 30}, {27, 34}, {28, 34}, {29, 32}, {29, 34}, {30, 33},
    {30, 34}, {31, 33}, {31, 34}, {32, 33}, {32, 34}, {33, 34},
};
enum { KARATE_NODES = 34, KARATE_EDGES = sizeof karate / sizeof karate[0] };

static bool make_karate(struct bonds *bonds) {
    bonds_init(bonds, KARATE_NODES, KARATE_EDGES);
    for (int i = 0; i < KARATE_EDGES; i++) {
        bonds_put(bonds, karate[i][0] - 1u, karate[i][1] - 1u, 1);
    }
    return bonds_make(bonds) == STATUS_OK;
}

// The largest modularity of any partition, 0.4198 with four communities, is proven (Brandes et al.,
// On Modularity Clustering, 2008).
static bool test_karate(void) {
    struct bonds bonds;
    CHECK(make_karate(&bonds) && graph_counts(bonds.graph).edges == 78);
    int optimal = 0;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct graph_community_options options = {.seed = seed, .rounds_max = 20};
        struct graph_communities found;
        CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &found,
                                     &bonds.diag) == STATUS_OK);
        CHECK(check_found(&bonds, &found, 1, &bonds.arena));
        CHECK_THAT(found.modularity < 0.41979, "%.6f", found.modularity);
        bool is_best = found.modularity > 0.41978;
        CHECK(!is_best || found.partition.group_count == 4);
        optimal += is_best;
    }
    CHECK_THAT(optimal > 0, "%d of 30", optimal);
    bonds_deinit(&bonds);
    return true;
}

// The modularity of given groups: the best ones, and the two that the club split into.
static bool test_karate_modularity(void) {
    static const uint32_t best[KARATE_NODES] = {0, 0, 0, 0, 1, 1, 1, 0, 2, 2, 1, 0, 0, 0, 2, 2, 1,
                                                0, 2, 0, 2, 0, 2, 3, 3, 3, 2, 3, 3, 2, 2, 3, 2, 2};
    static const uint32_t clubs[KARATE_NODES] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0,
                                                 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct bonds bonds;
    CHECK(make_karate(&bonds));
    CHECK(near(graph_modularity(bonds.graph, NULL, best, 1, &bonds.arena), 0.4197896120973046));
    CHECK(near(graph_modularity(bonds.graph, NULL, clubs, 1, &bonds.arena), 0.3582347140039448));
    bonds_deinit(&bonds);
    return true;
}

// Fortunato and Barthelemy, Resolution limit in community detection, 2007: in a ring of 30 cliques
// of 5 nodes the modularity of the cliques is 0.876, and that of pairs of cliques is 0.888.
enum { CLIQUES = 30, CLIQUE_NODES = 5 };

static bool make_ring(struct bonds *bonds) {
    bonds_init(bonds, CLIQUES * CLIQUE_NODES, CLIQUES * 11);
    for (uint32_t first = 0; first < CLIQUES * CLIQUE_NODES; first += CLIQUE_NODES) {
        for (uint32_t a = 0; a < CLIQUE_NODES; a++) {
            for (uint32_t b = 0; b < a; b++) {
                bonds_put(bonds, first + a, first + b, 1);
            }
        }
        bonds_put(bonds, first, (first + CLIQUE_NODES + 1) % (CLIQUES * CLIQUE_NODES), 1);
    }
    return bonds_make(bonds) == STATUS_OK;
}

static bool test_resolution(void) {
    struct bonds bonds;
    CHECK(make_ring(&bonds));
    struct graph_community_options options = {.rounds_max = 20};
    struct graph_communities found;
    CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &found, &bonds.diag) ==
          STATUS_OK);
    CHECK(fabs(found.modularity - 0.888) < 0.0005 && found.partition.group_count == 15);
    options.resolution = 2;
    CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &found, &bonds.diag) ==
          STATUS_OK);
    CHECK(found.partition.group_count == CLIQUES);
    for (uint32_t node = 0; node < CLIQUES * CLIQUE_NODES; node++) {
        CHECK(found.partition.group_of[node] == node / CLIQUE_NODES);
    }
    double single = graph_modularity(bonds.graph, NULL, found.partition.group_of, 1, &bonds.arena);
    CHECK(fabs(single - 0.876) < 0.0005);
    bonds_deinit(&bonds);
    return true;
}

// ---- the rest ----------------------------------------------------------------------------------

// Two triangles, and an address at which all six meet.
static bool test_hub(void) {
    struct bonds bonds;
    bonds_init(&bonds, 7, 12);
    for (uint32_t node = 0; node < 6; node++) {
        bonds_put(&bonds, node, node % 3 == 2 ? node - 2 : node + 1, 1);
        bonds_put(&bonds, node, 6, 100);
    }
    CHECK(bonds_make(&bonds) == STATUS_OK);
    struct graph_filter filter = {.hub_degree = 5};
    struct graph_communities found;
    CHECK(graph_communities_find(bonds.graph, &filter, NULL, &bonds.arena, &found, &bonds.diag) ==
          STATUS_OK);
    const uint32_t *group = found.partition.group_of;
    CHECK(found.partition.group_count == 2 && found.partition.hub_count == 1);
    CHECK(group[0] == 0 && group[1] == 0 && group[2] == 0);
    CHECK(group[3] == 1 && group[4] == 1 && group[5] == 1 && group[6] == GRAPH_NONE);
    CHECK(near(found.modularity, 0.5));
    CHECK(near(graph_modularity(bonds.graph, &filter, group, 1, &bonds.arena), 0.5));
    bonds_deinit(&bonds);
    return true;
}

static bool test_refused(void) {
    struct bonds bonds;
    CHECK(make_karate(&bonds));
    static const double resolutions[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 3; i++) {
        struct graph_community_options options = {.resolution = resolutions[i]};
        struct graph_communities found;
        CHECK(graph_communities_find(bonds.graph, NULL, &options, &bonds.arena, &found,
                                     &bonds.diag) == STATUS_INVALID);
        CHECK(strcmp(bonds.diag.code, "GR007") == 0);
    }
    bonds_deinit(&bonds);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_random),
        TEST(test_refine),
        TEST(test_optimum),
        TEST(test_karate),
        TEST(test_karate_modularity),
        TEST(test_resolution),
        TEST(test_hub),
        TEST(test_refused),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
