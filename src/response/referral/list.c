// Referrals as JSON: one with all that belongs to it, and lists.

#include "response/referral/dossier.h"

#include <inttypes.h>

enum { ROWS_DEFAULT = 50, ROWS_MAX = 500 };

static const struct statement APPROVALS = {
    "referral_json_approvals", "SELECT round, step, person, at_us, note FROM referral_approval "
                               "WHERE referral = ?1 ORDER BY round, step"};
static const struct statement DATA = {
    "referral_json_data", "SELECT kind, object, field, value, absent, source, at_us, given_by FROM "
                          "referral_datum WHERE referral = ?1 ORDER BY kind, object, field"};
static const struct statement LINKS = {
    "referral_json_links",
    "SELECT l.other, l.kind, l.reason, l.at_us, l.made_by FROM referral_link l JOIN seen_referral "
    "r ON r.viewer = ?2 AND r.id = l.other WHERE l.referral = ?1 ORDER BY l.other"};
static const struct statement LINKED = {
    "referral_json_linked",
    "SELECT l.referral, l.kind, l.reason, l.at_us, l.made_by FROM referral_link l JOIN "
    "seen_referral r ON r.viewer = ?2 AND r.id = l.referral WHERE l.other = ?1 ORDER BY "
    "l.referral"};
static const struct statement ENCLOSURES = {
    "referral_json_enclosures", "SELECT attachment, title, at_us, made_by FROM referral_enclosure "
                                "WHERE referral = ?1 ORDER BY attachment"};
static const struct statement PACKAGES = {
    "referral_json_packages",
    "SELECT name, size, sha256, sm3, persons, movements, made_us, made_by FROM referral_package "
    "WHERE referral = ?1 ORDER BY number"};
static const struct statement MONEY = {
    "referral_json_money", "SELECT kind, account, document, amount, at_us FROM referral_money "
                           "WHERE referral = ?1 ORDER BY kind, at_us, account, document"};
static const struct statement LIST = {
    "referral_list",
    "SELECT id, case_id, lead, COALESCE(supplements, 0), secrecy, route, urgency, state, since_us, "
    "COALESCE(year, 0), COALESCE(number, 0), title, authority, steps, opened_us, opened_by, "
    "COALESCE(emergency_us, 0), COALESCE(sent_us, 0), COALESCE(received_us, 0), "
    "COALESCE(feedback_us, 0), police_case_no, (SELECT f.number FROM seen_case f WHERE f.viewer = "
    "?1 AND f.id = seen_referral.case_id) FROM seen_referral WHERE viewer = ?1 AND id < ?2 AND "
    "(?3 = '' OR state = ?3) AND (?4 = '' OR route = ?4) AND (?5 = '' OR police_case_no = ?5) AND "
    "(CAST(?6 AS BIGINT) = 0 OR case_id = ?6) AND (CAST(?7 AS BIGINT) = 0 OR lead = ?7) AND "
    "(CAST(?8 AS BIGINT) = 0 OR (state <> 'CLOSED' AND state <> 'RETURNED')) AND (CAST(?9 AS "
    "BIGINT) = 0 OR (sent_us < ?9 AND (feedback_us IS NULL OR feedback_us < ?9))) ORDER BY id DESC "
    "LIMIT ?10"};

static const struct statement CASE = {
    "referral_json_case", "SELECT number FROM seen_case WHERE viewer = ?1 AND id = ?2"};

// ---- one ----------------------------------------------------------------------------------------

static void put_words(struct json_writer *json, const char *key, ReferralWordList list,
                      Slice word) {
    const struct referral_word *found = referral_word_find(list, word);
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_string(json, SLICE("word"), word);
    put_text(json, SLICE("zh"), found == NULL ? SLICE("") : slice_of(found->zh));
    put_text(json, SLICE("en"), found == NULL ? SLICE("") : slice_of(found->en));
    json_object_end(json);
}

static void put_told(struct json_writer *json, const char *key, int64_t number) {
    json_key(json, slice_of(key));
    if (number == REFERRAL_NOT_TOLD) {
        json_null(json);
    } else {
        json_i64(json, number);
    }
}

static void put_moments(struct json_writer *json, const struct referral_row *row) {
    const struct {
        const char *key;
        int64_t at_us;
    } moments[] = {{"opened", row->opened_us},
                   {"approved", row->approved_us},
                   {"told_by_phone", row->emergency_us},
                   {"sent", row->sent_us},
                   {"received", row->received_us},
                   {"supplement_asked", row->supplement_us},
                   {"accepted", row->accepted_us},
                   {"returned", row->returned_us},
                   {"filed", row->filed_us},
                   {"arrests", row->arrests_us},
                   {"solved", row->solved_us},
                   {"prosecuted", row->prosecuted_us},
                   {"judged", row->judged_us},
                   {"funds_returned", row->funds_us},
                   {"closed", row->closed_us},
                   {"feedback", row->feedback_us}};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        put_moment(json, slice_of(moments[i].key), moments[i].at_us);
    }
}

static void put_outcome(struct json_writer *json, const struct referral_row *row) {
    put_text(json, SLICE("receipt"), row->receipt);
    put_text(json, SLICE("receiver"), row->receiver);
    put_text(json, SLICE("police_case_no"), row->police_case_no);
    put_told(json, "gangs", row->gangs);
    put_told(json, "arrested", row->arrested);
    put_told(json, "cards_seized", row->cards_seized);
    put_told(json, "amount_involved", row->amount_involved);
    put_told(json, "victims_helped", row->victims_helped);
    put_text(json, SLICE("feedback_doc"), row->feedback_doc);
    put_text(json, SLICE("reward"), row->reward);
    put_text(json, SLICE("lessons"), row->lessons);
}

static void put_row(struct json_writer *json, const struct referral_row *row, const Slice *fields) {
    json_key_i64(json, SLICE("referral"), row->id);
    json_key_i64(json, SLICE("case"), row->case_id);
    json_key_i64(json, SLICE("lead"), row->lead);
    put_number(json, SLICE("supplements"), row->supplements);
    json_key_string(json, SLICE("secrecy"), row->secrecy);
    put_words(json, "state", REFERRAL_LIST_STATE, row->state);
    put_moment(json, SLICE("since"), row->since_us);
    json_key_string(json, SLICE("opened_by"), row->opened_by);
    put_number(json, SLICE("year"), row->year);
    put_number(json, SLICE("number"), row->number);
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        put_text(json, slice_of(referral_fields[i].name), fields[i]);
    }
    put_number(json, SLICE("picture"), row->picture);
    json_key_i64(json, SLICE("round"), row->round);
    json_key_i64(json, SLICE("steps"), row->steps);
    put_text(json, SLICE("called"), row->called);
    put_moments(json, row);
    put_outcome(json, row);
}

static Status put_approvals(struct book *book, int64_t id, struct json_writer *json) {
    static const char *const steps[] = {"", "ANALYST", "DEPARTMENT", "COMPLIANCE"};
    Status status;
    TRY(book_ask(book, &APPROVALS, STORE_VALUES(store_i64(id))));
    json_key(json, SLICE("approvals"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("round"), book_i64(book, 0));
        json_key_string(json, SLICE("step"), slice_of(steps[book_i64(book, 1) & 3]));
        json_key_string(json, SLICE("person"), store_column_text(book->store, 2));
        put_moment(json, SLICE("at"), book_i64(book, 3));
        put_text(json, SLICE("note"), store_column_text(book->store, 4));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// `is_masked`: values by their masks, and objects, which are customers and accounts, as well.
static Status put_data(struct book *book, int64_t id, bool is_masked, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &DATA, STORE_VALUES(store_i64(id))));
    json_key(json, SLICE("data"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        Datum what = DATUM_COUNT;
        Slice kind = book_text(book, 0), object = book_text(book, 1), field = book_text(book, 2);
        Slice value = book_text(book, 3), absent = book_text(book, 4);
        bool is_known = datum_parse(kind, field, &what);
        int mask = is_known ? datum_texts[what].mask : MASK_ALL;
        if (is_masked) {
            object = mask_copy(MASK_ACCOUNT, object, book->arena);
            absent = mask_copy(MASK_ALL, absent, book->arena);
            value = mask == MASK_NONE ? value : mask_copy((MaskKind)mask, value, book->arena);
        }
        json_object_begin(json);
        json_key_string(json, SLICE("kind"), kind);
        put_text(json, SLICE("object"), object);
        json_key_string(json, SLICE("field"), field);
        put_text(json, SLICE("value"), value);
        put_text(json, SLICE("absent"), absent);
        put_text(json, SLICE("source"), store_column_text(book->store, 5));
        put_moment(json, SLICE("at"), book_i64(book, 6));
        json_key_string(json, SLICE("given_by"), store_column_text(book->store, 7));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_links(struct book *book, const struct statement *statement, int64_t id,
                        int64_t clearance, const char *key, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, statement, STORE_VALUES(store_i64(id), store_i64(clearance))));
    json_key(json, slice_of(key));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("referral"), book_i64(book, 0));
        put_words(json, "kind", REFERRAL_LIST_LINK, store_column_text(book->store, 1));
        put_text(json, SLICE("reason"), store_column_text(book->store, 2));
        put_moment(json, SLICE("at"), book_i64(book, 3));
        json_key_string(json, SLICE("made_by"), store_column_text(book->store, 4));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_enclosures(struct book *book, int64_t id, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &ENCLOSURES, STORE_VALUES(store_i64(id))));
    json_key(json, SLICE("enclosures"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("attachment"), book_i64(book, 0));
        json_key_string(json, SLICE("title"), store_column_text(book->store, 1));
        put_moment(json, SLICE("at"), book_i64(book, 2));
        json_key_string(json, SLICE("made_by"), store_column_text(book->store, 3));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_packages(struct book *book, int64_t id, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &PACKAGES, STORE_VALUES(store_i64(id))));
    json_key(json, SLICE("packages"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_string(json, SLICE("name"), store_column_text(book->store, 0));
        json_key_i64(json, SLICE("bytes"), book_i64(book, 1));
        json_key_string(json, SLICE("sha256"), store_column_text(book->store, 2));
        json_key_string(json, SLICE("sm3"), store_column_text(book->store, 3));
        json_key_i64(json, SLICE("persons"), book_i64(book, 4));
        json_key_i64(json, SLICE("rows"), book_i64(book, 5));
        put_moment(json, SLICE("made"), book_i64(book, 6));
        json_key_string(json, SLICE("made_by"), store_column_text(book->store, 7));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// The sums are those of its rows: 10.2 calls them amount_seized, amount_frozen, amount_returned.
static Status put_money(struct book *book, int64_t id, struct json_writer *json) {
    static const struct {
        const char *kind, *key;
    } sums[] = {
        {"SEIZED", "amount_seized"}, {"FROZEN", "amount_frozen"}, {"RETURNED", "amount_returned"}};
    int64_t amounts[3] = {0};
    Status status;
    TRY(book_ask(book, &MONEY, STORE_VALUES(store_i64(id))));
    json_key(json, SLICE("money"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        Slice kind = store_column_text(book->store, 0);
        for (int i = 0; i < 3; i++) {
            bool overflows = slice_is(kind, sums[i].kind) &&
                             __builtin_add_overflow(amounts[i], book_i64(book, 3), &amounts[i]);
            INVARIANT(!overflows);
        }
        json_object_begin(json);
        json_key_string(json, SLICE("kind"), kind);
        put_text(json, SLICE("account"), store_column_text(book->store, 1));
        json_key_string(json, SLICE("document"), store_column_text(book->store, 2));
        json_key_i64(json, SLICE("amount"), book_i64(book, 3));
        put_moment(json, SLICE("at"), book_i64(book, 4));
        json_object_end(json);
    }
    json_array_end(json);
    for (int i = 0; i < 3; i++) {
        json_key_i64(json, slice_of(sums[i].key), amounts[i]);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// Texts of people may name anybody: with masks only those are shown whose dossier can be read.
static Status fields_of(struct book *book, const struct referral_office *office,
                        const struct referral_row *row, bool is_masked,
                        Slice ret_fields[static REFERRAL_FIELD_COUNT]) {
    struct dossier dossier;
    memcpy(ret_fields, row->fields, sizeof row->fields);
    if (!is_masked) {
        return STATUS_OK;
    }
    TRY(dossier_read(book, office, row, &dossier));
    dossier_mask(&dossier, book->arena);
    memcpy(ret_fields, dossier.fields, sizeof dossier.fields);
    return STATUS_OK;
}

// By which people know the case.
static Status put_case_number(struct book *book, int64_t clearance, int64_t id,
                              struct json_writer *json) {
    Status status = book_one(book, &CASE, STORE_VALUES(store_i64(clearance), store_i64(id)));
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    put_text(json, SLICE("case_number"),
             status == STATUS_OK ? store_column_text(book->store, 0) : SLICE(""));
    return STATUS_OK;
}

Status referral_put_json(struct book *book, int64_t clearance, const struct referral_office *office,
                         int64_t id, bool is_masked, struct json_writer *json) {
    struct referral_row row;
    Slice fields[REFERRAL_FIELD_COUNT];
    TRY(lead_load(book, clearance, id, &row));
    TRY(fields_of(book, office, &row, is_masked, fields));
    json_object_begin(json);
    put_row(json, &row, fields);
    TRY(put_case_number(book, clearance, row.case_id, json));
    TRY(put_approvals(book, id, json));
    TRY(put_data(book, id, is_masked, json));
    TRY(put_links(book, &LINKS, id, clearance, "links", json));
    TRY(put_links(book, &LINKED, id, clearance, "linked_from", json));
    TRY(put_enclosures(book, id, json));
    TRY(put_packages(book, id, json));
    TRY(put_money(book, id, json));
    json_object_end(json);
    return STATUS_OK;
}

// ---- lists --------------------------------------------------------------------------------------

static void put_listed(struct book *book, struct json_writer *json) {
    json_object_begin(json);
    json_key_i64(json, SLICE("referral"), book_i64(book, 0));
    json_key_i64(json, SLICE("case"), book_i64(book, 1));
    json_key_i64(json, SLICE("lead"), book_i64(book, 2));
    put_number(json, SLICE("supplements"), book_i64(book, 3));
    json_key_string(json, SLICE("secrecy"), store_column_text(book->store, 4));
    json_key_string(json, SLICE("route"), store_column_text(book->store, 5));
    json_key_string(json, SLICE("urgency"), store_column_text(book->store, 6));
    put_words(json, "state", REFERRAL_LIST_STATE, store_column_text(book->store, 7));
    put_moment(json, SLICE("since"), book_i64(book, 8));
    put_number(json, SLICE("year"), book_i64(book, 9));
    put_number(json, SLICE("number"), book_i64(book, 10));
    put_text(json, SLICE("title"), store_column_text(book->store, 11));
    put_text(json, SLICE("authority"), store_column_text(book->store, 12));
    json_key_i64(json, SLICE("steps"), book_i64(book, 13));
    put_moment(json, SLICE("opened"), book_i64(book, 14));
    json_key_string(json, SLICE("opened_by"), store_column_text(book->store, 15));
    put_moment(json, SLICE("told_by_phone"), book_i64(book, 16));
    put_moment(json, SLICE("sent"), book_i64(book, 17));
    put_moment(json, SLICE("received"), book_i64(book, 18));
    put_moment(json, SLICE("feedback"), book_i64(book, 19));
    put_text(json, SLICE("police_case_no"), store_column_text(book->store, 20));
    put_text(json, SLICE("case_number"), store_column_text(book->store, 21));
    json_object_end(json);
}

Status referrals_put_json(struct book *book, int64_t clearance,
                          const struct referral_filter *filter, struct json_writer *json) {
    int64_t before = filter->before_id == 0 ? INT64_MAX : filter->before_id;
    int64_t rows = filter->rows_max == 0         ? ROWS_DEFAULT
                   : filter->rows_max > ROWS_MAX ? ROWS_MAX
                                                 : filter->rows_max;
    Status status;
    TRY(book_ask(book, &LIST,
                 STORE_VALUES(store_i64(clearance), store_i64(before), store_text(filter->state),
                              store_text(filter->route), store_text(filter->police_case_no),
                              store_i64(filter->case_id), store_i64(filter->lead),
                              store_i64(filter->only_open), store_i64(filter->unheard_since_us),
                              store_i64(rows))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        put_listed(book, json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}
