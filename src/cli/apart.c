#include "cli/apart.h"

// The models of one typology that are evaluated.
struct group {
    VEC(uint32_t) models; // of the catalogue
    bool *told;           // [a * models.count + b], a < b: some sequence fires exactly one of them
};

struct apart {
    const struct catalogue *catalogue;
    VEC(struct group) groups;
    uint32_t *group_of; // by model
    bool *seen;         // by model: its sequences were run
};

enum { NO_GROUP = UINT32_MAX };

// ---- which models stand beside which ---------------------------------------------------------------------

static uint32_t group_of_typology(struct apart *apart, struct map *by_typology, struct arena *arena, Slice typology) {
    uint32_t at = map_get(by_typology, typology);
    if (at == MAP_NONE) {
        at = apart->groups.count;
        VEC_PUSH(&apart->groups, arena);
        map_put(by_typology, typology, at);
    }
    return at;
}

struct apart *apart_create(const struct catalogue *catalogue, struct arena *arena) {
    struct apart *apart = ARENA_NEW(arena, struct apart);
    uint32_t count = catalogue->models.count;
    *apart = (struct apart){.catalogue = catalogue,
                            .group_of = ARENA_ARRAY(arena, uint32_t, count),
                            .seen = ARENA_ARRAY(arena, bool, count)};
    struct map by_typology;
    map_init(&by_typology, arena);
    for (uint32_t i = 0; i < count; i++) {
        const struct model *model = &catalogue->models.at[i];
        apart->group_of[i] = NO_GROUP;
        if (model_is_evaluated(model)) {
            apart->group_of[i] = group_of_typology(apart, &by_typology, arena, model->typology);
            *VEC_PUSH(&apart->groups.at[apart->group_of[i]].models, arena) = i;
        }
    }
    for (uint32_t i = 0; i < apart->groups.count; i++) {
        struct group *group = &apart->groups.at[i];
        group->told = ARENA_ARRAY(arena, bool, (size_t)group->models.count * group->models.count);
    }
    return apart;
}

// ---- what sequences show ---------------------------------------------------------------------------------

static bool has_fired(const struct decision *decision, const struct model *model) {
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        if (decision->hits[i].model == model) {
            return decision->hits[i].guards == 0;
        }
    }
    return false;
}

void apart_see(struct apart *apart, const struct model *model, const struct decision *decision) {
    const struct model *models = apart->catalogue->models.at;
    uint32_t index = (uint32_t)(model - models);
    if (apart->group_of[index] == NO_GROUP) {
        return;
    }
    apart->seen[index] = true;
    struct group *group = &apart->groups.at[apart->group_of[index]];
    for (uint32_t a = 0; a < group->models.count; a++) {
        bool fired = has_fired(decision, &models[group->models.at[a]]);
        for (uint32_t b = a + 1; b < group->models.count; b++) {
            group->told[a * group->models.count + b] |= fired != has_fired(decision, &models[group->models.at[b]]);
        }
    }
}

static void tell_pair(const struct apart *apart, uint32_t a, uint32_t b, struct diag_list *diags) {
    const struct model *one = &apart->catalogue->models.at[a];
    const struct model *other = &apart->catalogue->models.at[b];
    if (apart->seen[a] && apart->seen[b]) {
        struct diag *diag = diag_add(diags, DIAG_WARNING, "ST023", one->place, "no sequence tells '%.*s' from '%.*s'",
                                     SLICE_ARGS(one->id), SLICE_ARGS(other->id));
        diag_hint(diags, diag, "add one at whose last event exactly one of them fires, or make them one model");
    }
}

void apart_tell(const struct apart *apart, struct diag_list *diags) {
    for (uint32_t i = 0; i < apart->groups.count; i++) {
        const struct group *group = &apart->groups.at[i];
        for (uint32_t a = 0; a < group->models.count; a++) {
            for (uint32_t b = a + 1; b < group->models.count; b++) {
                if (!group->told[a * group->models.count + b]) {
                    tell_pair(apart, group->models.at[a], group->models.at[b], diags);
                }
            }
        }
    }
}
