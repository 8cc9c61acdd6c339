// How the server is: whether it lives, whether it decides, what it counts.

#include "server/api/api.h"

void api_get_health(void *context, struct http_request *request) {
    api_reply_json(request, 200, SLICE("{\"alive\":true}\n"));
}

static void put_state(struct json_writer *json, const struct pipeline_state *state) {
    json_object_begin(json);
    json_key_bool(json, SLICE("ready"), !state->failed);
    json_key_i64(json, SLICE("waiting"), state->waiting);
    json_key_i64(json, SLICE("decided"), (int64_t)state->decided);
    json_key_i64(json, SLICE("known"), (int64_t)state->known);
    json_key_i64(json, SLICE("refused"), (int64_t)state->refused);
    json_key_i64(json, SLICE("turned_away"), (int64_t)state->turned_away);
    json_key_i64(json, SLICE("durable_sequence"), (int64_t)state->journal.durable);
    json_object_end(json);
    json_writer_finish(json);
}

void api_get_ready(void *context, struct http_request *request) {
    struct pipeline *pipeline = api_pipeline(context, request);
    if (pipeline == NULL) {
        return;
    }
    struct pipeline_state state = pipeline_state(pipeline);
    if (state.failed) {
        api_refuse(request, API_PROBLEM_JOURNAL_FAILED, "%s", "");
        return;
    }
    struct buf out;
    struct json_writer json;
    buf_init(&out, 4096);
    json_writer_init(&json, &out);
    put_state(&json, &state);
    api_reply_json(request, 200, buf_slice(&out));
    buf_deinit(&out);
}

void api_get_version(void *context, struct http_request *request) {
    const struct serve *serve = context;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 4096);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("version"), SLICE(QIANTANG_VERSION));
    json_key_string(&json, SLICE("api"), SLICE("v1"));
    json_key_string(&json, SLICE("durability"), api_durability(serve));
    json_object_end(&json);
    json_writer_finish(&json);
    api_reply_json(request, 200, buf_slice(&out));
    buf_deinit(&out);
}

// ---- metrics ------------------------------------------------------------------------------------------------

static void put_metric(struct buf *out, const char *name, const char *type, const char *help, uint64_t value) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name, (unsigned long long)value);
}

static void put_pipeline(struct buf *out, const struct pipeline_state *state) {
    put_metric(out, "qiantang_records_waiting", "gauge", "Records that wait to be decided.", state->waiting);
    put_metric(out, "qiantang_events_decided_total", "counter", "Events decided since the start.", state->decided);
    put_metric(out, "qiantang_events_known_total", "counter", "Events that were decided before.", state->known);
    put_metric(out, "qiantang_records_refused_total", "counter", "Records that were not understood.", state->refused);
    put_metric(out, "qiantang_records_turned_away_total", "counter", "Records that found too many waiting.", state->turned_away);
    put_metric(out, "qiantang_journal_durable_sequence", "gauge", "Last record of the journal that is on disk.", state->journal.durable);
    put_metric(out, "qiantang_journal_failed", "gauge", "1 after a write of the journal has failed.", state->failed);
}

static void put_http(struct buf *out, const struct http_counters *counters) {
    put_metric(out, "qiantang_http_connections_open", "gauge", "Connections that are open.", counters->connections_open);
    put_metric(out, "qiantang_http_requests_total", "counter", "Requests since the start.", counters->requests);
    put_metric(out, "qiantang_http_overloaded_total", "counter", "Requests refused since too many were under way.", counters->overloaded);
    put_metric(out, "qiantang_http_timeouts_total", "counter", "Requests that did not arrive in time.", counters->timeouts);
}

void api_get_metrics(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct pipeline *pipeline = atomic_load(&serve->pipeline);
    struct http_counters counters;
    struct buf out;
    buf_init(&out, 16 << 20);
    if (pipeline != NULL) {
        struct pipeline_state state = pipeline_state(pipeline);
        put_pipeline(&out, &state);
        http_server_counters(serve->http, &counters); // the server is known by now: a pipeline comes after it
        put_http(&out, &counters);
    }
    if (serve->options.metrics.put != NULL) {
        serve->options.metrics.put(serve->options.metrics.context, &out);
    }
    http_reply(request, &(struct http_reply){.status = 200, .content_type = SLICE("text/plain; version=0.0.4; charset=utf-8"), .body = buf_slice(&out)});
    buf_deinit(&out);
}
