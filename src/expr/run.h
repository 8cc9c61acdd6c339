#pragma once
// Run: one evaluation: where values come from, the frame of locals, and what may still be spent.
// All memory is taken from the caller's scratch arena through run_alloc(), which counts it.

#include "base/buf.h"
#include "expr/env.h"
#include "expr/pattern.h"

enum { RUN_COMPARES_MAX = 10000000 }; // of values with values, in one evaluation

struct evaluation {
    const struct expr_env *env;
    const struct expr_input *input;
    struct arena *scratch;
    struct value *frame; // the locals, by node_local.index
    uint32_t steps_left;
    uint32_t compares_left;
    size_t bytes_left;
    bool is_rules;
};

// An error value of a fixed text.
static inline struct value run_error(const char *text) {
    return value_error(slice_of(text));
}
static inline struct value run_range_error(void) {
    return run_error("range error");
}
__attribute__((format(printf, 2, 3))) struct value run_error_format(struct evaluation *run,
                                                                    const char *format, ...);
struct value run_no_overload(struct evaluation *run, Slice name, const struct value *arguments,
                             uint32_t count);

// Memory that is not zeroed; NULL past EXPR_BYTES_MAX, then return run_too_much().
void *run_alloc(struct evaluation *run, size_t size);
struct value run_too_much(void);
// Room for `count` values; NULL past the limit.
struct value *run_items(struct evaluation *run, uint32_t count);
struct value run_list(struct evaluation *run, const struct value *items, uint32_t count);
struct value run_map(struct evaluation *run, const struct value *keys, const struct value *values,
                     uint32_t count);
struct value run_optional(struct evaluation *run, struct value inner);
struct value run_none(void);
// A copy of the text as a value of a kind that holds one.
struct value run_text(struct evaluation *run, ValueKind kind, Slice text);

// A step of a comprehension, or of a walk through a long list or text. False when there are none left; then
// run_too_long() is due.
static inline bool run_take_step(struct evaluation *run) {
    bool is_left = run->steps_left > 0;
    run->steps_left -= is_left;
    return is_left;
}

bool run_equal(struct evaluation *run, const struct value *left, const struct value *right);
// False when the comparisons are used up; then an error is due.
static inline bool run_may_compare(const struct evaluation *run) {
    return run->compares_left > 0;
}
struct value run_too_long(void);

// The field or element of a map or list. When it is absent, or cannot be looked up, `ret_value` is the
// error to say so.
typedef enum LookUp { LOOKUP_FOUND, LOOKUP_ABSENT, LOOKUP_ERROR } LookUp;
LookUp run_look_up(struct evaluation *run, const struct value *holder, const struct value *key,
                   struct value *ret_value);
// The same of what may be absent, as an optional value or an error.
struct value run_look_up_optional(struct evaluation *run, const struct value *holder,
                                  const struct value *key);

struct value run_match(struct evaluation *run, const struct pattern *pattern, Slice text);

struct value evaluate_node(struct evaluation *run, const struct node *node);
// A bool or an error. In rules a missing value is false.
struct value evaluate_bool(struct evaluation *run, const struct node *node);
struct value evaluate_comprehension(struct evaluation *run, const struct node *node);
// The list in the order of `keys`, one for each item; equal ones keep their order.
struct value run_sort(struct evaluation *run, const struct value_list *list,
                      const struct value *keys);
