// Foreseeing: the part of taking an event in that asks for nothing but the event, so that it can be done by threads that read ahead.
//
// A foresight is an engine without a state. Nothing that it is asked for reads one: early filters and keys are made of fields that intake has filled
// in (stream/features_stages.c says which filters are early, a recipe which key is not).

#include "monitoring/decision/engine_private.h"

#include <math.h>
#include <stdlib.h>

// Where a number of the event comes from, in four bytes: most of what early filters read are fields, and there is a line of memory less to each.
typedef enum Origin { ORIGIN_OTHER, ORIGIN_FILTER, ORIGIN_WHOLE, ORIGIN_REAL, ORIGIN_TEXT } Origin;
struct origin {
    uint16_t index;
    uint16_t kind;
};

struct foresight {
    struct engine engine; // first: the functions of its host are handed a pointer to it
    struct origin *origins; // by slot
};

// As engine_number().
static double number(void *context, uint32_t slot) {
    const struct foresight *foresight = context;
    const struct event *event = foresight->engine.event;
    struct origin origin = foresight->origins[slot];
    if (origin.kind == ORIGIN_FILTER) {
        return bits_test(foresight->engine.filters, origin.index);
    }
    if (origin.kind == ORIGIN_OTHER) {
        return engine_number(context, slot);
    }
    if (!event_has(event, origin.index)) {
        return NAN;
    }
    const union event_cell *cell = &event->cells[origin.index];
    return origin.kind == ORIGIN_WHOLE ? (double)cell->integer : origin.kind == ORIGIN_REAL ? cell->number : 0; // a text is present
}

static struct origin find_origin(const struct schema *schema, const struct name *name) {
    if (name->kind == NAME_FILTER) {
        return (struct origin){(uint16_t)name->index, ORIGIN_FILTER};
    }
    if (name->kind != NAME_FIELD) {
        return (struct origin){0, ORIGIN_OTHER};
    }
    FieldType type = schema->fields[name->index].type;
    return (struct origin){(uint16_t)name->index, type == FIELD_FLOAT ? ORIGIN_REAL : type == FIELD_STRING ? ORIGIN_TEXT : ORIGIN_WHOLE};
}

struct foresight *foresight_create(const struct catalogue *catalogue) {
    struct foresight *foresight = memory_alloc(sizeof *foresight);
    struct engine *engine = &foresight->engine;
    engine->catalogue = catalogue;
    engine->features = catalogue->features;
    engine->schema = catalogue->schema;
    engine->filter_run = expr_table_run_create(catalogue->features->filter_table);
    arena_init(&engine->scratch, 64 << 10);
    buf_init(&engine->plain_end, 4 << 10);
    decision_put_plain_end(catalogue, &engine->plain_end);
    engine_make_host(engine);
    engine->host.number = number;
    const struct vocabulary *vocabulary = &catalogue->vocabulary;
    foresight->origins = memory_alloc(sizeof *foresight->origins * (vocabulary->slots.count + 1));
    for (uint32_t i = 0; i < vocabulary->slots.count; i++) {
        foresight->origins[i] = find_origin(catalogue->schema, &vocabulary->names.at[i]);
    }
    return foresight;
}

void foresight_destroy(struct foresight *foresight) {
    if (foresight == NULL) {
        return;
    }
    expr_table_run_destroy(foresight->engine.filter_run);
    arena_deinit(&foresight->engine.scratch);
    buf_deinit(&foresight->engine.plain_end);
    free(foresight->origins);
    free(foresight);
}

static void make_keys(struct engine *engine, struct foreseen *foreseen) {
    const struct feature_plan *plan = engine->features;
    const struct row_recipe *recipes = plan->recipes[foreseen->type];
    memset(foreseen->has_key, 0, sizeof foreseen->has_key);
    for (uint32_t i = 0; i < plan->recipe_counts[foreseen->type]; i++) {
        const struct feature_entity *entity = &plan->entities.at[recipes[i].entity];
        bool known = !recipes[i].is_late && engine_entity_key(engine, entity, engine->event, &foreseen->keys[i]);
        bits_assign(foreseen->has_key, i, known);
    }
}

static void find_table_keys(struct engine *engine, struct foreseen *foreseen) {
    const struct event *event = engine->event;
    const struct fetched *late = &engine->catalogue->types[foreseen->type].late;
    foreseen->has_table = foreseen->has_list = 0;
    for (uint32_t i = 0; i < late->table_count; i++) {
        bool known = engine_table_key(engine, late->tables[i], event, &foreseen->table_keys[i]);
        foreseen->has_table |= (uint64_t)known << i;
    }
    for (uint32_t i = 0; i < late->list_field_count; i++) {
        uint32_t field = late->list_fields[i];
        if (event_has(event, field) && event->cells[field].text.size > 0) {
            foreseen->list_keys[i] = knowledge_key(&event->cells[field].text, 1);
            foreseen->has_list |= UINT64_C(1) << i;
        }
    }
}

void foresee(struct foresight *foresight, const struct event *event, Slice answer, struct foreseen *ret_foreseen) {
    struct engine *engine = &foresight->engine;
    arena_reset(&engine->scratch);
    engine->event = event;
    ret_foreseen->event = event;
    ret_foreseen->id = hash128(event->id, 0);
    ret_foreseen->type = event->type;
    ret_foreseen->is_answer = engine_read_line(engine, answer, &ret_foreseen->segment, &ret_foreseen->is_plain);
    make_keys(engine, ret_foreseen);
    expr_table_begin(engine->filter_run, &engine->host, 0);
    memset(engine->filters, 0, sizeof engine->filters);
    engine_decide_filters(engine, engine->features->early_stages);
    memcpy(ret_foreseen->filters, engine->filters, sizeof engine->filters);
    engine_foresee_values(engine, ret_foreseen);
    find_table_keys(engine, ret_foreseen);
}
