// Bundles: hashes of the standards, names, the same bytes in any zone of the machine, limits. tests/paper_test.py lets other programs read one.

#include "paper/bundle.h"

#include "base/random.h"
#include "base/test.h"
#include "base/time.h"

#include <stdlib.h>
#include <time.h>

static const int64_t MADE_US = INT64_C(1782871200000000); // 2026-07-01 10:00 in China
static const int64_t ZONE_US = 8 * US_PER_HOUR;

struct rig {
    struct arena arena;
    struct buf zip;
    struct diag diag;
    struct bundle *bundle;
    BundleDigests digests;
};

static void begin(struct rig *rig, size_t maximum) {
    arena_init(&rig->arena, 4096);
    buf_init(&rig->zip, maximum);
    rig->diag = (struct diag){0};
    rig->bundle = bundle_create(MADE_US, ZONE_US, &rig->arena, &rig->zip);
}

static void end(struct rig *rig) {
    bundle_destroy(rig->bundle);
    buf_deinit(&rig->zip);
    arena_deinit(&rig->arena);
}

static bool test_hashes_of_the_standards(void) {
    BundleDigests digests;
    CHECK(bundle_digest(SLICE("abc"), &digests));
    // FIPS 180-2, B.1; GB/T 32905-2016, A.1.
    CHECK(strcmp(digests.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0);
    CHECK(strcmp(digests.sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0") == 0);
    CHECK(bundle_digest((Slice){NULL, 0}, &digests));
    CHECK(strcmp(digests.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") == 0);
    return true;
}

static bool write_some(struct rig *rig) {
    CHECK(bundle_add(rig->bundle, SLICE("移送函.txt"), SLICE("一二三一二三一二三一二三一二三一二三"), 6, &rig->diag) == STATUS_OK);
    CHECK(bundle_add(rig->bundle, SLICE("附件/empty"), (Slice){NULL, 0}, BUNDLE_NO_ROWS, &rig->diag) == STATUS_OK);
    CHECK(bundle_finish(rig->bundle, &rig->digests, &rig->diag) == STATUS_OK);
    return true;
}

static bool test_the_same_bytes_in_any_zone(void) {
    static const char *const zones[] = {"UTC", "Asia/Shanghai", "America/New_York"};
    struct rig first;
    begin(&first, 1 << 20);
    CHECK(write_some(&first));
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct rig again;
        setenv("TZ", zones[i], 1);
        tzset();
        begin(&again, 1 << 20);
        CHECK(write_some(&again));
        CHECK_THAT(slice_equal(buf_slice(&first.zip), buf_slice(&again.zip)), "%s", zones[i]);
        CHECK(strcmp(first.digests.sm3, again.digests.sm3) == 0);
        end(&again);
    }
    BundleDigests whole;
    CHECK(bundle_digest(buf_slice(&first.zip), &whole) && strcmp(whole.sha256, first.digests.sha256) == 0);
    end(&first);
    return true;
}

static bool test_what_is_written(void) {
    struct rig rig;
    begin(&rig, 1 << 20);
    CHECK(write_some(&rig));
    Slice zip = buf_slice(&rig.zip);
    CHECK(slice_starts_with(zip, SLICE("PK\3\4\x14\0\0\x08"))); // version 2.0, the flag of UTF-8
    // 10:00:00 on 1 July 2026.
    CHECK(memcmp(zip.at + 10, "\x00\x50\xe1\x5c", 4) == 0);
    CHECK(slice_find(zip, SLICE("移送函.txt"), 0) == 30);
    CHECK(slice_find(zip, SLICE("SM3SUMS"), 0) != SIZE_MAX);
    end(&rig);
    return true;
}

static bool test_names_that_are_refused(void) {
    static const Slice names[] = {{"", 0},     {"/etc/passwd", 11}, {"../up", 5},     {"a/../b", 6},         {"a//b", 4},
                                  {"a\\b", 3}, {"a:b", 3},          {"CON", 3},       {"nul.txt", 7},        {"Lpt1.pdf", 8},
                                  {"dot.", 4}, {"blank ", 6},       {"line\nend", 8}, {"nul\0byte", 8},      {"\xff\xfe.x", 4},
                                  {"a?", 2},   {"a/", 2},           {"./a", 3},       {"\xe2\x80\xae.x", 5}, {" a", 2}};
    struct rig rig;
    begin(&rig, 1 << 20);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK_THAT(bundle_add(rig.bundle, names[i], SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_INVALID, "name %zu", i);
        CHECK(strcmp(rig.diag.code, "PA020") == 0);
    }
    char longest[BUNDLE_NAME_MAX + 1];
    memset(longest, 'n', sizeof longest);
    CHECK(bundle_add(rig.bundle, (Slice){longest, sizeof longest}, SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_INVALID);
    CHECK(bundle_add(rig.bundle, (Slice){longest, BUNDLE_NAME_MAX}, SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_OK);
    CHECK(bundle_add(rig.bundle, SLICE("console.txt"), SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_OK);
    end(&rig);
    return true;
}

static bool test_names_that_are_taken(void) {
    static const Slice names[] = {{"A/b.txt", 7}, {"a", 1}, {"a/B.TXT", 7}, {"a/b.txt/c", 9}, {"Manifest.json", 13}, {"sha256sums", 10}};
    struct rig rig;
    begin(&rig, 1 << 20);
    CHECK(bundle_add(rig.bundle, SLICE("a/b.txt"), SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK_THAT(bundle_add(rig.bundle, names[i], SLICE("y"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_INVALID, "name %zu", i);
        CHECK(strcmp(rig.diag.code, "PA021") == 0);
    }
    CHECK(bundle_add(rig.bundle, SLICE("a/c.txt"), SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_OK);
    end(&rig);
    return true;
}

static bool test_a_bundle_that_is_too_large(void) {
    enum { BYTES = 4000 };
    struct rig rig;
    struct random random;
    char noise[BYTES];
    random_init(&random, 1);
    for (int i = 0; i < BYTES; i++) {
        noise[i] = (char)random_u64(&random);
    }
    begin(&rig, BYTES + 600);
    CHECK(bundle_add(rig.bundle, SLICE("noise"), (Slice){noise, BYTES}, BUNDLE_NO_ROWS, &rig.diag) == STATUS_OK);
    CHECK(rig.zip.size == 30 + 5 + BYTES); // stored, not made longer
    CHECK(bundle_add(rig.bundle, SLICE("more"), (Slice){noise, BYTES}, BUNDLE_NO_ROWS, &rig.diag) == STATUS_LIMIT);
    CHECK(strcmp(rig.diag.code, "PA022") == 0);
    end(&rig);
    begin(&rig, 700); // the directory finds no room
    CHECK(bundle_add(rig.bundle, SLICE("x"), SLICE("x"), BUNDLE_NO_ROWS, &rig.diag) == STATUS_OK);
    CHECK(bundle_finish(rig.bundle, &rig.digests, &rig.diag) == STATUS_LIMIT);
    end(&rig);
    return true;
}

static bool test_as_many_files_as_there_may_be(void) {
    struct rig rig;
    begin(&rig, 64 << 20);
    for (uint32_t i = 0; i < BUNDLE_FILES_MAX; i++) {
        CHECK(bundle_add(rig.bundle, arena_printf(&rig.arena, "files/%u.txt", i), SLICE("x"), 1, &rig.diag) == STATUS_OK);
    }
    CHECK(bundle_add(rig.bundle, SLICE("one.more"), SLICE("x"), 1, &rig.diag) == STATUS_LIMIT);
    CHECK(bundle_finish(rig.bundle, &rig.digests, &rig.diag) == STATUS_OK);
    end(&rig);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_hashes_of_the_standards),       TEST(test_the_same_bytes_in_any_zone), TEST(test_what_is_written),
        TEST(test_names_that_are_refused),        TEST(test_names_that_are_taken),       TEST(test_a_bundle_that_is_too_large),
        TEST(test_as_many_files_as_there_may_be),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
