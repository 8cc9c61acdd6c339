// The clock of a referral: the package behind an emergency, the receipt, and asking for feedback.
//
// What was told is a mask in the row, so that each reminder is sent once however often the program
// dies; the timer is that of the earliest that is still to come. Feedback is not asked for where
// the authority was heard of since the reminder before, and of several that were missed while
// nobody looked the last one is sent.

#include "response/referral/row.h"

#include "base/time.h"

#include <inttypes.h>

typedef enum Reminder {
    REMINDER_PACKAGE_HALF, // half of the time is over
    REMINDER_PACKAGE_DUE,
    REMINDER_RECEIPT,
    REMINDER_FIRST,
    REMINDER_SECOND,
    REMINDER_THIRD,
    REMINDER_LAST,
    REMINDER_COUNT,
} Reminder;

static const struct statement TOLD = {"referral_told",
                                      "UPDATE referral SET told = ?2 WHERE id = ?1"};

static int64_t bit(Reminder reminder) {
    return INT64_C(1) << reminder;
}

static int64_t days_of(const struct terms *terms, Reminder reminder) {
    return reminder == REMINDER_FIRST    ? terms->referral_ask_first
           : reminder == REMINDER_SECOND ? terms->referral_ask_second
           : reminder == REMINDER_THIRD  ? terms->referral_ask_third
                                         : terms->referral_ask_last;
}

// 0: there is no such moment.
static int64_t due_of(const struct terms *terms, const struct referral_row *row,
                      Reminder reminder) {
    int64_t package_us = row->emergency_us + terms->referral_package_hours * US_PER_HOUR;
    bool is_open = !row_is(row, "CLOSED") && !row_is(row, "RETURNED");
    bool is_first = row->lead == row->id; // feedback is asked for once of a lead
    switch (reminder) {
    case REMINDER_PACKAGE_HALF:
    case REMINDER_PACKAGE_DUE:
        return row->emergency_us == 0 || row->sent_us != 0 || !is_open ? 0
               : reminder == REMINDER_PACKAGE_DUE
                   ? package_us
                   : package_us - terms->referral_package_hours * US_PER_HOUR / 2;
    case REMINDER_RECEIPT:
        return row_is(row, "SENT") ? row->sent_us + terms->referral_receipt_hours * US_PER_HOUR : 0;
    default:
        return row->sent_us != 0 && is_open && is_first
                   ? row->sent_us + days_of(terms, reminder) * US_PER_DAY
                   : 0;
    }
}

Status lead_clock_arm(struct book *book, const struct referral_office *office,
                      const struct referral_row *row) {
    int64_t next_us = 0;
    for (uint32_t i = 0; i < REMINDER_COUNT; i++) {
        int64_t due_us = due_of(office->terms, row, (Reminder)i);
        bool is_to_come = due_us != 0 && (row->told & bit((Reminder)i)) == 0;
        next_us = is_to_come && (next_us == 0 || due_us < next_us) ? due_us : next_us;
    }
    return next_us == 0 ? book_timer_clear(book, TIMER_REFERRAL, row->id)
                        : book_timer_set(book, TIMER_REFERRAL, row->id, next_us);
}

// ---- reminding ----------------------------------------------------------------------------------

static Status page(struct book *book, const struct referral_row *row, const char *kind,
                   const char *role, const char *contact, Slice problem) {
    return page_send(book, &(struct page){.kind = kind,
                                          .role = role,
                                          .contact = contact,
                                          .object_kind = "referral",
                                          .object = row->id,
                                          .problem = problem});
}

// Whether the authority was heard of since it was asked for the last time, or since the sending.
static bool is_answered(const struct terms *terms, const struct referral_row *row,
                        Reminder reminder) {
    int64_t before_us =
        reminder == REMINDER_FIRST ? row->sent_us : due_of(terms, row, (Reminder)(reminder - 1));
    return row->feedback_us >= before_us;
}

static Status remind(struct book *book, const struct terms *terms, const struct referral_row *row,
                     Reminder reminder) {
    switch (reminder) {
    case REMINDER_PACKAGE_HALF:
        return page(book, row, "referral.package_due", "POLICE_DESK", "A", SLICE(""));
    case REMINDER_PACKAGE_DUE:
        return page(book, row, "referral.package_due", "DUTY_DIRECTOR", NULL, SLICE("overdue"));
    case REMINDER_RECEIPT:
        return page(book, row, "referral.unreceived", "POLICE_DESK", "A", SLICE(""));
    default:
        return is_answered(terms, row, reminder)
                   ? STATUS_OK
                   : page(book, row, "referral.feedback_due", "POLICE_DESK",
                          reminder == REMINDER_FIRST ? "A" : "B",
                          arena_printf(book->arena, "%" PRId64 " days", days_of(terms, reminder)));
    }
}

static bool is_feedback(uint32_t reminder) {
    return reminder >= REMINDER_FIRST;
}

Status referral_timer(struct book *book, const struct referral_office *office,
                      const struct due_timer *due) {
    struct referral_row row;
    uint32_t last = REMINDER_COUNT;
    TRY(lead_load(book, CLEARANCE_ALL, due->object, &row));
    int64_t told = row.told;
    for (uint32_t i = 0; i < REMINDER_COUNT; i++) {
        int64_t due_us = due_of(office->terms, &row, (Reminder)i);
        if (due_us == 0 || due_us > book->now_us || (row.told & bit((Reminder)i)) != 0) {
            continue;
        }
        told |= bit((Reminder)i);
        if (is_feedback(i)) {
            last = i;
        } else {
            TRY(remind(book, office->terms, &row, (Reminder)i));
        }
    }
    if (last != REMINDER_COUNT) {
        TRY(remind(book, office->terms, &row, (Reminder)last));
    }
    row.told = told;
    TRY(book_run(book, &TOLD, STORE_VALUES(store_i64(row.id), store_i64(told))));
    return lead_clock_arm(book, office, &row);
}
