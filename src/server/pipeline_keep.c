// What was decided is appended to the journal, and its works are answered when it is durable: by the journal's thread, or by the deciding one where that was quicker.

#include "os/clock.h"
#include "server/pipeline_private.h"

void pipeline_count_away(struct pipeline *pipeline, const struct work *work, PipelineAway why) {
    if (work->kind == WORK_RECORD || work->kind == WORK_LABEL) {
        atomic_fetch_add_explicit(&pipeline->away[why], 1, memory_order_relaxed);
    }
}

static void count_end(struct pipeline *pipeline, const struct work *work, PipelineOutcome outcome, uint64_t now_ns) {
    if (outcome == PIPELINE_NO_ROOM || outcome == PIPELINE_FAILED) {
        pipeline_count_away(pipeline, work, outcome == PIPELINE_NO_ROOM ? PIPELINE_AWAY_NO_ROOM : PIPELINE_AWAY_FAILED);
    } else if (outcome == PIPELINE_DONE && work->decided_ns != 0 && pipeline->options.answered != NULL) {
        pipeline->options.answered(pipeline->options.context, work, now_ns);
    }
}

static void end_works(struct pipeline *pipeline, struct works works, PipelineOutcome outcome) {
    uint64_t now_ns = works.first == NULL ? 0 : clock_monotonic_ns();
    struct work *next;
    for (struct work *work = works.first; work != NULL; work = next) {
        next = work->next;
        if (outcome != PIPELINE_DONE || work->outcome != PIPELINE_ELSEWHERE) {
            work->outcome = outcome;
        }
        count_end(pipeline, work, outcome, now_ns);
        work->done(work);
    }
    if (works.count > 0 && pipeline->options.settled != NULL) {
        pipeline->options.settled(pipeline->options.context);
    }
}

// ---- the journal's thread ---------------------------------------------------------------------------------

void pipeline_on_kept(void *context, uint64_t sequence) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    struct works works = works_take_upto(&pipeline->deciding, sequence);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_DONE);
}

void pipeline_on_failed(void *context) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    atomic_store(&pipeline->failed, true);
    struct works works = works_take(&pipeline->deciding);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_FAILED);
}

// Up to where works may be answered.
static uint64_t kept_upto(const struct pipeline *pipeline) {
    return pipeline->options.async ? journal_written(pipeline->journal) : journal_durable(pipeline->journal);
}

// ---- the deciding thread ----------------------------------------------------------------------------------

void pipeline_end_one(struct pipeline *pipeline, struct work *work, PipelineOutcome outcome) {
    struct works works = {0};
    works_push(&works, work);
    end_works(pipeline, works, outcome);
}

// Waits for room as long as the disk can make some.
Status pipeline_append_all(struct pipeline *pipeline, const struct batch *batch, uint64_t *ret_last) {
    uint32_t done = 0;
    while (done < batch->count) {
        uint32_t count;
        uint64_t last;
        Status status = journal_append_all(pipeline->journal, batch->records + done, batch->count - done, &count, &last);
        done += count;
        *ret_last = count > 0 ? last : *ret_last;
        if (status == STATUS_LIMIT) {
            status = journal_wait_room(pipeline->journal, batch->records[done].data.size);
        }
        TRY(status);
    }
    return STATUS_OK;
}

// Appends what was decided and hangs up its works, to be answered when they are kept. When it cannot be kept the state has moved on without its
// records: from here on the two do not fit, and nothing more may be decided.
void pipeline_flush(struct pipeline *pipeline) {
    struct batch *batch = &pipeline->batch;
    uint64_t last = 0;
    Status status = pipeline_append_all(pipeline, batch, &last);
    last = batch->count == 0 ? journal_state(pipeline->journal).appended : last;
    uint64_t base = last - batch->count;
    struct works works = works_take(&batch->works);
    batch->count = 0;
    arena_reset(&pipeline->scratch);
    // Not while it appends: that may wait for the journal's thread, which may wait for the lock.
    pthread_mutex_lock(&pipeline->lock);
    bool kept = status == STATUS_OK && !atomic_load(&pipeline->failed);
    struct work *next;
    for (struct work *work = works.first; work != NULL && kept; work = next) {
        next = work->next;
        work->sequence += base;
        if (work->is_noted) {
            pipeline->options.noted(pipeline->options.noted_context, work->event_id, work->kind == WORK_LABEL, work->sequence);
        }
        works_push(&pipeline->deciding, work);
    }
    pthread_mutex_unlock(&pipeline->lock);
    if (!kept) {
        atomic_store(&pipeline->failed, true);
        end_works(pipeline, works, PIPELINE_FAILED);
    } else if (works.count > 0 && kept_upto(pipeline) >= last) {
        pipeline_on_kept(pipeline, last); // it was quicker than the list
    }
}

void pipeline_add_record(struct pipeline *pipeline, uint8_t kind, uint16_t flags, Slice data) {
    struct batch *batch = &pipeline->batch;
    INVARIANT(batch->count < BATCH_RECORDS);
    batch->records[batch->count++] = (struct journal_record){.kind = kind, .flags = flags, .time_us = clock_wall_us(), .data = data};
    atomic_fetch_add_explicit(&pipeline->bytes, data.size, memory_order_relaxed);
}

// Its sequence is counted from the beginning of the batch until that is appended.
void pipeline_add_work(struct pipeline *pipeline, struct work *work) {
    work->sequence = pipeline->batch.count;
    works_push(&pipeline->batch.works, work);
}
