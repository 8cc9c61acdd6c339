// A case as JSON: what its file holds, and what the tables know of its subjects.

#include "response/cases/private.h"

enum { THINGS_MAX = 2000, ACCOUNTS_MAX = 2000, TRANSACTIONS_PAGE_MAX = 1000 };

static const struct statement FIELDS = {
    "case_json_fields",
    "SELECT id, number, title, type, level, source, secrecy, state, since_us, opened_us, "
    "opened_by, "
    "owner, team, branch, summary, TRIM(modus), police_case_no, decision, decided_us, decided_by, "
    "lessons, closed_us, reopened FROM seen_case WHERE viewer = ?1 AND id = ?2"};
static const struct statement SUBJECTS = {
    "case_json_subjects",
    "SELECT kind, name, role, confidence, evidence, origin, added_us, "
    "added_by, changed_us FROM case_subject WHERE case_id = ?1 ORDER BY kind, "
    "name"};
// Those that are subjects, and those of persons and companies that are.
static const struct statement ACCOUNTS = {
    "case_json_accounts",
    "SELECT a.account, a.role, a.customer, o.opened_us, COALESCE(o.branch, ''), "
    "COALESCE(o.channel, "
    "''), COALESCE(o.operator, ''), COALESCE(o.authoriser, ''), COALESCE(o.agent, ''), "
    "COALESCE(o.purpose, ''), (SELECT COUNT(*) FROM seen_control c WHERE c.viewer = ?2 AND "
    "c.target "
    "= a.account AND c.state = 'IN_FORCE') FROM (SELECT s.name AS account, s.role AS role, "
    "COALESCE((SELECT MIN(b.thing) FROM bond b WHERE b.party = s.name AND b.party_kind = 'ACCOUNT' "
    "AND b.kind = 'HOLDER'), '') AS customer FROM case_subject s WHERE s.case_id = ?1 AND s.kind = "
    "'ACCOUNT' UNION SELECT b.party, s.role, s.name FROM case_subject s JOIN bond b ON b.kind = "
    "'HOLDER' AND b.thing = s.name AND b.party_kind = 'ACCOUNT' WHERE s.case_id = ?1 AND (s.kind = "
    "'PERSON' OR s.kind = 'COMPANY') AND NOT EXISTS (SELECT 1 FROM case_subject x WHERE x.case_id "
    "= "
    "?1 AND x.kind = 'ACCOUNT' AND x.name = b.party)) AS a LEFT JOIN opening o ON o.account = "
    "a.account ORDER BY a.account LIMIT ?3"};
static const struct statement THINGS = {
    "case_json_things",
    "SELECT b.kind, b.thing, b.party_kind, b.party, b.first_us, b.last_us, b.times FROM "
    "case_subject s JOIN bond b ON b.party = s.name AND b.party_kind = CASE WHEN s.kind = "
    "'ACCOUNT' "
    "THEN 'ACCOUNT' ELSE 'CUSTOMER' END WHERE s.case_id = ?1 AND s.kind IN ('ACCOUNT', 'PERSON', "
    "'COMPANY') AND b.kind <> 'HOLDER' ORDER BY b.kind, b.thing, b.party LIMIT ?2"};
static const struct statement ALERTS = {
    "case_json_alerts",
    "SELECT a.id, a.subject_kind, a.subject, a.typology_group, a.severity, a.state, a.code, "
    "a.amount_sum, a.opened_us, c.joined_us, c.joined_by FROM case_alert c JOIN seen_alert a ON "
    "a.id = c.alert AND a.viewer = ?2 WHERE c.case_id = ?1 ORDER BY a.opened_us, a.id"};
static const struct statement MODELS = {
    "case_json_models",
    "SELECT h.model, h.typology, COUNT(*), MAX(h.severity) FROM case_alert c JOIN seen_alert a ON "
    "a.id = c.alert AND a.viewer = ?2 JOIN hit h ON h.alert = a.id WHERE c.case_id = ?1 GROUP BY "
    "h.model, h.typology ORDER BY 3 DESC, h.model"};
static const struct statement SUMS = {
    "case_json_sums",
    "SELECT part, COUNT(*), CAST(SUM(amount) AS BIGINT), MIN(time_us), "
    "MAX(time_us) FROM case_transaction WHERE case_id = ?1 GROUP BY part ORDER BY "
    "part"};
static const struct statement FREEZES = {
    "case_json_freezes", "SELECT items, sha256, at_us, made_by FROM case_freeze WHERE case_id = ?1 "
                         "ORDER BY items"};
static const struct statement TRANSACTIONS = {
    "case_json_transactions",
    "SELECT number, sequence, form, part, time_us, event_id, payer_place, payer, payer_customer, "
    "payee_place, payee, payee_customer, amount, state, sha256 FROM case_transaction WHERE case_id "
    "= ?1 AND number > ?2 ORDER BY number LIMIT ?3"};
static const struct statement CONTROLS = {
    "case_json_controls",
    "SELECT id, target_kind, target, measure, authority, basis, document, amount, reason, state, "
    "asked_us, since_us, until_us, released_us FROM seen_control WHERE viewer = ?2 AND (case_id = "
    "?1 OR alert IN (SELECT alert FROM case_alert WHERE case_id = ?1)) ORDER BY id"};
static const struct statement TASKS = {
    "case_json_tasks",
    "SELECT t.id, t.channel, t.party_kind, t.party, t.state, t.asked_us, t.until_us, t.answer, "
    "t.answered_us FROM task t JOIN clearance c ON c.secrecy = t.secrecy AND c.mask = ?2 WHERE "
    "t.case_id = ?1 OR t.alert IN (SELECT alert FROM case_alert WHERE case_id = ?1) ORDER BY t.id"};
static const struct statement HOLDS = {
    "case_json_holds",
    "SELECT id, event_id, account, payee, amount, held_us, state, settled_us, reason FROM hold "
    "WHERE alert IN (SELECT alert FROM case_alert WHERE case_id = ?1) ORDER BY id"};
static const struct statement ATTACHMENTS = {
    "case_json_attachments",
    "SELECT id, name, media, size, sha256, about, uploaded_us, uploaded_by, withdrawn_us, "
    "withdrawn_by, reason FROM case_attachment WHERE case_id = ?1 ORDER BY id"};
static const struct statement NOTES = {
    "case_json_notes",
    "SELECT number, kind, text, at_us, made_by FROM case_note WHERE case_id = ?1 ORDER BY number"};
static const struct statement CONTACTS = {
    "case_json_contacts",
    "SELECT number, role, name, organisation, reach, note, added_us, added_by "
    "FROM case_contact WHERE case_id = ?1 ORDER BY number"};
static const struct statement ENTRIES = {
    "case_json_entries", "SELECT number, kind, amount, document, at_us, made_by FROM case_entry "
                         "WHERE case_id = ?1 ORDER BY number"};
static const struct statement GAPS = {
    "case_json_gaps", "SELECT number, text, state, model, at_us, made_by, settled_us, settled_by "
                      "FROM case_gap WHERE case_id = ?1 ORDER BY number"};
// Of those that may be seen.
static const struct statement RELATED = {
    "case_json_related",
    "SELECT f.id, f.number, f.title, f.state, r.kind, r.reason, r.at_us, r.made_by FROM "
    "case_relation r JOIN seen_case f ON f.viewer = ?2 AND f.id = CASE WHEN r.low = ?1 THEN r.high "
    "ELSE r.low END WHERE r.low = ?1 OR r.high = ?1 ORDER BY f.id"};
static const struct statement REFERENCES = {
    "case_json_references", "SELECT kind, reference, at_us, made_by FROM case_reference WHERE "
                            "case_id = ?1 ORDER BY at_us, kind, reference"};
static const struct statement GANGS = {
    "case_json_gangs", "SELECT id, accounts, holders, strength, amount, found_us, decided_us, "
                       "decided_by FROM seen_gang WHERE viewer = ?2 AND case_id = ?1 ORDER BY id"};
static const struct statement PICTURES = {
    "case_json_pictures",
    "SELECT number, made_us, made_by, sha256, traced, still_here, outside, not_followed FROM "
    "case_picture WHERE case_id = ?1 ORDER BY number"};
static const struct statement PICTURE = {
    "case_json_picture", "SELECT json FROM case_picture WHERE case_id = ?1 AND number = ?2"};
static const struct statement LOOK_BACKS = {
    "case_json_look_backs", "SELECT account, conclusion, unit, person, measures, at_us, made_by "
                            "FROM case_look_back WHERE case_id = ?1 ORDER BY account"};

static Status put_fields(struct book *book, int64_t clearance, int64_t id,
                         struct json_writer *json) {
    TRY(book_one(book, &FIELDS, STORE_VALUES(store_i64(clearance), store_i64(id))));
    row_put_json(book,
                 COLUMNS_OF("iid", "tnumber", "ttitle", "ttype", "tlevel", "tsource", "tsecrecy",
                            "tstate", "isince_us", "iopened_us", "topened_by", "towner", "tteam",
                            "tbranch", "tsummary", "tmodus", "tpolice_case_no", "tdecision",
                            "ndecided_us", "tdecided_by", "tlessons", "nclosed_us", "ireopened"),
                 json);
    return STATUS_OK;
}

static Status put_amounts(struct book *book, int64_t id, struct json_writer *json) {
    struct case_amounts amounts;
    TRY(case_sum(book, id, &amounts));
    json_key(json, SLICE("amounts"));
    json_object_begin(json);
    json_key_i64(json, SLICE("involved"), amounts.involved);
    if (amounts.still_in_bank >= 0) {
        json_key_i64(json, SLICE("still_in_bank"), amounts.still_in_bank);
        json_key_i64(json, SLICE("still_in_bank_us"), amounts.still_in_bank_us);
    }
    json_key_i64(json, SLICE("stopped"), amounts.stopped);
    json_key_i64(json, SLICE("frozen"), amounts.frozen);
    json_key_i64(json, SLICE("frozen_whole"), amounts.frozen_whole);
    json_key_i64(json, SLICE("returned"), amounts.returned);
    json_key_i64(json, SLICE("loss"), amounts.loss);
    json_object_end(json);
    return STATUS_OK;
}

static Status put_subjects(struct book *book, int64_t clearance, int64_t id,
                           struct json_writer *json) {
    uint32_t things, accounts;
    const StoreValues of_case = STORE_VALUES(store_i64(id));
    TRY(rows_put_json(book, &SUBJECTS, of_case,
                      COLUMNS_OF("tkind", "tname", "trole", "iconfidence", "tevidence", "torigin",
                                 "iadded_us", "tadded_by", "ichanged_us"),
                      "subjects", json, NULL));
    TRY(rows_put_json(
        book, &ACCOUNTS, STORE_VALUES(store_i64(id), store_i64(clearance), store_i64(ACCOUNTS_MAX)),
        COLUMNS_OF("taccount", "trole", "tcustomer", "nopened_us", "wbranch", "wchannel",
                   "woperator", "wauthoriser", "wagent", "wpurpose", "icontrols"),
        "accounts", json, &accounts));
    TRY(rows_put_json(
        book, &THINGS, STORE_VALUES(store_i64(id), store_i64(THINGS_MAX)),
        COLUMNS_OF("tkind", "tthing", "tparty_kind", "tparty", "ifirst_us", "ilast_us", "itimes"),
        "things", json, &things));
    json_key_bool(json, SLICE("is_cut"), things == THINGS_MAX || accounts == ACCOUNTS_MAX);
    return STATUS_OK;
}

static Status put_facts(struct book *book, int64_t clearance, int64_t id,
                        struct json_writer *json) {
    const StoreValues of_case = STORE_VALUES(store_i64(id));
    const StoreValues of_viewer = STORE_VALUES(store_i64(id), store_i64(clearance));
    TRY(rows_put_json(book, &ALERTS, of_viewer,
                      COLUMNS_OF("iid", "tsubject_kind", "tsubject", "ttypology_group", "iseverity",
                                 "tstate", "tcode", "iamount_sum", "iopened_us", "ijoined_us",
                                 "tjoined_by"),
                      "alerts", json, NULL));
    TRY(rows_put_json(book, &MODELS, of_viewer,
                      COLUMNS_OF("tmodel", "ttypology", "ihits", "iseverity"), "models", json,
                      NULL));
    TRY(rows_put_json(book, &SUMS, of_case,
                      COLUMNS_OF("tpart", "icount", "iamount", "ifirst_us", "ilast_us"),
                      "transactions", json, NULL));
    TRY(rows_put_json(book, &FREEZES, of_case,
                      COLUMNS_OF("iitems", "tsha256", "iat_us", "tmade_by"), "freezes", json,
                      NULL));
    TRY(rows_put_json(book, &CONTROLS, of_viewer,
                      COLUMNS_OF("iid", "ttarget_kind", "ttarget", "tmeasure", "tauthority",
                                 "tbasis", "tdocument", "namount", "treason", "tstate", "iasked_us",
                                 "nsince_us", "nuntil_us", "nreleased_us"),
                      "controls", json, NULL));
    TRY(rows_put_json(book, &HOLDS, of_case,
                      COLUMNS_OF("iid", "tevent_id", "taccount", "tpayee", "iamount", "iheld_us",
                                 "tstate", "nsettled_us", "treason"),
                      "holds", json, NULL));
    return rows_put_json(book, &TASKS, of_viewer,
                         COLUMNS_OF("iid", "tchannel", "tparty_kind", "tparty", "tstate",
                                    "iasked_us", "iuntil_us", "tanswer", "nanswered_us"),
                         "tasks", json, NULL);
}

static Status put_papers(struct book *book, int64_t id, struct json_writer *json) {
    const StoreValues of_case = STORE_VALUES(store_i64(id));
    TRY(rows_put_json(book, &ATTACHMENTS, of_case,
                      COLUMNS_OF("iid", "tname", "tmedia", "isize", "tsha256", "tabout",
                                 "iuploaded_us", "tuploaded_by", "nwithdrawn_us", "wwithdrawn_by",
                                 "wreason"),
                      "attachments", json, NULL));
    TRY(rows_put_json(book, &NOTES, of_case,
                      COLUMNS_OF("inumber", "tkind", "ttext", "iat_us", "tmade_by"), "notes", json,
                      NULL));
    TRY(rows_put_json(book, &CONTACTS, of_case,
                      COLUMNS_OF("inumber", "trole", "tname", "torganisation", "treach", "tnote",
                                 "iadded_us", "tadded_by"),
                      "contacts", json, NULL));
    TRY(rows_put_json(book, &ENTRIES, of_case,
                      COLUMNS_OF("inumber", "tkind", "iamount", "tdocument", "iat_us", "tmade_by"),
                      "entries", json, NULL));
    TRY(rows_put_json(book, &GAPS, of_case,
                      COLUMNS_OF("inumber", "ttext", "tstate", "wmodel", "iat_us", "tmade_by",
                                 "nsettled_us", "wsettled_by"),
                      "model_gaps", json, NULL));
    return rows_put_json(book, &LOOK_BACKS, of_case,
                         COLUMNS_OF("taccount", "tconclusion", "tunit", "tperson", "tmeasures",
                                    "iat_us", "tmade_by"),
                         "look_backs", json, NULL);
}

static Status put_ties(struct book *book, int64_t clearance, int64_t id, struct json_writer *json) {
    const StoreValues of_case = STORE_VALUES(store_i64(id));
    const StoreValues of_viewer = STORE_VALUES(store_i64(id), store_i64(clearance));
    TRY(rows_put_json(
        book, &RELATED, of_viewer,
        COLUMNS_OF("iid", "tnumber", "ttitle", "tstate", "tkind", "treason", "iat_us", "tmade_by"),
        "related_cases", json, NULL));
    TRY(rows_put_json(book, &REFERENCES, of_case,
                      COLUMNS_OF("tkind", "treference", "iat_us", "tmade_by"), "references", json,
                      NULL));
    TRY(rows_put_json(book, &GANGS, of_viewer,
                      COLUMNS_OF("iid", "iaccounts", "iholders", "fstrength", "iamount",
                                 "ifound_us", "ndecided_us", "tdecided_by"),
                      "gangs", json, NULL));
    return rows_put_json(book, &PICTURES, of_case,
                         COLUMNS_OF("inumber", "imade_us", "tmade_by", "tsha256", "itraced",
                                    "istill_here", "ioutside", "inot_followed"),
                         "pictures", json, NULL);
}

Status case_put_json(struct book *book, int64_t clearance, int64_t id, struct json_writer *json) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    json_object_begin(json);
    TRY(put_fields(book, clearance, id, json));
    TRY(put_amounts(book, id, json));
    TRY(put_subjects(book, clearance, id, json));
    TRY(put_facts(book, clearance, id, json));
    TRY(put_papers(book, id, json));
    TRY(put_ties(book, clearance, id, json));
    json_object_end(json);
    return STATUS_OK;
}

Status case_put_transactions(struct book *book, int64_t clearance, int64_t id, int64_t after,
                             uint32_t rows_max, struct json_writer *json) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    uint32_t rows =
        rows_max == 0 || rows_max > TRANSACTIONS_PAGE_MAX ? TRANSACTIONS_PAGE_MAX : rows_max;
    return rows_put_json(
        book, &TRANSACTIONS, STORE_VALUES(store_i64(id), store_i64(after), store_i64(rows)),
        COLUMNS_OF("inumber", "isequence", "tform", "tpart", "itime_us", "tevent_id",
                   "tpayer_place", "tpayer", "tpayer_customer", "tpayee_place", "tpayee",
                   "tpayee_customer", "iamount", "tstate", "tsha256"),
        NULL, json, NULL);
}

Status case_picture_read(struct book *book, int64_t clearance, int64_t id, int64_t number,
                         Slice *ret_json) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    Status status = book_one(book, &PICTURE, STORE_VALUES(store_i64(id), store_i64(number)));
    ENSURE(status != STATUS_NOT_FOUND,
           book_fail(book, status, "CA013", "the case %.*s has no such picture",
                     SLICE_ARGS(row.number)));
    TRY(status);
    *ret_json = book_text(book, 0);
    return STATUS_OK;
}
