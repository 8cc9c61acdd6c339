// Windows: by hand at the edges (windows_edges.c), and at random against a recount (windows_random.c).
//
//     windows_test                                  the tests
//     windows_test --operations 5000000 --seed 9    a long random run

#include "monitoring/stream/windows/windows_edges.h"
#include "monitoring/stream/windows/windows_live.h"
#include "monitoring/stream/windows/windows_random.h"

#include "base/slice.h"
#include "base/test.h"

static bool test_random(void) {
    CHECK(random_rounds(1, 1000000));
    return true;
}

static bool test_determinism(void) {
    for (uint64_t seed = 100; seed < 110; seed++) {
        CHECK(random_twice(seed, 500));
    }
    return true;
}

static bool test_images(void) {
    for (uint64_t seed = 200; seed < 220; seed++) {
        CHECK_THAT(random_images(seed, 500), "seed %llu", (unsigned long long)seed);
    }
    return true;
}

static bool test_live_images(void) {
    CHECK(random_live(300, 150, 4000));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_borders),   TEST(test_empty),       TEST(test_calendar),    TEST(test_caps),
        TEST(test_forgetting), TEST(test_many_things), TEST(test_many_ids),    TEST(test_retention),
        TEST(test_lifetime),  TEST(test_pauses),      TEST(test_saturation),  TEST(test_bytes),
        TEST(test_patterns),  TEST(test_explain),     TEST(test_determinism), TEST(test_random),
        TEST(test_images),   TEST(test_live_images),
    };
    if (argc == 5 && strcmp(argv[1], "--operations") == 0 && strcmp(argv[3], "--seed") == 0) {
        int64_t operations = 0;
        int64_t seed = 0;
        bool ok = slice_to_i64(slice_of(argv[2]), &operations) &&
                  slice_to_i64(slice_of(argv[4]), &seed) &&
                  random_rounds((uint64_t)seed, (uint64_t)operations);
        return ok ? 0 : 1;
    }
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
