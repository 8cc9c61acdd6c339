// How figures and periods are written.
//
// Chinese: thousands with commas (GB/T 15835-2011 allows 千分撇), money from 10,000 yuan on in 万元 with at most two decimals, below in 元; periods as 1—11 月. English: money in yuan, from
// 10,000 on without fen. Rounding is half away from zero, of money on whole fen, so that a sum never depends on a machine.

#include "governance/cockpit/parts.h"

#include <stdio.h>

#define WAN_FEN INT64_C(1000000) // 10,000 yuan
enum { NUMBER_SIZE = 64 };

// ---- numbers ----

// Digits with commas, and what stands behind them.
static Slice with_commas(struct arena *arena, Slice digits) {
    char text[2 * NUMBER_SIZE];
    size_t out = 0;
    size_t begin = digits.size > 0 && digits.at[0] == '-';
    size_t whole = slice_find_byte(digits, '.', 0);
    for (size_t i = 0; i < digits.size; i++) {
        if (i > begin && i < whole && (whole - i) % 3 == 0) {
            text[out++] = ',';
        }
        text[out++] = digits.at[i];
    }
    return arena_copy(arena, (Slice){text, out});
}

static Slice without_zeros(Slice digits) {
    if (slice_find_byte(digits, '.', 0) == digits.size) {
        return digits;
    }
    while (digits.at[digits.size - 1] == '0') {
        digits.size--;
    }
    digits.size -= digits.at[digits.size - 1] == '.';
    return digits;
}

Slice wording_number(struct arena *arena, int64_t number) {
    char text[NUMBER_SIZE];
    int size = snprintf(text, sizeof text, "%" PRId64, number);
    return with_commas(arena, (Slice){text, (size_t)size});
}

Slice wording_decimal(struct arena *arena, double number, int decimals) {
    char text[NUMBER_SIZE];
    if (!isfinite(number) || fabs(number) > 1e18) {
        return SLICE("—");
    }
    int size = snprintf(text, sizeof text, "%.*f", decimals, number);
    Slice digits = without_zeros((Slice){text, (size_t)size});
    return with_commas(arena, slice_is(digits, "-0") ? SLICE("0") : digits);
}

Slice wording_percent(struct arena *arena, double share, int decimals) {
    return isfinite(share) ? arena_printf(arena, "%.*s%%", SLICE_ARGS(wording_decimal(arena, share * 100, decimals))) : SLICE("—");
}

// A hundredth of the unit, rounded half away from zero.
static Slice money_digits(struct arena *arena, int64_t fen, int64_t unit_fen) {
    char text[NUMBER_SIZE];
    uint64_t size_fen = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    uint64_t step = (uint64_t)unit_fen / 100;
    uint64_t hundredths = step <= 1 ? size_fen : (size_fen + step / 2) / step;
    int size = snprintf(text, sizeof text, "%s%" PRIu64 ".%02" PRIu64, fen < 0 && hundredths > 0 ? "-" : "", hundredths / 100, hundredths % 100);
    return with_commas(arena, without_zeros((Slice){text, (size_t)size}));
}

Slice wording_money(struct arena *arena, int64_t fen, PaperLanguage language) {
    bool is_large = fen >= WAN_FEN || fen <= -WAN_FEN;
    if (language == PAPER_ZH) {
        return arena_printf(arena, is_large ? "%.*s 万元" : "%.*s 元", SLICE_ARGS(money_digits(arena, fen, is_large ? WAN_FEN : 100)));
    }
    int64_t half = fen < 0 ? -50 : 50;
    return is_large ? arena_printf(arena, "%.*s yuan", SLICE_ARGS(wording_number(arena, (fen + half) / 100)))
                    : arena_printf(arena, "%.*s yuan", SLICE_ARGS(money_digits(arena, fen, 100)));
}

// ---- moments and periods ----

Slice wording_date(struct arena *arena, int64_t time_us, int64_t offset_us) {
    CivilTime at = civil_from_time(time_us, offset_us);
    return arena_printf(arena, "%04d-%02d-%02d", at.year, at.month, at.day);
}

Slice wording_minute(struct arena *arena, int64_t time_us, int64_t offset_us) {
    CivilTime at = civil_from_time(time_us, offset_us);
    return arena_printf(arena, "%04d-%02d-%02d %02d:%02d", at.year, at.month, at.day, at.hour, at.minute);
}

Slice wording_span(struct arena *arena, double span_us, PaperLanguage language) {
    static const struct {
        int64_t us;
        const char *zh, *en;
    } units[] = {{US_PER_DAY, " 天", " days"}, {US_PER_HOUR, " 小时", " h"}, {US_PER_MINUTE, " 分钟", " min"}, {US_PER_SECOND, " 秒", " s"}};
    uint32_t i = 0;
    while (i < 3 && span_us < 2 * (double)units[i].us) {
        i++;
    }
    return arena_printf(arena, "%.*s%s", SLICE_ARGS(wording_decimal(arena, span_us / (double)units[i].us, 1)),
                        language == PAPER_ZH ? units[i].zh : units[i].en);
}

static const char *const months_en[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};

static Slice months_zh(struct arena *arena, const CivilTime *from, const CivilTime *last, int32_t year_now) {
    if (from->year != last->year) {
        return arena_printf(arena, "%d 年 %d 月—%d 年 %d 月", from->year, from->month, last->year, last->month);
    }
    Slice year = from->year == year_now ? SLICE("") : arena_printf(arena, "%d 年 ", from->year);
    return from->month == last->month ? arena_printf(arena, "%.*s%d 月", SLICE_ARGS(year), from->month)
                                      : arena_printf(arena, "%.*s%d—%d 月", SLICE_ARGS(year), from->month, last->month);
}

static Slice days_zh(struct arena *arena, const CivilTime *from, const CivilTime *last, int32_t year_now) {
    bool tells_year = from->year != last->year || from->year != year_now;
    Slice begin = tells_year ? arena_printf(arena, "%d 年 %d 月 %d 日", from->year, from->month, from->day)
                             : arena_printf(arena, "%d 月 %d 日", from->month, from->day);
    if (from->year == last->year && from->month == last->month && from->day == last->day) {
        return begin;
    }
    return from->year != last->year ? arena_printf(arena, "%.*s—%d 年 %d 月 %d 日", SLICE_ARGS(begin), last->year, last->month, last->day)
                                    : arena_printf(arena, "%.*s—%d 月 %d 日", SLICE_ARGS(begin), last->month, last->day);
}

static Slice months_of_year_en(struct arena *arena, const CivilTime *from, const CivilTime *last) {
    if (from->year != last->year) {
        return arena_printf(arena, "from %s %d to %s %d", months_en[from->month - 1], from->year, months_en[last->month - 1], last->year);
    }
    return from->month == last->month ? arena_printf(arena, "in %s %d", months_en[from->month - 1], from->year)
                                      : arena_printf(arena, "from %s to %s %d", months_en[from->month - 1], months_en[last->month - 1], last->year);
}

static Slice days_en(struct arena *arena, const CivilTime *from, const CivilTime *last) {
    Slice end = arena_printf(arena, "%d %s %d", last->day, months_en[last->month - 1], last->year);
    if (from->year == last->year && from->month == last->month && from->day == last->day) {
        return arena_printf(arena, "on %.*s", SLICE_ARGS(end));
    }
    return arena_printf(arena, "from %d %s %d to %.*s", from->day, months_en[from->month - 1], from->year, SLICE_ARGS(end));
}

Slice wording_period(struct arena *arena, const struct cockpit_of *of, int64_t now_us, PaperLanguage language) {
    CivilTime from = civil_from_time(of->from_us, of->offset_us);
    CivilTime last = civil_from_time(of->until_us - 1, of->offset_us);
    int32_t year_now = civil_from_time(now_us, of->offset_us).year;
    bool is_zh = language == PAPER_ZH;
    if (time_month_start(of->from_us, of->offset_us) == of->from_us && time_month_start(of->until_us, of->offset_us) == of->until_us) {
        return is_zh ? months_zh(arena, &from, &last, year_now) : months_of_year_en(arena, &from, &last);
    }
    if (time_day_start(of->from_us, of->offset_us) == of->from_us && time_day_start(of->until_us, of->offset_us) == of->until_us) {
        return is_zh ? days_zh(arena, &from, &last, year_now) : days_en(arena, &from, &last);
    }
    Slice begin = wording_minute(arena, of->from_us, of->offset_us);
    Slice end = wording_minute(arena, of->until_us, of->offset_us);
    return arena_printf(arena, is_zh ? "%.*s 至 %.*s" : "from %.*s to %.*s", SLICE_ARGS(begin), SLICE_ARGS(end));
}

void cockpit_month(struct cockpit_of *of, int64_t at_us, int64_t months) {
    CivilTime at = civil_from_time(at_us, of->offset_us);
    int64_t month = (int64_t)at.year * 12 + at.month - 1 + months;
    of->from_us = civil_days((int32_t)(month / 12), (int32_t)(month % 12) + 1, 1) * US_PER_DAY - of->offset_us;
    month++;
    of->until_us = civil_days((int32_t)(month / 12), (int32_t)(month % 12) + 1, 1) * US_PER_DAY - of->offset_us;
}

bool cockpit_month_parse(Slice text, struct cockpit_of *of) {
    int64_t year, month;
    if (text.size != 7 || text.at[4] != '-' || !slice_to_i64(slice_part(text, 0, 4), &year) || !slice_to_i64(slice_part(text, 5, 2), &month) ||
        year < 1970 || month < 1 || month > 12) {
        return false;
    }
    cockpit_month(of, civil_days((int32_t)year, (int32_t)month, 1) * US_PER_DAY - of->offset_us, 0);
    return true;
}

// ---- figures ----

Slice wording_counted(struct arena *arena, int64_t number, const char *one, const char *many) {
    return arena_printf(arena, "%.*s %s", SLICE_ARGS(wording_number(arena, number)), number == 1 ? one : many);
}

Slice cockpit_value_text(struct arena *arena, const struct cockpit_value *value, PaperLanguage language) {
    if (value->refusal != COCKPIT_IS_TOLD) {
        return SLICE("—");
    }
    if (value->is_hidden) {
        return arena_printf(arena, language == PAPER_ZH ? "少于 %d" : "fewer than %d", COCKPIT_TOLD_MIN);
    }
    switch (cockpit_figure_info(value->figure)->kind) {
    case COCKPIT_COUNT:
        return wording_number(arena, value->count);
    case COCKPIT_SUM:
        return wording_number(arena, value->sum);
    case COCKPIT_MONEY:
        return wording_money(arena, value->sum, language);
    case COCKPIT_SHARE:
        return wording_percent(arena, value->number, 1);
    case COCKPIT_SPAN:
        return wording_span(arena, value->number, language);
    default:
        return wording_decimal(arena, value->number, 2);
    }
}

Slice wording_value(struct arena *arena, const struct cockpit_value *value, PaperLanguage language) {
    const struct cockpit_figure *info = cockpit_figure_info(value->figure);
    Slice text = cockpit_value_text(arena, value, language);
    bool has_unit = info->unit_zh[0] != 0 && info->kind != COCKPIT_MONEY && value->refusal == COCKPIT_IS_TOLD;
    return has_unit && language == PAPER_ZH ? arena_printf(arena, "%.*s %s", SLICE_ARGS(text), info->unit_zh) : text;
}

// "alerts" as "alert".
static Slice one_of(Slice many) {
    static const char *const irregular[][2] = {{"people", "person"}, {"entries", "entry"}, {"typologies", "typology"}};
    for (size_t i = 0; i < sizeof irregular / sizeof irregular[0]; i++) {
        if (slice_is(many, irregular[i][0])) {
            return slice_of(irregular[i][1]);
        }
    }
    return slice_ends_with(many, SLICE("s")) ? slice_part(many, 0, many.size - 1) : many;
}

Slice wording_in_text(struct arena *arena, const struct cockpit_value *value, PaperLanguage language) {
    const struct cockpit_figure *info = cockpit_figure_info(value->figure);
    bool is_number = info->kind == COCKPIT_COUNT || info->kind == COCKPIT_SUM;
    if (language == PAPER_ZH || !is_number || value->refusal != COCKPIT_IS_TOLD) {
        return wording_value(arena, value, language);
    }
    Slice unit = slice_of(info->unit_en);
    Slice text = cockpit_value_text(arena, value, language);
    return arena_printf(arena, "%.*s %.*s", SLICE_ARGS(text), SLICE_ARGS(value->number == 1 ? one_of(unit) : unit));
}

// ---- what is refused ----

static bool is_first_of_reason(const struct cockpit_value *const *values, uint32_t at) {
    for (uint32_t i = 0; i < at; i++) {
        if (values[i]->refusal != COCKPIT_IS_TOLD && slice_equal(values[i]->why_en, values[at]->why_en)) {
            return false;
        }
    }
    return true;
}

static bool all_have_one_reason(const struct cockpit_value *const *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (values[i]->refusal == COCKPIT_IS_TOLD || !slice_equal(values[i]->why_en, values[0]->why_en)) {
            return false;
        }
    }
    return true;
}

void wording_refusals(struct buf *out, const struct cockpit_value *const *values, uint32_t count, PaperLanguage language) {
    uint32_t reasons = 0;
    if (count > 1 && all_have_one_reason(values, count)) {
        buf_put(out, pick(language, "全部数字：", "all figures: "));
        buf_put(out, language == PAPER_ZH ? values[0]->why_zh : values[0]->why_en);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (values[i]->refusal == COCKPIT_IS_TOLD || !is_first_of_reason(values, i)) {
            continue;
        }
        buf_put(out, reasons++ == 0 ? SLICE("") : pick(language, "；", "; "));
        for (uint32_t k = i, names = 0; k < count; k++) {
            if (values[k]->refusal != COCKPIT_IS_TOLD && slice_equal(values[k]->why_en, values[i]->why_en)) {
                const struct cockpit_figure *info = cockpit_figure_info(values[k]->figure);
                buf_put(out, names++ == 0 ? SLICE("") : pick(language, "、", ", "));
                buf_put(out, pick(language, info->zh, info->en));
            }
        }
        buf_put(out, pick(language, "：", ": "));
        buf_put(out, language == PAPER_ZH ? values[i]->why_zh : values[i]->why_en);
    }
}

// ---- JSON ----

static const char *const refusal_words[] = {
    [COCKPIT_IS_TOLD] = "",          [COCKPIT_NEVER_FED] = "NEVER_FED", [COCKPIT_TOO_EARLY] = "TOO_EARLY", [COCKPIT_NOT_SO_FAR] = "NOT_SO_FAR",
    [COCKPIT_UNTOLD] = "UNTOLD",     [COCKPIT_NO_ROWS] = "NO_ROWS",     [COCKPIT_SECRET] = "SECRET",       [COCKPIT_AGGREGATED] = "AGGREGATED",
    [COCKPIT_UNJUDGED] = "UNJUDGED",
};

static void put_number(struct json_writer *json, const struct cockpit_value *value) {
    const struct cockpit_figure *info = cockpit_figure_info(value->figure);
    json_key_i64(json, SLICE("rows"), value->count);
    json_key(json, SLICE("value"));
    if (info->kind == COCKPIT_COUNT || info->kind == COCKPIT_SUM || info->kind == COCKPIT_MONEY) {
        json_i64(json, info->kind == COCKPIT_COUNT ? value->count : value->sum);
    } else {
        json_double(json, value->number);
    }
    if (info->kind == COCKPIT_SHARE) {
        json_key_i64(json, SLICE("hits"), value->sum);
        json_key_double(json, SLICE("lower"), value->interval.lower);
        json_key_double(json, SLICE("upper"), value->interval.upper);
    }
    if (info->kind == COCKPIT_PER_10000) {
        json_key_i64(json, SLICE("base"), value->base);
        json_key_string(json, SLICE("base_figure"), slice_of(cockpit_figure_info(value->base_figure)->id));
    }
}

void cockpit_value_put_json(struct json_writer *json, const struct cockpit_value *value) {
    const struct cockpit_figure *info = cockpit_figure_info(value->figure);
    json_object_begin(json);
    json_key_string(json, SLICE("figure"), slice_of(info->id));
    if (value->refusal != COCKPIT_IS_TOLD) {
        json_key_string(json, SLICE("refused"), slice_of(refusal_words[value->refusal]));
        json_key_string(json, SLICE("why_zh"), value->why_zh);
        json_key_string(json, SLICE("why_en"), value->why_en);
    } else if (value->is_hidden) {
        json_key_i64(json, SLICE("fewer_than"), COCKPIT_TOLD_MIN);
    } else {
        put_number(json, value);
    }
    if (value->untold > 0) {
        json_key_i64(json, SLICE("untold"), value->untold);
    }
    if (value->since_us > 0) {
        json_key_i64(json, SLICE("since_us"), value->since_us);
    }
    json_object_end(json);
}
