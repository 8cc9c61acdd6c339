#include "access/password.h"

#include "access/secret.h"
#include "base/utf8.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
    DISTINCT_MIN = 5,    // bytes: "aaaaaaaaaaaa" and "121212121212" are guessed at once
    NAME_INSIDE_MIN = 4, // a shorter name may stand in a good password by chance
    // OpenSSL's own bound is exactly what N = 2^15 needs, and a little too small.
    MEMORY_SLACK = 1 << 20,
};

static const char *const common[] = {
#define COMMON(text) text,
#include "access/passwords.def"
#undef COMMON
};

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
}

static bool same_but_case(Slice left, Slice right) {
    bool same = left.size == right.size;
    for (size_t i = 0; same && i < left.size; i++) {
        same = lower(left.at[i]) == lower(right.at[i]);
    }
    return same;
}

static bool holds_name(Slice password, Slice name) {
    if (same_but_case(password, name)) {
        return true;
    }
    for (size_t i = 0; name.size >= NAME_INSIDE_MIN && i + name.size <= password.size; i++) {
        if (same_but_case(slice_part(password, i, name.size), name)) {
            return true;
        }
    }
    return false;
}

static uint32_t distinct_bytes(Slice text) {
    bool seen[256] = {false};
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool *slot = &seen[(unsigned char)text.at[i]];
        count += !*slot;
        *slot = true;
    }
    return count;
}

const char *password_fault(Slice password, Slice name) {
    if (password.size < ACCESS_PASSWORD_MIN) {
        return "is shorter than 12 bytes";
    }
    if (password.size > ACCESS_PASSWORD_MAX) {
        return "is longer than 128 bytes";
    }
    if (utf8_invalid_at(password) != password.size) {
        return "is not UTF-8";
    }
    if (distinct_bytes(password) < DISTINCT_MIN) {
        return "is made of too few different characters";
    }
    if (holds_name(password, name)) {
        return "holds the user's name";
    }
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (same_but_case(password, slice_of(common[i]))) {
            return "is one of those that everybody tries first";
        }
    }
    return NULL;
}

// ---- the hash ---------------------------------------------------------------------------------

static void derive(Slice password, const PasswordHash *with, uint8_t into[PASSWORD_HASH_SIZE]) {
    uint64_t n = UINT64_C(1) << with->cost;
    uint64_t memory_max = UINT64_C(128) * n * PASSWORD_BLOCK + MEMORY_SLACK;
    INVARIANT(EVP_PBE_scrypt(password.at == NULL ? "" : password.at, password.size, with->salt,
                             PASSWORD_SALT_SIZE, n, PASSWORD_BLOCK, PASSWORD_PARALLEL, memory_max,
                             into, PASSWORD_HASH_SIZE) == 1);
}

PasswordHash password_hash(Slice password, uint8_t cost, const struct entropy *entropy) {
    PasswordHash hash = {.cost = cost};
    entropy->fill(entropy->context, hash.salt, sizeof hash.salt);
    derive(password, &hash, hash.hash);
    return hash;
}

bool password_matches(Slice password, const PasswordHash *hash) {
    uint8_t derived[PASSWORD_HASH_SIZE];
    derive(password, hash, derived);
    bool same = CRYPTO_memcmp(derived, hash->hash, sizeof derived) == 0;
    OPENSSL_cleanse(derived, sizeof derived);
    return same;
}

// ---- its text ---------------------------------------------------------------------------------

enum { SALT_TEXT = 22, HASH_TEXT = 43 };

size_t password_format(const PasswordHash *hash, char text[PASSWORD_TEXT_MAX]) {
    int size = snprintf(text, PASSWORD_TEXT_MAX, "scrypt$%u$%d$%d$", hash->cost, PASSWORD_BLOCK,
                        PASSWORD_PARALLEL);
    char *at = text + size;
    base64url_put(hash->salt, sizeof hash->salt, at);
    at[SALT_TEXT] = '$';
    base64url_put(hash->hash, sizeof hash->hash, at + SALT_TEXT + 1);
    return (size_t)size + SALT_TEXT + 1 + HASH_TEXT;
}

bool password_parse(Slice text, PasswordHash *ret_hash) {
    Slice parts[6];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!slice_split(&text, '$', &parts[i])) {
            return false;
        }
    }
    int64_t cost;
    PasswordHash hash;
    // r and p are written for other readers; there has never been another pair.
    bool ok = slice_empty(text) && slice_is(parts[0], "scrypt") && slice_to_i64(parts[1], &cost) &&
              cost >= PASSWORD_COST_MIN && cost <= PASSWORD_COST_MAX && slice_is(parts[2], "8") &&
              slice_is(parts[3], "1") && base64url_parse(parts[4], hash.salt, sizeof hash.salt) &&
              base64url_parse(parts[5], hash.hash, sizeof hash.hash);
    if (ok) {
        hash.cost = (uint8_t)cost;
        *ret_hash = hash;
    }
    return ok;
}
