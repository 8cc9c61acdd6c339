#include "cli/remote/sheet.h"

#include "base/test.h"

static bool cleaned(Slice text, bool lines, Slice expected) {
    struct buf out;
    buf_init(&out, 1 << 10);
    sheet_clean(&out, text, lines);
    bool is_so = slice_equal(buf_slice(&out), expected);
    buf_deinit(&out);
    return is_so;
}

static bool test_clean(void) {
    CHECK(cleaned(SLICE(""), false, SLICE("")));
    CHECK(cleaned(SLICE("转账 25,000 元 é"), false, SLICE("转账 25,000 元 é")));
    CHECK(cleaned(SLICE("\x1b[2J"), false, SLICE("?[2J")));
    CHECK(cleaned(SLICE("a\nb\r\tc"), false, SLICE("a b  c")));
    CHECK(cleaned(SLICE("a\nb\r"), true, SLICE("a\nb ")));
    CHECK(cleaned((Slice){"a\0b\x7f", 4}, false, SLICE("a?b?")));
    CHECK(cleaned(SLICE("\xc2\x9b\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf"), false, SLICE("????"))); // C1, direction, no width, byte order mark
    CHECK(cleaned(SLICE("a\xff\xe4\xb8"), false, SLICE("a???")));                                // malformed
    return true;
}

static bool test_width(void) {
    CHECK(sheet_width(SLICE("")) == 0 && sheet_width(SLICE("abc")) == 3 && sheet_width(SLICE("é")) == 1);
    CHECK(sheet_width(SLICE("预警")) == 4 && sheet_width(SLICE("，（）")) == 6 && sheet_width(SLICE("a中b")) == 4);
    return true;
}

static void put_row(struct sheet *sheet, const char *first, const char *second, const char *third) {
    sheet_cell(sheet, slice_of(first), false);
    sheet_cell(sheet, slice_of(second), true);
    sheet_cell(sheet, slice_of(third), false);
}

static bool test_columns(void) {
    struct arena arena;
    struct buf out;
    arena_init(&arena, 4096);
    buf_init(&out, 1 << 16);
    struct sheet *sheet = sheet_create(&arena, 3);
    put_row(sheet, "状态", "AMOUNT", "NOTE");
    put_row(sheet, "wait", "5.00", "x");
    put_row(sheet, "已关闭", "25000.00", "line\nend");
    CHECK(sheet_rows(sheet) == 3);
    sheet_put(sheet, &out);
    CHECK(slice_is(buf_slice(&out), "状态      AMOUNT  NOTE\n"
                                    "wait        5.00  x\n"
                                    "已关闭  25000.00  line end\n"));
    buf_deinit(&out);
    arena_deinit(&arena);
    return true;
}

// What is long is cut but in the last column, and never within a letter.
static bool test_long_cells(void) {
    struct arena arena;
    struct buf out;
    char digits[SHEET_CELL_MAX + 2];
    arena_init(&arena, 4096);
    buf_init(&out, 1 << 16);
    memset(digits, '7', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    struct sheet *sheet = sheet_create(&arena, 2);
    sheet_cell(sheet, slice_of(digits), false);
    sheet_cell(sheet, slice_of(digits), false);
    sheet_put(sheet, &out);
    Slice text = buf_slice(&out);
    size_t cut = slice_find(text, SLICE("…  "), 0);
    CHECK(cut == SHEET_CELL_MAX - 1 && slice_ends_with(text, slice_of(digits)) == false && slice_find(text, slice_of(digits), 0) != SIZE_MAX);
    buf_reset(&out);
    struct sheet *wide = sheet_create(&arena, 2);
    buf_put(&out, SLICE("x"));
    for (int i = 0; i < SHEET_CELL_MAX / 2; i++) {
        buf_put(&out, SLICE("中"));
    }
    sheet_cell(wide, buf_slice(&out), false);
    sheet_cell(wide, SLICE("end"), false);
    buf_reset(&out);
    sheet_put(wide, &out);
    CHECK(sheet_width(slice_part(buf_slice(&out), 0, out.size - 1)) == SHEET_CELL_MAX + 2 + 3);
    buf_deinit(&out);
    arena_deinit(&arena);
    return true;
}

static bool test_many_rows(void) {
    struct arena arena;
    struct buf out;
    arena_init(&arena, 4096);
    buf_init(&out, 1 << 20);
    struct sheet *sheet = sheet_create(&arena, 3);
    for (int i = 0; i < 1000; i++) {
        put_row(sheet, "a", "1", "b");
    }
    sheet_put(sheet, &out);
    CHECK(sheet_rows(sheet) == 1000 && out.size == 1000 * strlen("a  1  b\n"));
    buf_deinit(&out);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_clean), TEST(test_width), TEST(test_columns), TEST(test_long_cells), TEST(test_many_rows)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
