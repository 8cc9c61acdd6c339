#pragma once
// Night: the nightly runs of a server that decides meanwhile (nightly.h tells what a run is).
//
//     struct night_options options = {.pipeline = pipeline, .shelf = shelf, .journal = SLICE("data/journal"), .snapshots = SLICE("data/night"), ...};
//     TRY(schedule_add(&options.schedule, SLICE("02:00"), arena, diag));
//     struct night *night = night_start(&options);
//     ... night_state(night) ...
//     night_stop(night);                                    // before pipeline_close()
//
// One thread does it, with a heart of its own that is there only while it runs. Its records go through the pipeline into the journal (WORK_NIGHT), so they
// have their place among the others.
//
// Beside decisions. The thread steps back behind all others, takes a share of one core, and rests while works wait, up to NIGHT_REST_MS a slice so that a
// server that is never idle has its run too. What it does not do in slices: taking up and leaving a snapshot, and putting the subjects of a kind in order.
//
// When. At the moments of the schedule. When one has passed since the last run, while the server was down or a run took longer, the newest is made up for
// at once; a run that was interrupted goes on before. A run that fails is told in the state and tried again NIGHT_RETRY_US later.

#include "server/nightly.h"
#include "server/pipeline.h"
#include "server/schedule.h"

#define NIGHT_RETRY_US (INT64_C(10) * 60 * 1000000)
enum { NIGHT_SHARES = 10000, NIGHT_SHARE_DEFAULT = 3000, NIGHT_REST_MS = 20, NIGHT_FAILURE_MAX = 512 };

struct night_options {
    struct pipeline *pipeline;
    struct shelf *shelf;
    Slice journal, snapshots; // folders; the second is made
    struct schedule schedule;
    uint32_t share;           // of one core, in parts of NIGHT_SHARES; 0: NIGHT_SHARE_DEFAULT, NIGHT_SHARES: no limit
    uint64_t checkpoint_records; // 0: NIGHTLY_CHECKPOINT_RECORDS
    // Told of each record of a run when it is durable, by the run's thread; its bytes are good for the call. May be NULL.
    void *context;
    void (*kept)(void *context, uint8_t kind, Slice record);
};

struct night;

struct night *night_start(const struct night_options *options);
// Interrupts what runs; it goes on at the next start. NULL is let pass.
void night_stop(struct night *night);
// Other moments and another share of a core, from now on. What was missed by the new moments is made up for as by the old ones. Any thread.
void night_plan(struct night *night, const struct schedule *schedule, uint32_t share);
// A run as of now, once what runs is done. False when one was asked for already.
bool night_ask(struct night *night);

// Any thread.
struct night_state {
    struct night_run run;      // the one that runs, or the last; no name: there was none
    NightPhase phase;
    uint64_t position, target; // sequences
    uint64_t done, total;      // subjects
    uint64_t results, refused, turned_away; // as in nightly_figures
    int64_t began_us, ended_us;   // by the wall clock, in this process; 0: not
    int64_t ends_us;              // when this phase will be over, if it goes on like this; 0: not known
    int64_t next_us;              // moment of the next run; INT64_MAX: none is due
    char failure[NIGHT_FAILURE_MAX]; // of the last attempt; empty: none
    char refusal[NIGHT_FAILURE_MAX]; // why the first of the last run's ticks was refused; empty: none was
};
struct night_state night_state(struct night *night);

// The first record that runs to come have to read, by the snapshots that are in their folder: 1 when there is none.
uint64_t night_needs_from(Slice snapshots);

// One run as of a moment, by the calling thread and without rest, as `night_start` would do it. A run that was interrupted is ended first. `ret_run` is the
// run, with its counts. STATUS_INVALID, NR005: the moment is not behind that of the last run, or is still to come.
MUST_USE Status night_run_once(const struct night_options *options, int64_t as_of_us, struct arena *arena, struct night_run *ret_run, struct diag *diag);

// Does all runs of a journal again, from its first record, and compares each of their records to the byte. NR006: one that does not come out again.
struct night_verified {
    uint64_t runs, results;
};
MUST_USE Status night_verify(struct shelf *shelf, Slice journal, struct arena *arena, struct night_verified *ret_verified, struct diag *diag);
