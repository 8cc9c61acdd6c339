#include "base/buf.h"
#include "base/test.h"
#include "codec/lines.h"

static bool line_is(struct line_reader *reader, const char *text, uint64_t number, uint64_t offset) {
    struct line line;
    CHECK(line_reader_next(reader, &line) == STATUS_OK);
    CHECK_THAT(slice_is(line.text, text) && !line.too_long, "%.*s", SLICE_ARGS(line.text));
    CHECK_THAT(line.number == number && line.offset == offset, "%s: %d %d", text, (int)line.number,
               (int)line.offset);
    return true;
}

static bool test_lines(void) {
    for (size_t step = 0; step < 8; step++) {
        struct memory_source memory = {SLICE("\xef\xbb\xbfone\r\n\n\r\n two\nthree\r"), step};
        struct line_reader *reader = line_reader_create(byte_source_memory(&memory), 100);
        struct line line;
        CHECK(line_is(reader, "one", 1, 0));
        CHECK(line_is(reader, " two", 4, 11));
        CHECK(line_is(reader, "three", 5, 16));
        CHECK(line_reader_next(reader, &line) == STATUS_END);
        CHECK(line_reader_next(reader, &line) == STATUS_END);
        line_reader_destroy(reader);
    }
    return true;
}

static bool test_too_long(void) {
    for (size_t step = 0; step < 30; step++) {
        struct memory_source memory = {SLICE("12345678\r\n123456789\nx\n1234567890123456789\r\n\ny"), step};
        struct line_reader *reader = line_reader_create(byte_source_memory(&memory), 8);
        struct line line;
        CHECK(line_is(reader, "12345678", 1, 0));
        CHECK(line_reader_next(reader, &line) == STATUS_OK && line.too_long && line.number == 2);
        CHECK(slice_starts_with(SLICE("123456789"), line.text) && line.text.size > 0);
        CHECK(line_is(reader, "x", 3, 20));
        CHECK(line_reader_next(reader, &line) == STATUS_OK && line.too_long && line.number == 4);
        CHECK(line_is(reader, "y", 6, 44));
        CHECK(line_reader_next(reader, &line) == STATUS_END);
        line_reader_destroy(reader);
    }
    return true;
}

// Lines of all lengths around the size of the block, against what was put in.
static bool test_long_stream(void) {
    size_t count = 100;
    struct buf text;
    buf_init(&text, 64 << 20);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i * i * i + 1; k++) {
            buf_put_byte(&text, (char)('a' + i % 26));
        }
        buf_put(&text, SLICE("\n"));
    }
    struct memory_source memory = {buf_slice(&text), 10007};
    struct line_reader *reader = line_reader_create(byte_source_memory(&memory), LINE_SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        struct line line;
        CHECK(line_reader_next(reader, &line) == STATUS_OK);
        CHECK_THAT(line.text.size == i * i * i + 1 && line.number == i + 1, "%zu", i);
        CHECK(line.text.at[0] == (char)('a' + i % 26) && line.text.at[i * i * i] == (char)('a' + i % 26));
    }
    line_reader_destroy(reader);
    buf_deinit(&text);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_lines), TEST(test_too_long), TEST(test_long_stream)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
