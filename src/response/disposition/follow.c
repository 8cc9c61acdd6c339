// What events say of alerts that are there.

#include "response/disposition/parts.h"

#include <inttypes.h>

enum { WAITED_MAX = 1 << 17 };
#define WAITED_SPAN_US (3 * US_PER_DAY)
#define LATER_SPAN_US (180 * US_PER_DAY)  // within which a false alarm may still turn out to be none

static const struct statement WAITED = {"alert_event_waited", "SELECT event_id FROM alert_event WHERE is_request = 1 AND outcome = '' AND event_us >= ?1"};
static const struct statement HELD = {"follow_held", "SELECT event_id FROM hold WHERE state = 'HELD'"};
static const struct statement OUTCOME_OF = {"alert_event_outcome", "UPDATE alert_event SET outcome = ?2 WHERE event_id = ?1 AND is_request = 1"};
static const struct statement ALERTS_OF_EVENT = {
    "alert_event_alerts", "SELECT a.id FROM alert_event e JOIN alert a ON a.id = e.alert WHERE e.event_id = ?1 AND a.is_open = 1 ORDER BY a.id"};
static const struct statement ALERTS_OF_HOLD = {"alert_event_of_hold", "SELECT a.id FROM hold h JOIN alert_event e ON e.sequence = h.id JOIN alert a ON a.id = e.alert"
                                                                       " WHERE h.id = ?1 AND h.state <> 'HELD' AND a.is_open = 1 ORDER BY a.id"};
static const struct statement OPEN_OF_CUSTOMER = {"alert_open_of_customer", "SELECT id FROM alert WHERE customer = ?1 AND is_open = 1 ORDER BY id"};
// Closed as anything but fraud; the newest first. Those too that are about another and in which a crime against him stands.
static const struct statement FALSE_OF_CUSTOMER = {
    "alert_false_of_customer", "SELECT id FROM alert WHERE id IN (SELECT id FROM alert WHERE customer = ?1 UNION SELECT alert FROM alert_event WHERE customer = ?1 AND customer <> '') AND is_open = 0 AND closed_us >= ?2 AND hit_us <= ?3 AND code NOT LIKE 'TP-%' AND code <> 'TEST'"
                               " ORDER BY closed_us DESC, id DESC"};
static const struct statement HAPPENED = {"happened_put", "INSERT INTO happened (kind, subject, at_us) VALUES (?1, ?2, ?3)"
                                                          " ON CONFLICT (kind, subject) DO UPDATE SET at_us = excluded.at_us"};

enum { ALERTS_FOLLOWED_MAX = 64 };

static Status collect(struct book *book, const struct statement *statement, StoreValues values, int64_t ids[static ALERTS_FOLLOWED_MAX], uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, statement, values));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < ALERTS_FOLLOWED_MAX) {
            ids[count++] = book_i64(book, 0);
        }
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- payments that went or failed ----------------------------------------------------------------------------

static Status collect_waited(struct disposition *disposition, struct book *book, const struct statement *statement, StoreValues values) {
    Status status;
    TRY(book_ask(book, statement, values));
    while ((status = book_next(book)) == STATUS_OK) {
        map_put(&disposition->waited, arena_copy(&disposition->waited_arena, store_column_text(book->store, 0)), 1);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status know_waited(struct disposition *disposition, struct book *book) {
    disposition->knows_waited = false;
    arena_reset(&disposition->waited_arena);
    map_init(&disposition->waited, &disposition->waited_arena);
    TRY(collect_waited(disposition, book, &WAITED, STORE_VALUES(store_i64(book->now_us - WAITED_SPAN_US))));
    TRY(collect_waited(disposition, book, &HELD, STORE_NO_VALUES));
    disposition->knows_waited = true;
    return STATUS_OK;
}

// An alert was opened on a REQUEST, or its payment is held, and its RESULT is yet to come.
static void wait_for(struct disposition *disposition, const struct outcome_read *read) {
    if (read->is_request && (read->hit_count > 0 || read->delay_us > 0)) {
        map_put(&disposition->waited, arena_copy(&disposition->waited_arena, read->event_id), 1);
    }
}

// SUCCESS, FAIL or CANCELLED; empty: it is not over, or nobody knows.
static Slice payment_outcome(const struct disposition *disposition, const struct event *event, struct arena *arena) {
    const struct schema *schema = disposition->catalogue->schema;
    bool is_over = schema->phase != SCHEMA_NONE && event_has(event, schema->phase) && event->cells[schema->phase].integer == schema->phase_result;
    if (!is_over || schema->result == SCHEMA_NONE || !event_has(event, schema->result)) {
        return SLICE("");
    }
    Slice word = event_text(event, schema->result, arena);
    if (slice_is(word, "PENDING") || slice_is(word, "UNKNOWN")) {
        return SLICE("");
    }
    bool went = event->cells[schema->result].integer == schema->result_success;
    return went ? SLICE("SUCCESS") : slice_is(word, "CANCELLED") ? SLICE("CANCELLED") : SLICE("FAIL");
}

// What was held does not wait any more.
static Status settle_held(struct disposition *disposition, struct book *book, Slice event_id, Slice outcome) {
    int64_t hold;
    HoldEnd end = slice_is(outcome, "SUCCESS") ? HOLD_END_WENT : slice_is(outcome, "CANCELLED") ? HOLD_END_CANCELLED : HOLD_END_FAILED;
    return hold_ended(book, disposition->options.terms, event_id, end, &hold);
}

static Status follow_payment(struct disposition *disposition, struct book *book, const struct outcome_read *read) {
    int64_t alerts[ALERTS_FOLLOWED_MAX];
    uint32_t count;
    Slice outcome = payment_outcome(disposition, read->event, book->arena);
    if (slice_empty(outcome)) {
        return STATUS_OK;
    }
    Slice original = event_text(read->event, disposition->catalogue->schema->original, book->arena);
    if (slice_empty(original) || map_get(&disposition->waited, original) == MAP_NONE) {
        return STATUS_OK;
    }
    TRY(book_run(book, &OUTCOME_OF, STORE_VALUES(store_text(original), store_text(outcome))));
    TRY(settle_held(disposition, book, original, outcome));
    TRY(collect(book, &ALERTS_OF_EVENT, STORE_VALUES(store_text(original)), alerts, &count));
    for (uint32_t i = 0; i < count; i++) {
        struct alert alert;
        TRY(alert_load(book, alerts[i], &alert));
        if (slice_is(outcome, "SUCCESS") && alert.money_here) {
            alert.money_here = false;
            TRY(level_set(disposition, book, &alert));
            TRY(alert_keep(book, &alert));
        }
        TRY(strategies_try(disposition, book, alerts[i], TRIGGER_PAYMENT));
    }
    return STATUS_OK;
}

Status disposition_payment(struct disposition *disposition, struct book *book, int64_t hold) {
    int64_t alerts[ALERTS_FOLLOWED_MAX];
    uint32_t count;
    TRY(collect(book, &ALERTS_OF_HOLD, STORE_VALUES(store_i64(hold)), alerts, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(strategies_try(disposition, book, alerts[i], TRIGGER_PAYMENT));
    }
    return STATUS_OK;
}

// ---- reports and orders ---------------------------------------------------------------------------------------

static Status mark_open(struct book *book, Slice customer, const char *mark) {
    int64_t alerts[ALERTS_FOLLOWED_MAX];
    uint32_t count;
    TRY(collect(book, &OPEN_OF_CUSTOMER, STORE_VALUES(store_text(customer)), alerts, &count));
    for (uint32_t i = 0; i < count; i++) {
        struct alert alert;
        TRY(alert_load(book, alerts[i], &alert));
        if (!words_have(alert.marks, slice_of(mark))) {
            alert.marks = words_add(book->arena, alert.marks, slice_of(mark));
            TRY(alert_note(book, &alert, SLICE("marked"), arena_printf(book->arena, "{\"mark\":\"%s\"}", mark)));
            TRY(alert_keep(book, &alert));
        }
    }
    return STATUS_OK;
}

uint32_t group_kinds(const struct disposition_plan *plan, Slice id) {
    for (uint32_t i = 0; i < plan->group_count; i++) {
        if (slice_equal(plan->groups[i].id, id)) {
            return plan->groups[i].kinds;
        }
    }
    return 0;
}

bool group_is_against_customer(const struct disposition_plan *plan, Slice id) {
    return group_kinds(plan, id) & (UINT32_C(1) << FAMILY_KIND_VICTIM | UINT32_C(1) << FAMILY_KIND_OWN);
}

// The customer says that it was fraud: what was closed as none is opened again, if it was about crime against him.
static Status victim_reports(struct disposition *disposition, struct book *book, const struct outcome_read *read, Slice customer) {
    int64_t alerts[ALERTS_FOLLOWED_MAX];
    uint32_t count;
    int64_t now_us = read->outcome->decided_us;
    TRY(collect(book, &FALSE_OF_CUSTOMER,
                STORE_VALUES(store_text(customer), store_i64(now_us - LATER_SPAN_US), store_i64(now_us)), alerts, &count));
    for (uint32_t i = 0; i < count; i++) {
        struct alert alert;
        TRY(alert_load(book, alerts[i], &alert));
        if (group_is_against_customer(disposition->plan, alert.typology_group)) {
            TRY(alert_reopen(disposition, book, &alert, REOPEN_VICTIM_REPORT, detail_text(book->arena, "report", read->event_id)));
            TRY(alert_keep(book, &alert));
        }
    }
    return STATUS_OK;
}

static Status follow_report(struct disposition *disposition, struct book *book, const struct outcome_read *read, Slice customer) {
    Slice report = event_role(disposition, read->event, EVENT_ROLE_REPORT, book->arena);
    if (slice_is(report, "VICTIM") || slice_is(report, "UNAUTHORISED")) {
        TRY(victim_reports(disposition, book, read, customer));
        return missed_report(disposition, book, read, customer, report);
    }
    if (slice_is(report, "COMPLAINT") || slice_is(report, "DISPUTE")) {
        TRY(book_run(book, &HAPPENED, STORE_VALUES(store_text(SLICE("complaint")), store_text(customer), store_i64(read->event->time_us))));
        return mark_open(book, customer, "COMPLAINT");
    }
    return STATUS_OK;
}

Status follow_take(struct disposition *disposition, struct book *book, const struct outcome_read *read) {
    if (!disposition->knows_waited || disposition->waited.count > WAITED_MAX) {
        TRY(know_waited(disposition, book));
    }
    wait_for(disposition, read);
    TRY(missed_draw(disposition, book, read));
    TRY(follow_payment(disposition, book, read));
    Slice customer = event_role(disposition, read->event, EVENT_ROLE_CUSTOMER, book->arena);
    Slice order = event_role(disposition, read->event, EVENT_ROLE_ORDER, book->arena);
    Slice account = event_role(disposition, read->event, EVENT_ROLE_ACCOUNT, book->arena);
    if (!slice_empty(order) && !slice_empty(account)) { // orders name accounts, and seldom customers
        TRY(book_run(book, &HAPPENED, STORE_VALUES(store_text(SLICE("order")), store_text(account), store_i64(read->event->time_us))));
    }
    if (slice_empty(customer)) {
        return STATUS_OK;
    }
    if (!slice_empty(order)) {
        TRY(mark_open(book, customer, "POLICE_ORDER"));
    }
    if (slice_is(event_role(disposition, read->event, EVENT_ROLE_CHANGED, book->arena), "PHONE")) {
        TRY(book_run(book, &HAPPENED, STORE_VALUES(store_text(SLICE("number_changed")), store_text(customer), store_i64(read->event->time_us))));
    }
    return follow_report(disposition, book, read, customer);
}
