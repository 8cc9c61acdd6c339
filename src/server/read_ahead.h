#pragma once
// Reading ahead: the records of a journal as batches, read, checked, parsed and foreseen (decision.h) by threads, in the order of the journal.
//
//     TRY(read_ahead_start(&options, arena, &ahead, diag));
//     for (struct batch *batch; (batch = read_ahead_take(ahead)) != NULL; read_ahead_give(ahead, batch)) {
//         ... batch->items ...
//         if (batch->status != STATUS_OK) { break; }                       // the end of the journal, or what is wrong with it
//         if (batch->releases) { read_ahead_go_on(ahead, the catalogue that goes on); }
//     }
//     read_ahead_stop(ahead);
//
// One thread at a time reads from the journal, into the batch that is next. What was read is parsed by the thread that read it, beside what the others
// parse. Who takes the batches does the same where the next is not ready yet: so all processors are busy, and whether parsing or taking is dearer
// needs no tuning. A batch ends behind a decision, so that an event and its decision are never apart. Behind a release nobody reads on until the catalogue
// that goes on is told, since events are parsed by its schema.
//
// A batch is full with READ_AHEAD_EVENTS events or READ_AHEAD_BYTES, whichever comes first, so that what is held is bounded: the batches, the last two records
// of each beyond that, and an event of the schema for each item. Records are some hundred bytes to some thousand; those of a megabyte come one or two
// to a batch.
//
// A hand of a thread and the events of a batch are of one catalogue, and stay of an older one until they are given work of the next. So
// catalogues have to live longer than the reading (replay.h says so of its source).
//
// What is read is held against the hashes of the journal's chain too.

#include "journal/journal.h"
#include "monitoring/decision/decision.h"

enum { READ_AHEAD_EVENTS = 128, READ_AHEAD_BYTES = 1 << 20, READ_AHEAD_BATCHES = 8, READ_AHEAD_THREADS_MAX = 8 };

struct item {
    struct journal_entry entry;
    Slice answer;          // of an event: empty where the log ends before it
    bool is_event;         // else any other record; an event or a decision that is out of place is one, too
    struct event *event;   // NULL: it could not be parsed
    struct foreseen ahead; // of an event with an answer
};

struct batch {
    struct item items[READ_AHEAD_EVENTS + 1]; // one more: the decision of the last event is missing
    uint32_t count;
    size_t size;   // of the records, in bytes
    bool releases; // the last item is a release
    Status status; // STATUS_OK: there is more to come; STATUS_END
    struct diag diag;
    struct event *events[READ_AHEAD_EVENTS + 1];
    const struct catalogue *catalogue; // NULL: before the first release
    const struct schema *schema;       // that the events were made for
    struct arena bytes;
    bool is_ready;
};

struct read_ahead_options {
    Slice folder;
    uint64_t from;                     // sequence
    const struct catalogue *catalogue; // that goes on there; NULL: none yet
    uint32_t threads;                  // besides the one that takes; 0: by the number of processors
};

struct read_ahead;

// STATUS_NOT_FOUND, STATUS_IO, STATUS_INVALID: as journal_reader_open(). The folder lives as long as it.
MUST_USE Status read_ahead_start(const struct read_ahead_options *options, struct arena *arena, struct read_ahead **ret_ahead, struct diag *diag);
// The next batch, until it is given back; NULL behind the last one.
struct batch *read_ahead_take(struct read_ahead *ahead);
void read_ahead_give(struct read_ahead *ahead, struct batch *batch);
// Behind a batch that releases.
void read_ahead_go_on(struct read_ahead *ahead, const struct catalogue *catalogue);
// At any time. NULL is let pass.
void read_ahead_stop(struct read_ahead *ahead);
