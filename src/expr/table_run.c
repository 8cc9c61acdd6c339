// Running: one event against the table; and the table's own life. table.h tells the idea.
//
// Columns and atoms are worked out at most once per event: each has the number of the event it was last worked out
// for. Atoms at hand are worked out in one sweep over the plan, without branches on their outcome; what comes
// later is asked for rule by rule, only where the gate let the rule through.

#include "expr/table_private.h"

#include <stdlib.h>

struct expr_table *expr_table_create(struct arena *arena, const struct table_slot *slots, uint32_t slot_count,
                                     uint32_t group_count) {
    struct expr_table *table = ARENA_NEW(arena, struct expr_table);
    table->arena = arena;
    table->slots = slots;
    table->slot_count = slot_count;
    table->group_words = bits_words(group_count);
    map_init(&table->by_key, arena);
    return table;
}

struct binding_context {
    const struct expr_table *table;
    const double *parameters;
};

static double load_parameter(void *context, Ref ref) {
    const struct binding_context *binding = context;
    return table_is_constant(ref) ? binding->table->literals.at[ref & ~TABLE_CONSTANT] : binding->parameters[ref];
}

void expr_table_finish(struct expr_table *table, const double *const *bindings, uint32_t binding_count) {
    INVARIANT(!table->finished && binding_count > 0);
    table->finished = true;
    table->binding_count = binding_count;
    double **rows = ARENA_ARRAY(table->arena, double *, binding_count);
    for (uint32_t b = 0; b < binding_count; b++) {
        rows[b] = ARENA_ARRAY(table->arena, double, table->constants.count + 1);
        struct binding_context context = {table, bindings[b]};
        for (uint32_t i = 0; i < table->constants.count; i++) {
            rows[b][i] = table_program(&table->constants.at[i].program, load_parameter, &context);
        }
    }
    table->bindings = rows;
}

// ---- plans -----------------------------------------------------------------------------------------------

struct table_plan {
    const uint32_t *rules;
    uint32_t rule_count;
    const uint32_t *columns; // at hand, in an order in which each finds its operands
    uint32_t column_count;
    const uint32_t *atoms; // at hand
    uint32_t atom_count;
};

static void add_column(const struct expr_table *table, Ref ref, uint64_t *seen, uint32_t *columns, uint32_t *count) {
    if (ref == TABLE_NO_REF || table_is_constant(ref) || bits_test(seen, ref) || table->columns.at[ref].later) {
        return;
    }
    bits_set(seen, ref);
    const struct column *column = &table->columns.at[ref];
    for (uint32_t i = 0; i < column->program.count; i++) {
        if (column->program.steps[i].kind == STEP_LOAD) {
            add_column(table, column->program.steps[i].ref, seen, columns, count);
        }
    }
    columns[(*count)++] = ref;
}

const struct table_plan *expr_table_plan(const struct expr_table *table, const uint32_t *rules, uint32_t rule_count,
                                         struct arena *arena) {
    INVARIANT(table->finished);
    struct table_plan *plan = ARENA_NEW(arena, struct table_plan);
    uint32_t *own_rules = ARENA_ARRAY(arena, uint32_t, rule_count + 1);
    if (rule_count > 0) {
        memcpy(own_rules, rules, sizeof *rules * rule_count);
    }
    uint64_t *seen_atoms = memory_alloc(sizeof(uint64_t) * (bits_words(table->atoms.count) + 1));
    uint64_t *seen_columns = memory_alloc(sizeof(uint64_t) * (bits_words(table->columns.count) + 1));
    uint32_t *atoms = ARENA_ARRAY(arena, uint32_t, table->atoms.count + 1);
    uint32_t *columns = ARENA_ARRAY(arena, uint32_t, table->columns.count + 1);
    uint32_t atom_count = 0;
    uint32_t column_count = 0;
    for (uint32_t i = 0; i < rule_count; i++) {
        const struct rule *rule = &table->rules.at[rules[i]];
        for (uint32_t k = 0; k < rule->now_count; k++) {
            uint32_t index = rule->atoms[k];
            if (!bits_test(seen_atoms, index)) {
                bits_set(seen_atoms, index);
                atoms[atom_count++] = index;
                add_column(table, table->atoms.at[index].left, seen_columns, columns, &column_count);
                add_column(table, table->atoms.at[index].right, seen_columns, columns, &column_count);
            }
        }
    }
    free(seen_atoms);
    free(seen_columns);
    *plan = (struct table_plan){own_rules, rule_count, columns, column_count, atoms, atom_count};
    return plan;
}

// ---- one event -------------------------------------------------------------------------------------------

struct table_run {
    const struct expr_table *table;
    const struct table_host *host;
    const double *constants;
    double *values;      // by column
    uint32_t *value_of;  // by column: the event its value is of
    uint8_t *truths;     // by atom
    uint32_t *truth_of;  // by atom
    uint64_t *groups;
    uint32_t *survivors; // positions in the plan
    uint32_t event;
    struct arena scratch;
};

struct table_run *expr_table_run_create(const struct expr_table *table) {
    struct table_run *run = memory_alloc(sizeof *run);
    run->table = table;
    run->values = memory_alloc(sizeof(double) * (table->columns.count + 1));
    run->value_of = memory_alloc(sizeof(uint32_t) * (table->columns.count + 1));
    run->truths = memory_alloc(table->atoms.count + 1);
    run->truth_of = memory_alloc(sizeof(uint32_t) * (table->atoms.count + 1));
    run->groups = memory_alloc(sizeof(uint64_t) * (table->group_words + 1));
    run->survivors = memory_alloc(sizeof(uint32_t) * (table->rules.count + 1));
    arena_init(&run->scratch, 64 << 10);
    return run;
}

void expr_table_run_destroy(struct table_run *run) {
    if (run == NULL) {
        return;
    }
    free(run->values);
    free(run->value_of);
    free(run->truths);
    free(run->truth_of);
    free(run->groups);
    free(run->survivors);
    arena_deinit(&run->scratch);
    free(run);
}

void expr_table_begin(struct table_run *run, const struct table_host *host, uint32_t binding) {
    INVARIANT(binding < run->table->binding_count);
    run->host = host;
    run->constants = run->table->bindings[binding];
    if (++run->event == 0) { // the counter went round: nothing old may look new
        memset(run->value_of, 0, sizeof(uint32_t) * run->table->columns.count);
        memset(run->truth_of, 0, sizeof(uint32_t) * run->table->atoms.count);
        run->event = 1;
    }
}

void expr_table_rebind(struct table_run *run, uint32_t binding) {
    INVARIANT(binding < run->table->binding_count);
    run->constants = run->table->bindings[binding];
}

static double number_of(const struct value *value) {
    switch (value->kind) {
    case VALUE_BOOL:
        return value->boolean;
    case VALUE_INT:
        return (double)value->integer;
    case VALUE_UINT:
        return (double)value->unsigned_integer;
    case VALUE_DOUBLE:
    case VALUE_MONEY:
        return value->number;
    default:
        return NAN;
    }
}

static double host_column(struct table_run *run, const struct column *column) {
    const struct node *node = column->node;
    struct value arguments[EXPR_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < node->call.count; i++) {
        const struct node *argument = node->call.arguments[i];
        if (argument->kind == NODE_LITERAL) {
            arguments[i] = argument->literal;
        } else if (!run->host->input.read(run->host->input.context, argument->variable->slot, &run->scratch,
                                          &arguments[i])) {
            return NAN;
        }
    }
    struct value result;
    Status status = node->call.function->call(run->host->input.context, node->call.function->id, arguments,
                                              &run->scratch, &result);
    return status == STATUS_OK ? number_of(&result) : NAN;
}

static double text_column(struct table_run *run, const struct column *column) {
    Slice text;
    if (!run->host->text(run->host->context, column->slot, &text)) {
        return NAN;
    }
    uint32_t number = map_get(column->texts, text);
    return number == MAP_NONE ? -1.0 : number;
}

static double evaluator_column(struct table_run *run, const struct column *column) {
    ArenaMark mark = arena_mark(&run->scratch);
    struct value result;
    Status status =
        expr_evaluate_node(column->expr, column->node, &run->host->input, &run->scratch, &result);
    double number = status == STATUS_OK ? number_of(&result) : NAN;
    arena_rewind(&run->scratch, mark);
    return number;
}

static double load_value(void *context, Ref ref);

static double column_value(struct table_run *run, uint32_t index) {
    if (run->value_of[index] == run->event) {
        return run->values[index];
    }
    const struct column *column = &run->table->columns.at[index];
    double value = NAN;
    switch (column->kind) {
    case COLUMN_SLOT:
        value = run->host->number(run->host->context, column->slot);
        break;
    case COLUMN_TEXT:
        value = text_column(run, column);
        break;
    case COLUMN_PROGRAM:
        value = table_program(&column->program, load_value, run);
        break;
    case COLUMN_HOST:
        value = host_column(run, column);
        break;
    case COLUMN_GENERIC:
        value = evaluator_column(run, column);
        break;
    }
    run->values[index] = value;
    run->value_of[index] = run->event;
    return value;
}

static double load_value(void *context, Ref ref) {
    struct table_run *run = context;
    return table_is_constant(ref) ? run->constants[ref & ~TABLE_CONSTANT] : column_value(run, ref);
}

static bool atom_of(const struct atom *atom, double left, double right) {
    switch (atom->kind) {
    case ATOM_LESS:
        return left < right;
    case ATOM_LESS_EQUAL:
        return left <= right;
    case ATOM_EQUAL:
        return left == right;
    case ATOM_NOT_EQUAL:
        return left < right || left > right;
    case ATOM_IN_MASK:
        return in_mask(left, atom->mask);
    case ATOM_HAS_BIT:
        return has_bit(left, atom->mask);
    case ATOM_PRESENT:
        return !isnan(left);
    case ATOM_TRUE:
        return left > 0;
    }
    INVARIANT(false);
}

static bool atom_truth(struct table_run *run, uint32_t index) {
    if (run->truth_of[index] != run->event) {
        const struct atom *atom = &run->table->atoms.at[index];
        double right = atom->right == TABLE_NO_REF ? 0 : load_value(run, atom->right);
        run->truths[index] = atom_of(atom, load_value(run, atom->left), right);
        run->truth_of[index] = run->event;
    }
    return run->truths[index];
}

static bool term_truth(struct table_run *run, const struct term *term) {
    switch (term->kind) {
    case TERM_ATOM:
        return atom_truth(run, term->atom);
    case TERM_TRUE:
        return true;
    case TERM_FALSE:
        return false;
    case TERM_NOT:
        return !term_truth(run, term->parts[0]);
    case TERM_AND:
    case TERM_OR:
        break;
    }
    bool is_and = term->kind == TERM_AND;
    for (uint32_t i = 0; i < term->count; i++) {
        if (term_truth(run, term->parts[i]) != is_and) {
            return !is_and;
        }
    }
    return is_and;
}

// What is at hand, for all rules of the plan.
static void sweep(struct table_run *run, const struct table_plan *plan) {
    for (uint32_t i = 0; i < plan->column_count; i++) {
        column_value(run, plan->columns[i]);
    }
    const double *sides[2] = {run->values, run->constants};
    for (uint32_t i = 0; i < plan->atom_count; i++) {
        uint32_t index = plan->atoms[i];
        const struct atom *atom = &run->table->atoms.at[index];
        double left = sides[atom->left >> 31][atom->left & ~TABLE_CONSTANT];
        double right = atom->right == TABLE_NO_REF ? 0 : sides[atom->right >> 31][atom->right & ~TABLE_CONSTANT];
        run->truths[index] = atom_of(atom, left, right);
        run->truth_of[index] = run->event;
    }
}

static bool gate_open(struct table_run *run, const struct rule *rule) {
    if (!rule->is_table) {
        return rule->gate_term == NULL || term_truth(run, rule->gate_term);
    }
    uint32_t known = 0;
    for (uint32_t k = 0; k < rule->now_count; k++) {
        known |= (uint32_t)run->truths[rule->atoms[k]] << k;
    }
    return rule->gate >> known & 1;
}

static bool rule_holds(struct table_run *run, const struct rule *rule) {
    if (!rule->is_table) {
        return term_truth(run, rule->term);
    }
    uint32_t known = 0;
    // Bits of the atoms not yet looked at that could still matter: stop as soon as the table is empty.
    uint64_t open = rule->truth;
    static const uint64_t halves[TABLE_TRUTH_ATOMS] = {0xaaaaaaaaaaaaaaaau, 0xccccccccccccccccu,
                                                       0xf0f0f0f0f0f0f0f0u, 0xff00ff00ff00ff00u,
                                                       0xffff0000ffff0000u, 0xffffffff00000000u};
    for (uint32_t k = 0; k < rule->atom_count; k++) {
        bool truth = atom_truth(run, rule->atoms[k]);
        open &= truth ? halves[k] : ~halves[k];
        if (open == 0) {
            return false;
        }
        known |= (uint32_t)truth << k;
    }
    return rule->truth >> known & 1;
}

uint32_t expr_table_evaluate(struct table_run *run, const struct table_plan *plan, const uint64_t *candidates,
                             uint32_t *hits) {
    const struct expr_table *table = run->table;
    sweep(run, plan);
    uint32_t survivor_count = 0;
    memset(run->groups, 0, sizeof *run->groups * table->group_words);
    for (uint32_t i = 0; i < plan->rule_count; i++) {
        const struct rule *rule = &table->rules.at[plan->rules[i]];
        if ((candidates != NULL && !bits_test(candidates, i)) || !gate_open(run, rule)) {
            continue;
        }
        run->survivors[survivor_count++] = i;
        for (size_t w = 0; w < table->group_words; w++) {
            run->groups[w] |= rule->groups[w];
        }
    }
    if (survivor_count == 0) {
        return 0;
    }
    run->host->need(run->host->context, run->groups, table->group_words);
    uint32_t hit_count = 0;
    for (uint32_t i = 0; i < survivor_count; i++) {
        if (rule_holds(run, &table->rules.at[plan->rules[run->survivors[i]]])) {
            hits[hit_count++] = run->survivors[i];
        }
    }
    arena_reset(&run->scratch);
    return hit_count;
}

bool expr_table_rule(struct table_run *run, uint32_t rule) {
    return rule_holds(run, &run->table->rules.at[rule]);
}

double expr_table_column(struct table_run *run, uint32_t column) {
    return load_value(run, run->table->outputs.at[column]);
}

void expr_table_rule_groups(const struct expr_table *table, uint32_t rule, uint64_t *groups) {
    for (size_t w = 0; w < table->group_words; w++) {
        groups[w] |= table->rules.at[rule].groups[w];
    }
}

void expr_table_column_groups(const struct expr_table *table, uint32_t column, uint64_t *groups) {
    Ref ref = table->outputs.at[column];
    if (table_is_constant(ref)) {
        return;
    }
    for (size_t w = 0; w < table->group_words; w++) {
        groups[w] |= table->columns.at[ref].groups[w];
    }
}

struct table_counts expr_table_counts(const struct expr_table *table) {
    struct table_counts counts = {
        .rules = table->rules.count,
        .atoms = table->atoms.count,
        .columns = table->columns.count,
        .constants = table->constants.count,
    };
    for (uint32_t i = 0; i < table->columns.count; i++) {
        counts.programs += table->columns.at[i].kind == COLUMN_PROGRAM;
        counts.generic_columns += table->columns.at[i].kind == COLUMN_GENERIC;
    }
    for (uint32_t i = 0; i < table->rules.count; i++) {
        counts.truth_tables += table->rules.at[i].is_table;
    }
    return counts;
}
