// The sentence of a report: 「1—11 月，全行产生预警 N 条，自动处置率 N%……」, printed of figures alone.
//
// A rate of automatic disposition stands with its judges in the same clause, so that nobody cuts it out without them.

#include "governance/cockpit/parts.h"

static const struct {
    CockpitClause clause;
    CockpitFigure figure;
} needed[] = {
    {COCKPIT_CLAUSE_ALERTS, COCKPIT_ALERTS},           {COCKPIT_CLAUSE_AUTOMATIC, COCKPIT_AUTOMATIC_RATE},
    {COCKPIT_CLAUSE_AUTOMATIC, COCKPIT_OVERTURN_RATE}, {COCKPIT_CLAUSE_AUTOMATIC, COCKPIT_LATER_RATE},
    {COCKPIT_CLAUSE_AUTOMATIC, COCKPIT_MERGE_RATIO},   {COCKPIT_CLAUSE_VICTIMS, COCKPIT_VICTIMS_SAVED},
    {COCKPIT_CLAUSE_VICTIMS, COCKPIT_AMOUNT_SAVED},    {COCKPIT_CLAUSE_REFERRED, COCKPIT_REFERRALS},
    {COCKPIT_CLAUSE_REFERRED, COCKPIT_CASES_FILED},    {COCKPIT_CLAUSE_REFERRED, COCKPIT_CASES_SOLVED},
    {COCKPIT_CLAUSE_REFERRED, COCKPIT_GANGS},          {COCKPIT_CLAUSE_REFERRED, COCKPIT_ARRESTED},
    {COCKPIT_CLAUSE_MONEY, COCKPIT_AMOUNT_SEIZED},     {COCKPIT_CLAUSE_MONEY, COCKPIT_AMOUNT_RETURNED},
};
enum { NEEDED_COUNT = sizeof needed / sizeof needed[0] };
_Static_assert((int)NEEDED_COUNT <= (int)COCKPIT_SENTENCE_FIGURES, "the sentence has room for its figures");

struct saying {
    struct reading *reading;
    struct cockpit_sentence *sentence;
    PaperLanguage language;
    struct arena *arena;
    struct buf text;
    uint32_t clauses; // that were said
};

static const struct cockpit_value *value_of(const struct saying *saying, CockpitFigure figure) {
    for (uint32_t i = 0; i < saying->sentence->count; i++) {
        if (saying->sentence->values[i].figure == figure) {
            return &saying->sentence->values[i];
        }
    }
    INVARIANT(figure == COCKPIT_FIGURE_COUNT);
    return NULL;
}

static void say(struct saying *saying, Slice text) {
    buf_put(&saying->text, text);
}

static Slice digits(const struct saying *saying, CockpitFigure figure) {
    return cockpit_value_text(saying->arena, value_of(saying, figure), saying->language);
}

static Slice counted(const struct saying *saying, CockpitFigure figure, const char *one, const char *many) {
    const struct cockpit_value *value = value_of(saying, figure);
    return wording_counted(saying->arena, cockpit_figure_info(figure)->kind == COCKPIT_SUM ? value->sum : value->count, one, many);
}

// A share of few cases is told with the interval in which it may be.
static Slice judged(const struct saying *saying, CockpitFigure figure) {
    const struct cockpit_value *value = value_of(saying, figure);
    const char *format = saying->language == PAPER_ZH ? "%.*s（%" PRId64 "/%" PRId64 "，95%%区间 %.*s—%.*s）"
                                                      : "%.*s (%" PRId64 " of %" PRId64 ", 95 %% interval %.*s to %.*s)";
    return arena_printf(saying->arena, format, SLICE_ARGS(wording_percent(saying->arena, value->number, 2)), value->sum, value->count,
                        SLICE_ARGS(wording_percent(saying->arena, value->interval.lower, 2)),
                        SLICE_ARGS(wording_percent(saying->arena, value->interval.upper, 2)));
}

#define D(name) SLICE_ARGS(digits(saying, COCKPIT_##name))
#define J(name) SLICE_ARGS(judged(saying, COCKPIT_##name))
#define C(name, one, many) SLICE_ARGS(counted(saying, COCKPIT_##name, one, many))

// "91.2%（质检推翻率……）"
static Slice judged_rate(const struct saying *saying) {
    const char *format = saying->language == PAPER_ZH
                             ? "%.*s（质检推翻率 %.*s，后续确认率 %.*s，命中预警合并比 %.*s∶1）"
                             : "%.*s (overturned by a second look %.*s, found to be fraud later %.*s, %.*s hits to an alert)";
    return arena_printf(saying->arena, format, D(AUTOMATIC_RATE), J(OVERTURN_RATE), J(LATER_RATE), D(MERGE_RATIO));
}

static Slice clause_zh(const struct saying *saying, CockpitClause clause) {
    switch (clause) {
    case COCKPIT_CLAUSE_ALERTS:
        return arena_printf(saying->arena, "产生预警 %.*s 条", D(ALERTS));
    case COCKPIT_CLAUSE_AUTOMATIC:
        return arena_printf(saying->arena, "自动处置率 %.*s", SLICE_ARGS(judged_rate(saying)));
    case COCKPIT_CLAUSE_VICTIMS:
        return arena_printf(saying->arena, "劝阻受害客户 %.*s 人，避免损失 %.*s", D(VICTIMS_SAVED), D(AMOUNT_SAVED));
    case COCKPIT_CLAUSE_REFERRED:
        return arena_printf(saying->arena, "向公安机关移送涉诈线索 %.*s 条，立案 %.*s 起，破案 %.*s 起，打掉团伙 %.*s 个，抓获 %.*s 人", D(REFERRALS),
                            D(CASES_FILED), D(CASES_SOLVED), D(GANGS), D(ARRESTED));
    default:
        return arena_printf(saying->arena, "查获冻结涉诈资金 %.*s，返还群众 %.*s", D(AMOUNT_SEIZED), D(AMOUNT_RETURNED));
    }
}

static Slice clause_en(const struct saying *saying, CockpitClause clause) {
    switch (clause) {
    case COCKPIT_CLAUSE_ALERTS:
        return arena_printf(saying->arena, "%.*s raised", C(ALERTS, "alert was", "alerts were"));
    case COCKPIT_CLAUSE_AUTOMATIC:
        return arena_printf(saying->arena, "of the alerts closed, %.*s were closed without a person", SLICE_ARGS(judged_rate(saying)));
    case COCKPIT_CLAUSE_VICTIMS:
        return arena_printf(saying->arena, "%.*s dissuaded from paying a fraud, and %.*s saved", C(VICTIMS_SAVED, "customer was", "customers were"),
                            D(AMOUNT_SAVED));
    case COCKPIT_CLAUSE_REFERRED:
        return arena_printf(saying->arena, "%.*s referred to the police, %.*s filed and %.*s solved, %.*s broken up, and %.*s arrested",
                            C(REFERRALS, "lead was", "leads were"), C(CASES_FILED, "case was", "cases were"), D(CASES_SOLVED),
                            C(GANGS, "gang was", "gangs were"), C(ARRESTED, "person was", "people were"));
    default:
        return arena_printf(saying->arena, "%.*s of fraudulent money were seized or frozen, and %.*s returned to victims", D(AMOUNT_SEIZED),
                            D(AMOUNT_RETURNED));
    }
}

static Slice capital(struct arena *arena, Slice text) {
    return arena_printf(arena, "%c%.*s", text.at[0] >= 'a' && text.at[0] <= 'z' ? text.at[0] - 'a' + 'A' : text.at[0],
                        SLICE_ARGS(slice_part(text, 1, SIZE_MAX)));
}

// What stands before a clause: a rate goes with the alerts that it is of.
static Slice joint(const struct saying *saying, CockpitClause clause) {
    bool is_close = clause == COCKPIT_CLAUSE_AUTOMATIC;
    return saying->clauses == 0 ? SLICE("") : saying->language == PAPER_EN ? SLICE("; ") : is_close ? SLICE("，") : SLICE("；");
}

static void say_all(struct saying *saying, uint32_t clauses) {
    const struct reading *reading = saying->reading;
    bool is_zh = saying->language == PAPER_ZH;
    bool is_bank = slice_empty(reading->of.unit);
    Slice period = wording_period(saying->arena, &reading->of, reading->book->now_us, saying->language);
    say(saying, is_zh ? period : capital(saying->arena, period));
    say(saying, is_zh ? (is_bank ? SLICE("，全行") : SLICE("，本机构")) : is_bank ? SLICE(", in the whole bank, ") : SLICE(", in the branch, "));
    for (uint32_t i = 0; i < COCKPIT_CLAUSE_COUNT; i++) {
        if (clauses >> i & 1) {
            say(saying, joint(saying, (CockpitClause)i));
            say(saying, is_zh ? clause_zh(saying, (CockpitClause)i) : clause_en(saying, (CockpitClause)i));
            saying->clauses++;
        }
    }
    say(saying, pick(saying->language, "。", "."));
}

// ---- what stands below it, or instead ----

// Figures that are known since one day stand together.
static void note_since(struct saying *saying) {
    const struct cockpit_sentence *sentence = saying->sentence;
    for (uint32_t i = 0; i < sentence->count; i++) {
        int64_t since_us = sentence->values[i].since_us;
        uint32_t names = 0;
        bool is_first = since_us > 0;
        for (uint32_t k = 0; k < i; k++) {
            is_first = is_first && sentence->values[k].since_us != since_us;
        }
        for (uint32_t k = i; k < sentence->count && is_first; k++) {
            if (sentence->values[k].since_us == since_us) {
                const struct cockpit_figure *info = cockpit_figure_info(sentence->values[k].figure);
                say(saying, names++ == 0 ? SLICE("") : pick(saying->language, "、", ", "));
                say(saying, pick(saying->language, info->zh, info->en));
            }
        }
        if (is_first) {
            Slice day = wording_date(saying->arena, since_us, saying->reading->of.offset_us);
            say(saying, arena_printf(saying->arena, saying->language == PAPER_ZH ? "自 %.*s 起有记录。" : ": known since %.*s. ", SLICE_ARGS(day)));
        }
    }
}

static void note(struct saying *saying) {
    bool is_zh = saying->language == PAPER_ZH;
    bool has_money = false;
    note_since(saying);
    for (uint32_t i = 0; i < saying->sentence->count; i++) {
        const struct cockpit_value *value = &saying->sentence->values[i];
        const struct cockpit_figure *info = cockpit_figure_info(value->figure);
        has_money = has_money || info->kind == COCKPIT_MONEY;
        if (value->untold > 0) {
            say(saying,
                arena_printf(saying->arena,
                             is_zh ? "“%s”未含尚未反馈的 %" PRId64 " 起。" : "'%s' is without %" PRId64 " of which the police have not told it. ",
                             is_zh ? info->zh : info->en, value->untold));
        }
    }
    if (has_money) {
        say(saying,
            pick(saying->language, "金额满一万元的以万元计，四舍五入，最多保留两位小数。", "Money of 10,000 yuan and more is rounded to the yuan. "));
    }
    say(saying, pick(saying->language, "百分比四舍五入。", "Shares are rounded."));
}

static void say_refused(struct saying *saying) {
    const struct cockpit_value *values[COCKPIT_SENTENCE_FIGURES];
    for (uint32_t i = 0; i < saying->sentence->count; i++) {
        values[i] = &saying->sentence->values[i];
    }
    say(saying, pick(saying->language, "本句不予生成。", "This sentence is not printed. "));
    wording_refusals(&saying->text, values, saying->sentence->count, saying->language);
    say(saying, pick(saying->language, "。", "."));
}

static Slice said(struct saying *saying) {
    Slice text = arena_copy(saying->arena, buf_slice(&saying->text));
    buf_reset(&saying->text);
    return text;
}

Status sentence_of(struct reading *reading, uint32_t clauses, PaperLanguage language, struct cockpit_sentence *ret_sentence) {
    enum { TEXT_MAX = 64 << 10 };
    struct saying saying = {.reading = reading, .sentence = ret_sentence, .language = language, .arena = reading->book->arena};
    *ret_sentence = (struct cockpit_sentence){.is_printed = (clauses & COCKPIT_CLAUSES_ALL) != 0};
    for (uint32_t i = 0; i < NEEDED_COUNT; i++) {
        if (clauses >> needed[i].clause & 1) {
            struct cockpit_value *value = &ret_sentence->values[ret_sentence->count++];
            TRY(reading_figure(reading, needed[i].figure, value));
            ret_sentence->is_printed = ret_sentence->is_printed && value->refusal == COCKPIT_IS_TOLD;
        }
    }
    buf_init(&saying.text, TEXT_MAX);
    if (ret_sentence->is_printed) {
        say_all(&saying, clauses);
        ret_sentence->text = said(&saying);
        note(&saying);
        ret_sentence->note = said(&saying);
    } else {
        say_refused(&saying);
        ret_sentence->text = said(&saying);
    }
    buf_deinit(&saying.text);
    return STATUS_OK;
}

Status sentence_rate(struct reading *reading, PaperLanguage language, Slice *ret_text) {
    static const CockpitFigure figures[] = {COCKPIT_AUTOMATIC_RATE, COCKPIT_OVERTURN_RATE, COCKPIT_LATER_RATE, COCKPIT_MERGE_RATIO};
    struct cockpit_sentence values = {0};
    struct saying saying = {.reading = reading, .sentence = &values, .language = language, .arena = reading->book->arena};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        TRY(reading_figure(reading, figures[i], &values.values[values.count++]));
    }
    *ret_text = judged_rate(&saying);
    return STATUS_OK;
}

Status cockpit_sentence(struct book *book, const struct cockpit_of *of, uint32_t clauses, PaperLanguage language,
                        struct cockpit_sentence *ret_sentence) {
    struct coverage coverage = {0};
    struct reading reading;
    TRY(reading_begin(&reading, book, of, &coverage));
    return sentence_of(&reading, clauses, language, ret_sentence);
}
