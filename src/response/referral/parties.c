// Parts 1, 2 and 8 of a dossier: parties and accounts, and what binds parties.

#include "response/referral/dossier.h"

#include <stdlib.h>

static const struct statement SUBJECTS = {
    "dossier_subjects",
    "SELECT kind, name, role, confidence, evidence FROM case_subject WHERE case_id = ?1"};
// Accounts of persons and companies that are suspected: of a victim only those matter that paid.
static const struct statement HELD = {
    "dossier_held",
    "SELECT b.party, s.name, s.role FROM case_subject s JOIN bond b ON b.kind = 'HOLDER' AND "
    "b.thing = s.name AND b.party_kind = 'ACCOUNT' WHERE s.case_id = ?1 AND s.kind IN ('PERSON', "
    "'COMPANY') AND s.role NOT IN ('VICTIM', 'CLEARED')"};
static const struct statement HOLDER = {
    "dossier_holder", "SELECT MIN(thing) FROM bond WHERE kind = 'HOLDER' AND party_kind = "
                      "'ACCOUNT' AND party = ?1 HAVING COUNT(*) > 0"};
static const struct statement OPENING = {
    "dossier_opening", "SELECT customer, opened_us, branch, channel, operator, authoriser, agent, "
                       "purpose FROM opening WHERE account = ?1"};
static const struct statement LISTED = {
    "dossier_listed",
    "SELECT e.list, o.number, o.authority FROM order_entry e JOIN seen_order o ON o.viewer = ?2 "
    "AND o.id = e.police_order WHERE e.account = ?1 ORDER BY o.id"};

static bool is_word(Slice text, const char *word) {
    return slice_is(text, word);
}

// ---- subjects ---------------------------------------------------------------------------------

struct subject {
    Slice kind, name, role, evidence;
    int64_t confidence;
};
struct subjects {
    struct subject *at;
    uint32_t count, capacity;
};

static int by_name(const void *left, const void *right) {
    const struct subject *a = left, *b = right;
    int order = slice_compare(a->kind, b->kind);
    return order != 0 ? order : slice_compare(a->name, b->name);
}

static Status read_subjects(struct book *book, int64_t case_id, struct subjects *subjects) {
    Status status;
    TRY(book_ask(book, &SUBJECTS, STORE_VALUES(store_i64(case_id))));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(subjects, book->arena) = (struct subject){.kind = book_text(book, 0),
                                                            .name = book_text(book, 1),
                                                            .role = book_text(book, 2),
                                                            .confidence = book_i64(book, 3),
                                                            .evidence = book_text(book, 4)};
    }
    if (subjects->count > 0) {
        qsort(subjects->at, subjects->count, sizeof *subjects->at, by_name);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Slice cleared_key(struct arena *arena, const char *kind, Slice name) {
    return arena_printf(arena, "%s %.*s", kind, SLICE_ARGS(name));
}

static bool is_cleared(const struct dossier *dossier, const char *kind, Slice name,
                       struct arena *arena) {
    return map_get(&dossier->cleared, cleared_key(arena, kind, name)) != MAP_NONE;
}

static struct dossier_party *add_party(struct dossier *dossier, Slice key, struct arena *arena) {
    if (!map_put(&dossier->party_at, key, dossier->parties.count)) {
        return NULL;
    }
    struct dossier_party *party = VEC_PUSH(&dossier->parties, arena);
    party->key = key;
    party->data = dossier_data_of(dossier, "PARTY", key, arena);
    return party;
}

static struct dossier_account *add_account(struct dossier *dossier, Slice account, Slice role,
                                           struct arena *arena) {
    if (!map_put(&dossier->account_at, account, dossier->accounts.count)) {
        return NULL;
    }
    struct dossier_account *added = VEC_PUSH(&dossier->accounts, arena);
    added->account = account;
    added->role = role;
    added->is_victim = is_word(role, "VICTIM");
    added->data = dossier_data_of(dossier, "ACCOUNT", account, arena);
    return added;
}

static void take_subject(struct dossier *dossier, const struct subject *subject,
                         struct arena *arena) {
    bool is_person = is_word(subject->kind, "PERSON"),
         is_company = is_word(subject->kind, "COMPANY");
    bool is_account = is_word(subject->kind, "ACCOUNT");
    struct dossier_party *party =
        is_person || is_company ? add_party(dossier, subject->name, arena) : NULL;
    struct dossier_account *account =
        is_account ? add_account(dossier, subject->name, subject->role, arena) : NULL;
    if (party != NULL) {
        party->is_company = is_company;
        party->is_victim = is_word(subject->role, "VICTIM");
        party->role = subject->role;
        party->evidence = subject->evidence;
        party->confidence = subject->confidence;
    } else if (account != NULL) {
        account->evidence = subject->evidence;
        account->confidence = subject->confidence;
    } else if (!is_person && !is_company && !is_account) {
        Slice key = counterparty_key(arena, subject->kind, subject->name);
        map_put(&dossier->other_at, key, dossier->others.count);
        *VEC_PUSH(&dossier->others, arena) =
            (struct dossier_other){.kind = subject->kind,
                                   .name = subject->name,
                                   .role = subject->role,
                                   .evidence = subject->evidence,
                                   .confidence = subject->confidence};
    }
}

static void take_subjects(struct dossier *dossier, const struct subjects *subjects,
                          struct arena *arena) {
    for (uint32_t i = 0; i < subjects->count; i++) {
        const struct subject *subject = &subjects->at[i];
        if (is_word(subject->role, "CLEARED")) {
            Slice kind = arena_copy(arena, subject->kind);
            map_put(&dossier->cleared, cleared_key(arena, kind.at, subject->name), i);
        }
    }
    for (uint32_t i = 0; i < subjects->count; i++) {
        if (!is_word(subjects->at[i].role, "CLEARED")) {
            take_subject(dossier, &subjects->at[i], arena);
        }
    }
}

// ---- accounts ---------------------------------------------------------------------------------

static Status read_held(struct book *book, struct dossier *dossier) {
    Status status;
    TRY(book_ask(book, &HELD, STORE_VALUES(store_i64(dossier->row->case_id))));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice account = book_text(book, 0), holder = book_text(book, 1), role = book_text(book, 2);
        if (!is_cleared(dossier, "ACCOUNT", account, book->arena)) {
            struct dossier_account *added = add_account(dossier, account, role, book->arena);
            if (added != NULL) {
                added->holder = holder;
            }
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status read_opening(struct book *book, struct dossier_account *account) {
    Status status = book_one(book, &OPENING, STORE_VALUES(store_text(account->account)));
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    account->holder = slice_empty(account->holder) ? book_text(book, 0) : account->holder;
    account->opened_us = book_i64(book, 1);
    account->branch = book_text(book, 2);
    account->channel = book_text(book, 3);
    account->operator_id = book_text(book, 4);
    account->authoriser = book_text(book, 5);
    account->agent = book_text(book, 6);
    account->purpose = book_text(book, 7);
    return STATUS_OK;
}

static Status read_holder(struct book *book, struct dossier_account *account) {
    if (!slice_empty(account->holder)) {
        return STATUS_OK;
    }
    Status status = book_one(book, &HOLDER, STORE_VALUES(store_text(account->account)));
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    account->holder =
        status == STATUS_OK ? book_text(book, 0) : datum_value(account->data, DATUM_ACCOUNT_HOLDER);
    return STATUS_OK;
}

// Which lists of the police it is on.
static Status read_lists(struct book *book, const struct dossier *dossier,
                         struct dossier_account *account) {
    Status status;
    TRY(book_ask(
        book, &LISTED,
        STORE_VALUES(store_text(account->account), store_i64(row_clearance(dossier->row)))));
    while ((status = book_next(book)) == STATUS_OK) {
        bool is_case = slice_is(store_column_text(book->store, 0), "CASE");
        account->lists = arena_printf(
            book->arena, "%.*s%s%s（%.*s，%.*s）", SLICE_ARGS(account->lists),
            account->lists.size > 0 ? "；" : "", is_case ? "涉案账户名单" : "可疑账户名单",
            SLICE_ARGS(store_column_text(book->store, 2)),
            SLICE_ARGS(store_column_text(book->store, 1)));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// The holder of an account that is a subject is a party, with the role of the account.
static void derive_holder(struct dossier *dossier, const struct dossier_account *account,
                          struct arena *arena) {
    bool is_cleared_one = is_cleared(dossier, "PERSON", account->holder, arena) ||
                          is_cleared(dossier, "COMPANY", account->holder, arena);
    struct dossier_party *party = slice_empty(account->holder) || is_cleared_one
                                      ? NULL
                                      : add_party(dossier, account->holder, arena);
    if (party != NULL) {
        party->is_derived = true;
        party->is_victim = account->is_victim;
        party->role = account->role;
        party->confidence = account->confidence;
        party->is_company = !slice_empty(datum_value(party->data, DATUM_PARTY_REPRESENTATIVE));
    }
}

static int by_account(const void *left, const void *right) {
    const struct dossier_account *a = left, *b = right;
    return slice_compare(a->account, b->account);
}

static int by_party(const void *left, const void *right) {
    const struct dossier_party *a = left, *b = right;
    return slice_compare(a->key, b->key);
}

static void sort_them(struct dossier *dossier, struct arena *arena) {
    if (dossier->accounts.count > 0) {
        qsort(dossier->accounts.at, dossier->accounts.count, sizeof *dossier->accounts.at,
              by_account);
    }
    if (dossier->parties.count > 0) {
        qsort(dossier->parties.at, dossier->parties.count, sizeof *dossier->parties.at, by_party);
    }
    map_init(&dossier->account_at, arena);
    map_init(&dossier->party_at, arena);
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        map_put(&dossier->account_at, dossier->accounts.at[i].account, i);
    }
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        map_put(&dossier->party_at, dossier->parties.at[i].key, i);
    }
}

Status dossier_read_parties(struct book *book, struct dossier *dossier) {
    struct subjects subjects = {0};
    TRY(read_subjects(book, dossier->row->case_id, &subjects));
    take_subjects(dossier, &subjects, book->arena);
    TRY(read_held(book, dossier));
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        TRY(read_opening(book, &dossier->accounts.at[i]));
        TRY(read_holder(book, &dossier->accounts.at[i]));
        TRY(read_lists(book, dossier, &dossier->accounts.at[i]));
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        derive_holder(dossier, &dossier->accounts.at[i], book->arena);
    }
    sort_them(dossier, book->arena);
    return STATUS_OK;
}
