#pragma once
// Heart: what decides on one record of the stream, whether it comes from a client, from the journal after a crash, or from the journal of
// last year that is checked. The same records give the same bytes on all three ways, since all three go through here.
//
//     struct heart *heart = heart_create(catalogue, knowledge, &reserve);
//     switch (heart_take(heart, json, EFFORT_full, &answer, &refusal)) {
//     case HEART_DECIDED:  answer holds the decision, one line of JSON
//     case HEART_CHANGED:  a list or table was changed
//     case HEART_REFUSED:  nothing has changed; refusal says why
//     }
//
// Used by one thread. The catalogue stays the caller's; knowledge that is handed over is not: heart_create() takes it.

#include "base/image.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"

struct heart;

typedef enum HeartAnswer { HEART_DECIDED, HEART_CHANGED, HEART_REFUSED } HeartAnswer;

struct heart_refusal {
    Slice code;   // "IN006"; of changes that are not understood "KN103"
    Slice reason; // until the next call
};

struct heart *heart_create(const struct catalogue *catalogue, struct knowledge *knowledge, WindowReserve reserve, void *context);
void heart_destroy(struct heart *heart);
// Appends the decision to `answer`. The record is one JSON object, an event or a change.
HeartAnswer heart_take(struct heart *heart, Slice record, Effort effort, struct buf *answer, struct heart_refusal *ret_refusal);
const struct catalogue *heart_catalogue(const struct heart *heart);
struct engine_counters heart_counters(const struct heart *heart);
uint64_t heart_hash(const struct heart *heart);
void heart_save(const struct heart *heart, struct image_writer *out);
MUST_USE Status heart_load(struct heart *heart, struct image_reader *in);
