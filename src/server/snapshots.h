#pragma once
// Snapshots of a heart beside its journal: written, and taken up.

#include "journal/snapshot.h"
#include "server/heart.h"
#include "server/replay.h"

// What is kept in the same file behind the heart, so that the two are of one moment whatever happens between; context of its functions.
struct snapshot_part {
    void *context;
    void (*save)(void *context, struct image_writer *out);
    Status (*load)(void *context, struct image_reader *in);
    uint64_t (*hash)(void *context);
};

Hash128 label_hash(Slice label);
void snapshot_label(const struct heart *heart, uint8_t label[JOURNAL_LABEL_SIZE]);
// Writes one while nothing is decided.
MUST_USE Status snapshot_leave(const struct heart *heart, Slice folder, uint64_t sequence, uint32_t keep, struct arena *arena, struct diag *diag);
// The same with a part.
MUST_USE Status snapshot_leave_with(const struct heart *heart, const struct snapshot_part *part, Slice folder, uint64_t sequence, uint32_t keep,
                                    struct arena *arena, struct diag *diag);
// Makes the heart that the newest whole snapshot is of, in the state that was saved. STATUS_NOT_FOUND: there is none.
MUST_USE Status snapshot_take_up(const struct heart_source *source, ModelScope scope, Slice folder, struct arena *arena, struct heart **ret_heart,
                                 uint64_t *ret_sequence, struct diag *diag);
// The same of a snapshot with a part, which is loaded too; one that was left without is refused.
MUST_USE Status snapshot_take_up_with(const struct heart_source *source, ModelScope scope, const struct snapshot_part *part, Slice folder,
                                      struct arena *arena, struct heart **ret_heart, uint64_t *ret_sequence, struct diag *diag);
