#pragma once
// Errands: what must not be done where it comes up, because it waits for the disk or renders much. A few threads do them, first in, first out.
//
//     struct errand errand = {.run = look_it_up, .user = asked};   // lies in what it is about
//     errands_post(errands, &errand);
//
// Errands do not pile up without bound: each belongs to a request under way, of which HTTP allows so many.

#include <stdbool.h>
#include <stdint.h>

enum { ERRAND_THREADS = 2, ERRAND_PAUSE_MS = 2 };

struct errand {
    void (*run)(struct errand *errand);
    void *user;
    struct errand *next;
};

struct errands;

struct errands *errands_start(void);
// The errand is its poster's again when run() is called. After errands_stop() it is run at once, by who posts it. Any thread.
void errands_post(struct errands *errands, struct errand *errand);
// The same some ERRAND_PAUSE_MS later: for who has to try again and has nobody to tell him when. False after errands_stop(): there is no later.
bool errands_post_later(struct errands *errands, struct errand *errand);
// Does what was posted, and ends the threads.
void errands_stop(struct errands *errands);
void errands_destroy(struct errands *errands);
