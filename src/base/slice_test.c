#include "base/slice.h"
#include "base/test.h"

#include <stdlib.h>

static bool test_split(void) {
    Slice rest = SLICE("a,,b");
    Slice part;
    CHECK(slice_split(&rest, ',', &part) && slice_is(part, "a"));
    CHECK(slice_split(&rest, ',', &part) && slice_is(part, ""));
    CHECK(slice_split(&rest, ',', &part) && slice_is(part, "b"));
    CHECK(!slice_split(&rest, ',', &part));
    return true;
}

static bool test_to_i64(void) {
    int64_t value = 0;
    CHECK(slice_to_i64(SLICE("-9223372036854775808"), &value) && value == INT64_MIN);
    CHECK(slice_to_i64(SLICE("9223372036854775807"), &value) && value == INT64_MAX);
    CHECK(!slice_to_i64(SLICE("9223372036854775808"), &value));
    CHECK(!slice_to_i64(SLICE(""), &value));
    CHECK(!slice_to_i64(SLICE("-"), &value));
    CHECK(!slice_to_i64(SLICE("1 "), &value));
    return true;
}

static bool test_distance(void) {
    CHECK(slice_distance(SLICE("amonut"), SLICE("amount"), 3) == 2);
    CHECK(slice_distance(SLICE("abc"), SLICE("abc"), 3) == 0);
    CHECK(slice_distance(SLICE("abc"), SLICE("xyz"), 2) == 3);
    return true;
}

static bool test_find_and_trim(void) {
    CHECK(slice_find(SLICE("banana"), SLICE("nan"), 0) == 2);
    CHECK(slice_find(SLICE("banana"), SLICE("nan"), 3) == SIZE_MAX);
    CHECK(slice_find(SLICE("ab"), SLICE(""), 2) == 2);
    CHECK(slice_find(SLICE("ab"), SLICE(""), 3) == SIZE_MAX);
    CHECK(slice_find(SLICE("ab"), SLICE("b"), 2) == SIZE_MAX);
    CHECK(slice_is(slice_trim(SLICE(" \ta b\r\n")), "a b"));
    CHECK(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    CHECK(slice_starts_with(SLICE("event.x"), SLICE("event.")));
    CHECK(!slice_ends_with(SLICE("x"), SLICE("xx")));
    return true;
}

// A slice of nothing has no place in memory, and may be cut and compared all the same.
static bool test_nothing(void) {
    Slice nothing = {NULL, 0};
    CHECK(slice_part(nothing, 0, 0).size == 0 && slice_part(nothing, 3, SIZE_MAX).size == 0);
    CHECK(slice_find(nothing, nothing, 0) == 0 && slice_find_byte(nothing, 'a', 0) == 0);
    CHECK(slice_equal(slice_trim(nothing), SLICE("")) && slice_compare(nothing, SLICE("")) == 0);
    CHECK(slice_starts_with(nothing, nothing) && slice_ends_with(nothing, nothing));
    return true;
}

// What takes the product of both sizes takes minutes here.
static bool test_find_is_linear(void) {
    enum { SIZE = 4 << 20 };
    char *bytes = malloc(SIZE);
    CHECK(bytes != NULL);
    memset(bytes, 'a', SIZE);
    bytes[SIZE / 2 - 1] = 'b';
    Slice needle = {bytes, SIZE / 2};
    Slice text = {bytes + 1, SIZE - 1};
    size_t found = slice_find(text, needle, 0);
    free(bytes);
    CHECK(found == SIZE_MAX);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_split), TEST(test_to_i64), TEST(test_distance),
                                        TEST(test_find_and_trim), TEST(test_nothing),
                                        TEST(test_find_is_linear)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
