// Branches of a strategy: a condition, what is done, and what becomes of the alert.

#include "response/strategies/private.h"

// ---- actions -----------------------------------------------------------------------------------------------------

static void read_list(struct compiling *compiling, const struct yaml_node *node, int64_t *ret_value) {
    const struct knowledge_plan *knowledge = compiling->catalogue->knowledge;
    Slice name = yaml_text(node, compiling->diags);
    uint32_t list = map_get(&knowledge->lists_by_name, name);
    if (list == MAP_NONE) {
        compiling_unknown(compiling, "SG010", node->place, "unknown list '%.*s'", &knowledge->lists_by_name, name);
        return;
    }
    compiling->strategies->lists_read[list] = true;
    *ret_value = list;
}

static uint32_t find_script(struct compiling *compiling, const struct yaml_node *node) {
    Slice id = yaml_text(node, compiling->diags);
    uint32_t script = map_get(&compiling->scripts_by_id, id);
    if (script == MAP_NONE) {
        compiling_unknown(compiling, "SG011", node->place, "there is no script '%.*s'", &compiling->scripts_by_id, id);
        return 0;
    }
    return script;
}

static void read_script_argument(struct compiling *compiling, const struct yaml_node *node, ActionArgument argument, int64_t *ret_value) {
    uint32_t errors = compiling->diags->error_count;
    uint32_t script = find_script(compiling, node);
    if (compiling->diags->error_count > errors) {
        return;
    }
    bool notice = compiling->plan->scripts[script].kind == SCRIPT_NOTICE;
    if (argument == ARGUMENT_NOTICE && !notice) {
        struct diag *diag = compiling_fail(compiling, "SG012", node->place, "the script '%.*s' is no notice of a measure", node->text);
        diag_hint(compiling->diags, diag, "a notice is of kind NOTICE, with reason, remedy and documents");
    }
    *ret_value = script;
}

static void read_shares(struct compiling *compiling, const struct yaml_node *node, struct strategy_action *action) {
    if (!yaml_expect(node, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    YAML_EACH(node, item) {
        if (action->share_count == ACTION_SHARES_MAX) {
            diag_add(compiling->diags, DIAG_ERROR, "SG013", node->place, "there may be %d shares", ACTION_SHARES_MAX);
            return;
        }
        read_count(compiling, item, 1, 100, &action->shares[action->share_count++]);
    }
}

static void read_argument(struct compiling *compiling, const struct yaml_node *node, ActionArgument argument, struct strategy_action *action) {
    int64_t *value = &action->values[argument];
    uint32_t index = 0;
    switch (argument_infos[argument].type) {
    case TAKES_SPAN:
        yaml_span(node, value, compiling->diags);
        break;
    case TAKES_MONEY:
        read_money(compiling, node, value);
        break;
    case TAKES_COUNT:
        read_count(compiling, node, 1, 100, &index);
        *value = index;
        break;
    case TAKES_LIST:
        read_list(compiling, node, value);
        break;
    case TAKES_SCRIPT:
        read_script_argument(compiling, node, argument, value);
        break;
    case TAKES_SEVERITY:
        yaml_choice(node, severity_names + 1, SEVERITY_S4, &index, compiling->diags);
        *value = (int64_t)index + 1;
        break;
    case TAKES_ROLE:
        yaml_choice(node, duty_role_names, DUTY_ROLE_COUNT, &index, compiling->diags);
        *value = index;
        break;
    case TAKES_SHARES:
        read_shares(compiling, node, action);
        break;
    case TAKES_TEXT:
        action->text = yaml_text(node, compiling->diags);
        break;
    }
}

static void read_arguments(struct compiling *compiling, const struct yaml_node *node, struct strategy_action *action) {
    const struct action_info *info = &action_infos[action->id];
    if (!yaml_expect(node, YAML_MAPPING, compiling->diags)) {
        return;
    }
    YAML_EACH(node, item) {
        ActionArgument argument = 0;
        while (argument < ARGUMENT_COUNT && !slice_equal(argument_infos[argument].key, item->key)) {
            argument++;
        }
        if (argument == ARGUMENT_COUNT || (info->allowed >> argument & 1) == 0) {
            diag_add(compiling->diags, DIAG_ERROR, "SG014", item->key_place, "%.*s takes no '%.*s'", SLICE_ARGS(info->name), SLICE_ARGS(item->key));
            continue;
        }
        action->given |= 1u << argument;
        read_argument(compiling, item, argument, action);
    }
}

static bool find_action(struct compiling *compiling, Place place, Slice name, ActionId *ret_id) {
    struct map names;
    map_init(&names, compiling->arena);
    for (uint32_t i = 0; i < ACTION_COUNT; i++) {
        map_put(&names, action_infos[i].name, i);
    }
    uint32_t index = map_get(&names, name);
    if (index == MAP_NONE) {
        compiling_unknown(compiling, "SG015", place, "there is no action '%.*s'", &names, name);
        return false;
    }
    *ret_id = (ActionId)index;
    return true;
}

static void check_needed(struct compiling *compiling, Place place, const struct strategy_action *action) {
    const struct action_info *info = &action_infos[action->id];
    uint32_t missing = info->needed & ~action->given;
    if (missing != 0) {
        const struct argument_info *argument = &argument_infos[__builtin_ctz(missing)];
        struct diag *diag =
            diag_add(compiling->diags, DIAG_ERROR, "SG016", place, "%.*s needs '%.*s'", SLICE_ARGS(info->name), SLICE_ARGS(argument->key));
        if ((missing >> ARGUMENT_NOTICE & 1) != 0) {
            diag_hint(compiling->diags, diag, "the customer is told reason, remedy and documents: `notice` names a script of kind NOTICE");
        }
    }
    if (action->id == ACTION_RAISE_SEVERITY && __builtin_popcount(action->given) != 1) {
        diag_add(compiling->diags, DIAG_ERROR, "SG017", place, "RAISE_SEVERITY says either `to` or `by`");
    }
}

// A word, or a mapping of one word to its arguments.
static bool read_action(struct compiling *compiling, const struct yaml_node *node, struct strategy_action *action) {
    const struct yaml_node *arguments = node->kind == YAML_MAPPING ? node->first : NULL;
    if (node->kind == YAML_MAPPING && node->count != 1) {
        diag_add(compiling->diags, DIAG_ERROR, "SG018", node->place, "an action is a word, or one word with its arguments: HOLD: {for: 30m}");
        return false;
    }
    Slice name = arguments != NULL ? arguments->key : yaml_text(node, compiling->diags);
    Place place = arguments != NULL ? arguments->key_place : node->place;
    if (name.at == NULL || !find_action(compiling, place, name, &action->id)) {
        return false;
    }
    if (arguments != NULL) {
        read_arguments(compiling, arguments, action);
    }
    check_needed(compiling, place, action);
    return true;
}

struct strategy_actions read_actions(struct compiling *compiling, const struct yaml_node *list) {
    struct strategy_actions actions = {NULL, 0};
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return actions;
    }
    if (list->count > STRATEGY_ACTIONS_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "SG019", list->place, "there may be %d actions", STRATEGY_ACTIONS_MAX);
        return actions;
    }
    struct strategy_action *at = ARENA_ARRAY(compiling->arena, struct strategy_action, list->count + 1);
    YAML_EACH(list, node) {
        actions.count += read_action(compiling, node, &at[actions.count]);
    }
    actions.at = at;
    return actions;
}

// ---- branches ----------------------------------------------------------------------------------------------------

static void read_end(struct compiling *compiling, const struct yaml_node *node, struct strategy_branch *branch) {
    const struct yaml_node *close = yaml_get(node, "close");
    const struct yaml_node *to = yaml_get(node, "to");
    branch->code = CODE_NONE;
    if ((close == NULL) == (to == NULL)) {
        diag_add(compiling->diags, DIAG_ERROR, "SG020", node->place, "a branch says either `close` with a code, or `to`: HUMAN, STAYS or LOWER");
        return;
    }
    if (to != NULL) {
        uint32_t index = 0;
        yaml_choice(to, strategy_end_names + END_HUMAN, STRATEGY_END_COUNT - END_HUMAN, &index, compiling->diags);
        branch->to = (StrategyEnd)(index + END_HUMAN);
    } else {
        branch->to = END_CLOSED;
        branch->code = code_find(yaml_text(close, compiling->diags));
        if (branch->code == CODE_NONE) {
            struct map codes;
            map_init(&codes, compiling->arena);
            for (uint32_t i = 0; i < CODE_COUNT; i++) {
                map_put(&codes, code_infos[i].text, i);
            }
            compiling_unknown(compiling, "SG021", close->place, "'%.*s' is no disposition code", &codes, close->text);
        }
    }
    yaml_bool(yaml_get(node, "weak"), &branch->weak, compiling->diags);
    yaml_bool(yaml_get(node, "prevented_unknown"), &branch->prevented_unknown, compiling->diags);
    if (branch->weak && (branch->code == CODE_NONE || code_infos[branch->code].label != LABEL_POSITIVE)) {
        diag_add(compiling->diags, DIAG_ERROR, "SG022", node->place, "only a code with a positive label can be weak");
    }
}

static void read_branch_scope(struct compiling *compiling, const struct yaml_node *node, uint32_t severities, struct strategy_branch *branch) {
    const struct yaml_node *applies = yaml_get(node, "applies_to");
    const struct yaml_node *own = yaml_get(node, "severities");
    if (applies == NULL && own == NULL) {
        return;
    }
    struct strategy_scope *scope = ARENA_NEW(compiling->arena, struct strategy_scope);
    struct yaml_node all = {.kind = YAML_SCALAR, .text = SLICE("ALL")};
    read_severities(compiling, own, &severities);
    read_scope(compiling, applies == NULL ? &all : applies, severities, scope);
    branch->scope = scope;
}

static void read_branch(struct compiling *compiling, const struct yaml_node *node, uint32_t severities, Slice number,
                        struct strategy_branch *branch) {
    branch->place = node->place;
    branch->id = yaml_get(node, "id") != NULL ? needed_text(compiling, node, "id") : number;
    branch->when = compile_condition(compiling, yaml_get(node, "when"));
    branch->zh = allowed_text(compiling, node, "zh");
    branch->en = allowed_text(compiling, node, "en");
    yaml_bool(yaml_get(node, "once"), &branch->once, compiling->diags);
    branch->actions = read_actions(compiling, yaml_get(node, "do"));
    read_branch_scope(compiling, node, severities, branch);
    read_end(compiling, node, branch);
}

struct strategy_branches read_branches(struct compiling *compiling, const struct yaml_node *list, const char *prefix, uint32_t severities) {
    static const char *const keys[] = {"id",    "when", "applies_to",        "severities", "once", "do",
                                       "close", "weak", "prevented_unknown", "to",         "zh",   "en"};
    struct strategy_branches branches = {NULL, 0};
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return branches;
    }
    if (list->count > STRATEGY_BRANCHES_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "SG024", list->place, "there may be %d branches", STRATEGY_BRANCHES_MAX);
        return branches;
    }
    struct strategy_branch *at = ARENA_ARRAY(compiling->arena, struct strategy_branch, list->count + 1);
    YAML_EACH(list, node) {
        if (yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
            Slice number = arena_printf(compiling->arena, "%s%u", prefix, branches.count + 1);
            read_branch(compiling, node, severities, number, &at[branches.count++]);
        }
    }
    branches.at = at;
    return branches;
}

void read_otherwise(struct compiling *compiling, const struct yaml_node *node, Place place, struct strategy_branch *branch) {
    static const char *const keys[] = {"do", "close", "weak", "prevented_unknown", "to", "zh", "en"};
    *branch = (struct strategy_branch){.id = SLICE("otherwise"), .to = END_HUMAN, .code = CODE_NONE, .place = place};
    if (node == NULL || !yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    branch->place = node->place;
    branch->zh = allowed_text(compiling, node, "zh");
    branch->en = allowed_text(compiling, node, "en");
    branch->actions = read_actions(compiling, yaml_get(node, "do"));
    read_end(compiling, node, branch);
}
