#pragma once
// Inline: cel.bind(n, init, body) written out, each n replaced by its init.
//
// Expressions have no side effects, and a local that cannot be worked out fails where it is read, as its init would;
// so the value is the same. The predicate table works on the result as on any arithmetic: the init becomes a column that
// is worked out once however often it is read.

#include "expr/node.h"

enum { INLINE_NODES_MAX = 256 };

// The node without its binds, in the arena, sharing what has none. NULL, for it to stay what it is, where it has another kind
// of part than literals, variables, has(variable), calls and binds, where a local is never read, and where there would be
// more than INLINE_NODES_MAX nodes.
const struct node *expr_inline(struct arena *arena, const struct node *node);
