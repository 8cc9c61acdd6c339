#pragma once
// What the files that compile a catalogue share; catalogue.h tells the idea.

#include "monitoring/models/catalogue.h"

// A diagnostic that names one text: format has exactly one "%.*s".
struct diag *catalogue_fail(struct catalogue *catalogue, const char *code, Place place, const char *format, Slice text);
// "did you mean ...?" from the names of a map.
void catalogue_suggest(struct catalogue *catalogue, struct diag *diag, const struct map *names, Slice text);
// The same from an array of things that begin with their name: actions, segments, guards, parameters.
void catalogue_suggest_among(struct catalogue *catalogue, struct diag *diag, const void *things, size_t thing_size,
                             uint32_t count, Slice text);
uint32_t catalogue_find_action(const struct policy *policy, Slice id);
uint32_t catalogue_find_task(const struct policy *policy, Slice id);
// The number of what a text names, or SCHEMA_NONE after telling so under `code`. A channel's number is its bit in sets.
uint32_t catalogue_require_action(struct catalogue *catalogue, const char *code, Place place, Slice id);
uint32_t catalogue_require_task(struct catalogue *catalogue, const char *code, Place place, Slice id);
uint32_t catalogue_require_segment(struct catalogue *catalogue, const char *code, Place place, Slice id);
uint32_t catalogue_require_channel(struct catalogue *catalogue, const char *code, Place place, Slice id);
#define NO_CHANNEL (CHANNELS_MAX - 1)

// pack.c, policy.c, model.c: one part each, in this order.
void catalogue_read_pack(struct catalogue *catalogue, const struct yaml_node *root);
void catalogue_read_policy(struct catalogue *catalogue, const struct yaml_node *root); // NULL: no policy.yaml
void catalogue_read_model(struct catalogue *catalogue, const struct yaml_node *root);
// lists.c: inList() and the check that its lists exist.
extern const struct expr_function catalogue_in_list;
void catalogue_check_lists(void *catalogue, const struct yaml_node *source, const struct expr *expr);
// bindings.c: the table, its bindings and the plans by event type.
void catalogue_bind(struct catalogue *catalogue);
