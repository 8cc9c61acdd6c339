#pragma once
// Numbers between text and double, the same on every machine: exact in both directions, no locale.
//
//     char text[NUMBER_TEXT_SIZE];
//     size_t size = number_format(0.1, text);       // "0.1"
//     double value;
//     bool ok = number_parse(SLICE("1e-3"), &value);

#include "base/slice.h"

enum { NUMBER_TEXT_SIZE = 32 };

// The shortest decimal that reads back as the same double, in the form of ECMAScript's Number.toString (which
// RFC 8785 takes over): 123, 0.1, 1e+21, 1.5e-7, -0 as "0". The value must be finite. Returns the length.
size_t number_format(double value, char text[NUMBER_TEXT_SIZE]);

// The double nearest to the whole text: an optional sign, digits with an optional point, an optional
// exponent. False for anything else (blanks, hexadecimal, inf, nan), and for what is past the largest double.
bool number_parse(Slice text, double *ret_value);
