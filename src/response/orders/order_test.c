// Orders of authorities, on a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/orders/orders.h"

#include "response/controls/world_test.h"

static const int64_t NOON_US =
    INT64_C(1795752000) * US_PER_SECOND; // Friday, 2026-11-27 12:00 in Shanghai
static const int64_t MOVED_US = INT64_C(1795751000) * US_PER_SECOND;
static const Actor GATEWAY = {ACTOR_KIND_AUTHORITY, {"police.gateway", 14}};
static const Actor LIAISON = {ACTOR_KIND_PERSON, {"d.liaison", 9}};

static const struct notice NOTICE = {.key = {"order.case", 10},
                                     .version = 1,
                                     .text = {"text", 4},
                                     .reason = {"reason", 6},
                                     .remedy = {"remedy", 6},
                                     .documents = {"documents", 9}};

// ---- the bank of the tests: A1 of C1, A2 of C1, A3 of C2; card K1 is A1 ------------------------

struct scene {
    struct terms terms;
    struct order_bank bank;
    int64_t balance;
    bool has_moved;
    int64_t answer_size; // bytes, about; below 0: nothing is known
    struct order order;
    struct order_result result;
    struct order_decision decision;
    struct confirmation told;
    struct order_row row;
    struct control control;
    struct report report;
    struct order_figures figures;
    int64_t id;
    Slice customer, account, event_id, text;
};

static struct scene *scene_of(void *context) {
    return ((struct world *)context)->scene;
}

static Status holder_of(void *context, Slice account, struct arena *arena,
                        struct order_holder *ret_holder) {
    bool is_card = slice_is(account, "K1");
    bool is_first = is_card || slice_is(account, "A1") || slice_is(account, "A2");
    if (!is_first && !slice_is(account, "A3")) {
        return STATUS_NOT_FOUND;
    }
    *ret_holder =
        (struct order_holder){.account = is_card ? SLICE("A1") : account,
                              .customer = is_first ? SLICE("C1") : SLICE("C2"),
                              .name_hash = is_first ? SLICE("name1") : SLICE("name2"),
                              .certificate_hash = is_first ? SLICE("paper1") : SLICE("paper2"),
                              .branch = SLICE("B1")};
    return STATUS_OK;
}

static Status movement_of(void *context, Slice account, int64_t amount, int64_t at_us) {
    struct scene *scene = context;
    return scene->has_moved && slice_is(account, "A1") && amount == 1980000 && at_us == MOVED_US
               ? STATUS_OK
               : STATUS_NOT_FOUND;
}

static Status balance_of(void *context, Slice account, int64_t *ret_fen) {
    *ret_fen = ((struct scene *)context)->balance;
    return STATUS_OK;
}

static Status sub_accounts_of(void *context, Slice account, struct json_writer *json) {
    json_array_begin(json);
    json_string(json, SLICE("A1-01"));
    json_array_end(json);
    return STATUS_OK;
}

static Status answer_of(void *context, const struct order *order, struct json_writer *json) {
    int64_t repeats = ((struct scene *)context)->answer_size / 8;
    if (repeats < 0) {
        return STATUS_NOT_FOUND;
    }
    json_object_begin(json);
    for (int64_t i = 0; i < repeats; i++) {
        json_key_i64(json, SLICE("x"), 1234567);
    }
    json_key_string(json, SLICE("asked"), order->account);
    json_object_end(json);
    return STATUS_OK;
}

static bool begin(struct world *w, struct scene *scene) {
    *scene = (struct scene){.terms = terms_of_test(), .balance = 3000000, .has_moved = true};
    scene->bank = (struct order_bank){.context = scene,
                                      .holder = holder_of,
                                      .movement = movement_of,
                                      .balance = balance_of,
                                      .sub_accounts = sub_accounts_of,
                                      .answer = answer_of,
                                      .case_notice = &NOTICE,
                                      .reverify_notice = &NOTICE,
                                      .suspend_notice = &NOTICE};
    return world_init(w, scene);
}

// ---- work -------------------------------------------------------------------------------------

static Status work_take(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_take(book, &s->terms, &s->bank, &s->order, &s->result);
}

static Status work_decide(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_decide(book, &s->terms, &s->bank, s->id, &s->decision);
}

static Status work_control_confirmed(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_control_confirmed(book, &s->terms, &s->bank, s->id, &s->told);
}

static Status work_confirmed(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_confirmed(book, &s->terms, &s->bank, s->id, &s->told);
}

static Status work_load(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    uint32_t count;
    s->control = (struct control){0};
    TRY(book_trace_verify(book, "police_order", s->id, &count));
    TRY(order_load(book, CLEARANCE_ALL, s->id, &s->row));
    return s->row.control == 0 ? STATUS_OK
                               : control_load(book, CLEARANCE_ALL, s->row.control, &s->control);
}

static Status work_control(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return control_load(book, CLEARANCE_ALL, s->id, &s->control);
}

static Status work_movement(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_movement(book, s->account, s->event_id, SLICE("{\"amount\":100}"));
}

static Status work_reverified(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_reverified(book, &s->terms, s->customer, SLICE("柜面核实"));
}

static Status work_people(void *context, struct book *book) {
    static const struct statement ADD = {
        "test_desk", "INSERT INTO desk (person, skills, level, domains, branch, on_duty, "
                     "changed_us, changed_by) VALUES (?1, ?2, 0, 0, 'B1', 1, 1, 'x')"};
    const char *const people[][2] = {
        {"d.liaison", " POLICE "}, {"e.liaison", " FRAUD POLICE "}, {"f.other", " FRAUD "}};
    for (size_t i = 0; i < 3; i++) {
        TRY(book_run(
            book, &ADD,
            STORE_VALUES(store_text(slice_of(people[i][0])), store_text(slice_of(people[i][1])))));
    }
    return STATUS_OK;
}

static Status handle(struct world *w, struct book *book, const struct due_timer *due) {
    struct scene *s = scene_of(w);
    bool is_control = due->kind == TIMER_CONTROL || due->kind == TIMER_CONTROL_CONFIRM ||
                      due->kind == TIMER_CONTROL_REVIEW || due->kind == TIMER_CONTROL_STEP;
    return is_control ? order_control_timer(book, &s->terms, &s->bank, due)
                      : order_timer(book, &s->terms, &s->bank, due);
}

// ---- one call each ----------------------------------------------------------------------------

static struct order stop(const char *number) {
    return (struct order){.number = slice_of(number),
                          .kind = ORDER_STOP_PAY,
                          .authority = SLICE("某市公安局反诈中心"),
                          .is_signed = true,
                          .ordered_us = NOON_US - 1,
                          .account = SLICE("A1"),
                          .name_hash = SLICE("name1"),
                          .amount = 1980000,
                          .moved_us = MOVED_US};
}

static struct order freeze(const char *number) {
    return (struct order){.number = slice_of(number),
                          .kind = ORDER_FREEZE,
                          .authority = SLICE("某市公安局"),
                          .document = SLICE("公(刑)冻财字〔2026〕1号"),
                          .is_signed = true,
                          .ordered_us = NOON_US - 1,
                          .account = SLICE("A1"),
                          .name_hash = SLICE("name1")};
}

static struct order about(OrderKind kind, const char *number, const char *original) {
    struct order order = freeze(number);
    order.kind = kind;
    order.original = slice_of(original);
    order.name_hash = SLICE("");
    return order;
}

// The measure that an order stands for; -1: it was not taken.
static int64_t take(struct world *w, int64_t now_us, struct order order) {
    struct scene *s = scene_of(w);
    w->who = GATEWAY;
    s->order = order;
    if (within(w, now_us, work_take) != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(w->scratch.diag.message));
        return -1;
    }
    s->id = s->result.id;
    return within(w, now_us, work_load) == STATUS_OK ? s->row.control : -1;
}

static Status core_says(struct world *w, int64_t now_us, int64_t control, int64_t at_us) {
    struct scene *s = scene_of(w);
    w->who = SYSTEM;
    s->id = control;
    s->told = (struct confirmation){
        .is_done = at_us != 0, .at_us = at_us, .problem = at_us != 0 ? SLICE("") : SLICE("系统忙")};
    return within(w, now_us, work_control_confirmed);
}

static Status decide(struct world *w, int64_t now_us, int64_t id, bool executes,
                     const char *second) {
    struct scene *s = scene_of(w);
    s->id = id;
    s->decision = (struct order_decision){
        .executes = executes, .reason = SLICE("已电话核实"), .second = slice_of(second)};
    return within(w, now_us, work_decide);
}

static bool order_is(struct world *w, int64_t id, OrderState state, OrderAnswer answer) {
    struct scene *s = scene_of(w);
    s->id = id;
    CHECK_OK(w, within(w, 1, work_load));
    CHECK_THAT(s->row.state == state && s->row.answer == answer, "order %lld: %s, %s",
               (long long)id, order_state_word(s->row.state),
               order_answer_text(s->row.answer)->word);
    return true;
}

static bool control_is(struct world *w, int64_t id, ControlState state) {
    struct scene *s = scene_of(w);
    s->id = id;
    CHECK_OK(w, within(w, 1, work_control));
    CHECK_THAT(s->control.state == state, "measure %lld: %s", (long long)id,
               control_state_word(s->control.state));
    return true;
}

static bool fed_back(struct world *w, const char *part) {
    CHECK_THAT(body_has(w, "order.feedback", part), "%.*s",
               SLICE_ARGS(last_body(w, "order.feedback")));
    return true;
}

static bool answered(struct world *w, struct order order, OrderAnswer answer) {
    CHECK(take(w, NOON_US, order) >= 0);
    CHECK_THAT(scene_of(w)->result.answer == answer, "%s instead of %s",
               order_answer_text(scene_of(w)->result.answer)->word,
               order_answer_text(answer)->word);
    return true;
}

// ---- stops ------------------------------------------------------------------------------------

static bool test_stop(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t control = take(&w, NOON_US, stop("P1"));
    int64_t id = s.result.id;
    CHECK(control > 0 && order_is(&w, id, ORDER_IS_EXECUTING, ANSWERED_EXECUTING));
    CHECK(messages_of(&w, "order.feedback") == 0); // not before it is true
    CHECK_OK(&w, core_says(&w, NOON_US + 3 * US_PER_SECOND, control, NOON_US + 2 * US_PER_SECOND));
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED));
    CHECK(s.row.executed_us == NOON_US + 2 * US_PER_SECOND);
    CHECK(s.control.ends_us == NOON_US + 2 * US_PER_SECOND + 48 * US_PER_HOUR);
    CHECK(fed_back(&w, "\"result\":\"EXECUTED\"") && fed_back(&w, "\"at\":1795752002000") &&
          fed_back(&w, "\"balance\":3000000") && fed_back(&w, "\"sub_accounts\":[\"A1-01\"]") &&
          fed_back(&w, "\"until\":1795924802000"));
    // It ends by itself, and the authority is told when the core bank has let go.
    CHECK_OK(&w, handle_due(&w, NOON_US + 2 * US_PER_SECOND + 48 * US_PER_HOUR - 1, handle));
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED));
    int64_t end_us = NOON_US + 2 * US_PER_SECOND + 48 * US_PER_HOUR;
    CHECK_OK(&w, handle_due(&w, end_us, handle));
    CHECK(order_is(&w, id, ORDER_IS_ENDED, ANSWERED_EXECUTED) &&
          control_is(&w, control, CONTROL_EXPIRED));
    CHECK_OK(&w, core_says(&w, end_us + 5, control, end_us + 4));
    CHECK_OK(&w, core_says(&w, end_us + 6, control, end_us + 4));
    CHECK(order_is(&w, id, ORDER_IS_ENDED, ANSWERED_ENDED) &&
          messages_of(&w, "order.feedback") == 2);
    return world_deinit(&w);
}

// By card the account is stopped that it belongs to.
static bool test_stop_by_card(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order order = stop("P1");
    order.account = SLICE("K1");
    CHECK(take(&w, NOON_US, order) > 0);
    CHECK(slice_is(s.control.ask.target, "A1") && slice_is(s.control.ask.customer, "C1"));
    return world_deinit(&w);
}

// A freeze that arrived meanwhile stays when the stop ends.
static bool test_freeze_within_stop(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t stopped = take(&w, NOON_US, stop("P1"));
    CHECK_OK(&w, core_says(&w, NOON_US, stopped, NOON_US));
    int64_t frozen = take(&w, NOON_US + US_PER_HOUR, freeze("P2"));
    CHECK_OK(&w, core_says(&w, NOON_US + US_PER_HOUR, frozen, NOON_US + US_PER_HOUR));
    CHECK_OK(&w, handle_due(&w, NOON_US + 48 * US_PER_HOUR, handle));
    CHECK(control_is(&w, stopped, CONTROL_EXPIRED) && control_is(&w, frozen, CONTROL_IN_FORCE));
    CHECK(body_has(&w, "control.released", "\"state\":\"FROZEN\""));
    return world_deinit(&w);
}

static bool test_two_stops(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order again = about(ORDER_STOP_PAY_RENEW, "P2", "P1");
    again.authority = stop("x").authority;
    int64_t first = take(&w, NOON_US, stop("P1"));
    CHECK(answered(&w, again, ANSWERED_NOT_IN_FORCE)); // not in force yet
    CHECK_OK(&w, core_says(&w, NOON_US, first, NOON_US));
    again.number = SLICE("P3");
    int64_t second = take(&w, NOON_US + 47 * US_PER_HOUR, again);
    CHECK_OK(&w, core_says(&w, NOON_US + 47 * US_PER_HOUR, second, NOON_US + 47 * US_PER_HOUR));
    CHECK(order_is(&w, s.result.id, ORDER_IS_DONE, ANSWERED_EXECUTED) &&
          s.control.ends_us == NOON_US + 95 * US_PER_HOUR);
    again.number = SLICE("P4");
    CHECK(answered(&w, again, ANSWERED_THIRD_STOP));
    CHECK(answered(&w, stop("P5"), ANSWERED_THIRD_STOP));
    CHECK(order_is(&w, s.result.id, ORDER_IS_REFUSED, ANSWERED_THIRD_STOP) &&
          fed_back(&w, "\"result\":\"THIRD_STOP\"") && fed_back(&w, "\"executed\":false"));
    return world_deinit(&w);
}

static bool test_stop_released(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t control = take(&w, NOON_US, stop("P1"));
    int64_t id = s.result.id;
    CHECK_OK(&w, core_says(&w, NOON_US, control, NOON_US));
    struct order order = about(ORDER_STOP_PAY_RELEASE, "P2", "P1");
    order.account = SLICE("");
    order.authority = stop("x").authority;
    CHECK(take(&w, NOON_US + 10, order) == control);
    int64_t release = s.result.id;
    CHECK(order_is(&w, release, ORDER_IS_EXECUTING, ANSWERED_EXECUTING) &&
          order_is(&w, id, ORDER_IS_ENDED, ANSWERED_EXECUTED));
    CHECK_OK(&w, core_says(&w, NOON_US + 20, control, NOON_US + 15));
    CHECK(order_is(&w, release, ORDER_IS_DONE, ANSWERED_EXECUTED) &&
          s.row.executed_us == NOON_US + 15);
    CHECK(messages_of(&w, "order.feedback") == 2);
    CHECK(answered(&w, about(ORDER_STOP_PAY_RELEASE, "P3", "P1"), ANSWERED_OTHER_AUTHORITY));
    order.number = SLICE("P4");
    CHECK(answered(&w, order, ANSWERED_NOT_IN_FORCE));
    return world_deinit(&w);
}

// ---- what does not agree ----------------------------------------------------------------------

static bool test_does_not_agree(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order order = stop("E1");
    order.name_hash = SLICE("another");
    CHECK(answered(&w, order, ANSWERED_NAME_DIFFERS) && s.row.control == 0);
    CHECK(order_is(&w, s.result.id, ORDER_IS_EXCEPTION, ANSWERED_NAME_DIFFERS));
    CHECK(fed_back(&w, "\"result\":\"NAME_DIFFERS\"") && fed_back(&w, "\"executed\":false"));
    order = stop("E2");
    order.certificate_hash = SLICE("another");
    CHECK(answered(&w, order, ANSWERED_CERTIFICATE_DIFFERS));
    order = stop("E3");
    order.account = SLICE("A9");
    CHECK(answered(&w, order, ANSWERED_NO_ACCOUNT));
    order = stop("E4");
    order.amount++;
    CHECK(answered(&w, order, ANSWERED_NO_MOVEMENT));
    order = stop("E5");
    order.moved_us = 0;
    CHECK(answered(&w, order, ANSWERED_ELEMENT_MISSING) && fed_back(&w, "\"problem\":\"moved\""));
    order = stop("E6");
    order.is_signed = false;
    CHECK(answered(&w, order, ANSWERED_NOT_SIGNED));
    order = freeze("E7");
    order.document = SLICE("");
    CHECK(answered(&w, order, ANSWERED_ELEMENT_MISSING) &&
          fed_back(&w, "\"problem\":\"document\""));
    order = freeze("E8");
    order.freeze_class = FREEZE_MAJOR;
    CHECK(answered(&w, order, ANSWERED_NO_APPROVAL));
    order = freeze("E9");
    order.until_us = months_later(&s.terms, NOON_US, 6) + 1;
    CHECK(answered(&w, order, ANSWERED_TOO_LONG));
    CHECK(answered(&w, about(ORDER_FREEZE_RELEASE, "E10", "nothing"), ANSWERED_NO_ORIGINAL));
    CHECK(messages_of(&w, "control.set") == 0 && messages_of(&w, "order.exception") == 10);
    CHECK(body_has(&w, "order.exception", "\"contact\":\"A\""));
    return world_deinit(&w);
}

static Status take_nothing(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    struct order order = stop("");
    return order_take(book, &s->terms, &s->bank, &order, &s->result);
}

static bool test_people_decide(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK_OK(&w, within(&w, 1, work_people));
    struct order order = stop("E1");
    order.name_hash = SLICE("another");
    CHECK(take(&w, NOON_US, order) == 0);
    int64_t id = s.result.id;
    w.who = LIAISON;
    CHECK_CODE(&w, decide(&w, NOON_US, id, true, ""), "OD004");
    CHECK_CODE(&w, decide(&w, NOON_US, id, true, "d.liaison"), "OD004");
    CHECK_CODE(&w, decide(&w, NOON_US, id, true, "f.other"), "OD004");
    w.who = ANALYST;
    CHECK_CODE(&w, decide(&w, NOON_US, id, true, "e.liaison"), "OD004");
    w.who = STRATEGY;
    CHECK_CODE(&w, decide(&w, NOON_US, id, true, "e.liaison"), "OD004");
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, NOON_US + 5, id, true, "e.liaison"));
    CHECK(order_is(&w, id, ORDER_IS_EXECUTING, ANSWERED_EXECUTING));
    CHECK_OK(&w, core_says(&w, NOON_US + 7, s.row.control, NOON_US + 6));
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED) &&
          fed_back(&w, "\"reason\":\"已电话核实\""));
    w.who = LIAISON;
    CHECK_CODE(&w, decide(&w, NOON_US + 8, id, false, "e.liaison"), "OD003");
    // What an order lacks, persons cannot put in.
    order = stop("E2");
    order.account = SLICE("A9");
    CHECK(take(&w, NOON_US, order) == 0);
    id = s.result.id;
    w.who = LIAISON;
    CHECK_CODE(&w, decide(&w, NOON_US, id, true, "e.liaison"), "OD006");
    CHECK_OK(&w, decide(&w, NOON_US, id, false, "e.liaison"));
    CHECK(order_is(&w, id, ORDER_IS_REFUSED, ANSWERED_REFUSED) &&
          fed_back(&w, "\"result\":\"REFUSED\""));
    CHECK_CODE(&w, within(&w, NOON_US, take_nothing), "OD002");
    return world_deinit(&w);
}

// ---- the same number --------------------------------------------------------------------------

static bool test_the_same_number(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t control = take(&w, NOON_US, stop("P1"));
    int64_t id = s.result.id;
    CHECK(take(&w, NOON_US + 1, stop("P1")) == control && s.result.is_known && s.result.id == id);
    CHECK_OK(&w, core_says(&w, NOON_US + 2, control, NOON_US + 2));
    Slice first = last_body(&w, "order.feedback");
    CHECK(take(&w, NOON_US + 3, stop("P1")) == control && s.result.answer == ANSWERED_EXECUTED);
    CHECK(messages_of(&w, "order.feedback") == 2 &&
          slice_equal(last_body(&w, "order.feedback"), first));
    CHECK(messages_of(&w, "control.set") == 1);
    struct order other = stop("P1");
    other.amount = 1;
    CHECK(answered(&w, other, ANSWERED_NUMBER_TAKEN) && s.result.is_known);
    CHECK(fed_back(&w, "\"result\":\"NUMBER_TAKEN\"") && messages_of(&w, "control.set") == 1);
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED));
    return world_deinit(&w);
}

// ---- freezes ----------------------------------------------------------------------------------

static bool length_is(FreezeClass class, const char *executed, const char *ends) {
    struct world w;
    struct scene s;
    int64_t executed_us;
    int64_t ends_us;
    CHECK(begin(&w, &s));
    CHECK(time_parse(slice_of(executed), s.terms.zone_us, &executed_us) &&
          time_parse(slice_of(ends), s.terms.zone_us, &ends_us));
    struct order order = freeze("P1");
    order.freeze_class = class;
    order.is_city_level = true;
    int64_t control = take(&w, executed_us - US_PER_SECOND, order);
    CHECK_OK(&w, core_says(&w, executed_us, control, executed_us));
    CHECK(control_is(&w, control, CONTROL_IN_FORCE) && s.control.ends_us == ends_us);
    CHECK_OK(&w, handle_due(&w, ends_us - 1, handle));
    CHECK(control_is(&w, control, CONTROL_IN_FORCE));
    CHECK_OK(&w, handle_due(&w, ends_us, handle));
    CHECK(control_is(&w, control, CONTROL_EXPIRED));
    return world_deinit(&w);
}

static bool test_lengths(void) {
    CHECK(length_is(FREEZE_DEPOSIT, "2026-08-31 10:00:00", "2027-02-28 10:00:00"));
    CHECK(length_is(FREEZE_DEPOSIT, "2027-08-31 10:00:00", "2028-02-29 10:00:00"));
    CHECK(length_is(FREEZE_MAJOR, "2026-11-27 12:00:00", "2027-11-27 12:00:00"));
    CHECK(length_is(FREEZE_SECURITIES, "2026-11-27 12:00:00", "2028-11-27 12:00:00"));
    CHECK(length_is(FREEZE_LAUNDERING, "2026-11-27 12:00:00", "2026-11-29 12:00:00"));
    return true;
}

static bool test_renewal(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t control = take(&w, NOON_US, freeze("P1"));
    CHECK_OK(&w, core_says(&w, NOON_US, control, NOON_US));
    int64_t end_us = months_later(&s.terms, NOON_US, 6);
    struct order renewal = about(ORDER_FREEZE_RENEW, "P2", "P1");
    renewal.until_us = months_later(&s.terms, end_us, 6) + 1;
    CHECK(answered(&w, renewal, ANSWERED_TOO_LONG));
    renewal = about(ORDER_FREEZE_RENEW, "P3", "P1");
    CHECK(take(&w, end_us - 1, renewal) == control);
    int64_t id = s.result.id;
    CHECK(order_is(&w, id, ORDER_IS_EXECUTING, ANSWERED_EXECUTING));
    CHECK_OK(&w, handle_due(&w, end_us, handle));
    CHECK(control_is(&w, control, CONTROL_IN_FORCE));
    CHECK_OK(&w, core_says(&w, end_us + 1, control, end_us + 1));
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED));
    end_us = months_later(&s.terms, end_us, 6);
    CHECK(s.control.ends_us == end_us &&
          slice_is(s.control.ask.document, "公(刑)冻财字〔2026〕1号"));
    CHECK_OK(&w, handle_due(&w, end_us, handle));
    CHECK(control_is(&w, control, CONTROL_EXPIRED));
    // Too late: it has ended.
    CHECK(take(&w, end_us + 1, about(ORDER_FREEZE_RENEW, "P4", "P1")) >= 0);
    CHECK(order_is(&w, s.result.id, ORDER_IS_REFUSED, ANSWERED_AFTER_ITS_END));
    return world_deinit(&w);
}

// The end has come, and its timer has not run yet: it is too late all the same.
static bool test_renewal_at_its_end(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t control = take(&w, NOON_US, freeze("P1"));
    CHECK_OK(&w, core_says(&w, NOON_US, control, NOON_US));
    int64_t end_us = months_later(&s.terms, NOON_US, 6);
    CHECK(take(&w, end_us, about(ORDER_FREEZE_RENEW, "P2", "P1")) >= 0);
    CHECK(order_is(&w, s.result.id, ORDER_IS_REFUSED, ANSWERED_AFTER_ITS_END));
    return world_deinit(&w);
}

static bool test_temporary_is_not_renewed(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order order = freeze("P1");
    order.freeze_class = FREEZE_LAUNDERING;
    int64_t control = take(&w, NOON_US, order);
    CHECK(slice_is(s.row.secrecy, "AML") && s.control.ask.measure == MEASURE_TEMPORARY_FREEZE &&
          slice_is(s.control.ask.secrecy, "AML"));
    CHECK_OK(&w, core_says(&w, NOON_US, control, NOON_US));
    CHECK(answered(&w, about(ORDER_FREEZE_RENEW, "P2", "P1"), ANSWERED_TOO_LONG));
    CHECK(slice_is(s.row.secrecy, "AML") && messages_of(&w, "notice.send") == 0);
    return world_deinit(&w);
}

static bool test_waiting_freezes(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t first = take(&w, NOON_US, freeze("P1"));
    CHECK_OK(&w, core_says(&w, NOON_US, first, NOON_US));
    struct order order = freeze("P2");
    order.authority = SLICE("某区人民法院");
    order.ordered_us = NOON_US + 9;
    int64_t second = take(&w, NOON_US + 10, order);
    int64_t waits = s.result.id;
    CHECK(order_is(&w, waits, ORDER_IS_EXECUTING, ANSWERED_WAITING) &&
          fed_back(&w, "\"result\":\"WAITING\"") && control_is(&w, second, CONTROL_WAITING));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 0); // nobody is late
    CHECK(take(&w, NOON_US + 2 * US_PER_DAY, about(ORDER_FREEZE_RELEASE, "P3", "P1")) == first);
    CHECK(control_is(&w, second, CONTROL_ASKED));
    int64_t turn_us = NOON_US + 2 * US_PER_DAY + 7;
    CHECK_OK(&w, core_says(&w, turn_us, second, turn_us));
    CHECK(order_is(&w, waits, ORDER_IS_DONE, ANSWERED_EXECUTED) &&
          s.control.ends_us == months_later(&s.terms, turn_us, 6));
    return world_deinit(&w);
}

// It waited until its period was over: that is told, though it was never in force.
static bool test_waits_too_long(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    int64_t first = take(&w, NOON_US, freeze("P1"));
    CHECK_OK(&w, core_says(&w, NOON_US, first, NOON_US));
    struct order order = freeze("P2");
    order.until_us = NOON_US + US_PER_DAY;
    CHECK(take(&w, NOON_US, order) > 0);
    int64_t waits = s.result.id;
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle));
    CHECK(order_is(&w, waits, ORDER_IS_ENDED, ANSWERED_ENDED) &&
          fed_back(&w, "\"result\":\"ENDED\"") && messages_of(&w, "control.released") == 0);
    return world_deinit(&w);
}

// Released while it waits: done at once, and the core bank never hears of it.
static bool test_waiting_released(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK(take(&w, NOON_US, freeze("P1")) > 0);
    CHECK(take(&w, NOON_US, freeze("P2")) > 0);
    int64_t waits = s.result.id;
    CHECK(take(&w, NOON_US + 1, about(ORDER_FREEZE_RELEASE, "P3", "P2")) > 0);
    CHECK(order_is(&w, s.result.id, ORDER_IS_DONE, ANSWERED_EXECUTED) &&
          order_is(&w, waits, ORDER_IS_ENDED, ANSWERED_WAITING));
    CHECK(messages_of(&w, "control.released") == 0);
    return world_deinit(&w);
}

// ---- the core bank could not ------------------------------------------------------------------

static bool test_core_cannot(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK_OK(&w, within(&w, 1, work_people));
    int64_t control = take(&w, NOON_US, freeze("P1"));
    int64_t id = s.result.id;
    CHECK_OK(&w, core_says(&w, NOON_US, control, 0));
    CHECK(order_is(&w, id, ORDER_IS_EXCEPTION, ANSWERED_CORE_FAILED) &&
          fed_back(&w, "\"problem\":\"系统忙\""));
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, NOON_US + 1, id, true, "e.liaison"));
    CHECK(order_is(&w, id, ORDER_IS_EXECUTING, ANSWERED_EXECUTING) && s.row.control != control);
    control = s.row.control;
    CHECK_OK(&w, core_says(&w, NOON_US + 2, control, NOON_US + 2));
    // The renewal fails, and is asked for again: it ends when it would have ended.
    int64_t end_us = s.terms.freeze_months;
    CHECK(take(&w, NOON_US + 3, about(ORDER_FREEZE_RENEW, "P2", "P1")) == control);
    int64_t renewal = s.result.id;
    CHECK_OK(&w, core_says(&w, NOON_US + 4, control, 0));
    CHECK(order_is(&w, renewal, ORDER_IS_EXCEPTION, ANSWERED_CORE_FAILED));
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, NOON_US + 5, renewal, true, "e.liaison"));
    CHECK_OK(&w, core_says(&w, NOON_US + 6, control, NOON_US + 6));
    end_us = months_later(&s.terms, months_later(&s.terms, NOON_US + 2, 6), 6);
    CHECK(order_is(&w, renewal, ORDER_IS_DONE, ANSWERED_EXECUTED) && s.control.ends_us == end_us);
    // The release as well.
    CHECK(take(&w, NOON_US + 7, about(ORDER_FREEZE_RELEASE, "P3", "P1")) == control);
    int64_t release = s.result.id;
    CHECK_OK(&w, core_says(&w, NOON_US + 8, control, 0));
    CHECK(order_is(&w, release, ORDER_IS_EXCEPTION, ANSWERED_CORE_FAILED));
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, NOON_US + 9, release, true, "e.liaison"));
    CHECK_OK(&w, core_says(&w, NOON_US + 10, control, NOON_US + 10));
    CHECK(order_is(&w, release, ORDER_IS_DONE, ANSWERED_EXECUTED));
    return world_deinit(&w);
}

// ---- the clock --------------------------------------------------------------------------------

static bool test_sla(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK(take(&w, NOON_US, stop("P1")) > 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + 60 * US_PER_SECOND - 1, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + 60 * US_PER_SECOND, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 1 &&
          body_has(&w, "order.unexecuted", "\"contact\":\"A\""));
    CHECK_OK(&w, handle_due(&w, NOON_US + 10 * US_PER_MINUTE - 1, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 1);
    CHECK_OK(&w, handle_due(&w, NOON_US + 10 * US_PER_MINUTE, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 2 &&
          body_has(&w, "order.unexecuted", "\"contact\":\"B\""));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 3 &&
          body_has(&w, "order.unexecuted", "DUTY_DIRECTOR"));
    CHECK_OK(&w, handle_due(&w, NOON_US + 2 * US_PER_DAY, handle));
    CHECK(messages_of(&w, "order.unexecuted") == 3);
    return world_deinit(&w);
}

static bool test_nobody_decides(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order order = stop("E1");
    order.name_hash = SLICE("another");
    CHECK(take(&w, NOON_US, order) == 0 && messages_of(&w, "order.exception") == 1);
    CHECK_OK(&w, handle_due(&w, NOON_US + 10 * US_PER_MINUTE - 1, handle));
    CHECK(messages_of(&w, "order.exception") == 1);
    CHECK_OK(&w, handle_due(&w, NOON_US + 10 * US_PER_MINUTE, handle));
    CHECK(messages_of(&w, "order.exception") == 2 &&
          body_has(&w, "order.exception", "\"contact\":\"B\""));
    CHECK_OK(&w, handle_due(&w, NOON_US + 20 * US_PER_MINUTE, handle));
    CHECK(messages_of(&w, "order.exception") == 3);
    return world_deinit(&w);
}

// ---- returns ----------------------------------------------------------------------------------

static struct order give_back(const char *number, int64_t amount) {
    struct order order = about(ORDER_DEDUCT_RETURN, number, "P1");
    order.amount = amount;
    order.victim_account = SLICE("V1");
    return order;
}

static Status core_returned(struct world *w, int64_t now_us, int64_t id, int64_t at_us) {
    struct scene *s = scene_of(w);
    w->who = SYSTEM;
    s->id = id;
    s->told = (struct confirmation){.is_done = at_us != 0,
                                    .at_us = at_us,
                                    .problem = at_us != 0 ? SLICE("") : SLICE("余额不足")};
    return within(w, now_us, work_confirmed);
}

static bool test_return(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK_OK(&w, within(&w, 1, work_people));
    struct order part = freeze("P1");
    part.amount = 1000000;
    int64_t control = take(&w, NOON_US, part);
    CHECK(answered(&w, give_back("P2", 500000), ANSWERED_NOT_IN_FORCE));
    CHECK_OK(&w, core_says(&w, NOON_US, control, NOON_US));
    CHECK(answered(&w, give_back("P3", 1000001), ANSWERED_MORE_THAN_FROZEN));
    CHECK(answered(&w, give_back("P4", 600000), ANSWERED_TO_BE_DECIDED));
    int64_t id = s.result.id;
    CHECK(messages_of(&w, "order.return") == 0 && fed_back(&w, "\"result\":\"TO_BE_DECIDED\""));
    // From Friday three working days: Wednesday, to its end.
    int64_t due_us = NOON_US + 5 * US_PER_DAY + 12 * US_PER_HOUR;
    CHECK_OK(&w, handle_due(&w, due_us - 1, handle));
    CHECK(messages_of(&w, "order.return_due") == 0);
    CHECK_OK(&w, handle_due(&w, due_us, handle));
    CHECK_OK(&w, handle_due(&w, due_us + US_PER_DAY, handle));
    CHECK(messages_of(&w, "order.return_due") == 1);
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, due_us, id, true, "e.liaison"));
    CHECK(body_has(&w, "order.return", "\"victim_account\":\"V1\",\"amount\":600000"));
    CHECK_OK(&w, core_returned(&w, due_us + 1, id, 0));
    CHECK(order_is(&w, id, ORDER_IS_EXCEPTION, ANSWERED_CORE_FAILED));
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, due_us + 2, id, true, "e.liaison"));
    CHECK_OK(&w, core_returned(&w, due_us + 4, id, due_us + 3));
    CHECK_OK(&w, core_returned(&w, due_us + 5, id, due_us + 4));
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED) && s.row.executed_us == due_us + 3);
    // What was returned is not there any more.
    CHECK(answered(&w, give_back("P5", 400001), ANSWERED_MORE_THAN_FROZEN));
    CHECK(answered(&w, give_back("P6", 400000), ANSWERED_TO_BE_DECIDED));
    return world_deinit(&w);
}

// ---- queries ----------------------------------------------------------------------------------

static Status moves(struct world *w, int64_t now_us, const char *account, const char *event_id) {
    struct scene *s = scene_of(w);
    s->account = slice_of(account);
    s->event_id = slice_of(event_id);
    return within(w, now_us, work_movement);
}

static bool test_queries(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order query = {.number = SLICE("Q1"),
                          .kind = ORDER_QUERY_ACCT,
                          .authority = SLICE("某市公安局"),
                          .account = SLICE("A1"),
                          .name_hash = SLICE("name1")};
    CHECK(answered(&w, query, ANSWERED_EXECUTED));
    CHECK(fed_back(&w, "\"data\":{\"asked\":\"A1\"}") && fed_back(&w, "\"at\":1795752000000"));
    query.number = SLICE("Q1b");
    s.answer_size = -8;
    CHECK(answered(&w, query, ANSWERED_EXECUTED) && fed_back(&w, "\"data\":null"));
    query.number = SLICE("Q1c");
    s.answer_size = ORDER_ANSWER_MAX;
    CHECK(answered(&w, query, ANSWERED_BY_FILE) && fed_back(&w, "\"executed\":false"));
    query.number = SLICE("Q1d");
    s.answer_size = 4 * BOOK_TEXT_MAX;
    CHECK(answered(&w, query, ANSWERED_BY_FILE));
    CHECK_OK(&w, within(&w, 1, work_people));
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, NOON_US + 9, s.result.id, true, "e.liaison"));
    CHECK(order_is(&w, s.result.id, ORDER_IS_DONE, ANSWERED_EXECUTED));
    query.number = SLICE("Q2");
    s.answer_size = 0;
    query.kind = ORDER_QUERY_DYNAMIC;
    query.from_us = NOON_US;
    query.until_us = NOON_US + US_PER_DAY;
    CHECK(answered(&w, query, ANSWERED_EXECUTED));
    int64_t id = s.result.id;
    CHECK_OK(&w, moves(&w, NOON_US - 1, "A1", "M0"));
    CHECK_OK(&w, moves(&w, NOON_US + 1, "A1", "M1"));
    CHECK_OK(&w, moves(&w, NOON_US + 1, "A1", "M1")); // the stream is read again
    CHECK_OK(&w, moves(&w, NOON_US + 1, "A2", "M2"));
    CHECK(messages_of(&w, "order.movement") == 1 &&
          body_has(&w, "order.movement", "\"event_id\":\"M1\",\"movement\":{\"amount\":100}"));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle));
    CHECK(order_is(&w, id, ORDER_IS_ENDED, ANSWERED_ENDED));
    CHECK_OK(&w, moves(&w, NOON_US + US_PER_DAY, "A1", "M3"));
    CHECK(messages_of(&w, "order.movement") == 1);
    query.number = SLICE("Q3");
    query.until_us = NOON_US - 1;
    CHECK(answered(&w, query, ANSWERED_TOO_LONG));
    return world_deinit(&w);
}

// ---- lists ------------------------------------------------------------------------------------

static Slice numbered(struct world *w, const char *prefix, int number) {
    return arena_printf(&w->scratch.arena, "%s%d", prefix, number);
}

static bool test_list_push(void) {
    enum { ENTRIES = 250 };
    static struct order_entry entries[ENTRIES];
    static const struct statement SUSPENDED = {
        "test_suspended", "SELECT COUNT(*) FROM control WHERE measure = 'SUSPEND_ALL' AND "
                          "authority = 'LIST' AND basis = 'R-210' AND target = 'A1'"};
    static const struct statement MESSAGE = {
        "test_list_message", "SELECT id FROM message WHERE kind = 'list.changed' ORDER BY id LIMIT "
                             "1 OFFSET ?1"};
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    for (int i = 0; i < ENTRIES; i++) {
        entries[i] =
            (struct order_entry){.list = ORDER_LIST_SUSPICIOUS, .account = numbered(&w, "S", i)};
    }
    entries[7] = (struct order_entry){.list = ORDER_LIST_CASE, .account = SLICE("A1")};
    entries[8] =
        (struct order_entry){.list = ORDER_LIST_CASE, .account = SLICE("A3"), .bank = SLICE("X")};
    struct order push = {.number = SLICE("L1"),
                         .kind = ORDER_LIST_PUSH,
                         .authority = SLICE("某市公安局"),
                         .is_signed = true,
                         .entries = entries,
                         .entry_count = ENTRIES};
    CHECK(answered(&w, push, ANSWERED_EXECUTING));
    int64_t id = s.result.id;
    CHECK(messages_of(&w, "list.changed") == 3);
    CHECK(ask_number(&w, &SUSPENDED, STORE_NO_VALUES) == 1 && messages_of(&w, "control.set") == 1);
    CHECK(messages_of(&w, "notice.send") == 1); // he has three days
    for (int64_t i = 0; i < 3; i++) {
        CHECK(order_is(&w, id, ORDER_IS_EXECUTING, ANSWERED_EXECUTING));
        s.told =
            (struct confirmation){.is_done = true,
                                  .at_us = NOON_US + i,
                                  .message = ask_number(&w, &MESSAGE, STORE_VALUES(store_i64(i)))};
        s.id = id;
        CHECK_OK(&w, within(&w, NOON_US + 5, work_confirmed));
    }
    CHECK(order_is(&w, id, ORDER_IS_DONE, ANSWERED_EXECUTED) && s.row.executed_us == NOON_US + 2);
    // Another list names it again: it is suspended once, and told once.
    push.number = SLICE("L2");
    CHECK(answered(&w, push, ANSWERED_EXECUTING));
    CHECK(ask_number(&w, &SUSPENDED, STORE_NO_VALUES) == 1 && messages_of(&w, "notice.send") == 1);
    // Nobody has come: all his business away from the counter ends.
    CHECK_OK(&w, handle_due(&w, NOON_US + 3 * US_PER_DAY - 1, handle));
    CHECK(messages_of(&w, "control.set") == 1);
    CHECK_OK(&w, handle_due(&w, NOON_US + 3 * US_PER_DAY, handle));
    CHECK(
        messages_of(&w, "control.set") == 2 &&
        body_has(
            &w, "control.set",
            "\"measure\":\"SUSPEND_NON_COUNTER\",\"target_kind\":\"customer\",\"target\":\"C1\""));
    // He comes after all: that ends, the case account stays suspended.
    s.customer = SLICE("C1");
    CHECK_OK(&w, within(&w, NOON_US + 4 * US_PER_DAY, work_reverified));
    CHECK_OK(&w, within(&w, NOON_US + 4 * US_PER_DAY, work_reverified));
    CHECK(messages_of(&w, "control.released") == 1 &&
          body_has(&w, "control.released", "\"target\":\"C1\""));
    return world_deinit(&w);
}

static bool test_reverified(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order_entry entry = {.list = ORDER_LIST_CASE, .account = SLICE("A3")};
    struct order push = {.number = SLICE("L1"),
                         .kind = ORDER_LIST_PUSH,
                         .authority = SLICE("某市公安局"),
                         .is_signed = true,
                         .entries = &entry,
                         .entry_count = 1};
    CHECK(answered(&w, push, ANSWERED_EXECUTING));
    s.customer = SLICE("C2");
    CHECK_OK(&w, within(&w, NOON_US + 2 * US_PER_DAY, work_reverified));
    CHECK_OK(&w, within(&w, NOON_US + 2 * US_PER_DAY, work_reverified));
    CHECK_OK(&w, handle_due(&w, NOON_US + 4 * US_PER_DAY, handle));
    CHECK(messages_of(&w, "control.set") == 1); // the case account's alone
    return world_deinit(&w);
}

// A list that was not signed is kept with its entries until two persons have said so.
static bool test_list_by_persons(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    CHECK_OK(&w, within(&w, 1, work_people));
    struct order_entry entry = {.list = ORDER_LIST_SUSPICIOUS, .account = SLICE("S1")};
    struct order push = {.number = SLICE("L1"),
                         .kind = ORDER_LIST_PUSH,
                         .authority = SLICE("某市公安局"),
                         .entries = &entry,
                         .entry_count = 1};
    CHECK(answered(&w, push, ANSWERED_NOT_SIGNED) && messages_of(&w, "list.changed") == 0);
    w.who = LIAISON;
    CHECK_OK(&w, decide(&w, NOON_US, s.result.id, true, "e.liaison"));
    CHECK(body_has(&w, "list.changed", "\"account\":\"S1\""));
    return world_deinit(&w);
}

// ---- reports ----------------------------------------------------------------------------------

static Status work_report(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return report_send(book, &s->terms, &s->report, &s->id);
}

static Status work_received(void *context, struct book *book) {
    return report_received(book, scene_of(context)->id, SLICE("回执-1"));
}

static bool test_reports(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    s.report = (struct report){.kind = REPORT_SUSPICION,
                               .subject_kind = SLICE("account"),
                               .subject = SLICE("A1"),
                               .body = SLICE("{\"typology\":\"MU-01\"}"),
                               .secrecy = SLICE("NORMAL")};
    CHECK_OK(&w, within(&w, NOON_US, work_report));
    CHECK(body_has(&w, "report.suspicion", "\"body\":{\"typology\":\"MU-01\"}"));
    CHECK_OK(&w, handle_due(&w, NOON_US + 60 * US_PER_MINUTE, handle));
    CHECK(messages_of(&w, "report.unacknowledged") == 1);
    CHECK_OK(&w, within(&w, NOON_US + 61 * US_PER_MINUTE, work_received));
    CHECK_OK(&w, within(&w, NOON_US + 61 * US_PER_MINUTE, work_received));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle));
    CHECK(messages_of(&w, "report.unacknowledged") == 1);
    s.id++;
    CHECK_CODE(&w, within(&w, NOON_US, work_received), "OD007");
    s.report.subject = SLICE("");
    CHECK_CODE(&w, within(&w, NOON_US, work_report), "OD008");
    return world_deinit(&w);
}

// ---- lists for people, and figures ------------------------------------------------------------

static Status list_orders(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    struct rendering out;
    struct list_page all = {.viewer = 0, .count_max = 9};
    struct list_page done = {.viewer = 0, .count_max = 9, .word = SLICE("DONE")};
    struct list_page secret = {.viewer = CLEARANCE_AML, .count_max = 9, .key = SLICE("A1")};
    struct json_writer *json = rendering_begin(&out);
    json_array_begin(json);
    TRY(order_list_json(book, ORDERS_NEWEST, &all, json));
    TRY(order_list_json(book, ORDERS_IN_STATE, &done, json));
    TRY(order_list_json(book, ORDERS_OF_ACCOUNT, &secret, json));
    TRY(report_list_json(book, &all, json));
    json_array_end(json);
    return rendering_end(&out, book, &s->text);
}

static Status work_figures(void *context, struct book *book) {
    struct scene *s = scene_of(context);
    return order_figures(book, &s->terms, CLEARANCE_ALL, ORDER_FREEZE, NOON_US, NOON_US + US_PER_DAY, &s->figures);
}

static int count_of(Slice text, const char *part) {
    int count = 0;
    for (size_t at = 0; (at = slice_find(text, slice_of(part), at)) != SIZE_MAX; at++) {
        count++;
    }
    return count;
}

static bool test_lists_and_figures(void) {
    struct world w;
    struct scene s;
    CHECK(begin(&w, &s));
    struct order secret = freeze("P2");
    secret.freeze_class = FREEZE_LAUNDERING;
    int64_t open = take(&w, NOON_US, freeze("P1"));
    CHECK_OK(&w, core_says(&w, NOON_US + 90 * US_PER_SECOND, open, NOON_US + 89 * US_PER_SECOND));
    int64_t hidden = take(&w, NOON_US, secret);
    CHECK_OK(&w, core_says(&w, NOON_US + 5, hidden, NOON_US + 4 * US_PER_SECOND));
    struct order bad = freeze("P3");
    bad.name_hash = SLICE("another");
    CHECK(take(&w, NOON_US, bad) == 0);
    CHECK_OK(&w, within(&w, NOON_US, list_orders));
    // Newest: two that all may see; done: one; of the account: three.
    CHECK_THAT(count_of(s.text, "\"police_order\":") == 6, "%.*s", SLICE_ARGS(s.text));
    CHECK(count_of(s.text, "\"secrecy\":\"AML\"") == 1);
    CHECK_OK(&w, within(&w, NOON_US, work_figures));
    CHECK(s.figures.taken == 3 && s.figures.executed == 2 && s.figures.in_exception == 1 &&
          s.figures.refused == 0 && s.figures.in_time == 1);
    CHECK(s.figures.p50_us == 4 * US_PER_SECOND && s.figures.p95_us == 89 * US_PER_SECOND);
    return world_deinit(&w);
}

// ---- the program dies -------------------------------------------------------------------------

static Status deed_take(struct world *w) {
    return take(w, NOON_US, stop("P1")) > 0 ? STATUS_OK : STATUS_INVALID;
}

static int64_t last_control(struct world *w) {
    static const struct statement LAST = {"test_last_control", "SELECT MAX(id) FROM control"};
    return ask_number(w, &LAST, STORE_NO_VALUES);
}

static Status deed_confirm(struct world *w) {
    return core_says(w, NOON_US + 5, last_control(w), NOON_US + 4);
}

static Status deed_end(struct world *w) {
    return handle_due(w, NOON_US + 4 + 48 * US_PER_HOUR, handle);
}

static Status deed_freeze_and_wait(struct world *w) {
    int64_t first = take(w, NOON_US, freeze("P1"));
    TRY(core_says(w, NOON_US, first, NOON_US));
    return take(w, NOON_US, freeze("P2")) > 0 ? STATUS_OK : STATUS_INVALID;
}

static Status deed_release(struct world *w) {
    return take(w, NOON_US + 9, about(ORDER_FREEZE_RELEASE, "P3", "P1")) > 0 ? STATUS_OK
                                                                             : STATUS_INVALID;
}

static bool dies_and_goes_on(Deed *const deeds[], size_t count) {
    struct scene s;
    struct world w;
    CHECK(begin(&w, &s)); // which fills the scene
    CHECK(world_deinit(&w));
    return goes_on_after_death(&s, deeds, count);
}

static bool test_dies_taking(void) {
    static Deed *const deeds[] = {deed_take};
    return dies_and_goes_on(deeds, 1);
}

static bool test_dies_releasing(void) {
    static Deed *const deeds[] = {deed_freeze_and_wait, deed_release};
    return dies_and_goes_on(deeds, 2);
}

static bool test_dies_confirming(void) {
    static Deed *const deeds[] = {deed_take, deed_confirm};
    return dies_and_goes_on(deeds, 2);
}

static bool test_dies_at_end(void) {
    static Deed *const deeds[] = {deed_take, deed_confirm, deed_end};
    return dies_and_goes_on(deeds, 3);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_stop),
        TEST(test_stop_by_card),
        TEST(test_freeze_within_stop),
        TEST(test_two_stops),
        TEST(test_stop_released),
        TEST(test_does_not_agree),
        TEST(test_people_decide),
        TEST(test_the_same_number),
        TEST(test_lengths),
        TEST(test_renewal),
        TEST(test_renewal_at_its_end),
        TEST(test_temporary_is_not_renewed),
        TEST(test_waiting_freezes),
        TEST(test_waits_too_long),
        TEST(test_waiting_released),
        TEST(test_core_cannot),
        TEST(test_sla),
        TEST(test_nobody_decides),
        TEST(test_return),
        TEST(test_queries),
        TEST(test_list_push),
        TEST(test_reverified),
        TEST(test_list_by_persons),
        TEST(test_reports),
        TEST(test_lists_and_figures),
        TEST(test_dies_taking),
        TEST(test_dies_releasing),
        TEST(test_dies_confirming),
        TEST(test_dies_at_end),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
