// simdjson and the plain second opinion must agree on what is well-formed; the nodes must hang together; what
// is written again must read the same.

#include "base/utf8.h"
#include "codec/json.h"
#include "codec/json_same_test.h"
#include "codec/json_scan.h"
#include "codec/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 16 };

// Checks the subtree of a node and writes it; gives the index behind it.
static uint32_t check_node(JsonTree tree, uint32_t index, uint32_t depth, struct json_writer *json) {
    INVARIANT(index < tree.count && depth <= DEPTH + 1);
    const struct json_node *node = &tree.nodes[index];
    INVARIANT(node->next > index && node->next <= tree.count);
    switch (node->kind) {
    case JSON_OBJECT:
    case JSON_ARRAY: {
        bool object = node->kind == JSON_OBJECT;
        object ? json_object_begin(json) : json_array_begin(json);
        uint32_t count = 0;
        uint32_t next = index + 1;
        JSON_EACH(tree, index, i) {
            INVARIANT(i == next && (tree.nodes[i].key.at != NULL) == object);
            if (object) {
                json_key(json, tree.nodes[i].key);
            }
            next = check_node(tree, i, depth + 1, json);
            count++;
        }
        INVARIANT(count == node->count && next == node->next);
        object ? json_object_end(json) : json_array_end(json);
        return next;
    }
    case JSON_STRING:
        INVARIANT(utf8_invalid_at(node->text) == node->text.size);
        json_string(json, node->text);
        break;
    case JSON_INT:
        json_i64(json, node->i64);
        break;
    case JSON_UINT:
        json_u64(json, node->u64);
        break;
    case JSON_DOUBLE:
        json_double(json, node->f64);
        break;
    case JSON_NULL:
        json_null(json);
        break;
    default:
        json_bool(json, node->kind == JSON_TRUE);
    }
    INVARIANT(node->next == index + 1);
    return node->next;
}

static void check_written(Slice text, uint32_t count) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, DEPTH);
    JsonTree tree;
    INVARIANT(json_parse(reader, text, &tree) == STATUS_OK && tree.count == count);
    json_reader_destroy(reader);
}

// What is scanned of a well-formed text is what is read of it; of another one, any bytes inside of it.
static void check_scanned(Slice text, const JsonTree *tree) {
    struct json_scan scan;
    struct json_node nodes[JSON_SCAN_NODES];
    JsonScanned what = json_scan_begin(&scan, text);
    uint32_t next = 1;
    Slice guess = {0};
    while (what == JSON_SCAN_MEMBER && (what = json_scan_next(&scan, guess, nodes)) == JSON_SCAN_MEMBER) {
        if (tree != NULL) {
            const struct json_node *read = &tree->nodes[next];
            INVARIANT(next < tree->count && slice_equal(nodes[0].key, read->key) && json_same_value(nodes, read));
            next = read->next;
            guess = next < tree->count && next % 2 == 0 ? tree->nodes[next].key : SLICE("id");
        }
    }
    INVARIANT(tree == NULL || what == JSON_SCAN_UNSURE || (tree->nodes[0].kind == JSON_OBJECT && next == tree->count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 4096) {
        return 0; // past this the second opinion refuses long numbers
    }
    Slice text = {(const char *)data, size};
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, DEPTH);
    JsonTree tree;
    Status status = json_parse(reader, text, &tree);
    INVARIANT((status == STATUS_OK) == (json_check(text, DEPTH).fault == JSON_FAULT_NONE));
    INVARIANT(json_reader_error(reader)->offset <= size);
    check_scanned(text, status == STATUS_OK ? &tree : NULL);
    if (status == STATUS_OK) {
        struct buf out;
        buf_init(&out, JSON_SIZE_MAX);
        struct json_writer json;
        json_writer_init(&json, &out);
        INVARIANT(check_node(tree, 0, 0, &json) == tree.count);
        json_writer_finish(&json);
        check_written(buf_slice(&out), tree.count);
        buf_deinit(&out);
    }
    json_reader_destroy(reader);
    return 0;
}
