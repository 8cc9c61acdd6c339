// Carrying out: what each handling of an order does.

#include "response/orders/duty.h"

static Status done(const struct duty *duty, struct order_row *row, int64_t at_us, Slice data) {
    row->executed_us = at_us;
    TRY(row_move(duty->book, row, ORDER_IS_DONE, ANSWERED_EXECUTED, SLICE("executed")));
    TRY(feed_back(duty, row, data));
    return clock_begin(duty, row);
}

static Status executing(const struct duty *duty, struct order_row *row, OrderAnswer answer) {
    TRY(row_move(duty->book, row, ORDER_IS_EXECUTING, answer, SLICE("asked")));
    return clock_begin(duty, row);
}

static Status to_people(const struct duty *duty, struct order_row *row, OrderAnswer why,
                        Slice problem) {
    row->problem = problem;
    TRY(row_move(duty->book, row, ORDER_IS_EXCEPTION, why, SLICE("failed")));
    TRY(feed_back(duty, row, SLICE("")));
    return clock_begin(duty, row);
}

static Status has_failed(const struct duty *duty, struct order_row *row, Slice problem) {
    return to_people(duty, row, ANSWERED_CORE_FAILED, problem);
}

// ---- queries ----------------------------------------------------------------------------------

static Status answer(const struct duty *duty, struct order_row *row, const struct order *order) {
    struct rendering out;
    Slice data = SLICE("");
    struct json_writer *json = rendering_begin(&out);
    Status status = duty->bank->answer(duty->bank->context, order, json);
    if (status != STATUS_OK) {
        json_null(json); // it wrote nothing
    }
    Status written = rendering_end(&out, duty->book, &data);
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    return written == STATUS_OK && data.size <= ORDER_ANSWER_MAX
               ? done(duty, row, duty->book->now_us, data)
               : to_people(duty, row, ANSWERED_BY_FILE, SLICE(""));
}

Status carry_by_hand(const struct duty *duty, struct order_row *row) {
    return done(duty, row, duty->book->now_us, SLICE(""));
}

static Status watch(const struct duty *duty, struct order_row *row) {
    row->due_us = row->order.until_us;
    return done(duty, row, duty->book->now_us, SLICE(""));
}

// ---- measures ---------------------------------------------------------------------------------

static struct control_ask ask_of(const struct duty *duty, const struct order_row *row) {
    const struct order *order = &row->order;
    bool is_document = !slice_empty(order->document);
    struct control_ask ask = {
        .measure = MEASURE_STOP_PAY,
        .target_kind = TARGET_ACCOUNT,
        .target = row->target,
        .customer = row->customer,
        .authority = AUTHORITY_ORDER,
        .basis = SLICE("R-111"),
        .document = is_document ? order->document : order->number,
        .reason = slice_of(order_kind_text(order->kind)->word),
        .ordered_us = order->ordered_us,
        .order = row->id,
        .secrecy = row->secrecy,
    };
    if (order->kind != ORDER_FREEZE) {
        ask.span_us = duty->terms->stop_pay_hours * US_PER_HOUR; // of the whole account
        return ask;
    }
    ask.amount = order->amount;
    ask.measure = MEASURE_FREEZE;
    ask.until_us = order->until_us;
    if (order->freeze_class == FREEZE_LAUNDERING) {
        ask.measure = MEASURE_TEMPORARY_FREEZE;
        ask.basis = SLICE("反洗钱法 §45");
        ask.span_us = order->until_us != 0 ? 0 : duty->terms->aml_temp_freeze_hours * US_PER_HOUR;
    } else if (order->until_us == 0) {
        ask.months = freeze_months_of(duty->terms, order->freeze_class);
    }
    return ask;
}

static Status follow_control(const struct duty *duty, struct order_row *row) {
    struct control control;
    TRY(control_load(duty->book, CLEARANCE_ALL, row->control, &control));
    row->message = control.message;
    if (control.state != CONTROL_WAITING) {
        return executing(duty, row, ANSWERED_EXECUTING);
    }
    TRY(executing(duty, row, ANSWERED_WAITING));
    return feed_back(duty, row, SLICE(""));
}

static Status set(const struct duty *duty, struct order_row *row) {
    struct control_ask ask = ask_of(duty, row);
    TRY(control_ask(duty->book, duty->terms, &ask, &row->control));
    return follow_control(duty, row);
}

// A stop is set once more; a freeze lasts longer.
static Status renew(const struct duty *duty, struct order_row *row,
                    const struct reference *reference) {
    FreezeClass class = reference->row.order.freeze_class;
    if (row->order.kind == ORDER_STOP_PAY_RENEW) {
        return set(duty, row);
    }
    int64_t until_us = row->order.until_us != 0
                           ? row->order.until_us
                           : freeze_end(duty->terms, class, reference->control.ends_us);
    row->control = reference->control.id;
    TRY(control_renew(duty->book, duty->terms, row->control,
                      &(struct control_renewal){.until_us = until_us,
                                                .document = row->order.document,
                                                .reason = row->order.number}));
    return follow_control(duty, row);
}

static Status release(const struct duty *duty, struct order_row *row,
                      const struct reference *reference) {
    bool was_waiting = reference->control.state == CONTROL_WAITING;
    row->control = reference->control.id;
    TRY(control_release(
        duty->book, duty->terms, row->control,
        &(struct control_release){.by = AUTHORITY_ORDER, .reason = row->order.number}));
    // What only waited was never in force; the core bank has nothing to confirm.
    TRY(was_waiting ? done(duty, row, duty->book->now_us, SLICE("")) : follow_control(duty, row));
    return follow_end(duty, row->control);
}

// ---- returning money --------------------------------------------------------------------------

// The core bank is asked only when two persons have said so.
static Status give_back(const struct duty *duty, struct order_row *row) {
    struct rendering out;
    Slice body;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("police_order"), row->id);
    json_key_string(json, SLICE("order"), row->order.number);
    json_key_string(json, SLICE("document"), row->order.document);
    json_key_string(json, SLICE("account"), row->target);
    json_key_string(json, SLICE("victim_account"), row->order.victim_account);
    json_key_i64(json, SLICE("amount"), row->order.amount);
    json_key_i64(json, SLICE("control"), row->control);
    json_object_end(json);
    TRY(rendering_end(&out, duty->book, &body));
    TRY(book_message(duty->book,
                     &(struct message){.endpoint = SLICE("core"),
                                       .kind = SLICE("order.return"),
                                       .object_kind = "police_order",
                                       .object = row->id,
                                       .body = body},
                     &row->message));
    return executing(duty, row, ANSWERED_EXECUTING);
}

static Status return_money(const struct duty *duty, struct order_row *row,
                           const struct reference *reference) {
    row->control = reference->control.id;
    if (!slice_empty(row->decided_by)) {
        return give_back(duty, row);
    }
    row->due_us = working_days_end(duty->terms, row->taken_us, duty->terms->return_workdays);
    TRY(row_move(duty->book, row, ORDER_IS_DECIDING, ANSWERED_TO_BE_DECIDED, SLICE("two_persons")));
    TRY(feed_back(duty, row, SLICE("")));
    return clock_begin(duty, row);
}

Status carry_confirmed(const struct duty *duty, struct order_row *row,
                       const struct confirmation *confirmation) {
    if (!confirmation->is_done) {
        return has_failed(duty, row, confirmation->problem);
    }
    bool is_whole = true;
    if (row->order.kind == ORDER_LIST_PUSH) {
        TRY(push_confirmed(duty, row, confirmation, &is_whole));
    }
    return is_whole ? done(duty, row, confirmation->at_us, SLICE("")) : STATUS_OK;
}

Status order_carry_out(const struct duty *duty, struct order_row *row, const struct order *order,
                 const struct reference *reference) {
    row->problem = SLICE("");
    switch (order_kind_text(order->kind)->handling) {
    case HANDLING_ANSWER:
        return answer(duty, row, order);
    case HANDLING_WATCH:
        return watch(duty, row);
    case HANDLING_SET:
        return set(duty, row);
    case HANDLING_RENEW:
        return renew(duty, row, reference);
    case HANDLING_RELEASE:
        return release(duty, row, reference);
    case HANDLING_RETURN:
        return return_money(duty, row, reference);
    default:
        TRY(push_list(duty, row, order));
        return executing(duty, row, ANSWERED_EXECUTING);
    }
}

// ---- what became of a measure -----------------------------------------------------------------

enum { ORDERS_OF_CONTROL_MAX = 64 };

static const struct statement OF_CONTROL = {
    "order_of_control", "SELECT id FROM police_order WHERE control = ?1 AND state IN ('EXECUTING', "
                        "'DONE', 'ENDED') ORDER BY id LIMIT ?2"};

static Status orders_of(const struct duty *duty, int64_t control,
                        int64_t ret_ids[static ORDERS_OF_CONTROL_MAX], uint32_t *ret_count) {
    Status status;
    uint32_t count = 0;
    TRY(book_ask(duty->book, &OF_CONTROL,
                 STORE_VALUES(store_i64(control), store_i64(ORDERS_OF_CONTROL_MAX))));
    while ((status = book_next(duty->book)) == STATUS_OK) {
        ret_ids[count++] = book_i64(duty->book, 0);
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

static bool is_setting(const struct order_row *row) {
    return order_kind_text(row->order.kind)->handling == HANDLING_SET ||
           row->order.kind == ORDER_STOP_PAY_RENEW;
}

// When the core bank did what the order asks of the measure; 0: not yet.
static int64_t executed_at(const struct order_row *row, const struct control *control,
                           const struct confirmation *confirmation) {
    switch (order_kind_text(row->order.kind)->handling) {
    case HANDLING_RELEASE:
        return control->lifted_us;
    case HANDLING_RENEW:
        if (row->order.kind == ORDER_FREEZE_RENEW) {
            bool is_its = confirmation->message == 0 || confirmation->message == row->message;
            return is_its && control->is_confirmed ? confirmation->at_us : 0;
        }
        return control->since_us;
    default:
        return control->since_us;
    }
}

static Status tell_end(const struct duty *duty, struct order_row *row, int64_t at_us) {
    row->executed_us = at_us;
    TRY(row_move(duty->book, row, ORDER_IS_ENDED, ANSWERED_ENDED, SLICE("ended")));
    return feed_back(duty, row, SLICE(""));
}

static Status follow_one(const struct duty *duty, int64_t id, const struct control *control,
                         const struct confirmation *confirmation) {
    struct order_row row;
    TRY(row_load(duty->book, id, &row));
    bool is_return = row.order.kind == ORDER_DEDUCT_RETURN;
    if (row.state == ORDER_IS_ENDED && control->state == CONTROL_EXPIRED &&
        control->lifted_us != 0 && row.answer != ANSWERED_ENDED) {
        return tell_end(duty, &row, control->lifted_us);
    }
    if (row.state != ORDER_IS_EXECUTING || is_return) {
        return STATUS_OK;
    }
    bool is_its = confirmation->message == 0 || confirmation->message == row.message;
    bool failed =
        is_setting(&row) ? control->state == CONTROL_FAILED : is_its && !confirmation->is_done;
    if (failed) {
        return has_failed(duty, &row, confirmation->problem);
    }
    int64_t at_us = executed_at(&row, control, confirmation);
    return at_us == 0 ? STATUS_OK : done(duty, &row, at_us, SLICE(""));
}

Status follow_confirmation(const struct duty *duty, int64_t id,
                           const struct confirmation *confirmation) {
    struct control control;
    int64_t ids[ORDERS_OF_CONTROL_MAX];
    uint32_t count;
    TRY(control_load(duty->book, CLEARANCE_ALL, id, &control));
    TRY(orders_of(duty, id, ids, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(follow_one(duty, ids[i], &control, confirmation));
    }
    return STATUS_OK;
}

static Status end_one(const struct duty *duty, int64_t id, const struct control *control) {
    struct order_row row;
    TRY(row_load(duty->book, id, &row));
    if (!is_setting(&row) || row.state == ORDER_IS_ENDED) {
        return STATUS_OK;
    }
    TRY(row_move(duty->book, &row, ORDER_IS_ENDED, row.answer, control->release_reason));
    // What the core bank never heard of has nothing left to confirm.
    bool is_over = control->set_message == 0 && control->state == CONTROL_EXPIRED;
    TRY(is_over ? tell_end(duty, &row, duty->book->now_us) : STATUS_OK);
    return clock_begin(duty, &row);
}

Status follow_end(const struct duty *duty, int64_t id) {
    struct control control;
    int64_t ids[ORDERS_OF_CONTROL_MAX];
    uint32_t count;
    TRY(control_load(duty->book, CLEARANCE_ALL, id, &control));
    if (control.state != CONTROL_EXPIRED && control.state != CONTROL_RELEASED) {
        return STATUS_OK;
    }
    TRY(orders_of(duty, id, ids, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(end_one(duty, ids[i], &control));
    }
    return STATUS_OK;
}

// ---- once more --------------------------------------------------------------------------------

// The core bank could not: it is asked again for the same, where that is known to it; what is set
// anew is checked and set anew.
Status carry_out_again(const struct duty *duty, struct order_row *row) {
    row->problem = SLICE("");
    if (row->order.kind == ORDER_DEDUCT_RETURN) {
        return give_back(duty, row);
    }
    TRY(control_repeat(duty->book, duty->terms, row->control));
    return follow_control(duty, row);
}

bool can_be_repeated(const struct order_row *row) {
    return row->answer == ANSWERED_CORE_FAILED && row->control != 0 && !is_setting(row);
}
