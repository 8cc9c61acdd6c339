#include "monitoring/knowledge/knowledge.h"

// The declarations: knowledge.yaml to a plan. Goes on after the first mistake, so that one run
// tells all.

#define KEY_COUNT(keys) (sizeof(keys) / sizeof(keys)[0])

struct loader {
    struct knowledge_plan *plan;
    struct arena *arena;
    struct diag_list *diags;
    struct map full_names; // of columns over all tables
};

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static bool is_name(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (!is_letter(text.at[i]) && (i == 0 || text.at[i] < '0' || text.at[i] > '9')) {
            return false;
        }
    }
    return text.size > 0 && text.size <= 128;
}

static void check_name(struct loader *loader, Slice name, Place place) {
    if (is_name(name)) {
        return;
    }
    struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "KN001", place, "'%.*s' is not a name",
                                 SLICE_ARGS(name));
    diag_hint(loader->diags, diag,
              "letters, digits and _, not beginning with a digit, at most 128");
}

// False, and said so, when it is no text; false without a word for NULL.
static bool take_text(struct loader *loader, const struct yaml_node *node, Slice *ret_text) {
    if (node == NULL) {
        return false;
    }
    *ret_text = yaml_text(node, loader->diags);
    return node->kind == YAML_SCALAR && !yaml_is_null(node);
}

static void put_name(struct loader *loader, struct map *map, Slice name, uint32_t value,
                     Place place, const char *what) {
    if (map_put(map, name, value)) {
        return;
    }
    struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "KN002", place,
                                 "%s '%.*s' is declared twice", what, SLICE_ARGS(name));
    diag_hint(loader->diags, diag, "rename or drop one of the two");
}

static Slice optional_text(struct loader *loader, const struct yaml_node *map, const char *key) {
    return yaml_text(yaml_get(map, key), loader->diags);
}

static uint32_t load_cap(struct loader *loader, const struct yaml_node *map) {
    const struct yaml_node *node = yaml_get(map, "cap");
    int64_t cap = KNOWLEDGE_CAP_DEFAULT;
    if (yaml_i64(node, &cap, loader->diags) && (cap < 1 || cap > KNOWLEDGE_CAP_MAX)) {
        struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "KN004", node->place,
                                     "a cap of %lld is out of range", (long long)cap);
        diag_hint(loader->diags, diag, "1 to %d; memory is taken only as it is needed",
                  KNOWLEDGE_CAP_MAX);
        return KNOWLEDGE_CAP_DEFAULT;
    }
    return (uint32_t)cap;
}

// How keys are shown to who may not see them.
static void load_list_personal(struct loader *loader, const struct yaml_node *node,
                               struct knowledge_list *list) {
    Slice name;
    if (node == NULL || !take_text(loader, node, &name)) {
        return;
    }
    list->is_personal = !slice_is(name, "none");
    if (list->is_personal && !mask_kind_parse(name, &list->personal)) {
        struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "KN008", node->place,
                                     "'%.*s' is no kind of personal data", SLICE_ARGS(name));
        diag_hint(loader->diags, diag,
                  "docs/access.md tells the kinds; none: its keys name no person");
    }
}

static void load_list(struct loader *loader, const struct yaml_node *node,
                      struct knowledge_list *list) {
    static const char *const keys[] = {"zh",     "en",  "key",       "source",
                                       "expiry", "cap", "four_eyes", "personal"};
    *list = (struct knowledge_list){.name = node->key,
                                    .place = node->key_place,
                                    .cap = KNOWLEDGE_CAP_DEFAULT,
                                    .is_personal = true,
                                    .personal = MASK_ACCOUNT};
    check_name(loader, node->key, node->key_place);
    if (!yaml_check_keys(node, keys, KEY_COUNT(keys), loader->diags)) {
        return;
    }
    list->zh = optional_text(loader, node, "zh");
    list->en = optional_text(loader, node, "en");
    list->key = optional_text(loader, node, "key");
    yaml_text_or_wording(yaml_get(node, "source"), &list->source, loader->diags);
    yaml_text_or_wording(yaml_get(node, "expiry"), &list->expiry, loader->diags);
    list->cap = load_cap(loader, node);
    yaml_bool(yaml_get(node, "four_eyes"), &list->four_eyes, loader->diags);
    load_list_personal(loader, yaml_get(node, "personal"), list);
}

static void load_lists(struct loader *loader, const struct yaml_node *root) {
    if (root == NULL || !yaml_expect(root, YAML_MAPPING, loader->diags)) {
        return;
    }
    struct knowledge_list *lists = ARENA_ARRAY(loader->arena, struct knowledge_list, root->count);
    uint32_t count = 0;
    YAML_EACH(root, node) {
        load_list(loader, node, &lists[count]);
        put_name(loader, &loader->plan->lists_by_name, node->key, count++, node->key_place, "list");
    }
    loader->plan->lists = lists;
    loader->plan->list_count = count;
}

static void check_count(struct loader *loader, const struct yaml_node *node, uint32_t most,
                        const char *what) {
    if (node->count > most) {
        diag_add(loader->diags, DIAG_ERROR, "KN007", node->place, "%u %s are more than %u",
                 node->count, what, most);
    }
}

static void load_values(struct loader *loader, const struct yaml_node *field,
                        struct knowledge_column *column) {
    const struct yaml_node *node = yaml_get(field, "values");
    map_init(&column->values_by_name, loader->arena);
    if ((node != NULL) != (column->type == COLUMN_ENUM)) {
        struct diag *diag = diag_add(
            loader->diags, DIAG_ERROR, "KN005", node == NULL ? field->key_place : node->place,
            node == NULL ? "the enum '%.*s' has no values" : "'%.*s' is no enum and has values",
            SLICE_ARGS(column->name));
        diag_hint(loader->diags, diag, "write {type: enum, values: [A, B]}");
    }
    if (!yaml_expect_values(node, loader->diags)) {
        return;
    }
    check_count(loader, node, KNOWLEDGE_VALUES_MAX, "values");
    if (node->count == 0) {
        diag_add(loader->diags, DIAG_ERROR, "KN005", node->place, "the enum '%.*s' has no values",
                 SLICE_ARGS(column->name));
    }
    Slice *values = ARENA_ARRAY(loader->arena, Slice, node->count);
    Wording *names = ARENA_ARRAY(loader->arena, Wording, node->count);
    YAML_EACH(node, item) {
        struct yaml_value value;
        names[column->value_count] = (Wording){SLICE(""), SLICE("")};
        if (!yaml_value(node, item, &value, &names[column->value_count], loader->diags)) {
            continue;
        }
        if (value.is_null) {
            diag_add(loader->diags, DIAG_ERROR, "KN005", value.place,
                     "an empty value; leave the cell empty instead");
        }
        put_name(loader, &column->values_by_name, value.text, column->value_count, value.place,
                 "value");
        values[column->value_count++] = value.text;
    }
    column->values = values;
    column->names = node->kind == YAML_MAPPING ? names : NULL;
}

// Only a text can be shown in part.
static void load_personal(struct loader *loader, const struct yaml_node *node,
                          struct knowledge_column *column) {
    Slice name;
    if (node == NULL || !take_text(loader, node, &name)) {
        return;
    }
    if (column->type != COLUMN_STRING) {
        diag_add(loader->diags, DIAG_ERROR, "KN008", node->place,
                 "only a column of type string can be personal");
    } else if (!mask_kind_parse(name, &column->personal)) {
        diag_add(loader->diags, DIAG_ERROR, "KN008", node->place,
                 "'%.*s' is no kind of personal data; docs/access.md tells them",
                 SLICE_ARGS(name));
    } else {
        column->is_personal = true;
    }
}

static void load_column(struct loader *loader, const struct yaml_node *node,
                        const struct knowledge_table *table, struct knowledge_column *column) {
    static const char *const keys[] = {"type", "unit", "zh", "en", "values", "personal"};
    static const char *const types[] = {"int",   "float", "bool",
                                        "money", "enum",  "string"}; // as ColumnType
    *column = (struct knowledge_column){.name = node->key, .place = node->key_place};
    column->full_name = arena_printf(loader->arena, "%.*s.%.*s", SLICE_ARGS(table->namespace),
                                     SLICE_ARGS(node->key));
    check_name(loader, node->key, node->key_place);
    for (uint32_t i = 0; i < table->key_count; i++) {
        if (slice_equal(table->key[i], node->key)) {
            diag_add(loader->diags, DIAG_ERROR, "KN002", node->key_place,
                     "'%.*s' is the name of the key already", SLICE_ARGS(node->key));
        }
    }
    uint32_t type = COLUMN_INT;
    if (!yaml_check_keys(node, keys, KEY_COUNT(keys), loader->diags) ||
        !yaml_choice(yaml_require(node, "type", loader->diags), types, KEY_COUNT(types), &type,
                     loader->diags)) {
        return;
    }
    column->type = (ColumnType)type;
    column->unit = optional_text(loader, node, "unit");
    column->zh = optional_text(loader, node, "zh");
    column->en = optional_text(loader, node, "en");
    load_values(loader, node, column);
    load_personal(loader, yaml_get(node, "personal"), column);
}

static void load_columns(struct loader *loader, const struct yaml_node *node,
                         struct knowledge_table *table) {
    if (node == NULL || !yaml_expect(node, YAML_MAPPING, loader->diags)) {
        return;
    }
    check_count(loader, node, KNOWLEDGE_COLUMNS_MAX, "columns");
    if (node->count == 0) {
        diag_add(loader->diags, DIAG_ERROR, "KN006", node->place, "the table '%.*s' has no columns",
                 SLICE_ARGS(table->name));
    }
    struct knowledge_column *columns =
        ARENA_ARRAY(loader->arena, struct knowledge_column, node->count);
    YAML_EACH(node, field) {
        uint32_t number = table->column_count++;
        load_column(loader, field, table, &columns[number]);
        put_name(loader, &table->columns_by_name, field->key, number, field->key_place, "column");
        put_name(loader, &loader->full_names, columns[number].full_name, number, field->key_place,
                 "column");
    }
    table->columns = columns;
}

// Dotted names, of which the first must not be one that expressions use for something else.
static void load_namespace(struct loader *loader, const struct yaml_node *node,
                           struct knowledge_table *table) {
    static const char *const reserved[] = {"event", "is", "f", "p", "d", "day"};
    table->namespace = arena_printf(loader->arena, "prof.%.*s", SLICE_ARGS(table->name));
    Slice text;
    if (!take_text(loader, node, &text)) {
        return;
    }
    table->namespace = text;
    Slice rest = text;
    Slice part = {NULL, 0};
    if (slice_empty(text)) {
        check_name(loader, text, node->place);
    }
    for (bool first = true; slice_split(&rest, '.', &part); first = false) {
        check_name(loader, part, node->place);
        for (size_t i = 0; first && i < KEY_COUNT(reserved); i++) {
            if (slice_is(part, reserved[i])) {
                struct diag *diag =
                    diag_add(loader->diags, DIAG_ERROR, "KN003", node->place,
                             "'%s' means something else in expressions", reserved[i]);
                diag_hint(loader->diags, diag, "prof.%.*s, g or ml", SLICE_ARGS(table->name));
            }
        }
    }
}

static void load_key(struct loader *loader, const struct yaml_node *node,
                     struct knowledge_table *table) {
    if (node == NULL || !yaml_expect(node, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    check_count(loader, node, KNOWLEDGE_KEY_PARTS_MAX, "parts of a key");
    Slice *key = ARENA_ARRAY(loader->arena, Slice, node->count);
    struct map names;
    map_init(&names, loader->arena);
    YAML_EACH(node, item) {
        Slice name;
        if (!take_text(loader, item, &name)) {
            continue;
        }
        check_name(loader, name, item->place);
        put_name(loader, &names, name, table->key_count, item->place, "key part");
        key[table->key_count++] = name;
    }
    table->key = key;
}

static void load_table(struct loader *loader, const struct yaml_node *node,
                       struct knowledge_table *table) {
    static const char *const keys[] = {"name", "namespace", "key", "cap", "fields", "zh", "en"};
    *table = (struct knowledge_table){.place = node->place, .cap = KNOWLEDGE_CAP_DEFAULT};
    map_init(&table->columns_by_name, loader->arena);
    if (!yaml_check_keys(node, keys, KEY_COUNT(keys), loader->diags)) {
        return;
    }
    const struct yaml_node *name = yaml_require(node, "name", loader->diags);
    if (take_text(loader, name, &table->name)) {
        table->place = name->place;
        check_name(loader, table->name, name->place);
        uint32_t number = (uint32_t)(table - loader->plan->tables);
        put_name(loader, &loader->plan->tables_by_name, table->name, number, name->place, "table");
    }
    load_namespace(loader, yaml_get(node, "namespace"), table);
    load_key(loader, yaml_get(node, "key"), table);
    table->cap = load_cap(loader, node);
    load_columns(loader, yaml_require(node, "fields", loader->diags), table);
}

static void load_tables(struct loader *loader, const struct yaml_node *root) {
    if (root == NULL || !yaml_expect(root, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    struct knowledge_table *tables =
        ARENA_ARRAY(loader->arena, struct knowledge_table, root->count);
    loader->plan->tables = tables;
    YAML_EACH(root, node) {
        load_table(loader, node, &tables[loader->plan->table_count++]);
    }
}

// ---- in both languages ------------------------------------------------------------------------------------------

static bool is_in_both(const Wording *wording) {
    return wording->zh.at != wording->en.at; // one text for both is one
}

static bool says_both(const struct knowledge_plan *plan) {
    bool found = false;
    for (uint32_t i = 0; i < plan->list_count; i++) {
        found |= is_in_both(&plan->lists[i].source) || is_in_both(&plan->lists[i].expiry);
    }
    for (uint32_t i = 0; i < plan->table_count; i++) {
        for (uint32_t k = 0; k < plan->tables[i].column_count; k++) {
            found |= plan->tables[i].columns[k].names != NULL;
        }
    }
    return found;
}

static void warn_of_text(struct loader *loader, const struct knowledge_list *list,
                         const Wording *wording, const char *key) {
    if (!slice_empty(wording->zh) && !is_in_both(wording)) {
        struct diag *diag = diag_add(loader->diags, DIAG_WARNING, "KN009", list->place,
                                     "the %s of '%.*s' is in one language, other texts are in both",
                                     key, SLICE_ARGS(list->name));
        diag_hint(loader->diags, diag, "write  %s: {zh: ..., en: ...}", key);
    }
}

// Who names some and forgets others is told which; a plan without any is fine.
static void check_wordings(struct loader *loader) {
    const struct knowledge_plan *plan = loader->plan;
    if (!says_both(plan)) {
        return;
    }
    for (uint32_t i = 0; i < plan->list_count; i++) {
        warn_of_text(loader, &plan->lists[i], &plan->lists[i].source, "source");
        warn_of_text(loader, &plan->lists[i], &plan->lists[i].expiry, "expiry");
    }
    for (uint32_t i = 0; i < plan->table_count; i++) {
        for (uint32_t k = 0; k < plan->tables[i].column_count; k++) {
            const struct knowledge_column *column = &plan->tables[i].columns[k];
            if (column->value_count > 0 && column->names == NULL) {
                struct diag *diag =
                    diag_add(loader->diags, DIAG_WARNING, "KN009", column->place,
                             "the values of '%.*s' have no names, those of others have",
                             SLICE_ARGS(column->full_name));
                diag_hint(loader->diags, diag, "name each:  values: {%.*s: {zh: ..., en: ...}, ...}",
                          SLICE_ARGS(column->values[0]));
            }
        }
    }
}

const struct knowledge_plan *knowledge_load(const struct yaml_node *root, struct arena *arena,
                                            struct diag_list *diags) {
    static const char *const keys[] = {"lists", "tables"};
    struct loader loader = {ARENA_NEW(arena, struct knowledge_plan), arena, diags};
    map_init(&loader.plan->lists_by_name, arena);
    map_init(&loader.plan->tables_by_name, arena);
    map_init(&loader.full_names, arena);
    if (root == NULL) {
        return loader.plan;
    }
    uint32_t errors = diags->error_count;
    yaml_check_keys(root, keys, KEY_COUNT(keys), diags);
    load_lists(&loader, yaml_get(root, "lists"));
    load_tables(&loader, yaml_get(root, "tables"));
    check_wordings(&loader);
    return diags->error_count == errors ? loader.plan : NULL;
}
