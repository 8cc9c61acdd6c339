#include "expr/type.h"

#include "base/buf.h"

const struct type type_constants[] = {
#define X(name, text) {.kind = TYPE_##name},
    TYPE_KINDS(X)
#undef X
};

static const char *const kind_texts[] = {
#define X(name, text) text,
    TYPE_KINDS(X)
#undef X
};

static const struct type *make(struct arena *arena, struct type type) {
    struct type *made = ARENA_NEW(arena, struct type);
    *made = type;
    return made;
}

const struct type *type_list(struct arena *arena, const struct type *element) {
    return make(arena, (struct type){.kind = TYPE_LIST, .first = element});
}

const struct type *type_map(struct arena *arena, const struct type *key, const struct type *value) {
    return make(arena, (struct type){.kind = TYPE_MAP, .first = key, .second = value});
}

const struct type *type_optional(struct arena *arena, const struct type *element) {
    return make(arena, (struct type){.kind = TYPE_OPTIONAL, .first = element});
}

const struct type *type_of(struct arena *arena, const struct type *type) {
    return make(arena, (struct type){.kind = TYPE_TYPE, .first = type});
}

const struct type *type_param(struct arena *arena, uint32_t param) {
    return make(arena, (struct type){.kind = TYPE_PARAM, .param = param});
}

const struct type *type_opaque(struct arena *arena, Slice name, const struct type *const *arguments,
                               uint32_t argument_count) {
    return make(arena, (struct type){
                           .kind = TYPE_OPAQUE,
                           .name = name,
                           .arguments = arguments,
                           .argument_count = argument_count,
                       });
}

// A list without an element type is a list of anything.
static bool part_equal(const struct type *left, const struct type *right) {
    left = left == NULL ? TYPE(DYN) : left;
    right = right == NULL ? TYPE(DYN) : right;
    return type_equal(left, right);
}

bool type_equal(const struct type *left, const struct type *right) {
    if (left == right) {
        return true;
    }
    if (left->kind != right->kind || left->param != right->param ||
        left->argument_count != right->argument_count || !slice_equal(left->name, right->name)) {
        return false;
    }
    for (uint32_t i = 0; i < left->argument_count; i++) {
        if (!type_equal(left->arguments[i], right->arguments[i])) {
            return false;
        }
    }
    return part_equal(left->first, right->first) && part_equal(left->second, right->second);
}

Slice type_name(const struct type *type) {
    return type->kind == TYPE_OPAQUE ? type->name : slice_of(kind_texts[type->kind]);
}

static void put_type(struct buf *out, const struct type *type);

static void put_parts(struct buf *out, const struct type *const *parts, uint32_t count) {
    buf_put_byte(out, '(');
    for (uint32_t i = 0; i < count; i++) {
        buf_put(out, i > 0 ? SLICE(", ") : SLICE(""));
        put_type(out, parts[i]);
    }
    buf_put_byte(out, ')');
}

static void put_type(struct buf *out, const struct type *type) {
    if (type->kind == TYPE_PARAM) {
        buf_put_byte(out, (char)('A' + type->param % 26));
        return;
    }
    buf_put(out, type_name(type));
    if (type->argument_count > 0) {
        put_parts(out, type->arguments, type->argument_count);
    } else if (type->first != NULL) {
        const struct type *const parts[] = {type->first, type->second};
        put_parts(out, parts, type->second == NULL ? 1 : 2);
    }
}

Slice type_text(struct arena *arena, const struct type *type) {
    enum { LONGEST = 4096 };
    struct buf out;
    buf_init(&out, LONGEST);
    put_type(&out, type);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}
