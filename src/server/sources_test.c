// What is counted of each source, on events made by hand and with a clock that is told: lags and their minute, silence and what is usual, names past the most.

#include "server/sources.h"

#include "base/test.h"
#include "base/time.h"
#include "os/scratch_test.h"
#include "server/pack_folder.h"

#define NOW (INT64_C(1795420800) * US_PER_SECOND)

struct world {
    struct scratch scratch;
    struct pack_folder pack;
    struct event *event;
    struct sources *sources;
    struct source_state states[SOURCES_MAX + 2];
};

static bool world_init(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    pack_init(&w->pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&w->pack, NULL, 0, &w->scratch.diag) == STATUS_OK && pack_compile(&w->pack) == STATUS_OK);
    w->event = event_create(w->pack.catalogue->schema);
    w->sources = sources_create(NOW);
    return true;
}

static bool world_deinit(struct world *w) {
    sources_destroy(w->sources);
    event_destroy(w->event);
    pack_close(&w->pack);
    return scratch_remove(&w->scratch);
}

static void see(struct world *w, const char *source, int64_t lag_us, bool is_late, int64_t now_us) {
    uint32_t field = w->pack.catalogue->schema->source;
    event_reset(w->event);
    w->event->time_us = now_us - lag_us;
    if (source != NULL) {
        bits_set(w->event->present, field);
        w->event->cells[field].text = slice_of(source);
    }
    sources_saw(w->sources, w->event, is_late, now_us);
}

static const struct source_state *look(struct world *w, const char *source, int64_t now_us) {
    uint32_t count = sources_look(w->sources, now_us, w->states);
    for (uint32_t i = 0; i < count; i++) {
        if (w->states[i].kind == SOURCE_NAMED && slice_is(w->states[i].name, source)) {
            return &w->states[i];
        }
    }
    return NULL;
}

static bool test_lags(void) {
    struct world w;
    CHECK(world_init(&w));
    // 100 events, of which two are 40 s behind: half are within 10 ms, 99 in 100 are not below the 40 s.
    for (int i = 0; i < 98; i++) {
        see(&w, "CORE", 10 * US_PER_MS, false, NOW);
    }
    see(&w, "CORE", 40 * US_PER_SECOND, true, NOW);
    see(&w, "CORE", 40 * US_PER_SECOND, true, NOW + 1);
    see(&w, "ATM", -5 * US_PER_SECOND, false, NOW); // of the future
    const struct source_state *core = look(&w, "CORE", NOW + US_PER_SECOND);
    CHECK(core != NULL && core->events == 100 && core->late == 2 && core->refused == 0 && core->span_events == 100);
    CHECK(core->lag_median_ms == 10);
    CHECK(core->lag_p99_ms >= 40000 && core->lag_p99_ms <= 40000 + 40000 / 16);
    CHECK(core->last_event_us == NOW + 1 - 40 * US_PER_SECOND && core->silent_since_us == NOW + 1);
    const struct source_state *atm = look(&w, "ATM", NOW + US_PER_SECOND);
    CHECK(atm != NULL && atm->events == 1 && atm->lag_median_ms == 0 && atm->lag_p99_ms == 0);
    return world_deinit(&w);
}

// Every lag is told not too small, and not by more than a sixteenth too large.
static bool test_lag_steps(void) {
    struct world w;
    CHECK(world_init(&w));
    int64_t now_us = NOW;
    for (int64_t lag_ms = 1; lag_ms < INT64_C(60) * 24 * 3600 * 1000; lag_ms = lag_ms * 21 / 20 + 1) {
        now_us += 100 * US_PER_SECOND; // those before are forgotten
        see(&w, "CORE", lag_ms * US_PER_MS, false, now_us);
        const struct source_state *core = look(&w, "CORE", now_us);
        CHECK_THAT(core->span_events == 1 && core->lag_median_ms >= lag_ms && core->lag_median_ms <= lag_ms + lag_ms / 16, "%lld of %lld",
                   (long long)core->lag_median_ms, (long long)lag_ms);
        CHECK(core->lag_p99_ms == core->lag_median_ms);
    }
    see(&w, "CORE", INT64_MAX / 2, false, now_us + US_PER_DAY); // an event of 1970 or before it
    CHECK(look(&w, "CORE", now_us + US_PER_DAY)->lag_median_ms > INT64_C(60) * 24 * 3600 * 1000);
    return world_deinit(&w);
}

static bool test_the_minute_passes(void) {
    struct world w;
    CHECK(world_init(&w));
    for (int second = 0; second < 200; second++) {
        see(&w, "CORE", second < 100 ? 2 * US_PER_SECOND : 20 * US_PER_MS, false, NOW + second * US_PER_SECOND);
        const struct source_state *core = look(&w, "CORE", NOW + second * US_PER_SECOND);
        uint64_t least = second < 59 ? (uint64_t)second + 1 : 60;
        CHECK_THAT(core->span_events >= least && core->span_events <= 65, "second %d: %llu", second, (unsigned long long)core->span_events);
    }
    CHECK(look(&w, "CORE", NOW + 199 * US_PER_SECOND)->lag_p99_ms == 20); // what was behind has been forgotten
    CHECK(look(&w, "CORE", NOW + 270 * US_PER_SECOND)->span_events == 0);
    CHECK(look(&w, "CORE", NOW + 270 * US_PER_SECOND)->events == 200);
    return world_deinit(&w);
}

static bool test_silence(void) {
    struct world w;
    CHECK(world_init(&w));
    int64_t now_us = NOW;
    for (int i = 0; i < SOURCES_KNOWN_AFTER - 1; i++) {
        see(&w, "CORE", 0, false, now_us);
    }
    CHECK(!look(&w, "CORE", now_us + US_PER_DAY)->is_silent_unusually); // nobody knows yet what is usual
    for (int i = 0; i < 100; i++) {
        see(&w, "CORE", 0, false, now_us += US_PER_SECOND);
    }
    CHECK(look(&w, "CORE", now_us)->usual_pause_us == US_PER_SECOND);
    CHECK(!look(&w, "CORE", now_us + 60 * US_PER_SECOND)->is_silent_unusually);
    CHECK(look(&w, "CORE", now_us + 61 * US_PER_SECOND)->is_silent_unusually);
    CHECK(look(&w, "CORE", now_us + 61 * US_PER_SECOND)->silent_since_us == now_us);
    // One that pauses for ten minutes is not missed before twenty.
    see(&w, "CORE", 0, false, now_us += 600 * US_PER_SECOND);
    CHECK(look(&w, "CORE", now_us)->usual_pause_us == 600 * US_PER_SECOND);
    CHECK(!look(&w, "CORE", now_us + 1200 * US_PER_SECOND)->is_silent_unusually);
    CHECK(look(&w, "CORE", now_us + 1201 * US_PER_SECOND)->is_silent_unusually);
    // Three hours of seconds later the ten minutes are forgotten.
    for (int i = 0; i < 3 * 3600 + 600; i++) {
        see(&w, "CORE", 0, false, now_us += US_PER_SECOND);
    }
    CHECK(look(&w, "CORE", now_us)->usual_pause_us == US_PER_SECOND);
    return world_deinit(&w);
}

static bool test_names(void) {
    struct world w;
    char name[SOURCES_NAME_MAX + 2];
    CHECK(world_init(&w));
    see(&w, NULL, 0, false, NOW);
    see(&w, "", 0, false, NOW);
    for (int i = 0; i < SOURCES_MAX + 6; i++) {
        snprintf(name, sizeof name, "S%d", i);
        see(&w, name, 0, false, NOW);
        see(&w, name, 0, false, NOW);
    }
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    see(&w, name, 0, false, NOW);
    uint32_t count = sources_look(w.sources, NOW, w.states);
    CHECK(count == SOURCES_MAX + 2);
    for (uint32_t i = 0; i < SOURCES_MAX; i++) {
        snprintf(name, sizeof name, "S%u", i);
        CHECK(w.states[i].kind == SOURCE_NAMED && slice_is(w.states[i].name, name) && w.states[i].events == 2);
    }
    CHECK(w.states[SOURCES_MAX].kind == SOURCE_UNNAMED && w.states[SOURCES_MAX].events == 2);
    CHECK(w.states[SOURCES_MAX + 1].kind == SOURCE_REST && w.states[SOURCES_MAX + 1].events == 13);
    return world_deinit(&w);
}

static bool test_refused(void) {
    struct world w;
    CHECK(world_init(&w));
    struct schema schema = *w.pack.catalogue->schema;
    sources_refused(w.sources, &schema, SLICE("{\"event_id\":\"1\",\"source\":\"CORE\",\"amount\":\"much\"}"));
    sources_refused(w.sources, &schema, SLICE("{\"event_id\":\"1\",\"source\":7}"));
    sources_refused(w.sources, &schema, SLICE("no JSON at all"));
    sources_refused(w.sources, &schema, SLICE("[]"));
    schema.source = schema_find_field(&schema, SLICE("channel")); // an enumeration: what is none of it is nobody
    sources_refused(w.sources, &schema, SLICE("{\"channel\":\"MOBILE\"}"));
    sources_refused(w.sources, &schema, SLICE("{\"channel\":\"MADE_UP\"}"));
    schema.source = SCHEMA_NONE;
    sources_refused(w.sources, &schema, SLICE("{\"channel\":\"MOBILE\"}"));
    uint32_t count = sources_look(w.sources, NOW, w.states);
    CHECK(count == 3);
    CHECK(slice_is(w.states[0].name, "CORE") && w.states[0].refused == 1 && w.states[0].events == 0 && w.states[0].span_events == 0);
    CHECK(slice_is(w.states[1].name, "MOBILE") && w.states[1].refused == 1);
    CHECK(w.states[2].kind == SOURCE_UNNAMED && w.states[2].refused == 5);
    CHECK(!w.states[0].is_silent_unusually);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_lags), TEST(test_lag_steps), TEST(test_the_minute_passes), TEST(test_silence), TEST(test_names), TEST(test_refused)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
