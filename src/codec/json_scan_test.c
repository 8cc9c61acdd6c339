// Whatever is scanned is what is read: each case goes through both, with and without a guess, and is told by hand whether it is to be scanned or left to the reader.

#include "base/arena.h"
#include "base/buf.h"
#include "base/test.h"
#include "codec/json_same_test.h"
#include "codec/json_scan.h"

#include <stdlib.h>

// Scans the text beside what was read of it, and says how it ends; JSON_SCAN_MEMBER: they differ.
static JsonScanned scan_beside(Slice text, JsonTree tree, Slice guess) {
    struct json_scan scan;
    struct json_node nodes[JSON_SCAN_NODES];
    uint32_t next = 1;
    JsonScanned what = json_scan_begin(&scan, text);
    while (what == JSON_SCAN_MEMBER && (what = json_scan_next(&scan, guess, nodes)) == JSON_SCAN_MEMBER) {
        bool is_guess = nodes[0].key.at == guess.at;
        if (next >= tree.count || !slice_equal(nodes[0].key, tree.nodes[next].key) || is_guess != (guess.size > 0 && slice_equal(nodes[0].key, guess)) ||
            !json_same_value(nodes, &tree.nodes[next])) {
            return JSON_SCAN_MEMBER;
        }
        next = tree.nodes[next].next;
    }
    return what == JSON_SCAN_END && next != tree.count ? JSON_SCAN_MEMBER : what;
}

// The text in bytes of its own, so that a step past its end shows under the address sanitizer.
static bool comes_to(struct json_reader *reader, Slice text, JsonScanned expected) {
    JsonTree tree;
    CHECK_THAT(json_parse(reader, text, &tree) == STATUS_OK, "%.*s", SLICE_ARGS(text));
    char *bytes = memory_alloc(text.size);
    memcpy(bytes, text.at, text.size);
    static const Slice guesses[] = {{"a", 1}, {"other", 5}, {"a_long_name_", 12}, {NULL, 0}};
    bool ok = true;
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        ok = ok && scan_beside((Slice){bytes, text.size}, tree, guesses[i]) == expected;
    }
    free(bytes);
    CHECK_THAT(ok, "%.*s", SLICE_ARGS(text));
    return true;
}

static const struct {
    const char *text;
    bool unsure;
} cases[] = {
    {"{}", false},
    {" \t\r\n{ \n } \r", false},
    {"{\"a\":1,\"other\":2,\"a_long_name_\":3,\"a_long_name\":4,\"a_long_name__\":5,\"\":6}", false},
    {"{ \"a\" : 1 , \"b\" :\t\"x\" }", false},
    {"{\"a\":true,\"b\":false,\"c\":null}", false},
    {"{\"a\":1,\"a\":2}", false},
    // texts
    {"{\"a\":\"\"}", false},
    {"{\"a\":\"1234567\",\"b\":\"12345678\",\"c\":\"123456789\",\"d\":\"a text of more than two words, with {}[]:, in it\"}", false},
    {"{\"a\":\"\xe9\x92\xb1\xe5\xa1\x98\",\"\xe6\xb1\x9f\":\"!#[]\xc2\xa2\"}", false},
    {"{\"a\":\"\\\"\"}", true},
    {"{\"a\":\"12345678\\n\"}", true},
    {"{\"a\":\"\\u94b1\"}", true},
    {"{\"a\":\"\\\\\"}", true},
    {"{\"\\u0061\":1}", true},
    // whole numbers
    {"{\"a\":0,\"b\":-0,\"c\":-1,\"d\":7}", false},
    {"{\"a\":999999999999999999,\"b\":123456789012345678}", false},
    {"{\"a\":1000000000000000000}", true},
    {"{\"a\":-99999999999999999}", false},
    {"{\"a\":-999999999999999999}", true},
    {"{\"a\":9223372036854775807}", true},
    {"{\"a\":18446744073709551615}", true},
    // others
    {"{\"a\":-0.0,\"b\":0.0,\"c\":0e0,\"d\":-0E-0}", false},
    {"{\"a\":1e5,\"b\":1E+5,\"c\":1.5e-7,\"d\":-2.5e3}", false},
    {"{\"a\":1e308,\"b\":5e-324,\"c\":1e-400,\"d\":1.7976931348623157e308,\"e\":2.2250738585072011e-308}", false},
    {"{\"a\":0.1,\"b\":0.3,\"c\":123456.789,\"d\":99999999999999.9,\"e\":0.00000000000001,\"f\":-12.50}", false},
    {"{\"a\":1234567890123.45,\"b\":12345678901234.567,\"c\":0.12345678901234567890123,\"d\":123456789012345678.5}", false},
    {"{\"a\":0.000000000000000000000000000001,\"b\":1.0000000000000001,\"c\":9007199254740993.0}", false},
    // arrays
    {"{\"a\":[]}", false},
    {"{\"a\":[ ] , \"b\" : [ \"x\" ,\"y\" ] }", false},
    {"{\"a\":[\"x\",\"\\n\"]}", true},
    {"{\"a\":[1]}", true},
    {"{\"a\":[\"x\",null]}", true},
    {"{\"a\":[[\"x\"]]}", true},
    // what is nested, and what is no object
    {"{\"a\":{}}", true},
    {"{\"a\":1,\"b\":{\"c\":2}}", true},
    {"[]", true},
    {"\"a\"", true},
    {"17", true},
};

static bool test_beside_the_reader(void) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(comes_to(reader, slice_of(cases[i].text), cases[i].unsure ? JSON_SCAN_UNSURE : JSON_SCAN_END));
    }
    json_reader_destroy(reader);
    return true;
}

static Slice array_of(struct arena *arena, uint32_t count) {
    struct buf text;
    buf_init(&text, 1 << 16);
    buf_put(&text, SLICE("{\"a\":["));
    for (uint32_t i = 0; i < count; i++) {
        buf_printf(&text, "%s\"%u\"", i == 0 ? "" : ",", i);
    }
    buf_put(&text, SLICE("],\"b\":\"\"}"));
    Slice copy = arena_copy(arena, buf_slice(&text));
    buf_deinit(&text);
    return copy;
}

static bool test_long_arrays(void) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (uint32_t count = 0; count < JSON_SCAN_NODES + 3; count++) {
        CHECK(comes_to(reader, array_of(&arena, count), count < JSON_SCAN_NODES ? JSON_SCAN_END : JSON_SCAN_UNSURE));
    }
    arena_deinit(&arena);
    json_reader_destroy(reader);
    return true;
}

// Doubles of up to 17 digits with the point anywhere are to the bit what the reader makes of them.
static bool test_points(void) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    struct arena arena;
    arena_init(&arena, 1 << 16);
    Slice digits = SLICE("98765432101234567");
    for (size_t count = 2; count <= digits.size; count++) {
        for (size_t point = 1; point < count; point++) {
            Slice text = arena_printf(&arena, "{\"a\":%.*s.%.*s,\"b\":-%.*s.%.*s}", (int)point, digits.at, (int)(count - point), digits.at + point, (int)point,
                                      digits.at, (int)(count - point), digits.at + point);
            CHECK(comes_to(reader, text, JSON_SCAN_END));
        }
    }
    arena_deinit(&arena);
    json_reader_destroy(reader);
    return true;
}

// No text that was cut off is taken for a whole one, and none is read past its end.
static bool test_cut_off_anywhere(void) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Slice whole = slice_of(cases[i].text);
        while (whole.size > 0 && (whole.at[whole.size - 1] == ' ' || whole.at[whole.size - 1] == '\r')) {
            whole.size--;
        }
        for (size_t size = 0; size < whole.size; size++) {
            struct json_scan scan;
            struct json_node nodes[JSON_SCAN_NODES];
            char *bytes = memory_alloc(size + 1);
            char *end = bytes + 1; // at the end of what was allocated
            memcpy(end, whole.at, size);
            JsonScanned what = json_scan_begin(&scan, (Slice){end, size});
            while (what == JSON_SCAN_MEMBER) {
                what = json_scan_next(&scan, SLICE("a_long_name_"), nodes);
            }
            free(bytes);
            CHECK_THAT(what == JSON_SCAN_UNSURE, "%.*s", (int)size, whole.at);
        }
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_beside_the_reader), TEST(test_long_arrays), TEST(test_points), TEST(test_cut_off_anywhere)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
