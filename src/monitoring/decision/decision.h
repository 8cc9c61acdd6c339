#pragma once
// Decision: one event in, one answer out. This is the deterministic heart: it asks for no time, reads no file and starts no
// thread; the same catalogue and the same stream of records give the same bytes.
//
//     struct engine *engine = engine_create(catalogue, knowledge, &options);
//     for each record of the stream, in order:
//         event:    const struct decision *decision = engine_decide(engine, event);
//                   decision_render(decision, &out);                       // one JSON line
//         change:   engine_change(engine, record, &arena, &diag);          // a list or table record
//     engine_destroy(engine);
//
// The way of an event:
//   1. its id is looked up: a known one is answered as before and counts nothing
//   2. it is flagged late or clock_skew against the stream's time
//   3. a RESULT or REVERSAL takes back what its original had counted, as docs/packs.md says
//   4. its entities are found, its filters decided (with features of before), its rows written
//   5. its segment is found; the models of its type, channel and segment are evaluated; what they need is computed
//   6. guards hold hits back; the policy combines the rest into one action, tasks, score and severity
//   7. the answer and the place of its rows are remembered
//
// What is known already need not be evaluated again. A restart that has the answers of a journal hands each to engine_forward():
// steps 1 to 4 and 7, without segment, models and policy. So the models may read the state and never change it: what engine_hash()
// is of comes from the steps before them. (Running aggregates, which are made when busy things are read, are no part of that. They
// take memory of the windows, so where a store has come to the end of the memory for rows, and only there, it forgets sooner.)
//
//     begin:   engine_image_begin(engine, writer, put);       // the state of this moment, however large, in some microseconds
//     between two events:  engine_image_step(engine, bytes)   // some more of it comes out, until it says that it is whole
//
// A decision lives until the next call. The stream's time is the largest event time so far of events that were not
// ahead of it by more than `early_after` of their receipt (without a time of receipt: by more than 400 days).

#include "base/buf.h"
#include "monitoring/models/catalogue.h"
#include "monitoring/stream/event.h"

struct engine;

// What a model saw when it fired.
struct seen {
    uint32_t slot;
    double number; // NaN: missing, or a text
    Slice text;    // of texts and lists
    bool is_text;
};

struct hit {
    const struct model *model;
    uint64_t guards;  // that held it back; 0: it counts
    bool is_shadow;   // its status: it is told but does not count
    const struct seen *seen;
    uint32_t seen_count;
};

struct decision {
    const struct catalogue *catalogue;
    Slice event_id;
    uint32_t type;
    int64_t time_us;
    uint32_t flags; // EVENT_FLAG_*
    Effort effort;
    bool is_duplicate;
    bool is_elsewhere; // a duplicate whose answer an earlier catalogue gave: it is kept by whoever kept decisions, and not here
    uint32_t segment;
    uint32_t binding;
    uint32_t action;
    int64_t delay_us;
    uint32_t tasks; // set
    uint32_t score;
    Severity severity;
    const struct hit *hits;
    uint32_t hit_count;
    const uint32_t *rules; // of the policy, that changed something
    uint32_t rule_count;
    const Slice *brakes; // rules of brakes that sent it to people
    uint32_t brake_count;
    Slice rendered; // of a duplicate: the line as it was given
};

#define ENGINE_STAGES(X) X(recall) X(features) X(models) X(policy)
typedef enum EngineStage {
#define X(name) STAGE_##name,
    ENGINE_STAGES(X)
#undef X
    ENGINE_STAGE_COUNT
} EngineStage;

// How much effort there is still time for: asked with the event's rows written and its models to come. What it gives is no less frugal
// than what was asked for, and becomes the decision's effort.
typedef Effort (*EngineReconsider)(void *context, const struct event *event, Effort effort);

struct engine_options {
    WindowReserve reserve; // memory that is taken when touched
    void *reserve_context;
    uint64_t (*stopwatch)(void); // nanoseconds for stage times, or NULL; never changes an answer
    ModelScope scope;            // which models are asked
    EngineReconsider reconsider; // or NULL; a replay has none, and is told the effort that came out
    void *reconsider_context;
    bool all_features;           // compute every feature of the event, not only those that models need
    uint64_t image_cap_bytes;    // of memory for what changes while an image is written; 0: ENGINE_IMAGE_CAP
};

#define ENGINE_IMAGE_CAP (UINT64_C(512) << 20)

// Measurements. An image keeps them, but no hash is of them: they may differ where everything that decides is equal.
struct engine_counters {
    uint64_t events, duplicates, late, skewed, reversals, reversals_unmatched, changes, changes_refused;
    uint64_t hits, guarded, passes_computed, rows_written;
    uint64_t stage_ns[ENGINE_STAGE_COUNT];
};

// `knowledge` stays the caller's.
struct engine *engine_create(const struct catalogue *catalogue, struct knowledge *knowledge,
                             const struct engine_options *options);
void engine_destroy(struct engine *engine);
// Fills in the event's flags and those derived fields that intake could not.
const struct decision *engine_decide(struct engine *engine, struct event *event);
// The same with less effort, for who has no time left. What was decided with which effort belongs to the stream: a replay has to
// give the same. Rows are written in any case, so that later events see all of this one.
const struct decision *engine_decide_within(struct engine *engine, struct event *event, Effort effort);
// What the models of an event cost each. Only their own evaluation: what they read first is their own too, but not the making of features, which is told apart, nor the first
// pass, which puts most of them out together. Asked for before an event; it changes no answer, and costs two readings of the stopwatch a model that is looked at, a few
// microseconds. Nothing is timed without a stopwatch.
struct model_time {
    const struct model *model;
    uint64_t ns;
};
struct engine_times {
    const struct model_time *models; // a model may stand there twice: its parts
    uint32_t count;
    uint64_t features_ns; // made for models
    uint64_t models_ns;   // all of the stage
};
void engine_time_next(struct engine *engine);
// Of the last event; false: it was not timed. Lives until the next one.
bool engine_times(const struct engine *engine, struct engine_times *ret_times);
// What would be decided on an event that leaves nothing behind: no row is written, its id is not remembered, it is never late and the stream's
// time stays where it is. The event is no part of the stream, so that one who asks it and one who does not stay alike: engine_hash() is the same
// before and after. It takes nothing back either: an original that it names is not looked for.
const struct decision *engine_examine(struct engine *engine, struct event *event);
// An engine that has seen nothing takes over all that `from` knows and remembers, and goes on where it was; `from` is left as one that has seen
// nothing. Both have catalogues of the same state_layout and a knowledge of their own; the two change hands as well. It costs a few
// exchanges of pointers, however much is remembered.
void engine_succeed(struct engine *engine, struct engine *from);
// A brake that holds: decisions that its model or value has part in, and that would take one of the actions, take another one and a
// task instead. Set and taken away by records of the stream; a part of the state.
enum { BRAKE_TEXT = 128 }; // bytes of each of its texts, with the end
struct brake_hold {
    Slice rule, key; // together its name
    Slice over;      // "model", or the name of a field that is a text or an enumeration
    Slice actions;   // "REJECT,STOP_PAY"
    Slice instead;   // "DELAY"; never a stronger one than there was
    Slice task;      // "MANUAL"; may be empty
};
// Replaces one of the same name. False: there are 256.
bool engine_hold(struct engine *engine, const struct brake_hold *hold);
// One by one, from 0; its texts are good until the next change. False: there are no more.
bool engine_hold_at(const struct engine *engine, uint32_t index, struct brake_hold *ret_hold);
void engine_let_go(struct engine *engine, Slice rule, Slice key);
// Takes in an event whose answer is known: `answer` is the line that decision_render() made of it, with the same effort. Afterwards the state is
// that of after engine_decide_within(). Nothing of the last event can be asked. STATUS_INVALID, and nothing has changed: the line is no
// answer of this very pack.
MUST_USE Status engine_forward(struct engine *engine, struct event *event, Effort effort, Slice answer);
// The same with an answer that another catalogue gave: it is remembered as it is.
void engine_adopt(struct engine *engine, struct event *event, Effort effort, Slice answer);
// Whether the event, which the engine does not know, may have been decided longer ago than it remembers (`remember` of the pack). It was not, when its time is newer
// than that of every event that was forgotten: so it costs a comparison for nearly all events. An event that comes again with another time than it
// had is not told from a new one.
bool engine_may_have_forgotten(const struct engine *engine, const struct event *event);

// Foresight: what taking an event in asks of the event alone, worked out before its turn and by any thread: the keys of its things, the filters that
// need neither feature nor list nor table, and what its answer says. Each thread has a foresight of its own and shares the catalogue.
//
//     any thread:      foresee(foresight, event, answer, &foreseen);
//     the engine's:    engine_expect_foreseen(engine, &foreseen or NULL);             // as engine_expect(), and not both
//                      engine_forward_foreseen(engine, event, effort, answer, &foreseen);
//
// The event stays as it is in between.
struct foreseen {
    const struct event *event;
    Hash128 id;
    uint32_t type;
    uint32_t segment;
    bool is_answer;                              // the line is an answer of this pack
    bool is_plain;                               // without hits and rules: it can be made again
    uint64_t filters[FEATURE_FILTERS_MAX / 64];  // the early ones that hold
    uint64_t has_key[WINDOW_ENTITIES_MAX / 64];  // by the recipes of its type
    Hash128 keys[WINDOW_ENTITIES_MAX];           // of those, side by side
    uint64_t values[FEATURE_VALUES_MAX];         // the early ones, side by side, as rows carry them
    uint64_t has_table, has_list;                // by what is fetched of its type
    Hash128 table_keys[FETCHED_MAX];             // of rows of tables that late filters read
    Hash128 list_keys[FETCHED_MAX];              // and of lists
};

struct foresight;
struct foresight *foresight_create(const struct catalogue *catalogue);
void foresight_destroy(struct foresight *foresight);
// Takes some microseconds: a third of what taking in an event comes to.
void foresee(struct foresight *foresight, const struct event *event, Slice answer, struct foreseen *ret_foreseen);
// As engine_forward(); `answer` may be empty where it is plain.
MUST_USE Status engine_forward_foreseen(struct engine *engine, struct event *event, Effort effort, Slice answer, const struct foreseen *foreseen);
// What a name stands for at the last event, as a hit would show it.
struct seen engine_see(struct engine *engine, uint32_t slot);
// For those who ask about models and not about events: whether a hit of the model at the last event would count, going by all but its
// expression (status, type, channel, segment, guards); and whether a condition over the catalogue's names holds there.
bool engine_applies(struct engine *engine, const struct model *model);
bool engine_holds(struct engine *engine, const struct expr *expr);
// Tells of an event that is going to be decided EXPECT_AHEAD calls from now, so that its memory can be fetched meanwhile.
// Called once for each event, in their order; NULL when there is none. It changes no decision. An event must stay as it is
// until it is decided.
enum { EXPECT_AHEAD = 3 };
void engine_expect(struct engine *engine, const struct event *event);
// The same for an event that is going to be forwarded with what was foreseen of it.
void engine_expect_foreseen(struct engine *engine, const struct foreseen *foreseen);
// Memory that will be touched next, as window_state_ahead().
void engine_ahead(const struct engine *engine, uint64_t bytes, WindowAhead ahead, void *context);
// STATUS_INVALID with a diag when the record is not understood.
Status engine_change(struct engine *engine, const struct json_node *record, struct arena *arena, struct diag *diag);
struct engine_counters engine_counters(const struct engine *engine);
struct window_state *engine_windows(struct engine *engine);
// Of all that decides later answers: equal after the same records, whether they came in one run or with images between.
uint64_t engine_hash(const struct engine *engine);
// All that an engine knows and remembers, its knowledge too, as an image; and back into an engine that was just created with the same
// pack and with knowledge that was just created, without the lists and tables of the pack. Between two calls of engine_decide(). After a
// failed load both are only good to be thrown away.
void engine_save(const struct engine *engine, struct image_writer *out);
MUST_USE Status engine_load(struct engine *engine, struct image_reader *in);
// The same bytes as engine_save() of this moment, while events and changes go on (base/live_image.h): nothing comes out yet, and each step puts
// out about so many bytes more. Steps and events are calls of one thread. When more of the state changes meanwhile than image_cap_bytes
// holds, the image is given up, which the next step says; decisions are not held up. At most one image is under way.
void engine_image_begin(struct engine *engine, void *context, void (*put)(void *context, Slice bytes));
LiveImageStep engine_image_step(struct engine *engine, size_t bytes);
// When nobody wants it any more. Does nothing without an image.
void engine_image_abandon(struct engine *engine);
struct live_image_counters engine_image_counters(const struct engine *engine);
// The value of a feature at the last event: for a registered feature after all_features or when a model needed it.
double engine_feature(struct engine *engine, uint32_t feature);

// Looking at a thing without an event: what a decision at that time would find of it. For people who ask about an account; changes nothing
// that a later decision or image depends on, and does not count as a use of the thing. It does not see what comes from an event or from another
// thing: such features give NaN (engine_looks_at). No event is at hand, so none is skipped as the current one: a window that leaves out the event's own
// row holds all rows. What windows hold is exact for times within a day of the stream's time (windows.h). Costs the passes of the features, as a
// decision would. Between two events; what engine_see() and engine_feature() tell of the last event is lost.
struct engine_look {
    uint32_t entity;
    const Slice *parts; // of the key, as texts, in the order of engine_look_key_fields()
    uint32_t part_count;
    int64_t time_us;
    const uint32_t *features;
    uint32_t feature_count;
};
// STATUS_INVALID: the key has other parts, or a part cannot be one (empty, no value of the enumeration, no whole number).
// `ret_values` has one for each feature; NaN: missing. `ret_is_known`: something is remembered of the thing.
MUST_USE Status engine_look(struct engine *engine, const struct engine_look *look, double *ret_values, bool *ret_is_known);
// Whether a feature can be told of a thing of this entity alone.
bool engine_looks_at(const struct engine *engine, uint32_t entity, uint32_t feature);
// The number of parts of an entity's key, and their fields of the schema.
uint32_t engine_look_key_fields(const struct engine *engine, uint32_t entity, const uint32_t **ret_fields);
// The stream's time; false before the first event.
bool engine_clock(const struct engine *engine, int64_t *ret_time_us);

// One JSON object and a newline; see docs/decisions.md. Nothing in it depends on the machine.
void decision_render(const struct decision *decision, struct buf *out);
// A reason with its holes filled: what the analyst reads.
void decision_put_reason(const struct decision *decision, const struct hit *hit, bool chinese, struct buf *out);
// A value as people read it: money with decimals, spans as spans.
void decision_put_seen(const struct catalogue *catalogue, const struct seen *seen, bool chinese, struct buf *out);
