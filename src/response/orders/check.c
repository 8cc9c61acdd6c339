// Checking: whether an order has what it needs, and agrees with what the bank knows.
//
// The checks stand in a row, each gives ANSWERED_EXECUTED where nothing speaks against it. The
// first that does not decides, but where two persons have decided, what persons may overrule is
// passed over. What the law itself forbids nobody overrules.

#include "response/orders/duty.h"

#define X(name, word, zh, en) word,
static const char *const element_words[] = {ORDER_ELEMENTS(X)};
#undef X

int64_t freeze_months_of(const struct terms *terms, FreezeClass class) {
    switch (class) {
    case FREEZE_MAJOR:
        return terms->freeze_months_major;
    case FREEZE_SECURITIES:
        return terms->freeze_months_securities;
    default:
        return terms->freeze_months;
    }
}

int64_t freeze_end(const struct terms *terms, FreezeClass class, int64_t from_us) {
    return class == FREEZE_LAUNDERING
               ? from_us + terms->aml_temp_freeze_hours * US_PER_HOUR
               : months_later(terms, from_us, freeze_months_of(terms, class));
}

// ---- what is in the order itself --------------------------------------------------------------

static uint32_t elements_of(const struct order *order) {
    const struct {
        OrderElement element;
        bool is_there;
    } all[] = {
        {ELEMENT_ACCOUNT, !slice_empty(order->account)},
        {ELEMENT_NAME, !slice_empty(order->name_hash)},
        {ELEMENT_CERTIFICATE, !slice_empty(order->certificate_hash)},
        {ELEMENT_AMOUNT, order->amount > 0},
        {ELEMENT_MOVED, order->moved_us != 0},
        {ELEMENT_FROM, order->from_us != 0},
        {ELEMENT_UNTIL, order->until_us != 0},
        {ELEMENT_ORIGINAL, !slice_empty(order->original)},
        {ELEMENT_VICTIM, !slice_empty(order->victim_account)},
        {ELEMENT_DOCUMENT, !slice_empty(order->document)},
        {ELEMENT_ENTRIES, order->entry_count > 0},
        {ELEMENT_SIGNATURE, true}, // asked for below, with an answer of its own
    };
    uint32_t set = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        set |= all[i].is_there ? 1u << all[i].element : 0;
    }
    return set;
}

static OrderAnswer check_elements(struct order_row *row, const struct order *order) {
    uint32_t missing = order_kind_text(order->kind)->elements & ~elements_of(order);
    for (uint32_t i = 0; i < ELEMENT_COUNT; i++) {
        if ((missing & (1u << i)) != 0) {
            row->problem = slice_of(element_words[i]);
            return ANSWERED_ELEMENT_MISSING;
        }
    }
    return ANSWERED_EXECUTED;
}

static OrderAnswer check_signature(const struct order *order) {
    bool needs = (order_kind_text(order->kind)->elements & (1u << ELEMENT_SIGNATURE)) != 0;
    return needs && !order->is_signed ? ANSWERED_NOT_SIGNED : ANSWERED_EXECUTED;
}

static OrderAnswer check_approval(const struct order *order) {
    bool needs = order->kind == ORDER_FREEZE && order->freeze_class == FREEZE_MAJOR;
    return needs && !order->is_city_level ? ANSWERED_NO_APPROVAL : ANSWERED_EXECUTED;
}

static OrderAnswer check_period(const struct duty *duty, const struct order *order) {
    bool is_period = order->from_us != 0 && order->until_us != 0;
    if (is_period && order->until_us <= order->from_us) {
        return ANSWERED_TOO_LONG;
    }
    bool is_watch = order->kind == ORDER_QUERY_DYNAMIC;
    if (order->kind != ORDER_FREEZE && !is_watch) {
        return ANSWERED_EXECUTED;
    }
    int64_t now_us = duty->book->now_us;
    int64_t last_us = is_watch ? INT64_MAX : freeze_end(duty->terms, order->freeze_class, now_us);
    bool fits = order->until_us == 0 || (order->until_us > now_us && order->until_us <= last_us);
    return fits ? ANSWERED_EXECUTED : ANSWERED_TOO_LONG;
}

static OrderAnswer check_entries(const struct order *order) {
    for (uint32_t i = 0; i < order->entry_count; i++) {
        const struct order_entry *entry = &order->entries[i];
        bool ends_first = entry->until_us != 0 && entry->until_us <= entry->from_us;
        if (slice_empty(entry->account) || ends_first) {
            return ANSWERED_ELEMENT_MISSING;
        }
    }
    return ANSWERED_EXECUTED;
}

// ---- what the bank knows ----------------------------------------------------------------------

static OrderAnswer compare(Slice said, Slice known, OrderAnswer differs) {
    return slice_empty(said) || slice_equal(said, known) ? ANSWERED_EXECUTED
           : slice_empty(known)                          ? ANSWERED_HOLDER_UNKNOWN
                                                         : differs;
}

static Status check_holder(const struct duty *duty, struct order_row *row,
                           const struct order *order, bool by_persons, OrderAnswer *ret_answer) {
    struct order_holder holder = {0};
    *ret_answer = ANSWERED_EXECUTED;
    if (slice_empty(order->account)) {
        return STATUS_OK;
    }
    Status status =
        duty->bank->holder(duty->bank->context, order->account, duty->book->arena, &holder);
    if (status == STATUS_NOT_FOUND) {
        *ret_answer = ANSWERED_NO_ACCOUNT;
        return STATUS_OK;
    }
    TRY(status);
    row->target = slice_empty(holder.account) ? order->account : holder.account;
    row->customer = holder.customer;
    if (by_persons) {
        return STATUS_OK;
    }
    *ret_answer = compare(order->name_hash, holder.name_hash, ANSWERED_NAME_DIFFERS);
    if (*ret_answer == ANSWERED_EXECUTED) {
        *ret_answer =
            compare(order->certificate_hash, holder.certificate_hash, ANSWERED_CERTIFICATE_DIFFERS);
    }
    return STATUS_OK;
}

static Status check_movement(const struct duty *duty, const struct order_row *row,
                             const struct order *order, OrderAnswer *ret_answer) {
    *ret_answer = ANSWERED_EXECUTED;
    if (order->kind != ORDER_STOP_PAY) {
        return STATUS_OK;
    }
    Status status =
        duty->bank->movement(duty->bank->context, row->target, order->amount, order->moved_us);
    if (status == STATUS_NOT_FOUND) {
        *ret_answer = ANSWERED_NO_MOVEMENT;
        return STATUS_OK;
    }
    return status;
}

static const struct statement STOPS = {
    "order_stops", "SELECT COUNT(*) FROM control WHERE target_kind = 'account' AND target = ?1 AND "
                   "measure = 'STOP_PAY' AND state <> 'FAILED'"};

static Status check_stops(const struct duty *duty, const struct order_row *row,
                          const struct order *order, OrderAnswer *ret_answer) {
    int64_t count = 0;
    if (order->kind == ORDER_STOP_PAY || order->kind == ORDER_STOP_PAY_RENEW) {
        TRY(book_number(duty->book, &STOPS, STORE_VALUES(store_text(row->target)), &count));
    }
    *ret_answer = count < duty->terms->stop_pay_max_times ? ANSWERED_EXECUTED : ANSWERED_THIRD_STOP;
    return STATUS_OK;
}

// ---- what it refers to ------------------------------------------------------------------------

static Status find_reference(const struct duty *duty, const struct order *order,
                             struct reference *reference) {
    reference->is_there = false;
    if (slice_empty(order->original)) {
        return STATUS_OK;
    }
    Status status = row_find(duty->book, order->original, &reference->row);
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    if (reference->row.control == 0) {
        return STATUS_OK;
    }
    reference->is_there = true;
    return control_load(duty->book, CLEARANCE_ALL, reference->row.control, &reference->control);
}

static bool is_stop(OrderKind kind) {
    return kind == ORDER_STOP_PAY || kind == ORDER_STOP_PAY_RENEW;
}

// A stop is renewed and released as a stop, a freeze as a freeze, and only from a freeze is money
// returned.
static bool fits_kind(OrderKind kind, OrderKind original) {
    bool of_stop = kind == ORDER_STOP_PAY_RENEW || kind == ORDER_STOP_PAY_RELEASE;
    return of_stop ? is_stop(original) : original == ORDER_FREEZE;
}

static OrderAnswer check_reference(struct order_row *row, const struct order *order,
                                   const struct reference *reference) {
    if ((order_kind_text(order->kind)->elements & (1u << ELEMENT_ORIGINAL)) == 0) {
        return ANSWERED_EXECUTED;
    }
    bool fits = reference->is_there && fits_kind(order->kind, reference->row.order.kind) &&
                (slice_empty(row->target) || slice_equal(row->target, reference->row.target));
    if (fits) {
        row->target = reference->row.target; // it may have named the other order alone
        row->customer = reference->row.customer;
        row->secrecy = reference->row.secrecy;
    }
    return fits ? ANSWERED_EXECUTED : ANSWERED_NO_ORIGINAL;
}

static OrderAnswer check_authority(const struct order *order, const struct reference *reference) {
    bool needs = order_kind_text(order->kind)->handling == HANDLING_RENEW ||
                 order_kind_text(order->kind)->handling == HANDLING_RELEASE;
    return needs && !slice_equal(order->authority, reference->row.order.authority)
               ? ANSWERED_OTHER_AUTHORITY
               : ANSWERED_EXECUTED;
}

static OrderAnswer check_state(const struct duty *duty, const struct order *order,
                               const struct reference *reference) {
    const struct control *control = &reference->control;
    OrderHandling handling = order_kind_text(order->kind)->handling;
    bool is_open = control->state == CONTROL_ASKED || control->state == CONTROL_IN_FORCE ||
                   control->state == CONTROL_WAITING;
    bool is_over = control->ends_us != 0 && control->ends_us <= duty->book->now_us;
    if (handling == HANDLING_RELEASE) {
        return is_open ? ANSWERED_EXECUTED : ANSWERED_NOT_IN_FORCE;
    }
    if (handling != HANDLING_RENEW && handling != HANDLING_RETURN) {
        return ANSWERED_EXECUTED;
    }
    if (handling == HANDLING_RENEW && (control->state == CONTROL_EXPIRED || is_over)) {
        return ANSWERED_AFTER_ITS_END;
    }
    return control->state == CONTROL_IN_FORCE && !is_over ? ANSWERED_EXECUTED
                                                          : ANSWERED_NOT_IN_FORCE;
}

// At most as long again; a temporary freeze is not renewed.
static OrderAnswer check_renewal(const struct duty *duty, const struct order *order,
                                 const struct reference *reference) {
    bool is_temporary = reference->row.order.freeze_class == FREEZE_LAUNDERING;
    if (order->kind == ORDER_FREEZE_RENEW && is_temporary) {
        return ANSWERED_TOO_LONG;
    }
    if (order->kind != ORDER_FREEZE_RENEW || order->until_us == 0) {
        return ANSWERED_EXECUTED;
    }
    int64_t ends_us = reference->control.ends_us;
    int64_t last_us = freeze_end(duty->terms, reference->row.order.freeze_class, ends_us);
    return order->until_us > ends_us && order->until_us <= last_us ? ANSWERED_EXECUTED
                                                                   : ANSWERED_TOO_LONG;
}

static const struct statement RETURNED = {
    "order_returned",
    "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM police_order WHERE kind = "
    "'DEDUCT_RETURN' AND control = ?1 AND id <> ?2 AND state IN ('DONE', 'EXECUTING')"};

static Status check_return(const struct duty *duty, const struct order_row *row,
                           const struct order *order, const struct reference *reference,
                           OrderAnswer *ret_answer) {
    int64_t returned;
    int64_t there = 0;
    *ret_answer = ANSWERED_EXECUTED;
    if (order->kind != ORDER_DEDUCT_RETURN) {
        return STATUS_OK;
    }
    TRY(book_number(duty->book, &RETURNED,
                    STORE_VALUES(store_i64(reference->control.id), store_i64(row->id)), &returned));
    Status status = duty->bank->balance(duty->bank->context, row->target, &there);
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    bool is_part = reference->control.ask.amount != CONTROL_WHOLE;
    int64_t frozen = is_part ? reference->control.ask.amount - returned : there;
    if (order->amount > frozen || order->amount > there) {
        *ret_answer = ANSWERED_MORE_THAN_FROZEN;
    }
    return STATUS_OK;
}

// ---- all of them ------------------------------------------------------------------------------

static bool speaks_against(OrderAnswer answer, bool by_persons) {
    return answer != ANSWERED_EXECUTED &&
           !(by_persons && order_answer_text(answer)->outcome == OUTCOME_PERSON);
}

#define PASS(answer)                                                                               \
    do {                                                                                           \
        *ret_answer = (answer);                                                                    \
        if (speaks_against(*ret_answer, by_persons)) {                                             \
            return STATUS_OK;                                                                      \
        }                                                                                          \
    } while (0)

static Status check_against_bank(const struct duty *duty, struct order_row *row,
                                 const struct order *order, bool by_persons,
                                 OrderAnswer *ret_answer) {
    OrderAnswer answer;
    TRY(check_holder(duty, row, order, by_persons, &answer));
    PASS(answer);
    TRY(check_movement(duty, row, order, &answer));
    PASS(answer);
    TRY(check_stops(duty, row, order, &answer));
    PASS(answer);
    return STATUS_OK;
}

static Status check_against_orders(const struct duty *duty, struct order_row *row,
                                   const struct order *order, bool by_persons,
                                   struct reference *reference, OrderAnswer *ret_answer) {
    OrderAnswer answer;
    PASS(check_reference(row, order, reference));
    PASS(check_authority(order, reference));
    PASS(check_state(duty, order, reference));
    PASS(check_renewal(duty, order, reference));
    TRY(check_return(duty, row, order, reference, &answer));
    PASS(answer);
    return STATUS_OK;
}

Status check_order(const struct duty *duty, struct order_row *row, const struct order *order,
                   bool by_persons, struct reference *reference, OrderAnswer *ret_answer) {
    *reference = (struct reference){0};
    PASS(check_elements(row, order));
    PASS(check_signature(order));
    PASS(check_approval(order));
    PASS(check_period(duty, order));
    PASS(check_entries(order));
    TRY(check_against_bank(duty, row, order, by_persons, ret_answer));
    if (speaks_against(*ret_answer, by_persons)) {
        return STATUS_OK;
    }
    TRY(find_reference(duty, order, reference));
    TRY(check_against_orders(duty, row, order, by_persons, reference, ret_answer));
    if (!speaks_against(*ret_answer, by_persons)) {
        *ret_answer = ANSWERED_EXECUTED;
    }
    return STATUS_OK;
}
