#include "cli/bench/recording.h"

#include "os/clock.h"

#include <math.h>
#include <stdlib.h>

enum { ROUNDS_MAX = 64 };

struct taken {
    struct event *event;
    double *numbers; // by slot
    Slice *texts;    // by slot; NULL: missing
    uint32_t segment, channel;
};

struct recording {
    const struct catalogue *catalogue;
    const struct knowledge *knowledge;
    struct arena arena;
    struct taken *events;
    uint32_t count, capacity;
    uint32_t slot_count; // names that are no parameters come first; the others are not recorded
};

struct recording *recording_create(const struct catalogue *catalogue, const struct knowledge *knowledge, uint32_t capacity) {
    struct recording *recording = memory_alloc(sizeof *recording);
    recording->catalogue = catalogue;
    recording->knowledge = knowledge;
    recording->capacity = capacity;
    arena_init(&recording->arena, 1 << 20);
    recording->events = ARENA_ARRAY(&recording->arena, struct taken, capacity);
    uint32_t count = 0;
    while (count < catalogue->vocabulary.names.count && catalogue->vocabulary.names.at[count].kind != NAME_PARAMETER) {
        count++;
    }
    recording->slot_count = count;
    return recording;
}

void recording_destroy(struct recording *recording) {
    if (recording == NULL) {
        return;
    }
    for (uint32_t i = 0; i < recording->count; i++) {
        event_destroy(recording->events[i].event);
    }
    arena_deinit(&recording->arena);
    free(recording);
}

static struct event *copy_event(const struct event *event) {
    struct event *copy = event_create(event->schema);
    copy->type = event->type;
    copy->time_us = event->time_us;
    copy->received_us = event->received_us;
    copy->flags = event->flags;
    memcpy(copy->present, event->present, sizeof copy->present);
    memcpy(copy->cells, event->cells, sizeof copy->cells);
    for (uint32_t f = 0; f < event->schema->field_count; f++) {
        if (event_has(event, f) && event->schema->fields[f].type == FIELD_STRING) {
            event_set_text(copy, f, event->cells[f].text);
        }
    }
    return copy;
}

static double field_number(const struct event *event, uint32_t field) {
    if (!event_has(event, field)) {
        return NAN;
    }
    switch (event->schema->fields[field].type) {
    case FIELD_FLOAT:
        return event->cells[field].number;
    case FIELD_STRING:
        return 0;
    default:
        return (double)event->cells[field].integer;
    }
}

// A choice of a table as its number: what the predicate table compares.
static double choice_number(const struct catalogue *catalogue, const struct name *name, Slice text) {
    const struct knowledge_column *column = &catalogue->knowledge->tables[name->table].columns[name->index];
    uint32_t number = column->type == COLUMN_ENUM && text.at != NULL ? map_get(&column->values_by_name, text) : MAP_NONE;
    if (text.at == NULL) {
        return NAN;
    }
    return number == MAP_NONE ? 0 : (double)number;
}

static void take_slot(struct recording *recording, struct engine *engine, struct taken *taken, uint32_t slot) {
    const struct name *name = &recording->catalogue->vocabulary.names.at[slot];
    taken->numbers[slot] = NAN;
    if (name->kind == NAME_DECISION || name->kind == NAME_DAY_TERM) {
        return;
    }
    struct seen seen = engine_see(engine, slot);
    if (seen.is_text) {
        taken->texts[slot] = seen.text.at == NULL ? seen.text : arena_copy(&recording->arena, seen.text);
    }
    taken->numbers[slot] = name->kind == NAME_FIELD               ? field_number(taken->event, name->index)
                           : name->kind == NAME_CELL && seen.is_text ? choice_number(recording->catalogue, name, seen.text)
                                                                     : seen.number;
}

void recording_take(struct recording *recording, struct engine *engine, const struct event *event, const struct decision *decision) {
    if (recording->count == recording->capacity || decision->is_duplicate) {
        return;
    }
    struct taken *taken = &recording->events[recording->count++];
    uint32_t channel = recording->catalogue->schema->channel;
    bool known = channel != SCHEMA_NONE && event_has(event, channel);
    taken->event = copy_event(event);
    taken->numbers = ARENA_ARRAY(&recording->arena, double, recording->slot_count + 1);
    taken->texts = ARENA_ARRAY(&recording->arena, Slice, recording->slot_count + 1);
    taken->segment = decision->segment;
    taken->channel = known ? (uint32_t)event->cells[channel].integer : recording->catalogue->channel_count - 1;
    for (uint32_t slot = 0; slot < recording->slot_count; slot++) {
        take_slot(recording, engine, taken, slot);
    }
}

// ---- evaluating ------------------------------------------------------------------------------------------

// The host of the predicate table.
struct stage {
    struct catalogue_lists lists; // first: inList() is handed a pointer to the stage
    const struct catalogue *catalogue;
    const struct event *event;
    double *numbers; // by slot, warm
    Slice *texts;
    uint32_t slot_count;
    uint32_t binding;
    struct table_host host;
};

static double stage_number(void *context, uint32_t slot) {
    const struct stage *stage = context;
    return slot < stage->slot_count ? stage->numbers[slot] : stage->catalogue->parameter_values[stage->binding][slot];
}

static bool stage_text(void *context, uint32_t slot, Slice *ret_text) {
    const struct stage *stage = context;
    if (slot >= stage->slot_count || stage->texts[slot].at == NULL) {
        return false;
    }
    *ret_text = stage->texts[slot];
    return true;
}

static void stage_need(void *context, const uint64_t *groups, size_t word_count) {
    (void)context, (void)groups, (void)word_count; // all is there
}

static bool read_list(const struct event *event, uint32_t field, struct arena *scratch, struct value *ret_value) {
    if (!event_has(event, field)) {
        return false;
    }
    const struct schema_enum *choices = &event->schema->enums[event->schema->fields[field].enumeration];
    uint64_t set = (uint64_t)event->cells[field].integer;
    struct value *items = ARENA_ARRAY(scratch, struct value, choices->count + 1);
    struct value_list *list = ARENA_NEW(scratch, struct value_list);
    for (uint32_t i = 0; i < choices->count && i < SCHEMA_LIST_VALUES_MAX; i++) {
        if ((set >> i & 1) != 0) {
            items[list->count++] = value_string(choices->values[i]);
        }
    }
    list->items = items;
    *ret_value = (struct value){.kind = VALUE_LIST, .list = list};
    return true;
}

static bool read_time(const struct event *event, uint32_t field, struct value *ret_value) {
    if (!event_has(event, field)) {
        return false;
    }
    int64_t time_us = event->cells[field].integer;
    int64_t seconds = floor_div(time_us, US_PER_SECOND);
    *ret_value = (struct value){.kind = VALUE_TIMESTAMP, .time = {seconds, (int32_t)(time_us - seconds * US_PER_SECOND) * 1000}};
    return true;
}

static bool stage_read(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    struct stage *stage = context;
    const struct name *name = &stage->catalogue->vocabulary.names.at[slot];
    const struct table_slot *known = &stage->catalogue->vocabulary.slots.at[slot];
    if (name->kind == NAME_FEATURE && known->definition != NULL) {
        return expr_evaluate(known->definition, &stage->host.input, scratch, ret_value) == STATUS_OK;
    }
    if (name->kind == NAME_FIELD && stage->event->schema->fields[name->index].type == FIELD_LIST) {
        return read_list(stage->event, name->index, scratch, ret_value);
    }
    if (name->kind == NAME_FIELD && stage->event->schema->fields[name->index].type == FIELD_TIME) {
        return read_time(stage->event, name->index, ret_value);
    }
    if (known->type->kind == TYPE_STRING) {
        Slice text;
        if (!stage_text(stage, slot, &text)) {
            return false;
        }
        *ret_value = value_string(text);
        return true;
    }
    return value_from_number(known->type, stage_number(stage, slot), ret_value);
}

static void stage_set(struct stage *stage, const struct taken *taken) {
    const struct catalogue *catalogue = stage->catalogue;
    stage->event = taken->event;
    stage->lists.time_us = taken->event->time_us;
    stage->binding = catalogue->binding_of[taken->segment * catalogue->channel_count + taken->channel];
    memcpy(stage->numbers, taken->numbers, sizeof *stage->numbers * stage->slot_count);
    memcpy(stage->texts, taken->texts, sizeof *stage->texts * stage->slot_count);
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

// The models of a type that do not belong to the nightly run, as a set over its plan.
static const uint64_t *candidates_of(const struct catalogue *catalogue, const struct taken *taken, bool no_batch, uint64_t *set) {
    const struct type_plan *plan = &catalogue->types[taken->event->type];
    const uint64_t *all = plan->candidates[SCOPE_ALL][EFFORT_full][taken->segment * catalogue->channel_count + taken->channel];
    if (!no_batch) {
        return all;
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        bool wanted = (all == NULL || bits_test(all, i)) && catalogue->models.at[plan->models[i]].mode != MODE_BATCH;
        if (wanted) {
            bits_set(set, i);
        }
    }
    return set;
}

static uint32_t busiest_type(const struct recording *recording, const struct catalogue *catalogue) {
    uint32_t busiest = 0;
    for (uint32_t i = 0; i < recording->count; i++) {
        uint32_t type = recording->events[i].event->type;
        busiest = catalogue->types[type].count > catalogue->types[busiest].count ? type : busiest;
    }
    return busiest;
}

struct replayed recording_evaluate(const struct recording *recording, const struct catalogue *catalogue, uint32_t rounds, bool no_batch) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < recording->slot_count; i++) {
        INVARIANT(slice_equal(recording->catalogue->vocabulary.names.at[i].text, catalogue->vocabulary.names.at[i].text));
    }
    struct stage stage = {
        .lists = {.plan = catalogue->knowledge, .knowledge = recording->knowledge},
        .catalogue = catalogue,
        .numbers = ARENA_ARRAY(&arena, double, recording->slot_count + 1),
        .texts = ARENA_ARRAY(&arena, Slice, recording->slot_count + 1),
        .slot_count = recording->slot_count,
    };
    stage.host = (struct table_host){&stage, stage_number, stage_text, stage_need, {&stage, stage_read}};
    struct table_run *run = expr_table_run_create(catalogue->table);
    uint32_t *hits = ARENA_ARRAY(&arena, uint32_t, catalogue->models.count + 1);
    uint32_t events = recording->count;
    double *times = ARENA_ARRAY(&arena, double, (size_t)events * ROUNDS_MAX + 1);
    double *medians = ARENA_ARRAY(&arena, double, events + 1);
    struct replayed result = {.events = events};
    rounds = rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    for (uint32_t r = 0; r < rounds; r++) {
        for (uint32_t i = 0; i < events; i++) {
            const struct taken *taken = &recording->events[i];
            const struct type_plan *plan = &catalogue->types[taken->event->type];
            ArenaMark mark = arena_mark(&arena);
            uint64_t *set = ARENA_ARRAY(&arena, uint64_t, bits_words(plan->count) + 1);
            const uint64_t *candidates = candidates_of(catalogue, taken, no_batch, set);
            stage_set(&stage, taken);
            expr_table_begin(run, &stage.host, stage.binding);
            uint64_t start = clock_monotonic_ns();
            uint32_t hit_count = expr_table_evaluate(run, plan->plan, candidates, hits);
            times[(size_t)i * rounds + r] = (double)(clock_monotonic_ns() - start) / 1000;
            arena_rewind(&arena, mark);
            if (r == 0) {
                result.rules_mean += (double)plan->count / events;
                result.hits_mean += (double)hit_count / events;
            }
        }
    }
    uint32_t busiest = busiest_type(recording, catalogue);
    uint32_t busiest_count = 0;
    for (uint32_t i = 0; i < events; i++) {
        qsort(times + (size_t)i * rounds, rounds, sizeof *times, by_size);
        medians[i] = times[(size_t)i * rounds + rounds / 2];
        result.us_mean += medians[i] / events;
        if (recording->events[i].event->type == busiest) {
            result.us_busiest += medians[i];
            busiest_count++;
        }
    }
    result.us_busiest /= busiest_count > 0 ? busiest_count : 1;
    result.rules_busiest = catalogue->types[busiest].count;
    qsort(medians, events, sizeof *medians, by_size);
    result.us_median = events == 0 ? 0 : medians[events / 2];
    expr_table_run_destroy(run);
    arena_deinit(&arena);
    return result;
}
