#pragma once
// World: for tests: a store whose rows are written by hand, as the rooms of the response would have written them, and questions to it.
//
// The month in question is September 2026 in China; the stream is followed since January and up to now, the 5th of October. $STORE is the address of a PostgreSQL database; without, it is a file of
// SQLite. Each test begins with empty tables.
//
//     struct world w;
//     CHECK(world_init(&w));
//     DO(&w, fill);                                                    // a unit of work that writes rows: put_alert(), put_hold() ...
//     CHECK_FIGURE(&w, COCKPIT_ALERTS, 3, 7);                          // rows, and the sum of their values; and that its rows are as many
//     return world_deinit(&w);

#include "base/test.h"
#include "codec/json.h"
#include "governance/cockpit/cockpit.h"
#include "os/scratch_test.h"
#include "response/disposition/alert.h"

#include "base/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define ZONE_US (8 * US_PER_HOUR)
#define DAY(month, day) (civil_days(2026, (month), (day)) * US_PER_DAY - ZONE_US)
#define AT(day) (DAY(9, 1) + (int64_t)(((day)-1) * (double)US_PER_DAY)) // of September; 1.5: the 1st at noon
#define NOW_US (DAY(10, 5) + 10 * US_PER_HOUR)
#define TEXT(literal)                                                                                                                                \
    { ("" literal), sizeof(literal) - 1 }

enum { WORLD_ROWS_MAX = 20000, WORLD_JSON_MAX = 8 << 20 };

static const Actor EDITOR = {ACTOR_KIND_PERSON, TEXT("editor")};

struct world {
    struct scratch scratch;
    struct book book;
    struct cockpit_of of;
    struct json_reader *json;
    struct arena arena;
    // What one question gave.
    CockpitFigure figure;
    struct cockpit_value value;
    int64_t listed, listed_sum;
    bool keys_are_distinct, is_in_period;
    char hash[65];
};

static inline Status world_do(struct world *w, BookWork *work, void *context) {
    arena_reset(&w->arena);
    return book_do(&w->book, EDITOR, NOW_US, work, context, &w->arena, &w->scratch.diag);
}
#define DO_WITH(w, work, context)                                                                                                                    \
    CHECK_THAT(world_do((w), (work), (context)) == STATUS_OK, "%s %.*s", (w)->scratch.diag.code == NULL ? "" : (w)->scratch.diag.code,               \
               SLICE_ARGS((w)->scratch.diag.message))
#define DO(w, work) DO_WITH(w, work, w)
#define REFUSES_WITH(w, work, context, wanted)                                                                                                       \
    CHECK_THAT(world_do((w), (work), (context)) != STATUS_OK && strcmp((w)->scratch.diag.code, (wanted)) == 0, "%s instead of %s",                   \
               (w)->scratch.diag.code, (wanted))

static inline Status world_empty(void *context, struct book *book) {
    static const struct statement tables[] = {
        {"world_1", "DELETE FROM alert"},          {"world_2", "DELETE FROM evidence"},
        {"world_3", "DELETE FROM alert_event"},    {"world_4", "DELETE FROM hit"},
        {"world_5", "DELETE FROM model_age"},      {"world_6", "DELETE FROM strategy_state"},
        {"world_7", "DELETE FROM sample"},         {"world_8", "DELETE FROM later_positive"},
        {"world_9", "DELETE FROM task"},           {"world_10", "DELETE FROM hold"},
        {"world_11", "DELETE FROM control"},       {"world_12", "DELETE FROM appeal"},
        {"world_13", "DELETE FROM police_order"},  {"world_14", "DELETE FROM order_entry"},
        {"world_15", "DELETE FROM missed"},        {"world_16", "DELETE FROM movement"},
        {"world_17", "DELETE FROM opening"},       {"world_18", "DELETE FROM gang"},
        {"world_19", "DELETE FROM case_file"},     {"world_20", "DELETE FROM case_look_back"},
        {"world_21", "DELETE FROM referral"},      {"world_22", "DELETE FROM referral_money"},
        {"world_23", "DELETE FROM bulletin_text"}, {"world_24", "DELETE FROM unit_size"},
        {"world_25", "DELETE FROM trace"},         {"world_26", "DELETE FROM unread"},
        {"world_27", "DELETE FROM message"},       {"world_28", "DELETE FROM feed"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        TRY(book_run(book, &tables[i], STORE_NO_VALUES));
    }
    return STATUS_OK;
}

// ---- rows -----------------------------------------------------------------------------------------------------------

static inline Slice or_else(Slice text, const char *otherwise) {
    return text.at == NULL ? slice_of(otherwise) : text;
}

static inline Status put_feed(struct book *book, int64_t sequence, int64_t at_us) {
    static const struct statement PUT = {
        "world_feed",
        "INSERT INTO feed (name, sequence, at_us) VALUES ('journal', ?1, ?2) ON CONFLICT (name) DO UPDATE SET sequence = ?1, at_us = ?2"};
    return book_run(book, &PUT, STORE_VALUES(store_i64(sequence), store_i64(at_us)));
}

// What is not given: normal, of B1, of customer "C" and its number, of severity 2, with one hit, opened when it is closed. One with `closed_us` is closed.
static inline Status put_alert(struct book *book, struct alert a) {
    Slice number = arena_printf(book->arena, "C%" PRId64, a.id);
    a.subject_kind = or_else(a.subject_kind, "customer");
    a.customer = a.customer.at == NULL ? number : a.customer;
    a.subject = a.subject.at == NULL ? number : a.subject;
    a.typology_group = or_else(a.typology_group, "VP");
    a.secrecy = or_else(a.secrecy, "NORMAL");
    a.branch = or_else(a.branch, "B1");
    a.opened_us = a.opened_us == 0 ? a.closed_us : a.opened_us;
    a.hits = a.hits == 0 ? 1 : a.hits;
    a.severity = a.severity == 0 ? 2 : a.severity;
    a.severity_most = a.severity_most == 0 ? a.severity : a.severity_most;
    if (a.closed_us != 0 && a.state == ALERT_NEW) {
        a.state = a.is_automatic ? ALERT_CLOSED_AUTO : ALERT_CLOSED_MANUAL;
    } else if (a.state == ALERT_NEW) {
        a.state = ALERT_QUEUED;
    }
    return alert_keep(book, &a);
}

struct event_row {
    int64_t alert, sequence;
    const char *event_id, *payee, *action, *outcome;
    int64_t at_us, amount;
    bool is_answer;
};
static inline Status put_event(struct book *book, struct event_row e) {
    static const struct statement PUT = {"world_event",
                                         "INSERT INTO alert_event (alert, sequence, event_id, event_us, amount, payee, action, is_request, outcome)"
                                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(e.alert), store_i64(e.sequence), store_text(slice_of(e.event_id)), store_i64(e.at_us), store_i64(e.amount),
                                 store_text(slice_of(e.payee == NULL ? "P" : e.payee)), store_text(slice_of(e.action == NULL ? "DELAY" : e.action)),
                                 store_i64(!e.is_answer), store_text(slice_of(e.outcome == NULL ? "" : e.outcome))));
}

struct hold_row {
    int64_t id, alert, amount, held_us, settled_us;
    const char *event_id, *state, *reason, *secrecy;
};
static inline Status put_hold(struct book *book, struct hold_row h) {
    static const struct statement PUT = {
        "world_hold",
        "INSERT INTO hold (id, event_id, alert, customer, account, payee, amount, held_us, until_us, at_deadline, state, settled_us, settled_by, "
        "reason, is_late, message,"
        " is_confirmed, problem, pages, secrecy) VALUES (?1, ?2, ?3, '', '', '', ?4, ?5, ?5, 'RELEASED', ?6, ?7, '', ?8, 0, 0, 1, '', 0, ?9)"};
    return book_run(
        book, &PUT,
        STORE_VALUES(store_i64(h.id), store_text(h.event_id == NULL ? arena_printf(book->arena, "H%" PRId64, h.id) : slice_of(h.event_id)),
                     h.alert == 0 ? store_null() : store_i64(h.alert), store_i64(h.amount), store_i64(h.held_us),
                     store_text(slice_of(h.state == NULL ? "HELD" : h.state)), h.settled_us == 0 ? store_null() : store_i64(h.settled_us),
                     store_text(slice_of(h.reason == NULL ? "" : h.reason)), store_text(slice_of(h.secrecy == NULL ? "NORMAL" : h.secrecy))));
}

struct sample_row {
    int64_t alert, closure, closed_us, second_us;
    const char *kind, *strategy, *first, *second;
    int64_t overturned; // below 0: not known
};
static inline Status put_sample(struct book *book, struct sample_row s) {
    static const struct statement PUT = {
        "world_sample",
        "INSERT INTO sample (alert, kind, closure, strategy, strategy_hash, analyst, why, drawn_us, closed_us, first, owner, second, second_us, note,"
        " overturned) VALUES (?1, ?2, ?3, ?4, '', '', 'RANDOM', ?5, ?5, ?6, '', ?7, ?8, '', ?9)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(s.alert), store_text(slice_of(s.kind == NULL ? "AUTOMATIC" : s.kind)), store_i64(s.closure),
                                 store_text(slice_of(s.strategy == NULL ? "D-ONE" : s.strategy)), store_i64(s.closed_us),
                                 store_text(slice_of(s.first == NULL ? "FP-OWNWILL" : s.first)),
                                 store_text(slice_of(s.second == NULL ? "" : s.second)), s.second_us == 0 ? store_null() : store_i64(s.second_us),
                                 s.overturned < 0 ? store_null() : store_i64(s.overturned)));
}

struct later_row {
    int64_t alert, closure, severity, closed_us, at_us;
    const char *strategy;
};
static inline Status put_later(struct book *book, struct later_row p) {
    static const struct statement PUT = {
        "world_later", "INSERT INTO later_positive (alert, closure, strategy, strategy_hash, analyst, code, severity, source, closed_us, at_us)"
                       " VALUES (?1, ?2, ?3, '', '', 'FP-OWNWILL', ?4, 'victim_report', ?5, ?6)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(p.alert), store_i64(p.closure), store_text(slice_of(p.strategy == NULL ? "D-ONE" : p.strategy)),
                                 store_i64(p.severity == 0 ? 2 : p.severity), store_i64(p.closed_us), store_i64(p.at_us)));
}

struct hit_row {
    int64_t alert;
    const char *model, *typology, *family;
};
static inline Status put_hit(struct book *book, struct hit_row h) {
    static const struct statement PUT = {
        "world_hit", "INSERT INTO hit (alert, sequence, model, version, family, typology, mode, severity, score, asks, evidence, lists, saw)"
                     " VALUES (?1, ?1, ?2, 1, ?3, ?4, 'SYNC', 2, 0, '', 0, '', '{}')"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(h.alert), store_text(slice_of(h.model)), store_text(slice_of(h.family == NULL ? "VP" : h.family)),
                                 store_text(slice_of(h.typology))));
}

struct task_row {
    int64_t id, asked_us, until_us, answered_us;
    const char *channel, *state, *branch, *secrecy;
};
static inline Status put_task(struct book *book, struct task_row t) {
    static const struct statement PUT = {
        "world_task",
        "INSERT INTO task (id, channel, party_kind, party, script, branch, state, asked_us, until_us, attempt, asked_by, answer, answered_us,"
        " answered_by, secrecy) VALUES (?1, ?2, 'customer', '', '', ?3, ?4, ?5, ?6, 1, '', '', ?7, '', ?8)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(t.id), store_text(slice_of(t.channel == NULL ? "SMS" : t.channel)),
                                 store_text(slice_of(t.branch == NULL ? "B1" : t.branch)), store_text(slice_of(t.state)), store_i64(t.asked_us),
                                 store_i64(t.until_us == 0 ? t.asked_us + US_PER_HOUR : t.until_us),
                                 t.answered_us == 0 ? store_null() : store_i64(t.answered_us),
                                 store_text(slice_of(t.secrecy == NULL ? "NORMAL" : t.secrecy))));
}

struct control_row {
    int64_t id, since_us, amount, pages;
    const char *target, *kind, *measure, *authority, *document, *branch, *secrecy;
    bool is_unconfirmed;
};
static inline Status put_control(struct book *book, struct control_row c) {
    static const struct statement PUT = {"world_control", "INSERT INTO control (id, target_kind, target, customer, measure, authority, basis, "
                                                          "document, amount, reason, severity, facts, state, asked_us, asked_kind, asked_by,"
                                                          " ordered_us, since_us, span_us, months, released_by, released_second, release_reason, "
                                                          "step, notice, secrecy, branch, set_message, message, is_confirmed, problem, pages)"
                                                          " VALUES (?1, ?2, ?3, '', ?4, ?5, '', ?6, ?7, '', 0, 0, 'IN_FORCE', ?8, '', '', 0, ?9, 0, "
                                                          "0, '', '', '', 0, '', ?10, ?11, 0, 0, ?12, '', ?13)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(c.id), store_text(slice_of(c.kind == NULL ? "account" : c.kind)), store_text(slice_of(c.target)),
                                 store_text(slice_of(c.measure == NULL ? "SUSPEND_NON_COUNTER" : c.measure)),
                                 store_text(slice_of(c.authority == NULL ? "BANK" : c.authority)),
                                 store_text(slice_of(c.document == NULL ? "" : c.document)), store_i64(c.amount),
                                 store_i64(c.since_us == 0 ? AT(2) : c.since_us), c.since_us == 0 ? store_null() : store_i64(c.since_us),
                                 store_text(slice_of(c.secrecy == NULL ? "NORMAL" : c.secrecy)),
                                 store_text(slice_of(c.branch == NULL ? "B1" : c.branch)), store_i64(!c.is_unconfirmed), store_i64(c.pages)));
}

struct appeal_row {
    int64_t id, control, submitted_us, replied_us, release_us, settled_us;
    const char *result;
};
static inline Status put_appeal(struct book *book, struct appeal_row p) {
    static const struct statement PUT = {"world_appeal",
                                         "INSERT INTO appeal (id, control, customer, channel, text, documents, submitted_us, reply_until_us, "
                                         "settle_until_us, replied_us, replied_by, reply,"
                                         " verified_by, result, settled_us, release_us, reviewer, second, reason, told, secrecy)"
                                         " VALUES (?1, ?2, '', 'app', '', '', ?3, ?4, ?5, ?6, '', '', '', ?7, ?8, ?9, '', '', '', 0, 'NORMAL')"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(p.id), store_i64(p.control), store_i64(p.submitted_us), store_i64(p.submitted_us + US_PER_DAY),
                                 store_i64(p.submitted_us + 5 * US_PER_DAY), p.replied_us == 0 ? store_null() : store_i64(p.replied_us),
                                 store_text(slice_of(p.result == NULL ? "" : p.result)), p.settled_us == 0 ? store_null() : store_i64(p.settled_us),
                                 p.release_us == 0 ? store_null() : store_i64(p.release_us)));
}

struct order_seen {
    int64_t id, taken_us, executed_us, amount;
    const char *kind, *state, *target, *decided_by, *secrecy;
};
static inline Status put_order(struct book *book, struct order_seen p) {
    static const struct statement PUT = {"world_order", "INSERT INTO police_order (id, number, kind, authority, is_city_level, document, is_signed, "
                                                        "ordered_us, account, name_hash, certificate_hash, amount, freeze_class, original,"
                                                        " victim_account, content, target, customer, state, answer, problem, taken_us, state_us, "
                                                        "executed_us, feedback, decided_by, decided_second, decision_reason, message, pages,"
                                                        " secrecy) VALUES (?1, ?2, ?3, '', 0, '', 1, ?4, '', '', '', ?5, 'DEPOSIT', '', '', '', ?6, "
                                                        "'', ?7, '', '', ?4, ?4, ?8, '', ?9, '', '', 0, 0, ?10)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(p.id), store_text(arena_printf(book->arena, "N%05" PRId64, p.id)),
                                 store_text(slice_of(p.kind == NULL ? "QUERY_ACCT" : p.kind)), store_i64(p.taken_us), store_i64(p.amount),
                                 store_text(slice_of(p.target == NULL ? "" : p.target)), store_text(slice_of(p.state == NULL ? "DONE" : p.state)),
                                 p.executed_us == 0 ? store_null() : store_i64(p.executed_us),
                                 store_text(slice_of(p.decided_by == NULL ? "" : p.decided_by)),
                                 store_text(slice_of(p.secrecy == NULL ? "NORMAL" : p.secrecy))));
}

static inline Status put_entry(struct book *book, int64_t order, int64_t number, const char *list, const char *account, const char *bank) {
    static const struct statement PUT = {
        "world_entry",
        "INSERT INTO order_entry (police_order, number, list, account, certificate, bank, message) VALUES (?1, ?2, ?3, ?4, '', ?5, 0)"};
    return book_run(
        book, &PUT,
        STORE_VALUES(store_i64(order), store_i64(number), store_text(slice_of(list)), store_text(slice_of(account)), store_text(slice_of(bank))));
}

static inline Status put_opening(struct book *book, const char *account, const char *customer, const char *branch, int64_t opened_us) {
    static const struct statement PUT = {
        "world_opening", "INSERT INTO opening (account, customer, opened_us, sequence, branch, channel, operator, authoriser, agent, purpose)"
                         " VALUES (?1, ?2, ?3, 1, ?4, 'COUNTER', '', '', '', '')"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_text(slice_of(account)), store_text(slice_of(customer)), store_i64(opened_us), store_text(slice_of(branch))));
}

static inline Status put_missed(struct book *book, int64_t id, const char *kind, const char *finding, const char *branch, int64_t said_us) {
    static const struct statement PUT = {
        "world_missed",
        "INSERT INTO missed (id, kind, event_id, customer, account, branch, report, amount, said_us, state, owner, finding, model, note, closed_by)"
        " VALUES (?1, ?2, '', '', '', ?3, 'VICTIM', 10, ?4, ?5, '', ?6, '', '', '')"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(id), store_text(slice_of(kind)), store_text(slice_of(branch)), store_i64(said_us),
                                 store_text(slice_of(finding[0] == 0 ? "OPEN" : "CLOSED")), store_text(slice_of(finding))));
}

static inline Status put_case(struct book *book, int64_t id, const char *branch, const char *secrecy, int64_t opened_us) {
    static const struct statement PUT = {
        "world_case",
        "INSERT INTO case_file (id, number, title, type, level, source, secrecy, state, opened_us, opened_by, owner, team, branch, summary, modus,"
        " police_case_no, decision, decided_by, lessons, since_us, reopened) VALUES (?1, ?2, '', 'FRAUD', 'BRANCH', 'ALERT', ?3, 'OPEN', ?4, '', '',"
        " '', ?5, '', '', '', '', '', '', ?4, 0)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(id), store_text(arena_printf(book->arena, "K%" PRId64, id)), store_text(slice_of(secrecy)),
                                 store_i64(opened_us), store_text(slice_of(branch))));
}

struct referral_row {
    int64_t id, lead, case_id, sent_us, accepted_us, filed_us, arrests_us, solved_us;
    const char *number, *secrecy;
    int64_t gangs, arrested, involved; // below 0: not told
};
static inline StoreValue told_or_null(int64_t value) {
    return value < 0 ? store_null() : store_i64(value);
}
static inline StoreValue moment_or_null(int64_t value) {
    return value == 0 ? store_null() : store_i64(value);
}
static inline Status put_referral(struct book *book, struct referral_row r) {
    static const struct statement PUT = {"world_referral",
                                         "INSERT INTO referral (id, case_id, lead, secrecy, route, urgency, state, since_us, opened_us, opened_by, "
                                         "title, authority, officer, basis, contact_a, contact_b, fact, analysis, structure,"
                                         " next_step, recommendation, confidence, unknowns, round, steps, content, called, sent_us, receipt, "
                                         "receiver, accepted_us, filed_us, arrests_us, solved_us, police_case_no, gangs, arrested,"
                                         " amount_involved, feedback_doc, reward, lessons, told) VALUES (?1, ?2, ?3, ?4, 'FRAUD', 'NORMAL', 'SENT', "
                                         "0, 0, '', '', '', '', '', '', '', '', '', '', '', '', '', '', 1, 3, '', '', ?5, '', '',"
                                         " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, '', '', '', 0)"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(r.id), store_i64(r.case_id == 0 ? 1 : r.case_id), store_i64(r.lead == 0 ? r.id : r.lead),
                                 store_text(slice_of(r.secrecy == NULL ? "NORMAL" : r.secrecy)), moment_or_null(r.sent_us),
                                 moment_or_null(r.accepted_us), moment_or_null(r.filed_us), moment_or_null(r.arrests_us), moment_or_null(r.solved_us),
                                 store_text(slice_of(r.number == NULL ? "" : r.number)), told_or_null(r.gangs), told_or_null(r.arrested),
                                 told_or_null(r.involved)));
}

static inline Status put_money(struct book *book, int64_t referral, const char *kind, const char *account, const char *document, int64_t amount,
                               int64_t at_us) {
    static const struct statement PUT = {
        "world_money",
        "INSERT INTO referral_money (referral, kind, account, document, amount, at_us, told_us, told_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, '')"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(referral), store_text(slice_of(kind)), store_text(slice_of(account)), store_text(slice_of(document)),
                                 store_i64(amount), store_i64(at_us)));
}

// ---- questions ------------------------------------------------------------------------------------------------------

static inline Status world_start(void *context, struct book *book) {
    (void)context;
    TRY(put_feed(book, 1000, NOW_US));
    return put_alert(
        book,
        (struct alert){.id = 1, .opened_us = DAY(1, 1) + US_PER_HOUR, .closed_us = DAY(1, 2), .code = TEXT("FP-OWNWILL"), .is_automatic = true});
}

static inline bool world_init(struct world *w) {
    const char *server = getenv("STORE");
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    arena_init(&w->arena, 1 << 20);
    w->json = json_reader_create(WORLD_JSON_MAX, JSON_DEPTH_MAX);
    Slice address =
        server == NULL ? arena_printf(&w->scratch.arena, "sqlite:%.*s", SLICE_ARGS(scratch_path(&w->scratch, "store.db"))) : slice_of(server);
    CHECK_THAT(book_open(&w->book, address, 1, &w->scratch.arena, &w->scratch.diag) == STATUS_OK, "%.*s", SLICE_ARGS(w->scratch.diag.message));
    w->of = (struct cockpit_of){.clearance = CLEARANCE_ALL, .offset_us = ZONE_US};
    CHECK(cockpit_month_parse(SLICE("2026-09"), &w->of));
    DO(w, world_empty);
    DO(w, world_start);
    return true;
}

static inline bool world_deinit(struct world *w) {
    book_close(&w->book);
    json_reader_destroy(w->json);
    arena_deinit(&w->arena);
    return scratch_remove(&w->scratch);
}

struct listing {
    Slice keys[WORLD_ROWS_MAX];
    int64_t moments[WORLD_ROWS_MAX];
    uint32_t count;
};

static inline Status list_page(struct world *w, struct book *book, struct cockpit_page *page, struct listing *listing, uint32_t *ret_count) {
    struct buf out;
    struct json_writer json;
    JsonTree tree;
    buf_init(&out, WORLD_JSON_MAX);
    json_writer_init(&json, &out);
    Status status = cockpit_rows(book, &w->of, w->figure, page, &json);
    if (status == STATUS_OK) {
        json_writer_finish(&json);
        INVARIANT(json_parse(w->json, buf_slice(&out), &tree) == STATUS_OK);
        *ret_count = tree.nodes[0].count;
        JSON_EACH(tree, 0, i) {
            page->after_us = tree.nodes[json_member(tree, i, SLICE("at_us"))].i64;
            page->after_key = arena_copy(book->arena, tree.nodes[json_member(tree, i, SLICE("key"))].text);
            w->listed_sum += tree.nodes[json_member(tree, i, SLICE("value"))].i64;
            listing->moments[listing->count] = page->after_us;
            listing->keys[listing->count++] = page->after_key;
        }
    }
    buf_deinit(&out);
    return status;
}

static inline int by_key(const void *left, const void *right) {
    return slice_compare(*(const Slice *)left, *(const Slice *)right);
}

// In pages of seven rows, so that there are several.
static inline Status world_list(struct world *w, struct book *book) {
    struct listing *listing = ARENA_NEW(book->arena, struct listing);
    struct cockpit_page page = {.rows_max = 7};
    uint32_t count;
    w->listed_sum = 0;
    w->is_in_period = true;
    do {
        TRY(list_page(w, book, &page, listing, &count));
    } while (count == page.rows_max);
    w->listed = listing->count;
    for (uint32_t i = 0; i < listing->count; i++) {
        w->is_in_period = w->is_in_period && listing->moments[i] < w->of.until_us && (i == 0 || listing->moments[i] >= listing->moments[i - 1]);
    }
    qsort(listing->keys, listing->count, sizeof *listing->keys, by_key);
    w->keys_are_distinct = true;
    for (uint32_t i = 1; i < listing->count; i++) {
        w->keys_are_distinct = w->keys_are_distinct && !slice_equal(listing->keys[i], listing->keys[i - 1]);
    }
    return STATUS_OK;
}

static inline Status world_ask(void *context, struct book *book) {
    struct world *w = context;
    TRY(cockpit_figure(book, &w->of, w->figure, &w->value));
    w->listed = w->value.count;
    w->listed_sum = w->value.sum;
    w->keys_are_distinct = w->is_in_period = true;
    return cockpit_figure_info(w->figure)->secrecy == COCKPIT_INSIDER ? STATUS_OK : world_list(w, book);
}

// The figure, and that the rows behind it are as many, add up to the same, are each there once, and in their order.
static inline bool world_figure(struct world *w, CockpitFigure figure) {
    w->figure = figure;
    DO(w, world_ask);
    const char *id = cockpit_figure_info(figure)->id;
    CHECK_THAT(w->listed == w->value.count && w->listed_sum == w->value.sum,
               "%s: %" PRId64 " rows of %" PRId64 " are listed, with %" PRId64 " of %" PRId64, id, w->listed, w->value.count, w->listed_sum,
               w->value.sum);
    CHECK_THAT(w->keys_are_distinct && w->is_in_period, "%s", id);
    return true;
}

#define CHECK_FIGURE(w, figure, rows, values)                                                                                                        \
    do {                                                                                                                                             \
        CHECK(world_figure((w), (figure)));                                                                                                          \
        CHECK_THAT((w)->value.refusal == COCKPIT_IS_TOLD && (w)->value.count == (rows) && (w)->value.sum == (values),                                \
                   "%s: refusal %d (%.*s), %" PRId64 " rows, sum %" PRId64, cockpit_figure_info(figure)->id, (int)(w)->value.refusal,                \
                   SLICE_ARGS((w)->value.why_en), (w)->value.count, (w)->value.sum);                                                                 \
    } while (0)
#define CHECK_REFUSED(w, figure, why)                                                                                                                \
    do {                                                                                                                                             \
        CHECK(world_figure((w), (figure)));                                                                                                          \
        CHECK_THAT((w)->value.refusal == (why), "%s: refusal %d (%.*s)", cockpit_figure_info(figure)->id, (int)(w)->value.refusal,                   \
                   SLICE_ARGS((w)->value.why_en));                                                                                                   \
    } while (0)
