// The features of a thing, as they are now: what a decision would find of an account if it came at this moment. It is looked at between two
// decisions, and costs who decides as much as such a decision would.

#include "server/api/api.h"

#include "base/money.h"
#include "base/time.h"
#include "os/clock.h"

#include <math.h>

enum { NAMES_MAX = 64 };

typedef enum FeaturesProblem { FEATURES_FINE, FEATURES_NO_ENTITY, FEATURES_NO_FEATURE, FEATURES_BAD_KEY } FeaturesProblem;

struct features_asked {
    Slice entity, names, prefix;
    Slice parts[FEATURE_KEY_PARTS_MAX];
    uint32_t part_count;
    int64_t at_us;
    bool has_at;
    // Found.
    FeaturesProblem problem;
    Slice missing; // a name that is none
    uint32_t entity_index;
    uint32_t *features;
    double *values;
    uint32_t count;
    bool is_known, has_clock;
    int64_t clock_us;
};

static uint32_t find_entity(const struct catalogue *catalogue, Slice name) {
    uint32_t e = 0;
    while (e < catalogue->features->entities.count && !slice_equal(catalogue->features->entities.at[e].name, name)) {
        e++;
    }
    return e;
}

// Those that were named, in that order. False: one is none of this entity.
static bool choose_named(struct features_asked *asked, const struct catalogue *catalogue, const struct engine *engine) {
    Slice rest = asked->names;
    Slice name;
    while (slice_split(&rest, ',', &name)) {
        Slice bare = slice_starts_with(name, SLICE("f.")) ? slice_part(name, 2, SIZE_MAX) : name;
        uint32_t feature = map_get(&catalogue->features->features_by_name, bare);
        bool fits = feature != MAP_NONE && asked->count < NAMES_MAX && engine_looks_at(engine, asked->entity_index, feature);
        if (!fits) {
            asked->missing = name;
            return false;
        }
        asked->features[asked->count++] = feature;
    }
    return true;
}

static void choose_all(struct features_asked *asked, const struct catalogue *catalogue, const struct engine *engine) {
    for (uint32_t f = 0; f < catalogue->features->features.count; f++) {
        if (slice_starts_with(catalogue->features->features.at[f].name, asked->prefix) && engine_looks_at(engine, asked->entity_index, f)) {
            asked->features[asked->count++] = f;
        }
    }
}

static FeaturesProblem look_up(struct question *question, struct engine *engine) {
    struct features_asked *asked = question->user;
    const struct catalogue *catalogue = question->catalogue;
    asked->has_clock = engine_clock(engine, &asked->clock_us);
    asked->at_us = asked->has_at || !asked->has_clock ? asked->at_us : asked->clock_us;
    asked->entity_index = find_entity(catalogue, asked->entity);
    ENSURE(asked->entity_index < catalogue->features->entities.count, FEATURES_NO_ENTITY);
    uint32_t most = asked->names.size > 0 ? NAMES_MAX : catalogue->features->features.count;
    asked->features = ARENA_ARRAY(&question->arena, uint32_t, most + 1);
    asked->values = ARENA_ARRAY(&question->arena, double, most + 1);
    if (asked->names.size > 0) {
        ENSURE(choose_named(asked, catalogue, engine), FEATURES_NO_FEATURE);
    } else {
        choose_all(asked, catalogue, engine);
    }
    struct engine_look look = {.entity = asked->entity_index,
                               .parts = asked->parts,
                               .part_count = asked->part_count,
                               .time_us = asked->at_us,
                               .features = asked->features,
                               .feature_count = asked->count};
    ENSURE(engine_look(engine, &look, asked->values, &asked->is_known) == STATUS_OK, FEATURES_BAD_KEY);
    return FEATURES_FINE;
}

static void look(struct question *question, struct heart *heart) {
    struct features_asked *asked = question->user;
    asked->problem = look_up(question, heart_engine(heart));
}

// ---- telling ------------------------------------------------------------------------------------------------

// As a hit shows what it saw: money in major units with its decimals.
static void put_value(struct json_writer *json, const struct catalogue *catalogue, const struct type *type, double value) {
    char text[32];
    if (isnan(value)) {
        json_null(json);
    } else if (type->kind == TYPE_BOOL) {
        json_bool(json, value > 0);
    } else if (type->kind == TYPE_MONEY && fabs(value) < 9e15) {
        json_raw(json, (Slice){text, money_format(llround(value), catalogue->money_digits, text)});
    } else {
        json_double(json, value);
    }
}

static void put_feature(struct json_writer *json, struct question *question, uint32_t index) {
    const struct features_asked *asked = question->user;
    const struct catalogue *catalogue = question->catalogue;
    const struct feature *feature = &catalogue->features->features.at[asked->features[index]];
    json_object_begin(json);
    json_key_string(json, SLICE("feature"), feature->name);
    json_key(json, SLICE("value"));
    put_value(json, catalogue, feature->type, asked->values[index]);
    json_key_string(json, SLICE("type"), type_text(&question->arena, feature->type));
    json_key_string(json, SLICE("zh"), feature->zh);
    json_key_string(json, SLICE("en"), feature->en);
    if (feature->window != SCHEMA_NONE) {
        json_key_string(json, SLICE("how"), window_plan_explain(catalogue->features->windows, feature->window, &question->arena));
    } else {
        json_key_string(json, SLICE("how"), expr_node_text(&question->arena, expr_root(feature->expr)));
    }
    json_object_end(json);
}

static void render(struct question *question, struct json_writer *json) {
    const struct features_asked *asked = question->user;
    json_object_begin(json);
    json_key_string(json, SLICE("entity"), asked->entity);
    json_key(json, SLICE("key"));
    json_array_begin(json);
    for (uint32_t i = 0; i < asked->part_count; i++) {
        json_string(json, asked->parts[i]);
    }
    json_array_end(json);
    json_key_bool(json, SLICE("known"), asked->is_known);
    json_key_i64(json, SLICE("at"), floor_div(asked->at_us, US_PER_MS));
    json_key(json, SLICE("stream_time"));
    asked->has_clock ? json_i64(json, floor_div(asked->clock_us, US_PER_MS)) : json_null(json);
    json_key_string(json, SLICE("catalogue"), question->catalogue->label);
    json_key(json, SLICE("features"));
    json_array_begin(json);
    for (uint32_t i = 0; i < asked->count; i++) {
        put_feature(json, question, i);
    }
    json_array_end(json);
    json_object_end(json);
}

static void refuse_key(struct question *question) {
    const struct features_asked *asked = question->user;
    const struct feature_plan *plan = question->catalogue->features;
    const struct feature_entity *entity = &plan->entities.at[asked->entity_index];
    char names[512] = "";
    size_t size = 0;
    for (uint32_t i = 0; i < entity->key.count && size + 1 < sizeof names; i++) {
        Slice name = plan->schema->fields[entity->key.fields[i]].name;
        int more = snprintf(names + size, sizeof names - size, "%s%.*s", i == 0 ? "" : ", ", SLICE_ARGS(name));
        size += (size_t)more < sizeof names - size ? (size_t)more : sizeof names - size - 1;
    }
    api_refuse(question->request, API_PROBLEM_KEY_REFUSED, "the key of '%.*s' is one parameter `key` for each of: %.*s", SLICE_ARGS(entity->name), (int)size,
               size == 0 ? "(none)" : names);
}

static void tell(struct question *question) {
    const struct features_asked *asked = question->user;
    switch (asked->problem) {
    case FEATURES_FINE:
        question_reply(question, render);
        break;
    case FEATURES_NO_ENTITY:
        api_refuse(question->request, API_PROBLEM_ENTITY_UNKNOWN, "%s", "");
        break;
    case FEATURES_NO_FEATURE:
        api_refuse(question->request, API_PROBLEM_FEATURE_UNKNOWN, "'%.*s' is no feature of this entity alone, or more than %d are named",
                   SLICE_ARGS(slice_part(asked->missing, 0, 128)), NAMES_MAX);
        break;
    case FEATURES_BAD_KEY:
        refuse_key(question);
        break;
    }
}

// ---- asking -------------------------------------------------------------------------------------------------

static Slice query_text(struct http_request *request, Slice name) {
    Slice text = SLICE("");
    return http_request_query(request, name, &text) == STATUS_OK ? text : SLICE("");
}

static bool read_query(struct http_request *request, struct features_asked *ret_asked) {
    static const char *const names[] = {"entity", "key*", "names", "prefix", "at"};
    Slice at;
    int64_t ms = 0;
    if (!api_query_is_known(request, names, 5)) {
        return false;
    }
    *ret_asked = (struct features_asked){.entity = query_text(request, SLICE("entity")),
                                         .names = query_text(request, SLICE("names")),
                                         .prefix = query_text(request, SLICE("prefix")),
                                         .at_us = clock_wall_us()};
    ret_asked->part_count = http_request_query_list(request, SLICE("key"), ret_asked->parts, FEATURE_KEY_PARTS_MAX);
    ret_asked->has_at = http_request_query(request, SLICE("at"), &at) == STATUS_OK;
    if (ret_asked->entity.size == 0 || ret_asked->part_count > FEATURE_KEY_PARTS_MAX) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'entity' is missing, or 'key' is there more than %d times", FEATURE_KEY_PARTS_MAX);
        return false;
    }
    if (ret_asked->has_at && (!slice_to_i64(at, &ms) || ms < 0 || ms > INT64_MAX / US_PER_MS)) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'at' is milliseconds since 1970 UTC");
        return false;
    }
    ret_asked->at_us = ret_asked->has_at ? ms * US_PER_MS : ret_asked->at_us;
    return true;
}

void api_get_features(void *context, struct http_request *request) {
    struct features_asked asked;
    if (!read_query(request, &asked)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        question->user = ARENA_NEW(&question->arena, struct features_asked);
        *(struct features_asked *)question->user = asked;
        question->look = look;
        question->tell = tell;
        question_ask(question);
    }
}
