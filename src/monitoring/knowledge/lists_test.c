#include "base/random.h"
#include "monitoring/knowledge/knowledge_test.h"

#include <stdlib.h>

static struct knowledge_entry entry(int64_t begin_us, int64_t end_us, const char *reason) {
    return (struct knowledge_entry){begin_us, end_us, SLICE("test"), slice_of(reason)};
}

static bool on(const struct world *world, const char *key, int64_t time_us) {
    return knowledge_on_list(world->knowledge, POLICE, key_of(key), time_us);
}

static Status add(struct world *world, const char *key, int64_t begin_us, int64_t end_us,
                  const char *reason) {
    struct knowledge_entry made = entry(begin_us, end_us, reason);
    return knowledge_list_add(world->knowledge, POLICE, key_of(key), &made);
}

static bool reason_is(const struct world *world, const char *key, int64_t time_us,
                      const char *reason) {
    struct knowledge_entry found;
    return knowledge_list_entry(world->knowledge, POLICE, key_of(key), time_us, &found) &&
           slice_is(found.reason, reason) && slice_is(found.source, "test");
}

IN_WORLD(test_intervals) {
    CHECK(!on(world, "A", 10));
    CHECK(add(world, "A", 10, 20, "one") == STATUS_OK);
    CHECK(!on(world, "A", 9) && on(world, "A", 10) && on(world, "A", 19) && !on(world, "A", 20));
    CHECK(!on(world, "B", 10) && !knowledge_on_list(world->knowledge, PAIRS, key_of("A"), 10));
    CHECK(add(world, "A", 15, INT64_MAX, "two") == STATUS_OK);
    CHECK(add(world, "A", 15, 17, "three") == STATUS_OK);
    CHECK(reason_is(world, "A", 12, "one") && reason_is(world, "A", 16, "two") &&
          reason_is(world, "A", 99, "two"));
    CHECK(knowledge_list_count(world->knowledge, POLICE) == 3);
    CHECK(add(world, "A", 10, 20, "better") == STATUS_OK); // the same interval: a new reason
    CHECK(knowledge_list_count(world->knowledge, POLICE) == 3 &&
          reason_is(world, "A", 12, "better"));
    CHECK(add(world, "A", 5, 5, "empty") == STATUS_INVALID &&
          add(world, "A", 6, 5, "turned") == STATUS_INVALID);
    CHECK(add(world, "O", INT64_MIN, INT64_MAX, "always") == STATUS_OK);
    CHECK(on(world, "O", INT64_MIN) && on(world, "O", 0) && on(world, "O", INT64_MAX - 1));
    return true;
}

IN_WORLD(test_remove) {
    CHECK(add(world, "A", 10, INT64_MAX, "short") == STATUS_OK);
    CHECK(add(world, "A", 10, 50, "shorter") == STATUS_OK);
    CHECK(add(world, "A", 40, 60, "later") == STATUS_OK);
    knowledge_list_remove(world->knowledge, POLICE, key_of("A"), 30);
    // Earlier moments answer as before, with the same reason; the two cut to one interval are one.
    CHECK(on(world, "A", 29) && !on(world, "A", 30) && !on(world, "A", 39) && on(world, "A", 40));
    CHECK(reason_is(world, "A", 29, "short") &&
          knowledge_list_count(world->knowledge, POLICE) == 2);
    knowledge_list_remove(world->knowledge, POLICE, key_of("A"),
                          40); // at its begin: nothing is left of it
    CHECK(!on(world, "A", 40) && on(world, "A", 29) &&
          knowledge_list_count(world->knowledge, POLICE) == 1);
    knowledge_list_remove(world->knowledge, POLICE, key_of("A"), 10);
    CHECK(!on(world, "A", 10) && knowledge_list_count(world->knowledge, POLICE) == 0);
    knowledge_list_remove(world->knowledge, POLICE, key_of("nobody"), 10);
    return true;
}

struct walked {
    uint32_t count, reasons;
    Hash128 sum;
};

static void take_walked(void *context, Hash128 key, const struct knowledge_entry *taken) {
    struct walked *walked = context;
    walked->count++;
    walked->reasons += slice_is(taken->reason, "mine");
    walked->sum.low += key.low;
}

IN_WORLD(test_walk) {
    char key[16];
    uint64_t sum = 0;
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof key, "K%d", i);
        CHECK(add(world, key, 0, 100, "mine") == STATUS_OK);
        sum += key_of(key).low;
    }
    CHECK(add(world, "K7", 200, 300, "mine") == STATUS_OK); // a second one of a key
    sum += key_of("K7").low;
    struct knowledge_entry other = entry(0, 1, "other");
    CHECK(knowledge_list_add(world->knowledge, PAIRS, key_of("K7"), &other) == STATUS_OK);
    struct walked walked = {0};
    struct knowledge_entry_sink sink = {&walked, take_walked};
    uint32_t pieces = 0;
    for (uint32_t at = 0; at != KNOWLEDGE_NONE; pieces++) {
        at = knowledge_list_walk(world->knowledge, POLICE, at, 10, sink);
    }
    CHECK(walked.count == 201 && walked.reasons == 201 && walked.sum.low == sum && pieces > 0);
    CHECK(knowledge_list_walk(world->knowledge, POLICE, KNOWLEDGE_NONE - 1, 10, sink) == KNOWLEDGE_NONE);
    CHECK(walked.count == 201);
    struct walked of_key = {0};
    knowledge_list_of_key(world->knowledge, POLICE, key_of("K7"),
                          (struct knowledge_entry_sink){&of_key, take_walked});
    CHECK(of_key.count == 2 && of_key.sum.low == 2 * key_of("K7").low);
    knowledge_list_of_key(world->knowledge, POLICE, key_of("nobody"),
                          (struct knowledge_entry_sink){&of_key, take_walked});
    CHECK(of_key.count == 2);
    return true;
}

IN_WORLD(test_caps) {
    char key[16];
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "K%d", i);
        CHECK(add(world, key, 0, 100 + i, "x") == STATUS_OK);
    }
    uint64_t before = knowledge_hash(world->knowledge);
    CHECK(add(world, "K300", 0, 1, "x") == STATUS_LIMIT &&
          add(world, "K0", 0, 1, "x") == STATUS_LIMIT);
    CHECK(knowledge_hash(world->knowledge) == before);
    CHECK(knowledge_counters(world->knowledge).list_refused == 2);
    CHECK(add(world, "K0", 0, 100, "replaced") == STATUS_OK); // takes no room
    struct knowledge_entry made = entry(0, 1, "x");
    CHECK(knowledge_list_add(world->knowledge, PAIRS, key_of("K0"), &made) ==
          STATUS_OK); // its own cap
    CHECK(knowledge_list_forget(world->knowledge, POLICE, 149) == 50);
    CHECK(knowledge_list_count(world->knowledge, POLICE) == 250 && !on(world, "K49", 0) &&
          on(world, "K50", 0));
    CHECK(add(world, "K300", 0, 1, "x") == STATUS_OK);
    for (int i = 0; i < KNOWLEDGE_ENTRIES_PER_KEY_MAX; i++) {
        made = entry(i, 1000, "daily");
        CHECK(knowledge_list_add(world->knowledge, PAIRS, key_of("daily"), &made) == STATUS_OK);
    }
    made = entry(500, 1000, "daily");
    CHECK(knowledge_list_add(world->knowledge, PAIRS, key_of("daily"), &made) == STATUS_LIMIT);
    static char wide[KNOWLEDGE_TEXT_SIZE_MAX + 1];
    memset(wide, 'x', sizeof wide);
    made.reason = (Slice){wide, sizeof wide};
    CHECK(knowledge_list_add(world->knowledge, PAIRS, key_of("wide"), &made) == STATUS_INVALID);
    return true;
}

static bool test_keys(void) {
    Slice one[] = {SLICE("A1|B2")};
    Slice two[] = {SLICE("A1"), SLICE("B2")};
    Slice escaped[] = {SLICE("A\\|1|B2")};
    Slice odd[] = {SLICE("A|1"), SLICE("B2")};
    Slice other[] = {SLICE("A"), SLICE("1|B2")};
    Hash128 left = knowledge_key(one, 1);
    Hash128 right = knowledge_key(two, 2);
    CHECK(left.low == right.low && left.high == right.high);
    CHECK(knowledge_key(escaped, 1).low == knowledge_key(odd, 2).low);
    CHECK(knowledge_key(odd, 2).low != knowledge_key(other, 2).low);
    CHECK(knowledge_key(two, 2).low != knowledge_key(two, 1).low);
    // Longer than what fits the stack: joined by pieces, the same hash.
    static char room[2001];
    memset(room, 'k', sizeof room);
    room[1000] = '|';
    Slice whole[] = {{room, sizeof room}};
    Slice halves[] = {{room, 1000}, {room + 1001, 1000}};
    CHECK(knowledge_key(whole, 1).high == knowledge_key(halves, 2).high);
    Slice none[] = {{NULL, 0}, {NULL, 0}};
    CHECK(knowledge_key(none, 2).low == hash128(SLICE("|"), 0).low);
    CHECK(knowledge_key(NULL, 0).low == hash128(SLICE(""), 0).low);
    return true;
}

// The naive twin: a plain array of records.
struct record {
    uint32_t list;
    uint32_t key;
    int64_t begin_us;
    int64_t end_us;
    uint32_t reason;
};

struct naive {
    struct record records[700];
    uint32_t count;
    uint32_t counts[2];
};

static void naive_drop(struct naive *naive, uint32_t i) {
    naive->counts[naive->records[i].list]--;
    naive->records[i] = naive->records[--naive->count];
}

static Status naive_add(struct naive *naive, struct record made) {
    uint32_t of_key = 0;
    for (uint32_t i = 0; i < naive->count; i++) {
        struct record *old = &naive->records[i];
        bool mine = old->list == made.list && old->key == made.key;
        of_key += mine;
        if (mine && old->begin_us == made.begin_us && old->end_us == made.end_us) {
            old->reason = made.reason;
            return STATUS_OK;
        }
    }
    if (naive->counts[made.list] >= 300 || of_key >= KNOWLEDGE_ENTRIES_PER_KEY_MAX) {
        return STATUS_LIMIT;
    }
    naive->records[naive->count++] = made;
    naive->counts[made.list]++;
    return STATUS_OK;
}

static bool naive_entry(const struct naive *naive, uint32_t list, uint32_t key, int64_t time_us,
                        struct record *ret_record) {
    bool found = false;
    for (uint32_t i = 0; i < naive->count; i++) {
        const struct record *record = &naive->records[i];
        if (record->list != list || record->key != key || time_us < record->begin_us ||
            time_us >= record->end_us) {
            continue;
        }
        if (!found || record->begin_us > ret_record->begin_us ||
            (record->begin_us == ret_record->begin_us && record->end_us > ret_record->end_us)) {
            *ret_record = *record;
            found = true;
        }
    }
    return found;
}

// Said another way than in lists.c: for each begin, of those that held or ended then, the longest
// is cut.
static void naive_remove(struct naive *naive, uint32_t list, uint32_t key, int64_t time_us) {
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < naive->count && !again; i++) {
            struct record *one = &naive->records[i];
            if (one->list != list || one->key != key) {
                continue;
            }
            again = one->begin_us == time_us;
            for (uint32_t k = 0; k < naive->count && !again; k++) {
                const struct record *two = &naive->records[k];
                again = two->list == list && two->key == key && two->begin_us == one->begin_us &&
                        one->begin_us < time_us && one->end_us >= time_us &&
                        two->end_us > one->end_us;
            }
            if (again) {
                naive_drop(naive, i);
            }
        }
    }
    for (uint32_t i = 0; i < naive->count; i++) {
        struct record *one = &naive->records[i];
        if (one->list == list && one->key == key && one->begin_us < time_us &&
            one->end_us > time_us) {
            one->end_us = time_us;
        }
    }
}

static uint64_t naive_forget(struct naive *naive, uint32_t list, int64_t time_us) {
    uint64_t forgotten = 0;
    for (uint32_t i = naive->count; i-- > 0;) {
        if (naive->records[i].list == list && naive->records[i].end_us <= time_us) {
            naive_drop(naive, i);
            forgotten++;
        }
    }
    return forgotten;
}

static bool ask(const struct world *world, const struct naive *naive, uint32_t list,
                uint32_t number, Hash128 key, int64_t time_us) {
    struct record wanted = {0};
    struct knowledge_entry found = {0};
    bool is_there = naive_entry(naive, list, number, time_us, &wanted);
    CHECK(knowledge_on_list(world->knowledge, list, key, time_us) == is_there);
    CHECK(knowledge_list_entry(world->knowledge, list, key, time_us, &found) == is_there);
    char reason[16];
    snprintf(reason, sizeof reason, "r%u", wanted.reason);
    CHECK(!is_there || (found.begin_us == wanted.begin_us && found.end_us == wanted.end_us &&
                        slice_is(found.reason, reason)));
    return true;
}

static bool step(struct world *world, struct naive *naive, struct random *random, uint32_t keys) {
    uint32_t list = (uint32_t)random_below(random, 2);
    uint32_t number = (uint32_t)random_below(random, keys);
    char text[32];
    snprintf(text, sizeof text, "key%u", number);
    Hash128 key = key_of(text);
    int64_t time_us = (int64_t)random_below(random, 60) - 20;
    uint64_t choice = random_below(random, 100);
    if (choice < 35) {
        int64_t length = (int64_t)random_below(random, 30);
        struct record made = {list, number, time_us, length > 25 ? INT64_MAX : time_us + 1 + length,
                              (uint32_t)random_below(random, 50)};
        snprintf(text, sizeof text, "r%u", made.reason);
        struct knowledge_entry added = entry(made.begin_us, made.end_us, text);
        CHECK(knowledge_list_add(world->knowledge, list, key, &added) == naive_add(naive, made));
    } else if (choice < 50) {
        knowledge_list_remove(world->knowledge, list, key, time_us);
        naive_remove(naive, list, number, time_us);
    } else if (random_below(random, 2000) == 0) {
        CHECK(knowledge_list_forget(world->knowledge, list, time_us) ==
              naive_forget(naive, list, time_us));
    }
    CHECK(knowledge_list_count(world->knowledge, list) == naive->counts[list]);
    return ask(world, naive, list, number, key, (int64_t)random_below(random, 70) - 25);
}

// A state made anew from what the twin holds, in another order, has the same hash.
static bool same_hash_in_another_order(struct world *world, const struct naive *naive) {
    struct knowledge *again = knowledge_create(world->plan, 2, 0);
    bool ok = true;
    for (uint32_t i = naive->count; i-- > 0;) {
        const struct record *record = &naive->records[i];
        char key[16];
        char reason[16];
        snprintf(key, sizeof key, "key%u", record->key);
        snprintf(reason, sizeof reason, "r%u", record->reason);
        struct knowledge_entry made = entry(record->begin_us, record->end_us, reason);
        ok = ok && knowledge_list_add(again, record->list, key_of(key), &made) == STATUS_OK;
    }
    ok = ok && knowledge_hash(again) == knowledge_hash(world->knowledge);
    knowledge_destroy(again);
    return ok;
}

static bool run_random(struct world *world, uint64_t seed, uint32_t keys, int steps) {
    static struct naive naive;
    naive = (struct naive){0};
    struct random random;
    random_init(&random, seed);
    for (int i = 0; i < steps; i++) {
        CHECK_THAT(step(world, &naive, &random, keys), "seed %llu, step %d",
                   (unsigned long long)seed, i);
        if (i % 5000 == 0) {
            knowledge_validate(world->knowledge);
            CHECK(same_hash_in_another_order(world, &naive));
        }
    }
    return same_hash_in_another_order(world, &naive);
}

IN_WORLD(test_random_few_keys) {
    return run_random(world, 1, 3, 150000);
}

IN_WORLD(test_random_some_keys) {
    return run_random(world, 2, 40, 150000);
}

IN_WORLD(test_random_many_keys) {
    return run_random(world, 3, 2000, 150000);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_intervals),
        TEST(test_remove),
        TEST(test_walk), TEST(test_caps),
        TEST(test_keys),
        TEST(test_random_few_keys),
        TEST(test_random_some_keys),
        TEST(test_random_many_keys),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
