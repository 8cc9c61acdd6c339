#pragma once
// Store: SQL behind one door, in a file of its own (SQLite) or on a server (PostgreSQL). The same statements and the same migrations for both.
//
//     struct store *store;
//     TRY(store_open(SLICE("sqlite:data/store.db"), arena, &store, diag));       // or postgresql://user@host/database
//     TRY(store_migrate(store, migrations, count, now_us, diag));
//     static const struct statement ADD = {"alert_add", "INSERT INTO alert (id, subject) VALUES (?1, ?2)"};
//     static const struct statement OF = {"alert_of", "SELECT id FROM alert WHERE subject = ?1 ORDER BY id"};
//     TRY(store_begin(store, diag));
//     TRY(store_run(store, &ADD, STORE_VALUES(store_i64(7), store_text(name)), NULL, diag));
//     TRY(store_commit(store, diag));                                            // or store_rollback(), also after a failure
//     TRY(store_query(store, &OF, STORE_VALUES(store_text(name)), diag));
//     while ((status = store_next(store, diag)) == STATUS_OK) { ... store_column_i64(store, 0) ... }   // STATUS_END at the end
//     store_close(store);
//
// A statement is a constant: its name and its text, with parameters ?1, ?2, ...; nothing is pasted into it. It is prepared when it is first used. What both
// engines understand alike is used: BIGINT, TEXT, DOUBLE PRECISION and BYTEA columns, ON CONFLICT, RETURNING, CAST of sums AS BIGINT. Moments are BIGINT of
// microseconds, money BIGINT of fen, yes and no BIGINT of 1 and 0.
//
// A store is one thread's; several may be open on the same data. Within store_begin() and store_commit() nothing of others comes between what is read and
// what is written; without, each statement is for itself. STATUS_LIMIT with ST006 asks to begin the transaction anew. A server that went away is told with
// STATUS_IO, and is looked for again by the next store_begin(). So is a file that was moved away or replaced: nothing is written into one that nobody finds any more. Nobody waits for a server
// that has gone silent for longer than some 65 s. Texts are UTF-8 without a NUL.
//
// Codes: ST001 cannot be opened; ST002 the file or the server fails, or has gone; ST003 a constraint refuses the row; ST004 the engine refuses the statement;
// ST005 the data are of a newer program, or a migration is another than it was; ST006 others are in the way; ST007 a text that cannot be kept; ST008 full;
// ST009 no file that could be copied.

#include "base/arena.h"
#include "base/diag.h"

struct store;

struct statement {
    const char *name; // of all statements no two have one
    const char *text;
};

typedef enum StoreKind { STORE_NULL, STORE_I64, STORE_F64, STORE_TEXT, STORE_BYTES } StoreKind;

typedef struct StoreValue {
    StoreKind kind;
    int64_t i64;
    double f64;
    Slice text; // or bytes
} StoreValue;

typedef struct StoreValues {
    const StoreValue *at;
    uint32_t count;
} StoreValues;

static inline StoreValue store_null(void) {
    return (StoreValue){.kind = STORE_NULL};
}

static inline StoreValue store_i64(int64_t value) {
    return (StoreValue){.kind = STORE_I64, .i64 = value};
}

static inline StoreValue store_f64(double value) {
    return (StoreValue){.kind = STORE_F64, .f64 = value};
}

static inline StoreValue store_text(Slice value) {
    return (StoreValue){.kind = STORE_TEXT, .text = value};
}

static inline StoreValue store_bytes(Slice value) {
    return (StoreValue){.kind = STORE_BYTES, .text = value};
}

#define STORE_VALUES(...)                                                                                                                            \
    ((StoreValues){(const StoreValue[]){__VA_ARGS__}, (uint32_t)(sizeof((const StoreValue[]){__VA_ARGS__}) / sizeof(StoreValue))})
#define STORE_NO_VALUES ((StoreValues){NULL, 0})

// A change of the tables, made once and for ever. `text` may hold several statements. Numbers count from 1, without a gap.
struct migration {
    uint32_t number;
    const char *name;
    const char *text;
};

// Whether an address is of a file (sqlite:PATH); `ret_path`, unless NULL, is then the path, a part of the address.
bool store_is_file(Slice address, Slice *ret_path);

// `ret_store` is NULL after a failure. What a diag says lives as long as the arena that was given here.
MUST_USE Status store_open(Slice address, struct arena *arena, struct store **ret_store, struct diag *diag);
// NULL is let pass. A transaction that was begun is rolled back.
void store_close(struct store *store);
// Whether it is a file of its own.
bool store_is_embedded(const struct store *store);
// Brings the tables up to the last migration, each in a transaction. Several programs may call it at once.
MUST_USE Status store_migrate(struct store *store, const struct migration *migrations, uint32_t count, int64_t now_us, struct diag *diag);

MUST_USE Status store_begin(struct store *store, struct diag *diag);
// The same for what only reads: all of it is of one moment, and nobody who writes waits for it.
MUST_USE Status store_begin_reading(struct store *store, struct diag *diag);
MUST_USE Status store_commit(struct store *store, struct diag *diag);
// Nothing happens when none was begun.
void store_rollback(struct store *store);
// Writes all that was committed by now into a new file of SQLite, while others go on; no transaction may be begun. STATUS_INVALID with ST009: a server's data are copied by its own means.
MUST_USE Status store_copy(struct store *store, Slice path, struct diag *diag);

// A statement that gives no rows. `ret_changed` (or NULL): rows that were put in, changed or taken out.
MUST_USE Status store_run(struct store *store, const struct statement *statement, StoreValues values, int64_t *ret_changed, struct diag *diag);
// Begins to ask. One at a time: what was asked before and not read to its end is over.
MUST_USE Status store_query(struct store *store, const struct statement *statement, StoreValues values, struct diag *diag);
// STATUS_OK: there is a row at hand. STATUS_END: there are no more.
MUST_USE Status store_next(struct store *store, struct diag *diag);
// Of the row at hand. Texts live until the next call of store_next(), store_query() or store_run(). A null is 0 and an empty text.
bool store_column_is_null(const struct store *store, uint32_t column);
int64_t store_column_i64(const struct store *store, uint32_t column);
double store_column_f64(const struct store *store, uint32_t column);
Slice store_column_text(const struct store *store, uint32_t column);
