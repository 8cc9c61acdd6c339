#pragma once
// What the files that load features share; features.h tells what they make.

#include "monitoring/stream/features.h"

// A windowed feature as written, before the columns of its store are laid out.
struct feature_draft {
    uint32_t feature;
    struct window_feature_spec spec; // filters, columns and terms are indices of filters and values here
    const struct yaml_node *days_when;
    Slice day_names[WINDOW_DAY_TERMS_MAX];
    const struct type *day_types[WINDOW_DAY_TERMS_MAX];
    bool located; // needs latitude and longitude
    Place place;
};

struct features_loader {
    struct arena *arena;
    struct diag_list *diags;
    const struct schema *schema;
    struct vocabulary *vocabulary;
    struct feature_plan *plan;
    const struct yaml_node *const *files;
    uint32_t file_count;
    struct map stores, entities, values;
    VEC(const struct yaml_node *) filter_nodes;  // by filter
    VEC(const struct yaml_node *) entity_nodes;  // by entity
    struct map shorthand;                        // token: index into shorthand_nodes
    VEC(const struct yaml_node *) shorthand_nodes;
    VEC(struct feature_draft) drafts;
    VEC(const struct yaml_node *) expressions;   // features that are expressions
    int64_t short_window_us;
};

// features_grid.c: the grid and the long form, as drafts and expressions.
void features_read_grid(struct features_loader *loader);
void features_read_long(struct features_loader *loader);
void features_resolve_expressions(struct features_loader *loader);
// features_sources.c: what id expressions come down to.
void features_find_sources(struct features_loader *loader);
// features_stages.c: which filters are decided together. `plan->filter_order` is there.
void features_make_stages(struct feature_plan *plan, const struct vocabulary *vocabulary);
// features_layout.c: columns and filter bits of the stores, and the window plan.
void features_lay_out(struct features_loader *loader);

// Index of a name in a map, or SCHEMA_NONE after saying "unknown <what>".
uint32_t features_lookup(struct features_loader *loader, const struct map *map, const struct yaml_node *node,
                         const char *what);

static inline bool features_filter_may_hold(const struct feature_filter *filter, uint32_t type) {
    return filter->everywhere || bits_test(filter->on, type);
}
