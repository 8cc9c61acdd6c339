// Operators: equality, order, arithmetic, concatenation. The arithmetic of the standard fails on
// overflow.

#include "expr/run.h"

#include <math.h>

BODY(none) {
    INVARIANT(false); // rows of what the evaluator does itself
}

BODY(same) {
    return arguments[0];
}

BODY(not) {
    return value_bool(!arguments[0].boolean);
}

BODY(equal) {
    return value_bool(run_equal(run, &arguments[0], &arguments[1]));
}

BODY(not_equal) {
    return value_bool(!run_equal(run, &arguments[0], &arguments[1]));
}

#define ORDER(name, sign)                                                                          \
    BODY(name##_int) {                                                                             \
        return value_bool(arguments[0].integer sign arguments[1].integer);                         \
    }                                                                                              \
    BODY(name##_uint) {                                                                            \
        return value_bool(arguments[0].unsigned_integer sign arguments[1].unsigned_integer);       \
    }                                                                                              \
    BODY(name##_double) {                                                                          \
        return value_bool(arguments[0].number sign arguments[1].number);                           \
    }                                                                                              \
    BODY(name##_value) {                                                                           \
        int order = value_compare(&arguments[0], &arguments[1]);                                   \
        return value_bool(order != VALUE_UNORDERED && order sign 0);                               \
    }

ORDER(less, <)
ORDER(less_equal, <=)
ORDER(greater, >)
ORDER(greater_equal, >=)

BODY(in_list) {
    const struct value_list *list = arguments[1].list;
    for (uint32_t i = 0; i < list->count && run_may_compare(run); i++) {
        if (run_equal(run, &arguments[0], &list->items[i])) {
            return value_bool(true);
        }
    }
    return value_bool(false);
}

BODY(in_map) {
    return value_bool(value_map_get(arguments[1].map, &arguments[0], &run->compares_left) != NULL);
}

#define CHECKED(name, kind, field, builtin)                                                        \
    BODY(name##_##kind) {                                                                          \
        struct value result = arguments[0];                                                        \
        if (builtin(arguments[0].field, arguments[1].field, &result.field)) {                      \
            return run_error(#kind " overflow");                                                   \
        }                                                                                          \
        return result;                                                                             \
    }

CHECKED(add, int, integer, __builtin_add_overflow)
CHECKED(subtract, int, integer, __builtin_sub_overflow)
CHECKED(multiply, int, integer, __builtin_mul_overflow)
CHECKED(add, uint, unsigned_integer, __builtin_add_overflow)
CHECKED(subtract, uint, unsigned_integer, __builtin_sub_overflow)
CHECKED(multiply, uint, unsigned_integer, __builtin_mul_overflow)

BODY(add_double) {
    return value_double(arguments[0].number + arguments[1].number);
}

BODY(subtract_double) {
    return value_double(arguments[0].number - arguments[1].number);
}

BODY(multiply_double) {
    return value_double(arguments[0].number * arguments[1].number);
}

BODY(divide_double) {
    return value_double(arguments[0].number / arguments[1].number);
}

BODY(divide_int) {
    int64_t divisor = arguments[1].integer;
    if (divisor == 0) {
        return run_error("divide by zero");
    }
    if (divisor == -1 && arguments[0].integer == INT64_MIN) {
        return run_error("int overflow");
    }
    return value_int(arguments[0].integer / divisor);
}

BODY(divide_uint) {
    if (arguments[1].unsigned_integer == 0) {
        return run_error("divide by zero");
    }
    return value_uint(arguments[0].unsigned_integer / arguments[1].unsigned_integer);
}

BODY(remainder_int) {
    int64_t divisor = arguments[1].integer;
    if (divisor == 0) {
        return run_error("modulus by zero");
    }
    return value_int(divisor == -1 ? 0 : arguments[0].integer % divisor);
}

BODY(remainder_uint) {
    if (arguments[1].unsigned_integer == 0) {
        return run_error("modulus by zero");
    }
    return value_uint(arguments[0].unsigned_integer % arguments[1].unsigned_integer);
}

BODY(negate_int) {
    if (arguments[0].integer == INT64_MIN) {
        return run_error("int overflow");
    }
    return value_int(-arguments[0].integer);
}

BODY(negate_double) { // of money too
    struct value result = arguments[0];
    result.number = -result.number;
    return result;
}

BODY(concat_text) {
    Slice left = arguments[0].text;
    Slice right = arguments[1].text;
    char *bytes = run_alloc(run, left.size + right.size);
    if (bytes == NULL) {
        return run_too_much();
    }
    if (left.size > 0) {
        memcpy(bytes, left.at, left.size);
    }
    if (right.size > 0) {
        memcpy(bytes + left.size, right.at, right.size);
    }
    return (struct value){.kind = arguments[0].kind, .text = {bytes, left.size + right.size}};
}

BODY(concat_list) {
    const struct value_list *left = arguments[0].list;
    const struct value_list *right = arguments[1].list;
    struct value *items = run_items(run, left->count + right->count);
    if (items == NULL) {
        return run_too_much();
    }
    if (left->count > 0) {
        memcpy(items, left->items, sizeof *items * left->count);
    }
    if (right->count > 0) {
        memcpy(items + left->count, right->items, sizeof *items * right->count);
    }
    return run_list(run, items, left->count + right->count);
}
