// Entities, filters and rows of an event.
//
// Filters are decided before the event counts: a feature in a filter is that of the moment before. They are decided in
// stages, all of a stage together (stream/features_stages.c); what its parent rules out does not hold.

#include "monitoring/decision/engine_private.h"

#include <math.h>

// ---- entities --------------------------------------------------------------------------------------------

static bool hash_part(const struct event *event, uint32_t field, uint64_t store, Hash128 *ret_hash) {
    if (!event_has(event, field)) {
        return false;
    }
    const union event_cell *cell = &event->cells[field];
    Slice bytes = event->schema->fields[field].type == FIELD_STRING ? cell->text : (Slice){(const char *)cell, sizeof cell->integer};
    if (bytes.size == 0) {
        return false; // an empty text is nobody
    }
    *ret_hash = hash128(bytes, store);
    return true;
}

static Hash128 join(Hash128 left, Hash128 right) {
    return (Hash128){hash_mix(left.low, right.low), hash_mix(left.high, right.high)};
}

static bool later(Hash128 left, Hash128 right) {
    return left.high != right.high ? left.high > right.high : left.low > right.low;
}

bool engine_entity_key(const struct engine *engine, const struct feature_entity *entity, const struct event *event,
                       Hash128 *ret_key) {
    (void)engine;
    const struct feature_key *key = entity->key_on == NULL ? &entity->key : &entity->key_on[event->type];
    Hash128 parts[FEATURE_KEY_PARTS_MAX];
    for (uint32_t i = 0; i < key->count; i++) {
        if (!hash_part(event, key->fields[i], entity->store + 1, &parts[i])) {
            return false;
        }
    }
    if (entity->unordered && key->count == 2 && later(parts[0], parts[1])) {
        Hash128 first = parts[0];
        parts[0] = parts[1];
        parts[1] = first;
    }
    Hash128 hash = key->count == 0 ? (Hash128){entity->store + 1, 1} : parts[0];
    for (uint32_t i = 1; i < key->count; i++) {
        hash = join(hash, parts[i]);
    }
    *ret_key = hash;
    return true;
}

static void find_thing(struct engine *engine, uint32_t e) {
    const struct feature_entity *entity = &engine->features->entities.at[e];
    if (entity->when_rule != SCHEMA_NONE && !expr_table_rule(engine->filter_run, entity->when_rule)) {
        engine->has_key[e] = false;
    }
    if (engine->has_key[e]) {
        // What models read must not depend on which of them were asked, so it is no use of the thing. Nothing is added after the
        // rows are written, and so nothing that was found is forgotten meanwhile.
        engine->refs[e] = engine->reads_only ? window_peek(engine->windows, entity->store, engine->keys[e])
                                             : window_find(engine->windows, entity->store, engine->keys[e]);
    }
}

static void make_key(struct engine *engine, uint32_t e) {
    bits_set(engine->resolved, e);
    engine->has_key[e] = engine_entity_key(engine, &engine->features->entities.at[e], engine->event, &engine->keys[e]);
}

enum { WINDOW_NONE_BYTE = 0xff };
_Static_assert(WINDOW_NONE == UINT32_MAX, "all bytes of it are alike");

static void take_key(struct engine *engine, uint32_t e, const struct foreseen *foreseen, uint32_t recipe) {
    bits_set(engine->resolved, e);
    engine->has_key[e] = bits_test(foreseen->has_key, recipe);
    engine->keys[e] = foreseen->keys[recipe];
}

// Those that may write rows are found ahead, in three steps, so that their memory comes while others are looked at. The
// rest is found when a feature asks for it.
void engine_find_entities(struct engine *engine) {
    const struct feature_plan *plan = engine->features;
    const struct foreseen *foreseen = engine->foreseen;
    const struct row_recipe *recipes = plan->recipes[engine->event->type];
    uint32_t count = plan->recipe_counts[engine->event->type];
    size_t entities = plan->entities.count;
    memset(engine->resolved, 0, sizeof engine->resolved);
    memset(engine->refs, WINDOW_NONE_BYTE, sizeof *engine->refs * entities);
    memset(engine->current, WINDOW_NONE_BYTE, sizeof *engine->current * entities);
    memset(engine->row_of, 0, sizeof *engine->row_of * entities);
    memset(engine->has_key, 0, sizeof *engine->has_key * entities);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t e = recipes[i].entity;
        if (foreseen != NULL && !recipes[i].is_late) {
            take_key(engine, e, foreseen, i);
            continue; // its memory was asked for when it was expected
        }
        make_key(engine, e);
        if (engine->has_key[e]) {
            window_prefetch(engine->windows, plan->entities.at[e].store, engine->keys[e]);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t e = recipes[i].entity;
        find_thing(engine, e);
        if (engine->refs[e] != WINDOW_NONE) {
            window_prefetch_rows(engine->windows, engine->refs[e]);
        }
    }
}

void engine_resolve(struct engine *engine, uint32_t e) {
    if (!bits_test(engine->resolved, e)) {
        make_key(engine, e);
        find_thing(engine, e);
    }
}

// ---- filters ---------------------------------------------------------------------------------------------

// Those of a stage that parents of earlier stages do not rule out.
static const uint64_t *candidates_of(struct engine *engine, const struct filter_stage *stage) {
    memset(engine->candidates, 0, sizeof engine->candidates);
    for (uint32_t i = 0; i < stage->ruled_count; i++) {
        bits_assign(engine->candidates, i, stage->gates[i] == SCHEMA_NONE || bits_test(engine->filters, stage->gates[i]));
    }
    return engine->candidates;
}

static void decide_stage(struct engine *engine, const struct filter_stage *stage) {
    const struct feature_plan *plan = engine->features;
    const uint64_t *candidates = stage->is_gated ? candidates_of(engine, stage) : NULL;
    uint32_t hits[FEATURE_FILTERS_MAX];
    uint32_t hit_count = expr_table_evaluate(engine->filter_run, stage->plan, candidates, hits);
    uint64_t holding[FEATURE_FILTERS_MAX / 64] = {0};
    for (uint32_t i = 0; i < hit_count; i++) {
        bits_set(holding, stage->ruled[hits[i]]);
    }
    for (uint32_t i = 0; i < stage->count; i++) {
        const struct feature_filter *filter = &plan->filters.at[stage->filters[i]];
        bool holds = (filter->rule == SCHEMA_NONE || bits_test(holding, stage->filters[i])) &&
                     (filter->parent == SCHEMA_NONE || bits_test(engine->filters, filter->parent));
        bits_assign(engine->filters, stage->filters[i], holds);
    }
}

void engine_decide_filters(struct engine *engine, const struct filter_stage *stages) {
    const struct feature_plan *plan = engine->features;
    const struct filter_stage *of_type = stages + (size_t)engine->event->type * plan->stage_count;
    for (uint32_t s = 0; s < plan->stage_count; s++) {
        if (of_type[s].count > 0) {
            decide_stage(engine, &of_type[s]);
        }
    }
}

void engine_decide_late_filters(struct engine *engine) {
    const struct feature_turn *turn = &engine->features->turns[engine->event->type];
    for (uint32_t i = 0; i < turn->late_filter_count; i++) {
        const struct feature_filter *filter = &engine->features->filters.at[turn->late_filters[i]];
        bool holds = (filter->parent == SCHEMA_NONE || bits_test(engine->filters, filter->parent)) &&
                     (filter->rule == SCHEMA_NONE || expr_table_rule(engine->filter_run, filter->rule));
        bits_assign(engine->filters, turn->late_filters[i], holds);
    }
}

// ---- values ----------------------------------------------------------------------------------------------

static uint64_t id_of_text(Slice text) {
    uint64_t hash = hash64(text, 0);
    return hash == 0 ? 1 : hash; // 0 means missing
}

static uint64_t id_of_bits(uint64_t bits) {
    uint64_t hash = hash_mix(0x7164, bits);
    return hash == 0 ? 1 : hash;
}

static uint64_t field_id(const struct engine *engine, uint32_t field) {
    if (!event_has(engine->event, field)) {
        return 0;
    }
    const struct schema_field *known = &engine->schema->fields[field];
    const union event_cell *cell = &engine->event->cells[field];
    if (known->type == FIELD_STRING) {
        return cell->text.size == 0 ? 0 : id_of_text(cell->text);
    }
    if (known->type == FIELD_ENUM) {
        return id_of_text(engine->schema->enums[known->enumeration].values[cell->integer]);
    }
    return id_of_bits((uint64_t)cell->integer);
}

static uint64_t first_present(const struct engine *engine, const struct value_source *source) {
    uint32_t i = 0;
    while (i + 1 < source->count && !event_has(engine->event, source->fields[i])) {
        i++;
    }
    return field_id(engine, source->fields[i]);
}

static uint64_t expression_id(struct engine *engine, const struct expr *expr) {
    struct value value;
    if (expr_evaluate(expr, &engine->host.input, &engine->scratch, &value) != STATUS_OK) {
        return 0;
    }
    switch (value.kind) {
    case VALUE_STRING:
        return value.text.size == 0 ? 0 : id_of_text(value.text);
    case VALUE_INT:
        return id_of_bits((uint64_t)value.integer);
    case VALUE_BOOL:
        return id_of_bits(value.boolean);
    case VALUE_MONEY:
        return id_of_bits((uint64_t)llround(value.number));
    default:
        return 0;
    }
}

static void find_number(struct engine *engine, uint32_t index, const struct feature_value *value) {
    bool is_field = value->field != SCHEMA_NONE;
    if (is_field && value->kind == NUMBER_INTEGER) {
        engine->values[index].integer = event_has(engine->event, value->field)
                                            ? engine->event->cells[value->field].integer
                                            : WINDOW_MISSING_INTEGER;
        return;
    }
    double number = is_field ? engine_number(engine, expr_root(value->expr)->variable->slot) : expr_table_column(engine->filter_run, value->column);
    if (value->kind == NUMBER_REAL) {
        engine->values[index].real = number;
    } else {
        engine->values[index].integer = isnan(number) ? WINDOW_MISSING_INTEGER : (int64_t)llround(number);
    }
}

static void find_value(struct engine *engine, uint32_t index) {
    if (bits_test(engine->value_known, index)) {
        return;
    }
    bits_set(engine->value_known, index);
    const struct feature_value *value = &engine->features->values.at[index];
    if (value->is_number) {
        find_number(engine, index, value);
    } else {
        const struct value_source *source = &value->sources[engine->event->type];
        engine->values[index].id = source->count > 0 ? first_present(engine, source) : expression_id(engine, value->expr);
    }
}

void engine_know_values(struct engine *engine) {
    const struct foreseen *foreseen = engine->foreseen;
    memset(engine->value_known, 0, sizeof engine->value_known);
    if (foreseen == NULL) {
        return;
    }
    const struct feature_turn *turn = &engine->features->turns[foreseen->type];
    for (uint32_t i = 0; i < turn->early_value_count; i++) {
        uint32_t value = turn->early_values[i];
        bits_set(engine->value_known, value);
        engine->values[value].bits = foreseen->values[i];
    }
}

void engine_foresee_values(struct engine *engine, struct foreseen *foreseen) {
    const struct feature_turn *turn = &engine->features->turns[foreseen->type];
    memset(engine->value_known, 0, sizeof engine->value_known);
    for (uint32_t i = 0; i < turn->early_value_count; i++) {
        find_value(engine, turn->early_values[i]);
        foreseen->values[i] = engine->values[turn->early_values[i]].bits;
    }
}

// ---- rows ------------------------------------------------------------------------------------------------

static bool filters_of_row(const struct engine *engine, const struct row_recipe *recipe, WindowMask *ret_mask) {
    WindowMask mask = {{0, 0}};
    for (uint32_t i = 0; i < recipe->bit_count; i++) {
        struct row_bit pair = recipe->bits[i];
        mask.words[pair.bit / 64] |= (uint64_t)bits_test(engine->filters, pair.filter) << (pair.bit % 64);
    }
    *ret_mask = mask;
    return (mask.words[0] | mask.words[1]) != 0;
}

static void fill_row(struct engine *engine, const struct feature_store *store, struct window_row *row) {
    uint32_t type = engine->event->type;
    for (uint32_t c = 0; c < store->spec.number_count; c++) {
        uint32_t value = store->numbers[c][type];
        if (value != SCHEMA_NONE) {
            find_value(engine, value);
            memcpy(&row->numbers[c], &engine->values[value], sizeof row->numbers[c]);
        } else if (store->spec.numbers[c] == NUMBER_REAL) {
            row->numbers[c].real = NAN;
        } else {
            row->numbers[c].integer = WINDOW_MISSING_INTEGER;
        }
    }
    for (uint32_t c = 0; c < store->spec.id_count; c++) {
        uint32_t value = store->ids[c][type];
        row->ids[c] = 0;
        if (value != SCHEMA_NONE) {
            find_value(engine, value);
            row->ids[c] = engine->values[value].id;
        }
    }
    row->time_us = engine->event->time_us;
    row->tag = engine->tag;
    row->late = (engine->flags & (EVENT_FLAG_LATE | EVENT_FLAG_CLOCK_SKEW)) != 0;
}

static void write_row(struct engine *engine, uint32_t e, const struct window_row *row) {
    const struct feature_entity *entity = &engine->features->entities.at[e];
    WindowRef ref = engine->refs[e] != WINDOW_NONE ? engine->refs[e]
                                                   : window_add(engine->windows, entity->store, engine->keys[e]);
    engine->refs[e] = ref;
    engine->current[e] = window_insert(engine->windows, ref, row, engine->clock_us);
    engine->written[engine->written_count++] =
        (struct recall_row){.ref = ref, .check = (uint32_t)engine->keys[e].high, .store = entity->store};
    engine->counters.rows_written++;
}

// Another entity of this event has the same thing: its row is there already.
static bool is_written(struct engine *engine, uint32_t e) {
    const struct feature_plan *plan = engine->features;
    for (uint32_t k = 0; k < e; k++) {
        bool same = engine->current[k] != WINDOW_NONE && plan->entities.at[k].store == plan->entities.at[e].store &&
                    engine->keys[k].low == engine->keys[e].low && engine->keys[k].high == engine->keys[e].high;
        if (same) {
            engine->refs[e] = engine->refs[k];
            engine->current[e] = engine->current[k];
            return true;
        }
    }
    return false;
}

void engine_write_rows(struct engine *engine) {
    const struct feature_plan *plan = engine->features;
    const struct row_recipe *recipes = plan->recipes[engine->event->type];
    uint32_t count = plan->recipe_counts[engine->event->type];
    engine->written_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t e = recipes[i].entity;
        const struct feature_store *store = &plan->stores.at[plan->entities.at[e].store];
        if (!engine->has_key[e]) {
            continue;
        }
        struct window_row *row = &engine->rows[e];
        bool counts = filters_of_row(engine, &recipes[i], &row->filters);
        if (!counts && !store->shows_current) {
            continue;
        }
        fill_row(engine, store, row);
        engine->row_of[e] = row;
        if (counts && !(store->is_shared && is_written(engine, e))) {
            write_row(engine, e, row);
        }
    }
}

// ---- taking back -----------------------------------------------------------------------------------------

static WindowMask kept_filters(const struct engine *engine, uint32_t store_index) {
    const struct feature_store *store = &engine->features->stores.at[store_index];
    WindowMask mask = {{0, 0}};
    for (uint32_t b = 0; b < store->spec.filter_count; b++) {
        bool kept = engine->features->filters.at[store->filters[b]].keep_failed;
        mask.words[b / 64] |= (uint64_t)kept << (b % 64);
    }
    return mask;
}

void engine_undo(struct engine *engine, const struct recalled *event) {
    for (uint32_t i = 0; i < event->row_count; i++) {
        const struct recall_row *row = &event->rows[i];
        if ((uint32_t)window_key(engine->windows, row->ref).high == row->check) {
            window_strip(engine->windows, row->ref, event->time_us, event->tag, kept_filters(engine, row->store));
        }
    }
}
