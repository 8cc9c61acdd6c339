#include "access/secret.h"

#include "base/hex.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

#define BEARER SLICE("bearer ")
#define KEY_PREFIX SLICE("qtk_")

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// Without those that are taken for another: 0 o, 1 l.
static const char id_letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
enum { ID_LETTERS = sizeof id_letters - 1 };

// ---- SHA-256 ----------------------------------------------------------------------------------

static EVP_MD *method;

static void fetch_method(void) {
    method = EVP_MD_fetch(NULL, "SHA256", NULL);
    INVARIANT(method != NULL);
}

Sha256 sha256_of(Slice bytes) {
    // To fetch it by name at every hash would cost as much again.
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch_method);
    Sha256 hash;
    unsigned int size = 0;
    INVARIANT(EVP_Digest(bytes.at, bytes.size, hash.bytes, &size, method, NULL) == 1 &&
              size == sizeof hash.bytes);
    return hash;
}

bool sha256_equal(const Sha256 *left, const Sha256 *right) {
    return CRYPTO_memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

uint64_t sha256_word(const Sha256 *hash) {
    uint64_t word;
    memcpy(&word, hash->bytes, sizeof word);
    return word;
}

bool sha256_parse(Slice text, bool colons, Sha256 *ret_hash) {
    Sha256 hash;
    size_t at = 0;
    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        if (colons && i > 0 && at < text.size && text.at[at] == ':') {
            at++;
        }
        int high = at < text.size ? hex_digit(text.at[at]) : -1;
        int low = at + 1 < text.size ? hex_digit(text.at[at + 1]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        hash.bytes[i] = (uint8_t)(high * 16 + low);
        at += 2;
    }
    *ret_hash = hash;
    return at == text.size;
}

void sha256_put_hex(const uint8_t hash[ACCESS_SHA256_SIZE], char into[2 * ACCESS_SHA256_SIZE]) {
    hex_put(into, hash, ACCESS_SHA256_SIZE);
}

// ---- base64url --------------------------------------------------------------------------------

void base64url_put(const uint8_t *bytes, size_t size, char *into) {
    uint32_t bits = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | bytes[i];
        for (count += 8; count >= 6; count -= 6) {
            *into++ = base64url[bits >> (count - 6) & 63];
        }
    }
    if (count > 0) {
        *into = base64url[bits << (6 - count) & 63];
    }
}

static int base64url_value(char letter) {
    return letter >= 'A' && letter <= 'Z'   ? letter - 'A'
           : letter >= 'a' && letter <= 'z' ? letter - 'a' + 26
           : letter >= '0' && letter <= '9' ? letter - '0' + 52
           : letter == '-'                  ? 62
           : letter == '_'                  ? 63
                                            : -1;
}

bool base64url_parse(Slice text, uint8_t *into, size_t size) {
    uint32_t bits = 0;
    uint32_t count = 0;
    if (text.size != (size * 8 + 5) / 6) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        int value = base64url_value(text.at[i]);
        if (value < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *into++ = (uint8_t)(bits >> count);
        }
    }
    return (bits & ((1u << count) - 1)) == 0;
}

// ---- what is shown ----------------------------------------------------------------------------

bool key_id_valid(Slice id) {
    for (size_t i = 0; i < id.size; i++) {
        if (id.at[i] == '\0' || strchr(id_letters, id.at[i]) == NULL) {
            return false;
        }
    }
    return id.size == ACCESS_ID_SIZE;
}

void shown_parse_token(Slice token, struct shown *ret_shown) {
    uint8_t bytes[ACCESS_SECRET_SIZE];
    *ret_shown = (struct shown){.kind = SHOWN_NOTHING};
    if (base64url_parse(token, bytes, sizeof bytes)) {
        ret_shown->kind = SHOWN_TOKEN;
        ret_shown->hash = sha256_of((Slice){(const char *)bytes, sizeof bytes});
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
}

static void parse_key(Slice key, struct shown *ret_shown) {
    Slice id = slice_part(key, KEY_PREFIX.size, ACCESS_ID_SIZE);
    *ret_shown = (struct shown){.kind = SHOWN_NOTHING};
    if (key.size != ACCESS_KEY_SIZE || !key_id_valid(id) ||
        key.at[KEY_PREFIX.size + ACCESS_ID_SIZE] != '_') {
        return;
    }
    shown_parse_token(slice_part(key, KEY_PREFIX.size + ACCESS_ID_SIZE + 1, SIZE_MAX), ret_shown);
    if (ret_shown->kind == SHOWN_TOKEN) {
        ret_shown->kind = SHOWN_KEY;
        memcpy(ret_shown->id, id.at, ACCESS_ID_SIZE);
    }
}

static bool begins_with_bearer(Slice header) {
    if (header.size < BEARER.size) {
        return false;
    }
    for (size_t i = 0; i < BEARER.size; i++) {
        char letter = header.at[i];
        char lower = letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
        if (lower != BEARER.at[i]) {
            return false;
        }
    }
    return true;
}

void shown_parse_authorization(Slice header, struct shown *ret_shown) {
    *ret_shown = (struct shown){.kind = SHOWN_NOTHING};
    if (!begins_with_bearer(header)) {
        return;
    }
    Slice credential = slice_part(header, BEARER.size, SIZE_MAX);
    // A token is shorter than a key, so that one which begins like a key is no key.
    if (credential.size == ACCESS_KEY_SIZE && slice_starts_with(credential, KEY_PREFIX)) {
        parse_key(credential, ret_shown);
    } else {
        shown_parse_token(credential, ret_shown);
    }
}

// ---- drawing ----------------------------------------------------------------------------------

Sha256 token_draw(const struct entropy *entropy, char token[ACCESS_TOKEN_SIZE]) {
    uint8_t bytes[ACCESS_SECRET_SIZE];
    entropy->fill(entropy->context, bytes, sizeof bytes);
    base64url_put(bytes, sizeof bytes, token);
    Sha256 hash = sha256_of((Slice){(const char *)bytes, sizeof bytes});
    OPENSSL_cleanse(bytes, sizeof bytes);
    return hash;
}

Sha256 key_draw(const struct entropy *entropy, struct access_made_key *ret_made) {
    uint8_t letters[ACCESS_ID_SIZE];
    entropy->fill(entropy->context, letters, sizeof letters);
    for (size_t i = 0; i < sizeof letters; i++) {
        ret_made->id[i] = id_letters[letters[i] % ID_LETTERS]; // 32 of them: no letter is likelier
    }
    char *at = ret_made->key;
    memcpy(at, KEY_PREFIX.at, KEY_PREFIX.size);
    memcpy(at + KEY_PREFIX.size, ret_made->id, ACCESS_ID_SIZE);
    at[KEY_PREFIX.size + ACCESS_ID_SIZE] = '_';
    return token_draw(entropy, at + KEY_PREFIX.size + ACCESS_ID_SIZE + 1);
}
