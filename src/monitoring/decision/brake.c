// Holds of brakes: decisions that would go far are sent to people instead, for as long as a hold stands. Who watches shares and sets holds is
// elsewhere; here they are a part of the state, set by records of the stream.
//
// A hold over a model concerns a decision when nobody but held models asked for its action. A hold over a field concerns every decision of
// events with that value. What rests on a list (an order of the police, a sanctioned name) is not held: the law asks for it.

#include "monitoring/decision/engine_private.h"

#include <stdlib.h>

enum { HOLDS_MAX = 256 };

struct hold {
    struct brake_texts texts;
    // By the catalogue at hand.
    bool is_idle;    // it has no such model, field, value or action
    uint32_t model;  // SCHEMA_NONE: over a field
    uint32_t field;
    uint32_t value;  // of an enumeration; SCHEMA_NONE: the text is compared
    uint64_t actions; // set
    uint32_t action, task;
};

struct brake_holds {
    struct hold at[HOLDS_MAX];
    uint32_t count;
};

struct brake_holds *brake_holds_create(void) {
    return memory_alloc(sizeof(struct brake_holds));
}

void brake_holds_destroy(struct brake_holds *holds) {
    free(holds);
}

static Slice text_of(const char *text) {
    return slice_of(text);
}

static void keep_text(char *into, size_t size, Slice text) {
    Slice part = slice_part(text, 0, size - 1);
    memset(into, 0, size);
    memcpy(into, part.at, part.size);
}

static uint32_t find_action(const struct policy *policy, Slice id) {
    for (uint32_t i = 0; i < policy->actions.count; i++) {
        if (slice_equal(policy->actions.at[i].id, id)) {
            return i;
        }
    }
    return SCHEMA_NONE;
}

static uint32_t find_task(const struct policy *policy, Slice id) {
    for (uint32_t i = 0; i < policy->tasks.count; i++) {
        if (slice_equal(policy->tasks.at[i].id, id)) {
            return i;
        }
    }
    return SCHEMA_NONE;
}

static void resolve_over(const struct catalogue *catalogue, struct hold *hold) {
    const struct schema *schema = catalogue->schema;
    Slice key = text_of(hold->texts.key);
    hold->model = hold->field = hold->value = SCHEMA_NONE;
    if (slice_is(text_of(hold->texts.over), "model")) {
        hold->model = map_get(&catalogue->models_by_id, key);
        hold->is_idle = hold->model == SCHEMA_NONE;
        return;
    }
    hold->field = schema_find_field(schema, text_of(hold->texts.over));
    if (hold->field == SCHEMA_NONE) {
        hold->is_idle = true;
        return;
    }
    const struct schema_field *field = &schema->fields[hold->field];
    if (field->type == FIELD_ENUM) {
        hold->value = schema_enum_value(schema, field->enumeration, key);
        hold->is_idle = hold->value == SCHEMA_NONE;
    } else {
        hold->is_idle = field->type != FIELD_STRING;
    }
}

static void resolve(const struct catalogue *catalogue, struct hold *hold) {
    hold->is_idle = false;
    resolve_over(catalogue, hold);
    hold->actions = 0;
    Slice rest = text_of(hold->texts.actions);
    Slice id;
    while (slice_split(&rest, ',', &id)) {
        uint32_t action = find_action(&catalogue->policy, id);
        hold->actions |= action == SCHEMA_NONE ? 0 : UINT64_C(1) << action;
    }
    hold->action = find_action(&catalogue->policy, text_of(hold->texts.instead));
    hold->task = find_task(&catalogue->policy, text_of(hold->texts.task));
    hold->is_idle = hold->is_idle || hold->actions == 0 || hold->action == SCHEMA_NONE;
}

void brake_holds_resolve(struct brake_holds *holds, const struct catalogue *catalogue) {
    for (uint32_t i = 0; i < holds->count; i++) {
        resolve(catalogue, &holds->at[i]);
    }
}

static uint32_t find_hold(const struct brake_holds *holds, Slice rule, Slice key) {
    uint32_t i = 0;
    while (i < holds->count && !(slice_equal(text_of(holds->at[i].texts.rule), rule) && slice_equal(text_of(holds->at[i].texts.key), key))) {
        i++;
    }
    return i;
}

// Before holds change: an image that is under way has them as they were.
static void guard(struct engine *engine) {
    if (engine->image != NULL && live_image_is_under_way(engine->image)) {
        live_image_keep(engine->image, engine->holds->at, sizeof engine->holds->at);
    }
}

bool engine_hold(struct engine *engine, const struct brake_hold *wanted) {
    struct brake_holds *holds = engine->holds;
    uint32_t i = find_hold(holds, wanted->rule, wanted->key);
    if (i == HOLDS_MAX) {
        return false;
    }
    guard(engine);
    holds->count += i == holds->count;
    struct hold *hold = &holds->at[i];
    *hold = (struct hold){0};
    keep_text(hold->texts.rule, sizeof hold->texts.rule, wanted->rule);
    keep_text(hold->texts.over, sizeof hold->texts.over, wanted->over);
    keep_text(hold->texts.key, sizeof hold->texts.key, wanted->key);
    keep_text(hold->texts.actions, sizeof hold->texts.actions, wanted->actions);
    keep_text(hold->texts.instead, sizeof hold->texts.instead, wanted->instead);
    keep_text(hold->texts.task, sizeof hold->texts.task, wanted->task);
    resolve(engine->catalogue, hold);
    return true;
}

bool engine_hold_at(const struct engine *engine, uint32_t index, struct brake_hold *ret_hold) {
    if (index >= engine->holds->count) {
        return false;
    }
    const struct brake_texts *texts = &engine->holds->at[index].texts;
    *ret_hold = (struct brake_hold){
        .rule = text_of(texts->rule),
        .key = text_of(texts->key),
        .over = text_of(texts->over),
        .actions = text_of(texts->actions),
        .instead = text_of(texts->instead),
        .task = text_of(texts->task),
    };
    return true;
}

void engine_let_go(struct engine *engine, Slice rule, Slice key) {
    struct brake_holds *holds = engine->holds;
    uint32_t i = find_hold(holds, rule, key);
    if (i < holds->count) {
        guard(engine);
        memmove(&holds->at[i], &holds->at[i + 1], sizeof holds->at[0] * (holds->count - i - 1));
        holds->count--;
    }
}

// ---- on a decision ----------------------------------------------------------------------------------------

static bool counts(const struct hit *hit) {
    return hit->guards == 0 && !hit->is_shadow && hit->model->mode != MODE_BATCH && hit->model->action != SCHEMA_NONE;
}

static bool rests_on_a_list(const struct decision *decision) {
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        if (counts(&decision->hits[i]) && (decision->hits[i].model->evidence >> EVIDENCE_list & 1) != 0) {
            return true;
        }
    }
    return false;
}

static bool is_held_model(const struct engine *engine, const struct hold *hold, const struct model *model) {
    return model == &engine->catalogue->models.at[hold->model];
}

// Nobody else asked for one of the actions.
static bool concerns_model(const struct engine *engine, const struct hold *hold) {
    const struct decision *decision = &engine->decision;
    bool asked = false;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        if (counts(hit) && (hold->actions >> hit->model->action & 1) != 0) {
            if (!is_held_model(engine, hold, hit->model)) {
                return false;
            }
            asked = true;
        }
    }
    return asked;
}

static bool concerns_value(const struct engine *engine, const struct hold *hold) {
    const struct event *event = engine->event;
    if (!event_has(event, hold->field)) {
        return false;
    }
    const union event_cell *cell = &event->cells[hold->field];
    return hold->value != SCHEMA_NONE ? cell->integer == hold->value : slice_equal(cell->text, text_of(hold->texts.key));
}

void engine_brake(struct engine *engine) {
    struct brake_holds *holds = engine->holds;
    struct decision *decision = &engine->decision;
    if (holds->count == 0 || rests_on_a_list(decision)) {
        return;
    }
    Slice *names = ARENA_ARRAY(&engine->scratch, Slice, holds->count);
    uint32_t action = decision->action;
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->at[i];
        bool concerned = !hold->is_idle && (hold->actions >> action & 1) != 0 &&
                         (hold->model != SCHEMA_NONE ? concerns_model(engine, hold) : concerns_value(engine, hold));
        if (concerned) {
            decision->action = hold->action < decision->action ? hold->action : decision->action;
            decision->tasks |= hold->task == SCHEMA_NONE ? 0 : 1u << hold->task;
            names[decision->brake_count++] = text_of(hold->texts.rule);
        }
    }
    decision->brakes = names;
}

// ---- images -----------------------------------------------------------------------------------------------

uint64_t brake_holds_hash(const struct brake_holds *holds) {
    uint64_t hash = holds->count;
    for (uint32_t i = 0; i < holds->count; i++) {
        hash = hash_mix(hash, hash64((Slice){(const char *)&holds->at[i].texts, sizeof holds->at[i].texts}, 0));
    }
    return hash;
}

void brake_holds_save(const struct brake_holds *holds, struct image_writer *out) {
    image_put_u64(out, holds->count);
    for (uint32_t i = 0; i < holds->count; i++) {
        image_put(out, &holds->at[i].texts, sizeof holds->at[i].texts);
    }
}

Status brake_holds_load(struct brake_holds *holds, const struct catalogue *catalogue, struct image_reader *in) {
    TRY(image_take_u32(in, HOLDS_MAX, &holds->count));
    for (uint32_t i = 0; i < holds->count; i++) {
        struct hold *hold = &holds->at[i];
        *hold = (struct hold){0};
        TRY(image_take(in, &hold->texts, sizeof hold->texts));
        for (size_t k = 0; k < sizeof hold->texts / BRAKE_TEXT; k++) { // an end for each, whatever the image says
            ((char *)&hold->texts)[(k + 1) * BRAKE_TEXT - 1] = '\0';
        }
    }
    brake_holds_resolve(holds, catalogue);
    return STATUS_OK;
}
