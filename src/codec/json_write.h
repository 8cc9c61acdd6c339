#pragma once
// JSON out: the only way JSON is written here. Commas, colons and escapes are the writer's business.
//
//     struct json_writer json;
//     json_writer_init(&json, &out);             // a struct buf
//     json_object_begin(&json);
//     json_key(&json, SLICE("id"));
//     json_string(&json, id);
//     json_key_i64(&json, SLICE("rules"), 3);    // key and value in one call
//     json_object_end(&json);
//     json_writer_finish(&json);                 // an INVARIANT that all is closed
//
// The same calls give the same bytes on every machine: no blanks, numbers in the shortest form that reads back
// the same (codec/number.h), members in the order of the calls. A malformed UTF-8 byte becomes U+FFFD, so the
// result is always valid JSON; a double that is not finite becomes null. What does not fit into the buffer
// shows as buf_overflowed(). Using the writer wrongly (a value without its key) is a bug and stops.

#include "base/buf.h"
#include "codec/json.h"

enum { JSON_WRITE_DEPTH_MAX = 64 };

struct json_writer {
    struct buf *out;
    uint32_t depth;
    uint64_t objects; // one bit a level: an object
    bool separate;    // a comma goes before the next value or key
    bool keyed;       // a key was written and waits for its value
};

void json_writer_init(struct json_writer *json, struct buf *out);
void json_writer_finish(const struct json_writer *json);

void json_object_begin(struct json_writer *json);
void json_object_end(struct json_writer *json);
void json_array_begin(struct json_writer *json);
void json_array_end(struct json_writer *json);
void json_key(struct json_writer *json, Slice key);

void json_string(struct json_writer *json, Slice text);
void json_i64(struct json_writer *json, int64_t value);
void json_u64(struct json_writer *json, uint64_t value);
void json_double(struct json_writer *json, double value);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);
// A value that is JSON already; the caller answers for it.
void json_raw(struct json_writer *json, Slice rendered);
// A value that was read, with all below it.
void json_node(struct json_writer *json, JsonTree tree, uint32_t node);

static inline void json_key_string(struct json_writer *json, Slice key, Slice text) {
    json_key(json, key);
    json_string(json, text);
}

static inline void json_key_i64(struct json_writer *json, Slice key, int64_t value) {
    json_key(json, key);
    json_i64(json, value);
}

static inline void json_key_double(struct json_writer *json, Slice key, double value) {
    json_key(json, key);
    json_double(json, value);
}

static inline void json_key_bool(struct json_writer *json, Slice key, bool value) {
    json_key(json, key);
    json_bool(json, value);
}
