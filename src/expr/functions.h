#pragma once
// Functions: the table of all overloads that functions.def lists, and what their implementations
// get.
//
// An implementation is given as many arguments as its row has, of the kinds the row says (the
// evaluator has looked), none of them missing or an error; elements of lists may be anything. It
// returns a value, an error made by run_error(), or, in rules, a missing value.

#include "expr/node.h"

typedef enum Dialects {
    DIALECT_STANDARD = 1,
    DIALECT_RULES = 2,
    DIALECT_BOTH = 3,
    DIALECT_DYNAMIC = 4, // only for values whose type was not known ahead
} Dialects;
typedef enum CallStyle { STYLE_OPERATOR, STYLE_GLOBAL, STYLE_MEMBER, STYLE_EITHER } CallStyle;

struct evaluation;
typedef struct value (*OverloadCall)(struct evaluation *run, const struct value *arguments,
                                     uint32_t count);

struct overload {
    Dialects dialects;
    CallStyle style;
    const struct type *result;
    OverloadCall call;
    uint32_t argument_count;
    const struct type *arguments[EXPR_ARGUMENTS_MAX];
};

const struct overload *overloads_of(ExprOp op, uint32_t *ret_count);
// A function by its name; OP_COUNT when there is none. Operators have no names here.
ExprOp function_find(Slice name);
// Whether values may stand where types are wanted, told by their kinds alone.
bool overload_accepts(const struct type *const *wanted, const struct value *arguments,
                      uint32_t count);
// The overload for these values, or NULL.
const struct overload *overload_for(ExprOp op, Dialects dialect, bool is_member,
                                    const struct value *arguments, uint32_t count);

static inline bool overload_has_style(const struct overload *overload, bool is_member) {
    return overload->style == STYLE_OPERATOR || overload->style == STYLE_EITHER ||
           overload->style == (is_member ? STYLE_MEMBER : STYLE_GLOBAL);
}

// The head of an implementation: BODY(size) { ... }
#define BODY(name)                                                                                 \
    struct value call_##name(struct evaluation *run, const struct value *arguments, uint32_t count)

#define FUNCTION(id, text)
#define OVERLOAD(id, dialect, style, result, implementation, ...) BODY(implementation);
#include "expr/functions.def"
#undef FUNCTION
#undef OVERLOAD
