#include "server/doubts.h"

#include "os/memory.h"
#include "server/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

// Ids that wait are counted by some of their bits. Two that share a place wait for each other without need, and nothing else happens.
enum { PLACES = 4096 };

struct doubts {
    struct doubts_options options;
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct work *first, *last; // under the lock, as
    bool closing;
    atomic_uint waiting;
    atomic_uint_fast64_t found[DOUBT_FOUND_COUNT];
    uint16_t places[PLACES]; // the deciding thread's
};

static uint32_t place_of(Hash128 id) {
    return (uint32_t)id.low % PLACES;
}

// ---- the looking thread -------------------------------------------------------------------------------------

static struct work *take(struct doubts *doubts) {
    pthread_mutex_lock(&doubts->lock);
    while (doubts->first == NULL && !doubts->closing) {
        pthread_cond_wait(&doubts->has_work, &doubts->lock);
    }
    struct work *work = doubts->first;
    if (work != NULL) {
        doubts->first = work->next;
        doubts->last = work->next == NULL ? NULL : doubts->last;
    }
    pthread_mutex_unlock(&doubts->lock);
    return work;
}

static void look_up(struct doubts *doubts, struct work *work) {
    DoubtFound found = doubts->options.find(doubts->options.context, work->event_id);
    atomic_fetch_add(&doubts->found[found], 1);
    work->standing = found == DOUBT_KNOWN ? STANDING_KNOWN : STANDING_NEW;
}

static void run(void *context) {
    struct doubts *doubts = context;
    struct work *work;
    while ((work = take(doubts)) != NULL) {
        if (work->standing == STANDING_ASKED) {
            look_up(doubts, work);
        }
        doubts->options.back(doubts->options.back_context, work);
    }
}

// ---- the deciding thread ------------------------------------------------------------------------------------

static bool waits_for_original(const struct doubts *doubts, const struct event *event) {
    uint32_t field = event->schema->original;
    return field != SCHEMA_NONE && event_has(event, field) && doubts->places[place_of(hash128(event->cells[field].text, 0))] > 0;
}

bool doubts_about(const struct doubts *doubts, const struct event *event, struct work *work, bool may_be_forgotten) {
    bool came_back = work->standing != STANDING_FRESH;
    // What came back was behind all that it depends on.
    bool depends = !came_back && atomic_load_explicit(&doubts->waiting, memory_order_relaxed) > 0 &&
                   (doubts->places[place_of(hash128(event->id, 0))] > 0 || waits_for_original(doubts, event));
    bool asks = may_be_forgotten && work->standing != STANDING_NEW;
    if (!asks && !depends) {
        return false;
    }
    work->event_id = hash128(event->id, 0);
    work->standing = asks ? STANDING_ASKED : STANDING_BEHIND;
    return true;
}

void doubts_post(struct doubts *doubts, struct work *work) {
    doubts->places[place_of(work->event_id)]++;
    atomic_fetch_add(&doubts->waiting, 1);
    work->next = NULL;
    pthread_mutex_lock(&doubts->lock);
    if (doubts->last == NULL) {
        doubts->first = work;
    } else {
        doubts->last->next = work;
    }
    doubts->last = work;
    pthread_cond_signal(&doubts->has_work);
    pthread_mutex_unlock(&doubts->lock);
}

void doubts_came_back(struct doubts *doubts, const struct work *work) {
    uint16_t *place = &doubts->places[place_of(work->event_id)];
    INVARIANT(*place > 0);
    --*place;
    atomic_fetch_sub(&doubts->waiting, 1);
}

uint32_t doubts_waiting(const struct doubts *doubts) {
    return doubts == NULL ? 0 : atomic_load(&doubts->waiting);
}

uint64_t doubts_found(const struct doubts *doubts, DoubtFound found) {
    return doubts == NULL ? 0 : atomic_load(&doubts->found[found]);
}

// ---- its life -----------------------------------------------------------------------------------------------

struct doubts *doubts_create(const struct doubts_options *options) {
    struct doubts *doubts = memory_alloc(sizeof *doubts);
    doubts->options = *options;
    INVARIANT(pthread_mutex_init(&doubts->lock, NULL) == 0 && pthread_cond_init(&doubts->has_work, NULL) == 0);
    doubts->thread = thread_start("doubts", run, doubts);
    return doubts;
}

void doubts_destroy(struct doubts *doubts) {
    if (doubts == NULL) {
        return;
    }
    pthread_mutex_lock(&doubts->lock);
    doubts->closing = true;
    pthread_cond_signal(&doubts->has_work);
    pthread_mutex_unlock(&doubts->lock);
    thread_join(doubts->thread);
    pthread_mutex_destroy(&doubts->lock);
    pthread_cond_destroy(&doubts->has_work);
    free(doubts);
}
