// Priority, service levels, queues and escalation.
//
// Rank. The formula of the queue gives points for what an alert is, and takes some for each minute that is left until it has to be decided. Minutes left are "deadline less now", and now is
// the same for all, so the order of a queue does not change as time goes by: the rank is kept with the row, without "now".

#include "response/disposition/parts.h"

#include <inttypes.h>
#include <math.h>

static const double DUE_SHARES[] = {0.5, 0.8, 1.0}; // of the time to a decision, at which strategies look again

static const struct statement UPTO = {"escalated_upto", "SELECT upto_us FROM escalated WHERE alert = ?1"};
static const struct statement ESCALATED = {"escalated_set", "INSERT INTO escalated (alert, upto_us) VALUES (?1, ?2) ON CONFLICT (alert) DO UPDATE SET upto_us = excluded.upto_us"};
static const struct statement FORGET = {"escalated_forget", "DELETE FROM escalated WHERE alert = ?1"};

int64_t term_end(const struct disposition *disposition, Term term, int64_t from_us) {
    return term.working_days > 0 ? working_days_end(disposition->options.terms, from_us, term.working_days) : from_us + term.span_us;
}

static bool term_is_given(Term term) {
    return term.working_days > 0 || term.span_us > 0;
}

static bool is_victim(const struct disposition *disposition, Slice group) {
    const struct disposition_plan *plan = disposition->plan;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        if (slice_equal(plan->groups[i].id, group)) {
            return plan->groups[i].is_victim;
        }
    }
    return false;
}

static double rank_of(const struct disposition *disposition, const struct alert *alert) {
    const struct priority_weights *weights = &disposition->plan->priority;
    double minor_units = pow(10, disposition->catalogue->money_digits);
    return weights->severity * (double)alert->severity + (alert->money_here ? weights->money_here : 0) + (is_victim(disposition, alert->typology_group) ? weights->victim : 0) +
           weights->amount_log10 * log10(1 + (double)alert->amount / minor_units) + (alert->is_elder ? weights->age : 0) +
           weights->minute_left * ((double)alert->decide_us / (double)US_PER_MINUTE);
}

static const struct service_level *level_of(const struct disposition *disposition, const struct alert *alert) {
    return &disposition->plan->levels[alert->severity];
}

// ---- timers ---------------------------------------------------------------------------------------------------------

// Since when it is as urgent as it is: when it came to people, or became graver there.
static int64_t urgent_since(const struct alert *alert) {
    return alert->urgent_us > alert->queued_us ? alert->urgent_us : alert->queued_us;
}

static int64_t escalation_at(const struct disposition *disposition, const struct alert *alert, const struct escalation *escalation) {
    if (escalation->share > 0) {
        return urgent_since(alert) + (int64_t)((double)(alert->decide_us - urgent_since(alert)) * escalation->share);
    }
    return term_end(disposition, escalation->after, urgent_since(alert));
}

// The next moment of a kind that is still to come; 0: there is none.
static int64_t next_escalation(const struct disposition *disposition, const struct alert *alert, int64_t after_us, const struct escalation **ret_escalation) {
    const struct service_level *level = level_of(disposition, alert);
    int64_t next_us = 0;
    for (uint32_t i = 0; i < level->escalation_count; i++) {
        int64_t at_us = escalation_at(disposition, alert, &level->escalations[i]);
        if (at_us > after_us && (next_us == 0 || at_us < next_us)) {
            next_us = at_us;
            *ret_escalation = &level->escalations[i];
        }
    }
    return next_us;
}

static int64_t next_due(const struct alert *alert, int64_t after_us) {
    for (size_t i = 0; i < sizeof DUE_SHARES / sizeof DUE_SHARES[0]; i++) {
        int64_t at_us = urgent_since(alert) + (int64_t)((double)(alert->decide_us - urgent_since(alert)) * DUE_SHARES[i]);
        if (at_us > after_us) {
            return at_us;
        }
    }
    return 0;
}

static Status set_or_clear(struct book *book, TimerKind kind, int64_t alert, int64_t at_us) {
    return at_us == 0 ? book_timer_clear(book, kind, alert) : book_timer_set(book, kind, alert, at_us);
}

static Status escalated_upto(struct book *book, int64_t alert, int64_t *ret_upto_us) {
    *ret_upto_us = 0;
    Status status = book_number(book, &UPTO, STORE_VALUES(store_i64(alert)), ret_upto_us);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status set_timers(struct disposition *disposition, struct book *book, const struct alert *alert) {
    const struct escalation *escalation;
    const struct service_level *level = level_of(disposition, alert);
    int64_t upto_us;
    TRY(escalated_upto(book, alert->id, &upto_us));
    int64_t act_us = alert->acted_us != 0 || !term_is_given(level->first_human) ? 0 : term_end(disposition, level->first_human, urgent_since(alert));
    TRY(set_or_clear(book, TIMER_ALERT_ACT, alert->id, act_us));
    TRY(set_or_clear(book, TIMER_ALERT_DECIDE, alert->id, next_due(alert, book->now_us)));
    return set_or_clear(book, TIMER_ALERT_ESCALATE, alert->id, next_escalation(disposition, alert, upto_us, &escalation));
}

Status level_clear(struct book *book, int64_t alert) {
    TRY(book_timer_clear(book, TIMER_ALERT_ACT, alert));
    TRY(book_timer_clear(book, TIMER_ALERT_DECIDE, alert));
    TRY(book_timer_clear(book, TIMER_ALERT_WAIT, alert));
    TRY(book_run(book, &FORGET, STORE_VALUES(store_i64(alert))));
    return book_timer_clear(book, TIMER_ALERT_ESCALATE, alert);
}

// ---- queues -----------------------------------------------------------------------------------------------------------

Status level_set(struct disposition *disposition, struct book *book, struct alert *alert) {
    const struct service_level *level = level_of(disposition, alert);
    if (alert->queued_us == 0) { // not with people yet
        alert->rank = rank_of(disposition, alert);
        return STATUS_OK;
    }
    Term decision = !alert->money_here && term_is_given(level->decision_money_gone) ? level->decision_money_gone : level->decision;
    // What has become more urgent is due sooner, as if it came now; what was due stays due.
    int64_t decide_us = term_end(disposition, decision, alert->decide_us == 0 ? alert->queued_us : book->now_us);
    alert->decide_us = alert->decide_us == 0 || decide_us < alert->decide_us ? decide_us : alert->decide_us;
    alert->rank = rank_of(disposition, alert);
    return set_timers(disposition, book, alert);
}

Status level_queue(struct disposition *disposition, struct book *book, struct alert *alert, Slice reason, Slice detail) {
    alert->queued_us = book->now_us;
    alert->urgent_us = book->now_us;
    alert->decide_us = 0;
    alert->acted_us = 0;
    TRY(alert_move(book, alert, ALERT_QUEUED, reason, detail));
    TRY(level_set(disposition, book, alert));
    return alert->severity == SEVERITY_S4 ? level_page(book, alert, DUTY_OWNER, SLICE("s4")) : STATUS_OK;
}

Status level_more_urgent(struct disposition *disposition, struct book *book, struct alert *alert) {
    alert->urgent_us = alert->queued_us == 0 ? 0 : book->now_us;
    TRY(level_set(disposition, book, alert));
    TRY(act_holds_follow(disposition, book, alert));
    return alert->severity == SEVERITY_S4 && alert->queued_us != 0 ? level_page(book, alert, DUTY_OWNER, SLICE("s4")) : STATUS_OK;
}

Status level_raise(struct disposition *disposition, struct book *book, struct alert *alert, int64_t severity, Slice reason) {
    if (severity <= alert->severity) {
        return STATUS_OK;
    }
    int64_t before = alert->severity;
    alert->severity = severity;
    alert->severity_most = severity > alert->severity_most ? severity : alert->severity_most;
    TRY(level_more_urgent(disposition, book, alert));
    return alert_note(book, alert, SLICE("raised"),
                      arena_printf(book->arena, "{\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"by\":\"%.*s\"}", before, severity, SLICE_ARGS(reason)));
}

Status level_page(struct book *book, const struct alert *alert, DutyRole role, Slice reason) {
    struct buf out;
    struct json_writer json;
    bool is_secret = !slice_is(alert->secrecy, "NORMAL");
    // Only those are called who may know of it, and a page says no more of it than they need.
    Slice called = is_secret ? arena_printf(book->arena, "%.*s_%s", SLICE_ARGS(alert->secrecy), duty_role_names[role]) : slice_of(duty_role_names[role]);
    buf_init(&out, 1 << 12);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_i64(&json, SLICE("alert"), alert->id);
    json_key_i64(&json, SLICE("severity"), alert->severity);
    if (!is_secret) {
        json_key_string(&json, SLICE("group"), alert->typology_group);
    }
    json_key_string(&json, SLICE("role"), called);
    if (!is_secret) {
        json_key_string(&json, SLICE("skill"), alert->skill);
    }
    json_key_string(&json, SLICE("reason"), reason);
    json_object_end(&json);
    Slice body = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return book_message(book, &(struct message){.endpoint = SLICE("page"), .kind = SLICE("page"), .object_kind = "alert", .object = alert->id, .body = body}, NULL);
}

// ---- time passes --------------------------------------------------------------------------------------------------------

static int64_t level_of_role(DutyRole role) {
    return role == DUTY_DUTY_DIRECTOR || role == DUTY_HEAD_OFFICE ? 2 : role == DUTY_SHIFT_LEADER ? 1 : 0;
}

// Nobody has it in hand: the next level gets it. Somebody has: the next level is told.
static Status escalate_to(struct book *book, struct alert *alert, DutyRole role) {
    int64_t level = level_of_role(role);
    Slice detail = arena_printf(book->arena, "{\"role\":\"%s\"}", duty_role_names[role]);
    TRY(level_page(book, alert, role, SLICE("escalated")));
    bool waits_for_nobody = alert->state == ALERT_QUEUED || alert->state == ALERT_ESCALATED || alert->state == ALERT_REOPENED || alert->acted_us == 0;
    if (!waits_for_nobody || level <= alert->level) {
        return alert_note(book, alert, SLICE("escalation_told"), detail);
    }
    TRY(strategies_overtaken(book, alert, SLICE("escalated")));
    alert->level = level;
    alert->owner = SLICE("");
    return alert_move(book, alert, ALERT_ESCALATED, SLICE("nobody_acted"), detail);
}

// The first that was not carried out yet, however late this is: a timer that was put off, or a program that stood still, leaves out nobody. The next one has its own timer, which may be due.
static Status escalate(struct disposition *disposition, struct book *book, struct alert *alert) {
    const struct escalation *escalation = NULL;
    int64_t upto_us;
    TRY(escalated_upto(book, alert->id, &upto_us));
    int64_t at_us = next_escalation(disposition, alert, upto_us, &escalation);
    if (at_us == 0) {
        return book_timer_clear(book, TIMER_ALERT_ESCALATE, alert->id);
    }
    if (at_us > book->now_us) {
        return book_timer_set(book, TIMER_ALERT_ESCALATE, alert->id, at_us);
    }
    TRY(book_run(book, &ESCALATED, STORE_VALUES(store_i64(alert->id), store_i64(at_us))));
    DutyRole role = escalation->role;
    TRY(set_or_clear(book, TIMER_ALERT_ESCALATE, alert->id, next_escalation(disposition, alert, at_us, &escalation)));
    return escalate_to(book, alert, role);
}

static Status time_used_up(struct disposition *disposition, struct book *book, struct alert *alert, int64_t due_us) {
    bool is_late = due_us >= alert->decide_us;
    TRY(set_or_clear(book, TIMER_ALERT_DECIDE, alert->id, next_due(alert, due_us)));
    if (is_late) {
        TRY(alert_note(book, alert, SLICE("late"), arena_printf(book->arena, "{\"due_us\":%" PRId64 "}", alert->decide_us)));
    }
    TRY(alert_keep(book, alert));
    return strategies_try(disposition, book, alert->id, TRIGGER_DUE);
}

static Status wait_is_over(struct disposition *disposition, struct book *book, struct alert *alert) {
    TRY(book_timer_clear(book, TIMER_ALERT_WAIT, alert->id));
    if (alert->state != ALERT_WAITING_CUSTOMER && alert->state != ALERT_WAITING_BRANCH && alert->state != ALERT_WAITING_POLICE) {
        return STATUS_OK;
    }
    TRY(alert_move(book, alert, ALERT_VERIFYING, SLICE("waited_long_enough"), SLICE("")));
    TRY(level_page(book, alert, DUTY_OWNER, SLICE("waited_long_enough")));
    (void)disposition;
    return alert_keep(book, alert);
}

Status level_timer(struct disposition *disposition, struct book *book, const struct due_timer *timer) {
    struct alert alert;
    TRY(alert_load(book, timer->object, &alert));
    if (!alert_is_open(&alert) || alert.state == ALERT_IN_CASE || alert.queued_us == 0) {
        return level_clear(book, alert.id);
    }
    switch (timer->kind) {
    case TIMER_ALERT_ACT:
        TRY(book_timer_clear(book, TIMER_ALERT_ACT, alert.id));
        return alert.acted_us == 0 ? alert_note(book, &alert, SLICE("nobody_acted"), SLICE("")) : STATUS_OK;
    case TIMER_ALERT_DECIDE: return time_used_up(disposition, book, &alert, timer->due_us);
    case TIMER_ALERT_ESCALATE:
        TRY(escalate(disposition, book, &alert));
        return alert_keep(book, &alert);
    default: return wait_is_over(disposition, book, &alert);
    }
}
