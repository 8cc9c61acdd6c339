// Personal data in what the journal has kept. A decision repeats values of its event: as what a hit saw, in the texts of reasons. So the values
// of the event are found first, by what the schema says of its fields, and then hidden wherever they stand. So are those of profiles and features
// that a hit saw (carried.h): they are found in the record itself.

#include "server/api/api.h"
#include "server/api/carried.h"

enum { RECORD_SIZE_MAX = 16 << 20, HIDDEN_TEXT_MAX = 1 << 20 };

static void remember(struct masking *masking, MaskKind kind, Slice value) {
    bool is_new = masking->count < MASKING_MAX && value.size >= MASKING_SIZE_MIN;
    for (uint32_t i = 0; is_new && i < masking->count; i++) {
        is_new = !slice_equal(masking->values[i], value);
    }
    if (is_new) {
        masking->values[masking->count] = arena_copy(masking->arena, value);
        masking->hidden[masking->count++] = mask_copy(kind, value, masking->arena);
    }
}

// The personal values below an object or array.
static void collect(struct masking *masking, JsonTree tree, uint32_t at) {
    MaskKind kind;
    JSON_EACH(tree, at, i) {
        const struct json_node *node = &tree.nodes[i];
        if (node->kind == JSON_OBJECT || node->kind == JSON_ARRAY) {
            collect(masking, tree, i);
        } else if (node->kind == JSON_STRING && tree.nodes[at].kind == JSON_OBJECT && carried_by_name(masking->catalogue, node->key, &kind)) {
            remember(masking, kind, node->text);
        }
    }
}

void masking_init(struct masking *masking, const struct catalogue *catalogue, Slice event, struct arena *arena) {
    JsonTree tree;
    *masking = (struct masking){.catalogue = catalogue, .arena = arena, .json = json_reader_create(RECORD_SIZE_MAX, JSON_DEPTH_MAX)};
    if (json_parse(masking->json, event, &tree) == STATUS_OK && tree.nodes[0].kind == JSON_OBJECT) {
        collect(masking, tree, 0);
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

static bool is_number(const struct json_node *node) {
    return node->kind == JSON_INT || node->kind == JSON_UINT || node->kind == JSON_DOUBLE;
}

static void put_node(struct masking *masking, struct json_writer *json, JsonTree tree, uint32_t node) {
    const struct json_node *at = &tree.nodes[node];
    switch (at->kind) {
    case JSON_OBJECT:
        json_object_begin(json);
        JSON_EACH(tree, node, member) {
            const struct json_node *one = &tree.nodes[member];
            MaskKind kind;
            json_key(json, one->key);
            if (one->kind == JSON_STRING && carried_by_name(masking->catalogue, one->key, &kind)) {
                json_string(json, mask_copy(kind, one->text, masking->arena));
            } else if (is_number(one) && carried_by_name(masking->catalogue, one->key, &kind)) {
                json_string(json, mask_copy(MASK_ALL, SLICE("0"), masking->arena));
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
        if (tree.nodes[0].kind == JSON_OBJECT || tree.nodes[0].kind == JSON_ARRAY) {
            collect(masking, tree, 0);
        }
        put_node(masking, json, tree, 0);
    } else {
        json_null(json); // what cannot be read cannot be hidden
    }
}
