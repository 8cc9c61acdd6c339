// The dialect of rules: missing values, money, mixed numbers, choices.

#include "expr/expr_test.h"

static const Slice channel_values[] = {
    {"mobile", 6}, {"counter", 7}, {"atm", 3}, {"online", 6}};
static const struct expr_choices channels = {
    .name = {"channel", 7}, .values = channel_values, .count = 4};

static const struct test_variable variables[] = {
    {"event.amount", TYPE(MONEY), "money('50000.29')", NULL},
    {"event.fee", TYPE(MONEY), "money('0.29')", NULL},
    {"event.refund", TYPE(MONEY), NULL, NULL},
    {"event.count", TYPE(INT), "7", NULL},
    {"event.score", TYPE(DOUBLE), "2.5", NULL},
    {"event.channel", TYPE(STRING), "'mobile'", &channels},
    {"event.payee", TYPE(STRING), NULL, NULL},
    {"event.first", TYPE(BOOL), "true", NULL},
    {"event.flag", TYPE(BOOL), NULL, NULL},
    {"event.age", TYPE(INT), NULL, NULL},
    {"event.ratio", TYPE(DOUBLE), NULL, NULL},
    {"event.tags", NULL, NULL, NULL}, // list(string), filled in below
    {"event.any", TYPE(DYN), NULL, NULL},
    {"event.time", TYPE(TIMESTAMP), NULL, NULL},
};

static Status in_list(void *context, uint32_t id, const struct value *arguments,
                      struct arena *scratch, struct value *ret_value) {
    (void)context;
    (void)scratch;
    if (slice_is(arguments[0].text, "absent")) {
        return STATUS_NOT_FOUND;
    }
    *ret_value = value_bool(slice_is(arguments[0].text, "black") && id == 42);
    return STATUS_OK;
}

static Status twice(void *context, uint32_t id, const struct value *arguments,
                    struct arena *scratch, struct value *ret_value) {
    (void)context;
    (void)id;
    (void)scratch;
    *ret_value = value_double(arguments[0].number * 2);
    return STATUS_OK;
}

static void add_functions(struct expr_env *env) {
    expr_env_add_function(env, &(struct expr_function){
                                   .name = SLICE("inList"),
                                   .result = TYPE(BOOL),
                                   .arguments = {TYPE(STRING), TYPE(DYN)},
                                   .argument_count = 2,
                                   .id = 42,
                                   .call = in_list,
                               });
    expr_env_add_function(env, &(struct expr_function){
                                   .name = SLICE("twice"),
                                   .result = TYPE(DOUBLE),
                                   .arguments = {TYPE(DOUBLE)},
                                   .argument_count = 1,
                                   .call = twice,
                               });
}

static bool check_rules(const struct test_case *cases, size_t count) {
    static const struct type strings = {.kind = TYPE_LIST, .first = TYPE(STRING)};
    struct test_variable all[sizeof variables / sizeof variables[0]];
    memcpy(all, variables, sizeof variables);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        all[i].type = all[i].type == NULL ? &strings : all[i].type;
    }
    struct fixture fixture;
    fixture_init(&fixture, EXPR_RULES, all, sizeof all / sizeof all[0]);
    add_functions(fixture.env);
    bool all_good = fixture_check(&fixture, cases, count);
    fixture_deinit(&fixture);
    return all_good;
}

#define RUN(cases) CHECK(check_rules(cases, sizeof cases / sizeof cases[0]))

static bool test_missing(void) {
    static const struct test_case cases[] = {
        {"event.age == 1", "false"},
        {"event.age != 1", "false"},
        {"event.age < 1 || event.age >= 1", "false"},
        {"!(event.age > 5)", "true"},
        {"event.age in [1, 2]", "false"},
        {"event.payee == event.payee", "false"},
        {"event.age", "missing"},
        {"event.age + 1", "missing"},
        {"event.age + 1 > 0", "false"},
        {"-event.age", "missing"},
        {"math.abs(event.age)", "missing"},
        {"math.greatest(event.age, 1)", "missing"},
        {"size(event.payee) == 0", "false"},
        {"event.payee.startsWith('a')", "missing"},
        {"event.payee.startsWith('a') || true", "true"},
        {"event.payee.startsWith('a') && true", "false"},
        {"event.payee.startsWith('a') ? 1 : 2", "2"},
        {"!event.payee.startsWith('a')", "true"},
        {"event.flag", "false"},
        {"!event.flag", "true"},
        {"event.flag == false", "true"},
        {"event.flag ? 1 : 2", "2"},
        {"event.any && true", "false"},
        {"event.any.field == 1", "false"},
        {"size(event.tags)", "0"},
        {"event.tags.exists(t, t == 'x')", "false"},
        {"event.tags.all(t, t == 'x')", "true"},
        {"'x' in event.tags", "false"},
        {"event.any.exists(t, t == 'x')", "false"},
        {"has(event.age)", "false"},
        {"has(event.flag)", "false"},
        {"has(event.count)", "true"},
        {"has(event.cuont)", "EX010 1:5"},
        {"!has(event.age) && event.count == 7", "true"},
        {"has(event.age) ? event.age : 0", "0"},
        {"[event.age, 1]", "[1]"},
        {"event.time.getHours() == 3", "false"},
        {"inList('absent', 1)", "false"},
        {"inList('black', 1) && !inList('white', event.count)", "true"},
        {"inList(event.payee, 1) || event.first", "true"},
    };
    RUN(cases);
    return true;
}

static bool test_money(void) {
    static const struct test_case cases[] = {
        {"event.amount", "50000.29"},
        {"event.amount >= 50000", "true"},
        {"event.amount > 50000.29", "false"},
        {"event.amount == 50000.29", "true"},
        {"event.fee == 0.29", "true"},
        {"0.29 == event.fee", "true"},
        {"event.fee != 0.3", "true"},
        {"50000 < event.amount", "true"},
        {"event.amount == event.amount", "true"},
        {"event.amount in [1, 2]", "false"},
        {"event.fee in [0.29, 5]", "true"},
        {"event.amount + 0.71", "50001.00"},
        {"event.amount + event.fee == 50000.58", "true"},
        {"event.amount - 50000", "0.29"},
        {"1 - event.fee", "0.71"},
        {"-event.fee", "-0.29"},
        {"event.fee * 3", "0.87"},
        {"3 * event.fee", "0.87"},
        {"event.fee / 2", "0.145"},
        {"event.amount / event.fee > 172414", "true"},
        {"event.fee / event.fee", "1.0"},
        {"event.fee / 0", "missing"},
        {"event.fee / 0 > 1", "false"},
        {"event.amount % 100", "0.29"},
        {"event.amount % 100 == 0", "false"},
        {"event.amount % 0", "missing"},
        {"event.amount * event.amount", "EX012 1:14"},
        {"event.amount == 'a'", "EX012 1:14"},
        {"event.refund > 1", "false"},
        {"event.refund + 1", "missing"},
        {"math.greatest(event.fee, 10)", "10.00"},
        {"math.least(event.fee, 10, 0.5)", "0.29"},
        {"math.abs(-event.fee)", "0.29"},
        {"math.round(event.amount)", "50000.00"},
        {"math.ceil(event.fee) == 1", "true"},
        {"double(event.fee)", "0.29"},
        {"int(event.amount)", "50000"},
        {"string(event.amount)", "\"50000.29\""},
        {"'%s'.format([event.amount])", "\"50000.29\""},
        {"money('12.30') + 1", "13.30"},
        {"money('12.345')", "error"},
        {"event.first ? event.amount : 0", "50000.29"},
        {"event.flag ? event.amount : 0", "0.00"},
        {"event.amount * 1000000000000", "error"},
        {"event.amount > 1.0 && event.amount < 60000 && event.amount != 7", "true"},
    };
    RUN(cases);
    return true;
}

static bool test_mixed_numbers(void) {
    static const struct test_case cases[] = {
        {"7 / 2", "3.5"},
        {"6 / 2", "3.0"},
        {"event.count / 2", "3.5"},
        {"1 / 0", "missing"},
        {"1.0 / 0", "missing"},
        {"1 % 0", "missing"},
        {"7 % 4", "3"},
        {"7.5 % 2", "1.5"},
        {"event.count + event.score", "9.5"},
        {"event.score - 1", "1.5"},
        {"2 * event.score", "5.0"},
        {"event.count > 6.5", "true"},
        {"event.count == 7.0", "true"},
        {"event.score == 2", "false"},
        {"event.score in [1, 2.5]", "true"},
        {"event.count in [7.0]", "true"},
        {"[1, 2.5]", "[1.0, 2.5]"},
        {"true ? 1 : 2.5", "1.0"},
        {"event.first ? event.count : 0.5", "7.0"},
        {"math.greatest(1, 2.5)", "2.5"},
        {"math.greatest(event.count, 2.5)", "7.0"},
        {"math.round(event.count)", "7"},
        {"twice(event.count)", "14.0"},
        {"twice(2)", "4.0"},
        {"9223372036854775807 + 1", "error"},
        {"event.count + 'a'", "EX012 1:13"},
    };
    RUN(cases);
    return true;
}

static bool test_choices(void) {
    static const struct test_case cases[] = {
        {"event.channel == 'mobile'", "true"},
        {"event.channel == 'mobil'", "EX015 1:18"},
        {"'phone' != event.channel", "EX015 1:1"},
        {"event.channel in ['atm', 'online']", "false"},
        {"event.channel in ['atm', 'onlin']", "EX015 1:26"},
        {"event.channel.startsWith('mob')", "true"},
        {"event.chanel == 'atm'", "EX010 1:1"},
        {"event.payee.matches('[')", "EX016 1:21"},
    };
    RUN(cases);
    return true;
}

static bool test_suggestions(void) {
    struct fixture fixture;
    fixture_init(&fixture, EXPR_RULES, variables, 11);
    struct {
        const char *text;
        const char *hint;
    } cases[] = {
        {"event.amonut > 1", "did you mean 'event.amount'?"},
        {"event.channel == 'mobil'", "did you mean 'mobile'?"},
        {"siz('a') == 1", "did you mean 'size'?"},
        {"strings.qoute('x') == 'y'", "did you mean 'strings.quote'?"},
        {"event.first + 1 == 2", NULL},
    };
    bool all_good = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_run(&fixture, slice_of(cases[i].text));
        Slice hint = fixture.diags.count == 1 ? fixture.diags.items[0].hint : SLICE("?");
        bool is_good = cases[i].hint != NULL
                           ? slice_is(hint, cases[i].hint)
                           : slice_starts_with(hint, SLICE("there is: int + int"));
        if (!is_good) {
            fprintf(stderr, "%s: hint '%.*s'\n", cases[i].text, SLICE_ARGS(hint));
        }
        all_good = all_good && is_good;
    }
    // All errors of a text are told in one go.
    fixture_run(&fixture, SLICE("event.amonut > 1 && event.cuont == 'x' && siz(1) == 2"));
    all_good = all_good && fixture.diags.count == 3;
    fixture_deinit(&fixture);
    CHECK(all_good);
    return true;
}

static bool test_reads(void) {
    struct fixture fixture;
    fixture_init(&fixture, EXPR_RULES, variables, 11);
    struct expr_text text = {
        .text = SLICE("event.count > 1 && has(event.payee) && event.amount > event.count")};
    const struct expr *expr = expr_compile(fixture.env, &text, &fixture.arena, &fixture.diags);
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr == NULL ? NULL : expr_reads(expr, &count);
    bool is_good = count == 3 && reads[0]->slot == 0 && reads[1]->slot == 3 && reads[2]->slot == 6;
    fixture_deinit(&fixture);
    CHECK(is_good);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_missing), TEST(test_money),       TEST(test_mixed_numbers),
        TEST(test_choices), TEST(test_suggestions), TEST(test_reads),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
