// Strategies at work on an alert.
//
// When something happens to an alert, the strategies that it concerns are tried in their order. One that is ACTIVE and has to wait, for an answer or in quiet, holds the alert until it has
// ended; one in the SHADOW waits beside, and what it would have done is noted when it ends. Everything that a run does is written in the unit of work in which it does it, so a run goes on
// where it was after a restart: it is a row, and a timer.
//
// A run ends: CLOSED; LOWERED; STAYS; HUMAN; FORBIDDEN (the program did not let it close); LIMITED (the strategy's own limits); GIVEN_UP (the alert has become one that it is not for);
// OVERTAKEN (somebody or something else has it now).

#include "response/disposition/parts.h"

#include <inttypes.h>

static const struct statement ADD = {
    "run_add", "INSERT INTO run (id, alert, strategy, strategy_hash, is_shadow, life, subject_kind, subject, payee, lead, upto, state, began_us, hits_before, answered, answered_again,"
               " acted, outcome, code, branch, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?9, ?10, ?11, ?12, (SELECT MAX(sequence) FROM alert_event WHERE alert = ?2), 'BEGUN', ?7, ?8, 0, 0,"
               " 0, '', '', '', '')"};
// One that ends as it begins, which most do: written once.
static const struct statement ADD_ENDED = {
    "run_add_ended", "INSERT INTO run (id, alert, strategy, strategy_hash, is_shadow, life, subject_kind, subject, payee, lead, upto, state, began_us, ended_us, hits_before, answered, answered_again,"
                     " acted, outcome, code, branch, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?9, ?10, ?11, ?12, (SELECT MAX(sequence) FROM alert_event WHERE alert = ?2), 'DONE', ?7, ?7, ?8, 0, 0,"
                     " ?13, ?14, ?15, ?16, ?17)"};
static const struct statement SET_STATE = {"run_state", "UPDATE run SET state = ?2, until_us = ?3, waits_us = ?4, answered = ?5, answered_again = ?6 WHERE id = ?1"};
static const struct statement END = {"run_end", "UPDATE run SET state = 'DONE', until_us = NULL, ended_us = ?2, outcome = ?3, code = ?4, branch = ?5, reason = ?6, acted = ?7 WHERE id = ?1"};
static const struct statement LOAD = {"run_load", "SELECT alert, strategy, is_shadow, state, waits_us, answered, answered_again, life, strategy_hash, lead, upto FROM run WHERE id = ?1"};
static const struct statement UPTO = {"run_upto", "SELECT upto FROM run WHERE id = ?1"};
// Payments that nobody was asked about: that came since, and to others or larger ones than the question named.
static const struct statement UNASKED = {
    "run_unasked", "SELECT COUNT(*) FROM alert_event e JOIN alert_event l ON l.alert = e.alert AND l.sequence = ?2 WHERE e.alert = ?1 AND e.is_request = 1 AND e.amount > 0"
                   " AND (e.sequence > ?3 OR e.payee <> l.payee OR e.amount > l.amount)"};
static const struct statement GOING = {"run_going", "SELECT id FROM run WHERE alert = ?1 AND state <> 'DONE' ORDER BY id"};
static const struct statement TO_OVERTAKE = {"run_to_overtake", "SELECT id FROM run WHERE alert = ?1 AND state <> 'DONE' AND is_shadow = 0 ORDER BY id"};
static const struct statement GOING_ACTIVE = {"run_going_active", "SELECT COUNT(*) FROM run WHERE alert = ?1 AND state <> 'DONE' AND is_shadow = 0"};
static const struct statement TRIED = {"run_tried", "SELECT state, outcome, hits_before FROM run WHERE alert = ?1 AND strategy = ?2 AND life = ?3 ORDER BY id DESC LIMIT 1"};
static const struct statement TRIES = {"run_tries", "SELECT COUNT(*) FROM task WHERE alert = ?1 AND run = ?2 AND script = ?3"};
static const struct statement OVERTAKE = {"run_overtake", "UPDATE run SET state = 'DONE', until_us = NULL, ended_us = ?2, outcome = 'OVERTAKEN', reason = ?3 WHERE id = ?1"};

enum { RUNS_GOING_MAX = 64 };

struct run {
    int64_t id, alert, waits_us, life, lead, upto;
    const struct strategy *strategy; // NULL: the pack has it no more, or in another text
    bool is_shadow, answered, answered_again;
    Slice state;
    bool is_assumed; // its second question was not put, and is taken for answered
    const struct alert *at_once; // of which it is, when its row is yet to be written: it ends as it begins
    Slice withheld; // why it may not release, though its conditions hold
};

// ---- evaluating while lists and profiles stand still ---------------------------------------------------------------

typedef enum Asked { ASKED_BEGIN, ASKED_STOP, ASKED_END, ASKED_WAIT, ASKED_FIRST, ASKED_GIVE_UP, ASKED_WHO } Asked;
struct asked {
    Asked what;
    struct situation *situation;
    struct arena *arena;
    struct strategy_begin begin;
    struct strategy_outcome outcome;
    struct strategy_actions first;
    bool stops;
    int64_t wait_us;
};

// What the queue and the limits go by, for as long as the alert lives: a company, somebody of 70 and more.
static void look_who(struct asked *asked) {
    struct situation *situation = asked->situation;
    const struct strategies *strategies = situation->disposition->strategies;
    struct value value;
    if (strategies_fact(strategies, FACT_IS_COMPANY, &situation->input, asked->arena, &value)) {
        situation->alert.is_company = value.boolean;
    }
    if (strategies_fact(strategies, FACT_CUSTOMER_AGE, &situation->input, asked->arena, &value)) {
        situation->alert.is_elder = value.integer >= CLOSURE_AGE_ELDER;
    }
}

static void look(void *user, const struct knowledge *knowledge) {
    struct asked *asked = user;
    struct situation *situation = asked->situation;
    const struct strategies *strategies = situation->disposition->strategies;
    situation->knowledge = knowledge;
    switch (asked->what) {
    case ASKED_BEGIN: strategy_begin(strategies, situation->strategy, &situation->input, asked->arena, &asked->begin); break;
    case ASKED_STOP: asked->stops = strategy_stop(strategies, situation->strategy, &situation->input, asked->arena, &asked->outcome); break;
    case ASKED_END: strategy_end(strategies, situation->strategy, &situation->input, asked->arena, &asked->outcome); break;
    case ASKED_WHO: look_who(asked); break;
    case ASKED_FIRST: asked->first = strategy_first(strategies, situation->strategy, &situation->input, asked->arena); break;
    case ASKED_GIVE_UP: strategy_give_up(strategies, situation->strategy, &situation->input, asked->arena, &asked->outcome); break;
    case ASKED_WAIT: asked->wait_us = strategy_wait_us(strategies, situation->strategy, &situation->input, asked->arena); break;
    }
    situation->knowledge = NULL;
}

static Status evaluate(struct situation *situation, struct book *book, Asked what, struct asked *asked) {
    *asked = (struct asked){.what = what, .situation = situation, .arena = book->arena};
    return situation_look(situation, book, look, asked);
}

// ---- rows -------------------------------------------------------------------------------------------------------------

static Status run_load(struct disposition *disposition, struct book *book, int64_t id, struct run *ret_run) {
    TRY(book_one(book, &LOAD, STORE_VALUES(store_i64(id))));
    uint32_t at = map_get(&disposition->strategies->by_id, store_column_text(book->store, 1));
    const struct strategy *strategy = at == MAP_NONE ? NULL : &disposition->strategies->at[at];
    bool is_same = strategy != NULL && slice_equal(store_column_text(book->store, 8), strategy_hash_text(book->arena, strategy));
    *ret_run = (struct run){
        .id = id,
        .alert = book_i64(book, 0),
        .strategy = is_same ? strategy : NULL,
        .lead = book_i64(book, 9),
        .upto = book_i64(book, 10),
        .is_shadow = book_i64(book, 2) != 0,
        .state = book_text(book, 3),
        .waits_us = book_i64(book, 4),
        .answered = book_i64(book, 5) != 0,
        .answered_again = book_i64(book, 6) != 0,
        .life = book_i64(book, 7),
    };
    return STATUS_OK;
}

static Status run_set(struct book *book, const struct run *run, const char *state, int64_t until_us) {
    TRY(book_run(book, &SET_STATE, STORE_VALUES(store_i64(run->id), store_text(slice_of(state)), store_i64(until_us), run->waits_us == 0 ? store_null() : store_i64(run->waits_us),
                                                store_i64(run->answered), store_i64(run->answered_again))));
    return book_timer_set(book, TIMER_RUN, run->id, until_us);
}

static Status run_end(struct book *book, const struct run *run, Slice outcome, Slice code, Slice branch, Slice reason, bool acted) {
    if (run->at_once != NULL) {
        const struct alert *alert = run->at_once;
        return book_run(book, &ADD_ENDED,
                        STORE_VALUES(store_i64(run->id), store_i64(alert->id), store_text(run->strategy->id), store_text(strategy_hash_text(book->arena, run->strategy)), store_i64(run->is_shadow),
                                     store_i64(run->life), store_i64(book->now_us), store_i64(alert->hits), store_text(alert->subject_kind), store_text(alert->subject), store_text(alert->payee),
                                     store_i64(run->lead), store_i64(acted), store_text(outcome), store_text(code), store_text(branch), store_text(reason)));
    }
    TRY(book_timer_clear(book, TIMER_RUN, run->id));
    TRY(ask_cancel(book, run->alert, run->id));
    return book_run(book, &END, STORE_VALUES(store_i64(run->id), store_i64(book->now_us), store_text(outcome), store_text(code), store_text(branch), store_text(reason), store_i64(acted)));
}

static Status runs_of(struct book *book, const struct statement *statement, int64_t alert, int64_t ids[static RUNS_GOING_MAX], uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, statement, STORE_VALUES(store_i64(alert))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < RUNS_GOING_MAX) {
            ids[count++] = book_i64(book, 0);
        }
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

static Status overtake(struct book *book, int64_t alert, int64_t run, Slice reason) {
    TRY(book_timer_clear(book, TIMER_RUN, run));
    TRY(ask_cancel(book, alert, run));
    return book_run(book, &OVERTAKE, STORE_VALUES(store_i64(run), store_i64(book->now_us), store_text(reason)));
}

Status strategies_overtaken(struct book *book, const struct alert *alert, Slice reason) {
    int64_t ids[RUNS_GOING_MAX];
    uint32_t count;
    TRY(runs_of(book, &TO_OVERTAKE, alert->id, ids, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(overtake(book, alert->id, ids[i], reason));
    }
    return STATUS_OK;
}

// The pack has it in this text, and it is not back in the shadow.
static Status acts_still(struct book *book, const struct run *run, bool *ret_acts) {
    StrategyMode mode = STRATEGY_ACTIVE;
    if (run->strategy != NULL && run->strategy->is_closure && !run->is_shadow) {
        TRY(strategy_mode(book, run->strategy, &mode));
    }
    *ret_acts = run->strategy != NULL && mode == STRATEGY_ACTIVE;
    return STATUS_OK;
}

static Slice branch_name(struct arena *arena, const struct strategy *strategy, const struct strategy_branch *branch) {
    return branch == NULL ? SLICE("") : arena_printf(arena, "%.*s#%.*s", SLICE_ARGS(strategy->id), SLICE_ARGS(branch->id));
}

// ---- ends ---------------------------------------------------------------------------------------------------------------

// What a trace says of a run's end.
static Slice end_detail(struct arena *arena, const struct run *run, const struct strategy_outcome *outcome, Slice done) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, DETAIL_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("strategy"), run->strategy->id);
    json_key_i64(&json, SLICE("version"), run->strategy->version);
    if (outcome->branch != NULL) {
        json_key_string(&json, SLICE("branch"), outcome->branch->id);
    }
    if (outcome->forbidden != FORBIDDEN_NOTHING) {
        json_key_string(&json, SLICE("forbidden"), forbidden_infos[outcome->forbidden].name);
    }
    if (!slice_empty(run->withheld)) {
        json_key_string(&json, SLICE("withheld"), run->withheld);
    }
    if (!slice_empty(done)) {
        json_key(&json, SLICE("done"));
        json_raw(&json, done);
    }
    json_object_end(&json);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static Slice end_reason(const struct run *run, const struct strategy_outcome *outcome) {
    Slice assumed = run->is_assumed && slice_empty(run->withheld) ? SLICE("assumed") : run->withheld;
    return outcome->forbidden == FORBIDDEN_NOTHING ? assumed : forbidden_infos[outcome->forbidden].name;
}

static const char *outcome_word(const struct strategy_outcome *outcome) {
    static const char *const words[] = {[END_CLOSED] = "CLOSED", [END_HUMAN] = "HUMAN", [END_STAYS] = "STAYS", [END_LOWER] = "LOWERED"};
    return outcome->forbidden != FORBIDDEN_NOTHING ? "FORBIDDEN" : words[outcome->to];
}

// What a run in the shadow would have done: noted, and nothing else.
static Status note_shadow(struct book *book, const struct run *run, const struct strategy_outcome *outcome) {
    Slice code = outcome->to == END_CLOSED ? code_infos[outcome->code].text : SLICE("");
    return run_end(book, run, slice_of(outcome_word(outcome)), code, branch_name(book->arena, run->strategy, outcome->branch), end_reason(run, outcome), outcome->action_count > 0 || outcome->to == END_CLOSED);
}

static Actor strategy_actor(struct arena *arena, const struct strategy *strategy) {
    return (Actor){ACTOR_KIND_STRATEGY, arena_printf(arena, "%.*s@%" PRId64, SLICE_ARGS(strategy->id), strategy->version)};
}

static Status carry_out(struct disposition *disposition, struct book *book, struct situation *situation, const struct run *run, struct strategy_outcome *outcome) {
    struct alert *alert = &situation->alert;
    struct acted acted = {0};
    int64_t severity_before = alert->severity_most;
    TRY(act(disposition, book, situation, outcome->actions, outcome->action_count, run->id, &acted));
    Slice detail = end_detail(book->arena, run, outcome, acted.done);
    Slice branch = branch_name(book->arena, run->strategy, outcome->branch);
    // What was to protect and could not, or has become graver by what was done, is for people.
    outcome->to = acted.is_refused || (outcome->to == END_CLOSED && alert->severity_most > severity_before) ? END_HUMAN : outcome->to;
    bool closes = outcome->to == END_CLOSED && outcome->forbidden == FORBIDDEN_NOTHING;
    if (acted.is_refused) {
        TRY(act_refuse_at_deadline(disposition, book, alert->id));
    }
    TRY(run_end(book, run, acted.is_refused ? SLICE("LIMITED") : slice_of(outcome_word(outcome)), closes ? code_infos[outcome->code].text : SLICE(""), branch, end_reason(run, outcome),
                outcome->action_count > 0 || closes));
    if (closes) {
        struct closing closing = {.code = outcome->code, .is_weak = outcome->branch->weak, .strategy = run->strategy, .reason = run->strategy->id, .detail = detail};
        TRY(strategies_overtaken(book, alert, run->strategy->id));
        TRY(alert_close(disposition, book, alert, &closing));
    } else if (outcome->to == END_LOWER && alert->severity > SEVERITY_S1) {
        alert->severity--;
        TRY(alert_note(book, alert, SLICE("lowered"), detail));
        if (alert_states[alert->state].is_waiting) {
            TRY(level_set(disposition, book, alert));
        }
    } else if (outcome->to != END_STAYS || outcome->action_count > 0) {
        TRY(alert_note(book, alert, run->strategy->id, detail));
    }
    return alert_keep(book, alert);
}

static bool is_releasing(const struct strategy_outcome *outcome) {
    bool releases = outcome->to == END_CLOSED && code_infos[outcome->code].direction == DIRECTION_RELEASING;
    for (uint32_t i = 0; i < outcome->action_count; i++) {
        releases = releases || action_infos[outcome->actions[i]->id].direction == DIRECTION_RELEASING;
    }
    return releases;
}

static const char *const refusals[] = {[REFUSED_NOT] = "", [REFUSED_SCOPE] = "scope", [REFUSED_LIST] = "list", [REFUSED_WHEN] = "when",
                                       [REFUSED_LIMIT] = "limit", [REFUSED_AMOUNT] = "amount", [REFUSED_FORBIDDEN] = "forbidden"};

// Takes away what releases: people get it.
static void withhold(struct run *run, struct strategy_outcome *outcome, Slice why, struct arena *arena) {
    const struct strategy_action **actions = ARENA_ARRAY(arena, const struct strategy_action *, outcome->action_count + 1);
    uint32_t left = 0;
    for (uint32_t i = 0; i < outcome->action_count; i++) {
        if (action_infos[outcome->actions[i]->id].direction != DIRECTION_RELEASING) {
            actions[left++] = outcome->actions[i];
        }
    }
    outcome->actions = actions;
    outcome->action_count = left;
    outcome->to = END_HUMAN;
    outcome->code = CODE_NONE;
    run->withheld = why;
}

// An alert goes on while a run waits. What it was fit for when it began is looked at again before anything is released: what the strategy is for, its limits, amounts, and whether the payments
// are those that the customer was asked about.
static Status guard(struct situation *situation, struct book *book, struct run *run, struct strategy_outcome *outcome) {
    struct asked asked;
    int64_t unasked = 0;
    if (!is_releasing(outcome)) {
        return STATUS_OK;
    }
    TRY(evaluate(situation, book, ASKED_BEGIN, &asked));
    if (asked.begin.refused != REFUSED_NOT && asked.begin.refused != REFUSED_WHEN) {
        withhold(run, outcome, slice_of(refusals[asked.begin.refused]), book->arena);
        return STATUS_OK;
    }
    if (run->strategy->ask != NULL) {
        TRY(book_number(book, &UNASKED, STORE_VALUES(store_i64(run->alert), store_i64(run->lead), store_i64(run->upto)), &unasked));
    }
    if (unasked > 0) {
        withhold(run, outcome, SLICE("unasked_payment"), book->arena);
    }
    return STATUS_OK;
}

// Ends a run with an outcome. What it does is done in the strategy's name.
static Status finish(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, struct strategy_outcome *outcome) {
    TRY(guard(situation, book, run, outcome));
    if (run->is_shadow) {
        return note_shadow(book, run, outcome);
    }
    Actor before = book->actor;
    book->actor = strategy_actor(book->arena, run->strategy);
    Status status = carry_out(disposition, book, situation, run, outcome);
    book->actor = before;
    return status;
}

static Status end_now(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, struct strategy_outcome *ret_outcome) {
    struct asked asked;
    situation_of_strategy(situation, run->strategy, run->is_shadow, run->at_once != NULL ? RUN_AT_ONCE : run->id);
    situation->assumed = run->is_assumed ? run->strategy->ask_again : NULL;
    TRY(evaluate(situation, book, ASKED_END, &asked));
    *ret_outcome = asked.outcome;
    return finish(disposition, book, situation, run, ret_outcome);
}

// ---- steps ------------------------------------------------------------------------------------------------------------------

// How often the run has asked it.
static Status tries_of(struct disposition *disposition, struct book *book, const struct run *run, const struct strategy_ask *ask_for, int64_t *ret_count) {
    Slice text = script_text(book->arena, &disposition->plan->scripts[ask_for->script]);
    return book_number(book, &TRIES, STORE_VALUES(store_i64(run->alert), store_i64(run->id), store_text(text)), ret_count);
}

static Status put_question(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, const struct strategy_ask *ask_for, const char *state) {
    struct question question = {.alert = situation->alert.id, .run = run->id, .channel = ask_for->channel, .script = ask_for->script, .until_us = book->now_us + ask_for->within_us};
    TRY(tries_of(disposition, book, run, ask_for, &question.attempt));
    question.attempt++;
    TRY(ask(disposition, book, situation, &question, NULL));
    return run_set(book, run, state, question.until_us);
}

// Nobody is asked a second time for the sake of a comparison. Yes is what lets most go: more frauds than would have been closed are counted against it, never fewer.
static Status assume_answers(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, bool *ret_ended, struct strategy_outcome *ret_outcome) {
    *ret_ended = true;
    if (run->strategy->ask_again->assumed_count == 0) {
        *ret_outcome = (struct strategy_outcome){.to = END_STAYS, .code = CODE_NONE};
        return run_end(book, run, SLICE("OVERTAKEN"), SLICE(""), SLICE(""), SLICE("closed"), false);
    }
    run->is_assumed = true;
    run->answered_again = true;
    TRY(run_set(book, run, "ASKING_AGAIN", book->now_us));
    return end_now(disposition, book, situation, run, ret_outcome);
}

// Behind the first question, or at once: the wait, the second question, or the end. `ret_ended`: the run is over, and how.
static Status go_on(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, bool has_waited, bool *ret_ended,
                    struct strategy_outcome *ret_outcome) {
    struct asked asked;
    *ret_ended = false;
    if (!has_waited && run->strategy->wait_count > 0) {
        situation_of_strategy(situation, run->strategy, run->is_shadow, run->id);
        TRY(evaluate(situation, book, ASKED_WAIT, &asked));
        if (asked.wait_us > 0) {
            run->waits_us = book->now_us;
            return run_set(book, run, "WAITING", book->now_us + asked.wait_us);
        }
    }
    if (run->strategy->ask_again != NULL && !slice_is(run->state, "ASKING_AGAIN")) {
        if (run->is_shadow && !alert_is_open(&situation->alert)) {
            return assume_answers(disposition, book, situation, run, ret_ended, ret_outcome);
        }
        return put_question(disposition, book, situation, run, run->strategy->ask_again, "ASKING_AGAIN");
    }
    *ret_ended = true;
    return end_now(disposition, book, situation, run, ret_outcome);
}

// What it does before it asks or waits: it holds, limits, tells.
static Status do_first(struct disposition *disposition, struct book *book, struct situation *situation, const struct run *run, bool *ret_refused) {
    struct asked asked;
    struct acted acted;
    *ret_refused = false;
    situation_of_strategy(situation, run->strategy, false, run->id);
    TRY(evaluate(situation, book, ASKED_FIRST, &asked));
    if (asked.first.count == 0) {
        return STATUS_OK;
    }
    const struct strategy_action **actions = ARENA_ARRAY(book->arena, const struct strategy_action *, asked.first.count);
    for (uint32_t i = 0; i < asked.first.count; i++) {
        actions[i] = &asked.first.at[i];
    }
    Actor before = book->actor;
    book->actor = strategy_actor(book->arena, run->strategy);
    Status status = act(disposition, book, situation, actions, asked.first.count, run->id, &acted);
    if (status == STATUS_OK) {
        status = alert_note(book, &situation->alert, run->strategy->id, arena_printf(book->arena, "{\"first\":%.*s}", SLICE_ARGS(acted.done)));
    }
    book->actor = before;
    *ret_refused = acted.is_refused;
    return status;
}

static Status begin(struct disposition *disposition, struct book *book, struct situation *situation, const struct strategy *strategy, bool is_shadow, struct run *ret_run, bool *ret_ended,
                    struct strategy_outcome *ret_outcome) {
    int64_t id;
    bool is_refused = false;
    const struct alert *alert = &situation->alert;
    TRY(book_count_up(book, SLICE("run"), &id));
    *ret_run = (struct run){.lead = alert->lead, .id = id, .alert = alert->id, .strategy = strategy, .is_shadow = is_shadow, .life = alert->reopened, .state = SLICE("BEGUN")};
    if (strategy->first_count == 0 && strategy->ask == NULL && strategy->ask_again == NULL && strategy->wait_count == 0) {
        ret_run->at_once = alert;
        *ret_ended = true;
        return end_now(disposition, book, situation, ret_run, ret_outcome);
    }
    TRY(book_run(book, &ADD, STORE_VALUES(store_i64(id), store_i64(alert->id), store_text(strategy->id), store_text(strategy_hash_text(book->arena, strategy)), store_i64(is_shadow),
                                          store_i64(alert->reopened), store_i64(book->now_us), store_i64(alert->hits), store_text(alert->subject_kind), store_text(alert->subject),
                                          store_text(alert->payee), store_i64(alert->lead))));
    TRY(book_one(book, &UPTO, STORE_VALUES(store_i64(id))));
    ret_run->upto = book_i64(book, 0);
    if (!is_shadow) {
        TRY(do_first(disposition, book, situation, ret_run, &is_refused));
    }
    if (is_refused) { // it would wait behind a protection that is not there
        *ret_ended = true;
        *ret_outcome = (struct strategy_outcome){.to = END_HUMAN, .code = CODE_NONE};
        TRY(act_refuse_at_deadline(disposition, book, alert->id));
        return run_end(book, ret_run, SLICE("LIMITED"), SLICE(""), SLICE(""), SLICE(""), true);
    }
    if (strategy->ask != NULL) {
        *ret_ended = false;
        return put_question(disposition, book, situation, ret_run, strategy->ask, "ASKING");
    }
    return go_on(disposition, book, situation, ret_run, false, ret_ended, ret_outcome);
}

// ---- a new state of the alert, seen by what waits ---------------------------------------------------------------------------

// `why`: what it is not for any more.
static Status give_up(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, const struct strategy_begin *why) {
    struct asked asked;
    struct acted acted = {0};
    TRY(evaluate(situation, book, ASKED_GIVE_UP, &asked));
    asked.outcome.forbidden = why->refused == REFUSED_FORBIDDEN ? why->forbidden : asked.outcome.forbidden;
    run->withheld = slice_of(refusals[why->refused]);
    if (!run->is_shadow && asked.outcome.action_count > 0) {
        Actor before = book->actor;
        book->actor = strategy_actor(book->arena, run->strategy);
        Status status = act(disposition, book, situation, asked.outcome.actions, asked.outcome.action_count, run->id, &acted);
        book->actor = before;
        TRY(status);
    }
    TRY(alert_note(book, &situation->alert, SLICE("given_up"), end_detail(book->arena, run, &asked.outcome, acted.done)));
    return run_end(book, run, SLICE("GIVEN_UP"), SLICE(""), branch_name(book->arena, run->strategy, asked.outcome.branch), SLICE("alert_changed"), asked.outcome.action_count > 0);
}

// A run that waits looks whether it has to stop, is still for such an alert, and, where it waits for quiet, begins its wait anew.
static Status look_again(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, Trigger trigger, bool *ret_ended) {
    struct asked asked;
    *ret_ended = true;
    situation_of_strategy(situation, run->strategy, run->is_shadow, run->id);
    TRY(evaluate(situation, book, ASKED_STOP, &asked));
    if (asked.stops) {
        return finish(disposition, book, situation, run, &asked.outcome);
    }
    TRY(evaluate(situation, book, ASKED_BEGIN, &asked));
    if (asked.begin.refused != REFUSED_NOT && asked.begin.refused != REFUSED_WHEN && asked.begin.refused != REFUSED_LIMIT) {
        const struct strategy_begin why = asked.begin;
        return give_up(disposition, book, situation, run, &why);
    }
    *ret_ended = false;
    if (trigger == TRIGGER_JOINED && run->strategy->quiet && slice_is(run->state, "WAITING")) {
        TRY(evaluate(situation, book, ASKED_WAIT, &asked));
        run->waits_us = book->now_us;
        return run_set(book, run, "WAITING", book->now_us + asked.wait_us);
    }
    return STATUS_OK;
}

static Status look_at_runs(struct disposition *disposition, struct book *book, struct situation *situation, Trigger trigger) {
    int64_t ids[RUNS_GOING_MAX];
    uint32_t count;
    TRY(runs_of(book, &GOING, situation->alert.id, ids, &count));
    for (uint32_t i = 0; i < count && alert_is_open(&situation->alert); i++) {
        struct run run;
        bool ended, acts;
        TRY(run_load(disposition, book, ids[i], &run));
        TRY(acts_still(book, &run, &acts));
        if (!acts) {
            TRY(overtake(book, situation->alert.id, ids[i], SLICE("strategy_gone")));
        } else if (!slice_is(run.state, "DONE")) {
            TRY(look_again(disposition, book, situation, &run, trigger, &ended));
        }
    }
    return STATUS_OK;
}

// ---- trying ---------------------------------------------------------------------------------------------------------------------

// A strategy is tried once in the life of an alert. Again only when it has left it as it was, and something new has happened: a hit, a payment, time.
static Status may_try(struct book *book, const struct alert *alert, const struct strategy *strategy, Trigger trigger, bool *ret_may) {
    Status status = book_one(book, &TRIED, STORE_VALUES(store_i64(alert->id), store_text(strategy->id), store_i64(alert->reopened)));
    *ret_may = status == STATUS_NOT_FOUND;
    if (status == STATUS_OK) {
        bool has_left_it = slice_is(store_column_text(book->store, 0), "DONE") && slice_is(store_column_text(book->store, 1), "STAYS");
        *ret_may = has_left_it && (trigger != TRIGGER_OPENED || alert->hits > book_i64(book, 2));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What a strategy has left behind of the situation in which it began.
typedef enum Left { LEFT_AS_IT_WAS, LEFT_BRANCH, LEFT_CHANGED } Left;
typedef enum Next { NEXT_STRATEGY, NEXT_FROM_THE_BEGINNING, NEXT_PEOPLE, NEXT_NOTHING } Next;

static Next next_of(const struct run *run, bool ended, const struct strategy_outcome *outcome) {
    if (run->is_shadow) {
        return NEXT_STRATEGY;
    }
    if (!ended) {
        return NEXT_NOTHING; // it holds the alert
    }
    switch (outcome->to) {
    case END_CLOSED: return outcome->forbidden == FORBIDDEN_NOTHING ? NEXT_NOTHING : NEXT_PEOPLE;
    case END_HUMAN: return NEXT_PEOPLE;
    case END_STAYS: return NEXT_STRATEGY;
    case END_LOWER: return NEXT_FROM_THE_BEGINNING;
    case STRATEGY_END_COUNT: break;
    }
    return NEXT_PEOPLE;
}

static bool is_with_people(const struct alert *alert) {
    return alert->state != ALERT_NEW && alert->state != ALERT_ENRICHING && alert->state != ALERT_AUTO_RUNNING && alert->state != ALERT_QUEUED;
}

// The first strategy of a pass that would have worked on the alert, and the limit that did not let it.
struct barred {
    const struct strategy *strategy; // NULL: none
    Forbidden forbidden;
};

static Slice barred_detail(struct arena *arena, const struct barred *barred) {
    if (barred->strategy == NULL) {
        return SLICE("");
    }
    const struct forbidden_info *info = &forbidden_infos[barred->forbidden];
    return arena_printf(arena, "{\"strategy\":\"%.*s\",\"forbidden\":\"%.*s\",\"limit\":%u}", SLICE_ARGS(barred->strategy->id), SLICE_ARGS(info->name), info->number);
}

static Status try_one(struct disposition *disposition, struct book *book, struct situation *situation, const struct strategy *strategy, Trigger trigger, struct barred *barred,
                      Next *ret_next, Left *ret_left) {
    struct asked asked;
    struct run run;
    struct strategy_outcome outcome = {0};
    StrategyMode mode;
    bool may, ended;
    *ret_next = NEXT_STRATEGY;
    *ret_left = LEFT_AS_IT_WAS;
    TRY(may_try(book, &situation->alert, strategy, trigger, &may));
    if (!may || (strategy->ask != NULL && situation->is_turned)) { // a strategy asks about the customer's own payment
        return STATUS_OK;
    }
    TRY(strategy_mode(book, strategy, &mode));
    bool is_shadow = mode == STRATEGY_SHADOW && strategy->is_closure;
    if (strategy->is_closure && !is_shadow && (is_with_people(&situation->alert) || situation->alert.reopened > 0)) {
        return STATUS_OK; // somebody has it, or has to look at it since it was closed too early
    }
    situation_of_strategy(situation, strategy, is_shadow, 0);
    TRY(evaluate(situation, book, ASKED_BEGIN, &asked));
    if (asked.begin.refused == REFUSED_FORBIDDEN && !is_shadow && barred->strategy == NULL) {
        *barred = (struct barred){strategy, asked.begin.forbidden};
    }
    if (asked.begin.refused != REFUSED_NOT) {
        return STATUS_OK;
    }
    TRY(begin(disposition, book, situation, strategy, is_shadow, &run, &ended, &outcome));
    *ret_next = next_of(&run, ended, &outcome);
    *ret_left = is_shadow ? LEFT_AS_IT_WAS : strategy->first_count > 0 || act_changes(outcome.actions, outcome.action_count) ? LEFT_CHANGED : LEFT_BRANCH;
    return STATUS_OK;
}

// The alert as the strategies leave it: one that holds it works on, or people get it.
static Status settle(struct disposition *disposition, struct book *book, struct situation *situation, bool to_people, const struct barred *barred) {
    struct alert *alert = &situation->alert;
    int64_t going;
    if (!alert_is_open(alert)) {
        return STATUS_OK;
    }
    TRY(book_number(book, &GOING_ACTIVE, STORE_VALUES(store_i64(alert->id)), &going));
    if (going > 0 && !to_people) {
        if (alert->state == ALERT_ENRICHING) {
            TRY(alert_move(book, alert, ALERT_AUTO_RUNNING, SLICE("strategy"), SLICE("")));
        }
    } else if (alert->state == ALERT_ENRICHING || alert->state == ALERT_AUTO_RUNNING) {
        Slice reason = to_people ? SLICE("strategy_asks") : barred->strategy != NULL ? SLICE("forbidden") : SLICE("no_strategy");
        TRY(level_queue(disposition, book, alert, reason, to_people ? SLICE("") : barred_detail(book->arena, barred)));
    }
    return alert_keep(book, alert);
}

Status strategies_try(struct disposition *disposition, struct book *book, int64_t alert, Trigger trigger) {
    const struct strategies *strategies = disposition->strategies;
    struct situation *situation = ARENA_NEW(book->arena, struct situation);
    struct barred barred = {0};
    bool to_people = false;
    uint32_t rounds = 0;
    TRY(situation_load(disposition, book, alert, situation));
    if (!alert_is_open(&situation->alert)) {
        return STATUS_OK;
    }
    if (trigger == TRIGGER_OPENED) {
        struct asked asked;
        TRY(evaluate(situation, book, ASKED_WHO, &asked));
    }
    TRY(look_at_runs(disposition, book, situation, trigger));
    for (uint32_t i = 0; i < strategies->count && alert_is_open(&situation->alert); i++) {
        Next next = NEXT_STRATEGY;
        Left left = LEFT_AS_IT_WAS;
        if (strategies->at[i].triggers & UINT32_C(1) << trigger) {
            TRY(try_one(disposition, book, situation, &strategies->at[i], trigger, &barred, &next, &left));
        }
        if (next == NEXT_STRATEGY && left != LEFT_AS_IT_WAS) { // it may have become graver
            situation_forget(situation, PART_TAKEN);
            TRY(left == LEFT_CHANGED ? situation_load(disposition, book, alert, situation) : STATUS_OK);
        }
        if (next == NEXT_FROM_THE_BEGINNING && rounds++ < SEVERITY_S4) {
            TRY(situation_load(disposition, book, alert, situation));
            trigger = TRIGGER_OPENED;
            i = UINT32_MAX; // the first is next
        }
        if (next == NEXT_PEOPLE || next == NEXT_NOTHING) {
            to_people = next == NEXT_PEOPLE;
            break;
        }
    }
    return settle(disposition, book, situation, to_people, &barred);
}

// ---- answers and deadlines --------------------------------------------------------------------------------------------------------

// A question or a wait of a strategy in the shadow is over when people have decided already: what it would have done is compared all the same. It waits as long as it would have.
static Status compare_late(struct disposition *disposition, struct book *book, struct situation *situation, struct run *run, bool has_waited) {
    struct strategy_outcome outcome;
    struct asked asked;
    bool ended;
    situation_of_strategy(situation, run->strategy, run->is_shadow, run->id);
    TRY(evaluate(situation, book, ASKED_STOP, &asked));
    ended = asked.stops;
    TRY(ended ? finish(disposition, book, situation, run, &asked.outcome) : go_on(disposition, book, situation, run, has_waited, &ended, &outcome));
    if (!ended) {
        return STATUS_OK;
    }
    Code decided = code_find(situation->alert.code);
    return decided == CODE_NONE || situation->alert.state != ALERT_CLOSED_MANUAL ? STATUS_OK : agreement_note(disposition, book, &situation->alert, decided);
}

// Goes on behind a question or a wait; when the run ends, the strategies behind it get their turn, or people.
static Status continue_run(struct disposition *disposition, struct book *book, struct run *run, bool has_waited) {
    struct situation *situation = ARENA_NEW(book->arena, struct situation);
    struct strategy_outcome outcome = {0};
    struct asked asked;
    bool ended = false;
    TRY(situation_load(disposition, book, run->alert, situation));
    if (!alert_is_open(&situation->alert)) {
        return run->is_shadow ? compare_late(disposition, book, situation, run, has_waited)
                              : run_end(book, run, SLICE("OVERTAKEN"), SLICE(""), SLICE(""), SLICE("closed"), false);
    }
    if (!run->is_shadow && run->strategy->is_closure && is_with_people(&situation->alert)) {
        return run_end(book, run, SLICE("OVERTAKEN"), SLICE(""), SLICE(""), SLICE("with_people"), false);
    }
    situation_of_strategy(situation, run->strategy, run->is_shadow, run->id);
    TRY(evaluate(situation, book, ASKED_STOP, &asked));
    if (asked.stops) {
        outcome = asked.outcome;
        ended = true;
        TRY(finish(disposition, book, situation, run, &outcome));
    } else {
        TRY(go_on(disposition, book, situation, run, has_waited, &ended, &outcome));
    }
    Next next = next_of(run, ended, &outcome);
    if (run->is_shadow || !ended || !alert_is_open(&situation->alert)) {
        return alert_keep(book, &situation->alert);
    }
    TRY(alert_keep(book, &situation->alert));
    if (next == NEXT_PEOPLE) {
        return settle(disposition, book, situation, true, &(struct barred){0});
    }
    return strategies_try(disposition, book, run->alert, TRIGGER_OPENED); // those that were not tried yet
}

// Its text is another one, or it does not act any more: the others get their turn, or people.
static Status strategy_gone(struct disposition *disposition, struct book *book, const struct run *run) {
    TRY(overtake(book, run->alert, run->id, SLICE("strategy_gone")));
    return run->is_shadow ? STATUS_OK : strategies_try(disposition, book, run->alert, TRIGGER_OPENED);
}

Status strategy_answered(struct disposition *disposition, struct book *book, int64_t id, bool in_time) {
    struct run run;
    bool acts;
    TRY(run_load(disposition, book, id, &run));
    bool again = slice_is(run.state, "ASKING_AGAIN");
    if (!(again || slice_is(run.state, "ASKING"))) {
        return STATUS_OK;
    }
    TRY(acts_still(book, &run, &acts));
    if (!acts) {
        return strategy_gone(disposition, book, &run);
    }
    run.answered = run.answered || (in_time && !again);
    run.answered_again = run.answered_again || (in_time && again);
    TRY(run_set(book, &run, run.state.at, book->now_us)); // what was answered is read by the conditions
    return continue_run(disposition, book, &run, again);
}

// Nobody has answered: once more, while the alert is the strategy's and it may.
static Status ask_once_more(struct disposition *disposition, struct book *book, struct run *run, bool *ret_asked) {
    struct situation *situation = ARENA_NEW(book->arena, struct situation);
    const struct strategy_ask *ask_for = slice_is(run->state, "ASKING_AGAIN") ? run->strategy->ask_again : run->strategy->ask;
    int64_t tries;
    *ret_asked = false;
    if (ask_for == NULL || ask_for->tries == 1) {
        return STATUS_OK;
    }
    TRY(situation_load(disposition, book, run->alert, situation));
    TRY(tries_of(disposition, book, run, ask_for, &tries));
    if (!alert_is_open(&situation->alert) || (!run->is_shadow && is_with_people(&situation->alert)) || tries >= ask_for->tries) {
        return STATUS_OK;
    }
    *ret_asked = true;
    return put_question(disposition, book, situation, run, ask_for, slice_is(run->state, "ASKING_AGAIN") ? "ASKING_AGAIN" : "ASKING");
}

Status strategy_due(struct disposition *disposition, struct book *book, int64_t id) {
    struct run run;
    bool acts, asked;
    TRY(book_timer_clear(book, TIMER_RUN, id));
    TRY(run_load(disposition, book, id, &run));
    if (slice_is(run.state, "DONE")) {
        return STATUS_OK;
    }
    TRY(acts_still(book, &run, &acts));
    if (!acts) {
        return strategy_gone(disposition, book, &run);
    }
    if (slice_is(run.state, "WAITING")) {
        return continue_run(disposition, book, &run, true);
    }
    TRY(ask_cancel(book, run.alert, run.id));
    TRY(ask_once_more(disposition, book, &run, &asked));
    return asked ? STATUS_OK : strategy_answered(disposition, book, id, false);
}
