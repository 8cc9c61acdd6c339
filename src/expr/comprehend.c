// Comprehensions: the list macros. Each item costs a step of the evaluation's budget.

#include "expr/run.h"

#include <math.h>
#include <stdlib.h>

// What is walked over: the items of a list, or the keys and values of a map.
struct range {
    const struct value *keys; // NULL: a list
    const struct value *items;
    uint32_t count;
};

static bool range_of(const struct value *value, struct range *ret_range) {
    if (value->kind == VALUE_LIST) {
        *ret_range = (struct range){.items = value->list->items, .count = value->list->count};
        return true;
    }
    if (value->kind == VALUE_MAP) {
        *ret_range = (struct range){value->map->keys, value->map->values, value->map->count};
        return true;
    }
    return false;
}

// Makes item `i` what the variables stand for. False when no step is left for it.
static bool step_to(struct evaluation *run, const struct node *node, const struct range *range,
                    uint32_t i) {
    struct value *first = &run->frame[node->comprehension.first.index];
    if (!run_take_step(run)) {
        return false;
    }
    if (!node->comprehension.has_second) {
        *first = range->keys != NULL ? range->keys[i] : range->items[i];
        return true;
    }
    *first = range->keys != NULL ? range->keys[i] : value_int(i);
    run->frame[node->comprehension.second.index] = range->items[i];
    return true;
}

// all and exists: one item that is `decisive` settles it; else the first error.
static struct value quantify(struct evaluation *run, const struct node *node,
                             const struct range *range, bool decisive) {
    struct value result = value_bool(!decisive);
    for (uint32_t i = 0; i < range->count; i++) {
        if (!step_to(run, node, range, i)) {
            return run_too_long();
        }
        struct value value = evaluate_bool(run, node->comprehension.result);
        if (value.kind == VALUE_BOOL && value.boolean == decisive) {
            return value;
        }
        if (value.kind == VALUE_ERROR && result.kind != VALUE_ERROR) {
            result = value;
        }
    }
    return result;
}

static struct value exists_one(struct evaluation *run, const struct node *node,
                               const struct range *range) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < range->count; i++) {
        if (!step_to(run, node, range, i)) {
            return run_too_long();
        }
        struct value value = evaluate_bool(run, node->comprehension.result);
        if (value.kind == VALUE_ERROR) {
            return value;
        }
        count += value.boolean;
    }
    return value_bool(count == 1);
}

// Whether item `i` is taken; false with an error in *error when that cannot be said.
static bool passes(struct evaluation *run, const struct node *condition, struct value *error) {
    if (condition == NULL) {
        return true;
    }
    struct value value = evaluate_bool(run, condition);
    if (value.kind == VALUE_ERROR) {
        *error = value;
        return false;
    }
    return value.boolean;
}

// map, filter, transformList, transformMap: a result for each item that passes, and its key.
static struct value collect(struct evaluation *run, const struct node *node,
                            const struct range *range) {
    ComprehensionKind kind = node->comprehension.kind;
    bool is_filter = kind == COMPREHENSION_FILTER;
    bool is_map = kind == COMPREHENSION_TRANSFORM_MAP;
    struct value *items = run_items(run, range->count);
    struct value *keys = is_map ? run_items(run, range->count) : items;
    if (items == NULL || keys == NULL) {
        return run_too_much();
    }
    const struct node *condition =
        is_filter ? node->comprehension.result : node->comprehension.condition;
    uint32_t count = 0;
    for (uint32_t i = 0; i < range->count; i++) {
        struct value error = {0};
        if (!step_to(run, node, range, i)) {
            return run_too_long();
        }
        bool is_taken = passes(run, condition, &error);
        if (error.kind == VALUE_ERROR) {
            return error;
        }
        if (!is_taken) {
            continue;
        }
        struct value key = run->frame[node->comprehension.first.index];
        struct value item = is_filter ? key : evaluate_node(run, node->comprehension.result);
        if (item.kind == VALUE_ERROR) {
            return item;
        }
        if (item.kind == VALUE_MISSING) {
            continue;
        }
        keys[count] = key;
        items[count++] = item;
    }
    return is_map ? run_map(run, keys, items, count) : run_list(run, items, count);
}

// A map that grows while entries are gathered from several.
struct gathering {
    struct value *keys;
    struct value *values;
    uint32_t count;
    uint32_t capacity;
};

static bool make_room(struct evaluation *run, struct gathering *all, uint32_t more) {
    if (more <= all->capacity - all->count) {
        return true;
    }
    uint32_t capacity = (all->count + more) * 2;
    struct value *keys = run_items(run, capacity);
    struct value *values = run_items(run, capacity);
    if (keys == NULL || values == NULL) {
        return false;
    }
    if (all->count > 0) {
        memcpy(keys, all->keys, sizeof *keys * all->count);
        memcpy(values, all->values, sizeof *values * all->count);
    }
    *all = (struct gathering){keys, values, all->count, capacity};
    return true;
}

static struct value add_entries(struct evaluation *run, struct gathering *all,
                                const struct value_map *entries) {
    if (!make_room(run, all, entries->count)) {
        return run_too_much();
    }
    struct value_map seen = {all->keys, all->values, all->count};
    for (uint32_t i = 0; i < entries->count; i++) {
        if (value_map_get(&seen, &entries->keys[i], &run->compares_left) != NULL) {
            return run_error("a key stands twice in a map");
        }
        all->keys[all->count] = entries->keys[i];
        all->values[all->count++] = entries->values[i];
    }
    return value_bool(true);
}

static struct value gather_entries(struct evaluation *run, const struct node *node,
                                   const struct range *range) {
    struct gathering all = {0};
    for (uint32_t i = 0; i < range->count; i++) {
        struct value error = {0};
        if (!step_to(run, node, range, i)) {
            return run_too_long();
        }
        bool is_taken = passes(run, node->comprehension.condition, &error);
        if (error.kind == VALUE_ERROR) {
            return error;
        }
        if (!is_taken) {
            continue;
        }
        struct value entries = evaluate_node(run, node->comprehension.result);
        if (entries.kind == VALUE_ERROR) {
            return entries;
        }
        if (entries.kind != VALUE_MAP) {
            return run_error("no such overload: transformMapEntry() needs a map as its result");
        }
        struct value added = add_entries(run, &all, entries.map);
        if (added.kind == VALUE_ERROR) {
            return added;
        }
    }
    return run_map(run, all.keys, all.values, all.count);
}

struct keyed {
    struct value key;
    uint32_t index;
};

// Not-a-number has no place in an order: it comes last.
static int by_key(const void *left, const void *right) {
    const struct keyed *a = left;
    const struct keyed *b = right;
    int order = value_compare(&a->key, &b->key);
    if (order == VALUE_UNORDERED) {
        order = (isnan(a->key.number) != 0) - (isnan(b->key.number) != 0);
    }
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index); // stable
}

static bool is_orderable(ValueKind kind) {
    return kind == VALUE_BOOL || kind == VALUE_INT || kind == VALUE_UINT || kind == VALUE_DOUBLE ||
           kind == VALUE_STRING || kind == VALUE_BYTES || kind == VALUE_TIMESTAMP ||
           kind == VALUE_DURATION || kind == VALUE_MONEY;
}

struct value run_sort(struct evaluation *run, const struct value_list *list,
                      const struct value *keys) {
    struct value *items = run_items(run, list->count);
    struct keyed *order = run_alloc(run, sizeof *order * list->count);
    if (items == NULL || order == NULL) {
        return run_too_much();
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (!is_orderable(keys[i].kind) || keys[i].kind != keys[0].kind) {
            return run_error("no such overload: a list is sorted by values of one type");
        }
        order[i] = (struct keyed){keys[i], i};
    }
    qsort(order, list->count, sizeof *order, by_key);
    for (uint32_t i = 0; i < list->count; i++) {
        items[i] = list->items[order[i].index];
    }
    return run_list(run, items, list->count);
}

static struct value sort_by(struct evaluation *run, const struct node *node,
                            const struct value_list *list) {
    struct range range = {.items = list->items, .count = list->count};
    struct value *keys = run_items(run, list->count);
    if (keys == NULL) {
        return run_too_much();
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (!step_to(run, node, &range, i)) {
            return run_too_long();
        }
        keys[i] = evaluate_node(run, node->comprehension.result);
        if (keys[i].kind == VALUE_ERROR) {
            return keys[i];
        }
    }
    return run_sort(run, list, keys);
}

// optMap, optFlatMap: a list of at most one.
static struct value map_optional(struct evaluation *run, const struct node *node,
                                 const struct value *optional) {
    if (optional->kind != VALUE_OPTIONAL) {
        return run_error("no such overload: optMap() and optFlatMap() need an optional value");
    }
    if (optional->optional == NULL) {
        return *optional;
    }
    run->frame[node->comprehension.first.index] = *optional->optional;
    struct value value = evaluate_node(run, node->comprehension.result);
    bool is_wrapped = node->comprehension.kind == COMPREHENSION_OPT_FLAT_MAP;
    bool is_failure = value.kind == VALUE_ERROR || value.kind == VALUE_MISSING;
    if (is_failure || (is_wrapped && value.kind == VALUE_OPTIONAL)) {
        return value;
    }
    return is_wrapped ? run_error("no such overload: optFlatMap() needs an optional result")
                      : run_optional(run, value);
}

struct value evaluate_comprehension(struct evaluation *run, const struct node *node) {
    struct value source = evaluate_node(run, node->comprehension.range);
    if (source.kind == VALUE_ERROR) {
        return source;
    }
    ComprehensionKind kind = node->comprehension.kind;
    if (kind == COMPREHENSION_OPT_MAP || kind == COMPREHENSION_OPT_FLAT_MAP) {
        return source.kind == VALUE_MISSING ? source : map_optional(run, node, &source);
    }
    struct range range = {0}; // of a missing list: nothing
    if (source.kind != VALUE_MISSING && !range_of(&source, &range)) {
        return run_error("no such overload: this is neither a list nor a map");
    }
    switch (kind) {
    case COMPREHENSION_ALL:
        return quantify(run, node, &range, false);
    case COMPREHENSION_EXISTS:
        return quantify(run, node, &range, true);
    case COMPREHENSION_EXISTS_ONE:
        return exists_one(run, node, &range);
    case COMPREHENSION_TRANSFORM_MAP_ENTRY:
        return gather_entries(run, node, &range);
    case COMPREHENSION_SORT_BY: {
        struct value_list list = {.items = range.items, .count = range.count};
        return range.keys != NULL ? run_error("no such overload: sortBy() needs a list")
                                  : sort_by(run, node, &list);
    }
    default:
        return collect(run, node, &range);
    }
}
