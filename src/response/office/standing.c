// Strategies and their standing, and figures.

#include "response/office/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { RUNS_SHOWN = 50, EXPLANATION_MAX = 256 << 10 };

static const struct statement RUNS = {
    "office_strategy_runs",
    "SELECT r.id, r.alert, a.typology_group, a.severity, r.is_shadow, r.began_us, "
    "COALESCE(r.ended_us, 0), r.outcome, r.code, r.branch, r.reason FROM run r"
    " JOIN seen_alert a ON a.id = r.alert AND a.viewer = ?1 WHERE r.strategy = ?2 AND r.ended_us "
    "IS NOT NULL ORDER BY r.ended_us DESC, r.id DESC LIMIT ?3"};

static void put_standing(struct json_writer *json, const struct strategy *strategy,
                         const struct strategy_record *record) {
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, strategy->hash);
    json_key_string(json, SLICE("strategy"), strategy->id);
    json_key_i64(json, SLICE("version"), strategy->version);
    json_key_string(json, SLICE("hash"), (Slice){hash, 16});
    put_pair(json, "name", strategy->zh, strategy->en);
    json_key_string(json, SLICE("owner"), strategy->owner);
    json_key_string(json, SLICE("direction"),
                    strategy->releases ? SLICE("RELEASE") : SLICE("PROTECT"));
    json_key_bool(json, SLICE("closes"), strategy->is_closure);
    json_key_bool(json, SLICE("counts_as_automatic"), strategy->counts_as_automatic);
    json_key_string(json, SLICE("mode"),
                    record->mode == STRATEGY_ACTIVE ? SLICE("ACTIVE") : SLICE("SHADOW"));
    put_moment(json, SLICE("since"), record->since_us);
    put_text(json, SLICE("proposed_by"), record->proposed_by);
    json_key_i64(json, SLICE("compared"), (int64_t)record->compared);
    json_key_i64(json, SLICE("agreed"), (int64_t)record->agreed);
    json_key_i64(json, SLICE("missed"), (int64_t)record->missed);
    json_key_i64(json, SLICE("needs_compared"), strategy->earning.alerts);
    json_key_double(json, SLICE("needs_agreement"), strategy->earning.agreement);
    json_key_bool(json, SLICE("earned"), record->is_earned);
}

Status strategies_put_json(const struct office *office, struct book *book,
                           struct json_writer *json) {
    json_array_begin(json);
    for (uint32_t i = 0; i < office->strategies->count; i++) {
        struct strategy_record record;
        TRY(strategy_record(book, &office->strategies->at[i], &record));
        json_object_begin(json);
        put_standing(json, &office->strategies->at[i], &record);
        json_object_end(json);
    }
    json_array_end(json);
    return STATUS_OK;
}

Status strategy_named(const struct office *office, struct book *book, Slice id,
                      const struct strategy **ret_strategy) {
    uint32_t at = map_get(&office->strategies->by_id, id);
    ENSURE(at != MAP_NONE, book_fail(book, STATUS_NOT_FOUND, "OF006",
                                     "the pack has no strategy '%.*s'", SLICE_ARGS(id)));
    *ret_strategy = &office->strategies->at[at];
    return STATUS_OK;
}

static const struct strategy_branch *branch_of(const struct strategy *strategy, Slice id) {
    const struct strategy_branches lists[] = {
        strategy->stop, strategy->then, {&strategy->otherwise, 1}};
    for (uint32_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (uint32_t k = 0; k < lists[i].count; k++) {
            if (slice_equal(lists[i].at[k].id, id)) {
                return &lists[i].at[k];
            }
        }
    }
    return NULL;
}

static void put_name(struct json_writer *json, const char *key, Slice zh, Slice en) {
    if (slice_empty(zh) && slice_empty(en)) {
        json_key(json, slice_of(key));
        json_null(json);
    } else {
        put_pair(json, key, zh, en);
    }
}

void run_put_names(const struct office *office, struct json_writer *json, Slice strategy,
                   Slice branch) {
    uint32_t at = map_get(&office->strategies->by_id, strategy);
    size_t mark = slice_find(branch, SLICE("#"), 0);
    const struct strategy *known = at == MAP_NONE ? NULL : &office->strategies->at[at];
    const struct strategy_branch *taken =
        known == NULL || mark == SIZE_MAX
            ? NULL
            : branch_of(known, slice_part(branch, mark + 1, SIZE_MAX));
    put_text(json, SLICE("branch"), branch);
    put_name(json, "branch_name", taken == NULL ? SLICE("") : taken->zh,
             taken == NULL ? SLICE("") : taken->en);
    put_name(json, "strategy_name", known == NULL ? SLICE("") : known->zh,
             known == NULL ? SLICE("") : known->en);
}

static Status put_runs(const struct office *office, struct book *book, int64_t viewer,
                       Slice strategy, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &RUNS,
                 STORE_VALUES(store_i64(viewer), store_text(strategy), store_i64(RUNS_SHOWN))));
    json_key(json, SLICE("runs"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("run"), book_i64(book, 0));
        json_key_i64(json, SLICE("alert"), book_i64(book, 1));
        json_key_string(json, SLICE("group"), store_column_text(book->store, 2));
        put_severity(json, "severity", book_i64(book, 3));
        json_key_bool(json, SLICE("shadow"), book_i64(book, 4) != 0);
        put_moment(json, SLICE("began"), book_i64(book, 5));
        put_moment(json, SLICE("ended"), book_i64(book, 6));
        put_text(json, SLICE("outcome"), store_column_text(book->store, 7));
        put_text(json, SLICE("code"), store_column_text(book->store, 8));
        run_put_names(office, json, strategy, store_column_text(book->store, 9));
        put_text(json, SLICE("reason"), store_column_text(book->store, 10));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

Status strategy_put_json(const struct office *office, struct book *book, int64_t viewer, Slice id,
                         struct json_writer *json) {
    const struct strategy *strategy;
    struct strategy_record record;
    struct buf explanation;
    TRY(strategy_named(office, book, id, &strategy));
    TRY(strategy_record(book, strategy, &record));
    json_object_begin(json);
    put_standing(json, strategy, &record);
    json_key_string(json, SLICE("text"),
                    strategy->place.source == NULL ? SLICE("") : strategy->place.source->text);
    buf_init(&explanation, EXPLANATION_MAX);
    json_key_string(json, SLICE("explanation"),
                    strategies_explain(office->strategies, id, &explanation)
                        ? buf_slice(&explanation)
                        : SLICE(""));
    buf_deinit(&explanation);
    TRY(put_runs(office, book, viewer, strategy->id, json));
    json_object_end(json);
    return STATUS_OK;
}

// ---- figures ------------------------------------------------------------------------------------

static void put_codes(struct json_writer *json, const struct figures *figures) {
    json_key(json, SLICE("codes"));
    json_array_begin(json);
    for (uint32_t i = 0; i < CODE_COUNT; i++) {
        if (figures->by_code[i] == 0) {
            continue;
        }
        json_object_begin(json);
        json_key_string(json, SLICE("code"), code_infos[i].text);
        json_key_string(json, SLICE("code_zh"), code_infos[i].zh);
        json_key_string(json, SLICE("code_en"), code_infos[i].en);
        json_key_i64(json, SLICE("closed"), figures->by_code[i]);
        json_key_i64(json, SLICE("automatic"), figures->automatic_by_code[i]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_in_time(struct json_writer *json, const struct figures *figures) {
    json_key(json, SLICE("by_people"));
    json_array_begin(json);
    for (int64_t severity = SEVERITY_S4; severity >= SEVERITY_S1; severity--) {
        json_object_begin(json);
        put_severity(json, "severity", severity);
        json_key_i64(json, SLICE("decided"), figures->by_people[severity]);
        json_key_i64(json, SLICE("in_time"), figures->in_time[severity]);
        json_object_end(json);
    }
    json_array_end(json);
}

// The rate never goes without the three that judge it.
void figures_put_json(struct json_writer *json, const struct figures *figures) {
    json_object_begin(json);
    json_key_i64(json, SLICE("opened"), figures->opened);
    json_key_i64(json, SLICE("hits"), figures->hits);
    json_key_double(json, SLICE("merge_ratio"), figures_merge_ratio(figures));
    json_key_i64(json, SLICE("closed"), figures->closed);
    json_key_i64(json, SLICE("excluded"), figures->excluded);
    json_key_i64(json, SLICE("automatic"), figures->automatic);
    json_key_double(json, SLICE("automatic_rate"), figures_rate(figures));
    json_key_i64(json, SLICE("looked_at"), figures->looked_at);
    json_key_i64(json, SLICE("overturned"), figures->overturned);
    json_key_double(json, SLICE("overturn_rate"), figures->overturn.share);
    json_key_double(json, SLICE("overturn_low"), figures->overturn.lower);
    json_key_double(json, SLICE("overturn_high"), figures->overturn.upper);
    json_key_i64(json, SLICE("later_positives"), figures->later_positives);
    json_key_i64(json, SLICE("later_positives_s3"), figures->later_positives_s3);
    put_codes(json, figures);
    put_in_time(json, figures);
    json_key_i64(json, SLICE("second_looks"), figures->second_looks);
    json_key_double(json, SLICE("agreement"),
                    figures->agreement); // null: nobody looked a second time
    json_key_i64(json, SLICE("saved"), figures->saved);
    json_object_end(json);
}

Status order_figures_put_json(const struct office *office, struct book *book, int64_t viewer,
                              int64_t from_us, int64_t until_us, struct json_writer *json) {
    json_array_begin(json);
    for (uint32_t i = 0; i < ORDER_KIND_COUNT; i++) {
        struct order_figures figures;
        const struct order_kind_text *text = order_kind_text((OrderKind)i);
        TRY(order_figures(book, office->terms, viewer, (OrderKind)i, from_us, until_us, &figures));
        json_object_begin(json);
        json_key_string(json, SLICE("kind"), slice_of(text->word));
        json_key_string(json, SLICE("kind_zh"), slice_of(text->zh));
        json_key_string(json, SLICE("kind_en"), slice_of(text->en));
        json_key_i64(json, SLICE("taken"), figures.taken);
        json_key_i64(json, SLICE("executed"), figures.executed);
        json_key_i64(json, SLICE("refused"), figures.refused);
        json_key_i64(json, SLICE("in_exception"), figures.in_exception);
        json_key_i64(json, SLICE("in_time"), figures.in_time);
        json_key_i64(json, SLICE("p50_ms"), figures.p50_us / US_PER_MS);
        json_key_i64(json, SLICE("p95_ms"), figures.p95_us / US_PER_MS);
        json_object_end(json);
    }
    json_array_end(json);
    return STATUS_OK;
}
