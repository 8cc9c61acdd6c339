#include "expr/functions.h"

// The types that the table is written in.
static const struct type type_a = {.kind = TYPE_PARAM, .param = 0};
static const struct type type_b = {.kind = TYPE_PARAM, .param = 1};
static const struct type list_a = {.kind = TYPE_LIST, .first = &type_a};
static const struct type list_list_a = {.kind = TYPE_LIST, .first = &list_a};
static const struct type list_dyn = {.kind = TYPE_LIST, .first = TYPE(DYN)};
static const struct type list_int = {.kind = TYPE_LIST, .first = TYPE(INT)};
static const struct type list_double = {.kind = TYPE_LIST, .first = TYPE(DOUBLE)};
static const struct type list_string = {.kind = TYPE_LIST, .first = TYPE(STRING)};
static const struct type map_ab = {.kind = TYPE_MAP, .first = &type_a, .second = &type_b};
static const struct type map_sb = {.kind = TYPE_MAP, .first = TYPE(STRING), .second = &type_b};
static const struct type optional_a = {.kind = TYPE_OPTIONAL, .first = &type_a};
static const struct type optional_b = {.kind = TYPE_OPTIONAL, .first = &type_b};
static const struct type optional_list_a = {.kind = TYPE_OPTIONAL, .first = &list_a};
static const struct type optional_map_ab = {.kind = TYPE_OPTIONAL, .first = &map_ab};
static const struct type optional_map_sb = {.kind = TYPE_OPTIONAL, .first = &map_sb};
static const struct type list_optional_a = {.kind = TYPE_LIST, .first = &optional_a};
static const struct type type_of_a = {.kind = TYPE_TYPE, .first = &type_a};

#define A &type_a
#define LIST_A &list_a
#define LIST_LIST_A &list_list_a
#define LIST_DYN &list_dyn
#define LIST_INT &list_int
#define LIST_DOUBLE &list_double
#define LIST_STRING &list_string
#define MAP_AB &map_ab
#define MAP_SB &map_sb
#define OPTIONAL_A &optional_a
#define OPTIONAL_B &optional_b
#define OPTIONAL_LIST_A &optional_list_a
#define OPTIONAL_MAP_AB &optional_map_ab
#define OPTIONAL_MAP_SB &optional_map_sb
#define LIST_OPTIONAL_A &list_optional_a
#define TYPE_A &type_of_a
#define B &type_b
#define BOOL TYPE(BOOL)
#define INT TYPE(INT)
#define UINT TYPE(UINT)
#define DOUBLE TYPE(DOUBLE)
#define STRING TYPE(STRING)
#define BYTES TYPE(BYTES)
#define TIMESTAMP TYPE(TIMESTAMP)
#define DURATION TYPE(DURATION)
#define MONEY TYPE(MONEY)
#define IP TYPE(IP)
#define CIDR TYPE(CIDR)
#define DYN TYPE(DYN)

#define COUNT_TYPES(...)                                                                           \
    (sizeof((const struct type *[]){NULL, __VA_ARGS__}) / sizeof(struct type *) - 1)

static const struct overload overloads[] = {
#define FUNCTION(id, text)
#define OVERLOAD(id, dialect, call_style, result_type, implementation, ...)                        \
    {                                                                                              \
        .dialects = DIALECT_##dialect, .style = STYLE_##call_style, .result = result_type,         \
        .call = call_##implementation, .argument_count = COUNT_TYPES(__VA_ARGS__),                 \
        .arguments = {__VA_ARGS__},                                                                \
    },
#include "expr/functions.def"
#undef FUNCTION
#undef OVERLOAD
};

// The first row of each function. A function takes the number of the row that follows it; the
// enumerator behind it steps back, so that the row itself gets that number.
enum {
#define FUNCTION(id, text) FIRST_##id, BEFORE_##id = FIRST_##id - 1,
#define NUMBERED(number) ROW_##number,
#define NUMBER(number) NUMBERED(number)
#define OVERLOAD(...) NUMBER(__COUNTER__)
#include "expr/functions.def"
#undef FUNCTION
#undef OVERLOAD
    ROW_COUNT
};

static const uint32_t first_rows[] = {
#define FUNCTION(id, text) FIRST_##id,
#define OVERLOAD(...)
#include "expr/functions.def"
#undef FUNCTION
#undef OVERLOAD
    ROW_COUNT,
};

static const char *const op_texts[] = {
#define FUNCTION(id, text) text,
#define OVERLOAD(...)
#include "expr/functions.def"
#undef FUNCTION
#undef OVERLOAD
    "a function of the host",
};

Slice expr_op_text(ExprOp op) {
    return slice_of(op_texts[op]);
}

const struct overload *overloads_of(ExprOp op, uint32_t *ret_count) {
    if (op >= OP_HOST) {
        *ret_count = 0;
        return NULL;
    }
    *ret_count = first_rows[op + 1] - first_rows[op];
    return &overloads[first_rows[op]];
}

ExprOp function_find(Slice name) {
    for (int op = OP_INT; op < OP_HOST; op++) { // the operators come before int()
        if (slice_is(name, op_texts[op])) {
            return (ExprOp)op;
        }
    }
    return OP_COUNT;
}

bool overload_accepts(const struct type *const *wanted, const struct value *arguments,
                      uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        TypeKind kind = wanted[i]->kind;
        bool is_any = kind == TYPE_PARAM || kind == TYPE_DYN;
        if (!is_any && kind != value_type(&arguments[i])->kind) {
            return false;
        }
    }
    return true;
}

const struct overload *overload_for(ExprOp op, Dialects dialect, bool is_member,
                                    const struct value *arguments, uint32_t count) {
    uint32_t row_count;
    const struct overload *rows = overloads_of(op, &row_count);
    for (uint32_t i = 0; i < row_count; i++) {
        const struct overload *row = &rows[i];
        if ((row->dialects & (dialect | DIALECT_DYNAMIC)) != 0 && row->argument_count == count &&
            overload_has_style(row, is_member) &&
            overload_accepts(row->arguments, arguments, count)) {
            return row;
        }
    }
    return NULL;
}
