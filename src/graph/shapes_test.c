#include "graph/bonds_test.h"

#include "base/bits.h"

enum { NODES_MAX = 8, MOVES_MAX = 40, FOUND_MAX = 4000, CYCLE_MAX = 5 };

// ---- naive: everything is tried ----------------------------------------------------------------

struct naive {
    struct graph_movement moves[MOVES_MAX]; // in the order of time
    uint32_t count, node_count;
    struct graph_shape_options options;
    // What is there: of each kind its middle, and how many.
    struct {
        GraphShapeKind kind;
        uint32_t centre, target, many;
        uint32_t nodes[CYCLE_MAX]; // of a cycle, from the seed on
    } found[FOUND_MAX];
    uint32_t found_count;
};

static bool counts(const struct naive *naive, uint32_t move) {
    const struct graph_shape_options *options = &naive->options;
    int64_t time_us = naive->moves[move].time_us;
    return options->from_us == options->to_us ||
           (time_us >= options->from_us && time_us < options->to_us);
}

static bool keeps(const struct naive *naive, uint32_t first, uint32_t second) {
    double a = (double)naive->moves[first].amount;
    double b = (double)naive->moves[second].amount;
    return b >= a * naive->options.keep_min && a >= b * naive->options.keep_min;
}

static bool is_partner(const struct naive *naive, uint32_t node, bool as_payee, bool as_payer) {
    uint32_t seed = naive->options.seed;
    for (uint32_t i = 0; i < naive->count; i++) {
        const struct graph_movement *move = &naive->moves[i];
        if (counts(naive, i) && ((as_payee && move->from == seed && move->to == node) ||
                                 (as_payer && move->to == seed && move->from == node))) {
            return true;
        }
    }
    return false;
}

static void put(struct naive *naive, GraphShapeKind kind, uint32_t centre, uint32_t target,
                uint32_t many) {
    if (many >= naive->options.fan_min) {
        naive->found[naive->found_count].kind = kind;
        naive->found[naive->found_count].centre = centre;
        naive->found[naive->found_count].target = target;
        naive->found[naive->found_count++].many = many;
    }
}

// Others that move money with `centre` in movements from `begin` to `end`, as bits.
static uint64_t others(const struct naive *naive, uint32_t centre, bool inward, uint32_t begin,
                       uint32_t end) {
    uint64_t set = 0;
    for (uint32_t i = begin; i < end; i++) {
        const struct graph_movement *move = &naive->moves[i];
        if (counts(naive, i) && (inward ? move->to : move->from) == centre) {
            set |= UINT64_C(1) << (inward ? move->from : move->to);
        }
    }
    return set;
}

static uint32_t size_of(uint64_t set) {
    return (uint32_t)__builtin_popcountll(set);
}

static bool has_seed(const struct naive *naive, uint64_t set, uint32_t centre) {
    return centre == naive->options.seed || (set >> naive->options.seed & 1) != 0;
}

static int64_t span(const struct naive *naive, uint32_t first, uint32_t last) {
    return naive->moves[last].time_us - naive->moves[first].time_us;
}

static void naive_fan(struct naive *naive, uint32_t centre, bool inward) {
    uint32_t most = 0;
    for (uint32_t begin = 0; begin < naive->count; begin++) {
        for (uint32_t end = begin; end < naive->count; end++) {
            uint64_t set = others(naive, centre, inward, begin, end + 1);
            if (span(naive, begin, end) <= naive->options.window_us &&
                has_seed(naive, set, centre) && size_of(set) > most) {
                most = size_of(set);
            }
        }
    }
    put(naive, inward ? GRAPH_SHAPE_FAN_IN : GRAPH_SHAPE_FAN_OUT, centre, GRAPH_NONE, most);
}

static void naive_turn(struct naive *naive, uint32_t centre) {
    uint32_t most = 0;
    int64_t half_us = naive->options.window_us / 2;
    for (uint32_t turn = 0; turn < naive->count; turn++) {
        if (naive->moves[turn].from != centre || !counts(naive, turn)) {
            continue;
        }
        uint32_t begin = turn;
        while (begin > 0 && span(naive, begin - 1, turn) <= half_us) {
            begin--;
        }
        uint32_t end = turn;
        while (end < naive->count && span(naive, turn, end) <= half_us) {
            end++;
        }
        uint64_t in = others(naive, centre, true, begin, turn);
        uint64_t out = others(naive, centre, false, turn, end);
        uint32_t many = size_of(in) < size_of(out) ? size_of(in) : size_of(out);
        most = has_seed(naive, in | out, centre) && many > most ? many : most;
    }
    put(naive, GRAPH_SHAPE_GATHER_SCATTER, centre, GRAPH_NONE, most);
}

// Middles over which `payer` pays `target` within a window that begins with movement `begin`.
static uint64_t middles(const struct naive *naive, uint32_t payer, uint32_t target,
                        uint32_t begin) {
    uint64_t set = 0;
    for (uint32_t i = begin; i < naive->count; i++) {
        for (uint32_t k = i + 1; k < naive->count; k++) {
            const struct graph_movement *first = &naive->moves[i];
            const struct graph_movement *second = &naive->moves[k];
            if (counts(naive, i) && counts(naive, k) && first->from == payer &&
                first->to == second->from && second->to == target &&
                span(naive, begin, k) <= naive->options.window_us && keeps(naive, i, k)) {
                set |= UINT64_C(1) << first->to;
            }
        }
    }
    return set;
}

static void naive_scatter(struct naive *naive, uint32_t payer, uint32_t target) {
    uint32_t seed = naive->options.seed;
    uint32_t most = 0;
    for (uint32_t begin = 0; begin < naive->count; begin++) {
        uint64_t set = middles(naive, payer, target, begin);
        bool takes_part = payer == seed || target == seed || (set >> seed & 1) != 0;
        if (naive->moves[begin].from == payer && counts(naive, begin) && takes_part) {
            most = size_of(set) > most ? size_of(set) : most;
        }
    }
    put(naive, GRAPH_SHAPE_SCATTER_GATHER, payer, target, most);
}

// Whether movements, taken from the seed on, may be a cycle.
static bool is_cycle(const struct naive *naive, const uint32_t *moves, uint32_t length) {
    uint32_t first = 0;
    uint32_t last = 0;
    for (uint32_t i = 1; i < length; i++) {
        first = moves[i] < moves[first] ? i : first;
        last = moves[i] > moves[last] ? i : last;
    }
    if (span(naive, moves[first], moves[last]) > naive->options.window_us) {
        return false;
    }
    for (uint32_t i = 0; i < length; i++) {
        uint32_t now = moves[(first + i) % length];
        uint32_t next = moves[(first + i + 1) % length];
        bool any_order = naive->options.cycle_any_order;
        bool begins = !any_order && i + 1 == length; // from the last to the first nothing is kept
        if ((!any_order && i + 1 < length && next < now) || (!begins && !keeps(naive, now, next))) {
            return false;
        }
    }
    return true;
}

static void put_naive_cycle(struct naive *naive, const uint32_t *moves, uint32_t length) {
    uint32_t nodes[CYCLE_MAX];
    for (uint32_t i = 0; i < length; i++) {
        nodes[i] = naive->moves[moves[i]].from;
    }
    for (uint32_t i = 0; i < naive->found_count; i++) {
        if (naive->found[i].kind == GRAPH_SHAPE_CYCLE && naive->found[i].many == length &&
            memcmp(naive->found[i].nodes, nodes, sizeof nodes[0] * length) == 0) {
            return;
        }
    }
    naive->found[naive->found_count].kind = GRAPH_SHAPE_CYCLE;
    naive->found[naive->found_count].many = length;
    memcpy(naive->found[naive->found_count++].nodes, nodes, sizeof nodes[0] * length);
}

static void naive_cycles(struct naive *naive, uint32_t *moves, uint32_t length) {
    uint32_t node = length == 0 ? naive->options.seed : naive->moves[moves[length - 1]].to;
    for (uint32_t i = 0; i < length; i++) {
        if (naive->moves[moves[i]].from == node) {
            if (i == 0 && is_cycle(naive, moves, length)) {
                put_naive_cycle(naive, moves, length);
            }
            return;
        }
    }
    for (uint32_t i = 0; i < naive->count && length < naive->options.hops_max; i++) {
        if (naive->moves[i].from == node && counts(naive, i)) {
            moves[length] = i;
            naive_cycles(naive, moves, length + 1);
        }
    }
}

static void naive_find(struct naive *naive) {
    uint32_t seed = naive->options.seed;
    uint32_t moves[CYCLE_MAX + 1];
    naive->found_count = 0;
    for (uint32_t node = 0; node < naive->node_count; node++) {
        if (node == seed || is_partner(naive, node, true, false)) {
            naive_fan(naive, node, true);
        }
        if (node == seed || is_partner(naive, node, false, true)) {
            naive_fan(naive, node, false);
        }
        if (node == seed || is_partner(naive, node, true, true)) {
            naive_turn(naive, node);
        }
        for (uint32_t target = 0; target < naive->node_count; target++) {
            if (node != target) {
                naive_scatter(naive, node, target);
            }
        }
    }
    naive_cycles(naive, moves, 0);
}

// ---- random ------------------------------------------------------------------------------------

static bool same_cycle(const struct naive *naive, const struct graph_shape *shape, uint32_t index) {
    uint32_t length = shape->movement_count;
    uint32_t node = naive->options.seed;
    for (uint32_t i = 0; i < length; i++) {
        if (naive->found[index].nodes[i] != node) {
            return false;
        }
        uint32_t next = GRAPH_NONE;
        for (uint32_t k = 0; k < length; k++) {
            const struct graph_movement *move = &naive->moves[shape->movements[k]];
            next = move->from == node ? move->to : next;
        }
        node = next;
    }
    return node == naive->options.seed;
}

static bool is_there(const struct naive *naive, const struct graph_shape *shape) {
    for (uint32_t i = 0; i < naive->found_count; i++) {
        bool same = naive->found[i].kind == shape->kind && naive->found[i].many == shape->many;
        bool ends =
            naive->found[i].centre == shape->centre && naive->found[i].target == shape->target;
        bool cycle = shape->kind == GRAPH_SHAPE_CYCLE;
        if (same && (cycle ? same_cycle(naive, shape, i) : ends)) {
            return true;
        }
    }
    return false;
}

// The movements that a shape tells make it.
static bool check_movements(const struct naive *naive, const struct graph_shape *shape) {
    int64_t amount = 0;
    uint64_t in = 0;
    uint64_t out = 0;
    uint64_t first = 0;
    uint64_t second = 0;
    uint64_t everybody = 0;
    for (uint32_t i = 0; i < shape->movement_count; i++) {
        const struct graph_movement *move = &naive->moves[shape->movements[i]];
        CHECK(counts(naive, shape->movements[i]));
        CHECK(i == 0 || shape->movements[i - 1] < shape->movements[i]);
        amount += move->amount;
        in |= move->to == shape->centre ? UINT64_C(1) << move->from : 0;
        out |= move->from == shape->centre ? UINT64_C(1) << move->to : 0;
        first |= move->from == shape->centre ? UINT64_C(1) << move->to : 0;
        second |= move->to == shape->target ? UINT64_C(1) << move->from : 0;
        everybody |= UINT64_C(1) << move->from | UINT64_C(1) << move->to;
    }
    CHECK(shape->amount == amount && (everybody >> naive->options.seed & 1) != 0);
    CHECK(shape->first_us == naive->moves[shape->movements[0]].time_us);
    CHECK(shape->last_us == naive->moves[shape->movements[shape->movement_count - 1]].time_us);
    CHECK(shape->last_us - shape->first_us <= naive->options.window_us);
    uint32_t smaller = size_of(in) < size_of(out) ? size_of(in) : size_of(out);
    CHECK(shape->kind != GRAPH_SHAPE_FAN_IN || (out == 0 && size_of(in) == shape->many));
    CHECK(shape->kind != GRAPH_SHAPE_FAN_OUT || (in == 0 && size_of(out) == shape->many));
    CHECK(shape->kind != GRAPH_SHAPE_GATHER_SCATTER || smaller == shape->many);
    CHECK(shape->kind != GRAPH_SHAPE_SCATTER_GATHER ||
          (first == second && size_of(first) == shape->many));
    CHECK(shape->kind != GRAPH_SHAPE_CYCLE ||
          naive->moves[shape->movements[0]].from == shape->centre);
    return true;
}

static void make_random(struct naive *naive, struct random *random) {
    naive->node_count = 3 + (uint32_t)random_below(random, NODES_MAX - 2);
    naive->count = (uint32_t)random_below(random, MOVES_MAX);
    int64_t time_us = 100;
    for (uint32_t i = 0; i < naive->count; i++) {
        uint32_t from = (uint32_t)random_below(random, naive->node_count);
        uint32_t other = 1 + (uint32_t)random_below(random, naive->node_count - 1);
        time_us += (int64_t)random_below(random, 3);
        naive->moves[i] = (struct graph_movement){
            .time_us = time_us,
            .number = i,
            .amount = 1 + (int64_t)random_below(random, 20),
            .from = from,
            .to = (from + other) % naive->node_count,
        };
    }
    int64_t from_us = 100 + (int64_t)random_below(random, 20);
    bool timed = random_below(random, 3) == 0;
    naive->options = (struct graph_shape_options){
        .seed = (uint32_t)random_below(random, naive->node_count),
        .from_us = timed ? from_us : 0,
        .to_us = timed ? from_us + 1 + (int64_t)random_below(random, 40) : 0,
        .window_us = 1 + (int64_t)random_below(random, 60),
        .fan_min = 2 + (uint32_t)random_below(random, 2),
        .hops_max = 2 + (uint32_t)random_below(random, CYCLE_MAX - 1),
        .cycle_any_order = random_below(random, 2) == 0,
        .keep_min = random_below(random, 2) == 0 ? 0 : 0.5,
        .shapes_max = FOUND_MAX,
    };
}

static bool test_random(void) {
    struct random random;
    random_init(&random, 11);
    static struct naive naive;
    uint64_t met[GRAPH_SHAPE_COUNT] = {0};
    for (int round = 0; round < 1500; round++) {
        struct arena arena;
        struct diag diag;
        struct graph_ledger *ledger;
        struct graph_shapes shapes;
        arena_init(&arena, 1 << 16);
        make_random(&naive, &random);
        naive_find(&naive);
        struct graph_ledger_plan plan = {naive.moves, naive.count, naive.node_count, NULL, 0};
        CHECK(graph_ledger_create(&plan, &arena, &ledger, &diag) == STATUS_OK);
        CHECK(graph_shapes_find(ledger, &naive.options, &arena, &shapes, &diag) == STATUS_OK);
        CHECK(shapes.cuts == 0 && shapes.hubs == 0);
        for (uint32_t i = 0; i < shapes.count; i++) {
            CHECK(check_movements(&naive, &shapes.items[i]));
            CHECK_THAT(is_there(&naive, &shapes.items[i]), "round %d: kind %d, centre %u, %u many",
                       round, shapes.items[i].kind, shapes.items[i].centre, shapes.items[i].many);
            CHECK(i == 0 || shapes.items[i - 1].kind <= shapes.items[i].kind);
            met[shapes.items[i].kind]++;
        }
        CHECK_THAT(shapes.count == naive.found_count, "round %d: %u, not %u", round, shapes.count,
                   naive.found_count);
        graph_ledger_destroy(ledger);
        arena_deinit(&arena);
    }
    for (int kind = 0; kind < GRAPH_SHAPE_COUNT; kind++) {
        CHECK_THAT(met[kind] > 100, "kind %d: %llu", kind, (unsigned long long)met[kind]);
    }
    return true;
}

// ---- made by hand ------------------------------------------------------------------------------

#define DAY (INT64_C(86400) * 1000000)

struct story {
    struct arena arena;
    struct diag diag;
    struct graph_movement moves[2048];
    uint32_t count, node_count;
    struct graph_ledger *ledger;
    struct graph_shapes shapes;
};

static void story_init(struct story *story, uint32_t node_count) {
    *story = (struct story){.node_count = node_count};
    arena_init(&story->arena, 1 << 16);
}

static void story_deinit(struct story *story) {
    graph_ledger_destroy(story->ledger);
    arena_deinit(&story->arena);
}

static void pay(struct story *story, int64_t day, uint32_t from, uint32_t to, int64_t fen) {
    story->moves[story->count++] = (struct graph_movement){
        .time_us = day * DAY, .amount = fen, .number = story->count, .from = from, .to = to};
}

static Status story_find(struct story *story, const struct graph_shape_options *options) {
    struct graph_ledger_plan plan = {story->moves, story->count, story->node_count, NULL, 0};
    graph_ledger_destroy(story->ledger);
    story->ledger = NULL;
    TRY(graph_ledger_create(&plan, &story->arena, &story->ledger, &story->diag));
    return graph_shapes_find(story->ledger, options, &story->arena, &story->shapes, &story->diag);
}

// A ring of six, found from each of them; what it keeps falls from 1,000 to 750.
static bool test_ring(void) {
    static struct story story;
    story_init(&story, 6);
    for (uint32_t i = 0; i < 6; i++) {
        pay(&story, i, (2 + i) % 6, (3 + i) % 6, 1000 - 50 * i);
    }
    for (uint32_t seed = 0; seed < 6; seed++) {
        struct graph_shape_options options = {.seed = seed, .keep_min = 0.9};
        CHECK(story_find(&story, &options) == STATUS_OK);
        CHECK(story.shapes.count == 1 && story.shapes.cuts == 0);
        const struct graph_shape *shape = &story.shapes.items[0];
        CHECK(shape->kind == GRAPH_SHAPE_CYCLE && shape->many == 6 && shape->centre == 2);
        CHECK(shape->amount == 5250 && shape->first_us == 0 && shape->last_us == 5 * DAY);
        options.hops_max = 5;
        CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 0);
        options = (struct graph_shape_options){.seed = seed, .keep_min = 0.95};
        CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 0);
        options = (struct graph_shape_options){.seed = seed, .window_us = 5 * DAY - 1};
        CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 0);
    }
    // One of them pays too early, wherever the ring is begun.
    story.moves[2].time_us = 5 * DAY;
    struct graph_shape_options options = {.seed = 0};
    CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 0);
    options.cycle_any_order = true;
    CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 1);
    story_deinit(&story);
    return true;
}

// Of two windows with as many the first is told.
static bool test_earliest(void) {
    static struct story story;
    story_init(&story, 7);
    for (uint32_t i = 1; i < 7; i++) {
        pay(&story, i < 4 ? i : 100 + i, i, 0, 10 * i);
    }
    struct graph_shape_options options = {.seed = 0};
    CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 1);
    CHECK(story.shapes.items[0].kind == GRAPH_SHAPE_FAN_IN && story.shapes.items[0].many == 3);
    CHECK(story.shapes.items[0].amount == 60 && story.shapes.items[0].last_us == 3 * DAY);
    options = (struct graph_shape_options){.seed = 5}; // where the seed takes part
    CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 1);
    CHECK(story.shapes.items[0].amount == 150 && story.shapes.items[0].first_us == 104 * DAY);
    story_deinit(&story);
    return true;
}

// 0 pays 1 to 5, these pay 6; seen from the payer, the target, and one between.
static bool test_scatter(void) {
    static struct story story;
    story_init(&story, 7);
    for (uint32_t i = 1; i < 6; i++) {
        pay(&story, i, 0, i, 1000);
        pay(&story, i + 5, i, 6, 900);
    }
    static const uint32_t seeds[] = {0, 3, 6};
    for (int i = 0; i < 3; i++) {
        struct graph_shape_options options = {.seed = seeds[i],
                                              .kinds = 1 << GRAPH_SHAPE_SCATTER_GATHER};
        CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 1);
        const struct graph_shape *shape = &story.shapes.items[0];
        CHECK(shape->centre == 0 && shape->target == 6 && shape->many == 5);
        CHECK(shape->movement_count == 10 && shape->amount == 9500);
        options.window_us = 7 * DAY; // three of them come in time
        CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 1);
        CHECK(story.shapes.items[0].many == 3);
        options.fan_min = 4;
        CHECK(story_find(&story, &options) == STATUS_OK && story.shapes.count == 0);
    }
    story_deinit(&story);
    return true;
}

// ---- bounds ------------------------------------------------------------------------------------

// Everybody pays a shop and the shop pays everybody.
static bool test_hub(void) {
    static struct story story;
    story_init(&story, 101);
    for (uint32_t i = 0; i < 100; i++) {
        pay(&story, 1, i, 100, 5);
        pay(&story, 2, 100, i, 5);
    }
    struct graph_shape_options options = {.seed = 7};
    CHECK(story_find(&story, &options) == STATUS_OK);
    CHECK(story.shapes.count == 4 && story.shapes.hubs == 0);
    options.partners_max = 199;
    CHECK(story_find(&story, &options) == STATUS_OK);
    CHECK(story.shapes.count == 0 && story.shapes.hubs == 1 && story.shapes.cuts == 0);
    options.seed = 100; // the seed itself is led over
    CHECK(story_find(&story, &options) == STATUS_OK);
    CHECK(story.shapes.count == 103 && story.shapes.cuts == 0);
    story_deinit(&story);
    return true;
}

static bool test_bounds(void) {
    static struct story story;
    struct random random;
    random_init(&random, 12);
    story_init(&story, 30);
    for (int64_t i = 0; i < 2000; i++) {
        uint32_t from = (uint32_t)random_below(&random, 30);
        pay(&story, i / 100, from, (from + 1 + (uint32_t)random_below(&random, 29)) % 30, 5);
    }
    for (uint32_t steps = 1; steps < 400000; steps = steps * 3 / 2 + 1) {
        struct graph_shape_options options = {.seed = 4, .steps_max = steps, .hops_max = 5};
        CHECK(story_find(&story, &options) == STATUS_OK);
        CHECK((story.shapes.cuts & (GRAPH_CUT_STEPS | GRAPH_CUT_SHAPES)) != 0);
    }
    struct graph_shape_options options = {.seed = 4, .shapes_max = 3};
    CHECK(story_find(&story, &options) == STATUS_OK);
    CHECK((story.shapes.cuts & GRAPH_CUT_SHAPES) != 0);
    CHECK(story.shapes.count == 3 * GRAPH_SHAPE_COUNT);
    story_deinit(&story);
    return true;
}

static bool test_refused(void) {
    static struct story story;
    story_init(&story, 3);
    pay(&story, 1, 0, 1, 5);
    const struct graph_shape_options wrong[] = {{.seed = 3},
                                                {.window_us = -1},
                                                {.hops_max = 1},
                                                {.hops_max = 17},
                                                {.keep_min = 1.5},
                                                {.keep_min = -1},
                                                {.steps_max = UINT32_MAX},
                                                {.shapes_max = UINT32_MAX},
                                                {.window_us = INT64_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(story_find(&story, &wrong[i]) == STATUS_INVALID);
        CHECK(strcmp(story.diag.code, "GR007") == 0);
    }
    story_deinit(&story);
    return true;
}

static bool test_texts(void) {
    for (int kind = 0; kind < GRAPH_SHAPE_COUNT; kind++) {
        struct graph_shape_text text = graph_shape_text((GraphShapeKind)kind);
        CHECK(text.word.size > 0 && text.zh.size > 0 && text.en.size > 0);
    }
    CHECK(slice_is(graph_shape_text(GRAPH_SHAPE_CYCLE).word, "cycle"));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_random), TEST(test_ring),   TEST(test_earliest), TEST(test_scatter),
        TEST(test_hub),    TEST(test_bounds), TEST(test_refused),  TEST(test_texts),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
