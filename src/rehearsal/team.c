// Five people at work.

#include "rehearsal/played.h"

#include "response/disposition/earn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CALL_TAKES_US (5 * US_PER_MINUTE)
#define APPROVAL_TAKES_US (3 * US_PER_MINUTE)
#define SECOND_LOOK_TAKES_US (10 * US_PER_MINUTE)
enum { CLEAR_DAYS = 90 };
_Static_assert((int)TEAM_SIZE == (int)TEAM_MEMBERS, "each of the team has a desk");

static const struct statement TO_APPROVE = {"played_to_approve", "SELECT id FROM alert WHERE state = 'DECIDED' AND approval = 'ASKED' AND decided_by <> ?1 ORDER BY rank DESC, id LIMIT 1"};

static Actor actor_of(uint32_t analyst) {
    return (Actor){ACTOR_KIND_PERSON, analyst_id(analyst)};
}

// ---- desks ------------------------------------------------------------------------------------------------------------------

static Status hire(void *context, struct book *book) {
    (void)context;
    for (uint32_t i = 0; i < TEAM_SIZE; i++) {
        struct person person = {.name = analyst_id(i), .skills = SLICE(" FRAUD MULE CORPORATE MERCHANT LOAN AML INSIDER SECURITY SAFETY "), .level = 2, .domains = CLEARANCE_ALL, .on_duty = true};
        TRY(person_keep(book, &person));
    }
    return STATUS_OK;
}

Status team_hire(struct rehearsal *rehearsal, struct diag *diag) {
    arena_reset(&rehearsal->arena);
    TRY(book_do(&rehearsal->book, (Actor){ACTOR_KIND_SYSTEM, SLICE("rehearsal")}, rehearsal->now_us, hire, NULL, &rehearsal->arena, diag));
    return STATUS_OK;
}

// ---- taking and deciding ----------------------------------------------------------------------------------------------------

struct turn {
    struct rehearsal *rehearsal;
    uint32_t analyst;
    int64_t alert;
    Slice code;
    bool decides;
    int64_t minutes;
    bool flag;
    struct played_alert played;
};

static Slice alert_text(struct arena *arena, int64_t alert) {
    return arena_printf(arena, "%" PRId64, alert);
}

// A call tells something of crime against the customer, and is owed to him.
static bool calls_first(const struct played_alert *played) {
    static const char *const groups[] = {"AT", "VP", "CF", "DE", "TA"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (slice_is(played->group, groups[i])) {
            return !played->was_called && !slice_empty(played->customer);
        }
    }
    return false;
}

static void decide_by_truth(struct turn *turn, struct book *book, struct team_decision *ret_decision) {
    struct answer answers[PLAYED_ANSWERS_MAX];
    struct alert_facts facts;
    played_facts(&turn->played, turn->rehearsal->json, book->arena, answers, alert_text(book->arena, turn->alert), &facts);
    decision_of(turn->rehearsal->options.truth, turn->analyst, &facts, turn->rehearsal->options.seed, ret_decision);
}

static Status call_customer(struct turn *turn, struct book *book, const struct person *person) {
    struct disposition *disposition = desk_disposition(turn->rehearsal->desk);
    int64_t task;
    Slice script = slice_is(turn->played.group, "VP") ? SLICE("VICTIM-CALL") : SLICE("ROBOT-VERIFY");
    Status status = alert_ask(disposition, book, person, turn->alert, CONTACT_HUMAN_CALL, script, 0, &task);
    turn->flag = status == STATUS_OK;
    return status;
}

static Status take(void *context, struct book *book) {
    struct turn *turn = context;
    struct disposition *disposition = desk_disposition(turn->rehearsal->desk);
    struct person person;
    struct team_decision decision;
    turn->alert = 0;
    turn->flag = false;
    TRY(person_load(book, analyst_id(turn->analyst), &person));
    Status status = alert_next(disposition, book, &person, &turn->alert);
    if (status != STATUS_OK) {
        turn->alert = 0;
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    TRY(played_load(book, turn->alert, &turn->played));
    if (calls_first(&turn->played)) {
        return call_customer(turn, book, &person);
    }
    decide_by_truth(turn, book, &decision);
    turn->code = arena_copy(book->arena, decision.code);
    turn->minutes = decision.minutes;
    turn->decides = true;
    return STATUS_OK;
}

static void plan_work(struct rehearsal *rehearsal, uint32_t analyst, int64_t alert, Slice code, const char *what, int64_t takes_us) {
    struct planned planned = {.at_us = rehearsal->now_us + takes_us / rehearsal->options.teams, .kind = PLANNED_WORK, .object = alert, .analyst = analyst};
    snprintf(planned.code, sizeof planned.code, "%.*s", SLICE_ARGS(code));
    snprintf(planned.object_kind, sizeof planned.object_kind, "%s", what);
    rehearsal->team[analyst].busy = true;
    rehearsal->team[analyst].alert = alert;
    plan_add(&rehearsal->agenda, &planned);
}

// ---- a free moment ------------------------------------------------------------------------------------------------------------

static Status find_to_approve(void *context, struct book *book) {
    struct turn *turn = context;
    turn->alert = 0;
    Status status = book_number(book, &TO_APPROVE, STORE_VALUES(store_text(analyst_id(turn->analyst))), &turn->alert);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status find_sample(void *context, struct book *book) {
    struct turn *turn = context;
    struct person person;
    turn->alert = 0;
    TRY(person_load(book, analyst_id(turn->analyst), &person));
    Status status = sample_next(book, &person, &turn->alert);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status one_looks(struct rehearsal *rehearsal, uint32_t analyst, struct diag *diag) {
    struct turn turn = {.rehearsal = rehearsal, .analyst = analyst};
    arena_reset(&rehearsal->arena);
    TRY(book_do(&rehearsal->book, actor_of(analyst), rehearsal->now_us, find_to_approve, &turn, &rehearsal->arena, diag));
    if (turn.alert != 0) {
        plan_work(rehearsal, analyst, turn.alert, SLICE(""), "approve", APPROVAL_TAKES_US);
        return STATUS_OK;
    }
    TRY(book_do(&rehearsal->book, actor_of(analyst), rehearsal->now_us, take, &turn, &rehearsal->arena, diag));
    if (turn.alert != 0) {
        bool calls = turn.flag;
        plan_work(rehearsal, analyst, turn.alert, turn.code, calls ? "called" : "decide", calls ? CALL_TAKES_US : turn.minutes * US_PER_MINUTE);
        return STATUS_OK;
    }
    TRY(book_do(&rehearsal->book, actor_of(analyst), rehearsal->now_us, find_sample, &turn, &rehearsal->arena, diag));
    if (turn.alert != 0) {
        plan_work(rehearsal, analyst, turn.alert, SLICE(""), "sample", SECOND_LOOK_TAKES_US);
    }
    return STATUS_OK;
}

Status team_look(struct rehearsal *rehearsal, struct diag *diag) {
    uint32_t on_duty = team_on_duty(rehearsal->now_us);
    for (uint32_t i = 0; i < TEAM_SIZE; i++) {
        if ((on_duty & UINT32_C(1) << i) != 0 && !rehearsal->team[i].busy) {
            TRY(one_looks(rehearsal, i, diag));
        }
    }
    return STATUS_OK;
}

// ---- minutes later --------------------------------------------------------------------------------------------------------------

static Status decide(void *context, struct book *book) {
    struct turn *turn = context;
    struct person person;
    struct alert alert;
    bool needs_approval;
    TRY(person_load(book, analyst_id(turn->analyst), &person));
    TRY(alert_load(book, turn->alert, &alert));
    if (!slice_equal(alert.owner, person.name) || !alert_is_open(&alert)) {
        return STATUS_OK; // it went to a leader meanwhile
    }
    struct alert_decision decision = {.code = code_find(turn->code), .note = SLICE("rehearsal")};
    bool is_false = decision.code != CODE_NONE && code_infos[decision.code].counts == COUNT_FALSE_ALARM;
    decision.clear_days = is_false && !slice_empty(alert.payee) ? CLEAR_DAYS : 0;
    return alert_decide(desk_disposition(turn->rehearsal->desk), book, &person, turn->alert, &decision, &needs_approval);
}

static bool is_fraud(Slice code) {
    Code at = code_find(code);
    return at != CODE_NONE && code_infos[at].counts == COUNT_EFFECTIVE;
}

// Who approves looks himself: he sends it back when he would have called it a fraud.
static Status approve(void *context, struct book *book) {
    struct turn *turn = context;
    struct disposition *disposition = desk_disposition(turn->rehearsal->desk);
    struct person person;
    struct team_decision own;
    TRY(person_load(book, analyst_id(turn->analyst), &person));
    TRY(played_load(book, turn->alert, &turn->played));
    if (!slice_is(turn->played.state, "DECIDED")) {
        return STATUS_OK;
    }
    decide_by_truth(turn, book, &own);
    return is_fraud(own.code) ? alert_disapprove(disposition, book, &person, turn->alert, SLICE("I see a fraud in it")) : alert_approve(disposition, book, &person, turn->alert, SLICE(""));
}

static Status second_look(void *context, struct book *book) {
    struct turn *turn = context;
    struct person person;
    struct team_decision own;
    bool overturned;
    TRY(person_load(book, analyst_id(turn->analyst), &person));
    TRY(played_load(book, turn->alert, &turn->played));
    decide_by_truth(turn, book, &own);
    Status status = sample_decide(desk_disposition(turn->rehearsal->desk), book, &person, turn->alert, code_find(own.code), SLICE("rehearsal"), &overturned);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status; // another one was quicker
}

Status team_do(struct rehearsal *rehearsal, const struct planned *planned, struct diag *diag) {
    struct turn turn = {.rehearsal = rehearsal, .analyst = planned->analyst, .alert = planned->object, .code = slice_of(planned->code)};
    BookWork *work = strcmp(planned->object_kind, "decide") == 0 ? decide : strcmp(planned->object_kind, "approve") == 0 ? approve : strcmp(planned->object_kind, "sample") == 0 ? second_look : NULL;
    rehearsal->team[planned->analyst].busy = false;
    rehearsal->team[planned->analyst].alert = 0;
    if (work == NULL) {
        return STATUS_OK; // the call is over; its answer comes by itself
    }
    rehearsal->counts.decided += work == decide;
    rehearsal->counts.approved += work == approve;
    rehearsal->counts.second_looks += work == second_look;
    arena_reset(&rehearsal->arena);
    return book_do(&rehearsal->book, actor_of(planned->analyst), rehearsal->now_us, work, &turn, &rehearsal->arena, diag);
}

// ---- strategies that have earned it -----------------------------------------------------------------------------------------------

struct promotion {
    const struct strategy *strategy;
    bool is_ready, is_done;
};

static Status look_at_record(void *context, struct book *book) {
    struct promotion *promotion = context;
    struct strategy_record record;
    TRY(strategy_record(book, promotion->strategy, &record));
    promotion->is_ready = record.mode == STRATEGY_SHADOW && record.is_earned && promotion->strategy->is_closure;
    return promotion->is_ready ? strategy_propose(book, promotion->strategy) : STATUS_OK;
}

static Status approve_strategy(void *context, struct book *book) {
    struct promotion *promotion = context;
    return strategy_approve(book, promotion->strategy);
}

Status team_promote(struct rehearsal *rehearsal, struct diag *diag) {
    const struct strategies *strategies = rehearsal->options.strategies;
    for (uint32_t i = 0; i < strategies->count; i++) {
        struct promotion promotion = {.strategy = &strategies->at[i]};
        arena_reset(&rehearsal->arena);
        TRY(book_do(&rehearsal->book, (Actor){ACTOR_KIND_PERSON, SLICE("rehearsal.author")}, rehearsal->now_us, look_at_record, &promotion, &rehearsal->arena, diag));
        if (promotion.is_ready) {
            TRY(book_do(&rehearsal->book, (Actor){ACTOR_KIND_PERSON, SLICE("rehearsal.approver")}, rehearsal->now_us, approve_strategy, &promotion, &rehearsal->arena, diag));
            rehearsal->counts.promoted++;
        }
    }
    return STATUS_OK;
}
