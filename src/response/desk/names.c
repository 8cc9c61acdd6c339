// What customers are called, as hashes: told by the bank's own events, for comparing orders of authorities with it.
//
// Most events tell what is known already. What was told last of a customer is remembered here, a hash of it in a table of fixed size, so that the store is only written when there is news; after
// a start, or where two customers share a place, it is written once more, which changes nothing. What an unit of work that failed had remembered is forgotten again.

#include "base/hash.h"
#include "response/desk/parts.h"

#include <stdlib.h>

enum { PLACES = 1 << 20 };

static const struct statement NAMED = {
    "desk_named", "INSERT INTO named (customer, name_hash, certificate_hash, told_us) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (customer) DO UPDATE SET"
                  " name_hash = CASE WHEN excluded.name_hash = '' THEN named.name_hash ELSE excluded.name_hash END,"
                  " certificate_hash = CASE WHEN excluded.certificate_hash = '' THEN named.certificate_hash ELSE excluded.certificate_hash END,"
                  " told_us = excluded.told_us WHERE excluded.told_us >= named.told_us"};
static const struct statement NAME_OF = {"desk_name_of", "SELECT name_hash, certificate_hash FROM named WHERE customer = ?1"};

struct names {
    uint64_t told[PLACES];
    struct {
        uint32_t place;
        uint64_t before;
    } changed[DESK_BATCH_MAX]; // by the unit of work that is not committed yet
    uint32_t count;
};

struct names *names_create(void) {
    return memory_alloc(sizeof(struct names));
}

void names_destroy(struct names *names) {
    free(names);
}

void names_begin(struct names *names) {
    while (names->count > 0) {
        names->count--;
        names->told[names->changed[names->count].place] = names->changed[names->count].before;
    }
}

void names_commit(struct names *names) {
    names->count = 0;
}

Status names_take(struct desk *desk, struct book *book, const struct event *event) {
    struct names *names = desk->names;
    Slice customer = desk_role(desk, event, EVENT_ROLE_CUSTOMER, book->arena);
    Slice name = desk_role(desk, event, EVENT_ROLE_NAME_HASH, book->arena);
    Slice certificate = desk_role(desk, event, EVENT_ROLE_CERTIFICATE, book->arena);
    bool is_order = !slice_empty(desk_role(desk, event, EVENT_ROLE_ORDER, book->arena)); // tells what the authority believes
    if (slice_empty(customer) || (slice_empty(name) && slice_empty(certificate)) || is_order || names->count == DESK_BATCH_MAX) {
        return STATUS_OK;
    }
    uint64_t who = hash64(customer, 0);
    uint64_t what = hash64(certificate, hash64(name, who)) | 1; // 0: nothing is remembered
    uint32_t place = (uint32_t)(who & (PLACES - 1));
    if (names->told[place] == what) {
        return STATUS_OK;
    }
    TRY(book_run(book, &NAMED, STORE_VALUES(store_text(customer), store_text(name), store_text(certificate), store_i64(event->time_us))));
    names->changed[names->count].place = place;
    names->changed[names->count].before = names->told[place];
    names->count++;
    names->told[place] = what;
    return STATUS_OK;
}

Status names_of(struct book *book, Slice customer, struct arena *arena, Slice *ret_name, Slice *ret_certificate) {
    *ret_name = *ret_certificate = SLICE("");
    Status status = book_one(book, &NAME_OF, STORE_VALUES(store_text(customer)));
    if (status == STATUS_OK) {
        *ret_name = arena_copy(arena, store_column_text(book->store, 0));
        *ret_certificate = arena_copy(arena, store_column_text(book->store, 1));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
