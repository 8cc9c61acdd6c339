// Reading features: the grid, the long form, and features that are expressions over others.

#include "base/money.h"
#include "monitoring/stream/features_private.h"

#include <math.h>

// What an aggregate gives when nothing is said: its type and the value of an empty window.
typedef enum ResultType { RESULT_WHOLE, RESULT_REAL, RESULT_OF_VALUE, RESULT_MEAN_OF_VALUE } ResultType;

static const struct {
    ResultType type;
    double empty;
} aggregates[] = {
#define WHOLE RESULT_WHOLE, 0
    [AGGREGATE_COUNT] = {WHOLE},
    [AGGREGATE_SUM] = {RESULT_OF_VALUE, 0},
    [AGGREGATE_AVG] = {RESULT_MEAN_OF_VALUE, NAN},
    [AGGREGATE_MIN] = {RESULT_OF_VALUE, NAN},
    [AGGREGATE_MAX] = {RESULT_OF_VALUE, NAN},
    [AGGREGATE_STD] = {RESULT_MEAN_OF_VALUE, NAN},
    [AGGREGATE_STD_SAMPLE] = {RESULT_MEAN_OF_VALUE, NAN},
    [AGGREGATE_DISTINCT] = {WHOLE},
    [AGGREGATE_RATIO] = {RESULT_REAL, 0},
    [AGGREGATE_FIRST] = {RESULT_OF_VALUE, NAN},
    [AGGREGATE_LAST] = {RESULT_OF_VALUE, NAN},
    [AGGREGATE_SINCE] = {RESULT_REAL, 4e9},
    [AGGREGATE_SINCE_FIRST] = {RESULT_REAL, 4e9},
    [AGGREGATE_DISTINCT_DAYS] = {WHOLE},
    [AGGREGATE_DISTINCT_HOURS] = {WHOLE},
    [AGGREGATE_PERCENTILE] = {RESULT_OF_VALUE, NAN},
    [AGGREGATE_DAYS_WITH] = {WHOLE},
    [AGGREGATE_DAY_END_MIN] = {RESULT_OF_VALUE, NAN},
    [AGGREGATE_REPEAT_MONTHS] = {WHOLE},
    [AGGREGATE_AUTOCORRELATION] = {RESULT_REAL, 0},
    [AGGREGATE_TOP_SHARE] = {RESULT_REAL, 0},
    [AGGREGATE_FIFO_HOLD] = {RESULT_REAL, NAN},
    [AGGREGATE_INTERSECT] = {WHOLE},
    [AGGREGATE_FOLLOWED] = {WHOLE},
    [AGGREGATE_CYCLES] = {WHOLE},
    [AGGREGATE_MODAL_RATE] = {RESULT_REAL, 0},
    [AGGREGATE_INTERVAL_STD] = {RESULT_REAL, NAN},
    [AGGREGATE_RUN_UP] = {WHOLE},
    [AGGREGATE_DISTANCE_LAST] = {RESULT_REAL, NAN},
    [AGGREGATE_SPEED_LAST] = {RESULT_REAL, NAN},
    [AGGREGATE_DISTANCE_CENTRE] = {RESULT_REAL, NAN},
    [AGGREGATE_OTHER_WITH_SAME] = {WHOLE},
    [AGGREGATE_PAUSE_DAYS] = {WHOLE},
    [AGGREGATE_WAKE_DAYS] = {RESULT_WHOLE, 9999},
#undef WHOLE
};

static const char *const aggregate_names[] = {
#define X(name, text, column, meaning) text,
#include "monitoring/stream/windows/aggregates.def"
#undef X
};
_Static_assert(sizeof aggregates / sizeof aggregates[0] == AGGREGATE_COUNT_OF_ALL, "one row an aggregate");

typedef enum ColumnNeed { NEEDS_NONE, NEEDS_NUMBER, NEEDS_ID } ColumnNeed;

static const ColumnNeed column_needs[] = {
#define NONE NEEDS_NONE
#define NUMBER NEEDS_NUMBER
#define ID NEEDS_ID
#define X(name, text, column, meaning) column,
#include "monitoring/stream/windows/aggregates.def"
#undef X
#undef NONE
#undef NUMBER
#undef ID
};

// Keys of a windowed feature that may stand in the shorthand as well as in the long form.
#define ARGUMENT_KEYS                                                                              \
    "aggregate", "value", "other_filter", "other_value", "far", "near", "current", "empty", "share", "tolerance",      \
        "factor", "low", "high", "within", "k", "least", "pause_days", "same_day", "lags", "days", "schedule",          \
        "zh", "en", "unit"

// Eleven years: no window needs more, and times less a span stay far from the end of 64 bits.
#define SPAN_MAX_US (4000 * US_PER_DAY)

static bool read_window_text(struct features_loader *loader, Slice text, Place place, struct window_feature_spec *spec) {
    static const struct {
        const char *name;
        WindowKind kind;
    } names[] = {{"day", WINDOW_DAY}, {"month", WINDOW_MONTH}, {"year", WINDOW_YEAR}, {"lifetime", WINDOW_LIFETIME}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (slice_is(text, names[i].name)) {
            spec->window = names[i].kind;
            return true;
        }
    }
    bool previous = slice_starts_with(text, SLICE("prev"));
    int64_t span_us = 0;
    if (!span_parse(previous ? slice_part(text, 4, SIZE_MAX) : text, &span_us) || span_us <= 0 || span_us > SPAN_MAX_US) {
        struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "FE010", place, "'%.*s' is not a window", SLICE_ARGS(text));
        diag_hint(loader->diags, diag, "write 30m, 1h, 7d ..., prev7d, day, month, year, lifetime or {from: 37d, to: 30d}");
        return false;
    }
    spec->window = WINDOW_SLIDING;
    spec->from_us = previous ? 2 * span_us : span_us;
    spec->to_us = previous ? span_us : 0;
    return true;
}

static bool read_window(struct features_loader *loader, const struct yaml_node *node, struct window_feature_spec *spec) {
    if (node->kind == YAML_SCALAR) {
        return read_window_text(loader, node->text, node->place, spec);
    }
    static const char *const keys[] = {"from", "to"};
    yaml_check_keys(node, keys, 2, loader->diags);
    spec->window = WINDOW_SLIDING;
    bool from = yaml_span(yaml_require(node, "from", loader->diags), &spec->from_us, loader->diags);
    bool to = yaml_span(yaml_require(node, "to", loader->diags), &spec->to_us, loader->diags);
    if (from && to && (spec->from_us <= spec->to_us || spec->from_us > SPAN_MAX_US)) {
        diag_add(loader->diags, DIAG_ERROR, "FE010", node->place, "`from` must lie further back than `to`, and at most 4000 days");
        return false;
    }
    return from && to;
}

static uint32_t count_of(struct features_loader *loader, const struct yaml_node *args, const char *key, uint32_t usual) {
    int64_t value = usual;
    const struct yaml_node *node = yaml_get(args, key);
    if (yaml_i64(node, &value, loader->diags) && (value < 0 || value > 1000000)) {
        diag_add(loader->diags, DIAG_ERROR, "FE011", node->place, "%s must be from 0 to 1,000,000", key);
        value = usual;
    }
    return (uint32_t)value;
}

static void read_lags(struct features_loader *loader, const struct yaml_node *node, struct window_feature_spec *spec) {
    if (node == NULL || !yaml_expect(node, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    YAML_EACH(node, item) {
        int64_t lag = 0;
        if (!yaml_i64(item, &lag, loader->diags)) {
            continue;
        }
        if (lag < 1 || lag > 366 || spec->lag_count == WINDOW_LAGS_MAX) {
            diag_add(loader->diags, DIAG_ERROR, "FE011", item->place, "at most 8 lags, each from 1 to 366 days");
            return;
        }
        spec->lags[spec->lag_count++] = (uint32_t)lag;
    }
}

// The value that an argument names; what stands for it must be of the kind that is needed.
static uint32_t value_of_kind(struct features_loader *loader, const struct yaml_node *node, bool is_number, const char *what) {
    uint32_t index = features_lookup(loader, &loader->values, node, "value");
    if (index != SCHEMA_NONE && loader->plan->values.at[index].is_number != is_number) {
        diag_add(loader->diags, DIAG_ERROR, "FE013", node->place, "%s needs a value of the kind `%s:`", what,
                 is_number ? "number" : "id");
        return SCHEMA_NONE;
    }
    return index;
}

static void read_day_term(struct features_loader *loader, const struct yaml_node *node, struct feature_draft *draft) {
    static const char *const keys[] = {"sum", "last", "count", "filter"};
    yaml_check_keys(node, keys, 4, loader->diags);
    struct window_feature_spec *spec = &draft->spec;
    if (spec->day_term_count == WINDOW_DAY_TERMS_MAX) {
        diag_add(loader->diags, DIAG_ERROR, "FE011", node->key_place, "a day has at most %d terms", WINDOW_DAY_TERMS_MAX);
        return;
    }
    uint32_t index = spec->day_term_count++;
    struct window_day_term *term = &spec->day_terms[index];
    *term = (struct window_day_term){.kind = DAY_COUNT, .filter = WINDOW_NONE, .number = WINDOW_NONE};
    draft->day_names[index] = node->key;
    draft->day_types[index] = TYPE(INT);
    if (yaml_get(node, "filter") != NULL) {
        term->filter = features_lookup(loader, &loader->plan->filters_by_name, yaml_get(node, "filter"), "filter");
    }
    const struct yaml_node *sum = yaml_get(node, "sum");
    const struct yaml_node *value = sum != NULL ? sum : yaml_get(node, "last");
    if (value != NULL) {
        term->kind = sum != NULL ? DAY_SUM : DAY_LAST;
        term->number = value_of_kind(loader, value, true, "a term of a day");
        if (term->number != SCHEMA_NONE) {
            draft->day_types[index] = loader->plan->values.at[term->number].type;
        }
    }
}

static void read_days(struct features_loader *loader, const struct yaml_node *node, struct feature_draft *draft) {
    if (node == NULL || !yaml_expect(node, YAML_MAPPING, loader->diags)) {
        return;
    }
    YAML_EACH(node, entry) {
        if (slice_is(entry->key, "when")) {
            draft->days_when = entry;
        } else {
            read_day_term(loader, entry, draft);
        }
    }
    if (draft->days_when == NULL) {
        diag_add(loader->diags, DIAG_ERROR, "FE012", node->place, "`days` needs `when`: the condition of a day");
    }
}

static bool is_word(struct features_loader *loader, const struct yaml_node *node, const char *yes, const char *no) {
    if (node == NULL) {
        return false;
    }
    const char *const words[] = {yes, no};
    uint32_t index = 1;
    yaml_choice(node, words, 2, &index, loader->diags);
    return index == 0;
}

static void read_values_of(struct features_loader *loader, const struct yaml_node *args, struct feature_draft *draft) {
    Aggregate aggregate = draft->spec.aggregate;
    const char *name = aggregate_names[aggregate];
    ColumnNeed need = column_needs[aggregate];
    const struct yaml_node *value = yaml_get(args, "value");
    const struct yaml_node *other = yaml_get(args, "other_value");
    bool needs_other = aggregate == AGGREGATE_OTHER_WITH_SAME;
    if ((value == NULL && need != NEEDS_NONE) || (other == NULL && needs_other)) {
        diag_add(loader->diags, DIAG_ERROR, "FE013", draft->place, "aggregate '%s' needs `%s`", name,
                 value == NULL && need != NEEDS_NONE ? "value" : "other_value");
        return;
    }
    if (need != NEEDS_NONE) {
        draft->spec.column = value_of_kind(loader, value, need == NEEDS_NUMBER, name);
    }
    if (other != NULL && (needs_other || aggregate == AGGREGATE_MODAL_RATE)) {
        draft->spec.other_column = value_of_kind(loader, other, false, name);
    }
}

// What an aggregate cannot do without, beside values.
static void check_arguments(struct features_loader *loader, const struct yaml_node *args, const struct feature_draft *draft) {
    if (draft->spec.aggregate == AGGREGATE_DAYS_WITH && yaml_get(args, "days") == NULL) {
        diag_add(loader->diags, DIAG_ERROR, "FE012", draft->place, "`days_with` needs `days`: the terms of a day and their condition");
    }
    if (draft->spec.aggregate == AGGREGATE_WAKE_DAYS && draft->spec.pause_days == 0) {
        diag_add(loader->diags, DIAG_ERROR, "FE011", draft->place, "`wake_days` needs `pause_days`: how long a pause is at least");
    }
}

static void read_arguments(struct features_loader *loader, const struct yaml_node *args, struct feature_draft *draft) {
    struct window_feature_spec *spec = &draft->spec;
    struct diag_list *diags = loader->diags;
    if (yaml_get(args, "other_filter") != NULL) {
        spec->other_filter =
            features_lookup(loader, &loader->plan->filters_by_name, yaml_get(args, "other_filter"), "filter");
    }
    spec->far_closed = is_word(loader, yaml_get(args, "far"), "closed", "open");
    spec->near_open = is_word(loader, yaml_get(args, "near"), "open", "closed");
    const struct yaml_node *current = yaml_get(args, "current");
    bool is_since = spec->aggregate == AGGREGATE_SINCE || spec->aggregate == AGGREGATE_SINCE_FIRST;
    spec->skip_current = current == NULL ? is_since : is_word(loader, current, "exclude", "include");
    spec->share = 0.8;
    spec->tolerance = 0;
    spec->factor = 1;
    spec->low = 0;
    spec->high = HUGE_VAL;
    yaml_number(yaml_get(args, "share"), &spec->share, diags);
    yaml_number(yaml_get(args, "tolerance"), &spec->tolerance, diags);
    yaml_number(yaml_get(args, "factor"), &spec->factor, diags);
    yaml_number(yaml_get(args, "low"), &spec->low, diags);
    yaml_number(yaml_get(args, "high"), &spec->high, diags);
    yaml_span(yaml_get(args, "within"), &spec->within_us, diags);
    spec->k = count_of(loader, args, "k", 1);
    spec->least = count_of(loader, args, "least", 2);
    spec->pause_days = count_of(loader, args, "pause_days", 0);
    yaml_bool(yaml_get(args, "same_day"), &spec->same_day, diags);
    read_lags(loader, yaml_get(args, "lags"), spec);
    read_days(loader, yaml_get(args, "days"), draft);
    read_values_of(loader, args, draft);
    check_arguments(loader, args, draft);
}

static const struct type *result_type(const struct features_loader *loader, const struct window_feature_spec *spec) {
    const struct type *value =
        column_needs[spec->aggregate] == NEEDS_NUMBER && spec->column != WINDOW_NONE
            ? loader->plan->values.at[spec->column].type
            : TYPE(DOUBLE);
    value = value->kind == TYPE_BOOL ? TYPE(INT) : value;
    switch (aggregates[spec->aggregate].type) {
    case RESULT_WHOLE:
        return TYPE(INT);
    case RESULT_REAL:
        return TYPE(DOUBLE);
    case RESULT_OF_VALUE:
        return value;
    case RESULT_MEAN_OF_VALUE:
        return value->kind == TYPE_INT ? TYPE(DOUBLE) : value;
    }
    INVARIANT(false);
}

static void read_empty(struct features_loader *loader, const struct yaml_node *node, const struct type *type,
                       struct window_feature_spec *spec) {
    spec->empty = aggregates[spec->aggregate].empty;
    if (node == NULL) {
        return;
    }
    if (node->kind == YAML_SCALAR && slice_is(node->text, "missing")) {
        spec->empty = NAN;
    } else if (yaml_number(node, &spec->empty, loader->diags) && type->kind == TYPE_MONEY) {
        spec->empty = money_from_major(spec->empty);
    }
}

// Makes the feature and its name; false when the name is taken.
static struct feature *new_feature(struct features_loader *loader, Slice text, const struct type *type, Place place) {
    uint32_t index = loader->plan->features.count;
    if (index == WINDOW_FEATURES_MAX) {
        diag_add(loader->diags, DIAG_ERROR, "FE003", place, "there may be %d features", WINDOW_FEATURES_MAX);
        return NULL;
    }
    if (!map_put(&loader->plan->features_by_name, text, index)) {
        diag_add(loader->diags, DIAG_ERROR, "FE006", place, "feature '%.*s' is declared twice", SLICE_ARGS(text));
        return NULL;
    }
    struct name name = {
        .text = arena_printf(loader->arena, "f.%.*s", SLICE_ARGS(text)), .kind = NAME_FEATURE, .index = index};
    struct feature *feature = VEC_PUSH(&loader->plan->features, loader->arena);
    *feature = (struct feature){.name = text, .type = type, .place = place, .window = SCHEMA_NONE, .value = SCHEMA_NONE};
    feature->slot = vocabulary_add(loader->vocabulary, &name, type, NULL);
    INVARIANT(feature->slot != SCHEMA_NONE);
    return feature;
}

static void describe(struct features_loader *loader, const struct yaml_node *args, struct feature *feature) {
    feature->zh = yaml_text(yaml_get(args, "zh"), loader->diags);
    feature->en = yaml_text(yaml_get(args, "en"), loader->diags);
    feature->batch = is_word(loader, yaml_get(args, "schedule"), "batch", "live");
}

static void add_windowed(struct features_loader *loader, Slice name, uint32_t entity, uint32_t filter,
                         const struct yaml_node *args, const struct window_feature_spec *window, Place place) {
    struct feature_draft draft = {.spec = *window, .place = place};
    struct window_feature_spec *spec = &draft.spec;
    spec->name = name;
    spec->entity = entity;
    spec->filter = filter;
    spec->other_filter = WINDOW_NONE;
    spec->column = WINDOW_NONE;
    spec->other_column = WINDOW_NONE;
    uint32_t aggregate = 0;
    if (!yaml_choice(yaml_require(args, "aggregate", loader->diags), aggregate_names, AGGREGATE_COUNT_OF_ALL, &aggregate,
                     loader->diags)) {
        return;
    }
    spec->aggregate = (Aggregate)aggregate;
    draft.located = spec->aggregate == AGGREGATE_DISTANCE_LAST || spec->aggregate == AGGREGATE_SPEED_LAST ||
                    spec->aggregate == AGGREGATE_DISTANCE_CENTRE;
    read_arguments(loader, args, &draft);
    const struct type *type = result_type(loader, spec);
    read_empty(loader, yaml_get(args, "empty"), type, spec);
    draft.feature = loader->plan->features.count;
    struct feature *feature = new_feature(loader, name, type, place);
    if (feature == NULL) {
        return;
    }
    feature->entity = entity;
    feature->value = spec->column;
    describe(loader, args, feature);
    *VEC_PUSH(&loader->drafts, loader->arena) = draft;
}

// ---- the grid --------------------------------------------------------------------------------------------

// `since` needs no shorthand: it is the aggregate of that name over the whole life of the thing.
static const struct yaml_node *since_arguments(struct features_loader *loader, const struct yaml_node *token) {
    struct yaml_node *aggregate = ARENA_NEW(loader->arena, struct yaml_node);
    struct yaml_node *arguments = ARENA_NEW(loader->arena, struct yaml_node);
    *aggregate = (struct yaml_node){.kind = YAML_SCALAR,
                                    .text = token->key,
                                    .place = token->key_place,
                                    .key = SLICE("aggregate"),
                                    .key_place = token->key_place};
    *arguments = (struct yaml_node){.kind = YAML_MAPPING, .place = token->place, .first = aggregate, .count = 1};
    return arguments;
}

static void read_grid_token(struct features_loader *loader, uint32_t entity, uint32_t filter, const struct yaml_node *token) {
    uint32_t index = map_get(&loader->shorthand, token->key);
    bool is_since = index == MAP_NONE && slice_is(token->key, "since");
    if (index == MAP_NONE && !is_since) {
        struct diag *diag = diag_add(loader->diags, DIAG_ERROR, "FE002", token->key_place, "unknown shorthand '%.*s'",
                                     SLICE_ARGS(token->key));
        Slice nearest = map_nearest(&loader->shorthand, token->key);
        if (nearest.at != NULL) {
            diag_hint(loader->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
        }
        return;
    }
    static const char *const keys[] = {ARGUMENT_KEYS, "window"};
    const struct yaml_node *args = is_since ? since_arguments(loader, token) : loader->shorthand_nodes.at[index];
    if (!yaml_check_keys(args, keys, sizeof keys / sizeof keys[0], loader->diags) ||
        !yaml_expect(token, YAML_SEQUENCE, loader->diags)) {
        return;
    }
    Slice entity_name = loader->plan->entities.at[entity].name;
    Slice filter_name = loader->plan->filters.at[filter].name;
    struct window_feature_spec window = {.window = WINDOW_LIFETIME};
    if (token->count == 0) { // what has no window: since
        const struct yaml_node *own = yaml_get(args, "window");
        if (own != NULL && !read_window(loader, own, &window)) {
            return;
        }
        Slice name = arena_printf(loader->arena, "%.*s_%.*s_%.*s", SLICE_ARGS(token->key), SLICE_ARGS(entity_name),
                                  SLICE_ARGS(filter_name));
        add_windowed(loader, name, entity, filter, args, &window, token->key_place);
        return;
    }
    YAML_EACH(token, item) {
        if (!yaml_expect(item, YAML_SCALAR, loader->diags) ||
            !read_window_text(loader, item->text, item->place, &window)) {
            continue;
        }
        Slice name = arena_printf(loader->arena, "%.*s_%.*s_%.*s_%.*s", SLICE_ARGS(entity_name), SLICE_ARGS(filter_name),
                                  SLICE_ARGS(token->key), SLICE_ARGS(item->text));
        add_windowed(loader, name, entity, filter, args, &window, item->place);
    }
}

static uint32_t named(struct features_loader *loader, const struct map *map, const struct yaml_node *node, const char *what) {
    struct yaml_node key = {.kind = YAML_SCALAR, .text = node->key, .place = node->key_place};
    return features_lookup(loader, map, &key, what);
}

void features_read_grid(struct features_loader *loader) {
    for (uint32_t i = 0; i < loader->file_count; i++) {
        const struct yaml_node *grid = yaml_get(loader->files[i], "grid");
        if (grid == NULL || !yaml_expect(grid, YAML_MAPPING, loader->diags)) {
            continue;
        }
        YAML_EACH(grid, row) {
            uint32_t entity = named(loader, &loader->entities, row, "entity");
            if (entity == SCHEMA_NONE || !yaml_expect(row, YAML_MAPPING, loader->diags)) {
                continue;
            }
            YAML_EACH(row, cell) {
                uint32_t filter = named(loader, &loader->plan->filters_by_name, cell, "filter");
                if (filter == SCHEMA_NONE || !yaml_expect(cell, YAML_MAPPING, loader->diags)) {
                    continue;
                }
                YAML_EACH(cell, token) {
                    read_grid_token(loader, entity, filter, token);
                }
            }
        }
    }
}

// ---- the long form ---------------------------------------------------------------------------------------

static void read_long_feature(struct features_loader *loader, const struct yaml_node *node) {
    static const char *const keys[] = {ARGUMENT_KEYS, "name", "entity", "filter", "window", "expr"};
    if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], loader->diags)) {
        return;
    }
    if (yaml_get(node, "expr") != NULL) {
        *VEC_PUSH(&loader->expressions, loader->arena) = node;
        return;
    }
    const struct yaml_node *name = yaml_require(node, "name", loader->diags);
    const struct yaml_node *entity_node = yaml_require(node, "entity", loader->diags);
    if (name == NULL || entity_node == NULL) {
        return;
    }
    uint32_t entity = features_lookup(loader, &loader->entities, entity_node, "entity");
    const struct yaml_node *filter_node = yaml_get(node, "filter");
    uint32_t filter = filter_node == NULL
                          ? WINDOW_NONE
                          : features_lookup(loader, &loader->plan->filters_by_name, filter_node, "filter");
    struct window_feature_spec window = {.window = WINDOW_LIFETIME};
    const struct yaml_node *window_node = yaml_get(node, "window");
    bool fine = window_node == NULL || read_window(loader, window_node, &window);
    if (fine && entity != SCHEMA_NONE && (filter_node == NULL || filter != SCHEMA_NONE)) {
        add_windowed(loader, yaml_text(name, loader->diags), entity, filter, node, &window, name->place);
    }
}

void features_read_long(struct features_loader *loader) {
    for (uint32_t i = 0; i < loader->file_count; i++) {
        const struct yaml_node *list = yaml_get(loader->files[i], "features");
        if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, loader->diags)) {
            continue;
        }
        YAML_EACH(list, node) {
            read_long_feature(loader, node);
        }
    }
}

// ---- expressions -----------------------------------------------------------------------------------------

static bool is_name_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

// Whether every f.<name> in a text that is going to be declared is declared already. Reads the text, not the tree: the tree
// can only be made when the names have types.
static bool is_ready(const struct features_loader *loader, const struct map *pending, Slice text) {
    for (size_t i = 0; i + 2 < text.size; i++) {
        bool starts = text.at[i] == 'f' && text.at[i + 1] == '.' && (i == 0 || (!is_name_byte(text.at[i - 1]) && text.at[i - 1] != '.'));
        if (!starts) {
            continue;
        }
        size_t end = i + 2;
        while (end < text.size && is_name_byte(text.at[end])) {
            end++;
        }
        Slice name = slice_part(text, i + 2, end - i - 2);
        if (map_get(pending, name) != MAP_NONE && map_get(&loader->plan->features_by_name, name) == MAP_NONE) {
            return false;
        }
    }
    return true;
}

static void add_expression(struct features_loader *loader, const struct yaml_node *node) {
    const struct yaml_node *name = yaml_get(node, "name");
    const struct expr *expr =
        vocabulary_compile(loader->vocabulary, loader->vocabulary->env, yaml_get(node, "expr"), false, loader->diags);
    const struct type *type = expr == NULL ? TYPE(DOUBLE) : expr_type(expr);
    TypeKind kind = type->kind;
    if (kind != TYPE_INT && kind != TYPE_DOUBLE && kind != TYPE_MONEY && kind != TYPE_BOOL) {
        diag_add(loader->diags, DIAG_ERROR, "FE014", yaml_get(node, "expr")->place,
                 "a feature is a number, an amount or a condition, not %.*s",
                 SLICE_ARGS(type_text(loader->diags->arena, type)));
        type = TYPE(DOUBLE);
    }
    struct feature *feature = new_feature(loader, yaml_text(name, loader->diags), type, name->place);
    if (feature == NULL) {
        return;
    }
    feature->expr = expr;
    describe(loader, node, feature);
    const struct yaml_node *entity = yaml_get(node, "entity");
    feature->entity = entity == NULL ? SCHEMA_NONE : features_lookup(loader, &loader->entities, entity, "entity");
}

void features_resolve_expressions(struct features_loader *loader) {
    struct map pending;
    map_init(&pending, loader->arena);
    uint32_t count = loader->expressions.count;
    bool *done = ARENA_ARRAY(loader->arena, bool, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *name = yaml_require(loader->expressions.at[i], "name", loader->diags);
        done[i] = name == NULL;
        if (name != NULL) {
            map_put(&pending, name->text, i);
        }
    }
    for (bool progress = true; progress;) {
        progress = false;
        for (uint32_t i = 0; i < count; i++) {
            const struct yaml_node *node = loader->expressions.at[i];
            if (!done[i] && is_ready(loader, &pending, yaml_get(node, "expr")->text)) {
                add_expression(loader, node);
                done[i] = true;
                progress = true;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!done[i]) {
            const struct yaml_node *name = yaml_get(loader->expressions.at[i], "name");
            diag_add(loader->diags, DIAG_ERROR, "FE009", name->place, "feature '%.*s' depends on itself",
                     SLICE_ARGS(name->text));
        }
    }
}
