#pragma once
// Parts: what the files of this room share.
//
//   statements.c  the lists: figures, the rows that they count, the statements around them
//   coverage.c    since when and how far rows are known, and what is refused for that
//   figure.c      a figure: from rows to a number; by branch and by word; the mean of others
//   rows.c        rows listed and hashed
//   wording.c     how figures and periods are written, in Chinese and English
//   sentence.c    the sentence of a report
//   text.c        what editors write, with references to figures
//   issue.c       a paper that is being written, and the figures that it has told (issue.h)
//   ranking.c     branches in their order
//   bulletin.c, bulletin_parts.c, daily.c

#include "base/time.h"
#include "base/vec.h"
#include "governance/cockpit/cockpit.h"

#include <inttypes.h>
#include <math.h>

#define WEEK_US (7 * US_PER_DAY)
#define LAG_MAX_US (6 * US_PER_HOUR) // at night nothing may happen for some hours, and the stream is followed all the same

// ---- the lists (statements.c) ----

typedef enum Source {
#define SOURCE(name, ...) SOURCE_##name,
#include "governance/cockpit/sources.def"
#undef SOURCE
    SOURCE_COUNT,
} Source;
typedef enum FedBy { FED_BY_FEED, FED_BY_PEOPLE } FedBy;
struct source_info {
    FedBy fed_by;
    const char *table, *zh, *en;
    struct statement first;
};
extern const struct source_info source_infos[SOURCE_COUNT];

typedef enum Rows {
#define ROWS(name, ...) ROWS_##name,
#include "governance/cockpit/rows.def"
#undef ROWS
    ROWS_COUNT,
} Rows;
struct rows_info {
    int64_t reach_us;
    bool is_whole;
    uint32_t sources; // bits of Source
    const char *sql;
    struct statement figure, list, units, words;
};
extern const struct rows_info rows_infos[ROWS_COUNT];
Rows rows_of(CockpitFigure figure);

// ---- what is known (coverage.c) ----

struct coverage {
    bool is_read, is_fed;
    int64_t begin_us; // the first thing that is known of the stream
    int64_t upto_us;  // how far it was followed
    bool is_looked_up[SOURCE_COUNT];
    int64_t first_us[SOURCE_COUNT]; // INT64_MAX: there is none
};

// ---- one question (figure.c) ----

struct reading {
    struct book *book;
    struct cockpit_of of; // which ends now at the latest
    struct coverage *coverage;
};
// CP003, CP004. `coverage` is shared by all readings of one unit of work.
MUST_USE Status reading_begin(struct reading *reading, struct book *book, const struct cockpit_of *of, struct coverage *coverage);
// The same question of another period.
struct reading reading_of(const struct reading *reading, int64_t from_us, int64_t until_us);
MUST_USE Status reading_figure(struct reading *reading, CockpitFigure figure, struct cockpit_value *ret_value);
// Without asking whether the rate of automatic disposition may be published.
MUST_USE Status reading_unjudged(struct reading *reading, CockpitFigure figure, struct cockpit_value *ret_value);
MUST_USE Status reading_by_unit(struct reading *reading, CockpitFigure figure, struct cockpit_parts *ret_parts);
MUST_USE Status reading_by_word(struct reading *reading, CockpitFigure figure, struct cockpit_parts *ret_parts);
MUST_USE Status reading_mean_of_others(struct reading *reading, CockpitFigure figure, double *ret_mean, uint32_t *ret_others);
MUST_USE Status reading_hash(struct reading *reading, CockpitFigure figure, char ret_hash[static 65]);
MUST_USE Status rows_ask(struct reading *reading, Rows rows, int64_t after_us, Slice after_key, int64_t count_max);

MUST_USE Status coverage_check(struct reading *reading, Rows rows, struct cockpit_value *value);
void reading_refuse(struct cockpit_value *value, CockpitRefusal refusal, Slice zh, Slice en);

// ---- numbers in words (wording.c) ----

Slice wording_number(struct arena *arena, int64_t number);               // 4,812
Slice wording_decimal(struct arena *arena, double number, int decimals); // at most so many, no zeros at the end
Slice wording_percent(struct arena *arena, double share, int decimals);
// "8,350.5 元", "402.18 万元"; "8,350.50 yuan", "4,021,800 yuan".
Slice wording_money(struct arena *arena, int64_t fen, PaperLanguage language);
Slice wording_date(struct arena *arena, int64_t time_us, int64_t offset_us);
Slice wording_minute(struct arena *arena, int64_t time_us, int64_t offset_us);
Slice wording_span(struct arena *arena, double span_us, PaperLanguage language);
// "1—11 月", "2026 年 11 月", "9 月 1 日—9 月 15 日"; with the year where it is not that of `now_us`.
Slice wording_period(struct arena *arena, const struct cockpit_of *of, int64_t now_us, PaperLanguage language);
// "1 lead", "4,812 leads"; `many` ends with an s that goes for one.
Slice wording_counted(struct arena *arena, int64_t number, const char *one, const char *many);
// In a table: "4,812 条", "402.18 万元", "91.2%"; in English without the unit, which stands in the name.
Slice wording_value(struct arena *arena, const struct cockpit_value *value, PaperLanguage language);
// In a sentence: "4,812 alerts", "1 alert".
Slice wording_in_text(struct arena *arena, const struct cockpit_value *value, PaperLanguage language);
// "移送线索、立案：从未有记录；……": figures that are refused, those of one reason together. Nothing where none is.
void wording_refusals(struct buf *out, const struct cockpit_value *const *values, uint32_t count, PaperLanguage language);
static inline Slice pick(PaperLanguage language, const char *zh, const char *en) {
    return slice_of(language == PAPER_ZH ? zh : en);
}

// ---- the sentence (sentence.c) ----

MUST_USE Status sentence_of(struct reading *reading, uint32_t clauses, PaperLanguage language, struct cockpit_sentence *ret_sentence);
// "91.2%（质检推翻率……）": as it is told in a text.
MUST_USE Status sentence_rate(struct reading *reading, PaperLanguage language, Slice *ret_text);

// ---- texts of editors (text.c) ----

MUST_USE Status editor_fill(struct reading *reading, PaperLanguage language, Slice text, bool *ret_is_whole, Slice *ret_text);
struct part_text {
    Slice title, text;
};
MUST_USE Status editor_texts(struct book *book, Slice month, Slice unit, int64_t part, PaperLanguage language,
                             struct part_text ret_texts[static COCKPIT_TEXTS_MAX], uint32_t *ret_count);

// ---- tables of a bulletin that are no figures (statements.c) ----

// Models by the money that was stopped in alerts that they hit: model, alerts, fen. Parameters as those of rows.
extern const struct statement rows_models_by_money;
