// Alerts and strategies, on both engines.

#include "response/disposition/scene_test.h"

#include "response/disposition/missed.h"

static const struct scene_strategy ASKS = {
    "D-ASK", "id: D-ASK\nversion: 1\nzh: 问\nen: asks\nowner: 风险监测中心\ndirection: RELEASE\napplies_to: [AT, CF, VP]\nseverities: [S1, S2]\nwhen: size(alert.list_hits) == 0\n"
             "ask: {channel: SMS, script: SMS-CONFIRM, within: 10m}\n"
             "then:\n"
             "  - {id: \"yes\", when: 'run.answered && answer.reply == \"Y\"', do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 是, en: \"yes\"}\n"
             "  - {id: \"no\", when: 'run.answered && answer.reply == \"N\"', do: [{REFUSE_PAYMENT: {notice: NOTICE-PAYMENT-REFUSED}}], to: HUMAN, zh: 否, en: \"no\"}\n"
             "  - {id: silent, when: 'has(run.answered) && !run.answered', to: HUMAN, zh: 无, en: silent}\n"};
static const struct scene_strategy QUIET = {
    "D-QUIET", "id: D-QUIET\nversion: 1\nzh: 静\nen: quiet\nowner: 风险监测中心\ndirection: RELEASE\napplies_to: [AT, CF, VP, MU]\nseverities: [S1, S2]\nwhen: size(alert.list_hits) == 0\n"
               "wait: [{for: 24h}]\nquiet: true\nthen:\n  - {id: quiet, close: UNC-TIMEOUT, zh: 静, en: quiet}\n"};

// Hits of one customer and group are one alert; of another group or customer another.
static bool test_merging(void) {
    struct scene s;
    struct alert one, other;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000}));
    s.now_us += 3600 * US_PER_SECOND;
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .other_model = "M-VP-06-A", .customer = "C1", .amount = 700000}));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C2", .amount = 100}));
    CHECK(scene_alert(&s, "C1", "AT", &one) && one.hits == 2 && one.events == 2 && one.amount == 700000 && one.amount_sum == 1200000 && one.severity == 2);
    CHECK(one.lead == 101 && one.opened_us == SCENE_BEGIN_US && one.hit_us == s.now_us);
    CHECK(scene_alert(&s, "C1", "VP", &other) && other.hits == 1 && other.id != one.id);
    CHECK(scene_alert(&s, "C2", "AT", &other) && other.hits == 1 && other.amount == 100);
    // A higher severity: the same alert, more urgent.
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A", .customer = "C1", .amount = 100}));
    double rank = one.rank;
    CHECK(scene_alert(&s, "C1", "AT", &one) && one.hits == 3 && one.severity > 2 && one.severity_first == 2 && one.rank > rank && one.lead == 103);
    static const struct statement COUNT = {"test_count", "SELECT COUNT(*) FROM alert"};
    CHECK(scene_number(&s, &COUNT, STORE_NO_VALUES) == 3);
    return scene_deinit(&s);
}

// In the shadow nothing is done, and what would have been is compared with what people decide.
static bool test_shadow_and_agreement(void) {
    static const struct statement AGREES = {"test_agrees", "SELECT agrees FROM agreement WHERE proposed = 'FP-OWNWILL' AND decided = ?1"};
    static const struct statement SHADOW = {"test_shadow", "SELECT COUNT(*) FROM run WHERE is_shadow = 1 AND outcome = 'CLOSED'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_make_old, &s));
    CHECK(scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 1800}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_QUEUED); // people have it at once
    s.now_us += 60 * US_PER_SECOND;
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_QUEUED); // nothing was done
    CHECK(scene_number(&s, &SHADOW, STORE_NO_VALUES) == 1);
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    struct scene_deed deciding = {.alert = alert.id, .code = CODE_FP_OWNWILL};
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deciding));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_MANUAL && !alert.is_automatic && slice_is(alert.code, "FP-OWNWILL"));
    CHECK(scene_number(&s, &AGREES, STORE_VALUES(store_text(SLICE("FP-OWNWILL")))) == 1);
    return scene_deinit(&s);
}

// A strategy that waits longer than people take to decide goes on waiting for the comparison; what comes meanwhile for the same subject is no quiet.
static bool test_compared_after_a_wait(void) {
    static const struct scene_strategy waits = SCENE_STRATEGY("D-QUIET", "direction: RELEASE\napplies_to: [AT]\nseverities: [S2]\nwhen: 'true'\nwait: 24h\nquiet: true\nthen:\n"
                                                                         "  - {id: quiet, when: alert.quiet_sec >= 86400, close: UNC-TIMEOUT, zh: 静, en: quiet}\n");
    static const struct statement COMPARED = {"test_compared", "SELECT COUNT(*) FROM agreement WHERE agrees = 1"};
    static const struct statement ENDED = {"test_ended", "SELECT COUNT(*) FROM run WHERE is_shadow = 1 AND outcome = ?1"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &waits, 1));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_make_old, &s));
    CHECK(scene_hire(&s));
    for (int i = 1; i <= 2; i++) {
        char customer[8];
        snprintf(customer, sizeof customer, "C%d", i);
        CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = customer, .amount = 500000}));
        CHECK(scene_alert(&s, customer, "AT", &alert) && alert.state == ALERT_QUEUED);
        SCENE_OK(&s, scene_does(&s, "zhou", scene_claims, &((struct scene_deed){.alert = alert.id})));
        SCENE_OK(&s, scene_does(&s, "zhou", scene_decides, &((struct scene_deed){.alert = alert.id, .code = CODE_FP_OWNWILL})));
    }
    CHECK(scene_pass(&s, 6 * US_PER_HOUR));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C2", .amount = 500000}));
    CHECK(scene_number(&s, &COMPARED, STORE_NO_VALUES) == 0);
    CHECK(scene_pass(&s, 18 * US_PER_HOUR));
    CHECK(scene_number(&s, &COMPARED, STORE_NO_VALUES) == 1);
    CHECK(scene_number(&s, &ENDED, STORE_VALUES(store_text(SLICE("CLOSED")))) == 1 && scene_number(&s, &ENDED, STORE_VALUES(store_text(SLICE("HUMAN")))) == 1);
    return scene_deinit(&s);
}

// It would have held the payment for longer than the decision did, and asked a second time: in the shadow the payment is followed as it would have been, what people decide meanwhile is not in its
// way, and the question that nobody puts any more is taken for answered. What the customer cancels is gone all the same.
static bool test_compared_behind_its_own_hold(void) {
    static const struct scene_strategy holds = SCENE_STRATEGY("D-THINK", "direction: RELEASE\napplies_to: [AT]\nseverities: [S2]\nwhen: 'payment.state == \"HELD\"'\nfirst:\n  - do: [{HOLD: {for: 4h}}]\n"
                                                                         "wait: 2h\nask_again: {channel: SMS, script: SMS-CONFIRM, within: 1h, assume: [confirmed_again]}\nstop:\n  - {id: gone, when: 'payment.state != \"HELD\"', to: STAYS, zh: 变, en: gone}\nthen:\n"
                                                                         "  - {id: thought, when: run.answered_again && answer.confirmed_again, close: FP-OWNWILL, zh: 想, en: thought}\n");
    static const struct statement COMPARED = {"test_compared", "SELECT COUNT(*) FROM agreement WHERE agrees = 1"};
    static const struct statement ENDED = {"test_ended", "SELECT COUNT(*) FROM run WHERE is_shadow = 1 AND outcome = ?1"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &holds, 1));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_make_old, &s));
    CHECK(scene_hire(&s));
    for (int i = 1; i <= 2; i++) {
        char customer[8];
        snprintf(customer, sizeof customer, "C%d", i);
        CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = customer, .amount = 500000, .action = "DELAY", .delay_s = 1800}));
        CHECK(scene_alert(&s, customer, "AT", &alert) && alert.state == ALERT_QUEUED);
        SCENE_OK(&s, scene_does(&s, "zhou", scene_claims, &((struct scene_deed){.alert = alert.id})));
        if (i == 2) {
            CHECK(scene_decide(&s, &(struct decided){.customer = "C2", .amount = 500000, .is_result = true, .original = "E101", .result = "CANCELLED"}));
        }
        SCENE_OK(&s, scene_does(&s, "zhou", scene_decides, &((struct scene_deed){.alert = alert.id, .code = CODE_FP_OWNWILL})));
    }
    CHECK(scene_hold_is(&s, 100, "RELEASED"));
    CHECK(scene_pass(&s, 3 * US_PER_HOUR));
    CHECK(scene_number(&s, &ENDED, STORE_VALUES(store_text(SLICE("CLOSED")))) == 1 && scene_number(&s, &ENDED, STORE_VALUES(store_text(SLICE("STAYS")))) == 1);
    CHECK(scene_number(&s, &COMPARED, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// Where people decide otherwise than it would have, somebody else looks as well, and what he finds in the end is what it is compared with.
static bool test_people_err_too(void) {
    static const struct statement AGREES = {"test_agrees_now", "SELECT agrees FROM agreement WHERE decided = ?1"};
    static const struct statement DRAWN = {"test_drawn", "SELECT COUNT(*) FROM sample WHERE kind = 'MANUAL_TRUE' AND why = 'STRATEGY'"};
    static const struct statement OVERTURNED = {"test_overturned", "SELECT COUNT(*) FROM sample WHERE overturned = 1"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_make_old, &s));
    CHECK(scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 1800}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert));
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &((struct scene_deed){.alert = alert.id, .code = CODE_TP_UNAUTH})));
    CHECK(scene_number(&s, &AGREES, STORE_VALUES(store_text(SLICE("TP-UNAUTH")))) == 0 && scene_number(&s, &DRAWN, STORE_NO_VALUES) == 1);
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_looks_again, &((struct scene_deed){.code = CODE_TP_UNAUTH})), "DP015"); // not who decided
    SCENE_OK(&s, scene_does(&s, "wang", scene_looks_again, &((struct scene_deed){.code = CODE_FP_OWNWILL})));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_REOPENED);
    CHECK(scene_number(&s, &AGREES, STORE_VALUES(store_text(SLICE("TP-UNAUTH")))) == 0); // until it is settled
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}), "DP015");
    SCENE_REFUSES(&s, scene_does(&s, "wang", scene_next, &(struct scene_deed){0}), "DP015"); // two have said different things
    SCENE_REFUSES(&s, scene_does(&s, "wang", scene_claims, &((struct scene_deed){.alert = alert.id})), "DP014");
    SCENE_OK(&s, scene_does(&s, "zhou", scene_claims, &((struct scene_deed){.alert = alert.id})));
    SCENE_OK(&s, scene_does(&s, "zhou", scene_decides, &((struct scene_deed){.alert = alert.id, .code = CODE_FP_OWNWILL})));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_MANUAL);
    CHECK(scene_number(&s, &AGREES, STORE_VALUES(store_text(SLICE("FP-OWNWILL")))) == 1 && scene_number(&s, &OVERTURNED, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// The whole way of one that acts: held, asked, answered, released, closed; with a label, and the core bank told.
static bool test_released_by_reply(void) {
    static const struct statement HOLD = {"test_hold", "SELECT COUNT(*) FROM hold WHERE state = 'RELEASED'"};
    static const struct statement TOLD = {"test_told", "SELECT COUNT(*) FROM message WHERE kind = 'hold.released'"};
    static const struct statement LABEL = {"test_label", "SELECT COUNT(*) FROM label WHERE code = 'FP-OWNWILL' AND label = 'NEGATIVE' AND weight = 0"};
    struct scene s;
    struct alert alert;
    uint32_t traces;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 1800}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_AUTO_RUNNING && alert.money_here);
    CHECK(scene_pass(&s, 599 * US_PER_SECOND));
    SCENE_REFUSES(&s, scene_answer(&s, "C1", "{\"answers\":\"Y\"}"), "DP005");
    SCENE_REFUSES(&s, scene_answer(&s, "C1", "{\"reply\":\"MAYBE\"}"), "DP005");
    SCENE_REFUSES(&s, scene_answer(&s, "C1", "[]"), "DP005");
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO && alert.is_automatic && slice_is(alert.strategy, "D-ASK"));
    CHECK(scene_number(&s, &HOLD, STORE_NO_VALUES) == 1 && scene_number(&s, &TOLD, STORE_NO_VALUES) == 1 && scene_number(&s, &LABEL, STORE_NO_VALUES) == 1);
    SCENE_REFUSES(&s, scene_answer(&s, "C1", "{\"reply\":\"N\"}"), "DP003"); // nobody is asked any more
    s.book.arena = &s.scratch.arena;
    CHECK(book_trace_verify(&s.book, "alert", alert.id, &traces) == STATUS_OK && traces == 4);
    return scene_deinit(&s);
}

// Nobody answers: it is asked as often as the strategy says, each time for as long, and only then goes on.
static bool test_asked_again_and_again(void) {
    static const struct scene_strategy asks = SCENE_STRATEGY("D-ASK", "direction: RELEASE\napplies_to: [AT]\nseverities: [S2]\nwhen: 'true'\nask: {channel: SMS, script: SMS-CONFIRM, within: 10m, tries: 3}\nthen:\n"
                                                                      "  - {id: go, when: 'run.answered && answer.reply == \"Y\"', do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 放, en: go}\n");
    static const struct statement ASKED = {"test_asked", "SELECT COUNT(*) FROM task WHERE channel = 'SMS'"};
    static const struct statement LAST = {"test_attempt", "SELECT MAX(attempt) FROM task WHERE state = 'ASKED'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &asks, 1) && scene_grown(&s) && scene_hire(&s));
    for (int i = 1; i <= 3; i++) {
        char customer[8];
        snprintf(customer, sizeof customer, "C%d", i);
        CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = customer, .amount = 500000, .action = "DELAY", .delay_s = 7200}));
    }
    CHECK(scene_number(&s, &ASKED, STORE_NO_VALUES) == 3 && scene_number(&s, &LAST, STORE_NO_VALUES) == 1);
    CHECK(scene_pass(&s, 600 * US_PER_SECOND));
    CHECK(scene_number(&s, &ASKED, STORE_NO_VALUES) == 6 && scene_number(&s, &LAST, STORE_NO_VALUES) == 2);
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    CHECK(scene_alert(&s, "C2", "AT", &alert));
    SCENE_OK(&s, scene_does(&s, "zhou", scene_claims, &((struct scene_deed){.alert = alert.id}))); // somebody takes it: nobody asks any more
    CHECK(scene_pass(&s, 600 * US_PER_SECOND));
    CHECK(scene_number(&s, &ASKED, STORE_NO_VALUES) == 7);
    CHECK(scene_alert(&s, "C3", "AT", &alert) && alert.state == ALERT_AUTO_RUNNING);
    CHECK(scene_pass(&s, 600 * US_PER_SECOND));
    CHECK(scene_alert(&s, "C3", "AT", &alert) && alert.state == ALERT_QUEUED && scene_number(&s, &ASKED, STORE_NO_VALUES) == 7);
    return scene_deinit(&s);
}

static bool test_denied_and_silent(void) {
    static const struct statement REFUSED = {"test_refused", "SELECT COUNT(*) FROM hold WHERE state = 'REFUSED'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 3600}));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C2", .amount = 500000, .action = "DELAY", .delay_s = 3600}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"N\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_QUEUED && scene_number(&s, &REFUSED, STORE_NO_VALUES) == 1);
    CHECK(scene_pass(&s, 600 * US_PER_SECOND - 1));
    CHECK(scene_alert(&s, "C2", "AT", &alert) && alert.state == ALERT_AUTO_RUNNING);
    CHECK(scene_pass(&s, 1)); // to the microsecond
    CHECK(scene_alert(&s, "C2", "AT", &alert) && alert.state == ALERT_QUEUED && alert.decide_us > s.now_us);
    SCENE_REFUSES(&s, scene_answer(&s, "C2", "{\"reply\":\"Y\"}"), "DP003");
    return scene_deinit(&s);
}

// Quiet is without a new hit: each begins the wait anew.
static bool test_quiet(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &QUIET, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_pass(&s, 23 * US_PER_HOUR));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_pass(&s, 23 * US_PER_HOUR));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_AUTO_RUNNING && alert.hits == 2);
    CHECK(scene_pass(&s, US_PER_HOUR));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO && slice_is(alert.code, "UNC-TIMEOUT"));
    return scene_deinit(&s);
}

// A hit that makes the alert one that the strategy is not for: people get it.
static bool test_given_up(void) {
    static const struct statement GIVEN_UP = {"test_given_up", "SELECT COUNT(*) FROM run WHERE outcome = 'GIVEN_UP'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_QUEUED && scene_number(&s, &GIVEN_UP, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// ---- people -----------------------------------------------------------------------------------------------------------

static bool test_four_eyes(void) {
    static const struct statement HELD = {"test_held", "SELECT COUNT(*) FROM hold WHERE state = 'HELD'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-02-A", .customer = "C1", .amount = 5000, .action = "DELAY", .delay_s = 7200}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.severity >= 3 && alert.state == ALERT_QUEUED);
    struct scene_deed deciding = {.alert = alert.id, .code = CODE_FP_OWNWILL};
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_decides, &deciding), "DP008"); // he has not taken it
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    SCENE_REFUSES(&s, scene_does(&s, "wang", scene_decides, &deciding), "DP008");
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deciding));
    CHECK(deciding.needs_approval && scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_DECIDED && scene_number(&s, &HELD, STORE_NO_VALUES) == 1);
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_approves, &deciding), "DP014");
    SCENE_REFUSES(&s, scene_does(&s, "aml", scene_approves, &deciding), "DP007");
    SCENE_OK(&s, scene_does(&s, "wang", scene_approves, &deciding));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_MANUAL && scene_number(&s, &HELD, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

// Who has no clearance finds nothing, by no way.
static bool test_secrecy(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AM-01-A", .customer = "C1", .amount = 4900000, .type = "transfer_out"}));
    CHECK(scene_alert(&s, "C1", "AM", &alert) && slice_is(alert.secrecy, "AML") && slice_is(alert.skill, "AML"));
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}), "DP015");
    struct scene_deed deciding = {.alert = alert.id, .code = CODE_FP_BUSINESS};
    SCENE_REFUSES(&s, scene_does(&s, "zhou", scene_decides, &deciding), "DP001"); // a leader without the domain: it is not there
    SCENE_OK(&s, scene_does(&s, "aml", scene_next, &(struct scene_deed){0}));
    SCENE_OK(&s, scene_does(&s, "aml", scene_decides, &deciding));
    return scene_deinit(&s);
}

// S4 first, and nobody gets a second one before the first is done.
static bool test_queue(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 100000000}));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-MU-01-A", .customer = "C2", .amount = 100}));
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    CHECK(scene_alert(&s, "C2", "MU", &alert) && slice_is(alert.owner, "li") && alert.state == ALERT_ASSIGNED);
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && slice_empty(alert.owner));
    SCENE_OK(&s, scene_does(&s, "wang", scene_next, &(struct scene_deed){0}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && slice_is(alert.owner, "wang"));
    return scene_deinit(&s);
}

// An S4 alert of which nobody takes care goes to the shift leader after five minutes, and to the duty director after half an hour.
static bool test_escalation(void) {
    static const struct statement PAGED = {"test_paged", "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND body LIKE '%DUTY_DIRECTOR%'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-MU-01-A", .customer = "C2", .amount = 100}));
    CHECK(scene_pass(&s, 5 * US_PER_MINUTE - 1) && scene_alert(&s, "C2", "MU", &alert) && alert.state == ALERT_QUEUED && alert.level == 0);
    CHECK(scene_pass(&s, 1) && scene_alert(&s, "C2", "MU", &alert) && alert.state == ALERT_ESCALATED && alert.level == 1);
    CHECK(scene_pass(&s, 25 * US_PER_MINUTE) && scene_alert(&s, "C2", "MU", &alert) && alert.level == 2 && scene_number(&s, &PAGED, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// ---- opening again ------------------------------------------------------------------------------------------------------

// A victim's report about what was closed as nothing: it is open again, counted against the strategy, and two of them stop it.
static bool test_later_positive_stops(void) {
    static const struct statement STATE = {"test_state", "SELECT COUNT(*) FROM strategy_state WHERE state = 'SHADOW' AND reason = 'breaker_later_positives'"};
    static const struct statement LATER = {"test_later", "SELECT COUNT(*) FROM later_positive WHERE strategy = 'D-ASK'"};
    static const struct statement SEVERE = {"test_severe", "UPDATE alert SET severity_most = 3"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    const char *const customers[] = {"C1", "C2"};
    for (int i = 0; i < 2; i++) {
        CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = customers[i], .amount = 5000}));
        SCENE_OK(&s, scene_answer(&s, customers[i], "{\"reply\":\"Y\"}"));
        CHECK(scene_alert(&s, customers[i], "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    }
    CHECK(store_run(s.book.store, &SEVERE, STORE_NO_VALUES, NULL, &s.scratch.diag) == STATUS_OK); // as if they had been of S3
    s.now_us += US_PER_DAY;
    for (int i = 0; i < 2; i++) {
        CHECK(scene_report(&s, customers[i]));
        CHECK(scene_alert(&s, customers[i], "AT", &alert) && alert.state == ALERT_REOPENED && alert.reopened == 1);
        CHECK(scene_number(&s, &LATER, STORE_NO_VALUES) == i + 1 && scene_number(&s, &STATE, STORE_NO_VALUES) == i);
    }
    // In the shadow again: the next alert waits for people.
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C3", .amount = 5000}));
    CHECK(scene_alert(&s, "C3", "AT", &alert) && alert.state == ALERT_QUEUED);
    return scene_deinit(&s);
}

static bool test_s4_opens_again(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    int64_t id = alert.id;
    s.now_us += 23 * US_PER_HOUR;
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-01-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "AT", &alert));
    CHECK_THAT(alert.id == id && alert.state == ALERT_REOPENED && alert.severity == 4, "%lld %d %lld", (long long)alert.id, (int)alert.state, (long long)alert.severity);
    return scene_deinit(&s);
}

// ---- what was missed ------------------------------------------------------------------------------------------------------

struct looking {
    struct missed card;
    struct missed_finding finding;
    int64_t id;
    struct missed_figures figures;
    Slice json;
};

static Status take_missed(void *context, struct book *book) {
    struct looking *looking = context;
    struct person person;
    TRY(person_load(book, book->actor.name, &person));
    TRY(missed_next(book, &person, &looking->card));
    looking->id = looking->card.id;
    return STATUS_OK;
}

static Status close_missed(void *context, struct book *book) {
    struct looking *looking = context;
    struct person person;
    TRY(person_load(book, book->actor.name, &person));
    return missed_close(book, &person, looking->id, &looking->finding);
}

static Status tell_missed(void *context, struct book *book) {
    struct looking *looking = context;
    struct buf text;
    struct json_writer json;
    buf_init(&text, 4096);
    json_writer_init(&json, &text);
    Status status = missed_put_card(book, looking->id, &json);
    looking->json = arena_copy(book->arena, buf_slice(&text));
    buf_deinit(&text);
    TRY(status);
    return missed_figures(book, 0, INT64_MAX, &looking->figures);
}

// A report of fraud that nobody was told of is a card; one that follows an alert against the customer is none, whatever other alerts there are.
static bool test_missed(void) {
    static const struct statement CARDS = {"test_cards", "SELECT COUNT(*) FROM missed"};
    struct scene s;
    struct looking looking = {.finding = {.finding = FINDING_THRESHOLD}};
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-MU-14-D", .customer = "C2", .amount = 5000}));
    s.now_us += US_PER_DAY;
    CHECK(scene_report(&s, "C1") && scene_number(&s, &CARDS, STORE_NO_VALUES) == 0);
    CHECK(scene_report(&s, "C2") && scene_number(&s, &CARDS, STORE_NO_VALUES) == 1);
    CHECK(scene_report(&s, "C2") && scene_number(&s, &CARDS, STORE_NO_VALUES) == 1); // the same matter
    CHECK(scene_report(&s, "C3") && scene_number(&s, &CARDS, STORE_NO_VALUES) == 2);
    s.now_us += 31 * US_PER_DAY; // the alert is not about this any more
    CHECK(scene_report(&s, "C1") && scene_number(&s, &CARDS, STORE_NO_VALUES) == 3);

    SCENE_REFUSES(&s, scene_within(&s, scene_person("aml"), take_missed, &looking), "DP007");
    SCENE_OK(&s, scene_within(&s, scene_person("li"), take_missed, &looking));
    CHECK(slice_is(looking.card.customer, "C2") && slice_is(looking.card.kind, "REPORT") && slice_is(looking.card.report, "VICTIM"));
    SCENE_REFUSES(&s, scene_within(&s, scene_person("li"), close_missed, &looking), "DP009"); // which model?
    looking.finding.model = SLICE("M-VP-07-B");
    SCENE_REFUSES(&s, scene_within(&s, scene_person("wang"), close_missed, &looking), "DP008");
    SCENE_OK(&s, scene_within(&s, scene_person("li"), close_missed, &looking));
    SCENE_REFUSES(&s, scene_within(&s, scene_person("li"), close_missed, &looking), "DP002");
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, tell_missed, &looking));
    CHECK(looking.figures.reports == 3 && looking.figures.reports_open == 2 && looking.figures.fraud == 1 && looking.figures.samples == 0);
    CHECK(slice_find(looking.json, SLICE("\"finding\":\"THRESHOLD\",\"model\":\"M-VP-07-B\""), 0) != SIZE_MAX && slice_find(looking.json, SLICE("\"payments\":[]"), 0) != SIZE_MAX);
    SCENE_OK(&s, scene_within(&s, scene_person("li"), take_missed, &looking));
    CHECK(slice_is(looking.card.customer, "C3"));
    return scene_deinit(&s);
}

// ---- earning --------------------------------------------------------------------------------------------------------------

static Status propose(void *context, struct book *book) {
    const struct scene *s = context;
    return strategy_propose(book, &s->strategies->at[0]);
}

static Status approve_strategy(void *context, struct book *book) {
    const struct scene *s = context;
    return strategy_approve(book, &s->strategies->at[0]);
}

static Status look(void *context, struct book *book) {
    const struct scene *s = context;
    struct strategy_record record;
    return strategy_record(book, &s->strategies->at[0], &record);
}

struct comparing {
    struct scene *scene;
    int from, until, disagree;
    bool missed;
};

static Status compare(void *context, struct book *book) {
    static const struct statement ADD = {"test_agreement", "INSERT INTO agreement (run, strategy, strategy_hash, alert, severity, proposed, decided, agrees, is_missed, at_us)"
                                                           " SELECT CAST(?1 AS BIGINT), strategy, strategy_hash, CAST(?1 AS BIGINT), 2, 'FP-OWNWILL', 'FP-OWNWILL', CAST(?2 AS BIGINT),"
                                                           " CAST(?3 AS BIGINT), CAST(?4 AS BIGINT) FROM strategy_state"};
    const struct comparing *comparing = context;
    for (int i = comparing->from; i < comparing->until; i++) {
        TRY(book_run(book, &ADD, STORE_VALUES(store_i64(i), store_i64(i >= comparing->disagree), store_i64(comparing->missed), store_i64(book->now_us))));
    }
    return STATUS_OK;
}

static bool test_earning(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_make_old, &s));
    SCENE_REFUSES(&s, scene_within(&s, scene_person("li"), approve_strategy, &s), "DP012");
    struct comparing comparing = {.scene = &s, .from = 0, .until = 499, .disagree = 10};
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, look, &s)); // from here on it is followed
    SCENE_OK(&s, scene_within(&s, scene_person("li"), compare, &comparing));
    SCENE_REFUSES(&s, scene_within(&s, scene_person("li"), propose, &s), "DP013"); // 499
    comparing.from = 499;
    comparing.until = 500;
    SCENE_OK(&s, scene_within(&s, scene_person("li"), compare, &comparing)); // 490 of 500 agree: 98 %
    SCENE_OK(&s, scene_within(&s, scene_person("li"), propose, &s));
    SCENE_REFUSES(&s, scene_within(&s, scene_person("li"), approve_strategy, &s), "DP014");
    SCENE_OK(&s, scene_within(&s, scene_person("wang"), approve_strategy, &s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    SCENE_OK(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    return scene_deinit(&s);
}

static bool test_missed_fraud_is_not_earned(void) {
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    static const struct statement SHADOW = {"test_to_shadow", "UPDATE strategy_state SET state = 'SHADOW'"};
    CHECK(store_run(s.book.store, &SHADOW, STORE_NO_VALUES, NULL, &s.scratch.diag) == STATUS_OK);
    struct comparing comparing = {.scene = &s, .from = 0, .until = 1000, .disagree = 0};
    SCENE_OK(&s, scene_within(&s, scene_person("li"), compare, &comparing));
    SCENE_OK(&s, scene_within(&s, scene_person("li"), propose, &s));
    comparing = (struct comparing){.scene = &s, .from = 1000, .until = 1001, .disagree = 2000, .missed = true};
    SCENE_OK(&s, scene_within(&s, scene_person("li"), compare, &comparing));
    SCENE_REFUSES(&s, scene_within(&s, scene_person("wang"), approve_strategy, &s), "DP013"); // 1,000 of 1,001, and one fraud of S3 missed
    return scene_deinit(&s);
}

// When lists and profiles cannot be asked, nothing is done, and it is done later.
static bool test_nobody_to_ask(void) {
    static const struct statement COUNT = {"test_alerts", "SELECT COUNT(*) FROM alert"};
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    s.knows = false;
    struct decided decided = {.model = "M-AT-05-E", .customer = "C1", .amount = 5000};
    struct scene_taking taking = {.scene = &s, .outcome = {.sequence = s.sequence, .decided_us = s.now_us}};
    taking.outcome.event = arena_copy(&s.arena, scene_event(&s, &decided));
    taking.outcome.decision = arena_copy(&s.arena, scene_decision(&s, &decided));
    SCENE_REFUSES(&s, scene_within(&s, SCENE_SYSTEM, scene_take, &taking), "DP010");
    s.knows = true;
    CHECK(scene_number(&s, &COUNT, STORE_NO_VALUES) == 0);
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, scene_take, &taking));
    CHECK(scene_number(&s, &COUNT, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_merging),     TEST(test_shadow_and_agreement), TEST(test_compared_after_a_wait), TEST(test_compared_behind_its_own_hold), TEST(test_people_err_too), TEST(test_released_by_reply), TEST(test_asked_again_and_again), TEST(test_denied_and_silent),
        TEST(test_quiet),       TEST(test_given_up),             TEST(test_four_eyes),
        TEST(test_secrecy),     TEST(test_queue),                TEST(test_escalation),        TEST(test_later_positive_stops),
        TEST(test_missed), TEST(test_s4_opens_again), TEST(test_earning),           TEST(test_missed_fraud_is_not_earned), TEST(test_nobody_to_ask),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
