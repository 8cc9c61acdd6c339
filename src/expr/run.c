#include "expr/run.h"

#include "expr/numeral.h"

#include <stdarg.h>
#include <stdio.h>

struct value run_error_format(struct evaluation *run, const char *format, ...) {
    enum { LONGEST = 400 };
    char text[LONGEST];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t kept = size < 0 ? 0 : size < LONGEST ? (size_t)size : LONGEST - 1;
    return run_text(run, VALUE_ERROR, (Slice){text, kept});
}

struct value run_no_overload(struct evaluation *run, Slice name, const struct value *arguments,
                             uint32_t count) {
    enum { LONGEST = 300 };
    struct buf types;
    buf_init(&types, LONGEST);
    for (uint32_t i = 0; i < count; i++) {
        buf_put(&types, i > 0 ? SLICE(", ") : SLICE(""));
        buf_put(&types, type_name(value_type(&arguments[i])));
    }
    struct value error = run_error_format(run, "no such overload: %.*s(%.*s)", SLICE_ARGS(name),
                                          SLICE_ARGS(buf_slice(&types)));
    buf_deinit(&types);
    return error;
}

void *run_alloc(struct evaluation *run, size_t size) {
    size_t taken = (size + (size == 0) + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN; // by the arena
    if (taken > run->bytes_left) {
        run->bytes_left = 0;
        return NULL;
    }
    run->bytes_left -= taken;
    return arena_alloc_raw(run->scratch, size);
}

struct value run_too_much(void) {
    return run_error("the evaluation needs too much memory");
}

struct value run_too_long(void) {
    return run_error("the evaluation takes too many steps");
}

struct value *run_items(struct evaluation *run, uint32_t count) {
    return run_alloc(run, sizeof(struct value) * count);
}

struct value run_list(struct evaluation *run, const struct value *items, uint32_t count) {
    struct value_list *list = run_alloc(run, sizeof *list);
    if (list == NULL) {
        return run_too_much();
    }
    *list = (struct value_list){.items = items, .count = count};
    return (struct value){.kind = VALUE_LIST, .list = list};
}

struct value run_map(struct evaluation *run, const struct value *keys, const struct value *values,
                     uint32_t count) {
    struct value_map *map = run_alloc(run, sizeof *map);
    if (map == NULL) {
        return run_too_much();
    }
    *map = (struct value_map){.keys = keys, .values = values, .count = count};
    return (struct value){.kind = VALUE_MAP, .map = map};
}

struct value run_none(void) {
    return (struct value){.kind = VALUE_OPTIONAL, .optional = NULL};
}

struct value run_optional(struct evaluation *run, struct value inner) {
    struct value *own = run_items(run, 1);
    if (own == NULL) {
        return run_too_much();
    }
    *own = inner;
    return (struct value){.kind = VALUE_OPTIONAL, .optional = own};
}

struct value run_text(struct evaluation *run, ValueKind kind, Slice text) {
    char *copy = run_alloc(run, text.size);
    if (copy == NULL) {
        return run_too_much();
    }
    if (text.size > 0) {
        memcpy(copy, text.at, text.size);
    }
    return (struct value){.kind = kind, .text = {copy, text.size}};
}

bool run_equal(struct evaluation *run, const struct value *left, const struct value *right) {
    return value_equal_within(left, right, &run->compares_left);
}

// A whole number of any kind as an index.
static bool index_of(const struct value *key, int64_t *ret_index) {
    switch (key->kind) {
    case VALUE_INT:
        *ret_index = key->integer;
        return true;
    case VALUE_UINT:
        *ret_index = key->unsigned_integer > INT64_MAX ? INT64_MAX : (int64_t)key->unsigned_integer;
        return true;
    case VALUE_DOUBLE:
        return numeral_double_to_int(key->number, ret_index) && (double)*ret_index == key->number;
    default:
        return false;
    }
}

static LookUp look_up_item(const struct value_list *list, const struct value *key,
                           struct value *ret_value) {
    int64_t index;
    if (!index_of(key, &index)) {
        *ret_value = run_error("the index of a list is a whole number");
        return LOOKUP_ERROR;
    }
    if (index < 0 || index >= list->count) {
        *ret_value = run_error("index out of range");
        return LOOKUP_ABSENT;
    }
    *ret_value = list->items[index];
    return LOOKUP_FOUND;
}

LookUp run_look_up(struct evaluation *run, const struct value *holder, const struct value *key,
                   struct value *ret_value) {
    if (holder->kind == VALUE_LIST) {
        return look_up_item(holder->list, key, ret_value);
    }
    if (holder->kind != VALUE_MAP) {
        *ret_value = run_error("no such overload: this value has no fields");
        return LOOKUP_ERROR;
    }
    const struct value *found = value_map_get(holder->map, key, &run->compares_left);
    if (found == NULL) {
        *ret_value = run_may_compare(run) ? run_error("no such key") : run_too_long();
        return LOOKUP_ABSENT;
    }
    *ret_value = *found;
    return LOOKUP_FOUND;
}

struct value run_look_up_optional(struct evaluation *run, const struct value *holder,
                                  const struct value *key) {
    struct value found;
    switch (run_look_up(run, holder, key, &found)) {
    case LOOKUP_FOUND:
        return run_optional(run, found);
    case LOOKUP_ABSENT:
        return run_none();
    case LOOKUP_ERROR:
        return found;
    }
    INVARIANT(false);
}
