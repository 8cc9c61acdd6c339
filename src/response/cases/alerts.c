// Alerts of a case, and its subjects.

#include "response/cases/private.h"

#include <inttypes.h>
#include <strings.h>

static const struct statement ALERT = {
    "case_alert_read", "SELECT subject_kind, subject, typology_group, secrecy, state, account, "
                       "is_company, case_id FROM seen_alert WHERE viewer = ?1 AND id = ?2"};
static const struct statement COUNT = {"case_alert_count",
                                       "SELECT COUNT(*) FROM case_alert WHERE case_id = ?1"};
static const struct statement JOIN = {
    "case_alert_join",
    "INSERT INTO case_alert (case_id, alert, joined_us, joined_by) VALUES (?1, ?2, ?3, ?4)"};
static const struct statement LEAVE = {"case_alert_leave",
                                       "DELETE FROM case_alert WHERE case_id = ?1 AND alert = ?2"};
static const struct statement TELL = {"case_alert_tell",
                                      "UPDATE alert SET case_id = ?2 WHERE id = ?1"};
static const struct statement SUBJECT = {
    "case_subject_read", "SELECT role, confidence, evidence FROM case_subject WHERE case_id = ?1 "
                         "AND kind = ?2 AND name = ?3"};
static const struct statement SUBJECTS = {"case_subject_count",
                                          "SELECT COUNT(*) FROM case_subject WHERE case_id = ?1"};
static const struct statement SUBJECT_ADD = {
    "case_subject_add",
    "INSERT INTO case_subject (case_id, kind, name, role, confidence, evidence, "
    "origin, added_us, added_by, changed_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
    "?7, ?8, ?9, ?8)"};
static const struct statement SUBJECT_CHANGE = {
    "case_subject_change", "UPDATE case_subject SET role = ?4, confidence = ?5, evidence = ?6, "
                           "changed_us = ?7 WHERE case_id = ?1 AND kind = ?2 AND name = ?3"};

// ---- subjects ----------------------------------------------------------------------------------

static Status check_subject(struct book *book, const struct case_subject *subject) {
    TRY(case_word_check(book, CASE_LIST_SUBJECT, "kind of a subject", subject->kind));
    TRY(case_word_check(book, CASE_LIST_ROLE, "role of a subject", subject->role));
    TRY(case_text_check(book, "the name of a subject", subject->name, CASES_NAME_MAX));
    TRY(case_text_check(book, "the evidence", subject->evidence, CASE_TEXT_MAX));
    ENSURE(subject->name.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "a subject needs a name"));
    ENSURE(subject->confidence >= 0 && subject->confidence <= 100,
           book_fail(book, STATUS_INVALID, "CA003", "a confidence is from 0 to 100 percent"));
    return STATUS_OK;
}

static Status add_subject(struct book *book, const struct case_row *row,
                          const struct case_subject *subject) {
    int64_t count = 0;
    TRY(book_number(book, &SUBJECTS, STORE_VALUES(store_i64(row->id)), &count));
    ENSURE(count < CASE_SUBJECTS_MAX,
           book_fail(book, STATUS_LIMIT, "CA003", "a case has at most %d subjects",
                     CASE_SUBJECTS_MAX));
    return book_run(
        book, &SUBJECT_ADD,
        STORE_VALUES(store_i64(row->id), store_text(subject->kind), store_text(subject->name),
                     store_text(subject->role), store_i64(subject->confidence),
                     store_text(subject->evidence),
                     store_text(subject->origin.size > 0 ? subject->origin : SLICE("PERSON")),
                     store_i64(book->now_us), store_text(book->actor.name)));
}

Status case_join_subject(struct book *book, const struct case_row *row,
                         const struct case_subject *subject, bool *ret_is_news) {
    TRY(check_subject(book, subject));
    Status status = book_one(
        book, &SUBJECT,
        STORE_VALUES(store_i64(row->id), store_text(subject->kind), store_text(subject->name)));
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    *ret_is_news = status == STATUS_NOT_FOUND;
    return *ret_is_news ? add_subject(book, row, subject) : STATUS_OK;
}

static Status trace_subject(struct book *book, const struct case_row *row,
                            const struct case_subject *subject, Slice role_before) {
    struct detail detail;
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("kind"), subject->kind);
    json_key_string(&detail.json, SLICE("name"), subject->name);
    json_key_string(&detail.json, SLICE("role_before"), role_before);
    json_key_string(&detail.json, SLICE("role"), subject->role);
    json_key_i64(&detail.json, SLICE("confidence"), subject->confidence);
    json_key_string(&detail.json, SLICE("evidence"), subject->evidence);
    return case_trace(book, row, "subject", detail_end(&detail, book));
}

Status case_put_subject(struct book *book, int64_t clearance, int64_t id,
                        const struct case_subject *subject) {
    struct case_row row;
    bool is_news;
    Slice before = SLICE("");
    TRY(case_load_open(book, clearance, id, &row));
    TRY(case_join_subject(book, &row, subject, &is_news));
    if (!is_news) {
        before = book_text(book, 0); // of the question that found it
        TRY(book_run(book, &SUBJECT_CHANGE,
                     STORE_VALUES(store_i64(id), store_text(subject->kind),
                                  store_text(subject->name), store_text(subject->role),
                                  store_i64(subject->confidence), store_text(subject->evidence),
                                  store_i64(book->now_us))));
    }
    return trace_subject(book, &row, subject, before);
}

// ---- alerts ------------------------------------------------------------------------------------

struct joined {
    Slice subject_kind, subject, group, secrecy, state, account;
    bool is_company;
    int64_t case_id; // 0: none
};

static Status read_alert(struct book *book, int64_t clearance, int64_t id, struct joined *ret) {
    Status status = book_one(book, &ALERT, STORE_VALUES(store_i64(clearance), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, status, "CA013", "there is no alert %" PRId64, id);
    }
    TRY(status);
    *ret = (struct joined){.subject_kind = book_text(book, 0),
                           .subject = book_text(book, 1),
                           .group = book_text(book, 2),
                           .secrecy = book_text(book, 3),
                           .state = book_text(book, 4),
                           .account = book_text(book, 5),
                           .is_company = book_i64(book, 6) != 0,
                           .case_id = book_i64(book, 7)};
    return STATUS_OK;
}

static bool is_word(Slice text, const char *word) {
    return text.size == strlen(word) && strncasecmp(text.at, word, text.size) == 0;
}

static Slice subject_kind_of(const struct joined *alert) {
    static const char *const same[] = {"ACCOUNT", "CARD", "MERCHANT", "DEVICE", "EMPLOYEE"};
    if (is_word(alert->subject_kind, "CUSTOMER")) {
        return alert->is_company ? SLICE("COMPANY") : SLICE("PERSON");
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (is_word(alert->subject_kind, same[i])) {
            return slice_of(same[i]);
        }
    }
    return SLICE("OTHER");
}

// Of these families the customer is whom the fraud was done to (disposition.md, 4.2); a merchant
// or a machine where it was done is no victim.
static bool is_about_victim(const struct joined *alert) {
    static const char *const groups[] = {"VP", "AT", "CF"};
    static const char *const things[] = {"MERCHANT", "TERMINAL", "BIN", "IP"};
    bool is_against_customer = false;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        is_against_customer =
            is_against_customer || slice_starts_with(alert->group, slice_of(groups[i]));
    }
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
        is_against_customer = is_against_customer && !is_word(alert->subject_kind, things[i]);
    }
    return is_against_customer;
}

static Status add_subjects(struct book *book, const struct case_row *row,
                           const struct joined *alert, int64_t id) {
    bool is_news;
    struct case_subject subject = {
        .kind = subject_kind_of(alert),
        .name = slice_part(alert->subject, 0, CASES_NAME_MAX),
        .role = is_about_victim(alert) ? SLICE("VICTIM") : SLICE("UNKNOWN"),
        .evidence = arena_printf(book->arena, "alert %" PRId64, id),
        .origin = SLICE("ALERT"),
    };
    if (subject.name.size > 0) {
        TRY(case_join_subject(book, row, &subject, &is_news));
    }
    subject.kind = SLICE("ACCOUNT");
    subject.name = slice_part(alert->account, 0, CASES_NAME_MAX);
    return subject.name.size == 0 ? STATUS_OK : case_join_subject(book, row, &subject, &is_news);
}

static Status trace_alert(struct book *book, const struct case_row *row, const struct joined *alert,
                          int64_t id, const char *what, Slice reason) {
    struct detail detail;
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("alert"), id);
    json_key_string(&detail.json, SLICE("reason"), reason);
    TRY(case_trace(book, row, what, detail_end(&detail, book)));
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("case"), row->number);
    return book_trace(book, &(struct trace){.object_kind = "alert",
                                            .object = id,
                                            .from = alert->state,
                                            .to = alert->state,
                                            .reason = slice_of(what),
                                            .detail = detail_end(&detail, book)});
}

Status case_join_alert(struct book *book, int64_t clearance, const struct case_row *row,
                       int64_t alert) {
    struct joined joined;
    int64_t count = 0;
    TRY(read_alert(book, clearance, alert, &joined));
    if (joined.case_id == row->id) {
        return STATUS_OK;
    }
    if (joined.case_id != 0) {
        Status status = book_fail(book, STATUS_INVALID, "CA006",
                                  "the alert %" PRId64 " belongs to another case", alert);
        book->diag->hint = SLICE("relate the two cases, or take it out there first");
        return status;
    }
    TRY(case_secrecy_check(book, row, joined.secrecy));
    TRY(book_number(book, &COUNT, STORE_VALUES(store_i64(row->id)), &count));
    ENSURE(count < CASE_ALERTS_MAX,
           book_fail(book, STATUS_LIMIT, "CA003", "a case has at most %d alerts", CASE_ALERTS_MAX));
    TRY(book_run(book, &JOIN,
                 STORE_VALUES(store_i64(row->id), store_i64(alert), store_i64(book->now_us),
                              store_text(book->actor.name))));
    TRY(book_run(book, &TELL, STORE_VALUES(store_i64(alert), store_i64(row->id))));
    TRY(add_subjects(book, row, &joined, alert));
    return trace_alert(book, row, &joined, alert, "case_joined", SLICE(""));
}

Status case_add_alert(struct book *book, int64_t clearance, int64_t id, int64_t alert) {
    struct case_row row;
    TRY(case_load_open(book, clearance, id, &row));
    return case_join_alert(book, clearance, &row, alert);
}

Status case_remove_alert(struct book *book, int64_t clearance, int64_t id, int64_t alert,
                         Slice reason) {
    struct case_row row;
    struct joined joined;
    TRY(case_load_open(book, clearance, id, &row));
    TRY(case_text_check(book, "the reason", reason, CASE_TITLE_MAX));
    TRY(read_alert(book, clearance, alert, &joined));
    ENSURE(joined.case_id == id,
           book_fail(book, STATUS_INVALID, "CA006",
                     "the alert %" PRId64 " does not belong to this case", alert));
    ENSURE(reason.size > 0, book_fail(book, STATUS_INVALID, "CA005",
                                      "to take an alert out of a case needs a reason"));
    TRY(book_run(book, &LEAVE, STORE_VALUES(store_i64(id), store_i64(alert))));
    TRY(book_run(book, &TELL, STORE_VALUES(store_i64(alert), store_null())));
    return trace_alert(book, &row, &joined, alert, "case_left", reason);
}
