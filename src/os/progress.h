#pragma once
// Progress: one line on the terminal that says how far a long run is.
//
//     deciding  1,250,000 events  62%  410,000/s  2s left
//
//     struct progress progress;
//     progress_begin(&progress, &(struct progress_plan){
//         .label = "deciding", .unit = "events", .size = file_reader_size(file)});
//     ...
//     progress_update(&progress, events, file_reader_position(file));   // cheap: call it for every batch
//     progress_end(&progress);                                          // clears the line
//
// Percent and time left come from a second number, the position within `size` (bytes of the input), since
// the number of events is seldom known before; `size` 0: neither is shown. The line is drawn at most five
// times a second, and only when standard error is a terminal; with `always`, another kind of output gets a
// line of its own every five seconds.

#include "base/buf.h"

struct progress_plan {
    const char *label;
    const char *unit;
    uint64_t size; // 0: not known
    bool always;
};

struct progress {
    struct progress_plan plan;
    uint64_t start_ns;
    uint64_t next_ns; // not before
    bool terminal;
    bool drawn;
};

void progress_begin(struct progress *progress, const struct progress_plan *plan);
void progress_update(struct progress *progress, uint64_t done, uint64_t position);
void progress_end(struct progress *progress);

// The line after `elapsed_ns`, without the end; what the others print.
void progress_render(const struct progress_plan *plan, uint64_t done, uint64_t position,
                     uint64_t elapsed_ns, struct buf *out);
