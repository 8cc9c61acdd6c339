#include "server/budget.h"

#include "base/arena.h"
#include "os/clock.h"

#include <stdlib.h>

// Of nanoseconds; both move by a share of 1/64 a decision, so that one that took long for another's sake says little, and they forget in
// some hundred.
struct cost {
    double mean, deviation;
};
enum { COST_SHARE = 64, DEVIATIONS = 3 };

struct rule {
    Slice channel, event_type;
    uint64_t budget_ns;
    uint32_t channel_value, type; // of the schema; SCHEMA_NONE: any
    bool fits_none;
};

struct budget {
    struct rule *rules;
    uint32_t rule_count;
    uint64_t usual_ns;
    uint32_t channel_field;
    struct cost before; // from the beginning to the models
    struct cost rest[EFFORT_COUNT];
    // The event at hand.
    uint64_t started_ns, models_ns, arrived_ns;
    bool at_models;
};

static void learn(struct cost *cost, double took_ns) {
    double off = took_ns - cost->mean;
    cost->mean += off / COST_SHARE;
    cost->deviation += ((off < 0 ? -off : off) - cost->deviation) / COST_SHARE;
}

// Of an effort that was not taken nothing is learnt. What is thought of it fades, so that it is tried again.
static void fade(struct cost *cost) {
    cost->mean -= cost->mean / COST_SHARE;
    cost->deviation -= cost->deviation / COST_SHARE;
}

static double expected(const struct cost *cost) {
    return cost->mean + DEVIATIONS * cost->deviation;
}

void budget_change(struct budget *budget, const struct budget_rule *rules, uint32_t count, uint64_t usual_us) {
    free(budget->rules);
    budget->rules = memory_alloc(sizeof *budget->rules * (count + 1));
    budget->rule_count = count;
    budget->usual_ns = usual_us * 1000;
    for (uint32_t i = 0; i < count; i++) {
        budget->rules[i] = (struct rule){.channel = rules[i].channel, .event_type = rules[i].event_type, .budget_ns = rules[i].budget_us * 1000};
    }
}

struct budget *budget_create(const struct budget_rule *rules, uint32_t count, uint64_t usual_us) {
    struct budget *budget = memory_alloc(sizeof *budget);
    budget->channel_field = SCHEMA_NONE;
    budget_change(budget, rules, count, usual_us);
    return budget;
}

void budget_destroy(struct budget *budget) {
    if (budget != NULL) {
        free(budget->rules);
        free(budget);
    }
}

uint32_t budget_read_schema(struct budget *budget, const struct schema *schema) {
    uint32_t unknown = 0;
    budget->channel_field = schema->channel;
    bool has_channels = schema->channel != SCHEMA_NONE;
    uint32_t channels = has_channels ? schema->fields[schema->channel].enumeration : SCHEMA_NONE;
    for (uint32_t i = 0; i < budget->rule_count; i++) {
        struct rule *rule = &budget->rules[i];
        rule->channel_value = slice_empty(rule->channel) || !has_channels ? SCHEMA_NONE : schema_enum_value(schema, channels, rule->channel);
        rule->type = slice_empty(rule->event_type) ? SCHEMA_NONE : schema_find_type(schema, rule->event_type);
        rule->fits_none = (!slice_empty(rule->channel) && rule->channel_value == SCHEMA_NONE) ||
                          (!slice_empty(rule->event_type) && rule->type == SCHEMA_NONE);
        unknown += rule->fits_none;
    }
    return unknown;
}

static uint64_t budget_of(const struct budget *budget, const struct event *event) {
    bool has_channel = budget->channel_field != SCHEMA_NONE && event_has(event, budget->channel_field);
    uint32_t channel = has_channel ? (uint32_t)event->cells[budget->channel_field].integer : SCHEMA_NONE;
    for (uint32_t i = 0; i < budget->rule_count; i++) {
        const struct rule *rule = &budget->rules[i];
        if (!rule->fits_none && (rule->channel_value == SCHEMA_NONE || rule->channel_value == channel) &&
            (rule->type == SCHEMA_NONE || rule->type == event->type)) {
            return rule->budget_ns;
        }
    }
    return budget->usual_ns;
}

void budget_start(struct budget *budget, uint64_t arrived_ns) {
    budget->started_ns = clock_monotonic_ns();
    budget->arrived_ns = arrived_ns;
    budget->at_models = false;
}

Effort budget_choose(void *context, const struct event *event, Effort effort) {
    struct budget *budget = context;
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t budget_ns = budget_of(budget, event);
    double before = budget->at_models ? 0 : expected(&budget->before);
    double left = (double)(budget->arrived_ns + budget_ns) - (double)now_ns - before;
    while (budget_ns > 0 && effort < EFFORT_rules && expected(&budget->rest[effort]) > left) {
        fade(&budget->rest[effort]);
        effort++;
    }
    budget->models_ns = now_ns;
    budget->at_models = true;
    return effort;
}

void budget_stop(struct budget *budget, Effort effort) {
    learn(&budget->before, (double)(budget->models_ns - budget->started_ns));
    learn(&budget->rest[effort], (double)(clock_monotonic_ns() - budget->models_ns));
}

uint64_t budget_usual_cost_ns(const struct budget *budget) {
    return (uint64_t)(budget->before.mean + budget->rest[EFFORT_full].mean);
}
