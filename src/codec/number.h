#pragma once
// Numbers between text and double, the same on every machine: exact in both directions, no locale.
//
//     char text[NUMBER_TEXT_SIZE];
//     size_t size = number_format(0.1, text);       // "0.1"
//     double value;
//     bool ok = number_parse(SLICE("1e-3"), &value);

#include "base/slice.h"

enum { NUMBER_TEXT_SIZE = 32 };

// The shortest decimal that reads back as the same double, in the form of ECMAScript's Number.toString: 123,
// 0.1, 1.5e-7, -0 as "0". One thing differs: the exponent begins at 1e+18, not at 1e+21, so that a reader that
// takes whole numbers for 64-bit integers (ours does) never meets one that does not fit. The value must be
// finite. Returns the length.
size_t number_format(double value, char text[NUMBER_TEXT_SIZE]);

// The double nearest to the whole text: an optional sign, digits with an optional point, an optional
// exponent. False for anything else (blanks, hexadecimal, inf, nan), and for what is past the largest double.
bool number_parse(Slice text, double *ret_value);
