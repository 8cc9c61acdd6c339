#pragma once
// Watcher: what the pipeline does, as figures for Prometheus and as lines of the log.

#include "http/http.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "server/pipeline.h"

struct watcher;

// Either may be NULL.
struct watcher *watcher_create(struct metrics *metrics, struct log *log);
void watcher_destroy(struct watcher *watcher);
// For pipeline_options; each takes a watcher.
void watcher_sampled(void *watcher, const struct pipeline_sample *sample);
void watcher_refused(void *watcher, Slice code);
void watcher_braked(void *watcher, const struct brake_news *news);
void watcher_snapshot_ended(void *watcher, const struct diag *failure);
// When an answer may go out: how long its records took to become durable, and all of it.
void watcher_answered(struct watcher *watcher, const struct work *work);
// Before the metrics are read: what stands somewhere else.
void watcher_look(struct watcher *watcher, struct pipeline *pipeline, const struct http_counters *http);
