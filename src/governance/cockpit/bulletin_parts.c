// What stands in each part of the bulletin.

#include "governance/cockpit/bulletin.h"

#include "base/mask.h"

enum { MONTHS_BACK = 6, WEEKS_BACK = 12, LISTED_MAX = 40, HASH_SHOWN = 16 };

static Slice number(struct issue *issue, int64_t value) {
    return wording_number(issue->arena, value);
}

static Slice money(struct issue *issue, int64_t fen) {
    return wording_money(issue->arena, fen, issue->language);
}

// ---- texts ----

Status bulletin_texts(struct bulletin *bulletin, int64_t part, uint32_t *ret_count) {
    struct issue *issue = &bulletin->issue;
    struct part_text texts[COCKPIT_TEXTS_MAX];
    uint32_t count;
    TRY(editor_texts(issue->book, bulletin->month, bulletin->of.unit, part, issue->language, texts, &count));
    for (uint32_t i = 0; i < count; i++) {
        bool is_whole = true;
        bool has_title = !slice_empty(texts[i].title);
        Slice title = texts[i].title;
        Slice text;
        if (has_title) {
            TRY(editor_fill(&issue->now, issue->language, texts[i].title, &is_whole, &title));
        }
        if (is_whole) {
            TRY(editor_fill(&issue->now, issue->language, texts[i].text, &is_whole, &text));
        } else {
            text = title;
        }
        if (!is_whole) {
            paper_callout(issue->paper, PAPER_WARNING, has_title ? texts[i].title : issue_say(issue, "文字未刊出", "A text is left out"), text);
            continue;
        }
        if (has_title) {
            paper_runs(issue->paper, (PaperRun[]){{title, true}}, 1, PAPER_INDENT);
        }
        paper_paragraph(issue->paper, text, PAPER_INDENT);
    }
    if (ret_count != NULL) {
        *ret_count = count;
    }
    return STATUS_OK;
}

static Status only_texts(struct bulletin *bulletin, int64_t part) {
    uint32_t count;
    TRY(bulletin_texts(bulletin, part, &count));
    if (count == 0) {
        issue_nothing(&bulletin->issue, "本期未提供文字。", "No text was written for this part.");
    }
    return STATUS_OK;
}

// ---- 1 ----

// What of the sentence can be told: clauses none of whose figures is refused.
static Status clauses_told(struct bulletin *bulletin, struct reading *reading, uint32_t *ret_clauses) {
    *ret_clauses = 0;
    for (uint32_t i = 0; i < COCKPIT_CLAUSE_COUNT; i++) {
        struct cockpit_sentence sentence;
        TRY(sentence_of(reading, 1u << i, bulletin->issue.language, &sentence));
        *ret_clauses |= sentence.is_printed ? 1u << i : 0;
    }
    return STATUS_OK;
}

static Status put_sentence(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct cockpit_sentence whole;
    uint32_t clauses;
    TRY(sentence_of(&issue->now, COCKPIT_CLAUSES_ALL, issue->language, &whole));
    if (whole.is_printed) {
        paper_paragraph(issue->paper, whole.text, PAPER_INDENT);
        issue_note(issue, whole.note);
        return STATUS_OK;
    }
    TRY(clauses_told(bulletin, &issue->now, &clauses));
    if (clauses != 0) {
        struct cockpit_sentence part;
        TRY(sentence_of(&issue->now, clauses, issue->language, &part));
        paper_paragraph(issue->paper, part.text, PAPER_INDENT);
        issue_note(issue, part.note);
    }
    paper_callout(issue->paper, PAPER_WARNING, issue_say(issue, "汇报语句不完整", "The sentence of the report is not whole"), whole.text);
    return STATUS_OK;
}

// From January on, where that is more than the month.
static Status put_year(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct reading year = reading_of(&issue->now, time_year_start(bulletin->of.from_us, bulletin->of.offset_us), issue->now.of.until_us);
    struct cockpit_sentence sentence;
    if (year.of.from_us == issue->now.of.from_us) {
        return STATUS_OK;
    }
    TRY(sentence_of(&year, COCKPIT_CLAUSES_ALL, issue->language, &sentence));
    if (sentence.is_printed) {
        paper_paragraph(issue->paper, sentence.text, PAPER_INDENT);
    } else {
        issue_note(issue, issue_sayf(issue, issue->zh ? "年初以来累计：%.*s" : "Since the beginning of the year: %.*s", SLICE_ARGS(sentence.text)));
    }
    return STATUS_OK;
}

static Status put_months(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure figures[] = {COCKPIT_MONEY_STOPPED, COCKPIT_AMOUNT_SAVED};
    double values[2][MONTHS_BACK];
    Slice names[MONTHS_BACK];
    uint32_t told = 0; // months; those before anything is known are left out
    double most = 0;
    for (uint32_t i = 0; i < MONTHS_BACK; i++) {
        struct cockpit_of month = bulletin->of;
        cockpit_month(&month, bulletin->of.from_us, (int64_t)i - MONTHS_BACK + 1);
        CivilTime at = civil_from_time(month.from_us, month.offset_us);
        struct reading reading = reading_of(&issue->now, month.from_us, month.until_us);
        bool is_told = false;
        for (uint32_t k = 0; k < 2; k++) {
            struct cockpit_value value;
            TRY(reading_unjudged(&reading, figures[k], &value));
            values[k][told] = value.refusal == COCKPIT_IS_TOLD ? value.number : NAN;
            is_told = is_told || value.refusal == COCKPIT_IS_TOLD;
            most = fmax(most, value.number);
        }
        names[told] = issue_sayf(issue, "%04d-%02d", at.year, at.month);
        told += is_told;
    }
    if (told < 2 || most == 0) {
        return STATUS_OK;
    }
    const struct figure *figure;
    const struct figure_series series[] = {{issue_figure_name(issue, COCKPIT_MONEY_STOPPED), values[0]},
                                           {issue_figure_name(issue, COCKPIT_AMOUNT_SAVED), values[1]}};
    TRY(figure_bars(
        &(struct figure_bars){.language = issue->language,
                              .title = issue_say(issue, "近六个月拦截涉诈付款与避免损失", "Fraudulent payments stopped and money saved, six months"),
                              .kind = FIGURE_MONEY,
                              .categories = names,
                              .category_count = told,
                              .series = series,
                              .series_count = 2},
        issue->arena, &figure, issue->book->diag));
    paper_figure(issue->paper, figure);
    return STATUS_OK;
}

Status bulletin_overall(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure alerts[] = {
        COCKPIT_ALERTS,        COCKPIT_ALERTS_CLOSED, COCKPIT_AUTOMATIC_RATE,      COCKPIT_OVERTURN_RATE, COCKPIT_LATER_RATE,
        COCKPIT_MERGE_RATIO,   COCKPIT_PRECISION,     COCKPIT_IN_TIME_RATE,        COCKPIT_VICTIMS_SAVED, COCKPIT_AMOUNT_SAVED,
        COCKPIT_MONEY_STOPPED, COCKPIT_CONTROLLED,    COCKPIT_APPEAL_RELEASE_RATE, COCKPIT_MISSED};
    static const CockpitFigure police[] = {COCKPIT_CASE_ACCOUNTS,  COCKPIT_CASE_RATE, COCKPIT_OPENED_THEN_CASE, COCKPIT_ORDERS_EXECUTED,
                                           COCKPIT_ORDERS_PROMPT,  COCKPIT_REFERRALS, COCKPIT_CASES_FILED,      COCKPIT_CASES_SOLVED,
                                           COCKPIT_GANGS,          COCKPIT_ARRESTED,  COCKPIT_AMOUNT_INVOLVED,  COCKPIT_AMOUNT_SEIZED,
                                           COCKPIT_AMOUNT_RETURNED};
    issue_heading(issue, "一、总体情况", "1 Overall");
    TRY(put_sentence(bulletin));
    TRY(put_year(bulletin));
    TRY(issue_overview(issue, issue_say(issue, "监测与处置", "Watching and disposition"), alerts, sizeof alerts / sizeof alerts[0]));
    TRY(issue_overview(issue, issue_say(issue, "涉案账户与警银协作", "Case accounts and co-operation with the police"), police,
                       sizeof police / sizeof police[0]));
    TRY(put_months(bulletin));
    return bulletin_texts(bulletin, 1, NULL);
}

// ---- 2 ----

static Slice family_name(struct issue *issue, Slice family) {
    static const struct {
        const char *word, *zh, *en;
    } families[] = {
#define FAMILY_KIND(id, zh, en, word)
#define FAMILY(id, kind, zh, en) {#id, zh, en},
#include "response/strategies/families.def"
#undef FAMILY
#undef FAMILY_KIND
    };
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (slice_is(family, families[i].word)) {
            return issue_say(issue, families[i].zh, families[i].en);
        }
    }
    return family;
}

static Status put_typologies(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct book *book = issue->book;
    static const struct column columns[] = {{"手法", "typology", 2.4, PAPER_LEFT},
                                            {"类别", "family", 1.4, PAPER_LEFT},
                                            {"首次预警", "first alert", 1.4, PAPER_LEFT},
                                            {"预警（条）", "alerts", 0.8, PAPER_RIGHT}};
    const struct cockpit_value *value;
    Status status;
    TRY(issue_value(issue, COCKPIT_NEW_TYPOLOGIES, &value));
    if (value->refusal != COCKPIT_IS_TOLD || value->count == 0) {
        issue_nothing(issue, value->refusal == COCKPIT_IS_TOLD ? "本月没有首次出现的手法。" : "新出现手法未列示。",
                      value->refusal == COCKPIT_IS_TOLD ? "No typology was seen for the first time." : "New typologies are not told.");
        issue_refusals(issue, (const CockpitFigure[]){COCKPIT_NEW_TYPOLOGIES}, 1);
        return STATUS_OK;
    }
    issue_table(issue,
                issue_sayf(issue, issue->zh ? "本月首次产生预警的手法（%.*s 种）" : "Typologies whose first alert is of this month (%.*s)",
                           SLICE_ARGS(number(issue, value->count))),
                columns, 4);
    TRY(rows_ask(&issue->now, rows_of(COCKPIT_NEW_TYPOLOGIES), INT64_MIN, SLICE(""), LISTED_MAX));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice code = book_text(book, 1);
        Slice name = issue_name(issue, code);
        paper_row(issue->paper, (Slice[]){slice_equal(name, code) ? code : issue_sayf(issue, "%.*s %.*s", SLICE_ARGS(code), SLICE_ARGS(name)),
                                          family_name(issue, book_text(book, 6)),
                                          wording_minute(issue->arena, book_i64(book, 0), bulletin->of.offset_us), number(issue, book_i64(book, 3))});
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_pushes(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const struct column columns[] = {{"名单", "list", 2, PAPER_LEFT}, {"条目", "entries", 1, PAPER_RIGHT}};
    static const struct {
        const char *word, *zh, *en;
    } lists[] = {{"CASE/OWN", "涉案账户（本行）", "case accounts of this bank"},
                 {"CASE/OTHER", "涉案账户（他行）", "case accounts of other banks"},
                 {"SUSPICIOUS/OWN", "可疑账户（本行）", "suspicious accounts of this bank"},
                 {"SUSPICIOUS/OTHER", "可疑账户（他行）", "suspicious accounts of other banks"}};
    const struct cockpit_value *value;
    struct cockpit_parts parts;
    TRY(issue_value(issue, COCKPIT_LIST_ENTRIES, &value));
    TRY(reading_by_word(&issue->now, COCKPIT_LIST_ENTRIES, &parts));
    if (parts.count == 0) {
        issue_nothing(issue, value->refusal == COCKPIT_IS_TOLD ? "本月公安机关未推送名单。" : "公安推送名单未列示。",
                      value->refusal == COCKPIT_IS_TOLD ? "The police sent no lists." : "Lists of the police are not told.");
        issue_refusals(issue, (const CockpitFigure[]){COCKPIT_LIST_ENTRIES}, 1);
        return STATUS_OK;
    }
    issue_table(issue, issue_say(issue, "公安机关推送的名单", "Lists that the police sent"), columns, 2);
    for (uint32_t i = 0; i < parts.count; i++) {
        Slice name = parts.at[i].name;
        for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
            name = slice_is(parts.at[i].name, lists[k].word) ? issue_say(issue, lists[k].zh, lists[k].en) : name;
        }
        paper_row(issue->paper, (Slice[]){name, number(issue, parts.at[i].count)});
    }
    paper_total(issue->paper, (Slice[]){issue_say(issue, "合计", "all"), number(issue, value->count)});
    return STATUS_OK;
}

Status bulletin_news(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    issue_heading(issue, "二、新出现手法与公安预警", "2 New typologies and warnings of the police");
    issue_subheading(issue, "（一）新出现手法", "2.1 New typologies");
    TRY(put_typologies(bulletin));
    issue_subheading(issue, "（二）公安推送名单", "2.2 Lists of the police");
    TRY(put_pushes(bulletin));
    return bulletin_texts(bulletin, 2, NULL);
}

// ---- 3 ----

Status bulletin_models(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct book *book = issue->book;
    const struct cockpit_of *of = &issue->now.of;
    static const struct column columns[] = {{"序", "#", 0.4, PAPER_CENTRE},
                                            {"模型", "model", 1.2, PAPER_LEFT},
                                            {"名称", "name", 3.2, PAPER_LEFT},
                                            {"属实预警", "alerts", 0.9, PAPER_RIGHT},
                                            {"拦截金额", "stopped", 1.3, PAPER_RIGHT}};
    const struct cockpit_value *value;
    Status status;
    int64_t count = 0;
    issue_heading(issue, "三、模型成效与停用", "3 Models");
    TRY(issue_value(issue, COCKPIT_MONEY_STOPPED, &value));
    if (value->refusal == COCKPIT_IS_TOLD && value->sum > 0) {
        issue_table(issue, issue_say(issue, "拦截金额前十的模型", "The ten models that stopped most money"), columns, 5);
        TRY(book_ask(book, &rows_models_by_money,
                     STORE_VALUES(store_i64(of->clearance), store_i64(of->from_us), store_i64(of->until_us), store_text(of->unit))));
        while ((status = book_next(book)) == STATUS_OK) {
            Slice model = book_text(book, 0);
            Slice name = issue_name(issue, model);
            paper_row(issue->paper, (Slice[]){number(issue, ++count), model, slice_equal(name, model) ? SLICE("") : name,
                                              number(issue, book_i64(book, 1)), money(issue, book_i64(book, 2))});
        }
        if (status != STATUS_END) {
            return status;
        }
        issue_note(issue, issue_say(issue, "同一预警可由多个模型命中，各模型金额不得相加。查询：cockpit_models_by_money。",
                                    "An alert may be hit by several models; their amounts do not add up. Query: cockpit_models_by_money."));
    } else {
        issue_nothing(issue, "本月没有可归于模型的拦截金额。", "No money was stopped that could be told of models.");
        issue_refusals(issue, (const CockpitFigure[]){COCKPIT_MONEY_STOPPED}, 1);
    }
    TRY(issue_value(issue, COCKPIT_NEW_MODELS, &value));
    paper_paragraph(issue->paper,
                    issue_sayf(issue, issue->zh ? "首次参与决策的模型版本 %.*s 个。" : "Versions of models that decided for the first time: %.*s.",
                               SLICE_ARGS(cockpit_value_text(issue->arena, value, issue->language))),
                    PAPER_INDENT);
    issue_refusals(issue, (const CockpitFigure[]){COCKPIT_NEW_MODELS}, 1);
    issue_note(issue, issue_say(issue, "模型停用情况不在本数据库登记，本通报不予列示。",
                                "Which models were suspended is not recorded in this store, and not told here."));
    return bulletin_texts(bulletin, 3, NULL);
}

// ---- 4 ----

// A share week by week with the interval in which it may be. Nothing where no week has one.
static Status put_weeks(struct bulletin *bulletin, CockpitFigure share, Slice title) {
    struct issue *issue = &bulletin->issue;
    int64_t times[WEEKS_BACK];
    double rates[WEEKS_BACK], lows[WEEKS_BACK], highs[WEEKS_BACK];
    uint32_t told = 0;
    for (uint32_t i = 0; i < WEEKS_BACK; i++) {
        int64_t from_us = issue->now.of.until_us - (int64_t)(WEEKS_BACK - i) * WEEK_US;
        struct reading week = reading_of(&issue->now, from_us, from_us + WEEK_US);
        struct cockpit_value value;
        TRY(reading_unjudged(&week, share, &value));
        bool is_told = value.refusal == COCKPIT_IS_TOLD;
        times[i] = from_us;
        rates[i] = is_told ? value.number : NAN;
        lows[i] = is_told ? value.interval.lower : NAN;
        highs[i] = is_told ? value.interval.upper : NAN;
        told += is_told;
    }
    if (told == 0) {
        return STATUS_OK;
    }
    const struct figure *figure;
    const struct figure_line line = {issue_figure_name(issue, share), rates, lows, highs};
    TRY(figure_lines(&(struct figure_lines){.language = issue->language,
                                            .title = title,
                                            .kind = FIGURE_SHARE,
                                            .times_us = times,
                                            .point_count = WEEKS_BACK,
                                            .lines = &line,
                                            .line_count = 1,
                                            .target = NAN,
                                            .offset_us = bulletin->of.offset_us},
                     issue->arena, &figure, issue->book->diag));
    paper_figure(issue->paper, figure);
    return STATUS_OK;
}

static const struct cockpit_part *part_named(const struct cockpit_parts *parts, Slice name) {
    for (uint32_t i = 0; i < parts->count; i++) {
        if (slice_equal(parts->at[i].name, name)) {
            return &parts->at[i];
        }
    }
    return NULL;
}

static const struct statement STRATEGY_STATES = {"cockpit_strategy_states",
                                                 "SELECT strategy, MIN(state) FROM strategy_state GROUP BY strategy ORDER BY strategy LIMIT 500"};

struct strategy_line {
    Slice id;
    bool is_active;
};

static Status read_strategies(struct bulletin *bulletin, struct strategy_line *lines, uint32_t lines_max, uint32_t *ret_count) {
    struct book *book = bulletin->issue.book;
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, &STRATEGY_STATES, STORE_NO_VALUES));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < lines_max) {
            lines[count++] = (struct strategy_line){book_text(book, 0), slice_is(store_column_text(book->store, 1), "ACTIVE")};
        }
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

// Strategies that closed something, were looked at, or act.
static Status put_strategies(struct bulletin *bulletin) {
    enum { STRATEGIES_MAX = 500 };
    struct issue *issue = &bulletin->issue;
    static const struct column columns[] = {{"策略", "strategy", 2.6, PAPER_LEFT},
                                            {"自动关闭", "closed", 0.9, PAPER_RIGHT},
                                            {"复核", "looked at", 0.8, PAPER_RIGHT},
                                            {"推翻", "overturned", 0.8, PAPER_RIGHT},
                                            {"推翻率95%区间", "95 % interval", 1.6, PAPER_CENTRE},
                                            {"后续确认", "later", 0.9, PAPER_RIGHT},
                                            {"状态", "state", 0.8, PAPER_CENTRE}};
    struct strategy_line *lines = ARENA_ARRAY(issue->arena, struct strategy_line, STRATEGIES_MAX);
    struct cockpit_parts closed, looked, later;
    uint32_t count, shown = 0;
    TRY(reading_by_word(&issue->now, COCKPIT_CLOSED_BY_STRATEGY, &closed));
    TRY(reading_by_word(&issue->now, COCKPIT_OVERTURN_RATE, &looked));
    TRY(reading_by_word(&issue->now, COCKPIT_LATER_POSITIVES, &later));
    TRY(read_strategies(bulletin, lines, STRATEGIES_MAX, &count));
    for (uint32_t i = 0; i < count; i++) {
        const struct cockpit_part *of_closed = part_named(&closed, lines[i].id);
        const struct cockpit_part *of_looked = part_named(&looked, lines[i].id);
        const struct cockpit_part *of_later = part_named(&later, lines[i].id);
        if (of_closed == NULL && of_looked == NULL && of_later == NULL && !lines[i].is_active) {
            continue;
        }
        if (shown++ == 0) {
            issue_table(issue, issue_say(issue, "各策略自动处置情况", "Strategies"), columns, 7);
        }
        Slice name = issue_name(issue, lines[i].id);
        paper_row(issue->paper,
                  (Slice[]){slice_equal(name, lines[i].id) ? name : issue_sayf(issue, "%.*s %.*s", SLICE_ARGS(lines[i].id), SLICE_ARGS(name)),
                            number(issue, of_closed == NULL ? 0 : of_closed->count), number(issue, of_looked == NULL ? 0 : of_looked->count),
                            number(issue, of_looked == NULL ? 0 : of_looked->sum),
                            of_looked == NULL ? SLICE("—") : issue_interval(issue, of_looked->interval),
                            number(issue, of_later == NULL ? 0 : of_later->count),
                            lines[i].is_active ? issue_say(issue, "启用", "acts") : issue_say(issue, "影子", "shadow")});
    }
    if (shown == 0) {
        issue_nothing(issue, "本月没有策略自动关闭预警，各策略均在影子模式。", "No strategy closed an alert; all are in the shadow.");
    } else {
        issue_note(issue, issue_say(issue, "未列出的策略处于影子模式，本月未关闭预警。",
                                    "Strategies that are not here are in the shadow and closed nothing."));
    }
    return STATUS_OK;
}

Status bulletin_automatic(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure figures[] = {COCKPIT_AUTOMATIC_RATE, COCKPIT_CLOSED_AUTOMATICALLY, COCKPIT_OVERTURN_RATE,
                                            COCKPIT_LOOKED_AT,      COCKPIT_LATER_RATE,           COCKPIT_LATER_POSITIVES,
                                            COCKPIT_LATER_SERIOUS,  COCKPIT_MERGE_RATIO,          COCKPIT_BREAKERS_OPENED};
    const struct cockpit_value *rate;
    issue_heading(issue, "四、自动处置", "4 Automatic disposition");
    TRY(issue_pairs(issue, figures, sizeof figures / sizeof figures[0], 2));
    TRY(issue_value(issue, COCKPIT_AUTOMATIC_RATE, &rate));
    if (rate->refusal == COCKPIT_IS_TOLD) {
        Slice judged;
        TRY(sentence_rate(&issue->now, issue->language, &judged));
        paper_paragraph(
            issue->paper,
            issue_sayf(issue, issue->zh ? "自动处置率 %.*s。合并不计为自动处置。" : "Closed automatically %.*s. Merging is no automatic disposition.",
                       SLICE_ARGS(judged)),
            PAPER_INDENT);
        TRY(put_weeks(
            bulletin, COCKPIT_AUTOMATIC_RATE,
            issue_say(issue, "近十二周自动处置率（色带为威尔逊95%区间）", "Closed automatically, twelve weeks (band: Wilson's 95 % interval)")));
        TRY(put_weeks(bulletin, COCKPIT_OVERTURN_RATE,
                      issue_say(issue, "近十二周质检推翻率（色带为威尔逊95%区间）",
                                "Overturned by a second look, twelve weeks (band: Wilson's 95 % interval)")));
    }
    TRY(put_strategies(bulletin));
    return bulletin_texts(bulletin, 4, NULL);
}

// ---- 5 ----

// Those that have a rate.
static Status put_rates(struct bulletin *bulletin, Slice *names, double *rates, uint32_t count) {
    struct issue *issue = &bulletin->issue;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!isnan(rates[i])) {
            names[kept] = names[i];
            rates[kept++] = rates[i];
        }
    }
    if (kept == 0 || kept > FIGURE_CATEGORIES_MAX) {
        return STATUS_OK;
    }
    const struct figure *figure;
    const struct figure_series series = {issue_figure_name(issue, COCKPIT_CASE_RATE), rates};
    TRY(figure_bars(&(struct figure_bars){.language = issue->language,
                                          .title = issue_say(issue, "各机构万户涉案率", "Case accounts by 10,000 accounts"),
                                          .kind = FIGURE_COUNT,
                                          .categories = names,
                                          .category_count = kept,
                                          .series = &series,
                                          .series_count = 1,
                                          .across = true},
                    issue->arena, &figure, issue->book->diag));
    paper_figure(issue->paper, figure);
    return STATUS_OK;
}

static Status put_accounts_by_unit(struct bulletin *bulletin) {
    enum { FIGURES = 5 };
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure figures[FIGURES] = {COCKPIT_CASE_ACCOUNTS, COCKPIT_ACCOUNTS, COCKPIT_CASE_RATE, COCKPIT_OPENED_THEN_CASE,
                                                   COCKPIT_LOOKED_BACK};
    static const struct column columns[] = {{"机构", "branch", 2, PAPER_LEFT},
                                            {"涉案账户", "case accounts", 1, PAPER_RIGHT},
                                            {"账户数", "accounts", 1.1, PAPER_RIGHT},
                                            {"万户涉案率", "by 10,000", 1.1, PAPER_RIGHT},
                                            {"开户即涉案", "within 90 days", 1.1, PAPER_RIGHT},
                                            {"已倒查", "looked back", 1, PAPER_RIGHT}};
    const struct ranking *ranking = &bulletin->ranking;
    struct cockpit_parts parts[FIGURES];
    Slice *names = ARENA_ARRAY(issue->arena, Slice, ranking->unit_count + (size_t)1);
    double *rates = ARENA_ARRAY(issue->arena, double, ranking->unit_count + (size_t)1);
    bool is_told[FIGURES];
    for (uint32_t k = 0; k < FIGURES; k++) {
        const struct cockpit_value *value;
        TRY(issue_value(issue, figures[k], &value));
        TRY(reading_by_unit(&issue->now, figures[k], &parts[k]));
        is_told[k] = value->refusal == COCKPIT_IS_TOLD;
    }
    if (!is_told[0] || ranking->unit_count == 0) {
        return STATUS_OK; // the overview says why
    }
    issue_table(issue, issue_say(issue, "各机构涉案账户", "Case accounts by branch"), columns, 6);
    for (uint32_t i = 0; i < ranking->unit_count; i++) {
        const struct cockpit_part *of[FIGURES];
        Slice unit = ranking->units[i].unit;
        for (uint32_t k = 0; k < FIGURES; k++) {
            of[k] = part_named(&parts[k], unit);
        }
        rates[i] = of[2] == NULL ? (of[1] == NULL ? NAN : 0) : of[2]->number;
        names[i] = issue_name(issue, unit);
        paper_row(issue->paper,
                  (Slice[]){names[i], number(issue, of[0] == NULL ? 0 : of[0]->count), of[1] == NULL ? SLICE("—") : number(issue, of[1]->sum),
                            isnan(rates[i]) ? SLICE("—") : wording_decimal(issue->arena, rates[i], 2),
                            !is_told[3] ? SLICE("—") : number(issue, of[3] == NULL ? 0 : of[3]->count),
                            !is_told[4] ? SLICE("—") : number(issue, of[4] == NULL ? 0 : of[4]->count)});
    }
    paper_total(issue->paper,
                (Slice[]){issue_say(issue, "全行", "the bank"), cockpit_value_text(issue->arena, &issue->told[figures[0]].now, issue->language),
                          cockpit_value_text(issue->arena, &issue->told[figures[1]].now, issue->language),
                          cockpit_value_text(issue->arena, &issue->told[figures[2]].now, issue->language),
                          cockpit_value_text(issue->arena, &issue->told[figures[3]].now, issue->language),
                          cockpit_value_text(issue->arena, &issue->told[figures[4]].now, issue->language)});
    issue_note(issue, issue_say(issue, "全行数含机构不明的账户。", "The bank's numbers hold accounts whose branch is not known."));
    issue_refusals(issue, figures, FIGURES);
    return is_told[2] ? put_rates(bulletin, names, rates, ranking->unit_count) : STATUS_OK;
}

static const struct statement LOOK_BACKS = {
    "cockpit_look_backs",
    "SELECT b.account, b.unit, b.conclusion, b.measures FROM case_look_back b JOIN seen_case f ON f.id = b.case_id AND f.viewer = ?1"
    " WHERE b.at_us >= ?2 AND b.at_us < ?3 AND (?4 = '' OR f.branch = ?4) ORDER BY b.at_us, b.case_id, b.account LIMIT ?5"};

static Status put_look_backs(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct book *book = issue->book;
    const struct cockpit_of *of = &issue->now.of;
    static const struct column columns[] = {{"账户", "account", 1.4, PAPER_LEFT},
                                            {"责任机构", "unit", 1.2, PAPER_LEFT},
                                            {"结论", "conclusion", 3, PAPER_LEFT},
                                            {"措施", "measures", 2, PAPER_LEFT}};
    const struct cockpit_value *value;
    Status status;
    TRY(issue_value(issue, COCKPIT_LOOKED_BACK, &value));
    if (value->refusal != COCKPIT_IS_TOLD || value->count == 0) {
        issue_nothing(issue, value->refusal == COCKPIT_IS_TOLD ? "本月没有作出倒查结论。" : "倒查结论未列示。",
                      value->refusal == COCKPIT_IS_TOLD ? "No look-back came to its conclusion." : "Look-backs are not told.");
        issue_refusals(issue, (const CockpitFigure[]){COCKPIT_LOOKED_BACK}, 1);
        return STATUS_OK;
    }
    issue_table(issue, issue_say(issue, "涉案账户倒查结论", "Conclusions of look-backs"), columns, 4);
    TRY(book_ask(
        book, &LOOK_BACKS,
        STORE_VALUES(store_i64(of->clearance), store_i64(of->from_us), store_i64(of->until_us), store_text(of->unit), store_i64(LISTED_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        paper_row(issue->paper, (Slice[]){mask_copy(MASK_ACCOUNT, book_text(book, 0), issue->arena), issue_name(issue, book_text(book, 1)),
                                          book_text(book, 2), book_text(book, 3)});
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status bulletin_accounts(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure figures[] = {COCKPIT_CASE_ACCOUNTS, COCKPIT_CASE_RATE, COCKPIT_OPENED_THEN_CASE, COCKPIT_ACCOUNTS,
                                            COCKPIT_LOOKED_BACK};
    issue_heading(issue, "五、涉案账户", "5 Case accounts");
    TRY(issue_overview(issue, issue_say(issue, "涉案账户", "Case accounts"), figures, sizeof figures / sizeof figures[0]));
    const struct cockpit_value *rate;
    TRY(issue_value(issue, COCKPIT_CASE_RATE, &rate));
    if (rate->refusal == COCKPIT_IS_TOLD && rate->base_figure == COCKPIT_ACCOUNTS_OPENED) {
        issue_note(
            issue,
            issue_sayf(issue,
                       issue->zh
                           ? "未登记机构账户数：万户涉案率以本系统记录的开户数 %.*s 户为分母，偏高。"
                           : "The number of accounts was not given: the rate is by the %.*s openings that this system has seen, and so too high.",
                       SLICE_ARGS(number(issue, rate->base))));
    }
    if (is_of_bank(bulletin)) {
        TRY(put_accounts_by_unit(bulletin));
    }
    issue_subheading(issue, "倒查情况", "Looking back");
    TRY(put_look_backs(bulletin));
    return bulletin_texts(bulletin, 5, NULL);
}

// ---- 6 to 9, 11 ----

Status bulletin_examples(struct bulletin *bulletin) {
    issue_heading(&bulletin->issue, "六、工作亮点", "6 Good examples");
    return only_texts(bulletin, 6);
}

static Status put_units(struct bulletin *bulletin, Slice caption, const CockpitFigure *figures, const struct column *columns, uint32_t count) {
    enum { FIGURES_MAX = 6 };
    struct issue *issue = &bulletin->issue;
    struct cockpit_parts parts[FIGURES_MAX];
    INVARIANT(count <= FIGURES_MAX);
    for (uint32_t k = 0; k < count; k++) {
        TRY(reading_by_unit(&issue->now, figures[k], &parts[k]));
    }
    issue_table(issue, caption, columns, count + 1);
    for (uint32_t i = 0; i < bulletin->ranking.unit_count; i++) {
        Slice cells[FIGURES_MAX + 1] = {issue_name(issue, bulletin->ranking.units[i].unit)};
        for (uint32_t k = 0; k < count; k++) {
            const struct cockpit_part *part = part_named(&parts[k], bulletin->ranking.units[i].unit);
            const struct cockpit_figure *info = cockpit_figure_info(figures[k]);
            bool is_told = issue->told[figures[k]].now.refusal == COCKPIT_IS_TOLD;
            bool is_share = info->kind == COCKPIT_SHARE;
            cells[k + 1] = !is_told || (part == NULL && is_share) ? SLICE("—")
                           : is_share                             ? wording_percent(issue->arena, part->number, 1)
                           : info->kind == COCKPIT_MONEY          ? money(issue, part == NULL ? 0 : part->sum)
                                                                  : number(issue, part == NULL                ? 0
                                                                                  : info->kind == COCKPIT_SUM ? part->sum
                                                                                                              : part->count);
        }
        paper_row(issue->paper, cells);
    }
    return STATUS_OK;
}

Status bulletin_problems(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure figures[] = {COCKPIT_OVERDUE,        COCKPIT_IN_TIME_RATE, COCKPIT_POOR_VERIFICATION, COCKPIT_MANUAL_OVERTURN_RATE,
                                            COCKPIT_WRONG_RELEASES, COCKPIT_WRONG_MONEY,  COCKPIT_AGREEMENT,         COCKPIT_BRANCH_IN_TIME,
                                            COCKPIT_HOLDS_RAN_OUT};
    static const CockpitFigure by_unit[] = {COCKPIT_OVERDUE, COCKPIT_IN_TIME_RATE, COCKPIT_POOR_VERIFICATION, COCKPIT_WRONG_RELEASES,
                                            COCKPIT_BRANCH_IN_TIME};
    static const struct column columns[] = {{"机构", "branch", 2, PAPER_LEFT},
                                            {"超时预警", "overdue", 1, PAPER_RIGHT},
                                            {"按时办结率", "in time", 1, PAPER_RIGHT},
                                            {"核实不实", "overturned", 1, PAPER_RIGHT},
                                            {"错误放行", "wrong releases", 1, PAPER_RIGHT},
                                            {"网点核实按时率", "tasks in time", 1.2, PAPER_RIGHT}};
    issue_heading(issue, "七、问题通报", "7 Problems");
    TRY(issue_overview(issue, issue_say(issue, "超时、核实不实与错误放行", "Overdue, poor verification, wrong releases"), figures,
                       sizeof figures / sizeof figures[0]));
    if (is_of_bank(bulletin) && bulletin->ranking.unit_count > 0) {
        TRY(put_units(bulletin, issue_say(issue, "各机构问题情况", "Problems by branch"), by_unit, columns, 5));
    }
    return bulletin_texts(bulletin, 7, NULL);
}

Status bulletin_inspection(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    issue_heading(issue, "八、安全检查与隐患整改", "8 Inspection and rectification");
    issue_nothing(issue, "安全检查与隐患整改数据尚未接入本系统，本部分不列示数字。",
                  "Inspections and rectification are not in this system yet; no figures are told here.");
    return bulletin_texts(bulletin, 8, NULL);
}

Status bulletin_restricted(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const CockpitFigure figures[] = {COCKPIT_INSIDER_ALERTS, COCKPIT_INSIDER_FOUND, COCKPIT_NETWORK_ALERTS, COCKPIT_NETWORK_FOUND};
    issue_heading(issue, "九、员工行为与数据安全", "9 Employees and data");
    TRY(issue_pairs(issue, figures, 4, 2));
    issue_note(issue, issue_say(issue, "员工行为事项仅公布全行总数，不列明细，不足三条的不公布具体数字。",
                                "Matters of employees are told as sums of the whole bank, without rows, and not below three."));
    return bulletin_texts(bulletin, 9, NULL);
}

Status bulletin_priorities(struct bulletin *bulletin) {
    issue_heading(&bulletin->issue, "十一、下月工作重点", "11 Priorities of the next month");
    return only_texts(bulletin, 11);
}

// ---- 10 ----

static void put_formula(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct buf left_out;
    buf_init(&left_out, 16 << 10);
    for (uint32_t i = 0; i < bulletin->ranking.indicator_count; i++) {
        const struct indicator *indicator = &bulletin->ranking.indicators[i];
        if (!indicator->is_used) {
            buf_put(&left_out, left_out.size == 0 ? SLICE("") : issue_say(issue, "；", "; "));
            buf_put(&left_out, issue_sayf(issue, issue->zh ? "%.*s（%.*s）" : "%.*s (%.*s)",
                                          SLICE_ARGS(issue_figure_name(issue, indicator->score.figure)), SLICE_ARGS(indicator->why)));
        }
    }
    paper_callout(
        issue->paper, PAPER_NOTE, issue_say(issue, "计分办法", "How it is computed"),
        issue_say(issue,
                  "每项指标的得分为优于其他机构的占比（相同的按一半计），取值 0 至 1；总分为各项得分按权重加权平均乘以 "
                  "100。某项指标无数据或者各机构相同的，全部机构均不计该项，其余权重按比例放大；某机构某项无样本的，该机构不计该项。"
                  "按账户数折算的指标以每万户计。管控账户数量不列入考核。对排名数据有异议的，请于印发之日起五个工作日内提出。",
                  "The mark of an indicator is the share of the other branches that are worse, equal ones counting half: 0 to 1. The score is "
                  "100 times the weighted mean of the marks. An indicator without data, or the same for all, is left out, and the other "
                  "weights count for the whole; one of which a branch has no cases is left out for that branch. What is taken by accounts is by "
                  "10,000. How many accounts were restricted is no indicator. Objections to the data can be raised within five "
                  "working days."));
    if (left_out.size > 0) {
        issue_note(issue,
                   issue_sayf(issue, issue->zh ? "未计入的指标：%.*s。" : "Indicators that are left out: %.*s.", (int)left_out.size, left_out.bytes));
    }
    buf_deinit(&left_out);
}

static Slice score_text(struct issue *issue, double score) {
    return isnan(score) ? SLICE("—") : wording_decimal(issue->arena, score, 1);
}

static Status put_scores(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    const struct ranking *ranking = &bulletin->ranking;
    static const struct column columns[] = {
        {"名次", "rank", 0.6, PAPER_CENTRE}, {"机构", "branch", 2.4, PAPER_LEFT}, {"得分", "score", 1, PAPER_RIGHT}};
    Slice *names = ARENA_ARRAY(issue->arena, Slice, ranking->unit_count + (size_t)1);
    double *scores = ARENA_ARRAY(issue->arena, double, ranking->unit_count + (size_t)1);
    uint32_t count = 0;
    issue_table(issue, issue_say(issue, "机构得分与排名", "Scores of branches"), columns, 3);
    for (uint32_t i = 0; i < ranking->unit_count && !isnan(ranking->units[i].score); i++) {
        names[count] = issue_name(issue, ranking->units[i].unit);
        scores[count] = ranking->units[i].score;
        paper_row(issue->paper, (Slice[]){number(issue, ranking->units[i].rank), names[count], score_text(issue, scores[count])});
        count++;
    }
    if (count == 0 || count > FIGURE_CATEGORIES_MAX) {
        return STATUS_OK;
    }
    const struct figure *figure;
    const struct figure_series series = {issue_say(issue, "得分", "score"), scores};
    TRY(figure_bars(&(struct figure_bars){.language = issue->language,
                                          .title = issue_say(issue, "机构得分", "Scores of branches"),
                                          .kind = FIGURE_COUNT,
                                          .categories = names,
                                          .category_count = count,
                                          .series = &series,
                                          .series_count = 1,
                                          .across = true},
                    issue->arena, &figure, issue->book->diag));
    paper_figure(issue->paper, figure);
    return STATUS_OK;
}

static uint32_t count_scored(const struct ranking *ranking) {
    uint32_t count = 0;
    while (count < ranking->unit_count && !isnan(ranking->units[count].score)) {
        count++;
    }
    return count;
}

static void put_own_score(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    const struct ranking *ranking = &bulletin->ranking;
    const struct ranked *own = NULL;
    double sum = 0;
    uint32_t others = 0;
    for (uint32_t i = 0; i < ranking->unit_count; i++) {
        if (slice_equal(ranking->units[i].unit, bulletin->of.unit)) {
            own = &ranking->units[i];
        } else if (!isnan(ranking->units[i].score)) {
            sum += ranking->units[i].score;
            others++;
        }
    }
    if (own == NULL || isnan(own->score)) {
        issue_nothing(issue, "本机构没有可计分的数据。", "There is nothing of this branch to be scored.");
        return;
    }
    bool has_mean = others >= COCKPIT_OTHERS_MIN;
    paper_pairs(issue->paper,
                (PaperPair[]){{issue_say(issue, "本机构得分", "score"), score_text(issue, own->score)},
                              {issue_say(issue, "名次", "rank"), issue_sayf(issue, "%" PRIu32 "/%" PRIu32, own->rank, count_scored(ranking))},
                              {issue_say(issue, "其他机构平均", "mean of others"), has_mean ? score_text(issue, sum / others) : SLICE("—")}},
                3, 3);
}

Status bulletin_ranking(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    issue_heading(issue, "十、机构排名", "10 Ranking of branches");
    if (count_scored(&bulletin->ranking) < 2) {
        issue_nothing(issue, "可比机构不足两家，不作排名。", "There are fewer than two branches, and no ranking.");
    } else if (is_of_bank(bulletin)) {
        TRY(put_scores(bulletin));
        put_formula(bulletin);
    } else {
        put_own_score(bulletin);
        put_formula(bulletin);
    }
    return bulletin_texts(bulletin, 10, NULL);
}

// ---- 12 ----

static Slice indicator_number(struct issue *issue, const struct indicator *indicator, double value) {
    const struct cockpit_figure *info = cockpit_figure_info(indicator->score.figure);
    if (isnan(value)) {
        return SLICE("—");
    }
    return info->kind == COCKPIT_SHARE   ? wording_percent(issue->arena, value, 1)
           : info->kind == COCKPIT_MONEY ? money(issue, (int64_t)llround(value))
                                         : wording_decimal(issue->arena, value, 2);
}

// Of each branch the numbers of the indicators and, below them, the marks.
static void put_indicators(struct bulletin *bulletin) {
    enum { SHOWN_MAX = 9 };
    struct issue *issue = &bulletin->issue;
    const struct ranking *ranking = &bulletin->ranking;
    struct paper_column columns[SHOWN_MAX + 2] = {{issue_say(issue, "机构", "branch"), 1.6, PAPER_LEFT}};
    uint32_t shown[SHOWN_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < ranking->indicator_count && count < SHOWN_MAX; i++) {
        if (ranking->indicators[i].is_used) {
            shown[count++] = i;
            Slice name = issue_figure_name(issue, ranking->indicators[i].score.figure);
            bool by_accounts = ranking->indicators[i].score.is_by_accounts;
            columns[count] = (struct paper_column){issue_sayf(issue, issue->zh ? "%.*s%s（%s）" : "%.*s%s (%s)", SLICE_ARGS(name),
                                                              !by_accounts ? ""
                                                              : issue->zh  ? "/万户"
                                                                           : " by 10,000",
                                                              wording_decimal(issue->arena, ranking->indicators[i].score.weight, 1).at),
                                                   1.2, PAPER_RIGHT};
        }
    }
    if (count == 0) {
        return;
    }
    columns[count + 1] = (struct paper_column){issue_say(issue, "得分", "score"), 0.8, PAPER_RIGHT};
    paper_table(issue->paper, issue_say(issue, "排名指标值及单项得分（括号内为权重）", "Indicators and marks (weights in brackets)"), columns,
                count + 2);
    for (uint32_t i = 0; i < count_scored(ranking); i++) {
        const struct ranked *unit = &ranking->units[i];
        if (!is_of_bank(bulletin) && !slice_equal(unit->unit, bulletin->of.unit)) {
            continue;
        }
        Slice cells[SHOWN_MAX + 2] = {issue_name(issue, unit->unit)};
        for (uint32_t k = 0; k < count; k++) {
            Slice value = indicator_number(issue, &ranking->indicators[shown[k]], unit->numbers[shown[k]]);
            Slice mark = isnan(unit->marks[shown[k]]) ? SLICE("—") : wording_decimal(issue->arena, unit->marks[shown[k]], 2);
            cells[k + 1] = issue_sayf(issue, "%.*s\n%.*s", SLICE_ARGS(value), SLICE_ARGS(mark));
        }
        cells[count + 1] = score_text(issue, unit->score);
        paper_row(issue->paper, cells);
    }
}

// Of both statements, that of the figure and that of its rows.
static Slice query_name(const struct cockpit_figure *info) {
    Slice name = slice_of(info->query);
    return slice_part(name, 0, name.size - strlen("_figure"));
}

static void put_told_table(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const struct column columns[] = {{"指标", "figure", 2, PAPER_LEFT},
                                            {"数值", "value", 1.3, PAPER_RIGHT},
                                            {"行数", "rows", 0.7, PAPER_RIGHT},
                                            {"查询编号", "query", 2.4, PAPER_LEFT},
                                            {"数据散列值（前16位）", "SHA-256 of the rows (first 16)", 1.7, PAPER_LEFT}};
    issue_table(issue, issue_say(issue, "本通报所用数字及其来源", "Figures of this bulletin, and where they are from"), columns, 5);
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        const struct told *told = &issue->told[i];
        if (told->is_told && told->now.refusal == COCKPIT_IS_TOLD) {
            const struct cockpit_figure *info = cockpit_figure_info((CockpitFigure)i);
            bool is_aggregate = info->secrecy == COCKPIT_INSIDER;
            paper_row(issue->paper, (Slice[]){issue_figure_name(issue, (CockpitFigure)i), wording_value(issue->arena, &told->now, issue->language),
                                              is_aggregate ? SLICE("—") : number(issue, told->now.count), query_name(info),
                                              slice_part(slice_of(told->hash), 0, HASH_SHOWN)});
        }
    }
    issue_note(
        issue,
        issue_say(
            issue, "查询编号后缀 _figure 为数字、_rows 为其全部数据行。散列值为各行 SHA-256 排序后再取 SHA-256，完整值见同时生成的 JSON 文件。",
            "The statement with _figure behind its name gives the figure, that with _rows all rows of it. The hash is the SHA-256 of the sorted "
            "SHA-256 of the rows; in full it is in the JSON file that comes with this."));
}

static void put_refused_table(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const struct column columns[] = {{"指标", "figure", 1.4, PAPER_LEFT}, {"原因", "why", 3, PAPER_LEFT}};
    bool has_begun = false;
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        const struct told *told = &issue->told[i];
        if (told->is_told && told->now.refusal != COCKPIT_IS_TOLD) {
            if (!has_begun) {
                issue_table(issue, issue_say(issue, "未列示的数字", "Figures that are not told"), columns, 2);
                has_begun = true;
            }
            paper_row(issue->paper, (Slice[]){issue_figure_name(issue, (CockpitFigure)i), issue_why(issue, &told->now)});
        }
    }
}

static void put_definitions(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    static const struct column columns[] = {
        {"指标", "figure", 1.3, PAPER_LEFT}, {"口径", "definition", 4, PAPER_LEFT}, {"去重", "counted once", 1.7, PAPER_LEFT}};
    issue_table(issue, issue_say(issue, "指标口径", "Definitions"), columns, 3);
    for (uint32_t i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        if (issue->told[i].is_told) {
            const struct cockpit_figure *info = cockpit_figure_info((CockpitFigure)i);
            paper_row(issue->paper, (Slice[]){issue_figure_name(issue, (CockpitFigure)i), issue_say(issue, info->definition_zh, info->definition_en),
                                              issue_say(issue, info->once_zh, info->once_en)});
        }
    }
}

Status bulletin_annex(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    paper_signature(issue->paper,
                    issue_sayf(issue, issue->zh ? "%.*s%.*s" : "%.*s, %.*s", SLICE_ARGS(issue->issuer->bank), SLICE_ARGS(issue->issuer->department)),
                    issue->book->now_us);
    paper_page(issue->paper, false);
    issue_heading(issue, "十二、附表", "12 Annex");
    TRY(bulletin_texts(bulletin, 12, NULL));
    put_told_table(bulletin);
    put_refused_table(bulletin);
    put_definitions(bulletin);
    if (count_scored(&bulletin->ranking) >= 2) {
        paper_page(issue->paper, true);
        put_indicators(bulletin);
    }
    return STATUS_OK;
}
