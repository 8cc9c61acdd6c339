// Looking at the features of a thing without an event.
//
// Features are computed as they are for an event, by the same passes and expressions, but the event at hand is one in which every field
// is missing, and of all entities only the one that is asked about is there. All that is written on the way is scratch of one event, which
// the next one begins anew; the thing is found without counting as used, so that what is forgotten first does not depend on who looked.

#include "monitoring/decision/engine_private.h"

#include <math.h>

// The fields that make an entity's key; where event types differ, those of the first type that has any.
static const struct feature_key *key_of(const struct engine *engine, const struct feature_entity *entity) {
    if (entity->key_on == NULL) {
        return &entity->key;
    }
    for (uint32_t t = 0; t < engine->schema->type_count; t++) {
        if (entity->key_on[t].count > 0) {
            return &entity->key_on[t];
        }
    }
    return &entity->key;
}

// Puts the text of a key part into a field as intake would.
static bool put_part(const struct engine *engine, struct event *event, uint32_t field, Slice text) {
    const struct schema_field *known = &engine->schema->fields[field];
    union event_cell *cell = &event->cells[field];
    bool fits = text.size > 0;
    if (known->type == FIELD_STRING) {
        cell->text = text;
    } else if (known->type == FIELD_ENUM) {
        uint32_t value = schema_enum_value(engine->schema, known->enumeration, text);
        cell->integer = value;
        fits = value != SCHEMA_NONE;
    } else if (known->type == FIELD_INT) {
        fits = slice_to_i64(text, &cell->integer);
    } else {
        fits = false; // nobody is known by an amount or a moment
    }
    bits_assign(event->present, field, fits);
    return fits;
}

uint32_t engine_look_key_fields(const struct engine *engine, uint32_t entity, const uint32_t **ret_fields) {
    const struct feature_key *key = key_of(engine, &engine->features->entities.at[entity]);
    *ret_fields = key->fields;
    return key->count;
}

// The key of an entity by the texts of its parts.
static bool make_key(struct engine *engine, const struct engine_look *look, struct event *event, Hash128 *ret_key) {
    struct feature_entity entity = engine->features->entities.at[look->entity];
    entity.key = *key_of(engine, &entity);
    entity.key_on = NULL;
    if (look->part_count != entity.key.count) {
        return false;
    }
    for (uint32_t i = 0; i < look->part_count; i++) {
        if (!put_part(engine, event, entity.key.fields[i], look->parts[i])) {
            return false;
        }
    }
    bool found = engine_entity_key(engine, &entity, event, ret_key);
    for (uint32_t i = 0; i < look->part_count; i++) {
        bits_assign(event->present, entity.key.fields[i], false);
    }
    return found;
}

// What reads the event, another entity or a table cannot be told of a thing alone.
static bool is_of_thing(const struct engine *engine, const struct feature *feature, uint32_t entity) {
    if (feature->window != SCHEMA_NONE) {
        return feature->entity == entity;
    }
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr_reads(feature->expr, &count);
    bool all = count > 0;
    for (uint32_t i = 0; i < count && all; i++) {
        const struct name *name = &engine->catalogue->vocabulary.names.at[reads[i]->slot];
        all = name->kind == NAME_FEATURE && is_of_thing(engine, &engine->features->features.at[name->index], entity);
    }
    return all;
}

bool engine_looks_at(const struct engine *engine, uint32_t entity, uint32_t feature) {
    return is_of_thing(engine, &engine->features->features.at[feature], entity);
}

// As engine_find_entities() leaves it for an event that has this one thing.
static void place_thing(struct engine *engine, uint32_t entity, Hash128 key) {
    for (uint32_t e = 0; e < engine->features->entities.count; e++) {
        engine->refs[e] = WINDOW_NONE;
        engine->current[e] = WINDOW_NONE;
        engine->row_of[e] = NULL;
        engine->has_key[e] = false;
        bits_set(engine->resolved, e);
    }
    engine->refs[entity] = window_peek(engine->windows, engine->features->entities.at[entity].store, key);
}

static void forget_passes(struct engine *engine) {
    memset(engine->computed, 0, sizeof *engine->computed * engine->pass_words);
    memset(engine->announced, 0, sizeof *engine->announced * engine->pass_words);
}

static void read_features(struct engine *engine, const struct engine_look *look, double *ret_values) {
    for (uint32_t i = 0; i < look->feature_count; i++) {
        uint32_t feature = look->features[i];
        const struct feature *known = &engine->features->features.at[feature];
        if (!is_of_thing(engine, known, look->entity)) {
            ret_values[i] = NAN;
            continue;
        }
        if (known->window != SCHEMA_NONE) {
            (void)engine_number(engine, known->slot); // computes its pass
        }
        ret_values[i] = engine_feature(engine, feature);
    }
}

bool engine_clock(const struct engine *engine, int64_t *ret_time_us) {
    *ret_time_us = engine->clock_us;
    return engine->has_clock;
}

Status engine_look(struct engine *engine, const struct engine_look *look, double *ret_values, bool *ret_is_known) {
    INVARIANT(look->entity < engine->features->entities.count);
    if (engine->nobody == NULL) {
        engine->nobody = event_create(engine->schema);
    }
    Hash128 key;
    ENSURE(make_key(engine, look, engine->nobody, &key), STATUS_INVALID);
    engine->nobody->time_us = look->time_us;
    const struct event *event = engine->event;
    uint64_t sequence = engine->sequence;
    int64_t list_time_us = engine->lists.time_us;
    struct engine_counters counters = engine->counters;
    ArenaMark mark = arena_mark(&engine->scratch);
    engine->event = engine->nobody;
    engine->sequence = UINT64_MAX; // rows of tables that were found for the last event are not this one's
    engine->lists.time_us = look->time_us;
    forget_passes(engine);
    place_thing(engine, look->entity, key);
    *ret_is_known = engine->refs[look->entity] != WINDOW_NONE;
    read_features(engine, look, ret_values);
    forget_passes(engine);
    arena_rewind(&engine->scratch, mark);
    engine->event = event;
    engine->sequence = sequence;
    engine->lists.time_us = list_time_us;
    engine->counters = counters;
    return STATUS_OK;
}
