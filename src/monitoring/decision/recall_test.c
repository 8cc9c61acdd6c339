#include "monitoring/decision/recall.h"

#include "base/live_image_test.h"
#include "base/random.h"
#include "base/test.h"
#include "monitoring/stream/event.h"

#include <stdlib.h>

// Memory of one recall, given back at the end of its test.
struct memory {
    void *parts[3];
    uint32_t count;
};

static void *reserve(void *context, size_t size) {
    struct memory *memory = context;
    memory->parts[memory->count] = memory_alloc(size);
    return memory->parts[memory->count++];
}

static void put(void *context, Slice bytes) {
    buf_put(context, bytes);
}

// Whatever a test has made of it, its image gives the same again.
static void check_image(const struct recall *recall, uint32_t event_count) {
    struct buf image;
    struct image_writer out;
    struct image_reader in;
    struct memory memory = {0};
    buf_init(&image, 128 << 20);
    image_writer_init(&out, &image, put);
    recall_save(recall, &out);
    image_writer_finish(&out);
    struct memory_source source = {.rest = buf_slice(&image)};
    struct recall *again = recall_create(event_count, reserve, &memory);
    image_reader_init(&in, byte_source_memory(&source));
    INVARIANT(recall_load(again, &in) == STATUS_OK && image_reader_finish(&in) == STATUS_OK);
    INVARIANT(recall_hash(again) == recall_hash(recall) && recall_forgotten(again) == recall_forgotten(recall));
    for (uint32_t i = 0; i < memory.count; i++) {
        free(memory.parts[i]);
    }
    recall_destroy(again);
    buf_deinit(&image);
}

static void give_back(struct memory *memory, struct recall *recall) {
    for (uint32_t i = 0; i < memory->count; i++) {
        free(memory->parts[i]);
    }
    recall_destroy(recall);
}

// Few homes, so that searches meet each other.
static Hash128 id_of(uint64_t number) {
    return (Hash128){number % 7, number};
}

static struct recalled event_of(uint64_t number, Slice answer) {
    return (struct recalled){.id = id_of(number), .time_us = (int64_t)number * 10, .type = 3, .segment = 5, .flags = 1, .answer = answer};
}

static bool test_what_was_added(void) {
    struct memory memory = {0};
    struct recall *recall = recall_create(4, reserve, &memory);
    struct recalled found;
    CHECK(!recall_find(recall, id_of(1), &found));
    struct recall_row rows[] = {{7, 8, 9}, {10, 11, 12}};
    struct recalled event = event_of(1, SLICE("answer"));
    event.rows = rows;
    event.row_count = 2;
    event.tag = 77;
    recall_add(recall, &event);
    CHECK(recall_find(recall, id_of(1), &found) && slice_is(found.answer, "answer") && found.tag == 77);
    CHECK(found.time_us == 10 && found.type == 3 && found.segment == 5 && found.flags == 1 && !found.was_undone);
    CHECK(found.row_count == 2 && memcmp(found.rows, rows, sizeof rows) == 0);
    recall_mark_undone(recall, id_of(1));
    recall_mark_undone(recall, id_of(2)); // unknown: nothing
    CHECK(recall_find(recall, id_of(1), &found) && found.was_undone);
    check_image(recall, 4);
    give_back(&memory, recall);
    return true;
}

// The newest that fit are known, in whatever order they are asked for; the others are not.
static bool test_the_oldest_go_first(void) {
    enum { CAPACITY = 50, EVENTS = 5000 };
    struct memory memory = {0};
    struct recall *recall = recall_create(CAPACITY, reserve, &memory);
    struct random random;
    random_init(&random, 1);
    for (uint64_t i = 0; i < EVENTS; i++) {
        char text[300];
        memset(text, (int)('a' + i % 26), sizeof text);
        struct recalled event = event_of(i, (Slice){text, i % sizeof text});
        recall_add(recall, &event);
        uint64_t asked = random_below(&random, i + 1);
        struct recalled found;
        bool known = asked + CAPACITY > i;
        CHECK(recall_find(recall, id_of(asked), &found) == known);
        CHECK(!known || (found.answer.size == asked % sizeof text && found.time_us == (int64_t)asked * 10));
        CHECK(!known || found.answer.size == 0 || found.answer.at[found.answer.size - 1] == (char)('a' + asked % 26));
    }
    CHECK(recall_forgotten(recall) == EVENTS - CAPACITY);
    check_image(recall, CAPACITY);
    give_back(&memory, recall);
    return true;
}

// The time of what was forgotten tells what cannot have been; an image makes it no smaller.
static bool test_what_may_have_been_forgotten(void) {
    enum { CAPACITY = 4 };
    struct memory memory = {0}, other = {0};
    struct recall *recall = recall_create(CAPACITY, reserve, &memory);
    for (uint64_t i = 1; i <= CAPACITY; i++) {
        struct recalled event = event_of(i, SLICE(""));
        recall_add(recall, &event);
    }
    CHECK(!recall_has_forgotten_as_new(recall, 0, false) && !recall_has_forgotten_as_new(recall, 0, true));
    struct recalled ahead = event_of(1000, SLICE(""));
    ahead.flags = EVENT_FLAG_CLOCK_SKEW;
    recall_add(recall, &ahead);
    CHECK(recall_has_forgotten_as_new(recall, 10, false) && !recall_has_forgotten_as_new(recall, 11, false) && recall_has_forgotten_as_new(recall, 11, true));
    CHECK(!recall_knows(recall, id_of(1)) && recall_knows(recall, id_of(2)));
    for (uint64_t i = CAPACITY + 1; i <= 2 * CAPACITY; i++) {
        struct recalled event = event_of(i, SLICE(""));
        recall_add(recall, &event);
    }
    // The one that was far ahead is forgotten too, and moves nothing.
    CHECK(!recall_knows(recall, id_of(1000)) && recall_has_forgotten_as_new(recall, 40, false) && !recall_has_forgotten_as_new(recall, 41, false));
    struct buf image;
    struct image_writer out;
    struct image_reader in;
    buf_init(&image, 128 << 20);
    image_writer_init(&out, &image, put);
    recall_save(recall, &out);
    image_writer_finish(&out);
    struct memory_source source = {.rest = buf_slice(&image)};
    struct recall *again = recall_create(CAPACITY, reserve, &other);
    image_reader_init(&in, byte_source_memory(&source));
    CHECK(recall_load(again, &in) == STATUS_OK && image_reader_finish(&in) == STATUS_OK);
    CHECK(recall_has_forgotten_as_new(again, 40, false) && recall_has_forgotten_as_new(again, 80, false) && !recall_has_forgotten_as_new(again, 81, false));
    buf_deinit(&image);
    give_back(&other, again);
    give_back(&memory, recall);
    return true;
}

// Answers as large as they may be push out others, and nothing else.
static bool test_large_answers(void) {
    struct memory memory = {0};
    struct recall *recall = recall_create(1024, reserve, &memory);
    char *bytes = memory_alloc(RECALL_RECORD_MAX);
    memset(bytes, 'x', RECALL_RECORD_MAX);
    for (uint64_t i = 0; i < 6; i++) {
        struct recalled event = event_of(i, (Slice){bytes, RECALL_RECORD_MAX});
        bytes[0] = (char)('0' + i);
        recall_add(recall, &event);
        struct recalled found;
        CHECK(recall_find(recall, id_of(i), &found) && found.answer.size == RECALL_RECORD_MAX);
        CHECK(found.answer.at[0] == (char)('0' + i));
    }
    CHECK(recall_forgotten(recall) >= 3);
    free(bytes);
    check_image(recall, 1024);
    give_back(&memory, recall);
    return true;
}

static void save(const void *state, struct image_writer *out) {
    recall_save(state, out);
}

static struct recalled random_event(struct random *random, uint64_t number, char text[400], struct recall_row rows[5]) {
    memset(text, (int)('a' + number % 26), 400);
    for (uint32_t i = 0; i < 5; i++) {
        rows[i] = (struct recall_row){(uint32_t)number, i, 3};
    }
    struct recalled event = event_of(number, (Slice){text, random_below(random, 3) == 0 ? random_below(random, 400) : 0});
    event.rows = rows;
    event.row_count = (uint32_t)random_below(random, 6);
    return event;
}

// Images while the ring goes round and round, and events are marked.
static bool test_live_images(void) {
    enum { CAPACITY = 70, EVENTS = 30000 };
    struct memory memory = {0};
    struct random random;
    struct live_check check;
    struct recall *recall = recall_create(CAPACITY, reserve, &memory);
    random_init(&random, 4);
    live_check_init(&check, (struct live_image_limits){64, 0, 1 << 20});
    for (uint64_t i = 0; i < EVENTS; i++) {
        char text[400];
        struct recall_row rows[5];
        if (!check.under_way && random_below(&random, 30) == 0) {
            live_check_begin(&check, recall, save);
            recall_guard(recall, check.image);
        }
        struct recalled event = random_event(&random, i, text, rows);
        recall_add(recall, &event);
        recall_mark_undone(recall, id_of(i - random_below(&random, i < CAPACITY ? i + 1 : CAPACITY)));
        if (check.under_way) {
            CHECK_THAT(live_check_step(&check, random_below(&random, 300)), "event %llu", (unsigned long long)i);
            recall_guard(recall, check.under_way ? check.image : NULL);
        }
    }
    CHECK(check.whole > 100 && check.frames_aside > 1000);
    live_check_deinit(&check);
    give_back(&memory, recall);
    return true;
}

// Images while answers of megabytes go round the ring of bytes.
static bool test_live_images_of_large_answers(void) {
    enum { CAPACITY = 1024, EVENTS = 150, LARGE = 3 << 20 };
    struct memory memory = {0};
    struct random random;
    struct live_check check;
    struct recall *recall = recall_create(CAPACITY, reserve, &memory);
    char *bytes = memory_alloc(LARGE);
    random_init(&random, 5);
    live_check_init(&check, (struct live_image_limits){4096, 0, 128 << 20});
    for (uint64_t i = 0; i < EVENTS; i++) {
        if (!check.under_way) {
            live_check_begin(&check, recall, save);
            recall_guard(recall, check.image);
        }
        memset(bytes, (int)i, LARGE);
        struct recalled event = event_of(i, (Slice){bytes, random_below(&random, LARGE)});
        recall_add(recall, &event);
        CHECK_THAT(live_check_step(&check, random_below(&random, LARGE)), "event %llu", (unsigned long long)i);
        recall_guard(recall, check.under_way ? check.image : NULL);
    }
    CHECK(check.whole > 4 && check.frames_aside > 1000 && recall_forgotten(recall) > 50);
    free(bytes);
    live_check_deinit(&check);
    give_back(&memory, recall);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_what_was_added), TEST(test_the_oldest_go_first), TEST(test_what_may_have_been_forgotten), TEST(test_large_answers), TEST(test_live_images), TEST(test_live_images_of_large_answers)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
