// Timers: one row for each kind and object.

#include "response/book/book.h"

static const char *const words[] = {
#define TIMER(name, word, text) word,
#include "response/book/timers.def"
#undef TIMER
};

static const struct statement SET = {
    "timer_set", "INSERT INTO timer (kind, object, due_us) VALUES (?1, ?2, ?3) ON CONFLICT (kind, "
                 "object) DO UPDATE SET due_us = excluded.due_us"};
static const struct statement CLEAR = {"timer_clear",
                                       "DELETE FROM timer WHERE kind = ?1 AND object = ?2"};
static const struct statement DUE = {"timer_due",
                                     "SELECT kind, object, due_us FROM timer WHERE due_us <= ?1 "
                                     "ORDER BY due_us, kind, object LIMIT ?2"};
static const struct statement NEXT = {"timer_next",
                                      "SELECT due_us FROM timer ORDER BY due_us LIMIT 1"};

Slice timer_word(TimerKind kind) {
    return slice_of(words[kind]);
}

Status book_timer_set(struct book *book, TimerKind kind, int64_t object, int64_t due_us) {
    return book_run(
        book, &SET,
        STORE_VALUES(store_text(timer_word(kind)), store_i64(object), store_i64(due_us)));
}

Status book_timer_clear(struct book *book, TimerKind kind, int64_t object) {
    return book_run(book, &CLEAR, STORE_VALUES(store_text(timer_word(kind)), store_i64(object)));
}

static bool kind_of(Slice word, TimerKind *ret_kind) {
    for (uint32_t i = 0; i < TIMER_KIND_COUNT; i++) {
        if (slice_is(word, words[i])) {
            *ret_kind = (TimerKind)i;
            return true;
        }
    }
    return false;
}

Status book_timers_due(struct book *book, struct due_timer *ret_timers, uint32_t count_max,
                       uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, &DUE, STORE_VALUES(store_i64(book->now_us), store_i64(count_max))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct due_timer *timer = &ret_timers[count];
        if (!kind_of(store_column_text(book->store, 0), &timer->kind)) {
            return book_fail(book, STATUS_INVALID, "BK004",
                             "the store holds a timer of a kind that this program does not know");
        }
        timer->object = book_i64(book, 1);
        timer->due_us = book_i64(book, 2);
        count++;
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

Status book_timer_next(struct book *book, int64_t *ret_due_us) {
    Status status = book_number(book, &NEXT, STORE_NO_VALUES, ret_due_us);
    if (status == STATUS_NOT_FOUND) {
        *ret_due_us = INT64_MAX;
        return STATUS_OK;
    }
    return status;
}
