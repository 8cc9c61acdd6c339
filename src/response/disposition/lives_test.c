// The lives of an alert: closed and opened again, decided and not approved, escalated, part of a
// case. What must never happen: a victim's report that is lost; an alert that was closed too early
// and is closed by a strategy once more; the same person who looks at his own decision; trust that
// outlives what it rested on; an alert that nobody can move any more.

#include "response/disposition/missed.h"
#include "response/disposition/scene_test.h"

static const struct scene_strategy CLOSES = SCENE_STRATEGY(
    "D-CLOSE", "direction: RELEASE\napplies_to: [AT, VP]\nseverities: [S1, S2, S3]\n"
               "when: size(alert.list_hits) == 0\nthen:\n"
               "  - {id: go, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 放, en: go}\n");
static const struct scene_strategy ASKS = SCENE_STRATEGY(
    "D-ASK", "direction: RELEASE\napplies_to: [AT, CF, VP]\nseverities: [S1, S2]\n"
             "when: size(alert.list_hits) == 0\n"
             "ask: {channel: SMS, script: SMS-CONFIRM, within: 10m}\nthen:\n"
             "  - {id: \"yes\", when: 'run.answered && answer.reply == \"Y\"', "
             "do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 是, en: \"yes\"}\n"
             "  - {id: silent, when: 'has(run.answered) && !run.answered', to: STAYS, zh: 无, "
             "en: silent}\n");
static const struct scene_strategy QUIET = SCENE_STRATEGY(
    "D-QUIET", "direction: RELEASE\napplies_to: [AT, CF, VP, MU]\nseverities: [S1, S2]\n"
               "when: size(alert.list_hits) == 0\nwait: [{for: 24h}]\nquiet: true\nthen:\n"
               "  - {id: quiet, close: UNC-TIMEOUT, zh: 静, en: quiet}\n");
static const struct scene_strategy WHITE = SCENE_STRATEGY(
    "D-WHITE", "direction: RELEASE\napplies_to: [AT, VP]\nseverities: [S1, S2, S3]\n"
               "when: white.found && white.by_human && white.same_typology "
               "&& alert.amount <= white.cleared_amount * 2\nthen:\n"
               "  - {id: w, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 白, en: w}\n");
// A day after the payment failed.
static const struct scene_strategy FAILED = SCENE_STRATEGY(
    "D-GONE", "on: [OPENED, PAYMENT]\ndirection: RELEASE\napplies_to: [AT]\n"
              "severities: [S1, S2, S3]\nwhen: 'payment.state == \"FAILED\"'\nwait: 24h\nthen:\n"
              "  - {id: gone, close: DUP, zh: 无, en: gone}\n");

static const struct statement LATER = {"test_later", "SELECT COUNT(*) FROM later_positive"};
static const struct statement PAGES = {"test_pages",
                                       "SELECT COUNT(*) FROM message WHERE endpoint = 'page'"};

static const struct decided HIT = {.model = "M-AT-05-E", .customer = "C1", .amount = 5000};
static const struct decided HELD = {
    .model = "M-AT-02-A", .customer = "C1", .amount = 5000, .action = "DELAY", .delay_s = 7200};
static const struct decided FAILS = {
    .customer = "C1", .amount = 5000, .is_result = true, .original = "E100", .result = "FAIL"};

// ---- reports ------------------------------------------------------------------------------------

// Two alerts of one group were closed as false. A report is about both: one is open again, the
// other told of it, and each counts against who closed it.
static bool test_report_of_two(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &CLOSES, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &HIT));
    s.now_us += US_PER_DAY;
    CHECK(scene_decide(&s, &HIT));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO);
    s.now_us += US_PER_DAY;
    CHECK(scene_report(&s, "C1"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_REOPENED &&
          alert.reopened == 1);
    CHECK(scene_number(&s, &LATER, STORE_NO_VALUES) == 2);
    return scene_deinit(&s);
}

// What ran out in quiet was closed as nothing too.
static bool test_report_after_quiet(void) {
    static const struct statement CARDS = {"test_cards", "SELECT COUNT(*) FROM missed"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &QUIET, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, &HIT));
    CHECK(scene_pass(&s, US_PER_DAY) && scene_alert(&s, "C1", "AT", &alert) &&
          slice_is(alert.code, "UNC-TIMEOUT"));
    CHECK(scene_report(&s, "C1"));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_REOPENED);
    CHECK(scene_number(&s, &LATER, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &CARDS, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

static Status tell_card(void *context, struct book *book) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, 4096);
    json_writer_init(&json, &text);
    Status status = missed_put_card(book, *(const int64_t *)context, &json);
    buf_deinit(&text);
    return status;
}

// Numbers of cards are sequences: they grow beyond 32 bits.
static bool test_card_of_a_large_number(void) {
    static const struct statement PUT = {
        "test_card", "INSERT INTO missed (id, kind, event_id, customer, account, branch, report, "
                     "amount, said_us, state, owner, finding, model, note, closed_by)"
                     " VALUES (3000000000, 'REPORT', 'E', 'C', 'A', '', 'VICTIM', 0, 1, 'OPEN', "
                     "'', '', '', '', '')"};
    struct scene s;
    int64_t id = INT64_C(3000000000);
    CHECK(scene_init(&s, &ASKS, 1) && scene_change(&s, &PUT));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, tell_card, &id));
    return scene_deinit(&s);
}

// ---- measures -----------------------------------------------------------------------------------

static const struct statement ENDED = {
    "test_ended", "SELECT COUNT(*) FROM control WHERE state = 'RELEASED' AND released_second = 'li'"};
static const struct statement NOT_ENDED = {
    "test_not_ended", "SELECT COUNT(*) FROM control WHERE state = 'ASKED' AND alert = ?1"};

static Status limits_him(struct scene_deed *deed, struct book *book, const struct person *person) {
    struct alert_measure measure = {.ask = {.measure = MEASURE_LIMIT_NON_COUNTER,
                                            .target_kind = TARGET_CUSTOMER,
                                            .target = SLICE("C1"),
                                            .authority = AUTHORITY_BANK,
                                            .basis = SLICE("R-108"),
                                            .reason = SLICE("nobody answers"),
                                            .amount = 500000,
                                            .span_us = 7 * US_PER_DAY},
                                    .notice = SLICE("NOTICE-LIMIT-LOWERED")};
    int64_t control;
    return alert_set_measure(deed->scene->disposition, book, person, deed->alert, &measure, &control);
}

// li has the alert of S3 and has limited the customer; in the end it was his own will.
static bool limited_and_decided(struct scene *s, Code code, struct alert *ret_alert) {
    CHECK(scene_init(s, &ASKS, 1) && scene_grown(s) && scene_hire(s));
    CHECK(scene_decide(s, &HELD) && scene_alert(s, "C1", "AT", ret_alert));
    struct scene_deed deed = {.alert = ret_alert->id, .code = code};
    SCENE_OK(s, scene_does(s, "li", scene_next, &deed));
    SCENE_OK(s, scene_does(s, "li", limits_him, &deed));
    CHECK(scene_number(s, &NOT_ENDED, STORE_VALUES(store_i64(ret_alert->id))) == 1);
    SCENE_OK(s, scene_does(s, "li", scene_decides, &deed));
    CHECK(deed.needs_approval == (code == CODE_FP_OWNWILL));
    return true;
}

static bool test_measure_ends_with_its_alert(void) {
    struct scene s;
    struct alert alert;
    CHECK(limited_and_decided(&s, CODE_FP_OWNWILL, &alert));
    CHECK(scene_number(&s, &ENDED, STORE_NO_VALUES) == 0); // nobody has approved it
    struct scene_deed deed = {.alert = alert.id};
    SCENE_OK(&s, scene_does(&s, "zhou", scene_approves, &deed));
    CHECK(scene_number(&s, &ENDED, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

static bool test_measure_of_a_fraud_stays(void) {
    struct scene s;
    struct alert alert;
    CHECK(limited_and_decided(&s, CODE_TP_UNAUTH, &alert));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_MANUAL);
    CHECK(scene_number(&s, &NOT_ENDED, STORE_VALUES(store_i64(alert.id))) == 1);
    return scene_deinit(&s);
}

// Another grave alert of the customer is open: the measure becomes that one's, and ends with it.
static bool test_measure_goes_over(void) {
    static const struct decided TOLD = {
        .model = "M-VP-03-A", .customer = "C1", .amount = 5000, .action = "DELAY", .delay_s = 7200};
    struct scene s;
    struct alert alert, other;
    CHECK(limited_and_decided(&s, CODE_FP_OWNWILL, &alert));
    CHECK(scene_decide(&s, &TOLD) && scene_alert(&s, "C1", "VP", &other));
    CHECK(other.severity_most >= SEVERITY_S3);
    struct scene_deed deed = {.alert = alert.id};
    SCENE_OK(&s, scene_does(&s, "zhou", scene_approves, &deed));
    CHECK(scene_number(&s, &NOT_ENDED, STORE_VALUES(store_i64(other.id))) == 1);
    deed = (struct scene_deed){.alert = other.id, .code = CODE_FP_OWNWILL};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    SCENE_OK(&s, scene_does(&s, "zhou", scene_approves, &deed));
    CHECK(scene_number(&s, &ENDED, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// ---- trust --------------------------------------------------------------------------------------

// A clearance of a decision that was not approved, and that became the opposite, is none.
static bool test_clearance_not_approved(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &WHITE, 1) && scene_grown(&s) && scene_hire(&s));
    CHECK(scene_decide(&s, &HELD) && scene_alert(&s, "C1", "AT", &alert));
    struct scene_deed deed = {.alert = alert.id, .code = CODE_FP_OWNWILL, .clear_days = 180};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    CHECK(deed.needs_approval);
    SCENE_OK(&s, scene_does(&s, "zhou", scene_disapproves, &deed));
    deed.code = CODE_TP_UNAUTH;
    deed.clear_days = 0;
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    s.now_us += 2 * US_PER_DAY;
    CHECK(scene_decide(&s, &HELD));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_QUEUED &&
          scene_hold_is(&s, 101, "HELD"));
    return scene_deinit(&s);
}

// A clearance that was approved closes the next one; when its alert is opened again it does not any
// more.
static bool test_clearance_taken_back(void) {
    struct scene s;
    struct alert first, alert;
    CHECK(scene_init(&s, &WHITE, 1) && scene_grown(&s) && scene_hire(&s));
    CHECK(scene_decide(&s, &HELD) && scene_alert(&s, "C1", "AT", &first));
    struct scene_deed deed = {
        .alert = first.id, .code = CODE_FP_OWNWILL, .clear_days = 180, .text = "qa"};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    SCENE_OK(&s, scene_does(&s, "zhou", scene_approves, &deed));
    s.now_us += 2 * US_PER_DAY;
    CHECK(scene_decide(&s, &HELD) && scene_alert(&s, "C1", "AT", &alert) && alert.id != first.id &&
          alert.state == ALERT_CLOSED_AUTO);
    s.now_us += US_PER_DAY;
    SCENE_OK(&s, scene_does(&s, "zhou", scene_opens_again, &deed));
    SCENE_OK(&s, scene_does(&s, "wang", scene_next, &deed)); // another one looks, and finds fraud
    deed.code = CODE_TP_UNAUTH;
    deed.clear_days = 0;
    SCENE_OK(&s, scene_does(&s, "wang", scene_decides, &deed));
    s.now_us += 2 * US_PER_DAY;
    CHECK(scene_decide(&s, &HELD) && scene_alert(&s, "C1", "AT", &alert) &&
          alert.state == ALERT_QUEUED && scene_hold_is(&s, 102, "HELD"));
    return scene_deinit(&s);
}

// ---- opened again -------------------------------------------------------------------------------

// What a strategy closed, and a customer objected to, no strategy closes again, whatever becomes of
// the payment and however often it is handed back.
static bool test_no_strategy_closes_again(void) {
    const struct scene_strategy two[] = {CLOSES, FAILED};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, two, 2) && scene_grown(&s) && scene_hire(&s));
    CHECK(scene_decide(&s, &HIT) && scene_alert(&s, "C1", "AT", &alert) &&
          alert.state == ALERT_CLOSED_AUTO);
    struct scene_deed deed = {.alert = alert.id, .text = "appeal"};
    SCENE_OK(&s, scene_does(&s, "li", scene_opens_again, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_claims, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_hands_back, &deed));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_QUEUED &&
          words_have(alert.marks, SLICE("APPEAL")));
    CHECK(scene_decide(&s, &FAILS));
    CHECK(scene_pass(&s, US_PER_DAY) && scene_alert(&s, "C1", "AT", &alert) &&
          alert_is_open(&alert));
    return scene_deinit(&s);
}

// Who had decided does not look at his own decision, by no way.
static bool test_second_look_is_anothers(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_hire(&s));
    CHECK(scene_decide(&s, &HIT) && scene_alert(&s, "C1", "AT", &alert));
    struct scene_deed deed = {.alert = alert.id, .code = CODE_FP_OWNWILL, .text = "qa"};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    SCENE_OK(&s, scene_does(&s, "zhou", scene_opens_again, &deed));
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_next, &deed), "DP015");
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_claims, &deed), "DP014");
    SCENE_OK(&s, scene_does(&s, "wang", scene_next, &deed));
    deed.text = "li";
    SCENE_REFUSES(&s, scene_does(&s, "wang", scene_hands_over, &deed), "DP014");
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_decides, &deed), "DP008");
    SCENE_OK(&s, scene_does(&s, "wang", scene_decides, &deed));
    return scene_deinit(&s);
}

// ---- escalation ---------------------------------------------------------------------------------

// Queued as S2; half an hour later a hit of S4 joins. It is urgent from then on: paged at once, at
// the shift leader's after five minutes, with the duty director after half an hour.
static bool test_urgent_from_when_it_became_so(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(&s, &HIT));
    CHECK(scene_pass(&s, 31 * US_PER_MINUTE));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-01-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_number(&s, &PAGES, STORE_NO_VALUES) == 1);
    CHECK(scene_pass(&s, 5 * US_PER_MINUTE - 1) && scene_alert(&s, "C1", "AT", &alert) &&
          alert.level == 0);
    CHECK(scene_pass(&s, 1) && scene_alert(&s, "C1", "AT", &alert) && alert.level == 1 &&
          alert.state == ALERT_ESCALATED);
    CHECK(scene_number(&s, &PAGES, STORE_NO_VALUES) == 2);
    CHECK(scene_pass(&s, 25 * US_PER_MINUTE) && scene_alert(&s, "C1", "AT", &alert) &&
          alert.level == 2);
    return scene_deinit(&s);
}

static bool waits_while_queued(const struct decided *first, struct alert *ret_alert,
                               int64_t *ret_going) {
    static const struct statement GOING = {
        "test_going", "SELECT COUNT(*) FROM run WHERE state <> 'DONE' AND is_shadow = 0"};
    struct scene s;
    CHECK(scene_init(&s, &FAILED, 1) && scene_grown(&s));
    CHECK(scene_decide(&s, first) && scene_decide(&s, &FAILS));
    CHECK(scene_number(&s, &GOING, STORE_NO_VALUES) == 1);
    for (int half_hours = 0; half_hours < 60; half_hours++) {
        CHECK(scene_pass(&s, US_PER_HOUR / 2));
    }
    CHECK(scene_alert(&s, "C1", "AT", ret_alert));
    *ret_going = scene_number(&s, &GOING, STORE_NO_VALUES);
    ret_alert->code = slice_is(ret_alert->code, "DUP") ? SLICE("DUP") : SLICE("");
    return scene_deinit(&s);
}

// A strategy begins to wait on an alert that is in a queue. One that is escalated meanwhile is with
// people: the strategy lets go of it, and nothing fails. One that nobody had to be told of is
// closed when the wait is over.
static bool test_escalated_while_a_strategy_waits(void) {
    static const struct decided s3 = {.model = "M-AT-02-A", .customer = "C1", .amount = 5000};
    struct alert alert;
    int64_t going;
    CHECK(waits_while_queued(&s3, &alert, &going));
    CHECK_THAT(alert.state == ALERT_ESCALATED && alert.level >= 1 && going == 0, "%s",
               alert_states[alert.state].word);
    CHECK(waits_while_queued(&HIT, &alert, &going));
    CHECK_THAT(alert.state == ALERT_CLOSED_AUTO && slice_is(alert.code, "DUP") && going == 0, "%s",
               alert_states[alert.state].word);
    return true;
}

// The timer of an escalation failed and was put off by a minute, or nothing ran for forty minutes:
// nobody is left out. The shift leader has it first, and the director when his time has come.
static bool test_nobody_is_left_out(void) {
    static const struct statement PUT_OFF = {
        "test_put_off",
        "UPDATE timer SET due_us = due_us + 60000000 WHERE kind = 'alert.escalate'"};
    static const struct statement LEADER = {
        "test_leader",
        "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND body LIKE '%\"SHIFT_LEADER\"%'"};
    static const struct statement DIRECTOR = {
        "test_director",
        "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND body LIKE '%\"DUTY_DIRECTOR\"%'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-01-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_change(&s, &PUT_OFF));
    CHECK(scene_pass(&s, 6 * US_PER_MINUTE) && scene_alert(&s, "C1", "AT", &alert));
    CHECK(alert.level == 1 && scene_number(&s, &LEADER, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &DIRECTOR, STORE_NO_VALUES) == 0);
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-01-E",
                                             .customer = "C1",
                                             .amount = 5000})); // moves nothing
    CHECK(scene_pass(&s, 24 * US_PER_MINUTE) && scene_alert(&s, "C1", "AT", &alert));
    CHECK(alert.level == 2 && scene_number(&s, &LEADER, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &DIRECTOR, STORE_NO_VALUES) == 1);
    CHECK(scene_again(&s));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-01-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_pass(&s, 40 * US_PER_MINUTE) && scene_alert(&s, "C1", "AT", &alert));
    CHECK(alert.level == 2 && scene_number(&s, &LEADER, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &DIRECTOR, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// ---- what is left of an earlier life
// --------------------------------------------------------------

static Status waits_for_branch(struct scene_deed *deed, struct book *book,
                               const struct person *person) {
    return alert_set_state(deed->scene->disposition, book, person, deed->alert,
                           ALERT_WAITING_BRANCH, SLICE("ask them"));
}

// A question and a wait end with the alert: neither an answer nor a deadline of then moves what was
// opened again since.
static bool test_nothing_of_an_earlier_life(void) {
    static const struct statement OUT = {"test_out",
                                         "SELECT COUNT(*) FROM task WHERE state = 'ASKED'"};
    static const struct statement TIMERS = {
        "test_timers", "SELECT COUNT(*) FROM timer WHERE kind IN ('task', 'alert.wait')"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_hire(&s));
    CHECK(scene_decide(&s, &HELD) && scene_alert(&s, "C1", "AT", &alert));
    struct scene_deed deed = {.alert = alert.id, .code = CODE_TP_UNAUTH, .text = "SMS-CONFIRM"};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_asks_by_message, &deed));
    CHECK(scene_number(&s, &OUT, STORE_NO_VALUES) == 1);
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    CHECK(scene_number(&s, &OUT, STORE_NO_VALUES) == 0 &&
          scene_number(&s, &TIMERS, STORE_NO_VALUES) == 0);
    deed.text = "qa";
    SCENE_OK(&s, scene_does(&s, "zhou", scene_opens_again, &deed));
    SCENE_OK(&s, scene_does(&s, "wang", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "wang", waits_for_branch, &deed));
    CHECK(scene_number(&s, &TIMERS, STORE_NO_VALUES) == 1);
    SCENE_REFUSES(&s, scene_answer(&s, "C1", "{\"reply\":\"Y\"}"), "DP003");
    CHECK(scene_pass(&s, 3 * US_PER_HOUR) && scene_alert(&s, "C1", "AT", &alert) &&
          alert.state == ALERT_WAITING_BRANCH);
    return scene_deinit(&s);
}

// ---- cases --------------------------------------------------------------------------------------

// An alert in a case is no dead end: it is decided there. One that waits for an approval does not
// slip into a case and past it.
static bool test_in_a_case(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_hire(&s));
    CHECK(scene_decide(&s, &HIT) && scene_alert(&s, "C1", "AT", &alert));
    struct scene_deed deed = {.alert = alert.id, .code = CODE_TP_UNAUTH, .case_id = 1};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_into_case, &deed));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_IN_CASE &&
          alert.case_id == 1);
    deed.case_id = 0;
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_MANUAL &&
          slice_is(alert.code, "TP-UNAUTH"));
    s.now_us += 2 * US_PER_DAY;
    CHECK(scene_decide(&s, &HELD) && scene_alert(&s, "C1", "AT", &alert));
    deed = (struct scene_deed){.alert = alert.id, .code = CODE_FP_OWNWILL};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides, &deed));
    CHECK(deed.needs_approval);
    deed.case_id = 1;
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_into_case, &deed), "DP002");
    CHECK(scene_hold_is(&s, 101, "HELD"));
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_report_of_two),
        TEST(test_report_after_quiet),
        TEST(test_card_of_a_large_number),
        TEST(test_clearance_not_approved),
        TEST(test_clearance_taken_back),
        TEST(test_no_strategy_closes_again),
        TEST(test_measure_ends_with_its_alert),
        TEST(test_measure_of_a_fraud_stays),
        TEST(test_measure_goes_over),
        TEST(test_second_look_is_anothers),
        TEST(test_urgent_from_when_it_became_so),
        TEST(test_escalated_while_a_strategy_waits),
        TEST(test_nobody_is_left_out),
        TEST(test_nothing_of_an_earlier_life),
        TEST(test_in_a_case),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
