// Evaluate: a walk over the checked tree.
//
// Each node is one C call that returns a 24-byte value; a call node evaluates its arguments into an
// array on the stack and jumps to the overload that the checker found, after a look at the kinds of
// the arguments: what a host hands in may not be what it declared, and lists may hold anything.
// Where the checker could not decide, the kinds choose the overload now.
//
// Errors are values and travel upwards; only && || and the comprehensions all and exists can
// swallow one, when another operand settles the result. In rules a missing value travels the same
// way, until a comparison makes it false.
//
// The tree is at most EXPR_DEPTH_MAX levels of text high (conversions that the checker adds may
// double that), so the recursion is bounded. Values are allocated from the scratch arena alone; texts
// that are put together grow in a buf for the time of one call.

#include "expr/node.h"
#include "expr/run.h"

static bool is_comparison(ExprOp op) {
    return op >= OP_EQUAL && op <= OP_IN;
}

static bool is_failure(const struct value *value) {
    return value->kind == VALUE_ERROR || value->kind == VALUE_MISSING;
}

// What reading a variable without a value gives, in rules.
static struct value missing_value(const struct type *type) {
    static const struct value_list empty = {0};
    switch (type->kind) {
    case TYPE_BOOL:
        return value_bool(false);
    case TYPE_LIST:
        return (struct value){.kind = VALUE_LIST, .list = &empty};
    default:
        return (struct value){.kind = VALUE_MISSING};
    }
}

static struct value read_variable(struct evaluation *run, const struct expr_variable *variable) {
    struct value value;
    if (run->input != NULL &&
        run->input->read(run->input->context, variable->slot, run->scratch, &value)) {
        return value;
    }
    if (run->is_rules) {
        return missing_value(variable->type);
    }
    return run_error_format(run, "'%.*s' has no value", SLICE_ARGS(variable->name));
}

struct value evaluate_bool(struct evaluation *run, const struct node *node) {
    struct value value = evaluate_node(run, node);
    if (value.kind == VALUE_BOOL || value.kind == VALUE_ERROR) {
        return value;
    }
    return value.kind == VALUE_MISSING ? value_bool(false)
                                       : run_error("no such overload: this is not a bool");
}

// && and ||: the first argument that is `decisive` settles it, errors or not; else the first error.
static struct value evaluate_logic(struct evaluation *run, const struct node *node, bool decisive) {
    struct value error = value_bool(!decisive);
    for (uint32_t i = 0; i < node->call.count; i++) {
        struct value value = evaluate_bool(run, node->call.arguments[i]);
        if (value.kind == VALUE_BOOL && value.boolean == decisive) {
            return value;
        }
        if (value.kind == VALUE_ERROR && error.kind != VALUE_ERROR) {
            error = value;
        }
    }
    return error;
}

static struct value evaluate_conditional(struct evaluation *run, const struct node *node) {
    struct value condition = evaluate_bool(run, node->call.arguments[0]);
    if (condition.kind == VALUE_ERROR) {
        return condition;
    }
    return evaluate_node(run, node->call.arguments[condition.boolean ? 1 : 2]);
}

// optional.or(optional) and optional.orValue(x).
static struct value evaluate_or(struct evaluation *run, const struct node *node) {
    if (node->call.count != 2 || !node->call.is_member) {
        return run_error("no such overload: or() and orValue() take one argument");
    }
    struct value optional = evaluate_node(run, node->call.arguments[0]);
    if (is_failure(&optional)) {
        return optional;
    }
    if (optional.kind != VALUE_OPTIONAL) {
        return run_no_overload(run, node->call.name, &optional, 1);
    }
    bool wants_inner = node->call.op == OP_OPTIONAL_OR_VALUE;
    if (optional.optional != NULL) {
        return wants_inner ? *optional.optional : optional;
    }
    struct value other = evaluate_node(run, node->call.arguments[1]);
    if (!wants_inner && !is_failure(&other) && other.kind != VALUE_OPTIONAL) {
        return run_no_overload(run, node->call.name, &other, 1);
    }
    return other;
}

static bool host_accepts(const struct expr_function *function, const struct value *arguments,
                         uint32_t count) {
    return function->argument_count == count &&
           overload_accepts(function->arguments, arguments, count);
}

static struct value call_host(struct evaluation *run, const struct node *node,
                              const struct value *arguments) {
    const struct expr_function *function = node->call.function;
    uint32_t count = node->call.count;
    if (function == NULL || !host_accepts(function, arguments, count)) {
        const struct host_function *host = env_find_function(run->env, node->call.name);
        while (host != NULL && !host_accepts(&host->function, arguments, count)) {
            host = host->next;
        }
        if (host == NULL) {
            return run_no_overload(run, node->call.name, arguments, count);
        }
        function = &host->function;
    }
    if (function->call == NULL) {
        return run_error("the function has no implementation");
    }
    void *context = run->input == NULL ? NULL : run->input->context;
    struct value value = {0};
    switch (function->call(context, function->id, arguments, run->scratch, &value)) {
    case STATUS_OK:
        return value;
    case STATUS_NOT_FOUND:
        return run->is_rules ? missing_value(function->result)
                             : run_error("the function gave no value");
    default:
        return value.kind == VALUE_ERROR ? value : run_error("the function failed");
    }
}

static struct value call_prepared_pattern(struct evaluation *run, const struct node *node,
                                          const struct value *arguments) {
    return arguments[0].kind == VALUE_STRING
               ? run_match(run, node->call.prepared, arguments[0].text)
               : run_no_overload(run, node->call.name, arguments, 2);
}

static struct value apply(struct evaluation *run, const struct node *node,
                          const struct value *arguments) {
    ExprOp op = node->call.op;
    uint32_t count = node->call.count;
    if (op == OP_HOST) {
        return call_host(run, node, arguments);
    }
    if (node->call.prepared != NULL) {
        return call_prepared_pattern(run, node, arguments);
    }
    const struct overload *overload = node->call.overload;
    if (overload == NULL ||
        !overload_accepts(overload->arguments, arguments, overload->argument_count)) {
        bool is_variadic = op == OP_MATH_GREATEST || op == OP_MATH_LEAST;
        overload = overload_for(op, env_dialect(run->env), node->call.is_member, arguments,
                                is_variadic && count > 0 ? 1 : count);
    }
    if (overload == NULL) {
        return run_no_overload(run, op < OP_INT ? expr_op_text(op) : node->call.name, arguments,
                               count);
    }
    return overload->call(run, arguments, count);
}

static struct value evaluate_call(struct evaluation *run, const struct node *node) {
    struct value few[EXPR_ARGUMENTS_MAX];
    struct value *arguments = few;
    uint32_t count = node->call.count;
    if (count > EXPR_ARGUMENTS_MAX) {
        arguments = run_items(run, count);
        if (arguments == NULL) {
            return run_too_much();
        }
    }
    bool is_missing = false;
    for (uint32_t i = 0; i < count; i++) {
        arguments[i] = evaluate_node(run, node->call.arguments[i]);
        if (arguments[i].kind == VALUE_ERROR) {
            return arguments[i];
        }
        is_missing = is_missing || arguments[i].kind == VALUE_MISSING;
    }
    if (!is_missing) {
        return apply(run, node, arguments);
    }
    bool is_false = is_comparison(node->call.op) || node->call.op == OP_NOT;
    return is_false ? value_bool(node->call.op == OP_NOT) : (struct value){.kind = VALUE_MISSING};
}

static struct value evaluate_operator(struct evaluation *run, const struct node *node) {
    switch (node->call.op) {
    case OP_AND:
        return evaluate_logic(run, node, false);
    case OP_OR:
        return evaluate_logic(run, node, true);
    case OP_CONDITIONAL:
        return evaluate_conditional(run, node);
    case OP_OPTIONAL_OR:
    case OP_OPTIONAL_OR_VALUE:
        return evaluate_or(run, node);
    default:
        return evaluate_call(run, node);
    }
}

// The item of [?x] and the value of {?k: x}: false when it is none, so to be left out.
static bool unwrap_optional(struct value *value) {
    if (value->kind != VALUE_OPTIONAL) {
        if (!is_failure(value)) {
            *value = run_error("no such overload: '?' needs an optional value");
        }
        return true;
    }
    if (value->optional == NULL) {
        return false;
    }
    *value = *value->optional;
    return true;
}

static struct value evaluate_list(struct evaluation *run, const struct node *node) {
    if (node->list.constant != NULL) {
        return *node->list.constant;
    }
    struct value *items = run_items(run, node->list.count);
    if (items == NULL) {
        return run_too_much();
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->list.count; i++) {
        struct value item = evaluate_node(run, node->list.items[i]);
        bool is_optional = node->list.is_optional != NULL && node->list.is_optional[i];
        if (is_optional && !unwrap_optional(&item)) {
            continue;
        }
        if (item.kind == VALUE_ERROR) {
            return item;
        }
        if (item.kind != VALUE_MISSING) {
            items[count++] = item;
        }
    }
    return run_list(run, items, count);
}

static bool is_key(const struct value *key) {
    return key->kind == VALUE_BOOL || key->kind == VALUE_INT || key->kind == VALUE_UINT ||
           key->kind == VALUE_STRING;
}

static struct value evaluate_map(struct evaluation *run, const struct node *node) {
    struct value *keys = run_items(run, node->map.count);
    struct value *values = run_items(run, node->map.count);
    if (keys == NULL || values == NULL) {
        return run_too_much();
    }
    struct value_map map = {.keys = keys, .values = values};
    for (uint32_t i = 0; i < node->map.count; i++) {
        struct value key = evaluate_node(run, node->map.keys[i]);
        if (key.kind == VALUE_ERROR) {
            return key;
        }
        struct value value = evaluate_node(run, node->map.values[i]);
        bool is_optional = node->map.is_optional != NULL && node->map.is_optional[i];
        if (is_optional && !unwrap_optional(&value)) {
            continue;
        }
        if (value.kind == VALUE_ERROR) {
            return value;
        }
        if (value.kind == VALUE_MISSING || key.kind == VALUE_MISSING) {
            continue;
        }
        if (!is_key(&key)) {
            return run_error("a key of a map is a bool, int, uint or string");
        }
        if (value_map_get(&map, &key, &run->compares_left) != NULL) {
            return run_error("a key stands twice in a map");
        }
        keys[map.count] = key;
        values[map.count++] = value;
    }
    return run_map(run, keys, values, map.count);
}

static struct value select_field(struct evaluation *run, const struct value *operand, Slice field) {
    struct value key = value_string(field);
    if (operand->kind == VALUE_OPTIONAL) {
        return operand->optional == NULL ? *operand
                                         : run_look_up_optional(run, operand->optional, &key);
    }
    if (operand->kind != VALUE_MAP) {
        return run_error_format(run, "no such overload: a %.*s has no field '%.*s'",
                                SLICE_ARGS(type_name(value_type(operand))), SLICE_ARGS(field));
    }
    const struct value *found = value_map_get(operand->map, &key, &run->compares_left);
    if (found == NULL && !run_may_compare(run)) {
        return run_too_long();
    }
    return found != NULL ? *found : run_error_format(run, "no such key: '%.*s'", SLICE_ARGS(field));
}

static struct value evaluate_select(struct evaluation *run, const struct node *node) {
    struct value operand = evaluate_node(run, node->select.operand);
    return is_failure(&operand) ? operand : select_field(run, &operand, node->select.field);
}

static struct value evaluate_has(struct evaluation *run, const struct node *node) {
    if (node->has.variable != NULL) {
        struct value ignored;
        return value_bool(run->input != NULL &&
                          run->input->read(run->input->context, node->has.variable->slot,
                                           run->scratch, &ignored));
    }
    struct value operand = evaluate_node(run, node->has.operand);
    if (operand.kind == VALUE_MISSING) {
        return value_bool(false);
    }
    if (operand.kind == VALUE_OPTIONAL) {
        if (operand.optional == NULL) {
            return value_bool(false);
        }
        operand = *operand.optional;
    }
    if (operand.kind == VALUE_ERROR) {
        return operand;
    }
    if (operand.kind != VALUE_MAP) {
        return run_error("no such overload: has() needs a map");
    }
    struct value key = value_string(node->has.field);
    return value_bool(value_map_get(operand.map, &key, &run->compares_left) != NULL);
}

// A local that could not be computed fails where it is read, not where it is bound.
static struct value evaluate_bind(struct evaluation *run, const struct node *node) {
    for (uint32_t i = 0; i < node->bind.count; i++) {
        struct value value = evaluate_node(run, node->bind.inits[i]);
        run->frame[node->bind.locals[i].index] = value;
    }
    return evaluate_node(run, node->bind.body);
}

struct value evaluate_node(struct evaluation *run, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        return node->literal;
    case NODE_VARIABLE:
        return read_variable(run, node->variable);
    case NODE_LOCAL:
        return run->frame[node->local.index];
    case NODE_CALL:
        return evaluate_operator(run, node);
    case NODE_LIST:
        return evaluate_list(run, node);
    case NODE_MAP:
        return evaluate_map(run, node);
    case NODE_SELECT:
        return evaluate_select(run, node);
    case NODE_HAS:
        return evaluate_has(run, node);
    case NODE_COMPREHENSION:
        return evaluate_comprehension(run, node);
    case NODE_BIND:
        return evaluate_bind(run, node);
    }
    INVARIANT(false);
}

Status expr_evaluate(const struct expr *expr, const struct expr_input *input, struct arena *scratch,
                     struct value *ret_value) {
    return expr_evaluate_node(expr, expr->root, input, scratch, ret_value);
}

Status expr_evaluate_node(const struct expr *expr, const struct node *node, const struct expr_input *input,
                          struct arena *scratch, struct value *ret_value) {
    struct evaluation run = {
        .env = expr->env,
        .input = input,
        .scratch = scratch,
        .steps_left = EXPR_STEPS_MAX,
        .compares_left = RUN_COMPARES_MAX,
        .bytes_left = EXPR_BYTES_MAX,
        .is_rules = expr->env->dialect == EXPR_RULES,
    };
    if (expr->local_count > 0) {
        run.frame = ARENA_ARRAY(scratch, struct value, expr->local_count);
    }
    struct value value = evaluate_node(&run, node);
    bool is_exhausted = run.compares_left == 0 || run.bytes_left == 0;
    if (is_exhausted && value.kind != VALUE_ERROR) {
        value = run.compares_left == 0 ? run_too_long() : run_too_much();
    }
    *ret_value = value;
    switch (value.kind) {
    case VALUE_MISSING:
        return STATUS_NOT_FOUND;
    case VALUE_ERROR:
        return STATUS_INVALID;
    default:
        return STATUS_OK;
    }
}
