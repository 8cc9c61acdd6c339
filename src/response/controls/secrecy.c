// Who may be called about a thing, and what follows when an alert becomes secret.

#include "response/controls/put.h"

// By the kind of object that pages and messages name. What is not here is nobody's secret.
static const struct {
    const char *object_kind;
    struct statement secrecy;
} kept[] = {
    {"alert", {"secrecy_alert", "SELECT secrecy FROM alert WHERE id = ?1"}},
    {"hold", {"secrecy_hold", "SELECT secrecy FROM hold WHERE id = ?1"}},
    {"control", {"secrecy_control", "SELECT secrecy FROM control WHERE id = ?1"}},
    {"appeal", {"secrecy_appeal", "SELECT secrecy FROM appeal WHERE id = ?1"}},
    {"task", {"secrecy_task", "SELECT secrecy FROM task WHERE id = ?1"}},
    {"police_order", {"secrecy_order", "SELECT secrecy FROM police_order WHERE id = ?1"}},
    {"police_report", {"secrecy_report", "SELECT secrecy FROM police_report WHERE id = ?1"}},
    {"referral", {"secrecy_referral", "SELECT secrecy FROM referral WHERE id = ?1"}},
    {"case", {"secrecy_case", "SELECT secrecy FROM case_file WHERE id = ?1"}},
    {"proposal", {"secrecy_proposal", "SELECT secrecy FROM proposal WHERE id = ?1"}},
};

static const struct statement MESSAGE = {"secrecy_message",
                                         "SELECT object_kind, object FROM message WHERE id = ?1"};

static Status secrecy_of(struct book *book, Slice object_kind, int64_t object,
                         Slice *ret_secrecy) {
    *ret_secrecy = SLICE("NORMAL");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (!slice_is(object_kind, kept[i].object_kind)) {
            continue;
        }
        Status status = book_one(book, &kept[i].secrecy, STORE_VALUES(store_i64(object)));
        if (status == STATUS_OK) {
            *ret_secrecy = book_text(book, 0);
        }
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    return STATUS_OK;
}

// A message is as secret as what it is about.
static Status secrecy_of_message(struct book *book, int64_t message, Slice *ret_secrecy) {
    *ret_secrecy = SLICE("NORMAL");
    Status status = book_one(book, &MESSAGE, STORE_VALUES(store_i64(message)));
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    Slice object_kind = book_text(book, 0);
    return secrecy_of(book, object_kind, book_i64(book, 1), ret_secrecy);
}

Status page_role(struct book *book, const char *object_kind, int64_t object, const char *role,
                 Slice *ret_role) {
    Slice secrecy;
    TRY(strcmp(object_kind, "message") == 0
            ? secrecy_of_message(book, object, &secrecy)
            : secrecy_of(book, slice_of(object_kind), object, &secrecy));
    *ret_role = slice_is(secrecy, "NORMAL")
                    ? slice_of(role)
                    : arena_printf(book->arena, "%.*s_%s", SLICE_ARGS(secrecy), role);
    return STATUS_OK;
}

Status secrecy_spread(struct book *book, int64_t alert, Slice secrecy) {
    // A payment that another alert, which is no secret, is about too stays where it was.
    static const struct statement holds = {
        "secrecy_spread_holds",
        "UPDATE hold SET secrecy = ?2 WHERE id IN (SELECT sequence FROM alert_event WHERE alert = "
        "?1) AND NOT EXISTS (SELECT 1 FROM alert_event e JOIN alert a ON a.id = e.alert WHERE "
        "e.sequence = hold.id AND a.id <> ?1 AND a.secrecy = 'NORMAL')"};
    static const struct statement appeals = {
        "secrecy_spread_appeals",
        "UPDATE appeal SET secrecy = ?2 WHERE control IN (SELECT id FROM control WHERE alert = "
        "?1)"};
    static const struct statement unsent = {
        "secrecy_unsent",
        "DELETE FROM notice WHERE sent_us IS NULL AND ((object_kind = 'control' AND object IN "
        "(SELECT id FROM control WHERE alert = ?1)) OR (object_kind = 'hold' AND object IN (SELECT "
        "sequence FROM alert_event WHERE alert = ?1)))"};
    static const struct statement others[] = {
        {"secrecy_spread_controls", "UPDATE control SET secrecy = ?2 WHERE alert = ?1"},
        {"secrecy_spread_tasks", "UPDATE task SET secrecy = ?2 WHERE alert = ?1"},
        {"secrecy_spread_labels", "UPDATE label SET secrecy = ?2 WHERE alert = ?1"},
        {"secrecy_spread_proposals", "UPDATE proposal SET secrecy = ?2 WHERE alert = ?1"},
        {"secrecy_spread_reports", "UPDATE police_report SET secrecy = ?2 WHERE alert = ?1"},
    };
    StoreValue of[] = {store_i64(alert), store_text(secrecy)};
    TRY(book_run(book, &holds, (StoreValues){of, 2}));
    TRY(book_run(book, &appeals, (StoreValues){of, 2}));
    TRY(book_run(book, &unsent, (StoreValues){of, 1}));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        TRY(book_run(book, &others[i], (StoreValues){of, 2}));
    }
    return STATUS_OK;
}
