// Running: one event against the table; and the table's own life. table.h tells the idea, table_plan.c the first pass.
//
// A column is worked out when it is first asked for, at most once per event: each has the number of the event its
// value is of. An atom is one comparison and is made wherever it is asked.
//
// An event goes through a plan in three steps.
//   1. The guards: columns that guards read are worked out and compared; a bit for each rule remains.
//   2. The rules with their bit set: their tests at hand, one after the other. Each cuts the rule's truth table in half;
//      a table of which nothing is left is out, one without further tests is decided, the others survive.
//   3. The host makes the groups that the survivors' next tests read. Those that stand it get what else they read.
//
// What a double cannot tell exactly is unsure (table_columns.c). As long as no column is, which is nearly always, this costs
// one comparison a column. Otherwise the rules that read such a column go to the evaluator.

#include "expr/table_private.h"

#include <stdlib.h>

struct expr_table *expr_table_create(struct arena *arena, const struct table_slot *slots, uint32_t slot_count,
                                     uint32_t group_count) {
    struct expr_table *table = ARENA_NEW(arena, struct expr_table);
    table->arena = arena;
    table->slots = slots;
    table->slot_count = slot_count;
    table->group_words = bits_words(group_count);
    table->defined_terms = ARENA_ARRAY(arena, const struct term *, slot_count + 1);
    table->defined_refs = ARENA_ARRAY(arena, Ref, slot_count + 1);
    map_init(&table->by_key, arena);
    return table;
}

static double constant_value(const struct constant *constant, const double *row, const double *parameters) {
    double operands[STEP_OPERANDS_MAX] = {0};
    switch (constant->kind) {
    case CONSTANT_LITERAL:
        return constant->literal;
    case CONSTANT_PARAMETER:
        return parameters[constant->slot];
    case CONSTANT_STEP:
        for (uint32_t i = 0; i < constant->step.count; i++) {
            operands[i] = row[constant->step.operands[i] & ~TABLE_CONSTANT];
        }
        return table_step(constant->step.kind, operands);
    }
    INVARIANT(false);
}

// What reads a constant that is unsure in some binding is for the evaluator.
static void leave_unsure(struct reads *reads, const uint64_t *unsure) {
    for (uint32_t i = 0; i < reads->constants.count; i++) {
        reads->is_left |= bits_test(unsure, reads->constants.at[i]);
    }
}

void expr_table_finish(struct expr_table *table, const double *const *bindings, uint32_t binding_count) {
    INVARIANT(!table->finished && binding_count > 0);
    table->finished = true;
    table->binding_count = binding_count;
    double **rows = ARENA_ARRAY(table->arena, double *, binding_count);
    uint64_t *unsure = memory_alloc(sizeof *unsure * (bits_words(table->constants.count) + 1));
    for (uint32_t b = 0; b < binding_count; b++) {
        rows[b] = ARENA_ARRAY(table->arena, double, table->constants.count + 1);
        for (uint32_t i = 0; i < table->constants.count; i++) {
            const struct constant *constant = &table->constants.at[i];
            rows[b][i] = constant_value(constant, rows[b], bindings[b]);
            if (fabs(rows[b][i]) > constant->limit) {
                bits_set(unsure, i);
            }
        }
    }
    table->bindings = rows;
    for (uint32_t i = 0; i < table->rules.count; i++) {
        leave_unsure(&table->rules.at[i].reads, unsure);
    }
    for (uint32_t i = 0; i < table->outputs.count; i++) {
        leave_unsure(&table->outputs.at[i].reads, unsure);
    }
    free(unsure);
}

// ---- one event -------------------------------------------------------------------------------------------

struct survivor {
    const struct entry *entry;
    uint64_t open; // what is left of its truth table
};

struct table_run {
    const struct expr_table *table;
    const struct table_host *host;
    const double *constants;
    uint32_t binding;
    uint32_t event;
    double *values;        // by column
    uint32_t *value_of;    // by column: the event its value is of
    uint32_t *unsure_of;   // by column: the last event in which it was unsure
    uint32_t unsure_count; // in this event
    uint64_t *groups;
    const PassRuns *passes; // by signs
    uint8_t *looked;       // a bit for each entry of a plan: look at it
    uint64_t *holding;     // a bit for each position of a plan
    uint32_t *picked;      // entries
    struct survivor *survivors;
    struct guard_run *led;
    struct table_times *times; // or NULL
    struct arena scratch;
};

struct table_run *expr_table_run_create(const struct expr_table *table) {
    INVARIANT(table->finished);
    struct table_run *run = memory_alloc(sizeof *run);
    run->table = table;
    run->values = memory_alloc(sizeof(double) * (table->columns.count + 1));
    run->value_of = memory_alloc(sizeof(uint32_t) * (table->columns.count + 1));
    run->unsure_of = memory_alloc(sizeof(uint32_t) * (table->columns.count + 1));
    run->groups = memory_alloc(sizeof(uint64_t) * (table->group_words + 1));
    run->looked = memory_alloc(table->rules.count + sizeof(uint64_t)); // a byte a rule where no two share a guard
    run->holding = memory_alloc(sizeof(uint64_t) * (bits_words(table->rules.count) + 1));
    run->picked = memory_alloc(sizeof(uint32_t) * (table->rules.count + 1));
    run->survivors = memory_alloc(sizeof(struct survivor) * (table->rules.count + 1));
    run->led = memory_alloc(sizeof *run->led * (table->columns.count + 1) * SIGNS_ALL);
    run->passes = table_passes(false);
    arena_init(&run->scratch, 64 << 10);
    return run;
}

void expr_table_run_destroy(struct table_run *run) {
    if (run == NULL) {
        return;
    }
    free(run->values);
    free(run->value_of);
    free(run->unsure_of);
    free(run->groups);
    free(run->looked);
    free(run->holding);
    free(run->picked);
    free(run->survivors);
    free(run->led);
    arena_deinit(&run->scratch);
    free(run);
}

void expr_table_run_set_plain(struct table_run *run) {
    run->passes = table_passes(true);
}

void expr_table_run_time(struct table_run *run, struct table_times *times) {
    run->times = times;
}

void expr_table_rebind(struct table_run *run, uint32_t binding) {
    INVARIANT(binding < run->table->binding_count);
    run->binding = binding;
    run->constants = run->table->bindings[binding];
}

void expr_table_begin(struct table_run *run, const struct table_host *host, uint32_t binding) {
    run->host = host;
    expr_table_rebind(run, binding);
    arena_reset(&run->scratch);
    run->unsure_count = 0;
    if (++run->event == 0) { // the counter went round: nothing old may look new
        memset(run->value_of, 0, sizeof(uint32_t) * run->table->columns.count);
        memset(run->unsure_of, 0, sizeof(uint32_t) * run->table->columns.count);
        run->event = 1;
    }
}

// ---- columns ---------------------------------------------------------------------------------------------

static void note_unsure(struct table_run *run, uint32_t index) {
    run->unsure_count += run->unsure_of[index] != run->event;
    run->unsure_of[index] = run->event;
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

static bool is_unsure(const struct table_run *run, uint32_t index) {
    return run->unsure_of[index] == run->event;
}

// The answer of the evaluator or the host. An error is unsure, and so is a NaN that is a value.
static double answer(struct table_run *run, uint32_t index, Status status, const struct value *value) {
    double number = status == STATUS_OK ? number_of(value) : NAN;
    if (isnan(number) && status != STATUS_NOT_FOUND) {
        note_unsure(run, index);
    }
    return number;
}

static double host_column(struct table_run *run, uint32_t index, const struct column *column) {
    const struct node *node = column->node;
    const struct expr_input *input = &run->host->input;
    struct value arguments[EXPR_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < node->call.count; i++) {
        const struct node *argument = node->call.arguments[i];
        if (argument->kind == NODE_LITERAL) {
            arguments[i] = argument->literal;
        } else if (!input->read(input->context, argument->variable->slot, &run->scratch, &arguments[i])) {
            return NAN;
        }
    }
    struct value result = {0};
    Status status = node->call.function->call(input->context, node->call.function->id, arguments, &run->scratch, &result);
    return answer(run, index, status, &result);
}

static double evaluator_column(struct table_run *run, uint32_t index, const struct column *column) {
    ArenaMark mark = arena_mark(&run->scratch);
    struct value result;
    Status status = expr_evaluate_node(column->expr, column->node, &run->host->input, &run->scratch, &result);
    double number = answer(run, index, status, &result);
    arena_rewind(&run->scratch, mark);
    return number;
}

enum { TEXTS_FEW = 6 }; // up to here comparing is faster than hashing

static double text_column(struct table_run *run, const struct column *column) {
    Slice text;
    if (!run->host->text(run->host->context, column->slot, &text)) {
        return NAN;
    }
    if (column->few.count > TEXTS_FEW) {
        uint32_t number = map_get(column->texts, text);
        return number == MAP_NONE ? -1.0 : number;
    }
    for (uint32_t i = 0; i < column->few.count; i++) {
        if (slice_equal(column->few.at[i], text)) {
            return i;
        }
    }
    return -1;
}

static double text_pair_column(struct table_run *run, const struct column *column) {
    Slice left;
    Slice right;
    bool known = run->host->text(run->host->context, column->slot, &left) &&
                 run->host->text(run->host->context, column->other_slot, &right);
    return known ? slice_equal(left, right) : NAN;
}

static double load(struct table_run *run, Ref ref);
static bool term_truth(struct table_run *run, const struct term *term);

static double step_column(struct table_run *run, uint32_t index, const struct step *step) {
    double operands[STEP_OPERANDS_MAX] = {0};
    for (uint32_t i = 0; i < step->count; i++) {
        Ref ref = step->operands[i];
        operands[i] = load(run, ref);
        if (run->unsure_count > 0 && !table_is_constant(ref) && is_unsure(run, ref)) {
            note_unsure(run, index);
        }
    }
    return table_step(step->kind, operands);
}

static double term_column(struct table_run *run, uint32_t index, const struct term *term) {
    bool truth = term_truth(run, term);
    if (run->unsure_count > 0) { // not looked into: being careful costs nothing but time
        note_unsure(run, index);
    }
    return truth;
}

static double work_out(struct table_run *run, uint32_t index) {
    const struct column *column = &run->table->columns.at[index];
    double value = NAN;
    switch (column->kind) {
    case COLUMN_SLOT:
        value = run->host->number(run->host->context, column->slot);
        break;
    case COLUMN_TEXT:
        value = text_column(run, column);
        break;
    case COLUMN_TEXT_PAIR:
        value = text_pair_column(run, column);
        break;
    case COLUMN_STEP:
        value = step_column(run, index, &column->step);
        break;
    case COLUMN_TERM:
        value = term_column(run, index, column->term);
        break;
    case COLUMN_HOST:
        value = host_column(run, index, column);
        break;
    case COLUMN_GENERIC:
        value = evaluator_column(run, index, column);
        break;
    }
    if (fabs(value) > column->limit) {
        note_unsure(run, index);
    }
    run->values[index] = value;
    run->value_of[index] = run->event;
    return value;
}

static inline double column_value(struct table_run *run, uint32_t index) {
    return run->value_of[index] == run->event ? run->values[index] : work_out(run, index);
}

static inline double load(struct table_run *run, Ref ref) {
    return table_is_constant(ref) ? run->constants[ref & ~TABLE_CONSTANT] : column_value(run, ref);
}

// ---- atoms and formulas ----------------------------------------------------------------------------------

static inline bool test_truth(struct table_run *run, const struct test *test) {
    double left = load(run, test->left);
    if (test->kind != ATOM_SIGNS) {
        return test->kind == ATOM_IN_MASK ? in_mask(left, test->mask) : has_bit(left, test->mask);
    }
    return (signs_between(left, load(run, test->right)) & test->signs) != 0;
}

static bool atom_truth(struct table_run *run, uint32_t index) {
    const struct atom *atom = &run->table->atoms.at[index];
    double left = load(run, atom->left);
    double right = atom->kind == ATOM_SIGNS ? load(run, atom->right) : 0;
    return atom_of(atom->kind, atom->signs, atom->mask, left, right);
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
    case TERM_SAME:
        return term_truth(run, term->parts[0]) == term_truth(run, term->parts[1]);
    case TERM_SELECT:
        return term_truth(run, term->parts[term_truth(run, term->parts[0]) ? 1 : 2]);
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

// ---- rules -----------------------------------------------------------------------------------------------

static bool evaluator_holds(struct table_run *run, const struct rule *rule) {
    ArenaMark mark = arena_mark(&run->scratch);
    struct value value;
    Status status = expr_evaluate(rule->expr, &run->host->input, &run->scratch, &value);
    arena_rewind(&run->scratch, mark);
    return status == STATUS_OK && value.kind == VALUE_BOOL && value.boolean;
}

// Whether one of the columns has turned out unsure.
static bool reads_unsure(const struct table_run *run, const struct reads *reads) {
    for (uint32_t i = 0; run->unsure_count > 0 && i < reads->columns.count; i++) {
        if (is_unsure(run, reads->columns.at[i])) {
            return true;
        }
    }
    return false;
}

static bool table_holds(struct table_run *run, const struct rule *rule) {
    uint64_t open = rule->truth;
    for (uint32_t k = 0; k < rule->atom_count && open != 0; k++) {
        open &= atom_truth(run, rule->atoms[k]) ? truth_half(k) : ~truth_half(k);
    }
    return open != 0;
}

bool expr_table_rule(struct table_run *run, uint32_t index) {
    const struct rule *rule = &run->table->rules.at[index];
    if (rule->reads.is_left) {
        return evaluator_holds(run, rule);
    }
    bool holds = rule->is_table ? table_holds(run, rule) : term_truth(run, rule->term);
    return reads_unsure(run, &rule->reads) ? evaluator_holds(run, rule) : holds;
}

// ---- the guards ------------------------------------------------------------------------------------------

// Puts a run of guards right whose bits are not simply those of the comparison.
static void mend_guards(struct table_run *run, const struct guard_run *guards) {
    size_t byte_count = guard_bytes(guards);
    uint8_t *bits = run->looked + guards->first / TABLE_LANES;
    bool negated = (guards->signs & SIGN_UNORDERED) != 0;
    for (size_t b = 0; negated && b < byte_count; b++) {
        bits[b] = (uint8_t)~bits[b];
    }
    if (run->unsure_count > 0 && is_unsure(run, guards->column)) {
        memset(bits, 0xff, byte_count);
    }
    if (guards->count % TABLE_LANES != 0) { // of the padding
        bits[byte_count - 1] &= (uint8_t)((1u << guards->count % TABLE_LANES) - 1);
    }
}

// Sets the bits of the entries whose guard holds, or is unsure. "Not less" and its kin hold for a missing value: they
// are the opposite of the others.
static void pass_guards(struct table_run *run, const struct table_plan *plan, const struct guard_run *runs, uint32_t count) {
    const double *limits = plan->limits[run->binding];
    uint32_t end;
    for (uint32_t start = 0; start < count; start = end) {
        uint32_t signs = runs[start].signs;
        for (end = start + 1; end < count && runs[end].signs == signs;) {
            end++;
        }
        bool negated = (signs & SIGN_UNORDERED) != 0;
        PassRuns pass = run->passes[negated ? SIGNS_ALL ^ signs : signs];
        pass(run->values, limits, runs + start, end - start, run->looked);
        for (uint32_t i = start; i < end && (negated || run->unsure_count > 0); i++) {
            mend_guards(run, &runs[i]);
        }
    }
}

// Works out what guards and seconds read.
static void prepare_columns(struct table_run *run, const struct table_plan *plan) {
    double (*number)(void *, uint32_t) = run->host->number;
    void *context = run->host->context;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        uint32_t index = plan->columns[i];
        double value = number(context, plan->slots[i]);
        run->values[index] = value;
        run->value_of[index] = run->event;
        if (fabs(value) > plan->column_limits[i]) {
            note_unsure(run, index);
        }
    }
    for (uint32_t i = 0; i < plan->other_count; i++) {
        column_value(run, plan->other_columns[i]);
    }
}

// ---- what it costs ---------------------------------------------------------------------------------------

struct lap {
    uint64_t since_ns, aside_ns;
};

static struct lap lap_begin(const struct table_run *run) {
    return run->times == NULL ? (struct lap){0} : (struct lap){run->times->now_ns(), run->times->aside_ns};
}

static void lap_end(const struct table_run *run, const struct entry *entry, struct lap lap) {
    struct table_times *times = run->times;
    if (times != NULL && times->count < times->most) {
        uint64_t took = times->now_ns() - lap.since_ns;
        uint64_t off = times->aside_ns - lap.aside_ns + times->reading_ns;
        times->at[times->count++] = (struct table_time){entry->position, took > off ? took - off : 0};
    }
}

// ---- an event --------------------------------------------------------------------------------------------

static void survive(struct table_run *run, const struct entry *entry, uint64_t open, uint32_t *survivor_count) {
    run->survivors[(*survivor_count)++] = (struct survivor){entry, open};
    if (entry->group != TABLE_NO_GROUP) {
        bits_set(run->groups, entry->group);
    }
    for (size_t w = 0; entry->groups != NULL && w < run->table->group_words; w++) {
        run->groups[w] |= entry->groups[w];
    }
}

// Decides an entry by what is at hand, or puts it among the survivors.
static void look_at(struct table_run *run, const struct table_plan *plan, const struct entry *entry, uint32_t *survivor_count) {
    uint64_t open = entry->truth;
    const struct test *tests = plan->tests + entry->first_test;
    bool is_out = false;
    if (entry->is_long && !entry->is_left) {
        const struct term *gate = run->table->rules.at[entry->rule].gate_term;
        is_out = gate != NULL && !term_truth(run, gate);
    } else if (!entry->is_left) {
        for (uint32_t k = 0; k < entry->now_count && open != 0; k++) {
            open &= test_truth(run, &tests[k]) ? truth_half(tests[k].position) : ~truth_half(tests[k].position);
        }
        is_out = open == 0;
    }
    if (run->unsure_count > 0 && reads_unsure(run, &run->table->rules.at[entry->rule].reads)) {
        survive(run, entry, entry->truth, survivor_count);
    } else if (!is_out && !entry->is_long && !entry->is_left && entry->now_count == entry->test_count) {
        bits_set(run->holding, entry->position);
    } else if (!is_out) {
        survive(run, entry, open, survivor_count);
    }
}

static void need_all(struct table_run *run, const struct rule *rule) {
    run->host->need(run->host->context, rule->groups, run->table->group_words);
}

static bool evaluator_decides(struct table_run *run, const struct rule *rule) {
    need_all(run, rule);
    return evaluator_holds(run, rule);
}

// The tests that are not at hand. The groups of the first are there; the rest is needed by few.
static bool tests_hold(struct table_run *run, const struct table_plan *plan, const struct survivor *survivor) {
    const struct entry *entry = survivor->entry;
    const struct test *tests = plan->tests + entry->first_test;
    uint64_t open = survivor->open;
    for (uint32_t k = entry->now_count; k < entry->test_count && open != 0; k++) {
        if (k == entry->now_count + (entry->is_led ? 0u : 1u)) {
            need_all(run, &run->table->rules.at[entry->rule]);
        }
        open &= test_truth(run, &tests[k]) ? truth_half(tests[k].position) : ~truth_half(tests[k].position);
    }
    return open != 0;
}

static bool survivor_holds(struct table_run *run, const struct table_plan *plan, const struct survivor *survivor) {
    const struct entry *entry = survivor->entry;
    const struct rule *rule = &run->table->rules.at[entry->rule];
    if (entry->is_left || reads_unsure(run, &rule->reads)) {
        return evaluator_decides(run, rule);
    }
    bool holds = entry->is_long ? term_truth(run, rule->term) : tests_hold(run, plan, survivor);
    return reads_unsure(run, &rule->reads) ? evaluator_decides(run, rule) : holds;
}

static void survivor_decides(struct table_run *run, const struct table_plan *plan, const struct survivor *survivor) {
    struct lap lap = lap_begin(run);
    if (survivor_holds(run, plan, survivor)) {
        bits_set(run->holding, survivor->entry->position);
    }
    lap_end(run, survivor->entry, lap);
}

// The entries from `begin` to `end`, multiples of eight, whose guard and second hold; their number.
static uint32_t pick_entries(struct table_run *run, const struct table_plan *plan, uint32_t begin, uint32_t end) {
    uint32_t count = 0;
    bool is_sure = run->unsure_count == 0;
    for (uint32_t at = begin; at < end; at += 64) {
        uint64_t word = 0;
        size_t bytes = (end - at) / TABLE_LANES;
        memcpy(&word, run->looked + at / TABLE_LANES, bytes < sizeof word ? bytes : sizeof word);
        for (; word != 0; word &= word - 1) {
            uint32_t entry = at + (uint32_t)__builtin_ctzll(word);
            const struct second *second = &plan->seconds[entry];
            uint32_t signs = signs_between(run->values[second->column], run->constants[second->limit]);
            run->picked[count] = entry;
            count += (signs & second->signs) != 0 || (!is_sure && is_unsure(run, second->column));
        }
    }
    return count;
}

static bool is_candidate(const uint64_t *candidates, const struct entry *entry) {
    return candidates == NULL || bits_test(candidates, entry->position);
}

static uint32_t look_at_all(struct table_run *run, const struct table_plan *plan, const uint64_t *candidates) {
    uint32_t survivor_count = 0;
    uint32_t picked_count = pick_entries(run, plan, 0, plan->first_led);
    for (uint32_t i = 0; i < picked_count; i++) {
        const struct entry *entry = &plan->entries[run->picked[i]];
        if (is_candidate(candidates, entry)) {
            struct lap lap = lap_begin(run);
            look_at(run, plan, entry, &survivor_count);
            lap_end(run, entry, lap);
        }
    }
    return survivor_count;
}

// ---- led entries -----------------------------------------------------------------------------------------

// The runs that have a candidate: their groups are needed. The others' column is not asked for, and none of them holds.
static uint32_t choose_led_runs(struct table_run *run, const struct table_plan *plan, const uint64_t *candidates) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->led_run_count; i++) {
        const struct guard_run *led = &plan->led_runs[i];
        const struct entry *entry = &plan->entries[led->first];
        uint32_t k = 0;
        while (k < led->count && !is_candidate(candidates, &entry[k])) {
            k++;
        }
        if (k < led->count) {
            run->led[count++] = *led;
            const uint64_t *groups = run->table->columns.at[led->column].groups;
            for (size_t w = 0; w < run->table->group_words; w++) {
                run->groups[w] |= groups[w];
            }
        }
    }
    return count;
}

static void decide_led(struct table_run *run, const struct table_plan *plan, uint32_t run_count, const uint64_t *candidates) {
    for (uint32_t i = 0; i < run_count; i++) {
        column_value(run, run->led[i].column);
    }
    pass_guards(run, plan, run->led, run_count);
    uint32_t picked_count = pick_entries(run, plan, plan->first_led, plan->entry_count);
    for (uint32_t i = 0; i < picked_count; i++) {
        const struct entry *entry = &plan->entries[run->picked[i]];
        if (is_candidate(candidates, entry)) {
            survivor_decides(run, plan, &(struct survivor){entry, entry->truth});
        }
    }
}

uint32_t expr_table_evaluate(struct table_run *run, const struct table_plan *plan, const uint64_t *candidates,
                             uint32_t *hits) {
    INVARIANT(plan->table == run->table);
    size_t words = bits_words(plan->rule_count);
    memset(run->holding, 0, sizeof *run->holding * words);
    memset(run->groups, 0, sizeof *run->groups * run->table->group_words);
    memcpy(run->looked, plan->always, plan->entry_count / TABLE_LANES);
    prepare_columns(run, plan);
    pass_guards(run, plan, plan->runs, plan->run_count);
    uint32_t survivor_count = look_at_all(run, plan, candidates);
    uint32_t led_count = choose_led_runs(run, plan, candidates);
    if (survivor_count + led_count > 0) {
        run->host->need(run->host->context, run->groups, run->table->group_words);
    }
    decide_led(run, plan, led_count, candidates);
    for (uint32_t i = 0; i < survivor_count; i++) {
        survivor_decides(run, plan, &run->survivors[i]);
    }
    uint32_t hit_count = 0;
    size_t position;
    BITS_EACH(run->holding, words, position) {
        hits[hit_count++] = (uint32_t)position;
    }
    return hit_count;
}

// ---- outputs ---------------------------------------------------------------------------------------------

static double evaluator_number(struct table_run *run, const struct expr *expr) {
    ArenaMark mark = arena_mark(&run->scratch);
    struct value value;
    Status status = expr_evaluate(expr, &run->host->input, &run->scratch, &value);
    double number = status == STATUS_OK ? number_of(&value) : NAN;
    arena_rewind(&run->scratch, mark);
    return number;
}

double expr_table_column(struct table_run *run, uint32_t column) {
    const struct output *output = &run->table->outputs.at[column];
    double number = load(run, output->ref);
    return output->reads.is_left || reads_unsure(run, &output->reads) ? evaluator_number(run, output->expr) : number;
}

void expr_table_rule_groups(const struct expr_table *table, uint32_t rule, uint64_t *groups) {
    for (size_t w = 0; w < table->group_words; w++) {
        groups[w] |= table->rules.at[rule].groups[w];
    }
}

void expr_table_column_groups(const struct expr_table *table, uint32_t column, uint64_t *groups) {
    table_add_groups(table, table->outputs.at[column].ref, groups);
}

struct table_counts expr_table_counts(const struct expr_table *table) {
    struct table_counts counts = {
        .rules = table->rules.count,
        .atoms = table->atoms.count,
        .columns = table->columns.count,
        .constants = table->constants.count,
    };
    for (uint32_t i = 0; i < table->columns.count; i++) {
        counts.programs += table->columns.at[i].kind == COLUMN_STEP;
        counts.generic_columns += table->columns.at[i].kind == COLUMN_GENERIC;
    }
    for (uint32_t i = 0; i < table->rules.count; i++) {
        counts.truth_tables += table->rules.at[i].is_table;
    }
    return counts;
}
