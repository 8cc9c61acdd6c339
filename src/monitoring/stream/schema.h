#pragma once
// Schema: what an event may be, read from a pack's schema.yaml (docs/packs.md). Immutable after
// loading.
//
// Every field has a number, its index; an event is an array of cells by that number (event.h).

#include "base/bits.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/mask.h"
#include "codec/yaml.h"

enum {
    SCHEMA_FIELDS_MAX = 512,
    SCHEMA_TYPES_MAX = 128,
    SCHEMA_LIST_VALUES_MAX = 64, // a list is a set of enumeration values in one 64-bit word
};

#define SCHEMA_NONE UINT32_MAX

typedef enum FieldType {
    FIELD_STRING,
    FIELD_ENUM,
    FIELD_LIST, // set of enumeration values
    FIELD_INT,
    FIELD_FLOAT,
    FIELD_BOOL,
    FIELD_MONEY, // minor units
    FIELD_TIME,
} FieldType;

// Kinds of evidence a model may rest on; in this order in masks.
#define EVIDENCE_KINDS(X) X(flow) X(profile) X(device) X(list) X(graph) X(score) X(context)
typedef enum Evidence {
#define X(name) EVIDENCE_##name,
    EVIDENCE_KINDS(X)
#undef X
    EVIDENCE_COUNT
} Evidence;
extern const char *const evidence_names[];
Slice evidence_text(Evidence evidence);

struct schema_enum {
    Slice name;
    const Slice *values;
    const Wording *names; // of each value; NULL: the pack gives none
    uint32_t count;
    struct map by_value;
};

// How a field is computed here instead of being sent.
typedef enum DeriveKind {
    DERIVE_NONE,
    DERIVE_HOUR,
    DERIVE_WEEKDAY,
    DERIVE_YEAR,
    DERIVE_MONTH,
    DERIVE_DAY,
    DERIVE_DATE,
    DERIVE_HOUR_SLOT,
    DERIVE_PREFIX24,
    DERIVE_PREFIX,
    DERIVE_GEOHASH,
    DERIVE_ON_DATE_LIST, // answered by whoever knows lists; `list` names it
    DERIVE_EXPRESSION,   // answered by whoever compiles expressions; `expression` holds the text
} DeriveKind;

struct schema_field {
    Slice name;
    Slice zh, en;
    FieldType type;
    uint32_t enumeration;             // ENUM, LIST: index into enums; else SCHEMA_NONE
    uint32_t size_max;                // STRING, in bytes
    int64_t integer_min, integer_max; // INT, MONEY
    double number_min, number_max;    // FLOAT
    uint64_t required[SCHEMA_TYPES_MAX / 64];
    Evidence evidence;
    bool enriched;
    bool is_personal;  // and how it is hidden from who may not see it
    MaskKind personal;
    bool outcome; // known only when it is over: a RESULT brings it. `phase` and `result` are without saying so
    DeriveKind derive;
    uint32_t derive_from, derive_from2; // fields it is computed from
    uint32_t derive_size;               // characters of PREFIX and GEOHASH
    Slice derive_list;
    const struct yaml_node *derive_expression;
    Place place;
};

struct schema_type {
    Slice name;
    Slice zh, en;
    Place place;
};

struct schema {
    const struct schema_field *fields;
    uint32_t field_count;
    const struct schema_type *types;
    uint32_t type_count;
    const struct schema_enum *enums;
    uint32_t enum_count;
    struct map fields_by_name, types_by_name, enums_by_name;
    // Roles: field numbers, SCHEMA_NONE where the pack has none.
    uint32_t id, type, time, received, phase, result, original, channel, source;
    // Values of the roles' enumerations, SCHEMA_NONE where they do not exist.
    uint32_t phase_request, phase_result, phase_reversal, result_success;
    int64_t time_min_us, time_max_us;
    int64_t zone_offset_us;
    int money_digits;
    // Fields to compute, in an order in which each finds what it needs.
    const uint32_t *derived;
    uint32_t derived_count;
};

// Reads schema.yaml. NULL when there were errors; all of them are in `diags` (codes SC001...
// of schema_problems.def; those of the YAML itself are YA...). The tree of `root` has to live as long
// as the schema. The types are an enumeration too, named event_type, unless the pack declares it.
const struct schema *schema_load(const struct yaml_node *root, int64_t zone_offset_us,
                                 int money_digits, struct arena *arena, struct diag_list *diags);
uint32_t schema_find_field(const struct schema *schema, Slice name);
uint32_t schema_find_type(const struct schema *schema, Slice name);
// The number of a value in an enumeration, or SCHEMA_NONE.
uint32_t schema_enum_value(const struct schema *schema, uint32_t enumeration, Slice value);
// Whether a field is computed when the event is decided, by what else is known then, and not when it is read.
bool schema_derives_late(const struct schema *schema, uint32_t field);
