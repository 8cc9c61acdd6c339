#pragma once
// A segment from inside, for the files that move its place: segment.c, which walks, and seek.c.

#include "journal/segment.h"

enum {
    WINDOW_STEP = 256 << 10, // bytes of one read: in the second cache when the sums run over it
    WINDOW_SIZE = FRAME_SIZE_MAX + BLOCK_SIZE + WINDOW_STEP,
};

struct segment {
    const struct disk *disk;
    struct disk_file *file;
    struct hasher *hasher;
    bool check_chain;
    struct segment_header header;
    uint64_t size;
    // The place: of the next frame, what it begins with, and the hash before it.
    uint64_t offset;
    uint64_t sequence;
    Chain chain;
    uint64_t salt;
    char *window;
    size_t window_capacity; // WINDOW_SIZE, or as much as the file has
    uint64_t window_at;     // offset of its first byte
    size_t window_size;     // 0: it holds nothing
    size_t step;            // bytes to read ahead: WINDOW_STEP, after seeking less at first
};
