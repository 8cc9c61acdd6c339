// The server's life, and its routes. What they do is in server/api.

#include "server/serve.h"

#include "server/api/api.h"
#include "server/api/brief.h"
#include "server/api/watch.h"

#include <stdlib.h>

enum { STOP_MS = 10000 };

// What is called beside the handler.
#define CALLS_PLAIN
#define CALLS_EVENT .release = api_event_release,
#define CALLS_STREAM                                                                                                                \
    .open = api_stream_open, .data = api_stream_data, .room = api_stream_room, .gone = api_stream_gone, .release = api_stream_release,

static const struct api_route scopes[] = {
#define ROUTE(name, method, pattern, scope, body_max, types, handler, calls) {scope},
#include "server/api/routes.def"
#undef ROUTE
};

enum {
#define ROUTE(name, method, pattern, scope, body_max, types, handler, calls) ROUTE_##name,
#include "server/api/routes.def"
#undef ROUTE
    ROUTE_COUNT
};

static const struct http_route routes[ROUTE_COUNT] = {
#define ROUTE(name, method_name, path, scope, size, types, call, calls)                                                             \
    {.method = HTTP_##method_name,                                                                                                  \
     .pattern = path,                                                                                                               \
     .id = ROUTE_##name,                                                                                                            \
     .body_max = size,                                                                                                              \
     .content_types = types,                                                                                                        \
     .user = (void *)(uintptr_t)&scopes[ROUTE_##name],                                                                              \
     .handler = call,                                                                                                               \
     CALLS_##calls},
#include "server/api/routes.def"
#undef ROUTE
};

static bool before(void *context, struct http_request *request) {
    struct serve *serve = context;
    if (serve->rate != NULL && !rate_admits(serve->rate, http_request_peer(request))) {
        api_refuse(request, API_PROBLEM_RATE, "%s", "");
        return false;
    }
    const struct serve_access *access = &serve->options.access;
    if (access->admit == NULL) {
        return true;
    }
    const struct http_route *route = http_request_route(request);
    const struct api_route *known = route == NULL ? NULL : route->user;
    return access->admit(access->context, request, known == NULL ? SLICE("") : slice_of(known->scope));
}

static void after(void *context, const struct http_request *request, const struct http_outcome *outcome) {
    const struct serve *serve = context;
    if (serve->options.metrics.after != NULL) {
        serve->options.metrics.after(serve->options.metrics.context, request, outcome);
    }
}

void serve_change_key_days(struct serve *serve, uint32_t days_max) {
    bool is_fine = days_max > 0 && days_max <= ACCESS_KEY_DAYS_MAX;
    atomic_store(&serve->key_days_max, is_fine ? days_max : ACCESS_KEY_DAYS_MAX);
}

static struct serve *serve_create(const struct serve_options *options) {
    static _Atomic uint64_t created;
    struct serve *serve = memory_alloc(sizeof *serve);
    serve->options = *options;
    serve->options.http = NULL; // the caller's, and read once
    serve_change_key_days(serve, options->key_days_max);
    serve->number = atomic_fetch_add(&created, 1) + 1;
    serve->finder = options->finder;
    if (serve->finder.find == NULL && options->journal.size > 0) {
        serve->finder = (struct serve_finder){.context = serve, .find = newest_find};
    }
    serve->rate = options->rate_max > 0 ? rate_create(options->rate_max) : NULL;
    serve->took = took_create();
    serve->watch = watch_create(serve);
    serve->errands = errands_start();
    serve->slow_errands = errands_start();
    serve->paper_errands = errands_start();
    INVARIANT(pthread_mutex_init(&serve->lock, NULL) == 0);
    return serve;
}

static void serve_free(struct serve *serve) {
    asked_pools_destroy(serve);
    rate_destroy(serve->rate);
    watch_destroy(serve->watch);
    took_destroy(serve->took);
    errands_destroy(serve->errands);
    errands_destroy(serve->slow_errands);
    errands_destroy(serve->paper_errands);
    pthread_mutex_destroy(&serve->lock);
    free(serve);
}

Status serve_start(const struct serve_options *options, struct arena *arena, struct serve **ret_serve, struct diag *diag) {
    struct serve *serve = serve_create(options);
    struct http_options http = {0};
    if (options->http != NULL) {
        http = *options->http;
    }
    http.address = options->address;
    http.port = options->port;
    http.threads = options->threads > 0 ? options->threads : http.threads;
    http.problem_type = SLICE("/problems/");
    http.before = before;
    http.after = after;
    Status status = http_server_start(&http, routes, ROUTE_COUNT, serve, arena, &serve->http, diag);
    if (status != STATUS_OK) {
        errands_stop(serve->errands);
        errands_stop(serve->slow_errands);
        errands_stop(serve->paper_errands);
        serve_free(serve);
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

struct http_counters serve_counters(const struct serve *serve) {
    struct http_counters counters;
    http_server_counters(serve->http, &counters);
    return counters;
}

uint64_t serve_came_early(const struct serve *serve) {
    return atomic_load(&serve->came_early);
}

void serve_stop(struct serve *serve) {
    sessions_stop(serve);
    watch_stop(serve->watch);
    http_server_stop(serve->http, STOP_MS);
    errands_stop(serve->errands);
    errands_stop(serve->slow_errands);
    errands_stop(serve->paper_errands);
}

void serve_destroy(struct serve *serve) {
    if (serve != NULL) {
        http_server_destroy(serve->http);
        serve_free(serve);
    }
}

void serve_answered(void *context, const struct work *work, uint64_t now_ns) {
    struct serve *serve = context;
    took_note(serve->took, work, now_ns);
}

void serve_settled(void *context) {
    struct serve *serve = context;
    http_server_wake(serve->http);
}
