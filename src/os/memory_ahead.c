#include "os/memory_ahead.h"

#include "base/arena.h"
#include "base/status.h"
#include "os/memory.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdlib.h>

struct asked {
    void *at;
    size_t size;
};

struct memory_ahead {
    pthread_mutex_t lock;
    pthread_cond_t some; // is asked for, or it is over
    struct asked asked[MEMORY_AHEAD_ASKED]; // a ring
    size_t first, count;
    bool is_over;
    struct thread *thread;
};

// Page by page: what changes the map of the memory, as malloc() does, waits for one of them at most.
static void bring_in(struct asked asked) {
    for (size_t done = 0; done < asked.size; done += MEMORY_LARGE_PAGE) {
        size_t left = asked.size - done;
        memory_populate(NULL, (char *)asked.at + done, left < MEMORY_LARGE_PAGE ? left : MEMORY_LARGE_PAGE);
    }
}

static void run(void *context) {
    struct memory_ahead *ahead = context;
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->is_over) {
        if (ahead->count == 0) {
            pthread_cond_wait(&ahead->some, &ahead->lock);
            continue;
        }
        struct asked asked = ahead->asked[ahead->first];
        ahead->first = (ahead->first + 1) % MEMORY_AHEAD_ASKED;
        ahead->count--;
        pthread_mutex_unlock(&ahead->lock);
        bring_in(asked);
        pthread_mutex_lock(&ahead->lock);
    }
    pthread_mutex_unlock(&ahead->lock);
}

struct memory_ahead *memory_ahead_start(void) {
    struct memory_ahead *ahead = memory_alloc(sizeof *ahead);
    INVARIANT(pthread_mutex_init(&ahead->lock, NULL) == 0 && pthread_cond_init(&ahead->some, NULL) == 0);
    ahead->thread = thread_start("memory", run, ahead);
    return ahead;
}

void memory_ahead_stop(struct memory_ahead *ahead) {
    if (ahead == NULL) {
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->is_over = true;
    pthread_cond_signal(&ahead->some);
    pthread_mutex_unlock(&ahead->lock);
    thread_join(ahead->thread);
    pthread_cond_destroy(&ahead->some);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}

void memory_ahead_ask(void *context, void *at, size_t size) {
    struct memory_ahead *ahead = context;
    pthread_mutex_lock(&ahead->lock);
    if (ahead->count < MEMORY_AHEAD_ASKED && size > 0) {
        ahead->asked[(ahead->first + ahead->count) % MEMORY_AHEAD_ASKED] = (struct asked){at, size};
        ahead->count++;
        pthread_cond_signal(&ahead->some);
    }
    pthread_mutex_unlock(&ahead->lock);
}
