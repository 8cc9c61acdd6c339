#pragma once
// Report: how the parser and the checker tell what is wrong: a code of errors.def and a range of
// the expression's bytes, which becomes a place in the file that the expression stands in.

#include "expr/expr.h"

#define ERROR(name, code, explanation) ERROR_##name,
typedef enum ExprError {
#include "expr/errors.def"
} ExprError;
#undef ERROR

struct report {
    const struct expr_text *text;
    struct diag_list *diags;
    uint32_t count; // errors so far
};

__attribute__((format(printf, 5, 6))) struct diag *report_error(struct report *report,
                                                                ExprError error, uint32_t start,
                                                                uint32_t end, const char *format,
                                                                ...);
