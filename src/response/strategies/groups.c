// Groups of typologies: whose hits are one alert, and who the alert is about. And the lists whose hits weigh most, with what models ask of them.

#include "expr/visit.h"
#include "response/strategies/private.h"

#include <stdlib.h>

static const char *const secrecy_names[] = {"NORMAL", "AML", "INSIDER"};

// ---- typologies --------------------------------------------------------------------------------------------------

static int by_typology(const void *left, const void *right) {
    return slice_compare(((const struct typology *)left)->id, ((const struct typology *)right)->id);
}

// Those that models name, by id.
static struct typology *collect_typologies(struct compiling *compiling) {
    struct disposition_plan *plan = compiling->plan;
    const struct catalogue *catalogue = compiling->catalogue;
    struct typology *list = ARENA_ARRAY(compiling->arena, struct typology, catalogue->models.count + 1);
    struct map seen;
    map_init(&seen, compiling->arena);
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        if (map_put(&seen, model->typology, plan->typology_count)) {
            list[plan->typology_count++] = (struct typology){.id = model->typology, .family = model->family, .group = SCHEMA_NONE};
        }
    }
    qsort(list, plan->typology_count, sizeof *list, by_typology);
    map_init(&plan->typologies_by_id, compiling->arena);
    for (uint32_t i = 0; i < plan->typology_count; i++) {
        map_put(&plan->typologies_by_id, list[i].id, i);
    }
    uint32_t *of_model = ARENA_ARRAY(compiling->arena, uint32_t, catalogue->models.count + 1);
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        of_model[i] = map_get(&plan->typologies_by_id, catalogue->models.at[i].typology);
    }
    plan->typology_of_model = of_model;
    plan->typologies = list;
    return list;
}

struct grouping {
    struct compiling *compiling;
    struct typology *typologies;
    const struct yaml_node **claims; // by typology: who named it
    bool *by_name;                   // and whether as a typology, which goes before its family
};

static void claim(struct grouping *grouping, uint32_t typology, uint32_t group, const struct yaml_node *who, bool by_name) {
    struct typology *claimed = &grouping->typologies[typology];
    if (claimed->group != SCHEMA_NONE && grouping->by_name[typology] == by_name && claimed->group != group) {
        compiling_fail(grouping->compiling, "DI008", who->place, "the typology '%.*s' is in two groups", claimed->id);
        return;
    }
    if (claimed->group == SCHEMA_NONE || by_name) {
        claimed->group = group;
        grouping->claims[typology] = who;
        grouping->by_name[typology] = by_name;
    }
}

static void claim_family(struct grouping *grouping, const struct yaml_node *item, uint32_t group) {
    Slice family = yaml_text(item, grouping->compiling->diags);
    bool any = false;
    for (uint32_t i = 0; i < grouping->compiling->plan->typology_count; i++) {
        if (slice_equal(grouping->typologies[i].family, family)) {
            any = true;
            claim(grouping, i, group, item, false);
        }
    }
    if (!any) {
        compiling_fail(grouping->compiling, "DI009", item->place, "no model is of the family '%.*s'", family);
    }
}

static void claim_typology(struct grouping *grouping, const struct yaml_node *item, uint32_t group) {
    const struct disposition_plan *plan = grouping->compiling->plan;
    Slice id = yaml_text(item, grouping->compiling->diags);
    uint32_t typology = map_get(&plan->typologies_by_id, id);
    if (typology == MAP_NONE) {
        compiling_unknown(grouping->compiling, "DI010", item->place, "no model is of the typology '%.*s'", &plan->typologies_by_id, id);
        return;
    }
    claim(grouping, typology, group, item, true);
}

// ---- one group ---------------------------------------------------------------------------------------------------

// The kind that the program knows of a family goes before what the text says.
static void find_kind(struct compiling *compiling, const struct yaml_node *node, struct typology_group *group, struct typology *typology) {
    const struct yaml_node *said = yaml_get(node, "kind");
    uint32_t index = 0;
    bool is_said = yaml_choice(said, family_kind_names, FAMILY_KIND_COUNT, &index, compiling->diags);
    bool is_known = family_kind(typology->family, &typology->kind);
    if (!is_known && !is_said) {
        struct diag *diag = compiling_fail(compiling, "DI013", node->place,
                                           "the program does not know the family '%.*s': its group has to say its kind", typology->family);
        diag_hint(compiling->diags, diag, "kind: OWN, VICTIM, HOLDER ...; it tells what may never be closed (docs/disposition.md)");
    } else if (is_known && is_said && (FamilyKind)index != typology->kind) {
        struct diag *diag = compiling_fail(compiling, "DI014", said->place, "the family '%.*s' is of another kind", typology->family);
        diag_hint(compiling->diags, diag, "it is %s, and no pack can change that", family_kind_names[typology->kind]);
    } else if (!is_known) {
        typology->kind = (FamilyKind)index;
    }
    group->kinds |= 1u << typology->kind;
}

static void check_secrecy(struct compiling *compiling, const struct typology_group *group) {
    static const struct {
        FamilyKind kind;
        Secrecy secrecy;
    } needed[] = {{FAMILY_KIND_LAUNDERING, SECRECY_AML}, {FAMILY_KIND_INSIDER, SECRECY_INSIDER}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if ((group->kinds >> needed[i].kind & 1) != 0 && group->secrecy != needed[i].secrecy) {
            compiling_fail(compiling, "DI015", group->place,
                           needed[i].secrecy == SECRECY_AML ? "the group '%.*s' is about laundering: its secrecy is AML"
                                                            : "the group '%.*s' is about employees: its secrecy is INSIDER",
                           group->id);
        }
    }
}

static void read_group(struct grouping *grouping, const struct yaml_node *node, uint32_t index, struct typology_group *group) {
    static const char *const keys[] = {"id", "zh", "en", "families", "typologies", "kind", "subject", "secrecy", "queue", "victims", "call"};
    struct compiling *compiling = grouping->compiling;
    if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    group->place = node->place;
    group->id = needed_text(compiling, node, "id");
    read_names(compiling, node, &group->zh, &group->en);
    group->queue = needed_text(compiling, node, "queue");
    uint32_t secrecy = SECRECY_NORMAL;
    yaml_choice(yaml_get(node, "secrecy"), secrecy_names, 3, &secrecy, compiling->diags);
    group->secrecy = (Secrecy)secrecy;
    yaml_bool(yaml_get(node, "victims"), &group->is_victim, compiling->diags);
    group->call = yaml_text(yaml_get(node, "call"), compiling->diags);
    read_subjects(compiling, yaml_require(node, "subject", compiling->diags), group);
    if (group->id.at != NULL && !map_put(&compiling->groups_by_id, group->id, index)) {
        compiling_fail(compiling, "DI016", node->place, "there are two groups '%.*s'", group->id);
    }
    YAML_EACH(yaml_get(node, "families"), item) {
        claim_family(grouping, item, index);
    }
    YAML_EACH(yaml_get(node, "typologies"), item) {
        claim_typology(grouping, item, index);
    }
}

static bool names_skill(const struct yaml_node *map, Slice skill) {
    bool found = false;
    YAML_EACH(map, child) {
        found = found || slice_equal(child->key, skill);
    }
    return found;
}

// What the skills are called that groups ask for: of none, or of all of them.
void read_skills(struct compiling *compiling, const struct yaml_node *map) {
    struct disposition_plan *plan = compiling->plan;
    struct typology_group *groups = (struct typology_group *)(uintptr_t)plan->groups;
    struct map queues; // the first group of each
    if (map == NULL || !yaml_expect(map, YAML_MAPPING, compiling->diags)) {
        return;
    }
    map_init(&queues, compiling->arena);
    for (uint32_t i = 0; i < plan->group_count; i++) {
        map_put(&queues, groups[i].queue, i);
    }
    YAML_EACH(map, child) {
        uint32_t first = map_get(&queues, child->key);
        if (first == MAP_NONE) {
            compiling_unknown(compiling, "DI053", child->key_place, "no group asks for the skill '%.*s'", &queues, child->key);
        } else {
            yaml_wording(child, &groups[first].queue_name, compiling->diags);
        }
    }
    for (uint32_t i = 0; i < plan->group_count; i++) {
        uint32_t first = map_get(&queues, groups[i].queue);
        groups[i].queue_name = groups[first].queue_name;
        if (first == i && groups[i].queue.size > 0 && !names_skill(map, groups[i].queue)) {
            struct diag *diag = compiling_fail(compiling, "DI052", map->place, "the skill '%.*s' of a group has no name", groups[i].queue);
            diag_hint(compiling->diags, diag, "name it:  %.*s: {zh: ..., en: ...}", SLICE_ARGS(groups[i].queue));
        }
    }
}

static const struct yaml_node *nth(const struct yaml_node *list, uint32_t index) {
    const struct yaml_node *node = list->first;
    while (index-- > 0) {
        node = node->next;
    }
    return node;
}

void read_groups(struct compiling *compiling, const struct yaml_node *list) {
    struct disposition_plan *plan = compiling->plan;
    struct grouping grouping = {compiling, collect_typologies(compiling), NULL, NULL};
    map_init(&compiling->groups_by_id, compiling->arena);
    name_entities(compiling);
    if (plan->typology_count > TYPOLOGIES_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI017", (Place){0}, "there may be %d typologies", TYPOLOGIES_MAX);
        plan->typology_count = 0;
        return;
    }
    if (!yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    if (list->count > GROUPS_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI017", list->place, "there may be %d groups", GROUPS_MAX);
        return;
    }
    grouping.claims = ARENA_ARRAY(compiling->arena, const struct yaml_node *, plan->typology_count + 1);
    grouping.by_name = ARENA_ARRAY(compiling->arena, bool, plan->typology_count + 1);
    struct typology_group *groups = ARENA_ARRAY(compiling->arena, struct typology_group, list->count + 1);
    YAML_EACH(list, node) {
        read_group(&grouping, node, plan->group_count, &groups[plan->group_count]);
        plan->group_count++;
    }
    plan->groups = groups;
    for (uint32_t i = 0; i < plan->typology_count; i++) {
        struct typology *typology = &grouping.typologies[i];
        if (typology->group == SCHEMA_NONE) {
            struct diag *diag = compiling_fail(compiling, "DI018", list->place, "the typology '%.*s' is in no group", typology->id);
            diag_hint(compiling->diags, diag, "name it, or its family %.*s, in a group", SLICE_ARGS(typology->family));
        } else {
            find_kind(compiling, nth(list, typology->group), &groups[typology->group], typology);
        }
    }
    for (uint32_t i = 0; i < plan->group_count; i++) {
        check_secrecy(compiling, &groups[i]);
    }
    find_subjects(compiling);
}

static bool is_call(const struct disposition_plan *plan, Slice id) {
    for (uint32_t i = 0; i < plan->script_count; i++) {
        if (slice_equal(plan->scripts[i].id, id)) {
            return plan->scripts[i].kind == SCRIPT_CALL;
        }
    }
    return false;
}

void check_calls(struct compiling *compiling) {
    const struct disposition_plan *plan = compiling->plan;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const struct typology_group *group = &plan->groups[i];
        if (!slice_empty(group->call) && !is_call(plan, group->call)) {
            compiling_fail(compiling, "DI045", group->place, "'%.*s', by which customers of the group are called, is no script of kind CALL", group->call);
        } else if (!slice_empty(group->call) && group->secrecy != SECRECY_NORMAL) {
            compiling_fail(compiling, "DI046", group->place, "nobody is called in matters of the group '%.*s': it would tip off", group->id);
        }
    }
}

// ---- lists -------------------------------------------------------------------------------------------------------

static void read_source(struct compiling *compiling, const struct yaml_node *list, ListSource source) {
    const struct knowledge_plan *knowledge = compiling->catalogue->knowledge;
    if (!yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    YAML_EACH(list, item) {
        Slice name = yaml_text(item, compiling->diags);
        uint32_t index = map_get(&knowledge->lists_by_name, name);
        if (index == MAP_NONE) {
            compiling_unknown(compiling, "DI019", item->place, "unknown list '%.*s'", &knowledge->lists_by_name, name);
        } else {
            compiling->source_of_list[index] |= 1u << source;
        }
    }
}

struct asked_lists {
    const struct compiling *compiling;
    uint32_t sources;
};

static uint32_t sources_of_call(const struct compiling *compiling, const struct node *node) {
    if (node->kind != NODE_CALL || node->call.op != OP_HOST || node->call.arguments[0]->kind != NODE_LITERAL) {
        return 0;
    }
    uint32_t list = map_get(&compiling->catalogue->knowledge->lists_by_name, node->call.arguments[0]->literal.text);
    return list == MAP_NONE ? 0 : compiling->source_of_list[list];
}

static const struct feature_filter *filter_of(const struct compiling *compiling, const struct node *node) {
    if (node->kind != NODE_VARIABLE) {
        return NULL;
    }
    const struct name *name = &compiling->catalogue->vocabulary.names.at[node->variable->slot];
    return name->kind == NAME_FILTER ? &compiling->catalogue->features->filters.at[name->index] : NULL;
}

static void note_sources(void *context, const struct node *node) {
    struct asked_lists *asked = context;
    asked->sources |= sources_of_call(asked->compiling, node);
    for (const struct feature_filter *filter = filter_of(asked->compiling, node); filter != NULL;
         filter = filter->parent == SCHEMA_NONE ? NULL : &asked->compiling->catalogue->features->filters.at[filter->parent]) {
        if (filter->when != NULL) {
            expr_visit(expr_root(filter->when), note_sources, context);
        }
    }
}

// Sources of which a list has the key whenever the node is true.
static uint32_t sources_if_true(const struct compiling *compiling, const struct node *node) {
    uint32_t sources = sources_of_call(compiling, node);
    if (node->kind == NODE_CALL && (node->call.op == OP_AND || node->call.op == OP_OR)) {
        bool all = node->call.op == OP_OR;
        sources = all ? UINT32_MAX : 0;
        for (uint32_t i = 0; i < node->call.count; i++) {
            uint32_t part = sources_if_true(compiling, node->call.arguments[i]);
            sources = all ? sources & part : sources | part;
        }
    }
    return sources;
}

void read_lists(struct compiling *compiling, const struct yaml_node *map) {
    const struct catalogue *catalogue = compiling->catalogue;
    compiling->source_of_list = ARENA_ARRAY(compiling->arena, uint32_t, catalogue->knowledge->list_count + 1);
    compiling->plan->source_of_list = compiling->source_of_list;
    if (map == NULL || !yaml_check_keys(map, list_source_names, LIST_SOURCE_COUNT, compiling->diags)) {
        return;
    }
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        read_source(compiling, yaml_require(map, list_source_names[i], compiling->diags), (ListSource)i);
    }
    struct model_lists *lists = ARENA_ARRAY(compiling->arena, struct model_lists, catalogue->models.count + 1);
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        struct asked_lists asked = {compiling, 0};
        const struct node *root = expr_root(catalogue->models.at[i].expr);
        expr_visit(root, note_sources, &asked);
        lists[i] = (struct model_lists){asked.sources, sources_if_true(compiling, root) & asked.sources};
    }
    compiling->plan->lists_of_model = lists;
}
