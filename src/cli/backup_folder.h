#pragma once
// The folder of a backup, and how it changes from one backup to the next as a whole.
//
//     backup.json     what it holds; without it, it is no backup
//     journal/ access/ packs/ night/ index/ response.db     as in the data folder, which it can serve as
//     incoming/       what the next backup has copied so far
//     next.json       the next backup.json, once everything of it is in incoming/ and on disk
//     backup.lock     held by who writes it
//
// With next.json the next backup is complete: its files are moved to their places, those that are
// not needed any more removed, and it becomes backup.json. Whatever cuts that off, backup_settle()
// goes on with it; and whatever cuts off the copying before, the old backup is untouched.

#include "cli/manifest.h"

#define BACKUP_MANIFEST SLICE("backup.json")
#define BACKUP_NEXT SLICE("next.json")
#define BACKUP_INCOMING SLICE("incoming")

Slice backup_path(struct arena *arena, Slice folder, Slice name);
// Makes the folders above a file that lies at `path` below `folder`.
MUST_USE Status backup_make_folders(Slice folder, Slice path, struct arena *arena,
                                    struct diag *diag);
// Syncs the folders in which the manifest's files lie, below `folder`, and `folder` itself.
MUST_USE Status backup_sync_folders(Slice folder, const struct manifest *manifest,
                                    struct arena *arena, struct diag *diag);
// Names in it that do not begin with a dot; 0 too when it is not there.
MUST_USE Status backup_count_names(Slice folder, struct arena *arena, uint32_t *ret_count,
                                   struct diag *diag);
// Takes away what a backup that was cut off had copied.
MUST_USE Status backup_clear_incoming(Slice folder, struct arena *arena, struct diag *diag);
// Completes a backup that has its next.json; does nothing where there is none.
MUST_USE Status backup_settle(Slice folder, struct arena *arena, struct diag *diag);
