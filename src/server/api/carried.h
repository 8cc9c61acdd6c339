#pragma once
// Carried: whether a value that was made while deciding tells what is personal, and how it is hidden from who may not
// see it. A field or column that the pack calls personal tells itself. What is made of one tells of it, unless it is a
// yes or no, a length or a place in a text: the first digits of an account, an account's digits as a number, two texts joined.
//
//     MaskKind kind;
//     carried_by_name(catalogue, SLICE("prof.person.guardian"), &kind);   // as what a hit saw is named
//     carried_by_node(catalogue, node, &kind);                            // a part of an expression
//
// A value that is no longer the personal one itself is hidden as a whole: what a rule leaves of an account is not what
// it leaves of a piece of one. Cost: one walk over the expression and over those of the features that it names.

#include "base/mask.h"
#include "expr/node.h"
#include "monitoring/models/catalogue.h"

// False: it is not personal. A field may be named with or without "event.".
bool carried_by_name(const struct catalogue *catalogue, Slice name, MaskKind *ret_kind);
bool carried_by_node(const struct catalogue *catalogue, const struct node *node, MaskKind *ret_kind);
