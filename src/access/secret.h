#pragma once
// Secret: tokens, keys and their texts. A session's token is 32 random bytes, base64url without
// padding; a key is
//
//     qtk_abcdefgh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
//         id       secret: 32 random bytes, base64url
//
// The id is no secret: it finds the key, and names it in lists. Of secrets only SHA-256 is kept;
// 256 random bits need no slow hash. There is one text for each secret: base64url with bits left
// over is malformed.

#include "access/access.h"

typedef struct Sha256 {
    uint8_t bytes[ACCESS_SHA256_SIZE];
} Sha256;

Sha256 sha256_of(Slice bytes);
// In constant time.
bool sha256_equal(const Sha256 *left, const Sha256 *right);
// The first bytes as a number: of a hash of a secret nobody can choose it.
uint64_t sha256_word(const Sha256 *hash);

// 43 characters for 32 bytes.
void base64url_put(const uint8_t *bytes, size_t size, char *into);
// Exactly `size` bytes.
bool base64url_parse(Slice text, uint8_t *into, size_t size);

// 64 hexadecimal digits in either case; with `colons`, one may stand between every two bytes.
bool sha256_parse(Slice text, bool colons, Sha256 *ret_hash);
void sha256_put_hex(const uint8_t hash[ACCESS_SHA256_SIZE], char into[2 * ACCESS_SHA256_SIZE]);

// What stands in an Authorization header.
typedef enum ShownKind { SHOWN_NOTHING, SHOWN_KEY, SHOWN_TOKEN } ShownKind;

struct shown {
    ShownKind kind;
    char id[ACCESS_ID_SIZE]; // of a key
    Sha256 hash;             // of the secret or token
};

// SHOWN_NOTHING: malformed.
void shown_parse_authorization(Slice header, struct shown *ret_shown);
void shown_parse_token(Slice token, struct shown *ret_shown);

bool key_id_valid(Slice id);
// Draws an id and a secret; gives the secret's hash.
Sha256 key_draw(const struct entropy *entropy, struct access_made_key *ret_made);
Sha256 token_draw(const struct entropy *entropy, char token[ACCESS_TOKEN_SIZE]);
