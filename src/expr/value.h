#pragma once
// Value: what an expression evaluates to. A small tagged union, copied freely; texts, lists and
// maps live in the arena of the evaluation or of whoever made them.

#include "base/buf.h"
#include "expr/type.h"

typedef enum ValueKind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_UINT,
    VALUE_DOUBLE,
    VALUE_STRING,
    VALUE_BYTES,
    VALUE_TIMESTAMP, // seconds and nanoseconds since 1970 UTC
    VALUE_DURATION,  // seconds and nanoseconds, both of one sign
    VALUE_MONEY,     // minor units as a double: exact up to 2^53, fractional after * and /
    VALUE_IP,
    VALUE_CIDR,
    VALUE_LIST,
    VALUE_MAP,
    VALUE_OPTIONAL,
    VALUE_TYPE,
    VALUE_MISSING, // EXPR_RULES only: a variable without a value
    VALUE_ERROR,   // an evaluation error; `text` says which
} ValueKind;

struct value_list;
struct value_map;

typedef struct ValueTime {
    int64_t seconds;
    int32_t nanos;
} ValueTime;

// 16 bytes of an address, IPv4 in the last four; `bits` is the prefix length of a CIDR.
struct value_net {
    uint8_t bytes[16];
    bool is_v6;
    uint8_t bits;
};

struct value {
    ValueKind kind;
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double number; // DOUBLE and MONEY
        Slice text;    // STRING, BYTES, ERROR
        ValueTime time;
        const struct value_net *net;
        const struct value_list *list;
        const struct value_map *map;
        const struct value *optional; // NULL: optional.none()
        const struct type *type;
    };
};

struct value_list {
    const struct value *items;
    uint32_t count;
};

// Entries in the order they were written; keys are unique.
struct value_map {
    const struct value *keys;
    const struct value *values;
    uint32_t count;
};

enum { VALUE_DEPTH_MAX = 2000 }; // lists in lists: deeper values are not compared or written

// The equality of the language: numbers of different kinds by their mathematical value. Values
// deeper than VALUE_DEPTH_MAX are unequal.
bool value_equal(const struct value *left, const struct value *right);
// The same for at most `*steps` comparisons, which it counts down. At 0 it has given up, and says
// false.
bool value_equal_within(const struct value *left, const struct value *right, uint32_t *steps);
// The order of two values of one kind, or of two numbers: <0, 0, >0, or VALUE_UNORDERED when there
// is none.
int value_compare(const struct value *left, const struct value *right);
enum { VALUE_UNORDERED = 2 };

// The value of a key, or NULL. Numbers find each other across kinds: {1u: x}[1.0] is x. Every key that is
// looked at is one of the `*steps`.
const struct value *value_map_get(const struct value_map *map, const struct value *key,
                                  uint32_t *steps);

static inline struct value value_bool(bool boolean) {
    return (struct value){.kind = VALUE_BOOL, .boolean = boolean};
}
static inline struct value value_int(int64_t integer) {
    return (struct value){.kind = VALUE_INT, .integer = integer};
}
static inline struct value value_uint(uint64_t unsigned_integer) {
    return (struct value){.kind = VALUE_UINT, .unsigned_integer = unsigned_integer};
}
static inline struct value value_double(double number) {
    return (struct value){.kind = VALUE_DOUBLE, .number = number};
}
static inline struct value value_money(double minor) {
    return (struct value){.kind = VALUE_MONEY, .number = minor};
}
static inline struct value value_string(Slice text) {
    return (struct value){.kind = VALUE_STRING, .text = text};
}
static inline struct value value_bytes(Slice text) {
    return (struct value){.kind = VALUE_BYTES, .text = text};
}
static inline struct value value_error(Slice text) {
    return (struct value){.kind = VALUE_ERROR, .text = text};
}
static inline bool value_is_number(const struct value *value) {
    return value->kind == VALUE_INT || value->kind == VALUE_UINT || value->kind == VALUE_DOUBLE ||
           value->kind == VALUE_MONEY;
}

// An amount in minor units; a plain number is taken for major ones.
double value_minor_units(const struct value *number);

// The value that a column of doubles stands for: a bool, int, double or amount (minor units) by its type. False
// when there is no value: for NaN, and for an int past 64 bits.
bool value_from_number(const struct type *type, double number, struct value *ret_value);

// The static type that a kind of value belongs to, without arguments: list for every list.
const struct type *value_type(const struct value *value);
// The value as the language would write it, for messages and the conformance runner.
void value_put(struct buf *out, const struct value *value);
Slice value_text(struct arena *arena, const struct value *value);
