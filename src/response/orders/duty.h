#pragma once
// Duty: what all of this room's work on an order has at hand, and the order's row.

#include "response/orders/orders.h"

struct duty {
    struct book *book;
    const struct terms *terms;
    const struct order_bank *bank;
};

// In the order in which row_read() takes them.
#define ORDER_COLUMNS                                                                              \
    "id, number, kind, authority, is_city_level, document, is_signed, ordered_us, account, "       \
    "name_hash, certificate_hash, amount, COALESCE(moved_us, 0), COALESCE(from_us, 0), "           \
    "COALESCE(until_us, 0), freeze_class, original, victim_account, content, target, customer, "   \
    "state, answer, problem, COALESCE(control, 0), taken_us, state_us, COALESCE(answered_us, 0), " \
    "COALESCE(executed_us, 0), COALESCE(due_us, 0), feedback, decided_by, decided_second, "        \
    "decision_reason, message, pages, secrecy"

MUST_USE Status row_read(struct book *book, struct order_row *ret_row);
MUST_USE Status row_load(struct book *book, int64_t id, struct order_row *ret_row);
// STATUS_NOT_FOUND.
MUST_USE Status row_find(struct book *book, Slice number, struct order_row *ret_row);
MUST_USE Status row_keep(struct book *book, const struct order_row *row);
// Into a state with an answer, with its trace; kept.
MUST_USE Status row_move(struct book *book, struct order_row *row, OrderState state,
                         OrderAnswer answer, Slice reason);

// ---- checking ---------------------------------------------------------------------------------

// What an order refers to: the row of the other order, and its measure.
struct reference {
    struct order_row row;
    struct control control;
    bool is_there;
};

// Whether it agrees with what the bank knows: ANSWERED_EXECUTED, or why not. `row` gets target and
// customer. With `by_persons`, what two persons may overrule is passed over.
MUST_USE Status check_order(const struct duty *duty, struct order_row *row,
                            const struct order *order, bool by_persons, struct reference *reference,
                            OrderAnswer *ret_answer);
// The longest a freeze of that class may last from a moment on.
int64_t freeze_end(const struct terms *terms, FreezeClass class, int64_t from_us);
int64_t freeze_months_of(const struct terms *terms, FreezeClass class);

// ---- carrying out -----------------------------------------------------------------------------

// What was checked, or what two persons have decided.
MUST_USE Status order_carry_out(const struct duty *duty, struct order_row *row, const struct order *order,
                          const struct reference *reference);
// The core bank could not, and knows of it: asked again as it stands.
bool can_be_repeated(const struct order_row *row);
MUST_USE Status carry_out_again(const struct duty *duty, struct order_row *row);
// People have done it by hand, and say so.
MUST_USE Status carry_by_hand(const struct duty *duty, struct order_row *row);
// Of one that has no measure of its own.
MUST_USE Status carry_confirmed(const struct duty *duty, struct order_row *row,
                                const struct confirmation *confirmation);
// What a confirmation of a measure, and its end, are for the orders that it belongs to.
MUST_USE Status follow_confirmation(const struct duty *duty, int64_t id,
                                    const struct confirmation *confirmation);
MUST_USE Status follow_end(const struct duty *duty, int64_t id);

// ---- lists, holders, reports ------------------------------------------------------------------

// The entries of LIST_PUSH are kept when it is taken, and read when it is carried out.
MUST_USE Status push_keep(struct book *book, int64_t id, const struct order *order);
MUST_USE Status push_read(struct book *book, int64_t id, struct order *order);
// They come to the lists; accounts of this bank are suspended, and their holders told.
MUST_USE Status push_list(const struct duty *duty, const struct order_row *row,
                          const struct order *order);
MUST_USE Status push_confirmed(const struct duty *duty, const struct order_row *row,
                               const struct confirmation *confirmation, bool *ret_is_whole);
MUST_USE Status reverify_timer(const struct duty *duty, const struct due_timer *due);
MUST_USE Status report_timer(struct book *book, const struct terms *terms,
                             const struct due_timer *due);

// ---- answering --------------------------------------------------------------------------------

// Tells the authority how it stands. `data` is JSON, or empty.
MUST_USE Status feed_back(const struct duty *duty, struct order_row *row, Slice data);
// The same answer once more.
MUST_USE Status feed_back_again(const struct duty *duty, struct order_row *row);
// Of a number that was used for another order, `id`.
MUST_USE Status feed_back_taken(const struct duty *duty, int64_t id, const struct order *order);

// ---- its clock --------------------------------------------------------------------------------

// After each change of state: pages whom it comes to at once, and sets the timer.
MUST_USE Status clock_begin(const struct duty *duty, struct order_row *row);
// The timer to the next page of its state, or to the end of a period.
MUST_USE Status clock_arm(const struct duty *duty, const struct order_row *row);
MUST_USE Status clock_timer(const struct duty *duty, const struct due_timer *due);
