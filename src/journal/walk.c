#include "journal/walk.h"

bool joint_check(const Joint *joint, const struct segment *segment, Fault *ret_fault) {
    const struct segment_header *header = segment_header(segment);
    if (!joint->known) {
        return true;
    }
    *ret_fault = (Fault){.kind = FAULT_SEGMENT_MISSING};
    if (header->first_sequence > joint->sequence) {
        return false;
    }
    ret_fault->kind = FAULT_SEGMENT_DOUBLED;
    if (header->first_sequence < joint->sequence) {
        return false;
    }
    ret_fault->kind = FAULT_SEGMENT_CHAIN;
    return chain_equal(&header->chain, &joint->chain);
}
