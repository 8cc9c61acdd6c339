#pragma once
// Vocabulary: every name that the expressions of a pack may use, and what each stands for.
//
// A name has one number, its slot, by which an expression asks for its value. Fields of the event, filters and
// features are put in by this module, columns of tables by the loader of packs, parameters by each model.

#include "base/vec.h"
#include "expr/table.h"
#include "monitoring/stream/schema.h"

typedef enum NameKind {
    NAME_FIELD,     // event.x: index of the field
    NAME_FILTER,    // is.x: index of the filter
    NAME_FEATURE,   // f.x: index of the feature
    NAME_CELL,      // prof.t.x, g.x, ml.x: `table` and index of the column
    NAME_PARAMETER, // p.x of one model
    NAME_DECISION,  // d.x: index in the list of what policies may read
    NAME_DAY_TERM,  // day.x: index of the term
} NameKind;

struct name {
    Slice text;
    NameKind kind;
    uint32_t index;
    uint32_t table;
    Evidence evidence;
    bool read; // by anything; for what `check` calls unused
};

struct vocabulary {
    struct arena *arena;
    struct expr_env *env;
    VEC(struct table_slot) slots;
    VEC(struct name) names; // by slot
    // Called for each expression that was compiled, to check what only the pack knows (names of lists).
    void (*check)(void *context, const struct yaml_node *source, const struct expr *expr);
    void *check_context;
};

void vocabulary_init(struct vocabulary *vocabulary, struct arena *arena);
// The slot of a new name; SCHEMA_NONE when the name is taken.
uint32_t vocabulary_add(struct vocabulary *vocabulary, const struct name *name, const struct type *type,
                        const struct expr_choices *choices);
// The same for a name that only one expression's environment knows (parameters of a model, terms of a day).
uint32_t vocabulary_add_to(struct vocabulary *vocabulary, struct expr_env *env, const struct name *name,
                           const struct type *type);
// Puts in event.x for every field of a schema. The first slot is that of field 0, and so on.
void vocabulary_add_schema(struct vocabulary *vocabulary, const struct schema *schema);
// Compiles the expression in a YAML scalar; a bool is demanded where `boolean`. NULL: diagnostics say why.
const struct expr *vocabulary_compile(struct vocabulary *vocabulary, const struct expr_env *env,
                                      const struct yaml_node *node, bool boolean, struct diag_list *diags);
