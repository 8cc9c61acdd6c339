#pragma once
// Watch: those who look on while decisions are made (GET /v1/decisions/stream). One thread reads
// what is durable in the journal behind who decides, and gives each of them the rows that they
// asked for; without watchers it sleeps. Who decides does nothing for it.
//
// A watcher gets at most 1000 / WATCH_TICK_MS batches a second with at most WATCH_ROWS_MAX rows
// each, the newest; what does not fit is counted. One that does not read gets no batches, and is
// cut off after WATCH_SLOW_MS.

enum {
    WATCH_TICK_MS = 50,
    WATCH_ROWS_MAX = 250, // of a batch: 5,000 a second
    WATCH_SLOW_MS = 5000,
    WATCH_LIFE_MS = 600000, // then it comes again, and what it may is asked anew
    WATCHERS_MAX = 64,
    WATCH_RECORDS_MAX = 20000, // that are read in one tick
};

struct serve;
struct watch;

struct watch *watch_create(struct serve *serve);
// Ends the streams; nobody is let in any more.
void watch_stop(struct watch *watch);
void watch_destroy(struct watch *watch);
