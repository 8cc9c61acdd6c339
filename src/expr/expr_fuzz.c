// Any text as an expression, in both dialects: it may be refused or fail, never crash; and what the
// printer writes of it must read back as the same.

#include "expr/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct type strings = {.kind = TYPE_LIST, .first = TYPE(STRING)};
static const Slice channel_values[] = {{"mobile", 6}, {"atm", 3}};
static const struct expr_choices channels = {
    .name = {"channel", 7}, .values = channel_values, .count = 2};

static const struct expr_variable variables[] = {
    {.name = {"event.amount", 12}, .type = TYPE(MONEY), .slot = 0},
    {.name = {"event.channel", 13}, .type = TYPE(STRING), .choices = &channels, .slot = 1},
    {.name = {"event.payee", 11}, .type = TYPE(STRING), .slot = 2},
    {.name = {"event.tags", 10}, .type = &strings, .slot = 3},
    {.name = {"x", 1}, .type = TYPE(DYN), .slot = 4},
    {.name = {"i", 1}, .type = TYPE(INT), .slot = 5},
};

// Slot 2 is missing; slot 5 is not of the type that was declared, which must do no harm.
static bool read_value(void *context, uint32_t slot, struct arena *scratch,
                       struct value *ret_value) {
    static const struct value_list empty = {0};
    (void)context;
    (void)scratch;
    const struct value values[] = {
        value_money(5000029), value_string(SLICE("mobile")), {0},
        {.kind = VALUE_LIST, .list = &empty}, value_double(1.5), value_string(SLICE("no int")),
    };
    *ret_value = values[slot];
    return slot != 2;
}

static void evaluate(const struct expr *expr, struct arena *scratch) {
    struct expr_input input = {.read = read_value};
    struct value value;
    Status status = expr_evaluate(expr, &input, scratch, &value);
    INVARIANT((status == STATUS_OK) == (value.kind != VALUE_ERROR && value.kind != VALUE_MISSING));
    value_text(scratch, &value);
}

static void check_printed(const struct expr_env *env, const struct expr *expr,
                          struct arena *arena) {
    enum { LONGEST = EXPR_TEXT_MAX / 2 };
    Slice once = expr_node_text(arena, expr_root(expr));
    struct diag_list diags;
    diag_list_init(&diags, arena);
    struct expr_text text = {.text = once};
    const struct expr *again = expr_compile(env, &text, arena, &diags);
    bool is_small = once.size < LONGEST;
    if (again == NULL) { // parentheses may nest deeper than the original's
        INVARIANT(!is_small || diags.count == 0 || strcmp(diags.items[0].code, "EX004") == 0);
        return;
    }
    Slice twice = expr_node_text(arena, expr_root(again));
    INVARIANT(slice_equal(once, twice));
}

static void run(ExprDialect dialect, Slice input) {
    struct arena arena;
    struct arena scratch;
    arena_init(&arena, 64 << 10);
    arena_init(&scratch, 64 << 10);
    struct expr_env *env = expr_env_create(&arena, dialect);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        expr_env_add_variable(env, &variables[i]);
    }
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    struct expr_text text = {.text = input};
    const struct expr *expr = expr_compile(env, &text, &arena, &diags);
    INVARIANT((expr == NULL) == (diags.error_count > 0));
    if (expr != NULL) {
        evaluate(expr, &scratch);
        check_printed(env, expr, &arena);
    }
    const struct expr *loose = expr_parse_only(env, &text, &arena, &diags);
    if (loose != NULL) {
        arena_reset(&scratch);
        evaluate(loose, &scratch);
    }
    arena_deinit(&scratch);
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice input = {(const char *)data, size};
    run(EXPR_STANDARD, input);
    run(EXPR_RULES, input);
    return 0;
}
