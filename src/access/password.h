#pragma once
// Password: what one has to be like, and its hash: scrypt (RFC 7914), slow and large on purpose, so
// that whoever steals the log cannot try many. As text, with all that is needed to check it:
//
//     scrypt$15$8$1$SALT$HASH      log2 of N, r, p; 16 and 32 bytes as base64url
//
// A hash takes 128 * N * r bytes of memory and, with the usual cost of 15, some 100 ms: never on a
// loop thread.

#include "access/access.h"

enum {
    PASSWORD_SALT_SIZE = 16,
    PASSWORD_HASH_SIZE = 32,
    PASSWORD_TEXT_MAX = 96,
    PASSWORD_COST_MIN = 10, // of tests
    PASSWORD_COST = 15,
    PASSWORD_COST_MAX = 20, // 1 GiB: a log that asks for more is damaged
    PASSWORD_BLOCK = 8,     // scrypt's r and p
    PASSWORD_PARALLEL = 1,
};

typedef struct PasswordHash {
    uint8_t cost;
    uint8_t salt[PASSWORD_SALT_SIZE];
    uint8_t hash[PASSWORD_HASH_SIZE];
} PasswordHash;

// NULL, or what is wrong with it, as the end of "the password ...".
const char *password_fault(Slice password, Slice name);
PasswordHash password_hash(Slice password, uint8_t cost, const struct entropy *entropy);
// Compares in constant time.
bool password_matches(Slice password, const PasswordHash *hash);

size_t password_format(const PasswordHash *hash, char text[PASSWORD_TEXT_MAX]);
bool password_parse(Slice text, PasswordHash *ret_hash);
