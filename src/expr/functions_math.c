// The math extension.

#include "base/money.h"
#include "expr/numeral.h"
#include "expr/run.h"

#include <math.h>

// The greatest (sign 1) or least (sign -1) of numbers; of equal ones the first.
static struct value extreme(const struct value *arguments, uint32_t count, int sign) {
    if (count == 1 && arguments[0].kind == VALUE_LIST) {
        const struct value_list *list = arguments[0].list;
        arguments = list->items;
        count = list->count;
    }
    struct value best = run_error("no such overload: there are no numbers to compare");
    for (uint32_t i = 0; i < count; i++) {
        if (!value_is_number(&arguments[i])) {
            return run_error("no such overload: this is not a number");
        }
        int order = i == 0 ? sign : value_compare(&arguments[i], &best);
        if (order == sign) {
            best = arguments[i];
        }
    }
    return best;
}

BODY(greatest) {
    return extreme(arguments, count, 1);
}

BODY(least) {
    return extreme(arguments, count, -1);
}

// Applied to major units, which is what people round.
static struct value rounded(const struct value *value, double (*function)(double)) {
    if (value->kind == VALUE_MONEY) {
        return value_money(function(value->number / MONEY_SCALE) * MONEY_SCALE);
    }
    return value_double(function(value->number));
}

BODY(ceil) {
    return rounded(&arguments[0], ceil);
}

BODY(floor) {
    return rounded(&arguments[0], floor);
}

BODY(round) {
    return rounded(&arguments[0], round);
}

BODY(trunc) {
    return rounded(&arguments[0], trunc);
}

BODY(sqrt) {
    const struct value *value = &arguments[0];
    return value_double(sqrt(value->kind == VALUE_INT    ? (double)value->integer
                             : value->kind == VALUE_UINT ? (double)value->unsigned_integer
                                                         : value->number));
}

BODY(abs) {
    struct value result = arguments[0];
    if (result.kind != VALUE_INT) {
        result.number = fabs(result.number);
        return result;
    }
    if (result.integer == INT64_MIN) {
        return run_error("int overflow");
    }
    result.integer = result.integer < 0 ? -result.integer : result.integer;
    return result;
}

BODY(sign) {
    const struct value *value = &arguments[0];
    switch (value->kind) {
    case VALUE_INT:
        return value_int((value->integer > 0) - (value->integer < 0));
    case VALUE_UINT:
        return value_uint(value->unsigned_integer > 0);
    default:
        return value_double(value->number > 0 ? 1 : value->number < 0 ? -1 : value->number);
    }
}

BODY(is_nan) {
    return value_bool(isnan(arguments[0].number));
}

BODY(is_inf) {
    return value_bool(isinf(arguments[0].number));
}

BODY(is_finite) {
    return value_bool(isfinite(arguments[0].number));
}

// The bits of an int are those of the uint beside it in the union.
static struct value with_bits(struct value like, uint64_t bits) {
    like.unsigned_integer = bits;
    return like;
}

BODY(bit_and) {
    return with_bits(arguments[0], arguments[0].unsigned_integer & arguments[1].unsigned_integer);
}

BODY(bit_or) {
    return with_bits(arguments[0], arguments[0].unsigned_integer | arguments[1].unsigned_integer);
}

BODY(bit_xor) {
    return with_bits(arguments[0], arguments[0].unsigned_integer ^ arguments[1].unsigned_integer);
}

BODY(bit_not) {
    return with_bits(arguments[0], ~arguments[0].unsigned_integer);
}

enum { WORD_BITS = 64 };

BODY(shift_left) {
    int64_t shift = arguments[1].integer;
    if (shift < 0) {
        return run_error("math.bitShiftLeft() negative offset");
    }
    return with_bits(arguments[0],
                     shift >= WORD_BITS ? 0 : arguments[0].unsigned_integer << shift);
}

BODY(shift_right) { // zeros come in from the left, for ints too
    int64_t shift = arguments[1].integer;
    if (shift < 0) {
        return run_error("math.bitShiftRight() negative offset");
    }
    return with_bits(arguments[0],
                     shift >= WORD_BITS ? 0 : arguments[0].unsigned_integer >> shift);
}
