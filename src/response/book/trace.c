// Trace: what happened to each object, in a chain of hashes.
//
// The chain of a row is SHA-256 over the chain of the row before (64 hexadecimal digits; for the
// first row the kind and number of the object) and then each of its members as its length in
// decimal digits, a colon and its bytes: so no two different rows give the same text to hash.

#include "base/hex.h"
#include "response/book/book.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>

enum { CHAIN_SIZE = 64, HASH_SIZE = 32 };

struct traced {
    Slice from, to, actor_kind, actor, reason, detail, chain;
    int64_t number, at_us;
};

static const char *const actor_words[] = {
#define X(name, word) word,
    ACTOR_KINDS(X)
#undef X
};

static const struct statement LAST = {"trace_last",
                                      "SELECT number, chain FROM trace WHERE object_kind = ?1 AND "
                                      "object = ?2 ORDER BY number DESC LIMIT 1"};
static const struct statement ADD = {"trace_add",
                                     "INSERT INTO trace (object_kind, object, number, from_state, "
                                     "to_state, at_us, actor_kind, actor, reason, detail, chain)"
                                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
static const struct statement ALL = {"trace_all",
                                     "SELECT number, from_state, to_state, at_us, actor_kind, "
                                     "actor, reason, detail, chain FROM trace"
                                     " WHERE object_kind = ?1 AND object = ?2 ORDER BY number"};

static void put_member(struct buf *out, Slice text) {
    buf_printf(out, "%zu:", text.size);
    buf_put(out, text);
}

static void put_number(struct buf *out, int64_t number) {
    char text[24];
    int size = snprintf(text, sizeof text, "%" PRId64, number);
    put_member(out, (Slice){text, (size_t)size});
}

static void hash_row(Slice before, const struct traced *row, char ret_chain[static CHAIN_SIZE]) {
    struct buf out;
    unsigned char hash[HASH_SIZE];
    buf_init(&out, 4 * BOOK_TEXT_MAX);
    put_member(&out, before);
    put_number(&out, row->number);
    put_number(&out, row->at_us);
    const Slice members[] = {row->from,  row->to,     row->actor_kind,
                             row->actor, row->reason, row->detail};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        put_member(&out, members[i]);
    }
    INVARIANT(!buf_overflowed(&out) &&
              EVP_Digest(out.bytes, out.size, hash, NULL, EVP_sha256(), NULL) == 1);
    hex_put(ret_chain, hash, HASH_SIZE);
    buf_deinit(&out);
}

static Slice first_link(struct book *book, const char *object_kind, int64_t object) {
    return arena_printf(book->arena, "%s %" PRId64, object_kind, object);
}

Status book_trace(struct book *book, const struct trace *trace) {
    char chain[CHAIN_SIZE];
    ENSURE(trace->detail.size <= BOOK_TEXT_MAX && trace->reason.size <= BOOK_TEXT_MAX,
           book_fail(book, STATUS_LIMIT, "BK005",
                     "what is to be kept of a change is longer than %d bytes", BOOK_TEXT_MAX));
    struct traced row = {.from = trace->from,
                         .to = trace->to,
                         .reason = trace->reason,
                         .detail = trace->detail,
                         .number = 1,
                         .at_us = book->now_us,
                         .actor_kind = slice_of(actor_words[book->actor.kind]),
                         .actor = book->actor.name};
    Slice before = first_link(book, trace->object_kind, trace->object);
    Status status =
        book_one(book, &LAST,
                 STORE_VALUES(store_text(slice_of(trace->object_kind)), store_i64(trace->object)));
    if (status == STATUS_OK) {
        row.number = book_i64(book, 0) + 1;
        before = book_text(book, 1);
    } else if (status != STATUS_NOT_FOUND) {
        return status;
    }
    hash_row(before, &row, chain);
    return book_run(book, &ADD,
                    STORE_VALUES(store_text(slice_of(trace->object_kind)), store_i64(trace->object),
                                 store_i64(row.number), store_text(row.from), store_text(row.to),
                                 store_i64(row.at_us), store_text(row.actor_kind),
                                 store_text(row.actor), store_text(row.reason),
                                 store_text(row.detail), store_text((Slice){chain, CHAIN_SIZE})));
}

static void read_row(struct book *book, struct traced *row) {
    *row = (struct traced){.number = book_i64(book, 0),
                           .from = book_text(book, 1),
                           .to = book_text(book, 2),
                           .at_us = book_i64(book, 3),
                           .actor_kind = book_text(book, 4),
                           .actor = book_text(book, 5),
                           .reason = book_text(book, 6),
                           .detail = book_text(book, 7),
                           .chain = book_text(book, 8)};
}

Status book_trace_verify(struct book *book, const char *object_kind, int64_t object,
                         uint32_t *ret_count) {
    struct traced row;
    char chain[CHAIN_SIZE];
    uint32_t count = 0;
    Status status;
    Slice before = first_link(book, object_kind, object);
    TRY(book_ask(book, &ALL, STORE_VALUES(store_text(slice_of(object_kind)), store_i64(object))));
    while ((status = book_next(book)) == STATUS_OK) {
        read_row(book, &row);
        hash_row(before, &row, chain);
        if (row.number != ++count || !slice_equal(row.chain, (Slice){chain, CHAIN_SIZE})) {
            return book_fail(book, STATUS_INVALID, "BK001",
                             "the trace of %s %" PRId64
                             " was changed at its row %u, or a row before it is missing",
                             object_kind, object, count);
        }
        before = row.chain;
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}
