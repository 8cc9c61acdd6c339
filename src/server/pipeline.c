// Works wait in a list under a lock. The deciding thread takes the whole list at once, so that the lock is asked for once a batch, and
// appends what it decides without waiting for the disk; works then hang in the order of their sequences until the journal's thread says
// that they are durable.

#include "server/pipeline.h"

#include "codec/json_write.h"
#include "os/clock.h"
#include "os/thread.h"
#include "server/records.h"
#include "server/snapshots.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct works {
    struct work *first, *last;
    uint32_t count;
};

struct pipeline {
    struct heart *heart;
    struct pipeline_options options;
    struct journal *journal;
    struct budget *budget;
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct works waiting;  // for the deciding thread
    atomic_bool busy;      // some wait
    struct night_records night; // how far a run was kept: the number of what follows. No run: as the journal was opened, and nobody knows
    struct works deciding; // decided and appended, not yet durable
    bool closing;
    atomic_bool failed;
    atomic_uint_fast64_t usual_cost_ns;
    atomic_uint_fast64_t decided, known, refused, turned_away;
    atomic_uint_fast64_t degraded[EFFORT_COUNT];
    Hash128 label; // of what decides, under the lock
};

static void works_push(struct works *works, struct work *work) {
    work->next = NULL;
    if (works->last == NULL) {
        works->first = work;
    } else {
        works->last->next = work;
    }
    works->last = work;
    works->count++;
}

static struct works works_take(struct works *works) {
    struct works taken = *works;
    *works = (struct works){0};
    return taken;
}

// Those at the front up to a sequence.
static struct works works_take_upto(struct works *works, uint64_t sequence) {
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

static void end_works(struct pipeline *pipeline, struct works works, PipelineOutcome outcome) {
    struct work *next;
    for (struct work *work = works.first; work != NULL; work = next) {
        next = work->next;
        if (outcome != PIPELINE_DONE || work->outcome != PIPELINE_ELSEWHERE) {
            work->outcome = outcome;
        }
        work->done(work);
    }
    if (works.count > 0 && pipeline->options.settled != NULL) {
        pipeline->options.settled(pipeline->options.context);
    }
}

// ---- the journal's thread ---------------------------------------------------------------------------------

static void on_kept(void *context, uint64_t sequence) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    struct works works = works_take_upto(&pipeline->deciding, sequence);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_DONE);
}

static void on_failed(void *context) {
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

static void copy_text(char *into, size_t size, Slice text) {
    Slice cut = slice_part(text, 0, size - 1);
    memcpy(into, cut.at, cut.size);
    into[cut.size] = '\0';
}

// Waits for room as long as the disk can make some.
static Status append(struct pipeline *pipeline, uint8_t kind, uint16_t flags, Slice data, uint64_t *ret_sequence) {
    struct journal_record record = {.kind = kind, .flags = flags, .time_us = clock_wall_us(), .data = data};
    for (;;) {
        Status status = journal_append(pipeline->journal, &record, ret_sequence);
        if (status != STATUS_LIMIT) {
            return status;
        }
        TRY(journal_wait_room(pipeline->journal, data.size));
    }
}

static void end_one(struct pipeline *pipeline, struct work *work, PipelineOutcome outcome) {
    struct works works = {0};
    works_push(&works, work);
    end_works(pipeline, works, outcome);
}

// The state has moved on and the record cannot be kept: from here on the two do not fit, and nothing more may be decided.
static void give_up(struct pipeline *pipeline, struct work *work) {
    atomic_store(&pipeline->failed, true);
    end_one(pipeline, work, PIPELINE_FAILED);
}

// Hangs up a work whose records were appended, to be answered when they are kept.
static void hang_up(struct pipeline *pipeline, struct work *work, Status appended) {
    // Not while it appends: that may wait for the journal's thread, which may wait for the lock.
    pthread_mutex_lock(&pipeline->lock);
    bool kept = appended == STATUS_OK && !atomic_load(&pipeline->failed);
    if (kept) {
        works_push(&pipeline->deciding, work);
    }
    // From here on a work that was kept may be over and gone.
    uint64_t sequence = work->sequence;
    pthread_mutex_unlock(&pipeline->lock);
    if (!kept) {
        give_up(pipeline, work);
    } else if (kept_upto(pipeline) >= sequence) {
        on_kept(pipeline, sequence); // it was quicker than the list
    }
}

// What is decided must be kept, so there has to be room for it before anything changes.
static bool has_room_for(struct pipeline *pipeline, struct work *work, size_t need) {
    Status room = atomic_load(&pipeline->failed) ? STATUS_IO : journal_wait_room(pipeline->journal, need);
    if (room != STATUS_OK) {
        end_one(pipeline, work, room == STATUS_LIMIT ? PIPELINE_NO_ROOM : PIPELINE_FAILED);
    }
    return room == STATUS_OK;
}

static bool has_room(struct pipeline *pipeline, struct work *work) {
    return has_room_for(pipeline, work, work->record.size + PIPELINE_RECORD_MAX);
}

static void refuse(struct pipeline *pipeline, struct work *work, struct heart_refusal refusal) {
    copy_text(work->code, sizeof work->code, refusal.code);
    copy_text(work->reason, sizeof work->reason, refusal.reason);
    atomic_fetch_add(&pipeline->refused, 1);
    end_one(pipeline, work, PIPELINE_REFUSED);
}

static void sample(struct pipeline *pipeline, const struct work *work, uint64_t started_ns, const struct engine_counters *before) {
    const struct decision *decision = heart_decision(pipeline->heart);
    struct engine_counters after = heart_counters(pipeline->heart);
    struct pipeline_sample sample = {.work = work, .decision = decision, .waited_ns = started_ns - work->arrived_ns, .took_ns = work->decided_ns - started_ns};
    for (int i = 0; i < ENGINE_STAGE_COUNT; i++) {
        sample.stage_ns[i] = after.stage_ns[i] - before->stage_ns[i];
    }
    pipeline->options.sampled(pipeline->options.context, &sample);
}

static void after_decision(struct pipeline *pipeline, struct work *work, uint64_t started_ns, const struct engine_counters *before) {
    work->effort = heart_effort(pipeline->heart);
    work->decided_ns = clock_monotonic_ns();
    budget_stop(pipeline->budget, work->effort);
    atomic_store_explicit(&pipeline->usual_cost_ns, budget_usual_cost_ns(pipeline->budget), memory_order_relaxed);
    atomic_fetch_add_explicit(&pipeline->decided, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&pipeline->degraded[work->effort], 1, memory_order_relaxed);
    if (pipeline->options.sampled != NULL) {
        sample(pipeline, work, started_ns, before);
    }
}

static void decide(struct pipeline *pipeline, struct work *work) {
    if (!has_room(pipeline, work)) {
        return;
    }
    struct heart_refusal refusal;
    uint64_t started_ns = clock_monotonic_ns();
    struct engine_counters before = heart_counters(pipeline->heart);
    budget_start(pipeline->budget, work->arrived_ns);
    HeartEffort effort = {.reconsider = budget_choose, .context = pipeline->budget};
    HeartAnswer answer = heart_take(pipeline->heart, work->record, effort, &work->answer, &refusal);
    Status status = STATUS_OK;
    switch (answer) {
    case HEART_REFUSED:
        refuse(pipeline, work, refusal);
        return;
    case HEART_KNOWN:
    case HEART_ELSEWHERE:
        work->is_known = true;
        work->outcome = answer == HEART_ELSEWHERE ? PIPELINE_ELSEWHERE : PIPELINE_DONE;
        work->sequence = journal_state(pipeline->journal).appended;
        atomic_fetch_add(&pipeline->known, 1);
        break;
    case HEART_CHANGED:
        work->is_change = true;
        status = append(pipeline, KIND_CHANGE, 0, work->record, &work->sequence);
        break;
    case HEART_DECIDED:
        after_decision(pipeline, work, started_ns, &before);
        status = append(pipeline, KIND_EVENT, work->effort, work->record, &work->sequence);
        if (status == STATUS_OK) {
            status = append(pipeline, KIND_DECISION, 0, buf_slice(&work->answer), &work->sequence);
        }
        break;
    }
    hang_up(pipeline, work, status);
}

static void keep_label(struct pipeline *pipeline, struct work *work) {
    if (has_room(pipeline, work)) {
        hang_up(pipeline, work, append(pipeline, KIND_LABEL, 0, work->record, &work->sequence));
    }
}

static void keep_night(struct pipeline *pipeline, struct work *work) {
    const struct night_records *night = &work->night;
    struct night_records *last = &pipeline->night;
    uint64_t follows = night->run == last->run ? last->number : 0;
    if (night->count == 0 || night->count > NIGHT_RECORDS_MAX || (last->run != 0 && night->number != follows)) {
        refuse(pipeline, work, (struct heart_refusal){SLICE("NR001"), SLICE("these records do not continue the nightly run that the journal has")});
        return;
    }
    size_t need = 0;
    for (uint32_t i = 0; i < night->count; i++) {
        need += night->at[i].data.size + JOURNAL_FRAME_OVERHEAD;
    }
    if (!has_room_for(pipeline, work, need)) {
        return;
    }
    Status status = STATUS_OK;
    for (uint32_t i = 0; i < night->count && status == STATUS_OK; i++) {
        status = append(pipeline, night->at[i].kind, 0, night->at[i].data, &work->sequence);
    }
    *last = (struct night_records){.run = night->run, .number = night->number + night->count};
    hang_up(pipeline, work, status);
}

// The catalogue that decides, for who asks from other threads and for the time that events get.
static void begin_with(struct pipeline *pipeline) {
    const struct catalogue *catalogue = heart_catalogue(pipeline->heart);
    budget_read_schema(pipeline->budget, catalogue->schema);
    pthread_mutex_lock(&pipeline->lock);
    pipeline->label = label_hash(catalogue->label);
    pthread_mutex_unlock(&pipeline->lock);
}

static void release(struct pipeline *pipeline, struct work *work) {
    if (!has_room(pipeline, work)) {
        return;
    }
    struct heart *old = pipeline->heart;
    heart_succeed(work->heart, old);
    pipeline->heart = work->heart;
    work->heart = old;
    begin_with(pipeline);
    hang_up(pipeline, work, append(pipeline, KIND_RELEASE, 0, work->record, &work->sequence));
}

static void do_work(struct pipeline *pipeline, struct work *work) {
    switch (work->kind) {
    case WORK_RECORD:
        decide(pipeline, work);
        break;
    case WORK_LABEL:
        keep_label(pipeline, work);
        break;
    case WORK_RELEASE:
        release(pipeline, work);
        break;
    case WORK_NIGHT:
        keep_night(pipeline, work);
        break;
    case WORK_CALL:
        work->call(work, pipeline->heart);
        end_one(pipeline, work, PIPELINE_DONE);
        break;
    }
}

static void run(void *context) {
    struct pipeline *pipeline = context;
    for (;;) {
        pthread_mutex_lock(&pipeline->lock);
        while (pipeline->waiting.first == NULL && !pipeline->closing) {
            pthread_cond_wait(&pipeline->has_work, &pipeline->lock);
        }
        struct work *work = pipeline->waiting.first;
        if (work != NULL) {
            pipeline->waiting.first = work->next;
            pipeline->waiting.last = work->next == NULL ? NULL : pipeline->waiting.last;
            pipeline->waiting.count--;
        }
        atomic_store_explicit(&pipeline->busy, pipeline->waiting.count > 0, memory_order_relaxed);
        pthread_mutex_unlock(&pipeline->lock);
        if (work == NULL) {
            return;
        }
        do_work(pipeline, work);
    }
}

// Whether one more may wait; under the lock.
static bool may_wait(const struct pipeline *pipeline, const struct work *work) {
    if (pipeline->closing) {
        return false;
    }
    if (work->kind == WORK_CALL || work->kind == WORK_RELEASE) {
        return true;
    }
    uint64_t usual_ns = atomic_load_explicit(&pipeline->usual_cost_ns, memory_order_relaxed);
    uint64_t wait_ns = pipeline->waiting.count * usual_ns;
    bool too_long = pipeline->options.waiting_us_max > 0 && wait_ns > pipeline->options.waiting_us_max * 1000;
    return pipeline->waiting.count < pipeline->options.waiting_max && !too_long;
}

bool pipeline_submit(struct pipeline *pipeline, struct work *work) {
    work->arrived_ns = work->arrived_ns == 0 ? clock_monotonic_ns() : work->arrived_ns;
    pthread_mutex_lock(&pipeline->lock);
    bool taken = may_wait(pipeline, work);
    bool was_empty = pipeline->waiting.first == NULL;
    if (taken) {
        works_push(&pipeline->waiting, work);
        atomic_store_explicit(&pipeline->busy, true, memory_order_relaxed);
        if (was_empty) {
            pthread_cond_signal(&pipeline->has_work);
        }
    }
    pthread_mutex_unlock(&pipeline->lock);
    if (!taken) {
        atomic_fetch_add(&pipeline->turned_away, 1);
    }
    return taken;
}

bool pipeline_is_busy(const struct pipeline *pipeline) {
    return atomic_load_explicit(&pipeline->busy, memory_order_relaxed);
}

struct pipeline_state pipeline_state(struct pipeline *pipeline) {
    struct pipeline_state state = {
        .decided = atomic_load(&pipeline->decided),
        .known = atomic_load(&pipeline->known),
        .refused = atomic_load(&pipeline->refused),
        .turned_away = atomic_load(&pipeline->turned_away),
        .journal = journal_state(pipeline->journal),
        .failed = atomic_load(&pipeline->failed),
    };
    for (int i = 0; i < EFFORT_COUNT; i++) {
        state.degraded[i] = atomic_load(&pipeline->degraded[i]);
    }
    pthread_mutex_lock(&pipeline->lock);
    state.waiting = pipeline->waiting.count;
    state.label = pipeline->label;
    pthread_mutex_unlock(&pipeline->lock);
    return state;
}

const struct journal *pipeline_journal(const struct pipeline *pipeline) {
    return pipeline->journal;
}

Status pipeline_failure(struct pipeline *pipeline, struct diag *ret_diag) {
    return journal_failure(pipeline->journal, ret_diag);
}

// ---- its life ---------------------------------------------------------------------------------------------

static void free_pipeline(struct pipeline *pipeline) {
    heart_destroy(pipeline->heart);
    budget_destroy(pipeline->budget);
    pthread_mutex_destroy(&pipeline->lock);
    pthread_cond_destroy(&pipeline->has_work);
    free(pipeline);
}

// What an empty journal begins with.
static Status begin_log(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    struct heart_source source = pipeline->options.source;
    if (pipeline->options.first.low == 0 && pipeline->options.first.high == 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "SV006", "the journal is empty, and no pack was named to begin with: --pack packs/bank");
    }
    pipeline->heart = source.make(source.context, pipeline->options.first, SCOPE_IN_FLIGHT, true, arena, diag);
    if (pipeline->heart == NULL) {
        return STATUS_INVALID;
    }
    struct buf text;
    struct json_writer json;
    uint64_t sequence;
    buf_init(&text, 1 << 12);
    json_writer_init(&json, &text);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), heart_catalogue(pipeline->heart)->label);
    json_key_string(&json, SLICE("state"), SLICE("new"));
    json_object_end(&json);
    json_writer_finish(&json);
    Status status = append(pipeline, KIND_RELEASE, 0, buf_slice(&text), &sequence);
    buf_deinit(&text);
    return status == STATUS_OK && journal_wait(pipeline->journal, sequence) == STATUS_OK ? STATUS_OK : journal_failure(pipeline->journal, diag);
}

// The decision that a crash has cut off is written behind its event.
static Status pay_decision(struct pipeline *pipeline, const struct replay *replay, struct diag *diag) {
    uint64_t sequence;
    Status status = append(pipeline, KIND_DECISION, 0, buf_slice(&replay->answer), &sequence);
    return status == STATUS_OK && journal_wait(pipeline->journal, sequence) == STATUS_OK ? STATUS_OK : journal_failure(pipeline->journal, diag);
}

static Status take_up(struct pipeline *pipeline, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct replay replay = {.source = pipeline->options.source, .folder = pipeline->options.folder, .from_snapshot = true, .scope = SCOPE_IN_FLIGHT};
    Status status = replay_begin(&replay, arena, diag);
    if (status == STATUS_OK) {
        status = replay_run(&replay, arena, diag);
    }
    pipeline->heart = replay.heart;
    opened->replayed = replay.found;
    if (status == STATUS_OK && pipeline->heart == NULL) {
        status = begin_log(pipeline, arena, diag);
    } else if (status == STATUS_OK && replay.owes_decision) {
        status = pay_decision(pipeline, &replay, diag);
    }
    replay_end(&replay);
    return status;
}

static Status open_log(struct pipeline *pipeline, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct journal_options options = {.created_us = clock_wall_us(),
                                      .segment_bytes = pipeline->options.segment_bytes,
                                      .events = {.context = pipeline, .failed = on_failed}};
    if (pipeline->options.async) {
        options.events.written = on_kept;
    } else {
        options.events.durable = on_kept;
    }
    struct journal_recovery found;
    memcpy(options.label, &pipeline->options.first, JOURNAL_LABEL_SIZE);
    TRY(journal_open(disk_real(), pipeline->options.folder, &options, arena, &pipeline->journal, &found, diag));
    opened->torn_bytes = found.torn_bytes;
    TRY(take_up(pipeline, arena, opened, diag));
    begin_with(pipeline);
    return STATUS_OK;
}

Status pipeline_open(const struct pipeline_options *options, struct arena *arena, struct pipeline **ret_pipeline,
                     struct pipeline_opened *ret_opened, struct diag *diag) {
    struct pipeline *pipeline = memory_alloc(sizeof *pipeline);
    *ret_opened = (struct pipeline_opened){0};
    pipeline->options = *options;
    pipeline->options.waiting_max = options->waiting_max == 0 ? PIPELINE_WAITING_MAX : options->waiting_max;
    pipeline->options.snapshots_kept = options->snapshots_kept == 0 ? PIPELINE_SNAPSHOTS_KEPT : options->snapshots_kept;
    pipeline->budget = budget_create(options->budgets, options->budget_count, options->budget_us);
    INVARIANT(pthread_mutex_init(&pipeline->lock, NULL) == 0 && pthread_cond_init(&pipeline->has_work, NULL) == 0);
    Status status = open_log(pipeline, arena, ret_opened, diag);
    if (status != STATUS_OK) {
        struct diag ignored;
        Status closed = journal_close(pipeline->journal, arena, &ignored);
        (void)closed; // what opening failed of is told
        free_pipeline(pipeline);
        return status;
    }
    pipeline->thread = thread_start("decide", run, pipeline);
    *ret_pipeline = pipeline;
    return STATUS_OK;
}

static Status leave_snapshot(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    uint64_t last = journal_state(pipeline->journal).appended;
    if (journal_wait(pipeline->journal, last) != STATUS_OK || atomic_load(&pipeline->failed)) {
        return journal_failure(pipeline->journal, diag);
    }
    return snapshot_leave(pipeline->heart, pipeline->options.folder, last, pipeline->options.snapshots_kept, arena, diag);
}

Status pipeline_close(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->closing = true;
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
    thread_join(pipeline->thread);
    Status status = leave_snapshot(pipeline, arena, diag);
    struct diag closing;
    Status closed = journal_close(pipeline->journal, arena, &closing);
    if (status == STATUS_OK && closed != STATUS_OK) {
        *diag = closing;
        status = closed;
    }
    free_pipeline(pipeline);
    return status;
}
