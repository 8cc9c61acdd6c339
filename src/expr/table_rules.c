// Rules: boolean expressions as formulas over atoms, then as truth tables.
//
// An atom asks how two numbers stand to each other: less, equal, greater, or in no order, which is how a missing
// value stands to everything. Each comparison is a set of these signs (<= is less or equal, "is present" is all
// but the last), so that one kind of atom is enough for most of the language; the column stands on the left.
//
// A rule over at most six atoms is a truth table: bit i of a 64-bit word is the rule's value when atom k is bit k
// of i. Knowing an atom cuts the table in half; once nothing is left of it the rule cannot hold, whatever the
// others say. Atoms at hand come first, so this is also the rule's gate. Longer rules keep their formula; their gate
// is the conjunction of those top-level parts that are known.

#include "expr/inline.h"
#include "expr/table_private.h"

// ---- atoms -----------------------------------------------------------------------------------------------

static bool ref_is_later(const struct expr_table *table, Ref ref) {
    return ref != TABLE_NO_REF && !table_is_constant(ref) && table->columns.at[ref].later;
}

static uint32_t mirrored(uint32_t signs) {
    uint32_t kept = signs & (SIGN_EQUAL | SIGN_UNORDERED);
    return kept | ((signs & SIGN_LESS) != 0 ? SIGN_GREATER : 0) | ((signs & SIGN_GREATER) != 0 ? SIGN_LESS : 0);
}

static uint32_t make_atom(struct expr_table *table, struct atom atom) {
    if (atom.kind == ATOM_SIGNS && table_is_constant(atom.left)) {
        Ref left = atom.left;
        atom.left = atom.right;
        atom.right = left;
        atom.signs = mirrored(atom.signs);
    }
    char key_bytes[64];
    int size = snprintf(key_bytes, sizeof key_bytes, "atom%d,%x,%x,%x,%llx", (int)atom.kind, atom.signs, atom.left,
                        atom.right, (unsigned long long)atom.mask);
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
    term->atom = make_atom(table, atom);
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

static const struct term *signs_term(struct expr_table *table, Ref left, uint32_t signs, Ref right) {
    return atom_term(table, (struct atom){.kind = ATOM_SIGNS, .signs = signs, .left = left, .right = right});
}

static const struct term *mask_term(struct expr_table *table, AtomKind kind, Ref left, uint64_t mask) {
    return atom_term(table, (struct atom){.kind = kind, .left = left, .right = TABLE_NO_REF, .mask = mask});
}

static const struct term *column_is_true(struct expr_table *table, Ref ref) {
    return signs_term(table, ref, SIGN_GREATER, table_constant(table, 0));
}

static const struct term *column_is_present(struct expr_table *table, Ref ref) {
    return signs_term(table, ref, SIGNS_ALL - SIGN_UNORDERED, table_constant(table, 0));
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
                                       const struct node *literal, bool equal) {
    Ref column = table_slot_column(table, variable->variable->slot);
    double number = text_number(table, variable, column, literal->literal.text);
    return signs_term(table, column, equal ? SIGN_EQUAL : SIGN_LESS | SIGN_GREATER, table_constant(table, number));
}

static const struct term *compare_text_pair(struct expr_table *table, const struct node *left, const struct node *right,
                                            bool equal) {
    uint32_t first = left->variable->slot;
    uint32_t second = right->variable->slot;
    Ref column = first < second ? table_text_pair_column(table, first, second) : table_text_pair_column(table, second, first);
    return signs_term(table, column, SIGN_EQUAL, table_constant(table, equal));
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

// Whether a condition is always true or false. Others may be missing, which == tells from false.
static bool never_missing(const struct node *node) {
    switch (node->kind) {
    case NODE_LITERAL:
    case NODE_VARIABLE: // a bool without a value reads as false
    case NODE_HAS:
        return true;
    case NODE_CALL:
        break;
    default:
        return false;
    }
    switch (node->call.op) {
    case OP_CONDITIONAL:
        return never_missing(node->call.arguments[1]) && never_missing(node->call.arguments[2]);
    case OP_AND:
    case OP_OR:
    case OP_NOT:
        return true;
    default:
        return node->call.op >= OP_EQUAL && node->call.op <= OP_IN;
    }
}

static const struct term *compare_bools(struct expr_table *table, const struct node *node, bool equal) {
    struct term **parts = ARENA_ARRAY(table->arena, struct term *, 2);
    parts[0] = (struct term *)table_lower_term(table, node->call.arguments[0]);
    parts[1] = (struct term *)table_lower_term(table, node->call.arguments[1]);
    const struct term *same = new_term(table, TERM_SAME, parts, 2);
    return equal ? same : not_term(table, same);
}

static const struct term *compare_numbers(struct expr_table *table, const struct node *node) {
    static const uint32_t signs[] = {
        [OP_LESS] = SIGN_LESS,
        [OP_LESS_EQUAL] = SIGN_LESS | SIGN_EQUAL,
        [OP_GREATER] = SIGN_GREATER,
        [OP_GREATER_EQUAL] = SIGN_GREATER | SIGN_EQUAL,
        [OP_EQUAL] = SIGN_EQUAL,
        [OP_NOT_EQUAL] = SIGN_LESS | SIGN_GREATER,
    };
    const struct node *left = node->call.arguments[0];
    const struct node *right = node->call.arguments[1];
    bool money = left->type->kind == TYPE_MONEY || right->type->kind == TYPE_MONEY;
    Ref a = table_lower_number(table, left, money);
    Ref b = table_lower_number(table, right, money);
    return signs_term(table, a, signs[node->call.op], b);
}

static const struct term *lower_comparison(struct expr_table *table, const struct node *node) {
    const struct node *left = node->call.arguments[0];
    const struct node *right = node->call.arguments[1];
    bool equal = node->call.op == OP_EQUAL;
    bool equality = equal || node->call.op == OP_NOT_EQUAL;
    if (is_comparable_number(left) && is_comparable_number(right)) {
        return compare_numbers(table, node);
    }
    bool left_is_text = is_text_variable(table, left);
    bool right_is_text = is_text_variable(table, right);
    if (equality && left_is_text && is_text_literal(right)) {
        return compare_text(table, left, right, equal);
    }
    if (equality && right_is_text && is_text_literal(left)) {
        return compare_text(table, right, left, equal);
    }
    if (equality && left_is_text && right_is_text) {
        return compare_text_pair(table, left, right, equal);
    }
    bool are_bools = left->type->kind == TYPE_BOOL && right->type->kind == TYPE_BOOL;
    if (equality && are_bools && never_missing(left) && never_missing(right)) {
        return compare_bools(table, node, equal);
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
        parts[i] = (struct term *)signs_term(table, column, SIGN_EQUAL, values[i]);
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
    return mask_term(table, ATOM_IN_MASK, column, mask);
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
            Ref column = table_slot_column(table, set->variable->slot);
            return mask_term(table, ATOM_HAS_BIT, column, UINT64_C(1) << i);
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

static uint32_t count_leaves(const struct term *term) {
    uint32_t count = term->kind == TERM_ATOM;
    for (uint32_t i = 0; i < term->count; i++) {
        count += count_leaves(term->parts[i]);
    }
    return count;
}

// A definition is lowered once; a long one becomes a column, lest those that are built of others grow without end.
static const struct term *lower_defined(struct expr_table *table, uint32_t slot) {
    if (table->defined_terms[slot] == NULL) {
        const struct expr *outer = table->current;
        table->current = table->slots[slot].definition;
        const struct term *term = table_lower_term(table, expr_root(table->current));
        bool is_long = count_leaves(term) > TABLE_TRUTH_ATOMS;
        table->defined_terms[slot] = is_long ? column_is_true(table, table_term_column(table, term)) : term;
        table->current = outer;
    }
    return table->defined_terms[slot];
}

static const struct term *lower_bool_variable(struct expr_table *table, const struct node *node) {
    uint32_t slot = node->variable->slot;
    if (table->slots[slot].definition != NULL) {
        return lower_defined(table, slot);
    }
    return column_is_true(table, table_slot_column(table, slot));
}

static const struct term *lower_has(struct expr_table *table, const struct node *node) {
    const struct expr_variable *variable = node->has.variable;
    if (variable == NULL || table->slots[variable->slot].definition != NULL) {
        return evaluator_term(table, node);
    }
    switch (variable->type->kind) {
    case TYPE_BOOL:
    case TYPE_INT:
    case TYPE_DOUBLE:
    case TYPE_MONEY:
    case TYPE_STRING:
        return column_is_present(table, table_slot_column(table, variable->slot));
    default:
        return evaluator_term(table, node);
    }
}

static const struct term *lower_call(struct expr_table *table, const struct node *node) {
    switch (node->call.op) {
    case OP_AND:
        return lower_parts(table, node, TERM_AND);
    case OP_OR:
        return lower_parts(table, node, TERM_OR);
    case OP_NOT:
        return lower_parts(table, node, TERM_NOT);
    case OP_CONDITIONAL:
        return lower_parts(table, node, TERM_SELECT);
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
    case NODE_BIND: {
        const struct node *plain = expr_inline(table->arena, node);
        return plain == NULL ? evaluator_term(table, node) : table_lower_term(table, plain);
    }
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
    case TERM_SAME:
        return term_value(term->parts[0], atoms, atom_count, assignment) ==
               term_value(term->parts[1], atoms, atom_count, assignment);
    case TERM_SELECT:
        return term_value(term->parts[0], atoms, atom_count, assignment)
                   ? term_value(term->parts[1], atoms, atom_count, assignment)
                   : term_value(term->parts[2], atoms, atom_count, assignment);
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

// When an atom is asked: what is at hand first, and what is cheap and seldom holds before what is dear or often does.
static uint32_t atom_order(const struct expr_table *table, uint32_t index) {
    enum { LATER = 100, EVALUATED = 50 };
    const struct atom *atom = &table->atoms.at[index];
    uint32_t order = atom->later ? LATER : 0;
    if (!table_is_constant(atom->left) && table->columns.at[atom->left].kind >= COLUMN_HOST) {
        return order + EVALUATED;
    }
    if (atom->kind != ATOM_SIGNS) {
        return order + 1;
    }
    static const uint32_t by_signs[SIGNS_ALL + 1] = {
        [SIGN_EQUAL] = 0,
        [SIGN_LESS] = 2,
        [SIGN_LESS | SIGN_EQUAL] = 2,
        [SIGN_GREATER] = 2,
        [SIGN_GREATER | SIGN_EQUAL] = 1,
        [SIGN_LESS | SIGN_GREATER] = 3,
        [SIGNS_ALL - SIGN_UNORDERED] = 3,
    };
    return order + by_signs[atom->signs];
}

// A stable sort: equals keep the order in which they were written.
static void sort_atoms(const struct expr_table *table, struct rule *rule, const uint32_t *atoms, uint32_t count) {
    enum { ORDERS = 200 };
    uint32_t starts[ORDERS + 1] = {0};
    for (uint32_t i = 0; i < count; i++) {
        starts[atom_order(table, atoms[i]) + 1]++;
        rule->now_count += !table->atoms.at[atoms[i]].later;
    }
    for (uint32_t i = 0; i < ORDERS; i++) {
        starts[i + 1] += starts[i];
    }
    uint32_t *sorted = ARENA_ARRAY(table->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        sorted[starts[atom_order(table, atoms[i])]++] = atoms[i];
    }
    rule->atoms = sorted;
    rule->atom_count = count;
}

// ---- what a rule reads -----------------------------------------------------------------------------------

static void collect_ref(struct expr_table *table, struct reads *reads, Ref ref);

static void collect_atom(struct expr_table *table, struct reads *reads, uint32_t index) {
    collect_ref(table, reads, table->atoms.at[index].left);
    collect_ref(table, reads, table->atoms.at[index].right);
}

static void collect_term(struct expr_table *table, struct reads *reads, const struct term *term) {
    if (term->kind == TERM_ATOM) {
        collect_atom(table, reads, term->atom);
    }
    for (uint32_t i = 0; i < term->count; i++) {
        collect_term(table, reads, term->parts[i]);
    }
}

static void collect_step(struct expr_table *table, struct reads *reads, const struct step *step) {
    for (uint32_t i = 0; i < step->count; i++) {
        collect_ref(table, reads, step->operands[i]);
    }
}

static bool is_seen(const uint32_t *list, uint32_t count, uint32_t index) {
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == index) {
            return true;
        }
    }
    return false;
}

static void collect_ref(struct expr_table *table, struct reads *reads, Ref ref) {
    uint32_t index = ref & ~TABLE_CONSTANT;
    if (ref == TABLE_NO_REF) {
        return;
    }
    if (table_is_constant(ref)) {
        if (!is_seen(reads->constants.at, reads->constants.count, index)) {
            *VEC_PUSH(&reads->constants, table->arena) = index;
            collect_step(table, reads, &table->constants.at[index].step);
        }
        return;
    }
    if (!is_seen(reads->columns.at, reads->columns.count, index)) {
        *VEC_PUSH(&reads->columns, table->arena) = index;
        collect_step(table, reads, &table->columns.at[index].step);
        if (table->columns.at[index].term != NULL) {
            collect_term(table, reads, table->columns.at[index].term);
        }
    }
}

static void find_reads(struct expr_table *table, struct rule *rule) {
    for (uint32_t i = 0; i < rule->atom_count; i++) {
        collect_atom(table, &rule->reads, rule->atoms[i]);
    }
    rule->groups = ARENA_ARRAY(table->arena, uint64_t, table->group_words + 1);
    for (uint32_t i = 0; i < rule->reads.columns.count; i++) {
        table_add_groups(table, rule->reads.columns.at[i], rule->groups);
    }
}

static bool may_fail(const struct expr_table *table, Ref ref) {
    return !table_is_constant(ref) && ref != TABLE_NO_REF && table->columns.at[ref].kind > COLUMN_TEXT_PAIR;
}

// A condition that fails makes all of `condition ? a : b` fail, whatever a and b are; a truth table would not ask for it where
// both are equal. A walk over the formula does.
static bool must_walk(const struct expr_table *table, const struct term *term, bool is_condition) {
    if (term->kind == TERM_ATOM) {
        const struct atom *atom = &table->atoms.at[term->atom];
        return is_condition && (may_fail(table, atom->left) || (atom->kind == ATOM_SIGNS && may_fail(table, atom->right)));
    }
    for (uint32_t i = 0; i < term->count; i++) {
        if (must_walk(table, term->parts[i], is_condition || (term->kind == TERM_SELECT && i == 0))) {
            return true;
        }
    }
    return false;
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
    find_reads(table, rule);
    if (count <= TABLE_TRUTH_ATOMS && !must_walk(table, term, false)) {
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
    struct output *output = VEC_PUSH(&table->outputs, table->arena);
    output->ref = ref;
    output->expr = expr;
    collect_ref(table, &output->reads, ref);
    return table->outputs.count - 1;
}
