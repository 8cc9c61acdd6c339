// Dossiers as a whole: the frame of the parts, and the order in which they are read.

#include "response/referral/dossier.h"

#include "base/hex.h"
#include "paper/paper.h"

#include <openssl/evp.h>
#include <stdlib.h>

static const struct statement CASE = {
    "dossier_case", "SELECT number, title, type, modus, opened_us, (SELECT COALESCE(MAX(at_us), 0) "
                    "FROM case_freeze z WHERE z.case_id = f.id) FROM seen_case f WHERE viewer = "
                    "?1 AND id = ?2"};
static const struct statement APPROVALS = {
    "dossier_approvals", "SELECT step, person, at_us FROM referral_approval WHERE referral = ?1 "
                         "AND round = ?2 ORDER BY step"};
static const struct statement LINKS = {
    "dossier_links",
    "SELECT l.other, COALESCE(r.year, 0), COALESCE(r.number, 0), l.kind, l.reason FROM "
    "referral_link l JOIN seen_referral r ON r.viewer = ?2 AND r.id = l.other WHERE l.referral = "
    "?1 ORDER BY l.other"};
static const struct statement ENCLOSURES = {
    "dossier_enclosures",
    "SELECT e.attachment, e.title, a.name, a.media, a.size, a.sha256, a.withdrawn_us FROM "
    "referral_enclosure e JOIN case_attachment a ON a.id = e.attachment WHERE e.referral = ?1 "
    "ORDER BY e.attachment"};

// ---- the frame --------------------------------------------------------------------------------

static Status read_case(struct book *book, struct dossier *dossier) {
    const struct referral_row *row = dossier->row;
    Status status =
        book_one(book, &CASE, STORE_VALUES(store_i64(row_clearance(row)), store_i64(row->case_id)));
    ENSURE(status != STATUS_NOT_FOUND,
           book_fail(book, STATUS_INVALID, "RF007",
                     "the case of referral %lld is more secret than the referral",
                     (long long)row->id));
    TRY(status);
    dossier->case_number = book_text(book, 0);
    dossier->case_title = book_text(book, 1);
    dossier->case_type = book_text(book, 2);
    dossier->case_type_zh = case_word_zh(CASE_LIST_TYPE, dossier->case_type);
    dossier->modus = slice_trim(book_text(book, 3));
    dossier->case_opened_us = book_i64(book, 4);
    dossier->frozen_us = book_i64(book, 5);
    return case_amounts(book, row_clearance(row), row->case_id, &dossier->amounts);
}

static void take_fields(struct dossier *dossier, struct arena *arena) {
    memcpy(dossier->fields, dossier->row->fields, sizeof dossier->fields);
    if (slice_empty(dossier->fields[REFERRAL_FIELD_TITLE])) {
        dossier->fields[REFERRAL_FIELD_TITLE] = arena_printf(
            arena, "关于移送涉嫌%.*s\n违法犯罪线索的函", SLICE_ARGS(dossier->case_type_zh));
    }
}

static Status read_frame(struct book *book, struct dossier *dossier) {
    const struct referral_row *row = dossier->row;
    Status status;
    TRY(book_ask(book, &APPROVALS, STORE_VALUES(store_i64(row->id), store_i64(row->round))));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&dossier->approvals, book->arena) = (struct dossier_approval){
            .step = book_i64(book, 0), .person = book_text(book, 1), .at_us = book_i64(book, 2)};
    }
    ENSURE(status == STATUS_END, status);
    TRY(book_ask(book, &LINKS, STORE_VALUES(store_i64(row->id), store_i64(row_clearance(row)))));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&dossier->links, book->arena) =
            (struct dossier_link){.other = book_i64(book, 0),
                                  .year = book_i64(book, 1),
                                  .number = book_i64(book, 2),
                                  .kind = book_text(book, 3),
                                  .reason = book_text(book, 4)};
    }
    ENSURE(status == STATUS_END, status);
    TRY(book_ask(book, &ENCLOSURES, STORE_VALUES(store_i64(row->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&dossier->enclosures, book->arena) =
            (struct dossier_enclosure){.attachment = book_i64(book, 0),
                                       .title = book_text(book, 1),
                                       .name = book_text(book, 2),
                                       .media = book_text(book, 3),
                                       .size = book_i64(book, 4),
                                       .sha256 = book_text(book, 5),
                                       .is_withdrawn = !book_is_null(book, 6)};
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status dossier_read(struct book *book, const struct referral_office *office,
                    const struct referral_row *row, struct dossier *ret_dossier) {
    struct dossier *dossier = ret_dossier;
    *dossier = (struct dossier){.office = office, .row = row};
    struct map *const maps[] = {&dossier->party_at,        &dossier->account_at, &dossier->other_at,
                                &dossier->counterparty_at, &dossier->thing_at,   &dossier->data_at,
                                &dossier->cleared};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        map_init(maps[i], book->arena);
    }
    TRY(read_case(book, dossier));
    take_fields(dossier, book->arena);
    TRY(read_frame(book, dossier));
    TRY(dossier_read_data(book, dossier));
    dossier->parts = dossier_data_of(dossier, "PART", SLICE(""), book->arena);
    TRY(dossier_read_parties(book, dossier));
    TRY(dossier_read_rows(book, dossier));
    TRY(dossier_read_flow(book, dossier));
    TRY(dossier_read_things(book, dossier));
    return dossier_read_acts(book, dossier);
}

// ---- how values are told ----------------------------------------------------------------------

const struct dossier_party *dossier_party_of(const struct dossier *dossier, Slice key) {
    uint32_t at = map_get(&dossier->party_at, key);
    return at == MAP_NONE ? NULL : &dossier->parties.at[at];
}

const struct dossier_account *dossier_account_of(const struct dossier *dossier, Slice account) {
    uint32_t at = map_get(&dossier->account_at, account);
    return at == MAP_NONE ? NULL : &dossier->accounts.at[at];
}

Slice dossier_party_name(const struct dossier *dossier, Slice key) {
    const struct dossier_party *party = dossier_party_of(dossier, key);
    Slice name = party == NULL ? SLICE("") : datum_value(party->data, DATUM_PARTY_NAME);
    return slice_empty(name) ? key : name;
}

Slice dossier_moment(const struct dossier *dossier, int64_t at_us, struct arena *arena) {
    return at_us == 0 ? SLICE("") : paper_moment(arena, at_us, dossier->office->terms->zone_us);
}

uint32_t dossier_suspected(const struct dossier *dossier) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        count += !dossier->accounts.at[i].is_victim;
    }
    return count;
}

uint32_t dossier_persons(const struct dossier *dossier, bool is_victim) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        count += dossier->parties.at[i].is_victim == is_victim;
    }
    return count;
}

uint32_t dossier_elsewhere(const struct dossier *dossier, bool is_victim) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        count += slice_is(other->kind, "OUTSIDE") && slice_is(other->role, "VICTIM") == is_victim;
    }
    return count;
}

int64_t dossier_opened(const struct dossier_account *account) {
    int64_t told = 0;
    return account->opened_us == 0 && datum_number(account->data, DATUM_ACCOUNT_OPENED_US, &told)
               ? told
               : account->opened_us;
}

Slice case_word_zh(CaseWordList list, Slice word) {
    const struct case_word *found = case_word_find(list, word);
    return found == NULL ? word : slice_of(found->zh);
}

Slice counterparty_key(struct arena *arena, Slice place, Slice account) {
    return arena_printf(arena, "%.*s %.*s", SLICE_ARGS(place), SLICE_ARGS(account));
}

// ---- the hash ---------------------------------------------------------------------------------

enum { DOSSIER_JSON_MAX = 512 << 20, SHA256_SIZE = 32 };

Status dossier_digest(struct book *book, const struct dossier *dossier,
                      char ret_sha256[static 65]) {
    unsigned char hash[SHA256_SIZE];
    unsigned size = 0;
    struct buf out;
    struct json_writer json;
    INVARIANT(!dossier->is_masked);
    buf_init(&out, DOSSIER_JSON_MAX);
    json_writer_init(&json, &out);
    dossier_put_json(dossier, true, &json);
    bool is_whole = !buf_overflowed(&out);
    bool ok = EVP_Digest(out.bytes, out.size, hash, &size, EVP_sha256(), NULL) == 1;
    buf_deinit(&out);
    ENSURE(is_whole, book_fail(book, STATUS_LIMIT, "RF003", "the dossier is too large"));
    INVARIANT(ok && size == SHA256_SIZE);
    hex_put(ret_sha256, hash, SHA256_SIZE);
    ret_sha256[2 * SHA256_SIZE] = 0;
    return STATUS_OK;
}
