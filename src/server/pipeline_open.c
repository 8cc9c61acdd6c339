// The life of the pipeline: what the journal holds is taken up and replayed; in the end what waits is decided, and a snapshot is left.

#include "codec/json_write.h"
#include "os/clock.h"
#include "os/thread.h"
#include "server/catch_up.h"
#include "server/pipeline_private.h"
#include "server/records.h"
#include "server/snapshots.h"

#include <stdlib.h>

static void free_pipeline(struct pipeline *pipeline) {
    doubts_destroy(pipeline->doubts);
    memory_ahead_stop(pipeline->memory);
    heart_destroy(pipeline->heart);
    budget_destroy(pipeline->budget);
    brake_destroy(pipeline->brake);
    sources_destroy(pipeline->sources);
    costs_destroy(pipeline->costs);
    json_reader_destroy(pipeline->json);
    arena_deinit(&pipeline->scratch);
    pthread_mutex_destroy(&pipeline->lock);
    pthread_cond_destroy(&pipeline->has_work);
    free(pipeline);
}

// One record, and waits until it is durable.
static Status append_now(struct pipeline *pipeline, uint8_t kind, Slice data, struct diag *diag) {
    uint64_t last = 0;
    struct batch batch = {.count = 1};
    batch.records[0] = (struct journal_record){.kind = kind, .time_us = clock_wall_us(), .data = data};
    Status status = pipeline_append_all(pipeline, &batch, &last);
    return status == STATUS_OK && journal_wait(pipeline->journal, last) == STATUS_OK ? STATUS_OK : journal_failure(pipeline->journal, diag);
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
    buf_init(&text, 1 << 12);
    json_writer_init(&json, &text);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), heart_catalogue(pipeline->heart)->label);
    json_key_string(&json, SLICE("state"), SLICE("new"));
    json_object_end(&json);
    json_writer_finish(&json);
    Status status = append_now(pipeline, KIND_RELEASE, buf_slice(&text), diag);
    buf_deinit(&text);
    return status;
}

// The decision that a crash has cut off is written behind its event.
static Status pay_decision(struct pipeline *pipeline, const struct replay *replay, struct diag *diag) {
    return append_now(pipeline, KIND_DECISION, buf_slice(&replay->answer), diag);
}

struct replay_watch {
    const struct pipeline_options *options;
    uint64_t first, last, told;
};

static void replayed_some(void *context, const struct journal_entry *entry, const struct heart *heart) {
    struct replay_watch *watch = context;
    if (watch->options->replaying != NULL && entry->sequence >= watch->told + PIPELINE_REPLAY_STEP) {
        watch->told = entry->sequence;
        watch->options->replaying(watch->options->context, entry->sequence, watch->first, watch->last);
    }
}

static Status take_up(struct pipeline *pipeline, uint64_t last, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct replay_watch watch = {.options = &pipeline->options, .last = last};
    struct replay replay = {.source = pipeline->options.source, .folder = pipeline->options.folder, .from_snapshot = true, .scope = SCOPE_IN_FLIGHT,
                            .damaged = {.context = pipeline->options.context, .add = pipeline->options.snapshot_damaged},
                            .noted = pipeline->options.noted, .noted_context = pipeline->options.noted_context,
                            .context = &watch, .on_record = replayed_some};
    Status status = replay_begin(&replay, arena, diag);
    if (status == STATUS_OK) {
        watch.first = replay.found.snapshot_sequence + 1;
        status = catch_up(&replay, arena, diag);
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

// What held before goes on to hold; rules that were taken out of the settings let go.
static Status take_up_brakes(struct pipeline *pipeline) {
    struct brake_hold hold;
    for (uint32_t i = 0; engine_hold_at(heart_engine(pipeline->heart), i, &hold);) {
        uint32_t before = brake_holding(pipeline->brake);
        pipeline_stand(pipeline, hold.rule, hold.key, true);
        i += brake_holding(pipeline->brake) > before;
    }
    return atomic_load(&pipeline->failed) ? STATUS_IO : STATUS_OK;
}

static Status open_log(struct pipeline *pipeline, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct journal_options options = {.created_us = clock_wall_us(),
                                      .segment_bytes = pipeline->options.segment_bytes,
                                      .check_from = UINT64_MAX, // what is replayed is checked when it is read
                                      .events = {.context = pipeline, .failed = pipeline_on_failed}};
    if (pipeline->options.async) {
        options.events.written = pipeline_on_kept;
    } else {
        options.events.durable = pipeline_on_kept;
    }
    struct journal_recovery found;
    memcpy(options.label, &pipeline->options.first, JOURNAL_LABEL_SIZE);
    TRY(journal_open(disk_real(), pipeline->options.folder, &options, arena, &pipeline->journal, &found, diag));
    opened->torn_bytes = found.torn_bytes;
    if (pipeline->options.opened != NULL) {
        TRY(pipeline->options.opened(pipeline->options.noted_context, found.first_sequence, found.last_sequence, arena, diag));
    }
    TRY(take_up(pipeline, found.last_sequence, arena, opened, diag));
    cost_table_destroy(pipeline_begin_with(pipeline, cost_table_create(heart_catalogue(pipeline->heart))));
    heart_bring_in(pipeline->heart, NULL); // else the first event would take longer than its budget
    return take_up_brakes(pipeline) == STATUS_OK ? STATUS_OK : journal_failure(pipeline->journal, diag);
}

Status pipeline_open(const struct pipeline_options *options, struct arena *arena, struct pipeline **ret_pipeline,
                     struct pipeline_opened *ret_opened, struct diag *diag) {
    struct pipeline *pipeline = memory_alloc(sizeof *pipeline);
    *ret_opened = (struct pipeline_opened){0};
    pipeline->options = *options;
    pipeline->options.waiting_max = options->waiting_max == 0 ? PIPELINE_WAITING_MAX : options->waiting_max;
    pipeline->options.snapshots_kept = options->snapshots_kept == 0 ? PIPELINE_SNAPSHOTS_KEPT : options->snapshots_kept;
    pipeline->brake = brake_create(options->brakes, options->brake_count);
    pipeline->costs = costs_create();
    pipeline->sources = sources_create(clock_wall_us());
    pipeline->json = json_reader_create(PIPELINE_RECORD_MAX, 16);
    arena_init(&pipeline->scratch, 1 << 16);
    pipeline->budget = budget_create(options->budgets, options->budget_count, options->budget_us);
    pipeline->options.snapshot_step_bytes = options->snapshot_step_bytes == 0 ? PIPELINE_SNAPSHOT_STEP : options->snapshot_step_bytes;
    pthread_condattr_t monotonic;
    INVARIANT(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&pipeline->lock, NULL) == 0 && pthread_cond_init(&pipeline->has_work, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    Status status = open_log(pipeline, arena, ret_opened, diag);
    if (status != STATUS_OK) {
        struct diag ignored;
        Status closed = journal_close(pipeline->journal, arena, &ignored);
        (void)closed; // what opening failed of is told
        free_pipeline(pipeline);
        return status;
    }
    struct snapshot_maker_options snapshots = {
        .folder = options->folder,
        .archive = options->archive,
        .journal = pipeline->journal,
        .keep = pipeline->options.snapshots_kept,
        .every_us = options->snapshot_every_us,
        .every_records = options->snapshot_every_records,
        .context = options->context,
        .ended = options->snapshot_ended,
        .before = options->snapshot_before,
        .needed_from = options->snapshot_needed_from,
    };
    if (options->decided_before != NULL) {
        struct doubts_options doubts = {.context = options->noted_context, .find = options->decided_before, .back_context = pipeline, .back = pipeline_came_back};
        pipeline->doubts = doubts_create(&doubts);
    }
    pipeline->snapshots = snapshot_maker_create(&snapshots, ret_opened->replayed.snapshot_sequence, clock_wall_us());
    pipeline->memory = memory_ahead_start();
    pipeline->thread = thread_start("decide", pipeline_run, pipeline);
    *ret_pipeline = pipeline;
    return STATUS_OK;
}

static Status leave_snapshot(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    uint64_t last = journal_state(pipeline->journal).appended;
    if (journal_wait(pipeline->journal, last) != STATUS_OK || atomic_load(&pipeline->failed)) {
        return journal_failure(pipeline->journal, diag);
    }
    if (pipeline->options.snapshot_before != NULL) {
        (void)pipeline->options.snapshot_before(pipeline->options.context, last); // this one is left in any case: it is the last
    }
    return snapshot_leave(pipeline->heart, pipeline->options.folder, last, pipeline->options.snapshots_kept, arena, diag);
}

Status pipeline_close(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->closing = true;
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
    thread_join(pipeline->thread);
    snapshot_maker_destroy(pipeline->snapshots, pipeline->heart);
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
