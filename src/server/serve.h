#pragma once
// Serve: the pipeline behind HTTP. Routes: docs/serve.md.
//
//     TRY(serve_start(pipeline, &options, arena, &serve, diag));      // listens when it returns
//     ... serve_port(serve) ...
//     serve_stop(serve);                                              // answers what is under way, then frees it
//
// A request with one record waits for its decision without holding a thread; one with many lines is answered when the last of them is
// durable, line by line in their order. Whoever asks too much is told so at once (503 with Retry-After).

#include "http/http.h"
#include "server/pipeline.h"

struct serve;

struct serve_options {
    Slice address; // empty: 127.0.0.1
    uint16_t port; // 0: the system chooses
};

// `pipeline` is handed over by serve_attach() once it is open: until then the server answers 503 `starting`.
MUST_USE Status serve_start(const struct serve_options *options, struct arena *arena, struct serve **ret_serve, struct diag *diag);
void serve_attach(struct serve *serve, struct pipeline *pipeline);
uint16_t serve_port(const struct serve *serve);
// Accepts no more and waits for what is under way; the pipeline is still needed for that.
void serve_stop(struct serve *serve);
void serve_destroy(struct serve *serve);
// For pipeline_options: answers go out in groups.
void serve_settled(void *serve);
