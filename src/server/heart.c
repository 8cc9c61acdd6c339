#include "server/heart.h"

#include "os/clock.h"
#include "os/memory.h"

#include <stdlib.h>

struct heart {
    const struct catalogue *catalogue;
    struct knowledge *knowledge;
    struct memory_pool *memory; // of the engine's state
    struct engine *engine;
    struct intake *intake;
    struct event *event;
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
    heart->event = event_create(catalogue->schema);
    arena_init(&heart->scratch, 64 << 10);
    return heart;
}

void heart_destroy(struct heart *heart) {
    if (heart == NULL) {
        return;
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

static HeartAnswer take_event(struct heart *heart, struct buf *answer) {
    Effort effort = heart->effort.effort;
    if (heart->effort.reconsider != NULL) {
        effort = heart->effort.reconsider(heart->effort.context, heart->event, effort);
    }
    heart->decision = engine_decide_within(heart->engine, heart->event, effort);
    if (heart->decision->is_elsewhere) {
        return HEART_ELSEWHERE;
    }
    decision_render(heart->decision, answer);
    return heart->decision->is_duplicate ? HEART_KNOWN : HEART_DECIDED;
}

HeartAnswer heart_take(struct heart *heart, Slice record, HeartEffort effort, struct buf *answer, struct heart_refusal *ret_refusal) {
    struct intake_refusal refusal;
    RecordKind kind;
    arena_reset(&heart->scratch);
    if (intake_json(heart->intake, record, heart->event, &kind, &refusal) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){intake_problem_code(refusal.problem), refusal.reason};
        return HEART_REFUSED;
    }
    if (kind == RECORD_EVENT) {
        heart->effort = effort;
        return take_event(heart, answer);
    }
    struct diag diag;
    if (engine_change(heart->engine, intake_tree(heart->intake).nodes, &heart->scratch, &diag) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){slice_of(diag.code), diag.message};
        return HEART_REFUSED;
    }
    return HEART_CHANGED;
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
    return heart->event;
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
