// The skeleton of a model: its condition without the numbers, so that two models that differ in nothing else are seen to be one.
//
//     f.acct_tin_cnt_1h >= p.least && event.amount > 100      (f.acct_tin_cnt_1h>#) && (event.amount>#)
//
// Numbers and parameters become #, and what is computed from them alone too. >= and > are one, since a threshold moves one into the
// other; the number stands on the right; operands of && and || are sorted, whatever the order they were written in. Event types that
// the model watches stand before it. Channels and segments do not: what differs by them is a parameter's override.
// With `windows` false, windows in the names of features become @ as well.

#include "monitoring/models/private.h"

#include "expr/node.h"

struct skeleton {
    const struct catalogue *catalogue;
    struct arena *arena;
    bool windows;
};

static Slice put_node(const struct skeleton *skeleton, const struct node *node);

static bool is_window(Slice token) {
    static const char *const calendar[] = {"day", "week", "month", "year", "lifetime"};
    for (size_t i = 0; i < sizeof calendar / sizeof calendar[0]; i++) {
        if (slice_is(token, calendar[i])) {
            return true;
        }
    }
    if (slice_starts_with(token, SLICE("prev"))) {
        token = slice_part(token, 4, SIZE_MAX);
    }
    size_t digits = 0;
    while (digits < token.size && token.at[digits] >= '0' && token.at[digits] <= '9') {
        digits++;
    }
    return digits > 0 && digits + 1 == token.size && memchr("smhdw", token.at[digits], 5) != NULL;
}

static Slice without_windows(const struct skeleton *skeleton, Slice name) {
    struct buf out;
    buf_init(&out, 4096);
    Slice token;
    for (bool first = true; slice_split(&name, '_', &token); first = false) {
        buf_put(&out, first ? SLICE("") : SLICE("_"));
        buf_put(&out, is_window(token) ? SLICE("@") : token);
    }
    Slice result = arena_copy(skeleton->arena, buf_slice(&out));
    buf_deinit(&out);
    return result;
}

static Slice put_variable(const struct skeleton *skeleton, const struct expr_variable *variable) {
    const struct name *name = &skeleton->catalogue->vocabulary.names.at[variable->slot];
    if (name->kind == NAME_PARAMETER) {
        return SLICE("#");
    }
    return name->kind == NAME_FEATURE && !skeleton->windows ? without_windows(skeleton, name->text) : name->text;
}

static int by_text(const void *left, const void *right) {
    return slice_compare(*(const Slice *)left, *(const Slice *)right);
}

static Slice join(const struct skeleton *skeleton, const Slice *parts, uint32_t count, Slice between) {
    struct buf out;
    buf_init(&out, 1 << 20);
    buf_put_byte(&out, '(');
    for (uint32_t i = 0; i < count; i++) {
        buf_put(&out, i == 0 ? SLICE("") : between);
        buf_put(&out, parts[i]);
    }
    buf_put_byte(&out, ')');
    Slice result = arena_copy(skeleton->arena, buf_slice(&out));
    buf_deinit(&out);
    return result;
}

static Slice *put_all(const struct skeleton *skeleton, struct node *const *nodes, uint32_t count) {
    Slice *parts = ARENA_ARRAY(skeleton->arena, Slice, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        parts[i] = put_node(skeleton, nodes[i]);
    }
    return parts;
}

// < and <= as one, > and >= as one; *ret_flipped where a < b is to be read as b > a.
static bool order_of(ExprOp op, bool flipped, Slice *ret_text) {
    bool less = op == OP_LESS || op == OP_LESS_EQUAL;
    *ret_text = less != flipped ? SLICE("<") : SLICE(">");
    return less || op == OP_GREATER || op == OP_GREATER_EQUAL;
}

static Slice put_call(const struct skeleton *skeleton, const struct node *node) {
    uint32_t count = node->call.count;
    ExprOp op = node->call.op;
    Slice *parts = put_all(skeleton, node->call.arguments, count);
    if (count == 1 && slice_empty(node->call.name) && (op == OP_DOUBLE || op == OP_MONEY)) {
        return parts[0]; // a conversion that the checker added
    }
    bool numbers = count > 0 && op != OP_HOST;
    for (uint32_t i = 0; i < count; i++) {
        numbers = numbers && slice_is(parts[i], "#");
    }
    if (numbers) {
        return SLICE("#");
    }
    if (op == OP_AND || op == OP_OR) {
        qsort(parts, count, sizeof *parts, by_text);
        return join(skeleton, parts, count, op == OP_AND ? SLICE(" && ") : SLICE(" || "));
    }
    bool flipped = count == 2 && slice_is(parts[0], "#");
    Slice order;
    if (order_of(op, flipped, &order) || (flipped && (op == OP_EQUAL || op == OP_NOT_EQUAL))) {
        Slice sides[] = {parts[flipped], parts[!flipped]};
        return join(skeleton, sides, 2, op == OP_EQUAL || op == OP_NOT_EQUAL ? expr_op_text(op) : order);
    }
    Slice name = op == OP_HOST ? node->call.name : expr_op_text(op);
    return arena_printf(skeleton->arena, "%.*s%.*s", SLICE_ARGS(name), SLICE_ARGS(join(skeleton, parts, count, SLICE(","))));
}

static Slice put_node(const struct skeleton *skeleton, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        return value_is_number(&node->literal) ? SLICE("#") : value_text(skeleton->arena, &node->literal);
    case NODE_VARIABLE:
        return put_variable(skeleton, node->variable);
    case NODE_CALL:
        return put_call(skeleton, node);
    case NODE_LIST: {
        Slice *parts = put_all(skeleton, node->list.items, node->list.count);
        qsort(parts, node->list.count, sizeof *parts, by_text);
        return join(skeleton, parts, node->list.count, SLICE(","));
    }
    default: // as it is written, numbers and all: rather two models too many than one too few
        return expr_node_text(skeleton->arena, node);
    }
}

Slice catalogue_skeleton(const struct catalogue *catalogue, const struct model *model, bool windows, struct arena *arena) {
    struct skeleton skeleton = {catalogue, arena, windows};
    Slice condition = put_node(&skeleton, expr_root(model->expr));
    Slice types = SLICE("");
    for (uint32_t t = 0; t < catalogue->schema->type_count; t++) {
        if (bits_test(model->on, t)) {
            types = arena_printf(arena, "%.*s%.*s ", SLICE_ARGS(types), SLICE_ARGS(catalogue->schema->types[t].name));
        }
    }
    return arena_printf(arena, "%.*s: %.*s", SLICE_ARGS(types), SLICE_ARGS(condition));
}
