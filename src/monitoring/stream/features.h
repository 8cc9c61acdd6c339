#pragma once
// Features: what a pack's features/*.yaml declares (docs/packs.md), bound to the window plan that computes it.
//
//   entity    how the thing is found for an event: its key fields, per event type where they differ
//   value     what rows carry: a number or an id, from the event
//   filter    a condition on the event; one bit of the rows of each store that has a feature over it
//   feature   windowed (a number of the window plan) or an expression over other features
//
// All of it is immutable after loading. What happens with an event is in monitoring/decision.

#include "monitoring/stream/vocabulary.h"
#include "monitoring/stream/windows/windows.h"

enum { FEATURE_KEY_PARTS_MAX = 4, FEATURE_FILTERS_MAX = 512, FEATURE_VALUES_MAX = 128 };

enum { VALUE_FIELDS_MAX = 4 };

// The fields of which the first that is present is the id; none: the expression is to be evaluated.
struct value_source {
    uint32_t fields[VALUE_FIELDS_MAX];
    uint32_t count;
};

struct feature_value {
    Slice name;
    Slice zh, en;     // its own, else those of the field that it is
    bool is_number;
    const struct expr *expr;
    uint32_t field;   // the expression is just this field; else SCHEMA_NONE
    uint32_t column;  // of the filter table, for numbers that are not just a field
    const struct value_source *sources; // of an id, by event type
    NumberKind kind;  // of a number
    const struct type *type;
    Place place;
};

struct feature_filter {
    Slice name;
    Slice zh, en;
    uint64_t on[SCHEMA_TYPES_MAX / 64];
    bool everywhere;  // no `on`: any event type
    bool keep_failed; // stays counted when the request turns out to have failed
    uint32_t parent;  // or SCHEMA_NONE
    const struct expr *when; // NULL: always; the parent's condition is to be met too
    uint32_t slot;    // of is.<name>
    uint32_t rule;    // in the filter table, SCHEMA_NONE: always
    Place place;
};

// Filters of an event type that need no answer from each other, except from parents in front of them.
struct filter_stage {
    const uint32_t *filters; // each behind its parent
    uint32_t count;
    const uint32_t *ruled;   // those with a condition of their own, in the order of the plan; and
    const uint32_t *gates;   // their parents, where these are of an earlier stage, else SCHEMA_NONE
    uint32_t ruled_count;
    bool is_gated; // one of the gates is a filter
    const struct table_plan *plan;
};

// Of an event type: what can be known of an event before its turn in the stream, and what cannot.
struct feature_turn {
    const uint32_t *late_filters; // each behind its parent and those it reads
    const uint32_t *early_values; // that its rows may carry
    const uint32_t *late_fields;  // that late filters read
    uint32_t late_filter_count, early_value_count, late_field_count;
};

struct feature_key {
    uint32_t fields[FEATURE_KEY_PARTS_MAX];
    uint32_t count;
};

struct feature_entity {
    Slice name;
    Slice zh, en;
    uint32_t store;
    struct feature_key key;
    struct feature_key *key_on; // by event type, NULL: the same for all
    const struct expr *when;
    uint32_t when_rule; // in the filter table, SCHEMA_NONE: always
    bool unordered;
    bool read_only; // does not write rows: another entity of the store does
    Place place;
};

// A store's columns and the filter of each bit of its rows. Values that are never needed of the same event type share
// a column: a credit has a payer where a debit has a payee.
struct feature_store {
    Slice name;
    struct window_store_spec spec;
    const uint32_t *numbers[WINDOW_NUMBERS_MAX]; // by event type: index of the value, or SCHEMA_NONE
    const uint32_t *ids[WINDOW_IDS_MAX];
    uint32_t filters[WINDOW_FILTERS_MAX]; // index of the filter, by bit
    bool shows_current; // a feature looks at the current row also when it is not written
    bool is_shared;     // several entities write into it
    Place place;
};

// What an event of one type may write for one entity: which filters become which bits of the row.
struct row_bit {
    uint16_t filter;
    uint16_t bit;
};
struct row_recipe {
    uint32_t entity;
    bool is_late; // a field of its key waits for the event's turn (schema_derives_late())
    const struct row_bit *bits;
    uint32_t bit_count;
};

struct feature {
    Slice name;
    Slice zh, en;
    uint32_t entity;
    uint32_t window;         // feature of the window plan, or SCHEMA_NONE: an expression
    uint32_t value;          // of what its aggregate is, or SCHEMA_NONE: of rows
    const struct expr *expr;
    const struct type *type;
    uint32_t slot;           // of f.<name>
    bool batch;
    Place place;
};

// The context of a window moment: where conditions of days read names other than their terms.
struct feature_moment {
    struct expr_input input;
    struct arena *scratch;
};

struct feature_plan {
    const struct schema *schema;
    struct window_plan *windows;
    struct expr_table *filter_table; // filters, conditions of entities and number values, before the event counts
    VEC(struct feature_store) stores;
    VEC(struct feature_entity) entities;
    VEC(struct feature_value) values;
    VEC(struct feature_filter) filters;
    VEC(struct feature) features;
    const struct table_slot *slots; // as the models see them: filters are known, features come by pass
    const uint32_t *filter_order; // each behind its parent and those it reads
    // By event type and stage [type * stage_count + stage]: filters that are decided together, stage after stage.
    const struct filter_stage *stages;
    const struct filter_stage *early_stages; // of those alone that read nothing but the event
    uint32_t stage_count;
    const struct feature_turn *turns; // by event type
    // By event type: the entities that may write rows.
    const struct row_recipe *const *recipes;
    const uint32_t *recipe_counts;
    struct map filters_by_name, features_by_name;
};

// Loads all files of a pack's features folder; the vocabulary already knows the event's fields and the tables.
// NULL after errors (codes FE...).
struct feature_plan *features_load(const struct schema *schema, struct vocabulary *vocabulary,
                                   const struct yaml_node *const *files, uint32_t file_count,
                                   int64_t short_window_us, struct diag_list *diags);
// The last step, once every name of the pack is in the vocabulary: makes the tables' view of the slots.
void features_finish(struct feature_plan *plan, struct vocabulary *vocabulary);
