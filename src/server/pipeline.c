// Works wait in line, and the deciding thread takes them; what others ask is answered beside it.

#include "os/clock.h"
#include "os/thread.h"
#include "server/pipeline_private.h"

// Who only asks needs no room: people want to know most when a disk is full.
static void end_without_room(struct pipeline *pipeline, const struct works *works, PipelineOutcome outcome) {
    struct work *next;
    for (struct work *work = works->first; work != NULL; work = next) {
        next = work->next;
        pipeline_take_back(pipeline, work);
        if (work->kind == WORK_CALL) {
            work->call(work, pipeline->heart);
        }
        pipeline_end_one(pipeline, work, work->kind == WORK_CALL ? PIPELINE_DONE : outcome);
    }
}

// What is decided must be kept, so there has to be room for it before anything changes. Of a decision the usual size is reckoned with; a larger
// one waits while it is appended.
static bool has_room(struct pipeline *pipeline, const struct works *works) {
    size_t need = PIPELINE_RECORD_MAX;
    for (const struct work *work = works->first; work != NULL; work = work->next) {
        need += work->record.size + PIPELINE_DECISION_USUAL;
        for (uint32_t i = 0; work->kind == WORK_NIGHT && i < work->night.count; i++) {
            need += work->night.at[i].data.size + JOURNAL_FRAME_OVERHEAD;
        }
    }
    Status room = atomic_load(&pipeline->failed) ? STATUS_IO : journal_wait_room(pipeline->journal, need);
    if (room != STATUS_OK) {
        end_without_room(pipeline, works, room == STATUS_LIMIT ? PIPELINE_NO_ROOM : PIPELINE_FAILED);
    }
    return room == STATUS_OK;
}

// The next event of the batch from a work on, or none.
static struct work *next_record(struct work *work) {
    while (work != NULL && work->kind != WORK_RECORD) {
        work = work->next;
    }
    return work;
}

// Tells the heart of the event that is EXPECT_AHEAD events further on.
static void expect(struct pipeline *pipeline, struct work **ahead) {
    *ahead = next_record(*ahead);
    heart_expect(pipeline->heart, *ahead == NULL ? (Slice){0} : (*ahead)->record);
    *ahead = *ahead == NULL ? NULL : (*ahead)->next;
}

static void do_works(struct pipeline *pipeline, struct works works) {
    struct work *ahead = works.first;
    bool expects = works.count > 1;
    for (int i = 0; i < EXPECT_AHEAD && expects; i++) {
        expect(pipeline, &ahead);
    }
    struct work *next;
    for (struct work *work = works.first; work != NULL; work = next) {
        next = work->next;
        if (expects && work->kind == WORK_RECORD) {
            expect(pipeline, &ahead);
        }
        pipeline_do_work(pipeline, work);
        snapshot_maker_step(pipeline->snapshots, pipeline->heart, pipeline->options.snapshot_step_bytes);
    }
    pipeline_flush(pipeline);
}

// Up to BATCH_WORKS; under the lock. What changes the heart itself comes alone.
static struct works take_some(struct pipeline *pipeline) {
    struct works taken = {0};
    while (pipeline->waiting.first != NULL && taken.count < BATCH_WORKS) {
        struct work *work = pipeline->waiting.first;
        bool alone = work->kind == WORK_RELEASE || work->kind == WORK_NIGHT;
        if (alone && taken.count > 0) {
            break;
        }
        pipeline->waiting.first = work->next;
        pipeline->waiting.last = work->next == NULL ? NULL : pipeline->waiting.last;
        pipeline->waiting.count--;
        works_push(&taken, work);
        if (alone) {
            break;
        }
    }
    atomic_store_explicit(&pipeline->busy, pipeline->waiting.count > 0, memory_order_relaxed);
    return taken;
}

static void begin_snapshot_if_due(struct pipeline *pipeline) {
    uint64_t sequence = journal_state(pipeline->journal).appended;
    int64_t now_us = clock_wall_us();
    bool wanted = atomic_load_explicit(&pipeline->wants_snapshot, memory_order_relaxed);
    if (atomic_load(&pipeline->failed) || !(wanted || snapshot_maker_is_due(pipeline->snapshots, sequence, now_us))) {
        return;
    }
    if (snapshot_maker_begin(pipeline->snapshots, pipeline->heart, sequence, now_us)) {
        atomic_store(&pipeline->wants_snapshot, false);
    }
}

enum { IDLE_STEP_BYTES = 256 << 10, NAP_NS = 1000000, LOOK_NS = 200000000, LOOK_AHEAD_EVERY = 512 };

// The first touch of memory costs up to a millisecond where pages are large: another thread brings in what will be touched next.
static void look_ahead(struct pipeline *pipeline) {
    uint64_t decided = atomic_load_explicit(&pipeline->decided, memory_order_relaxed);
    if (decided - pipeline->looked_ahead >= LOOK_AHEAD_EVERY) {
        pipeline->looked_ahead = decided;
        heart_bring_in(pipeline->heart, pipeline->memory);
    }
}

static void nap(struct pipeline *pipeline, int64_t ns) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ns;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&pipeline->has_work, &pipeline->lock, &until); // late or not, it is looked what there is
}

// Under the lock.
static bool is_over(const struct pipeline *pipeline) {
    return pipeline->closing && doubts_waiting(pipeline->doubts) == 0;
}

void pipeline_run(void *context) {
    struct pipeline *pipeline = context;
    thread_be_prompt();
    for (;;) {
        pipeline_take_rules_if_any(pipeline);
        pthread_mutex_lock(&pipeline->lock);
        struct works works = take_some(pipeline);
        bool ends = works.first == NULL && is_over(pipeline);
        pthread_mutex_unlock(&pipeline->lock);
        if (ends) {
            return;
        }
        if (works.first != NULL) {
            if (has_room(pipeline, &works)) {
                do_works(pipeline, works);
            }
            begin_snapshot_if_due(pipeline);
            look_ahead(pipeline);
            continue;
        }
        // Nothing waits: the snapshot goes on, or there is time to sleep.
        bool steps = snapshot_maker_step(pipeline->snapshots, pipeline->heart, IDLE_STEP_BYTES);
        if (!steps) {
            begin_snapshot_if_due(pipeline);
        }
        look_ahead(pipeline);
        pthread_mutex_lock(&pipeline->lock);
        if (pipeline->waiting.first == NULL && !is_over(pipeline) && !(steps && snapshot_maker_has_room(pipeline->snapshots))) {
            nap(pipeline, steps ? NAP_NS : LOOK_NS);
        }
        pthread_mutex_unlock(&pipeline->lock);
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
    uint32_t waiting = pipeline->waiting.count + doubts_waiting(pipeline->doubts);
    bool too_long = pipeline->options.waiting_us_max > 0 && wait_ns > pipeline->options.waiting_us_max * 1000;
    return waiting < pipeline->options.waiting_max && !too_long;
}

// Under the lock.
static void put_in_line(struct pipeline *pipeline, struct work *work) {
    bool was_empty = pipeline->waiting.first == NULL;
    works_push(&pipeline->waiting, work);
    atomic_store_explicit(&pipeline->busy, true, memory_order_relaxed);
    if (was_empty) {
        pthread_cond_signal(&pipeline->has_work);
    }
}

// From where it was doubted: it is in already, and is not turned away.
void pipeline_came_back(void *context, struct work *work) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    put_in_line(pipeline, work);
    pthread_mutex_unlock(&pipeline->lock);
}

bool pipeline_submit(struct pipeline *pipeline, struct work *work) {
    work->arrived_ns = work->arrived_ns == 0 ? clock_monotonic_ns() : work->arrived_ns;
    work->standing = STANDING_FRESH;
    pthread_mutex_lock(&pipeline->lock);
    bool taken = may_wait(pipeline, work);
    PipelineAway why = pipeline->closing ? PIPELINE_AWAY_STOPPING : PIPELINE_AWAY_OVERLOAD;
    if (taken) {
        put_in_line(pipeline, work);
    }
    pthread_mutex_unlock(&pipeline->lock);
    if (!taken && !work->is_patient) {
        pipeline_count_away(pipeline, work, why);
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
        .changed = atomic_load(&pipeline->changed),
        .bytes = atomic_load(&pipeline->bytes),
        .refused = atomic_load(&pipeline->refused),
        .journal = journal_state(pipeline->journal),
        .failed = atomic_load(&pipeline->failed),
        .brakes_holding = atomic_load(&pipeline->brakes_holding),
        .brakes_freezing = atomic_load(&pipeline->brakes_freezing),
    };
    for (int i = 0; i < EFFORT_COUNT; i++) {
        state.degraded[i] = atomic_load(&pipeline->degraded[i]);
    }
    for (int i = 0; i < PIPELINE_AWAY_COUNT; i++) {
        state.away[i] = atomic_load(&pipeline->away[i]);
        state.turned_away += state.away[i];
    }
    for (int i = 0; i < DOUBT_FOUND_COUNT; i++) {
        state.looked_up[i] = doubts_found(pipeline->doubts, (DoubtFound)i);
    }
    pthread_mutex_lock(&pipeline->lock);
    state.waiting = pipeline->waiting.count;
    state.label = pipeline->label;
    pthread_mutex_unlock(&pipeline->lock);
    return state;
}

const struct sources *pipeline_sources(const struct pipeline *pipeline) {
    return pipeline->sources;
}

struct costs *pipeline_costs(struct pipeline *pipeline) {
    return pipeline->costs;
}

void pipeline_change_rules(struct pipeline *pipeline, const struct pipeline_rules *rules) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->rules = *rules;
    pipeline->has_rules = true;
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
}

void pipeline_snapshot(struct pipeline *pipeline) {
    atomic_store(&pipeline->wants_snapshot, true);
    pthread_mutex_lock(&pipeline->lock);
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
}

struct snapshot_maker_state pipeline_snapshots(struct pipeline *pipeline) {
    return snapshot_maker_state(pipeline->snapshots);
}

const struct journal *pipeline_journal(const struct pipeline *pipeline) {
    return pipeline->journal;
}

Status pipeline_failure(struct pipeline *pipeline, struct diag *ret_diag) {
    return journal_failure(pipeline->journal, ret_diag);
}
