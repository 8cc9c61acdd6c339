// The predicate table where it is likeliest to err: conditions at the edges of types and limits, expressions
// that are deep or wide, gates.

#include "base/test.h"
#include "expr/table_world.h"

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
    for (uint32_t first = 0; first < EDGES; first += WORLD_RULES - 1) {
        struct world world;
        world_create(&world, 3 * (first + 1)); // a wild one
        bool ok = true;
        for (uint32_t i = first; i < EDGES && i < first + WORLD_RULES - 1; i++) {
            const struct expr *expr = world_compile(&world, slice_of(edge_rules[i]), true);
            ok = ok && expr != NULL;
            world.rules[world.rule_count++] = expr;
        }
        ok = ok && world_check(&world, 4000);
        world_destroy(&world);
        CHECK(ok);
    }
    return true;
}

// Arithmetic and conditions as high as the language allows, and a text column with a hundred constants.
static bool test_deep_and_wide(void) {
    struct world world;
    world_create(&world, 5);
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
    world.rules[world.rule_count++] = world_compile(&world, buf_slice(&text), true);
    buf_reset(&text);
    for (uint32_t i = 0; i < 60; i++) {
        buf_put(&text, SLICE("!(e.b0 == ("));
    }
    buf_put(&text, SLICE("e.b1"));
    for (uint32_t i = 0; i < 60; i++) {
        buf_put(&text, SLICE("))"));
    }
    world.rules[world.rule_count++] = world_compile(&world, buf_slice(&text), true);
    for (uint32_t negated = 0; negated < 2; negated++) {
        buf_reset(&text);
        buf_printf(&text, "%s(e.t0 in [\"x0\"", negated ? "!" : "");
        for (uint32_t i = 1; i < 100; i++) {
            buf_printf(&text, ", \"k%u\"", i);
        }
        buf_put(&text, SLICE("])"));
        world.rules[world.rule_count++] = world_compile(&world, buf_slice(&text), true);
    }
    bool ok = true;
    for (uint32_t i = 0; i < world.rule_count; i++) {
        ok = ok && world.rules[i] != NULL;
    }
    ok = ok && world_check(&world, 2000);
    buf_deinit(&text);
    world_destroy(&world);
    CHECK(ok);
    return true;
}

// Definitions that double in each step must not make the table double with them.
static bool test_doubling_definitions(void) {
    struct world world;
    world_create(&world, 7);
    for (uint32_t i = 0; i < 24; i++) {
        Slice text = i == 0 ? SLICE("e.b0")
                            : arena_printf(&world.arena, "(x.d%u || e.i0 > %u) == x.d%u", i - 1, i, i - 1);
        uint32_t slot = world.slot_count++;
        const struct expr *expr = world_compile(&world, text, true);
        CHECK(expr != NULL);
        struct expr_variable variable = {arena_printf(&world.arena, "x.d%u", i), TYPE(BOOL), NULL, slot};
        expr_env_add_variable(world.env, &variable);
        world.slots[slot] = (struct table_slot){
            .exists = true, .group = TABLE_NO_GROUP, .type = TYPE(BOOL), .definition = expr};
        if (i == 5) {
            world.rules[world.rule_count++] = world_compile(&world, SLICE("x.d5 || !x.d4"), true);
        }
    }
    bool ok = world_check(&world, 300);
    struct expr_table *table = expr_table_create(&world.arena, world.slots, world.slot_count, WORLD_GROUPS);
    expr_table_add_rule(table, world_compile(&world, SLICE("x.d23 && e.i0 > 1"), true));
    CHECK(expr_table_counts(table).columns < 100);
    world_destroy(&world);
    CHECK(ok);
    return true;
}

// The groups of a rule whose gate is closed are not asked for.
static bool test_closed_gates(void) {
    struct world world;
    world_create(&world, 11);
    static const char *const texts[] = {
        "e.i0 > 5 && f.i0 > 1",
        "e.i0 > 5 && e.i1 > 0 && e.i2 > 0 && e.d0 > 0 && e.d1 > 0 && e.b0 && e.b1 && f.d0 > 1",
        "e.i0 <= 5 || inList(\"white\", f.t0)",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        world.rules[world.rule_count++] = world_compile(&world, slice_of(texts[i]), true);
    }
    world_build_table(&world);
    const uint32_t rules[] = {0, 1, 2};
    const struct table_plan *plan = expr_table_plan(world.table, rules, 3, &world.arena);
    struct table_run *run = expr_table_run_create(world.table);
    struct table_host host = world_host(&world);
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
    world_destroy(&world);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_edges), TEST(test_deep_and_wide),
                                        TEST(test_doubling_definitions), TEST(test_closed_gates)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
