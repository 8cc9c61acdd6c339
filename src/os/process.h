#pragma once
// Process: what the system counts of this process. Read at every scrape of the metrics, so it costs some system calls and no more.
//
//     struct process_usage usage = process_usage();
//
// What the system does not say is 0.

#include <stdint.h>

struct process_usage {
    uint64_t resident_bytes;
    int64_t cpu_us;     // of all threads, in the kernel too
    int64_t started_us; // since 1970 UTC; the wall clock may have been set since, so ask once
    uint32_t files;     // descriptors that are open
    uint32_t files_max; // that may be
};

struct process_usage process_usage(void);
