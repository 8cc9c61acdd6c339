#include "base/test.h"
#include "codec/json.h"
#include "codec/json_write.h"

static bool test_document(void) {
    struct buf out;
    buf_init(&out, 4096);
    struct json_writer json;
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("id"), SLICE("金额\"\\\n\x01/\x7f"));
    json_key_i64(&json, SLICE("n"), INT64_MIN);
    json_key(&json, SLICE("list"));
    json_array_begin(&json);
    json_double(&json, 0.1);
    json_double(&json, 100);
    json_double(&json, __builtin_inf());
    json_u64(&json, UINT64_MAX);
    json_object_begin(&json);
    json_object_end(&json);
    json_array_begin(&json);
    json_array_end(&json);
    json_array_end(&json);
    json_key_bool(&json, SLICE("b"), false);
    json_key(&json, SLICE("raw"));
    json_raw(&json, SLICE("[1]"));
    json_key_double(&json, SLICE("x"), -2.5e-9);
    json_object_end(&json);
    json_writer_finish(&json);
    CHECK(slice_is(buf_slice(&out), "{\"id\":\"金额\\\"\\\\\\n\\u0001/\x7f\",\"n\":-9223372036854775808,"
                                    "\"list\":[0.1,100,null,18446744073709551615,{},[]],\"b\":false,"
                                    "\"raw\":[1],\"x\":-2.5e-9}"));
    buf_deinit(&out);
    return true;
}

static Slice written(struct buf *out, Slice text) {
    struct json_writer json;
    buf_reset(out);
    json_writer_init(&json, out);
    json_string(&json, text);
    json_writer_finish(&json);
    return buf_slice(out);
}

// Every byte, alone and beside others, gives valid JSON; valid UTF-8 comes back as it was.
static bool test_any_bytes(void) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    struct buf out;
    buf_init(&out, 4096);
    for (int byte = 0; byte < 256; byte++) {
        char text[3] = {'a', (char)byte, 'b'};
        JsonTree tree;
        CHECK_THAT(json_parse(reader, written(&out, (Slice){text, 3}), &tree) == STATUS_OK, "%d", byte);
        Slice expected = byte < 0x80 ? (Slice){text, 3} : SLICE("a\xef\xbf\xbd" "b");
        CHECK_THAT(slice_equal(tree.nodes[0].text, expected), "%d", byte);
    }
    CHECK(slice_is(written(&out, SLICE("\xe4\xb8\xad\xe4\xb8\xf0\x9f\x98\x80\xff")),
                   "\"\xe4\xb8\xad\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\""));
    buf_deinit(&out);
    json_reader_destroy(reader);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_document), TEST(test_any_bytes)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
