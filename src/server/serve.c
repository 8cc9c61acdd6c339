#include "server/serve.h"

#include "codec/json_write.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    BODY_MAX = PIPELINE_RECORD_MAX,
    LINES_BODY_MAX = 16 << 20,
    LINES_MAX = 10000,
    ANSWER_MAX = 32 << 20,
    STOP_MS = 10000,
};

struct serve {
    struct http_server *http;
    _Atomic(struct pipeline *) pipeline; // NULL while it is being opened
};

// One request with all of its works.
struct asked {
    struct serve *serve;
    struct http_request *request;
    uint32_t count;
    _Atomic uint32_t left;
    struct work works[];
};

static struct asked *asked_create(struct serve *serve, struct http_request *request, uint32_t count, void (*done)(struct work *)) {
    struct asked *asked = memory_alloc(sizeof *asked + sizeof asked->works[0] * count);
    asked->serve = serve;
    asked->request = request;
    asked->count = count;
    atomic_init(&asked->left, count);
    for (uint32_t i = 0; i < count; i++) {
        asked->works[i].user = asked;
        asked->works[i].done = done;
        buf_init(&asked->works[i].answer, ANSWER_MAX);
    }
    return asked;
}

static void asked_destroy(struct asked *asked) {
    for (uint32_t i = 0; i < asked->count; i++) {
        buf_deinit(&asked->works[i].answer);
    }
    free(asked);
}

static void reply_json(struct http_request *request, uint16_t status, Slice body) {
    http_reply_quiet(request, &(struct http_reply){.status = status, .content_type = SLICE("application/json"), .body = body});
}

// ---- one record -------------------------------------------------------------------------------------------

static void answer_one(struct http_request *request, const struct work *work) {
    switch (work->outcome) {
    case PIPELINE_DONE:
        reply_json(request, 200, work->is_change ? SLICE("{\"changed\":true}\n") : buf_slice(&work->answer));
        break;
    case PIPELINE_ELSEWHERE:
        http_reply_problem(request, 409, SLICE("decided_elsewhere"), "this event was decided before, by an earlier release: GET /v1/decisions/{event_id}");
        break;
    case PIPELINE_REFUSED:
        http_reply_problem(request, 422, SLICE("record_refused"), "%s: %s", work->code, work->reason);
        break;
    case PIPELINE_NO_ROOM:
        http_reply_problem(request, 507, SLICE("no_room"), "the journal's disk is full; nothing was decided");
        break;
    case PIPELINE_FAILED:
        http_reply_problem(request, 503, SLICE("journal_failed"), "the journal has failed; ask again with the same event_id after the restart");
        break;
    }
}

static void one_done(struct work *work) {
    struct asked *asked = work->user;
    answer_one(asked->request, work);
    asked_destroy(asked);
}

static void overloaded(struct http_request *request) {
    static const struct http_header retry = {.name = {"Retry-After", 11}, .value = {"1", 1}};
    http_reply(request, &(struct http_reply){.status = 503, .content_type = SLICE("application/problem+json"), .headers = &retry, .header_count = 1,
                                             .body = SLICE("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"code\":"
                                                           "\"overloaded\",\"detail\":\"too many records wait; nothing was decided\"}")});
}

static struct pipeline *pipeline_of(struct serve *serve, struct http_request *request) {
    struct pipeline *pipeline = atomic_load(&serve->pipeline);
    if (pipeline == NULL) {
        http_reply_problem(request, 503, SLICE("starting"), "the journal is being replayed");
    }
    return pipeline;
}

static void post_event(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct pipeline *pipeline = pipeline_of(serve, request);
    if (pipeline == NULL) {
        return;
    }
    struct asked *asked = asked_create(serve, request, 1, one_done);
    asked->works[0].record = http_request_body(request);
    http_defer(request);
    if (!pipeline_submit(pipeline, &asked->works[0])) {
        asked_destroy(asked);
        overloaded(request);
    }
}

// ---- many lines -------------------------------------------------------------------------------------------

static void put_line(const struct work *work, struct buf *out) {
    if (work->outcome == PIPELINE_DONE && !work->is_change) {
        buf_put(out, buf_slice(&work->answer));
        return;
    }
    static const char *const codes[] = {"", "decided_elsewhere", "record_refused", "no_room", "journal_failed"};
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    if (work->outcome == PIPELINE_DONE) {
        json_key_bool(&json, SLICE("changed"), true);
    } else {
        json_key_string(&json, SLICE("code"), slice_of(codes[work->outcome]));
    }
    if (work->outcome == PIPELINE_REFUSED) {
        json_key_string(&json, SLICE("reason_code"), slice_of(work->code));
        json_key_string(&json, SLICE("detail"), slice_of(work->reason));
    }
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}

static void finish_lines(struct asked *asked) {
    struct buf out;
    buf_init(&out, (size_t)1 << 30);
    for (uint32_t i = 0; i < asked->count; i++) {
        put_line(&asked->works[i], &out);
    }
    http_reply_quiet(asked->request,
                     &(struct http_reply){.status = 200, .content_type = SLICE("application/x-ndjson"), .body = buf_slice(&out)});
    buf_deinit(&out);
    asked_destroy(asked);
}

static void line_done(struct work *work) {
    struct asked *asked = work->user;
    if (atomic_fetch_sub(&asked->left, 1) == 1) {
        finish_lines(asked);
    }
}

static uint32_t count_lines(Slice body) {
    uint32_t count = 0;
    Slice line;
    while (slice_split(&body, '\n', &line)) {
        count += !slice_empty(slice_trim(line));
    }
    return count;
}

static void post_lines(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct pipeline *pipeline = pipeline_of(serve, request);
    if (pipeline == NULL) {
        return;
    }
    Slice body = http_request_body(request);
    uint32_t count = count_lines(body);
    if (count == 0 || count > LINES_MAX) {
        http_reply_problem(request, 422, SLICE("line_count"), "a body has 1 to %d records, one a line", LINES_MAX);
        return;
    }
    struct asked *asked = asked_create(serve, request, count, line_done);
    Slice line;
    uint32_t at = 0;
    http_defer(request);
    while (slice_split(&body, '\n', &line)) {
        if (!slice_empty(slice_trim(line))) {
            asked->works[at++].record = line;
        }
    }
    // The last one that ends frees all, so what is needed of it is read before.
    for (uint32_t i = 0; i < count; i++) {
        if (!pipeline_submit(pipeline, &asked->works[i])) {
            asked->works[i].outcome = PIPELINE_REFUSED;
            memcpy(asked->works[i].code, "busy", 5);
            memcpy(asked->works[i].reason, "too many records wait; ask again", 33);
            line_done(&asked->works[i]);
        }
    }
    http_server_wake(serve->http);
}

// ---- how it is --------------------------------------------------------------------------------------------

static void reply_now(struct http_request *request, uint16_t status, Slice body) {
    http_reply(request, &(struct http_reply){.status = status, .content_type = SLICE("application/json"), .body = body});
}

static void get_health(void *context, struct http_request *request) {
    reply_now(request, 200, SLICE("{\"alive\":true}\n"));
}

static void get_ready(void *context, struct http_request *request) {
    struct pipeline *pipeline = pipeline_of(context, request);
    if (pipeline == NULL) {
        return;
    }
    struct pipeline_state state = pipeline_state(pipeline);
    struct buf out;
    struct json_writer json;
    buf_init(&out, 4096);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_bool(&json, SLICE("ready"), !state.failed);
    json_key_i64(&json, SLICE("waiting"), state.waiting);
    json_key_i64(&json, SLICE("decided"), (int64_t)state.decided);
    json_key_i64(&json, SLICE("refused"), (int64_t)state.refused);
    json_key_i64(&json, SLICE("turned_away"), (int64_t)state.turned_away);
    json_key_i64(&json, SLICE("durable_sequence"), (int64_t)state.journal.durable);
    json_object_end(&json);
    json_writer_finish(&json);
    reply_now(request, state.failed ? 503 : 200, buf_slice(&out));
    buf_deinit(&out);
}

// ---- its life ---------------------------------------------------------------------------------------------

enum { ROUTE_EVENT = 1, ROUTE_LINES, ROUTE_HEALTH, ROUTE_READY };

static const struct http_route routes[] = {
    {.method = HTTP_POST, .pattern = "/v1/events", .id = ROUTE_EVENT, .body_max = BODY_MAX, .content_types = "application/json", .handler = post_event},
    {.method = HTTP_POST, .pattern = "/v1/records", .id = ROUTE_LINES, .body_max = LINES_BODY_MAX, .content_types = "application/x-ndjson", .handler = post_lines},
    {.method = HTTP_GET, .pattern = "/healthz", .id = ROUTE_HEALTH, .handler = get_health},
    {.method = HTTP_GET, .pattern = "/readyz", .id = ROUTE_READY, .handler = get_ready},
};

Status serve_start(const struct serve_options *options, struct arena *arena, struct serve **ret_serve, struct diag *diag) {
    struct serve *serve = memory_alloc(sizeof *serve);
    struct http_options http = {.address = options->address, .port = options->port};
    Status status = http_server_start(&http, routes, sizeof routes / sizeof routes[0], serve, arena, &serve->http, diag);
    if (status != STATUS_OK) {
        free(serve);
        return status;
    }
    *ret_serve = serve;
    return STATUS_OK;
}

void serve_attach(struct serve *serve, struct pipeline *pipeline) {
    atomic_store(&serve->pipeline, pipeline);
}

uint16_t serve_port(const struct serve *serve) {
    return http_server_port(serve->http);
}

void serve_stop(struct serve *serve) {
    http_server_stop(serve->http, STOP_MS);
}

void serve_destroy(struct serve *serve) {
    if (serve != NULL) {
        http_server_destroy(serve->http);
        free(serve);
    }
}

void serve_settled(void *context) {
    struct serve *serve = context;
    http_server_wake(serve->http);
}
