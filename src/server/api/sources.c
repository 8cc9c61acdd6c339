// Where events come from: how much each source sends, how far behind it is, and since when it is silent (server/sources.h). Sources that the schema names and that
// nothing has come from are told as well.

#include "server/api/api.h"

#include "base/time.h"
#include "os/clock.h"

static const char *const kinds[] = {[SOURCE_NAMED] = "named", [SOURCE_UNNAMED] = "unnamed", [SOURCE_REST] = "rest"};

static void put_time(struct json_writer *json, Slice key, bool is_there, int64_t us) {
    if (is_there) {
        json_key_i64(json, key, us / US_PER_MS);
    } else {
        json_key(json, key);
        json_null(json);
    }
}

// What the pack calls a source; empty where it has no name for it.
static Wording name_of(const struct schema *schema, Slice source) {
    uint32_t enumeration = schema->source == SCHEMA_NONE ? SCHEMA_NONE : schema->fields[schema->source].enumeration;
    uint32_t value = schema_enum_value(schema, enumeration, source);
    const Wording *names = enumeration == SCHEMA_NONE ? NULL : schema->enums[enumeration].names;
    return names == NULL || value == SCHEMA_NONE ? (Wording){SLICE(""), SLICE("")} : names[value];
}

static void put_source(struct json_writer *json, const struct schema *schema, const struct source_state *state) {
    Wording name = name_of(schema, state->name);
    bool came = state->events > 0;
    bool has_lag = state->span_events > 0;
    json_object_begin(json);
    json_key_string(json, SLICE("source"), state->name);
    json_key_string(json, SLICE("zh"), name.zh);
    json_key_string(json, SLICE("en"), name.en);
    json_key_string(json, SLICE("kind"), slice_of(kinds[state->kind]));
    json_key_i64(json, SLICE("events"), (int64_t)state->events);
    json_key_i64(json, SLICE("late"), (int64_t)state->late);
    json_key_i64(json, SLICE("refused"), (int64_t)state->refused);
    json_key_i64(json, SLICE("minute_events"), (int64_t)state->span_events);
    put_time(json, SLICE("lag_median_ms"), has_lag, state->lag_median_ms * US_PER_MS);
    put_time(json, SLICE("lag_p99_ms"), has_lag, state->lag_p99_ms * US_PER_MS);
    put_time(json, SLICE("last_event_time"), came, state->last_event_us);
    put_time(json, SLICE("silent_since"), came, state->silent_since_us);
    put_time(json, SLICE("usual_pause_ms"), state->events > 1, state->usual_pause_us);
    json_key_bool(json, SLICE("is_silent_unusually"), state->is_silent_unusually);
    json_object_end(json);
}

static bool is_told(const struct source_state *states, uint32_t count, Slice name) {
    for (uint32_t i = 0; i < count; i++) {
        if (states[i].kind == SOURCE_NAMED && slice_equal(states[i].name, name)) {
            return true;
        }
    }
    return false;
}

static void put_those_not_heard(struct json_writer *json, const struct schema *schema, const struct source_state *states, uint32_t count) {
    uint32_t enumeration = schema->source == SCHEMA_NONE ? SCHEMA_NONE : schema->fields[schema->source].enumeration;
    for (uint32_t i = 0; enumeration != SCHEMA_NONE && i < schema->enums[enumeration].count; i++) {
        Slice name = schema->enums[enumeration].values[i];
        if (!is_told(states, count, name)) {
            put_source(json, schema, &(struct source_state){.kind = SOURCE_NAMED, .name = name});
        }
    }
}

static void render(struct question *question, struct json_writer *json) {
    const struct sources *sources = pipeline_sources(atomic_load(&question->serve->pipeline));
    struct source_state states[SOURCES_MAX + 2];
    int64_t now_us = clock_wall_us();
    uint32_t count = sources_look(sources, now_us, states);
    json_object_begin(json);
    json_key_i64(json, SLICE("at"), now_us / US_PER_MS);
    json_key_i64(json, SLICE("since"), sources_begun_us(sources) / US_PER_MS);
    json_key(json, SLICE("sources"));
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        put_source(json, question->catalogue->schema, &states[i]);
    }
    put_those_not_heard(json, question->catalogue->schema, states, count);
    json_array_end(json);
    json_object_end(json);
}

static void tell(struct question *question) {
    question_reply(question, render);
}

void api_get_sources(void *context, struct http_request *request) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = tell;
        question_ask(question);
    }
}
