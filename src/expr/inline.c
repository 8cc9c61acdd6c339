#include "expr/inline.h"

#include "expr/visit.h"

enum { LOCALS_MAX = 64 };

struct inlining {
    struct arena *arena;
    const struct node *inits[LOCALS_MAX]; // by index of the local, inlined themselves
    uint64_t read;                        // a bit for each local that was read
    uint32_t count;                       // of nodes
};

static const struct node *inlined(struct inlining *inlining, const struct node *node);

static const struct node *inlined_call(struct inlining *inlining, const struct node *node) {
    uint32_t count = node->call.count;
    struct node **arguments = ARENA_ARRAY(inlining->arena, struct node *, count + 1);
    struct node *copy = ARENA_NEW(inlining->arena, struct node);
    *copy = *node;
    copy->height = 1;
    for (uint32_t i = 0; i < count; i++) {
        const struct node *argument = inlined(inlining, node->call.arguments[i]);
        if (argument == NULL) {
            return NULL;
        }
        arguments[i] = (struct node *)argument;
        copy->height = argument->height >= copy->height ? argument->height + 1 : copy->height;
    }
    copy->call.arguments = arguments;
    return copy;
}

static const struct node *inlined_bind(struct inlining *inlining, const struct node *node) {
    for (uint32_t i = 0; i < node->bind.count; i++) {
        const struct node *init = inlined(inlining, node->bind.inits[i]);
        uint32_t index = node->bind.locals[i].index;
        if (init == NULL || index >= LOCALS_MAX) {
            return NULL;
        }
        inlining->inits[index] = init;
        inlining->read &= ~(UINT64_C(1) << index);
    }
    const struct node *body = inlined(inlining, node->bind.body);
    for (uint32_t i = 0; i < node->bind.count; i++) {
        if ((inlining->read >> node->bind.locals[i].index & 1) == 0) {
            return NULL; // the evaluator reads what the init reads, and that would not be seen any more
        }
    }
    return body;
}

// What a local stands for counts with all its nodes each time.
static void count_node(void *context, const struct node *node) {
    (void)node;
    ++*(uint32_t *)context;
}

static const struct node *inlined(struct inlining *inlining, const struct node *node) {
    const struct node *local = NULL;
    if (++inlining->count > INLINE_NODES_MAX) {
        return NULL;
    }
    switch (node->kind) {
    case NODE_LITERAL:
    case NODE_VARIABLE:
        return node;
    case NODE_HAS:
        return node->has.variable != NULL ? node : NULL;
    case NODE_CALL:
        return inlined_call(inlining, node);
    case NODE_BIND:
        return inlined_bind(inlining, node);
    case NODE_LOCAL:
        local = node->local.index < LOCALS_MAX ? inlining->inits[node->local.index] : NULL;
        if (local != NULL) {
            inlining->read |= UINT64_C(1) << node->local.index;
            expr_visit(local, count_node, &inlining->count);
        }
        return local;
    default:
        return NULL;
    }
}

const struct node *expr_inline(struct arena *arena, const struct node *node) {
    struct inlining inlining = {.arena = arena};
    return inlined(&inlining, node);
}
