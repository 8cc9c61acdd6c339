// Figures: what the counts come to, once all decisions are in.

#include "monitoring/evaluation/private.h"

#include "base/bits.h"

#include <math.h>
#include <stdlib.h>

const uint32_t delay_ends[DELAY_CLASSES - 1] = {0, 1, 2, 5, 10, 20, 50, UINT32_MAX};
const char *const band_names[] = {"none", "within", "low", "high"};

enum { BAND_SLACK = 3 };
#define WEAK_SHARE 0.5

Band model_band(const struct evaluation_model *model, const struct model_count *count) {
    if (!model->has_rate || count->triggers == 0) {
        return BAND_NONE;
    }
    double rate = model_rate(count);
    return rate < model->low / BAND_SLACK ? BAND_LOW : rate > model->high * BAND_SLACK ? BAND_HIGH : BAND_WITHIN;
}

static uint64_t interruptions(const struct evaluation *evaluation, const uint64_t *by_action) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < evaluation->plan.action_count; i++) {
        sum += evaluation->plan.actions[i].interrupts ? by_action[i] : 0;
    }
    return sum;
}

uint64_t interruptions_inside(const struct evaluation *evaluation) {
    return interruptions(evaluation, evaluation->inside);
}

uint64_t interruptions_outside(const struct evaluation *evaluation) {
    return interruptions(evaluation, evaluation->outside);
}

bool moment_is_early(const struct fraud_case *fraud, const struct moment *moment) {
    if (!moment->happened) {
        return false;
    }
    if (fraud->lost > 0) {
        return moment->lost < fraud->lost - moment->lost;
    }
    return fraud->strike_count > 0 ? moment->strikes < fraud->strike_count - moment->strikes
                                   : moment->events < fraud->event_count - moment->events;
}

// ---- cases -------------------------------------------------------------------------------------------------

static void count_case(struct group *group, const struct fraud_case *fraud, bool own) {
    bool early = moment_is_early(fraud, &fraud->alert);
    group->cases++;
    group->found += fraud->alert.happened;
    group->found_own += own;
    group->found_direct += fraud->direct;
    group->early += early;
    group->interrupted += fraud->interruption.happened;
    group->early_interrupted += moment_is_early(fraud, &fraud->interruption);
    group->with_money += fraud->lost > 0;
    group->early_money += early && fraud->lost > 0;
    group->lost += fraud->lost;
    group->lost_before_alert += fraud->alert.happened ? fraud->alert.lost : fraud->lost;
    group->lost_before_interruption += fraud->interruption.happened ? fraud->interruption.lost : fraud->lost;
}

static uint32_t delay_class(const struct moment *moment) {
    if (!moment->happened) {
        return DELAY_CLASSES - 1;
    }
    uint32_t at = 0;
    while (moment->events > delay_ends[at]) {
        at++;
    }
    return at;
}

static struct group *group_of(struct evaluation *evaluation, GroupList *groups, struct map *map, Slice key) {
    uint32_t found = map_get(map, key);
    if (found == MAP_NONE) {
        found = groups->count;
        VEC_PUSH(groups, &evaluation->arena)->key = key;
        map_put(map, key, found);
    }
    return &groups->at[found];
}

static void count_cases(struct evaluation *evaluation) {
    for (uint32_t i = 0; i < evaluation->cases.count; i++) {
        const struct fraud_case *fraud = &evaluation->cases.at[i];
        struct group *typology = group_of(evaluation, &evaluation->typologies, &evaluation->typology_by_key, fraud->typology);
        typology->zh = fraud->zh;
        typology->en = fraud->en;
        count_case(typology, fraud, fraud->own_typology);
        count_case(group_of(evaluation, &evaluation->families, &evaluation->family_by_key, fraud->family), fraud,
                   fraud->own_family);
        count_case(&evaluation->all, fraud, fraud->own_typology);
        evaluation->delays[0][delay_class(&fraud->alert)]++;
        evaluation->delays[1][delay_class(&fraud->interruption)]++;
    }
}

static int by_number(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

typedef enum Grouping { BY_ALL, BY_FAMILY, BY_TYPOLOGY } Grouping;

static void find_median(struct evaluation *evaluation, struct group *group, Grouping grouping, uint32_t *room) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < evaluation->cases.count; i++) {
        const struct fraud_case *fraud = &evaluation->cases.at[i];
        bool in = grouping == BY_ALL || slice_equal(group->key, grouping == BY_FAMILY ? fraud->family : fraud->typology);
        if (in && fraud->alert.happened) {
            room[count++] = fraud->alert.events;
        }
    }
    qsort(room, count, sizeof *room, by_number);
    group->delay_median = count == 0 ? NAN : ((double)room[(count - 1) / 2] + (double)room[count / 2]) / 2;
}

static void find_medians(struct evaluation *evaluation) {
    uint32_t *room = ARENA_ARRAY(&evaluation->arena, uint32_t, evaluation->cases.count + 1);
    find_median(evaluation, &evaluation->all, BY_ALL, room);
    for (uint32_t i = 0; i < evaluation->families.count; i++) {
        find_median(evaluation, &evaluation->families.at[i], BY_FAMILY, room);
    }
    for (uint32_t i = 0; i < evaluation->typologies.count; i++) {
        find_median(evaluation, &evaluation->typologies.at[i], BY_TYPOLOGY, room);
    }
}

// ---- models ------------------------------------------------------------------------------------------------

static void count_triggers(struct evaluation *evaluation) {
    const struct evaluation_plan *plan = &evaluation->plan;
    uint64_t *conditions = ARENA_ARRAY(&evaluation->arena, uint64_t, plan->type_count + 1);
    for (uint32_t i = 0; i < plan->model_count; i++) {
        for (uint32_t type = 0; type < plan->type_count; type++) {
            conditions[type] += bits_test(plan->models[i].on, type) ? plan->models[i].conditions : 0;
        }
    }
    for (uint32_t i = 0; i < plan->model_count; i++) {
        struct model_count *count = &evaluation->models[i];
        double ns = 0;
        for (uint32_t type = 0; type < plan->type_count; type++) {
            if (bits_test(plan->models[i].on, type)) {
                count->triggers += evaluation->type_events[type];
                ns += (double)evaluation->type_ns[type] * share_of(plan->models[i].conditions, (double)conditions[type]);
            }
        }
        count->ns = share_of(ns, (double)count->triggers);
        evaluation->silent += count->hits == 0;
    }
}

static int most_hits(const void *left, const void *right, void *context) {
    const struct evaluation *evaluation = context;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    uint64_t hits_a = evaluation->models[a].hits;
    uint64_t hits_b = evaluation->models[b].hits;
    return hits_a != hits_b ? (hits_a < hits_b ? 1 : -1) : (a > b) - (a < b);
}

static void order_models(struct evaluation *evaluation) {
    uint32_t *order = ARENA_ARRAY(&evaluation->arena, uint32_t, evaluation->plan.model_count + 1);
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        order[i] = i;
    }
    qsort_r(order, evaluation->plan.model_count, sizeof *order, most_hits, evaluation);
    evaluation->by_hits = order;
}

// ---- overlap -----------------------------------------------------------------------------------------------

static void count_case_pairs(struct evaluation *evaluation) {
    uint32_t count = evaluation->pair_models;
    for (uint32_t c = 0; c < evaluation->cases.count; c++) {
        const uint64_t *models = evaluation->cases.at[c].models;
        for (uint32_t inner = 0; inner < count; inner++) {
            for (uint32_t outer = 0; bits_test(models, inner) && outer < count; outer++) {
                evaluation->case_pairs[(size_t)inner * count + outer] += inner != outer && bits_test(models, outer);
            }
        }
    }
}

static int most_contained(const void *left, const void *right) {
    const struct contained *a = left;
    const struct contained *b = right;
    if (a->both != b->both) {
        return a->both < b->both ? 1 : -1;
    }
    return a->inner != b->inner ? (a->inner > b->inner) - (a->inner < b->inner) : (a->outer > b->outer) - (a->outer < b->outer);
}

static void find_contained(struct evaluation *evaluation, bool by_case) {
    uint32_t count = evaluation->pair_models;
    const uint32_t *pairs = by_case ? evaluation->case_pairs : evaluation->pairs;
    VEC(struct contained) found = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint64_t whole = by_case ? evaluation->models[i].cases : evaluation->models[i].hits;
        for (uint32_t k = 0; k < count && whole >= CONTAINED_HITS_MIN; k++) {
            uint64_t both = pairs[(size_t)i * count + k];
            if (i != k && both * 100 >= whole * CONTAINED_PERCENT_MIN) {
                *VEC_PUSH(&found, &evaluation->arena) = (struct contained){i, k, both, whole};
            }
        }
    }
    if (found.count > 0) {
        qsort(found.at, found.count, sizeof *found.at, most_contained);
    }
    if (by_case) {
        evaluation->contained_cases.at = found.at;
        evaluation->contained_cases.count = found.count < CONTAINED_MAX ? found.count : CONTAINED_MAX;
    } else {
        evaluation->contained_events.at = found.at;
        evaluation->contained_events.count = found.count < CONTAINED_MAX ? found.count : CONTAINED_MAX;
    }
}

// ---- the weak ones -----------------------------------------------------------------------------------------

static double weakness(const struct group *group) {
    double recall = group_recall(group);
    double early = group_early(group);
    return recall < early ? recall : early;
}

static int by_weakness(const void *left, const void *right, void *context) {
    const struct evaluation *evaluation = context;
    const struct group *a = &evaluation->typologies.at[*(const uint32_t *)left];
    const struct group *b = &evaluation->typologies.at[*(const uint32_t *)right];
    if (weakness(a) != weakness(b)) {
        return weakness(a) < weakness(b) ? -1 : 1;
    }
    if (group_recall(a) != group_recall(b)) {
        return group_recall(a) < group_recall(b) ? -1 : 1;
    }
    return a->cases != b->cases ? (a->cases < b->cases ? 1 : -1) : slice_compare(a->key, b->key);
}

static void find_weak(struct evaluation *evaluation) {
    uint32_t *weak = ARENA_ARRAY(&evaluation->arena, uint32_t, evaluation->typologies.count + 1);
    for (uint32_t i = 0; i < evaluation->typologies.count; i++) {
        const struct group *group = &evaluation->typologies.at[i];
        if (group->cases > 0 && weakness(group) < WEAK_SHARE) {
            weak[evaluation->weak_count++] = i;
        }
    }
    qsort_r(weak, evaluation->weak_count, sizeof *weak, by_weakness, evaluation);
    evaluation->weak = weak;
}

static int by_key(const void *left, const void *right) {
    return slice_compare(((const struct group *)left)->key, ((const struct group *)right)->key);
}

static int by_day(const void *left, const void *right) {
    int64_t a = ((const struct day_count *)left)->day;
    int64_t b = ((const struct day_count *)right)->day;
    return (a > b) - (a < b);
}

static void sort_groups(GroupList *groups) {
    if (groups->count > 0) {
        qsort(groups->at, groups->count, sizeof *groups->at, by_key);
    }
}

void evaluation_finish(struct evaluation *evaluation) {
    evaluation->all.models = evaluation->plan.model_count;
    evaluation->all.alerts = evaluation->alerts;
    count_cases(evaluation);
    find_medians(evaluation);
    count_triggers(evaluation);
    order_models(evaluation);
    count_case_pairs(evaluation);
    find_contained(evaluation, false);
    find_contained(evaluation, true);
    // The maps are not asked any more, so the groups may be put in order.
    sort_groups(&evaluation->families);
    sort_groups(&evaluation->typologies);
    if (evaluation->days.count > 0) {
        qsort(evaluation->days.at, evaluation->days.count, sizeof *evaluation->days.at, by_day);
    }
    find_weak(evaluation);
}
