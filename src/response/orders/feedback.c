// Feedback: what the authority is told of its order (FEEDBACK), and told again when it asks again.

#include "response/orders/duty.h"

static Status send(struct book *book, int64_t id, Slice body) {
    return book_message(book,
                        &(struct message){.endpoint = SLICE("police"),
                                          .kind = SLICE("order.feedback"),
                                          .object_kind = "police_order",
                                          .object = id,
                                          .body = body},
                        NULL);
}

static void put_answer(struct json_writer *json, const struct order *order, OrderAnswer answer,
                       Slice problem) {
    const struct order_answer_text *text = order_answer_text(answer);
    json_key_string(json, SLICE("order"), order->number);
    json_key_string(json, SLICE("kind"), slice_of(order_kind_text(order->kind)->word));
    json_key_string(json, SLICE("authority"), order->authority);
    put_text(json, SLICE("account"), order->account);
    json_key_bool(json, SLICE("executed"), text->outcome == OUTCOME_DONE);
    json_key_string(json, SLICE("result"), slice_of(text->word));
    json_key_string(json, SLICE("result_zh"), slice_of(text->zh));
    json_key_string(json, SLICE("result_en"), slice_of(text->en));
    put_text(json, SLICE("problem"), problem);
}

struct account_state {
    bool is_known;
    int64_t balance;
    Slice sub_accounts; // JSON; empty: not known, or more than is told
};

static Status read_sub_accounts(const struct duty *duty, Slice account, Slice *ret_text) {
    struct rendering out;
    Slice text = SLICE("");
    struct json_writer *json = rendering_begin(&out);
    Status status = duty->bank->sub_accounts(duty->bank->context, account, json);
    if (status != STATUS_OK) {
        json_null(json); // it wrote nothing
    }
    Status written = rendering_end(&out, duty->book, &text);
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    bool is_told =
        status == STATUS_OK && written == STATUS_OK && text.size <= ORDER_SUB_ACCOUNTS_MAX;
    *ret_text = is_told ? text : SLICE("");
    return STATUS_OK;
}

// How much is there, and what stands under the account; left out where the bank does not know it.
static Status read_account(const struct duty *duty, Slice account, struct account_state *state) {
    *state = (struct account_state){.sub_accounts = SLICE("")};
    if (slice_empty(account)) {
        return STATUS_OK;
    }
    Status status = duty->bank->balance(duty->bank->context, account, &state->balance);
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    state->is_known = true;
    return duty->bank->sub_accounts == NULL
               ? STATUS_OK
               : read_sub_accounts(duty, account, &state->sub_accounts);
}

static void put_account(struct json_writer *json, const struct account_state *state) {
    if (state->is_known) {
        json_key_i64(json, SLICE("balance"), state->balance);
    }
    if (!slice_empty(state->sub_accounts)) {
        json_key(json, SLICE("sub_accounts"));
        json_raw(json, state->sub_accounts);
    }
}

static Status write_feedback(const struct duty *duty, const struct order_row *row, int64_t ends_us,
                             Slice data, Slice *ret_text) {
    struct rendering out;
    struct account_state state;
    TRY(read_account(duty, row->target, &state));
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    put_answer(json, &row->order, row->answer, row->problem);
    put_moment(json, SLICE("at"), row->executed_us);
    put_moment(json, SLICE("until"), ends_us);
    put_text(json, SLICE("reason"), row->decision_reason);
    put_account(json, &state);
    if (!slice_empty(data)) {
        json_key(json, SLICE("data"));
        json_raw(json, data);
    }
    json_object_end(json);
    return rendering_end(&out, duty->book, ret_text);
}

Status feed_back(const struct duty *duty, struct order_row *row, Slice data) {
    struct control control = {0};
    if (row->control != 0) {
        TRY(control_load(duty->book, CLEARANCE_ALL, row->control, &control));
    }
    TRY(write_feedback(duty, row, control.ends_us, data, &row->feedback));
    row->answered_us = duty->book->now_us;
    TRY(row_keep(duty->book, row));
    return send(duty->book, row->id, row->feedback);
}

Status feed_back_again(const struct duty *duty, struct order_row *row) {
    return slice_empty(row->feedback) ? STATUS_OK : send(duty->book, row->id, row->feedback);
}

Status feed_back_taken(const struct duty *duty, int64_t id, const struct order *order) {
    struct rendering out;
    Slice body;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    put_answer(json, order, ANSWERED_NUMBER_TAKEN, SLICE(""));
    json_object_end(json);
    TRY(rendering_end(&out, duty->book, &body));
    return send(duty->book, id, body);
}
