#pragma once
// Visit: calls a function for every node of a checked tree, a node before its parts, parts in the order they are
// written. For those who want to know what an expression contains, whatever it is built of.

#include "expr/node.h"

void expr_visit(const struct node *node, void (*visit)(void *context, const struct node *node), void *context);
