// LIST_PUSH: accounts of cases and suspicious ones come to the lists before the next transaction;
// an account of this bank among those of cases is suspended at once, and its holder has
// three days to be verified again.

#include "response/orders/duty.h"

enum { CHUNK = 100 }; // entries in one message

#define X(name, word, zh, en) word,
static const char *const list_words[] = {ORDER_LISTS(X)};
#undef X

static const struct statement ADD = {
    "order_entry_add",
    "INSERT INTO order_entry (police_order, number, list, account, certificate, bank, from_us, "
    "until_us, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)"};
static const struct statement ALL = {
    "order_entry_all", "SELECT list, account, certificate, bank, COALESCE(from_us, 0), "
                       "COALESCE(until_us, 0) FROM order_entry WHERE police_order = ?1 ORDER BY "
                       "number LIMIT ?2"};
static const struct statement SENT = {
    "order_entry_sent", "UPDATE order_entry SET message = ?4, confirmed_us = NULL WHERE "
                        "police_order = ?1 AND number >= ?2 AND number < ?3"};
static const struct statement CONFIRMED = {
    "order_entry_confirmed", "UPDATE order_entry SET confirmed_us = ?3 WHERE police_order = ?1 AND "
                             "(message = ?2 OR ?2 = CAST(0 AS BIGINT)) AND confirmed_us IS NULL"};
static const struct statement UNCONFIRMED = {
    "order_entry_unconfirmed",
    "SELECT COUNT(*) FROM order_entry WHERE police_order = ?1 AND confirmed_us IS NULL"};

Status push_keep(struct book *book, int64_t id, const struct order *order) {
    for (uint32_t i = 0; i < order->entry_count; i++) {
        const struct order_entry *entry = &order->entries[i];
        TRY(book_run(book, &ADD,
                     STORE_VALUES(store_i64(id), store_i64(i),
                                  store_text(slice_of(list_words[entry->list])),
                                  store_text(entry->account), store_text(entry->certificate),
                                  store_text(entry->bank), store_number(entry->from_us),
                                  store_number(entry->until_us))));
    }
    return STATUS_OK;
}

Status push_read(struct book *book, int64_t id, struct order *order) {
    struct order_entry *entries =
        ARENA_ARRAY(book->arena, struct order_entry, (size_t)ORDER_ENTRIES_MAX);
    Status status;
    uint32_t count = 0;
    TRY(book_ask(book, &ALL, STORE_VALUES(store_i64(id), store_i64(ORDER_ENTRIES_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        bool is_case = slice_is(book_text(book, 0), list_words[ORDER_LIST_CASE]);
        entries[count++] =
            (struct order_entry){.list = is_case ? ORDER_LIST_CASE : ORDER_LIST_SUSPICIOUS,
                                 .account = book_text(book, 1),
                                 .certificate = book_text(book, 2),
                                 .bank = book_text(book, 3),
                                 .from_us = book_i64(book, 4),
                                 .until_us = book_i64(book, 5)};
    }
    order->entries = entries;
    order->entry_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- to the lists -----------------------------------------------------------------------------

static void put_entry(struct json_writer *json, const struct order_entry *entry) {
    json_object_begin(json);
    json_key_string(json, SLICE("list"), slice_of(list_words[entry->list]));
    json_key_string(json, SLICE("account"), entry->account);
    put_text(json, SLICE("certificate"), entry->certificate);
    put_text(json, SLICE("bank"), entry->bank);
    put_moment(json, SLICE("from"), entry->from_us);
    put_moment(json, SLICE("until"), entry->until_us);
    json_object_end(json);
}

static Status send_chunk(const struct duty *duty, const struct order_row *row,
                         const struct order *order, uint32_t first, uint32_t end) {
    struct rendering out;
    struct message message = {.endpoint = SLICE("lists"),
                              .kind = SLICE("list.changed"),
                              .object_kind = "police_order",
                              .object = row->id};
    int64_t id;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("police_order"), row->id);
    json_key_string(json, SLICE("order"), order->number);
    json_key_string(json, SLICE("authority"), order->authority);
    json_key(json, SLICE("entries"));
    json_array_begin(json);
    for (uint32_t i = first; i < end; i++) {
        put_entry(json, &order->entries[i]);
    }
    json_array_end(json);
    json_object_end(json);
    TRY(rendering_end(&out, duty->book, &message.body));
    TRY(book_message(duty->book, &message, &id));
    return book_run(
        duty->book, &SENT,
        STORE_VALUES(store_i64(row->id), store_i64(first), store_i64(end), store_i64(id)));
}

Status push_confirmed(const struct duty *duty, const struct order_row *row,
                      const struct confirmation *confirmation, bool *ret_is_whole) {
    int64_t left;
    TRY(book_run(duty->book, &CONFIRMED,
                 STORE_VALUES(store_i64(row->id), store_i64(confirmation->message),
                              store_i64(confirmation->at_us))));
    TRY(book_number(duty->book, &UNCONFIRMED, STORE_VALUES(store_i64(row->id)), &left));
    *ret_is_whole = left == 0;
    return STATUS_OK;
}

// ---- accounts of this bank --------------------------------------------------------------------

static const struct statement SUSPENDED = {
    "order_suspended",
    "SELECT COUNT(*) FROM control WHERE target_kind = 'account' AND target = ?1 AND measure = "
    "'SUSPEND_ALL' AND state IN ('ASKED', 'IN_FORCE')"};
static const struct statement REVERIFIES = {
    "reverify_waiting",
    "SELECT id FROM reverify WHERE customer = ?1 AND state = 'WAITING' ORDER BY id"};
static const struct statement UNVERIFIED = {
    "reverify_open", "SELECT id, COALESCE(control, 0) FROM reverify WHERE customer = ?1 AND state "
                     "IN ('WAITING', 'SUSPENDED') ORDER BY id DESC"};
static const struct statement REVERIFY_ADD = {
    "reverify_add", "INSERT INTO reverify (id, customer, police_order, account, notified_us, "
                    "until_us, state, settled_by, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'WAITING', "
                    "'', '')"};
static const struct statement REVERIFY_BY_ID = {
    "reverify_by_id",
    "SELECT r.customer, r.state, r.until_us, o.number FROM reverify r JOIN police_order o ON o.id "
    "= r.police_order WHERE r.id = ?1"};
static const struct statement REVERIFY_SETTLE = {
    "reverify_settle", "UPDATE reverify SET state = ?2, settled_us = ?3, settled_by = ?4, note = "
                       "?5, control = ?6 WHERE id = ?1"};

static Status suspend(const struct duty *duty, const struct order_row *row,
                      const struct order_entry *entry, const struct order_holder *holder) {
    int64_t count;
    int64_t id;
    TRY(book_number(duty->book, &SUSPENDED, STORE_VALUES(store_text(holder->account)), &count));
    if (count > 0) {
        return STATUS_OK;
    }
    return control_ask(duty->book, duty->terms,
                       &(struct control_ask){.measure = MEASURE_SUSPEND_ALL,
                                             .target_kind = TARGET_ACCOUNT,
                                             .target = holder->account,
                                             .customer = holder->customer,
                                             .authority = AUTHORITY_LIST,
                                             .basis = SLICE("R-210"),
                                             .document = row->order.number,
                                             .reason = SLICE("公安机关认定的涉案账户"),
                                             .until_us = entry->until_us,
                                             .secrecy = row->secrecy,
                                             .branch = holder->branch,
                                             .notice = duty->bank->case_notice},
                       &id);
}

static Status reverify(const struct duty *duty, const struct order_row *row,
                       const struct order_holder *holder) {
    struct book *book = duty->book;
    int64_t id;
    Status status = book_number(book, &REVERIFIES, STORE_VALUES(store_text(holder->customer)), &id);
    if (status != STATUS_NOT_FOUND) {
        return status; // he has been told
    }
    int64_t until_us = book->now_us + duty->terms->reverify_days * US_PER_DAY;
    TRY(book_count_up(book, SLICE("reverify"), &id));
    TRY(book_run(book, &REVERIFY_ADD,
                 STORE_VALUES(store_i64(id), store_text(holder->customer), store_i64(row->id),
                              store_text(holder->account), store_i64(book->now_us),
                              store_i64(until_us))));
    TRY(notice_keep(book, duty->bank->reverify_notice, "reverify", id, holder->customer,
                    row->secrecy, NULL));
    TRY(notice_send(book, "reverify", id));
    TRY(book_trace(book, &(struct trace){.object_kind = "reverify",
                                         .object = id,
                                         .from = SLICE(""),
                                         .to = SLICE("WAITING"),
                                         .reason = row->order.number}));
    return book_timer_set(book, TIMER_REVERIFY, id, until_us);
}

static Status of_this_bank(const struct duty *duty, const struct order_row *row,
                           const struct order_entry *entry) {
    struct order_holder holder = {0};
    bool is_over = entry->until_us != 0 && entry->until_us <= duty->book->now_us;
    if (entry->list != ORDER_LIST_CASE || !slice_empty(entry->bank) || is_over) {
        return STATUS_OK;
    }
    Status status =
        duty->bank->holder(duty->bank->context, entry->account, duty->book->arena, &holder);
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    ENSURE(duty->bank->case_notice != NULL && duty->bank->reverify_notice != NULL &&
               duty->bank->suspend_notice != NULL,
           book_fail(duty->book, STATUS_INVALID, "OD009",
                     "there are no texts for the notices to holders of case accounts"));
    if (slice_empty(holder.account)) {
        holder.account = entry->account;
    }
    TRY(suspend(duty, row, entry, &holder));
    return slice_empty(holder.customer) ? STATUS_OK : reverify(duty, row, &holder);
}

Status push_list(const struct duty *duty, const struct order_row *row, const struct order *order) {
    for (uint32_t first = 0; first < order->entry_count; first += CHUNK) {
        uint32_t end = first + CHUNK < order->entry_count ? first + CHUNK : order->entry_count;
        TRY(send_chunk(duty, row, order, first, end));
    }
    for (uint32_t i = 0; i < order->entry_count; i++) {
        TRY(of_this_bank(duty, row, &order->entries[i]));
    }
    return STATUS_OK;
}

// ---- verified again, or not -------------------------------------------------------------------

static Status settle(struct book *book, int64_t id, const char *from, const char *state, Slice note,
                     int64_t control) {
    TRY(book_run(book, &REVERIFY_SETTLE,
                 STORE_VALUES(store_i64(id), store_text(slice_of(state)), store_i64(book->now_us),
                              store_text(book->actor.name), store_text(note),
                              store_number(control))));
    TRY(book_timer_clear(book, TIMER_REVERIFY, id));
    return book_trace(book, &(struct trace){.object_kind = "reverify",
                                            .object = id,
                                            .from = slice_of(from),
                                            .to = slice_of(state),
                                            .reason = note});
}

// He came too late: what was suspended for that alone is released.
static Status release(struct book *book, const struct terms *terms, int64_t id, Slice note) {
    struct control control;
    TRY(control_load(book, CLEARANCE_ALL, id, &control));
    bool is_open = control.state == CONTROL_ASKED || control.state == CONTROL_IN_FORCE;
    return !is_open
               ? STATUS_OK
               : control_release(book, terms, id,
                                 &(struct control_release){.by = AUTHORITY_LIST, .reason = note});
}

Status order_reverified(struct book *book, const struct terms *terms, Slice customer, Slice note) {
    Status status = book_one(book, &UNVERIFIED, STORE_VALUES(store_text(customer)));
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK; // nobody waits for him
    }
    TRY(status);
    int64_t id = book_i64(book, 0);
    int64_t control = book_i64(book, 1);
    TRY(control == 0 ? STATUS_OK : release(book, terms, control, note));
    return settle(book, id, control == 0 ? "WAITING" : "SUSPENDED", "VERIFIED", note, control);
}

Status reverify_timer(const struct duty *duty, const struct due_timer *due) {
    struct book *book = duty->book;
    int64_t control;
    TRY(book_one(book, &REVERIFY_BY_ID, STORE_VALUES(store_i64(due->object))));
    Slice customer = book_text(book, 0);
    bool is_waiting = slice_is(book_text(book, 1), "WAITING");
    Slice document = book_text(book, 3);
    if (!is_waiting) {
        return book_timer_clear(book, TIMER_REVERIFY, due->object);
    }
    TRY(control_ask(book, duty->terms,
                    &(struct control_ask){.measure = MEASURE_SUSPEND_NON_COUNTER,
                                          .target_kind = TARGET_CUSTOMER,
                                          .target = customer,
                                          .customer = customer,
                                          .authority = AUTHORITY_LIST,
                                          .basis = SLICE("R-211"),
                                          .document = document,
                                          .reason = SLICE("涉案账户持有人三日内未重新核实身份"),
                                          .secrecy = SLICE("NORMAL"),
                                          .notice = duty->bank->suspend_notice},
                    &control));
    return settle(book, due->object, "WAITING", "SUSPENDED", SLICE("deadline"), control);
}
