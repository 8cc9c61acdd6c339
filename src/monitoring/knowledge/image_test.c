// Live images of knowledge: while one is written bit by bit, lists and tables grow, are taken from, expire and are written over. Each
// image must be what an ordinary save gave at its beginning.

#include "base/live_image_test.h"
#include "base/random.h"
#include "monitoring/knowledge/knowledge_test.h"

// Large enough for several segments of an index and several blocks of items.
#define LARGE_YAML                                                                                 \
    "lists:\n"                                                                                     \
    "  case: {cap: 30000}\n"                                                                       \
    "  pairs: {cap: 20000}\n"                                                                      \
    "tables:\n"                                                                                    \
    "  - {name: cust, key: [cust_id], cap: 9000, fields: {age: {type: int}, city: {type: string}}}\n" \
    "  - {name: pair, namespace: g, key: [from, to], cap: 500, fields: {hops: {type: int}}}\n"

struct play {
    struct world *world;
    struct random random;
    struct live_check check;
    uint64_t keys, texts;
};

static uint64_t below(struct play *play, uint64_t bound) {
    return random_below(&play->random, bound);
}

static Hash128 random_key(struct play *play) {
    char text[32];
    snprintf(text, sizeof text, "key%u", (unsigned)below(play, play->keys));
    return key_of(text);
}

// Short ones and long ones, some of them often.
static Slice random_text(struct play *play, char *room, size_t size) {
    uint64_t number = below(play, play->texts);
    size_t wanted = 8 + number * 37 % (number % 16 == 0 ? size - 8 : 60);
    int digits = snprintf(room, size, "%u", (unsigned)number);
    memset(room + digits, 'x', size - (size_t)digits);
    return (Slice){room, wanted};
}

static void add_to_list(struct play *play) {
    char source[900];
    char reason[900];
    int64_t begin_us = (int64_t)below(play, 60);
    struct knowledge_entry entry = {begin_us, begin_us + 1 + (int64_t)below(play, 30), random_text(play, source, sizeof source),
                                    random_text(play, reason, sizeof reason)};
    Status status = knowledge_list_add(play->world->knowledge, (uint32_t)below(play, 2), random_key(play), &entry);
    (void)status; // a cap may be reached
}

static void write_cell(struct play *play) {
    char text[900];
    uint32_t table = below(play, 4) == 0;
    uint32_t column = table == 0 ? (uint32_t)below(play, 2) : 0;
    struct json_node node = {.kind = JSON_NULL};
    if (below(play, 5) > 0) {
        node = column == 0 ? (struct json_node){.kind = JSON_INT, .i64 = (int64_t)below(play, 100)}
                           : (struct json_node){.kind = JSON_STRING, .text = random_text(play, text, sizeof text)};
    }
    arena_reset(&play->world->arena);
    Status status = knowledge_set(play->world->knowledge, table, random_key(play), column, &node, &play->world->arena, &play->world->diag);
    (void)status;
}

static void operate(struct play *play) {
    struct knowledge *knowledge = play->world->knowledge;
    uint64_t choice = below(play, 100);
    if (choice < 45) {
        add_to_list(play);
    } else if (choice < 60) {
        knowledge_list_remove(knowledge, (uint32_t)below(play, 2), random_key(play), (int64_t)below(play, 60));
    } else if (choice < 99 || below(play, 100) > 0) {
        write_cell(play);
    } else {
        knowledge_list_forget(knowledge, (uint32_t)below(play, 2), (int64_t)below(play, 40));
    }
}

static void save(const void *state, struct image_writer *out) {
    knowledge_save(state, out);
}

static bool play_on(struct play *play, uint64_t operations) {
    struct live_check *check = &play->check;
    struct knowledge *knowledge = play->world->knowledge;
    for (uint64_t i = 0; i < operations; i++) {
        if (!check->under_way && below(play, 300) == 0) {
            live_check_begin(check, knowledge, save);
            knowledge_guard(knowledge, check->image);
        }
        operate(play);
        if (check->under_way && below(play, 4) == 0) {
            CHECK(live_check_step(check, below(play, 10000)));
            knowledge_guard(knowledge, check->under_way ? check->image : NULL);
        }
    }
    return true;
}

static bool large_world(struct world *world, struct arena *plan_arena) {
    *world = (struct world){.yaml = {SLICE("knowledge.yaml"), SLICE(LARGE_YAML)}};
    arena_init(plan_arena, 16 << 10);
    arena_init(&world->arena, 16 << 10);
    diag_list_init(&world->diags, plan_arena);
    const struct yaml_node *root = yaml_parse(&world->yaml, plan_arena, &world->diags);
    world->plan = root == NULL ? NULL : knowledge_load(root, plan_arena, &world->diags);
    diag_list_print(&world->diags, stderr);
    world->knowledge = world->plan == NULL ? NULL : knowledge_create(world->plan, 2, 0);
    return world->knowledge != NULL;
}

static bool play_once(uint64_t seed, uint64_t operations) {
    struct world world;
    struct arena plan_arena;
    CHECK(large_world(&world, &plan_arena));
    struct play play = {.world = &world};
    random_init(&play.random, seed);
    play.keys = UINT64_C(1) << (2 + below(&play, 13));
    play.texts = UINT64_C(1) << (2 + below(&play, 12));
    live_check_init(&play.check, (struct live_image_limits){64, 0, 64 << 20});
    bool ok = play_on(&play, operations);
    ok = ok && play.check.whole > 0 && play.check.frames_aside > 0;
    knowledge_guard(world.knowledge, NULL);
    live_check_deinit(&play.check);
    world_check_image(&world);
    knowledge_destroy(world.knowledge);
    arena_deinit(&world.arena);
    arena_deinit(&plan_arena);
    return ok;
}

static bool test_live_images(void) {
    for (uint64_t seed = 1; seed <= 30; seed++) {
        CHECK_THAT(play_once(seed, 25000), "seed %llu", (unsigned long long)seed);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_live_images)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
