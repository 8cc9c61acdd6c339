#include "base/arena.h"
#include "base/test.h"
#include "codec/json.h"

#include <dirent.h>
#include <stdlib.h>

static bool test_tree(void) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    JsonTree tree;
    CHECK(json_parse(reader,
                     SLICE(" {\"id\":\"\\u4e2d\\n\",\"a\":[1,2.5,{}],\"b\":{\"c\":null,\"d\":true},"
                           "\"n\":-9223372036854775808,\"u\":18446744073709551615,\"id\":false} "),
                     &tree) == STATUS_OK);
    CHECK(tree.count == 12);
    const struct json_node *nodes = tree.nodes;
    CHECK(nodes[0].kind == JSON_OBJECT && nodes[0].count == 6 && nodes[0].next == 12);
    CHECK(nodes[0].key.at == NULL);
    uint32_t id = json_member(tree, 0, SLICE("id"));
    CHECK(id == 1 && slice_is(nodes[id].text, "\xe4\xb8\xad\n"));
    uint32_t a = json_member(tree, 0, SLICE("a"));
    CHECK(nodes[a].kind == JSON_ARRAY && nodes[a].count == 3 && nodes[a].next == 6);
    CHECK(nodes[a + 1].kind == JSON_INT && nodes[a + 1].i64 == 1 && nodes[a + 1].key.at == NULL);
    CHECK(nodes[a + 2].kind == JSON_DOUBLE && nodes[a + 2].f64 == 2.5);
    CHECK(nodes[a + 3].kind == JSON_OBJECT && nodes[a + 3].count == 0 && nodes[a + 3].next == 6);
    uint32_t b = json_member(tree, 0, SLICE("b"));
    CHECK(nodes[json_member(tree, b, SLICE("c"))].kind == JSON_NULL);
    CHECK(nodes[json_member(tree, b, SLICE("d"))].kind == JSON_TRUE);
    CHECK(json_member(tree, b, SLICE("id")) == JSON_NONE && json_member(tree, a, SLICE("a")) == JSON_NONE);
    CHECK(nodes[json_member(tree, 0, SLICE("n"))].i64 == INT64_MIN);
    const struct json_node *u = &nodes[json_member(tree, 0, SLICE("u"))];
    CHECK(u->kind == JSON_UINT && u->u64 == UINT64_MAX);
    double number;
    CHECK(json_number(u, &number) && number == 0x1p64 && !json_number(&nodes[0], &number));
    size_t twice = 0;
    uint32_t members = 0;
    JSON_EACH(tree, 0, i) {
        twice += slice_is(nodes[i].key, "id");
        members++;
    }
    CHECK(twice == 2 && members == 6);
    CHECK(json_parse(reader, SLICE("7"), &tree) == STATUS_OK && tree.count == 1);
    json_reader_destroy(reader);
    return true;
}

static bool test_faults(void) {
    static const struct {
        const char *text;
        JsonFault fault;
        size_t offset;
    } cases[] = {
        {"", JSON_FAULT_EMPTY, 0},
        {"  ", JSON_FAULT_EMPTY, 2},
        {"{\"a\":12345678901234567890123}", JSON_FAULT_NUMBER_RANGE, 5},
        {"18446744073709551616", JSON_FAULT_NUMBER_RANGE, 0},
        {"-9223372036854775809", JSON_FAULT_NUMBER_RANGE, 0},
        {"[1e400]", JSON_FAULT_NUMBER_RANGE, 1},
        {"[01]", JSON_FAULT_NUMBER, 1},
        {"[1.]", JSON_FAULT_NUMBER, 1},
        {"{\"a\":\"\xff\"}", JSON_FAULT_UTF8, 6},
        {"[\"a\nb\"]", JSON_FAULT_CONTROL, 3},
        {"[\"a\\x\"]", JSON_FAULT_ESCAPE, 3},
        {"[\"\\ud800\"]", JSON_FAULT_ESCAPE, 2},
        {"[\"abc", JSON_FAULT_STRING_OPEN, 1},
        {"{\"a\" 1}", JSON_FAULT_COLON, 5},
        {"{a:1}", JSON_FAULT_KEY, 1},
        {"{\"a\":1,}", JSON_FAULT_KEY, 7},
        {"[1 2]", JSON_FAULT_COMMA, 3},
        {"[1,]", JSON_FAULT_WORD, 3},
        {"[tru]", JSON_FAULT_WORD, 1},
        {"[1", JSON_FAULT_OPEN, 2},
        {"{\"a\":", JSON_FAULT_OPEN, 5},
        {"{} x", JSON_FAULT_TRAILING, 3},
        {"\xef\xbb\xbf{}", JSON_FAULT_WORD, 0},
    };
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        JsonTree tree;
        Status status = json_parse(reader, slice_of(cases[i].text), &tree);
        const struct json_error *error = json_reader_error(reader);
        CHECK_THAT(status == STATUS_INVALID, "%s", cases[i].text);
        CHECK_THAT(error->fault == cases[i].fault && error->offset == cases[i].offset, "%s: %s at %zu",
                   cases[i].text, json_fault_text(error->fault), error->offset);
    }
    json_reader_destroy(reader);
    return true;
}

static Status parse_nested(struct json_reader *reader, int depth) {
    char text[4096];
    int size = 0;
    for (int i = 0; i < depth; i++) {
        text[size++] = '[';
    }
    text[size++] = '1';
    for (int i = 0; i < depth; i++) {
        text[size++] = ']';
    }
    JsonTree tree;
    return json_parse(reader, (Slice){text, (size_t)size}, &tree);
}

static bool test_limits(void) {
    for (uint32_t depth = 1; depth < 1000; depth += depth) {
        struct json_reader *reader = json_reader_create(4096, depth);
        CHECK(parse_nested(reader, (int)depth) == STATUS_OK);
        CHECK(parse_nested(reader, (int)depth + 1) == STATUS_LIMIT);
        CHECK(json_reader_error(reader)->fault == JSON_FAULT_DEPTH);
        CHECK(json_reader_error(reader)->offset == depth);
        json_reader_destroy(reader);
    }
    struct json_reader *reader = json_reader_create(10, 4);
    JsonTree tree;
    CHECK(json_parse(reader, SLICE("1234567890"), &tree) == STATUS_OK);
    CHECK(json_parse(reader, SLICE("[123456789]"), &tree) == STATUS_LIMIT);
    CHECK(json_reader_error(reader)->fault == JSON_FAULT_SIZE);
    CHECK(json_parse(reader, SLICE("[1]"), &tree) == STATUS_OK && tree.count == 2);
    json_reader_destroy(reader);
    return true;
}

// Grows past the first room: a long array, a long string.
static bool test_large(void) {
    size_t size = 1000000;
    char *text = memory_alloc(size + JSON_PADDING);
    memset(text, '1', size);
    for (size_t i = 0; i + 1 < size; i += 2) {
        text[i] = i == 0 ? '[' : ',';
    }
    text[size - 1] = ']';
    text[size - 2] = '1';
    text[size - 3] = '1';
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    JsonTree tree;
    CHECK(json_parse(reader, (Slice){text, size}, &tree) == STATUS_OK);
    CHECK(tree.nodes[0].count == 499999 && tree.count == tree.nodes[0].count + 1);
    memset(text, 'x', size);
    text[0] = text[size - 1] = '"';
    CHECK(json_parse_padded(reader, (Slice){text, size}, &tree) == STATUS_OK);
    CHECK(tree.nodes[0].text.size == size - 2);
    json_reader_destroy(reader);
    free(text);
    return true;
}

static bool run_suite_file(struct json_reader *reader, const char *folder, const char *name, int *ret_run) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    CHECK_THAT(file != NULL, "%s", path);
    static char text[1 << 20];
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    JsonTree tree;
    Status status = json_parse(reader, (Slice){text, size}, &tree);
    CHECK_THAT(name[0] != 'y' || status == STATUS_OK, "%s", name);
    CHECK_THAT(name[0] != 'n' || status != STATUS_OK, "%s", name);
    JsonFault fault = json_check((Slice){text, size}, JSON_DEPTH_MAX).fault;
    CHECK_THAT((fault == JSON_FAULT_NONE) == (status == STATUS_OK), "%s: %s", name, json_fault_text(fault));
    ret_run[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;
    return true;
}

static bool test_suite(void) {
    const char *root = getenv("QIANTANG_ROOT");
    CHECK(root != NULL);
    char folder[2048];
    snprintf(folder, sizeof folder, "%s/tests/data/jsontestsuite", root);
    DIR *dir = opendir(folder);
    CHECK_THAT(dir != NULL, "%s", folder);
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    int run[3] = {0};
    bool ok = true;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strlen(entry->d_name) > 2 && entry->d_name[1] == '_') {
            ok = run_suite_file(reader, folder, entry->d_name, run) && ok;
        }
    }
    closedir(dir);
    json_reader_destroy(reader);
    CHECK(ok);
    CHECK_THAT(run[0] == 95 && run[1] == 188 && run[2] == 35, "%d %d %d", run[0], run[1], run[2]);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_tree), TEST(test_faults), TEST(test_limits),
                                        TEST(test_large), TEST(test_suite)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
