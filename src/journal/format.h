#pragma once
// Format: the bytes of a log. docs/journal.md tells it to strangers; here it is encoded and
// decoded, without files.
//
//     segment:  | header block | frame | frame | ... | zeros to the end of the file |
//     frame:    | header 96 | record | record | ... | zeros | trailer 40 |           a multiple of
//     4096 record:   | size 4 | kind 1 | 0 | flags 2 | time 8 | bytes | zeros to a multiple of 8 |
//
// All numbers are little-endian. A frame is what one group commit wrote. Its hash is SHA-256 of the
// hash before it and of its bytes up to the trailer, where it stands; the header carries the hash
// before it. The first hash of a segment is SHA-256 of the last one of the segment before (32 zeros
// in the first one) and of its own header block. The first 8 bytes of that, the salt, stand in
// every frame, and so does its place: bytes of another file, or of a record that holds a piece of a
// journal, are no frame of this one.
//
// Every bit from a frame's first to its last byte is under a sum: the header under its own, the
// rest under that of the trailer, which itself ends with a fixed mark. The last byte of a whole
// frame is never zero, and the header tells how many of its 512-byte sectors are: so an incomplete
// frame, whose missing bytes are zero because segments are made of zeros, can be told from a
// damaged one (segment.h).

#include "base/crc32c.h"
#include "journal/fault.h"

enum {
    JOURNAL_VERSION = 1,
    BLOCK_SIZE = 4096, // what disks write whole, and what O_DIRECT asks for
    SECTOR_SIZE = 512, // what the least of disks write whole
    CHAIN_SIZE = 32,
    LABEL_SIZE = 16,
    FRAME_HEADER_SIZE = 96,
    FRAME_TRAILER_SIZE = 40,
    FRAME_SIZE_MAX =
        4 << 20, // bounds what a reader holds, and the search for the end of a torn frame
    RECORD_HEADER_SIZE = 16,
    RECORD_ALIGN = 8,
};

typedef struct Chain {
    uint8_t bytes[CHAIN_SIZE];
} Chain;

static inline bool chain_equal(const Chain *left, const Chain *right) {
    return memcmp(left->bytes, right->bytes, CHAIN_SIZE) == 0;
}

// SHA-256, with what it needs to run kept between calls.
struct hasher;
struct hasher *hasher_create(void);
void hasher_destroy(struct hasher *hasher);
void hasher_begin(struct hasher *hasher);
void hasher_add(struct hasher *hasher, Slice bytes);
Chain hasher_end(struct hasher *hasher);

struct segment_header {
    uint64_t first_sequence;
    int64_t created_us;
    uint64_t size; // of the file
    uint8_t label[LABEL_SIZE];
    Chain chain; // the last hash of the segment before
};

void segment_header_encode(const struct segment_header *header, char block[BLOCK_SIZE]);
// Of BLOCK_SIZE bytes. False with what is wrong.
bool segment_header_decode(const char *block, struct segment_header *ret_header,
                           FaultKind *ret_fault);
// The first hash of the segment.
Chain segment_chain(struct hasher *hasher, const Chain *before, const char *block);
uint64_t chain_salt(const Chain *first);

enum { FRAME_SEAL = 1 }; // flag of the frame without records that ends a log that was closed

struct frame_header {
    uint16_t flags;
    uint32_t size;         // of the frame
    uint32_t payload_size; // of its records
    uint32_t record_count;
    uint32_t zero_sectors; // of it, those that are all zero
    uint64_t first_sequence;
    uint64_t salt;
    uint64_t offset; // of the frame in its file
    Chain chain;     // the hash before this frame
};

// Bytes of a frame with a payload of that size.
static inline size_t frame_size(size_t payload_size) {
    return (FRAME_HEADER_SIZE + payload_size + FRAME_TRAILER_SIZE + BLOCK_SIZE - 1) / BLOCK_SIZE *
           BLOCK_SIZE;
}

// Completes a frame whose payload stands behind room for its header: header, zeros, trailer.
// `frame` has room for frame_size() bytes; size and zero_sectors of the header are computed. Gives
// the frame's hash.
Chain frame_finish(struct hasher *hasher, char *frame, struct frame_header *header);
// Of BLOCK_SIZE bytes. False with FAULT_FRAME_HEADER, _VERSION or _SHAPE.
bool frame_header_decode(const char *block, struct frame_header *ret_header, FaultKind *ret_fault);
// A whole frame against its decoded header. False with FAULT_FRAME_BODY or _RECORDS.
bool frame_body_check(Slice frame, const struct frame_header *header, FaultKind *ret_fault);
// The hash that the frame says it has; and whether it has it.
Chain frame_chain(Slice frame);
bool frame_chain_check(struct hasher *hasher, Slice frame, const struct frame_header *header);

// Sectors that are all zero.
uint32_t zero_sectors_count(Slice bytes);
bool bytes_are_zero(Slice bytes);

struct record_header {
    uint32_t size;
    uint8_t kind;
    uint16_t flags;
    int64_t time_us;
};

static inline size_t record_size(size_t data_size) {
    return RECORD_HEADER_SIZE + (data_size + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

// Writes record_size(data.size) bytes.
void record_encode(const struct record_header *header, Slice data, char *into);
// Cuts the first record off. False when what is there is no record.
bool record_decode(Slice *rest, struct record_header *ret_header, Slice *ret_data);
