// Checking everything, and going on behind what is damaged.

#include "journal/journal.h"
#include "journal/snapshot_read.h"
#include "journal/walk.h"
#include "os/file.h"

#include <errno.h>

struct verification {
    const struct disk *disk;
    Slice folder;
    struct journal_findings findings;
    struct journal_summary summary;
    struct segment *segment;
    struct folder_listing listing;
    struct arena *arena;
};

static void find(struct verification *v, Slice path, Fault fault, uint64_t sequence) {
    v->summary.findings++;
    if (v->findings.add != NULL) {
        struct journal_finding finding = {path, fault.offset, fault_code(fault.kind),
                                          fault_text(fault.kind), sequence};
        v->findings.add(v->findings.context, &finding);
    }
}

// True when the walk through the segment goes on.
static bool check_fault(struct verification *v, Slice path, Fault fault, Status status, bool last) {
    Tail tail;
    Fault tail_fault;
    uint64_t sequence = segment_sequence(v->segment);
    if (status == STATUS_IO) {
        find(v, path, fault, sequence);
        return false;
    }
    if (!segment_tail(v->segment, true, &tail, &tail_fault)) {
        find(v, path, tail_fault, sequence);
        return false;
    }
    if (tail.kind == TAIL_NOTHING) {
        return false;
    }
    bool torn = tail.kind == TAIL_TORN && last;
    if (torn || status == STATUS_END) {
        fault = (Fault){.kind = torn ? FAULT_FRAME_TORN : FAULT_BYTES_BEHIND,
                        .offset = segment_offset(v->segment)};
    }
    find(v, path, fault, sequence);
    return !torn && segment_resume(v->segment, &tail_fault);
}

static void check_frames(struct verification *v, Slice path, bool last) {
    v->summary.sealed = false;
    for (;;) {
        Frame frame;
        Fault fault = {0};
        Status status = segment_next(v->segment, &frame, &fault);
        if (status == STATUS_OK) {
            v->summary.frames++;
            v->summary.records += frame.header.record_count;
            v->summary.bytes += frame.header.size;
            v->summary.sealed = (frame.header.flags & FRAME_SEAL) != 0;
        } else if (!check_fault(v, path, fault, status, last)) {
            return;
        } else {
            v->summary.sealed = false;
        }
    }
}

// After a power cut the last segment may bear the name of a prepared one still (journal_open()
// names it).
static void check_prepared(struct verification *v, Joint joint) {
    Slice path = folder_path(v->arena, v->folder, FOLDER_PREPARED);
    Fault fault;
    if (!joint.known) {
        return;
    }
    if (segment_open(v->segment, path, joint.sequence, &fault) &&
        joint_check(&joint, v->segment, &fault)) {
        v->summary.segments++;
        check_frames(v, path, true);
        v->summary.last_sequence = segment_sequence(v->segment) - 1;
    } else if ((fault.kind == FAULT_UNREADABLE && fault.error != ENOENT) ||
               fault.kind == FAULT_SEGMENT_NAME || fault.kind == FAULT_SEGMENT_CHAIN) {
        find(v, path, fault, joint.sequence); // it is no zeros, and does not continue the log
    }
}

static void check_segments(struct verification *v) {
    FolderSequences segments = v->listing.segments;
    Joint joint = {0};
    for (uint32_t i = 0; i < segments.count; i++) {
        Slice path = folder_segment(v->arena, v->folder, segments.at[i]);
        Fault fault;
        v->summary.segments++;
        if (!segment_open(v->segment, path, segments.at[i], &fault)) {
            find(v, path, fault, segments.at[i]);
            joint = (Joint){0};
            continue;
        }
        if (!joint_check(&joint, v->segment, &fault)) {
            find(v, path, fault, segments.at[i]);
        }
        check_frames(v, path, i + 1 == segments.count);
        joint = joint_of(v->segment);
        v->summary.last_sequence = joint.sequence - 1;
    }
    v->summary.first_sequence = segments.count == 0 ? 0 : segments.at[0];
    check_prepared(v, joint);
}

static void check_snapshots(struct verification *v) {
    for (uint32_t i = 0; i < v->listing.snapshots.count; i++) {
        uint64_t sequence = v->listing.snapshots.at[i];
        Slice path = folder_snapshot(v->arena, v->folder, sequence);
        Fault fault = {.kind = FAULT_BEFORE_SNAPSHOT};
        if (sequence > v->summary.last_sequence) {
            find(v, path, fault, sequence);
        }
        if (!snapshot_check(v->disk, path, sequence, &fault)) {
            find(v, path, fault, sequence);
        }
    }
}

Status journal_verify(const struct disk *disk, Slice folder, struct journal_findings findings,
                      struct arena *arena, struct journal_summary *ret_summary, struct diag *diag) {
    struct verification v = {.disk = disk, .folder = folder, .findings = findings, .arena = arena};
    int error = folder_list(disk, folder, arena, &v.listing);
    if (error != 0) {
        return diag_fail(diag, arena, STATUS_IO, "JO002", "cannot list '%.*s': %s",
                         SLICE_ARGS(folder), strerror(error));
    }
    v.segment = segment_create(disk, true);
    check_segments(&v);
    check_snapshots(&v);
    segment_destroy(v.segment);
    *ret_summary = v.summary;
    return v.summary.findings == 0 ? STATUS_OK : STATUS_INVALID;
}
