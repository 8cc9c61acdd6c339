// Against a sorted array of the same values.

#include "base/histogram.h"

#include "base/arena.h"
#include "base/random.h"
#include "base/test.h"

#include <stdlib.h>

enum { SAMPLES = 20000 };

static const uint32_t shares[] = {0,    1,      HISTOGRAM_P(10),   HISTOGRAM_P(50),    HISTOGRAM_P(90), HISTOGRAM_P(99),
                                  HISTOGRAM_P(99.9), HISTOGRAM_P(99.99), HISTOGRAM_P(99.999), HISTOGRAM_P(100)};
enum { SHARES = sizeof shares / sizeof shares[0] };

static int by_value(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

// A value of any size up to 2^bits.
static uint64_t any_size(struct random *random, uint32_t bits) {
    return random_u64(random) >> (64 - 1 - random_below(random, bits));
}

static bool agrees(const struct histogram *histogram, uint64_t *values, size_t count) {
    qsort(values, count, sizeof values[0], by_value);
    CHECK(histogram->count == count && histogram->least == values[0] && histogram->largest == values[count - 1]);
    for (size_t i = 0; i < SHARES; i++) {
        size_t rank = ((size_t)count * shares[i] + 999999) / 1000000;
        uint64_t wanted = values[rank == 0 ? 0 : rank - 1];
        uint64_t got = histogram_at(histogram, shares[i]);
        CHECK_THAT(got >= wanted && got - wanted <= wanted >> (HISTOGRAM_SUB_BITS - 1), "share %u: %llu for %llu", shares[i],
                   (unsigned long long)got, (unsigned long long)wanted);
    }
    return true;
}

// Every value lies within its bucket, buckets leave nothing out, and none is wider than it may be.
static bool test_buckets(void) {
    for (uint32_t sub_bits = 2; sub_bits <= 11; sub_bits++) {
        uint32_t count = BUCKETS_FOR(40, sub_bits);
        CHECK(bucket_begin(0, sub_bits) == 0 && bucket_end(count - 1, sub_bits) == (UINT64_C(1) << 40) - 1);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t begin = bucket_begin(i, sub_bits);
            uint64_t end = bucket_end(i, sub_bits);
            CHECK_THAT(bucket_of(begin, sub_bits) == i && bucket_of(end, sub_bits) == i, "bucket %u of %u bits", i, sub_bits);
            CHECK_THAT(begin <= end && end - begin <= begin >> (sub_bits - 1), "bucket %u of %u bits is wide", i, sub_bits);
        }
    }
    return true;
}

static bool test_against_a_sorted_array(void) {
    struct histogram *histogram = memory_alloc(sizeof *histogram);
    uint64_t *values = memory_alloc(sizeof *values * SAMPLES);
    struct random random;
    random_init(&random, 1);
    bool ok = true;
    for (size_t count = 1; count <= SAMPLES && ok; count = count * 3 + 1) {
        histogram_reset(histogram);
        for (size_t i = 0; i < count; i++) {
            values[i] = any_size(&random, 36);
            histogram_add(histogram, values[i]);
        }
        ok = agrees(histogram, values, count);
    }
    free(values);
    free(histogram);
    return ok;
}

static bool test_merged_is_as_added_at_once(void) {
    struct histogram *parts[3];
    struct histogram *whole = memory_alloc(sizeof *whole);
    struct random random;
    random_init(&random, 2);
    for (int i = 0; i < 3; i++) {
        parts[i] = memory_alloc(sizeof *parts[i]);
    }
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t value = 1000 + any_size(&random, 36);
        histogram_add(whole, value);
        histogram_add(parts[1 + i % 2], value);
    }
    histogram_merge(parts[0], parts[1]);
    histogram_merge(parts[0], parts[2]);
    CHECK(memcmp(parts[0], whole, sizeof *whole) == 0);
    histogram_reset(parts[1]);
    histogram_merge(parts[0], parts[1]);
    CHECK(memcmp(parts[0], whole, sizeof *whole) == 0);
    histogram_reset(whole);
    CHECK(memcmp(parts[1], whole, sizeof *whole) == 0);
    for (int i = 0; i < 3; i++) {
        free(parts[i]);
    }
    free(whole);
    return true;
}

// Every value belongs to the bucket that says so of itself, and buckets follow each other without a gap.
static bool test_buckets_meet(void) {
    uint32_t last = histogram_bucket(HISTOGRAM_VALUE_MAX);
    CHECK(last < HISTOGRAM_BUCKETS);
    for (uint32_t i = 0; i < last; i++) {
        uint64_t end = histogram_bucket_end(i);
        CHECK(histogram_bucket(end) == i && histogram_bucket(end + 1) == i + 1);
    }
    return true;
}

static bool test_few_and_large_values(void) {
    struct histogram *histogram = memory_alloc(sizeof *histogram);
    CHECK(histogram_at(histogram, HISTOGRAM_P(50)) == 0 && !histogram_tells(histogram, 0, 0));
    for (int i = 0; i < 1000; i++) {
        histogram_add(histogram, 100);
    }
    histogram_add(histogram, UINT64_MAX / 2);
    CHECK(histogram_at(histogram, HISTOGRAM_P(99.9)) == 100 && histogram_at(histogram, HISTOGRAM_P(100)) == UINT64_MAX / 2);
    CHECK(histogram_tells(histogram, HISTOGRAM_P(99), 10) && !histogram_tells(histogram, HISTOGRAM_P(99.9), 10));
    free(histogram);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_buckets), TEST(test_against_a_sorted_array), TEST(test_merged_is_as_added_at_once),
                                        TEST(test_buckets_meet), TEST(test_few_and_large_values)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
