// What becomes of payments that a decision did not let go. Their own RESULT in the stream was written as if nobody had been in the way: it is kept back, and
// comes when the payment is settled, with the moment and the outcome that it then has. What other accounts receive of a refused payment is not taken back
// (docs/rehearse.md).

#include "rehearsal/payments.h"

#include "codec/json_write.h"
#include "server/heart.h"

#include <stdlib.h>

enum { RESULT_TEXT_MAX = 64 << 10 };
#define SETTLES_AFTER_US US_PER_SECOND // of a word to the core bank
#define STEP_UP_WITHIN_US (10 * US_PER_MINUTE)

void payments_init(struct payments *payments, const struct catalogue *catalogue) {
    const struct schema *schema = catalogue->schema;
    *payments = (struct payments){.schema = schema};
    if (schema->original != SCHEMA_NONE && schema->result != SCHEMA_NONE) {
        payments->original = schema->fields[schema->original].name;
        payments->result = schema->fields[schema->result].name;
    }
    payments->time = schema->fields[schema->time].name;
    arena_init(&payments->arena, TEXTS_BLOCK);
    map_init(&payments->by_event, &payments->arena);
}

void payments_deinit(struct payments *payments) {
    for (uint32_t i = 0; i < payments->all.count; i++) {
        free(payments->all.at[i].line);
    }
    arena_deinit(&payments->arena);
}

struct payment *payment_find(struct payments *payments, Slice event_id) {
    uint32_t at = map_get(&payments->by_event, event_id);
    return at == MAP_NONE ? NULL : &payments->all.at[at];
}

// ---- what a decision does to a payment --------------------------------------------------------------------------------------

static bool is_request(const struct payments *payments, const struct event *event) {
    uint32_t phase = payments->schema->phase;
    return payments->original.size > 0 && phase != SCHEMA_NONE && event_has(event, phase) && event->cells[phase].integer == payments->schema->phase_request;
}

static bool is_refusal(Slice action) {
    return slice_is(action, "REJECT") || slice_is(action, "STOP_PAY") || slice_is(action, "FREEZE");
}

// The channel asks for a stronger authentication: the customer is there, and so is the thief.
static void step_up(struct rehearsal *rehearsal, const struct event *event, struct payment *payment) {
    uint32_t field = rehearsal->options.strategies->plan.roles[EVENT_ROLE_CUSTOMER];
    Slice customer = field == SCHEMA_NONE || !event_has(event, field) ? SLICE("") : event->cells[field].text;
    struct question question = {.customer = customer, .channel = ASK_AUTH, .event_id = event->id, .about_us = event->time_us, .asked_us = event->time_us, .attempt = 1, .number_days = -1, .device_days = -1};
    answer_of(rehearsal->options.truth, &question, rehearsal->options.seed, &payment->authentication);
    bool is_answered = payment->authentication.answered && payment->authentication.answered_us <= event->time_us + STEP_UP_WITHIN_US;
    payment->fate = is_answered && payment->authentication.passed ? FATE_SUCCEEDS : FATE_FAILS;
    payment->settled_us = is_answered ? payment->authentication.answered_us : event->time_us + STEP_UP_WITHIN_US;
    payment->is_stepped_up = true;
}

void payments_decided(struct rehearsal *rehearsal, const struct event *event, const struct decision *decision) {
    struct payments *payments = &rehearsal->payments;
    Slice action = decision->catalogue->policy.actions.at[decision->action].id;
    struct payment payment = {.fate = FATE_OPEN, .settled_us = event->time_us};
    if (!is_request(payments, event)) {
        return;
    }
    if (is_refusal(action)) {
        payment.fate = FATE_FAILS;
    } else if (slice_is(action, "STEP_UP")) {
        step_up(rehearsal, event, &payment);
    } else if (decision->delay_us == 0) {
        return; // it goes
    }
    if (map_put(&payments->by_event, arena_copy(&payments->arena, event->id), payments->all.count)) {
        *VEC_PUSH(&payments->all, &payments->arena) = payment;
    }
}

// ---- its RESULT ---------------------------------------------------------------------------------------------------------------

static Slice outcome_of(Fate fate) {
    return fate == FATE_SUCCEEDS ? SLICE("SUCCESS") : fate == FATE_CANCELLED ? SLICE("CANCELLED") : SLICE("FAIL");
}

// The same record at another moment with another outcome. Who failed by himself does so still.
static char *rewrite(const struct payments *payments, JsonTree tree, Fate fate, int64_t at_us) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, RESULT_TEXT_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    JSON_EACH(tree, 0, i) {
        const struct json_node *node = &tree.nodes[i];
        json_key(&json, node->key);
        if (slice_equal(node->key, payments->time) && node->kind == JSON_INT) {
            json_i64(&json, at_us / US_PER_MS);
        } else if (slice_equal(node->key, payments->result) && slice_is(node->text, "SUCCESS")) {
            json_string(&json, outcome_of(fate));
        } else {
            json_node(&json, tree, i);
        }
    }
    json_object_end(&json);
    char *text = memory_alloc(out.size + 1);
    memcpy(text, out.bytes, out.size);
    text[out.size] = 0;
    bool is_whole = !buf_overflowed(&out);
    buf_deinit(&out);
    if (!is_whole) {
        free(text);
        return NULL;
    }
    return text;
}

static void plan_result(struct rehearsal *rehearsal, struct payment *payment, JsonTree tree, int64_t now_us) {
    int64_t at_us = payment->settled_us > now_us ? payment->settled_us : now_us;
    char *text = rewrite(&rehearsal->payments, tree, payment->fate, at_us);
    if (text != NULL) {
        plan_add(&rehearsal->agenda, &(struct planned){.at_us = at_us, .kind = PLANNED_RESULT, .text = text});
    }
}

bool payments_time(const struct payments *payments, JsonTree tree, int64_t *ret_us) {
    uint32_t at = json_member(tree, 0, payments->time);
    if (at == JSON_NONE) {
        return false;
    }
    const struct json_node *node = &tree.nodes[at];
    *ret_us = node->kind == JSON_INT ? node->i64 * US_PER_MS : 0;
    return node->kind == JSON_INT || (node->kind == JSON_STRING && time_parse(node->text, payments->schema->zone_offset_us, ret_us));
}

bool payments_keep(struct rehearsal *rehearsal, Slice line, JsonTree tree, int64_t event_us) {
    struct payments *payments = &rehearsal->payments;
    uint32_t original = json_member(tree, 0, payments->original);
    struct payment *payment = original == JSON_NONE || tree.nodes[original].kind != JSON_STRING ? NULL : payment_find(payments, tree.nodes[original].text);
    if (payment == NULL || payment->is_over) {
        return false;
    }
    payment->is_over = true; // a reversal behind it is an event like others
    if (payment->fate == FATE_OPEN) {
        payment->line = memory_alloc(line.size + 1);
        memcpy(payment->line, line.at, line.size);
        payment->line[line.size] = 0;
    } else {
        plan_result(rehearsal, payment, tree, event_us);
    }
    return true;
}

void payments_settle(struct rehearsal *rehearsal, Slice event_id, Fate fate) {
    struct payment *payment = payment_find(&rehearsal->payments, event_id);
    JsonTree tree;
    if (payment == NULL || payment->fate != FATE_OPEN) {
        return;
    }
    payment->fate = fate;
    payment->settled_us = rehearsal->now_us + SETTLES_AFTER_US;
    if (payment->line != NULL && json_parse(rehearsal->results, slice_of(payment->line), &tree) == STATUS_OK) {
        plan_result(rehearsal, payment, tree, rehearsal->now_us);
    }
    free(payment->line);
    payment->line = NULL;
}
