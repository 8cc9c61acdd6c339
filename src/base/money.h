#pragma once
// Money: integer minor units (fen for CNY), never a double, with a currency written beside it.
//
// The largest amount is 2^53 - 1 minor units, 90 trillion yuan: up to there a double holds every integer,
// so the columns that models compare (which are doubles) hold money exactly too.

#include "base/slice.h"

#define MONEY_MAX INT64_C(9007199254740991)

// Text of an amount in major units, such as "57.16", "-3" or "0.5", into minor units with `digits` decimals
// (2 for CNY). More decimals than that are an error unless they are zeros; so is anything past MONEY_MAX.
bool money_parse(Slice text, int digits, int64_t *ret_minor);
// "57.16"; returns the length. `text` has 32 bytes.
size_t money_format(int64_t minor, int digits, char text[32]);

// In expressions an amount is a double of minor units and a plain number beside it means major units; there the
// currency has two decimals.
enum { MONEY_DIGITS = 2 };
#define MONEY_SCALE 100.0

// Major units as minor units: 50000.01 is 5000001. A double cannot hold most decimal fractions, so a product within
// one millionth of a whole minor unit is taken to mean it.
double money_from_major(double major);
