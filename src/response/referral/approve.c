// Approvals: three persons, each another one, of one and the same content.

#include "response/referral/gate.h"

#include "base/time.h"

#include <inttypes.h>

static const struct statement APPROVED_BY = {
    "approval_by", "SELECT step FROM referral_approval WHERE referral = ?1 AND round = ?2 AND "
                   "person = ?3"};
static const struct statement ADD = {
    "approval_add", "INSERT INTO referral_approval (referral, round, step, person, at_us, note, "
                    "content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
static const struct statement STEP = {"approval_step",
                                      "UPDATE referral SET steps = ?2, content = ?3 WHERE id = ?1"};
static const struct statement NUMBER = {
    "approval_number",
    "UPDATE referral SET year = ?2, number = ?3, approved_us = ?4 WHERE id = ?1"};
static const struct statement RETURN = {
    "approval_return",
    "UPDATE referral SET steps = 0, round = round + 1, content = '', approved_us = NULL WHERE id = "
    "?1"};
static const struct statement NAME = {
    "named_add", "INSERT INTO referral_named (referral, kind, name) VALUES (?1, ?2, ?3) ON "
                 "CONFLICT (referral, kind, name) DO NOTHING"};
static const struct statement UNNAME = {"named_take_out",
                                        "DELETE FROM referral_named WHERE referral = ?1"};

enum { STEP_ANALYST = 1, STEP_COMPLIANCE = 3 };

static int64_t step_of(Slice word) {
    int64_t step = 0;
    for (uint32_t i = 0; i < referral_word_count; i++) {
        step += referral_words[i].list == REFERRAL_LIST_STEP;
        if (referral_words[i].list == REFERRAL_LIST_STEP &&
            slice_is(word, referral_words[i].word)) {
            return step;
        }
    }
    return 0;
}

// ---- who ----------------------------------------------------------------------------------------

static Status check_person(struct book *book, const struct referral_row *row) {
    ENSURE(book->actor.kind == ACTOR_KIND_PERSON && !slice_empty(book->actor.name),
           book_fail(book, STATUS_INVALID, "RF011", "a referral is approved by persons"));
    Status status = book_one(
        book, &APPROVED_BY,
        STORE_VALUES(store_i64(row->id), store_i64(row->round), store_text(book->actor.name)));
    ENSURE(status != STATUS_OK,
           book_fail(book, STATUS_INVALID, "RF011",
                     "%.*s has approved it already: each step is another person's",
                     SLICE_ARGS(book->actor.name)));
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status check_step(struct book *book, const struct referral_row *row, Slice word,
                         int64_t *ret_step) {
    TRY(word_check(book, REFERRAL_LIST_STEP, "step", word));
    int64_t step = step_of(word);
    ENSURE(row_is(row, "DRAFT"),
           book_fail(book, STATUS_INVALID, "RF012", "it is not a draft that waits to be approved"));
    ENSURE(step == row->steps + 1,
           book_fail(book, STATUS_INVALID, "RF012",
                     "step %" PRId64 " of 3 is next, and not step %" PRId64, row->steps + 1, step));
    *ret_step = step;
    return check_person(book, row);
}

// ---- what ---------------------------------------------------------------------------------------

static Status check_gate(struct book *book, const struct dossier *dossier) {
    struct referral_findings findings;
    TRY(gate_check(book, dossier, &findings));
    if (findings.count == 0) {
        return STATUS_OK;
    }
    const struct referral_finding *first = &findings.at[0];
    Status status = book_fail(
        book, STATUS_INVALID, "RF010", "the gate finds %u%s, first in part %u: %.*s",
        findings.count, findings.is_cut ? " and more" : "", first->part, SLICE_ARGS(first->en));
    book->diag->hint = first->mend_en;
    return status;
}

Status approval_check_content(struct book *book, const struct referral_row *row,
                              const struct dossier *dossier, char ret_content[static 65]) {
    TRY(dossier_digest(book, dossier, ret_content));
    if (slice_is(row->content, ret_content)) {
        return STATUS_OK;
    }
    Status status =
        book_fail(book, STATUS_INVALID, "RF020",
                  "what referral %" PRId64 " says has changed since it was approved", row->id);
    book->diag->hint = SLICE("return it, look at it, and have it approved again");
    return status;
}

// ---- whom it names ------------------------------------------------------------------------------

static Status name_one(struct book *book, int64_t id, const char *kind, Slice name) {
    return book_run(book, &NAME,
                    STORE_VALUES(store_i64(id), store_text(slice_of(kind)), store_text(name)));
}

// Those who are suspected: that two referrals have a victim in common makes them no duplicates.
static Status name_all(struct book *book, const struct dossier *dossier) {
    int64_t id = dossier->row->id;
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        if (!dossier->parties.at[i].is_victim) {
            TRY(name_one(book, id, "PARTY", dossier->parties.at[i].key));
        }
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        if (!dossier->accounts.at[i].is_victim) {
            TRY(name_one(book, id, "ACCOUNT", dossier->accounts.at[i].account));
        }
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (slice_is(other->kind, "OUTSIDE") && !slice_is(other->role, "VICTIM")) {
            TRY(name_one(book, id, "OUTSIDE", other->name));
        }
    }
    return STATUS_OK;
}

// ---- the steps ----------------------------------------------------------------------------------

// The number is given with the last approval, once: one that is returned and approved again keeps
// it. So the numbers of a year have no gap.
static Status give_number(struct book *book, const struct referral_office *office,
                          struct referral_row *row) {
    if (row->number == 0) {
        row->year = civil_from_time(book->now_us, office->terms->zone_us).year;
        TRY(book_count_up(book, arena_printf(book->arena, "referral %" PRId64, row->year),
                          &row->number));
    }
    row->approved_us = book->now_us;
    return book_run(book, &NUMBER,
                    STORE_VALUES(store_i64(row->id), store_i64(row->year), store_i64(row->number),
                                 store_i64(row->approved_us)));
}

static Status describe(struct book *book, const struct referral_row *row, Slice step, Slice note,
                       const char *content, Slice *ret_detail) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("step"), step);
    json_key_i64(json, SLICE("round"), row->round);
    json_key_string(json, SLICE("content"), slice_of(content));
    put_text(json, SLICE("note"), note);
    put_number(json, SLICE("year"), row->year);
    put_number(json, SLICE("number"), row->number);
    json_object_end(json);
    return rendering_end(&out, book, ret_detail);
}

static Status keep_step(struct book *book, const struct referral_row *row, int64_t step, Slice note,
                        const char *content) {
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(row->id), store_i64(row->round), store_i64(step),
                              store_text(book->actor.name), store_i64(book->now_us),
                              store_text(note), store_text(slice_of(content)))));
    return book_run(
        book, &STEP,
        STORE_VALUES(store_i64(row->id), store_i64(step), store_text(slice_of(content))));
}

Status referral_approve(struct book *book, int64_t clearance, const struct referral_office *office,
                        int64_t id, Slice step, Slice note) {
    struct referral_row row;
    struct dossier dossier;
    char content[65];
    int64_t number = 0;
    Slice detail;
    TRY(lead_load(book, clearance, id, &row));
    TRY(text_check(book, "the note", note, REFERRAL_TEXT_MAX));
    TRY(check_step(book, &row, step, &number));
    TRY(dossier_read(book, office, &row, &dossier));
    TRY(check_gate(book, &dossier));
    if (number == STEP_ANALYST) {
        TRY(dossier_digest(book, &dossier, content));
        TRY(name_all(book, &dossier));
    } else {
        TRY(approval_check_content(book, &row, &dossier, content));
    }
    TRY(keep_step(book, &row, number, note, content));
    if (number < STEP_COMPLIANCE) {
        TRY(describe(book, &row, step, note, content, &detail));
        return lead_trace(book, &row, "approved", detail);
    }
    TRY(give_number(book, office, &row));
    TRY(describe(book, &row, step, note, content, &detail));
    return lead_move(book, &row, "APPROVED", SLICE("approved"), detail);
}

Status referral_return(struct book *book, int64_t clearance, int64_t id, Slice reason) {
    struct referral_row row;
    TRY(lead_load(book, clearance, id, &row));
    TRY(text_check(book, "the reason", reason, REFERRAL_TEXT_MAX));
    ENSURE(!slice_empty(reason),
           book_fail(book, STATUS_INVALID, "RF005", "say what has to be changed"));
    bool is_draft = row_is(&row, "DRAFT");
    ENSURE(row_is(&row, "APPROVED") || (is_draft && row.steps > 0),
           book_fail(book, STATUS_INVALID, "RF004", "nobody has approved it, or it was sent"));
    TRY(book_run(book, &RETURN, STORE_VALUES(store_i64(id))));
    TRY(book_run(book, &UNNAME, STORE_VALUES(store_i64(id))));
    if (!is_draft) {
        return lead_move(book, &row, "DRAFT", reason, SLICE(""));
    }
    struct rendering out;
    Slice detail;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("reason"), reason);
    json_object_end(json);
    TRY(rendering_end(&out, book, &detail));
    return lead_trace(book, &row, "returned", detail);
}
