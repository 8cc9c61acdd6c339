#pragma once
// Where lines go: a file that is put away when it is full, or standard error. Used by one thread. Private to this room.

#include "base/diag.h"

struct log_sink {
    char path[4096]; // empty: standard error
    int fd;          // -1: it could not be opened, which is tried again with each line
    uint64_t size;
    uint64_t rotate_bytes; // 0: never
    uint64_t rotate_at;    // moves on when putting away fails, so that it is not tried for each line
    uint32_t rotate_count;
    bool broken; // a line was written in part; the next one begins on a line of its own
};

// 0, or errno.
MUST_USE int log_sink_open(struct log_sink *sink);
void log_sink_close(struct log_sink *sink);
// 0, or the errno with which it could not be written. *ret_rotation is the errno of putting files away that failed meanwhile.
MUST_USE int log_sink_write(struct log_sink *sink, Slice line, int *ret_rotation);
