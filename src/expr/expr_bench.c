// How long expressions take: bench_expr. Prints nanoseconds for each, the median of several rounds.

#include "expr/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct expr_variable variables[] = {
    {.name = {"event.amount", 12}, .type = TYPE(MONEY), .slot = 0},
    {.name = {"event.channel", 13}, .type = TYPE(STRING), .slot = 1},
    {.name = {"event.hour", 10}, .type = TYPE(INT), .slot = 2},
    {.name = {"f.count_1h", 10}, .type = TYPE(INT), .slot = 3},
    {.name = {"f.ratio", 7}, .type = TYPE(DOUBLE), .slot = 4},
};

static bool read_value(void *context, uint32_t slot, struct arena *scratch,
                       struct value *ret_value) {
    (void)scratch;
    *ret_value = ((const struct value *)context)[slot];
    return true;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double measure(const struct expr *expr, struct arena *scratch) {
    enum { ROUNDS = 9, TIMES = 200000 };
    struct value values[] = {value_money(5000029), value_string(SLICE("mobile")), value_int(3),
                             value_int(12), value_double(0.25)};
    struct expr_input input = {.context = values, .read = read_value};
    double rounds[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds();
        for (int i = 0; i < TIMES; i++) {
            struct value value;
            Status status = expr_evaluate(expr, &input, scratch, &value);
            INVARIANT(status == STATUS_OK);
            arena_reset(scratch);
        }
        rounds[round] = (seconds() - start) / TIMES * 1e9;
    }
    qsort(rounds, ROUNDS, sizeof rounds[0], by_size);
    return rounds[ROUNDS / 2];
}

int main(void) {
    static const char *const texts[] = {
        "event.amount >= 50000",
        "event.amount >= 50000 && event.hour < 6 && f.count_1h > 10 && f.ratio < 0.5 && "
        "event.channel == \"mobile\"",
        "event.channel in [\"atm\", \"counter\", \"mobile\", \"online\"]",
        "event.amount * 2 + 100 > 50000 ? f.ratio : f.ratio / 2",
        "event.channel.matches(\"^mob.*e$\")",
        "[1, 2, 3, 4, 5].exists(x, x == f.count_1h || x == 5)",
    };
    struct arena arena;
    struct arena scratch;
    arena_init(&arena, 64 << 10);
    arena_init(&scratch, 64 << 10);
    struct expr_env *env = expr_env_create(&arena, EXPR_RULES);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        expr_env_add_variable(env, &variables[i]);
    }
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct expr_text text = {.text = slice_of(texts[i])};
        const struct expr *expr = expr_compile(env, &text, &arena, &diags);
        INVARIANT(expr != NULL);
        printf("%8.1f ns  %s\n", measure(expr, &scratch), texts[i]);
    }
    arena_deinit(&scratch);
    arena_deinit(&arena);
    return 0;
}
