#pragma once
// Nightly: runs of the models of mode BATCH over a journal. The server's heart leaves those models out; here a heart of its own follows the same
// records, and asks them alone (SCOPE_NIGHT).
//
//     records:  ── built up ──▶ from │ ── decided on again ──▶ upto │            what was appended since is of the next run
//     subjects:                                                    each gets a tick
//
// So a model of mode BATCH sees at each event the very windows that it would have seen in flight: what a run finds and what was decided in flight are
// together what `qiantang replay` finds with all models at once. Then the subjects are looked at (subjects.h, tick.h), in the order of the pack's kinds and
// of their keys. A tick is examined and not taken: it leaves no row and no id behind, so the next run, and the server, never know of it.
//
// An event gives a result when a model hits, a tick when a model hits or a rule of the policy changes something; a rule alone was applied to an event in
// flight already.
//
//     struct nightly_options options = {.shelf = shelf, .journal = SLICE("data/journal"), .snapshots = SLICE("data/night"), .sink = {...}, ...};
//     struct nightly *nightly = nightly_create(&options);
//     Status status = nightly_run(nightly, &run, 1, arena, diag);          // STATUS_END: told to stop by `breathe`
//     nightly_destroy(nightly);
//
// Resuming. Results come in one order and are the same whenever they are made. Of a run that has results already (night_run.last_of, last_tick), those are
// not given again. Where its events begin to be decided is taken up from the snapshot that is left before the ticks, and every `checkpoint_records`: the
// heart and the register of subjects, in one file. Without one it begins with the first record of the journal.
//
// Limits. The journal has to be there from the newest snapshot of the folder on, or else from its first record: with segments archived and the folder lost
// a run fails (JO005) until they are put back. A kind of subject that a later pack names for the first time begins with those that are heard of, or whose
// rows are set, from then on.

#include "server/night_log.h"
#include "server/shelf.h"

#include <stdatomic.h>

#define NIGHTLY_CHECKPOINT_RECORDS UINT64_C(20000000)

typedef enum NightPhase { NIGHT_IDLE, NIGHT_BUILDING, NIGHT_EVENTS, NIGHT_SUBJECTS } NightPhase;
extern const char *const night_phase_names[];

// Where results go. Each function gives STATUS_OK or what ends the run, with a diag; STATUS_END without one.
struct nightly_sink {
    void *context;
    // A record of the run: KIND_NIGHT or KIND_NIGHT_DECISION.
    Status (*put)(void *context, const struct night_run *run, uint8_t kind, Slice record, struct arena *arena, struct diag *diag);
    // All that was put is as durable as it gets. May be NULL.
    Status (*settle)(void *context, struct arena *arena, struct diag *diag);
};

// How far it is, for who watches from another thread.
struct nightly_figures {
    atomic_int phase; // NightPhase
    atomic_uint_fast64_t position, target; // sequences
    atomic_uint_fast64_t done, total;      // subjects
    atomic_uint_fast64_t results, refused; // refused: ticks that the schema does not take
    atomic_uint_fast64_t turned_away;      // subjects past a cap
};

struct nightly_options {
    struct shelf *shelf;
    Slice journal;              // folder
    const struct journal *live; // as it is appended to, or NULL
    Slice snapshots;            // folder; empty: none is taken up and none left
    bool leaves_snapshots;
    bool resumes;               // the first run was interrupted: a snapshot that it has left itself is of use
    uint64_t checkpoint_records; // 0: NIGHTLY_CHECKPOINT_RECORDS
    struct nightly_sink sink;
    void *breath_context;
    Status (*breathe)(void *context); // before each record and tick; STATUS_END ends it. May be NULL
    struct nightly_figures *figures;  // or NULL
};

struct nightly;

struct nightly *nightly_create(const struct nightly_options *options);
void nightly_destroy(struct nightly *nightly);
// Runs that follow each other: the second begins where the first ended. One that has begun may have results; the others have none, or all are checked
// against the journal (night_verify.c). STATUS_END: it was told to stop, or the sink has had enough.
MUST_USE Status nightly_run(struct nightly *nightly, const struct night_run *runs, uint32_t count, struct arena *arena, struct diag *diag);
// The last run, with its counts and its position; good until the next run.
const struct night_run *nightly_last(const struct nightly *nightly);
// Why the first of the ticks was refused that were; empty: none was.
Slice nightly_refusal(const struct nightly *nightly);
