// Sources of ids: for each event type, the fields an id expression comes down to.
//
// Most ids are a field, or a choice by event type between fields, or the first of some fields that is present:
//     event.event_type == "transfer_in" ? event.payer_city : has(event.term_city) ? event.term_city : event.geo_city
// The type of an event is known before it comes, so such an expression is worked out here, once per type, and costs a look at
// one or two fields when the event is there. What does not come down to fields is left to the evaluator.

#include "monitoring/stream/features_private.h"

typedef enum Truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN } Truth;

struct sourcing {
    const struct schema *schema;
    const struct vocabulary *vocabulary;
    uint32_t type;
};

// The field a node reads, or SCHEMA_NONE.
static uint32_t field_of(const struct sourcing *sourcing, const struct expr_variable *variable) {
    if (variable == NULL) {
        return SCHEMA_NONE;
    }
    const struct name *name = &sourcing->vocabulary->names.at[variable->slot];
    return name->kind == NAME_FIELD ? name->index : SCHEMA_NONE;
}

static bool is_type_field(const struct sourcing *sourcing, const struct node *node) {
    return node->kind == NODE_VARIABLE && field_of(sourcing, node->variable) == sourcing->schema->type;
}

static Truth is_this_type(const struct sourcing *sourcing, const struct node *literal) {
    if (literal->kind != NODE_LITERAL || literal->literal.kind != VALUE_STRING) {
        return TRUTH_UNKNOWN;
    }
    return slice_equal(literal->literal.text, sourcing->schema->types[sourcing->type].name) ? TRUTH_YES : TRUTH_NO;
}

static Truth opposite(Truth truth) {
    return truth == TRUTH_UNKNOWN ? truth : truth == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
}

static Truth is_among(const struct sourcing *sourcing, const struct node *list) {
    if (list->kind != NODE_LIST || list->list.is_optional != NULL) {
        return TRUTH_UNKNOWN;
    }
    Truth truth = TRUTH_NO;
    for (uint32_t i = 0; i < list->list.count; i++) {
        Truth item = is_this_type(sourcing, list->list.items[i]);
        truth = item == TRUTH_NO ? truth : item;
        if (truth != TRUTH_NO) {
            break;
        }
    }
    return truth;
}

// Whether a condition holds for every event of the type, for none, or depends on more.
static Truth truth_of(const struct sourcing *sourcing, const struct node *node) {
    if (node->kind != NODE_CALL) {
        return TRUTH_UNKNOWN;
    }
    struct node *const *arguments = node->call.arguments;
    switch (node->call.op) {
    case OP_EQUAL:
    case OP_NOT_EQUAL: {
        Truth equal = is_type_field(sourcing, arguments[0])   ? is_this_type(sourcing, arguments[1])
                      : is_type_field(sourcing, arguments[1]) ? is_this_type(sourcing, arguments[0])
                                                              : TRUTH_UNKNOWN;
        return node->call.op == OP_EQUAL ? equal : opposite(equal);
    }
    case OP_IN:
        return is_type_field(sourcing, arguments[0]) ? is_among(sourcing, arguments[1]) : TRUTH_UNKNOWN;
    case OP_NOT:
        return opposite(truth_of(sourcing, arguments[0]));
    default:
        return TRUTH_UNKNOWN;
    }
}

static bool is_presence_choice(const struct sourcing *sourcing, const struct node *node) {
    const struct node *condition = node->call.arguments[0];
    const struct node *chosen = node->call.arguments[1];
    return condition->kind == NODE_HAS && chosen->kind == NODE_VARIABLE && condition->has.variable == chosen->variable &&
           field_of(sourcing, chosen->variable) != SCHEMA_NONE;
}

static bool find_fields(const struct sourcing *sourcing, const struct node *node, struct value_source *source) {
    if (source->count == VALUE_FIELDS_MAX) {
        return false;
    }
    if (node->kind == NODE_VARIABLE) {
        uint32_t field = field_of(sourcing, node->variable);
        source->fields[source->count++] = field;
        return field != SCHEMA_NONE;
    }
    if (node->kind != NODE_CALL || node->call.op != OP_CONDITIONAL) {
        return false;
    }
    Truth truth = truth_of(sourcing, node->call.arguments[0]);
    if (truth != TRUTH_UNKNOWN) {
        return find_fields(sourcing, node->call.arguments[truth == TRUTH_YES ? 1 : 2], source);
    }
    if (!is_presence_choice(sourcing, node)) {
        return false;
    }
    source->fields[source->count++] = field_of(sourcing, node->call.arguments[1]->variable);
    return find_fields(sourcing, node->call.arguments[2], source);
}

void features_find_sources(struct features_loader *loader) {
    for (uint32_t v = 0; v < loader->plan->values.count; v++) {
        struct feature_value *value = &loader->plan->values.at[v];
        struct value_source *sources = ARENA_ARRAY(loader->arena, struct value_source, loader->schema->type_count + 1);
        for (uint32_t t = 0; t < loader->schema->type_count && !value->is_number && value->expr != NULL; t++) {
            struct sourcing sourcing = {loader->schema, loader->vocabulary, t};
            if (!find_fields(&sourcing, expr_root(value->expr), &sources[t])) {
                sources[t].count = 0;
            }
        }
        value->sources = sources;
    }
}
