#include "monitoring/knowledge/index.h"

#include "base/random.h"
#include "base/test.h"
#include "monitoring/knowledge/slab.h"

#include <stdlib.h>

static uint32_t count_of(const struct index *index, uint64_t hash, uint32_t wanted) {
    uint32_t found = 0;
    uint32_t ref;
    for (struct knowledge_index_probe probe = knowledge_index_probe(index, hash); knowledge_index_next(&probe, &ref);) {
        found += ref == wanted;
    }
    return found;
}

// Hashes that share their lower or upper bits make long runs and borders of the table.
static bool against_naive(uint64_t cap, uint64_t hash_mask) {
    enum { ITEMS = 600, STEPS = 60000 };
    struct index index;
    knowledge_index_init(&index, cap);
    struct random random;
    random_init(&random, cap ^ hash_mask);
    uint64_t hashes[ITEMS];
    bool there[ITEMS] = {false};
    for (int i = 0; i < ITEMS; i++) {
        hashes[i] = random_u64(&random) & hash_mask;
    }
    bool ok = true;
    for (int step = 0; step < STEPS && ok; step++) {
        uint32_t item = (uint32_t)random_below(&random, ITEMS);
        ok = count_of(&index, hashes[item], item) == there[item];
        if (there[item] && random_below(&random, 8) == 0) {
            knowledge_index_replace(&index, hashes[item], item, item + ITEMS);
            ok = ok && count_of(&index, hashes[item], item) == 0;
            knowledge_index_replace(&index, hashes[item], item + ITEMS, item);
        } else if (there[item]) {
            knowledge_index_remove(&index, hashes[item], item);
            there[item] = false;
        } else {
            knowledge_index_insert(&index, hashes[item], item);
            there[item] = true;
        }
        if (step % 1000 == 0) {
            knowledge_index_validate(&index);
        }
    }
    knowledge_index_deinit(&index);
    return ok;
}

static bool test_random(void) {
    CHECK(against_naive(10, UINT64_MAX));
    CHECK(against_naive(1000000, UINT64_MAX));
    CHECK(against_naive(10, 7));
    CHECK(against_naive(10, 0xfffffff8));
    CHECK(against_naive(100000000, UINT64_C(0xffff) << 48));
    CHECK(against_naive(10, UINT64_C(0xffff) << 16));
    return true;
}

static bool test_slab(void) {
    struct slab slab;
    knowledge_slab_init(&slab, 40);
    bool ok = true;
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t number = knowledge_slab_take(&slab);
        ok = ok && number == i;
        memset(knowledge_slab_at(&slab, number), (int)i, 40);
    }
    knowledge_slab_give(&slab, 17);
    knowledge_slab_give(&slab, 4000);
    ok = ok && slab.count == 4998 && knowledge_slab_take(&slab) == 4000 && knowledge_slab_take(&slab) == 17 &&
         knowledge_slab_take(&slab) == 5000;
    ok = ok && *(unsigned char *)knowledge_slab_at(&slab, 4999) == (unsigned char)4999;
    knowledge_slab_deinit(&slab);
    knowledge_slab_init(&slab, 100000); // larger than a block
    ok = ok && knowledge_slab_take(&slab) == 0 && knowledge_slab_take(&slab) == 1;
    memset(knowledge_slab_at(&slab, 1), 1, 100000);
    knowledge_slab_deinit(&slab);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_random), TEST(test_slab)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
