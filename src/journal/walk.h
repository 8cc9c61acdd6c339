#pragma once
// Walk: from one segment to the next one, comparing where one ends with where the next begins.

#include "journal/folder.h"
#include "journal/segment.h"

// The end of one segment, as the next one has to continue it.
typedef struct Joint {
    bool known; // false: the first segment that is looked at, or one whose predecessor was not read
                // to its end
    uint64_t sequence;
    Chain chain;
} Joint;

static inline Joint joint_of(const struct segment *segment) {
    return (Joint){true, segment_sequence(segment), segment_hash(segment)};
}

// Whether the segment that was just opened continues the one before.
MUST_USE bool joint_check(const Joint *joint, const struct segment *segment, Fault *ret_fault);
