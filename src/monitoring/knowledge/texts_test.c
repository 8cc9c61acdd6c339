#include "monitoring/knowledge/texts.h"

#include "base/random.h"
#include "base/test.h"

#include <stdlib.h>

static bool test_shared(void) {
    struct texts texts;
    texts_init(&texts, 1 << 20);
    uint32_t a = TEXT_NONE;
    uint32_t b = TEXT_NONE;
    uint32_t empty = TEXT_NONE;
    bool ok = texts_take(&texts, SLICE("police"), &a) && texts_take(&texts, SLICE("police"), &b) &&
              a == b;
    ok = ok && texts_take(&texts, SLICE(""), &empty) && empty != TEXT_NONE &&
         slice_empty(texts_at(&texts, empty));
    ok = ok && slice_empty(texts_at(&texts, TEXT_NONE)) && texts.index.count == 2;
    texts_drop(&texts, a);
    ok = ok && slice_is(texts_at(&texts, b), "police");
    texts_drop(&texts, b);
    texts_drop(&texts, TEXT_NONE);
    ok = ok && texts.index.count == 1 && texts_take(&texts, SLICE("courts"), &b) &&
         b == a; // the room is used again
    texts_deinit(&texts);
    CHECK(ok);
    return true;
}

static Slice pattern(char *room, uint32_t seed, size_t size) {
    for (size_t i = 0; i < size; i++) {
        room[i] = (char)('a' + (seed * 31 + i * 7) % 26);
    }
    memcpy(room, &seed, size < sizeof seed ? size : sizeof seed);
    return (Slice){room, size};
}

// All sizes, dropped and taken in random order: what is held never changes, and the room does not
// leak.
static bool test_random(void) {
    enum { HELD = 500, STEPS = 200000 };
    struct texts texts;
    texts_init(&texts, 64 << 20);
    struct random random;
    random_init(&random, 11);
    static struct {
        uint32_t ref;
        uint32_t seed;
        size_t size;
    } held[HELD];
    char room[TEXT_SIZE_MAX];
    bool ok = true;
    uint64_t bytes_half = 0;
    for (int step = 0; step < STEPS && ok; step++) {
        uint32_t k = (uint32_t)random_below(&random, HELD);
        if (held[k].ref != TEXT_NONE) {
            ok = slice_equal(texts_at(&texts, held[k].ref),
                             pattern(room, held[k].seed, held[k].size));
            texts_drop(&texts, held[k].ref);
        }
        held[k].seed = (uint32_t)random_below(&random, 5000);
        held[k].size = random_below(&random, 4) == 0
                           ? (size_t)random_below(&random, TEXT_SIZE_MAX + 1)
                           : (size_t)random_below(&random, 40);
        ok = ok && texts_take(&texts, pattern(room, held[k].seed, held[k].size), &held[k].ref);
        bytes_half = step == STEPS / 2 ? texts.bytes : bytes_half;
    }
    knowledge_index_validate(&texts.index);
    ok = ok && texts.bytes <= bytes_half + (2 << 20);
    texts_deinit(&texts);
    CHECK(ok);
    return true;
}

static bool test_cap(void) {
    struct texts texts;
    texts_init(&texts, 1 << 20);
    char room[1000];
    uint32_t taken = 0;
    uint32_t ref;
    uint32_t first = TEXT_NONE;
    while (texts_take(&texts, pattern(room, taken, sizeof room), &ref)) {
        first = taken++ == 0 ? ref : first;
    }
    bool ok = taken > 900 && taken < 1100;
    texts_drop(&texts, first);
    ok = ok && texts_take(&texts, pattern(room, 99999, sizeof room), &ref) && ref == first;
    texts_deinit(&texts);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_shared), TEST(test_random), TEST(test_cap)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
