#pragma once
// Snapshots: what the owner's state was after a sequence, as a stream of chunks, so that not the
// whole log has to be replayed. Files `snapshot-<sequence>` beside the segments; a file of that
// name is complete, because it gets it last.
//
//     struct snapshot_writer *writer;
//     TRY(snapshot_create(disk, folder, sequence, &options, arena, &writer, diag));
//     snapshot_write(writer, chunk);                                  // remembers its first
//     failure TRY(snapshot_commit(writer, state_hash, arena, diag));          // and tells it here
//
//     TRY(snapshot_newest_good(disk, folder, findings, arena, &sequence, diag));
//     TRY(snapshot_open(disk, folder, sequence, arena, &reader, diag));
//     while ((status = snapshot_read(reader, &chunk, arena, diag)) == STATUS_OK) { ... }
//     if (status == STATUS_END) { ... snapshot_info(reader)->state_hash ... }
//     snapshot_close(reader);
//
// Every chunk has its own sum, the whole a SHA-256. A chunk that is given is what was written; that
// the stream is whole is known at its end. snapshot_newest_good() has read it to its end already:
// once more from memory, or from disk. The caller sees to it that the sequence is durable in the
// log; a log that ends before a snapshot is refused.
//
// Costs: two buffers of 1 MiB; writing runs at the speed of SHA-256 and of zstd's level 1, some 0.4
// GB/s, and syncs every 16 MiB so that commits of the log do not wait behind it. Bytes:
// docs/journal.md.

#include "journal/journal.h"

enum {
    SNAPSHOT_CHUNK_MAX = 1 << 20,
    SNAPSHOT_HASH_SIZE = 16,
};

struct snapshot_options {
    bool compress; // with zstd, level 1, where that makes a chunk smaller
    int64_t created_us;
    uint8_t label[JOURNAL_LABEL_SIZE];
};

struct snapshot_writer;

// One of the same sequence is replaced. Code JO002.
MUST_USE Status snapshot_create(const struct disk *disk, Slice folder, uint64_t sequence,
                                const struct snapshot_options *options, struct arena *arena,
                                struct snapshot_writer **ret_writer, struct diag *diag);
// At most SNAPSHOT_CHUNK_MAX bytes; an empty one is let pass.
void snapshot_write(struct snapshot_writer *writer, Slice chunk);
// Ends, syncs and names it, and frees the writer in any case; after a failure nothing of it is left
// but what the disk did not let us remove.
MUST_USE Status snapshot_commit(struct snapshot_writer *writer,
                                const uint8_t state_hash[SNAPSHOT_HASH_SIZE], struct arena *arena,
                                struct diag *diag);
void snapshot_abandon(struct snapshot_writer *writer);

struct snapshot_info {
    uint64_t sequence;
    int64_t created_us;
    uint8_t label[JOURNAL_LABEL_SIZE];
    uint8_t state_hash[SNAPSHOT_HASH_SIZE]; // known after STATUS_END
    uint64_t plain_bytes;                   // read so far
};

struct snapshot_reader;

MUST_USE Status snapshot_open(const struct disk *disk, Slice folder, uint64_t sequence,
                              struct arena *arena, struct snapshot_reader **ret_reader,
                              struct diag *diag);
// The next chunk, valid until the next call. STATUS_END: it was whole.
MUST_USE Status snapshot_read(struct snapshot_reader *reader, Slice *ret_chunk, struct arena *arena,
                              struct diag *diag);
const struct snapshot_info *snapshot_info(const struct snapshot_reader *reader);
void snapshot_close(struct snapshot_reader *reader);

// Reads from the newest one back until one is whole; what is wrong with the others is told.
// STATUS_NOT_FOUND: none is.
MUST_USE Status snapshot_newest_good(const struct disk *disk, Slice folder,
                                     struct journal_findings findings, struct arena *arena,
                                     uint64_t *ret_sequence, struct diag *diag);

// Those that are there, ascending, whole or not. 0, or an errno.
MUST_USE int snapshot_list(const struct disk *disk, Slice folder, struct arena *arena,
                           const uint64_t **ret_sequences, uint32_t *ret_count);

// Removes all but the newest `keep` snapshots. At least one is kept.
MUST_USE Status snapshot_retain(const struct disk *disk, Slice folder, uint32_t keep,
                                struct arena *arena, uint32_t *ret_removed, struct diag *diag);
// Takes the segments away whose records all are in the oldest snapshot that is there, and before
// `needed_from`, where somebody else goes on (UINT64_MAX: nobody does): moves them into the folder
// `archive`, of the same file system, or removes them when that is empty. The newest segment stays.
// Without a snapshot all stay.
MUST_USE Status snapshot_drop_log(const struct disk *disk, Slice folder, Slice archive,
                                  uint64_t needed_from, struct arena *arena, uint32_t *ret_dropped,
                                  struct diag *diag);
