// Format: "%d of %s".format([1, x]), after doc/extensions/strings.md of the specification.
//
//     %[.precision]verb     verbs s d f e x X o b; %% is a percent sign
//
// Numbers are written without regard to the locale; an infinity or not-a-number is written by its
// name under every verb that takes doubles.

#include "base/money.h"
#include "expr/net.h"
#include "expr/numeral.h"
#include "expr/run.h"
#include "expr/texts.h"
#include "expr/times.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRECISION_USUAL = 6, PRECISION_MAX = 1000 };

struct format {
    struct evaluation *run;
    struct buf out;
    struct value error; // VALUE_ERROR after the first
};

static void fail(struct format *format, const char *clause, const struct value *value) {
    Slice type = type_name(value_type(value));
    format->error =
        run_error_format(format->run, "%s, was given %.*s", clause, SLICE_ARGS(type));
}

static void put_plain(struct format *format, double number) {
    char text[NUMERAL_TEXT_SIZE];
    size_t size = numeral_format_plain(number, text);
    buf_put(&format->out, (Slice){text, size});
}

static void put_value(struct format *format, const struct value *value, uint32_t depth);

static void put_list(struct format *format, const struct value_list *list, uint32_t depth) {
    buf_put_byte(&format->out, '[');
    for (uint32_t i = 0; i < list->count && format->error.kind != VALUE_ERROR; i++) {
        buf_put(&format->out, i > 0 ? SLICE(", ") : SLICE(""));
        put_value(format, &list->items[i], depth);
        if (buf_overflowed(&format->out)) {
            return;
        }
    }
    buf_put_byte(&format->out, ']');
}

struct entry {
    Slice key;
    const struct value *value;
};

static int by_key(const void *left, const void *right) {
    return slice_compare(((const struct entry *)left)->key, ((const struct entry *)right)->key);
}

// The text of a key: written behind what there is, copied and taken back.
static Slice key_text(struct format *format, const struct value *key, uint32_t depth) {
    size_t size = format->out.size;
    put_value(format, key, depth);
    Slice text = slice_part(buf_slice(&format->out), size, SIZE_MAX);
    struct value copy = run_text(format->run, VALUE_STRING, text);
    format->out.size = size;
    if (copy.kind == VALUE_ERROR) {
        format->error = copy;
        return SLICE("");
    }
    return copy.text;
}

// In the order of the keys' texts.
static void put_map(struct format *format, const struct value_map *map, uint32_t depth) {
    struct entry *entries = run_alloc(format->run, sizeof *entries * map->count);
    if (entries == NULL) {
        format->error = run_too_much();
        return;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        entries[i] = (struct entry){key_text(format, &map->keys[i], depth), &map->values[i]};
    }
    qsort(entries, map->count, sizeof *entries, by_key);
    buf_put_byte(&format->out, '{');
    for (uint32_t i = 0; i < map->count && format->error.kind != VALUE_ERROR; i++) {
        buf_put(&format->out, i > 0 ? SLICE(", ") : SLICE(""));
        buf_put(&format->out, entries[i].key);
        buf_put(&format->out, SLICE(": "));
        put_value(format, entries[i].value, depth);
        if (buf_overflowed(&format->out)) {
            return;
        }
    }
    buf_put_byte(&format->out, '}');
}

static void put_value(struct format *format, const struct value *value, uint32_t depth) {
    char text[NUMERAL_TEXT_SIZE];
    if (depth == VALUE_DEPTH_MAX) {
        format->error = run_error("the value is nested too deeply to be written");
        return;
    }
    switch (value->kind) {
    case VALUE_NULL:
        buf_put(&format->out, SLICE("null"));
        break;
    case VALUE_BOOL:
        buf_put(&format->out, value->boolean ? SLICE("true") : SLICE("false"));
        break;
    case VALUE_INT:
        buf_printf(&format->out, "%lld", (long long)value->integer);
        break;
    case VALUE_UINT:
        buf_printf(&format->out, "%llu", (unsigned long long)value->unsigned_integer);
        break;
    case VALUE_DOUBLE:
        put_plain(format, value->number);
        break;
    case VALUE_MONEY:
        buf_put(&format->out, (Slice){text, numeral_format_money(value->number, text)});
        break;
    case VALUE_STRING:
        buf_put(&format->out, value->text);
        break;
    case VALUE_BYTES:
        text_put_repaired(&format->out, value->text);
        break;
    case VALUE_TIMESTAMP:
        buf_put(&format->out, (Slice){text, times_format_timestamp(value->time, text)});
        break;
    case VALUE_DURATION:
        buf_put(&format->out, (Slice){text, times_format_duration(value->time, text)});
        break;
    case VALUE_IP:
        buf_put(&format->out, (Slice){text, net_format_ip(value->net, text)});
        break;
    case VALUE_CIDR:
        buf_put(&format->out, (Slice){text, net_format_cidr(value->net, text)});
        break;
    case VALUE_LIST:
        put_list(format, value->list, depth + 1);
        break;
    case VALUE_MAP:
        put_map(format, value->map, depth + 1);
        break;
    case VALUE_TYPE:
        buf_put(&format->out, type_name(value->type));
        break;
    default:
        fail(format, "string clause can only be used on strings, numbers, lists, maps and times",
             value);
    }
}

static void put_decimal(struct format *format, const struct value *value) {
    if (value->kind != VALUE_INT && value->kind != VALUE_UINT && value->kind != VALUE_DOUBLE) {
        fail(format, "decimal clause can only be used on numbers", value);
        return;
    }
    put_value(format, value, 0);
}

// %f and %e.
static void put_fraction(struct format *format, const struct value *value, char verb,
                         int precision) {
    double number;
    switch (value->kind) {
    case VALUE_INT:
        number = (double)value->integer;
        break;
    case VALUE_UINT:
        number = (double)value->unsigned_integer;
        break;
    case VALUE_DOUBLE:
        number = value->number;
        break;
    case VALUE_MONEY:
        number = value->number / MONEY_SCALE;
        break;
    default:
        fail(format, verb == 'f' ? "fixed-point clause can only be used on numbers"
                                 : "scientific clause can only be used on numbers",
             value);
        return;
    }
    if (!isfinite(number)) {
        put_plain(format, number);
    } else if (verb == 'f') {
        buf_printf(&format->out, "%.*f", precision, number);
    } else {
        buf_printf(&format->out, "%.*e", precision, number);
    }
}

// A number in a base that is a power of two, with its sign before it.
static void put_based(struct format *format, const struct value *value, uint32_t bits,
                      const char *digits) {
    enum { LONGEST = 64 };
    char text[LONGEST];
    bool negative = value->kind == VALUE_INT && value->integer < 0;
    uint64_t rest = value->kind == VALUE_BOOL ? value->boolean
                    : negative                ? 0 - (uint64_t)value->integer
                                              : value->unsigned_integer;
    size_t start = LONGEST;
    do {
        text[--start] = digits[rest & ((1u << bits) - 1)];
        rest >>= bits;
    } while (rest != 0);
    buf_put(&format->out, negative ? SLICE("-") : SLICE(""));
    buf_put(&format->out, (Slice){text + start, LONGEST - start});
}

static void put_hex(struct format *format, const struct value *value, const char *digits) {
    if (value->kind == VALUE_STRING || value->kind == VALUE_BYTES) {
        for (size_t i = 0; i < value->text.size; i++) {
            unsigned char byte = (unsigned char)value->text.at[i];
            buf_put_byte(&format->out, digits[byte >> 4]);
            buf_put_byte(&format->out, digits[byte & 15]);
        }
        return;
    }
    if (value->kind != VALUE_INT && value->kind != VALUE_UINT) {
        fail(format, "only integers, byte buffers, and strings can be formatted as hex", value);
        return;
    }
    put_based(format, value, 4, digits);
}

static void put_verb(struct format *format, const struct value *value, char verb, int precision) {
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    bool is_integer = value->kind == VALUE_INT || value->kind == VALUE_UINT;
    switch (verb) {
    case 's':
        put_value(format, value, 0);
        break;
    case 'd':
        put_decimal(format, value);
        break;
    case 'f':
    case 'e':
        put_fraction(format, value, verb, precision);
        break;
    case 'x':
        put_hex(format, value, lower);
        break;
    case 'X':
        put_hex(format, value, upper);
        break;
    case 'o':
        if (!is_integer) {
            fail(format, "octal clause can only be used on integers", value);
            return;
        }
        put_based(format, value, 3, lower);
        break;
    case 'b':
        if (!is_integer && value->kind != VALUE_BOOL) {
            fail(format, "only integers and bools can be formatted as binary", value);
            return;
        }
        put_based(format, value, 1, lower);
        break;
    default:
        format->error = (unsigned char)verb < 0x80
                            ? run_error_format(format->run, "there is no format clause '%%%c'", verb)
                            : run_error("there is no such format clause"); // half a character
    }
}

// ".3" behind the percent sign. False when it is malformed.
static bool read_precision(Slice text, size_t *at, int *ret_precision) {
    *ret_precision = PRECISION_USUAL;
    if (*at >= text.size || text.at[*at] != '.') {
        return true;
    }
    size_t start = ++*at;
    int precision = 0;
    for (; *at < text.size && text.at[*at] >= '0' && text.at[*at] <= '9'; ++*at) {
        precision = precision * 10 + (text.at[*at] - '0');
        if (precision > PRECISION_MAX) {
            return false;
        }
    }
    *ret_precision = precision;
    return *at > start;
}

static struct value run_format(struct format *format, Slice text, const struct value_list *list) {
    uint32_t used = 0;
    for (size_t at = 0; at < text.size && format->error.kind != VALUE_ERROR;) {
        size_t percent = slice_find_byte(text, '%', at);
        buf_put(&format->out, slice_part(text, at, percent - at));
        if (percent == text.size) {
            break;
        }
        at = percent + 1;
        if (at < text.size && text.at[at] == '%') {
            buf_put_byte(&format->out, '%');
            at++;
            continue;
        }
        int precision;
        if (!read_precision(text, &at, &precision) || at == text.size) {
            return run_error("a format clause is not finished");
        }
        if (used == list->count) {
            return run_error_format(format->run, "index %u out of range", used);
        }
        put_verb(format, &list->items[used++], text.at[at++], precision);
    }
    if (format->error.kind == VALUE_ERROR) {
        return format->error;
    }
    if (buf_overflowed(&format->out)) {
        return run_too_much();
    }
    return run_text(format->run, VALUE_STRING, buf_slice(&format->out));
}

BODY(format) {
    struct format format = {.run = run};
    buf_init(&format.out, run->bytes_left);
    struct value result = run_format(&format, arguments[0].text, arguments[1].list);
    buf_deinit(&format.out);
    return result;
}
