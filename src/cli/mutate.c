#include "cli/mutate.h"

#include "expr/visit.h"

struct mutant {
    const struct expr *expr; // NULL: the cut did not meet the text as the parser sees it; then nothing guards it
    Place place;
    Slice was, is; // a comparison's operator and what it became; empty where a condition is taken away
    bool guarded;
};

struct mutants {
    const struct catalogue *catalogue;
    const struct model *model;
    const struct yaml_node *source; // of the expression
    struct arena *arena;
    VEC(struct mutant) all;
};

// ---- making them -----------------------------------------------------------------------------------------

// How many parentheses are open at the end of [start, end), and the least number on the way; texts in quotes are passed over.
static int count_open(Slice text, size_t start, size_t end, int *ret_least) {
    int open = 0;
    char quote = 0;
    *ret_least = 0;
    for (size_t i = start; i < end; i++) {
        char byte = text.at[i];
        if (quote != 0) {
            i += byte == '\\';
            quote = byte == quote ? 0 : quote;
        } else if (byte == '"' || byte == '\'') {
            quote = byte;
        } else {
            open += (byte == '(') - (byte == ')');
            *ret_least = open < *ret_least ? open : *ret_least;
        }
    }
    return open;
}

// A node ends where its last part ends, and begins where its first begins, so that in `!(a)` the closing parenthesis is not in it.
static void take_parentheses(Slice text, size_t *start, size_t *end) {
    int least;
    int open = count_open(text, *start, *end, &least);
    for (int behind = open - least; behind > 0 && *end < text.size; (*end)++) {
        behind -= text.at[*end] == ')';
    }
    for (int before = -least; before > 0 && *start > 0; (*start)--) {
        before -= text.at[*start - 1] == '(';
    }
}

// The expression with the bytes [start, end) replaced.
static struct mutant *add(struct mutants *mutants, size_t start, size_t end, Slice instead) {
    Slice text = mutants->source->text;
    take_parentheses(text, &start, &end);
    struct diag_list diags;
    diag_list_init(&diags, mutants->arena);
    struct source *source = ARENA_NEW(mutants->arena, struct source);
    source->name = mutants->source->place.source->name;
    source->text = arena_printf(mutants->arena, "%.*s%.*s%.*s", (int)start, text.at, SLICE_ARGS(instead), (int)(text.size - end), text.at + end);
    struct expr_text changed = {.text = source->text, .source = source};
    const struct expr *expr = expr_compile(mutants->model->env, &changed, mutants->arena, &diags);
    struct mutant *mutant = VEC_PUSH(&mutants->all, mutants->arena);
    *mutant = (struct mutant){.expr = expr, .place = yaml_place_in(mutants->source, start, end)};
    return mutant;
}

// Whether a part of a comparison is what the model's author sets: numbers and parameters, and what is computed from them alone.
static bool is_threshold(const struct mutants *mutants, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        return true;
    case NODE_VARIABLE:
        return mutants->catalogue->vocabulary.names.at[node->variable->slot].kind == NAME_PARAMETER;
    case NODE_CALL:
        for (uint32_t i = 0; i < node->call.count; i++) {
            if (!is_threshold(mutants, node->call.arguments[i])) {
                return false;
            }
        }
        return node->call.count > 0;
    default:
        return false;
    }
}

static Slice across(ExprOp op) {
    switch (op) {
    case OP_LESS:
        return SLICE("<=");
    case OP_LESS_EQUAL:
        return SLICE("<");
    case OP_GREATER:
        return SLICE(">=");
    case OP_GREATER_EQUAL:
        return SLICE(">");
    default:
        return SLICE("");
    }
}

static void move_threshold(struct mutants *mutants, const struct node *node) {
    Slice is = across(node->call.op);
    const struct node *left = node->call.arguments[0];
    const struct node *right = node->call.arguments[1];
    if (slice_empty(is) || is_threshold(mutants, left) == is_threshold(mutants, right)) {
        return;
    }
    Slice was = expr_op_text(node->call.op);
    size_t at = slice_find(mutants->source->text, was, left->byte_end);
    if (at != SIZE_MAX && at < right->byte_start) {
        struct mutant *mutant = add(mutants, at, at + was.size, is);
        mutant->was = was;
        mutant->is = is;
    }
}

static void visit(void *context, const struct node *node) {
    struct mutants *mutants = context;
    if (node->kind != NODE_CALL) {
        return;
    }
    bool conjunction = node->call.op == OP_AND;
    if (conjunction || node->call.op == OP_OR) {
        for (uint32_t i = 0; i < node->call.count; i++) {
            const struct node *operand = node->call.arguments[i];
            if (operand->kind != NODE_LITERAL) { // what says true or false takes part in nothing
                add(mutants, operand->byte_start, operand->byte_end, conjunction ? SLICE("true") : SLICE("false"));
            }
        }
    } else if (node->call.count == 2) {
        move_threshold(mutants, node);
    }
}

struct mutants *mutants_create(const struct catalogue *catalogue, const struct model *model, struct arena *arena) {
    struct mutants *mutants = ARENA_NEW(arena, struct mutants);
    *mutants = (struct mutants){.catalogue = catalogue, .model = model, .source = yaml_get(model->node, "expr"), .arena = arena};
    const struct node *root = expr_root(model->expr);
    if (root->kind != NODE_CALL || (root->call.op != OP_AND && root->call.op != OP_OR)) {
        add(mutants, root->byte_start, root->byte_end, SLICE("true")); // the one condition there is
    }
    expr_visit(root, visit, mutants);
    return mutants;
}

// ---- trying them -----------------------------------------------------------------------------------------

bool mutants_try(struct mutants *mutants, struct engine *engine, bool fired) {
    bool applies = engine_applies(engine, mutants->model);
    if ((applies && engine_holds(engine, mutants->model->expr)) != fired) {
        return false;
    }
    for (uint32_t i = 0; applies && i < mutants->all.count; i++) {
        struct mutant *mutant = &mutants->all.at[i];
        mutant->guarded = mutant->guarded || (mutant->expr != NULL && engine_holds(engine, mutant->expr) != fired);
    }
    return true;
}

void mutants_tell(const struct mutants *mutants, struct diag_list *diags, uint32_t *conditions, uint32_t *guarded) {
    for (uint32_t i = 0; i < mutants->all.count; i++) {
        const struct mutant *mutant = &mutants->all.at[i];
        *conditions += 1;
        *guarded += mutant->guarded;
        if (mutant->guarded) {
            continue;
        }
        if (slice_empty(mutant->was)) {
            struct diag *diag = diag_add(diags, DIAG_WARNING, "ST021", mutant->place, "no sequence notices when this condition is taken away");
            diag_hint(diags, diag, "a sequence is missing in which this alone decides");
        } else {
            struct diag *diag = diag_add(diags, DIAG_WARNING, "ST022", mutant->place, "no sequence notices when %.*s becomes %.*s",
                                         SLICE_ARGS(mutant->was), SLICE_ARGS(mutant->is));
            diag_hint(diags, diag, "a sequence is missing that lies exactly at the threshold");
        }
    }
}
