#pragma once
// Numeral: the rules of the language for numbers: literals and texts to values and back, and the
// order of an integer against a double.

#include "base/slice.h"

enum { NUMERAL_TEXT_SIZE = 400 }; // holds -1.7e308 written without an exponent

// Digits in base 10 or 16 without a sign. False on anything else or above UINT64_MAX.
bool numeral_parse_digits(Slice digits, uint64_t base, uint64_t *ret_value);
// A decimal with an optional sign.
bool numeral_parse_int(Slice text, int64_t *ret_value);
bool numeral_parse_uint(Slice text, uint64_t *ret_value);
// A decimal fraction with an optional sign and exponent, or NaN, Infinity, Inf in any case.
bool numeral_parse_double(Slice text, double *ret_value);

// As many digits as it takes to read back as the same double, with an exponent for very large and small
// ones: "0.1", "1e+30", "NaN", "-Infinity". Returns the length.
size_t numeral_format(double value, char text[NUMERAL_TEXT_SIZE]);
// The same without an exponent, whole numbers to their last digit: "10000000000000000905969664" for 1e25.
size_t numeral_format_plain(double value, char text[NUMERAL_TEXT_SIZE]);

// <0, 0, >0, or NUMERAL_UNORDERED when the double is not a number. The integer is compared as the double nearest to
// it: past 2^53 neighbours become equal, as the conformance suite asks for. A double outside of the
// integer's range is never equal to one.
enum { NUMERAL_UNORDERED = 2 };
int numeral_compare_int_double(int64_t left, double right);
int numeral_compare_uint_double(uint64_t left, double right);

// "57.16"; a part of a minor unit, which * and / can leave, is written too. Returns the length.
size_t numeral_format_money(double minor, char text[NUMERAL_TEXT_SIZE]);
// Checked conversions: false where the language says "range error".
bool numeral_double_to_int(double value, int64_t *ret_value);
bool numeral_double_to_uint(double value, uint64_t *ret_value);
