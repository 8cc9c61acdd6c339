#pragma once
// Rebuilding: the state of a pack that remembers other things than the one that decides, made from the journal as if it had always been there. What
// its models look back on is then true for them from their first decision.
//
//     struct rebuild rebuild = {.folder = journal, .journal = pipeline_journal(pipeline), .heart = heart};       // which has seen nothing but its lists
//     TRY(rebuild_upto(&rebuild, UINT64_MAX, arena, diag));                       // beside decisions; what there is by now
//     ... in the deciding thread, with all of it durable: TRY(rebuild_upto(&rebuild, last, arena, diag)); ...
//
// It takes the journal from its first record on: one that no longer begins there cannot be rebuilt from (RL006). Events leave their rows, and their
// answers are remembered as they were given; changes of lists and tables are applied. Records that the new pack does not understand are left out, and counted.
// A replay that comes to such a release does the same, and comes to the same state. Costs some 10 us an event, and the memory of a second state.

#include "journal/journal.h"
#include "server/heart.h"

#include <stdatomic.h>

struct rebuild {
    Slice folder;
    const struct journal *journal; // reads up to what is durable in it; NULL: to the end of the log
    struct heart *heart;           // the caller's
    const atomic_bool *stop;       // given up as soon as it is true (RL004); may be NULL
    // Filled in.
    uint64_t upto;    // the last record that was taken in
    uint64_t records, left_out;
};

// Up to a sequence, or to what there is. An event whose decision is not there yet is left for the next call.
MUST_USE Status rebuild_upto(struct rebuild *rebuild, uint64_t last, struct arena *arena, struct diag *diag);
