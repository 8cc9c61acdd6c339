// inList("list", key, ...): the one function that packs have beside the language's own. Its answer is asked of the
// knowledge that belongs to the engine, at the time of the event.

#include "expr/visit.h"
#include "monitoring/models/private.h"

static uint32_t find_list(struct catalogue_lists *lists, Slice name) {
    size_t at = ((uintptr_t)name.at >> 4) % (sizeof lists->known / sizeof lists->known[0]);
    if (lists->known[at].name != name.at) {
        lists->known[at].list = map_get(&lists->plan->lists_by_name, name);
        lists->known[at].name = name.at;
    }
    return lists->known[at].list;
}

static Status in_list(void *context, uint32_t id, const struct value *arguments, struct arena *scratch, struct value *ret_value) {
    (void)id;
    (void)scratch;
    struct catalogue_lists *lists = context;
    uint32_t list = find_list(lists, arguments[0].text);
    *ret_value = (struct value){.kind = VALUE_BOOL};
    if (list != MAP_NONE && arguments[1].kind == VALUE_STRING) {
        Hash128 key = knowledge_key(&arguments[1].text, 1);
        ret_value->boolean = knowledge_on_list(lists->knowledge, list, key, lists->time_us);
    }
    return STATUS_OK;
}

static const struct type text = {.kind = TYPE_STRING};
static const struct type truth = {.kind = TYPE_BOOL};

const struct expr_function catalogue_in_list = {
    .name = {"inList", 6},
    .result = &truth,
    .arguments = {&text, &text},
    .argument_count = 2,
    .call = in_list,
};

static void check_call(struct catalogue *catalogue, const struct yaml_node *source, const struct node *call) {
    const struct node *list = call->call.arguments[0];
    Place place = yaml_place_in(source, list->byte_start, list->byte_end);
    if (list->kind != NODE_LITERAL) {
        diag_add(&catalogue->diags, DIAG_ERROR, "PK008", place, "the name of the list must be written out");
        return;
    }
    uint32_t index = map_get(&catalogue->knowledge->lists_by_name, list->literal.text);
    if (index == MAP_NONE) {
        struct diag *diag = catalogue_fail(catalogue, "PK008", place, "unknown list '%.*s'", list->literal.text);
        catalogue_suggest(catalogue, diag, &catalogue->knowledge->lists_by_name, list->literal.text);
        return;
    }
    catalogue->lists_read[index] = true;
}

struct checking {
    struct catalogue *catalogue;
    const struct yaml_node *source;
};

static void check_node(void *context, const struct node *node) {
    const struct checking *checking = context;
    if (node->kind == NODE_CALL && node->call.op == OP_HOST) {
        check_call(checking->catalogue, checking->source, node);
    }
}

void catalogue_check_lists(void *context, const struct yaml_node *source, const struct expr *expr) {
    struct checking checking = {context, source};
    expr_visit(expr_root(expr), check_node, &checking);
}
