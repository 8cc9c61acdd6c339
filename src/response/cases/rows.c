// Rows of questions as JSON.

#include "response/cases/private.h"

static void put_column(struct book *book, uint32_t column, const char *name,
                       struct json_writer *json) {
    Slice key = slice_of(name + 1);
    switch (name[0]) {
    case 'i':
        json_key_i64(json, key, book_i64(book, column));
        break;
    case 'n':
        if (!book_is_null(book, column)) {
            json_key_i64(json, key, book_i64(book, column));
        }
        break;
    case 'f':
        json_key_double(json, key, book_f64(book, column));
        break;
    case 'b':
        json_key_bool(json, key, book_i64(book, column) != 0);
        break;
    case 't':
        json_key_string(json, key, store_column_text(book->store, column));
        break;
    case 'w':
        if (store_column_text(book->store, column).size > 0) {
            json_key_string(json, key, store_column_text(book->store, column));
        }
        break;
    case 'j':
        json_key(json, key);
        if (store_column_text(book->store, column).size > 0) {
            json_raw(json, store_column_text(book->store, column));
        } else {
            json_null(json);
        }
        break;
    default: {
        bool is_a_kind_of_column = false;
        INVARIANT(is_a_kind_of_column);
    }
    }
}

void row_put_json(struct book *book, Columns columns, struct json_writer *json) {
    for (uint32_t i = 0; i < columns.count; i++) {
        put_column(book, i, columns.at[i], json);
    }
}

Status rows_put_json(struct book *book, const struct statement *statement, StoreValues values,
                     Columns columns, const char *key, struct json_writer *json,
                     uint32_t *ret_count) {
    Status status;
    uint32_t count = 0;
    TRY(book_ask(book, statement, values));
    if (key != NULL) {
        json_key(json, slice_of(key));
    }
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        row_put_json(book, columns, json);
        json_object_end(json);
        count++;
    }
    json_array_end(json);
    if (ret_count != NULL) {
        *ret_count = count;
    }
    return status == STATUS_END ? STATUS_OK : status;
}
