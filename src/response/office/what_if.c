// What a strategy in the shadow would have closed, and what people decided on the same alerts.
//
// A run in the shadow that ended CLOSED would have closed its alert. When people then decide, both
// are put beside each other (`agreement`, disposition/earn.c). A run that is compared with nothing
// has an alert that is still open, that another strategy closed, or on which the code that was
// given says neither fraud nor false alarm. Runs of earlier texts are left out: another text is
// another strategy.

#include "response/office/parts.h"

#include <inttypes.h>
#include <stdio.h>

enum { DIFFER_MAX = 100 };

// ?1 viewer, ?2 strategy, ?3 its text, ?4 from, ?5 until, ?6 whether what waits for a second look
// is left out.
#define WOULD_CLOSE                                                                                \
    " FROM run r JOIN seen_alert a ON a.id = r.alert AND a.viewer = ?1"                            \
    " LEFT JOIN agreement g ON g.run = r.id"                                                       \
    " WHERE r.strategy = ?2 AND r.strategy_hash = ?3 AND r.ended_us >= ?4 AND r.ended_us < ?5"     \
    " AND r.is_shadow = 1 AND r.outcome = 'CLOSED' AND (CAST(?6 AS BIGINT) = 0"                    \
    " OR NOT EXISTS (SELECT 1 FROM sample s WHERE s.alert = a.id AND s.second = ''))"

static const struct statement PARTS = {
    "office_what_if_parts",
    "SELECT severity, proposed, decided, compared, agrees, missed, COUNT(*), CAST(SUM(amount) AS "
    "BIGINT) FROM (SELECT COALESCE(g.severity, a.severity) AS severity, r.code AS proposed,"
    " COALESCE(g.decided, CASE WHEN a.reopened = r.life AND a.closed_us IS NOT NULL THEN a.code "
    "ELSE '' END) AS decided,"
    " CASE WHEN g.run IS NULL THEN 0 ELSE 1 END AS compared, COALESCE(g.agrees, 0) AS agrees, "
    "COALESCE(g.is_missed, 0) AS missed, a.amount AS amount" WOULD_CLOSE
    ") w GROUP BY severity, proposed, decided, compared, agrees, missed"
    " ORDER BY severity DESC, proposed, decided, compared DESC, agrees, missed"};

static const struct statement DIFFER = {
    "office_what_if_differ",
    "SELECT a.id, a.typology_group, g.severity, r.code, g.decided, g.is_missed, a.amount, "
    "r.ended_us" WOULD_CLOSE
    " AND g.agrees = 0 ORDER BY g.is_missed DESC, a.amount DESC, r.id DESC LIMIT ?7"};

struct sums {
    int64_t alerts, amount, compared, agreed, missed;
};

static void put_code(struct json_writer *json, const char *key, Slice text) {
    Code code = code_find(text);
    char both[2][32];
    snprintf(both[0], sizeof both[0], "%s_zh", key);
    snprintf(both[1], sizeof both[1], "%s_en", key);
    put_text(json, slice_of(key), text);
    put_text(json, slice_of(both[0]), code == CODE_NONE ? SLICE("") : code_infos[code].zh);
    put_text(json, slice_of(both[1]), code == CODE_NONE ? SLICE("") : code_infos[code].en);
}

static Status put_parts(struct book *book, struct json_writer *json, struct sums *ret_sums) {
    Status status;
    *ret_sums = (struct sums){0};
    json_key(json, SLICE("parts"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        bool is_compared = book_i64(book, 3) != 0, agrees = book_i64(book, 4) != 0;
        bool is_missed = book_i64(book, 5) != 0;
        int64_t alerts = book_i64(book, 6), amount = book_i64(book, 7);
        json_object_begin(json);
        put_severity(json, "severity", book_i64(book, 0));
        put_code(json, "proposed", store_column_text(book->store, 1));
        put_code(json, "decided", store_column_text(book->store, 2));
        json_key_bool(json, SLICE("compared"), is_compared);
        json_key_bool(json, SLICE("agrees"), agrees);
        json_key_bool(json, SLICE("missed"), is_missed);
        json_key_i64(json, SLICE("alerts"), alerts);
        json_key_i64(json, SLICE("amount"), amount);
        json_object_end(json);
        ret_sums->alerts += alerts;
        ret_sums->amount += amount;
        ret_sums->compared += is_compared ? alerts : 0;
        ret_sums->agreed += agrees ? alerts : 0;
        ret_sums->missed += is_missed ? alerts : 0;
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_differ(struct book *book, struct json_writer *json) {
    Status status;
    uint32_t count = 0;
    json_key(json, SLICE("differ"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        if (++count > DIFFER_MAX) {
            continue;
        }
        json_object_begin(json);
        json_key_i64(json, SLICE("alert"), book_i64(book, 0));
        json_key_string(json, SLICE("group"), store_column_text(book->store, 1));
        put_severity(json, "severity", book_i64(book, 2));
        put_code(json, "proposed", store_column_text(book->store, 3));
        put_code(json, "decided", store_column_text(book->store, 4));
        json_key_bool(json, SLICE("missed"), book_i64(book, 5) != 0);
        json_key_i64(json, SLICE("amount"), book_i64(book, 6));
        put_moment(json, SLICE("ended"), book_i64(book, 7));
        json_object_end(json);
    }
    json_array_end(json);
    json_key_bool(json, SLICE("more"), count > DIFFER_MAX);
    return status == STATUS_END ? STATUS_OK : status;
}

Status strategy_put_what_if(const struct office *office, struct book *book,
                            const struct what_if_of *of, Slice id, struct json_writer *json) {
    const struct strategy *strategy;
    struct sums sums;
    TRY(strategy_named(office, book, id, &strategy));
    Slice hash = arena_printf(book->arena, "%016" PRIx64, strategy->hash);
    json_object_begin(json);
    json_key_string(json, SLICE("strategy"), strategy->id);
    put_moment(json, SLICE("from"), of->from_us);
    put_moment(json, SLICE("until"), of->until_us);
    TRY(book_ask(book, &PARTS,
                 STORE_VALUES(store_i64(of->viewer), store_text(strategy->id), store_text(hash),
                              store_i64(of->from_us), store_i64(of->until_us),
                              store_i64(of->is_blind))));
    TRY(put_parts(book, json, &sums));
    json_key_i64(json, SLICE("alerts"), sums.alerts);
    json_key_i64(json, SLICE("amount"), sums.amount);
    json_key_i64(json, SLICE("compared"), sums.compared);
    json_key_i64(json, SLICE("agreed"), sums.agreed);
    json_key_i64(json, SLICE("missed"), sums.missed);
    TRY(book_ask(book, &DIFFER,
                 STORE_VALUES(store_i64(of->viewer), store_text(strategy->id), store_text(hash),
                              store_i64(of->from_us), store_i64(of->until_us),
                              store_i64(of->is_blind), store_i64(DIFFER_MAX + 1))));
    TRY(put_differ(book, json));
    json_object_end(json);
    return STATUS_OK;
}
