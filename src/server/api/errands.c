#include "server/api/errands.h"

#include "base/arena.h"
#include "os/clock.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct line_up {
    struct errand *first, *last;
};

struct errands {
    pthread_mutex_t lock;
    pthread_cond_t has_some;
    struct line_up now, later;
    uint64_t later_ns; // when those of `later` come
    bool closed;
    struct thread *threads[ERRAND_THREADS];
};

static void push(struct line_up *line, struct errand *errand) {
    errand->next = NULL;
    if (line->last == NULL) {
        line->first = errand;
    } else {
        line->last->next = errand;
    }
    line->last = errand;
}

static struct errand *pop(struct line_up *line) {
    struct errand *errand = line->first;
    if (errand != NULL) {
        line->first = errand->next;
        line->last = line->first == NULL ? NULL : line->last;
    }
    return errand;
}

// Under the lock.
static void bring_up_later(struct errands *errands) {
    if (errands->later.first != NULL && (errands->closed || clock_monotonic_ns() >= errands->later_ns)) {
        for (struct errand *errand; (errand = pop(&errands->later)) != NULL;) {
            push(&errands->now, errand);
        }
    }
}

static void wait_for_some(struct errands *errands) {
    if (errands->later.first == NULL) {
        pthread_cond_wait(&errands->has_some, &errands->lock);
        return;
    }
    struct timespec until = {.tv_sec = (time_t)(errands->later_ns / 1000000000), .tv_nsec = (long)(errands->later_ns % 1000000000)};
    pthread_cond_timedwait(&errands->has_some, &errands->lock, &until);
}

static struct errand *take(struct errands *errands) {
    struct errand *errand;
    pthread_mutex_lock(&errands->lock);
    for (;;) {
        bring_up_later(errands);
        errand = pop(&errands->now);
        if (errand != NULL || errands->closed) {
            break;
        }
        wait_for_some(errands);
    }
    pthread_mutex_unlock(&errands->lock);
    return errand;
}

static void run(void *context) {
    struct errands *errands = context;
    for (struct errand *errand; (errand = take(errands)) != NULL;) {
        errand->run(errand);
    }
}

struct errands *errands_start(void) {
    struct errands *errands = memory_alloc(sizeof *errands);
    pthread_condattr_t monotonic;
    INVARIANT(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&errands->lock, NULL) == 0 && pthread_cond_init(&errands->has_some, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    for (int i = 0; i < ERRAND_THREADS; i++) {
        errands->threads[i] = thread_start("errands", run, errands);
    }
    return errands;
}

static bool post(struct errands *errands, struct errand *errand, bool later) {
    pthread_mutex_lock(&errands->lock);
    bool closed = errands->closed;
    if (!closed && later) {
        errands->later_ns = errands->later.first == NULL ? clock_monotonic_ns() + ERRAND_PAUSE_MS * UINT64_C(1000000) : errands->later_ns;
        push(&errands->later, errand);
    } else if (!closed) {
        push(&errands->now, errand);
    }
    pthread_cond_signal(&errands->has_some);
    pthread_mutex_unlock(&errands->lock);
    return !closed;
}

void errands_post(struct errands *errands, struct errand *errand) {
    if (!post(errands, errand, false)) {
        errand->run(errand);
    }
}

bool errands_post_later(struct errands *errands, struct errand *errand) {
    return post(errands, errand, true);
}

void errands_stop(struct errands *errands) {
    pthread_mutex_lock(&errands->lock);
    errands->closed = true;
    pthread_cond_broadcast(&errands->has_some);
    pthread_mutex_unlock(&errands->lock);
    for (int i = 0; i < ERRAND_THREADS; i++) {
        thread_join(errands->threads[i]);
        errands->threads[i] = NULL;
    }
}

void errands_destroy(struct errands *errands) {
    if (errands != NULL) {
        pthread_mutex_destroy(&errands->lock);
        pthread_cond_destroy(&errands->has_some);
        free(errands);
    }
}
