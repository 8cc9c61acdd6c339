// Looking back at an account of a case (涉案账户倒查): how it was opened and by whom, what was seen
// of it and done about it, and what people concluded.

#include "base/time.h"
#include "response/cases/private.h"

enum { ROWS_MAX = 200, NEW_DAYS = 90 }; // opened that shortly before: 开户即涉案

static const struct statement OPENING = {
    "look_back_opening",
    "SELECT opened_us, customer, branch, channel, operator, authoriser, agent, "
    "purpose, sequence FROM opening WHERE account = ?1"};
static const struct statement HOLDER = {
    "look_back_holder", "SELECT thing, first_us, last_us, times FROM bond WHERE party = ?1 AND "
                        "party_kind = 'ACCOUNT' AND kind = 'HOLDER' ORDER BY thing LIMIT ?2"};
static const struct statement FIRST = {
    "look_back_first", "SELECT COALESCE(MIN(time_us), 0) FROM case_transaction WHERE case_id = ?1 "
                       "AND (payer = ?2 OR payee = ?2)"};
static const struct statement ALERTS = {
    "look_back_alerts", "SELECT id, typology_group, severity, state, code, opened_us, closed_us, "
                        "is_automatic, strategy, decided_by FROM seen_alert WHERE viewer = ?2 AND "
                        "account = ?1 ORDER BY opened_us, id LIMIT ?3"};
static const struct statement CONTROLS = {
    "look_back_controls", "SELECT id, measure, authority, document, state, asked_us, asked_by, "
                          "since_us, until_us, released_us, released_by, release_reason FROM "
                          "seen_control WHERE viewer = ?2 AND target = ?1 ORDER BY id LIMIT ?3"};
// Other accounts by the same hand, and how many of them are in cases.
#define OPENED_BY(who)                                                                             \
    "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM case_subject s WHERE "     \
    "s.kind = 'ACCOUNT' AND s.name = o.account AND s.role <> 'VICTIM' AND s.role <> 'CLEARED') "   \
    "THEN 1 ELSE 0 END), 0) AS BIGINT) FROM opening o WHERE o." who " = ?1 AND o." who " <> ''"
static const struct statement BY_OPERATOR = {"look_back_operator", OPENED_BY("operator")};
static const struct statement BY_AGENT = {"look_back_agent", OPENED_BY("agent")};
static const struct statement CONCLUSION = {
    "look_back_conclusion", "SELECT conclusion, unit, person, measures, at_us, made_by FROM "
                            "case_look_back WHERE case_id = ?1 AND account = ?2"};

struct opened {
    int64_t opened_us; // 0: not known
    Slice operator_id, agent;
};

static Status put_opening(struct book *book, Slice account, struct opened *ret,
                          struct json_writer *json) {
    Status status = book_one(book, &OPENING, STORE_VALUES(store_text(account)));
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    json_key(json, SLICE("opening"));
    json_object_begin(json);
    row_put_json(book,
                 COLUMNS_OF("iopened_us", "tcustomer", "tbranch", "tchannel", "toperator",
                            "tauthoriser", "tagent", "tpurpose", "isequence"),
                 json);
    json_object_end(json);
    *ret = (struct opened){book_i64(book, 0), book_text(book, 4), book_text(book, 6)};
    return STATUS_OK;
}

static Status put_first(struct book *book, int64_t id, Slice account, const struct opened *opened,
                        struct json_writer *json) {
    int64_t first_us = 0;
    TRY(book_number(book, &FIRST, STORE_VALUES(store_i64(id), store_text(account)), &first_us));
    if (first_us > 0) {
        json_key_i64(json, SLICE("first_involved_us"), first_us);
    }
    if (first_us > 0 && opened->opened_us > 0) {
        int64_t days = floor_div(first_us - opened->opened_us, US_PER_DAY);
        json_key_i64(json, SLICE("days_after_opening"), days);
        json_key_bool(json, SLICE("is_opened_for_it"), days <= NEW_DAYS);
    }
    return STATUS_OK;
}

static Status put_hand(struct book *book, const char *key, const struct statement *statement,
                       Slice name, struct json_writer *json) {
    if (name.size == 0) {
        return STATUS_OK;
    }
    TRY(book_one(book, statement, STORE_VALUES(store_text(name))));
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_string(json, SLICE("name"), name);
    row_put_json(book, COLUMNS_OF("iaccounts", "iin_cases"), json);
    json_object_end(json);
    return STATUS_OK;
}

static Status put_conclusion(struct book *book, int64_t id, Slice account,
                             struct json_writer *json) {
    Status status = book_one(book, &CONCLUSION, STORE_VALUES(store_i64(id), store_text(account)));
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    json_key(json, SLICE("conclusion"));
    json_object_begin(json);
    row_put_json(book,
                 COLUMNS_OF("tconclusion", "tunit", "tperson", "tmeasures", "iat_us", "tmade_by"),
                 json);
    json_object_end(json);
    return STATUS_OK;
}

Status case_put_look_back_json(struct book *book, int64_t clearance, int64_t id, Slice account,
                               struct json_writer *json) {
    struct case_row row;
    struct opened opened = {0};
    const StoreValues seen =
        STORE_VALUES(store_text(account), store_i64(clearance), store_i64(ROWS_MAX));
    TRY(case_load(book, clearance, id, &row));
    json_object_begin(json);
    json_key_string(json, SLICE("account"), account);
    TRY(put_opening(book, account, &opened, json));
    TRY(put_first(book, id, account, &opened, json));
    TRY(rows_put_json(book, &HOLDER, STORE_VALUES(store_text(account), store_i64(ROWS_MAX)),
                      COLUMNS_OF("tcustomer", "ifirst_us", "ilast_us", "itimes"), "holders", json,
                      NULL));
    TRY(put_hand(book, "operator", &BY_OPERATOR, opened.operator_id, json));
    TRY(put_hand(book, "agent", &BY_AGENT, opened.agent, json));
    TRY(rows_put_json(book, &ALERTS, seen,
                      COLUMNS_OF("iid", "ttypology_group", "iseverity", "tstate", "tcode",
                                 "iopened_us", "nclosed_us", "bis_automatic", "tstrategy",
                                 "tdecided_by"),
                      "alerts", json, NULL));
    TRY(rows_put_json(book, &CONTROLS, seen,
                      COLUMNS_OF("iid", "tmeasure", "tauthority", "tdocument", "tstate",
                                 "iasked_us", "tasked_by", "nsince_us", "nuntil_us", "nreleased_us",
                                 "treleased_by", "trelease_reason"),
                      "controls", json, NULL));
    TRY(put_conclusion(book, id, account, json));
    json_object_end(json);
    return STATUS_OK;
}
