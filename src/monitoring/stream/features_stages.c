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
// (decision/foresee.c). So there are stages of the early filters alone, and a list of the late ones that are left for the turn. Late is a
// filter that reads a feature, a table, a list or a field that is derived by them, and one whose parent is late, or that reads a late one. The late
// ones are few, and most have a parent that rules them out, so they are asked one after the other.

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

static bool waits(const struct feature_plan *plan, const struct vocabulary *vocabulary, const struct expr *expr, const uint64_t *late) {
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr == NULL ? NULL : expr_reads(expr, &count);
    bool is_late = asks_host(expr);
    for (uint32_t i = 0; i < count && !is_late; i++) {
        is_late = name_is_late(plan, &vocabulary->names.at[reads[i]->slot], late);
    }
    return is_late;
}

struct staging {
    const struct feature_plan *plan;
    struct arena *arena;
    const uint32_t *stages; // by filter
    const uint64_t *late;   // set of filters
    uint32_t stage_count;
};

// The filters of one type and stage, each behind its parent.
static struct filter_stage make_stage(const struct staging *staging, uint32_t type, uint32_t number, bool is_early) {
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
        if (staging->stages[index] != number || (is_early && bits_test(staging->late, index)) || !features_filter_may_hold(filter, type)) {
            continue;
        }
        members[stage.count++] = index;
        if (filter->rule != SCHEMA_NONE) {
            bool is_gated = filter->parent != SCHEMA_NONE && staging->stages[filter->parent] < number;
            ruled[stage.ruled_count] = index;
            gates[stage.ruled_count] = is_gated ? filter->parent : SCHEMA_NONE;
            stage.is_gated = stage.is_gated || is_gated;
            rules[stage.ruled_count++] = filter->rule;
        }
    }
    stage.filters = members;
    stage.ruled = ruled;
    stage.gates = gates;
    stage.plan = expr_table_plan(plan->filter_table, rules, stage.ruled_count, arena);
    return stage;
}

static const struct filter_stage *make_stages(const struct staging *staging, bool is_early) {
    uint32_t type_count = staging->plan->schema->type_count;
    struct filter_stage *all = ARENA_ARRAY(staging->arena, struct filter_stage, (size_t)staging->stage_count * type_count + 1);
    for (uint32_t t = 0; t < type_count; t++) {
        for (uint32_t s = 0; s < staging->stage_count; s++) {
            all[t * staging->stage_count + s] = make_stage(staging, t, s, is_early);
        }
    }
    return all;
}

// ---- what is left for the turn ----------------------------------------------------------------------------

static void note_values(const uint32_t *by_type, uint32_t type, uint64_t *values) {
    if (by_type[type] != SCHEMA_NONE) {
        bits_set(values, by_type[type]);
    }
}

// Values that the rows of an event of the type may carry.
static void values_of_type(const struct feature_plan *plan, uint32_t type, uint64_t *values) {
    for (uint32_t i = 0; i < plan->recipe_counts[type]; i++) {
        const struct feature_store *store = &plan->stores.at[plan->entities.at[plan->recipes[type][i].entity].store];
        for (uint32_t c = 0; c < store->spec.number_count; c++) {
            note_values(store->numbers[c], type, values);
        }
        for (uint32_t c = 0; c < store->spec.id_count; c++) {
            note_values(store->ids[c], type, values);
        }
    }
}

static void note_fields(const struct vocabulary *vocabulary, const struct expr *expr, uint64_t *fields) {
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr == NULL ? NULL : expr_reads(expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct name *name = &vocabulary->names.at[reads[i]->slot];
        if (name->kind == NAME_FIELD) {
            bits_set(fields, name->index);
        }
    }
}

static uint32_t list_set(const uint64_t *set, size_t words, uint32_t *list) {
    uint32_t count = 0;
    size_t index = 0;
    BITS_EACH(set, words, index) {
        list[count++] = (uint32_t)index;
    }
    return count;
}

static struct feature_turn make_turn(const struct staging *staging, const struct vocabulary *vocabulary, uint32_t type) {
    const struct feature_plan *plan = staging->plan;
    uint64_t values[FEATURE_VALUES_MAX / 64] = {0};
    uint32_t *late = ARENA_ARRAY(staging->arena, uint32_t, plan->filters.count + 1);
    uint32_t *early = ARENA_ARRAY(staging->arena, uint32_t, plan->values.count + 1);
    uint32_t *read = ARENA_ARRAY(staging->arena, uint32_t, plan->schema->field_count + 1);
    uint64_t fields[SCHEMA_FIELDS_MAX / 64] = {0};
    struct feature_turn turn = {.late_filters = late, .early_values = early, .late_fields = read};
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        uint32_t index = plan->filter_order[i];
        if (bits_test(staging->late, index) && features_filter_may_hold(&plan->filters.at[index], type)) {
            late[turn.late_filter_count++] = index;
            note_fields(vocabulary, plan->filters.at[index].when, fields);
        }
    }
    turn.late_field_count = list_set(fields, SCHEMA_FIELDS_MAX / 64, read);
    values_of_type(plan, type, values);
    for (uint32_t v = 0; v < plan->values.count; v++) {
        if (bits_test(values, v) && !waits(plan, vocabulary, plan->values.at[v].expr, staging->late)) {
            early[turn.early_value_count++] = v;
        }
    }
    return turn;
}

void features_make_stages(struct feature_plan *plan, const struct vocabulary *vocabulary) {
    struct arena *arena = vocabulary->arena;
    uint32_t *stages = ARENA_ARRAY(arena, uint32_t, plan->filters.count + 1);
    uint64_t *late = ARENA_ARRAY(arena, uint64_t, bits_words(plan->filters.count) + 1);
    struct feature_turn *turns = ARENA_ARRAY(arena, struct feature_turn, plan->schema->type_count + 1);
    uint32_t last = 0;
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        uint32_t index = plan->filter_order[i];
        const struct feature_filter *filter = &plan->filters.at[index];
        stages[index] = stage_of(plan, vocabulary, index, stages);
        last = larger(last, stages[index]);
        bool parent_is_late = filter->parent != SCHEMA_NONE && bits_test(late, filter->parent);
        bits_assign(late, index, parent_is_late || waits(plan, vocabulary, filter->when, late));
    }
    plan->stage_count = last + 1;
    struct staging staging = {plan, arena, stages, late, plan->stage_count};
    plan->stages = make_stages(&staging, false);
    plan->early_stages = make_stages(&staging, true);
    for (uint32_t t = 0; t < plan->schema->type_count; t++) {
        turns[t] = make_turn(&staging, vocabulary, t);
    }
    plan->turns = turns;
}
