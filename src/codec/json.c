#include "codec/json.h"

#include "base/arena.h"
#include "codec/simdjson_door.h"

#include <stdlib.h>

// The tape of simdjson holds the document in order already; what is done here is one pass over it that turns
// words into nodes, gives keys to members and fills in `next` when a container closes.

enum {
    SIZE_FIRST = 64 << 10, // room at birth: a warm reader for all usual events
    NODES_FIRST = 4096,
    COUNT_SATURATED = 0xffffff, // the tape's count has 24 bits
};

_Static_assert((int)JSON_PADDING >= (int)SIMDJSON_DOOR_PADDING, "padding");

struct json_reader {
    struct simdjson_door *door;
    size_t size_max;
    uint32_t depth_max;
    char *copy; // the text with its padding
    size_t copy_capacity;
    struct json_node *nodes;
    size_t node_capacity;
    uint32_t *open; // indexes of the containers that are open
    struct json_error error;
};

struct json_reader *json_reader_create(size_t size_max, uint32_t depth_max) {
    INVARIANT(size_max <= 1 << 30 && depth_max >= 1 && depth_max <= 1000);
    struct json_reader *reader = memory_alloc(sizeof *reader);
    reader->size_max = size_max;
    reader->depth_max = depth_max;
    size_t first = size_max < SIZE_FIRST ? size_max : SIZE_FIRST;
    first = first < 64 ? 64 : first;
    reader->door = simdjson_door_create(first, size_max < first ? first : size_max, depth_max);
    INVARIANT(reader->door != NULL);
    reader->copy_capacity = first;
    reader->copy = memory_alloc(first + JSON_PADDING);
    reader->node_capacity = NODES_FIRST;
    reader->nodes = memory_alloc(sizeof *reader->nodes * reader->node_capacity);
    reader->open = memory_alloc(sizeof *reader->open * depth_max);
    return reader;
}

void json_reader_destroy(struct json_reader *reader) {
    if (reader == NULL) {
        return;
    }
    simdjson_door_destroy(reader->door);
    free(reader->copy);
    free(reader->nodes);
    free(reader->open);
    free(reader);
}

static inline Slice tape_string(const struct simdjson_tape *tape, uint64_t word) {
    const char *at = tape->strings + (word & UINT64_C(0xffffffffffffff));
    uint32_t size;
    memcpy(&size, at, sizeof size);
    return (Slice){at + sizeof size, size};
}

static void close_container(struct json_node *nodes, uint32_t index, uint32_t next) {
    struct json_node *node = &nodes[index];
    node->next = next;
    if (node->count == COUNT_SATURATED) {
        node->count = 0;
        for (uint32_t i = index + 1; i < next; i = nodes[i].next) {
            node->count++;
        }
    }
}

static uint32_t flatten(struct json_reader *reader, const struct simdjson_tape *tape, uint64_t end) {
    struct json_node *nodes = reader->nodes;
    uint32_t count = 0;
    uint32_t depth = 0;
    bool in_object = false;
    for (uint64_t i = 1; i < end; i++) {
        uint64_t word = tape->words[i];
        char type = (char)(word >> 56);
        if (type == '}' || type == ']') {
            close_container(nodes, reader->open[--depth], count);
            in_object = depth > 0 && nodes[reader->open[depth - 1]].kind == JSON_OBJECT;
            continue;
        }
        struct json_node *node = &nodes[count++];
        node->key = (Slice){NULL, 0};
        if (in_object) {
            node->key = tape_string(tape, word);
            word = tape->words[++i];
            type = (char)(word >> 56);
        }
        node->next = count;
        node->count = 0;
        switch (type) {
        case '"':
            node->kind = JSON_STRING;
            node->text = tape_string(tape, word);
            break;
        case 'l':
            node->kind = JSON_INT;
            node->i64 = (int64_t)tape->words[++i];
            break;
        case 'u':
            node->kind = JSON_UINT;
            node->u64 = tape->words[++i];
            break;
        case 'd':
            node->kind = JSON_DOUBLE;
            memcpy(&node->f64, &tape->words[++i], sizeof node->f64);
            break;
        case 't':
        case 'f':
        case 'n':
            node->kind = type == 't' ? JSON_TRUE : type == 'f' ? JSON_FALSE : JSON_NULL;
            break;
        default:
            INVARIANT(type == '{' || type == '[');
            node->kind = type == '{' ? JSON_OBJECT : JSON_ARRAY;
            node->count = (uint32_t)(word >> 32) & COUNT_SATURATED;
            if (node->count == 0) {
                i++; // its closing word; simdjson does not count it as a level either
                break;
            }
            reader->open[depth++] = count - 1;
            in_object = type == '{';
        }
    }
    return count;
}

static Status fail(struct json_reader *reader, Slice text) {
    reader->error = json_check(text, reader->depth_max);
    INVARIANT(reader->error.fault != JSON_FAULT_NONE);
    return reader->error.fault == JSON_FAULT_DEPTH ? STATUS_LIMIT : STATUS_INVALID;
}

Status json_parse_padded(struct json_reader *reader, Slice text, JsonTree *ret_tree) {
    reader->error = (struct json_error){0};
    if (text.size > reader->size_max) {
        reader->error = (struct json_error){JSON_FAULT_SIZE, reader->size_max};
        return STATUS_LIMIT;
    }
    struct simdjson_tape tape;
    if (simdjson_door_parse(reader->door, text.at, text.size, &tape) != 0) {
        return fail(reader, text);
    }
    // The first word points to the last one. Each node takes at least one word.
    uint64_t end = (tape.words[0] & UINT64_C(0xffffffffffffff)) - 1;
    if (end > reader->node_capacity) {
        while (reader->node_capacity < end) {
            reader->node_capacity *= 2;
        }
        free(reader->nodes);
        reader->nodes = memory_alloc(sizeof *reader->nodes * reader->node_capacity);
    }
    uint32_t count = flatten(reader, &tape, end);
    *ret_tree = (JsonTree){reader->nodes, count};
    return STATUS_OK;
}

Status json_parse(struct json_reader *reader, Slice text, JsonTree *ret_tree) {
    if (text.size <= reader->size_max) {
        if (text.size > reader->copy_capacity) {
            while (reader->copy_capacity < text.size) {
                reader->copy_capacity *= 2;
            }
            free(reader->copy);
            reader->copy = memory_alloc(reader->copy_capacity + JSON_PADDING);
        }
        if (text.size > 0) {
            memcpy(reader->copy, text.at, text.size);
        }
        text.at = reader->copy;
    }
    return json_parse_padded(reader, text, ret_tree);
}

const struct json_error *json_reader_error(const struct json_reader *reader) {
    return &reader->error;
}

const char *json_fault_text(JsonFault fault) {
    static const char *const texts[] = {
#define JSON_FAULT_TEXT(name, text) text,
        JSON_FAULTS(JSON_FAULT_TEXT)
#undef JSON_FAULT_TEXT
    };
    return texts[fault];
}

uint32_t json_member(JsonTree tree, uint32_t object, Slice key) {
    if (tree.nodes[object].kind != JSON_OBJECT) {
        return JSON_NONE;
    }
    JSON_EACH(tree, object, i) {
        if (slice_equal(tree.nodes[i].key, key)) {
            return i;
        }
    }
    return JSON_NONE;
}

bool json_number(const struct json_node *node, double *ret_value) {
    switch (node->kind) {
    case JSON_INT:
        *ret_value = (double)node->i64;
        return true;
    case JSON_UINT:
        *ret_value = (double)node->u64;
        return true;
    case JSON_DOUBLE:
        *ret_value = node->f64;
        return true;
    default:
        return false;
    }
}
