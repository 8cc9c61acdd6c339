// Expecting: fetching what an event will need while others are decided.
//
// Nearly all of a decision's time is waiting for memory: some ten things and ten table rows that were last used hours ago.
// When several events wait, the memory of the later ones is asked for while the earlier ones are decided. Each event goes
// through three steps, one a call, so that each step finds what the one before asked for:
//
//          things                       rows of tables           keys of lists
//   1.     the line of the index        the segment              the segment
//   2.     the header                   the line of the index    the line of the index
//   3.     the rows                     the row
//
// Nothing here changes what is decided: an event that was not expected, or was expected wrongly, only takes longer.

#include "monitoring/decision/engine_private.h"

static void ask_table(struct engine *engine, struct expected *expected, uint32_t table, Hash128 key) {
    expected->tables[expected->table_count++] = (struct expected_key){key, table};
    knowledge_prefetch_segment(engine->knowledge, table, key);
}

static void ask_list(struct engine *engine, struct expected *expected, Hash128 key) {
    expected->list_keys[expected->list_key_count++] = key;
    knowledge_prefetch_list_segment(engine->knowledge, key);
}

static void ask_tables(struct engine *engine, struct expected *expected, const struct event *event) {
    const struct fetched *fetched = &engine->catalogue->types[event->type].fetched;
    for (uint32_t i = 0; i < fetched->table_count; i++) {
        Hash128 key;
        if (engine_table_key(engine, fetched->tables[i], event, &key)) {
            ask_table(engine, expected, fetched->tables[i], key);
        }
    }
    for (uint32_t i = 0; i < fetched->list_field_count; i++) {
        uint32_t field = fetched->list_fields[i];
        if (event_has(event, field) && event->cells[field].text.size > 0) {
            ask_list(engine, expected, knowledge_key(&event->cells[field].text, 1));
        }
    }
}

static void ask_index(struct engine *engine, struct expected *expected, uint32_t entity, Hash128 key) {
    uint32_t store = engine->features->entities.at[entity].store;
    expected->keys[expected->key_count++] = (struct expected_key){key, store};
    window_prefetch(engine->windows, store, key);
}

static void ask_indices(struct engine *engine, struct expected *expected, const struct event *event) {
    const struct feature_plan *plan = engine->features;
    const struct row_recipe *recipes = plan->recipes[event->type];
    recall_prefetch(engine->recall, hash128(event->id, 0));
    for (uint32_t i = 0; i < plan->recipe_counts[event->type]; i++) {
        Hash128 key;
        if (engine_entity_key(engine, &plan->entities.at[recipes[i].entity], event, &key)) {
            ask_index(engine, expected, recipes[i].entity, key);
        }
    }
    ask_tables(engine, expected, event);
}

// An event that another thread has parsed is in its caches: first what is asked of every event, then, when that tells where, what late filters read.
static void ask_event(const struct event *event) {
    const char *at = (const char *)event;
    for (size_t i = 0; i < offsetof(struct event, cells); i += 64) {
        __builtin_prefetch(at + i);
    }
}

static void ask_cells(const struct engine *engine, const struct foreseen *foreseen) {
    const struct feature_turn *turn = &engine->features->turns[foreseen->type];
    const struct schema *schema = engine->schema;
    const uint32_t roles[] = {schema->phase, schema->result, schema->original};
    for (uint32_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (roles[i] != SCHEMA_NONE) {
            __builtin_prefetch(&foreseen->event->cells[roles[i]]);
        }
    }
    for (uint32_t i = 0; i < turn->late_field_count; i++) {
        __builtin_prefetch(&foreseen->event->cells[turn->late_fields[i]]);
    }
}

static void ask_foreseen(struct engine *engine, struct expected *expected, const struct foreseen *foreseen) {
    const struct feature_plan *plan = engine->features;
    const struct row_recipe *recipes = plan->recipes[foreseen->type];
    recall_prefetch(engine->recall, foreseen->id);
    expected->foreseen = foreseen;
    ask_event(foreseen->event);
    for (uint32_t i = 0; i < plan->recipe_counts[foreseen->type]; i++) {
        if (bits_test(foreseen->has_key, i)) {
            ask_index(engine, expected, recipes[i].entity, foreseen->keys[i]);
        }
    }
    const struct fetched *late = &engine->catalogue->types[foreseen->type].late;
    size_t i = 0;
    BITS_EACH(&foreseen->has_table, 1, i) {
        ask_table(engine, expected, late->tables[i], foreseen->table_keys[i]);
    }
    BITS_EACH(&foreseen->has_list, 1, i) {
        ask_list(engine, expected, foreseen->list_keys[i]);
    }
}

static void ask_things(struct engine *engine, const struct expected *expected) {
    for (uint32_t i = 0; i < expected->key_count; i++) {
        window_prefetch_thing(engine->windows, expected->keys[i].store, expected->keys[i].key);
    }
    for (uint32_t i = 0; i < expected->table_count; i++) {
        knowledge_prefetch(engine->knowledge, expected->tables[i].store, expected->tables[i].key);
    }
    for (uint32_t i = 0; i < expected->list_key_count; i++) {
        knowledge_prefetch_lists(engine->knowledge, expected->list_keys[i]);
    }
}

static void ask_rows(struct engine *engine, const struct expected *expected) {
    for (uint32_t i = 0; i < expected->table_count; i++) {
        knowledge_prefetch_row(engine->knowledge, expected->tables[i].store, expected->tables[i].key);
    }
    for (uint32_t i = 0; i < expected->key_count; i++) {
        WindowRef ref = window_peek(engine->windows, expected->keys[i].store, expected->keys[i].key);
        if (ref != WINDOW_NONE) {
            window_prefetch_rows(engine->windows, ref);
        }
    }
}

// 0 is the event just told, 1 the one before it, 2 the one before that. The latter two make a step; what was asked for the first is the caller's.
static struct expected *next_expected(struct engine *engine, bool is_there) {
    struct expected *oldest = engine->expected[2];
    engine->expected[2] = engine->expected[1];
    engine->expected[1] = engine->expected[0];
    engine->expected[0] = oldest;
    if (engine->expected[1]->is_there && engine->expected[1]->foreseen != NULL) {
        ask_cells(engine, engine->expected[1]->foreseen);
    }
    if (engine->expected[1]->is_there) {
        ask_things(engine, engine->expected[1]);
    }
    if (engine->expected[2]->is_there) {
        ask_rows(engine, engine->expected[2]);
    }
    oldest->is_there = is_there;
    oldest->foreseen = NULL;
    oldest->key_count = oldest->table_count = oldest->list_key_count = 0;
    return oldest;
}

void engine_expect(struct engine *engine, const struct event *event) {
    struct expected *expected = next_expected(engine, event != NULL);
    if (event != NULL) {
        ask_indices(engine, expected, event);
    }
}

void engine_expect_foreseen(struct engine *engine, const struct foreseen *foreseen) {
    struct expected *expected = next_expected(engine, foreseen != NULL);
    if (foreseen != NULL) {
        ask_foreseen(engine, expected, foreseen);
    }
}
