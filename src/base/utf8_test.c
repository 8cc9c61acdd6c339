#include "base/test.h"
#include "base/utf8.h"

static bool test_round_trip(void) {
    for (uint32_t rune = 0; rune <= 0x10ffff; rune++) {
        bool valid = rune < 0xd800 || rune > 0xdfff;
        char bytes[4];
        Slice text = {bytes, utf8_put(rune, bytes)};
        size_t at = 0;
        uint32_t back = 0;
        bool read = utf8_next(text, &at, &back);
        CHECK_THAT(read == valid && (!read || (back == rune && at == text.size)), "U+%04X", rune);
    }
    return true;
}

static bool test_invalid(void) {
    CHECK(utf8_invalid_at(SLICE("plain and 中文 \xf0\x9f\x98\x80")) == 21);
    CHECK(utf8_invalid_at(SLICE("ab\xc0\x80")) == 2);     // overlong
    CHECK(utf8_invalid_at(SLICE("\xe0\x80\x80")) == 0);   // overlong
    CHECK(utf8_invalid_at(SLICE("\xed\xa0\x80")) == 0);   // surrogate
    CHECK(utf8_invalid_at(SLICE("\xf4\x90\x80\x80")) == 0); // above U+10FFFF
    CHECK(utf8_invalid_at(SLICE("12345678\xe4\xb8")) == 8); // cut short
    return true;
}

static bool test_count(void) {
    CHECK(utf8_count(SLICE("a中文")) == 3);
    CHECK(utf8_count(SLICE("a\xff\xe4\xb8")) == 4); // malformed bytes count as one each
    CHECK(utf8_count((Slice){NULL, 0}) == 0);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_round_trip), TEST(test_invalid), TEST(test_count)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
