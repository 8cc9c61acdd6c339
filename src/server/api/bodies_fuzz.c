// A body that is a JSON array is cut into its elements, as many as JSON has, each of them JSON; lines are cut without losing a byte that is not blank.

#include "server/api/bodies.h"

#include "base/status.h"
#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MOST = 1 << 16, DEPTH = 32 };

static uint64_t walk(struct body body, Slice whole) {
    Slice record;
    uint64_t count = 0;
    const char *last = whole.at;
    while (body_next(&body, &record)) {
        INVARIANT(record.size > 0 && record.at >= last && record.at + record.size <= whole.at + whole.size);
        last = record.at + record.size;
        count++;
    }
    return count;
}

static void check_array(Slice text, struct json_reader *reader) {
    struct body body = {.rest = text, .is_array = true};
    uint64_t count = 0;
    JsonTree tree;
    Status cut = body_check(body, &count);
    if (cut == STATUS_OK) {
        INVARIANT(walk(body, text) == count);
    }
    if (json_parse(reader, text, &tree) == STATUS_OK && tree.nodes[0].kind == JSON_ARRAY) {
        INVARIANT(cut == STATUS_OK && tree.nodes[0].count == count);
        Slice record;
        while (body_next(&body, &record)) {
            INVARIANT(json_parse(reader, record, &tree) == STATUS_OK);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice text = {(const char *)data, size};
    uint64_t count = 0;
    if (size > SIZE_MOST) {
        return 0;
    }
    struct json_reader *reader = json_reader_create(SIZE_MOST, DEPTH);
    check_array(text, reader);
    json_reader_destroy(reader);
    struct body lines = {.rest = text};
    INVARIANT(body_check(lines, &count) == STATUS_OK && walk(lines, text) == count);
    return 0;
}
