#pragma once
// Plan: which record is to be sent when. Private to the room.
//
//     plan_make(&plan, options, templates_count(templates));
//     plan_start(&plan);                                     // from here on
//     while (plan_next_moment(&plan, now) <= now) { ... send record plan.next ...; plan.next++; }
//
// It is made before the first answer and never changed: record k is due at the start + k / rate. One at a time, the next is due at once, and
// who sends holds it back until the last was answered.

#include "load/load.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

struct plan {
    const struct load_options *options;
    uint64_t records;  // of the plan
    uint64_t next;     // record that is sent next
    uint64_t start_ns; // monotonic
    uint64_t end_ns;
    int64_t start_ms; // by the clock on the wall
};

// `file_records`: of the files.
void plan_make(struct plan *plan, const struct load_options *options, uint64_t file_records);
void plan_start(struct plan *plan);
uint64_t plan_moment(const struct plan *plan, uint64_t record);
// Nothing more is to be sent.
bool plan_over(const struct plan *plan, uint64_t now);
// When the next record is to go, and UINT64_MAX when there is none.
uint64_t plan_next_moment(const struct plan *plan, uint64_t now);
// What a record that is due at a moment has as its time: milliseconds since 1970.
int64_t plan_event_time(const struct plan *plan, uint64_t moment_ns);
