// Columns: turns numeric expressions into columns that are shared by all rules that contain them.
//
// Every column, constant and atom has a serialized form (its key): kind and references for what is built here, the
// canonical text and the slots it reads for what is left to the evaluator. Two expressions with the same key
// share one column. Where an expression holds something that numbers cannot say (text functions, comprehensions,
// times), the smallest such part becomes a column of the evaluator, and the rest stays arithmetic.

#include "base/money.h"
#include "expr/table_private.h"
#include "expr/visit.h"

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

static struct column *new_column(struct expr_table *table, ColumnKind kind) {
    struct column *column = VEC_PUSH(&table->columns, table->arena);
    column->kind = kind;
    column->groups = ARENA_ARRAY(table->arena, uint64_t, table->group_words + 1);
    return column;
}

Ref table_slot_column(struct expr_table *table, uint32_t slot) {
    INVARIANT(slot < table->slot_count && table->slots[slot].exists);
    const struct table_slot *known = &table->slots[slot];
    bool is_text = known->type->kind == TYPE_STRING && known->choices == NULL;
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("slot"));
    put_bytes(&key, &slot, sizeof slot);
    Ref ref = table->columns.count;
    if (!share(table, &key, &ref)) {
        struct column *column = new_column(table, is_text ? COLUMN_TEXT : COLUMN_SLOT);
        column->slot = slot;
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

double table_text_number(struct expr_table *table, Ref column, Slice text) {
    struct map *texts = table->columns.at[column].texts;
    uint32_t number = map_get(texts, text);
    if (number == MAP_NONE) {
        number = texts->count;
        map_put(texts, text, number);
    }
    return number;
}

// Whether a host function's arguments are plain enough to be asked for directly.
static bool is_plain_host_call(const struct node *node) {
    if (node->kind != NODE_CALL || node->call.op != OP_HOST || node->call.function == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < node->call.count; i++) {
        NodeKind kind = node->call.arguments[i]->kind;
        if (kind != NODE_LITERAL && kind != NODE_VARIABLE) {
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
        struct reading reading = {table, column->groups, false};
        expr_visit(node, collect_node, &reading);
        column->later = true; // dear enough to wait for the gates
    }
    buf_deinit(&key);
    return ref;
}

Ref table_constant(struct expr_table *table, double value) {
    struct buf key;
    buf_init(&key, 64);
    buf_put(&key, SLICE("literal"));
    put_bytes(&key, &value, sizeof value);
    Ref ref = table->constants.count | TABLE_CONSTANT;
    if (!share(table, &key, &ref)) {
        uint32_t literal = table->literals.count;
        *VEC_PUSH(&table->literals, table->arena) = value;
        struct step *step = ARENA_NEW(table->arena, struct step);
        *step = (struct step){STEP_LOAD, literal | TABLE_CONSTANT};
        VEC_PUSH(&table->constants, table->arena)->program = (struct program){step, 1};
    }
    buf_deinit(&key);
    return ref;
}

static Ref parameter_constant(struct expr_table *table, uint32_t slot) {
    struct buf key;
    buf_init(&key, 64);
    buf_put(&key, SLICE("parameter"));
    put_bytes(&key, &slot, sizeof slot);
    Ref ref = table->constants.count | TABLE_CONSTANT;
    if (!share(table, &key, &ref)) {
        struct step *step = ARENA_NEW(table->arena, struct step);
        *step = (struct step){STEP_LOAD, slot};
        VEC_PUSH(&table->constants, table->arena)->program = (struct program){step, 1};
    }
    buf_deinit(&key);
    return ref;
}

// ---- programs --------------------------------------------------------------------------------------------

// A column or constant that is a step over others. Constants over constants stay constants, so that parameters
// are worked out once per binding and not once per event.
static Ref make_step(struct expr_table *table, StepKind kind, const Ref *operands, uint32_t count) {
    bool constant = true;
    for (uint32_t i = 0; i < count; i++) {
        constant = constant && table_is_constant(operands[i]);
    }
    struct buf key;
    buf_init(&key, KEY_MAX);
    buf_put(&key, SLICE("step"));
    put_bytes(&key, &kind, sizeof kind);
    put_bytes(&key, operands, count * sizeof *operands);
    Ref ref = constant ? table->constants.count | TABLE_CONSTANT : table->columns.count;
    if (share(table, &key, &ref)) {
        buf_deinit(&key);
        return ref;
    }
    buf_deinit(&key);
    uint32_t size = 1;
    for (uint32_t i = 0; constant && i < count; i++) {
        size += table->constants.at[operands[i] & ~TABLE_CONSTANT].program.count;
    }
    size = constant ? size : count + 1;
    struct step *steps = ARENA_ARRAY(table->arena, struct step, size);
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (constant) {
            struct program inner = table->constants.at[operands[i] & ~TABLE_CONSTANT].program;
            memcpy(steps + at, inner.steps, sizeof *steps * inner.count);
            at += inner.count;
        } else {
            steps[at++] = (struct step){STEP_LOAD, operands[i]};
        }
    }
    steps[at++] = (struct step){kind, 0};
    INVARIANT(at == size);
    if (constant) {
        VEC_PUSH(&table->constants, table->arena)->program = (struct program){steps, size};
        return ref;
    }
    struct column *column = new_column(table, COLUMN_PROGRAM);
    column->program = (struct program){steps, size};
    for (uint32_t i = 0; i < count; i++) {
        if (!table_is_constant(operands[i])) {
            const struct column *operand = &table->columns.at[operands[i]];
            column->later |= operand->later;
            for (size_t w = 0; w < table->group_words; w++) {
                column->groups[w] |= operand->groups[w];
            }
        }
    }
    return ref;
}

double table_program(const struct program *program, double (*load)(void *context, Ref ref), void *context) {
    double stack[TABLE_STACK_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < program->count; i++) {
        const struct step *step = &program->steps[i];
        if (step->kind == STEP_LOAD) {
            INVARIANT(top < TABLE_STACK_MAX);
            stack[top++] = load(context, step->ref);
            continue;
        }
        double c = stack[top - 1]; // the last operand
        double b = top >= 2 ? stack[top - 2] : 0;
        double result = 0;
        uint32_t taken = 2;
        switch (step->kind) {
        case STEP_ADD:
            result = b + c;
            break;
        case STEP_SUBTRACT:
            result = b - c;
            break;
        case STEP_MULTIPLY:
            result = b * c;
            break;
        case STEP_DIVIDE:
            result = c == 0 ? NAN : b / c;
            break;
        case STEP_REMAINDER:
            result = c == 0 ? NAN : fmod(b, c);
            break;
        case STEP_LEAST:
            result = isnan(b) || isnan(c) ? NAN : c < b ? c : b;
            break;
        case STEP_GREATEST:
            result = isnan(b) || isnan(c) ? NAN : c > b ? c : b;
            break;
        case STEP_LESS:
        case STEP_LESS_EQUAL:
        case STEP_EQUAL:
        case STEP_NOT_EQUAL:
            result = compare_step(step->kind, b, c);
            break;
        case STEP_AND:
            result = b > 0 && c > 0;
            break;
        case STEP_OR:
            result = b > 0 || c > 0;
            break;
        case STEP_IN_MASK:
            result = in_mask(b, (uint64_t)c);
            break;
        case STEP_SELECT:
            result = stack[top - 3] > 0 ? b : c;
            taken = 3;
            break;
        case STEP_NEGATE:
            result = -c;
            taken = 1;
            break;
        case STEP_ABSOLUTE:
            result = fabs(c);
            taken = 1;
            break;
        case STEP_TO_MINOR:
            result = money_from_major(c);
            taken = 1;
            break;
        case STEP_TO_MAJOR:
            result = c / MONEY_SCALE;
            taken = 1;
            break;
        case STEP_PRESENT:
            result = !isnan(c);
            taken = 1;
            break;
        case STEP_TRUE:
            result = c > 0;
            taken = 1;
            break;
        case STEP_NOT:
            result = !(c > 0);
            taken = 1;
            break;
        default:
            INVARIANT(false);
        }
        top -= taken;
        stack[top++] = result;
    }
    INVARIANT(top == 1);
    return stack[0];
}

// ---- lowering --------------------------------------------------------------------------------------------

static bool is_number_type(const struct type *type) {
    return type->kind == TYPE_INT || type->kind == TYPE_DOUBLE || type->kind == TYPE_UINT;
}

static bool is_money(const struct node *node) {
    return node->type->kind == TYPE_MONEY;
}

static Ref lower_literal(struct expr_table *table, const struct node *node) {
    switch (node->literal.kind) {
    case VALUE_INT:
        return table_constant(table, (double)node->literal.integer);
    case VALUE_UINT:
        return table_constant(table, (double)node->literal.unsigned_integer);
    case VALUE_DOUBLE:
    case VALUE_MONEY:
        return table_constant(table, node->literal.number);
    case VALUE_BOOL:
        return table_constant(table, node->literal.boolean);
    default:
        return table_generic_column(table, node);
    }
}

static Ref lower_variable(struct expr_table *table, const struct node *node) {
    uint32_t slot = node->variable->slot;
    const struct table_slot *known = &table->slots[slot];
    if (known->parameter) {
        return parameter_constant(table, slot);
    }
    if (known->definition != NULL) {
        const struct expr *outer = table->current;
        table->current = known->definition;
        const struct node *root = expr_root(known->definition);
        Ref ref = node->type->kind == TYPE_BOOL
                      ? table_lower_condition(table, root)
                      : table_lower_number(table, root, is_money(node));
        table->current = outer;
        return ref;
    }
    return table_slot_column(table, slot);
}

static Ref two(struct expr_table *table, StepKind kind, Ref left, Ref right) {
    return make_step(table, kind, (Ref[]){left, right}, 2);
}

static Ref one(struct expr_table *table, StepKind kind, Ref operand) {
    return make_step(table, kind, &operand, 1);
}

// least and greatest of numbers and money, of any count.
static Ref lower_extreme(struct expr_table *table, const struct node *node, StepKind kind) {
    bool money = is_money(node);
    Ref ref = TABLE_NO_REF;
    for (uint32_t i = 0; i < node->call.count; i++) {
        Ref next = table_lower_number(table, node->call.arguments[i], money);
        ref = i == 0 ? next : two(table, kind, ref, next);
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

static Ref lower_arithmetic(struct expr_table *table, const struct node *node) {
    const struct node *left = node->call.arguments[0];
    const struct node *right = node->call.count > 1 ? node->call.arguments[1] : NULL;
    bool money = is_money(left) || (right != NULL && is_money(right));
    switch (node->call.op) {
    case OP_ADD:
        return two(table, STEP_ADD, table_lower_number(table, left, money), table_lower_number(table, right, money));
    case OP_SUBTRACT:
        return two(table, STEP_SUBTRACT, table_lower_number(table, left, money),
                   table_lower_number(table, right, money));
    case OP_MULTIPLY:
        return two(table, STEP_MULTIPLY, table_lower_number(table, left, false),
                   table_lower_number(table, right, false));
    case OP_DIVIDE: {
        bool both = is_money(left) && is_money(right);
        return two(table, STEP_DIVIDE, table_lower_number(table, left, both),
                   table_lower_number(table, right, both));
    }
    case OP_REMAINDER: {
        Ref rest = two(table, STEP_REMAINDER, table_lower_number(table, left, money),
                       table_lower_number(table, right, money));
        return money ? one(table, STEP_TO_MAJOR, rest) : rest;
    }
    case OP_NEGATE:
        return one(table, STEP_NEGATE, table_lower_number(table, left, false));
    case OP_MATH_LEAST:
        return lower_extreme(table, node, STEP_LEAST);
    case OP_MATH_GREATEST:
        return lower_extreme(table, node, STEP_GREATEST);
    case OP_MATH_ABS:
        return one(table, STEP_ABSOLUTE, table_lower_number(table, left, false));
    case OP_DOUBLE:
        left = node->call.arguments[0];
        return is_money(left) ? one(table, STEP_TO_MAJOR, table_lower_number(table, left, false))
                              : table_lower_number(table, left, false);
    default:
        return table_generic_column(table, node);
    }
}

// Numbers that differ between int and double in the language (int / int, int overflow) come out the same here,
// since the dialect's quotient is exact and integers stay within 2^53.
static Ref lower_plain(struct expr_table *table, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        return lower_literal(table, node);
    case NODE_VARIABLE:
        return lower_variable(table, node);
    case NODE_CALL:
        if (node->call.op == OP_CONDITIONAL) {
            bool money = is_money(node);
            Ref parts[] = {table_lower_condition(table, node->call.arguments[0]),
                           table_lower_number(table, node->call.arguments[1], money),
                           table_lower_number(table, node->call.arguments[2], money)};
            return make_step(table, STEP_SELECT, parts, 3);
        }
        return all_scalar_numbers(node) ? lower_arithmetic(table, node) : table_generic_column(table, node);
    default:
        return table_generic_column(table, node);
    }
}

Ref table_lower_number(struct expr_table *table, const struct node *node, bool as_money) {
    if (node->type->kind == TYPE_BOOL) {
        return table_lower_condition(table, node);
    }
    if (!is_number_type(node->type) && node->type->kind != TYPE_MONEY) {
        return table_generic_column(table, node);
    }
    // Deep trees would need a deep stack of columns; the evaluator has its own limit.
    Ref ref = node->height > TABLE_STACK_MAX / 2 ? table_generic_column(table, node) : lower_plain(table, node);
    return as_money && !is_money(node) ? one(table, STEP_TO_MINOR, ref) : ref;
}

static Ref lower_formula(struct expr_table *table, const struct term *term);

static Ref lower_formula_parts(struct expr_table *table, const struct term *term, StepKind kind) {
    Ref ref = lower_formula(table, term->parts[0]);
    for (uint32_t i = 1; i < term->count; i++) {
        ref = two(table, kind, ref, lower_formula(table, term->parts[i]));
    }
    return ref;
}

static Ref lower_formula_atom(struct expr_table *table, const struct atom *atom) {
    switch (atom->kind) {
    case ATOM_LESS:
        return two(table, STEP_LESS, atom->left, atom->right);
    case ATOM_LESS_EQUAL:
        return two(table, STEP_LESS_EQUAL, atom->left, atom->right);
    case ATOM_EQUAL:
        return two(table, STEP_EQUAL, atom->left, atom->right);
    case ATOM_NOT_EQUAL:
        return two(table, STEP_NOT_EQUAL, atom->left, atom->right);
    case ATOM_PRESENT:
        return one(table, STEP_PRESENT, atom->left);
    case ATOM_TRUE:
        return one(table, STEP_TRUE, atom->left);
    case ATOM_IN_MASK:
    case ATOM_HAS_BIT:
        break;
    }
    return TABLE_NO_REF;
}

static Ref lower_formula(struct expr_table *table, const struct term *term) {
    switch (term->kind) {
    case TERM_TRUE:
        return table_constant(table, 1);
    case TERM_FALSE:
        return table_constant(table, 0);
    case TERM_NOT:
        return one(table, STEP_NOT, lower_formula(table, term->parts[0]));
    case TERM_AND:
        return lower_formula_parts(table, term, STEP_AND);
    case TERM_OR:
        return lower_formula_parts(table, term, STEP_OR);
    case TERM_ATOM:
        break;
    }
    const struct atom *atom = &table->atoms.at[term->atom];
    if (atom->kind == ATOM_IN_MASK && atom->mask < UINT64_C(1) << 53) {
        return two(table, STEP_IN_MASK, atom->left, table_constant(table, (double)atom->mask));
    }
    if (atom->kind == ATOM_IN_MASK || atom->kind == ATOM_HAS_BIT) {
        return TABLE_NO_REF;
    }
    return lower_formula_atom(table, atom);
}

static bool has_set_atoms(const struct expr_table *table, const struct term *term) {
    if (term->kind == TERM_ATOM) {
        const struct atom *atom = &table->atoms.at[term->atom];
        return atom->kind == ATOM_HAS_BIT || (atom->kind == ATOM_IN_MASK && atom->mask >= UINT64_C(1) << 53);
    }
    for (uint32_t i = 0; i < term->count; i++) {
        if (has_set_atoms(table, term->parts[i])) {
            return true;
        }
    }
    return false;
}

Ref table_lower_condition(struct expr_table *table, const struct node *node) {
    if (node->height > TABLE_STACK_MAX / 2) {
        return table_generic_column(table, node);
    }
    const struct term *term = table_lower_term(table, node);
    return has_set_atoms(table, term) ? table_generic_column(table, node) : lower_formula(table, term);
}
