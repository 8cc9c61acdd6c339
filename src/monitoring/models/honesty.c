// Honesty: what compiles and yet is not what it claims to be. A library of hundreds of models is only worth its number when no two are
// one, when each can fire and can stay quiet, and when the law's numbers are known to be the law's.
//
//   MO020  the skeleton of another model, skeleton.c: they differ in numbers alone
//   MO021  the skeleton of another model but for the windows
//   MO022  a number of regulation.yaml that is not said to be one
//   MO023  a parameter that claims to be of regulation.yaml and is not
//   MO024  no event can fulfil the condition
//   MO025  every event fulfils it
//   MO026  a field that none of the watched events is required to carry, though others are
//
// MO024 and MO025 follow each variable through the operands of &&: the range of numbers, or the set of an enumeration's values, that
// is left. Parameters count with their default. It is no proof system: what it says is right, what it does not see is not said.

#include "monitoring/models/private.h"

#include "base/money.h"
#include "expr/visit.h"

#include <math.h>

// What is left of one variable.
struct range {
    uint32_t slot;
    double low, high;
    bool low_open, high_open;
    bool *values; // by number, of an enumeration; NULL: a number
    uint32_t value_count;
};

struct judge {
    struct catalogue *catalogue;
    const struct model *model;
    const struct yaml_node *source;
    struct arena *arena;
};

typedef VEC(struct range) Ranges;

static struct diag *warn(const struct judge *judge, const char *code, const struct node *node, const char *format, Slice text) {
    Place place = yaml_place_in(judge->source, node->byte_start, node->byte_end);
    return diag_add(&judge->catalogue->diags, DIAG_WARNING, code, place, format, SLICE_ARGS(text));
}

// ---- constants and variables -----------------------------------------------------------------------------

// What a node is worth when it reads parameters at most; amounts are major units.
static bool constant_of(const struct judge *judge, const struct node *node, double *ret_value) {
    if (node->kind == NODE_LITERAL && value_is_number(&node->literal)) {
        const struct value *literal = &node->literal;
        *ret_value = literal->kind == VALUE_INT      ? (double)literal->integer
                     : literal->kind == VALUE_UINT   ? (double)literal->unsigned_integer
                     : literal->kind == VALUE_MONEY ? literal->number / MONEY_SCALE
                                                     : literal->number;
        return true;
    }
    if (node->kind == NODE_VARIABLE) {
        const struct name *name = &judge->catalogue->vocabulary.names.at[node->variable->slot];
        if (name->kind == NAME_PARAMETER) {
            *ret_value = judge->model->parameters[name->index].value;
        }
        return name->kind == NAME_PARAMETER;
    }
    bool conversion = node->kind == NODE_CALL && node->call.count == 1 && (node->call.op == OP_DOUBLE || node->call.op == OP_MONEY);
    return conversion && constant_of(judge, node->call.arguments[0], ret_value);
}

static const struct expr_variable *variable_of(const struct node *node) {
    if (node->kind == NODE_CALL && node->call.count == 1 && (node->call.op == OP_DOUBLE || node->call.op == OP_MONEY)) {
        node = node->call.arguments[0];
    }
    return node->kind == NODE_VARIABLE ? node->variable : NULL;
}

// What the variable can be before any condition.
static void field_bounds(const struct judge *judge, uint32_t field, struct range *range) {
    const struct schema *schema = judge->catalogue->schema;
    const struct schema_field *known = &schema->fields[field];
    if (known->type == FIELD_INT || known->type == FIELD_MONEY) {
        double scale = known->type == FIELD_MONEY ? MONEY_SCALE : 1;
        range->low = (double)known->integer_min / scale;
        range->high = (double)known->integer_max / scale;
    } else if (known->type == FIELD_FLOAT) {
        range->low = known->number_min;
        range->high = known->number_max;
    }
    for (uint32_t i = 0; range->values != NULL && i < range->value_count; i++) {
        if (field == schema->type) {
            uint32_t type = schema_find_type(schema, schema->enums[known->enumeration].values[i]);
            range->values[i] = type != SCHEMA_NONE && bits_test(judge->model->on, type);
        } else if (field == schema->channel) {
            range->values[i] = (judge->model->channels >> i & 1) != 0;
        }
    }
}

static struct range whole(const struct judge *judge, const struct expr_variable *variable) {
    struct range range = {.slot = variable->slot, .low = -HUGE_VAL, .high = HUGE_VAL};
    if (variable->choices != NULL) {
        range.value_count = variable->choices->count;
        range.values = ARENA_ARRAY(judge->arena, bool, range.value_count + 1);
        memset(range.values, true, range.value_count);
    }
    const struct name *name = &judge->catalogue->vocabulary.names.at[variable->slot];
    if (name->kind == NAME_FIELD) {
        field_bounds(judge, name->index, &range);
    } else if (name->kind == NAME_FEATURE && variable->type->kind == TYPE_INT) {
        range.low = 0; // counts, distinct counts
    }
    return range;
}

static bool is_empty(const struct range *range) {
    if (range->values == NULL) {
        return range->low > range->high || (range->low == range->high && (range->low_open || range->high_open));
    }
    for (uint32_t i = 0; i < range->value_count; i++) {
        if (range->values[i]) {
            return false;
        }
    }
    return true;
}

// ---- one condition on one variable -----------------------------------------------------------------------

static void narrow_low(struct range *range, double low, bool open) {
    if (low > range->low || (low == range->low && open)) {
        range->low = low;
        range->low_open = open;
    }
}

static void narrow_high(struct range *range, double high, bool open) {
    if (high < range->high || (high == range->high && open)) {
        range->high = high;
        range->high_open = open;
    }
}

static void narrow_number(struct range *range, ExprOp op, double number) {
    switch (op) {
    case OP_LESS:
    case OP_LESS_EQUAL:
        narrow_high(range, number, op == OP_LESS);
        return;
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        narrow_low(range, number, op == OP_GREATER);
        return;
    case OP_EQUAL:
        narrow_low(range, number, false);
        narrow_high(range, number, false);
        return;
    default:
        return;
    }
}

static bool is_text(const struct node *node, Slice text) {
    return node->kind == NODE_LITERAL && node->literal.kind == VALUE_STRING && slice_equal(node->literal.text, text);
}

static void narrow_values(struct range *range, const struct expr_choices *choices, ExprOp op, const struct node *wanted) {
    for (uint32_t i = 0; i < range->value_count; i++) {
        bool among = is_text(wanted, choices->values[i]);
        for (uint32_t k = 0; wanted->kind == NODE_LIST && k < wanted->list.count; k++) {
            const struct node *item = wanted->list.items[k];
            among = among || item->kind != NODE_LITERAL || is_text(item, choices->values[i]);
        }
        range->values[i] = range->values[i] && among == (op != OP_NOT_EQUAL);
    }
}

static ExprOp turned(ExprOp op) {
    switch (op) {
    case OP_LESS:
        return OP_GREATER;
    case OP_LESS_EQUAL:
        return OP_GREATER_EQUAL;
    case OP_GREATER:
        return OP_LESS;
    case OP_GREATER_EQUAL:
        return OP_LESS_EQUAL;
    default:
        return op;
    }
}

// The variable that a condition is about, or NULL.
static const struct expr_variable *condition_on(const struct node *node) {
    if (node->kind == NODE_VARIABLE && node->type->kind == TYPE_BOOL) {
        return node->variable;
    }
    if (node->kind != NODE_CALL || node->call.count == 0) {
        return NULL;
    }
    const struct expr_variable *left = variable_of(node->call.arguments[0]);
    return node->call.op == OP_NOT ? left : node->call.count != 2 ? NULL : left != NULL ? left : variable_of(node->call.arguments[1]);
}

static void narrow(const struct judge *judge, const struct node *node, const struct expr_variable *variable, struct range *range) {
    if (node->kind == NODE_VARIABLE) {
        narrow_number(range, OP_EQUAL, 1);
        return;
    }
    ExprOp op = node->call.op;
    if (op == OP_NOT) {
        narrow_number(range, OP_EQUAL, 0);
        return;
    }
    bool flipped = variable_of(node->call.arguments[0]) != variable;
    const struct node *other = node->call.arguments[flipped ? 0 : 1];
    double number;
    bool order = op == OP_LESS || op == OP_LESS_EQUAL || op == OP_GREATER || op == OP_GREATER_EQUAL;
    if ((order || op == OP_EQUAL) && range->values == NULL && constant_of(judge, other, &number)) {
        narrow_number(range, flipped ? turned(op) : op, number);
    } else if (range->values != NULL && (op == OP_EQUAL || op == OP_NOT_EQUAL) && other->kind == NODE_LITERAL) {
        narrow_values(range, variable->choices, op, other);
    } else if (range->values != NULL && op == OP_IN && !flipped && other->kind == NODE_LIST) {
        narrow_values(range, variable->choices, op, other);
    }
}

// A parameter on the left of a comparison is no variable in this sense.
static const struct expr_variable *subject_of(const struct judge *judge, const struct node *node) {
    const struct expr_variable *variable = condition_on(node);
    if (variable != NULL && judge->catalogue->vocabulary.names.at[variable->slot].kind == NAME_PARAMETER) {
        variable = node->call.count == 2 ? variable_of(node->call.arguments[1]) : NULL;
    }
    return variable;
}

// ---- never and always ------------------------------------------------------------------------------------

// The node that leaves nothing, or NULL. `ranges` is what the operands of && before it have left.
static const struct node *find_never(const struct judge *judge, const struct node *node, Ranges *ranges) {
    if (node->kind == NODE_LITERAL && node->literal.kind == VALUE_BOOL) {
        return node->literal.boolean ? NULL : node;
    }
    if (node->kind == NODE_CALL && node->call.op == OP_AND) {
        for (uint32_t i = 0; i < node->call.count; i++) {
            const struct node *never = find_never(judge, node->call.arguments[i], ranges);
            if (never != NULL) {
                return never;
            }
        }
        return NULL;
    }
    if (node->kind == NODE_CALL && node->call.op == OP_OR) {
        for (uint32_t i = 0; i < node->call.count; i++) {
            Ranges alone = {0};
            if (find_never(judge, node->call.arguments[i], &alone) == NULL) {
                return NULL;
            }
        }
        return node;
    }
    const struct expr_variable *variable = subject_of(judge, node);
    if (variable == NULL) {
        return NULL;
    }
    struct range *range = NULL;
    for (uint32_t i = 0; i < ranges->count; i++) {
        range = ranges->at[i].slot == variable->slot ? &ranges->at[i] : range;
    }
    if (range == NULL) {
        range = VEC_PUSH(ranges, judge->arena);
        *range = whole(judge, variable);
    }
    narrow(judge, node, variable, range);
    return is_empty(range) ? node : NULL;
}

static bool is_equal(const struct range *left, const struct range *right) {
    return left->low == right->low && left->high == right->high && left->low_open == right->low_open &&
           left->high_open == right->high_open &&
           (left->values == NULL || memcmp(left->values, right->values, left->value_count) == 0);
}

static bool holds_always(const struct judge *judge, const struct node *node) {
    if (node->kind == NODE_LITERAL && node->literal.kind == VALUE_BOOL) {
        return node->literal.boolean;
    }
    if (node->kind == NODE_CALL && (node->call.op == OP_AND || node->call.op == OP_OR)) {
        bool all = true;
        bool any = false;
        for (uint32_t i = 0; i < node->call.count; i++) {
            bool always = holds_always(judge, node->call.arguments[i]);
            all = all && always;
            any = any || always;
        }
        return node->call.op == OP_AND ? all : any;
    }
    double left;
    double right;
    if (node->kind == NODE_CALL && node->call.count == 2 && constant_of(judge, node->call.arguments[0], &left) &&
        constant_of(judge, node->call.arguments[1], &right)) {
        struct range range = {.low = left, .high = left};
        narrow_number(&range, node->call.op, right);
        return node->call.op != OP_NOT_EQUAL && !is_empty(&range);
    }
    const struct expr_variable *variable = subject_of(judge, node);
    bool compares = node->kind == NODE_CALL && node->call.count == 2 && node->call.op >= OP_EQUAL && node->call.op <= OP_IN;
    if (variable == NULL || !compares) {
        return false;
    }
    const struct node *first = node->call.arguments[0];
    bool decided = node->call.op == OP_IN || constant_of(judge, first, &left) || constant_of(judge, node->call.arguments[1], &right) ||
                   first->kind == NODE_LITERAL || node->call.arguments[1]->kind == NODE_LITERAL;
    if (!decided || (node->call.op == OP_NOT_EQUAL && variable->choices == NULL)) {
        return false;
    }
    struct range before = whole(judge, variable);
    struct range after = whole(judge, variable);
    if (node->call.op == OP_IN && (after.values == NULL || node->call.arguments[1]->kind != NODE_LIST)) {
        return false;
    }
    if (after.values == NULL && variable->type->kind == TYPE_STRING) {
        return false; // a text of its own
    }
    narrow(judge, node, variable, &after);
    return is_equal(&before, &after);
}

static void check_firing(const struct judge *judge) {
    const struct node *root = expr_root(judge->model->expr);
    Ranges ranges = {0};
    const struct node *never = find_never(judge, root, &ranges);
    if (never != NULL) {
        struct diag *diag = warn(judge, "MO024", never, "model '%.*s' can never fire: this leaves nothing", judge->model->id);
        diag_hint(&judge->catalogue->diags, diag, "it contradicts the other conditions, the bounds of the field, or where the model watches");
    } else if (holds_always(judge, root)) {
        warn(judge, "MO025", root, "model '%.*s' fires on every event that it watches", judge->model->id);
    }
}

// ---- fields that are not there ---------------------------------------------------------------------------

// Operands of && alone decide; what stands under || or in has() may be missing.
static void check_carried(const struct judge *judge, const struct node *node) {
    if (node->kind == NODE_CALL && node->call.op == OP_AND) {
        for (uint32_t i = 0; i < node->call.count; i++) {
            check_carried(judge, node->call.arguments[i]);
        }
        return;
    }
    const struct expr_variable *variable = subject_of(judge, node);
    if (variable == NULL || (node->kind == NODE_CALL && node->call.op == OP_NOT)) {
        return;
    }
    const struct name *name = &judge->catalogue->vocabulary.names.at[variable->slot];
    if (name->kind != NAME_FIELD || judge->catalogue->schema->fields[name->index].derive != DERIVE_NONE) {
        return;
    }
    const struct schema_field *field = &judge->catalogue->schema->fields[name->index];
    bool somewhere = false;
    bool here = false;
    for (uint32_t t = 0; t < judge->catalogue->schema->type_count; t++) {
        bool required = bits_test(field->required, t);
        somewhere = somewhere || required;
        here = here || (required && bits_test(judge->model->on, t));
    }
    if (somewhere && !here && judge->model->fire_count == 0) {
        warn(judge, "MO026", node, "'%.*s' belongs to other events than those that the model watches, and no sequence shows it firing",
             name->text);
    }
}

// ---- numbers of the law ----------------------------------------------------------------------------------

// Tells all constants that have this value and unit.
static void check_value(const struct judge *judge, Place place, double value, Slice unit) {
    struct buf names;
    buf_init(&names, 4096);
    for (uint32_t i = 0; i < judge->catalogue->constants.count; i++) {
        const struct regulation_constant *constant = &judge->catalogue->constants.at[i];
        if (constant->value == value && slice_equal(constant->unit, unit)) {
            buf_printf(&names, "%s%.*s (%.*s)", names.size == 0 ? "" : ", ", SLICE_ARGS(constant->name), SLICE_ARGS(constant->document));
        }
    }
    if (names.size > 0) {
        struct diag_list *diags = &judge->catalogue->diags;
        struct diag *diag = diag_add(diags, DIAG_WARNING, "MO022", place, "this is the number of %.*s, and is not said to be",
                                     SLICE_ARGS(buf_slice(&names)));
        diag_hint(diags, diag, "a parameter with source: REG and constant: its name; or with constant: none when it is another thing");
    }
    buf_deinit(&names);
}

static void check_parameter(const struct judge *judge, const struct model_parameter *parameter) {
    const struct catalogue *catalogue = judge->catalogue;
    if (!parameter->is_regulation) {
        if (!slice_is(parameter->constant, "none")) {
            check_value(judge, parameter->place, parameter->value, parameter->unit);
        }
        return;
    }
    uint32_t index = map_get(&catalogue->constants_by_name, parameter->constant);
    const struct regulation_constant *constant = index == MAP_NONE ? NULL : &catalogue->constants.at[index];
    if (constant == NULL) {
        struct diag *diag = diag_add(&judge->catalogue->diags, DIAG_WARNING, "MO023", parameter->place,
                                     "regulation.yaml has no constant '%.*s'", SLICE_ARGS(parameter->constant));
        catalogue_suggest(judge->catalogue, diag, &catalogue->constants_by_name, parameter->constant);
    } else if (constant->value != parameter->value || !slice_equal(constant->unit, parameter->unit)) {
        diag_add(&judge->catalogue->diags, DIAG_WARNING, "MO023", parameter->place,
                 "the constant '%.*s' has another value or unit in regulation.yaml", SLICE_ARGS(parameter->constant));
    }
}

// An amount that is compared with a bare number.
static void check_number(void *context, const struct node *node) {
    const struct judge *judge = context;
    if (node->kind != NODE_CALL || node->call.count != 2 || node->call.op < OP_EQUAL || node->call.op > OP_IN) {
        return;
    }
    for (int side = 0; side < 2; side++) {
        const struct node *number = node->call.arguments[side];
        double value;
        bool literal = number->kind != NODE_VARIABLE && constant_of(judge, number, &value);
        if (literal && variable_of(number) == NULL && node->call.arguments[1 - side]->type->kind == TYPE_MONEY) {
            check_value(judge, yaml_place_in(judge->source, number->byte_start, number->byte_end), value, judge->catalogue->currency);
        }
    }
}

// ---- two that are one ------------------------------------------------------------------------------------

static bool may_be_alike(const struct model *left, const struct model *right) {
    // A challenger is there to be compared with the model it wants to replace.
    return (left->status == MODEL_CHALLENGER) != (right->status == MODEL_CHALLENGER);
}

static void check_twins(const struct judge *judge, struct map *seen, bool windows) {
    Slice skeleton = catalogue_skeleton(judge->catalogue, judge->model, windows, judge->arena);
    uint32_t index = (uint32_t)(judge->model - judge->catalogue->models.at);
    uint32_t first = map_get(seen, skeleton);
    if (first == MAP_NONE) {
        map_put(seen, skeleton, index);
        return;
    }
    const struct model *other = &judge->catalogue->models.at[first];
    if (may_be_alike(judge->model, other)) {
        return;
    }
    bool same = slice_equal(catalogue_skeleton(judge->catalogue, judge->model, true, judge->arena),
                            catalogue_skeleton(judge->catalogue, other, true, judge->arena));
    const struct node *root = expr_root(judge->model->expr);
    if (windows) {
        struct diag *diag = warn(judge, "MO020", root, "this is the condition of %.*s with other numbers", other->id);
        diag_hint(&judge->catalogue->diags, diag, "other numbers for a channel or segment are `overrides:` of one model");
    } else if (!same) {
        warn(judge, "MO021", root, "this is the condition of %.*s over other windows", other->id);
    }
}

void catalogue_judge(struct catalogue *catalogue) {
    struct arena arena; // of one model
    struct arena names;
    arena_init(&arena, 64 << 10);
    arena_init(&names, 64 << 10);
    struct map seen;
    struct map seen_without_windows;
    map_init(&seen, &names);
    map_init(&seen_without_windows, &names);
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        if (model->expr == NULL || model->status == MODEL_RETIRED) {
            continue;
        }
        arena_reset(&arena);
        struct judge judge = {catalogue, model, yaml_get(model->node, "expr"), &arena};
        check_firing(&judge);
        check_carried(&judge, expr_root(model->expr));
        for (uint32_t p = 0; catalogue->constants.count > 0 && p < model->parameter_count; p++) {
            check_parameter(&judge, &model->parameters[p]);
        }
        expr_visit(expr_root(model->expr), check_number, &judge);
        judge.arena = &names;
        check_twins(&judge, &seen, true);
        check_twins(&judge, &seen_without_windows, false);
    }
    arena_deinit(&names);
    arena_deinit(&arena);
}
