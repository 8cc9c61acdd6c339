#pragma once
// Fold: refusals as few records. Who is refused a thousand times a second must not fill the disk
// with it, and must not hide in it either: of one source and kind at most one record a second is
// written, with a count; and of all together 60 at once and then one a second. Nothing is left out:
// what waits is written with the next one, by a tick, or at the end.
//
//     fold_add(fold, key, &refused, now_us, emit, context);    // may call emit()
//     fold_tick(fold, now_us, emit, context);
//     fold_flush(fold, now_us, emit, context);                 // all that waits
//
// Past FOLD_MAX sources in a second, further ones are counted together, without their names. No
// lock.

#include "access/access.h"

enum {
    FOLD_MAX = 1024,
    FOLD_BURST = 60,      // records at once
    FOLD_TARGET_MAX = 64, // bytes of a target; longer ones are cut
};

struct fold;

struct refused {
    AuditAction action;
    ActorKind actor;
    Slice actor_name, from, target;
    const char *reason; // lives as long as the program
};

// Writes a record that stands for `count` refusals. False: it could not be written now, and they
// wait on.
typedef bool (*FoldEmit)(void *context, const struct refused *refused, uint32_t count,
                         int64_t now_us);

struct fold *fold_create(struct arena *arena);
// `source` and what is in `refused`, but for the target, tell which belong together.
void fold_add(struct fold *fold, uint64_t source, const struct refused *refused, int64_t now_us,
              FoldEmit emit, void *context);
void fold_tick(struct fold *fold, int64_t now_us, FoldEmit emit, void *context);
void fold_flush(struct fold *fold, int64_t now_us, FoldEmit emit, void *context);
