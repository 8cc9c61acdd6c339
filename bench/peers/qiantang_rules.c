// peer_rules [--json] [--passes N] [DIR]: the 600 rules in Qiantang's own predicate table, on the same 512 events.
//
// DIR holds rules.json, events.ndjson and hits.ndjson. Every event's hits must be those of hits.ndjson, on all rules and
// on those of its type, before the clock counts. Then the same for 10,000 rules, which are the 600 with their numbers moved a
// little, seeded; their hits on some events must be those of the plain evaluator.
//
// "Given features": all values are at hand as doubles and texts, as they are in the engine once features are computed. Texts
// are free texts here, which the table must look up; in a pack most are enumerations and come as numbers.

#include "base/random.h"
#include "base/vec.h"
#include "codec/json.h"
#include "expr/table.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { VARIABLES_MAX = 2048, EVENTS_MAX = 512, TYPES_MAX = 64, MANY_RULES = 10000, CHECKED_EVENTS = 16 };

struct event {
    uint32_t type;
    double *numbers; // by slot
    struct value *values;
};

struct rule {
    Slice id;
    Slice text;
    uint64_t on; // types
    const struct expr *expr;
};

struct rule_set {
    struct rule *rules;
    uint32_t count;
    struct expr_table *table;
    const struct table_plan *all;
    const struct table_plan *typed[TYPES_MAX];
    uint32_t *typed_rules[TYPES_MAX];
    uint32_t typed_counts[TYPES_MAX];
    struct table_run *run;
    uint32_t *hits;
    double compile_ms;
};

struct bench {
    struct arena arena;
    struct json_reader *reader;
    struct expr_env *env;
    struct map variables;
    struct map types;
    struct map listed; // "list\nkey"
    struct table_slot slots[VARIABLES_MAX];
    struct event events[EVENTS_MAX];
    uint32_t event_count;
    const struct event *event; // at hand
    struct event copy;
    bool at_hand; // each event's values are copied to one place before its clock starts, as the engine has computed them there
    struct table_host host;
    uint32_t passes;
    bool as_json;
};

static void fail(const char *what, Slice about) {
    fprintf(stderr, "%s: %.*s\n", what, SLICE_ARGS(about));
    exit(1);
}

static Slice read_file(struct bench *bench, const char *directory, const char *name) {
    Slice path = arena_printf(&bench->arena, "%s/%s%c", directory, name, '\0');
    FILE *file = fopen(path.at, "rb");
    if (file == NULL) {
        fail("cannot open", path);
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *bytes = arena_alloc(&bench->arena, size + 1);
    if (fread(bytes, 1, size, file) != size) {
        fail("cannot read", path);
    }
    fclose(file);
    return (Slice){bytes, size};
}

static JsonTree parse(struct bench *bench, Slice text) {
    JsonTree tree;
    if (json_parse(bench->reader, text, &tree) != STATUS_OK) {
        fail("not JSON", slice_part(text, 0, 80));
    }
    return tree;
}

static uint32_t number_of_name(struct bench *bench, struct map *names, Slice name) {
    uint32_t found = map_get(names, name);
    if (found == MAP_NONE) {
        found = names->count;
        map_put(names, arena_copy(&bench->arena, name), found);
    }
    return found;
}

// ---- the events ------------------------------------------------------------------------------------------

static const struct type *type_of_node(struct bench *bench, const struct json_node *node) {
    switch (node->kind) {
    case JSON_TRUE:
    case JSON_FALSE:
        return TYPE(BOOL);
    case JSON_STRING:
        return TYPE(STRING);
    case JSON_ARRAY:
        return type_list(&bench->arena, TYPE(STRING));
    default:
        return TYPE(DOUBLE);
    }
}

static struct value text_of(struct bench *bench, const struct json_node *node) {
    return value_string(arena_copy(&bench->arena, node->text));
}

static struct value value_of(struct bench *bench, JsonTree tree, uint32_t index) {
    const struct json_node *node = &tree.nodes[index];
    double number = NAN;
    if (node->kind == JSON_STRING) {
        return text_of(bench, node);
    }
    if (node->kind == JSON_TRUE || node->kind == JSON_FALSE) {
        return value_bool(node->kind == JSON_TRUE);
    }
    if (node->kind == JSON_ARRAY) {
        struct value *items = ARENA_ARRAY(&bench->arena, struct value, node->count + 1);
        struct value_list *list = ARENA_NEW(&bench->arena, struct value_list);
        JSON_EACH(tree, index, i) {
            items[list->count++] = text_of(bench, &tree.nodes[i]);
        }
        list->items = items;
        return (struct value){.kind = VALUE_LIST, .list = list};
    }
    json_number(node, &number);
    return value_double(number);
}

// Each value below a node is a variable: prof.cust.age.
static void read_values(struct bench *bench, JsonTree tree, uint32_t object, Slice prefix, struct event *event) {
    JSON_EACH(tree, object, i) {
        const struct json_node *node = &tree.nodes[i];
        Slice name = prefix.size == 0 ? node->key
                                      : arena_printf(&bench->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(node->key));
        if (node->kind == JSON_OBJECT) {
            read_values(bench, tree, i, name, event);
            continue;
        }
        uint32_t slot = number_of_name(bench, &bench->variables, name);
        if (!bench->slots[slot].exists) {
            const struct type *type = type_of_node(bench, node);
            bench->slots[slot] = (struct table_slot){.exists = true, .group = TABLE_NO_GROUP, .type = type};
            expr_env_add_variable(bench->env, &(struct expr_variable){arena_copy(&bench->arena, name), type, NULL, slot});
        }
        struct value value = value_of(bench, tree, i);
        event->values[slot] = value;
        event->numbers[slot] = value.kind == VALUE_BOOL ? value.boolean : value.kind == VALUE_DOUBLE ? value.number : NAN;
    }
}

static void read_lists(struct bench *bench, JsonTree tree, uint32_t lists) {
    JSON_EACH(tree, lists, list) {
        JSON_EACH(tree, list, key) {
            Slice both = arena_printf(&bench->arena, "%.*s\n%.*s", SLICE_ARGS(tree.nodes[list].key),
                                      SLICE_ARGS(tree.nodes[key].text));
            map_put(&bench->listed, both, 0);
        }
    }
}

static void read_event(struct bench *bench, Slice line) {
    JsonTree tree = parse(bench, line);
    struct event *event = &bench->events[bench->event_count++];
    event->numbers = ARENA_ARRAY(&bench->arena, double, VARIABLES_MAX);
    event->values = ARENA_ARRAY(&bench->arena, struct value, VARIABLES_MAX);
    JSON_EACH(tree, 0, i) {
        const struct json_node *node = &tree.nodes[i];
        if (slice_is(node->key, "event_type")) {
            event->type = number_of_name(bench, &bench->types, node->text);
        } else if (slice_is(node->key, "lists")) {
            read_lists(bench, tree, i);
        } else {
            read_values(bench, tree, i, node->key, event);
        }
    }
}

// ---- the host --------------------------------------------------------------------------------------------

static double host_number(void *context, uint32_t slot) {
    const struct bench *bench = context;
    return bench->event->numbers[slot];
}

static bool host_text(void *context, uint32_t slot, Slice *ret_text) {
    const struct bench *bench = context;
    *ret_text = bench->event->values[slot].text;
    return true;
}

static void host_need(void *context, const uint64_t *groups, size_t word_count) {
    (void)context, (void)groups, (void)word_count; // everything is at hand
}

static bool host_read(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    (void)scratch;
    const struct bench *bench = context;
    *ret_value = bench->event->values[slot];
    return true;
}

static Status in_list(void *context, uint32_t id, const struct value *arguments, struct arena *scratch,
                      struct value *ret_value) {
    (void)id;
    struct bench *bench = context;
    Slice list = arguments[0].text;
    Slice key = arguments[1].text;
    char *both = arena_alloc_raw(scratch, list.size + 1 + key.size);
    memcpy(both, list.at, list.size);
    both[list.size] = '\n';
    memcpy(both + list.size + 1, key.at, key.size);
    *ret_value = value_bool(map_get(&bench->listed, (Slice){both, list.size + 1 + key.size}) != MAP_NONE);
    return STATUS_OK;
}

// ---- the rules -------------------------------------------------------------------------------------------

static void read_rules(struct bench *bench, Slice text, struct rule_set *set) {
    JsonTree tree = parse(bench, text);
    set->rules = ARENA_ARRAY(&bench->arena, struct rule, tree.nodes[0].count);
    JSON_EACH(tree, 0, i) {
        struct rule *rule = &set->rules[set->count++];
        rule->id = arena_copy(&bench->arena, tree.nodes[json_member(tree, i, SLICE("id"))].text);
        rule->text = arena_copy(&bench->arena, tree.nodes[json_member(tree, i, SLICE("expr"))].text);
        uint32_t on = json_member(tree, i, SLICE("on"));
        JSON_EACH(tree, on, type) {
            rule->on |= UINT64_C(1) << number_of_name(bench, &bench->types, tree.nodes[type].text);
        }
    }
}

static bool is_name_byte(char byte) {
    return byte == '_' || byte == '.' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

// The rule with each of its numbers moved by up to a quarter; whole numbers from 10 on stay whole.
static Slice moved(struct bench *bench, Slice text, struct random *random) {
    struct buf out;
    buf_init(&out, 1 << 20);
    bool in_text = false;
    for (size_t i = 0; i < text.size;) {
        char byte = text.at[i];
        in_text ^= byte == '"';
        bool starts_number = !in_text && byte >= '0' && byte <= '9' && (i == 0 || !is_name_byte(text.at[i - 1]));
        if (!starts_number) {
            buf_put_byte(&out, byte);
            i++;
            continue;
        }
        char *end;
        double number = strtod(text.at + i, &end);
        double changed = number * (0.75 + 0.5 * random_unit(random));
        buf_printf(&out, "%.6g", number >= 10 && number == floor(number) ? round(changed) : changed);
        i = (size_t)(end - text.at);
    }
    Slice made = arena_copy(&bench->arena, buf_slice(&out));
    buf_deinit(&out);
    return made;
}

static void multiply_rules(struct bench *bench, const struct rule_set *few, struct rule_set *many) {
    struct random random;
    random_init(&random, 20261123);
    many->count = MANY_RULES;
    many->rules = ARENA_ARRAY(&bench->arena, struct rule, MANY_RULES);
    for (uint32_t i = 0; i < MANY_RULES; i++) {
        many->rules[i] = few->rules[i % few->count];
        if (i >= few->count) {
            many->rules[i].text = moved(bench, many->rules[i].text, &random);
        }
    }
}

static uint64_t now_ns(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void compile(struct bench *bench, struct rule_set *set) {
    uint64_t start = now_ns(CLOCK_MONOTONIC);
    struct diag_list diags;
    diag_list_init(&diags, &bench->arena);
    set->table = expr_table_create(&bench->arena, bench->slots, bench->variables.count, 0);
    uint32_t *everything = ARENA_ARRAY(&bench->arena, uint32_t, set->count);
    for (uint32_t t = 0; t < TYPES_MAX; t++) {
        set->typed_rules[t] = ARENA_ARRAY(&bench->arena, uint32_t, set->count);
    }
    for (uint32_t i = 0; i < set->count; i++) {
        struct rule *rule = &set->rules[i];
        struct expr_text text = {.text = rule->text};
        rule->expr = expr_compile(bench->env, &text, &bench->arena, &diags);
        if (rule->expr == NULL) {
            diag_list_print(&diags, stderr);
            fail("cannot compile", rule->text);
        }
        everything[i] = expr_table_add_rule(set->table, rule->expr);
        for (uint32_t t = 0; t < bench->types.count; t++) {
            if ((rule->on >> t & 1) != 0) {
                set->typed_rules[t][set->typed_counts[t]++] = i;
            }
        }
    }
    static const double none[VARIABLES_MAX];
    const double *binding = none;
    expr_table_finish(set->table, &binding, 1);
    set->all = expr_table_plan(set->table, everything, set->count, &bench->arena);
    for (uint32_t t = 0; t < bench->types.count; t++) {
        set->typed[t] = expr_table_plan(set->table, set->typed_rules[t], set->typed_counts[t], &bench->arena);
    }
    set->compile_ms = (double)(now_ns(CLOCK_MONOTONIC) - start) / 1e6;
    set->run = expr_table_run_create(set->table);
    set->hits = ARENA_ARRAY(&bench->arena, uint32_t, set->count);
}

// ---- judging ---------------------------------------------------------------------------------------------

static inline uint32_t decide(struct bench *bench, struct rule_set *set, const struct event *event, bool typed) {
    bench->event = event;
    expr_table_begin(set->run, &bench->host, 0);
    return expr_table_evaluate(set->run, typed ? set->typed[event->type] : set->all, NULL, set->hits);
}

static uint32_t compare(struct bench *bench, struct rule_set *set, uint32_t index, const bool *expected, bool typed,
                        uint32_t *hits) {
    const struct event *event = &bench->events[index];
    uint32_t found = decide(bench, set, event, typed);
    uint32_t count = typed ? set->typed_counts[event->type] : set->count;
    uint32_t at = 0;
    uint32_t differences = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rule = typed ? set->typed_rules[event->type][i] : i;
        bool holds = at < found && set->hits[at] == i;
        at += holds;
        if (holds != expected[rule]) {
            differences++;
            fprintf(stderr, "DIFFERENCE event %u: %c%.*s: %.*s\n", index, holds ? '+' : '-', SLICE_ARGS(set->rules[rule].id),
                    SLICE_ARGS(set->rules[rule].text));
        }
    }
    *hits += found;
    return differences;
}

static void read_expected(struct bench *bench, const struct rule_set *set, Slice line, bool *expected) {
    memset(expected, 0, set->count);
    JsonTree tree = parse(bench, line);
    uint32_t listed = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        JSON_EACH(tree, 0, k) {
            expected[i] |= slice_equal(tree.nodes[k].text, set->rules[i].id);
        }
        listed += expected[i];
    }
    if (listed != tree.nodes[0].count) {
        fail("hits.ndjson names a rule that is not there", line);
    }
}

static void ask_evaluator(struct bench *bench, const struct rule_set *set, uint32_t event, bool *expected) {
    struct arena scratch;
    arena_init(&scratch, 64 << 10);
    bench->event = &bench->events[event];
    for (uint32_t i = 0; i < set->count; i++) {
        struct value value;
        arena_reset(&scratch);
        Status status = expr_evaluate(set->rules[i].expr, &bench->host.input, &scratch, &value);
        expected[i] = status == STATUS_OK && value.boolean;
    }
    arena_deinit(&scratch);
}

// ---- the clock -------------------------------------------------------------------------------------------

struct figures {
    double us, us_min, us_max, cpu_us;
    uint32_t hits, differences;
};

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

// The events' values where the file put them, most of them not in the processor's cache.
static uint64_t pass_as_read(struct bench *bench, struct rule_set *set, bool typed, uint64_t *checksum) {
    uint64_t start = now_ns(CLOCK_MONOTONIC);
    for (uint32_t e = 0; e < bench->event_count; e++) {
        *checksum += decide(bench, set, &bench->events[e], typed);
    }
    return now_ns(CLOCK_MONOTONIC) - start;
}

static uint64_t pass_at_hand(struct bench *bench, struct rule_set *set, bool typed, uint64_t *checksum) {
    uint64_t spent = 0;
    for (uint32_t e = 0; e < bench->event_count; e++) {
        const struct event *event = &bench->events[e];
        bench->copy.type = event->type;
        memcpy(bench->copy.numbers, event->numbers, sizeof(double) * bench->variables.count);
        memcpy(bench->copy.values, event->values, sizeof(struct value) * bench->variables.count);
        uint64_t start = now_ns(CLOCK_MONOTONIC);
        *checksum += decide(bench, set, &bench->copy, typed);
        spent += now_ns(CLOCK_MONOTONIC) - start;
    }
    return spent;
}

static void measure(struct bench *bench, struct rule_set *set, bool typed, struct figures *figures) {
    double *passes = ARENA_ARRAY(&bench->arena, double, bench->passes);
    double *cpu = ARENA_ARRAY(&bench->arena, double, bench->passes);
    enum { WARM_UP = 20 };
    uint64_t checksum = 0;
    for (uint32_t p = 0; p < bench->passes + WARM_UP; p++) {
        uint64_t cpu_start = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t spent = bench->at_hand ? pass_at_hand(bench, set, typed, &checksum) : pass_as_read(bench, set, typed, &checksum);
        uint32_t at = p < WARM_UP ? 0 : p - WARM_UP;
        cpu[at] = (double)(now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_start) / 1000 / bench->event_count;
        passes[at] = (double)spent / 1000 / bench->event_count;
    }
    qsort(passes, bench->passes, sizeof *passes, compare_doubles);
    qsort(cpu, bench->passes, sizeof *cpu, compare_doubles);
    figures->us = passes[bench->passes / 2];
    figures->us_min = passes[0];
    figures->us_max = passes[bench->passes - 1];
    figures->cpu_us = cpu[bench->passes / 2];
    INVARIANT(checksum % (bench->passes + WARM_UP) == 0);
}

static void print_figures(const char *name, const struct figures *figures, const char *end) {
    printf("      \"%s\": {\"us_per_event\": %.3f, \"us_min\": %.3f, \"us_max\": %.3f, \"cpu_us_per_event\": %.3f, "
           "\"hits\": %u, \"differences\": %u}%s\n",
           name, figures->us, figures->us_min, figures->us_max, figures->cpu_us, figures->hits, figures->differences, end);
}

static void print_row(const struct bench *bench, const char *name, const struct rule_set *set, const struct figures figures[2],
                      bool last) {
    if (!bench->as_json) {
        printf("%-40s %9.2f %6u %9.2f %6u %11.1f\n", name, figures[1].us, figures[1].hits, figures[0].us, figures[0].hits,
               set->compile_ms);
        return;
    }
    printf("    {\"name\": \"%s\", \"version\": \"0.1.0\", \"compile_ms\": %.1f,\n", name, set->compile_ms);
    print_figures("typed", &figures[1], ",");
    print_figures("all", &figures[0], last ? "}" : "},");
}

// Judges and measures a set of rules; `expected_lines` holds the right hits, or is empty: then the evaluator is asked.
static uint32_t run_set(struct bench *bench, const char *name, struct rule_set *set, Slice expected_lines, bool last) {
    struct figures figures[2] = {0};
    bool *expected = ARENA_ARRAY(&bench->arena, bool, set->count);
    bool has_lines = expected_lines.size > 0;
    uint32_t checked = has_lines ? bench->event_count : CHECKED_EVENTS;
    for (uint32_t e = 0; e < checked; e++) {
        Slice line;
        if (has_lines && slice_split(&expected_lines, '\n', &line)) {
            read_expected(bench, set, line, expected);
        } else {
            ask_evaluator(bench, set, e, expected);
        }
        for (int typed = 0; typed < 2; typed++) {
            figures[typed].differences += compare(bench, set, e, expected, typed, &figures[typed].hits);
        }
    }
    for (int typed = 0; typed < 2; typed++) {
        measure(bench, set, typed, &figures[typed]);
    }
    print_row(bench, name, set, figures, last);
    return figures[0].differences + figures[1].differences;
}

static const char *read_arguments(struct bench *bench, int argc, char **argv) {
    const char *directory = "bench/peers";
    bench->passes = 101;
    for (int i = 1; i < argc; i++) {
        Slice argument = slice_of(argv[i]);
        int64_t passes;
        if (slice_is(argument, "--json")) {
            bench->as_json = true;
        } else if (slice_is(argument, "--passes") && i + 1 < argc && slice_to_i64(slice_of(argv[i + 1]), &passes) && passes > 0) {
            bench->passes = (uint32_t)passes;
            i++;
        } else {
            directory = argv[i];
        }
    }
    return directory;
}

int main(int argc, char **argv) {
    struct bench *bench = memory_alloc(sizeof *bench);
    const char *directory = read_arguments(bench, argc, argv);
    arena_init(&bench->arena, 1 << 20);
    bench->copy.numbers = ARENA_ARRAY(&bench->arena, double, VARIABLES_MAX);
    bench->copy.values = ARENA_ARRAY(&bench->arena, struct value, VARIABLES_MAX);
    bench->reader = json_reader_create(64 << 20, JSON_DEPTH_MAX);
    bench->env = expr_env_create(&bench->arena, EXPR_RULES);
    bench->host = (struct table_host){bench, host_number, host_text, host_need, {bench, host_read}};
    map_init(&bench->variables, &bench->arena);
    map_init(&bench->types, &bench->arena);
    map_init(&bench->listed, &bench->arena);
    Slice lines = read_file(bench, directory, "events.ndjson");
    Slice line;
    while (bench->event_count < EVENTS_MAX && slice_split(&lines, '\n', &line) && line.size > 0) {
        read_event(bench, line);
    }
    expr_env_add_function(bench->env, &(struct expr_function){SLICE("inList"), TYPE(BOOL), {TYPE(STRING), TYPE(STRING)}, 2, 0,
                                                              false, in_list});
    struct rule_set few = {0};
    struct rule_set many = {0};
    read_rules(bench, read_file(bench, directory, "rules.json"), &few);
    multiply_rules(bench, &few, &many);
    compile(bench, &few);
    compile(bench, &many);
    if (bench->as_json) {
        printf("{\n  \"rules\": %u,\n  \"events\": %u,\n  \"passes\": %u,\n  \"engines\": [\n", few.count, bench->event_count,
               bench->passes);
    } else {
        printf("%-40s %9s %6s %9s %6s %11s\n", "engine", "typed us", "hits", "all us", "hits", "compile ms");
    }
    Slice hits = read_file(bench, directory, "hits.ndjson");
    uint32_t different = run_set(bench, "Qiantang", &few, hits, false);
    different += run_set(bench, "Qiantang, 10,000 rules", &many, (Slice){NULL, 0}, false);
    bench->at_hand = true;
    different += run_set(bench, "Qiantang, values at hand", &few, hits, false);
    different += run_set(bench, "Qiantang, 10,000 rules, values at hand", &many, (Slice){NULL, 0}, true);
    printf(bench->as_json ? "  ]\n}\n" : different == 0 ? "\nThe hits are those expected.\n" : "\nDIFFERENCES.\n");
    expr_table_run_destroy(few.run);
    expr_table_run_destroy(many.run);
    json_reader_destroy(bench->reader);
    arena_deinit(&bench->arena);
    free(bench);
    return different > 0;
}
