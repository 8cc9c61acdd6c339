#pragma once
// Machine: what the machine does on its own while something is measured. Private to the room.
//
//     struct jitter *jitter = jitter_start();
//     machine_read(pid, &before);
//     ... the run ...
//     machine_read(pid, &after);
//     jitter_stop(jitter, histogram);
//
// The thread of jitter_start() sleeps to moments that are 1 ms apart and notes how late it wakes. What a percentile of a latency has above that of
// this lateness is the server's; the rest no server can help. It costs half a percent of a core.

#include "base/histogram.h"

// Zero where the system does not say.
struct machine_reading {
    uint64_t all_ticks, idle_ticks, stolen_ticks; // of all processors since the machine started; idle with waiting for disks
    bool has_server;
    uint64_t server_ns; // processor time of the server since it started, to 10 ms
};

void machine_read(int32_t server_pid, struct machine_reading *ret_reading);

struct jitter;

struct jitter *jitter_start(void);
// Ends the thread, adds what it measured and frees it. NULL is let pass.
void jitter_stop(struct jitter *jitter, struct histogram *into);
