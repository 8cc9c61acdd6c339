#include "server/api/carried.h"

#include "base/bits.h"

struct walk {
    const struct catalogue *catalogue;
    uint64_t *asked; // features that were walked over, by index: each once, however often it is named
};

static bool node_carries(struct walk *walk, const struct node *node);

static bool any_carries(struct walk *walk, struct node *const *nodes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (node_carries(walk, nodes[i])) {
            return true;
        }
    }
    return false;
}

// What is itself personal, by the pack's word.
static bool name_is_personal(const struct catalogue *catalogue, const struct name *name,
                             MaskKind *ret_kind) {
    if (name->kind == NAME_FIELD) {
        *ret_kind = catalogue->schema->fields[name->index].personal;
        return catalogue->schema->fields[name->index].is_personal;
    }
    if (name->kind == NAME_CELL) {
        const struct knowledge_column *column =
            &catalogue->knowledge->tables[name->table].columns[name->index];
        *ret_kind = column->personal;
        return column->is_personal;
    }
    return false;
}

static bool feature_carries(struct walk *walk, uint32_t index) {
    const struct feature *feature = &walk->catalogue->features->features.at[index];
    // A feature is a number. Windows count, add up and compare; an expression may read an account's digits.
    if (feature->expr == NULL || bits_test(walk->asked, index)) {
        return false;
    }
    bits_set(walk->asked, index);
    return node_carries(walk, expr_root(feature->expr));
}

static bool variable_carries(struct walk *walk, const struct expr_variable *variable) {
    MaskKind kind;
    const struct name *name = &walk->catalogue->vocabulary.names.at[variable->slot];
    return name->kind == NAME_FEATURE ? feature_carries(walk, name->index)
                                      : name_is_personal(walk->catalogue, name, &kind);
}

static bool call_carries(struct walk *walk, const struct node *node) {
    switch (node->call.op) {
    case OP_SIZE:
    case OP_INDEX_OF:
    case OP_LAST_INDEX_OF:
        return false;
    case OP_HOST: // of lists: yes or no, or a number of days
        return node->type->kind == TYPE_STRING &&
               any_carries(walk, node->call.arguments, node->call.count);
    default:
        return any_carries(walk, node->call.arguments, node->call.count);
    }
}

// A local stands for what its range or its binding gives, which is walked over with them.
static bool node_carries(struct walk *walk, const struct node *node) {
    if (node == NULL || node->type->kind == TYPE_BOOL) {
        return false;
    }
    switch (node->kind) {
    case NODE_LITERAL:
    case NODE_LOCAL:
    case NODE_HAS:
        return false;
    case NODE_VARIABLE:
        return variable_carries(walk, node->variable);
    case NODE_CALL:
        return call_carries(walk, node);
    case NODE_LIST:
        return any_carries(walk, node->list.items, node->list.count);
    case NODE_MAP:
        return any_carries(walk, node->map.keys, node->map.count) ||
               any_carries(walk, node->map.values, node->map.count);
    case NODE_SELECT:
        return node_carries(walk, node->select.operand);
    case NODE_COMPREHENSION:
        return node_carries(walk, node->comprehension.range) ||
               node_carries(walk, node->comprehension.result);
    case NODE_BIND:
        return any_carries(walk, node->bind.inits, node->bind.count) ||
               node_carries(walk, node->bind.body);
    }
    return false;
}

// Walks with the scratch that one question needs.
static bool ask(const struct catalogue *catalogue, uint32_t feature, const struct node *node) {
    struct arena arena;
    struct walk walk = {.catalogue = catalogue};
    arena_init(&arena, 4 << 10);
    walk.asked = ARENA_ARRAY(&arena, uint64_t, catalogue->features->features.count / 64 + 1);
    bool carries = node == NULL ? feature_carries(&walk, feature) : node_carries(&walk, node);
    arena_deinit(&arena);
    return carries;
}

bool carried_by_node(const struct catalogue *catalogue, const struct node *node,
                     MaskKind *ret_kind) {
    if (node->kind == NODE_VARIABLE &&
        name_is_personal(catalogue, &catalogue->vocabulary.names.at[node->variable->slot],
                         ret_kind)) {
        return true;
    }
    *ret_kind = MASK_ALL;
    return ask(catalogue, 0, node);
}

static bool column_carries(const struct catalogue *catalogue, Slice name, MaskKind *ret_kind) {
    const struct knowledge_plan *plan = catalogue->knowledge;
    for (uint32_t t = 0; t < plan->table_count; t++) {
        for (uint32_t c = 0; c < plan->tables[t].column_count; c++) {
            const struct knowledge_column *column = &plan->tables[t].columns[c];
            if (column->is_personal && slice_equal(column->full_name, name)) {
                *ret_kind = column->personal;
                return true;
            }
        }
    }
    return false;
}

bool carried_by_name(const struct catalogue *catalogue, Slice name, MaskKind *ret_kind) {
    bool has_prefix = slice_starts_with(name, SLICE("event."));
    uint32_t field =
        schema_find_field(catalogue->schema, has_prefix ? slice_part(name, 6, SIZE_MAX) : name);
    if (field != SCHEMA_NONE) {
        *ret_kind = catalogue->schema->fields[field].personal;
        return catalogue->schema->fields[field].is_personal;
    }
    if (slice_starts_with(name, SLICE("f."))) {
        uint32_t feature =
            map_get(&catalogue->features->features_by_name, slice_part(name, 2, SIZE_MAX));
        *ret_kind = MASK_ALL;
        return feature != MAP_NONE && ask(catalogue, feature, NULL);
    }
    return slice_find(name, SLICE("."), 0) != SIZE_MAX && column_carries(catalogue, name, ret_kind);
}
