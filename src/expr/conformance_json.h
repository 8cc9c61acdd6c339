#pragma once
// A small reader of JSON for the conformance program: a tree in an arena, objects in order.

#include "base/vec.h"

typedef enum JsonKind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_OBJECT } JsonKind;

struct json {
    JsonKind kind;
    bool boolean;
    Slice text; // of a string, unescaped; of a number as it stands
    struct json *items; // of a list; values of an object
    Slice *keys;
    uint32_t count;
};

// NULL when the text is malformed.
const struct json *json_read(struct arena *arena, Slice text);
// NULL when there is none, or `json` is NULL or no object.
const struct json *json_get(const struct json *json, const char *key);
Slice json_text(const struct json *json, const char *key); // empty when there is none
