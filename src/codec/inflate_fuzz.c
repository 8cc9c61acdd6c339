// Any bytes end, well or with an error, and the lines in them are the same in whatever pieces they come.

#include "base/hash.h"
#include "codec/inflate.h"
#include "codec/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    LINE_SIZE = 1000,
    LINES = 100000, // enough of a bomb
};

static uint64_t read_lines(Slice bytes, size_t step, Status *ret_status) {
    struct memory_source memory = {bytes, step};
    struct inflater *inflater = inflater_create(byte_source_memory(&memory));
    struct line_reader *reader = line_reader_create(inflater_source(inflater), LINE_SIZE);
    struct line line;
    uint64_t hash = 0;
    uint64_t number = 0;
    Status status = STATUS_OK;
    for (int i = 0; i < LINES && (status = line_reader_next(reader, &line)) == STATUS_OK; i++) {
        INVARIANT(line.number > number && line.text.size > 0 && line.text.size <= LINE_SIZE);
        number = line.number;
        hash = hash_mix(hash, line.offset);
        hash = line.too_long ? hash_mix(hash, 1) : hash64(line.text, hash);
    }
    INVARIANT((status == STATUS_INVALID) == (inflater_error(inflater)->what != NULL));
    line_reader_destroy(reader);
    inflater_destroy(inflater);
    *ret_status = status;
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice bytes = {(const char *)data, size};
    Status status;
    Status again;
    uint64_t hash = read_lines(bytes, 0, &status);
    // Where corrupt data is noticed depends on the pieces, so only whole streams are compared.
    if (read_lines(bytes, 1 + size % 50, &again) != hash) {
        INVARIANT(status == STATUS_INVALID || again == STATUS_INVALID);
    }
    return 0;
}
