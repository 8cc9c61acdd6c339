// Taking facts in: movements as they are, bonds added up first.
//
// A batch of some thousand events holds the same bonds again and again (a customer in a session
// makes a dozen events from one device), so what it brings of each is added up in memory, and each
// bond is written once. Rows go in by several to a statement: on a server that saves the way there
// and back, in a file the starting of statements. Bonds are written in the order of their key, so
// that neighbours in the tables' trees are written together.

#include "base/hash.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "response/cases/private.h"

#include <stdlib.h>

enum {
    MOVEMENT_COLUMNS = 16,
    MOVEMENT_ROWS = 4, // to a statement: not more than 64 values go into one
    BOND_COLUMNS = 7,
    BOND_ROWS = 9,
};

#define MOVEMENT_INSERT                                                                            \
    "INSERT INTO movement (sequence, time_us, event_id, payer_place, payer, payee_place, payee, "  \
    "amount, kind, channel, bank, payer_customer, payee_customer, ip, device, state) VALUES "
#define MOVEMENT_FIRST "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)"
static const struct statement MOVEMENT_ADD = {"movement_add", MOVEMENT_INSERT MOVEMENT_FIRST};
static const struct statement MOVEMENT_ADD_MANY = {
    "movement_add_many", MOVEMENT_INSERT MOVEMENT_FIRST
    ",(?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29,?30,?31,?32)"
    ",(?33,?34,?35,?36,?37,?38,?39,?40,?41,?42,?43,?44,?45,?46,?47,?48)"
    ",(?49,?50,?51,?52,?53,?54,?55,?56,?57,?58,?59,?60,?61,?62,?63,?64)"};

#define BOND_INSERT                                                                                \
    "INSERT INTO bond (kind, thing, party_kind, party, first_us, last_us, times) VALUES "
// Of the two moments the earlier and the later: CASE, for least() and min() are called differently.
#define BOND_MERGE                                                                                 \
    " ON CONFLICT (kind, thing, party_kind, party) DO UPDATE SET times = bond.times + "            \
    "excluded.times, first_us = CASE WHEN excluded.first_us < bond.first_us THEN "                 \
    "excluded.first_us ELSE bond.first_us END, last_us = CASE WHEN excluded.last_us > "            \
    "bond.last_us THEN excluded.last_us ELSE bond.last_us END"
#define BOND_FIRST "(?1,?2,?3,?4,?5,?6,?7)"
static const struct statement BOND_ADD = {"bond_add", BOND_INSERT BOND_FIRST BOND_MERGE};
static const struct statement BOND_ADD_MANY = {
    "bond_add_many", BOND_INSERT BOND_FIRST
    ",(?8,?9,?10,?11,?12,?13,?14),(?15,?16,?17,?18,?19,?20,?21),(?22,?23,?24,?25,?26,?27,?28)"
    ",(?29,?30,?31,?32,?33,?34,?35),(?36,?37,?38,?39,?40,?41,?42),(?43,?44,?45,?46,?47,?48,?49)"
    ",(?50,?51,?52,?53,?54,?55,?56),(?57,?58,?59,?60,?61,?62,?63)" BOND_MERGE};

// The first opening stays.
static const struct statement OPENING_ADD = {
    "opening_add",
    "INSERT INTO opening (account, customer, opened_us, sequence, branch, channel, operator, "
    "authoriser, agent, purpose) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    " ON CONFLICT (account) DO NOTHING"};
static const struct statement MOVEMENT_RESULT = {
    "movement_result", "UPDATE movement SET state = ?2 WHERE event_id = ?1 AND (state = 'WAITING' "
                       "OR (state = 'DONE' AND CAST(?2 AS TEXT) = 'REVERSED'))"};

struct sum {
    BondKind kind;
    PartyKind party_kind;
    Slice thing, party;
    int64_t first_us, last_us, times;
};

struct batch {
    struct book *book;
    struct case_taken *taken;
    VEC(struct case_movement) movements;
    VEC(struct sum) sums;
    struct map by_key;   // sums
    struct map by_event; // movements
};

// ---- what may come in --------------------------------------------------------------------------

static bool is_text(Slice text) {
    return text.size <= CASES_NAME_MAX &&
           (text.size == 0 ||
            (memchr(text.at, 0, text.size) == NULL && utf8_invalid_at(text) == text.size));
}

static bool is_name(Slice text) {
    return text.size > 0 && is_text(text);
}

static bool movement_is_right(const struct case_movement *move) {
    const Slice texts[] = {move->event_id,       move->payer, move->payee, move->kind,
                           move->channel,        move->bank,  move->ip,    move->payer_customer,
                           move->payee_customer, move->device};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ENSURE(is_text(texts[i]), false);
    }
    return move->amount > 0 && move->time_us > 0 && move->event_id.size > 0 &&
           (move->payer.size > 0 || move->payer_place == PLACE_CASH) &&
           (move->payee.size > 0 || move->payee_place == PLACE_CASH);
}

static bool opening_is_right(const struct case_opening *opening) {
    return is_name(opening->account) && is_text(opening->customer) && is_text(opening->branch) &&
           is_text(opening->channel) && is_text(opening->operator_id) &&
           is_text(opening->authoriser) && is_text(opening->agent) && is_text(opening->purpose) &&
           opening->opened_us > 0;
}

// ---- adding up ---------------------------------------------------------------------------------

static Slice key_of(struct arena *arena, const struct case_bond *bond) {
    size_t size = 3 + bond->thing.size + bond->party.size;
    char *key = arena_alloc_raw(arena, size);
    key[0] = (char)bond->kind;
    key[1] = (char)bond->party_kind;
    memcpy(key + 2, bond->thing.at, bond->thing.size);
    key[2 + bond->thing.size] = 0; // in no name
    memcpy(key + 3 + bond->thing.size, bond->party.at, bond->party.size);
    return (Slice){key, size};
}

static void add_bond(struct batch *batch, const struct case_bond *bond) {
    Slice key = key_of(batch->book->arena, bond);
    uint32_t at = map_get(&batch->by_key, key);
    if (at == MAP_NONE) {
        map_put(&batch->by_key, key, batch->sums.count);
        *VEC_PUSH(&batch->sums, batch->book->arena) = (struct sum){
            bond->kind, bond->party_kind, bond->thing, bond->party, bond->time_us, bond->time_us,
            1};
        return;
    }
    struct sum *sum = &batch->sums.at[at];
    sum->first_us = bond->time_us < sum->first_us ? bond->time_us : sum->first_us;
    sum->last_us = bond->time_us > sum->last_us ? bond->time_us : sum->last_us;
    sum->times++;
}

static void add_holder(struct batch *batch, Slice account, Slice customer, int64_t time_us) {
    if (account.size > 0 && customer.size > 0) {
        add_bond(batch,
                 &(struct case_bond){BOND_HOLDER, PARTY_ACCOUNT, customer, account, time_us});
    }
}

static void add_movement(struct batch *batch, const struct case_movement *move) {
    map_put(&batch->by_event, move->event_id, batch->movements.count);
    *VEC_PUSH(&batch->movements, batch->book->arena) = *move;
    if (move->payer_place == PLACE_OWN) {
        add_holder(batch, move->payer, move->payer_customer, move->time_us);
    }
    if (move->payee_place == PLACE_OWN) {
        add_holder(batch, move->payee, move->payee_customer, move->time_us);
    }
    batch->taken->movements++;
}

// ---- writing -----------------------------------------------------------------------------------

static Status add_opening(struct batch *batch, const struct case_opening *opening) {
    add_holder(batch, opening->account, opening->customer, opening->opened_us);
    batch->taken->openings++;
    return book_run(batch->book, &OPENING_ADD,
                    STORE_VALUES(store_text(opening->account), store_text(opening->customer),
                                 store_i64(opening->opened_us), store_i64(opening->sequence),
                                 store_text(opening->branch), store_text(opening->channel),
                                 store_text(opening->operator_id), store_text(opening->authoriser),
                                 store_text(opening->agent), store_text(opening->purpose)));
}

static void movement_values(const struct case_movement *move, StoreValue values[MOVEMENT_COLUMNS]) {
    const StoreValue row[MOVEMENT_COLUMNS] = {
        store_i64(move->sequence),        store_i64(move->time_us),
        store_text(move->event_id),       store_text(place_word(move->payer_place)),
        store_text(move->payer),          store_text(place_word(move->payee_place)),
        store_text(move->payee),          store_i64(move->amount),
        store_text(move->kind),           store_text(move->channel),
        store_text(move->bank),           store_text(move->payer_customer),
        store_text(move->payee_customer), store_text(move->ip),
        store_text(move->device),         store_text(moved_word(move->state)),
    };
    memcpy(values, row, sizeof row);
}

static Status write_movements(struct batch *batch) {
    StoreValue values[MOVEMENT_ROWS * MOVEMENT_COLUMNS];
    uint32_t count = batch->movements.count, at = 0;
    for (; at + MOVEMENT_ROWS <= count; at += MOVEMENT_ROWS) {
        for (uint32_t i = 0; i < MOVEMENT_ROWS; i++) {
            movement_values(&batch->movements.at[at + i], values + i * MOVEMENT_COLUMNS);
        }
        TRY(book_run(batch->book, &MOVEMENT_ADD_MANY,
                     (StoreValues){values, MOVEMENT_ROWS * MOVEMENT_COLUMNS}));
    }
    for (; at < count; at++) {
        movement_values(&batch->movements.at[at], values);
        TRY(book_run(batch->book, &MOVEMENT_ADD, (StoreValues){values, MOVEMENT_COLUMNS}));
    }
    return STATUS_OK;
}

static void bond_values(const struct sum *sum, StoreValue values[BOND_COLUMNS]) {
    const StoreValue row[BOND_COLUMNS] = {
        store_text(bond_word(sum->kind)),
        store_text(sum->thing),
        store_text(party_word(sum->party_kind)),
        store_text(sum->party),
        store_i64(sum->first_us),
        store_i64(sum->last_us),
        store_i64(sum->times),
    };
    memcpy(values, row, sizeof row);
}

static int by_key(const void *left, const void *right) {
    const struct sum *a = left, *b = right;
    int order = slice_compare(bond_word(a->kind), bond_word(b->kind));
    order = order != 0 ? order : slice_compare(a->thing, b->thing);
    order = order != 0 ? order : (int)a->party_kind - (int)b->party_kind;
    return order != 0 ? order : slice_compare(a->party, b->party);
}

static Status write_bonds(struct batch *batch) {
    StoreValue values[BOND_ROWS * BOND_COLUMNS];
    uint32_t count = batch->sums.count, at = 0;
    if (count > 0) {
        qsort(batch->sums.at, count, sizeof *batch->sums.at, by_key);
    }
    for (; at + BOND_ROWS <= count; at += BOND_ROWS) {
        for (uint32_t i = 0; i < BOND_ROWS; i++) {
            bond_values(&batch->sums.at[at + i], values + i * BOND_COLUMNS);
        }
        TRY(book_run(batch->book, &BOND_ADD_MANY, (StoreValues){values, BOND_ROWS * BOND_COLUMNS}));
    }
    for (; at < count; at++) {
        bond_values(&batch->sums.at[at], values);
        TRY(book_run(batch->book, &BOND_ADD, (StoreValues){values, BOND_COLUMNS}));
    }
    batch->taken->bond_rows = count;
    return STATUS_OK;
}

// ---- results -----------------------------------------------------------------------------------

static bool may_become(Moved from, Moved to) {
    return from == MOVED_WAITING ? to != MOVED_WAITING : from == MOVED_DONE && to == MOVED_REVERSED;
}

// Of a movement of this batch, in memory; of an older one, in its row.
static Status settle(struct batch *batch, const struct case_result *result) {
    int64_t changed = 0;
    uint32_t at = map_get(&batch->by_event, result->event_id);
    if (at == MAP_NONE) {
        TRY(book_change(
            batch->book, &MOVEMENT_RESULT,
            STORE_VALUES(store_text(result->event_id), store_text(moved_word(result->state))),
            &changed));
    } else if (may_become(batch->movements.at[at].state, result->state)) {
        batch->movements.at[at].state = result->state;
        changed = 1;
    }
    batch->taken->results++;
    batch->taken->unknown += changed == 0;
    return STATUS_OK;
}

static Status take(struct batch *batch, const struct case_fact *fact) {
    bool is_right = false;
    switch (fact->kind) {
    case CASE_FACT_MOVEMENT:
        is_right = movement_is_right(&fact->movement);
        if (is_right) {
            add_movement(batch, &fact->movement);
        }
        break;
    case CASE_FACT_BOND:
        is_right = is_name(fact->bond.thing) && is_name(fact->bond.party) && fact->bond.time_us > 0;
        if (is_right) {
            add_bond(batch, &fact->bond);
            batch->taken->bonds++;
        }
        break;
    case CASE_FACT_OPENING:
        is_right = opening_is_right(&fact->opening);
        if (is_right) {
            TRY(add_opening(batch, &fact->opening));
        }
        break;
    case CASE_FACT_RESULT:
        is_right = is_name(fact->result.event_id);
        if (is_right) {
            TRY(settle(batch, &fact->result));
        }
        break;
    }
    batch->taken->refused += !is_right;
    return STATUS_OK;
}

Status cases_take(struct book *book, const struct case_fact *facts, uint32_t count,
                  struct case_taken *ret) {
    struct case_taken taken = {0};
    struct batch batch = {.book = book, .taken = &taken};
    ENSURE(count <= CASES_FACTS_MAX, book_fail(book, STATUS_LIMIT, "CA003",
                                               "a batch holds at most %d facts", CASES_FACTS_MAX));
    map_init(&batch.by_key, book->arena);
    map_init(&batch.by_event, book->arena);
    for (uint32_t i = 0; i < count; i++) {
        TRY(take(&batch, &facts[i]));
    }
    TRY(write_movements(&batch));
    TRY(write_bonds(&batch));
    *ret = taken;
    return STATUS_OK;
}
