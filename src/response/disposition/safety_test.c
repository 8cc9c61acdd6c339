// What strategies must never do, whatever came meanwhile: each of these once closed an alert, or
// let money go, that section 5 of the domain keeps for people.
//
// An alert goes on while a strategy works on it. What held when the strategy began has to hold when
// it ends: severity, scope, amount, limits, lists, the payments that somebody was asked about, and
// that the strategy is the one that was approved.

#include "response/disposition/scene_test.h"

// Raises S3 to S4, and S2 to S3 from the second hit on.
static const struct scene_strategy RAISES = SCENE_STRATEGY(
    "D-RAISE", "on: [OPENED, JOINED]\ndirection: PROTECT\nclosure: false\napplies_to: ALL\n"
               "when: 'true'\nthen:\n"
               "  - {id: up4, when: 'alert.severity == 3', do: [{RAISE_SEVERITY: {to: S4}}], "
               "to: STAYS, zh: 升, en: up}\n"
               "  - {id: up3, when: 'alert.severity == 2 && alert.hits >= 2', "
               "do: [{RAISE_SEVERITY: {to: S3}}], to: STAYS, zh: 升, en: up}\n"
               "otherwise: {to: STAYS}\n");
// Releases at once.
static const struct scene_strategy CLOSES = SCENE_STRATEGY(
    "D-CLOSE", "direction: RELEASE\napplies_to: [AT, VP]\nseverities: [S1, S2, S3]\n"
               "when: size(alert.list_hits) == 0\nthen:\n"
               "  - {id: go, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 放, en: go}\n");
// Asks, and releases on a yes.
static const struct scene_strategy ASKS = SCENE_STRATEGY(
    "D-ASK", "direction: RELEASE\napplies_to: [AT, CF, VP]\nseverities: [S1, S2]\n"
             "when: size(alert.list_hits) == 0\n"
             "ask: {channel: SMS, script: SMS-CONFIRM, within: 10m}\nthen:\n"
             "  - {id: \"yes\", when: 'run.answered && answer.reply == \"Y\"', "
             "do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 是, en: \"yes\"}\n"
             "  - {id: silent, when: 'has(run.answered) && !run.answered', to: STAYS, zh: 无, "
             "en: silent}\n"
             "amount_max: 200000\n");
// Waits, and releases.
static const struct scene_strategy WAITS = SCENE_STRATEGY(
    "D-WAIT", "direction: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\n"
              "when: size(alert.list_hits) == 0\nwait: 2h\nthen:\n"
              "  - {id: go, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 等, en: waited}\n");
// Once per subject and month.
static const struct scene_strategy WAITS_ONCE = SCENE_STRATEGY(
    "D-WAIT", "direction: RELEASE\napplies_to: [AT, VP]\nseverities: [S1, S2]\n"
              "when: size(alert.list_hits) == 0\nwait: 2h\nthen:\n"
              "  - {id: go, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 等, en: waited}\n"
              "limits: [{per: SUBJECT, count: 1, within: 30d}]\n");
static const struct scene_strategy WHITE = SCENE_STRATEGY(
    "D-WHITE", "direction: RELEASE\napplies_to: [AT, VP]\nseverities: [S1, S2, S3]\n"
               "when: white.found && white.by_human && white.same_typology "
               "&& alert.amount <= white.cleared_amount * 2\nthen:\n"
               "  - {id: w, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 白, en: w}\n");
// A denial blocks the card, and is closed with that.
static const struct scene_strategy BLOCKS = SCENE_STRATEGY(
    "D-BLOCK", "direction: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\n"
               "when: size(alert.list_hits) == 0\n"
               "ask: {channel: SMS, script: SMS-CONFIRM, within: 10m}\nthen:\n"
               "  - {id: \"no\", when: 'run.answered && answer.reply == \"N\"', "
               "do: [{BLOCK_CARD: {notice: NOTICE-CARD-BLOCKED}}], close: TP-UNAUTH, zh: 否, "
               "en: \"no\"}\n");
static const struct scene_strategy BLOCKS_FIRST = SCENE_STRATEGY(
    "D-FIRST", "direction: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\n"
               "when: size(alert.list_hits) == 0\n"
               "first: [{BLOCK_CARD: {notice: NOTICE-CARD-BLOCKED}}]\nwait: 1h\nthen:\n"
               "  - {id: go, close: FP-OWNWILL, zh: 放, en: go}\n");
static const struct scene_strategy QUIET = SCENE_STRATEGY(
    "D-QUIET", "direction: RELEASE\napplies_to: [AT, CF, VP, MU]\nseverities: [S1, S2]\n"
               "when: size(alert.list_hits) == 0\nwait: [{for: 24h}]\nquiet: true\nthen:\n"
               "  - {id: quiet, close: UNC-TIMEOUT, zh: 静, en: quiet}\n");

static const struct decided PAYS = {
    .model = "M-AT-05-E", .customer = "C1", .amount = 5000, .action = "DELAY", .delay_s = 86000};

static bool alert_is(struct scene *s, const char *group, AlertState state) {
    struct alert alert;
    CHECK(scene_alert(s, "C1", group, &alert));
    CHECK_THAT(alert.state == state, "%s", alert_states[alert.state].word);
    return true;
}

// An alert that one strategy has made S4 is not closed by the next one of the same pass, and its
// payment is not let go at its deadline.
static bool test_raised_in_the_same_pass(void) {
    const struct scene_strategy two[] = {RAISES, CLOSES};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, two, 2) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert_is_open(&alert) && alert.severity == 4);
    CHECK(scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_pass(&s, 1800 * US_PER_SECOND) && scene_hold_is(&s, 100, "REFUSED"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert_is_open(&alert));
    return scene_deinit(&s);
}

// While a question is out a hit joins that makes it S3 and 400,000 yuan: the strategy was for
// neither. Its yes is not heard any more.
static bool test_joined_beyond_the_scope(void) {
    const struct scene_strategy two[] = {RAISES, ASKS};
    struct scene s;
    CHECK(scene_init(&s, two, 2) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-VP-06-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    CHECK(alert_is(&s, "VP", ALERT_AUTO_RUNNING));
    s.now_us += 60 * US_PER_SECOND;
    CHECK(scene_decide(&s, &(struct decided){.model = "M-VP-06-A",
                                             .customer = "C1",
                                             .payee = "B2",
                                             .amount = 40000000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    CHECK(alert_is(&s, "VP", ALERT_QUEUED) && scene_runs(&s, "GIVEN_UP") == 1);
    SCENE_REFUSES(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"), "DP003");
    CHECK(scene_hold_is(&s, 100, "HELD") && scene_hold_is(&s, 101, "HELD"));
    return scene_deinit(&s);
}

// Within the scope, but to somebody else than whom he was asked about: his yes is not for that.
static bool test_unasked_payment(void) {
    static const struct statement WITHHELD = {
        "test_withheld",
        "SELECT COUNT(*) FROM run WHERE reason = 'unasked_payment' AND outcome = 'HUMAN'"};
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &PAYS));
    struct decided other = PAYS;
    other.payee = "B2";
    CHECK(scene_decide(&s, &other));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(alert_is(&s, "AT", ALERT_QUEUED) && scene_number(&s, &WITHHELD, STORE_NO_VALUES) == 1);
    CHECK(scene_hold_is(&s, 100, "HELD") && scene_hold_is(&s, 101, "HELD"));
    return scene_deinit(&s);
}

// Two alerts of one customer wait at the same time under a limit of one a month: the second does
// not release when its wait is over.
static bool test_limit_used_up_meanwhile(void) {
    static const struct statement WITHHELD = {
        "test_limit", "SELECT COUNT(*) FROM run WHERE reason = 'limit' AND outcome = 'HUMAN'"};
    struct scene s;
    struct decided victim = PAYS;
    CHECK(scene_init(&s, &WAITS_ONCE, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &PAYS));
    s.now_us += US_PER_MINUTE;
    victim.model = "M-VP-06-A";
    CHECK(scene_decide(&s, &victim));
    CHECK(scene_pass(&s, 119 * US_PER_MINUTE) && alert_is(&s, "AT", ALERT_CLOSED_AUTO));
    CHECK(scene_pass(&s, US_PER_MINUTE) && alert_is(&s, "VP", ALERT_QUEUED));
    CHECK(scene_hold_is(&s, 100, "RELEASED") && scene_hold_is(&s, 101, "HELD"));
    CHECK(scene_number(&s, &WITHHELD, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// The payee comes on the police's list while the strategy waits: who is listed then or now is
// listed.
static bool test_listed_while_it_waits(void) {
    struct scene s;
    CHECK(scene_init(&s, &WAITS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &PAYS));
    s.now_us += US_PER_HOUR;
    CHECK(scene_list(&s, "police_case_acct", "B1", s.now_us));
    CHECK(scene_pass(&s, US_PER_HOUR) && alert_is(&s, "AT", ALERT_QUEUED) &&
          scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_runs(&s, "CLOSED") == 0);
    return scene_deinit(&s);
}

// He was listed when the event came, and is not any more.
static bool test_listed_then(void) {
    struct scene s;
    CHECK(scene_init(&s, &WAITS, 1) && scene_grown(&s));
    CHECK(scene_list(&s, "police_case_acct", "B1", INT64_MIN));
    CHECK(scene_decide(&s, &PAYS));
    CHECK(scene_pass(&s, 2 * US_PER_HOUR) && alert_is(&s, "AT", ALERT_QUEUED) &&
          scene_hold_is(&s, 100, "HELD"));
    return scene_deinit(&s);
}

// A run that another text of the strategy began, or one of a strategy that is back in the shadow,
// ends without doing anything; each alone.
static bool test_strategy_replaced(void) {
    static const struct statement changes[] = {
        {"test_to_shadow", "UPDATE strategy_state SET state = 'SHADOW'"},
        {"test_other_text", "UPDATE run SET strategy_hash = 'another text'"},
        {"test_no_strategy", "UPDATE run SET strategy = 'D-NOMORE'"},
    };
    static const struct statement GONE = {
        "test_gone",
        "SELECT COUNT(*) FROM run WHERE outcome = 'OVERTAKEN' AND reason = 'strategy_gone'"};
    static const struct statement CLOSED = {
        "test_closed", "SELECT COUNT(*) FROM run WHERE outcome = 'CLOSED' AND is_shadow = 0"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct scene s;
        CHECK(scene_init(&s, &WAITS, 1) && scene_grown(&s));
        CHECK(scene_decide(&s, &PAYS));
        CHECK(scene_change(&s, &changes[i]));
        CHECK(scene_pass(&s, 2 * US_PER_HOUR));
        CHECK_THAT(scene_number(&s, &GONE, STORE_NO_VALUES) == 1 &&
                       scene_number(&s, &CLOSED, STORE_NO_VALUES) == 0,
                   "%s", changes[i].name);
        CHECK(scene_hold_is(&s, 100, "HELD"));
        struct alert alert;
        CHECK(scene_alert(&s, "C1", "AT", &alert) && alert_is_open(&alert));
        CHECK(scene_deinit(&s));
    }
    return true;
}

// He denies it, and the card cannot be blocked, since the event has none: not closed as if it had
// been stopped, for people at once, and the payment is refused when nobody says otherwise.
static bool test_refused_protection(void) {
    const struct scene_strategy two[] = {BLOCKS, QUIET};
    struct scene s;
    struct decided decided = PAYS;
    decided.delay_s = 86400;
    CHECK(scene_init(&s, two, 2) && scene_grown(&s));
    CHECK(scene_decide(&s, &decided));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"N\"}"));
    CHECK(scene_runs(&s, "LIMITED") == 1 && alert_is(&s, "AT", ALERT_QUEUED));
    CHECK(scene_pass(&s, US_PER_DAY - US_PER_SECOND) && scene_hold_is(&s, 100, "HELD"));
    CHECK(scene_pass(&s, US_PER_SECOND) && scene_hold_is(&s, 100, "REFUSED"));
    struct alert alert;
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert_is_open(&alert));
    return scene_deinit(&s);
}

// The same of what it does before it waits: it does not wait behind a protection that is not there.
static bool test_refused_before_it_waits(void) {
    struct scene s;
    struct decided decided = PAYS;
    decided.delay_s = 86400;
    CHECK(scene_init(&s, &BLOCKS_FIRST, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &decided));
    CHECK(scene_runs(&s, "LIMITED") == 1 && alert_is(&s, "AT", ALERT_QUEUED));
    CHECK(scene_pass(&s, 2 * US_PER_HOUR) && alert_is(&s, "AT", ALERT_QUEUED));
    CHECK(scene_pass(&s, 22 * US_PER_HOUR) && scene_hold_is(&s, 100, "REFUSED"));
    return scene_deinit(&s);
}

// An entry of the white list is for one payee. A payment to another one of the same alert has none.
static bool test_white_for_all_payees(void) {
    static const struct statement PUT = {
        "test_white",
        "INSERT INTO cleared (subject_kind, subject, counterparty, typology, amount, alert, "
        "since_us, until_us, is_ended)"
        " VALUES ('CUSTOMER', 'C1', 'B1', 'AT-05', 10000000, 7, 1, 9000000000000000, 0)"};
    const struct scene_strategy two[] = {WHITE, ASKS};
    struct scene s;
    CHECK(scene_init(&s, two, 2) && scene_grown(&s));
    CHECK(scene_change(&s, &PUT));
    struct decided unknown = PAYS, white = PAYS;
    unknown.payee = "B9";
    unknown.amount = 9000000;
    CHECK(scene_decide(&s, &unknown));
    s.now_us += 60 * US_PER_SECOND;
    white.amount = 100;
    CHECK(scene_decide(&s, &white));
    CHECK(scene_pass(&s,
                     600 * US_PER_SECOND)); // not answered: once more, for the payment that joined
    CHECK(scene_pass(&s, 600 * US_PER_SECOND) && alert_is(&s, "AT", ALERT_QUEUED));
    CHECK(scene_hold_is(&s, 100, "HELD") && scene_hold_is(&s, 101, "HELD"));
    return scene_deinit(&s);
}

// Alone it is what the list is for.
static bool test_white_closes(void) {
    static const struct statement PUT = {
        "test_white_too",
        "INSERT INTO cleared (subject_kind, subject, counterparty, typology, amount, alert, "
        "since_us, until_us, is_ended)"
        " VALUES ('CUSTOMER', 'C1', 'B1', 'AT-05', 10000000, 7, 1, 9000000000000000, 0)"};
    struct scene s;
    CHECK(scene_init(&s, &WHITE, 1) && scene_grown(&s) && scene_change(&s, &PUT));
    CHECK(scene_decide(&s, &PAYS) && alert_is(&s, "AT", ALERT_CLOSED_AUTO) &&
          scene_hold_is(&s, 100, "RELEASED"));
    return scene_deinit(&s);
}

// More hits than are read: what the 513th is nobody knows, and here it is of a model of today.
static bool test_more_hits_than_are_read(void) {
    static const struct statement YOUNG = {"test_young",
                                           "DELETE FROM model_age WHERE model = 'M-AT-01-C'"};
    enum { HITS = 513 };
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &QUIET, 1) && scene_grown(&s) && scene_change(&s, &YOUNG));
    for (int i = 0; i < HITS; i++) {
        CHECK(scene_decide(&s, &(struct decided){.model = i == HITS - 1 ? "M-AT-01-C" : "M-AT-05-E",
                                                 .customer = "C1",
                                                 .amount = 100}));
    }
    CHECK(scene_pass(&s, US_PER_DAY));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.hits == HITS && alert_is_open(&alert) &&
          alert.state != ALERT_AUTO_RUNNING);
    CHECK(scene_runs(&s, "CLOSED") == 0);
    return scene_deinit(&s);
}

// The police freezes the account while a strategy waits. Its event names no customer.
static bool test_order_on_its_account(void) {
    struct scene s;
    CHECK(scene_init(&s, &WAITS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &PAYS));
    CHECK(scene_order_on(&s, "AC1"));
    CHECK(scene_pass(&s, 2 * US_PER_HOUR) && alert_is(&s, "AT", ALERT_QUEUED) &&
          scene_hold_is(&s, 100, "HELD"));
    return scene_deinit(&s);
}

// Who an alert of fundraising is about is not asked, by a person neither: it would tip off.
static bool test_nobody_is_tipped_off(void) {
    static const struct statement TOLD = {
        "test_told", "SELECT COUNT(*) FROM message WHERE endpoint = 'contact'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_hire(&s));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-IF-01-A", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "IF", &alert));
    struct scene_deed deed = {.alert = alert.id, .text = "SMS-CONFIRM"};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_asks_by_message, &deed), "DP006");
    CHECK(scene_number(&s, &TOLD, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

// What nobody can read is refused with its reason, and what is odd is kept as it is.
static bool test_odd_texts(void) {
    static const struct statement ODD = {"test_odd", "SELECT COUNT(*) FROM alert WHERE payee = ?1"};
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    struct decided decided = PAYS;
    decided.payee = "B\\u00001";
    struct scene_taking taking = {.scene = &s,
                                  .outcome = {.sequence = s.sequence, .decided_us = s.now_us}};
    taking.outcome.event = arena_copy(&s.arena, scene_event(&s, &decided));
    taking.outcome.decision = arena_copy(&s.arena, scene_decision(&s, &decided));
    CHECK(!scene_within(&s, SCENE_SYSTEM, scene_take, &taking) && s.status == STATUS_INVALID);
    decided.payee = "B\\\"1";
    CHECK(scene_decide(&s, &decided));
    CHECK(scene_number(&s, &ODD, STORE_VALUES(store_text(SLICE("B\"1")))) == 1);
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_raised_in_the_same_pass), TEST(test_joined_beyond_the_scope),
        TEST(test_unasked_payment),         TEST(test_limit_used_up_meanwhile),
        TEST(test_listed_while_it_waits),   TEST(test_listed_then),
        TEST(test_strategy_replaced),       TEST(test_refused_protection), TEST(test_refused_before_it_waits),
        TEST(test_white_for_all_payees),    TEST(test_white_closes),
        TEST(test_more_hits_than_are_read), TEST(test_order_on_its_account),
        TEST(test_nobody_is_tipped_off),    TEST(test_odd_texts),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
