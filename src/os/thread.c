#include "os/thread.h"

#include "base/arena.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <stdlib.h>

struct thread {
    pthread_t handle;
    void (*run)(void *context);
    void *context;
    char name[16];
};

static void *run_thread(void *argument) {
    struct thread *thread = argument;
    pthread_setname_np(pthread_self(), thread->name);
    thread->run(thread->context);
    return NULL;
}

struct thread *thread_start(const char *name, void (*run)(void *context), void *context) {
    struct thread *thread = memory_alloc(sizeof *thread);
    thread->run = run;
    thread->context = context;
    Slice cut = slice_part(slice_of(name), 0, sizeof thread->name - 1);
    memcpy(thread->name, cut.at, cut.size);
    INVARIANT(pthread_create(&thread->handle, NULL, run_thread, thread) == 0);
    return thread;
}

uint32_t thread_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

void thread_join(struct thread *thread) {
    if (thread == NULL) {
        return;
    }
    INVARIANT(pthread_join(thread->handle, NULL) == 0);
    free(thread);
}

// As the kernel knows it (sched_setattr(2)); glibc of Debian 12 does not.
struct sched_attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

void thread_be_prompt(void) {
    enum { TURN_NS = 100000 }; // the shortest there is
    struct sched_attributes attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .runtime = TURN_NS};
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void thread_give_way(void) {
    enum { LEAST = 19 };
    // In Linux a thread has a niceness of its own. Where it cannot be set the thread just competes.
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), LEAST);
}

// A ring under a lock. A hand-over of a batch is rare enough that the lock is never fought over.
struct queue {
    pthread_mutex_t lock;
    pthread_cond_t has_item;
    pthread_cond_t has_room;
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
    bool closed;
    void *items[];
};

struct queue *queue_create(uint32_t capacity) {
    INVARIANT(capacity >= 1 && capacity <= 1 << 20);
    struct queue *queue = memory_alloc(sizeof *queue + capacity * sizeof queue->items[0]);
    queue->capacity = capacity;
    INVARIANT(pthread_mutex_init(&queue->lock, NULL) == 0);
    pthread_condattr_t steady;
    INVARIANT(pthread_condattr_init(&steady) == 0 && pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_cond_init(&queue->has_item, &steady) == 0);
    INVARIANT(pthread_cond_init(&queue->has_room, NULL) == 0);
    pthread_condattr_destroy(&steady);
    return queue;
}

void queue_destroy(struct queue *queue) {
    if (queue == NULL) {
        return;
    }
    pthread_cond_destroy(&queue->has_room);
    pthread_cond_destroy(&queue->has_item);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

bool queue_push(struct queue *queue, void *item) {
    INVARIANT(item != NULL);
    pthread_mutex_lock(&queue->lock);
    while (queue->count == queue->capacity && !queue->closed) {
        pthread_cond_wait(&queue->has_room, &queue->lock);
    }
    bool open = !queue->closed;
    if (open) {
        queue->items[(queue->first + queue->count) % queue->capacity] = item;
        queue->count++;
        pthread_cond_signal(&queue->has_item);
    }
    pthread_mutex_unlock(&queue->lock);
    return open;
}

static void *take_first(struct queue *queue) {
    void *item = NULL;
    if (queue->count > 0) {
        item = queue->items[queue->first];
        queue->first = (queue->first + 1) % queue->capacity;
        queue->count--;
        pthread_cond_signal(&queue->has_room);
    }
    return item;
}

void *queue_pop(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->closed) {
        pthread_cond_wait(&queue->has_item, &queue->lock);
    }
    void *item = take_first(queue);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void *queue_pop_within(struct queue *queue, uint32_t timeout_ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&queue->lock);
    int waited = 0;
    while (queue->count == 0 && !queue->closed && waited == 0) {
        waited = pthread_cond_timedwait(&queue->has_item, &queue->lock, &until);
    }
    void *item = take_first(queue);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void queue_close(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->has_item);
    pthread_cond_broadcast(&queue->has_room);
    pthread_mutex_unlock(&queue->lock);
}
