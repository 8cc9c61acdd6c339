// The clock of an order: who is paged while it is not executed or not decided, and the end of what
// it asked for.

#include "response/orders/duty.h"

struct step {
    int64_t after_us; // since it is in its state
    const char *role, *contact;
};
enum { STEPS = 3 };

// An order that agrees has a minute; then the first contact of the duty roster is called, the
// second one when the manual way has not done it either, and then whoever is above both. What does
// not agree comes to the first at once.
static struct step step_of(const struct duty *duty, const struct order_row *row, int64_t index) {
    int64_t manual_us = duty->terms->order_minutes * US_PER_MINUTE;
    bool is_people = row->state == ORDER_IS_EXCEPTION;
    const struct step steps[STEPS] = {
        {is_people ? 0 : duty->terms->order_seconds * US_PER_SECOND, "POLICE_DESK", "A"},
        {manual_us, "POLICE_DESK", "B"},
        {2 * manual_us, "DUTY_DIRECTOR", NULL},
    };
    return steps[index];
}

static bool is_paged(const struct order_row *row) {
    return row->state == ORDER_IS_EXECUTING || row->state == ORDER_IS_EXCEPTION;
}

static Status clear(const struct duty *duty, const struct order_row *row) {
    return book_timer_clear(duty->book, TIMER_ORDER, row->id);
}

Status clock_arm(const struct duty *duty, const struct order_row *row) {
    bool is_watch = row->state == ORDER_IS_DONE && row->order.kind == ORDER_QUERY_DYNAMIC;
    if (is_paged(row) && row->pages < STEPS) {
        return book_timer_set(duty->book, TIMER_ORDER, row->id,
                              row->state_us + step_of(duty, row, row->pages).after_us);
    }
    if (is_watch || (row->state == ORDER_IS_DECIDING && row->pages == 0)) {
        return book_timer_set(duty->book, TIMER_ORDER, row->id, row->due_us);
    }
    return clear(duty, row);
}

static Status page(const struct duty *duty, const struct order_row *row, const char *kind,
                   const char *role, const char *contact) {
    return page_send(duty->book, &(struct page){.kind = kind,
                                                .role = role,
                                                .contact = contact,
                                                .object_kind = "police_order",
                                                .object = row->id,
                                                .problem = row->problem});
}

static Status clock_page(const struct duty *duty, struct order_row *row) {
    bool is_people = row->state == ORDER_IS_EXCEPTION;
    struct step step = step_of(duty, row, row->pages);
    TRY(page(duty, row, is_people ? "order.exception" : "order.unexecuted", step.role,
             step.contact));
    row->pages++;
    TRY(row_keep(duty->book, row));
    return clock_arm(duty, row);
}

static Status watch_ends(const struct duty *duty, struct order_row *row) {
    TRY(row_move(duty->book, row, ORDER_IS_ENDED, ANSWERED_ENDED, SLICE("period")));
    TRY(feed_back(duty, row, SLICE("")));
    return clear(duty, row);
}

static Status return_is_due(const struct duty *duty, struct order_row *row) {
    TRY(page(duty, row, "order.return_due", "DUTY_DIRECTOR", NULL));
    row->pages++;
    TRY(row_keep(duty->book, row));
    return clear(duty, row);
}

// One that waits behind another freeze is late for nobody.
static Status waits_in_queue(const struct duty *duty, const struct order_row *row,
                             bool *ret_waits) {
    struct control control = {0};
    if (row->state == ORDER_IS_EXECUTING && row->control != 0) {
        TRY(control_load(duty->book, CLEARANCE_ALL, row->control, &control));
    }
    *ret_waits = row->control != 0 && control.state == CONTROL_WAITING;
    return STATUS_OK;
}

Status clock_timer(const struct duty *duty, const struct due_timer *due) {
    struct order_row row;
    bool waits;
    TRY(row_load(duty->book, due->object, &row));
    TRY(waits_in_queue(duty, &row, &waits));
    if (row.state == ORDER_IS_DECIDING) {
        return return_is_due(duty, &row);
    }
    if (row.state == ORDER_IS_DONE && row.order.kind == ORDER_QUERY_DYNAMIC) {
        return watch_ends(duty, &row);
    }
    if (!is_paged(&row) || waits || row.pages >= STEPS) {
        return clear(duty, &row);
    }
    return clock_page(duty, &row);
}

Status clock_begin(const struct duty *duty, struct order_row *row) {
    // What does not agree comes to people in the same moment, not with the next round of timers.
    return row->state == ORDER_IS_EXCEPTION && row->pages == 0 ? clock_page(duty, row)
                                                               : clock_arm(duty, row);
}
