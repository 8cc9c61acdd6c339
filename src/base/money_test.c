#include "base/money.h"
#include "base/test.h"

static bool parses_to(const char *text, int digits, int64_t expected) {
    int64_t minor = INT64_MIN;
    return money_parse(slice_of(text), digits, &minor) && minor == expected;
}

static bool test_parse(void) {
    CHECK(parses_to("57.16", 2, 5716));
    CHECK(parses_to("-3", 2, -300));
    CHECK(parses_to("0.5", 2, 50));
    CHECK(parses_to("1.2300", 2, 123));
    CHECK(parses_to("90071992547409.91", 2, MONEY_MAX));
    CHECK(parses_to("7", 0, 7));
    int64_t minor;
    CHECK(!money_parse(SLICE("1.234"), 2, &minor));
    CHECK(!money_parse(SLICE("90071992547409.92"), 2, &minor));
    CHECK(!money_parse(SLICE(""), 2, &minor));
    CHECK(!money_parse(SLICE("."), 2, &minor));
    CHECK(!money_parse(SLICE("1."), 2, &minor));
    CHECK(!money_parse(SLICE("1e3"), 2, &minor));
    CHECK(!money_parse(SLICE("1 "), 2, &minor));
    return true;
}

static bool test_format(void) {
    char text[32];
    CHECK(slice_equal((Slice){text, money_format(-5, 2, text)}, SLICE("-0.05")));
    CHECK(slice_equal((Slice){text, money_format(123456, 2, text)}, SLICE("1234.56")));
    CHECK(slice_equal((Slice){text, money_format(9, 0, text)}, SLICE("9")));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_parse), TEST(test_format)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
