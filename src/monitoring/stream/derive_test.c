#include "monitoring/stream/derive.h"

#include "base/random.h"
#include "base/test.h"

static bool test_address_blocks(void) {
    static const struct {
        const char *address;
        const char *block; // "": no address
    } rows[] = {
        {"203.0.113.7", "203.0.113.0/24"},
        {"0.0.0.0", "0.0.0.0/24"},
        {"255.255.255.255", "255.255.255.0/24"},
        {"10.1.20.3", "10.1.20.0/24"},
        {"256.1.1.1", ""},
        {"1.2.3", ""},
        {"1.2.3.", ""},
        {"1.2.3.4.5", ""},
        {"1.2.3.4 ", ""},
        {"01.2.3.4", ""},
        {"1.2.3.0x4", ""},
        {"", ""},
        {"2001:db8:1:2::1", "2001:db8:1::/48"},
        {"2001:0db8:0001:ffff:ffff:ffff:ffff:ffff", "2001:db8:1::/48"},
        {"::1", "::/48"},
        {"::ffff:1.2.3.4", "1.2.3.0/24"},
        {"fe80::1%eth0", ""},
        {"2001:db8::1::2", ""},
        {"gggg::", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[ADDRESS_BLOCK_SIZE];
        size_t size = derive_address_block(slice_of(rows[i].address), text);
        CHECK_THAT(slice_is((Slice){text, size}, rows[i].block), "%s gives %.*s", rows[i].address,
                   (int)size, text);
    }
    CHECK(derive_address_block((Slice){"::1\0", 4}, (char[ADDRESS_BLOCK_SIZE]){0}) == 0);
    return true;
}

static bool test_geohash_known(void) {
    static const struct {
        double latitude, longitude;
        const char *hash;
    } rows[] = {
        {57.64911, 10.40744, "u4pruydqqvj8"}, // Jutland, the example of the inventor
        {42.6, -5.6, "ezs42"},
        {0, 0, "s00000000000"},
        {-90, -180, "000000000000"},
        {90, 180, "zzzzzzzzzzzz"},
        {48.8584, 2.2945, "u09tunqu"},  // Eiffel tower
        {39.9087, 116.3975, "wx4g09n"}, // Tiananmen
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[GEOHASH_SIZE];
        uint32_t size = (uint32_t)strlen(rows[i].hash);
        CHECK(derive_geohash(rows[i].latitude, rows[i].longitude, size, text));
        CHECK_THAT(memcmp(text, rows[i].hash, size) == 0, "%s is given as %.*s", rows[i].hash,
                   (int)size, text);
    }
    char text[GEOHASH_SIZE];
    CHECK(!derive_geohash(90.1, 0, 5, text) && !derive_geohash(0, -180.1, 5, text));
    CHECK(!derive_geohash(__builtin_nan(""), 0, 5, text) && !derive_geohash(0, 0, 13, text));
    return true;
}

static void bisect(double latitude, double longitude, uint32_t size, char text[GEOHASH_SIZE]) {
    double low[2] = {-180, -90};
    double high[2] = {180, 90};
    double value[2] = {longitude, latitude};
    uint32_t index = 0;
    for (uint32_t i = 0; i < size * 5; i++) {
        uint32_t which = i % 2;
        double middle = (low[which] + high[which]) / 2;
        bool upper = value[which] >= middle;
        *(upper ? &low[which] : &high[which]) = middle;
        index = index << 1 | upper;
        if (i % 5 == 4) {
            text[i / 5] = "0123456789bcdefghjkmnpqrstuvwxyz"[index];
            index = 0;
        }
    }
}

// The division is as good as the bisection that defines the hash, at borders of cells too.
static bool test_geohash_bisection(void) {
    struct random random;
    random_init(&random, 1);
    for (int i = 0; i < 100000; i++) {
        double latitude = random_unit(&random) * 180 - 90;
        double longitude = random_unit(&random) * 360 - 180;
        if (i % 3 == 0) {
            double cells = (double)(UINT64_C(1) << random_below(&random, 31));
            latitude = (double)random_below(&random, (uint64_t)cells) * (180 / cells) - 90;
            longitude = __builtin_nextafter(
                (double)random_below(&random, (uint64_t)cells) * (360 / cells) - 180,
                i % 2 == 0 ? 180 : -180);
        }
        uint32_t size = 1 + (uint32_t)random_below(&random, 12);
        char text[GEOHASH_SIZE];
        char expected[GEOHASH_SIZE];
        CHECK(derive_geohash(latitude, longitude, size, text));
        bisect(latitude, longitude, size, expected);
        CHECK_THAT(memcmp(text, expected, size) == 0, "%.17g %.17g", latitude, longitude);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_address_blocks), TEST(test_geohash_known),
                                        TEST(test_geohash_bisection)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
