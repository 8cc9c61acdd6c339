#include "monitoring/stream/intake.h"

#include "base/utf8.h"
#include "codec/json_scan.h"
#include "codec/number.h"
#include "monitoring/stream/cell.h"
#include "monitoring/stream/derive.h"
#include "monitoring/stream/intake_map.h"

#include <stdio.h>
#include <stdlib.h>

// The way of a record: its members are matched with fields, each value is checked and becomes a
// cell, what is required is counted, what is derived is computed, the roles are taken from the
// cells.
//
// Names are matched by prediction: a source sends its fields in the same order each time, so the
// field that came behind this one in the last record is compared first. That is one memcmp; only
// what is new or different goes through the hash table.
//
// Texts are copied into the event behind one reservation, so that no slice moves while a record is
// read.

#define WORDS (SCHEMA_FIELDS_MAX / 64)

enum { RECORD_SIZE_MAX = 1 << 20 };

// What the hot loop needs of a field, close together.
struct known_field {
    Slice name;
    bool text;
    bool derived;
};

struct binding {
    uint32_t cell; // of a row
    const struct map_column *column;
};

struct intake {
    const struct schema *schema;
    const struct intake_map *given; // the map the intake was made with
    const struct intake_map *map;   // of the record at hand: the given one where it is of that format
    struct json_reader *json;
    JsonTree tree;
    struct cell_checker checker;
    struct buf scratch;  // a text with its prefix
    struct buf rendered; // a JSON number as text, for a map
    uint64_t position;   // of the next record
    uint64_t before;     // records of the inputs that are read already
    bool partial;
    uint32_t word_count; // of masks
    size_t text_most;    // bytes that the texts of an event take at most, by the sizes of its fields
    size_t text_extra;   // bytes that an event takes beyond those of its record
    struct known_field fields[SCHEMA_FIELDS_MAX];
    uint32_t next_of[SCHEMA_FIELDS_MAX +
                     1]; // prediction: 0 the first field, i + 1 the one behind field i
    uint16_t *again; // the same for records that come again, by type, plus one; NULL: none came
    uint64_t seen[WORDS];
    bool change; // a member is "$list" or "$table"
    uint64_t required[SCHEMA_TYPES_MAX][WORDS];
    uint64_t required_always[WORDS];
    uint32_t *type_of_value;  // of the type field's enumeration
    struct map_column *plain; // one for each field, for CSV without a map
    struct binding *bindings;
    uint32_t binding_count, column_count;
    uint32_t label_cell;
    struct intake_refusal header_refusal; // why the header was refused
    struct buf header_reason;
};

static const Slice problem_codes[] = {[INTAKE_FINE] = SLICE(""),
#define X(name, code, text) [INTAKE_##name] = SLICE(code),
                                      INTAKE_PROBLEMS(X)
#undef X
};

static const Slice problem_texts[] = {[INTAKE_FINE] = SLICE("nothing is wrong"),
#define X(name, code, text) [INTAKE_##name] = SLICE(text),
                                      INTAKE_PROBLEMS(X)
#undef X
};

Slice intake_problem_code(IntakeProblem problem) {
    return problem_codes[problem];
}

Slice intake_problem_text(IntakeProblem problem) {
    return problem_texts[problem];
}

// --- Life
// -----------------------------------------------------------------------------------------------

static void index_required(struct intake *intake) {
    const struct schema *schema = intake->schema;
    for (uint32_t i = 0; i < schema->field_count; i++) {
        for (uint32_t type = 0; type < schema->type_count; type++) {
            if (bits_test(schema->fields[i].required, type)) {
                bits_set(intake->required[type], i);
            }
        }
    }
    for (uint32_t type = 0; type < schema->type_count; type++) {
        bits_set(intake->required[type], schema->id);
        bits_set(intake->required[type], schema->time);
    }
    bits_set(intake->required_always, schema->time);
}

static void index_types(struct intake *intake) {
    const struct schema *schema = intake->schema;
    const struct schema_enum *values = &schema->enums[schema->fields[schema->type].enumeration];
    intake->type_of_value = memory_alloc(sizeof(uint32_t) * (values->count + 1));
    for (uint32_t i = 0; i < values->count; i++) {
        intake->type_of_value[i] = schema_find_type(schema, values->values[i]);
    }
}

struct intake *intake_create(const struct schema *schema, const struct intake_map *map) {
    struct intake *intake = memory_alloc(sizeof *intake);
    intake->schema = schema;
    intake->given = map;
    intake->json = json_reader_create(RECORD_SIZE_MAX, JSON_DEPTH_MAX);
    intake->position = 1;
    intake->word_count = (uint32_t)bits_words(schema->field_count);
    intake->text_extra = derive_text_size(schema) + (map == NULL ? 0 : map->text_size);
    intake->label_cell = SCHEMA_NONE;
    cell_checker_init(&intake->checker, schema);
    buf_init(&intake->scratch, 2 * RECORD_SIZE_MAX);
    buf_init(&intake->rendered, 64);
    buf_init(&intake->header_reason, 4096);
    for (uint32_t i = 0; i <= SCHEMA_FIELDS_MAX; i++) {
        intake->next_of[i] = SCHEMA_NONE;
    }
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        intake->fields[i] = (struct known_field){field->name, field->type == FIELD_STRING,
                                                 field->derive != DERIVE_NONE};
        intake->text_most += field->type == FIELD_STRING ? field->size_max : 0;
    }
    index_required(intake);
    index_types(intake);
    return intake;
}

void intake_destroy(struct intake *intake) {
    if (intake == NULL) {
        return;
    }
    json_reader_destroy(intake->json);
    cell_checker_deinit(&intake->checker);
    buf_deinit(&intake->scratch);
    buf_deinit(&intake->rendered);
    buf_deinit(&intake->header_reason);
    free(intake->again);
    free(intake->type_of_value);
    free(intake->plain);
    free(intake->bindings);
    free(intake);
}

const struct schema *intake_schema(const struct intake *intake) {
    return intake->schema;
}

const struct intake_map *intake_map_of(const struct intake *intake, bool csv) {
    return intake->given != NULL && intake->given->csv == csv ? intake->given : NULL;
}

void intake_set_position(struct intake *intake, uint64_t position) {
    intake->position = position;
}

void intake_end_input(struct intake *intake, uint64_t record_count) {
    intake->before += record_count;
    intake->position = 1;
}

void intake_allow_partial(struct intake *intake, bool allow) {
    intake->partial = allow;
}

JsonTree intake_tree(const struct intake *intake) {
    return intake->tree;
}

// --- Cells
// ----------------------------------------------------------------------------------------------

static void begin(struct intake *intake, struct event *event, size_t text_size) {
    event_reset(event);
    event->position = intake->position++;
    intake->change = false;
    char *room = buf_reserve(&event->texts, text_size + intake->text_extra);
    INVARIANT(room != NULL || text_size + intake->text_extra == 0);
    if (intake->map != NULL) {
        memset(intake->seen, 0, sizeof *intake->seen * intake->word_count);
    }
}

// Puts a cell into the event; a text is copied behind the reservation.
static inline void put_cell(const struct intake *intake, struct event *event, uint32_t field,
                            union event_cell cell) {
    if (intake->fields[field].text) {
        char *room = event->texts.bytes + event->texts.size;
        INVARIANT(cell.text.size <= event->texts.capacity - event->texts.size);
        if (cell.text.size > 0) {
            memcpy(room, cell.text.at, cell.text.size);
        }
        event->texts.size += cell.text.size;
        cell.text.at = room;
    }
    event->cells[field] = cell;
    bits_set(event->present, field);
}

static Status give_refusal(const struct intake *intake, struct intake_refusal *ret_refusal) {
    *ret_refusal = intake->checker.refusal;
    return STATUS_INVALID;
}

static bool refuse_missing(struct intake *intake, uint32_t field, uint32_t type) {
    const struct schema *schema = intake->schema;
    Slice name = schema->fields[field].name;
    return cell_refuse(&intake->checker, INTAKE_MISSING, field, NULL,
                       "%.*s is missing; %s%.*s has to have it", SLICE_ARGS(name),
                       type == SCHEMA_NONE ? "every event" : "an event ",
                       SLICE_ARGS(type == SCHEMA_NONE ? SLICE("") : schema->types[type].name));
}

static bool check_required(struct intake *intake, const struct event *event, uint32_t type) {
    const uint64_t *required = intake->partial ? intake->required_always : intake->required[type];
    for (uint32_t w = 0; w < intake->word_count; w++) {
        uint64_t missing = required[w] & ~event->present[w];
        if (missing != 0) {
            return refuse_missing(intake, w * 64 + (uint32_t)__builtin_ctzll(missing), type);
        }
    }
    return true;
}

// What is left when all cells are in: the type, what is required, what is derived, the roles.
static bool finish(struct intake *intake, struct event *event) {
    const struct schema *schema = intake->schema;
    if (!event_has(event, schema->type)) {
        return refuse_missing(intake, schema->type, SCHEMA_NONE);
    }
    event->type = intake->type_of_value[event->cells[schema->type].integer];
    if (!check_required(intake, event, event->type)) {
        return false;
    }
    if (event_has(event, schema->id)) {
        event->id = event->cells[schema->id].text;
        if (slice_empty(event->id)) {
            Slice name = schema->fields[schema->id].name;
            return cell_refuse(
                &intake->checker, INTAKE_EMPTY_ID, schema->id, NULL,
                "%.*s is empty; every event needs an id of its own, or it could be counted twice",
                SLICE_ARGS(name));
        }
    }
    derive_fields(event);
    event->time_us = event->cells[schema->time].integer;
    if (schema->received != SCHEMA_NONE && event_has(event, schema->received)) {
        event->received_us = event->cells[schema->received].integer;
    }
    return true;
}

// --- JSON
// -----------------------------------------------------------------------------------------------

static bool is_change(Slice key) {
    return slice_is(key, "$list") || slice_is(key, "$table");
}

static bool object_is_change(JsonTree tree, uint32_t object) {
    JSON_EACH(tree, object, i) {
        if (tree.nodes[i].key.size > 0 && tree.nodes[i].key.at[0] == '$' &&
            is_change(tree.nodes[i].key)) {
            return true;
        }
    }
    return false;
}

static bool refuse_duplicate(struct intake *intake, uint32_t field, Slice name) {
    struct buf quoted;
    buf_init(&quoted, CELL_SHOWN_MAX + 8);
    cell_put_shown(&quoted, name);
    cell_refuse(&intake->checker, INTAKE_DUPLICATE_FIELD, field, NULL,
                "%.*s is there twice; it is not clear which one counts",
                SLICE_ARGS(buf_slice(&quoted)));
    buf_deinit(&quoted);
    return false;
}

static inline uint32_t find_field(struct intake *intake, uint32_t previous, Slice key) {
    uint32_t guess = intake->next_of[previous];
    if (guess != SCHEMA_NONE && cell_same(intake->fields[guess].name, key)) {
        return guess;
    }
    uint32_t field = map_get(&intake->schema->fields_by_name, key);
    if (field != SCHEMA_NONE) {
        intake->next_of[previous] = field;
    }
    return field;
}

static bool read_members(struct intake *intake, JsonTree tree, uint32_t object,
                         struct event *event) {
    uint64_t seen[WORDS];
    memset(seen, 0, sizeof *seen * intake->word_count);
    uint32_t previous = 0;
    JSON_EACH(tree, object, i) {
        const struct json_node *node = &tree.nodes[i];
        uint32_t field = find_field(intake, previous, node->key);
        if (field == SCHEMA_NONE) {
            intake->change = intake->change || is_change(node->key);
            continue;
        }
        previous = field + 1;
        if (intake->fields[field].derived) {
            continue;
        }
        if (bits_test(seen, field)) {
            return refuse_duplicate(intake, field, node->key);
        }
        bits_set(seen, field);
        if (node->kind == JSON_NULL) {
            continue;
        }
        union event_cell cell;
        if (!cell_from_json(&intake->checker, field, node, &cell)) {
            return false;
        }
        put_cell(intake, event, field, cell);
    }
    return true;
}

// The text of a scalar, as a map's conversions take it. False for lists and objects.
static bool scalar_text(struct intake *intake, const struct json_node *node, Slice *ret_text) {
    char number[NUMBER_TEXT_SIZE];
    buf_reset(&intake->rendered);
    switch (node->kind) {
    case JSON_STRING:
        *ret_text = node->text;
        return true;
    case JSON_FALSE:
    case JSON_TRUE:
        *ret_text = node->kind == JSON_TRUE ? SLICE("true") : SLICE("false");
        return true;
    case JSON_INT:
        buf_printf(&intake->rendered, "%lld", (long long)node->i64);
        break;
    case JSON_UINT:
        buf_printf(&intake->rendered, "%llu", (unsigned long long)node->u64);
        break;
    case JSON_DOUBLE:
        buf_put(&intake->rendered, (Slice){number, number_format(node->f64, number)});
        break;
    default:
        return false;
    }
    *ret_text = buf_slice(&intake->rendered);
    return true;
}

static void put_label(const struct intake *intake, struct event *event, Slice text) {
    event->has_label = !slice_empty(text);
    event->fraud = event->has_label && map_get(&intake->map->label_fraud, text) != MAP_NONE;
}

static bool map_member(struct intake *intake, const struct map_column *column,
                       const struct json_node *node, struct event *event) {
    union event_cell cell;
    Slice text;
    if (bits_test(intake->seen, column->field)) {
        return refuse_duplicate(intake, column->field, node->key);
    }
    bits_set(intake->seen, column->field);
    if (node->kind == JSON_NULL) {
        return true;
    }
    bool plain = column->kind == COLUMN_PLAIN && !column->prefixed;
    if (plain || !scalar_text(intake, node, &text)) {
        if (!cell_from_json(&intake->checker, column->field, node, &cell)) {
            return false;
        }
    } else if (slice_empty(text)) {
        return true;
    } else if (!map_column_cell(&intake->checker, column, text, &intake->scratch, &cell)) {
        return false;
    }
    put_cell(intake, event, column->field, cell);
    return true;
}

static bool put_position(struct intake *intake, struct event *event) {
    const struct intake_map *map = intake->map;
    for (uint32_t i = map_get(&map->by_name, SLICE("$position")); i != SCHEMA_NONE;
         i = map->columns[i].next) {
        char text[24];
        int size = snprintf(text, sizeof text, "%llu",
                            (unsigned long long)(intake->before + event->position));
        union event_cell cell;
        if (!map_column_cell(&intake->checker, &map->columns[i], (Slice){text, (size_t)size},
                             &intake->scratch, &cell)) {
            return false;
        }
        put_cell(intake, event, map->columns[i].field, cell);
    }
    return true;
}

static bool put_fixed(struct intake *intake, struct event *event) {
    const struct intake_map *map = intake->map;
    for (uint32_t i = 0; i < map->constant_count; i++) {
        put_cell(intake, event, map->constants[i].field, map->constants[i].cell);
    }
    return put_position(intake, event);
}

static bool map_members(struct intake *intake, JsonTree tree, uint32_t object,
                        struct event *event) {
    const struct intake_map *map = intake->map;
    if (!put_fixed(intake, event)) {
        return false;
    }
    intake->change = object_is_change(tree, object);
    JSON_EACH(tree, object, i) {
        const struct json_node *node = &tree.nodes[i];
        Slice text;
        if (!slice_empty(map->label_column) && slice_equal(map->label_column, node->key) &&
            scalar_text(intake, node, &text)) {
            put_label(intake, event, text);
        }
        uint32_t k =
            slice_is(node->key, "$position") ? SCHEMA_NONE : map_get(&map->by_name, node->key);
        for (; k != SCHEMA_NONE; k = map->columns[k].next) {
            if (!map_member(intake, &map->columns[k], node, event)) {
                return false;
            }
        }
    }
    return true;
}

static bool refuse_root(struct intake *intake) {
    return cell_refuse(
        &intake->checker, INTAKE_NOT_OBJECT, SCHEMA_NONE, NULL,
        "the record is valid JSON but not an object; an event looks like {\"%.*s\": ...}",
        SLICE_ARGS(intake->schema->fields[intake->schema->id].name));
}

// False: refused, or a change (which the caller asks for).
static bool read_object(struct intake *intake, JsonTree tree, uint32_t object,
                        struct event *event) {
    if (tree.nodes[object].kind != JSON_OBJECT) {
        return refuse_root(intake);
    }
    bool ok = intake->map != NULL ? map_members(intake, tree, object, event)
                                  : read_members(intake, tree, object, event);
    return ok && finish(intake, event);
}

// JSON knows no largest number, so the record may be well-formed; but it cannot be read as any field.
static bool refuse_number(struct intake *intake, Slice line, size_t offset) {
    Slice rest = slice_part(line, offset, SIZE_MAX);
    size_t size = 0;
    while (size < rest.size && memchr("0123456789+-.eE", rest.at[size], 15) != NULL) {
        size++;
    }
    size_t shown = size < CELL_SHOWN_MAX ? size : CELL_SHOWN_MAX;
    return cell_refuse(&intake->checker, INTAKE_RANGE, SCHEMA_NONE, NULL,
                       "the number %.*s%s at byte %zu of the record fits neither 64 bits nor a double", (int)shown, rest.at,
                       shown < size ? "..." : "", offset + 1);
}

static bool refuse_json(struct intake *intake, Slice line) {
    const struct json_error *error = json_reader_error(intake->json);
    const char *what = json_fault_text(error->fault);
    if (error->fault == JSON_FAULT_SIZE) {
        return cell_refuse(&intake->checker, INTAKE_TOO_LONG, SCHEMA_NONE, NULL,
                           "the record has %zu bytes and may have %d", line.size, RECORD_SIZE_MAX);
    }
    if (error->fault == JSON_FAULT_UTF8) {
        return cell_refuse(&intake->checker, INTAKE_UTF8, SCHEMA_NONE, NULL,
                           "byte %zu of the record is not UTF-8; write the source's texts in UTF-8",
                           error->offset + 1);
    }
    if (error->fault == JSON_FAULT_NUMBER_RANGE) {
        return refuse_number(intake, line, error->offset);
    }
    return cell_refuse(&intake->checker, INTAKE_JSON, SCHEMA_NONE, NULL,
                       "the record is not valid JSON: at byte %zu, %s", error->offset + 1, what);
}

// Bytes of all texts below a node.
static size_t texts_below(JsonTree tree, uint32_t object) {
    size_t size = 0;
    for (uint32_t i = object + 1; i < tree.nodes[object].next; i++) {
        size += tree.nodes[i].kind == JSON_STRING ? tree.nodes[i].text.size : 24;
    }
    return size;
}

// A map may give one member to several fields, and makes texts of numbers. What is longer than its field is never kept.
static size_t text_room(const struct intake *intake, size_t record_size) {
    const struct intake_map *map = intake->map;
    size_t room = map == NULL ? record_size
                              : record_size * map->fan_out + map->column_count * NUMBER_TEXT_SIZE;
    return room < intake->text_most ? room : intake->text_most;
}

Status intake_json(struct intake *intake, Slice line, struct event *event, RecordKind *ret_kind,
                   struct intake_refusal *ret_refusal) {
    intake->map = intake_map_of(intake, false);
    intake->tree = (JsonTree){0};
    JsonTree tree;
    if (json_parse(intake->json, line, &tree) != STATUS_OK) {
        intake->position++;
        refuse_json(intake, line);
        return give_refusal(intake, ret_refusal);
    }
    intake->tree = tree;
    begin(intake, event, text_room(intake, line.size));
    if (read_object(intake, tree, 0, event)) {
        *ret_kind = RECORD_EVENT;
        ENSURE(intake->change, STATUS_OK);
    } else if (!object_is_change(tree, 0)) {
        return give_refusal(intake, ret_refusal);
    }
    uint64_t position = event->position;
    event_reset(event);
    event->position = position;
    *ret_kind = RECORD_CHANGE;
    return STATUS_OK;
}

// ---- records that come again ------------------------------------------------------------------------------

static bool put_again(struct intake *intake, uint32_t field, const struct json_node *node, uint64_t *seen, struct event *event) {
    union event_cell cell;
    if (intake->fields[field].derived) {
        return true;
    }
    if (bits_test(seen, field)) {
        return false;
    }
    bits_set(seen, field);
    if (node->kind == JSON_NULL) {
        return true;
    }
    if (!cell_from_json(&intake->checker, field, node, &cell)) {
        return false;
    }
    put_cell(intake, event, field, cell);
    return true;
}

// Which field comes behind another one differs by type, which is told among the first members.
static uint16_t *next_again(struct intake *intake, const struct event *event) {
    uint32_t field = intake->schema->type;
    uint32_t type = event_has(event, field) ? intake->type_of_value[event->cells[field].integer] + 1 : 0;
    return &intake->again[(size_t)type * (SCHEMA_FIELDS_MAX + 1)];
}

static uint32_t find_again(struct intake *intake, uint16_t *guess, Slice key) {
    if (*guess > 0 && key.at == intake->fields[*guess - 1].name.at) {
        return *guess - 1u;
    }
    uint32_t field = map_get(&intake->schema->fields_by_name, key);
    *guess = field == SCHEMA_NONE ? *guess : (uint16_t)(field + 1);
    return field;
}

static bool read_again(struct intake *intake, Slice line, struct event *event) {
    uint64_t seen[WORDS];
    struct json_scan scan;
    struct json_node nodes[JSON_SCAN_NODES];
    uint32_t previous = 0;
    uint16_t *next = next_again(intake, event);
    memset(seen, 0, sizeof *seen * intake->word_count);
    JsonScanned what = json_scan_begin(&scan, line);
    while (what == JSON_SCAN_MEMBER) {
        uint16_t *guess = &next[previous];
        what = json_scan_next(&scan, *guess == 0 ? (Slice){0} : intake->fields[*guess - 1].name, nodes);
        if (what != JSON_SCAN_MEMBER) {
            break;
        }
        uint32_t field = find_again(intake, guess, nodes[0].key);
        if (field == SCHEMA_NONE) {
            ENSURE(!is_change(nodes[0].key), false);
            continue;
        }
        previous = field + 1;
        ENSURE(put_again(intake, field, nodes, seen, event), false);
        next = field == intake->schema->type ? next_again(intake, event) : next;
    }
    return what == JSON_SCAN_END && finish(intake, event);
}

bool intake_json_again(struct intake *intake, Slice line, struct event *event) {
    intake->map = intake_map_of(intake, false);
    intake->tree = (JsonTree){0};
    if (intake->map != NULL || line.size > RECORD_SIZE_MAX) {
        return false;
    }
    if (intake->again == NULL) {
        intake->again = memory_alloc(sizeof *intake->again * (intake->schema->type_count + 1) * (SCHEMA_FIELDS_MAX + 1));
    }
    begin(intake, event, text_room(intake, line.size));
    bool ok = read_again(intake, line, event);
    intake->position -= !ok; // it is read once more
    return ok;
}

Status intake_json_event(struct intake *intake, JsonTree tree, uint32_t object, struct event *event,
                         struct intake_refusal *ret_refusal) {
    intake->map = intake_map_of(intake, false);
    begin(intake, event, text_room(intake, texts_below(tree, object)));
    return read_object(intake, tree, object, event) ? STATUS_OK : give_refusal(intake, ret_refusal);
}

// --- CSV
// ------------------------------------------------------------------------------------------------

static Status refuse_header(struct intake *intake, struct intake_refusal *ret_refusal) {
    buf_reset(&intake->header_reason);
    buf_put(&intake->header_reason, intake->checker.refusal.reason);
    intake->header_refusal = intake->checker.refusal;
    intake->header_refusal.reason = buf_slice(&intake->header_reason);
    *ret_refusal = intake->header_refusal;
    return STATUS_INVALID;
}

static void bind(struct intake *intake, uint32_t cell, const struct map_column *column) {
    intake->bindings[intake->binding_count++] = (struct binding){cell, column};
    bits_set(intake->seen, column->field);
}

static bool bind_column(struct intake *intake, uint32_t cell, Slice name) {
    const struct intake_map *map = intake->map;
    if (map == NULL) {
        uint32_t field = schema_find_field(intake->schema, name);
        if (field == SCHEMA_NONE || intake->fields[field].derived) {
            return true;
        }
        if (bits_test(intake->seen, field)) {
            return refuse_duplicate(intake, field, name);
        }
        intake->plain[field] =
            (struct map_column){.name = name, .field = field, .next = SCHEMA_NONE};
        bind(intake, cell, &intake->plain[field]);
        return true;
    }
    if (!slice_empty(map->label_column) && slice_equal(map->label_column, name)) {
        intake->label_cell = cell;
    }
    for (uint32_t i = map_get(&map->by_name, name); i != SCHEMA_NONE; i = map->columns[i].next) {
        if (bits_test(intake->seen, map->columns[i].field)) {
            return refuse_duplicate(intake, map->columns[i].field, name);
        }
        bind(intake, cell, &map->columns[i]);
    }
    return true;
}

// Each column that the map names has to be there, or a misspelt name would lose a field in silence.
static bool check_mapped(struct intake *intake) {
    const struct intake_map *map = intake->map;
    for (uint32_t i = 0; map != NULL && i < map->column_count; i++) {
        const struct map_column *column = &map->columns[i];
        if (!column->optional && !slice_is(column->name, "$position") &&
            !bits_test(intake->seen, column->field)) {
            return cell_refuse(
                &intake->checker, INTAKE_COLUMNS, column->field, NULL,
                "the header has no column \"%.*s\", which the map names; mark it optional: true "
                "if it may be absent",
                SLICE_ARGS(column->name));
        }
    }
    if (map != NULL && !slice_empty(map->label_column) && intake->label_cell == SCHEMA_NONE) {
        return cell_refuse(&intake->checker, INTAKE_COLUMNS, SCHEMA_NONE, NULL,
                           "the header has no column \"%.*s\", from which the map takes the label",
                           SLICE_ARGS(map->label_column));
    }
    return true;
}

static bool check_roles(struct intake *intake) {
    const struct schema *schema = intake->schema;
    uint32_t roles[] = {schema->type, schema->time, schema->id};
    if (intake->map != NULL) {
        return true; // a map's mistakes of this kind are told when it is loaded
    }
    for (size_t i = 0; i < (intake->partial ? 2 : 3); i++) {
        if (!bits_test(intake->seen, roles[i])) {
            return cell_refuse(
                &intake->checker, INTAKE_MISSING, roles[i], NULL,
                "the header has no column \"%.*s\", which every event has to have; a map can name "
                "another column for it",
                SLICE_ARGS(schema->fields[roles[i]].name));
        }
    }
    return true;
}

Status intake_csv_header(struct intake *intake, const Slice *columns, uint32_t count,
                         struct intake_refusal *ret_refusal) {
    intake->map = intake_map_of(intake, true);
    free(intake->bindings);
    free(intake->plain);
    uint32_t most = intake->map != NULL ? intake->map->column_count : intake->schema->field_count;
    intake->bindings = memory_alloc(sizeof *intake->bindings * (most + 1));
    intake->plain = memory_alloc(sizeof *intake->plain * (intake->schema->field_count + 1));
    intake->binding_count = 0;
    intake->column_count = count;
    intake->label_cell = SCHEMA_NONE;
    intake->header_refusal = (struct intake_refusal){0};
    memset(intake->seen, 0, sizeof intake->seen);
    for (uint32_t i = 0; i < count; i++) {
        Slice name = slice_trim(columns[i]);
        if (i == 0 && slice_starts_with(name, SLICE("\xef\xbb\xbf"))) {
            name = slice_part(name, 3, SIZE_MAX);
        }
        if (!bind_column(intake, i, name)) {
            return refuse_header(intake, ret_refusal);
        }
    }
    if (!check_mapped(intake) || !check_roles(intake)) {
        return refuse_header(intake, ret_refusal);
    }
    return STATUS_OK;
}

static bool read_cells(struct intake *intake, const Slice *cells, struct event *event) {
    if (intake->map != NULL && !put_fixed(intake, event)) {
        return false;
    }
    if (intake->label_cell != SCHEMA_NONE) {
        put_label(intake, event, cells[intake->label_cell]);
    }
    for (uint32_t i = 0; i < intake->binding_count; i++) {
        const struct binding *binding = &intake->bindings[i];
        Slice text = cells[binding->cell];
        if (slice_empty(text)) {
            continue;
        }
        union event_cell cell;
        if (!map_column_cell(&intake->checker, binding->column, text, &intake->scratch, &cell)) {
            return false;
        }
        put_cell(intake, event, binding->column->field, cell);
    }
    return finish(intake, event);
}

static bool check_row(struct intake *intake, const Slice *cells, uint32_t count, size_t *ret_size) {
    if (count != intake->column_count) {
        return cell_refuse(
            &intake->checker, INTAKE_COLUMNS, SCHEMA_NONE, NULL,
            "the row has %u columns and the header %u; a separator inside a text needs quotes "
            "around it",
            count, intake->column_count);
    }
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        size += cells[i].size;
        size_t wrong = utf8_invalid_at(cells[i]);
        if (wrong < cells[i].size) {
            return cell_refuse(
                &intake->checker, INTAKE_UTF8, SCHEMA_NONE, NULL,
                "byte %zu of column %u is not UTF-8; write the source's texts in UTF-8", wrong + 1,
                i + 1);
        }
    }
    *ret_size = size;
    return true;
}

Status intake_csv_row(struct intake *intake, const Slice *cells, uint32_t count,
                      struct event *event, struct intake_refusal *ret_refusal) {
    size_t size = 0;
    intake->map = intake_map_of(intake, true);
    if (intake->header_refusal.problem != INTAKE_FINE) {
        intake->position++;
        *ret_refusal = intake->header_refusal;
        return STATUS_INVALID;
    }
    if (!check_row(intake, cells, count, &size)) {
        intake->position++;
        return give_refusal(intake, ret_refusal);
    }
    begin(intake, event, text_room(intake, size));
    return read_cells(intake, cells, event) ? STATUS_OK : give_refusal(intake, ret_refusal);
}
