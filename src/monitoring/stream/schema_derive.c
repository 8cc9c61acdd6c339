// What of a schema is computed here: `derive: hour(event_time)`, read, checked and put in order.

#include "monitoring/stream/schema_load.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum {
    ARGUMENTS_MAX = 3,
    PREFIX_MAX = 256,      // characters
    GEOHASH_MAX = 12,      // characters: 60 bits, 4 cm
    DERIVED_TEXT_MAX = 64, // bytes of the longest address block, and of all dates
};

// Arguments: t, s, f a field of type time, string, float; n a number; l the name of a list.
static const struct derive_function {
    const char *name;
    DeriveKind kind;
    FieldType result;
    const char *arguments;
    const char *example;
} functions[] = {
    {"hour", DERIVE_HOUR, FIELD_INT, "t", "hour(event_time)"},
    {"weekday", DERIVE_WEEKDAY, FIELD_INT, "t", "weekday(event_time)"},
    {"year", DERIVE_YEAR, FIELD_INT, "t", "year(event_time)"},
    {"month", DERIVE_MONTH, FIELD_INT, "t", "month(event_time)"},
    {"day", DERIVE_DAY, FIELD_INT, "t", "day(event_time)"},
    {"date", DERIVE_DATE, FIELD_STRING, "t", "date(event_time)"},
    {"hour_slot", DERIVE_HOUR_SLOT, FIELD_STRING, "t", "hour_slot(event_time)"},
    {"prefix24", DERIVE_PREFIX24, FIELD_STRING, "s", "prefix24(ip)"},
    {"prefix", DERIVE_PREFIX, FIELD_STRING, "sn", "prefix(card_token, 6)"},
    {"geohash", DERIVE_GEOHASH, FIELD_STRING, "ffn", "geohash(lat, lon, 7)"},
    {"on_date_list", DERIVE_ON_DATE_LIST, FIELD_BOOL, "tl", "on_date_list(event_time, holidays)"},
};

static const struct derive_function *find_function(struct schema_loader *loader, Slice name,
                                                   Place place) {
    struct map names;
    map_init(&names, loader->arena);
    for (uint32_t i = 0; i < COUNT_OF(functions); i++) {
        if (slice_is(name, functions[i].name)) {
            return &functions[i];
        }
        map_put(&names, slice_of(functions[i].name), i);
    }
    struct diag *diag = schema_complain(loader, SCHEMA_DERIVE_FUNCTION, place,
                                        "there is no function '%.*s' to derive a field with",
                                        SLICE_ARGS(slice_part(name, 0, 60)));
    schema_hint_nearest(loader, diag, &names, name);
    return NULL;
}

static uint32_t field_argument(struct schema_loader *loader, Slice name, FieldType type,
                               const char *type_name, Place place) {
    uint32_t field = schema_require_field(loader, name, place);
    if (field != SCHEMA_NONE && loader->fields.at[field].type != type) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_DERIVE_ARGUMENT, place,
                            "'%.*s' is not a field of type %s", SLICE_ARGS(name), type_name);
        diag_hint(loader->diags, diag, "take a %s field, or another function", type_name);
        return SCHEMA_NONE;
    }
    return field;
}

static void size_argument(struct schema_loader *loader, Slice text, struct schema_field *field,
                          Place place) {
    int64_t most = field->derive == DERIVE_GEOHASH ? GEOHASH_MAX : PREFIX_MAX;
    int64_t size;
    if (!slice_to_i64(text, &size) || size < 1 || size > most) {
        struct diag *diag = schema_complain(loader, SCHEMA_DERIVE_ARGUMENT, place,
                                            "'%.*s' is not a number of characters from 1 to %d",
                                            SLICE_ARGS(slice_part(text, 0, 60)), (int)most);
        diag_hint(loader->diags, diag, "for example %s",
                  field->derive == DERIVE_GEOHASH ? "geohash(lat, lon, 7)"
                                                  : "prefix(card_token, 6)");
        return;
    }
    field->derive_size = (uint32_t)size;
}

static void load_argument(struct schema_loader *loader, char kind, Slice text,
                          struct schema_field *field, Place place) {
    uint32_t *from = field->derive_from == SCHEMA_NONE ? &field->derive_from : &field->derive_from2;
    switch (kind) {
    case 't':
        *from = field_argument(loader, text, FIELD_TIME, "time", place);
        break;
    case 's':
        *from = field_argument(loader, text, FIELD_STRING, "string", place);
        break;
    case 'f':
        *from = field_argument(loader, text, FIELD_FLOAT, "float", place);
        break;
    case 'n':
        size_argument(loader, text, field, place);
        break;
    default:
        if (schema_is_name(loader, text, place)) {
            field->derive_list = text;
        }
    }
}

static void load_call(struct schema_loader *loader, const struct yaml_node *node,
                      struct schema_field *field) {
    Slice text = slice_trim(yaml_text(node, loader->diags));
    size_t open = slice_find_byte(text, '(', 0);
    if (open == text.size || !slice_ends_with(text, SLICE(")"))) {
        if (text.size > 0) {
            struct diag *diag = schema_complain(loader, SCHEMA_DERIVE_SYNTAX, node->place,
                                                "'%.*s' is not a call of a function",
                                                SLICE_ARGS(slice_part(text, 0, 60)));
            diag_hint(loader->diags, diag,
                      "for example hour(event_time); an expression is {expr: \"...\"}");
        }
        return;
    }
    const struct derive_function *function =
        find_function(loader, slice_trim(slice_part(text, 0, open)), node->place);
    if (function == NULL) {
        return;
    }
    if (field->type != function->result) {
        static const char *const results[] = {
            [FIELD_INT] = "int", [FIELD_STRING] = "string", [FIELD_BOOL] = "bool"};
        struct diag *diag = schema_complain(loader, SCHEMA_DERIVE_TYPE, field->place,
                                            "field '%.*s' does not have the type that %s gives",
                                            SLICE_ARGS(field->name), function->name);
        diag_hint(loader->diags, diag, "write  type: %s", results[function->result]);
    }
    field->derive = function->kind;
    Slice rest = slice_part(text, open + 1, text.size - open - 2);
    size_t wanted = strlen(function->arguments);
    size_t count = 0;
    Slice argument;
    while (slice_split(&rest, ',', &argument)) {
        if (count < wanted) {
            load_argument(loader, function->arguments[count], slice_trim(argument), field,
                          node->place);
        }
        count++;
    }
    if (count != wanted) {
        struct diag *diag =
            schema_complain(loader, SCHEMA_DERIVE_ARGUMENT, node->place,
                            "%s has %zu arguments, not %zu", function->name, wanted, count);
        diag_hint(loader->diags, diag, "for example %s", function->example);
    }
}

static void load_expression(struct schema_loader *loader, const struct yaml_node *node,
                            struct schema_field *field) {
    static const char *const keys[] = {"expr"};
    yaml_check_keys(node, keys, COUNT_OF(keys), loader->diags);
    const struct yaml_node *expression = yaml_require(node, "expr", loader->diags);
    if (expression != NULL && !slice_empty(yaml_text(expression, loader->diags))) {
        field->derive = DERIVE_EXPRESSION;
        field->derive_expression = expression;
    }
}

static bool is_late(const struct schema_field *field) {
    return field->derive == DERIVE_ON_DATE_LIST || field->derive == DERIVE_EXPRESSION;
}

static void check_derived(struct schema_loader *loader, struct schema_field *field) {
    uint32_t from[] = {field->derive_from, field->derive_from2};
    for (size_t i = 0; i < COUNT_OF(from) && !is_late(field); i++) {
        if (from[i] != SCHEMA_NONE && is_late(&loader->fields.at[from[i]])) {
            struct diag *diag = schema_complain(
                loader, SCHEMA_DERIVE_LATE, field->place,
                "'%.*s' is computed from '%.*s', which is only known after intake",
                SLICE_ARGS(field->name), SLICE_ARGS(loader->fields.at[from[i]].name));
            diag_hint(loader->diags, diag, "compute it with an expression too");
        }
    }
    bool required = false;
    for (size_t i = 0; i < COUNT_OF(field->required); i++) {
        required = required || field->required[i] != 0;
    }
    if (required || field->enriched) {
        struct diag *diag = schema_complain(
            loader, SCHEMA_DERIVE_REQUIRED, field->place, "'%.*s' is derived and also marked %s",
            SLICE_ARGS(field->name), required ? "required" : "enriched");
        diag_hint(loader->diags, diag, "what is derived is never sent; take the mark out");
    }
    // Whoever reads the field may rely on its size.
    uint32_t longest = field->derive == DERIVE_PREFIX ? field->derive_size * 4 : DERIVED_TEXT_MAX;
    if (field->type == FIELD_STRING && field->size_max < longest) {
        field->size_max = longest;
    }
}

// Only texts are derived from derived fields, each from one; so a circle is found by going back from field to field.
static void complain_circle(struct schema_loader *loader, uint32_t start, bool *told) {
    struct buf path;
    buf_init(&path, 300);
    uint32_t field = start;
    do {
        told[field] = true;
        const struct schema_field *at = &loader->fields.at[field];
        buf_printf(&path, "%.*s <- ", SLICE_ARGS(at->name));
        field = at->derive_from;
    } while (!told[field]);
    buf_put(&path, loader->fields.at[field].name);
    struct diag *diag = schema_complain(
        loader, SCHEMA_DERIVE_CIRCLE, loader->fields.at[start].place,
        "derived fields need each other in a circle: %.*s", SLICE_ARGS(buf_slice(&path)));
    diag_hint(loader->diags, diag, "one of them has to be sent");
    buf_deinit(&path);
}

// A source that is only known after intake counts as ready: that it is none for most was told by check_derived().
static bool is_ready(const struct schema_loader *loader, const bool *done, uint32_t from) {
    return from == SCHEMA_NONE || loader->fields.at[from].derive == DERIVE_NONE || is_late(&loader->fields.at[from]) ||
           done[from];
}

// Takes in rounds what has all it needs; what is left over stands in a circle. What is known only
// after intake goes last.
static void order_derived(struct schema_loader *loader) {
    uint32_t count = loader->fields.count;
    uint32_t *order = ARENA_ARRAY(loader->arena, uint32_t, count + 1);
    bool *done = ARENA_ARRAY(loader->arena, bool, count + 1);
    bool *told = ARENA_ARRAY(loader->arena, bool, count + 1);
    uint32_t found = 0;
    for (int late = 0; late < 2; late++) {
        uint32_t before;
        do {
            before = found;
            for (uint32_t i = 0; i < count; i++) {
                const struct schema_field *field = &loader->fields.at[i];
                if (field->derive != DERIVE_NONE && !done[i] && is_late(field) == late &&
                    is_ready(loader, done, field->derive_from) &&
                    is_ready(loader, done, field->derive_from2)) {
                    done[i] = true;
                    order[found++] = i;
                }
            }
        } while (found > before);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct schema_field *field = &loader->fields.at[i];
        if (field->derive != DERIVE_NONE && !done[i] && !told[i]) {
            complain_circle(loader, i, told);
        }
    }
    loader->schema->derived = order;
    loader->schema->derived_count = found;
}

void schema_load_derived(struct schema_loader *loader) {
    for (uint32_t i = 0; i < loader->fields.count; i++) {
        const struct yaml_node *node = yaml_get(loader->nodes[i], "derive");
        if (node != NULL && node->kind == YAML_MAPPING) {
            load_expression(loader, node, &loader->fields.at[i]);
        } else if (node != NULL) {
            load_call(loader, node, &loader->fields.at[i]);
        }
    }
    for (uint32_t i = 0; i < loader->fields.count; i++) {
        if (loader->fields.at[i].derive != DERIVE_NONE) {
            check_derived(loader, &loader->fields.at[i]);
        }
    }
    order_derived(loader);
}
