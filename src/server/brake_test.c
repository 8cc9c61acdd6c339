// What a brake counts, when it takes hold and when it lets go, on decisions made by hand and with a clock that is told.

#include "server/brake.h"

#include "base/test.h"
#include "os/scratch_test.h"
#include "server/pack_folder.h"

#define MINUTE INT64_C(60000000)

struct world {
    struct scratch scratch;
    struct pack_folder pack;
    struct event *event;
    struct hit hit;
};

static bool world_init(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    pack_init(&w->pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&w->pack, NULL, 0, &w->scratch.diag) == STATUS_OK && pack_compile(&w->pack) == STATUS_OK);
    w->event = event_create(w->pack.catalogue->schema);
    event_reset(w->event);
    return true;
}

static bool world_deinit(struct world *w) {
    event_destroy(w->event);
    pack_close(&w->pack);
    return scratch_remove(&w->scratch);
}

static const struct model *model(struct world *w, const char *id) {
    return &w->pack.catalogue->models.at[map_get(&w->pack.catalogue->models_by_id, slice_of(id))];
}

// A decision with one hit or with none, on a channel of the schema or on none.
static void see(struct world *w, struct brake *brake, const char *id, bool is_shadow, int channel, int64_t now_us) {
    const struct catalogue *catalogue = w->pack.catalogue;
    struct decision decision = {.catalogue = catalogue};
    event_reset(w->event);
    if (channel >= 0) {
        bits_set(w->event->present, catalogue->schema->channel);
        w->event->cells[catalogue->schema->channel].integer = channel;
    }
    if (id != NULL) {
        w->hit = (struct hit){.model = model(w, id), .is_shadow = is_shadow};
        decision.hits = &w->hit;
        decision.hit_count = 1;
        decision.action = is_shadow ? 0 : w->hit.model->action;
    }
    brake_saw(brake, &decision, w->event, now_us);
}

static const struct brake_rule by_model = {
    .name = {"model", 5}, .over = {"model", 5}, .actions = {"REJECT", 6}, .share_max = 10, .count_min = 5, .window_us = 10 * MINUTE, .hold_us = 20 * MINUTE};
static const struct brake_rule by_channel = {
    .name = {"channel", 7}, .over = {"channel", 7}, .actions = {"REJECT,DELAY", 12}, .share_max = 50, .count_min = 2, .window_us = MINUTE,
    .then = BRAKE_freeze, .hold_us = MINUTE};

static bool test_a_share_of_a_window(void) {
    struct world w;
    struct brake_news news;
    CHECK(world_init(&w));
    struct brake *brake = brake_create(&by_model, 1);
    brake_read_catalogue(brake, w.pack.catalogue);
    int64_t now = 1000 * MINUTE;
    // Four of 30: too few. The fifth of 34 is more than a tenth.
    for (int i = 0; i < 26; i++) {
        see(&w, brake, i % 2 == 0 ? NULL : "M-PX-03-A", false, -1, now);
    }
    for (int i = 0; i < 4; i++) {
        see(&w, brake, "M-PX-01-A", false, -1, now);
        see(&w, brake, "M-PX-02-A", true, -1, now);
        CHECK(!brake_next(brake, now, &news));
    }
    see(&w, brake, "M-PX-01-A", false, -1, now + MINUTE);
    CHECK(brake_next(brake, now + MINUTE, &news) && news.held && slice_is(news.key, "M-PX-01-A") && news.count == 5 && news.of == 35);
    CHECK(news.until_us == now + 21 * MINUTE && brake_holding(brake) == 1 && !brake_next(brake, now + MINUTE, &news));
    // It goes on stopping: it is told once, and does not let go as long as the share is too large.
    for (int i = 0; i < 30; i++) {
        see(&w, brake, "M-PX-01-A", false, -1, now + i * MINUTE);
        CHECK(!brake_next(brake, now + i * MINUTE, &news));
    }
    // The window slides past them.
    CHECK(!brake_next(brake, now + 32 * MINUTE, &news) && brake_next(brake, now + 40 * MINUTE, &news));
    CHECK(!news.held && slice_is(news.key, "M-PX-01-A") && brake_holding(brake) == 0);
    brake_destroy(brake);
    return world_deinit(&w);
}

static bool test_a_value_of_a_field(void) {
    struct world w;
    struct brake_news news;
    CHECK(world_init(&w));
    struct brake *brake = brake_create(&by_channel, 1);
    brake_read_catalogue(brake, w.pack.catalogue);
    int64_t now = 1000 * MINUTE;
    for (int i = 0; i < 4; i++) {
        see(&w, brake, NULL, false, 0, now);
        see(&w, brake, "M-PX-01-A", false, -1, now); // no channel: not watched
    }
    see(&w, brake, "M-PX-03-A", false, 1, now);
    CHECK(!brake_next(brake, now, &news));
    see(&w, brake, "M-PX-01-A", false, 1, now);
    CHECK(brake_next(brake, now, &news) && news.held && slice_is(news.key, "COUNTER") && news.count == 2 && news.of == 2);
    CHECK(brake_let_go(brake, SLICE("channel"), SLICE("COUNTER"), now) && !brake_let_go(brake, SLICE("channel"), SLICE("MOBILE"), now));
    CHECK(brake_next(brake, now, &news) && !news.held && !brake_next(brake, now, &news));
    // What it counted before somebody let go is forgotten.
    see(&w, brake, "M-PX-01-A", false, 1, now);
    CHECK(!brake_next(brake, now, &news));
    brake_destroy(brake);
    return world_deinit(&w);
}

// Names that the catalogue does not have watch nothing; too many values are counted and not watched.
static bool test_what_cannot_be_watched(void) {
    struct brake_rule rules[] = {by_channel, by_channel, by_channel};
    struct world w;
    struct brake_news news;
    CHECK(world_init(&w));
    rules[0].over = SLICE("nothing");
    rules[1].actions = SLICE("NOTHING");
    rules[2].over = SLICE("payee");
    struct brake *brake = brake_create(rules, 3);
    brake_read_catalogue(brake, w.pack.catalogue);
    uint32_t payee = schema_find_field(w.pack.catalogue->schema, SLICE("payee"));
    for (int i = 0; i < BRAKE_KEYS_MAX + 10; i++) {
        struct decision decision = {.catalogue = w.pack.catalogue, .action = 2};
        event_reset(w.event);
        bits_set(w.event->present, payee);
        event_set_text(w.event, payee, arena_printf(&w.scratch.arena, "p%d", i));
        brake_saw(brake, &decision, w.event, 1);
        CHECK(!brake_next(brake, 1, &news));
    }
    CHECK(brake_unwatched(brake) == 10);
    brake_stands(brake, SLICE("gone"), SLICE("k"), 1);
    CHECK(brake_next(brake, 1, &news) && !news.held && slice_is(news.rule->name, "gone") && slice_is(news.key, "k"));
    brake_destroy(brake);
    return world_deinit(&w);
}

// Rules that are the same go on with what they counted and hold; what others held is told one by one.
static bool test_other_rules_take_over(void) {
    struct brake_rule rules[] = {by_channel, by_model};
    struct world w;
    struct brake_news news;
    Slice rule;
    Slice key;
    int64_t now = 1000 * MINUTE;
    CHECK(world_init(&w));
    rules[1].count_min = 2;
    struct brake *brake = brake_create(rules, 2);
    brake_read_catalogue(brake, w.pack.catalogue);
    for (int i = 0; i < 2; i++) {
        see(&w, brake, "M-PX-01-A", false, 1, now);
    }
    CHECK(brake_next(brake, now, &news) && brake_next(brake, now, &news) && !brake_next(brake, now, &news));
    CHECK(brake_holding(brake) == 2 && brake_freezing(brake) == 1 && news.freezing == 1 && news.of_rule == 1);
    CHECK(brake_held_at(brake, 1, &rule, &key) && slice_is(rule, "model") && slice_is(key, "M-PX-01-A") && !brake_held_at(brake, 2, &rule, &key));
    struct brake_rule other[] = {rules[1], by_channel};
    other[0].share_max = 20;
    struct brake *next = brake_create(other, 2);
    brake_read_catalogue(next, w.pack.catalogue);
    brake_succeed(next, brake);
    CHECK(brake_holding(next) == 1 && brake_freezing(next) == 1 && brake_holding(brake) == 1 && brake_freezing(brake) == 0);
    CHECK(brake_held_at(brake, 0, &rule, &key) && brake_stands(next, rule, key, now) != NULL && brake_holding(next) == 2);
    CHECK(brake_held_at(next, 1, &rule, &key) && slice_is(rule, "channel") && slice_is(key, "COUNTER"));
    brake_destroy(brake);
    // It lets go in its time, and the window goes on where it was.
    see(&w, next, NULL, false, 1, now + 2 * MINUTE);
    CHECK(brake_next(next, now + 2 * MINUTE, &news) && !news.held && slice_is(news.rule->name, "channel") && news.freezing == 0);
    // None: both are gone.
    struct brake *none = brake_create(NULL, 0);
    brake_succeed(none, next);
    CHECK(brake_held_at(next, 0, &rule, &key) && brake_stands(none, rule, key, now) == NULL && brake_next(none, now, &news) && !news.held);
    brake_destroy(next);
    brake_destroy(none);
    return world_deinit(&w);
}

// Who asks for what does not hold takes no room from what does.
static bool test_names_that_nobody_watches(void) {
    struct world w;
    struct brake_news news;
    CHECK(world_init(&w));
    struct brake *brake = brake_create(&by_channel, 1);
    brake_read_catalogue(brake, w.pack.catalogue);
    int64_t now = 1000 * MINUTE;
    for (int i = 0; i < BRAKE_KEYS_MAX; i++) {
        CHECK(!brake_let_go(brake, SLICE("channel"), arena_printf(&w.scratch.arena, "made up %d", i), now));
    }
    see(&w, brake, "M-PX-01-A", false, 1, now);
    see(&w, brake, "M-PX-01-A", false, 1, now);
    CHECK(brake_next(brake, now, &news) && news.held && brake_unwatched(brake) == 0);
    brake_destroy(brake);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_a_share_of_a_window), TEST(test_a_value_of_a_field), TEST(test_what_cannot_be_watched), TEST(test_other_rules_take_over), TEST(test_names_that_nobody_watches)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
