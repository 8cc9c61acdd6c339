// What takes two persons. The first proposes, the second approves, each by a request of his own;
// then it is done, as if the first did it and the second stood beside him.

#include "response/office/parts.h"

#include <inttypes.h>

#define WAITS_US (72 * US_PER_HOUR)
enum { REASON_MAX = 4 << 10, FOUR_EYES_SEVERITY = SEVERITY_S3 };

const struct proposal_text proposal_texts[PROPOSAL_KIND_COUNT] = {
#define PROPOSAL(name, kind, object_kind, zh, en) {kind, object_kind, zh, en},
#include "response/office/proposals.def"
#undef PROPOSAL
};

bool proposal_kind_parse(Slice word, ProposalKind *ret_kind) {
    for (uint32_t i = 0; i < PROPOSAL_KIND_COUNT; i++) {
        if (slice_is(word, proposal_texts[i].kind)) {
            *ret_kind = (ProposalKind)i;
            return true;
        }
    }
    return false;
}

#define PROPOSAL_COLUMNS                                                                           \
    "id, kind, object, COALESCE(alert, 0), word, reason, secrecy, state, proposed_us, "            \
    "proposed_by, until_us, COALESCE(settled_us, 0), settled_by, note, changes"

static const struct statement ADD = {
    "proposal_add", "INSERT INTO proposal (id, kind, object_kind, object, alert, word, reason, "
                    "secrecy, state, proposed_us, proposed_by, until_us, settled_by, note, "
                    "changes)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'WAITING', ?9, ?10, ?11, '', '', ?12)"};
static const struct statement WAITING = {"proposal_waiting",
                                         "SELECT id, until_us, proposed_by FROM proposal WHERE "
                                         "object_kind = ?1 AND object = ?2 AND state = 'WAITING'"};
static const struct statement WAITS = {"proposal_waits",
                                       "SELECT " PROPOSAL_COLUMNS
                                       " FROM seen_proposal WHERE viewer = ?1 AND object_kind = ?2 "
                                       "AND object = ?3 AND state = 'WAITING'"};
static const struct statement LOAD = {"proposal_load",
                                      "SELECT " PROPOSAL_COLUMNS
                                      " FROM seen_proposal WHERE viewer = ?1 AND id = ?2"};
static const struct statement SETTLE = {
    "proposal_settle", "UPDATE proposal SET state = ?2, settled_us = ?3, settled_by = ?4, note = "
                       "?5 WHERE id = ?1 AND state = 'WAITING'"};
static const struct statement LIST = {"proposal_list",
                                      "SELECT " PROPOSAL_COLUMNS
                                      " FROM seen_proposal WHERE viewer = ?1 AND id < ?2 AND "
                                      "(state = ?3 OR ?3 = '') ORDER BY id DESC LIMIT ?4"};
static const struct statement LIST_STATE = {
    "proposal_list_state",
    "SELECT " PROPOSAL_COLUMNS
    " FROM seen_proposal WHERE viewer = ?1 AND id < ?2 AND state = ?3 ORDER BY id DESC LIMIT ?4"};

// ---- rows ---------------------------------------------------------------------------------------

static Status read_row(struct book *book, struct proposal *proposal) {
    *proposal = (struct proposal){
        .id = book_i64(book, 0),
        .object = book_i64(book, 2),
        .alert = book_i64(book, 3),
        .word = book_text(book, 4),
        .reason = book_text(book, 5),
        .secrecy = book_text(book, 6),
        .state = book_text(book, 7),
        .proposed_us = book_i64(book, 8),
        .proposed_by = book_text(book, 9),
        .until_us = book_i64(book, 10),
        .settled_us = book_i64(book, 11),
        .settled_by = book_text(book, 12),
        .note = book_text(book, 13),
        .changes = book_text(book, 14),
    };
    ENSURE(proposal_kind_parse(book_text(book, 1), &proposal->kind),
           book_fail(book, STATUS_INVALID, "OF008",
                     "the store holds a proposal of a kind that this program does not know"));
    if (slice_is(proposal->state, "WAITING") && proposal->until_us < book->now_us) {
        proposal->state = SLICE("LAPSED");
    }
    return STATUS_OK;
}

Status proposal_load(struct book *book, int64_t viewer, int64_t id, struct proposal *ret_proposal) {
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(viewer), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "OF001", "there is no proposal %" PRId64, id);
    }
    TRY(status);
    return read_row(book, ret_proposal);
}

static Status trace(struct book *book, int64_t id, const char *from, Slice to, Slice reason) {
    return book_trace(book, &(struct trace){.object_kind = "proposal",
                                            .object = id,
                                            .from = slice_of(from),
                                            .to = to,
                                            .reason = reason});
}

static Status settle(struct book *book, int64_t id, const char *state, Slice note) {
    int64_t changed;
    TRY(book_change(book, &SETTLE,
                    STORE_VALUES(store_i64(id), store_text(slice_of(state)),
                                 store_i64(book->now_us), store_text(book->actor.name),
                                 store_text(note)),
                    &changed));
    ENSURE(changed == 1, book_fail(book, STATUS_INVALID, "OF002",
                                   "the proposal %" PRId64 " is settled already", id));
    return trace(book, id, "WAITING", slice_of(state), note);
}

// ---- proposing ----------------------------------------------------------------------------------

static Status check_reason(struct book *book, Slice reason) {
    bool fits = !slice_empty(slice_trim(reason)) && reason.size <= REASON_MAX;
    return fits ? STATUS_OK
                : book_fail(book, STATUS_INVALID, "OF008", "say why, in at most %d bytes",
                            REASON_MAX);
}

// One that nobody settled in time makes room.
static Status make_room(struct book *book, const struct proposal *proposal) {
    const struct proposal_text *text = &proposal_texts[proposal->kind];
    Status status = book_one(
        book, &WAITING,
        STORE_VALUES(store_text(slice_of(text->object_kind)), store_i64(proposal->object)));
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    int64_t id = book_i64(book, 0);
    if (book_i64(book, 1) < book->now_us) {
        return settle(book, id, "LAPSED", SLICE("nobody settled it in time"));
    }
    return book_fail(book, STATUS_INVALID, "OF004",
                     "the proposal %" PRId64 " of %.*s about it waits for another person", id,
                     SLICE_ARGS(book_text(book, 2)));
}

Status proposal_make(struct book *book, const struct proposal *proposal, int64_t *ret_id) {
    const struct proposal_text *text = &proposal_texts[proposal->kind];
    int64_t id;
    TRY(make_room(book, proposal));
    TRY(book_count_up(book, SLICE("proposal"), &id));
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(id), store_text(slice_of(text->kind)),
                              store_text(slice_of(text->object_kind)), store_i64(proposal->object),
                              store_number(proposal->alert), store_text(proposal->word),
                              store_text(proposal->reason), store_text(proposal->secrecy),
                              store_i64(book->now_us), store_text(book->actor.name),
                              store_i64(book->now_us + WAITS_US),
                              store_text(proposal->changes))));
    TRY(page_send(book,
                  &(struct page){.kind = "proposal.waiting",
                                 .role = proposal->kind == PROPOSAL_ORDER_DECIDE ? "POLICE_DESK"
                                                                                 : "SHIFT_LEADER",
                                 .object_kind = "proposal",
                                 .object = id}));
    *ret_id = id;
    return trace(book, id, "", SLICE("WAITING"), proposal->reason);
}

// ---- held payments ------------------------------------------------------------------------------

static Status is_for_two(struct book *book, const struct hold *hold, HoldState outcome,
                         bool *ret_is) {
    struct alert alert;
    *ret_is = false;
    if (outcome != HOLD_RELEASED || hold->ask.alert == 0) {
        return STATUS_OK;
    }
    TRY(alert_load(book, hold->ask.alert, &alert));
    *ret_is = alert.severity_most >= FOUR_EYES_SEVERITY;
    return STATUS_OK;
}

Status office_settle_hold(const struct office *office, struct book *book, int64_t viewer,
                          int64_t id, HoldState outcome, Slice reason, int64_t *ret_proposal) {
    struct hold hold;
    bool needs_two;
    *ret_proposal = 0;
    TRY(check_reason(book, reason));
    TRY(hold_load(book, viewer, id, &hold));
    ENSURE(hold.state == HOLD_HELD, book_fail(book, STATUS_INVALID, "CT001",
                                              "the payment %" PRId64 " is settled already: %s", id,
                                              hold_state_word(hold.state)));
    ENSURE(outcome != HOLD_HELD, book_fail(book, STATUS_INVALID, "CT004",
                                           "a held payment is released, refused or cancelled"));
    TRY(is_for_two(book, &hold, outcome, &needs_two));
    if (!needs_two) {
        return hold_settle(book, office->terms, id, outcome, reason);
    }
    struct proposal proposal = {.kind = PROPOSAL_HOLD_SETTLE,
                                .object = id,
                                .alert = hold.ask.alert,
                                .word = slice_of(hold_state_word(outcome)),
                                .reason = reason,
                                .secrecy = hold.ask.secrecy};
    return proposal_make(book, &proposal, ret_proposal);
}

// ---- measures -----------------------------------------------------------------------------------

static Status refuse_release(struct book *book, int64_t id, Refusal refusal) {
    return book_fail(book, STATUS_INVALID, control_refusal_code(refusal), "measure %" PRId64 ": %s",
                     id, control_refusal_text(refusal));
}

// Whether a release is one person's, or two's; what cannot be at all is refused.
static Status ask_release(struct book *book, int64_t control, Slice reason, bool *ret_needs_two) {
    struct control_release release = {.by = AUTHORITY_BANK, .reason = reason};
    Refusal refusal;
    TRY(control_may_release(book, control, &release, &refusal));
    *ret_needs_two = refusal == REFUSAL_NO_SECOND;
    return refusal == REFUSAL_NONE || *ret_needs_two ? STATUS_OK
                                                     : refuse_release(book, control, refusal);
}

static Status release(const struct office *office, struct book *book, int64_t control,
                      bool is_stepwise, Slice reason, Slice second) {
    struct control_release release = {.by = AUTHORITY_BANK, .reason = reason, .second = second};
    return is_stepwise ? control_release_stepwise(book, office->terms, control, &release)
                       : control_release(book, office->terms, control, &release);
}

Status office_release_control(const struct office *office, struct book *book, int64_t viewer,
                              int64_t id, bool is_stepwise, Slice reason, int64_t *ret_proposal) {
    struct control control;
    bool needs_two;
    *ret_proposal = 0;
    TRY(check_reason(book, reason));
    TRY(control_load(book, viewer, id, &control));
    TRY(ask_release(book, id, reason, &needs_two));
    if (!needs_two) {
        return release(office, book, id, is_stepwise, reason, SLICE(""));
    }
    struct proposal proposal = {.kind = is_stepwise ? PROPOSAL_CONTROL_STEPWISE
                                                    : PROPOSAL_CONTROL_RELEASE,
                                .object = id,
                                .alert = control.ask.alert,
                                .reason = reason,
                                .secrecy = control.ask.secrecy};
    return proposal_make(book, &proposal, ret_proposal);
}

// ---- appeals ------------------------------------------------------------------------------------

static const char *const results[] = {
#define X(name, word, zh, en) word,
    APPEAL_RESULTS(X)
#undef X
};

static Status settle_appeal(const struct office *office, struct book *book, int64_t id,
                            AppealResult result, Slice reason, Slice second) {
    return appeal_settle(
        book, office->terms, id,
        &(struct appeal_verdict){.result = result, .reason = reason, .second = second});
}

Status office_settle_appeal(const struct office *office, struct book *book, int64_t viewer,
                            int64_t id, AppealResult result, Slice reason, int64_t *ret_proposal) {
    struct appeal appeal;
    struct control control;
    bool needs_two = false;
    *ret_proposal = 0;
    TRY(check_reason(book, reason));
    TRY(appeal_load(book, viewer, id, &appeal));
    TRY(control_load(book, viewer, appeal.ask.control, &control));
    ENSURE(appeal.result == APPEAL_OPEN,
           book_fail(book, STATUS_INVALID, "CT041", "the appeal %" PRId64 " is settled", id));
    ENSURE(!slice_equal(control.asked_by, book->actor.name),
           book_fail(book, STATUS_INVALID, "CT042",
                     "whoever set the measure does not judge the appeal against it"));
    bool is_open = control.state == CONTROL_ASKED || control.state == CONTROL_IN_FORCE;
    if (result != APPEAL_KEPT && result != APPEAL_OPEN && is_open) {
        TRY(ask_release(book, control.id, reason, &needs_two));
    }
    if (!needs_two) {
        return settle_appeal(office, book, id, result, reason, SLICE(""));
    }
    struct proposal proposal = {.kind = PROPOSAL_APPEAL_SETTLE,
                                .object = id,
                                .alert = control.ask.alert,
                                .word = slice_of(results[result]),
                                .reason = reason,
                                .secrecy = appeal.secrecy};
    return proposal_make(book, &proposal, ret_proposal);
}

// Neither of the two has set the measure.
static Status check_second_of_appeal(struct book *book, int64_t id, Slice second) {
    struct appeal appeal;
    struct control control;
    TRY(appeal_load(book, CLEARANCE_ALL, id, &appeal));
    TRY(control_load(book, CLEARANCE_ALL, appeal.ask.control, &control));
    ENSURE(!slice_equal(control.asked_by, second),
           book_fail(book, STATUS_INVALID, "CT042",
                     "whoever set the measure does not judge the appeal against it"));
    return STATUS_OK;
}

// ---- orders -------------------------------------------------------------------------------------

Status office_decide_order(const struct office *office, struct book *book, int64_t viewer,
                           int64_t id, bool executes, Slice reason, int64_t *ret_proposal) {
    struct order_row order;
    struct person person;
    (void)office;
    *ret_proposal = 0;
    TRY(check_reason(book, reason));
    TRY(order_load(book, viewer, id, &order));
    ENSURE(order.state == ORDER_IS_EXCEPTION || order.state == ORDER_IS_DECIDING,
           book_fail(book, STATUS_INVALID, "OF002",
                     "the order %" PRId64 " does not wait for persons: it is %s", id,
                     order_state_word(order.state)));
    TRY(person_load(book, book->actor.name, &person));
    ENSURE(
        words_have(person.skills, SLICE("POLICE")),
        book_fail(book, STATUS_INVALID, "DP007", "orders of authorities ask for the skill POLICE"));
    struct proposal proposal = {.kind = PROPOSAL_ORDER_DECIDE,
                                .object = id,
                                .word = executes ? SLICE("EXECUTE") : SLICE("REFUSE"),
                                .reason = reason,
                                .secrecy = order.secrecy};
    return proposal_make(book, &proposal, ret_proposal);
}

// ---- settling -----------------------------------------------------------------------------------

static Status find_result(struct book *book, Slice word, AppealResult *ret_result) {
    for (uint32_t i = 0; i < APPEAL_RESULT_COUNT; i++) {
        if (slice_is(word, results[i])) {
            *ret_result = (AppealResult)i;
            return STATUS_OK;
        }
    }
    return book_fail(book, STATUS_INVALID, "OF008",
                     "the store holds a word that this program does not know");
}

static Status carry_out(const struct office *office, struct book *book,
                        const struct proposal *proposal, Slice second) {
    HoldState outcome = HOLD_HELD;
    AppealResult result = APPEAL_OPEN;
    switch (proposal->kind) {
    case PROPOSAL_HOLD_SETTLE:
        ENSURE(hold_state_parse(proposal->word, &outcome),
               book_fail(book, STATUS_INVALID, "OF008",
                         "the store holds a word that this program does not know"));
        return hold_settle(book, office->terms, proposal->object, outcome, proposal->reason);
    case PROPOSAL_CONTROL_RELEASE:
    case PROPOSAL_CONTROL_STEPWISE:
        return release(office, book, proposal->object, proposal->kind == PROPOSAL_CONTROL_STEPWISE,
                       proposal->reason, second);
    case PROPOSAL_APPEAL_SETTLE:
        TRY(find_result(book, proposal->word, &result));
        TRY(check_second_of_appeal(book, proposal->object, second));
        return settle_appeal(office, book, proposal->object, result, proposal->reason, second);
    case PROPOSAL_ORDER_DECIDE:
        return order_decide(
            book, office->terms, office->bank, proposal->object,
            &(struct order_decision){.executes = slice_is(proposal->word, "EXECUTE"),
                                     .reason = proposal->reason,
                                     .second = second});
    case PROPOSAL_LIST_PUT:
    case PROPOSAL_LIST_REMOVE:
        return list_batch_send(book, proposal->object, second);
    case PROPOSAL_KIND_COUNT:
        break;
    }
    return STATUS_OK;
}

static bool is_of_list(const struct proposal *proposal) {
    return proposal->kind == PROPOSAL_LIST_PUT || proposal->kind == PROPOSAL_LIST_REMOVE;
}

// What was wished for is given up.
static Status give_up(struct book *book, const struct proposal *proposal, const char *state, Slice note) {
    TRY(settle(book, proposal->id, state, note));
    return is_of_list(proposal) ? list_batch_end(book, proposal->object, state) : STATUS_OK;
}

static Status load_waiting(struct book *book, int64_t viewer, int64_t id,
                           struct proposal *ret_proposal) {
    TRY(proposal_load(book, viewer, id, ret_proposal));
    ENSURE(slice_is(ret_proposal->state, "WAITING"),
           book_fail(book, STATUS_INVALID, "OF002", "the proposal %" PRId64 " is %.*s", id,
                     SLICE_ARGS(ret_proposal->state)));
    return STATUS_OK;
}

static Status refuse_the_same(struct book *book) {
    return book_fail(book, STATUS_INVALID, "OF003",
                     "who has proposed it does not settle it; ask somebody else, or withdraw it");
}

Status proposal_approve(const struct office *office, struct book *book, int64_t viewer, int64_t id,
                        Slice note) {
    struct proposal proposal;
    Actor second = book->actor;
    TRY(load_waiting(book, viewer, id, &proposal));
    ENSURE(!slice_equal(proposal.proposed_by, second.name), refuse_the_same(book));
    TRY(settle(book, id, "APPROVED", note));
    book->actor = (Actor){ACTOR_KIND_PERSON, proposal.proposed_by};
    Status status = carry_out(office, book, &proposal, second.name);
    book->actor = second;
    return status;
}

Status proposal_reject(struct book *book, int64_t viewer, int64_t id, Slice note) {
    struct proposal proposal;
    TRY(check_reason(book, note));
    TRY(load_waiting(book, viewer, id, &proposal));
    ENSURE(!slice_equal(proposal.proposed_by, book->actor.name), refuse_the_same(book));
    return give_up(book, &proposal, "REJECTED", note);
}

Status proposal_withdraw(struct book *book, int64_t viewer, int64_t id, Slice note) {
    struct proposal proposal;
    TRY(load_waiting(book, viewer, id, &proposal));
    ENSURE(slice_equal(proposal.proposed_by, book->actor.name),
           book_fail(book, STATUS_INVALID, "OF003",
                     "who has proposed it withdraws it; reject it instead"));
    return give_up(book, &proposal, "WITHDRAWN", note);
}

// ---- as JSON ------------------------------------------------------------------------------------

void proposal_put_json(struct json_writer *json, const struct proposal *proposal) {
    const struct proposal_text *text = &proposal_texts[proposal->kind];
    json_object_begin(json);
    json_key_i64(json, SLICE("proposal"), proposal->id);
    json_key_string(json, SLICE("kind"), slice_of(text->kind));
    json_key_string(json, SLICE("kind_zh"), slice_of(text->zh));
    json_key_string(json, SLICE("kind_en"), slice_of(text->en));
    json_key_string(json, SLICE("object_kind"), slice_of(text->object_kind));
    json_key_i64(json, SLICE("object"), proposal->object);
    put_number(json, SLICE("alert"), proposal->alert);
    put_text(json, SLICE("word"), proposal->word);
    json_key_string(json, SLICE("reason"), proposal->reason);
    json_key_string(json, SLICE("state"), proposal->state);
    put_moment(json, SLICE("proposed"), proposal->proposed_us);
    json_key_string(json, SLICE("proposed_by"), proposal->proposed_by);
    put_moment(json, SLICE("until"), proposal->until_us);
    put_moment(json, SLICE("settled"), proposal->settled_us);
    put_text(json, SLICE("settled_by"), proposal->settled_by);
    put_text(json, SLICE("note"), proposal->note);
    json_key_string(json, SLICE("secrecy"), proposal->secrecy);
    json_key(json, SLICE("changes"));
    slice_empty(proposal->changes) ? json_null(json) : json_raw(json, proposal->changes);
    json_object_end(json);
}

Status proposals_put_json(struct book *book, const struct proposal_filter *filter,
                          struct json_writer *json, int64_t *ret_next) {
    struct proposal proposal = {0};
    uint32_t count = 0;
    Status status;
    uint32_t most = filter->count_max < OFFICE_ROWS_MAX ? filter->count_max : OFFICE_ROWS_MAX;
    TRY(book_ask(book, slice_empty(filter->state) ? &LIST : &LIST_STATE,
                 STORE_VALUES(store_i64(filter->viewer),
                              store_i64(filter->before == 0 ? INT64_MAX : filter->before),
                              store_text(filter->state), store_i64(most))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK &&
           (status = read_row(book, &proposal)) == STATUS_OK) {
        if ((filter->kinds & UINT32_C(1) << proposal.kind) != 0) {
            proposal_put_json(json, &proposal);
        }
        count++;
    }
    json_array_end(json);
    *ret_next = count == most ? proposal.id : 0;
    return status == STATUS_END ? STATUS_OK : status;
}

Status proposal_put_waiting(struct book *book, int64_t viewer, const char *object_kind,
                            int64_t object, struct json_writer *json) {
    struct proposal proposal;
    Status status = book_one(
        book, &WAITS,
        STORE_VALUES(store_i64(viewer), store_text(slice_of(object_kind)), store_i64(object)));
    if (status == STATUS_NOT_FOUND) {
        json_null(json);
        return STATUS_OK;
    }
    TRY(status);
    TRY(read_row(book, &proposal));
    proposal_put_json(json, &proposal);
    return STATUS_OK;
}

Status office_confirm(const struct office *office, struct book *book, Slice object_kind,
                      int64_t object, const struct confirmation *confirmation) {
    if (slice_is(object_kind, "hold")) {
        return hold_confirmed(book, object, confirmation);
    }
    if (slice_is(object_kind, "control")) {
        return order_control_confirmed(book, office->terms, office->bank, object, confirmation);
    }
    if (slice_is(object_kind, "order")) {
        return order_confirmed(book, office->terms, office->bank, object, confirmation);
    }
    return book_fail(book, STATUS_INVALID, "OF008",
                     "what is confirmed is a hold, a control or an order");
}
