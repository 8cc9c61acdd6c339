// Names: what facts and strategies may read, and the number by which each is asked for.
//
// Names of the catalogue keep their slots: event.x, and the columns of tables. Features and filters are left out, for who keeps alerts has no windows to
// compute them from. Behind them come names.def, then the facts, then the answers.

#include "expr/visit.h"
#include "response/strategies/private.h"

static const struct type text = {.kind = TYPE_STRING};
static const struct type truth = {.kind = TYPE_BOOL};
static const struct type whole = {.kind = TYPE_INT};

// ---- functions ---------------------------------------------------------------------------------------------------

static Status in_list(void *context, uint32_t id, const struct value *arguments, struct arena *scratch, struct value *ret_value) {
    (void)id;
    (void)scratch;
    struct asking *asking = context;
    uint32_t list = map_get(&asking->strategies->catalogue->knowledge->lists_by_name, arguments[0].text);
    bool is_on = false;
    if (list == MAP_NONE || arguments[1].kind != VALUE_STRING) {
        return STATUS_NOT_FOUND;
    }
    asking->missed = asking->missed || !asking->input->on_list(asking->input->context, list, arguments[1].text, &is_on);
    *ret_value = value_bool(is_on);
    return STATUS_OK;
}

static Status open_severity(void *context, uint32_t id, const struct value *arguments, struct arena *scratch, struct value *ret_value) {
    (void)id;
    (void)scratch;
    struct asking *asking = context;
    Severity severity = SEVERITY_NONE;
    asking->missed = asking->missed || !asking->input->open_severity(asking->input->context, arguments[0].text, &severity);
    *ret_value = value_int(severity);
    return STATUS_OK;
}

// ---- environments ------------------------------------------------------------------------------------------------

void name_fields(struct compiling *compiling) {
    const struct vocabulary *vocabulary = &compiling->catalogue->vocabulary;
    static const struct expr_function function = {
        .name = {"inList", 6}, .result = &truth, .arguments = {&text, &text}, .argument_count = 2, .call = in_list};
    compiling->facts_env = expr_env_create(compiling->arena, EXPR_RULES);
    for (uint32_t i = 0; i < vocabulary->names.count; i++) {
        const struct name *name = &vocabulary->names.at[i];
        if (name->kind == NAME_FIELD || name->kind == NAME_CELL) {
            bool fresh = expr_env_add_variable(compiling->facts_env, expr_env_find(vocabulary->env, name->text));
            INVARIANT(fresh);
        }
    }
    bool fresh = expr_env_add_function(compiling->facts_env, &function);
    INVARIANT(fresh);
    compiling->strategies->first_name = vocabulary->names.count;
    compiling->strategies->first_fact = compiling->strategies->first_name + STRATEGY_NAME_COUNT;
    compiling->strategies->first_answer = compiling->strategies->first_fact + FACT_COUNT;
}

static void add(struct compiling *compiling, Slice name, const struct type *type, const struct expr_choices *choices, uint32_t slot) {
    struct expr_variable variable = {.name = name, .type = type, .choices = choices, .slot = slot};
    bool fresh = expr_env_add_variable(compiling->env, &variable);
    INVARIANT(fresh);
}

static const struct expr_choices *choices_of(struct compiling *compiling, const char *what, const Slice *values, uint32_t count) {
    struct expr_choices *choices = ARENA_NEW(compiling->arena, struct expr_choices);
    *choices = (struct expr_choices){slice_of(what), values, count};
    return choices;
}

// The first member of each of an array of structs.
static const Slice *ids_of(struct compiling *compiling, const void *things, size_t size, uint32_t count) {
    Slice *ids = ARENA_ARRAY(compiling->arena, Slice, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&ids[i], (const char *)things + i * size, sizeof ids[i]);
    }
    return ids;
}

struct name_choices {
    const struct expr_choices *NONE, *GROUPS, *ACTIONS, *SEGMENTS, *CHANNELS, *PAYMENTS;
};

static struct name_choices make_choices(struct compiling *compiling) {
    static const Slice payments[] = {{"NONE", 4}, {"HELD", 4}, {"STEP_UP", 7}, {"PASSED", 6}, {"REJECTED", 8}, {"FAILED", 6}, {"EXPIRED", 7}, {"CANCELLED", 9}};
    const struct disposition_plan *plan = compiling->plan;
    const struct policy *policy = &compiling->catalogue->policy;
    const struct schema *schema = compiling->catalogue->schema;
    struct name_choices choices = {.NONE = NULL};
    choices.GROUPS = choices_of(compiling, "group", ids_of(compiling, plan->groups, sizeof *plan->groups, plan->group_count), plan->group_count);
    choices.ACTIONS = choices_of(compiling, "policy action", ids_of(compiling, policy->actions.at, sizeof *policy->actions.at, policy->actions.count),
                                 policy->actions.count);
    choices.SEGMENTS = choices_of(compiling, "segment", ids_of(compiling, policy->segments.at, sizeof *policy->segments.at, policy->segments.count),
                                  policy->segments.count);
    choices.PAYMENTS = choices_of(compiling, "payment state", payments, sizeof payments / sizeof payments[0]);
    if (schema->channel != SCHEMA_NONE) {
        const struct schema_enum *channels = &schema->enums[schema->fields[schema->channel].enumeration];
        choices.CHANNELS = choices_of(compiling, "channel", channels->values, channels->count);
    }
    return choices;
}

static void name_own(struct compiling *compiling) {
    struct name_choices choices = make_choices(compiling);
    const struct type *list = type_list(compiling->arena, TYPE(STRING));
    const struct expr_choices *const all[STRATEGY_NAME_COUNT] = {
#define NAME(id, name, type, choice, zh, en) choices.choice,
#include "response/strategies/names.def"
#undef NAME
    };
    for (uint32_t i = 0; i < STRATEGY_NAME_COUNT; i++) {
        TypeKind kind = strategy_name_infos[i].type;
        add(compiling, strategy_name_infos[i].name, kind == TYPE_LIST ? list : &type_constants[kind], all[i], compiling->strategies->first_name + i);
    }
}

void name_all(struct compiling *compiling) {
    static const struct expr_function function = {
        .name = {"openSeverity", 12}, .result = &whole, .arguments = {&text}, .argument_count = 1, .call = open_severity};
    compiling->env = expr_env_create_child(compiling->facts_env);
    compiling->strategies->env = compiling->env;
    name_own(compiling);
    for (uint32_t i = 0; i < FACT_COUNT; i++) {
        Slice name = arena_printf(compiling->arena, "fact.%.*s", SLICE_ARGS(fact_infos[i].name));
        add(compiling, name, &type_constants[fact_infos[i].type], NULL, compiling->strategies->first_fact + i);
    }
    for (uint32_t i = 0; i < compiling->plan->answer_count; i++) {
        const struct answer_name *answer = &compiling->plan->answers[i];
        Slice name = arena_printf(compiling->arena, "answer.%.*s", SLICE_ARGS(answer->name));
        const struct expr_choices *choices = answer->choices == NULL ? NULL : choices_of(compiling, "value of this answer", answer->choices, answer->choice_count);
        add(compiling, name, answer->type, choices, compiling->strategies->first_answer + i);
    }
    bool fresh = expr_env_add_function(compiling->env, &function);
    INVARIANT(fresh);
}

// ---- compiling ---------------------------------------------------------------------------------------------------

struct visiting {
    struct compiling *compiling;
    const struct yaml_node *source;
};

static void check_call(void *context, const struct node *node) {
    const struct visiting *visiting = context;
    struct compiling *compiling = visiting->compiling;
    if (node->kind != NODE_CALL || node->call.op != OP_HOST) {
        return;
    }
    const struct node *first = node->call.arguments[0];
    Place place = yaml_place_in(visiting->source, first->byte_start, first->byte_end);
    bool lists = slice_is(node->call.name, "inList");
    if (first->kind != NODE_LITERAL) {
        diag_add(compiling->diags, DIAG_ERROR, "SG001", place, "the name of the %s must be written out", lists ? "list" : "family");
    } else if (lists) {
        uint32_t list = map_get(&compiling->catalogue->knowledge->lists_by_name, first->literal.text);
        if (list == MAP_NONE) {
            compiling_unknown(compiling, "SG002", place, "unknown list '%.*s'", &compiling->catalogue->knowledge->lists_by_name, first->literal.text);
        } else {
            compiling->strategies->lists_read[list] = true;
        }
    } else {
        bool known = false;
        for (uint32_t i = 0; i < compiling->plan->typology_count && !known; i++) {
            known = slice_equal(compiling->plan->typologies[i].family, first->literal.text);
        }
        if (!known) {
            compiling_fail(compiling, "SG003", place, "no model is of the family '%.*s'", first->literal.text);
        }
    }
}

// ---- what a missing value would turn into true -------------------------------------------------------------------

struct negating {
    struct compiling *compiling;
    const struct yaml_node *source;
    const struct node *root;
    const struct expr_variable *looked_for;
    bool tested;
    const struct expr_variable *told[8]; // each once
    uint32_t told_count;
};

static bool was_told(struct negating *negating, const struct expr_variable *variable) {
    for (uint32_t i = 0; i < negating->told_count; i++) {
        if (negating->told[i] == variable) {
            return true;
        }
    }
    if (negating->told_count < sizeof negating->told / sizeof negating->told[0]) {
        negating->told[negating->told_count++] = variable;
    }
    return false;
}

static void find_test(void *context, const struct node *node) {
    struct negating *negating = context;
    negating->tested = negating->tested || (node->kind == NODE_HAS && node->has.variable == negating->looked_for);
}

// Facts always have a value when they are BOOL, and list_hits always has one.
static bool may_be_missing(const struct strategies *strategies, const struct expr_variable *variable) {
    bool is_fact = variable->slot >= strategies->first_fact && variable->slot < strategies->first_answer;
    return !(is_fact && variable->type->kind == TYPE_BOOL) && variable->slot != strategies->first_name + STRATEGY_ALERT_LIST_HITS;
}

static void check_negated(void *context, const struct node *node) {
    struct negating *negating = context;
    if (node->kind != NODE_VARIABLE || !may_be_missing(negating->compiling->strategies, node->variable)) {
        return;
    }
    negating->looked_for = node->variable;
    negating->tested = false;
    expr_visit(negating->root, find_test, negating);
    if (!negating->tested && !was_told(negating, node->variable)) {
        struct diag *diag = compiling_fail(negating->compiling, "SG038", yaml_place_in(negating->source, node->byte_start, node->byte_end),
                                           "where '%.*s' is missing, this would hold", node->variable->name);
        diag_hint(negating->compiling->diags, diag, "a missing truth value is false, and a missing list empty: has(%.*s) && ...",
                  SLICE_ARGS(node->variable->name));
    }
}

static bool is_false(const struct node *node) {
    return node->kind == NODE_LITERAL && node->literal.kind == VALUE_BOOL && !node->literal.boolean;
}

static void find_negation(void *context, const struct node *node) {
    if (node->kind != NODE_CALL) {
        return;
    }
    bool compared = node->call.op == OP_EQUAL && (is_false(node->call.arguments[0]) || is_false(node->call.arguments[1]));
    if (node->call.op == OP_NOT || node->call.op == OP_SIZE || compared) {
        for (uint32_t i = 0; i < node->call.count; i++) {
            expr_visit(node->call.arguments[i], check_negated, context);
        }
    }
}

static void check_missing(struct compiling *compiling, const struct yaml_node *node, const struct expr *expr) {
    if (expr != NULL) {
        struct negating negating = {.compiling = compiling, .source = node, .root = expr_root(expr)};
        expr_visit(expr_root(expr), find_negation, &negating);
    }
}

const struct expr *compile_condition(struct compiling *compiling, const struct yaml_node *node) {
    const struct expr *expr = compile_expr(compiling, compiling->env, node, TYPE_BOOL);
    check_missing(compiling, node, expr);
    return expr;
}

const struct expr *compile_expr(struct compiling *compiling, const struct expr_env *env, const struct yaml_node *node, TypeKind type) {
    if (!yaml_expect(node, YAML_SCALAR, compiling->diags)) {
        return NULL;
    }
    struct expr_text source = {.text = node->text, .source = node->place.source, .byte_map = node->byte_map, .byte_start = node->text_start};
    const struct expr *expr = expr_compile(env, &source, compiling->arena, compiling->diags);
    if (expr == NULL) {
        return NULL;
    }
    if (expr_type(expr)->kind != type) {
        struct diag *diag = diag_add(compiling->diags, DIAG_ERROR, "SG004", yaml_place_in(node, 0, node->text.size),
                                     "this must be of type %.*s, but it is of type %.*s", SLICE_ARGS(type_name(&type_constants[type])),
                                     SLICE_ARGS(type_text(compiling->arena, expr_type(expr))));
        if (type == TYPE_BOOL) {
            diag_hint(compiling->diags, diag, "compare it with something, for example `... > 0`");
        }
        return NULL;
    }
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr_reads(expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (reads[i]->slot < compiling->strategies->first_name) {
            compiling->strategies->names_read[reads[i]->slot] = true;
        }
    }
    struct visiting visiting = {compiling, node};
    expr_visit(expr_root(expr), check_call, &visiting);
    return expr;
}
