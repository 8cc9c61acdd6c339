// A PostgreSQL server, over libpq. Transactions are serializable. Parameters go out as text and rows come back as binary, one at a time.

#include "store/engine.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MAX = 4096, VALUES_MAX = 64, NUMBER_SIZE = 32, NAME_SIZE = 16 };
enum { SILENCE_MS = 65000 }; // longer than any statement may take

// Of columns: the numbers that pg_type has for them in every PostgreSQL.
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25, OID_FLOAT8 = 701, OID_VARCHAR = 1043 };

struct postgresql {
    PGconn *connection;
    bool prepared[STATEMENTS_MAX]; // by number, in this session
    PGresult *row;
    bool running;
    bool is_lost; // the connection is not to be used any more
};

static bool told(struct postgresql *engine, const PGresult *result, struct store_problem *problem) {
    static const struct {
        const char *state; // an SQLSTATE or its class
        Status status;
        const char *code;
    } known[] = {
        {"23", STATUS_INVALID, "ST003"}, {"22", STATUS_INVALID, "ST003"}, {"40", STATUS_LIMIT, "ST006"},   {"55P03", STATUS_LIMIT, "ST006"},
        {"53", STATUS_LIMIT, "ST008"},   {"08", STATUS_IO, "ST002"},      {"57", STATUS_IO, "ST002"},      {"58", STATUS_IO, "ST002"},
    };
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (PQstatus(engine->connection) != CONNECTION_OK || state == NULL) {
        return store_problem_set(problem, STATUS_IO, "ST002", "%s", PQerrorMessage(engine->connection));
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(state, known[i].state, strlen(known[i].state)) == 0) {
            return store_problem_set(problem, known[i].status, known[i].code, "%s", message == NULL ? state : message);
        }
    }
    return store_problem_set(problem, STATUS_INVALID, "ST004", "%s", message == NULL ? state : message);
}

// Until an answer is there, of a server that has not gone silent.
static bool is_answered(struct postgresql *engine) {
    while (PQisBusy(engine->connection) == 1) {
        struct pollfd wait = {.fd = PQsocket(engine->connection), .events = POLLIN};
        int ready = poll(&wait, 1, SILENCE_MS);
        if ((ready < 0 && errno != EINTR) || ready == 0 || (ready > 0 && PQconsumeInput(engine->connection) != 1)) {
            return false;
        }
    }
    return true;
}

// What comes of a silent server later is nobody's any more: the connection is given up.
static bool give_up(struct postgresql *engine, struct store_problem *problem) {
    bool was_silent = PQstatus(engine->connection) == CONNECTION_OK;
    store_problem_set(problem, STATUS_IO, "ST002", "%s", was_silent ? "the server does not answer" : PQerrorMessage(engine->connection));
    engine->is_lost = true;
    engine->running = false;
    return false;
}

static void ignore_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}

static void close_all(void *context) {
    struct postgresql *engine = context;
    PQfinish(engine->connection);
    free(engine);
}

static void *connect_to(const char *address, struct store_problem *problem) {
    // What the address says has the last word.
    static const char *const keys[] = {"connect_timeout", "application_name", "client_encoding", "options", "dbname", NULL};
    const char *const values[] = {"5", "qiantang", "UTF8", "-c lock_timeout=5000 -c statement_timeout=60000 -c timezone=UTC", address, NULL};
    struct postgresql *engine = memory_alloc(sizeof *engine);
    engine->connection = PQconnectdbParams(keys, values, 1);
    if (PQstatus(engine->connection) != CONNECTION_OK) {
        store_problem_set(problem, STATUS_IO, "ST001", "cannot open the store: %s", PQerrorMessage(engine->connection));
        close_all(engine);
        return NULL;
    }
    PQsetNoticeProcessor(engine->connection, ignore_notice, NULL);
    return engine;
}

static void stop(void *context) {
    struct postgresql *engine = context;
    PQclear(engine->row);
    engine->row = NULL;
    while (engine->running) {
        struct store_problem ignored;
        PGresult *result = is_answered(engine) ? PQgetResult(engine->connection) : (give_up(engine, &ignored), NULL);
        engine->running = result != NULL;
        PQclear(result);
    }
}

static bool revive(void *context, struct store_problem *problem) {
    struct postgresql *engine = context;
    if (PQstatus(engine->connection) == CONNECTION_OK && !engine->is_lost) {
        return true;
    }
    engine->running = engine->running && !engine->is_lost;
    stop(engine);
    PQreset(engine->connection);
    engine->is_lost = false;
    memset(engine->prepared, 0, sizeof engine->prepared);
    return PQstatus(engine->connection) == CONNECTION_OK || store_problem_set(problem, STATUS_IO, "ST002", "%s", PQerrorMessage(engine->connection));
}

static bool script(void *context, const char *text, struct store_problem *problem) {
    struct postgresql *engine = context;
    bool ok = true;
    stop(engine);
    if (engine->is_lost) {
        return give_up(engine, problem);
    }
    if (PQsendQuery(engine->connection, text) != 1) {
        return told(engine, NULL, problem);
    }
    for (;;) {
        if (!is_answered(engine)) {
            return give_up(engine, problem);
        }
        PGresult *result = PQgetResult(engine->connection);
        if (result == NULL) {
            return ok;
        }
        ExecStatusType status = PQresultStatus(result);
        bool is_fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        ok = ok && (is_fine || told(engine, result, problem));
        PQclear(result);
    }
}

static bool lock(void *context, bool locks, struct store_problem *problem) {
    return script(context, locks ? "SELECT pg_advisory_lock(7310868735957789542)" : "SELECT pg_advisory_unlock(7310868735957789542)", problem);
}

// ?1 becomes $1, but not within quotes.
static void write_text(const char *text, struct buf *out) {
    bool quoted = false;
    for (const char *at = text; *at != 0; at++) {
        quoted ^= *at == '\'';
        buf_put_byte(out, *at == '?' && !quoted ? '$' : *at);
    }
    buf_put_byte(out, 0);
}

static bool prepare(struct postgresql *engine, uint32_t number, const char *name, const char *text, struct store_problem *problem) {
    struct buf out;
    buf_init(&out, 1 << 20);
    write_text(text, &out);
    INVARIANT(!buf_overflowed(&out));
    bool ok = PQsendPrepare(engine->connection, name, out.bytes, 0, NULL) == 1 || told(engine, NULL, problem);
    buf_deinit(&out);
    engine->running = ok;
    if (ok && !is_answered(engine)) {
        return give_up(engine, problem);
    }
    PGresult *result = ok ? PQgetResult(engine->connection) : NULL;
    ok = ok && (PQresultStatus(result) == PGRES_COMMAND_OK || told(engine, result, problem));
    PQclear(result);
    stop(engine);
    engine->prepared[number] = ok;
    return ok;
}

// Texts end with a NUL for libpq: they are copied together.
struct sent {
    const char *at[VALUES_MAX];
    int sizes[VALUES_MAX];
    int formats[VALUES_MAX]; // 1: binary
};

static void write_value(const StoreValue *value, struct sent *sent, uint32_t i, char *number, struct arena *arena) {
    sent->formats[i] = value->kind == STORE_BYTES;
    sent->sizes[i] = (int)value->text.size;
    switch (value->kind) {
    case STORE_NULL: sent->at[i] = NULL; break;
    case STORE_I64:
        snprintf(number, NUMBER_SIZE, "%" PRId64, value->i64);
        sent->at[i] = number;
        break;
    case STORE_F64:
        snprintf(number, NUMBER_SIZE, "%.17g", value->f64);
        sent->at[i] = number;
        break;
    case STORE_TEXT: sent->at[i] = arena_printf(arena, "%.*s", SLICE_ARGS(value->text)).at; break;
    case STORE_BYTES: sent->at[i] = value->text.size == 0 ? "" : value->text.at; break;
    }
}

static bool start(void *context, uint32_t number, const char *text, StoreValues values, struct store_problem *problem) {
    struct postgresql *engine = context;
    char name[NAME_SIZE];
    char numbers[VALUES_MAX][NUMBER_SIZE];
    struct sent sent;
    struct arena arena;
    INVARIANT(number < STATEMENTS_MAX && values.count <= VALUES_MAX);
    snprintf(name, sizeof name, "s%u", number);
    if (!engine->prepared[number] && !prepare(engine, number, name, text, problem)) {
        return false;
    }
    arena_init(&arena, 1 << 12);
    for (uint32_t i = 0; i < values.count; i++) {
        write_value(&values.at[i], &sent, i, numbers[i], &arena);
    }
    engine->running = PQsendQueryPrepared(engine->connection, name, (int)values.count, sent.at, sent.sizes, sent.formats, 1) == 1;
    arena_deinit(&arena);
    return engine->running ? PQsetSingleRowMode(engine->connection) == 1 : told(engine, NULL, problem);
}

static Status next(void *context, int64_t *ret_changed, struct store_problem *problem) {
    struct postgresql *engine = context;
    PQclear(engine->row);
    engine->row = NULL;
    if (!is_answered(engine)) {
        give_up(engine, problem);
        return problem->status;
    }
    engine->row = PQgetResult(engine->connection);
    switch (PQresultStatus(engine->row)) {
    case PGRES_SINGLE_TUPLE: return STATUS_OK;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK: {
        bool reads = strncmp(PQcmdStatus(engine->row), "SELECT", 6) == 0;
        if (reads || !slice_to_i64(slice_of(PQcmdTuples(engine->row)), ret_changed)) {
            *ret_changed = 0; // none is told of what changes no rows
        }
        return STATUS_END;
    }
    default: told(engine, engine->row, problem); return problem->status;
    }
}

static uint64_t big_endian(const char *bytes, int size) {
    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value = value << 8 | (unsigned char)bytes[i];
    }
    return value;
}

static StoreValue column(void *context, uint32_t at) {
    const struct postgresql *engine = context;
    int i = (int)at;
    INVARIANT(engine->row != NULL && i < PQnfields(engine->row) && PQntuples(engine->row) == 1);
    if (PQgetisnull(engine->row, 0, i)) {
        return store_null();
    }
    const char *bytes = PQgetvalue(engine->row, 0, i);
    int size = PQgetlength(engine->row, 0, i);
    switch (PQftype(engine->row, i)) {
    case OID_INT8: return store_i64((int64_t)big_endian(bytes, 8));
    case OID_INT4: return store_i64((int32_t)big_endian(bytes, 4));
    case OID_INT2: return store_i64((int16_t)big_endian(bytes, 2));
    case OID_FLOAT8: {
        uint64_t bits = big_endian(bytes, 8);
        double value;
        memcpy(&value, &bits, sizeof value);
        return store_f64(value);
    }
    case OID_TEXT:
    case OID_VARCHAR: return store_text((Slice){bytes, (size_t)size});
    case OID_BYTEA: return store_bytes((Slice){bytes, (size_t)size});
    default: {
        bool is_of_a_known_kind = false; // the statement has to CAST it
        INVARIANT(is_of_a_known_kind);
        return store_null();
    }
    }
}

const struct store_engine store_postgresql = {
    .begin = "BEGIN ISOLATION LEVEL SERIALIZABLE",
    .begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .open = connect_to,
    .close = close_all,
    .revive = revive,
    .script = script,
    .lock = lock,
    .start = start,
    .next = next,
    .stop = stop,
    .column = column,
};
