#include "response/disposition/missed.h"

#include "base/hash.h"
#include "response/disposition/parts.h"

#include <inttypes.h>

#define REACH_US (30 * US_PER_DAY)
enum { SAMPLE_SEED = 1, NOTE_MAX = 4000 };

#define COLUMNS "id, kind, event_id, customer, account, branch, report, amount, said_us, state, owner"

static const struct statement PUT = {"missed_put", "INSERT INTO missed (" COLUMNS ", finding, model, note, closed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'OPEN', '', '', '', '', '')"
                                                   " ON CONFLICT (id) DO NOTHING"};
static const struct statement OPEN_ONE = {"missed_open_one", "SELECT id FROM missed WHERE customer = ?1 AND kind = 'REPORT' AND state <> 'CLOSED' AND said_us >= ?2 LIMIT 1"};
static const struct statement TOLD_GROUPS = {"missed_told_groups", "SELECT DISTINCT typology_group FROM alert WHERE id IN (SELECT id FROM alert WHERE customer = ?1 UNION SELECT alert FROM alert_event WHERE customer = ?1 AND customer <> '')"
                                                                     " AND hit_us >= ?2 AND opened_us <= ?3"};
static const struct statement OWN = {"missed_own", "SELECT " COLUMNS " FROM missed WHERE owner = ?1 AND state = 'TAKEN' ORDER BY id LIMIT 1"};
static const struct statement OLDEST = {"missed_oldest", "SELECT " COLUMNS " FROM missed WHERE state = 'OPEN' ORDER BY id LIMIT 1"};
static const struct statement LOAD = {"missed_load", "SELECT " COLUMNS " FROM missed WHERE id = ?1"};
static const struct statement TAKE = {"missed_take", "UPDATE missed SET state = 'TAKEN', owner = ?2 WHERE id = ?1"};
static const struct statement CLOSE = {"missed_close", "UPDATE missed SET state = 'CLOSED', finding = ?2, model = ?3, note = ?4, closed_us = ?5, closed_by = ?6 WHERE id = ?1"};
static const struct statement LIST = {
    "missed_list", "SELECT " COLUMNS ", finding, model, note, closed_us, closed_by FROM missed"
                   " WHERE (?1 = '' OR state = ?1) AND (?2 = '' OR kind = ?2) AND (CAST(?3 AS BIGINT) = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4"};
static const struct statement ONE = {"missed_one", "SELECT " COLUMNS ", finding, model, note, closed_us, closed_by FROM missed WHERE id = ?1"};
static const struct statement PAYMENTS = {
    "missed_payments", "SELECT event_id, time_us, kind, channel, payer, payee, amount, state FROM movement WHERE (payer = ?1 OR payer IN (SELECT account FROM opening WHERE customer = ?5)) AND time_us >= ?2 AND time_us <= ?3"
                       " ORDER BY amount DESC, time_us DESC LIMIT ?4"};
static const struct statement COUNTS = {"missed_counts", "SELECT kind, state, finding, COUNT(*) FROM missed WHERE said_us >= ?1 AND said_us < ?2 GROUP BY kind, state, finding"};

const struct finding_info finding_infos[FINDING_COUNT] = {
#define FINDING(name, needs, fraud, zh, en) {{#name, sizeof #name - 1}, FINDING_NEEDS_##needs, fraud, {zh, sizeof zh - 1}, {en, sizeof en - 1}},
#include "response/disposition/missed_findings.def"
#undef FINDING
};

Finding finding_find(Slice name) {
    uint32_t at = 0;
    while (at < FINDING_COUNT && !slice_equal(finding_infos[at].name, name)) {
        at++;
    }
    return (Finding)at;
}

// ---- cards are made -------------------------------------------------------------------------------------------------------

static Status put(struct disposition *disposition, struct book *book, const struct outcome_read *read, const char *kind, Slice customer, Slice report) {
    int64_t id = (int64_t)read->outcome->sequence;
    TRY(book_run(book, &PUT, STORE_VALUES(store_i64(id), store_text(slice_of(kind)), store_text(read->event_id), store_text(customer),
                                          store_text(event_role(disposition, read->event, EVENT_ROLE_ACCOUNT, book->arena)),
                                          store_text(event_role(disposition, read->event, EVENT_ROLE_BRANCH, book->arena)), store_text(report), store_i64(read->amount),
                                          store_i64(read->outcome->decided_us))));
    return book_trace(book, &(struct trace){.object_kind = "missed", .object = id, .to = SLICE("OPEN"), .reason = report});
}

// Whether an alert of these days was about crime against him.
static Status was_told(struct disposition *disposition, struct book *book, Slice customer, int64_t now_us, bool *ret_told) {
    Status status;
    *ret_told = false;
    TRY(book_ask(book, &TOLD_GROUPS, STORE_VALUES(store_text(customer), store_i64(now_us - REACH_US), store_i64(now_us))));
    while ((status = book_next(book)) == STATUS_OK) {
        *ret_told = *ret_told || group_is_against_customer(disposition->plan, store_column_text(book->store, 0));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status missed_report(struct disposition *disposition, struct book *book, const struct outcome_read *read, Slice customer, Slice report) {
    bool told;
    int64_t now_us = read->outcome->decided_us;
    TRY(was_told(disposition, book, customer, now_us, &told));
    if (told) {
        return STATUS_OK;
    }
    Status status = book_one(book, &OPEN_ONE, STORE_VALUES(store_text(customer), store_i64(now_us - REACH_US)));
    return status == STATUS_NOT_FOUND ? put(disposition, book, read, "REPORT", customer, report) : status;
}

// Drawn by the event's own id, so that a replay draws the same.
Status missed_draw(struct disposition *disposition, struct book *book, const struct outcome_read *read) {
    uint32_t share = disposition->plan->unalerted;
    if (share == 0 || read->hit_count > 0 || !read->is_request || read->amount == 0 || hash64(read->event_id, SAMPLE_SEED) % share != 0) {
        return STATUS_OK;
    }
    return put(disposition, book, read, "SAMPLE", event_role(disposition, read->event, EVENT_ROLE_CUSTOMER, book->arena), SLICE(""));
}

// ---- and looked at --------------------------------------------------------------------------------------------------------

static Status check_person(struct book *book, const struct person *person) {
    return words_have(person->skills, SLICE("FRAUD")) ? STATUS_OK : book_fail(book, STATUS_INVALID, "DP007", "what was missed asks for the skill FRAUD");
}

static void read_card(struct book *book, struct missed *card) {
    *card = (struct missed){.id = book_i64(book, 0), .kind = book_text(book, 1), .event_id = book_text(book, 2), .customer = book_text(book, 3), .account = book_text(book, 4),
                            .branch = book_text(book, 5), .report = book_text(book, 6), .amount = book_i64(book, 7), .said_us = book_i64(book, 8), .state = book_text(book, 9),
                            .owner = book_text(book, 10)};
}

Status missed_next(struct book *book, const struct person *person, struct missed *ret_card) {
    TRY(check_person(book, person));
    Status status = book_one(book, &OWN, STORE_VALUES(store_text(person->name)));
    if (status == STATUS_OK) {
        read_card(book, ret_card);
    }
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    status = book_one(book, &OLDEST, STORE_NO_VALUES);
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP015", "nothing that was missed waits to be looked at");
    }
    TRY(status);
    read_card(book, ret_card);
    TRY(book_run(book, &TAKE, STORE_VALUES(store_i64(ret_card->id), store_text(person->name))));
    ret_card->state = SLICE("TAKEN");
    ret_card->owner = person->name;
    return book_trace(book, &(struct trace){.object_kind = "missed", .object = ret_card->id, .from = SLICE("OPEN"), .to = SLICE("TAKEN")});
}

static Status check_finding(struct book *book, const struct missed_finding *finding) {
    if (finding->finding >= FINDING_COUNT) {
        return book_fail(book, STATUS_INVALID, "DP009", "a finding is one of missed_findings: NO_FEATURE, NO_MODEL, THRESHOLD, NOT_ACTIVE, NO_DATA, OUTSIDE, NO_FRAUD");
    }
    const struct finding_info *info = &finding_infos[finding->finding];
    if (info->needs == FINDING_NEEDS_MODEL && slice_empty(finding->model)) {
        return book_fail(book, STATUS_INVALID, "DP009", "%.*s says which model", SLICE_ARGS(info->name));
    }
    if (info->needs == FINDING_NEEDS_NOTE && slice_empty(finding->note)) {
        return book_fail(book, STATUS_INVALID, "DP009", "%.*s says in its note what would have shown it", SLICE_ARGS(info->name));
    }
    return finding->note.size <= NOTE_MAX ? STATUS_OK : book_fail(book, STATUS_INVALID, "DP009", "a note has at most %d bytes", NOTE_MAX);
}

Status missed_close(struct book *book, const struct person *person, int64_t id, const struct missed_finding *finding) {
    struct missed card;
    TRY(check_person(book, person));
    TRY(check_finding(book, finding));
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP020", "nothing that was missed has the number %" PRId64, id);
    }
    TRY(status);
    read_card(book, &card);
    if (slice_is(card.state, "CLOSED")) {
        return book_fail(book, STATUS_INVALID, "DP002", "%" PRId64 " is closed already", id);
    }
    if (!slice_equal(card.owner, person->name) && person->level == 0) {
        return book_fail(book, STATUS_INVALID, "DP008", "%" PRId64 " is not in his hands; take the next one", id);
    }
    const struct finding_info *info = &finding_infos[finding->finding];
    TRY(book_run(book, &CLOSE, STORE_VALUES(store_i64(id), store_text(info->name), store_text(finding->model), store_text(finding->note), store_i64(book->now_us),
                                            store_text(person->name))));
    return book_trace(book, &(struct trace){.object_kind = "missed", .object = id, .from = card.state, .to = SLICE("CLOSED"), .reason = info->name});
}

// ---- told -----------------------------------------------------------------------------------------------------------------

static void put_row(struct book *book, struct json_writer *json) {
    static const char *const texts[] = {"kind", "event_id", "customer", "account", "branch", "report"};
    static const char *const more[] = {"state", "owner", "finding", "model", "note"};
    json_key_i64(json, SLICE("id"), book_i64(book, 0));
    for (uint32_t i = 0; i < 6; i++) {
        json_key_string(json, slice_of(texts[i]), store_column_text(book->store, 1 + i));
    }
    json_key_i64(json, SLICE("amount"), book_i64(book, 7));
    json_key_i64(json, SLICE("said_us"), book_i64(book, 8));
    for (uint32_t i = 0; i < 5; i++) {
        json_key_string(json, slice_of(more[i]), store_column_text(book->store, 9 + i));
    }
    if (!store_column_is_null(book->store, 14)) {
        json_key_i64(json, SLICE("closed_us"), book_i64(book, 14));
        json_key_string(json, SLICE("closed_by"), store_column_text(book->store, 15));
    }
}

Status missed_put_json(struct book *book, const struct missed_filter *filter, struct json_writer *json) {
    Status status;
    int64_t limit = filter->limit == 0 || filter->limit > MISSED_PAGE_MAX ? MISSED_PAGE_MAX : filter->limit;
    TRY(book_ask(book, &LIST, STORE_VALUES(store_text(filter->state), store_text(filter->kind), store_i64(filter->before), store_i64(limit))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        put_row(book, json);
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_payments(struct book *book, Slice customer, Slice account, int64_t said_us, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &PAYMENTS, STORE_VALUES(store_text(account), store_i64(said_us - REACH_US), store_i64(said_us), store_i64(MISSED_PAYMENTS_MAX), store_text(customer))));
    json_key(json, SLICE("payments"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_string(json, SLICE("event_id"), store_column_text(book->store, 0));
        json_key_i64(json, SLICE("time_us"), book_i64(book, 1));
        json_key_string(json, SLICE("kind"), store_column_text(book->store, 2));
        json_key_string(json, SLICE("channel"), store_column_text(book->store, 3));
        json_key_string(json, SLICE("payer"), store_column_text(book->store, 4));
        json_key_string(json, SLICE("payee"), store_column_text(book->store, 5));
        json_key_i64(json, SLICE("amount"), book_i64(book, 6));
        json_key_string(json, SLICE("state"), store_column_text(book->store, 7));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

Status missed_put_card(struct book *book, int64_t id, struct json_writer *json) {
    TRY(book_ask(book, &ONE, STORE_VALUES(store_i64(id))));
    Status status = book_next(book);
    if (status == STATUS_END) {
        return book_fail(book, STATUS_NOT_FOUND, "DP020", "nothing that was missed has the number %" PRId64, id);
    }
    TRY(status);
    Slice customer = book_text(book, 3), account = book_text(book, 4);
    int64_t said_us = book_i64(book, 8);
    json_object_begin(json);
    put_row(book, json);
    TRY(put_payments(book, customer, account, said_us, json));
    json_object_end(json);
    return STATUS_OK;
}

static void count(struct missed_figures *figures, Slice kind, Slice state, Slice finding, int64_t cards) {
    Finding found = finding_find(finding);
    bool is_fraud = found < FINDING_COUNT && finding_infos[found].is_fraud;
    if (slice_is(kind, "REPORT")) {
        figures->reports += cards;
        figures->reports_open += slice_is(state, "CLOSED") ? 0 : cards;
        figures->fraud += is_fraud ? cards : 0;
    } else if (slice_is(state, "CLOSED")) {
        figures->samples += cards;
        figures->samples_fraud += is_fraud ? cards : 0;
    }
}

Status missed_figures(struct book *book, int64_t from_us, int64_t until_us, struct missed_figures *ret_figures) {
    Status status;
    *ret_figures = (struct missed_figures){0};
    TRY(book_ask(book, &COUNTS, STORE_VALUES(store_i64(from_us), store_i64(until_us))));
    while ((status = book_next(book)) == STATUS_OK) {
        count(ret_figures, store_column_text(book->store, 0), store_column_text(book->store, 1), store_column_text(book->store, 2), book_i64(book, 3));
    }
    return status == STATUS_END ? STATUS_OK : status;
}
