#include "response/book/book.h"

#include "response/book/migrations.h"

#include <stdio.h>

enum { OPENED_BLOCK = 16 << 10 };

static Status migrate(struct book *book, int64_t now_us, struct diag *diag) {
    const struct migration migrations[] = {
        {1, "book", migration_0001.at},
        {2, "disposition", migration_0002.at},
        {3, "contact and controls", migration_0003.at},
        {4, "orders", migration_0004.at},
        {5, "cases", migration_0005.at},
        {6, "referrals", migration_0006.at},
        {7, "cockpit", migration_0007.at},
        {8, "office", migration_0008.at},
        {9, "faster", migration_0009.at},
        {10, "sides", migration_0010.at},
        {11, "of one alert", migration_0011.at},
        {12, "lists", migration_0012.at},
        {13, "names", migration_0013.at},
        {14, "holds of account", migration_0014.at},
        {15, "kept", migration_0015.at},
    };
    return store_migrate(book->store, migrations, sizeof migrations / sizeof migrations[0], now_us,
                         diag);
}

Status book_open(struct book *book, Slice address, int64_t now_us, struct arena *arena,
                 struct diag *diag) {
    *book = (struct book){0};
    TRY(store_open(address, arena, &book->store, diag));
    Status status = migrate(book, now_us, diag);
    if (status != STATUS_OK) {
        store_close(book->store);
        return status;
    }
    arena_init(&book->opened, OPENED_BLOCK);
    return STATUS_OK;
}

void book_close(struct book *book) {
    if (book->store != NULL) {
        store_close(book->store);
        arena_deinit(&book->opened);
        book->store = NULL;
    }
}

// ---- units of work
// ----------------------------------------------------------------------------------------

static Status attempt(struct book *book, bool reads, BookWork *work, void *context) {
    TRY(reads ? store_begin_reading(book->store, book->diag) : store_begin(book->store, book->diag));
    Status status = work(context, book);
    if (status == STATUS_OK) {
        status = store_commit(book->store, book->diag);
    }
    if (status != STATUS_OK) {
        store_rollback(book->store);
    }
    return status;
}

static bool others_were_in_the_way(Status status, const struct diag *diag) {
    return status == STATUS_LIMIT && diag->code != NULL && strcmp(diag->code, "ST006") == 0;
}

static Status attempt_often(struct book *book, bool reads, BookWork *work, void *context) {
    ArenaMark mark = arena_mark(book->arena);
    for (uint32_t tries = 0; tries < BOOK_TRIES_MAX; tries++) {
        arena_rewind(book->arena, mark);
        Status status = attempt(book, reads, work, context);
        if (!others_were_in_the_way(status, book->diag)) {
            return status;
        }
    }
    return book_fail(book, STATUS_LIMIT, "BK002", "others changed the same rows %d times; try again",
                     BOOK_TRIES_MAX);
}

Status book_do(struct book *book, Actor actor, int64_t now_us, BookWork *work, void *context,
               struct arena *arena, struct diag *diag) {
    book->arena = arena;
    book->diag = diag;
    book->now_us = now_us;
    book->actor = actor;
    return attempt_often(book, false, work, context);
}

Status book_read(struct book *book, int64_t now_us, BookWork *work, void *context,
                 struct arena *arena, struct diag *diag) {
    book->arena = arena;
    book->diag = diag;
    book->now_us = now_us;
    book->actor = (Actor){ACTOR_KIND_SYSTEM, SLICE("")};
    return attempt_often(book, true, work, context);
}

Status book_run(struct book *book, const struct statement *statement, StoreValues values) {
    return store_run(book->store, statement, values, NULL, book->diag);
}

Status book_change(struct book *book, const struct statement *statement, StoreValues values,
                   int64_t *ret_changed) {
    return store_run(book->store, statement, values, ret_changed, book->diag);
}

Status book_ask(struct book *book, const struct statement *statement, StoreValues values) {
    return store_query(book->store, statement, values, book->diag);
}

Status book_next(struct book *book) {
    return store_next(book->store, book->diag);
}

Status book_one(struct book *book, const struct statement *statement, StoreValues values) {
    TRY(book_ask(book, statement, values));
    Status status = book_next(book);
    return status == STATUS_END ? STATUS_NOT_FOUND : status;
}

Status book_number(struct book *book, const struct statement *statement, StoreValues values,
                   int64_t *ret_number) {
    TRY(book_one(book, statement, values));
    *ret_number = book_i64(book, 0);
    return STATUS_OK;
}

int64_t book_i64(const struct book *book, uint32_t column) {
    return store_column_i64(book->store, column);
}

double book_f64(const struct book *book, uint32_t column) {
    return store_column_f64(book->store, column);
}

Slice book_text(const struct book *book, uint32_t column) {
    return arena_copy(book->arena, store_column_text(book->store, column));
}

bool book_is_null(const struct book *book, uint32_t column) {
    return store_column_is_null(book->store, column);
}

Status book_fail(struct book *book, Status status, const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Slice message = arena_vprintf(book->arena, format, arguments);
    va_end(arguments);
    return diag_fail(book->diag, book->arena, status, code, "%.*s", SLICE_ARGS(message));
}

// ---- numbers
// ----------------------------------------------------------------------------------------------

static const struct statement COUNT_UP = {
    "counter_up", "INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE "
                  "SET value = counter.value + ?2 RETURNING value"};

Status book_count_up(struct book *book, Slice series, int64_t *ret_value) {
    return book_count_up_by(book, series, 1, ret_value);
}

Status book_count_up_by(struct book *book, Slice series, uint32_t count, int64_t *ret_first) {
    int64_t last;
    TRY(book_number(book, &COUNT_UP, STORE_VALUES(store_text(series), store_i64(count)), &last));
    *ret_first = last - count + 1;
    return STATUS_OK;
}

static const struct statement FEED_AT = {"feed_at", "SELECT sequence FROM feed WHERE name = ?1"};
static const struct statement FEED_BEGIN = {
    "feed_begin",
    "INSERT INTO feed (name, sequence, at_us) VALUES (?1, 0, ?2) ON CONFLICT (name) DO NOTHING"};
static const struct statement FEED_ADVANCE = {
    "feed_advance", "UPDATE feed SET sequence = ?3, at_us = ?4 WHERE name = ?1 AND sequence = ?2"};

Status book_feed_at(struct book *book, Slice name, uint64_t *ret_sequence) {
    int64_t sequence = 0;
    Status status = book_number(book, &FEED_AT, STORE_VALUES(store_text(name)), &sequence);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
        *ret_sequence = (uint64_t)sequence;
        status = STATUS_OK;
    }
    return status;
}

Status book_feed_advance(struct book *book, Slice name, uint64_t from, uint64_t sequence) {
    int64_t changed = 0;
    if (from == 0) {
        TRY(book_run(book, &FEED_BEGIN, STORE_VALUES(store_text(name), store_i64(book->now_us))));
    }
    TRY(book_change(book, &FEED_ADVANCE,
                    STORE_VALUES(store_text(name), store_i64((int64_t)from),
                                 store_i64((int64_t)sequence), store_i64(book->now_us)),
                    &changed));
    if (changed == 0) {
        return book_fail(book, STATUS_INVALID, "BK003",
                         "the store is not at %llu of '%.*s' any more: another program feeds it as "
                         "well; only one may",
                         (unsigned long long)from, SLICE_ARGS(name));
    }
    return STATUS_OK;
}
