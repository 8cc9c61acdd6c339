#pragma once
// Manifest: what a backup holds. `backup.json` lists every file with its size and SHA-256, and says
// up to which record the logs go; a folder without it is no backup. Its last member is the SHA-256
// of the text before it.

#include "base/diag.h"
#include "base/vec.h"
#include "journal/copy.h"

enum { MANIFEST_SIZE_MAX = 64 << 20 }; // of some 200,000 files

struct manifest_file {
    Slice path; // within the backup and the data folder: "journal/...", "access/...", "packs/...",
                // "night/...", "index/...", "response.db"
    uint64_t size;
    Sha256 sha256;
    // Of a segment of a log (journal/copy.h).
    bool is_segment, complete;
    uint64_t first_sequence, last_sequence;
    Sha256 end;
};

struct manifest_log {
    bool is_there;
    uint64_t snapshot_sequence, first_sequence, last_sequence;
    int64_t last_time_us; // of the last record; 0: not known
    Sha256 end;
};

struct manifest {
    int64_t created_us;
    struct manifest_log journal, access;
    VEC(struct manifest_file) files; // in the order of their paths
};

// Everything in the arena. STATUS_NOT_FOUND: there is none. STATUS_INVALID, BU001: it is damaged or
// of a newer version.
MUST_USE Status manifest_read(Slice path, struct arena *arena, struct manifest *ret_manifest,
                              struct diag *diag);
// As a whole, on disk when it returns. Sorts the files.
MUST_USE Status manifest_write(Slice path, struct manifest *manifest, struct arena *arena,
                               struct diag *diag);
// NULL: it lists none of that path.
const struct manifest_file *manifest_find(const struct manifest *manifest, Slice path);
