#pragma once
// Trial: what another catalogue would have decided of the last events. It decides on them with a state of its own, taken from a snapshot, and what
// comes out is put beside what was given; nothing of it goes anywhere.
//
//     struct trial trial = {.source = source, .label = label, .folder = journal, .journal = pipeline_journal(pipeline), .events = 100000};
//     TRY(trial_run(&trial, arena, &report, diag));             // JSON
//
// It begins at the newest snapshot with at least that many events behind it, or else at the oldest one, or at the beginning of the journal; the
// report says how many events it was. Its catalogue has to have the state layout of the snapshot's (catalogue.h); for others the report says that
// there is no trial. Events and changes of the journal that the pack does not understand are left out of its state and of the comparison, and counted.
// Takes the memory of a second state, and the time of deciding on the events again.

#include "journal/journal.h"
#include "server/heart.h"
#include "server/replay.h"

#include <stdatomic.h>

struct trial {
    struct heart_source source;
    Hash128 label;
    Slice folder;
    const struct journal *journal; // reads up to what is durable in it
    uint64_t events;               // how many of the last ones are wanted
    const atomic_bool *stop;       // given up as soon as it is true; may be NULL
    // Told of each of the last events when it was decided on, and of each label of the journal from there on. May be NULL.
    void (*decided)(void *context, struct heart *heart);
    void (*labelled)(void *context, Slice record);
    void *context;
};

// Codes RL004 (given up), and those of the journal and of snapshots.
MUST_USE Status trial_run(const struct trial *trial, struct arena *arena, struct buf *report, struct diag *diag);
