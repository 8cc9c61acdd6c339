#pragma once
// Bits: sets of small numbers as arrays of 64-bit words.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bits_words(size_t count) {
    return (count + 63) / 64;
}

static inline bool bits_test(const uint64_t *words, size_t index) {
    return words[index / 64] >> (index % 64) & 1;
}

static inline void bits_set(uint64_t *words, size_t index) {
    words[index / 64] |= UINT64_C(1) << (index % 64);
}

static inline void bits_clear(uint64_t *words, size_t index) {
    words[index / 64] &= ~(UINT64_C(1) << (index % 64));
}

static inline void bits_assign(uint64_t *words, size_t index, bool value) {
    uint64_t mask = UINT64_C(1) << (index % 64);
    words[index / 64] = (words[index / 64] & ~mask) | (value ? mask : 0);
}

// For each index that is set: BITS_EACH(words, word_count, index) { ... }
#define BITS_EACH(words, word_count, index)                                                        \
    for (size_t bits_w_ = 0; bits_w_ < (word_count); bits_w_++)                                    \
        for (uint64_t bits_left_ = (words)[bits_w_];                                               \
             bits_left_ != 0 && ((index) = bits_w_ * 64 + (size_t)__builtin_ctzll(bits_left_), 1); \
             bits_left_ &= bits_left_ - 1)
