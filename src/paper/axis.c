#include "paper/axis.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>

// ---- values -----------------------------------------------------------------------------------------------

typedef struct MoneyUnit {
    double from; // the largest value of a figure in fen, from which on it is used
    double fen;
    Slice name;
} MoneyUnit;

static MoneyUnit money_unit(double largest, PaperLanguage language) {
    static const MoneyUnit units[2][3] = {
        [PAPER_ZH] = {{0, 1e2, {"元", 3}}, {1e6, 1e6, {"万元", 6}}, {1e10, 1e10, {"亿元", 6}}},
        [PAPER_EN] = {{0, 1e2, {"yuan", 4}}, {1e6, 1e5, {"thousand yuan", 13}}, {1e9, 1e8, {"million yuan", 12}}},
    };
    const MoneyUnit *unit = &units[language][0];
    for (int i = 1; i < 3 && largest >= units[language][i].from; i++) {
        unit = &units[language][i];
    }
    return *unit;
}

static void choose_unit(struct axis *axis, double largest, PaperLanguage language) {
    if (axis->kind == FIGURE_MONEY) {
        MoneyUnit unit = money_unit(largest, language);
        axis->divisor = unit.fen;
        axis->unit = unit.name;
    } else {
        axis->divisor = axis->kind == FIGURE_SHARE ? 0.01 : 1;
    }
}

// The smallest of 1, 2 and 5 times a power of ten that is not below `raw`.
static double round_step(double raw) {
    double power = pow(10, floor(log10(raw)));
    double times = raw / power;
    static const double NEARLY = 1 + 1e-9; // 0.3 / 0.1 is not quite 3
    return power * (times <= 1 * NEARLY ? 1 : times <= 2 * NEARLY ? 2 : times <= 5 * NEARLY ? 5 : 10);
}

struct axis axis_make(double low, double high, FigureKind kind, PaperLanguage language, uint32_t wanted) {
    struct axis axis = {.kind = kind};
    choose_unit(&axis, fmax(fabs(low), fabs(high)), language);
    axis.low = low / axis.divisor;
    axis.high = high / axis.divisor;
    if (axis.high - axis.low < 1e-12 * fmax(1, fabs(axis.high))) {
        axis.high = axis.low + 1;
    }
    axis.step = round_step((axis.high - axis.low) / wanted);
    if (kind == FIGURE_COUNT && axis.step < 1) {
        axis.step = 1;
    }
    axis.low = floor(axis.low / axis.step + 1e-9) * axis.step;
    axis.high = ceil(axis.high / axis.step - 1e-9) * axis.step;
    axis.decimals = (int)fmax(0, -floor(log10(axis.step) + 1e-9));
    return axis;
}

double axis_place(const struct axis *axis, double value) {
    return (value / axis->divisor - axis->low) / (axis->high - axis->low);
}

uint32_t axis_ticks(const struct axis *axis) {
    return (uint32_t)lround((axis->high - axis->low) / axis->step) + 1;
}

Slice axis_number(double value, int decimals, struct arena *arena) {
    char plain[512]; // of the largest double there are 309 digits
    char text[1024];
    int size = snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
    size_t digits = slice_find_byte((Slice){plain, (size_t)size}, '.', 0);
    size_t at = 0;
    bool is_zero = strspn(plain, "0.") == (size_t)size;
    if (value < 0 && !is_zero) {
        text[at++] = '-';
    }
    for (size_t i = 0; i < (size_t)size; i++) {
        if (i > 0 && i < digits && (digits - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = plain[i];
    }
    return arena_copy(arena, (Slice){text, at});
}

static Slice with_unit(const struct axis *axis, Slice number, struct arena *arena) {
    return axis->kind == FIGURE_SHARE ? arena_printf(arena, "%.*s%%", SLICE_ARGS(number)) : number;
}

double axis_tick(const struct axis *axis, uint32_t tick, struct arena *arena, Slice *ret_label) {
    double written = axis->low + tick * axis->step;
    *ret_label = with_unit(axis, axis_number(written, axis->decimals, arena), arena);
    return (written - axis->low) / (axis->high - axis->low);
}

Slice axis_value(const struct axis *axis, double value, struct arena *arena) {
    double written = value / axis->divisor;
    bool is_whole = fabs(written - nearbyint(written)) < 1e-9 * fmax(1, fabs(written));
    int decimals = is_whole ? 0 : axis->kind == FIGURE_SHARE ? 1 : 2;
    return with_unit(axis, axis_number(written, decimals, arena), arena);
}

// ---- moments ----------------------------------------------------------------------------------------------

enum { MONTHS_A_YEAR = 12 };

static Slice day_label(int64_t time_us, int64_t offset_us, struct arena *arena) {
    CivilTime at = civil_from_time(time_us, offset_us);
    return arena_printf(arena, "%02d-%02d", at.month, at.day);
}

static uint32_t even_ticks(int64_t first, int64_t last, int64_t offset, int64_t step, struct arena *arena, TimeTick *ticks) {
    static const int64_t MONDAY = 4 * US_PER_DAY; // 5 January 1970, from which weeks are counted
    int64_t shift = offset - (step > US_PER_DAY ? MONDAY : 0);
    uint32_t count = 0;
    for (int64_t local = -floor_div(-(first + shift), step) * step; local <= last + shift && count < AXIS_TICKS_MAX; local += step) {
        CivilTime at = civil_from_time(local - shift, offset);
        bool is_hour = step < US_PER_DAY && (at.hour > 0 || at.minute > 0);
        Slice label = is_hour ? arena_printf(arena, "%02d:%02d", at.hour, at.minute) : day_label(local - shift, offset, arena);
        ticks[count++] = (TimeTick){local - shift, label};
    }
    return count;
}

static uint32_t month_ticks(int64_t first, int64_t last, int64_t offset, int64_t months, struct arena *arena, TimeTick *ticks) {
    uint32_t count = 0;
    for (int64_t month = floor_div(time_month(first, offset), months) * months; count < AXIS_TICKS_MAX; month += months) {
        int32_t year = (int32_t)(1970 + floor_div(month, MONTHS_A_YEAR));
        int32_t of_year = (int32_t)(month - floor_div(month, MONTHS_A_YEAR) * MONTHS_A_YEAR) + 1;
        int64_t start = civil_days(year, of_year, 1) * US_PER_DAY - offset;
        if (start > last) {
            break;
        }
        if (start >= first) {
            ticks[count++] =
                (TimeTick){start, months % MONTHS_A_YEAR == 0 ? arena_printf(arena, "%d", year) : arena_printf(arena, "%d-%02d", year, of_year)};
        }
    }
    return count;
}

uint32_t time_ticks(int64_t first_us, int64_t last_us, int64_t offset_us, uint32_t wanted, struct arena *arena, TimeTick ticks[AXIS_TICKS_MAX]) {
    static const int64_t steps[] = {US_PER_MINUTE,   5 * US_PER_MINUTE, 15 * US_PER_MINUTE, 30 * US_PER_MINUTE, US_PER_HOUR,
                                    2 * US_PER_HOUR, 3 * US_PER_HOUR,   6 * US_PER_HOUR,    12 * US_PER_HOUR,   US_PER_DAY,
                                    2 * US_PER_DAY,  7 * US_PER_DAY,    14 * US_PER_DAY};
    static const int64_t months[] = {1, 2, 3, 6, 12, 24, 60, 120, 600, 1200};
    static const int64_t MONTH_US = 30 * US_PER_DAY; // about
    INVARIANT(wanted >= 2 && wanted <= AXIS_TICKS_MAX);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if ((last_us - first_us) / steps[i] < wanted) {
            return even_ticks(first_us, last_us, offset_us, steps[i], arena, ticks);
        }
    }
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
        if ((last_us - first_us) / (months[i] * MONTH_US) < wanted) {
            return month_ticks(first_us, last_us, offset_us, months[i], arena, ticks);
        }
    }
    return 0;
}
