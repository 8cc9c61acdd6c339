#pragma once
// Night snapshots: the heart of nightly runs and the register of subjects at one moment, in one file, so that the two never disagree. They lie in a folder
// of their own, in the format of all snapshots (docs/journal.md).

#include "journal/snapshot.h"
#include "server/replay.h"
#include "server/subjects.h"

enum { NIGHT_SNAPSHOTS_KEPT = 2 };

// Takes as long as writing them: nothing is decided by the heart meanwhile. Older ones than the newest NIGHT_SNAPSHOTS_KEPT are removed.
MUST_USE Status night_snapshot_leave(const struct heart *heart, const struct subjects *subjects, Slice folder, uint64_t sequence, struct arena *arena,
                                     struct diag *diag);
// Of the newest whole one; both are the caller's. STATUS_NOT_FOUND: there is none. STATUS_INVALID, NR010: it is of another pack or program.
MUST_USE Status night_snapshot_take_up(const struct heart_source *source, Slice folder, struct arena *arena, struct heart **ret_heart,
                                       struct subjects **ret_subjects, uint64_t *ret_sequence, struct diag *diag);
