// Stages: which filters of an event type are decided together.
//
// A filter whose condition reads only the event can be decided with all others of its kind, in one pass of the
// predicate table (expr/table.h); its parent's answer is joined afterwards. A filter that reads other filters has to wait
// for them, and one that is dear, because it reads features or asks a list, waits for its parent, which may rule it out. So
//
//     stage of a filter = the largest of    its parent's stage, one more where it is dear
//                                           one more than the stage of each filter that it reads

#include "expr/visit.h"
#include "monitoring/stream/features_private.h"

static uint32_t larger(uint32_t left, uint32_t right) {
    return left > right ? left : right;
}

static void find_host_call(void *context, const struct node *node) {
    *(bool *)context |= node->kind == NODE_CALL && node->call.op == OP_HOST;
}

static bool asks_host(const struct expr *expr) {
    bool asks = false;
    if (expr != NULL) {
        expr_visit(expr_root(expr), find_host_call, &asks);
    }
    return asks;
}

static uint32_t stage_of(const struct feature_plan *plan, const struct vocabulary *vocabulary, uint32_t index, const uint32_t *stages) {
    const struct feature_filter *filter = &plan->filters.at[index];
    uint32_t parent_stage = filter->parent == SCHEMA_NONE ? 0 : stages[filter->parent];
    uint32_t dear_stage = filter->parent == SCHEMA_NONE ? 0 : parent_stage + 1;
    uint32_t stage = asks_host(filter->when) ? dear_stage : parent_stage;
    uint32_t count = 0;
    const struct expr_variable *const *reads = filter->when == NULL ? NULL : expr_reads(filter->when, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct name *name = &vocabulary->names.at[reads[i]->slot];
        if (name->kind == NAME_FILTER) {
            stage = larger(stage, stages[name->index] + 1);
        } else if (name->kind == NAME_FEATURE) {
            stage = larger(stage, dear_stage);
        }
    }
    return stage;
}

// The filters of one type and stage, each behind its parent.
static struct filter_stage make_stage(const struct feature_plan *plan, uint32_t type, const uint32_t *stages, uint32_t which,
                                      struct arena *arena) {
    struct filter_stage stage = {0};
    uint32_t *members = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t *ruled = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t *gates = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t *rules = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        uint32_t index = plan->filter_order[i];
        const struct feature_filter *filter = &plan->filters.at[index];
        if (stages[index] != which || !features_filter_may_hold(filter, type)) {
            continue;
        }
        members[stage.count++] = index;
        if (filter->rule != SCHEMA_NONE) {
            bool waits = filter->parent != SCHEMA_NONE && stages[filter->parent] < which;
            ruled[stage.ruled_count] = index;
            gates[stage.ruled_count] = waits ? filter->parent : SCHEMA_NONE;
            rules[stage.ruled_count++] = filter->rule;
        }
    }
    stage.filters = members;
    stage.ruled = ruled;
    stage.gates = gates;
    stage.plan = expr_table_plan(plan->filter_table, rules, stage.ruled_count, arena);
    return stage;
}

void features_make_stages(struct feature_plan *plan, const struct vocabulary *vocabulary) {
    struct arena *arena = vocabulary->arena;
    uint32_t type_count = plan->schema->type_count;
    uint32_t *stages = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t last = 0;
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        uint32_t index = plan->filter_order[i];
        stages[index] = stage_of(plan, vocabulary, index, stages);
        last = larger(last, stages[index]);
    }
    plan->stage_count = last + 1;
    struct filter_stage *all = ARENA_ARRAY(arena, struct filter_stage, (size_t)plan->stage_count * type_count + 1);
    for (uint32_t t = 0; t < type_count; t++) {
        for (uint32_t s = 0; s <= last; s++) {
            all[t * plan->stage_count + s] = make_stage(plan, t, stages, s, arena);
        }
    }
    plan->stages = all;
}
