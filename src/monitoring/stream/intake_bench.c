// Prints the time of one event of 40 fields: JSON alone, and intake with everything.

#include "monitoring/stream/event.h"
#include "monitoring/stream/intake.h"
#include "monitoring/stream/sample_test.h"

#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, EVENTS = 100000 };

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double json_round(struct json_reader *reader, Slice text) {
    double start = now_ns();
    for (int i = 0; i < EVENTS; i++) {
        JsonTree tree;
        INVARIANT(json_parse(reader, text, &tree) == STATUS_OK);
    }
    return (now_ns() - start) / EVENTS;
}

static double intake_round(struct intake *intake, Slice text, struct event *event) {
    double start = now_ns();
    for (int i = 0; i < EVENTS; i++) {
        RecordKind kind;
        struct intake_refusal refusal;
        INVARIANT(intake_json(intake, text, event, &kind, &refusal) == STATUS_OK);
    }
    return (now_ns() - start) / EVENTS;
}

static double again_round(struct intake *intake, Slice text, struct event *event) {
    double start = now_ns();
    for (int i = 0; i < EVENTS; i++) {
        INVARIANT(intake_json_again(intake, text, event));
    }
    return (now_ns() - start) / EVENTS;
}

int main(void) {
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    const struct schema *schema = sample_schema_load(sample_schema_text, &arena, &diags);
    diag_list_print(&diags, stderr);
    INVARIANT(schema != NULL);
    struct intake *intake = intake_create(schema, NULL);
    struct event *event = event_create(schema);
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    Slice text = {sample_event_text, sizeof sample_event_text - 1};
    double json_ns[ROUNDS];
    double intake_ns[ROUNDS];
    double again_ns[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        json_ns[i] = json_round(reader, text);
        intake_ns[i] = intake_round(intake, text, event);
        again_ns[i] = again_round(intake, text, event);
    }
    qsort(json_ns, ROUNDS, sizeof json_ns[0], by_size);
    qsort(intake_ns, ROUNDS, sizeof intake_ns[0], by_size);
    qsort(again_ns, ROUNDS, sizeof again_ns[0], by_size);
    printf("event of %zu bytes, 40 fields: JSON %.0f ns, intake in all %.0f ns, when it comes again %.0f ns (medians of %d)\n",
           text.size, json_ns[ROUNDS / 2], intake_ns[ROUNDS / 2], again_ns[ROUNDS / 2], ROUNDS);
    json_reader_destroy(reader);
    event_destroy(event);
    intake_destroy(intake);
    arena_deinit(&arena);
}
