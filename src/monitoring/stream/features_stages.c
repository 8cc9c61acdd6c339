// Stages: which filters of an event type are decided together.
//
// A filter whose condition reads only the event can be decided with all others of its kind, in one pass of the
// predicate table (expr/table.h); its parent's answer is joined afterwards. A filter that reads other filters has to wait
// for them, and one that is dear, because it reads features or asks a list, waits for its parent, which may rule it out. So
//
//     stage of a filter = the largest of    its parent's stage, one more where it is dear
//                                           one more than the stage of each filter that it reads
//
// Most filters ask for nothing but the event, and what these say can be found out before the event's turn, by any thread
// (decision/foresee.c). So there are two more sets of stages: the early filters alone, and the late ones that are left for the turn. Late is a
// filter that reads a feature, a table, a list or a field that is derived by them, and one whose parent is late, or that reads a late one.

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

static bool name_is_late(const struct feature_plan *plan, const struct name *name, const uint64_t *late) {
    switch (name->kind) {
    case NAME_FIELD:
        return schema_derives_late(plan->schema, name->index);
    case NAME_FILTER:
        return bits_test(late, name->index);
    default:
        return true;
    }
}

static bool is_late(const struct feature_plan *plan, const struct vocabulary *vocabulary, uint32_t index, const uint64_t *late) {
    const struct feature_filter *filter = &plan->filters.at[index];
    bool waits = asks_host(filter->when) || (filter->parent != SCHEMA_NONE && bits_test(late, filter->parent));
    uint32_t count = 0;
    const struct expr_variable *const *reads = filter->when == NULL ? NULL : expr_reads(filter->when, &count);
    for (uint32_t i = 0; i < count && !waits; i++) {
        waits = name_is_late(plan, &vocabulary->names.at[reads[i]->slot], late);
    }
    return waits;
}

typedef enum Which { WHICH_ALL, WHICH_EARLY, WHICH_LATE } Which;

struct staging {
    const struct feature_plan *plan;
    struct arena *arena;
    const uint32_t *stages; // by filter
    const uint64_t *late;   // set of filters
    uint32_t stage_count;
};

static bool is_among(const struct staging *staging, uint32_t filter, Which which) {
    return which == WHICH_ALL || bits_test(staging->late, filter) == (which == WHICH_LATE);
}

// What its parent says is known before the stage begins.
static bool waits_for_parent(const struct staging *staging, uint32_t filter, uint32_t stage, Which which) {
    uint32_t parent = staging->plan->filters.at[filter].parent;
    return parent != SCHEMA_NONE && (staging->stages[parent] < stage || !is_among(staging, parent, which));
}

// The filters of one type and stage, each behind its parent.
static struct filter_stage make_stage(const struct staging *staging, uint32_t type, uint32_t number, Which which) {
    const struct feature_plan *plan = staging->plan;
    struct arena *arena = staging->arena;
    struct filter_stage stage = {0};
    uint32_t *members = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t *ruled = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t *gates = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint32_t *rules = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        uint32_t index = plan->filter_order[i];
        const struct feature_filter *filter = &plan->filters.at[index];
        if (staging->stages[index] != number || !is_among(staging, index, which) || !features_filter_may_hold(filter, type)) {
            continue;
        }
        members[stage.count++] = index;
        if (filter->rule != SCHEMA_NONE) {
            ruled[stage.ruled_count] = index;
            gates[stage.ruled_count] = waits_for_parent(staging, index, number, which) ? filter->parent : SCHEMA_NONE;
            stage.is_gated = stage.is_gated || gates[stage.ruled_count] != SCHEMA_NONE;
            rules[stage.ruled_count++] = filter->rule;
        }
    }
    stage.filters = members;
    stage.ruled = ruled;
    stage.gates = gates;
    stage.plan = expr_table_plan(plan->filter_table, rules, stage.ruled_count, arena);
    return stage;
}

static const struct filter_stage *make_stages(const struct staging *staging, Which which) {
    uint32_t type_count = staging->plan->schema->type_count;
    struct filter_stage *all = ARENA_ARRAY(staging->arena, struct filter_stage, (size_t)staging->stage_count * type_count + 1);
    for (uint32_t t = 0; t < type_count; t++) {
        for (uint32_t s = 0; s < staging->stage_count; s++) {
            all[t * staging->stage_count + s] = make_stage(staging, t, s, which);
        }
    }
    return all;
}

void features_make_stages(struct feature_plan *plan, const struct vocabulary *vocabulary) {
    struct arena *arena = vocabulary->arena;
    uint32_t *stages = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint64_t *late = ARENA_ARRAY(arena, uint64_t, bits_words(plan->filters.count) + 1);
    uint32_t last = 0;
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        uint32_t index = plan->filter_order[i];
        stages[index] = stage_of(plan, vocabulary, index, stages);
        last = larger(last, stages[index]);
        bits_assign(late, index, is_late(plan, vocabulary, index, late));
    }
    plan->stage_count = last + 1;
    struct staging staging = {plan, arena, stages, late, plan->stage_count};
    plan->stages = make_stages(&staging, WHICH_ALL);
    plan->early_stages = make_stages(&staging, WHICH_EARLY);
    plan->late_stages = make_stages(&staging, WHICH_LATE);
}
