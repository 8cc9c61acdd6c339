#include "server/heart.h"

#include "os/clock.h"
#include "os/memory.h"

#include <stdlib.h>

// An event that was parsed ahead, known by the place of its record.
struct parsed {
    Slice record; // empty: none
    struct event *event;
};

struct heart {
    const struct catalogue *catalogue;
    struct knowledge *knowledge;
    struct memory_pool *memory; // of the engine's state
    struct engine *engine;
    struct intake *intake;
    struct parsed parsed[EXPECT_AHEAD + 1]; // a ring: those expected, and the one at hand
    uint32_t next;                          // to be told
    struct event *event;                    // of a record that was not expected
    struct event *at_hand;                  // of the last one taken
    const struct decision *decision;
    HeartEffort effort;   // of the event at hand
    struct arena scratch; // of one change, and of what is said about it
};

static Effort reconsider(void *context, const struct event *event, Effort effort) {
    const struct heart *heart = context;
    return heart->effort.reconsider == NULL ? effort : heart->effort.reconsider(heart->effort.context, event, effort);
}

struct heart *heart_create(const struct catalogue *catalogue, struct knowledge *knowledge, ModelScope scope) {
    struct heart *heart = memory_alloc(sizeof *heart);
    heart->catalogue = catalogue;
    heart->knowledge = knowledge;
    heart->memory = memory_alloc(sizeof *heart->memory);
    heart->memory->large = true;
    struct engine_options options = {.reserve = memory_pool_map,
                                     .reserve_context = heart->memory,
                                     .stopwatch = clock_monotonic_ns,
                                     .scope = scope,
                                     .reconsider = reconsider,
                                     .reconsider_context = heart};
    heart->engine = engine_create(catalogue, knowledge, &options);
    heart->intake = intake_create(catalogue->schema, NULL);
    for (uint32_t i = 0; i <= EXPECT_AHEAD; i++) {
        heart->parsed[i].event = event_create(catalogue->schema);
    }
    heart->event = event_create(catalogue->schema);
    arena_init(&heart->scratch, 64 << 10);
    return heart;
}

void heart_destroy(struct heart *heart) {
    if (heart == NULL) {
        return;
    }
    for (uint32_t i = 0; i <= EXPECT_AHEAD; i++) {
        event_destroy(heart->parsed[i].event);
    }
    event_destroy(heart->event);
    intake_destroy(heart->intake);
    engine_destroy(heart->engine);
    knowledge_destroy(heart->knowledge);
    memory_pool_release(heart->memory);
    free(heart->memory);
    arena_deinit(&heart->scratch);
    free(heart);
}

static HeartAnswer take_event(struct heart *heart, struct event *event, struct buf *answer) {
    Effort effort = heart->effort.effort;
    heart->at_hand = event;
    if (heart->effort.reconsider != NULL) {
        effort = heart->effort.reconsider(heart->effort.context, event, effort);
    }
    heart->decision = engine_decide_within(heart->engine, event, effort);
    if (heart->decision->is_elsewhere) {
        buf_put(answer, event->id);
        return HEART_ELSEWHERE;
    }
    decision_render(heart->decision, answer);
    return heart->decision->is_duplicate ? HEART_KNOWN : HEART_DECIDED;
}

void heart_expect(struct heart *heart, Slice record) {
    // The oldest of the ring is the one that was at hand before.
    struct parsed *parsed = &heart->parsed[heart->next];
    heart->next = heart->next == EXPECT_AHEAD ? 0 : heart->next + 1;
    parsed->record = (Slice){0};
    struct intake_refusal refusal;
    RecordKind kind;
    // A change and what is refused are parsed again when their turn comes.
    bool event = record.size > 0 && intake_json(heart->intake, record, parsed->event, &kind, &refusal) == STATUS_OK && kind == RECORD_EVENT;
    parsed->record = event ? record : (Slice){0};
    engine_expect(heart->engine, event ? parsed->event : NULL);
}

// The event of a record that was parsed ahead, or NULL.
static struct event *find_parsed(struct heart *heart, Slice record) {
    for (uint32_t i = 0; i <= EXPECT_AHEAD; i++) {
        struct parsed *parsed = &heart->parsed[i];
        if (parsed->record.size > 0 && parsed->record.at == record.at && parsed->record.size == record.size) {
            parsed->record = (Slice){0};
            return parsed->event;
        }
    }
    return NULL;
}

// The event of a record, or of a change what became of it.
static HeartAnswer read_record(struct heart *heart, Slice record, struct event **ret_event, struct heart_refusal *ret_refusal) {
    arena_reset(&heart->scratch);
    *ret_event = find_parsed(heart, record);
    if (*ret_event != NULL) {
        return HEART_DECIDED;
    }
    struct intake_refusal refusal;
    RecordKind kind;
    if (intake_json(heart->intake, record, heart->event, &kind, &refusal) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){intake_problem_code(refusal.problem), refusal.reason};
        return HEART_REFUSED;
    }
    if (kind == RECORD_EVENT) {
        *ret_event = heart->event;
        return HEART_DECIDED;
    }
    struct diag diag;
    if (engine_change(heart->engine, intake_tree(heart->intake).nodes, &heart->scratch, &diag) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){slice_of(diag.code), diag.message};
        return HEART_REFUSED;
    }
    return HEART_CHANGED;
}

HeartAnswer heart_take(struct heart *heart, Slice record, HeartEffort effort, struct buf *answer, struct heart_refusal *ret_refusal) {
    struct event *event;
    HeartAnswer what = read_record(heart, record, &event, ret_refusal);
    if (what != HEART_DECIDED) {
        return what;
    }
    if (effort.doubts != NULL && effort.doubts(effort.doubts_context, event, engine_may_have_forgotten(heart->engine, event))) {
        return HEART_DOUBTED;
    }
    heart->effort = effort;
    return take_event(heart, event, answer);
}

HeartAnswer heart_forward(struct heart *heart, Slice record, Effort effort, Slice answer, struct heart_refusal *ret_refusal) {
    struct event *event;
    HeartAnswer what = read_record(heart, record, &event, ret_refusal);
    return what == HEART_DECIDED ? heart_forward_event(heart, event, effort, answer, ret_refusal) : what;
}

HeartAnswer heart_adopt(struct heart *heart, Slice record, Effort effort, Slice answer, struct heart_refusal *ret_refusal) {
    struct event *event;
    HeartAnswer what = read_record(heart, record, &event, ret_refusal);
    if (what == HEART_DECIDED) {
        engine_adopt(heart->engine, event, effort, answer);
    }
    return what;
}

void heart_expect_event(struct heart *heart, const struct event *event) {
    engine_expect(heart->engine, event);
}

static HeartAnswer forwarded(Status status, struct heart_refusal *ret_refusal) {
    if (status != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){SLICE("SV020"), SLICE("the answer that stands beside the record is none of this pack")};
        return HEART_REFUSED;
    }
    return HEART_DECIDED;
}

HeartAnswer heart_forward_event(struct heart *heart, struct event *event, Effort effort, Slice answer, struct heart_refusal *ret_refusal) {
    return forwarded(engine_forward(heart->engine, event, effort, answer), ret_refusal);
}

void heart_expect_foreseen(struct heart *heart, const struct foreseen *foreseen) {
    engine_expect_foreseen(heart->engine, foreseen);
}

HeartAnswer heart_forward_foreseen(struct heart *heart, struct event *event, Effort effort, Slice answer, const struct foreseen *foreseen,
                                   struct heart_refusal *ret_refusal) {
    return forwarded(engine_forward_foreseen(heart->engine, event, effort, answer, foreseen), ret_refusal);
}

HeartAnswer heart_examine(struct heart *heart, Slice record, struct buf *answer, struct heart_refusal *ret_refusal) {
    struct intake_refusal refusal;
    RecordKind kind;
    if (intake_json(heart->intake, record, heart->event, &kind, &refusal) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){intake_problem_code(refusal.problem), refusal.reason};
        return HEART_REFUSED;
    }
    if (kind != RECORD_EVENT) {
        *ret_refusal = (struct heart_refusal){intake_problem_code(INTAKE_CHANGE), SLICE("a change cannot be examined: it would change what is known")};
        return HEART_REFUSED;
    }
    heart->decision = engine_examine(heart->engine, heart->event);
    decision_render(heart->decision, answer);
    return HEART_DECIDED;
}

const struct event *heart_event(const struct heart *heart) {
    return heart->at_hand;
}

const struct decision *heart_decision(const struct heart *heart) {
    return heart->decision;
}

Effort heart_effort(const struct heart *heart) {
    return heart->decision->effort;
}

void heart_succeed(struct heart *heart, struct heart *from) {
    engine_succeed(heart->engine, from->engine);
    struct knowledge *knowledge = heart->knowledge;
    heart->knowledge = from->knowledge;
    from->knowledge = knowledge;
    struct memory_pool *memory = heart->memory;
    heart->memory = from->memory;
    from->memory = memory;
}

const struct catalogue *heart_catalogue(const struct heart *heart) {
    return heart->catalogue;
}

void heart_bring_in(const struct heart *heart, struct memory_ahead *beside) {
    enum { AHEAD_BYTES = 4 << 20 }; // of each store
    engine_ahead(heart->engine, AHEAD_BYTES, beside == NULL ? memory_populate : memory_ahead_ask, beside);
}

void heart_time_next(struct heart *heart) {
    engine_time_next(heart->engine);
}

bool heart_times(const struct heart *heart, struct engine_times *ret_times) {
    return engine_times(heart->engine, ret_times);
}

struct engine *heart_engine(struct heart *heart) {
    return heart->engine;
}

struct knowledge *heart_knowledge(struct heart *heart) {
    return heart->knowledge;
}

struct engine_counters heart_counters(const struct heart *heart) {
    return engine_counters(heart->engine);
}

uint64_t heart_hash(const struct heart *heart) {
    return engine_hash(heart->engine);
}

void heart_save(const struct heart *heart, struct image_writer *out) {
    engine_save(heart->engine, out);
}

Status heart_load(struct heart *heart, struct image_reader *in) {
    return engine_load(heart->engine, in);
}

void heart_image_begin(struct heart *heart, void *context, void (*put)(void *context, Slice bytes)) {
    engine_image_begin(heart->engine, context, put);
}

LiveImageStep heart_image_step(struct heart *heart, size_t bytes) {
    return engine_image_step(heart->engine, bytes);
}

void heart_image_abandon(struct heart *heart) {
    engine_image_abandon(heart->engine);
}

struct live_image_counters heart_image_counters(const struct heart *heart) {
    return engine_image_counters(heart->engine);
}
