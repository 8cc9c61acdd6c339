// What happened in a case, in one line of time; and looking back at one of its accounts.

#include "base/time.h"
#include "response/cases/private.h"

enum { ROWS_DEFAULT = 500, ROWS_MAX = 2000, LOOK_BACK_ROWS = 200 };

// Each part gives moment, source, object, what, who, text, amount. What has a row of its own
// (notes, attachments) is left out of the case's traces. An alert's traces are seen by who may see
// the alert.
#define OF_CASE "SELECT alert FROM case_alert WHERE case_id = ?1"
static const struct statement TIMELINE = {
    "case_timeline",
    "SELECT at_us, source, object, what, who, text, amount FROM ("
    "SELECT at_us, 'CASE' AS source, number AS object, CASE WHEN from_state = to_state THEN reason "
    "ELSE to_state END AS what, actor AS who, CASE WHEN from_state = to_state THEN detail ELSE "
    "reason END AS text, CAST(NULL AS BIGINT) AS amount FROM trace WHERE object_kind = 'case' AND "
    "object = ?1 AND reason NOT IN ('note', 'attached')"
    " UNION ALL SELECT t.at_us, 'ALERT', t.object, CASE WHEN t.from_state = t.to_state THEN "
    "t.reason ELSE t.to_state END, t.actor, t.reason, CAST(NULL AS BIGINT) FROM case_alert c JOIN "
    "seen_alert a ON a.id = c.alert AND a.viewer = ?2 JOIN trace t ON t.object_kind = 'alert' AND "
    "t.object = a.id WHERE c.case_id = ?1"
    " UNION ALL SELECT t.asked_us, 'TASK', t.id, 'asked ' || t.channel, t.asked_by, t.party, "
    "CAST(NULL AS BIGINT) FROM task t JOIN clearance c ON c.secrecy = t.secrecy AND c.mask = ?2 "
    "WHERE t.case_id = ?1 OR t.alert IN (" OF_CASE ")"
    " UNION ALL SELECT t.answered_us, 'TASK', t.id, 'answered ' || t.channel, t.answered_by, "
    "t.answer, CAST(NULL AS BIGINT) FROM task t JOIN clearance c ON c.secrecy = t.secrecy AND "
    "c.mask = ?2 WHERE t.answered_us IS NOT NULL AND (t.case_id = ?1 OR t.alert IN (" OF_CASE "))"
    " UNION ALL SELECT since_us, 'CONTROL', id, 'in force ' || measure, asked_by, target, amount "
    "FROM seen_control WHERE viewer = ?2 AND since_us IS NOT NULL AND (case_id = ?1 OR alert IN "
    "(" OF_CASE "))"
    " UNION ALL SELECT released_us, 'CONTROL', id, 'released ' || measure, released_by, target, "
    "amount FROM seen_control WHERE viewer = ?2 AND released_us IS NOT NULL AND (case_id = ?1 OR "
    "alert IN (" OF_CASE "))"
    " UNION ALL SELECT held_us, 'HOLD', id, 'HELD', '', payee, amount FROM hold WHERE alert IN "
    "(" OF_CASE ")"
    " UNION ALL SELECT settled_us, 'HOLD', id, state, settled_by, payee, amount FROM hold WHERE "
    "settled_us IS NOT NULL AND alert IN (" OF_CASE ")"
    " UNION ALL SELECT at_us, 'NOTE', number, kind, made_by, text, CAST(NULL AS BIGINT) FROM "
    "case_note WHERE case_id = ?1"
    " UNION ALL SELECT uploaded_us, 'ATTACHMENT', id, media, uploaded_by, name, CAST(NULL AS "
    "BIGINT) FROM case_attachment WHERE case_id = ?1"
    " UNION ALL SELECT time_us, 'MOVEMENT', number, part, payer, payee, amount FROM "
    "case_transaction WHERE case_id = ?1"
    ") AS line WHERE (at_us, source, object, what) > (?3, ?4, ?5, ?6) ORDER BY at_us, source, "
    "object, what LIMIT ?7"};

// The line at hand is the last one so far: a page after it begins with it.
struct line {
    int64_t at_us, object;
    Slice source, what;
};

static Status put_lines(struct book *book, uint32_t rows, struct json_writer *json,
                        struct line *ret_last, uint32_t *ret_count) {
    Status status;
    json_key(json, SLICE("lines"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        row_put_json(
            book, COLUMNS_OF("iat_us", "tsource", "iobject", "twhat", "twho", "ttext", "namount"),
            json);
        json_object_end(json);
        if (++*ret_count == rows) {
            *ret_last = (struct line){book_i64(book, 0), book_i64(book, 2), book_text(book, 1),
                                      book_text(book, 3)};
        }
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

Status case_put_timeline(struct book *book, int64_t clearance, int64_t id,
                         const struct case_page *page, struct json_writer *json) {
    struct case_row row;
    struct line last = {0};
    uint32_t count = 0, rows = page->rows_max == 0 ? ROWS_DEFAULT : page->rows_max;
    rows = rows > ROWS_MAX ? ROWS_MAX : rows;
    TRY(case_load(book, clearance, id, &row));
    TRY(book_ask(book, &TIMELINE,
                 STORE_VALUES(store_i64(id), store_i64(clearance), store_i64(page->after_us),
                              store_text(page->after_source), store_i64(page->after_object),
                              store_text(page->after_what), store_i64(rows))));
    json_object_begin(json);
    TRY(put_lines(book, rows, json, &last, &count));
    if (count == rows) {
        json_key(json, SLICE("next"));
        json_object_begin(json);
        json_key_i64(json, SLICE("after_us"), last.at_us);
        json_key_string(json, SLICE("after_source"), last.source);
        json_key_i64(json, SLICE("after_object"), last.object);
        json_key_string(json, SLICE("after_what"), last.what);
        json_object_end(json);
    }
    json_object_end(json);
    return STATUS_OK;
}
