// Setting: whether a measure may be set, setting it, and what the core bank says of it.

#include "response/controls/ledger.h"

// What the law itself demands of the bank for a state of affairs, whatever an alert says: no
// severity is asked for (regulation.md: no transaction for half a year, unverified holders of case
// accounts, joint punishment, one telephone for several persons).
static const char *const duties[] = {"R-202", "R-203", "R-210", "R-211", "R-421"};

static const char PREVENTIVE[] = "R-407"; // the list of special preventive measures

static bool is_by_itself(const struct book *book) {
    return book->actor.kind == ACTOR_KIND_SYSTEM || book->actor.kind == ACTOR_KIND_STRATEGY;
}

static bool is_duty(Slice basis) {
    for (size_t i = 0; i < sizeof duties / sizeof duties[0]; i++) {
        if (slice_is(basis, duties[i])) {
            return true;
        }
    }
    return false;
}

// ---- checks: each gives REFUSAL_NONE, or why not ----------------------------------------------

static Refusal check_target(const struct control_ask *ask) {
    const struct measure_text *text = measure_text(ask->measure);
    if (slice_empty(ask->target)) {
        return REFUSAL_NO_TARGET;
    }
    return (text->targets & (1u << ask->target_kind)) != 0 ? REFUSAL_NONE : REFUSAL_TARGET;
}

static Refusal check_authority(const struct control_ask *ask) {
    const struct measure_text *text = measure_text(ask->measure);
    bool is_list = ask->authority == AUTHORITY_LIST && slice_is(ask->basis, PREVENTIVE);
    bool is_order = ask->authority == AUTHORITY_ORDER && ask->order != 0;
    if (text->class != MEASURE_CLASS_CONTROL && !is_list && !is_order) {
        return REFUSAL_NO_FREEZE;
    }
    return (text->authorities & (1u << ask->authority)) != 0 ? REFUSAL_NONE : REFUSAL_AUTHORITY;
}

static Refusal check_texts(const struct control_ask *ask) {
    const Slice keys[] = {ask->target, ask->customer, ask->basis, ask->document, ask->branch};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].size > CONTROL_KEY_MAX) {
            return REFUSAL_TOO_LARGE;
        }
    }
    return ask->reason.size > CONTROL_REASON_MAX ? REFUSAL_TOO_LARGE : REFUSAL_NONE;
}

static Refusal check_reasons(const struct control_ask *ask) {
    if (slice_empty(ask->basis)) {
        return REFUSAL_NO_BASIS;
    }
    if (ask->authority != AUTHORITY_BANK && slice_empty(ask->document)) {
        return REFUSAL_NO_DOCUMENT;
    }
    return slice_empty(ask->reason) ? REFUSAL_NO_REASON : REFUSAL_NONE;
}

// When it would end, were it in force now; 0: never.
static int64_t end_from(const struct terms *terms, const struct control_ask *ask,
                        int64_t since_us) {
    if (ask->months != 0) {
        return months_later(terms, since_us, ask->months);
    }
    return ask->span_us != 0 ? since_us + ask->span_us : ask->until_us;
}

static Refusal check_length(const struct book *book, const struct terms *terms,
                            const struct control_ask *ask) {
    const struct measure_text *text = measure_text(ask->measure);
    int64_t end_us = end_from(terms, ask, book->now_us);
    int64_t length_us = end_us - book->now_us;
    if (end_us == 0) {
        return ask->authority == AUTHORITY_BANK ? REFUSAL_NO_END : REFUSAL_NONE;
    }
    if (length_us <= 0) {
        return REFUSAL_PAST;
    }
    if (ask->authority != AUTHORITY_BANK) {
        return REFUSAL_NONE;
    }
    if (text->hours_max != 0 && length_us > text->hours_max * US_PER_HOUR) {
        return REFUSAL_TOO_LONG;
    }
    bool is_too_long_alone = is_by_itself(book) && text->hours_self_max != 0 &&
                             length_us > text->hours_self_max * US_PER_HOUR;
    return is_too_long_alone ? REFUSAL_TOO_LONG_SELF : REFUSAL_NONE;
}

static Refusal check_proportion(const struct book *book, const struct control_ask *ask) {
    const struct measure_text *text = measure_text(ask->measure);
    if (ask->authority != AUTHORITY_BANK) {
        return REFUSAL_NONE;
    }
    if (ask->severity < text->severity_min && !is_duty(ask->basis)) {
        return REFUSAL_TOO_STRONG;
    }
    if ((ask->facts & text->spared) != 0) {
        return REFUSAL_SPARED;
    }
    return is_by_itself(book) && (ask->facts & text->spared_self) != 0 ? REFUSAL_SPARED_SELF
                                                                       : REFUSAL_NONE;
}

static Refusal check_amount(const struct control_ask *ask) {
    const struct measure_text *text = measure_text(ask->measure);
    bool is_limit = (text->blocks & (1u << BLOCK_LIMITED)) != 0;
    bool may_be_part = text->class != MEASURE_CLASS_CONTROL;
    bool fits = is_limit ? ask->amount > 0 : ask->amount == CONTROL_WHOLE;
    return fits || (may_be_part && ask->amount > 0) ? REFUSAL_NONE : REFUSAL_AMOUNT;
}

static Refusal check_notice(const struct control_ask *ask) {
    bool is_secret = slice_is(ask->secrecy, "AML");
    bool is_owed = measure_text(ask->measure)->owes_notice && !slice_empty(ask->customer) &&
                   ask->authority != AUTHORITY_ORDER && !is_secret;
    if (!secrecy_exists(ask->secrecy)) {
        return REFUSAL_SECRECY;
    }
    if (ask->notice != NULL && is_secret) {
        return REFUSAL_TIPS_OFF;
    }
    bool is_whole = ask->notice != NULL && notice_is_whole(ask->notice);
    return is_whole || (!is_owed && ask->notice == NULL) ? REFUSAL_NONE : REFUSAL_NO_NOTICE;
}

static const struct statement LIMITED_BEFORE = {
    "control_limited_before",
    "SELECT COUNT(*) FROM control WHERE target_kind = ?1 AND target = ?2 AND state <> 'FAILED' AND "
    "measure = 'LIMIT_NON_COUNTER' AND asked_kind = 'strategy' AND asked_us > ?3"};

// A strategy takes one step in thirty days; the next is for a person.
static Status check_again(struct book *book, const struct terms *terms,
                          const struct control_ask *ask, Refusal *ret_refusal) {
    int64_t count = 0;
    if (ask->measure == MEASURE_LIMIT_NON_COUNTER && book->actor.kind == ACTOR_KIND_STRATEGY) {
        TRY(book_number(
            book, &LIMITED_BEFORE,
            STORE_VALUES(store_text(slice_of(target_kind_word(ask->target_kind))),
                         store_text(ask->target),
                         store_i64(book->now_us - terms->limit_pause_days * US_PER_DAY)),
            &count));
    }
    *ret_refusal = count == 0 ? REFUSAL_NONE : REFUSAL_LIMIT_AGAIN;
    return STATUS_OK;
}

Status control_may(struct book *book, const struct terms *terms, const struct control_ask *ask,
                   Refusal *ret_refusal) {
    const Refusal checks[] = {
        check_target(ask),
        check_texts(ask),
        check_authority(ask),
        check_reasons(ask),
        check_length(book, terms, ask),
        check_proportion(book, ask),
        check_amount(ask),
        check_notice(ask),
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i] != REFUSAL_NONE) {
            *ret_refusal = checks[i];
            return STATUS_OK;
        }
    }
    return check_again(book, terms, ask, ret_refusal);
}

// ---- setting ----------------------------------------------------------------------------------

static Status keep_notice(struct book *book, const struct notice *notice, struct control *control) {
    if (notice == NULL) {
        return STATUS_OK;
    }
    control->notice =
        arena_printf(book->arena, "%.*s@%lld", SLICE_ARGS(notice->key), (long long)notice->version);
    return notice_keep(book, notice, "control", control->id, control->ask.customer,
                       control->ask.secrecy, NULL);
}

static Status trace_begin(struct book *book, const struct control *control) {
    return book_trace(book, &(struct trace){.object_kind = "control",
                                            .object = control->id,
                                            .from = SLICE(""),
                                            .to = slice_of(control_state_word(control->state)),
                                            .reason = control->ask.reason,
                                            .detail = SLICE("")});
}

Status setting_begin(struct book *book, const struct terms *terms, struct control *control,
                     const struct notice *notice) {
    bool is_closed = false;
    if (control->ask.measure == MEASURE_FREEZE) {
        TRY(queue_is_closed(book, control->ask.target_kind, control->ask.target, &is_closed));
    }
    control->state = is_closed ? CONTROL_WAITING : CONTROL_ASKED;
    TRY(keep_notice(book, notice, control));
    TRY(ledger_keep(book, control));
    TRY(trace_begin(book, control));
    if (control->ends_us != 0) {
        TRY(book_timer_set(book, TIMER_CONTROL, control->id, control->ends_us));
    }
    return is_closed ? STATUS_OK : ledger_tell(book, terms, control, "control.set");
}

Status control_ask(struct book *book, const struct terms *terms, const struct control_ask *ask,
                   int64_t *ret_id) {
    struct control control;
    Refusal refusal;
    TRY(control_may(book, terms, ask, &refusal));
    ENSURE(refusal == REFUSAL_NONE,
           book_fail(book, STATUS_INVALID, control_refusal_code(refusal), "%s", control_refusal_text(refusal)));
    TRY(ledger_begin(book, ask, &control));
    TRY(setting_begin(book, terms, &control, ask->notice));
    *ret_id = control.id;
    return STATUS_OK;
}

// ---- confirming -------------------------------------------------------------------------------

// A limit takes the place of another measure once it is in force; until then that one stays. Who
// released it was written into its row when the limit was asked for.
static Status replace(struct book *book, const struct terms *terms, int64_t id, bool is_done) {
    struct control control;
    if (id == 0) {
        return STATUS_OK;
    }
    TRY(ledger_load(book, id, &control));
    if (!control_is_open(&control)) {
        return STATUS_OK;
    }
    if (is_done) {
        return ending_end(book, terms, &control, CONTROL_RELEASED);
    }
    control.released_by = control.released_second = control.release_reason = SLICE("");
    return ledger_keep(book, &control);
}

static Status set_is_done(struct book *book, const struct terms *terms, struct control *control,
                          int64_t at_us) {
    ControlState from = control->state;
    control->since_us = at_us;
    if (from != CONTROL_ASKED) { // it was released meanwhile: the message of that is on its way
        TRY(ledger_keep(book, control));
        return ledger_trace(book, control, from, SLICE("set"));
    }
    control->state = CONTROL_IN_FORCE;
    if (control->ask.span_us != 0 || control->ask.months != 0) {
        control->ends_us = end_from(terms, &control->ask, at_us);
    }
    TRY(ledger_keep(book, control));
    TRY(ledger_trace(book, control, from, SLICE("confirmed")));
    TRY(ending_arm(book, terms, control));
    TRY(notice_send(book, "control", control->id));
    return replace(book, terms, control->replaces, true);
}

static Status set_has_failed(struct book *book, const struct terms *terms, struct control *control,
                             Slice problem) {
    ControlState from = control->state;
    control->problem = problem;
    control->state = from == CONTROL_ASKED ? CONTROL_FAILED : from;
    TRY(ledger_failed(book, control));
    TRY(ledger_trace(book, control, from, SLICE("failed")));
    TRY(ending_disarm(book, control->id));
    TRY(replace(book, terms, control->replaces, false));
    return from == CONTROL_ASKED ? queue_advance(book, terms, control) : STATUS_OK;
}

// Of a change or a release.
static Status rest_is_done(struct book *book, struct control *control,
                           const struct confirmation *confirmation) {
    bool is_over = !control_is_open(control);
    if (confirmation->is_done && is_over) {
        control->lifted_us = confirmation->at_us;
    }
    if (confirmation->is_done) {
        TRY(ledger_keep(book, control));
    } else {
        control->problem = confirmation->problem;
        TRY(ledger_failed(book, control));
    }
    return ledger_trace(book, control, control->state,
                        confirmation->is_done ? SLICE("confirmed") : SLICE("failed"));
}

Status control_confirmed(struct book *book, const struct terms *terms, int64_t id,
                         const struct confirmation *confirmation) {
    struct control control;
    TRY(confirmation_check(book, confirmation));
    TRY(ledger_load(book, id, &control));
    int64_t message = confirmation->message == 0 ? control.message : confirmation->message;
    bool is_set = message == control.set_message && message != 0 && control.since_us == 0 &&
                  slice_empty(control.problem);
    bool is_last = message == control.message && message != 0 && !control.is_confirmed;
    if (!is_set && !is_last) {
        return STATUS_OK; // it was told before, or is overtaken
    }
    if (is_last) {
        control.is_confirmed = true;
        TRY(book_timer_clear(book, TIMER_CONTROL_CONFIRM, id));
    }
    if (!is_set) {
        return rest_is_done(book, &control, confirmation);
    }
    return confirmation->is_done ? set_is_done(book, terms, &control, confirmation->at_us)
                                 : set_has_failed(book, terms, &control, confirmation->problem);
}

// ---- once more --------------------------------------------------------------------------------

static Status set_again(struct book *book, const struct terms *terms, struct control *control) {
    bool is_closed = false;
    if (control->ask.measure == MEASURE_FREEZE) {
        TRY(queue_is_closed(book, control->ask.target_kind, control->ask.target, &is_closed));
    }
    ControlState from = control->state;
    control->state = is_closed ? CONTROL_WAITING : CONTROL_ASKED;
    control->set_message = 0;
    control->problem = SLICE("");
    TRY(is_closed ? ledger_keep(book, control) : ledger_tell(book, terms, control, "control.set"));
    TRY(ledger_trace(book, control, from, SLICE("again")));
    return control->ends_us == 0
               ? STATUS_OK
               : book_timer_set(book, TIMER_CONTROL, control->id, control->ends_us);
}

Status control_repeat(struct book *book, const struct terms *terms, int64_t id) {
    struct control control;
    TRY(ledger_load(book, id, &control));
    if (control.state == CONTROL_FAILED || control.state == CONTROL_ASKED) {
        return set_again(book, terms, &control);
    }
    if (control.state == CONTROL_WAITING) {
        return STATUS_OK; // nobody was asked yet
    }
    bool is_over = control.state != CONTROL_IN_FORCE;
    TRY(ledger_tell(book, terms, &control, is_over ? "control.released" : "control.changed"));
    return ledger_trace(book, &control, control.state, SLICE("again"));
}
