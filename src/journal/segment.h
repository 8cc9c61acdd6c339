#pragma once
// Segment: walks the frames of one file, and judges what stands where the next frame would.
//
//     struct segment *segment = segment_create(disk, true);
//     if (segment_open(segment, path, 1, &fault)) {
//         while (segment_next(segment, &frame, &fault) == STATUS_OK) { ... }
//     }
//     segment_destroy(segment);
//
// The tail. A writer syncs each frame before it begins the next one, so only the last frame can be
// incomplete, and nothing of it was acknowledged. What of it did not reach the disk is zero,
// because a segment is made of zeros; it may be missing from some byte on, or by sectors in any
// order. So what is no frame is
//     nothing    when it is zero to the end of the file
//     torn       when only missing bytes can explain it: its first sector is zero; or nothing
//     stands behind its broken
//                header; or its header is whole, and its last byte is zero or more of its sectors
//                are than it says; and nothing of a later frame is there, nor anything else behind
//                it
//     damaged    otherwise: bits were flipped, or something was acknowledged after it
// What cannot be told apart is told as torn: a last frame, complete, in which a sector lost all its
// bits. After a log was closed the last frame is a seal, which holds no record, and so that case
// cannot lose one.

#include "journal/format.h"
#include "os/disk.h"

struct segment;

typedef struct Frame {
    struct frame_header header;
    uint64_t offset;
    Slice payload; // until the next call
} Frame;

// `chain`: frames are hashed; else only their links are compared.
struct segment *segment_create(const struct disk *disk, bool chain);
void segment_destroy(struct segment *segment);

// Opens the file, in place of the one before, and reads its header, whose first sequence must be
// that of its name.
MUST_USE bool segment_open(struct segment *segment, Slice path, uint64_t first_sequence,
                           Fault *ret_fault);
const struct segment_header *segment_header(const struct segment *segment);

// The next frame. STATUS_END: there is none, and zeros stand where it would. STATUS_INVALID,
// STATUS_IO with the fault; the place does not move, and the call may be repeated.
MUST_USE Status segment_next(struct segment *segment, Frame *ret_frame, Fault *ret_fault);
// After it gave a frame: whether another one was begun behind it.
bool segment_followed(const struct segment *segment);
// Forgets what was read ahead: somebody may have written meanwhile.
void segment_refresh(struct segment *segment);
// Makes sure that what was read is on disk. 0, or an errno.
MUST_USE int segment_sync(struct segment *segment);

// Where the next frame stands, with which sequence, and the hash before it.
uint64_t segment_offset(const struct segment *segment);
uint64_t segment_sequence(const struct segment *segment);
Chain segment_hash(const struct segment *segment);
uint64_t segment_salt(const struct segment *segment);

// Moves on to the last frame that begins with `sequence` or one before it, without reading what
// lies between (seek.c). Where there is none it stays.
//
// What stands there is for segment_next() to check: the frame's sums, and from there on the links
// from each frame to the next. Of the frames that were passed over nothing is known. A block is
// believed to begin a frame when its header is under its own sum, has this segment's salt, tells
// this place, and continues the hash with which the bytes in front of it end. Bytes in a record do
// not pass for that: copies of frames tell another place; and for new ones the salt is needed, 64
// bits of a hash of all that was logged before the segment, which nobody is told who cannot read
// the files. (Of the very first segment it comes from label and microsecond of creation: some 60
// million values a minute, of which one can be tried in each block that is written.)
//
// Costs: some 20 reads of a block where frames are small, more where they are large.
MUST_USE bool segment_seek(struct segment *segment, uint64_t sequence, Fault *ret_fault);

typedef enum TailKind { TAIL_NOTHING, TAIL_TORN, TAIL_DAMAGED } TailKind;

typedef struct Tail {
    TailKind kind;
    uint64_t end;     // TAIL_TORN: behind its last byte that is not zero
    uint64_t checked; // up to where it was looked at: the end of the file, or the end of the
                      // largest frame from here
    uint32_t sum;     // of the bytes looked at, to see whether they changed
} Tail;

// Judges what stands where segment_next() found no frame. With `whole` it looks on to the end of
// the file.
MUST_USE bool segment_tail(struct segment *segment, bool whole, Tail *ret_tail, Fault *ret_fault);
// After segment_next() gave STATUS_INVALID at the end of a log that somebody may be writing: what
// is no frame may become one, or have looked damaged while it was written. The frame; STATUS_END:
// there is none yet; STATUS_INVALID: two looks saw the same damage.
MUST_USE Status segment_look_again(struct segment *segment, Frame *ret_frame, Fault *ret_fault);
// The header's block as it stands in the file. 0, or an errno.
MUST_USE int segment_read_header(const struct segment *segment, char block[BLOCK_SIZE]);
// Moves on to the next block that begins a frame of this segment, to go on behind damage. False:
// there is none.
MUST_USE bool segment_resume(struct segment *segment, Fault *ret_fault);
