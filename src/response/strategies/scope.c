// Scopes: for which hits a strategy or a branch is.
//
//     applies_to: ALL
//     applies_to: [AT, CF-02..CF-06, M-VP-15-A, {of: [MU, CO], severities: [S2]}]
//
// A word is the id of a model, a typology, a family or a group; a range is the typologies of one family from the first to the last.

#include "base/bits.h"
#include "response/strategies/private.h"

struct scoping {
    struct compiling *compiling;
    struct strategy_scope *scope;
    uint32_t *models, *model_severities;
    uint32_t severities; // of the row at hand
};

static void add_typology(struct scoping *scoping, uint32_t typology) {
    for (int s = SEVERITY_S1; s <= SEVERITY_S4; s++) {
        if ((scoping->severities & SEVERITY_BIT(s)) != 0) {
            bits_set(scoping->scope->typologies[s], typology);
        }
    }
}

// Those of a family, or of a group; how many.
static uint32_t add_all(struct scoping *scoping, Slice family, uint32_t group) {
    const struct disposition_plan *plan = scoping->compiling->plan;
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->typology_count; i++) {
        if (slice_equal(plan->typologies[i].family, family) || plan->typologies[i].group == group) {
            add_typology(scoping, i);
            count++;
        }
    }
    return count;
}

static void add_model(struct scoping *scoping, uint32_t model) {
    struct strategy_scope *scope = scoping->scope;
    scoping->models[scope->model_count] = model;
    scoping->model_severities[scope->model_count++] = scoping->severities;
}

static void add_range(struct scoping *scoping, Place place, Slice first, Slice last) {
    const struct disposition_plan *plan = scoping->compiling->plan;
    uint32_t from = map_get(&plan->typologies_by_id, first);
    uint32_t to = map_get(&plan->typologies_by_id, last);
    Slice missing = from == MAP_NONE ? first : last;
    if (from == MAP_NONE || to == MAP_NONE) {
        compiling_unknown(scoping->compiling, "SG007", place, "no model is of the typology '%.*s'", &plan->typologies_by_id, missing);
        return;
    }
    if (from > to || !slice_equal(plan->typologies[from].family, plan->typologies[to].family)) {
        compiling_fail(scoping->compiling, "SG008", place, "a range is of one family, from the first to the last: '%.*s' is not behind the other",
                       last);
        return;
    }
    for (uint32_t i = from; i <= to; i++) { // they lie in the order of their ids
        add_typology(scoping, i);
    }
}

static void add_word(struct scoping *scoping, const struct yaml_node *node) {
    struct compiling *compiling = scoping->compiling;
    const struct disposition_plan *plan = compiling->plan;
    Slice word = yaml_text(node, compiling->diags);
    size_t dots = slice_find(word, SLICE(".."), 0);
    if (node->kind != YAML_SCALAR) {
        return;
    }
    if (dots != SIZE_MAX) {
        add_range(scoping, node->place, slice_part(word, 0, dots), slice_part(word, dots + 2, SIZE_MAX));
        return;
    }
    uint32_t model = map_get(&compiling->catalogue->models_by_id, word);
    uint32_t typology = map_get(&plan->typologies_by_id, word);
    if (model != MAP_NONE) {
        add_model(scoping, model);
    } else if (typology != MAP_NONE) {
        add_typology(scoping, typology);
    } else if (add_all(scoping, word, SCHEMA_NONE) == 0) {
        uint32_t group = map_get(&compiling->groups_by_id, word);
        if (group == MAP_NONE) {
            compiling_unknown(compiling, "SG009", node->place, "'%.*s' is no model, typology, family or group", &plan->typologies_by_id, word);
        } else {
            add_all(scoping, SLICE(""), group);
        }
    }
}

static void add_row(struct scoping *scoping, const struct yaml_node *node, uint32_t severities) {
    static const char *const keys[] = {"of", "severities"};
    struct compiling *compiling = scoping->compiling;
    scoping->severities = severities;
    if (node->kind != YAML_MAPPING) {
        add_word(scoping, node);
        return;
    }
    if (!yaml_check_keys(node, keys, 2, compiling->diags)) {
        return;
    }
    const struct yaml_node *of = yaml_require(node, "of", compiling->diags);
    read_severities(compiling, yaml_get(node, "severities"), &scoping->severities);
    if (of != NULL && of->kind == YAML_SEQUENCE) {
        YAML_EACH(of, word) {
            add_word(scoping, word);
        }
    } else if (of != NULL) {
        add_word(scoping, of);
    }
}

static uint32_t words_in(const struct yaml_node *node) {
    uint32_t count = node->kind == YAML_SCALAR;
    YAML_EACH(node, child) {
        count += words_in(child);
    }
    return count;
}

void read_scope(struct compiling *compiling, const struct yaml_node *node, uint32_t severities, struct strategy_scope *scope) {
    uint32_t words = words_in(node);
    struct scoping scoping = {compiling, scope, ARENA_ARRAY(compiling->arena, uint32_t, words + 1),
                              ARENA_ARRAY(compiling->arena, uint32_t, words + 1), severities};
    scope->models = scoping.models;
    scope->model_severities = scoping.model_severities;
    if (node->kind == YAML_SCALAR && slice_is(node->text, "ALL")) {
        for (uint32_t i = 0; i < compiling->plan->typology_count; i++) {
            add_typology(&scoping, i);
        }
    } else if (yaml_expect(node, YAML_SEQUENCE, compiling->diags)) {
        YAML_EACH(node, row) {
            add_row(&scoping, row, severities);
        }
    }
}

bool scope_covers(const struct disposition_plan *plan, const struct strategy_scope *scope, uint32_t model, Severity severity) {
    if (bits_test(scope->typologies[severity], plan->typology_of_model[model])) {
        return true;
    }
    for (uint32_t i = 0; i < scope->model_count; i++) {
        if (scope->models[i] == model && (scope->model_severities[i] & SEVERITY_BIT(severity)) != 0) {
            return true;
        }
    }
    return false;
}

bool scope_has(const struct disposition_plan *plan, const struct strategy_scope *scope, uint32_t typology, Severity severity) {
    if (bits_test(scope->typologies[severity], typology)) {
        return true;
    }
    for (uint32_t i = 0; i < scope->model_count; i++) {
        if (plan->typology_of_model[scope->models[i]] == typology && (scope->model_severities[i] & SEVERITY_BIT(severity)) != 0) {
            return true;
        }
    }
    return false;
}
