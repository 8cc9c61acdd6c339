#pragma once
// Table: hundreds of expressions evaluated together for one event, at a cost that hardly grows with their number.
//
// All expressions are pulled apart into columns and atoms that they share:
//
//   column   one number: a variable, an arithmetic expression over columns, the answer of a host function. Money
//            is a column of minor units, a bool 0 or 1, an enumeration value its number, a missing value NaN.
//            A text becomes the number of the constant it equals among those that expressions compare it with.
//   atom     one yes or no: column < column, column == constant, "bit 3 is in the set", "is present"; every
//            other condition of the language becomes a column that the evaluator answers.
//   rule     a boolean expression as a truth table over at most six atoms, or a formula over atoms.
//
// Constants are kept apart from columns, because a rule's parameters may have different values for different
// segments and channels: a binding is one such set of values, chosen per event, at no cost.
//
// An event is evaluated in two stages. First come the atoms over what is at hand. A rule that cannot hold any
// more, whatever its other atoms say, is out; this is its gate. Then the host is asked to make what the remaining
// rules need (features, in groups), and these are decided. What no remaining rule reads is never computed.
//
//     struct expr_table *table = expr_table_create(&arena, slots, slot_count, group_count);
//     uint32_t rule = expr_table_add_rule(table, expr);
//     expr_table_finish(table, bindings, binding_count);
//     const struct table_plan *plan = expr_table_plan(table, rules, rule_count, &arena);
//     struct table_run *run = expr_table_run_create(table);                     // one per worker
//     expr_table_begin(run, &host, binding);                                    // one per event
//     uint32_t hit_count = expr_table_evaluate(run, plan, candidates, hits);
//
// The result is that of expr_evaluate() in the dialect EXPR_RULES for every rule; table_random_test.c checks this
// on random rules and events. What doubles cannot tell (errors, integers beyond 2^53, infinities) is noticed, and
// the rules that read it go to the evaluator for this event.
//
// Measured on the rules and events of bench/peers: see its README.

#include "expr/node.h"

// What the table has to know of the variables, by slot.
struct table_slot {
    bool exists;
    bool parameter;                 // constant, by binding
    bool later;                     // dear: only asked for after the gates, once its group was needed
    uint32_t group;                 // what the host is asked to make for it; TABLE_NO_GROUP: nothing
    const struct type *type;        // BOOL, INT, DOUBLE, MONEY, STRING or list(string)
    const struct expr_choices *choices;
    const struct expr *definition;  // the variable is a name for this expression
};

#define TABLE_NO_GROUP UINT32_MAX

struct expr_table;
struct table_plan;
struct table_run;

// Where an event's values come from.
struct table_host {
    void *context;
    // The value of a slot as a column; NaN when missing. Not asked for texts.
    double (*number)(void *context, uint32_t slot);
    // The text of a slot; false when missing.
    bool (*text)(void *context, uint32_t slot, Slice *ret_text);
    // The groups of which slots may be asked for from here on. The host makes them now, or each when it is first asked.
    void (*need)(void *context, const uint64_t *groups, size_t word_count);
    // For what is left to the evaluator.
    struct expr_input input;
};

struct expr_table *expr_table_create(struct arena *arena, const struct table_slot *slots, uint32_t slot_count,
                                     uint32_t group_count);
// The number of a rule (bool) or of a column (number or bool), in the order they were added. The expressions must
// have been compiled in the dialect EXPR_RULES and outlive the table.
uint32_t expr_table_add_rule(struct expr_table *table, const struct expr *expr);
uint32_t expr_table_add_column(struct expr_table *table, const struct expr *expr);
// Ends the building. Each binding is an array of parameter values by slot.
void expr_table_finish(struct expr_table *table, const double *const *bindings, uint32_t binding_count);

// A selection of rules that are evaluated together, such as all that watch one type of event.
const struct table_plan *expr_table_plan(const struct expr_table *table, const uint32_t *rules, uint32_t rule_count,
                                         struct arena *arena);

struct table_run *expr_table_run_create(const struct expr_table *table);
void expr_table_run_destroy(struct table_run *run);
// Without the processor's vectors, for tests: the answers are the same.
void expr_table_run_set_plain(struct table_run *run);
// Starts an event; everything remembered of the last one is void.
void expr_table_begin(struct table_run *run, const struct table_host *host, uint32_t binding);
// Chooses another binding for the same event. Only rules and columns without parameters may have been asked before.
void expr_table_rebind(struct table_run *run, uint32_t binding);
// Writes the rules of the plan that hold, as positions in the plan's list, ascending. `candidates`, when not NULL, is a
// set over those positions: the others are not looked at. Gives their number.
uint32_t expr_table_evaluate(struct table_run *run, const struct table_plan *plan, const uint64_t *candidates,
                             uint32_t *hits);
// What the rules of one evaluation cost each, for who wants to know; it changes no answer. A rule has a part here when it was looked at on its own: by the tests at hand,
// and once more when it survived these. Those that the first pass has put out, all together, have none. What a rule reads first, and others after it, is its own cost; what
// the host does meanwhile for more than one rule it may take off by `aside_ns`.
struct table_time {
    uint32_t position; // in the plan's list
    uint64_t ns;
};
struct table_times {
    uint64_t (*now_ns)(void);
    uint64_t reading_ns;   // what asking it costs: taken off
    struct table_time *at; // twice the rules of the table is enough; what has no room is left out
    uint32_t count, most;
    uint64_t aside_ns;
};
// Of the evaluations from here on; NULL ends it.
void expr_table_run_time(struct table_run *run, struct table_times *times);
// Groups that must be there before any rule or column of the set can be asked; ORed into `groups`.
void expr_table_rule_groups(const struct expr_table *table, uint32_t rule, uint64_t *groups);
void expr_table_column_groups(const struct expr_table *table, uint32_t column, uint64_t *groups);
// One rule or column alone, with everything it needs at hand.
bool expr_table_rule(struct table_run *run, uint32_t rule);
double expr_table_column(struct table_run *run, uint32_t column);

struct table_counts {
    uint32_t rules, atoms, columns, constants, programs, generic_columns, truth_tables;
};
struct table_counts expr_table_counts(const struct expr_table *table);
// How a rule was understood: its atoms, in words, and how they combine.
void expr_table_explain(const struct expr_table *table, uint32_t rule, struct buf *out);
