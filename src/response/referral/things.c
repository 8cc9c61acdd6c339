// Part 5 of a dossier: devices, addresses and terminals that suspected parties were seen with; and
// of part 1 what they share.
//
// Both come from the table of bonds, for parties and accounts that are suspected, and for them
// alone. What more than a kind's `parties_max` parties of the whole bank have in common says
// nothing about any two of them (response/cases/bond_kinds.def), and is told as no tie.

#include "response/referral/dossier.h"

#include <stdlib.h>

enum { BONDS_MAX = 5000 }; // of one party

static const struct statement BONDS = {
    "dossier_bonds", "SELECT kind, thing, first_us, last_us, times FROM bond WHERE party = ?1 AND "
                     "party_kind = ?2 AND kind <> 'HOLDER' ORDER BY times DESC LIMIT ?3"};
static const struct statement SHARERS = {
    "dossier_sharers", "SELECT COUNT(*) FROM (SELECT party FROM bond WHERE kind = ?1 AND thing = "
                       "?2 LIMIT ?3) AS x"};

static const struct {
    const char *word;
    int64_t parties_max;
} kinds[] = {
#define BOND(name, strength, parties_max, zh, en) {#name, (strength) > 0 ? (parties_max) : 0},
#include "response/cases/bond_kinds.def"
#undef BOND
};

static int64_t parties_max(Slice kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (slice_is(kind, kinds[i].word)) {
            return kinds[i].parties_max;
        }
    }
    return 1;
}

// ---- things -----------------------------------------------------------------------------------

static Slice longer(Slice left, Slice right) {
    return right.size > left.size ? right : left;
}

void dossier_see(struct dossier *dossier, const struct dossier_thing *thing, struct arena *arena) {
    Slice key = arena_printf(arena, "%.*s\n%.*s\n%.*s", SLICE_ARGS(thing->kind),
                             SLICE_ARGS(thing->thing), SLICE_ARGS(thing->party));
    if (map_put(&dossier->thing_at, key, dossier->things.count)) {
        *VEC_PUSH(&dossier->things, arena) = *thing;
        return;
    }
    struct dossier_thing *seen = &dossier->things.at[map_get(&dossier->thing_at, key)];
    seen->first_us = thing->first_us < seen->first_us ? thing->first_us : seen->first_us;
    seen->last_us = thing->last_us > seen->last_us ? thing->last_us : seen->last_us;
    seen->times += thing->times;
    seen->note = longer(seen->note, thing->note);
}

// A bond counts all events, those of the frozen transactions among them.
static void see_bond(struct dossier *dossier, const struct dossier_thing *bond,
                     struct arena *arena) {
    Slice key = arena_printf(arena, "%.*s\n%.*s\n%.*s", SLICE_ARGS(bond->kind),
                             SLICE_ARGS(bond->thing), SLICE_ARGS(bond->party));
    uint32_t at = map_get(&dossier->thing_at, key);
    int64_t counted = at == MAP_NONE ? 0 : dossier->things.at[at].times;
    struct dossier_thing rest = *bond;
    rest.times = bond->times > counted ? bond->times - counted : 0;
    dossier_see(dossier, &rest, arena);
}

static Status read_bonds(struct book *book, struct dossier *dossier, Slice party,
                         const char *party_kind, Slice shown) {
    Status status;
    TRY(book_ask(
        book, &BONDS,
        STORE_VALUES(store_text(party), store_text(slice_of(party_kind)), store_i64(BONDS_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct dossier_thing bond = {.kind = book_text(book, 0),
                                     .thing = book_text(book, 1),
                                     .party = shown,
                                     .note = SLICE(""),
                                     .first_us = book_i64(book, 2),
                                     .last_us = book_i64(book, 3),
                                     .times = book_i64(book, 4)};
        see_bond(dossier, &bond, book->arena);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int by_thing(const void *left, const void *right) {
    const struct dossier_thing *a = left, *b = right;
    int order = slice_compare(a->kind, b->kind);
    order = order != 0 ? order : slice_compare(a->thing, b->thing);
    return order != 0 ? order : slice_compare(a->party, b->party);
}

// ---- what they share --------------------------------------------------------------------------

static bool is_same(const struct dossier_thing *a, const struct dossier_thing *b) {
    return slice_equal(a->kind, b->kind) && slice_equal(a->thing, b->thing);
}

static Status is_telling(struct book *book, const struct dossier_thing *thing, bool *ret_telling) {
    int64_t most = parties_max(thing->kind), count = 0;
    TRY(book_number(
        book, &SHARERS,
        STORE_VALUES(store_text(thing->kind), store_text(thing->thing), store_i64(most + 1)),
        &count));
    *ret_telling = count <= most;
    return STATUS_OK;
}

// `count` things of one kind and name, each with another party.
static Status add_tie(struct book *book, struct dossier *dossier, const struct dossier_thing *same,
                      uint32_t count) {
    bool is_known = case_word_find(CASE_LIST_BOND, same->kind) != NULL, tells = false;
    if (count < 2 || !is_known) {
        return STATUS_OK;
    }
    TRY(is_telling(book, same, &tells));
    if (!tells) {
        return STATUS_OK;
    }
    struct dossier_tie *tie = VEC_PUSH(&dossier->ties, book->arena);
    *tie = (struct dossier_tie){.kind = same->kind,
                                .thing = same->thing,
                                .count = count,
                                .first_us = same->first_us,
                                .last_us = same->last_us};
    for (uint32_t i = 0; i < count; i++) {
        tie->parties = i == 0 ? same[i].party
                              : arena_printf(book->arena, "%.*s\n%.*s", SLICE_ARGS(tie->parties),
                                             SLICE_ARGS(same[i].party));
        tie->first_us = same[i].first_us < tie->first_us ? same[i].first_us : tie->first_us;
        tie->last_us = same[i].last_us > tie->last_us ? same[i].last_us : tie->last_us;
    }
    return STATUS_OK;
}

Status dossier_read_things(struct book *book, struct dossier *dossier) {
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        if (!party->is_victim) {
            TRY(read_bonds(book, dossier, party->key, "CUSTOMER", party->key));
        }
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        const struct dossier_account *account = &dossier->accounts.at[i];
        if (!account->is_victim) {
            TRY(read_bonds(book, dossier, account->account, "ACCOUNT",
                           slice_empty(account->holder) ? account->account : account->holder));
        }
    }
    if (dossier->things.count == 0) {
        return STATUS_OK;
    }
    qsort(dossier->things.at, dossier->things.count, sizeof *dossier->things.at, by_thing);
    for (uint32_t at = 0, end; at < dossier->things.count; at = end) {
        for (end = at + 1; end < dossier->things.count &&
                           is_same(&dossier->things.at[at], &dossier->things.at[end]);
             end++) {
        }
        TRY(add_tie(book, dossier, &dossier->things.at[at], end - at));
    }
    return STATUS_OK;
}
