#pragma once
// What stands in the files of the conformance suite (google/cel-spec tests/simple, as JSON), as values and
// types of the language. An int is {"$int": "1"}, a double {"$num": "1.5"}, bytes are {"$hex": "00ff"}; a field
// that is repeated once may stand without its list.

#include "codec/json.h"
#include "expr/env.h"

// A place in a test file; nothing when `at` is JSON_NONE. What is asked of nothing is nothing.
typedef struct Json {
    JsonTree tree;
    uint32_t at;
} Json;

bool suite_exists(Json json);
const struct json_node *suite_node(Json json);
Json suite_member(Json json, const char *key);
Slice suite_text(Json json);
Slice suite_member_text(Json json, const char *key);
bool suite_flag(Json json, const char *key);
// A field that is repeated: the items of a list, or its only item itself. Their number.
uint32_t suite_repeated(struct arena *arena, Json json, const char *key, const Json **ret_items);

// What the values and types of one test are made in.
struct suite {
    struct arena *arena;
    const struct expr_env *env; // knows the names of types
    const char *skip;           // set when something needs protobuf: why
};

struct value suite_value(struct suite *suite, Json json);
const struct type *suite_type(struct suite *suite, Json json);
