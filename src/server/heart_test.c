// The heart on the days of a made-up bank, with records that come twice, late and out of order: answers that are known come to the same state as
// decisions that are made, and an image that is written between decisions is that of the moment at which it began.

#include "server/heart.h"

#include "base/live_image_test.h"
#include "base/random.h"
#include "base/test.h"
#include "base/vec.h"
#include "os/file.h"
#include "os/memory.h"
#include "simulation/simulation.h"

#include <stdlib.h>

enum { PACK_FILE_MAX = 1 << 20, CUSTOMERS = 700, DAYS = 5, TABLE_FILE_MAX = 256 << 20 };

struct record {
    Slice text;
    Effort effort;
    Slice answer; // empty: none
};

struct known_file {
    Slice name;
    struct buf text;
};

struct world {
    struct arena arena;
    struct catalogue *catalogue;
    VEC(struct pack_file) files;  // of the pack
    VEC(struct known_file) known; // lists and tables of the made-up bank
    VEC(struct record) records;
    struct random random;
};

// ---- the pack and the stream ------------------------------------------------------------------------------

static bool read_pack(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    Slice pack = arena_printf(&w->arena, "%s/packs/bank", root == NULL ? "." : root);
    static const char *const endings[] = {".yaml", ".csv"};
    for (uint32_t k = 0; k < 2; k++) {
        FileList list;
        struct diag diag;
        CHECK(file_list(pack, slice_of(endings[k]), true, &w->arena, &list, &diag) == STATUS_OK);
        for (uint32_t i = 0; i < list.count; i++) {
            Slice path = slice_part(list.paths[i], pack.size + 1, SIZE_MAX);
            if (slice_starts_with(path, SLICE("tests/"))) {
                continue;
            }
            struct pack_file *file = VEC_PUSH(&w->files, &w->arena);
            file->path = path;
            file->source.name = list.paths[i];
            CHECK(file_read(list.paths[i], PACK_FILE_MAX, &w->arena, &file->source.text, &diag) == STATUS_OK);
        }
    }
    w->catalogue = catalogue_create();
    CHECK(catalogue_load(w->catalogue, w->files.at, w->files.count) == STATUS_OK);
    return true;
}

static void take_known(void *context, Slice name, Slice text) {
    struct world *w = context;
    uint32_t i = 0;
    while (i < w->known.count && !slice_equal(w->known.at[i].name, name)) {
        i++;
    }
    if (i == w->known.count) {
        struct known_file *file = VEC_PUSH(&w->known, &w->arena);
        file->name = arena_copy(&w->arena, name);
        buf_init(&file->text, TABLE_FILE_MAX);
    }
    buf_put(&w->known.at[i].text, text);
}

static void add_record(struct world *w, Slice text) {
    static const Effort efforts[] = {EFFORT_full, EFFORT_full, EFFORT_full, EFFORT_in_flight, EFFORT_rules};
    // Each has bytes of its own, as a record of a journal has.
    *VEC_PUSH(&w->records, &w->arena) = (struct record){arena_copy(&w->arena, text), efforts[random_below(&w->random, 5)], {0}};
}

// Some records come again, at once or much later; some are held back for hours.
static void add_line(struct world *w, Slice line, Slice *held) {
    uint64_t dice = random_below(&w->random, 100);
    if (dice < 2 && held->size == 0) {
        *held = arena_copy(&w->arena, line);
        return;
    }
    add_record(w, line);
    if (dice < 5) {
        add_record(w, w->records.at[random_below(&w->random, w->records.count)].text);
    }
    if (held->size > 0 && random_below(&w->random, 300) == 0) {
        add_record(w, *held);
        *held = (Slice){0};
    }
}

// The customer or the bank takes back what was paid.
static void add_reversals(struct world *w) {
    uint32_t count = w->records.count;
    for (uint32_t i = 0; i < count; i += 40) {
        Slice text = w->records.at[i].text;
        size_t at = slice_find(text, SLICE("\"event_id\":\""), 0);
        size_t phase = slice_find(text, SLICE("\"phase\":\"REQUEST\""), 0);
        if (at == SIZE_MAX || phase == SIZE_MAX) {
            continue;
        }
        size_t id = at + SLICE("\"event_id\":\"").size;
        Slice before = slice_part(text, id, slice_find_byte(text, '"', id) - id);
        Slice head = slice_part(text, id + before.size, phase - id - before.size);
        Slice tail = slice_part(text, phase + SLICE("\"phase\":\"REQUEST\"").size, SIZE_MAX);
        add_record(w, arena_printf(&w->arena, "%.*sR-%.*s%.*s\"phase\":\"REVERSAL\",\"orig_event_id\":\"%.*s\"%.*s", (int)id, text.at,
                                   SLICE_ARGS(before), SLICE_ARGS(head), SLICE_ARGS(before), SLICE_ARGS(tail)));
    }
}

static void make_stream(struct world *w) {
    struct simulation_plan plan = {
        .seed = 5, .customers = CUSTOMERS, .days = DAYS, .rate_percent = 2000, .first_day = (int32_t)civil_days(2026, 9, 1), .past_days = 28};
    struct simulation *simulation = simulation_create(&plan);
    struct buf text;
    Slice held = {0};
    random_init(&w->random, 9);
    buf_init(&text, 64 << 20);
    simulation_tables(simulation, take_known, w);
    for (bool more = true; more;) {
        more = simulation_next(simulation, &text);
        Slice rest = buf_slice(&text);
        for (Slice line; slice_split(&rest, '\n', &line);) {
            if (line.size > 0) {
                add_line(w, line, &held);
            }
        }
        buf_reset(&text);
    }
    add_reversals(w);
    buf_deinit(&text);
    simulation_destroy(simulation);
}

static bool world_init(struct world *w) {
    *w = (struct world){0};
    arena_init(&w->arena, 1 << 20);
    CHECK(read_pack(w));
    make_stream(w);
    CHECK_THAT(w->records.count > 10000, "%u records", w->records.count);
    return true;
}

static void world_deinit(struct world *w) {
    for (uint32_t i = 0; i < w->known.count; i++) {
        buf_deinit(&w->known.at[i].text);
    }
    catalogue_destroy(w->catalogue);
    arena_deinit(&w->arena);
}

// ---- hearts -----------------------------------------------------------------------------------------------

struct life {
    struct memory_pool memory;
    struct heart *heart;
};

static void load_known(const struct world *w, struct knowledge *knowledge, struct arena *arena) {
    for (uint32_t i = 0; i < w->known.count; i++) {
        const struct known_file *known = &w->known.at[i];
        bool table = slice_ends_with(known->name, SLICE(".ndjson"));
        struct pack_file file = {
            .path = arena_printf(arena, "%s/%.*s", table ? "tables" : "lists", SLICE_ARGS(known->name)),
            .source = {known->name, buf_slice(&known->text)},
        };
        catalogue_load_knowledge(w->catalogue, &file, 1, knowledge);
    }
}

static struct heart *be_born(struct life *life, struct world *w, bool knows) {
    *life = (struct life){0};
    struct knowledge *knowledge = knowledge_create(w->catalogue->knowledge, w->catalogue->money_digits, w->catalogue->zone_offset_us);
    if (knows) {
        catalogue_load_knowledge(w->catalogue, w->files.at, w->files.count, knowledge);
        load_known(w, knowledge, &w->arena);
    }
    life->heart = heart_create(w->catalogue, knowledge, memory_pool_map, &life->memory);
    return life->heart;
}

static void die(struct life *life) {
    heart_destroy(life->heart);
    memory_pool_release(&life->memory);
}

static HeartAnswer take(struct heart *heart, const struct record *record, struct buf *answer) {
    struct heart_refusal refusal;
    buf_reset(answer);
    HeartAnswer what = heart_take(heart, record->text, record->effort, answer, &refusal);
    INVARIANT((what == HEART_DECIDED) == (answer->size > 0));
    return what;
}

static void decide_all(struct world *w, struct heart *heart, uint32_t from, uint32_t to) {
    struct buf answer;
    buf_init(&answer, 16 << 20);
    for (uint32_t i = from; i < to; i++) {
        take(heart, &w->records.at[i], &answer);
        w->records.at[i].answer = arena_copy(&w->arena, buf_slice(&answer));
    }
    buf_deinit(&answer);
}

static bool same_answers(struct world *w, struct heart *heart, uint32_t from, uint32_t to) {
    struct buf answer;
    buf_init(&answer, 16 << 20);
    bool same = true;
    for (uint32_t i = from; i < to && same; i++) {
        take(heart, &w->records.at[i], &answer);
        same = slice_equal(w->records.at[i].answer, buf_slice(&answer));
        if (!same) {
            fprintf(stderr, "record %u:\n%.*s%.*s", i, SLICE_ARGS(w->records.at[i].answer), SLICE_ARGS(buf_slice(&answer)));
        }
    }
    buf_deinit(&answer);
    return same;
}

// ---- answers that are known -------------------------------------------------------------------------------

static void expect(struct heart *heart, const struct world *w, uint32_t i, uint32_t to) {
    heart_expect(heart, i < to ? w->records.at[i].text : (Slice){0});
}

static bool forward_all(struct world *w, struct heart *heart, uint32_t to, bool expects) {
    struct heart_refusal refusal;
    for (uint32_t i = 0; expects && i < EXPECT_AHEAD; i++) {
        expect(heart, w, i, to);
    }
    for (uint32_t i = 0; i < to; i++) {
        const struct record *record = &w->records.at[i];
        if (expects) {
            expect(heart, w, i + EXPECT_AHEAD, to);
        }
        HeartAnswer what = heart_forward(heart, record->text, record->effort, record->answer, &refusal);
        CHECK_THAT((what == HEART_DECIDED) == (record->answer.size > 0), "record %u: %.*s", i, SLICE_ARGS(record->text));
    }
    return true;
}

static bool forward_and_go_on(struct world *w, uint32_t half, uint64_t hash, uint64_t hash_at_end, bool expects) {
    struct life life;
    struct heart *heart = be_born(&life, w, true);
    bool ok = forward_all(w, heart, half, expects);
    ok = ok && heart_hash(heart) == hash && same_answers(w, heart, half, w->records.count) && heart_hash(heart) == hash_at_end;
    die(&life);
    return ok;
}

static bool test_forward(void) {
    struct world w;
    struct life life;
    CHECK(world_init(&w));
    struct heart *heart = be_born(&life, &w, true);
    uint32_t half = w.records.count / 3 * 2;
    decide_all(&w, heart, 0, half);
    uint64_t hash = heart_hash(heart);
    decide_all(&w, heart, half, w.records.count);
    uint64_t hash_at_end = heart_hash(heart);
    struct engine_counters counters = heart_counters(heart);
    CHECK(counters.hits > 100 && counters.duplicates > 100 && counters.late > 50 && counters.reversals > 20 && counters.changes > 1000);
    CHECK(hash != hash_at_end);
    CHECK(forward_and_go_on(&w, half, hash, hash_at_end, false));
    CHECK(forward_and_go_on(&w, half, hash, hash_at_end, true));
    die(&life);
    world_deinit(&w);
    return true;
}

// What is no answer of this pack changes nothing.
static bool test_forward_refuses(void) {
    struct world w;
    struct life life;
    CHECK(world_init(&w));
    struct heart *heart = be_born(&life, &w, true);
    uint32_t first = 0;
    decide_all(&w, heart, 0, 2000);
    while (w.records.at[first].answer.size == 0) {
        first++;
    }
    const struct record *record = &w.records.at[first];
    Slice answer = record->answer;
    const Slice wrong[] = {{0}, SLICE("{}\n"), slice_part(answer, 0, answer.size - 1), slice_part(answer, 0, 40),
                           slice_part(answer, slice_find(answer, SLICE("\"flags\""), 0), SIZE_MAX)};
    uint64_t hash = heart_hash(heart);
    for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct heart_refusal refusal;
        CHECK(heart_forward(heart, record->text, EFFORT_full, wrong[i], &refusal) == HEART_REFUSED && heart_hash(heart) == hash);
    }
    die(&life);
    world_deinit(&w);
    return true;
}

// ---- images -----------------------------------------------------------------------------------------------

static bool loads(struct world *w, Slice image, uint64_t hash) {
    struct life life;
    struct memory_source memory = {.rest = image};
    struct image_reader in;
    struct heart *heart = be_born(&life, w, false);
    image_reader_init(&in, byte_source_memory(&memory));
    bool ok = heart_load(heart, &in) == STATUS_OK;
    ok = image_reader_finish(&in) == STATUS_OK && ok && heart_hash(heart) == hash;
    die(&life);
    return ok;
}

static bool images_of(struct world *w, struct heart *heart, size_t step_bytes) {
    struct image_writer out;
    struct buf wanted;
    struct buf got;
    struct buf answer;
    buf_init(&wanted, (size_t)1 << 30);
    buf_init(&got, (size_t)1 << 30);
    buf_init(&answer, 16 << 20);
    uint32_t whole = 0;
    uint64_t hash = 0;
    bool under_way = false;
    bool same = true;
    for (uint32_t i = 0; i < w->records.count && same; i++) {
        if (!under_way && i % 500 == 0) {
            buf_reset(&wanted);
            buf_reset(&got);
            image_writer_init(&out, &wanted, live_check_put);
            heart_save(heart, &out);
            image_writer_finish(&out);
            hash = heart_hash(heart);
            heart_image_begin(heart, &got, live_check_put);
            under_way = true;
        }
        take(heart, &w->records.at[i], &answer);
        if (under_way && heart_image_step(heart, step_bytes) != LIVE_IMAGE_MORE) {
            under_way = false;
            same = slice_equal(buf_slice(&wanted), buf_slice(&got)) && (whole > 0 || loads(w, buf_slice(&got), hash));
            whole++;
        }
    }
    struct live_image_counters counters = heart_image_counters(heart);
    printf("%u images of %.1f MiB, at most %.1f MiB set aside\n", whole, (double)wanted.size / (1 << 20), (double)counters.bytes_aside_max / (1 << 20));
    heart_image_abandon(heart);
    buf_deinit(&wanted);
    buf_deinit(&got);
    buf_deinit(&answer);
    return same && whole > 2 && counters.given_up == 0;
}

static bool test_images(void) {
    struct world w;
    CHECK(world_init(&w));
    for (size_t step_bytes = 4000; step_bytes <= 64000; step_bytes *= 4) {
        struct life life;
        CHECK(images_of(&w, be_born(&life, &w, true), step_bytes));
        die(&life);
    }
    world_deinit(&w);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_forward), TEST(test_forward_refuses), TEST(test_images)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
