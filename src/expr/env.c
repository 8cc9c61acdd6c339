#include "expr/env.h"

struct expr_env *expr_env_create(struct arena *arena, ExprDialect dialect) {
    struct expr_env *env = ARENA_NEW(arena, struct expr_env);
    env->arena = arena;
    env->dialect = dialect;
    env->has_macros = true;
    map_init(&env->variable_names, arena);
    map_init(&env->function_names, arena);
    return env;
}

struct expr_env *expr_env_create_child(const struct expr_env *parent) {
    struct expr_env *env = expr_env_create(parent->arena, parent->dialect);
    env->parent = parent;
    env->container = parent->container;
    env->has_macros = parent->has_macros;
    env->zone = parent->zone;
    env->zone_context = parent->zone_context;
    return env;
}

void expr_env_set_zones(struct expr_env *env, ExprZone zone, void *context) {
    env->zone = zone;
    env->zone_context = context;
}

void expr_env_set_container(struct expr_env *env, Slice container) {
    env->container = arena_copy(env->arena, container);
}

void expr_env_set_macros(struct expr_env *env, bool has_macros) {
    env->has_macros = has_macros;
}

bool expr_env_add_variable(struct expr_env *env, const struct expr_variable *variable) {
    struct expr_variable *own = ARENA_NEW(env->arena, struct expr_variable);
    *own = *variable;
    own->name = arena_copy(env->arena, variable->name);
    if (!map_put(&env->variable_names, own->name, env->variables.count)) {
        return false;
    }
    *VEC_PUSH(&env->variables, env->arena) = own;
    return true;
}

static bool same_arguments(const struct expr_function *left, const struct expr_function *right) {
    if (left->argument_count != right->argument_count || left->is_member != right->is_member) {
        return false;
    }
    for (uint32_t i = 0; i < left->argument_count; i++) {
        if (!type_equal(left->arguments[i], right->arguments[i])) {
            return false;
        }
    }
    return true;
}

bool expr_env_add_function(struct expr_env *env, const struct expr_function *function) {
    INVARIANT(function->argument_count <= EXPR_ARGUMENTS_MAX);
    struct host_function *own = ARENA_NEW(env->arena, struct host_function);
    own->function = *function;
    own->function.name = arena_copy(env->arena, function->name);
    uint32_t index = map_get(&env->function_names, own->function.name);
    if (index == MAP_NONE) {
        map_put(&env->function_names, own->function.name, env->functions.count);
        *VEC_PUSH(&env->functions, env->arena) = own;
        return true;
    }
    for (const struct host_function *other = env->functions.at[index]; other != NULL;
         other = other->next) {
        if (same_arguments(&other->function, function)) {
            return false;
        }
    }
    own->next = env->functions.at[index];
    env->functions.at[index] = own;
    return true;
}

const struct expr_variable *expr_env_find(const struct expr_env *env, Slice name) {
    uint32_t index = map_get(&env->variable_names, name);
    if (index != MAP_NONE) {
        return env->variables.at[index];
    }
    return env->parent == NULL ? NULL : expr_env_find(env->parent, name);
}

const struct host_function *env_find_function(const struct expr_env *env, Slice name) {
    uint32_t index = map_get(&env->function_names, name);
    if (index != MAP_NONE) {
        return env->functions.at[index];
    }
    return env->parent == NULL ? NULL : env_find_function(env->parent, name);
}

const struct type *env_find_type(const struct expr_env *env, Slice name) {
    static const struct {
        const char *name;
        TypeKind kind;
    } names[] = {
        {"bool", TYPE_BOOL},
        {"int", TYPE_INT},
        {"uint", TYPE_UINT},
        {"double", TYPE_DOUBLE},
        {"string", TYPE_STRING},
        {"bytes", TYPE_BYTES},
        {"list", TYPE_LIST},
        {"map", TYPE_MAP},
        {"null_type", TYPE_NULL},
        {"type", TYPE_TYPE},
        {"optional_type", TYPE_OPTIONAL},
        {"google.protobuf.Timestamp", TYPE_TIMESTAMP},
        {"google.protobuf.Duration", TYPE_DURATION},
        {"net.IP", TYPE_IP},
        {"net.CIDR", TYPE_CIDR},
        {"money", TYPE_MONEY},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool is_known = names[i].kind != TYPE_MONEY || env->dialect == EXPR_RULES;
        if (is_known && slice_is(name, names[i].name)) {
            return &type_constants[names[i].kind];
        }
    }
    return NULL;
}

Slice env_nearest_variable(const struct expr_env *env, Slice name) {
    Slice nearest = map_nearest(&env->variable_names, name);
    return nearest.at == NULL && env->parent != NULL ? env_nearest_variable(env->parent, name) : nearest;
}

Slice env_nearest_function(const struct expr_env *env, Slice name, struct arena *arena) {
    struct map names;
    map_init(&names, arena);
    for (int op = OP_INT; op < OP_HOST; op++) {
        map_put(&names, expr_op_text((ExprOp)op), (uint32_t)op);
    }
    for (const struct expr_env *known = env; known != NULL; known = known->parent) {
        for (uint32_t i = 0; i < known->functions.count; i++) {
            map_put(&names, known->functions.at[i]->function.name, OP_COUNT + i);
        }
    }
    return map_nearest(&names, name);
}

bool env_candidate(const struct expr_env *env, Slice name, bool is_rooted, uint32_t i,
                   struct arena *arena, Slice *ret_name) {
    Slice container = is_rooted ? SLICE("") : env->container;
    for (; i > 0; i--) {
        if (slice_empty(container)) {
            return false;
        }
        size_t point = container.size;
        while (point > 0 && container.at[point - 1] != '.') {
            point--;
        }
        container = slice_part(container, 0, point == 0 ? 0 : point - 1);
    }
    *ret_name = slice_empty(container) ? name
                                       : arena_printf(arena, "%.*s.%.*s", SLICE_ARGS(container),
                                                      SLICE_ARGS(name));
    return true;
}
