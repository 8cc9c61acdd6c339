#pragma once
// What the files that compile a catalogue share; catalogue.h tells the idea.

#include "monitoring/models/catalogue.h"

// A diagnostic that names one text: format has exactly one "%.*s".
struct diag *catalogue_fail(struct catalogue *catalogue, const char *code, Place place, const char *format, Slice text);
// "did you mean ...?" from the names of a map.
void catalogue_suggest(struct catalogue *catalogue, struct diag *diag, const struct map *names, Slice text);
// Things that begin with their name, in an array: actions, segments, guards, parameters.
typedef struct NamedThings {
    const void *at;
    size_t size; // of one
    uint32_t count;
} NamedThings;
#define NAMED_THINGS(vec) ((NamedThings){(vec).at, sizeof *(vec).at, (vec).count})
// The number of a name among them, or SCHEMA_NONE.
uint32_t catalogue_find(NamedThings things, Slice name);
// The same; what is not there is told with the nearest that is. `format` has one "%.*s".
uint32_t catalogue_require(struct catalogue *catalogue, const char *code, Place place, const char *format, NamedThings things,
                           Slice name);
// The channel's number, which is its bit in sets, or SCHEMA_NONE after telling so.
uint32_t catalogue_require_channel(struct catalogue *catalogue, const char *code, Place place, Slice id);
#define NO_CHANNEL (CHANNELS_MAX - 1)

// pack.c, policy.c, model.c: one part each, in this order.
void catalogue_read_pack(struct catalogue *catalogue, const struct yaml_node *root);
void catalogue_read_policy(struct catalogue *catalogue, const struct yaml_node *root); // NULL: no policy.yaml
void catalogue_read_model(struct catalogue *catalogue, const struct yaml_node *root);
// Of statuses.yaml, which goes before what the models' files say; NULL: the pack has none.
void catalogue_read_statuses(struct catalogue *catalogue, const struct yaml_node *root);
// regulation.c: the law's numbers, before the models; NULL: the pack has none.
void catalogue_read_regulation(struct catalogue *catalogue, const struct yaml_node *root);
// batch.c: the subjects of the nightly run, with features known; NULL: the pack has none.
void catalogue_read_batch(struct catalogue *catalogue, const struct yaml_node *root);
// skeleton.c: a model's condition without its numbers, and without the windows of its features where `windows` is false.
Slice catalogue_skeleton(const struct catalogue *catalogue, const struct model *model, bool windows, struct arena *arena);
// lists.c: inList() and the check that its lists exist.
extern const struct expr_function catalogue_in_list;
void catalogue_check_lists(void *catalogue, const struct yaml_node *source, const struct expr *expr);
// bindings.c: the table, its bindings and the plans by event type.
void catalogue_bind(struct catalogue *catalogue);
// fetch.c: the plan's tables and fields that are worth fetching ahead; its models are known.
void catalogue_find_fetched(struct catalogue *catalogue, uint32_t type, struct type_plan *plan);
