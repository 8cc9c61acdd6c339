#include "base/map.h"
#include "base/test.h"

static bool test_many(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct map map;
    map_init(&map, &arena);
    bool ok = true;
    for (uint32_t i = 0; i < 5000; i++) {
        ok = ok && map_put(&map, arena_printf(&arena, "key%u", i), i);
    }
    ok = ok && !map_put(&map, SLICE("key17"), 3);
    for (uint32_t i = 0; i < 5000; i++) {
        char key[16];
        snprintf(key, sizeof key, "key%u", i);
        ok = ok && map_get(&map, slice_of(key)) == i;
    }
    ok = ok && map_get(&map, SLICE("key5000")) == MAP_NONE && map.count == 5000;
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

static bool test_nearest(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct map map;
    map_init(&map, &arena);
    bool ok = map_put(&map, SLICE("amount"), 0) && map_put(&map, SLICE("channel"), 1);
    ok = ok && slice_is(map_nearest(&map, SLICE("amonut")), "amount");
    ok = ok && slice_empty(map_nearest(&map, SLICE("zzzzzzzz")));
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_many), TEST(test_nearest)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
