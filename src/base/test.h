#pragma once
// Test: a few lines of harness. A test file lists its cases and runs them:
//
//     static bool test_trim(void) {
//         CHECK(slice_is(slice_trim(SLICE(" a ")), "a"));
//         return true;
//     }
//     int main(int argc, char **argv) {
//         static const struct test tests[] = {TEST(test_trim)};
//         return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
//     }
//
// CHECK prints the place and returns false from the case. Arguments choose cases by a part of their name; to
// choose none is a failure. The last line says "N passed, N failed".

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct test {
    const char *name;
    bool (*run)(void);
};

#define TEST(function)                                                                             \
    { #function, function }

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

// The same with an explanation, for checks in a loop.
#define CHECK_THAT(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s: ", __FILE__, __LINE__, #condition);         \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fprintf(stderr, "\n");                                                                 \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static inline int test_main(int argc, char **argv, const struct test *tests, size_t count) {
    int passed = 0;
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        bool chosen = argc < 2;
        for (int k = 1; k < argc; k++) {
            chosen = chosen || strstr(tests[i].name, argv[k]) != NULL;
        }
        if (!chosen) {
            continue;
        }
        bool ok = tests[i].run();
        passed += ok;
        failed += !ok;
        if (!ok) {
            fprintf(stderr, "FAILED %s\n", tests[i].name);
        }
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
