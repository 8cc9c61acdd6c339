#pragma once
// What the tests of expr share: an environment of each dialect, and one call from a text to what it
// gives.
//
// Variables: name, type and the source of its value, itself an expression of the rules; NULL is
// missing.

#include "base/test.h"
#include "expr/node.h"

#include <stdlib.h>

struct test_variable {
    const char *name;
    const struct type *type;
    const char *value; // an expression, or NULL
    const struct expr_choices *choices;
};

struct test_case {
    const char *text;
    const char *expected; // value_text(), "error", "missing", or "EX012 1:5" when refused
};

struct fixture {
    struct arena arena;
    struct arena scratch;
    struct expr_env *env;
    struct diag_list diags;
    struct value values[64];
    bool has_value[64];
    uint32_t count;
};

static inline bool fixture_read(void *context, uint32_t slot, struct arena *scratch,
                                struct value *ret_value) {
    (void)scratch;
    const struct fixture *fixture = context;
    *ret_value = fixture->values[slot];
    return fixture->has_value[slot];
}

static inline struct value fixture_constant(struct fixture *fixture, const char *text) {
    struct expr_env *env = expr_env_create(&fixture->arena, EXPR_RULES);
    struct expr_text source = {.text = slice_of(text)};
    const struct expr *expr = expr_compile(env, &source, &fixture->arena, &fixture->diags);
    struct value value = {0};
    Status status = expr_evaluate(expr, NULL, &fixture->arena, &value);
    return status == STATUS_OK ? value : value_error(SLICE("the test's value is malformed"));
}

static inline void fixture_init(struct fixture *fixture, ExprDialect dialect,
                                const struct test_variable *variables, uint32_t count) {
    *fixture = (struct fixture){.count = count};
    arena_init(&fixture->arena, 64 << 10);
    arena_init(&fixture->scratch, 64 << 10);
    diag_list_init(&fixture->diags, &fixture->arena);
    fixture->env = expr_env_create(&fixture->arena, dialect);
    for (uint32_t i = 0; i < count; i++) {
        expr_env_add_variable(fixture->env, &(struct expr_variable){
                                                .name = slice_of(variables[i].name),
                                                .type = variables[i].type,
                                                .choices = variables[i].choices,
                                                .slot = i,
                                            });
        fixture->has_value[i] = variables[i].value != NULL;
        if (fixture->has_value[i]) {
            fixture->values[i] = fixture_constant(fixture, variables[i].value);
        }
    }
}

static inline void fixture_deinit(struct fixture *fixture) {
    arena_deinit(&fixture->scratch);
    arena_deinit(&fixture->arena);
}

// What `text` gives, in the words of test_case.
static inline Slice fixture_run(struct fixture *fixture, Slice text) {
    struct expr_text source = {.text = text};
    diag_list_init(&fixture->diags, &fixture->arena);
    const struct expr *expr =
        expr_compile(fixture->env, &source, &fixture->arena, &fixture->diags);
    if (expr == NULL) {
        const struct diag *diag = &fixture->diags.items[0];
        return arena_printf(&fixture->arena, "%s %u:%u", diag->code, diag->place.line,
                            diag->place.column);
    }
    struct expr_input input = {.context = fixture, .read = fixture_read};
    struct value value;
    Status status = expr_evaluate(expr, &input, &fixture->scratch, &value);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? SLICE("missing") : SLICE("error");
    }
    return value_text(&fixture->arena, &value);
}

static inline bool fixture_check(struct fixture *fixture, const struct test_case *cases,
                                 size_t count) {
    bool all_good = true;
    for (size_t i = 0; i < count; i++) {
        Slice got = fixture_run(fixture, slice_of(cases[i].text));
        if (!slice_is(got, cases[i].expected)) {
            fprintf(stderr, "%s\n  gives    %.*s\n  expected %s\n", cases[i].text, SLICE_ARGS(got),
                    cases[i].expected);
            diag_list_print(&fixture->diags, stderr);
            all_good = false;
        }
        arena_reset(&fixture->scratch);
    }
    return all_good;
}
