// Hits join or open alerts.
//
// The hits of a decision fall into groups of typologies, and within a group to subjects: who pays, who is paid, a machine. At most one alert of a subject and group is open, and while it is, hits join it. When it
// is closed, a hit of S4 within the window opens it again; any other opens a new one.

#include "response/disposition/parts.h"

#include "base/bits.h"
#include "response/controls/controls.h"

#include <inttypes.h>

static const struct statement EVIDENCE_ADD = {
    "evidence_add", "INSERT INTO evidence (sequence, event_id, event_us, decided_us, event, decision) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (sequence) DO NOTHING"};
static const struct statement EVENT_ADD = {
    "alert_event_add", "INSERT INTO alert_event (alert, sequence, event_id, event_us, amount, payee, action, is_request, outcome, customer)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', ?9)"
                       " ON CONFLICT (alert, sequence) DO NOTHING"};
// The plus: SQLite looks among the few rows of the event, not among all of the alert.
static const struct statement EVENT_KNOWN = {"alert_event_known", "SELECT 1 FROM alert_event WHERE +alert = ?1 AND event_id = ?2"};
static const struct statement HIT_ADD = {
    "hit_add", "INSERT INTO hit (alert, sequence, model, version, family, typology, mode, severity, score, asks, evidence, lists, saw)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (alert, sequence, model) DO NOTHING"};
static const struct statement MODEL_SEEN = {
    "model_age_add", "INSERT INTO model_age (model, version, since_us) VALUES (?1, ?2, ?3) ON CONFLICT (model, version) DO NOTHING"};

// The hits of a decision that belong to one alert.
struct share {
    uint32_t group;
    SubjectSide side;
    Slice subject_kind, subject;
    uint32_t hits[OUTCOME_HITS_MAX];
    uint32_t count;
    Severity severity;
    int64_t score;
};

// The share that a hit would have alone.
static struct share share_of(const struct disposition_plan *plan, const struct outcome_read *read, const struct outcome_hit *hit, struct arena *arena) {
    // Of a model that the pack has no more nobody knows what it was about: it stands in the first group, and nothing closes it but people.
    uint32_t model = hit->model == NULL ? SCHEMA_NONE : hit->model_number;
    struct share share = {.group = disposition_group(plan, model)};
    struct subject_found found;
    struct buf out;
    buf_init(&out, 1 << 12);
    if (disposition_subject(plan, model, read->event, &found, &out)) {
        share.side = found.side;
        share.subject_kind = slice_of(subject_kind_names[found.kind]);
        share.subject = arena_copy(arena, buf_slice(&out));
    } else { // nobody is named: it stands alone
        share.subject_kind = SLICE("EVENT");
        share.subject = read->event_id;
    }
    buf_deinit(&out);
    return share;
}

static bool is_same_share(const struct share *left, const struct share *right) {
    return left->group == right->group && slice_equal(left->subject_kind, right->subject_kind) && slice_equal(left->subject, right->subject);
}

// One payment may have a part in two alerts of one group: about who pays, and about who is paid.
static void shares_of(struct disposition *disposition, const struct outcome_read *read, struct arena *arena, struct share *shares, uint32_t *ret_count) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < read->hit_count; i++) {
        const struct outcome_hit *hit = &read->hits[i];
        struct share alone = share_of(disposition->plan, read, hit, arena);
        uint32_t at = 0;
        while (at < count && !is_same_share(&shares[at], &alone)) {
            at++;
        }
        if (at == ALERTS_PER_DECISION) {
            continue; // there are not so many groups and subjects that one event has a part in
        }
        if (at == count) {
            shares[count++] = alone;
        }
        struct share *share = &shares[at];
        share->hits[share->count++] = i;
        share->severity = hit->severity > share->severity ? hit->severity : share->severity;
        share->score = hit->score > share->score ? hit->score : share->score;
    }
    *ret_count = count;
}

// ---- rows -------------------------------------------------------------------------------------------------

static Slice lists_behind(const struct disposition_plan *plan, const struct outcome_hit *hit, struct arena *arena) {
    Slice lists = SLICE("");
    for (uint32_t source = 0; source < LIST_SOURCE_COUNT && hit->model != NULL; source++) {
        if (plan->lists_of_model[hit->model_number].surely & UINT32_C(1) << source) {
            lists = words_add(arena, lists, slice_of(list_source_names[source]));
        }
    }
    return lists;
}

static Status add_hit(struct disposition *disposition, struct book *book, const struct alert *alert, const struct outcome_read *read, const struct outcome_hit *hit) {
    static const struct typology unknown = {.family = {"", 0}, .id = {"", 0}};
    const struct disposition_plan *plan = disposition->plan;
    const struct typology *typology = hit->model == NULL ? &unknown : &plan->typologies[plan->typology_of_model[hit->model_number]];
    uint32_t evidence = hit->model == NULL ? 0 : hit->model->evidence;
    Slice mode = hit->model == NULL ? hit->mode : slice_of(model_mode_names[hit->model->mode]);
    TRY(book_run(book, &MODEL_SEEN, STORE_VALUES(store_text(hit->id), store_i64(hit->version), store_i64(read->outcome->decided_us))));
    return book_run(book, &HIT_ADD,
                    STORE_VALUES(store_i64(alert->id), store_i64((int64_t)read->outcome->sequence), store_text(hit->id), store_i64(hit->version), store_text(typology->family),
                                 store_text(typology->id), store_text(mode), store_i64(hit->severity), store_i64(hit->score), store_text(hit->asks), store_i64(evidence),
                                 store_text(lists_behind(plan, hit, book->arena)), store_text(hit->saw)));
}

// What a RESULT says again of a payment whose REQUEST is there already moves no money once more, and neither does an event that a nightly run looks at.
static Status amount_that_counts(struct disposition *disposition, struct book *book, const struct alert *alert, const struct outcome_read *read, int64_t *ret_amount) {
    Slice original = read->outcome->is_of_night ? read->event_id : event_text(read->event, disposition->catalogue->schema->original, book->arena);
    *ret_amount = read->amount;
    if (slice_empty(original)) {
        return STATUS_OK;
    }
    Status status = book_one(book, &EVENT_KNOWN, STORE_VALUES(store_i64(alert->id), store_text(original)));
    if (status == STATUS_OK) {
        *ret_amount = 0;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// Whom a crime was done to that stands in an alert about somebody or something else, as a shop where cards are tried out: should he report it, the alert is found.
static Slice harmed_customer(struct disposition *disposition, struct book *book, const struct alert *alert, const struct outcome_read *read, const struct share *share) {
    Slice customer = event_role(disposition, read->event, EVENT_ROLE_CUSTOMER, book->arena);
    bool is_crime_against = group_is_against_customer(disposition->plan, disposition->plan->groups[share->group].id);
    return is_crime_against && !slice_equal(customer, alert->customer) ? customer : SLICE("");
}

static Status add_rows(struct disposition *disposition, struct book *book, const struct alert *alert, const struct outcome_read *read, const struct share *share, int64_t amount) {
    const struct outcome *outcome = read->outcome;
    int64_t sequence = (int64_t)outcome->sequence;
    Slice payee = event_role(disposition, read->event, EVENT_ROLE_PAYEE, book->arena);
    Slice harmed = harmed_customer(disposition, book, alert, read, share);
    TRY(book_run(book, &EVIDENCE_ADD, STORE_VALUES(store_i64(sequence), store_text(read->event_id), store_i64(read->event->time_us), store_i64(outcome->decided_us),
                                                   store_text(outcome->event), store_text(outcome->decision))));
    TRY(book_run(book, &EVENT_ADD, STORE_VALUES(store_i64(alert->id), store_i64(sequence), store_text(read->event_id), store_i64(read->event->time_us), store_i64(amount),
                                                store_text(payee), store_text(read->action), store_i64(read->is_request), store_text(harmed))));
    for (uint32_t i = 0; i < share->count; i++) {
        TRY(add_hit(disposition, book, alert, read, &read->hits[share->hits[i]]));
    }
    return STATUS_OK;
}

// ---- the alert --------------------------------------------------------------------------------------------

static uint32_t action_number(const struct catalogue *catalogue, Slice id) {
    uint32_t at = 0;
    while (at < catalogue->policy.actions.count && !slice_equal(catalogue->policy.actions.at[at].id, id)) {
        at++;
    }
    return at < catalogue->policy.actions.count ? at : 0;
}

static bool keeps_money_here(const struct outcome_read *read) {
    return read->is_request && read->amount > 0 && !read->outcome->is_of_night &&
           (read->delay_us > 0 || slice_is(read->action, "REJECT") || slice_is(read->action, "STOP_PAY") || slice_is(read->action, "FREEZE"));
}

// Whom an alert is about, and who gets what it is about; empty where that is nobody, or nobody of ours.
struct parties {
    Slice customer, account, payee;
};

// Whether the account that is paid is held here. What is not said follows from the customer: an event knows those of the bank alone.
static bool is_payee_own(const struct disposition *disposition, const struct event *event, Slice payee_customer) {
    uint32_t field = disposition->plan->roles[EVENT_ROLE_PAYEE_IS_OWN];
    return field != SCHEMA_NONE && event_has(event, field) ? event->cells[field].integer != 0 : !slice_empty(payee_customer);
}

// Of an alert about who is paid the account is his, so that what is done because of it is done to him and to no payer.
static struct parties parties_of(struct disposition *disposition, struct book *book, const struct event *event, SubjectSide side) {
    Slice payee = event_role(disposition, event, EVENT_ROLE_PAYEE, book->arena);
    Slice payee_customer = event_role(disposition, event, EVENT_ROLE_PAYEE_CUSTOMER, book->arena);
    struct parties own = {event_role(disposition, event, EVENT_ROLE_CUSTOMER, book->arena), event_role(disposition, event, EVENT_ROLE_ACCOUNT, book->arena), payee};
    if (side == SIDE_PAYER) {
        return own;
    }
    if (side == SIDE_PAYEE && disposition->plan->moves_of_type[event->type] != MOVES_OUT && slice_empty(payee)) {
        return own; // nothing is paid: a settlement, a contract, of the subject itself
    }
    if (side == SIDE_NEITHER || slice_empty(payee)) {
        return (struct parties){SLICE(""), SLICE(""), SLICE("")};
    }
    if (slice_equal(payee, own.account)) { // a credit: its own customer is who is paid
        return (struct parties){own.customer, own.account, SLICE("")};
    }
    bool is_own = is_payee_own(disposition, event, payee_customer);
    return (struct parties){is_own ? payee_customer : SLICE(""), is_own ? payee : SLICE(""), SLICE("")};
}

// What the alert shows is that of the newest event of its highest severity.
static void take_lead(struct disposition *disposition, struct book *book, const struct outcome_read *read, SubjectSide side, struct alert *alert) {
    const struct schema *schema = disposition->catalogue->schema;
    struct parties parties = parties_of(disposition, book, read->event, side);
    alert->lead = (int64_t)read->outcome->sequence;
    alert->branch = event_role(disposition, read->event, EVENT_ROLE_BRANCH, book->arena);
    alert->channel = event_text(read->event, schema->channel, book->arena);
    alert->segment = side == SIDE_PAYER ? read->segment : SLICE(""); // it is of the event's own customer
    alert->customer = parties.customer;
    alert->account = parties.account;
    alert->payee = parties.payee;
    alert->money_here = keeps_money_here(read);
}

static void update(struct disposition *disposition, struct book *book, const struct outcome_read *read, const struct share *share, int64_t amount, struct alert *alert) {
    const struct catalogue *catalogue = disposition->catalogue;
    alert->severity_last = share->severity;
    if (share->severity >= alert->severity_most || alert->lead == 0) {
        take_lead(disposition, book, read, share->side, alert);
    }
    alert->severity = share->severity > alert->severity ? share->severity : alert->severity;
    alert->severity_most = alert->severity > alert->severity_most ? alert->severity : alert->severity_most;
    alert->score = share->score > alert->score ? share->score : alert->score;
    if (alert->events == 0 || action_number(catalogue, read->action) > action_number(catalogue, alert->action)) {
        alert->action = read->action;
    }
    alert->amount = amount > alert->amount ? amount : alert->amount;
    alert->amount_sum += amount;
    alert->hits += share->count;
    alert->events++;
    alert->is_late = alert->is_late || read->is_late;
    alert->is_degraded = alert->is_degraded || read->is_degraded;
    alert->hit_us = read->outcome->decided_us;
}

static struct alert new_alert(struct disposition *disposition, const struct outcome_read *read, const struct share *share, uint32_t number) {
    static const char *const secrecies[] = {[SECRECY_NORMAL] = "NORMAL", [SECRECY_AML] = "AML", [SECRECY_INSIDER] = "INSIDER"};
    const struct typology_group *group = &disposition->plan->groups[share->group];
    return (struct alert){
        .id = (int64_t)read->outcome->sequence * ALERTS_PER_DECISION + number,
        .subject_kind = share->subject_kind,
        .subject = share->subject,
        .typology_group = group->id,
        .secrecy = slice_of(secrecies[group->secrecy]),
        .skill = group->queue,
        .state = ALERT_NEW,
        .severity_first = share->severity,
        .opened_us = read->outcome->decided_us,
    };
}

static Status open_new(struct disposition *disposition, struct book *book, const struct outcome_read *read, const struct share *share, uint32_t number, struct alert *alert) {
    *alert = new_alert(disposition, read, share, number);
    TRY(book_trace(book, &(struct trace){.object_kind = "alert", .object = alert->id, .from = SLICE(""), .to = SLICE("NEW"), .reason = SLICE("hit")}));
    return alert_move(book, alert, ALERT_ENRICHING, SLICE("hit"), SLICE(""));
}

// What was decided and waits for an approval was decided without this hit.
static Status decide_again(struct book *book, struct alert *alert) {
    if (alert->state != ALERT_DECIDED) {
        return STATUS_OK;
    }
    alert->approval = SLICE("");
    alert->code = SLICE("");
    alert->clear_days = 0;
    alert->is_weak = false;
    return alert_move(book, alert, ALERT_ASSIGNED, SLICE("hit_joined"), SLICE(""));
}

static Status merge(struct disposition *disposition, struct book *book, const struct outcome_read *read, const struct share *share, uint32_t number, struct alert *alert,
                    Trigger *ret_trigger) {
    int64_t amount;
    int64_t from_us = read->outcome->decided_us - disposition->plan->window_us;
    Status found = alert_find(book, share->subject_kind, share->subject, disposition->plan->groups[share->group].id, from_us, alert);
    if (found != STATUS_OK && found != STATUS_NOT_FOUND) {
        return found;
    }
    *ret_trigger = TRIGGER_JOINED;
    bool reopens = found == STATUS_OK && !alert_is_open(alert) && share->severity == SEVERITY_S4;
    if (found == STATUS_NOT_FOUND || (!alert_is_open(alert) && !reopens)) {
        TRY(open_new(disposition, book, read, share, number, alert));
        *ret_trigger = TRIGGER_OPENED;
    }
    int64_t severity_before = alert->severity;
    TRY(amount_that_counts(disposition, book, alert, read, &amount));
    update(disposition, book, read, share, amount, alert);
    if (reopens) {
        TRY(alert_reopen(disposition, book, alert, REOPEN_S4_HIT, SLICE("")));
    } else if (*ret_trigger == TRIGGER_JOINED) {
        TRY(alert_note(book, alert, SLICE("hit_joined"), SLICE("")));
        TRY(decide_again(book, alert));
    }
    TRY(add_rows(disposition, book, alert, read, share, amount));
    if (*ret_trigger == TRIGGER_JOINED) {
        TRY(alert->severity > severity_before ? level_more_urgent(disposition, book, alert) : level_set(disposition, book, alert));
    }
    return alert_keep(book, alert);
}

// ---- payments that wait ---------------------------------------------------------------------------------------

static Status open_hold(struct disposition *disposition, struct book *book, const struct outcome_read *read, const struct alert *alert) {
    Severity severity = alert == NULL || (Severity)alert->severity < read->severity ? read->severity : (Severity)alert->severity;
    bool refuses = severity >= disposition->plan->holds_refused_from;
    struct hold_ask hold = {
        .id = (int64_t)read->outcome->sequence,
        .event_id = read->event_id,
        .alert = alert == NULL ? 0 : alert->id,
        .customer = event_role(disposition, read->event, EVENT_ROLE_CUSTOMER, book->arena),
        .account = event_role(disposition, read->event, EVENT_ROLE_ACCOUNT, book->arena),
        .payee = event_role(disposition, read->event, EVENT_ROLE_PAYEE, book->arena),
        .amount = read->amount,
        .held_us = read->outcome->decided_us,
        .until_us = read->outcome->decided_us + read->delay_us,
        .at_deadline = refuses ? HOLD_REFUSED : HOLD_RELEASED,
        .secrecy = alert == NULL ? SLICE("NORMAL") : alert->secrecy,
    };
    return hold_open(book, disposition->options.terms, &hold, NULL);
}

Status disposition_take(struct disposition *disposition, struct book *book, const struct outcome *outcome, const struct event **ret_event) {
    struct share shares[ALERTS_PER_DECISION];
    struct alert alerts[ALERTS_PER_DECISION];
    Trigger triggers[ALERTS_PER_DECISION];
    struct outcome_read *read = ARENA_NEW(book->arena, struct outcome_read);
    uint32_t count;
    uint32_t worst = 0;
    TRY(outcome_read(disposition, book, outcome, read));
    shares_of(disposition, read, book->arena, shares, &count);
    disposition->works += count > 0 || read->delay_us > 0;
    for (uint32_t i = 0; i < count; i++) {
        TRY(merge(disposition, book, read, &shares[i], i, &alerts[i], &triggers[i]));
        worst = alerts[i].severity > alerts[worst].severity ? i : worst;
    }
    if (read->delay_us > 0 && read->is_request && !outcome->is_of_night) {
        TRY(open_hold(disposition, book, read, count == 0 ? NULL : &alerts[worst]));
    }
    if (!outcome->is_of_night) {
        TRY(follow_take(disposition, book, read));
    }
    for (uint32_t i = 0; i < count; i++) {
        TRY(strategies_try(disposition, book, alerts[i].id, triggers[i]));
    }
    if (ret_event != NULL) {
        *ret_event = read->event;
    }
    return STATUS_OK;
}
