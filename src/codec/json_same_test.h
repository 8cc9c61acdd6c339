#pragma once
// Whether what was scanned (json_scan.h) is what was read (json.h), to the bit; for tests and fuzz targets.

#include "codec/json_scan.h"

#include <string.h>

static inline bool json_same_scalar(const struct json_node *left, const struct json_node *right) {
    if (left->kind != right->kind) {
        return false;
    }
    switch (left->kind) {
    case JSON_STRING:
        return slice_equal(left->text, right->text);
    case JSON_INT:
        return left->i64 == right->i64;
    case JSON_DOUBLE:
        return memcmp(&left->f64, &right->f64, sizeof left->f64) == 0; // the sign of a zero too
    default:
        return left->kind < JSON_INT;
    }
}

// `scanned` as json_scan_next() gives it, elements of an array behind it.
static inline bool json_same_value(const struct json_node *scanned, const struct json_node *read) {
    if (scanned->kind != JSON_ARRAY) {
        return json_same_scalar(scanned, read);
    }
    bool same = read->kind == JSON_ARRAY && scanned->count == read->count;
    for (uint32_t i = 1; same && i <= scanned->count; i++) {
        same = json_same_scalar(&scanned[i], &read[i]);
    }
    return same;
}
