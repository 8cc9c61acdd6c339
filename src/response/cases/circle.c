// The accounts of a case, and which of their movements are worth freezing.

#include "base/map.h"
#include "base/vec.h"
#include "response/cases/private.h"

#include <stdlib.h>

enum { CIRCLE_MAX = 10000 };

static const struct statement ACCOUNTS = {
    "circle_accounts", "SELECT name, role FROM case_subject WHERE case_id = ?1 AND kind = "
                       "'ACCOUNT' ORDER BY name"};
static const struct statement HELD = {
    "circle_held",
    "SELECT b.party, s.role FROM case_subject s JOIN bond b ON b.kind = 'HOLDER' AND "
    "b.thing = s.name AND b.party_kind = 'ACCOUNT' WHERE s.case_id = ?1 AND (s.kind "
    "= 'PERSON' OR s.kind = 'COMPANY') ORDER BY b.party LIMIT ?2"};
#define FOUND_COLUMNS "sequence, time_us, amount, payer_place, payer, payee_place, payee, event_id, state"
static const struct statement PAID = {
    "circle_paid", "SELECT " FOUND_COLUMNS " FROM movement WHERE payer = ?1 AND "
                   "payer_place = 'OWN' AND time_us >= ?2 AND time_us < ?3 ORDER BY time_us DESC "
                   "LIMIT ?4"};
static const struct statement GOT = {
    "circle_got", "SELECT " FOUND_COLUMNS " FROM movement WHERE payee = ?1 AND "
                  "payee_place = 'OWN' AND time_us >= ?2 AND time_us < ?3 ORDER BY time_us DESC "
                  "LIMIT ?4"};

typedef VEC(struct circle_account) Accounts;

static Status read_accounts(struct book *book, Accounts *accounts, struct map *known) {
    Status status;
    while ((status = book_next(book)) == STATUS_OK) {
        Slice name = book_text(book, 0), role = book_text(book, 1);
        if (map_put(known, name, accounts->count)) {
            *VEC_PUSH(accounts, book->arena) =
                (struct circle_account){name, role, slice_is(role, "VICTIM")};
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status case_circle(struct book *book, int64_t id, struct circle *ret) {
    Accounts accounts = {0};
    struct map known;
    map_init(&known, book->arena);
    TRY(book_ask(book, &ACCOUNTS, STORE_VALUES(store_i64(id))));
    TRY(read_accounts(book, &accounts, &known));
    TRY(book_ask(book, &HELD, STORE_VALUES(store_i64(id), store_i64(CIRCLE_MAX))));
    TRY(read_accounts(book, &accounts, &known));
    uint32_t kept = 0;
    for (uint32_t i = 0; i < accounts.count; i++) {
        if (!slice_is(accounts.at[i].role, "CLEARED")) {
            accounts.at[kept++] = accounts.at[i];
        }
    }
    *ret = (struct circle){accounts.at, kept};
    return STATUS_OK;
}

// ---- what to freeze ----------------------------------------------------------------------------

struct suggesting {
    struct book *book;
    struct map victims, seen; // accounts; sequences as bytes
    VEC(struct case_suggestion) found;
    int64_t from_us, until_us;
    uint32_t count_max;
};

static void suggest(struct suggesting *s, bool came_in) {
    int64_t sequence = book_i64(s->book, 0);
    bool payer_is_own = slice_is(store_column_text(s->book->store, 3), "OWN");
    bool of_victim = came_in && payer_is_own &&
                     map_get(&s->victims, store_column_text(s->book->store, 4)) != MAP_NONE;
    Slice key = arena_copy(s->book->arena, (Slice){(const char *)&sequence, sizeof sequence});
    if (s->found.count < s->count_max && map_put(&s->seen, key, 0)) {
        *VEC_PUSH(&s->found, s->book->arena) = (struct case_suggestion){
            .copy = {.sequence = sequence, .part = of_victim ? SLICE("SOURCE") : SLICE("INVOLVED")},
            .time_us = book_i64(s->book, 1),
            .amount = book_i64(s->book, 2),
            .payer_place = book_text(s->book, 3),
            .payer = book_text(s->book, 4),
            .payee_place = book_text(s->book, 5),
            .payee = book_text(s->book, 6),
            .event_id = book_text(s->book, 7),
            .state = book_text(s->book, 8),
        };
    }
}

static Status suggest_of(struct suggesting *s, Slice account, bool came_in) {
    Status status;
    TRY(book_ask(s->book, came_in ? &GOT : &PAID,
                 STORE_VALUES(store_text(account), store_i64(s->from_us), store_i64(s->until_us),
                              store_i64(s->count_max))));
    while ((status = book_next(s->book)) == STATUS_OK) {
        suggest(s, came_in);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int by_sequence(const void *left, const void *right) {
    const struct case_suggestion *a = left, *b = right;
    return (a->copy.sequence > b->copy.sequence) - (a->copy.sequence < b->copy.sequence);
}

Status case_suggest_copies(struct book *book, int64_t clearance, int64_t id, int64_t from_us,
                           int64_t until_us, uint32_t count_max,
                           struct case_suggestion **ret_found, uint32_t *ret_count) {
    struct case_row row;
    struct circle circle;
    struct suggesting s = {
        .book = book, .from_us = from_us, .until_us = until_us, .count_max = count_max};
    TRY(case_load(book, clearance, id, &row));
    TRY(case_circle(book, id, &circle));
    map_init(&s.victims, book->arena);
    map_init(&s.seen, book->arena);
    for (uint32_t i = 0; i < circle.count; i++) {
        if (circle.at[i].is_victim) {
            map_put(&s.victims, circle.at[i].name, i);
        }
    }
    for (uint32_t pass = 0; pass < 2; pass++) { // what came in first: parts are told by it
        for (uint32_t i = 0; i < circle.count; i++) {
            if (!circle.at[i].is_victim) {
                TRY(suggest_of(&s, circle.at[i].name, pass == 0));
            }
        }
    }
    if (s.found.count > 0) {
        qsort(s.found.at, s.found.count, sizeof *s.found.at, by_sequence);
    }
    *ret_found = s.found.at;
    *ret_count = s.found.count;
    return STATUS_OK;
}
