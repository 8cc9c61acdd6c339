// What no event tells, put in by people or by the bank's systems that were asked for it.

#include "response/referral/gate.h"

#include "base/money.h"

#include <inttypes.h>

static const struct statement PUT = {
    "referral_datum_put",
    "INSERT INTO referral_datum (referral, kind, object, field, value, absent, source, at_us, "
    "given_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (referral, kind, object, "
    "field) DO UPDATE SET value = excluded.value, absent = excluded.absent, source = "
    "excluded.source, at_us = excluded.at_us, given_by = excluded.given_by"};

// ---- data -------------------------------------------------------------------------------------

static bool is_counterparty(const struct dossier *dossier, Slice key) {
    uint32_t other = map_get(&dossier->other_at, key);
    return map_get(&dossier->counterparty_at, key) != MAP_NONE ||
           (other != MAP_NONE && slice_equal(dossier->others.at[other].key, key));
}

// Of whom something may be kept: nobody who is not in the dossier.
static bool is_in(const struct dossier *dossier, Datum what, Slice object) {
    const char *kind = datum_texts[what].kind;
    return strcmp(kind, "PARTY") == 0          ? dossier_party_of(dossier, object) != NULL
           : strcmp(kind, "ACCOUNT") == 0      ? dossier_account_of(dossier, object) != NULL
           : strcmp(kind, "COUNTERPARTY") == 0 ? is_counterparty(dossier, object)
                                               : slice_empty(object);
}

static Status check_form(struct book *book, Datum what, Slice value) {
    int64_t number = 0;
    DatumForm form = datum_texts[what].form;
    if (form == DATUM_TEXT || slice_empty(value)) {
        return STATUS_OK;
    }
    bool is_number = slice_to_i64(value, &number);
    bool is_right = form == DATUM_MONEY ? number >= -MONEY_MAX && number <= MONEY_MAX : number > 0;
    ENSURE(is_number && is_right,
           book_fail(book, STATUS_INVALID, "RF030", "%s is %s, in digits", datum_texts[what].en,
                     form == DATUM_MONEY ? "an amount in fen" : "microseconds since 1970"));
    return STATUS_OK;
}

static Status put_one(struct book *book, const struct dossier *dossier,
                      const struct referral_datum *datum) {
    Datum what;
    TRY(word_check(book, REFERRAL_LIST_DATUM, "kind of object", datum->kind));
    ENSURE(datum_parse(datum->kind, datum->field, &what),
           book_fail(book, STATUS_INVALID, "RF002", "nothing is called '%.*s' of a %.*s",
                     SLICE_ARGS(slice_part(datum->field, 0, 64)), SLICE_ARGS(datum->kind)));
    const Slice texts[] = {datum->object, datum->value, datum->absent, datum->source};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TRY(text_check(book, datum_texts[what].en, texts[i], REFERRAL_DATUM_MAX));
    }
    TRY(check_form(book, what, datum->value));
    ENSURE(slice_empty(datum->value) != slice_empty(datum->absent),
           book_fail(book, STATUS_INVALID, "RF005",
                     "%s needs a value, or why there is none, and not both", datum_texts[what].en));
    ENSURE(is_in(dossier, what, datum->object),
           book_fail(book, STATUS_INVALID, "RF007",
                     "'%.*s' is neither a subject of the case nor a counterparty: nothing is kept "
                     "of others",
                     SLICE_ARGS(slice_part(datum->object, 0, CASES_NAME_MAX))));
    return book_run(
        book, &PUT,
        STORE_VALUES(store_i64(dossier->row->id), store_text(slice_of(datum_texts[what].kind)),
                     store_text(datum->object), store_text(slice_of(datum_texts[what].word)),
                     store_text(datum->value), store_text(datum->absent), store_text(datum->source),
                     store_i64(book->now_us), store_text(book->actor.name)));
}

// The trace says of whom what was put in, and not what it is.
static Status trace_data(struct book *book, const struct referral_row *row,
                         const struct referral_datum *data, uint32_t count) {
    enum { TOLD_MAX = 200 };
    struct rendering out;
    Slice detail;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("count"), count);
    json_key(json, SLICE("data"));
    json_array_begin(json);
    for (uint32_t i = 0; i < count && i < TOLD_MAX; i++) {
        json_array_begin(json);
        json_string(json, data[i].kind);
        json_string(json, slice_part(data[i].object, 0, CASES_NAME_MAX));
        json_string(json, data[i].field);
        json_string(json, slice_empty(data[i].value) ? SLICE("absent") : SLICE("value"));
        json_array_end(json);
    }
    json_array_end(json);
    json_object_end(json);
    TRY(rendering_end(&out, book, &detail));
    return lead_trace(book, row, "data", detail);
}

Status referral_put_all(struct book *book, int64_t clearance, const struct referral_office *office,
                        int64_t id, const struct referral_datum *data, uint32_t count) {
    struct referral_row row;
    struct dossier dossier;
    ENSURE(count <= REFERRAL_DATA_MAX,
           book_fail(book, STATUS_LIMIT, "RF003", "at most %d values at once", REFERRAL_DATA_MAX));
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(dossier_read(book, office, &row, &dossier));
    for (uint32_t i = 0; i < count; i++) {
        TRY(put_one(book, &dossier, &data[i]));
    }
    return trace_data(book, &row, data, count);
}

Status referral_put(struct book *book, int64_t clearance, const struct referral_office *office,
                    int64_t id, const struct referral_datum *datum) {
    return referral_put_all(book, clearance, office, id, datum, 1);
}

// ---- asking the bank's systems ----------------------------------------------------------------

enum { ASKED_AT_ONCE = 200 };

struct asking {
    struct book *book;
    const struct referral_row *row;
    struct rendering out;
    uint32_t in_message, count;
};

static void asking_begin(struct asking *asking) {
    struct json_writer *json = rendering_begin(&asking->out);
    json_object_begin(json);
    json_key_i64(json, SLICE("referral"), asking->row->id);
    json_key(json, SLICE("asked"));
    json_array_begin(json);
    asking->in_message = 0;
}

static Status asking_send(struct asking *asking) {
    Slice body;
    json_array_end(&asking->out.json);
    json_object_end(&asking->out.json);
    TRY(rendering_end(&asking->out, asking->book, &body));
    if (asking->in_message == 0) {
        return STATUS_OK;
    }
    return book_message(asking->book,
                        &(struct message){.endpoint = SLICE("core"),
                                          .kind = SLICE("referral.data"),
                                          .object_kind = "referral",
                                          .object = asking->row->id,
                                          .body = body},
                        NULL);
}

static Status ask_for(struct asking *asking, Datum what, Slice object) {
    if (asking->in_message == ASKED_AT_ONCE) {
        TRY(asking_send(asking));
        asking_begin(asking);
    }
    struct json_writer *json = &asking->out.json;
    json_array_begin(json);
    json_string(json, slice_of(datum_texts[what].kind));
    json_string(json, object);
    json_string(json, slice_of(datum_texts[what].word));
    json_array_end(json);
    asking->in_message++;
    asking->count++;
    return STATUS_OK;
}

static Status ask_object(struct asking *asking, Slice object, uint32_t of, DatumSet set,
                         const struct dossier_account *account) {
    for (uint32_t what = 0; what < DATUM_COUNT; what++) {
        if (gate_demands(of, set, (Datum)what, account)) {
            TRY(ask_for(asking, (Datum)what, object));
        }
    }
    return STATUS_OK;
}

static Status ask_all(struct asking *asking, const struct dossier *dossier) {
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        TRY(ask_object(asking, party->key, gate_sort_of(party), party->data, NULL));
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        const struct dossier_account *account = &dossier->accounts.at[i];
        if (!account->is_victim) {
            TRY(ask_object(asking, account->account, OF_ACCOUNT, account->data, account));
        }
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (gate_lacks_name(dossier, other->place, other->data)) {
            TRY(ask_for(asking, DATUM_COUNTERPARTY_NAME, other->key));
        }
    }
    for (uint32_t i = 0; i < dossier->counterparties.count; i++) {
        const struct dossier_counterparty *one = &dossier->counterparties.at[i];
        if (gate_lacks_name(dossier, one->place, one->data)) {
            TRY(ask_for(asking, DATUM_COUNTERPARTY_NAME, one->key));
        }
    }
    return STATUS_OK;
}

Status referral_ask(struct book *book, int64_t clearance, const struct referral_office *office,
                    int64_t id, uint32_t *ret_count) {
    struct referral_row row;
    struct dossier dossier;
    struct asking asking = {.book = book, .row = &row};
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(dossier_read(book, office, &row, &dossier));
    asking_begin(&asking);
    Status status = ask_all(&asking, &dossier);
    if (status == STATUS_OK) {
        status = asking_send(&asking);
    } else {
        buf_deinit(&asking.out.text);
    }
    TRY(status);
    ENSURE(asking.count > 0, book_fail(book, STATUS_INVALID, "RF040",
                                       "nothing is missing that the bank's systems could tell"));
    *ret_count = asking.count;
    return lead_trace(book, &row, "asked",
                     arena_printf(book->arena, "{\"count\":%u}", asking.count));
}
