// Copying a log: the newest snapshot first, then the segments it needs, in their order. What
// another process does meanwhile can only add at the end, or take away at the beginning after it
// has left a newer snapshot; so whatever is missing is a reason to look anew.

#include "journal/copy.h"

#include "base/vec.h"
#include "journal/copy_file.h"
#include "journal/snapshot_read.h"
#include "journal/walk.h"
#include "os/file.h"

#include <errno.h>

enum { ATTEMPTS_MAX = 8 };

// A segment that is there; the last one may bear the name of a prepared one still.
struct original {
    uint64_t first_sequence;
    Slice path;
};

struct copying {
    const struct disk *disk;
    Slice from, to;
    const struct journal_copy_options *options;
    struct arena *arena;
    struct diag *diag;
    struct segment *segment; // that is copied
    struct segment *next;    // the one behind it, for its header
    struct copy_output *output;
    struct folder_listing listing;
    VEC(struct original) originals;
    VEC(struct journal_copied) files; // of this attempt
    VEC(struct journal_copied) whole; // of all attempts: segments that are complete
    VEC(Slice) written;               // paths, of all attempts
    struct journal_copy_summary summary;
    bool went_through;
};

// ---- what there is --------------------------------------------------------------------------

// A prepared file with a header is the last segment when the power went before its name was on
// disk. A process at work renames it before it writes records, and then it is in the list, or
// empty.
static void add_prepared(struct copying *copying) {
    Slice path = folder_path(copying->arena, copying->from, FOLDER_PREPARED);
    struct disk_file *file = NULL;
    struct segment_header header;
    char block[BLOCK_SIZE];
    size_t got = 0;
    FaultKind ignored;
    const struct disk *disk = copying->disk;
    if (disk->open(disk->context, path, DISK_READ, false, &file) != 0) {
        return;
    }
    int error = disk_read_full(disk, file, block, BLOCK_SIZE, 0, &got);
    disk->close(disk->context, file);
    uint32_t count = copying->originals.count;
    if (error == 0 && got == BLOCK_SIZE && segment_header_decode(block, &header, &ignored) &&
        (count == 0 || header.first_sequence > copying->originals.at[count - 1].first_sequence)) {
        *VEC_PUSH(&copying->originals, copying->arena) =
            (struct original){header.first_sequence, path};
    }
}

static Status list(struct copying *copying) {
    int error = folder_list(copying->disk, copying->from, copying->arena, &copying->listing);
    if (error != 0) {
        return copy_call_failed("list", copying->from, error, copying->arena, copying->diag);
    }
    copying->originals.count = 0;
    for (uint32_t i = 0; i < copying->listing.segments.count; i++) {
        uint64_t first = copying->listing.segments.at[i];
        *VEC_PUSH(&copying->originals, copying->arena) =
            (struct original){first, folder_segment(copying->arena, copying->from, first)};
    }
    add_prepared(copying);
    if (copying->originals.count == 0) {
        return diag_fail(copying->diag, copying->arena, STATUS_INVALID, "JO007",
                         "there is no segment of a journal in '%.*s'", SLICE_ARGS(copying->from));
    }
    return STATUS_OK;
}

static Slice last_name(Slice path) {
    size_t at = path.size;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    return slice_part(path, at, SIZE_MAX);
}

// ---- snapshots ------------------------------------------------------------------------------

// The copy is what is checked: it is what will be read. One that is not whole is left out.
static Status copy_snapshot(struct copying *copying, uint64_t sequence, bool *ret_whole) {
    Slice path = folder_snapshot(copying->arena, copying->from, sequence);
    Slice to = folder_snapshot(copying->arena, copying->to, sequence);
    struct journal_copied copied = {.name = last_name(to)};
    Fault fault;
    *VEC_PUSH(&copying->written, copying->arena) = to;
    TRY(journal_copy_file(copying->disk, path, to, copying->options, copying->arena, &copied.size,
                          &copied.sha256, copying->diag));
    *ret_whole = snapshot_check(copying->disk, to, sequence, &fault);
    if (*ret_whole) {
        *VEC_PUSH(&copying->files, copying->arena) = copied;
        copying->summary.copied_bytes += copied.size;
        return STATUS_OK;
    }
    int error = copying->disk->unlink(copying->disk->context, to);
    return error == 0 ? STATUS_OK
                      : copy_call_failed("remove", to, error, copying->arena, copying->diag);
}

static Status copy_snapshots(struct copying *copying) {
    FolderSequences snapshots = copying->listing.snapshots;
    for (uint32_t i = snapshots.count; i-- > 0;) {
        bool whole;
        TRY(copy_snapshot(copying, snapshots.at[i], &whole));
        if (whole && copying->summary.snapshot_sequence == 0) {
            copying->summary.snapshot_sequence = snapshots.at[i];
        }
        if (whole && !copying->options->all) {
            break;
        }
    }
    return STATUS_OK;
}

// ---- segments -------------------------------------------------------------------------------

static Sha256 sha256_of(Chain chain) {
    Sha256 hash;
    memcpy(hash.bytes, chain.bytes, CHAIN_SIZE);
    return hash;
}

// Notes when the chain is where it has to come through.
static void note_place(struct copying *copying, uint64_t next_sequence, Chain chain) {
    Sha256 here = sha256_of(chain);
    if (next_sequence == copying->options->through_sequence + 1 &&
        sha256_equal(&here, &copying->options->through)) {
        copying->went_through = true;
    }
}

static Status refuse(struct copying *copying, Slice path, Fault fault) {
    // A prepared file may have got its name meanwhile, and another one its place.
    bool renamed = slice_equal(last_name(path), FOLDER_PREPARED) && fault.offset == 0;
    bool gone = fault.kind == FAULT_UNREADABLE && fault.error == ENOENT;
    Status status = fault_fail(fault, path, copying->arena, copying->diag);
    return gone || renamed ? STATUS_NOT_FOUND : status;
}

static void note_time(struct copying *copying, Slice payload) {
    struct record_header header;
    Slice data;
    while (record_decode(&payload, &header, &data)) {
        copying->summary.last_time_us = header.time_us;
    }
}

// The frames of the open segment. The last one of the log may be being written.
static Status copy_frames(struct copying *copying, Slice path, bool last) {
    struct segment *segment = copying->segment;
    for (;;) {
        Frame frame;
        Fault fault = {0};
        Status status = segment_next(segment, &frame, &fault);
        if (status == STATUS_INVALID && last) {
            status = segment_look_again(segment, &frame, &fault);
        }
        if (status != STATUS_OK) {
            return status == STATUS_END ? STATUS_OK : refuse(copying, path, fault);
        }
        copy_output_put(copying->output,
                        (Slice){frame.payload.at - FRAME_HEADER_SIZE, frame.header.size});
        note_time(copying, frame.payload);
        note_place(copying, segment_sequence(segment), segment_hash(segment));
    }
}

static Status check_rest(struct copying *copying, Slice path) {
    Tail tail;
    Fault fault;
    if (!segment_tail(copying->segment, true, &tail, &fault)) {
        return refuse(copying, path, fault);
    }
    fault = (Fault){.kind = FAULT_BYTES_BEHIND, .offset = segment_offset(copying->segment)};
    return tail.kind == TAIL_NOTHING ? STATUS_OK : refuse(copying, path, fault);
}

static Status write_segment(struct copying *copying, Slice path, Slice to, bool last,
                            struct journal_copied *copied) {
    char block[BLOCK_SIZE];
    copied->size = segment_header(copying->segment)->size;
    int error = segment_read_header(copying->segment, block);
    if (error != 0) {
        return copy_call_failed("read", path, error, copying->arena, copying->diag);
    }
    *VEC_PUSH(&copying->written, copying->arena) = to;
    error = copy_output_begin(copying->output, to, copied->size);
    if (error != 0) {
        return copy_call_failed("write", to, error, copying->arena, copying->diag);
    }
    copy_output_put(copying->output, (Slice){block, BLOCK_SIZE});
    TRY(copy_frames(copying, path, last));
    TRY(last ? STATUS_OK : check_rest(copying, path));
    // What was read may not be on disk yet; in the copy it will be.
    error = last ? segment_sync(copying->segment) : 0;
    if (error != 0) {
        return copy_call_failed("sync", path, error, copying->arena, copying->diag);
    }
    error = copy_output_end(copying->output, copied->size, &copied->sha256);
    return error == 0 ? STATUS_OK
                      : copy_call_failed("write", to, error, copying->arena, copying->diag);
}

static bool same_segment(const struct journal_copied *left, const struct journal_copied *right) {
    return left->first_sequence == right->first_sequence && sha256_equal(&left->end, &right->end);
}

// Whether a complete one need not be copied: the target has it, or an earlier attempt did.
static bool is_there(struct copying *copying, struct journal_copied *segment) {
    for (uint32_t i = 0; i < copying->whole.count; i++) {
        if (same_segment(&copying->whole.at[i], segment)) {
            *segment = copying->whole.at[i];
            return true;
        }
    }
    const struct journal_copy_options *options = copying->options;
    segment->has_already = options->has != NULL && options->has(options->context, segment);
    return segment->has_already;
}

// What the next segment's header tells of the end of this one.
static Status read_end(struct copying *copying, const struct original *next,
                       struct journal_copied *segment) {
    Fault fault;
    if (!segment_open(copying->next, next->path, next->first_sequence, &fault)) {
        return refuse(copying, next->path, fault);
    }
    segment->complete = true;
    segment->last_sequence = next->first_sequence - 1;
    segment->end = sha256_of(segment_header(copying->next)->chain);
    return STATUS_OK;
}

static Status copy_segment(struct copying *copying, uint32_t index, Joint *joint) {
    const struct original *original = &copying->originals.at[index];
    bool last = index + 1 == copying->originals.count;
    Slice to = folder_segment(copying->arena, copying->to, original->first_sequence);
    struct journal_copied segment = {
        .name = last_name(to), .is_segment = true, .first_sequence = original->first_sequence};
    Fault fault;
    if (!segment_open(copying->segment, original->path, original->first_sequence, &fault) ||
        !joint_check(joint, copying->segment, &fault)) {
        return refuse(copying, original->path, fault);
    }
    segment.size = segment_header(copying->segment)->size;
    note_place(copying, original->first_sequence, segment_header(copying->segment)->chain);
    note_place(copying, original->first_sequence, segment_hash(copying->segment));
    TRY(last ? STATUS_OK : read_end(copying, original + 1, &segment));
    if (segment.complete && is_there(copying, &segment)) {
        Chain end;
        memcpy(end.bytes, segment.end.bytes, CHAIN_SIZE);
        *joint = (Joint){true, segment.last_sequence + 1, end};
        // The place lies in what the target has.
        copying->went_through =
            copying->went_through || copying->options->through_sequence <= segment.last_sequence;
    } else {
        TRY(write_segment(copying, original->path, to, last, &segment));
        *joint = joint_of(copying->segment);
        segment.last_sequence = joint->sequence - 1;
        segment.end = sha256_of(joint->chain);
    }
    if (segment.complete) {
        *VEC_PUSH(&copying->whole, copying->arena) = segment;
    }
    *VEC_PUSH(&copying->files, copying->arena) = segment;
    return STATUS_OK;
}

// Between the snapshot and the log something is missing: another snapshot has come, or there is
// none.
static Status no_beginning(struct copying *copying, uint64_t first) {
    if (copying->summary.snapshot_sequence > 0) {
        return STATUS_NOT_FOUND;
    }
    return diag_fail(
        copying->diag, copying->arena, STATUS_INVALID, "JO007",
        "the journal in '%.*s' begins at sequence %llu, and there is no whole snapshot "
        "of what was before",
        SLICE_ARGS(copying->from), (unsigned long long)first);
}

static Status copy_segments(struct copying *copying) {
    uint32_t index = copying->originals.count;
    uint64_t from = copying->options->all ? 0 : copying->summary.snapshot_sequence + 1;
    uint64_t wanted = copying->options->from_sequence;
    from = wanted > 0 && wanted < from ? wanted : from;
    while (index > 0 && copying->originals.at[index - 1].first_sequence > from) {
        index--;
    }
    index = index == 0 ? 0 : index - 1; // the one that holds it
    uint64_t first = copying->originals.at[index].first_sequence;
    Joint joint = {0};
    copying->summary.first_sequence = first;
    if (first > copying->summary.snapshot_sequence + 1) {
        return no_beginning(copying, first);
    }
    uint64_t through = copying->options->through_sequence;
    copying->went_through = through == 0 || through + 1 < first; // it lies before
    for (; index < copying->originals.count; index++) {
        TRY(copy_segment(copying, index, &joint));
    }
    copying->summary.last_sequence = joint.sequence - 1;
    copying->summary.end = sha256_of(joint.chain);
    if (!copying->went_through) {
        return diag_fail(copying->diag, copying->arena, STATUS_INVALID, "JO008",
                         "the journal in '%.*s' does not go on from sequence %llu of the copy: the "
                         "copy is of another journal, or of a later state of this one",
                         SLICE_ARGS(copying->from),
                         (unsigned long long)copying->options->through_sequence);
    }
    return STATUS_OK;
}

// ---- all of it ------------------------------------------------------------------------------

static bool is_of_copy(const struct copying *copying, Slice path) {
    for (uint32_t i = 0; i < copying->files.count; i++) {
        if (slice_equal(copying->files.at[i].name, last_name(path))) {
            return true;
        }
    }
    return false;
}

// What attempts that were given up have left, and does not belong to the copy.
static Status remove_leftovers(struct copying *copying) {
    for (uint32_t i = 0; i < copying->written.count; i++) {
        Slice path = copying->written.at[i];
        int error =
            is_of_copy(copying, path) ? 0 : copying->disk->unlink(copying->disk->context, path);
        if (error != 0 && error != ENOENT) {
            return copy_call_failed("remove", path, error, copying->arena, copying->diag);
        }
    }
    return STATUS_OK;
}

static Status attempt(struct copying *copying) {
    copying->files.count = 0;
    copying->summary = (struct journal_copy_summary){0};
    TRY(list(copying));
    TRY(copy_snapshots(copying));
    TRY(list(copying)); // anew: they have gone on while the snapshot was copied
    TRY(copy_segments(copying));
    TRY(remove_leftovers(copying));
    int error = copying->disk->sync_directory(copying->disk->context, copying->to);
    return error == 0 ? STATUS_OK
                      : copy_call_failed("sync", copying->to, error, copying->arena, copying->diag);
}

static Status copy_all(struct copying *copying) {
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
        Status status = attempt(copying);
        if (status != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return diag_fail(copying->diag, copying->arena, STATUS_IO, "JO009",
                     "files of the journal in '%.*s' went away while they were copied, %d times",
                     SLICE_ARGS(copying->from), ATTEMPTS_MAX);
}

Status journal_copy(const struct disk *disk, Slice from, Slice to,
                    const struct journal_copy_options *options, struct arena *arena,
                    struct journal_copy_summary *ret_summary, struct diag *diag) {
    struct copying copying = {.disk = disk,
                              .from = from,
                              .to = to,
                              .options = options,
                              .arena = arena,
                              .diag = diag,
                              .segment = segment_create(disk, true),
                              .next = segment_create(disk, true),
                              .output = copy_output_create(disk, options)};
    Status status = copy_all(&copying);
    for (uint32_t i = 0; status == STATUS_OK && options->copied != NULL && i < copying.files.count;
         i++) {
        options->copied(options->context, &copying.files.at[i]);
    }
    copying.summary.copied_bytes += copying.output->total;
    *ret_summary = copying.summary;
    copy_output_destroy(copying.output);
    segment_destroy(copying.next);
    segment_destroy(copying.segment);
    return status;
}
