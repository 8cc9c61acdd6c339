#include "codec/number.h"

#include "base/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// strtod and printf of glibc are exact for any number of digits. They depend on the locale, but the program
// never calls setlocale(), so it is "C". Everything else about them is fenced in here.

enum {
    DIGITS_MAX = 17,        // always enough for a double
    WHOLE_DIGITS_MAX = 18,  // longer ones may not fit into 64 bits
    NUMBER_SIZE_MAX = 4096, // longer texts are no numbers that anybody means
};

// A number as digits d.ddd * 10^exponent.
struct decimal {
    char digits[DIGITS_MAX + 1];
    int count;
    int exponent;
};

static double decimal_value(const struct decimal *decimal) {
    char text[48];
    snprintf(text, sizeof text, "%c.%se%d", decimal->digits[0], decimal->digits + 1, decimal->exponent);
    return strtod(text, NULL);
}

static struct decimal decimal_round(double value, int count) {
    char text[48];
    struct decimal decimal = {.count = count};
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    decimal.digits[0] = text[0];
    size_t fraction = (size_t)(count - 1);
    memcpy(decimal.digits + 1, text + 2, fraction);
    const char *mark = strchr(text, 'e'); // then a sign and the digits
    int64_t exponent;
    INVARIANT(mark != NULL && slice_to_i64(slice_of(mark + 2), &exponent));
    decimal.exponent = (int)(mark[1] == '-' ? -exponent : exponent);
    return decimal;
}

// The next decimal above with as many digits; false when all are nines.
static bool decimal_above(struct decimal *decimal) {
    for (int i = decimal->count - 1; i >= 0; i--) {
        if (decimal->digits[i] < '9') {
            decimal->digits[i]++;
            return true;
        }
        decimal->digits[i] = '0';
    }
    return false;
}

// Fifteen digits hold every decimal that short, so a normal double starts there. The doubles next to a power
// of two lie closer below than above: there the nearest short decimal may miss where its neighbour hits.
static struct decimal shortest(double value) {
    int exponent;
    bool power_of_two = frexp(value, &exponent) == 0.5;
    for (int count = fpclassify(value) == FP_NORMAL ? 15 : 1; count < DIGITS_MAX; count++) {
        struct decimal decimal = decimal_round(value, count);
        if (decimal_value(&decimal) == value) {
            return decimal;
        }
        if (power_of_two && decimal_above(&decimal) && decimal_value(&decimal) == value) {
            return decimal;
        }
    }
    return decimal_round(value, DIGITS_MAX);
}

static void put_zeros(char **out, int count) {
    for (int i = 0; i < count; i++) {
        *(*out)++ = '0';
    }
}

static void put_digits(char **out, const char *digits, int count) {
    memcpy(*out, digits, (size_t)count);
    *out += count;
}

static void put_exponent(char **out, int exponent) {
    char text[8]; // "e-324"
    int size = snprintf(text, sizeof text, "e%+d", exponent);
    INVARIANT(size > 0 && (size_t)size < sizeof text);
    put_digits(out, text, size);
}

static char *put_decimal(char *out, struct decimal decimal) {
    while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0') {
        decimal.count--;
    }
    int point = decimal.exponent + 1; // digits before the point
    if (point >= 1 && point <= WHOLE_DIGITS_MAX) {
        int whole = decimal.count < point ? decimal.count : point;
        put_digits(&out, decimal.digits, whole);
        put_zeros(&out, point - whole);
        if (decimal.count > whole) {
            *out++ = '.';
            put_digits(&out, decimal.digits + whole, decimal.count - whole);
        }
    } else if (point <= 0 && point > -6) {
        put_digits(&out, "0.", 2);
        put_zeros(&out, -point);
        put_digits(&out, decimal.digits, decimal.count);
    } else {
        *out++ = decimal.digits[0];
        if (decimal.count > 1) {
            *out++ = '.';
            put_digits(&out, decimal.digits + 1, decimal.count - 1);
        }
        put_exponent(&out, decimal.exponent);
    }
    return out;
}

size_t number_format(double value, char text[NUMBER_TEXT_SIZE]) {
    INVARIANT(isfinite(value));
    if (fabs(value) < 0x1p53 && value == (double)(int64_t)value) {
        return (size_t)snprintf(text, NUMBER_TEXT_SIZE, "%lld", (long long)value);
    }
    char *out = text;
    if (value < 0) {
        *out++ = '-';
    }
    return (size_t)(put_decimal(out, shortest(fabs(value))) - text);
}

static size_t skip_digits(Slice text, size_t at) {
    while (at < text.size && text.at[at] >= '0' && text.at[at] <= '9') {
        at++;
    }
    return at;
}

static bool is_number(Slice text) {
    size_t at = text.size > 0 && (text.at[0] == '-' || text.at[0] == '+');
    size_t start = at;
    at = skip_digits(text, at);
    size_t digits = at - start;
    if (at < text.size && text.at[at] == '.') {
        start = ++at;
        at = skip_digits(text, at);
        digits += at - start;
    }
    if (digits == 0) {
        return false;
    }
    if (at < text.size && (text.at[at] == 'e' || text.at[at] == 'E')) {
        at++;
        at += at < text.size && (text.at[at] == '-' || text.at[at] == '+');
        start = at;
        at = skip_digits(text, at);
        return at == text.size && at > start;
    }
    return at == text.size;
}

bool number_parse(Slice text, double *ret_value) {
    if (text.size > NUMBER_SIZE_MAX || !is_number(text)) {
        return false;
    }
    char copy[NUMBER_SIZE_MAX + 1]; // not cleared: only what is copied is read
    memcpy(copy, text.at, text.size);
    copy[text.size] = 0;
    double value = strtod(copy, NULL);
    if (!isfinite(value)) {
        return false;
    }
    *ret_value = value;
    return true;
}
