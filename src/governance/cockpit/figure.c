// A figure: from rows to a number, for the whole or for each branch and word.

#include "governance/cockpit/parts.h"

#include "base/map.h"
#include "response/strategies/lists.h"

#include <stdlib.h>

// ---- who asks for what ----

Status reading_begin(struct reading *reading, struct book *book, const struct cockpit_of *of, struct coverage *coverage) {
    *reading = (struct reading){.book = book, .of = *of, .coverage = coverage};
    if (!slice_empty(of->viewer_unit) && !slice_equal(of->viewer_unit, of->unit)) {
        return book_fail(book, STATUS_INVALID, "CP003", "figures of another branch, or of the whole bank, are not for the branch '%.*s'",
                         SLICE_ARGS(of->viewer_unit));
    }
    if (of->until_us <= of->from_us) {
        return book_fail(book, STATUS_INVALID, "CP004", "a period ends after its beginning");
    }
    if (of->from_us >= book->now_us) {
        return book_fail(book, STATUS_INVALID, "CP004", "a period that is still to come has no figures");
    }
    reading->of.until_us = of->until_us > book->now_us ? book->now_us : of->until_us;
    return STATUS_OK;
}

struct reading reading_of(const struct reading *reading, int64_t from_us, int64_t until_us) {
    struct reading other = *reading;
    other.of.from_us = from_us;
    other.of.until_us = until_us > reading->book->now_us ? reading->book->now_us : until_us;
    return other;
}

static Slice unit_of(const struct reading *reading, Rows rows) {
    return rows_infos[rows].is_whole ? SLICE("") : reading->of.unit;
}

// What all statements of rows have in common.
static Status ask(struct reading *reading, const struct statement *statement, Slice unit) {
    const struct cockpit_of *of = &reading->of;
    return book_ask(reading->book, statement,
                    STORE_VALUES(store_i64(of->clearance), store_i64(of->from_us), store_i64(of->until_us), store_text(unit)));
}

Status rows_ask(struct reading *reading, Rows rows, int64_t after_us, Slice after_key, int64_t count_max) {
    const struct cockpit_of *of = &reading->of;
    return book_ask(reading->book, &rows_infos[rows].list,
                    STORE_VALUES(store_i64(of->clearance), store_i64(of->from_us), store_i64(of->until_us), store_text(unit_of(reading, rows)),
                                 store_i64(after_us), store_text(after_key), store_i64(count_max)));
}

// ---- numbers that are more than a sum ----

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

// The lower of the two in the middle, so that it is a value that there is.
static Status median(struct reading *reading, Rows rows, double *ret_median) {
    VEC(int64_t) values = {0};
    struct book *book = reading->book;
    Status status;
    TRY(rows_ask(reading, rows, INT64_MIN, SLICE(""), COCKPIT_HASHED_MAX));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&values, book->arena) = book_i64(book, 3);
    }
    if (status != STATUS_END) {
        return status;
    }
    *ret_median = NAN;
    if (values.count > 0) {
        qsort(values.at, values.count, sizeof *values.at, by_value);
        *ret_median = (double)values.at[(values.count - 1) / 2];
    }
    return STATUS_OK;
}

enum { VERDICTS = 3 };

static uint32_t verdict(Slice code_text) {
    Code code = code_find(code_text);
    if (code == CODE_NONE) {
        return 2;
    }
    return code_infos[code].counts == COUNT_EFFECTIVE ? 0 : code_infos[code].counts == COUNT_FALSE_ALARM ? 1 : 2;
}

static Status kappa(struct reading *reading, Rows rows, double *ret_kappa) {
    uint64_t both[VERDICTS * VERDICTS] = {0};
    struct book *book = reading->book;
    Status status;
    TRY(ask(reading, &rows_infos[rows].words, unit_of(reading, rows)));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice second = store_column_text(book->store, 0);
        Slice first;
        if (slice_split(&second, '/', &first)) {
            both[verdict(first) * VERDICTS + verdict(second)] += (uint64_t)book_i64(book, 1);
        }
    }
    *ret_kappa = kappa_cohen(both, VERDICTS);
    return status == STATUS_END ? STATUS_OK : status;
}

// Accounts of the branch, or of all: as they were given, or else the openings that were seen.
static Status base(struct reading *reading, struct cockpit_value *value) {
    static const CockpitFigure bases[] = {COCKPIT_ACCOUNTS, COCKPIT_ACCOUNTS_OPENED};
    for (uint32_t i = 0; i < 2; i++) {
        struct cockpit_value accounts;
        TRY(reading_unjudged(reading, bases[i], &accounts));
        if (accounts.refusal == COCKPIT_IS_TOLD && accounts.number > 0) {
            value->base = (int64_t)accounts.number;
            value->base_figure = bases[i];
            return STATUS_OK;
        }
    }
    return STATUS_OK;
}

// ---- the figure ----

static double number_of(CockpitKind kind, int64_t count, int64_t sum, int64_t accounts) {
    switch (kind) {
    case COCKPIT_COUNT:
        return (double)count;
    case COCKPIT_SUM:
    case COCKPIT_MONEY:
        return (double)sum;
    case COCKPIT_SHARE:
    case COCKPIT_RATIO:
        return count == 0 ? NAN : (double)sum / (double)count;
    case COCKPIT_PER_10000:
        return accounts == 0 ? NAN : (double)count * 10000 / (double)accounts;
    default:
        return NAN;
    }
}

static Status finish(struct reading *reading, const struct cockpit_figure *info, Rows rows, struct cockpit_value *value) {
    if (info->kind == COCKPIT_PER_10000) {
        TRY(base(reading, value));
    }
    value->number = number_of(info->kind, value->count, value->sum, value->base);
    if (info->kind == COCKPIT_SHARE) {
        value->interval = share_wilson((uint64_t)value->sum, (uint64_t)value->count);
    } else if (info->kind == COCKPIT_SPAN) {
        TRY(median(reading, rows, &value->number));
    } else if (info->kind == COCKPIT_KAPPA) {
        TRY(kappa(reading, rows, &value->number));
    }
    if (info->kind == COCKPIT_PER_10000 && value->base == 0) {
        reading_refuse(value, COCKPIT_NO_ROWS, SLICE("没有账户数"), SLICE("the number of accounts is not known"));
    } else if (isnan(value->number)) {
        reading_refuse(value, COCKPIT_NO_ROWS, SLICE("期内没有可计算的记录"), SLICE("there is nothing in the period that it could be computed of"));
    } else if (value->untold > 0 && value->untold == value->count) {
        reading_refuse(value, COCKPIT_UNTOLD, SLICE("公安机关尚未反馈"), SLICE("the police have not told it yet"));
    }
    value->is_hidden = info->secrecy == COCKPIT_INSIDER && value->count > 0 && value->count < COCKPIT_TOLD_MIN;
    return STATUS_OK;
}

static void check_secrecy(const struct reading *reading, const struct cockpit_figure *info, struct cockpit_value *value) {
    int64_t needed = info->secrecy == COCKPIT_AML ? CLEARANCE_AML : info->secrecy == COCKPIT_INSIDER ? CLEARANCE_INSIDER : 0;
    if ((reading->of.clearance & needed) != needed) {
        reading_refuse(value, COCKPIT_SECRET, SLICE("超出查看人的知悉范围"), SLICE("it is not for who asks"));
    } else if (info->secrecy == COCKPIT_INSIDER && !slice_empty(reading->of.unit)) {
        reading_refuse(value, COCKPIT_AGGREGATED, SLICE("仅公布全行总数"), SLICE("it is told of the whole bank alone"));
    }
}

Status reading_unjudged(struct reading *reading, CockpitFigure figure, struct cockpit_value *ret_value) {
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    struct book *book = reading->book;
    Rows rows = rows_of(figure);
    struct cockpit_value value = {.figure = figure};
    check_secrecy(reading, info, &value);
    if (value.refusal == COCKPIT_IS_TOLD) {
        TRY(coverage_check(reading, rows, &value));
    }
    if (value.refusal == COCKPIT_IS_TOLD) {
        TRY(ask(reading, &rows_infos[rows].figure, unit_of(reading, rows)));
        TRY(book_next(book));
        value.count = book_i64(book, 0);
        value.sum = book_i64(book, 1);
        value.untold = book_i64(book, 2);
        TRY(finish(reading, info, rows, &value));
    }
    *ret_value = value;
    return STATUS_OK;
}

// What the rate of automatic disposition is never told without.
static Status judge(struct reading *reading, struct cockpit_value *value) {
    static const CockpitFigure judges[] = {COCKPIT_OVERTURN_RATE, COCKPIT_LATER_RATE, COCKPIT_MERGE_RATIO};
    struct arena *arena = reading->book->arena;
    for (uint32_t i = 0; i < 3 && value->refusal == COCKPIT_IS_TOLD; i++) {
        struct cockpit_value other;
        const struct cockpit_figure *info = cockpit_figure_info(judges[i]);
        TRY(reading_unjudged(reading, judges[i], &other));
        if (other.refusal != COCKPIT_IS_TOLD) {
            reading_refuse(value, COCKPIT_UNJUDGED,
                           arena_printf(arena, "不得脱离%s单独公布，而%s：%.*s", info->zh, info->zh, SLICE_ARGS(other.why_zh)),
                           arena_printf(arena, "it is not published without the figure '%s', of which %.*s", info->en, SLICE_ARGS(other.why_en)));
        }
    }
    return STATUS_OK;
}

Status reading_figure(struct reading *reading, CockpitFigure figure, struct cockpit_value *ret_value) {
    struct cockpit_value value;
    TRY(reading_unjudged(reading, figure, &value));
    if (figure == COCKPIT_AUTOMATIC_RATE) {
        TRY(judge(reading, &value));
    }
    *ret_value = value;
    return STATUS_OK;
}

Status cockpit_figure(struct book *book, const struct cockpit_of *of, CockpitFigure figure, struct cockpit_value *ret_value) {
    struct coverage coverage = {0};
    struct reading reading;
    TRY(reading_begin(&reading, book, of, &coverage));
    return reading_figure(&reading, figure, ret_value);
}

// ---- by branch and by word ----

static Status read_parts(struct reading *reading, const struct statement *statement, Slice unit, CockpitKind kind, struct cockpit_parts *ret_parts) {
    VEC(struct cockpit_part) parts = {0};
    struct book *book = reading->book;
    Status status;
    TRY(ask(reading, statement, unit));
    while ((status = book_next(book)) == STATUS_OK) {
        if (parts.count == COCKPIT_UNITS_MAX) {
            return book_fail(book, STATUS_LIMIT, "CP007", "a figure is broken down into at most %d parts", COCKPIT_UNITS_MAX);
        }
        struct cockpit_part *part = VEC_PUSH(&parts, book->arena);
        *part = (struct cockpit_part){.name = book_text(book, 0), .count = book_i64(book, 1), .sum = book_i64(book, 2)};
        part->number = number_of(kind, part->count, part->sum, 0);
        part->interval = kind == COCKPIT_SHARE ? share_wilson((uint64_t)part->sum, (uint64_t)part->count) : (Share){0};
    }
    *ret_parts = (struct cockpit_parts){.at = parts.at, .count = parts.count};
    return status == STATUS_END ? STATUS_OK : status;
}

// Accounts of each branch; a branch without any has no rate.
static Status per_accounts(struct reading *reading, struct cockpit_parts *parts) {
    struct cockpit_value value = {0};
    struct cockpit_parts accounts;
    struct map by_name;
    TRY(base(reading, &value));
    if (value.base == 0) {
        return STATUS_OK;
    }
    TRY(read_parts(reading, &rows_infos[rows_of(value.base_figure)].units, SLICE(""), COCKPIT_COUNT, &accounts));
    map_init(&by_name, reading->book->arena);
    for (uint32_t i = 0; i < accounts.count; i++) {
        map_put(&by_name, accounts.at[i].name, i);
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t at = map_get(&by_name, parts->at[i].name);
        parts->at[i].number = number_of(COCKPIT_PER_10000, parts->at[i].count, 0, at == MAP_NONE ? 0 : accounts.at[at].sum);
    }
    return STATUS_OK;
}

// Whether there are rows that may be told of, before they are counted.
static Status may_be_broken_down(struct reading *reading, CockpitFigure figure, bool *ret_may) {
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    struct cockpit_value value = {.figure = figure};
    check_secrecy(reading, info, &value);
    if (value.refusal == COCKPIT_IS_TOLD) {
        TRY(coverage_check(reading, rows_of(figure), &value));
    }
    *ret_may = value.refusal == COCKPIT_IS_TOLD && info->secrecy != COCKPIT_INSIDER;
    return STATUS_OK;
}

Status reading_by_unit(struct reading *reading, CockpitFigure figure, struct cockpit_parts *ret_parts) {
    CockpitKind kind = cockpit_figure_info(figure)->kind;
    bool may;
    *ret_parts = (struct cockpit_parts){0};
    TRY(may_be_broken_down(reading, figure, &may));
    if (!may) {
        return STATUS_OK;
    }
    TRY(read_parts(reading, &rows_infos[rows_of(figure)].units, SLICE(""), kind, ret_parts));
    return kind == COCKPIT_PER_10000 ? per_accounts(reading, ret_parts) : STATUS_OK;
}

Status reading_by_word(struct reading *reading, CockpitFigure figure, struct cockpit_parts *ret_parts) {
    Rows rows = rows_of(figure);
    bool may;
    *ret_parts = (struct cockpit_parts){0};
    TRY(may_be_broken_down(reading, figure, &may));
    return may ? read_parts(reading, &rows_infos[rows].words, unit_of(reading, rows), cockpit_figure_info(figure)->kind, ret_parts) : STATUS_OK;
}

Status cockpit_by_unit(struct book *book, const struct cockpit_of *of, CockpitFigure figure, struct cockpit_parts *ret_parts) {
    struct coverage coverage = {0};
    struct reading reading;
    struct cockpit_of whole = *of;
    whole.unit = SLICE("");
    TRY(reading_begin(&reading, book, &whole, &coverage));
    return reading_by_unit(&reading, figure, ret_parts);
}

Status cockpit_by_word(struct book *book, const struct cockpit_of *of, CockpitFigure figure, struct cockpit_parts *ret_parts) {
    struct coverage coverage = {0};
    struct reading reading;
    TRY(reading_begin(&reading, book, of, &coverage));
    return reading_by_word(&reading, figure, ret_parts);
}

// ---- the others ----

// All branches that there are: those whose accounts were given, and those with rows.
static Status count_others(struct reading *reading, const struct cockpit_parts *parts, uint32_t *ret_others) {
    struct cockpit_parts given;
    struct map seen;
    Slice own = reading->of.unit;
    uint32_t others = 0;
    TRY(read_parts(reading, &rows_infos[ROWS_ACCOUNTS_GIVEN].units, SLICE(""), COCKPIT_COUNT, &given));
    map_init(&seen, reading->book->arena);
    const struct cockpit_parts *const both[] = {parts, &given};
    for (uint32_t k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < both[k]->count; i++) {
            others += !slice_equal(both[k]->at[i].name, own) && map_put(&seen, both[k]->at[i].name, 0);
        }
    }
    *ret_others = others;
    return STATUS_OK;
}

// Of shares the pooled one: the mean of shares of few would tell of those few.
Status reading_mean_of_others(struct reading *reading, CockpitFigure figure, double *ret_mean, uint32_t *ret_others) {
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    struct cockpit_parts parts;
    double numbers = 0;
    int64_t count = 0;
    int64_t sum = 0;
    uint32_t with_number = 0;
    *ret_mean = NAN;
    *ret_others = 0;
    TRY(reading_by_unit(reading, figure, &parts));
    for (uint32_t i = 0; i < parts.count; i++) {
        if (!slice_equal(parts.at[i].name, reading->of.unit)) {
            count += parts.at[i].count;
            sum += parts.at[i].sum;
            numbers += isnan(parts.at[i].number) ? 0 : parts.at[i].number;
            with_number++;
        }
    }
    bool is_pooled = info->kind == COCKPIT_SHARE || info->kind == COCKPIT_RATIO;
    if (is_pooled) {
        *ret_others = with_number;
    } else {
        TRY(count_others(reading, &parts, ret_others));
    }
    if (*ret_others >= COCKPIT_OTHERS_MIN && info->kind != COCKPIT_SPAN && info->kind != COCKPIT_KAPPA) {
        *ret_mean = is_pooled ? number_of(info->kind, count, sum, 0) : numbers / *ret_others;
    }
    return STATUS_OK;
}

Status cockpit_mean_of_others(struct book *book, const struct cockpit_of *of, CockpitFigure figure, double *ret_mean, uint32_t *ret_others) {
    struct coverage coverage = {0};
    struct reading reading;
    TRY(reading_begin(&reading, book, of, &coverage));
    return reading_mean_of_others(&reading, figure, ret_mean, ret_others);
}
