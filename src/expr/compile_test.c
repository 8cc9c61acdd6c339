// Where errors are pointed at, how trees are printed, and what the limits do.

#include "base/buf.h"
#include "expr/expr_test.h"
#include "expr/visit.h"

static const struct test_variable variables[] = {
    {"i", TYPE(INT), "1", NULL},
    {"s", TYPE(STRING), "'a'", NULL},
    {"x", TYPE(DYN), NULL, NULL},
    {"b", TYPE(BOOL), "true", NULL},
    {"m", TYPE(MONEY), NULL, NULL},
    {"a.b", TYPE(DYN), NULL, NULL},
};
enum { VARIABLES = sizeof variables / sizeof variables[0] };

static bool test_errors(void) {
    static const struct test_case cases[] = {
        {"", "EX001 1:1"},
        {"1 +", "EX001 1:4"},
        {"(1", "EX001 1:3"},
        {"[1, 2", "EX001 1:6"},
        {"{1: 2", "EX001 1:6"},
        {"{1 2}", "EX001 1:4"},
        {"1 2", "EX001 1:3"},
        {"i ? 1", "EX001 1:6"},
        {"a.", "EX001 1:3"},
        {"1 = 2", "EX001 1:3"},
        {"i && & b", "EX001 1:6"},
        {"f(1,)", "EX001 1:5"},
        {"!-1", "EX001 1:2"},
        {"s.in", "EX001 1:3"},
        {"s.`a`()", "EX001 1:6"},
        {"package == 1", "EX007 1:1"},
        {"Msg{a: 1}", "EX005 1:1"},
        {"a.Msg{}", "EX005 1:1"},
        {"i + \n  s", "EX012 1:3"},
        {"i == 1 &&\n  s == 2", "EX012 2:5"},
        {"'金额' == s && unknown", "EX010 1:14"},
        {"size(1)", "EX012 1:1"},
        {"s.size(1)", "EX012 1:3"},
        {"s.nope()", "EX011 1:3"},
        {"nope.nope.nope", "EX010 1:1"},
        {"i.field", "EX013 1:3"},
        {"s.field", "EX013 1:3"},
        {"[1].map(x, x, x)", "EX014 1:12"},
        {"[1].map(x + 1, x)", "EX006 1:9"},
        {"[1].all(x, x, x)", "EX006 1:12"},
        {"1u + 1", "EX012 1:4"},
        {"b ? 1 : 's'", "EX012 1:1"},
        {"// only a comment", "EX001 1:18"},
        {"i // a comment\n + s", "EX012 2:2"},
        {"\x01", "EX001 1:1"},
        {"i \xe2\x80\x9c", "EX001 1:3"},
    };
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    bool all_good = fixture_check(&fixture, cases, sizeof cases / sizeof cases[0]);
    all_good = all_good && slice_is(fixture_run(&fixture, (Slice){"i\0", 2}), "EX001 1:2");
    all_good = all_good && slice_is(fixture_run(&fixture, SLICE("s == '\xff'")), "EX001 1:7");
    fixture_deinit(&fixture);
    CHECK(all_good);
    return true;
}

// An expression of two lines that stands indented in a file, as YAML gives it.
static bool test_places(void) {
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    struct source source = {SLICE("m.yaml"), SLICE("id: x\nexpr: |\n    i == 1 &&\n    s == 2\n")};
    enum { FIRST = 18, FIRST_SIZE = 10, SECOND = 32, SECOND_SIZE = 6 };
    uint32_t byte_map[FIRST_SIZE + SECOND_SIZE];
    for (uint32_t k = 0; k < FIRST_SIZE + SECOND_SIZE; k++) {
        byte_map[k] = k < FIRST_SIZE ? FIRST + k : SECOND + k - FIRST_SIZE;
    }
    struct expr_text text = {
        .text = SLICE("i == 1 &&\ns == 2"), .source = &source, .byte_map = byte_map};
    const struct expr *expr = expr_compile(fixture.env, &text, &fixture.arena, &fixture.diags);
    bool is_good = expr == NULL && fixture.diags.count == 1;
    struct buf out;
    buf_init(&out, 4000);
    if (is_good) {
        diag_render(&fixture.diags.items[0], &out);
        is_good = slice_starts_with(buf_slice(&out),
                                    SLICE("m.yaml:4:7: error EX012: there is no string == int\n"
                                          "    4 |     s == 2\n"
                                          "      |       ^~\n"));
    }
    buf_deinit(&out);
    fixture_deinit(&fixture);
    CHECK(is_good);
    return true;
}

static bool test_printing(void) {
    static const char *const cases[][2] = {
        {"i+1*2", "i + 1 * 2"},
        {"(i+1)*2", "(i + 1) * 2"},
        {"i-(1-2)", "i - (1 - 2)"},
        {"(i-1)-2", "i - 1 - 2"},
        {"b&&b&&!b||b", "b && b && !b || b"},
        {"b&&(b||b)", "b && (b || b)"},
        {"(b?i:1)+1", "(b ? i : 1) + 1"},
        {"b?i:b?1:2", "b ? i : b ? 1 : 2"},
        {"-i", "-i"},
        {"-(1)", "-(1)"},
        {"(-1).x", NULL},
        {"- -i", "--i"},
        {"!(i==1)", "!(i == 1)"},
        {"'a' in ['a',\"b\"]", "\"a\" in [\"a\", \"b\"]"},
        {"{'a':1,?'b':optional.none()}", "{\"a\": 1, ?\"b\": optional.none()}"},
        {"x.f.`a-b`[0]", "x.f.`a-b`[0]"},
        {"x.?f[?0]", "x.?f[?0]"},
        {"has(x.f)", "has(x.f)"},
        {"[1].map(k,k>0,k)", "[1].map(k, k > 0, k)"},
        {"[1].exists_one(k,k>0)", "[1].existsOne(k, k > 0)"},
        {"[1].transformMap(k,v,v)", "[1].transformMap(k, v, v)"},
        {"cel.bind(k,1,k+1)", "cel.bind(k, 1, k + 1)"},
        {"cel.block([1,cel.index(0)],cel.index(1))", "cel.block([1, cel.index(0)], cel.index(1))"},
        {"[1].all(cel.iterVar(0,1),cel.iterVar(0,1)>0)",
         "[1].all(cel.iterVar(0, 1), cel.iterVar(0, 1) > 0)"},
        {"s.startsWith('x')", "s.startsWith(\"x\")"},
        {"math.greatest(i,2)", "math.greatest(i, 2)"},
        {"a.b.c", "a.b.c"},
        {"type(1)==int", "type(1) == int"},
        {"b'\\x00a'==b\"\\n\"", "b\"\\x00a\" == b\"\\n\""},
        {"1.0+1e30+2u", NULL},
        {"1.0+1e30", "1.0 + 1e+30"},
    };
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    bool all_good = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expr_text text = {.text = slice_of(cases[i][0])};
        const struct expr *expr = expr_compile(fixture.env, &text, &fixture.arena, &fixture.diags);
        Slice got = expr == NULL ? SLICE("refused")
                                 : expr_node_text(&fixture.arena, expr_root(expr));
        bool is_good = slice_is(got, cases[i][1] == NULL ? "refused" : cases[i][1]);
        if (!is_good) {
            fprintf(stderr, "%s is printed as %.*s\n", cases[i][0], SLICE_ARGS(got));
        }
        all_good = all_good && is_good;
    }
    fixture_deinit(&fixture);
    CHECK(all_good);
    return true;
}

// `open` and `close` around or behind `middle`, `count` times.
static Slice repeat(struct fixture *fixture, const char *open, const char *middle,
                    const char *close, uint32_t count) {
    struct buf out;
    buf_init(&out, 1 << 20);
    for (uint32_t i = 0; i < count; i++) {
        buf_put(&out, slice_of(open));
    }
    buf_put(&out, slice_of(middle));
    for (uint32_t i = 0; i < count; i++) {
        buf_put(&out, slice_of(close));
    }
    Slice text = arena_copy(&fixture->arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static bool test_limits(void) {
    struct {
        const char *open;
        const char *middle;
        const char *close;
        uint32_t count;
        const char *expected; // a beginning
    } cases[] = {
        {"(", "1", ")", 200, "1"},
        {"(", "1", ")", 300, "EX004"},
        {"(", "1", "", 90000, "EX004"},
        {"[", "", "]", 240, "[[["},
        {"[", "", "]", 40000, "EX004"},
        {"-", "i", "", 240, "1"},
        {"!", "b", "", 90000, "EX004"},
        {"", "1", " + 1", 200, "201"},
        {"", "1", " + 1", 20000, "EX004"},
        {"", "true", " && true", 10000, "true"},
        {"", "false", " || false", 10000, "false"},
        {"b ? ", "1", " : 1", 20000, "EX004"},
        {"", "b ? 1 : ", "b ? 1 : ", 100, "EX001"},
        {"", "x", ".f", 240, "error"},
        {"", "x", ".f", 20000, "EX004"},
        {"", "x", "[0]", 20000, "EX004"},
        {"[1].map(x, ", "1", ")", 200, "[[["},
        {"[1].map(x, ", "1", ")", 5000, "EX004"},
        {"cel.bind(x, 1, ", "x", ")", 200, "1"},
        {"", "'' == ''", " || '' == ''", 8000, "true"},
        {"", "[]", ", []", 30000, "EX00"},
        {"cel.bind(x, 'aaaaaaaa', ", "1", ")", 4000, "EX004"},
        {"'", "a", "", 1, "EX002"},
    };
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    bool all_good = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Slice text =
            repeat(&fixture, cases[i].open, cases[i].middle, cases[i].close, cases[i].count);
        Slice got = fixture_run(&fixture, text);
        bool is_good = slice_starts_with(got, slice_of(cases[i].expected));
        if (!is_good) {
            fprintf(stderr, "case %zu: %.*s\n", i, (int)(got.size > 100 ? 100 : got.size), got.at);
        }
        all_good = all_good && is_good;
        arena_reset(&fixture.scratch);
    }
    fixture_deinit(&fixture);
    CHECK(all_good);
    return true;
}

// What would take forever, or all memory, ends with an error instead.
static bool test_budgets(void) {
    static const struct test_case cases[] = {
        {"lists.range(1000).map(i, lists.range(1000).map(j, lists.range(1000)))", "error"},
        {"lists.range(999999).all(i, i >= 0)", "true"},
        {"lists.range(1000).all(i, lists.range(1001).all(j, true))", "error"},
        {"lists.range(2000000)", "error"},
        {"lists.range(20000).distinct().size() == 20000", "error"},
        {"lists.range(300000).transformMapEntry(i, v, {string(v): 1}).size()", "error"},
        {"lists.range(2000).transformMapEntry(i, v, {string(v): 1}).size()", "2000"},
        {"cel.bind(m, lists.range(2000).transformMapEntry(i, v, {string(v): 1}), m == m)", "true"},
        {"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac'.matches('^(a|aa)+$')", "error"},
        {"'%.1001f'.format([1.0])", "error"},
        {"size('%.1000f'.format([1.0]))", "1002"},
    };
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    bool all_good = fixture_check(&fixture, cases, sizeof cases / sizeof cases[0]);
    Slice doubling = repeat(&fixture, "cel.bind(x, x + x, ", "size(x)", ")", 100);
    Slice text =
        arena_printf(&fixture.arena, "cel.bind(x, 'abcdefgh', %.*s)", SLICE_ARGS(doubling));
    all_good = all_good && slice_is(fixture_run(&fixture, text), "error");
    // Lists in lists: small in memory, a tree of 2^100 leaves to whoever walks it.
    Slice nesting = repeat(&fixture, "cel.bind(x, [x, x], ", "x == x", ")", 100);
    text = arena_printf(&fixture.arena, "cel.bind(x, [1], %.*s)", SLICE_ARGS(nesting));
    all_good = all_good && slice_is(fixture_run(&fixture, text), "error");
    nesting = repeat(&fixture, "cel.bind(x, [x, x], ", "'%s'.format([x])", ")", 100);
    text = arena_printf(&fixture.arena, "cel.bind(x, [1], %.*s)", SLICE_ARGS(nesting));
    all_good = all_good && slice_is(fixture_run(&fixture, text), "error");
    // Types that hold another twice: as much, to whoever writes them out.
    nesting = repeat(&fixture, "cel.bind(x, {x: x}, ", "1", ")", 100);
    text = arena_printf(&fixture.arena, "cel.bind(x, [1], %.*s)", SLICE_ARGS(nesting));
    all_good = all_good && slice_starts_with(fixture_run(&fixture, text), SLICE("EX014"));
    // Long texts in long texts.
    static const char *const searches[] = {
        "t.contains(t.substring(1) + 'b')",
        "t.indexOf(t.substring(1) + 'b') >= 0",
        "t.lastIndexOf('b' + t.substring(1)) >= 0",
    };
    for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
        doubling = repeat(&fixture, "cel.bind(t, t + t, ", searches[i], ")", 18);
        text = arena_printf(&fixture.arena, "cel.bind(t, 'aaaa', %.*s)", SLICE_ARGS(doubling));
        all_good = all_good && slice_is(fixture_run(&fixture, text), "false");
        arena_reset(&fixture.scratch);
    }
    fixture_deinit(&fixture);
    CHECK(all_good);
    return true;
}

// Errors take memory too, and of that there is as much as was said.
static bool test_memory_of_errors(void) {
    static const char *const cases[] = {
        "lists.range(300000).exists(i, 'a'.matches(string(i) + '('))",
        "lists.range(900000).exists(i, {'a': 1}[string(i)] == 1)",
        "lists.range(900000).exists(i, dyn(string(i)).a == 1)",
        "lists.range(900000).exists(i, {'a': 1}.b == 1)",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
        bool is_good = slice_is(fixture_run(&fixture, slice_of(cases[i])), "error");
        size_t total = fixture.scratch.total;
        fixture_deinit(&fixture);
        CHECK_THAT(is_good && total <= EXPR_BYTES_MAX + (1 << 20), "%s: %zu", cases[i], total);
    }
    return true;
}

static Status rooted(void *context, uint32_t id, const struct value *arguments, struct arena *scratch,
                     struct value *ret_value) {
    (void)context;
    (void)arguments;
    (void)scratch;
    *ret_value = value_int(id);
    return STATUS_OK;
}

// In a container `x`, f() is x.f() where there is one, and .f() never is.
static bool test_container(void) {
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    static const char *const names[] = {"f", "x.f", "x.y.f"};
    for (uint32_t i = 0; i < 3; i++) {
        struct expr_function function = {
            .name = slice_of(names[i]), .result = TYPE(INT), .id = i, .call = rooted};
        expr_env_add_function(fixture.env, &function);
    }
    expr_env_set_container(fixture.env, SLICE("x.y"));
    static const struct test_case cases[] = {
        {"f()", "2"}, {".f()", "0"}, {".x.f()", "1"}, {"y.f()", "2"}};
    bool all_good = fixture_check(&fixture, cases, sizeof cases / sizeof cases[0]);
    fixture_deinit(&fixture);
    CHECK(all_good);
    return true;
}

static void note_literal(void *context, const struct node *node) {
    if (node->kind == NODE_LITERAL) {
        buf_printf(context, "%lld", (long long)node->literal.integer);
    }
}

// Parts are visited in the order they are written.
static bool test_visit(void) {
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    struct expr_text text = {.text = SLICE("{1: 2, 3: [4, i + 5]}.map(k, k > 6, -i) == "
                                           "[b ? 7 : 8].map(k, cel.bind(n, 9, n))")};
    const struct expr *expr = expr_compile(fixture.env, &text, &fixture.arena, &fixture.diags);
    struct buf seen;
    buf_init(&seen, 100);
    if (expr != NULL) {
        expr_visit(expr_root(expr), note_literal, &seen);
    }
    bool is_good = slice_is(buf_slice(&seen), "123456789");
    buf_deinit(&seen);
    fixture_deinit(&fixture);
    CHECK(is_good);
    return true;
}

static bool test_text_limit(void) {
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, VARIABLES);
    Slice longest = repeat(&fixture, " ", "1", "", EXPR_TEXT_MAX - 1);
    Slice too_long = repeat(&fixture, " ", "1", "", EXPR_TEXT_MAX);
    bool is_good = slice_is(fixture_run(&fixture, longest), "1") &&
                   slice_starts_with(fixture_run(&fixture, too_long), SLICE("EX004"));
    fixture_deinit(&fixture);
    CHECK(is_good);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_errors), TEST(test_places),  TEST(test_printing),
        TEST(test_limits), TEST(test_budgets), TEST(test_memory_of_errors),
        TEST(test_container), TEST(test_visit),      TEST(test_text_limit),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
