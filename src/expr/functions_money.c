// Arithmetic of rules: ints, doubles and money mix, and a division by zero has no value.
//
// Money is counted in minor units held by a double: whole numbers up to 2^53 are exact. A plain
// number beside money means major units. Results past what a double holds exactly are an error,
// since they could not be trusted.

#include "expr/numeral.h"
#include "expr/run.h"

#include "base/money.h"

#include <math.h>

static double plain(const struct value *number) {
    switch (number->kind) {
    case VALUE_INT:
        return (double)number->integer;
    case VALUE_UINT:
        return (double)number->unsigned_integer;
    default:
        return number->number;
    }
}

static struct value money(double minor) {
    return fabs(minor) <= (double)MONEY_MAX ? value_money(minor) : run_error("money overflow");
}

static struct value missing(void) {
    return (struct value){.kind = VALUE_MISSING};
}

BODY(add_mixed) {
    return value_double(plain(&arguments[0]) + plain(&arguments[1]));
}

BODY(subtract_mixed) {
    return value_double(plain(&arguments[0]) - plain(&arguments[1]));
}

BODY(multiply_mixed) {
    return value_double(plain(&arguments[0]) * plain(&arguments[1]));
}

BODY(quotient) {
    double divisor = plain(&arguments[1]);
    return divisor == 0 ? missing() : value_double(plain(&arguments[0]) / divisor);
}

static struct value rest_of(double value, double divisor) {
    return divisor == 0 ? missing() : value_double(fmod(value, divisor));
}

BODY(rest) {
    const struct value *left = &arguments[0];
    const struct value *right = &arguments[1];
    if (left->kind == VALUE_INT && right->kind == VALUE_INT) {
        if (right->integer == 0) {
            return missing();
        }
        return value_int(right->integer == -1 ? 0 : left->integer % right->integer);
    }
    if (left->kind == VALUE_UINT && right->kind == VALUE_UINT) {
        return right->unsigned_integer == 0
                   ? missing()
                   : value_uint(left->unsigned_integer % right->unsigned_integer);
    }
    if (left->kind == VALUE_MONEY) { // taken of minor units, which is exact, told in major ones
        struct value minor = rest_of(left->number, value_minor_units(right));
        return minor.kind == VALUE_MISSING ? minor : value_double(minor.number / MONEY_SCALE);
    }
    return rest_of(plain(left), plain(right));
}

BODY(add_money) {
    return money(value_minor_units(&arguments[0]) + value_minor_units(&arguments[1]));
}

BODY(subtract_money) {
    return money(value_minor_units(&arguments[0]) - value_minor_units(&arguments[1]));
}

BODY(multiply_money) {
    return money(plain(&arguments[0]) * plain(&arguments[1]));
}

BODY(divide_money) {
    double divisor = plain(&arguments[1]);
    if (divisor == 0) {
        return missing();
    }
    double quotient = arguments[0].number / divisor;
    return arguments[1].kind == VALUE_MONEY ? value_double(quotient) : money(quotient);
}

BODY(money_from) {
    if (arguments[0].kind != VALUE_STRING) {
        return money(value_minor_units(&arguments[0]));
    }
    int64_t minor;
    if (!money_parse(arguments[0].text, MONEY_DIGITS, &minor)) {
        return run_error("the text is not an amount");
    }
    return value_money((double)minor);
}
