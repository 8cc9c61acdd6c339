// The predicate table against the plain walk over the tree.
//
// A world is an environment of variables of every kind, random rules over them in three bindings of their parameters,
// and random events. For every event and rule the table's answer must be that of expr_evaluate(). The host watches what
// is asked of it: no later slot before its group was made, no group that no open rule reads.
//
//     expr_table_test                  the tests
//     expr_table_test WORLDS [SEED]    as many random worlds, from a seed

#include "base/bits.h"
#include "base/random.h"
#include "base/test.h"
#include "expr/table.h"

#include <math.h>
#include <stdlib.h>

enum { SLOTS = 64, GROUPS = 70, RULES = 40, BINDINGS = 3, EVENTS = 120, COLUMNS = 6, DEFINITIONS = 6 };

struct variable {
    const char *name;
    TypeKind kind;
    bool is_parameter;
    bool is_later;
    uint32_t choices; // how many, 0 for none
};

static const struct variable variables[] = {
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
enum { VARIABLES = sizeof variables / sizeof variables[0] };

struct cell {
    bool has;
    double number; // and the place of a choice, and the set of a list
    Slice text;
};

struct world {
    struct arena arena;
    struct arena scratch;
    struct random random;
    struct expr_env *env;
    struct table_slot slots[SLOTS];
    uint32_t slot_count;
    Slice choices[128];
    struct expr_choices enums[VARIABLES];
    double parameters[BINDINGS][SLOTS];
    uint32_t binding;
    struct cell cells[SLOTS];
    uint64_t made[(GROUPS + 63) / 64];
    bool is_watching; // the table is asking, not the oracle
    bool is_wild;     // numbers no bank has seen are about
    const char *complaint;
    uint32_t needs;
    const struct expr *rules[RULES];
    uint32_t rule_count;
    const struct expr *columns[COLUMNS];
    uint32_t column_count;
    struct expr_table *table;
};

static uint64_t pairs_checked;

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
    if (known->definition != NULL || known->parameter || (known->type->kind == TYPE_STRING && known->choices == NULL)) {
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

// ---- making a world --------------------------------------------------------------------------------------

static uint32_t roll(struct world *world, uint32_t sides) {
    return (uint32_t)random_below(&world->random, sides);
}

static const struct type *type_of_kind(struct world *world, TypeKind kind) {
    return kind == TYPE_LIST ? type_list(&world->arena, TYPE(STRING)) : &type_constants[kind];
}

static void add_variables(struct world *world) {
    for (uint32_t i = 0; i < 128; i++) {
        world->choices[i] = arena_printf(&world->arena, "V%u", i);
    }
    for (uint32_t i = 0; i < VARIABLES; i++) {
        const struct variable *variable = &variables[i];
        world->enums[i] = (struct expr_choices){slice_of(variable->name), world->choices, variable->choices};
        const struct expr_choices *choices = variable->choices > 0 ? &world->enums[i] : NULL;
        const struct type *type = type_of_kind(world, variable->kind);
        expr_env_add_variable(world->env, &(struct expr_variable){slice_of(variable->name), type, choices, i});
        world->slots[i] = (struct table_slot){
            .exists = true,
            .parameter = variable->is_parameter,
            .later = variable->is_later,
            .group = variable->is_later ? i * 7 % GROUPS : TABLE_NO_GROUP,
            .type = type,
            .choices = choices,
        };
    }
    world->slot_count = VARIABLES;
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
    double number = usual[roll(world, 10)];
    if (kind == TYPE_BOOL) {
        return roll(world, 2);
    }
    if (world->is_wild && roll(world, 8) == 0) {
        number = wild[roll(world, 12)];
    } else if (kind == TYPE_MONEY) {
        number = number * 100 + (roll(world, 4) == 0 ? roll(world, 3) : 0);
    } else if (kind == TYPE_DOUBLE && roll(world, 3) == 0) {
        number += 0.5;
    }
    bool is_whole = kind == TYPE_INT || kind == TYPE_MONEY;
    return is_whole ? fmax(-9e18, fmin(9e18, rint(number))) : number;
}

static void fill_cell(struct world *world, uint32_t slot) {
    static const char *const texts[] = {"", "a", "abc", "A", "ab", "zzzz", "V1", "k7", "k70", "12"};
    struct cell *cell = &world->cells[slot];
    const struct table_slot *known = &world->slots[slot];
    cell->has = roll(world, 5) > 0;
    cell->text = slice_of(texts[roll(world, 10)]);
    if (known->type->kind == TYPE_STRING && known->choices != NULL) {
        cell->number = roll(world, known->choices->count);
        cell->number = roll(world, 2) ? fmin(cell->number, 3) : cell->number;
    } else if (known->type->kind == TYPE_LIST) {
        cell->number = (double)(random_u64(&world->random) & ((UINT64_C(1) << known->choices->count) - 1) &
                                random_u64(&world->random) & 0x1fffffffffffff);
    } else {
        cell->number = random_number(world, known->type->kind);
    }
}

static void new_event(struct world *world) {
    for (uint32_t i = 0; i < VARIABLES; i++) {
        fill_cell(world, i);
    }
}

static void create_world(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    arena_init(&world->arena, 256 << 10);
    arena_init(&world->scratch, 64 << 10);
    random_init(&world->random, seed);
    world->is_wild = seed % 3 == 0;
    world->env = expr_env_create(&world->arena, EXPR_RULES);
    add_variables(world);
    add_functions(world);
    for (uint32_t b = 0; b < BINDINGS; b++) {
        for (uint32_t i = 0; i < VARIABLES; i++) {
            double number = variables[i].is_parameter ? random_number(world, variables[i].kind) : 0;
            world->parameters[b][i] = variables[i].is_parameter && roll(world, 12) == 0 ? NAN : number;
        }
    }
}

static void destroy_world(struct world *world) {
    arena_deinit(&world->arena);
    arena_deinit(&world->scratch);
}

static const struct expr *compile(struct world *world, Slice text, bool must) {
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

// ---- random expressions ----------------------------------------------------------------------------------

static void put_bool(struct world *world, struct buf *out, uint32_t depth);
static void put_number(struct world *world, struct buf *out, uint32_t depth);

static const char *pick(struct world *world, const char *const *texts, uint32_t count) {
    return texts[roll(world, count)];
}

#define PICK(world, ...)                                                                           \
    pick(world, (const char *const[]){__VA_ARGS__}, sizeof(const char *[]){__VA_ARGS__} / sizeof(char *))

// The name of a variable of a kind, or of a definition; most are at hand.
static const char *put_name(struct world *world, TypeKind kind) {
    for (;;) {
        uint32_t slot = roll(world, VARIABLES);
        bool plain = variables[slot].kind == kind && (kind != TYPE_STRING || variables[slot].choices == 0);
        if (plain && (!variables[slot].is_later || roll(world, 2) == 0)) {
            return variables[slot].name;
        }
    }
}

static void put_defined(struct world *world, struct buf *out, TypeKind kind) {
    for (uint32_t slot = VARIABLES; slot < world->slot_count; slot++) {
        if (world->slots[slot].type->kind == kind && roll(world, 2) == 0) {
            buf_printf(out, "x.d%u", slot - VARIABLES);
            return;
        }
    }
    buf_printf(out, "%s", put_name(world, kind));
}

static void put_text(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t choice = roll(world, depth > 0 ? 6 : 4);
    switch (choice) {
    case 0:
    case 1:
        buf_printf(out, "%s", put_name(world, TYPE_STRING));
        return;
    case 2:
        buf_printf(out, "%s", PICK(world, "\"a\"", "\"abc\"", "\"V1\"", "\"\"", "\"zzzz\""));
        return;
    case 3:
        buf_printf(out, "\"k%u\"", roll(world, 90)); // more than 64 constants on a column
        return;
    case 4:
        buf_printf(out, "(%s + ", put_name(world, TYPE_STRING));
        put_text(world, out, depth - 1);
        buf_put_byte(out, ')');
        return;
    default:
        buf_printf(out, "%s.%s", put_name(world, TYPE_STRING),
                   PICK(world, "lowerAscii()", "substring(1)", "charAt(1)", "trim()", "replace(\"a\", \"b\")"));
    }
}

static void put_literal(struct world *world, struct buf *out) {
    buf_printf(out, "%s", PICK(world, "0", "1", "2", "3", "5", "10", "-1", "0.5", "2.5", "100", "1.01", "4.0", "5.02"));
    if (world->is_wild && roll(world, 12) == 0) {
        buf_printf(out, "%s", PICK(world, "9007199254740993", "e300", "00000000000000", "7", " * 1e200"));
    }
}

static void put_leaf(struct world *world, struct buf *out) {
    uint32_t choice = roll(world, 10);
    if (choice < 3) {
        put_literal(world, out);
    } else if (choice < 4) {
        put_defined(world, out, roll(world, 2) ? TYPE_DOUBLE : TYPE_MONEY);
    } else {
        buf_printf(out, "%s", put_name(world, choice < 6 ? TYPE_INT : choice < 8 ? TYPE_DOUBLE : TYPE_MONEY));
    }
}

static void put_function(struct world *world, struct buf *out, uint32_t depth) {
    switch (roll(world, 6)) {
    case 0:
        buf_printf(out, "length(%s)", put_name(world, TYPE_STRING));
        return;
    case 1:
        buf_printf(out, "%s", PICK(world, "math.round(", "math.floor(", "math.sign(", "int(", "double(", "money("));
        break;
    case 2:
        buf_put(out, SLICE("size("));
        put_text(world, out, depth - 1);
        buf_put_byte(out, ')');
        return;
    case 3:
        buf_put(out, SLICE("math.abs("));
        break;
    default:
        buf_printf(out, "%s", PICK(world, "math.greatest(", "math.least("));
        put_number(world, out, depth - 1);
        buf_put(out, SLICE(", "));
        break;
    }
    put_number(world, out, depth - 1);
    buf_put_byte(out, ')');
}

static void put_number(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t choice = depth == 0 ? 0 : roll(world, 10);
    if (choice < 5) {
        put_leaf(world, out);
    } else if (choice < 8) {
        buf_put_byte(out, '(');
        put_number(world, out, depth - 1);
        buf_printf(out, " %s ", PICK(world, "+", "-", "*", "/", "%"));
        put_number(world, out, depth - 1);
        buf_put_byte(out, ')');
    } else if (choice < 9) {
        put_function(world, out, depth);
    } else {
        buf_printf(out, "%s(", roll(world, 3) == 0 ? "-" : "");
        put_bool(world, out, depth - 1);
        buf_put(out, SLICE(" ? "));
        put_number(world, out, depth - 1);
        buf_put(out, SLICE(" : "));
        put_number(world, out, depth - 1);
        buf_put_byte(out, ')');
    }
}

static void put_comparison(struct world *world, struct buf *out, uint32_t depth) {
    put_number(world, out, depth);
    buf_printf(out, " %s ", PICK(world, "<", "<=", ">", ">=", "==", "!="));
    if (roll(world, 2) == 0) {
        put_literal(world, out);
    } else {
        put_number(world, out, depth);
    }
}

static void put_choice(struct world *world, struct buf *out) {
    const char *name = PICK(world, "e.c0", "e.c1", "f.c0");
    uint32_t limit = strcmp(name, "e.c1") == 0 ? 90 : 5;
    if (roll(world, 2) == 0) {
        buf_printf(out, "%s %s \"V%u\"", name, roll(world, 2) ? "==" : "!=", roll(world, roll(world, 2) ? 4 : limit));
        return;
    }
    buf_printf(out, "%s in [\"V%u\", \"V%u\", \"V%u\"]", name, roll(world, limit), roll(world, 3), roll(world, limit));
}

static void put_membership(struct world *world, struct buf *out, uint32_t depth) {
    switch (roll(world, 5)) {
    case 0:
        buf_printf(out, "\"V%u\" in %s", roll(world, 10), PICK(world, "e.s0", "e.s1", "e.s2", "f.s0"));
        return;
    case 1:
        buf_printf(out, "%s in [\"a\", \"k%u\", \"abc\"]", put_name(world, TYPE_STRING), roll(world, 90));
        return;
    case 2:
        put_number(world, out, depth);
        buf_printf(out, " in [1, 5, %u]", roll(world, 4));
        return;
    case 3:
        put_number(world, out, depth);
        buf_printf(out, " in [2.5, 1, 0.5]");
        return;
    default:
        put_choice(world, out);
    }
}

static void put_texts(struct world *world, struct buf *out, uint32_t depth) {
    put_text(world, out, depth);
    if (roll(world, 4) == 0) {
        buf_printf(out, ".%s", PICK(world, "startsWith(\"a\")", "contains(\"b\")", "endsWith(\"c\")", "matches(\"^a\")"));
        return;
    }
    buf_printf(out, " %s ", PICK(world, "==", "==", "!=", "!=", "<", ">="));
    put_text(world, out, depth);
}

static void put_flag(struct world *world, struct buf *out) {
    switch (roll(world, 8)) {
    case 0:
        buf_printf(out, "has(%s)", variables[roll(world, VARIABLES)].name);
        return;
    case 1:
        buf_printf(out, "inList(\"white\", %s)", put_name(world, TYPE_STRING));
        return;
    case 2:
        buf_printf(out, "either(%s, %s)", put_name(world, TYPE_BOOL), put_name(world, TYPE_DOUBLE));
        return;
    case 3:
        buf_printf(out, "fails(%s)", put_name(world, TYPE_INT));
        return;
    case 4:
        buf_printf(out, "%s", PICK(world, "true", "false", "p.b0"));
        return;
    default:
        put_defined(world, out, TYPE_BOOL);
    }
}

static void put_parts(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t count = roll(world, 6) == 0 ? 2 + roll(world, 8) : 2 + roll(world, 2);
    Slice sign = roll(world, 3) == 0 ? SLICE(" || ") : SLICE(" && ");
    buf_put_byte(out, '(');
    for (uint32_t i = 0; i < count; i++) {
        buf_put(out, i == 0 ? SLICE("") : sign);
        put_bool(world, out, depth - 1);
    }
    buf_put_byte(out, ')');
}

static void put_bool(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t inner = depth == 0 ? 0 : depth - 1;
    uint32_t choice = depth == 0 ? roll(world, 6) : roll(world, 14);
    switch (choice) {
    case 0:
    case 1:
        put_comparison(world, out, inner);
        return;
    case 2:
        put_choice(world, out);
        return;
    case 3:
        put_membership(world, out, inner);
        return;
    case 4:
        put_texts(world, out, inner);
        return;
    case 5:
        put_flag(world, out);
        return;
    case 6:
        buf_put(out, SLICE("!("));
        put_bool(world, out, inner);
        buf_put_byte(out, ')');
        return;
    case 7:
        buf_put_byte(out, '(');
        put_bool(world, out, inner);
        buf_printf(out, ") %s (", roll(world, 2) ? "==" : "!=");
        put_bool(world, out, inner);
        buf_put_byte(out, ')');
        return;
    case 8:
        buf_put_byte(out, '(');
        put_bool(world, out, inner);
        buf_put(out, SLICE(" ? "));
        put_bool(world, out, inner);
        buf_put(out, SLICE(" : "));
        put_bool(world, out, inner);
        buf_put_byte(out, ')');
        return;
    default:
        put_parts(world, out, depth);
    }
}

static void add_definitions(struct world *world) {
    static const TypeKind kinds[] = {TYPE_BOOL, TYPE_DOUBLE, TYPE_MONEY, TYPE_BOOL, TYPE_DOUBLE, TYPE_INT};
    struct buf text;
    buf_init(&text, 100000);
    for (uint32_t i = 0, tries = 0; i < DEFINITIONS && tries < 2000; tries++) {
        buf_reset(&text);
        kinds[i] == TYPE_BOOL ? put_bool(world, &text, 2) : put_number(world, &text, 2);
        const struct expr *expr = compile(world, buf_slice(&text), false);
        if (expr == NULL || expr_type(expr)->kind != kinds[i]) {
            continue;
        }
        uint32_t slot = world->slot_count++;
        struct expr_variable variable = {arena_printf(&world->arena, "x.d%u", i), expr_type(expr), NULL, slot};
        expr_env_add_variable(world->env, &variable);
        world->slots[slot] = (struct table_slot){
            .exists = true, .group = TABLE_NO_GROUP, .type = expr_type(expr), .definition = expr};
        i++;
    }
    buf_deinit(&text);
}

static void add_rules(struct world *world) {
    struct buf text;
    buf_init(&text, 100000);
    add_definitions(world);
    while (world->rule_count < RULES) {
        buf_reset(&text);
        put_bool(world, &text, 1 + roll(world, 4));
        const struct expr *expr = compile(world, buf_slice(&text), false);
        if (expr != NULL && expr_type(expr)->kind == TYPE_BOOL) {
            world->rules[world->rule_count++] = expr;
        }
    }
    while (world->column_count < COLUMNS) {
        buf_reset(&text);
        put_number(world, &text, 3);
        const struct expr *expr = compile(world, buf_slice(&text), false);
        if (expr != NULL && expr_type(expr)->kind != TYPE_DYN) {
            world->columns[world->column_count++] = expr;
        }
    }
    buf_deinit(&text);
}

static void build_table(struct world *world) {
    world->table = expr_table_create(&world->arena, world->slots, world->slot_count, GROUPS);
    for (uint32_t i = 0; i < world->rule_count; i++) {
        expr_table_add_rule(world->table, world->rules[i]);
    }
    for (uint32_t i = 0; i < world->column_count; i++) {
        expr_table_add_column(world->table, world->columns[i]);
    }
    const double *bindings[BINDINGS] = {world->parameters[0], world->parameters[1], world->parameters[2]};
    expr_table_finish(world->table, bindings, BINDINGS);
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
    return value.kind == VALUE_INT ? (double)value.integer : value.kind == VALUE_BOOL ? value.boolean : value.number;
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
static bool check_event(struct world *world, struct table_run *run, const struct table_plan *plan, const uint32_t *rules,
                        uint32_t count, const uint64_t *candidates, const struct table_host *host) {
    uint32_t hits[RULES];
    memset(world->made, 0, sizeof world->made);
    world->binding = roll(world, BINDINGS);
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
    pairs_checked += count;
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

static bool check_world(struct world *world, uint32_t event_count) {
    build_table(world);
    struct table_host host = {world, host_number, host_text, host_need, {world, host_read}};
    uint32_t rules[RULES];
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->rule_count; i++) {
        if (world->rule_count < RULES || roll(world, 5) > 0) {
            rules[count++] = i;
        }
    }
    const struct table_plan *plan = expr_table_plan(world->table, rules, count, &world->arena);
    struct table_run *run = expr_table_run_create(world->table);
    if (roll(world, 2) == 0) {
        expr_table_run_set_plain(run);
    }
    bool ok = true;
    for (uint32_t e = 0; ok && e < event_count; e++) {
        new_event(world);
        uint64_t candidates = random_u64(&world->random);
        ok = check_event(world, run, plan, rules, count, roll(world, 2) ? &candidates : NULL, &host);
        ok = ok && (e % 8 > 0 || check_alone(world, run, &host));
    }
    struct buf out;
    buf_init(&out, 1 << 20);
    for (uint32_t i = 0; i < world->rule_count; i++) {
        expr_table_explain(world->table, i, &out);
    }
    buf_deinit(&out);
    expr_table_run_destroy(run);
    return ok;
}

static bool run_worlds(uint32_t count, uint64_t seed) {
    for (uint32_t i = 0; i < count; i++) {
        struct world world;
        create_world(&world, seed + i);
        add_rules(&world);
        bool ok = check_world(&world, EVENTS);
        destroy_world(&world);
        CHECK_THAT(ok, "world of seed %llu", (unsigned long long)(seed + i));
    }
    return true;
}

static bool test_random_worlds(void) {
    return run_worlds(150, 1);
}

// ---- cases at the edges ----------------------------------------------------------------------------------

// Each line a rule; many events with few values each, so that the edges are met.
static const char *const edge_rules[] = {
    "true",
    "false",
    "1 < 2",
    "1 < 2 && e.i0 > 1",
    "true || e.i0 > 1",
    "!(e.i0 > 5)",
    "e.b0 == false",
    "e.b0 != true",
    "!e.b0",
    "!has(e.i0) || e.i0 == 3",
    "f.i0 > 1",
    "f.i0 > 1 && f.d0 > 1",
    "e.i0 > 1 && e.i0 > 1 && e.i0 > 1",
    "e.i0 > 1 && !(e.i0 > 1)",
    "e.i0 > 1 || !(e.i0 > 1)",
    "e.i0 > 1 && e.i1 > 1 && e.i2 > 1 && e.d0 > 1 && e.d1 > 1 && e.m0 > 1 && e.m1 > 1 && f.i0 > 1",
    "e.i0 > 1 || e.i1 > 1 || e.i2 > 9 || e.d0 > 9 || e.d1 > 9 || e.m0 > 90 || e.m1 > 90 || f.i0 > 9",
    "!(e.i0 > 1 || e.i1 > 1 || e.i2 > 9 || e.d0 > 9 || e.d1 > 9 || e.m0 > 90 || e.m1 > 90 || f.i0 > 9)",
    "e.m0 >= 5.02 && e.m0 < 10.01",
    "e.m0 == 1.01 || e.m0 == 1.010000001",
    "e.m0 + 0.01 > e.m1",
    "e.m0 / e.m1 > 2 || e.m0 / 3 > 1",
    "e.m0 % 3 == 1.01 || e.m0 % e.m1 == 1",
    "e.m0 * 1.1 >= e.m1",
    "e.i0 / e.i1 == 2.5",
    "e.i0 / 0 > 1 || e.i0 % 0 == 0",
    "!(e.i0 / 0 > 1)",
    "-e.d0 == 0 || 1 / e.d0 > 0",
    "e.i0 * 4611686018427387904 > 0",
    "!(e.i0 * 4611686018427387904 > 0)",
    "e.i0 > 9007199254740993",
    "e.m0 * 90071992547409 > 5",
    "!(e.m0 * 90071992547409 > 5)",
    "e.d0 * 1e308 - e.d0 * 1e308 != 1",
    "double(\"NaN\") != 1",
    "!(double(\"NaN\") == e.d0)",
    "double(\"inf\") > e.d0",
    "e.t0.charAt(1) == \"b\"",
    "!(e.t0.charAt(7) == \"b\")",
    "e.t0.charAt(7) == \"b\" || e.i0 > 1",
    "e.t0.startsWith(\"a\") == false",
    "e.t0 == e.t1",
    "e.t0 != e.t1",
    "e.t0 == e.c0",
    "e.t0 != e.c1",
    "e.t0 in [e.t1, \"a\"]",
    "e.i0 in []",
    "e.i0 in [1, 2, 3, 5, 7]",
    "e.m0 in [1, 1.01, 2]",
    "e.i0 in [1.0, 2.5]",
    "!(e.i0 in [1, 2])",
    "\"V9\" in e.s0 || \"V52\" in e.s1 || \"V59\" in e.s2",
    "!(\"V1\" in e.s0)",
    "has(e.s0) && !has(e.s2)",
    "e.c1 == \"V89\" || e.c1 in [\"V63\", \"V64\", \"V65\"]",
    "e.c1 in [\"V1\", \"V2\"] && e.c1 != \"V2\"",
    "e.s0.exists(x, x == e.c0)",
    "(e.b0 ? e.i0 : e.d0) > 2",
    "(e.i0 > 2 ? e.m0 : 3) >= 3.01",
    "(\"V1\" in e.s0 ? 1 : e.i0) == 1",
    "(e.t0 in [\"a\", \"b\"] ? f.i0 : e.i0) == 1",
    "(e.b0 == e.b1) == (e.i0 == e.i1)",
    "(inList(\"w\", e.t0) == false) != e.b0",
    "either(e.b0, e.d0)",
    "either(true, 4)",
    "fails(e.i0) || e.i1 > 1",
    "!fails(e.i0)",
    "length(e.t0) > 0 || length(\"\") == 0",
    "p.b0 && e.m0 >= p.m0",
    "has(p.d0) && e.d0 > p.d0 * 2 + p.d1",
    "!(e.d0 > p.d0 / (p.d1 - p.d1))",
    "math.least(e.i0, e.d0, 3) > math.greatest(e.m0, 1)",
    "math.abs(e.i0 - e.i1) <= 1",
    "3u > 2u && e.i0 > 2u",
    "has(e.t0) && e.t0 == \"\"",
    "has(f.c0) || f.c0 == \"V1\"",
};

static bool test_edges(void) {
    enum { EDGES = sizeof edge_rules / sizeof edge_rules[0] };
    for (uint32_t first = 0; first < EDGES; first += RULES - 1) {
        struct world world;
        create_world(&world, 3 * (first + 1)); // a wild one
        bool ok = true;
        for (uint32_t i = first; i < EDGES && i < first + RULES - 1; i++) {
            const struct expr *expr = compile(&world, slice_of(edge_rules[i]), true);
            ok = ok && expr != NULL;
            world.rules[world.rule_count++] = expr;
        }
        ok = ok && check_world(&world, 4000);
        destroy_world(&world);
        CHECK(ok);
    }
    return true;
}

// Arithmetic and conditions as high as the language allows, and a text column with a hundred constants.
static bool test_deep_and_wide(void) {
    struct world world;
    create_world(&world, 5);
    struct buf text;
    buf_init(&text, 100000);
    for (uint32_t i = 0; i < 100; i++) {
        buf_put(&text, SLICE("(e.i0 + "));
    }
    buf_put(&text, SLICE("f.d0"));
    for (uint32_t i = 0; i < 100; i++) {
        buf_put_byte(&text, ')');
    }
    buf_put(&text, SLICE(" > 50"));
    world.rules[world.rule_count++] = compile(&world, buf_slice(&text), true);
    buf_reset(&text);
    for (uint32_t i = 0; i < 60; i++) {
        buf_put(&text, SLICE("!(e.b0 == ("));
    }
    buf_put(&text, SLICE("e.b1"));
    for (uint32_t i = 0; i < 60; i++) {
        buf_put(&text, SLICE("))"));
    }
    world.rules[world.rule_count++] = compile(&world, buf_slice(&text), true);
    for (uint32_t negated = 0; negated < 2; negated++) {
        buf_reset(&text);
        buf_printf(&text, "%s(e.t0 in [\"x0\"", negated ? "!" : "");
        for (uint32_t i = 1; i < 100; i++) {
            buf_printf(&text, ", \"k%u\"", i);
        }
        buf_put(&text, SLICE("])"));
        world.rules[world.rule_count++] = compile(&world, buf_slice(&text), true);
    }
    bool ok = world.rules[0] != NULL && world.rules[1] != NULL && world.rules[2] != NULL && check_world(&world, 2000);
    buf_deinit(&text);
    destroy_world(&world);
    CHECK(ok);
    return true;
}

// Definitions that double in each step must not make the table double with them.
static bool test_doubling_definitions(void) {
    struct world world;
    create_world(&world, 7);
    for (uint32_t i = 0; i < 24; i++) {
        Slice text = i == 0 ? SLICE("e.b0") : arena_printf(&world.arena, "(x.d%u || e.i0 > %u) == x.d%u", i - 1, i, i - 1);
        uint32_t slot = world.slot_count++;
        const struct expr *expr = compile(&world, text, true);
        CHECK(expr != NULL);
        expr_env_add_variable(world.env, &(struct expr_variable){arena_printf(&world.arena, "x.d%u", i), TYPE(BOOL), NULL, slot});
        world.slots[slot] =
            (struct table_slot){.exists = true, .group = TABLE_NO_GROUP, .type = TYPE(BOOL), .definition = expr};
        if (i == 5) {
            world.rules[world.rule_count++] = compile(&world, SLICE("x.d5 || !x.d4"), true);
        }
    }
    bool ok = check_world(&world, 300);
    struct expr_table *table = expr_table_create(&world.arena, world.slots, world.slot_count, GROUPS);
    expr_table_add_rule(table, compile(&world, SLICE("x.d23 && e.i0 > 1"), true));
    CHECK(expr_table_counts(table).columns < 100);
    destroy_world(&world);
    CHECK(ok);
    return true;
}

// The groups of a rule whose gate is closed are not asked for.
static bool test_closed_gates(void) {
    struct world world;
    create_world(&world, 11);
    world.rules[world.rule_count++] = compile(&world, SLICE("e.i0 > 5 && f.i0 > 1"), true);
    world.rules[world.rule_count++] = compile(&world, SLICE("e.i0 > 5 && e.i1 > 0 && e.i2 > 0 && e.d0 > 0 && e.d1 > 0 && "
                                                            "e.b0 && e.b1 && f.d0 > 1"), true);
    world.rules[world.rule_count++] = compile(&world, SLICE("e.i0 <= 5 || inList(\"white\", f.t0)"), true);
    build_table(&world);
    const uint32_t rules[] = {0, 1, 2};
    const struct table_plan *plan = expr_table_plan(world.table, rules, 3, &world.arena);
    struct table_run *run = expr_table_run_create(world.table);
    struct table_host host = {&world, host_number, host_text, host_need, {&world, host_read}};
    world.is_watching = true;
    world.cells[0] = (struct cell){.has = true, .number = 5};
    uint32_t hits[3];
    expr_table_begin(run, &host, 0);
    const uint64_t candidates = 3;
    CHECK(expr_table_evaluate(run, plan, &candidates, hits) == 0);
    CHECK(world.needs == 0);
    world.cells[0].number = 6;
    expr_table_begin(run, &host, 0);
    CHECK(expr_table_evaluate(run, plan, &candidates, hits) == 0);
    CHECK(world.needs == 1);
    uint64_t group[2] = {0, 0};
    expr_table_rule_groups(world.table, 0, group);
    CHECK(world.made[0] == group[0] && world.made[1] == group[1]);
    expr_table_run_destroy(run);
    destroy_world(&world);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_edges), TEST(test_deep_and_wide), TEST(test_doubling_definitions),
                                        TEST(test_closed_gates), TEST(test_random_worlds)};
    int64_t worlds;
    int64_t seed = 1000;
    if (argc > 1 && slice_to_i64(slice_of(argv[1]), &worlds)) {
        bool has_seed = argc < 3 || slice_to_i64(slice_of(argv[2]), &seed);
        bool ok = has_seed && run_worlds((uint32_t)worlds, (uint64_t)seed);
        printf("%llu rules on events compared: %s\n", (unsigned long long)pairs_checked, ok ? "no difference" : "DIFFERENT");
        return !ok;
    }
    int failed = test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
    printf("%llu rules on events compared\n", (unsigned long long)pairs_checked);
    return failed;
}
