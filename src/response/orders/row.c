// The row of an order.

#include "response/orders/duty.h"

static const struct statement BY_ID = {
    "order_by_id", "SELECT " ORDER_COLUMNS " FROM seen_order WHERE viewer = ?1 AND id = ?2"};
static const struct statement BY_NUMBER = {
    "order_by_number", "SELECT " ORDER_COLUMNS " FROM police_order WHERE number = ?1"};
static const struct statement KEEP = {
    "order_keep",
    "INSERT INTO police_order (id, number, kind, authority, is_city_level, document, is_signed, "
    "ordered_us, account, name_hash, certificate_hash, amount, moved_us, from_us, until_us, "
    "freeze_class, original, victim_account, content, target, customer, state, answer, problem, "
    "control, taken_us, state_us, answered_us, executed_us, due_us, feedback, decided_by, "
    "decided_second, decision_reason, message, pages, secrecy) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
    "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, "
    "?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37) ON CONFLICT (id) DO UPDATE SET target "
    "= "
    "excluded.target, customer = excluded.customer, state = excluded.state, answer = "
    "excluded.answer, problem = excluded.problem, control = excluded.control, state_us = "
    "excluded.state_us, answered_us = excluded.answered_us, executed_us = excluded.executed_us, "
    "due_us = excluded.due_us, feedback = excluded.feedback, decided_by = excluded.decided_by, "
    "decided_second = excluded.decided_second, decision_reason = excluded.decision_reason, message "
    "= excluded.message, pages = excluded.pages"};

static struct order read_order(struct book *book) {
    return (struct order){.number = book_text(book, 1),
                          .authority = book_text(book, 3),
                          .is_city_level = book_i64(book, 4) != 0,
                          .document = book_text(book, 5),
                          .is_signed = book_i64(book, 6) != 0,
                          .ordered_us = book_i64(book, 7),
                          .account = book_text(book, 8),
                          .name_hash = book_text(book, 9),
                          .certificate_hash = book_text(book, 10),
                          .amount = book_i64(book, 11),
                          .moved_us = book_i64(book, 12),
                          .from_us = book_i64(book, 13),
                          .until_us = book_i64(book, 14),
                          .original = book_text(book, 16),
                          .victim_account = book_text(book, 17)};
}

Status row_read(struct book *book, struct order_row *ret_row) {
    *ret_row = (struct order_row){.order = read_order(book),
                                  .id = book_i64(book, 0),
                                  .content = book_text(book, 18),
                                  .target = book_text(book, 19),
                                  .customer = book_text(book, 20),
                                  .problem = book_text(book, 23),
                                  .control = book_i64(book, 24),
                                  .taken_us = book_i64(book, 25),
                                  .state_us = book_i64(book, 26),
                                  .answered_us = book_i64(book, 27),
                                  .executed_us = book_i64(book, 28),
                                  .due_us = book_i64(book, 29),
                                  .feedback = book_text(book, 30),
                                  .decided_by = book_text(book, 31),
                                  .decided_second = book_text(book, 32),
                                  .decision_reason = book_text(book, 33),
                                  .message = book_i64(book, 34),
                                  .pages = book_i64(book, 35),
                                  .secrecy = book_text(book, 36)};
    bool ok = order_kind_parse(book_text(book, 2), &ret_row->order.kind) &&
              freeze_class_parse(book_text(book, 15), &ret_row->order.freeze_class) &&
              order_state_parse(book_text(book, 21), &ret_row->state) &&
              order_answer_parse(book_text(book, 22), &ret_row->answer);
    return ok ? STATUS_OK
              : book_fail(book, STATUS_INVALID, "CT006",
                          "the store holds a word that this program does not know");
}

Status order_load(struct book *book, int64_t viewer, int64_t id, struct order_row *ret_order) {
    Status status = book_one(book, &BY_ID, STORE_VALUES(store_i64(viewer), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "OD001", "there is no order %lld", (long long)id);
    }
    TRY(status);
    return row_read(book, ret_order);
}

Status row_load(struct book *book, int64_t id, struct order_row *ret_row) {
    return order_load(book, CLEARANCE_ALL, id, ret_row);
}

Status row_find(struct book *book, Slice number, struct order_row *ret_row) {
    TRY(book_one(book, &BY_NUMBER, STORE_VALUES(store_text(number))));
    return row_read(book, ret_row);
}

static StoreValue word(const char *text) {
    return store_text(slice_of(text));
}

Status row_keep(struct book *book, const struct order_row *row) {
    const struct order *order = &row->order;
    return book_run(
        book, &KEEP,
        STORE_VALUES(store_i64(row->id), store_text(order->number),
                     word(order_kind_text(order->kind)->word), store_text(order->authority),
                     store_i64(order->is_city_level), store_text(order->document),
                     store_i64(order->is_signed), store_i64(order->ordered_us),
                     store_text(order->account), store_text(order->name_hash),
                     store_text(order->certificate_hash), store_i64(order->amount),
                     store_number(order->moved_us), store_number(order->from_us),
                     store_number(order->until_us), word(freeze_class_word(order->freeze_class)),
                     store_text(order->original), store_text(order->victim_account),
                     store_text(row->content), store_text(row->target), store_text(row->customer),
                     word(order_state_word(row->state)), word(order_answer_text(row->answer)->word),
                     store_text(row->problem), store_number(row->control), store_i64(row->taken_us),
                     store_i64(row->state_us), store_number(row->answered_us),
                     store_number(row->executed_us), store_number(row->due_us),
                     store_text(row->feedback), store_text(row->decided_by),
                     store_text(row->decided_second), store_text(row->decision_reason),
                     store_i64(row->message), store_i64(row->pages), store_text(row->secrecy)));
}

static Status describe(struct book *book, const struct order_row *row, Slice *ret_text) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("answer"), slice_of(order_answer_text(row->answer)->word));
    put_text(json, SLICE("problem"), row->problem);
    put_number(json, SLICE("control"), row->control);
    put_moment(json, SLICE("executed"), row->executed_us);
    put_text(json, SLICE("second"), row->decided_second);
    json_object_end(json);
    return rendering_end(&out, book, ret_text);
}

Status row_move(struct book *book, struct order_row *row, OrderState state, OrderAnswer answer,
                Slice reason) {
    bool is_new = row->state_us == 0;
    Slice from = is_new ? SLICE("") : slice_of(order_state_word(row->state));
    Slice detail;
    if (is_new || row->state != state) {
        row->state_us = book->now_us;
        row->pages = 0;
    }
    row->state = state;
    row->answer = answer;
    TRY(row_keep(book, row));
    TRY(describe(book, row, &detail));
    return book_trace(book, &(struct trace){.object_kind = "police_order",
                                            .object = row->id,
                                            .from = from,
                                            .to = slice_of(order_state_word(state)),
                                            .reason = reason,
                                            .detail = detail});
}
