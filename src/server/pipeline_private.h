#pragma once
// What the files of the pipeline share; pipeline.h tells the way of a record.
//
//     pipeline.c        works wait in line; the deciding thread, and what others ask of it
//     pipeline_work.c   one work: a decision, a change, a label, a release, a brake
//     pipeline_keep.c   what was decided is appended, and answered when it is durable
//     pipeline_open.c   its life: a journal is taken up, and left with a snapshot
//
// Works wait in a list under the lock. The deciding thread takes some at once, so that the lock is asked for once a batch, and appends what it decides without waiting
// for the disk; works then hang in the order of their sequences until the journal's thread says that they are durable.

#include "server/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>

struct works {
    struct work *first, *last;
    uint32_t count;
};

// What was decided and not appended yet: its records, and its works, whose sequences are told when they are known.
enum { BATCH_WORKS = 16, BATCH_RECORDS = BATCH_WORKS * 2 + BRAKE_RULES_MAX * 2 };
struct batch {
    struct journal_record records[BATCH_RECORDS];
    uint32_t count;
    struct works works;
};

struct pipeline {
    struct heart *heart;
    struct pipeline_options options;
    struct journal *journal;
    struct budget *budget;
    struct brake *brake;
    struct sources *sources;
    struct costs *costs;
    struct snapshot_maker *snapshots;
    struct doubts *doubts; // NULL: there is no index
    atomic_bool wants_snapshot;
    uint64_t looked_ahead; // decisions that there were then
    struct memory_ahead *memory;
    struct json_reader *json; // of the server's own records
    struct arena scratch;     // of a batch: those records
    struct batch batch;
    atomic_uint brakes_holding, brakes_freezing;
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct works waiting;  // for the deciding thread
    atomic_bool busy;      // some wait
    struct pipeline_rules rules; // to be taken over, under the lock
    atomic_bool has_rules;
    struct night_records night; // how far a run was kept: the number of what follows. No run: as the journal was opened, and nobody knows
    struct works deciding; // decided and appended, not yet durable
    bool closing;
    atomic_bool failed;
    atomic_uint_fast64_t usual_cost_ns;
    atomic_uint_fast64_t decided, known, changed, refused, bytes;
    atomic_uint_fast64_t away[PIPELINE_AWAY_COUNT];
    atomic_uint_fast64_t degraded[EFFORT_COUNT];
    Hash128 label; // of what decides, under the lock
};

static inline void works_push(struct works *works, struct work *work) {
    work->next = NULL;
    if (works->last == NULL) {
        works->first = work;
    } else {
        works->last->next = work;
    }
    works->last = work;
    works->count++;
}

static inline struct works works_take(struct works *works) {
    struct works taken = *works;
    *works = (struct works){0};
    return taken;
}

// Those at the front up to a sequence.
static inline struct works works_take_upto(struct works *works, uint64_t sequence) {
    struct works taken = {0};
    while (works->first != NULL && works->first->sequence <= sequence) {
        struct work *work = works->first;
        works->first = work->next;
        works->count--;
        if (works->first == NULL) {
            works->last = NULL;
        }
        works_push(&taken, work);
    }
    return taken;
}

// ---- pipeline.c ---------------------------------------------------------------------------------------------

void pipeline_run(void *context); // the deciding thread; the context is the pipeline
// A work that was doubted, decided elsewhere or to be decided now. By the thread of the doubts.
void pipeline_came_back(void *context, struct work *work);

// ---- pipeline_work.c ----------------------------------------------------------------------------------------

// All by the deciding thread, or before it begins.
//
// A hold of a brake goes on under the rule of that name. Where there is none it lets go, which is a record.
void pipeline_stand(struct pipeline *pipeline, Slice name, Slice key, bool is_told);
// Takes over other rules that were given meanwhile.
void pipeline_take_rules_if_any(struct pipeline *pipeline);
// Of a work that may come back from the doubts: it is none of theirs any more.
void pipeline_take_back(struct pipeline *pipeline, struct work *work);
// Tells who asks from other threads which catalogue decides, and for the time that events get. Takes the table of its costs, and gives the one before.
struct cost_table *pipeline_begin_with(struct pipeline *pipeline, struct cost_table *table);
void pipeline_do_work(struct pipeline *pipeline, struct work *work);

// ---- pipeline_keep.c ----------------------------------------------------------------------------------------

// Records that were not taken, for who measures.
void pipeline_count_away(struct pipeline *pipeline, const struct work *work, PipelineAway why);
// By the journal's thread: all is durable up to a sequence; the journal has failed.
void pipeline_on_kept(void *context, uint64_t sequence);
void pipeline_on_failed(void *context);
// Its done() is called.
void pipeline_end_one(struct pipeline *pipeline, struct work *work, PipelineOutcome outcome);
// `ret_last`: the sequence of the last record that was appended.
MUST_USE Status pipeline_append_all(struct pipeline *pipeline, const struct batch *batch, uint64_t *ret_last);
// Appends what was decided and hangs up its works, to be answered when they are kept. When it cannot be kept the state has moved on without its records: from here on
// the two do not fit, and nothing more may be decided.
void pipeline_flush(struct pipeline *pipeline);
// To the batch. The data stay the caller's until it is flushed; a work's sequence is counted from the beginning of the batch until then.
void pipeline_add_record(struct pipeline *pipeline, uint8_t kind, uint16_t flags, Slice data);
void pipeline_add_work(struct pipeline *pipeline, struct work *work);
