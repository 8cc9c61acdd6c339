#include "expr/table_world.h"

#include "base/bits.h"
#include "base/test.h"

#include <math.h>

const struct world_variable world_variables[WORLD_VARIABLES] = {
    {"e.i0", TYPE_INT},
    {"e.i1", TYPE_INT},
    {"e.i2", TYPE_INT},
    {"e.d0", TYPE_DOUBLE},
    {"e.d1", TYPE_DOUBLE},
    {"e.m0", TYPE_MONEY},
    {"e.m1", TYPE_MONEY},
    {"e.b0", TYPE_BOOL},
    {"e.b1", TYPE_BOOL},
    {"e.t0", TYPE_STRING},
    {"e.t1", TYPE_STRING},
    {"e.c0", TYPE_STRING, .choices = 5},
    {"e.c1", TYPE_STRING, .choices = 90},
    {"e.s0", TYPE_LIST, .choices = 10},
    {"e.s1", TYPE_LIST, .choices = 53},
    {"e.s2", TYPE_LIST, .choices = 60},
    {"f.i0", TYPE_INT, .is_later = true},
    {"f.i1", TYPE_INT, .is_later = true},
    {"f.d0", TYPE_DOUBLE, .is_later = true},
    {"f.d1", TYPE_DOUBLE, .is_later = true},
    {"f.m0", TYPE_MONEY, .is_later = true},
    {"f.m1", TYPE_MONEY, .is_later = true},
    {"f.b0", TYPE_BOOL, .is_later = true},
    {"f.t0", TYPE_STRING, .is_later = true},
    {"f.c0", TYPE_STRING, .is_later = true, .choices = 5},
    {"f.s0", TYPE_LIST, .is_later = true, .choices = 10},
    {"p.i0", TYPE_INT, .is_parameter = true},
    {"p.d0", TYPE_DOUBLE, .is_parameter = true},
    {"p.d1", TYPE_DOUBLE, .is_parameter = true},
    {"p.m0", TYPE_MONEY, .is_parameter = true},
    {"p.b0", TYPE_BOOL, .is_parameter = true},
};

// ---- the host --------------------------------------------------------------------------------------------

static void watch(struct world *world, uint32_t slot) {
    const struct table_slot *known = &world->slots[slot];
    if (world->is_watching && known->later && !bits_test(world->made, known->group)) {
        world->complaint = "a later slot was asked for before its group was made";
    }
}

static double host_number(void *context, uint32_t slot) {
    struct world *world = context;
    watch(world, slot);
    const struct table_slot *known = &world->slots[slot];
    bool is_text = known->type->kind == TYPE_STRING && known->choices == NULL;
    if (known->definition != NULL || known->parameter || is_text) {
        world->complaint = "the host was asked for the number of something that has none";
    }
    return world->cells[slot].has ? world->cells[slot].number : NAN;
}

static bool host_text(void *context, uint32_t slot, Slice *ret_text) {
    struct world *world = context;
    watch(world, slot);
    const struct cell *cell = &world->cells[slot];
    const struct expr_choices *choices = world->slots[slot].choices;
    if (cell->has) {
        *ret_text = choices != NULL ? choices->values[(uint32_t)cell->number] : cell->text;
    }
    return cell->has;
}

static void host_need(void *context, const uint64_t *groups, size_t word_count) {
    struct world *world = context;
    world->needs++;
    for (size_t w = 0; w < word_count; w++) {
        world->made[w] |= groups[w];
    }
}

static bool read_set(struct world *world, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    const struct expr_choices *choices = world->slots[slot].choices;
    struct value *items = ARENA_ARRAY(scratch, struct value, choices->count);
    struct value_list *list = ARENA_NEW(scratch, struct value_list);
    for (uint32_t i = 0; i < choices->count; i++) {
        if (((uint64_t)world->cells[slot].number >> i & 1) != 0) {
            items[list->count++] = value_string(choices->values[i]);
        }
    }
    list->items = items;
    *ret_value = (struct value){.kind = VALUE_LIST, .list = list};
    return true;
}

static bool host_read(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    struct world *world = context;
    const struct table_slot *known = &world->slots[slot];
    if (known->definition != NULL) {
        struct expr_input input = {world, host_read};
        return expr_evaluate(known->definition, &input, scratch, ret_value) == STATUS_OK;
    }
    if (known->parameter) {
        return value_from_number(known->type, world->parameters[world->binding][slot], ret_value);
    }
    watch(world, slot);
    if (!world->cells[slot].has) {
        return false;
    }
    if (known->type->kind == TYPE_LIST) {
        return read_set(world, slot, scratch, ret_value);
    }
    if (known->type->kind == TYPE_STRING) {
        Slice text;
        host_text(world, slot, &text);
        *ret_value = value_string(text);
        return true;
    }
    return value_from_number(known->type, world->cells[slot].number, ret_value);
}

enum { CALL_LISTED, CALL_LENGTH, CALL_EITHER, CALL_FAILS };

static Status host_call(void *context, uint32_t id, const struct value *arguments, struct arena *scratch,
                        struct value *ret_value) {
    (void)context;
    (void)scratch;
    switch (id) {
    case CALL_LISTED: // inList(name, text)
        *ret_value = value_bool((arguments[0].text.size + arguments[1].text.size) % 3 == 0);
        return arguments[1].text.size == 4 ? STATUS_NOT_FOUND : STATUS_OK;
    case CALL_LENGTH: // length(text)
        *ret_value = value_double((double)arguments[0].text.size);
        return arguments[0].text.size == 0 ? STATUS_NOT_FOUND : STATUS_OK;
    case CALL_EITHER: // either(bool, double)
        *ret_value = value_bool(arguments[0].boolean != (arguments[1].number > 3));
        return STATUS_OK;
    default: // fails(int)
        *ret_value = value_bool(arguments[0].integer > 2);
        return arguments[0].integer % 2 == 0 ? STATUS_INVALID : STATUS_OK;
    }
}

struct table_host world_host(struct world *world) {
    return (struct table_host){world, host_number, host_text, host_need, {world, host_read}};
}

// ---- making a world --------------------------------------------------------------------------------------

uint32_t world_roll(struct world *world, uint32_t sides) {
    return (uint32_t)random_below(&world->random, sides);
}

static const struct type *type_of_kind(struct world *world, TypeKind kind) {
    return kind == TYPE_LIST ? type_list(&world->arena, TYPE(STRING)) : &type_constants[kind];
}

static void add_variables(struct world *world) {
    for (uint32_t i = 0; i < WORLD_CHOICES; i++) {
        world->choices[i] = arena_printf(&world->arena, "V%u", i);
    }
    for (uint32_t i = 0; i < WORLD_VARIABLES; i++) {
        const struct world_variable *variable = &world_variables[i];
        world->enums[i] = (struct expr_choices){slice_of(variable->name), world->choices, variable->choices};
        const struct expr_choices *choices = variable->choices > 0 ? &world->enums[i] : NULL;
        const struct type *type = type_of_kind(world, variable->kind);
        expr_env_add_variable(world->env, &(struct expr_variable){slice_of(variable->name), type, choices, i});
        world->slots[i] = (struct table_slot){
            .exists = true,
            .parameter = variable->is_parameter,
            .later = variable->is_later,
            .group = variable->is_later ? i * 7 % WORLD_GROUPS : TABLE_NO_GROUP,
            .type = type,
            .choices = choices,
        };
    }
    world->slot_count = WORLD_VARIABLES;
}

static void add_functions(struct world *world) {
    const struct expr_function functions[] = {
        {SLICE("inList"), TYPE(BOOL), {TYPE(STRING), TYPE(STRING)}, 2, CALL_LISTED, false, host_call},
        {SLICE("length"), TYPE(DOUBLE), {TYPE(STRING)}, 1, CALL_LENGTH, false, host_call},
        {SLICE("either"), TYPE(BOOL), {TYPE(BOOL), TYPE(DOUBLE)}, 2, CALL_EITHER, false, host_call},
        {SLICE("fails"), TYPE(BOOL), {TYPE(INT)}, 1, CALL_FAILS, false, host_call},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        expr_env_add_function(world->env, &functions[i]);
    }
}

static double random_number(struct world *world, TypeKind kind) {
    static const double usual[] = {0, 1, 2, 3, 5, 10, -1, 100, 7, 4};
    static const double wild[] = {-0.0, 1e308, -1e308, INFINITY, -INFINITY, 9007199254740991, 9007199254740992,
                                  9223372036854774784, -9007199254740994, 5e-324, 0.1, 0.01};
    double number = usual[world_roll(world, 10)];
    if (kind == TYPE_BOOL) {
        return world_roll(world, 2);
    }
    if (world->is_wild && world_roll(world, 8) == 0) {
        number = wild[world_roll(world, 12)];
    } else if (kind == TYPE_MONEY) {
        number = number * 100 + (world_roll(world, 4) == 0 ? world_roll(world, 3) : 0);
    } else if (kind == TYPE_DOUBLE && world_roll(world, 3) == 0) {
        number += 0.5;
    }
    bool is_whole = kind == TYPE_INT || kind == TYPE_MONEY;
    return is_whole ? fmax(-9e18, fmin(9e18, rint(number))) : number;
}

static void fill_cell(struct world *world, uint32_t slot) {
    static const char *const texts[] = {"", "a", "abc", "A", "ab", "zzzz", "V1", "k7", "k70", "12"};
    struct cell *cell = &world->cells[slot];
    const struct table_slot *known = &world->slots[slot];
    cell->has = world_roll(world, 5) > 0;
    cell->text = slice_of(texts[world_roll(world, 10)]);
    if (known->type->kind == TYPE_STRING && known->choices != NULL) {
        cell->number = world_roll(world, known->choices->count);
        cell->number = world_roll(world, 2) ? fmin(cell->number, 3) : cell->number;
    } else if (known->type->kind == TYPE_LIST) {
        cell->number = (double)(random_u64(&world->random) & ((UINT64_C(1) << known->choices->count) - 1) &
                                random_u64(&world->random) & 0x1fffffffffffff);
    } else {
        cell->number = random_number(world, known->type->kind);
    }
}

static void new_event(struct world *world) {
    for (uint32_t i = 0; i < WORLD_VARIABLES; i++) {
        fill_cell(world, i);
    }
}

void world_create(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    arena_init(&world->arena, 256 << 10);
    arena_init(&world->scratch, 64 << 10);
    random_init(&world->random, seed);
    world->is_wild = seed % 3 == 0;
    world->env = expr_env_create(&world->arena, EXPR_RULES);
    add_variables(world);
    add_functions(world);
    for (uint32_t b = 0; b < WORLD_BINDINGS; b++) {
        for (uint32_t i = 0; i < WORLD_VARIABLES; i++) {
            bool is_parameter = world_variables[i].is_parameter;
            double number = is_parameter ? random_number(world, world_variables[i].kind) : 0;
            world->parameters[b][i] = is_parameter && world_roll(world, 12) == 0 ? NAN : number;
        }
    }
}

void world_destroy(struct world *world) {
    arena_deinit(&world->arena);
    arena_deinit(&world->scratch);
}

const struct expr *world_compile(struct world *world, Slice text, bool must) {
    struct diag_list diags;
    diag_list_init(&diags, &world->arena);
    struct expr_text source = {.text = arena_copy(&world->arena, text)};
    const struct expr *expr = expr_compile(world->env, &source, &world->arena, &diags);
    if (expr == NULL && must) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(text));
        diag_list_print(&diags, stderr);
    }
    return expr;
}

void world_build_table(struct world *world) {
    world->table = expr_table_create(&world->arena, world->slots, world->slot_count, WORLD_GROUPS);
    for (uint32_t i = 0; i < world->rule_count; i++) {
        expr_table_add_rule(world->table, world->rules[i]);
    }
    for (uint32_t i = 0; i < world->column_count; i++) {
        expr_table_add_column(world->table, world->columns[i]);
    }
    const double *bindings[WORLD_BINDINGS] = {world->parameters[0], world->parameters[1], world->parameters[2]};
    expr_table_finish(world->table, bindings, WORLD_BINDINGS);
}

// ---- comparing -------------------------------------------------------------------------------------------

static bool oracle_holds(struct world *world, const struct expr *expr) {
    struct expr_input input = {world, host_read};
    struct value value;
    world->is_watching = false;
    arena_reset(&world->scratch);
    Status status = expr_evaluate(expr, &input, &world->scratch, &value);
    return status == STATUS_OK && value.kind == VALUE_BOOL && value.boolean;
}

static double oracle_number(struct world *world, const struct expr *expr) {
    struct expr_input input = {world, host_read};
    struct value value;
    world->is_watching = false;
    arena_reset(&world->scratch);
    if (expr_evaluate(expr, &input, &world->scratch, &value) != STATUS_OK) {
        return NAN;
    }
    return value.kind == VALUE_INT    ? (double)value.integer
           : value.kind == VALUE_BOOL ? value.boolean
                                      : value.number;
}

static void show(struct world *world, const struct expr *expr) {
    Slice text = expr_node_text(&world->arena, expr_root(expr));
    fprintf(stderr, "  rule: %.*s\n", SLICE_ARGS(text));
    uint32_t count;
    const struct expr_variable *const *reads = expr_reads(expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = reads[i]->slot;
        struct value value;
        bool has = host_read(world, slot, &world->arena, &value);
        Slice shown = has ? value_text(&world->arena, &value) : SLICE("missing");
        fprintf(stderr, "  %.*s = %.*s\n", SLICE_ARGS(reads[i]->name), SLICE_ARGS(shown));
        if (world->slots[slot].definition != NULL) {
            show(world, world->slots[slot].definition);
        }
    }
}

// One event through a plan: the hits must be the oracle's, in order.
static bool check_event(struct world *world, struct table_run *run, const struct table_plan *plan,
                        const uint32_t *rules, uint32_t count, const uint64_t *candidates,
                        const struct table_host *host) {
    uint32_t hits[WORLD_RULES];
    memset(world->made, 0, sizeof world->made);
    world->binding = world_roll(world, WORLD_BINDINGS);
    world->is_watching = true;
    expr_table_begin(run, host, 0);
    expr_table_rebind(run, world->binding);
    uint32_t hit_count = expr_table_evaluate(run, plan, candidates, hits);
    uint64_t asked[2] = {world->made[0], world->made[1]};
    uint64_t may[2] = {0, 0};
    CHECK_THAT(world->complaint == NULL, "%s", world->complaint);
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_candidate = candidates == NULL || bits_test(candidates, i);
        bool expected = is_candidate && oracle_holds(world, world->rules[rules[i]]);
        bool found = at < hit_count && hits[at] == i;
        at += found;
        if (found != expected) {
            show(world, world->rules[rules[i]]);
        }
        CHECK_THAT(found == expected, "rule at %u: the table says %d, the evaluator %d", i, found, expected);
        if (is_candidate) {
            expr_table_rule_groups(world->table, rules[i], may);
        }
    }
    CHECK(at == hit_count);
    CHECK((asked[0] & ~may[0]) == 0 && (asked[1] & ~may[1]) == 0);
    world->pairs_checked += count;
    world->hits += hit_count;
    return true;
}

// Rules and columns alone, with everything at hand.
static bool check_alone(struct world *world, struct table_run *run, const struct table_host *host) {
    memset(world->made, 0xff, sizeof world->made);
    expr_table_begin(run, host, world->binding);
    for (uint32_t i = 0; i < world->rule_count; i++) {
        bool found = expr_table_rule(run, i);
        CHECK_THAT(found == oracle_holds(world, world->rules[i]), "rule %u alone", i);
    }
    for (uint32_t i = 0; i < world->column_count; i++) {
        double found = expr_table_column(run, i);
        double expected = oracle_number(world, world->columns[i]);
        bool is_same = found == expected || (isnan(found) && isnan(expected));
        if (!is_same) {
            show(world, world->columns[i]);
        }
        CHECK_THAT(is_same, "column %u: %.17g, not %.17g", i, found, expected);
    }
    return true;
}

// Each rule can be put in words, a line for each of its conditions.
static bool check_explanations(struct world *world) {
    struct buf out;
    buf_init(&out, 1 << 20);
    bool ok = true;
    for (uint32_t i = 0; i < world->rule_count; i++) {
        size_t before = out.size;
        expr_table_explain(world->table, i, &out);
        ok = ok && out.size > before && out.bytes[out.size - 1] == '\n';
    }
    ok = ok && !buf_overflowed(&out);
    buf_deinit(&out);
    CHECK(ok);
    return true;
}

bool world_check(struct world *world, uint32_t event_count) {
    world_build_table(world);
    struct table_host host = world_host(world);
    uint32_t rules[WORLD_RULES];
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->rule_count; i++) {
        if (world->rule_count < WORLD_RULES || world_roll(world, 5) > 0) {
            rules[count++] = i;
        }
    }
    const struct table_plan *plan = expr_table_plan(world->table, rules, count, &world->arena);
    struct table_run *run = expr_table_run_create(world->table);
    if (world_roll(world, 2) == 0) {
        expr_table_run_set_plain(run);
    }
    bool ok = true;
    for (uint32_t e = 0; ok && e < event_count; e++) {
        new_event(world);
        uint64_t candidates = random_u64(&world->random);
        ok = check_event(world, run, plan, rules, count, world_roll(world, 2) ? &candidates : NULL, &host);
        ok = ok && (e % 8 > 0 || check_alone(world, run, &host));
    }
    ok = ok && check_explanations(world);
    expr_table_run_destroy(run);
    return ok;
}
