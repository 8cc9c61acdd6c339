#include "base/arena.h"
#include "base/test.h"
#include "os/thread.h"

#include <stdlib.h>

enum { ITEMS = 20000 };

struct pipeline {
    struct queue *forward;
    struct queue *back;
};

static void produce(void *context) {
    struct pipeline *pipeline = context;
    for (int i = 0; i < ITEMS; i++) {
        int *item = queue_pop(pipeline->back);
        *item = i;
        queue_push(pipeline->forward, item);
    }
    queue_close(pipeline->forward);
}

// Four items go round: none is lost, none overtakes another.
static bool test_order(void) {
    int pool[4];
    struct pipeline pipeline = {queue_create(4), queue_create(4)};
    for (int i = 0; i < 4; i++) {
        queue_push(pipeline.back, &pool[i]);
    }
    struct thread *thread = thread_start("a name that is too long", produce, &pipeline);
    int next = 0;
    bool ok = true;
    for (int *item; (item = queue_pop(pipeline.forward)) != NULL;) {
        ok = ok && *item == next++;
        queue_push(pipeline.back, item);
    }
    thread_join(thread);
    queue_destroy(pipeline.forward);
    queue_destroy(pipeline.back);
    CHECK(ok && next == ITEMS);
    return true;
}

static void push_until_closed(void *context) {
    int item = 0;
    while (queue_push(context, &item)) {
    }
}

static bool test_close(void) {
    struct queue *queue = queue_create(2);
    struct thread *thread = thread_start("push", push_until_closed, queue);
    CHECK(queue_pop(queue) != NULL);
    queue_close(queue);
    thread_join(thread);
    while (queue_pop(queue) != NULL) {
    }
    int item;
    CHECK(!queue_push(queue, &item));
    queue_destroy(queue);
    thread_join(NULL);
    queue_destroy(NULL);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_order), TEST(test_close)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
