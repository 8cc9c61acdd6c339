// Part 3 of a dossier: the statement, from the frozen transactions of the case.
//
// As statements of accounts are: one row for each side that is a suspected account of this bank, so
// a movement between two of them gives two. What victims of this bank paid to suspected accounts
// elsewhere has the victim's account as its own. A transaction of neither kind is left out, and one
// that was frozen for the context stays with the bank.
//
// Device, address, terminal and balance belong to who acted: the payer, where his account is here.
// In a row of the other side they are not told, for they are a counterparty's.

#include "response/referral/dossier.h"

#include "codec/json.h"
#include "codec/number.h"

#include <inttypes.h>
#include <stdlib.h>

enum { COPY_DEPTH_MAX = 32, SUMMARY_WORDS_MAX = 20 };

static const struct statement COPIES = {
    "dossier_copies",
    "SELECT sequence, form, part, time_us, payer_place, payer, payee_place, payee, amount, state, "
    "payer_customer, payee_customer, event_id, bytes FROM case_transaction WHERE case_id = ?1"};

typedef enum Side { SIDE_OTHER, SIDE_SUSPECT, SIDE_VICTIM, SIDE_ELSEWHERE } Side;

struct end { // of a movement
    Slice place, account, customer, key;
    Side side;
};

struct copy {
    int64_t sequence, time_us, amount;
    Slice part, state, event_id;
    bool is_event; // as it came in; else a row of `movement` as JSON
    struct end payer, payee;
};

// What the copy's bytes tell.
struct told {
    Slice acting; // whose account; empty: not told
    Slice channel, summary, trace, payer_bank, payee_bank;
    Slice ip, device, model, system, terminal, serial, network, card;
    int64_t balance;
    bool has_place;
    double latitude, longitude;
};

struct reading {
    struct book *book;
    struct dossier *dossier;
    struct json_reader *reader;
    JsonTree tree;
};

// ---- whose sides they are ---------------------------------------------------------------------

static bool is_done(Slice state) {
    return !slice_is(state, "FAILED") && !slice_is(state, "REVERSED");
}

static struct dossier_other *other_of(const struct dossier *dossier, const struct end *end) {
    uint32_t at = map_get(&dossier->other_at, end->key);
    return at == MAP_NONE ? NULL : &dossier->others.at[at];
}

static Side side_of(const struct dossier *dossier, const struct end *end) {
    bool is_own = slice_is(end->place, "OWN");
    const struct dossier_account *account =
        is_own ? dossier_account_of(dossier, end->account) : NULL;
    const struct dossier_party *holder = dossier_party_of(dossier, end->customer);
    const struct dossier_other *other = is_own ? NULL : other_of(dossier, end);
    if (account != NULL) {
        return account->is_victim ? SIDE_VICTIM : SIDE_SUSPECT;
    }
    if (other != NULL) {
        return slice_is(other->role, "VICTIM") ? SIDE_VICTIM : SIDE_ELSEWHERE;
    }
    return is_own && holder != NULL && holder->is_victim ? SIDE_VICTIM : SIDE_OTHER;
}

static void read_end(struct reading *reading, uint32_t column, uint32_t customer, struct end *end) {
    struct book *book = reading->book;
    end->place = book_text(book, column);
    end->account = book_text(book, column + 1);
    end->customer = book_text(book, customer);
    // Subjects elsewhere are of kind OUTSIDE, merchants and terminals of their own.
    const char *kind = slice_is(end->place, "MERCHANT") ? "MERCHANT" : "OUTSIDE";
    end->key = counterparty_key(book->arena, slice_of(kind), end->account);
    end->side = side_of(reading->dossier, end);
}

// ---- what the bytes tell ----------------------------------------------------------------------

static Slice member_text(struct reading *reading, Slice name) {
    uint32_t node = slice_empty(name) ? JSON_NONE : json_member(reading->tree, 0, name);
    if (node == JSON_NONE) {
        return SLICE("");
    }
    const struct json_node *found = &reading->tree.nodes[node];
    if (found->kind == JSON_STRING) {
        return arena_copy(reading->book->arena, found->text);
    }
    return found->kind == JSON_INT ? arena_printf(reading->book->arena, "%" PRId64, found->i64)
                                   : SLICE("");
}

// A text, or a list of words with marks between them.
static Slice member_words(struct reading *reading, Slice name) {
    uint32_t node = slice_empty(name) ? JSON_NONE : json_member(reading->tree, 0, name);
    if (node == JSON_NONE || reading->tree.nodes[node].kind != JSON_ARRAY) {
        return member_text(reading, name);
    }
    Slice words = SLICE("");
    uint32_t count = 0;
    JSON_EACH(reading->tree, node, i) {
        const struct json_node *word = &reading->tree.nodes[i];
        if (word->kind == JSON_STRING && count++ < SUMMARY_WORDS_MAX) {
            words = arena_printf(reading->book->arena, "%.*s%s%.*s", SLICE_ARGS(words),
                                 words.size > 0 ? "、" : "", SLICE_ARGS(word->text));
        }
    }
    return words;
}

static bool member_number(struct reading *reading, Slice name, double *ret_value) {
    uint32_t node = slice_empty(name) ? JSON_NONE : json_member(reading->tree, 0, name);
    return node != JSON_NONE && json_number(&reading->tree.nodes[node], ret_value);
}

static void read_event(struct reading *reading, struct told *told) {
    const struct referral_members *members = &reading->dossier->office->members;
    Slice balance = member_text(reading, members->balance);
    told->acting = member_text(reading, members->own_account);
    told->channel = member_text(reading, members->channel);
    told->summary = member_words(reading, members->summary);
    told->trace = member_text(reading, members->trace);
    told->payer_bank = member_text(reading, members->payer_bank);
    told->payee_bank = member_text(reading, members->payee_bank);
    told->ip = member_text(reading, members->ip);
    told->device = member_text(reading, members->device);
    told->model = member_text(reading, members->model);
    told->system = member_text(reading, members->system);
    told->terminal = member_text(reading, members->terminal);
    told->serial = member_text(reading, members->serial);
    told->network = member_text(reading, members->network);
    told->card = member_text(reading, members->card);
    told->has_place = member_number(reading, members->latitude, &told->latitude) &&
                      member_number(reading, members->longitude, &told->longitude);
    if (!slice_to_i64(balance, &told->balance)) {
        told->balance = BALANCE_UNKNOWN;
    }
}

// A row of the table of movements: the names are ours (response/cases/freeze.c).
static void read_movement(struct reading *reading, const struct copy *copy, struct told *told) {
    Slice bank = member_text(reading, SLICE("bank"));
    told->channel = member_text(reading, SLICE("channel"));
    told->summary = member_text(reading, SLICE("kind"));
    told->trace = copy->event_id;
    told->ip = member_text(reading, SLICE("ip"));
    told->device = member_text(reading, SLICE("device"));
    told->payer_bank = slice_is(copy->payer.place, "OWN") ? SLICE("") : bank;
    told->payee_bank = slice_is(copy->payee.place, "OWN") ? SLICE("") : bank;
}

static void read_bytes(struct reading *reading, const struct copy *copy, Slice bytes,
                       struct told *told) {
    *told = (struct told){.balance = BALANCE_UNKNOWN};
    if (json_parse(reading->reader, bytes, &reading->tree) != STATUS_OK) {
        return; // what cannot be read tells nothing; its columns do
    }
    if (copy->is_event) {
        read_event(reading, told);
    } else {
        read_movement(reading, copy, told);
    }
    if (slice_empty(told->acting)) {
        told->acting =
            slice_is(copy->payer.place, "OWN") ? copy->payer.account : copy->payee.account;
    }
}

// ---- rows -------------------------------------------------------------------------------------

static Slice name_of(const struct dossier *dossier, const struct end *end, struct arena *arena) {
    const struct dossier_account *account =
        slice_is(end->place, "OWN") ? dossier_account_of(dossier, end->account) : NULL;
    Slice holder = account == NULL ? end->customer : account->holder;
    if (dossier_party_of(dossier, holder) != NULL) {
        return dossier_party_name(dossier, holder);
    }
    return datum_value(dossier_data_of(dossier, "COUNTERPARTY",
                                       counterparty_key(arena, end->place, end->account), arena),
                       DATUM_COUNTERPARTY_NAME);
}

static Slice bank_of(const struct dossier *dossier, const struct end *end, Slice code,
                     struct arena *arena) {
    Slice told =
        datum_value(dossier_data_of(dossier, "COUNTERPARTY",
                                    counterparty_key(arena, end->place, end->account), arena),
                    DATUM_COUNTERPARTY_BANK);
    return !slice_empty(told)             ? told
           : slice_is(end->place, "OWN")  ? dossier->office->bank
           : slice_is(end->place, "CASH") ? SLICE("现金")
                                          : code;
}

static void count_counterparty(struct dossier *dossier, const struct end *end, Slice bank,
                               struct arena *arena) {
    Slice key = counterparty_key(arena, end->place, end->account);
    struct dossier_other *other = slice_is(end->place, "OWN") ? NULL : other_of(dossier, end);
    if (other != NULL) {
        other->place = end->place;
        other->key = key;
        other->bank = bank;
        other->data = dossier_data_of(dossier, "COUNTERPARTY", key, arena);
        map_put(&dossier->other_at, key, (uint32_t)(other - dossier->others.at));
    }
    if (end->side != SIDE_OTHER) {
        return;
    }
    if (map_put(&dossier->counterparty_at, key, dossier->counterparties.count)) {
        *VEC_PUSH(&dossier->counterparties, arena) = (struct dossier_counterparty){
            .place = end->place,
            .account = end->account,
            .key = key,
            .data = dossier_data_of(dossier, "COUNTERPARTY", key, arena)};
    }
    struct dossier_counterparty *counterparty =
        &dossier->counterparties.at[map_get(&dossier->counterparty_at, key)];
    counterparty->rows++;
    counterparty->bank = slice_empty(counterparty->bank) ? bank : counterparty->bank;
}

static void sum_account(struct dossier *dossier, const struct dossier_row *row) {
    uint32_t at = map_get(&dossier->account_at, row->own);
    if (at == MAP_NONE || dossier->accounts.at[at].is_victim) {
        return;
    }
    struct dossier_account *account = &dossier->accounts.at[at];
    int64_t *sum = row->is_credit ? &account->came_in : &account->went_out;
    bool overflows = is_done(row->state) && __builtin_add_overflow(*sum, row->amount, sum);
    INVARIANT(!overflows);
    account->rows++;
    account->first_us = account->first_us == 0 || row->time_us < account->first_us
                            ? row->time_us
                            : account->first_us;
    account->last_us = row->time_us > account->last_us ? row->time_us : account->last_us;
}

static void see(struct reading *reading, const struct copy *copy, Slice party, const char *kind,
                Slice thing, Slice note) {
    if (!slice_empty(thing)) {
        dossier_see(reading->dossier,
                    &(struct dossier_thing){.kind = slice_of(kind),
                                            .thing = thing,
                                            .party = party,
                                            .note = note,
                                            .first_us = copy->time_us,
                                            .last_us = copy->time_us,
                                            .times = 1},
                    reading->book->arena);
    }
}

static void see_things(struct reading *reading, const struct copy *copy, const struct told *told,
                       const struct end *own) {
    struct arena *arena = reading->book->arena;
    const struct dossier_account *account = dossier_account_of(reading->dossier, own->account);
    Slice party = account == NULL || slice_empty(account->holder) ? own->account : account->holder;
    Slice device =
        slice_empty(told->system) ? told->model
        : slice_empty(told->model)
            ? told->system
            : arena_printf(arena, "%.*s、%.*s", SLICE_ARGS(told->model), SLICE_ARGS(told->system));
    see(reading, copy, party, "DEVICE", told->device, device);
    see(reading, copy, party, "IP", told->ip, SLICE(""));
    see(reading, copy, party, "TERMINAL", told->terminal, told->serial);
    see(reading, copy, party, "NETWORK", told->network, SLICE(""));
    see(reading, copy, party, "CARD", told->card, SLICE(""));
    if (told->has_place) {
        see(reading, copy, party, "PLACE",
            arena_printf(arena, "%.4f,%.4f", told->latitude, told->longitude), SLICE(""));
    }
}

static void add_row(struct reading *reading, const struct copy *copy, const struct told *told,
                    bool is_credit) {
    struct dossier *dossier = reading->dossier;
    struct arena *arena = reading->book->arena;
    const struct end *own = is_credit ? &copy->payee : &copy->payer;
    const struct end *counter = is_credit ? &copy->payer : &copy->payee;
    bool acts = slice_equal(told->acting, own->account) && own->side == SIDE_SUSPECT;
    Slice code = is_credit ? told->payer_bank : told->payee_bank;
    struct dossier_row row = {
        .sequence = copy->sequence,
        .time_us = copy->time_us,
        .amount = copy->amount,
        .balance = acts ? told->balance : BALANCE_UNKNOWN,
        .own = own->account,
        .counter = counter->account,
        .counter_name = name_of(dossier, counter, arena),
        .counter_bank = bank_of(dossier, counter, code, arena),
        .channel = told->channel,
        .summary = told->summary,
        .ip = acts ? told->ip : SLICE(""),
        .device = acts ? told->device : SLICE(""),
        .terminal = acts || slice_is(counter->place, "CASH") ? told->terminal : SLICE(""),
        .trace = slice_empty(told->trace) ? copy->event_id : told->trace,
        .place = counter->place,
        .state = copy->state,
        .part = copy->part,
        .is_credit = is_credit,
    };
    *VEC_PUSH(&dossier->rows, arena) = row;
    sum_account(dossier, &row);
    count_counterparty(dossier, counter, row.counter_bank, arena);
    if (acts) {
        see_things(reading, copy, told, own);
    }
}

static void pay(const struct copy *copy, int64_t *sum, int64_t *first_us, int64_t *last_us,
                uint32_t *payments) {
    bool overflows = __builtin_add_overflow(*sum, copy->amount, sum);
    INVARIANT(!overflows);
    *first_us = *first_us == 0 || copy->time_us < *first_us ? copy->time_us : *first_us;
    *last_us = copy->time_us > *last_us ? copy->time_us : *last_us;
    ++*payments;
}

// What a victim paid to somebody who is suspected.
static void count_victim(struct dossier *dossier, const struct copy *copy) {
    bool is_loss = copy->payer.side == SIDE_VICTIM && is_done(copy->state) &&
                   (copy->payee.side == SIDE_SUSPECT || copy->payee.side == SIDE_ELSEWHERE);
    if (!is_loss) {
        return;
    }
    const struct dossier_account *account = dossier_account_of(dossier, copy->payer.account);
    Slice holder = account == NULL ? copy->payer.customer : account->holder;
    uint32_t at = map_get(&dossier->party_at, holder);
    struct dossier_other *other = other_of(dossier, &copy->payer);
    if (slice_is(copy->payer.place, "OWN") && at != MAP_NONE) {
        struct dossier_party *party = &dossier->parties.at[at];
        pay(copy, &party->paid, &party->first_us, &party->last_us, &party->payments);
    } else if (other != NULL) {
        pay(copy, &other->paid, &other->first_us, &other->last_us, &other->payments);
    }
}

static void take_copy(struct reading *reading, const struct copy *copy, Slice bytes) {
    struct told told;
    bool is_debit = copy->payer.side == SIDE_SUSPECT, is_credit = copy->payee.side == SIDE_SUSPECT;
    bool is_elsewhere = !is_debit && !is_credit && copy->payer.side == SIDE_VICTIM &&
                        copy->payee.side == SIDE_ELSEWHERE && slice_is(copy->payer.place, "OWN");
    if (slice_is(copy->part, "CONTEXT")) {
        reading->dossier->context++;
        return;
    }
    if (!is_debit && !is_credit && !is_elsewhere) {
        reading->dossier->left_out++;
        return;
    }
    read_bytes(reading, copy, bytes, &told);
    count_victim(reading->dossier, copy);
    if (is_debit || is_elsewhere) {
        add_row(reading, copy, &told, false);
    }
    if (is_credit) {
        add_row(reading, copy, &told, true);
    }
}

static Status read_copies(struct reading *reading) {
    struct book *book = reading->book;
    const int64_t most = CASE_TRANSACTIONS_MAX;
    Status status;
    while ((status = book_next(book)) == STATUS_OK && reading->dossier->rows.count < most) {
        struct copy copy = {.sequence = book_i64(book, 0),
                            .is_event = slice_is(store_column_text(book->store, 1), "EVENT"),
                            .part = book_text(book, 2),
                            .time_us = book_i64(book, 3),
                            .amount = book_i64(book, 8),
                            .state = book_text(book, 9),
                            .event_id = book_text(book, 12)};
        read_end(reading, 4, 10, &copy.payer);
        read_end(reading, 6, 11, &copy.payee);
        take_copy(reading, &copy, store_column_text(book->store, 13));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int by_time(const void *left, const void *right) {
    const struct dossier_row *a = left, *b = right;
    int order = (a->time_us > b->time_us) - (a->time_us < b->time_us);
    order = order != 0 ? order : (a->sequence > b->sequence) - (a->sequence < b->sequence);
    return order != 0 ? order : a->is_credit - b->is_credit;
}

static int by_counterparty(const void *left, const void *right) {
    const struct dossier_counterparty *a = left, *b = right;
    return slice_compare(a->key, b->key);
}

Status dossier_read_rows(struct book *book, struct dossier *dossier) {
    struct reading reading = {.book = book, .dossier = dossier};
    TRY(book_ask(book, &COPIES, STORE_VALUES(store_i64(dossier->row->case_id))));
    reading.reader = json_reader_create(CASE_COPY_MAX, COPY_DEPTH_MAX);
    Status status = read_copies(&reading);
    json_reader_destroy(reading.reader);
    if (dossier->rows.count > 0) {
        qsort(dossier->rows.at, dossier->rows.count, sizeof *dossier->rows.at, by_time);
    }
    if (dossier->counterparties.count > 0) {
        qsort(dossier->counterparties.at, dossier->counterparties.count,
              sizeof *dossier->counterparties.at, by_counterparty);
    }
    map_init(&dossier->counterparty_at, book->arena);
    for (uint32_t i = 0; i < dossier->counterparties.count; i++) {
        map_put(&dossier->counterparty_at, dossier->counterparties.at[i].key, i);
    }
    return status;
}
