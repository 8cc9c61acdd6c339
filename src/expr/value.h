#pragma once
// Value: what an expression evaluates to. A small tagged union, copied freely; texts, lists and maps live in
// the arena of the evaluation or of whoever made them.

#include "base/slice.h"
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

// The equality of the language: numbers of different kinds by their mathematical value.
bool value_equal(const struct value *left, const struct value *right);
// The value as the language would write it, for messages and the conformance runner.
Slice value_text(struct arena *arena, const struct value *value);
