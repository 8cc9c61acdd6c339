#pragma once
// Journal: a log of opaque records that is on disk before anybody is answered. What it promises:
//
//     * A record with a sequence up to journal_durable() is there after a crash of the process or
//     of the machine, at its
//       place, with its bytes. Sequences count from 1 and leave none out.
//     * After a crash the log ends at or behind the last durable record. What stands behind it was
//     appended too, in order.
//     * Files that anything else has changed are refused, with the file, the offset and the reason,
//     and never mended.
//
//     struct journal_options options = {.label = label, .created_us = now_us, .events = {server,
//     on_durable}}; TRY(journal_open(disk_real(), SLICE("data/journal"), &options, arena, &journal,
//     &recovery, diag));
//     ...                                                   // replay with a journal_reader up to
//     recovery.last_sequence Status status = journal_append(journal, &record, &sequence); if
//     (status == STATUS_LIMIT) { ... }                   // back pressure: journal_wait_room(), or
//     tell the client
//     ...                                                   // on_durable(server, sequence): answer
//     up to here TRY(journal_close(journal, arena, diag));
//
// How. journal_append() copies the record into the frame that is being filled. A thread takes that
// frame as soon as it has written the one before, whatever it holds by then, writes it to a segment
// made of zeros beforehand, and syncs: the busier, the larger the frames, and nobody waits for a
// timer. Another thread makes the next segment while this one fills. Bytes: docs/journal.md.
//
// Who calls. One thread appends. Everything else may be called from any thread, but for open and
// close. Events come from the writing thread, outside of locks; it does not go on before they
// return. One process at a time has the journal open.
//
// Failures.
//     a write or sync fails      the journal has failed for good: appends and waits give STATUS_IO,
//     journal_failure() tells
//                                why. It is not tried again, since after a failed sync nobody knows
//                                what is on disk; opening it anew reads what there is
//     the disk is full           it shows when the next segment cannot be made, while this one has
//     room: nearly_full.
//                                At its end appends give STATUS_LIMIT; they go on when a segment
//                                could be made. That is tried every retry_us, and by
//                                journal_make_room()
//     nobody takes the frames    the frame being filled is full: STATUS_LIMIT; journal_wait_room()
//     waits
//
// Costs: an append some 100 ns and the copy; a commit one write and one sync, 0.1 ms on a good
// disk; room for two frames and 1 MiB of zeros; opening reads what it checks at 1 to 3 GB/s.

#include "base/diag.h"
#include "os/disk.h"

#define JOURNAL_SEGMENT_BYTES                                                                      \
    (UINT64_C(256) << 20) // large enough that a new one is rare, small enough to archive
#define JOURNAL_RETRY_US UINT64_C(1000000)

enum {
    JOURNAL_PENDING_BYTES = 4 << 20,       // the largest frame: takes a disk of 1 GB/s some 4 ms
    JOURNAL_PENDING_BYTES_MIN = 8 << 10,   // two blocks
    JOURNAL_FRAME_OVERHEAD = 96 + 40 + 16, // of header, trailer and the record's own
    JOURNAL_LABEL_SIZE = 16,
};

struct journal_record {
    uint8_t kind;
    uint16_t flags;
    int64_t time_us; // when it is appended, by the caller's clock
    Slice data;      // at most pending_bytes - JOURNAL_FRAME_OVERHEAD, rounded down to 8
};

// Any may be NULL.
struct journal_events {
    void *context;
    void (*durable)(void *context, uint64_t sequence); // everything up to here is on disk
    void (*written)(void *context,
                    uint64_t sequence); // it survives the process, not yet the machine; who answers
                                        // on this has `async` durability
    void (*failed)(void *context);      // nothing more becomes durable
};

// Zero means the default.
struct journal_options {
    uint64_t segment_bytes; // a multiple of 4096, at least pending_bytes + 8192
    uint32_t pending_bytes; // a multiple of 4096
    uint64_t check_from; // segments wholly before this sequence are checked by their headers alone
    uint64_t retry_us;   // between attempts to make a segment on a full disk; UINT64_MAX: only
                         // journal_make_room()
    int64_t created_us;  // for the header of the first segment; later ones take the time of their
                         // first record
    uint8_t label[JOURNAL_LABEL_SIZE]; // whose log it is: kept in every segment's header, and not
                                       // looked at
    bool page_cache; // writes go through it; without, past it (O_DIRECT) where that can be
    struct journal_events events;
};

// What was found.
struct journal_recovery {
    uint64_t
        first_sequence; // of the oldest segment; first_sequence - 1 == last_sequence: no records
    uint64_t last_sequence;
    uint32_t segment_count;
    bool sealed;          // it was closed, not cut off
    uint64_t torn_bytes;  // of an incomplete last frame that was cleared away; 0: none
    uint64_t torn_offset; // where, in the last segment
    Slice torn_path;
    uint8_t label[JOURNAL_LABEL_SIZE]; // of the last segment
};

struct journal;

// Makes the log when the folder, which must be there, holds none. Codes: JO002 a call
// failed, JO003 the disk is full, JO004 another process has it open, JO006 options out of range,
// and faults.def.
MUST_USE Status journal_open(const struct disk *disk, Slice folder,
                             const struct journal_options *options, struct arena *arena,
                             struct journal **ret_journal, struct journal_recovery *ret_recovery,
                             struct diag *diag);
// Writes what was appended, seals the log, and frees everything in any case. STATUS_IO when the
// journal has failed. NULL is let pass.
MUST_USE Status journal_close(struct journal *journal, struct arena *arena, struct diag *diag);

// Copies the record. STATUS_LIMIT: no room now (above). STATUS_INVALID: larger than may be.
// STATUS_IO: it has failed.
MUST_USE Status journal_append(struct journal *journal, const struct journal_record *record,
                               uint64_t *ret_sequence);
// Several, in one go and under one lock; `ret_count` of them, the first ones, were appended, and
// `ret_last` is the sequence of the last of them (0: none was). Fewer than all only with another
// status, which is that of the first that was not.
MUST_USE Status journal_append_all(struct journal *journal, const struct journal_record *records,
                                   uint32_t count, uint32_t *ret_count, uint64_t *ret_last);
// Waits until a record of that size can be appended. STATUS_LIMIT: the disk is full. STATUS_IO: it
// has failed.
MUST_USE Status journal_wait_room(struct journal *journal, size_t data_size);
// Waits until an appended sequence is durable. STATUS_IO: it has failed, and the sequence is not
// known to be.
MUST_USE Status journal_wait(struct journal *journal, uint64_t sequence);
// Tries at once to make the next segment, and waits for the outcome. STATUS_LIMIT: it cannot be
// made; the diag says why.
MUST_USE Status journal_make_room(struct journal *journal, struct arena *arena, struct diag *diag);

uint64_t journal_durable(const struct journal *journal);
uint64_t journal_written(const struct journal *journal);

struct journal_state {
    uint64_t appended, written, durable; // sequences
    uint64_t room_bytes; // of frames, in this segment and the next one if it is ready
    uint64_t segments_made;
    bool next_ready;  // the next segment is there
    bool nearly_full; // it could not be made: room_bytes are all there are
    bool failed;
};

struct journal_state journal_state(struct journal *journal);
// STATUS_IO with why, when it has failed. Its texts live as long as the journal.
MUST_USE Status journal_failure(struct journal *journal, struct diag *ret_diag);

// -- Reading, also while it is appended to, by this process or another.

struct journal_reader;

struct journal_reader_options {
    bool chain; // hashes every frame, from the beginning of the segment. Else sums and links alone
                // are checked, and the frame that holds the first record is looked for: nothing is
                // known of what stands before it
    const struct journal
        *journal; // reads up to what is durable in it. NULL: up to the last whole frame, which is
                  // synced before it is given, unless another frame follows it
};

struct journal_entry {
    uint64_t sequence;
    uint8_t kind;
    uint16_t flags;
    int64_t time_us;
    Slice data; // until the next call
};

// The first sequence of the oldest segment of a folder; 0: it holds none. JO002: it cannot be listed.
MUST_USE Status journal_oldest(const struct disk *disk, Slice folder, struct arena *arena,
                               uint64_t *ret_sequence, struct diag *diag);
// From a sequence on; one that is yet to come is fine. STATUS_NOT_FOUND, JO005: it is before the
// oldest segment. Without `chain` it costs some 20 small reads, wherever the record is.
MUST_USE Status journal_reader_open(const struct disk *disk, Slice folder, uint64_t from,
                                    struct journal_reader_options options, struct arena *arena,
                                    struct journal_reader **ret_reader, struct diag *diag);
void journal_reader_close(struct journal_reader *reader);
// STATUS_END: there is none yet; ask again later. STATUS_INVALID, STATUS_IO: the log is damaged or
// cannot be read, as the diag says; no more comes.
MUST_USE Status journal_reader_next(struct journal_reader *reader, struct journal_entry *ret_entry,
                                    struct arena *arena, struct diag *diag);

// -- Checking everything.

struct journal_finding {
    Slice path;
    uint64_t offset;
    const char *code;   // "JO026"
    const char *reason; // "the frame's content is damaged: its checksum is wrong"
    uint64_t sequence;  // the first that is concerned; 0: none
};

struct journal_findings {
    void *context;
    void (*add)(void *context, const struct journal_finding *finding);
};

struct journal_summary {
    uint64_t first_sequence, last_sequence;
    uint64_t segments, frames, records, bytes; // bytes of frames
    uint64_t findings;                         // a torn last frame among them
    bool sealed;
};

// For a log that nobody appends to meanwhile. Walks every segment with sums, links and hashes, and
// goes on behind what is damaged. STATUS_INVALID when there is a finding, STATUS_IO with a diag
// when the folder cannot be listed. Snapshots are checked too.
MUST_USE Status journal_verify(const struct disk *disk, Slice folder,
                               struct journal_findings findings, struct arena *arena,
                               struct journal_summary *ret_summary, struct diag *diag);
