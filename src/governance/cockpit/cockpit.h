#pragma once
// Cockpit: the figures that the bank tells of its fight against fraud, each with the rows behind it; and the papers made of them: the sentence of a report,
// the monthly bulletin (月度通报), the report of a shift (值班日报).
//
//     within a unit of work of a book (book_read(): nothing is changed):
//         struct cockpit_of of = {.clearance = mask, .from_us = ..., .until_us = ..., .offset_us = zone};
//         TRY(cockpit_figure(book, &of, COCKPIT_ALERTS, &value));          // the number
//         TRY(cockpit_rows(book, &of, COCKPIT_ALERTS, &page, json));       // the rows that it counts
//         TRY(cockpit_sentence(book, &of, COCKPIT_CLAUSES_ALL, PAPER_ZH, &sentence));
//         TRY(cockpit_bulletin(book, &bulletin_of, &document));
//         paper_write_pdf(document.paper, fonts, &pdf, NULL, diag); ... buf_put(&out, document.json);
//         paper_destroy(document.paper);
//
// The model. figures.def says of each figure what it is, what is counted once, and of which rows it is made (rows.def). A figure and the list of its rows are
// two statements around the same SQL, so they can not differ: cockpit_rows() lists as many rows as the figure counts, and the SHA-256 of them is printed beside
// it (cockpit_hash()). Nothing that is printed is typed in: texts of editors name figures as {figure:alerts}, and these are filled in from rows.
//
// Refusal. A figure whose rows can not be there is not 0 but refused, with the reason: the stream was never followed, or not that early, or not that far
// (table `feed`, and the first rows: sources.def); nobody ever wrote such a row; a value was not told. What needs a refused figure is not printed: the sentence
// says which and why. A rate of automatic disposition is printed with the three that judge it or not at all.
//
// Who sees what. `clearance` opens secret matters as the seen_ views do. `viewer_unit` is the branch of who asks: he reads the figures and rows of that branch, and
// of the others no more than their mean, where there are enough of them (CP003). Empty: the head office, which sees all. Figures about employees are told
// of the whole bank, without rows and not below three.
//
// Periods are [from, until) and end now at the latest. Money is fen, moments microseconds since 1970 UTC, days and months those of `offset_us`.
//
// Costs: some passes over the rows of the period for each figure; a bulletin asks several hundred questions (docs/cockpit.md has what was measured).
//
// Codes: CP002 rows of what is told as an aggregate; CP003 of another branch; CP004 a period that is none; CP005 a text that names what is not there; CP006 a number
// in a text that is typed in; CP007 a bound; CP008 more rows than can be hashed.

#include "base/statistics.h"
#include "codec/json_write.h"
#include "paper/paper.h"
#include "response/book/book.h"

enum {
    COCKPIT_ROWS_MAX = 1000,      // of a page
    COCKPIT_HASHED_MAX = 4000000, // rows of one figure: 128 MiB of hashes
    COCKPIT_TEXT_MAX = 8000,      // bytes of an editor's text
    COCKPIT_TEXTS_MAX = 50,       // of one part of a bulletin
    COCKPIT_UNITS_MAX = 5000,     // branches
    COCKPIT_WORDS_MAX = 2000,     // by which a figure is broken down
    COCKPIT_OTHERS_MIN = 3,       // branches at least, of which a mean is told
    COCKPIT_TOLD_MIN = 3,         // a figure about employees below that is told as "fewer than three"
};

typedef enum CockpitFigure {
#define FIGURE(name, ...) COCKPIT_##name,
#include "governance/cockpit/figures.def"
#undef FIGURE
    COCKPIT_FIGURE_COUNT,
} CockpitFigure;

typedef enum CockpitKind {
    COCKPIT_COUNT,
    COCKPIT_SUM,
    COCKPIT_MONEY,
    COCKPIT_SHARE,
    COCKPIT_RATIO,
    COCKPIT_PER_10000,
    COCKPIT_SPAN,
    COCKPIT_KAPPA
} CockpitKind;
typedef enum CockpitSecrecy { COCKPIT_SEEN, COCKPIT_AML, COCKPIT_INSIDER } CockpitSecrecy;

struct cockpit_figure {
    const char *id;
    CockpitKind kind;
    CockpitSecrecy secrecy;
    const char *unit_zh, *unit_en, *zh, *en, *definition_zh, *definition_en, *once_zh, *once_en;
    const char *query, *rows_query; // names of the statements
};
const struct cockpit_figure *cockpit_figure_info(CockpitFigure figure);
bool cockpit_figure_parse(Slice id, CockpitFigure *ret_figure);
// Of the bank as a whole, whoever asks.
bool cockpit_figure_is_whole(CockpitFigure figure);
// Of its rows, with the parameters ?1 clearance, ?2 from, ?3 until.
const char *cockpit_figure_sql(CockpitFigure figure);

// ---- asking ----

struct cockpit_of {
    int64_t clearance; // mask of CLEARANCE_
    Slice viewer_unit; // branch of who asks; empty: the head office
    Slice unit;        // of which branch; empty: of all
    int64_t from_us, until_us;
    int64_t offset_us; // of the zone
};
// The month that holds a moment, `months` later.
void cockpit_month(struct cockpit_of *of, int64_t at_us, int64_t months);
// "2026-11". False: it is no month.
bool cockpit_month_parse(Slice text, struct cockpit_of *of);

typedef enum CockpitRefusal {
    COCKPIT_IS_TOLD,
    COCKPIT_NEVER_FED,  // there is no such row at all
    COCKPIT_TOO_EARLY,  // what is known begins later
    COCKPIT_NOT_SO_FAR, // the stream is not followed to the end of the period
    COCKPIT_UNTOLD,     // of none of the rows the value is known
    COCKPIT_NO_ROWS,    // a share of nothing
    COCKPIT_SECRET,     // the clearance of who asks does not open it
    COCKPIT_AGGREGATED, // it is told of the whole bank alone
    COCKPIT_UNJUDGED,   // the rate of automatic disposition without what judges it
} CockpitRefusal;

struct cockpit_value {
    CockpitFigure figure;
    CockpitRefusal refusal;
    Slice why_zh, why_en;      // of one that is refused
    int64_t count, sum;        // rows, and their values
    double number;             // the figure itself; of a refused one NaN
    Share interval;            // of a SHARE
    int64_t base;              // of PER_10000: accounts
    CockpitFigure base_figure; // ACCOUNTS, or ACCOUNTS_OPENED where nobody gave a number
    int64_t untold;            // rows whose value is not known; above 0 it is printed with it
    int64_t since_us;          // rows are there since then only, which is within the period; 0: before it
    bool is_hidden;            // fewer than COCKPIT_TOLD_MIN, not told
};
MUST_USE Status cockpit_figure(struct book *book, const struct cockpit_of *of, CockpitFigure figure, struct cockpit_value *ret_value);
// "4,812", "402.18 万元", "91.2%", "1.25"; of a refused one "—". Money in yuan below 10,000 yuan, else (zh) in units of that, rounded to two decimals.
Slice cockpit_value_text(struct arena *arena, const struct cockpit_value *value, PaperLanguage language);
void cockpit_value_put_json(struct json_writer *json, const struct cockpit_value *value);
// All figures: what each is, and its statements.
void cockpit_list_json(struct json_writer *json);

struct cockpit_page {
    int64_t after_us;  // where the page before ended
    Slice after_key;   // empty: from the beginning
    uint32_t rows_max; // 0 or more than COCKPIT_ROWS_MAX: that many
};
// An array of rows, the oldest first. CP002: they are not listed. A refused figure has none.
MUST_USE Status cockpit_rows(struct book *book, const struct cockpit_of *of, CockpitFigure figure, const struct cockpit_page *page,
                             struct json_writer *json);
// The SHA-256 of the sorted SHA-256 of the rows, each as cockpit_rows() writes it, in hexadecimal digits. CP008.
MUST_USE Status cockpit_hash(struct book *book, const struct cockpit_of *of, CockpitFigure figure, char ret_hash[static 65]);

// A figure by branch, or by word (code, severity, strategy ...): counts and values.
struct cockpit_part {
    Slice name;
    int64_t count, sum;
    double number; // of shares and ratios that of the part
    Share interval;
};
struct cockpit_parts {
    struct cockpit_part *at;
    uint32_t count;
};
// By branch: for the head office alone (CP003). Branches without a row are left out.
MUST_USE Status cockpit_by_unit(struct book *book, const struct cockpit_of *of, CockpitFigure figure, struct cockpit_parts *ret_parts);
MUST_USE Status cockpit_by_word(struct book *book, const struct cockpit_of *of, CockpitFigure figure, struct cockpit_parts *ret_parts);
// The mean of the branches other than of->unit; `ret_others`: how many; below COCKPIT_OTHERS_MIN there is no mean (NaN).
MUST_USE Status cockpit_mean_of_others(struct book *book, const struct cockpit_of *of, CockpitFigure figure, double *ret_mean, uint32_t *ret_others);

// ---- the sentence ----

#define COCKPIT_CLAUSES(X)                                                                                                                           \
    X(ALERTS)    /* alerts */                                                                                                                        \
    X(AUTOMATIC) /* how many were closed automatically, with what judges that */                                                                     \
    X(VICTIMS)   /* customers dissuaded, money saved */                                                                                              \
    X(REFERRED)  /* leads referred, cases filed and solved, gangs, arrests */                                                                        \
    X(MONEY)     /* money seized, money returned */
typedef enum CockpitClause {
#define X(name) COCKPIT_CLAUSE_##name,
    COCKPIT_CLAUSES(X)
#undef X
        COCKPIT_CLAUSE_COUNT,
} CockpitClause;
enum { COCKPIT_CLAUSES_ALL = (1 << COCKPIT_CLAUSE_COUNT) - 1 };

enum { COCKPIT_SENTENCE_FIGURES = 16 };
struct cockpit_sentence {
    bool is_printed;
    Slice text;                                            // the sentence; of one that is not printed which figures are refused, and why
    Slice note;                                            // how numbers are rounded, what is known of a part of the period only; may be empty
    struct cockpit_value values[COCKPIT_SENTENCE_FIGURES]; // that it is made of
    uint32_t count;
};
// `clauses`: bits of CockpitClause. One figure that is refused keeps the whole sentence from being printed.
MUST_USE Status cockpit_sentence(struct book *book, const struct cockpit_of *of, uint32_t clauses, PaperLanguage language,
                                 struct cockpit_sentence *ret_sentence);

// ---- what people put in ----

// The number of a branch's accounts, as another system tells it. Within a unit of work that writes.
MUST_USE Status cockpit_give_accounts(struct book *book, Slice branch, int64_t at_us, int64_t accounts, Slice source);

// A text of an editor for a part of a bulletin (6 good examples, 7 problems, 11 priorities; others where there is something to say). Figures in it are
// {figure:ID}, amounts of an alert {alert:NUMBER}; a number before a unit that is typed in is refused (CP006): 条 起 人 户 笔 元 万元 % yuan alerts ...
struct cockpit_text {
    Slice month;          // "2026-11"
    Slice unit;           // empty: of the head office's bulletin
    int64_t part, number; // 1 to 12; order within the part
    PaperLanguage language;
    Slice title; // may be empty
    Slice text;  // empty: it is taken out
};
MUST_USE Status cockpit_text_keep(struct book *book, const struct cockpit_text *text);
MUST_USE Status cockpit_texts_json(struct book *book, Slice month, Slice unit, struct json_writer *json);
// A text with its references filled in. False in `ret_is_whole`: one was refused, and `ret_text` says which and why.
MUST_USE Status cockpit_text_fill(struct book *book, const struct cockpit_of *of, PaperLanguage language, Slice text, bool *ret_is_whole,
                                  Slice *ret_text);

// ---- papers ----

// How something is called that rows know by its code: branches, models, typologies, strategies. What has no name shows its code.
struct cockpit_name {
    Slice code, zh, en;
};
// An indicator of the ranking: weight in points, whether less is better, and whether it is taken by 10,000 accounts.
struct cockpit_score {
    CockpitFigure figure;
    double weight;
    bool is_less_better, is_by_accounts;
};
struct cockpit_issuer {
    PaperLanguage language;
    Slice bank, department; // "示例银行", "反诈中心"
    const struct cockpit_name *names;
    uint32_t name_count;
    const struct cockpit_score *scores; // NULL: those of scores.def
    uint32_t score_count;
    bool is_sample; // each page says that its figures are made up
};
// A paper and its figures as JSON, both in the unit of work's arena but for `paper`, which the caller destroys before that goes.
struct cockpit_document {
    struct paper *paper;
    Slice json;
    uint32_t told, refused; // figures
};
// Of the month that of->from_us to of->until_us is, with the month and the year before.
MUST_USE Status cockpit_bulletin(struct book *book, const struct cockpit_of *of, const struct cockpit_issuer *issuer,
                                 struct cockpit_document *ret_document);

struct cockpit_shift {
    Slice name; // "夜班"
    Slice leader;
    int64_t head_us; // newest record of the stream that the server knows, for how far the desk lags; 0: not told
    uint64_t head_sequence;
};
// Of a shift or a day.
MUST_USE Status cockpit_daily(struct book *book, const struct cockpit_of *of, const struct cockpit_issuer *issuer, const struct cockpit_shift *shift,
                              struct cockpit_document *ret_document);
