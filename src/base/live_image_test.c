// A live image is what an ordinary save would have given at the moment it began, whatever happens to the state meanwhile.

#include "base/arena.h"
#include "base/live_image_test.h"
#include "base/random.h"
#include "base/test.h"

#include <stdlib.h>

// A state with spans of any size beside each other, a number, and an object of items that are moved when they grow.
enum { SPANS = 5, SPAN_MAX = 3000, ITEMS = 40 };

struct pile {
    uint32_t *numbers[ITEMS];
    uint32_t counts[ITEMS];
};

struct world {
    struct random random;
    unsigned char memory[SPANS * SPAN_MAX];
    size_t at[SPANS], size[SPANS];
    uint64_t number;
    struct pile pile;
    uint32_t items;
};

static uint64_t below(struct world *world, uint64_t bound) {
    return random_below(&world->random, bound);
}

static void put_item(const void *object, uint64_t item, uint64_t bound, struct image_writer *out) {
    const struct pile *pile = object;
    image_put_u64(out, bound);
    image_put_u64(out, pile->counts[item]);
    image_put(out, pile->numbers[item], sizeof(uint32_t) * pile->counts[item]);
}

static void save(const void *state, struct image_writer *out) {
    const struct world *world = state;
    image_put_mark(out, "world", 3);
    image_put_u64(out, world->number);
    for (uint32_t i = 0; i < SPANS; i++) {
        // Not in the order of their addresses.
        uint32_t k = (i * 2 + 1) % SPANS;
        image_put_state(out, world->memory + world->at[k], world->size[k]);
        if (i == 2) {
            image_put_items(out, &world->pile, world->items, world->items, put_item);
        }
    }
    image_put_u64(out, world->number + 1);
}

static void make_world(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    random_init(&world->random, seed);
    for (size_t i = 0; i < sizeof world->memory; i++) {
        world->memory[i] = (unsigned char)below(world, 256);
    }
    size_t at = 0;
    for (uint32_t i = 0; i < SPANS; i++) {
        at += below(world, 3) == 0 ? below(world, 100) : 0;
        world->at[i] = at;
        world->size[i] = below(world, 8) == 0 ? 0 : below(world, SPAN_MAX - 200);
        at += world->size[i];
    }
    world->items = (uint32_t)below(world, ITEMS);
}

static void free_world(struct world *world) {
    for (uint32_t i = 0; i < ITEMS; i++) {
        free(world->pile.numbers[i]);
    }
}

static void change_bytes(struct world *world, struct live_image *image) {
    size_t size = 1 + below(world, below(world, 20) == 0 ? 4000 : 40);
    size_t at = below(world, sizeof world->memory - size);
    image_guard(image, world->memory + at, size);
    for (size_t i = 0; i < size; i++) {
        world->memory[at + i] = (unsigned char)below(world, 256);
    }
}

static void change_item(struct world *world, struct live_image *image) {
    struct pile *pile = &world->pile;
    uint32_t item = (uint32_t)below(world, ITEMS);
    image_guard_items(image, pile, item, 1);
    if (below(world, 3) == 0) {
        // It is moved, and the old memory is gone.
        uint32_t *old = pile->numbers[item];
        pile->numbers[item] = memory_alloc(sizeof(uint32_t) * (pile->counts[item] + 1));
        if (pile->counts[item] > 0) {
            memcpy(pile->numbers[item], old, sizeof(uint32_t) * pile->counts[item]);
        }
        pile->numbers[item][pile->counts[item]++] = world->items;
        free(old);
    } else if (pile->counts[item] > 0) {
        pile->numbers[item][below(world, pile->counts[item])]++;
    }
}

static void change(struct world *world, struct live_image *image) {
    world->number++;
    if (below(world, 2) == 0) {
        change_bytes(world, image);
    } else {
        change_item(world, image);
    }
}

static bool run(uint64_t seed, struct live_image_limits limits, uint64_t rounds, struct live_check *check) {
    static struct world world;
    make_world(&world, seed);
    live_check_init(check, limits);
    bool same = true;
    while (check->whole + check->given_up < rounds && same) {
        if (!check->under_way) {
            live_check_begin(check, &world, save);
        }
        for (uint64_t i = below(&world, 6); i > 0; i--) {
            change(&world, check->image);
        }
        same = live_check_step(check, below(&world, 1 + below(&world, 2000)));
    }
    free_world(&world);
    live_check_deinit(check);
    return same;
}

static bool test_random(void) {
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct live_check check;
        struct live_image_limits limits = {(size_t)16 << seed % 6, seed % 3 * 20, 1 << 20};
        CHECK_THAT(run(seed, limits, 6, &check), "seed %llu", (unsigned long long)seed);
        CHECK(check.whole == 6 && check.frames_aside > 0);
    }
    return true;
}

// With too little room an image is given up; the next one may have more luck, and is right.
static bool test_cap(void) {
    uint64_t whole = 0;
    uint64_t given_up = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct live_check check;
        CHECK_THAT(run(seed, (struct live_image_limits){64, 0, 4400 + seed * 20}, 20, &check), "seed %llu", (unsigned long long)seed);
        whole += check.whole;
        given_up += check.given_up;
    }
    CHECK_THAT(whole > 50 && given_up > 50, "%llu whole, %llu given up", (unsigned long long)whole, (unsigned long long)given_up);
    return true;
}

static bool test_abandoned(void) {
    static struct world world;
    struct live_check check;
    make_world(&world, 7);
    live_check_init(&check, (struct live_image_limits){64, 16, 1 << 20});
    live_check_begin(&check, &world, save);
    CHECK(live_image_is_under_way(check.image));
    change(&world, check.image);
    CHECK(live_check_step(&check, 100));
    live_image_abandon(check.image);
    live_image_abandon(check.image);
    CHECK(!live_image_is_under_way(check.image));
    change(&world, check.image); // told to an image that is not under way
    live_check_begin(&check, &world, save);
    while (check.under_way) {
        change(&world, check.image);
        CHECK(live_check_step(&check, 1));
    }
    CHECK(check.whole == 1);
    struct live_image_counters counters = live_image_counters(check.image);
    CHECK(counters.bytes_aside == 0 && counters.bytes_aside_max > 0 && counters.bytes_out + sizeof(Hash128) == check.wanted.size);
    free_world(&world);
    live_check_deinit(&check);
    return true;
}

static void save_nothing(const void *state, struct image_writer *out) {
    (void)state;
    (void)out;
}

static bool test_nothing(void) {
    struct live_check check;
    live_check_init(&check, (struct live_image_limits){64, 16, 1 << 20});
    live_check_begin(&check, NULL, save_nothing);
    image_guard(check.image, &check, sizeof check);
    CHECK(live_check_step(&check, 0) && check.whole == 1);
    live_check_deinit(&check);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_random), TEST(test_cap), TEST(test_abandoned), TEST(test_nothing)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
