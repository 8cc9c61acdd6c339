#pragma once
// Check: from syntax to the checked tree. check.c walks and resolves names, check_items.c does
// lists and maps, check_call.c finds overloads.

#include "expr/env.h"
#include "expr/infer.h"
#include "expr/report.h"
#include "expr/syntax.h"

struct check_local {
    Slice name;
    uint32_t index;
    const struct type *type;
};

struct check {
    const struct expr_env *env;
    struct arena *arena;
    struct report *report;
    struct infer infer;
    VEC(struct check_local) scope; // innermost last
    uint32_t local_count;          // the largest the scope has been
    VEC(struct node *) nodes;      // all, for their types to be settled at the end
    VEC(const struct expr_variable *) reads;
    bool is_lenient; // expr_parse_only(): no types, and unknown names fail when they are read
};

struct node *check_node(struct check *check, const struct syntax *syntax);
struct node *check_call(struct check *check, const struct syntax *syntax);

struct node *check_list(struct check *check, const struct syntax *syntax);
struct node *check_map(struct check *check, const struct syntax *syntax);

// Between the files.
struct node *check_new(struct check *check, NodeKind kind, const struct syntax *syntax,
                       const struct type *type);
// A node that stands for what could not be understood; it gives no further errors.
struct node *check_error(struct check *check, const struct syntax *syntax, Slice message);
// Joined names "a.b.c", unless something else than names is in it or the first is a local.
bool check_qualified_name(struct check *check, const struct syntax *syntax, Slice *ret_name,
                          bool *ret_is_rooted);
// Whether it is a qualified name of which not even a beginning is declared.
bool check_is_undeclared(struct check *check, const struct syntax *syntax);
void check_hold(struct node *node, const struct node *child);
// Rules: an int node as a double, a number node as money.
struct node *check_convert(struct check *check, struct node *node, const struct type *type);
// The shared type for both nodes' values, which in rules may convert one of them. NULL: none.
const struct type *check_join(struct check *check, struct node **left, struct node **right);
Slice check_type_text(struct check *check, const struct type *type);
