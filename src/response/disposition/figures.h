#pragma once
// Figures: how much is closed without people, and how well. The rate of automatic disposition is never told without the three that judge it: how much of it a second look overturned, how
// much turned out to be fraud later, and how many hits made one alert.
//
//     struct figures figures;
//     TRY(figures_read(book, &(struct figures_of){.viewer = clearance, .from_us = ..., .until_us = ...}, &figures));
//
// Definitions. Of alerts that were closed in the span, duplicates and tests left out. `automatic`: closed by a strategy that counts, and no person had touched it. Samples and later positives
// are of alerts closed in the span, whenever they were looked at or came to light. An alert that was opened again counts when it is closed the next time.
//
// Cost: some passes over the alerts closed in the span, by an index.

#include "base/statistics.h"
#include "codec/json_write.h"
#include "response/book/book.h"
#include "response/strategies/lists.h"

struct figures_of {
    int64_t viewer; // mask of CLEARANCE_
    int64_t from_us, until_us;
    Slice strategy; // empty: all
    Slice branch;   // empty: all
};

struct figures {
    int64_t opened, hits;       // alerts opened in the span, and their hits
    int64_t closed, automatic;  // without duplicates and tests
    int64_t excluded;           // these
    int64_t by_code[CODE_COUNT];
    int64_t automatic_by_code[CODE_COUNT];
    int64_t looked_at, overturned; // of automatic closures
    Share overturn;
    int64_t later_positives, later_positives_s3;
    int64_t by_people[5], in_time[5]; // by severity: decided by people, and of these in time
    double agreement;                 // Cohen's kappa of second looks at people's decisions; NaN: none
    int64_t second_looks;
    int64_t saved; // fen of payments that were refused or cancelled in alerts closed as fraud
};

MUST_USE Status figures_read(struct book *book, const struct figures_of *of, struct figures *ret_figures);
// 0 to 1; 0 without any.
double figures_rate(const struct figures *figures);
double figures_merge_ratio(const struct figures *figures);

// Which models hit the same events, of alerts that were opened in the span: {"from", "until", "hits", "cut", "models": [{"model", "events"}], "pairs": [{"first", "second", "events"}]}, those
// that most events hit first. Of more than OVERLAP_HITS_MAX hits the newest are counted, and `cut` says so.
enum { OVERLAP_HITS_MAX = 500000, OVERLAP_PAIRS_MAX = 2000 };
MUST_USE Status figures_put_overlap(struct book *book, const struct figures_of *of, struct json_writer *json);
