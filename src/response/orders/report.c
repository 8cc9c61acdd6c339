// What the bank tells the police by itself (CASE_REPORT, SUSP_REPORT), and movements that an
// authority watches.

#include "response/orders/duty.h"

enum { REPORT_PAGES = 3 };

static const char *const kind_words[] = {
    [REPORT_CASE] = "CASE_REPORT", [REPORT_SUSPICION] = "SUSP_REPORT"};

#define COLUMNS                                                                                    \
    "id, kind, subject_kind, subject, COALESCE(alert, 0), COALESCE(case_id, 0), body, made_us, "   \
    "made_by, message, COALESCE(received_us, 0), receipt, pages, secrecy"

static const struct statement ADD = {
    "report_add",
    "INSERT INTO police_report (id, kind, subject_kind, subject, alert, case_id, body, made_us, "
    "made_by, message, receipt, pages, secrecy) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
    "'', 0, ?11)"};
static const struct statement BY_ID = {"report_by_id",
                                       "SELECT " COLUMNS " FROM police_report WHERE id = ?1"};
static const struct statement RECEIVED = {"report_received",
                                          "UPDATE police_report SET received_us = ?2, receipt = ?3 "
                                          "WHERE id = ?1 AND received_us IS NULL"};
static const struct statement PAGED = {"report_paged",
                                       "UPDATE police_report SET pages = ?2 WHERE id = ?1"};

static void read_row(struct book *book, struct report *report) {
    *report = (struct report){.id = book_i64(book, 0),
                              .kind = slice_is(book_text(book, 1), kind_words[REPORT_CASE])
                                          ? REPORT_CASE
                                          : REPORT_SUSPICION,
                              .subject_kind = book_text(book, 2),
                              .subject = book_text(book, 3),
                              .alert = book_i64(book, 4),
                              .case_id = book_i64(book, 5),
                              .body = book_text(book, 6),
                              .made_us = book_i64(book, 7),
                              .made_by = book_text(book, 8),
                              .message = book_i64(book, 9),
                              .received_us = book_i64(book, 10),
                              .receipt = book_text(book, 11),
                              .pages = book_i64(book, 12),
                              .secrecy = book_text(book, 13)};
}

static Status load(struct book *book, int64_t id, struct report *ret_report) {
    Status status = book_one(book, &BY_ID, STORE_VALUES(store_i64(id)));
    ENSURE(status != STATUS_NOT_FOUND,
           book_fail(book, STATUS_NOT_FOUND, "OD007", "there is no report %lld", (long long)id));
    TRY(status);
    read_row(book, ret_report);
    return STATUS_OK;
}

static void put_report(struct json_writer *json, const struct report *report) {
    json_object_begin(json);
    json_key_i64(json, SLICE("report"), report->id);
    json_key_string(json, SLICE("kind"), slice_of(kind_words[report->kind]));
    json_key_string(json, SLICE("subject_kind"), report->subject_kind);
    json_key_string(json, SLICE("subject"), report->subject);
    put_number(json, SLICE("alert"), report->alert);
    put_number(json, SLICE("case"), report->case_id);
    put_moment(json, SLICE("made"), report->made_us);
    put_text(json, SLICE("made_by"), report->made_by);
    put_moment(json, SLICE("received"), report->received_us);
    put_text(json, SLICE("receipt"), report->receipt);
    json_key(json, SLICE("body"));
    json_raw(json, report->body);
    json_object_end(json);
}

static Status trace(struct book *book, int64_t id, const char *from, const char *to, Slice reason) {
    return book_trace(book, &(struct trace){.object_kind = "police_report",
                                            .object = id,
                                            .from = slice_of(from),
                                            .to = slice_of(to),
                                            .reason = reason});
}

Status report_send(struct book *book, const struct terms *terms, const struct report *report,
                   int64_t *ret_id) {
    struct report made = *report;
    struct rendering out;
    Slice body;
    ENSURE(!slice_empty(report->subject_kind) && !slice_empty(report->subject) &&
               !slice_empty(report->body) && secrecy_exists(report->secrecy),
           book_fail(book, STATUS_INVALID, "OD008",
                     "a report to the police needs of whom it tells, and what"));
    TRY(book_count_up(book, SLICE("police_report"), &made.id));
    made.made_us = book->now_us;
    made.made_by = book->actor.name;
    struct json_writer *json = rendering_begin(&out);
    put_report(json, &made);
    TRY(rendering_end(&out, book, &body));
    TRY(book_message(book,
                     &(struct message){.endpoint = SLICE("police"),
                                       .kind = report->kind == REPORT_CASE
                                                   ? SLICE("report.case")
                                                   : SLICE("report.suspicion"),
                                       .object_kind = "police_report",
                                       .object = made.id,
                                       .body = body},
                     &made.message));
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(made.id), store_text(slice_of(kind_words[made.kind])),
                              store_text(made.subject_kind), store_text(made.subject),
                              store_number(made.alert), store_number(made.case_id),
                              store_text(made.body), store_i64(made.made_us),
                              store_text(made.made_by), store_i64(made.message),
                              store_text(made.secrecy))));
    TRY(book_timer_set(book, TIMER_REPORT, made.id,
                       book->now_us + terms->report_minutes * US_PER_MINUTE));
    *ret_id = made.id;
    return trace(book, made.id, "", "SENT", slice_of(kind_words[made.kind]));
}

Status report_received(struct book *book, int64_t id, Slice receipt) {
    struct report report;
    TRY(load(book, id, &report));
    if (report.received_us != 0) {
        return STATUS_OK;
    }
    TRY(book_run(book, &RECEIVED,
                 STORE_VALUES(store_i64(id), store_i64(book->now_us), store_text(receipt))));
    TRY(book_timer_clear(book, TIMER_REPORT, id));
    return trace(book, id, "SENT", "RECEIVED", receipt);
}

Status report_timer(struct book *book, const struct terms *terms, const struct due_timer *due) {
    struct report report;
    TRY(load(book, due->object, &report));
    if (report.received_us != 0 || report.pages >= REPORT_PAGES) {
        return book_timer_clear(book, TIMER_REPORT, report.id);
    }
    TRY(page_send(book, &(struct page){.kind = "report.unacknowledged",
                                       .role = "POLICE_DESK",
                                       .contact = report.pages == 0 ? "A" : "B",
                                       .object_kind = "police_report",
                                       .object = report.id}));
    TRY(book_run(book, &PAGED, STORE_VALUES(store_i64(report.id), store_i64(report.pages + 1))));
    return book_timer_set(book, TIMER_REPORT, report.id,
                          book->now_us + terms->report_minutes * US_PER_MINUTE);
}

static const struct list_plan newest = {
    {"report_list", "SELECT " COLUMNS " FROM seen_report WHERE viewer = ?1 AND id < ?2 ORDER BY id "
                    "DESC LIMIT ?3"},
    LIST_BY_NOTHING,
};

Status report_list_json(struct book *book, const struct list_page *page, struct json_writer *json) {
    struct report report;
    Status status;
    TRY(list_ask(book, &newest, page));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        read_row(book, &report);
        put_report(json, &report);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- watched accounts -------------------------------------------------------------------------

enum { WATCHES_MAX = 64 }; // of one account

static const struct statement WATCHES = {
    "order_watches",
    "SELECT id, number, authority FROM police_order WHERE target = ?1 AND kind = 'QUERY_DYNAMIC' "
    "AND state = 'DONE' AND from_us <= ?2 AND until_us > ?2 ORDER BY id LIMIT ?3"};
static const struct statement MOVED = {
    "order_moved", "INSERT INTO order_movement (police_order, event_id, at_us) VALUES (?1, ?2, ?3) "
                   "ON CONFLICT (police_order, event_id) DO NOTHING"};

struct watch {
    int64_t order;
    Slice number, authority;
};

static Status read_watches(struct book *book, Slice account,
                           struct watch ret_watches[static WATCHES_MAX], uint32_t *ret_count) {
    Status status;
    uint32_t count = 0;
    TRY(book_ask(
        book, &WATCHES,
        STORE_VALUES(store_text(account), store_i64(book->now_us), store_i64(WATCHES_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        ret_watches[count++] = (struct watch){.order = book_i64(book, 0),
                                              .number = book_text(book, 1),
                                              .authority = book_text(book, 2)};
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

static Status tell(struct book *book, const struct watch *watch, Slice event_id, Slice movement) {
    struct rendering out;
    Slice body;
    int64_t is_new = 0;
    TRY(book_change(
        book, &MOVED,
        STORE_VALUES(store_i64(watch->order), store_text(event_id), store_i64(book->now_us)),
        &is_new));
    if (is_new == 0) {
        return STATUS_OK;
    }
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("order"), watch->number);
    json_key_string(json, SLICE("authority"), watch->authority);
    json_key_string(json, SLICE("event_id"), event_id);
    json_key(json, SLICE("movement"));
    json_raw(json, movement);
    json_object_end(json);
    TRY(rendering_end(&out, book, &body));
    return book_message(book,
                        &(struct message){.endpoint = SLICE("police"),
                                          .kind = SLICE("order.movement"),
                                          .object_kind = "police_order",
                                          .object = watch->order,
                                          .body = body},
                        NULL);
}

Status order_movement(struct book *book, Slice account, Slice event_id, Slice movement) {
    struct watch watches[WATCHES_MAX];
    uint32_t count;
    TRY(read_watches(book, account, watches, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(tell(book, &watches[i], event_id, movement));
    }
    return STATUS_OK;
}
