// Lists and maps, and the shared type of what stands side by side.
//
// The standard lets a list hold anything: what has no common type is a list(dyn). Rules make
// numbers of two kinds one kind, so that a list, or both branches of a conditional, have a type one
// can count on.

#include "expr/check.h"

struct node *check_convert(struct check *check, struct node *node, const struct type *type) {
    struct syntax place = {.start = node->byte_start, .end = node->byte_end};
    bool to_money = type->kind == TYPE_MONEY;
    bool is_int_literal = node->kind == NODE_LITERAL && node->literal.kind == VALUE_INT;
    if (is_int_literal && !to_money) {
        struct node *literal = check_new(check, NODE_LITERAL, &place, type);
        literal->literal = value_double((double)node->literal.integer);
        return literal;
    }
    struct node *call = check_new(check, NODE_CALL, &place, type);
    struct node **arguments = ARENA_ARRAY(check->arena, struct node *, 1);
    arguments[0] = node;
    call->call.op = to_money ? OP_MONEY : OP_DOUBLE;
    call->call.count = 1;
    call->call.arguments = arguments;
    check_hold(call, node);
    return call;
}

static bool is_kind(const struct check *check, const struct node *node, TypeKind kind) {
    return infer_shallow(&check->infer, node->type)->kind == kind;
}

static bool is_plain_number(const struct check *check, const struct node *node) {
    return is_kind(check, node, TYPE_INT) || is_kind(check, node, TYPE_DOUBLE);
}

// Rules: makes `number` what `other` is, when it is a number that can be.
static bool adapt(struct check *check, struct node **number, const struct node *other) {
    if (is_kind(check, other, TYPE_MONEY) && is_plain_number(check, *number)) {
        *number = check_convert(check, *number, TYPE(MONEY));
        return true;
    }
    if (is_kind(check, other, TYPE_DOUBLE) && is_kind(check, *number, TYPE_INT)) {
        *number = check_convert(check, *number, TYPE(DOUBLE));
        return true;
    }
    return false;
}

const struct type *check_join(struct check *check, struct node **left, struct node **right) {
    bool is_adapted = check->env->dialect == EXPR_RULES && !check->is_lenient &&
                      (adapt(check, left, *right) || adapt(check, right, *left));
    return is_adapted ? (*left)->type : infer_join(&check->infer, (*left)->type, (*right)->type);
}

// The type of the items of a list, or of the keys or values of a map, seen so far and with one
// more.
static const struct type *join_item(struct check *check, const struct type *seen,
                                    const struct type *item) {
    if (seen == NULL) {
        return item;
    }
    const struct type *both = infer_join(&check->infer, seen, item);
    return both != NULL ? both : TYPE(DYN);
}

// The type of an item; of [?item], what the optional holds.
static const struct type *content_type(struct check *check, const struct syntax *syntax,
                                       const struct node *node, bool is_optional) {
    if (!is_optional) {
        return node->type;
    }
    const struct type *content = infer_fresh(&check->infer);
    if (!check->is_lenient &&
        !infer_assign(&check->infer, node->type, type_optional(check->arena, content))) {
        report_error(check->report, ERROR_WRONG_TYPE, syntax->start, syntax->end,
                     "'?' needs an optional value here, this is of type %.*s",
                     SLICE_ARGS(check_type_text(check, node->type)));
    }
    return content;
}

static bool any_of(const FlagList *flags) {
    for (uint32_t i = 0; i < flags->count; i++) {
        if (flags->at[i]) {
            return true;
        }
    }
    return false;
}

// The value of a literal, or of a list of literals; NULL for what has to be evaluated.
static const struct value *constant_of(const struct node *node) {
    if (node->kind == NODE_LITERAL && node->literal.kind != VALUE_ERROR) {
        return &node->literal;
    }
    return node->kind == NODE_LIST ? node->list.constant : NULL;
}

static const struct value *constant_list(struct check *check, struct node *const *items,
                                         uint32_t count) {
    struct value *values = ARENA_ARRAY(check->arena, struct value, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct value *constant = constant_of(items[i]);
        if (constant == NULL) {
            return NULL;
        }
        values[i] = *constant;
    }
    struct value_list *made = ARENA_NEW(check->arena, struct value_list);
    *made = (struct value_list){.items = values, .count = count};
    struct value *value = ARENA_NEW(check->arena, struct value);
    *value = (struct value){.kind = VALUE_LIST, .list = made};
    return value;
}

// Rules: one list of ints and doubles is a list of doubles, so that its items have one kind.
static void unify_numbers(struct check *check, struct node **items, uint32_t count) {
    bool has_double = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_plain_number(check, items[i])) {
            return;
        }
        has_double = has_double || is_kind(check, items[i], TYPE_DOUBLE);
    }
    for (uint32_t i = 0; has_double && i < count; i++) {
        bool is_int = is_kind(check, items[i], TYPE_INT);
        items[i] = is_int ? check_convert(check, items[i], TYPE(DOUBLE)) : items[i];
    }
}

struct node *check_list(struct check *check, const struct syntax *syntax) {
    uint32_t count = syntax->items.values.count;
    const FlagList *flags = &syntax->items.is_optional;
    struct node **items = ARENA_ARRAY(check->arena, struct node *, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = check_node(check, syntax->items.values.at[i]);
    }
    if (check->env->dialect == EXPR_RULES && !check->is_lenient && !any_of(flags)) {
        unify_numbers(check, items, count);
    }
    struct node *node = check_new(check, NODE_LIST, syntax, TYPE(DYN));
    const struct type *element = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct syntax *item = syntax->items.values.at[i];
        element = join_item(check, element, content_type(check, item, items[i], flags->at[i]));
        check_hold(node, items[i]);
    }
    if (!check->is_lenient) {
        element = element == NULL ? infer_fresh(&check->infer) : element;
        node->type = type_list(check->arena, element);
    }
    node->list.items = items;
    node->list.count = count;
    node->list.is_optional = any_of(flags) ? flags->at : NULL;
    if (node->list.is_optional == NULL) {
        node->list.constant = constant_list(check, items, count);
    }
    return node;
}

static bool is_key_type(const struct type *type) {
    switch (type->kind) {
    case TYPE_BOOL:
    case TYPE_INT:
    case TYPE_UINT:
    case TYPE_STRING:
    case TYPE_DYN:
        return true;
    default:
        return false;
    }
}

// The type of a key, which has no parts: so a type grows no faster than the text, where {x: x} in {x: x}
// would double it.
static const struct type *check_key(struct check *check, const struct syntax *syntax,
                                    const struct node *key) {
    const struct type *type = infer_shallow(&check->infer, key->type);
    if (check->is_lenient || type->kind == TYPE_ERROR) {
        return type;
    }
    if (type->kind == TYPE_PARAM) {
        infer_assign(&check->infer, type, TYPE(DYN));
        return TYPE(DYN);
    }
    if (!is_key_type(type)) {
        report_error(check->report, ERROR_WRONG_TYPE, syntax->start, syntax->end,
                     "a key is a bool, int, uint or string, not a %.*s",
                     SLICE_ARGS(check_type_text(check, key->type)));
        return TYPE(ERROR);
    }
    return type;
}

struct node *check_map(struct check *check, const struct syntax *syntax) {
    uint32_t count = syntax->items.values.count;
    const FlagList *flags = &syntax->items.is_optional;
    struct node **keys = ARENA_ARRAY(check->arena, struct node *, count);
    struct node **values = ARENA_ARRAY(check->arena, struct node *, count);
    struct node *node = check_new(check, NODE_MAP, syntax, TYPE(DYN));
    const struct type *key_type = NULL;
    const struct type *value_type = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct syntax *value = syntax->items.values.at[i];
        keys[i] = check_node(check, syntax->items.keys.at[i]);
        const struct type *type = check_key(check, syntax->items.keys.at[i], keys[i]);
        values[i] = check_node(check, value);
        key_type = join_item(check, key_type, type);
        value_type =
            join_item(check, value_type, content_type(check, value, values[i], flags->at[i]));
        check_hold(node, keys[i]);
        check_hold(node, values[i]);
    }
    if (!check->is_lenient) {
        key_type = key_type == NULL ? infer_fresh(&check->infer) : key_type;
        value_type = value_type == NULL ? infer_fresh(&check->infer) : value_type;
        node->type = type_map(check->arena, key_type, value_type);
    }
    node->map.keys = keys;
    node->map.values = values;
    node->map.count = count;
    node->map.is_optional = any_of(flags) ? flags->at : NULL;
    return node;
}
