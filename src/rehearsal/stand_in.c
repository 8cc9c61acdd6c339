// Who is told and asked: the customers, by way of the contact centre; the core bank; the engine.

#include "rehearsal/contact.h"
#include "rehearsal/payments.h"
#include "rehearsal/played.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CORE_TAKES_US US_PER_SECOND

static const Actor CENTRE = {ACTOR_KIND_CUSTOMER, {"contact", 7}};

// ---- questions ----------------------------------------------------------------------------------------------------------

struct asked {
    int64_t alert;
    struct played_alert played;
};

static Status load(void *context, struct book *book) {
    struct asked *asked = context;
    return played_load(book, asked->alert, &asked->played);
}

static Status asked(struct rehearsal *rehearsal, JsonTree tree, struct diag *diag) {
    struct asked asked = {.alert = told_number(tree, 0, "alert")};
    struct question question;
    struct answer answer;
    AskChannel channel;
    int64_t task = told_number(tree, 0, "task"), until_us = told_number(tree, 0, "until_us");
    Slice script = arena_copy(&rehearsal->scratch, told_text(tree, 0, "script"));
    bool is_known = ask_channel_find(told_text(tree, 0, "channel"), &channel);
    TRY(book_read(&rehearsal->book, rehearsal->now_us, load, &asked, &rehearsal->scratch, diag));
    if (!is_known) {
        return STATUS_OK; // nobody is there who would answer
    }
    played_question(&asked.played, &question);
    question.channel = channel;
    question.script = script;
    question.asked_us = rehearsal->now_us;
    question.attempt = asked.played.answer_count + 1;
    question.again = asked.played.answer_count > 0;
    const struct payment *payment = channel == ASK_AUTH ? payment_find(&rehearsal->payments, question.event_id) : NULL;
    if (payment != NULL && payment->is_stepped_up && question.attempt == 1) {
        answer = payment->authentication; // the channel has asked for it already: there is one, and here is what came of it
    } else {
        answer_of(rehearsal->options.truth, &question, rehearsal->options.seed, &answer);
    }
    if (answer.answered && answer.answered_us <= until_us) {
        plan_add(&rehearsal->agenda, &(struct planned){.at_us = answer.answered_us, .kind = PLANNED_ANSWER, .object = task, .text = contact_words(&answer)});
    }
    return STATUS_OK;
}

// A payment is held: some take it back by themselves.
static Status held(struct rehearsal *rehearsal, JsonTree tree, struct diag *diag) {
    struct asked asked = {.alert = told_number(tree, 0, "alert")};
    struct question question;
    struct answer answer;
    int64_t hold = told_number(tree, 0, "hold");
    static const struct statement HOLD = {"played_hold", "SELECT COALESCE(alert, 0), until_us FROM hold WHERE id = ?1"};
    if (store_query(rehearsal->book.store, &HOLD, STORE_VALUES(store_i64(hold)), diag) != STATUS_OK || store_next(rehearsal->book.store, diag) != STATUS_OK) {
        return STATUS_OK;
    }
    asked.alert = store_column_i64(rehearsal->book.store, 0);
    int64_t until_us = store_column_i64(rehearsal->book.store, 1);
    if (asked.alert == 0) {
        return STATUS_OK;
    }
    TRY(book_read(&rehearsal->book, rehearsal->now_us, load, &asked, &rehearsal->scratch, diag));
    played_question(&asked.played, &question);
    question.channel = ASK_APP;
    question.asked_us = rehearsal->now_us;
    change_of_mind(rehearsal->options.truth, &question, until_us, rehearsal->options.seed, &answer);
    if (answer.answered) {
        plan_add(&rehearsal->agenda, &(struct planned){.at_us = answer.answered_us, .kind = PLANNED_VOLUNTEER, .object = asked.alert, .text = contact_words(&answer)});
    }
    return STATUS_OK;
}

static void plan_confirmation(struct rehearsal *rehearsal, const struct message *message, const char *object_kind, int64_t object) {
    struct planned planned = {.at_us = rehearsal->now_us + CORE_TAKES_US, .kind = PLANNED_CONFIRM, .object = object, .message = message->id};
    snprintf(planned.object_kind, sizeof planned.object_kind, "%s", object_kind);
    plan_add(&rehearsal->agenda, &planned);
}

// ---- messages -----------------------------------------------------------------------------------------------------------

struct sending {
    struct rehearsal *rehearsal;
    Status status;
    struct diag *diag;
};

static Status take_message(struct rehearsal *rehearsal, const struct message *message, struct diag *diag) {
    JsonTree tree;
    if (json_parse(rehearsal->json, message->body, &tree) != STATUS_OK) {
        return STATUS_OK;
    }
    if (slice_is(message->kind, "task.asked")) {
        return asked(rehearsal, tree, diag);
    }
    if (slice_is(message->endpoint, "core") && slice_starts_with(message->kind, SLICE("hold."))) {
        plan_confirmation(rehearsal, message, "hold", message->object);
        if (slice_is(message->kind, "hold.released")) {
            payments_settle(rehearsal, told_text(tree, 0, "event_id"), FATE_SUCCEEDS);
        } else if (slice_is(message->kind, "hold.refused")) {
            payments_settle(rehearsal, told_text(tree, 0, "event_id"), FATE_FAILS);
        } else if (slice_is(message->kind, "hold.cancelled")) {
            payments_settle(rehearsal, told_text(tree, 0, "event_id"), FATE_CANCELLED);
        }
        return slice_is(message->kind, "hold.held") ? held(rehearsal, tree, diag) : STATUS_OK;
    }
    if (slice_is(message->endpoint, "core") && slice_starts_with(message->kind, SLICE("control."))) {
        plan_confirmation(rehearsal, message, "control", told_number(tree, 0, "control"));
    } else if (slice_is(message->endpoint, "core") && slice_starts_with(message->kind, SLICE("order."))) {
        plan_confirmation(rehearsal, message, "order", message->object);
    } else if (slice_is(message->kind, "list.add")) {
        rehearsal_list(rehearsal, told_text(tree, 0, "list"), told_text(tree, 0, "key"), told_text(tree, 0, "end"), told_text(tree, 0, "reason"));
    }
    return STATUS_OK;
}

static void sink(void *context, const struct message *message, struct desk_sent *ret_sent) {
    struct sending *sending = context;
    ret_sent->status = 204;
    sending->rehearsal->counts.messages++;
    if (sending->status == STATUS_OK) {
        sending->status = take_message(sending->rehearsal, message, sending->diag);
    }
}

Status stand_in_send(struct rehearsal *rehearsal, struct diag *diag) {
    uint32_t count;
    do {
        struct sending sending = {.rehearsal = rehearsal, .diag = diag};
        arena_reset(&rehearsal->arena);
        arena_reset(&rehearsal->scratch);
        TRY(desk_messages(rehearsal->desk, &rehearsal->book, rehearsal->now_us, &rehearsal->arena, diag, sink, &sending, &count));
        TRY(sending.status);
    } while (count > 0);
    return STATUS_OK;
}

// ---- what was planned -----------------------------------------------------------------------------------------------------

struct volunteered {
    struct disposition *disposition;
    int64_t alert;
    Slice text;
};

static Status volunteer(void *context, struct book *book) {
    const struct volunteered *said = context;
    struct alert alert;
    TRY(alert_load(book, said->alert, &alert));
    return alert_is_open(&alert) ? disposition_volunteer(said->disposition, book, said->alert, said->text) : STATUS_OK;
}

// Late answers and confirmations of what has changed since are the ordinary case of a contact centre, and told to nobody.
static Status let_pass(struct rehearsal *rehearsal, Status status) {
    rehearsal->counts.late_answers += status == STATUS_INVALID || status == STATUS_NOT_FOUND;
    return status == STATUS_INVALID || status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

Status stand_in_do(struct rehearsal *rehearsal, const struct planned *planned, struct diag *diag) {
    struct confirmation confirmation = {.message = planned->message, .is_done = true, .at_us = rehearsal->now_us};
    struct volunteered said = {.disposition = desk_disposition(rehearsal->desk), .alert = planned->object, .text = planned->text == NULL ? SLICE("") : slice_of(planned->text)};
    arena_reset(&rehearsal->arena);
    switch (planned->kind) {
    case PLANNED_ANSWER:
        rehearsal->counts.answers++;
        return let_pass(rehearsal, desk_answer(rehearsal->desk, &rehearsal->book, CENTRE, planned->object, said.text, rehearsal->now_us, &rehearsal->arena, diag));
    case PLANNED_VOLUNTEER: return let_pass(rehearsal, book_do(&rehearsal->book, CENTRE, rehearsal->now_us, volunteer, &said, &rehearsal->arena, diag));
    default:
        return let_pass(rehearsal, desk_confirm(rehearsal->desk, &rehearsal->book, slice_of(planned->object_kind), planned->object, &confirmation, rehearsal->now_us, &rehearsal->arena, diag));
    }
}
