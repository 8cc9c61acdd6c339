#include "expr/visit.h"

typedef void (*Visitor)(void *context, const struct node *node);

static void visit_all(struct node *const *nodes, uint32_t count, Visitor visit, void *context) {
    for (uint32_t i = 0; i < count; i++) {
        expr_visit(nodes[i], visit, context);
    }
}

void expr_visit(const struct node *node, Visitor visit, void *context) {
    if (node == NULL) {
        return;
    }
    visit(context, node);
    switch (node->kind) {
    case NODE_LITERAL:
    case NODE_VARIABLE:
    case NODE_LOCAL:
        return;
    case NODE_CALL:
        visit_all(node->call.arguments, node->call.count, visit, context);
        return;
    case NODE_LIST:
        visit_all(node->list.items, node->list.count, visit, context);
        return;
    case NODE_MAP:
        for (uint32_t i = 0; i < node->map.count; i++) {
            expr_visit(node->map.keys[i], visit, context);
            expr_visit(node->map.values[i], visit, context);
        }
        return;
    case NODE_SELECT:
        expr_visit(node->select.operand, visit, context);
        return;
    case NODE_HAS:
        expr_visit(node->has.operand, visit, context);
        return;
    case NODE_COMPREHENSION:
        expr_visit(node->comprehension.range, visit, context);
        expr_visit(node->comprehension.condition, visit, context);
        expr_visit(node->comprehension.result, visit, context);
        return;
    case NODE_BIND:
        visit_all(node->bind.inits, node->bind.count, visit, context);
        expr_visit(node->bind.body, visit, context);
        return;
    }
}
