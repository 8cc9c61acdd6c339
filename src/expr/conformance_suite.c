#include "expr/conformance_suite.h"

#include "expr/numeral.h"

#include <math.h>

bool suite_exists(Json json) {
    return json.at != JSON_NONE;
}

const struct json_node *suite_node(Json json) {
    static const struct json_node nothing = {.kind = JSON_NULL};
    return suite_exists(json) ? &json.tree.nodes[json.at] : &nothing;
}

Json suite_member(Json json, const char *key) {
    uint32_t at = suite_exists(json) ? json_member(json.tree, json.at, slice_of(key)) : JSON_NONE;
    return (Json){json.tree, at};
}

Slice suite_text(Json json) {
    const struct json_node *node = suite_node(json);
    return node->kind == JSON_STRING ? node->text : SLICE("");
}

Slice suite_member_text(Json json, const char *key) {
    return suite_text(suite_member(json, key));
}

bool suite_flag(Json json, const char *key) {
    return suite_node(suite_member(json, key))->kind == JSON_TRUE;
}

// An object of one member, {kind: inner}: how the suite writes what is one of several.
static bool only_member(Json json, Slice *ret_kind, Json *ret_inner) {
    if (suite_node(json)->kind != JSON_OBJECT || suite_node(json)->count != 1) {
        return false;
    }
    *ret_inner = (Json){json.tree, json.at + 1};
    *ret_kind = suite_node(*ret_inner)->key;
    return true;
}

uint32_t suite_repeated(struct arena *arena, Json json, const char *key, const Json **ret_items) {
    Json field = suite_member(json, key);
    bool is_list = suite_node(field)->kind == JSON_ARRAY;
    uint32_t count = is_list ? suite_node(field)->count : suite_exists(field);
    Json *items = ARENA_ARRAY(arena, Json, count);
    *ret_items = items;
    if (!is_list) {
        if (count > 0) {
            *items = field;
        }
        return count;
    }
    JSON_EACH(field.tree, field.at, i) {
        *items++ = (Json){field.tree, i};
    }
    return count;
}

// Values.

static Slice number_text(Json json, const char *wrapper) {
    Json inner = suite_member(json, wrapper);
    return suite_text(suite_exists(inner) ? inner : json);
}

static int64_t read_int(Json json) {
    int64_t value = 0;
    bool is_good = numeral_parse_int(number_text(json, "$int"), &value);
    return is_good ? value : 0;
}

static struct value read_double(Json json) {
    Slice text = number_text(json, suite_exists(suite_member(json, "$int")) ? "$int" : "$num");
    double value = 0;
    bool is_good = numeral_parse_double(text, &value);
    return value_double(is_good ? value : NAN);
}

static struct value read_bytes(struct suite *suite, Json json) {
    Json hex = suite_member(json, "$hex");
    if (!suite_exists(hex)) {
        return value_bytes(suite_text(json));
    }
    size_t size = suite_text(hex).size / 2;
    char *bytes = arena_alloc(suite->arena, size);
    for (size_t i = 0; i < size; i++) {
        uint64_t byte = 0;
        bool is_good = numeral_parse_digits(slice_part(suite_text(hex), 2 * i, 2), 16, &byte);
        bytes[i] = is_good ? (char)byte : '?';
    }
    return value_bytes((Slice){bytes, size});
}

static struct value read_list(struct suite *suite, Json json) {
    const Json *items;
    struct value_list *list = ARENA_NEW(suite->arena, struct value_list);
    list->count = suite_repeated(suite->arena, json, "values", &items);
    struct value *values = ARENA_ARRAY(suite->arena, struct value, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        values[i] = suite_value(suite, items[i]);
    }
    list->items = values;
    return (struct value){.kind = VALUE_LIST, .list = list};
}

static struct value read_map(struct suite *suite, Json json) {
    const Json *entries;
    struct value_map *map = ARENA_NEW(suite->arena, struct value_map);
    map->count = suite_repeated(suite->arena, json, "entries", &entries);
    struct value *keys = ARENA_ARRAY(suite->arena, struct value, map->count);
    struct value *values = ARENA_ARRAY(suite->arena, struct value, map->count);
    for (uint32_t i = 0; i < map->count; i++) {
        keys[i] = suite_value(suite, suite_member(entries[i], "key"));
        values[i] = suite_value(suite, suite_member(entries[i], "value"));
    }
    map->keys = keys;
    map->values = values;
    return (struct value){.kind = VALUE_MAP, .map = map};
}

// Of the messages only moments and spans are values of the language itself.
static struct value read_object(struct suite *suite, Json json) {
    struct value value = {.kind = VALUE_NULL};
    Slice type = SLICE("");
    Json inner;
    if (!only_member(json, &type, &inner)) {
        return value_error(SLICE("the test's value is malformed"));
    }
    bool is_timestamp = slice_is(type, "[type.googleapis.com/google.protobuf.Timestamp]");
    bool is_duration = slice_is(type, "[type.googleapis.com/google.protobuf.Duration]");
    if (!is_timestamp && !is_duration) {
        suite->skip = "a value is a protobuf message";
        return value;
    }
    value.kind = is_timestamp ? VALUE_TIMESTAMP : VALUE_DURATION;
    value.time.seconds = read_int(suite_member(inner, "seconds"));
    value.time.nanos = (int32_t)read_int(suite_member(inner, "nanos"));
    return value;
}

static struct value read_type(struct suite *suite, Slice name) {
    const struct type *type = env_find_type(suite->env, name);
    if (type == NULL) {
        suite->skip = "a type is a protobuf type";
        type = TYPE(ERROR);
    }
    return (struct value){.kind = VALUE_TYPE, .type = type};
}

struct value suite_value(struct suite *suite, Json json) {
    Slice kind;
    Json inner;
    if (!only_member(json, &kind, &inner)) {
        return value_error(SLICE("the test's value is malformed"));
    }
    if (slice_is(kind, "null_value")) {
        return (struct value){.kind = VALUE_NULL};
    }
    if (slice_is(kind, "bool_value")) {
        return value_bool(suite_node(inner)->kind == JSON_TRUE);
    }
    if (slice_is(kind, "int64_value")) {
        return value_int(read_int(inner));
    }
    if (slice_is(kind, "uint64_value")) {
        uint64_t value = 0;
        bool is_good = numeral_parse_uint(number_text(inner, "$int"), &value);
        return is_good ? value_uint(value) : value_error(SLICE("the test's value is malformed"));
    }
    if (slice_is(kind, "double_value")) {
        return read_double(inner);
    }
    if (slice_is(kind, "string_value")) {
        return value_string(suite_text(inner));
    }
    if (slice_is(kind, "bytes_value")) {
        return read_bytes(suite, inner);
    }
    if (slice_is(kind, "list_value")) {
        return read_list(suite, inner);
    }
    if (slice_is(kind, "map_value")) {
        return read_map(suite, inner);
    }
    if (slice_is(kind, "type_value")) {
        return read_type(suite, suite_text(inner));
    }
    if (slice_is(kind, "object_value")) {
        return read_object(suite, inner);
    }
    if (slice_is(kind, "enum_value")) {
        suite->skip = "a value is a protobuf enumeration";
        return (struct value){.kind = VALUE_NULL};
    }
    return value_error(SLICE("the test's value is of an unknown kind"));
}

// Types.

static const struct type *primitive(Slice name) {
    static const struct {
        const char *name;
        TypeKind kind;
    } names[] = {
        {"BOOL", TYPE_BOOL},     {"INT64", TYPE_INT},     {"UINT64", TYPE_UINT},
        {"DOUBLE", TYPE_DOUBLE}, {"STRING", TYPE_STRING}, {"BYTES", TYPE_BYTES},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (slice_is(name, names[i].name)) {
            return &type_constants[names[i].kind];
        }
    }
    return TYPE(ERROR);
}

static const struct type *well_known(struct suite *suite, Slice name) {
    if (slice_is(name, "TIMESTAMP") || slice_is(name, "google.protobuf.Timestamp")) {
        return TYPE(TIMESTAMP);
    }
    if (slice_is(name, "DURATION") || slice_is(name, "google.protobuf.Duration")) {
        return TYPE(DURATION);
    }
    suite->skip = "a type is a protobuf message";
    return TYPE(DYN);
}

static const struct type *abstract(struct suite *suite, Json json) {
    const Json *parts;
    uint32_t count = suite_repeated(suite->arena, json, "parameter_types", &parts);
    Slice name = suite_member_text(json, "name");
    const struct type **arguments = ARENA_ARRAY(suite->arena, const struct type *, count);
    for (uint32_t i = 0; i < count; i++) {
        arguments[i] = suite_type(suite, parts[i]);
    }
    if (slice_is(name, "optional_type") && count == 1) {
        return type_optional(suite->arena, arguments[0]);
    }
    const struct type *known = count == 0 ? env_find_type(suite->env, name) : NULL;
    return known != NULL ? known : type_opaque(suite->arena, name, arguments, count);
}

const struct type *suite_type(struct suite *suite, Json json) {
    Slice kind;
    Json inner;
    if (!only_member(json, &kind, &inner)) {
        return TYPE(ERROR);
    }
    if (suite_node(inner)->kind == JSON_ARRAY && suite_node(inner)->count == 1) {
        inner.at++;
    }
    if (slice_is(kind, "primitive")) {
        return primitive(suite_text(inner));
    }
    if (slice_is(kind, "dyn")) {
        return TYPE(DYN);
    }
    if (slice_is(kind, "null")) {
        return TYPE(NULL);
    }
    if (slice_is(kind, "list_type")) {
        return type_list(suite->arena, suite_type(suite, suite_member(inner, "elem_type")));
    }
    if (slice_is(kind, "map_type")) {
        return type_map(suite->arena, suite_type(suite, suite_member(inner, "key_type")),
                        suite_type(suite, suite_member(inner, "value_type")));
    }
    if (slice_is(kind, "type")) {
        return suite_node(inner)->count == 0 ? TYPE(TYPE)
                                 : type_of(suite->arena, suite_type(suite, inner));
    }
    if (slice_is(kind, "type_param")) {
        return type_param(suite->arena, (uint32_t)(unsigned char)suite_text(inner).at[0] - 'A');
    }
    if (slice_is(kind, "abstract_type")) {
        return abstract(suite, inner);
    }
    if (slice_is(kind, "well_known") || slice_is(kind, "message_type")) {
        return well_known(suite, suite_text(inner));
    }
    suite->skip = "a type is a protobuf wrapper";
    return TYPE(DYN);
}
