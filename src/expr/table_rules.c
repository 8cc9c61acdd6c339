// Rules: boolean expressions as formulas over atoms, then as truth tables with gates.
//
// A rule over at most six atoms is a truth table: bit i of a 64-bit word is the rule's value when atom k is bit k
// of i. Its gate is the same table with the atoms that come later left open: it is set where some choice of
// them makes the rule hold. So a rule is out as soon as nothing that is still unknown could save it. Longer
// rules keep their formula; their gate is the conjunction of those top-level parts that are known.

#include "expr/table_private.h"

// ---- atoms -----------------------------------------------------------------------------------------------

static bool ref_is_later(const struct expr_table *table, Ref ref) {
    return ref != TABLE_NO_REF && !table_is_constant(ref) && table->columns.at[ref].later;
}

uint32_t table_atom(struct expr_table *table, struct atom atom) {
    char key_bytes[64];
    int size = snprintf(key_bytes, sizeof key_bytes, "atom%d,%x,%x,%llx", (int)atom.kind, atom.left, atom.right,
                        (unsigned long long)atom.mask);
    Slice key = {key_bytes, (size_t)size};
    uint32_t found = map_get(&table->by_key, key);
    if (found != MAP_NONE) {
        return found;
    }
    uint32_t index = table->atoms.count;
    atom.later = ref_is_later(table, atom.left) || ref_is_later(table, atom.right);
    *VEC_PUSH(&table->atoms, table->arena) = atom;
    bool fresh = map_put(&table->by_key, arena_copy(table->arena, key), index);
    INVARIANT(fresh);
    return index;
}

static const struct term *new_term(struct expr_table *table, TermKind kind, struct term *const *parts, uint32_t count) {
    struct term *term = ARENA_NEW(table->arena, struct term);
    *term = (struct term){.kind = kind, .parts = parts, .count = count};
    return term;
}

static const struct term *atom_term(struct expr_table *table, struct atom atom) {
    struct term *term = ARENA_NEW(table->arena, struct term);
    term->kind = TERM_ATOM;
    term->atom = table_atom(table, atom);
    return term;
}

static const struct term *truth_term(struct expr_table *table, bool value) {
    return new_term(table, value ? TERM_TRUE : TERM_FALSE, NULL, 0);
}

static const struct term *not_term(struct expr_table *table, const struct term *term) {
    struct term **parts = ARENA_ARRAY(table->arena, struct term *, 1);
    parts[0] = (struct term *)term;
    return new_term(table, TERM_NOT, parts, 1);
}

static const struct term *column_is_true(struct expr_table *table, Ref ref) {
    return atom_term(table, (struct atom){.kind = ATOM_TRUE, .left = ref, .right = TABLE_NO_REF});
}

static const struct term *evaluator_term(struct expr_table *table, const struct node *node) {
    return column_is_true(table, table_generic_column(table, node));
}

// ---- comparisons -----------------------------------------------------------------------------------------

static bool is_text_variable(const struct expr_table *table, const struct node *node) {
    return node->kind == NODE_VARIABLE && node->type->kind == TYPE_STRING &&
           !table->slots[node->variable->slot].parameter &&
           table->slots[node->variable->slot].definition == NULL;
}

static bool is_text_literal(const struct node *node) {
    return node->kind == NODE_LITERAL && node->literal.kind == VALUE_STRING;
}

// The number under which a variable's column holds a text.
static double text_number(struct expr_table *table, const struct node *variable, Ref column, Slice text) {
    const struct expr_choices *choices = table->slots[variable->variable->slot].choices;
    if (choices == NULL) {
        return table_text_number(table, column, text);
    }
    for (uint32_t i = 0; i < choices->count; i++) {
        if (slice_equal(choices->values[i], text)) {
            return i;
        }
    }
    return -1; // the checker has refused such texts; none is equal to it
}

static const struct term *compare_text(struct expr_table *table, const struct node *variable,
                                       const struct node *literal, AtomKind kind) {
    Ref column = table_slot_column(table, variable->variable->slot);
    double number = text_number(table, variable, column, literal->literal.text);
    return atom_term(table, (struct atom){.kind = kind, .left = column, .right = table_constant(table, number)});
}

static bool is_comparable_number(const struct node *node) {
    switch (node->type->kind) {
    case TYPE_INT:
    case TYPE_UINT:
    case TYPE_DOUBLE:
    case TYPE_MONEY:
        return true;
    default:
        return false;
    }
}

static const struct term *compare_bools(struct expr_table *table, const struct node *node, bool equal) {
    const struct term *left = table_lower_term(table, node->call.arguments[0]);
    const struct term *right = table_lower_term(table, node->call.arguments[1]);
    // left == right as (left && right) || (!left && !right)
    struct term **both = ARENA_ARRAY(table->arena, struct term *, 2);
    both[0] = (struct term *)left;
    both[1] = (struct term *)right;
    struct term **neither = ARENA_ARRAY(table->arena, struct term *, 2);
    neither[0] = (struct term *)not_term(table, left);
    neither[1] = (struct term *)not_term(table, right);
    struct term **either = ARENA_ARRAY(table->arena, struct term *, 2);
    either[0] = (struct term *)new_term(table, TERM_AND, both, 2);
    either[1] = (struct term *)new_term(table, TERM_AND, neither, 2);
    const struct term *same = new_term(table, TERM_OR, either, 2);
    return equal ? same : not_term(table, same);
}

static const struct term *compare_numbers(struct expr_table *table, const struct node *node) {
    const struct node *left = node->call.arguments[0];
    const struct node *right = node->call.arguments[1];
    bool money = left->type->kind == TYPE_MONEY || right->type->kind == TYPE_MONEY;
    Ref a = table_lower_number(table, left, money);
    Ref b = table_lower_number(table, right, money);
    switch (node->call.op) {
    case OP_LESS:
        return atom_term(table, (struct atom){.kind = ATOM_LESS, .left = a, .right = b});
    case OP_LESS_EQUAL:
        return atom_term(table, (struct atom){.kind = ATOM_LESS_EQUAL, .left = a, .right = b});
    case OP_GREATER:
        return atom_term(table, (struct atom){.kind = ATOM_LESS, .left = b, .right = a});
    case OP_GREATER_EQUAL:
        return atom_term(table, (struct atom){.kind = ATOM_LESS_EQUAL, .left = b, .right = a});
    case OP_EQUAL:
        return atom_term(table, (struct atom){.kind = ATOM_EQUAL, .left = a, .right = b});
    default:
        return atom_term(table, (struct atom){.kind = ATOM_NOT_EQUAL, .left = a, .right = b});
    }
}

static const struct term *lower_comparison(struct expr_table *table, const struct node *node) {
    const struct node *left = node->call.arguments[0];
    const struct node *right = node->call.arguments[1];
    bool equality = node->call.op == OP_EQUAL || node->call.op == OP_NOT_EQUAL;
    if (is_comparable_number(left) && is_comparable_number(right)) {
        return compare_numbers(table, node);
    }
    AtomKind kind = node->call.op == OP_EQUAL ? ATOM_EQUAL : ATOM_NOT_EQUAL;
    if (equality && is_text_variable(table, left) && is_text_literal(right)) {
        return compare_text(table, left, right, kind);
    }
    if (equality && is_text_variable(table, right) && is_text_literal(left)) {
        return compare_text(table, right, left, kind);
    }
    if (equality && left->type->kind == TYPE_BOOL && right->type->kind == TYPE_BOOL) {
        return compare_bools(table, node, node->call.op == OP_EQUAL);
    }
    return evaluator_term(table, node);
}

// ---- in --------------------------------------------------------------------------------------------------

static bool all_literals(const struct node *list, ValueKind first, ValueKind second) {
    for (uint32_t i = 0; i < list->list.count; i++) {
        const struct node *item = list->list.items[i];
        bool optional = list->list.is_optional != NULL && list->list.is_optional[i];
        if (optional || item->kind != NODE_LITERAL ||
            (item->literal.kind != first && item->literal.kind != second)) {
            return false;
        }
    }
    return list->list.count > 0;
}

// x in [a, b, c] as x == a || x == b || x == c.
static const struct term *any_of(struct expr_table *table, Ref column, const Ref *values, uint32_t count) {
    struct term **parts = ARENA_ARRAY(table->arena, struct term *, count);
    for (uint32_t i = 0; i < count; i++) {
        parts[i] = (struct term *)atom_term(
            table, (struct atom){.kind = ATOM_EQUAL, .left = column, .right = values[i]});
    }
    return count == 1 ? parts[0] : new_term(table, TERM_OR, parts, count);
}

static const struct term *lower_text_in(struct expr_table *table, const struct node *variable, const struct node *list) {
    Ref column = table_slot_column(table, variable->variable->slot);
    uint64_t mask = 0;
    bool fits = true;
    Ref *values = ARENA_ARRAY(table->arena, Ref, list->list.count);
    for (uint32_t i = 0; i < list->list.count; i++) {
        double number = text_number(table, variable, column, list->list.items[i]->literal.text);
        values[i] = table_constant(table, number);
        fits = fits && number >= 0 && number < 64;
        mask |= fits ? UINT64_C(1) << (uint32_t)number : 0;
    }
    if (!fits) {
        return any_of(table, column, values, list->list.count);
    }
    return atom_term(table,
                     (struct atom){.kind = ATOM_IN_MASK, .left = column, .right = TABLE_NO_REF, .mask = mask});
}

static const struct term *lower_number_in(struct expr_table *table, const struct node *item, const struct node *list) {
    bool money = item->type->kind == TYPE_MONEY;
    Ref column = table_lower_number(table, item, false);
    Ref *values = ARENA_ARRAY(table->arena, Ref, list->list.count);
    for (uint32_t i = 0; i < list->list.count; i++) {
        values[i] = table_lower_number(table, list->list.items[i], money);
    }
    return any_of(table, column, values, list->list.count);
}

// "INVEST" in event.remark_tags, where the variable is a set of at most 53 choices.
static const struct term *lower_set_test(struct expr_table *table, const struct node *literal, const struct node *set) {
    const struct expr_choices *choices = table->slots[set->variable->slot].choices;
    for (uint32_t i = 0; i < choices->count; i++) {
        if (slice_equal(choices->values[i], literal->literal.text)) {
            return atom_term(table, (struct atom){.kind = ATOM_HAS_BIT,
                                                  .left = table_slot_column(table, set->variable->slot),
                                                  .right = TABLE_NO_REF,
                                                  .mask = UINT64_C(1) << i});
        }
    }
    return truth_term(table, false);
}

static bool is_set_variable(const struct expr_table *table, const struct node *node) {
    return node->kind == NODE_VARIABLE && node->type->kind == TYPE_LIST &&
           table->slots[node->variable->slot].choices != NULL &&
           table->slots[node->variable->slot].choices->count <= 53;
}

static const struct term *lower_in(struct expr_table *table, const struct node *node) {
    const struct node *item = node->call.arguments[0];
    const struct node *list = node->call.arguments[1];
    if (is_text_literal(item) && is_set_variable(table, list)) {
        return lower_set_test(table, item, list);
    }
    if (list->kind == NODE_LIST && is_text_variable(table, item) && all_literals(list, VALUE_STRING, VALUE_STRING)) {
        return lower_text_in(table, item, list);
    }
    if (list->kind == NODE_LIST && is_comparable_number(item) && all_literals(list, VALUE_INT, VALUE_DOUBLE)) {
        return lower_number_in(table, item, list);
    }
    return evaluator_term(table, node);
}

// ---- formulas --------------------------------------------------------------------------------------------

static const struct term *lower_parts(struct expr_table *table, const struct node *node, TermKind kind) {
    struct term **parts = ARENA_ARRAY(table->arena, struct term *, node->call.count);
    for (uint32_t i = 0; i < node->call.count; i++) {
        parts[i] = (struct term *)table_lower_term(table, node->call.arguments[i]);
    }
    return new_term(table, kind, parts, node->call.count);
}

static const struct term *lower_bool_variable(struct expr_table *table, const struct node *node) {
    const struct table_slot *known = &table->slots[node->variable->slot];
    if (known->definition == NULL) {
        return column_is_true(table, table_slot_column(table, node->variable->slot));
    }
    const struct expr *outer = table->current;
    table->current = known->definition;
    const struct term *term = table_lower_term(table, expr_root(known->definition));
    table->current = outer;
    return term;
}

static const struct term *lower_has(struct expr_table *table, const struct node *node) {
    const struct expr_variable *variable = node->has.variable;
    if (variable == NULL || table->slots[variable->slot].definition != NULL) {
        return evaluator_term(table, node);
    }
    if (table->slots[variable->slot].parameter) {
        return truth_term(table, true);
    }
    const struct type *type = variable->type;
    bool number_like = type->kind != TYPE_LIST && type->kind != TYPE_TIMESTAMP;
    if (!number_like) {
        return evaluator_term(table, node);
    }
    return atom_term(table, (struct atom){.kind = ATOM_PRESENT,
                                          .left = table_slot_column(table, variable->slot),
                                          .right = TABLE_NO_REF});
}

static const struct term *lower_call(struct expr_table *table, const struct node *node) {
    switch (node->call.op) {
    case OP_AND:
        return lower_parts(table, node, TERM_AND);
    case OP_OR:
        return lower_parts(table, node, TERM_OR);
    case OP_NOT:
        return lower_parts(table, node, TERM_NOT);
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        return lower_comparison(table, node);
    case OP_IN:
        return lower_in(table, node);
    default:
        return evaluator_term(table, node);
    }
}

const struct term *table_lower_term(struct expr_table *table, const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
        return truth_term(table, node->literal.kind == VALUE_BOOL && node->literal.boolean);
    case NODE_VARIABLE:
        return node->type->kind == TYPE_BOOL ? lower_bool_variable(table, node) : evaluator_term(table, node);
    case NODE_CALL:
        return lower_call(table, node);
    case NODE_HAS:
        return lower_has(table, node);
    default:
        return evaluator_term(table, node);
    }
}

// ---- rules -----------------------------------------------------------------------------------------------

static void collect_atoms(const struct term *term, uint32_t *atoms, uint32_t *count, uint32_t capacity) {
    if (term->kind == TERM_ATOM) {
        for (uint32_t i = 0; i < *count; i++) {
            if (atoms[i] == term->atom) {
                return;
            }
        }
        INVARIANT(*count < capacity);
        atoms[(*count)++] = term->atom;
    }
    for (uint32_t i = 0; i < term->count; i++) {
        collect_atoms(term->parts[i], atoms, count, capacity);
    }
}

static uint32_t count_leaves(const struct term *term) {
    uint32_t count = term->kind == TERM_ATOM;
    for (uint32_t i = 0; i < term->count; i++) {
        count += count_leaves(term->parts[i]);
    }
    return count;
}

static uint32_t position_of(const uint32_t *atoms, uint32_t count, uint32_t atom) {
    for (uint32_t i = 0; i < count; i++) {
        if (atoms[i] == atom) {
            return i;
        }
    }
    INVARIANT(false);
}

static bool term_value(const struct term *term, const uint32_t *atoms, uint32_t atom_count, uint32_t assignment) {
    switch (term->kind) {
    case TERM_ATOM:
        return assignment >> position_of(atoms, atom_count, term->atom) & 1;
    case TERM_TRUE:
        return true;
    case TERM_FALSE:
        return false;
    case TERM_NOT:
        return !term_value(term->parts[0], atoms, atom_count, assignment);
    case TERM_AND:
    case TERM_OR:
        break;
    }
    bool is_and = term->kind == TERM_AND;
    for (uint32_t i = 0; i < term->count; i++) {
        if (term_value(term->parts[i], atoms, atom_count, assignment) != is_and) {
            return !is_and;
        }
    }
    return is_and;
}

static void make_truth_table(struct rule *rule) {
    rule->is_table = true;
    for (uint32_t i = 0; i < 1u << rule->atom_count; i++) {
        if (term_value(rule->term, rule->atoms, rule->atom_count, i)) {
            rule->truth |= UINT64_C(1) << i;
            rule->gate |= UINT64_C(1) << (i & ((1u << rule->now_count) - 1));
        }
    }
}

static bool term_is_later(const struct expr_table *table, const struct term *term) {
    if (term->kind == TERM_ATOM) {
        return table->atoms.at[term->atom].later;
    }
    for (uint32_t i = 0; i < term->count; i++) {
        if (term_is_later(table, term->parts[i])) {
            return true;
        }
    }
    return false;
}

static const struct term *known_part(struct expr_table *table, const struct term *term) {
    if (!term_is_later(table, term)) {
        return term;
    }
    if (term->kind != TERM_AND) {
        return NULL;
    }
    struct term **parts = ARENA_ARRAY(table->arena, struct term *, term->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < term->count; i++) {
        const struct term *part = known_part(table, term->parts[i]);
        if (part != NULL) {
            parts[count++] = (struct term *)part;
        }
    }
    return count == 0 ? NULL : new_term(table, TERM_AND, parts, count);
}

// Orders the atoms of a rule: those at hand first.
static void sort_atoms(const struct expr_table *table, struct rule *rule, uint32_t *atoms, uint32_t count) {
    uint32_t *sorted = ARENA_ARRAY(table->arena, uint32_t, count + 1);
    uint32_t at = 0;
    for (int later = 0; later < 2; later++) {
        for (uint32_t i = 0; i < count; i++) {
            if (table->atoms.at[atoms[i]].later == (later == 1)) {
                sorted[at++] = atoms[i];
            }
        }
        rule->now_count = later == 0 ? at : rule->now_count;
    }
    rule->atoms = sorted;
    rule->atom_count = count;
}

static void add_groups(const struct expr_table *table, Ref ref, uint64_t *groups) {
    if (ref == TABLE_NO_REF || table_is_constant(ref)) {
        return;
    }
    for (size_t w = 0; w < table->group_words; w++) {
        groups[w] |= table->columns.at[ref].groups[w];
    }
}

uint32_t expr_table_add_rule(struct expr_table *table, const struct expr *expr) {
    INVARIANT(!table->finished);
    table->current = expr;
    const struct term *term = table_lower_term(table, expr_root(expr));
    uint32_t leaves = count_leaves(term);
    uint32_t *atoms = ARENA_ARRAY(table->arena, uint32_t, leaves + 1);
    uint32_t count = 0;
    collect_atoms(term, atoms, &count, leaves);
    struct rule *rule = VEC_PUSH(&table->rules, table->arena);
    rule->expr = expr;
    rule->term = term;
    sort_atoms(table, rule, atoms, count);
    rule->groups = ARENA_ARRAY(table->arena, uint64_t, table->group_words + 1);
    for (uint32_t i = 0; i < count; i++) {
        add_groups(table, table->atoms.at[atoms[i]].left, rule->groups);
        add_groups(table, table->atoms.at[atoms[i]].right, rule->groups);
    }
    if (count <= TABLE_TRUTH_ATOMS) {
        make_truth_table(rule);
    } else {
        rule->gate_term = known_part(table, term);
    }
    return table->rules.count - 1;
}

uint32_t expr_table_add_column(struct expr_table *table, const struct expr *expr) {
    INVARIANT(!table->finished);
    table->current = expr;
    Ref ref = table_lower_number(table, expr_root(expr), false);
    *VEC_PUSH(&table->outputs, table->arena) = ref;
    return table->outputs.count - 1;
}
