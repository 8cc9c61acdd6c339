#pragma once
// Expr: the expression language of models, features and policies: CEL, the Common Expression Language
// (https://cel.dev, specification at github.com/google/cel-spec), with its string, math, network, optional,
// encoder, list/bindings ("cel.bind", "cel.block") and two-variable-comprehension extensions.
//
// The life of an expression:
//
//     text --parse--> tree --check against an environment--> typed tree --evaluate with an input--> value
//
//     struct expr_env *env = expr_env_create(&arena, EXPR_STANDARD);
//     expr_env_add_variable(env, &(struct expr_variable){.name = SLICE("event.amount"), .type = TYPE(INT), .slot = 3});
//     const struct expr *expr = expr_compile(env, &source, text, &diags);    // NULL: see diags
//     struct value value;
//     Status status = expr_evaluate(expr, &input, &scratch, &value);
//
// Two dialects share everything:
//   EXPR_STANDARD  the specification's own rules; this is what the conformance suite runs.
//   EXPR_RULES     what bank rules are written in; it differs in four stated ways:
//     1. Missing. A variable may have no value. Reading it makes the comparison (== != < <= > >= in) that
//        reads it false; arithmetic and functions hand the absence on; a missing bool is false, a missing
//        list is empty. has(event.x) tells a missing value apart. `?:`, && and || see false.
//     2. Money. A type of its own: exact minor units. It compares and adds with money and with plain
//        numbers, which are then major units (event.amount >= 50000 means 50,000 yuan). money / money is a
//        number, money * number is money, money % number is the rest in major units.
//     3. Numbers. int and double mix in arithmetic: the result is a double unless both are ints. int / int
//        is the exact quotient as a double. A division by zero gives a missing value.
//     4. Choices. A string variable may be restricted to an enumeration; comparing it with a literal
//        outside of it is an error when the expression is compiled, with a suggestion.
//
// Environment, types and compiled expressions are immutable after they are made and may be shared between
// threads; evaluation writes only into the caller's scratch arena. Limits: nesting 250 levels, text 100,000
// bytes, and of one evaluation 1,000,000 steps, 10,000,000 comparisons and 64 MiB; past them there is a clear
// error, never a crash.

#include "base/diag.h"
#include "base/map.h"
#include "expr/type.h"
#include "expr/value.h"

typedef enum ExprDialect { EXPR_STANDARD, EXPR_RULES } ExprDialect;

// The values a text variable may take, in the order of their numbers.
struct expr_choices {
    Slice name; // what the enumeration is called in messages
    const Slice *values;
    uint32_t count;
};

// Something that has a name in expressions. Names may be qualified ("event.amount"); the longest declared
// name wins, as the specification says.
struct expr_variable {
    Slice name;
    const struct type *type;
    const struct expr_choices *choices; // NULL: any value
    uint32_t slot;                      // the number by which the input is asked for its value
};

// A function the host adds, such as inList(string, dyn) -> bool. It must be pure for one event.
// `call` gives STATUS_OK and a value, or STATUS_NOT_FOUND for a missing value (EXPR_RULES only).
struct expr_function {
    Slice name;
    const struct type *result;
    const struct type *arguments[4];
    uint32_t argument_count;
    uint32_t id;    // the host's own number for it
    bool is_member; // called as first.name(rest)
    Status (*call)(void *context, uint32_t id, const struct value *arguments, struct arena *scratch,
                   struct value *ret_value);
};

// Offset of a named zone (IANA) from UTC at a moment; for the standard's timestamp functions. Without one,
// only fixed offsets and UTC are known.
typedef bool (*ExprZone)(void *context, Slice zone, int64_t time_s, int64_t *ret_offset_s);

struct expr_env;
struct expr;

struct expr_env *expr_env_create(struct arena *arena, ExprDialect dialect);
// An environment that knows all of its parent's names and functions, and names of its own that others do not see. The
// parent must not change any more.
struct expr_env *expr_env_create_child(const struct expr_env *parent);
void expr_env_set_zones(struct expr_env *env, ExprZone zone, void *context);
// The container in which unqualified names are looked up first ("x.y"); empty by default.
void expr_env_set_container(struct expr_env *env, Slice container);
// False when the name is taken.
bool expr_env_add_variable(struct expr_env *env, const struct expr_variable *variable);
// Functions of one name may differ in their arguments; false when there is one with the same arguments.
bool expr_env_add_function(struct expr_env *env, const struct expr_function *function);
// Whether has(), all(), map() and the other macros are known; they are, unless told otherwise.
void expr_env_set_macros(struct expr_env *env, bool has_macros);
// What an author may call in the environment's dialect, operators left out: "startsWith" with "string.startsWith(string) -> bool", once for each way; macros too, with the shape of
// their arguments. For those who help to write.
void expr_env_functions(const struct expr_env *env, struct arena *arena, void *context, void (*take)(void *context, Slice name, Slice signature));
const struct expr_variable *expr_env_find(const struct expr_env *env, Slice name);

// Where the text of an expression stands in its file: an expression in a YAML block has lines that begin at
// a column of the file. `expr_text` gives, for the byte `i` of the text, the byte `map[i]` of the source.
struct expr_text {
    Slice text;
    const struct source *source;
    const uint32_t *byte_map; // NULL: the text lies in the source as it is, from byte_start on
    size_t byte_start;
};

// Parses and checks. On errors adds diagnostics (codes EX...) and gives NULL; all errors of the text are told.
const struct expr *expr_compile(const struct expr_env *env, const struct expr_text *text,
                                struct arena *arena, struct diag_list *diags);
// Parses without checking types: every variable is dyn, and unknown names are errors of the evaluation.
// Conformance tests that ask for it use this; nothing else should.
const struct expr *expr_parse_only(const struct expr_env *env, const struct expr_text *text,
                                   struct arena *arena, struct diag_list *diags);

const struct type *expr_type(const struct expr *expr);
const struct node *expr_root(const struct expr *expr); // expr/node.h
// The variables it reads, each once, in the order of their slots.
const struct expr_variable *const *expr_reads(const struct expr *expr, uint32_t *ret_count);

// Where an evaluation gets its values from. `read` gives false for a missing value.
struct expr_input {
    void *context;
    bool (*read)(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value);
};

// The same for a part of it that contains no local of an outer comprehension or binding.
Status expr_evaluate_node(const struct expr *expr, const struct node *node, const struct expr_input *input,
                          struct arena *scratch, struct value *ret_value);
// STATUS_OK with a value; STATUS_NOT_FOUND when the result is missing (EXPR_RULES only); STATUS_INVALID with
// a value of kind VALUE_ERROR that says why.
Status expr_evaluate(const struct expr *expr, const struct expr_input *input, struct arena *scratch,
                     struct value *ret_value);
