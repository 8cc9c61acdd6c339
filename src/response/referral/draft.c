// Drafts: opened from a case, written, given a picture, enclosures and links; and dropped.

#include "response/referral/row.h"

#include "base/utf8.h"

#include <inttypes.h>

static const struct statement CASE = {
    "draft_case", "SELECT secrecy, state, number FROM seen_case WHERE viewer = ?1 AND id = ?2"};
// clang-format off
static const struct statement ADD = {
    "referral_add",
    "INSERT INTO referral (id, case_id, lead, supplements, secrecy, route, urgency, state, since_us, "
    "opened_us, opened_by, title, authority, officer, basis, contact_a, contact_b, fact, analysis, "
    "structure, next_step, recommendation, confidence, unknowns, round, steps, content, called, "
    "receipt, receiver, police_case_no, feedback_doc, reward, lessons, told) VALUES (?1, ?2, ?3, ?4, "
    "?5, ?6, ?7, 'DRAFT', ?8, ?8, ?9, '', ?10, '', ?11, ?12, ?13, '', '', '', '', '', '', '', 1, 0, "
    "'', '', '', '', '', '', '', '', 0)"};
static const struct statement SET[REFERRAL_FIELD_COUNT] = {
#define FIELD(name, column, bytes, part, demanded, zh, en) \
    {"referral_set_" column, "UPDATE referral SET " column " = ?2 WHERE id = ?1"},
#include "response/referral/fields.def"
#undef FIELD
};
// clang-format on
static const struct statement SET_PICTURE = {"referral_set_picture",
                                             "UPDATE referral SET picture = ?2 WHERE id = ?1"};
static const struct statement ENCLOSABLE = {
    "referral_enclosable", "SELECT COUNT(*) FROM case_attachment WHERE case_id = ?1 AND id = ?2 "
                           "AND withdrawn_us IS NULL"};
static const struct statement ENCLOSED = {
    "referral_enclosed", "SELECT COUNT(*) FROM referral_enclosure WHERE referral = ?1"};
static const struct statement ENCLOSE = {
    "referral_enclosure_put",
    "INSERT INTO referral_enclosure (referral, attachment, title, at_us, made_by) VALUES (?1, ?2, "
    "?3, ?4, ?5) ON CONFLICT (referral, attachment) DO UPDATE SET title = excluded.title, at_us = "
    "excluded.at_us, made_by = excluded.made_by"};
static const struct statement TAKE_OUT = {
    "referral_enclosure_take_out",
    "DELETE FROM referral_enclosure WHERE referral = ?1 AND attachment = ?2"};
static const struct statement LINK = {
    "referral_link_put",
    "INSERT INTO referral_link (referral, other, kind, reason, at_us, made_by) VALUES (?1, ?2, ?3, "
    "?4, ?5, ?6) ON CONFLICT (referral, other) DO UPDATE SET kind = excluded.kind, reason = "
    "excluded.reason, at_us = excluded.at_us, made_by = excluded.made_by"};
static const struct statement CLOSE = {"referral_close",
                                       "UPDATE referral SET closed_us = ?2 WHERE id = ?1"};

// By which a bank may hand over what it found, by route: see docs/referral.md for the sources.
static const char *const bases[] = {
    "《中华人民共和国反电信网络诈骗法》第十八条、第三十条第三款和《中华人民共和国刑事诉讼法》第一"
    "百一十条第一款",
    "《中华人民共和国反洗钱法》第十一条第一款和《中华人民共和国刑事诉讼法》第一百一十条第一款"};

static Slice or_default(Slice text, Slice otherwise) {
    return slice_empty(text) ? otherwise : text;
}

// ---- opening ----------------------------------------------------------------------------------

static Status check_plan(struct book *book, const struct referral_plan *plan) {
    TRY(word_check(book, REFERRAL_LIST_URGENCY, "urgency",
                   or_default(plan->urgency, SLICE("NORMAL"))));
    const ReferralField fields[] = {REFERRAL_FIELD_AUTHORITY, REFERRAL_FIELD_BASIS,
                                    REFERRAL_FIELD_CONTACT_A, REFERRAL_FIELD_CONTACT_B};
    const Slice values[] = {plan->authority, plan->basis, plan->contact_a, plan->contact_b};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct referral_field_text *field = &referral_fields[fields[i]];
        TRY(text_check(book, field->en, values[i], field->size_max));
    }
    return STATUS_OK;
}

static Status read_case(struct book *book, int64_t clearance, int64_t case_id, Slice *ret_secrecy) {
    Status status = book_one(book, &CASE, STORE_VALUES(store_i64(clearance), store_i64(case_id)));
    ENSURE(status != STATUS_NOT_FOUND,
           book_fail(book, status, "RF001", "there is no case %" PRId64, case_id));
    TRY(status);
    *ret_secrecy = book_text(book, 0);
    Slice state = book_text(book, 1);
    ENSURE(!slice_is(state, "CLOSED"),
           book_fail(book, STATUS_INVALID, "RF005",
                     "the case is closed: reopen it before something is referred from it"));
    return STATUS_OK;
}

// The lead is that of the referral that this one adds to, which was sent, of the same case's
// secrecy.
static Status find_lead(struct book *book, int64_t clearance, const struct referral_plan *plan,
                        struct referral_row *row) {
    struct referral_row first;
    row->lead = row->id;
    row->supplements = plan->supplements;
    if (plan->supplements == 0) {
        return STATUS_OK;
    }
    TRY(lead_load(book, clearance, plan->supplements, &first));
    ENSURE(first.sent_us != 0,
           book_fail(book, STATUS_INVALID, "RF005",
                     "what was not sent yet is changed itself, and not supplemented"));
    row->lead = first.lead;
    return STATUS_OK;
}

static Status describe_opening(struct book *book, const struct referral_row *row,
                               const struct referral_plan *plan, Slice *ret_detail) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("case"), plan->case_id);
    put_number(json, SLICE("supplements"), plan->supplements);
    json_key_string(json, SLICE("route"), row->fields[REFERRAL_FIELD_ROUTE]);
    json_key_string(json, SLICE("urgency"), row->fields[REFERRAL_FIELD_URGENCY]);
    json_object_end(json);
    return rendering_end(&out, book, ret_detail);
}

static Status link_them(struct book *book, int64_t id, int64_t other, Slice kind, Slice reason) {
    return book_run(book, &LINK,
                    STORE_VALUES(store_i64(id), store_i64(other), store_text(kind),
                                 store_text(reason), store_i64(book->now_us),
                                 store_text(book->actor.name)));
}

Status referral_open(struct book *book, int64_t clearance, const struct referral_office *office,
                     const struct referral_plan *plan, int64_t *ret_id) {
    struct referral_row row = {.state = SLICE("DRAFT"), .case_id = plan->case_id};
    Slice detail;
    TRY(check_plan(book, plan));
    TRY(read_case(book, clearance, plan->case_id, &row.secrecy));
    bool is_aml = slice_is(row.secrecy, "AML");
    Slice route = or_default(plan->route, is_aml ? SLICE("AML") : SLICE("FRAUD"));
    TRY(word_check(book, REFERRAL_LIST_ROUTE, "route", route));
    row.fields[REFERRAL_FIELD_ROUTE] = route;
    row.fields[REFERRAL_FIELD_URGENCY] = or_default(plan->urgency, SLICE("NORMAL"));
    TRY(book_count_up(book, SLICE("referral"), &row.id));
    TRY(find_lead(book, clearance, plan, &row));
    Slice basis = or_default(plan->basis, slice_of(bases[slice_is(route, "AML")]));
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(row.id), store_i64(plan->case_id), store_i64(row.lead),
                              store_number(plan->supplements), store_text(row.secrecy),
                              store_text(route), store_text(row.fields[REFERRAL_FIELD_URGENCY]),
                              store_i64(book->now_us), store_text(book->actor.name),
                              store_text(plan->authority), store_text(basis),
                              store_text(plan->contact_a), store_text(plan->contact_b))));
    if (plan->supplements != 0) {
        TRY(link_them(book, row.id, plan->supplements, SLICE("SUPPLEMENT"), SLICE("")));
    }
    TRY(describe_opening(book, &row, plan, &detail));
    *ret_id = row.id;
    return book_trace(book, &(struct trace){.object_kind = "referral",
                                            .object = row.id,
                                            .from = SLICE(""),
                                            .to = row.state,
                                            .reason = SLICE("opened"),
                                            .detail = detail});
}

// ---- fields -----------------------------------------------------------------------------------

static Status check_value(struct book *book, ReferralField field, Slice value) {
    TRY(text_check(book, referral_fields[field].en, value, referral_fields[field].size_max));
    switch (field) {
    case REFERRAL_FIELD_URGENCY:
        return word_check(book, REFERRAL_LIST_URGENCY, "urgency", value);
    case REFERRAL_FIELD_ROUTE:
        return word_check(book, REFERRAL_LIST_ROUTE, "route", value);
    case REFERRAL_FIELD_CONFIDENCE:
        return word_check(book, REFERRAL_LIST_CONFIDENCE, "confidence", value);
    default:
        return STATUS_OK;
    }
}

// Long texts are not repeated in the trace: it says which field, and how long it is.
Status referral_edit(struct book *book, int64_t clearance, int64_t id, ReferralField field,
                     Slice value) {
    enum { SHOWN_MAX = 300 };
    struct referral_row row;
    struct rendering out;
    Slice detail;
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(check_value(book, field, value));
    TRY(book_run(book, &SET[field], STORE_VALUES(store_i64(id), store_text(value))));
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("field"), slice_of(referral_fields[field].name));
    json_key_i64(json, SLICE("letters"), (int64_t)utf8_count(value));
    if (value.size <= SHOWN_MAX) {
        json_key_string(json, SLICE("value"), value);
    }
    json_object_end(json);
    TRY(rendering_end(&out, book, &detail));
    return lead_trace(book, &row, "edited", detail);
}

// ---- picture, enclosures, links ---------------------------------------------------------------

Status referral_draw(struct book *book, int64_t clearance, int64_t id,
                     const struct flow_options *options, struct flow_result *ret) {
    static const struct statement RESULT = {
        "draft_drawn", "SELECT traced, still_here, outside, not_followed FROM case_picture WHERE "
                       "case_id = ?1 AND number = ?2"};
    struct referral_row row;
    int64_t number;
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(flow_keep(book, clearance, row.case_id, options, &number));
    TRY(book_run(book, &SET_PICTURE, STORE_VALUES(store_i64(id), store_i64(number))));
    TRY(book_one(book, &RESULT, STORE_VALUES(store_i64(row.case_id), store_i64(number))));
    if (ret != NULL) {
        *ret = (struct flow_result){.traced = book_i64(book, 0),
                                    .still_here = book_i64(book, 1),
                                    .outside = book_i64(book, 2),
                                    .not_followed = book_i64(book, 3)};
    }
    return lead_trace(book, &row, "drawn",
                      arena_printf(book->arena, "{\"picture\":%" PRId64 "}", number));
}

static Status check_enclosure(struct book *book, const struct referral_row *row, int64_t attachment,
                              Slice title) {
    int64_t is_there = 0, count = 0;
    TRY(text_check(book, "the title of an enclosure", title, CASE_TITLE_MAX));
    TRY(book_number(book, &ENCLOSABLE, STORE_VALUES(store_i64(row->case_id), store_i64(attachment)),
                    &is_there));
    ENSURE(is_there > 0, book_fail(book, STATUS_NOT_FOUND, "RF007",
                                   "the case has no such attachment, or it was withdrawn"));
    TRY(book_number(book, &ENCLOSED, STORE_VALUES(store_i64(row->id)), &count));
    ENSURE(
        count < REFERRAL_ENCLOSURES_MAX,
        book_fail(book, STATUS_LIMIT, "RF003", "at most %d enclosures", REFERRAL_ENCLOSURES_MAX));
    return STATUS_OK;
}

Status referral_enclose(struct book *book, int64_t clearance, int64_t id, int64_t attachment,
                        Slice title) {
    struct referral_row row;
    TRY(lead_load_draft(book, clearance, id, &row));
    if (slice_empty(title)) {
        TRY(book_run(book, &TAKE_OUT, STORE_VALUES(store_i64(id), store_i64(attachment))));
    } else {
        TRY(check_enclosure(book, &row, attachment, title));
        TRY(book_run(book, &ENCLOSE,
                     STORE_VALUES(store_i64(id), store_i64(attachment), store_text(title),
                                  store_i64(book->now_us), store_text(book->actor.name))));
    }
    return lead_trace(book, &row, slice_empty(title) ? "enclosure taken out" : "enclosed",
                      arena_printf(book->arena, "{\"attachment\":%" PRId64 "}", attachment));
}

Status referral_link(struct book *book, int64_t clearance, int64_t id, int64_t other, Slice kind,
                     Slice reason) {
    struct referral_row row, seen;
    struct rendering out;
    Slice detail;
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(lead_load(book, row_clearance(&row) & clearance, other, &seen));
    TRY(word_check(book, REFERRAL_LIST_LINK, "link", kind));
    TRY(text_check(book, "the reason", reason, REFERRAL_TEXT_MAX));
    ENSURE(other != id, book_fail(book, STATUS_INVALID, "RF007", "a referral is its own already"));
    TRY(link_them(book, id, other, kind, reason));
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("other"), other);
    json_key_string(json, SLICE("kind"), kind);
    put_text(json, SLICE("reason"), reason);
    json_object_end(json);
    TRY(rendering_end(&out, book, &detail));
    return lead_trace(book, &row, "linked", detail);
}

Status referral_drop(struct book *book, int64_t clearance, int64_t id, Slice reason) {
    struct referral_row row;
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(text_check(book, "the reason", reason, REFERRAL_TEXT_MAX));
    ENSURE(!slice_empty(reason),
           book_fail(book, STATUS_INVALID, "RF005", "say why it will not be sent"));
    TRY(book_run(book, &CLOSE, STORE_VALUES(store_i64(id), store_i64(book->now_us))));
    TRY(lead_move(book, &row, "CLOSED", reason, SLICE("")));
    return book_timer_clear(book, TIMER_REFERRAL, id);
}
