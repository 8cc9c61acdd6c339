// Parts 6 and 7 of a dossier: on what alerts rest, what happened when, and what was done.

#include "response/referral/dossier.h"

#include "base/time.h"
#include "codec/json.h"

#include <stdlib.h>

enum { DECISION_BYTES_MAX = 1 << 20, DECISION_DEPTH_MAX = 32, SAID_MAX = 500, MOMENTS_MAX = 60 };

// Alerts that were found to be no fraud are no evidence of one.
static const struct statement HITS = {
    "dossier_hits",
    "SELECT h.model, h.typology, h.severity, h.alert, COALESCE(e.event_us, a.opened_us), "
    "COALESCE(e.decision, '') FROM case_alert c JOIN seen_alert a ON a.id = c.alert AND a.viewer = "
    "?2 JOIN hit h ON h.alert = a.id LEFT JOIN evidence e ON e.sequence = h.sequence WHERE "
    "c.case_id = ?1 AND a.code NOT LIKE 'FP%' ORDER BY h.alert, h.sequence, h.model"};
static const struct statement ALERTS = {
    "dossier_alerts", "SELECT a.id, a.opened_us, a.severity, a.note FROM case_alert c JOIN "
                      "seen_alert a ON a.id = c.alert AND a.viewer = ?2 WHERE c.case_id = ?1 AND "
                      "a.code NOT LIKE 'FP%' ORDER BY a.opened_us, a.id"};
static const struct statement MEASURES = {
    "dossier_measures",
    "SELECT id, target_kind, target, measure, authority, document, amount, reason, state, "
    "asked_us, COALESCE(since_us, 0), COALESCE(until_us, 0), COALESCE(released_us, 0) FROM "
    "seen_control WHERE viewer = ?2 AND (case_id = ?1 OR alert IN (SELECT alert FROM case_alert "
    "WHERE case_id = ?1)) ORDER BY id"};
static const struct statement MEASURES_ON = {
    "dossier_measures_on",
    "SELECT id, target_kind, target, measure, authority, document, amount, reason, state, "
    "asked_us, COALESCE(since_us, 0), COALESCE(until_us, 0), COALESCE(released_us, 0) FROM "
    "seen_control WHERE viewer = ?1 AND target_kind = ?2 AND target = ?3 ORDER BY id"};
static const struct statement HOLDS = {
    "dossier_holds",
    "SELECT h.id, h.account, h.payee, h.amount, h.held_us, h.state, COALESCE(h.settled_us, 0), "
    "h.customer FROM seen_hold h JOIN case_alert c ON c.alert = h.alert WHERE h.viewer = ?2 AND "
    "c.case_id = ?1 AND "
    "h.state IN ('REFUSED', 'CANCELLED') ORDER BY h.id"};
static const struct statement REPORTS = {
    "dossier_reports", "SELECT id, kind, made_us, COALESCE(received_us, 0), receipt FROM "
                       "seen_report WHERE viewer = ?2 AND (case_id = ?1 OR alert IN (SELECT alert "
                       "FROM case_alert WHERE case_id = ?1)) ORDER BY id"};
static const struct statement GANGS = {
    "dossier_gangs",
    "SELECT COUNT(*), CAST(COALESCE(SUM(accounts), 0) AS BIGINT), CAST(COALESCE(SUM(holders), 0) "
    "AS BIGINT) FROM seen_gang WHERE viewer = ?2 AND case_id = ?1 AND state = 'CONFIRMED'"};

static StoreValues of_case(const struct dossier *dossier, StoreValue values[static 2]) {
    values[0] = store_i64(dossier->row->case_id);
    values[1] = store_i64(row_clearance(dossier->row));
    return (StoreValues){values, 2};
}

// ---- evidence ---------------------------------------------------------------------------------

struct hearing {
    struct book *book;
    struct dossier *dossier;
    struct json_reader *reader;
    struct map models, said;
};

static void hear(struct hearing *hearing, Slice text) {
    if (text.size > 0 && hearing->dossier->said.count < SAID_MAX &&
        map_put(&hearing->said, text, 0)) {
        *VEC_PUSH(&hearing->dossier->said, hearing->book->arena) = text;
    }
}

static Slice text_of(const struct hearing *hearing, JsonTree tree, uint32_t object, Slice key) {
    uint32_t node = json_member(tree, object, key);
    return node != JSON_NONE && tree.nodes[node].kind == JSON_STRING
               ? arena_copy(hearing->book->arena, tree.nodes[node].text)
               : SLICE("");
}

// Of a decision: what it says of one of its hits (docs/decisions.md).
static void read_reason(struct hearing *hearing, Slice decision, struct dossier_evidence *one) {
    JsonTree tree;
    if (json_parse(hearing->reader, decision, &tree) != STATUS_OK) {
        return;
    }
    uint32_t hits = json_member(tree, 0, SLICE("hits"));
    if (hits == JSON_NONE) {
        return;
    }
    JSON_EACH(tree, hits, i) {
        uint32_t model = json_member(tree, i, SLICE("model"));
        if (model != JSON_NONE && tree.nodes[model].kind == JSON_STRING &&
            slice_equal(tree.nodes[model].text, one->model)) {
            one->name = text_of(hearing, tree, i, SLICE("name_zh"));
            one->reason = text_of(hearing, tree, i, SLICE("reason_zh"));
            hear(hearing, one->name);
            hear(hearing, one->reason);
            hear(hearing, text_of(hearing, tree, i, SLICE("reason_en")));
        }
    }
}

// One line for each model: how often it spoke, and what it said with the highest severity.
static void take_hit(struct hearing *hearing, const struct dossier_evidence *hit, Slice decision) {
    struct dossier *dossier = hearing->dossier;
    struct dossier_evidence one = *hit;
    read_reason(hearing, decision, &one);
    if (map_put(&hearing->models, one.model, dossier->evidence.count)) {
        *VEC_PUSH(&dossier->evidence, hearing->book->arena) = one;
        return;
    }
    struct dossier_evidence *known = &dossier->evidence.at[map_get(&hearing->models, one.model)];
    int64_t first_us = one.first_us < known->first_us ? one.first_us : known->first_us;
    int64_t last_us = one.last_us > known->last_us ? one.last_us : known->last_us;
    int64_t times = known->times + 1;
    *known = one.severity > known->severity ? one : *known;
    known->first_us = first_us;
    known->last_us = last_us;
    known->times = times;
}

static int by_severity(const void *left, const void *right) {
    const struct dossier_evidence *a = left, *b = right;
    int order = (a->severity < b->severity) - (a->severity > b->severity);
    return order != 0 ? order : slice_compare(a->model, b->model);
}

static Status hear_hits(struct hearing *hearing) {
    struct book *book = hearing->book;
    Status status;
    while ((status = book_next(book)) == STATUS_OK) {
        int64_t at_us = book_i64(book, 4);
        struct dossier_evidence hit = {.model = book_text(book, 0),
                                       .typology = book_text(book, 1),
                                       .name = SLICE(""),
                                       .reason = SLICE(""),
                                       .severity = book_i64(book, 2),
                                       .alert = book_i64(book, 3),
                                       .first_us = at_us,
                                       .last_us = at_us,
                                       .times = 1};
        take_hit(hearing, &hit, store_column_text(book->store, 5));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status read_evidence(struct book *book, struct dossier *dossier) {
    struct hearing hearing = {.book = book, .dossier = dossier};
    StoreValue values[2];
    map_init(&hearing.models, book->arena);
    map_init(&hearing.said, book->arena);
    TRY(book_ask(book, &HITS, of_case(dossier, values)));
    hearing.reader = json_reader_create(DECISION_BYTES_MAX, DECISION_DEPTH_MAX);
    Status status = hear_hits(&hearing);
    json_reader_destroy(hearing.reader);
    TRY(status);
    if (dossier->evidence.count > 0) {
        qsort(dossier->evidence.at, dossier->evidence.count, sizeof *dossier->evidence.at,
              by_severity);
    }
    return STATUS_OK;
}

// ---- what happened when -----------------------------------------------------------------------

static void add_moment(struct dossier *dossier, struct arena *arena, int64_t at_us, Slice text) {
    if (at_us != 0) {
        *VEC_PUSH(&dossier->moments, arena) = (struct dossier_moment){at_us, text};
    }
}

static Status read_alerts(struct book *book, struct dossier *dossier) {
    StoreValue values[2];
    Status status;
    TRY(book_ask(book, &ALERTS, of_case(dossier, values)));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice note = book_text(book, 3);
        add_moment(
            dossier, book->arena, book_i64(book, 1),
            arena_printf(book->arena, "监测系统产生 S%lld 级预警", (long long)book_i64(book, 2)));
        if (note.size > 0 && dossier->said.count < SAID_MAX) {
            *VEC_PUSH(&dossier->said, book->arena) = note;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static void tell_openings(struct dossier *dossier, struct arena *arena) {
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        const struct dossier_account *account = &dossier->accounts.at[i];
        if (!account->is_victim && account->opened_us != 0) {
            Slice name = dossier_party_name(dossier, account->holder);
            add_moment(dossier, arena, account->opened_us,
                       arena_printf(arena, "%.*s 开立账户 %.*s", SLICE_ARGS(name),
                                    SLICE_ARGS(account->account)));
        }
    }
}

static void tell_payments(struct dossier *dossier, struct arena *arena) {
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        Slice name = dossier_party_name(dossier, party->key);
        if (party->payments > 0) {
            add_moment(dossier, arena, party->first_us,
                       arena_printf(arena, "受害人 %.*s 首次向涉案账户付款", SLICE_ARGS(name)));
        }
        if (party->payments > 1) {
            add_moment(dossier, arena, party->last_us,
                       arena_printf(arena, "受害人 %.*s 最后一次向涉案账户付款（共 %u 笔）",
                                    SLICE_ARGS(name), party->payments));
        }
    }
}

// Whether a row brought money of the case into its account.
static bool brings_money(const struct dossier *dossier, const struct dossier_row *row) {
    return row->is_credit &&
           (slice_is(row->part, "SOURCE") || dossier_account_of(dossier, row->counter) != NULL);
}

// The first debit behind the first money of the case, of each suspected account: how fast it went
// on.
static void tell_passing_on(struct dossier *dossier, struct arena *arena) {
    struct map reached, passed;
    map_init(&reached, arena);
    map_init(&passed, arena);
    for (uint32_t i = 0; i < dossier->rows.count; i++) {
        const struct dossier_row *row = &dossier->rows.at[i];
        const struct dossier_account *account = dossier_account_of(dossier, row->own);
        if (account == NULL || account->is_victim || !slice_is(row->state, "DONE")) {
            continue;
        }
        if (brings_money(dossier, row)) {
            map_put(&reached, row->own, i);
        } else if (!row->is_credit && map_get(&reached, row->own) != MAP_NONE &&
                   map_put(&passed, row->own, i)) {
            const char *how = slice_is(row->place, "CASH") ? "首次取现" : "首次转出涉案资金";
            add_moment(dossier, arena, row->time_us,
                       arena_printf(arena, "账户 %.*s %s", SLICE_ARGS(row->own), how));
        }
    }
}

static int by_moment(const void *left, const void *right) {
    const struct dossier_moment *a = left, *b = right;
    int order = (a->at_us > b->at_us) - (a->at_us < b->at_us);
    return order != 0 ? order : slice_compare(a->text, b->text);
}

// Measures of one sort that came into force in one minute are one line.
static void tell_measures(struct dossier *dossier, struct arena *arena) {
    for (uint32_t i = 0, end; i < dossier->measures.count; i = end) {
        const struct dossier_measure *one = &dossier->measures.at[i];
        for (end = i + 1; end < dossier->measures.count &&
                          slice_equal(dossier->measures.at[end].measure, one->measure) &&
                          dossier->measures.at[end].since_us >= one->since_us &&
                          dossier->measures.at[end].since_us < one->since_us + US_PER_MINUTE;
             end++) {
        }
        Slice target = end - i == 1 ? one->target : arena_printf(arena, "%u 个账户或客户", end - i);
        add_moment(dossier, arena, one->since_us,
                   arena_printf(arena, "对 %.*s 采取措施：%.*s", SLICE_ARGS(target),
                                SLICE_ARGS(one->measure)));
    }
}

static void tell_acts(struct dossier *dossier, struct arena *arena) {
    tell_measures(dossier, arena);
    for (uint32_t i = 0; i < dossier->holds.count; i++) {
        const struct dossier_hold *one = &dossier->holds.at[i];
        add_moment(dossier, arena, one->settled_us,
                   arena_printf(arena, "拦截账户 %.*s 的付款", SLICE_ARGS(one->account)));
    }
    for (uint32_t i = 0; i < dossier->reports.count; i++) {
        add_moment(dossier, arena, dossier->reports.at[i].made_us,
                   SLICE("经警银平台上报案件举报或可疑线索"));
    }
    add_moment(dossier, arena, dossier->row->emergency_us, SLICE("电话紧急通报公安机关"));
}

static void tell_moments(struct dossier *dossier, struct arena *arena) {
    tell_openings(dossier, arena);
    tell_payments(dossier, arena);
    tell_passing_on(dossier, arena);
    tell_acts(dossier, arena);
    if (dossier->moments.count > 0) {
        qsort(dossier->moments.at, dossier->moments.count, sizeof *dossier->moments.at, by_moment);
    }
    if (dossier->moments.count > MOMENTS_MAX) {
        dossier->moments_left_out = dossier->moments.count - MOMENTS_MAX;
        dossier->moments.count = MOMENTS_MAX;
    }
}

// ---- what was done ----------------------------------------------------------------------------

// Whether a measure is on somebody or something of the case: not on one that was cleared.
static bool concerns(const struct dossier *dossier, Slice kind, Slice target) {
    bool is_account = slice_is(kind, "account"), is_customer = slice_is(kind, "customer");
    return is_account    ? dossier_account_of(dossier, target) != NULL
           : is_customer ? dossier_party_of(dossier, target) != NULL
                         : true;
}

static Slice measure_zh(Slice word) {
    static const struct {
        const char *word, *zh;
    } words[] = {
#define MEASURE(name, class_, strictness_, targets_, blocks_, keeps_, authorities_, severity_,     \
                hours_, hours_self_, notice_, spared_, spared_self_, zh_, en_)                     \
    {#name, zh_},
#include "response/controls/measures.def"
#undef MEASURE
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_is(word, words[i].word)) {
            return slice_of(words[i].zh);
        }
    }
    return word;
}

static Status take_measures(struct book *book, struct dossier *dossier, struct map *seen) {
    Status status;
    while ((status = book_next(book)) == STATUS_OK) {
        struct dossier_measure one = {.id = book_i64(book, 0),
                                      .target_kind = book_text(book, 1),
                                      .target = book_text(book, 2),
                                      .measure = measure_zh(book_text(book, 3)),
                                      .authority = book_text(book, 4),
                                      .document = book_text(book, 5),
                                      .amount = book_i64(book, 6),
                                      .reason = book_text(book, 7),
                                      .state = book_text(book, 8),
                                      .asked_us = book_i64(book, 9),
                                      .since_us = book_i64(book, 10),
                                      .until_us = book_i64(book, 11),
                                      .released_us = book_i64(book, 12)};
        Slice key = arena_printf(book->arena, "%lld", (long long)one.id);
        if (concerns(dossier, one.target_kind, one.target) && map_put(seen, key, 0)) {
            *VEC_PUSH(&dossier->measures, book->arena) = one;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int by_id(const void *left, const void *right) {
    const struct dossier_measure *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static Status read_measures_on(struct book *book, struct dossier *dossier, const char *kind,
                               Slice target, struct map *seen) {
    TRY(book_ask(book, &MEASURES_ON,
                 STORE_VALUES(store_i64(row_clearance(dossier->row)), store_text(slice_of(kind)),
                              store_text(target))));
    return take_measures(book, dossier, seen);
}

static Status read_measures(struct book *book, struct dossier *dossier) {
    struct map seen;
    StoreValue values[2];
    map_init(&seen, book->arena);
    TRY(book_ask(book, &MEASURES, of_case(dossier, values)));
    TRY(take_measures(book, dossier, &seen));
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        if (!dossier->accounts.at[i].is_victim) {
            TRY(read_measures_on(book, dossier, "account", dossier->accounts.at[i].account, &seen));
        }
    }
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        if (!dossier->parties.at[i].is_victim) {
            TRY(read_measures_on(book, dossier, "customer", dossier->parties.at[i].key, &seen));
        }
    }
    if (dossier->measures.count > 0) {
        qsort(dossier->measures.at, dossier->measures.count, sizeof *dossier->measures.at, by_id);
    }
    return STATUS_OK;
}

static Status read_holds(struct book *book, struct dossier *dossier) {
    StoreValue values[2];
    Status status;
    TRY(book_ask(book, &HOLDS, of_case(dossier, values)));
    while ((status = book_next(book)) == STATUS_OK) {
        struct dossier_hold hold = {.id = book_i64(book, 0),
                                    .account = book_text(book, 1),
                                    .payee = book_text(book, 2),
                                    .amount = book_i64(book, 3),
                                    .held_us = book_i64(book, 4),
                                    .state = book_text(book, 5),
                                    .settled_us = book_i64(book, 6)};
        if (dossier_account_of(dossier, hold.account) != NULL ||
            dossier_party_of(dossier, store_column_text(book->store, 7)) != NULL) {
            *VEC_PUSH(&dossier->holds, book->arena) = hold;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status read_reports(struct book *book, struct dossier *dossier) {
    StoreValue values[2];
    Status status;
    TRY(book_ask(book, &REPORTS, of_case(dossier, values)));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&dossier->reports, book->arena) =
            (struct dossier_report){.id = book_i64(book, 0),
                                    .kind = book_text(book, 1),
                                    .made_us = book_i64(book, 2),
                                    .received_us = book_i64(book, 3),
                                    .receipt = book_text(book, 4)};
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status dossier_read_acts(struct book *book, struct dossier *dossier) {
    StoreValue values[2];
    TRY(read_evidence(book, dossier));
    TRY(read_alerts(book, dossier));
    TRY(read_measures(book, dossier));
    TRY(read_holds(book, dossier));
    TRY(read_reports(book, dossier));
    TRY(book_number(book, &GANGS, of_case(dossier, values), &dossier->gangs));
    dossier->gang_accounts = book_i64(book, 1);
    dossier->gang_holders = book_i64(book, 2);
    tell_moments(dossier, book->arena);
    return STATUS_OK;
}
