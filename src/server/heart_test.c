// The heart on the days of a made-up bank, with records that come twice, late and out of order: answers that are known come to the same state as
// decisions that are made, and an image that is written between decisions is that of the moment at which it began.

#include "base/live_image_test.h"
#include "os/memory.h"
#include "server/made_bank_test.h"

enum { CUSTOMERS = 500, DAYS = 4, SUCCESSOR_BYTES_MAX = 64 << 20 };

static HeartAnswer take(struct heart *heart, const struct record *record, struct buf *answer) {
    struct heart_refusal refusal;
    buf_reset(answer);
    HeartAnswer what = heart_take(heart, record->text, (HeartEffort){.effort = record->effort}, answer, &refusal);
    INVARIANT((what == HEART_DECIDED || what == HEART_KNOWN) == (answer->size > 0));
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

// Events that are parsed by another's intake, and foreseen, each some records before its turn.
struct reader {
    struct intake *intake;
    struct foresight *foresight; // NULL: they are only parsed
    struct foreseen ahead[EXPECT_AHEAD + 1];
    struct event *events[EXPECT_AHEAD + 1];
    bool is_event[EXPECT_AHEAD + 1];
};

static void read_ahead(struct reader *reader, const struct world *w, struct heart *heart, uint32_t i, uint32_t to) {
    struct intake_refusal refusal;
    RecordKind kind;
    uint32_t place = i % (EXPECT_AHEAD + 1);
    bool *is_event = &reader->is_event[place];
    *is_event = i < to && intake_json(reader->intake, w->records.at[i].text, reader->events[place], &kind, &refusal) == STATUS_OK &&
                kind == RECORD_EVENT;
    // One that was answered before is no part of a journal.
    *is_event = *is_event && w->records.at[i].answer.size > 0;
    if (reader->foresight == NULL) {
        heart_expect_event(heart, *is_event ? reader->events[place] : NULL);
        return;
    }
    if (*is_event) {
        foresee(reader->foresight, reader->events[place], w->records.at[i].answer, &reader->ahead[place]);
    }
    heart_expect_foreseen(heart, *is_event ? &reader->ahead[place] : NULL);
}

static HeartAnswer forward_one(struct heart *heart, struct reader *reader, const struct record *record, uint32_t place) {
    struct heart_refusal refusal;
    if (!reader->is_event[place]) {
        return heart_forward(heart, record->text, record->effort, record->answer, &refusal);
    }
    struct event *event = reader->events[place];
    return reader->foresight == NULL ? heart_forward_event(heart, event, record->effort, record->answer, &refusal)
                                     : heart_forward_foreseen(heart, event, record->effort, record->answer, &reader->ahead[place], &refusal);
}

static bool forward_read(struct world *w, struct heart *heart, struct reader *reader, uint32_t to) {
    for (uint32_t i = 0; i < EXPECT_AHEAD; i++) {
        read_ahead(reader, w, heart, i, to);
    }
    for (uint32_t i = 0; i < to; i++) {
        const struct record *record = &w->records.at[i];
        uint32_t place = i % (EXPECT_AHEAD + 1);
        read_ahead(reader, w, heart, i + EXPECT_AHEAD, to);
        HeartAnswer what = forward_one(heart, reader, record, place);
        CHECK_THAT((what == HEART_DECIDED) == (record->answer.size > 0), "record %u: %.*s", i, SLICE_ARGS(record->text));
    }
    return true;
}

static bool forward_with_a_reader(struct world *w, struct heart *heart, uint32_t to, bool foresees) {
    struct reader reader = {.intake = intake_create(w->catalogue->schema, NULL), .foresight = foresees ? foresight_create(w->catalogue) : NULL};
    for (uint32_t i = 0; i <= EXPECT_AHEAD; i++) {
        reader.events[i] = event_create(w->catalogue->schema);
    }
    bool ok = forward_read(w, heart, &reader, to);
    for (uint32_t i = 0; i <= EXPECT_AHEAD; i++) {
        event_destroy(reader.events[i]);
    }
    intake_destroy(reader.intake);
    foresight_destroy(reader.foresight);
    return ok;
}

typedef enum Way { WAY_PLAIN, WAY_EXPECTED, WAY_READ, WAY_FORESEEN, WAY_COUNT } Way;

static bool forward_and_go_on(struct world *w, uint32_t half, uint64_t hash, uint64_t hash_at_end, Way way) {
    struct life life;
    struct heart *heart = be_born(&life, w, true);
    bool reads = way == WAY_READ || way == WAY_FORESEEN;
    bool ok = reads ? forward_with_a_reader(w, heart, half, way == WAY_FORESEEN) : forward_all(w, heart, half, way == WAY_EXPECTED);
    ok = ok && heart_hash(heart) == hash && same_answers(w, heart, half, w->records.count) && heart_hash(heart) == hash_at_end;
    die(&life);
    return ok;
}

static bool forward_in(bool cramped) {
    struct world w;
    struct life life;
    CHECK(world_init(&w, CUSTOMERS, DAYS, cramped));
    struct heart *heart = be_born(&life, &w, true);
    uint32_t half = w.records.count / 3 * 2;
    decide_all(&w, heart, 0, half);
    uint64_t hash = heart_hash(heart);
    decide_all(&w, heart, half, w.records.count);
    uint64_t hash_at_end = heart_hash(heart);
    struct engine_counters counters = heart_counters(heart);
    printf("%u records: %llu hits, %llu duplicates, %llu late, %llu reversals, %llu changes\n", w.records.count, (unsigned long long)counters.hits,
           (unsigned long long)counters.duplicates, (unsigned long long)counters.late, (unsigned long long)counters.reversals,
           (unsigned long long)counters.changes);
    CHECK(counters.hits > 50 && counters.duplicates > 100 && counters.late > 20 && counters.reversals > 20 && counters.changes > 500);
    CHECK(hash != hash_at_end);
    for (Way way = 0; way < WAY_COUNT; way++) {
        CHECK_THAT(forward_and_go_on(&w, half, hash, hash_at_end, way), "way %d", (int)way);
    }
    die(&life);
    world_deinit(&w);
    return true;
}

static bool test_forward(void) {
    return forward_in(false);
}

// What is forgotten must not depend on what models have read.
static bool test_forward_cramped(void) {
    return forward_in(true);
}

// What is no answer of this pack changes nothing.
static bool test_forward_refuses(void) {
    struct world w;
    struct life life;
    CHECK(world_init(&w, CUSTOMERS, DAYS, false));
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

static bool loads(struct world *w, Slice image, uint64_t hash, Hash128 checksum) {
    struct life life;
    struct memory_source memory = {.rest = image};
    struct image_reader in;
    struct heart *heart = be_born(&life, w, false);
    image_reader_init(&in, byte_source_memory(&memory));
    bool ok = heart_load(heart, &in) == STATUS_OK;
    ok = image_reader_finish(&in) == STATUS_OK && ok && heart_hash(heart) == hash;
    ok = ok && in.checksum.low == checksum.low && in.checksum.high == checksum.high;
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
            same = slice_equal(buf_slice(&wanted), buf_slice(&got)) && (whole > 0 || loads(w, buf_slice(&got), hash, heart_image_counters(heart).checksum));
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

static bool images_in(bool cramped) {
    struct world w;
    CHECK(world_init(&w, CUSTOMERS, DAYS, cramped));
    for (size_t step_bytes = 4000; step_bytes <= 32000; step_bytes *= 8) {
        struct life life;
        CHECK(images_of(&w, be_born(&life, &w, true), step_bytes));
        die(&life);
    }
    world_deinit(&w);
    return true;
}

static bool test_images(void) {
    return images_in(false);
}

static bool test_images_cramped(void) {
    return images_in(true);
}

// A heart that has taken nothing touches next to none of what it has reserved: one that succeeds another gives it back, and a virtual machine may stand still
// for that. It takes 4 MiB; with a page or two of each table it was 360.
static bool test_memory_of_a_successor(void) {
    struct world w;
    CHECK(world_init(&w, CUSTOMERS, DAYS, false));
    struct life first;
    struct life next;
    be_born(&first, &w, false);
    uint64_t before = memory_resident_bytes();
    be_born(&next, &w, false);
    uint64_t taken = memory_resident_bytes() - before;
    CHECK_THAT(before > 0 && taken < SUCCESSOR_BYTES_MAX, "%llu bytes", (unsigned long long)taken);
    heart_succeed(next.heart, first.heart);
    die(&first);
    heart_bring_in(next.heart, NULL);
    die(&next);
    world_deinit(&w);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_forward), TEST(test_forward_cramped), TEST(test_forward_refuses), TEST(test_images), TEST(test_images_cramped), TEST(test_memory_of_a_successor)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
