#include "expr/value.h"

#include "base/money.h"
#include "expr/net.h"
#include "expr/numeral.h"
#include "expr/texts.h"
#include "expr/times.h"

#include <math.h>

_Static_assert((int)VALUE_UNORDERED == (int)NUMERAL_UNORDERED, "one word for no order");

static int order_of(int64_t left, int64_t right) {
    return (left > right) - (left < right);
}

static int compare_int_uint(int64_t left, uint64_t right) {
    if (left < 0) {
        return -1;
    }
    return ((uint64_t)left > right) - ((uint64_t)left < right);
}

static int compare_doubles(double left, double right) {
    if (left != left || right != right) {
        return VALUE_UNORDERED;
    }
    return (left > right) - (left < right);
}

static int flip(int order) {
    return order == VALUE_UNORDERED ? order : -order;
}

double value_minor_units(const struct value *number) {
    switch (number->kind) {
    case VALUE_MONEY:
        return number->number;
    case VALUE_INT:
        return (double)number->integer * MONEY_SCALE;
    case VALUE_UINT:
        return (double)number->unsigned_integer * MONEY_SCALE;
    default:
        return money_from_major(number->number);
    }
}

static int compare_numbers(const struct value *left, const struct value *right) {
    if (left->kind == VALUE_MONEY || right->kind == VALUE_MONEY) {
        return compare_doubles(value_minor_units(left), value_minor_units(right));
    }
    if (left->kind == VALUE_INT) {
        switch (right->kind) {
        case VALUE_INT:
            return order_of(left->integer, right->integer);
        case VALUE_UINT:
            return compare_int_uint(left->integer, right->unsigned_integer);
        default:
            return numeral_compare_int_double(left->integer, right->number);
        }
    }
    if (left->kind == VALUE_UINT && right->kind == VALUE_UINT) {
        return (left->unsigned_integer > right->unsigned_integer) -
               (left->unsigned_integer < right->unsigned_integer);
    }
    if (left->kind == VALUE_UINT && right->kind == VALUE_DOUBLE) {
        return numeral_compare_uint_double(left->unsigned_integer, right->number);
    }
    if (left->kind == VALUE_DOUBLE && right->kind == VALUE_DOUBLE) {
        return compare_doubles(left->number, right->number);
    }
    return flip(compare_numbers(right, left));
}

int value_compare(const struct value *left, const struct value *right) {
    if (value_is_number(left) && value_is_number(right)) {
        return compare_numbers(left, right);
    }
    if (left->kind != right->kind) {
        return VALUE_UNORDERED;
    }
    switch (left->kind) {
    case VALUE_BOOL:
        return left->boolean - right->boolean;
    case VALUE_STRING:
    case VALUE_BYTES: {
        int order = slice_compare(left->text, right->text);
        return (order > 0) - (order < 0);
    }
    case VALUE_TIMESTAMP:
    case VALUE_DURATION: {
        int order = order_of(left->time.seconds, right->time.seconds);
        return order != 0 ? order : order_of(left->time.nanos, right->time.nanos);
    }
    default:
        return VALUE_UNORDERED;
    }
}

// What a comparison of two values carries along: how much it may still do, and how deep it is.
struct equality {
    uint32_t *steps;
    uint32_t depth;
};

static bool equal(struct equality *run, const struct value *left, const struct value *right);

static bool lists_equal(struct equality *run, const struct value_list *left,
                        const struct value_list *right) {
    if (left->count != right->count) {
        return false;
    }
    for (uint32_t i = 0; i < left->count; i++) {
        if (!equal(run, &left->items[i], &right->items[i])) {
            return false;
        }
    }
    return true;
}

static bool maps_equal(struct equality *run, const struct value_map *left,
                       const struct value_map *right) {
    if (left->count != right->count) {
        return false;
    }
    for (uint32_t i = 0; i < left->count; i++) {
        const struct value *other = value_map_get(right, &left->keys[i], run->steps);
        if (other == NULL || !equal(run, &left->values[i], other)) {
            return false;
        }
    }
    return true;
}

static bool types_equal(const struct type *left, const struct type *right) {
    return left->kind == right->kind && slice_equal(left->name, right->name);
}

static bool contents_equal(struct equality *run, const struct value *left,
                           const struct value *right) {
    switch (left->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_IP:
    case VALUE_CIDR:
        return net_equal(left->net, right->net);
    case VALUE_LIST:
        return lists_equal(run, left->list, right->list);
    case VALUE_MAP:
        return maps_equal(run, left->map, right->map);
    case VALUE_OPTIONAL:
        if (left->optional == NULL || right->optional == NULL) {
            return left->optional == right->optional;
        }
        return equal(run, left->optional, right->optional);
    case VALUE_TYPE:
        return types_equal(left->type, right->type);
    default:
        return value_compare(left, right) == 0;
    }
}

static bool equal(struct equality *run, const struct value *left, const struct value *right) {
    if (*run->steps == 0 || run->depth == VALUE_DEPTH_MAX) {
        return false;
    }
    --*run->steps;
    if (value_is_number(left) && value_is_number(right)) {
        return compare_numbers(left, right) == 0;
    }
    if (left->kind != right->kind) {
        return false;
    }
    run->depth++;
    bool is_equal = contents_equal(run, left, right);
    run->depth--;
    return is_equal;
}

bool value_equal_within(const struct value *left, const struct value *right, uint32_t *steps) {
    struct equality run = {.steps = steps};
    return equal(&run, left, right);
}

bool value_equal(const struct value *left, const struct value *right) {
    uint32_t steps = UINT32_MAX;
    return value_equal_within(left, right, &steps);
}

static const struct value *find_text_key(const struct value_map *map, Slice key) {
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->keys[i].kind == VALUE_STRING && slice_equal(map->keys[i].text, key)) {
            return &map->values[i];
        }
    }
    return NULL;
}

const struct value *value_map_get(const struct value_map *map, const struct value *key,
                                  uint32_t *steps) {
    if (key->kind == VALUE_STRING) { // which no key of another kind is equal to
        bool is_paid = map->count <= *steps;
        *steps -= is_paid ? map->count : *steps;
        return is_paid ? find_text_key(map, key->text) : NULL;
    }
    for (uint32_t i = 0; i < map->count && *steps > 0; i++) {
        if (value_equal_within(&map->keys[i], key, steps)) {
            return &map->values[i];
        }
    }
    return NULL;
}

const struct type *value_type(const struct value *value) {
    static const TypeKind kinds[] = {
        [VALUE_NULL] = TYPE_NULL,         [VALUE_BOOL] = TYPE_BOOL,
        [VALUE_INT] = TYPE_INT,           [VALUE_UINT] = TYPE_UINT,
        [VALUE_DOUBLE] = TYPE_DOUBLE,     [VALUE_STRING] = TYPE_STRING,
        [VALUE_BYTES] = TYPE_BYTES,       [VALUE_TIMESTAMP] = TYPE_TIMESTAMP,
        [VALUE_DURATION] = TYPE_DURATION, [VALUE_MONEY] = TYPE_MONEY,
        [VALUE_IP] = TYPE_IP,             [VALUE_CIDR] = TYPE_CIDR,
        [VALUE_LIST] = TYPE_LIST,         [VALUE_MAP] = TYPE_MAP,
        [VALUE_OPTIONAL] = TYPE_OPTIONAL, [VALUE_TYPE] = TYPE_TYPE,
        [VALUE_MISSING] = TYPE_DYN,       [VALUE_ERROR] = TYPE_ERROR,
    };
    return &type_constants[kinds[value->kind]];
}

// Writing values as source.

static void put_value(struct buf *out, const struct value *value, uint32_t depth);

static void put_double(struct buf *out, double number) {
    char text[NUMERAL_TEXT_SIZE];
    size_t size = numeral_format(number, text);
    bool is_special = number != number || number - number != 0;
    if (is_special) {
        buf_printf(out, "double(\"%s\")", text);
        return;
    }
    buf_put(out, (Slice){text, size});
    bool is_whole = strpbrk(text, ".e") == NULL;
    buf_put(out, is_whole ? SLICE(".0") : SLICE(""));
}

static void put_money(struct buf *out, double minor) {
    char text[NUMERAL_TEXT_SIZE];
    size_t size = numeral_format_money(minor, text);
    buf_put(out, (Slice){text, size});
}

static void put_called(struct buf *out, const char *function, const char *text, size_t size) {
    buf_printf(out, "%s(\"", function);
    buf_put(out, (Slice){text, size});
    buf_put(out, SLICE("\")"));
}

static void put_time(struct buf *out, const struct value *value) {
    char text[TIMES_TEXT_SIZE];
    if (value->kind == VALUE_TIMESTAMP) {
        put_called(out, "timestamp", text, times_format_timestamp(value->time, text));
    } else {
        put_called(out, "duration", text, times_format_duration(value->time, text));
    }
}

static void put_net(struct buf *out, const struct value *value) {
    char text[NET_TEXT_SIZE];
    bool is_cidr = value->kind == VALUE_CIDR;
    size_t size = is_cidr ? net_format_cidr(value->net, text) : net_format_ip(value->net, text);
    put_called(out, is_cidr ? "cidr" : "ip", text, size);
}

static void put_list(struct buf *out, const struct value_list *list, uint32_t depth) {
    buf_put_byte(out, '[');
    for (uint32_t i = 0; i < list->count && !buf_overflowed(out); i++) {
        buf_put(out, i > 0 ? SLICE(", ") : SLICE(""));
        put_value(out, &list->items[i], depth);
    }
    buf_put_byte(out, ']');
}

static void put_map(struct buf *out, const struct value_map *map, uint32_t depth) {
    buf_put_byte(out, '{');
    for (uint32_t i = 0; i < map->count && !buf_overflowed(out); i++) {
        buf_put(out, i > 0 ? SLICE(", ") : SLICE(""));
        put_value(out, &map->keys[i], depth);
        buf_put(out, SLICE(": "));
        put_value(out, &map->values[i], depth);
    }
    buf_put_byte(out, '}');
}

static void put_optional(struct buf *out, const struct value *optional, uint32_t depth) {
    if (optional == NULL) {
        buf_put(out, SLICE("optional.none()"));
        return;
    }
    buf_put(out, SLICE("optional.of("));
    put_value(out, optional, depth);
    buf_put_byte(out, ')');
}

static void put_value(struct buf *out, const struct value *value, uint32_t depth) {
    if (depth == VALUE_DEPTH_MAX || buf_overflowed(out)) {
        buf_put(out, SLICE("..."));
        return;
    }
    depth++;
    switch (value->kind) {
    case VALUE_NULL:
        buf_put(out, SLICE("null"));
        break;
    case VALUE_BOOL:
        buf_put(out, value->boolean ? SLICE("true") : SLICE("false"));
        break;
    case VALUE_INT:
        buf_printf(out, "%lld", (long long)value->integer);
        break;
    case VALUE_UINT:
        buf_printf(out, "%lluu", (unsigned long long)value->unsigned_integer);
        break;
    case VALUE_DOUBLE:
        put_double(out, value->number);
        break;
    case VALUE_MONEY:
        put_money(out, value->number);
        break;
    case VALUE_STRING:
        text_put_quoted(out, value->text);
        break;
    case VALUE_BYTES:
        text_put_bytes(out, value->text);
        break;
    case VALUE_TIMESTAMP:
    case VALUE_DURATION:
        put_time(out, value);
        break;
    case VALUE_IP:
    case VALUE_CIDR:
        put_net(out, value);
        break;
    case VALUE_LIST:
        put_list(out, value->list, depth);
        break;
    case VALUE_MAP:
        put_map(out, value->map, depth);
        break;
    case VALUE_OPTIONAL:
        put_optional(out, value->optional, depth);
        break;
    case VALUE_TYPE: // without its arguments, which do not count for equality either
        buf_put(out, type_name(value->type));
        break;
    case VALUE_MISSING:
        buf_put(out, SLICE("missing"));
        break;
    case VALUE_ERROR:
        buf_put(out, SLICE("error: "));
        buf_put(out, value->text);
        break;
    }
}

void value_put(struct buf *out, const struct value *value) {
    put_value(out, value, 0);
}

Slice value_text(struct arena *arena, const struct value *value) {
    enum { LONGEST = 16 << 20 };
    struct buf out;
    buf_init(&out, LONGEST);
    value_put(&out, value);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

bool value_from_number(const struct type *type, double number, struct value *ret_value) {
    if (isnan(number)) {
        return false;
    }
    switch (type->kind) {
    case TYPE_BOOL:
        *ret_value = value_bool(number > 0);
        return true;
    case TYPE_INT: {
        int64_t integer;
        if (!numeral_double_to_int(number, &integer)) {
            return false;
        }
        *ret_value = value_int(integer);
        return true;
    }
    case TYPE_MONEY:
        *ret_value = value_money(number);
        return true;
    default:
        *ret_value = value_double(number);
        return true;
    }
}
