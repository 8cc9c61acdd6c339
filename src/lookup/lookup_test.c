// The index against a plain list of what was added: whatever the disk does, a key gives its newest
// record, or it is said that it is not known.

#include "lookup/lookup.h"

#include "base/random.h"
#include "base/test.h"
#include "lookup/index_file.h"
#include "os/scratch_test.h"
#include "os/simulated_disk_test.h"
#include "os/thread.h"

#include <errno.h>
#include <stdlib.h>

#define FOLDER SLICE("index")

enum { RECORDS_MAX = 20000, CODES_MAX = 8 };

// A log: what has which key. Some records have none, some keys come again.
struct model {
    struct simulated_disk *sim;
    struct arena arena;
    struct diag diag;
    struct lookup *lookup;
    struct lookup_options options;
    uint32_t names[RECORDS_MAX + 1]; // 0: no key
    uint64_t count;                  // records
    uint64_t dropped;                // those before it are gone
    atomic_uint reports[CODES_MAX];
    atomic_uint refills;
    bool refill_fails;
    uint64_t stride; // of keys that are checked
    bool waits;      // for room, as one who reads the log
};

static Hash128 key_of(uint32_t name) {
    return hash128((Slice){(const char *)&name, sizeof name}, 0);
}

static Status refill(void *context, uint64_t first, uint64_t last, struct lookup_refill *into) {
    struct model *model = context;
    atomic_fetch_add(&model->refills, 1);
    ENSURE(!model->refill_fails, STATUS_IO);
    for (uint64_t i = first; i <= last; i++) {
        if (model->names[i] != 0) {
            TRY(lookup_refill_add(into, key_of(model->names[i]), i));
        }
    }
    return STATUS_OK;
}

static void report(void *context, const struct diag *diag) {
    struct model *model = context;
    atomic_fetch_add(&model->reports[diag->code[4] - '0'], 1);
}

static struct model *model_create(uint64_t seed) {
    struct model *model = memory_alloc(sizeof *model);
    arena_init(&model->arena, 16 << 10);
    model->sim = simulated_disk_create(seed);
    model->dropped = 1;
    model->stride = 1;
    model->options = (struct lookup_options){.entries_max = 64,
                                             .merge_bytes_s = UINT64_MAX,
                                             .retry_us = UINT64_MAX,
                                             .events = {model, refill, report}};
    struct random random;
    random_init(&random, seed);
    for (uint32_t i = 1; i <= RECORDS_MAX; i++) {
        uint64_t how = random_below(&random, 10);
        model->names[i] = how == 0   ? 0
                          : how == 1 ? 1 + (uint32_t)random_below(&random, i)
                                     : RECORDS_MAX + i;
    }
    return model;
}

static void model_destroy(struct model *model) {
    lookup_close(model->lookup);
    simulated_disk_destroy(model->sim);
    arena_deinit(&model->arena);
    free(model);
}

static void add_upto(struct model *model, uint64_t count) {
    for (uint64_t i = lookup_state(model->lookup).added + 1; i <= count; i++) {
        if (model->names[i] != 0) {
            bool room = !model->waits || lookup_wait_room(model->lookup) == STATUS_OK;
            INVARIANT(room || sim_settings(model->sim)->fail_at > 0);
            lookup_add(model->lookup, key_of(model->names[i]), i);
        }
    }
    model->count = count;
}

// Opens it, and adds what the log holds behind.
static Status model_open(struct model *model) {
    model->options.first_sequence = model->dropped;
    model->options.last_sequence = model->count;
    ArenaMark mark = arena_mark(&model->arena);
    Status status = lookup_open(sim_table(model->sim), FOLDER, &model->options, &model->arena,
                                &model->lookup, &model->diag);
    if (status == STATUS_OK) {
        add_upto(model, model->count);
        arena_rewind(&model->arena, mark);
    }
    return status;
}

static void model_close(struct model *model) {
    lookup_close(model->lookup);
    model->lookup = NULL;
}

// Every key: what it must give, by walking back over the log once.
static bool check(struct model *model, bool all_known) {
    uint8_t *seen = memory_alloc(2 * RECORDS_MAX + 1);
    bool right = true;
    for (uint64_t i = model->count; i >= 1 && right; i--) {
        uint32_t name = model->names[i];
        if (name == 0 || seen[name]) {
            continue;
        }
        seen[name] = 1;
        if (i % model->stride != 0) {
            continue;
        }
        uint64_t sequence = 0;
        Status status = lookup_find(model->lookup, key_of(name), &sequence);
        Status wanted = i >= model->dropped ? STATUS_OK : STATUS_NOT_FOUND;
        right = (status == wanted && (status != STATUS_OK || sequence == i)) ||
                (!all_known && (status == STATUS_INVALID || status == STATUS_IO ||
                                (status == STATUS_OK && model->names[sequence] == name)));
        if (!right) {
            fprintf(stderr, "record %d: %s, %d\n", (int)i, status_name(status), (int)sequence);
        }
    }
    uint64_t sequence;
    Status none = lookup_find(model->lookup, key_of(3 * RECORDS_MAX), &sequence);
    free(seen);
    CHECK(right);
    CHECK(none == STATUS_NOT_FOUND || (!all_known && none != STATUS_OK));
    return true;
}

static bool flush(struct model *model) {
    CHECK_THAT(lookup_flush(model->lookup, &model->arena, &model->diag) == STATUS_OK, "%.*s",
               SLICE_ARGS(model->diag.message));
    CHECK(lookup_covered(model->lookup) == lookup_state(model->lookup).added);
    return true;
}

static bool test_against_a_list(void) {
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct model *model = model_create(seed);
        struct random random;
        random_init(&random, seed);
        sim_settings(model->sim)->short_writes = seed % 2 == 1;
        model->waits = seed % 3 != 0;
        CHECK(model_open(model) == STATUS_OK);
        while (model->count < 4000) {
            add_upto(model, model->count + 1 + random_below(&random, 300));
            lookup_settle(model->lookup);
            uint64_t how = random_below(&random, 6);
            CHECK(how != 0 || flush(model));
            if (how == 1) {
                model->dropped += random_below(&random, model->count - model->dropped + 1) / 4;
                lookup_drop_before(model->lookup, model->dropped);
            }
            if (how == 2) {
                model_close(model);
                CHECK(model_open(model) == STATUS_OK);
            }
            CHECK(how != 3 || check(model, true));
        }
        lookup_settle(model->lookup);
        CHECK(check(model, true));
        CHECK(model->reports[1] == 0 && model->reports[2] == 0);
        CHECK(!model->waits || (model->reports[3] == 0 && model->refills == 0));
        model_destroy(model);
    }
    return true;
}

// Many generations, few files.
static bool test_few_files(void) {
    struct model *model = model_create(1);
    CHECK(model_open(model) == STATUS_OK);
    model->waits = true;
    for (uint64_t count = 50; count <= RECORDS_MAX; count += 50) {
        add_upto(model, count);
        lookup_settle(model->lookup);
        CHECK(lookup_state(model->lookup).files <= 7 * 4);
    }
    struct lookup_state state = lookup_state(model->lookup);
    CHECK_THAT(state.files <= 7 * 3 && state.missing == 0 && state.lost == 0, "%u files",
               state.files);
    CHECK(check(model, true));
    // What it takes up again is all of it.
    CHECK(flush(model));
    model_close(model);
    CHECK(model_open(model) == STATUS_OK);
    CHECK(lookup_state(model->lookup).added == lookup_covered(model->lookup));
    CHECK(check(model, true));
    // And all of it goes, but for the newest file.
    model->dropped = model->count;
    lookup_drop_before(model->lookup, model->dropped);
    lookup_settle(model->lookup);
    CHECK(lookup_state(model->lookup).files == 1 && check(model, true));
    model_destroy(model);
    return true;
}

// Grows it with a disk that fails as set, and never gives a wrong answer meanwhile.
static bool live_through(struct model *model, uint64_t rounds) {
    if (model_open(model) != STATUS_OK) {
        return true;
    }
    for (uint64_t i = 0; i < rounds; i++) {
        add_upto(model, model->count + 60);
        Status status = lookup_flush(model->lookup, &model->arena, &model->diag);
        CHECK(status == STATUS_OK || status == STATUS_IO);
        lookup_settle(model->lookup);
    }
    return check(model, false);
}

// Every call of the disk fails once; or it and all behind it, and the power goes.
static bool every_failure(bool power) {
    bool failed = true;
    for (uint64_t at = 1; failed; at += at < 100 ? 1 : 9) {
        struct model *model = model_create(at);
        model->stride = 7;
        *sim_settings(model->sim) = (struct sim_settings){.fail_at = at, .fail_on = power};
        CHECK_THAT(live_through(model, 12), "at %d", (int)at);
        failed = sim_failed(model->sim);
        *sim_settings(model->sim) = (struct sim_settings){0};
        if (power) {
            sim_power_cut(model->sim);
        }
        model_close(model);
        if (power) {
            sim_power_on(model->sim);
        }
        CHECK_THAT(model_open(model) == STATUS_OK, "at %d: %.*s", (int)at,
                   SLICE_ARGS(model->diag.message));
        lookup_settle(model->lookup);
        CHECK_THAT(check(model, true), "at %d", (int)at);
        CHECK_THAT(model->reports[2] == 0, "at %d", (int)at); // what was cut off is no damage
        model_destroy(model);
    }
    return true;
}

static bool test_every_failure(void) {
    return every_failure(false);
}

static bool test_every_power_cut(void) {
    return every_failure(true);
}

// After a power cut the log may end before what the index had heard of, and go on with other
// records.
static bool test_log_that_ends_earlier(void) {
    struct model *model = model_create(5);
    CHECK(model_open(model) == STATUS_OK);
    add_upto(model, 1000);
    CHECK(flush(model));
    lookup_settle(model->lookup);
    model_close(model);
    for (uint32_t i = 960; i <= 1100; i++) {
        model->names[i] = RECORDS_MAX / 2 + i; // other records
    }
    model->count = 959;
    CHECK(model_open(model) == STATUS_OK);
    add_upto(model, 1100);
    lookup_settle(model->lookup);
    CHECK(check(model, true));
    model_destroy(model);
    return true;
}

static bool name_of_first_file(struct model *model, char *name, size_t size) {
    DiskNames names;
    uint64_t first;
    uint64_t last;
    CHECK(sim_table(model->sim)->list(model->sim, FOLDER, &model->arena, &names) == 0);
    for (uint32_t i = 0; i < names.count; i++) {
        if (lookup_file_name(names.at[i], &first, &last) && first == 1) {
            snprintf(name, size, "%.*s", SLICE_ARGS(names.at[i]));
            return true;
        }
    }
    return false;
}

// A byte anywhere in a file: never a wrong answer, and afterwards all is as before.
static bool test_damage(void) {
    for (int open = 0; open < 2; open++) {
        struct model *model = model_create(3);
        model->waits = true;
        model->stride = 5;
        CHECK(model_open(model) == STATUS_OK);
        add_upto(model, 3000);
        CHECK(flush(model));
        lookup_settle(model->lookup);
        char name[64];
        uint64_t size = INDEX_BLOCK * 4;
        for (uint64_t at = 0; at < size; at += 577) {
            CHECK(name_of_first_file(model, name, sizeof name));
            if (open == 1) {
                model_close(model);
            }
            char *bytes = sim_bytes(model->sim, name, &size);
            bytes[at] ^= 16;
            unsigned told = model->reports[2];
            CHECK(open == 0 || model_open(model) == STATUS_OK);
            CHECK(check(model, false));
            lookup_settle(model->lookup);
            CHECK_THAT(check(model, true), "byte %d", (int)at);
            // The header is read when it is opened.
            CHECK_THAT(model->reports[2] == told + (open == 1 || at >= INDEX_BLOCK), "byte %d",
                       (int)at);
            CHECK(lookup_state(model->lookup).missing == 0);
        }
        // A file that is gone.
        model_close(model);
        CHECK(name_of_first_file(model, name, sizeof name));
        sim_remove(model->sim, name);
        model->refill_fails = true;
        CHECK(model_open(model) == STATUS_OK);
        lookup_settle(model->lookup);
        CHECK(lookup_state(model->lookup).missing == 1 && model->reports[4] > 0);
        CHECK(check(model, false));
        model->refill_fails = false;
        lookup_settle(model->lookup);
        CHECK(lookup_state(model->lookup).missing == 0 && check(model, true));
        // Without a refill the owner adds what stands behind the gap.
        model_close(model);
        CHECK(name_of_first_file(model, name, sizeof name));
        sim_remove(model->sim, name);
        model->options.events.refill = NULL;
        CHECK(model_open(model) == STATUS_OK);
        lookup_settle(model->lookup);
        CHECK(check(model, true));
        model_destroy(model);
    }
    return true;
}

// The disk takes no file: what there is no room for is said not to be known, and is made up for.
static bool test_no_room(void) {
    struct model *model = model_create(3);
    CHECK(model_open(model) == STATUS_OK);
    add_upto(model, 100);
    CHECK(flush(model));
    *sim_settings(model->sim) = (struct sim_settings){.fail_at = 1, .fail_on = true};
    sim_count_from_here(model->sim);
    add_upto(model, 1500);
    CHECK(lookup_flush(model->lookup, &model->arena, &model->diag) == STATUS_IO &&
          strcmp(model->diag.code, "LK001") == 0);
    CHECK(lookup_state(model->lookup).lost > 0);
    uint64_t sequence;
    Status none = lookup_find(model->lookup, key_of(3 * RECORDS_MAX), &sequence);
    CHECK(none == STATUS_INVALID || none == STATUS_IO);
    CHECK(check(model, false));
    sim_settings(model->sim)->fail_on = false;
    lookup_settle(model->lookup);
    add_upto(model, 1700);
    lookup_settle(model->lookup);
    CHECK(model->reports[3] > 0 && model->refills > 0);
    CHECK(check(model, true));
    CHECK(lookup_state(model->lookup).missing == 0);
    model_destroy(model);
    return true;
}

struct finding {
    struct model *model;
    atomic_bool over;
    atomic_bool wrong;
    atomic_uint_fast64_t found;
};

static void find_all_the_time(void *context) {
    struct finding *finding = context;
    struct model *model = finding->model;
    struct random random;
    random_init(&random, 7);
    while (!atomic_load(&finding->over)) {
        uint64_t added = lookup_state(model->lookup).added;
        if (added == 0) {
            continue;
        }
        uint64_t i = 1 + random_below(&random, added);
        uint32_t name = model->names[i];
        uint64_t sequence = 0;
        if (name == 0) {
            continue;
        }
        // Others with the same name may have come since, or this one be not known for now.
        Status status = lookup_find(model->lookup, key_of(name), &sequence);
        bool right = status == STATUS_OK && model->names[sequence] == name;
        if (!right && status != STATUS_INVALID) {
            atomic_store(&finding->wrong, true);
        }
        atomic_fetch_add(&finding->found, right);
    }
}

static bool test_finders(void) {
    enum { FINDERS = 3 };
    struct model *model = model_create(9);
    struct finding finding = {.model = model};
    struct thread *threads[FINDERS];
    CHECK(model_open(model) == STATUS_OK);
    for (int i = 0; i < FINDERS; i++) {
        threads[i] = thread_start("find", find_all_the_time, &finding);
    }
    for (uint64_t count = 20; count <= RECORDS_MAX / 2; count += 20) {
        add_upto(model, count);
        if (count % 200 == 0) {
            CHECK(flush(model));
        }
    }
    lookup_settle(model->lookup);
    atomic_store(&finding.over, true);
    for (int i = 0; i < FINDERS; i++) {
        thread_join(threads[i]);
    }
    CHECK(!finding.wrong);
    CHECK(check(model, true));
    model_destroy(model);
    return true;
}

// Keys that somebody has chosen: all close to each other, in a file of many blocks.
static bool test_chosen_keys(void) {
    enum { KEYS = 20000 };
    struct simulated_disk *sim = simulated_disk_create(1);
    struct arena arena;
    struct diag diag;
    struct lookup *lookup;
    arena_init(&arena, 4096);
    struct lookup_options options = {.first_sequence = 1, .entries_max = KEYS};
    CHECK(lookup_open(sim_table(sim), FOLDER, &options, &arena, &lookup, &diag) == STATUS_OK);
    for (uint64_t i = 1; i < KEYS; i++) {
        lookup_add(lookup, (Hash128){.low = i, .high = i < KEYS / 2 ? 5 : 1000 + i}, i);
    }
    // A second round, so that only the file knows the first.
    CHECK(lookup_flush(lookup, &arena, &diag) == STATUS_OK);
    lookup_close(lookup);
    options.last_sequence = KEYS;
    CHECK(lookup_open(sim_table(sim), FOLDER, &options, &arena, &lookup, &diag) == STATUS_OK);
    for (uint64_t i = 1; i < KEYS; i += 37) {
        uint64_t sequence;
        sim_count_from_here(sim);
        Hash128 key = {.low = i, .high = i < KEYS / 2 ? 5 : 1000 + i};
        CHECK(lookup_find(lookup, key, &sequence) == STATUS_OK && sequence == i);
        CHECK(sim_calls(sim) <= 4 + 8);
        key.low += KEYS;
        CHECK(lookup_find(lookup, key, &sequence) == STATUS_NOT_FOUND);
    }
    lookup_close(lookup);
    arena_deinit(&arena);
    simulated_disk_destroy(sim);
    return true;
}

// Hashes, in a file of many blocks: few reads.
static bool test_few_reads(void) {
    enum { KEYS = 200000 };
    struct simulated_disk *sim = simulated_disk_create(1);
    struct arena arena;
    struct diag diag;
    struct lookup *lookup;
    arena_init(&arena, 4096);
    struct lookup_options options = {
        .first_sequence = 1, .last_sequence = KEYS, .entries_max = KEYS};
    CHECK(lookup_open(sim_table(sim), FOLDER, &options, &arena, &lookup, &diag) == STATUS_OK);
    for (uint32_t i = 1; i < KEYS; i++) {
        lookup_add(lookup, key_of(i), i);
    }
    CHECK(lookup_flush(lookup, &arena, &diag) == STATUS_OK);
    lookup_close(lookup);
    CHECK(lookup_open(sim_table(sim), FOLDER, &options, &arena, &lookup, &diag) == STATUS_OK);
    sim_count_from_here(sim);
    for (uint32_t i = 1; i <= 1000; i++) {
        uint64_t sequence;
        CHECK(lookup_find(lookup, key_of(i), &sequence) == STATUS_OK && sequence == i);
    }
    CHECK_THAT(sim_calls(sim) < 2500, "%d reads for 1000 keys", (int)sim_calls(sim));
    lookup_close(lookup);
    arena_deinit(&arena);
    simulated_disk_destroy(sim);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_against_a_list),
                                        TEST(test_few_files),
                                        TEST(test_every_failure),
                                        TEST(test_every_power_cut),
                                        TEST(test_log_that_ends_earlier),
                                        TEST(test_damage),
                                        TEST(test_no_room),
                                        TEST(test_finders),
                                        TEST(test_chosen_keys),
                                        TEST(test_few_reads)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
