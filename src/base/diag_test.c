#include "base/diag.h"
#include "base/test.h"

#include <stdlib.h>

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

static bool place_is(Place place, uint32_t line, uint32_t column, uint32_t length) {
    return place.line == line && place.column == column && place.length == length;
}

static bool test_places(void) {
    struct source source = {SLICE("a"), SLICE("金额\nb\n")};
    CHECK(place_is(place_at(&source, 0, 6), 1, 1, 2));
    CHECK(place_is(place_at(&source, 3, 100), 1, 2, 1)); // cut at the end of the line
    CHECK(place_is(place_at(&source, 7, 8), 2, 1, 1));
    CHECK(place_is(place_at(&source, 100, 100), 3, 1, 0));
    struct source nothing = {SLICE("b"), {NULL, 0}};
    CHECK(place_is(place_at(&nothing, 0, 1), 1, 1, 0));
    return true;
}

// They are added in any order and told in that of file, line and column; those of one place as they were added.
static bool test_order(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct source first = {SLICE("a"), SLICE("x\n")};
    struct source second = {SLICE("b"), SLICE("x y\nz\n")};
    const Place places[] = {
        {&second, 2, 1, 1}, {&second, 1, 3, 1}, {&first, 1, 1, 1}, {NULL, 0, 0, 0}, {&second, 1, 3, 1}};
    struct diag_list list;
    diag_list_init(&list, &arena);
    for (uint32_t i = 0; i < 50; i++) { // more than there is room for at first
        bool known = i < sizeof places / sizeof places[0];
        Place place = known ? places[i] : (Place){&first, 0, 0, 0};
        diag_add(&list, i == 1 ? DIAG_WARNING : DIAG_ERROR, "XX001", place, "<%u>", i);
    }
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diag_list_print(&list, out);
    fclose(out);
    static const char *const order[] = {"<3>", "<5>", "<49>", "<2>", "<1>", "<4>", "<0>"};
    bool ok = list.count == 50 && list.error_count == 49 && list.warning_count == 1;
    size_t at = 0;
    for (size_t i = 0; ok && i < sizeof order / sizeof order[0]; i++) {
        at = slice_find((Slice){text, size}, slice_of(order[i]), at);
        ok = at != SIZE_MAX;
    }
    free(text);
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_render), TEST(test_places), TEST(test_order)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
