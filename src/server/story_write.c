// Stories as JSON: values in the form of the wire, counters filled in, contexts of several layers as one.

#include "base/money.h"
#include "base/time.h"
#include "server/story_private.h"
#include "codec/json_write.h"
#include "codec/number.h"

#include <math.h>

// What an event says beside its fields.
static const char *const event_keys[] = {"event", "as", "at", "after", "repeat", "every"};

static bool is_event_key(Slice key) {
    for (size_t i = 0; i < sizeof event_keys / sizeof event_keys[0]; i++) {
        if (slice_is(key, event_keys[i])) {
            return true;
        }
    }
    return false;
}

// ---- values ----------------------------------------------------------------------------------------------

// What stands between braces: i, then steps such as *100 or +7 or %3, from left to right.
static bool count_out(Slice text, int64_t counter, double *ret_value) {
    text = slice_trim(text);
    if (!slice_starts_with(text, SLICE("i"))) {
        return false;
    }
    double value = (double)counter;
    size_t at = 1;
    while (at < text.size) {
        size_t end = at + 1;
        while (end < text.size && memchr("+-*%", text.at[end], 4) == NULL) {
            end++;
        }
        double step;
        if (!number_parse(slice_trim(slice_part(text, at + 1, end - at - 1)), &step)) {
            return false;
        }
        switch (text.at[at]) {
        case '+':
            value += step;
            break;
        case '-':
            value -= step;
            break;
        case '*':
            value *= step;
            break;
        case '%':
            value = fmod(value, step);
            break;
        default:
            return false;
        }
        at = end;
    }
    *ret_value = value;
    return isfinite(value);
}

// The text with its counters filled in.
static Slice fill_counters(struct story *story, const struct yaml_node *node, int64_t counter) {
    Slice text = yaml_text(node, story->diags);
    if (slice_find_byte(text, '{', 0) == text.size) {
        return text;
    }
    struct buf out;
    buf_init(&out, 1 << 20);
    size_t at = 0;
    while (at < text.size) {
        size_t open = slice_find_byte(text, '{', at);
        buf_put(&out, slice_part(text, at, open - at));
        if (open == text.size) {
            break;
        }
        size_t close = slice_find_byte(text, '}', open);
        double value;
        if (close == text.size || !count_out(slice_part(text, open + 1, close - open - 1), counter, &value)) {
            Place place = yaml_place_in(node, open, close == text.size ? close : close + 1);
            struct diag *diag = story_fail(story, "ST010", place, "this is no counter%.*s", SLICE(""));
            diag_hint(story->diags, diag, "{i} counts from 1; {i+7}, {i*100}, {i%%3} and the like compute, from left to right");
            break;
        }
        char digits[NUMBER_TEXT_SIZE];
        buf_put(&out, (Slice){digits, number_format(value, digits)});
        at = close + 1;
    }
    Slice filled = at < text.size && slice_find_byte(text, '{', at) < text.size ? (Slice){NULL, 0} : arena_copy(story->arena, buf_slice(&out));
    buf_deinit(&out);
    return filled;
}

static void put_list(struct story *story, const struct yaml_node *node, int64_t counter, struct json_writer *json) {
    json_array_begin(json);
    YAML_EACH(node, item) {
        json_string(json, fill_counters(story, item, counter));
    }
    json_array_end(json);
}

// A moment within a field: before the event itself, or of the calendar.
static bool moment_of(struct story *story, Slice text, int64_t event_us, int64_t *ret_us) {
    int64_t span_us;
    if (slice_starts_with(text, SLICE("-")) && span_parse(slice_part(text, 1, SIZE_MAX), &span_us)) {
        *ret_us = event_us - span_us;
        return true;
    }
    if (story_parse_clock(text, &span_us)) {
        *ret_us = story->day_us + span_us;
        return true;
    }
    return time_parse(text, story->book->catalogue->zone_offset_us, ret_us);
}

static void put_field(struct story *story, const struct schema_field *field, const struct yaml_node *node,
                      const struct occurrence *at, struct json_writer *json) {
    json_key(json, field->name);
    if (field->type == FIELD_LIST && node->kind == YAML_SEQUENCE) {
        put_list(story, node, at->counter, json);
        return;
    }
    Slice text = fill_counters(story, node, at->counter);
    if (text.at == NULL || node->kind != YAML_SCALAR) { // told already
        json_null(json);
        return;
    }
    int64_t integer;
    double number;
    bool fits = true;
    switch (field->type) {
    case FIELD_STRING:
    case FIELD_ENUM:
        json_string(json, text);
        return;
    case FIELD_INT:
        fits = slice_to_i64(text, &integer);
        json_i64(json, fits ? integer : 0);
        break;
    case FIELD_MONEY:
        fits = money_parse(text, story->book->schema->money_digits, &integer);
        json_i64(json, fits ? integer : 0);
        break;
    case FIELD_FLOAT:
        fits = number_parse(text, &number);
        json_double(json, fits ? number : 0);
        break;
    case FIELD_BOOL:
        fits = slice_is(text, "true") || slice_is(text, "false");
        json_bool(json, slice_is(text, "true"));
        break;
    case FIELD_TIME:
        fits = moment_of(story, text, at->time_us, &integer);
        json_i64(json, fits ? integer / US_PER_MS : 0);
        break;
    case FIELD_LIST:
        fits = false;
        json_null(json);
        break;
    }
    if (!fits) {
        static const char *const wanted[] = {"a text", "a text", "a list", "a whole number", "a number", "true or false",
                                             "an amount such as 1200.50", "a time such as -2h, 03:12 or 2026-11-20 03:12"};
        struct diag *diag = story_fail(story, "ST005", node->place, "'%.*s' does not fit the field", text);
        diag_hint(story->diags, diag, "'%.*s' is %s", SLICE_ARGS(field->name), wanted[field->type]);
    }
}

// The nodes of a mapping, into the values by field.
static void take_fields(struct story *story, const struct yaml_node *layer, const struct yaml_node **values) {
    const struct schema *schema = story->book->schema;
    YAML_EACH(layer, node) {
        uint32_t field = schema_find_field(schema, node->key);
        if (is_event_key(node->key)) {
            continue;
        }
        if (field == SCHEMA_NONE) {
            struct diag *diag = story_fail(story, "ST003", node->key_place, "events have no field '%.*s'", node->key);
            story_suggest(story, diag, &schema->fields_by_name, node->key);
        } else if (schema->fields[field].derive != DERIVE_NONE) {
            story_fail(story, "ST004", node->key_place, "the field '%.*s' is computed from others, and cannot be said", node->key);
        } else if (field == schema->type || field == schema->time) {
            struct diag *diag = story_fail(story, "ST004", node->key_place, "'%.*s' is not said as a field", node->key);
            diag_hint(story->diags, diag, "a story says `event:` and `at:`");
        } else {
            values[field] = node;
        }
    }
}

static void put_event(struct story *story, const struct occurrence *at, const struct yaml_node **values, struct json_writer *json) {
    const struct schema *schema = story->book->schema;
    const struct story_event *event = &story->events.at[at->event];
    memset(values, 0, sizeof *values * schema->field_count);
    Slice type = schema->types[event->type].name;
    for (int i = 0; i < BASES; i++) {
        take_fields(story, yaml_get(story->bases[i], "all"), values);
        YAML_EACH(story->bases[i], base) {
            take_fields(story, slice_equal(base->key, type) ? base : NULL, values);
        }
    }
    for (uint32_t i = 0; i < event->layer_count; i++) {
        take_fields(story, event->layers[i], values);
    }
    json_object_begin(json);
    json_key_string(json, schema->fields[schema->type].name, type);
    json_key_i64(json, schema->fields[schema->time].name, floor_div(at->time_us, US_PER_MS));
    if (values[schema->id] == NULL) {
        Slice id = slice_empty(event->name) ? arena_printf(story->arena, "event-%u", at->event + 1) : event->name;
        json_key_string(json, schema->fields[schema->id].name,
                        event->repeat == 1 ? id : arena_printf(story->arena, "%.*s-%lld", SLICE_ARGS(id), (long long)at->counter));
    }
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (values[i] != NULL && !yaml_is_null(values[i])) {
            put_field(story, &schema->fields[i], values[i], at, json);
        }
    }
    json_object_end(json);
}

// ---- context ---------------------------------------------------------------------------------------------

static void put_cell(struct story *story, Slice name, const struct yaml_node *node, struct json_writer *json) {
    const struct catalogue *catalogue = story->book->catalogue;
    const struct expr_variable *variable = expr_env_find(catalogue->vocabulary.env, name);
    const struct name *cell = variable == NULL ? NULL : &catalogue->vocabulary.names.at[variable->slot];
    if (cell == NULL || cell->kind != NAME_CELL) {
        story_fail(story, "ST011", node->key_place, "no table has '%.*s'", name);
        json_null(json);
        return;
    }
    ColumnType type = catalogue->knowledge->tables[cell->table].columns[cell->index].type;
    Slice text = yaml_text(node, story->diags);
    int64_t integer;
    double number;
    if (type == COLUMN_STRING || type == COLUMN_ENUM) {
        json_string(json, text);
    } else if (type == COLUMN_BOOL && (slice_is(text, "true") || slice_is(text, "false"))) {
        json_bool(json, slice_is(text, "true"));
    } else if (type != COLUMN_BOOL && slice_to_i64(text, &integer)) {
        json_i64(json, integer);
    } else if (type != COLUMN_BOOL && number_parse(text, &number)) {
        json_double(json, number);
    } else {
        story_fail(story, "ST005", node->place, "'%.*s' does not fit the column", text);
        json_null(json);
    }
}

static void put_keys(struct story *story, const struct yaml_node *node, struct json_writer *json) {
    bool known = map_get(&story->book->catalogue->knowledge->lists_by_name, node->key) != MAP_NONE;
    if (!known) {
        struct diag *diag = story_fail(story, "ST011", node->key_place, "the pack has no list '%.*s'", node->key);
        story_suggest(story, diag, &story->book->catalogue->knowledge->lists_by_name, node->key);
    }
    yaml_expect(node, YAML_SEQUENCE, story->diags);
    put_list(story, node, 1, json);
}

// Mappings that lie over each other, as one object: of each key the topmost value, and objects again as one.
static void put_merged(struct story *story, const struct yaml_node *const *layers, uint32_t count, Slice prefix, bool lists,
                       struct json_writer *json) {
    struct map done;
    map_init(&done, story->arena);
    json_object_begin(json);
    for (uint32_t i = count; i-- > 0;) {
        YAML_EACH(layers[i], node) {
            if (!map_put(&done, node->key, 0) || yaml_is_null(node)) {
                continue;
            }
            json_key(json, node->key);
            Slice name = slice_empty(prefix) ? node->key
                                             : arena_printf(story->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(node->key));
            if (node->kind != YAML_MAPPING) {
                (lists ? put_keys(story, node, json) : put_cell(story, name, node, json));
                continue;
            }
            const struct yaml_node *parts[LAYERS_MAX];
            uint32_t part_count = 0;
            for (uint32_t k = 0; k <= i; k++) {
                YAML_EACH(layers[k], part) {
                    if (slice_equal(part->key, node->key) && part->kind == YAML_MAPPING) {
                        parts[part_count++] = part;
                    }
                }
            }
            put_merged(story, parts, part_count, name, lists || slice_is(name, "lists"), json);
        }
    }
    json_object_end(json);
}

// ---- the answer ------------------------------------------------------------------------------------------

static void put_decision(struct story *story, struct json_writer *json) {
    json_key(json, SLICE("decision"));
    json_object_begin(json);
    YAML_EACH(story->decision, node) {
        int64_t span_us;
        json_key(json, node->key);
        if (slice_is(node->key, "delay")) {
            json_i64(json, yaml_span(node, &span_us, story->diags) ? span_us / US_PER_SECOND : 0);
        } else if (node->kind != YAML_SEQUENCE) {
            json_string(json, yaml_text(node, story->diags));
        } else {
            json_array_begin(json);
            YAML_EACH(node, item) {
                json_string(json, yaml_text(item, story->diags));
            }
            json_array_end(json);
        }
    }
    json_object_end(json);
}

// ---- the whole -------------------------------------------------------------------------------------------

void story_put(struct story *story, Slice id, const struct occurrence *all, uint32_t count, struct buf *out) {
    const struct yaml_node **values = ARENA_ARRAY(story->arena, const struct yaml_node *, story->book->schema->field_count);
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("test_id"), id);
    json_key_bool(&json, SLICE("expect"), story->expect);
    json_key(&json, SLICE("context"));
    put_merged(story, story->contexts, story->context_count, SLICE(""), false, &json);
    json_key_string(&json, SLICE("effort"), story->effort);
    if (story->decision != NULL) {
        put_decision(story, &json);
    }
    json_key(&json, SLICE("events"));
    json_array_begin(&json);
    uint32_t errors = story->diags->error_count;
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].counter == 1 || story->diags->error_count == errors) { // a mistake is told once, not for each repetition
            put_event(story, &all[i], values, &json);
        }
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
}
