// Bindings: the parameters' values for each combination of segment and channel, the predicate table over all
// models, and for each event type the models that may watch it.

#include "base/hash.h"
#include "base/money.h"
#include "monitoring/models/private.h"

#include <math.h>
#include <stdlib.h>

static double factor_in(const struct policy_factor *factors, uint32_t count, Slice family) {
    double factor = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (factors[i].family.at == NULL || slice_equal(factors[i].family, family)) {
            factor = factors[i].factor;
        }
    }
    return factor;
}

// Own overrides win over factors; a more particular override (segment and channel) wins over a general one by standing
// later in the file.
static bool overridden(const struct model *model, uint32_t parameter, uint32_t segment, uint32_t channel, double *ret_value) {
    bool found = false;
    for (uint32_t i = 0; i < model->override_count; i++) {
        const struct model_override *override = &model->overrides[i];
        if ((override->segments >> segment & 1) != 0 && (override->channels >> channel & 1) != 0 &&
            !isnan(override->values[parameter])) {
            *ret_value = override->values[parameter];
            found = true;
        }
    }
    return found;
}

double catalogue_parameter(const struct catalogue *catalogue, const struct model *model, uint32_t index, uint32_t segment,
                           uint32_t channel) {
    const struct model_parameter *parameter = &model->parameters[index];
    const struct policy *policy = &catalogue->policy;
    double value = parameter->value;
    if (overridden(model, index, segment, channel, &value) || !parameter->is_money || parameter->is_regulation) {
        return value;
    }
    double factor = factor_in(policy->segment_factors[segment], policy->segment_factor_counts[segment], model->family) *
                    factor_in(policy->channel_factors[channel], policy->channel_factor_counts[channel], model->family);
    if (factor == 1) {
        return value;
    }
    double scaled = round(value * factor * MONEY_SCALE) / MONEY_SCALE; // whole minor units
    double least = policy->money_min < value ? policy->money_min : value;
    return scaled < least ? least : scaled;
}

static uint32_t channel_bit(const struct catalogue *catalogue, uint32_t channel) {
    return channel == catalogue->channel_count - 1 ? NO_CHANNEL : channel;
}

static double *parameters_for(struct catalogue *catalogue, uint32_t segment, uint32_t channel, double *values) {
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *model = &catalogue->models.at[m];
        for (uint32_t p = 0; p < model->parameter_count; p++) {
            values[model->parameters[p].slot] = catalogue_parameter(catalogue, model, p, segment, channel_bit(catalogue, channel));
        }
    }
    return values;
}

static void make_bindings(struct catalogue *catalogue) {
    uint32_t combinations = catalogue->segment_count * catalogue->channel_count;
    size_t size = sizeof(double) * (catalogue->vocabulary.slots.count + 1);
    uint32_t *binding_of = ARENA_ARRAY(&catalogue->arena, uint32_t, combinations);
    const double **values = ARENA_ARRAY(&catalogue->arena, const double *, combinations);
    uint64_t *hashes = memory_alloc(sizeof *hashes * combinations);
    double *next = memory_alloc(size);
    for (uint32_t i = 0; i < combinations; i++) {
        parameters_for(catalogue, i / catalogue->channel_count, i % catalogue->channel_count, next);
        uint64_t hash = hash64((Slice){(const char *)next, size}, 0);
        uint32_t binding = 0;
        while (binding < catalogue->binding_count &&
               (hashes[binding] != hash || memcmp(values[binding], next, size) != 0)) {
            binding++;
        }
        if (binding == catalogue->binding_count) {
            hashes[binding] = hash;
            double *copy = arena_alloc_raw(&catalogue->arena, size);
            memcpy(copy, next, size);
            values[binding] = copy;
            catalogue->binding_count++;
        }
        binding_of[i] = binding;
    }
    free(hashes);
    free(next);
    catalogue->binding_of = binding_of;
    catalogue->parameter_values = values;
}

static bool is_in_scope(const struct model *model, ModelScope scope) {
    return scope == SCOPE_ALL || (model->mode == MODE_BATCH) == (scope == SCOPE_NIGHT);
}

static bool is_within_effort(const struct model *model, Effort effort) {
    bool cannot_wait = model->mode == MODE_PRE || model->mode == MODE_SYNC;
    switch (effort) {
    case EFFORT_full:
        return true;
    case EFFORT_in_flight:
        return cannot_wait;
    case EFFORT_at_hand:
        return cannot_wait && !model->reads_features;
    default:
        return false;
    }
}

typedef struct ModelTest {
    ModelScope scope;
    Effort effort;
    bool reads_outcome; // only those that do
} ModelTest;

static bool passes(const struct model *model, ModelTest test) {
    return is_in_scope(model, test.scope) && is_within_effort(model, test.effort) && (model->reads_outcome || !test.reads_outcome);
}

static const uint64_t *candidates_for(struct catalogue *catalogue, const struct type_plan *plan, ModelTest test, uint32_t segment, uint32_t channel) {
    uint64_t *set = ARENA_ARRAY(&catalogue->arena, uint64_t, bits_words(plan->count) + 1);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct model *model = &catalogue->models.at[plan->models[i]];
        bits_assign(set, i, (model->segments >> segment & 1) != 0 &&
                                (model->channels >> channel_bit(catalogue, channel) & 1) != 0 && passes(model, test));
    }
    return set;
}

// The models of the type that pass the test, by segment and channel.
static const uint64_t *const *candidate_sets(struct catalogue *catalogue, const struct type_plan *plan, ModelTest test) {
    uint32_t combinations = catalogue->segment_count * catalogue->channel_count;
    const uint64_t **sets = ARENA_ARRAY(&catalogue->arena, const uint64_t *, combinations);
    for (uint32_t i = 0; i < combinations; i++) {
        sets[i] = candidates_for(catalogue, plan, test, i / catalogue->channel_count, i % catalogue->channel_count);
        for (uint32_t k = 0; k < i; k++) { // equal sets are one
            if (memcmp(sets[i], sets[k], sizeof(uint64_t) * (bits_words(plan->count) + 1)) == 0) {
                sets[i] = sets[k];
                break;
            }
        }
    }
    return sets;
}

static void plan_type(struct catalogue *catalogue, uint32_t type, struct type_plan *plan) {
    uint32_t *models = ARENA_ARRAY(&catalogue->arena, uint32_t, catalogue->models.count + 1);
    uint32_t *rules = ARENA_ARRAY(&catalogue->arena, uint32_t, catalogue->models.count + 1);
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *model = &catalogue->models.at[m];
        if (model_is_evaluated(model) && bits_test(model->on, type)) {
            models[plan->count] = m;
            rules[plan->count++] = model->rule;
        }
    }
    plan->models = models;
    catalogue_find_fetched(catalogue, type, plan);
    plan->plan = expr_table_plan(catalogue->table, rules, plan->count, &catalogue->arena);
    for (int scope = 0; scope < MODEL_SCOPE_COUNT; scope++) {
        for (int effort = 0; effort < EFFORT_COUNT; effort++) {
            plan->candidates[scope][effort] = candidate_sets(catalogue, plan, (ModelTest){scope, effort, false});
        }
        plan->confirmed[scope] = candidate_sets(catalogue, plan, (ModelTest){scope, EFFORT_full, true});
    }
}

static uint32_t add_condition(struct catalogue *catalogue, const struct expr *when) {
    return when == NULL ? SCHEMA_NONE : expr_table_add_rule(catalogue->table, when);
}

static void plan_rules(struct catalogue *catalogue) {
    const struct policy *policy = &catalogue->policy;
    uint32_t *rules = ARENA_ARRAY(&catalogue->arena, uint32_t, policy->rules.count + 1);
    for (uint32_t i = 0; i < policy->rules.count; i++) {
        rules[i] = policy->rules.at[i].rule;
    }
    catalogue->rules_plan = expr_table_plan(catalogue->table, rules, policy->rules.count, &catalogue->arena);
}

void catalogue_bind(struct catalogue *catalogue) {
    struct vocabulary *vocabulary = &catalogue->vocabulary;
    struct policy *policy = &catalogue->policy;
    const struct schema *schema = catalogue->schema;
    catalogue->segment_count = policy->segments.count;
    catalogue->channel_count =
        1 + (schema->channel == SCHEMA_NONE ? 0 : schema->enums[schema->fields[schema->channel].enumeration].count);
    catalogue->table = expr_table_create(&catalogue->arena, vocabulary->slots.at, vocabulary->slots.count,
                                         window_plan_pass_count(catalogue->features->windows));
    for (uint32_t i = 0; i < policy->segments.count; i++) {
        policy->segments.at[i].rule = add_condition(catalogue, policy->segments.at[i].when);
    }
    for (uint32_t i = 0; i < policy->guards.count; i++) {
        policy->guards.at[i].rule = add_condition(catalogue, policy->guards.at[i].when);
    }
    for (uint32_t i = 0; i < policy->rules.count; i++) {
        policy->rules.at[i].rule = add_condition(catalogue, policy->rules.at[i].when);
    }
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        struct model *model = &catalogue->models.at[m];
        model->rule = expr_table_add_rule(catalogue->table, model->expr);
        catalogue->evaluated_count += model_is_evaluated(model);
    }
    make_bindings(catalogue);
    expr_table_finish(catalogue->table, catalogue->parameter_values, catalogue->binding_count);
    struct type_plan *types = ARENA_ARRAY(&catalogue->arena, struct type_plan, schema->type_count + 1);
    for (uint32_t t = 0; t < schema->type_count; t++) {
        plan_type(catalogue, t, &types[t]);
    }
    catalogue->types = types;
    plan_rules(catalogue);
}
