// Requests that come again: whoever is not sure whether his request arrived sends it once more
// under the same name, and nothing is done twice.

#include "response/office/parts.h"

#define KEPT_US (7 * US_PER_DAY)

static const struct statement FIND = {
    "answered_find", "SELECT request, body FROM answered WHERE caller = ?1 AND name = ?2"};
static const struct statement KEEP = {
    "answered_keep",
    "INSERT INTO answered (caller, name, request, body, at_us) VALUES (?1, ?2, ?3, ?4, ?5)"};
// The older of two that are too old go first, so that a request never does much.
static const struct statement FORGET = {
    "answered_forget", "DELETE FROM answered WHERE (caller, name) IN (SELECT caller, name FROM "
                       "answered WHERE at_us < ?1 ORDER BY at_us LIMIT 10)"};

Status answered_find(struct book *book, Slice caller, Slice name, Slice request, Slice *ret_body) {
    TRY(book_one(book, &FIND, STORE_VALUES(store_text(caller), store_text(name))));
    if (!slice_equal(store_column_text(book->store, 0), request)) {
        return book_fail(book, STATUS_INVALID, "OF010",
                         "the Idempotency-Key '%.*s' was used for another request",
                         SLICE_ARGS(name));
    }
    *ret_body = book_text(book, 1);
    return STATUS_OK;
}

Status answered_keep(struct book *book, Slice caller, Slice name, Slice request, Slice body) {
    TRY(book_run(book, &FORGET, STORE_VALUES(store_i64(book->now_us - KEPT_US))));
    return book_run(book, &KEEP,
                    STORE_VALUES(store_text(caller), store_text(name), store_text(request),
                                 store_text(body), store_i64(book->now_us)));
}
