#pragma once
// Problems: what a client is told that went wrong, as application/problem+json (RFC 9457) whose `type` is /problems/<code>. The list is problems.def.

#include "http/http.h"
#include "server/pipeline.h"

typedef enum ApiProblem {
#define PROBLEM(name, status, code, title, zh, way_out, way_out_zh) API_PROBLEM_##name,
#include "server/api/problems.def"
#undef PROBLEM
    API_PROBLEM_COUNT
} ApiProblem;

struct problem {
    uint16_t status;
    const char *code, *title, *zh, *way_out, *way_out_zh;
};

enum { PROBLEM_DETAIL_MAX = 2048, RETRY_AFTER_S = 1 };

const struct problem *problem_of(ApiProblem problem);
// NULL: there is none of that code.
const struct problem *problem_named(Slice code);
// The code of what became of a work; NULL: nothing went wrong.
const char *api_outcome_code(PipelineOutcome outcome);

// What an answer says beside its problem; all of it may be left out.
struct problem_more {
    uint32_t retry_after_s;        // 0: RETRY_AFTER_S where it is worth to come again
    const char *member;            // another member of the body
    Slice value;                   // of it, JSON
};

// `detail` empty: the way out of the list. A 401 says how to show who one is.
void api_refuse_with(struct http_request *request, const struct problem *problem, Slice detail, const struct problem_more *more);
// Answers a request; with Retry-After where it is worth to come again. `format` empty: the way out of the list.
void api_refuse(struct http_request *request, ApiProblem problem, const char *format, ...) __attribute__((format(printf, 3, 4)));
// The same by what became of a work, which is not PIPELINE_DONE.
void api_refuse_work(struct http_request *request, const struct work *work, ApiProblem refused);
