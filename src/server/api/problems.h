#pragma once
// Problems: what a client is told that went wrong, as application/problem+json (RFC 9457) whose `type` is /problems/<code>. The list is problems.def.

#include "http/http.h"
#include "server/pipeline.h"

typedef enum ApiProblem {
#define PROBLEM(name, status, code, title, zh, way_out) API_PROBLEM_##name,
#include "server/api/problems.def"
#undef PROBLEM
    API_PROBLEM_COUNT
} ApiProblem;

struct problem {
    uint16_t status;
    const char *code, *title, *zh, *way_out;
};

enum { PROBLEM_DETAIL_MAX = 2048, RETRY_AFTER_S = 1 };

const struct problem *problem_of(ApiProblem problem);
// NULL: there is none of that code.
const struct problem *problem_named(Slice code);
// The code of what became of a work; NULL: nothing went wrong.
const char *api_outcome_code(PipelineOutcome outcome);

// Answers a request; with Retry-After where it is worth to come again. `format` empty: the way out of the list.
void api_refuse(struct http_request *request, ApiProblem problem, const char *format, ...) __attribute__((format(printf, 3, 4)));
// The same by what became of a work, which is not PIPELINE_DONE.
void api_refuse_work(struct http_request *request, const struct work *work, ApiProblem refused);
