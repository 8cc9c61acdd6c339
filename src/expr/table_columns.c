// Columns: turns numeric expressions into columns that are shared by all rules that contain them.
//
// Every column, constant and atom has a serialized form (its key): kind and references for what is built here, the
// canonical text and the slots it reads for what is left to the evaluator. Two expressions with the same key
// share one column. Where an expression holds something that numbers cannot say (text functions, comprehensions,
// times), the smallest such part becomes a column of the evaluator, and the rest stays arithmetic.
//
// A double cannot say everything the evaluator can: integers past 2^53, amounts past the limit (an error there),
// infinities (from which a NaN that is a value and not a missing one may come), and errors. A column's value that
// is one of these is unsure, and the rules that read it are left to the evaluator for this event. Each column has the
// limit past which that is so; no bank's event comes near it.

#include "base/money.h"
#include "expr/inline.h"
#include "expr/table_private.h"
#include "expr/visit.h"

#include <float.h>

// ---- keys ------------------------------------------------------------------------------------------------

static void put_bytes(struct buf *key, const void *bytes, size_t size) {
    buf_put(key, (Slice){bytes, size});
}

// Finds what has this key, or remembers `value` for it. True when it was there.
static bool share(struct expr_table *table, struct buf *key, uint32_t *value) {
    uint32_t found = map_get(&table->by_key, buf_slice(key));
    if (found != MAP_NONE) {
        *value = found;
        return true;
    }
    bool fresh = map_put(&table->by_key, arena_copy(table->arena, buf_slice(key)), *value);
    INVARIANT(fresh);
    return false;
}

enum { KEY_MAX = 1 << 20 };

// The slots a node reads, so that parameters of the same name in different models are told apart.
static void put_slot(void *context, const struct node *node) {
    const struct expr_variable *variable = node->kind == NODE_VARIABLE ? node->variable
                                           : node->kind == NODE_HAS    ? node->has.variable
                                                                       : NULL;
    if (variable != NULL) {
        put_bytes(context, &variable->slot, sizeof variable->slot);
    }
}

// ---- what a node reads -----------------------------------------------------------------------------------

struct reading {
    const struct expr_table *table;
    uint64_t *groups;
    bool later;
};

static void collect_node(void *context, const struct node *node);

static void collect_slot(struct reading *reading, uint32_t slot) {
    const struct table_slot *known = &reading->table->slots[slot];
    if (known->definition != NULL) {
        expr_visit(expr_root(known->definition), collect_node, reading);
        return;
    }
    if (known->group != TABLE_NO_GROUP) {
        bits_set(reading->groups, known->group);
    }
    reading->later |= known->later;
}

static void collect_node(void *context, const struct node *node) {
    if (node->kind == NODE_VARIABLE) {
        collect_slot(context, node->variable->slot);
    } else if (node->kind == NODE_HAS && node->has.variable != NULL) {
        collect_slot(context, node->has.variable->slot);
    }
}

// ---- making columns --------------------------------------------------------------------------------------

// Up to here a double tells a value of the type exactly as the evaluator does.
static double limit_of(const struct type *type) {
    switch (type->kind) {
    case TYPE_INT:
    case TYPE_UINT:
    case TYPE_MONEY:
        return (double)MONEY_MAX;
    case TYPE_DOUBLE:
        return DBL_MAX;
    default:
        return HUGE_VAL;
    }
}

static struct column *new_column(struct expr_table *table, ColumnKind kind) {
    struct column *column = VEC_PUSH(&table->columns, table->arena);
    column->kind = kind;
    column->limit = HUGE_VAL;
    column->groups = ARENA_ARRAY(table->arena, uint64_t, table->group_words + 1);
    return column;
}

static Ref new_constant(struct expr_table *table, struct buf *key, struct constant constant) {
    Ref ref = table->constants.count | TABLE_CONSTANT;
    if (!share(table, key, &ref)) {
        *VEC_PUSH(&table->constants, table->arena) = constant;
    }
    buf_deinit(key);
    return ref;
}

Ref table_constant(struct expr_table *table, double value) {
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("literal"));
    put_bytes(&key, &value, sizeof value);
    return new_constant(table, &key, (struct constant){.kind = CONSTANT_LITERAL, .literal = value, .limit = HUGE_VAL});
}

static Ref parameter_constant(struct expr_table *table, uint32_t slot) {
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("parameter"));
    put_bytes(&key, &slot, sizeof slot);
    double limit = limit_of(table->slots[slot].type);
    return new_constant(table, &key, (struct constant){.kind = CONSTANT_PARAMETER, .slot = slot, .limit = limit});
}

Ref table_slot_column(struct expr_table *table, uint32_t slot) {
    INVARIANT(slot < table->slot_count && table->slots[slot].exists);
    const struct table_slot *known = &table->slots[slot];
    if (known->parameter) {
        return parameter_constant(table, slot);
    }
    bool is_text = known->type->kind == TYPE_STRING && known->choices == NULL;
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("slot"));
    put_bytes(&key, &slot, sizeof slot);
    Ref ref = table->columns.count;
    if (!share(table, &key, &ref)) {
        struct column *column = new_column(table, is_text ? COLUMN_TEXT : COLUMN_SLOT);
        column->slot = slot;
        column->limit = limit_of(known->type);
        struct reading reading = {table, column->groups, false};
        collect_slot(&reading, slot);
        column->later = reading.later;
        if (is_text) {
            column->texts = ARENA_NEW(table->arena, struct map);
            map_init(column->texts, table->arena);
        }
    }
    buf_deinit(&key);
    return ref;
}

Ref table_text_pair_column(struct expr_table *table, uint32_t left, uint32_t right) {
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("pair"));
    put_bytes(&key, &left, sizeof left);
    put_bytes(&key, &right, sizeof right);
    Ref ref = table->columns.count;
    if (!share(table, &key, &ref)) {
        struct column *column = new_column(table, COLUMN_TEXT_PAIR);
        column->slot = left;
        column->other_slot = right;
        struct reading reading = {table, column->groups, false};
        collect_slot(&reading, left);
        collect_slot(&reading, right);
        column->later = reading.later;
    }
    buf_deinit(&key);
    return ref;
}

double table_text_number(struct expr_table *table, Ref column, Slice text) {
    struct map *texts = table->columns.at[column].texts;
    uint32_t number = map_get(texts, text);
    if (number == MAP_NONE) {
        number = texts->count;
        map_put(texts, text, number);
        *VEC_PUSH(&table->columns.at[column].few, table->arena) = text;
    }
    return number;
}

// Whether a host function's arguments are plain enough to be asked for directly.
static bool is_plain_host_call(const struct node *node) {
    if (node->kind != NODE_CALL || node->call.op != OP_HOST || node->call.function == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < node->call.count; i++) {
        const struct node *argument = node->call.arguments[i];
        // Without a value these are false and empty, and the call is made: the evaluator knows.
        bool stands_in = argument->type->kind == TYPE_BOOL || argument->type->kind == TYPE_LIST;
        if (argument->kind != NODE_LITERAL && (argument->kind != NODE_VARIABLE || stands_in)) {
            return false;
        }
    }
    return true;
}

Ref table_generic_column(struct expr_table *table, const struct node *node) {
    struct buf key;
    buf_init(&key, KEY_MAX);
    ArenaMark mark = arena_mark(table->arena);
    buf_put(&key, SLICE("eval"));
    buf_put(&key, expr_node_text(table->arena, node));
    buf_put_byte(&key, '\0');
    expr_visit(node, put_slot, &key);
    arena_rewind(table->arena, mark);
    Ref ref = table->columns.count;
    if (!share(table, &key, &ref)) {
        struct column *column = new_column(table, is_plain_host_call(node) ? COLUMN_HOST : COLUMN_GENERIC);
        column->expr = table->current;
        column->node = node;
        column->limit = limit_of(node->type);
        struct reading reading = {table, column->groups, false};
        expr_visit(node, collect_node, &reading);
        column->later = true; // dear enough to wait for the gates
    }
    buf_deinit(&key);
    return ref;
}

// ---- steps -----------------------------------------------------------------------------------------------

void table_add_groups(const struct expr_table *table, Ref ref, uint64_t *groups) {
    if (ref == TABLE_NO_REF || table_is_constant(ref)) {
        return;
    }
    for (size_t w = 0; w < table->group_words; w++) {
        groups[w] |= table->columns.at[ref].groups[w];
    }
}

// A column or constant that is a step over others. Constants over constants stay constants, so that parameters
// are worked out once per binding and not once per event.
static Ref make_step(struct expr_table *table, struct step step, double limit) {
    bool constant = true;
    for (uint32_t i = 0; i < step.count; i++) {
        constant = constant && table_is_constant(step.operands[i]);
    }
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("step"));
    put_bytes(&key, &step.kind, sizeof step.kind);
    put_bytes(&key, step.operands, step.count * sizeof *step.operands);
    Ref ref = constant ? table->constants.count | TABLE_CONSTANT : table->columns.count;
    bool is_known = share(table, &key, &ref);
    buf_deinit(&key);
    if (is_known) { // perhaps of another type: the narrower limit is right for both
        double *known = constant ? &table->constants.at[ref & ~TABLE_CONSTANT].limit : &table->columns.at[ref].limit;
        *known = limit < *known ? limit : *known;
        return ref;
    }
    if (constant) {
        *VEC_PUSH(&table->constants, table->arena) =
            (struct constant){.kind = CONSTANT_STEP, .step = step, .limit = limit};
        return ref;
    }
    struct column *column = new_column(table, COLUMN_STEP);
    column->step = step;
    column->limit = limit;
    for (uint32_t i = 0; i < step.count; i++) {
        if (!table_is_constant(step.operands[i])) {
            column->later |= table->columns.at[step.operands[i]].later;
            table_add_groups(table, step.operands[i], column->groups);
        }
    }
    return ref;
}

double table_step(StepKind kind, const double operands[STEP_OPERANDS_MAX]) {
    double a = operands[0];
    double b = operands[1];
    switch (kind) {
    case STEP_ADD:
        return a + b;
    case STEP_SUBTRACT:
        return a - b;
    case STEP_MULTIPLY:
        return a * b;
    case STEP_DIVIDE:
        return b == 0 ? NAN : a / b;
    case STEP_REMAINDER:
        return b == 0 ? NAN : fmod(a, b);
    case STEP_NEGATE:
        return -a;
    case STEP_LEAST:
        return isnan(a) || isnan(b) ? NAN : b < a ? b : a;
    case STEP_GREATEST:
        return isnan(a) || isnan(b) ? NAN : b > a ? b : a;
    case STEP_ABSOLUTE:
        return fabs(a);
    case STEP_CEIL:
        return ceil(a);
    case STEP_FLOOR:
        return floor(a);
    case STEP_ROUND:
        return round(a);
    case STEP_TRUNC:
        return trunc(a);
    case STEP_TO_MINOR:
        return money_from_major(a);
    case STEP_TO_MAJOR:
        return a / MONEY_SCALE;
    case STEP_SELECT:
        return a > 0 ? b : operands[2];
    }
    INVARIANT(false);
}

static void add_term_groups(const struct expr_table *table, const struct term *term, struct column *column) {
    if (term->kind == TERM_ATOM) {
        const struct atom *atom = &table->atoms.at[term->atom];
        column->later |= atom->later;
        table_add_groups(table, atom->left, column->groups);
        table_add_groups(table, atom->right, column->groups);
    }
    for (uint32_t i = 0; i < term->count; i++) {
        add_term_groups(table, term->parts[i], column);
    }
}

Ref table_term_column(struct expr_table *table, const struct term *term) {
    if (term->kind == TERM_TRUE || term->kind == TERM_FALSE) {
        return table_constant(table, term->kind == TERM_TRUE);
    }
    Ref ref = table->columns.count;
    if (term->kind == TERM_ATOM) {
        struct buf key;
        buf_init(&key, KEY_MAX);
        buf_put(&key, SLICE("condition"));
        put_bytes(&key, &term->atom, sizeof term->atom);
        bool is_known = share(table, &key, &ref);
        buf_deinit(&key);
        if (is_known) {
            return ref;
        }
    }
    struct column *column = new_column(table, COLUMN_TERM);
    column->term = term;
    add_term_groups(table, term, column);
    return ref;
}

// ---- lowering --------------------------------------------------------------------------------------------

// The arithmetic of uint, which fails below zero, is left to the evaluator.
static bool is_number_type(const struct type *type) {
    return type->kind == TYPE_INT || type->kind == TYPE_DOUBLE;
}

static bool is_money(const struct node *node) {
    return node->type->kind == TYPE_MONEY;
}

static Ref lower_literal(struct expr_table *table, const struct node *node) {
    double limit = limit_of(node->type);
    double number = NAN;
    if (node->literal.kind == VALUE_INT) {
        number = (double)node->literal.integer;
    } else if (node->literal.kind == VALUE_DOUBLE || node->literal.kind == VALUE_MONEY) {
        number = node->literal.number;
    }
    return fabs(number) <= limit ? table_constant(table, number) : table_generic_column(table, node);
}

static Ref lower_variable(struct expr_table *table, const struct node *node) {
    uint32_t slot = node->variable->slot;
    const struct table_slot *known = &table->slots[slot];
    if (known->definition == NULL) {
        return table_slot_column(table, slot);
    }
    if (table->defined_refs[slot] == 0) {
        const struct expr *outer = table->current;
        table->current = known->definition;
        table->defined_refs[slot] = table_lower_number(table, expr_root(known->definition), is_money(node)) + 1;
        table->current = outer;
    }
    return table->defined_refs[slot] - 1;
}

static Ref two(struct expr_table *table, const struct node *node, StepKind kind, Ref left, Ref right) {
    return make_step(table, (struct step){kind, 2, {left, right}}, limit_of(node->type));
}

static Ref one(struct expr_table *table, const struct node *node, StepKind kind, Ref operand) {
    return make_step(table, (struct step){kind, 1, {operand}}, limit_of(node->type));
}

// least and greatest of numbers and money, of any count.
static Ref lower_extreme(struct expr_table *table, const struct node *node, StepKind kind) {
    bool money = is_money(node);
    Ref ref = TABLE_NO_REF;
    for (uint32_t i = 0; i < node->call.count; i++) {
        Ref next = table_lower_number(table, node->call.arguments[i], money);
        ref = i == 0 ? next : two(table, node, kind, ref, next);
    }
    return ref;
}

static bool all_scalar_numbers(const struct node *node) {
    for (uint32_t i = 0; i < node->call.count; i++) {
        const struct type *type = node->call.arguments[i]->type;
        if (!is_number_type(type) && type->kind != TYPE_MONEY) {
            return false;
        }
    }
    return node->call.count > 0;
}

static Ref lower_binary(struct expr_table *table, const struct node *node, StepKind kind, bool as_money) {
    Ref left = table_lower_number(table, node->call.arguments[0], as_money);
    return two(table, node, kind, left, table_lower_number(table, node->call.arguments[1], as_money));
}

// Of money it is the major units that are rounded, and the result may be past the limit: left to the evaluator.
static Ref lower_rounding(struct expr_table *table, const struct node *node, StepKind kind) {
    const struct node *first = node->call.arguments[0];
    switch (first->type->kind) {
    case TYPE_INT:
        return table_lower_number(table, first, false);
    case TYPE_DOUBLE:
        return one(table, node, kind, table_lower_number(table, first, false));
    default:
        return table_generic_column(table, node);
    }
}

static Ref lower_arithmetic(struct expr_table *table, const struct node *node) {
    const struct node *first = node->call.arguments[0];
    bool both = node->call.count == 2 && is_money(first) && is_money(node->call.arguments[1]);
    bool either = is_money(first) || (node->call.count == 2 && is_money(node->call.arguments[1]));
    switch (node->call.op) {
    case OP_ADD:
        return lower_binary(table, node, STEP_ADD, either);
    case OP_SUBTRACT:
        return lower_binary(table, node, STEP_SUBTRACT, either);
    case OP_MULTIPLY:
        return lower_binary(table, node, STEP_MULTIPLY, false);
    case OP_DIVIDE:
        return lower_binary(table, node, STEP_DIVIDE, both);
    case OP_REMAINDER: { // of money it is counted in minor units, where it is exact, and told in major ones
        Ref rest = lower_binary(table, node, STEP_REMAINDER, either);
        return either ? one(table, node, STEP_TO_MAJOR, rest) : rest;
    }
    case OP_NEGATE:
        return one(table, node, STEP_NEGATE, table_lower_number(table, first, false));
    case OP_MATH_LEAST:
        return lower_extreme(table, node, STEP_LEAST);
    case OP_MATH_GREATEST:
        return lower_extreme(table, node, STEP_GREATEST);
    case OP_MATH_ABS:
        return one(table, node, STEP_ABSOLUTE, table_lower_number(table, first, false));
    case OP_MATH_CEIL:
        return lower_rounding(table, node, STEP_CEIL);
    case OP_MATH_FLOOR:
        return lower_rounding(table, node, STEP_FLOOR);
    case OP_MATH_ROUND:
        return lower_rounding(table, node, STEP_ROUND);
    case OP_MATH_TRUNC:
        return lower_rounding(table, node, STEP_TRUNC);
    case OP_MONEY: // fails past the limit, which the conversion in a comparison does not
        return is_money(first) ? table_lower_number(table, first, false)
                               : one(table, node, STEP_TO_MINOR, table_lower_number(table, first, false));
    case OP_DOUBLE: {
        Ref number = table_lower_number(table, first, false);
        return is_money(first) ? one(table, node, STEP_TO_MAJOR, number) : number;
    }
    default:
        return table_generic_column(table, node);
    }
}

static Ref lower_conditional(struct expr_table *table, const struct node *node) {
    bool money = is_money(node);
    Ref condition = table_term_column(table, table_lower_term(table, node->call.arguments[0]));
    Ref yes = table_lower_number(table, node->call.arguments[1], money);
    Ref no = table_lower_number(table, node->call.arguments[2], money);
    return make_step(table, (struct step){STEP_SELECT, 3, {condition, yes, no}}, limit_of(node->type));
}

static Ref lower_plain(struct expr_table *table, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        return lower_literal(table, node);
    case NODE_VARIABLE:
        return lower_variable(table, node);
    case NODE_CALL:
        if (node->call.op == OP_CONDITIONAL) {
            return lower_conditional(table, node);
        }
        return all_scalar_numbers(node) ? lower_arithmetic(table, node) : table_generic_column(table, node);
    case NODE_BIND: {
        const struct node *plain = expr_inline(table->arena, node);
        return plain == NULL ? table_generic_column(table, node) : lower_plain(table, plain);
    }
    default:
        return table_generic_column(table, node);
    }
}

Ref table_lower_number(struct expr_table *table, const struct node *node, bool as_money) {
    if (node->type->kind == TYPE_BOOL) {
        return table_term_column(table, table_lower_term(table, node));
    }
    bool is_known = is_number_type(node->type) || is_money(node);
    Ref ref = is_known ? lower_plain(table, node) : table_generic_column(table, node);
    if (!as_money || is_money(node)) {
        return ref;
    }
    return make_step(table, (struct step){STEP_TO_MINOR, 1, {ref}}, DBL_MAX);
}
