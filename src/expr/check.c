// Check: names and types.
//
// A name is looked for among the locals first, then as the longest declared name in the container
// and its parents: `a.b.c` may be one variable, or field c of a variable "a.b". Types are inferred
// as infer.h says. An error gives a node of type error, which fits everywhere, so that one mistake
// is told once and the walk goes on to the next.

#include "expr/check.h"

struct node *check_new(struct check *check, NodeKind kind, const struct syntax *syntax,
                       const struct type *type) {
    struct node *node = ARENA_NEW(check->arena, struct node);
    node->kind = kind;
    node->byte_start = syntax->start;
    node->byte_end = syntax->end;
    node->height = 1;
    node->type = check->is_lenient ? TYPE(DYN) : type;
    *VEC_PUSH(&check->nodes, check->arena) = node;
    return node;
}

void check_hold(struct node *node, const struct node *child) {
    if (child->height >= node->height) {
        node->height = child->height + 1;
    }
}

struct node *check_error(struct check *check, const struct syntax *syntax, Slice message) {
    struct node *node = check_new(check, NODE_LITERAL, syntax, TYPE(ERROR));
    node->literal = value_error(message);
    return node;
}

Slice check_type_text(struct check *check, const struct type *type) {
    return type_text(check->arena, infer_resolve(&check->infer, type, true));
}

static struct node *check_literal(struct check *check, const struct syntax *syntax) {
    struct node *node = check_new(check, NODE_LITERAL, syntax, value_type(&syntax->literal));
    node->literal = syntax->literal;
    return node;
}

// Names.

static const struct check_local *find_local(const struct check *check, Slice name) {
    for (uint32_t i = check->scope.count; i > 0; i--) {
        if (slice_equal(check->scope.at[i - 1].name, name)) {
            return &check->scope.at[i - 1];
        }
    }
    return NULL;
}

static const struct check_local *push_local(struct check *check, Slice name,
                                            const struct type *type) {
    uint32_t index = check->scope.count;
    struct check_local *local = VEC_PUSH(&check->scope, check->arena);
    *local = (struct check_local){.name = name, .index = index, .type = type};
    if (check->scope.count > check->local_count) {
        check->local_count = check->scope.count;
    }
    return local;
}

static struct node_local local_of(const struct check_local *local) {
    return (struct node_local){.name = local->name, .index = local->index};
}

// The size of "a.b.c", and the name it begins with; NULL when something else than names is in it.
static const struct syntax *measure_name(const struct syntax *syntax, size_t *ret_size) {
    *ret_size = syntax->name.size;
    for (; syntax->kind == SYNTAX_SELECT; syntax = syntax->operand) {
        *ret_size += 1 + syntax->operand->name.size;
    }
    return syntax->kind == SYNTAX_NAME ? syntax : NULL;
}

bool check_qualified_name(struct check *check, const struct syntax *syntax, Slice *ret_name,
                          bool *ret_is_rooted) {
    size_t size;
    const struct syntax *first = measure_name(syntax, &size);
    if (first == NULL || (!first->is_rooted && find_local(check, first->name) != NULL)) {
        return false;
    }
    char *text = arena_alloc_raw(check->arena, size);
    *ret_name = (Slice){text, size};
    *ret_is_rooted = first->is_rooted;
    for (; syntax != first; syntax = syntax->operand) { // from the end, as the tree hangs
        size -= syntax->name.size;
        memcpy(text + size, syntax->name.at, syntax->name.size);
        text[--size] = '.';
    }
    memcpy(text, first->name.at, first->name.size);
    return true;
}

static void note_read(struct check *check, const struct expr_variable *variable) {
    for (uint32_t i = 0; i < check->reads.count; i++) {
        if (check->reads.at[i] == variable) {
            return;
        }
    }
    *VEC_PUSH(&check->reads, check->arena) = variable;
}

static struct node *new_variable(struct check *check, const struct syntax *syntax,
                                 const struct expr_variable *variable) {
    struct node *node = check_new(check, NODE_VARIABLE, syntax, variable->type);
    node->variable = variable;
    note_read(check, variable);
    return node;
}

static const struct expr_variable *find_variable(struct check *check, Slice name, bool is_rooted) {
    Slice candidate;
    for (uint32_t i = 0;
         env_candidate(check->env, name, is_rooted, i, check->arena, &candidate); i++) {
        const struct expr_variable *variable = expr_env_find(check->env, candidate);
        if (variable != NULL) {
            return variable;
        }
    }
    return NULL;
}

// The variable or type of a whole qualified name, or NULL.
static struct node *resolve(struct check *check, const struct syntax *syntax, Slice name,
                            bool is_rooted) {
    const struct expr_variable *variable = find_variable(check, name, is_rooted);
    if (variable != NULL) {
        return new_variable(check, syntax, variable);
    }
    Slice candidate;
    for (uint32_t i = 0;
         env_candidate(check->env, name, is_rooted, i, check->arena, &candidate); i++) {
        const struct type *type = env_find_type(check->env, candidate);
        if (type != NULL) {
            struct node *node =
                check_new(check, NODE_LITERAL, syntax, type_of(check->arena, type));
            node->literal = (struct value){.kind = VALUE_TYPE, .type = type};
            return node;
        }
    }
    return NULL;
}

static struct node *unknown_name(struct check *check, const struct syntax *syntax, Slice name) {
    if (!check->is_lenient) {
        struct diag *diag = report_error(check->report, ERROR_UNKNOWN_NAME, syntax->start,
                                         syntax->end, "unknown name '%.*s'", SLICE_ARGS(name));
        Slice nearest = env_nearest_variable(check->env, name);
        if (!slice_empty(nearest)) {
            diag_hint(check->report->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
        }
    }
    return check_error(check, syntax,
                       arena_printf(check->arena, "unknown name '%.*s'", SLICE_ARGS(name)));
}

static struct node *check_name(struct check *check, const struct syntax *syntax) {
    const struct check_local *local =
        syntax->is_rooted ? NULL : find_local(check, syntax->name);
    if (local != NULL) {
        struct node *node = check_new(check, NODE_LOCAL, syntax, local->type);
        node->local = local_of(local);
        return node;
    }
    struct node *node = resolve(check, syntax, syntax->name, syntax->is_rooted);
    return node != NULL ? node : unknown_name(check, syntax, syntax->name);
}

// The longest beginning of `a.b.c` that is declared, and in *ret_part where it ends; NULL when none
// is.
static struct node *resolve_longest(struct check *check, const struct syntax *syntax, Slice name,
                                    bool is_rooted, const struct syntax **ret_part) {
    for (;; syntax = syntax->operand) {
        struct node *node = resolve(check, syntax, name, is_rooted);
        *ret_part = syntax;
        if (node != NULL || syntax->kind == SYNTAX_NAME) {
            return node;
        }
        name.size -= syntax->name.size + 1;
    }
}

bool check_is_undeclared(struct check *check, const struct syntax *syntax) {
    Slice name;
    bool is_rooted;
    const struct syntax *part;
    return check_qualified_name(check, syntax, &name, &is_rooted) &&
           resolve_longest(check, syntax, name, is_rooted, &part) == NULL;
}

// Fields.

static const struct type *field_type(struct check *check, const struct syntax *syntax,
                                     const struct node *operand) {
    const struct type *type = infer_shallow(&check->infer, operand->type);
    switch (type->kind) {
    case TYPE_DYN:
    case TYPE_ERROR:
    case TYPE_PARAM:
        return TYPE(DYN);
    case TYPE_MAP:
        return type->second == NULL ? TYPE(DYN) : type->second;
    case TYPE_OPTIONAL: {
        struct node inner = {.type = type->first == NULL ? TYPE(DYN) : type->first};
        const struct type *field = field_type(check, syntax, &inner);
        return field->kind == TYPE_OPTIONAL || field->kind == TYPE_ERROR
                   ? field
                   : type_optional(check->arena, field);
    }
    default:
        report_error(check->report, ERROR_NO_FIELD, syntax->name_start, syntax->name_end,
                     "a value of type %.*s has no field '%.*s'",
                     SLICE_ARGS(check_type_text(check, type)), SLICE_ARGS(syntax->name));
        return TYPE(ERROR);
    }
}

static struct node *new_select(struct check *check, const struct syntax *syntax,
                               struct node *operand) {
    struct node *node = check_new(check, NODE_SELECT, syntax, TYPE(DYN));
    if (!check->is_lenient) {
        node->type = field_type(check, syntax, operand);
    }
    node->select.operand = operand;
    node->select.field = syntax->name;
    check_hold(node, operand);
    return node;
}

// `syntax` as fields of `beginning`, which stands for its inner part.
static struct node *select_from(struct check *check, const struct syntax *syntax,
                                const struct syntax *part, struct node *beginning) {
    if (syntax == part) {
        return beginning;
    }
    return new_select(check, syntax, select_from(check, syntax->operand, part, beginning));
}

static struct node *check_select(struct check *check, const struct syntax *syntax) {
    Slice name;
    bool is_rooted;
    if (!check_qualified_name(check, syntax, &name, &is_rooted)) {
        return new_select(check, syntax, check_node(check, syntax->operand));
    }
    const struct syntax *part;
    struct node *beginning = resolve_longest(check, syntax, name, is_rooted, &part);
    return beginning == NULL ? unknown_name(check, syntax, name)
                             : select_from(check, syntax, part, beginning);
}

static struct node *check_has(struct check *check, const struct syntax *syntax) {
    struct node *node = check_new(check, NODE_HAS, syntax, TYPE(BOOL));
    struct syntax whole = {
        .kind = SYNTAX_SELECT, .name = syntax->name, .operand = syntax->operand};
    Slice name;
    bool is_rooted;
    if (check->env->dialect == EXPR_RULES &&
        check_qualified_name(check, &whole, &name, &is_rooted)) {
        node->has.variable = find_variable(check, name, is_rooted);
        if (node->has.variable != NULL) {
            note_read(check, node->has.variable);
            return node;
        }
        if (check_is_undeclared(check, syntax->operand)) {
            struct syntax place = *syntax;
            place.start = syntax->operand->start;
            place.end = syntax->name_end;
            return unknown_name(check, &place, name);
        }
    }
    node->has.operand = check_node(check, syntax->operand);
    node->has.field = syntax->name;
    if (!check->is_lenient) {
        field_type(check, syntax, node->has.operand);
    }
    check_hold(node, node->has.operand);
    return node;
}

// Comprehensions and bindings.

struct range_types {
    const struct type *first; // the only variable, or the first of two
    const struct type *second;
    const struct type *element; // of a list; key of a map
};

static struct range_types types_of_range(struct check *check, const struct syntax *syntax,
                                         const struct node *range) {
    const struct type *dyn = TYPE(DYN);
    const struct type *type = infer_shallow(&check->infer, range->type);
    bool has_second = syntax->comprehension.has_second;
    bool is_optional = syntax->comprehension.kind == COMPREHENSION_OPT_MAP ||
                       syntax->comprehension.kind == COMPREHENSION_OPT_FLAT_MAP;
    bool is_list_only = syntax->comprehension.kind == COMPREHENSION_SORT_BY;
    if (check->is_lenient || type->kind == TYPE_DYN || type->kind == TYPE_ERROR) {
        return (struct range_types){dyn, dyn, dyn};
    }
    const struct type *first = type->first == NULL ? dyn : type->first;
    const struct type *second = type->second == NULL ? dyn : type->second;
    if (type->kind == TYPE_PARAM) {
        infer_assign(&check->infer, type, dyn);
        return (struct range_types){dyn, dyn, dyn};
    }
    if (type->kind == TYPE_OPTIONAL && is_optional) {
        return (struct range_types){first, dyn, first};
    }
    if (type->kind == TYPE_LIST && !is_optional) {
        return (struct range_types){has_second ? TYPE(INT) : first, first, first};
    }
    if (type->kind == TYPE_MAP && !is_optional && !is_list_only) {
        return (struct range_types){first, second, first};
    }
    report_error(check->report, ERROR_WRONG_TYPE, syntax->comprehension.range->start,
                 syntax->comprehension.range->end, "%.*s() needs %s here, this is of type %.*s",
                 SLICE_ARGS(syntax->name),
                 is_optional    ? "an optional value"
                 : is_list_only ? "a list"
                                : "a list or a map",
                 SLICE_ARGS(check_type_text(check, range->type)));
    return (struct range_types){dyn, dyn, dyn};
}

static void want(struct check *check, const struct syntax *syntax, const struct node *node,
                 const struct type *type) {
    if (!check->is_lenient && !infer_assign(&check->infer, node->type, type)) {
        report_error(check->report, ERROR_WRONG_TYPE, syntax->start, syntax->end,
                     "%.*s is expected here, this is of type %.*s",
                     SLICE_ARGS(check_type_text(check, type)),
                     SLICE_ARGS(check_type_text(check, node->type)));
    }
}

static const struct type *comprehension_type(struct check *check, const struct syntax *syntax,
                                             const struct node *range, struct range_types types,
                                             const struct node *result) {
    struct arena *arena = check->arena;
    const struct syntax *body = syntax->comprehension.result;
    switch (syntax->comprehension.kind) {
    case COMPREHENSION_ALL:
    case COMPREHENSION_EXISTS:
    case COMPREHENSION_EXISTS_ONE:
        want(check, body, result, TYPE(BOOL));
        return TYPE(BOOL);
    case COMPREHENSION_MAP:
    case COMPREHENSION_TRANSFORM_LIST:
        return type_list(arena, result->type);
    case COMPREHENSION_FILTER:
        want(check, body, result, TYPE(BOOL));
        return type_list(arena, types.element);
    case COMPREHENSION_TRANSFORM_MAP: {
        bool is_map = infer_shallow(&check->infer, range->type)->kind == TYPE_MAP;
        return type_map(arena, is_map ? types.first : TYPE(INT), result->type);
    }
    case COMPREHENSION_TRANSFORM_MAP_ENTRY:
        want(check, body, result,
             type_map(arena, infer_fresh(&check->infer), infer_fresh(&check->infer)));
        return result->type;
    case COMPREHENSION_SORT_BY:
        return type_list(arena, types.element);
    case COMPREHENSION_OPT_MAP:
        return type_optional(arena, result->type);
    case COMPREHENSION_OPT_FLAT_MAP:
        want(check, body, result, type_optional(arena, infer_fresh(&check->infer)));
        return result->type;
    }
    INVARIANT(false);
}

static struct node *check_comprehension(struct check *check, const struct syntax *syntax) {
    struct node *node = check_new(check, NODE_COMPREHENSION, syntax, TYPE(DYN));
    struct node *range = check_node(check, syntax->comprehension.range);
    struct range_types types = types_of_range(check, syntax, range);
    uint32_t scope = check->scope.count;
    node->comprehension.kind = syntax->comprehension.kind;
    node->comprehension.has_second = syntax->comprehension.has_second;
    node->comprehension.range = range;
    node->comprehension.first =
        local_of(push_local(check, syntax->comprehension.first, types.first));
    if (syntax->comprehension.has_second) {
        node->comprehension.second =
            local_of(push_local(check, syntax->comprehension.second, types.second));
    }
    if (syntax->comprehension.condition != NULL) {
        node->comprehension.condition = check_node(check, syntax->comprehension.condition);
        want(check, syntax->comprehension.condition, node->comprehension.condition, TYPE(BOOL));
        check_hold(node, node->comprehension.condition);
    }
    struct node *result = check_node(check, syntax->comprehension.result);
    node->comprehension.result = result;
    check->scope.count = scope;
    check_hold(node, range);
    check_hold(node, result);
    if (!check->is_lenient) {
        node->type = comprehension_type(check, syntax, range, types, result);
    }
    return node;
}

static struct node *check_bind(struct check *check, const struct syntax *syntax) {
    struct node *node = check_new(check, NODE_BIND, syntax, TYPE(DYN));
    uint32_t count = syntax->bind.count;
    uint32_t scope = check->scope.count;
    struct node **inits = ARENA_ARRAY(check->arena, struct node *, count);
    struct node_local *locals = ARENA_ARRAY(check->arena, struct node_local, count);
    for (uint32_t i = 0; i < count; i++) {
        inits[i] = check_node(check, syntax->bind.inits[i]);
        locals[i] = local_of(push_local(check, syntax->bind.names[i], inits[i]->type));
        check_hold(node, inits[i]);
    }
    node->bind.count = count;
    node->bind.inits = inits;
    node->bind.locals = locals;
    node->bind.body = check_node(check, syntax->bind.body);
    check->scope.count = scope;
    check_hold(node, node->bind.body);
    node->type = node->bind.body->type;
    return node;
}

struct node *check_node(struct check *check, const struct syntax *syntax) {
    switch (syntax->kind) {
    case SYNTAX_LITERAL:
        return check_literal(check, syntax);
    case SYNTAX_NAME:
        return check_name(check, syntax);
    case SYNTAX_SELECT:
        return check_select(check, syntax);
    case SYNTAX_HAS:
        return check_has(check, syntax);
    case SYNTAX_CALL:
        return check_call(check, syntax);
    case SYNTAX_LIST:
        return check_list(check, syntax);
    case SYNTAX_MAP:
        return check_map(check, syntax);
    case SYNTAX_COMPREHENSION:
        return check_comprehension(check, syntax);
    case SYNTAX_BIND:
        return check_bind(check, syntax);
    }
    INVARIANT(false);
}
