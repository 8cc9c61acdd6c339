#pragma once
// Copy: a log copied into another folder while it is appended to, so that the copy can be opened as
// it is; and single files with their hash.
//
//     struct journal_copy_options options = {.context = backup, .has = has, .copied = copied};
//     TRY(journal_copy(disk, SLICE("data/journal"), SLICE("backup/journal"), &options, arena,
//     &summary, diag));
//
// What is copied: the newest whole snapshot, and the segments with all that it does not hold; with
// `all` every whole snapshot and every segment. What was durable when the call began is in the
// copy. A frame is checked with its sums and hashes before it is copied, and so is each segment
// against the one before: a damaged log is refused, and not copied in silence. Behind the last
// whole frame the copy is zeros, and that frame was synced. A segment or snapshot that goes away
// meanwhile, because a newer snapshot made it superfluous, makes it begin anew with the newer one;
// what was copied whole stays.
//
// Files get their names at once: who needs to tell a finished copy from a begun one keeps a mark
// beside.
//
// Costs: reads once and computes SHA-256 twice, which bounds it; holds 10 MiB.

#include "journal/journal.h"

typedef struct Sha256 {
    uint8_t bytes[32];
} Sha256;

static inline bool sha256_equal(const Sha256 *left, const Sha256 *right) {
    return memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

// A file of the copy.
struct journal_copied {
    Slice name; // in the folder
    uint64_t size;
    Sha256 sha256; // of the file; not known of one that the target `has`
    bool is_segment;
    bool has_already; // options.has said so, and it was not copied
    // Of a segment. Behind its last record the chain of hashes is at `end`. One that is complete,
    // since another one follows it, does not change any more.
    uint64_t first_sequence, last_sequence;
    Sha256 end;
    bool complete;
};

struct journal_copy_options {
    bool all;
    // Records from here on are in the copy, where the log has them, also if the snapshot holds them:
    // somebody else begins there. 0: nobody does.
    uint64_t from_sequence;
    // A place that the log must have gone through: behind that sequence the chain was at that hash.
    // 0: any log. So a copy goes on with the same log, and not with another one or an earlier state
    // of it.
    uint64_t through_sequence;
    Sha256 through;
    // Any may be NULL.
    void *context;
    // Whether the target holds this segment, complete and with that end: then it is the same.
    bool (*has)(void *context, const struct journal_copied *segment);
    // Each file, in the order of snapshots and segments, after all is done.
    void (*copied)(void *context, const struct journal_copied *file);
    void (*progress)(void *context, uint64_t bytes); // bytes more were copied
};

struct journal_copy_summary {
    uint64_t snapshot_sequence; // of the newest one; 0: none
    uint64_t first_sequence,
        last_sequence;    // of the log that is there; first - 1 == last: no records
    int64_t last_time_us; // of the last record that was copied; 0: none
    Sha256 end;           // of the chain behind the last record
    uint64_t copied_bytes;
};

// The folder `to` must be there. Names in it that are copied are replaced. Codes: JO002 a call
// failed, JO003 the disk is full, JO007 no segment, JO008 another log than `through` says, JO009
// files went away again and again; and those of damage.
MUST_USE Status journal_copy(const struct disk *disk, Slice from, Slice to,
                             const struct journal_copy_options *options, struct arena *arena,
                             struct journal_copy_summary *ret_summary, struct diag *diag);

// One file of any kind, synced; a file of that name is replaced. STATUS_NOT_FOUND: there is none.
MUST_USE Status journal_copy_file(const struct disk *disk, Slice from, Slice to,
                                  const struct journal_copy_options *options, struct arena *arena,
                                  uint64_t *ret_size, Sha256 *ret_sha256, struct diag *diag);
// Of the options `progress` alone is used; they may be NULL.
MUST_USE Status journal_file_hash(const struct disk *disk, Slice path,
                                  const struct journal_copy_options *options, struct arena *arena,
                                  uint64_t *ret_size, Sha256 *ret_sha256, struct diag *diag);

// Of bytes at hand.
void journal_text_hash(Slice text, Sha256 *ret_sha256);
