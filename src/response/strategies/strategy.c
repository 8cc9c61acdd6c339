// One strategy: docs/disposition.md tells every key.

#include "base/hash.h"
#include "response/strategies/private.h"

enum { ID_BYTES_MAX = 64 };

static void read_triggers(struct compiling *compiling, const struct yaml_node *root, struct strategy *strategy) {
    strategy->triggers = 1u << TRIGGER_OPENED;
    read_set(compiling, yaml_get(root, "on"), trigger_names, TRIGGER_COUNT, &strategy->triggers);
    if (strategy->triggers == 0) {
        diag_add(compiling->diags, DIAG_ERROR, "SG025", root->place, "a strategy that nothing makes be tried");
    }
}

static void read_where(struct compiling *compiling, const struct yaml_node *root, uint32_t severities, struct strategy *strategy) {
    const struct yaml_node *applies = yaml_require(root, "applies_to", compiling->diags);
    if (applies != NULL) {
        read_scope(compiling, applies, severities, &strategy->scope);
    }
    read_set(compiling, yaml_get(root, "lists"), list_source_names, LIST_SOURCE_COUNT, &strategy->list_sources);
    strategy->when = compile_condition(compiling, yaml_require(root, "when", compiling->diags));
}

// ---- asking and waiting ------------------------------------------------------------------------------------------

// Which kind of script each channel takes.
static bool fits_channel(ContactChannel channel, ScriptKind kind) {
    switch (channel) {
    case CONTACT_ROBOT_CALL:
    case CONTACT_HUMAN_CALL:
    case CONTACT_EMERGENCY_CONTACT:
    case CONTACT_BRANCH_VISIT:
        return kind == SCRIPT_CALL;
    case CONTACT_QUESTIONNAIRE:
        return kind == SCRIPT_QUESTIONNAIRE;
    case CONTACT_DOCUMENTS:
        return kind == SCRIPT_DOCUMENTS;
    case CONTACT_SMS:
    case CONTACT_APP:
    case CONTACT_AUTH:
    case CONTACT_POLICE:
    case CONTACT_CHANNEL_COUNT:
        break;
    }
    return kind == SCRIPT_MESSAGE;
}

static void read_assumed(struct compiling *compiling, const struct yaml_node *list, struct strategy_ask *ask) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    uint32_t *assumed = ARENA_ARRAY(compiling->arena, uint32_t, compiling->plan->answer_count);
    ask->assumed = assumed;
    for (const struct yaml_node *node = list->first; node != NULL && ask->assumed_count < compiling->plan->answer_count; node = node->next) {
        Slice name = yaml_text(node, compiling->diags);
        uint32_t at = map_get(&compiling->answers_by_name, name);
        if (at == MAP_NONE) {
            compiling_unknown(compiling, "DI035", node->place, "there is no answer '%.*s'", &compiling->answers_by_name, name);
        } else if (compiling->plan->answers[at].type->kind != TYPE_BOOL) {
            diag_add(compiling->diags, DIAG_ERROR, "SG050", node->place, "'%.*s' is no answer of yes or no, and can't be assumed", SLICE_ARGS(name));
        } else {
            assumed[ask->assumed_count++] = at;
        }
    }
}

static const struct strategy_ask *read_ask(struct compiling *compiling, const struct yaml_node *node, bool is_second) {
    static const char *const keys[] = {"channel", "script", "within", "tries", "assume"};
    if (node == NULL || !yaml_check_keys(node, keys, is_second ? 5 : 4, compiling->diags)) {
        return NULL;
    }
    struct strategy_ask *ask = ARENA_NEW(compiling->arena, struct strategy_ask);
    uint32_t channel = CONTACT_SMS;
    yaml_choice(yaml_require(node, "channel", compiling->diags), contact_channel_names, CONTACT_CHANNEL_COUNT, &channel, compiling->diags);
    ask->channel = (ContactChannel)channel;
    const struct yaml_node *script = yaml_require(node, "script", compiling->diags);
    const struct yaml_node *within = yaml_require(node, "within", compiling->diags);
    if (yaml_span(within, &ask->within_us, compiling->diags) && ask->within_us == 0) {
        diag_add(compiling->diags, DIAG_ERROR, "SG026", within->place, "nobody can answer in no time");
    }
    ask->tries = 1;
    read_count(compiling, yaml_get(node, "tries"), 1, 5, &ask->tries);
    read_assumed(compiling, yaml_get(node, "assume"), ask);
    if (script == NULL) {
        return ask;
    }
    Slice id = yaml_text(script, compiling->diags);
    ask->script = map_get(&compiling->scripts_by_id, id);
    if (ask->script == MAP_NONE) {
        compiling_unknown(compiling, "SG011", script->place, "there is no script '%.*s'", &compiling->scripts_by_id, id);
        ask->script = 0;
    } else if (!fits_channel(ask->channel, compiling->plan->scripts[ask->script].kind)) {
        diag_add(compiling->diags, DIAG_ERROR, "SG027", script->place, "a script of kind %s does not go by %s",
                 script_kind_names[compiling->plan->scripts[ask->script].kind], contact_channel_names[ask->channel]);
    }
    return ask;
}

// Actions, or rows of a condition and actions.
static void read_first(struct compiling *compiling, const struct yaml_node *node, struct strategy *strategy) {
    static const char *const keys[] = {"when", "do"};
    if (node == NULL || !yaml_expect(node, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    struct strategy_row *rows = ARENA_ARRAY(compiling->arena, struct strategy_row, STRATEGY_ROWS_MAX);
    strategy->first = rows;
    if (yaml_get(node->first, "do") == NULL) {
        rows[strategy->first_count++].actions = read_actions(compiling, node);
        return;
    }
    YAML_EACH(node, item) {
        if (strategy->first_count == STRATEGY_ROWS_MAX) {
            diag_add(compiling->diags, DIAG_ERROR, "SG028", node->place, "there may be %d rows", STRATEGY_ROWS_MAX);
            return;
        }
        struct strategy_row *row = &rows[strategy->first_count++];
        if (yaml_check_keys(item, keys, 2, compiling->diags)) {
            row->when = compile_condition(compiling, yaml_get(item, "when"));
            row->actions = read_actions(compiling, yaml_require(item, "do", compiling->diags));
        }
    }
}

// A span, or rows of a condition and a span.
static void read_wait(struct compiling *compiling, const struct yaml_node *node, struct strategy *strategy) {
    static const char *const keys[] = {"when", "for"};
    if (node == NULL) {
        return;
    }
    struct strategy_wait *waits = ARENA_ARRAY(compiling->arena, struct strategy_wait, STRATEGY_ROWS_MAX);
    strategy->waits = waits;
    if (node->kind == YAML_SCALAR) {
        yaml_span(node, &waits[strategy->wait_count++].span_us, compiling->diags);
        return;
    }
    if (!yaml_expect(node, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    YAML_EACH(node, row) {
        if (strategy->wait_count == STRATEGY_ROWS_MAX) {
            diag_add(compiling->diags, DIAG_ERROR, "SG028", node->place, "there may be %d rows", STRATEGY_ROWS_MAX);
            return;
        }
        struct strategy_wait *wait = &waits[strategy->wait_count++];
        if (yaml_check_keys(row, keys, 2, compiling->diags)) {
            wait->when = compile_condition(compiling, yaml_get(row, "when"));
            yaml_span(yaml_require(row, "for", compiling->diags), &wait->span_us, compiling->diags);
        }
    }
}

// ---- limits ------------------------------------------------------------------------------------------------------

static void read_limits(struct compiling *compiling, const struct yaml_node *list, struct strategy *strategy) {
    static const char *const keys[] = {"per", "count", "within"};
    YAML_EACH(list, node) {
        if (strategy->limit_count == STRATEGY_LIMITS_MAX) {
            diag_add(compiling->diags, DIAG_ERROR, "SG029", list->place, "there may be %d limits", STRATEGY_LIMITS_MAX);
            return;
        }
        struct strategy_limit *limit = &strategy->limits[strategy->limit_count++];
        uint32_t per = LIMIT_SUBJECT;
        if (!yaml_check_keys(node, keys, 3, compiling->diags)) {
            continue;
        }
        yaml_choice(yaml_require(node, "per", compiling->diags), limit_scope_names, LIMIT_SCOPE_COUNT, &per, compiling->diags);
        limit->per = (LimitScope)per;
        read_count(compiling, yaml_require(node, "count", compiling->diags), 1, 100000, &limit->count);
        yaml_span(yaml_get(node, "within"), &limit->within_us, compiling->diags);
    }
}

// ---- what it means, as a number ----------------------------------------------------------------------------------

// What a key says to people only.
static bool is_for_people(Slice key) {
    static const char *const keys[] = {"version", "zh", "en", "owner", "note", "tests"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (slice_is(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static uint64_t hash_node(const struct yaml_node *node, uint64_t hash) {
    hash = hash_mix(hash, (uint64_t)node->kind);
    if (node->kind == YAML_SCALAR) {
        return hash_mix(hash, hash64(slice_trim(node->text), 0));
    }
    YAML_EACH(node, child) {
        if (!is_for_people(child->key)) {
            hash = hash_node(child, hash_mix(hash, hash64(child->key, 0)));
        }
    }
    return hash_mix(hash, 0); // its end
}

// ---- all of it ---------------------------------------------------------------------------------------------------

static void read_id(struct compiling *compiling, const struct yaml_node *root, struct strategy *strategy) {
    const struct yaml_node *id = yaml_require(root, "id", compiling->diags);
    strategy->id = yaml_text(id, compiling->diags);
    if (strategy->id.at != NULL && (!slice_starts_with(strategy->id, SLICE("D-")) || strategy->id.size > ID_BYTES_MAX)) {
        compiling_fail(compiling, "SG030", id->place, "'%.*s' is no id of a strategy: it begins with D-", strategy->id);
    }
    const struct yaml_node *version = yaml_require(root, "version", compiling->diags);
    if (yaml_i64(version, &strategy->version, compiling->diags) && strategy->version < 1) {
        diag_add(compiling->diags, DIAG_ERROR, "SG031", version->place, "versions begin with 1");
    }
    read_names(compiling, root, &strategy->zh, &strategy->en);
    strategy->owner = needed_text(compiling, root, "owner");
}

static void read_note(struct compiling *compiling, const struct yaml_node *note) {
    static const char *const keys[] = {"zh", "en"};
    Slice zh, en;
    if (note != NULL && yaml_check_keys(note, keys, 2, compiling->diags)) {
        read_names(compiling, note, &zh, &en);
    }
}

static void read_direction(struct compiling *compiling, const struct yaml_node *root, struct strategy *strategy) {
    static const char *const directions[] = {"PROTECT", "RELEASE"};
    uint32_t direction = 0;
    yaml_choice(yaml_require(root, "direction", compiling->diags), directions, 2, &direction, compiling->diags);
    strategy->releases = direction == 1;
    strategy->is_closure = true;
    yaml_bool(yaml_get(root, "closure"), &strategy->is_closure, compiling->diags);
    strategy->counts_as_automatic = strategy->is_closure;
    yaml_bool(yaml_get(root, "counts_as_automatic"), &strategy->counts_as_automatic, compiling->diags);
}

static void check_branch_ids(struct compiling *compiling, const struct strategy *strategy) {
    struct map ids;
    map_init(&ids, compiling->arena);
    const struct strategy_branches *const lists[] = {&strategy->stop, &strategy->then};
    for (int l = 0; l < 2; l++) {
        for (uint32_t i = 0; i < lists[l]->count; i++) {
            const struct strategy_branch *branch = &lists[l]->at[i];
            if (!map_put(&ids, branch->id, i) || slice_is(branch->id, "otherwise")) {
                compiling_fail(compiling, "SG023", branch->place, "there are two branches '%.*s'", branch->id);
            }
        }
    }
}

void read_strategy(struct compiling *compiling, const struct yaml_node *root, struct strategy *strategy) {
    static const char *const keys[] = {
        "id",         "version",    "zh",     "en",         "owner",   "note", "on",   "direction", "closure",   "counts_as_automatic",
        "applies_to", "severities", "lists",  "when",       "first",   "ask",  "wait", "quiet",     "ask_again", "stop",
        "then",       "otherwise",  "limits", "amount_max", "quality", "tests"};
    const struct disposition_plan *plan = compiling->plan;
    *strategy = (struct strategy){
        .node = root, .place = root->place, .amount_max = INT64_MAX, .sampling = plan->sampling, .breaker = plan->breaker, .earning = plan->earning};
    yaml_check_keys(root, keys, sizeof keys / sizeof keys[0], compiling->diags);
    uint32_t severities = ALL_SEVERITIES;
    read_severities(compiling, yaml_get(root, "severities"), &severities);
    read_id(compiling, root, strategy);
    read_note(compiling, yaml_get(root, "note"));
    read_direction(compiling, root, strategy);
    read_triggers(compiling, root, strategy);
    read_where(compiling, root, severities, strategy);
    read_first(compiling, yaml_get(root, "first"), strategy);
    strategy->ask = read_ask(compiling, yaml_get(root, "ask"), false);
    read_wait(compiling, yaml_get(root, "wait"), strategy);
    yaml_bool(yaml_get(root, "quiet"), &strategy->quiet, compiling->diags);
    strategy->ask_again = read_ask(compiling, yaml_get(root, "ask_again"), true);
    strategy->stop = read_branches(compiling, yaml_get(root, "stop"), "stop-", severities);
    strategy->then = read_branches(compiling, yaml_require(root, "then", compiling->diags), "", severities);
    read_otherwise(compiling, yaml_get(root, "otherwise"), root->place, &strategy->otherwise);
    check_branch_ids(compiling, strategy);
    read_limits(compiling, yaml_get(root, "limits"), strategy);
    read_money(compiling, yaml_get(root, "amount_max"), &strategy->amount_max);
    read_quality(compiling, yaml_get(root, "quality"), false, &strategy->sampling, &strategy->breaker, &strategy->earning, NULL);
    strategy->hash = hash_node(root, 0);
}
