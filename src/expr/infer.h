#pragma once
// Infer: the types that are not known yet while an expression is checked.
//
// An empty list is a list(T) of a fresh T, and so is each type parameter of a function each time it
// is called. A table says what each T has turned out to be; a T that was found twice keeps the more
// general of the two, so that [1, dyn(2)] is a list(dyn). Trying an overload is undone when it does
// not fit.

#include "base/vec.h"
#include "expr/type.h"

struct infer_undo {
    uint32_t index;
    const struct type *old;
};

struct infer {
    struct arena *arena;
    VEC(const struct type *) found; // by fresh number; NULL: not known yet
    VEC(struct infer_undo) undo;
};

void infer_init(struct infer *infer, struct arena *arena);
const struct type *infer_fresh(struct infer *infer);
// `type` with the parameters of a signature replaced by fresh ones; `fresh` remembers them per
// parameter.
enum { SIGNATURE_PARAMS = 26 };
const struct type *infer_instance(struct infer *infer, const struct type *type,
                                  const struct type *fresh[SIGNATURE_PARAMS]);

// Whether a value of type `from` may stand where `to` is wanted. Learns from it when it may.
bool infer_assign(struct infer *infer, const struct type *from, const struct type *to);
// All or nothing of several.
bool infer_assign_all(struct infer *infer, const struct type *const *from,
                      const struct type *const *to, uint32_t count);
// The type for values of both types, or NULL when they have nothing in common.
const struct type *infer_join(struct infer *infer, const struct type *left,
                              const struct type *right);
// What is known of a type by now; with `is_final`, what is unknown is dyn.
const struct type *infer_resolve(struct infer *infer, const struct type *type, bool is_final);
// The same for its outermost layer only: enough to look at its kind.
const struct type *infer_shallow(const struct infer *infer, const struct type *type);
