#pragma once
// Type: the static types of expressions. A type is an immutable value behind a pointer; types
// without arguments are shared constants, so TYPE(INT) == TYPE(INT), others are compared by
// type_equal().

#include "base/arena.h"

#define TYPE_KINDS(X)                                                                              \
    X(DYN, "dyn")                                                                                  \
    X(NULL, "null_type")                                                                           \
    X(BOOL, "bool")                                                                                \
    X(INT, "int")                                                                                  \
    X(UINT, "uint")                                                                                \
    X(DOUBLE, "double")                                                                            \
    X(STRING, "string")                                                                            \
    X(BYTES, "bytes")                                                                              \
    X(TIMESTAMP, "google.protobuf.Timestamp")                                                      \
    X(DURATION, "google.protobuf.Duration")                                                        \
    X(MONEY, "money")                                                                              \
    X(IP, "net.IP")                                                                                \
    X(CIDR, "net.CIDR")                                                                            \
    X(LIST, "list")                                                                                \
    X(MAP, "map")                                                                                  \
    X(OPTIONAL, "optional_type")                                                                   \
    X(TYPE, "type")                                                                                \
    X(OPAQUE, "opaque")                                                                            \
    X(PARAM, "parameter")                                                                          \
    X(ERROR, "error")

typedef enum TypeKind {
#define X(name, text) TYPE_##name,
    TYPE_KINDS(X)
#undef X
} TypeKind;

struct type {
    TypeKind kind;
    uint32_t param;            // for TYPE_PARAM: which one
    const struct type *first;  // element of a list or optional, key of a map, type of a type
    const struct type *second; // value of a map
    Slice name;                // for TYPE_OPAQUE, a type of the host's own: what it is called,
    const struct type *const *arguments; // and its arguments
    uint32_t argument_count;
};

// The shared constant of a kind without arguments: TYPE(INT).
#define TYPE(kind) (&type_constants[TYPE_##kind])
extern const struct type type_constants[];

const struct type *type_list(struct arena *arena, const struct type *element);
const struct type *type_map(struct arena *arena, const struct type *key, const struct type *value);
const struct type *type_optional(struct arena *arena, const struct type *element);
// The type whose value is a type: type(1) has type_of(int). NULL for the bare `type`.
const struct type *type_of(struct arena *arena, const struct type *type);
// A parameter of a generic function: list(A) -> A. Equal numbers are the same parameter.
const struct type *type_param(struct arena *arena, uint32_t param);
const struct type *type_opaque(struct arena *arena, Slice name, const struct type *const *arguments,
                               uint32_t argument_count);
bool type_equal(const struct type *left, const struct type *right);
// "list" and "map", without their arguments.
Slice type_name(const struct type *type);
// "list(int)", "map(string, dyn)".
Slice type_text(struct arena *arena, const struct type *type);
