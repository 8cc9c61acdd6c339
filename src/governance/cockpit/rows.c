// The rows behind a figure: listed in pages, and hashed.
//
// The hash does not depend on how an engine sorts texts, and anybody can make it from the list: the SHA-256 of each row as it is written here, these digests sorted as bytes, and the SHA-256
// of all of them.

#include "governance/cockpit/parts.h"

#include "base/hex.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { DIGEST_SIZE = 32, ROW_TEXT_MAX = 16 << 10 };

static void put_row(const struct book *book, struct json_writer *json) {
    json_object_begin(json);
    json_key_i64(json, SLICE("at_us"), book_i64(book, 0));
    json_key_string(json, SLICE("key"), store_column_text(book->store, 1));
    json_key_string(json, SLICE("unit"), store_column_text(book->store, 2));
    json_key_i64(json, SLICE("value"), book_i64(book, 3));
    json_key_string(json, SLICE("kind"), store_column_text(book->store, 4));
    json_key_i64(json, SLICE("object"), book_i64(book, 5));
    json_key_string(json, SLICE("word"), store_column_text(book->store, 6));
    json_object_end(json);
}

// A share of nothing has no rows, and nothing is wrong with that.
static bool has_rows(const struct cockpit_value *value) {
    return value->refusal == COCKPIT_IS_TOLD || value->refusal == COCKPIT_NO_ROWS || value->refusal == COCKPIT_UNTOLD;
}

Status cockpit_rows(struct book *book, const struct cockpit_of *of, CockpitFigure figure, const struct cockpit_page *page, struct json_writer *json) {
    struct coverage coverage = {0};
    struct reading reading;
    struct cockpit_value value;
    uint32_t count_max = page->rows_max == 0 || page->rows_max > COCKPIT_ROWS_MAX ? COCKPIT_ROWS_MAX : page->rows_max;
    bool is_first = page->after_us == 0 && slice_empty(page->after_key);
    Status status = STATUS_END;
    TRY(reading_begin(&reading, book, of, &coverage));
    if (cockpit_figure_info(figure)->secrecy == COCKPIT_INSIDER) {
        return book_fail(book, STATUS_INVALID, "CP002", "the figure '%s' is told as a sum alone; its rows are not listed",
                         cockpit_figure_info(figure)->id);
    }
    TRY(reading_unjudged(&reading, figure, &value));
    json_array_begin(json);
    if (has_rows(&value)) {
        TRY(rows_ask(&reading, rows_of(figure), is_first ? INT64_MIN : page->after_us, page->after_key, count_max));
        while ((status = book_next(book)) == STATUS_OK) {
            put_row(book, json);
        }
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- the hash ----

struct digests {
    unsigned char (*at)[DIGEST_SIZE];
    size_t count, capacity;
};

static void digest(Slice bytes, unsigned char ret_digest[static DIGEST_SIZE]) {
    unsigned size = 0;
    INVARIANT(EVP_Digest(bytes.at, bytes.size, ret_digest, &size, EVP_sha256(), NULL) == 1 && size == DIGEST_SIZE);
}

static int by_bytes(const void *left, const void *right) {
    return memcmp(left, right, DIGEST_SIZE);
}

static void add_digest(struct digests *digests, Slice row) {
    if (digests->count == digests->capacity) {
        digests->capacity = digests->capacity == 0 ? 1024 : 2 * digests->capacity;
        digests->at = memory_resize(digests->at, digests->capacity * DIGEST_SIZE);
    }
    digest(row, digests->at[digests->count++]);
}

static Status digest_rows(struct reading *reading, CockpitFigure figure, struct digests *digests, struct buf *text) {
    struct book *book = reading->book;
    Status status;
    TRY(rows_ask(reading, rows_of(figure), INT64_MIN, SLICE(""), COCKPIT_HASHED_MAX + 1));
    while ((status = book_next(book)) == STATUS_OK) {
        struct json_writer json;
        buf_reset(text);
        json_writer_init(&json, text);
        put_row(book, &json);
        json_writer_finish(&json);
        if (digests->count == COCKPIT_HASHED_MAX || buf_overflowed(text)) {
            return book_fail(book, STATUS_LIMIT, "CP008", "the figure '%s' has more than %d rows, or one of more than %d bytes: that is not hashed",
                             cockpit_figure_info(figure)->id, COCKPIT_HASHED_MAX, ROW_TEXT_MAX);
        }
        add_digest(digests, buf_slice(text));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status reading_hash(struct reading *reading, CockpitFigure figure, char ret_hash[static 65]) {
    struct digests digests = {0};
    unsigned char whole[DIGEST_SIZE];
    struct buf text;
    buf_init(&text, ROW_TEXT_MAX);
    Status status = digest_rows(reading, figure, &digests, &text);
    if (status == STATUS_OK) {
        if (digests.count > 0) {
            qsort(digests.at, digests.count, DIGEST_SIZE, by_bytes);
        }
        digest((Slice){(const char *)digests.at, digests.count * DIGEST_SIZE}, whole);
        hex_put(ret_hash, whole, DIGEST_SIZE);
        ret_hash[64] = 0;
    }
    free(digests.at);
    buf_deinit(&text);
    return status;
}

Status cockpit_hash(struct book *book, const struct cockpit_of *of, CockpitFigure figure, char ret_hash[static 65]) {
    struct coverage coverage = {0};
    struct reading reading;
    struct cockpit_value value;
    TRY(reading_begin(&reading, book, of, &coverage));
    TRY(reading_unjudged(&reading, figure, &value));
    if (!has_rows(&value)) {
        return book_fail(book, STATUS_INVALID, "CP002", "the figure '%s' is not told: %.*s", cockpit_figure_info(figure)->id,
                         SLICE_ARGS(value.why_en));
    }
    return reading_hash(&reading, figure, ret_hash);
}
