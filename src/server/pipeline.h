#pragma once
// Pipeline: the way of a record from who sent it to its answer. One thread decides, in one order; a record and its decision are in the
// journal before the answer goes out.
//
//     any thread               the deciding thread                       the journal's thread
//     pipeline_submit(work) ─▶ heart_take(), record and decision      ─▶ on disk: work->done(work) for all that it held,
//                              appended to the journal                    then settled(context) once
//
//     struct pipeline_options options = {.folder = SLICE("data/journal"), .source = source, .first = label, ...};
//     TRY(pipeline_open(&options, arena, &pipeline, &opened, diag));               // replays what the journal holds
//     ... pipeline_submit(pipeline, work) ...
//     TRY(pipeline_close(pipeline, arena, diag));                                  // decides what waits, and leaves a snapshot
//
// Opening. The newest whole snapshot is taken up and the journal replayed from there (replay.h), with the packs that it names. An empty journal
// begins with a release of `first`.
//
// Durability. `sync`: who is answered finds the decision after a crash of the machine. `async`: after a crash of the process; what the machine's
// memory held when the power went is asked for again by its sender, with the same event_id, which counts once.
//
// Known events. One whose id was decided before gets its line again, when that line is durable; nothing is appended for it. Where an earlier
// catalogue gave a line that is not at hand, or it was decided longer ago than the state remembers (doubts.h), the work ends with PIPELINE_ELSEWHERE, and
// the line is in the journal.
//
// Time. An event that has waited, or is dear, gets less effort than others (budget.h). Overload: past `waiting_max` works, or when those that wait
// would take longer than `waiting_us_max` by what decisions usually cost, pipeline_submit() says no at once, and nothing queues up elsewhere.
// When the disk is full, or has failed, nothing is decided any more: works end with PIPELINE_NO_ROOM or PIPELINE_FAILED. What had been
// decided and is not durable ends with PIPELINE_FAILED too: whether it will be there after a restart nobody knows, and
// the client asks again with the same event_id, which counts once.
//
// Records of the journal: records.h.

#include "journal/journal.h"
#include "server/brake.h"
#include "server/budget.h"
#include "server/costs.h"
#include "server/doubts.h"
#include "server/rebuild.h"
#include "server/replay.h"
#include "server/snapshot_maker.h"
#include "server/sources.h"

enum {
    PIPELINE_WAITING_MAX = 4096,
    PIPELINE_RECORD_MAX = 1 << 20,
    PIPELINE_DECISION_USUAL = 64 << 10, // room that is kept for the decision of each record that is taken
    PIPELINE_SNAPSHOTS_KEPT = 2,
    PIPELINE_REPLAY_STEP = 512,         // records between two looks at how far a replay is: some ms
    PIPELINE_SNAPSHOT_STEP = 32 << 10,  // handed out after each decision: some 10 us
};

#define PIPELINE_FROZEN "BR002"

typedef enum WorkKind {
    WORK_RECORD,  // `record` is an event or a change
    WORK_LABEL,   // `record` is kept as it is; it changes nothing
    WORK_RELEASE, // `heart` takes over; `record` says so
    WORK_LET_GO,  // `record` is {"rule": ..., "key": ..., "by": ...}: a brake that holds lets go
    WORK_NIGHT,   // `night` is appended, if it continues the run
    WORK_CALL,    // call() is called between two decisions, and nothing is kept. Not for what takes longer than a decision
} WorkKind;

typedef enum PipelineOutcome {
    PIPELINE_DONE,      // durable; `answer` holds the decision of an event
    PIPELINE_ELSEWHERE, // known, and its decision is in the journal
    PIPELINE_REFUSED,   // the record is not understood; `code` and `reason` say why
    PIPELINE_NO_ROOM,   // the disk is full
    PIPELINE_FAILED,    // the journal has failed
} PipelineOutcome;

// Records of a nightly run, kept together. They are kept once: the first of them has to be the one that follows those of the run that the journal
// has, or begin another; else the work ends with PIPELINE_REFUSED. At most NIGHT_RECORDS_MAX together, so that a decision that waits behind them does not
// wait long.
enum { NIGHT_RECORDS_MAX = 32 };
struct night_record {
    uint8_t kind; // KIND_NIGHT or KIND_NIGHT_DECISION
    Slice data;
};
struct night_records {
    uint64_t run;    // hash of its name
    uint64_t number; // of the first within the run, from 0
    const struct night_record *at;
    uint32_t count;
};

// One thing to do. The submitter's until pipeline_submit() gives true, and again from done() on.
struct work {
    WorkKind kind;
    Slice record; // bytes stay the submitter's
    struct night_records night; // as do these
    void (*call)(struct work *work, struct heart *heart);
    void (*done)(struct work *work);
    void *user;
    uint64_t arrived_ns; // by the monotonic clock; the event's time begins to run. 0: when it is submitted
    bool is_patient;     // whoever is turned away with it asks again himself, and nobody is told: it is not counted
    struct heart *heart; // of a release: in, what takes over; out, what it took over from
    struct cost_table *costs; // of a release: of its catalogue, and of the one before
    bool yields_to_brakes; // of a release: refused with PIPELINE_FROZEN while a brake holds releases
    struct rebuild *rebuild; // of a release whose heart has a state of its own: what it has taken in so far. NULL: it takes the state over
    // Filled in before done().
    PipelineOutcome outcome;
    bool is_change, is_known;
    Effort effort;
    struct buf answer; // to be set up by the submitter
    char code[8];
    char reason[512];
    uint64_t sequence; // of its last record in the journal; when it appended none, of the last one there was
    uint64_t decided_ns; // when an event was decided; 0: it was not, or was known
    WorkStanding standing;
    uint64_t decided_then; // events that had been decided when it was doubted
    bool is_noted;    // it has a decision or label of its own in the journal
    Hash128 event_id; // whose
    struct work *next;
};

// Why a record was not taken.
typedef enum PipelineAway { PIPELINE_AWAY_OVERLOAD, PIPELINE_AWAY_NO_ROOM, PIPELINE_AWAY_FAILED, PIPELINE_AWAY_STOPPING, PIPELINE_AWAY_COUNT } PipelineAway;

// What a decision has taken, for who measures.
struct pipeline_sample {
    const struct work *work;
    const struct decision *decision;
    uint64_t waited_ns, took_ns; // before its turn; deciding, parsing included
    uint64_t stage_ns[ENGINE_STAGE_COUNT];
};

struct pipeline_options {
    Slice folder;             // of the journal; it must be there
    struct heart_source source;
    Hash128 first;            // label of the catalogue that an empty journal begins with
    uint64_t segment_bytes;   // of the journal; 0: JOURNAL_SEGMENT_BYTES
    bool async;               // durability
    uint32_t waiting_max;     // 0: PIPELINE_WAITING_MAX
    uint64_t waiting_us_max;  // 0: no limit by time
    uint32_t snapshots_kept;  // 0: PIPELINE_SNAPSHOTS_KEPT
    uint64_t snapshot_every_us, snapshot_every_records; // 0: never by that
    size_t snapshot_step_bytes; // between two decisions; 0: PIPELINE_SNAPSHOT_STEP
    Slice archive;            // segments that no snapshot needs go there; empty: they stay
    const struct budget_rule *budgets;
    uint32_t budget_count;
    uint64_t budget_us;       // where no rule fits; 0: as long as it takes
    const struct brake_rule *brakes;
    uint32_t brake_count;
    void *context;
    void (*settled)(void *context);                                      // after a group of done(); or NULL
    void (*sampled)(void *context, const struct pipeline_sample *sample); // by the deciding thread; or NULL
    // Of each decision, when its answer may go out: `now_ns` of the monotonic clock. By the journal's thread or the deciding one; or NULL.
    void (*answered)(void *context, const struct work *work, uint64_t now_ns);
    void (*braked)(void *context, const struct brake_news *news);        // by the deciding thread; or NULL
    void (*refused)(void *context, Slice code);                          // the same: a record that is not understood
    // When the journal was opened, before it is replayed; a failure ends it. And of each decision and label that it holds from the snapshot on, with the
    // hash of the event's id; in the order of their sequences, by the thread that opens and then by the deciding one. Both or neither.
    Status (*opened)(void *context, uint64_t first_sequence, uint64_t last_sequence, struct arena *arena, struct diag *diag);
    void (*noted)(void *context, Hash128 event_id, bool is_label, uint64_t sequence);
    // The sequence of the newest label that an event has, 0 when it has none: written into the next one, so that all of them can be found.
    uint64_t (*label_before)(void *context, Hash128 event_id);
    // What an index says of an event that the state may have forgotten; by a thread of its own, and it may wait for the disk. NULL: what the state has forgotten is
    // decided once more.
    DoubtFound (*decided_before)(void *context, Hash128 event_id);
    void *noted_context; // of these four
    void (*snapshot_ended)(void *context, const struct diag *failure);   // as in snapshot_maker.h, all three; or NULL
    bool (*snapshot_before)(void *context, uint64_t sequence);
    uint64_t (*snapshot_needed_from)(void *context);
    void (*snapshot_damaged)(void *context, const struct journal_finding *finding); // while it is opened: one that is passed over; or NULL
    // While it is opened: the record that was replayed last, of `first` to `last`. Every PIPELINE_REPLAY_STEP records; or NULL.
    void (*replaying)(void *context, uint64_t sequence, uint64_t first, uint64_t last);
};

// What was found when it was opened.
struct pipeline_opened {
    struct replayed replayed;
    uint64_t torn_bytes;
};

struct pipeline;

MUST_USE Status pipeline_open(const struct pipeline_options *options, struct arena *arena, struct pipeline **ret_pipeline,
                              struct pipeline_opened *ret_opened, struct diag *diag);
// False: too many wait, or it is closing; the work stays the submitter's. Calls and releases are only refused when it is closing. Any thread.
bool pipeline_submit(struct pipeline *pipeline, struct work *work);
// Whether works wait, for who does something less urgent. Any thread; takes no lock.
bool pipeline_is_busy(const struct pipeline *pipeline);
// Any thread.
struct pipeline_state {
    uint32_t waiting;
    uint32_t brakes_holding, brakes_freezing;
    uint64_t decided, known, changed, refused; // since it was opened, as are
    uint64_t turned_away;                      // records that were not taken, and by what for
    uint64_t away[PIPELINE_AWAY_COUNT];
    uint64_t bytes;                                         // of records that were appended
    uint64_t degraded[EFFORT_COUNT];
    uint64_t looked_up[DOUBT_FOUND_COUNT]; // events that the state might have forgotten, by what the index said
    struct journal_state journal;
    bool failed;
    Hash128 label; // of the catalogue that decides
};
struct pipeline_state pipeline_state(struct pipeline *pipeline);
// Of what was decided since it was opened. They live as long as the pipeline.
const struct sources *pipeline_sources(const struct pipeline *pipeline);
// What models cost. As long as the pipeline.
struct costs *pipeline_costs(struct pipeline *pipeline);
// Other budgets and brakes than it was opened with, from the next decisions on. Arrays and texts stay the caller's, as long as the pipeline. Any thread.
struct pipeline_rules {
    const struct budget_rule *budgets;
    uint32_t budget_count;
    uint64_t budget_us;
    const struct brake_rule *brakes;
    uint32_t brake_count;
};
void pipeline_change_rules(struct pipeline *pipeline, const struct pipeline_rules *rules);
// Has a snapshot begun as soon as none is under way. Any thread.
void pipeline_snapshot(struct pipeline *pipeline);
struct snapshot_maker_state pipeline_snapshots(struct pipeline *pipeline);
// For readers of what is durable. It lives as long as the pipeline.
const struct journal *pipeline_journal(const struct pipeline *pipeline);
// Why it has failed.
MUST_USE Status pipeline_failure(struct pipeline *pipeline, struct diag *ret_diag);
// No submitter may be left. Frees it in any case.
MUST_USE Status pipeline_close(struct pipeline *pipeline, struct arena *arena, struct diag *diag);
