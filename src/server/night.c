#include "server/night.h"

#include "journal/snapshot.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "server/records.h"
#include "server/snapshots.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    BATCH_BYTES = 256 << 10, // of results that go to the pipeline together
    BATCH_AGE_MS = 500, // who works on hits does not wait longer for the first of them
    SLICE_US = 2000, // of processor time between two looks at the others
    CALLS_A_LOOK = 16,
    WAIT_MAX_S = 30, // the wall clock may be set
    TURNED_AWAY_MS = 5,
    NO_ROOM_MS = 1000,
};

struct night {
    struct night_options options;
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, asked, delivered; // delivered: the work is over
    bool replanned;                  // since it was looked when the next run is
    struct night_state state;        // but for the figures
    struct nightly_figures figures;
    int64_t phase_since_us;
    uint64_t phase_begin; // position, or subjects, with which the phase began
    NightPhase phase;

    // Results on their way to the journal.
    struct work work;
    struct night_record records[NIGHT_RECORDS_MAX];
    struct arena texts; // of them
    uint32_t count;
    size_t bytes;
    uint64_t oldest_ns;   // when the first of them was found
    struct night_run run; // as far as it was put
    struct arena *arena;  // of the run at hand, as is the diag
    struct diag *diag;

    // Pace.
    bool rests;
    atomic_uint share;
    uint32_t calls;
    uint64_t slice_cpu_ns, slice_ns;
};

// ---- waiting ---------------------------------------------------------------------------------------------

static void wait_locked(struct night *night, uint64_t ms) {
    struct timespec until;
    uint64_t ns = clock_monotonic_ns() + ms * 1000000;
    until.tv_sec = (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_cond_timedwait(&night->changed, &night->lock, &until);
}

// Until something changes or the time is over. False: it is to stop.
static bool nap(struct night *night, uint64_t ms) {
    pthread_mutex_lock(&night->lock);
    if (!night->stopping) {
        wait_locked(night, ms);
    }
    bool goes_on = !night->stopping;
    pthread_mutex_unlock(&night->lock);
    return goes_on;
}

static bool is_stopping(struct night *night) {
    pthread_mutex_lock(&night->lock);
    bool stopping = night->stopping;
    pthread_mutex_unlock(&night->lock);
    return stopping;
}

// ---- into the journal ------------------------------------------------------------------------------------

static void on_delivered(struct work *work) {
    struct night *night = work->user;
    pthread_mutex_lock(&night->lock);
    night->delivered = true;
    pthread_cond_broadcast(&night->changed);
    pthread_mutex_unlock(&night->lock);
}

static void wait_delivered(struct night *night) {
    pthread_mutex_lock(&night->lock);
    while (!night->delivered) {
        pthread_cond_wait(&night->changed, &night->lock);
    }
    pthread_mutex_unlock(&night->lock);
}

// Once; a server that is too busy says no, and is asked again.
static Status submit(struct night *night) {
    night->work = (struct work){.kind = WORK_NIGHT,
                                .night = {hash64(night_run_name(&night->run), 1), night->run.records, night->records, night->count},
                                .done = on_delivered,
                                .user = night};
    night->delivered = false;
    while (!pipeline_submit(night->options.pipeline, &night->work)) {
        ENSURE(nap(night, TURNED_AWAY_MS), STATUS_END);
    }
    wait_delivered(night);
    return STATUS_OK;
}

static Status failed(struct night *night, struct arena *arena, struct diag *diag) {
    if (night->work.outcome == PIPELINE_REFUSED) {
        return diag_fail(diag, arena, STATUS_INVALID, "NR001", "%s", night->work.reason);
    }
    struct diag why;
    Status status = pipeline_failure(night->options.pipeline, &why);
    return diag_fail(diag, arena, STATUS_IO, "NR007", "the journal takes no more of the nightly run: %.*s",
                     SLICE_ARGS(status == STATUS_OK ? SLICE("it has failed") : why.message));
}

static void tell_kept(struct night *night) {
    for (uint32_t i = 0; i < night->count; i++) {
        if (night->options.kept != NULL) {
            night->options.kept(night->options.context, night->records[i].kind, night->records[i].data);
        }
        night->run.results += night->records[i].kind == KIND_NIGHT_DECISION;
    }
    night->run.records += night->count;
    night->count = 0;
    night->bytes = 0;
    arena_reset(&night->texts);
}

// Until they are durable.
static Status deliver(void *context, struct arena *arena, struct diag *diag) {
    struct night *night = context;
    while (night->count > 0) {
        TRY(submit(night));
        if (night->work.outcome == PIPELINE_DONE) {
            tell_kept(night);
        } else if (night->work.outcome != PIPELINE_NO_ROOM) {
            return failed(night, arena, diag);
        } else if (!nap(night, NO_ROOM_MS)) {
            return STATUS_END;
        }
    }
    return STATUS_OK;
}

static Status put(void *context, const struct night_run *run, uint8_t kind, Slice record, struct arena *arena, struct diag *diag) {
    struct night *night = context;
    (void)run;
    if (night->count == NIGHT_RECORDS_MAX || (night->count > 0 && night->bytes + record.size > BATCH_BYTES)) {
        TRY(deliver(night, arena, diag));
    }
    night->oldest_ns = night->count == 0 ? clock_monotonic_ns() : night->oldest_ns;
    night->records[night->count++] = (struct night_record){kind, arena_copy(&night->texts, record)};
    night->bytes += record.size;
    return STATUS_OK;
}

// ---- beside decisions ------------------------------------------------------------------------------------

static void begin_slice(struct night *night) {
    night->slice_cpu_ns = clock_thread_cpu_ns();
    night->slice_ns = clock_monotonic_ns();
}

// Its share of a core, and then as long as others wait, within bounds.
static Status rest(struct night *night) {
    uint64_t share = atomic_load_explicit(&night->share, memory_order_relaxed);
    uint64_t cpu_ns = clock_thread_cpu_ns() - night->slice_cpu_ns;
    if (cpu_ns < SLICE_US * 1000) {
        return STATUS_OK;
    }
    uint64_t wall_ns = clock_monotonic_ns() - night->slice_ns;
    uint64_t due_ns = cpu_ns * NIGHT_SHARES / share;
    bool goes_on = due_ns > wall_ns ? nap(night, (due_ns - wall_ns) / 1000000 + 1) : !is_stopping(night);
    for (int i = 0; goes_on && i < NIGHT_REST_MS && pipeline_is_busy(night->options.pipeline); i++) {
        goes_on = nap(night, 1);
    }
    begin_slice(night);
    ENSURE(goes_on, STATUS_END);
    bool is_old = night->count > 0 && clock_monotonic_ns() - night->oldest_ns > BATCH_AGE_MS * UINT64_C(1000000);
    return is_old ? deliver(night, night->arena, night->diag) : STATUS_OK;
}

static Status breathe(void *context) {
    struct night *night = context;
    if (!night->rests || ++night->calls % CALLS_A_LOOK != 0) {
        return STATUS_OK;
    }
    return rest(night);
}

// ---- runs ------------------------------------------------------------------------------------------------

// The begin of a run is durable before it does anything.
static Status begin_run(struct night *night, struct arena *arena, struct diag *diag) {
    struct buf text;
    buf_init(&text, 1 << 10);
    night_put_begun(&text, &night->run);
    Status status = put(night, &night->run, KIND_NIGHT, buf_slice(&text), arena, diag);
    buf_deinit(&text);
    TRY(status);
    TRY(deliver(night, arena, diag));
    night->run.begun = night->work.sequence;
    return STATUS_OK;
}

static void show_run(struct night *night, bool begins) {
    pthread_mutex_lock(&night->lock);
    night->state.run = night->run;
    night->state.began_us = begins ? clock_wall_us() : night->state.began_us;
    night->state.ended_us = begins ? 0 : clock_wall_us();
    pthread_mutex_unlock(&night->lock);
}

// What was put and not delivered when a run ended early is found again.
static void drop_undelivered(struct night *night) {
    night->count = 0;
    night->bytes = 0;
    arena_reset(&night->texts);
}

static void note(struct night *night, char text[NIGHT_FAILURE_MAX], Slice words) {
    Slice cut = slice_part(words, 0, NIGHT_FAILURE_MAX - 1);
    pthread_mutex_lock(&night->lock);
    memcpy(text, cut.at, cut.size);
    text[cut.size] = '\0';
    pthread_mutex_unlock(&night->lock);
}

static Status do_run(struct night *night, struct night_run *ret_last, struct arena *arena, struct diag *diag) {
    bool resumes = night->run.begun != 0;
    show_run(night, true);
    if (!resumes) {
        TRY(begin_run(night, arena, diag));
    }
    show_run(night, true);
    atomic_store(&night->figures.target, night->run.going ? night->run.upto : night->run.begun - 1);
    struct nightly_options options = {.shelf = night->options.shelf,
                                      .journal = night->options.journal,
                                      .live = pipeline_journal(night->options.pipeline),
                                      .snapshots = night->options.snapshots,
                                      .leaves_snapshots = true,
                                      .resumes = resumes,
                                      .checkpoint_records = night->options.checkpoint_records,
                                      .sink = {night, put, deliver},
                                      .breath_context = night,
                                      .breathe = breathe,
                                      .figures = &night->figures};
    struct nightly *nightly = nightly_create(&options);
    night->arena = arena;
    night->diag = diag;
    begin_slice(night);
    Status status = nightly_run(nightly, &night->run, 1, arena, diag);
    if (status == STATUS_OK) {
        *ret_last = night->run = *nightly_last(nightly);
        show_run(night, false);
    }
    note(night, night->state.refusal, nightly_refusal(nightly));
    nightly_destroy(nightly);
    return status;
}

// What the journal says of the last run; without a name: there was none. All records of a run stand behind the snapshot that the one before has left.
static Status read_log(struct night *night, struct night_run *ret_last, struct arena *arena, struct diag *diag) {
    struct night_log log;
    uint64_t from = 0;
    *ret_last = (struct night_run){0};
    TRY(file_make_directory(night->options.snapshots, arena, diag));
    Status status = snapshot_newest_good(disk_real(), night->options.snapshots, (struct journal_findings){0}, arena, &from, diag);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    night_log_init(&log, true, arena);
    status = night_log_read(&log, night->options.journal, status == STATUS_OK ? from + 1 : 1, pipeline_journal(night->options.pipeline), diag);
    if (status == STATUS_OK && night_log_last(&log) != NULL) {
        *ret_last = *night_log_last(&log);
    }
    night_log_deinit(&log);
    return status;
}

static Status find_zone(struct night *night, int64_t *ret_zone_us, struct arena *arena, struct diag *diag) {
    const struct pack_folder *pack;
    TRY(shelf_find(night->options.shelf, pipeline_state(night->options.pipeline).label, arena, &pack, diag));
    *ret_zone_us = pack->catalogue->zone_offset_us;
    return STATUS_OK;
}

static Status run_as_of(struct night *night, struct night_run *last, int64_t as_of_us, struct arena *arena, struct diag *diag) {
    int64_t zone_us;
    TRY(find_zone(night, &zone_us, arena, diag));
    night->run = night_run_at(as_of_us, zone_us, last->upto);
    return do_run(night, last, arena, diag);
}

static Status end_interrupted(struct night *night, struct night_run *last, struct arena *arena, struct diag *diag) {
    night->run = *last;
    return do_run(night, last, arena, diag);
}

// ---- the thread ------------------------------------------------------------------------------------------

// When the first record was appended; INT64_MAX: there is none.
static int64_t journal_begin_us(struct night *night, struct arena *arena) {
    struct journal_reader *reader;
    struct journal_entry entry;
    struct diag diag;
    struct journal_reader_options options = {.journal = pipeline_journal(night->options.pipeline)};
    if (journal_reader_open(disk_real(), night->options.journal, 1, options, arena, &reader, &diag) != STATUS_OK) {
        return INT64_MIN; // its begin is archived
    }
    Status status = journal_reader_next(reader, &entry, arena, &diag);
    journal_reader_close(reader);
    return status == STATUS_OK ? entry.time_us : INT64_MAX;
}

// The moment of a run that is to be done now; INT64_MIN: none.
static bool was_one(const struct night_run *run) {
    return run->name_size > 0;
}

static int64_t due_now(struct night *night, const struct night_run *last, int64_t zone_us, struct arena *arena) {
    int64_t now_us = clock_wall_us();
    pthread_mutex_lock(&night->lock);
    bool asked = night->asked;
    night->asked = false;
    night->replanned = false;
    night->state.next_us = schedule_after(&night->options.schedule, now_us, zone_us);
    pthread_mutex_unlock(&night->lock);
    int64_t due_us = asked ? floor_div(now_us, US_PER_MS) * US_PER_MS : schedule_before(&night->options.schedule, now_us, zone_us);
    int64_t behind_us = was_one(last) ? last->as_of_us : journal_begin_us(night, arena);
    return due_us > behind_us ? due_us : INT64_MIN;
}

static void wait_next(struct night *night) {
    pthread_mutex_lock(&night->lock);
    int64_t left_us = night->state.next_us == INT64_MAX ? INT64_MAX : night->state.next_us - clock_wall_us();
    if (!night->stopping && !night->asked && !night->replanned && left_us > 0) {
        wait_locked(night, left_us < WAIT_MAX_S * US_PER_SECOND ? (uint64_t)left_us / 1000 + 1 : WAIT_MAX_S * 1000);
    }
    pthread_mutex_unlock(&night->lock);
}

// One turn: what is due, or a wait. `last` is as the journal has it.
static Status take_turn(struct night *night, struct night_run *last, struct arena *arena, struct diag *diag) {
    int64_t zone_us;
    TRY(find_zone(night, &zone_us, arena, diag));
    if (was_one(last) && !last->done) {
        return end_interrupted(night, last, arena, diag);
    }
    int64_t due_us = due_now(night, last, zone_us, arena);
    if (due_us != INT64_MIN) {
        return run_as_of(night, last, due_us, arena, diag);
    }
    wait_next(night);
    return STATUS_OK;
}

static void note_failure(struct night *night, Status status, const struct diag *diag) {
    note(night, night->state.failure, status == STATUS_OK || status == STATUS_END ? SLICE("") : diag->message);
}

// From the journal's word on, until a failure.
static Status live(struct night *night, struct arena *arena, struct diag *diag) {
    struct night_run last;
    TRY(read_log(night, &last, arena, diag));
    while (!is_stopping(night)) {
        arena_reset(arena);
        TRY(take_turn(night, &last, arena, diag));
        note_failure(night, STATUS_OK, diag);
    }
    return STATUS_OK;
}

static void run_nights(void *context) {
    struct night *night = context;
    struct arena arena;
    thread_give_way();
    arena_init(&arena, 64 << 10);
    while (!is_stopping(night)) {
        struct diag diag;
        arena_reset(&arena);
        Status status = live(night, &arena, &diag);
        drop_undelivered(night);
        note_failure(night, status, &diag);
        for (int64_t waited_us = 0; status != STATUS_OK && waited_us < NIGHT_RETRY_US && nap(night, WAIT_MAX_S * 1000); waited_us += WAIT_MAX_S * US_PER_SECOND) {
        }
    }
    arena_deinit(&arena);
}

// ---- its life --------------------------------------------------------------------------------------------

static struct night *create(const struct night_options *options, bool rests) {
    struct night *night = memory_alloc(sizeof *night);
    pthread_condattr_t attributes;
    night->options = *options;
    atomic_init(&night->share, options->share == 0 ? NIGHT_SHARE_DEFAULT : options->share);
    night->rests = rests;
    night->state.next_us = INT64_MAX;
    arena_init(&night->texts, BATCH_BYTES * 2);
    INVARIANT(pthread_condattr_init(&attributes) == 0 && pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&night->lock, NULL) == 0 && pthread_cond_init(&night->changed, &attributes) == 0);
    pthread_condattr_destroy(&attributes);
    return night;
}

static void destroy(struct night *night) {
    pthread_cond_destroy(&night->changed);
    pthread_mutex_destroy(&night->lock);
    arena_deinit(&night->texts);
    free(night);
}

struct night *night_start(const struct night_options *options) {
    struct night *night = create(options, true);
    night->thread = thread_start("night", run_nights, night);
    return night;
}

void night_stop(struct night *night) {
    if (night == NULL) {
        return;
    }
    pthread_mutex_lock(&night->lock);
    night->stopping = true;
    pthread_cond_broadcast(&night->changed);
    pthread_mutex_unlock(&night->lock);
    thread_join(night->thread);
    destroy(night);
}

void night_plan(struct night *night, const struct schedule *schedule, uint32_t share) {
    atomic_store(&night->share, share == 0 ? NIGHT_SHARE_DEFAULT : share);
    pthread_mutex_lock(&night->lock);
    night->options.schedule = *schedule;
    night->replanned = true;
    pthread_cond_broadcast(&night->changed);
    pthread_mutex_unlock(&night->lock);
}

bool night_ask(struct night *night) {
    pthread_mutex_lock(&night->lock);
    bool fresh = !night->asked;
    night->asked = true;
    pthread_cond_broadcast(&night->changed);
    pthread_mutex_unlock(&night->lock);
    return fresh;
}

// When a phase is over that goes on as it did so far.
static int64_t expected_end_us(struct night *night, const struct night_state *state, int64_t now_us) {
    bool is_subjects = state->phase == NIGHT_SUBJECTS;
    uint64_t at = is_subjects ? state->done : state->position;
    uint64_t target = is_subjects ? state->total : state->target;
    bool both_events = state->phase == NIGHT_EVENTS && night->phase == NIGHT_BUILDING;
    if (state->phase != night->phase && !both_events) {
        night->phase_begin = at;
        night->phase_since_us = now_us;
    }
    night->phase = state->phase;
    if (state->phase == NIGHT_IDLE || at <= night->phase_begin || target < at) {
        return 0;
    }
    double each_us = (double)(now_us - night->phase_since_us) / (double)(at - night->phase_begin);
    return now_us + (int64_t)(each_us * (double)(target - at));
}

struct night_state night_state(struct night *night) {
    pthread_mutex_lock(&night->lock);
    struct night_state state = night->state;
    state.phase = (NightPhase)atomic_load(&night->figures.phase);
    state.position = atomic_load(&night->figures.position);
    state.target = atomic_load(&night->figures.target);
    state.done = atomic_load(&night->figures.done);
    state.total = atomic_load(&night->figures.total);
    state.results = atomic_load(&night->figures.results);
    state.refused = atomic_load(&night->figures.refused);
    state.turned_away = atomic_load(&night->figures.turned_away);
    state.ends_us = expected_end_us(night, &state, clock_wall_us());
    pthread_mutex_unlock(&night->lock);
    return state;
}

uint64_t night_needs_from(Slice snapshots) {
    struct arena arena;
    const uint64_t *sequences = NULL;
    uint32_t count = 0;
    arena_init(&arena, 1 << 12);
    // The oldest: it is what is gone on from when a newer one is damaged.
    bool listed = snapshot_list(disk_real(), snapshots, &arena, &sequences, &count) == 0;
    uint64_t from = listed && count > 0 ? sequences[0] + 1 : 1;
    arena_deinit(&arena);
    return from;
}

// ---- once ------------------------------------------------------------------------------------------------

static Status run_once(struct night *night, int64_t as_of_us, struct arena *arena, struct night_run *ret_run, struct diag *diag) {
    TRY(read_log(night, ret_run, arena, diag));
    if (was_one(ret_run) && !ret_run->done) {
        TRY(end_interrupted(night, ret_run, arena, diag));
    }
    if (was_one(ret_run) && ret_run->as_of_us == as_of_us) {
        return STATUS_OK; // it was this one
    }
    if ((was_one(ret_run) && ret_run->as_of_us > as_of_us) || as_of_us > clock_wall_us()) {
        return diag_fail(diag, arena, STATUS_INVALID, "NR005", "a run is of a moment that has come, and that lies behind the last run's%s%.*s",
                         was_one(ret_run) ? ", " : "", SLICE_ARGS(night_run_name(ret_run)));
    }
    return run_as_of(night, ret_run, as_of_us, arena, diag);
}

Status night_run_once(const struct night_options *options, int64_t as_of_us, struct arena *arena, struct night_run *ret_run, struct diag *diag) {
    struct night *night = create(options, false);
    Status status = run_once(night, as_of_us, arena, ret_run, diag);
    destroy(night);
    return status;
}
