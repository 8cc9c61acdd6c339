#pragma once
// Recording: what every name stood for at some events, so that models can be evaluated again without anything else of the engine.
//
//     struct recording *recording = recording_create(catalogue, knowledge, 1024);
//     engine_decide(engine, event);
//     recording_take(recording, engine, event);                // for each event
//     struct replayed times = recording_evaluate(recording, another_catalogue, filter);
//     recording_destroy(recording);
//
// All features are computed when an event is taken. Evaluating then means: columns are read from an array, texts compared, lists asked,
// atoms and rules decided: what a decision does once features and rows of tables are at hand. The other catalogue must be of
// the same pack: names that both have are matched by their text.

#include "monitoring/decision/decision.h"

struct recording;

struct recording *recording_create(const struct catalogue *catalogue, const struct knowledge *knowledge, uint32_t capacity);
void recording_destroy(struct recording *recording);
// Past the capacity nothing is taken.
void recording_take(struct recording *recording, struct engine *engine, const struct event *event, const struct decision *decision);

struct replayed {
    double us_median, us_mean; // of one event
    double us_busiest;         // mean over the events of the type that most models watch
    double rules_mean;         // models that watch the event's type, before channel and segment
    double rules_busiest;
    double hits_mean;
    uint32_t events;
};
// Each event is evaluated `rounds` times in turn with the others; its time is the median. Without batch models when `no_batch`.
struct replayed recording_evaluate(const struct recording *recording, const struct catalogue *catalogue, uint32_t rounds, bool no_batch);
