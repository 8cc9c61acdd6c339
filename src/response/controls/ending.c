// Ending: release by somebody, the end in time, steps, renewals, and the owner's list.

#include "response/controls/ledger.h"

#include "response/controls/unanswered.h"

enum { FEN = 100, FOUR_EYES_SEVERITY = 3 };

Status ending_arm(struct book *book, const struct terms *terms, const struct control *control) {
    if (control->ends_us != 0) {
        TRY(book_timer_set(book, TIMER_CONTROL, control->id, control->ends_us));
    }
    if (control->ask.authority == AUTHORITY_ORDER) {
        return STATUS_OK; // how long it stays is not the bank's to judge
    }
    return book_timer_set(book, TIMER_CONTROL_REVIEW, control->id,
                          control->since_us + terms->review_days * US_PER_DAY);
}

Status ending_disarm(struct book *book, int64_t id) {
    TRY(book_timer_clear(book, TIMER_CONTROL, id));
    TRY(book_timer_clear(book, TIMER_CONTROL_STEP, id));
    return book_timer_clear(book, TIMER_CONTROL_REVIEW, id);
}

Status ending_end(struct book *book, const struct terms *terms, struct control *control,
                  ControlState state) {
    ControlState from = control->state;
    control->state = state;
    control->released_us = book->now_us;
    control->review_us = 0;
    TRY(ending_disarm(book, control->id));
    if (from == CONTROL_WAITING) {
        TRY(ledger_keep(book, control)); // the core bank never heard of it
    } else {
        TRY(ledger_tell(book, terms, control, "control.released"));
    }
    TRY(ledger_trace(book, control, from, control->release_reason));
    return queue_advance(book, terms, control);
}

// ---- release ----------------------------------------------------------------------------------

static Refusal check_second(const struct book *book, const struct control_release *release) {
    if (book->actor.kind != ACTOR_KIND_PERSON) {
        return REFUSAL_NOT_A_PERSON;
    }
    if (slice_empty(release->second)) {
        return REFUSAL_NO_SECOND;
    }
    return slice_equal(release->second, book->actor.name) ? REFUSAL_SAME_PERSON : REFUSAL_NONE;
}

static Refusal check_release(const struct book *book, const struct control *control,
                             const struct control_release *release) {
    Authority set_by = control->ask.authority;
    bool is_order = release->by == AUTHORITY_ORDER;
    if (!control_is_open(control)) {
        return REFUSAL_ENDED;
    }
    if (slice_empty(release->reason)) {
        return REFUSAL_NO_REASON;
    }
    if (release->reason.size > CONTROL_REASON_MAX || release->second.size > CONTROL_KEY_MAX) {
        return REFUSAL_TOO_LARGE;
    }
    if (is_order != (set_by == AUTHORITY_ORDER) ||
        (release->by == AUTHORITY_LIST && set_by != AUTHORITY_LIST)) {
        return REFUSAL_NOT_HIS;
    }
    if (release->by == set_by && set_by != AUTHORITY_BANK) {
        return REFUSAL_NONE;
    }
    // Persons: of what a list has set always two, else from a severity on.
    bool needs_two = set_by == AUTHORITY_LIST || control->ask.severity >= FOUR_EYES_SEVERITY;
    return needs_two ? check_second(book, release) : REFUSAL_NONE;
}

Status control_may_release(struct book *book, int64_t id, const struct control_release *release,
                           Refusal *ret_refusal) {
    struct control control;
    TRY(ledger_load(book, id, &control));
    *ret_refusal = check_release(book, &control, release);
    return STATUS_OK;
}

static Status refuse(struct book *book, int64_t id, Refusal refusal) {
    return book_fail(book, STATUS_INVALID, control_refusal_code(refusal), "measure %lld: %s", (long long)id,
                     control_refusal_text(refusal));
}

static void write_release(const struct book *book, struct control *control,
                          const struct control_release *release) {
    control->released_by = book->actor.name;
    control->released_second = release->second;
    control->release_reason = release->reason;
}

static Status load_to_release(struct book *book, int64_t id, const struct control_release *release,
                              struct control *ret_control) {
    TRY(ledger_load(book, id, ret_control));
    Refusal refusal = check_release(book, ret_control, release);
    ENSURE(refusal == REFUSAL_NONE, refuse(book, id, refusal));
    write_release(book, ret_control, release);
    return STATUS_OK;
}

Status control_release(struct book *book, const struct terms *terms, int64_t id,
                       const struct control_release *release) {
    struct control control;
    TRY(load_to_release(book, id, release, &control));
    return ending_end(book, terms, &control, CONTROL_RELEASED);
}

Status control_pass(struct book *book, int64_t id, int64_t alert) {
    struct control control;
    TRY(ledger_load(book, id, &control));
    control.ask.alert = alert;
    TRY(ledger_keep(book, &control));
    return ledger_trace(book, &control, control.state, SLICE("other_alert"));
}

// ---- steps ------------------------------------------------------------------------------------

// The next limit above what is allowed now; CONTROL_WHOLE: everything.
static int64_t next_limit(const struct terms *terms, int64_t amount) {
    const int64_t steps[] = {terms->step_first * FEN, terms->step_second * FEN};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i] > amount) {
            return steps[i];
        }
    }
    return CONTROL_WHOLE;
}

static Status raise(struct book *book, const struct terms *terms, struct control *control) {
    int64_t limit = next_limit(terms, control->ask.amount);
    if (limit == CONTROL_WHOLE) {
        return ending_end(book, terms, control, CONTROL_RELEASED);
    }
    control->ask.amount = limit;
    control->step++;
    TRY(ledger_tell(book, terms, control, "control.changed"));
    TRY(book_timer_set(book, TIMER_CONTROL_STEP, control->id,
                       book->now_us + terms->step_days * US_PER_DAY));
    return ledger_trace(book, control, control->state, SLICE("step"));
}

// A limit in place of another measure, which ends once the limit is in force.
static Status begin_steps(struct book *book, const struct terms *terms, struct control *from) {
    struct control limit;
    struct control_ask ask = from->ask;
    ask.measure = MEASURE_LIMIT_NON_COUNTER;
    ask.amount = next_limit(terms, 0);
    ask.reason = from->release_reason;
    ask.span_us = ask.months = 0;
    // The steps end it; this is the last moment.
    ask.until_us = book->now_us + (2 * terms->step_days + 1) * US_PER_DAY;
    TRY(ledger_begin(book, &ask, &limit));
    limit.step = 1;
    limit.replaces = from->id;
    limit.released_by = from->released_by; // who began it, until it ends and afterwards
    limit.released_second = from->released_second;
    limit.release_reason = from->release_reason;
    TRY(ledger_keep(book, from));
    TRY(ledger_trace(book, from, from->state, SLICE("stepwise")));
    TRY(setting_begin(book, terms, &limit, NULL));
    return book_timer_set(book, TIMER_CONTROL_STEP, limit.id,
                          book->now_us + terms->step_days * US_PER_DAY);
}

Status control_release_stepwise(struct book *book, const struct terms *terms, int64_t id,
                                const struct control_release *release) {
    struct control control;
    TRY(load_to_release(book, id, release, &control));
    const struct measure_text *limit = measure_text(MEASURE_LIMIT_NON_COUNTER);
    const struct measure_text *text = measure_text(control.ask.measure);
    bool fits = (limit->targets & (1u << control.ask.target_kind)) != 0 &&
                text->strictness >= limit->strictness && control.ask.authority == AUTHORITY_BANK;
    ENSURE(fits, refuse(book, id, REFUSAL_NO_STEPS));
    ENSURE(control.state == CONTROL_IN_FORCE, refuse(book, id, REFUSAL_NOT_IN_FORCE));
    return control.ask.measure == MEASURE_LIMIT_NON_COUNTER ? raise(book, terms, &control)
                                                            : begin_steps(book, terms, &control);
}

// ---- renewals, and the owner's list -----------------------------------------------------------

Status control_renew(struct book *book, const struct terms *terms, int64_t id,
                     const struct control_renewal *renewal) {
    struct control control;
    TRY(ledger_load(book, id, &control));
    ENSURE(control.state == CONTROL_IN_FORCE, refuse(book, id, REFUSAL_NOT_IN_FORCE));
    int64_t until_us = renewal->until_us;
    if (renewal->months != 0) {
        until_us = months_later(terms, control.ends_us, renewal->months);
    } else if (renewal->span_us != 0) {
        until_us = control.ends_us + renewal->span_us;
    }
    ENSURE(control.ends_us != 0 && until_us > control.ends_us,
           refuse(book, id, REFUSAL_NOT_LONGER));
    if (control.ask.authority == AUTHORITY_BANK) {
        int64_t hours_max = measure_text(control.ask.measure)->hours_max;
        ENSURE(book->actor.kind == ACTOR_KIND_PERSON, refuse(book, id, REFUSAL_NOT_A_PERSON));
        ENSURE(hours_max == 0 || until_us - book->now_us <= hours_max * US_PER_HOUR,
               refuse(book, id, REFUSAL_TOO_LONG));
    }
    control.ends_us = until_us;
    if (!slice_empty(renewal->document)) {
        control.ask.document = renewal->document;
    }
    TRY(ledger_tell(book, terms, &control, "control.changed"));
    TRY(book_timer_set(book, TIMER_CONTROL, id, until_us));
    return ledger_trace(book, &control, control.state, renewal->reason);
}

Status control_reviewed(struct book *book, const struct terms *terms, int64_t id, Slice reason) {
    struct control control;
    TRY(ledger_load(book, id, &control));
    ENSURE(control.state == CONTROL_IN_FORCE, refuse(book, id, REFUSAL_NOT_IN_FORCE));
    ENSURE(book->actor.kind == ACTOR_KIND_PERSON, refuse(book, id, REFUSAL_NOT_A_PERSON));
    ENSURE(!slice_empty(reason), refuse(book, id, REFUSAL_NO_REASON));
    control.review_us = 0;
    TRY(ledger_keep(book, &control));
    TRY(ledger_trace(book, &control, control.state, reason));
    return book_timer_set(book, TIMER_CONTROL_REVIEW, id,
                          book->now_us + terms->review_days * US_PER_DAY);
}

// ---- timers -----------------------------------------------------------------------------------

static Status at_end(struct book *book, const struct terms *terms, struct control *control) {
    if (!control_is_open(control) || control->ends_us == 0) {
        return book_timer_clear(book, TIMER_CONTROL, control->id);
    }
    if (control->ends_us > book->now_us) {
        return book_timer_set(book, TIMER_CONTROL, control->id, control->ends_us);
    }
    control->released_by = book->actor.name;
    control->release_reason = SLICE("expired");
    return ending_end(book, terms, control, CONTROL_EXPIRED);
}

static Status at_step(struct book *book, const struct terms *terms, struct control *control) {
    if (control->state != CONTROL_IN_FORCE) {
        return book_timer_clear(book, TIMER_CONTROL_STEP, control->id);
    }
    return raise(book, terms, control);
}

static Status at_review(struct book *book, struct control *control) {
    TRY(book_timer_clear(book, TIMER_CONTROL_REVIEW, control->id));
    if (control->state != CONTROL_IN_FORCE) {
        return STATUS_OK;
    }
    control->review_us = book->now_us;
    TRY(ledger_keep(book, control));
    return ledger_trace(book, control, control->state, SLICE("to_review"));
}

static Status not_confirmed(struct book *book, const struct terms *terms, struct control *control) {
    if (control->is_confirmed) {
        return book_timer_clear(book, TIMER_CONTROL_CONFIRM, control->id);
    }
    TRY(unanswered_page(book, terms,
                        &(struct unanswered){.kind = "control.unconfirmed",
                                             .object_kind = "control",
                                             .object = control->id,
                                             .timer = TIMER_CONTROL_CONFIRM},
                        &control->pages));
    return ledger_keep(book, control);
}

Status control_timer(struct book *book, const struct terms *terms, const struct due_timer *due) {
    struct control control;
    TRY(ledger_load(book, due->object, &control));
    switch (due->kind) {
    case TIMER_CONTROL:
        return at_end(book, terms, &control);
    case TIMER_CONTROL_STEP:
        return at_step(book, terms, &control);
    case TIMER_CONTROL_REVIEW:
        return at_review(book, &control);
    default:
        INVARIANT(due->kind == TIMER_CONTROL_CONFIRM);
        return not_confirmed(book, terms, &control);
    }
}
