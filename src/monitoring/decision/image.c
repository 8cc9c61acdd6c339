// The engine as an image: its place in the stream and its counters, what is known, what is remembered of events, and the windows.

#include "monitoring/decision/engine_private.h"

// Other texts of schema and features may mean other things by the same names, so the image is good for those very texts alone.
static uint64_t layout_of(const struct engine *engine) {
    return hash_mix(engine->catalogue->state_layout, sizeof(struct engine_counters));
}

uint64_t engine_hash(const struct engine *engine) {
    uint64_t hash = hash_mix(layout_of(engine), engine->sequence);
    hash = hash_mix(hash, engine->has_clock ? (uint64_t)engine->clock_us : 0);
    hash = hash_mix(hash, knowledge_hash(engine->knowledge));
    hash = hash_mix(hash, recall_hash(engine->recall));
    hash = hash_mix(hash, brake_holds_hash(engine->holds));
    return hash_mix(hash, window_state_hash(engine->windows));
}

void engine_save(const struct engine *engine, struct image_writer *out) {
    image_put_mark(out, "engine", layout_of(engine));
    image_put_u64(out, engine->sequence);
    image_put_u64(out, engine->release);
    image_put_u64(out, hash64(engine->catalogue->label, 0));
    image_put_u64(out, engine->has_clock);
    image_put(out, &engine->clock_us, sizeof engine->clock_us);
    struct engine_counters counters = engine->counters;
    memset(counters.stage_ns, 0, sizeof counters.stage_ns); // measured, and so no part of the state
    image_put(out, &counters, sizeof counters);
    knowledge_save(engine->knowledge, out);
    brake_holds_save(engine->holds, out);
    recall_save(engine->recall, out);
    window_state_save(engine->windows, out);
}

// ---- while events go on ---------------------------------------------------------------------------------------

static void set_guard(struct engine *engine, struct live_image *image) {
    knowledge_guard(engine->knowledge, image);
    recall_guard(engine->recall, image);
    window_state_guard(engine->windows, image);
}

void engine_image_begin(struct engine *engine, void *context, void (*put)(void *context, Slice bytes)) {
    if (engine->image == NULL) {
        uint64_t cap = engine->options.image_cap_bytes;
        engine->image = live_image_create(&(struct live_image_limits){
            .frame_bytes = LIVE_IMAGE_FRAME,
            .copied_bytes = LIVE_IMAGE_COPIED,
            .cap_bytes = cap == 0 ? ENGINE_IMAGE_CAP : cap,
        });
    }
    engine_save(engine, live_image_begin(engine->image, context, put));
    live_image_arm(engine->image);
    set_guard(engine, engine->image);
}

LiveImageStep engine_image_step(struct engine *engine, size_t bytes) {
    LiveImageStep step = live_image_step(engine->image, bytes);
    if (step != LIVE_IMAGE_MORE) {
        set_guard(engine, NULL);
    }
    return step;
}

void engine_image_abandon(struct engine *engine) {
    if (engine->image != NULL) {
        live_image_abandon(engine->image);
        set_guard(engine, NULL);
    }
}

struct live_image_counters engine_image_counters(const struct engine *engine) {
    return engine->image == NULL ? (struct live_image_counters){0} : live_image_counters(engine->image);
}

// ---- back -----------------------------------------------------------------------------------------------------

Status engine_load(struct engine *engine, struct image_reader *in) {
    uint64_t has_clock;
    uint64_t release;
    uint64_t label; // its hash: what another catalogue answered is not made again with this one
    TRY(image_take_mark(in, "engine", layout_of(engine)));
    TRY(image_take_u64(in, UINT64_MAX, &engine->sequence));
    TRY(image_take_u64(in, UINT16_MAX, &release));
    TRY(image_take_u64(in, UINT64_MAX, &label));
    engine->release = (uint16_t)(release + (label != hash64(engine->catalogue->label, 0)));
    TRY(image_take_u64(in, 1, &has_clock));
    engine->has_clock = has_clock != 0;
    TRY(image_take(in, &engine->clock_us, sizeof engine->clock_us));
    TRY(image_take(in, &engine->counters, sizeof engine->counters));
    TRY(knowledge_load_image(engine->knowledge, in));
    TRY(brake_holds_load(engine->holds, engine->catalogue, in));
    TRY(recall_load(engine->recall, in));
    return window_state_load(engine->windows, in);
}
