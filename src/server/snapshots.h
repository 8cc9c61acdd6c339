#pragma once
// Snapshots of a heart beside its journal: written, and taken up.

#include "journal/snapshot.h"
#include "server/heart.h"
#include "server/replay.h"

Hash128 label_hash(Slice label);
void snapshot_label(const struct heart *heart, uint8_t label[JOURNAL_LABEL_SIZE]);
// Writes one while nothing is decided.
MUST_USE Status snapshot_leave(const struct heart *heart, Slice folder, uint64_t sequence, uint32_t keep, struct arena *arena, struct diag *diag);
// Makes the heart that a snapshot is of, in the state that was saved.
MUST_USE Status snapshot_take_up_at(const struct heart_source *source, ModelScope scope, Slice folder, uint64_t sequence, struct arena *arena,
                                    struct heart **ret_heart, struct diag *diag);
// That of the newest whole one; `damaged` is told of newer ones that are not. STATUS_NOT_FOUND: there is none.
MUST_USE Status snapshot_take_up(const struct heart_source *source, ModelScope scope, Slice folder, struct journal_findings damaged, struct arena *arena,
                                 struct heart **ret_heart, uint64_t *ret_sequence, struct diag *diag);
