// What authors are offered: the functions of an environment with their signatures, for those who help to write.

#include "expr/env.h"
#include "expr/syntax.h"

struct offering {
    struct arena *arena;
    void *context;
    void (*take)(void *context, Slice name, Slice signature);
};

// "string.startsWith(string) -> bool", "size(string) -> int".
static void offer(const struct offering *offering, Slice name, const struct type *const *arguments, uint32_t count, bool is_member, const struct type *result) {
    struct buf text;
    buf_init(&text, 4096);
    for (uint32_t i = 0; i < count; i++) {
        Slice type = type_text(offering->arena, arguments[i]);
        if (i == 0 && is_member) {
            buf_printf(&text, "%.*s.%.*s(", SLICE_ARGS(type), SLICE_ARGS(name));
        } else {
            buf_printf(&text, "%s%.*s", i == (is_member ? 1u : 0u) ? "" : ", ", SLICE_ARGS(type));
        }
    }
    Slice tail = arena_printf(offering->arena, "%.*s) -> %.*s", SLICE_ARGS(buf_slice(&text)), SLICE_ARGS(type_text(offering->arena, result)));
    buf_deinit(&text);
    offering->take(offering->context, name, is_member ? tail : arena_printf(offering->arena, "%.*s(%.*s", SLICE_ARGS(name), SLICE_ARGS(tail)));
}

static void offer_overload(const struct offering *offering, Slice name, const struct overload *overload) {
    bool is_global = overload->style == STYLE_GLOBAL || overload->style == STYLE_EITHER;
    bool is_member = overload->style == STYLE_MEMBER || overload->style == STYLE_EITHER;
    if (is_global) {
        offer(offering, name, overload->arguments, overload->argument_count, false, overload->result);
    }
    if (is_member) {
        offer(offering, name, overload->arguments, overload->argument_count, true, overload->result);
    }
}

void expr_env_functions(const struct expr_env *env, struct arena *arena, void *context, void (*take)(void *context, Slice name, Slice signature)) {
    struct offering offering = {arena, context, take};
    for (int op = OP_INT; op < OP_HOST; op++) {
        uint32_t count;
        const struct overload *overloads = overloads_of((ExprOp)op, &count);
        for (uint32_t i = 0; i < count; i++) {
            if ((overloads[i].dialects & env_dialect(env)) != 0) {
                offer_overload(&offering, expr_op_text((ExprOp)op), &overloads[i]);
            }
        }
    }
    if (env->has_macros) {
        macro_offer(context, take);
    }
    for (const struct expr_env *at = env; at != NULL; at = at->parent) {
        for (uint32_t i = 0; i < at->functions.count; i++) {
            for (const struct host_function *one = at->functions.at[i]; one != NULL; one = one->next) {
                offer(&offering, one->function.name, one->function.arguments, one->function.argument_count, one->function.is_member, one->function.result);
            }
        }
    }
}
