#pragma once
// Node: the checked tree of an expression, for those who lower it into something of their own:
// predicate tables, explanations, dependency lists. It is made by expr_compile() and never changes.
//
// What a walker may rely on:
//   * Every name is resolved: a node is a variable of the environment, a local, or a literal; never
//     a bare identifier. `a.b.c` is one NODE_VARIABLE when "a.b.c" is declared, else NODE_SELECTs
//     on a shorter one.
//   * Macros are gone: has() is NODE_HAS, the list macros are NODE_COMPREHENSION, cel.bind and
//     cel.block are NODE_BIND. All other calls, operators included, are NODE_CALL with an ExprOp
//     from functions.def.
//   * Rules: where numbers of two kinds meet in a list, a conditional, math.greatest() or the call
//     of a host's function, the int has become a double (a call of OP_DOUBLE, or a double literal),
//     and a number that meets money a call of OP_MONEY. Comparisons and arithmetic take mixed
//     numbers as they are.
//   * && and || have two or more arguments: `a && b && c` is one node. Parentheses leave no trace.
//   * A minus sign before a number belongs to the literal.
//   * `type` is never NULL and holds no type parameters; what could not be deduced is dyn.
//   * A call whose argument types single out one implementation has it in `overload`; with dyn
//     arguments it is NULL and the values decide.
//   * Trees are at most twice EXPR_DEPTH_MAX high (once, and conversions), so recursion over them
//     is safe.
//
//     static void collect(const struct node *node) {
//         if (node->kind == NODE_CALL && node->call.op == OP_LESS) {
//             ... node->call.arguments[0] ...
//         }
//     }

#include "expr/expr.h"

// The limits of the language; the head of expr.h says why there are some.
enum {
    EXPR_DEPTH_MAX = 250,          // levels of nesting in the text and in the tree
    EXPR_TEXT_MAX = 100000,        // bytes of text
    EXPR_STEPS_MAX = 1000000,      // steps of comprehensions and comparisons of one evaluation
    EXPR_BYTES_MAX = 64 << 20,     // bytes that one evaluation may take from the scratch arena
    EXPR_ARGUMENTS_MAX = 4,        // arguments of a host's function
};

#define FUNCTION(id, text) OP_##id,
#define OVERLOAD(id, dialect, style, result, implementation, ...)
typedef enum ExprOp {
#include "expr/functions.def"
    OP_HOST, // a function of the host: see call.function
    OP_COUNT,
} ExprOp;
#undef FUNCTION
#undef OVERLOAD

// The name of an operator or function as one writes it: "+", "size", "math.greatest". Index is
// "[]", the conditional "?:", the sign "-".
Slice expr_op_text(ExprOp op);

typedef enum NodeKind {
    NODE_LITERAL,
    NODE_VARIABLE,      // of the environment
    NODE_LOCAL,         // of a comprehension or binding around this node
    NODE_CALL,          // operator or function
    NODE_LIST,          // [a, b, ?c]
    NODE_MAP,           // {k: v, ?k: v}
    NODE_SELECT,        // operand.field where the operand is a map, an optional or dyn
    NODE_HAS,           // has(variable) or has(operand.field)
    NODE_COMPREHENSION, // range.all(x, ...) and its kin
    NODE_BIND,          // cel.bind(x, init, body), cel.block([inits], body)
} NodeKind;

#define COMPREHENSIONS(X)                                                                          \
    X(ALL, "all")                                                                                  \
    X(EXISTS, "exists")                                                                            \
    X(EXISTS_ONE, "existsOne")                                                                     \
    X(MAP, "map")                                                                                  \
    X(FILTER, "filter")                                                                            \
    X(TRANSFORM_LIST, "transformList")                                                             \
    X(TRANSFORM_MAP, "transformMap")                                                               \
    X(TRANSFORM_MAP_ENTRY, "transformMapEntry")                                                    \
    X(SORT_BY, "sortBy")                                                                           \
    X(OPT_MAP, "optMap")          /* the range is an optional */                                   \
    X(OPT_FLAT_MAP, "optFlatMap")

typedef enum ComprehensionKind {
#define X(name, text) COMPREHENSION_##name,
    COMPREHENSIONS(X)
#undef X
} ComprehensionKind;

// A name inside the expression. `index` is its place in the frame of the evaluation.
struct node_local {
    Slice name; // as written; "@index0" for items of cel.block
    uint32_t index;
};

struct overload; // functions.h, private

struct node {
    NodeKind kind;
    uint32_t byte_start; // in the text of the expression
    uint32_t byte_end;
    uint32_t height;         // 1 for a leaf
    const struct type *type; // of the value
    union {
        struct value literal;
        const struct expr_variable *variable;
        struct node_local local;
        struct {
            ExprOp op;
            uint32_t count;
            struct node *const *arguments;          // the receiver of a member call comes first
            const struct expr_function *function;   // OP_HOST; NULL where the values decide
            const struct overload *overload;        // NULL where the values decide
            const void *prepared;                   // a pattern compiled ahead, for `matches`
            Slice name;                             // OP_HOST: what is called
            bool is_member;                         // written as receiver.f(...)
        } call;
        struct {
            struct node *const *items;
            const bool *is_optional;      // NULL: none is; else [?item] per item
            const struct value *constant; // the value when all items are literals or lists of such, else NULL
            uint32_t count;
        } list;
        struct {
            struct node *const *keys;
            struct node *const *values;
            const bool *is_optional;
            uint32_t count;
        } map;
        struct { // NODE_SELECT
            struct node *operand;
            Slice field;
        } select;
        struct { // NODE_HAS: the presence of a variable, or of a field of an operand
            const struct expr_variable *variable; // NULL: a field
            struct node *operand;
            Slice field;
        } has;
        struct {
            ComprehensionKind kind;
            bool has_second;          // two variables: index and item, or key and value
            struct node_local first;  // item of a list or key of a map, unless has_second
            struct node_local second;
            struct node *range;
            struct node *condition;   // filter before the result, or NULL
            struct node *result;      // for each item: the test, the new item, the sort key
        } comprehension;
        struct {
            uint32_t count;
            const struct node_local *locals;
            struct node *const *inits; // each may read the locals before it
            struct node *body;
        } bind;
    };
};

// The canonical source of a node: one space around binary operators, parentheses only where they
// are needed, texts in double quotes. Parsing it again gives an equal tree.
Slice expr_node_text(struct arena *arena, const struct node *node);
