#pragma once
// Sweep: how often a model would have hit in the last events with each of some values of one of its parameters, so that a threshold is chosen by what it does. The events are decided
// on as in a trial (trial.h), and at each of them the model's condition is asked once for every value; what windows count does not depend on models.
//
//     struct sweep sweep = {.pack = &pack, .model = model, .parameter = SLICE("amt_min_yuan"), .from = 5000, .to = 100000, .steps = 20, ...};
//     TRY(sweep_thresholds(&sweep, arena, &report, diag));             // JSON
//
// A value stands in place of the parameter for everybody: overrides and factors of segments and channels do not touch it. The model is asked whatever its status is. Labels that stand in
// the journal behind an event tell whether a hit was fraud; a value has a precision where some of its hits have a label.
// Codes: those of trials, and RL008: the model has no such parameter, or its condition does not read it.

#include "server/pack_folder.h"
#include "server/trial.h"

enum { SWEEP_STEPS_MAX = 40, SWEEP_STEPS_USUAL = 20, SWEEP_EVENTS_MAX = 1000000, SWEEP_EVENTS_USUAL = 100000, SWEEP_KEPT_MAX = 200000 /* events that were hit, whose labels are looked for */ };

struct sweep {
    struct pack_folder *pack; // compiled
    Slice model, parameter;
    double from, to;
    uint32_t steps; // 2 to SWEEP_STEPS_MAX
    struct heart_source others; // hearts of other packs, whose snapshots are read
    Slice folder;
    const struct journal *journal;
    uint64_t events;
    const atomic_bool *stop;
};

// STATUS_NOT_FOUND: the pack has no such model.
MUST_USE Status sweep_thresholds(const struct sweep *sweep, struct arena *arena, struct buf *report, struct diag *diag);
