// Which fields of events the response reads, and what becomes of a payment that waits.

#include "response/strategies/private.h"

typedef enum RoleType { ROLE_TEXT, ROLE_MONEY, ROLE_TIME, ROLE_BOOL } RoleType;

static const struct {
    const char *key;
    RoleType type;
} roles[EVENT_ROLE_COUNT] = {
#define ROLE(id, key, type, zh, en) {key, ROLE_##type},
#include "response/strategies/roles.def"
#undef ROLE
};

static bool fits(RoleType role, FieldType field) {
    switch (role) {
    case ROLE_TEXT: return field == FIELD_STRING || field == FIELD_ENUM;
    case ROLE_MONEY: return field == FIELD_MONEY;
    case ROLE_TIME: return field == FIELD_TIME;
    case ROLE_BOOL: return field == FIELD_BOOL;
    }
    return false;
}

static void read_role(struct compiling *compiling, const struct yaml_node *node) {
    const struct schema *schema = compiling->catalogue->schema;
    uint32_t role = 0;
    while (role < EVENT_ROLE_COUNT && !slice_is(node->key, roles[role].key)) {
        role++;
    }
    if (role == EVENT_ROLE_COUNT) {
        struct diag *diag = compiling_fail(compiling, "DI040", node->key_place, "'%.*s' is nothing that is looked for in events", node->key);
        diag_hint(compiling->diags, diag, "docs/disposition.md lists what is");
        return;
    }
    if (!yaml_expect(node, YAML_SCALAR, compiling->diags)) {
        return;
    }
    uint32_t field = schema_find_field(schema, node->text);
    if (field == SCHEMA_NONE) {
        compiling_unknown(compiling, "DI041", node->place, "the schema has no field '%.*s'", &schema->fields_by_name, node->text);
    } else if (!fits(roles[role].type, schema->fields[field].type)) {
        compiling_fail(compiling, "DI042", node->place, "'%.*s' is a field of another type than this needs", node->text);
    } else {
        compiling->plan->roles[role] = field;
    }
}

void read_roles(struct compiling *compiling, const struct yaml_node *map) {
    for (uint32_t i = 0; i < EVENT_ROLE_COUNT; i++) {
        compiling->plan->roles[i] = SCHEMA_NONE;
    }
    YAML_EACH(map, node) {
        read_role(compiling, node);
    }
}

// {own_banks: [...], out: [types], in: [...], cash_out: [...], cash_in: [...], opening: [...]}
void read_movements(struct compiling *compiling, const struct yaml_node *map) {
    static const char *const keys[] = {"own_banks", "out", "in", "cash_out", "cash_in", "opening"};
    static const EventMoves moves[] = {MOVES_NOTHING, MOVES_OUT, MOVES_IN, MOVES_CASH_OUT, MOVES_CASH_IN, MOVES_OPENING};
    struct disposition_plan *plan = compiling->plan;
    if (map == NULL || !yaml_check_keys(map, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    YAML_EACH(yaml_get(map, "own_banks"), bank) {
        if (yaml_expect(bank, YAML_SCALAR, compiling->diags) && plan->own_bank_count < OWN_BANKS_MAX) {
            plan->own_banks[plan->own_bank_count++] = bank->text;
        }
    }
    for (size_t i = 1; i < sizeof keys / sizeof keys[0]; i++) {
        YAML_EACH(yaml_get(map, keys[i]), node) {
            uint32_t type = schema_find_type(compiling->catalogue->schema, node->text);
            if (type == SCHEMA_NONE) {
                compiling_unknown(compiling, "DI043", node->place, "the schema has no event type '%.*s'", &compiling->catalogue->schema->types_by_name, node->text);
            } else {
                plan->moves_of_type[type] = moves[i];
            }
        }
    }
}

// Tasks of the policy that are duties to report.
void read_duties(struct compiling *compiling, const struct yaml_node *list) {
    const struct policy *policy = &compiling->catalogue->policy;
    YAML_EACH(list, node) {
        uint32_t task = 0;
        while (task < policy->tasks.count && !slice_equal(policy->tasks.at[task].id, node->text)) {
            task++;
        }
        if (task == policy->tasks.count) {
            compiling_fail(compiling, "DI044", node->place, "the policy has no task '%.*s'", node->text);
        } else {
            compiling->plan->duties |= UINT32_C(1) << task;
        }
    }
}

void read_holds(struct compiling *compiling, const struct yaml_node *map) {
    static const char *const keys[] = {"refused_from"};
    uint32_t severity = SEVERITY_S4;
    if (map != NULL && yaml_check_keys(map, keys, 1, compiling->diags)) {
        yaml_choice(yaml_require(map, "refused_from", compiling->diags), severity_names, SEVERITY_S4 + 1, &severity, compiling->diags);
    }
    compiling->plan->holds_refused_from = severity == SEVERITY_NONE ? SEVERITY_S4 : (Severity)severity;
}

// Which lists of the pack take what the police platform pushes.
void read_pushed(struct compiling *compiling, const struct yaml_node *map) {
    const struct map *lists = &compiling->catalogue->knowledge->lists_by_name;
    bool is_read = map != NULL && yaml_check_keys(map, pushed_list_names, PUSHED_LIST_COUNT, compiling->diags);
    for (uint32_t i = 0; i < PUSHED_LIST_COUNT; i++) {
        const struct yaml_node *node = is_read ? yaml_get(map, pushed_list_names[i]) : NULL;
        compiling->plan->pushed[i] = SCHEMA_NONE;
        if (node == NULL) {
            continue;
        }
        Slice name = yaml_text(node, compiling->diags);
        uint32_t list = map_get(lists, name);
        if (list == MAP_NONE) {
            compiling_unknown(compiling, "DI019", node->place, "unknown list '%.*s'", lists, name);
        } else {
            compiling->plan->pushed[i] = list;
        }
    }
}
