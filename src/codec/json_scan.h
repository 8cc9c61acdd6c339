#pragma once
// Scanning: the members of an object that is known to be well-formed, one after the other, in a fraction of what reading takes
// (json.h). For records that were read and accepted once and come again from where they were kept under a sum: nothing is validated.
//
//     struct json_scan scan;
//     struct json_node nodes[JSON_SCAN_NODES];
//     JsonScanned what = json_scan_begin(&scan, text);
//     while (what == JSON_SCAN_MEMBER && (what = json_scan_next(&scan, guess, nodes)) == JSON_SCAN_MEMBER) {
//         ... nodes[0].key; the value in nodes[0], the elements of an array in nodes[1] and on ...
//     }
//     if (what == JSON_SCAN_UNSURE) { ... read it ... }
//
// Members that are no plain ones make it unsure: a text with an escape, an object, an array of anything but texts or with many, an integer of more than
// 18 digits. What it gives of a well-formed text is what json_parse() gives; of any other text it gives whatever it gives, and reads no byte outside of it.

#include "codec/json.h"

enum { JSON_SCAN_NODES = 65 };

struct json_scan {
    const char *at, *end;
};

typedef enum JsonScanned {
    JSON_SCAN_MEMBER,
    JSON_SCAN_END,
    JSON_SCAN_UNSURE,
} JsonScanned;

// JSON_SCAN_MEMBER: json_scan_next() tells.
JsonScanned json_scan_begin(struct json_scan *scan, Slice text);
// The next member. Where its key is the guess, nodes[0].key.at is that of the guess. Texts point into the scanned one. Only kind, count, key and value of the nodes
// are set.
JsonScanned json_scan_next(struct json_scan *scan, Slice guess, struct json_node nodes[JSON_SCAN_NODES]);
