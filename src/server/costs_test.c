// What models cost: figures of times that are made up, and that a heart which is timed answers and remembers the same as one that is not.

#include "server/costs.h"

#include "base/test.h"
#include "os/scratch_test.h"
#include "server/heart.h"
#include "server/pack_folder.h"

struct world {
    struct scratch scratch;
    struct pack_folder pack;
    struct costs *costs;
};

static bool world_init(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    pack_init(&w->pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&w->pack, NULL, 0, &w->scratch.diag) == STATUS_OK && pack_compile(&w->pack) == STATUS_OK);
    w->costs = costs_create();
    return true;
}

static bool world_deinit(struct world *w) {
    costs_destroy(w->costs);
    pack_close(&w->pack);
    return scratch_remove(&w->scratch);
}

static void begin(struct world *w, const struct catalogue *catalogue, int64_t now_us) {
    cost_table_destroy(costs_begin(w->costs, cost_table_create(catalogue), now_us));
}

static uint32_t index_of(struct world *w, const char *id) {
    return map_get(&w->pack.catalogue->models_by_id, slice_of(id));
}

static bool test_figures(void) {
    struct world w;
    struct costs_all all;
    CHECK(world_init(&w));
    const struct model *models = w.pack.catalogue->models.at;
    uint32_t one = index_of(&w, "M-PX-01-A");
    uint32_t two = index_of(&w, "M-PX-02-A");
    CHECK(!costs_look(w.costs, w.pack.catalogue, &w.scratch.arena, &all)); // nothing decides yet
    begin(&w, w.pack.catalogue, 77);
    CHECK(costs_look(w.costs, w.pack.catalogue, &w.scratch.arena, &all) && all.decisions == 0 && all.since_us == 77 && all.models[one].count == 0);
    // 100 decisions of 10,000 ns: the first model 10 ns and, of two parts, 90 ns; the second 1,000 ns in every fourth.
    for (int i = 0; i < 100; i++) {
        const struct model_time times[] = {{&models[one], 10}, {&models[one], 80}, {&models[two], 1000}};
        costs_add(w.costs, &(struct engine_times){.models = times, .count = i % 4 == 0 ? 3 : 2, .features_ns = 500, .models_ns = 2000}, 10000);
    }
    CHECK(costs_look(w.costs, w.pack.catalogue, &w.scratch.arena, &all));
    CHECK(all.decisions == 100 && all.took_ns == 10000);
    CHECK(all.models[one].count == 100 && all.models[one].median_ns >= 90 && all.models[one].median_ns <= 90 + 90 / 8);
    CHECK(all.models[two].count == 25 && all.models[two].median_ns >= 1000 && all.models[two].median_ns <= 1000 + 1000 / 8);
    CHECK(all.models[one].share == 0.009 && all.models[two].share == 0.025);
    CHECK(all.models_share == 0.2 && all.features_share == 0.05);
    CHECK(all.pass_share == (2000 * 100 - 500 * 100 - 90 * 100 - 1000 * 25) / 1e6);
    // Another catalogue: counted anew, and the one before is not told any more.
    struct catalogue other = *w.pack.catalogue;
    begin(&w, &other, 78);
    CHECK(!costs_look(w.costs, w.pack.catalogue, &w.scratch.arena, &all));
    CHECK(costs_look(w.costs, &other, &w.scratch.arena, &all) && all.decisions == 0 && all.models[one].count == 0 && all.since_us == 78);
    return world_deinit(&w);
}

static bool test_one_in_so_many(void) {
    struct world w;
    CHECK(world_init(&w));
    int due = 0;
    for (int i = 0; i < 10 * COSTS_EVERY; i++) {
        due += costs_is_due(w.costs);
    }
    CHECK(due == 10);
    return world_deinit(&w);
}

static bool decide(struct heart *heart, int number, struct buf *answer) {
    char record[256];
    struct heart_refusal refusal;
    snprintf(record, sizeof record,
             "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"channel\":\"MOBILE\",\"account\":\"a%d\",\"payee\":\"p\",\"amount\":%d}",
             number, 1795420800000LL + number * 20000LL, number % 3, number % 5 == 0 ? 9000000 : 100);
    return heart_take(heart, slice_of(record), (HeartEffort){0}, answer, &refusal) == HEART_DECIDED;
}

static struct heart *make_heart(struct world *w) {
    const struct catalogue *catalogue = w->pack.catalogue;
    return heart_create(catalogue, knowledge_create(catalogue->knowledge, catalogue->money_digits, catalogue->zone_offset_us), SCOPE_IN_FLIGHT);
}

static bool test_timed_is_the_same(void) {
    enum { EVENTS = 300 };
    struct world w;
    CHECK(world_init(&w));
    struct heart *plain = make_heart(&w);
    struct heart *timed = make_heart(&w);
    struct buf left;
    struct buf right;
    struct engine_times times;
    struct costs_all all;
    buf_init(&left, 16 << 20);
    buf_init(&right, 16 << 20);
    begin(&w, w.pack.catalogue, 0);
    for (int i = 0; i < EVENTS; i++) {
        bool is_asked = i % 2 == 0;
        if (is_asked) {
            heart_time_next(timed);
        }
        CHECK(decide(plain, i, &left) && decide(timed, i, &right));
        CHECK(heart_times(timed, &times) == is_asked && !heart_times(plain, &times));
        if (heart_times(timed, &times)) {
            costs_add(w.costs, &times, times.models_ns);
        }
    }
    CHECK(slice_equal(buf_slice(&left), buf_slice(&right)) && heart_hash(plain) == heart_hash(timed));
    CHECK(costs_look(w.costs, w.pack.catalogue, &w.scratch.arena, &all) && all.decisions == EVENTS / 2);
    // The model of large payments is looked at whenever there is one; what models cost is no more than their stage takes.
    CHECK(all.models[index_of(&w, "M-PX-01-A")].count >= EVENTS / 10 && all.models[index_of(&w, "M-PX-03-A")].count > 0);
    double shares = all.features_share;
    for (uint32_t i = 0; i < w.pack.catalogue->models.count; i++) {
        shares += all.models[i].share;
    }
    CHECK(shares > 0 && shares <= 1.0001 && all.models_share == 1);
    // One that was asked for and met an event that was known already goes to the next.
    heart_time_next(timed);
    struct heart_refusal refusal;
    CHECK(heart_take(timed, SLICE("{\"event_id\":\"1\",\"event_type\":\"pay\",\"event_time\":1795420820000,\"phase\":\"REQUEST\",\"account\":\"a1\",\"amount\":100}"), (HeartEffort){0},
                     &right, &refusal) == HEART_KNOWN);
    CHECK(!heart_times(timed, &times));
    CHECK(decide(timed, EVENTS, &right) && heart_times(timed, &times));
    heart_destroy(plain);
    heart_destroy(timed);
    buf_deinit(&left);
    buf_deinit(&right);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_figures), TEST(test_one_in_so_many), TEST(test_timed_is_the_same)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
