#include "server/instance.h"

#include "codec/json_write.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"
#include "server/gate.h"
#include "server/index.h"
#include "server/night.h"
#include "server/records.h"
#include "server/releases.h"
#include "server/response.h"
#include "server/serve.h"
#include "server/shelf.h"
#include "server/snapshots.h"
#include "server/watcher.h"

#include <stdatomic.h>
#include <stdlib.h>

static const uint64_t replay_log_ns = UINT64_C(10000000000); // between two lines of the log while it replays

struct instance {
    const struct settings *settings; // as they count now
    struct arena arena; // what lives as long as it
    Slice data, journal, packs, index_folder, nights;
    struct event_index *index;
    struct log *log;
    struct metrics *metrics;
    struct watcher *watcher;
    struct gate *gate;
    struct shelf *shelf;
    struct serve *serve;
    struct pipeline *pipeline;
    struct releases *releases;
    struct response *response; // NULL: nothing follows the decisions
    _Atomic(struct night *) night; // NULL: no runs were ever wanted
    atomic_bool has_runs;          // some are planned
    Hash128 first; // label of the pack that was named
    bool has_first;
    atomic_bool is_open; // the pipeline is there
    const struct instance_options *opening; // while it is opened
    uint64_t replay_told_ns;
    struct work pulse;
    atomic_bool pulse_is_out; // the deciding thread has it
};

enum { PEM_MAX = 1 << 20 };

// ---- settings ---------------------------------------------------------------------------------------------

static void read_budgets(struct instance *instance, struct pipeline_rules *rules) {
    const struct settings_decisions *decisions = &instance->settings->decisions;
    struct budget_rule *budgets = ARENA_ARRAY(&instance->arena, struct budget_rule, decisions->budgets.count + 1);
    for (uint32_t i = 0; i < decisions->budgets.count; i++) {
        const struct settings_budget *budget = &decisions->budgets.at[i];
        budgets[i] = (struct budget_rule){budget->channel, budget->event_type, (uint64_t)(budget->budget_us - decisions->margin_us)};
    }
    rules->budgets = budgets;
    rules->budget_count = decisions->budgets.count;
    rules->budget_us = (uint64_t)(decisions->default_budget_us - decisions->margin_us);
}

static Slice join(struct arena *arena, SettingsTexts texts) {
    struct buf text;
    buf_init(&text, 1 << 16);
    for (uint32_t i = 0; i < texts.count; i++) {
        buf_put(&text, i == 0 ? SLICE("") : SLICE(","));
        buf_put(&text, texts.at[i]);
    }
    Slice kept = arena_copy(arena, buf_slice(&text));
    buf_deinit(&text);
    return kept;
}

_Static_assert((int)SETTINGS_BRAKE_THEN_alarm == (int)BRAKE_alarm && (int)SETTINGS_BRAKE_THEN_rollback == (int)BRAKE_rollback, "in one order");

static void read_brakes(struct instance *instance, struct pipeline_rules *rules) {
    const struct settings_brake *brake = &instance->settings->brake;
    struct brake_rule *brakes = ARENA_ARRAY(&instance->arena, struct brake_rule, brake->rules.count + 1);
    for (uint32_t i = 0; i < brake->rules.count; i++) {
        const struct settings_brake_rule *rule = &brake->rules.at[i];
        brakes[i] = (struct brake_rule){
            .name = rule->name,
            .over = rule->over,
            .actions = join(&instance->arena, rule->actions),
            .share_max = (double)rule->share_max_bp / 100,
            .count_min = (uint32_t)rule->count_min,
            .window_us = rule->window_us,
            .then = (BrakeDeed)rule->then,
            .hold_us = rule->hold_us,
            .instead = rule->instead,
            .task = rule->task,
        };
    }
    rules->brakes = brakes;
    rules->brake_count = brake->rules.count;
}

static struct pipeline_rules read_rules(struct instance *instance) {
    struct pipeline_rules rules;
    read_budgets(instance, &rules);
    read_brakes(instance, &rules);
    return rules;
}

static struct access_limits read_limits(const struct instance *instance) {
    const struct settings_access *access = &instance->settings->access;
    return (struct access_limits){
        .idle_us = access->session_idle_us,
        .absolute_us = access->session_max_us,
        .delay_first_us = access->login_delay_first_us,
        .delay_max_us = access->login_delay_max_us,
    };
}

static Status read_schedule(const struct instance *instance, struct schedule *ret_schedule, struct arena *arena, struct diag *diag) {
    const struct settings_batch *batch = &instance->settings->batch;
    *ret_schedule = (struct schedule){0};
    for (uint32_t i = 0; i < batch->runs.count; i++) {
        const struct settings_batch_run *run = &batch->runs.at[i];
        int64_t at_us = run->at_us >= 0 ? run->at_us : 0;
        if (!schedule_add_every(ret_schedule, at_us, run->at_us >= 0 ? US_PER_DAY : run->every_us)) {
            return diag_fail(diag, arena, STATUS_INVALID, "SV009", "the settings have more nightly runs than there may be: %u", batch->runs.count);
        }
    }
    return STATUS_OK;
}

static Status open_log(struct instance *instance, struct arena *arena, struct diag *diag) {
    const struct settings_log *log = &instance->settings->log;
    struct log_options options = {
        .level = (LogLevel)log->level,
        .format = log->format == SETTINGS_LOG_FORMAT_json ? LOG_JSON : LOG_PLAIN,
        .path = slice_is(log->destination, "stderr") ? SLICE("") : log->destination,
        .rotate_bytes = (uint64_t)log->rotate_bytes,
        .rotate_count = (uint32_t)log->rotate_count,
    };
    return log_open(&options, arena, &instance->log, diag);
}

// ---- the data folder --------------------------------------------------------------------------------------

static Status make_folders(struct instance *instance, struct arena *arena, struct diag *diag) {
    instance->data = arena_copy(&instance->arena, instance->settings->folders.data);
    instance->journal = arena_printf(&instance->arena, "%.*s/journal", SLICE_ARGS(instance->data));
    instance->packs = arena_printf(&instance->arena, "%.*s/packs", SLICE_ARGS(instance->data));
    TRY(file_make_directory(instance->data, arena, diag));
    TRY(file_make_directory(instance->journal, arena, diag));
    instance->nights = arena_printf(&instance->arena, "%.*s/night", SLICE_ARGS(instance->data));
    instance->index_folder = arena_printf(&instance->arena, "%.*s/index", SLICE_ARGS(instance->data));
    TRY(file_make_directory(instance->index_folder, arena, diag));
    return file_make_directory(instance->packs, arena, diag);
}

static Status check_strategies(const struct pack_folder *pack, Slice path, struct arena *arena, struct diag *diag) {
    struct strategies *strategies = strategies_create();
    Status status = strategies_compile(strategies, pack->catalogue, pack->files, pack->file_count);
    if (status != STATUS_OK) {
        status = diag_fail(diag, arena, STATUS_INVALID, "SV005", "the strategies of the pack '%.*s' have %u errors: qiantang check tells which", SLICE_ARGS(path), strategies->diags.error_count);
    }
    strategies_destroy(strategies);
    return status;
}

// Compiles the pack that was named and puts it on the shelf.
static Status take_pack(struct instance *instance, Slice path, struct arena *arena, struct diag *diag) {
    struct pack_folder pack;
    Slice label;
    pack_init(&pack, path);
    Status status = pack_read(&pack, NULL, 0, diag);
    if (status == STATUS_OK) {
        status = pack_compile(&pack);
        if (status == STATUS_OK) {
            knowledge_destroy(pack_knowledge(&pack));
        }
        if (pack.catalogue->diags.error_count > 0) {
            status = diag_fail(diag, arena, STATUS_INVALID, "SV005", "the pack '%.*s' has %u errors: qiantang check tells which", SLICE_ARGS(path),
                               pack.catalogue->diags.error_count);
        }
    } else {
        diag->message = arena_copy(arena, diag->message);
    }
    if (status == STATUS_OK) {
        status = check_strategies(&pack, path, arena, diag);
    }
    if (status == STATUS_OK) {
        status = shelf_put(instance->shelf, &pack, arena, &label, diag);
    }
    if (status == STATUS_OK) {
        instance->first = label_hash(label);
        instance->has_first = true;
    }
    pack_close(&pack);
    return status;
}

// A pack that was named has to be the one that the journal goes on with: another one is released while the server runs, and by two persons.
static Status check_pack(struct instance *instance, Slice *ret_label, struct arena *arena, struct diag *diag) {
    const struct pack_folder *pack;
    Hash128 now = pipeline_state(instance->pipeline).label;
    TRY(shelf_find(instance->shelf, now, arena, &pack, diag));
    *ret_label = pack->catalogue->label;
    if (!instance->has_first || (now.low == instance->first.low && now.high == instance->first.high)) {
        return STATUS_OK;
    }
    Status status = diag_fail(diag, arena, STATUS_INVALID, "SV002", "the journal goes on with the pack '%.*s', and another one was named", SLICE_ARGS(*ret_label));
    diag->hint = SLICE("name none; a new pack is released while the server runs");
    return status;
}

// ---- what happens -----------------------------------------------------------------------------------------

static void sampled(void *context, const struct pipeline_sample *sample) {
    const struct instance *instance = context;
    watcher_sampled(instance->watcher, sample);
}

static void rolled_back(struct release_ask *ask) {
    struct instance *instance = ask->user;
    if (ask->http_status != 200) {
        LOG(instance->log, error, "brake_cannot_roll_back", LOG_TEXT("code", slice_of(ask->code)), LOG_TEXT("detail", slice_of(ask->detail)));
    }
    buf_deinit(&ask->body);
    free(ask);
}

static void roll_back(struct instance *instance, const struct brake_news *news) {
    struct release_ask *ask = memory_alloc(sizeof *ask);
    *ask = (struct release_ask){.kind = RELEASE_ROLLBACK, .by = SLICE("the brake"), .is_brake = true, .note = news->rule->name, .done = rolled_back, .user = instance};
    buf_init(&ask->body, 1 << 20);
    if (!releases_ask(instance->releases, ask)) {
        snprintf(ask->code, sizeof ask->code, "busy");
        rolled_back(ask);
    }
}

static void answered(void *context, const struct work *work, uint64_t now_ns) {
    const struct instance *instance = context;
    watcher_answered(instance->watcher, work, now_ns);
    serve_answered(instance->serve, work, now_ns);
}

// One that stands was rolled back for when it took hold.
static void braked(void *context, const struct brake_news *news) {
    struct instance *instance = context;
    watcher_braked(instance->watcher, news);
    releases_freeze(instance->releases, news->freezing > 0);
    if (news->rule->then == BRAKE_rollback && news->held && !news->stands) {
        roll_back(instance, news);
    }
}

static void refused(void *context, Slice code) {
    const struct instance *instance = context;
    watcher_refused(instance->watcher, code);
}

static void snapshot_ended(void *context, const struct diag *failure) {
    const struct instance *instance = context;
    watcher_snapshot_ended(instance->watcher, failure);
}

static void snapshot_damaged(void *context, const struct journal_finding *finding) {
    const struct instance *instance = context;
    LOG(instance->log, warning, "snapshot_damaged", LOG_TEXT("code", slice_of(finding->code)), LOG_TEXT("file", finding->path),
        LOG_I64("offset", finding->offset), LOG_TEXT("reason", slice_of(finding->reason)));
}

static bool snapshot_before(void *context, uint64_t sequence) {
    const struct instance *instance = context;
    return event_index_flush(instance->index, sequence);
}

// With nightly runs planned, what they have not read yet stays where it is; and what the response has not.
static uint64_t snapshot_needed_from(void *context) {
    const struct instance *instance = context;
    uint64_t night = atomic_load(&instance->has_runs) ? night_needs_from(instance->nights) : UINT64_MAX;
    uint64_t response = response_needs_from(instance->response);
    return night < response ? night : response;
}

static void settled(void *context) {
    struct instance *instance = context;
    serve_settled(instance->serve);
    response_settled(instance->response);
}

static void write_detail(struct buf *out, Slice by, Slice note) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("by"), by);
    if (!slice_empty(note)) {
        json_key_string(&json, SLICE("note"), note);
    }
    json_object_end(&json);
    json_writer_finish(&json);
}

static void happened(void *context, const char *what, Slice name, Slice by, Slice note) {
    const struct instance *instance = context;
    LOG(instance->log, info, "release", LOG_TEXT("what", slice_of(what)), LOG_TEXT("name", name), LOG_TEXT("by", by), LOG_TEXT("note", note));
    // What somebody asked for is noted where he asked. No name of a user or system has a blank.
    if (slice_find_byte(by, ' ', 0) < by.size && gate_action_of(what) != AUDIT_OPERATIONS_CHANGED) {
        struct buf detail;
        buf_init(&detail, ACCESS_DETAIL_MAX);
        write_detail(&detail, by, note);
        gate_report(instance->gate, NULL, gate_action_of(what), name, buf_slice(&detail));
        buf_deinit(&detail);
    }
}

static bool has_segments(Slice journal, struct arena *arena) {
    DiskNames names;
    const struct disk *disk = disk_real();
    bool any = false;
    if (disk->list(disk->context, journal, arena, &names) == 0) {
        for (uint32_t i = 0; i < names.count && !any; i++) {
            any = slice_starts_with(names.at[i], SLICE("journal-"));
        }
    }
    return any;
}

// Every start makes it before there is a segment. Without it whoever asks over loopback would be let in, whoever was set up before.
static Status check_access(const struct instance *instance, Slice folder, struct arena *arena, struct diag *diag) {
    if (file_is_directory(folder) || !has_segments(instance->journal, arena)) {
        return STATUS_OK;
    }
    Status status = diag_fail(diag, arena, STATUS_INVALID, "SV013", "there is a journal, but '%.*s' with the users, keys and the record of who did what is gone",
                              SLICE_ARGS(folder));
    diag->hint = SLICE("restore it from a backup; or, if nobody was ever set up, make the first user: qiantang user add NAME --data DIR --roles administrator");
    return status;
}

static Status open_gate(struct instance *instance, struct arena *arena, struct diag *diag) {
    const struct settings *settings = instance->settings;
    struct gate_options options = {
        .folder = arena_printf(&instance->arena, "%.*s/access", SLICE_ARGS(instance->data)),
        .address = settings->server.address,
        .tls = !slice_empty(settings->server.tls_certificate),
        .limits = read_limits(instance),
        .metrics_are_public = settings->metrics.public,
        .log = instance->log,
        .metrics = instance->metrics,
    };
    TRY(check_access(instance, options.folder, arena, diag));
    return gate_open(&options, arena, &instance->gate, diag);
}

// The clock is looked at every some hundred records, which costs nothing beside them.
static void replaying(void *context, uint64_t sequence, uint64_t first, uint64_t last) {
    struct instance *instance = context;
    uint64_t now_ns = clock_monotonic_ns();
    if (now_ns - instance->replay_told_ns >= replay_log_ns) {
        instance->replay_told_ns = now_ns;
        LOG(instance->log, info, "replaying", LOG_I64("sequence", sequence), LOG_I64("first_sequence", first), LOG_I64("last_sequence", last));
    }
    if (instance->opening->replaying != NULL) {
        instance->opening->replaying(instance->opening->context, sequence, first, last);
    }
}

static void pulse_passes(struct work *work, struct heart *heart) {
}

static void pulse_is_back(struct work *work) {
    struct instance *instance = work->user;
    atomic_store(&instance->pulse_is_out, false);
}

// ---- its life ---------------------------------------------------------------------------------------------

static Status open_pipeline(struct instance *instance, struct arena *arena, struct instance_opened *opened, struct diag *diag) {
    const struct settings *settings = instance->settings;
    struct pipeline_rules rules = read_rules(instance);
    struct pipeline_options options = {
        .folder = instance->journal,
        .source = shelf_source(instance->shelf),
        .first = instance->first,
        .segment_bytes = (uint64_t)settings->journal.segment_bytes,
        .async = settings->journal.durability == SETTINGS_DURABILITY_async,
        .waiting_max = (uint32_t)settings->decisions.waiting_max,
        .waiting_us_max = (uint64_t)settings->decisions.overload_wait_us,
        .snapshots_kept = (uint32_t)settings->journal.keep_snapshots,
        .snapshot_every_us = (uint64_t)settings->snapshots.every_us,
        .snapshot_every_records = (uint64_t)settings->snapshots.every_records,
        .snapshot_step_bytes = (size_t)settings->snapshots.step_bytes,
        .archive = settings->journal.archive,
        .budgets = rules.budgets,
        .budget_count = rules.budget_count,
        .budget_us = rules.budget_us,
        .brakes = rules.brakes,
        .brake_count = rules.brake_count,
        .context = instance,
        .settled = settled,
        .sampled = sampled,
        .answered = answered,
        .braked = braked,
        .refused = refused,
        .opened = event_index_opened,
        .noted = event_index_noted,
        .label_before = event_index_label_before,
        .decided_before = event_index_knows,
        .noted_context = instance->index,
        .snapshot_ended = snapshot_ended,
        .snapshot_damaged = snapshot_damaged,
        .snapshot_before = snapshot_before,
        .snapshot_needed_from = snapshot_needed_from,
        .replaying = replaying,
    };
    instance->replay_told_ns = clock_monotonic_ns();
    return pipeline_open(&options, arena, &instance->pipeline, &opened->pipeline, diag);
}

static Status open_releases(struct instance *instance, struct arena *arena, struct diag *diag) {
    struct releases_options options = {
        .folder = instance->packs,
        .journal = instance->journal,
        .shelf = instance->shelf,
        .try_events = (uint64_t)instance->settings->releases.try_records,
        .watch = instance->settings->releases.watch,
        .now_us = clock_wall_us,
        .context = instance,
        .happened = happened,
    };
    return releases_open(&options, arena, &instance->releases, diag);
}

static void put_metrics(void *context, struct buf *out) {
    struct instance *instance = context;
    if (atomic_load(&instance->is_open)) {
        struct watched watched = {
            .pipeline = instance->pipeline,
            .night = atomic_load(&instance->night),
            .response = instance->response,
            .http = serve_counters(instance->serve),
            .came_early = serve_came_early(instance->serve),
        };
        watcher_look(instance->watcher, &watched);
    }
    metrics_render(instance->metrics, out);
}

static int64_t metric_value(void *context, Metric metric, Slice label) {
    const struct instance *instance = context;
    if (metric == METRIC_STARTED) {
        metrics_set_process(instance->metrics);
    }
    return metrics_value(instance->metrics, metric, slice_empty(label) ? 0 : metrics_series(instance->metrics, metric, label, 0));
}

static void count_request(void *context, const struct http_request *request, const struct http_outcome *outcome) {
    const struct instance *instance = context;
    static const MetricStatusClass classes[] = {METRIC_CLASS_none, METRIC_CLASS_1xx, METRIC_CLASS_2xx, METRIC_CLASS_3xx, METRIC_CLASS_4xx, METRIC_CLASS_5xx};
    Slice route = outcome->route == NULL ? SLICE("none") : slice_of(outcome->route->pattern);
    (void)request;
    metrics_add(instance->metrics, METRIC_REQUESTS, metrics_series(instance->metrics, METRIC_REQUESTS, route, classes[outcome->status / 100 % 6]), 1);
}

static Status read_pem(Slice path, struct arena *arena, Slice *ret_text, struct diag *diag) {
    *ret_text = SLICE("");
    return slice_empty(path) ? STATUS_OK : file_read(path, PEM_MAX, arena, ret_text, diag);
}

_Static_assert((int)SETTINGS_TLS_CLIENT_none == (int)HTTP_CLIENT_CERTIFICATE_NONE && (int)SETTINGS_TLS_CLIENT_required == (int)HTTP_CLIENT_CERTIFICATE_REQUIRED,
               "in one order");

static Status start_serve(struct instance *instance, struct arena *arena, struct diag *diag) {
    const struct settings_server *server = &instance->settings->server;
    struct http_options http = {
        .tls_client = (HttpClientCertificate)server->tls_client,
        .connections_max = (uint32_t)server->connections_max,
        .connections_per_address_max = (uint32_t)server->connections_per_address_max,
        .requests_max = (uint32_t)server->requests_max,
        .idle_timeout_ms = (uint32_t)(server->idle_timeout_us / 1000),
        .request_timeout_ms = (uint32_t)(server->request_timeout_us / 1000),
    };
    TRY(read_pem(server->tls_certificate, arena, &http.tls_certificate, diag));
    TRY(read_pem(server->tls_key, arena, &http.tls_key, diag));
    TRY(read_pem(server->tls_client_ca, arena, &http.tls_client_ca, diag));
    struct serve_options serve = {
        .address = server->address,
        .port = (uint16_t)server->port,
        .threads = (uint32_t)server->threads,
        .async = instance->settings->journal.durability == SETTINGS_DURABILITY_async,
        .journal = instance->journal,
        .archive = instance->settings->journal.archive,
        .http = &http,
        .finder = event_index_finder(instance->index),
        .access = gate_access(instance->gate),
        .gate = instance->gate,
        .releases = instance->releases,
        .response = instance->response,
        .key_days_max = (uint32_t)instance->settings->access.key_days_max,
        .metrics = {instance, instance->metrics == NULL ? NULL : put_metrics, instance->metrics == NULL ? NULL : metric_value,
                    instance->metrics == NULL ? NULL : count_request},
    };
    return serve_start(&serve, arena, &instance->serve, diag);
}

static void night_kept(void *context, uint8_t kind, Slice record) {
    const struct instance *instance = context;
    if (kind == KIND_NIGHT) {
        LOG(instance->log, info, "nightly_run", LOG_TEXT("record", record));
    }
}

// When some are wanted.
static Status start_night(struct instance *instance, struct arena *arena, struct diag *diag) {
    const struct settings_batch *batch = &instance->settings->batch;
    struct night_options options = {
        .pipeline = instance->pipeline,
        .shelf = instance->shelf,
        .journal = instance->journal,
        .snapshots = instance->nights,
        .share = (uint32_t)batch->pace_bp,
        .context = instance,
        .kept = night_kept,
    };
    TRY(read_schedule(instance, &options.schedule, arena, diag));
    if (batch->runs.count > 0) {
        atomic_store(&instance->night, night_start(&options));
    }
    return STATUS_OK;
}

// ---- the response -----------------------------------------------------------------------------------------

_Static_assert((int)SETTINGS_ENDPOINT_contact == (int)RESPONSE_ENDPOINT_contact && (int)SETTINGS_ENDPOINT_inspection == (int)RESPONSE_ENDPOINT_inspection, "in one order");

// A file lies in the data folder, where its path does not say otherwise.
static Slice store_address(struct instance *instance) {
    Slice store = instance->settings->response.store;
    Slice path;
    if (slice_is(store, "none")) {
        return SLICE("");
    }
    bool lies_in_data = store_is_file(store, &path) && path.size > 0 && path.at[0] != '/';
    return lies_in_data ? arena_printf(&instance->arena, "sqlite:%.*s/%.*s", SLICE_ARGS(instance->data), SLICE_ARGS(path)) : store;
}

static struct response_names read_names(const struct settings_bank *bank) {
    return (struct response_names){.name = bank->name,
                                  .name_en = slice_empty(bank->name_en) ? bank->name : bank->name_en,
                                  .department = bank->department,
                                  .department_en = bank->department_en,
                                  .symbol = bank->symbol,
                                  .fonts = bank->fonts};
}

static struct response_options read_response(struct instance *instance) {
    const struct settings_response *settings = &instance->settings->response;
    struct response_options options = {
        .store = store_address(instance),
        .password_file = settings->password_file,
        .journal = instance->journal,
        .archive = instance->settings->journal.archive,
        .shelf = instance->shelf,
        .http_anywhere = settings->http_anywhere,
        .from_now = settings->begin == SETTINGS_RESPONSE_BEGIN_now,
        .names = read_names(&instance->settings->bank),
        .log = instance->log,
    };
    for (uint32_t i = 0; i < settings->endpoints.count; i++) {
        const struct settings_endpoint *endpoint = &settings->endpoints.at[i];
        options.endpoints[endpoint->name] = (struct response_endpoint){
            .url = endpoint->url, .secret_file = endpoint->secret, .ca_file = endpoint->ca, .timeout_ms = (uint32_t)(endpoint->timeout_us / US_PER_MS)};
    }
    return options;
}

static Status open_response(struct instance *instance, struct arena *arena, struct diag *diag) {
    struct response_options options = read_response(instance);
    return response_open(&options, arena, &instance->response, diag);
}

static Status open_all(struct instance *instance, Slice pack, struct arena *arena, struct instance_opened *opened, struct diag *diag) {
    const struct settings *settings = instance->settings;
    TRY(open_log(instance, arena, diag));
    instance->metrics = settings->metrics.enabled ? metrics_create() : NULL;
    instance->watcher = watcher_create(instance->metrics, instance->log);
    TRY(make_folders(instance, arena, diag));
    TRY(shelf_open(instance->packs, arena, &instance->shelf, diag));
    if (!slice_empty(pack)) {
        TRY(take_pack(instance, pack, arena, diag));
    }
    TRY(open_gate(instance, arena, diag));
    TRY(open_releases(instance, arena, diag));
    TRY(open_response(instance, arena, diag));
    struct past past = {.journal = instance->journal, .archive = settings->journal.archive};
    instance->index = event_index_create(instance->index_folder, &past, instance->log);
    TRY(start_serve(instance, arena, diag));
    opened->port = serve_port(instance->serve);
    atomic_store(&instance->has_runs, settings->batch.runs.count > 0);
    TRY(open_pipeline(instance, arena, opened, diag));
    TRY(check_pack(instance, &opened->label, arena, diag));
    TRY(start_night(instance, arena, diag));
    releases_attach(instance->releases, instance->pipeline);
    response_attach(instance->response, instance->pipeline);
    atomic_store(&instance->is_open, true);
    serve_attach(instance->serve, instance->pipeline);
    opened->has_nobody = gate_is_open(instance->gate);
    gate_report(instance->gate, NULL, AUDIT_SERVER_STARTED, opened->label, SLICE(""));
    return STATUS_OK;
}

static Status end_parts(struct instance *instance, struct arena *arena, struct diag *diag) {
    Status status = STATUS_OK;
    if (instance->serve != NULL) {
        serve_stop(instance->serve);
    }
    response_stop(instance->response);
    releases_stop(instance->releases);
    night_stop(atomic_load(&instance->night));
    if (instance->pipeline != NULL) {
        status = pipeline_close(instance->pipeline, arena, diag);
    }
    releases_close(instance->releases); // a brake could ask it until here
    if (atomic_load(&instance->is_open)) {
        gate_report(instance->gate, NULL, AUDIT_SERVER_STOPPED, SLICE(""), SLICE(""));
    }
    // Before what requests lived in goes: its threads may still be within their last answers.
    Status left = gate_close(instance->gate, arena, status == STATUS_OK ? diag : &(struct diag){0});
    status = status == STATUS_OK ? left : status;
    serve_destroy(instance->serve);
    return status;
}

static void release_parts(struct instance *instance) {
    event_index_destroy(instance->index);
    response_close(instance->response);
    shelf_close(instance->shelf);
    watcher_destroy(instance->watcher);
    metrics_destroy(instance->metrics);
    log_close(instance->log);
    arena_deinit(&instance->arena);
    free(instance);
}

Status instance_open(const struct instance_options *options, struct arena *arena, struct instance **ret_instance, struct instance_opened *ret_opened,
                     struct diag *diag) {
    struct instance *instance = memory_alloc(sizeof *instance);
    *ret_opened = (struct instance_opened){0};
    arena_init(&instance->arena, 1 << 16);
    instance->settings = options->settings;
    instance->opening = options;
    instance->pulse = (struct work){.kind = WORK_CALL, .call = pulse_passes, .done = pulse_is_back, .user = instance};
    Status status = open_all(instance, options->pack, arena, ret_opened, diag);
    instance->opening = NULL;
    if (status != STATUS_OK) {
        struct diag ignored;
        Status ended = end_parts(instance, arena, &ignored);
        (void)ended; // what opening failed of is told
        log_put_diag(instance->log, LOG_error, "not_started", diag);
        release_parts(instance);
        return status;
    }
    LOG(instance->log, info, "started", LOG_TEXT("catalogue", ret_opened->label), LOG_I64("port", ret_opened->port),
        LOG_I64("replayed_records", ret_opened->pipeline.replayed.records), LOG_I64("snapshot_sequence", ret_opened->pipeline.replayed.snapshot_sequence),
        LOG_I64("torn_bytes", ret_opened->pipeline.torn_bytes));
    *ret_instance = instance;
    return STATUS_OK;
}

// Other moments, or the first ones.
static Status plan_night(struct instance *instance, struct arena *arena, struct diag *diag) {
    struct night *night = atomic_load(&instance->night);
    struct schedule schedule;
    atomic_store(&instance->has_runs, instance->settings->batch.runs.count > 0);
    if (night == NULL) {
        return start_night(instance, arena, diag);
    }
    TRY(read_schedule(instance, &schedule, arena, diag));
    night_plan(night, &schedule, (uint32_t)instance->settings->batch.pace_bp);
    return STATUS_OK;
}

void instance_reload(struct instance *instance, const struct settings *settings) {
    struct diag diag;
    struct arena arena;
    instance->settings = settings;
    log_set_level(instance->log, (LogLevel)settings->log.level);
    log_reopen(instance->log);
    struct pipeline_rules rules = read_rules(instance);
    struct access_limits limits = read_limits(instance);
    pipeline_change_rules(instance->pipeline, &rules);
    gate_change(instance->gate, &limits, settings->metrics.public);
    serve_change_key_days(instance->serve, (uint32_t)settings->access.key_days_max);
    releases_change_try(instance->releases, (uint64_t)settings->releases.try_records);
    arena_init(&arena, 1 << 12);
    if (plan_night(instance, &arena, &diag) != STATUS_OK) {
        log_put_diag(instance->log, LOG_error, "nightly_runs_not_planned", &diag);
    }
    struct response_options response = read_response(instance);
    if (response_change_endpoints(instance->response, &response, &arena, &diag) != STATUS_OK) {
        log_put_diag(instance->log, LOG_error, "endpoints_not_changed", &diag);
    }
    arena_deinit(&arena);
    gate_report(instance->gate, NULL, AUDIT_OPERATIONS_CHANGED, SLICE("settings"), SLICE(""));
    LOG(instance->log, info, "settings_read_again");
}

struct instance_pulse instance_pulse(struct instance *instance) {
    struct pipeline_state state = pipeline_state(instance->pipeline);
    struct instance_pulse pulse = {
        .answers = !atomic_load(&instance->pulse_is_out),
        .failed = state.failed,
        .decided = state.decided,
        .durable_sequence = state.journal.durable,
    };
    if (pulse.answers) {
        atomic_store(&instance->pulse_is_out, true);
        if (!pipeline_submit(instance->pipeline, &instance->pulse)) {
            atomic_store(&instance->pulse_is_out, false);
        }
    }
    return pulse;
}

struct log *instance_log(struct instance *instance) {
    return instance->log;
}

Status instance_close(struct instance *instance, struct arena *arena, struct diag *diag) {
    Status status = end_parts(instance, arena, diag);
    if (status != STATUS_OK) {
        log_put_diag(instance->log, LOG_error, "stopped_with_failure", diag);
    } else {
        LOG(instance->log, info, "stopped");
    }
    release_parts(instance);
    return status;
}
