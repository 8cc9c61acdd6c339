// SQLite, in a file with a write-ahead log that is synced at each commit: what was answered or handed to another system because of a row does not go with the power.
//
// Rows of alerts and movements go into many places of large trees. So up to 32 MiB of pages are kept for each store that is open, not SQLite's 2, and the log goes into the file when it has 64 MiB,
// not 4: a page that is written again and again goes there once.

#include "store/engine.h"

#include <sqlite3.h>
#include <stdlib.h>

#define PAGES "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 16384" // KiB; pages of 4 KiB

enum { BUSY_MS = 5000, STATEMENTS_MAX = 4096 };

struct sqlite {
    sqlite3 *db;
    sqlite3_stmt *prepared[STATEMENTS_MAX]; // by number
    sqlite3_stmt *running;
};

static bool fail(sqlite3 *db, int code, struct store_problem *problem) {
    static const struct {
        int code;
        Status status;
        const char *told;
    } known[] = {
        {SQLITE_CONSTRAINT, STATUS_INVALID, "ST003"}, {SQLITE_BUSY, STATUS_LIMIT, "ST006"},  {SQLITE_LOCKED, STATUS_LIMIT, "ST006"}, {SQLITE_FULL, STATUS_LIMIT, "ST008"},
        {SQLITE_ERROR, STATUS_INVALID, "ST004"},      {SQLITE_TOOBIG, STATUS_INVALID, "ST007"}, {SQLITE_RANGE, STATUS_INVALID, "ST004"}, {SQLITE_MISMATCH, STATUS_INVALID, "ST003"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if ((code & 0xff) == known[i].code) {
            return store_problem_set(problem, known[i].status, known[i].told, "%s", sqlite3_errmsg(db));
        }
    }
    return store_problem_set(problem, STATUS_IO, "ST002", "%s", sqlite3_errmsg(db));
}

static bool script(void *context, const char *text, struct store_problem *problem) {
    struct sqlite *engine = context;
    int code = sqlite3_exec(engine->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK || fail(engine->db, code, problem);
}

static void stop(void *context) {
    struct sqlite *engine = context;
    if (engine->running != NULL) {
        sqlite3_reset(engine->running);
        sqlite3_clear_bindings(engine->running);
        engine->running = NULL;
    }
}

static void close_all(void *context) {
    struct sqlite *engine = context;
    for (uint32_t i = 0; i < STATEMENTS_MAX; i++) {
        sqlite3_finalize(engine->prepared[i]);
    }
    sqlite3_close(engine->db);
    free(engine);
}

static void *open_file(const char *path, struct store_problem *problem) {
    struct sqlite *engine = memory_alloc(sizeof *engine);
    int code = sqlite3_open_v2(path, &engine->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK) {
        store_problem_set(problem, STATUS_IO, "ST001", "cannot open the store '%s': %s", path, sqlite3_errmsg(engine->db));
    } else {
        sqlite3_busy_timeout(engine->db, BUSY_MS);
        // Defensive: what is in the file may not change the file behind our back.
        sqlite3_db_config(engine->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(engine->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        // A plan does not depend on the values: else a statement that some partial index might serve is compiled anew each time that it is asked.
        sqlite3_db_config(engine->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
        struct store_problem why;
        if (script(engine, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; " PAGES, &why)) {
            return engine;
        }
        store_problem_set(problem, why.status == STATUS_INVALID ? STATUS_IO : why.status, "ST001", "cannot open the store '%s': %s", path, why.message);
    }
    close_all(engine);
    return NULL;
}

// Into a file that was moved away somebody would go on to write, and nobody would find it.
static bool revive(void *context, struct store_problem *problem) {
    struct sqlite *engine = context;
    int has_moved = 0;
    int code = sqlite3_file_control(engine->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return (code == SQLITE_OK && has_moved == 0) ||
           store_problem_set(problem, STATUS_IO, "ST002", "the store's file '%s' is not there any more, or is another one", sqlite3_db_filename(engine->db, "main"));
}

enum { COPY_PAGES = 256, COPY_BUSY_MS = 10 }; // 1 MiB at a time: between two portions others may write

static bool copy(void *context, const char *path, struct store_problem *problem) {
    struct sqlite *engine = context;
    sqlite3 *target = NULL;
    int code = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    sqlite3_backup *copying = code == SQLITE_OK ? sqlite3_backup_init(target, "main", engine->db, "main") : NULL;
    if (copying == NULL) {
        store_problem_set(problem, STATUS_IO, "ST002", "cannot write the copy '%s': %s", path, sqlite3_errmsg(target));
        sqlite3_close(target);
        return false;
    }
    bool ok = script(engine, "BEGIN; SELECT COUNT(*) FROM sqlite_schema", problem); // what is read from here on is of one moment, however many portions it takes
    code = ok ? SQLITE_OK : SQLITE_DONE;
    while (ok && ((code = sqlite3_backup_step(copying, COPY_PAGES)) == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)) {
        sqlite3_sleep(code == SQLITE_OK ? 0 : COPY_BUSY_MS);
    }
    sqlite3_backup_finish(copying);
    struct store_problem ignored;
    (void)script(engine, "COMMIT", &ignored);
    ok = ok && (code == SQLITE_DONE || fail(target, code, problem));
    sqlite3_close(target);
    return ok;
}

static bool lock(void *context, bool locks, struct store_problem *problem) {
    (void)context; // who has begun is alone
    (void)locks;
    (void)problem;
    return true;
}

static int bind(sqlite3_stmt *statement, int at, const StoreValue *value) {
    switch (value->kind) {
    case STORE_NULL: return sqlite3_bind_null(statement, at);
    case STORE_I64: return sqlite3_bind_int64(statement, at, value->i64);
    case STORE_F64: return sqlite3_bind_double(statement, at, value->f64);
    case STORE_TEXT: return sqlite3_bind_text64(statement, at, value->text.size == 0 ? "" : value->text.at, value->text.size, SQLITE_TRANSIENT, SQLITE_UTF8);
    case STORE_BYTES: return sqlite3_bind_blob64(statement, at, value->text.size == 0 ? "" : value->text.at, value->text.size, SQLITE_TRANSIENT);
    }
    return SQLITE_ERROR;
}

static bool start(void *context, uint32_t number, const char *text, StoreValues values, struct store_problem *problem) {
    struct sqlite *engine = context;
    INVARIANT(number < STATEMENTS_MAX);
    sqlite3_stmt **prepared = &engine->prepared[number];
    if (*prepared == NULL) {
        int code = sqlite3_prepare_v3(engine->db, text, -1, SQLITE_PREPARE_PERSISTENT, prepared, NULL);
        if (code != SQLITE_OK) {
            return fail(engine->db, code, problem);
        }
    }
    INVARIANT(sqlite3_bind_parameter_count(*prepared) == (int)values.count);
    engine->running = *prepared;
    for (uint32_t i = 0; i < values.count; i++) {
        int code = bind(*prepared, (int)i + 1, &values.at[i]);
        if (code != SQLITE_OK) {
            return fail(engine->db, code, problem);
        }
    }
    return true;
}

static Status next(void *context, int64_t *ret_changed, struct store_problem *problem) {
    struct sqlite *engine = context;
    int code = sqlite3_step(engine->running);
    if (code == SQLITE_ROW) {
        return STATUS_OK;
    }
    if (code == SQLITE_DONE) {
        *ret_changed = sqlite3_stmt_readonly(engine->running) ? 0 : sqlite3_changes64(engine->db);
        return STATUS_END;
    }
    fail(engine->db, code, problem);
    return problem->status;
}

static StoreValue column(void *context, uint32_t at) {
    const struct sqlite *engine = context;
    sqlite3_stmt *row = engine->running;
    int i = (int)at;
    INVARIANT(row != NULL && i < sqlite3_column_count(row));
    switch (sqlite3_column_type(row, i)) {
    case SQLITE_INTEGER: return store_i64(sqlite3_column_int64(row, i));
    case SQLITE_FLOAT: return store_f64(sqlite3_column_double(row, i));
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(row, i);
        return store_text((Slice){text, (size_t)sqlite3_column_bytes(row, i)});
    }
    case SQLITE_BLOB: {
        const char *bytes = sqlite3_column_blob(row, i);
        return store_bytes((Slice){bytes == NULL ? "" : bytes, (size_t)sqlite3_column_bytes(row, i)});
    }
    default: return store_null();
    }
}

const struct store_engine store_sqlite = {
    .is_embedded = true,
    .begin = "BEGIN IMMEDIATE",
    .begin_reading = "BEGIN",
    .open = open_file,
    .close = close_all,
    .revive = revive,
    .script = script,
    .lock = lock,
    .start = start,
    .next = next,
    .stop = stop,
    .column = column,
    .copy = copy,
};
