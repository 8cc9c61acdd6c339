#include "expr/numeral.h"

#include "base/hex.h"
#include "base/money.h"
#include "codec/number.h"

#include <math.h>
#include <stdio.h>

bool numeral_parse_digits(Slice digits, uint64_t base, uint64_t *ret_value) {
    uint64_t value = 0;
    for (size_t i = 0; i < digits.size; i++) {
        uint64_t digit = (uint64_t)hex_digit(digits.at[i]); // of what is none: past any base
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    *ret_value = value;
    return digits.size > 0;
}

bool numeral_parse_int(Slice text, int64_t *ret_value) {
    if (text.size > 1 && text.at[0] == '+' && text.at[1] != '-') {
        text = slice_part(text, 1, SIZE_MAX);
    }
    return slice_to_i64(text, ret_value);
}

bool numeral_parse_uint(Slice text, uint64_t *ret_value) {
    if (text.size > 1 && text.at[0] == '+') {
        text = slice_part(text, 1, SIZE_MAX);
    }
    return numeral_parse_digits(text, 10, ret_value);
}

static bool is_word(Slice text, const char *lower) {
    size_t i = 0;
    while (i < text.size && lower[i] != '\0' && (text.at[i] | 0x20) == lower[i]) {
        i++;
    }
    return i == text.size && lower[i] == '\0';
}

bool numeral_parse_double(Slice text, double *ret_value) {
    bool has_sign = text.size > 0 && (text.at[0] == '-' || text.at[0] == '+');
    bool negative = has_sign && text.at[0] == '-';
    text = slice_part(text, has_sign, SIZE_MAX);
    double value;
    if (is_word(text, "nan")) {
        value = NAN;
    } else if (is_word(text, "inf") || is_word(text, "infinity")) {
        value = INFINITY;
    } else if (slice_empty(text) || text.at[0] == '-' || text.at[0] == '+' ||
               !number_parse(text, &value)) {
        return false;
    }
    *ret_value = negative ? -value : value;
    return true;
}

static size_t format_special(double value, char text[NUMERAL_TEXT_SIZE]) {
    return (size_t)snprintf(text, NUMERAL_TEXT_SIZE, "%s",
                            isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

// The scientific form "d.ddde+x" with the fewest digits that reads back the same; returns the precision.
static int fewest_digits(double value, char text[NUMERAL_TEXT_SIZE]) {
    enum { ALWAYS_EXACT = 16 };
    int precision = 0;
    for (; precision < ALWAYS_EXACT; precision++) {
        snprintf(text, NUMERAL_TEXT_SIZE, "%.*e", precision, value);
        double again;
        if (number_parse(slice_of(text), &again) && again == value) {
            return precision;
        }
    }
    snprintf(text, NUMERAL_TEXT_SIZE, "%.*e", precision, value);
    return precision;
}

static int exponent_of(const char *scientific) {
    int64_t exponent = 0;
    Slice digits = slice_of(strchr(scientific, 'e') + 1);
    bool is_number = numeral_parse_int(digits, &exponent);
    return is_number ? (int)exponent : 0;
}

static size_t format_fixed(double value, int precision, int exponent,
                           char text[NUMERAL_TEXT_SIZE]) {
    int decimals = precision > exponent ? precision - exponent : 0;
    return (size_t)snprintf(text, NUMERAL_TEXT_SIZE, "%.*f", decimals, value);
}

size_t numeral_format(double value, char text[NUMERAL_TEXT_SIZE]) {
    enum { SMALLEST_EXPONENT = -4, LARGEST_EXPONENT = 20 };
    if (!isfinite(value)) {
        return format_special(value, text);
    }
    int precision = fewest_digits(value, text);
    int exponent = exponent_of(text);
    if (exponent < SMALLEST_EXPONENT || exponent > LARGEST_EXPONENT) {
        return strlen(text);
    }
    return format_fixed(value, precision, exponent, text);
}

size_t numeral_format_plain(double value, char text[NUMERAL_TEXT_SIZE]) {
    if (!isfinite(value)) {
        return format_special(value, text);
    }
    int precision = fewest_digits(value, text);
    return format_fixed(value, precision, exponent_of(text), text);
}

static const double two_63 = 9223372036854775808.0;
static const double two_64 = 18446744073709551616.0;

static int compare_doubles(double left, double right) {
    return (left > right) - (left < right);
}

int numeral_compare_int_double(int64_t left, double right) {
    if (isnan(right)) {
        return NUMERAL_UNORDERED;
    }
    if (right > two_63 || right < -two_63) {
        return right > 0 ? -1 : 1;
    }
    return compare_doubles((double)left, right);
}

int numeral_compare_uint_double(uint64_t left, double right) {
    if (isnan(right)) {
        return NUMERAL_UNORDERED;
    }
    if (right > two_64 || right < 0) {
        return right > 0 ? -1 : 1;
    }
    return compare_doubles((double)left, right);
}

size_t numeral_format_money(double minor, char text[NUMERAL_TEXT_SIZE]) {
    bool is_whole = minor == floor(minor) && fabs(minor) <= (double)MONEY_MAX;
    return is_whole ? money_format((int64_t)minor, MONEY_DIGITS, text)
                    : numeral_format_plain(minor / MONEY_SCALE, text);
}

bool numeral_double_to_int(double value, int64_t *ret_value) {
    if (!(value > -two_63 && value < two_63)) {
        return false;
    }
    *ret_value = (int64_t)value;
    return true;
}

bool numeral_double_to_uint(double value, uint64_t *ret_value) {
    if (!(value >= 0 && value < two_64)) {
        return false;
    }
    *ret_value = (uint64_t)value;
    return true;
}
