#pragma once
// Scene: measures set, confirmed and released by one call each, for the tests of this room and of
// orders.

#include "response/controls/controls.h"
#include "response/controls/world_test.h"

struct scene {
    struct terms terms;
    struct control_ask ask;
    struct control_release release;
    struct control_renewal renewal;
    struct confirmation told;
    struct control control;
    struct control_effect effect;
    TargetKind kind;
    Slice target, text;
    Refusal refusal;
    int64_t id;
    const void *more; // of a test that has more
};

static inline struct scene *scene_of(void *context) {
    return ((struct world *)context)->scene;
}

static const struct notice NOTICE = {.key = {"control.suspend", 15},
                                     .version = 3,
                                     .text = {"您的账户非柜面业务已暂停", 36},
                                     .reason = {"账户交易异常", 18},
                                     .remedy = {"请致电客服热线或到网点申诉", 39},
                                     .documents = {"身份证件、交易证明", 27}};

// A measure of the bank on A1 for a day, as an analyst sets it.
static inline struct control_ask plain(Measure measure) {
    return (struct control_ask){.measure = measure,
                                .target_kind = TARGET_ACCOUNT,
                                .target = SLICE("A1"),
                                .customer = SLICE("C1"),
                                .authority = AUTHORITY_BANK,
                                .basis = SLICE("R-108"),
                                .reason = SLICE("一小时内多人转入后集中转出"),
                                .amount =
                                    measure == MEASURE_LIMIT_NON_COUNTER ? 500000 : CONTROL_WHOLE,
                                .severity = 4,
                                .span_us = US_PER_DAY,
                                .secrecy = SLICE("NORMAL"),
                                .branch = SLICE("B1"),
                                .notice = &NOTICE};
}

// One by order, whose place in the queue is `ordered_us`.
static inline struct control_ask by_order(Measure measure, int64_t order, int64_t ordered_us) {
    return (struct control_ask){.measure = measure,
                                .target_kind = TARGET_ACCOUNT,
                                .target = SLICE("A1"),
                                .customer = SLICE("C1"),
                                .authority = AUTHORITY_ORDER,
                                .basis = SLICE("R-111"),
                                .document = SLICE("公(刑)冻财字〔2026〕1号"),
                                .reason = SLICE("FREEZE"),
                                .months = measure == MEASURE_FREEZE ? 6 : 0,
                                .span_us = measure == MEASURE_FREEZE ? 0 : 48 * US_PER_HOUR,
                                .ordered_us = ordered_us,
                                .order = order,
                                .secrecy = SLICE("NORMAL")};
}

static inline Status work_ask(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_ask(book, &scene->terms, &scene->ask, &scene->id);
}

static inline Status work_may(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_may(book, &scene->terms, &scene->ask, &scene->refusal);
}

static inline Status work_confirm(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_confirmed(book, &scene->terms, scene->id, &scene->told);
}

static inline Status work_release(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_release(book, &scene->terms, scene->id, &scene->release);
}

static inline Status work_release_stepwise(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_release_stepwise(book, &scene->terms, scene->id, &scene->release);
}

static inline Status work_renew(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_renew(book, &scene->terms, scene->id, &scene->renewal);
}

static inline Status work_reviewed(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_reviewed(book, &scene->terms, scene->id, SLICE("仍有风险"));
}

static inline Status work_load(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    uint32_t count;
    TRY(book_trace_verify(book, "control", scene->id, &count));
    return control_load(book, CLEARANCE_ALL, scene->id, &scene->control);
}

static inline Status work_effect(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return control_effective(book, CLEARANCE_ALL, scene->kind, scene->target, &scene->effect);
}

static inline Status handle_control(struct world *w, struct book *book,
                                    const struct due_timer *due) {
    return control_timer(book, &scene_of(w)->terms, due);
}

// ---- one call each; -1 or false: it failed, and w->scratch.diag says why -----------------------

static inline int64_t set(struct world *w, int64_t now_us, struct control_ask ask) {
    scene_of(w)->ask = ask;
    return within(w, now_us, work_ask) == STATUS_OK ? scene_of(w)->id : -1;
}

static inline Status confirm(struct world *w, int64_t now_us, int64_t id, int64_t at_us) {
    struct scene *scene = scene_of(w);
    scene->id = id;
    scene->told = (struct confirmation){.is_done = true, .at_us = at_us};
    return within(w, now_us, work_confirm);
}

static inline Status fails(struct world *w, int64_t now_us, int64_t id, Slice problem) {
    struct scene *scene = scene_of(w);
    scene->id = id;
    scene->told = (struct confirmation){.problem = problem};
    return within(w, now_us, work_confirm);
}

static inline Status let_go(struct world *w, int64_t now_us, int64_t id, Authority by,
                            const char *second) {
    struct scene *scene = scene_of(w);
    scene->id = id;
    scene->release = (struct control_release){
        .by = by, .reason = SLICE("核实为本人真实交易"), .second = slice_of(second)};
    return within(w, now_us, work_release);
}

static inline const struct control *control_of(struct world *w, int64_t id) {
    struct scene *scene = scene_of(w);
    scene->id = id;
    scene->control = (struct control){.state = CONTROL_STATE_COUNT};
    if (within(w, 1, work_load) != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(w->scratch.diag.message));
    }
    return &scene->control;
}

static inline const struct control_effect *effect_on(struct world *w, Slice target) {
    struct scene *scene = scene_of(w);
    scene->kind = TARGET_ACCOUNT;
    scene->target = target;
    scene->effect = (struct control_effect){.count = UINT32_MAX};
    (void)!within(w, 1, work_effect);
    return &scene->effect;
}
