#include "base/arena.h"
#include "base/buf.h"
#include "base/test.h"

static bool test_reuse(void) {
    struct arena arena;
    arena_init(&arena, 256);
    bool ok = true;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            unsigned char *at = arena_alloc(&arena, 40);
            ok = ok && ((uintptr_t)at & 15) == 0 && at[0] == 0 && at[39] == 0;
            memset(at, 0xee, 40);
        }
        arena_reset(&arena);
    }
    size_t total = arena.total;
    ArenaMark mark = arena_mark(&arena);
    arena_alloc(&arena, 5000);
    arena_rewind(&arena, mark);
    arena_alloc(&arena, 5000);
    ok = ok && arena.total == total + 5008 - 5008 % 16;
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

static bool test_buf_maximum(void) {
    struct buf buf;
    buf_init(&buf, 10);
    buf_put(&buf, SLICE("12345678"));
    buf_put(&buf, SLICE("90a"));
    buf_put(&buf, SLICE("x")); // dropped as well: what follows a loss would be out of place
    bool ok = buf_overflowed(&buf) && slice_is(buf_slice(&buf), "12345678");
    buf_deinit(&buf);
    CHECK(ok);
    return true;
}

static bool test_buf_printf(void) {
    struct buf buf;
    buf_init(&buf, 1000);
    buf_printf(&buf, "%*d", 1000, 7); // fills it to the last byte
    bool ok = !buf_overflowed(&buf) && buf.size == 1000 && buf.bytes[999] == '7';
    buf_printf(&buf, "%d", 1);
    ok = ok && buf_overflowed(&buf) && buf.size == 1000;
    buf_deinit(&buf);
    CHECK(ok);
    return true;
}

static bool test_texts(void) {
    struct arena arena;
    arena_init(&arena, 64);
    Slice text = arena_printf(&arena, "%s-%d", "a", 42);
    Slice copy = arena_copy(&arena, text);
    Slice nothing = arena_copy(&arena, (Slice){NULL, 0});
    bool ok = slice_is(text, "a-42") && slice_is(copy, "a-42") && copy.at[4] == 0 && nothing.size == 0;
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_reuse), TEST(test_buf_maximum), TEST(test_buf_printf),
                                        TEST(test_texts)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
