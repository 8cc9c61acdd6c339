// Reading policy.yaml: the ladder of actions, segments, factors, guards and rules. A pack without one gets a ladder of PASS,
// REVIEW and REJECT, one segment, and no guards.

#include "monitoring/models/private.h"

uint32_t catalogue_require_channel(struct catalogue *catalogue, const char *code, Place place, Slice id) {
    const struct schema *schema = catalogue->schema;
    if (schema->channel == SCHEMA_NONE) {
        catalogue_fail(catalogue, code, place, "there is no channel '%.*s': the schema's roles name no channel", id);
        return SCHEMA_NONE;
    }
    const struct schema_enum *channels = &schema->enums[schema->fields[schema->channel].enumeration];
    uint32_t value = map_get(&channels->by_value, id);
    if (value == MAP_NONE) {
        struct diag *diag = catalogue_fail(catalogue, code, place, "unknown channel '%.*s'", id);
        catalogue_suggest(catalogue, diag, &channels->by_value, id);
        return SCHEMA_NONE;
    }
    return value < NO_CHANNEL ? value : SCHEMA_NONE; // more channels than there may be: told with the schema
}

static void add_action(struct catalogue *catalogue, bool task, Slice id, Slice zh, Slice en) {
    struct policy *policy = &catalogue->policy;
    struct policy_action *action = task ? VEC_PUSH(&policy->tasks, &catalogue->arena) : VEC_PUSH(&policy->actions, &catalogue->arena);
    *action = (struct policy_action){id, zh, en};
}

static void read_actions(struct catalogue *catalogue, const struct yaml_node *list, bool task) {
    static const char *const keys[] = {"id", "zh", "en"};
    struct diag_list *diags = &catalogue->diags;
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, diags)) {
        return;
    }
    YAML_EACH(list, item) {
        yaml_check_keys(item, keys, 3, diags);
        Slice id = yaml_text(yaml_require(item, "id", diags), diags);
        bool known = catalogue_find(NAMED_THINGS(catalogue->policy.actions), id) != SCHEMA_NONE ||
                     catalogue_find(NAMED_THINGS(catalogue->policy.tasks), id) != SCHEMA_NONE;
        if (known) {
            catalogue_fail(catalogue, "PO001", item->place, "'%.*s' is there twice", id);
            continue;
        }
        add_action(catalogue, task, id, yaml_text(yaml_get(item, "zh"), diags), yaml_text(yaml_get(item, "en"), diags));
    }
    uint32_t most = task ? TASKS_MAX : ACTIONS_MAX;
    if ((task ? catalogue->policy.tasks.count : catalogue->policy.actions.count) > most) {
        diag_add(diags, DIAG_ERROR, "PO002", list->place, "there may be %u %s", most, task ? "tasks" : "actions");
    }
}

static void check_new(struct catalogue *catalogue, NamedThings things, Slice id, Place place) {
    if (catalogue_find(things, id) != SCHEMA_NONE) {
        catalogue_fail(catalogue, "PO001", place, "'%.*s' is there twice", id);
    }
}

static void read_segments(struct catalogue *catalogue, const struct yaml_node *list) {
    static const char *const keys[] = {"id", "when", "zh", "en"};
    struct diag_list *diags = &catalogue->diags;
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, diags)) {
        return;
    }
    YAML_EACH(list, item) {
        yaml_check_keys(item, keys, 4, diags);
        if (catalogue->policy.segments.count == SEGMENTS_MAX) {
            diag_add(diags, DIAG_ERROR, "PO002", item->place, "there may be %d segments", SEGMENTS_MAX);
            return;
        }
        Slice id = yaml_text(yaml_require(item, "id", diags), diags);
        check_new(catalogue, NAMED_THINGS(catalogue->policy.segments), id, item->place);
        struct policy_segment *segment = VEC_PUSH(&catalogue->policy.segments, &catalogue->arena);
        segment->id = id;
        segment->zh = yaml_text(yaml_get(item, "zh"), diags);
        segment->en = yaml_text(yaml_get(item, "en"), diags);
        const struct yaml_node *when = yaml_get(item, "when");
        if (when == NULL && item->next != NULL) {
            catalogue_fail(catalogue, "PO003", item->place,
                           "only the last segment goes without `when`; those behind '%.*s' could never be", segment->id);
        }
        if (when != NULL) {
            segment->when = vocabulary_compile(&catalogue->vocabulary, catalogue->vocabulary.env, when, true, diags);
            if (item->next == NULL) {
                catalogue_fail(catalogue, "PO003", item->place,
                               "the last segment, '%.*s', must hold for everybody: leave out `when`", segment->id);
            }
        }
    }
}

static double read_factor(struct catalogue *catalogue, const struct yaml_node *node) {
    double factor = 1;
    if (yaml_number(node, &factor, &catalogue->diags) && !(factor > 0 && factor <= 1000)) {
        diag_add(&catalogue->diags, DIAG_ERROR, "PO004", node->place, "a factor is above 0 and at most 1000");
    }
    return factor;
}

// One factor for all families, or a mapping by family.
static uint32_t read_factor_row(struct catalogue *catalogue, const struct yaml_node *row, const struct policy_factor **ret_factors) {
    struct policy_factor *factors = ARENA_ARRAY(&catalogue->arena, struct policy_factor, row->count + 1);
    uint32_t count = 0;
    if (row->kind == YAML_SCALAR) {
        factors[count++] = (struct policy_factor){.factor = read_factor(catalogue, row)};
    } else if (yaml_expect(row, YAML_MAPPING, &catalogue->diags)) {
        YAML_EACH(row, cell) {
            factors[count++] = (struct policy_factor){cell->key, read_factor(catalogue, cell)};
        }
    }
    *ret_factors = factors;
    return count;
}

static void read_factors(struct catalogue *catalogue, const struct yaml_node *node) {
    static const char *const keys[] = {"money_min", "segments", "channels"};
    if (node == NULL || !yaml_check_keys(node, keys, 3, &catalogue->diags)) {
        return;
    }
    struct policy *policy = &catalogue->policy;
    yaml_number(yaml_get(node, "money_min"), &policy->money_min, &catalogue->diags);
    YAML_EACH(yaml_get(node, "segments"), row) {
        uint32_t segment =
            catalogue_require(catalogue, "PO005", row->key_place, "unknown segment '%.*s'", NAMED_THINGS(policy->segments), row->key);
        if (segment == SCHEMA_NONE) {
            continue;
        }
        policy->segment_factor_counts[segment] = read_factor_row(catalogue, row, &policy->segment_factors[segment]);
    }
    YAML_EACH(yaml_get(node, "channels"), row) {
        uint32_t channel = catalogue_require_channel(catalogue, "PO005", row->key_place, row->key);
        if (channel == SCHEMA_NONE) {
            continue;
        }
        policy->channel_factor_counts[channel] = read_factor_row(catalogue, row, &policy->channel_factors[channel]);
    }
}

static void read_guards(struct catalogue *catalogue, const struct yaml_node *list) {
    static const char *const keys[] = {"id", "when", "families", "except", "except_list_models", "except_s4", "zh", "en"};
    struct diag_list *diags = &catalogue->diags;
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, diags)) {
        return;
    }
    YAML_EACH(list, item) {
        yaml_check_keys(item, keys, 8, diags);
        if (catalogue->policy.guards.count == GUARDS_MAX) {
            diag_add(diags, DIAG_ERROR, "PO002", item->place, "there may be %d guards", GUARDS_MAX);
            return;
        }
        Slice id = yaml_text(yaml_require(item, "id", diags), diags);
        check_new(catalogue, NAMED_THINGS(catalogue->policy.guards), id, item->place);
        struct policy_guard *guard = VEC_PUSH(&catalogue->policy.guards, &catalogue->arena);
        guard->id = id;
        guard->zh = yaml_text(yaml_get(item, "zh"), diags);
        guard->en = yaml_text(yaml_get(item, "en"), diags);
        guard->except = yaml_get(item, "except");
        yaml_expect(guard->except, YAML_SEQUENCE, diags);
        yaml_bool(yaml_get(item, "except_list_models"), &guard->spares_list_models, diags);
        yaml_bool(yaml_get(item, "except_s4"), &guard->spares_s4, diags);
        const struct yaml_node *when = yaml_require(item, "when", diags);
        if (when != NULL) {
            guard->when = vocabulary_compile(&catalogue->vocabulary, catalogue->vocabulary.env, when, true, diags);
        }
        const struct yaml_node *families = yaml_get(item, "families");
        if (families == NULL || (families->kind == YAML_SCALAR && slice_is(families->text, "ALL"))) {
            continue;
        }
        yaml_expect(families, YAML_SEQUENCE, diags);
        Slice *names = ARENA_ARRAY(&catalogue->arena, Slice, families->count + 1);
        YAML_EACH(families, family) {
            names[guard->family_count++] = yaml_text(family, diags);
        }
        guard->families = names;
    }
}

static void read_then(struct catalogue *catalogue, const struct yaml_node *then, struct policy_rule *rule) {
    static const char *const keys[] = {"action", "task", "delay"};
    struct diag_list *diags = &catalogue->diags;
    if (then == NULL || !yaml_check_keys(then, keys, 3, diags)) {
        return;
    }
    const struct yaml_node *action = yaml_get(then, "action");
    if (action != NULL) {
        rule->action = catalogue_require(catalogue, "PO006", action->place, "the policy has no action '%.*s'",
                                         NAMED_THINGS(catalogue->policy.actions), yaml_text(action, diags));
    }
    const struct yaml_node *task = yaml_get(then, "task");
    if (task != NULL) {
        rule->task = catalogue_require(catalogue, "PO006", task->place, "the policy has no task '%.*s'",
                                       NAMED_THINGS(catalogue->policy.tasks), yaml_text(task, diags));
    }
    yaml_span(yaml_get(then, "delay"), &rule->delay_us, diags);
}

static struct expr_env *decision_names(struct catalogue *catalogue) {
    struct expr_env *env = expr_env_create_child(catalogue->vocabulary.env);
    struct arena *arena = &catalogue->arena;
    const struct type *texts = type_list(arena, TYPE(STRING));
#define LIST_TYPE texts
#define STRING_TYPE TYPE(STRING)
#define INT_TYPE TYPE(INT)
#define BOOL_TYPE TYPE(BOOL)
#define X(label, kind_name)                                                                         \
    {                                                                                              \
        struct name name = {.text = SLICE("d." #label), .kind = NAME_DECISION, .index = DECISION_##label};               \
        uint32_t slot = vocabulary_add_to(&catalogue->vocabulary, env, &name, kind_name##_TYPE);                       \
        INVARIANT(slot != SCHEMA_NONE);                                                            \
    }
    DECISION_NAMES(X)
#undef X
#undef LIST_TYPE
#undef STRING_TYPE
#undef INT_TYPE
#undef BOOL_TYPE
    return env;
}

static void read_rules(struct catalogue *catalogue, const struct yaml_node *list) {
    static const char *const keys[] = {"id", "when", "then", "weaken_only", "strengthen_only", "zh", "en"};
    struct diag_list *diags = &catalogue->diags;
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, diags)) {
        return;
    }
    struct expr_env *env = decision_names(catalogue);
    YAML_EACH(list, item) {
        yaml_check_keys(item, keys, 7, diags);
        Slice id = yaml_text(yaml_require(item, "id", diags), diags);
        check_new(catalogue, NAMED_THINGS(catalogue->policy.rules), id, item->place);
        struct policy_rule *rule = VEC_PUSH(&catalogue->policy.rules, &catalogue->arena);
        *rule = (struct policy_rule){.id = id, .place = item->place, .action = SCHEMA_NONE, .task = SCHEMA_NONE};
        rule->zh = yaml_text(yaml_get(item, "zh"), diags);
        rule->en = yaml_text(yaml_get(item, "en"), diags);
        yaml_bool(yaml_get(item, "weaken_only"), &rule->weaken_only, diags);
        yaml_bool(yaml_get(item, "strengthen_only"), &rule->strengthen_only, diags);
        const struct yaml_node *when = yaml_require(item, "when", diags);
        if (when != NULL) {
            rule->when = vocabulary_compile(&catalogue->vocabulary, env, when, true, diags);
        }
        read_then(catalogue, yaml_require(item, "then", diags), rule);
    }
}

static void read_tests(struct catalogue *catalogue, const struct yaml_node *list) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, &catalogue->diags)) {
        return;
    }
    Slice *names = ARENA_ARRAY(&catalogue->arena, Slice, list->count + 1);
    uint32_t count = 0;
    YAML_EACH(list, item) {
        names[count++] = yaml_text(item, &catalogue->diags);
    }
    catalogue->policy.tests = names;
    catalogue->policy.test_count = count;
}

void catalogue_read_policy(struct catalogue *catalogue, const struct yaml_node *root) {
    static const char *const keys[] = {"actions", "tasks", "segments", "factors", "guards", "rules", "tests", "default_delay", "zh", "en"};
    struct policy *policy = &catalogue->policy;
    policy->default_delay_us = 30 * US_PER_MINUTE;
    if (root != NULL) {
        yaml_check_keys(root, keys, sizeof keys / sizeof keys[0], &catalogue->diags);
        yaml_span(yaml_get(root, "default_delay"), &policy->default_delay_us, &catalogue->diags);
        read_actions(catalogue, yaml_get(root, "actions"), false);
        read_actions(catalogue, yaml_get(root, "tasks"), true);
        read_segments(catalogue, yaml_get(root, "segments"));
        read_factors(catalogue, yaml_get(root, "factors"));
        read_guards(catalogue, yaml_get(root, "guards"));
    }
    if (policy->actions.count == 0) {
        add_action(catalogue, false, SLICE("PASS"), SLICE("放行"), SLICE("pass"));
        add_action(catalogue, false, SLICE("REVIEW"), SLICE("人工核实"), SLICE("review"));
        add_action(catalogue, false, SLICE("REJECT"), SLICE("拒绝"), SLICE("reject"));
    }
    if (policy->segments.count == 0) {
        struct policy_segment *segment = VEC_PUSH(&policy->segments, &catalogue->arena);
        *segment = (struct policy_segment){.id = SLICE("ALL"), .zh = SLICE("全部"), .en = SLICE("everybody")};
    }
    if (root != NULL) {
        read_rules(catalogue, yaml_get(root, "rules"));
        read_tests(catalogue, yaml_get(root, "tests"));
    }
}
