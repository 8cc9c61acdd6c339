#pragma once
// Pipeline: the way of a record from who sent it to its answer. One thread decides, in one order; a record and its decision are in the
// journal before the answer goes out.
//
//     any thread               the deciding thread                       the journal's thread
//     pipeline_submit(work) ─▶ heart_take(), record and decision      ─▶ on disk: work->done(work) for all that it held,
//                              appended to the journal                    then settled(context) once
//
//     struct pipeline_options options = {.folder = SLICE("data/journal"), .label = label, ...};
//     TRY(pipeline_open(heart, &options, arena, &pipeline, &opened, diag));        // replays what the journal holds
//     ... pipeline_submit(pipeline, work) ...
//     TRY(pipeline_close(pipeline, arena, diag));                                  // decides what waits, and leaves a snapshot
//
// Opening. The newest whole snapshot of this pack is taken up and the journal replayed from there. Every decision comes out again and is
// compared with the one that was given, to the byte; one that differs ends it with the sequence, since then this program and that
// journal do not belong together.
//
// Overload. At most `waiting_max` works wait for the deciding thread; past it pipeline_submit() says no at once, and nothing queues up elsewhere.
// When the disk is full, or has failed, nothing is decided any more: works end with PIPELINE_NO_ROOM or PIPELINE_FAILED. What had been
// decided and is not durable ends with PIPELINE_FAILED too: whether it will be there after a restart nobody knows, and
// the client asks again with the same event_id, which counts once.
//
// Records of the journal (kinds): 1 a pack's label, from here on decided with; 2 an event, 3 a change, each as it came; 4 the decision of the
// event before it, as it was given. The flags of an event are its Effort.

#include "journal/journal.h"
#include "server/heart.h"

enum { PIPELINE_WAITING_MAX = 4096, PIPELINE_RECORD_MAX = 1 << 20 };

typedef enum PipelineOutcome {
    PIPELINE_DONE,    // decided or changed, and durable; `answer` holds the decision
    PIPELINE_REFUSED, // the record is not understood; `code` and `reason` say why
    PIPELINE_NO_ROOM, // the disk is full
    PIPELINE_FAILED,  // the journal has failed
} PipelineOutcome;

// One record under way. The submitter's until pipeline_submit() gives true, and again from done() on.
struct work {
    Slice record; // bytes stay the submitter's
    void (*done)(struct work *work);
    void *user;
    // Filled in before done().
    PipelineOutcome outcome;
    bool is_change;
    struct buf answer; // to be set up by the submitter
    char code[8];
    char reason[512];
    uint64_t sequence; // of its last record in the journal
    struct work *next;
};

struct pipeline_options {
    Slice folder;           // of the journal; it must be there
    uint64_t segment_bytes; // of the journal; 0: JOURNAL_SEGMENT_BYTES
    uint32_t waiting_max;   // 0: PIPELINE_WAITING_MAX
    void (*settled)(void *context); // after a group of done()
    void *context;
};

// What was found when it was opened.
struct pipeline_opened {
    uint64_t snapshot_sequence; // 0: none was taken up
    uint64_t records, decisions; // replayed and compared
    uint64_t torn_bytes;
};

struct pipeline;

MUST_USE Status pipeline_open(struct heart *heart, const struct pipeline_options *options, struct arena *arena,
                              struct pipeline **ret_pipeline, struct pipeline_opened *ret_opened, struct diag *diag);
// False: too many wait, or it is closing; the work stays the submitter's. Any thread.
bool pipeline_submit(struct pipeline *pipeline, struct work *work);
// Any thread.
struct pipeline_state {
    uint32_t waiting;
    uint64_t decided, refused, turned_away; // since it was opened
    uint64_t durable;                       // sequence
    bool failed;
};
struct pipeline_state pipeline_state(struct pipeline *pipeline);
// No submitter may be left. Frees it in any case.
MUST_USE Status pipeline_close(struct pipeline *pipeline, struct arena *arena, struct diag *diag);

// Replays a journal from its first record with a heart that was just created, and compares every decision. STATUS_INVALID with the place when
// one differs.
MUST_USE Status pipeline_verify(struct heart *heart, Slice folder, struct arena *arena, struct pipeline_opened *ret_opened,
                                struct diag *diag);
