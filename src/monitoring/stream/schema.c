#include "monitoring/stream/schema.h"

#include "base/money.h"
#include "base/time.h"
#include "monitoring/stream/schema_load.h"

#include <stdarg.h>
#include <stdio.h>

// The steps of loading, each of which goes on after mistakes: enumerations, types, fields, what is
// derived, roles, limits. A step that needs a name which an earlier one refused says so once, where
// it is used.

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

const char *const evidence_names[] = {
#define X(name) #name,
    EVIDENCE_KINDS(X)
#undef X
};

Slice evidence_text(Evidence evidence) {
    return slice_of(evidence_names[evidence]);
}

uint32_t schema_find_field(const struct schema *schema, Slice name) {
    return map_get(&schema->fields_by_name, name);
}

uint32_t schema_find_type(const struct schema *schema, Slice name) {
    return map_get(&schema->types_by_name, name);
}

bool schema_derives_late(const struct schema *schema, uint32_t field) {
    DeriveKind derive = schema->fields[field].derive;
    return derive == DERIVE_ON_DATE_LIST || derive == DERIVE_EXPRESSION;
}

uint32_t schema_enum_value(const struct schema *schema, uint32_t enumeration, Slice value) {
    return enumeration == SCHEMA_NONE ? SCHEMA_NONE
                                      : map_get(&schema->enums[enumeration].by_value, value);
}

static struct diag *tell(struct schema_loader *loader, DiagLevel level, SchemaProblem problem,
                         Place place, const char *format, va_list args) {
    static const char *const codes[] = {
#define X(name, code, text) code,
#include "monitoring/stream/schema_problems.def"
#undef X
    };
    char message[512];
    vsnprintf(message, sizeof message, format, args);
    return diag_add(loader->diags, level, codes[problem], place, "%s", message);
}

struct diag *schema_complain(struct schema_loader *loader, SchemaProblem problem, Place place,
                             const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct diag *diag = tell(loader, DIAG_ERROR, problem, place, format, args);
    va_end(args);
    return diag;
}

static struct diag *warn(struct schema_loader *loader, SchemaProblem problem, Place place,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
static struct diag *warn(struct schema_loader *loader, SchemaProblem problem, Place place,
                         const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct diag *diag = tell(loader, DIAG_WARNING, problem, place, format, args);
    va_end(args);
    return diag;
}

void schema_hint_nearest(struct schema_loader *loader, struct diag *diag, const struct map *names,
                         Slice name) {
    Slice near = map_nearest(names, name);
    if (!slice_empty(near)) {
        diag_hint(loader->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(near));
        return;
    }
    struct buf list;
    buf_init(&list, 400);
    for (uint32_t i = 0; i < names->capacity && !buf_overflowed(&list); i++) {
        if (names->slots[i].used) {
            buf_put(&list, slice_empty(buf_slice(&list)) ? SLICE("") : SLICE(", "));
            buf_put(&list, names->slots[i].key);
        }
    }
    if (list.size > 0) {
        diag_hint(loader->diags, diag, "known: %.*s%s", SLICE_ARGS(buf_slice(&list)),
                  buf_overflowed(&list) ? " ..." : "");
    }
    buf_deinit(&list);
}

bool schema_is_name(struct schema_loader *loader, Slice name, Place place) {
    bool ok = name.size > 0 && name.size <= 64 && !(name.at[0] >= '0' && name.at[0] <= '9');
    for (size_t i = 0; i < name.size && ok; i++) {
        char byte = name.at[i];
        ok = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
             (byte >= '0' && byte <= '9') || byte == '_';
    }
    if (!ok) {
        struct diag *diag = schema_complain(loader, SCHEMA_NAME, place, "'%.*s' is not a name",
                                            SLICE_ARGS(slice_part(name, 0, 60)));
        diag_hint(loader->diags, diag,
                  "letters, digits and underscores, at most 64, not beginning with a digit");
    }
    return ok;
}

uint32_t schema_require_field(struct schema_loader *loader, Slice name, Place place) {
    uint32_t field = schema_find_field(loader->schema, name);
    if (field == SCHEMA_NONE) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_UNKNOWN_FIELD, place, "there is no field '%.*s'",
                            SLICE_ARGS(slice_part(name, 0, 60)));
        schema_hint_nearest(loader, diag, &loader->schema->fields_by_name, name);
    }
    return field;
}

static void add_enum(struct schema_loader *loader, Slice name, const Slice *values,
                     const Wording *names, uint32_t count) {
    struct schema_enum *enumeration = VEC_PUSH(&loader->enums, loader->arena);
    *enumeration =
        (struct schema_enum){.name = name, .values = values, .names = names, .count = count};
    map_init(&enumeration->by_value, loader->arena);
    for (uint32_t i = 0; i < count; i++) {
        map_put(&enumeration->by_value, values[i], i);
    }
    map_put(&loader->schema->enums_by_name, name, loader->enums.count - 1);
}

static void load_enum(struct schema_loader *loader, const struct yaml_node *node) {
    if (!schema_is_name(loader, node->key, node->key_place) ||
        !yaml_expect_values(node, loader->diags)) {
        return;
    }
    Slice *values = ARENA_ARRAY(loader->arena, Slice, node->count + 1);
    Wording *names = ARENA_ARRAY(loader->arena, Wording, node->count + 1);
    uint32_t count = 0;
    struct map seen;
    map_init(&seen, loader->arena);
    YAML_EACH(node, child) {
        struct yaml_value value;
        names[count] = (Wording){SLICE(""), SLICE("")};
        if (!yaml_value(node, child, &value, &names[count], loader->diags)) {
            continue;
        }
        if (value.is_null) {
            struct diag *diag = schema_complain(loader, SCHEMA_EMPTY_ENUM, value.place,
                                                "an empty value in an enumeration");
            diag_hint(loader->diags, diag, "write null and ~ in quotes if they are meant as texts");
            continue;
        }
        if (!map_put(&seen, value.text, count)) {
            struct diag *diag = schema_complain(loader, SCHEMA_DUPLICATE_VALUE, value.place,
                                                "'%.*s' is in enumeration '%.*s' twice",
                                                SLICE_ARGS(value.text), SLICE_ARGS(node->key));
            diag_hint(loader->diags, diag, "take one of them out");
            continue;
        }
        values[count++] = value.text;
    }
    if (node->count == 0) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_EMPTY_ENUM, node->key_place,
                            "enumeration '%.*s' has no values", SLICE_ARGS(node->key));
        diag_hint(loader->diags, diag, "list them: %.*s: [A, B]", SLICE_ARGS(node->key));
    }
    add_enum(loader, node->key, values, node->kind == YAML_MAPPING ? names : NULL, count);
}

// Who names some values and forgets others is told which; a pack without any names is fine.
static void check_names(struct schema_loader *loader, const struct yaml_node *enums) {
    bool has_names = false;
    YAML_EACH(enums, child) {
        has_names |= child->kind == YAML_MAPPING;
    }
    YAML_EACH(enums, child) {
        if (has_names && child->kind == YAML_SEQUENCE) {
            struct diag *diag = warn(loader, SCHEMA_NAMES, child->key_place,
                                            "the values of '%.*s' have no names, those of other "
                                            "enumerations have",
                                            SLICE_ARGS(child->key));
            diag_hint(loader->diags, diag, "name each:  %.*s: {%.*s: {zh: ..., en: ...}, ...}",
                      SLICE_ARGS(child->key),
                      SLICE_ARGS(child->first == NULL ? SLICE("A") : child->first->text));
        }
    }
}

static void load_type(struct schema_loader *loader, const struct yaml_node *node) {
    static const char *const keys[] = {"zh", "en"};
    if (!schema_is_name(loader, node->key, node->key_place)) {
        return;
    }
    struct schema_type *type = VEC_PUSH(&loader->types, loader->arena);
    *type = (struct schema_type){
        .name = node->key, .zh = node->key, .en = node->key, .place = node->key_place};
    map_put(&loader->schema->types_by_name, node->key, loader->types.count - 1);
    if (yaml_is_null(node) || !yaml_check_keys(node, keys, COUNT_OF(keys), loader->diags)) {
        return;
    }
    const struct yaml_node *zh = yaml_get(node, "zh");
    const struct yaml_node *en = yaml_get(node, "en");
    type->zh = zh != NULL ? yaml_text(zh, loader->diags) : type->zh;
    type->en = en != NULL ? yaml_text(en, loader->diags) : type->en;
}

static void load_types(struct schema_loader *loader, const struct yaml_node *node) {
    if (node == NULL || !yaml_expect(node, YAML_MAPPING, loader->diags)) {
        return;
    }
    YAML_EACH(node, child) {
        if (loader->types.count < SCHEMA_TYPES_MAX) {
            load_type(loader, child);
        }
    }
    if (node->count > SCHEMA_TYPES_MAX) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_TOO_MANY_TYPES, node->place,
                            "%u event types; there is room for %d", node->count, SCHEMA_TYPES_MAX);
        diag_hint(loader->diags, diag, "tell kinds of one type apart with an enum field");
    }
    if (node->count == 0) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_NO_TYPES, node->key_place, "there are no event types");
        diag_hint(loader->diags, diag,
                  "for example  transfer_out: {zh: 转账汇出, en: \"Transfer out\"}");
    }
    loader->schema->types = loader->types.at;
    loader->schema->type_count = loader->types.count;
}

// The types are an enumeration too, so that expressions can compare with them.
static void load_type_enum(struct schema_loader *loader) {
    loader->event_type_enum = map_get(&loader->schema->enums_by_name, SLICE("event_type"));
    if (loader->event_type_enum != SCHEMA_NONE) {
        return;
    }
    Slice *values = ARENA_ARRAY(loader->arena, Slice, loader->types.count + 1);
    Wording *names = ARENA_ARRAY(loader->arena, Wording, loader->types.count + 1);
    for (uint32_t i = 0; i < loader->types.count; i++) {
        values[i] = loader->types.at[i].name;
        names[i] = (Wording){loader->types.at[i].zh, loader->types.at[i].en};
    }
    add_enum(loader, SLICE("event_type"), values, names, loader->types.count);
    loader->event_type_enum = loader->enums.count - 1;
}

static const struct role {
    const char *name;
    size_t offset;
    uint32_t types; // bits of FieldType that it may have
    bool required;
} roles[] = {
    {"id", offsetof(struct schema, id), 1u << FIELD_STRING, true},
    {"type", offsetof(struct schema, type), 1u << FIELD_ENUM, true},
    {"time", offsetof(struct schema, time), 1u << FIELD_TIME, true},
    {"received", offsetof(struct schema, received), 1u << FIELD_TIME, false},
    {"phase", offsetof(struct schema, phase), 1u << FIELD_ENUM, false},
    {"result", offsetof(struct schema, result), 1u << FIELD_ENUM, false},
    {"original", offsetof(struct schema, original), 1u << FIELD_STRING, false},
    {"channel", offsetof(struct schema, channel), 1u << FIELD_ENUM, false},
    {"source", offsetof(struct schema, source), 1u << FIELD_ENUM | 1u << FIELD_STRING, false},
};

static uint32_t load_role(struct schema_loader *loader, const struct role *role,
                          const struct yaml_node *map) {
    const struct yaml_node *node = yaml_get(map, role->name);
    if (node == NULL) {
        if (role->required) {
            struct diag *diag = schema_complain(loader, SCHEMA_NO_ROLE, map->place,
                                                "the role '%s' is missing", role->name);
            diag_hint(loader->diags, diag, "say which field it is:  %s: FIELD", role->name);
        }
        return SCHEMA_NONE;
    }
    Slice name = yaml_text(node, loader->diags);
    uint32_t field =
        slice_empty(name) ? SCHEMA_NONE : schema_require_field(loader, name, node->place);
    if (field == SCHEMA_NONE) {
        return SCHEMA_NONE;
    }
    const struct schema_field *found = &loader->schema->fields[field];
    if ((role->types >> found->type & 1) == 0) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_ROLE_TYPE, node->place,
                            "the role '%s' cannot be played by '%.*s', which has another type",
                            role->name, SLICE_ARGS(name));
        diag_hint(loader->diags, diag, "it has to be %s",
                  role->types == 1u << FIELD_STRING ? "a string"
                  : role->types == 1u << FIELD_TIME ? "a time"
                  : role->types == 1u << FIELD_ENUM ? "an enum"
                                                    : "an enum or a string");
        return SCHEMA_NONE;
    }
    if (found->derive != DERIVE_NONE) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_DERIVE_REQUIRED, node->place,
                            "the role '%s' cannot be played by a derived field", role->name);
        diag_hint(loader->diags, diag, "take a field that is sent");
        return SCHEMA_NONE;
    }
    return field;
}

static uint32_t role_value(struct schema_loader *loader, uint32_t field, const char *value,
                           bool required) {
    if (field == SCHEMA_NONE) {
        return SCHEMA_NONE;
    }
    const struct schema_field *found = &loader->schema->fields[field];
    uint32_t number = schema_enum_value(loader->schema, found->enumeration, slice_of(value));
    if (number == SCHEMA_NONE && required) {
        struct diag *diag = schema_complain(loader, SCHEMA_ROLE_VALUES, found->place,
                                            "the enumeration of '%.*s' lacks the value %s",
                                            SLICE_ARGS(found->name), value);
        diag_hint(loader->diags, diag, "its role needs it; add it, or take the role away");
    }
    return number;
}

// Every value of the type field has to be a type.
static void check_type_enum(struct schema_loader *loader) {
    const struct schema *schema = loader->schema;
    if (schema->type == SCHEMA_NONE || schema->fields[schema->type].enumeration == SCHEMA_NONE) {
        return;
    }
    const struct schema_field *field = &schema->fields[schema->type];
    const struct schema_enum *enumeration = &schema->enums[field->enumeration];
    for (uint32_t i = 0; i < enumeration->count; i++) {
        if (schema_find_type(schema, enumeration->values[i]) == SCHEMA_NONE) {
            struct diag *diag =
                schema_complain(loader, SCHEMA_TYPE_VALUES, field->place,
                                "'%.*s' is in enumeration '%.*s' but is not an event type",
                                SLICE_ARGS(enumeration->values[i]), SLICE_ARGS(enumeration->name));
            diag_hint(loader->diags, diag,
                      "leave 'event_type' out of enums: it is made from the types");
        }
    }
    for (uint32_t i = 0; i < schema->type_count; i++) {
        if (schema_enum_value(schema, field->enumeration, schema->types[i].name) == SCHEMA_NONE) {
            struct diag *diag =
                schema_complain(loader, SCHEMA_TYPE_VALUES, schema->types[i].place,
                                "event type '%.*s' is not in enumeration '%.*s'",
                                SLICE_ARGS(schema->types[i].name), SLICE_ARGS(enumeration->name));
            diag_hint(loader->diags, diag,
                      "leave 'event_type' out of enums: it is made from the types");
        }
    }
}

static void load_roles(struct schema_loader *loader, const struct yaml_node *map) {
    struct schema *schema = loader->schema;
    const char *names[COUNT_OF(roles)];
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        names[i] = roles[i].name;
    }
    if (map == NULL || !yaml_expect(map, YAML_MAPPING, loader->diags)) {
        return;
    }
    yaml_check_keys(map, names, COUNT_OF(names), loader->diags);
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        uint32_t field = load_role(loader, &roles[i], map);
        memcpy((char *)schema + roles[i].offset, &field, sizeof field);
    }
    schema->phase_request = role_value(loader, schema->phase, "REQUEST", true);
    schema->phase_result = role_value(loader, schema->phase, "RESULT", true);
    schema->phase_reversal = role_value(loader, schema->phase, "REVERSAL", false);
    schema->result_success = role_value(loader, schema->result, "SUCCESS", true);
    check_type_enum(loader);
}

static void load_limit(struct schema_loader *loader, const struct yaml_node *map, const char *key,
                       int64_t *ret_us) {
    const struct yaml_node *node = yaml_get(map, key);
    if (node == NULL) {
        return;
    }
    Slice text = yaml_text(node, loader->diags);
    if (!slice_empty(text) && !time_parse(text, loader->schema->zone_offset_us, ret_us)) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_LIMITS, node->place, "'%.*s' is not a time",
                            SLICE_ARGS(slice_part(text, 0, 60)));
        diag_hint(loader->diags, diag, "for example 2000-01-01 or 2000-01-01T00:00:00+08:00");
    }
}

static void load_limits(struct schema_loader *loader, const struct yaml_node *map) {
    static const char *const keys[] = {"time_min", "time_max"};
    struct schema *schema = loader->schema;
    schema->time_min_us = civil_days(2000, 1, 1) * US_PER_DAY - schema->zone_offset_us;
    schema->time_max_us = civil_days(2100, 1, 1) * US_PER_DAY - schema->zone_offset_us;
    if (map == NULL || !yaml_check_keys(map, keys, COUNT_OF(keys), loader->diags)) {
        return;
    }
    load_limit(loader, map, "time_min", &schema->time_min_us);
    load_limit(loader, map, "time_max", &schema->time_max_us);
    if (schema->time_min_us >= schema->time_max_us) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_LIMITS, map->place, "time_min is not before time_max");
        diag_hint(loader->diags, diag, "for example {time_min: 2000-01-01, time_max: 2100-01-01}");
    }
}

static struct schema *new_schema(struct arena *arena, int64_t zone_offset_us, int money_digits) {
    struct schema *schema = ARENA_NEW(arena, struct schema);
    *schema = (struct schema){
        .id = SCHEMA_NONE,
        .type = SCHEMA_NONE,
        .time = SCHEMA_NONE,
        .received = SCHEMA_NONE,
        .phase = SCHEMA_NONE,
        .result = SCHEMA_NONE,
        .original = SCHEMA_NONE,
        .channel = SCHEMA_NONE,
        .source = SCHEMA_NONE,
        .phase_request = SCHEMA_NONE,
        .phase_result = SCHEMA_NONE,
        .phase_reversal = SCHEMA_NONE,
        .result_success = SCHEMA_NONE,
        .zone_offset_us = zone_offset_us,
        .money_digits = money_digits,
    };
    map_init(&schema->fields_by_name, arena);
    map_init(&schema->types_by_name, arena);
    map_init(&schema->enums_by_name, arena);
    return schema;
}

const struct schema *schema_load(const struct yaml_node *root, int64_t zone_offset_us,
                                 int money_digits, struct arena *arena, struct diag_list *diags) {
    static const char *const keys[] = {"roles", "limits", "enums", "types", "fields"};
    if (root == NULL) {
        return NULL; // the reader of the YAML has said why
    }
    uint32_t errors_before = diags->error_count;
    if (!yaml_expect(root, YAML_MAPPING, diags)) {
        return NULL;
    }
    yaml_check_keys(root, keys, COUNT_OF(keys), diags);
    struct schema_loader loader = {
        .arena = arena, .diags = diags, .schema = new_schema(arena, zone_offset_us, money_digits)};
    struct schema *schema = loader.schema;
    const struct yaml_node *enums = yaml_get(root, "enums");
    if (enums != NULL && yaml_expect(enums, YAML_MAPPING, diags)) {
        YAML_EACH(enums, child) {
            load_enum(&loader, child);
        }
        check_names(&loader, enums);
    }
    load_types(&loader, yaml_require(root, "types", diags));
    load_type_enum(&loader);
    schema->enums = loader.enums.at;
    schema->enum_count = loader.enums.count;
    load_limits(&loader, yaml_get(root, "limits"));
    schema_load_fields(&loader, yaml_require(root, "fields", diags));
    schema_load_derived(&loader);
    load_roles(&loader, yaml_require(root, "roles", diags));
    return diags->error_count == errors_before ? schema : NULL;
}
