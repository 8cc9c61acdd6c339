#include "server/heart.h"

#include <stdlib.h>

struct heart {
    const struct catalogue *catalogue;
    struct knowledge *knowledge;
    struct engine *engine;
    struct intake *intake;
    struct event *event;
    struct arena scratch; // of one change, and of what is said about it
};

struct heart *heart_create(const struct catalogue *catalogue, struct knowledge *knowledge, WindowReserve reserve, void *context) {
    struct heart *heart = memory_alloc(sizeof *heart);
    heart->catalogue = catalogue;
    heart->knowledge = knowledge;
    heart->engine = engine_create(catalogue, knowledge, &(struct engine_options){.reserve = reserve, .reserve_context = context});
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
    arena_deinit(&heart->scratch);
    free(heart);
}

HeartAnswer heart_take(struct heart *heart, Slice record, Effort effort, struct buf *answer, struct heart_refusal *ret_refusal) {
    struct intake_refusal refusal;
    RecordKind kind;
    arena_reset(&heart->scratch);
    if (intake_json(heart->intake, record, heart->event, &kind, &refusal) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){intake_problem_code(refusal.problem), refusal.reason};
        return HEART_REFUSED;
    }
    if (kind == RECORD_EVENT) {
        decision_render(engine_decide_within(heart->engine, heart->event, effort), answer);
        return HEART_DECIDED;
    }
    struct diag diag;
    if (engine_change(heart->engine, intake_tree(heart->intake).nodes, &heart->scratch, &diag) != STATUS_OK) {
        *ret_refusal = (struct heart_refusal){slice_of(diag.code), diag.message};
        return HEART_REFUSED;
    }
    return HEART_CHANGED;
}

const struct catalogue *heart_catalogue(const struct heart *heart) {
    return heart->catalogue;
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
