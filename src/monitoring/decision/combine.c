// Hits to one decision: what each hit saw, which guards hold it back, the strongest action of those that count, and the
// policy's rules in their order.

#include "monitoring/decision/engine_private.h"

#include <math.h>

struct seen engine_see(struct engine *engine, uint32_t slot) {
    const struct type *type = engine->catalogue->vocabulary.slots.at[slot].type;
    struct seen seen = {.slot = slot, .number = NAN};
    if (type->kind == TYPE_STRING) {
        Slice text;
        seen.is_text = true;
        if (engine_text(engine, slot, &text)) {
            seen.text = arena_copy(&engine->scratch, text);
        }
        return seen;
    }
    struct value value;
    if (!engine_read(engine, slot, &engine->scratch, &value)) {
        return seen;
    }
    switch (value.kind) {
    case VALUE_BOOL:
        seen.number = value.boolean;
        break;
    case VALUE_INT:
        seen.number = (double)value.integer;
        break;
    case VALUE_DOUBLE:
    case VALUE_MONEY:
        seen.number = value.number;
        break;
    default:
        seen.is_text = true;
        seen.text = value_text(&engine->scratch, &value);
        break;
    }
    return seen;
}

// Whether the model's hits count for this event, going by its status.
static bool is_in_effect(const struct engine *engine, const struct model *model) {
    if (model->status != MODEL_CANARY) {
        return model->status == MODEL_ACTIVE;
    }
    const struct model_canary *canary = &model->canary;
    return event_has(engine->event, canary->field) &&
           hash64(engine->event->cells[canary->field].text, canary->seed) % CANARY_SHARES < canary->below;
}

static void fill_hit(struct engine *engine, const struct model *model, struct hit *hit) {
    struct seen *seen = ARENA_ARRAY(&engine->scratch, struct seen, model->read_count + 1);
    for (uint32_t i = 0; i < model->read_count; i++) {
        seen[i] = engine_see(engine, model->reads[i]);
    }
    *hit = (struct hit){
        .model = model,
        .is_shadow = !is_in_effect(engine, model),
        .seen = seen,
        .seen_count = model->read_count,
    };
}

static uint64_t holding_guards(struct engine *engine, uint64_t asked) {
    uint64_t holding = 0;
    for (uint32_t i = 0; i < engine->catalogue->policy.guards.count; i++) {
        bool holds = (asked >> i & 1) != 0 && engine_condition(engine, engine->catalogue->policy.guards.at[i].rule);
        holding |= (uint64_t)holds << i;
    }
    return holding;
}

// 100 * (1 - product of (1 - score/100)): several weak hits make a stronger one, never more than 100.
static uint32_t combined_score(const struct decision *decision) {
    double left = 1;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        if (hit->guards == 0 && !hit->is_shadow) {
            left *= 1 - hit->model->score / 100.0;
        }
    }
    return (uint32_t)lround(100 * (1 - left));
}

static void take_strongest(struct engine *engine) {
    struct decision *decision = &engine->decision;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        const struct model *model = hit->model;
        if (hit->guards != 0 || hit->is_shadow) {
            continue;
        }
        decision->severity = model->severity > decision->severity ? model->severity : decision->severity;
        if (model->task != SCHEMA_NONE) {
            decision->tasks |= 1u << model->task;
        }
        // What the nightly run finds comes too late for the answer: it asks for tasks only.
        if (model->mode != MODE_BATCH && model->action != SCHEMA_NONE && model->action > decision->action) {
            decision->action = model->action;
        }
    }
    decision->score = combined_score(decision);
}

bool engine_holds(struct engine *engine, const struct expr *expr) {
    struct value value;
    return expr_evaluate(expr, &engine->host.input, &engine->scratch, &value) == STATUS_OK &&
           value.kind == VALUE_BOOL && value.boolean;
}

bool engine_applies(struct engine *engine, const struct model *model) {
    uint32_t channel = engine->channel == engine->catalogue->channel_count - 1 ? CHANNELS_MAX - 1 : engine->channel;
    return !engine->decision.is_duplicate && model_is_evaluated(model) && bits_test(model->on, engine->event->type) &&
           (model->segments >> engine->segment & 1) != 0 && (model->channels >> channel & 1) != 0 &&
           (model->reads_outcome || (engine->flags & EVENT_FLAG_CONFIRMS) == 0) && holding_guards(engine, model->guards) == 0;
}

static void apply_rules(struct engine *engine) {
    const struct policy *policy = &engine->catalogue->policy;
    struct decision *decision = &engine->decision;
    uint32_t *applied = ARENA_ARRAY(&engine->scratch, uint32_t, policy->rules.count + 1);
    for (uint32_t i = 0; i < policy->rules.count; i++) {
        const struct policy_rule *rule = &policy->rules.at[i];
        if (!engine_holds(engine, rule->when)) {
            continue;
        }
        uint32_t action = rule->action == SCHEMA_NONE ? decision->action : rule->action;
        bool refused = (rule->weaken_only && action > decision->action) || (rule->strengthen_only && action < decision->action);
        uint32_t tasks = decision->tasks | (rule->task == SCHEMA_NONE ? 0 : 1u << rule->task);
        int64_t delay_us = rule->delay_us > 0 ? rule->delay_us : decision->delay_us;
        bool changes = !refused && (action != decision->action || tasks != decision->tasks || delay_us != decision->delay_us);
        if (changes) {
            decision->action = action;
            decision->tasks = tasks;
            decision->delay_us = delay_us;
            applied[decision->rule_count++] = i;
        }
    }
    decision->rules = applied;
}

static bool is_delay(const struct policy *policy, uint32_t action) {
    return slice_is(policy->actions.at[action].id, "DELAY");
}

void engine_combine(struct engine *engine, const struct type_plan *plan, uint32_t hit_count) {
    const struct policy *policy = &engine->catalogue->policy;
    struct decision *decision = &engine->decision;
    struct hit *hits = ARENA_ARRAY(&engine->scratch, struct hit, hit_count + 1);
    uint64_t asked = 0;
    for (uint32_t i = 0; i < hit_count; i++) {
        const struct model *model = &engine->catalogue->models.at[plan->models[engine->hit_positions[i]]];
        fill_hit(engine, model, &hits[i]);
        asked |= model->guards;
    }
    uint64_t holding = holding_guards(engine, asked);
    for (uint32_t i = 0; i < hit_count; i++) {
        hits[i].guards = hits[i].model->guards & holding;
        engine->counters.guarded += hits[i].guards != 0;
    }
    engine->counters.hits += hit_count;
    decision->hits = hits;
    decision->hit_count = hit_count;
    take_strongest(engine);
    apply_rules(engine);
    engine_brake(engine);
    if (!is_delay(policy, decision->action)) {
        decision->delay_us = 0;
    } else if (decision->delay_us == 0) {
        decision->delay_us = policy->default_delay_us;
    }
}
