// Fetch: which rows of tables, and which keys of lists, events of a type will probably ask for. They are fetched ahead while other
// events are decided (decision/expect.c); what is missing here costs time and nothing else.

#include "expr/visit.h"
#include "monitoring/models/private.h"

struct fetching {
    const struct catalogue *catalogue;
    uint64_t *tables;
    uint64_t *fields;
};

static void note_variable(struct fetching *fetching, const struct expr_variable *variable) {
    const struct name *name = &fetching->catalogue->vocabulary.names.at[variable->slot];
    if (name->kind == NAME_CELL) {
        bits_set(fetching->tables, name->table);
    }
}

// The key of inList(list, key), where it is a field as it stands.
static void note_list(struct fetching *fetching, const struct node *call) {
    const struct node *key = call->call.count == 2 ? call->call.arguments[1] : NULL;
    if (key == NULL || key->kind != NODE_VARIABLE || call->call.function != &catalogue_in_list) {
        return;
    }
    const struct name *name = &fetching->catalogue->vocabulary.names.at[key->variable->slot];
    if (name->kind == NAME_FIELD && fetching->catalogue->schema->fields[name->index].type == FIELD_STRING) {
        bits_set(fetching->fields, name->index);
    }
}

static void note_node(void *context, const struct node *node) {
    struct fetching *fetching = context;
    if (node->kind == NODE_VARIABLE) {
        note_variable(fetching, node->variable);
    } else if (node->kind == NODE_HAS && node->has.variable != NULL) {
        note_variable(fetching, node->has.variable);
    } else if (node->kind == NODE_CALL && node->call.op == OP_HOST) {
        note_list(fetching, node);
    }
}

static void note(struct fetching *fetching, const struct expr *expr) {
    if (expr != NULL) {
        expr_visit(expr_root(expr), note_node, fetching);
    }
}

static const uint32_t *as_array(struct catalogue *catalogue, const uint64_t *set, size_t size, uint32_t *ret_count) {
    uint32_t *array = ARENA_ARRAY(&catalogue->arena, uint32_t, FETCHED_MAX);
    uint32_t count = 0;
    size_t index;
    BITS_EACH(set, bits_words(size), index) {
        if (count < FETCHED_MAX) {
            array[count++] = (uint32_t)index;
        }
    }
    *ret_count = count;
    return array;
}

static struct fetching begin(struct catalogue *catalogue) {
    return (struct fetching){
        .catalogue = catalogue,
        .tables = ARENA_ARRAY(&catalogue->arena, uint64_t, bits_words(catalogue->knowledge->table_count) + 1),
        .fields = ARENA_ARRAY(&catalogue->arena, uint64_t, bits_words(catalogue->schema->field_count) + 1),
    };
}

static struct fetched end(struct catalogue *catalogue, const struct fetching *fetching) {
    struct fetched fetched = {0};
    fetched.tables = as_array(catalogue, fetching->tables, catalogue->knowledge->table_count, &fetched.table_count);
    fetched.list_fields = as_array(catalogue, fetching->fields, catalogue->schema->field_count, &fetched.list_field_count);
    return fetched;
}

static struct fetched find_late(struct catalogue *catalogue, uint32_t type) {
    const struct feature_turn *turn = &catalogue->features->turns[type];
    struct fetching fetching = begin(catalogue);
    for (uint32_t i = 0; i < turn->late_filter_count; i++) {
        note(&fetching, catalogue->features->filters.at[turn->late_filters[i]].when);
    }
    return end(catalogue, &fetching);
}

void catalogue_find_fetched(struct catalogue *catalogue, uint32_t type, struct type_plan *plan) {
    const struct feature_plan *features = catalogue->features;
    struct fetching fetching = begin(catalogue);
    for (uint32_t i = 0; i < plan->count; i++) {
        note(&fetching, catalogue->models.at[plan->models[i]].expr);
    }
    for (uint32_t i = 0; i < catalogue->policy.segments.count; i++) {
        note(&fetching, catalogue->policy.segments.at[i].when);
    }
    for (uint32_t i = 0; i < catalogue->policy.rules.count; i++) {
        note(&fetching, catalogue->policy.rules.at[i].when);
    }
    for (uint32_t i = 0; i < features->filters.count; i++) {
        const struct feature_filter *filter = &features->filters.at[i];
        if (filter->everywhere || bits_test(filter->on, type)) {
            note(&fetching, filter->when);
        }
    }
    plan->fetched = end(catalogue, &fetching);
    plan->late = find_late(catalogue, type);
}
