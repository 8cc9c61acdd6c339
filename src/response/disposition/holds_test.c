// Payments that wait. Money that somebody may still have to stop must never leave because another
// alert, strategy or deadline said so first; what was settled once stays settled; and a payment of
// which the core bank says that it failed or was taken back does not wait any more.

#include "response/disposition/scene_test.h"

static const struct scene_strategy ASKS = SCENE_STRATEGY(
    "D-ASK", "direction: RELEASE\napplies_to: [AT, CF, VP]\nseverities: [S1, S2]\n"
             "when: size(alert.list_hits) == 0\n"
             "ask: {channel: SMS, script: SMS-CONFIRM, within: 10m}\nthen:\n"
             "  - {id: \"yes\", when: 'run.answered && answer.reply == \"Y\"', "
             "do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 是, en: \"yes\"}\n"
             "  - {id: \"no\", when: 'run.answered && answer.reply == \"N\"', "
             "do: [{REFUSE_PAYMENT: {notice: NOTICE-PAYMENT-REFUSED}}], to: HUMAN, zh: 否, "
             "en: \"no\"}\n"
             "  - {id: silent, when: 'has(run.answered) && !run.answered', to: STAYS, zh: 无, "
             "en: silent}\n");
static const struct scene_strategy HOLDS = SCENE_STRATEGY(
    "D-HOLD", "direction: PROTECT\napplies_to: [AT]\nseverities: [S1, S2, S3, S4]\n"
              "when: 'true'\nthen:\n"
              "  - {id: hold, do: [{HOLD: {for: 30m}}], to: HUMAN, zh: 缓, en: hold}\n");
static const struct scene_strategy RAISES = SCENE_STRATEGY(
    "D-RAISE", "on: [OPENED, JOINED]\ndirection: PROTECT\nclosure: false\napplies_to: ALL\n"
               "when: 'true'\nthen:\n"
               "  - {id: up, when: 'alert.severity == 3', do: [{RAISE_SEVERITY: {to: S4}}], "
               "to: STAYS, zh: 升, en: up}\n"
               "otherwise: {to: STAYS}\n");

static bool alert_state(struct scene *s, const char *group, AlertState state) {
    struct alert alert;
    CHECK(scene_alert(s, "C1", group, &alert));
    CHECK_THAT(alert.state == state, "%s", alert_states[alert.state].word);
    return true;
}

// One payment that two groups have an alert of. A no to either question refuses it.
static bool test_denied_in_another_alert(void) {
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E",
                                             .other_model = "M-VP-06-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"N\"}")); // the newest question: of VP
    CHECK(alert_state(&s, "VP", ALERT_QUEUED) && scene_hold_is(&s, 100, "REFUSED"));
    CHECK(scene_pass(&s, US_PER_HOUR) && scene_hold_is(&s, 100, "REFUSED"));
    return scene_deinit(&s);
}

// A yes to one of them does not let it go while the other alert is open; not when both are
// confirmed.
static bool test_kept_for_another_alert(void) {
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .other_model = "M-VP-06-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}")); // of VP, S2; AT is S3
    CHECK(alert_state(&s, "VP", ALERT_CLOSED_AUTO) && alert_state(&s, "AT", ALERT_QUEUED) &&
          scene_hold_is(&s, 100, "HELD"));
    return scene_deinit(&s);
}

static bool test_released_by_both(void) {
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E",
                                             .other_model = "M-VP-06-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_hold_is(&s, 100, "HELD"));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_hold_is(&s, 100, "RELEASED"));
    return scene_deinit(&s);
}

// HOLD for half an hour does not shorten what waits for a day.
static bool test_never_shorter(void) {
    struct scene s;
    CHECK(scene_init(&s, &HOLDS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 86000}));
    CHECK(scene_pass(&s, 1801 * US_PER_SECOND) && scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_pass(&s, 84198 * US_PER_SECOND) && scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_pass(&s, US_PER_SECOND) &&
          scene_hold_is(&s, 100, "RELEASED")); // S3, and nobody said otherwise
    return scene_deinit(&s);
}

// And it makes longer what waits for less.
static bool test_longer(void) {
    struct scene s;
    CHECK(scene_init(&s, &HOLDS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 600}));
    CHECK(scene_pass(&s, 1799 * US_PER_SECOND) && scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_pass(&s, US_PER_SECOND) && scene_hold_is(&s, 100, "RELEASED"));
    return scene_deinit(&s);
}

// What becomes S4 while a payment waits is refused at its deadline, though it was S3 when the
// deadline was set: by a strategy, and by a hit that joins.
static bool test_deadline_follows_severity(void) {
    struct scene s;
    CHECK(scene_init(&s, &RAISES, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    CHECK(scene_pass(&s, 1800 * US_PER_SECOND) && scene_hold_is(&s, 100, "REFUSED"));
    CHECK(scene_deinit(&s));
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-01-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_pass(&s, 1800 * US_PER_SECOND) && scene_hold_is(&s, 100, "REFUSED"));
    return scene_deinit(&s);
}

// A hit of S4 of a model that the pack has no more: its payment is held all the same, people get
// the alert, and at the deadline the payment is refused.
static bool test_model_that_is_gone(void) {
    static const struct statement OPEN = {
        "test_open", "SELECT COUNT(*) FROM alert WHERE is_open = 1 AND state = 'QUEUED'"};
    struct scene s;
    struct decided decided = {
        .model = "M-AT-01-E", .customer = "C1", .amount = 5000, .action = "DELAY", .delay_s = 1800};
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    struct scene_taking taking = {.scene = &s,
                                  .outcome = {.sequence = s.sequence, .decided_us = s.now_us}};
    taking.outcome.event = arena_copy(&s.arena, scene_event(&s, &decided));
    taking.outcome.decision = arena_copy(&s.arena, scene_decision(&s, &decided));
    size_t at = slice_find(taking.outcome.decision, SLICE("M-AT-01-E"), 0);
    memcpy((char *)taking.outcome.decision.at + at, "M-AT-91-E", 9);
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_take, &taking));
    CHECK(scene_number(&s, &OPEN, STORE_NO_VALUES) == 1 && scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_pass(&s, 1800 * US_PER_SECOND) && scene_hold_is(&s, 100, "REFUSED"));
    return scene_deinit(&s);
}

// A hit of S4 with a payment joins what was decided and waits for an approval: it was decided
// without it. Nothing can be approved, and nothing goes.
static bool test_joins_what_waits_for_approval(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s) && scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    CHECK(scene_alert(&s, "C1", "AT", &alert));
    struct scene_deed deed = {.alert = alert.id, .code = CODE_FP_OWNWILL};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    CHECK(deed.needs_approval);
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-01-E",
                                             .customer = "C1",
                                             .payee = "B7",
                                             .amount = 30000000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_ASSIGNED &&
          slice_is(alert.owner, "li") && slice_empty(alert.code) && alert.severity == 4);
    SCENE_REFUSES(&s, scene_does(&s, "zhou", scene_approves, &deed), "DP002");
    CHECK(scene_hold_is(&s, 100, "HELD") && scene_hold_is(&s, 101, "HELD"));
    CHECK(scene_pass(&s, 2 * US_PER_HOUR) && scene_hold_is(&s, 100, "REFUSED") &&
          scene_hold_is(&s, 101, "REFUSED"));
    return scene_deinit(&s);
}

// ---- what the core bank says of it --------------------------------------------------------------

static const struct statement PAGED = {
    "test_paged",
    "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND kind = 'hold.went' AND object = 100"};
static const struct statement TOLD = {
    "test_told",
    "SELECT COUNT(*) FROM message WHERE object_kind = 'hold' AND endpoint = 'core' AND kind = ?1"};
static const struct statement TIMERS = {
    "test_timers", "SELECT COUNT(*) FROM timer WHERE kind IN ('hold', 'hold.confirm')"};
// Closes what the customer took back himself.
static const struct scene_strategy CANCELS =
    SCENE_STRATEGY("D-CANCEL", "on: [PAYMENT, ANSWERED]\ndirection: RELEASE\napplies_to: [VP, AT]\n"
                               "severities: [S1, S2, S3]\n"
                               "when: payment.state == \"CANCELLED\"\nthen:\n"
                               "  - {id: gone, close: FP-OWNWILL, zh: 撤, en: cancelled}\n");

static bool told(struct scene *s, const char *kind) {
    return scene_number(s, &TOLD, STORE_VALUES(store_text(slice_of(kind)))) > 0;
}

static bool result(struct scene *s, const char *word) {
    return scene_decide(s, &(struct decided){.customer = "C1",
                                             .amount = 5000,
                                             .is_result = true,
                                             .original = "E100",
                                             .result = word});
}

// What failed or was cancelled does not wait any more, and nobody tells the core bank what it has
// just said. What is under way goes on waiting.
static bool test_result_settles(void) {
    static const struct {
        const char *word, *state;
    } rows[] = {
        {"FAIL", "REFUSED"}, {"CANCELLED", "CANCELLED"}, {"PENDING", "HELD"}, {"UNKNOWN", "HELD"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene s;
        CHECK(scene_init(&s, &ASKS, 1));
        CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                                 .customer = "C1",
                                                 .amount = 5000,
                                                 .action = "DELAY",
                                                 .delay_s = 7200}));
        CHECK(result(&s, rows[i].word));
        CHECK_THAT(scene_hold_is(&s, 100, rows[i].state), "%s", rows[i].word);
        bool is_held = strcmp(rows[i].state, "HELD") == 0;
        CHECK(scene_number(&s, &TIMERS, STORE_NO_VALUES) == is_held);
        CHECK(!told(&s, "hold.refused") && !told(&s, "hold.cancelled") &&
              scene_number(&s, &PAGED, STORE_NO_VALUES) == 0);
        CHECK(scene_pass(&s, 2 * US_PER_HOUR) &&
              scene_hold_is(&s, 100, is_held ? "RELEASED" : rows[i].state));
        CHECK(scene_deinit(&s));
    }
    return true;
}

// A payment that was held without an alert too; and the program was started anew meanwhile.
static bool test_result_of_no_alert(void) {
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(
        &s,
        &(struct decided){.customer = "C1", .amount = 5000, .action = "DELAY", .delay_s = 7200}));
    disposition_destroy(s.disposition);
    s.disposition = disposition_create(&(struct disposition_options){
        .catalogue = s.catalogue,
        .strategies = s.strategies,
        .terms = &s.terms,
        .world = {.context = &s, .with_knowledge = scene_with_knowledge}});
    CHECK(result(&s, "FAIL") && scene_hold_is(&s, 100, "REFUSED"));
    return scene_deinit(&s);
}

// It went though it was held, or though it had been refused: the money may be gone, and somebody is
// called at once. What was let go may go.
static bool test_went_all_the_same(void) {
    for (int refused = 0; refused < 2; refused++) {
        struct scene s;
        CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
        CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E",
                                                 .customer = "C1",
                                                 .amount = 5000,
                                                 .action = "DELAY",
                                                 .delay_s = 7200}));
        if (refused) {
            SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"N\"}"));
            CHECK(scene_hold_is(&s, 100, "REFUSED"));
        }
        CHECK(result(&s, "SUCCESS"));
        CHECK(scene_hold_is(&s, 100, refused ? "REFUSED" : "RELEASED") &&
              scene_number(&s, &PAGED, STORE_NO_VALUES) == 1);
        CHECK(scene_deinit(&s));
    }
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(result(&s, "SUCCESS") && scene_hold_is(&s, 100, "RELEASED") &&
          scene_number(&s, &PAGED, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

// The customer takes it back at the core bank while people have the alert: who looks at payments
// that were cancelled sees it.
static bool test_cancelled_is_seen(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &CANCELS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    CHECK(result(&s, "PENDING") && scene_alert(&s, "C1", "AT", &alert) &&
          alert.state == ALERT_QUEUED);
    CHECK(result(&s, "CANCELLED") && scene_alert(&s, "C1", "AT", &alert) &&
          alert.state == ALERT_CLOSED_AUTO && slice_is(alert.code, "FP-OWNWILL"));
    CHECK(scene_hold_is(&s, 100, "CANCELLED"));
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_denied_in_another_alert),
        TEST(test_kept_for_another_alert),
        TEST(test_released_by_both),
        TEST(test_never_shorter),
        TEST(test_longer),
        TEST(test_deadline_follows_severity),
        TEST(test_model_that_is_gone),
        TEST(test_joins_what_waits_for_approval),
        TEST(test_result_settles),
        TEST(test_result_of_no_alert),
        TEST(test_went_all_the_same),
        TEST(test_cancelled_is_seen),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
