// One alert with all that belongs to it: what a person needs to decide, on one page.

#include "response/office/parts.h"

enum { SIMILAR_MAX = 10, RUNS_SHOWN_MAX = 50, EVENTS_SHOWN = 20, PARTS_SHOWN_MAX = 100 };
#define SIMILAR_SPAN_US (90 * US_PER_DAY)

static const struct statement RUNS = {
    "office_runs",
    "SELECT id, strategy, is_shadow, state, began_us, COALESCE(until_us, 0), COALESCE(ended_us, "
    "0), outcome, code, branch, reason FROM run WHERE alert = ?1 ORDER BY id DESC LIMIT ?2"};
static const struct statement TIMERS = {
    "office_timers", "SELECT kind, due_us FROM timer WHERE object = ?1 AND kind IN ('alert.act', "
                     "'alert.decide', 'alert.escalate', 'alert.wait') ORDER BY due_us"};
#define SIMILAR(column)                                                                            \
    "SELECT id, typology_group, state, severity, amount, opened_us, code FROM seen_alert WHERE "   \
    "viewer = ?1 AND " column " = ?2 AND opened_us >= ?3 AND id <> ?4"                             \
    " ORDER BY opened_us DESC, id DESC LIMIT ?5"
static const struct statement OF_CUSTOMER = {"office_similar_customer", SIMILAR("customer")};
static const struct statement OF_ACCOUNT = {"office_similar_account", SIMILAR("account")};
static const struct statement OF_PAYEE = {"office_similar_payee", SIMILAR("payee")};

// ---- clocks -------------------------------------------------------------------------------------

static void put_clock(struct json_writer *json, const char *clock, int64_t due_us, int64_t done_us,
                      int64_t now_us) {
    json_object_begin(json);
    json_key_string(json, SLICE("clock"), slice_of(clock));
    put_moment(json, SLICE("due"), due_us);
    put_moment(json, SLICE("done"), done_us);
    json_key_bool(json, SLICE("overdue"),
                  due_us != 0 && (done_us != 0 ? done_us : now_us) > due_us);
    json_object_end(json);
}

static Status put_clocks(struct book *book, const struct alert *alert, struct json_writer *json) {
    Status status;
    json_key(json, SLICE("clocks"));
    json_array_begin(json);
    put_clock(json, "decide", alert->decide_us, alert->decided_us, book->now_us);
    TRY(book_ask(book, &TIMERS, STORE_VALUES(store_i64(alert->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice kind = slice_part(store_column_text(book->store, 0), SLICE("alert.").size, SIZE_MAX);
        if (!slice_is(kind, "decide")) { // its timer goes off before the deadline, to look
            put_clock(json,
                      slice_is(kind, "act")        ? "act"
                      : slice_is(kind, "escalate") ? "escalate"
                                                   : "wait",
                      book_i64(book, 1), 0, book->now_us);
        }
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- runs, similar alerts -----------------------------------------------------------------------

static Status put_runs(const struct office *office, struct book *book, int64_t alert,
                       struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &RUNS, STORE_VALUES(store_i64(alert), store_i64(RUNS_SHOWN_MAX))));
    json_key(json, SLICE("runs"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("run"), book_i64(book, 0));
        json_key_string(json, SLICE("strategy"), store_column_text(book->store, 1));
        json_key_bool(json, SLICE("shadow"), book_i64(book, 2) != 0);
        json_key_string(json, SLICE("state"), store_column_text(book->store, 3));
        put_moment(json, SLICE("began"), book_i64(book, 4));
        put_moment(json, SLICE("until"), book_i64(book, 5));
        put_moment(json, SLICE("ended"), book_i64(book, 6));
        put_text(json, SLICE("outcome"), store_column_text(book->store, 7));
        put_text(json, SLICE("code"), store_column_text(book->store, 8));
        run_put_names(office, json, store_column_text(book->store, 1),
                      store_column_text(book->store, 9));
        put_text(json, SLICE("reason"), store_column_text(book->store, 10));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static void put_similar_one(struct book *book, const char *same, struct json_writer *json) {
    json_object_begin(json);
    json_key_i64(json, SLICE("alert"), book_i64(book, 0));
    json_key_string(json, SLICE("same"), slice_of(same));
    json_key_string(json, SLICE("group"), store_column_text(book->store, 1));
    json_key_string(json, SLICE("state"), store_column_text(book->store, 2));
    put_severity(json, "severity", book_i64(book, 3));
    json_key_i64(json, SLICE("amount"), book_i64(book, 4));
    put_moment(json, SLICE("opened"), book_i64(book, 5));
    put_text(json, SLICE("code"), store_column_text(book->store, 6));
    json_object_end(json);
}

static Status put_similar_by(struct book *book, int64_t viewer, const struct alert *alert,
                             const struct statement *statement, const char *same, Slice value,
                             struct json_writer *json) {
    Status status;
    if (slice_empty(value)) {
        return STATUS_OK;
    }
    TRY(book_ask(book, statement,
                 STORE_VALUES(store_i64(viewer), store_text(value),
                              store_i64(alert->opened_us - SIMILAR_SPAN_US), store_i64(alert->id),
                              store_i64(SIMILAR_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        put_similar_one(book, same, json);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// Of ninety days: of the same customer, account, and payee, who may be paid by many.
static Status put_similar(struct book *book, int64_t viewer, const struct alert *alert,
                          struct json_writer *json) {
    json_key(json, SLICE("similar"));
    json_array_begin(json);
    TRY(put_similar_by(book, viewer, alert, &OF_CUSTOMER, "customer", alert->customer, json));
    TRY(put_similar_by(book, viewer, alert, &OF_ACCOUNT, "account",
                       slice_empty(alert->customer) ? alert->account : SLICE(""), json));
    TRY(put_similar_by(book, viewer, alert, &OF_PAYEE, "payee", alert->payee, json));
    json_array_end(json);
    return STATUS_OK;
}

// ---- all of it ----------------------------------------------------------------------------------

static Status put_deeds(struct book *book, int64_t viewer, int64_t id, struct json_writer *json) {
    struct list_page page = {.viewer = viewer, .number = id, .count_max = PARTS_SHOWN_MAX};
    struct task_filter tasks = {.viewer = viewer, .alert = id, .count_max = PARTS_SHOWN_MAX};
    json_key(json, SLICE("holds"));
    TRY(hold_list_json(book, HOLDS_OF_ALERT, &page, json));
    json_key(json, SLICE("controls"));
    TRY(control_list_json(book, CONTROLS_OF_ALERT, &page, json));
    json_key(json, SLICE("tasks"));
    return tasks_put_json(book, &tasks, json);
}

static void put_moves(const struct alert *alert, struct json_writer *json) {
    json_key(json, SLICE("moves"));
    json_array_begin(json);
    for (uint32_t i = 0; i < ALERT_STATE_COUNT; i++) {
        if (i != alert->state && alert_may_move(alert->state, (AlertState)i)) {
            json_string(json, slice_of(alert_states[i].word));
        }
    }
    json_array_end(json);
}

static void put_scripts(const struct office *office, const struct alert *alert,
                        struct json_writer *json) {
    const struct disposition_plan *plan = &office->strategies->plan;
    bool may_be_asked = slice_is(alert->secrecy, "NORMAL");
    put_text(json, SLICE("script"),
             may_be_asked ? alert_call_script(office->disposition, alert) : SLICE(""));
    json_key(json, SLICE("scripts"));
    json_array_begin(json);
    for (uint32_t i = 0; may_be_asked && i < plan->script_count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("script"), plan->scripts[i].id);
        json_key_string(json, SLICE("kind"), slice_of(script_kind_names[plan->scripts[i].kind]));
        json_object_end(json);
    }
    json_array_end(json);
}

Status alert_put_json(const struct office *office, struct book *book, const struct looking *looking,
                      int64_t id, struct json_writer *json) {
    struct person eyes = {.name = looking->name, .domains = looking->viewer};
    struct alert alert;
    bool is_hidden = false;
    int64_t next;
    TRY(alert_load_seen(book, &eyes, id, &alert));
    if (looking->is_blind && !alert_is_open(&alert) &&
        !slice_equal(alert.decided_by, looking->name)) {
        TRY(second_look_waits(book, id, &is_hidden));
    }
    json_object_begin(json);
    json_key(json, SLICE("row"));
    row_put(office, json, &alert, is_hidden);
    json_key_bool(json, SLICE("blind"), is_hidden);
    TRY(evidence_put(office, book, id, json));
    json_key(json, SLICE("events"));
    TRY(alert_put_events(book, looking->viewer, id, 0, EVENTS_SHOWN, json, &next));
    put_number(json, SLICE("events_next"), next);
    if (!is_hidden) { // what was done tells what was decided
        put_moves(&alert, json);
        TRY(put_clocks(book, &alert, json));
        TRY(put_deeds(book, looking->viewer, id, json));
        TRY(put_runs(office, book, id, json));
        TRY(put_similar(book, looking->viewer, &alert, json));
        json_key(json, SLICE("trace"));
        TRY(trace_put_json(book, "alert", id, json));
        put_scripts(office, &alert, json);
    }
    json_object_end(json);
    return STATUS_OK;
}
