#include "server/api/api.h"

#include "codec/json_write.h"

#include <stdarg.h>

enum { BODY_MAX = 4 << 20 };

static const struct problem problems[] = {
#define PROBLEM(name, status, code, title, zh, way_out, way_out_zh) {status, code, title, zh, way_out, way_out_zh},
#include "server/api/problems.def"
#undef PROBLEM
};

const struct problem *problem_of(ApiProblem problem) {
    return &problems[problem];
}

const struct problem *problem_named(Slice code) {
    for (int i = 0; i < API_PROBLEM_COUNT; i++) {
        if (slice_is(code, problems[i].code)) {
            return &problems[i];
        }
    }
    return NULL;
}

const char *api_outcome_code(PipelineOutcome outcome) {
    switch (outcome) {
    case PIPELINE_DONE:
        return NULL;
    case PIPELINE_ELSEWHERE:
        return problems[API_PROBLEM_DECIDED_ELSEWHERE].code;
    case PIPELINE_REFUSED:
        return problems[API_PROBLEM_RECORD_REFUSED].code;
    case PIPELINE_NO_ROOM:
        return problems[API_PROBLEM_NO_ROOM].code;
    case PIPELINE_FAILED:
        return problems[API_PROBLEM_JOURNAL_FAILED].code;
    }
    return NULL;
}

static void write_problem(struct json_writer *json, const struct problem *problem, Slice detail, Slice instance, const struct problem_more *more) {
    char type[80];
    int size = snprintf(type, sizeof type, "/problems/%s", problem->code);
    json_object_begin(json);
    json_key_string(json, SLICE("type"), (Slice){type, (size_t)size});
    json_key_string(json, SLICE("title"), slice_of(problem->title));
    json_key_i64(json, SLICE("status"), problem->status);
    json_key_string(json, SLICE("detail"), detail);
    json_key_string(json, SLICE("instance"), instance);
    json_key_string(json, SLICE("code"), slice_of(problem->code));
    if (more->member != NULL) {
        json_key(json, slice_of(more->member));
        json_raw(json, more->value);
    }
    json_object_end(json);
}

// What passes by itself is worth asking again.
static bool passes(const struct problem *problem) {
    return problem->status == 503 || problem->status == 429;
}

static void reply(struct http_request *request, const struct problem *problem, Slice body, uint32_t retry_after_s) {
    struct http_header headers[2];
    uint32_t count = 0;
    char seconds[16];
    int size = snprintf(seconds, sizeof seconds, "%u", retry_after_s > 0 ? retry_after_s : RETRY_AFTER_S);
    if (passes(problem)) {
        headers[count++] = (struct http_header){SLICE("Retry-After"), {seconds, (size_t)size}};
    }
    if (problem->status == 401) {
        headers[count++] = (struct http_header){SLICE("WWW-Authenticate"), SLICE("Bearer realm=\"qiantang\"")};
    }
    http_reply(request, &(struct http_reply){.status = problem->status,
                                             .content_type = SLICE("application/problem+json"),
                                             .headers = headers,
                                             .header_count = count,
                                             .body = body});
}

void api_refuse_with(struct http_request *request, const struct problem *problem, Slice detail, const struct problem_more *more) {
    struct buf body;
    struct json_writer json;
    buf_init(&body, BODY_MAX);
    json_writer_init(&json, &body);
    write_problem(&json, problem, slice_empty(detail) ? slice_of(problem->way_out) : detail, http_request_path(request), more);
    json_writer_finish(&json);
    reply(request, problem, buf_slice(&body), more->retry_after_s);
    buf_deinit(&body);
}

static void reply_problem(struct http_request *request, const struct problem *problem, Slice detail) {
    api_refuse_with(request, problem, detail, &(struct problem_more){0});
}

void api_refuse(struct http_request *request, ApiProblem problem, const char *format, ...) {
    char detail[PROBLEM_DETAIL_MAX];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    size_t kept = (size_t)size < sizeof detail ? (size_t)size : sizeof detail - 1;
    reply_problem(request, &problems[problem], (Slice){detail, kept});
}

void api_refuse_work(struct http_request *request, const struct work *work, ApiProblem refused) {
    if (work->outcome == PIPELINE_REFUSED) {
        api_refuse(request, refused, "%s: %s", work->code, work->reason);
        return;
    }
    const struct problem *problem = problem_named(slice_of(api_outcome_code(work->outcome)));
    reply_problem(request, problem, slice_of(problem->way_out));
}

// ---- the list, for people -----------------------------------------------------------------------------------

static void write_entry(struct json_writer *json, const struct problem *problem) {
    json_object_begin(json);
    json_key_string(json, SLICE("code"), slice_of(problem->code));
    json_key_i64(json, SLICE("status"), problem->status);
    json_key_string(json, SLICE("title"), slice_of(problem->title));
    json_key_string(json, SLICE("title_zh"), slice_of(problem->zh));
    json_key_string(json, SLICE("what_to_do"), slice_of(problem->way_out));
    json_key_string(json, SLICE("what_to_do_zh"), slice_of(problem->way_out_zh));
    json_object_end(json);
}

void api_get_problems(void *context, struct http_request *request) {
    if (!api_query_is_known(request, NULL, 0)) {
        return;
    }
    struct buf body;
    struct json_writer json;
    buf_init(&body, 1 << 20);
    json_writer_init(&json, &body);
    json_object_begin(&json);
    json_key(&json, SLICE("problems"));
    json_array_begin(&json);
    for (int i = 0; i < API_PROBLEM_COUNT; i++) {
        write_entry(&json, &problems[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
    api_reply_json(request, 200, buf_slice(&body));
    buf_deinit(&body);
}

void api_get_problem(void *context, struct http_request *request) {
    const struct problem *problem = problem_named(http_request_parameter(request, SLICE("code")));
    if (problem == NULL) {
        api_refuse(request, API_PROBLEM_PROBLEM_UNKNOWN, "%s", "");
        return;
    }
    struct buf body;
    struct json_writer json;
    buf_init(&body, 1 << 16);
    json_writer_init(&json, &body);
    write_entry(&json, problem);
    json_writer_finish(&json);
    api_reply_json(request, 200, buf_slice(&body));
    buf_deinit(&body);
}
