#include "monitoring/decision/recall.h"

#include "base/buf.h"
#include "base/random.h"
#include "base/test.h"

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

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_what_was_added), TEST(test_the_oldest_go_first), TEST(test_large_answers)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
