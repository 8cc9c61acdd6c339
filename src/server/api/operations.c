// For who keeps the platform running: brakes that hold, snapshots, and how everything is.

#include "server/api/api.h"

#include "base/time.h"
#include "server/response.h"

#include <stdlib.h>

// ---- brakes -------------------------------------------------------------------------------------------------

enum { HOLDS_MAX = 256 }; // engine_hold()

struct holds {
    uint32_t count;
    struct brake_hold at[HOLDS_MAX];
};

static void look_at_holds(struct question *question, struct heart *heart) {
    struct holds *holds = question->user;
    struct brake_hold hold;
    while (holds->count < HOLDS_MAX && engine_hold_at(heart_engine(heart), holds->count, &hold)) {
        holds->at[holds->count++] = (struct brake_hold){
            .rule = arena_copy(&question->arena, hold.rule),
            .key = arena_copy(&question->arena, hold.key),
            .over = arena_copy(&question->arena, hold.over),
            .actions = arena_copy(&question->arena, hold.actions),
            .instead = arena_copy(&question->arena, hold.instead),
            .task = arena_copy(&question->arena, hold.task),
        };
    }
}

static void render_holds(struct question *question, struct json_writer *json) {
    const struct holds *holds = question->user;
    struct pipeline_state state = pipeline_state(atomic_load(&question->serve->pipeline));
    struct releases *releases = question->serve->options.releases;
    json_object_begin(json);
    json_key_i64(json, SLICE("holding"), state.brakes_holding);
    json_key_bool(json, SLICE("releases_frozen"), releases != NULL && releases_is_frozen(releases));
    json_key(json, SLICE("brakes"));
    json_array_begin(json);
    for (uint32_t i = 0; i < holds->count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("rule"), holds->at[i].rule);
        json_key_string(json, SLICE("key"), holds->at[i].key);
        json_key_string(json, SLICE("over"), holds->at[i].over);
        json_key_string(json, SLICE("actions"), holds->at[i].actions);
        json_key_string(json, SLICE("instead"), holds->at[i].instead);
        json_key_string(json, SLICE("task"), holds->at[i].task);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell_holds(struct question *question) {
    question_reply(question, render_holds);
}

void api_get_brakes(void *context, struct http_request *request) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->user = ARENA_NEW(&question->arena, struct holds);
        ((struct holds *)question->user)->count = 0;
        question->look = look_at_holds;
        question->tell = tell_holds;
        question_ask(question);
    }
}

struct let_go {
    struct work work;
    struct deed *deed;
    Slice note;
};

static void let_go_told(struct deed *deed) {
    const struct let_go *let_go = deed->user;
    Slice rule = http_request_parameter(deed->request, SLICE("rule"));
    Slice key = http_request_parameter(deed->request, SLICE("key"));
    if (let_go->work.outcome != PIPELINE_DONE) {
        api_refuse_work(deed->request, &let_go->work, API_PROBLEM_BRAKE_UNKNOWN);
        return;
    }
    api_report(deed->serve, &deed->act, AUDIT_OPERATIONS_CHANGED, arena_printf(&deed->arena, "brake %.*s/%.*s", SLICE_ARGS(rule), SLICE_ARGS(key)), let_go->note);
    api_reply_json(deed->request, 200, SLICE("{\"done\":true}\n"));
}

static void let_go_run(struct errand *errand) {
    struct deed *deed = errand->user;
    struct let_go *let_go = deed->user;
    let_go_told(deed);
    buf_deinit(&let_go->work.answer);
    deed_destroy(deed);
}

static void let_go_done(struct work *work) {
    struct let_go *let_go = work->user;
    let_go->deed->errand = (struct errand){.run = let_go_run, .user = let_go->deed};
    errands_post(let_go->deed->serve->errands, &let_go->deed->errand);
}

static Slice write_let_go(struct deed *deed, Slice note) {
    struct buf record;
    struct json_writer json;
    buf_init(&record, API_CHANGE_MAX);
    json_writer_init(&json, &record);
    json_object_begin(&json);
    json_key_string(&json, SLICE("rule"), http_request_parameter(deed->request, SLICE("rule")));
    json_key_string(&json, SLICE("key"), http_request_parameter(deed->request, SLICE("key")));
    json_key_string(&json, SLICE("by"), identity_name(&deed->act.who));
    json_key_string(&json, SLICE("note"), note);
    json_object_end(&json);
    json_writer_finish(&json);
    Slice kept = arena_copy(&deed->arena, buf_slice(&record));
    buf_deinit(&record);
    return kept;
}

void api_post_let_go(void *context, struct http_request *request) {
    static const char *const names[] = {"note"};
    struct pipeline *pipeline = api_pipeline(context, request);
    Slice note;
    struct deed *deed = pipeline == NULL ? NULL : deed_read(context, request, names, 1);
    if (deed == NULL || !deed_text(deed, 0, names[0], false, &note)) {
        return;
    }
    if (slice_empty(note)) {
        api_refuse(request, API_PROBLEM_NOTE_MISSING, "%s", "");
        deed_destroy(deed);
        return;
    }
    struct let_go *let_go = ARENA_NEW(&deed->arena, struct let_go);
    *let_go = (struct let_go){.deed = deed, .note = note};
    let_go->work = (struct work){.kind = WORK_LET_GO, .record = write_let_go(deed, note), .done = let_go_done, .user = let_go};
    buf_init(&let_go->work.answer, API_ANSWER_MAX);
    deed->user = let_go;
    http_defer(request);
    if (!pipeline_submit(pipeline, &let_go->work)) {
        api_refuse(request, API_PROBLEM_OVERLOADED, "%s", "");
        buf_deinit(&let_go->work.answer);
        deed_destroy(deed);
    }
}

// ---- snapshots ------------------------------------------------------------------------------------------------

static void put_snapshots(struct json_writer *json, const struct snapshot_maker_state *state) {
    json_object_begin(json);
    json_key_bool(json, SLICE("under_way"), state->is_under_way);
    json_key_i64(json, SLICE("sequence"), (int64_t)state->sequence);
    json_key_i64(json, SLICE("at"), state->at_us / US_PER_MS);
    json_key_i64(json, SLICE("bytes"), (int64_t)state->bytes);
    json_key_i64(json, SLICE("took_us"), (int64_t)state->took_us);
    json_key_i64(json, SLICE("made"), (int64_t)state->made);
    json_key_i64(json, SLICE("failed"), (int64_t)state->failed);
    json_object_end(json);
}

static void render_snapshots(struct deed *deed, struct json_writer *json) {
    struct snapshot_maker_state state = pipeline_snapshots(atomic_load(&deed->serve->pipeline));
    put_snapshots(json, &state);
}

static void tell_snapshots(struct deed *deed) {
    deed_reply(deed, 200, render_snapshots);
}

void api_get_snapshots(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_pipeline(context, request) != NULL) {
        deed_post(deed_create(context, request), tell_snapshots);
    }
}

static void begin_snapshot(struct deed *deed) {
    pipeline_snapshot(atomic_load(&deed->serve->pipeline));
    api_report(deed->serve, &deed->act, AUDIT_OPERATIONS_CHANGED, SLICE("snapshot"), SLICE(""));
    deed_reply(deed, 202, render_snapshots);
}

void api_post_snapshot(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_pipeline(context, request) != NULL) {
        deed_post(deed_create(context, request), begin_snapshot);
    }
}

// ---- how everything is ------------------------------------------------------------------------------------------

static void put_degraded(struct json_writer *json, const struct pipeline_state *state) {
    json_key(json, SLICE("degraded"));
    json_object_begin(json);
    for (int i = 0; i < EFFORT_COUNT; i++) {
        if (i != EFFORT_full) {
            json_key_i64(json, slice_of(effort_names[i]), (int64_t)state->degraded[i]);
        }
    }
    json_object_end(json);
}

static void render_state(struct question *question, struct json_writer *json) {
    struct serve *serve = question->serve;
    struct pipeline *pipeline = atomic_load(&serve->pipeline);
    struct pipeline_state state = pipeline_state(pipeline);
    struct snapshot_maker_state snapshots = pipeline_snapshots(pipeline);
    json_object_begin(json);
    json_key_bool(json, SLICE("ready"), !state.failed);
    json_key_string(json, SLICE("catalogue"), question->catalogue->label);
    json_key_string(json, SLICE("durability"), api_durability(serve));
    json_key_i64(json, SLICE("waiting"), state.waiting);
    json_key_i64(json, SLICE("decided"), (int64_t)state.decided);
    json_key_i64(json, SLICE("known"), (int64_t)state.known);
    json_key_i64(json, SLICE("refused"), (int64_t)state.refused);
    json_key_i64(json, SLICE("turned_away"), (int64_t)state.turned_away);
    put_degraded(json, &state);
    json_key_i64(json, SLICE("durable_sequence"), (int64_t)state.journal.durable);
    json_key_i64(json, SLICE("brakes_holding"), state.brakes_holding);
    json_key_bool(json, SLICE("releases_frozen"), serve->options.releases != NULL && releases_is_frozen(serve->options.releases));
    json_key_bool(json, SLICE("nobody_is_set_up"), serve->options.gate != NULL && gate_is_open(serve->options.gate));
    json_key(json, SLICE("snapshots"));
    put_snapshots(json, &snapshots);
    json_key(json, SLICE("response"));
    response_put_state(serve->options.response, json);
    json_object_end(json);
}

static void tell_state(struct question *question) {
    question_reply(question, render_state);
}

void api_get_state(void *context, struct http_request *request) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = tell_state;
        question_ask(question);
    }
}
