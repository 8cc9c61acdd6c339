// Texts of cases: bounds, details of traces, hashes.

#include "base/hex.h"
#include "response/cases/private.h"

#include <inttypes.h>
#include <openssl/evp.h>

enum { HASH_SIZE = 32 };

Status case_text_check(struct book *book, const char *what, Slice text, size_t size_max) {
    ENSURE(text.size <= size_max,
           book_fail(book, STATUS_LIMIT, "CA003", "%s is longer than %zu bytes", what, size_max));
    return STATUS_OK;
}

void detail_begin(struct detail *detail) {
    buf_init(&detail->out, BOOK_TEXT_MAX);
    json_writer_init(&detail->json, &detail->out);
    json_object_begin(&detail->json);
}

Slice detail_end(struct detail *detail, struct book *book) {
    json_object_end(&detail->json);
    json_writer_finish(&detail->json);
    Slice text = buf_overflowed(&detail->out) ? SLICE("{\"is_too_long\":true}")
                                              : arena_copy(book->arena, buf_slice(&detail->out));
    buf_deinit(&detail->out);
    return text;
}

void digest_of(Slice bytes, char ret_text[static DIGEST_SIZE]) {
    unsigned char hash[HASH_SIZE];
    INVARIANT(EVP_Digest(bytes.at, bytes.size, hash, NULL, EVP_sha256(), NULL) == 1);
    hex_put(ret_text, hash, HASH_SIZE);
}

void digest_put(struct buf *out, Slice member) {
    buf_printf(out, "%zu:", member.size);
    buf_put(out, member);
}

void digest_put_number(struct buf *out, int64_t number) {
    char text[24];
    int size = snprintf(text, sizeof text, "%" PRId64, number);
    digest_put(out, (Slice){text, (size_t)size});
}
