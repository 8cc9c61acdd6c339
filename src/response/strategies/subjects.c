// Who hits are about.
//
// A candidate that says `of` is for models that look at nothing else: every windowed feature that
// their condition reads is of one of its entities (or of those that may stand beside them). Which
// entities a model looks at follows from its expression, through the filters and computed features
// that it names, and is found once.

#include "base/bits.h"
#include "expr/visit.h"
#include "response/strategies/private.h"

_Static_assert(SUBJECT_CANDIDATES_MAX <= 8, "subjects_of_model has a bit for each");

// ---- reading
// -----------------------------------------------------------------------------------------------------

void name_entities(struct compiling *compiling) {
    const struct feature_plan *features = compiling->catalogue->features;
    map_init(&compiling->entities_by_name, compiling->arena);
    for (uint32_t i = 0; i < features->entities.count; i++) {
        map_put(&compiling->entities_by_name, features->entities.at[i].name, i);
    }
}

static uint64_t *entity_set(struct compiling *compiling) {
    return ARENA_ARRAY(compiling->arena, uint64_t,
                       bits_words(compiling->catalogue->features->entities.count + 1));
}

static void read_entities(struct compiling *compiling, const struct yaml_node *list,
                          uint64_t *set) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    if (list->count == 0) {
        diag_add(compiling->diags, DIAG_ERROR, "DI048", list->place,
                 "this names at least one of the pack's entities");
    }
    YAML_EACH(list, item) {
        Slice name = yaml_text(item, compiling->diags);
        uint32_t entity = map_get(&compiling->entities_by_name, name);
        if (entity == MAP_NONE) {
            compiling_unknown(compiling, "DI047", item->place, "the pack has no entity '%.*s'",
                              &compiling->entities_by_name, name);
        } else {
            bits_set(set, entity);
        }
    }
}

static void read_of(struct compiling *compiling, const struct yaml_node *node,
                    struct subject_candidate *subject) {
    const struct yaml_node *of = yaml_get(node, "of");
    const struct yaml_node *with = yaml_get(node, "with");
    if (of == NULL && with != NULL) {
        diag_add(compiling->diags, DIAG_ERROR, "DI049", with->place,
                 "`with` says what may stand beside `of`, and does not stand alone");
    }
    if (of == NULL) {
        return;
    }
    uint64_t *set = entity_set(compiling);
    uint64_t *beside = entity_set(compiling);
    read_entities(compiling, of, set);
    read_entities(compiling, with, beside);
    for (size_t i = 0; i < bits_words(compiling->catalogue->features->entities.count + 1); i++) {
        beside[i] |= set[i];
    }
    subject->of = set;
    subject->beside = beside;
}

static bool read_subject(struct compiling *compiling, const struct yaml_node *node,
                         struct subject_candidate *subject) {
    static const char *const keys[] = {"kind", "field", "of", "with", "side"};
    const struct schema *schema = compiling->catalogue->schema;
    if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return false;
    }
    uint32_t kind = 0;
    uint32_t side = SIDE_PAYER;
    const struct yaml_node *field = yaml_require(node, "field", compiling->diags);
    yaml_choice(yaml_require(node, "kind", compiling->diags), subject_kind_names,
                SUBJECT_KIND_COUNT, &kind, compiling->diags);
    yaml_choice(yaml_get(node, "side"), subject_side_names, SUBJECT_SIDE_COUNT, &side,
                compiling->diags);
    *subject = (struct subject_candidate){
        .kind = (SubjectKind)kind,
        .side = (SubjectSide)side,
        .field = schema_find_field(schema, yaml_text(field, compiling->diags)),
        .place = node->place};
    read_of(compiling, node, subject);
    if (field != NULL && subject->field == SCHEMA_NONE) {
        compiling_unknown(compiling, "DI012", field->place, "events have no field '%.*s'",
                          &schema->fields_by_name, field->text);
    }
    return subject->field != SCHEMA_NONE;
}

void read_subjects(struct compiling *compiling, const struct yaml_node *list,
                   struct typology_group *group) {
    if (!yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    if (list->count == 0 || list->count > SUBJECT_CANDIDATES_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI011", list->place,
                 "a group has 1 to %d fields that may name its subject", SUBJECT_CANDIDATES_MAX);
        return;
    }
    struct subject_candidate *subjects =
        ARENA_ARRAY(compiling->arena, struct subject_candidate, list->count);
    YAML_EACH(list, item) {
        group->subject_count +=
            read_subject(compiling, item, &subjects[group->subject_count]) ? 1 : 0;
    }
    group->subjects = subjects;
}

void read_of_customer(struct compiling *compiling, const struct yaml_node *list) {
    const struct schema *schema = compiling->catalogue->schema;
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    YAML_EACH(list, item) {
        Slice name = yaml_text(item, compiling->diags);
        uint32_t field = schema_find_field(schema, name);
        if (field == SCHEMA_NONE) {
            compiling_unknown(compiling, "DI041", item->place, "the schema has no field '%.*s'",
                              &schema->fields_by_name, name);
        } else {
            bits_set(compiling->plan->of_customer, field);
        }
    }
}

// ---- what models look at
// -----------------------------------------------------------------------------------------

struct looking {
    const struct catalogue *catalogue;
    uint64_t *entities; // set
    uint64_t *seen;     // slots that were followed already
};

static void look(void *context, const struct node *node);

static void look_at_filter(struct looking *looking, uint32_t filter) {
    const struct feature_plan *features = looking->catalogue->features;
    for (; filter != SCHEMA_NONE; filter = features->filters.at[filter].parent) {
        if (features->filters.at[filter].when != NULL) {
            expr_visit(expr_root(features->filters.at[filter].when), look, looking);
        }
    }
}

static void look_at_feature(struct looking *looking, const struct feature *feature) {
    if (feature->window != SCHEMA_NONE) {
        bits_set(looking->entities, feature->entity);
    } else if (feature->expr != NULL) {
        expr_visit(expr_root(feature->expr), look, looking);
    }
}

static void look(void *context, const struct node *node) {
    struct looking *looking = context;
    if (node->kind != NODE_VARIABLE || bits_test(looking->seen, node->variable->slot)) {
        return;
    }
    const struct name *name = &looking->catalogue->vocabulary.names.at[node->variable->slot];
    bits_set(looking->seen, node->variable->slot);
    if (name->kind == NAME_FEATURE) {
        look_at_feature(looking, &looking->catalogue->features->features.at[name->index]);
    } else if (name->kind == NAME_FILTER) {
        look_at_filter(looking, name->index);
    }
}

static bool is_for(const struct subject_candidate *subject, const uint64_t *entities,
                   size_t words) {
    bool some = false;
    bool only = true;
    for (size_t i = 0; i < words && subject->of != NULL; i++) {
        some = some || (entities[i] & subject->of[i]) != 0;
        only = only && (entities[i] & ~subject->beside[i]) == 0;
    }
    return subject->of == NULL || (some && only);
}

static uint8_t candidates_for(const struct typology_group *group, const uint64_t *entities,
                              size_t words) {
    uint8_t set = 0;
    for (uint32_t i = 0; i < group->subject_count; i++) {
        set |= is_for(&group->subjects[i], entities, words) ? (uint8_t)(1u << i) : 0;
    }
    return set;
}

// A candidate that no model is about would be believed to do something.
static void warn_of_idle(struct compiling *compiling, const uint8_t *used) {
    for (uint32_t i = 0; i < compiling->plan->group_count; i++) {
        const struct typology_group *group = &compiling->plan->groups[i];
        for (uint32_t k = 0; k < group->subject_count; k++) {
            if ((used[i] >> k & 1) == 0 && group->subjects[k].of != NULL) {
                struct diag *diag =
                    diag_add(compiling->diags, DIAG_WARNING, "DI050", group->subjects[k].place,
                             "no model of the group '%.*s' looks at these entities alone: nothing "
                             "is about this subject",
                             SLICE_ARGS(group->id));
                diag_hint(compiling->diags, diag,
                          "every windowed feature that a model reads has to be of an entity in "
                          "`of` or `with`");
            }
        }
    }
}

void find_subjects(struct compiling *compiling) {
    struct disposition_plan *plan = compiling->plan;
    const struct catalogue *catalogue = compiling->catalogue;
    size_t words = bits_words(catalogue->features->entities.count + 1);
    uint8_t *of_model = ARENA_ARRAY(compiling->arena, uint8_t, catalogue->models.count + 1);
    uint8_t *used = ARENA_ARRAY(compiling->arena, uint8_t, plan->group_count + 1);
    size_t slot_words = bits_words(catalogue->vocabulary.names.count + 1);
    struct looking looking = {catalogue, entity_set(compiling),
                              ARENA_ARRAY(compiling->arena, uint64_t, slot_words)};
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        uint32_t group = plan->typologies[plan->typology_of_model[i]].group;
        if (group == SCHEMA_NONE) {
            continue; // it is told elsewhere
        }
        memset(looking.entities, 0, words * sizeof *looking.entities);
        memset(looking.seen, 0, slot_words * sizeof *looking.seen);
        expr_visit(expr_root(catalogue->models.at[i].expr), look, &looking);
        of_model[i] = candidates_for(&plan->groups[group], looking.entities, words);
        used[group] |= of_model[i];
    }
    plan->subjects_of_model = of_model;
    warn_of_idle(compiling, used);
}

// ---- of one hit
// --------------------------------------------------------------------------------------------------

uint32_t disposition_group(const struct disposition_plan *plan, uint32_t model) {
    return model == SCHEMA_NONE ? 0 : plan->typologies[plan->typology_of_model[model]].group;
}

static bool is_candidate(const struct disposition_plan *plan, uint32_t model,
                         const struct typology_group *group, uint32_t candidate) {
    return model == SCHEMA_NONE ? group->subjects[candidate].of == NULL
                                : (plan->subjects_of_model[model] >> candidate & 1) != 0;
}

bool disposition_subject(const struct disposition_plan *plan, uint32_t model,
                         const struct event *event, struct subject_found *ret_found,
                         struct buf *out) {
    const struct typology_group *group = &plan->groups[disposition_group(plan, model)];
    for (uint32_t i = 0; i < group->subject_count; i++) {
        const struct subject_candidate *subject = &group->subjects[i];
        bool is_empty = event->schema->fields[subject->field].type == FIELD_STRING &&
                        slice_empty(event->cells[subject->field].text);
        if (is_candidate(plan, model, group, i) && event_has(event, subject->field) && !is_empty) {
            *ret_found = (struct subject_found){.kind = subject->kind, .side = subject->side};
            event_put_field(event, subject->field, out);
            return true;
        }
    }
    return false;
}
