#include "base/random.h"
#include "base/test.h"
#include "codec/number.h"

#include <math.h>
#include <stdlib.h>

static bool test_format(void) {
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-17, "-17"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {123456.789, "123456.789"},
        {-1e-6, "-0.000001"},
        {1e-7, "1e-7"},
        {1.5e-7, "1.5e-7"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {123456789012345680.0, "123456789012345680"},
        {1e18, "1e+18"},
        {1e21, "1e+21"},
        {1.2345e22, "1.2345e+22"},
        {1e23, "1e+23"},
        {295147905179352830000.0, "2.9514790517935283e+20"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {-2.2250738585072014e-308, "-2.2250738585072014e-308"}, // none is longer
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {0x1p-44, "5.684341886080802e-14"}, // the nearest 16 digits would read back as another double
        {999999999999999900000.0, "9.999999999999999e+20"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[NUMBER_TEXT_SIZE];
        Slice got = {text, number_format(cases[i].value, text)};
        CHECK_THAT(slice_is(got, cases[i].text), "%s: %.*s", cases[i].text, SLICE_ARGS(got));
    }
    return true;
}

static bool test_round_trip(void) {
    struct random random;
    random_init(&random, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random_u64(&random);
        bits = i % 8 == 0 ? bits & UINT64_C(0xfff0000000000000) : bits;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        char text[NUMBER_TEXT_SIZE];
        Slice got = {text, number_format(value, text)};
        double back;
        CHECK_THAT(number_parse(got, &back) && back == value, "%.*s", SLICE_ARGS(got));
    }
    return true;
}

static bool test_parse(void) {
    static const char *const good[] = {"1", "-1", "+1.5", ".5", "5.", "1e5", "1E+5", "00012", "1e-400"};
    static const char *const bad[] = {"",    " 1",   "1 ",  "0x10", "inf", "nan", "1e",  "e5",
                                      "1e+", "1,000", "--1", ".",    "1.2.3", "1e400", "-.", "1_0"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK_THAT(number_parse(slice_of(good[i]), &value), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_THAT(!number_parse(slice_of(bad[i]), &value), "%s", bad[i]);
    }
    CHECK(number_parse((Slice){"12345", 2}, &value) && value == 12);
    return true;
}

// Lines "half float double text": the bits in hexadecimal. Infinity stands for a number that is too large.
static bool run_file(const char *name, int *ret_count) {
    char path[4096];
    const char *root = getenv("QIANTANG_ROOT");
    CHECK(root != NULL);
    snprintf(path, sizeof path, "%s/tests/data/parsefloat/%s", root, name);
    FILE *file = fopen(path, "r");
    CHECK_THAT(file != NULL, "%s", path);
    static char line[8192];
    while (fgets(line, sizeof line, file) != NULL) {
        Slice text = slice_trim(slice_of(line + 31));
        uint64_t bits = strtoull(line + 14, NULL, 16);
        double expected;
        memcpy(&expected, &bits, sizeof expected);
        double value = 0;
        bool read = number_parse(text, &value);
        CHECK_THAT(read == (bool)isfinite(expected), "%s: %.*s", name, SLICE_ARGS(text));
        CHECK_THAT(!read || memcmp(&value, &expected, sizeof value) == 0, "%s: %.*s", name, SLICE_ARGS(text));
        (*ret_count)++;
    }
    fclose(file);
    return true;
}

static bool test_parse_data(void) {
    int count = 0;
    CHECK(run_file("lemire-fast-float-sample.txt", &count));
    CHECK(run_file("tencent-rapidjson-sample.txt", &count));
    CHECK(run_file("more-test-cases.txt", &count));
    CHECK_THAT(count == 917, "%d", count);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_format), TEST(test_round_trip), TEST(test_parse),
                                        TEST(test_parse_data)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
