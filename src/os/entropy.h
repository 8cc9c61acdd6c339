#pragma once
// Entropy: random bytes for secrets (tokens, keys, salts), as a table that is passed in. The
// program gets the system's from entropy_real(); tests pass one whose bytes they know.
//
//     const struct entropy *entropy = entropy_real();
//     uint8_t token[32];
//     entropy->fill(entropy->context, token, sizeof token);
//
// Never fails: a process that gets no entropy stops, since a secret that can be guessed is worse
// than none. May be called from any thread. Cost: a call of the system, below a microsecond.

#include <stddef.h>

struct entropy {
    void *context;
    void (*fill)(void *context, void *into, size_t size);
};

const struct entropy *entropy_real(void);
