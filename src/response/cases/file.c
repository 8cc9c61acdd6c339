// The file of a case: opened, its fields changed, moved from state to state.

#include "base/time.h"
#include "response/cases/private.h"

#include <inttypes.h>

static const int64_t ZONE_US = 8 * US_PER_HOUR; // numbers count by the year in China

static const struct statement LOAD = {
    "case_load", "SELECT number, type, secrecy, state, owner, decision, reopened FROM seen_case "
                 "WHERE viewer = ?1 AND id = ?2"};
static const struct statement ADD = {
    "case_file_add",
    "INSERT INTO case_file (id, number, title, type, level, source, secrecy, state, opened_us, "
    "opened_by, owner, team, branch, summary, modus, police_case_no, decision, decided_by, "
    "lessons, "
    "since_us, reopened) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'OPEN', ?8, ?9, ?10, ?11, ?12, ?13, "
    "?14, ?15, '', '', '', ?8, 0)"};
static const struct statement MOVE = {
    "case_file_move", "UPDATE case_file SET state = ?2, since_us = ?3, closed_us = ?4, reopened = "
                      "?5 WHERE id = ?1"};
static const struct statement ALERT_SECRECY = {
    "case_alert_secrecy", "SELECT secrecy FROM seen_alert WHERE viewer = ?1 AND id = ?2"};
// Something of the case that is as secret.
static const struct statement SECRETS = {
    "case_secrets", "SELECT COUNT(*) FROM case_alert c JOIN alert a ON a.id = c.alert WHERE "
                    "c.case_id = ?1 AND a.secrecy <> 'NORMAL' AND a.secrecy <> ?2"};
static const struct statement REPORTS = {
    "case_reports", "SELECT COUNT(*) FROM case_reference WHERE case_id = ?1 AND kind = ?2"};
static const struct statement CONTROLS = {
    "case_controls", "SELECT COUNT(*) FROM control WHERE state = 'IN_FORCE' AND (case_id = ?1 OR "
                     "alert IN (SELECT alert FROM case_alert WHERE case_id = ?1))"};

// ---- loading -----------------------------------------------------------------------------------

Status case_load(struct book *book, int64_t clearance, int64_t id, struct case_row *ret) {
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(clearance), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, status, "CA013", "there is no case %" PRId64, id);
    }
    TRY(status);
    *ret = (struct case_row){.id = id,
                             .number = book_text(book, 0),
                             .type = book_text(book, 1),
                             .secrecy = book_text(book, 2),
                             .state = book_text(book, 3),
                             .owner = book_text(book, 4),
                             .decision = book_text(book, 5),
                             .reopened = book_i64(book, 6)};
    return STATUS_OK;
}

Status case_load_open(struct book *book, int64_t clearance, int64_t id, struct case_row *ret) {
    TRY(case_load(book, clearance, id, ret));
    if (slice_is(ret->state, "CLOSED")) {
        Status status = book_fail(book, STATUS_INVALID, "CA010", "the case %.*s is closed",
                                  SLICE_ARGS(ret->number));
        book->diag->hint = SLICE("move it to INVESTIGATING first");
        return status;
    }
    return STATUS_OK;
}

Status case_trace(struct book *book, const struct case_row *row, const char *reason, Slice detail) {
    return book_trace(book, &(struct trace){.object_kind = "case",
                                            .object = row->id,
                                            .from = row->state,
                                            .to = row->state,
                                            .reason = slice_of(reason),
                                            .detail = detail});
}

bool secrecy_is_open(int64_t clearance, Slice secrecy) {
    return slice_is(secrecy, "NORMAL") ||
           (slice_is(secrecy, "AML") && (clearance & CLEARANCE_AML)) ||
           (slice_is(secrecy, "INSIDER") && (clearance & CLEARANCE_INSIDER));
}

Status case_secrecy_check(struct book *book, const struct case_row *row, Slice secrecy) {
    if (slice_is(secrecy, "NORMAL") || slice_equal(secrecy, row->secrecy)) {
        return STATUS_OK;
    }
    Status status = book_fail(book, STATUS_INVALID, "CA007",
                              "what is %.*s cannot be put into a case that is %.*s",
                              SLICE_ARGS(secrecy), SLICE_ARGS(row->secrecy));
    book->diag->hint =
        SLICE("raise the secrecy of the case, or open one of its own and relate them");
    return status;
}

Status case_next_number(struct book *book, const struct statement *last, int64_t id, int64_t of_max,
                        int64_t *ret_number) {
    int64_t number = 0;
    TRY(book_number(book, last, STORE_VALUES(store_i64(id)), &number));
    ENSURE(number < of_max, book_fail(book, STATUS_LIMIT, "CA003",
                                      "a case has at most %" PRId64 " of these", of_max));
    *ret_number = number + 1;
    return STATUS_OK;
}

// ---- opening -----------------------------------------------------------------------------------

static Slice or_default(Slice text, const char *otherwise) {
    return text.size > 0 ? text : slice_of(otherwise);
}

static Status check_plan(struct book *book, const struct case_plan *plan) {
    ENSURE(plan->title.size > 0, book_fail(book, STATUS_INVALID, "CA005", "a case needs a title"));
    ENSURE(plan->alert_count <= CASE_ALERTS_MAX,
           book_fail(book, STATUS_LIMIT, "CA003", "a case has at most %d alerts", CASE_ALERTS_MAX));
    TRY(case_text_check(book, "the title", plan->title, CASE_TITLE_MAX));
    TRY(case_text_check(book, "the owner", plan->owner, CASES_NAME_MAX));
    TRY(case_text_check(book, "the team", plan->team, CASES_NAME_MAX));
    TRY(case_text_check(book, "the branch", plan->branch, CASES_NAME_MAX));
    TRY(case_text_check(book, "the summary", plan->summary, CASE_TEXT_MAX));
    TRY(case_text_check(book, "the modus operandi", plan->modus, CASE_TITLE_MAX));
    TRY(case_text_check(book, "the number of the police", plan->police_case_no, CASES_NAME_MAX));
    TRY(case_word_check(book, CASE_LIST_TYPE, "type of a case", plan->type));
    TRY(case_word_check(book, CASE_LIST_LEVEL, "level of a case",
                        or_default(plan->level, "BRANCH")));
    return case_word_check(book, CASE_LIST_SOURCE, "source of a case",
                           or_default(plan->source, "ALERT"));
}

static Status secrecy_check(struct book *book, Slice secrecy) {
    bool is_one =
        slice_is(secrecy, "NORMAL") || slice_is(secrecy, "AML") || slice_is(secrecy, "INSIDER");
    ENSURE(is_one, book_fail(book, STATUS_INVALID, "CA002",
                             "'%.*s' is no secrecy: NORMAL, AML or INSIDER", SLICE_ARGS(secrecy)));
    return STATUS_OK;
}

// The most secret of the alerts, where the plan does not say.
static Status find_secrecy(struct book *book, int64_t clearance, const struct case_plan *plan,
                           Slice *ret) {
    Slice secrecy = or_default(plan->secrecy, "NORMAL");
    for (uint32_t i = 0; i < plan->alert_count && plan->secrecy.size == 0; i++) {
        Status status = book_one(book, &ALERT_SECRECY,
                                 STORE_VALUES(store_i64(clearance), store_i64(plan->alerts[i])));
        ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
        Slice of_alert = status == STATUS_OK ? book_text(book, 0) : SLICE("NORMAL");
        secrecy = slice_is(of_alert, "NORMAL") ? secrecy : of_alert;
    }
    TRY(secrecy_check(book, secrecy));
    ENSURE(secrecy_is_open(clearance, secrecy),
           book_fail(book, STATUS_NOT_FOUND, "CA013", "there is no such case for these eyes"));
    *ret = secrecy;
    return STATUS_OK;
}

// Codes with blanks around each.
static Slice padded(struct book *book, Slice codes) {
    codes = slice_trim(codes);
    return codes.size == 0 ? SLICE("") : arena_printf(book->arena, " %.*s ", SLICE_ARGS(codes));
}

static Status add_file(struct book *book, const struct case_plan *plan, struct case_row *row) {
    int64_t count;
    int year = civil_from_time(book->now_us, ZONE_US).year;
    TRY(book_count_up(book, SLICE("case"), &row->id));
    TRY(book_count_up(book, arena_printf(book->arena, "case %d", year), &count));
    row->number = arena_printf(book->arena, "AJ-%d-%06" PRId64, year, count);
    row->state = SLICE("OPEN");
    return book_run(
        book, &ADD,
        STORE_VALUES(store_i64(row->id), store_text(row->number), store_text(plan->title),
                     store_text(plan->type), store_text(or_default(plan->level, "BRANCH")),
                     store_text(or_default(plan->source, "ALERT")), store_text(row->secrecy),
                     store_i64(book->now_us), store_text(book->actor.name), store_text(plan->owner),
                     store_text(plan->team), store_text(plan->branch), store_text(plan->summary),
                     store_text(padded(book, plan->modus)), store_text(plan->police_case_no)));
}

Status case_open(struct book *book, int64_t clearance, const struct case_plan *plan,
                 int64_t *ret_id) {
    struct case_row row = {.type = plan->type, .owner = plan->owner};
    struct detail detail;
    TRY(check_plan(book, plan));
    TRY(find_secrecy(book, clearance, plan, &row.secrecy));
    TRY(add_file(book, plan, &row));
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("number"), row.number);
    json_key_string(&detail.json, SLICE("title"), plan->title);
    json_key_string(&detail.json, SLICE("type"), plan->type);
    json_key_string(&detail.json, SLICE("secrecy"), row.secrecy);
    TRY(book_trace(book, &(struct trace){.object_kind = "case",
                                         .object = row.id,
                                         .from = SLICE(""),
                                         .to = row.state,
                                         .reason = or_default(plan->source, "ALERT"),
                                         .detail = detail_end(&detail, book)}));
    for (uint32_t i = 0; i < plan->alert_count; i++) {
        TRY(case_join_alert(book, clearance, &row, plan->alerts[i]));
    }
    *ret_id = row.id;
    return STATUS_OK;
}

// ---- fields ------------------------------------------------------------------------------------

struct field {
    const char *name;
    size_t size_max;
    struct statement set;
};
#define FIELD(word, column, size)                                                                  \
    [CASE_FIELD_##word] = {                                                                        \
        column, size, {"case_set_" column, "UPDATE case_file SET " column " = ?2 WHERE id = ?1"}}
static const struct field fields[CASE_FIELD_COUNT] = {
    FIELD(TITLE, "title", CASE_TITLE_MAX),
    FIELD(TYPE, "type", CASES_NAME_MAX),
    FIELD(LEVEL, "level", CASES_NAME_MAX),
    FIELD(SECRECY, "secrecy", CASES_NAME_MAX),
    FIELD(OWNER, "owner", CASES_NAME_MAX),
    FIELD(TEAM, "team", CASES_NAME_MAX),
    FIELD(BRANCH, "branch", CASES_NAME_MAX),
    FIELD(SUMMARY, "summary", CASE_TEXT_MAX),
    FIELD(MODUS, "modus", CASE_TITLE_MAX),
    FIELD(POLICE_CASE_NO, "police_case_no", CASES_NAME_MAX),
    FIELD(DECISION, "decision", CASE_TEXT_MAX),
    FIELD(LESSONS, "lessons", CASE_TEXT_MAX),
};
static const struct statement DECIDED = {
    "case_decided", "UPDATE case_file SET decided_us = ?2, decided_by = ?3 WHERE id = ?1"};

bool case_field_parse(Slice name, CaseField *ret_field) {
    for (uint32_t i = 0; i < CASE_FIELD_COUNT; i++) {
        if (slice_is(name, fields[i].name)) {
            *ret_field = (CaseField)i;
            return true;
        }
    }
    return false;
}

// Nothing that is in the case may be more secret than it will be.
static Status check_new_secrecy(struct book *book, int64_t clearance, const struct case_row *row,
                                Slice secrecy) {
    int64_t secrets = 0, reports = 0;
    TRY(secrecy_check(book, secrecy));
    TRY(book_number(book, &SECRETS, STORE_VALUES(store_i64(row->id), store_text(secrecy)),
                    &secrets));
    TRY(book_number(book, &REPORTS, STORE_VALUES(store_i64(row->id), store_text(SLICE("STR"))),
                    &reports));
    bool is_right = secrets == 0 && (reports == 0 || slice_is(secrecy, "AML"));
    ENSURE(is_right && secrecy_is_open(clearance, secrecy),
           book_fail(book, STATUS_INVALID, "CA007",
                     "the case %.*s holds what is more secret than %.*s", SLICE_ARGS(row->number),
                     SLICE_ARGS(secrecy)));
    return STATUS_OK;
}

static Status check_value(struct book *book, int64_t clearance, const struct case_row *row,
                          CaseField field, Slice value) {
    TRY(case_text_check(book, fields[field].name, value, fields[field].size_max));
    switch (field) {
    case CASE_FIELD_TITLE:
        ENSURE(value.size > 0, book_fail(book, STATUS_INVALID, "CA005", "a case needs a title"));
        return STATUS_OK;
    case CASE_FIELD_TYPE:
        return case_word_check(book, CASE_LIST_TYPE, "type of a case", value);
    case CASE_FIELD_LEVEL:
        return case_word_check(book, CASE_LIST_LEVEL, "level of a case", value);
    case CASE_FIELD_SECRECY:
        return check_new_secrecy(book, clearance, row, value);
    default:
        return STATUS_OK;
    }
}

Status case_set(struct book *book, int64_t clearance, int64_t id, CaseField field, Slice value) {
    struct case_row row;
    struct detail detail;
    TRY(case_load_open(book, clearance, id, &row));
    TRY(check_value(book, clearance, &row, field, value));
    value = field == CASE_FIELD_MODUS ? padded(book, value) : value;
    TRY(book_run(book, &fields[field].set, STORE_VALUES(store_i64(id), store_text(value))));
    if (field == CASE_FIELD_DECISION) {
        TRY(book_run(
            book, &DECIDED,
            STORE_VALUES(store_i64(id), store_i64(book->now_us), store_text(book->actor.name))));
    }
    detail_begin(&detail);
    json_key_string(&detail.json, slice_of(fields[field].name), value);
    return case_trace(book, &row, "set", detail_end(&detail, book));
}

Status case_secrecy(struct book *book, int64_t clearance, int64_t id, Slice *ret_secrecy) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    *ret_secrecy = row.secrecy;
    return STATUS_OK;
}

// ---- moves -------------------------------------------------------------------------------------

static const struct {
    const char *state, *moves;
} states[] = {
#define STATE(name, moves, zh, en) {#name, moves},
#include "response/cases/case_states.def"
#undef STATE
};

static Status check_move(struct book *book, const struct case_row *row, Slice state) {
    Slice wanted = arena_printf(book->arena, " %.*s ", SLICE_ARGS(state));
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (slice_is(row->state, states[i].state) &&
            slice_find(slice_of(states[i].moves), wanted, 0) == SIZE_MAX) {
            Status status =
                book_fail(book, STATUS_INVALID, "CA004", "a case does not move from %.*s to %.*s",
                          SLICE_ARGS(row->state), SLICE_ARGS(state));
            book->diag->hint =
                arena_printf(book->arena, "from there it moves to%s", states[i].moves);
            return status;
        }
    }
    return STATUS_OK;
}

static Status lacks(struct book *book, Slice state, const char *what) {
    return book_fail(book, STATUS_INVALID, "CA005", "to be %.*s a case needs %s", SLICE_ARGS(state),
                     what);
}

static Status has_reference(struct book *book, const struct case_row *row, Slice state,
                            const char *kind, const char *what) {
    int64_t count = 0;
    TRY(book_number(book, &REPORTS, STORE_VALUES(store_i64(row->id), store_text(slice_of(kind))),
                    &count));
    return count > 0 ? STATUS_OK : lacks(book, state, what);
}

// What a state says must be so.
static Status check_demands(struct book *book, const struct case_row *row, Slice state,
                            Slice reason) {
    int64_t controls = 0;
    if (slice_is(state, "INVESTIGATING")) {
        bool is_reopened = slice_is(row->state, "CLOSED");
        return row->owner.size == 0 ? lacks(book, state, "an owner")
               : is_reopened && reason.size == 0
                   ? lacks(book, state, "the reason why it is reopened")
                   : STATUS_OK;
    }
    if (slice_is(state, "CONTROLLED")) {
        TRY(book_number(book, &CONTROLS, STORE_VALUES(store_i64(row->id)), &controls));
        return controls > 0 ? STATUS_OK : lacks(book, state, "a control in force");
    }
    if (slice_is(state, "REFERRED")) {
        return has_reference(book, row, state, "REFERRAL", "the number of its referral");
    }
    if (slice_is(state, "STR_FILED")) {
        return has_reference(book, row, state, "STR", "the number of its report");
    }
    if (slice_is(state, "WAITING")) {
        return reason.size > 0 ? STATUS_OK : lacks(book, state, "a reason: who is waited for");
    }
    return row->decision.size > 0 ? STATUS_OK : lacks(book, state, "a decision");
}

Status case_move(struct book *book, int64_t clearance, int64_t id, Slice state, Slice reason) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    TRY(case_word_check(book, CASE_LIST_STATE, "state of a case", state));
    TRY(case_text_check(book, "the reason", reason, CASE_TITLE_MAX));
    TRY(check_move(book, &row, state));
    TRY(check_demands(book, &row, state, reason));
    bool closes = slice_is(state, "CLOSED"), reopens = slice_is(row.state, "CLOSED");
    TRY(book_run(book, &MOVE,
                 STORE_VALUES(store_i64(id), store_text(state), store_i64(book->now_us),
                              closes ? store_i64(book->now_us) : store_null(),
                              store_i64(row.reopened + reopens))));
    return book_trace(book, &(struct trace){.object_kind = "case",
                                            .object = id,
                                            .from = row.state,
                                            .to = state,
                                            .reason = reason,
                                            .detail = SLICE("")});
}
