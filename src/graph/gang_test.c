#include "graph/bonds_test.h"
#include "graph/sweep.h"

#include <math.h>

enum { NODES_MAX = 64, ACCOUNT = 0, DEVICE = 1, ADDRESS = 2 };
#define NEAR 1e-9

static bool near(double left, double right) {
    return fabs(left - right) < NEAR;
}

static const struct graph_gang_options defaults = {
    .account_kinds = 1 << ACCOUNT,
    .accounts_min = 3,
    .members_max = 500,
    .nodes_max = 5000,
    .edges_max = 500000,
    .bonds_max = 1000,
    .whole_max = 10,
    .restart = 0.15,
    .precision = 1e-4,
    .conductance_max = 0.5,
    .conductance_split = 0.1,
};

// ---- naive: a matrix, a long walk, and every beginning of the order ----------------------------

struct naive {
    uint32_t count;
    uint32_t seed;
    double weight[NODES_MAX][NODES_MAX];
    double strength[NODES_MAX];
    double ends[NODES_MAX];
    uint32_t order[NODES_MAX]; // nodes that were pushed
    uint32_t ordered;
    bool in[NODES_MAX]; // the candidate at hand
    double cut, volume;
    uint32_t accounts;
};

static void naive_make(struct naive *naive, const struct bonds *bonds, uint32_t seed) {
    *naive = (struct naive){.count = bonds->node_count, .seed = seed};
    for (uint32_t i = 0; i < graph_counts(bonds->graph).edges; i++) {
        const struct graph_edge *edge = graph_edge(bonds->graph, i);
        naive->weight[edge->from][edge->to] += edge->weight;
        naive->weight[edge->to][edge->from] += edge->weight;
        naive->strength[edge->from] += edge->weight;
        naive->strength[edge->to] += edge->weight;
    }
}

// Where the walk ends, after so many steps that hardly anything is still under way.
static void naive_walk(struct naive *naive, double restart) {
    double at[NODES_MAX] = {0};
    at[naive->seed] = 1;
    for (int step = 0; step < 400; step++) {
        double next[NODES_MAX] = {0};
        for (uint32_t a = 0; a < naive->count; a++) {
            naive->ends[a] += restart * at[a];
            for (uint32_t b = 0; b < naive->count && naive->strength[a] > 0; b++) {
                next[b] += (1 - restart) * at[a] * naive->weight[a][b] / naive->strength[a];
            }
        }
        memcpy(at, next, sizeof at);
    }
}

// What of the first `size` nodes is connected with the seed. False: the seed is not among them.
static bool naive_candidate(struct naive *naive, const struct bonds *bonds, uint32_t size) {
    memset(naive->in, 0, sizeof naive->in);
    for (uint32_t i = 0; i < size; i++) {
        naive->in[naive->seed] |= naive->order[i] == naive->seed;
    }
    if (!naive->in[naive->seed]) {
        return false;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < size; i++) {
            for (uint32_t b = 0; b < naive->count; b++) {
                uint32_t a = naive->order[i];
                if (!naive->in[a] && naive->in[b] && naive->weight[a][b] > 0) {
                    naive->in[a] = changed = true;
                }
            }
        }
    }
    naive->cut = naive->volume = naive->accounts = 0;
    for (uint32_t a = 0; a < naive->count; a++) {
        naive->volume += naive->in[a] ? naive->strength[a] : 0;
        naive->accounts += naive->in[a] && bonds->node_kinds[a] == ACCOUNT;
        for (uint32_t b = 0; b < naive->count; b++) {
            naive->cut += naive->in[a] && !naive->in[b] ? naive->weight[a][b] : 0;
        }
    }
    return true;
}

static double naive_conductance(const struct naive *naive, double whole) {
    double rest = whole - naive->volume;
    double smaller = rest < naive->volume ? rest : naive->volume;
    return naive->cut == 0 ? 0 : smaller <= 0 ? INFINITY : naive->cut / smaller;
}

static bool make_random(struct bonds *bonds, struct random *random) {
    uint32_t count = 4 + (uint32_t)random_below(random, NODES_MAX - 4);
    bonds_init(bonds, count, 300);
    for (uint32_t node = 0; node < count; node++) {
        bonds->node_kinds[node] = (uint8_t)random_below(random, 2);
    }
    // Neighbours in number are joined more often, so that some belong together.
    for (uint64_t i = random_below(random, 300); i > 0; i--) {
        uint32_t from = (uint32_t)random_below(random, count);
        uint32_t to = random_below(random, 4) == 0
                          ? (uint32_t)random_below(random, count)
                          : (from + (uint32_t)random_below(random, 5)) % count;
        bonds_put(bonds, from, to, (double)random_below(random, 5) / 2);
    }
    return bonds_make(bonds) == STATUS_OK;
}

// ---- the walk ----------------------------------------------------------------------------------

// What is missing of the ends of a node is below precision times its strength.
static bool test_walk(void) {
    struct random random;
    random_init(&random, 6);
    static struct naive naive;
    for (int round = 0; round < 100; round++) {
        struct bonds bonds;
        struct nearby nearby;
        CHECK(make_random(&bonds, &random));
        uint32_t seed = (uint32_t)random_below(&random, bonds.node_count);
        struct graph_gang_options options = defaults;
        options.precision = round % 2 == 0 ? 1e-4 : 1e-2;
        naive_make(&naive, &bonds, seed);
        naive_walk(&naive, options.restart);
        nearby_init(&nearby, bonds.graph, NULL, &options, &bonds.arena);
        nearby_walk(&nearby, seed);
        CHECK(nearby.cuts == 0);
        for (uint32_t node = 0; node < naive.count; node++) {
            uint32_t known = nearby.place_of[node];
            double ends = known == 0 ? 0 : nearby.places[known - 1].ends;
            double missing = naive.ends[node] - ends;
            double allowed = nearby.precision * naive.strength[node];
            bool is_right = missing > -NEAR && missing < allowed + NEAR;
            CHECK_THAT(is_right || naive.strength[seed] == 0, "round %d, node %u: %g", round, node,
                       missing);
        }
        nearby_deinit(&nearby);
        bonds_deinit(&bonds);
    }
    return true;
}

// ---- the sweep ---------------------------------------------------------------------------------

static bool check_best(struct naive *naive, const struct bonds *bonds, const struct sweep *sweep,
                       uint32_t members_max, bool is_closed, double whole) {
    double best = INFINITY;
    double best_whole = INFINITY;
    bool is_small = false;
    for (uint32_t size = 1; size <= naive->ordered && size <= members_max; size++) {
        if (naive_candidate(naive, bonds, size) && naive->accounts >= defaults.accounts_min) {
            double conductance = naive_conductance(naive, whole);
            bool is_whole = is_closed && size == naive->ordered;
            best = !is_whole && conductance < best ? conductance : best;
            best_whole = is_whole ? 0 : best_whole;
            is_small = is_whole && naive->accounts <= defaults.whole_max;
        }
    }
    double allowed = is_small ? defaults.conductance_split : defaults.conductance_max;
    double expected = best <= allowed ? best : best_whole;
    CHECK((sweep->outcome == GRAPH_GANG_FOUND) == isfinite(expected));
    bool has_any = isfinite(best) || isfinite(best_whole);
    CHECK((sweep->outcome == GRAPH_GANG_TOO_FEW) == !has_any);
    CHECK_THAT(!isfinite(expected) || near(sweep->conductance, expected), "%g, not %g",
               sweep->conductance, expected);
    return true;
}

static bool check_sweep(struct naive *naive, const struct bonds *bonds, struct nearby *nearby,
                        uint32_t members_max) {
    struct graph_gang_options options = defaults;
    options.members_max = members_max;
    struct sweep sweep = sweep_run(nearby, &options);
    struct place *places = nearby->places;
    bool is_closed = nearby->cuts == 0;
    naive->ordered = 0;
    double whole = 0;
    for (uint32_t i = 0; i < nearby->place_count; i++) {
        is_closed = is_closed && places[i].ends > 0;
        whole += places[i].strength;
        uint32_t at = naive->ordered;
        if (places[i].ends == 0 || places[i].strength == 0) {
            continue;
        }
        for (; at > 0; at--) { // sorted in
            struct place *before = &places[nearby->place_of[naive->order[at - 1]] - 1];
            double ahead = excess_of(before) - excess_of(&places[i]);
            if (ahead > 0 || (ahead == 0 && before->node < places[i].node)) {
                break;
            }
            naive->order[at] = naive->order[at - 1];
        }
        naive->order[at] = places[i].node;
        naive->ordered++;
    }
    whole = is_closed ? whole : 2 * bonds->graph->total_weight;
    CHECK(check_best(naive, bonds, &sweep, members_max, is_closed, whole));
    return true;
}

static bool is_bound(const struct bonds *bonds, uint32_t left, uint32_t right) {
    for (uint32_t i = 0; i < bonds->edge_count; i++) {
        const struct graph_edge *edge = &bonds->edges[i];
        if ((edge->from == left && edge->to == right) ||
            (edge->from == right && edge->to == left)) {
            return left != right;
        }
    }
    return false;
}

static bool check_gang(struct naive *naive, const struct bonds *bonds,
                       const struct graph_gang *gang) {
    memset(naive->in, 0, sizeof naive->in);
    for (uint32_t i = 0; i < gang->member_count; i++) {
        CHECK(!naive->in[gang->members[i].node]);
        naive->in[gang->members[i].node] = true;
        CHECK(i == 0 || gang->members[i].nearness <= gang->members[i - 1].nearness);
    }
    CHECK(gang->member_count == 0 || (naive->in[naive->seed] && gang->members[0].nearness == 1));
    double cut = 0;
    double volume = 0;
    uint32_t inside = 0;
    for (uint32_t i = 0; i < gang->member_count; i++) {
        uint32_t a = gang->members[i].node;
        double to_members = 0;
        uint32_t accounts = 0;
        for (uint32_t b = 0; b < naive->count; b++) {
            cut += naive->in[b] ? 0 : naive->weight[a][b];
            to_members += naive->in[b] ? naive->weight[a][b] : 0;
        }
        struct graph_bonds walk = graph_bonds(bonds->graph, a);
        uint32_t edge;
        uint32_t b;
        uint32_t bond_count = 0;
        while (graph_bonds_next(&walk, &edge, &b)) {
            bond_count += naive->in[b];
        }
        uint32_t neighbours = 0;
        for (b = 0; b < naive->count; b++) {
            bool bound = naive->in[b] && is_bound(bonds, a, b);
            neighbours += bound;
            accounts += bound && bonds->node_kinds[b] == ACCOUNT;
        }
        CHECK(gang->members[i].neighbours == neighbours);
        volume += naive->strength[a];
        inside += bond_count;
        CHECK(near(gang->members[i].strength, to_members / naive->strength[a]));
        CHECK(gang->members[i].bonds == bond_count && gang->members[i].accounts == accounts);
    }
    CHECK(near(gang->cut, cut) && near(gang->volume, volume));
    CHECK(gang->bonds_inside * 2 == inside && gang->bond_count == gang->bonds_inside);
    for (uint32_t i = 0; i < gang->bond_count; i++) {
        const struct graph_edge *edge = graph_edge(bonds->graph, gang->bonds[i]);
        CHECK(naive->in[edge->from] && naive->in[edge->to]);
        CHECK(i == 0 || graph_edge(bonds->graph, gang->bonds[i - 1])->weight >= edge->weight);
    }
    return true;
}

static bool test_random(void) {
    struct random random;
    random_init(&random, 7);
    static struct naive naive;
    int found = 0;
    int loose = 0;
    for (int round = 0; round < 300; round++) {
        struct bonds bonds;
        struct nearby nearby;
        CHECK(make_random(&bonds, &random));
        uint32_t seed = (uint32_t)random_below(&random, bonds.node_count);
        naive_make(&naive, &bonds, seed);
        nearby_init(&nearby, bonds.graph, NULL, &defaults, &bonds.arena);
        nearby_walk(&nearby, seed);
        uint32_t members_max = round % 3 == 0 ? 6 : 500;
        CHECK(check_sweep(&naive, &bonds, &nearby, members_max));
        nearby_deinit(&nearby);
        struct graph_gang gang;
        struct graph_gang_options options = {
            .seed = seed, .account_kinds = 1 << ACCOUNT, .members_max = members_max};
        CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
              STATUS_OK);
        CHECK(check_gang(&naive, &bonds, &gang));
        found += gang.outcome == GRAPH_GANG_FOUND;
        loose += gang.outcome == GRAPH_GANG_LOOSE;
        bonds_deinit(&bonds);
    }
    CHECK_THAT(found > 100 && loose > 0, "%d found, %d loose", found, loose);
    return true;
}

// ---- made by hand ------------------------------------------------------------------------------

enum { CROWD = 300, GANG = 6, APART = CROWD / GANG };

// Every account of a crowd pays three others. Six of them, far from each other, share two devices
// besides, and pay each other. Nobody else has more than one bond with one of the six, so whoever
// is added to them adds more to the cut than it takes away. All meet in one address.
static bool make_crowd(struct bonds *bonds, bool with_address) {
    bonds_init(bonds, CROWD + 3, 3000);
    bonds->node_kinds[CROWD] = DEVICE;
    bonds->node_kinds[CROWD + 1] = DEVICE;
    bonds->node_kinds[CROWD + 2] = ADDRESS;
    for (uint32_t node = 0; node < CROWD; node++) {
        bonds_put(bonds, node, (node + 1) % CROWD, 1);
        bonds_put(bonds, node, (node + 7) % CROWD, 1);
        bonds_put(bonds, node, (node + 31) % CROWD, 1);
        if (with_address) {
            bonds_put(bonds, node, CROWD + 2, 100);
        }
    }
    for (uint32_t node = 0; node < CROWD; node += APART) {
        bonds_put(bonds, node, CROWD, 10);
        bonds_put(bonds, node, CROWD + 1, 10);
        bonds_put(bonds, node, (node + APART) % CROWD, 2);
    }
    return bonds_make(bonds) == STATUS_OK;
}

static bool is_planted(const struct graph_gang *gang) {
    for (uint32_t i = 0; i < gang->member_count; i++) {
        uint32_t node = gang->members[i].node;
        if (node == CROWD + 2 || (node < CROWD && node % APART != 0)) {
            return false;
        }
    }
    return gang->outcome == GRAPH_GANG_FOUND && gang->member_count == GANG + 2;
}

static bool test_planted(void) {
    struct bonds bonds;
    CHECK(make_crowd(&bonds, false));
    for (uint32_t seed = 0; seed < CROWD; seed += APART) {
        struct graph_gang gang;
        struct graph_gang_options options = {.seed = seed, .account_kinds = 1 << ACCOUNT};
        CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
              STATUS_OK);
        CHECK_THAT(is_planted(&gang), "seed %u: %u members", seed, gang.member_count);
        CHECK(gang.account_count == GANG && gang.hub_count == 0 && !gang.is_component);
        CHECK(gang.cut == 36 && gang.volume == 300 && gang.cuts == 0);
        for (uint32_t i = 0; i < gang.member_count; i++) {
            bool is_device = gang.members[i].node >= CROWD;
            CHECK(!is_device ||
                  (gang.members[i].accounts == GANG && gang.members[i].strength == 1));
        }
        // Their devices are the strongest bonds.
        CHECK(graph_edge(bonds.graph, gang.bonds[0])->to >= CROWD);
    }
    bonds_deinit(&bonds);
    return true;
}

static bool test_hub(void) {
    struct bonds bonds;
    CHECK(make_crowd(&bonds, true));
    uint32_t degrees[GRAPH_KINDS_MAX] = {[ADDRESS] = 50};
    struct graph_filter filter = {.hub_degrees = degrees};
    struct graph_gang_options options = {.seed = APART, .account_kinds = 1 << ACCOUNT};
    struct graph_gang gang;
    CHECK(graph_gang_find(bonds.graph, &filter, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(is_planted(&gang) && gang.hub_count == 1);
    CHECK(gang.hubs[0].node == CROWD + 2 && gang.hubs[0].members == GANG);
    CHECK(gang.hubs[0].bonds == CROWD && gang.hubs[0].degree_max == 50);
    CHECK(gang.hubs[0].reason == GRAPH_HUB_DEGREE);

    uint64_t named[(CROWD + 3) / 64 + 1] = {0};
    bits_set(named, CROWD + 2);
    filter = (struct graph_filter){.hubs = named};
    CHECK(graph_gang_find(bonds.graph, &filter, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(is_planted(&gang) && gang.hubs[0].reason == GRAPH_HUB_NAMED);
    CHECK(gang.hubs[0].degree_max == 0);

    // As one of everybody's neighbours it hides who belongs together.
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(!is_planted(&gang) && gang.hub_count == 0);

    options.seed = CROWD + 2;
    CHECK(graph_gang_find(bonds.graph, &filter, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.outcome == GRAPH_GANG_SEED_IS_HUB && gang.member_count == 0);
    bonds_deinit(&bonds);
    return true;
}

// Two that share a device are no gang; with a third they are, and all there is is one component.
static bool test_few(void) {
    struct bonds bonds;
    bonds_init(&bonds, 5, 4);
    bonds.node_kinds[4] = DEVICE;
    bonds_put(&bonds, 0, 4, 1);
    bonds_put(&bonds, 1, 4, 1);
    CHECK(bonds_make(&bonds) == STATUS_OK);
    struct graph_gang gang;
    struct graph_gang_options options = {.account_kinds = 1 << ACCOUNT};
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.outcome == GRAPH_GANG_TOO_FEW && gang.member_count == 0 && gang.cuts == 0);
    options.seed = 3; // nobody is bound to it
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.outcome == GRAPH_GANG_TOO_FEW && gang.nodes_reached == 1);
    graph_destroy(bonds.graph);
    bonds_put(&bonds, 2, 4, 1);
    CHECK(bonds_make(&bonds) == STATUS_OK);
    options.seed = 0;
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.outcome == GRAPH_GANG_FOUND && gang.account_count == 3 && gang.member_count == 4);
    CHECK(gang.is_component && gang.cut == 0 && gang.conductance == 0 && gang.volume == 6);
    bonds_deinit(&bonds);
    return true;
}

// Two families of eight who all know each other, and one bond between them: no component, but two
// gangs. Without that bond each is a component.
static bool test_split(void) {
    struct bonds bonds;
    bonds_init(&bonds, 16, 60);
    for (uint32_t a = 0; a < 16; a++) {
        for (uint32_t b = a + 1; b < (a < 8 ? 8 : 16); b++) {
            bonds_put(&bonds, a, b, 1);
        }
    }
    bonds_put(&bonds, 0, 8, 1);
    CHECK(bonds_make(&bonds) == STATUS_OK);
    for (uint32_t seed = 0; seed < 16; seed++) {
        struct graph_gang gang;
        struct graph_gang_options options = {.seed = seed};
        CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
              STATUS_OK);
        CHECK(gang.outcome == GRAPH_GANG_FOUND && gang.member_count == 8 && gang.cut == 1);
        CHECK(near(gang.conductance, 1.0 / 57) && !gang.is_component);
        for (uint32_t i = 0; i < 8; i++) {
            CHECK(gang.members[i].node / 8 == seed / 8);
        }
    }
    bonds_deinit(&bonds);
    return true;
}

// Of the crowd no six are bound to each other more than to the others.
static bool test_loose(void) {
    struct bonds bonds;
    CHECK(make_crowd(&bonds, false));
    struct graph_gang gang;
    struct graph_gang_options options = {.seed = APART / 2, .members_max = 6};
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.outcome == GRAPH_GANG_LOOSE && gang.member_count == 0 && gang.bond_count == 0);
    bonds_deinit(&bonds);
    return true;
}

// ---- bounds ------------------------------------------------------------------------------------

static bool test_bounds(void) {
    struct bonds bonds;
    CHECK(make_crowd(&bonds, true));
    struct graph_gang gang;
    struct graph_gang_options options = {.seed = APART, .nodes_max = 20};
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK((gang.cuts & GRAPH_CUT_NODES) != 0 && gang.nodes_reached == 20);
    options = (struct graph_gang_options){.seed = APART, .edges_max = 100};
    CHECK(graph_gang_find(bonds.graph, NULL, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK((gang.cuts & GRAPH_CUT_EDGES) != 0 && gang.edges_seen <= 100);
    // Whether the address is a hub would take more than there is to find out.
    struct graph_filter filter = {.hub_degree = 50};
    CHECK(graph_gang_find(bonds.graph, &filter, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.hub_count == 1 && gang.hubs[0].reason == GRAPH_HUB_COST && gang.edges_seen <= 100);
    options = (struct graph_gang_options){.seed = APART, .bonds_max = 3};
    CHECK(graph_gang_find(bonds.graph, &filter, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.cuts == GRAPH_CUT_BONDS && gang.bond_count == 3 && gang.bonds_inside == 18);
    options = (struct graph_gang_options){.seed = APART, .members_max = 5};
    CHECK(graph_gang_find(bonds.graph, &filter, &options, &bonds.arena, &gang, &bonds.diag) ==
          STATUS_OK);
    CHECK(gang.member_count <= 5);
    bonds_deinit(&bonds);
    return true;
}

static bool test_refused(void) {
    struct bonds bonds;
    CHECK(make_crowd(&bonds, false));
    const struct graph_gang_options wrong[] = {{.seed = CROWD + 3},      {.restart = 1},
                                               {.restart = NAN},         {.precision = -1},
                                               {.conductance_max = -1},  {.conductance_split = NAN},
                                               {.nodes_max = UINT32_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct graph_gang gang;
        CHECK_THAT(graph_gang_find(bonds.graph, NULL, &wrong[i], &bonds.arena, &gang,
                                   &bonds.diag) == STATUS_INVALID,
                   "%zu", i);
        CHECK(strcmp(bonds.diag.code, "GR007") == 0);
    }
    bonds_deinit(&bonds);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_walk),  TEST(test_random), TEST(test_planted), TEST(test_hub),     TEST(test_few),
        TEST(test_split), TEST(test_loose),  TEST(test_bounds),  TEST(test_refused),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
