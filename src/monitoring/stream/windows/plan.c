// Plan: from features to passes, and from features to what each store must remember.
//
// Features of one entity, filter and column (and the same choice about the current row) form a pass: they are
// computed from the same bits, and where the aggregates allow it, in one walk. What a store must remember:
//
//   reach    for each filter, the longest time that a window looks back at its rows
//   sticky   the newest (or oldest) row of a kind that stays beyond the reach: for SINCE, LAST, FIRST and places over a
//            lifetime, for pauses, and for the balance that stood at the beginning of a DAY_END_MIN window
//   lives    sums of rows that are gone, for lifetime windows of COUNT, RATIO, SUM, AVG, MIN, MAX, STD
//   wakes    the end of the latest pause of which the rows are gone
//
// A lifetime window of any other aggregate keeps the rows for good (up to cap_rows).

#include "base/vec.h"
#include "monitoring/stream/windows/windows_private.h"

struct window_plan *window_plan_create(struct arena *arena, int64_t zone_offset_us,
                                       int64_t short_window_us) {
    struct window_plan *plan = ARENA_NEW(arena, struct window_plan);
    plan->arena = arena;
    plan->zone_offset_us = zone_offset_us;
    plan->short_window_us = short_window_us;
    return plan;
}

uint32_t window_plan_add_store(struct window_plan *plan, const struct window_store_spec *spec) {
    INVARIANT(!plan->finished && plan->stores.count < WINDOW_STORES_MAX);
    INVARIANT(spec->number_count <= WINDOW_NUMBERS_MAX && spec->id_count <= WINDOW_IDS_MAX);
    INVARIANT(spec->filter_count <= WINDOW_FILTERS_MAX && spec->cap_things > 0);
    _Static_assert(WINDOW_THINGS_MAX < (1 << REF_STORE_SHIFT) - 1, "a WindowRef has room for them");
    INVARIANT(spec->cap_things <= WINDOW_THINGS_MAX && spec->cap_rows > 0);
    struct store_plan *store = VEC_PUSH(&plan->stores, plan->arena);
    store->spec = *spec;
    store->spec.name = arena_copy(plan->arena, spec->name);
    store->cap_things = spec->cap_things;
    store->cap_rows = spec->cap_rows;
    for (uint32_t i = 0; i < FILTER_SLOTS; i++) {
        store->reach_us[i] = REACH_NONE;
    }
    return plan->stores.count - 1;
}

uint32_t window_plan_add_entity(struct window_plan *plan, Slice name, uint32_t store) {
    INVARIANT(!plan->finished && plan->entities.count < WINDOW_ENTITIES_MAX);
    INVARIANT(store < plan->stores.count);
    struct entity_plan *entity = VEC_PUSH(&plan->entities, plan->arena);
    entity->name = arena_copy(plan->arena, name);
    entity->store = store;
    return plan->entities.count - 1;
}

static struct store_plan *store_of(const struct window_plan *plan, uint32_t entity) {
    return &plan->stores.at[plan->entities.at[entity].store];
}

static bool takes_number(Aggregate aggregate) {
    switch (aggregate) {
#define NUMBER true
#define ID false
#define NONE false
#define X(name, text, column, meaning)                                                             \
    case AGGREGATE_##name:                                                                         \
        return column;
#include "monitoring/stream/windows/aggregates.def"
#undef X
    case AGGREGATE_COUNT_OF_ALL:
        break;
    }
    return false;
}

static bool takes_id(Aggregate aggregate) {
    switch (aggregate) {
#undef NUMBER
#undef ID
#define NUMBER false
#define ID true
#define X(name, text, column, meaning)                                                             \
    case AGGREGATE_##name:                                                                         \
        return column;
#include "monitoring/stream/windows/aggregates.def"
#undef X
#undef NUMBER
#undef ID
#undef NONE
    case AGGREGATE_COUNT_OF_ALL:
        break;
    }
    return false;
}

static bool takes_other_filter(Aggregate aggregate) {
    return aggregate == AGGREGATE_RATIO || aggregate == AGGREGATE_FIFO_HOLD ||
           aggregate == AGGREGATE_INTERSECT || aggregate == AGGREGATE_FOLLOWED ||
           aggregate == AGGREGATE_CYCLES || aggregate == AGGREGATE_MODAL_RATE;
}

static bool is_place(Aggregate aggregate) {
    return aggregate == AGGREGATE_DISTANCE_LAST || aggregate == AGGREGATE_SPEED_LAST ||
           aggregate == AGGREGATE_DISTANCE_CENTRE;
}

static void check_feature(const struct window_plan *plan, const struct window_feature_spec *spec) {
    INVARIANT(!plan->finished && plan->features.count < WINDOW_FEATURES_MAX);
    INVARIANT(spec->entity < plan->entities.count && spec->aggregate < AGGREGATE_COUNT_OF_ALL);
    const struct window_store_spec *store = &store_of(plan, spec->entity)->spec;
    INVARIANT(spec->filter == WINDOW_NONE || spec->filter < store->filter_count);
    INVARIANT(!takes_number(spec->aggregate) || spec->column < store->number_count);
    INVARIANT(!takes_id(spec->aggregate) || spec->column < store->id_count);
    INVARIANT(!takes_other_filter(spec->aggregate) || spec->other_filter == WINDOW_NONE ||
              spec->other_filter < store->filter_count);
    INVARIANT(spec->aggregate != AGGREGATE_OTHER_WITH_SAME || spec->other_column < store->id_count);
    INVARIANT(spec->aggregate != AGGREGATE_MODAL_RATE || spec->other_column == WINDOW_NONE ||
              spec->other_column < store->id_count);
    INVARIANT(!is_place(spec->aggregate) || (store->latitude < store->number_count &&
                                             store->longitude < store->number_count));
    INVARIANT(spec->window != WINDOW_SLIDING || (spec->to_us >= 0 && spec->from_us >= spec->to_us));
    INVARIANT(spec->lag_count <= WINDOW_LAGS_MAX);
    INVARIANT(spec->day_term_count <= WINDOW_DAY_TERMS_MAX);
    INVARIANT(spec->aggregate != AGGREGATE_DAYS_WITH || spec->day_condition != NULL);
    INVARIANT(spec->aggregate != AGGREGATE_WAKE_DAYS || spec->pause_days > 0);
    for (uint32_t i = 0; i < spec->day_term_count; i++) {
        const struct window_day_term *term = &spec->day_terms[i];
        INVARIANT(term->filter == WINDOW_NONE || term->filter < store->filter_count);
        INVARIANT(term->kind == DAY_COUNT || term->number < store->number_count);
    }
}

uint32_t window_plan_add_feature(struct window_plan *plan, const struct window_feature_spec *spec) {
    check_feature(plan, spec);
    struct feature *feature = VEC_PUSH(&plan->features, plan->arena);
    feature->spec = *spec;
    feature->spec.name = arena_copy(plan->arena, spec->name);
    feature->empty = spec->empty;
    feature->aggregate = spec->aggregate;
    feature->column = spec->column;
    feature->skip_current = spec->skip_current;
    feature->filter = spec->filter == WINDOW_NONE ? FILTER_ALL : spec->filter;
    feature->other_filter = spec->other_filter == WINDOW_NONE ? FILTER_ALL : spec->other_filter;
    feature->entry = feature->other_entry = WINDOW_NONE;
    feature->life = feature->other_life = feature->wake = WINDOW_NONE;
    return plan->features.count - 1;
}

static void reach(struct store_plan *store, uint32_t filter, int64_t span_us) {
    store->reach_us[filter] = store->reach_us[filter] > span_us ? store->reach_us[filter] : span_us;
}

// ---- what a store must remember ----

static int64_t span_reach(const struct window_feature_spec *spec) {
    switch (spec->window) {
    case WINDOW_SLIDING:
        return spec->from_us;
    case WINDOW_DAY:
        return US_PER_DAY;
    case WINDOW_MONTH:
        return 31 * US_PER_DAY;
    case WINDOW_YEAR:
        return 366 * US_PER_DAY;
    case WINDOW_LIFETIME:
        break;
    }
    return REACH_FOREVER;
}

static Family family_of(Aggregate aggregate) {
    switch (aggregate) {
    case AGGREGATE_COUNT:
    case AGGREGATE_RATIO:
    case AGGREGATE_SINCE:
    case AGGREGATE_SINCE_FIRST:
    case AGGREGATE_DISTINCT_DAYS:
    case AGGREGATE_DISTINCT_HOURS:
    case AGGREGATE_INTERVAL_STD:
    case AGGREGATE_PAUSE_DAYS:
    case AGGREGATE_WAKE_DAYS:
        return FAMILY_TIMES;
    case AGGREGATE_SUM:
    case AGGREGATE_AVG:
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_STD:
    case AGGREGATE_STD_SAMPLE:
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
        return FAMILY_NUMBER;
    case AGGREGATE_DISTINCT:
        return FAMILY_DISTINCT;
    default:
        return FAMILY_SINGLE;
    }
}

static void add_sticky(struct store_plan *store, struct sticky sticky) {
    for (uint32_t i = 0; i < store->sticky_count; i++) {
        const struct sticky *known = &store->stickies[i];
        if (known->filter == sticky.filter && known->number == sticky.number &&
            known->located == sticky.located && known->timely == sticky.timely &&
            known->oldest == sticky.oldest && known->reach_us == sticky.reach_us) {
            return;
        }
    }
    store->stickies[store->sticky_count++] = sticky;
}

static uint32_t add_life(struct store_plan *store, uint32_t filter, uint32_t number) {
    for (uint32_t i = 0; i < store->life_count; i++) {
        if (store->lives[i].filter == filter && store->lives[i].number == number) {
            return store->lives[i].offset;
        }
    }
    // Sums hold 128-bit integers, which want their alignment.
    uint32_t offset = number == WINDOW_NONE ? store->header_size : (store->header_size + 15) & ~15u;
    store->header_size = offset + (number == WINDOW_NONE ? 8u : (uint32_t)sizeof(struct life_sums));
    store->lives[store->life_count++] = (struct life){filter, number, offset};
    return offset;
}

static uint32_t add_wake(struct store_plan *store, uint32_t filter, uint32_t pause_days) {
    for (uint32_t i = 0; i < store->wake_count; i++) {
        if (store->wakes[i].filter == filter && store->wakes[i].pause_days == pause_days) {
            return store->wakes[i].offset;
        }
    }
    uint32_t offset = store->header_size;
    store->header_size += (uint32_t)sizeof(struct wake_end);
    store->wakes[store->wake_count++] = (struct wake){filter, pause_days, offset};
    return offset;
}

// A lifetime window: sums and sticky rows where they do, else the rows stay.
static void remember_lifetime(struct store_plan *store, struct feature *feature) {
    uint32_t number = feature->spec.column;
    struct sticky sticky = {.filter = feature->filter, .number = WINDOW_NONE};
    switch (feature->spec.aggregate) {
    case AGGREGATE_RATIO:
        feature->other_life = add_life(store, feature->other_filter, WINDOW_NONE);
        reach(store, feature->other_filter, 0);
        // fall through
    case AGGREGATE_COUNT:
        feature->life = add_life(store, feature->filter, WINDOW_NONE);
        break;
    case AGGREGATE_SUM:
    case AGGREGATE_AVG:
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_STD:
    case AGGREGATE_STD_SAMPLE:
        feature->life = add_life(store, feature->filter, number);
        break;
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
        sticky.number = number;
        sticky.oldest = feature->spec.aggregate == AGGREGATE_FIRST;
        add_sticky(store, sticky);
        break;
    case AGGREGATE_SINCE:
    case AGGREGATE_SINCE_FIRST:
        sticky.oldest = feature->spec.aggregate == AGGREGATE_SINCE_FIRST;
        add_sticky(store, sticky);
        break;
    case AGGREGATE_DISTANCE_LAST:
    case AGGREGATE_SPEED_LAST:
        sticky.located = true;
        add_sticky(store, sticky);
        break;
    default:
        reach(store, feature->filter, REACH_FOREVER);
        if (takes_other_filter(feature->spec.aggregate)) {
            reach(store, feature->other_filter, REACH_FOREVER);
        }
        return;
    }
    reach(store, feature->filter, 0);
}

static void remember_days(struct store_plan *store, const struct feature *feature, int64_t span) {
    if (feature->spec.filter != WINDOW_NONE) {
        reach(store, feature->filter, span);
    }
    for (uint32_t i = 0; i < feature->spec.day_term_count; i++) {
        uint32_t filter = feature->spec.day_terms[i].filter;
        reach(store, filter == WINDOW_NONE ? feature->filter : filter, span);
    }
}

static void remember(struct window_plan *plan, struct feature *feature) {
    struct store_plan *store = store_of(plan, feature->spec.entity);
    int64_t span = span_reach(&feature->spec);
    Aggregate aggregate = feature->spec.aggregate;
    if (aggregate == AGGREGATE_PAUSE_DAYS || aggregate == AGGREGATE_WAKE_DAYS) {
        // The first row of today, and the newest one before.
        reach(store, feature->filter, US_PER_DAY);
        add_sticky(store, (struct sticky){.filter = feature->filter,
                                          .number = WINDOW_NONE,
                                          .reach_us = US_PER_DAY});
        if (aggregate == AGGREGATE_WAKE_DAYS) {
            feature->wake = add_wake(store, feature->filter, feature->spec.pause_days);
        }
        return;
    }
    if (aggregate == AGGREGATE_DAYS_WITH) {
        remember_days(store, feature, span);
        return;
    }
    if (feature->spec.window == WINDOW_LIFETIME) {
        remember_lifetime(store, feature);
        return;
    }
    reach(store, feature->filter, span);
    if (takes_other_filter(aggregate)) {
        reach(store, feature->other_filter, span);
    }
    if (aggregate == AGGREGATE_DAY_END_MIN) {
        add_sticky(store, (struct sticky){.filter = feature->filter,
                                          .number = feature->spec.column,
                                          .timely = feature->spec.window == WINDOW_SLIDING &&
                                                    span <= plan->short_window_us,
                                          .reach_us = span});
    }
}

// ---- passes ----

static uint32_t add_span(struct window_plan *plan, const struct window_feature_spec *spec) {
    bool sliding = spec->window == WINDOW_SLIDING;
    struct span span = {
        .entity = spec->entity,
        .window = spec->window,
        .from_us = sliding ? spec->from_us : 0,
        .to_us = sliding ? spec->to_us : 0,
        .far_closed = sliding && spec->far_closed,
        .near_open = sliding && spec->near_open,
        .timely = sliding && spec->from_us <= plan->short_window_us,
        .nested = !sliding || (spec->to_us == 0 && !spec->near_open),
    };
    for (uint32_t i = 0; i < plan->spans.count; i++) {
        const struct span *known = &plan->spans.at[i];
        if (known->entity == span.entity && known->window == span.window &&
            known->from_us == span.from_us && known->to_us == span.to_us &&
            known->far_closed == span.far_closed && known->near_open == span.near_open) {
            return i;
        }
    }
    *VEC_PUSH(&plan->spans, plan->arena) = span;
    return plan->spans.count - 1;
}

static struct pass *find_pass(struct window_plan *plan, const struct pass *wanted) {
    for (uint32_t i = 0; i < plan->passes.count; i++) {
        struct pass *known = &plan->passes.at[i];
        if (known->entity == wanted->entity && known->filter == wanted->filter &&
            known->family == wanted->family && known->aggregate == wanted->aggregate &&
            known->column == wanted->column && known->skip_current == wanted->skip_current &&
            known->feature_count < PASS_FEATURES_MAX) {
            return known;
        }
    }
    *VEC_PUSH(&plan->passes, plan->arena) = *wanted;
    return &plan->passes.at[plan->passes.count - 1];
}

static void mask_add(WindowMask *mask, uint32_t filter) {
    if (filter < FILTER_ALL) {
        bits_set(mask->words, filter);
    }
}

static uint32_t cost_of(Family family, Aggregate aggregate) {
    switch (family) {
    case FAMILY_TIMES:
        return 1;
    case FAMILY_NUMBER:
        return 3;
    case FAMILY_DISTINCT:
        return 4;
    case FAMILY_SINGLE:
        break;
    }
    return aggregate == AGGREGATE_MODAL_RATE || aggregate == AGGREGATE_FOLLOWED ? 40 : 10;
}

static struct pass *pass_of(struct window_plan *plan, const struct window_feature_spec *spec,
                            uint32_t filter) {
    Family family = family_of(spec->aggregate);
    struct pass wanted = {
        .entity = spec->entity,
        .filter = filter,
        .family = family,
        .aggregate = family == FAMILY_SINGLE ? spec->aggregate : AGGREGATE_COUNT,
        .column = takes_number(spec->aggregate) || takes_id(spec->aggregate) ? spec->column
                                                                             : WINDOW_NONE,
        .skip_current = spec->skip_current,
        .cost = cost_of(family, spec->aggregate),
    };
    return find_pass(plan, &wanted);
}

static bool same_shape(const struct span *left, const struct span *right) {
    return left->window == right->window && left->from_us == right->from_us &&
           left->to_us == right->to_us && left->far_closed == right->far_closed &&
           left->near_open == right->near_open;
}

static uint32_t add_entry(struct window_plan *plan, struct store_plan *store,
                          const struct entry_plan *wanted) {
    const struct span *spans = plan->spans.at;
    uint32_t i = 0;
    for (; i < store->entry_count; i++) {
        const struct entry_plan *known = &store->entries[i];
        if (known->kind == wanted->kind && known->filter == wanted->filter &&
            known->column == wanted->column &&
            same_shape(&spans[known->span], &spans[wanted->span])) {
            break;
        }
    }
    if (i == store->entry_count) {
        store->entries[store->entry_count++] = *wanted;
    }
    store->entries[i].extremes |= wanted->extremes;
    store->entries[i].squares |= wanted->squares;
    return i;
}

// The running aggregates that a feature needs of things with many rows.
static void add_entries(struct window_plan *plan, struct feature *feature) {
    struct store_plan *store = store_of(plan, feature->spec.entity);
    Aggregate aggregate = feature->spec.aggregate;
    struct entry_plan entry = {.filter = feature->filter,
                               .column = WINDOW_NONE,
                               .timely = plan->spans.at[feature->span].timely,
                               .span = feature->span};
    Family family = family_of(aggregate);
    bool edge = aggregate == AGGREGATE_FIRST || aggregate == AGGREGATE_LAST;
    if (aggregate == AGGREGATE_COUNT || aggregate == AGGREGATE_RATIO) {
        feature->entry = add_entry(plan, store, &entry);
        entry.filter = feature->other_filter;
        feature->other_entry =
            aggregate == AGGREGATE_RATIO ? add_entry(plan, store, &entry) : WINDOW_NONE;
    } else if (family == FAMILY_DISTINCT) {
        entry.kind = ENTRY_DISTINCT;
        entry.column = feature->spec.column;
        feature->entry = add_entry(plan, store, &entry);
    } else if (family == FAMILY_NUMBER && !edge &&
               store->spec.numbers[feature->spec.column] == NUMBER_INTEGER) {
        entry.kind = ENTRY_NUMBER;
        entry.column = feature->spec.column;
        entry.extremes = aggregate == AGGREGATE_MIN || aggregate == AGGREGATE_MAX;
        entry.squares = aggregate == AGGREGATE_STD || aggregate == AGGREGATE_STD_SAMPLE;
        feature->entry = add_entry(plan, store, &entry);
    }
}

static void join_pass(struct window_plan *plan, uint32_t index) {
    struct feature *feature = &plan->features.at[index];
    struct pass *pass = pass_of(plan, &feature->spec, feature->filter);
    feature->pass = (uint32_t)(pass - plan->passes.at);
    feature->span = add_span(plan, &feature->spec);
    feature->timely = plan->spans.at[feature->span].timely;
    add_entries(plan, feature);
    pass->feature_count++;
    Aggregate aggregate = feature->spec.aggregate;
    pass->squares |= aggregate == AGGREGATE_STD || aggregate == AGGREGATE_STD_SAMPLE;
    mask_add(&pass->filters, feature->filter);
    if (takes_other_filter(aggregate)) {
        mask_add(&pass->filters, feature->other_filter);
    }
    for (uint32_t i = 0; i < feature->spec.day_term_count && aggregate == AGGREGATE_DAYS_WITH; i++) {
        mask_add(&pass->filters, feature->spec.day_terms[i].filter == WINDOW_NONE
                                     ? feature->filter
                                     : feature->spec.day_terms[i].filter);
    }
}

static void list_pass(struct window_plan *plan, uint32_t index) {
    struct pass *pass = &plan->passes.at[index];
    pass->features = ARENA_ARRAY(plan->arena, uint32_t, pass->feature_count);
    pass->spans = ARENA_ARRAY(plan->arena, uint32_t, pass->feature_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->features.count; i++) {
        const struct feature *feature = &plan->features.at[i];
        if (feature->pass != index) {
            continue;
        }
        pass->features[count++] = i;
        bool known = false;
        for (uint32_t k = 0; k < pass->span_count; k++) {
            known = known || pass->spans[k] == feature->span;
        }
        if (!known) {
            pass->spans[pass->span_count++] = feature->span;
        }
    }
    // Near spans first; insertion sort, a few entries.
    for (uint32_t i = 1; i < pass->span_count; i++) {
        uint32_t span = pass->spans[i];
        const struct span *at = plan->spans.at;
        uint32_t k = i;
        for (; k > 0 && (at[pass->spans[k - 1]].window > at[span].window ||
                         (at[pass->spans[k - 1]].window == at[span].window &&
                          at[pass->spans[k - 1]].from_us > at[span].from_us));
             k--) {
            pass->spans[k] = pass->spans[k - 1];
        }
        pass->spans[k] = span;
    }
}

void window_plan_finish(struct window_plan *plan) {
    INVARIANT(!plan->finished);
    for (uint32_t i = 0; i < plan->stores.count; i++) {
        struct store_plan *store = &plan->stores.at[i];
        store->stickies = ARENA_ARRAY(plan->arena, struct sticky, plan->features.count);
        store->lives = ARENA_ARRAY(plan->arena, struct life, plan->features.count * 2);
        store->entries = ARENA_ARRAY(plan->arena, struct entry_plan, plan->features.count * 2);
        store->wakes = ARENA_ARRAY(plan->arena, struct wake, plan->features.count);
        store->narrow_row_bytes = (uint32_t)rows_row_bytes(store, 0, false);
    }
    // The passes of an entity stand next to each other, so that a thing is looked at once.
    for (uint32_t entity = 0; entity < plan->entities.count; entity++) {
        for (uint32_t i = 0; i < plan->features.count; i++) {
            if (plan->features.at[i].spec.entity == entity) {
                remember(plan, &plan->features.at[i]);
                join_pass(plan, i);
            }
        }
        plan->entities.at[entity].pass_end = plan->passes.count;
    }
    for (uint32_t i = 0; i < plan->passes.count; i++) {
        list_pass(plan, i);
    }
    for (uint32_t i = 0; i < plan->stores.count; i++) {
        struct store_plan *store = &plan->stores.at[i];
        store->header_size = (uint32_t)((store->header_size + sizeof(struct thing) + 15) & ~15u);
    }
    plan->finished = true;
}

// ---- questions ----

uint32_t window_plan_feature_count(const struct window_plan *plan) {
    return plan->features.count;
}

uint32_t window_plan_pass_count(const struct window_plan *plan) {
    return plan->passes.count;
}

uint32_t window_plan_pass_of(const struct window_plan *plan, uint32_t feature) {
    return plan->features.at[feature].pass;
}

uint32_t window_plan_entity_of_pass(const struct window_plan *plan, uint32_t pass) {
    return plan->passes.at[pass].entity;
}

uint32_t window_plan_pass_cost(const struct window_plan *plan, uint32_t pass) {
    return plan->passes.at[pass].cost;
}

const struct window_feature_spec *window_plan_feature(const struct window_plan *plan,
                                                      uint32_t feature) {
    return &plan->features.at[feature].spec;
}
