// Taking orders, and deciding on those that do not agree.

#include "response/orders/duty.h"

#include "base/hash.h"

#include <inttypes.h>

enum { CONTENT_MAX = 4 << 20 };

// ---- the same number again --------------------------------------------------------------------

static void put_content(struct json_writer *json, const struct order *order) {
    json_array_begin(json);
    json_i64(json, order->kind);
    json_string(json, order->authority);
    json_bool(json, order->is_city_level);
    json_string(json, order->document);
    json_i64(json, order->ordered_us);
    json_string(json, order->account);
    json_string(json, order->name_hash);
    json_string(json, order->certificate_hash);
    json_i64(json, order->amount);
    json_i64(json, order->moved_us);
    json_i64(json, order->from_us);
    json_i64(json, order->until_us);
    json_i64(json, order->freeze_class);
    json_string(json, order->original);
    json_string(json, order->victim_account);
    for (uint32_t i = 0; i < order->entry_count; i++) {
        const struct order_entry *entry = &order->entries[i];
        json_i64(json, entry->list);
        json_string(json, entry->account);
        json_string(json, entry->certificate);
        json_string(json, entry->bank);
        json_i64(json, entry->from_us);
        json_i64(json, entry->until_us);
    }
    json_array_end(json);
}

static Slice content_of(struct book *book, const struct order *order) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, CONTENT_MAX);
    json_writer_init(&json, &text);
    put_content(&json, order);
    INVARIANT(!buf_overflowed(&text)); // bounded by check_form()
    Hash128 hash = hash128(buf_slice(&text), 0);
    buf_deinit(&text);
    return arena_printf(book->arena, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
}

static Status check_form(struct book *book, const struct order *order) {
    const Slice texts[] = {order->number,   order->authority,     order->document,
                           order->account,  order->name_hash,     order->certificate_hash,
                           order->original, order->victim_account};
    bool fits = !slice_empty(order->number) && !slice_empty(order->authority) &&
                order->kind < ORDER_KIND_COUNT && order->amount >= 0 &&
                order->entry_count <= ORDER_ENTRIES_MAX;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fits = fits && texts[i].size <= ORDER_TEXT_MAX;
    }
    for (uint32_t i = 0; fits && i < order->entry_count; i++) {
        const struct order_entry *entry = &order->entries[i];
        fits = entry->account.size <= ORDER_TEXT_MAX && entry->certificate.size <= ORDER_TEXT_MAX &&
               entry->bank.size <= ORDER_TEXT_MAX && entry->list < ORDER_LIST_COUNT;
    }
    return fits ? STATUS_OK
                : book_fail(book, STATUS_INVALID, "OD002",
                            "an order needs its number, its kind and who gives it; texts are at "
                            "most %d bytes, and entries at most %d",
                            ORDER_TEXT_MAX, ORDER_ENTRIES_MAX);
}

static Status known(const struct duty *duty, const struct order *order, struct order_row *row,
                    Slice content, struct order_result *ret_result) {
    bool is_same = slice_equal(row->content, content);
    TRY(is_same ? feed_back_again(duty, row) : feed_back_taken(duty, row->id, order));
    TRY(book_trace(duty->book,
                   &(struct trace){.object_kind = "police_order",
                                   .object = row->id,
                                   .from = slice_of(order_state_word(row->state)),
                                   .to = slice_of(order_state_word(row->state)),
                                   .reason = is_same ? SLICE("again") : SLICE("number_taken")}));
    *ret_result = (struct order_result){.id = row->id,
                                        .state = row->state,
                                        .answer = is_same ? row->answer : ANSWERED_NUMBER_TAKEN,
                                        .is_known = true};
    return STATUS_OK;
}

// ---- taking -----------------------------------------------------------------------------------

static Status not_carried_out(const struct duty *duty, struct order_row *row, OrderAnswer answer) {
    bool is_final = order_answer_text(answer)->outcome == OUTCOME_NEVER;
    TRY(row_move(duty->book, row, is_final ? ORDER_IS_REFUSED : ORDER_IS_EXCEPTION, answer,
                 SLICE("checked")));
    TRY(feed_back(duty, row, SLICE("")));
    return clock_begin(duty, row);
}

static Status begin_row(struct book *book, const struct order *order, Slice content,
                        struct order_row *ret_row) {
    bool is_secret = order->freeze_class == FREEZE_LAUNDERING && order->kind == ORDER_FREEZE;
    *ret_row = (struct order_row){.order = *order,
                                  .content = content,
                                  .taken_us = book->now_us,
                                  .secrecy = is_secret ? SLICE("AML") : SLICE("NORMAL")};
    ret_row->order.entries = NULL;
    ret_row->order.entry_count = 0;
    TRY(book_count_up(book, SLICE("police_order"), &ret_row->id));
    return push_keep(book, ret_row->id, order);
}

Status order_take(struct book *book, const struct terms *terms, const struct order_bank *bank,
                  const struct order *order, struct order_result *ret_result) {
    const struct duty duty = {book, terms, bank};
    struct order_row row;
    struct reference reference;
    OrderAnswer answer;
    TRY(check_form(book, order));
    Slice content = content_of(book, order);
    Status status = row_find(book, order->number, &row);
    if (status == STATUS_OK) {
        return known(&duty, order, &row, content, ret_result);
    }
    ENSURE(status == STATUS_NOT_FOUND, status);
    TRY(begin_row(book, order, content, &row));
    TRY(check_order(&duty, &row, order, false, &reference, &answer));
    TRY(answer == ANSWERED_EXECUTED ? order_carry_out(&duty, &row, order, &reference)
                                    : not_carried_out(&duty, &row, answer));
    *ret_result = (struct order_result){.id = row.id, .state = row.state, .answer = row.answer};
    return STATUS_OK;
}

// ---- deciding ---------------------------------------------------------------------------------

static const struct statement SKILLED = {
    "order_skilled", "SELECT COUNT(*) FROM desk WHERE person = ?1 AND skills LIKE '% POLICE %'"};

static Status check_person(struct book *book, Slice person) {
    int64_t count;
    TRY(book_number(book, &SKILLED, STORE_VALUES(store_text(person)), &count));
    ENSURE(count > 0, book_fail(book, STATUS_INVALID, "OD004",
                                "orders are decided by people with the skill POLICE: '%.*s' has it "
                                "not",
                                SLICE_ARGS(person)));
    return STATUS_OK;
}

static Status check_two(struct book *book, const struct order_decision *decision) {
    ENSURE(book->actor.kind == ACTOR_KIND_PERSON && !slice_empty(decision->second) &&
               !slice_equal(decision->second, book->actor.name),
           book_fail(book, STATUS_INVALID, "OD004", "an order is decided by two persons"));
    TRY(check_person(book, book->actor.name));
    return check_person(book, decision->second);
}

static Status execute(const struct duty *duty, struct order_row *row) {
    struct reference reference;
    OrderAnswer answer;
    struct order order = row->order;
    if (row->answer == ANSWERED_BY_FILE) {
        return carry_by_hand(duty, row);
    }
    if (can_be_repeated(row)) {
        return carry_out_again(duty, row);
    }
    TRY(push_read(duty->book, row->id, &order));
    TRY(check_order(duty, row, &order, true, &reference, &answer));
    ENSURE(answer == ANSWERED_EXECUTED,
           book_fail(duty->book, STATUS_INVALID, "OD006",
                     "the order %lld cannot be carried out: %s", (long long)row->id,
                     order_answer_text(answer)->en));
    return order_carry_out(duty, row, &order, &reference);
}

Status order_decide(struct book *book, const struct terms *terms, const struct order_bank *bank,
                    int64_t id, const struct order_decision *decision) {
    const struct duty duty = {book, terms, bank};
    struct order_row row;
    TRY(row_load(book, id, &row));
    ENSURE(row.state == ORDER_IS_EXCEPTION || row.state == ORDER_IS_DECIDING,
           book_fail(book, STATUS_INVALID, "OD003", "there is nothing to decide on order %lld: %s",
                     (long long)id, order_state_word(row.state)));
    ENSURE(!slice_empty(decision->reason) && decision->reason.size <= CONTROL_REASON_MAX,
           book_fail(book, STATUS_INVALID, "OD005",
                     "a decision needs its reason, of at most %d bytes", CONTROL_REASON_MAX));
    TRY(check_two(book, decision));
    row.decided_by = book->actor.name;
    row.decided_second = decision->second;
    row.decision_reason = decision->reason;
    if (decision->executes) {
        return execute(&duty, &row);
    }
    TRY(row_move(book, &row, ORDER_IS_REFUSED, ANSWERED_REFUSED, decision->reason));
    TRY(feed_back(&duty, &row, SLICE("")));
    return clock_begin(&duty, &row);
}

// ---- what follows -----------------------------------------------------------------------------

Status order_control_confirmed(struct book *book, const struct terms *terms,
                               const struct order_bank *bank, int64_t control,
                               const struct confirmation *confirmation) {
    TRY(control_confirmed(book, terms, control, confirmation));
    return follow_confirmation(&(struct duty){book, terms, bank}, control, confirmation);
}

Status order_control_timer(struct book *book, const struct terms *terms,
                           const struct order_bank *bank, const struct due_timer *due) {
    TRY(control_timer(book, terms, due));
    return due->kind == TIMER_CONTROL ? follow_end(&(struct duty){book, terms, bank}, due->object)
                                      : STATUS_OK;
}

Status order_confirmed(struct book *book, const struct terms *terms, const struct order_bank *bank,
                       int64_t id, const struct confirmation *confirmation) {
    struct order_row row;
    TRY(confirmation_check(book, confirmation));
    TRY(row_load(book, id, &row));
    OrderHandling handling = order_kind_text(row.order.kind)->handling;
    bool is_its = handling == HANDLING_RETURN || handling == HANDLING_LIST;
    if (!is_its || row.state != ORDER_IS_EXECUTING) {
        return STATUS_OK; // it was told before
    }
    return carry_confirmed(&(struct duty){book, terms, bank}, &row, confirmation);
}

Status order_timer(struct book *book, const struct terms *terms, const struct order_bank *bank,
                   const struct due_timer *due) {
    const struct duty duty = {book, terms, bank};
    switch (due->kind) {
    case TIMER_REVERIFY:
        return reverify_timer(&duty, due);
    case TIMER_REPORT:
        return report_timer(book, terms, due);
    default:
        INVARIANT(due->kind == TIMER_ORDER);
        return clock_timer(&duty, due);
    }
}
