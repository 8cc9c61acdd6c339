// Personal data in what the journal has kept. A decision repeats values of its event: as what a hit saw, in the texts of reasons. So the values
// of the event are found first, by what the schema says of its fields, and then hidden wherever they stand.

#include "server/api/api.h"

enum { RECORD_SIZE_MAX = 16 << 20, HIDDEN_TEXT_MAX = 1 << 20 };

static const struct schema_field *personal_field(const struct masking *masking, Slice key) {
    // What a hit saw is named as in expressions.
    Slice name = slice_starts_with(key, SLICE("event.")) ? slice_part(key, 6, SIZE_MAX) : key;
    uint32_t index = schema_find_field(masking->schema, name);
    return index == SCHEMA_NONE || !masking->schema->fields[index].is_personal ? NULL : &masking->schema->fields[index];
}

void masking_init(struct masking *masking, const struct schema *schema, Slice event, struct arena *arena) {
    JsonTree tree;
    *masking = (struct masking){.schema = schema, .arena = arena, .json = json_reader_create(RECORD_SIZE_MAX, JSON_DEPTH_MAX)};
    if (json_parse(masking->json, event, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return;
    }
    JSON_EACH(tree, 0, i) {
        const struct json_node *node = &tree.nodes[i];
        const struct schema_field *field = node->kind == JSON_STRING ? personal_field(masking, node->key) : NULL;
        if (field != NULL && masking->count < MASKING_MAX && node->text.size >= MASKING_SIZE_MIN) {
            masking->values[masking->count] = arena_copy(arena, node->text);
            masking->hidden[masking->count++] = mask_copy(field->personal, node->text, arena);
        }
    }
}

void masking_deinit(struct masking *masking) {
    json_reader_destroy(masking->json);
}

// The personal value that begins at `at`, the longest of them: one may begin with another.
static uint32_t value_at(const struct masking *masking, Slice text, size_t at) {
    uint32_t found = MASKING_MAX;
    for (uint32_t i = 0; i < masking->count; i++) {
        bool longer = found == MASKING_MAX || masking->values[i].size > masking->values[found].size;
        found = longer && slice_starts_with(slice_part(text, at, SIZE_MAX), masking->values[i]) ? i : found;
    }
    return found;
}

static void put_text(const struct masking *masking, struct json_writer *json, Slice text) {
    struct buf out;
    buf_init(&out, HIDDEN_TEXT_MAX + 2 * text.size);
    size_t at = 0;
    while (at < text.size) {
        uint32_t value = value_at(masking, text, at);
        buf_put(&out, value == MASKING_MAX ? slice_part(text, at, 1) : masking->hidden[value]);
        at += value == MASKING_MAX ? 1 : masking->values[value].size;
    }
    json_string(json, buf_slice(&out));
    buf_deinit(&out);
}

static void put_node(struct masking *masking, struct json_writer *json, JsonTree tree, uint32_t node) {
    const struct json_node *at = &tree.nodes[node];
    switch (at->kind) {
    case JSON_OBJECT:
        json_object_begin(json);
        JSON_EACH(tree, node, member) {
            const struct json_node *one = &tree.nodes[member];
            const struct schema_field *field = personal_field(masking, one->key);
            json_key(json, one->key);
            if (field != NULL && one->kind == JSON_STRING) {
                json_string(json, mask_copy(field->personal, one->text, masking->arena));
            } else {
                put_node(masking, json, tree, member);
            }
        }
        json_object_end(json);
        break;
    case JSON_ARRAY:
        json_array_begin(json);
        JSON_EACH(tree, node, element) {
            put_node(masking, json, tree, element);
        }
        json_array_end(json);
        break;
    case JSON_STRING:
        put_text(masking, json, at->text);
        break;
    case JSON_INT:
        json_i64(json, at->i64);
        break;
    case JSON_UINT:
        json_u64(json, at->u64);
        break;
    case JSON_DOUBLE:
        json_double(json, at->f64);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_bool(json, at->kind == JSON_TRUE);
        break;
    case JSON_NULL:
        json_null(json);
        break;
    }
}

void masking_put(struct masking *masking, struct json_writer *json, Slice text) {
    JsonTree tree;
    if (json_parse(masking->json, text, &tree) == STATUS_OK) {
        put_node(masking, json, tree, 0);
    } else {
        json_null(json); // what cannot be read cannot be hidden
    }
}
