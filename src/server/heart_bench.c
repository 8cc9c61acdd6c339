// What it costs to come back, and what an image costs that is written while events are decided.
//
//     heart_bench CUSTOMERS DAYS        of the made-up bank; 20000 15 takes a minute and some gigabytes
//
// Processor time of this thread, so that others' work counts little.

#include "base/test.h"
#include "server/made_bank_test.h"

#include <time.h>

enum { STEP_BYTES = 1 << 20 };

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void tell(const char *what, uint64_t ns, uint64_t count) {
    printf("%-44s %9.3f us each, %llu of them\n", what, (double)ns / 1000 / (double)(count > 0 ? count : 1), (unsigned long long)count);
}

static void time_intake(const struct world *w) {
    struct intake *intake = intake_create(w->catalogue->schema, NULL);
    struct event *event = event_create(w->catalogue->schema);
    struct intake_refusal refusal;
    RecordKind kind;
    uint64_t refused = 0;
    uint64_t start = now_ns();
    for (uint32_t i = 0; i < w->records.count; i++) {
        refused += intake_json(intake, w->records.at[i].text, event, &kind, &refusal) != STATUS_OK;
    }
    tell("intake: a record parsed and checked", now_ns() - start, w->records.count);
    INVARIANT(refused < w->records.count);
    event_destroy(event);
    intake_destroy(intake);
}

// Decides some of the records and keeps the answers.
static uint64_t decide(struct world *w, struct heart *heart, uint32_t from, uint32_t to) {
    uint64_t start = now_ns();
    struct buf answer;
    buf_init(&answer, 16 << 20);
    for (uint32_t i = from; i < to; i++) {
        struct heart_refusal refusal;
        struct record *record = &w->records.at[i];
        buf_reset(&answer);
        heart_take(heart, record->text, (HeartEffort){.effort = record->effort}, &answer, &refusal);
        record->answer = arena_copy(&w->arena, buf_slice(&answer));
    }
    buf_deinit(&answer);
    return now_ns() - start;
}

static uint64_t forward(struct world *w, struct heart *heart, uint32_t to, bool expects) {
    struct heart_refusal refusal;
    uint64_t start = now_ns();
    for (uint32_t i = 0; i < to; i++) {
        const struct record *record = &w->records.at[i];
        if (expects) {
            heart_expect(heart, i + EXPECT_AHEAD < to ? w->records.at[i + EXPECT_AHEAD].text : (Slice){0});
        }
        heart_forward(heart, record->text, record->effort, record->answer, &refusal);
    }
    return now_ns() - start;
}

static void drop(void *context, Slice bytes) {
    *(uint64_t *)context += bytes.size;
}

static void time_image(struct heart *heart) {
    uint64_t bytes = 0;
    uint64_t start = now_ns();
    heart_image_begin(heart, &bytes, drop);
    tell("an image begun", now_ns() - start, 1);
    start = now_ns();
    while (heart_image_step(heart, STEP_BYTES) == LIVE_IMAGE_MORE) {
    }
    tell("a MiB of it put out", now_ns() - start, bytes >> 20);
    printf("%-44s %9.1f MiB\n", "an image", (double)bytes / (1 << 20));
}

// Nothing of the image comes out while they are decided, so all that changes for the first time is set aside: the worst there is.
static void time_under_way(struct world *w, struct heart *heart, uint32_t from) {
    uint64_t bytes = 0;
    uint32_t count = w->records.count - from;
    heart_image_begin(heart, &bytes, drop);
    uint64_t ns = decide(w, heart, from, w->records.count);
    struct live_image_counters counters = heart_image_counters(heart);
    heart_image_abandon(heart);
    tell("a record decided while an image is under way", ns, count);
    printf("%-44s %9.2f, %.1f MiB at once\n", "frames set aside for such a record", (double)counters.frames_aside / count,
           (double)counters.bytes_aside_max / (1 << 20));
}

// The same records with a state that was forwarded, and without an image.
static void time_return(struct world *w, uint32_t most, bool expects) {
    struct life life;
    struct heart *heart = be_born(&life, w, true);
    tell(expects ? "a record forwarded, expected before" : "a record forwarded", forward(w, heart, most, expects), most);
    tell("a record decided without an image", decide(w, heart, most, w->records.count), w->records.count - most);
    die(&life);
}

int main(int argc, char **argv) {
    struct world w;
    struct life life;
    int64_t customers;
    int64_t days;
    if (argc != 3 || !slice_to_i64(slice_of(argv[1]), &customers) || !slice_to_i64(slice_of(argv[2]), &days) ||
        !world_init(&w, (uint32_t)customers, (uint32_t)days, false)) {
        fprintf(stderr, "usage: heart_bench CUSTOMERS DAYS\n");
        return 2;
    }
    struct heart *heart = be_born(&life, &w, true);
    uint32_t most = w.records.count / 3 * 2;
    time_intake(&w);
    tell("a record taken and decided", decide(&w, heart, 0, most), most);
    time_image(heart);
    time_image(heart);
    time_under_way(&w, heart, most);
    die(&life);
    time_return(&w, most, true);
    time_return(&w, most, false);
    world_deinit(&w);
    return 0;
}
