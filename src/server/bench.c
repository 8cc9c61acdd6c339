#include "server/bench.h"

#include "server/sequence.h"

enum { SAYS_MAX = 8, SAW_TEXT_MAX = 4096 };

// One sequence, as it is told.
struct bench {
    const struct catalogue *catalogue;
    struct arena arena; // of one sequence
    Slice says[SAYS_MAX];
    uint32_t says_count;
    bool was_judged, fired, held;
    Slice *saw_zh, *saw_en; // by what the model reads
};

static void say(struct bench *bench, Slice text) {
    if (bench->says_count < SAYS_MAX) {
        bench->says[bench->says_count++] = arena_copy(&bench->arena, text);
    }
}

static void complain(void *context, const struct sequence *sequence, Slice what) {
    (void)sequence;
    say(context, what);
}

static void tell(void *context, const struct diag_list *diags) {
    struct bench *bench = context;
    for (uint32_t i = 0; i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];
        Slice file = diag->place.source == NULL ? SLICE("") : diag->place.source->name;
        say(bench, arena_printf(&bench->arena, "%.*s:%u: %s: %.*s", SLICE_ARGS(file), diag->place.line, diag->code, SLICE_ARGS(diag->message)));
    }
}

static Slice seen_text(struct bench *bench, const struct seen *seen, bool chinese) {
    struct buf text;
    buf_init(&text, SAW_TEXT_MAX);
    decision_put_seen(bench->catalogue, seen, chinese, &text);
    Slice kept = arena_copy(&bench->arena, buf_slice(&text));
    buf_deinit(&text);
    return kept;
}

static bool judge(void *context, const struct sequence *sequence, struct engine *engine, const struct decision *decision) {
    struct bench *bench = context;
    const struct hit *hit = sequence_hit(sequence, decision);
    const struct model *model = sequence->model;
    bench->was_judged = true;
    bench->fired = hit != NULL && hit->guards == 0;
    bench->held = hit != NULL && hit->guards != 0;
    bench->saw_zh = ARENA_ARRAY(&bench->arena, Slice, model->read_count + 1);
    bench->saw_en = ARENA_ARRAY(&bench->arena, Slice, model->read_count + 1);
    for (uint32_t i = 0; i < model->read_count; i++) {
        struct seen seen = engine_see(engine, model->reads[i]);
        bench->saw_zh[i] = seen_text(bench, &seen, true);
        bench->saw_en[i] = seen_text(bench, &seen, false);
    }
    return bench->fired == sequence->expect;
}

static void put_saw(struct json_writer *json, const struct bench *bench, const struct model *model) {
    json_key(json, SLICE("saw"));
    json_array_begin(json);
    for (uint32_t i = 0; bench->was_judged && i < model->read_count; i++) {
        const struct name *name = &bench->catalogue->vocabulary.names.at[model->reads[i]];
        if (name->kind == NAME_PARAMETER) {
            continue;
        }
        json_object_begin(json);
        json_key_string(json, SLICE("name"), name->text);
        json_key_string(json, SLICE("zh"), bench->saw_zh[i]);
        json_key_string(json, SLICE("en"), bench->saw_en[i]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void play(struct sequence_player *player, const struct model *model, Slice name, bool expect, struct json_writer *json) {
    struct bench *bench = player->context;
    arena_reset(&bench->arena);
    bench->says_count = 0;
    bench->was_judged = false;
    bench->fired = false;
    bench->held = false;
    bool passed = sequence_play(player, model, name, expect);
    json_object_begin(json);
    json_key_string(json, SLICE("test"), name);
    json_key_bool(json, SLICE("expect"), expect);
    json_key_bool(json, SLICE("passed"), passed);
    json_key(json, SLICE("fired"));
    if (bench->was_judged) {
        json_bool(json, bench->fired);
    } else {
        json_null(json);
    }
    json_key_bool(json, SLICE("held"), bench->held);
    json_key(json, SLICE("says"));
    json_array_begin(json);
    for (uint32_t i = 0; i < bench->says_count; i++) {
        json_string(json, bench->says[i]);
    }
    json_array_end(json);
    put_saw(json, bench, model);
    json_object_end(json);
}

void bench_put_model(struct pack_folder *pack, const struct model *model, struct json_writer *json) {
    struct bench bench = {.catalogue = pack->catalogue};
    struct sequence_player player = {.judge = judge, .complain = complain, .tell = tell, .context = &bench};
    arena_init(&bench.arena, 64 << 10);
    sequence_player_init(&player, pack);
    json_array_begin(json);
    for (uint32_t i = 0; i < model->fire_count && i < BENCH_SEQUENCES_MAX; i++) {
        play(&player, model, model->fire_tests[i], true, json);
    }
    for (uint32_t i = 0; i < model->quiet_count && model->fire_count + i < BENCH_SEQUENCES_MAX; i++) {
        play(&player, model, model->quiet_tests[i], false, json);
    }
    json_array_end(json);
    sequence_player_deinit(&player);
    arena_deinit(&bench.arena);
}
