#include "journal/segment_private.h"

#include <errno.h>
#include <stdlib.h>

struct segment *segment_create(const struct disk *disk, bool chain) {
    struct segment *segment = memory_alloc(sizeof *segment);
    segment->disk = disk;
    segment->hasher = hasher_create();
    segment->check_chain = chain;
    return segment;
}

void segment_destroy(struct segment *segment) {
    if (segment != NULL) {
        segment->disk->close(segment->disk->context, segment->file);
        hasher_destroy(segment->hasher);
        free(segment->window);
        free(segment);
    }
}

static bool unreadable(uint64_t offset, int error, Fault *ret_fault) {
    *ret_fault = (Fault){FAULT_UNREADABLE, offset, error};
    return false;
}

static void reserve(struct segment *segment) {
    size_t wanted = segment->size < WINDOW_SIZE ? (size_t)segment->size : WINDOW_SIZE;
    wanted = wanted < BLOCK_SIZE ? BLOCK_SIZE : wanted;
    if (wanted > segment->window_capacity) {
        free(segment->window);
        segment->window = malloc(wanted);
        INVARIANT(segment->window != NULL);
        segment->window_capacity = wanted;
    }
}

static bool segment_open_header(struct segment *segment, uint64_t first_sequence,
                                Fault *ret_fault) {
    size_t got = 0;
    int error = disk_read_full(segment->disk, segment->file, segment->window, BLOCK_SIZE, 0, &got);
    if (error != 0) {
        return unreadable(0, error, ret_fault);
    }
    *ret_fault = (Fault){.kind = FAULT_SEGMENT_SHORT};
    if (got < BLOCK_SIZE ||
        !segment_header_decode(segment->window, &segment->header, &ret_fault->kind)) {
        return false;
    }
    ret_fault->kind = FAULT_SEGMENT_NAME;
    if (segment->header.first_sequence != first_sequence) {
        return false;
    }
    ret_fault->kind = FAULT_SEGMENT_SHORT;
    if (segment->header.size != segment->size) {
        return false;
    }
    segment->offset = BLOCK_SIZE;
    segment->sequence = first_sequence;
    segment->chain = segment_chain(segment->hasher, &segment->header.chain, segment->window);
    segment->salt = chain_salt(&segment->chain);
    segment->window_size = 0;
    segment->step = WINDOW_STEP;
    return true;
}

bool segment_open(struct segment *segment, Slice path, uint64_t first_sequence, Fault *ret_fault) {
    const struct disk *disk = segment->disk;
    disk->close(disk->context, segment->file);
    segment->file = NULL;
    int error = disk->open(disk->context, path, DISK_READ, false, &segment->file);
    if (error == 0) {
        error = disk->size(disk->context, segment->file, &segment->size);
    }
    if (error != 0) {
        return unreadable(0, error, ret_fault);
    }
    reserve(segment);
    return segment_open_header(segment, first_sequence, ret_fault);
}

const struct segment_header *segment_header(const struct segment *segment) {
    return &segment->header;
}

void segment_refresh(struct segment *segment) {
    segment->window_size = 0;
}

int segment_sync(struct segment *segment) {
    return segment->disk->sync(segment->disk->context, segment->file);
}

uint64_t segment_offset(const struct segment *segment) {
    return segment->offset;
}

uint64_t segment_sequence(const struct segment *segment) {
    return segment->sequence;
}

Chain segment_hash(const struct segment *segment) {
    return segment->chain;
}

uint64_t segment_salt(const struct segment *segment) {
    return segment->salt;
}

// `size` bytes at `offset`, which lie within the file, in one piece.
static bool load(struct segment *segment, uint64_t offset, size_t size, Slice *ret_bytes,
                 Fault *ret_fault) {
    INVARIANT(size <= FRAME_SIZE_MAX + BLOCK_SIZE && offset + size <= segment->size);
    uint64_t end = segment->window_at + segment->window_size;
    bool begins_inside = segment->window_size > 0 && offset >= segment->window_at && offset <= end;
    size_t kept = begins_inside ? (size_t)(end - offset) : 0;
    if (kept < size) {
        if (kept > 0) {
            memmove(segment->window, segment->window + (offset - segment->window_at), kept);
        }
        segment->window_at = offset;
        segment->window_size = kept;
        uint64_t left = segment->size - offset;
        size_t wanted = size + segment->step < left ? size + segment->step : (size_t)left;
        segment->step = segment->step < WINDOW_STEP ? segment->step * 4 : (size_t)WINDOW_STEP;
        size_t got = 0;
        int error = disk_read_full(segment->disk, segment->file, segment->window + kept,
                                   wanted - kept, offset + kept, &got);
        if (error != 0) {
            return unreadable(offset, error, ret_fault);
        }
        segment->window_size += got;
        if (segment->window_size < size) {
            *ret_fault =
                (Fault){.kind = FAULT_SEGMENT_SHORT, .offset = offset + segment->window_size};
            return false;
        }
    }
    *ret_bytes = (Slice){segment->window + (offset - segment->window_at), size};
    return true;
}

// Whether a frame that is whole by itself is the one that is due.
static bool is_due(const struct segment *segment, const struct frame_header *header,
                   FaultKind *ret_fault) {
    *ret_fault = FAULT_FRAME_FOREIGN;
    if (header->salt != segment->salt || header->offset != segment->offset) {
        return false;
    }
    *ret_fault = FAULT_FRAME_SEQUENCE;
    if (header->first_sequence != segment->sequence) {
        return false;
    }
    *ret_fault = FAULT_FRAME_LINK;
    if (!chain_equal(&header->chain, &segment->chain)) {
        return false;
    }
    *ret_fault = FAULT_FRAME_SHAPE;
    return segment->offset + header->size <= segment->size;
}

static Status next_frame(struct segment *segment, Frame *ret_frame, Fault *ret_fault) {
    Slice bytes;
    ENSURE(segment->offset + BLOCK_SIZE <= segment->size, STATUS_END);
    ENSURE(load(segment, segment->offset, BLOCK_SIZE, &bytes, ret_fault), fault_status(*ret_fault));
    ret_fault->offset = segment->offset;
    if (bytes_are_zero(bytes)) {
        return STATUS_END;
    }
    struct frame_header header;
    ENSURE(frame_header_decode(bytes.at, &header, &ret_fault->kind), STATUS_INVALID);
    ENSURE(is_due(segment, &header, &ret_fault->kind), STATUS_INVALID);
    // With the block behind it, for segment_followed().
    bool is_last = segment->offset + header.size + BLOCK_SIZE > segment->size;
    size_t size = is_last ? header.size : header.size + BLOCK_SIZE;
    ENSURE(load(segment, segment->offset, size, &bytes, ret_fault), fault_status(*ret_fault));
    bytes.size = header.size;
    ENSURE(frame_body_check(bytes, &header, &ret_fault->kind), STATUS_INVALID);
    if (segment->check_chain && !frame_chain_check(segment->hasher, bytes, &header)) {
        ret_fault->kind = FAULT_FRAME_HASH;
        return STATUS_INVALID;
    }
    *ret_frame =
        (Frame){header, segment->offset, slice_part(bytes, FRAME_HEADER_SIZE, header.payload_size)};
    segment->offset += header.size;
    segment->sequence += header.record_count;
    segment->chain = frame_chain(bytes);
    return STATUS_OK;
}

Status segment_next(struct segment *segment, Frame *ret_frame, Fault *ret_fault) {
    Fault fault = {0};
    Status status = next_frame(segment, ret_frame, &fault);
    if (status == STATUS_INVALID || status == STATUS_IO) {
        *ret_fault = fault;
    }
    return status;
}

bool segment_followed(const struct segment *segment) {
    uint64_t end = segment->window_at + segment->window_size;
    if (segment->offset < segment->window_at || segment->offset + BLOCK_SIZE > end) {
        return false;
    }
    return !bytes_are_zero(
        (Slice){segment->window + (segment->offset - segment->window_at), BLOCK_SIZE});
}

static size_t used_size(Slice bytes) {
    size_t size = bytes.size;
    while (size >= SECTOR_SIZE &&
           bytes_are_zero(slice_part(bytes, size - SECTOR_SIZE, SECTOR_SIZE))) {
        size -= SECTOR_SIZE;
    }
    while (size > 0 && bytes.at[size - 1] == 0) {
        size--;
    }
    return size;
}

// Whether a frame begins behind the first block that was written after the one that is due.
static bool holds_later(const struct segment *segment, Slice region) {
    for (size_t at = BLOCK_SIZE; at + BLOCK_SIZE <= region.size; at += BLOCK_SIZE) {
        struct frame_header header;
        FaultKind ignored;
        if (region.at[at] != 0 && frame_header_decode(region.at + at, &header, &ignored) &&
            header.salt == segment->salt && header.offset == segment->offset + at &&
            header.first_sequence >= segment->sequence) {
            return true;
        }
    }
    return false;
}

static bool is_torn(const struct segment *segment, Slice region, size_t used) {
    struct frame_header header;
    FaultKind fault;
    if (region.size < BLOCK_SIZE || holds_later(segment, region)) {
        return false;
    }
    if (frame_header_decode(region.at, &header, &fault)) {
        if (!is_due(segment, &header, &fault) || used > header.size) {
            return false;
        }
        Slice inner = slice_part(region, SECTOR_SIZE, header.size - 2 * SECTOR_SIZE);
        return used < header.size || zero_sectors_count(inner) > header.zero_sectors;
    }
    return fault == FAULT_FRAME_HEADER &&
           (used <= FRAME_HEADER_SIZE || bytes_are_zero(slice_part(region, 0, SECTOR_SIZE)));
}

// Whether the rest of the file is zero.
static bool rest_is_zero(struct segment *segment, uint64_t from, bool *ret_zero, Fault *ret_fault) {
    *ret_zero = true;
    for (uint64_t at = from; at < segment->size && *ret_zero;) {
        uint64_t left = segment->size - at;
        size_t size = left < WINDOW_STEP ? (size_t)left : WINDOW_STEP;
        Slice bytes;
        if (!load(segment, at, size, &bytes, ret_fault)) {
            return false;
        }
        *ret_zero = bytes_are_zero(bytes);
        at += size;
    }
    return true;
}

bool segment_tail(struct segment *segment, bool whole, Tail *ret_tail, Fault *ret_fault) {
    uint64_t left = segment->size - segment->offset;
    size_t size = left < FRAME_SIZE_MAX ? (size_t)left : FRAME_SIZE_MAX;
    Tail tail = {.kind = TAIL_NOTHING, .end = segment->offset, .checked = segment->offset + size};
    Slice region;
    segment_refresh(segment);
    if (!load(segment, segment->offset, size, &region, ret_fault)) {
        return false;
    }
    size_t used = used_size(region);
    tail.sum = crc32c(0, region);
    if (used > 0) {
        tail.kind = is_torn(segment, region, used) ? TAIL_TORN : TAIL_DAMAGED;
        tail.end = segment->offset + used;
    }
    bool zero = true;
    if (whole && !rest_is_zero(segment, tail.checked, &zero, ret_fault)) {
        return false;
    }
    tail.kind = zero ? tail.kind : TAIL_DAMAGED;
    *ret_tail = tail;
    return true;
}

Status segment_look_again(struct segment *segment, Frame *ret_frame, Fault *ret_fault) {
    Tail before = {0};
    for (;;) {
        Tail tail;
        ENSURE(segment_tail(segment, false, &tail, ret_fault), fault_status(*ret_fault));
        segment_refresh(segment);
        Status status = segment_next(segment, ret_frame, ret_fault);
        if (status == STATUS_OK || status == STATUS_IO) {
            return status;
        }
        ENSURE(tail.kind == TAIL_DAMAGED, STATUS_END);
        if (before.kind == TAIL_DAMAGED && tail.sum == before.sum) {
            if (status == STATUS_END) {
                *ret_fault = (Fault){.kind = FAULT_BYTES_BEHIND, .offset = segment->offset};
            }
            return STATUS_INVALID;
        }
        before = tail;
    }
}

int segment_read_header(const struct segment *segment, char block[BLOCK_SIZE]) {
    size_t got = 0;
    int error = disk_read_full(segment->disk, segment->file, block, BLOCK_SIZE, 0, &got);
    return error != 0 ? error : got < BLOCK_SIZE ? EIO : 0;
}

bool segment_resume(struct segment *segment, Fault *ret_fault) {
    for (uint64_t at = segment->offset + BLOCK_SIZE; at + BLOCK_SIZE <= segment->size;
         at += BLOCK_SIZE) {
        Slice bytes;
        struct frame_header header;
        FaultKind ignored;
        if (!load(segment, at, BLOCK_SIZE, &bytes, ret_fault)) {
            return false;
        }
        if (bytes.at[0] != 0 && frame_header_decode(bytes.at, &header, &ignored) &&
            header.salt == segment->salt && header.offset == at &&
            header.first_sequence >= segment->sequence) {
            segment->offset = at;
            segment->sequence = header.first_sequence;
            segment->chain = header.chain;
            return true;
        }
    }
    return false;
}
