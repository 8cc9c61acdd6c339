#include "response/disposition/figures.h"

#include <math.h>

#define CLOSED_IN "viewer = ?1 AND is_open = 0 AND closed_us >= ?2 AND closed_us < ?3 AND (?4 = '' OR strategy = ?4) AND (?5 = '' OR branch = ?5)"

static const struct statement CLOSED = {"figures_closed", "SELECT code, is_automatic, COUNT(*) FROM seen_alert WHERE " CLOSED_IN " GROUP BY code, is_automatic"};
static const struct statement OPENED = {"figures_opened", "SELECT COUNT(*), CAST(COALESCE(SUM(hits), 0) AS BIGINT) FROM seen_alert WHERE viewer = ?1 AND opened_us >= ?2 AND opened_us < ?3"
                                                          " AND (?4 = '' OR branch = ?4)"};
static const struct statement IN_TIME = {
    "figures_in_time", "SELECT severity_most, COUNT(*), CAST(SUM(CASE WHEN decided_us <= decide_us THEN 1 ELSE 0 END) AS BIGINT) FROM seen_alert WHERE " CLOSED_IN
                       " AND state = 'CLOSED_MANUAL' AND decide_us IS NOT NULL GROUP BY severity_most"};
static const struct statement LOOKED_AT = {
    "figures_looked_at", "SELECT COUNT(*), CAST(COALESCE(SUM(s.overturned), 0) AS BIGINT) FROM sample s JOIN seen_alert a ON a.id = s.alert AND a.viewer = ?1 WHERE s.kind = 'AUTOMATIC'"
                         " AND s.overturned IS NOT NULL AND s.closed_us >= ?2 AND s.closed_us < ?3 AND (?4 = '' OR s.strategy = ?4) AND (?5 = '' OR a.branch = ?5)"};
static const struct statement LATER = {
    "figures_later", "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN p.severity >= 3 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM later_positive p JOIN seen_alert a ON a.id = p.alert AND a.viewer = ?1"
                     " WHERE p.strategy <> '' AND p.closed_us >= ?2 AND p.closed_us < ?3 AND (?4 = '' OR p.strategy = ?4) AND (?5 = '' OR a.branch = ?5)"};
static const struct statement PAIRS = {
    "figures_pairs", "SELECT s.first, s.second, COUNT(*) FROM sample s JOIN seen_alert a ON a.id = s.alert AND a.viewer = ?1 WHERE s.kind <> 'AUTOMATIC' AND s.why <> 'STRATEGY' AND s.second <> ''"
                     " AND s.closed_us >= ?2 AND s.closed_us < ?3 AND (?4 = '' OR a.branch = ?4) GROUP BY s.first, s.second"};
static const struct statement SAVED = {"figures_saved", "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM hold WHERE state IN ('REFUSED', 'CANCELLED') AND alert IN"
                                                        " (SELECT id FROM seen_alert WHERE " CLOSED_IN " AND code LIKE 'TP-%')"};

static StoreValue text(Slice value) {
    return store_text(value);
}

static Status read_closed(struct book *book, const struct figures_of *of, struct figures *figures) {
    Status status;
    TRY(book_ask(book, &CLOSED, STORE_VALUES(store_i64(of->viewer), store_i64(of->from_us), store_i64(of->until_us), text(of->strategy), text(of->branch))));
    while ((status = book_next(book)) == STATUS_OK) {
        Code code = code_find(store_column_text(book->store, 0));
        int64_t count = book_i64(book, 2);
        if (code == CODE_NONE || code == CODE_DUP || code == CODE_TEST) {
            figures->excluded += count;
            continue;
        }
        figures->closed += count;
        figures->by_code[code] += count;
        if (book_i64(book, 1) != 0) {
            figures->automatic += count;
            figures->automatic_by_code[code] += count;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status read_in_time(struct book *book, const struct figures_of *of, struct figures *figures) {
    Status status;
    TRY(book_ask(book, &IN_TIME, STORE_VALUES(store_i64(of->viewer), store_i64(of->from_us), store_i64(of->until_us), text(of->strategy), text(of->branch))));
    while ((status = book_next(book)) == STATUS_OK) {
        int64_t severity = book_i64(book, 0);
        if (severity >= 0 && severity < 5) {
            figures->by_people[severity] = book_i64(book, 1);
            figures->in_time[severity] = book_i64(book, 2);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static uint32_t verdict(Slice code_text) {
    Code code = code_find(code_text);
    return code == CODE_NONE ? 2 : code_infos[code].counts == COUNT_EFFECTIVE ? 0 : code_infos[code].counts == COUNT_FALSE_ALARM ? 1 : 2;
}

static Status read_agreement(struct book *book, const struct figures_of *of, struct figures *figures) {
    enum { VERDICTS = 3 };
    uint64_t both[VERDICTS * VERDICTS] = {0};
    Status status;
    TRY(book_ask(book, &PAIRS, STORE_VALUES(store_i64(of->viewer), store_i64(of->from_us), store_i64(of->until_us), text(of->branch))));
    while ((status = book_next(book)) == STATUS_OK) {
        uint32_t first = verdict(store_column_text(book->store, 0)), second = verdict(store_column_text(book->store, 1));
        both[first * VERDICTS + second] += (uint64_t)book_i64(book, 2);
        figures->second_looks += book_i64(book, 2);
    }
    figures->agreement = kappa_cohen(both, VERDICTS);
    return status == STATUS_END ? STATUS_OK : status;
}

Status figures_read(struct book *book, const struct figures_of *of, struct figures *ret_figures) {
    struct figures figures = {0};
    StoreValue viewer = store_i64(of->viewer), from = store_i64(of->from_us), until = store_i64(of->until_us);
    TRY(book_one(book, &OPENED, STORE_VALUES(viewer, from, until, text(of->branch))));
    figures.opened = book_i64(book, 0);
    figures.hits = book_i64(book, 1);
    TRY(read_closed(book, of, &figures));
    TRY(read_in_time(book, of, &figures));
    TRY(book_one(book, &LOOKED_AT, STORE_VALUES(viewer, from, until, text(of->strategy), text(of->branch))));
    figures.looked_at = book_i64(book, 0);
    figures.overturned = book_i64(book, 1);
    figures.overturn = share_wilson((uint64_t)figures.overturned, (uint64_t)figures.looked_at);
    TRY(book_one(book, &LATER, STORE_VALUES(viewer, from, until, text(of->strategy), text(of->branch))));
    figures.later_positives = book_i64(book, 0);
    figures.later_positives_s3 = book_i64(book, 1);
    TRY(book_one(book, &SAVED, STORE_VALUES(viewer, from, until, text(of->strategy), text(of->branch))));
    figures.saved = book_i64(book, 0);
    TRY(read_agreement(book, of, &figures));
    *ret_figures = figures;
    return STATUS_OK;
}

double figures_rate(const struct figures *figures) {
    return figures->closed == 0 ? 0 : (double)figures->automatic / (double)figures->closed;
}

double figures_merge_ratio(const struct figures *figures) {
    return figures->opened == 0 ? 0 : (double)figures->hits / (double)figures->opened;
}
