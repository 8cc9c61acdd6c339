// Orders of authorities among the events, and what the bank knows when it checks them.
//
// The gateway of the police platform sends orders as events of the stream, so that the engine decides on them at once and a replay sees them. What the events carry is what is checked; an
// order that comes through the API carries more (response/orders).

#include "response/desk/parts.h"

static const struct statement HOLDER = {"desk_holder", "SELECT customer, branch FROM opening WHERE account = ?1 ORDER BY opened_us DESC LIMIT 1"};
static const struct statement OWNER = {"desk_owner", "SELECT payer_customer FROM movement WHERE payer = ?1 AND payer_customer <> '' ORDER BY time_us DESC LIMIT 1"};
static const struct statement RECEIVER = {"desk_receiver", "SELECT payee_customer FROM movement WHERE payee = ?1 AND payee_customer <> '' ORDER BY time_us DESC LIMIT 1"};
static const struct statement MOVEMENT = {"desk_movement", "SELECT 1 FROM movement WHERE (payer = ?1 OR payee = ?1) AND amount = ?2 AND time_us BETWEEN ?3 AND ?4 LIMIT 1"};
static const struct statement MOVEMENTS = {
    "desk_movements", "SELECT time_us, payer, payee, amount, kind, channel, event_id FROM movement WHERE (payer = ?1 OR payee = ?1) AND time_us >= ?2 AND time_us < ?3 ORDER BY time_us LIMIT 10000"};

#define MOVEMENT_NEAR_US (10 * US_PER_MINUTE) // clocks of two banks, and the minute that a victim remembers

Status arrived_take(struct desk *desk, struct book *book, const struct event *event) {
    OrderKind kind;
    struct order_result result;
    Slice word = desk_role(desk, event, EVENT_ROLE_ORDER, book->arena);
    const struct schema *schema = event->schema;
    bool is_request = schema->phase == SCHEMA_NONE || !event_has(event, schema->phase) || event->cells[schema->phase].integer == schema->phase_request;
    if (slice_empty(word) || !is_request || !order_kind_parse(word, &kind)) {
        return STATUS_OK;
    }
    struct order order = {
        .number = desk_role(desk, event, EVENT_ROLE_ORDER_NUMBER, book->arena),
        .kind = kind,
        .authority = desk_role(desk, event, EVENT_ROLE_ORDER_AUTHORITY, book->arena),
        .document = desk_role(desk, event, EVENT_ROLE_ORDER_DOCUMENT, book->arena),
        .is_signed = true, // the gateway lets nothing else through
        .ordered_us = event->time_us,
        .account = desk_role(desk, event, EVENT_ROLE_ACCOUNT, book->arena),
        .name_hash = desk_role(desk, event, EVENT_ROLE_NAME_HASH, book->arena),
        .certificate_hash = desk_role(desk, event, EVENT_ROLE_CERTIFICATE, book->arena),
        .amount = desk_role_number(desk, event, EVENT_ROLE_ORDER_AMOUNT, CONTROL_WHOLE),
        .from_us = desk_role_number(desk, event, EVENT_ROLE_ORDER_START, 0),
        .until_us = desk_role_number(desk, event, EVENT_ROLE_ORDER_END, 0),
    };
    return order_take(book, desk->options.terms, &desk->bank, &order, &result);
}

// ---- what the bank knows ----------------------------------------------------------------------------------------------------

static Status customer_of(struct book *book, const struct statement *statement, Slice account, Slice *ret_customer) {
    Status status = book_one(book, statement, STORE_VALUES(store_text(account)));
    if (status == STATUS_OK) {
        *ret_customer = book_text(book, 0);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status holder(void *context, Slice account, struct arena *arena, struct order_holder *ret_holder) {
    struct desk *desk = context;
    *ret_holder = (struct order_holder){0};
    Status status = book_one(desk->book, &HOLDER, STORE_VALUES(store_text(account)));
    if (status == STATUS_OK) {
        ret_holder->customer = arena_copy(arena, store_column_text(desk->book->store, 0));
        ret_holder->branch = arena_copy(arena, store_column_text(desk->book->store, 1));
    } else if (status != STATUS_NOT_FOUND) {
        return status;
    } else {
        TRY(customer_of(desk->book, &OWNER, account, &ret_holder->customer));
    }
    if (slice_empty(ret_holder->customer)) {
        TRY(customer_of(desk->book, &RECEIVER, account, &ret_holder->customer));
    }
    if (slice_empty(ret_holder->customer)) {
        return STATUS_NOT_FOUND;
    }
    return names_of(desk->book, ret_holder->customer, arena, &ret_holder->name_hash, &ret_holder->certificate_hash);
}

static Status movement(void *context, Slice account, int64_t amount, int64_t at_us) {
    struct desk *desk = context;
    return book_one(desk->book, &MOVEMENT, STORE_VALUES(store_text(account), store_i64(amount), store_i64(at_us - MOVEMENT_NEAR_US), store_i64(at_us + MOVEMENT_NEAR_US)));
}

static Status balance(void *context, Slice account, int64_t *ret_fen) {
    (void)context;
    (void)account;
    (void)ret_fen;
    return STATUS_NOT_FOUND; // the core bank adds it when it confirms
}

static Status answer(void *context, const struct order *order, struct json_writer *json) {
    struct desk *desk = context;
    Status status;
    int64_t until_us = order->until_us == 0 ? desk->book->now_us : order->until_us;
    TRY(book_ask(desk->book, &MOVEMENTS, STORE_VALUES(store_text(order->account), store_i64(order->from_us), store_i64(until_us))));
    json_array_begin(json);
    while ((status = book_next(desk->book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("time_us"), book_i64(desk->book, 0));
        json_key_string(json, SLICE("payer"), store_column_text(desk->book->store, 1));
        json_key_string(json, SLICE("payee"), store_column_text(desk->book->store, 2));
        json_key_i64(json, SLICE("amount"), book_i64(desk->book, 3));
        json_key_string(json, SLICE("kind"), store_column_text(desk->book->store, 4));
        json_key_string(json, SLICE("channel"), store_column_text(desk->book->store, 5));
        json_key_string(json, SLICE("event_id"), store_column_text(desk->book->store, 6));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

void arrived_bank(struct desk *desk) {
    desk->bank = (struct order_bank){.context = desk, .holder = holder, .movement = movement, .balance = balance, .answer = answer};
}
