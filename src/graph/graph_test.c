#include "graph/bonds_test.h"

#include "base/bits.h"

#include <math.h>

static bool same_ends(const struct graph_edge *left, const struct graph_edge *right,
                      uint64_t directed) {
    bool straight = left->from == right->from && left->to == right->to;
    bool turned = left->from == right->to && left->to == right->from;
    return left->kind == right->kind && (straight || ((directed >> left->kind & 1) == 0 && turned));
}

// What all bonds of the input that are the same as `edge` come to.
static struct graph_edge recount(const struct bonds *bonds, const struct graph_edge *edge) {
    struct graph_edge sum = {.first_us = INT64_MAX, .last_us = INT64_MIN};
    for (uint32_t i = 0; i < bonds->edge_count; i++) {
        const struct graph_edge *one = &bonds->edges[i];
        if (same_ends(one, edge, bonds->directed_kinds)) {
            sum.count += one->count == 0 ? 1 : one->count;
            sum.amount += one->amount;
            sum.weight += one->weight;
            sum.first_us = one->first_us < sum.first_us ? one->first_us : sum.first_us;
            sum.last_us = one->last_us > sum.last_us ? one->last_us : sum.last_us;
        }
    }
    return sum;
}

static bool check_edges(const struct bonds *bonds) {
    struct graph_counts counts = graph_counts(bonds->graph);
    for (uint32_t i = 0; i < counts.edges; i++) {
        const struct graph_edge *edge = graph_edge(bonds->graph, i);
        struct graph_edge sum = recount(bonds, edge);
        CHECK_THAT(edge->count == sum.count && edge->amount == sum.amount, "edge %u", i);
        CHECK(edge->weight == sum.weight);
        CHECK(edge->first_us == sum.first_us && edge->last_us == sum.last_us);
        CHECK(edge->from != edge->to);
        if (i > 0) {
            const struct graph_edge *before = graph_edge(bonds->graph, i - 1);
            CHECK(
                before->from < edge->from ||
                (before->from == edge->from &&
                 (before->to < edge->to || (before->to == edge->to && before->kind < edge->kind))));
        }
    }
    uint32_t loops = 0;
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < bonds->edge_count; i++) {
        const struct graph_edge *edge = &bonds->edges[i];
        bool is_first = true;
        for (uint32_t k = 0; k < i && is_first; k++) {
            is_first = !same_ends(&bonds->edges[k], edge, bonds->directed_kinds);
        }
        loops += edge->from == edge->to;
        distinct += edge->from != edge->to && is_first;
    }
    CHECK(counts.loops == loops && counts.edges == distinct);
    CHECK(counts.merged == bonds->edge_count - loops - distinct);
    return true;
}

// Every bond is met at both of its ends, and neighbours ascend.
static bool check_rows(const struct bonds *bonds) {
    uint32_t met = 0;
    for (uint32_t node = 0; node < bonds->node_count; node++) {
        struct graph_bonds walk = graph_bonds(bonds->graph, node);
        uint32_t edge;
        uint32_t other;
        uint32_t last = 0;
        while (graph_bonds_next(&walk, &edge, &other)) {
            const struct graph_edge *bond = graph_edge(bonds->graph, edge);
            CHECK((bond->from == node && bond->to == other) ||
                  (bond->to == node && bond->from == other));
            CHECK(other >= last);
            last = other;
            met++;
        }
    }
    CHECK(met == 2 * graph_counts(bonds->graph).edges);
    return true;
}

static bool test_random(void) {
    struct random random;
    random_init(&random, 1);
    for (int round = 0; round < 60; round++) {
        struct bonds bonds;
        bonds_init(&bonds, 1 + (uint32_t)random_below(&random, 30), 400);
        bonds_put_random(&bonds, &random, (uint32_t)random_below(&random, 400), 4);
        CHECK(bonds_make(&bonds) == STATUS_OK);
        CHECK(check_edges(&bonds));
        CHECK(check_rows(&bonds));
        bonds_deinit(&bonds);
    }
    return true;
}

static bool test_empty(void) {
    struct bonds bonds;
    bonds_init(&bonds, 0, 1);
    CHECK(bonds_make(&bonds) == STATUS_OK);
    CHECK(graph_counts(bonds.graph).edges == 0 && graph_counts(bonds.graph).nodes == 0);
    struct graph_partition parts = graph_components(bonds.graph, NULL, &bonds.arena);
    CHECK(parts.group_count == 0);
    struct graph_communities found;
    CHECK(graph_communities_find(bonds.graph, NULL, NULL, &bonds.arena, &found, &bonds.diag) ==
          STATUS_OK);
    CHECK(found.partition.group_count == 0 && found.modularity == 0);
    bonds_deinit(&bonds);
    return true;
}

// A bond that cannot be, and the code that it is told with.
static bool refused(struct graph_edge edge, const char *code) {
    struct bonds bonds;
    bonds_init(&bonds, 3, 4);
    bonds_put(&bonds, 0, 1, 1);
    bonds.edges[bonds.edge_count++] = edge;
    bonds.edges[bonds.edge_count++] = edge;
    CHECK(bonds_make(&bonds) == STATUS_INVALID);
    CHECK_THAT(strcmp(bonds.diag.code, code) == 0, "%s, not %s", bonds.diag.code, code);
    CHECK(bonds.diag.message.size > 0 && bonds.graph == NULL);
    bonds_deinit(&bonds);
    return true;
}

static bool test_refused(void) {
    CHECK(refused((struct graph_edge){.from = 1, .to = 3}, "GR001"));
    CHECK(refused((struct graph_edge){.from = 3, .to = 1}, "GR001"));
    CHECK(refused((struct graph_edge){.to = 2, .kind = GRAPH_KINDS_MAX}, "GR002"));
    CHECK(refused((struct graph_edge){.to = 2, .weight = -1}, "GR003"));
    CHECK(refused((struct graph_edge){.to = 2, .weight = NAN}, "GR003"));
    CHECK(refused((struct graph_edge){.to = 2, .weight = INFINITY}, "GR003"));
    CHECK(refused((struct graph_edge){.to = 2, .first_us = 2, .last_us = 1}, "GR004"));
    CHECK(refused((struct graph_edge){.to = 2, .amount = INT64_MAX}, "GR005"));
    CHECK(refused((struct graph_edge){.to = 2, .count = UINT32_MAX}, "GR005"));
    CHECK(refused((struct graph_edge){.to = 2, .weight = 1e101}, "GR003"));
    return true;
}

static bool test_refused_nodes(void) {
    struct bonds bonds;
    bonds_init(&bonds, 3, 1);
    bonds.node_kinds[2] = GRAPH_KINDS_MAX;
    CHECK(bonds_make(&bonds) == STATUS_INVALID && strcmp(bonds.diag.code, "GR002") == 0);
    struct graph_plan plan = {.node_count = GRAPH_NODES_MAX + 1u};
    CHECK(graph_create(&plan, &bonds.arena, &bonds.graph, &bonds.diag) == STATUS_LIMIT);
    CHECK(strcmp(bonds.diag.code, "GR006") == 0 && bonds.diag.hint.size > 0);
    bonds_deinit(&bonds);
    return true;
}

// The working memory comes back.
static bool test_memory(void) {
    struct bonds bonds;
    struct random random;
    random_init(&random, 2);
    bonds_init(&bonds, 100, 500);
    bonds_put_random(&bonds, &random, 500, 4);
    CHECK(bonds_make(&bonds) == STATUS_OK);
    CHECK(bonds.arena.used == 0 && bonds.arena.current == bonds.arena.first);
    struct graph_counts counts = graph_counts(bonds.graph);
    CHECK(counts.bytes >= counts.edges * UINT64_C(52) + counts.nodes * UINT64_C(9));
    bonds_deinit(&bonds);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_random),        TEST(test_empty),  TEST(test_refused),
        TEST(test_refused_nodes), TEST(test_memory),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
