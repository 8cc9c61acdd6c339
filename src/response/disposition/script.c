// Scripts of the pack for people: what is said when a customer is called, what he is told of a
// measure, filled for one alert.

#include "response/disposition/parts.h"
#include "response/disposition/people.h"

#include <inttypes.h>

enum { TEXT_MAX = 32 << 10 };

const struct script *script_named(const struct disposition_plan *plan, Slice id) {
    for (uint32_t i = 0; i < plan->script_count; i++) {
        if (slice_equal(plan->scripts[i].id, id)) {
            return &plan->scripts[i];
        }
    }
    return NULL;
}

Slice script_text(struct arena *arena, const struct script *script) {
    return arena_printf(arena, "%.*s@%" PRId64, SLICE_ARGS(script->id), script->version);
}

Slice alert_call_script(const struct disposition *disposition, const struct alert *alert) {
    const struct disposition_plan *plan = disposition->plan;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        if (slice_equal(plan->groups[i].id, alert->typology_group)) {
            return slice_empty(plan->groups[i].call) ? SLICE("") : plan->groups[i].call;
        }
    }
    return SLICE("");
}

// ---- filling ------------------------------------------------------------------------------------

struct filling {
    const struct disposition *disposition;
    struct situation *situation;
    const struct script *script;
    struct arena *arena;
    struct script filled; // the same with its holes filled
};

static Slice fill(const struct filling *filling, Slice text, bool zh) {
    struct buf out;
    buf_init(&out, TEXT_MAX);
    strategies_put_text(filling->disposition->strategies, text, zh, &filling->situation->input,
                        filling->arena, &out);
    Slice put = arena_copy(filling->arena, buf_slice(&out));
    buf_deinit(&out);
    return put;
}

static void fill_lines(struct filling *filling) {
    const struct script *script = filling->script;
    struct script_line *lines =
        ARENA_ARRAY(filling->arena, struct script_line, script->line_count + 1);
    for (uint32_t i = 0; i < script->line_count; i++) {
        lines[i] = (struct script_line){fill(filling, script->lines[i].zh, true),
                                        fill(filling, script->lines[i].en, false),
                                        script->lines[i].answer};
    }
    filling->filled.lines = lines;
}

static void fill_all(void *user, const struct knowledge *knowledge) {
    struct filling *filling = user;
    const struct script *script = filling->script;
    filling->situation->knowledge = knowledge;
    filling->filled = *script;
    filling->filled.zh = fill(filling, script->zh, true);
    filling->filled.en = fill(filling, script->en, false);
    fill_lines(filling);
    filling->situation->knowledge = NULL;
}

Status script_fill(struct disposition *disposition, struct book *book, struct situation *situation,
                   const struct script *script, struct script *ret_filled) {
    struct filling filling = {
        .disposition = disposition, .situation = situation, .script = script, .arena = book->arena};
    TRY(situation_look(situation, book, fill_all, &filling));
    *ret_filled = filling.filled;
    return STATUS_OK;
}

// ---- as JSON ------------------------------------------------------------------------------------

static void put_pair(struct json_writer *json, const char *key, Slice zh, Slice en) {
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
    json_object_end(json);
}

static void put_line(struct json_writer *json, const struct disposition_plan *plan,
                     const struct script_line *line) {
    json_object_begin(json);
    json_key_string(json, SLICE("zh"), line->zh);
    json_key_string(json, SLICE("en"), line->en);
    json_key(json, SLICE("answer"));
    if (line->answer == SCHEMA_NONE) {
        json_null(json);
    } else {
        json_string(json, plan->answers[line->answer].name);
    }
    json_object_end(json);
}

static void put_script(struct json_writer *json, const struct disposition_plan *plan,
                       const struct script *script) {
    json_object_begin(json);
    json_key_string(json, SLICE("script"), script->id);
    json_key_i64(json, SLICE("version"), script->version);
    json_key_string(json, SLICE("kind"), slice_of(script_kind_names[script->kind]));
    put_pair(json, "text", script->zh, script->en);
    json_key(json, SLICE("lines"));
    json_array_begin(json);
    for (uint32_t i = 0; i < script->line_count; i++) {
        put_line(json, plan, &script->lines[i]);
    }
    json_array_end(json);
    put_pair(json, "remedy", script->remedy_zh, script->remedy_en);
    put_pair(json, "documents", script->documents_zh, script->documents_en);
    json_object_end(json);
}

Status alert_put_script(struct disposition *disposition, struct book *book,
                        const struct person *person, int64_t id, Slice name,
                        struct json_writer *json) {
    struct situation *situation = ARENA_NEW(book->arena, struct situation);
    const struct script *script = script_named(disposition->plan, name);
    struct script filled;
    struct alert alert;
    TRY(alert_load_seen(book, person, id, &alert));
    if (script == NULL) {
        return book_fail(book, STATUS_NOT_FOUND, "DP016", "the pack has no script '%.*s'",
                         SLICE_ARGS(name));
    }
    TRY(situation_load(disposition, book, id, situation));
    TRY(script_fill(disposition, book, situation, script, &filled));
    put_script(json, disposition->plan, &filled);
    return STATUS_OK;
}
