#include "expr/infer.h"

// Fresh parameters are numbered from here on, past those that signatures use.
enum { FRESH_FIRST = 1000 };

void infer_init(struct infer *infer, struct arena *arena) {
    *infer = (struct infer){.arena = arena};
}

const struct type *infer_fresh(struct infer *infer) {
    uint32_t index = infer->found.count;
    *VEC_PUSH(&infer->found, infer->arena) = NULL;
    return type_param(infer->arena, FRESH_FIRST + index);
}

static bool is_fresh(const struct type *type) {
    return type->kind == TYPE_PARAM && type->param >= FRESH_FIRST;
}

static const struct type *found(const struct infer *infer, const struct type *param) {
    return infer->found.at[param->param - FRESH_FIRST];
}

static void learn(struct infer *infer, const struct type *param, const struct type *type) {
    uint32_t index = param->param - FRESH_FIRST;
    *VEC_PUSH(&infer->undo, infer->arena) =
        (struct infer_undo){.index = index, .old = infer->found.at[index]};
    infer->found.at[index] = type;
}

static void undo_to(struct infer *infer, uint32_t count) {
    while (infer->undo.count > count) {
        struct infer_undo last = infer->undo.at[--infer->undo.count];
        infer->found.at[last.index] = last.old;
    }
}

// The type with each of its parts replaced; itself where the parts stay the same.
typedef const struct type *(*Replace)(struct infer *infer, const struct type *type, void *context);

static const struct type *with_parts(struct infer *infer, const struct type *type, Replace replace,
                                     void *context) {
    if (type->first == NULL && type->argument_count == 0) {
        return type;
    }
    struct type made = *type;
    if (type->argument_count > 0) {
        const struct type **arguments =
            ARENA_ARRAY(infer->arena, const struct type *, type->argument_count);
        for (uint32_t i = 0; i < type->argument_count; i++) {
            arguments[i] = replace(infer, type->arguments[i], context);
        }
        made.arguments = arguments;
    }
    made.first = type->first == NULL ? NULL : replace(infer, type->first, context);
    made.second = type->second == NULL ? NULL : replace(infer, type->second, context);
    if (made.first == type->first && made.second == type->second && type->argument_count == 0) {
        return type;
    }
    struct type *own = ARENA_NEW(infer->arena, struct type);
    *own = made;
    return own;
}

static const struct type *instance(struct infer *infer, const struct type *type, void *context) {
    if (type->kind != TYPE_PARAM) {
        return with_parts(infer, type, instance, context);
    }
    const struct type **fresh = context;
    uint32_t param = type->param % SIGNATURE_PARAMS;
    if (fresh[param] == NULL) {
        fresh[param] = infer_fresh(infer);
    }
    return fresh[param];
}

const struct type *infer_instance(struct infer *infer, const struct type *type,
                                  const struct type *fresh[SIGNATURE_PARAMS]) {
    return instance(infer, type, fresh);
}

const struct type *infer_shallow(const struct infer *infer, const struct type *type) {
    while (is_fresh(type) && found(infer, type) != NULL) {
        type = found(infer, type);
    }
    return type;
}

static const struct type *resolve(struct infer *infer, const struct type *type, void *context) {
    const bool *is_final = context;
    type = infer_shallow(infer, type);
    if (is_fresh(type)) {
        return *is_final ? TYPE(DYN) : type;
    }
    return with_parts(infer, type, resolve, context);
}

const struct type *infer_resolve(struct infer *infer, const struct type *type, bool is_final) {
    return resolve(infer, type, &is_final);
}

static bool mentions(const struct infer *infer, const struct type *type,
                     const struct type *param) {
    if (is_fresh(type)) {
        const struct type *known = found(infer, type);
        return type->param == param->param || (known != NULL && mentions(infer, known, param));
    }
    for (uint32_t i = 0; i < type->argument_count; i++) {
        if (mentions(infer, type->arguments[i], param)) {
            return true;
        }
    }
    return (type->first != NULL && mentions(infer, type->first, param)) ||
           (type->second != NULL && mentions(infer, type->second, param));
}

static const struct type *part(const struct type *type) {
    return type == NULL ? TYPE(DYN) : type;
}

// Whether `left` says no more than `right`: list(dyn) is no more specific than list(int).
static bool is_as_general(const struct type *left, const struct type *right) {
    if (left->kind == TYPE_DYN || left->kind == TYPE_PARAM) {
        return true;
    }
    if (right->kind == TYPE_DYN || right->kind == TYPE_PARAM || left->kind != right->kind) {
        return false;
    }
    switch (left->kind) {
    case TYPE_LIST:
    case TYPE_OPTIONAL:
        return is_as_general(part(left->first), part(right->first));
    case TYPE_MAP:
        return is_as_general(part(left->first), part(right->first)) &&
               is_as_general(part(left->second), part(right->second));
    case TYPE_OPAQUE:
        for (uint32_t i = 0; i < left->argument_count && i < right->argument_count; i++) {
            if (!is_as_general(left->arguments[i], right->arguments[i])) {
                return false;
            }
        }
        return slice_equal(left->name, right->name);
    default:
        return type_equal(left, right);
    }
}

static bool assign(struct infer *infer, const struct type *from, const struct type *to);

// Whether `type` can be what `param` stands for.
static bool assign_param(struct infer *infer, const struct type *type, const struct type *param,
                         bool *ret_was_known) {
    *ret_was_known = true;
    if (type->kind == TYPE_PARAM && type->param == param->param) {
        return true;
    }
    const struct type *known = found(infer, param);
    if (known == NULL) {
        *ret_was_known = false;
        if (mentions(infer, type, param)) {
            return false;
        }
        learn(infer, param, type);
        return true;
    }
    if (!assign(infer, type, known)) {
        return false;
    }
    const struct type *general = is_as_general(type, known) ? type : known;
    if (!mentions(infer, general, param)) {
        learn(infer, param, general);
    }
    return true;
}

// null may stand for what has no zero of its own.
static bool is_nullable(TypeKind kind) {
    return kind == TYPE_NULL || kind == TYPE_TIMESTAMP || kind == TYPE_DURATION ||
           kind == TYPE_OPTIONAL || kind == TYPE_OPAQUE || kind == TYPE_IP || kind == TYPE_CIDR;
}

static bool assign_parts(struct infer *infer, const struct type *from, const struct type *to) {
    if (from->kind != to->kind || from->argument_count != to->argument_count ||
        !slice_equal(from->name, to->name)) {
        return false;
    }
    if (from->kind == TYPE_TYPE) { // types of types do not restrict each other
        return true;
    }
    for (uint32_t i = 0; i < from->argument_count; i++) {
        if (!assign(infer, from->arguments[i], to->arguments[i])) {
            return false;
        }
    }
    return assign(infer, part(from->first), part(to->first)) &&
           assign(infer, part(from->second), part(to->second));
}

static bool assign(struct infer *infer, const struct type *from, const struct type *to) {
    bool was_known = false;
    if (is_fresh(to)) {
        if (assign_param(infer, from, to, &was_known)) {
            return true;
        }
        if (was_known) {
            return false;
        }
    }
    if (is_fresh(from)) {
        return assign_param(infer, to, from, &was_known);
    }
    bool is_wild = from->kind == TYPE_DYN || to->kind == TYPE_DYN || from->kind == TYPE_ERROR ||
                   to->kind == TYPE_ERROR;
    if (is_wild) {
        return true;
    }
    if (from->kind == TYPE_NULL || to->kind == TYPE_NULL) {
        return is_nullable(from->kind) && is_nullable(to->kind);
    }
    return assign_parts(infer, from, to);
}

bool infer_assign(struct infer *infer, const struct type *from, const struct type *to) {
    return infer_assign_all(infer, &from, &to, 1);
}

bool infer_assign_all(struct infer *infer, const struct type *const *from,
                      const struct type *const *to, uint32_t count) {
    uint32_t mark = infer->undo.count;
    for (uint32_t i = 0; i < count; i++) {
        if (!assign(infer, from[i], to[i])) {
            undo_to(infer, mark);
            return false;
        }
    }
    return true;
}

const struct type *infer_join(struct infer *infer, const struct type *left,
                              const struct type *right) {
    if (!infer_assign(infer, right, left)) {
        return NULL;
    }
    left = infer_shallow(infer, left);
    right = infer_shallow(infer, right);
    if (left->kind == TYPE_NULL) {
        return right;
    }
    return right->kind == TYPE_NULL || is_as_general(left, right) ? left : right;
}
