// The conformance suite of the specification: cel_conformance FILE...
//
// Reads files of tests (conformance_suite.h), runs them and says for each file how many passed. A test
// that did not is printed with the reason. Skipped is what needs protobuf: its messages, their
// enumerations and its wrappers.
//
// The last line is "N passed, N failed, N skipped"; the exit code is 0 when some passed and none failed.

#include "expr/conformance_suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef enum Outcome { PASSED, FAILED, SKIPPED } Outcome;

struct tally {
    uint32_t counts[3];
};

// One test while it runs.
struct trial {
    struct arena *arena;
    Json json;
    Slice text;
    Slice container;
    struct expr_env *env;
    struct suite suite;
    Slice reason; // why it failed
    VEC(struct value) bindings; // by slot
};

static Outcome failed(struct trial *trial, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static Outcome failed(struct trial *trial, const char *format, ...) {
    va_list args;
    va_start(args, format);
    trial->reason = arena_vprintf(trial->arena, format, args);
    va_end(args);
    return FAILED;
}

static Outcome skipped(struct trial *trial, const char *why) {
    trial->reason = slice_of(why);
    return SKIPPED;
}

// The environment.

static void declare_function(struct trial *trial, Slice name, Json json) {
    const Json *functions;
    const Json *overloads;
    uint32_t function_count = suite_repeated(trial->arena, json, "function", &functions);
    for (uint32_t f = 0; f < function_count; f++) {
        uint32_t count = suite_repeated(trial->arena, functions[f], "overloads", &overloads);
        for (uint32_t i = 0; i < count; i++) {
            const Json *params;
            struct expr_function function = {.name = name};
            function.argument_count = suite_repeated(trial->arena, overloads[i], "params", &params);
            function.is_member = suite_flag(overloads[i], "is_instance_function");
            function.result = suite_type(&trial->suite, suite_member(overloads[i], "result_type"));
            for (uint32_t k = 0; k < function.argument_count && k < EXPR_ARGUMENTS_MAX; k++) {
                function.arguments[k] = suite_type(&trial->suite, params[k]);
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
    uint32_t count = suite_repeated(trial->arena, trial->json, "type_env", &entries);
    for (uint32_t i = 0; i < count; i++) {
        Slice name = suite_member_text(entries[i], "name");
        Json ident = suite_member(entries[i], "ident");
        if (suite_exists(ident)) {
            declare_variable(trial, name, suite_type(&trial->suite, suite_member(ident, "type")));
        }
        declare_function(trial, name, entries[i]);
    }
}

static void bind(struct trial *trial) {
    const Json *entries;
    uint32_t count = suite_repeated(trial->arena, trial->json, "bindings", &entries);
    for (uint32_t i = 0; i < count; i++) {
        Slice name = suite_member_text(entries[i], "key");
        Json given = suite_member(entries[i], "value");
        Json value = suite_member(given, "value");
        declare_variable(trial, name, TYPE(DYN));
        struct value *slot = &trial->bindings.at[expr_env_find(trial->env, name)->slot];
        *slot = suite_exists(value) ? suite_value(&trial->suite, value)
                                    : value_error(SLICE("an error is bound"));
        if (suite_exists(suite_member(given, "unknown"))) {
            trial->suite.skip = "unknown values are not part of this implementation";
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
    return suite_exists(suite_member(trial->json, "eval_error")) ||
           suite_exists(suite_member(trial->json, "any_eval_errors"));
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
    Json typed = suite_member(trial->json, "typed_result");
    Json deduced = suite_member(typed, "deduced_type");
    if (!suite_exists(deduced)) {
        return PASSED;
    }
    const struct type *expected = suite_type(&trial->suite, deduced);
    if (type_equal(expected, expr_type(expr))) {
        return PASSED;
    }
    return failed(trial, "is of type %.*s, not %.*s",
                  SLICE_ARGS(type_text(trial->arena, expr_type(expr))),
                  SLICE_ARGS(type_text(trial->arena, expected)));
}

static struct value expected_value(struct trial *trial) {
    Json value = suite_member(trial->json, "value");
    Json typed = suite_member(suite_member(trial->json, "typed_result"), "result");
    if (!suite_exists(value) && !suite_exists(typed)) {
        return value_bool(true); // what a test that says nothing expects
    }
    return suite_value(&trial->suite, suite_exists(value) ? value : typed);
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
    if (trial->suite.skip != NULL) {
        return skipped(trial, trial->suite.skip);
    }
    if (!is_error && same(&value, &expected)) {
        return PASSED;
    }
    return failed(trial, "gives %.*s, not %.*s", SLICE_ARGS(text),
                  SLICE_ARGS(value_text(trial->arena, &expected)));
}

static Outcome run_trial(struct trial *trial) {
    trial->env = expr_env_create(trial->arena, EXPR_STANDARD);
    trial->suite = (struct suite){.arena = trial->arena, .env = trial->env};
    expr_env_set_container(trial->env, trial->container);
    expr_env_set_zones(trial->env, zone_offset, NULL);
    expr_env_set_macros(trial->env, !suite_flag(trial->json, "disable_macros"));
    declare(trial);
    bind(trial);
    if (trial->suite.skip == NULL && suite_exists(suite_member(trial->json, "unknown"))) {
        trial->suite.skip = "unknown values are not part of this implementation";
    }
    if (trial->suite.skip != NULL) {
        return skipped(trial, trial->suite.skip);
    }
    struct diag_list diags;
    diag_list_init(&diags, trial->arena);
    struct expr_text text = {.text = trial->text};
    bool is_checked = !suite_flag(trial->json, "disable_check");
    const struct expr *expr = is_checked
                                  ? expr_compile(trial->env, &text, trial->arena, &diags)
                                  : expr_parse_only(trial->env, &text, trial->arena, &diags);
    if (expr == NULL) {
        return judge_refusal(trial, &diags);
    }
    Outcome outcome = is_checked ? judge_type(trial, expr) : PASSED;
    if (trial->suite.skip != NULL) {
        return skipped(trial, trial->suite.skip);
    }
    bool is_done = outcome != PASSED || suite_flag(trial->json, "check_only");
    return is_done ? outcome : judge_value(trial, expr);
}

static void run_section(const char *path, Json section, struct tally *tally) {
    static const char *const names[] = {"passed", "FAILED", "skipped"};
    const Json *tests;
    struct arena arena;
    struct arena list;
    arena_init(&arena, 64 << 10);
    arena_init(&list, 4 << 10);
    uint32_t count = suite_repeated(&list, section, "test", &tests);
    for (uint32_t i = 0; i < count; i++) {
        struct trial trial = {
            .arena = &arena,
            .json = tests[i],
            .text = suite_member_text(tests[i], "expr"),
            .container = suite_member_text(tests[i], "container"),
        };
        Outcome outcome = run_trial(&trial);
        tally->counts[outcome]++;
        if (outcome != PASSED) {
            Slice section_name = suite_member_text(section, "name");
            Slice name = suite_member_text(tests[i], "name");
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
    uint32_t count = suite_repeated(&arena, json, "section", &sections);
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
    return tally.counts[FAILED] > 0 || tally.counts[PASSED] == 0;
}
