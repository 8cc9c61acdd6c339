// Passes: compares the limits of runs of guards with their columns, eight at a time, one bit for each that holds.
//
// There is one function for each set of signs, in plain C and with the vectors of AVX2. Both compare the same doubles in the
// same way, so their answers are equal; the vectors are taken where the processor has them.

#include "expr/table_private.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define PLAIN(name, condition)                                                                     \
    static void plain_##name(const double *values, const double *limits, const struct guard_run *runs, uint32_t count, \
                             uint8_t *looked) {                                                    \
        for (uint32_t i = 0; i < count; i++) {                                                     \
            double x = values[runs[i].column];                                                     \
            const double *row = limits + runs[i].first;                                            \
            uint8_t *bits = looked + runs[i].first / TABLE_LANES;                                        \
            for (size_t b = 0; b < guard_bytes(&runs[i]); b++, row += TABLE_LANES) {                        \
                uint32_t byte = 0;                                                                 \
                for (uint32_t k = 0; k < TABLE_LANES; k++) {                                             \
                    double y = row[k];                                                             \
                    byte |= (uint32_t)(condition) << k;                                            \
                }                                                                                  \
                bits[b] = (uint8_t)byte;                                                           \
            }                                                                                      \
        }                                                                                          \
    }

#define WIDE(name, predicate)                                                                      \
    __attribute__((target("avx2"))) static void wide_##name(const double *values, const double *limits, \
                                                            const struct guard_run *runs, uint32_t count, uint8_t *looked) { \
        for (uint32_t i = 0; i < count; i++) {                                                     \
            __m256d x = _mm256_set1_pd(values[runs[i].column]);                                    \
            const double *row = limits + runs[i].first;                                            \
            uint8_t *bits = looked + runs[i].first / TABLE_LANES;                                        \
            for (size_t b = 0; b < guard_bytes(&runs[i]); b++, row += TABLE_LANES) {                        \
                int low = _mm256_movemask_pd(_mm256_cmp_pd(x, _mm256_loadu_pd(row), predicate));   \
                int high = _mm256_movemask_pd(_mm256_cmp_pd(x, _mm256_loadu_pd(row + TABLE_LANES / 2), predicate)); \
                bits[b] = (uint8_t)(low | high << TABLE_LANES / 2);                                      \
            }                                                                                      \
        }                                                                                          \
    }

// Signs, a name for them, the same in C, the same as a predicate of AVX.
#define PASSES(X)                                                                                  \
    X(SIGN_LESS, less, x < y, _CMP_LT_OQ)                                                          \
    X(SIGN_LESS | SIGN_EQUAL, less_equal, x <= y, _CMP_LE_OQ)                                      \
    X(SIGN_EQUAL, equal, x == y, _CMP_EQ_OQ)                                                       \
    X(SIGN_GREATER, greater, x > y, _CMP_GT_OQ)                                                    \
    X(SIGN_GREATER | SIGN_EQUAL, greater_equal, x >= y, _CMP_GE_OQ)                                \
    X(SIGN_LESS | SIGN_GREATER, different, (x < y) | (x > y), _CMP_NEQ_OQ)                         \
    X(SIGNS_ALL - SIGN_UNORDERED, ordered, (x <= y) | (x > y), _CMP_ORD_Q)

#define X(signs, name, condition, predicate) PLAIN(name, condition)
PASSES(X)
#undef X
#define X(signs, name, condition, predicate) [signs] = plain_##name,
static const PassRuns plain_passes[SIGN_UNORDERED] = {PASSES(X)};
#undef X

#ifdef __x86_64__
#define X(signs, name, condition, predicate) WIDE(name, predicate)
PASSES(X)
#undef X
#define X(signs, name, condition, predicate) [signs] = wide_##name,
static const PassRuns wide_passes[SIGN_UNORDERED] = {PASSES(X)};
#undef X

const PassRuns *table_passes(bool plain) {
    return !plain && __builtin_cpu_supports("avx2") ? wide_passes : plain_passes;
}
#else
const PassRuns *table_passes(bool plain) {
    (void)plain;
    return plain_passes;
}
#endif
