// The canonical source of a node: precedence decides on parentheses.

#include "expr/node.h"

#include "expr/texts.h"

#include <math.h>

enum { TEXT_MAX = 4 << 20 };

// How tightly a node binds; an operand that binds less tightly than its place wants gets
// parentheses.
enum {
    BINDS_EXPRESSION = 0, // ?:
    BINDS_OR,
    BINDS_AND,
    BINDS_RELATION,
    BINDS_SUM,
    BINDS_PRODUCT,
    BINDS_UNARY,
    BINDS_MEMBER,
    BINDS_ALWAYS_PARENTHESES,
};

static int binding_of(const struct node *node) {
    if (node->kind == NODE_LITERAL) {
        bool is_signed = (node->literal.kind == VALUE_INT && node->literal.integer < 0) ||
                         (node->literal.kind == VALUE_DOUBLE && signbit(node->literal.number) != 0);
        return is_signed ? BINDS_UNARY : BINDS_MEMBER;
    }
    if (node->kind != NODE_CALL) {
        return BINDS_MEMBER;
    }
    switch (node->call.op) {
    case OP_CONDITIONAL:
        return BINDS_EXPRESSION;
    case OP_OR:
        return BINDS_OR;
    case OP_AND:
        return BINDS_AND;
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
    case OP_IN:
        return BINDS_RELATION;
    case OP_ADD:
    case OP_SUBTRACT:
        return BINDS_SUM;
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_REMAINDER:
        return BINDS_PRODUCT;
    case OP_NOT:
    case OP_NEGATE:
        return BINDS_UNARY;
    default:
        return BINDS_MEMBER;
    }
}

static void put_node(struct buf *out, const struct node *node, int wanted);

static void put_items(struct buf *out, struct node *const *items, const bool *is_optional,
                      uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        buf_put(out, i > 0 ? SLICE(", ") : SLICE(""));
        buf_put(out, is_optional != NULL && is_optional[i] ? SLICE("?") : SLICE(""));
        put_node(out, items[i], BINDS_EXPRESSION);
    }
}

static bool is_plain_name(Slice name) {
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.at[i];
        bool is_letter =
            (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        if (!is_letter && !(i > 0 && byte >= '0' && byte <= '9')) {
            return false;
        }
    }
    return name.size > 0 && !slice_is(name, "in") && !slice_is(name, "true") &&
           !slice_is(name, "false") && !slice_is(name, "null");
}

static void put_field(struct buf *out, const struct node *operand, const char *point, Slice field) {
    put_node(out, operand, BINDS_MEMBER);
    buf_put(out, slice_of(point));
    buf_printf(out, is_plain_name(field) ? "%.*s" : "`%.*s`", SLICE_ARGS(field));
}

// Names of locals that only optimizers write are printed as the macros that make them.
static void put_local(struct buf *out, Slice name) {
    static const struct {
        const char *prefix;
        const char *macro;
    } numbered[] = {{"@index", "cel.index"}, {"@it:", "cel.iterVar"}, {"@ac:", "cel.accuVar"}};
    for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++) {
        Slice prefix = slice_of(numbered[i].prefix);
        if (slice_starts_with(name, prefix)) {
            buf_printf(out, "%s(", numbered[i].macro);
            for (size_t k = prefix.size; k < name.size; k++) {
                buf_put(out, name.at[k] == ':' ? SLICE(", ") : slice_part(name, k, 1));
            }
            buf_put_byte(out, ')');
            return;
        }
    }
    buf_put(out, name);
}

static void put_binary(struct buf *out, const struct node *node) {
    int binding = binding_of(node);
    for (uint32_t i = 0; i < node->call.count; i++) {
        if (i > 0) {
            buf_printf(out, " %.*s ", SLICE_ARGS(expr_op_text(node->call.op)));
        }
        bool is_left = i == 0 && node->call.op != OP_AND && node->call.op != OP_OR;
        put_node(out, node->call.arguments[i], is_left ? binding : binding + 1);
    }
}

static void put_function(struct buf *out, const struct node *node) {
    bool is_converted = slice_empty(node->call.name); // a conversion that the checker added
    Slice name = is_converted ? expr_op_text(node->call.op) : node->call.name;
    uint32_t first = node->call.is_member ? 1 : 0;
    if (first > 0) {
        put_node(out, node->call.arguments[0], BINDS_MEMBER);
        buf_put_byte(out, '.');
    }
    buf_put(out, name);
    buf_put_byte(out, '(');
    put_items(out, node->call.arguments + first, NULL, node->call.count - first);
    buf_put_byte(out, ')');
}

static void put_call(struct buf *out, const struct node *node) {
    struct node *const *arguments = node->call.arguments;
    switch (node->call.op) {
    case OP_CONDITIONAL:
        put_node(out, arguments[0], BINDS_OR);
        buf_put(out, SLICE(" ? "));
        put_node(out, arguments[1], BINDS_OR);
        buf_put(out, SLICE(" : "));
        put_node(out, arguments[2], BINDS_EXPRESSION);
        return;
    case OP_NOT:
    case OP_NEGATE: {
        // A number behind a minus sign would become another literal, and ! and - do not mix.
        bool is_same = arguments[0]->kind == NODE_CALL && arguments[0]->call.op == node->call.op;
        bool is_number = arguments[0]->kind == NODE_LITERAL && node->call.op == OP_NEGATE;
        buf_put(out, expr_op_text(node->call.op));
        put_node(out, arguments[0],
                 is_same     ? BINDS_UNARY
                 : is_number ? BINDS_ALWAYS_PARENTHESES
                             : BINDS_MEMBER);
        return;
    }
    case OP_INDEX:
    case OP_OPTIONAL_INDEX:
        put_node(out, arguments[0], BINDS_MEMBER);
        buf_put(out, node->call.op == OP_INDEX ? SLICE("[") : SLICE("[?"));
        put_node(out, arguments[1], BINDS_EXPRESSION);
        buf_put_byte(out, ']');
        return;
    case OP_OPTIONAL_SELECT:
        put_field(out, arguments[0], ".?", arguments[1]->literal.text);
        return;
    default:
        if (node->call.op < OP_INT) {
            put_binary(out, node);
        } else {
            put_function(out, node);
        }
    }
}

static void put_map(struct buf *out, const struct node *node) {
    buf_put_byte(out, '{');
    for (uint32_t i = 0; i < node->map.count; i++) {
        buf_put(out, i > 0 ? SLICE(", ") : SLICE(""));
        bool is_optional = node->map.is_optional != NULL && node->map.is_optional[i];
        buf_put(out, is_optional ? SLICE("?") : SLICE(""));
        put_node(out, node->map.keys[i], BINDS_EXPRESSION);
        buf_put(out, SLICE(": "));
        put_node(out, node->map.values[i], BINDS_EXPRESSION);
    }
    buf_put_byte(out, '}');
}

static void put_comprehension(struct buf *out, const struct node *node) {
    static const char *const names[] = {
#define X(name, text) text,
        COMPREHENSIONS(X)
#undef X
    };
    put_node(out, node->comprehension.range, BINDS_MEMBER);
    buf_printf(out, ".%s(", names[node->comprehension.kind]);
    put_local(out, node->comprehension.first.name);
    if (node->comprehension.has_second) {
        buf_put(out, SLICE(", "));
        put_local(out, node->comprehension.second.name);
    }
    buf_put(out, SLICE(", "));
    if (node->comprehension.condition != NULL) {
        put_node(out, node->comprehension.condition, BINDS_EXPRESSION);
        buf_put(out, SLICE(", "));
    }
    put_node(out, node->comprehension.result, BINDS_EXPRESSION);
    buf_put_byte(out, ')');
}

static void put_bind(struct buf *out, const struct node *node) {
    bool is_block = node->bind.count != 1 || slice_is(node->bind.locals[0].name, "@index0");
    if (is_block) {
        buf_put(out, SLICE("cel.block(["));
        put_items(out, node->bind.inits, NULL, node->bind.count);
        buf_put(out, SLICE("], "));
    } else {
        buf_printf(out, "cel.bind(%.*s, ", SLICE_ARGS(node->bind.locals[0].name));
        put_node(out, node->bind.inits[0], BINDS_EXPRESSION);
        buf_put(out, SLICE(", "));
    }
    put_node(out, node->bind.body, BINDS_EXPRESSION);
    buf_put_byte(out, ')');
}

static void put_bare(struct buf *out, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        value_put(out, &node->literal);
        break;
    case NODE_VARIABLE:
        buf_put(out, node->variable->name);
        break;
    case NODE_LOCAL:
        put_local(out, node->local.name);
        break;
    case NODE_CALL:
        put_call(out, node);
        break;
    case NODE_LIST:
        buf_put_byte(out, '[');
        put_items(out, node->list.items, node->list.is_optional, node->list.count);
        buf_put_byte(out, ']');
        break;
    case NODE_MAP:
        put_map(out, node);
        break;
    case NODE_SELECT:
        put_field(out, node->select.operand, ".", node->select.field);
        break;
    case NODE_HAS:
        buf_put(out, SLICE("has("));
        if (node->has.variable != NULL) {
            buf_put(out, node->has.variable->name);
        } else {
            put_field(out, node->has.operand, ".", node->has.field);
        }
        buf_put_byte(out, ')');
        break;
    case NODE_COMPREHENSION:
        put_comprehension(out, node);
        break;
    case NODE_BIND:
        put_bind(out, node);
        break;
    }
}

static void put_node(struct buf *out, const struct node *node, int wanted) {
    bool needs_parentheses = binding_of(node) < wanted;
    buf_put(out, needs_parentheses ? SLICE("(") : SLICE(""));
    put_bare(out, node);
    buf_put(out, needs_parentheses ? SLICE(")") : SLICE(""));
}

Slice expr_node_text(struct arena *arena, const struct node *node) {
    struct buf out;
    buf_init(&out, TEXT_MAX);
    put_node(&out, node, BINDS_EXPRESSION);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}
