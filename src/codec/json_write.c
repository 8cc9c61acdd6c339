#include "codec/json_write.h"

#include "base/utf8.h"
#include "codec/number.h"

#include <math.h>

void json_writer_init(struct json_writer *json, struct buf *out) {
    *json = (struct json_writer){.out = out};
}

void json_writer_finish(const struct json_writer *json) {
    INVARIANT(json->depth == 0 && !json->keyed);
}

static bool in_object(const struct json_writer *json) {
    return json->depth > 0 && (json->objects >> (json->depth - 1) & 1) != 0;
}

// Before any value: its key must have been written in an object, elsewhere a comma may be due.
static void before_value(struct json_writer *json) {
    INVARIANT(in_object(json) == json->keyed);
    if (!json->keyed && json->separate) {
        buf_put_byte(json->out, ',');
    }
    json->keyed = false;
    json->separate = true;
}

static void begin(struct json_writer *json, bool object) {
    before_value(json);
    INVARIANT(json->depth < JSON_WRITE_DEPTH_MAX);
    uint64_t bit = UINT64_C(1) << json->depth++;
    json->objects = object ? json->objects | bit : json->objects & ~bit;
    json->separate = false;
    buf_put_byte(json->out, object ? '{' : '[');
}

static void end(struct json_writer *json, bool object) {
    INVARIANT(json->depth > 0 && in_object(json) == object && !json->keyed);
    json->depth--;
    json->separate = true;
    buf_put_byte(json->out, object ? '}' : ']');
}

void json_object_begin(struct json_writer *json) {
    begin(json, true);
}

void json_object_end(struct json_writer *json) {
    end(json, true);
}

void json_array_begin(struct json_writer *json) {
    begin(json, false);
}

void json_array_end(struct json_writer *json) {
    end(json, false);
}

static void put_escape(struct buf *out, unsigned char byte) {
    static const char digits[] = "0123456789abcdef";
    const char *at = byte != 0 ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", byte) : NULL;
    if (at != NULL) {
        char pair[2] = {'\\', at[1]};
        buf_put(out, (Slice){pair, 2});
    } else {
        char code[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        buf_put(out, (Slice){code, 6});
    }
}

static void put_replacement(struct buf *out) {
    buf_put(out, SLICE("\xef\xbf\xbd"));
}

// A text with its quotes and escapes. Copies runs of plain bytes whole and stops only at what must change.
static void put_string(struct buf *out, Slice text) {
    buf_put_byte(out, '"');
    size_t start = 0;
    size_t at = 0;
    while (at < text.size) {
        unsigned char byte = (unsigned char)text.at[at];
        uint32_t rune;
        if (byte >= 0x80 && utf8_next(text, &at, &rune)) {
            continue;
        }
        if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
            at++;
            continue;
        }
        buf_put(out, slice_part(text, start, at - start));
        if (byte >= 0x80) {
            put_replacement(out);
        } else {
            put_escape(out, byte);
        }
        start = ++at;
    }
    buf_put(out, slice_part(text, start, at - start));
    buf_put_byte(out, '"');
}

void json_key(struct json_writer *json, Slice key) {
    INVARIANT(in_object(json) && !json->keyed);
    if (json->separate) {
        buf_put_byte(json->out, ',');
    }
    put_string(json->out, key);
    buf_put_byte(json->out, ':');
    json->keyed = true;
}

void json_string(struct json_writer *json, Slice text) {
    before_value(json);
    put_string(json->out, text);
}

void json_i64(struct json_writer *json, int64_t value) {
    before_value(json);
    buf_printf(json->out, "%lld", (long long)value);
}

void json_u64(struct json_writer *json, uint64_t value) {
    before_value(json);
    buf_printf(json->out, "%llu", (unsigned long long)value);
}

void json_double(struct json_writer *json, double value) {
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    before_value(json);
    char text[NUMBER_TEXT_SIZE];
    buf_put(json->out, (Slice){text, number_format(value, text)});
}

void json_bool(struct json_writer *json, bool value) {
    json_raw(json, value ? SLICE("true") : SLICE("false"));
}

void json_null(struct json_writer *json) {
    json_raw(json, SLICE("null"));
}

void json_raw(struct json_writer *json, Slice rendered) {
    before_value(json);
    buf_put(json->out, rendered);
}

void json_node(struct json_writer *json, JsonTree tree, uint32_t node) {
    const struct json_node *at = &tree.nodes[node];
    switch (at->kind) {
    case JSON_OBJECT:
        json_object_begin(json);
        JSON_EACH(tree, node, member) {
            json_key(json, tree.nodes[member].key);
            json_node(json, tree, member);
        }
        json_object_end(json);
        break;
    case JSON_ARRAY:
        json_array_begin(json);
        JSON_EACH(tree, node, element) {
            json_node(json, tree, element);
        }
        json_array_end(json);
        break;
    case JSON_STRING:
        json_string(json, at->text);
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
