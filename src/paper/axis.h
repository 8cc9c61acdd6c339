#pragma once
// Axis: values as places between 0 and 1 with ticks at round ones, written in a unit in which they are short.

#include "paper/figure.h"

enum { AXIS_TICKS_MAX = 24 };

struct axis {
    FigureKind kind;
    double divisor;   // value / divisor is what is written
    Slice unit;       // "万元", empty where there is none to tell
    double low, high; // as written
    double step;
    int decimals; // of the ticks
};

// An axis that holds both values, with about `wanted` ticks or fewer.
struct axis axis_make(double low, double high, FigureKind kind, PaperLanguage language, uint32_t wanted);
// 0 at the low end, 1 at the high one.
double axis_place(const struct axis *axis, double value);
uint32_t axis_ticks(const struct axis *axis);
// Of the tick from 0 on: its place and its label.
double axis_tick(const struct axis *axis, uint32_t tick, struct arena *arena, Slice *ret_label);
// A value as it stands at a bar: with two decimals more than a tick has, where it is not whole.
Slice axis_value(const struct axis *axis, double value, struct arena *arena);
// 1,234.5
Slice axis_number(double value, int decimals, struct arena *arena);

typedef struct TimeTick {
    int64_t time_us;
    Slice label;
} TimeTick;

// Ticks at whole minutes, hours, days, weeks, months or years within the span, at most `wanted` (2 to AXIS_TICKS_MAX). Returns how many.
uint32_t time_ticks(int64_t first_us, int64_t last_us, int64_t offset_us, uint32_t wanted, struct arena *arena, TimeTick ticks[AXIS_TICKS_MAX]);
