// The lists of sources, rows and figures, and the statements that are made of them.
//
// Around each SQL of rows.def stand four statements: the figure (how many, the sum, how many are not told), the list in pages, and both sums by branch and by word.
// All have the same parameters first: ?1 clearance, ?2 from, ?3 until, ?4 the branch, empty for all.

#include "governance/cockpit/parts.h"

// ---- sources ----

const struct source_info source_infos[SOURCE_COUNT] = {
#define SOURCE(name, by, table, first, zh, en) [SOURCE_##name] = {FED_BY_##by, table, zh, en, {"cockpit_first_" #name, first}},
#include "governance/cockpit/sources.def"
#undef SOURCE
};

// ---- what several SQL of rows.def have in common ----

// Alerts closed as fraud with such a code, each customer once in seven days; the value is the largest payment that was not made.
#define FRAUDS_ONCE(code_is)                                                                                                                         \
    "SELECT a.closed_us AS at_us, CAST(a.id AS TEXT) AS key, a.branch AS unit, CAST(COALESCE((SELECT MAX(e.amount) FROM alert_event e"               \
    " LEFT JOIN hold h ON h.event_id = e.event_id WHERE e.alert = a.id AND e.is_request = 1 AND e.outcome <> 'SUCCESS'"                              \
    " AND (h.state IN ('REFUSED', 'CANCELLED') OR (h.id IS NULL AND e.action IN ('REJECT', 'STOP_PAY', 'FREEZE')))"                                  \
    " AND NOT EXISTS (SELECT 1 FROM movement m WHERE m.payee = e.payee AND m.payer_customer = a.customer AND m.state = 'DONE'"                       \
    " AND m.time_us > e.event_us AND m.time_us < e.event_us + 604800000000)), 0) AS BIGINT) AS value, 'alert' AS kind, a.id AS object, a.code AS "   \
    "word"                                                                                                                                           \
    " FROM seen_alert a WHERE a.viewer = ?1 AND a.is_open = 0 AND a.code " code_is " AND a.closed_us >= ?2 AND a.closed_us < ?3"                     \
    " AND NOT EXISTS (SELECT 1 FROM seen_alert b WHERE b.viewer = ?1 AND b.customer = a.customer AND b.customer <> '' AND b.is_open = 0"             \
    " AND b.code " code_is                                                                                                                           \
    " AND b.closed_us > a.closed_us - 604800000000 AND (b.closed_us < a.closed_us OR (b.closed_us = a.closed_us AND b.id < a.id)))"

// Accounts of this bank by the first time that they came to the list of case accounts. An entry without a bank's code is of this bank.
#define LISTED_ACCOUNTS(listed_value)                                                                                                                \
    "SELECT l.at_us AS at_us, l.account AS key, COALESCE(o.branch, (SELECT MAX(c.branch) FROM control c WHERE c.target_kind = 'account'"             \
    " AND c.target = l.account AND c.measure = 'SUSPEND_ALL'), '') AS unit, " listed_value                                                           \
    " AS value, 'order' AS kind, l.police_order AS object, '' AS word"                                                                               \
    " FROM (SELECT MIN(p.taken_us) AS at_us, e.account AS account, MIN(p.id) AS police_order FROM order_entry e"                                     \
    " JOIN seen_order p ON p.id = e.police_order AND p.viewer = ?1 WHERE e.list = 'CASE' AND e.bank = '' AND p.state NOT IN ('REFUSED', "            \
    "'EXCEPTION')"                                                                                                                                   \
    " GROUP BY e.account HAVING MIN(p.taken_us) >= ?2 AND MIN(p.taken_us) < ?3) l LEFT JOIN opening o ON o.account = l.account"

// Leads by the first time that one of their referrals came so far.
#define LEADS(moment)                                                                                                                                \
    "SELECT MIN(r." moment ") AS at_us, CAST(r.lead AS TEXT) AS key, MAX(f.branch) AS unit, 1 AS value, 'referral' AS kind, MIN(r.id) AS object,"    \
    " MIN(r.route) AS word FROM seen_referral r JOIN case_file f ON f.id = r.case_id WHERE r.viewer = ?1 GROUP BY r.lead"                            \
    " HAVING MIN(r." moment ") >= ?2 AND MIN(r." moment ") < ?3"

// Cases of the police by the first time that one of the referrals that led to them came so far. What several tell of one case is not added up.
#define POLICE_CASES(moment, told)                                                                                                                   \
    "SELECT MIN(r." moment ") AS at_us, r.police_case_no AS key, MAX(f.branch) AS unit, CAST(COALESCE(MAX(" told "), 0) AS BIGINT) AS value,"        \
    " 'referral' AS kind, MIN(r.id) AS object, CASE WHEN MAX(" told ") IS NULL THEN 'UNTOLD' ELSE '' END AS word"                                    \
    " FROM seen_referral r JOIN case_file f ON f.id = r.case_id WHERE r.viewer = ?1 AND r.police_case_no <> '' GROUP BY r.police_case_no"            \
    " HAVING MIN(r." moment ") >= ?2 AND MIN(r." moment ") < ?3"

// ---- rows ----

enum { SCOPE_UNITS = false, SCOPE_WHOLE = true };
#define SUMS "COUNT(*), CAST(COALESCE(SUM(r.value), 0) AS BIGINT)"
#define ASKED "(?4 = '' OR r.unit = ?4) AND CAST(?1 AS BIGINT) >= 0 AND CAST(?2 AS BIGINT) <= CAST(?3 AS BIGINT)"
#define FROM(source) (UINT32_C(1) << SOURCE_##source)

const struct rows_info rows_infos[ROWS_COUNT] = {
#define ROWS(name, reach, scope, from, text)                                                                                                         \
    [ROWS_##name] = {                                                                                                                                \
        .reach_us = (reach)*US_PER_DAY,                                                                                                              \
        .is_whole = SCOPE_##scope,                                                                                                                   \
        .sources = (from),                                                                                                                           \
        .sql = text,                                                                                                                                 \
        .figure = {"cockpit_" #name "_figure",                                                                                                       \
                   "SELECT " SUMS ", CAST(COALESCE(SUM(CASE WHEN r.word = 'UNTOLD' THEN 1 ELSE 0 END), 0) AS BIGINT) FROM (" text                    \
                   ") AS r WHERE " ASKED},                                                                                                           \
        .list = {"cockpit_" #name "_rows", "SELECT r.at_us, r.key, r.unit, r.value, r.kind, r.object, r.word FROM (" text ") AS r WHERE " ASKED      \
                                           " AND (r.at_us > ?5 OR (r.at_us = ?5 AND r.key > ?6)) ORDER BY r.at_us, r.key LIMIT ?7"},                 \
        .units = {"cockpit_" #name "_units",                                                                                                         \
                  "SELECT r.unit, " SUMS " FROM (" text ") AS r WHERE r.unit <> '' AND " ASKED " GROUP BY r.unit ORDER BY r.unit"},                  \
        .words = {"cockpit_" #name "_words",                                                                                                         \
                  "SELECT r.word, " SUMS " FROM (" text ") AS r WHERE " ASKED " GROUP BY r.word ORDER BY 2 DESC, r.word"},                           \
    },
#include "governance/cockpit/rows.def"
#undef ROWS
};

// ---- figures ----

static const Rows rows_of_figures[COCKPIT_FIGURE_COUNT] = {
#define FIGURE(name, id, rows, ...) [COCKPIT_##name] = ROWS_##rows,
#include "governance/cockpit/figures.def"
#undef FIGURE
};

Rows rows_of(CockpitFigure figure) {
    return rows_of_figures[figure];
}

bool cockpit_figure_is_whole(CockpitFigure figure) {
    return rows_infos[rows_of(figure)].is_whole;
}

const char *cockpit_figure_sql(CockpitFigure figure) {
    return rows_infos[rows_of(figure)].sql;
}

static const struct cockpit_figure infos[COCKPIT_FIGURE_COUNT] = {
#define FIGURE(name, word, rows, sort, secret, unit_zh, unit_en, zh, en, definition_zh, definition_en, once_zh, once_en)                             \
    [COCKPIT_##name] = {word,                                                                                                                        \
                        COCKPIT_##sort,                                                                                                              \
                        COCKPIT_##secret,                                                                                                            \
                        unit_zh,                                                                                                                     \
                        unit_en,                                                                                                                     \
                        zh,                                                                                                                          \
                        en,                                                                                                                          \
                        definition_zh,                                                                                                               \
                        definition_en,                                                                                                               \
                        once_zh,                                                                                                                     \
                        once_en,                                                                                                                     \
                        "cockpit_" #rows "_figure",                                                                                                  \
                        "cockpit_" #rows "_rows"},
#include "governance/cockpit/figures.def"
#undef FIGURE
};

const struct cockpit_figure *cockpit_figure_info(CockpitFigure figure) {
    return &infos[figure];
}

bool cockpit_figure_parse(Slice id, CockpitFigure *ret_figure) {
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        if (slice_is(id, infos[i].id)) {
            *ret_figure = (CockpitFigure)i;
            return true;
        }
    }
    return false;
}

void cockpit_list_json(struct json_writer *json) {
    static const char *const kinds[] = {
        [COCKPIT_COUNT] = "COUNT",         [COCKPIT_SUM] = "SUM",   [COCKPIT_MONEY] = "MONEY", [COCKPIT_SHARE] = "SHARE", [COCKPIT_RATIO] = "RATIO",
        [COCKPIT_PER_10000] = "PER_10000", [COCKPIT_SPAN] = "SPAN", [COCKPIT_KAPPA] = "KAPPA"};
    static const char *const secrecies[] = {[COCKPIT_SEEN] = "SEEN", [COCKPIT_AML] = "AML", [COCKPIT_INSIDER] = "INSIDER"};
    json_array_begin(json);
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        const struct cockpit_figure *info = &infos[i];
        json_object_begin(json);
        json_key_string(json, SLICE("figure"), slice_of(info->id));
        json_key_string(json, SLICE("kind"), slice_of(kinds[info->kind]));
        json_key_string(json, SLICE("secrecy"), slice_of(secrecies[info->secrecy]));
        json_key_bool(json, SLICE("whole"), cockpit_figure_is_whole((CockpitFigure)i));
        json_key_string(json, SLICE("zh"), slice_of(info->zh));
        json_key_string(json, SLICE("en"), slice_of(info->en));
        json_key_string(json, SLICE("unit_zh"), slice_of(info->unit_zh));
        json_key_string(json, SLICE("unit_en"), slice_of(info->unit_en));
        json_key_string(json, SLICE("definition_zh"), slice_of(info->definition_zh));
        json_key_string(json, SLICE("definition_en"), slice_of(info->definition_en));
        json_key_string(json, SLICE("once_zh"), slice_of(info->once_zh));
        json_key_string(json, SLICE("once_en"), slice_of(info->once_en));
        json_key_string(json, SLICE("query"), slice_of(info->query));
        json_key_string(json, SLICE("rows_query"), slice_of(info->rows_query));
        json_key(json, SLICE("sources"));
        json_array_begin(json);
        for (uint32_t k = 0; k < SOURCE_COUNT; k++) {
            if (rows_infos[rows_of((CockpitFigure)i)].sources >> k & 1) {
                json_string(json, slice_of(source_infos[k].table));
            }
        }
        json_array_end(json);
        json_key_string(json, SLICE("sql"), slice_of(cockpit_figure_sql((CockpitFigure)i)));
        json_object_end(json);
    }
    json_array_end(json);
}

// ---- tables that are no figures ----

const struct statement rows_models_by_money = {"cockpit_models_by_money",
                                               "SELECT h.model, COUNT(*), CAST(SUM(r.value) AS BIGINT) FROM (" FRAUDS_ONCE(
                                                   "LIKE 'TP-%'") ") AS r"
                                                                  " JOIN (SELECT DISTINCT h.alert, h.model FROM hit h JOIN alert a ON a.id = h.alert "
                                                                  "WHERE a.closed_us >= ?2 AND a.closed_us < ?3 AND a.code LIKE 'TP-%') h"
                                                                  " ON h.alert = r.object WHERE " ASKED
                                                                  " GROUP BY h.model HAVING SUM(r.value) > 0 ORDER BY 3 DESC, h.model LIMIT 10"};
