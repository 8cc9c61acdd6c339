#include "base/test.h"
#include "codec/csv.h"

static Slice render(const struct csv_record *record, struct buf *out) {
    buf_reset(out);
    if (record->fault != CSV_FAULT_NONE) {
        buf_printf(out, "%d!%.*s", (int)record->fault, SLICE_ARGS(record->head));
        return buf_slice(out);
    }
    for (uint32_t i = 0; i < record->count; i++) {
        buf_printf(out, "<%.*s>", SLICE_ARGS(record->fields[i]));
    }
    return buf_slice(out);
}

struct expected {
    const char *rendered;
    uint64_t line;
};

// Reads the text in steps of several sizes and compares each record.
static bool reads(const char *text, size_t limit, const struct expected *expected, size_t count) {
    struct buf out;
    buf_init(&out, 4096);
    for (size_t step = 0; step < 12; step++) {
        struct memory_source memory = {slice_of(text), step};
        struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', limit);
        struct csv_record record;
        for (size_t i = 0; i < count; i++) {
            CHECK_THAT(csv_reader_next(reader, &record) == STATUS_OK, "%s: record %zu", text, i);
            Slice got = render(&record, &out);
            CHECK_THAT(slice_is(got, expected[i].rendered), "%s: step %zu: %.*s", text, step, SLICE_ARGS(got));
            CHECK_THAT(record.line == expected[i].line, "%s: line %d", text, (int)record.line);
        }
        CHECK_THAT(csv_reader_next(reader, &record) == STATUS_END, "%s: step %zu", text, step);
        csv_reader_destroy(reader);
    }
    buf_deinit(&out);
    return true;
}

#define READS(text, limit, ...)                                                                    \
    reads(text, limit, (const struct expected[]){__VA_ARGS__},                                     \
          sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static bool test_records(void) {
    CHECK(READS("a,b\n1,2\n", 100, {"<a><b>", 1}, {"<1><2>", 2}));
    CHECK(READS("a,b\r\n\r\n\n,\r\nx", 100, {"<a><b>", 1}, {"<><>", 4}, {"<x>", 5}));
    CHECK(READS("\xef\xbb\xbf\"a\",b\n", 100, {"<a><b>", 1}));
    CHECK(READS("\"x,\"\"y\"\"\r\nz\",\"\",q\"q\n1,,3", 100, {"<x,\"y\"\r\nz><><q\"q>", 1}, {"<1><><3>", 3}));
    CHECK(READS("\"a\"\r\n\"b\"", 100, {"<a>", 1}, {"<b>", 2}));
    CHECK(READS("\"\"\n", 100, {"<>", 1}));
    CHECK(READS("1,2,\n", 100, {"<1><2><>", 1}));
    return true;
}

static bool test_faults(void) {
    CHECK(READS("\"a\"b,c\nd\n", 100, {"3!\"a\"b,c", 1}, {"<d>", 2}));
    CHECK(READS("\"a\nb,c\nd\n", 100, {"2!\"a", 1}, {"<b><c>", 2}, {"<d>", 3}));
    CHECK(READS("\"a\n12345678\nb\nc\n", 8, {"2!\"a", 1}, {"<12345678>", 2}, {"<b>", 3}, {"<c>", 4}));
    CHECK(READS("x\n\"a\"\rb\ny", 100, {"<x>", 1}, {"3!\"a\"\rb", 2}, {"<y>", 3}));
    return true;
}

static bool test_too_long(void) {
    for (size_t step = 0; step < 30; step++) {
        struct memory_source memory = {SLICE("12345678\r\n123456789\na,1234567890,\"1234567\n8\"\nb\n"), step};
        struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', 8);
        struct csv_record record;
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.fault == CSV_FAULT_NONE);
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.fault == CSV_FAULT_TOO_LONG);
        CHECK(record.line == 2);
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.fault == CSV_FAULT_TOO_LONG);
        CHECK(record.line == 3);
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && slice_is(record.fields[0], "8\""));
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && slice_is(record.fields[0], "b"));
        CHECK(record.line == 5);
        CHECK(csv_reader_next(reader, &record) == STATUS_END);
        csv_reader_destroy(reader);
    }
    return true;
}

// A field in quotes, a line end inside, and then as many separators as are too many: the fault is told with the text
// as it stands, and the reading goes on behind the first line.
static bool test_too_wide(void) {
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_put(&text, SLICE("\"a\"\"\nb\""));
    for (int i = 0; i < CSV_FIELDS_MAX; i++) {
        buf_put_byte(&text, ',');
    }
    buf_put(&text, SLICE("\nx"));
    for (int i = 1; i < CSV_FIELDS_MAX; i++) {
        buf_put_byte(&text, ',');
    }
    buf_put(&text, SLICE("\n"));
    for (size_t step = 0; step < 30000; step = step * 5 + 1) {
        struct memory_source memory = {buf_slice(&text), step};
        struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', CSV_RECORD_MAX);
        struct csv_record record;
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.fault == CSV_FAULT_TOO_WIDE);
        CHECK(record.line == 1 && slice_is(record.head, "\"a\"\""));
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.fault == CSV_FAULT_TOO_WIDE);
        CHECK(record.line == 2 && slice_starts_with(record.head, SLICE("b\",,")) && record.head.size == 80);
        CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.fault == CSV_FAULT_NONE);
        CHECK(record.line == 3 && record.count == CSV_FIELDS_MAX && slice_is(record.fields[0], "x"));
        CHECK(csv_reader_next(reader, &record) == STATUS_END);
        csv_reader_destroy(reader);
    }
    buf_deinit(&text);
    return true;
}

static bool test_header(void) {
    struct memory_source memory = {SLICE("id;amount;\"user;id\"\n1;2;3\n"), 3};
    struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ';', CSV_RECORD_MAX);
    struct csv_record record;
    CHECK(csv_reader_header(reader) == STATUS_OK && csv_reader_width(reader) == 3);
    CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.count == 3);
    CHECK(csv_reader_column(reader, SLICE("user;id")) == 2 && slice_is(csv_reader_name(reader, 1), "amount"));
    CHECK(csv_reader_column(reader, SLICE("x")) == CSV_NO_COLUMN);
    csv_reader_destroy(reader);
    return true;
}

static bool test_writer(void) {
    struct buf out;
    buf_init(&out, 4096);
    struct csv_writer csv = {.out = &out, .separator = ','};
    csv_put(&csv, SLICE("plain"));
    csv_put(&csv, SLICE("a,b"));
    csv_put(&csv, SLICE("say \"hi\""));
    csv_put(&csv, SLICE("two\nlines"));
    csv_put(&csv, SLICE(""));
    csv_put(&csv, SLICE("-5"));
    csv_put_double(&csv, 0.1);
    csv_put_double(&csv, __builtin_nan(""));
    csv_end(&csv);
    csv_put(&csv, SLICE(""));
    csv_end(&csv);
    CHECK(slice_is(buf_slice(&out), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,-5,0.1,\n\"\"\n"));
    struct memory_source memory = {buf_slice(&out), 1};
    struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', CSV_RECORD_MAX);
    struct csv_record record;
    CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.count == 8);
    CHECK(slice_is(record.fields[2], "say \"hi\"") && slice_is(record.fields[3], "two\nlines"));
    CHECK(csv_reader_next(reader, &record) == STATUS_OK && record.count == 1 && record.line == 3);
    csv_reader_destroy(reader);
    buf_deinit(&out);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_records), TEST(test_faults), TEST(test_too_long), TEST(test_too_wide),
                                        TEST(test_header), TEST(test_writer)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
