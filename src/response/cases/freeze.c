// Frozen copies of transactions: kept as they were, and found again to be so.
//
// Of each copy its bytes have a SHA-256 of their own, which whoever gets the bytes can count again.
// The list has one too, over the transactions in their order, each with its columns and the hash of
// its bytes as members (texts.c). It is written down whenever something was frozen, in case_freeze
// and in the trace of the case, whose rows hang together by hashes (response/book/trace.c). So a
// byte, a column, a row or its place that was changed behind the program's back shows; and who
// changes the hash as well has to change the chain of traces from there to its end.

#include "base/vec.h"
#include "response/cases/private.h"

#include <inttypes.h>
#include <openssl/evp.h>

enum { HASH_SIZE = 32 };

static const struct statement MOVEMENT = {
    "freeze_movement",
    "SELECT time_us, event_id, payer_place, payer, payee_place, payee, amount, kind, channel, "
    "bank, "
    "payer_customer, payee_customer, ip, device, state FROM movement WHERE sequence = ?1"};
static const struct statement EVIDENCE = {"freeze_evidence",
                                          "SELECT event FROM evidence WHERE sequence = ?1"};
static const struct statement THERE = {
    "freeze_there", "SELECT number FROM case_transaction WHERE case_id = ?1 AND sequence = ?2"};
static const struct statement LAST = {
    "freeze_last", "SELECT COALESCE(MAX(number), 0) FROM case_transaction WHERE case_id = ?1"};
static const struct statement ADD = {
    "freeze_add",
    "INSERT INTO case_transaction (case_id, number, sequence, form, part, time_us, event_id, "
    "payer_place, payer, payee_place, payee, amount, state, payer_customer, payee_customer, bytes, "
    "sha256, added_us, added_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
    "?14, ?15, ?16, ?17, ?18, ?19)"};
#define COLUMNS                                                                                    \
    "SELECT number, sequence, form, part, time_us, event_id, payer_place, payer, payee_place, "    \
    "payee, amount, state, payer_customer, payee_customer, sha256"
static const struct statement ALL = {"freeze_all", COLUMNS
                                     " FROM case_transaction WHERE case_id = ?1 ORDER BY number"};
static const struct statement ALL_BYTES = {
    "freeze_all_bytes", COLUMNS ", bytes FROM case_transaction WHERE case_id = ?1 ORDER BY number"};
static const struct statement NEXT = {"freeze_next", COLUMNS ", bytes FROM case_transaction WHERE "
                                                             "case_id = ?1 AND number > ?2 ORDER "
                                                             "BY number LIMIT 1"};
static const struct statement LIST_ADD = {
    "freeze_list_add",
    "INSERT INTO case_freeze (case_id, items, sha256, at_us, made_by) VALUES (?1, ?2, ?3, ?4, ?5)"};
static const struct statement LISTS = {
    "freeze_lists", "SELECT items, sha256 FROM case_freeze WHERE case_id = ?1 ORDER BY items"};
static const struct statement TOLD = {
    "freeze_told", "SELECT detail FROM trace WHERE object_kind = 'case' AND object = ?1 AND reason "
                   "= ?2 ORDER BY number"};

// ---- the hash of a list ------------------------------------------------------------------------

static void put_transaction(const struct case_transaction *t, EVP_MD_CTX *list) {
    struct buf out;
    buf_init(&out, 64 << 10);
    const int64_t numbers[] = {t->number, t->sequence, t->time_us, t->amount};
    const Slice texts[] = {t->form,   t->part,           t->event_id,      t->payer_place,
                           t->payer,  t->payee_place,    t->payee,         t->state,
                           t->sha256, t->payer_customer, t->payee_customer};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        digest_put_number(&out, numbers[i]);
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        digest_put(&out, texts[i]);
    }
    INVARIANT(!buf_overflowed(&out) && EVP_DigestUpdate(list, out.bytes, out.size) == 1);
    buf_deinit(&out);
}

static EVP_MD_CTX *list_begin(void) {
    EVP_MD_CTX *list = EVP_MD_CTX_new();
    INVARIANT(list != NULL && EVP_DigestInit_ex(list, EVP_sha256(), NULL) == 1);
    return list;
}

// As it is so far; more may follow.
static Slice list_hash(const EVP_MD_CTX *list, struct arena *arena) {
    unsigned char hash[HASH_SIZE];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    INVARIANT(copy != NULL && EVP_MD_CTX_copy_ex(copy, list) == 1 &&
              EVP_DigestFinal_ex(copy, hash, NULL) == 1);
    EVP_MD_CTX_free(copy);
    struct buf out;
    buf_init(&out, 2 * HASH_SIZE);
    for (size_t i = 0; i < HASH_SIZE; i++) {
        buf_printf(&out, "%02x", hash[i]);
    }
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static void read_transaction(struct book *book, bool with_bytes, struct case_transaction *ret) {
    *ret = (struct case_transaction){.number = book_i64(book, 0),
                                     .sequence = book_i64(book, 1),
                                     .form = book_text(book, 2),
                                     .part = book_text(book, 3),
                                     .time_us = book_i64(book, 4),
                                     .event_id = book_text(book, 5),
                                     .payer_place = book_text(book, 6),
                                     .payer = book_text(book, 7),
                                     .payee_place = book_text(book, 8),
                                     .payee = book_text(book, 9),
                                     .amount = book_i64(book, 10),
                                     .state = book_text(book, 11),
                                     .payer_customer = book_text(book, 12),
                                     .payee_customer = book_text(book, 13),
                                     .sha256 = book_text(book, 14),
                                     .bytes = with_bytes ? book_text(book, 15) : SLICE("")};
}

// ---- freezing ----------------------------------------------------------------------------------

static Slice word_or_empty(Slice text) {
    return text.at == NULL ? SLICE("") : text;
}

static void movement_given(const struct case_movement *move, struct case_transaction *t) {
    t->time_us = move->time_us;
    t->event_id = word_or_empty(move->event_id);
    t->payer_place = place_word(move->payer_place);
    t->payer = word_or_empty(move->payer);
    t->payee_place = place_word(move->payee_place);
    t->payee = word_or_empty(move->payee);
    t->amount = move->amount;
    t->state = moved_word(move->state);
    t->payer_customer = word_or_empty(move->payer_customer);
    t->payee_customer = word_or_empty(move->payee_customer);
}

// The row as JSON, for one whose event is not at hand.
static Slice row_as_json(struct book *book, int64_t sequence) {
    static const char *const names[] = {
        "time_us",        "event_id",       "payer_place", "payer",   "payee_place",
        "payee",          "amount",         "kind",        "channel", "bank",
        "payer_customer", "payee_customer", "ip",          "device",  "state"};
    struct detail detail;
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("sequence"), sequence);
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool is_number = i == 0 || i == 6;
        json_key(&detail.json, slice_of(names[i]));
        if (is_number) {
            json_i64(&detail.json, book_i64(book, i));
        } else {
            json_string(&detail.json, store_column_text(book->store, i));
        }
    }
    return detail_end(&detail, book);
}

static Status movement_of_table(struct book *book, int64_t sequence, struct case_transaction *t) {
    Status status = book_one(book, &MOVEMENT, STORE_VALUES(store_i64(sequence)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_INVALID, "CA012", "there is no movement of sequence %" PRId64,
                         sequence);
    }
    TRY(status);
    t->time_us = book_i64(book, 0);
    t->event_id = book_text(book, 1);
    t->payer_place = book_text(book, 2);
    t->payer = book_text(book, 3);
    t->payee_place = book_text(book, 4);
    t->payee = book_text(book, 5);
    t->amount = book_i64(book, 6);
    t->payer_customer = book_text(book, 10);
    t->payee_customer = book_text(book, 11);
    t->state = book_text(book, 14);
    t->bytes = row_as_json(book, sequence);
    return STATUS_OK;
}

static Status find_bytes(struct book *book, const struct case_copy *copy,
                         struct case_transaction *t) {
    t->form = SLICE("EVENT");
    if (copy->bytes.size > 0) {
        t->bytes = copy->bytes;
        return STATUS_OK;
    }
    Status status = book_one(book, &EVIDENCE, STORE_VALUES(store_i64(copy->sequence)));
    if (status == STATUS_OK) {
        t->bytes = book_text(book, 0);
        return STATUS_OK;
    }
    ENSURE(status == STATUS_NOT_FOUND, status);
    ENSURE(t->bytes.size > 0, book_fail(book, STATUS_INVALID, "CA012",
                                        "there is no event of sequence %" PRId64, copy->sequence));
    t->form = SLICE("ROW");
    return STATUS_OK;
}

static Status freeze_one(struct book *book, int64_t id, int64_t number,
                         const struct case_copy *copy) {
    char sha256[DIGEST_SIZE];
    struct case_transaction t = {.number = number, .sequence = copy->sequence, .part = copy->part};
    TRY(case_word_check(book, CASE_LIST_PART, "part of a transaction", copy->part));
    if (copy->movement != NULL) {
        movement_given(copy->movement, &t);
    } else {
        TRY(movement_of_table(book, copy->sequence, &t));
    }
    TRY(find_bytes(book, copy, &t));
    TRY(case_text_check(book, "a copy", t.bytes, CASE_COPY_MAX));
    digest_of(t.bytes, sha256);
    return book_run(book, &ADD,
                    STORE_VALUES(store_i64(id), store_i64(number), store_i64(t.sequence),
                                 store_text(t.form), store_text(t.part), store_i64(t.time_us),
                                 store_text(t.event_id), store_text(t.payer_place),
                                 store_text(t.payer), store_text(t.payee_place),
                                 store_text(t.payee), store_i64(t.amount), store_text(t.state),
                                 store_text(t.payer_customer), store_text(t.payee_customer),
                                 store_bytes(t.bytes), store_text((Slice){sha256, DIGEST_SIZE}),
                                 store_i64(book->now_us), store_text(book->actor.name)));
}

static Status hash_list(struct book *book, int64_t id, Slice *ret) {
    Status status;
    struct case_transaction t;
    TRY(book_ask(book, &ALL, STORE_VALUES(store_i64(id))));
    EVP_MD_CTX *list = list_begin();
    ArenaMark mark = arena_mark(book->arena);
    while ((status = book_next(book)) == STATUS_OK) {
        arena_rewind(book->arena, mark);
        read_transaction(book, false, &t);
        put_transaction(&t, list);
    }
    *ret = list_hash(list, book->arena);
    EVP_MD_CTX_free(list);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status keep_list(struct book *book, const struct case_row *row,
                        const struct case_frozen *frozen) {
    struct detail detail;
    TRY(book_run(book, &LIST_ADD,
                 STORE_VALUES(store_i64(row->id), store_i64(frozen->count),
                              store_text(frozen->sha256), store_i64(book->now_us),
                              store_text(book->actor.name))));
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("items"), frozen->count);
    json_key_string(&detail.json, SLICE("sha256"), frozen->sha256);
    return case_trace(book, row, "frozen", detail_end(&detail, book));
}

Status case_freeze(struct book *book, int64_t clearance, int64_t id, const struct case_copy *copies,
                   uint32_t count, struct case_frozen *ret) {
    struct case_row row;
    struct case_frozen frozen = {0};
    TRY(case_load_open(book, clearance, id, &row));
    TRY(book_number(book, &LAST, STORE_VALUES(store_i64(id)), &frozen.count));
    ENSURE(count <= CASE_TRANSACTIONS_MAX && frozen.count + count <= CASE_TRANSACTIONS_MAX,
           book_fail(book, STATUS_LIMIT, "CA003", "a case has at most %d transactions",
                     CASE_TRANSACTIONS_MAX));
    for (uint32_t i = 0; i < count; i++) {
        int64_t number;
        Status status = book_number(
            book, &THERE, STORE_VALUES(store_i64(id), store_i64(copies[i].sequence)), &number);
        ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
        if (status == STATUS_OK) {
            frozen.there++;
        } else {
            TRY(freeze_one(book, id, ++frozen.count, &copies[i]));
            frozen.added++;
        }
    }
    TRY(hash_list(book, id, &frozen.sha256));
    if (frozen.added > 0) {
        TRY(keep_list(book, &row, &frozen));
    }
    *ret = frozen;
    return STATUS_OK;
}

Status case_transaction_next(struct book *book, int64_t clearance, int64_t id, int64_t after,
                             struct case_transaction *ret) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    Status status = book_one(book, &NEXT, STORE_VALUES(store_i64(id), store_i64(after)));
    if (status == STATUS_OK) {
        read_transaction(book, true, ret);
    }
    return status == STATUS_NOT_FOUND ? STATUS_END : status;
}

// ---- verifying ---------------------------------------------------------------------------------

struct list {
    int64_t items;
    Slice sha256;
};

static Status changed(struct book *book, const char *what, int64_t number) {
    return book_fail(book, STATUS_INVALID, "CA008", "%s %" PRId64 " was changed, or is missing",
                     what, number);
}

// Every hash that was written down was told in the trace, in the same order.
static Status compare_told(struct book *book, const struct case_row *row, struct list *lists,
                           uint32_t count) {
    Status status;
    uint32_t told = 0;
    TRY(book_ask(book, &TOLD, STORE_VALUES(store_i64(row->id), store_text(SLICE("frozen")))));
    while ((status = book_next(book)) == STATUS_OK) {
        bool is_same = told < count && slice_find(store_column_text(book->store, 0),
                                                  lists[told].sha256, 0) != SIZE_MAX;
        ENSURE(is_same, changed(book, "the list of transactions at its freezing", told + 1));
        told++;
    }
    ENSURE(status == STATUS_END, status);
    return told == count ? STATUS_OK
                         : changed(book, "the list of transactions at its freezing", told + 1);
}

static Status read_lists(struct book *book, int64_t id, struct list **ret_lists,
                         uint32_t *ret_count) {
    VEC(struct list) lists = {0};
    Status status;
    TRY(book_ask(book, &LISTS, STORE_VALUES(store_i64(id))));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&lists, book->arena) = (struct list){book_i64(book, 0), book_text(book, 1)};
    }
    *ret_lists = lists.at;
    *ret_count = lists.count;
    return status == STATUS_END ? STATUS_OK : status;
}

static Status compare_transactions(struct book *book, int64_t id, EVP_MD_CTX *list,
                                   const struct list *lists, uint32_t list_count,
                                   uint32_t *ret_count) {
    char sha256[DIGEST_SIZE];
    struct case_transaction t;
    Status status;
    uint32_t count = 0, at = 0;
    TRY(book_ask(book, &ALL_BYTES, STORE_VALUES(store_i64(id))));
    ArenaMark mark = arena_mark(book->arena);
    while ((status = book_next(book)) == STATUS_OK) {
        arena_rewind(book->arena, mark);
        read_transaction(book, true, &t);
        digest_of(t.bytes, sha256);
        ENSURE(t.number == ++count && slice_equal(t.sha256, (Slice){sha256, DIGEST_SIZE}),
               changed(book, "transaction", count));
        put_transaction(&t, list);
        if (at < list_count && lists[at].items == count) {
            ENSURE(slice_equal(list_hash(list, book->arena), lists[at++].sha256),
                   changed(book, "the list of transactions up to number", count));
        }
    }
    ENSURE(status == STATUS_END, status);
    ENSURE(at == list_count && (list_count == 0 ? count == 0 : lists[at - 1].items == count),
           changed(book, "the list of transactions up to number", count + 1));
    *ret_count = count;
    return STATUS_OK;
}

Status case_verify(struct book *book, int64_t clearance, int64_t id, uint32_t *ret_count) {
    struct case_row row;
    struct list *lists;
    uint32_t list_count, traces, attachments;
    TRY(case_load(book, clearance, id, &row));
    TRY(book_trace_verify(book, "case", id, &traces));
    TRY(read_lists(book, id, &lists, &list_count));
    TRY(compare_told(book, &row, lists, list_count));
    EVP_MD_CTX *list = list_begin();
    Status status = compare_transactions(book, id, list, lists, list_count, ret_count);
    EVP_MD_CTX_free(list);
    TRY(status);
    TRY(case_attachments_verify(book, id, &attachments));
    *ret_count += attachments;
    return STATUS_OK;
}
