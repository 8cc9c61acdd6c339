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

enum { TABLE_STACK_MAX = 64, TABLE_TRUTH_ATOMS = 6 };

// Steps of column programs: X(NAME, operands taken from the stack)
#define STEPS(X)                                                                                   \
    X(LOAD, 0)                                                                                     \
    X(ADD, 2)                                                                                      \
    X(SUBTRACT, 2)                                                                                 \
    X(MULTIPLY, 2)                                                                                 \
    X(DIVIDE, 2)                                                                                   \
    X(REMAINDER, 2)                                                                                \
    X(NEGATE, 1)                                                                                   \
    X(LEAST, 2)                                                                                    \
    X(GREATEST, 2)                                                                                 \
    X(ABSOLUTE, 1)                                                                                 \
    X(TO_MINOR, 1)                                                                                 \
    X(TO_MAJOR, 1)                                                                                 \
    X(LESS, 2)                                                                                     \
    X(LESS_EQUAL, 2)                                                                               \
    X(EQUAL, 2)                                                                                    \
    X(NOT_EQUAL, 2)                                                                                \
    X(IN_MASK, 2)                                                                                  \
    X(PRESENT, 1)                                                                                  \
    X(TRUE, 1)                                                                                     \
    X(AND, 2)                                                                                      \
    X(OR, 2)                                                                                       \
    X(NOT, 1)                                                                                      \
    X(SELECT, 3)

typedef enum StepKind {
#define X(name, operands) STEP_##name,
    STEPS(X)
#undef X
} StepKind;

struct step {
    uint32_t kind;
    Ref ref; // LOAD
};

struct program {
    const struct step *steps;
    uint32_t count;
};

typedef enum ColumnKind {
    COLUMN_SLOT,    // a number variable
    COLUMN_TEXT,    // a text variable: the number of the constant it equals, -1 for none of them
    COLUMN_PROGRAM, // arithmetic over columns
    COLUMN_HOST,    // a host function of literals and variables
    COLUMN_GENERIC, // anything else: the evaluator is asked
} ColumnKind;

struct column {
    ColumnKind kind;
    bool later;
    uint32_t slot;
    struct map *texts; // TEXT
    struct program program;
    const struct expr *expr; // HOST, GENERIC
    const struct node *node;
    uint64_t *groups;
};

// A constant is a program over literals and parameters, evaluated once per binding.
struct constant {
    struct program program; // LOAD's ref is a slot here, or an index into `literals` with TABLE_CONSTANT
};

typedef enum AtomKind {
    ATOM_LESS,
    ATOM_LESS_EQUAL,
    ATOM_EQUAL,
    ATOM_NOT_EQUAL,
    ATOM_IN_MASK, // bit `left` of the mask
    ATOM_HAS_BIT, // bit `bit` of the set `left`
    ATOM_PRESENT,
    ATOM_TRUE,
} AtomKind;

struct atom {
    AtomKind kind;
    Ref left;
    Ref right;
    uint64_t mask; // IN_MASK; 1 << bit for HAS_BIT
    bool later;
};

typedef enum TermKind { TERM_ATOM, TERM_AND, TERM_OR, TERM_NOT, TERM_TRUE, TERM_FALSE } TermKind;

// A boolean formula over atoms, as it is built; rules keep it for explanations and programs.
struct term {
    TermKind kind;
    uint32_t atom;
    struct term *const *parts;
    uint32_t count;
};

struct rule {
    const struct expr *expr;
    const struct term *term;
    const uint32_t *atoms; // those at hand first
    uint32_t atom_count;
    uint32_t now_count;
    bool is_table;
    uint64_t truth; // bit i: value when atom k is bit k of i
    uint64_t gate;  // bit i over the atoms at hand: can still hold; for truth tables
    const struct term *gate_term; // for the others: a condition that must hold, over atoms at hand; NULL: none
    uint64_t *groups;
};

struct expr_table {
    struct arena *arena;
    const struct table_slot *slots;
    uint32_t slot_count;
    size_t group_words;
    VEC(struct column) columns;
    VEC(struct constant) constants;
    VEC(double) literals;
    VEC(struct atom) atoms;
    VEC(struct rule) rules;
    VEC(Ref) outputs; // by number of expr_table_add_column()
    struct map by_key; // columns, constants and atoms by their serialized form
    double *const *bindings; // constants by binding
    uint32_t binding_count;
    uint32_t max_depth; // of programs
    const struct expr *current; // the expression being added
    bool finished;
};

// Lowering (table_columns.c): the column of a node in minor units where `as_money`, else as it is.
Ref table_lower_number(struct expr_table *table, const struct node *node, bool as_money);
// The column that is 1 where the condition holds (a program or an answer of the evaluator).
Ref table_lower_condition(struct expr_table *table, const struct node *node);
Ref table_constant(struct expr_table *table, double value);
Ref table_slot_column(struct expr_table *table, uint32_t slot);
Ref table_generic_column(struct expr_table *table, const struct node *node);
// The number by which a text column knows a constant.
double table_text_number(struct expr_table *table, Ref column, Slice text);

// Lowering (table_rules.c).
const struct term *table_lower_term(struct expr_table *table, const struct node *node);
uint32_t table_atom(struct expr_table *table, struct atom atom);

static inline bool table_is_constant(Ref ref) {
    return (ref & TABLE_CONSTANT) != 0;
}

// The value of a program; `load` gives the value of a LOAD.
double table_program(const struct program *program, double (*load)(void *context, Ref ref), void *context);

static inline bool compare_step(uint32_t kind, double left, double right) {
    switch (kind) {
    case STEP_LESS:
        return left < right;
    case STEP_LESS_EQUAL:
        return left <= right;
    case STEP_EQUAL:
        return left == right;
    default:
        return left < right || left > right; // not `!=`: a missing value compares false
    }
}

static inline bool in_mask(double number, uint64_t mask) {
    return number >= 0 && number < 64 && (mask >> (uint32_t)number & 1) != 0;
}

static inline bool has_bit(double set, uint64_t mask) {
    return set > 0 && ((uint64_t)set & mask) != 0;
}
