// Bytes that we did not write: secrets and URLs that operators type, headers that come in, answers. The first byte of an input says which.
//
// A secret that is read has one text, which is the input. What is found genuine is what signing gives for the same id, time and body. A URL that
// passes holds no way out: its scheme is https, or http to this machine.

#include "webhook/transfer.h"

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 8 << 10, AS_SECRET = 's', AS_HEADERS = 'h', AS_URL = 'u', AS_ANSWER = 'a', AS_CUT_ANSWER = 'c' };

#define KNOWN SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
#define NOW_US (INT64_C(1614265330) * US_PER_SECOND)

static void try_secret(Slice text, struct arena *arena) {
    struct webhook_secret secret;
    struct diag diag;
    if (webhook_secret_parse(text, &secret, arena, &diag) != STATUS_OK) {
        INVARIANT(diag.message.size > 0 && diag.hint.size > 0);
        return;
    }
    char again[WEBHOOK_SECRET_TEXT_MAX];
    INVARIANT(secret.size >= WEBHOOK_SECRET_MIN && secret.size <= WEBHOOK_SECRET_MAX);
    INVARIANT(slice_equal((Slice){again, webhook_secret_put(&secret, again)}, text));
}

// id, timestamp and signature are lines, the rest is the body.
static void try_headers(Slice text, struct arena *arena) {
    struct webhook_headers headers = {0};
    struct webhook_secret secret;
    struct diag diag;
    char signature[WEBHOOK_SIGNATURES_SIZE];
    if (!slice_split(&text, '\n', &headers.id) || !slice_split(&text, '\n', &headers.timestamp) || !slice_split(&text, '\n', &headers.signature)) {
        return;
    }
    INVARIANT(webhook_secret_parse(KNOWN, &secret, arena, &diag) == STATUS_OK);
    bool good = webhook_id_valid(headers.id);
    WebhookVerdict verdict = webhook_verify(&secret, 1, &headers, text, NOW_US, WEBHOOK_TOLERANCE_US);
    INVARIANT(good || verdict == WEBHOOK_MALFORMED);
    int64_t seconds;
    if (!good || !slice_to_i64(headers.timestamp, &seconds) || seconds < 0 || seconds > NOW_US / US_PER_SECOND * 2) {
        INVARIANT(verdict != WEBHOOK_GENUINE);
        return;
    }
    size_t size = webhook_sign(&secret, 1, headers.id, seconds * US_PER_SECOND, text, signature);
    bool is_in = slice_find(headers.signature, (Slice){signature, size}, 0) != SIZE_MAX;
    INVARIANT(verdict != WEBHOOK_GENUINE || is_in);
    if (verdict == WEBHOOK_FORGED) {
        headers.signature = (Slice){signature, size};
        INVARIANT(webhook_verify(&secret, 1, &headers, text, NOW_US, WEBHOOK_TOLERANCE_US) == WEBHOOK_GENUINE);
    }
}

static bool starts_as(Slice text, const char *lower) {
    for (size_t i = 0; lower[i] != '\0'; i++) {
        if (i >= text.size || (text.at[i] | (lower[i] >= 'a' ? 0x20 : 0)) != lower[i]) {
            return false;
        }
    }
    return true;
}

static void try_url(Slice text, struct arena *arena) {
    struct webhook_endpoint endpoint = {.url = text};
    struct diag diag;
    bool good = webhook_endpoint_check(&endpoint, false, arena, &diag) == STATUS_OK;
    bool anywhere = webhook_endpoint_check(&endpoint, true, arena, &diag) == STATUS_OK;
    INVARIANT(anywhere || !good);
    if (anywhere) {
        INVARIANT(starts_as(text, "https://") || starts_as(text, "http://"));
        INVARIANT(slice_find_byte(text, '#', 0) == text.size && slice_find_byte(text, 0, 0) == text.size);
    }
    if (good && starts_as(text, "http://")) {
        // An address of IPv4, as numbers of any kind, of IPv6, or localhost; a byte of each may be written as %XX.
        char first = text.at[7];
        INVARIANT((first >= '0' && first <= '9') || first == '[' || first == 'l' || first == 'L' || first == '%');
    }
}

static void try_answer(Slice text, bool cut, struct arena *arena) {
    char *bytes = arena_alloc_raw(arena, text.size + 1);
    memcpy(bytes, text.at, text.size);
    uint32_t size = transfer_make_text(bytes, (uint32_t)text.size, cut);
    INVARIANT(size <= text.size && utf8_count((Slice){bytes, size}) + (cut ? 3 : 0) >= utf8_count(text)); // of each character one stays
    INVARIANT(utf8_invalid_at((Slice){bytes, size}) == size);
    for (uint32_t i = 0; i < size; i++) {
        INVARIANT((unsigned char)bytes[i] >= ' ' || bytes[i] == '\n' || bytes[i] == '\t');
    }
    Slice first = arena_copy(arena, (Slice){bytes, size});
    INVARIANT(slice_equal(first, (Slice){bytes, transfer_make_text(bytes, size, cut)}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 1024);
    Slice rest = {(const char *)data + 1, size - 1};
    switch (data[0]) {
    case AS_SECRET:
        try_secret(rest, &arena);
        break;
    case AS_HEADERS:
        try_headers(rest, &arena);
        break;
    case AS_URL:
        try_url(rest, &arena);
        break;
    case AS_ANSWER:
    case AS_CUT_ANSWER:
        try_answer(rest, data[0] == AS_CUT_ANSWER, &arena);
        break;
    default:
        break;
    }
    arena_deinit(&arena);
    return 0;
}
