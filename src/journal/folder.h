#pragma once
// Folder: the names of a journal's files. They are the index: no file says which others there are.
//
//     journal-00000000000000000001.log   a segment, by the first sequence that it holds or will
//     hold snapshot-00000000000000000500      a snapshot after that sequence prepared.log zeros, to
//     become the next segment; preparing.tmp: on its way there lock held by the process that writes
//
// Names that fit none of these are not looked at.

#include "os/disk.h"

#define FOLDER_PREPARED SLICE("prepared.log")
#define FOLDER_PREPARING SLICE("preparing.tmp")
#define FOLDER_LOCK SLICE("lock")

typedef struct FolderSequences {
    const uint64_t *at; // ascending, without doubles
    uint32_t count;
} FolderSequences;

struct folder_listing {
    FolderSequences segments;
    FolderSequences snapshots;
};

// 0, or an errno.
MUST_USE int folder_list(const struct disk *disk, Slice folder, struct arena *arena,
                         struct folder_listing *ret_listing);

Slice folder_path(struct arena *arena, Slice folder, Slice name);
Slice folder_segment(struct arena *arena, Slice folder, uint64_t first_sequence);
Slice folder_snapshot(struct arena *arena, Slice folder, uint64_t sequence);
