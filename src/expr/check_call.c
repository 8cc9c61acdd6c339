// Calls: which overload of an operator or function the types of the arguments mean.
//
// All overloads that fit are looked for. One: it is kept in the node. Several, which happens with
// dyn arguments: the values decide when the expression runs, and the type is their common result or
// dyn.

#include "expr/check.h"
#include "expr/pattern.h"

static bool is_kind(const struct check *check, const struct node *node, TypeKind kind) {
    return infer_shallow(&check->infer, node->type)->kind == kind;
}

static struct node *new_call(struct check *check, const struct syntax *syntax, ExprOp op,
                             Slice name, struct node **arguments, uint32_t count) {
    struct node *node = check_new(check, NODE_CALL, syntax, TYPE(DYN));
    node->call.op = op;
    node->call.name = name;
    node->call.arguments = arguments;
    node->call.count = count;
    node->call.is_member = syntax->call.target != NULL;
    for (uint32_t i = 0; i < count; i++) {
        check_hold(node, arguments[i]);
    }
    return node;
}

// Messages about calls that fit nothing.

static void put_signature(struct buf *out, Slice name, bool is_operator, bool is_member,
                          const Slice *types, uint32_t count) {
    if (is_operator && count == 2) {
        bool is_index = slice_starts_with(name, SLICE("["));
        buf_printf(out, is_index ? "%.*s[%.*s]" : "%.*s %.*s %.*s", SLICE_ARGS(types[0]),
                   SLICE_ARGS(is_index ? types[1] : name), SLICE_ARGS(types[1]));
        return;
    }
    uint32_t first = is_member && count > 0 ? 1 : 0;
    if (first > 0) {
        buf_printf(out, "%.*s.", SLICE_ARGS(types[0]));
    }
    buf_printf(out, is_operator ? "%.*s" : "%.*s(", SLICE_ARGS(name));
    for (uint32_t i = first; i < count; i++) {
        buf_printf(out, "%s%.*s", i > first ? ", " : "", SLICE_ARGS(types[i]));
    }
    buf_put(out, is_operator ? SLICE("") : SLICE(")"));
}

static void put_overload(struct check *check, struct buf *out, Slice name, bool is_operator,
                         bool is_member, const struct type *const *arguments, uint32_t count) {
    Slice types[EXPR_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        types[i] = type_text(check->arena, arguments[i]);
    }
    buf_put(out, out->size > 0 ? SLICE(", ") : SLICE(""));
    put_signature(out, name, is_operator, is_member, types, count);
}

static void put_existing(struct check *check, struct buf *out, const struct node *call) {
    uint32_t row_count;
    const struct overload *rows = overloads_of(call->call.op, &row_count);
    for (uint32_t i = 0; i < row_count; i++) {
        if ((rows[i].dialects & env_dialect(check->env)) != 0) {
            put_overload(check, out, expr_op_text(call->call.op), rows[i].style == STYLE_OPERATOR,
                         rows[i].style == STYLE_MEMBER, rows[i].arguments, rows[i].argument_count);
        }
    }
    const struct host_function *host =
        call->call.op == OP_HOST ? env_find_function(check->env, call->call.name) : NULL;
    for (; host != NULL; host = host->next) {
        put_overload(check, out, host->function.name, false, host->function.is_member,
                     host->function.arguments, host->function.argument_count);
    }
}

static void report_no_overload(struct check *check, const struct syntax *syntax,
                               const struct node *call) {
    enum { LONGEST = 1500 };
    for (uint32_t i = 0; i < call->call.count; i++) {
        if (is_kind(check, call->call.arguments[i], TYPE_ERROR)) {
            return; // told already
        }
    }
    struct buf text;
    buf_init(&text, LONGEST);
    uint32_t count = call->call.count;
    Slice name = call->call.op < OP_INT ? expr_op_text(call->call.op) : call->call.name;
    bool is_operator = call->call.op < OP_INT && count <= 2; // && || ?: of more are written as functions
    Slice *types = ARENA_ARRAY(check->arena, Slice, count);
    for (uint32_t i = 0; i < count; i++) {
        types[i] = check_type_text(check, call->call.arguments[i]->type);
    }
    put_signature(&text, name, is_operator, call->call.is_member, types, count);
    bool has_name = syntax->name_end > 0;
    struct diag *diag = report_error(check->report, ERROR_NO_OVERLOAD,
                                     has_name ? syntax->name_start : syntax->start,
                                     has_name ? syntax->name_end : syntax->end,
                                     "there is no %.*s", SLICE_ARGS(buf_slice(&text)));
    buf_reset(&text);
    put_existing(check, &text, call);
    diag_hint(check->report->diags, diag, "there is: %.*s%s", SLICE_ARGS(buf_slice(&text)),
              buf_overflowed(&text) ? " ..." : "");
    buf_deinit(&text);
}

// What a search for overloads has found.
struct matches {
    uint32_t count;
    const struct type *result;
};

static void note_match(struct check *check, struct matches *matches, const struct type *result) {
    result = infer_resolve(&check->infer, result, false);
    bool is_same = matches->count == 0 || type_equal(matches->result, result);
    matches->result = is_same ? result : TYPE(DYN);
    matches->count++;
}

// Whether the arguments fit a signature. The parameters it learns stay learnt.
static bool fits(struct check *check, const struct node *call, const struct type *const *wanted,
                 const struct type *result, struct matches *matches) {
    const struct type *fresh[SIGNATURE_PARAMS] = {NULL};
    const struct type *from[EXPR_ARGUMENTS_MAX];
    const struct type *to[EXPR_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < call->call.count; i++) {
        from[i] = call->call.arguments[i]->type;
        to[i] = infer_instance(&check->infer, wanted[i], fresh);
    }
    const struct type *given = infer_instance(&check->infer, result, fresh);
    if (!infer_assign_all(&check->infer, from, to, call->call.count)) {
        return false;
    }
    note_match(check, matches, given);
    return true;
}

static void match_overloads(struct check *check, struct node *call, struct matches *matches) {
    uint32_t row_count;
    const struct overload *rows = overloads_of(call->call.op, &row_count);
    for (uint32_t i = 0; i < row_count; i++) {
        const struct overload *row = &rows[i];
        if ((row->dialects & env_dialect(check->env)) != 0 &&
            overload_has_style(row, call->call.is_member) &&
            row->argument_count == call->call.count &&
            fits(check, call, row->arguments, row->result, matches)) {
            call->call.overload = matches->count == 1 ? row : NULL;
        }
    }
}

static void match_host(struct check *check, struct node *call, struct matches *matches) {
    const struct host_function *host = env_find_function(check->env, call->call.name);
    for (; host != NULL; host = host->next) {
        const struct expr_function *function = &host->function;
        if (function->argument_count == call->call.count &&
            function->is_member == call->call.is_member &&
            fits(check, call, function->arguments, function->result, matches)) {
            call->call.function = matches->count == 1 ? function : NULL;
        }
    }
}

// Rules: an int may be given where a host's function wants a double, and a number where it wants
// money.
static void adapt_to_host(struct check *check, struct node *call, struct node **arguments) {
    const struct host_function *host = env_find_function(check->env, call->call.name);
    bool is_alone = host != NULL && host->next == NULL &&
                    host->function.argument_count == call->call.count;
    for (uint32_t i = 0; is_alone && i < call->call.count; i++) {
        const struct type *wanted = host->function.arguments[i];
        bool is_int = is_kind(check, arguments[i], TYPE_INT);
        bool is_number = is_int || is_kind(check, arguments[i], TYPE_DOUBLE);
        if ((wanted->kind == TYPE_DOUBLE && is_int) || (wanted->kind == TYPE_MONEY && is_number)) {
            arguments[i] = check_convert(check, arguments[i], wanted);
        }
    }
}

// Choices: a literal that is compared with an enumerated variable must be one of its values.

static Slice nearest_choice(const struct expr_choices *choices, Slice text) {
    size_t limit = text.size / 2 + 1;
    size_t best_distance = limit + 1;
    Slice best = SLICE("");
    for (uint32_t i = 0; i < choices->count; i++) {
        size_t distance = slice_distance(text, choices->values[i], limit);
        if (distance < best_distance) {
            best_distance = distance;
            best = choices->values[i];
        }
    }
    return best;
}

static void check_choice(struct check *check, const struct expr_variable *variable,
                         const struct node *literal) {
    const struct expr_choices *choices = variable->choices;
    if (literal->kind != NODE_LITERAL || literal->literal.kind != VALUE_STRING) {
        return;
    }
    Slice text = literal->literal.text;
    for (uint32_t i = 0; i < choices->count; i++) {
        if (slice_equal(choices->values[i], text)) {
            return;
        }
    }
    struct diag *diag =
        report_error(check->report, ERROR_CHOICE, literal->byte_start, literal->byte_end,
                     "'%.*s' is not a %.*s, so %.*s never has it", SLICE_ARGS(text),
                     SLICE_ARGS(choices->name), SLICE_ARGS(variable->name));
    Slice nearest = nearest_choice(choices, text);
    if (!slice_empty(nearest)) {
        diag_hint(check->report->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
    }
}

static void check_choices(struct check *check, const struct node *variable,
                          const struct node *other) {
    if (variable->kind != NODE_VARIABLE || variable->variable->choices == NULL) {
        return;
    }
    check_choice(check, variable->variable, other);
    for (uint32_t i = 0; other->kind == NODE_LIST && i < other->list.count; i++) {
        check_choice(check, variable->variable, other->list.items[i]);
    }
}

// math.greatest and math.least: numbers, or one list of numbers.

static const struct type *number_of(struct check *check, const struct node *argument,
                                    uint32_t count) {
    const struct type *type = infer_shallow(&check->infer, argument->type);
    if (count == 1 && type->kind == TYPE_LIST) {
        type = infer_shallow(&check->infer, type->first == NULL ? TYPE(DYN) : type->first);
    }
    bool is_money = type->kind == TYPE_MONEY && check->env->dialect == EXPR_RULES;
    bool is_number = type->kind == TYPE_INT || type->kind == TYPE_UINT ||
                     type->kind == TYPE_DOUBLE || is_money;
    bool is_unknown =
        type->kind == TYPE_DYN || type->kind == TYPE_PARAM || type->kind == TYPE_ERROR;
    return is_number ? type : is_unknown ? TYPE(DYN) : NULL;
}

// The common type of two numbers; in rules numbers of two kinds become one.
static const struct type *common_number(const struct check *check, const struct type *left,
                                        const struct type *right) {
    if (left->kind == right->kind) {
        return left;
    }
    if (check->env->dialect != EXPR_RULES || left->kind == TYPE_DYN || right->kind == TYPE_DYN) {
        return TYPE(DYN);
    }
    bool has_money = left->kind == TYPE_MONEY || right->kind == TYPE_MONEY;
    return has_money ? TYPE(MONEY) : TYPE(DOUBLE);
}

static struct node *check_extreme(struct check *check, const struct syntax *syntax,
                                  struct node *call, struct node **arguments) {
    const struct type *common = NULL;
    for (uint32_t i = 0; i < call->call.count; i++) {
        const struct type *number = number_of(check, arguments[i], call->call.count);
        if (number == NULL) {
            report_no_overload(check, syntax, call);
            return call;
        }
        common = common == NULL ? number : common_number(check, common, number);
    }
    if (common == NULL) {
        report_no_overload(check, syntax, call);
        return call;
    }
    for (uint32_t i = 0; check->env->dialect == EXPR_RULES && i < call->call.count; i++) {
        TypeKind kind = infer_shallow(&check->infer, arguments[i]->type)->kind;
        bool is_convertible = kind == TYPE_INT || kind == TYPE_DOUBLE;
        if (is_convertible && kind != common->kind && common->kind != TYPE_DYN) {
            arguments[i] = check_convert(check, arguments[i], common);
        }
    }
    call->type = common;
    return call;
}

// Patterns that are literals are compiled with the expression.
static void prepare_pattern(struct check *check, struct node *call) {
    const struct node *literal = call->call.arguments[1];
    if (literal->kind != NODE_LITERAL || literal->literal.kind != VALUE_STRING) {
        return;
    }
    char message[PATTERN_MESSAGE_SIZE];
    call->call.prepared = pattern_compile(literal->literal.text, check->arena, message);
    if (call->call.prepared == NULL && check->env->dialect == EXPR_RULES) {
        report_error(check->report, ERROR_PATTERN, literal->byte_start, literal->byte_end,
                     "this is not a regular expression: %s", message);
    }
}

// && and || of more than two: every argument a bool.
static struct node *check_logic(struct check *check, const struct syntax *syntax,
                                struct node *call) {
    for (uint32_t i = 0; i < call->call.count; i++) {
        if (!infer_assign(&check->infer, call->call.arguments[i]->type, TYPE(BOOL))) {
            report_no_overload(check, syntax, call);
            break;
        }
    }
    call->type = TYPE(BOOL);
    return call;
}

static struct node *check_conditional(struct check *check, const struct syntax *syntax,
                                      struct node *call, struct node **arguments) {
    bool is_bool = infer_assign(&check->infer, arguments[0]->type, TYPE(BOOL));
    const struct type *type = check_join(check, &arguments[1], &arguments[2]);
    if (!is_bool || type == NULL) {
        report_no_overload(check, syntax, call);
    }
    call->type = type == NULL ? TYPE(ERROR) : type;
    return call;
}

static struct node *settle(struct check *check, const struct syntax *syntax, struct node *call,
                           struct node **arguments) {
    ExprOp op = call->call.op;
    if (op == OP_MATCHES && call->call.count == 2) {
        prepare_pattern(check, call);
    }
    if (check->is_lenient) {
        return call;
    }
    if (op == OP_AND || op == OP_OR) {
        return check_logic(check, syntax, call);
    }
    if (op == OP_CONDITIONAL) {
        return check_conditional(check, syntax, call, arguments);
    }
    if (op == OP_MATH_GREATEST || op == OP_MATH_LEAST) {
        return check_extreme(check, syntax, call, arguments);
    }
    if (check->env->dialect == EXPR_RULES && op == OP_HOST) {
        adapt_to_host(check, call, arguments);
    }
    if ((op == OP_EQUAL || op == OP_NOT_EQUAL || op == OP_IN) && call->call.count == 2) {
        check_choices(check, arguments[0], arguments[1]);
        check_choices(check, arguments[1], arguments[0]);
    }
    struct matches matches = {0};
    if (op == OP_HOST) {
        match_host(check, call, &matches);
    } else {
        match_overloads(check, call, &matches);
    }
    if (matches.count == 0) {
        report_no_overload(check, syntax, call);
        call->type = TYPE(ERROR);
    } else {
        call->type = matches.result;
    }
    return call;
}

// Functions by name.

struct callee {
    ExprOp op;
    Slice name; // full
};

static bool find_callee(struct check *check, Slice name, bool is_rooted,
                        struct callee *ret_callee) {
    Slice candidate;
    for (uint32_t i = 0;
         env_candidate(check->env, name, is_rooted, i, check->arena, &candidate); i++) {
        if (env_find_function(check->env, candidate) != NULL) {
            *ret_callee = (struct callee){OP_HOST, candidate};
            return true;
        }
        ExprOp op = function_find(candidate);
        if (op != OP_COUNT && (op != OP_MONEY || check->env->dialect == EXPR_RULES)) {
            *ret_callee = (struct callee){op, candidate};
            return true;
        }
    }
    return false;
}

static struct node *unknown_function(struct check *check, const struct syntax *syntax, Slice name) {
    if (!check->is_lenient) {
        struct diag *diag =
            report_error(check->report, ERROR_UNKNOWN_FUNCTION, syntax->name_start,
                         syntax->name_end, "there is no function '%.*s'", SLICE_ARGS(name));
        Slice nearest = env_nearest_function(check->env, name, check->arena);
        if (!slice_empty(nearest)) {
            diag_hint(check->report->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
        }
    }
    return check_error(
        check, syntax, arena_printf(check->arena, "unknown function '%.*s'", SLICE_ARGS(name)));
}

static struct node **check_arguments(struct check *check, const struct syntax *syntax,
                                     const struct syntax *receiver, uint32_t *ret_count) {
    uint32_t shift = receiver != NULL;
    uint32_t count = syntax->call.arguments.count + shift;
    struct node **arguments = ARENA_ARRAY(check->arena, struct node *, count);
    if (receiver != NULL) {
        arguments[0] = check_node(check, receiver);
    }
    for (uint32_t i = shift; i < count; i++) {
        arguments[i] = check_node(check, syntax->call.arguments.at[i - shift]);
    }
    *ret_count = count;
    return arguments;
}

// `strings.quote(x)`: what looks like a receiver is the beginning of the function's name.
static bool find_qualified(struct check *check, const struct syntax *syntax,
                           struct callee *ret_callee) {
    Slice prefix;
    bool is_rooted;
    if (!check_qualified_name(check, syntax->call.target, &prefix, &is_rooted)) {
        return false;
    }
    Slice name =
        arena_printf(check->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(syntax->name));
    return find_callee(check, name, is_rooted, ret_callee);
}

// `strings.qoute(x)`: neither the function nor what stands before it is known, so the two are one
// name.
static Slice name_in_message(struct check *check, const struct syntax *syntax) {
    Slice prefix;
    bool is_rooted;
    if (syntax->call.target == NULL || !check_is_undeclared(check, syntax->call.target)) {
        return syntax->name;
    }
    check_qualified_name(check, syntax->call.target, &prefix, &is_rooted);
    return arena_printf(check->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(syntax->name));
}

static bool find_any_callee(struct check *check, const struct syntax *syntax,
                            struct callee *ret_callee, const struct syntax **ret_receiver) {
    *ret_receiver = syntax->call.target;
    *ret_callee = (struct callee){syntax->call.op, syntax->name};
    if (syntax->call.op != OP_HOST) {
        return true;
    }
    if (syntax->call.target == NULL) {
        return find_callee(check, syntax->name, syntax->call.is_rooted, ret_callee);
    }
    if (find_qualified(check, syntax, ret_callee)) {
        *ret_receiver = NULL;
        return true;
    }
    return find_callee(check, syntax->name, true, ret_callee);
}

struct node *check_call(struct check *check, const struct syntax *syntax) {
    struct callee callee;
    const struct syntax *receiver;
    if (!find_any_callee(check, syntax, &callee, &receiver)) {
        Slice name = name_in_message(check, syntax);
        bool is_one_name = name.size > syntax->name.size;
        uint32_t ignored;
        check_arguments(check, syntax, is_one_name ? NULL : receiver, &ignored);
        return unknown_function(check, syntax, name);
    }
    uint32_t count;
    struct node **arguments = check_arguments(check, syntax, receiver, &count);
    struct node *call = new_call(check, syntax, callee.op, callee.name, arguments, count);
    call->call.is_member = receiver != NULL;
    return settle(check, syntax, call, arguments);
}
