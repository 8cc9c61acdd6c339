#pragma once
// Serve: the pipeline behind HTTP. Routes: server/api/routes.def, described in server/api/openapi.json and docs/serve.md.
//
//     struct serve_options options = {.port = 8080, .journal = SLICE("data/journal")};
//     TRY(serve_start(&options, arena, &serve, diag));                // listens when it returns, and answers 503 `starting`
//     serve_attach(serve, pipeline);                                  // from here on it decides
//     ... serve_port(serve) ...
//     serve_stop(serve);                                              // answers what is under way
//     pipeline_close(pipeline, ...);
//     serve_destroy(serve);
//
// Who does what. The loops of HTTP read requests and submit works; the deciding thread and the journal's say when they are done, and give the
// answer at once when it is at hand. What needs the disk or much rendering (the decision of last week, the list of all models) is an errand
// and done by threads of its own, so that neither loops nor who decides wait for it.
//
// A request with one record holds no thread while it waits. One with many is a lane (api/lane.h): at most LANE_WINDOW of its records are in the
// pipeline at a time, so that others get their turn, and the answers come in the order of the records. Who asks too much is told at once (503 with
// Retry-After); a lane that has begun waits instead.
//
// What belongs to other rooms comes in as ports, all of which may be left out.

#include "http/http.h"
#include "metrics/metrics.h"
#include "server/pipeline.h"

struct serve;
struct gate;
struct releases;
struct response;

// Who asks, and whether he may. Called on the loops' threads; they must not block.
struct serve_access {
    void *context;
    // `scope` is that of the route (api/routes.def), empty where anybody may ask and where there is no route. False: it has answered, with
    // 401, 403 or 429. The request's user pointer may be used up to the handler; from there on it is the API's.
    bool (*admit)(void *context, struct http_request *request, Slice scope);
    // The name that changes and labels are kept under; empty: nobody in particular. Lives until the handler returns.
    Slice (*who)(void *context, struct http_request *request);
};

// Where in the journal an event's records are.
struct decision_place {
    uint64_t decision;      // sequence of the decision; its event stands before it
    const uint64_t *labels; // in the order in which they came
    uint32_t label_count;
};

// An index of the journal. Called on the errands' threads, several at a time; they may wait.
struct serve_finder {
    void *context;
    // STATUS_NOT_FOUND: none is known. STATUS_IO with a diag. What it gives lives in the arena.
    Status (*find)(void *context, Slice event_id, struct arena *arena, struct decision_place *ret_place, struct diag *diag);
};

// What is counted.
struct serve_metrics {
    void *context;
    void (*put)(void *context, struct buf *out); // appends lines of Prometheus' text format; NULL: there is no /metrics
    // What a counter or gauge stands at, of a value of its dynamic label. NULL: nothing is counted. Any thread.
    int64_t (*value)(void *context, Metric metric, Slice label);
    // After every request, on the loops' threads.
    void (*after)(void *context, const struct http_request *request, const struct http_outcome *outcome);
};

struct serve_options {
    Slice address;    // empty: 127.0.0.1
    uint16_t port;    // 0: the system chooses
    uint32_t threads; // of HTTP; 0: 1
    bool async;       // what the pipeline's durability is; said in every reply
    uint32_t rate_max; // requests a second of one address; 0: no limit
    Slice journal;    // folder, for the decisions of earlier; empty: they are not found. Lives as long as the server
    Slice archive; // where segments of it are moved to; empty: nowhere. Lives as long as the server
    const struct http_options *http; // what else the HTTP server is told; NULL: its defaults. Callbacks and problems are the API's
    struct serve_access access;
    struct gate *gate;         // server/gate.h; NULL: the routes of users, keys and the audit log are not there, and nothing is masked
    struct releases *releases; // NULL: those of releases are not there
    struct response *response; // NULL: nothing follows the decisions (server/response.h)
    uint32_t key_days_max;     // 0: ACCESS_KEY_DAYS_MAX
    struct serve_finder finder; // find NULL: the newest records of the journal are searched
    struct serve_metrics metrics;
};

// `pipeline` is handed over by serve_attach() once it is open: until then the server answers 503 `starting`.
MUST_USE Status serve_start(const struct serve_options *options, struct arena *arena, struct serve **ret_serve, struct diag *diag);
// Another limit of keys (serve_options). Any thread.
void serve_change_key_days(struct serve *serve, uint32_t days_max);
void serve_attach(struct serve *serve, struct pipeline *pipeline);
uint16_t serve_port(const struct serve *serve);
struct http_counters serve_counters(const struct serve *serve);
// Requests with records that were answered with `starting`. Any thread.
uint64_t serve_came_early(const struct serve *serve);
// Accepts no more, ends streams, and waits for what is under way; the pipeline is still needed for that.
void serve_stop(struct serve *serve);
void serve_destroy(struct serve *serve);
// For pipeline_options: answers go out in groups; and how long each took, which is shown of the newest.
void serve_settled(void *serve);
void serve_answered(void *serve, const struct work *work, uint64_t now_ns);
