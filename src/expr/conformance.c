// The conformance suite of the specification: cel_conformance FILE...
//
// Reads files of tests (google/cel-spec tests/simple, as JSON, where an int is {"$int": "1"}, a
// double {"$num": "1.5"} and bytes are {"$hex": "00ff"}; a field that is repeated once may stand
// without its list), runs them and says for each file how many passed. A test that did not is
// printed with the reason. Skipped is what needs protobuf: its messages, their enumerations and its
// wrappers.
//
// The last line is "N passed, N failed, N skipped"; the exit code is 0 when nothing failed.

#include "codec/json.h"
#include "expr/env.h"
#include "expr/times.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "expr/numeral.h"

typedef enum Outcome { PASSED, FAILED, SKIPPED } Outcome;

struct tally {
    uint32_t counts[3];
};

// A value of a test file; nothing when `at` is JSON_NONE.
typedef struct Json {
    JsonTree tree;
    uint32_t at;
} Json;

// One test while it runs.
struct trial {
    struct arena *arena;
    Json json;
    Slice text;
    Slice container;
    struct expr_env *env;
    const char *skip; // why it needs protobuf, or NULL
    Slice reason;     // why it failed
    VEC(struct value) bindings; // by slot
};

static Outcome failed(struct trial *trial, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static Outcome failed(struct trial *trial, const char *format, ...) {
    enum { LONGEST = 2000 };
    char text[LONGEST];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t kept = size < LONGEST ? (size_t)size : LONGEST - 1;
    trial->reason = arena_copy(trial->arena, (Slice){text, kept});
    return FAILED;
}

static Outcome skipped(struct trial *trial, const char *why) {
    trial->reason = slice_of(why);
    return SKIPPED;
}

// Reading.

static bool exists(Json json) {
    return json.at != JSON_NONE;
}

static const struct json_node *node_of(Json json) {
    static const struct json_node nothing = {.kind = JSON_NULL};
    return exists(json) ? &json.tree.nodes[json.at] : &nothing;
}

static Json member(Json json, const char *key) {
    uint32_t at = exists(json) ? json_member(json.tree, json.at, slice_of(key)) : JSON_NONE;
    return (Json){json.tree, at};
}

static Slice text_of(Json json) {
    const struct json_node *node = node_of(json);
    return node->kind == JSON_STRING ? node->text : SLICE("");
}

static Slice member_text(Json json, const char *key) {
    return text_of(member(json, key));
}

static bool flag(Json json, const char *key) {
    return node_of(member(json, key))->kind == JSON_TRUE;
}

// An object of one member, {kind: inner}: how the suite writes what is one of several.
static bool only_member(Json json, Slice *ret_kind, Json *ret_inner) {
    if (node_of(json)->kind != JSON_OBJECT || node_of(json)->count != 1) {
        return false;
    }
    *ret_inner = (Json){json.tree, json.at + 1};
    *ret_kind = node_of(*ret_inner)->key;
    return true;
}

// A field that is repeated: a list, or its only item itself.
static uint32_t repeated(struct arena *arena, Json json, const char *key, const Json **ret_items) {
    Json field = member(json, key);
    bool is_list = node_of(field)->kind == JSON_ARRAY;
    uint32_t count = is_list ? node_of(field)->count : exists(field);
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

static struct value read_value(struct trial *trial, Json json);

static Slice number_text(Json json, const char *wrapper) {
    Json inner = member(json, wrapper);
    return text_of(exists(inner) ? inner : json);
}

static int64_t read_int(Json json) {
    int64_t value = 0;
    bool is_good = numeral_parse_int(number_text(json, "$int"), &value);
    return is_good ? value : 0;
}

static struct value read_double(Json json) {
    Slice text = number_text(json, exists(member(json, "$int")) ? "$int" : "$num");
    double value = 0;
    bool is_good = numeral_parse_double(text, &value);
    return value_double(is_good ? value : NAN);
}

static struct value read_bytes(struct trial *trial, Json json) {
    Json hex = member(json, "$hex");
    if (!exists(hex)) {
        return value_bytes(text_of(json));
    }
    size_t size = text_of(hex).size / 2;
    char *bytes = arena_alloc(trial->arena, size);
    for (size_t i = 0; i < size; i++) {
        uint64_t byte = 0;
        bool is_good = numeral_parse_digits(slice_part(text_of(hex), 2 * i, 2), 16, &byte);
        bytes[i] = is_good ? (char)byte : '?';
    }
    return value_bytes((Slice){bytes, size});
}

static struct value read_list(struct trial *trial, Json json) {
    const Json *items;
    struct value_list *list = ARENA_NEW(trial->arena, struct value_list);
    list->count = repeated(trial->arena, json, "values", &items);
    struct value *values = ARENA_ARRAY(trial->arena, struct value, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        values[i] = read_value(trial, items[i]);
    }
    list->items = values;
    return (struct value){.kind = VALUE_LIST, .list = list};
}

static struct value read_map(struct trial *trial, Json json) {
    const Json *entries;
    struct value_map *map = ARENA_NEW(trial->arena, struct value_map);
    map->count = repeated(trial->arena, json, "entries", &entries);
    struct value *keys = ARENA_ARRAY(trial->arena, struct value, map->count);
    struct value *values = ARENA_ARRAY(trial->arena, struct value, map->count);
    for (uint32_t i = 0; i < map->count; i++) {
        keys[i] = read_value(trial, member(entries[i], "key"));
        values[i] = read_value(trial, member(entries[i], "value"));
    }
    map->keys = keys;
    map->values = values;
    return (struct value){.kind = VALUE_MAP, .map = map};
}

// Of the messages only moments and spans are values of the language itself.
static struct value read_object(struct trial *trial, Json json) {
    struct value value = {.kind = VALUE_NULL};
    Slice type = SLICE("");
    Json inner;
    if (!only_member(json, &type, &inner)) {
        return value_error(SLICE("the test's value is malformed"));
    }
    bool is_timestamp = slice_is(type, "[type.googleapis.com/google.protobuf.Timestamp]");
    bool is_duration = slice_is(type, "[type.googleapis.com/google.protobuf.Duration]");
    if (!is_timestamp && !is_duration) {
        trial->skip = "a value is a protobuf message";
        return value;
    }
    value.kind = is_timestamp ? VALUE_TIMESTAMP : VALUE_DURATION;
    value.time.seconds = read_int(member(inner, "seconds"));
    value.time.nanos = (int32_t)read_int(member(inner, "nanos"));
    return value;
}

static struct value read_type(struct trial *trial, Slice name) {
    const struct type *type = env_find_type(trial->env, name);
    if (type == NULL) {
        trial->skip = "a type is a protobuf type";
        type = TYPE(ERROR);
    }
    return (struct value){.kind = VALUE_TYPE, .type = type};
}

static struct value read_value(struct trial *trial, Json json) {
    Slice kind;
    Json inner;
    if (!only_member(json, &kind, &inner)) {
        return value_error(SLICE("the test's value is malformed"));
    }
    if (slice_is(kind, "null_value")) {
        return (struct value){.kind = VALUE_NULL};
    }
    if (slice_is(kind, "bool_value")) {
        return value_bool(node_of(inner)->kind == JSON_TRUE);
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
        return value_string(text_of(inner));
    }
    if (slice_is(kind, "bytes_value")) {
        return read_bytes(trial, inner);
    }
    if (slice_is(kind, "list_value")) {
        return read_list(trial, inner);
    }
    if (slice_is(kind, "map_value")) {
        return read_map(trial, inner);
    }
    if (slice_is(kind, "type_value")) {
        return read_type(trial, text_of(inner));
    }
    if (slice_is(kind, "object_value")) {
        return read_object(trial, inner);
    }
    if (slice_is(kind, "enum_value")) {
        trial->skip = "a value is a protobuf enumeration";
        return (struct value){.kind = VALUE_NULL};
    }
    return value_error(SLICE("the test's value is of an unknown kind"));
}

// Equal to the last: an int is no double here, and not-a-number equals itself.
static bool same(const struct value *left, const struct value *right) {
    if (left->kind != right->kind) {
        return false;
    }
    switch (left->kind) {
    case VALUE_DOUBLE:
        return left->number == right->number || (isnan(left->number) && isnan(right->number));
    case VALUE_LIST:
        for (uint32_t i = 0; i < left->list->count && i < right->list->count; i++) {
            if (!same(&left->list->items[i], &right->list->items[i])) {
                return false;
            }
        }
        return left->list->count == right->list->count;
    case VALUE_MAP:
        for (uint32_t i = 0; i < left->map->count; i++) {
            uint32_t steps = UINT32_MAX;
            const struct value *other = value_map_get(right->map, &left->map->keys[i], &steps);
            if (other == NULL || !same(&left->map->values[i], other)) {
                return false;
            }
        }
        return left->map->count == right->map->count;
    default:
        return value_equal(left, right);
    }
}

// Types.

static const struct type *read_static_type(struct trial *trial, Json json);

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

static const struct type *well_known(struct trial *trial, Slice name) {
    if (slice_is(name, "TIMESTAMP") || slice_is(name, "google.protobuf.Timestamp")) {
        return TYPE(TIMESTAMP);
    }
    if (slice_is(name, "DURATION") || slice_is(name, "google.protobuf.Duration")) {
        return TYPE(DURATION);
    }
    trial->skip = "a type is a protobuf message";
    return TYPE(DYN);
}

static const struct type *abstract(struct trial *trial, Json json) {
    const Json *parts;
    uint32_t count = repeated(trial->arena, json, "parameter_types", &parts);
    Slice name = member_text(json, "name");
    const struct type **arguments = ARENA_ARRAY(trial->arena, const struct type *, count);
    for (uint32_t i = 0; i < count; i++) {
        arguments[i] = read_static_type(trial, parts[i]);
    }
    if (slice_is(name, "optional_type") && count == 1) {
        return type_optional(trial->arena, arguments[0]);
    }
    const struct type *known = count == 0 ? env_find_type(trial->env, name) : NULL;
    return known != NULL ? known : type_opaque(trial->arena, name, arguments, count);
}

static const struct type *read_static_type(struct trial *trial, Json json) {
    Slice kind;
    Json inner;
    if (!only_member(json, &kind, &inner)) {
        return TYPE(ERROR);
    }
    if (node_of(inner)->kind == JSON_ARRAY && node_of(inner)->count == 1) {
        inner.at++;
    }
    if (slice_is(kind, "primitive")) {
        return primitive(text_of(inner));
    }
    if (slice_is(kind, "dyn")) {
        return TYPE(DYN);
    }
    if (slice_is(kind, "null")) {
        return TYPE(NULL);
    }
    if (slice_is(kind, "list_type")) {
        return type_list(trial->arena, read_static_type(trial, member(inner, "elem_type")));
    }
    if (slice_is(kind, "map_type")) {
        return type_map(trial->arena, read_static_type(trial, member(inner, "key_type")),
                        read_static_type(trial, member(inner, "value_type")));
    }
    if (slice_is(kind, "type")) {
        return node_of(inner)->count == 0 ? TYPE(TYPE)
                                 : type_of(trial->arena, read_static_type(trial, inner));
    }
    if (slice_is(kind, "type_param")) {
        return type_param(trial->arena, (uint32_t)(unsigned char)text_of(inner).at[0] - 'A');
    }
    if (slice_is(kind, "abstract_type")) {
        return abstract(trial, inner);
    }
    if (slice_is(kind, "well_known") || slice_is(kind, "message_type")) {
        return well_known(trial, text_of(inner));
    }
    trial->skip = "a type is a protobuf wrapper";
    return TYPE(DYN);
}

// The environment.

static void declare_function(struct trial *trial, Slice name, Json json) {
    const Json *functions;
    const Json *overloads;
    uint32_t function_count = repeated(trial->arena, json, "function", &functions);
    for (uint32_t f = 0; f < function_count; f++) {
        uint32_t count = repeated(trial->arena, functions[f], "overloads", &overloads);
        for (uint32_t i = 0; i < count; i++) {
            const Json *params;
            struct expr_function function = {.name = name};
            function.argument_count = repeated(trial->arena, overloads[i], "params", &params);
            function.is_member = flag(overloads[i], "is_instance_function");
            function.result = read_static_type(trial, member(overloads[i], "result_type"));
            for (uint32_t k = 0; k < function.argument_count && k < EXPR_ARGUMENTS_MAX; k++) {
                function.arguments[k] = read_static_type(trial, params[k]);
            }
            if (function.argument_count <= EXPR_ARGUMENTS_MAX) {
                expr_env_add_function(trial->env, &function);
            }
        }
    }
}

static void declare_variable(struct trial *trial, Slice name, const struct type *type) {
    struct expr_variable variable = {.name = name, .type = type, .slot = trial->bindings.count};
    if (expr_env_add_variable(trial->env, &variable)) {
        VEC_PUSH(&trial->bindings, trial->arena)->kind = VALUE_MISSING;
    }
}

static void declare(struct trial *trial) {
    const Json *entries;
    uint32_t count = repeated(trial->arena, trial->json, "type_env", &entries);
    for (uint32_t i = 0; i < count; i++) {
        Slice name = member_text(entries[i], "name");
        Json ident = member(entries[i], "ident");
        if (exists(ident)) {
            declare_variable(trial, name, read_static_type(trial, member(ident, "type")));
        }
        declare_function(trial, name, entries[i]);
    }
}

static void bind(struct trial *trial) {
    const Json *entries;
    uint32_t count = repeated(trial->arena, trial->json, "bindings", &entries);
    for (uint32_t i = 0; i < count; i++) {
        Slice name = member_text(entries[i], "key");
        Json given = member(entries[i], "value");
        Json value = member(given, "value");
        declare_variable(trial, name, TYPE(DYN));
        struct value *slot = &trial->bindings.at[expr_env_find(trial->env, name)->slot];
        *slot = exists(value) ? read_value(trial, value) : value_error(SLICE("an error is bound"));
        if (exists(member(given, "unknown"))) {
            trial->skip = "unknown values are not part of this implementation";
        }
    }
}

static bool read_binding(void *context, uint32_t slot, struct arena *scratch,
                         struct value *ret_value) {
    (void)scratch;
    const struct trial *trial = context;
    *ret_value = trial->bindings.at[slot];
    return ret_value->kind != VALUE_MISSING;
}

// The C library knows the zones of the system; its answer depends on a variable of the environment.
static bool zone_offset(void *context, Slice zone, int64_t time_s, int64_t *ret_offset_s) {
    enum { LONGEST = 100 };
    char path[LONGEST + 40];
    (void)context;
    if (zone.size > LONGEST || slice_find(zone, SLICE(".."), 0) != SIZE_MAX) {
        return false;
    }
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", SLICE_ARGS(zone));
    if (zone.size == 0 || access(path, R_OK) != 0) {
        return false;
    }
    snprintf(path, sizeof path, ":%.*s", SLICE_ARGS(zone));
    setenv("TZ", path, 1);
    tzset();
    struct tm local;
    time_t moment = (time_t)time_s;
    if (localtime_r(&moment, &local) == NULL) {
        return false;
    }
    *ret_offset_s = local.tm_gmtoff;
    return true;
}

// Outcomes.

// Names that only protobuf could give a meaning.
static bool mentions_protobuf(const struct trial *trial) {
    Slice packages[] = {SLICE("cel.expr.conformance.proto"), SLICE("google.protobuf")};
    for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++) {
        if (slice_find(trial->text, packages[i], 0) != SIZE_MAX ||
            slice_starts_with(trial->container, packages[i])) {
            return true;
        }
    }
    return false;
}

static bool is_code(const struct diag *diag, const char *code) {
    return strcmp(diag->code, code) == 0;
}

static bool expects_error(const struct trial *trial) {
    return exists(member(trial->json, "eval_error")) ||
           exists(member(trial->json, "any_eval_errors"));
}

static Outcome judge_refusal(struct trial *trial, const struct diag_list *diags) {
    for (uint32_t i = 0; i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];
        bool is_unknown = is_code(diag, "EX010") || is_code(diag, "EX011");
        if (is_code(diag, "EX005")) {
            return skipped(trial, "a message is made");
        }
        if (is_unknown && mentions_protobuf(trial)) {
            return skipped(trial, "a name belongs to protobuf");
        }
    }
    if (expects_error(trial)) {
        return PASSED;
    }
    struct buf text;
    buf_init(&text, 4000);
    diag_render(&diags->items[0], &text);
    Outcome outcome = failed(trial, "does not compile: %.*s", SLICE_ARGS(buf_slice(&text)));
    buf_deinit(&text);
    return outcome;
}

static Outcome judge_type(struct trial *trial, const struct expr *expr) {
    Json typed = member(trial->json, "typed_result");
    Json deduced = member(typed, "deduced_type");
    if (!exists(deduced)) {
        return PASSED;
    }
    const struct type *expected = read_static_type(trial, deduced);
    if (type_equal(expected, expr_type(expr))) {
        return PASSED;
    }
    return failed(trial, "is of type %.*s, not %.*s",
                  SLICE_ARGS(type_text(trial->arena, expr_type(expr))),
                  SLICE_ARGS(type_text(trial->arena, expected)));
}

static struct value expected_value(struct trial *trial) {
    Json value = member(trial->json, "value");
    Json typed = member(member(trial->json, "typed_result"), "result");
    if (!exists(value) && !exists(typed)) {
        return value_bool(true); // what a test that says nothing expects
    }
    return read_value(trial, exists(value) ? value : typed);
}

static Outcome judge_value(struct trial *trial, const struct expr *expr) {
    struct expr_input input = {.context = trial, .read = read_binding};
    struct value value;
    Status status = expr_evaluate(expr, &input, trial->arena, &value);
    bool is_error = status != STATUS_OK;
    bool is_unknown = is_error && slice_starts_with(value.text, SLICE("unknown "));
    if (is_unknown && mentions_protobuf(trial)) {
        return skipped(trial, "a name belongs to protobuf");
    }
    Slice text = value_text(trial->arena, &value);
    if (expects_error(trial)) {
        return is_error ? PASSED : failed(trial, "gives %.*s, not an error", SLICE_ARGS(text));
    }
    struct value expected = expected_value(trial);
    if (trial->skip != NULL) {
        return skipped(trial, trial->skip);
    }
    if (!is_error && same(&value, &expected)) {
        return PASSED;
    }
    return failed(trial, "gives %.*s, not %.*s", SLICE_ARGS(text),
                  SLICE_ARGS(value_text(trial->arena, &expected)));
}

static Outcome run_trial(struct trial *trial) {
    trial->env = expr_env_create(trial->arena, EXPR_STANDARD);
    expr_env_set_container(trial->env, trial->container);
    expr_env_set_zones(trial->env, zone_offset, NULL);
    expr_env_set_macros(trial->env, !flag(trial->json, "disable_macros"));
    declare(trial);
    bind(trial);
    if (trial->skip == NULL && exists(member(trial->json, "unknown"))) {
        trial->skip = "unknown values are not part of this implementation";
    }
    if (trial->skip != NULL) {
        return skipped(trial, trial->skip);
    }
    struct diag_list diags;
    diag_list_init(&diags, trial->arena);
    struct expr_text text = {.text = trial->text};
    bool is_checked = !flag(trial->json, "disable_check");
    const struct expr *expr = is_checked
                                  ? expr_compile(trial->env, &text, trial->arena, &diags)
                                  : expr_parse_only(trial->env, &text, trial->arena, &diags);
    if (expr == NULL) {
        return judge_refusal(trial, &diags);
    }
    Outcome outcome = is_checked ? judge_type(trial, expr) : PASSED;
    if (trial->skip != NULL) {
        return skipped(trial, trial->skip);
    }
    bool is_done = outcome != PASSED || flag(trial->json, "check_only");
    return is_done ? outcome : judge_value(trial, expr);
}

static void run_section(const char *path, Json section, struct tally *tally) {
    static const char *const names[] = {"passed", "FAILED", "skipped"};
    const Json *tests;
    struct arena arena;
    struct arena list;
    arena_init(&arena, 64 << 10);
    arena_init(&list, 4 << 10);
    uint32_t count = repeated(&list, section, "test", &tests);
    for (uint32_t i = 0; i < count; i++) {
        struct trial trial = {
            .arena = &arena,
            .json = tests[i],
            .text = member_text(tests[i], "expr"),
            .container = member_text(tests[i], "container"),
        };
        Outcome outcome = run_trial(&trial);
        tally->counts[outcome]++;
        if (outcome != PASSED) {
            Slice section_name = member_text(section, "name");
            Slice name = member_text(tests[i], "name");
            printf("%s: %s/%.*s/%.*s: %.*s: %.*s\n", names[outcome], path, SLICE_ARGS(section_name),
                   SLICE_ARGS(name), SLICE_ARGS(trial.text), SLICE_ARGS(trial.reason));
        }
        arena_reset(&arena);
    }
    arena_deinit(&list);
    arena_deinit(&arena);
}

static bool read_file(const char *path, struct arena *arena, Slice *ret_text) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    enum { LARGEST = 64 << 20, STEP = 64 << 10 };
    struct buf text;
    buf_init(&text, LARGEST);
    char *room;
    while ((room = buf_reserve(&text, STEP)) != NULL) {
        size_t size = fread(room, 1, STEP, file);
        buf_advance(&text, size);
        if (size == 0) {
            break;
        }
    }
    fclose(file);
    *ret_text = arena_copy(arena, buf_slice(&text));
    buf_deinit(&text);
    return true;
}

static void run_file(const char *path, struct tally *all) {
    enum { SIZE_MAX_OF_FILE = 64 << 20, DEPTH_MAX = 1000 };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct json_reader *reader = json_reader_create(SIZE_MAX_OF_FILE, DEPTH_MAX);
    struct tally tally = {0};
    Slice text;
    Json json = {.at = JSON_NONE};
    if (read_file(path, &arena, &text) && json_parse(reader, text, &json.tree) == STATUS_OK) {
        json.at = 0;
    } else {
        printf("FAILED: %s: cannot be read\n", path);
        tally.counts[FAILED]++;
    }
    const Json *sections;
    uint32_t count = repeated(&arena, json, "section", &sections);
    for (uint32_t i = 0; i < count; i++) {
        run_section(path, sections[i], &tally);
    }
    printf("%s: %u passed, %u failed, %u skipped\n", path, tally.counts[PASSED],
           tally.counts[FAILED], tally.counts[SKIPPED]);
    for (int i = 0; i < 3; i++) {
        all->counts[i] += tally.counts[i];
    }
    json_reader_destroy(reader);
    arena_deinit(&arena);
}

int main(int argc, char **argv) {
    struct tally tally = {0};
    for (int i = 1; i < argc; i++) {
        run_file(argv[i], &tally);
    }
    printf("%u passed, %u failed, %u skipped\n", tally.counts[PASSED], tally.counts[FAILED],
           tally.counts[SKIPPED]);
    return tally.counts[FAILED] > 0;
}
