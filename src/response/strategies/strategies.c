// Compiling: disposition.yaml first, since strategies name its groups, facts, answers and scripts; then each strategy; then their order.

#include "base/money.h"
#include "response/strategies/private.h"

#include <stdlib.h>

const char *const strategy_end_names[STRATEGY_END_COUNT] = {
#define X(id, zh, en) #id,
    STRATEGY_ENDS(X)
#undef X
};
const char *const limit_scope_names[LIMIT_SCOPE_COUNT] = {
#define X(id, zh, en) #id,
    LIMIT_SCOPES(X)
#undef X
};
const char *const strategy_refusal_names[STRATEGY_REFUSAL_COUNT] = {
#define X(id, en) #id,
    STRATEGY_REFUSALS(X)
#undef X
};

struct strategies *strategies_create(void) {
    struct strategies *strategies = memory_alloc(sizeof *strategies);
    arena_init(&strategies->arena, 256 << 10);
    diag_list_init(&strategies->diags, &strategies->arena);
    map_init(&strategies->by_id, &strategies->arena);
    return strategies;
}

void strategies_destroy(struct strategies *strategies) {
    if (strategies != NULL) {
        arena_deinit(&strategies->arena);
        free(strategies);
    }
}

// ---- what every reader needs -------------------------------------------------------------------------------------

struct diag *compiling_fail(struct compiling *compiling, const char *code, Place place, const char *format, Slice text) {
    return diag_add(compiling->diags, DIAG_ERROR, code, place, format, SLICE_ARGS(text));
}

void compiling_unknown(struct compiling *compiling, const char *code, Place place, const char *format, const struct map *names, Slice text) {
    struct diag *diag = compiling_fail(compiling, code, place, format, text);
    Slice nearest = map_nearest(names, text);
    if (nearest.at != NULL) {
        diag_hint(compiling->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
    }
}

Slice needed_text(struct compiling *compiling, const struct yaml_node *map, const char *key) {
    return slice_trim(yaml_text(yaml_require(map, key, compiling->diags), compiling->diags));
}

Slice allowed_text(struct compiling *compiling, const struct yaml_node *map, const char *key) {
    return slice_trim(yaml_text(yaml_get(map, key), compiling->diags));
}

void read_names(struct compiling *compiling, const struct yaml_node *map, Slice *ret_zh, Slice *ret_en) {
    *ret_zh = needed_text(compiling, map, "zh");
    *ret_en = needed_text(compiling, map, "en");
}

static void read_member(struct compiling *compiling, const struct yaml_node *node, const char *const *choices, uint32_t count, uint32_t *set) {
    uint32_t index;
    if (yaml_choice(node, choices, count, &index, compiling->diags)) {
        *set |= 1u << index;
    }
}

void read_set(struct compiling *compiling, const struct yaml_node *node, const char *const *choices, uint32_t count, uint32_t *set) {
    if (node == NULL) {
        return;
    }
    *set = 0;
    if (node->kind == YAML_SCALAR) {
        read_member(compiling, node, choices, count, set);
    } else if (yaml_expect(node, YAML_SEQUENCE, compiling->diags)) {
        YAML_EACH(node, item) {
            read_member(compiling, item, choices, count, set);
        }
    }
}

void read_severities(struct compiling *compiling, const struct yaml_node *node, uint32_t *set) {
    uint32_t read = 0;
    read_set(compiling, node, severity_names + 1, SEVERITY_S4, &read);
    *set = node == NULL ? *set : read << 1;
}

bool read_money(struct compiling *compiling, const struct yaml_node *node, int64_t *ret_minor) {
    if (!yaml_expect(node, YAML_SCALAR, compiling->diags)) {
        return false;
    }
    if (!money_parse(node->text, compiling->catalogue->money_digits, ret_minor) || *ret_minor < 0) {
        struct diag *diag = compiling_fail(compiling, "DI001", node->place, "'%.*s' is no amount", node->text);
        diag_hint(compiling->diags, diag, "write it in major units: 5000 or 0.50");
        return false;
    }
    return true;
}

void read_share(struct compiling *compiling, const struct yaml_node *node, double *ret_share) {
    double share;
    if (!yaml_number(node, &share, compiling->diags)) {
        return;
    }
    if (!(share >= 0 && share <= 1)) {
        diag_add(compiling->diags, DIAG_ERROR, "DI002", node->place, "a share is from 0 to 1");
        return;
    }
    *ret_share = share;
}

void read_count(struct compiling *compiling, const struct yaml_node *node, int64_t least, int64_t most, uint32_t *ret_count) {
    int64_t count;
    if (!yaml_i64(node, &count, compiling->diags)) {
        return;
    }
    if (count < least || count > most) {
        diag_add(compiling->diags, DIAG_ERROR, "DI003", node->place, "this is from %lld to %lld", (long long)least, (long long)most);
        return;
    }
    *ret_count = (uint32_t)count;
}

// ---- files -------------------------------------------------------------------------------------------------------

static const struct pack_file *find_file(const struct pack_file *files, uint32_t count, const char *path) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_is(files[i].path, path)) {
            return &files[i];
        }
    }
    return NULL;
}

static int by_path(const void *left, const void *right) {
    return slice_compare((*(const struct pack_file *const *)left)->path, (*(const struct pack_file *const *)right)->path);
}

struct roots {
    const struct yaml_node **at;
    uint32_t count;
};

// The documents of the YAML files below a folder, in the order of their paths.
static struct roots parse_folder(struct compiling *compiling, const struct pack_file *files, uint32_t count, const char *folder) {
    const struct pack_file **list = ARENA_ARRAY(compiling->arena, const struct pack_file *, count + 1);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (slice_starts_with(files[i].path, slice_of(folder)) && slice_ends_with(files[i].path, SLICE(".yaml"))) {
            list[found++] = &files[i];
        }
    }
    qsort(list, found, sizeof *list, by_path);
    struct roots roots = {ARENA_ARRAY(compiling->arena, const struct yaml_node *, found + 1), 0};
    for (uint32_t i = 0; i < found; i++) {
        const struct yaml_node *root = yaml_parse(&list[i]->source, compiling->arena, compiling->diags);
        if (root != NULL) {
            roots.at[roots.count++] = root;
        }
    }
    return roots;
}

// ---- the order of strategies -------------------------------------------------------------------------------------

static void read_all_strategies(struct compiling *compiling, const struct roots *roots) {
    struct strategies *strategies = compiling->strategies;
    if (roots->count > STRATEGIES_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "SG005", roots->at[STRATEGIES_MAX]->place, "a pack has at most %d strategies", STRATEGIES_MAX);
        return;
    }
    compiling->strategies_at = ARENA_ARRAY(compiling->arena, struct strategy, roots->count + 1);
    for (uint32_t i = 0; i < roots->count; i++) {
        struct strategy *strategy = &compiling->strategies_at[i];
        read_strategy(compiling, roots->at[i], strategy);
        if (strategy->id.at != NULL && !map_put(&strategies->by_id, strategy->id, i)) {
            compiling_fail(compiling, "SG006", strategy->place, "there are two strategies '%.*s'", strategy->id);
        }
    }
    strategies->count = roots->count;
}

static void put_in_order(struct compiling *compiling, const struct yaml_node *order) {
    struct strategies *strategies = compiling->strategies;
    struct strategy *sorted = ARENA_ARRAY(compiling->arena, struct strategy, strategies->count + 1);
    bool *placed = ARENA_ARRAY(compiling->arena, bool, strategies->count + 1);
    struct map by_id;
    map_init(&by_id, compiling->arena);
    uint32_t count = 0;
    YAML_EACH(order, item) {
        Slice id = yaml_text(item, compiling->diags);
        uint32_t index = map_get(&strategies->by_id, id);
        if (index == MAP_NONE) {
            compiling_unknown(compiling, "DI004", item->place, "there is no strategy '%.*s'", &strategies->by_id, id);
        } else if (placed[index]) {
            compiling_fail(compiling, "DI005", item->place, "'%.*s' stands twice in the order", id);
        } else {
            placed[index] = true;
            map_put(&by_id, id, count);
            sorted[count++] = compiling->strategies_at[index];
        }
    }
    for (uint32_t i = 0; i < strategies->count; i++) {
        if (!placed[i] && compiling->strategies_at[i].id.at != NULL) {
            struct diag *diag = compiling_fail(compiling, "DI006", compiling->strategies_at[i].place,
                                               "the strategy '%.*s' is not in the order of disposition.yaml", compiling->strategies_at[i].id);
            diag_hint(compiling->diags, diag, "strategies are tried one after the other; put it into `order`");
        }
    }
    strategies->at = sorted;
    strategies->count = count;
    strategies->by_id = by_id;
}

// Models name the strategies that their owner has in mind (`disposition_strategy`). Which are tried follows from the strategies; the names have to be right.
static void check_models(struct compiling *compiling) {
    const struct catalogue *catalogue = compiling->catalogue;
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        YAML_EACH(yaml_get(catalogue->models.at[i].node, "disposition_strategy"), item) {
            if (item->kind == YAML_SCALAR && map_get(&compiling->strategies->by_id, item->text) == MAP_NONE) {
                compiling_unknown(compiling, "SG039", item->place, "the pack has no strategy '%.*s'", &compiling->strategies->by_id, item->text);
            }
        }
    }
}

// ---- all of it ---------------------------------------------------------------------------------------------------

static void read_plan(struct compiling *compiling, const struct yaml_node *root, const struct pack_file *files, uint32_t file_count) {
    static const char *const keys[] = {"window", "groups", "lists", "levels", "contact", "priority",  "weights", "facts", "answers",
                                       "quality", "limit_steps", "order", "cases", "skills", "zh", "en", "event", "holds", "movements", "duties", "pushed", "of_customer"};
    struct disposition_plan *plan = compiling->plan;
    yaml_check_keys(root, keys, sizeof keys / sizeof keys[0], compiling->diags);
    plan->window_us = US_PER_DAY;
    yaml_span(yaml_require(root, "window", compiling->diags), &plan->window_us, compiling->diags);
    read_groups(compiling, yaml_require(root, "groups", compiling->diags));
    read_skills(compiling, yaml_get(root, "skills"));
    read_lists(compiling, yaml_require(root, "lists", compiling->diags));
    read_service(compiling, root);
    read_roles(compiling, yaml_get(root, "event"));
    read_of_customer(compiling, yaml_get(root, "of_customer"));
    read_holds(compiling, yaml_get(root, "holds"));
    read_movements(compiling, yaml_get(root, "movements"));
    read_duties(compiling, yaml_get(root, "duties"));
    read_pushed(compiling, yaml_get(root, "pushed"));
    read_quality(compiling, yaml_require(root, "quality", compiling->diags), true, &plan->sampling, &plan->breaker, &plan->earning, &plan->unalerted);
    name_fields(compiling);
    read_facts(compiling, yaml_require(root, "facts", compiling->diags));
    read_answers(compiling, yaml_get(root, "answers"));
    name_all(compiling);
    struct roots scripts = parse_folder(compiling, files, file_count, "scripts/");
    read_scripts(compiling, scripts.at, scripts.count);
    check_calls(compiling);
    const struct yaml_node *cases = yaml_get(root, "cases");
    static const char *const case_keys[] = {"given"};
    if (cases != NULL && yaml_check_keys(cases, case_keys, 1, compiling->diags)) {
        compiling->strategies->given = yaml_require(cases, "given", compiling->diags);
    }
}

static void complain_of_rest(struct compiling *compiling, const struct pack_file *files, uint32_t file_count) {
    for (uint32_t i = 0; i < file_count; i++) {
        if (slice_starts_with(files[i].path, SLICE("strategies/")) || slice_starts_with(files[i].path, SLICE("scripts/"))) {
            Place place = {.source = &files[i].source};
            struct diag *diag = compiling_fail(compiling, "DI007", place, "'%.*s' is not read: the pack has no disposition.yaml", files[i].path);
            diag_hint(compiling->diags, diag, "docs/disposition.md tells what stands there");
            return;
        }
    }
}

Status strategies_compile(struct strategies *strategies, const struct catalogue *catalogue, const struct pack_file *files, uint32_t file_count) {
    struct compiling compiling = {
        .strategies = strategies, .plan = &strategies->plan, .catalogue = catalogue, .arena = &strategies->arena, .diags = &strategies->diags};
    const struct pack_file *file = find_file(files, file_count, "disposition.yaml");
    strategies->catalogue = catalogue;
    strategies->lists_read = ARENA_ARRAY(compiling.arena, bool, catalogue->knowledge->list_count + 1);
    strategies->names_read = ARENA_ARRAY(compiling.arena, bool, catalogue->vocabulary.names.count + 1);
    if (file == NULL) {
        complain_of_rest(&compiling, files, file_count);
        return strategies->diags.error_count > 0 ? STATUS_INVALID : STATUS_OK;
    }
    const struct yaml_node *root = yaml_parse(&file->source, compiling.arena, compiling.diags);
    if (root == NULL) {
        return STATUS_INVALID;
    }
    strategies->plan.exists = true;
    read_plan(&compiling, root, files, file_count);
    if (strategies->diags.error_count > 0) {
        return STATUS_INVALID; // strategies would only repeat what is wrong with what they name
    }
    struct roots roots = parse_folder(&compiling, files, file_count, "strategies/");
    read_all_strategies(&compiling, &roots);
    put_in_order(&compiling, yaml_require(root, "order", compiling.diags));
    if (strategies->diags.error_count > 0) {
        return STATUS_INVALID;
    }
    check_models(&compiling);
    for (uint32_t i = 0; i < strategies->count; i++) {
        check_safety(&compiling, &strategies->at[i]);
    }
    return strategies->diags.error_count > 0 ? STATUS_INVALID : STATUS_OK;
}
