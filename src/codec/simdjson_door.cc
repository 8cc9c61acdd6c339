#include "codec/simdjson_door.h"

#include <new>
#include <simdjson.h>

static_assert(SIMDJSON_DOOR_PADDING >= simdjson::SIMDJSON_PADDING, "the promise of padding is too small");

struct simdjson_door {
    simdjson::dom::parser parser;
    explicit simdjson_door(size_t size_max) noexcept : parser(size_max) {}
};

// simdjson grows to the very size of each longer text; here the room doubles, so that it is soon warm.
static simdjson::error_code grow(struct simdjson_door *door, size_t size) {
    size_t capacity = door->parser.capacity();
    if (size <= capacity) {
        return simdjson::SUCCESS;
    }
    while (capacity < size) {
        capacity *= 2;
    }
    capacity = capacity < door->parser.max_capacity() ? capacity : door->parser.max_capacity();
    auto error = door->parser.doc.allocate(capacity);
    return error ? error : door->parser.allocate(capacity, door->parser.max_depth());
}

struct simdjson_door *simdjson_door_create(size_t size_first, size_t size_max, size_t depth_max) {
    auto door = new (std::nothrow) simdjson_door(size_max);
    if (door == nullptr) {
        return nullptr;
    }
    // simdjson counts the document itself as a level.
    if (door->parser.doc.allocate(size_first) || door->parser.allocate(size_first, depth_max + 1)) {
        delete door;
        return nullptr;
    }
    return door;
}

void simdjson_door_destroy(struct simdjson_door *door) {
    delete door;
}

int simdjson_door_parse(struct simdjson_door *door, const char *text, size_t size,
                        struct simdjson_tape *ret_tape) {
    if (auto error = grow(door, size)) {
        return error;
    }
    simdjson::dom::element root;
    auto error = door->parser.parse(text, size, false).get(root);
    if (error) {
        return error;
    }
    ret_tape->words = door->parser.doc.tape.get();
    ret_tape->strings = reinterpret_cast<const char *>(door->parser.doc.string_buf.get());
    return 0;
}
