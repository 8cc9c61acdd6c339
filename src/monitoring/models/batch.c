// batch.yaml: which subjects the nightly run looks at, and what the event is made of by which it does.
//
// What is declared here is checked as far as it can be without the subjects: a tick that the schema would refuse for every subject is a
// mistake of the pack, and is told when it is compiled.

#include "codec/json_write.h"
#include "monitoring/models/private.h"

enum { CONSTANT_SIZE_MAX = 4096, TICK_ID_SIZE = 64 };

// One kind while it is read.
struct batch_reading {
    struct catalogue *catalogue;
    const struct yaml_node *common; // fields of all kinds
    struct batch_kind *kind;
    VEC(struct batch_field) fields;
};

static const struct schema_field *field_at(const struct batch_reading *reading, uint32_t field) {
    return &reading->catalogue->schema->fields[field];
}

// The number of a field that a tick or a subject may have, or SCHEMA_NONE after telling why not.
static uint32_t find_field(struct batch_reading *reading, Slice name, Place place) {
    struct catalogue *catalogue = reading->catalogue;
    uint32_t field = schema_find_field(catalogue->schema, name);
    if (field == SCHEMA_NONE) {
        catalogue_suggest(catalogue, catalogue_fail(catalogue, "BA001", place, "unknown field '%.*s'", name), &catalogue->schema->fields_by_name, name);
        return SCHEMA_NONE;
    }
    const struct schema_field *known = field_at(reading, field);
    if (known->derive != DERIVE_NONE || known->type == FIELD_LIST || known->type == FIELD_TIME || known->type == FIELD_FLOAT) {
        struct diag *diag = catalogue_fail(catalogue, "BA002", place, "'%.*s' cannot be given to a tick", name);
        diag_hint(&catalogue->diags, diag, "texts, choices, whole numbers, money and true or false can, where they are not derived");
        return SCHEMA_NONE;
    }
    return field;
}

// ---- values ----------------------------------------------------------------------------------------------

static Slice finish_json(struct batch_reading *reading, struct json_writer *json, struct buf *text) {
    json_writer_finish(json);
    Slice kept = arena_copy(&reading->catalogue->arena, buf_slice(text));
    buf_deinit(text);
    return kept;
}

static Slice text_constant(struct batch_reading *reading, Slice value) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, CONSTANT_SIZE_MAX * 8);
    json_writer_init(&json, &text);
    json_string(&json, value);
    return finish_json(reading, &json, &text);
}

static Slice whole_constant(struct batch_reading *reading, int64_t value) {
    return arena_printf(&reading->catalogue->arena, "%lld", (long long)value);
}

// The constant as JSON; empty after an error.
static Slice read_constant(struct batch_reading *reading, const struct yaml_node *node, uint32_t field) {
    struct catalogue *catalogue = reading->catalogue;
    const struct schema_field *known = field_at(reading, field);
    int64_t whole = 0;
    bool yes = false;
    Slice text = SLICE("");
    switch (known->type) {
    case FIELD_BOOL:
        return !yaml_bool(node, &yes, &catalogue->diags) ? SLICE("") : yes ? SLICE("true") : SLICE("false");
    case FIELD_INT:
    case FIELD_MONEY:
        if (!yaml_i64(node, &whole, &catalogue->diags)) {
            return SLICE("");
        }
        if (whole < known->integer_min || whole > known->integer_max) {
            catalogue_fail(catalogue, "BA003", node->place, "the value is outside the range of '%.*s'", known->name);
        }
        return whole_constant(reading, whole);
    default:
        text = yaml_text(node, &catalogue->diags);
        if (known->type == FIELD_ENUM && text.at != NULL && schema_enum_value(catalogue->schema, known->enumeration, text) == SCHEMA_NONE) {
            catalogue_fail(catalogue, "BA003", node->place, "'%.*s' is not among the values of the field", text);
        }
        if (known->type == FIELD_STRING && text.size > known->size_max) {
            catalogue_fail(catalogue, "BA003", node->place, "'%.*s' is longer than the field allows", text);
        }
        return text.at == NULL ? SLICE("") : text_constant(reading, text);
    }
}

static bool read_placeholder(struct batch_reading *reading, const struct yaml_node *node, struct batch_field *field) {
    static const struct {
        const char *text;
        BatchValue value;
    } known[] = {
#define X(name, text, meaning) {text, BATCH_##name},
        BATCH_VALUES(X)
#undef X
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (slice_is(node->text, known[i].text)) {
            field->value = known[i].value;
            return true;
        }
    }
    struct diag *diag = catalogue_fail(reading->catalogue, "BA004", node->place, "'%.*s' is nothing that a tick has", node->text);
    diag_hint(&reading->catalogue->diags, diag, "there are $key, $id and $date; docs/packs.md tells them");
    return false;
}

// The place of a field among those of the kind; a later word about it goes before an earlier one.
static struct batch_field *take_field(struct batch_reading *reading, uint32_t field) {
    for (uint32_t i = 0; i < reading->fields.count; i++) {
        if (reading->fields.at[i].field == field) {
            return &reading->fields.at[i];
        }
    }
    struct batch_field *fresh = VEC_PUSH(&reading->fields, &reading->catalogue->arena);
    *fresh = (struct batch_field){.field = field, .value = BATCH_KNOWN, .copy = SCHEMA_NONE, .column = SCHEMA_NONE};
    return fresh;
}

static void read_field(struct batch_reading *reading, const struct yaml_node *node) {
    const struct schema *schema = reading->catalogue->schema;
    uint32_t field = find_field(reading, node->key, node->key_place);
    if (field == SCHEMA_NONE) {
        return;
    }
    if (field == schema->id || field == schema->type || field == schema->time) {
        catalogue_fail(reading->catalogue, "BA002", node->key_place, "'%.*s' is given to every tick by the run", node->key);
        return;
    }
    struct batch_field value = {.field = field, .copy = SCHEMA_NONE, .column = SCHEMA_NONE};
    bool is_placeholder = node->kind == YAML_SCALAR && node->style == YAML_PLAIN && slice_starts_with(node->text, SLICE("$"));
    if (!is_placeholder) {
        value.json = read_constant(reading, node, field);
    } else if (!read_placeholder(reading, node, &value)) {
        return;
    } else if (field_at(reading, field)->type != FIELD_STRING) {
        catalogue_fail(reading->catalogue, "BA004", node->place, "'%.*s' is a text, and the field is none", node->text);
        return;
    }
    *take_field(reading, field) = value;
}

static void read_fields(struct batch_reading *reading, const struct yaml_node *node) {
    if (node == NULL || !yaml_expect(node, YAML_MAPPING, &reading->catalogue->diags)) {
        return;
    }
    YAML_EACH(node, child) {
        read_field(reading, child);
    }
}

// ---- what is known of a subject --------------------------------------------------------------------------

static void read_key(struct batch_reading *reading, const struct yaml_node *node) {
    struct batch_kind *kind = reading->kind;
    Slice name = yaml_text(node, &reading->catalogue->diags);
    kind->key = node == NULL || name.at == NULL ? SCHEMA_NONE : find_field(reading, name, node->place);
    if (kind->key == SCHEMA_NONE) {
        return;
    }
    if (field_at(reading, kind->key)->type != FIELD_STRING) {
        catalogue_fail(reading->catalogue, "BA002", node->place, "the key '%.*s' is no text", name);
        return;
    }
    *take_field(reading, kind->key) = (struct batch_field){.field = kind->key, .value = BATCH_KEY, .copy = SCHEMA_NONE, .column = SCHEMA_NONE};
}

static void read_copies(struct batch_reading *reading, const struct yaml_node *list) {
    struct catalogue *catalogue = reading->catalogue;
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, &catalogue->diags)) {
        return;
    }
    if (list->count > BATCH_COPIES_MAX) {
        diag_add(&catalogue->diags, DIAG_ERROR, "BA005", list->place, "at most %d fields are copied", BATCH_COPIES_MAX);
        return;
    }
    uint32_t *copies = ARENA_ARRAY(&catalogue->arena, uint32_t, list->count + 1);
    YAML_EACH(list, item) {
        Slice name = yaml_text(item, &catalogue->diags);
        uint32_t field = name.at == NULL ? SCHEMA_NONE : find_field(reading, name, item->place);
        if (field != SCHEMA_NONE) {
            take_field(reading, field)->copy = reading->kind->copy_count;
            copies[reading->kind->copy_count++] = field;
        }
    }
    reading->kind->copies = copies;
}

static bool column_fits(ColumnType column, FieldType field) {
    switch (column) {
    case COLUMN_STRING:
    case COLUMN_ENUM:
        return field == FIELD_STRING || field == FIELD_ENUM;
    case COLUMN_INT:
        return field == FIELD_INT;
    case COLUMN_MONEY:
        return field == FIELD_MONEY;
    case COLUMN_BOOL:
        return field == FIELD_BOOL;
    case COLUMN_FLOAT:
        return false;
    }
    INVARIANT(false);
}

static void read_column(struct batch_reading *reading, const struct knowledge_table *table, const struct yaml_node *node) {
    struct catalogue *catalogue = reading->catalogue;
    uint32_t field = find_field(reading, node->key, node->key_place);
    Slice name = yaml_text(node, &catalogue->diags);
    uint32_t column = name.at == NULL ? MAP_NONE : map_get(&table->columns_by_name, name);
    if (field == SCHEMA_NONE || name.at == NULL) {
        return;
    }
    if (column == MAP_NONE) {
        catalogue_suggest(catalogue, catalogue_fail(catalogue, "BA006", node->place, "the table has no column '%.*s'", name), &table->columns_by_name, name);
        return;
    }
    if (!column_fits(table->columns[column].type, field_at(reading, field)->type)) {
        catalogue_fail(catalogue, "BA006", node->place, "the column '%.*s' does not fit the field", name);
        return;
    }
    take_field(reading, field)->column = column;
}

static void read_table(struct batch_reading *reading, const struct yaml_node *node, const struct yaml_node *columns) {
    struct catalogue *catalogue = reading->catalogue;
    const struct knowledge_plan *plan = catalogue->knowledge;
    reading->kind->table = SCHEMA_NONE;
    if (node == NULL) {
        if (columns != NULL) {
            diag_add(&catalogue->diags, DIAG_ERROR, "BA006", columns->place, "columns are of a table, and this kind names none");
        }
        return;
    }
    Slice name = yaml_text(node, &catalogue->diags);
    uint32_t table = name.at == NULL ? MAP_NONE : map_get(&plan->tables_by_name, name);
    if (table == MAP_NONE) {
        catalogue_suggest(catalogue, catalogue_fail(catalogue, "BA006", node->place, "knowledge.yaml has no table '%.*s'", name), &plan->tables_by_name, name);
        return;
    }
    if (plan->tables[table].key_count != 1) {
        catalogue_fail(catalogue, "BA006", node->place, "the key of the table '%.*s' does not have one part", name);
        return;
    }
    reading->kind->table = table;
    if (columns != NULL && yaml_expect(columns, YAML_MAPPING, &catalogue->diags)) {
        YAML_EACH(columns, child) {
            read_column(reading, &plan->tables[table], child);
        }
    }
}

// ---- kinds -----------------------------------------------------------------------------------------------

static bool is_given(const struct batch_reading *reading, uint32_t field) {
    for (uint32_t i = 0; i < reading->fields.count; i++) {
        if (reading->fields.at[i].field == field) {
            return reading->fields.at[i].value != BATCH_KNOWN; // what is known of one subject is not of another
        }
    }
    return false;
}

static void check_required(struct batch_reading *reading, uint32_t type) {
    struct catalogue *catalogue = reading->catalogue;
    const struct schema *schema = catalogue->schema;
    for (uint32_t f = 0; f < schema->field_count; f++) {
        bool by_run = f == schema->id || f == schema->type || f == schema->time;
        if (bits_test(schema->fields[f].required, type) && !by_run && !is_given(reading, f)) {
            struct diag *diag = catalogue_fail(catalogue, "BA007", reading->kind->place, "ticks need the field '%.*s'", schema->fields[f].name);
            diag_hint(&catalogue->diags, diag, "give it under fields:, for all kinds or for this one");
        }
    }
}

static void read_cap(struct batch_reading *reading, const struct yaml_node *node) {
    int64_t cap = BATCH_SUBJECTS_DEFAULT;
    if (yaml_i64(node, &cap, &reading->catalogue->diags) && (cap < 1 || cap > BATCH_SUBJECTS_MAX)) {
        diag_add(&reading->catalogue->diags, DIAG_ERROR, "BA005", node->place, "a cap is from 1 to %d subjects", BATCH_SUBJECTS_MAX);
        cap = BATCH_SUBJECTS_DEFAULT;
    }
    reading->kind->cap = (uint32_t)cap;
}

static void read_kind(struct batch_reading *reading, const struct yaml_node *node, uint32_t type) {
    static const char *const keys[] = {"zh", "en", "key", "fields", "copy", "table", "columns", "cap"};
    struct diag_list *diags = &reading->catalogue->diags;
    struct batch_kind *kind = reading->kind;
    if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], diags)) {
        return;
    }
    kind->id = node->key;
    kind->place = node->key_place;
    kind->zh = yaml_text(yaml_get(node, "zh"), diags);
    kind->en = yaml_text(yaml_get(node, "en"), diags);
    read_copies(reading, yaml_get(node, "copy"));
    read_table(reading, yaml_get(node, "table"), yaml_get(node, "columns"));
    read_fields(reading, reading->common);
    read_fields(reading, yaml_get(node, "fields"));
    read_key(reading, yaml_require(node, "key", diags));
    read_cap(reading, yaml_get(node, "cap"));
    check_required(reading, type);
    kind->fields = reading->fields.at;
    kind->field_count = reading->fields.count;
}

// A tick leaves nothing behind. Who counts ticks in a window would wait for something that does not come.
static void check_filters(struct catalogue *catalogue, uint32_t type, Place place) {
    const struct feature_plan *plan = catalogue->features;
    for (uint32_t i = 0; i < plan->recipe_counts[type]; i++) {
        const struct row_recipe *recipe = &plan->recipes[type][i];
        if (recipe->bit_count > 0) {
            struct diag *diag = diag_add(&catalogue->diags, DIAG_WARNING, "BA008", place, "the filter '%.*s' takes ticks, and they leave no rows",
                                         SLICE_ARGS(plan->filters.at[recipe->bits[0].filter].name));
            diag_hint(&catalogue->diags, diag, "name the types that it is for: on: [...]");
            return;
        }
    }
}

static void read_kinds(struct catalogue *catalogue, const struct yaml_node *list, const struct yaml_node *common, uint32_t type) {
    if (list == NULL || !yaml_expect(list, YAML_MAPPING, &catalogue->diags)) {
        return;
    }
    if (list->count > BATCH_KINDS_MAX) {
        diag_add(&catalogue->diags, DIAG_ERROR, "BA005", list->place, "there may be %d kinds of subjects", BATCH_KINDS_MAX);
        return;
    }
    struct batch_kind *kinds = ARENA_ARRAY(&catalogue->arena, struct batch_kind, list->count + 1);
    YAML_EACH(list, node) {
        struct batch_reading reading = {.catalogue = catalogue, .common = common, .kind = &kinds[catalogue->batch.kind_count++]};
        read_kind(&reading, node, type);
    }
    catalogue->batch.kinds = kinds;
}

void catalogue_read_batch(struct catalogue *catalogue, const struct yaml_node *root) {
    static const char *const keys[] = {"type", "fields", "kinds"};
    struct diag_list *diags = &catalogue->diags;
    const struct schema *schema = catalogue->schema;
    catalogue->batch.type = SCHEMA_NONE;
    if (root == NULL || !yaml_check_keys(root, keys, 3, diags)) {
        return;
    }
    const struct yaml_node *type = yaml_require(root, "type", diags);
    const struct yaml_node *kinds = yaml_require(root, "kinds", diags);
    if (type == NULL || kinds == NULL) {
        return;
    }
    Slice name = yaml_text(type, diags);
    uint32_t found = name.at == NULL ? SCHEMA_NONE : schema_find_type(schema, name);
    if (found == SCHEMA_NONE) {
        catalogue_suggest(catalogue, catalogue_fail(catalogue, "BA001", type->place, "unknown event type '%.*s'", name), &schema->types_by_name, name);
        return;
    }
    if (schema->fields[schema->id].size_max < TICK_ID_SIZE) {
        diag_add(diags, DIAG_ERROR, "BA005", type->place, "ids of events are shorter than %d bytes, and those of ticks are not", TICK_ID_SIZE);
    }
    catalogue->batch.type = found;
    read_kinds(catalogue, kinds, yaml_get(root, "fields"), found);
    check_filters(catalogue, found, type->place);
}
