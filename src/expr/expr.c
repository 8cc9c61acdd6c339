#include "expr/expr.h"

#include "base/utf8.h"
#include "expr/check.h"

#include <stdlib.h>

static int by_slot(const void *left, const void *right) {
    const struct expr_variable *a = *(const struct expr_variable *const *)left;
    const struct expr_variable *b = *(const struct expr_variable *const *)right;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static const struct expr *finish(struct check *check, const struct node *root) {
    for (uint32_t i = 0; i < check->nodes.count; i++) {
        struct node *node = check->nodes.at[i];
        node->type = infer_resolve(&check->infer, node->type, true);
    }
    struct expr *expr = ARENA_NEW(check->arena, struct expr);
    expr->env = check->env;
    expr->root = root;
    expr->local_count = check->local_count;
    expr->reads = check->reads.at;
    expr->read_count = check->reads.count;
    if (check->reads.count > 0) {
        qsort(check->reads.at, check->reads.count, sizeof(*check->reads.at), by_slot);
    }
    return expr;
}

// Without a source the text itself is the file.
static struct expr_text with_source(const struct expr_text *text, struct arena *arena) {
    if (text->source != NULL) {
        return *text;
    }
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){.name = SLICE("expression"), .text = text->text};
    return (struct expr_text){.text = text->text, .source = source};
}

static const struct expr *compile(const struct expr_env *env, const struct expr_text *given,
                                  struct arena *arena, struct diag_list *diags, bool is_lenient) {
    struct expr_text text = with_source(given, arena);
    struct report report = {.text = &text, .diags = diags};
    size_t invalid = utf8_invalid_at(text.text);
    if (invalid < text.text.size) {
        report_error(&report, ERROR_SYNTAX, (uint32_t)invalid, (uint32_t)invalid,
                     "the text is not UTF-8");
        return NULL;
    }
    struct syntax *syntax = syntax_parse(&text, env->has_macros, arena, &report);
    if (syntax == NULL) {
        INVARIANT(report.count > 0);
        return NULL;
    }
    struct check check = {
        .env = env, .arena = arena, .report = &report, .is_lenient = is_lenient};
    infer_init(&check.infer, arena);
    const struct node *root = check_node(&check, syntax);
    return report.count > 0 ? NULL : finish(&check, root);
}

const struct expr *expr_compile(const struct expr_env *env, const struct expr_text *text,
                                struct arena *arena, struct diag_list *diags) {
    return compile(env, text, arena, diags, false);
}

const struct expr *expr_parse_only(const struct expr_env *env, const struct expr_text *text,
                                   struct arena *arena, struct diag_list *diags) {
    return compile(env, text, arena, diags, true);
}

const struct type *expr_type(const struct expr *expr) {
    return expr->root->type;
}

const struct node *expr_root(const struct expr *expr) {
    return expr->root;
}

const struct expr_variable *const *expr_reads(const struct expr *expr, uint32_t *ret_count) {
    *ret_count = expr->read_count;
    return expr->reads;
}
