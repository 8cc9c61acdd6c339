#pragma once
// Snapshot reading with faults instead of messages, for who goes on with another file.

#include "journal/fault.h"
#include "journal/snapshot.h"

struct snapshot_reader *snapshot_reader_create(const struct disk *disk, Slice path);
MUST_USE bool snapshot_reader_begin(struct snapshot_reader *reader, uint64_t sequence,
                                    Fault *ret_fault);
// STATUS_OK, STATUS_END, or STATUS_INVALID and STATUS_IO with the fault.
MUST_USE Status snapshot_reader_next(struct snapshot_reader *reader, Slice *ret_chunk,
                                     Fault *ret_fault);
// Reads it to its end.
MUST_USE bool snapshot_check(const struct disk *disk, Slice path, uint64_t sequence,
                             Fault *ret_fault);
