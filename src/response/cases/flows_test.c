// Ways of money: no fen is lost or made, and what is read account by account as the money comes to
// them gives the same as all movements at once.

#include "response/cases/world_test.h"

enum { ACCOUNTS = 12, MOVEMENTS = 160, EXITS = 3, PICTURE_MAX = 4 << 20 };

struct work {
    struct case_fact facts[MOVEMENTS];
    Slice account;
    struct flow_options options;
    struct flow_result result;
    Slice json;
    int64_t id, number;
    struct case_plan plan;
    struct case_copy copy;
    struct case_amounts amounts;
};

static struct work *work_of(void *context) {
    return ((struct world *)context)->given;
}

// ---- random movements --------------------------------------------------------------------------

static void make_movements(struct world *w, struct work *work) {
    static const MoneyPlace exits[] = {PLACE_BANK, PLACE_CASH, PLACE_MERCHANT};
    for (int i = 0; i < MOVEMENTS; i++) {
        uint64_t from = random_below(&w->random, ACCOUNTS), draw = random_below(&w->random, 10);
        uint64_t to = (from + 1 + random_below(&w->random, ACCOUNTS - 1)) % ACCOUNTS;
        bool leaves = draw == 0, comes = draw == 1;
        work->facts[i] = (struct case_fact){
            .kind = CASE_FACT_MOVEMENT,
            .movement = {.sequence = w->test * INT64_C(100000) + i,
                         .time_us = DAY_0 + i / 2, // two at once
                         .event_id = named(w, "E", (uint64_t)i),
                         .payer = comes ? named(w, "X", from % EXITS) : named(w, "A", from),
                         .payer_place = comes ? PLACE_BANK : PLACE_OWN,
                         .payee = leaves ? named(w, "X", to % EXITS) : named(w, "A", to),
                         .payee_place = leaves ? exits[to % EXITS] : PLACE_OWN,
                         .amount = 1 + (int64_t)random_below(&w->random, 1000),
                         .kind = SLICE("transfer_out"),
                         .state = random_below(&w->random, 10) == 0 ? MOVED_FAILED : MOVED_DONE}};
    }
}

static Status take(void *context, struct book *book) {
    struct case_taken taken;
    return cases_take(book, work_of(context)->facts, MOVEMENTS, &taken);
}

static Status trace_account(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct buf out;
    struct json_writer json;
    buf_init(&out, PICTURE_MAX);
    json_writer_init(&json, &out);
    Status status = flow_of_account(book, work->account, &work->options, &json, &work->result);
    work->json = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return status;
}

// ---- what the picture says ---------------------------------------------------------------------

static int64_t member(JsonTree tree, uint32_t object, const char *key) {
    uint32_t at = json_member(tree, object, slice_of(key));
    return at == JSON_NONE ? 0 : tree.nodes[at].i64;
}

// Amounts of one way (1 forward, -1 backward) that edges bring to and take from a node.
static void sum_edges(JsonTree tree, int64_t node, int sign, int64_t *ret_in, int64_t *ret_out) {
    uint32_t edges = json_member(tree, 0, SLICE("edges"));
    *ret_in = *ret_out = 0;
    JSON_EACH(tree, edges, edge) {
        if ((member(tree, edge, "layer") > 0) == (sign > 0)) {
            int64_t amount = member(tree, edge, "amount");
            *ret_in += member(tree, edge, "to") == node ? amount : 0;
            *ret_out += member(tree, edge, "from") == node ? amount : 0;
        }
    }
}

static bool is_kept(JsonTree tree, uint32_t side, int64_t node, int sign) {
    int64_t in, out;
    sum_edges(tree, node, sign, &in, &out);
    int64_t received = member(tree, side, "received"), passed_on = member(tree, side, "passed_on");
    int64_t own = member(tree, side, "own"), left = member(tree, side, "left");
    int64_t rest = member(tree, side, "outside") + member(tree, side, "not_followed") +
                   member(tree, side, "rejoined");
    return in == received && out == passed_on &&
           (sign > 0 ? received + own == passed_on + left + rest
                     : passed_on + left == received + own + rest);
}

static bool conserves(struct world *w, struct work *work, const char *way, int sign) {
    struct json_reader *reader = json_reader_create(PICTURE_MAX, JSON_DEPTH_MAX);
    JsonTree tree;
    CHECK(json_parse(reader, work->json, &tree) == STATUS_OK);
    uint32_t sums = json_member(tree, 0, slice_of(way));
    int64_t ends = member(tree, sums, sign > 0 ? "still_here" : "own") +
                   member(tree, sums, "outside") + member(tree, sums, "not_followed") +
                   member(tree, sums, "rejoined");
    CHECK_THAT(member(tree, sums, "traced") == ends, "%s of %.*s", way, SLICE_ARGS(work->account));
    uint32_t nodes = json_member(tree, 0, SLICE("nodes"));
    JSON_EACH(tree, nodes, node) {
        uint32_t side = json_member(tree, node, slice_of(way));
        CHECK_THAT(side == JSON_NONE || is_kept(tree, side, member(tree, node, "id"), sign),
                   "%s at node %lld: %.*s", way, (long long)member(tree, node, "id"),
                   SLICE_ARGS(work->json));
    }
    json_reader_destroy(reader);
    (void)w;
    return true;
}

static int64_t paid_by(const struct work *work, Slice account) {
    int64_t paid = 0;
    for (int i = 0; i < MOVEMENTS; i++) {
        const struct case_movement *move = &work->facts[i].movement;
        bool counts = move->payer_place == PLACE_OWN && move->state == MOVED_DONE;
        paid += counts && slice_equal(move->payer, account) ? move->amount : 0;
    }
    return paid;
}

static bool test_conserved(void) {
    static struct work work;
    for (int run = 0; run < 8; run++) {
        struct world w;
        work = (struct work){0};
        CHECK(world_init(&w));
        w.given = &work;
        make_movements(&w, &work);
        DO(&w, DAY_0 + 1, take);
        for (uint64_t account = 0; account < ACCOUNTS; account++) {
            for (int bounds = 0; bounds < 4; bounds++) {
                work.account = named(&w, "A", account);
                work.options = (struct flow_options){.order = bounds == 1 ? GRAPH_FLOW_LAST_OUT : 0,
                                                     .amount_min = bounds == 2 ? 500 : 1,
                                                     .accounts_max = bounds == 3 ? 4 : 0,
                                                     .rows_max = bounds == 3 ? 12 : 0,
                                                     .layers_max = bounds == 2 ? 2 : 0};
                DO(&w, DAY_0 + 1000, trace_account);
                CHECK(conserves(&w, &work, "forward", 1));
                CHECK(conserves(&w, &work, "backward", -1));
                CHECK(bounds > 2 || work.result.traced == paid_by(&work, work.account));
            }
        }
        CHECK(world_deinit(&w));
    }
    return true;
}

// ---- all at once -------------------------------------------------------------------------------

static uint32_t node_of(struct world *w, MoneyPlace place, Slice name) {
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        if (place == PLACE_OWN && slice_equal(name, named(w, "A", i))) {
            return i;
        }
    }
    return ACCOUNTS + (uint32_t)place; // exits of a kind are one: nothing is led through them
}

static bool trace_all(struct world *w, struct work *work, uint32_t account,
                      struct graph_flow *ret) {
    static struct graph_movement movements[MOVEMENTS];
    static uint8_t kinds[ACCOUNTS + PLACE_COUNT];
    uint32_t count = 0;
    struct graph_ledger *ledger;
    for (int i = 0; i < MOVEMENTS; i++) {
        const struct case_movement *move = &work->facts[i].movement;
        if (move->state == MOVED_DONE) {
            movements[count++] =
                (struct graph_movement){.time_us = move->time_us,
                                        .amount = move->amount,
                                        .number = (uint64_t)move->sequence,
                                        .from = node_of(w, move->payer_place, move->payer),
                                        .to = node_of(w, move->payee_place, move->payee)};
        }
    }
    for (uint32_t i = 0; i < PLACE_COUNT; i++) {
        kinds[ACCOUNTS + i] = 1;
    }
    struct graph_ledger_plan plan = {.movements = movements,
                                     .movement_count = count,
                                     .node_count = ACCOUNTS + PLACE_COUNT,
                                     .node_kinds = kinds,
                                     .exit_kinds = 1 << 1};
    CHECK(graph_ledger_create(&plan, &w->scratch.arena, &ledger, &w->scratch.diag) == STATUS_OK);
    struct graph_flow_options options = {.account = account, .layers_max = 8};
    CHECK(graph_flow_trace(ledger, &options, &w->scratch.arena, ret, &w->scratch.diag) ==
          STATUS_OK);
    graph_ledger_destroy(ledger);
    return true;
}

static bool test_as_all_at_once(void) {
    static struct work work;
    struct world w;
    work = (struct work){.options = {.amount_min = 1}};
    CHECK(world_init(&w));
    w.given = &work;
    make_movements(&w, &work);
    DO(&w, DAY_0 + 1, take);
    for (uint32_t account = 0; account < ACCOUNTS; account++) {
        struct graph_flow all;
        work.account = named(&w, "A", account);
        DO(&w, DAY_0 + 1000, trace_account);
        CHECK(trace_all(&w, &work, account, &all));
        CHECK(all.traced == work.result.traced && all.left == work.result.still_here);
        CHECK(all.outside == work.result.outside && all.layers == work.result.layers);
        CHECK(all.not_followed == work.result.not_followed);
    }
    return world_deinit(&w);
}

// ---- of a case ---------------------------------------------------------------------------------

static struct case_fact payment(struct world *w, int number, const char *from, const char *to,
                                MoneyPlace place, int64_t amount) {
    return (struct case_fact){.kind = CASE_FACT_MOVEMENT,
                              .movement = {.sequence = w->test * INT64_C(100000) + number,
                                           .time_us = DAY_0 + number * US_PER_MINUTE,
                                           .event_id = named(w, "E", (uint64_t)number),
                                           .payer = named(w, from, 1),
                                           .payee = named(w, to, 1),
                                           .payee_place = place,
                                           .amount = amount,
                                           .state = MOVED_DONE}};
}

// A victim pays 90,000 to a first account, which passes 80,000 on to a second one and keeps the
// rest; the second draws 50,000 and pays 20,000 to another bank. Others pay their own things.
static Status take_chain(void *context, struct book *book) {
    struct world *w = context;
    struct case_taken taken;
    const struct case_fact facts[] = {
        payment(w, 1, "Salary", "Victim", PLACE_OWN, 3000000),
        payment(w, 2, "Victim", "First", PLACE_OWN, 9000000),
        payment(w, 3, "First", "Second", PLACE_OWN, 8000000),
        payment(w, 4, "Second", "ATM", PLACE_CASH, 5000000),
        payment(w, 5, "Second", "Elsewhere", PLACE_BANK, 2000000),
        payment(w, 6, "Victim", "Shop", PLACE_MERCHANT, 1000),
    };
    return cases_take(book, facts, sizeof facts / sizeof facts[0], &taken);
}

static Status open_chain(void *context, struct book *book) {
    struct world *w = context;
    struct work *work = work_of(context);
    const char *const names[] = {"Victim", "First", "Second"};
    const char *const roles[] = {"VICTIM", "FIRST_LEVEL", "TRANSIT"};
    work->plan = (struct case_plan){.title = SLICE("chain"), .type = SLICE("FRAUD")};
    TRY(case_open(book, 0, &work->plan, &work->id));
    for (int i = 0; i < 3; i++) {
        struct case_subject subject = {
            .kind = SLICE("ACCOUNT"), .name = named(w, names[i], 1), .role = slice_of(roles[i])};
        TRY(case_put_subject(book, 0, work->id, &subject));
    }
    return STATUS_OK;
}

static Status trace_case(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct buf out;
    struct json_writer json;
    buf_init(&out, PICTURE_MAX);
    json_writer_init(&json, &out);
    Status status = flow_of_case(book, 0, work->id, &work->options, &json, &work->result);
    work->json = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return status;
}

static Status keep_picture(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct case_frozen frozen;
    struct case_suggestion *found;
    struct case_copy copies[4];
    uint32_t count;
    Slice kept;
    TRY(case_suggest_copies(book, 0, work->id, DAY_0, DAY_0 + US_PER_DAY, 100, &found, &count));
    // What came to the circle and what left it; not the victim's salary and shopping.
    ENSURE(count == 4 && slice_is(found[0].copy.part, "SOURCE"), STATUS_LIMIT);
    for (uint32_t i = 0; i < count; i++) {
        ENSURE(found[i].amount > 0 && found[i].payer.size > 0 && found[i].payee.size > 0 &&
                   found[i].time_us >= DAY_0,
               STATUS_LIMIT);
        copies[i] = found[i].copy;
    }
    TRY(case_freeze(book, 0, work->id, copies, count, &frozen));
    TRY(flow_keep(book, 0, work->id, &work->options, &work->number));
    TRY(case_picture_read(book, 0, work->id, work->number, &kept));
    ENSURE(slice_starts_with(kept, SLICE("{\"case\":\"AJ-")), STATUS_INVALID);
    return case_amounts(book, 0, work->id, &work->amounts);
}

static bool test_case(void) {
    static struct work work;
    struct world w;
    work = (struct work){0};
    CHECK(world_init(&w));
    w.given = &work;
    DO(&w, DAY_0 + US_PER_HOUR, take_chain);
    DO(&w, DAY_0 + US_PER_HOUR, open_chain);
    for (int frozen = 0; frozen < 2; frozen++) { // by its subjects; then by its copies
        DO(&w, DAY_0 + US_PER_HOUR, trace_case);
        CHECK(work.result.traced == 9000000 && work.result.still_here == 2000000);
        CHECK(work.result.outside == 7000000 && work.result.layers == 3);
        CHECK(conserves(&w, &work, "forward", 1));
        CHECK(slice_find(work.json, SLICE("\"role\":\"victim\""), 0) != SIZE_MAX);
        CHECK(slice_find(work.json, SLICE("\"role\":\"cash_out\""), 0) != SIZE_MAX);
        DO(&w, DAY_0 + US_PER_HOUR, keep_picture);
    }
    CHECK(work.amounts.involved == 9000000 && work.amounts.still_in_bank == 2000000);
    CHECK(work.amounts.loss == 7000000);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_conserved), TEST(test_as_all_at_once),
                                        TEST(test_case)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
