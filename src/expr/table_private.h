#pragma once
// What the files of the predicate table share; table.h tells the idea.

#include "base/bits.h"
#include "base/hash.h"
#include "base/vec.h"
#include "expr/table.h"

#include <math.h>

// A reference to a column, or, with TABLE_CONSTANT set, to a constant of the binding.
typedef uint32_t Ref;
#define TABLE_CONSTANT UINT32_C(0x80000000)
#define TABLE_NO_REF UINT32_MAX

enum { TABLE_TRUTH_ATOMS = 6 };

// Steps over other columns: X(NAME, operands)
#define STEPS(X)                                                                                   \
    X(ADD, 2)                                                                                      \
    X(SUBTRACT, 2)                                                                                 \
    X(MULTIPLY, 2)                                                                                 \
    X(DIVIDE, 2)                                                                                   \
    X(REMAINDER, 2)                                                                                \
    X(NEGATE, 1)                                                                                   \
    X(LEAST, 2)                                                                                    \
    X(GREATEST, 2)                                                                                 \
    X(ABSOLUTE, 1)                                                                                 \
    X(CEIL, 1)                                                                                     \
    X(FLOOR, 1)                                                                                    \
    X(ROUND, 1)                                                                                    \
    X(TRUNC, 1)                                                                                    \
    X(TO_MINOR, 1)                                                                                 \
    X(TO_MAJOR, 1)                                                                                 \
    X(SELECT, 3)

typedef enum StepKind {
#define X(name, operands) STEP_##name,
    STEPS(X)
#undef X
} StepKind;

enum { STEP_OPERANDS_MAX = 3 };

struct step {
    StepKind kind;
    uint32_t count;
    Ref operands[STEP_OPERANDS_MAX];
};

typedef enum ColumnKind {
    COLUMN_SLOT,      // a number variable
    COLUMN_TEXT,      // a text variable: the number of the constant it equals, -1 for none of them
    COLUMN_TEXT_PAIR, // 1 where two text variables are equal, 0 where they differ
    COLUMN_STEP,      // arithmetic over columns
    COLUMN_TERM,      // 1 where a condition holds, else 0
    COLUMN_HOST,      // a host function of literals and variables
    COLUMN_GENERIC,   // anything else: the evaluator is asked
} ColumnKind;

struct column {
    ColumnKind kind;
    bool later;
    uint32_t slot;
    uint32_t other_slot; // TEXT_PAIR
    struct map *texts;   // TEXT: its constants,
    VEC(Slice) few;      // and the same in the order of their numbers
    struct step step;
    const struct term *term;
    const struct expr *expr; // HOST, GENERIC
    const struct node *node;
    double limit; // past it, either way, a value is unsure
    uint64_t *groups;
};

typedef enum ConstantKind { CONSTANT_LITERAL, CONSTANT_PARAMETER, CONSTANT_STEP } ConstantKind;

// Worked out once per binding. A step finds its operands before it.
struct constant {
    ConstantKind kind;
    double literal;
    uint32_t slot; // PARAMETER
    struct step step;
    double limit;
};

// How two numbers stand to each other: exactly one of these. A missing value is UNORDERED to all.
enum { SIGN_LESS = 1, SIGN_EQUAL = 2, SIGN_GREATER = 4, SIGN_UNORDERED = 8, SIGNS_ALL = 15 };

typedef enum AtomKind {
    ATOM_SIGNS,   // how `left` stands to `right` is among `signs`
    ATOM_IN_MASK, // bit `left` of the mask is set
    ATOM_HAS_BIT, // the set `left` and the mask have a bit in common
} AtomKind;

struct atom {
    AtomKind kind;
    uint32_t signs;
    Ref left;  // a column, if there is one
    Ref right; // TABLE_NO_REF for masks
    uint64_t mask;
    bool later;
};

typedef enum TermKind {
    TERM_ATOM,
    TERM_AND,
    TERM_OR,
    TERM_NOT,
    TERM_SAME,   // both hold or neither does
    TERM_SELECT, // the second where the first holds, else the third
    TERM_TRUE,
    TERM_FALSE,
} TermKind;

// A boolean formula over atoms, as it is built; rules keep it for explanations and where they are long.
struct term {
    TermKind kind;
    uint32_t atom;
    struct term *const *parts;
    uint32_t count;
};

// All that a rule or an output reads, directly or not.
struct reads {
    VEC(uint32_t) columns, constants;
    bool is_left; // to the evaluator, always: a constant is unsure
};

struct rule {
    const struct expr *expr;
    const struct term *term;
    const uint32_t *atoms; // those at hand first; the ones that fail most often before others
    uint32_t atom_count;
    uint32_t now_count;
    bool is_table;
    uint64_t truth; // bit i: value when atom k is bit k of i
    const struct term *gate_term; // for long ones: a condition that must hold, over atoms at hand; NULL: none
    struct reads reads;
    uint64_t *groups;
};

struct output {
    Ref ref;
    const struct expr *expr;
    struct reads reads;
};

struct expr_table {
    struct arena *arena;
    const struct table_slot *slots;
    uint32_t slot_count;
    size_t group_words;
    VEC(struct column) columns;
    VEC(struct constant) constants;
    VEC(struct atom) atoms;
    VEC(struct rule) rules;
    VEC(struct output) outputs; // by number of expr_table_add_column()
    const struct term **defined_terms; // by slot of a definition, once it was read: as a condition,
    Ref *defined_refs;                 // or as a number, plus one
    struct map by_key; // columns, constants and atoms by their serialized form
    double *const *bindings; // constants by binding
    uint32_t binding_count;
    const struct expr *current; // the expression being added
    bool finished;
};

// Lowering (table_columns.c): the column of a node in minor units where `as_money`, else as it is.
Ref table_lower_number(struct expr_table *table, const struct node *node, bool as_money);
Ref table_constant(struct expr_table *table, double value);
// A parameter is a constant.
Ref table_slot_column(struct expr_table *table, uint32_t slot);
Ref table_text_pair_column(struct expr_table *table, uint32_t left, uint32_t right);
Ref table_term_column(struct expr_table *table, const struct term *term);
Ref table_generic_column(struct expr_table *table, const struct node *node);
// The number by which a text column knows a constant.
double table_text_number(struct expr_table *table, Ref column, Slice text);
void table_add_groups(const struct expr_table *table, Ref ref, uint64_t *groups);

// Lowering (table_rules.c).
const struct term *table_lower_term(struct expr_table *table, const struct node *node);

static inline bool table_is_constant(Ref ref) {
    return (ref & TABLE_CONSTANT) != 0;
}

// The value of a step (table_columns.c).
double table_step(StepKind kind, const double operands[STEP_OPERANDS_MAX]);

static inline uint32_t signs_between(double left, double right) {
    uint32_t signs = (uint32_t)(left < right) | (uint32_t)(left == right) << 1 | (uint32_t)(left > right) << 2;
    return signs | (uint32_t)(signs == 0) << 3;
}

static inline bool in_mask(double number, uint64_t mask) {
    return number >= 0 && number < 64 && (mask >> (uint32_t)number & 1) != 0;
}

static inline bool has_bit(double set, uint64_t mask) {
    return set > 0 && ((uint64_t)set & mask) != 0;
}

static inline bool atom_of(AtomKind kind, uint32_t signs, uint64_t mask, double left, double right) {
    if (kind == ATOM_SIGNS) {
        return (signs_between(left, right) & signs) != 0;
    }
    return kind == ATOM_IN_MASK ? in_mask(left, mask) : has_bit(left, mask);
}

// The bits of a truth table where atom k holds.
static inline uint64_t truth_half(uint32_t k) {
    static const uint64_t halves[TABLE_TRUTH_ATOMS] = {0xaaaaaaaaaaaaaaaau, 0xccccccccccccccccu, 0xf0f0f0f0f0f0f0f0u,
                                                       0xff00ff00ff00ff00u, 0xffff0000ffff0000u, 0xffffffff00000000u};
    return halves[k];
}

// ---- plans (table_plan.c) ---------------------------------------------------------------------------------

// An atom as a rule of a plan asks it: a copy, so that what is read together lies together.
struct test {
    Ref left;
    uint32_t signs : 8;
    uint32_t kind : 8;
    uint32_t position : 8; // of its atom in the rule
    union {
        Ref right;
        uint64_t mask;
    };
};

// A rule of a plan. Its tests are those of its atoms that are not its guard or second, in the rule's order; a long rule
// has none.
struct entry {
    uint64_t truth; // what is left of it once guard and second hold
    uint32_t first_test;
    uint8_t now_count;
    uint8_t test_count;
    bool is_long;
    bool is_left;  // to the evaluator
    bool is_led;   // its lead is compared in a pass
    uint32_t rule;
    uint32_t position; // in the list of the plan's maker
    // What its first test that is not at hand reads; of a long rule, all that it reads: one group, or TABLE_NO_GROUP and a set.
    uint32_t group;
    const uint64_t *groups; // NULL: nothing besides
};

// Neighbouring entries whose guard asks how one column stands to a constant. Padded to eight entries: a padding entry
// has no position.
struct guard_run {
    uint32_t signs;
    Ref column;
    uint32_t first; // entry, a multiple of eight
    uint32_t count;
};

// What else must hold for an entry: how a column stands to a constant. All signs: nothing.
struct second {
    Ref column;
    Ref limit;
    uint32_t signs;
};

struct table_plan {
    const struct expr_table *table;
    uint32_t rule_count;
    const struct entry *entries;
    uint32_t entry_count; // a multiple of eight
    uint32_t first_led;   // entries from here on are led by what is not at hand; a multiple of eight
    const struct test *tests;
    const struct guard_run *runs;
    uint32_t run_count;
    const struct guard_run *led_runs; // by what is not at hand
    uint32_t led_run_count;
    const struct second *seconds; // by entry
    const uint32_t *columns;      // what guards and seconds read: variables, and
    const uint32_t *slots;        // their slots
    const double *column_limits;  // and limits;
    uint32_t column_count;
    const uint32_t *other_columns; // texts and arithmetic
    uint32_t other_count;
    const double *const *limits; // by binding: the constant of each entry's guard
    const uint8_t *always;       // a bit for each entry: it has no guard and is always looked at
};

// ---- passes over guards (table_pass.c) ---------------------------------------------------------------------

enum { TABLE_LANES = 8 };

// Writes a bit for each guard of the runs: whether values[column] stands to its limit as asked.
typedef void (*PassRuns)(const double *values, const double *limits, const struct guard_run *runs, uint32_t count,
                         uint8_t *looked);

// By signs, those with SIGN_UNORDERED left out.
const PassRuns *table_passes(bool plain);

static inline size_t guard_bytes(const struct guard_run *guards) {
    return (guards->count + TABLE_LANES - 1) / TABLE_LANES;
}
