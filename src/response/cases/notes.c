// What people write into a case, and what it is tied to: notes, contacts, amounts with their
// documents, gaps of models, other cases, and the numbers that other rooms have for it.

#include "response/cases/private.h"

#include <inttypes.h>

enum { NOTES_MAX = 10000, CONTACTS_MAX = 500, ENTRIES_MAX = 1000, GAPS_MAX = 200 };

static const struct statement NOTE_LAST = {
    "case_note_last", "SELECT COALESCE(MAX(number), 0) FROM case_note WHERE case_id = ?1"};
static const struct statement NOTE_ADD = {
    "case_note_add", "INSERT INTO case_note (case_id, number, kind, text, at_us, made_by) VALUES "
                     "(?1, ?2, ?3, ?4, ?5, ?6)"};
static const struct statement CONTACT_LAST = {
    "case_contact_last", "SELECT COALESCE(MAX(number), 0) FROM case_contact WHERE case_id = ?1"};
static const struct statement CONTACT_ADD = {
    "case_contact_add",
    "INSERT INTO case_contact (case_id, number, role, name, organisation, reach, "
    "note, added_us, added_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
static const struct statement ENTRY_LAST = {
    "case_entry_last", "SELECT COALESCE(MAX(number), 0) FROM case_entry WHERE case_id = ?1"};
static const struct statement ENTRY_ADD = {
    "case_entry_add", "INSERT INTO case_entry (case_id, number, kind, amount, document, at_us, "
                      "made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
static const struct statement GAP_LAST = {
    "case_gap_last", "SELECT COALESCE(MAX(number), 0) FROM case_gap WHERE case_id = ?1"};
static const struct statement GAP_ADD = {
    "case_gap_add", "INSERT INTO case_gap (case_id, number, text, model, state, at_us, made_by, "
                    "settled_by) VALUES (?1, ?2, ?3, '', 'OPEN', ?4, ?5, '')"};
static const struct statement GAP_SETTLE = {
    "case_gap_settle", "UPDATE case_gap SET state = ?3, model = ?4, settled_us = ?5, settled_by = "
                       "?6 WHERE case_id = ?1 AND number = ?2"};
static const struct statement RELATE = {
    "case_relate",
    "INSERT INTO case_relation (low, high, kind, reason, at_us, made_by) VALUES (?1, "
    "?2, ?3, ?4, ?5, ?6) ON CONFLICT (low, high) DO UPDATE SET kind = "
    "excluded.kind, reason = excluded.reason"};
static const struct statement REFER = {
    "case_refer", "INSERT INTO case_reference (case_id, kind, reference, at_us, made_by) VALUES "
                  "(?1, ?2, ?3, ?4, ?5) ON CONFLICT (case_id, kind, reference) DO NOTHING"};
static const struct statement LINK_TASK = {
    "case_link_task", "UPDATE task SET case_id = ?2 WHERE id = ?1 AND (case_id IS NULL OR case_id "
                      "= ?2) AND secrecy IN ('NORMAL', ?3)"};
static const struct statement LINK_CONTROL = {
    "case_link_control", "UPDATE control SET case_id = ?2 WHERE id = ?1 AND (case_id IS NULL OR "
                         "case_id = ?2) AND secrecy IN ('NORMAL', ?3)"};
static const struct statement LOOK_BACK = {
    "case_look_back_put",
    "INSERT INTO case_look_back (case_id, account, conclusion, unit, person, measures, at_us, "
    "made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (case_id, account) DO UPDATE SET "
    "conclusion = excluded.conclusion, unit = excluded.unit, person = excluded.person, measures = "
    "excluded.measures, at_us = excluded.at_us, made_by = excluded.made_by"};

Status case_note(struct book *book, int64_t clearance, int64_t id, Slice kind, Slice text) {
    struct case_row row;
    struct detail detail;
    int64_t number;
    TRY(case_load(book, clearance, id, &row));
    TRY(case_word_check(book, CASE_LIST_NOTE, "kind of a note", kind));
    TRY(case_text_check(book, "a note", text, CASE_TEXT_MAX));
    ENSURE(text.size > 0, book_fail(book, STATUS_INVALID, "CA005", "a note needs a text"));
    TRY(case_next_number(book, &NOTE_LAST, id, NOTES_MAX, &number));
    TRY(book_run(book, &NOTE_ADD,
                 STORE_VALUES(store_i64(id), store_i64(number), store_text(kind), store_text(text),
                              store_i64(book->now_us), store_text(book->actor.name))));
    char sha256[DIGEST_SIZE];
    digest_of(text, sha256);
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("note"), number);
    json_key_string(&detail.json, SLICE("sha256"), (Slice){sha256, DIGEST_SIZE});
    return case_trace(book, &row, "note", detail_end(&detail, book));
}

Status case_add_contact(struct book *book, int64_t clearance, int64_t id,
                        const struct case_contact *contact) {
    struct case_row row;
    struct detail detail;
    int64_t number;
    TRY(case_load_open(book, clearance, id, &row));
    TRY(case_text_check(book, "the role of a contact", contact->role, CASES_NAME_MAX));
    TRY(case_text_check(book, "the name of a contact", contact->name, CASES_NAME_MAX));
    TRY(case_text_check(book, "the organisation of a contact", contact->organisation,
                        CASE_TITLE_MAX));
    TRY(case_text_check(book, "how a contact is reached", contact->reach, CASE_TITLE_MAX));
    TRY(case_text_check(book, "a note on a contact", contact->note, CASE_TEXT_MAX));
    ENSURE(contact->name.size > 0 && contact->reach.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "a contact needs a name, and how to reach it"));
    TRY(case_next_number(book, &CONTACT_LAST, id, CONTACTS_MAX, &number));
    TRY(book_run(book, &CONTACT_ADD,
                 STORE_VALUES(store_i64(id), store_i64(number), store_text(contact->role),
                              store_text(contact->name), store_text(contact->organisation),
                              store_text(contact->reach), store_text(contact->note),
                              store_i64(book->now_us), store_text(book->actor.name))));
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("contact"), number);
    json_key_string(&detail.json, SLICE("role"), contact->role);
    return case_trace(book, &row, "contact", detail_end(&detail, book));
}

// What the police returned or froze comes after a case was closed, too.
Status case_enter(struct book *book, int64_t clearance, int64_t id, Slice kind, int64_t amount,
                  Slice document) {
    struct case_row row;
    struct detail detail;
    int64_t number;
    TRY(case_load(book, clearance, id, &row));
    TRY(case_word_check(book, CASE_LIST_ENTRY, "kind of an amount", kind));
    TRY(case_text_check(book, "the document", document, CASE_TITLE_MAX));
    ENSURE(amount > 0 && document.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "an amount is above 0, and has a document"));
    TRY(case_next_number(book, &ENTRY_LAST, id, ENTRIES_MAX, &number));
    TRY(book_run(book, &ENTRY_ADD,
                 STORE_VALUES(store_i64(id), store_i64(number), store_text(kind), store_i64(amount),
                              store_text(document), store_i64(book->now_us),
                              store_text(book->actor.name))));
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("kind"), kind);
    json_key_i64(&detail.json, SLICE("amount"), amount);
    json_key_string(&detail.json, SLICE("document"), document);
    return case_trace(book, &row, "amount", detail_end(&detail, book));
}

// ---- gaps --------------------------------------------------------------------------------------

Status case_add_gap(struct book *book, int64_t clearance, int64_t id, Slice text) {
    struct case_row row;
    struct detail detail;
    int64_t number;
    TRY(case_load(book, clearance, id, &row));
    TRY(case_text_check(book, "a gap", text, CASE_TEXT_MAX));
    ENSURE(text.size > 0, book_fail(book, STATUS_INVALID, "CA005", "a gap needs a text"));
    TRY(case_next_number(book, &GAP_LAST, id, GAPS_MAX, &number));
    TRY(book_run(book, &GAP_ADD,
                 STORE_VALUES(store_i64(id), store_i64(number), store_text(text),
                              store_i64(book->now_us), store_text(book->actor.name))));
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("gap"), number);
    return case_trace(book, &row, "gap", detail_end(&detail, book));
}

Status case_settle_gap(struct book *book, int64_t clearance, int64_t id, int64_t number,
                       Slice state, Slice model) {
    struct case_row row;
    struct detail detail;
    int64_t count = 0;
    TRY(case_load(book, clearance, id, &row));
    TRY(case_word_check(book, CASE_LIST_GAP, "state of a gap", state));
    TRY(case_text_check(book, "the model", model, CASES_NAME_MAX));
    ENSURE(!slice_is(state, "DONE") || model.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "a gap that is done names its model"));
    TRY(book_change(book, &GAP_SETTLE,
                    STORE_VALUES(store_i64(id), store_i64(number), store_text(state),
                                 store_text(model), store_i64(book->now_us),
                                 store_text(book->actor.name)),
                    &count));
    ENSURE(count > 0,
           book_fail(book, STATUS_NOT_FOUND, "CA013", "there is no gap %" PRId64, number));
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("gap"), number);
    json_key_string(&detail.json, SLICE("state"), state);
    json_key_string(&detail.json, SLICE("model"), model);
    return case_trace(book, &row, "gap", detail_end(&detail, book));
}

// ---- ties --------------------------------------------------------------------------------------

// Each of the two tells of it only to who may see the other.
Status case_relate(struct book *book, int64_t clearance, int64_t id, int64_t other, Slice kind,
                   Slice reason) {
    struct case_row rows[2];
    struct detail detail;
    TRY(case_load(book, clearance, id, &rows[0]));
    TRY(case_load(book, clearance, other, &rows[1]));
    TRY(case_word_check(book, CASE_LIST_RELATION, "relation of cases", kind));
    TRY(case_text_check(book, "the reason", reason, CASE_TITLE_MAX));
    ENSURE(id != other,
           book_fail(book, STATUS_INVALID, "CA005", "a case is related to another one"));
    TRY(book_run(book, &RELATE,
                 STORE_VALUES(store_i64(id < other ? id : other),
                              store_i64(id < other ? other : id), store_text(kind),
                              store_text(reason), store_i64(book->now_us),
                              store_text(book->actor.name))));
    for (int i = 0; i < 2; i++) {
        bool tells = slice_is(rows[1 - i].secrecy, "NORMAL") ||
                     slice_equal(rows[0].secrecy, rows[1].secrecy);
        detail_begin(&detail);
        json_key_string(&detail.json, SLICE("kind"), kind);
        json_key_string(&detail.json, SLICE("case"), tells ? rows[1 - i].number : SLICE(""));
        TRY(case_trace(book, &rows[i], "related", detail_end(&detail, book)));
    }
    return STATUS_OK;
}

Status case_refer(struct book *book, int64_t clearance, int64_t id, Slice kind, Slice reference) {
    struct case_row row;
    struct detail detail;
    int64_t count = 0;
    TRY(case_load(book, clearance, id, &row));
    TRY(case_word_check(book, CASE_LIST_REFERENCE, "kind of a reference", kind));
    TRY(case_text_check(book, "the reference", reference, CASES_NAME_MAX));
    ENSURE(reference.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "a reference is not empty"));
    if (slice_is(kind, "STR")) { // that there is one may not be known
        TRY(case_secrecy_check(book, &row, SLICE("AML")));
    }
    TRY(book_change(book, &REFER,
                    STORE_VALUES(store_i64(id), store_text(kind), store_text(reference),
                                 store_i64(book->now_us), store_text(book->actor.name)),
                    &count));
    if (count == 0) {
        return STATUS_OK;
    }
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("kind"), kind);
    json_key_string(&detail.json, SLICE("reference"), reference);
    return case_trace(book, &row, "reference", detail_end(&detail, book));
}

Status case_link(struct book *book, int64_t clearance, int64_t id, CaseLink link, int64_t object) {
    struct case_row row;
    struct detail detail;
    int64_t count = 0;
    const char *what = link == CASE_LINK_TASK ? "task" : "control";
    TRY(case_load_open(book, clearance, id, &row));
    TRY(book_change(book, link == CASE_LINK_TASK ? &LINK_TASK : &LINK_CONTROL,
                    STORE_VALUES(store_i64(object), store_i64(id), store_text(row.secrecy)),
                    &count));
    ENSURE(count > 0,
           book_fail(book, STATUS_NOT_FOUND, "CA013",
                     "there is no %s %" PRId64 " that may be linked to the case", what, object));
    detail_begin(&detail);
    json_key_i64(&detail.json, slice_of(what), object);
    return case_trace(book, &row, "linked", detail_end(&detail, book));
}

Status case_put_look_back(struct book *book, int64_t clearance, int64_t id,
                          const struct case_look_back *found) {
    struct case_row row;
    struct detail detail;
    TRY(case_load_open(book, clearance, id, &row));
    TRY(case_text_check(book, "the account", found->account, CASES_NAME_MAX));
    TRY(case_text_check(book, "the conclusion", found->conclusion, CASE_TEXT_MAX));
    TRY(case_text_check(book, "the unit", found->unit, CASE_TITLE_MAX));
    TRY(case_text_check(book, "the person", found->person, CASES_NAME_MAX));
    TRY(case_text_check(book, "the measures", found->measures, CASE_TEXT_MAX));
    ENSURE(found->account.size > 0 && found->conclusion.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "looking back names an account and concludes"));
    TRY(book_run(book, &LOOK_BACK,
                 STORE_VALUES(store_i64(id), store_text(found->account),
                              store_text(found->conclusion), store_text(found->unit),
                              store_text(found->person), store_text(found->measures),
                              store_i64(book->now_us), store_text(book->actor.name))));
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("account"), found->account);
    json_key_string(&detail.json, SLICE("conclusion"), found->conclusion);
    json_key_string(&detail.json, SLICE("unit"), found->unit);
    return case_trace(book, &row, "look_back", detail_end(&detail, book));
}
