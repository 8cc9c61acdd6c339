#pragma once
// Watcher: what the pipeline does, as figures for Prometheus and as lines of the log.

#include "http/http.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "server/night.h"
#include "server/pipeline.h"
#include "server/response.h"

struct watcher;

// Either may be NULL.
struct watcher *watcher_create(struct metrics *metrics, struct log *log);
void watcher_destroy(struct watcher *watcher);
// For pipeline_options; each takes a watcher. watcher_answered(): how long the records of a decision took to become durable, and all of it.
void watcher_sampled(void *watcher, const struct pipeline_sample *sample);
void watcher_answered(void *watcher, const struct work *work, uint64_t now_ns);
void watcher_refused(void *watcher, Slice code);
void watcher_braked(void *watcher, const struct brake_news *news);
void watcher_snapshot_ended(void *watcher, const struct diag *failure);
// Before the metrics are read: what stands somewhere else.
struct watched {
    struct pipeline *pipeline;
    struct night *night; // NULL: there are no runs
    struct response *response; // NULL: nothing follows the decisions
    struct http_counters http;
    uint64_t came_early; // requests with records that were answered with `starting`
};
void watcher_look(struct watcher *watcher, const struct watched *watched);
