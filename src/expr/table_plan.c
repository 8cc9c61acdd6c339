// Plans: which rules are looked at together, and what is asked of each first.
//
// Most rules do not hold for most events, so the work is in finding out quickly which need not be looked at. Nearly
// every rule has an atom without which it cannot hold (each part of a conjunction is one): its guard. The rules of
// a plan are put in the order of their guards, those on one column side by side, with the guards' constants in an array
// of their own:
//
//     column      amount                 age            channel
//     constant    5000  10000  50000     60    65       2    2    4
//     rule        r7    r2     r5        r1    r8       r3   r4   r6
//
// One pass over the constants compares each with its column, eight rules a step and without a branch, and leaves one
// bit a rule; only rules whose bit is set go on. Rules without a guard always do. Of those that go on, the next best
// atom is looked at before all others, again without a branch: what a guess gone wrong costs is more than an atom.
//
// What is left then waits for groups. Most rules fail at the first atom they are asked for, so which atom that is decides
// which groups are made at all. Of the atoms that a rule cannot hold without, the plan takes as its lead the one whose
// group serves most rules of the plan (a greedy cover): a dozen groups then do for the first questions of all rules, where
// each rule's own first choice would ask for three times as many. The leads' groups are announced together; what a rule
// that passes its lead still needs is made when it is asked for. Rules that have nothing at hand at all are put in the
// order of their leads, and these are compared in passes just like guards.

#include "expr/table_private.h"

#include <stdlib.h>

// One comparison that must hold for a rule to hold.
struct condition {
    uint32_t signs; // 0: there is none
    Ref column;
    Ref limit;
    uint32_t order; // the rarer the earlier
    uint32_t atom;
};

struct guard {
    struct condition first;
    struct condition second;
    uint32_t position;
    uint32_t rule;
    uint32_t lead; // which atom of the rule is the first that is not at hand; NO_LEAD: none stands out
    bool is_led;   // `first` is the lead: there is nothing at hand
};

#define NO_LEAD UINT32_MAX

// ---- choosing --------------------------------------------------------------------------------------------

static bool can_guard(const struct expr_table *table, const struct atom *atom) {
    return !atom->later && atom->kind == ATOM_SIGNS && !table_is_constant(atom->left) && table_is_constant(atom->right);
}

// How promising a guard is: equality holds for few, "not" and "is present" for many, and texts cost a look-up.
static uint32_t guard_order(const struct expr_table *table, const struct atom *atom, uint32_t signs) {
    static const uint32_t by_signs[SIGNS_ALL + 1] = {
        [SIGN_EQUAL] = 1,
        [SIGN_GREATER] = 1,
        [SIGN_GREATER | SIGN_EQUAL] = 1,
        [SIGN_LESS] = 2,
        [SIGN_LESS | SIGN_EQUAL] = 2,
    };
    const struct column *column = &table->columns.at[atom->left];
    uint32_t order = by_signs[signs] == 0 ? 8 : by_signs[signs];
    return order * 2 + (column->kind != COLUMN_SLOT);
}

static void offer_guard(const struct expr_table *table, uint32_t index, bool negated, struct guard *guard) {
    const struct atom *atom = &table->atoms.at[index];
    if (!can_guard(table, atom)) {
        return;
    }
    uint32_t signs = negated ? SIGNS_ALL ^ atom->signs : atom->signs;
    struct condition condition = {signs, atom->left, atom->right, guard_order(table, atom, signs), index};
    if (guard->first.signs == 0 || condition.order < guard->first.order) {
        guard->second = guard->first;
        guard->first = condition;
    } else if (guard->second.signs == 0 || condition.order < guard->second.order) {
        guard->second = condition;
    }
}

static void guards_of_term(const struct expr_table *table, const struct term *term, bool negated, struct guard *guard) {
    if (term->kind == TERM_ATOM) {
        offer_guard(table, term->atom, negated, guard);
    } else if (term->kind == TERM_NOT) {
        guards_of_term(table, term->parts[0], !negated, guard);
    } else if (term->kind == (negated ? TERM_OR : TERM_AND)) {
        for (uint32_t i = 0; i < term->count; i++) {
            guards_of_term(table, term->parts[i], negated, guard);
        }
    }
}

// What a rule asks of its atom k: to hold, not to hold, or neither by itself.
typedef enum Need { NEED_NEITHER, NEED_TRUE, NEED_FALSE } Need;

static Need need_of(const struct rule *rule, uint32_t k) {
    bool without = (rule->truth & ~truth_half(k)) != 0;
    bool with = (rule->truth & truth_half(k)) != 0;
    return with == without ? NEED_NEITHER : with ? NEED_TRUE : NEED_FALSE;
}

static struct guard choose_guard(const struct expr_table *table, const struct rule *rule) {
    struct guard guard = {.lead = NO_LEAD};
    if (rule->reads.is_left) {
        return guard;
    }
    if (!rule->is_table) {
        guards_of_term(table, rule->term, false, &guard);
        return guard;
    }
    for (uint32_t k = 0; k < rule->now_count; k++) {
        Need need = need_of(rule, k);
        if (need != NEED_NEITHER) {
            offer_guard(table, rule->atoms[k], need == NEED_FALSE, &guard);
        }
    }
    return guard;
}

// Side by side: the same signs, the same column. Those led by what is not at hand come last.
static int compare_guards(const void *left, const void *right) {
    const struct guard *a = left;
    const struct guard *b = right;
    if (a->is_led != b->is_led) {
        return a->is_led ? 1 : -1;
    }
    if (a->first.signs != b->first.signs) {
        return a->first.signs < b->first.signs ? -1 : 1;
    }
    if (a->first.column != b->first.column) {
        return a->first.column < b->first.column ? -1 : 1;
    }
    return a->position < b->position ? -1 : a->position > b->position;
}

// ---- leads -----------------------------------------------------------------------------------------------

// An atom that could be a rule's lead.
struct offer {
    uint32_t guard;
    uint32_t atom; // in the rule
    uint32_t group;
    uint32_t weight;
};

typedef VEC(struct offer) Offers;

static void atom_groups(const struct expr_table *table, const struct atom *atom, uint64_t *groups) {
    memset(groups, 0, sizeof *groups * table->group_words);
    table_add_groups(table, atom->left, groups);
    if (atom->kind == ATOM_SIGNS) {
        table_add_groups(table, atom->right, groups);
    }
}

// The one group of a set; TABLE_NO_GROUP when it has none or several.
static uint32_t only_group(const uint64_t *groups, size_t word_count) {
    uint32_t found = TABLE_NO_GROUP;
    size_t group;
    BITS_EACH(groups, word_count, group) {
        if (found != TABLE_NO_GROUP) {
            return TABLE_NO_GROUP;
        }
        found = (uint32_t)group;
    }
    return found;
}

// How much it matters where a rule begins: rules whose guards let few events through are seldom asked, and a comparison
// that fails more often is the better lead.
static uint32_t lead_weight(const struct guard *guard, const struct atom *atom, Need need) {
    enum { FAILS_OFTEN = 3, FAILS_SELDOM = 1 };
    uint32_t asked = guard->first.signs == 0 ? 4 : guard->second.signs == 0 ? 2 : 1;
    uint32_t signs = need == NEED_TRUE ? atom->signs : SIGNS_ALL ^ atom->signs;
    bool fails_often = atom->kind != ATOM_SIGNS || (signs & (SIGN_LESS | SIGN_UNORDERED)) == 0;
    return asked * (fails_often ? FAILS_OFTEN : FAILS_SELDOM);
}

static void offer_leads(const struct expr_table *table, const struct guard *guards, uint32_t index, Offers *offers,
                        struct arena *arena) {
    const struct guard *guard = &guards[index];
    const struct rule *rule = &table->rules.at[guard->rule];
    uint64_t *groups = ARENA_ARRAY(arena, uint64_t, table->group_words + 1);
    for (uint32_t k = rule->now_count; rule->is_table && !rule->reads.is_left && k < rule->atom_count; k++) {
        const struct atom *atom = &table->atoms.at[rule->atoms[k]];
        Need need = need_of(rule, k);
        atom_groups(table, atom, groups);
        uint32_t group = only_group(groups, table->group_words);
        if (need != NEED_NEITHER && group != TABLE_NO_GROUP) {
            *VEC_PUSH(offers, arena) = (struct offer){index, k, group, lead_weight(guard, atom, need)};
        }
    }
}

static void choose_leads(const struct expr_table *table, struct guard *guards, uint32_t count) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    Offers offers = {0};
    for (uint32_t i = 0; i < count; i++) {
        offer_leads(table, guards, i, &offers, &arena);
    }
    size_t group_count = table->group_words * 64;
    uint64_t *weights = ARENA_ARRAY(&arena, uint64_t, group_count + 1);
    for (;;) {
        memset(weights, 0, sizeof *weights * group_count);
        uint32_t best = 0;
        for (uint32_t i = 0; i < offers.count; i++) {
            const struct offer *offer = &offers.at[i];
            if (guards[offer->guard].lead == NO_LEAD) {
                weights[offer->group] += offer->weight;
                best = weights[offer->group] > weights[best] ? offer->group : best;
            }
        }
        if (group_count == 0 || weights[best] == 0) {
            break;
        }
        for (uint32_t i = 0; i < offers.count; i++) {
            const struct offer *offer = &offers.at[i];
            bool takes = offer->group == best && guards[offer->guard].lead == NO_LEAD;
            guards[offer->guard].lead = takes ? offer->atom : guards[offer->guard].lead;
        }
    }
    arena_deinit(&arena);
}

// Where a rule has nothing at hand, its lead is compared in passes if it can be.
static void lead_by(const struct expr_table *table, struct guard *guard) {
    const struct rule *rule = &table->rules.at[guard->rule];
    if (guard->first.signs != 0 || guard->lead == NO_LEAD || rule->now_count > 0) {
        return;
    }
    uint32_t index = rule->atoms[guard->lead];
    const struct atom *atom = &table->atoms.at[index];
    if (atom->kind != ATOM_SIGNS || table_is_constant(atom->left) || !table_is_constant(atom->right)) {
        return;
    }
    uint32_t signs = need_of(rule, guard->lead) == NEED_TRUE ? atom->signs : SIGNS_ALL ^ atom->signs;
    guard->first = (struct condition){signs, atom->left, atom->right, 0, index};
    guard->is_led = true;
}

// ---- laying out ------------------------------------------------------------------------------------------

struct layout {
    const struct expr_table *table;
    struct arena *arena;
    VEC(struct entry) entries;
    VEC(struct test) tests;
    VEC(struct guard_run) runs, led_runs;
    VEC(Ref) limits;
    VEC(struct second) seconds;
    VEC(uint32_t) unguarded;
    VEC(uint32_t) columns, slots, others;
    VEC(double) column_limits;
};

static struct test test_of(const struct atom *atom) {
    struct test test = {.left = atom->left, .signs = atom->signs & SIGNS_ALL, .kind = (uint8_t)atom->kind};
    if (atom->kind == ATOM_SIGNS) {
        test.right = atom->right;
    } else {
        test.mask = atom->mask;
    }
    return test;
}

// What is left of a rule's truth table where the condition holds.
static uint64_t cut(const struct expr_table *table, const struct rule *rule, uint32_t k, const struct condition *condition) {
    bool negated = condition->signs != table->atoms.at[condition->atom].signs;
    return negated ? rule->truth & ~truth_half(k) : rule->truth & truth_half(k);
}

static void add_test(struct layout *layout, const struct rule *rule, uint32_t k, struct entry *entry) {
    struct test test = test_of(&layout->table->atoms.at[rule->atoms[k]]);
    test.position = (uint8_t)k;
    *VEC_PUSH(&layout->tests, layout->arena) = test;
    entry->test_count++;
    entry->now_count = (uint8_t)(entry->now_count + (k < rule->now_count));
}

// The tests of a rule are those that its guard and second leave over; its lead comes first of what is not at hand.
static void add_tests(struct layout *layout, const struct guard *guard, struct entry *entry) {
    const struct expr_table *table = layout->table;
    const struct rule *rule = &table->rules.at[guard->rule];
    for (uint32_t k = 0; k < rule->atom_count; k++) {
        if (k == rule->now_count && guard->lead != NO_LEAD && !guard->is_led) {
            add_test(layout, rule, guard->lead, entry);
        }
        if (guard->first.signs != 0 && rule->atoms[k] == guard->first.atom) {
            entry->truth &= cut(table, rule, k, &guard->first);
        } else if (guard->second.signs != 0 && rule->atoms[k] == guard->second.atom) {
            entry->truth &= cut(table, rule, k, &guard->second);
        } else if (k != guard->lead) {
            add_test(layout, rule, k, entry);
        }
    }
}

// What the first test that is not at hand reads.
static void set_groups(struct layout *layout, struct entry *entry) {
    size_t words = layout->table->group_words;
    uint64_t *groups = ARENA_ARRAY(layout->arena, uint64_t, words + 1);
    entry->group = TABLE_NO_GROUP;
    if (entry->now_count == entry->test_count) {
        return;
    }
    const struct test *test = &layout->tests.at[entry->first_test + entry->now_count];
    table_add_groups(layout->table, test->left, groups);
    if (test->kind == ATOM_SIGNS) {
        table_add_groups(layout->table, test->right, groups);
    }
    entry->group = only_group(groups, words);
    entry->groups = entry->group == TABLE_NO_GROUP ? groups : NULL;
}

static void add_entry(struct layout *layout, const struct guard *guard) {
    const struct rule *rule = &layout->table->rules.at[guard->rule];
    struct entry *entry = VEC_PUSH(&layout->entries, layout->arena);
    *entry = (struct entry){
        .truth = rule->truth,
        .first_test = layout->tests.count,
        .is_long = !rule->is_table,
        .is_left = rule->reads.is_left,
        .is_led = guard->is_led,
        .rule = guard->rule,
        .position = guard->position,
    };
    if (rule->is_table) {
        add_tests(layout, guard, entry);
    }
    if (rule->is_table && !entry->is_left) {
        set_groups(layout, entry);
    } else {
        entry->group = TABLE_NO_GROUP;
        entry->groups = rule->groups;
    }
    bool has_guard = guard->first.signs != 0;
    bool has_second = guard->second.signs != 0;
    *VEC_PUSH(&layout->limits, layout->arena) = has_guard ? guard->first.limit : TABLE_NO_REF;
    *VEC_PUSH(&layout->seconds, layout->arena) =
        has_second ? (struct second){guard->second.column, guard->second.limit & ~TABLE_CONSTANT, guard->second.signs}
                   : (struct second){0, 0, SIGNS_ALL};
}

static void pad(struct layout *layout) {
    while (layout->entries.count % TABLE_LANES != 0) {
        VEC_PUSH(&layout->entries, layout->arena);
        *VEC_PUSH(&layout->limits, layout->arena) = TABLE_NO_REF;
        VEC_PUSH(&layout->seconds, layout->arena);
    }
}

static void count_in_run(struct layout *layout, const struct guard *guard, bool begins) {
    struct guard_run begun = {guard->first.signs, guard->first.column, layout->entries.count, 0};
    if (guard->is_led) {
        if (begins) {
            *VEC_PUSH(&layout->led_runs, layout->arena) = begun;
        }
        layout->led_runs.at[layout->led_runs.count - 1].count++;
        return;
    }
    if (begins) {
        *VEC_PUSH(&layout->runs, layout->arena) = begun;
    }
    layout->runs.at[layout->runs.count - 1].count++;
}

static void lay_out(struct layout *layout, const struct guard *guards, uint32_t count) {
    const struct guard *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct guard *guard = &guards[i];
        uint32_t signs = guard->first.signs;
        bool goes_on = last != NULL && last->is_led == guard->is_led && last->first.signs == signs &&
                       (signs == 0 || last->first.column == guard->first.column);
        if (!goes_on) {
            pad(layout);
        }
        if (signs == 0) {
            *VEC_PUSH(&layout->unguarded, layout->arena) = layout->entries.count;
        } else {
            count_in_run(layout, guard, !goes_on);
        }
        add_entry(layout, guard);
        last = guard;
    }
    pad(layout);
}

static void add_column(struct layout *layout, Ref index, uint64_t *seen) {
    const struct column *column = &layout->table->columns.at[index];
    if (bits_test(seen, index)) {
        return;
    }
    bits_set(seen, index);
    if (column->kind == COLUMN_SLOT) {
        *VEC_PUSH(&layout->columns, layout->arena) = index;
        *VEC_PUSH(&layout->slots, layout->arena) = column->slot;
        *VEC_PUSH(&layout->column_limits, layout->arena) = column->limit;
    } else {
        *VEC_PUSH(&layout->others, layout->arena) = index;
    }
}

static void find_columns(struct layout *layout) {
    uint64_t *seen = memory_alloc(sizeof *seen * (bits_words(layout->table->columns.count) + 1));
    for (uint32_t i = 0; i < layout->runs.count; i++) {
        add_column(layout, layout->runs.at[i].column, seen);
    }
    for (uint32_t i = 0; i < layout->seconds.count; i++) {
        const struct second *second = &layout->seconds.at[i];
        if (second->signs != 0 && second->signs != SIGNS_ALL) {
            add_column(layout, second->column, seen);
        }
    }
    free(seen);
}

// The constants of the guards for each binding. Bindings often agree on all of a plan's; then they share a row.
static const double *const *make_limits(const struct layout *layout) {
    const struct expr_table *table = layout->table;
    size_t size = sizeof(double) * layout->limits.count;
    const double **rows = ARENA_ARRAY(layout->arena, const double *, table->binding_count);
    for (uint32_t b = 0; b < table->binding_count; b++) {
        double *row = ARENA_ARRAY(layout->arena, double, layout->limits.count);
        for (uint32_t i = 0; i < layout->limits.count; i++) {
            Ref limit = layout->limits.at[i];
            row[i] = limit == TABLE_NO_REF ? NAN : table->bindings[b][limit & ~TABLE_CONSTANT];
        }
        rows[b] = b > 0 && memcmp(row, rows[b - 1], size) == 0 ? rows[b - 1] : row;
    }
    return rows;
}

const struct table_plan *expr_table_plan(const struct expr_table *table, const uint32_t *rules, uint32_t rule_count,
                                         struct arena *arena) {
    INVARIANT(table->finished && rule_count <= table->rules.count);
    struct guard *guards = memory_alloc(sizeof *guards * (rule_count + 1));
    for (uint32_t i = 0; i < rule_count; i++) {
        guards[i] = choose_guard(table, &table->rules.at[rules[i]]);
        guards[i].position = i;
        guards[i].rule = rules[i];
    }
    choose_leads(table, guards, rule_count);
    for (uint32_t i = 0; i < rule_count; i++) {
        lead_by(table, &guards[i]);
    }
    qsort(guards, rule_count, sizeof *guards, compare_guards);
    struct layout layout = {.table = table, .arena = arena};
    lay_out(&layout, guards, rule_count);
    free(guards);
    find_columns(&layout);
    VEC_PUSH(&layout.tests, arena); // so that entries without tests have a place to point at
    uint8_t *always = ARENA_ARRAY(arena, uint8_t, layout.entries.count / TABLE_LANES + 1);
    for (uint32_t i = 0; i < layout.unguarded.count; i++) {
        uint32_t entry = layout.unguarded.at[i];
        always[entry / TABLE_LANES] |= (uint8_t)(1u << entry % TABLE_LANES);
    }
    struct table_plan *plan = ARENA_NEW(arena, struct table_plan);
    *plan = (struct table_plan){
        .table = table,
        .rule_count = rule_count,
        .entries = layout.entries.at,
        .entry_count = layout.entries.count,
        .tests = layout.tests.at,
        .runs = layout.runs.at,
        .run_count = layout.runs.count,
        .first_led = layout.led_runs.count > 0 ? layout.led_runs.at[0].first : layout.entries.count,
        .led_runs = layout.led_runs.at,
        .led_run_count = layout.led_runs.count,
        .seconds = layout.seconds.at,
        .columns = layout.columns.at,
        .slots = layout.slots.at,
        .column_limits = layout.column_limits.at,
        .column_count = layout.columns.count,
        .other_columns = layout.others.at,
        .other_count = layout.others.count,
        .limits = make_limits(&layout),
        .always = always,
    };
    return plan;
}
