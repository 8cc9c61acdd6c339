// Files of cases: from alerts to a closed case; what may not be; what was changed behind the
// program's back; who sees what.

#include "response/cases/world_test.h"

#define CHINA_US (8 * US_PER_HOUR)

struct work {
    int64_t clearance;
    int64_t id, other, attachment, alert;
    Slice text, state, reason;
    struct case_plan plan;
    struct case_subject subject;
    struct case_copy copies[8];
    uint32_t copy_count;
    struct case_frozen frozen;
    struct case_amounts amounts;
    struct case_filter filter;
    struct case_page page;
    uint32_t count;
    bool finds;
};

static struct work *work_of(void *context) {
    return ((struct world *)context)->given;
}

// ---- rows of other rooms -----------------------------------------------------------------------

static const struct statement PUT_ALERT = {
    "test_alert",
    "INSERT INTO alert (id, subject_kind, subject, typology_group, secrecy, skill, state, is_open, "
    "is_waiting, severity, severity_first, severity_most, severity_last, score, action, amount, "
    "amount_sum, hits, events, lead, branch, channel, segment, customer, account, is_company, "
    "is_late, is_degraded, money_here, marks, opened_us, hit_us, rank, owner, level, code, "
    "decided_by, note, approval, is_automatic, strategy, strategy_hash, reopened) VALUES (?1, "
    "'CUSTOMER', ?2, ?3, ?4, 'fraud', 'QUEUED', 1, 1, 3, 3, 3, 3, 50, 'DELAY', 100, 100, 1, 1, 1, "
    "'', '', '', ?2, ?5, 0, 0, 0, 0, '', ?6, ?6, 0, '', 0, '', '', '', '', 0, '', '', 0)"};
static const struct statement PUT_CONTROL = {
    "test_control",
    "INSERT INTO control (id, target_kind, target, customer, measure, authority, basis, document, "
    "amount, reason, severity, facts, alert, state, asked_us, asked_kind, asked_by, ordered_us, "
    "since_us, span_us, months, released_by, released_second, release_reason, step, notice, "
    "secrecy, branch, set_message, message, is_confirmed, problem, pages) VALUES (?1, 'account', "
    "?2, '', ?3, 'ORDER', '', 'D1', ?4, '', 0, 0, ?5, 'IN_FORCE', ?6, 'PERSON', 'x', ?6, ?6, 0, "
    "0, '', '', '', 0, '', 'NORMAL', '', 0, 0, 1, '', 0)"};
static const struct statement PUT_HOLD = {
    "test_hold",
    "INSERT INTO hold (id, event_id, alert, customer, account, payee, amount, held_us, until_us, "
    "at_deadline, state, settled_us, settled_by, reason, is_late, message, is_confirmed, problem, "
    "pages, secrecy) VALUES (?1, ?2, ?3, '', '', 'P', ?4, ?5, ?5, 'REFUSED', 'REFUSED', ?5, 'x', "
    "'', 0, 0, 1, '', 0, 'NORMAL')"};
static const struct statement PUT_TASK = {
    "test_task",
    "INSERT INTO task (id, channel, party_kind, party, script, branch, state, asked_us, until_us, "
    "attempt, asked_by, answer, answered_us, answered_by, secrecy) VALUES (?1, 'HUMAN_CALL', "
    "'CUSTOMER', 'C', '', '', 'ANSWERED', ?2, ?2, 1, 'x', 'yes', ?2, 'y', ?3)"};
static const struct statement PUT_EVIDENCE = {
    "test_evidence", "INSERT INTO evidence (sequence, event_id, event_us, decided_us, event, "
                     "decision) VALUES (?1, 'E', 1, 1, '{\"amount\":1}', '{}')"};

static int64_t number_of(struct world *w, int64_t which) {
    return w->test * INT64_C(100000) + which;
}

static Status put_alert(struct world *w, struct book *book, int64_t which, const char *group,
                        const char *secrecy, Slice account) {
    return book_run(book, &PUT_ALERT,
                    STORE_VALUES(store_i64(number_of(w, which)),
                                 store_text(named(w, "C", (uint64_t)which)),
                                 store_text(slice_of(group)), store_text(slice_of(secrecy)),
                                 store_text(account), store_i64(DAY_0)));
}

// Two alerts for everybody, one of money laundering, one of an employee; and what belongs to them.
static Status put_rows(void *context, struct book *book) {
    struct world *w = context;
    TRY(put_alert(w, book, 1, "VP", "NORMAL", named(w, "V", 1)));
    TRY(put_alert(w, book, 2, "MU", "NORMAL", named(w, "M", 1)));
    TRY(put_alert(w, book, 3, "AM", "AML", named(w, "M", 2)));
    TRY(put_alert(w, book, 4, "IE", "INSIDER", SLICE("")));
    TRY(book_run(book, &PUT_CONTROL,
                 STORE_VALUES(store_i64(number_of(w, 1)), store_text(named(w, "M", 1)),
                              store_text(SLICE("FREEZE")), store_i64(700),
                              store_i64(number_of(w, 2)), store_i64(DAY_0 + 10))));
    TRY(book_run(book, &PUT_CONTROL,
                 STORE_VALUES(store_i64(number_of(w, 2)), store_text(named(w, "M", 2)),
                              store_text(SLICE("FREEZE")), store_i64(0), store_null(),
                              store_i64(DAY_0 + 11))));
    TRY(book_run(book, &PUT_HOLD,
                 STORE_VALUES(store_i64(number_of(w, 1)), store_text(named(w, "H", 1)),
                              store_i64(number_of(w, 1)), store_i64(400), store_i64(DAY_0 + 12))));
    TRY(book_run(book, &PUT_TASK,
                 STORE_VALUES(store_i64(number_of(w, 1)), store_i64(DAY_0 + 13),
                              store_text(SLICE("NORMAL")))));
    return book_run(
        book, &PUT_TASK,
        STORE_VALUES(store_i64(number_of(w, 2)), store_i64(DAY_0 + 13), store_text(SLICE("AML"))));
}

// The victim pays a first account, which pays a second one; somebody else pays the second.
static Status put_movements(void *context, struct book *book) {
    struct world *w = context;
    struct case_taken taken;
    struct case_fact facts[4] = {{CASE_FACT_MOVEMENT}, {CASE_FACT_MOVEMENT}, {CASE_FACT_MOVEMENT}};
    const char *const payers[] = {"V", "M", "Z"};
    const uint64_t payees[] = {1, 2, 2};
    for (int i = 0; i < 3; i++) {
        facts[i].movement = (struct case_movement){.sequence = number_of(w, 10 + i),
                                                   .time_us = DAY_0 + i,
                                                   .event_id = named(w, "E", (uint64_t)i),
                                                   .payer = named(w, payers[i], 1),
                                                   .payee = named(w, "M", payees[i]),
                                                   .amount = 1000 * (i + 1),
                                                   .kind = SLICE("transfer_out"),
                                                   .channel = SLICE("MOBILE"),
                                                   .state = MOVED_DONE};
    }
    facts[3] = (struct case_fact){.kind = CASE_FACT_OPENING,
                                  .opening = {.sequence = 1,
                                              .opened_us = DAY_0 - 5 * US_PER_DAY,
                                              .account = named(w, "M", 1),
                                              .customer = named(w, "C", 2),
                                              .branch = SLICE("0301"),
                                              .channel = SLICE("COUNTER"),
                                              .operator_id = named(w, "T", 1),
                                              .agent = named(w, "G", 1)}};
    TRY(cases_take(book, facts, 4, &taken));
    TRY(book_run(book, &PUT_EVIDENCE, STORE_VALUES(store_i64(number_of(w, 10)))));
    return taken.movements == 3 ? STATUS_OK : STATUS_INVALID;
}

// ---- what is done ------------------------------------------------------------------------------

static Status do_open(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_open(book, work->clearance, &work->plan, &work->id);
}

static Status do_move(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_move(book, work->clearance, work->id, work->state, work->reason);
}

static Status do_decide(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_set(book, work->clearance, work->id, CASE_FIELD_DECISION, SLICE("refer"));
}

static Status do_secrecy(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_set(book, work->clearance, work->id, CASE_FIELD_SECRECY, work->text);
}

static Status do_add_alert(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_add_alert(book, work->clearance, work->id, work->alert);
}

static Status do_remove_alert(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_remove_alert(book, work->clearance, work->id, work->alert, work->reason);
}

static Status do_subject(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_put_subject(book, work->clearance, work->id, &work->subject);
}

static Status do_freeze(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_freeze(book, work->clearance, work->id, work->copies, work->copy_count,
                       &work->frozen);
}

static Status do_verify(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_verify(book, work->clearance, work->id, &work->count);
}

static Status do_attach(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct case_attachment attachment = {
        .name = SLICE("答复.pdf"), .media = SLICE("application/pdf"), .bytes = {"a\0b", 3}};
    return case_attach(book, work->clearance, work->id, &attachment, &work->attachment);
}

static Status do_amounts(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_amounts(book, work->clearance, work->id, &work->amounts);
}

static Status do_refer(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_refer(book, work->clearance, work->id, work->state, SLICE("R-1"));
}

static Status do_papers(void *context, struct book *book) {
    struct world *w = context;
    struct work *work = work_of(context);
    TRY(case_note(book, work->clearance, work->id, SLICE("ANALYSIS"),
                  SLICE("money leaves at once")));
    TRY(case_enter(book, work->clearance, work->id, SLICE("RETURNED"), 150, SLICE("案 1")));
    TRY(case_add_gap(book, work->clearance, work->id, SLICE("night transfers to new accounts")));
    TRY(case_settle_gap(book, work->clearance, work->id, 1, SLICE("DONE"), SLICE("M-MU-09")));
    TRY(case_add_contact(book, work->clearance, work->id,
                         &(struct case_contact){.role = SLICE("POLICE"),
                                                .name = SLICE("desk"),
                                                .reach = SLICE("96110")}));
    TRY(case_link(book, work->clearance, work->id, CASE_LINK_CONTROL, number_of(w, 2)));
    TRY(case_link(book, work->clearance, work->id, CASE_LINK_TASK, number_of(w, 1)));
    return case_put_look_back(book, work->clearance, work->id,
                              &(struct case_look_back){.account = named(w, "M", 1),
                                                       .conclusion = SLICE("not asked why"),
                                                       .unit = SLICE("0301")});
}

// ---- a case, from its opening to its end -------------------------------------------------------

static bool open_case(struct world *w, struct work *work) {
    static int64_t alerts[2];
    w->given = work;
    DO(w, DAY_0, put_rows);
    DO(w, DAY_0, put_movements);
    alerts[0] = number_of(w, 1);
    alerts[1] = number_of(w, 2);
    work->plan = (struct case_plan){.title = SLICE("冒充客服"),
                                    .type = SLICE("FRAUD"),
                                    .owner = SLICE("a.analyst"),
                                    .modus = SLICE("VP-04 MU-01"),
                                    .alerts = alerts,
                                    .alert_count = 2};
    DO(w, DAY_0 + 20, do_open);
    return true;
}

static bool move(struct world *w, struct work *work, const char *state, const char *refused) {
    work->state = slice_of(state);
    if (refused != NULL) {
        REFUSED(w, DAY_0 + 30, do_move, refused);
    } else {
        DO(w, DAY_0 + 30, do_move);
    }
    return true;
}

static bool test_life(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    CHECK(move(&w, &work, "REFERRED", "CA004"));
    CHECK(move(&w, &work, "CLOSED", "CA005")); // without a decision
    CHECK(move(&w, &work, "INVESTIGATING", NULL));
    CHECK(move(&w, &work, "REFERRED", "CA005")); // without a referral
    CHECK(move(&w, &work, "STR_FILED", "CA005"));
    CHECK(move(&w, &work, "WAITING", "CA005")); // for whom?
    CHECK(move(&w, &work, "CONTROLLED", NULL)); // its alert has a control
    CHECK(move(&w, &work, "SOLVED", "CA002"));
    work.state = SLICE("REFERRAL");
    DO(&w, DAY_0 + 31, do_refer);
    DO(&w, DAY_0 + 31, do_refer); // kept once
    CHECK(move(&w, &work, "REFERRED", NULL));
    DO(&w, DAY_0 + 32, do_decide);
    CHECK(move(&w, &work, "CLOSED", NULL));
    REFUSED(&w, DAY_0 + 33, do_decide, "CA010");
    CHECK(move(&w, &work, "INVESTIGATING", "CA005")); // why?
    work.reason = SLICE("a second victim");
    CHECK(move(&w, &work, "INVESTIGATING", NULL));
    DO(&w, DAY_0 + 34, do_verify);
    return world_deinit(&w);
}

static Status read_number(void *context, struct book *book) {
    static const struct statement NUMBER = {"test_case_number",
                                            "SELECT number FROM case_file WHERE id = ?1"};
    struct work *work = work_of(context);
    TRY(book_one(book, &NUMBER, STORE_VALUES(store_i64(work->id))));
    work->text = book_text(book, 0);
    return STATUS_OK;
}

static int64_t count_of(Slice number) {
    int64_t count = -1;
    return slice_to_i64(slice_part(number, 8, SIZE_MAX), &count) ? count : -1;
}

// Numbers have no gap, whatever fails in between, and begin anew with the year in China.
static bool test_numbers(void) {
    struct world w;
    struct work work = {.plan = {.title = SLICE("x"), .type = SLICE("CARD")}};
    CHECK(world_init(&w));
    w.given = &work;
    int64_t new_year = 20454 * US_PER_DAY + 365 * US_PER_DAY - CHINA_US; // 2027 in China
    DO(&w, new_year - 2, do_open);
    DO(&w, new_year - 2, read_number);
    CHECK(slice_starts_with(work.text, SLICE("AJ-2026-")));
    int64_t before = count_of(work.text);
    work.plan.type = SLICE("NOTHING");
    REFUSED(&w, new_year - 1, do_open, "CA002");
    work.plan.type = SLICE("CARD");
    work.plan.alerts =
        (const int64_t[]){number_of(&w, 99)}; // there is none: after the number was taken
    work.plan.alert_count = 1;
    REFUSED(&w, new_year - 1, do_open, "CA013");
    work.plan.alert_count = 0;
    DO(&w, new_year - 1, do_open);
    DO(&w, new_year - 1, read_number);
    CHECK(count_of(work.text) == before + 1);
    DO(&w, new_year, do_open);
    DO(&w, new_year, read_number);
    CHECK(slice_starts_with(work.text, SLICE("AJ-2027-")));
    return world_deinit(&w);
}

// ---- frozen copies -----------------------------------------------------------------------------

static void choose_copies(struct world *w, struct work *work) {
    work->copies[0] = (struct case_copy){.sequence = number_of(w, 10), .part = SLICE("SOURCE")};
    work->copies[1] = (struct case_copy){.sequence = number_of(w, 11), .part = SLICE("INVOLVED")};
    work->copies[2] = (struct case_copy){.sequence = number_of(w, 12),
                                         .part = SLICE("INVOLVED"),
                                         .bytes = SLICE("{\"event\":\"as it came\"}")};
    work->copy_count = 3;
}

static Status compare_forms(void *context, struct book *book) {
    struct work *work = work_of(context);
    static const char *const forms[] = {"EVENT", "ROW", "EVENT"};
    struct case_transaction t;
    Status status;
    int64_t at = 0;
    while ((status = case_transaction_next(book, 0, work->id, at, &t)) == STATUS_OK) {
        at++;
        bool is_right = t.number == at && at <= 3 && slice_is(t.form, forms[at - 1]);
        is_right &= at != 1 || slice_is(t.bytes, "{\"amount\":1}"); // of the evidence
        is_right &= at != 2 || slice_starts_with(t.bytes, SLICE("{\"sequence\":"));
        is_right &= at != 3 || slice_is(t.bytes, "{\"event\":\"as it came\"}");
        ENSURE(is_right, STATUS_INVALID);
    }
    return status == STATUS_END && at == 3 ? STATUS_OK : STATUS_INVALID;
}

// Changes behind the program's back.
static const struct statement there[] = {
    {"test_there_0", "UPDATE case_transaction SET bytes = (SELECT x.bytes FROM case_transaction x "
                     "WHERE x.case_id = ?1 AND x.number = 1) WHERE case_id = ?1 AND number = 2"},
    {"test_there_1", "UPDATE case_transaction SET amount = amount + 1 WHERE case_id = ?1 AND "
                     "number = 2"},
    {"test_there_2", "UPDATE case_transaction SET part = 'CONTEXT' WHERE case_id = ?1 AND number = "
                     "1"},
    {"test_there_3", "UPDATE case_transaction SET payee = 'somebody' WHERE case_id = ?1 AND number "
                     "= 3"},
    {"test_there_4", "DELETE FROM case_transaction WHERE case_id = ?1 AND number = 3"},
    {"test_there_5", "DELETE FROM case_transaction WHERE case_id = ?1 AND number = 2"},
    {"test_there_6", "UPDATE case_transaction SET sequence = -sequence WHERE case_id = ?1 AND "
                     "number = 2"},
    {"test_there_7", "UPDATE case_freeze SET sha256 = '00' WHERE case_id = ?1"},
    {"test_there_8", "DELETE FROM case_freeze WHERE case_id = ?1"},
    {"test_there_9", "UPDATE case_attachment SET name = 'other' WHERE case_id = ?1"},
    {"test_there_10",
     "UPDATE case_attachment_bytes SET bytes = (SELECT x.bytes FROM case_transaction x WHERE "
     "x.case_id = ?1 AND x.number = 1) WHERE attachment IN (SELECT id FROM case_attachment WHERE "
     "case_id = ?1)"},
    {"test_there_11", "DELETE FROM case_attachment_bytes WHERE attachment IN (SELECT id FROM "
                      "case_attachment WHERE case_id = ?1)"},
    {"test_there_12", "DELETE FROM case_attachment WHERE case_id = ?1"},
    {"test_there_13", "UPDATE trace SET detail = '{}' WHERE object_kind = 'case' AND object = ?1 "
                      "AND reason = 'frozen'"},
};
enum { CHANGES = sizeof there / sizeof there[0] };
static int change_at;

// The change, what verifying says, and back: the unit of work fails.
static Status change_and_verify(void *context, struct book *book) {
    struct work *work = work_of(context);
    int64_t changed = 0;
    TRY(book_change(book, &there[change_at], STORE_VALUES(store_i64(work->id)), &changed));
    ENSURE(changed > 0, book_fail(book, STATUS_LIMIT, "TEST", "nothing was changed"));
    uint32_t count;
    Status status = case_verify(book, work->clearance, work->id, &count);
    return status == STATUS_OK ? book_fail(book, STATUS_LIMIT, "TEST", "it is not found") : status;
}

static bool test_frozen(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    choose_copies(&w, &work);
    DO(&w, DAY_0 + 40, do_freeze);
    CHECK(work.frozen.added == 3 && work.frozen.there == 0 && work.frozen.count == 3);
    Slice before = arena_copy(&w.scratch.arena, work.frozen.sha256);
    DO(&w, DAY_0 + 41, do_freeze);
    CHECK(work.frozen.added == 0 && work.frozen.there == 3 &&
          slice_equal(work.frozen.sha256, before));
    work.copies[0].sequence = 1; // nowhere
    REFUSED(&w, DAY_0 + 41, do_freeze, "CA012");
    DO(&w, DAY_0 + 42, compare_forms);
    DO(&w, DAY_0 + 43, do_attach);
    DO(&w, DAY_0 + 44, do_verify);
    CHECK(work.count == 4);
    for (change_at = 0; change_at < CHANGES; change_at++) {
        Status status = within(&w, DAY_0 + 45, change_and_verify);
        CHECK_THAT(status == STATUS_INVALID && (strcmp(w.scratch.diag.code, "CA008") == 0 ||
                                                strcmp(w.scratch.diag.code, "CA009") == 0 ||
                                                strcmp(w.scratch.diag.code, "BK001") == 0),
                   "%s: %s %.*s", there[change_at].text, w.scratch.diag.code,
                   SLICE_ARGS(w.scratch.diag.message));
    }
    DO(&w, DAY_0 + 46, do_verify); // nothing of that stayed
    return world_deinit(&w);
}

// ---- amounts -----------------------------------------------------------------------------------

static bool test_amounts(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    choose_copies(&w, &work);
    DO(&w, DAY_0 + 40, do_freeze);
    work.subject = (struct case_subject){
        .kind = SLICE("ACCOUNT"), .name = named(&w, "M", 2), .role = SLICE("TRANSIT")};
    DO(&w, DAY_0 + 40, do_subject);
    DO(&w, DAY_0 + 41, do_amounts);
    // 1,000 came from the victim and 3,000 from somebody; 2,000 went from one suspect to another.
    CHECK(work.amounts.involved == 4000 && work.amounts.still_in_bank == -1);
    CHECK(work.amounts.stopped == 400 && work.amounts.frozen == 700);
    CHECK(work.amounts.frozen_whole == 0 && work.amounts.returned == 0);
    CHECK(work.amounts.loss == 4000 - 700);
    DO(&w, DAY_0 + 42, do_papers);
    DO(&w, DAY_0 + 43, do_amounts);
    CHECK(work.amounts.frozen_whole == 1 && work.amounts.returned == 150);
    CHECK(work.amounts.loss == 4000 - 700 - 150);
    work.subject.role = SLICE("CLEARED");
    DO(&w, DAY_0 + 44, do_subject);
    DO(&w, DAY_0 + 45, do_amounts);
    CHECK(work.amounts.involved == 1000 && work.amounts.loss == 150);
    return world_deinit(&w);
}

// ---- secrecy -----------------------------------------------------------------------------------

static bool test_secrecy(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    work.alert = number_of(&w, 3);
    REFUSED(&w, DAY_0 + 50, do_add_alert, "CA013"); // not for these eyes
    work.clearance = CLEARANCE_AML;
    REFUSED(&w, DAY_0 + 50, do_add_alert, "CA007"); // the case is for everybody
    work.state = SLICE("STR");
    REFUSED(&w, DAY_0 + 50, do_refer, "CA007");
    work.text = SLICE("AML");
    DO(&w, DAY_0 + 51, do_secrecy);
    DO(&w, DAY_0 + 52, do_add_alert);
    DO(&w, DAY_0 + 52, do_refer);
    work.text = SLICE("NORMAL");
    REFUSED(&w, DAY_0 + 53, do_secrecy, "CA007"); // it holds what is secret now
    work.clearance = CLEARANCE_INSIDER;
    REFUSED(&w, DAY_0 + 54, do_decide, "CA013");
    work.clearance = 0;
    REFUSED(&w, DAY_0 + 54, do_verify, "CA013");
    work.clearance = CLEARANCE_ALL;
    work.alert = number_of(&w, 4); // of an employee, in a case of laundering
    REFUSED(&w, DAY_0 + 55, do_add_alert, "CA007");
    int64_t first = work.id;
    work.plan.alerts = (const int64_t[]){number_of(&w, 1)};
    work.plan.alert_count = 1;
    REFUSED(&w, DAY_0 + 56, do_open, "CA006"); // that is in a case
    work.id = first;
    work.alert = number_of(&w, 1);
    REFUSED(&w, DAY_0 + 57, do_remove_alert, "CA005");
    work.reason = SLICE("another fraud");
    DO(&w, DAY_0 + 57, do_remove_alert);
    work.plan.secrecy = SLICE("INSIDER");
    DO(&w, DAY_0 + 58, do_open); // now it is free
    work.clearance = CLEARANCE_AML;
    REFUSED(&w, DAY_0 + 59, do_open, "CA013"); // a secrecy that is not opened to him
    return world_deinit(&w);
}

// ---- what is told ------------------------------------------------------------------------------

struct told {
    struct buf out;
    struct json_writer json;
};

static void told_begin(struct told *told) {
    buf_init(&told->out, 4 << 20);
    json_writer_init(&told->json, &told->out);
}

// Whether it is JSON that has `needle`.
static Status told_end(struct told *told, struct book *book, const char *needle) {
    json_writer_finish(&told->json);
    Slice text = arena_copy(book->arena, buf_slice(&told->out));
    bool is_json = json_check(text, 16).fault == JSON_FAULT_NONE;
    bool is_there = slice_find(text, slice_of(needle), 0) != SIZE_MAX;
    buf_deinit(&told->out);
    return is_json && is_there ? STATUS_OK
                               : book_fail(book, STATUS_INVALID, "TEST", "without %s: %.*s", needle,
                                           SLICE_ARGS(text));
}

static Status tell_case(void *context, struct book *book) {
    struct world *w = context;
    struct work *work = work_of(context);
    struct told told;
    told_begin(&told);
    Status status = case_put_json(book, work->clearance, work->id, &told.json);
    if (status != STATUS_OK) {
        buf_deinit(&told.out);
        return status;
    }
    TRY(told_end(&told, book, "\"modus\":\"VP-04 MU-01\""));
    told_begin(&told);
    TRY(case_put_json(book, work->clearance, work->id, &told.json));
    TRY(told_end(&told, book, "\"branch\":\"0301\",\"channel\":\"COUNTER\"")); // of an account
    told_begin(&told);
    TRY(case_put_look_back_json(book, work->clearance, work->id, named(w, "M", 1), &told.json));
    TRY(told_end(&told, book, "\"days_after_opening\":5,\"is_opened_for_it\":true"));
    told_begin(&told);
    TRY(cases_put_json(book, work->clearance, &work->filter, &told.json));
    TRY(told_end(&told, book, "\"alerts\":2"));
    told_begin(&told);
    TRY(cases_put_figures(book, work->clearance, 0, DAY_0 + US_PER_DAY, &told.json));
    return told_end(&told, book, "\"state\":\"DONE\"");
}

static uint32_t lines_of(Slice text) {
    uint32_t lines = 0;
    for (size_t at = 0; (at = slice_find(text, SLICE("{\"at_us\":"), at)) != SIZE_MAX; at++) {
        lines++;
    }
    return lines;
}

// The whole line of time at once, and by two lines a page.
static Status tell_timeline(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct told told;
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    uint32_t whole, paged = 0;
    told_begin(&told);
    TRY(case_put_timeline(book, work->clearance, work->id, &(struct case_page){0}, &told.json));
    whole = lines_of(buf_slice(&told.out));
    TRY(told_end(&told, book, "\"source\":\"HOLD\""));
    struct case_page page = {.rows_max = 2};
    for (bool more = true; more;) {
        JsonTree tree;
        told_begin(&told);
        TRY(case_put_timeline(book, work->clearance, work->id, &page, &told.json));
        paged += lines_of(buf_slice(&told.out));
        Slice text = arena_copy(book->arena, buf_slice(&told.out));
        buf_deinit(&told.out);
        TRY(json_parse(reader, text, &tree));
        uint32_t next = json_member(tree, 0, SLICE("next"));
        more = next != JSON_NONE;
        if (more) {
            page.after_us = tree.nodes[json_member(tree, next, SLICE("after_us"))].i64;
            page.after_object = tree.nodes[json_member(tree, next, SLICE("after_object"))].i64;
            page.after_source = arena_copy(
                book->arena, tree.nodes[json_member(tree, next, SLICE("after_source"))].text);
            page.after_what = arena_copy(
                book->arena, tree.nodes[json_member(tree, next, SLICE("after_what"))].text);
        }
    }
    json_reader_destroy(reader);
    work->count = whole;
    return whole == paged
               ? STATUS_OK
               : book_fail(book, STATUS_INVALID, "TEST", "%u lines and %u by page", whole, paged);
}

static bool test_told(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    choose_copies(&w, &work);
    DO(&w, DAY_0 + 40, do_freeze);
    DO(&w, DAY_0 + 41, do_papers);
    DO(&w, DAY_0 + 42, do_attach);
    work.filter = (struct case_filter){.state = SLICE("OPEN"),
                                       .text = SLICE("冒充"),
                                       .subject_kind = SLICE("ACCOUNT"),
                                       .subject = named(&w, "M", 1)};
    DO(&w, DAY_0 + 43, tell_case);
    DO(&w, DAY_0 + 44, tell_timeline);
    // the opening, two alerts that joined it and two alerts' own traces of it, 3 movements, 1
    // freeze, a hold twice, a control of an alert and one that was linked, a task twice, a note, an
    // attachment, and 7 traces of papers (amount, 2 gaps, contact, 2 links, look back)
    CHECK_THAT(work.count == 1 + 4 + 3 + 1 + 2 + 2 + 2 + 1 + 1 + 7, "%u lines", work.count);
    work.filter.text = SLICE("冒%");
    REFUSED(&w, DAY_0 + 45, tell_case, "TEST"); // no pattern
    work.clearance = CLEARANCE_INSIDER;
    DO(&w, DAY_0 + 46, tell_timeline); // a clearance more takes nothing away
    return world_deinit(&w);
}

// ---- ties and attachments ----------------------------------------------------------------------

static Status do_relate(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_relate(book, work->clearance, work->id, work->other, SLICE("SAME_GANG"),
                       SLICE("one device"));
}

// Whether the case tells of the other one, in its fields or its traces.
static Status names_other(void *context, struct book *book) {
    struct work *work = work_of(context);
    static const struct statement NUMBER = {"test_other_number",
                                            "SELECT number FROM case_file WHERE id = ?1"};
    struct told told;
    TRY(book_one(book, &NUMBER, STORE_VALUES(store_i64(work->other))));
    Slice number = book_text(book, 0);
    told_begin(&told);
    json_array_begin(&told.json);
    TRY(case_put_json(book, work->clearance, work->id, &told.json));
    TRY(case_put_timeline(book, work->clearance, work->id, &(struct case_page){0}, &told.json));
    json_array_end(&told.json);
    work->finds = slice_find(buf_slice(&told.out), number, 0) != SIZE_MAX;
    return told_end(&told, book, "\"related\"");
}

static bool test_ties(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    int64_t first = work.id;
    work.clearance = CLEARANCE_AML;
    work.plan.alert_count = 0;
    work.plan.secrecy = SLICE("AML");
    DO(&w, DAY_0 + 60, do_open);
    work.other = work.id;
    work.id = first;
    DO(&w, DAY_0 + 61, do_relate);
    DO(&w, DAY_0 + 62, names_other);
    CHECK(work.finds); // for who may see both
    work.clearance = 0;
    DO(&w, DAY_0 + 62, names_other);
    CHECK(!work.finds);
    REFUSED(&w, DAY_0 + 63, do_relate, "CA013");
    return world_deinit(&w);
}

static Status read_attachment(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct case_attachment attachment;
    TRY(case_attachment_read(book, work->clearance, work->id, work->attachment, &attachment));
    bool is_same =
        slice_equal(attachment.bytes, (Slice){"a\0b", 3}) && slice_is(attachment.name, "答复.pdf");
    return is_same ? STATUS_OK : STATUS_INVALID;
}

static Status do_withdraw(void *context, struct book *book) {
    struct work *work = work_of(context);
    return case_attachment_withdraw(book, work->clearance, work->id, work->attachment,
                                    work->reason);
}

static bool test_attachments(void) {
    struct world w;
    struct work work = {0};
    CHECK(world_init(&w) && open_case(&w, &work));
    DO(&w, DAY_0 + 70, do_attach);
    DO(&w, DAY_0 + 71, read_attachment);
    REFUSED(&w, DAY_0 + 72, do_withdraw, "CA005");
    work.reason = SLICE("of another customer");
    DO(&w, DAY_0 + 72, do_withdraw);
    REFUSED(&w, DAY_0 + 73, do_withdraw, "CA013"); // once
    DO(&w, DAY_0 + 74, read_attachment);           // it stays
    DO(&w, DAY_0 + 75, do_verify);
    int64_t id = work.id;
    work.plan.alert_count = 0;
    DO(&w, DAY_0 + 76, do_open);
    REFUSED(&w, DAY_0 + 77, read_attachment, "CA013"); // of another case
    work.id = id;
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_life),    TEST(test_numbers), TEST(test_frozen), TEST(test_amounts),
        TEST(test_secrecy), TEST(test_told),    TEST(test_ties),   TEST(test_attachments)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
