// Messages to other systems: an outbox in the store.

#include "response/book/book.h"

static const struct statement ADD = {
    "message_add",
    "INSERT INTO message (id, endpoint, kind, object_kind, object, body, made_us, next_us, state)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 'WAITING')"};
// Of one object and endpoint the first that waits, so that "released" never overtakes "held". The
// endpoint is written so that no index knows it: those before it are looked for by the object, of
// which there are few, and never among all that the endpoint waits for.
static const struct statement DUE = {
    "message_due", "SELECT id, endpoint, kind, object_kind, object, body, made_us, attempts FROM "
                   "message m WHERE state = 'WAITING' AND next_us <= ?1"
                   " AND NOT EXISTS (SELECT 1 FROM message b WHERE b.object_kind = m.object_kind "
                   "AND b.object = m.object AND b.endpoint || '' = m.endpoint"
                   " AND b.id < m.id AND b.state = 'WAITING') ORDER BY next_us, id LIMIT ?2"};
static const struct statement DUE_FOR = {
    "message_due_for",
    "SELECT id, endpoint, kind, object_kind, object, body, made_us, attempts FROM message m WHERE "
    "state = 'WAITING' AND endpoint = ?3 AND next_us <= ?1"
    " AND NOT EXISTS (SELECT 1 FROM message b WHERE b.object_kind = m.object_kind "
    "AND b.object = m.object AND b.endpoint || '' = m.endpoint"
    " AND b.id < m.id AND b.state = 'WAITING') ORDER BY next_us, id LIMIT ?2"};
// By the index alone, without a text.
static const struct statement COUNT_FOR = {
    "message_count_for",
    "SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE state = 'WAITING' AND endpoint = ?1 AND "
    "next_us <= ?2 LIMIT ?3) AS due"};
static const struct statement AGAIN = {
    "message_again", "UPDATE message SET attempts = attempts + 1, next_us = ?2, status = ?3, "
                     "problem = ?4 WHERE id = ?1 AND state = 'WAITING'"};
static const struct statement SETTLE = {
    "message_settle", "UPDATE message SET attempts = attempts + 1, state = ?2, status = ?3, "
                      "problem = ?4, settled_us = ?5 WHERE id = ?1 AND state = 'WAITING'"};

Status book_message_numbers(struct book *book, uint32_t count, int64_t *ret_first) {
    return book_count_up_by(book, SLICE("message"), count, ret_first);
}

Status book_message(struct book *book, const struct message *message, int64_t *ret_id) {
    int64_t id = message->id;
    if (id == 0) {
        TRY(book_message_numbers(book, 1, &id));
    }
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(id), store_text(message->endpoint),
                              store_text(message->kind), store_text(slice_of(message->object_kind)),
                              store_i64(message->object), store_text(message->body),
                              store_i64(book->now_us))));
    if (ret_id != NULL) {
        *ret_id = id;
    }
    return STATUS_OK;
}

static Status read_messages(struct book *book, struct message *ret_messages, uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    while ((status = book_next(book)) == STATUS_OK) {
        ret_messages[count++] = (struct message){.id = book_i64(book, 0),
                                                 .endpoint = book_text(book, 1),
                                                 .kind = book_text(book, 2),
                                                 .object_kind = book_text(book, 3).at,
                                                 .object = book_i64(book, 4),
                                                 .body = book_text(book, 5),
                                                 .made_us = book_i64(book, 6),
                                                 .attempts = book_i64(book, 7)};
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

Status book_messages_due(struct book *book, struct message *ret_messages, uint32_t count_max,
                         uint32_t *ret_count) {
    TRY(book_ask(book, &DUE, STORE_VALUES(store_i64(book->now_us), store_i64(count_max))));
    return read_messages(book, ret_messages, ret_count);
}

Status book_messages_for(struct book *book, Slice endpoint, struct message *ret_messages,
                         uint32_t count_max, uint32_t *ret_count) {
    TRY(book_ask(
        book, &DUE_FOR,
        STORE_VALUES(store_i64(book->now_us), store_i64(count_max), store_text(endpoint))));
    return read_messages(book, ret_messages, ret_count);
}

Status book_messages_count(struct book *book, Slice endpoint, uint32_t count_max,
                           uint32_t *ret_count) {
    int64_t count;
    TRY(book_number(
        book, &COUNT_FOR,
        STORE_VALUES(store_text(endpoint), store_i64(book->now_us), store_i64(count_max)),
        &count));
    *ret_count = (uint32_t)count;
    return STATUS_OK;
}

Status book_message_tried(struct book *book, int64_t id, MessageFate fate, int64_t next_us,
                          int64_t status, Slice problem) {
    if (fate == MESSAGE_AGAIN) {
        return book_run(book, &AGAIN,
                        STORE_VALUES(store_i64(id), store_i64(next_us), store_i64(status),
                                     store_text(problem)));
    }
    Slice state = fate == MESSAGE_DELIVERED ? SLICE("DELIVERED") : SLICE("DEAD");
    return book_run(book, &SETTLE,
                    STORE_VALUES(store_i64(id), store_text(state), store_i64(status),
                                 store_text(problem), store_i64(book->now_us)));
}
