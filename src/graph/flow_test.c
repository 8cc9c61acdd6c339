#include "graph/bonds_test.h"

#include "base/bits.h"

// ---- naive: single fen, each with the way that it has gone -------------------------------------

enum { NODES_MAX = 10, MOVES_MAX = 60, FEN_MAX = 12, TOKENS_MAX = MOVES_MAX * FEN_MAX };
enum { PERSON = 0, CASH = 5 };

struct token {
    uint8_t move[MOVES_MAX]; // in the order of time
    uint8_t at[MOVES_MAX];   // which fen of that movement it was
    uint32_t length;
};

struct pile { // of one account: tokens by number, as they came
    uint16_t token[TOKENS_MAX];
    uint8_t lot[TOKENS_MAX]; // the movement that brought it; MOVES_MAX: its own
    uint32_t count;
};

struct naive {
    struct graph_movement moves[MOVES_MAX]; // already in the order of time
    uint32_t move_count, node_count;
    uint8_t kinds[NODES_MAX];
    struct token tokens[TOKENS_MAX];
    uint32_t token_count;
    struct pile piles[NODES_MAX];
    int64_t covered[MOVES_MAX];
    // What comes out, as the door tells it.
    int64_t step[MOVES_MAX][MOVES_MAX]; // by layer and movement
    struct graph_flow_account accounts[NODES_MAX];
};

static void pile_put(struct pile *pile, uint32_t token, uint32_t lot) {
    pile->token[pile->count] = (uint16_t)token;
    pile->lot[pile->count++] = (uint8_t)lot;
}

static uint32_t pile_take(struct pile *pile, uint32_t at) {
    uint32_t token = pile->token[at];
    for (uint32_t i = at; i + 1 < pile->count; i++) {
        pile->token[i] = pile->token[i + 1];
        pile->lot[i] = pile->lot[i + 1];
    }
    pile->count--;
    return token;
}

// Where the next token lies of an account that still has `needed` fen to pay. The newest first out
// takes the end of the newest lot, from its beginning.
static uint32_t next_at(const struct pile *pile, GraphFlowOrder order, int64_t needed) {
    if (order == GRAPH_FLOW_FIRST_OUT) {
        return 0;
    }
    uint32_t lot = pile->lot[pile->count - 1];
    uint32_t at = pile->count - 1;
    for (; at > 0 && pile->lot[at - 1] == lot && needed > 1; needed--) {
        at--;
    }
    return at;
}

static void run_move(struct naive *naive, uint32_t move, GraphFlowOrder order) {
    const struct graph_movement *movement = &naive->moves[move];
    struct pile *payer = &naive->piles[movement->from];
    bool from_exit = naive->kinds[movement->from] == CASH;
    uint16_t paid[FEN_MAX];
    for (int64_t i = 0; i < movement->amount; i++) {
        uint32_t token = from_exit || payer->count == 0
                             ? naive->token_count++
                             : pile_take(payer, next_at(payer, order, movement->amount - i));
        paid[i] = (uint16_t)token;
        struct token *fen = &naive->tokens[token];
        fen->move[fen->length] = (uint8_t)move;
        fen->at[fen->length++] = (uint8_t)i;
    }
    for (int64_t i = 0; i < movement->amount && naive->kinds[movement->to] != CASH; i++) {
        pile_put(&naive->piles[movement->to], paid[i], move);
    }
}

// ---- naive: what each token tells --------------------------------------------------------------

static bool is_source(const struct naive *naive, const struct token *fen, uint32_t place) {
    return fen->at[place] < naive->covered[fen->move[place]];
}

static void naive_step(struct naive *naive, uint32_t move, uint32_t layer, bool forward) {
    const struct graph_movement *movement = &naive->moves[move];
    struct graph_flow_account *payer = &naive->accounts[movement->from];
    struct graph_flow_account *payee = &naive->accounts[movement->to];
    uint32_t of_payer = forward ? layer - 1 : layer;
    uint32_t of_payee = forward ? layer : layer - 1;
    naive->step[layer][move]++;
    payer->passed_on++;
    payee->received++;
    payer->layer = of_payer < payer->layer ? of_payer : payer->layer;
    payee->layer = of_payee < payee->layer ? of_payee : payee->layer;
    payer->exits += forward && naive->kinds[movement->to] == CASH;
    payee->exits += !forward && naive->kinds[movement->from] == CASH;
}

// Follows one fen from a place in its way where it is part of a source.
static void naive_follow(struct naive *naive, const struct token *fen, uint32_t place,
                         const struct graph_flow_options *options) {
    bool forward = options->direction != GRAPH_BACKWARD;
    uint32_t layer = 1;
    const struct graph_movement *first = &naive->moves[fen->move[place]];
    naive->accounts[first->from].own += forward;
    naive->accounts[first->to].left += !forward;
    for (;; layer++) {
        naive_step(naive, fen->move[place], layer, forward);
        const struct graph_movement *now = &naive->moves[fen->move[place]];
        struct graph_flow_account *here = &naive->accounts[forward ? now->to : now->from];
        int64_t *stays = forward ? &here->left : &here->own;
        bool has_next = forward ? place + 1 < fen->length : place > 0;
        if (naive->kinds[here->node] == CASH) {
            here->outside++;
            return;
        }
        if (!has_next || (options->stops != NULL && bits_test(options->stops, here->node))) {
            ++*stays;
            return;
        }
        place = forward ? place + 1 : place - 1;
        int64_t time_us = naive->moves[fen->move[place]].time_us - now->time_us;
        time_us = forward ? time_us : -time_us;
        if (options->dwell_us_max > 0 && time_us > options->dwell_us_max) {
            ++*stays;
            return;
        }
        if (is_source(naive, fen, place)) {
            here->rejoined++;
            return;
        }
        if (layer == options->layers_max) {
            here->not_followed++;
            return;
        }
    }
}

static void naive_trace(struct naive *naive, const struct graph_flow_options *options) {
    for (uint32_t node = 0; node < naive->node_count; node++) {
        struct pile *pile = &naive->piles[node];
        bool has_own = options->openings != NULL && options->order == GRAPH_FLOW_FIRST_OUT;
        for (int64_t i = 0; has_own && i < options->openings[node]; i++) {
            pile_put(pile, naive->token_count++, MOVES_MAX);
        }
        naive->accounts[node] = (struct graph_flow_account){.node = node, .layer = GRAPH_NONE};
    }
    for (uint32_t move = 0; move < naive->move_count; move++) {
        run_move(naive, move, options->order);
    }
    for (uint32_t i = 0; i < naive->token_count; i++) {
        for (uint32_t place = 0; place < naive->tokens[i].length; place++) {
            if (is_source(naive, &naive->tokens[i], place)) {
                naive_follow(naive, &naive->tokens[i], place, options);
            }
        }
    }
}

// ---- random ------------------------------------------------------------------------------------

static void make_moves(struct naive *naive, struct random *random) {
    memset(naive, 0, sizeof *naive);
    naive->node_count = 2 + (uint32_t)random_below(random, NODES_MAX - 2);
    naive->move_count = (uint32_t)random_below(random, MOVES_MAX);
    for (uint32_t node = 0; node < naive->node_count; node++) {
        naive->kinds[node] = random_below(random, 6) == 0 ? CASH : PERSON;
    }
    int64_t time_us = 1000;
    for (uint32_t i = 0; i < naive->move_count; i++) {
        uint32_t from = (uint32_t)random_below(random, naive->node_count);
        uint32_t other = 1 + (uint32_t)random_below(random, naive->node_count - 1);
        time_us += (int64_t)random_below(random, 4);
        naive->moves[i] = (struct graph_movement){
            .time_us = time_us,
            .number = i,
            .amount = 1 + (int64_t)random_below(random, FEN_MAX),
            .from = from,
            .to = (from + other) % naive->node_count,
        };
    }
}

// The ledger gets them in any order; `place_in` tells where each stands there.
static Status make_ledger(const struct naive *naive, struct random *random, uint32_t *place_in,
                          struct arena *arena, struct graph_ledger **ret_ledger,
                          struct diag *diag) {
    struct graph_movement mixed[MOVES_MAX];
    for (uint32_t i = 0; i < naive->move_count; i++) {
        uint32_t other = (uint32_t)random_below(random, i + 1);
        for (uint32_t k = 0; k < i; k++) {
            place_in[k] = place_in[k] == other ? i : place_in[k];
        }
        mixed[i] = mixed[other];
        mixed[other] = naive->moves[i];
        place_in[i] = other;
    }
    struct graph_ledger_plan plan = {mixed, naive->move_count, naive->node_count, naive->kinds,
                                     UINT64_C(1) << CASH};
    return graph_ledger_create(&plan, arena, ret_ledger, diag);
}

static bool check_account(const struct naive *naive, const struct graph_flow_account *got) {
    const struct graph_flow_account *want = &naive->accounts[got->node];
    CHECK_THAT(got->layer == want->layer, "node %u: %u, not %u", got->node, got->layer,
               want->layer);
    CHECK_THAT(got->received == want->received, "node %u", got->node);
    CHECK(got->passed_on == want->passed_on);
    CHECK_THAT(got->own == want->own, "node %u: %lld, not %lld", got->node, (long long)got->own,
               (long long)want->own);
    CHECK(got->left == want->left);
    CHECK(got->outside == want->outside);
    CHECK(got->not_followed == want->not_followed);
    CHECK(got->rejoined == want->rejoined);
    CHECK(got->exits == want->exits);
    return true;
}

static bool check_flow(const struct naive *naive, const struct graph_flow_options *options,
                       const uint32_t *place_in, const struct graph_flow *flow) {
    uint32_t move_of[MOVES_MAX];
    int64_t of_move[MOVES_MAX] = {0};
    uint32_t steps = 0;
    uint32_t touched = 0;
    for (uint32_t i = 0; i < naive->move_count; i++) {
        move_of[place_in[i]] = i;
        for (uint32_t layer = 0; layer < MOVES_MAX; layer++) {
            steps += naive->step[layer][i] > 0;
        }
    }
    CHECK(flow->step_count == steps);
    for (uint32_t i = 0; i < flow->step_count; i++) {
        const struct graph_flow_step *step = &flow->steps[i];
        uint32_t move = move_of[step->movement];
        CHECK(step->amount == naive->step[step->layer][move]);
        of_move[move] += step->amount;
        CHECK(of_move[move] <= naive->moves[move].amount);
    }
    int64_t sums[5] = {0};
    for (uint32_t i = 0; i < flow->account_count; i++) {
        const struct graph_flow_account *account = &flow->accounts[i];
        CHECK(check_account(naive, account));
        int64_t ends = account->outside + account->not_followed + account->rejoined;
        CHECK(options->direction == GRAPH_BACKWARD
                  ? account->passed_on + account->left == account->received + account->own + ends
                  : account->received + account->own == account->passed_on + account->left + ends);
        sums[0] += account->own;
        sums[1] += account->left;
        sums[2] += account->outside;
        sums[3] += account->not_followed;
        sums[4] += account->rejoined;
    }
    for (uint32_t node = 0; node < naive->node_count; node++) {
        touched += naive->accounts[node].layer != GRAPH_NONE;
    }
    CHECK(flow->account_count == touched);
    CHECK(flow->own == sums[0] && flow->left == sums[1] && flow->outside == sums[2]);
    CHECK(flow->not_followed == sums[3] && flow->rejoined == sums[4]);
    int64_t ends = flow->outside + flow->not_followed + flow->rejoined;
    CHECK(flow->traced == ends + (options->direction == GRAPH_BACKWARD ? flow->own : flow->left));
    CHECK(((flow->cuts & GRAPH_CUT_LAYERS) != 0) == (flow->not_followed > 0));
    return true;
}

// Edges are the steps, added up, and partners are counted from them.
static bool check_edges(const struct naive *naive, const uint32_t *place_in,
                        const struct graph_flow *flow) {
    uint32_t move_of[MOVES_MAX];
    bool met[NODES_MAX][NODES_MAX] = {{false}};
    for (uint32_t i = 0; i < naive->move_count; i++) {
        move_of[place_in[i]] = i;
    }
    uint32_t movements = 0;
    for (uint32_t i = 0; i < flow->edge_count; i++) {
        const struct graph_flow_edge *edge = &flow->edges[i];
        struct graph_flow_edge sum = {.first_us = INT64_MAX};
        for (uint32_t k = 0; k < flow->step_count; k++) {
            const struct graph_movement *move = &naive->moves[move_of[flow->steps[k].movement]];
            if (flow->steps[k].layer == edge->layer && move->from == edge->from &&
                move->to == edge->to) {
                sum.amount += flow->steps[k].amount;
                sum.movements++;
                sum.first_us = move->time_us < sum.first_us ? move->time_us : sum.first_us;
                sum.last_us = move->time_us > sum.last_us ? move->time_us : sum.last_us;
            }
        }
        CHECK(edge->amount == sum.amount && edge->movements == sum.movements);
        CHECK(edge->first_us == sum.first_us && edge->last_us == sum.last_us);
        met[edge->from][edge->to] = true;
        movements += edge->movements;
    }
    CHECK(movements == flow->step_count);
    for (uint32_t i = 0; i < flow->account_count; i++) {
        const struct graph_flow_account *account = &flow->accounts[i];
        uint32_t payers = 0;
        uint32_t payees = 0;
        uint32_t collected = 0;
        for (uint32_t node = 0; node < naive->node_count; node++) {
            payers += met[node][account->node];
            payees += met[account->node][node];
            collected += met[node][account->node] && naive->accounts[node].layer > 0;
        }
        CHECK(account->payers == payers && account->payees == payees);
        CHECK(account->collected_from == collected);
    }
    return true;
}

static uint32_t choose_sources(struct naive *naive, struct random *random, const uint32_t *place_in,
                               struct graph_flow_options *options,
                               struct graph_flow_source *sources) {
    uint32_t count = 0;
    if (random_below(random, 3) > 0 && naive->move_count > 0) {
        for (uint32_t i = 0; i < naive->move_count; i++) {
            int64_t whole = naive->moves[i].amount;
            if (random_below(random, 6) == 0) {
                int64_t part = (int64_t)random_below(random, (uint64_t)whole + 1);
                naive->covered[i] = part == 0 ? whole : part;
                sources[count++] = (struct graph_flow_source){place_in[i], part};
            }
        }
    }
    options->account = (uint32_t)random_below(random, naive->node_count);
    if (count == 0) {
        options->from_us = 1000 + (int64_t)random_below(random, 60);
        options->to_us = options->from_us + (int64_t)random_below(random, 60);
        for (uint32_t i = 0; i < naive->move_count; i++) {
            const struct graph_movement *move = &naive->moves[i];
            bool timed = options->from_us == options->to_us ||
                         (move->time_us >= options->from_us && move->time_us < options->to_us);
            uint32_t node = options->direction == GRAPH_BACKWARD ? move->to : move->from;
            naive->covered[i] = timed && node == options->account ? move->amount : 0;
        }
    }
    return count;
}

static bool test_random(void) {
    struct random random;
    random_init(&random, 9);
    static struct naive naive;
    uint64_t met[4] = {0};
    for (int round = 0; round < 3000; round++) {
        struct arena arena;
        struct diag diag;
        struct graph_ledger *ledger;
        struct graph_flow flow;
        uint32_t place_in[MOVES_MAX];
        int64_t openings[NODES_MAX];
        uint64_t stops = random_u64(&random) & random_u64(&random) & random_u64(&random);
        struct graph_flow_source sources[MOVES_MAX];
        arena_init(&arena, 1 << 16);
        make_moves(&naive, &random);
        for (uint32_t node = 0; node < NODES_MAX; node++) {
            openings[node] = (int64_t)random_below(&random, 10);
        }
        CHECK(make_ledger(&naive, &random, place_in, &arena, &ledger, &diag) == STATUS_OK);
        struct graph_flow_options options = {
            .direction = round % 2 == 0 ? GRAPH_FORWARD : GRAPH_BACKWARD,
            .order = round / 2 % 2 == 0 ? GRAPH_FLOW_FIRST_OUT : GRAPH_FLOW_LAST_OUT,
            .openings = random_below(&random, 2) == 0 ? openings : NULL,
            .stops = random_below(&random, 4) == 0 ? &stops : NULL,
            .dwell_us_max = (int64_t)random_below(&random, 3) * 20,
            .layers_max = 1 + (uint32_t)random_below(&random, 12),
            .sources = sources,
        };
        options.source_count = choose_sources(&naive, &random, place_in, &options, sources);
        naive_trace(&naive, &options);
        CHECK(graph_flow_trace(ledger, &options, &arena, &flow, &diag) == STATUS_OK);
        CHECK_THAT(check_flow(&naive, &options, place_in, &flow), "round %d", round);
        CHECK(check_edges(&naive, place_in, &flow));
        met[0] += flow.layers > 3;
        met[1] += flow.rejoined > 0;
        met[2] += flow.not_followed > 0;
        met[3] += flow.outside > 0;
        graph_ledger_destroy(ledger);
        arena_deinit(&arena);
    }
    for (int i = 0; i < 4; i++) {
        CHECK_THAT(met[i] > 100, "%d: %llu", i, (unsigned long long)met[i]);
    }
    return true;
}

// ---- made by hand ------------------------------------------------------------------------------

#define YUAN INT64_C(100)
#define HOUR (INT64_C(3600) * 1000000)

struct story {
    struct arena arena;
    struct diag diag;
    struct graph_movement moves[32];
    uint8_t kinds[16];
    uint32_t count;
    struct graph_ledger *ledger;
    struct graph_flow flow;
};

static void story_init(struct story *story) {
    *story = (struct story){.count = 0};
    arena_init(&story->arena, 1 << 16);
}

static void story_deinit(struct story *story) {
    graph_ledger_destroy(story->ledger);
    arena_deinit(&story->arena);
}

static void pay(struct story *story, int64_t hour, uint32_t from, uint32_t to, int64_t yuan) {
    story->moves[story->count++] = (struct graph_movement){
        .time_us = hour * HOUR, .amount = yuan * YUAN, .from = from, .to = to};
}

static Status story_trace(struct story *story, const struct graph_flow_options *options) {
    struct graph_ledger_plan plan = {story->moves, story->count, 16, story->kinds,
                                     UINT64_C(1) << CASH};
    graph_ledger_destroy(story->ledger);
    story->ledger = NULL;
    TRY(graph_ledger_create(&plan, &story->arena, &story->ledger, &story->diag));
    return graph_flow_trace(story->ledger, options, &story->arena, &story->flow, &story->diag);
}

static const struct graph_flow_account *account_of(const struct story *story, uint32_t node) {
    static const struct graph_flow_account none = {.layer = GRAPH_NONE};
    for (uint32_t i = 0; i < story->flow.account_count; i++) {
        if (story->flow.accounts[i].node == node) {
            return &story->flow.accounts[i];
        }
    }
    return &none;
}

// Three victims pay 1, 2, 3; these pay 4 within hours, which pays 5 and 6. From 5 cash (8) is
// drawn, 6 keeps most.
enum { VICTIM_A, FIRST_A, FIRST_B, FIRST_C, COLLECTS, CASHES, HOLDS, VICTIM_B, TILL, SHOP };

static void make_gang(struct story *story) {
    story_init(story);
    story->kinds[TILL] = CASH;
    pay(story, 1, VICTIM_A, FIRST_A, 30000);
    pay(story, 1, VICTIM_A, FIRST_B, 20000);
    pay(story, 2, VICTIM_B, FIRST_C, 50000);
    pay(story, 3, FIRST_A, COLLECTS, 29000);
    pay(story, 3, FIRST_B, COLLECTS, 20000);
    pay(story, 4, FIRST_C, COLLECTS, 50000);
    pay(story, 5, COLLECTS, CASHES, 60000);
    pay(story, 6, COLLECTS, HOLDS, 39000);
    pay(story, 7, CASHES, TILL, 20000);
    pay(story, 8, CASHES, TILL, 20000);
    pay(story, 40, CASHES, TILL, 20000);
    pay(story, 50, HOLDS, SHOP, 1000);
}

static bool test_gang(void) {
    struct story story;
    make_gang(&story);
    struct graph_flow_source sources[] = {{.movement = 0}, {.movement = 1}, {.movement = 2}};
    struct graph_flow_options options = {.sources = sources, .source_count = 3};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    const struct graph_flow *flow = &story.flow;
    CHECK(flow->traced == 100000 * YUAN && flow->outside == 60000 * YUAN);
    CHECK(flow->left == 40000 * YUAN && flow->rejoined == 0 && flow->cuts == 0);
    CHECK(flow->layers == 4 && flow->step_count == 12 && flow->edge_count == 10);
    static const struct {
        uint32_t node, layer;
        GraphRole role;
        int64_t left, dwell_h;
    } expected[] = {
        {VICTIM_A, 0, GRAPH_ROLE_VICTIM, 0, -1},
        {VICTIM_B, 0, GRAPH_ROLE_VICTIM, 0, -1},
        {FIRST_A, 1, GRAPH_ROLE_FIRST_LEVEL, 1000, 2},
        {FIRST_B, 1, GRAPH_ROLE_FIRST_LEVEL, 0, 2},
        {FIRST_C, 1, GRAPH_ROLE_FIRST_LEVEL, 0, 2},
        {COLLECTS, 2, GRAPH_ROLE_COLLECTOR, 0, 2},
        {CASHES, 3, GRAPH_ROLE_CASH_OUT, 0, 3},
        {HOLDS, 3, GRAPH_ROLE_HOLDING, 38000, 44},
        {TILL, 4, GRAPH_ROLE_EXIT, 0, -1},
        {SHOP, 4, GRAPH_ROLE_HOLDING, 1000, -1},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct graph_flow_account *account = account_of(&story, expected[i].node);
        CHECK_THAT(account->layer == expected[i].layer && account->role == expected[i].role,
                   "node %u: layer %u, role %d", expected[i].node, account->layer, account->role);
        CHECK(account->left == expected[i].left * YUAN);
        int64_t dwell_us = expected[i].dwell_h < 0 ? -1 : expected[i].dwell_h * HOUR;
        CHECK_THAT(account->dwell_us == dwell_us, "node %u: %lld", expected[i].node,
                   (long long)account->dwell_us);
    }
    const struct graph_flow_account *collects = account_of(&story, COLLECTS);
    CHECK((collects->roles & 1u << GRAPH_ROLE_TRANSIT) != 0 && collects->payers == 3);
    CHECK(collects->first_in_us == 3 * HOUR && collects->last_in_us == 4 * HOUR);
    CHECK(collects->first_out_us == 5 * HOUR && collects->last_out_us == 6 * HOUR);
    CHECK(account_of(&story, CASHES)->exits == 60000 * YUAN);
    CHECK(flow->edges[flow->edge_count - 1].from == HOLDS);
    CHECK(flow->edges[flow->edge_count - 2].is_exit);
    CHECK(flow->edges[flow->edge_count - 2].movements == 3);
    story_deinit(&story);
    return true;
}

// Where the money of one who draws cash came from.
static bool test_gang_backward(void) {
    struct story story;
    make_gang(&story);
    struct graph_flow_options options = {.direction = GRAPH_BACKWARD, .account = CASHES};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(story.flow.traced == 60000 * YUAN && story.flow.own == 60000 * YUAN);
    CHECK(account_of(&story, CASHES)->role == GRAPH_ROLE_SUBJECT);
    CHECK(account_of(&story, CASHES)->left == 60000 * YUAN);
    CHECK(account_of(&story, COLLECTS)->layer == 1);
    CHECK(account_of(&story, VICTIM_A)->role == GRAPH_ROLE_ORIGIN);
    // What the collector got first went first: 29,000 and 20,000, then 11,000 of 50,000.
    CHECK(account_of(&story, FIRST_A)->passed_on == 29000 * YUAN);
    CHECK(account_of(&story, FIRST_B)->passed_on == 20000 * YUAN);
    CHECK(account_of(&story, FIRST_C)->passed_on == 11000 * YUAN);
    CHECK(account_of(&story, VICTIM_B)->own == 11000 * YUAN);
    CHECK(account_of(&story, TILL)->layer == GRAPH_NONE);
    story_deinit(&story);
    return true;
}

// An account with 10,000 of its own gets 50,000 and pays 50,000 at once.
static bool test_order(void) {
    struct story story;
    story_init(&story);
    pay(&story, 1, 0, 1, 50000);
    pay(&story, 2, 1, 2, 50000);
    int64_t openings[16] = {[1] = 10000 * YUAN};
    struct graph_flow_source source = {.movement = 0};
    struct graph_flow_options options = {
        .sources = &source, .source_count = 1, .openings = openings};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(account_of(&story, 1)->left == 10000 * YUAN);
    CHECK(account_of(&story, 2)->received == 40000 * YUAN);
    options.order = GRAPH_FLOW_LAST_OUT;
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(account_of(&story, 1)->left == 0);
    CHECK(account_of(&story, 2)->received == 50000 * YUAN);
    story_deinit(&story);
    return true;
}

// What went out before the money came in is not that money, and of the same moment the number
// decides.
static bool test_time(void) {
    struct story story;
    story_init(&story);
    pay(&story, 1, 1, 2, 500);
    pay(&story, 2, 1, 3, 300);
    pay(&story, 2, 0, 1, 1000);
    pay(&story, 2, 1, 4, 100);
    story.moves[1].number = 1;
    story.moves[2].number = 2;
    story.moves[3].number = 3;
    struct graph_flow_source source = {.movement = 2};
    struct graph_flow_options options = {.sources = &source, .source_count = 1};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(story.flow.account_count == 3 && account_of(&story, 4)->received == 100 * YUAN);
    CHECK(account_of(&story, 1)->left == 900 * YUAN);
    story_deinit(&story);
    return true;
}

// A circle of payments, of which two are traced: nothing is counted twice.
static bool test_rejoined(void) {
    struct story story;
    story_init(&story);
    pay(&story, 1, 0, 1, 100);
    pay(&story, 2, 1, 2, 100);
    pay(&story, 3, 2, 0, 100);
    pay(&story, 4, 0, 1, 100);
    struct graph_flow_options options = {.account = 0};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(story.flow.traced == 200 * YUAN && story.flow.rejoined == 100 * YUAN);
    CHECK(story.flow.left == 100 * YUAN && account_of(&story, 1)->received == 200 * YUAN);
    CHECK(account_of(&story, 0)->rejoined == 100 * YUAN);
    CHECK(account_of(&story, 0)->role == GRAPH_ROLE_SUBJECT);
    story_deinit(&story);
    return true;
}

static bool test_bounds(void) {
    struct story story;
    make_gang(&story);
    struct graph_flow_source sources[] = {{.movement = 0}, {.movement = 1}, {.movement = 2}};
    struct graph_flow_options options = {.sources = sources, .source_count = 3, .layers_max = 2};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(story.flow.cuts == GRAPH_CUT_LAYERS && story.flow.layers == 2);
    CHECK(story.flow.not_followed == 99000 * YUAN && story.flow.left == 1000 * YUAN);
    options = (struct graph_flow_options){.sources = sources, .source_count = 3, .pieces_max = 4};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(story.flow.cuts == GRAPH_CUT_PIECES && story.flow.step_count == 4);
    CHECK(story.flow.traced == 100000 * YUAN);
    CHECK(story.flow.traced == story.flow.left + story.flow.not_followed + story.flow.outside);
    options = (struct graph_flow_options){.account = COLLECTS, .pieces_max = 1};
    CHECK(story_trace(&story, &options) == STATUS_OK);
    CHECK(story.flow.cuts == GRAPH_CUT_PIECES && story.flow.traced == 60000 * YUAN);
    story_deinit(&story);
    return true;
}

static bool refused(struct story *story, const struct graph_flow_options *options,
                    const char *code) {
    CHECK(story_trace(story, options) == STATUS_INVALID);
    CHECK_THAT(strcmp(story->diag.code, code) == 0, "%s, not %s", story->diag.code, code);
    return true;
}

static bool test_refused(void) {
    struct story story;
    make_gang(&story);
    struct graph_flow_source twice[] = {{.movement = 1}, {.movement = 1}};
    struct graph_flow_source more = {.movement = 1, .amount = 20000 * YUAN + 1};
    struct graph_flow_source less = {.movement = 1, .amount = -1};
    struct graph_flow_source none = {.movement = 99};
    struct graph_flow_source own = {.movement = story.count};
    CHECK(refused(&story, &(struct graph_flow_options){.account = 16}, "GR007"));
    CHECK(refused(&story, &(struct graph_flow_options){.dwell_us_max = -1}, "GR007"));
    CHECK(refused(&story, &(struct graph_flow_options){.pieces_max = UINT32_MAX}, "GR007"));
    CHECK(refused(
        &story, &(struct graph_flow_options){.sources = twice, .source_count = 2, .pieces_max = 1},
        "GR007"));
    CHECK(refused(&story, &(struct graph_flow_options){.sources = twice, .source_count = 2},
                  "GR011"));
    CHECK(refused(&story, &(struct graph_flow_options){.sources = &more, .source_count = 1},
                  "GR011"));
    CHECK(refused(&story, &(struct graph_flow_options){.sources = &less, .source_count = 1},
                  "GR011"));
    CHECK(refused(&story, &(struct graph_flow_options){.sources = &none, .source_count = 1},
                  "GR011"));
    pay(&story, 60, 1, 1, 5); // with itself: not in the ledger
    CHECK(
        refused(&story, &(struct graph_flow_options){.sources = &own, .source_count = 1}, "GR011"));
    pay(&story, 60, 1, 16, 5);
    CHECK(refused(&story, &(struct graph_flow_options){0}, "GR008"));
    story.moves[story.count - 1].to = 2;
    story.moves[story.count - 1].amount = 0;
    CHECK(refused(&story, &(struct graph_flow_options){0}, "GR009"));
    story.moves[story.count - 1].amount = 1;
    story.moves[story.count - 1].time_us = INT64_MAX;
    CHECK(refused(&story, &(struct graph_flow_options){0}, "GR012"));
    story.moves[story.count - 1].time_us = 0;
    story.moves[story.count - 1].amount = INT64_MAX;
    CHECK(refused(&story, &(struct graph_flow_options){0}, "GR010"));
    story_deinit(&story);
    return true;
}

static bool test_texts(void) {
    for (int role = 0; role < GRAPH_ROLE_COUNT; role++) {
        struct graph_role_text text = graph_role_text((GraphRole)role);
        CHECK(text.word.size > 0 && text.zh.size > 0 && text.en.size > 0);
    }
    CHECK(slice_is(graph_role_text(GRAPH_ROLE_CASH_OUT).word, "cash_out"));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_random), TEST(test_gang),    TEST(test_gang_backward),
        TEST(test_order),  TEST(test_time),    TEST(test_rejoined),
        TEST(test_bounds), TEST(test_refused), TEST(test_texts),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
