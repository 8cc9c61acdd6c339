#include "base/crc32c.h"
#include "base/random.h"
#include "base/test.h"

// From RFC 3720, B.4.
static bool test_known(void) {
    char bytes[32];
    CHECK(crc32c(0, SLICE("")) == 0 && crc32c(0, SLICE("123456789")) == 0xe3069283);
    memset(bytes, 0, sizeof bytes);
    CHECK(crc32c(0, (Slice){bytes, 32}) == 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    CHECK(crc32c(0, (Slice){bytes, 32}) == 0x62a8ab43);
    for (int i = 0; i < 32; i++) {
        bytes[i] = (char)i;
    }
    CHECK(crc32c(0, (Slice){bytes, 32}) == 0x46dd794e);
    return true;
}

static bool test_equal(void) {
    struct random random;
    random_init(&random, 1);
    char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)random_u64(&random);
    }
    for (int i = 0; i < 20000; i++) {
        size_t start = random_below(&random, 20);
        Slice part = {bytes + start, random_below(&random, sizeof bytes - start)};
        uint32_t before = (uint32_t)random_u64(&random);
        uint32_t sum = crc32c(before, part);
        CHECK(sum == crc32c_plain(before, part));
        size_t cut = random_below(&random, part.size + 1);
        CHECK(sum ==
              crc32c(crc32c(before, slice_part(part, 0, cut)), slice_part(part, cut, SIZE_MAX)));
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_known), TEST(test_equal)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
