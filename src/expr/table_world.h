#pragma once
// A world for the tests of the predicate table: variables of every kind, three bindings of their parameters,
// rules, and events that come by chance; the same seed gives the same world with every compiler.
//
// For every event and rule the table's answer must be that of expr_evaluate(). The host watches what is asked of
// it: no later slot before its group was made, no group that no open rule reads.
//
//     struct world world;
//     world_create(&world, seed);
//     world.rules[world.rule_count++] = world_compile(&world, SLICE("e.i0 > 1 && f.b0"), true);
//     CHECK(world_check(&world, 1000));
//     world_destroy(&world);

#include "base/random.h"
#include "expr/table.h"

enum {
    WORLD_VARIABLES = 31,
    WORLD_SLOTS = 64, // variables, and definitions that a test adds
    WORLD_GROUPS = 70,
    WORLD_RULES = 40,
    WORLD_BINDINGS = 3,
    WORLD_COLUMNS = 6,
    WORLD_CHOICES = 128,
};

struct world_variable {
    const char *name;
    TypeKind kind;
    bool is_parameter;
    bool is_later;
    uint32_t choices; // how many, 0 for none
};

extern const struct world_variable world_variables[WORLD_VARIABLES];

struct cell {
    bool has;
    double number; // and the place of a choice, and the set of a list
    Slice text;
};

struct world {
    struct arena arena;
    struct arena scratch;
    struct random random;
    uint32_t bound; // locals in scope while an expression is written
    struct expr_env *env;
    struct table_slot slots[WORLD_SLOTS];
    uint32_t slot_count;
    Slice choices[WORLD_CHOICES];
    struct expr_choices enums[WORLD_VARIABLES];
    double parameters[WORLD_BINDINGS][WORLD_SLOTS];
    uint32_t binding;
    struct cell cells[WORLD_SLOTS];
    uint64_t made[(WORLD_GROUPS + 63) / 64];
    bool is_watching; // the table is asking, not the oracle
    bool is_wild;     // numbers no bank has seen are about
    const char *complaint;
    uint32_t needs;
    const struct expr *rules[WORLD_RULES];
    uint32_t rule_count;
    const struct expr *columns[WORLD_COLUMNS];
    uint32_t column_count;
    struct expr_table *table;
    uint64_t pairs_checked; // rules on events
    uint64_t hits;
};

void world_create(struct world *world, uint64_t seed);
void world_destroy(struct world *world);
// 0 to `sides` - 1.
uint32_t world_roll(struct world *world, uint32_t sides);
// NULL when the text does not compile; with `must` the reason is printed.
const struct expr *world_compile(struct world *world, Slice text, bool must);
// The table of the world's rules and columns.
void world_build_table(struct world *world);
// The world as the table's host.
struct table_host world_host(struct world *world);
// Builds the table and puts events to it: false at the first answer that is not the evaluator's.
bool world_check(struct world *world, uint32_t event_count);
