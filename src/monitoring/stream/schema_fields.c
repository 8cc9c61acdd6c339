// The fields of a schema: one entry each under `fields:`, checked key by key.

#include "base/money.h"
#include "monitoring/stream/schema_load.h"

#include <float.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum {
    TEXT_SIZE_DEFAULT = 256,
    TEXT_SIZE_MAX = 65536, // what is longer is a document, not a field
};

// In the order of FieldType.
static const char *const mask_names[] = {
#define MASK(kind, name, front, back, text) name,
#include "base/masks.def"
#undef MASK
};

static const char *const type_names[] = {"string", "enum", "list",  "int",
                                         "float",  "bool", "money", "time"};

static void complain_key(struct schema_loader *loader, const struct yaml_node *node,
                         FieldType type) {
    struct diag *diag = schema_complain(loader, SCHEMA_UNUSED_KEY, node->key_place,
                                        "'%.*s' does not apply to a field of type %s",
                                        SLICE_ARGS(node->key), type_names[type]);
    diag_hint(loader->diags, diag, "take it out");
}

static void complain_bounds(struct schema_loader *loader, const struct yaml_node *node,
                            const char *hint) {
    struct diag *diag = schema_complain(loader, SCHEMA_BOUNDS, node->place,
                                        "the bound is outside of what the field can hold");
    diag_hint(loader->diags, diag, "%s", hint);
}

static void complain_order(struct schema_loader *loader, const struct yaml_node *min) {
    struct diag *diag = schema_complain(loader, SCHEMA_BOUNDS, min->place, "min is above max");
    diag_hint(loader->diags, diag, "no value could pass; exchange them");
}

static void load_text_bounds(struct schema_loader *loader, const struct yaml_node *min,
                             const struct yaml_node *max, struct schema_field *field) {
    field->size_max = TEXT_SIZE_DEFAULT;
    if (min != NULL) {
        complain_key(loader, min, field->type);
    }
    int64_t size;
    if (yaml_i64(max, &size, loader->diags)) {
        if (size < 1 || size > TEXT_SIZE_MAX) {
            complain_bounds(loader, max, "the length of a text is 1 to 65536 bytes");
            return;
        }
        field->size_max = (uint32_t)size;
    }
}

static void load_integer_bound(struct schema_loader *loader, const struct yaml_node *node,
                               int64_t *ret_bound) {
    int64_t bound;
    if (!yaml_i64(node, &bound, loader->diags)) {
        return;
    }
    if (bound < -MONEY_MAX || bound > MONEY_MAX) {
        complain_bounds(loader, node, "integers and money go to 9007199254740991, which is 2^53-1");
        return;
    }
    *ret_bound = bound;
}

static void load_bounds(struct schema_loader *loader, const struct yaml_node *node,
                        struct schema_field *field) {
    const struct yaml_node *min = yaml_get(node, "min");
    const struct yaml_node *max = yaml_get(node, "max");
    field->integer_min = -MONEY_MAX;
    field->integer_max = MONEY_MAX;
    field->number_min = -DBL_MAX;
    field->number_max = DBL_MAX;
    switch (field->type) {
    case FIELD_STRING:
        load_text_bounds(loader, min, max, field);
        return;
    case FIELD_INT:
    case FIELD_MONEY:
        load_integer_bound(loader, min, &field->integer_min);
        load_integer_bound(loader, max, &field->integer_max);
        break;
    case FIELD_FLOAT:
        yaml_number(min, &field->number_min, loader->diags);
        yaml_number(max, &field->number_max, loader->diags);
        break;
    default:
        if (min != NULL) {
            complain_key(loader, min, field->type);
        }
        if (max != NULL) {
            complain_key(loader, max, field->type);
        }
        return;
    }
    if (field->integer_min > field->integer_max || field->number_min > field->number_max) {
        complain_order(loader, min != NULL ? min : max);
    }
}

static void load_enumeration(struct schema_loader *loader, const struct yaml_node *node,
                             struct schema_field *field) {
    const struct yaml_node *name = yaml_get(node, "enum");
    bool wanted = field->type == FIELD_ENUM || field->type == FIELD_LIST;
    if (!wanted) {
        if (name != NULL) {
            complain_key(loader, name, field->type);
        }
        return;
    }
    if (name == NULL) {
        struct diag *diag = schema_complain(loader, SCHEMA_NO_ENUM, field->place,
                                            "field '%.*s' does not say which enumeration it has",
                                            SLICE_ARGS(field->name));
        schema_hint_nearest(loader, diag, &loader->schema->enums_by_name, field->name);
        return;
    }
    Slice text = yaml_text(name, loader->diags);
    if (slice_empty(text)) {
        return;
    }
    field->enumeration = map_get(&loader->schema->enums_by_name, text);
    if (field->enumeration == SCHEMA_NONE) {
        struct diag *diag = schema_complain(loader, SCHEMA_UNKNOWN_ENUM, name->place,
                                            "there is no enumeration '%.*s'", SLICE_ARGS(text));
        schema_hint_nearest(loader, diag, &loader->schema->enums_by_name, text);
        return;
    }
    uint32_t count = loader->schema->enums[field->enumeration].count;
    if (field->type == FIELD_LIST && count > SCHEMA_LIST_VALUES_MAX) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_TOO_MANY_VALUES, name->place,
                            "a list of '%.*s' would have %u values; there is room for %d",
                            SLICE_ARGS(text), count, SCHEMA_LIST_VALUES_MAX);
        diag_hint(loader->diags, diag, "split the enumeration into two fields");
    }
}

static void require_type(struct schema_loader *loader, const struct yaml_node *node,
                         struct schema_field *field) {
    Slice name = yaml_text(node, loader->diags);
    if (slice_empty(name)) {
        return;
    }
    uint32_t type = schema_find_type(loader->schema, name);
    if (type == SCHEMA_NONE) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_UNKNOWN_EVENT_TYPE, node->place,
                            "there is no event type '%.*s'", SLICE_ARGS(slice_part(name, 0, 60)));
        schema_hint_nearest(loader, diag, &loader->schema->types_by_name, name);
        return;
    }
    bits_set(field->required, type);
}

static void load_required(struct schema_loader *loader, const struct yaml_node *node,
                          struct schema_field *field) {
    if (node == NULL) {
        return;
    }
    if (node->kind == YAML_SCALAR && slice_is(node->text, "all")) {
        for (uint32_t i = 0; i < loader->schema->type_count; i++) {
            bits_set(field->required, i);
        }
        return;
    }
    if (node->kind != YAML_SEQUENCE) {
        struct diag *diag = schema_complain(loader, SCHEMA_UNKNOWN_EVENT_TYPE, node->place,
                                            "required: is 'all' or a list of event types");
        diag_hint(loader->diags, diag, "for example  required: [transfer_out]");
        return;
    }
    YAML_EACH(node, child) {
        require_type(loader, child, field);
    }
}

static void load_evidence(struct schema_loader *loader, const struct yaml_node *node,
                          struct schema_field *field) {
    uint32_t kind;
    if (yaml_choice(node, evidence_names, EVIDENCE_COUNT, &kind, loader->diags)) {
        field->evidence = (Evidence)kind;
    }
}

static void load_words(struct schema_loader *loader, const struct yaml_node *node,
                       struct schema_field *field) {
    const struct yaml_node *zh = yaml_get(node, "zh");
    const struct yaml_node *en = yaml_get(node, "en");
    field->zh = zh != NULL ? yaml_text(zh, loader->diags) : field->name;
    field->en = en != NULL ? yaml_text(en, loader->diags) : field->name;
}

static void load_personal(struct schema_loader *loader, const struct yaml_node *node,
                          struct schema_field *field) {
    uint32_t kind;
    if (node != NULL &&
        yaml_choice(node, mask_names, COUNT_OF(mask_names), &kind, loader->diags)) {
        field->is_personal = true;
        field->personal = (MaskKind)kind;
    }
}

static void load_field(struct schema_loader *loader, const struct yaml_node *node) {
    static const char *const keys[] = {"name",     "type",     "enum",   "min", "max", "required",
                                       "evidence", "enriched", "outcome", "personal", "derive", "zh", "en"};
    if (!yaml_check_keys(node, keys, COUNT_OF(keys), loader->diags) && node->kind != YAML_MAPPING) {
        return;
    }
    const struct yaml_node *name_node = yaml_require(node, "name", loader->diags);
    Slice name = yaml_text(name_node, loader->diags);
    if (slice_empty(name) || !schema_is_name(loader, name, name_node->place)) {
        return;
    }
    if (!map_put(&loader->schema->fields_by_name, name, loader->fields.count)) {
        const struct schema_field *first =
            &loader->fields.at[schema_find_field(loader->schema, name)];
        struct diag *diag = schema_complain(loader, SCHEMA_DUPLICATE_FIELD, name_node->place,
                                            "field '%.*s' is declared twice", SLICE_ARGS(name));
        diag_hint(loader->diags, diag, "it is first on line %u", first->place.line);
        return;
    }
    loader->nodes[loader->fields.count] = node;
    struct schema_field *field = VEC_PUSH(&loader->fields, loader->arena);
    *field = (struct schema_field){.name = name,
                                   .place = name_node->place,
                                   .enumeration = SCHEMA_NONE,
                                   .derive_from = SCHEMA_NONE,
                                   .derive_from2 = SCHEMA_NONE};
    load_words(loader, node, field);
    load_required(loader, yaml_get(node, "required"), field);
    load_evidence(loader, yaml_get(node, "evidence"), field);
    yaml_bool(yaml_get(node, "enriched"), &field->enriched, loader->diags);
    yaml_bool(yaml_get(node, "outcome"), &field->outcome, loader->diags);
    load_personal(loader, yaml_get(node, "personal"), field);
    uint32_t type;
    if (yaml_choice(yaml_require(node, "type", loader->diags), type_names, COUNT_OF(type_names),
                    &type, loader->diags)) {
        field->type = (FieldType)type;
        load_enumeration(loader, node, field);
        load_bounds(loader, node, field);
    }
}

void schema_load_fields(struct schema_loader *loader, const struct yaml_node *list) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    loader->nodes = ARENA_ARRAY(loader->arena, const struct yaml_node *, SCHEMA_FIELDS_MAX);
    YAML_EACH(list, child) {
        if (loader->fields.count < SCHEMA_FIELDS_MAX) {
            load_field(loader, child);
        }
    }
    if (list->count > SCHEMA_FIELDS_MAX) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_TOO_MANY_FIELDS, list->place,
                            "%u fields; there is room for %d", list->count, SCHEMA_FIELDS_MAX);
        diag_hint(loader->diags, diag, "take out what no feature or model reads");
    }
    if (list->count == 0) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_NO_FIELDS, list->key_place, "there are no fields");
        diag_hint(loader->diags, diag, "at least the id, the type and the time of an event");
    }
    loader->schema->fields = loader->fields.at;
    loader->schema->field_count = loader->fields.count;
}
