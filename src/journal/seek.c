// Seeking: a frame is found by halves. Frames begin at blocks, follow each other without gaps and
// are at most FRAME_SIZE_MAX long; so from any block one looks back, and meets either the header of
// the frame that holds it or the end of the log.
//
// Most of a young segment is zeros that were not written yet, and looking back over 4 MiB of them
// at every step would be most of the work. So a block of zeros is taken for the end at first. When
// the frame that was found is followed by another one that is wanted rather, some record held the
// zeros, and the search is made again without believing them.

#include "journal/segment_private.h"

struct seeking {
    struct segment *segment;
    uint64_t wanted;
    bool believe_zeros;
    // The frame found so far, which begins with the wanted sequence or one before it; at first
    // none, in front of the first one.
    struct frame_header low;
    uint64_t low_end;
    // Here and behind it frames begin with a later sequence, or none begins.
    uint64_t high;
    uint64_t high_sequence;
    Fault *fault;
};

// All functions that read give false when the disk does not, with the fault.
static bool seek_read(struct seeking *seeking, uint64_t offset, char *into, size_t size) {
    size_t got = 0;
    const struct segment *segment = seeking->segment;
    int error = disk_read_full(segment->disk, segment->file, into, size, offset, &got);
    if (error != 0) {
        *seeking->fault = (Fault){FAULT_UNREADABLE, offset, error};
        return false;
    }
    memset(into + got, 0, size - got); // where the file was cut off nothing begins
    return true;
}

// Whether a frame in front of `offset` ends with the hash that this one continues.
static bool continues(struct seeking *seeking, uint64_t offset, const Chain *chain,
                      bool *ret_continues) {
    char trailer[FRAME_TRAILER_SIZE];
    *ret_continues = true;
    if (offset == BLOCK_SIZE) {
        return true; // segment_next() compares it with the segment's own
    }
    if (!seek_read(seeking, offset - FRAME_TRAILER_SIZE, trailer, sizeof trailer)) {
        return false;
    }
    Chain before = frame_chain((Slice){trailer, sizeof trailer});
    *ret_continues = chain_equal(&before, chain);
    return true;
}

static bool is_header(const struct seeking *seeking, const char *block, uint64_t offset,
                      struct frame_header *ret_header) {
    FaultKind ignored;
    return block[0] != 0 && frame_header_decode(block, ret_header, &ignored) &&
           ret_header->salt == seeking->segment->salt && ret_header->offset == offset &&
           offset + ret_header->size <= seeking->segment->size &&
           ret_header->first_sequence >= seeking->low.first_sequence &&
           ret_header->first_sequence <= seeking->high_sequence;
}

// Takes the frame that begins with this block, if one does.
static bool try_block(struct seeking *seeking, const char *block, uint64_t offset,
                      bool *ret_taken) {
    struct frame_header header;
    *ret_taken = false;
    if (!is_header(seeking, block, offset, &header)) {
        return true;
    }
    if (!continues(seeking, offset, &header.chain, ret_taken)) {
        return false;
    }
    if (*ret_taken && header.first_sequence <= seeking->wanted) {
        seeking->low = header;
        seeking->low_end = offset + header.size;
    } else if (*ret_taken) {
        seeking->high = offset;
        seeking->high_sequence = header.first_sequence;
    }
    return true;
}

// Tries the blocks in front of `*end` down to `start`.
static bool try_blocks(struct seeking *seeking, uint64_t start, uint64_t *end, bool *ret_taken) {
    const char *room = seeking->segment->window;
    *ret_taken = false;
    while (*end > start && !*ret_taken) {
        *end -= BLOCK_SIZE;
        if (!try_block(seeking, room + (*end - start), *end, ret_taken)) {
            return false;
        }
    }
    return true;
}

// Looks from the block at `middle` back for the one that begins its frame.
static bool look_back(struct seeking *seeking, uint64_t middle) {
    char *room = seeking->segment->window;
    uint64_t end = middle + BLOCK_SIZE;
    uint64_t least = seeking->low_end;
    least = end > least + FRAME_SIZE_MAX ? end - FRAME_SIZE_MAX : least;
    for (size_t step = BLOCK_SIZE; end > least; step = step < WINDOW_STEP ? step * 4 : step) {
        uint64_t start = end - least > step ? end - step : least;
        size_t size = (size_t)(end - start);
        if (!seek_read(seeking, start, room, size)) {
            return false;
        }
        if (seeking->believe_zeros && start == middle && bytes_are_zero((Slice){room, size})) {
            seeking->high = middle;
            return true;
        }
        bool taken;
        if (!try_blocks(seeking, start, &end, &taken)) {
            return false;
        }
        if (taken) {
            return true;
        }
    }
    seeking->high = least; // no frame holds the block: they have ended
    return true;
}

static bool search(struct seeking *seeking, bool believe_zeros) {
    struct segment *segment = seeking->segment;
    seeking->believe_zeros = believe_zeros;
    seeking->low = (struct frame_header){.first_sequence = segment->sequence};
    seeking->low_end = segment->offset;
    seeking->high = segment->size / BLOCK_SIZE * BLOCK_SIZE;
    seeking->high_sequence = UINT64_MAX;
    while (seeking->low_end < seeking->high) {
        uint64_t blocks = (seeking->high - seeking->low_end) / BLOCK_SIZE;
        if (!look_back(seeking, seeking->low_end + blocks / 2 * BLOCK_SIZE)) {
            return false;
        }
    }
    return true;
}

// Whether the next frame is wanted rather than the one that was found.
static bool is_too_early(struct seeking *seeking, bool *ret_early) {
    struct frame_header header;
    char block[BLOCK_SIZE];
    *ret_early = false;
    if (seeking->low_end + BLOCK_SIZE > seeking->segment->size) {
        return true;
    }
    if (!seek_read(seeking, seeking->low_end, block, BLOCK_SIZE)) {
        return false;
    }
    *ret_early = is_header(seeking, block, seeking->low_end, &header) &&
                 header.first_sequence <= seeking->wanted;
    return true;
}

bool segment_seek(struct segment *segment, uint64_t sequence, Fault *ret_fault) {
    struct seeking seeking = {.segment = segment, .wanted = sequence, .fault = ret_fault};
    bool early;
    segment_refresh(segment); // its window serves as room
    if (!search(&seeking, true) || !is_too_early(&seeking, &early) ||
        (early && !search(&seeking, false))) {
        return false;
    }
    if (seeking.low.size > 0) {
        segment->offset = seeking.low.offset;
        segment->sequence = seeking.low.first_sequence;
        segment->chain = seeking.low.chain;
        segment->step = BLOCK_SIZE; // perhaps one record is wanted
    }
    return true;
}
