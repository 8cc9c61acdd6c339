// Retention of facts, a portion at a time.
//
// Sequences follow time but for what came late, so movements are taken out from the smallest
// sequence on, without an index by time. A bond's last moment changes with each event, and an index
// by it would be written as often as the bond itself; so all bonds are walked through in the order
// of their key, a portion at a time, from where a cursor stands.

#include "response/cases/private.h"

static const struct statement MOVEMENTS_FORGET = {
    "movements_forget", "DELETE FROM movement WHERE time_us < ?1 AND sequence IN (SELECT sequence "
                        "FROM movement ORDER BY sequence LIMIT ?2)"};
static const struct statement BONDS_PORTION = {
    "bonds_portion", "SELECT kind, thing, party_kind, party FROM bond WHERE (kind, thing, "
                     "party_kind, party) > (?1, ?2, ?3, ?4) ORDER BY kind, thing, party_kind, "
                     "party LIMIT 1 OFFSET ?5"};
static const struct statement BONDS_FORGET = {
    "bonds_forget", "DELETE FROM bond WHERE last_us < ?9 AND (kind, thing, party_kind, party) > "
                    "(?1, ?2, ?3, ?4) AND (kind, thing, party_kind, party) <= (?5, ?6, ?7, ?8)"};
static const struct statement BONDS_FORGET_REST = {
    "bonds_forget_rest", "DELETE FROM bond WHERE last_us < ?5 AND (kind, thing, party_kind, party) "
                         "> (?1, ?2, ?3, ?4)"};

static StoreValue part_of(const char *text) {
    return store_text(slice_of(text));
}

static void keep_part(char *ret_text, size_t capacity, Slice text) {
    INVARIANT(text.size < capacity);
    memcpy(ret_text, text.at, text.size);
    ret_text[text.size] = 0;
}

Status cases_forget_movements(struct book *book, int64_t before_us, uint32_t rows_max,
                              int64_t *ret_count) {
    return book_change(book, &MOVEMENTS_FORGET,
                       STORE_VALUES(store_i64(before_us), store_i64(rows_max)), ret_count);
}

// The key of the last bond of a portion. STATUS_NOT_FOUND: the rest is less than one.
static Status find_end(struct book *book, const struct case_cursor *from, uint32_t rows_max,
                       struct case_cursor *ret) {
    TRY(book_one(book, &BONDS_PORTION,
                 STORE_VALUES(part_of(from->kind), part_of(from->thing), part_of(from->party_kind),
                              part_of(from->party), store_i64(rows_max - 1))));
    keep_part(ret->kind, sizeof ret->kind, book_text(book, 0));
    keep_part(ret->thing, sizeof ret->thing, book_text(book, 1));
    keep_part(ret->party_kind, sizeof ret->party_kind, book_text(book, 2));
    keep_part(ret->party, sizeof ret->party, book_text(book, 3));
    return STATUS_OK;
}

Status cases_forget_bonds(struct book *book, int64_t before_us, uint32_t rows_max,
                          const struct case_cursor *cursor, struct case_cursor *ret_cursor,
                          int64_t *ret_count) {
    struct case_cursor end = {0};
    INVARIANT(rows_max > 0);
    Status status = find_end(book, cursor, rows_max, &end);
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    *ret_cursor = end;
    if (status == STATUS_NOT_FOUND) {
        return book_change(book, &BONDS_FORGET_REST,
                           STORE_VALUES(part_of(cursor->kind), part_of(cursor->thing),
                                        part_of(cursor->party_kind), part_of(cursor->party),
                                        store_i64(before_us)),
                           ret_count);
    }
    return book_change(book, &BONDS_FORGET,
                       STORE_VALUES(part_of(cursor->kind), part_of(cursor->thing),
                                    part_of(cursor->party_kind), part_of(cursor->party),
                                    part_of(end.kind), part_of(end.thing), part_of(end.party_kind),
                                    part_of(end.party), store_i64(before_us)),
                       ret_count);
}
