// Laying out stores: which columns and filter bits the rows of each store have, from the features that read them.
//
// A value is needed of the event types of the filters it is read under. Two values share one column when no event type
// needs both, or when both are the same field there. That is what keeps a row short: an account's rows have one column for
// "the other side".

#include "monitoring/stream/features_private.h"

#include <stdlib.h>

typedef struct TypeSet {
    uint64_t words[SCHEMA_TYPES_MAX / 64];
} TypeSet;

static TypeSet types_of_filter(const struct features_loader *loader, uint32_t filter) {
    TypeSet set;
    memset(&set, 0xff, sizeof set);
    if (filter != WINDOW_NONE && !loader->plan->filters.at[filter].everywhere) {
        memcpy(set.words, loader->plan->filters.at[filter].on, sizeof set.words);
    }
    return set;
}

static void unite(TypeSet *set, TypeSet other) {
    for (size_t i = 0; i < SCHEMA_TYPES_MAX / 64; i++) {
        set->words[i] |= other.words[i];
    }
}

static bool overlap(TypeSet left, TypeSet right) {
    for (size_t i = 0; i < SCHEMA_TYPES_MAX / 64; i++) {
        if ((left.words[i] & right.words[i]) != 0) {
            return true;
        }
    }
    return false;
}

// What the features of one store need.
struct needs {
    TypeSet types[FEATURE_VALUES_MAX]; // by value; all zero: not needed
    uint64_t filters[FEATURE_FILTERS_MAX / 64];
    uint32_t columns[FEATURE_VALUES_MAX];
    uint32_t bits[FEATURE_FILTERS_MAX];
    bool located;
    bool shows_current;
};

static void need_filter(struct needs *needs, uint32_t filter) {
    if (filter != WINDOW_NONE) {
        bits_set(needs->filters, filter);
    }
}

static void need_value(struct needs *needs, uint32_t value, TypeSet types) {
    if (value != WINDOW_NONE) {
        unite(&needs->types[value], types);
    }
}

// A coordinate of the event: a number of that name; MAP_NONE when there is none.
static uint32_t find_coordinate(const struct features_loader *loader, const char *name) {
    uint32_t index = map_get(&loader->values, slice_of(name));
    return index != MAP_NONE && loader->plan->values.at[index].is_number ? index : MAP_NONE;
}

static void collect_needs(struct features_loader *loader, const struct feature_draft *draft, struct needs *needs) {
    const struct window_feature_spec *spec = &draft->spec;
    TypeSet types = types_of_filter(loader, spec->filter);
    if (spec->other_filter != WINDOW_NONE) {
        unite(&types, types_of_filter(loader, spec->other_filter));
    }
    need_filter(needs, spec->filter);
    need_filter(needs, spec->other_filter);
    need_value(needs, spec->column, types);
    need_value(needs, spec->other_column, types);
    for (uint32_t i = 0; i < spec->day_term_count; i++) {
        need_filter(needs, spec->day_terms[i].filter);
        need_value(needs, spec->day_terms[i].number, types_of_filter(loader, spec->day_terms[i].filter));
    }
    needs->shows_current |= draft->located || spec->aggregate == AGGREGATE_OTHER_WITH_SAME;
    if (!draft->located) {
        return;
    }
    needs->located = true;
    uint32_t latitude = find_coordinate(loader, "latitude");
    uint32_t longitude = find_coordinate(loader, "longitude");
    if (latitude == MAP_NONE || longitude == MAP_NONE) {
        diag_add(loader->diags, DIAG_ERROR, "FE015", draft->place,
                 "places need the numbers `latitude` and `longitude` in `values:`");
        return;
    }
    need_value(needs, latitude, types);
    need_value(needs, longitude, types);
}

// Whether two ids are the same field of an event of this type ("the counterparty" of a credit is its payer).
static bool same_source(const struct features_loader *loader, uint32_t left, uint32_t right, uint32_t type) {
    if (type >= loader->schema->type_count) {
        return true; // there is no such type
    }
    const struct value_source *a = &loader->plan->values.at[left].sources[type];
    const struct value_source *b = &loader->plan->values.at[right].sources[type];
    return a->count > 0 && a->count == b->count && memcmp(a->fields, b->fields, sizeof *a->fields * a->count) == 0;
}

// Whether a column that serves some values already may serve this one too.
static bool may_share(const struct features_loader *loader, const uint32_t *by_type, TypeSet taken, uint32_t value_index,
                      TypeSet types, bool is_number) {
    if (is_number) {
        return !overlap(taken, types);
    }
    for (uint32_t t = 0; t < SCHEMA_TYPES_MAX; t++) {
        if (bits_test(taken.words, t) && bits_test(types.words, t) && by_type[t] != value_index &&
            !same_source(loader, by_type[t], value_index, t)) {
            return false;
        }
    }
    return true;
}

// The column for a value: the first of its kind that may serve it.
static uint32_t place_value(struct features_loader *loader, uint32_t value_index, const struct needs *needs,
                            struct feature_store *store, TypeSet *taken, bool is_number) {
    const struct feature_value *value = &loader->plan->values.at[value_index];
    TypeSet types = needs->types[value_index];
    uint32_t *count = is_number ? &store->spec.number_count : &store->spec.id_count;
    uint32_t most = is_number ? WINDOW_NUMBERS_MAX : WINDOW_IDS_MAX;
    uint32_t column = 0;
    while (column < *count &&
           ((is_number && store->spec.numbers[column] != value->kind) ||
            !may_share(loader, is_number ? store->numbers[column] : store->ids[column], taken[column], value_index, types,
                       is_number))) {
        column++;
    }
    if (column == most) {
        diag_add(loader->diags, DIAG_ERROR, "FE016", store->place,
                 "store '%.*s' needs more than %u %s columns; give some features a store of their own",
                 SLICE_ARGS(store->name), most, is_number ? "number" : "id");
        return WINDOW_NONE;
    }
    const uint32_t **by_type = is_number ? &store->numbers[column] : &store->ids[column];
    if (column == *count) {
        (*count)++;
        uint32_t *empty = ARENA_ARRAY(loader->arena, uint32_t, SCHEMA_TYPES_MAX);
        for (uint32_t t = 0; t < SCHEMA_TYPES_MAX; t++) {
            empty[t] = SCHEMA_NONE;
        }
        *by_type = empty;
        if (is_number) {
            store->spec.numbers[column] = value->kind;
        }
    }
    for (uint32_t t = 0; t < SCHEMA_TYPES_MAX; t++) {
        if (bits_test(types.words, t)) {
            ((uint32_t *)*by_type)[t] = value_index;
        }
    }
    unite(&taken[column], types);
    return column;
}

static void lay_out_store(struct features_loader *loader, uint32_t index, struct needs *needs) {
    struct feature_plan *plan = loader->plan;
    struct feature_store *store = &plan->stores.at[index];
    TypeSet numbers[WINDOW_NUMBERS_MAX] = {0};
    TypeSet ids[WINDOW_IDS_MAX] = {0};
    TypeSet nothing = {0};
    for (uint32_t v = 0; v < plan->values.count; v++) {
        needs->columns[v] = WINDOW_NONE;
        if (memcmp(&needs->types[v], &nothing, sizeof nothing) != 0) {
            bool is_number = plan->values.at[v].is_number;
            needs->columns[v] = place_value(loader, v, needs, store, is_number ? numbers : ids, is_number);
        }
    }
    Slice *names = ARENA_ARRAY(loader->arena, Slice, WINDOW_FILTERS_MAX);
    store->spec.filter_names = names;
    for (uint32_t f = 0; f < plan->filters.count; f++) {
        needs->bits[f] = WINDOW_NONE;
        if (!bits_test(needs->filters, f)) {
            continue;
        }
        if (store->spec.filter_count == WINDOW_FILTERS_MAX) {
            diag_add(loader->diags, DIAG_ERROR, "FE016", store->place, "store '%.*s' needs more than %d filters",
                     SLICE_ARGS(store->name), WINDOW_FILTERS_MAX);
            return;
        }
        needs->bits[f] = store->spec.filter_count;
        names[store->spec.filter_count] = plan->filters.at[f].name;
        store->filters[store->spec.filter_count++] = f;
    }
    store->shows_current = needs->shows_current;
    uint32_t latitude = find_coordinate(loader, "latitude");
    uint32_t longitude = find_coordinate(loader, "longitude");
    if (needs->located && latitude != MAP_NONE && longitude != MAP_NONE) {
        store->spec.latitude = needs->columns[latitude];
        store->spec.longitude = needs->columns[longitude];
    }
}

// ---- conditions of days ----------------------------------------------------------------------------------

// A compiled condition over the terms of a day; `slots` are those of day.<name>, in order.
struct day_condition {
    const struct expr *expr;
    uint32_t first_slot;
    uint32_t count;
    const struct type *types[WINDOW_DAY_TERMS_MAX];
};

struct day_reading {
    const struct day_condition *condition;
    const double *terms;
    const struct expr_input *outer;
};

static bool read_day(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    const struct day_reading *reading = context;
    const struct day_condition *condition = reading->condition;
    if (slot < condition->first_slot || slot >= condition->first_slot + condition->count) {
        return reading->outer != NULL && reading->outer->read(reading->outer->context, slot, scratch, ret_value);
    }
    uint32_t term = slot - condition->first_slot;
    return value_from_number(condition->types[term], reading->terms[term], ret_value);
}

static bool day_holds(void *context, const void *condition, const double *terms) {
    const struct feature_moment *moment = context;
    struct day_reading reading = {condition, terms, &moment->input};
    struct expr_input input = {&reading, read_day};
    struct value result;
    ArenaMark mark = arena_mark(moment->scratch);
    Status status =
        expr_evaluate(((const struct day_condition *)condition)->expr, &input, moment->scratch, &result);
    arena_rewind(moment->scratch, mark);
    return status == STATUS_OK && result.kind == VALUE_BOOL && result.boolean;
}

static void compile_day(struct features_loader *loader, struct feature_draft *draft) {
    if (draft->days_when == NULL) {
        return;
    }
    struct vocabulary *vocabulary = loader->vocabulary;
    struct expr_env *env = expr_env_create_child(vocabulary->env);
    struct day_condition *condition = ARENA_NEW(loader->arena, struct day_condition);
    condition->first_slot = vocabulary->slots.count;
    condition->count = draft->spec.day_term_count;
    for (uint32_t i = 0; i < condition->count; i++) {
        struct name name = {.text = arena_printf(loader->arena, "day.%.*s", SLICE_ARGS(draft->day_names[i])),
                            .kind = NAME_DAY_TERM,
                            .index = i};
        condition->types[i] = draft->day_types[i];
        if (vocabulary_add_to(vocabulary, env, &name, draft->day_types[i]) == SCHEMA_NONE) {
            diag_add(loader->diags, DIAG_ERROR, "FE006", draft->days_when->place, "'%.*s' is there twice",
                     SLICE_ARGS(name.text));
        }
    }
    condition->expr = vocabulary_compile(vocabulary, env, draft->days_when, true, loader->diags);
    draft->spec.condition = condition;
    draft->spec.day_condition = day_holds;
}

// ---- recipes ---------------------------------------------------------------------------------------------

static bool key_is_late(const struct schema *schema, const struct feature_entity *entity, uint32_t type) {
    const struct feature_key *key = entity->key_on == NULL ? &entity->key : &entity->key_on[type];
    bool late = false;
    for (uint32_t i = 0; i < key->count; i++) {
        late = late || schema_derives_late(schema, key->fields[i]);
    }
    return late;
}

static void add_recipe(struct features_loader *loader, uint32_t entity_index, uint32_t type, struct row_recipe *recipes,
                       uint32_t *count) {
    const struct feature_plan *plan = loader->plan;
    const struct feature_entity *entity = &plan->entities.at[entity_index];
    const struct feature_store *store = &plan->stores.at[entity->store];
    struct row_bit *bits = ARENA_ARRAY(loader->arena, struct row_bit, store->spec.filter_count + 1);
    uint32_t bit_count = 0;
    for (uint32_t b = 0; b < store->spec.filter_count && !entity->read_only; b++) {
        if (features_filter_may_hold(&plan->filters.at[store->filters[b]], type)) {
            bits[bit_count++] = (struct row_bit){(uint16_t)store->filters[b], (uint16_t)b};
        }
    }
    if (bit_count > 0 || store->shows_current) {
        recipes[(*count)++] = (struct row_recipe){entity_index, key_is_late(loader->schema, entity, type), bits, bit_count};
    }
}

static void make_recipes(struct features_loader *loader) {
    struct feature_plan *plan = loader->plan;
    uint32_t type_count = loader->schema->type_count;
    const struct row_recipe **recipes = ARENA_ARRAY(loader->arena, const struct row_recipe *, type_count + 1);
    uint32_t *counts = ARENA_ARRAY(loader->arena, uint32_t, type_count + 1);
    for (uint32_t t = 0; t < type_count; t++) {
        struct row_recipe *list = ARENA_ARRAY(loader->arena, struct row_recipe, plan->entities.count + 1);
        for (uint32_t e = 0; e < plan->entities.count; e++) {
            add_recipe(loader, e, t, list, &counts[t]);
        }
        recipes[t] = list;
    }
    plan->recipes = recipes;
    plan->recipe_counts = counts;
    uint32_t *writers = ARENA_ARRAY(loader->arena, uint32_t, plan->stores.count + 1);
    for (uint32_t e = 0; e < plan->entities.count; e++) {
        const struct feature_entity *entity = &plan->entities.at[e];
        writers[entity->store] += !entity->read_only;
        plan->stores.at[entity->store].is_shared = writers[entity->store] > 1;
    }
}

// ---- the window plan -------------------------------------------------------------------------------------

static uint32_t translated(const uint32_t *table, uint32_t index) {
    return index == WINDOW_NONE ? WINDOW_NONE : table[index];
}

static void add_to_plan(struct features_loader *loader, struct feature_draft *draft, const struct needs *needs) {
    struct window_feature_spec *spec = &draft->spec;
    spec->filter = translated(needs->bits, spec->filter);
    spec->other_filter = translated(needs->bits, spec->other_filter);
    spec->column = translated(needs->columns, spec->column);
    spec->other_column = translated(needs->columns, spec->other_column);
    for (uint32_t i = 0; i < spec->day_term_count; i++) {
        spec->day_terms[i].filter = translated(needs->bits, spec->day_terms[i].filter);
        spec->day_terms[i].number = translated(needs->columns, spec->day_terms[i].number);
    }
    loader->plan->features.at[draft->feature].window = window_plan_add_feature(loader->plan->windows, spec);
}

// What `ratio` divides by when nothing is said: the filter's parent.
static void default_ratio(struct features_loader *loader, struct feature_draft *draft) {
    struct window_feature_spec *spec = &draft->spec;
    if (spec->aggregate != AGGREGATE_RATIO || spec->other_filter != WINDOW_NONE) {
        return;
    }
    uint32_t parent = spec->filter == WINDOW_NONE ? SCHEMA_NONE : loader->plan->filters.at[spec->filter].parent;
    if (parent == SCHEMA_NONE) {
        diag_add(loader->diags, DIAG_ERROR, "FE017", draft->place,
                 "`ratio` needs `other_filter`, or a filter with a parent to divide by");
        return;
    }
    spec->other_filter = parent;
}

static void make_window_plan(struct features_loader *loader, const struct needs *needs) {
    struct feature_plan *plan = loader->plan;
    plan->windows = window_plan_create(loader->arena, loader->schema->zone_offset_us, loader->short_window_us);
    for (uint32_t i = 0; i < plan->stores.count; i++) {
        window_plan_add_store(plan->windows, &plan->stores.at[i].spec);
    }
    for (uint32_t i = 0; i < plan->entities.count; i++) {
        window_plan_add_entity(plan->windows, plan->entities.at[i].name, plan->entities.at[i].store);
    }
    for (uint32_t i = 0; i < loader->drafts.count; i++) {
        struct feature_draft *draft = &loader->drafts.at[i];
        add_to_plan(loader, draft, &needs[plan->entities.at[draft->spec.entity].store]);
    }
    window_plan_finish(plan->windows);
}

// The window plan trusts what it is given, so it is only made when nothing was wrong.
void features_lay_out(struct features_loader *loader) {
    struct feature_plan *plan = loader->plan;
    uint32_t errors_before = loader->diags->error_count;
    if (plan->values.count > FEATURE_VALUES_MAX) {
        diag_add(loader->diags, DIAG_ERROR, "FE003", plan->values.at[FEATURE_VALUES_MAX].place,
                 "there may be %d values", FEATURE_VALUES_MAX);
        return;
    }
    struct needs *needs = memory_alloc(sizeof *needs * (plan->stores.count + 1));
    for (uint32_t i = 0; i < loader->drafts.count; i++) {
        struct feature_draft *draft = &loader->drafts.at[i];
        default_ratio(loader, draft);
        compile_day(loader, draft);
        collect_needs(loader, draft, &needs[plan->entities.at[draft->spec.entity].store]);
    }
    for (uint32_t i = 0; i < plan->stores.count; i++) {
        lay_out_store(loader, i, &needs[i]);
    }
    if (loader->diags->error_count == errors_before) {
        make_window_plan(loader, needs);
        make_recipes(loader);
    }
    free(needs);
}
