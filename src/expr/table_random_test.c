// The predicate table against the plain walk over the tree, on rules and events that come by chance.
//
//     expr_table_random_test                  the test
//     expr_table_random_test WORLDS [SEED]    as many worlds, from a seed

#include "base/test.h"
#include "expr/table_world.h"

enum { EVENTS = 120, DEFINITIONS = 6 };

// ---- random expressions ----------------------------------------------------------------------------------

static void put_bool(struct world *world, struct buf *out, uint32_t depth);
static void put_bind(struct world *world, struct buf *out, uint32_t depth,
                     void (*put_body)(struct world *world, struct buf *out, uint32_t depth));
static void put_number(struct world *world, struct buf *out, uint32_t depth);

static const char *pick(struct world *world, const char *const *texts, uint32_t count) {
    return texts[world_roll(world, count)];
}

#define PICK(world, ...)                                                                           \
    pick(world, (const char *const[]){__VA_ARGS__}, sizeof(const char *[]){__VA_ARGS__} / sizeof(char *))

// The name of a variable of a kind, or of a definition; most are at hand.
static const char *name_of(struct world *world, TypeKind kind) {
    for (;;) {
        uint32_t slot = world_roll(world, WORLD_VARIABLES);
        const struct world_variable *variable = &world_variables[slot];
        bool plain = variable->kind == kind && (kind != TYPE_STRING || variable->choices == 0);
        if (plain && (!variable->is_later || world_roll(world, 2) == 0)) {
            return variable->name;
        }
    }
}

static void put_defined(struct world *world, struct buf *out, TypeKind kind) {
    for (uint32_t slot = WORLD_VARIABLES; slot < world->slot_count; slot++) {
        if (world->slots[slot].type->kind == kind && world_roll(world, 2) == 0) {
            buf_printf(out, "x.d%u", slot - WORLD_VARIABLES);
            return;
        }
    }
    buf_printf(out, "%s", name_of(world, kind));
}

static void put_text(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t choice = world_roll(world, depth > 0 ? 6 : 4);
    switch (choice) {
    case 0:
    case 1:
        buf_printf(out, "%s", name_of(world, TYPE_STRING));
        return;
    case 2:
        buf_printf(out, "%s", PICK(world, "\"a\"", "\"abc\"", "\"V1\"", "\"\"", "\"zzzz\""));
        return;
    case 3:
        buf_printf(out, "\"k%u\"", world_roll(world, 90)); // more than 64 constants on a column
        return;
    case 4:
        buf_printf(out, "(%s + ", name_of(world, TYPE_STRING));
        put_text(world, out, depth - 1);
        buf_put_byte(out, ')');
        return;
    default:
        buf_printf(out, "%s.", name_of(world, TYPE_STRING));
        buf_printf(out, "%s",
                   PICK(world, "lowerAscii()", "substring(1)", "charAt(1)", "trim()", "replace(\"a\", \"b\")"));
    }
}

static void put_literal(struct world *world, struct buf *out) {
    buf_printf(out, "%s", PICK(world, "0", "1", "2", "3", "5", "10", "-1", "0.5", "2.5", "100", "1.01", "4.0",
                               "5.02"));
    if (world->is_wild && world_roll(world, 12) == 0) {
        buf_printf(out, "%s", PICK(world, "9007199254740993", "e300", "00000000000000", "7", " * 1e200"));
    }
}

static void put_leaf(struct world *world, struct buf *out) {
    uint32_t choice = world_roll(world, 10);
    if (world->bound > 0 && world_roll(world, 2) == 0) {
        buf_printf(out, "n%u", world_roll(world, world->bound));
    } else if (choice < 3) {
        put_literal(world, out);
    } else if (choice < 4) {
        put_defined(world, out, world_roll(world, 2) ? TYPE_DOUBLE : TYPE_MONEY);
    } else {
        buf_printf(out, "%s", name_of(world, choice < 6 ? TYPE_INT : choice < 8 ? TYPE_DOUBLE : TYPE_MONEY));
    }
}

static void put_function(struct world *world, struct buf *out, uint32_t depth) {
    switch (world_roll(world, 6)) {
    case 0:
        buf_printf(out, "length(%s)", name_of(world, TYPE_STRING));
        return;
    case 1:
        buf_printf(out, "%s", PICK(world, "math.round(", "math.floor(", "math.ceil(", "math.trunc(", "math.sign(", "int(", "double(",
                                   "money("));
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
    uint32_t choice = depth == 0 ? 0 : world_roll(world, 11);
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
    } else if (choice < 10) {
        put_bind(world, out, depth - 1, put_number);
    } else {
        buf_printf(out, "%s(", world_roll(world, 3) == 0 ? "-" : "");
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
    if (world_roll(world, 2) == 0) {
        put_literal(world, out);
    } else {
        put_number(world, out, depth);
    }
}

static void put_choice(struct world *world, struct buf *out) {
    const char *name = PICK(world, "e.c0", "e.c1", "f.c0");
    uint32_t limit = strcmp(name, "e.c1") == 0 ? 90 : 5;
    uint32_t first = world_roll(world, world_roll(world, 2) ? 4 : limit);
    if (world_roll(world, 2) == 0) {
        buf_printf(out, "%s %s \"V%u\"", name, world_roll(world, 2) ? "==" : "!=", first);
        return;
    }
    uint32_t second = world_roll(world, 3);
    buf_printf(out, "%s in [\"V%u\", \"V%u\", \"V%u\"]", name, first, second, world_roll(world, limit));
}

static void put_membership(struct world *world, struct buf *out, uint32_t depth) {
    switch (world_roll(world, 5)) {
    case 0:
        buf_printf(out, "\"V%u\" in ", world_roll(world, 10));
        buf_printf(out, "%s", PICK(world, "e.s0", "e.s1", "e.s2", "f.s0"));
        return;
    case 1:
        buf_printf(out, "%s in ", name_of(world, TYPE_STRING));
        buf_printf(out, "[\"a\", \"k%u\", \"abc\"]", world_roll(world, 90));
        return;
    case 2:
        put_number(world, out, depth);
        buf_printf(out, " in [1, 5, %u]", world_roll(world, 4));
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
    if (world_roll(world, 4) == 0) {
        buf_printf(out, ".%s", PICK(world, "startsWith(\"a\")", "contains(\"b\")", "endsWith(\"c\")",
                                    "matches(\"^a\")"));
        return;
    }
    buf_printf(out, " %s ", PICK(world, "==", "==", "!=", "!=", "<", ">="));
    put_text(world, out, depth);
}

static void put_flag(struct world *world, struct buf *out) {
    switch (world_roll(world, 8)) {
    case 0:
        buf_printf(out, "has(%s)", world_variables[world_roll(world, WORLD_VARIABLES)].name);
        return;
    case 1:
        buf_printf(out, "inList(\"white\", %s)", name_of(world, TYPE_STRING));
        return;
    case 2:
        buf_printf(out, "either(%s, ", name_of(world, TYPE_BOOL));
        buf_printf(out, "%s)", name_of(world, TYPE_DOUBLE));
        return;
    case 3:
        buf_printf(out, "fails(%s)", name_of(world, TYPE_INT));
        return;
    case 4:
        buf_printf(out, "%s", PICK(world, "true", "false", "p.b0"));
        return;
    default:
        put_defined(world, out, TYPE_BOOL);
    }
}

static void put_parts(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t count = world_roll(world, 6) == 0 ? 2 + world_roll(world, 8) : 2 + world_roll(world, 2);
    Slice sign = world_roll(world, 3) == 0 ? SLICE(" || ") : SLICE(" && ");
    buf_put_byte(out, '(');
    for (uint32_t i = 0; i < count; i++) {
        buf_put(out, i == 0 ? SLICE("") : sign);
        put_bool(world, out, depth - 1);
    }
    buf_put_byte(out, ')');
}

// cel.bind(n0, number, body): the body may read n0, and so may binds within.
static void put_bind(struct world *world, struct buf *out, uint32_t depth,
                     void (*put_body)(struct world *world, struct buf *out, uint32_t depth)) {
    buf_printf(out, "cel.bind(n%u, ", world->bound);
    put_number(world, out, depth);
    buf_put(out, SLICE(", "));
    world->bound++;
    put_body(world, out, depth);
    world->bound--;
    buf_put_byte(out, ')');
}

static void put_bool(struct world *world, struct buf *out, uint32_t depth) {
    uint32_t inner = depth == 0 ? 0 : depth - 1;
    uint32_t choice = depth == 0 ? world_roll(world, 6) : world_roll(world, 15);
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
        buf_printf(out, ") %s (", world_roll(world, 2) ? "==" : "!=");
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
    case 9:
        put_bind(world, out, inner, put_bool);
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
        const struct expr *expr = world_compile(world, buf_slice(&text), false);
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
    while (world->rule_count < WORLD_RULES) {
        buf_reset(&text);
        put_bool(world, &text, 1 + world_roll(world, 4));
        const struct expr *expr = world_compile(world, buf_slice(&text), false);
        if (expr != NULL && expr_type(expr)->kind == TYPE_BOOL) {
            world->rules[world->rule_count++] = expr;
        }
    }
    while (world->column_count < WORLD_COLUMNS) {
        buf_reset(&text);
        put_number(world, &text, 3);
        const struct expr *expr = world_compile(world, buf_slice(&text), false);
        if (expr != NULL && expr_type(expr)->kind != TYPE_DYN) {
            world->columns[world->column_count++] = expr;
        }
    }
    buf_deinit(&text);
}

// What was compared, so that a test can see that it was not nothing.
struct sum {
    uint64_t pairs; // rules on events
    uint64_t hits;
};

static bool run_worlds(uint32_t count, uint64_t seed, struct sum *sum) {
    for (uint32_t i = 0; i < count; i++) {
        struct world world;
        world_create(&world, seed + i);
        add_rules(&world);
        bool ok = world_check(&world, EVENTS);
        sum->pairs += world.pairs_checked;
        sum->hits += world.hits;
        world_destroy(&world);
        CHECK_THAT(ok, "world of seed %llu", (unsigned long long)(seed + i));
    }
    return true;
}

static bool test_random_worlds(void) {
    struct sum sum = {0};
    CHECK(run_worlds(150, 1, &sum));
    CHECK_THAT(sum.pairs > 500000 && sum.hits > sum.pairs / 20 && sum.hits < sum.pairs / 2, "%llu of %llu",
               (unsigned long long)sum.hits, (unsigned long long)sum.pairs);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_random_worlds)};
    int64_t worlds;
    int64_t seed = 1000;
    if (argc > 1 && slice_to_i64(slice_of(argv[1]), &worlds)) {
        struct sum sum = {0};
        bool has_seed = argc < 3 || slice_to_i64(slice_of(argv[2]), &seed);
        bool ok = has_seed && run_worlds((uint32_t)worlds, (uint64_t)seed, &sum);
        printf("%llu rules on events compared, %llu hits: %s\n", (unsigned long long)sum.pairs,
               (unsigned long long)sum.hits, ok ? "no difference" : "DIFFERENT");
        return !ok;
    }
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
