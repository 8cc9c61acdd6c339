// Counting: what a decision means for the cases that it touches.
//
// A case's state is how far it has come: events, strikes and money that went by. When the first alert touches it, that is
// noted; the event at hand has not gone by yet, since its answer could still have stopped it.

#include "monitoring/evaluation/private.h"

#include "base/bits.h"
#include "base/time.h"

#include <stdlib.h>

enum { LABEL_SIZE_MAX = 64 << 20 };

static uint32_t group_add(struct evaluation *evaluation, GroupList *groups, struct map *map, Slice key) {
    uint32_t found = map_get(map, key);
    if (found == MAP_NONE) {
        found = groups->count;
        VEC_PUSH(groups, &evaluation->arena)->key = key;
        map_put(map, key, found);
    }
    return found;
}

static void place_models(struct evaluation *evaluation) {
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        const struct evaluation_model *model = &evaluation->plan.models[i];
        uint32_t family = group_add(evaluation, &evaluation->families, &evaluation->family_by_key, model->family);
        uint32_t typology = group_add(evaluation, &evaluation->typologies, &evaluation->typology_by_key, model->typology);
        evaluation->families.at[family].models++;
        evaluation->typologies.at[typology].models++;
        evaluation->family_of[i] = family;
        evaluation->typology_of[i] = typology;
    }
}

struct evaluation *evaluation_create(const struct evaluation_plan *plan) {
    struct evaluation *evaluation = memory_alloc(sizeof *evaluation);
    struct arena *arena = &evaluation->arena;
    arena_init(arena, 1 << 20);
    evaluation->plan = *plan;
    evaluation->json = json_reader_create(LABEL_SIZE_MAX, JSON_DEPTH_MAX);
    map_init(&evaluation->events, arena);
    map_init(&evaluation->names, arena);
    map_init(&evaluation->family_by_key, arena);
    map_init(&evaluation->typology_by_key, arena);
    evaluation->models = ARENA_ARRAY(arena, struct model_count, plan->model_count + 1);
    evaluation->family_of = ARENA_ARRAY(arena, uint32_t, plan->model_count + 1);
    evaluation->typology_of = ARENA_ARRAY(arena, uint32_t, plan->model_count + 1);
    evaluation->pair_models = plan->model_count < EVALUATION_PAIRS_MAX ? plan->model_count : EVALUATION_PAIRS_MAX;
    size_t pairs = (size_t)evaluation->pair_models * evaluation->pair_models + 1;
    evaluation->pairs = ARENA_ARRAY(arena, uint32_t, pairs);
    evaluation->case_pairs = ARENA_ARRAY(arena, uint32_t, pairs);
    evaluation->type_events = ARENA_ARRAY(arena, uint64_t, plan->type_count + 1);
    evaluation->type_ns = ARENA_ARRAY(arena, uint64_t, plan->type_count + 1);
    evaluation->inside = ARENA_ARRAY(arena, uint64_t, plan->action_count + 1);
    evaluation->outside = ARENA_ARRAY(arena, uint64_t, plan->action_count + 1);
    place_models(evaluation);
    return evaluation;
}

void evaluation_destroy(struct evaluation *evaluation) {
    if (evaluation == NULL) {
        return;
    }
    json_reader_destroy(evaluation->json);
    arena_deinit(&evaluation->arena);
    free(evaluation);
}

// ---- which cases ------------------------------------------------------------------------------------------

static void touch(struct evaluation *evaluation, uint32_t of) {
    struct fraud_case *fraud = &evaluation->cases.at[of];
    if (fraud->stamp != evaluation->decisions) {
        fraud->stamp = evaluation->decisions;
        *VEC_PUSH(&evaluation->touched, &evaluation->arena) = of;
    }
}

static void find_touched(struct evaluation *evaluation, const struct evaluation_decision *decision) {
    const struct case_link *links = evaluation->links.at;
    evaluation->touched.count = 0;
    for (uint32_t i = map_get(&evaluation->events, decision->event_id); i != MAP_NONE; i = links[i].next) {
        touch(evaluation, links[i].of);
    }
    for (uint32_t n = 0; n < decision->name_count; n++) {
        for (uint32_t i = map_get(&evaluation->names, decision->names[n]); i != MAP_NONE; i = links[i].next) {
            const struct fraud_case *fraud = &evaluation->cases.at[links[i].of];
            if (decision->time_us >= fraud->begin_us && decision->time_us <= fraud->end_us) {
                touch(evaluation, links[i].of);
            }
        }
    }
}

// ---- what a decision means --------------------------------------------------------------------------------

// The counting hit that is told of a case: the first of a model of its typology, else the first.
static uint32_t telling_hit(const struct evaluation *evaluation, const struct evaluation_decision *decision, Slice typology) {
    uint32_t found = NO_MODEL;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct evaluation_model *model = &evaluation->plan.models[decision->hits[i]];
        if (model->is_shadow) {
            continue;
        }
        if (slice_equal(model->typology, typology)) {
            return decision->hits[i];
        }
        found = found == NO_MODEL ? decision->hits[i] : found;
    }
    return found;
}

static void note_moment(const struct evaluation *evaluation, const struct evaluation_decision *decision, const struct fraud_case *fraud,
                        struct moment *moment) {
    if (!moment->happened) {
        *moment = fraud->now;
        moment->happened = true;
        moment->time_us = decision->time_us;
        moment->model = telling_hit(evaluation, decision, fraud->typology);
        moment->action = decision->action;
    }
}

static void count_group_alert(struct group *group, uint64_t stamp) {
    group->hits++;
    group->alerts += group->stamp != stamp;
    group->stamp = stamp;
}

static void count_hit(struct evaluation *evaluation, uint32_t index) {
    const struct evaluation_model *model = &evaluation->plan.models[index];
    struct model_count *count = &evaluation->models[index];
    struct group *family = &evaluation->families.at[evaluation->family_of[index]];
    struct group *typology = &evaluation->typologies.at[evaluation->typology_of[index]];
    bool own_typology = false;
    bool own_family = false;
    for (uint32_t i = 0; i < evaluation->touched.count; i++) {
        struct fraud_case *fraud = &evaluation->cases.at[evaluation->touched.at[i]];
        bool same_typology = slice_equal(fraud->typology, model->typology);
        bool same_family = slice_equal(fraud->family, model->family);
        own_typology |= same_typology;
        own_family |= same_family;
        count->cases += !bits_test(fraud->models, index);
        bits_set(fraud->models, index);
        fraud->own_typology |= same_typology && !model->is_shadow;
        fraud->own_family |= same_family && !model->is_shadow;
    }
    bool touching = evaluation->touched.count > 0;
    count->hits++;
    count->touching += touching;
    count->touching_own += own_typology;
    if (!model->is_shadow) {
        evaluation->all.hits++;
        evaluation->all.touching += touching;
        evaluation->all.touching_own += own_typology;
        count_group_alert(family, evaluation->decisions);
        count_group_alert(typology, evaluation->decisions);
        family->touching += touching;
        typology->touching += touching;
        family->touching_own += own_family;
        typology->touching_own += own_typology;
    }
}

static void count_pairs(struct evaluation *evaluation, const struct evaluation_decision *decision) {
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        for (uint32_t k = 0; k < decision->hit_count; k++) {
            uint32_t inner = decision->hits[i];
            uint32_t outer = decision->hits[k];
            if (i != k && inner < evaluation->pair_models && outer < evaluation->pair_models) {
                evaluation->pairs[(size_t)inner * evaluation->pair_models + outer]++;
            }
        }
    }
}

static void count_day(struct evaluation *evaluation, int64_t time_us, bool inside) {
    int64_t day = time_day(time_us, evaluation->plan.zone_offset_us);
    struct day_count *found = NULL;
    for (uint32_t i = evaluation->days.count; i > 0 && found == NULL; i--) {
        found = evaluation->days.at[i - 1].day == day ? &evaluation->days.at[i - 1] : NULL;
    }
    if (found == NULL) {
        if (evaluation->days.count == EVALUATION_DAYS_MAX) {
            return;
        }
        found = VEC_PUSH(&evaluation->days, &evaluation->arena);
        found->day = day;
    }
    found->inside += inside;
    found->outside += !inside;
}

// The event goes by: from now on it counts as what was before.
static void pass_by(struct evaluation *evaluation, Slice event_id, bool alert) {
    const struct case_link *links = evaluation->links.at;
    uint32_t head = map_get(&evaluation->events, event_id);
    evaluation->case_events_seen += head != MAP_NONE;
    for (uint32_t i = head; i != MAP_NONE; i = links[i].next) {
        struct fraud_case *fraud = &evaluation->cases.at[links[i].of];
        fraud->now.events++;
        fraud->now.strikes += links[i].strike;
        fraud->now.lost += links[i].lost;
        fraud->direct |= alert;
    }
}

static bool count_hits(struct evaluation *evaluation, const struct evaluation_decision *decision) {
    bool alert = false;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        count_hit(evaluation, decision->hits[i]);
        alert |= !evaluation->plan.models[decision->hits[i]].is_shadow;
    }
    if (decision->hit_count > 1) {
        count_pairs(evaluation, decision);
    }
    return alert;
}

void evaluation_decision(struct evaluation *evaluation, const struct evaluation_decision *decision) {
    INVARIANT(decision->type < evaluation->plan.type_count && decision->action < evaluation->plan.action_count);
    bool interrupts = evaluation->plan.actions[decision->action].interrupts;
    bool alert = false;
    evaluation->decisions++;
    evaluation->type_events[decision->type]++;
    evaluation->type_ns[decision->type] += decision->model_ns;
    if (decision->hit_count > 0 || interrupts) {
        find_touched(evaluation, decision);
        alert = count_hits(evaluation, decision);
        bool inside = evaluation->touched.count > 0;
        evaluation->alerts += alert;
        evaluation->alerts_touching += alert && inside;
        (inside ? evaluation->inside : evaluation->outside)[decision->action]++;
        if (interrupts) {
            count_day(evaluation, decision->time_us, inside);
        }
        for (uint32_t i = 0; i < evaluation->touched.count; i++) {
            struct fraud_case *fraud = &evaluation->cases.at[evaluation->touched.at[i]];
            if (alert) {
                note_moment(evaluation, decision, fraud, &fraud->alert);
            }
            if (interrupts) {
                note_moment(evaluation, decision, fraud, &fraud->interruption);
            }
        }
    }
    pass_by(evaluation, decision->event_id, alert);
}
