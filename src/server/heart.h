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
// A restart that has the answers of its journal takes the records in by heart_forward(), which comes to the same state and evaluates no
// model. Where the records to come are known, heart_expect() has them parsed and their memory fetched ahead:
//
//     for (i = 0; i < EXPECT_AHEAD; i++) { heart_expect(heart, record[i]); }
//     for each i:  heart_expect(heart, record[i + EXPECT_AHEAD]);  heart_forward(heart, record[i], effort[i], answer[i], &refusal);
//
// Used by one thread. The catalogue stays the caller's; knowledge that is handed over is not: heart_create() takes it.

#include "base/image.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"
#include "os/memory_ahead.h"

struct heart;

typedef enum HeartAnswer {
    HEART_DECIDED,
    HEART_KNOWN,     // answered before; counts nothing
    HEART_ELSEWHERE, // answered before by an earlier catalogue: the line is in the journal, and not here; answer holds the event's id
    HEART_CHANGED,   // a list or table
    HEART_REFUSED,   // nothing has changed
    HEART_DOUBTED,   // HeartEffort.doubts said so; nothing has changed
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
    // Asked before an event is decided: true leaves it, with HEART_DOUBTED. `may_be_forgotten` as engine_may_have_forgotten(). May be NULL.
    bool (*doubts)(void *context, const struct event *event, bool may_be_forgotten);
    void *doubts_context;
} HeartEffort;

struct heart *heart_create(const struct catalogue *catalogue, struct knowledge *knowledge, ModelScope scope);
void heart_destroy(struct heart *heart);
// Appends the decision to `answer`. The record is one JSON object, an event or a change.
HeartAnswer heart_take(struct heart *heart, Slice record, HeartEffort effort, struct buf *answer, struct heart_refusal *ret_refusal);
// Takes in a record with the answer that heart_take() gave, empty for a change. HEART_DECIDED, HEART_CHANGED, or what is wrong: the record is
// refused, or the answer is none of this pack (SV020); nothing has changed then.
HeartAnswer heart_forward(struct heart *heart, Slice record, Effort effort, Slice answer, struct heart_refusal *ret_refusal);
// The same with an answer that another pack gave; one of its own is an answer like the others. HEART_REFUSED: this pack does not understand the record, and nothing has changed.
HeartAnswer heart_adopt(struct heart *heart, Slice record, Effort effort, Slice answer, struct heart_refusal *ret_refusal);
// Tells of the record that is to be taken or forwarded EXPECT_AHEAD calls from now. Called once for each, in their order, empty when there
// is none. It changes no answer. The record's bytes stay where they are until it is taken: it is known again by its place.
void heart_expect(struct heart *heart, Slice record);
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

// The same two for events that somebody else has parsed, as a thread that reads ahead with an intake of its own. An event stays as it is until
// it is forwarded, and a record that is no event counts as a call with NULL.
void heart_expect_event(struct heart *heart, const struct event *event);
HeartAnswer heart_forward_event(struct heart *heart, struct event *event, Effort effort, Slice answer, struct heart_refusal *ret_refusal);
// And with what was foreseen of them (decision.h).
void heart_expect_foreseen(struct heart *heart, const struct foreseen *foreseen);
HeartAnswer heart_forward_foreseen(struct heart *heart, struct event *event, Effort effort, Slice answer, const struct foreseen *foreseen,
                                   struct heart_refusal *ret_refusal);
// Brings in memory that events to come will touch first: up to 200 ms of a new heart, microseconds when nothing is new. With `beside` (memory_ahead.h; else NULL)
// it is only asked for.
void heart_bring_in(const struct heart *heart, struct memory_ahead *beside);
// As engine_time_next() and engine_times().
void heart_time_next(struct heart *heart);
bool heart_times(const struct heart *heart, struct engine_times *ret_times);
const struct catalogue *heart_catalogue(const struct heart *heart);
struct engine *heart_engine(struct heart *heart);
struct knowledge *heart_knowledge(struct heart *heart);
struct engine_counters heart_counters(const struct heart *heart);
uint64_t heart_hash(const struct heart *heart);
void heart_save(const struct heart *heart, struct image_writer *out);
// As engine_image_begin(), engine_image_step(), engine_image_abandon() and engine_image_counters().
void heart_image_begin(struct heart *heart, void *context, void (*put)(void *context, Slice bytes));
LiveImageStep heart_image_step(struct heart *heart, size_t bytes);
void heart_image_abandon(struct heart *heart);
struct live_image_counters heart_image_counters(const struct heart *heart);
MUST_USE Status heart_load(struct heart *heart, struct image_reader *in);
