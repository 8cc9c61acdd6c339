#pragma once
// Issue: what a bulletin and a report of a shift have in common: a paper that is being written, and the figures that it has told, each of which comes into its
// annex and its JSON with its statement and the hash of its rows.

#include "base/map.h"
#include "governance/cockpit/parts.h"

struct told {
    bool is_told, is_compared;
    struct cockpit_value now, before, year;
    char hash[65]; // empty: of a refused one
};

struct issue {
    struct book *book;
    struct arena *arena;
    const struct cockpit_issuer *issuer;
    PaperLanguage language;
    bool zh;
    struct map names;
    struct coverage coverage;
    struct reading now, before, year; // the period, the one before it, the same a year ago
    struct paper *paper;
    struct told told[COCKPIT_FIGURE_COUNT];
    struct buf extra; // further members of the JSON
    struct json_writer json;
};

MUST_USE Status issue_begin(struct issue *issue, struct book *book, const struct cockpit_of *of, const struct cockpit_issuer *issuer);
// Of one that failed.
void issue_drop(struct issue *issue);
// The JSON of all that was told.
MUST_USE Status issue_end(struct issue *issue, const char *kind, struct cockpit_document *ret_document);

// ---- words ----

Slice issue_say(struct issue *issue, const char *zh, const char *en);
Slice issue_sayf(struct issue *issue, const char *format, ...) __attribute__((format(printf, 2, 3)));
Slice issue_name(struct issue *issue, Slice code); // how it is called
Slice issue_why(struct issue *issue, const struct cockpit_value *value);
Slice issue_figure_name(struct issue *issue, CockpitFigure figure);

// ---- figures ----

// Reads it once, and remembers that it was told.
MUST_USE Status issue_value(struct issue *issue, CockpitFigure figure, const struct cockpit_value **ret_value);
MUST_USE Status issue_compare(struct issue *issue, CockpitFigure figure, const struct told **ret_told);
// A table of figures with the month before and the year before; for a branch with the mean of the others. Below it what is refused, and why.
MUST_USE Status issue_overview(struct issue *issue, Slice caption, const CockpitFigure *figures, uint32_t count);
// Names and values in a grid; below it what is refused.
MUST_USE Status issue_pairs(struct issue *issue, const CockpitFigure *figures, uint32_t count, uint32_t across);
// Why figures that were asked for are not told: one line.
void issue_refusals(struct issue *issue, const CockpitFigure *figures, uint32_t count);
Slice issue_interval(struct issue *issue, Share interval);

void issue_heading(struct issue *issue, const char *zh, const char *en);
void issue_subheading(struct issue *issue, const char *zh, const char *en);
void issue_note(struct issue *issue, Slice text);
// Shown where a table would have no rows.
void issue_nothing(struct issue *issue, const char *zh, const char *en);

struct column {
    const char *zh, *en;
    double share;
    PaperAlign align;
};
void issue_table(struct issue *issue, Slice caption, const struct column *columns, uint32_t count);
