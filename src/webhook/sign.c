// Sign: secrets and signatures. What is signed is the id, the seconds since 1970 in decimal and the body, separated by full stops; the signature is
// HMAC-SHA256 of it under the secret's bytes:
//
//     msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}
//     v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
//
// Neither id nor time may hold a full stop: else the same bytes could be read as another id, time and body.

#include "webhook/webhook.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdio.h>

#define SECRET_PREFIX SLICE("whsec_")
#define SIGNATURE_PREFIX SLICE("v1,")

enum {
    MAC_SIZE = 32,
    DRAWN_SIZE = 32,   // as long as the hash: a longer key gives HMAC-SHA256 no more strength
    SECONDS_SIZE = 11, // digits of a timestamp: up to the year 5138
    BASE64_MAX = (WEBHOOK_SECRET_MAX + 2) / 3 * 4,
};

// ---- base64 -------------------------------------------------------------------------------------------------

// The library reads more than it writes (blanks, line ends, bits left over), so what was read is written again and compared.
static bool base64_parse(Slice text, uint8_t into[BASE64_MAX], size_t *ret_size) {
    char again[BASE64_MAX + 1];
    if (text.size == 0 || text.size > BASE64_MAX || text.size % 4 != 0) {
        return false;
    }
    int size = EVP_DecodeBlock(into, (const unsigned char *)text.at, (int)text.size);
    for (size_t end = text.size; size > 0 && end > text.size - 2 && text.at[end - 1] == '='; end--) {
        size--;
    }
    bool same = size > 0 && EVP_EncodeBlock((unsigned char *)again, into, size) == (int)text.size && memcmp(again, text.at, text.size) == 0;
    OPENSSL_cleanse(again, sizeof again);
    *ret_size = same ? (size_t)size : 0;
    return same;
}

// ---- secrets ------------------------------------------------------------------------------------------------

static Status refuse_secret(struct arena *arena, struct diag *diag, const char *what, const char *hint) {
    Status status = diag_fail(diag, arena, STATUS_INVALID, "WH001", "the secret of a webhook %s", what);
    diag->hint = slice_of(hint);
    return status;
}

Status webhook_secret_parse(Slice text, struct webhook_secret *ret_secret, struct arena *arena, struct diag *diag) {
    static const char form[] = "a secret is whsec_ and the base64, with its padding, of 24 to 64 random bytes";
    uint8_t bytes[BASE64_MAX];
    size_t size;
    if (slice_starts_with(text, SLICE("whsk_")) || slice_starts_with(text, SLICE("whpk_"))) {
        return refuse_secret(arena, diag, "is a key for asymmetric signatures", "take a shared secret, which begins with whsec_");
    }
    if (!slice_starts_with(text, SECRET_PREFIX)) {
        return refuse_secret(arena, diag, "does not begin with whsec_", form);
    }
    Status status = STATUS_OK;
    if (!base64_parse(slice_part(text, SECRET_PREFIX.size, SIZE_MAX), bytes, &size)) {
        status = refuse_secret(arena, diag, text.size > WEBHOOK_SECRET_TEXT_MAX ? "is too long" : "is no base64 behind whsec_", form);
    } else if (size < WEBHOOK_SECRET_MIN || size > WEBHOOK_SECRET_MAX) {
        status = refuse_secret(arena, diag, size < WEBHOOK_SECRET_MIN ? "is too short" : "is too long", form);
    } else {
        *ret_secret = (struct webhook_secret){.size = (uint32_t)size};
        memcpy(ret_secret->bytes, bytes, size);
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    return status;
}

static Status refuse_file(struct arena *arena, struct diag *diag, const char *why, const char *hint) {
    Status status = diag_fail(diag, arena, STATUS_INVALID, "WH001", "%s", why);
    diag->hint = slice_of(hint);
    return status;
}

Status webhook_secrets_parse(Slice text, struct webhook_secret secrets[WEBHOOK_SECRETS_MAX], uint32_t *ret_count, struct arena *arena, struct diag *diag) {
    Slice line = SLICE("");
    *ret_count = 0;
    while (slice_split(&text, '\n', &line)) {
        line = slice_trim(line);
        if (slice_empty(line)) {
            continue;
        }
        if (*ret_count == WEBHOOK_SECRETS_MAX) {
            return refuse_file(arena, diag, "its file holds more than two secrets", "while one is exchanged, the new one and the old one");
        }
        TRY(webhook_secret_parse(line, &secrets[*ret_count], arena, diag));
        ++*ret_count;
    }
    return *ret_count > 0 ? STATUS_OK : refuse_file(arena, diag, "its file holds no secret", "whsec_ and the base64 of 24 to 64 random bytes, one a line");
}

void webhook_secret_draw(const struct entropy *entropy, struct webhook_secret *ret_secret) {
    *ret_secret = (struct webhook_secret){.size = DRAWN_SIZE};
    entropy->fill(entropy->context, ret_secret->bytes, DRAWN_SIZE);
}

size_t webhook_secret_put(const struct webhook_secret *secret, char text[WEBHOOK_SECRET_TEXT_MAX]) {
    char encoded[BASE64_MAX + 1];
    INVARIANT(secret->size >= WEBHOOK_SECRET_MIN && secret->size <= WEBHOOK_SECRET_MAX);
    size_t size = (size_t)EVP_EncodeBlock((unsigned char *)encoded, secret->bytes, (int)secret->size);
    memcpy(text, SECRET_PREFIX.at, SECRET_PREFIX.size);
    memcpy(text + SECRET_PREFIX.size, encoded, size);
    OPENSSL_cleanse(encoded, sizeof encoded);
    return SECRET_PREFIX.size + size;
}

void webhook_secret_wipe(struct webhook_secret *secret) {
    OPENSSL_cleanse(secret, sizeof *secret);
}

// ---- signatures ---------------------------------------------------------------------------------------------

bool webhook_id_valid(Slice id) {
    for (size_t i = 0; i < id.size; i++) {
        if (id.at[i] <= ' ' || id.at[i] >= 0x7f || id.at[i] == '.') {
            return false;
        }
    }
    return id.size >= 1 && id.size <= WEBHOOK_ID_MAX;
}

static EVP_MAC_CTX *prepared;

static void prepare(void) {
    char name[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    prepared = EVP_MAC_CTX_new(mac);
    // Some key, as not every version of the library copies what has none.
    INVARIANT(prepared != NULL && EVP_MAC_init(prepared, (const unsigned char *)name, sizeof name, parameters) == 1);
    EVP_MAC_free(mac);
}

static void update(EVP_MAC_CTX *context, Slice bytes) {
    INVARIANT(bytes.size == 0 || EVP_MAC_update(context, (const unsigned char *)bytes.at, bytes.size) == 1);
}

static void sign_one(const struct webhook_secret *secret, Slice id, Slice seconds, Slice body, char into[WEBHOOK_SIGNATURE_SIZE]) {
    // To fetch HMAC and SHA-256 by their names at every signature would cost as much again.
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    uint8_t mac[MAC_SIZE];
    char encoded[WEBHOOK_SIGNATURE_SIZE];
    size_t size = 0;
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(prepared);
    INVARIANT(context != NULL && secret->size >= WEBHOOK_SECRET_MIN && secret->size <= WEBHOOK_SECRET_MAX);
    INVARIANT(EVP_MAC_init(context, secret->bytes, secret->size, NULL) == 1);
    update(context, id);
    update(context, SLICE("."));
    update(context, seconds);
    update(context, SLICE("."));
    update(context, body);
    INVARIANT(EVP_MAC_final(context, mac, &size, sizeof mac) == 1 && size == sizeof mac);
    EVP_MAC_CTX_free(context);
    size = (size_t)EVP_EncodeBlock((unsigned char *)encoded, mac, sizeof mac);
    INVARIANT(SIGNATURE_PREFIX.size + size == WEBHOOK_SIGNATURE_SIZE);
    memcpy(into, SIGNATURE_PREFIX.at, SIGNATURE_PREFIX.size);
    memcpy(into + SIGNATURE_PREFIX.size, encoded, size);
}

size_t webhook_sign(const struct webhook_secret *secrets, uint32_t count, Slice id, int64_t time_us, Slice body, char into[WEBHOOK_SIGNATURES_SIZE]) {
    char seconds[SECONDS_SIZE + 1];
    INVARIANT(count >= 1 && count <= WEBHOOK_SECRETS_MAX && webhook_id_valid(id) && time_us >= 0);
    int digits = snprintf(seconds, sizeof seconds, "%lld", (long long)(time_us / US_PER_SECOND));
    INVARIANT(digits > 0 && digits <= SECONDS_SIZE);
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) {
            into[size++] = ' ';
        }
        sign_one(&secrets[i], id, (Slice){seconds, (size_t)digits}, body, into + size);
        size += WEBHOOK_SIGNATURE_SIZE;
    }
    return size;
}

// ---- verifying ----------------------------------------------------------------------------------------------

static const char *const verdict_texts[] = {
#define X(name, text) text,
    WEBHOOK_VERDICTS(X)
#undef X
};

const char *webhook_verdict_text(WebhookVerdict verdict) {
    return verdict_texts[verdict];
}

// Digits alone, and none in vain: what is signed is the text.
static bool parse_seconds(Slice text, int64_t *ret_time_us) {
    int64_t seconds;
    if (text.size == 0 || text.size > SECONDS_SIZE || text.at[0] < '0' || (text.at[0] == '0' && text.size > 1) || !slice_to_i64(text, &seconds)) {
        return false;
    }
    *ret_time_us = seconds * US_PER_SECOND;
    return true;
}

// No signature ends the search, so that how long it takes tells nothing.
static bool one_fits(Slice header, char expected[][WEBHOOK_SIGNATURE_SIZE], uint32_t count) {
    bool fits = false;
    Slice part;
    while (slice_split(&header, ' ', &part)) {
        for (uint32_t i = 0; part.size == WEBHOOK_SIGNATURE_SIZE && i < count; i++) {
            fits |= CRYPTO_memcmp(part.at, expected[i], WEBHOOK_SIGNATURE_SIZE) == 0;
        }
    }
    return fits;
}

WebhookVerdict webhook_verify(const struct webhook_secret *secrets, uint32_t count, const struct webhook_headers *headers, Slice body, int64_t now_us,
                              int64_t tolerance_us) {
    char expected[WEBHOOK_SECRETS_MAX][WEBHOOK_SIGNATURE_SIZE];
    int64_t time_us;
    INVARIANT(count >= 1 && count <= WEBHOOK_SECRETS_MAX && now_us >= 0 && tolerance_us >= 0);
    if (!webhook_id_valid(headers->id) || !parse_seconds(headers->timestamp, &time_us) || headers->signature.size == 0 ||
        headers->signature.size > WEBHOOK_HEADER_MAX) {
        return WEBHOOK_MALFORMED;
    }
    if (now_us - time_us > tolerance_us) {
        return WEBHOOK_TOO_OLD;
    }
    if (time_us - now_us > tolerance_us) {
        return WEBHOOK_TOO_NEW;
    }
    for (uint32_t i = 0; i < count; i++) {
        sign_one(&secrets[i], headers->id, headers->timestamp, body, expected[i]);
    }
    bool fits = one_fits(headers->signature, expected, count);
    OPENSSL_cleanse(expected, sizeof expected); // whoever could read it could sign
    return fits ? WEBHOOK_GENUINE : WEBHOOK_FORGED;
}
