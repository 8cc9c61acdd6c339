// Loading features: stores, entities, values and filters. The features themselves are read by features_grid.c and
// laid out by features_layout.c.
//
// The order matters only for names: first everything gets its name, then expressions are compiled, so that files
// and sections may refer to each other in any order.

#include "monitoring/stream/features_private.h"

static struct diag *fail(struct features_loader *loader, const char *code, Place place, const char *format, Slice text) {
    return diag_add(loader->diags, DIAG_ERROR, code, place, format, SLICE_ARGS(text));
}

uint32_t features_lookup(struct features_loader *loader, const struct map *map, const struct yaml_node *node,
                         const char *what) {
    Slice name = yaml_text(node, loader->diags);
    if (name.at == NULL || slice_empty(name)) {
        return SCHEMA_NONE;
    }
    uint32_t index = map_get(map, name);
    if (index == MAP_NONE) {
        struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "FE002", node->place, "unknown %s '%.*s'", what,
                                     SLICE_ARGS(name));
        Slice nearest = map_nearest(map, name);
        if (nearest.at != NULL) {
            diag_hint(loader->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
        }
        return SCHEMA_NONE;
    }
    return index;
}

// Calls `read` for each entry of a section over all files.
static void each_entry(struct features_loader *loader, const char *section,
                       void (*read)(struct features_loader *loader, const struct yaml_node *entry)) {
    for (uint32_t i = 0; i < loader->file_count; i++) {
        const struct yaml_node *part = yaml_get(loader->files[i], section);
        if (part != NULL && yaml_expect(part, YAML_MAPPING, loader->diags)) {
            YAML_EACH(part, entry) {
                read(loader, entry);
            }
        }
    }
}

// An entity's condition and an id are about the event and what is known beside it, not about features or filters.
static void check_event_only(struct features_loader *loader, const struct expr *expr, const struct yaml_node *node,
                             const char *reason) {
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr == NULL ? NULL : expr_reads(expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct name *name = &loader->vocabulary->names.at[reads[i]->slot];
        if (name->kind == NAME_FEATURE || name->kind == NAME_FILTER) {
            diag_add(loader->diags, DIAG_ERROR, "FE018", node->place, "'%.*s' cannot be read here: %s",
                     SLICE_ARGS(name->text), reason);
        }
    }
}

// ---- stores ----------------------------------------------------------------------------------------------

static uint32_t add_store(struct features_loader *loader, Slice name, Place place) {
    uint32_t index = loader->plan->stores.count;
    if (!map_put(&loader->stores, name, index)) {
        return map_get(&loader->stores, name);
    }
    if (index == WINDOW_STORES_MAX) {
        fail(loader, "FE003", place, "'%.*s' is one store too many; there may be 64", name);
    }
    struct feature_store *store = VEC_PUSH(&loader->plan->stores, loader->arena);
    store->name = name;
    store->place = place;
    store->spec = (struct window_store_spec){.name = name,
                                             .cap_things = 1000000,
                                             .cap_rows = 4096,
                                             .latitude = WINDOW_NONE,
                                             .longitude = WINDOW_NONE};
    return index;
}

static void read_cap(struct features_loader *loader, const struct yaml_node *node, int64_t largest, uint32_t *ret_cap) {
    int64_t value = 0;
    if (!yaml_i64(node, &value, loader->diags)) {
        return;
    }
    if (value < 1 || value > largest) {
        diag_add(loader->diags, DIAG_ERROR, "FE004", node->place, "a cap must be from 1 to %lld", (long long)largest);
        return;
    }
    *ret_cap = (uint32_t)value;
}

static void read_store(struct features_loader *loader, const struct yaml_node *entry) {
    static const char *const keys[] = {"things", "rows", "zh", "en"};
    yaml_check_keys(entry, keys, 4, loader->diags);
    uint32_t index = add_store(loader, entry->key, entry->key_place);
    if (index >= WINDOW_STORES_MAX) {
        return;
    }
    struct window_store_spec *spec = &loader->plan->stores.at[index].spec;
    read_cap(loader, yaml_get(entry, "things"), WINDOW_THINGS_MAX, &spec->cap_things);
    read_cap(loader, yaml_get(entry, "rows"), 65536, &spec->cap_rows);
}

// ---- entities --------------------------------------------------------------------------------------------

static struct feature_key read_key(struct features_loader *loader, const struct yaml_node *node) {
    struct feature_key key = {.count = 0};
    if (!yaml_expect(node, YAML_SEQUENCE, loader->diags)) {
        return key;
    }
    YAML_EACH(node, part) {
        uint32_t field = features_lookup(loader, &loader->schema->fields_by_name, part, "field");
        if (field == SCHEMA_NONE) {
            continue;
        }
        if (key.count == FEATURE_KEY_PARTS_MAX) {
            diag_add(loader->diags, DIAG_ERROR, "FE005", part->place, "a key has at most %d parts",
                     FEATURE_KEY_PARTS_MAX);
            break;
        }
        key.fields[key.count++] = field;
    }
    return key;
}

static void read_entity(struct features_loader *loader, const struct yaml_node *entry) {
    static const char *const keys[] = {"store", "key", "key_on", "when", "unordered", "read_only", "zh", "en"};
    yaml_check_keys(entry, keys, 8, loader->diags);
    uint32_t index = loader->plan->entities.count;
    if (index == WINDOW_ENTITIES_MAX) {
        fail(loader, "FE003", entry->key_place, "'%.*s' is one entity too many; there may be 96", entry->key);
        return;
    }
    if (!map_put(&loader->entities, entry->key, index)) {
        fail(loader, "FE006", entry->key_place, "entity '%.*s' is declared twice", entry->key);
        return;
    }
    const struct yaml_node *store = yaml_get(entry, "store");
    struct feature_entity *entity = VEC_PUSH(&loader->plan->entities, loader->arena);
    *VEC_PUSH(&loader->entity_nodes, loader->arena) = entry;
    *entity = (struct feature_entity){.name = entry->key, .place = entry->key_place, .when_rule = SCHEMA_NONE};
    entity->zh = yaml_text(yaml_get(entry, "zh"), loader->diags);
    entity->en = yaml_text(yaml_get(entry, "en"), loader->diags);
    entity->store = add_store(loader, store == NULL ? entry->key : yaml_text(store, loader->diags), entry->key_place);
    entity->key = read_key(loader, yaml_require(entry, "key", loader->diags));
    yaml_bool(yaml_get(entry, "unordered"), &entity->unordered, loader->diags);
    yaml_bool(yaml_get(entry, "read_only"), &entity->read_only, loader->diags);
    const struct yaml_node *key_on = yaml_get(entry, "key_on");
    if (key_on != NULL && yaml_expect(key_on, YAML_MAPPING, loader->diags)) {
        entity->key_on = ARENA_ARRAY(loader->arena, struct feature_key, loader->schema->type_count);
        for (uint32_t t = 0; t < loader->schema->type_count; t++) {
            entity->key_on[t] = entity->key;
        }
        YAML_EACH(key_on, other) {
            uint32_t type = schema_find_type(loader->schema, other->key);
            if (type == SCHEMA_NONE) {
                fail(loader, "FE002", other->key_place, "unknown event type '%.*s'", other->key);
                continue;
            }
            entity->key_on[type] = read_key(loader, other);
        }
    }
}

// ---- values ----------------------------------------------------------------------------------------------

static void read_value(struct features_loader *loader, const struct yaml_node *entry) {
    static const char *const keys[] = {"number", "id", "zh", "en"};
    yaml_check_keys(entry, keys, 4, loader->diags);
    uint32_t index = loader->plan->values.count;
    if (!map_put(&loader->values, entry->key, index)) {
        fail(loader, "FE006", entry->key_place, "value '%.*s' is declared twice", entry->key);
        return;
    }
    const struct yaml_node *number = yaml_get(entry, "number");
    const struct yaml_node *id = yaml_get(entry, "id");
    struct feature_value *value = VEC_PUSH(&loader->plan->values, loader->arena);
    *value = (struct feature_value){.name = entry->key,
                                    .place = entry->key_place,
                                    .zh = yaml_text(yaml_get(entry, "zh"), loader->diags),
                                    .en = yaml_text(yaml_get(entry, "en"), loader->diags),
                                    .is_number = number != NULL,
                                    .field = SCHEMA_NONE,
                                    .column = SCHEMA_NONE,
                                    .type = TYPE(DOUBLE)};
    if ((number == NULL) == (id == NULL)) {
        fail(loader, "FE007", entry->key_place, "value '%.*s' needs either number: or id:", entry->key);
        return;
    }
    value->expr = vocabulary_compile(loader->vocabulary, loader->vocabulary->env, number != NULL ? number : id, false,
                                     loader->diags);
    if (value->expr == NULL) {
        return;
    }
    value->type = expr_type(value->expr);
    const struct node *root = expr_root(value->expr);
    if (root->kind == NODE_VARIABLE && loader->vocabulary->names.at[root->variable->slot].kind == NAME_FIELD) {
        value->field = loader->vocabulary->names.at[root->variable->slot].index;
        const struct schema_field *field = &loader->schema->fields[value->field];
        value->zh = slice_empty(value->zh) ? field->zh : value->zh;
        value->en = slice_empty(value->en) ? field->en : value->en;
    }
    if (!value->is_number) {
        check_event_only(loader, value->expr, id, "an id is what the event says");
    }
    TypeKind kind = value->type->kind;
    bool whole = kind == TYPE_INT || kind == TYPE_MONEY || kind == TYPE_BOOL;
    value->kind = whole ? NUMBER_INTEGER : NUMBER_REAL;
    if (value->is_number && !whole && kind != TYPE_DOUBLE) {
        fail(loader, "FE008", number->place, "value '%.*s' must be a number or an amount", entry->key);
    }
    if (!value->is_number && kind != TYPE_STRING && !whole) {
        fail(loader, "FE008", id->place, "id '%.*s' must be a text, a whole number or an amount", entry->key);
    }
}

// ---- filters ---------------------------------------------------------------------------------------------

static void name_filter(struct features_loader *loader, const struct yaml_node *entry) {
    uint32_t index = loader->plan->filters.count;
    if (index == FEATURE_FILTERS_MAX) {
        fail(loader, "FE003", entry->key_place, "'%.*s' is one filter too many; there may be 512", entry->key);
        return;
    }
    if (!map_put(&loader->plan->filters_by_name, entry->key, index)) {
        fail(loader, "FE006", entry->key_place, "filter '%.*s' is declared twice", entry->key);
        return;
    }
    struct feature_filter *filter = VEC_PUSH(&loader->plan->filters, loader->arena);
    *VEC_PUSH(&loader->filter_nodes, loader->arena) = entry;
    *filter = (struct feature_filter){
        .name = entry->key, .place = entry->key_place, .parent = SCHEMA_NONE, .rule = SCHEMA_NONE};
    struct name name = {
        .text = arena_printf(loader->arena, "is.%.*s", SLICE_ARGS(entry->key)), .kind = NAME_FILTER, .index = index};
    filter->slot = vocabulary_add(loader->vocabulary, &name, TYPE(BOOL), NULL);
    INVARIANT(filter->slot != SCHEMA_NONE);
}

static void read_types(struct features_loader *loader, const struct yaml_node *on, struct feature_filter *filter) {
    if (slice_is(on->text, "all") && on->kind == YAML_SCALAR) {
        filter->everywhere = true;
        return;
    }
    if (!yaml_expect(on, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    YAML_EACH(on, item) {
        uint32_t type = features_lookup(loader, &loader->schema->types_by_name, item, "event type");
        if (type != SCHEMA_NONE) {
            bits_set(filter->on, type);
        }
    }
}

static void read_filter(struct features_loader *loader, uint32_t index) {
    static const char *const keys[] = {"on", "when", "parent", "keep_failed", "zh", "en"};
    const struct yaml_node *entry = loader->filter_nodes.at[index];
    struct feature_filter *filter = &loader->plan->filters.at[index];
    yaml_check_keys(entry, keys, 6, loader->diags);
    filter->zh = yaml_text(yaml_get(entry, "zh"), loader->diags);
    filter->en = yaml_text(yaml_get(entry, "en"), loader->diags);
    yaml_bool(yaml_get(entry, "keep_failed"), &filter->keep_failed, loader->diags);
    const struct yaml_node *parent = yaml_get(entry, "parent");
    if (parent != NULL) {
        filter->parent = features_lookup(loader, &loader->plan->filters_by_name, parent, "filter");
    }
    const struct yaml_node *on = yaml_get(entry, "on");
    filter->everywhere = on == NULL && filter->parent == SCHEMA_NONE;
    if (on != NULL) {
        read_types(loader, on, filter);
    }
    const struct yaml_node *when = yaml_get(entry, "when");
    if (when != NULL) {
        filter->when = vocabulary_compile(loader->vocabulary, loader->vocabulary->env, when, true, loader->diags);
    }
}

static bool takes_parents_types(const struct features_loader *loader, uint32_t index) {
    return loader->plan->filters.at[index].parent != SCHEMA_NONE &&
           yaml_get(loader->filter_nodes.at[index], "on") == NULL;
}

// The event types of a filter without `on` are those of its nearest ancestor that says them. A circle of parents is told by
// place_filter(), which finds the others too.
static void inherit_types(struct features_loader *loader, uint32_t index) {
    struct feature_filter *filter = &loader->plan->filters.at[index];
    uint32_t from = index;
    for (uint32_t steps = 0; takes_parents_types(loader, from) && steps < loader->plan->filters.count; steps++) {
        from = loader->plan->filters.at[from].parent;
    }
    const struct feature_filter *ancestor = &loader->plan->filters.at[from];
    filter->everywhere = ancestor->everywhere;
    memmove(filter->on, ancestor->on, sizeof filter->on);
}

// Filters in an order in which each comes after the filters it reads. `state` is 1 while a filter is being placed.
static void place_filter(struct features_loader *loader, uint32_t index, uint8_t *state, uint32_t *order, uint32_t *count) {
    struct feature_filter *filter = &loader->plan->filters.at[index];
    if (state[index] == 2) {
        return;
    }
    if (state[index] == 1) {
        fail(loader, "FE009", filter->place, "filter '%.*s' depends on itself", filter->name);
        return;
    }
    state[index] = 1;
    if (filter->parent != SCHEMA_NONE) {
        place_filter(loader, filter->parent, state, order, count);
    }
    uint32_t read_count = 0;
    const struct expr_variable *const *reads = filter->when == NULL ? NULL : expr_reads(filter->when, &read_count);
    for (uint32_t i = 0; i < read_count; i++) {
        const struct name *name = &loader->vocabulary->names.at[reads[i]->slot];
        if (name->kind == NAME_FILTER) {
            place_filter(loader, name->index, state, order, count);
        }
    }
    state[index] = 2;
    order[(*count)++] = index;
}

static void order_filters(struct features_loader *loader) {
    struct feature_plan *plan = loader->plan;
    uint32_t filter_count = plan->filters.count;
    uint8_t *state = ARENA_ARRAY(loader->arena, uint8_t, filter_count + 1);
    uint32_t *order = ARENA_ARRAY(loader->arena, uint32_t, filter_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < filter_count; i++) {
        place_filter(loader, i, state, order, &count);
    }
    plan->filter_order = order;
}

// ---- all together ----------------------------------------------------------------------------------------

static void compile_entities(struct features_loader *loader) {
    for (uint32_t i = 0; i < loader->plan->entities.count; i++) {
        const struct yaml_node *when = yaml_get(loader->entity_nodes.at[i], "when");
        if (when != NULL) {
            const struct expr *condition =
                vocabulary_compile(loader->vocabulary, loader->vocabulary->env, when, true, loader->diags);
            loader->plan->entities.at[i].when = condition;
            check_event_only(loader, condition, when, "a thing is found before its features are known");
        }
    }
}

static void read_shorthand(struct features_loader *loader, const struct yaml_node *entry) {
    if (!map_put(&loader->shorthand, entry->key, loader->shorthand_nodes.count)) {
        fail(loader, "FE006", entry->key_place, "shorthand '%.*s' is declared twice", entry->key);
        return;
    }
    *VEC_PUSH(&loader->shorthand_nodes, loader->arena) = entry;
}

static void check_sections(struct features_loader *loader) {
    static const char *const sections[] = {"stores", "entities", "values", "filters", "shorthand", "grid", "features"};
    for (uint32_t i = 0; i < loader->file_count; i++) {
        yaml_check_keys(loader->files[i], sections, 7, loader->diags);
    }
}

struct feature_plan *features_load(const struct schema *schema, struct vocabulary *vocabulary,
                                   const struct yaml_node *const *files, uint32_t file_count, int64_t short_window_us,
                                   struct diag_list *diags) {
    struct arena *arena = vocabulary->arena;
    struct feature_plan *plan = ARENA_NEW(arena, struct feature_plan);
    plan->schema = schema;
    map_init(&plan->filters_by_name, arena);
    map_init(&plan->features_by_name, arena);
    struct features_loader loader = {.arena = arena,
                                     .diags = diags,
                                     .schema = schema,
                                     .vocabulary = vocabulary,
                                     .plan = plan,
                                     .files = files,
                                     .file_count = file_count,
                                     .short_window_us = short_window_us};
    map_init(&loader.stores, arena);
    map_init(&loader.entities, arena);
    map_init(&loader.values, arena);
    map_init(&loader.shorthand, arena);
    uint32_t errors_before = diags->error_count;
    check_sections(&loader);
    each_entry(&loader, "stores", read_store);
    each_entry(&loader, "entities", read_entity);
    each_entry(&loader, "filters", name_filter);
    each_entry(&loader, "values", read_value);
    each_entry(&loader, "shorthand", read_shorthand);
    features_read_grid(&loader);
    features_read_long(&loader);
    features_resolve_expressions(&loader);
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        read_filter(&loader, i);
    }
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        inherit_types(&loader, i);
    }
    order_filters(&loader);
    compile_entities(&loader);
    if (diags->error_count > errors_before) {
        return NULL;
    }
    features_find_sources(&loader);
    features_lay_out(&loader);
    return diags->error_count > errors_before ? NULL : plan;
}

void features_finish(struct feature_plan *plan, struct vocabulary *vocabulary) {
    struct arena *arena = vocabulary->arena;
    for (uint32_t i = 0; i < plan->features.count; i++) {
        const struct feature *feature = &plan->features.at[i];
        struct table_slot *slot = &vocabulary->slots.at[feature->slot];
        if (feature->window == SCHEMA_NONE) {
            slot->definition = feature->expr;
        } else {
            slot->later = true;
            slot->group = window_plan_pass_of(plan->windows, feature->window);
        }
    }
    plan->slots = vocabulary->slots.at;
    struct expr_table *table = expr_table_create(arena, vocabulary->slots.at, vocabulary->slots.count,
                                                 window_plan_pass_count(plan->windows));
    for (uint32_t i = 0; i < plan->filters.count; i++) {
        struct feature_filter *filter = &plan->filters.at[i];
        filter->rule = filter->when == NULL ? SCHEMA_NONE : expr_table_add_rule(table, filter->when);
    }
    for (uint32_t i = 0; i < plan->entities.count; i++) {
        struct feature_entity *entity = &plan->entities.at[i];
        entity->when_rule = entity->when == NULL ? SCHEMA_NONE : expr_table_add_rule(table, entity->when);
    }
    for (uint32_t i = 0; i < plan->values.count; i++) {
        struct feature_value *value = &plan->values.at[i];
        if (value->is_number && value->field == SCHEMA_NONE) {
            value->column = expr_table_add_column(table, value->expr);
        }
    }
    const double *no_parameters = ARENA_ARRAY(arena, double, vocabulary->slots.count + 1);
    expr_table_finish(table, &no_parameters, 1);
    plan->filter_table = table;
    features_make_stages(plan, vocabulary);
}
