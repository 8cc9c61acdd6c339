#include "base/diag.h"
#include "base/test.h"

static bool test_render(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct source source = {SLICE("a.yaml"), SLICE("id: x\nzh: 金额 amonut > 1\n")};
    struct diag_list list;
    diag_list_init(&list, &arena);
    size_t start = slice_find(source.text, SLICE("amonut"), 0);
    struct diag *diag = diag_add(&list, DIAG_ERROR, "EX001", place_at(&source, start, start + 6),
                                 "unknown name '%s'", "amonut");
    diag_hint(&list, diag, "did you mean '%s'?", "amount");
    struct buf out;
    buf_init(&out, 4096);
    diag_render(&list.items[0], &out);
    bool ok = slice_is(buf_slice(&out), "a.yaml:2:8: error EX001: unknown name 'amonut'\n"
                                        "    2 | zh: 金额 amonut > 1\n"
                                        "      |          ^~~~~~\n"
                                        "      hint: did you mean 'amount'?\n");
    ok = ok && list.error_count == 1;
    buf_deinit(&out);
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_render)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
