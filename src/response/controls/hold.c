// Holds: the row of a held payment, and what becomes of it.

#include "response/controls/holds.h"
#include "response/controls/put.h"
#include "response/controls/unanswered.h"

static const struct {
    const char *word, *verb, *zh, *en;
} states[HOLD_STATE_COUNT] = {
#define X(name, word, verb, zh, en) [HOLD_##name] = {word, verb, zh, en},
    HOLD_STATES(X)
#undef X
};

const char *hold_state_word(HoldState state) {
    return states[state].word;
}

bool hold_state_parse(Slice word, HoldState *ret_state) {
    for (uint32_t i = 0; i < HOLD_STATE_COUNT; i++) {
        if (slice_is(word, states[i].word)) {
            *ret_state = (HoldState)i;
            return true;
        }
    }
    return false;
}

// ---- the row ----------------------------------------------------------------------------------

#define COLUMNS                                                                                    \
    "id, event_id, COALESCE(alert, 0), customer, account, payee, amount, held_us, until_us, "      \
    "at_deadline, secrecy, state, COALESCE(settled_us, 0), settled_by, reason, is_late, message, " \
    "is_confirmed, COALESCE(confirmed_us, 0), problem, pages"

static const struct statement BY_ID = {
    "hold_by_id", "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND id = ?2"};
static const struct statement BY_EVENT = {
    "hold_by_event", "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND event_id = ?2"};
static const struct statement ADD = {
    "hold_add", "INSERT INTO hold (id, event_id, alert, customer, account, payee, amount, held_us, "
                "until_us, at_deadline, secrecy, state, settled_by, reason, is_late, message, "
                "is_confirmed, problem, pages) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                "?11, 'HELD', '', '', 0, 0, 1, '', 0)"};
// Only what is still held is settled, whoever was faster.
static const struct statement SETTLE = {
    "hold_settle", "UPDATE hold SET state = ?2, settled_us = ?3, settled_by = ?4, reason = ?5, "
                   "is_late = ?6, is_confirmed = 0, pages = 0, confirmed_us = NULL, problem = '' "
                   "WHERE id = ?1 AND state = 'HELD'"};
static const struct statement MOVE = {
    "hold_move",
    "UPDATE hold SET until_us = ?2, at_deadline = ?3 WHERE id = ?1 AND state = 'HELD'"};
static const struct statement TELL = {"hold_tell", "UPDATE hold SET message = ?2 WHERE id = ?1"};
static const struct statement CONFIRM = {
    "hold_confirm",
    "UPDATE hold SET is_confirmed = 1, confirmed_us = ?2, problem = ?3 WHERE id = ?1"};
static const struct statement PAGED = {"hold_paged", "UPDATE hold SET pages = ?2 WHERE id = ?1"};

static Status read_row(struct book *book, struct hold *hold) {
    *hold = (struct hold){
        .ask = {.id = book_i64(book, 0),
                .event_id = book_text(book, 1),
                .alert = book_i64(book, 2),
                .customer = book_text(book, 3),
                .account = book_text(book, 4),
                .payee = book_text(book, 5),
                .amount = book_i64(book, 6),
                .held_us = book_i64(book, 7),
                .until_us = book_i64(book, 8),
                .secrecy = book_text(book, 10)},
        .settled_us = book_i64(book, 12),
        .settled_by = book_text(book, 13),
        .reason = book_text(book, 14),
        .is_late = book_i64(book, 15) != 0,
        .message = book_i64(book, 16),
        .is_confirmed = book_i64(book, 17) != 0,
        .confirmed_us = book_i64(book, 18),
        .problem = book_text(book, 19),
        .pages = book_i64(book, 20),
    };
    ENSURE(hold_state_parse(book_text(book, 9), &hold->ask.at_deadline) &&
               hold_state_parse(book_text(book, 11), &hold->state),
           book_fail(book, STATUS_INVALID, "CT006",
                     "the store holds a word that this program does not know"));
    return STATUS_OK;
}

Status hold_load(struct book *book, int64_t viewer, int64_t id, struct hold *ret_hold) {
    Status status = book_one(book, &BY_ID, STORE_VALUES(store_i64(viewer), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "CT002", "there is no held payment %lld",
                         (long long)id);
    }
    TRY(status);
    return read_row(book, ret_hold);
}

Status hold_find(struct book *book, int64_t viewer, Slice event_id, struct hold *ret_hold) {
    TRY(book_one(book, &BY_EVENT, STORE_VALUES(store_i64(viewer), store_text(event_id))));
    return read_row(book, ret_hold);
}

// ---- what others are told ---------------------------------------------------------------------

static Status tell_core(struct book *book, struct hold *hold, const char *kind) {
    struct rendering out;
    Slice body;
    struct json_writer *json = rendering_begin(&out);
    hold_put_json(json, hold);
    TRY(rendering_end(&out, book, &body));
    TRY(book_message(book,
                     &(struct message){.endpoint = SLICE("core"),
                                       .kind = slice_of(kind),
                                       .object_kind = "hold",
                                       .object = hold->ask.id,
                                       .body = body},
                     &hold->message));
    return book_run(book, &TELL, STORE_VALUES(store_i64(hold->ask.id), store_i64(hold->message)));
}

static Status trace(struct book *book, const struct hold *hold, HoldState from, Slice reason,
                    Slice detail) {
    return book_trace(book, &(struct trace){.object_kind = "hold",
                                            .object = hold->ask.id,
                                            .from = slice_of(states[from].word),
                                            .to = slice_of(states[hold->state].word),
                                            .reason = reason,
                                            .detail = detail});
}

// ---- opening ----------------------------------------------------------------------------------

static int64_t bounded(const struct terms *terms, int64_t held_us, int64_t until_us) {
    int64_t last_us = held_us + terms->hold_hours_max * US_PER_HOUR;
    return until_us < last_us ? until_us : last_us;
}

static bool may_be_at_deadline(HoldState state) {
    return state == HOLD_RELEASED || state == HOLD_REFUSED;
}

static bool texts_fit(const struct hold_ask *ask) {
    const Slice texts[] = {ask->event_id, ask->customer, ask->account, ask->payee};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].size > HOLD_TEXT_MAX) {
            return false;
        }
    }
    return true;
}

static Status check(struct book *book, const struct hold_ask *ask) {
    bool fits = texts_fit(ask) && ask->id > 0 && !slice_empty(ask->event_id) &&
                !slice_empty(ask->account) && ask->amount >= 0 &&
                may_be_at_deadline(ask->at_deadline) && ask->until_us > ask->held_us &&
                secrecy_exists(ask->secrecy);
    return fits ? STATUS_OK
                : book_fail(book, STATUS_INVALID, "CT004",
                            "a held payment needs a number, an event, an account, an amount, a "
                            "deadline after its beginning, and what happens then");
}

static Status add(struct book *book, struct hold *hold) {
    const struct hold_ask *ask = &hold->ask;
    TRY(book_run(
        book, &ADD,
        STORE_VALUES(store_i64(ask->id), store_text(ask->event_id), store_number(ask->alert),
                     store_text(ask->customer), store_text(ask->account), store_text(ask->payee),
                     store_i64(ask->amount), store_i64(ask->held_us), store_i64(ask->until_us),
                     store_text(slice_of(states[ask->at_deadline].word)),
                     store_text(ask->secrecy))));
    TRY(book_timer_set(book, TIMER_HOLD, ask->id, ask->until_us));
    TRY(tell_core(book, hold, states[HOLD_HELD].verb));
    return book_trace(book, &(struct trace){.object_kind = "hold",
                                            .object = ask->id,
                                            .from = SLICE(""),
                                            .to = slice_of(states[HOLD_HELD].word),
                                            .reason = SLICE("decision")});
}

Status hold_open(struct book *book, const struct terms *terms, const struct hold_ask *ask,
                 int64_t *ret_until_us) {
    struct hold hold;
    TRY(check(book, ask));
    Status status = hold_find(book, CLEARANCE_ALL, ask->event_id, &hold);
    if (status == STATUS_NOT_FOUND) {
        status = book_one(book, &BY_ID, STORE_VALUES(store_i64(CLEARANCE_ALL), store_i64(ask->id)));
        ENSURE(status != STATUS_OK,
               book_fail(book, STATUS_INVALID, "CT003",
                         "the held payment %lld is one of another event", (long long)ask->id));
    }
    if (status == STATUS_NOT_FOUND) {
        hold = (struct hold){.ask = *ask, .state = HOLD_HELD};
        hold.ask.until_us = bounded(terms, ask->held_us, ask->until_us);
        status = add(book, &hold);
    }
    if (status == STATUS_OK && ret_until_us != NULL) {
        *ret_until_us = hold.ask.until_us;
    }
    return status;
}

Status hold_move(struct book *book, const struct terms *terms, int64_t id, int64_t until_us,
                 HoldState at_deadline, Slice reason, int64_t *ret_until_us) {
    struct hold hold;
    TRY(hold_load(book, CLEARANCE_ALL, id, &hold));
    ENSURE(hold.state == HOLD_HELD,
           book_fail(book, STATUS_INVALID, "CT001", "the payment %lld is not held any more: %s",
                     (long long)id, states[hold.state].word));
    int64_t until = bounded(terms, hold.ask.held_us, until_us);
    ENSURE(may_be_at_deadline(at_deadline) && until > book->now_us,
           book_fail(book, STATUS_INVALID, "CT004",
                     "a held payment moves to a later moment, at most %lld hours after it was held",
                     (long long)terms->hold_hours_max));
    hold.ask.until_us = until;
    hold.ask.at_deadline = at_deadline;
    TRY(book_run(book, &MOVE,
                 STORE_VALUES(store_i64(id), store_i64(until),
                              store_text(slice_of(states[at_deadline].word)))));
    TRY(book_timer_set(book, TIMER_HOLD, id, until));
    TRY(tell_core(book, &hold, "hold.moved"));
    TRY(trace(book, &hold, HOLD_HELD, reason, SLICE("")));
    if (ret_until_us != NULL) {
        *ret_until_us = until;
    }
    return STATUS_OK;
}

// ---- settling ---------------------------------------------------------------------------------

static Slice late_detail(struct book *book, const struct hold *hold) {
    return hold->is_late
               ? arena_printf(book->arena, "{\"late_s\":%lld}",
                              (long long)((book->now_us - hold->ask.until_us) / US_PER_SECOND))
               : SLICE("");
}

static Status settle(struct book *book, const struct terms *terms, struct hold *hold,
                     HoldState outcome, Slice reason) {
    int64_t changed = 0;
    hold->state = outcome;
    hold->settled_us = book->now_us;
    hold->settled_by = book->actor.name;
    hold->reason = reason;
    hold->is_late = book->now_us >= hold->ask.until_us + terms->late_seconds * US_PER_SECOND;
    TRY(book_change(book, &SETTLE,
                    STORE_VALUES(store_i64(hold->ask.id),
                                 store_text(slice_of(states[outcome].word)),
                                 store_i64(hold->settled_us), store_text(hold->settled_by),
                                 store_text(reason), store_i64(hold->is_late)),
                    &changed));
    INVARIANT(changed == 1); // it was read as held in this unit of work
    TRY(book_timer_clear(book, TIMER_HOLD, hold->ask.id));
    TRY(tell_core(book, hold, states[outcome].verb));
    TRY(book_timer_set(book, TIMER_HOLD_CONFIRM, hold->ask.id,
                       unanswered_next(terms, book->now_us, 0)));
    return trace(book, hold, HOLD_HELD, reason, late_detail(book, hold));
}

Status hold_settle(struct book *book, const struct terms *terms, int64_t id, HoldState outcome,
                   Slice reason) {
    struct hold hold;
    TRY(hold_load(book, CLEARANCE_ALL, id, &hold));
    ENSURE(outcome != HOLD_HELD && reason.size <= HOLD_TEXT_MAX,
           book_fail(book, STATUS_INVALID, "CT004",
                     "a held payment is released, refused or "
                     "cancelled"));
    if (hold.state == outcome) {
        return STATUS_OK;
    }
    ENSURE(hold.state == HOLD_HELD,
           book_fail(book, STATUS_INVALID, "CT001", "the payment %lld is settled already: %s",
                     (long long)id, states[hold.state].word));
    return settle(book, terms, &hold, outcome, reason);
}

// What the core bank says it has done already needs neither a message nor an answer.
static Status end_untold(struct book *book, const struct terms *terms, struct hold *hold,
                         HoldState outcome) {
    int64_t changed = 0;
    hold->state = outcome;
    hold->is_late = book->now_us >= hold->ask.until_us + terms->late_seconds * US_PER_SECOND;
    TRY(book_change(book, &SETTLE,
                    STORE_VALUES(store_i64(hold->ask.id),
                                 store_text(slice_of(states[outcome].word)),
                                 store_i64(book->now_us), store_text(book->actor.name),
                                 store_text(SLICE("result")), store_i64(hold->is_late)),
                    &changed));
    INVARIANT(changed == 1);
    TRY(book_run(
        book, &CONFIRM,
        STORE_VALUES(store_i64(hold->ask.id), store_i64(book->now_us), store_text(SLICE("")))));
    TRY(book_timer_clear(book, TIMER_HOLD, hold->ask.id));
    return trace(book, hold, HOLD_HELD, SLICE("result"), late_detail(book, hold));
}

Status hold_ended(struct book *book, const struct terms *terms, Slice event_id, HoldEnd end,
                  int64_t *ret_id) {
    static const HoldState outcomes[] = {[HOLD_END_WENT] = HOLD_RELEASED,
                                         [HOLD_END_FAILED] = HOLD_REFUSED,
                                         [HOLD_END_CANCELLED] = HOLD_CANCELLED};
    struct hold hold;
    *ret_id = 0;
    Status status = hold_find(book, CLEARANCE_ALL, event_id, &hold);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    bool went_unasked = end == HOLD_END_WENT && hold.state != HOLD_RELEASED;
    if (hold.state == HOLD_HELD) {
        TRY(end_untold(book, terms, &hold, outcomes[end]));
        *ret_id = hold.ask.id;
    }
    return went_unasked ? page_send(book, &(struct page){.kind = "hold.went",
                                                         .role = "SHIFT_LEADER",
                                                         .object_kind = "hold",
                                                         .object = hold.ask.id})
                        : STATUS_OK;
}

static Status at_deadline(struct book *book, const struct terms *terms, struct hold *hold) {
    if (hold->state != HOLD_HELD) {
        return book_timer_clear(book, TIMER_HOLD, hold->ask.id);
    }
    if (hold->ask.until_us > book->now_us) {
        return book_timer_set(book, TIMER_HOLD, hold->ask.id, hold->ask.until_us);
    }
    return settle(book, terms, hold, hold->ask.at_deadline, SLICE("deadline"));
}

static Status not_confirmed(struct book *book, const struct terms *terms, struct hold *hold) {
    if (hold->is_confirmed) {
        return book_timer_clear(book, TIMER_HOLD_CONFIRM, hold->ask.id);
    }
    TRY(unanswered_page(book, terms,
                        &(struct unanswered){.kind = "hold.unconfirmed",
                                             .object_kind = "hold",
                                             .object = hold->ask.id,
                                             .timer = TIMER_HOLD_CONFIRM},
                        &hold->pages));
    return book_run(book, &PAGED, STORE_VALUES(store_i64(hold->ask.id), store_i64(hold->pages)));
}

Status hold_timer(struct book *book, const struct terms *terms, const struct due_timer *due) {
    struct hold hold;
    TRY(hold_load(book, CLEARANCE_ALL, due->object, &hold));
    return due->kind == TIMER_HOLD ? at_deadline(book, terms, &hold)
                                   : not_confirmed(book, terms, &hold);
}

// ---- confirming -------------------------------------------------------------------------------

static Status page_problem(struct book *book, const struct hold *hold) {
    return page_send(book, &(struct page){.kind = "hold.failed",
                                          .role = "SHIFT_LEADER",
                                          .object_kind = "hold",
                                          .object = hold->ask.id,
                                          .problem = hold->problem});
}

Status confirmation_check(struct book *book, const struct confirmation *confirmation) {
    return confirmation->problem.size <= CONFIRMATION_PROBLEM_MAX
               ? STATUS_OK
               : book_fail(book, STATUS_INVALID, "CT008",
                           "what the core bank says of a problem is at most %d bytes",
                           CONFIRMATION_PROBLEM_MAX);
}

Status hold_confirmed(struct book *book, int64_t id, const struct confirmation *confirmation) {
    struct hold hold;
    TRY(confirmation_check(book, confirmation));
    TRY(hold_load(book, CLEARANCE_ALL, id, &hold));
    bool is_older = confirmation->message != 0 && confirmation->message != hold.message;
    bool is_again = hold.is_confirmed && hold.state != HOLD_HELD;
    // That it holds the payment is no news; that it could not, is.
    bool is_news = confirmation->is_done ? hold.state != HOLD_HELD : true;
    if (is_older || is_again || !is_news) {
        return STATUS_OK;
    }
    hold.confirmed_us = confirmation->is_done ? confirmation->at_us : 0;
    hold.problem = confirmation->is_done ? SLICE("") : confirmation->problem;
    TRY(book_run(
        book, &CONFIRM,
        STORE_VALUES(store_i64(id), store_number(hold.confirmed_us), store_text(hold.problem))));
    TRY(book_timer_clear(book, TIMER_HOLD_CONFIRM, id));
    if (!confirmation->is_done) {
        TRY(page_problem(book, &hold));
    }
    return trace(book, &hold, hold.state,
                 confirmation->is_done ? SLICE("confirmed") : SLICE("failed"), hold.problem);
}

// ---- reading ----------------------------------------------------------------------------------

void hold_put_json(struct json_writer *json, const struct hold *hold) {
    json_object_begin(json);
    json_key_i64(json, SLICE("hold"), hold->ask.id);
    json_key_string(json, SLICE("event_id"), hold->ask.event_id);
    put_number(json, SLICE("alert"), hold->ask.alert);
    put_text(json, SLICE("customer"), hold->ask.customer);
    json_key_string(json, SLICE("account"), hold->ask.account);
    put_text(json, SLICE("payee"), hold->ask.payee);
    json_key_i64(json, SLICE("amount"), hold->ask.amount);
    put_moment(json, SLICE("held"), hold->ask.held_us);
    put_moment(json, SLICE("until"), hold->ask.until_us);
    json_key_string(json, SLICE("at_deadline"), slice_of(states[hold->ask.at_deadline].word));
    json_key_string(json, SLICE("state"), slice_of(states[hold->state].word));
    json_key_string(json, SLICE("state_zh"), slice_of(states[hold->state].zh));
    json_key_string(json, SLICE("state_en"), slice_of(states[hold->state].en));
    put_moment(json, SLICE("settled"), hold->settled_us);
    put_text(json, SLICE("settled_by"), hold->settled_by);
    put_text(json, SLICE("reason"), hold->reason);
    json_key_bool(json, SLICE("late"), hold->is_late);
    put_moment(json, SLICE("confirmed"), hold->confirmed_us);
    put_text(json, SLICE("problem"), hold->problem);
    put_number(json, SLICE("message"), hold->message);
    json_object_end(json);
}

static const struct list_plan lists[] = {
    [HOLDS_OPEN] = {{"hold_list_open",
                     "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND state = 'HELD' AND "
                     "(until_us > COALESCE((SELECT b.until_us FROM hold b WHERE b.id = ?2), -1) OR "
                     "until_us = (SELECT b.until_us FROM hold b WHERE b.id = ?2) AND id > ?2) "
                     "ORDER BY until_us, id LIMIT ?3"},
                    .is_up = true},
    [HOLDS_OF_CUSTOMER] = {{"hold_list_customer",
                            "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND id < ?2 AND "
                            "customer = ?4 ORDER BY id DESC LIMIT ?3"},
                           LIST_BY_KEY},
    [HOLDS_OF_ACCOUNT] = {{"hold_list_account",
                           "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND id < ?2 AND "
                           "account = ?4 ORDER BY id DESC LIMIT ?3"},
                          LIST_BY_KEY},
    [HOLDS_OF_ALERT] = {{"hold_list_alert",
                         "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND id < ?2 AND "
                         "alert = ?4 ORDER BY id DESC LIMIT ?3"},
                        LIST_BY_NUMBER},
    [HOLDS_UNCONFIRMED] = {{"hold_list_unconfirmed",
                            "SELECT " COLUMNS " FROM seen_hold WHERE viewer = ?1 AND id < ?2 AND "
                            "is_confirmed = 0 ORDER BY id DESC LIMIT ?3"},
                           LIST_BY_NOTHING},
};

Status hold_list_json(struct book *book, HoldList list, const struct list_page *page,
                      struct json_writer *json) {
    struct hold hold;
    Status status;
    TRY(list_ask(book, &lists[list], page));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK &&
           (status = read_row(book, &hold)) == STATUS_OK) {
        hold_put_json(json, &hold);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}
