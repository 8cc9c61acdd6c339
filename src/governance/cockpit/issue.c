#include "governance/cockpit/issue.h"

#include <stdarg.h>
#include <stdlib.h>

enum { JSON_MAX = 64 << 20, COLUMNS_MAX = 12 };

// ---- words ----

Slice issue_say(struct issue *issue, const char *zh, const char *en) {
    return slice_of(issue->zh ? zh : en);
}

Slice issue_sayf(struct issue *issue, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Slice text = arena_vprintf(issue->arena, format, arguments);
    va_end(arguments);
    return text;
}

Slice issue_name(struct issue *issue, Slice code) {
    uint32_t at = map_get(&issue->names, code);
    if (at == MAP_NONE) {
        return code;
    }
    const struct cockpit_name *name = &issue->issuer->names[at];
    Slice text = issue->zh ? name->zh : name->en;
    return slice_empty(text) ? code : text;
}

Slice issue_why(struct issue *issue, const struct cockpit_value *value) {
    return issue->zh ? value->why_zh : value->why_en;
}

Slice issue_figure_name(struct issue *issue, CockpitFigure figure) {
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    return issue_say(issue, info->zh, info->en);
}

// ---- its life ----

// The period before: the month where it is one, else as long.
static void period_before(struct reading *reading) {
    struct cockpit_of month = reading->of;
    cockpit_month(&month, reading->of.from_us, 0);
    if (month.from_us == reading->of.from_us) {
        cockpit_month(&month, reading->of.from_us, -1);
        *reading = reading_of(reading, month.from_us, month.until_us);
    } else {
        *reading = reading_of(reading, reading->of.from_us - (reading->of.until_us - reading->of.from_us), reading->of.from_us);
    }
}

static void period_a_year_ago(struct reading *reading) {
    struct cockpit_of month = reading->of;
    cockpit_month(&month, reading->of.from_us, -12);
    *reading = reading_of(reading, month.from_us, month.until_us);
}

Status issue_begin(struct issue *issue, struct book *book, const struct cockpit_of *of, const struct cockpit_issuer *issuer) {
    *issue = (struct issue){.book = book, .arena = book->arena, .issuer = issuer, .language = issuer->language, .zh = issuer->language == PAPER_ZH};
    TRY(reading_begin(&issue->now, book, of, &issue->coverage));
    issue->before = issue->now;
    issue->year = issue->now;
    period_before(&issue->before);
    period_a_year_ago(&issue->year);
    map_init(&issue->names, issue->arena);
    for (uint32_t i = 0; i < issuer->name_count; i++) {
        map_put(&issue->names, issuer->names[i].code, i);
    }
    buf_init(&issue->extra, JSON_MAX);
    json_writer_init(&issue->json, &issue->extra);
    json_object_begin(&issue->json);
    return STATUS_OK;
}

void issue_drop(struct issue *issue) {
    paper_destroy(issue->paper);
    buf_deinit(&issue->extra);
}

static void put_told(struct json_writer *json, const struct told *told) {
    const struct cockpit_figure *info = cockpit_figure_info(told->now.figure);
    json_object_begin(json);
    json_key_string(json, SLICE("figure"), slice_of(info->id));
    json_key_string(json, SLICE("query"), slice_of(info->query));
    json_key_string(json, SLICE("rows_query"), slice_of(info->rows_query));
    if (told->hash[0] != 0) {
        json_key_string(json, SLICE("sha256"), slice_of(told->hash));
    }
    json_key(json, SLICE("now"));
    cockpit_value_put_json(json, &told->now);
    if (told->is_compared) {
        json_key(json, SLICE("before"));
        cockpit_value_put_json(json, &told->before);
        json_key(json, SLICE("year_ago"));
        cockpit_value_put_json(json, &told->year);
    }
    json_object_end(json);
}

static void put_period(struct json_writer *json, const char *key, const struct reading *reading) {
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_i64(json, SLICE("from_us"), reading->of.from_us);
    json_key_i64(json, SLICE("until_us"), reading->of.until_us);
    json_object_end(json);
}

Status issue_end(struct issue *issue, const char *kind, struct cockpit_document *ret_document) {
    struct json_writer *json = &issue->json;
    *ret_document = (struct cockpit_document){.paper = issue->paper};
    json_key_string(json, SLICE("paper"), slice_of(kind));
    json_key_string(json, SLICE("unit"), issue->now.of.unit);
    json_key_i64(json, SLICE("clearance"), issue->now.of.clearance);
    json_key_i64(json, SLICE("made_us"), issue->book->now_us);
    put_period(json, "period", &issue->now);
    put_period(json, "before", &issue->before);
    put_period(json, "year_ago", &issue->year);
    json_key(json, SLICE("figures"));
    json_array_begin(json);
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        if (issue->told[i].is_told) {
            put_told(json, &issue->told[i]);
            bool is_refused = issue->told[i].now.refusal != COCKPIT_IS_TOLD;
            ret_document->refused += is_refused;
            ret_document->told += !is_refused;
        }
    }
    json_array_end(json);
    json_object_end(json);
    json_writer_finish(json);
    if (buf_overflowed(&issue->extra)) {
        return book_fail(issue->book, STATUS_LIMIT, "CP007", "the figures of a paper have at most %d MiB as JSON", JSON_MAX >> 20);
    }
    ret_document->json = arena_copy(issue->arena, buf_slice(&issue->extra));
    buf_deinit(&issue->extra);
    return STATUS_OK;
}

// ---- figures ----

// Figures of the same rows have the same hash, which takes longer than the figure.
static Status hash_rows(struct issue *issue, CockpitFigure figure) {
    char *hash = issue->told[figure].hash;
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        if (issue->told[i].hash[0] != 0 && rows_of((CockpitFigure)i) == rows_of(figure)) {
            memcpy(hash, issue->told[i].hash, sizeof issue->told[i].hash);
            return STATUS_OK;
        }
    }
    return reading_hash(&issue->now, figure, hash);
}

Status issue_value(struct issue *issue, CockpitFigure figure, const struct cockpit_value **ret_value) {
    struct told *told = &issue->told[figure];
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    *ret_value = &told->now;
    if (told->is_told) {
        return STATUS_OK;
    }
    TRY(reading_figure(&issue->now, figure, &told->now));
    told->is_told = true;
    return told->now.refusal == COCKPIT_IS_TOLD && info->secrecy != COCKPIT_INSIDER ? hash_rows(issue, figure) : STATUS_OK;
}

Status issue_compare(struct issue *issue, CockpitFigure figure, const struct told **ret_told) {
    struct told *told = &issue->told[figure];
    const struct cockpit_value *value;
    TRY(issue_value(issue, figure, &value));
    if (!told->is_compared) {
        TRY(reading_figure(&issue->before, figure, &told->before));
        TRY(reading_figure(&issue->year, figure, &told->year));
        told->is_compared = true;
    }
    *ret_told = told;
    return STATUS_OK;
}

Slice issue_interval(struct issue *issue, Share interval) {
    return issue_sayf(issue, "%.*s—%.*s", SLICE_ARGS(wording_percent(issue->arena, interval.lower, 2)),
                      SLICE_ARGS(wording_percent(issue->arena, interval.upper, 2)));
}

static Slice signed_text(struct issue *issue, double number, int decimals, const char *unit) {
    Slice text = wording_decimal(issue->arena, fabs(number), decimals);
    const char *sign = slice_is(text, "0") ? "" : number > 0 ? "+" : "-";
    return issue_sayf(issue, "%s%.*s%s", sign, SLICE_ARGS(text), unit);
}

// How much more than before. What is a share differs by points, the rest by a share of what it was.
static Slice change_text(struct issue *issue, const struct cockpit_value *now, const struct cockpit_value *before) {
    CockpitKind kind = cockpit_figure_info(now->figure)->kind;
    if (now->refusal != COCKPIT_IS_TOLD || before->refusal != COCKPIT_IS_TOLD || now->is_hidden || before->is_hidden) {
        return SLICE("—");
    }
    if (kind == COCKPIT_SHARE) {
        return signed_text(issue, 100 * (now->number - before->number), 1, issue->zh ? " 个百分点" : " points");
    }
    if (kind == COCKPIT_KAPPA) {
        return signed_text(issue, now->number - before->number, 2, "");
    }
    return before->number == 0 ? SLICE("—") : signed_text(issue, 100 * (now->number / before->number - 1), 1, "%");
}

static Slice cell(struct issue *issue, const struct cockpit_value *value) {
    return wording_value(issue->arena, value, issue->language);
}

void issue_refusals(struct issue *issue, const CockpitFigure *figures, uint32_t count) {
    const struct cockpit_value **values = ARENA_ARRAY(issue->arena, const struct cockpit_value *, count + (size_t)1);
    uint32_t told = 0;
    struct buf out;
    for (uint32_t i = 0; i < count; i++) {
        if (issue->told[figures[i]].is_told) {
            values[told++] = &issue->told[figures[i]].now;
        }
    }
    buf_init(&out, 64 << 10);
    wording_refusals(&out, values, told, issue->language);
    if (out.size > 0) {
        issue_note(issue, issue_sayf(issue, issue->zh ? "未列示：%.*s。" : "Not told: %.*s.", (int)out.size, out.bytes));
    }
    buf_deinit(&out);
}

// Whether a column would have anything in it.
static bool has_any(struct issue *issue, const CockpitFigure *figures, uint32_t count, bool is_year) {
    for (uint32_t i = 0; i < count; i++) {
        const struct told *told = &issue->told[figures[i]];
        if ((is_year ? &told->year : &told->before)->refusal == COCKPIT_IS_TOLD) {
            return true;
        }
    }
    return false;
}

// Why a column is left out.
static void note_period(struct issue *issue, const CockpitFigure *figures, uint32_t count, bool is_year) {
    for (uint32_t i = 0; i < count; i++) {
        const struct told *told = &issue->told[figures[i]];
        const struct cockpit_value *value = is_year ? &told->year : &told->before;
        if (value->refusal == COCKPIT_TOO_EARLY) {
            const char *name = is_year ? (issue->zh ? "上年同月、同比" : "A year ago") : (issue->zh ? "上月、环比" : "The month before");
            issue_note(issue, issue_sayf(issue, issue->zh ? "%s：%.*s。" : "%s: %.*s.", name, SLICE_ARGS(issue_why(issue, value))));
            return;
        }
    }
}

// Of one that is not told, and was not, nothing stands in the table; below it stands why.
static bool is_shown(const struct told *told) {
    return told->now.refusal == COCKPIT_IS_TOLD || told->before.refusal == COCKPIT_IS_TOLD;
}

static Status overview_of_bank(struct issue *issue, Slice caption, const CockpitFigure *figures, uint32_t count) {
    static const struct column columns[] = {
        {"指标", "figure", 2.4, PAPER_LEFT},  {"本月", "this month", 1.5, PAPER_RIGHT},     {"上月", "the month before", 1.5, PAPER_RIGHT},
        {"环比", "change", 1.5, PAPER_RIGHT}, {"上年同月", "a year ago", 1.5, PAPER_RIGHT}, {"同比", "change", 1.5, PAPER_RIGHT}};
    const struct told *told;
    for (uint32_t i = 0; i < count; i++) {
        TRY(issue_compare(issue, figures[i], &told));
    }
    bool has_year = has_any(issue, figures, count, true);
    issue_table(issue, caption, columns, has_year ? 6 : 4);
    for (uint32_t i = 0; i < count; i++) {
        told = &issue->told[figures[i]];
        if (is_shown(told)) {
            paper_row(issue->paper, (Slice[]){issue_figure_name(issue, figures[i]), cell(issue, &told->now), cell(issue, &told->before),
                                              change_text(issue, &told->now, &told->before), cell(issue, &told->year),
                                              change_text(issue, &told->now, &told->year)});
        }
    }
    return STATUS_OK;
}

// The mean of others, as the figure itself would be written.
static Slice mean_text(struct issue *issue, CockpitFigure figure, double mean) {
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    switch (info->kind) {
    case COCKPIT_MONEY:
        return isnan(mean) ? SLICE("—") : wording_money(issue->arena, (int64_t)llround(mean), issue->language);
    case COCKPIT_SHARE:
        return wording_percent(issue->arena, mean, 1);
    default:
        return isnan(mean) ? SLICE("—") : wording_decimal(issue->arena, mean, 2);
    }
}

static Status overview_of_branch(struct issue *issue, Slice caption, const CockpitFigure *figures, uint32_t count) {
    static const struct column columns[] = {{"指标", "figure", 2.6, PAPER_LEFT},
                                            {"本机构本月", "this branch", 1.5, PAPER_RIGHT},
                                            {"其他机构平均", "mean of others", 1.5, PAPER_RIGHT},
                                            {"上月", "the month before", 1.5, PAPER_RIGHT},
                                            {"环比", "change", 1.5, PAPER_RIGHT}};
    issue_table(issue, caption, columns, 5);
    for (uint32_t i = 0; i < count; i++) {
        const struct told *told;
        double mean = NAN;
        uint32_t others;
        TRY(issue_compare(issue, figures[i], &told));
        if (!cockpit_figure_is_whole(figures[i])) {
            TRY(reading_mean_of_others(&issue->now, figures[i], &mean, &others));
        }
        if (is_shown(told)) {
            paper_row(issue->paper, (Slice[]){issue_figure_name(issue, figures[i]), cell(issue, &told->now), mean_text(issue, figures[i], mean),
                                              cell(issue, &told->before), change_text(issue, &told->now, &told->before)});
        }
    }
    return STATUS_OK;
}

Status issue_overview(struct issue *issue, Slice caption, const CockpitFigure *figures, uint32_t count) {
    bool is_bank = slice_empty(issue->now.of.unit);
    TRY(is_bank ? overview_of_bank(issue, caption, figures, count) : overview_of_branch(issue, caption, figures, count));
    issue_refusals(issue, figures, count);
    if (!has_any(issue, figures, count, false)) {
        note_period(issue, figures, count, false);
    }
    if (is_bank && !has_any(issue, figures, count, true)) {
        note_period(issue, figures, count, true);
    }
    return STATUS_OK;
}

Status issue_pairs(struct issue *issue, const CockpitFigure *figures, uint32_t count, uint32_t across) {
    PaperPair *pairs = ARENA_ARRAY(issue->arena, PaperPair, count + (size_t)1);
    for (uint32_t i = 0; i < count; i++) {
        const struct cockpit_value *value;
        TRY(issue_value(issue, figures[i], &value));
        pairs[i] = (PaperPair){issue_figure_name(issue, figures[i]), cell(issue, value)};
    }
    paper_pairs(issue->paper, pairs, count, across);
    issue_refusals(issue, figures, count);
    return STATUS_OK;
}

// ---- what papers are made of ----

void issue_heading(struct issue *issue, const char *zh, const char *en) {
    paper_heading(issue->paper, 1, issue_say(issue, zh, en));
}

void issue_subheading(struct issue *issue, const char *zh, const char *en) {
    paper_heading(issue->paper, 2, issue_say(issue, zh, en));
}

void issue_note(struct issue *issue, Slice text) {
    paper_paragraph(issue->paper, text, PAPER_SMALL);
}

void issue_nothing(struct issue *issue, const char *zh, const char *en) {
    paper_paragraph(issue->paper, issue_say(issue, zh, en), PAPER_INDENT);
}

void issue_table(struct issue *issue, Slice caption, const struct column *columns, uint32_t count) {
    struct paper_column of_paper[COLUMNS_MAX];
    INVARIANT(count <= COLUMNS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        of_paper[i] = (struct paper_column){issue_say(issue, columns[i].zh, columns[i].en), columns[i].share, columns[i].align};
    }
    paper_table(issue->paper, caption, of_paper, count);
}
