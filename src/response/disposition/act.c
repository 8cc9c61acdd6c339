// What a strategy or a person does to payments, accounts and others.
//
// Measures are checked by the ledger (response/controls): what it refuses is noted with its code and not done. An action that finds nothing to act on, as a release where nothing is held, is
// done. What concerns the engine's lists goes out as a message to `engine`, which makes a record of the stream of it.

#include "response/disposition/parts.h"

#include "response/controls/put.h"

#include <inttypes.h>

enum { HOLDS_MAX = 256, BODY_MAX = 32 << 10 };

// A payment may stand in several alerts: it is found by the event.
static const struct statement HELD = {
    "act_held", "SELECT h.id, h.until_us, h.held_us, h.at_deadline FROM alert_event e JOIN hold h ON h.id = e.sequence WHERE e.alert = ?1 AND h.state = 'HELD' ORDER BY h.id LIMIT ?2"};
static const struct statement OTHERS = {"act_others", "SELECT COUNT(*) FROM alert_event e JOIN alert a ON a.id = e.alert WHERE e.sequence = ?1 AND a.id <> ?2 AND a.is_open = 1"};
static const struct statement IN_FORCE = {
    "act_in_force", "SELECT id FROM control WHERE target_kind = ?1 AND target = ?2 AND measure = ?3 AND state IN ('ASKED', 'IN_FORCE') ORDER BY id DESC LIMIT 1"};

struct doing {
    struct disposition *disposition;
    struct book *book;
    struct situation *situation;
    const struct strategy_action *action;
    int64_t run;
    struct json_writer *json; // of what was done, an object at hand
    bool is_refused;
    Slice texts[2]; // zh, en of a script
    struct value facts[FACT_COUNT];
    bool is_known[FACT_COUNT];
};

// ---- what is known of the target ------------------------------------------------------------------------------------

static void look_at_facts(void *user, const struct knowledge *knowledge) {
    struct doing *doing = user;
    struct situation *situation = doing->situation;
    situation->knowledge = knowledge;
    for (uint32_t i = 0; i < FACT_COUNT; i++) {
        doing->is_known[i] = strategies_fact(doing->disposition->strategies, (FactId)i, &situation->input, doing->book->arena, &doing->facts[i]);
    }
    situation->knowledge = NULL;
}

// A fact that is not known counts as the worse of its two.
static bool holds(const struct doing *doing, FactId fact) {
    return doing->is_known[fact] ? doing->facts[fact].boolean : fact_infos[fact].worst;
}

static uint32_t target_facts(const struct doing *doing) {
    return (holds(doing, FACT_PAYROLL_ACCOUNT) ? target_fact_bit(TARGET_FACT_PAYROLL) : 0) | (holds(doing, FACT_PENSION_ACCOUNT) ? target_fact_bit(TARGET_FACT_PENSION) : 0) |
           (holds(doing, FACT_SETTLEMENT_ACCOUNT) ? target_fact_bit(TARGET_FACT_SETTLEMENT) : 0) | (holds(doing, FACT_COURT_ACCOUNT) ? target_fact_bit(TARGET_FACT_COURT) : 0);
}

static Slice role(const struct doing *doing, EventRole role) {
    return event_role(doing->disposition, doing->situation->event, role, doing->book->arena);
}

// ---- payments -----------------------------------------------------------------------------------------------------------

struct held {
    int64_t id, until_us, held_us;
    HoldState at_deadline;
};

static Status held_of(struct book *book, int64_t alert, struct held held[static HOLDS_MAX], uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, &HELD, STORE_VALUES(store_i64(alert), store_i64(HOLDS_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct held *one = &held[count++];
        *one = (struct held){.id = book_i64(book, 0), .until_us = book_i64(book, 1), .held_us = book_i64(book, 2), .at_deadline = HOLD_REFUSED};
        (void)hold_state_parse(store_column_text(book->store, 3), &one->at_deadline);
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

// Another alert on the same payment is open: it is not let go while that one may still stop it.
static Status is_kept(struct book *book, int64_t hold, int64_t alert, HoldState outcome, bool *ret_kept) {
    int64_t others = 0;
    if (outcome == HOLD_RELEASED) {
        TRY(book_number(book, &OTHERS, STORE_VALUES(store_i64(hold), store_i64(alert)), &others));
    }
    *ret_kept = others > 0;
    return STATUS_OK;
}

Status act_settle_holds(struct disposition *disposition, struct book *book, int64_t alert, HoldState outcome, Slice reason, uint32_t *ret_count) {
    struct held *held = ARENA_ARRAY(book->arena, struct held, HOLDS_MAX);
    uint32_t count;
    *ret_count = 0;
    TRY(held_of(book, alert, held, &count));
    for (uint32_t i = 0; i < count; i++) {
        bool kept;
        TRY(is_kept(book, held[i].id, alert, outcome, &kept));
        if (!kept) {
            TRY(hold_settle(book, disposition->options.terms, held[i].id, outcome, reason));
            (*ret_count)++;
        }
    }
    return STATUS_OK;
}

Status act_holds_follow(struct disposition *disposition, struct book *book, const struct alert *alert) {
    return alert->severity >= disposition->plan->holds_refused_from ? act_refuse_at_deadline(disposition, book, alert->id) : STATUS_OK;
}

Status act_refuse_at_deadline(struct disposition *disposition, struct book *book, int64_t alert) {
    struct held *held = ARENA_ARRAY(book->arena, struct held, HOLDS_MAX);
    uint32_t count;
    TRY(held_of(book, alert, held, &count));
    for (uint32_t i = 0; i < count; i++) {
        if (held[i].at_deadline == HOLD_RELEASED && held[i].until_us > book->now_us) {
            TRY(hold_move(book, disposition->options.terms, held[i].id, held[i].until_us, HOLD_REFUSED, SLICE("severity"), NULL));
        }
    }
    return STATUS_OK;
}

static Status settle_holds(struct doing *doing, HoldState outcome) {
    uint32_t count;
    TRY(act_settle_holds(doing->disposition, doing->book, doing->situation->alert.id, outcome, doing->book->actor.name, &count));
    json_key_i64(doing->json, SLICE("payments"), count);
    return STATUS_OK;
}

// Never shorter than it was, and not beyond what a payment may be held at all.
static Status hold_longer(struct doing *doing) {
    struct held *held = ARENA_ARRAY(doing->book->arena, struct held, HOLDS_MAX);
    const struct terms *terms = doing->disposition->options.terms;
    const struct alert *alert = &doing->situation->alert;
    uint32_t count, longer = 0;
    TRY(held_of(doing->book, alert->id, held, &count));
    for (uint32_t i = 0; i < count; i++) {
        int64_t last_us = held[i].held_us + terms->hold_hours_max * US_PER_HOUR;
        int64_t until_us = doing->book->now_us + doing->action->values[ARGUMENT_FOR];
        bool refuses = held[i].at_deadline == HOLD_REFUSED || alert->severity >= doing->disposition->plan->holds_refused_from;
        until_us = until_us < last_us ? until_us : last_us;
        if (until_us > held[i].until_us && held[i].until_us > doing->book->now_us) {
            TRY(hold_move(doing->book, terms, held[i].id, until_us, refuses ? HOLD_REFUSED : HOLD_RELEASED, doing->book->actor.name, NULL));
            longer++;
        }
    }
    json_key_i64(doing->json, SLICE("payments"), count);
    json_key_i64(doing->json, SLICE("longer"), longer);
    return STATUS_OK;
}

// ---- measures -----------------------------------------------------------------------------------------------------------

static void fill_texts(void *user, const struct knowledge *knowledge) {
    struct doing *doing = user;
    const struct strategies *strategies = doing->disposition->strategies;
    ActionArgument argument = doing->action->given & UINT32_C(1) << ARGUMENT_NOTICE ? ARGUMENT_NOTICE : ARGUMENT_SCRIPT;
    const struct script *script = &strategies->plan.scripts[doing->action->values[argument]];
    doing->situation->knowledge = knowledge;
    for (uint32_t i = 0; i < 2; i++) {
        struct buf out;
        buf_init(&out, BODY_MAX);
        strategies_put_text(strategies, i == 0 ? script->zh : script->en, i == 0, &doing->situation->input, doing->book->arena, &out);
        doing->texts[i] = arena_copy(doing->book->arena, buf_slice(&out));
        buf_deinit(&out);
    }
    doing->situation->knowledge = NULL;
}

static Status make_notice(struct doing *doing, struct notice *notice) {
    const struct script *script = &doing->disposition->plan->scripts[doing->action->values[ARGUMENT_NOTICE]];
    TRY(situation_look(doing->situation, doing->book, fill_texts, doing));
    *notice = (struct notice){.key = script->id, .version = script->version, .text = doing->texts[0], .reason = script->reason, .remedy = script->remedy_zh,
                              .documents = script->documents_zh};
    return STATUS_OK;
}

static int64_t limit_of(const struct doing *doing) {
    const int64_t *values = doing->action->values;
    return holds(doing, FACT_IS_COMPANY) ? values[ARGUMENT_COMPANY] : values[ARGUMENT_PERSON];
}

static Slice reason_of(const struct doing *doing) {
    const struct alert *alert = &doing->situation->alert;
    Slice given = doing->action->given & UINT32_C(1) << ARGUMENT_REASON ? doing->action->text : SLICE("");
    return slice_empty(given) ? arena_printf(doing->book->arena, "%.*s S%" PRId64, SLICE_ARGS(alert->typology_group), alert->severity) : given;
}

// What cannot be done is noted; who relied on its protection is told so.
static void refuse(struct doing *doing, Refusal refusal) {
    json_key_string(doing->json, SLICE("refused"), slice_of(control_refusal_code(refusal)));
    doing->is_refused = doing->is_refused || action_infos[doing->action->id].direction == DIRECTION_PROTECTING;
}

static Status set_measure(struct doing *doing, Measure measure, TargetKind kind, Slice target) {
    const struct alert *alert = &doing->situation->alert;
    struct notice notice;
    int64_t id;
    Refusal refusal;
    bool has_notice = (doing->action->given & UINT32_C(1) << ARGUMENT_NOTICE) != 0;
    if (has_notice && !alert_tells_somebody(alert)) { // nobody knows whom to tell
        refuse(doing, REFUSAL_NO_NOTICE);
        return STATUS_OK;
    }
    TRY(situation_look(doing->situation, doing->book, look_at_facts, doing));
    if (has_notice) {
        TRY(make_notice(doing, &notice));
    }
    struct control_ask asked = {
        .measure = measure,
        .target_kind = kind,
        .target = target,
        .customer = alert_whose(alert),
        .authority = AUTHORITY_BANK,
        .basis = SLICE("R-108"),
        .reason = reason_of(doing),
        .amount = measure == MEASURE_LIMIT_NON_COUNTER ? limit_of(doing) : CONTROL_WHOLE,
        .severity = alert->severity,
        .span_us = doing->action->given & UINT32_C(1) << ARGUMENT_FOR ? doing->action->values[ARGUMENT_FOR] : 30 * US_PER_DAY,
        .facts = target_facts(doing),
        .alert = alert->id,
        .run = doing->run,
        .secrecy = alert->secrecy,
        .branch = alert->branch,
        .notice = has_notice ? &notice : NULL,
    };
    TRY(control_may(doing->book, doing->disposition->options.terms, &asked, &refusal));
    if (refusal != REFUSAL_NONE) {
        refuse(doing, refusal);
        return STATUS_OK;
    }
    TRY(control_ask(doing->book, doing->disposition->options.terms, &asked, &id));
    json_key_i64(doing->json, SLICE("control"), id);
    return STATUS_OK;
}

static Status release_measure(struct doing *doing, Measure measure, TargetKind kind, Slice target, bool stepwise) {
    const struct terms *terms = doing->disposition->options.terms;
    struct control_release release = {.by = AUTHORITY_BANK, .reason = doing->book->actor.name};
    Refusal refusal;
    int64_t id;
    Status status = book_number(doing->book, &IN_FORCE, STORE_VALUES(store_text(slice_of(target_kind_word(kind))), store_text(target), store_text(slice_of(measure_text(measure)->word))), &id);
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    TRY(control_may_release(doing->book, id, &release, &refusal));
    if (refusal != REFUSAL_NONE) {
        json_key_string(doing->json, SLICE("refused"), slice_of(control_refusal_code(refusal)));
        return STATUS_OK;
    }
    json_key_i64(doing->json, SLICE("control"), id);
    return stepwise ? control_release_stepwise(doing->book, terms, id, &release) : control_release(doing->book, terms, id, &release);
}

// ---- messages -----------------------------------------------------------------------------------------------------------

static Status tell(struct doing *doing, const char *endpoint, const char *kind, const char *object_kind, void (*put)(struct doing *doing, struct json_writer *json)) {
    struct buf out;
    struct json_writer json;
    int64_t id;
    buf_init(&out, BODY_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_i64(&json, SLICE("alert"), doing->situation->alert.id);
    put(doing, &json);
    json_object_end(&json);
    struct message message = {.endpoint = slice_of(endpoint), .kind = slice_of(kind), .object_kind = object_kind, .object = doing->situation->alert.id,
                              .body = arena_copy(doing->book->arena, buf_slice(&out))};
    buf_deinit(&out);
    TRY(book_message(doing->book, &message, &id));
    json_key_i64(doing->json, SLICE("message"), id);
    return STATUS_OK;
}

static void put_list_entry(struct doing *doing, struct json_writer *json) {
    const struct knowledge_plan *plan = doing->disposition->catalogue->knowledge;
    char text[TIME_TEXT_SIZE];
    int64_t until_us = doing->book->now_us + doing->action->values[ARGUMENT_FOR];
    json_key_string(json, SLICE("list"), plan->lists[doing->action->values[ARGUMENT_LIST]].name);
    json_key_string(json, SLICE("key"), role(doing, EVENT_ROLE_PAYEE));
    json_key_string(json, SLICE("end"), (Slice){text, time_format(until_us, 0, text)});
    json_key_string(json, SLICE("reason"), reason_of(doing));
}

static void put_suspicion(struct doing *doing, struct json_writer *json) {
    const struct alert *alert = &doing->situation->alert;
    json_key_string(json, SLICE("message"), SLICE("SUSP_REPORT"));
    json_key_string(json, SLICE("customer"), alert->customer);
    json_key_string(json, SLICE("account"), alert->account);
    json_key_string(json, SLICE("payee"), role(doing, EVENT_ROLE_PAYEE)); // also where the alert is about him
    json_key_i64(json, SLICE("amount"), alert->amount);
    json_key_string(json, SLICE("group"), alert->typology_group);
    json_key_string(json, SLICE("reason"), reason_of(doing));
}

static void put_application(struct doing *doing, struct json_writer *json) {
    json_key_string(json, SLICE("event_id"), doing->situation->event->id);
    json_key_string(json, SLICE("customer"), doing->situation->alert.customer);
    json_key_string(json, SLICE("reason"), reason_of(doing));
}

static void put_rectification(struct doing *doing, struct json_writer *json) {
    json_key_string(json, SLICE("branch"), doing->situation->alert.branch);
    json_key_i64(json, SLICE("until_us"), doing->book->now_us + doing->action->values[ARGUMENT_FOR]);
    json_key(json, SLICE("remind"));
    json_array_begin(json);
    for (uint32_t i = 0; i < doing->action->share_count; i++) {
        json_i64(json, doing->action->shares[i]);
    }
    json_array_end(json);
}

static void put_message(struct doing *doing, struct json_writer *json) {
    const struct alert *alert = &doing->situation->alert;
    json_key_string(json, SLICE("customer"), alert->customer);
    if (slice_empty(alert->customer)) {
        json_key_string(json, SLICE("merchant"), alert_merchant(alert));
    }
    json_key_string(json, SLICE("zh"), doing->texts[0]);
    json_key_string(json, SLICE("en"), doing->texts[1]);
}

static Status tell_customer(struct doing *doing) {
    if (!slice_is(doing->situation->alert.secrecy, "NORMAL")) {
        doing->is_refused = true;
        json_key_string(doing->json, SLICE("refused"), slice_of(control_refusal_code(REFUSAL_TIPS_OFF)));
        return STATUS_OK;
    }
    if (doing->situation->is_turned && !alert_tells_somebody(&doing->situation->alert)) { // who is paid, or a machine: none of our customers
        refuse(doing, REFUSAL_NO_NOTICE);
        return STATUS_OK;
    }
    TRY(situation_look(doing->situation, doing->book, fill_texts, doing));
    return tell(doing, "contact", "customer.told", "alert", put_message);
}

static Status refuse_application(struct doing *doing) {
    return tell(doing, "core", "application.refused", "alert", put_application);
}

// ---- one action -----------------------------------------------------------------------------------------------------------

static Status raise(struct doing *doing) {
    struct alert *alert = &doing->situation->alert;
    const struct strategy_action *action = doing->action;
    int64_t to = action->given & UINT32_C(1) << ARGUMENT_SEVERITY ? action->values[ARGUMENT_SEVERITY] : alert->severity + action->values[ARGUMENT_BY];
    return level_raise(doing->disposition, doing->book, alert, to > SEVERITY_S4 ? SEVERITY_S4 : to, doing->book->actor.name);
}

// Who had it, or had decided on it, may not know of it any more.
static Status take_away(struct book *book, struct alert *alert) {
    if (slice_empty(alert->owner) || !alert_may_move(alert->state, ALERT_ESCALATED)) {
        return STATUS_OK;
    }
    alert->owner = SLICE("");
    alert->code = SLICE("");
    alert->approval = SLICE("");
    alert->clear_days = 0;
    alert->is_weak = false;
    return alert_move(book, alert, ALERT_ESCALATED, SLICE("secret"), SLICE(""));
}

// From here on it is a secret, and so is all that was done because of it: nobody is asked any more either.
static Status to_aml(struct doing *doing) {
    struct alert *alert = &doing->situation->alert;
    alert->skill = SLICE("AML");
    alert->secrecy = SLICE("AML");
    TRY(take_away(doing->book, alert));
    TRY(ask_cancel_all(doing->book, alert->id));
    return secrecy_spread(doing->book, alert->id, alert->secrecy);
}

static Status do_one(struct doing *doing) {
    const struct alert *alert = &doing->situation->alert;
    switch (doing->action->id) {
    case ACTION_RELEASE_PAYMENT: return settle_holds(doing, HOLD_RELEASED);
    case ACTION_REFUSE_PAYMENT: return settle_holds(doing, HOLD_REFUSED);
    case ACTION_CANCEL_PAYMENT: return settle_holds(doing, HOLD_CANCELLED);
    case ACTION_HOLD: return hold_longer(doing);
    case ACTION_GREY_PAYEE: return tell(doing, "engine", "list.add", "alert", put_list_entry);
    case ACTION_REFUSE_APPLICATION: return refuse_application(doing);
    case ACTION_BLOCK_CARD: return set_measure(doing, MEASURE_BLOCK_CARD, TARGET_CARD, role(doing, EVENT_ROLE_CARD));
    case ACTION_CONTROL_ACCOUNT: return set_measure(doing, MEASURE_CREDIT_ONLY, TARGET_ACCOUNT, alert->account);
    case ACTION_SUSPEND_NON_COUNTER: return set_measure(doing, MEASURE_SUSPEND_NON_COUNTER, TARGET_ACCOUNT, alert->account);
    case ACTION_LIMIT_NON_COUNTER: return set_measure(doing, MEASURE_LIMIT_NON_COUNTER, TARGET_ACCOUNT, alert->account);
    case ACTION_RESTORE_LIMIT_STEP: return release_measure(doing, MEASURE_LIMIT_NON_COUNTER, TARGET_ACCOUNT, alert->account, true);
    case ACTION_DELAY_SETTLEMENT: return set_measure(doing, MEASURE_DELAY_SETTLEMENT, TARGET_MERCHANT, role(doing, EVENT_ROLE_MERCHANT));
    case ACTION_RESTORE_SETTLEMENT: return release_measure(doing, MEASURE_DELAY_SETTLEMENT, TARGET_MERCHANT, role(doing, EVENT_ROLE_MERCHANT), false);
    case ACTION_BLOCK_SOURCE: return set_measure(doing, MEASURE_BLOCK_SOURCE, TARGET_IP, role(doing, EVENT_ROLE_SOURCE));
    case ACTION_DISABLE_SYSTEM_ACCOUNT: return set_measure(doing, MEASURE_DISABLE_SYSTEM_ACCOUNT, TARGET_SYSTEM_ACCOUNT, role(doing, EVENT_ROLE_SYSTEM_ACCOUNT));
    case ACTION_REPORT_SUSPICION: return tell(doing, "police", "suspicion.reported", "alert", put_suspicion);
    case ACTION_QUEUE_AML: return to_aml(doing);
    case ACTION_NOTIFY: return tell_customer(doing);
    case ACTION_RAISE_SEVERITY: return raise(doing);
    case ACTION_PAGE: return level_page(doing->book, alert, (DutyRole)doing->action->values[ARGUMENT_ROLE], doing->book->actor.name);
    case ACTION_ORDER_RECTIFICATION: return tell(doing, "inspection", "rectification.ordered", "alert", put_rectification);
    case ACTION_END_HOLD:   // the hold ends by itself
    case ACTION_JOIN_HITS:  // they are joined
    case ACTION_EXECUTE_ORDER: // the room of orders does so
    case ACTION_FEED_BACK_ORDER:
    case ACTION_COUNT: return STATUS_OK;
    }
    return STATUS_OK;
}

bool act_changes(const struct strategy_action *const *actions, uint32_t count) {
    bool changes = false;
    for (uint32_t i = 0; i < count; i++) {
        changes = changes || (actions[i]->id != ACTION_JOIN_HITS && actions[i]->id != ACTION_PAGE);
    }
    return changes;
}

Status act(struct disposition *disposition, struct book *book, struct situation *situation, const struct strategy_action *const *actions, uint32_t count, int64_t run,
           struct acted *ret_acted) {
    struct buf out;
    struct json_writer json;
    struct doing doing = {.disposition = disposition, .book = book, .situation = situation, .run = run, .json = &json};
    Status status = act_changes(actions, count) ? situation_gather_all(situation, book) : STATUS_OK;
    buf_init(&out, DETAIL_MAX / 2);
    json_writer_init(&json, &out);
    json_array_begin(&json);
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        doing.action = actions[i];
        json_object_begin(&json);
        json_key_string(&json, SLICE("action"), action_infos[actions[i]->id].name);
        status = do_one(&doing);
        json_object_end(&json);
    }
    json_array_end(&json);
    *ret_acted = (struct acted){.done = arena_copy(book->arena, buf_slice(&out)), .is_refused = doing.is_refused};
    buf_deinit(&out);
    return status;
}
