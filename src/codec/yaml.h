#pragma once
// YAML in: a file of the user's text to a tree of nodes that know their place, so that every complaint about
// it can be marked in the file. libyaml reads; this binds.
//
//     struct source source = {SLICE("AT-01.yaml"), text};
//     const struct yaml_node *root = yaml_parse(&source, arena, &diags);       // NULL: see diags
//     static const char *const keys[] = {"id", "name", "window"};
//     yaml_check_keys(root, keys, 3, &diags);
//     Slice id = yaml_text(yaml_require(root, "id", &diags), &diags);          // NULL nodes are passed on
//     int64_t window_us = 0;
//     yaml_span(yaml_get(root, "window"), &window_us, &diags);                 // false: absent or told
//
// The model: scalar, sequence or mapping. Scalars are text; what they mean is decided by who reads them
// ("no" is a text for yaml_text, false for nobody: only true and false are bools). A plain scalar that is
// empty, "~" or "null" is null. Nodes, their texts and maps live in the arena; scalar texts are copies.
//
// Refused, each with its message: anchors and aliases (a text that says the same thing twice in two ways is
// hard to audit, and expansion is an attack), tags, several documents in a file, a mapping key that is not a
// scalar, a key that stands twice, invalid UTF-8. A syntax error ends the reading; everything else goes on
// to the end of the file, so that one run tells all.
//
// Diagnostics: YA001 syntax, YA002 duplicate key, YA003 too deep, YA004 too large, YA005 anchor or alias,
// YA006 tag, YA007 document count, YA008 key is not a scalar, YA010 missing key, YA011 unknown key, YA012
// wrong kind of node, YA013 wrong value.

#include "base/diag.h"

enum {
    YAML_DEPTH_MAX = 32,      // a model nests 6 levels
    YAML_SIZE_MAX = 4 << 20,  // a pack has 1 MB in some hundred files
};

typedef enum YamlKind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING } YamlKind;

typedef enum YamlStyle {
    YAML_PLAIN,
    YAML_SINGLE_QUOTED,
    YAML_DOUBLE_QUOTED,
    YAML_LITERAL, // |
    YAML_FOLDED,  // >
} YamlStyle;

struct yaml_node {
    YamlKind kind;
    YamlStyle style; // of a scalar
    Place place;     // a scalar's first line; for a container its first key or element, or bracket
    uint32_t byte_start; // in the source: a scalar with its quotes or indicator, a container's first byte
    uint32_t byte_end;
    Slice text; // of a scalar
    // Where the bytes of a scalar's text stand in the source, for messages inside embedded expressions:
    // byte i at byte_map[i]; NULL: the text lies in the source as it is, from text_start on. There are
    // text.size + 1 entries. When the way back is not certain, all point to the start of the scalar.
    const uint32_t *byte_map;
    uint32_t text_start;
    Slice key;       // of a value in a mapping
    Place key_place; // of that key
    struct yaml_node *first; // of a sequence or mapping: its elements or values
    struct yaml_node *next;  // behind it in its container
    uint32_t count;
};

// The document of `source->text`, or NULL after errors. An empty file is an empty mapping. `source` must
// outlive the nodes and diagnostics.
const struct yaml_node *yaml_parse(const struct source *source, struct arena *arena,
                                   struct diag_list *diags);

#define YAML_EACH(container, child)                                                                \
    for (const struct yaml_node *child = (container) == NULL ? NULL : (container)->first;          \
         child != NULL; child = child->next)

// The value of a key, or NULL when it is absent or `map` is NULL or no mapping.
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
// The same, with a diagnostic (YA010) when it is absent. `map` NULL: nothing more is said.
const struct yaml_node *yaml_require(const struct yaml_node *map, const char *key,
                                     struct diag_list *diags);
// Says YA011 for each key that is not among the allowed, with the nearest one; YA012 when it is no mapping.
// True when all is well.
bool yaml_check_keys(const struct yaml_node *map, const char *const *allowed, size_t count,
                     struct diag_list *diags);
// True when the node has this kind; YA012 otherwise. False without a word for NULL.
bool yaml_expect(const struct yaml_node *node, YamlKind kind, struct diag_list *diags);
bool yaml_is_null(const struct yaml_node *node);

// Typed values. Each gives false, and says so (YA012, YA013), when the node is not of that type; for NULL it
// gives false without a word. The output is then untouched.
Slice yaml_text(const struct yaml_node *node, struct diag_list *diags); // {"", 0} for failure; not null
bool yaml_i64(const struct yaml_node *node, int64_t *ret_value, struct diag_list *diags);
bool yaml_number(const struct yaml_node *node, double *ret_value, struct diag_list *diags);
bool yaml_bool(const struct yaml_node *node, bool *ret_value, struct diag_list *diags);
// A span of time such as 30m or 7d, in microseconds.
bool yaml_span(const struct yaml_node *node, int64_t *ret_span_us, struct diag_list *diags);
// The index of the text among the choices; says YA013 with the nearest one otherwise.
bool yaml_choice(const struct yaml_node *node, const char *const *choices, size_t count,
                 uint32_t *ret_index, struct diag_list *diags);

// What a thing is called in both languages; both empty: it has no name.
typedef struct Wording {
    Slice zh, en;
} Wording;
// {zh: 个人, en: person}: both, and nothing else.
bool yaml_wording(const struct yaml_node *node, Wording *ret_wording, struct diag_list *diags);
// The same, or a text alone, which is for both.
bool yaml_text_or_wording(const struct yaml_node *node, Wording *ret_wording, struct diag_list *diags);
// Values are a list, [A, B], or a mapping from each to what it is called, {A: {zh: 甲, en: a}, B: ...}. One of them:
// `ret_wording` stays as it is where the values are a list.
struct yaml_value {
    Slice text;
    Place place;
    bool is_null; // or empty
};
bool yaml_expect_values(const struct yaml_node *values, struct diag_list *diags);
bool yaml_value(const struct yaml_node *values, const struct yaml_node *child, struct yaml_value *ret_value,
                Wording *ret_wording, struct diag_list *diags);

// The place in the file of the bytes [start, end) of a scalar's text.
Place yaml_place_in(const struct yaml_node *node, size_t start, size_t end);
