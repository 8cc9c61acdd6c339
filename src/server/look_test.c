// Looking at a thing gives what a decision at that moment sees of it, and changes nothing of what is decided later. It stands here because
// a pack on disk is needed for it, and files are no business of the room that decides.

#include "base/test.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"
#include "os/memory.h"
#include "server/pack_folder.h"

#include <math.h>
#include <stdlib.h>

enum { EVENTS = 400, ACCOUNTS = 5 };

struct world {
    struct pack_folder pack;
    struct knowledge *knowledge;
    struct memory_pool memory;
    struct engine *engine;
    struct intake *intake;
    struct event *event;
};

static bool world_init(struct world *w, const char *pack) {
    const char *root = getenv("QIANTANG_ROOT");
    struct diag diag;
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/%s", root == NULL ? "." : root, pack);
    *w = (struct world){0};
    pack_init(&w->pack, (Slice){path, (size_t)size});
    CHECK(pack_read(&w->pack, NULL, 0, &diag) == STATUS_OK && pack_compile(&w->pack) == STATUS_OK);
    w->knowledge = pack_knowledge(&w->pack);
    struct engine_options options = {.reserve = memory_pool_map, .reserve_context = &w->memory, .all_features = true};
    w->engine = engine_create(w->pack.catalogue, w->knowledge, &options);
    w->intake = intake_create(w->pack.catalogue->schema, NULL);
    w->event = event_create(w->pack.catalogue->schema);
    return true;
}

static void world_deinit(struct world *w) {
    engine_destroy(w->engine);
    event_destroy(w->event);
    intake_destroy(w->intake);
    knowledge_destroy(w->knowledge);
    memory_pool_release(&w->memory);
    pack_close(&w->pack);
}

static bool decide(struct world *w, uint32_t number, uint32_t account, uint32_t choice, struct buf *answer) {
    char text[400];
    struct intake_refusal refusal;
    RecordKind kind;
    int size = snprintf(text, sizeof text,
                        "{\"event_id\":\"e%u\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a%u\","
                        "\"payee\":\"p%u\",\"amount\":%u%s}",
                        number, 1795420800000LL + number * 240000LL, account, choice % 7, 100 + choice % 3000,
                        choice % 5 == 0 ? ",\"result\":\"FAIL\"" : "");
    CHECK(intake_json(w->intake, (Slice){text, (size_t)size}, w->event, &kind, &refusal) == STATUS_OK);
    decision_render(engine_decide(w->engine, w->event), answer);
    return true;
}

static uint32_t entity_named(const struct world *w, const char *name) {
    const struct feature_plan *plan = w->pack.catalogue->features;
    uint32_t e = 0;
    while (e < plan->entities.count && !slice_is(plan->entities.at[e].name, name)) {
        e++;
    }
    return e;
}

static bool skips_current(const struct world *w, uint32_t feature) {
    const struct feature_plan *plan = w->pack.catalogue->features;
    uint32_t window = plan->features.at[feature].window;
    return window == SCHEMA_NONE || window_plan_feature(plan->windows, window)->skip_current;
}

static bool same(double left, double right) {
    return left == right || (isnan(left) && isnan(right));
}

// Looks at the account of the last event as of its time and compares with what the event saw.
static bool compare(struct world *w, uint32_t account, uint32_t *compared) {
    const struct feature_plan *plan = w->pack.catalogue->features;
    uint32_t entity = entity_named(w, "account");
    uint32_t features[256];
    double saw[256];
    double looked[256];
    uint32_t count = 0;
    for (uint32_t f = 0; f < plan->features.count && count < 256; f++) {
        if (engine_looks_at(w->engine, entity, f)) {
            features[count] = f;
            saw[count++] = engine_feature(w->engine, f);
        }
    }
    char text[8];
    Slice part = {text, (size_t)snprintf(text, sizeof text, "a%u", account)};
    bool is_known;
    struct engine_look look = {.entity = entity, .parts = &part, .part_count = 1, .time_us = w->event->time_us, .features = features, .feature_count = count};
    CHECK(engine_look(w->engine, &look, looked, &is_known) == STATUS_OK && is_known);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_THAT(skips_current(w, features[i]) || same(saw[i], looked[i]), "%.*s: %g %g", SLICE_ARGS(plan->features.at[features[i]].name), saw[i],
                   looked[i]);
        *compared += !skips_current(w, features[i]) && saw[i] > 0;
    }
    return true;
}

static bool test_sees_what_a_decision_saw(void) {
    struct world w;
    struct world without;
    struct buf answers;
    struct buf answers_without;
    buf_init(&answers, 16 << 20);
    buf_init(&answers_without, 16 << 20);
    CHECK(world_init(&w, "tests/packs/payments") && world_init(&without, "tests/packs/payments"));
    uint64_t chance = 7;
    uint32_t compared = 0;
    for (uint32_t i = 0; i < EVENTS; i++) {
        chance = hash_mix(chance, i);
        uint32_t account = (uint32_t)(chance >> 40) % ACCOUNTS;
        CHECK(decide(&w, i, account, (uint32_t)chance, &answers) && decide(&without, i, account, (uint32_t)chance, &answers_without));
        CHECK(compare(&w, account, &compared));
        CHECK(engine_hash(w.engine) == engine_hash(without.engine));
    }
    CHECK(compared > EVENTS);
    CHECK(slice_equal(buf_slice(&answers), buf_slice(&answers_without)));
    world_deinit(&w);
    world_deinit(&without);
    buf_deinit(&answers);
    buf_deinit(&answers_without);
    return true;
}

static bool test_keys_that_cannot_be(void) {
    struct world w;
    CHECK(world_init(&w, "tests/packs/payments"));
    uint32_t entity = entity_named(&w, "account");
    const uint32_t *fields;
    int64_t clock_us;
    CHECK(engine_look_key_fields(w.engine, entity, &fields) == 1 && !engine_clock(w.engine, &clock_us));
    Slice parts[] = {SLICE("a1"), SLICE("")};
    bool is_known;
    double value;
    uint32_t feature = map_get(&w.pack.catalogue->features->features_by_name, SLICE("account_done_cnt_1d"));
    struct engine_look look = {.entity = entity, .parts = parts, .part_count = 1, .time_us = 1795420800000000, .features = &feature, .feature_count = 1};
    CHECK(engine_look(w.engine, &look, &value, &is_known) == STATUS_OK && !is_known && value == 0);
    look.part_count = 2;
    CHECK(engine_look(w.engine, &look, &value, &is_known) == STATUS_INVALID);
    look.part_count = 0;
    CHECK(engine_look(w.engine, &look, &value, &is_known) == STATUS_INVALID);
    look.parts = &parts[1];
    look.part_count = 1;
    CHECK(engine_look(w.engine, &look, &value, &is_known) == STATUS_INVALID);
    // What reads the event is not told of a thing alone.
    uint32_t mixed = map_get(&w.pack.catalogue->features->features_by_name, SLICE("sum_or_zero"));
    look = (struct engine_look){.entity = entity, .parts = parts, .part_count = 1, .features = &mixed, .feature_count = 1};
    CHECK(!engine_looks_at(w.engine, entity, mixed));
    CHECK(engine_look(w.engine, &look, &value, &is_known) == STATUS_OK && isnan(value));
    world_deinit(&w);
    return true;
}

// Every entity of the bank's pack, none of whose things has ever been seen.
static bool test_every_entity_of_a_large_pack(void) {
    struct world w;
    CHECK(world_init(&w, "packs/bank"));
    const struct feature_plan *plan = w.pack.catalogue->features;
    uint32_t *features = memory_alloc(sizeof *features * plan->features.count);
    double *values = memory_alloc(sizeof *values * plan->features.count);
    for (uint32_t f = 0; f < plan->features.count; f++) {
        features[f] = f;
    }
    for (uint32_t e = 0; e < plan->entities.count; e++) {
        Slice parts[FEATURE_KEY_PARTS_MAX];
        const uint32_t *fields;
        uint32_t count = engine_look_key_fields(w.engine, e, &fields);
        for (uint32_t i = 0; i < count; i++) {
            const struct schema_field *field = &w.pack.catalogue->schema->fields[fields[i]];
            parts[i] = field->type == FIELD_ENUM ? w.pack.catalogue->schema->enums[field->enumeration].values[0] : SLICE("17");
        }
        bool is_known = true;
        struct engine_look look = {.entity = e, .parts = parts, .part_count = count, .time_us = 1795420800000000, .features = features, .feature_count = plan->features.count};
        CHECK_THAT(engine_look(w.engine, &look, values, &is_known) == STATUS_OK, "%.*s", SLICE_ARGS(plan->entities.at[e].name));
        CHECK(!is_known);
    }
    free(features);
    free(values);
    world_deinit(&w);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_sees_what_a_decision_saw), TEST(test_keys_that_cannot_be), TEST(test_every_entity_of_a_large_pack)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
