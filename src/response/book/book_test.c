// The same on both engines: $STORE is the address of a PostgreSQL database; without, it is a file
// of SQLite.

#include "base/test.h"
#include "os/scratch_test.h"
#include "response/book/book.h"

#include <stdlib.h>

static const Actor SOMEBODY = {ACTOR_KIND_PERSON, {"a.analyst", 9}};

struct world {
    struct scratch scratch;
    struct book book;
    Slice address;
    int64_t object; // another one for each test: a server's tables live on
};

static bool world_init(struct world *w) {
    static int64_t tests;
    const char *server = getenv("STORE");
    CHECK(scratch_make(&w->scratch, NULL));
    w->address = server == NULL ? arena_printf(&w->scratch.arena, "sqlite:%.*s",
                                               SLICE_ARGS(scratch_path(&w->scratch, "store.db")))
                                : slice_of(server);
    w->object = 1000 * ++tests;
    CHECK_THAT(book_open(&w->book, w->address, 1, &w->scratch.arena, &w->scratch.diag) == STATUS_OK,
               "%.*s", SLICE_ARGS(w->scratch.diag.message));
    return true;
}

static bool world_deinit(struct world *w) {
    book_close(&w->book);
    return scratch_remove(&w->scratch);
}

static Status within(struct world *w, int64_t now_us, BookWork *work) {
    return book_do(&w->book, SOMEBODY, now_us, work, w, &w->scratch.arena, &w->scratch.diag);
}

// ---- timers
// -----------------------------------------------------------------------------------------------

static Status set_timers(void *context, struct book *book) {
    struct world *w = context;
    TRY(book_timer_set(book, TIMER_HOLD, w->object, 500));
    TRY(book_timer_set(book, TIMER_TASK, w->object, 300));
    TRY(book_timer_set(book, TIMER_HOLD, w->object + 1, 400));
    return book_timer_set(book, TIMER_HOLD, w->object, 350); // moved
}

static Status fire_timers(void *context, struct book *book) {
    struct world *w = context;
    struct due_timer due[8];
    uint32_t count;
    TRY(book_timers_due(book, due, 8, &count));
    bool ok = count == 2 && due[0].kind == TIMER_TASK && due[0].due_us == 300 &&
              due[1].kind == TIMER_HOLD && due[1].object == w->object && due[1].due_us == 350;
    for (uint32_t i = 0; i < count; i++) {
        TRY(book_timer_clear(book, due[i].kind, due[i].object));
    }
    return ok ? STATUS_OK : STATUS_INVALID;
}

static Status the_last_timer(void *context, struct book *book) {
    struct world *w = context;
    int64_t next;
    struct due_timer due[8];
    uint32_t count;
    TRY(book_timer_next(book, &next));
    TRY(book_timers_due(book, due, 8, &count));
    ENSURE(next == 400 && count == 0, STATUS_INVALID);
    TRY(book_timer_clear(book, TIMER_HOLD, w->object + 1));
    TRY(book_timer_next(book, &next));
    return next == INT64_MAX ? STATUS_OK : STATUS_INVALID;
}

static bool test_timers(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK(within(&w, 1, set_timers) == STATUS_OK);
    CHECK(within(&w, 399, fire_timers) == STATUS_OK);
    CHECK(within(&w, 399, the_last_timer) == STATUS_OK);
    return world_deinit(&w);
}

// ---- trace
// ------------------------------------------------------------------------------------------------

static Status trace_twice(void *context, struct book *book) {
    struct world *w = context;
    struct trace trace = {.object_kind = "alert",
                          .object = w->object,
                          .from = SLICE(""),
                          .to = SLICE("NEW"),
                          .reason = SLICE("hit"),
                          .detail = SLICE("{\"a\":\"钱\"}")};
    TRY(book_trace(book, &trace));
    trace.from = trace.to;
    trace.to = SLICE("QUEUED");
    return book_trace(book, &trace);
}

static Status verify_two(void *context, struct book *book) {
    struct world *w = context;
    uint32_t count;
    TRY(book_trace_verify(book, "alert", w->object, &count));
    return count == 2 ? STATUS_OK : STATUS_LIMIT;
}

static Status tamper(void *context, struct book *book) {
    static const struct statement TAMPER = {
        "tamper", "UPDATE trace SET reason = 'nothing' WHERE object = ?1 AND number = 1"};
    struct world *w = context;
    return book_run(book, &TAMPER, STORE_VALUES(store_i64(w->object)));
}

static Status cut(void *context, struct book *book) {
    static const struct statement CUT = {"cut",
                                         "DELETE FROM trace WHERE object = ?1 AND number = 1"};
    struct world *w = context;
    return book_run(book, &CUT, STORE_VALUES(store_i64(w->object)));
}

static bool test_trace(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK(within(&w, 5, trace_twice) == STATUS_OK && within(&w, 5, verify_two) == STATUS_OK);
    CHECK(within(&w, 5, tamper) == STATUS_OK);
    CHECK(within(&w, 5, verify_two) == STATUS_INVALID && strcmp(w.scratch.diag.code, "BK001") == 0);
    CHECK(within(&w, 5, cut) == STATUS_OK);
    CHECK(within(&w, 5, verify_two) == STATUS_INVALID && strcmp(w.scratch.diag.code, "BK001") == 0);
    return world_deinit(&w);
}

// A unit of work that fails leaves nothing behind.
static Status trace_and_fail(void *context, struct book *book) {
    TRY(trace_twice(context, book));
    return book_fail(book, STATUS_INVALID, "BK000", "as wanted");
}

static Status no_trace(void *context, struct book *book) {
    struct world *w = context;
    uint32_t count;
    TRY(book_trace_verify(book, "alert", w->object, &count));
    return count == 0 ? STATUS_OK : STATUS_INVALID;
}

static bool test_whole_or_not_at_all(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK(within(&w, 5, trace_and_fail) == STATUS_INVALID &&
          slice_is(w.scratch.diag.message, "as wanted"));
    CHECK(within(&w, 5, no_trace) == STATUS_OK);
    return world_deinit(&w);
}

// ---- messages
// ---------------------------------------------------------------------------------------------

static Status send_three(void *context, struct book *book) {
    struct world *w = context;
    struct message message = {.endpoint = SLICE("core"),
                              .kind = SLICE("hold.held"),
                              .object_kind = "hold",
                              .object = w->object,
                              .body = SLICE("{}")};
    TRY(book_message(book, &message, NULL));
    message.kind = SLICE("hold.released");
    TRY(book_message(book, &message, NULL));
    message.object++;
    return book_message(book, &message, NULL);
}

// Of one object, the second waits for the first; of another, it does not.
static Status deliver_in_order(void *context, struct book *book) {
    struct world *w = context;
    struct message due[8];
    uint32_t count;
    TRY(book_messages_due(book, due, 8, &count));
    ENSURE(count == 2 && slice_is(due[0].kind, "hold.held") && due[1].object == w->object + 1,
           STATUS_INVALID);
    TRY(book_messages_count(book, SLICE("core"), 8, &count));
    ENSURE(count == 3, STATUS_INVALID); // the second of the object too
    TRY(book_messages_count(book, SLICE("core"), 2, &count));
    ENSURE(count == 2, STATUS_INVALID);
    TRY(book_messages_count(book, SLICE("contact"), 8, &count));
    ENSURE(count == 0, STATUS_INVALID);
    TRY(book_message_tried(book, due[0].id, MESSAGE_AGAIN, book->now_us + 100, 503, SLICE("busy")));
    TRY(book_message_tried(book, due[1].id, MESSAGE_DELIVERED, 0, 204, SLICE("")));
    TRY(book_messages_due(book, due, 8, &count));
    ENSURE(count == 0, STATUS_INVALID); // the second is not sent before the first
    book->now_us += 100;
    TRY(book_messages_due(book, due, 8, &count));
    ENSURE(count == 1 && slice_is(due[0].kind, "hold.held") && due[0].attempts == 1,
           STATUS_INVALID);
    TRY(book_message_tried(book, due[0].id, MESSAGE_DEAD, 0, 410, SLICE("gone")));
    TRY(book_messages_due(book, due, 8, &count));
    ENSURE(count == 1 && slice_is(due[0].kind, "hold.released"), STATUS_INVALID);
    return book_message_tried(book, due[0].id, MESSAGE_DELIVERED, 0, 200, SLICE(""));
}

static bool test_messages(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK(within(&w, 10, send_three) == STATUS_OK);
    CHECK(within(&w, 10, deliver_in_order) == STATUS_OK);
    return world_deinit(&w);
}

// ---- how far a stream is
// ----------------------------------------------------------------------------------

static Status advance(void *context, struct book *book) {
    struct world *w = context;
    uint64_t at;
    Slice name = arena_printf(book->arena, "stream %lld", (long long)w->object);
    TRY(book_feed_at(book, name, &at));
    ENSURE(at == 0, STATUS_LIMIT);
    TRY(book_feed_advance(book, name, 0, 12));
    TRY(book_feed_advance(book, name, 12, 40));
    TRY(book_feed_at(book, name, &at));
    ENSURE(at == 40, STATUS_LIMIT);
    return book_feed_advance(book, name, 12, 50); // somebody who did not know
}

static bool test_feed(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK(within(&w, 10, advance) == STATUS_INVALID && strcmp(w.scratch.diag.code, "BK003") == 0);
    return world_deinit(&w);
}

// Two books on one store: what one does in between, the other's unit of work is made anew.
struct race {
    struct world *w;
    struct book other;
    int runs;
};

static Status count_other(void *context, struct book *book) {
    struct race *race = context;
    int64_t value;
    return book_count_up(book, arena_printf(book->arena, "race %lld", (long long)race->w->object),
                         &value);
}

static bool test_numbers_without_gap(void) {
    enum { ROUNDS = 20 };
    struct world w;
    CHECK(world_init(&w));
    struct race race = {.w = &w};
    struct diag diag;
    CHECK(book_open(&race.other, w.address, 1, &w.scratch.arena, &diag) == STATUS_OK);
    for (int i = 0; i < ROUNDS; i++) {
        struct book *turn = i % 2 == 0 ? &w.book : &race.other;
        CHECK(book_do(turn, SOMEBODY, 5, count_other, &race, &w.scratch.arena, &diag) == STATUS_OK);
    }
    static const struct statement VALUE = {"race_value",
                                           "SELECT value FROM counter WHERE name = ?1"};
    CHECK(store_query(w.book.store, &VALUE,
                      STORE_VALUES(store_text(
                          arena_printf(&w.scratch.arena, "race %lld", (long long)w.object))),
                      &diag) == STATUS_OK);
    CHECK(store_next(w.book.store, &diag) == STATUS_OK &&
          store_column_i64(w.book.store, 0) == ROUNDS);
    book_close(&race.other);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_timers),   TEST(test_trace), TEST(test_whole_or_not_at_all),
        TEST(test_messages), TEST(test_feed),  TEST(test_numbers_without_gap)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
