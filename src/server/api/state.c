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

// They are the server's own list (metrics/metrics.h); a server that counts nothing has no such path.
void api_get_metrics(void *context, struct http_request *request) {
    const struct serve *serve = context;
    if (serve->options.metrics.put == NULL) {
        api_refuse(request, API_PROBLEM_NOT_FOUND, "metrics.enabled is false");
        return;
    }
    struct buf out;
    buf_init(&out, 16 << 20);
    serve->options.metrics.put(serve->options.metrics.context, &out);
    http_reply(request, &(struct http_reply){.status = 200, .content_type = SLICE("text/plain; version=0.0.4; charset=utf-8"), .body = buf_slice(&out)});
    buf_deinit(&out);
}
