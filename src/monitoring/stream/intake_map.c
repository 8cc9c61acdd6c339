#include "monitoring/stream/intake_map.h"

#include "base/money.h"
#include "base/time.h"
#include "base/vec.h"
#include "codec/number.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

// A map is read once into columns, each with one conversion. A column that goes into several fields
// is several entries of one name, linked by `next`.

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

// --- Conversions
// ----------------------------------------------------------------------------------------

static bool read_number(Slice text, size_t *at, int digits_min, int digits_max,
                        int32_t *ret_value) {
    size_t start = *at;
    int32_t value = 0;
    while (*at < text.size && *at < start + (size_t)digits_max && text.at[*at] >= '0' &&
           text.at[*at] <= '9') {
        value = value * 10 + (text.at[*at] - '0');
        *at += 1;
    }
    *ret_value = value;
    return *at - start >= (size_t)digits_min;
}

static bool read_micro(Slice text, size_t *at, int64_t *ret_micro) {
    size_t start = *at;
    int64_t unit = 100000;
    *ret_micro = 0;
    while (*at < text.size && *at < start + 9 && text.at[*at] >= '0' && text.at[*at] <= '9') {
        *ret_micro += (text.at[*at] - '0') * unit;
        unit /= 10; // digits past the sixth are finer than the clock and are dropped
        *at += 1;
    }
    return *at > start;
}

struct civil_fields {
    int32_t year, month, day, hour, minute, second;
    int64_t micro;
};

static bool read_part(char letter, Slice text, size_t *at, struct civil_fields *civil) {
    switch (letter) {
    case 'Y':
        return read_number(text, at, 4, 4, &civil->year);
    case 'm':
        return read_number(text, at, 1, 2, &civil->month);
    case 'd':
        return read_number(text, at, 1, 2, &civil->day);
    case 'H':
        return read_number(text, at, 1, 2, &civil->hour);
    case 'M':
        return read_number(text, at, 1, 2, &civil->minute);
    case 'S':
        return read_number(text, at, 1, 2, &civil->second);
    case 'f':
        return read_micro(text, at, &civil->micro);
    default:
        return *at < text.size && text.at[(*at)++] == letter;
    }
}

bool map_time_parse(Slice text, Slice format, int64_t zone_us, int64_t *ret_time_us) {
    struct civil_fields civil = {.month = 1, .day = 1};
    size_t at = 0;
    for (size_t i = 0; i < format.size; i++) {
        bool part = format.at[i] == '%' && i + 1 < format.size;
        i += part;
        bool fits = part ? read_part(format.at[i], text, &at, &civil)
                         : at < text.size && text.at[at++] == format.at[i];
        if (!fits) {
            return false;
        }
    }
    if (at != text.size || !civil_date_exists(civil.year, civil.month, civil.day) ||
        civil.hour > 23 || civil.minute > 59 || civil.second > 59) {
        return false;
    }
    *ret_time_us = civil_days(civil.year, civil.month, civil.day) * US_PER_DAY +
                   civil.hour * US_PER_HOUR + civil.minute * US_PER_MINUTE +
                   civil.second * US_PER_SECOND + civil.micro - zone_us;
    return true;
}

static bool column_time(const struct map_column *column, Slice text, int64_t *ret_time_us) {
    int64_t time_us;
    int64_t value;
    switch (column->kind) {
    case COLUMN_TIME_FORMAT:
        ENSURE(map_time_parse(text, column->time_format, column->zone_us, &time_us), false);
        break;
    case COLUMN_TIME_UNIX_S: // decimals exactly, as of money
        ENSURE(money_parse(text, 6, &time_us), false);
        break;
    case COLUMN_TIME_UNIX_MS:
        ENSURE(money_parse(text, 3, &time_us), false);
        break;
    case COLUMN_TIME_STEP:
        ENSURE(slice_to_i64(text, &value) &&
                   !__builtin_mul_overflow(value, column->unit_us, &value) &&
                   !__builtin_add_overflow(value, column->origin_us, &time_us),
               false);
        break;
    default:
        ENSURE(time_parse(text, column->zone_us, &time_us), false);
    }
    return !__builtin_add_overflow(time_us, column->add_us, ret_time_us);
}

static const char *column_expects(const struct map_column *column) {
    switch (column->kind) {
    case COLUMN_TIME_FORMAT:
        return "a time of the map's format";
    case COLUMN_TIME_UNIX_S:
        return "seconds since 1970 UTC";
    case COLUMN_TIME_UNIX_MS:
        return "milliseconds since 1970 UTC";
    case COLUMN_TIME_STEP:
        return "a whole number of steps";
    case COLUMN_MONEY_MAJOR:
        return "an amount in major units, with no more decimals than the currency has";
    case COLUMN_MONEY_ROUNDED:
        return "an amount in major units, within a millionth of a whole minor unit";
    case COLUMN_BOOL:
        return "one of the values that the map takes for true or false";
    default:
        return "a time in RFC 3339";
    }
}

static bool refuse(struct cell_checker *checker, IntakeProblem problem,
                   const struct map_column *column, Slice text) {
    struct buf shown;
    buf_init(&shown, CELL_SHOWN_MAX + 8);
    cell_put_shown(&shown, text);
    Slice quoted = buf_slice(&shown);
    cell_refuse(checker, problem, column->field, &quoted, "column \"%.*s\" has to hold %s%s%.*s",
                SLICE_ARGS(column->name), column_expects(column),
                column->kind == COLUMN_TIME_FORMAT ? ", " : "", SLICE_ARGS(column->time_format));
    buf_deinit(&shown);
    return false;
}

// An amount that a program with binary fractions wrote: 85.64999999999999 is 85.65.
static bool rounded_money(Slice text, int digits, int64_t *ret_minor) {
    double number;
    if (!number_parse(text, &number)) {
        return false;
    }
    for (int i = 0; i < digits; i++) {
        number *= 10;
    }
    double whole = round(number);
    if (fabs(number - whole) > 1e-6 || fabs(whole) > (double)MONEY_MAX) {
        return false;
    }
    *ret_minor = (int64_t)whole;
    return true;
}

bool map_column_cell(struct cell_checker *checker, const struct map_column *column, Slice text,
                     struct buf *scratch, union event_cell *ret_cell) {
    int64_t integer;
    uint32_t number;
    switch (column->kind) {
    case COLUMN_PLAIN:
        break;
    case COLUMN_TIME_FORMAT:
    case COLUMN_TIME_UNIX_S:
    case COLUMN_TIME_UNIX_MS:
    case COLUMN_TIME_RFC3339:
    case COLUMN_TIME_STEP:
        return column_time(column, text, &integer)
                   ? cell_from_time(checker, column->field, integer,
                                    slice_part(text, 0, CELL_SHOWN_MAX), ret_cell)
                   : refuse(checker, INTAKE_TIME, column, text);
    case COLUMN_MONEY_MAJOR:
        return money_parse(text, checker->schema->money_digits, &integer)
                   ? cell_from_integer(checker, column->field, integer,
                                       slice_part(text, 0, CELL_SHOWN_MAX), ret_cell)
                   : refuse(checker, INTAKE_TYPE, column, text);
    case COLUMN_MONEY_ROUNDED:
        return rounded_money(text, checker->schema->money_digits, &integer)
                   ? cell_from_integer(checker, column->field, integer,
                                       slice_part(text, 0, CELL_SHOWN_MAX), ret_cell)
                   : refuse(checker, INTAKE_TYPE, column, text);
    case COLUMN_BOOL:
        number = map_get(&column->values, text);
        ret_cell->integer = number;
        return number != MAP_NONE || refuse(checker, INTAKE_TYPE, column, text);
    case COLUMN_VALUES:
        number = map_get(&column->values, text);
        text = number == MAP_NONE ? text : column->targets[number];
    }
    if (column->prefix.size > 0) {
        buf_reset(scratch);
        buf_put(scratch, column->prefix);
        buf_put(scratch, text);
        text = buf_slice(scratch);
    }
    return cell_from_text(checker, column->field, text, ret_cell);
}

// --- Loading
// --------------------------------------------------------------------------------------------

typedef enum MapProblem {
#define X(name, code, text) MAP_##name,
#include "monitoring/stream/map_problems.def"
#undef X
} MapProblem;

struct map_loader {
    const struct schema *schema;
    struct arena *arena;
    struct diag_list *diags;
    struct intake_map *map;
    struct cell_checker checker;
    uint64_t given[SCHEMA_FIELDS_MAX / 64];
    VEC(struct map_column) columns;
    VEC(struct map_constant) constants;
};

static struct diag *complain(struct map_loader *loader, MapProblem problem, Place place,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

static struct diag *complain(struct map_loader *loader, MapProblem problem, Place place,
                             const char *format, ...) {
    static const char *const codes[] = {
#define X(name, code, text) code,
#include "monitoring/stream/map_problems.def"

#undef X
    };
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return diag_add(loader->diags, DIAG_ERROR, codes[problem], place, "%s", message);
}

static void hint(struct map_loader *loader, struct diag *diag, const char *text) {
    diag_hint(loader->diags, diag, "%s", text);
}

// A field that the map may give, and has not given yet.
static uint32_t take_field(struct map_loader *loader, Slice name, Place place) {
    const struct schema *schema = loader->schema;
    uint32_t field = schema_find_field(schema, name);
    if (field == SCHEMA_NONE) {
        struct diag *diag = complain(loader, MAP_UNKNOWN_FIELD, place, "there is no field '%.*s'",
                                     SLICE_ARGS(slice_part(name, 0, 60)));
        Slice near = map_nearest(&schema->fields_by_name, name);
        if (!slice_empty(near)) {
            diag_hint(loader->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(near));
        } else {
            hint(loader, diag, "the fields are those of schema.yaml");
        }
        return SCHEMA_NONE;
    }
    if (schema->fields[field].derive != DERIVE_NONE) {
        hint(loader,
             complain(loader, MAP_DERIVED_FIELD, place, "'%.*s' is derived here", SLICE_ARGS(name)),
             "take it out; what is sent for it would be ignored");
        return SCHEMA_NONE;
    }
    if (bits_test(loader->given, field)) {
        hint(loader,
             complain(loader, MAP_FIELD_TWICE, place, "'%.*s' is given twice", SLICE_ARGS(name)),
             "one column or constant a field");
        return SCHEMA_NONE;
    }
    bits_set(loader->given, field);
    return field;
}

static bool expect_type(struct map_loader *loader, const struct map_column *column, bool fits,
                        const struct yaml_node *node, const char *types) {
    if (!fits) {
        struct diag *diag = complain(loader, MAP_CONVERSION_TYPE, node->key_place,
                                     "%.*s: does not fit the type of '%.*s'", SLICE_ARGS(node->key),
                                     SLICE_ARGS(loader->schema->fields[column->field].name));
        diag_hint(loader->diags, diag, "it is for fields of type %s", types);
    }
    return fits;
}

static void check_format(struct map_loader *loader, Slice format, const struct yaml_node *node) {
    bool date = slice_find(format, SLICE("%Y"), 0) != SIZE_MAX &&
                slice_find(format, SLICE("%m"), 0) != SIZE_MAX &&
                slice_find(format, SLICE("%d"), 0) != SIZE_MAX;
    bool known = true;
    for (size_t i = 0; i < format.size; i++) {
        if (format.at[i] == '%') {
            i++;
            known = known && i < format.size && strchr("YmdHMSf%", format.at[i]) != NULL;
        }
    }
    if (!date || !known) {
        struct diag *diag =
            complain(loader, MAP_TIME_FORMAT, node->place, "'%.*s' is not a format of times",
                     SLICE_ARGS(slice_part(format, 0, 60)));
        hint(loader, diag,
             "unix_s, unix_ms, rfc3339, step, or parts %Y %m %d %H %M %S %f (with a date) and what "
             "stands between");
    }
}

static void load_step(struct map_loader *loader, const struct yaml_node *node,
                      struct map_column *column) {
    const struct yaml_node *origin = yaml_get(node, "origin");
    const struct yaml_node *unit = yaml_get(node, "unit");
    if (column->kind != COLUMN_TIME_STEP) {
        if (origin != NULL || unit != NULL) {
            hint(loader,
                 complain(loader, MAP_TIME_STEP, (origin != NULL ? origin : unit)->key_place,
                          "origin: and unit: go with time: step"),
                 "take them out, or write time: step");
        }
        return;
    }
    bool spanned = yaml_span(unit, &column->unit_us, loader->diags); // says itself what is wrong
    Slice text = origin == NULL ? SLICE("") : yaml_text(origin, loader->diags);
    if (unit != NULL && !spanned) {
        return;
    }
    if (unit == NULL || origin == NULL || !time_parse(text, column->zone_us, &column->origin_us)) {
        hint(loader,
             complain(loader, MAP_TIME_STEP, node->place,
                      "time: step needs the origin and the unit of steps"),
             "for example {field: event_time, time: step, origin: 2017-01-01, unit: 1d}");
    }
}

static void load_time(struct map_loader *loader, const struct yaml_node *node,
                      struct map_column *column) {
    static const struct {
        const char *name;
        ColumnKind kind;
    } kinds[] = {{"unix_s", COLUMN_TIME_UNIX_S},
                 {"unix_ms", COLUMN_TIME_UNIX_MS},
                 {"rfc3339", COLUMN_TIME_RFC3339},
                 {"step", COLUMN_TIME_STEP}};
    const struct yaml_node *time = yaml_get(node, "time");
    const struct yaml_node *zone = yaml_get(node, "zone");
    bool of_time = loader->schema->fields[column->field].type == FIELD_TIME;
    column->zone_us = loader->schema->zone_offset_us;
    if (zone != NULL && !zone_parse(yaml_text(zone, loader->diags), &column->zone_us)) {
        hint(loader, complain(loader, MAP_ZONE, zone->place, "the zone is not known"),
             "UTC, Asia/Shanghai, or an offset such as +08:00");
    }
    yaml_span(yaml_get(node, "add"), &column->add_us, loader->diags);
    if (time == NULL) {
        bool shifted = zone != NULL || column->add_us != 0;
        column->kind = of_time && shifted ? COLUMN_TIME_RFC3339 : column->kind;
        load_step(loader, node, column);
        return;
    }
    Slice text = yaml_text(time, loader->diags);
    if (!expect_type(loader, column, of_time, time, "time")) {
        return;
    }
    column->kind = COLUMN_TIME_FORMAT;
    column->time_format = text;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_is(text, kinds[i].name)) {
            column->kind = kinds[i].kind;
            column->time_format = SLICE("");
        }
    }
    if (column->kind == COLUMN_TIME_FORMAT) {
        check_format(loader, text, time);
    }
    load_step(loader, node, column);
}

static void load_money(struct map_loader *loader, const struct yaml_node *node,
                       struct map_column *column) {
    static const char *const units[] = {"minor", "major", "rounded"};
    static const ColumnKind kinds[] = {COLUMN_PLAIN, COLUMN_MONEY_MAJOR, COLUMN_MONEY_ROUNDED};
    const struct yaml_node *money = yaml_get(node, "money");
    uint32_t unit;
    if (yaml_choice(money, units, COUNT_OF(units), &unit, loader->diags) &&
        expect_type(loader, column, loader->schema->fields[column->field].type == FIELD_MONEY,
                    money, "money") &&
        unit > 0) {
        column->kind = kinds[unit];
    }
}

static void load_bool_side(struct map_loader *loader, const struct yaml_node *list, uint32_t side,
                           struct map_column *column) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    YAML_EACH(list, child) {
        Slice text = yaml_text(child, loader->diags);
        if (!slice_empty(text) && !map_put(&column->values, text, side)) {
            hint(loader,
                 complain(loader, MAP_VALUE, child->place, "'%.*s' is there twice",
                          SLICE_ARGS(slice_part(text, 0, 60))),
                 "a value is either true or false");
        }
    }
}

static void load_bool(struct map_loader *loader, const struct yaml_node *node,
                      struct map_column *column) {
    static const char *const keys[] = {"false", "true"};
    const struct yaml_node *sides = yaml_get(node, "bool");
    if (sides == NULL || !yaml_check_keys(sides, keys, COUNT_OF(keys), loader->diags) ||
        !expect_type(loader, column, loader->schema->fields[column->field].type == FIELD_BOOL,
                     sides, "bool")) {
        return;
    }
    column->kind = COLUMN_BOOL;
    load_bool_side(loader, yaml_get(sides, "false"), 0, column);
    load_bool_side(loader, yaml_get(sides, "true"), 1, column);
}

static void load_values(struct map_loader *loader, const struct yaml_node *node,
                        struct map_column *column) {
    const struct yaml_node *values = yaml_get(node, "map");
    FieldType type = loader->schema->fields[column->field].type;
    if (values == NULL || !yaml_expect(values, YAML_MAPPING, loader->diags) ||
        !expect_type(loader, column, type == FIELD_ENUM || type == FIELD_STRING, values,
                     "enum or string")) {
        return;
    }
    column->kind = COLUMN_VALUES;
    Slice *targets = ARENA_ARRAY(loader->arena, Slice, values->count + 1);
    uint32_t count = 0;
    size_t longest = 0;
    YAML_EACH(values, child) {
        union event_cell cell;
        Slice text = yaml_text(child, loader->diags);
        if (!slice_empty(text) && !cell_from_text(&loader->checker, column->field, text, &cell)) {
            hint(loader,
                 complain(loader, MAP_VALUE, child->place, "%.*s",
                          SLICE_ARGS(loader->checker.refusal.reason)),
                 "the value on the right is the one of the schema");
        }
        targets[count] = text;
        longest = text.size > longest ? text.size : longest;
        map_put(&column->values, child->key, count++);
    }
    column->targets = targets;
    loader->map->text_size += longest;
}

static void check_conversions(struct map_loader *loader, const struct yaml_node *node) {
    static const char *const conversions[] = {"time", "money", "bool", "map"};
    const struct yaml_node *first = NULL;
    for (size_t i = 0; i < COUNT_OF(conversions); i++) {
        const struct yaml_node *found = yaml_get(node, conversions[i]);
        if (found != NULL && first != NULL) {
            hint(loader,
                 complain(loader, MAP_CONVERSION_TWICE, found->key_place,
                          "a column has one conversion, not two"),
                 "take one of them out");
        }
        first = found != NULL ? found : first;
    }
}

static void load_column(struct map_loader *loader, Slice name, const struct yaml_node *node) {
    static const char *const keys[] = {"field", "time", "zone", "origin", "unit",    "add",
                                       "money", "bool", "map",  "prefix", "optional"};
    if (!yaml_check_keys(node, keys, COUNT_OF(keys), loader->diags) && node->kind != YAML_MAPPING) {
        return;
    }
    const struct yaml_node *field_node = yaml_require(node, "field", loader->diags);
    Slice field_name = yaml_text(field_node, loader->diags);
    uint32_t field =
        slice_empty(field_name) ? SCHEMA_NONE : take_field(loader, field_name, field_node->place);
    if (field == SCHEMA_NONE) {
        return;
    }
    struct map_column column = {.name = name, .field = field, .next = SCHEMA_NONE};
    map_init(&column.values, loader->arena);
    check_conversions(loader, node);
    load_time(loader, node, &column);
    load_money(loader, node, &column);
    load_bool(loader, node, &column);
    load_values(loader, node, &column);
    yaml_bool(yaml_get(node, "optional"), &column.optional, loader->diags);
    const struct yaml_node *prefix = yaml_get(node, "prefix");
    if (prefix != NULL &&
        expect_type(loader, &column, loader->schema->fields[field].type == FIELD_STRING, prefix,
                    "string")) {
        column.prefixed = true;
        column.prefix = prefix->kind == YAML_SCALAR ? prefix->text : SLICE("");
    }
    loader->map->text_size += column.prefix.size;
    *VEC_PUSH(&loader->columns, loader->arena) = column;
}

// A column of one field is a mapping; of several fields, a list of mappings.
static void load_columns(struct map_loader *loader, const struct yaml_node *columns) {
    if (columns == NULL || !yaml_expect(columns, YAML_MAPPING, loader->diags)) {
        return;
    }
    if (columns->count == 0) {
        hint(loader,
             complain(loader, MAP_NO_COLUMNS, columns->key_place, "the map names no columns"),
             "for example  columns: {TX_ID: {field: event_id}}");
    }
    YAML_EACH(columns, node) {
        if (node->kind != YAML_SEQUENCE) {
            load_column(loader, node->key, node);
            continue;
        }
        YAML_EACH(node, child) {
            load_column(loader, node->key, child);
        }
    }
}

static void link_columns(struct map_loader *loader) {
    struct intake_map *map = loader->map;
    map->fan_out = 1;
    uint32_t run = 0;
    for (uint32_t i = 0; i < loader->columns.count; i++) {
        struct map_column *column = &loader->columns.at[i];
        bool again = i > 0 && slice_equal(column[-1].name, column->name);
        run = again ? run + 1 : 1;
        map->fan_out = run > map->fan_out ? run : map->fan_out;
        if (again) {
            column[-1].next = i;
        } else {
            map_put(&map->by_name, column->name, i);
        }
    }
    map->columns = loader->columns.at;
    map->column_count = loader->columns.count;
}

static void load_constants(struct map_loader *loader, const struct yaml_node *constants) {
    if (constants == NULL || !yaml_expect(constants, YAML_MAPPING, loader->diags)) {
        return;
    }
    YAML_EACH(constants, node) {
        Slice text = yaml_text(node, loader->diags);
        uint32_t field = take_field(loader, node->key, node->key_place);
        union event_cell cell;
        if (field == SCHEMA_NONE || slice_empty(text)) {
            continue;
        }
        if (!cell_from_text(&loader->checker, field, text, &cell)) {
            hint(loader,
                 complain(loader, MAP_VALUE, node->place, "%.*s",
                          SLICE_ARGS(loader->checker.refusal.reason)),
                 "a constant is written like a cell of a CSV file");
            continue;
        }
        *VEC_PUSH(&loader->constants, loader->arena) = (struct map_constant){field, cell};
        loader->map->text_size += text.size;
    }
    loader->map->constants = loader->constants.at;
    loader->map->constant_count = loader->constants.count;
}

static void load_label(struct map_loader *loader, const struct yaml_node *label) {
    static const char *const keys[] = {"column", "fraud"};
    if (label == NULL || !yaml_check_keys(label, keys, COUNT_OF(keys), loader->diags)) {
        return;
    }
    loader->map->label_column =
        yaml_text(yaml_require(label, "column", loader->diags), loader->diags);
    const struct yaml_node *fraud = yaml_require(label, "fraud", loader->diags);
    if (fraud != NULL && yaml_expect(fraud, YAML_SEQUENCE, loader->diags)) {
        YAML_EACH(fraud, child) {
            map_put(&loader->map->label_fraud, yaml_text(child, loader->diags), 1);
        }
    }
}

static void load_csv(struct map_loader *loader, const struct yaml_node *csv) {
    static const char *const keys[] = {"separator", "header"};
    if (csv == NULL || !yaml_check_keys(csv, keys, COUNT_OF(keys), loader->diags)) {
        return;
    }
    yaml_bool(yaml_get(csv, "header"), &loader->map->header, loader->diags);
    const struct yaml_node *separator = yaml_get(csv, "separator");
    if (separator == NULL) {
        return;
    }
    Slice text = yaml_text(separator, loader->diags);
    if (text.size != 1 || strchr("\"\r\n", text.at[0]) != NULL ||
        (unsigned char)text.at[0] >= 0x80) {
        hint(loader, complain(loader, MAP_FORMAT, separator->place, "a separator is one character"),
             "\",\", \";\", \"|\" or \"\\t\"");
        return;
    }
    loader->map->separator = text.at[0];
}

static void check_given(struct map_loader *loader, const struct yaml_node *root) {
    const struct schema *schema = loader->schema;
    uint32_t roles[] = {schema->id, schema->type, schema->time};
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (!bits_test(loader->given, roles[i])) {
            struct diag *diag = complain(loader, MAP_NO_ROLE, root->place,
                                         "nothing gives '%.*s', which every event needs",
                                         SLICE_ARGS(schema->fields[roles[i]].name));
            hint(loader, diag,
                 roles[i] == schema->id
                     ? "name a column, or number the records: \"$position\": {field: ...}"
                     : "name a column, or a constant");
        }
    }
}

const struct intake_map *intake_map_load(const struct yaml_node *root, const struct schema *schema,
                                         struct arena *arena, struct diag_list *diags) {
    static const char *const keys[] = {"format", "csv", "constants", "columns", "label"};
    static const char *const formats[] = {"ndjson", "csv"};
    uint32_t errors_before = diags->error_count;
    if (root == NULL || !yaml_expect(root, YAML_MAPPING, diags)) {
        return NULL;
    }
    yaml_check_keys(root, keys, COUNT_OF(keys), diags);
    struct map_loader loader = {.schema = schema,
                                .arena = arena,
                                .diags = diags,
                                .map = ARENA_NEW(arena, struct intake_map)};
    loader.map->separator = ',';
    loader.map->header = true;
    map_init(&loader.map->by_name, arena);
    map_init(&loader.map->label_fraud, arena);
    cell_checker_init(&loader.checker, schema);
    uint32_t format = 1;
    yaml_choice(yaml_require(root, "format", diags), formats, COUNT_OF(formats), &format, diags);
    loader.map->csv = format == 1;
    load_csv(&loader, yaml_get(root, "csv"));
    load_constants(&loader, yaml_get(root, "constants"));
    load_columns(&loader, yaml_require(root, "columns", diags));
    link_columns(&loader);
    load_label(&loader, yaml_get(root, "label"));
    if (diags->error_count == errors_before) {
        check_given(&loader, root);
    }
    cell_checker_deinit(&loader.checker);
    return diags->error_count == errors_before ? loader.map : NULL;
}

bool intake_map_is_csv(const struct intake_map *map) {
    return map->csv;
}

Slice intake_map_column(const struct intake_map *map, uint32_t field) {
    for (uint32_t i = 0; i < map->column_count; i++) {
        if (map->columns[i].field == field) {
            return map->columns[i].name;
        }
    }
    return (Slice){NULL, 0};
}
