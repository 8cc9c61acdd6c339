// The amounts of a case, from rows.
//
// Involved is the money that came into the circle of its suspects from outside it: what they pass
// on to each other is not counted again. What was stopped never came there, and is told beside it.
// Lost is what came in, less what is still within reach and what was given back.

#include "base/map.h"
#include "response/cases/private.h"

static const struct statement TRANSACTIONS = {
    "amounts_transactions",
    "SELECT payer_place, payer, payee_place, payee, amount, part FROM case_transaction WHERE "
    "case_id = ?1 AND part <> 'CONTEXT' AND state <> 'FAILED' AND state <> 'REVERSED'"};
static const struct statement OUTSIDE = {
    "amounts_outside", "SELECT name FROM case_subject WHERE case_id = ?1 AND kind = 'OUTSIDE' AND "
                       "role <> 'VICTIM' AND role <> 'CLEARED'"};
static const struct statement STOPPED = {
    "amounts_stopped",
    "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM hold WHERE (state = 'REFUSED' OR state = "
    "'CANCELLED') AND alert IN (SELECT alert FROM case_alert WHERE case_id = ?1)"};
static const struct statement FROZEN = {
    "amounts_frozen",
    "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN amount = 0 THEN "
    "1 ELSE 0 END), 0) AS BIGINT) FROM control WHERE state = 'IN_FORCE' AND (measure = 'FREEZE' OR "
    "measure = 'TEMPORARY_FREEZE') AND (case_id = ?1 OR alert IN (SELECT alert FROM case_alert WHERE case_id = ?1))"};
static const struct statement ENTRIES = {
    "amounts_entries",
    "SELECT kind, CAST(SUM(amount) AS BIGINT) FROM case_entry WHERE case_id = ?1 "
    "GROUP BY kind"};
static const struct statement PICTURE = {
    "amounts_picture", "SELECT still_here, made_us FROM case_picture WHERE case_id = ?1 ORDER BY "
                       "number DESC LIMIT 1"};

// ---- involved ----------------------------------------------------------------------------------

static Slice key_of(struct arena *arena, bool is_own, Slice name) {
    return arena_printf(arena, "%c%.*s", is_own ? 'O' : 'X', SLICE_ARGS(name));
}

static Status find_suspects(struct book *book, int64_t id, struct map *suspects) {
    struct circle circle;
    Status status;
    TRY(case_circle(book, id, &circle));
    for (uint32_t i = 0; i < circle.count; i++) {
        if (!circle.at[i].is_victim) {
            map_put(suspects, key_of(book->arena, true, circle.at[i].name), i);
        }
    }
    TRY(book_ask(book, &OUTSIDE, STORE_VALUES(store_i64(id))));
    while ((status = book_next(book)) == STATUS_OK) {
        map_put(suspects, key_of(book->arena, false, store_column_text(book->store, 0)), 0);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static bool is_suspect(struct book *book, const struct map *suspects, uint32_t column) {
    bool is_own = slice_is(store_column_text(book->store, column), "OWN");
    Slice key = key_of(book->arena, is_own, store_column_text(book->store, column + 1));
    return map_get(suspects, key) != MAP_NONE;
}

static Status sum_involved(struct book *book, int64_t id, int64_t *ret) {
    struct map suspects;
    Status status;
    int64_t involved = 0, sources = 0;
    map_init(&suspects, book->arena);
    TRY(find_suspects(book, id, &suspects));
    TRY(book_ask(book, &TRANSACTIONS, STORE_VALUES(store_i64(id))));
    ArenaMark mark = arena_mark(book->arena);
    while ((status = book_next(book)) == STATUS_OK) {
        int64_t amount = book_i64(book, 4);
        bool comes_in = is_suspect(book, &suspects, 2) && !is_suspect(book, &suspects, 0);
        bool overflows = comes_in && __builtin_add_overflow(involved, amount, &involved);
        sources += slice_is(store_column_text(book->store, 5), "SOURCE") ? amount : 0;
        INVARIANT(!overflows);
        arena_rewind(book->arena, mark);
    }
    *ret = suspects.count > 0 ? involved : sources; // nobody is suspected yet
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- the others --------------------------------------------------------------------------------

struct entries {
    int64_t returned, frozen_elsewhere, lost_elsewhere;
};

static Status sum_entries(struct book *book, int64_t id, struct entries *ret) {
    Status status;
    TRY(book_ask(book, &ENTRIES, STORE_VALUES(store_i64(id))));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice kind = store_column_text(book->store, 0);
        int64_t *sum = slice_is(kind, "RETURNED")           ? &ret->returned
                       : slice_is(kind, "FROZEN_ELSEWHERE") ? &ret->frozen_elsewhere
                                                            : &ret->lost_elsewhere;
        *sum = book_i64(book, 1);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status case_sum(struct book *book, int64_t id, struct case_amounts *ret) {
    struct entries entries = {0};
    struct case_amounts amounts = {.still_in_bank = -1};
    TRY(sum_involved(book, id, &amounts.involved));
    TRY(sum_entries(book, id, &entries));
    TRY(book_number(book, &STOPPED, STORE_VALUES(store_i64(id)), &amounts.stopped));
    TRY(book_number(book, &FROZEN, STORE_VALUES(store_i64(id)), &amounts.frozen));
    amounts.frozen_whole = book_i64(book, 1);
    Status status =
        book_number(book, &PICTURE, STORE_VALUES(store_i64(id)), &amounts.still_in_bank);
    if (status == STATUS_OK) {
        amounts.still_in_bank_us = book_i64(book, 1);
    }
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    int64_t here = amounts.still_in_bank > amounts.frozen ? amounts.still_in_bank : amounts.frozen;
    int64_t lost = amounts.involved - here - entries.frozen_elsewhere - entries.returned;
    amounts.frozen += entries.frozen_elsewhere;
    amounts.returned = entries.returned;
    amounts.loss = (lost > 0 ? lost : 0) + entries.lost_elsewhere;
    *ret = amounts;
    return STATUS_OK;
}

Status case_amounts(struct book *book, int64_t clearance, int64_t id, struct case_amounts *ret) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    return case_sum(book, id, ret);
}
