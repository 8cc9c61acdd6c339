// The same on both engines: $STORE is the address of an empty PostgreSQL database; without, it is a file of SQLite.

#include "base/test.h"
#include "os/scratch_test.h"
#include "store/store.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static const struct migration MIGRATIONS[] = {
    {1, "things", "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, weight DOUBLE PRECISION, body BYTEA);"
                  "CREATE INDEX thing_weight ON thing (weight)"},
    {2, "parts", "CREATE TABLE part (thing BIGINT NOT NULL REFERENCES thing (id), number BIGINT NOT NULL CHECK (number >= 0), PRIMARY KEY (thing, number))"},
};

static const struct statement ADD = {"thing_add", "INSERT INTO thing (id, name, weight, body) VALUES (?1, ?2, ?3, ?4)"};
static const struct statement PUT = {"thing_put", "INSERT INTO thing (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = excluded.name"};
static const struct statement LIST = {"thing_list", "SELECT id, name, weight, body FROM thing WHERE name <> 'it''s ?1' AND id >= ?1 ORDER BY id"};
static const struct statement COUNT = {"thing_count", "SELECT COUNT(*), CAST(SUM(id) AS BIGINT) FROM thing"};
static const struct statement REMOVE = {"thing_remove", "DELETE FROM thing WHERE id >= ?1"};
static const struct statement ADD_PART = {"part_add", "INSERT INTO part (thing, number) VALUES (?1, ?2)"};
static const struct statement RAISE = {"thing_raise", "UPDATE thing SET weight = weight + 1 WHERE id = ?1"};

struct world {
    struct scratch scratch;
    struct store *store;
    Slice address;
};

static bool world_init(struct world *w) {
    const char *server = getenv("STORE");
    CHECK(scratch_make(&w->scratch, NULL));
    w->address = server == NULL ? arena_printf(&w->scratch.arena, "sqlite:%.*s", SLICE_ARGS(scratch_path(&w->scratch, "store.db"))) : slice_of(server);
    CHECK(store_open(w->address, &w->scratch.arena, &w->store, &w->scratch.diag) == STATUS_OK);
    CHECK(store_is_embedded(w->store) == (server == NULL));
    CHECK(store_migrate(w->store, MIGRATIONS, 2, 1000, &w->scratch.diag) == STATUS_OK);
    CHECK(store_run(w->store, &(struct statement){"clear_parts", "DELETE FROM part"}, STORE_NO_VALUES, NULL, &w->scratch.diag) == STATUS_OK);
    CHECK(store_run(w->store, &REMOVE, STORE_VALUES(store_i64(INT64_MIN)), NULL, &w->scratch.diag) == STATUS_OK);
    return true;
}

static bool world_deinit(struct world *w) {
    store_close(w->store);
    return scratch_remove(&w->scratch);
}

static Status add(struct world *w, int64_t id, const char *name) {
    return store_run(w->store, &ADD, STORE_VALUES(store_i64(id), store_text(slice_of(name)), store_null(), store_null()), NULL, &w->scratch.diag);
}

static int64_t count(struct world *w) {
    INVARIANT(store_query(w->store, &COUNT, STORE_NO_VALUES, &w->scratch.diag) == STATUS_OK && store_next(w->store, &w->scratch.diag) == STATUS_OK);
    return store_column_i64(w->store, 0);
}

static bool test_values(void) {
    struct world w;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w));
    const Slice bytes = {"\0\xff'\\", 4};
    const int64_t least = INT64_MIN;
    CHECK(store_run(w.store, &ADD, STORE_VALUES(store_i64(least), store_text(SLICE("钱塘 '?2' \\ \"")), store_f64(0.1), store_bytes(bytes)), NULL, diag) == STATUS_OK);
    CHECK(store_run(w.store, &ADD, STORE_VALUES(store_i64(INT64_MAX), store_text(SLICE("")), store_f64(-1e300), store_bytes(SLICE(""))), NULL, diag) == STATUS_OK);
    CHECK(add(&w, 0, "nothing") == STATUS_OK);
    CHECK(store_query(w.store, &LIST, STORE_VALUES(store_i64(least)), diag) == STATUS_OK);
    CHECK(store_next(w.store, diag) == STATUS_OK && store_column_i64(w.store, 0) == least && store_column_f64(w.store, 2) == 0.1);
    CHECK(slice_is(store_column_text(w.store, 1), "钱塘 '?2' \\ \"") && slice_equal(store_column_text(w.store, 3), bytes));
    CHECK(store_next(w.store, diag) == STATUS_OK && store_column_i64(w.store, 0) == 0 && store_column_is_null(w.store, 2) && store_column_is_null(w.store, 3));
    CHECK(store_column_f64(w.store, 2) == 0 && slice_empty(store_column_text(w.store, 3)));
    CHECK(store_next(w.store, diag) == STATUS_OK && store_column_i64(w.store, 0) == INT64_MAX && store_column_f64(w.store, 2) == -1e300);
    CHECK(!store_column_is_null(w.store, 1) && slice_empty(store_column_text(w.store, 1)) && !store_column_is_null(w.store, 3) && slice_empty(store_column_text(w.store, 3)));
    CHECK(store_next(w.store, diag) == STATUS_END);
    return world_deinit(&w);
}

// Asking again, or something else, ends what was asked before.
static bool test_asking(void) {
    struct world w;
    struct diag *diag = &w.scratch.diag;
    int64_t changed;
    CHECK(world_init(&w));
    CHECK(store_begin(w.store, diag) == STATUS_OK);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        CHECK(add(&w, i, name) == STATUS_OK);
    }
    CHECK(store_commit(w.store, diag) == STATUS_OK);
    CHECK(store_query(w.store, &LIST, STORE_VALUES(store_i64(0)), diag) == STATUS_OK && store_next(w.store, diag) == STATUS_OK);
    CHECK(store_query(w.store, &LIST, STORE_VALUES(store_i64(998)), diag) == STATUS_OK && store_next(w.store, diag) == STATUS_OK);
    CHECK(store_column_i64(w.store, 0) == 998 && store_next(w.store, diag) == STATUS_OK && store_next(w.store, diag) == STATUS_END);
    CHECK(store_query(w.store, &LIST, STORE_VALUES(store_i64(0)), diag) == STATUS_OK && store_next(w.store, diag) == STATUS_OK);
    CHECK(store_run(w.store, &REMOVE, STORE_VALUES(store_i64(990)), &changed, diag) == STATUS_OK && changed == 10);
    CHECK(store_run(w.store, &PUT, STORE_VALUES(store_i64(5), store_text(SLICE("five"))), &changed, diag) == STATUS_OK && changed == 1);
    CHECK(store_query(w.store, &COUNT, STORE_NO_VALUES, diag) == STATUS_OK && store_next(w.store, diag) == STATUS_OK);
    CHECK(store_column_i64(w.store, 0) == 990 && store_column_i64(w.store, 1) == 989 * 990 / 2);
    return world_deinit(&w);
}

static bool refuses(struct world *w, Status status, Status wanted, const char *code) {
    CHECK_THAT(status == wanted && strcmp(w->scratch.diag.code, code) == 0, "%d %s %.*s", (int)status, w->scratch.diag.code, SLICE_ARGS(w->scratch.diag.message));
    CHECK(memchr(w->scratch.diag.message.at, '\n', w->scratch.diag.message.size) == NULL);
    return true;
}

static bool test_refusals(void) {
    static const struct statement NONSENSE = {"nonsense", "SELECT x FROM nowhere"};
    struct world w;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w));
    CHECK(add(&w, 1, "one") == STATUS_OK);
    CHECK(refuses(&w, add(&w, 1, "two"), STATUS_INVALID, "ST003") && refuses(&w, add(&w, 2, "one"), STATUS_INVALID, "ST003"));
    CHECK(refuses(&w, store_run(w.store, &ADD_PART, STORE_VALUES(store_i64(9), store_i64(1)), NULL, diag), STATUS_INVALID, "ST003"));
    CHECK(refuses(&w, store_run(w.store, &ADD_PART, STORE_VALUES(store_i64(1), store_i64(-1)), NULL, diag), STATUS_INVALID, "ST003"));
    CHECK(refuses(&w, store_run(w.store, &ADD, STORE_VALUES(store_i64(3), store_null(), store_null(), store_null()), NULL, diag), STATUS_INVALID, "ST003"));
    CHECK(refuses(&w, store_run(w.store, &PUT, STORE_VALUES(store_i64(3), store_text(SLICE("a\xff"))), NULL, diag), STATUS_INVALID, "ST007"));
    CHECK(refuses(&w, store_run(w.store, &PUT, STORE_VALUES(store_i64(3), store_text(((Slice){"a\0b", 3}))), NULL, diag), STATUS_INVALID, "ST007"));
    Status status = store_query(w.store, &NONSENSE, STORE_NO_VALUES, diag);
    CHECK(refuses(&w, status, STATUS_INVALID, "ST004"));
    CHECK(count(&w) == 1); // it goes on
    return world_deinit(&w);
}

static bool test_transactions(void) {
    struct world w;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w));
    store_rollback(w.store); // none was begun
    CHECK(store_begin(w.store, diag) == STATUS_OK && add(&w, 1, "one") == STATUS_OK && count(&w) == 1);
    store_rollback(w.store);
    CHECK(count(&w) == 0);
    CHECK(store_begin(w.store, diag) == STATUS_OK && add(&w, 1, "one") == STATUS_OK && add(&w, 1, "one") == STATUS_INVALID);
    store_rollback(w.store);
    CHECK(count(&w) == 0);
    CHECK(store_begin(w.store, diag) == STATUS_OK && add(&w, 1, "one") == STATUS_OK && store_commit(w.store, diag) == STATUS_OK);
    struct store *other;
    CHECK(store_open(w.address, &w.scratch.arena, &other, diag) == STATUS_OK);
    CHECK(store_query(other, &COUNT, STORE_NO_VALUES, diag) == STATUS_OK && store_next(other, diag) == STATUS_OK && store_column_i64(other, 0) == 1);
    store_close(other);
    CHECK(store_begin(w.store, diag) == STATUS_OK && add(&w, 2, "two") == STATUS_OK); // and closed without a commit
    store_close(w.store);
    CHECK(store_open(w.address, &w.scratch.arena, &w.store, diag) == STATUS_OK && count(&w) == 1);
    return world_deinit(&w);
}

enum { RAISERS = 4, RAISES = 50 };

static Status raise_once(struct store *store, struct diag *diag) {
    TRY(store_begin(store, diag));
    Status status = store_run(store, &RAISE, STORE_VALUES(store_i64(1)), NULL, diag);
    if (status == STATUS_OK) {
        return store_commit(store, diag);
    }
    store_rollback(store);
    return status;
}

static void *raise_often(void *context) {
    const struct world *w = context;
    struct arena arena;
    struct diag diag;
    struct store *store;
    arena_init(&arena, 1 << 12);
    uintptr_t failed = store_open(w->address, &arena, &store, &diag) != STATUS_OK;
    for (int i = 0; i < RAISES && !failed;) {
        Status status = raise_once(store, &diag);
        failed = status != STATUS_OK && !(status == STATUS_LIMIT && strcmp(diag.code, "ST006") == 0);
        i += status == STATUS_OK;
    }
    store_close(store);
    arena_deinit(&arena);
    return (void *)failed;
}

// What is counted by several at once is counted by all of them.
static bool test_at_once(void) {
    struct world w;
    pthread_t threads[RAISERS];
    CHECK(world_init(&w));
    CHECK(store_run(w.store, &ADD, STORE_VALUES(store_i64(1), store_text(SLICE("one")), store_f64(0), store_null()), NULL, &w.scratch.diag) == STATUS_OK);
    for (int i = 0; i < RAISERS; i++) {
        CHECK(pthread_create(&threads[i], NULL, raise_often, &w) == 0);
    }
    for (int i = 0; i < RAISERS; i++) {
        void *failed;
        CHECK(pthread_join(threads[i], &failed) == 0 && failed == NULL);
    }
    CHECK(store_query(w.store, &LIST, STORE_VALUES(store_i64(1)), &w.scratch.diag) == STATUS_OK && store_next(w.store, &w.scratch.diag) == STATUS_OK);
    CHECK(store_column_f64(w.store, 2) == RAISERS * RAISES);
    return world_deinit(&w);
}

static bool test_migrations(void) {
    struct world w;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w));
    CHECK(add(&w, 1, "one") == STATUS_OK);
    CHECK(store_migrate(w.store, MIGRATIONS, 2, 2000, diag) == STATUS_OK && count(&w) == 1);
    CHECK(refuses(&w, store_migrate(w.store, MIGRATIONS, 1, 2000, diag), STATUS_INVALID, "ST005")); // of a newer program
    struct migration other[3] = {MIGRATIONS[0], {2, "parts", "CREATE TABLE part (thing BIGINT)"}};
    CHECK(refuses(&w, store_migrate(w.store, other, 2, 2000, diag), STATUS_INVALID, "ST005"));
    // One that fails in its middle leaves nothing.
    memcpy(other, MIGRATIONS, sizeof MIGRATIONS);
    other[2] = (struct migration){3, "wrong", "CREATE TABLE wrong (id BIGINT); CREATE TABLE thing (id BIGINT)"};
    CHECK(refuses(&w, store_migrate(w.store, other, 3, 2000, diag), STATUS_INVALID, "ST004"));
    other[2].text = "ALTER TABLE thing ADD COLUMN extra TEXT; CREATE TABLE wrong (id BIGINT); DROP TABLE wrong; ALTER TABLE thing DROP COLUMN extra";
    CHECK(store_migrate(w.store, other, 3, 3000, diag) == STATUS_OK && count(&w) == 1);
    static const struct statement FORGET = {"forget", "DELETE FROM migration WHERE number = ?1"};
    CHECK(store_run(w.store, &FORGET, STORE_VALUES(store_i64(3)), NULL, diag) == STATUS_OK); // the next test begins where this one did
    return world_deinit(&w);
}

static bool test_addresses(void) {
    static const char *const wrong[] = {"", "mysql://x", "sqlite", "/a/b"};
    struct world w;
    struct store *store;
    CHECK(world_init(&w));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(refuses(&w, store_open(slice_of(wrong[i]), &w.scratch.arena, &store, &w.scratch.diag), STATUS_INVALID, "ST001") && store == NULL);
    }
    Slice nowhere = arena_printf(&w.scratch.arena, "sqlite:%s/nowhere/store.db", w.scratch.path);
    CHECK(refuses(&w, store_open(nowhere, &w.scratch.arena, &store, &w.scratch.diag), STATUS_IO, "ST001"));
    Slice none = SLICE("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2");
    CHECK(refuses(&w, store_open(none, &w.scratch.arena, &store, &w.scratch.diag), STATUS_IO, "ST001"));
    store_close(NULL);
    return world_deinit(&w);
}

// Bytes that are no database are told as such, and stay as they are.
static bool test_another_file(void) {
    struct world w;
    struct store *store;
    CHECK(world_init(&w));
    Slice path = scratch_path(&w.scratch, "other.db");
    FILE *file = fopen(path.at, "w");
    for (int i = 0; i < 5000; i++) {
        fputs("this is no database ", file);
    }
    CHECK(fclose(file) == 0);
    Slice address = arena_printf(&w.scratch.arena, "sqlite:%.*s", SLICE_ARGS(path));
    CHECK(refuses(&w, store_open(address, &w.scratch.arena, &store, &w.scratch.diag), STATUS_IO, "ST001") && store == NULL);
    return world_deinit(&w);
}

// While somebody writes, others read what was there before, and do not wait.
static bool test_reading_beside_writing(void) {
    struct world w;
    struct store *other;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w) && add(&w, 1, "one") == STATUS_OK);
    CHECK(store_open(w.address, &w.scratch.arena, &other, diag) == STATUS_OK);
    CHECK(store_begin(w.store, diag) == STATUS_OK && add(&w, 2, "two") == STATUS_OK);
    CHECK(store_begin_reading(other, diag) == STATUS_OK && store_query(other, &COUNT, STORE_NO_VALUES, diag) == STATUS_OK && store_next(other, diag) == STATUS_OK);
    CHECK(store_column_i64(other, 0) == 1);
    CHECK(store_commit(w.store, diag) == STATUS_OK);
    CHECK(store_query(other, &COUNT, STORE_NO_VALUES, diag) == STATUS_OK && store_next(other, diag) == STATUS_OK && store_column_i64(other, 0) == 1); // the same moment
    CHECK(store_commit(other, diag) == STATUS_OK && store_begin_reading(other, diag) == STATUS_OK);
    CHECK(store_query(other, &COUNT, STORE_NO_VALUES, diag) == STATUS_OK && store_next(other, diag) == STATUS_OK && store_column_i64(other, 0) == 2);
    store_close(other);
    return world_deinit(&w);
}

static bool test_copying(void) {
    enum { ROWS = 5000 };
    struct world w;
    struct store *copy;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w));
    Slice path = scratch_path(&w.scratch, "copy.db");
    if (!store_is_embedded(w.store)) {
        CHECK(refuses(&w, store_copy(w.store, path, diag), STATUS_INVALID, "ST009"));
        return world_deinit(&w);
    }
    CHECK(store_begin(w.store, diag) == STATUS_OK);
    for (int64_t i = 0; i < ROWS; i++) {
        CHECK(add(&w, i, arena_printf(&w.scratch.arena, "thing %lld with a name that fills pages", (long long)i).at) == STATUS_OK);
    }
    CHECK(store_commit(w.store, diag) == STATUS_OK);
    CHECK(store_copy(w.store, path, diag) == STATUS_OK && add(&w, ROWS, "afterwards") == STATUS_OK);
    CHECK(store_open(arena_printf(&w.scratch.arena, "sqlite:%.*s", SLICE_ARGS(path)), &w.scratch.arena, &copy, diag) == STATUS_OK);
    CHECK(store_migrate(copy, MIGRATIONS, 2, 1, diag) == STATUS_OK); // a store like the one that it is of
    CHECK(store_query(copy, &COUNT, STORE_NO_VALUES, diag) == STATUS_OK && store_next(copy, diag) == STATUS_OK && store_column_i64(copy, 0) == ROWS);
    store_close(copy);
    CHECK(refuses(&w, store_copy(w.store, scratch_path(&w.scratch, "nowhere/copy.db"), diag), STATUS_IO, "ST002"));
    return world_deinit(&w);
}

// Nothing is written into a file that was moved away, and what was there is there when it is back.
static bool test_moved_away(void) {
    struct world w;
    struct diag *diag = &w.scratch.diag;
    CHECK(world_init(&w));
    if (store_is_embedded(w.store)) {
        Slice path = scratch_path(&w.scratch, "store.db");
        Slice away = scratch_path(&w.scratch, "away.db");
        CHECK(add(&w, 1, "one") == STATUS_OK && rename(path.at, away.at) == 0);
        CHECK(refuses(&w, add(&w, 2, "two"), STATUS_IO, "ST002") && refuses(&w, store_begin(w.store, diag), STATUS_IO, "ST002"));
        CHECK(rename(away.at, path.at) == 0 && add(&w, 3, "three") == STATUS_OK && count(&w) == 2);
    }
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_values),     TEST(test_asking),     TEST(test_refusals),  TEST(test_transactions),
                                        TEST(test_at_once),    TEST(test_migrations), TEST(test_addresses), TEST(test_another_file),
                                        TEST(test_reading_beside_writing), TEST(test_copying), TEST(test_moved_away)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
