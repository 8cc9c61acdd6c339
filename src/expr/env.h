#pragma once
// Env: the inside of struct expr_env and struct expr, for the checker and the evaluator.

#include "base/vec.h"
#include "expr/functions.h"

// A function of the host; those of one name form a chain.
struct host_function {
    struct expr_function function;
    const struct host_function *next;
};

struct expr_env {
    struct arena *arena;
    const struct expr_env *parent; // asked for names this one does not know, or NULL
    ExprDialect dialect;
    Slice container;
    bool has_macros;
    ExprZone zone;
    void *zone_context;
    struct map variable_names;
    VEC(struct expr_variable *) variables;
    struct map function_names;
    VEC(const struct host_function *) functions; // the first of each chain
};

struct expr {
    const struct expr_env *env;
    const struct node *root;
    uint32_t local_count; // size of the frame
    const struct expr_variable *const *reads;
    uint32_t read_count;
};

static inline Dialects env_dialect(const struct expr_env *env) {
    return env->dialect == EXPR_RULES ? DIALECT_RULES : DIALECT_STANDARD;
}

const struct host_function *env_find_function(const struct expr_env *env, Slice name);
// The type that a name such as "int" or "google.protobuf.Timestamp" stands for, or NULL.
const struct type *env_find_type(const struct expr_env *env, Slice name);
// The name that was probably meant among variables, or among functions; empty when none is near.
Slice env_nearest_variable(const struct expr_env *env, Slice name);
Slice env_nearest_function(const struct expr_env *env, Slice name, struct arena *arena);
// Candidate `i` for a name in the container: "x.y.name", "x.name", "name". False past the last.
bool env_candidate(const struct expr_env *env, Slice name, bool is_rooted, uint32_t i,
                   struct arena *arena, Slice *ret_name);
