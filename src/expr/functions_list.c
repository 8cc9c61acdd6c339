// Functions of lists, maps, sets and optionals.

#include "expr/run.h"

#include "base/utf8.h"

BODY(size) {
    switch (arguments[0].kind) {
    case VALUE_STRING:
        return value_int((int64_t)utf8_count(arguments[0].text));
    case VALUE_BYTES:
        return value_int((int64_t)arguments[0].text.size);
    case VALUE_LIST:
        return value_int(arguments[0].list->count);
    default:
        return value_int(arguments[0].map->count);
    }
}

// list[i] and map[k]; the checker's overloads for dyn arguments end here too.
static struct value index_any(struct evaluation *run, const struct value *arguments) {
    struct value found;
    run_look_up(run, &arguments[0], &arguments[1], &found);
    return found;
}

BODY(index_list) {
    return index_any(run, arguments);
}

BODY(index_map) {
    return index_any(run, arguments);
}

// An index or field of what may be absent: of an optional, or with [?...] and .?
BODY(optional_index) {
    struct value holder = arguments[0];
    if (holder.kind == VALUE_OPTIONAL) {
        if (holder.optional == NULL) {
            return holder;
        }
        holder = *holder.optional;
    }
    return run_look_up_optional(run, &holder, &arguments[1]);
}

BODY(index_optional) {
    return call_optional_index(run, arguments, count);
}

// Optionals.

BODY(optional_of) {
    return run_optional(run, arguments[0]);
}

static bool is_zero(const struct value *value) {
    switch (value->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return !value->boolean;
    case VALUE_INT:
        return value->integer == 0;
    case VALUE_UINT:
        return value->unsigned_integer == 0;
    case VALUE_DOUBLE:
    case VALUE_MONEY:
        return value->number == 0;
    case VALUE_STRING:
    case VALUE_BYTES:
        return value->text.size == 0;
    case VALUE_TIMESTAMP:
    case VALUE_DURATION:
        return value->time.seconds == 0 && value->time.nanos == 0;
    case VALUE_LIST:
        return value->list->count == 0;
    case VALUE_MAP:
        return value->map->count == 0;
    case VALUE_OPTIONAL:
        return value->optional == NULL;
    default:
        return false;
    }
}

BODY(optional_of_non_zero) {
    return is_zero(&arguments[0]) ? run_none() : run_optional(run, arguments[0]);
}

BODY(optional_none) {
    return run_none();
}

BODY(has_value) {
    return value_bool(arguments[0].optional != NULL);
}

BODY(value) {
    return arguments[0].optional != NULL ? *arguments[0].optional
                                         : run_error("optional.none() has no value");
}

BODY(optional_unwrap) {
    const struct value_list *list = arguments[0].list;
    struct value *items = run_items(run, list->count);
    if (items == NULL) {
        return run_too_much();
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != VALUE_OPTIONAL) {
            return run_error("no such overload: this is not a list of optional values");
        }
        if (list->items[i].optional != NULL) {
            items[kept++] = *list->items[i].optional;
        }
    }
    return run_list(run, items, kept);
}

static struct value item_or_none(struct evaluation *run, const struct value_list *list,
                                 bool is_first) {
    return list->count == 0 ? run_none()
                            : run_optional(run, list->items[is_first ? 0 : list->count - 1]);
}

BODY(first) {
    return item_or_none(run, arguments[0].list, true);
}

BODY(last) {
    return item_or_none(run, arguments[0].list, false);
}

// Lists.

BODY(slice) {
    const struct value_list *list = arguments[0].list;
    int64_t start = arguments[1].integer;
    int64_t end = arguments[2].integer;
    if (start < 0 || end < start || end > list->count) {
        return run_error("the slice is out of range");
    }
    return run_list(run, list->count == 0 ? NULL : list->items + start, (uint32_t)(end - start));
}

BODY(reverse_list) {
    const struct value_list *list = arguments[0].list;
    struct value *items = run_items(run, list->count);
    if (items == NULL) {
        return run_too_much();
    }
    for (uint32_t i = 0; i < list->count; i++) {
        items[i] = list->items[list->count - 1 - i];
    }
    return run_list(run, items, list->count);
}

// Items of lists in lists, `depth` levels of them taken apart; written when `items` is not NULL.
static bool flatten_into(struct evaluation *run, const struct value_list *list, int64_t depth,
                         struct value *items, uint32_t *count) {
    for (uint32_t i = 0; i < list->count; i++) {
        if (!run_take_step(run)) {
            return false;
        }
        if (list->items[i].kind == VALUE_LIST && depth > 0) {
            if (!flatten_into(run, list->items[i].list, depth - 1, items, count)) {
                return false;
            }
            continue;
        }
        if (items != NULL) {
            items[*count] = list->items[i];
        }
        ++*count;
    }
    return true;
}

BODY(flatten) {
    int64_t depth = count == 2 ? arguments[1].integer : 1;
    if (depth < 0) {
        return run_error("the depth of flatten() is not negative");
    }
    depth = depth > EXPR_DEPTH_MAX ? EXPR_DEPTH_MAX : depth;
    uint32_t wanted = 0;
    if (!flatten_into(run, arguments[0].list, depth, NULL, &wanted)) {
        return run_too_long();
    }
    struct value *items = run_items(run, wanted);
    if (items == NULL) {
        return run_too_much();
    }
    uint32_t written = 0;
    return flatten_into(run, arguments[0].list, depth, items, &written)
               ? run_list(run, items, written)
               : run_too_long();
}

static bool list_holds(struct evaluation *run, const struct value_list *list,
                       const struct value *item) {
    for (uint32_t i = 0; i < list->count && run_may_compare(run); i++) {
        if (run_equal(run, &list->items[i], item)) {
            return true;
        }
    }
    return false;
}

BODY(distinct) {
    const struct value_list *list = arguments[0].list;
    struct value *items = run_items(run, list->count);
    if (items == NULL) {
        return run_too_much();
    }
    struct value_list kept = {.items = items};
    for (uint32_t i = 0; i < list->count; i++) {
        if (!list_holds(run, &kept, &list->items[i])) {
            items[kept.count++] = list->items[i];
        }
    }
    return run_list(run, items, kept.count);
}

BODY(sort) {
    return run_sort(run, arguments[0].list, arguments[0].list->items);
}

BODY(range) {
    int64_t end = arguments[0].integer;
    if (end > EXPR_STEPS_MAX) {
        return run_too_much();
    }
    uint32_t size = end < 0 ? 0 : (uint32_t)end;
    struct value *items = run_items(run, size);
    if (items == NULL) {
        return run_too_much();
    }
    for (uint32_t i = 0; i < size; i++) {
        items[i] = value_int(i);
    }
    return run_list(run, items, size);
}

// Sets: lists without regard to order and repetition.

static bool holds_all(struct evaluation *run, const struct value_list *list,
                      const struct value_list *items) {
    for (uint32_t i = 0; i < items->count; i++) {
        if (!list_holds(run, list, &items->items[i])) {
            return false;
        }
    }
    return true;
}

BODY(sets_contains) {
    return value_bool(holds_all(run, arguments[0].list, arguments[1].list));
}

BODY(sets_equivalent) {
    return value_bool(holds_all(run, arguments[0].list, arguments[1].list) &&
                      holds_all(run, arguments[1].list, arguments[0].list));
}

BODY(sets_intersects) {
    const struct value_list *left = arguments[0].list;
    for (uint32_t i = 0; i < left->count; i++) {
        if (list_holds(run, arguments[1].list, &left->items[i])) {
            return value_bool(true);
        }
    }
    return value_bool(false);
}
