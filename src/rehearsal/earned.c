// What strategies and models have behind them in another rehearsal's store: which text may act, on how many alerts it was compared, how old each model is. Alerts, customers and
// all else stay there. A bank's strategies are compared on its whole business and then act in each part of it; a rehearsal is a part. They act from its beginning: how much a strategy usually
// closes, which is what stops one that closes twice as much, is learnt anew where it works.

#include "os/file.h"
#include "rehearsal/parts.h"

static const struct statement STATES = {"earned_states", "SELECT strategy, strategy_hash, version, state, since_us, changed_by, reason, first_us FROM strategy_state ORDER BY strategy, strategy_hash"};
static const struct statement AGREEMENTS = {"earned_agreements", "SELECT strategy, strategy_hash, severity, proposed, decided, agrees, is_missed, at_us FROM agreement ORDER BY run"};
static const struct statement AGES = {"earned_ages", "SELECT model, version, since_us FROM model_age ORDER BY model, version"};

static const struct statement STATE_ADD = {"earned_state_add", "INSERT INTO strategy_state (strategy, strategy_hash, version, state, since_us, changed_by, reason, proposed_by, first_us)"
                                                               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', ?8) ON CONFLICT (strategy, strategy_hash) DO NOTHING"};
// The numbers of runs and alerts there are none of here: those below zero are nobody's.
static const struct statement AGREEMENT_ADD = {"earned_agreement_add", "INSERT INTO agreement (run, strategy, strategy_hash, alert, severity, proposed, decided, agrees, is_missed, at_us)"
                                                                       " VALUES (?1, ?2, ?3, ?1, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (run) DO NOTHING"};
static const struct statement AGE_ADD = {"earned_age_add", "INSERT INTO model_age (model, version, since_us) VALUES (?1, ?2, ?3) ON CONFLICT (model, version) DO NOTHING"};

static const struct statement ACT_FROM = {"earned_act_from", "UPDATE strategy_state SET since_us = ?1 WHERE state = 'ACTIVE'"};

struct table {
    const struct statement *read, *add;
    uint32_t columns;
    bool is_numbered;
    const bool *is_number; // of its columns
};

static const bool STATE_NUMBERS[] = {false, false, true, false, true, false, false, true};
static const bool AGREEMENT_NUMBERS[] = {false, false, true, false, false, true, true, true};
static const bool AGE_NUMBERS[] = {false, true, true};
static const struct table TABLES[] = {{&STATES, &STATE_ADD, 8, false, STATE_NUMBERS}, {&AGREEMENTS, &AGREEMENT_ADD, 8, true, AGREEMENT_NUMBERS}, {&AGES, &AGE_ADD, 3, false, AGE_NUMBERS}};
enum { COLUMNS_MAX = 9 };

struct copying {
    struct book *from, *to;
    struct arena *arena;
    struct diag *diag;
};

static StoreValue column(struct book *book, const struct table *table, uint32_t i) {
    return table->is_number[i] ? store_i64(book_i64(book, i)) : store_text(book_text(book, i));
}

// Read whole before anything is written: a store is asked one thing at a time.
static Status copy_table(struct copying *copying, const struct table *table) {
    VEC(StoreValue) values = {0};
    Status status;
    TRY(book_ask(copying->from, table->read, STORE_NO_VALUES));
    while ((status = book_next(copying->from)) == STATUS_OK) {
        for (uint32_t i = 0; i < table->columns; i++) {
            *VEC_PUSH(&values, copying->from->arena) = column(copying->from, table, i);
        }
    }
    ENSURE(status == STATUS_END, status);
    if (values.count == 0 && table->read == &STATES) {
        return book_fail(copying->from, STATUS_INVALID, "RH001", "no strategy was ever at work in the store given with --earned; name the store of a rehearsal");
    }
    for (uint32_t row = 0; row * table->columns < values.count; row++) {
        StoreValue given[COLUMNS_MAX];
        uint32_t count = 0;
        if (table->is_numbered) {
            given[count++] = store_i64(-1 - (int64_t)row);
        }
        memcpy(given + count, values.at + (size_t)row * table->columns, table->columns * sizeof *given);
        TRY(book_run(copying->to, table->add, (StoreValues){given, count + table->columns}));
    }
    return STATUS_OK;
}

static Status write(void *context, struct book *to) {
    struct copying *copying = context;
    copying->to = to;
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        TRY(copy_table(copying, &TABLES[i]));
    }
    return STATUS_OK;
}

static Status read(void *context, struct book *from) {
    struct copying *copying = context;
    copying->from = from;
    return book_do(copying->to, (Actor){ACTOR_KIND_SYSTEM, {"rehearse", 8}}, 0, write, copying, copying->arena, copying->diag);
}

static bool is_missing(Slice store, struct arena *arena) {
    Slice path;
    return store_is_file(store, &path) && !file_is_there(arena_copy(arena, path));
}

Status rehearsal_earned(struct rehearsal *rehearsal, Slice store, struct diag *diag) {
    struct book from;
    arena_reset(&rehearsal->arena);
    arena_reset(&rehearsal->scratch);
    if (is_missing(store, &rehearsal->scratch)) { // opened, it would be there, and empty
        return diag_fail(diag, &rehearsal->texts, STATUS_INVALID, "RH001", "there is no store '%.*s', given with --earned; name the store of a rehearsal", SLICE_ARGS(store));
    }
    TRY(book_open(&from, store, 0, &rehearsal->texts, diag));
    struct copying copying = {.to = &rehearsal->book, .arena = &rehearsal->arena, .diag = diag};
    Status status = book_read(&from, 0, read, &copying, &rehearsal->scratch, diag);
    book_close(&from);
    rehearsal->has_earned = status == STATUS_OK;
    return status;
}

static Status act_from_now(void *context, struct book *book) {
    (void)context;
    return book_run(book, &ACT_FROM, STORE_VALUES(store_i64(book->now_us)));
}

Status earned_begin(struct rehearsal *rehearsal, struct diag *diag) {
    if (!rehearsal->has_earned) {
        return STATUS_OK;
    }
    arena_reset(&rehearsal->arena);
    return book_do(&rehearsal->book, (Actor){ACTOR_KIND_SYSTEM, {"rehearse", 8}}, rehearsal->now_us, act_from_now, NULL, &rehearsal->arena, diag);
}
