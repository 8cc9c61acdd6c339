#include "response/controls/put.h"

#include "base/time.h"

struct json_writer *rendering_begin(struct rendering *rendering) {
    buf_init(&rendering->text, BOOK_TEXT_MAX);
    json_writer_init(&rendering->json, &rendering->text);
    return &rendering->json;
}

Status rendering_end(struct rendering *rendering, struct book *book, Slice *ret_text) {
    bool fits = !buf_overflowed(&rendering->text);
    if (fits) {
        json_writer_finish(&rendering->json);
        *ret_text = arena_copy(book->arena, buf_slice(&rendering->text));
    }
    buf_deinit(&rendering->text);
    ENSURE(fits,
           book_fail(book, STATUS_LIMIT, "CT007",
                     "a message would be longer than %d bytes: shorten its texts", BOOK_TEXT_MAX));
    return STATUS_OK;
}

void put_moment(struct json_writer *json, Slice key, int64_t time_us) {
    json_key(json, key);
    if (time_us == 0) {
        json_null(json);
    } else {
        json_i64(json, floor_div(time_us, US_PER_MS));
    }
}

void put_number(struct json_writer *json, Slice key, int64_t number) {
    json_key(json, key);
    if (number == 0) {
        json_null(json);
    } else {
        json_i64(json, number);
    }
}

void put_text(struct json_writer *json, Slice key, Slice text) {
    json_key(json, key);
    if (slice_empty(text)) {
        json_null(json);
    } else {
        json_string(json, text);
    }
}

StoreValue store_number(int64_t number) {
    return number == 0 ? store_null() : store_i64(number);
}

bool secrecy_exists(Slice secrecy) {
    return slice_is(secrecy, "NORMAL") || slice_is(secrecy, "AML") || slice_is(secrecy, "INSIDER");
}

Status list_ask(struct book *book, const struct list_plan *plan, const struct list_page *page) {
    int64_t after = plan->is_up || page->after != 0 ? page->after : INT64_MAX;
    int64_t count = page->count_max < LIST_ROWS_MAX ? page->count_max : LIST_ROWS_MAX;
    StoreValue values[] = {store_i64(page->viewer), store_i64(after), store_i64(count),
                           store_null(), store_null()};
    uint32_t used = 3;
    if (plan->by == LIST_BY_NUMBER) {
        values[used++] = store_i64(page->number);
    }
    if (plan->by == LIST_BY_WORD || plan->by == LIST_BY_WORD_AND_KEY) {
        values[used++] = store_text(page->word);
    }
    if (plan->by == LIST_BY_KEY || plan->by == LIST_BY_WORD_AND_KEY) {
        values[used++] = store_text(page->key);
    }
    return book_ask(book, &plan->statement, (StoreValues){values, used});
}

Status page_send(struct book *book, const struct page *page) {
    struct rendering out;
    Slice body, role;
    TRY(page_role(book, page->object_kind, page->object, page->role, &role));
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("role"), role);
    put_text(json, SLICE("contact"), page->contact == NULL ? SLICE("") : slice_of(page->contact));
    json_key_string(json, SLICE("why"), slice_of(page->kind));
    json_key_string(json, SLICE("object_kind"), slice_of(page->object_kind));
    json_key_i64(json, SLICE("object"), page->object);
    put_text(json, SLICE("problem"), page->problem);
    put_moment(json, SLICE("at"), book->now_us);
    json_object_end(json);
    TRY(rendering_end(&out, book, &body));
    return book_message(book,
                        &(struct message){.endpoint = SLICE("page"),
                                          .kind = slice_of(page->kind),
                                          .object_kind = page->object_kind,
                                          .object = page->object,
                                          .body = body},
                        NULL);
}
