#pragma once
// Tally: what a replay counts, and how it is told: as text for people and as JSON for programs.

#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"

enum { TALLY_EXAMPLES = 5 };

struct model_tally {
    uint64_t hits, held_back, with_label, fraud;
};

struct tally {
    const struct catalogue *catalogue;
    uint64_t events, duplicates, changes, changes_refused, refused;
    uint64_t refused_by[INTAKE_PROBLEM_COUNT];
    int64_t first_us, last_us;
    uint64_t actions[ACTIONS_MAX];
    uint64_t tasks[TASKS_MAX];
    uint64_t late, skewed;
    struct model_tally *models; // by model
    // Labels, where the input has them: an event is flagged when a model's hit counts.
    uint64_t labelled, fraud, flagged, flagged_fraud;
    uint32_t examples[TALLY_EXAMPLES]; // of which model
    uint32_t example_count;
    struct buf example_text;
    // Times.
    uint64_t elapsed_ns, read_ns;
};

void tally_init(struct tally *tally, const struct catalogue *catalogue);
void tally_deinit(struct tally *tally);
void tally_decision(struct tally *tally, const struct event *event, const struct decision *decision);
void tally_print(const struct tally *tally, const struct engine *engine, FILE *out);
void tally_write_json(const struct tally *tally, struct engine *engine, struct buf *out);
