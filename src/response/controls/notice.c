// Notices: what was told, in the version that was told.

#include "response/controls/notices.h"

#define COLUMNS                                                                                    \
    "id, customer, key, version, text, reason, remedy, documents, made_us, COALESCE(sent_us, 0), " \
    "COALESCE(message, 0)"

static const struct statement ADD = {
    "notice_add", "INSERT INTO notice (id, object_kind, object, customer, key, version, text, "
                  "reason, remedy, documents, made_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
                  "?10, ?11)"};
static const struct statement UNSENT = {
    "notice_unsent", "SELECT " COLUMNS " FROM notice WHERE object_kind = ?1 AND object = ?2 AND "
                     "sent_us IS NULL ORDER BY id LIMIT 1"};
static const struct statement SENT = {"notice_sent",
                                      "UPDATE notice SET sent_us = ?2, message = ?3 WHERE id = ?1"};
static const struct statement ALL = {
    "notice_all",
    "SELECT " COLUMNS " FROM notice WHERE object_kind = ?1 AND object = ?2 ORDER BY id"};

bool notice_is_whole(const struct notice *notice) {
    const Slice texts[] = {notice->key, notice->text, notice->reason, notice->remedy,
                           notice->documents};
    bool is_whole = notice->version > 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        is_whole = is_whole && !slice_empty(texts[i]) && texts[i].size <= NOTICE_TEXT_MAX;
    }
    return is_whole;
}

Status notice_keep(struct book *book, const struct notice *notice, const char *object_kind,
                   int64_t object, Slice customer, Slice secrecy, int64_t *ret_id) {
    int64_t id;
    ENSURE(!slice_is(secrecy, "AML"),
           book_fail(book, STATUS_INVALID, "CT027",
                     "in matters of money laundering nobody is told anything (R-402)"));
    ENSURE(notice_is_whole(notice) && !slice_empty(customer),
           book_fail(book, STATUS_INVALID, "CT026",
                     "the customer has to be told: a notice with reason, way of remedy and "
                     "documents (R-113)"));
    TRY(book_count_up(book, SLICE("notice"), &id));
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(id), store_text(slice_of(object_kind)), store_i64(object),
                              store_text(customer), store_text(notice->key),
                              store_i64(notice->version), store_text(notice->text),
                              store_text(notice->reason), store_text(notice->remedy),
                              store_text(notice->documents), store_i64(book->now_us))));
    if (ret_id != NULL) {
        *ret_id = id;
    }
    return STATUS_OK;
}

static void read_row(struct book *book, struct notice *notice) {
    *notice = (struct notice){.id = book_i64(book, 0),
                              .customer = book_text(book, 1),
                              .key = book_text(book, 2),
                              .version = book_i64(book, 3),
                              .text = book_text(book, 4),
                              .reason = book_text(book, 5),
                              .remedy = book_text(book, 6),
                              .documents = book_text(book, 7),
                              .made_us = book_i64(book, 8),
                              .sent_us = book_i64(book, 9),
                              .message = book_i64(book, 10)};
}

static void put_json(struct json_writer *json, const struct notice *notice) {
    json_object_begin(json);
    json_key_i64(json, SLICE("notice"), notice->id);
    json_key_string(json, SLICE("customer"), notice->customer);
    json_key_string(json, SLICE("key"), notice->key);
    json_key_i64(json, SLICE("version"), notice->version);
    json_key_string(json, SLICE("text"), notice->text);
    json_key_string(json, SLICE("reason"), notice->reason);
    json_key_string(json, SLICE("remedy"), notice->remedy);
    json_key_string(json, SLICE("documents"), notice->documents);
    put_moment(json, SLICE("made"), notice->made_us);
    put_moment(json, SLICE("sent"), notice->sent_us);
    put_number(json, SLICE("message"), notice->message);
    json_object_end(json);
}

static Status send_one(struct book *book, struct notice *notice, const char *object_kind,
                       int64_t object) {
    struct rendering out;
    Slice body;
    notice->sent_us = book->now_us;
    struct json_writer *json = rendering_begin(&out);
    put_json(json, notice);
    TRY(rendering_end(&out, book, &body));
    TRY(book_message(book,
                     &(struct message){.endpoint = SLICE("contact"),
                                       .kind = SLICE("notice.send"),
                                       .object_kind = object_kind,
                                       .object = object,
                                       .body = body},
                     &notice->message));
    return book_run(book, &SENT,
                    STORE_VALUES(store_i64(notice->id), store_i64(notice->sent_us),
                                 store_i64(notice->message)));
}

Status notice_send(struct book *book, const char *object_kind, int64_t object) {
    struct notice notice;
    StoreValue of[] = {store_text(slice_of(object_kind)), store_i64(object)};
    Status status;
    while ((status = book_one(book, &UNSENT, (StoreValues){of, 2})) == STATUS_OK) {
        read_row(book, &notice);
        TRY(send_one(book, &notice, object_kind, object));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

Status notice_list_json(struct book *book, const char *object_kind, int64_t object,
                        struct json_writer *json) {
    struct notice notice;
    Status status;
    TRY(book_ask(book, &ALL, STORE_VALUES(store_text(slice_of(object_kind)), store_i64(object))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        read_row(book, &notice);
        put_json(json, &notice);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}
