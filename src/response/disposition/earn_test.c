// What stops a strategy, counted. A breaker must open at the closure that is one too many, neither
// before nor after it, though it reads two numbers and not all that was ever closed; and what is
// said of nobody in particular must not be counted for somebody.

#include "response/disposition/scene_test.h"

#include "response/disposition/earn.h"

static const struct scene_strategy CLOSES = SCENE_STRATEGY(
    "D-CLOSE", "direction: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\nwhen: 'true'\nthen:\n"
               "  - {id: go, close: FP-OWNWILL, zh: 放, en: go}\n");
static const struct scene_strategy OF_PAYEES = SCENE_STRATEGY(
    "D-PAYEE", "direction: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\n"
               "when: has(history.payee_scamq_used) && has(history.limit_steps_30d)\nthen:\n"
               "  - {id: go, close: FP-OWNWILL, zh: 放, en: go}\n");

static const struct statement RUNS = {
    "test_runs", "SELECT COUNT(*) FROM run WHERE strategy = 'D-CLOSE' AND is_shadow = 0 AND "
                 "outcome = 'CLOSED' AND ended_us >= ?1 AND ended_us < ?2"};
static const struct statement CLOSINGS = {
    "test_closings",
    "SELECT COUNT(*) FROM closing WHERE strategy = 'D-CLOSE' AND at_us >= ?1 AND at_us < ?2"};
static const struct statement LAST = {
    "test_last", "SELECT COALESCE(MAX(number), 0) FROM closing WHERE strategy = 'D-CLOSE'"};
static const struct statement STOPPED = {
    "test_stopped",
    "SELECT COUNT(*) FROM strategy_state WHERE state = 'SHADOW' AND reason = 'breaker_closures'"};
static const struct statement PAGED = {
    "test_paged",
    "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND object_kind = 'strategy'"};

static bool close_one(struct scene *s, int *customers, bool *ret_closed) {
    char customer[16];
    struct alert alert;
    snprintf(customer, sizeof customer, "C%d", ++*customers);
    CHECK(scene_decide(
        s, &(struct decided){.model = "M-AT-05-E", .customer = customer, .amount = 5000}));
    CHECK(scene_alert(s, customer, "AT", &alert));
    *ret_closed = alert.state == ALERT_CLOSED_AUTO;
    return true;
}

static Status compared(void *context, struct book *book) {
    static const struct statement ADD = {
        "test_agreement_add",
        "INSERT INTO agreement (run, strategy, strategy_hash, alert, severity, proposed, decided, "
        "agrees, is_missed, at_us) SELECT ?1, strategy, strategy_hash, ?1, 2, 'FP-OWNWILL', "
        "'FP-OWNWILL', 1, 0, 0 FROM strategy_state"};
    const int64_t *count = context;
    for (int64_t i = 1; i <= *count; i++) {
        TRY(book_run(book, &ADD, STORE_VALUES(store_i64(-i))));
    }
    return STATUS_OK;
}

static Status drawn_by_chance(void *context, struct book *book) {
    static const struct statement CHANCE = {
        "test_chance", "UPDATE sample SET why = 'RANDOM' WHERE why = 'BREAKER'"};
    (void)context;
    return book_run(book, &CHANCE, STORE_NO_VALUES);
}

static Status proposes(void *context, struct book *book) {
    const struct scene *s = context;
    return strategy_propose(book, &s->strategies->at[0]);
}

// All that it had closed in these hours is for a second look, also what had been drawn by chance
// before; when nothing was wrong it may act again without new comparisons.
static bool is_looked_at(struct scene *s) {
    static const struct statement DRAWN = {
        "test_drawn", "SELECT COUNT(*) FROM sample WHERE why = 'BREAKER' AND second = ''"};
    static const struct statement UNSEEN = {
        "test_unseen", "SELECT COUNT(*) FROM sample WHERE kind = 'AUTOMATIC' AND second = ''"};
    int64_t enough = 500;
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, compared, &enough));
    CHECK(scene_hire(s) && scene_number(s, &DRAWN, STORE_NO_VALUES) >= 10);
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, drawn_by_chance, NULL));
    while (scene_number(s, &UNSEEN, STORE_NO_VALUES) > 0) {
        SCENE_REFUSES(s, scene_within(s, SCENE_SYSTEM, proposes, s), "DP013");
        SCENE_OK(s, scene_does(s, "wang", scene_looks_again,
                               &((struct scene_deed){.code = CODE_FP_OWNWILL})));
    }
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, proposes, s));
    return true;
}

// Two a day for 14 days. Twice the mean is 4, and three deviations of that are 6: the eleventh
// within 24 hours is one too many.
static bool test_too_many_closures(void) {
    struct scene s;
    int customers = 0;
    bool closed;
    CHECK(scene_init(&s, &CLOSES, 1) && scene_grown(&s));
    for (int day = 0; day < 15; day++) {
        for (int i = 0; i < 2; i++) {
            CHECK(close_one(&s, &customers, &closed) && closed);
            s.now_us += 12 * US_PER_HOUR;
        }
        int64_t from_us = s.now_us - 36 * US_PER_HOUR;
        StoreValues span = STORE_VALUES(store_i64(from_us), store_i64(s.now_us));
        CHECK(scene_number(&s, &RUNS, span) == scene_number(&s, &CLOSINGS, span));
        CHECK(scene_number(&s, &LAST, STORE_NO_VALUES) == customers);
    }
    s.now_us +=
        US_PER_DAY - 12 * US_PER_HOUR; // of the last day two are within 24 hours no more but one
    int64_t before = scene_number(
        &s, &RUNS, STORE_VALUES(store_i64(s.now_us - US_PER_DAY), store_i64(s.now_us)));
    for (int64_t i = before; i < 10; i++) {
        CHECK(close_one(&s, &customers, &closed) && closed &&
              scene_number(&s, &STOPPED, STORE_NO_VALUES) == 0);
    }
    CHECK(close_one(&s, &customers, &closed) && closed);
    CHECK(scene_number(&s, &STOPPED, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &PAGED, STORE_NO_VALUES) == 1);
    CHECK(close_one(&s, &customers, &closed) && !closed); // in the shadow again
    return is_looked_at(&s) && scene_deinit(&s);
}

// The clock of the machine is set back: numbers and moments go on in one order.
static bool test_clock_goes_back(void) {
    static const struct statement ORDER = {
        "test_order", "SELECT COUNT(*) FROM closing a JOIN closing b ON b.strategy = a.strategy "
                      "AND b.number = a.number + 1 WHERE b.at_us < a.at_us"};
    struct scene s;
    int customers = 0;
    bool closed;
    CHECK(scene_init(&s, &CLOSES, 1) && scene_grown(&s));
    for (int i = 0; i < 4; i++) {
        CHECK(close_one(&s, &customers, &closed) && closed);
        s.now_us -= US_PER_HOUR;
    }
    CHECK(scene_number(&s, &LAST, STORE_NO_VALUES) == 4 &&
          scene_number(&s, &ORDER, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

// An alert without a customer: what was asked of others, or of nobody, is not his. It stays
// unknown, and a strategy that goes by it leaves the alert to people.
static bool test_of_nobody(void) {
    static const struct statement QUEUED = {
        "test_queued", "SELECT COUNT(*) FROM alert WHERE state = 'QUEUED' AND customer = ''"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &OF_PAYEES, 1) && scene_grown(&s));
    CHECK(
        scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "", .amount = 5000}));
    CHECK(scene_number(&s, &QUEUED, STORE_NO_VALUES) == 1);
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    return scene_deinit(&s);
}

// Second looks err. What one overturned stops the strategy at once; when a third person agrees with
// the strategy it was no overturn, and nothing has to be compared again.
static bool is_stopped_by_a_second_look(struct scene *s, Code third) {
    static const struct statement OVERTURNED = {
        "test_overturned", "SELECT COUNT(*) FROM sample WHERE overturned = 1"};
    static const struct statement SHADOW = {
        "test_shadow", "SELECT COUNT(*) FROM strategy_state WHERE state = 'SHADOW' AND reason = "
                       "'breaker_overturned'"};
    struct alert alert;
    int64_t enough = 500;
    CHECK(scene_init(s, &CLOSES, 1) && scene_grown(s) && scene_hire(s));
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, compared, &enough));
    CHECK(scene_decide(
        s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 20000000}));
    CHECK(scene_alert(s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    s->now_us += US_PER_HOUR;
    SCENE_OK(s, scene_does(s, "wang", scene_looks_again,
                           &((struct scene_deed){.code = CODE_TP_UNAUTH})));
    CHECK(scene_number(s, &SHADOW, STORE_NO_VALUES) == 1);
    SCENE_REFUSES(s, scene_within(s, SCENE_SYSTEM, proposes, s), "DP013");
    SCENE_REFUSES(
        s, scene_does(s, "wang", scene_claims, &((struct scene_deed){.alert = alert.id})), "DP014");
    SCENE_OK(s,
             scene_does(s, "zhou", scene_claims, &((struct scene_deed){.alert = alert.id})));
    SCENE_OK(s, scene_does(s, "zhou", scene_decides,
                           &((struct scene_deed){.alert = alert.id, .code = third})));
    bool was_right = third == CODE_FP_OWNWILL;
    CHECK(scene_number(s, &OVERTURNED, STORE_NO_VALUES) == !was_right);
    CHECK(scene_number(s, &SHADOW, STORE_NO_VALUES) == 1); // people propose it, and approve
    if (was_right) {
        SCENE_OK(s, scene_within(s, SCENE_SYSTEM, proposes, s));
    } else {
        SCENE_REFUSES(s, scene_within(s, SCENE_SYSTEM, proposes, s), "DP013");
    }
    return scene_deinit(s);
}

static bool test_second_looks_err(void) {
    struct scene s;
    return is_stopped_by_a_second_look(&s, CODE_FP_OWNWILL) &&
           is_stopped_by_a_second_look(&s, CODE_TP_UNAUTH);
}

// After a fraud of S3 that it would have closed, what was compared before counts no more.
struct run_of {
    int64_t first, count, at_us;
    bool is_missed;
};

static Status add_compared(void *context, struct book *book) {
    static const struct statement ADD = {
        "test_agreement_of", "INSERT INTO agreement (run, strategy, strategy_hash, alert, severity, "
                             "proposed, decided, agrees, is_missed, at_us) SELECT ?1, strategy, "
                             "strategy_hash, ?1, 3, 'FP-OWNWILL', 'TP-UNAUTH', ?2, ?3, ?4 FROM "
                             "strategy_state"};
    const struct run_of *of = context;
    for (int64_t i = 0; i < of->count; i++) {
        TRY(book_run(book, &ADD,
                     STORE_VALUES(store_i64(-of->first - i), store_i64(!of->is_missed),
                                  store_i64(of->is_missed), store_i64(of->at_us))));
    }
    return STATUS_OK;
}

static bool test_a_miss_begins_anew(void) {
    struct run_of before = {1, 499, 1, false};
    struct run_of miss = {1000, 1, 2, true};
    struct run_of after = {2000, 499, 3, false};
    struct run_of last = {3000, 1, 4, false};
    struct scene s;
    CHECK(scene_init(&s, &CLOSES, 1) && scene_grown(&s));
    static const struct statement IN_SHADOW = {
        "test_in_shadow", "UPDATE strategy_state SET state = 'SHADOW', since_us = 0"};
    s.book.arena = &s.scratch.arena;
    CHECK(book_run(&s.book, &IN_SHADOW, STORE_NO_VALUES) == STATUS_OK);
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, add_compared, &before));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, add_compared, &miss));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, add_compared, &after));
    SCENE_REFUSES(&s, scene_within(&s, SCENE_SYSTEM, proposes, &s), "DP013");
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, add_compared, &last));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, proposes, &s));
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_too_many_closures), TEST(test_clock_goes_back),
                                        TEST(test_of_nobody),
                                        TEST(test_second_looks_err), TEST(test_a_miss_begins_anew)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
