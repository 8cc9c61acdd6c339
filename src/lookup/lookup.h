#pragma once
// Lookup: from a 128-bit key to the sequence of the record that has it, for all that a log still
// holds.
//
//     struct lookup_options options = {.first_sequence = recovery.first_sequence,
//                                      .last_sequence = recovery.last_sequence,
//                                      .events = {server, read_again, tell}};
//     TRY(lookup_open(disk_real(), SLICE("data/index"), &options, arena, &lookup, diag));
//     ... lookup_wait_room() and lookup_add() for the records behind lookup_covered(lookup), from
//     the log lookup_add(lookup, hash128(event_id, 0), sequence);                 // the deciding
//     thread if (lookup_find(lookup, key, &sequence) == STATUS_OK) { ... }       // any other
//     TRY(lookup_flush(lookup, arena, diag));                             // before a snapshot
//     lookup_close(lookup);
//
// How. What is added goes into a table in memory, a generation, until that is full; then the other
// of the two is filled. A thread of its own writes the full one as a sorted file, and when that has
// its name on disk the generation is emptied. Files of neighbouring ranges are merged slowly, eight
// into one, so that a year's are some twenty. A file is searched where the key would be if keys
// were evenly spread, which hashes are: two or three reads of 4 KiB.
//
// It is an index and nothing else: the folder can be removed, and is made again from the log. Every
// block is under a sum. A file that is damaged is reported, taken out, and its range read again
// from the log by events.refill, while the rest goes on; so is a range for which there was no room
// in memory, because the disk did not take files. Until then what lies there is not known, and
// lookup_find() says so. The index may run ahead of what is durable in the log: what a crash took
// from the log is taken from the index by `last_sequence` when it is opened.
//
// A key that is added again stands for its newest record alone. Keys are hashes, and two texts may
// be found that have the same: who finds a record compares what it holds.
//
// Who calls. One thread adds. Everything else may be called from any thread, but for open and
// close. lookup_add() waits for nothing that waits for the disk. Events come from the index's own
// thread, outside of locks.
//
// Costs: an entry takes 32 bytes in a generation, two of which there are, and 24 while it is sorted
// and in a file; adding is one access of memory. With a generation of 1.5 million: 132 MiB in all.

#include "base/diag.h"
#include "base/hash.h"
#include "os/disk.h"

enum {
    LOOKUP_ENTRIES =
        3 << 19, // a generation: three quarters of 2^21 slots; 3 minutes of 8,000 a second
    LOOKUP_ENTRIES_MIN = 16,
};
#define LOOKUP_MERGE_BYTES_S (UINT64_C(16) << 20) // leaves the disk to the log
#define LOOKUP_RETRY_US UINT64_C(1000000)

struct lookup;
struct lookup_refill;

// Any may be NULL.
struct lookup_events {
    void *context;
    // Adds the records from `first` to `last` once more, in their order, with lookup_refill_add(),
    // and gives its status when that is not STATUS_OK; records that the log has let go of are left
    // out. What is not STATUS_OK is tried again later. NULL: files behind a gap are taken away when
    // it is opened, and the owner adds all that again.
    Status (*refill)(void *context, uint64_t first, uint64_t last, struct lookup_refill *into);
    // What is wrong with a file or the disk. LK001: a call failed, it is tried again. LK002: a file
    // is damaged and taken out. LK003: sequences went by for which there was no room. LK004: a
    // refill failed.
    void (*report)(void *context, const struct diag *diag);
};

// Zero means the default.
struct lookup_options {
    uint64_t first_sequence; // that the log holds; at least 1
    uint64_t last_sequence;  // that the log holds; first_sequence - 1: none
    uint32_t entries_max;    // of a generation
    uint64_t merge_bytes_s;  // how fast files are merged; UINT64_MAX: as fast as it goes
    uint64_t retry_us;       // after a failure
    struct lookup_events events;
};

// The folder must be there. STATUS_IO with LK001: it cannot be used. Damaged files are no failure.
MUST_USE Status lookup_open(const struct disk *disk, Slice folder,
                            const struct lookup_options *options, struct arena *arena,
                            struct lookup **ret_lookup, struct diag *diag);
// Ends at once: what is in memory alone is added again when it is next opened. NULL is let pass.
void lookup_close(struct lookup *lookup);

// Up to here nothing need be added: it is in files, or events.refill is asked for it.
uint64_t lookup_covered(struct lookup *lookup);

// Sequences ascend; ones that are left out have no key.
void lookup_add(struct lookup *lookup, Hash128 key, uint64_t sequence);
// For who adds from the log, faster than the disk takes it: waits until the next lookup_add() has
// room. STATUS_IO: the disk does not take files.
MUST_USE Status lookup_wait_room(struct lookup *lookup);
// The newest record with that key, of those that are known. STATUS_NOT_FOUND: there is none.
// STATUS_INVALID: there is none in what is known, and a part is not, for now. STATUS_IO: a file
// cannot be read.
MUST_USE Status lookup_find(struct lookup *lookup, Hash128 key, uint64_t *ret_sequence);

// Writes out what was added before the call, and waits for it.
MUST_USE Status lookup_flush(struct lookup *lookup, struct arena *arena, struct diag *diag);
// Waits until all is done that can be: what was added is written, missing ranges are read again,
// files are merged.
void lookup_settle(struct lookup *lookup);
// The log has let go of what stands before: files that hold nothing else go, in their time.
void lookup_drop_before(struct lookup *lookup, uint64_t sequence);

// From within events.refill alone. STATUS_END: it is closing, STATUS_IO: a file cannot be written.
MUST_USE Status lookup_refill_add(struct lookup_refill *refill, Hash128 key, uint64_t sequence);

struct lookup_state {
    uint64_t added;   // the last sequence
    uint64_t covered; // by files
    uint64_t lost;    // sequences that went by without room, since it was opened
    uint32_t files;   // that can be searched
    uint64_t entries; // in them
    uint32_t missing; // ranges that wait to be read again
    bool merging;
};

struct lookup_state lookup_state(struct lookup *lookup);
