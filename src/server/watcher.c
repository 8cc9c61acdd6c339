#include "server/watcher.h"

#include "base/time.h"
#include "os/clock.h"

#include <stdlib.h>

_Static_assert((int)METRIC_EFFORT_full == (int)EFFORT_full && (int)METRIC_EFFORT_rules == (int)EFFORT_rules, "the metrics' efforts are the catalogue's");
_Static_assert((int)METRIC_STATUS_DRAFT == (int)MODEL_DRAFT && (int)METRIC_STATUS_RETIRED == (int)MODEL_RETIRED, "the metrics' statuses are the models'");

// Numbers of series, looked up once for each catalogue: the deciding thread then only adds.
struct watcher {
    struct metrics *metrics;
    struct log *log;
    const struct catalogue *catalogue;
    struct arena arena;
    uint32_t *model_series;
    uint32_t *type_series;
    uint32_t (*action_series)[EFFORT_COUNT];
};

struct watcher *watcher_create(struct metrics *metrics, struct log *log) {
    struct watcher *watcher = memory_alloc(sizeof *watcher);
    watcher->metrics = metrics;
    watcher->log = log;
    arena_init(&watcher->arena, 1 << 16);
    return watcher;
}

void watcher_destroy(struct watcher *watcher) {
    if (watcher != NULL) {
        arena_deinit(&watcher->arena);
        free(watcher);
    }
}

static void tell_catalogue(struct watcher *watcher, const struct catalogue *catalogue) {
    uint32_t statuses[MODEL_STATUSES] = {0};
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        statuses[catalogue->models.at[i].status]++;
    }
    for (uint32_t i = 0; i < MODEL_STATUSES; i++) {
        metrics_set(watcher->metrics, METRIC_MODELS, i, statuses[i]);
    }
    Slice version = arena_printf(&watcher->arena, "%lld", (long long)catalogue->version);
    Slice hash = slice_part(catalogue->label, catalogue->label.size - 16, 16);
    const Slice info[] = {catalogue->name, version, hash};
    metrics_set_info(watcher->metrics, METRIC_CATALOGUE, info, 3);
    LOG(watcher->log, info, "catalogue_decides", LOG_TEXT("catalogue", catalogue->label), LOG_I64("models", catalogue->evaluated_count));
}

static void read_catalogue(struct watcher *watcher, const struct catalogue *catalogue) {
    const struct policy *policy = &catalogue->policy;
    arena_reset(&watcher->arena);
    watcher->catalogue = catalogue;
    watcher->model_series = ARENA_ARRAY(&watcher->arena, uint32_t, catalogue->models.count + 1);
    watcher->type_series = ARENA_ARRAY(&watcher->arena, uint32_t, catalogue->schema->type_count + 1);
    watcher->action_series = arena_alloc(&watcher->arena, sizeof *watcher->action_series * (policy->actions.count + 1));
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        watcher->model_series[i] = metrics_series(watcher->metrics, METRIC_HITS, catalogue->models.at[i].id, 0);
    }
    for (uint32_t i = 0; i < catalogue->schema->type_count; i++) {
        watcher->type_series[i] = metrics_series(watcher->metrics, METRIC_EVENTS, catalogue->schema->types[i].name, 0);
    }
    for (uint32_t i = 0; i < policy->actions.count; i++) {
        for (uint32_t effort = 0; effort < EFFORT_COUNT; effort++) {
            watcher->action_series[i][effort] = metrics_series(watcher->metrics, METRIC_DECISIONS, policy->actions.at[i].id, effort);
        }
    }
    tell_catalogue(watcher, catalogue);
}

static void record_stage(struct watcher *watcher, MetricStage stage, uint64_t ns) {
    metrics_record(watcher->metrics, METRIC_STAGE, stage, (int64_t)(ns / 1000));
}

void watcher_sampled(void *context, const struct pipeline_sample *sample) {
    struct watcher *watcher = context;
    const struct decision *decision = sample->decision;
    if (watcher->metrics == NULL) {
        return;
    }
    if (watcher->catalogue != decision->catalogue) {
        read_catalogue(watcher, decision->catalogue);
    }
    static const MetricStage stages[ENGINE_STAGE_COUNT] = {METRIC_STAGE_recall, METRIC_STAGE_features, METRIC_STAGE_models, METRIC_STAGE_policy};
    uint64_t inside_ns = 0;
    for (int i = 0; i < ENGINE_STAGE_COUNT; i++) {
        record_stage(watcher, stages[i], sample->stage_ns[i]);
        inside_ns += sample->stage_ns[i];
    }
    record_stage(watcher, METRIC_STAGE_wait, sample->waited_ns);
    record_stage(watcher, METRIC_STAGE_parse, sample->took_ns > inside_ns ? sample->took_ns - inside_ns : 0);
    metrics_add(watcher->metrics, METRIC_DECISIONS, watcher->action_series[decision->action][decision->effort], 1);
    metrics_add(watcher->metrics, METRIC_EVENTS, watcher->type_series[decision->type], 1);
    metrics_add(watcher->metrics, METRIC_LATE, 0, (decision->flags & EVENT_FLAG_LATE) != 0);
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        if (hit->guards == 0 && !hit->is_shadow) {
            metrics_add(watcher->metrics, METRIC_HITS, watcher->model_series[hit->model - decision->catalogue->models.at], 1);
        }
    }
}

void watcher_answered(void *context, const struct work *work, uint64_t now_ns) {
    struct watcher *watcher = context;
    record_stage(watcher, METRIC_STAGE_journal, now_ns - work->decided_ns);
    record_stage(watcher, METRIC_STAGE_total, now_ns - work->arrived_ns);
}

void watcher_refused(void *context, Slice code) {
    struct watcher *watcher = context;
    metrics_add(watcher->metrics, METRIC_REFUSED, metrics_series(watcher->metrics, METRIC_REFUSED, code, 0), 1);
}

void watcher_braked(void *context, const struct brake_news *news) {
    struct watcher *watcher = context;
    metrics_set(watcher->metrics, METRIC_BRAKE, metrics_series(watcher->metrics, METRIC_BRAKE, news->rule->name, 0), news->of_rule > 0);
    if (news->held) {
        LOG(watcher->log, warning, news->stands ? "brake_still_holds" : "brake_holds", LOG_TEXT("rule", news->rule->name), LOG_TEXT("over", news->rule->over), LOG_TEXT("key", news->key),
            LOG_TEXT("then", slice_of(brake_deed_names[news->rule->then])), LOG_I64("count", news->count), LOG_I64("of", news->of));
    } else {
        LOG(watcher->log, warning, "brake_lets_go", LOG_TEXT("rule", news->rule->name), LOG_TEXT("key", news->key));
    }
}

void watcher_snapshot_ended(void *context, const struct diag *failure) {
    struct watcher *watcher = context;
    if (failure != NULL) {
        metrics_add(watcher->metrics, METRIC_SNAPSHOTS_FAILED, 0, 1);
        log_put_diag(watcher->log, LOG_error, "snapshot_failed", failure);
        return;
    }
    metrics_add(watcher->metrics, METRIC_SNAPSHOTS, 0, 1);
    LOG(watcher->log, info, "snapshot_written");
}

static void look_at_journal(struct watcher *watcher, const struct journal_state *journal) {
    struct metrics *metrics = watcher->metrics;
    metrics_set(metrics, METRIC_JOURNAL_SEQUENCE, METRIC_POSITION_appended, (int64_t)journal->appended);
    metrics_set(metrics, METRIC_JOURNAL_SEQUENCE, METRIC_POSITION_written, (int64_t)journal->written);
    metrics_set(metrics, METRIC_JOURNAL_SEQUENCE, METRIC_POSITION_durable, (int64_t)journal->durable);
    metrics_set(metrics, METRIC_JOURNAL_SEGMENTS, 0, (int64_t)journal->segments_made);
    metrics_set(metrics, METRIC_JOURNAL_ROOM, 0, (int64_t)journal->room_bytes);
    metrics_set(metrics, METRIC_JOURNAL_NEARLY_FULL, 0, journal->nearly_full);
    metrics_set(metrics, METRIC_JOURNAL_FAILED, 0, journal->failed);
}

static void look_at_log(struct watcher *watcher) {
    struct log_counters counters = log_counters(watcher->log);
    metrics_set(watcher->metrics, METRIC_LOG, METRIC_LOG_written, (int64_t)counters.written);
    metrics_set(watcher->metrics, METRIC_LOG, METRIC_LOG_folded, (int64_t)counters.folded);
    metrics_set(watcher->metrics, METRIC_LOG, METRIC_LOG_dropped, (int64_t)counters.dropped);
    metrics_set(watcher->metrics, METRIC_LOG, METRIC_LOG_failed, (int64_t)counters.failed);
}

static void look_at_away(struct watcher *watcher, const struct pipeline_state *state, uint64_t came_early) {
    static const MetricAway reasons[PIPELINE_AWAY_COUNT] = {METRIC_AWAY_overload, METRIC_AWAY_no_room, METRIC_AWAY_journal_failed, METRIC_AWAY_stopping};
    for (int i = 0; i < PIPELINE_AWAY_COUNT; i++) {
        metrics_set(watcher->metrics, METRIC_AWAY, reasons[i], (int64_t)state->away[i]);
    }
    metrics_set(watcher->metrics, METRIC_AWAY, METRIC_AWAY_starting, (int64_t)came_early);
}

static void look_at_doubts(struct watcher *watcher, const struct pipeline_state *state) {
    static const MetricLookedUp found[DOUBT_FOUND_COUNT] = {METRIC_LOOKED_UP_new, METRIC_LOOKED_UP_known, METRIC_LOOKED_UP_unsure};
    for (int i = 0; i < DOUBT_FOUND_COUNT; i++) {
        metrics_set(watcher->metrics, METRIC_LOOKED_UP, found[i], (int64_t)state->looked_up[i]);
    }
}

static void look_at_night(struct watcher *watcher, struct night *night) {
    struct night_state state = night == NULL ? (struct night_state){0} : night_state(night);
    // The figures are those of the run before as long as it decides on events; one that hangs there is not done either.
    bool comes_to_them = state.phase == NIGHT_BUILDING || state.phase == NIGHT_EVENTS;
    metrics_set(watcher->metrics, METRIC_BATCH, METRIC_PROGRESS_done, comes_to_them ? 0 : (int64_t)state.done);
    metrics_set(watcher->metrics, METRIC_BATCH, METRIC_PROGRESS_whole, comes_to_them ? 1 : (int64_t)state.total);
}

static void look_at_endpoint(struct metrics *metrics, Slice name, uint64_t waiting, uint64_t dead, uint64_t taken, uint64_t failed) {
    metrics_set(metrics, METRIC_RESPONSE_MESSAGES, metrics_series(metrics, METRIC_RESPONSE_MESSAGES, name, METRIC_MESSAGE_waiting), (int64_t)waiting);
    metrics_set(metrics, METRIC_RESPONSE_MESSAGES, metrics_series(metrics, METRIC_RESPONSE_MESSAGES, name, METRIC_MESSAGE_dead), (int64_t)dead);
    metrics_set(metrics, METRIC_RESPONSE_ATTEMPTS, metrics_series(metrics, METRIC_RESPONSE_ATTEMPTS, name, METRIC_ATTEMPT_taken), (int64_t)taken);
    metrics_set(metrics, METRIC_RESPONSE_ATTEMPTS, metrics_series(metrics, METRIC_RESPONSE_ATTEMPTS, name, METRIC_ATTEMPT_failed), (int64_t)failed);
}

// In brackets, which no system's own name has.
static Slice source_label(const struct source_state *state) {
    return state->kind == SOURCE_NAMED ? state->name : state->kind == SOURCE_UNNAMED ? SLICE("(unnamed)") : SLICE("(rest)");
}

static void look_at_sources(struct metrics *metrics, const struct sources *sources) {
    struct source_state states[SOURCES_MAX + 2];
    uint32_t count = sources_look(sources, clock_wall_us(), states);
    for (uint32_t i = 0; i < count; i++) {
        const struct source_state *state = &states[i];
        Slice name = source_label(state);
        metrics_set(metrics, METRIC_SOURCE_EVENTS, metrics_series(metrics, METRIC_SOURCE_EVENTS, name, 0), (int64_t)state->events);
        metrics_set(metrics, METRIC_SOURCE_LATE, metrics_series(metrics, METRIC_SOURCE_LATE, name, 0), (int64_t)state->late);
        metrics_set(metrics, METRIC_SOURCE_REFUSED, metrics_series(metrics, METRIC_SOURCE_REFUSED, name, 0), (int64_t)state->refused);
        metrics_set(metrics, METRIC_SOURCE_LAST, metrics_series(metrics, METRIC_SOURCE_LAST, name, 0), state->silent_since_us);
        metrics_set(metrics, METRIC_SOURCE_SILENT, metrics_series(metrics, METRIC_SOURCE_SILENT, name, 0), state->is_silent_unusually);
        metrics_set(metrics, METRIC_SOURCE_LAG, metrics_series(metrics, METRIC_SOURCE_LAG, name, METRIC_LAG_median), state->lag_median_ms * US_PER_MS);
        metrics_set(metrics, METRIC_SOURCE_LAG, metrics_series(metrics, METRIC_SOURCE_LAG, name, METRIC_LAG_p99), state->lag_p99_ms * US_PER_MS);
    }
}

static void look_at_response(struct watcher *watcher, struct response *response) {
    static const char *const names[RESPONSE_ENDPOINT_COUNT] = {
#define X(name) #name,
        RESPONSE_ENDPOINTS(X)
#undef X
    };
    struct metrics *metrics = watcher->metrics;
    struct response_state state = response_state(response);
    metrics_set(metrics, METRIC_RESPONSE_UP, 0, state.mode == RESPONSE_ON);
    metrics_set(metrics, METRIC_RESPONSE_LAG, 0, (int64_t)state.lag_records);
    metrics_set(metrics, METRIC_RESPONSE_BEHIND, 0, state.lag_us);
    metrics_set(metrics, METRIC_RESPONSE_TAKEN, 0, (int64_t)state.outcomes);
    metrics_set(metrics, METRIC_RESPONSE_ASIDE, 0, (int64_t)state.unread);
    metrics_set(metrics, METRIC_RESPONSE_TIMERS, METRIC_FIRED_in_time, (int64_t)(state.timers - state.timers_late));
    metrics_set(metrics, METRIC_RESPONSE_TIMERS, METRIC_FIRED_late, (int64_t)state.timers_late);
    for (uint32_t i = 0; i < RESPONSE_ENDPOINT_COUNT; i++) {
        const struct response_endpoint_state *endpoint = &state.endpoints[i];
        look_at_endpoint(metrics, slice_of(names[i]), endpoint->waiting, endpoint->dead, endpoint->sent, endpoint->failed);
    }
    look_at_endpoint(metrics, SLICE("engine"), state.engine_waiting, state.engine_dead, state.labels + state.changes, 0);
}

void watcher_look(struct watcher *watcher, const struct watched *watched) {
    struct metrics *metrics = watcher->metrics;
    if (metrics == NULL) {
        return;
    }
    struct pipeline_state state = pipeline_state(watched->pipeline);
    struct snapshot_maker_state snapshots = pipeline_snapshots(watched->pipeline);
    look_at_journal(watcher, &state.journal);
    metrics_set(metrics, METRIC_WAITING, 0, state.waiting);
    metrics_set(metrics, METRIC_DUPLICATES, 0, (int64_t)state.known);
    metrics_set(metrics, METRIC_CHANGES, 0, (int64_t)state.changed);
    metrics_set(metrics, METRIC_JOURNAL_BYTES, 0, (int64_t)state.bytes);
    metrics_set(metrics, METRIC_CONNECTIONS, 0, watched->http.connections_open);
    metrics_set(metrics, METRIC_CONNECTIONS_REFUSED, 0, (int64_t)watched->http.connections_refused);
    metrics_set(metrics, METRIC_REQUESTS_OVER, 0, (int64_t)watched->http.overloaded);
    metrics_set(metrics, METRIC_REQUESTS_LATE, 0, (int64_t)watched->http.timeouts);
    look_at_log(watcher);
    look_at_away(watcher, &state, watched->came_early);
    look_at_doubts(watcher, &state);
    look_at_night(watcher, watched->night);
    look_at_response(watcher, watched->response);
    look_at_sources(metrics, pipeline_sources(watched->pipeline));
    metrics_set(metrics, METRIC_SNAPSHOT_AGE, 0, snapshots.at_us == 0 ? 0 : clock_wall_us() - snapshots.at_us);
    metrics_set(metrics, METRIC_SNAPSHOT_TOOK, 0, (int64_t)snapshots.took_us);
    metrics_set(metrics, METRIC_SNAPSHOT_BYTES, 0, (int64_t)snapshots.bytes);
    metrics_set_process(metrics);
}
