// The ledger of measures, on a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/controls/controls_scene_test.h"

static const int64_t NOON_US = INT64_C(1795579200) * US_PER_SECOND; // 2026-11-25 12:00 in Shanghai

static bool begin(struct world *w, struct scene *scene) {
    *scene = (struct scene){.terms = terms_of_test()};
    return world_init(w, scene);
}

static bool state_is(struct world *w, int64_t id, ControlState state) {
    const struct control *control = control_of(w, id);
    CHECK_THAT(control->state == state, "measure %lld: %s", (long long)id,
               control->state == CONTROL_STATE_COUNT ? "?" : control_state_word(control->state));
    return true;
}

// ---- several at once --------------------------------------------------------------------------

static bool test_strictest_counts(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK(effect_on(&w, SLICE("A1"))->count == 0 &&
          strcmp(control_effect_word(&s.effect), "NONE") == 0);
    int64_t limit = set(&w, NOON_US, plain(MEASURE_LIMIT_NON_COUNTER));
    int64_t off = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK(limit > 0 && off > 0);
    // Asked for is not in force.
    CHECK(effect_on(&w, SLICE("A1"))->count == 0);
    w.who = SYSTEM;
    CHECK_OK(&w, confirm(&w, NOON_US, limit, NOON_US));
    CHECK(effect_on(&w, SLICE("A1"))->strictest == MEASURE_LIMIT_NON_COUNTER &&
          s.effect.limit == 500000 && s.effect.blocks == 1u << BLOCK_LIMITED);
    CHECK_OK(&w, confirm(&w, NOON_US, off, NOON_US));
    int64_t stop = set(&w, NOON_US, by_order(MEASURE_STOP_PAY, 1, NOON_US));
    CHECK_OK(&w, confirm(&w, NOON_US, stop, NOON_US));
    CHECK(effect_on(&w, SLICE("A1"))->strictest == MEASURE_STOP_PAY && s.effect.count == 3 &&
          strcmp(control_effect_word(&s.effect), "STOPPED") == 0 && !s.effect.keeps_basics);
    CHECK((s.effect.blocks & (1u << BLOCK_COUNTER_DEBIT)) != 0 &&
          (s.effect.blocks & (1u << BLOCK_LIMITED)) != 0);
    // The stop goes; what the bank set stays.
    CHECK_OK(&w, let_go(&w, NOON_US + 1, stop, AUTHORITY_ORDER, ""));
    CHECK(state_is(&w, stop, CONTROL_RELEASED) && state_is(&w, off, CONTROL_IN_FORCE) &&
          state_is(&w, limit, CONTROL_IN_FORCE));
    CHECK(effect_on(&w, SLICE("A1"))->strictest == MEASURE_SUSPEND_NON_COUNTER &&
          s.effect.count == 2 && s.effect.keeps_basics);
    CHECK(effect_on(&w, SLICE("A2"))->count == 0);
    return world_deinit(&w);
}

// A freeze of a part holds that part back and blocks nothing else; two of them add up.
static bool test_parts_add_up(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    for (int64_t order = 1; order <= 2; order++) {
        struct control_ask ask = by_order(MEASURE_FREEZE, order, NOON_US + order);
        ask.amount = order * 100000;
        CHECK_OK(&w, confirm(&w, NOON_US, set(&w, NOON_US, ask), NOON_US));
    }
    CHECK(effect_on(&w, SLICE("A1"))->held_back == 300000 && s.effect.blocks == 0 &&
          strcmp(control_effect_word(&s.effect), "FROZEN") == 0);
    return world_deinit(&w);
}

// ---- what is refused --------------------------------------------------------------------------

static bool refused(struct world *w, Actor who, struct control_ask ask, const char *code) {
    struct scene *scene = scene_of(w);
    w->who = who;
    scene->ask = ask;
    CHECK_OK(w, within(w, NOON_US, work_may));
    CHECK_THAT(strcmp(control_refusal_code(scene->refusal), code) == 0, "%s instead of %s",
               control_refusal_code(scene->refusal), code);
    if (scene->refusal == REFUSAL_NONE) {
        return true;
    }
    CHECK_CODE(w, within(w, NOON_US, work_ask), code);
    return messages_of(w, "control.set") == 0;
}

static struct control_ask changed(Measure measure, void (*change)(struct control_ask *ask)) {
    struct control_ask ask = plain(measure);
    change(&ask);
    return ask;
}

#define CHANGE(name, ...)                                                                          \
    static void name(struct control_ask *ask) {                                                    \
        __VA_ARGS__;                                                                               \
    }
CHANGE(on_ip, ask->target_kind = TARGET_IP)
CHANGE(on_nothing, ask->target = SLICE(""))
CHANGE(by_list, ask->authority = AUTHORITY_LIST; ask->document = SLICE("L1"))
CHANGE(by_preventive_list, ask->authority = AUTHORITY_LIST; ask->document = SLICE("L1");
       ask->basis = SLICE("R-407"); ask->notice = NULL)
CHANGE(by_no_order, ask->authority = AUTHORITY_ORDER; ask->document = SLICE("D1"))
CHANGE(without_basis, ask->basis = SLICE(""))
CHANGE(list_without_document, ask->authority = AUTHORITY_LIST)
CHANGE(without_reason, ask->reason = SLICE(""))
CHANGE(without_end, ask->span_us = 0)
CHANGE(far_too_long, ask->span_us = 181 * US_PER_DAY)
CHANGE(two_days, ask->span_us = 2 * US_PER_DAY)
CHANGE(ended_before, ask->span_us = 0; ask->until_us = NOON_US)
CHANGE(of_s2, ask->severity = 2)
CHANGE(of_no_alert_by_law, ask->severity = 0; ask->basis = SLICE("R-202"))
CHANGE(on_court, ask->facts = target_fact_bit(TARGET_FACT_COURT))
CHANGE(on_basic, ask->facts = target_fact_bit(TARGET_FACT_BASIC))
CHANGE(on_payroll, ask->facts = target_fact_bit(TARGET_FACT_PAYROLL))
CHANGE(on_pension, ask->facts = target_fact_bit(TARGET_FACT_PENSION))
CHANGE(on_settlement, ask->facts = target_fact_bit(TARGET_FACT_SETTLEMENT))
CHANGE(of_nothing, ask->amount = 0)
CHANGE(of_an_amount, ask->amount = 100)
CHANGE(untold, ask->notice = NULL)
CHANGE(told_in_part,
       static const struct notice part = {.key = {"k", 1}, .version = 1, .text = {"t", 1}};
       ask->notice = &part)
CHANGE(secret, ask->secrecy = SLICE("AML"))
CHANGE(secret_untold, ask->secrecy = SLICE("AML"); ask->notice = NULL)
CHANGE(of_another_secrecy, ask->secrecy = SLICE("TOP"))
CHANGE(of_many_words, static char words[CONTROL_REASON_MAX + 1]; memset(words, 'x', sizeof words);
       ask->reason = (Slice){words, sizeof words})
CHANGE(nothing, (void)ask)

static bool test_refusals(void) {
    static const struct {
        Measure measure;
        void (*change)(struct control_ask *ask);
        const char *by_analyst, *by_strategy;
    } cases[] = {
        {MEASURE_SUSPEND_NON_COUNTER, nothing, "", ""},
        {MEASURE_SUSPEND_NON_COUNTER, on_ip, "CT010", "CT010"},
        {MEASURE_SUSPEND_NON_COUNTER, on_nothing, "CT011", "CT011"},
        {MEASURE_FREEZE, nothing, "CT012", "CT012"},
        {MEASURE_FREEZE, by_list, "CT012", "CT012"},
        {MEASURE_FREEZE, by_no_order, "CT012", "CT012"},
        {MEASURE_FREEZE, by_preventive_list, "", ""},
        {MEASURE_STOP_PAY, nothing, "CT012", "CT012"},
        {MEASURE_STOP_PAY, by_preventive_list, "CT013", "CT013"},
        {MEASURE_TEMPORARY_FREEZE, nothing, "CT012", "CT012"},
        {MEASURE_SUSPEND_ALL, nothing, "CT013", "CT013"},
        {MEASURE_GREY_PAYEE, by_list, "CT013", "CT013"},
        {MEASURE_SUSPEND_NON_COUNTER, without_basis, "CT014", "CT014"},
        {MEASURE_SUSPEND_NON_COUNTER, list_without_document, "CT015", "CT015"},
        {MEASURE_SUSPEND_NON_COUNTER, without_reason, "CT016", "CT016"},
        {MEASURE_SUSPEND_NON_COUNTER, without_end, "CT017", "CT017"},
        {MEASURE_SUSPEND_NON_COUNTER, far_too_long, "CT018", "CT018"},
        {MEASURE_SUSPEND_NON_COUNTER, two_days, "", "CT019"},
        {MEASURE_SUSPEND_NON_COUNTER, ended_before, "CT020", "CT020"},
        {MEASURE_SUSPEND_NON_COUNTER, of_s2, "CT021", "CT021"},
        {MEASURE_LIMIT_NON_COUNTER, of_s2, "", ""},
        {MEASURE_SUSPEND_NON_COUNTER, of_no_alert_by_law, "", ""},
        {MEASURE_SUSPEND_NON_COUNTER, on_court, "CT022", "CT022"},
        {MEASURE_SUSPEND_NON_COUNTER, on_basic, "CT022", "CT022"},
        {MEASURE_SUSPEND_NON_COUNTER, on_payroll, "", "CT023"},
        {MEASURE_SUSPEND_NON_COUNTER, on_pension, "", "CT023"},
        {MEASURE_CREDIT_ONLY, on_settlement, "", "CT023"},
        {MEASURE_LIMIT_NON_COUNTER, of_nothing, "CT024", "CT024"},
        {MEASURE_SUSPEND_NON_COUNTER, of_an_amount, "CT024", "CT024"},
        {MEASURE_SUSPEND_NON_COUNTER, untold, "CT026", "CT026"},
        {MEASURE_SUSPEND_NON_COUNTER, told_in_part, "CT026", "CT026"},
        {MEASURE_SUSPEND_NON_COUNTER, secret, "CT027", "CT027"},
        {MEASURE_SUSPEND_NON_COUNTER, secret_untold, "", ""},
        {MEASURE_SUSPEND_NON_COUNTER, of_another_secrecy, "CT028", "CT028"},
        {MEASURE_SUSPEND_NON_COUNTER, of_many_words, "CT029", "CT029"},
    };
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct control_ask ask = changed(cases[i].measure, cases[i].change);
        CHECK_THAT(refused(&w, ANALYST, ask, cases[i].by_analyst), "case %zu", i);
        CHECK_THAT(refused(&w, STRATEGY, ask, cases[i].by_strategy), "case %zu", i);
    }
    return world_deinit(&w);
}

// A strategy lowers a limit once in thirty days; a person may go further.
static bool test_one_step_of_a_strategy(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = STRATEGY;
    int64_t first = set(&w, NOON_US, plain(MEASURE_LIMIT_NON_COUNTER));
    CHECK(first > 0);
    CHECK(set(&w, NOON_US + 29 * US_PER_DAY, plain(MEASURE_LIMIT_NON_COUNTER)) < 0 &&
          strcmp(w.scratch.diag.code, "CT025") == 0);
    CHECK(set(&w, NOON_US + 30 * US_PER_DAY, plain(MEASURE_LIMIT_NON_COUNTER)) > 0);
    w.who = ANALYST;
    CHECK(set(&w, NOON_US + 30 * US_PER_DAY, plain(MEASURE_LIMIT_NON_COUNTER)) > 0);
    return world_deinit(&w);
}

// ---- confirming -------------------------------------------------------------------------------

// 48 hours count from the actual time, whenever that is told.
static bool test_counts_from_actual_time(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    int64_t id = set(&w, NOON_US, by_order(MEASURE_STOP_PAY, 1, NOON_US));
    CHECK_OK(&w, handle_due(&w, NOON_US + 49 * US_PER_HOUR, handle_control));
    CHECK(state_is(&w, id, CONTROL_ASKED)); // nobody has said that it is in force
    CHECK_OK(&w, confirm(&w, NOON_US + 50 * US_PER_HOUR, id, NOON_US + 7 * US_PER_SECOND));
    CHECK(control_of(&w, id)->ends_us == NOON_US + 7 * US_PER_SECOND + 48 * US_PER_HOUR);
    CHECK_OK(&w, handle_due(&w, NOON_US + 50 * US_PER_HOUR, handle_control));
    CHECK(state_is(&w, id, CONTROL_EXPIRED) && messages_of(&w, "control.released") == 1);
    CHECK_OK(&w, handle_due(&w, NOON_US + 50 * US_PER_HOUR, handle_control));
    CHECK(messages_of(&w, "control.released") == 1);
    return world_deinit(&w);
}

static bool test_exact_end(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    int64_t id = set(&w, NOON_US, by_order(MEASURE_STOP_PAY, 1, NOON_US));
    CHECK_OK(&w, confirm(&w, NOON_US, id, NOON_US));
    CHECK_OK(&w, handle_due(&w, NOON_US + 48 * US_PER_HOUR - 1, handle_control));
    CHECK(state_is(&w, id, CONTROL_IN_FORCE));
    CHECK_OK(&w, handle_due(&w, NOON_US + 48 * US_PER_HOUR, handle_control));
    CHECK(state_is(&w, id, CONTROL_EXPIRED));
    // The core bank says when it really let go.
    CHECK_OK(&w, confirm(&w, NOON_US + 48 * US_PER_HOUR, id, NOON_US + 48 * US_PER_HOUR + 3));
    CHECK(control_of(&w, id)->lifted_us == NOON_US + 48 * US_PER_HOUR + 3 &&
          s.control.is_confirmed);
    return world_deinit(&w);
}

static bool test_core_bank_cannot(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t id = set(&w, NOON_US, plain(MEASURE_CREDIT_ONLY));
    CHECK_OK(&w, fails(&w, NOON_US, id, SLICE("账户不存在")));
    CHECK_OK(&w, fails(&w, NOON_US, id, SLICE("账户不存在")));
    CHECK(state_is(&w, id, CONTROL_FAILED) && messages_of(&w, "control.failed") == 1);
    CHECK(body_has(&w, "control.failed", "账户不存在"));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle_control));
    CHECK(messages_of(&w, "control.unconfirmed") == 0 && messages_of(&w, "notice.send") == 0);
    CHECK_CODE(&w, let_go(&w, NOON_US, id, AUTHORITY_BANK, "b.reviewer"), "CT030");
    return world_deinit(&w);
}

static bool test_nobody_confirms(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK(set(&w, NOON_US, plain(MEASURE_CREDIT_ONLY)) > 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + 59 * US_PER_SECOND, handle_control));
    CHECK(messages_of(&w, "control.unconfirmed") == 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + 60 * US_PER_SECOND, handle_control));
    CHECK_OK(&w, handle_due(&w, NOON_US + 180 * US_PER_SECOND, handle_control));
    CHECK(messages_of(&w, "control.unconfirmed") == 2);
    return world_deinit(&w);
}

// Released before anybody had confirmed that it was set: both are done, and told in their order.
static bool test_released_before_confirmed(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t id = set(&w, NOON_US, plain(MEASURE_LIMIT_NON_COUNTER));
    int64_t set_message = control_of(&w, id)->set_message;
    CHECK_OK(&w, let_go(&w, NOON_US + 1, id, AUTHORITY_BANK, "b.reviewer"));
    s.told = (struct confirmation){.is_done = true, .at_us = NOON_US + 2, .message = set_message};
    CHECK_OK(&w, within(&w, NOON_US + 3, work_confirm));
    CHECK(state_is(&w, id, CONTROL_RELEASED) && s.control.since_us == NOON_US + 2 &&
          s.control.lifted_us == 0 && !s.control.is_confirmed);
    CHECK_OK(&w, confirm(&w, NOON_US + 4, id, NOON_US + 4));
    CHECK(control_of(&w, id)->lifted_us == NOON_US + 4 && s.control.is_confirmed);
    CHECK(messages_of(&w, "notice.send") == 0); // nobody was restricted any more
    return world_deinit(&w);
}

// Messages of a target carry one number, so that the outbox sends them in their order.
static bool test_order_of_messages(void) {
    static const struct statement OBJECTS = {
        "test_objects", "SELECT COUNT(DISTINCT object) FROM message WHERE object_kind = "
                        "'control_target' AND endpoint = 'core'"};
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct control_ask other = plain(MEASURE_SUSPEND_NON_COUNTER);
    other.target = SLICE("A2");
    int64_t first = set(&w, NOON_US, plain(MEASURE_LIMIT_NON_COUNTER));
    CHECK(first > 0 && set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0);
    CHECK_OK(&w, let_go(&w, NOON_US, first, AUTHORITY_BANK, "b.reviewer"));
    CHECK(ask_number(&w, &OBJECTS, STORE_NO_VALUES) == 1);
    CHECK(set(&w, NOON_US, other) > 0 && ask_number(&w, &OBJECTS, STORE_NO_VALUES) == 2);
    // What is told of the released one says what is left.
    CHECK(body_has(&w, "control.released", "\"strictest\":\"SUSPEND_NON_COUNTER\",\"measures\":1"));
    CHECK(body_has(&w, "control.set", "\"keeps\":[\"MEDICAL\",\"SOCIAL_SECURITY\",\"UTILITIES\"]"));
    CHECK(!body_has(&w, "control.set", "多人转入")); // why is nobody else's business
    return world_deinit(&w);
}

// ---- notices ----------------------------------------------------------------------------------

static Status work_notices(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    TRY(notice_list_json(book, "control", scene->id, json));
    return rendering_end(&out, book, &scene->text);
}

static bool test_told_when_in_force(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t id = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK(messages_of(&w, "notice.send") == 0); // else he would have time to empty the account
    CHECK_OK(&w, confirm(&w, NOON_US, id, NOON_US));
    CHECK_OK(&w, confirm(&w, NOON_US, id, NOON_US));
    CHECK(messages_of(&w, "notice.send") == 1);
    CHECK(body_has(&w, "notice.send", "\"key\":\"control.suspend\",\"version\":3"));
    CHECK(body_has(&w, "notice.send", "\"reason\":\"账户交易异常\"") &&
          body_has(&w, "notice.send", "\"documents\":\"身份证件、交易证明\""));
    CHECK(slice_is(control_of(&w, id)->notice, "control.suspend@3"));
    CHECK_OK(&w, within(&w, NOON_US, work_notices));
    CHECK(slice_find(s.text, SLICE("\"customer\":\"C1\",\"key\":\"control.suspend\""), 0) !=
          SIZE_MAX);
    return world_deinit(&w);
}

// ---- release ----------------------------------------------------------------------------------

static bool test_four_eyes(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct control_ask weak = plain(MEASURE_LIMIT_NON_COUNTER);
    weak.severity = 2;
    int64_t s2 = set(&w, NOON_US, weak);
    int64_t s4 = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    w.who = STRATEGY;
    CHECK_CODE(&w, let_go(&w, NOON_US, s4, AUTHORITY_BANK, "b.reviewer"), "CT034");
    CHECK_OK(&w, let_go(&w, NOON_US, s2, AUTHORITY_BANK, ""));
    w.who = REVIEWER;
    CHECK_CODE(&w, let_go(&w, NOON_US, s4, AUTHORITY_BANK, ""), "CT032");
    CHECK_CODE(&w, let_go(&w, NOON_US, s4, AUTHORITY_BANK, "b.reviewer"), "CT033");
    CHECK_OK(&w, let_go(&w, NOON_US, s4, AUTHORITY_BANK, "c.chief"));
    CHECK(slice_is(control_of(&w, s4)->released_by, "b.reviewer") &&
          slice_is(s.control.released_second, "c.chief"));
    CHECK_CODE(&w, let_go(&w, NOON_US, s4, AUTHORITY_BANK, "c.chief"), "CT030");
    s.id = set(&w, NOON_US, weak);
    s.release.reason = SLICE("");
    CHECK_CODE(&w, within(&w, NOON_US, work_release), "CT016");
    static char words[CONFIRMATION_PROBLEM_MAX + 1];
    memset(words, 'x', sizeof words);
    CHECK_CODE(&w, fails(&w, NOON_US, s.id, (Slice){words, sizeof words}), "CT008");
    return world_deinit(&w);
}

static bool test_whose_release(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t stop = set(&w, NOON_US, by_order(MEASURE_STOP_PAY, 1, NOON_US));
    int64_t bank = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    struct control_ask ask = plain(MEASURE_SUSPEND_ALL);
    ask.authority = AUTHORITY_LIST;
    ask.document = SLICE("case list 7");
    ask.span_us = 0;
    int64_t list = set(&w, NOON_US, ask);
    CHECK(stop > 0 && bank > 0 && list > 0);
    CHECK_CODE(&w, let_go(&w, NOON_US, stop, AUTHORITY_BANK, "b.reviewer"), "CT031");
    CHECK_CODE(&w, let_go(&w, NOON_US, stop, AUTHORITY_LIST, "b.reviewer"), "CT031");
    CHECK_CODE(&w, let_go(&w, NOON_US, bank, AUTHORITY_ORDER, "b.reviewer"), "CT031");
    CHECK_CODE(&w, let_go(&w, NOON_US, bank, AUTHORITY_LIST, "b.reviewer"), "CT031");
    CHECK_CODE(&w, let_go(&w, NOON_US, list, AUTHORITY_ORDER, ""), "CT031");
    CHECK_CODE(&w, let_go(&w, NOON_US, list, AUTHORITY_BANK, ""), "CT032");
    CHECK_OK(&w, let_go(&w, NOON_US, list, AUTHORITY_LIST, ""));
    CHECK_OK(&w, let_go(&w, NOON_US, stop, AUTHORITY_ORDER, ""));
    CHECK(state_is(&w, bank, CONTROL_ASKED));
    return world_deinit(&w);
}

// ---- waiting freezes --------------------------------------------------------------------------

static bool test_waiting_freezes(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    int64_t first = set(&w, NOON_US, by_order(MEASURE_FREEZE, 1, NOON_US));
    CHECK_OK(&w, confirm(&w, NOON_US, first, NOON_US));
    // They come in another order than they were given.
    int64_t third = set(&w, NOON_US + 1, by_order(MEASURE_FREEZE, 3, NOON_US - 5));
    int64_t second = set(&w, NOON_US + 2, by_order(MEASURE_FREEZE, 2, NOON_US - 9));
    CHECK(state_is(&w, third, CONTROL_WAITING) && state_is(&w, second, CONTROL_WAITING));
    CHECK(messages_of(&w, "control.set") == 1 && effect_on(&w, SLICE("A1"))->count == 1);
    int64_t end_us = months_later(&s.terms, NOON_US, 6);
    CHECK_OK(&w, handle_due(&w, end_us, handle_control));
    CHECK(state_is(&w, first, CONTROL_EXPIRED) && state_is(&w, second, CONTROL_ASKED) &&
          state_is(&w, third, CONTROL_WAITING));
    // Its six months begin when it is in force.
    CHECK_OK(&w, confirm(&w, end_us, second, end_us + 5));
    CHECK(control_of(&w, second)->ends_us == months_later(&s.terms, end_us + 5, 6));
    CHECK_OK(&w, let_go(&w, end_us + 9, second, AUTHORITY_ORDER, ""));
    CHECK(state_is(&w, third, CONTROL_ASKED));
    CHECK_OK(&w, fails(&w, end_us + 10, third, SLICE("销户")));
    CHECK(state_is(&w, third, CONTROL_FAILED));
    return world_deinit(&w);
}

// Released while it waits: the core bank never hears of it. A freeze of a part does not close the
// queue.
static bool test_queue_of_parts(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    struct control_ask part = by_order(MEASURE_FREEZE, 1, NOON_US);
    part.amount = 100000;
    int64_t some = set(&w, NOON_US, part);
    int64_t all = set(&w, NOON_US, by_order(MEASURE_FREEZE, 2, NOON_US + 1));
    int64_t waits = set(&w, NOON_US, by_order(MEASURE_FREEZE, 3, NOON_US + 2));
    CHECK(state_is(&w, some, CONTROL_ASKED) && state_is(&w, all, CONTROL_ASKED) &&
          state_is(&w, waits, CONTROL_WAITING));
    CHECK_OK(&w, let_go(&w, NOON_US, waits, AUTHORITY_ORDER, ""));
    CHECK(state_is(&w, waits, CONTROL_RELEASED) && messages_of(&w, "control.released") == 0);
    // Two parts that wait behind a whole one go together.
    part.order = 4;
    int64_t fourth = set(&w, NOON_US, part);
    part.order = 5;
    int64_t fifth = set(&w, NOON_US, part);
    CHECK(state_is(&w, fourth, CONTROL_WAITING) && state_is(&w, fifth, CONTROL_WAITING));
    CHECK_OK(&w, let_go(&w, NOON_US, all, AUTHORITY_ORDER, ""));
    CHECK(state_is(&w, fourth, CONTROL_ASKED) && state_is(&w, fifth, CONTROL_ASKED) &&
          state_is(&w, some, CONTROL_ASKED));
    return world_deinit(&w);
}

static bool test_over_before_its_turn(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    int64_t first = set(&w, NOON_US, by_order(MEASURE_FREEZE, 1, NOON_US));
    struct control_ask ask = by_order(MEASURE_FREEZE, 2, NOON_US);
    ask.months = 0;
    ask.until_us = NOON_US + US_PER_DAY;
    int64_t second = set(&w, NOON_US, ask);
    CHECK_OK(&w, confirm(&w, NOON_US, first, NOON_US));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle_control));
    CHECK(state_is(&w, second, CONTROL_EXPIRED) && messages_of(&w, "control.released") == 0);
    CHECK(state_is(&w, first, CONTROL_IN_FORCE));
    return world_deinit(&w);
}

// ---- step by step -----------------------------------------------------------------------------

static Status stepwise(struct world *w, int64_t now_us, int64_t id) {
    scene_of(w)->id = id;
    scene_of(w)->release = (struct control_release){
        .by = AUTHORITY_BANK, .reason = SLICE("部分核实"), .second = SLICE("c.chief")};
    return within(w, now_us, work_release_stepwise);
}

static int64_t newest(struct world *w) {
    static const struct statement NEWEST = {"test_newest", "SELECT MAX(id) FROM control"};
    return ask_number(w, &NEWEST, STORE_NO_VALUES);
}

static bool test_stepwise(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t off = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK_CODE(&w, stepwise(&w, NOON_US, off), "CT036"); // not in force yet
    CHECK_OK(&w, confirm(&w, NOON_US, off, NOON_US));
    CHECK_OK(&w, stepwise(&w, NOON_US, off));
    int64_t limit = newest(&w);
    CHECK(limit != off && control_of(&w, limit)->ask.amount == 200000 && s.control.step == 1);
    CHECK(state_is(&w, off, CONTROL_IN_FORCE)); // until the limit is
    CHECK_OK(&w, confirm(&w, NOON_US, limit, NOON_US));
    CHECK(state_is(&w, off, CONTROL_RELEASED) && slice_is(s.control.released_second, "c.chief"));
    CHECK_OK(&w, handle_due(&w, NOON_US + 15 * US_PER_DAY - 1, handle_control));
    CHECK(control_of(&w, limit)->ask.amount == 200000);
    CHECK_OK(&w, handle_due(&w, NOON_US + 15 * US_PER_DAY, handle_control));
    CHECK(control_of(&w, limit)->ask.amount == 1000000 && s.control.step == 2 &&
          s.control.state == CONTROL_IN_FORCE);
    CHECK(body_has(&w, "control.changed", "\"limit\":1000000"));
    CHECK_OK(&w, handle_due(&w, NOON_US + 30 * US_PER_DAY - 1, handle_control));
    CHECK(state_is(&w, limit, CONTROL_IN_FORCE));
    CHECK_OK(&w, handle_due(&w, NOON_US + 30 * US_PER_DAY, handle_control));
    CHECK(state_is(&w, limit, CONTROL_RELEASED) && effect_on(&w, SLICE("A1"))->count == 0);
    return world_deinit(&w);
}

// The limit could not be set: what it was to replace stays, as if nobody had begun.
static bool test_stepwise_fails(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t off = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK_OK(&w, confirm(&w, NOON_US, off, NOON_US));
    CHECK_OK(&w, stepwise(&w, NOON_US, off));
    CHECK_OK(&w, fails(&w, NOON_US, newest(&w), SLICE("系统忙")));
    CHECK(state_is(&w, off, CONTROL_IN_FORCE) && slice_empty(s.control.released_by));
    return world_deinit(&w);
}

// A limit of 5,000 goes to 10,000 and then; one of 50,000 goes at once.
static bool test_steps_of_a_limit(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct control_ask ask = plain(MEASURE_LIMIT_NON_COUNTER);
    ask.span_us = 90 * US_PER_DAY;
    int64_t small = set(&w, NOON_US, ask);
    ask.amount = 5000000;
    int64_t large = set(&w, NOON_US, ask);
    CHECK_OK(&w, confirm(&w, NOON_US, small, NOON_US));
    CHECK_OK(&w, confirm(&w, NOON_US, large, NOON_US));
    CHECK_OK(&w, stepwise(&w, NOON_US, large));
    CHECK(state_is(&w, large, CONTROL_RELEASED));
    CHECK_OK(&w, stepwise(&w, NOON_US, small));
    CHECK(control_of(&w, small)->ask.amount == 1000000);
    CHECK_OK(&w, handle_due(&w, NOON_US + 15 * US_PER_DAY, handle_control));
    CHECK(state_is(&w, small, CONTROL_RELEASED));
    int64_t block = set(&w, NOON_US, by_order(MEASURE_STOP_PAY, 1, NOON_US));
    CHECK_CODE(&w, stepwise(&w, NOON_US, block), "CT031");
    return world_deinit(&w);
}

static bool test_no_steps(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct control_ask ask = plain(MEASURE_GREY_PAYEE);
    ask.target_kind = TARGET_PAYEE;
    int64_t id = set(&w, NOON_US, ask);
    CHECK_OK(&w, confirm(&w, NOON_US, id, NOON_US));
    CHECK_CODE(&w, stepwise(&w, NOON_US, id), "CT035");
    return world_deinit(&w);
}

// ---- once more --------------------------------------------------------------------------------

static Status work_repeat(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_repeat(book, &scene->terms, scene->id);
}

static Status work_may_release(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_may_release(book, scene->id, &scene->release, &scene->refusal);
}

// What the core bank could not do it is asked for again; a freeze takes its place in the queue
// again.
static bool test_asked_again(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    w.who = SYSTEM;
    int64_t first = set(&w, NOON_US, by_order(MEASURE_FREEZE, 1, NOON_US));
    CHECK_OK(&w, fails(&w, NOON_US, first, SLICE("系统忙")));
    CHECK_OK(&w, within(&w, NOON_US + 1, work_repeat));
    CHECK(state_is(&w, first, CONTROL_ASKED) && messages_of(&w, "control.set") == 2);
    CHECK_OK(&w, fails(&w, NOON_US + 2, first, SLICE("系统忙")));
    int64_t second = set(&w, NOON_US + 3, by_order(MEASURE_FREEZE, 2, NOON_US));
    CHECK_OK(&w, confirm(&w, NOON_US + 3, second, NOON_US + 3));
    s.id = first;
    CHECK_OK(&w, within(&w, NOON_US + 4, work_repeat));
    CHECK_OK(&w, within(&w, NOON_US + 4, work_repeat));
    CHECK(state_is(&w, first, CONTROL_WAITING) && messages_of(&w, "control.set") == 3);
    s.id = second;
    CHECK_OK(&w, within(&w, NOON_US + 5, work_repeat));
    CHECK(messages_of(&w, "control.changed") == 1);
    CHECK_OK(&w, let_go(&w, NOON_US + 6, second, AUTHORITY_ORDER, ""));
    CHECK_OK(&w, within(&w, NOON_US + 7, work_repeat));
    CHECK(messages_of(&w, "control.released") == 2);
    CHECK_OK(&w, confirm(&w, NOON_US + 8, first, NOON_US + 8));
    CHECK(state_is(&w, first, CONTROL_IN_FORCE));
    return world_deinit(&w);
}

static bool test_may_release(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    s.id = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    s.release = (struct control_release){.by = AUTHORITY_BANK, .reason = SLICE("核实")};
    CHECK_OK(&w, within(&w, NOON_US, work_may_release));
    CHECK(s.refusal == REFUSAL_NO_SECOND);
    s.release.second = SLICE("b.reviewer");
    CHECK_OK(&w, within(&w, NOON_US, work_may_release));
    CHECK(s.refusal == REFUSAL_NONE && state_is(&w, s.id, CONTROL_ASKED));
    return world_deinit(&w);
}

// ---- renewals and the owner's list ------------------------------------------------------------

static Status renew(struct world *w, int64_t now_us, int64_t id, struct control_renewal renewal) {
    scene_of(w)->id = id;
    scene_of(w)->renewal = renewal;
    return within(w, now_us, work_renew);
}

static bool test_renewal(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t id = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    struct control_renewal day = {.span_us = US_PER_DAY, .reason = SLICE("仍在核实")};
    struct control_renewal year = {.months = 12, .reason = SLICE("仍在核实")};
    struct control_renewal back = {.until_us = NOON_US, .reason = SLICE("仍在核实")};
    CHECK_CODE(&w, renew(&w, NOON_US, id, day), "CT036");
    CHECK_OK(&w, confirm(&w, NOON_US, id, NOON_US));
    CHECK_CODE(&w, renew(&w, NOON_US, id, back), "CT037");
    CHECK_CODE(&w, renew(&w, NOON_US, id, year), "CT018");
    w.who = STRATEGY;
    CHECK_CODE(&w, renew(&w, NOON_US, id, day), "CT034");
    w.who = ANALYST;
    CHECK_OK(&w, renew(&w, NOON_US, id, day));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle_control));
    CHECK(state_is(&w, id, CONTROL_IN_FORCE) && s.control.ends_us == NOON_US + 2 * US_PER_DAY &&
          !s.control.is_confirmed);
    CHECK_OK(&w, handle_due(&w, NOON_US + 2 * US_PER_DAY, handle_control));
    CHECK(state_is(&w, id, CONTROL_EXPIRED));
    return world_deinit(&w);
}

static bool test_owners_list(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct control_ask ask = plain(MEASURE_SUSPEND_NON_COUNTER);
    ask.span_us = 180 * US_PER_DAY;
    int64_t id = set(&w, NOON_US, ask);
    CHECK_OK(&w, confirm(&w, NOON_US, id, NOON_US));
    CHECK_OK(&w, handle_due(&w, NOON_US + 30 * US_PER_DAY - 1, handle_control));
    CHECK(control_of(&w, id)->review_us == 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + 30 * US_PER_DAY, handle_control));
    CHECK(control_of(&w, id)->review_us == NOON_US + 30 * US_PER_DAY);
    w.who = STRATEGY;
    CHECK_CODE(&w, within(&w, NOON_US + 31 * US_PER_DAY, work_reviewed), "CT034");
    w.who = ANALYST;
    CHECK_OK(&w, within(&w, NOON_US + 31 * US_PER_DAY, work_reviewed));
    CHECK(control_of(&w, id)->review_us == 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + 61 * US_PER_DAY, handle_control));
    CHECK(control_of(&w, id)->review_us == NOON_US + 61 * US_PER_DAY);
    return world_deinit(&w);
}

// ---- lists ------------------------------------------------------------------------------------

struct listing {
    ControlList list;
    struct list_page page;
    int64_t found;
};

static Status count_list(void *context, struct book *book) {
    struct listing *listing = context;
    struct rendering out;
    Slice text;
    struct json_writer *json = rendering_begin(&out);
    TRY(control_list_json(book, listing->list, &listing->page, json));
    TRY(rendering_end(&out, book, &text));
    listing->found = 0;
    for (size_t at = 0; (at = slice_find(text, SLICE("\"control\":"), at)) != SIZE_MAX; at++) {
        listing->found++;
    }
    return STATUS_OK;
}

static int64_t listed(struct world *w, ControlList list, struct list_page page) {
    struct listing listing = {list, page, -1};
    page.count_max = 100;
    listing.page = page;
    Status status =
        book_read(&w->book, 1, count_list, &listing, &w->scratch.arena, &w->scratch.diag);
    return status == STATUS_OK ? listing.found : -1;
}

static Status work_load_unopened(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_load(book, CLEARANCE_INSIDER, scene->id, &scene->control);
}

static bool test_lists(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct control_ask ask = plain(MEASURE_SUSPEND_NON_COUNTER);
    ask.alert = 70;
    ask.case_id = 80;
    int64_t first = set(&w, NOON_US, ask);
    ask.secrecy = SLICE("AML");
    ask.notice = NULL;
    int64_t second = set(&w, NOON_US, ask);
    CHECK(first > 0 && second > 0);
    CHECK(set(&w, NOON_US, by_order(MEASURE_STOP_PAY, 90, NOON_US)) > 0);
    struct list_page aml = {.viewer = CLEARANCE_AML, .key = SLICE("A1"), .word = SLICE("account")};
    struct list_page plain_eyes = {.key = SLICE("A1"), .word = SLICE("account")};
    CHECK(listed(&w, CONTROLS_OF_TARGET, aml) == 3);
    CHECK(listed(&w, CONTROLS_OF_TARGET, plain_eyes) == 2);
    plain_eyes.after = second + 1;
    CHECK(listed(&w, CONTROLS_OF_TARGET, plain_eyes) == 1);
    CHECK(listed(&w, CONTROLS_OF_CUSTOMER, (struct list_page){.key = SLICE("C1")}) == 2);
    CHECK(listed(&w, CONTROLS_OF_ALERT, (struct list_page){.number = 70}) == 1);
    CHECK(listed(&w, CONTROLS_OF_CASE, (struct list_page){.number = 80}) == 1);
    CHECK(listed(&w, CONTROLS_OF_ORDER, (struct list_page){.number = 90}) == 1);
    CHECK(listed(&w, CONTROLS_IN_STATE, (struct list_page){.word = SLICE("ASKED")}) == 2);
    CHECK(listed(&w, CONTROLS_UNCONFIRMED, (struct list_page){0}) == 2);
    CHECK_OK(&w, confirm(&w, NOON_US, first, NOON_US));
    CHECK(listed(&w, CONTROLS_UNCONFIRMED, (struct list_page){0}) == 1);
    CHECK(listed(&w, CONTROLS_TO_REVIEW, (struct list_page){0}) == 0);
    s.id = second;
    CHECK_CODE(&w, within(&w, NOON_US, work_load_unopened), "CT005");
    return world_deinit(&w);
}

// ---- the program dies -------------------------------------------------------------------------

static Status once(void *context, struct book *book) {
    uint64_t at;
    TRY(book_feed_at(book, SLICE("test"), &at));
    if (at > 0) {
        return STATUS_OK; // it was there before
    }
    TRY(work_ask(context, book));
    return book_feed_advance(book, SLICE("test"), 0, 1);
}

static Status deed_set(struct world *w) {
    scene_of(w)->ask = plain(MEASURE_SUSPEND_NON_COUNTER);
    return within(w, NOON_US, once);
}

static Status deed_set_two_freezes(struct world *w) {
    int64_t first = set(w, NOON_US, by_order(MEASURE_FREEZE, 1, NOON_US));
    TRY(confirm(w, NOON_US, first, NOON_US));
    return set(w, NOON_US, by_order(MEASURE_FREEZE, 2, NOON_US)) > 0 ? STATUS_OK : STATUS_INVALID;
}

static Status deed_confirm(struct world *w) {
    static const struct statement LAST = {"test_last_control", "SELECT MAX(id) FROM control"};
    return confirm(w, NOON_US + 5, ask_number(w, &LAST, STORE_NO_VALUES), NOON_US + 4);
}

static Status deed_end(struct world *w) {
    return handle_due(w, months_later(&scene_of(w)->terms, NOON_US, 6), handle_control);
}

static Status deed_release(struct world *w) {
    Status status = let_go(w, NOON_US + 6, newest(w), AUTHORITY_BANK, "b.reviewer");
    return status != STATUS_OK && strcmp(w->scratch.diag.code, "CT030") == 0 ? STATUS_OK : status;
}

static bool test_dies_setting(void) {
    static Deed *const deeds[] = {deed_set};
    struct scene s = {.terms = terms_of_test()};
    return goes_on_after_death(&s, deeds, 1);
}

static bool test_dies_confirming(void) {
    static Deed *const deeds[] = {deed_set, deed_confirm};
    struct scene s = {.terms = terms_of_test()};
    return goes_on_after_death(&s, deeds, 2);
}

static bool test_dies_at_end(void) {
    static Deed *const deeds[] = {deed_set_two_freezes, deed_end};
    struct scene s = {.terms = terms_of_test()};
    return goes_on_after_death(&s, deeds, 2);
}

static bool test_dies_releasing(void) {
    static Deed *const deeds[] = {deed_set, deed_confirm, deed_release};
    struct scene s = {.terms = terms_of_test()};
    return goes_on_after_death(&s, deeds, 3);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_strictest_counts),
        TEST(test_parts_add_up),
        TEST(test_refusals),
        TEST(test_one_step_of_a_strategy),
        TEST(test_counts_from_actual_time),
        TEST(test_exact_end),
        TEST(test_core_bank_cannot),
        TEST(test_nobody_confirms),
        TEST(test_released_before_confirmed),
        TEST(test_order_of_messages),
        TEST(test_told_when_in_force),
        TEST(test_four_eyes),
        TEST(test_whose_release),
        TEST(test_waiting_freezes),
        TEST(test_queue_of_parts),
        TEST(test_over_before_its_turn),
        TEST(test_stepwise),
        TEST(test_stepwise_fails),
        TEST(test_steps_of_a_limit),
        TEST(test_no_steps),
        TEST(test_asked_again),
        TEST(test_may_release),
        TEST(test_renewal),
        TEST(test_owners_list),
        TEST(test_lists),
        TEST(test_dies_setting),
        TEST(test_dies_confirming),
        TEST(test_dies_at_end),
        TEST(test_dies_releasing),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
