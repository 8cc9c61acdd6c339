#include "store/store.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/utf8.h"
#include "store/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_MAX = 4096 };

struct store {
    struct arena *told; // diags
    struct arena names;
    struct map statements; // by name: numbers
    const struct store_engine *calls;
    void *engine;
    bool began;
    bool asks;
};

bool store_problem_set(struct store_problem *problem, Status status, const char *code, const char *format, ...) {
    va_list arguments;
    problem->status = status;
    problem->code = code;
    va_start(arguments, format);
    vsnprintf(problem->message, sizeof problem->message, format, arguments);
    va_end(arguments);
    size_t size = strlen(problem->message); // engines end their messages with a line, and have more than one
    while (size > 0 && problem->message[size - 1] == '\n') {
        problem->message[--size] = 0;
    }
    for (char *at = problem->message; (at = strchr(at, '\n')) != NULL;) {
        *at = ' ';
    }
    return false;
}

static Status fail(struct store *store, const struct store_problem *problem, struct diag *diag) {
    return diag_fail(diag, store->told, problem->status, problem->code, "%s", problem->message);
}

bool store_is_file(Slice address, Slice *ret_path) {
    Slice scheme = SLICE("sqlite:");
    bool is_file = slice_starts_with(address, scheme);
    if (is_file && ret_path != NULL) {
        *ret_path = slice_part(address, scheme.size, SIZE_MAX);
    }
    return is_file;
}

Status store_open(Slice address, struct arena *arena, struct store **ret_store, struct diag *diag) {
    struct store_problem problem;
    char text[ADDRESS_MAX];
    Slice rest = address;
    *ret_store = NULL;
    bool is_file = store_is_file(address, &rest);
    bool is_server = slice_starts_with(address, SLICE("postgresql://")) || slice_starts_with(address, SLICE("postgres://"));
    if (!(is_file || is_server) || address.size >= sizeof text || memchr(address.at, 0, address.size) != NULL) {
        return diag_fail(diag, arena, STATUS_INVALID, "ST001", "the address of a store is sqlite:PATH or postgresql://USER@HOST/DATABASE");
    }
    memcpy(text, rest.at, rest.size);
    text[rest.size] = 0;
    const struct store_engine *calls = is_file ? &store_sqlite : &store_postgresql;
    void *engine = calls->open(text, &problem);
    if (engine == NULL) {
        return diag_fail(diag, arena, problem.status, problem.code, "%s", problem.message);
    }
    struct store *store = memory_alloc(sizeof *store);
    store->told = arena;
    arena_init(&store->names, 1 << 14);
    map_init(&store->statements, &store->names);
    store->calls = calls;
    store->engine = engine;
    *ret_store = store;
    return STATUS_OK;
}

void store_close(struct store *store) {
    if (store == NULL) {
        return;
    }
    store_rollback(store);
    store->calls->stop(store->engine);
    store->calls->close(store->engine);
    arena_deinit(&store->names);
    free(store);
}

bool store_is_embedded(const struct store *store) {
    return store->calls->is_embedded;
}

// ---- transactions -----------------------------------------------------------------------------------------

static void stop_asking(struct store *store) {
    if (store->asks) {
        store->calls->stop(store->engine);
        store->asks = false;
    }
}

static Status begin(struct store *store, const char *script, struct diag *diag) {
    struct store_problem problem;
    INVARIANT(!store->began);
    stop_asking(store);
    bool ok = store->calls->revive(store->engine, &problem) && store->calls->script(store->engine, script, &problem);
    store->began = ok;
    return ok ? STATUS_OK : fail(store, &problem, diag);
}

Status store_begin(struct store *store, struct diag *diag) {
    return begin(store, store->calls->begin, diag);
}

Status store_begin_reading(struct store *store, struct diag *diag) {
    return begin(store, store->calls->begin_reading, diag);
}

Status store_copy(struct store *store, Slice path, struct diag *diag) {
    struct store_problem problem;
    char text[ADDRESS_MAX];
    INVARIANT(!store->began);
    if (store->calls->copy == NULL || path.size >= sizeof text) {
        return diag_fail(diag, store->told, STATUS_INVALID, "ST009", "only a store in a file of its own is copied as one");
    }
    stop_asking(store);
    memcpy(text, path.at, path.size);
    text[path.size] = 0;
    bool ok = store->calls->revive(store->engine, &problem) && store->calls->copy(store->engine, text, &problem);
    return ok ? STATUS_OK : fail(store, &problem, diag);
}

Status store_commit(struct store *store, struct diag *diag) {
    struct store_problem problem;
    INVARIANT(store->began);
    stop_asking(store);
    if (!store->calls->script(store->engine, "COMMIT", &problem)) {
        store_rollback(store);
        return fail(store, &problem, diag);
    }
    store->began = false;
    return STATUS_OK;
}

void store_rollback(struct store *store) {
    struct store_problem ignored;
    if (store->began) {
        stop_asking(store);
        (void)store->calls->script(store->engine, "ROLLBACK", &ignored); // a server that has gone has done so itself
        store->began = false;
    }
}

// ---- statements -------------------------------------------------------------------------------------------

static uint32_t number_of(struct store *store, const struct statement *statement) {
    uint32_t number = map_get(&store->statements, slice_of(statement->name));
    if (number == MAP_NONE) {
        number = store->statements.count;
        map_put(&store->statements, slice_of(statement->name), number);
    }
    return number;
}

static Status check_texts(struct store *store, const struct statement *statement, StoreValues values, struct diag *diag) {
    for (uint32_t i = 0; i < values.count; i++) {
        Slice text = values.at[i].text;
        if (values.at[i].kind == STORE_TEXT && text.size > 0 && (memchr(text.at, 0, text.size) != NULL || utf8_invalid_at(text) < text.size)) {
            return diag_fail(diag, store->told, STATUS_INVALID, "ST007", "%s, value %u: a text is UTF-8 without a NUL", statement->name, i + 1);
        }
    }
    return STATUS_OK;
}

Status store_query(struct store *store, const struct statement *statement, StoreValues values, struct diag *diag) {
    struct store_problem problem;
    stop_asking(store);
    TRY(check_texts(store, statement, values, diag));
    if (!store->began && !store->calls->revive(store->engine, &problem)) {
        return fail(store, &problem, diag);
    }
    if (!store->calls->start(store->engine, number_of(store, statement), statement->text, values, &problem)) {
        store->calls->stop(store->engine);
        return diag_fail(diag, store->told, problem.status, problem.code, "%s: %s", statement->name, problem.message);
    }
    store->asks = true;
    return STATUS_OK;
}

static Status next(struct store *store, int64_t *ret_changed, struct diag *diag) {
    struct store_problem problem;
    INVARIANT(store->asks);
    Status status = store->calls->next(store->engine, ret_changed, &problem);
    if (status != STATUS_OK) {
        stop_asking(store);
    }
    return status == STATUS_OK || status == STATUS_END ? status : fail(store, &problem, diag);
}

Status store_next(struct store *store, struct diag *diag) {
    int64_t changed;
    return next(store, &changed, diag);
}

Status store_run(struct store *store, const struct statement *statement, StoreValues values, int64_t *ret_changed, struct diag *diag) {
    int64_t changed = 0;
    TRY(store_query(store, statement, values, diag));
    Status status = next(store, &changed, diag);
    INVARIANT(status != STATUS_OK); // a row: then it is asked with store_query()
    if (ret_changed != NULL) {
        *ret_changed = changed;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

bool store_column_is_null(const struct store *store, uint32_t column) {
    return store->calls->column(store->engine, column).kind == STORE_NULL;
}

int64_t store_column_i64(const struct store *store, uint32_t column) {
    StoreValue value = store->calls->column(store->engine, column);
    INVARIANT(value.kind == STORE_I64 || value.kind == STORE_NULL);
    return value.i64;
}

double store_column_f64(const struct store *store, uint32_t column) {
    StoreValue value = store->calls->column(store->engine, column);
    INVARIANT(value.kind == STORE_F64 || value.kind == STORE_I64 || value.kind == STORE_NULL);
    return value.kind == STORE_I64 ? (double)value.i64 : value.f64;
}

Slice store_column_text(const struct store *store, uint32_t column) {
    StoreValue value = store->calls->column(store->engine, column);
    INVARIANT(value.kind == STORE_TEXT || value.kind == STORE_BYTES || value.kind == STORE_NULL);
    return value.kind == STORE_NULL ? SLICE("") : value.text;
}

// ---- migrations -------------------------------------------------------------------------------------------

static const char MIGRATIONS_TABLE[] = "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, at_us BIGINT NOT NULL)";
static const struct statement MIGRATIONS_NEWEST = {"migration_newest", "SELECT COALESCE(MAX(number), 0) FROM migration"};
static const struct statement MIGRATION_HASH = {"migration_hash", "SELECT hash FROM migration WHERE number = ?1"};
static const struct statement MIGRATION_ADD = {"migration_add", "INSERT INTO migration (number, name, hash, at_us) VALUES (?1, ?2, ?3, ?4)"};

static Slice hash_text(const struct migration *migration, char text[static 33]) {
    Hash128 hash = hash128(slice_of(migration->text), 0);
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash.high, (unsigned long long)hash.low);
    return slice_of(text);
}

// How far the data are, and that what was done is what this program would have done.
static Status look(struct store *store, const struct migration *migrations, uint32_t count, uint32_t *ret_done, struct diag *diag) {
    char text[33];
    TRY(store_query(store, &MIGRATIONS_NEWEST, STORE_NO_VALUES, diag));
    TRY(store_next(store, diag));
    int64_t newest = store_column_i64(store, 0);
    if (newest > count) {
        return diag_fail(diag, store->told, STATUS_INVALID, "ST005", "the store is of a newer program: it is at migration %lld, and this program knows %u; use that program",
                         (long long)newest, count);
    }
    for (uint32_t i = 0; i < newest; i++) {
        TRY(store_query(store, &MIGRATION_HASH, STORE_VALUES(store_i64(migrations[i].number)), diag));
        Status status = store_next(store, diag);
        if (status != STATUS_OK && status != STATUS_END) {
            return status;
        }
        if (status == STATUS_END || !slice_equal(store_column_text(store, 0), hash_text(&migrations[i], text))) {
            return diag_fail(diag, store->told, STATUS_INVALID, "ST005", "migration %u (%s) of the store is not that of this program: it is of a program that was never released",
                             migrations[i].number, migrations[i].name);
        }
    }
    *ret_done = (uint32_t)newest;
    return STATUS_OK;
}

static Status step(struct store *store, const struct migration *migrations, uint32_t count, int64_t now_us, uint32_t *ret_done, struct diag *diag) {
    struct store_problem problem;
    char text[33];
    if (!store->calls->script(store->engine, MIGRATIONS_TABLE, &problem)) {
        return fail(store, &problem, diag);
    }
    TRY(look(store, migrations, count, ret_done, diag));
    stop_asking(store);
    if (*ret_done == count) {
        return STATUS_OK;
    }
    const struct migration *migration = &migrations[*ret_done];
    INVARIANT(migration->number == *ret_done + 1);
    if (!store->calls->script(store->engine, migration->text, &problem)) {
        return fail(store, &problem, diag);
    }
    return store_run(store, &MIGRATION_ADD,
                     STORE_VALUES(store_i64(migration->number), store_text(slice_of(migration->name)), store_text(hash_text(migration, text)), store_i64(now_us)), NULL, diag);
}

static Status migrate(struct store *store, const struct migration *migrations, uint32_t count, int64_t now_us, struct diag *diag) {
    uint32_t done = 0;
    do {
        TRY(store_begin(store, diag));
        Status status = step(store, migrations, count, now_us, &done, diag);
        if (status != STATUS_OK) {
            store_rollback(store);
            return status;
        }
        TRY(store_commit(store, diag));
    } while (done < count);
    return STATUS_OK;
}

Status store_migrate(struct store *store, const struct migration *migrations, uint32_t count, int64_t now_us, struct diag *diag) {
    struct store_problem problem;
    if (!store->calls->revive(store->engine, &problem) || !store->calls->lock(store->engine, true, &problem)) {
        return fail(store, &problem, diag);
    }
    Status status = migrate(store, migrations, count, now_us, diag);
    (void)store->calls->lock(store->engine, false, &problem); // a session that has ended has let go
    return status;
}
