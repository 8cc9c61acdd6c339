#pragma once
// Heart: what decides on one record of the stream, whether it comes from a client, from the journal after a crash, or from the journal of
// last year that is checked. The same records give the same bytes on all three ways, since all three go through here.
//
//     struct heart *heart = heart_create(catalogue, knowledge, SCOPE_IN_FLIGHT);
//     switch (heart_take(heart, json, &chosen, &answer, &refusal)) {
//     case HEART_DECIDED:  answer holds the decision, one line of JSON; heart_effort() tells with which effort
//     case HEART_KNOWN:    its id was decided before; answer holds the same line again, and nothing has changed
//     ...
//     }
//
// Used by one thread. The catalogue stays the caller's; knowledge that is handed over is not: heart_create() takes it.

#include "base/image.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"

struct heart;

typedef enum HeartAnswer {
    HEART_DECIDED,
    HEART_KNOWN,     // answered before; counts nothing
    HEART_ELSEWHERE, // answered before by an earlier catalogue: the line is in the journal, and not here
    HEART_CHANGED,   // a list or table
    HEART_REFUSED,   // nothing has changed
} HeartAnswer;

struct heart_refusal {
    Slice code;   // "IN006"; of changes that are not understood "KN103"
    Slice reason; // until the next call
};

// How much effort an event is worth: asked when it is read, and once more before its models.
typedef struct HeartEffort {
    Effort effort;               // to begin with; what is not more frugal than this is given
    EngineReconsider reconsider; // or NULL
    void *context;
} HeartEffort;

struct heart *heart_create(const struct catalogue *catalogue, struct knowledge *knowledge, ModelScope scope);
void heart_destroy(struct heart *heart);
// Appends the decision to `answer`. The record is one JSON object, an event or a change.
HeartAnswer heart_take(struct heart *heart, Slice record, HeartEffort effort, struct buf *answer, struct heart_refusal *ret_refusal);
// The same for an event that is no part of the stream: nothing changes by it, and it is new every time (decision.h, engine_examine). HEART_DECIDED, or
// HEART_REFUSED, also for a change.
HeartAnswer heart_examine(struct heart *heart, Slice record, struct buf *answer, struct heart_refusal *ret_refusal);
// Of the last event: itself, what was decided, and with which effort.
const struct event *heart_event(const struct heart *heart);
const struct decision *heart_decision(const struct heart *heart);
Effort heart_effort(const struct heart *heart);

// A heart that has taken nothing goes on where `from` is; `from` is left as one that has taken nothing. Their catalogues have one state_layout.
// Takes no longer with much remembered than with little.
void heart_succeed(struct heart *heart, struct heart *from);

const struct catalogue *heart_catalogue(const struct heart *heart);
struct engine *heart_engine(struct heart *heart);
struct knowledge *heart_knowledge(struct heart *heart);
struct engine_counters heart_counters(const struct heart *heart);
uint64_t heart_hash(const struct heart *heart);
void heart_save(const struct heart *heart, struct image_writer *out);
MUST_USE Status heart_load(struct heart *heart, struct image_reader *in);
