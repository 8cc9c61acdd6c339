#pragma once
// JSON in: text to a flat array of nodes. The work is done by simdjson, which validates everything (RFC 8259,
// UTF-8, every number); this is its C door.
//
// The model: one reader for each thread, used again and again. A parse gives the nodes in preorder: node 0 is
// the document, behind a container stand its members, and `next` is the index behind a node's whole subtree.
//
//     {"id":"x","amount":[1,2.5]}
//      0 object count=2 next=5
//      1   key=id      string "x"       next=2
//      2   key=amount  array  count=2   next=5
//      3     int 1                      next=4
//      4     double 2.5                 next=5
//
//     struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
//     JsonTree tree;
//     if (json_parse(reader, text, &tree) == STATUS_OK) {
//         uint32_t id = json_member(tree, 0, SLICE("id"));                // JSON_NONE when it is not there
//         JSON_EACH(tree, 0, i) { ... tree.nodes[i].key ... }             // members or elements of node 0
//     } else {
//         const struct json_error *error = json_reader_error(reader);     // what is wrong, and at which byte
//     }
//     json_reader_destroy(reader);
//
// Nodes and texts live in the reader until its next parse. A warm reader does not call malloc. Members keep
// their order, and a key that comes twice is there twice: the caller decides (json_member gives the first).
// An integer is exact or refused: from -2^63 to 2^64-1; a larger one is the fault JSON_FAULT_NUMBER_RANGE,
// as is a double past the largest. "-0" is the integer 0. A byte order mark is refused: whoever reads files
// takes it off.
//
// Cost: 0.5 us for an event of 700 bytes and 40 fields, all included (bench_json).

#include "base/slice.h"
#include "base/status.h"

enum {
    JSON_PADDING = 64,       // bytes that must be readable behind a text for json_parse_padded()
    JSON_DEPTH_MAX = 64,     // an event has 3 levels; what nests deeper is an attack or a mistake
    JSON_SIZE_MAX = 1 << 20, // an event has 1 KB; a batch of requests some 100 KB
};

#define JSON_NONE UINT32_MAX

typedef enum JsonKind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_INT,    // -2^63 to 2^63-1
    JSON_UINT,   // 2^63 to 2^64-1
    JSON_DOUBLE, // has a point or an exponent; finite
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
} JsonKind;

struct json_node {
    JsonKind kind;
    uint32_t next;  // index behind this node and all below it
    uint32_t count; // members or elements; 0 for others
    Slice key;      // of a member of an object; {NULL, 0} elsewhere
    union {
        int64_t i64;  // JSON_INT
        uint64_t u64; // JSON_UINT
        double f64;   // JSON_DOUBLE
        Slice text;   // JSON_STRING, unescaped, valid UTF-8; may hold a NUL
    };
};

// A parsed document: a view into its reader.
typedef struct JsonTree {
    const struct json_node *nodes;
    uint32_t count;
} JsonTree;

#define JSON_FAULTS(X)                                                                             \
    X(NONE, "nothing is wrong")                                                                    \
    X(SIZE, "the text is longer than the limit")                                                   \
    X(EMPTY, "there is no value")                                                                  \
    X(UTF8, "a byte that is not UTF-8")                                                            \
    X(CONTROL, "a control character inside a string must be escaped")                              \
    X(ESCAPE, "a wrong escape in a string")                                                        \
    X(STRING_OPEN, "a string without its closing quote")                                           \
    X(NUMBER, "a malformed number")                                                                \
    X(NUMBER_RANGE, "a number that fits neither 64 bits nor a double")                             \
    X(WORD, "expected a value: an object, array, string, number, true, false or null")             \
    X(KEY, "expected a key in double quotes")                                                      \
    X(COLON, "expected ':' behind the key")                                                        \
    X(COMMA, "expected ',' or the closing bracket")                                                \
    X(OPEN, "the text ends inside an object or array")                                             \
    X(DEPTH, "nested deeper than the limit")                                                       \
    X(TRAILING, "there is more behind the end of the value")

typedef enum JsonFault {
#define JSON_FAULT_ENUM(name, text) JSON_FAULT_##name,
    JSON_FAULTS(JSON_FAULT_ENUM)
#undef JSON_FAULT_ENUM
} JsonFault;

struct json_error {
    JsonFault fault;
    size_t offset; // byte of the text at which it shows
};

struct json_reader;

// Texts up to `size_max` bytes (at most 1 GiB), containers nested up to `depth_max` (1 to 1000;
// an empty container counts as a scalar).
struct json_reader *json_reader_create(size_t size_max, uint32_t depth_max);
void json_reader_destroy(struct json_reader *reader);

// Copies the text to have its padding (10 ns a KB). STATUS_INVALID, or STATUS_LIMIT for size and depth.
MUST_USE Status json_parse(struct json_reader *reader, Slice text, JsonTree *ret_tree);
// The same without the copy: JSON_PADDING bytes behind the text can be read, whatever they hold.
MUST_USE Status json_parse_padded(struct json_reader *reader, Slice text, JsonTree *ret_tree);
// Of the last parse.
const struct json_error *json_reader_error(const struct json_reader *reader);
const char *json_fault_text(JsonFault fault);

// The first member of an object that has this key, or JSON_NONE; JSON_NONE too when it is no object.
// Looks through the members one by one.
uint32_t json_member(JsonTree tree, uint32_t object, Slice key);

// For each member or element of a container (nothing for others); `index` is declared by it.
#define JSON_EACH(tree, container, index)                                                          \
    for (uint32_t index = (container) + 1; index < (tree).nodes[container].next;                   \
         index = (tree).nodes[index].next)

// The number as a double, rounded where an integer is above 2^53; false for other kinds.
bool json_number(const struct json_node *node, double *ret_value);

// Finds the first fault by walking through the text: the slow and plain second opinion, from which the place
// in messages comes. JSON_FAULT_NONE exactly when the text is well-formed within `depth_max`.
struct json_error json_check(Slice text, uint32_t depth_max);
