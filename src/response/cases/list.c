// Lists of cases and gangs, and the figures of the room.

#include "base/time.h"
#include "base/vec.h"
#include "response/cases/private.h"

#include <stdlib.h>

enum { ROWS_DEFAULT = 50, ROWS_MAX = 500, CLOSED_MAX = 100000, HUBS_MAX = 10000 };

#define LISTED                                                                                     \
    "SELECT f.id, f.number, f.title, f.type, f.level, f.source, f.secrecy, f.state, f.opened_us, " \
    "f.owner, f.team, f.branch, f.police_case_no, f.closed_us, (SELECT COUNT(*) FROM case_alert "  \
    "c "                                                                                           \
    "WHERE c.case_id = f.id), (SELECT COUNT(*) FROM case_subject s WHERE s.case_id = f.id) FROM "  \
    "seen_case f "
// An empty text asks for any. A text is sought as it stands: no letter of it is a pattern.
#define WHERE_FITS                                                                                 \
    "WHERE f.viewer = ?1 AND (?2 = '' OR f.state = ?2) AND (?3 = '' OR f.type = ?3) AND (?4 = '' " \
    "OR f.level = ?4) AND (?5 = '' OR f.owner = ?5) AND (?6 = '' OR f.team = ?6) AND (?7 = '' OR " \
    "f.branch = ?7) AND (?8 = '' OR f.source = ?8) AND (?9 = '' OR f.secrecy = ?9) AND "           \
    "(CAST(?10 AS BIGINT) = 0 OR f.state <> 'CLOSED') AND f.opened_us >= ?11 AND f.opened_us < "   \
    "?12 AND (f.opened_us, f.id) < (?13, ?14) AND (?15 = '' OR f.number LIKE ?15 ESCAPE '!' OR "   \
    "f.title LIKE ?15 ESCAPE '!' OR f.police_case_no LIKE ?15 ESCAPE '!') "
#define NEWEST_FIRST "ORDER BY f.opened_us DESC, f.id DESC LIMIT ?16"
static const struct statement CASES = {"cases_list", LISTED WHERE_FITS NEWEST_FIRST};
// A customer is in a case as a person or as a company.
static const struct statement CASES_OF = {
    "cases_list_of",
    LISTED "JOIN (SELECT DISTINCT case_id FROM case_subject WHERE kind IN (?17, CASE ?17 WHEN "
           "'CUSTOMER' THEN 'PERSON' ELSE ?17 END, CASE ?17 WHEN 'CUSTOMER' THEN 'COMPANY' ELSE "
           "?17 END) AND name = ?18) o ON o.case_id = f.id " WHERE_FITS NEWEST_FIRST};

#define GANG_COLUMNS                                                                               \
    "SELECT g.id, g.seed_kind, g.seed, g.secrecy, g.state, g.accounts, g.holders, g.strength, "    \
    "g.amount, g.from_us, g.until_us, g.found_us, g.times, g.grown_from, g.case_id, "              \
    "g.decided_us, "                                                                               \
    "g.decided_by, g.reason FROM seen_gang g "
static const struct statement GANGS = {
    "gangs_list", GANG_COLUMNS "WHERE g.viewer = ?1 AND (?2 = '' OR g.state = ?2) AND g.id < ?3 "
                               "ORDER BY g.id DESC LIMIT ?4"};
static const struct statement GANGS_OF = {
    "gangs_list_of",
    GANG_COLUMNS "WHERE g.viewer = ?1 AND (?2 = '' OR g.state = ?2) AND g.id < ?3 AND EXISTS "
                 "(SELECT 1 FROM gang_member m WHERE m.gang = g.id AND m.name = ?5) ORDER BY g.id "
                 "DESC LIMIT ?4"};
static const struct statement GANG = {"gang_json",
                                      GANG_COLUMNS "WHERE g.viewer = ?1 AND g.id = ?2"};
static const struct statement GANG_MEMBERS = {
    "gang_json_members",
    "SELECT kind, name, part, strength, nearness FROM gang_member WHERE gang = "
    "?1 ORDER BY nearness DESC, kind, name"};
static const struct statement GANG_BONDS = {
    "gang_json_bonds",
    "SELECT kind, from_kind, from_name, to_kind, to_name, times, amount, weight, "
    "first_us, last_us FROM gang_bond WHERE gang = ?1 ORDER BY number"};
static const struct statement GANG_SKIPPED = {"gang_json_skipped",
                                              "SELECT skipped FROM gang WHERE id = ?1"};

static uint32_t rows_of(uint32_t asked) {
    return asked == 0 ? ROWS_DEFAULT : asked > ROWS_MAX ? ROWS_MAX : asked;
}

// Anything around it; "!" goes before what would be a pattern.
static Slice pattern_of(struct book *book, Slice text) {
    struct buf out;
    if (text.size == 0) {
        return SLICE("");
    }
    buf_init(&out, 2 * CASE_TITLE_MAX + 2);
    buf_put_byte(&out, '%');
    for (size_t i = 0; i < text.size && i < CASE_TITLE_MAX; i++) {
        if (text.at[i] == '%' || text.at[i] == '_' || text.at[i] == '!') {
            buf_put_byte(&out, '!');
        }
        buf_put_byte(&out, text.at[i]);
    }
    buf_put_byte(&out, '%');
    Slice pattern = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return pattern;
}

Status cases_put_json(struct book *book, int64_t clearance, const struct case_filter *filter,
                      struct json_writer *json) {
    bool is_first = filter->before_us == 0 && filter->before_id == 0;
    bool of_subject = filter->subject.size > 0;
    const StoreValue values[] = {
        store_i64(clearance),
        store_text(filter->state),
        store_text(filter->type),
        store_text(filter->level),
        store_text(filter->owner),
        store_text(filter->team),
        store_text(filter->branch),
        store_text(filter->source),
        store_text(filter->secrecy),
        store_i64(filter->only_open),
        store_i64(filter->from_us),
        store_i64(filter->until_us == 0 ? INT64_MAX : filter->until_us),
        store_i64(is_first ? INT64_MAX : filter->before_us),
        store_i64(is_first ? INT64_MAX : filter->before_id),
        store_text(pattern_of(book, filter->text)),
        store_i64(rows_of(filter->rows_max)),
        store_text(filter->subject_kind),
        store_text(filter->subject),
    };
    uint32_t count = sizeof values / sizeof values[0];
    return rows_put_json(book, of_subject ? &CASES_OF : &CASES,
                         (StoreValues){values, of_subject ? count : count - 2},
                         COLUMNS_OF("iid", "tnumber", "ttitle", "ttype", "tlevel", "tsource",
                                    "tsecrecy", "tstate", "iopened_us", "towner", "tteam",
                                    "tbranch", "wpolice_case_no", "nclosed_us", "ialerts",
                                    "isubjects"),
                         NULL, json, NULL);
}

// ---- gangs -------------------------------------------------------------------------------------

#define GANG_NAMES                                                                                 \
    COLUMNS_OF("iid", "tseed_kind", "tseed", "tsecrecy", "tstate", "iaccounts", "iholders",        \
               "fstrength", "iamount", "ifrom_us", "iuntil_us", "ifound_us", "itimes",             \
               "ngrown_from", "ncase_id", "ndecided_us", "wdecided_by", "wreason")

Status gangs_put_json(struct book *book, int64_t clearance, const struct gang_filter *filter,
                      struct json_writer *json) {
    const StoreValue values[] = {
        store_i64(clearance),
        store_text(filter->state),
        store_i64(filter->before_id == 0 ? INT64_MAX : filter->before_id),
        store_i64(rows_of(filter->rows_max)),
        store_text(filter->member),
    };
    bool of_member = filter->member.size > 0;
    return rows_put_json(book, of_member ? &GANGS_OF : &GANGS,
                         (StoreValues){values, of_member ? 5 : 4}, GANG_NAMES, NULL, json, NULL);
}

Status gang_put_json(struct book *book, int64_t clearance, int64_t gang, struct json_writer *json) {
    Status status = book_one(book, &GANG, STORE_VALUES(store_i64(clearance), store_i64(gang)));
    ENSURE(status != STATUS_NOT_FOUND,
           book_fail(book, status, "CA013", "there is no gang %lld", (long long)gang));
    TRY(status);
    json_object_begin(json);
    row_put_json(book, GANG_NAMES, json);
    TRY(rows_put_json(book, &GANG_MEMBERS, STORE_VALUES(store_i64(gang)),
                      COLUMNS_OF("tkind", "tname", "tpart", "fstrength", "fnearness"), "members",
                      json, NULL));
    TRY(rows_put_json(book, &GANG_BONDS, STORE_VALUES(store_i64(gang)),
                      COLUMNS_OF("tkind", "tfrom_kind", "tfrom", "tto_kind", "tto", "itimes",
                                 "iamount", "fweight", "ifirst_us", "ilast_us"),
                      "bonds", json, NULL));
    TRY(book_one(book, &GANG_SKIPPED, STORE_VALUES(store_i64(gang))));
    row_put_json(book, COLUMNS_OF("jskipped"), json);
    json_object_end(json);
    return STATUS_OK;
}

static const struct statement HUBS = {
    "gang_hubs_list", "SELECT kind, name, reason, until_us, added_us, added_by FROM gang_hub WHERE "
                      "until_us > ?1 ORDER BY kind, name LIMIT ?2"};

Status gang_hubs_put_json(struct book *book, struct json_writer *json) {
    return rows_put_json(
        book, &HUBS, STORE_VALUES(store_i64(book->now_us), store_i64(HUBS_MAX)),
        COLUMNS_OF("tkind", "tname", "treason", "iuntil_us", "iadded_us", "tadded_by"), NULL, json,
        NULL);
}

// ---- figures -----------------------------------------------------------------------------------

static const struct statement OPEN_BY_TYPE = {
    "cases_open_by_type",
    "SELECT type, COUNT(*), CAST(SUM(CASE WHEN opened_us > ?2 THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opened_us <= ?2 AND opened_us > ?3 THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opened_us <= ?3 AND opened_us > ?4 THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opened_us <= ?4 THEN 1 ELSE 0 END) AS BIGINT) FROM seen_case WHERE viewer "
    "= "
    "?1 AND state <> 'CLOSED' GROUP BY type ORDER BY type"};
static const struct statement CLOSED_SPANS = {
    "cases_closed_spans",
    "SELECT closed_us - opened_us FROM seen_case WHERE viewer = ?1 AND state = "
    "'CLOSED' AND closed_us >= ?2 AND closed_us < ?3 ORDER BY 1 LIMIT ?4"};
static const struct statement OPENED = {
    "cases_opened_count",
    "SELECT COUNT(*) FROM seen_case WHERE viewer = ?1 AND opened_us >= ?2 AND "
    "opened_us < ?3"};
static const struct statement GANG_FIGURES = {
    "gangs_figures",
    "SELECT state, COUNT(*), CAST(SUM(accounts) AS BIGINT) FROM seen_gang WHERE viewer = ?1 AND "
    "((state = 'PROPOSED' AND found_us < ?3) OR (decided_us >= ?2 AND decided_us < ?3)) AND state "
    "<> 'REPLACED' GROUP BY state ORDER BY state"};
static const struct statement GAP_FIGURES = {
    "gaps_figures", "SELECT g.state, COUNT(*) FROM case_gap g JOIN seen_case f ON f.id = g.case_id "
                    "AND f.viewer = ?1 WHERE g.at_us < ?2 GROUP BY g.state ORDER BY g.state"};

static Status put_spans(struct book *book, int64_t clearance, int64_t from_us, int64_t until_us,
                        struct json_writer *json) {
    VEC(int64_t) spans = {0};
    Status status;
    TRY(book_ask(book, &CLOSED_SPANS,
                 STORE_VALUES(store_i64(clearance), store_i64(from_us), store_i64(until_us),
                              store_i64(CLOSED_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&spans, book->arena) = book_i64(book, 0);
    }
    ENSURE(status == STATUS_END, status);
    json_key_i64(json, SLICE("closed"), spans.count);
    if (spans.count > 0) {
        json_key_double(json, SLICE("median_days"),
                        (double)spans.at[spans.count / 2] / (double)US_PER_DAY);
    }
    return STATUS_OK;
}

Status cases_put_figures(struct book *book, int64_t clearance, int64_t from_us, int64_t until_us,
                         struct json_writer *json) {
    int64_t opened = 0, now = book->now_us;
    const StoreValues period =
        STORE_VALUES(store_i64(clearance), store_i64(from_us), store_i64(until_us));
    json_object_begin(json);
    TRY(rows_put_json(book, &OPEN_BY_TYPE,
                      STORE_VALUES(store_i64(clearance), store_i64(now - 7 * US_PER_DAY),
                                   store_i64(now - 30 * US_PER_DAY),
                                   store_i64(now - 90 * US_PER_DAY)),
                      COLUMNS_OF("ttype", "icount", "iunder_7_days", "iunder_30_days",
                                 "iunder_90_days", "iolder"),
                      "open", json, NULL));
    TRY(book_number(book, &OPENED, period, &opened));
    json_key_i64(json, SLICE("opened"), opened);
    TRY(put_spans(book, clearance, from_us, until_us, json));
    TRY(rows_put_json(book, &GANG_FIGURES, period, COLUMNS_OF("tstate", "icount", "iaccounts"),
                      "gangs", json, NULL));
    TRY(rows_put_json(book, &GAP_FIGURES, STORE_VALUES(store_i64(clearance), store_i64(until_us)),
                      COLUMNS_OF("tstate", "icount"), "model_gaps", json, NULL));
    json_object_end(json);
    return STATUS_OK;
}
