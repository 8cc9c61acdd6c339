// What happened to a thing, as people read it.

#include "response/office/parts.h"

enum { TRACE_SHOWN_MAX = 500 };

static const struct statement TRACE = {
    "office_trace",
    "SELECT number, from_state, to_state, at_us, actor_kind, actor, reason, detail FROM trace "
    "WHERE object_kind = ?1 AND object = ?2 ORDER BY number DESC LIMIT ?3"};

static void put_step(struct book *book, bool is_bare, struct json_writer *json) {
    Slice detail = store_column_text(book->store, 7);
    json_object_begin(json);
    json_key_i64(json, SLICE("number"), book_i64(book, 0));
    put_text(json, SLICE("from"), store_column_text(book->store, 1));
    json_key_string(json, SLICE("to"), store_column_text(book->store, 2));
    put_moment(json, SLICE("at"), book_i64(book, 3));
    json_key_string(json, SLICE("actor_kind"), store_column_text(book->store, 4));
    json_key_string(json, SLICE("actor"), store_column_text(book->store, 5));
    json_key_string(json, SLICE("reason"), store_column_text(book->store, 6));
    json_key(json, SLICE("detail"));
    json_raw(json, slice_empty(detail) || is_bare ? SLICE("null") : detail);
    json_object_end(json);
}

// A trace that was changed is told, and does not keep the rest from being seen.
static Status put_trace(struct book *book, const char *object_kind, int64_t object, bool is_bare,
                        struct json_writer *json) {
    Status status;
    uint32_t rows = 0;
    Status whole = book_trace_verify(book, object_kind, object, &rows);
    if (whole != STATUS_OK && whole != STATUS_INVALID) {
        return whole;
    }
    json_object_begin(json);
    json_key_bool(json, SLICE("whole"), whole == STATUS_OK);
    TRY(book_ask(book, &TRACE,
                 STORE_VALUES(store_text(slice_of(object_kind)), store_i64(object),
                              store_i64(TRACE_SHOWN_MAX))));
    json_key(json, SLICE("steps"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        put_step(book, is_bare, json);
    }
    json_array_end(json);
    json_object_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

Status trace_put_json(struct book *book, const char *object_kind, int64_t object,
                      struct json_writer *json) {
    return put_trace(book, object_kind, object, false, json);
}

Status trace_put_bare_json(struct book *book, const char *object_kind, int64_t object,
                           struct json_writer *json) {
    return put_trace(book, object_kind, object, true, json);
}
