// Components, hops and paths: against naive versions, and against the published answers of LDBC
// Graphalytics (tests/data/README.md).

#include "graph/bonds_test.h"

#include "base/bits.h"

// ---- naive -------------------------------------------------------------------------------------

enum { NODES_MAX = 64 };

// All that a filter leaves, as a matrix.
struct naive {
    uint32_t count;
    bool hub[NODES_MAX];
    bool leads[NODES_MAX][NODES_MAX]; // by GRAPH_FORWARD
    bool meets[NODES_MAX][NODES_MAX]; // by GRAPH_EITHER
    uint32_t hops[NODES_MAX][NODES_MAX];
};

static bool counts(const struct graph_filter *filter, const struct graph_edge *edge) {
    bool kind = filter->edge_kinds == 0 || (filter->edge_kinds >> edge->kind & 1) != 0;
    bool time = filter->from_us == filter->to_us ||
                (edge->first_us < filter->to_us && edge->last_us >= filter->from_us);
    return kind && time && edge->weight >= filter->weight_min;
}

static void naive_make(struct naive *naive, const struct bonds *bonds,
                       const struct graph_filter *filter) {
    *naive = (struct naive){.count = bonds->node_count};
    for (uint32_t i = 0; i < graph_counts(bonds->graph).edges; i++) {
        const struct graph_edge *edge = graph_edge(bonds->graph, i);
        if (counts(filter, edge)) {
            bool directed = (bonds->directed_kinds >> edge->kind & 1) != 0;
            naive->leads[edge->from][edge->to] = true;
            naive->leads[edge->to][edge->from] |= !directed;
            naive->meets[edge->from][edge->to] = true;
            naive->meets[edge->to][edge->from] = true;
        }
    }
    for (uint32_t a = 0; a < naive->count; a++) {
        uint32_t degree = 0;
        for (uint32_t b = 0; b < naive->count; b++) {
            degree += naive->meets[a][b];
        }
        bool named = filter->hubs != NULL && bits_test(filter->hubs, a);
        naive->hub[a] = named || (filter->hub_degree > 0 && degree > filter->hub_degree);
    }
}

// Relaxes until nothing changes: how far `to` is from `from`, not over hubs.
static void naive_hops(struct naive *naive, GraphDirection direction) {
    memset(naive->hops, 0xff, sizeof naive->hops);
    for (uint32_t from = 0; from < naive->count; from++) {
        naive->hops[from][from] = 0;
        for (bool changed = true; changed;) {
            changed = false;
            for (uint32_t a = 0; a < naive->count; a++) {
                uint32_t hops = naive->hops[from][a];
                if (hops == GRAPH_NONE || (naive->hub[a] && a != from)) {
                    continue;
                }
                for (uint32_t b = 0; b < naive->count; b++) {
                    bool leads = direction == GRAPH_EITHER    ? naive->meets[a][b]
                                 : direction == GRAPH_FORWARD ? naive->leads[a][b]
                                                              : naive->leads[b][a];
                    if (leads && naive->hops[from][b] > hops + 1) {
                        naive->hops[from][b] = hops + 1;
                        changed = true;
                    }
                }
            }
        }
    }
}

// ---- random ------------------------------------------------------------------------------------

static bool check_components(const struct bonds *bonds, const struct graph_filter *filter,
                             const struct naive *naive, struct arena *arena) {
    struct graph_partition parts = graph_components(bonds->graph, filter, arena);
    uint32_t hubs = 0;
    uint32_t next = 0;
    for (uint32_t a = 0; a < naive->count; a++) {
        uint32_t group = parts.group_of[a];
        hubs += naive->hub[a];
        CHECK((group == GRAPH_NONE) == naive->hub[a]);
        CHECK(naive->hub[a] || group <= next);
        next += !naive->hub[a] && group == next;
        for (uint32_t b = 0; b < naive->count; b++) {
            bool together = !naive->hub[a] && !naive->hub[b] && naive->hops[a][b] != GRAPH_NONE;
            CHECK(naive->hub[a] || together == (group == parts.group_of[b]));
        }
    }
    CHECK(parts.hub_count == hubs && parts.group_count == next);
    struct graph_members members = graph_members(&parts, naive->count, arena);
    CHECK(members.start[0] == 0 && members.start[next] == naive->count - hubs);
    for (uint32_t group = 0; group < next; group++) {
        CHECK(members.start[group] < members.start[group + 1]);
        for (uint32_t i = members.start[group]; i < members.start[group + 1]; i++) {
            CHECK(parts.group_of[members.nodes[i]] == group);
            CHECK(i == members.start[group] || members.nodes[i - 1] < members.nodes[i]);
        }
    }
    return true;
}

static bool check_path(const struct bonds *bonds, const struct graph_filter *filter,
                       const struct naive *naive, GraphDirection direction, uint32_t from,
                       uint32_t to, struct arena *arena) {
    struct graph_path path = graph_path(bonds->graph, filter, from, to, direction, 0, arena);
    CHECK(path.found == (naive->hops[from][to] != GRAPH_NONE));
    CHECK(path.hops == naive->hops[from][to]);
    if (!path.found) {
        return true;
    }
    CHECK(path.nodes[0] == from && path.nodes[path.hops] == to);
    for (uint32_t i = 0; i < path.hops; i++) {
        uint32_t a = path.nodes[i];
        uint32_t b = path.nodes[i + 1];
        const struct graph_edge *edge = graph_edge(bonds->graph, path.edges[i]);
        CHECK(i == 0 || !naive->hub[a]);
        CHECK(counts(filter, edge));
        bool directed = (bonds->directed_kinds >> edge->kind & 1) != 0;
        bool forward = edge->from == a && edge->to == b;
        bool backward = edge->from == b && edge->to == a;
        CHECK(forward || backward);
        CHECK(!directed || direction == GRAPH_EITHER || forward == (direction == GRAPH_FORWARD));
    }
    return true;
}

static bool check_hops(const struct bonds *bonds, const struct graph_filter *filter,
                       struct naive *naive, GraphDirection direction, struct random *random,
                       struct arena *arena) {
    naive_hops(naive, direction);
    uint32_t sources[2] = {(uint32_t)random_below(random, naive->count),
                           (uint32_t)random_below(random, naive->count)};
    uint32_t most = (uint32_t)random_below(random, 5);
    uint32_t *hops = graph_hops(bonds->graph, filter, sources, 2, direction, most, arena);
    for (uint32_t node = 0; node < naive->count; node++) {
        uint32_t a = naive->hops[sources[0]][node];
        uint32_t b = naive->hops[sources[1]][node];
        uint32_t nearest = a < b ? a : b;
        nearest = most > 0 && nearest > most ? GRAPH_NONE : nearest;
        CHECK_THAT(hops[node] == nearest, "node %u: %u, not %u", node, hops[node], nearest);
    }
    for (int i = 0; i < 10; i++) {
        CHECK(check_path(bonds, filter, naive, direction,
                         (uint32_t)random_below(random, naive->count),
                         (uint32_t)random_below(random, naive->count), arena));
    }
    return true;
}

// Reaching from or to a hub that is a source is what naive components do not want.
static void naive_components(struct naive *naive) {
    struct naive whole = *naive;
    for (uint32_t a = 0; a < naive->count; a++) {
        for (uint32_t b = 0; b < naive->count; b++) {
            bool hub = naive->hub[a] || naive->hub[b];
            whole.meets[a][b] = naive->meets[a][b] && !hub;
        }
    }
    naive_hops(&whole, GRAPH_EITHER);
    memcpy(naive->hops, whole.hops, sizeof whole.hops);
}

static bool test_random(void) {
    struct random random;
    random_init(&random, 3);
    static struct naive naive;
    for (int round = 0; round < 150; round++) {
        struct bonds bonds;
        bonds_init(&bonds, 1 + (uint32_t)random_below(&random, NODES_MAX - 1), 200);
        bonds_put_random(&bonds, &random, (uint32_t)random_below(&random, 200), 4);
        CHECK(bonds_make(&bonds) == STATUS_OK);
        uint64_t hubs;
        struct graph_filter filter = filter_random(&random, &hubs);
        naive_make(&naive, &bonds, &filter);
        naive_components(&naive);
        CHECK(check_components(&bonds, &filter, &naive, &bonds.arena));
        for (int direction = GRAPH_EITHER; direction <= GRAPH_BACKWARD; direction++) {
            CHECK(check_hops(&bonds, &filter, &naive, (GraphDirection)direction, &random,
                             &bonds.arena));
        }
        bonds_deinit(&bonds);
    }
    return true;
}

// Two families that meet in one address of a mobile network.
static bool test_hub_by_kind(void) {
    struct bonds bonds;
    bonds_init(&bonds, 7, 8);
    bonds.node_kinds[6] = 3;
    for (uint32_t node = 0; node < 6; node++) {
        bonds_put(&bonds, node, 6, 1);
    }
    bonds_put(&bonds, 0, 1, 1);
    bonds_put(&bonds, 2, 3, 1);
    CHECK(bonds_make(&bonds) == STATUS_OK);
    struct graph_partition parts = graph_components(bonds.graph, NULL, &bonds.arena);
    CHECK(parts.group_count == 1 && parts.hub_count == 0);
    uint32_t degrees[GRAPH_KINDS_MAX] = {[3] = 5};
    struct graph_filter filter = {.hub_degrees = degrees};
    parts = graph_components(bonds.graph, &filter, &bonds.arena);
    CHECK(parts.group_count == 4 && parts.hub_count == 1 && parts.group_of[6] == GRAPH_NONE);
    CHECK(parts.group_of[0] == parts.group_of[1] && parts.group_of[2] == parts.group_of[3]);
    degrees[3] = 6; // as many as it has is not too many
    parts = graph_components(bonds.graph, &filter, &bonds.arena);
    CHECK(parts.group_count == 1);
    bonds_deinit(&bonds);
    return true;
}

// ---- published answers -------------------------------------------------------------------------

enum { SUITE_NODES = 64, FILE_MAX = 1 << 16 };
#define SUITE_INFINITY INT64_MAX

static Slice read_suite(const char *name, struct arena *arena) {
    const char *root = getenv("QIANTANG_ROOT");
    Slice path =
        arena_printf(arena, "%s/tests/data/graphalytics/%s", root == NULL ? "." : root, name);
    FILE *file = fopen(path.at, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path.at);
        return (Slice){NULL, 0};
    }
    char *bytes = arena_alloc(arena, FILE_MAX);
    size_t size = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    return (Slice){bytes, size};
}

// "1 2 3": node 1 is joined with 2 and 3.
static bool read_graph(const char *name, bool directed, struct bonds *bonds, bool *there) {
    bonds_init(bonds, SUITE_NODES, FILE_MAX);
    bonds->directed_kinds = directed;
    Slice rest = read_suite(name, &bonds->arena);
    CHECK(rest.size > 0);
    Slice line;
    while (slice_split(&rest, '\n', &line)) {
        Slice word;
        int64_t from = -1;
        while (slice_split(&line, ' ', &word)) {
            int64_t node;
            if (slice_empty(word)) {
                continue;
            }
            CHECK(slice_to_i64(word, &node) && node >= 0 && node < SUITE_NODES);
            there[node] = true;
            if (from < 0) {
                from = node;
            } else {
                bonds_put(bonds, (uint32_t)from, (uint32_t)node, 1);
            }
        }
    }
    return bonds_make(bonds) == STATUS_OK;
}

// "1 2": node 1 has the answer 2.
static bool read_answers(const char *name, struct arena *arena, int64_t *answers, int *ret_count) {
    Slice rest = read_suite(name, arena);
    CHECK(rest.size > 0);
    Slice line;
    *ret_count = 0;
    while (slice_split(&rest, '\n', &line)) {
        Slice word;
        int64_t node;
        int64_t answer;
        if (slice_empty(line)) {
            continue;
        }
        CHECK(slice_split(&line, ' ', &word) && slice_to_i64(word, &node));
        CHECK(slice_split(&line, ' ', &word) && slice_to_i64(word, &answer));
        CHECK(node >= 0 && node < SUITE_NODES);
        answers[node] = answer;
        ++*ret_count;
    }
    return true;
}

static bool check_suite_hops(const char *input, const char *output, bool directed,
                             uint32_t source) {
    struct bonds bonds;
    bool there[SUITE_NODES] = {false};
    int64_t answers[SUITE_NODES];
    int count;
    CHECK(read_graph(input, directed, &bonds, there));
    CHECK(read_answers(output, &bonds.arena, answers, &count));
    uint32_t *hops = graph_hops(bonds.graph, NULL, &source, 1, GRAPH_FORWARD, 0, &bonds.arena);
    for (uint32_t node = 0; node < SUITE_NODES; node++) {
        int64_t got = hops[node] == GRAPH_NONE ? SUITE_INFINITY : hops[node];
        CHECK_THAT(!there[node] || got == answers[node], "%s: node %u", input, node);
        count -= there[node];
    }
    CHECK(count == 0);
    bonds_deinit(&bonds);
    return true;
}

static bool check_suite_components(const char *input, const char *output, bool directed) {
    struct bonds bonds;
    bool there[SUITE_NODES] = {false};
    int64_t answers[SUITE_NODES];
    int count;
    CHECK(read_graph(input, directed, &bonds, there));
    CHECK(read_answers(output, &bonds.arena, answers, &count));
    struct graph_partition parts = graph_components(bonds.graph, NULL, &bonds.arena);
    for (uint32_t a = 0; a < SUITE_NODES; a++) {
        count -= there[a];
        for (uint32_t b = 0; b < SUITE_NODES; b++) {
            bool same = there[a] && there[b] && answers[a] == answers[b];
            CHECK_THAT(!there[a] || !there[b] || same == (parts.group_of[a] == parts.group_of[b]),
                       "%s: nodes %u and %u", input, a, b);
        }
    }
    CHECK(count == 0);
    bonds_deinit(&bonds);
    return true;
}

static bool test_graphalytics_hops(void) {
    CHECK(check_suite_hops("bfs/dir-input", "bfs/dir-output", true, 1));
    CHECK(check_suite_hops("bfs/undir-input", "bfs/undir-output", false, 1));
    CHECK(check_suite_hops("example/example-directed-input", "example/example-directed-BFS", true,
                           1));
    CHECK(check_suite_hops("example/example-undirected-input", "example/example-undirected-BFS",
                           false, 2));
    return true;
}

static bool test_graphalytics_components(void) {
    CHECK(check_suite_components("wcc/dir-input", "wcc/dir-output", true));
    CHECK(check_suite_components("wcc/undir-input", "wcc/undir-output", false));
    CHECK(check_suite_components("example/example-directed-input", "example/example-directed-WCC",
                                 true));
    CHECK(check_suite_components("example/example-undirected-input",
                                 "example/example-undirected-WCC", false));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_random),
        TEST(test_hub_by_kind),
        TEST(test_graphalytics_hops),
        TEST(test_graphalytics_components),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
