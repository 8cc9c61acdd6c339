// Opening: checks what is there, clears an incomplete last frame away, and starts the threads.

#include "journal/state.h"
#include "journal/walk.h"
#include "os/file.h"
#include "os/thread.h"

#include <errno.h>
#include <stdlib.h>

enum { CLEAR_STEP = 64 << 10 }; // bytes of one write

struct opening {
    struct journal *journal;
    const struct disk *disk;
    struct segment *segment;
    struct folder_listing listing;
    struct journal_recovery recovery;
    struct arena *arena;
    struct diag *diag;
};

static Status call_failed(struct opening *opening, const char *what, Slice path, int error) {
    bool full = error == ENOSPC || error == EDQUOT;
    return diag_fail(opening->diag, opening->arena, full ? STATUS_LIMIT : STATUS_IO,
                     full ? "JO003" : "JO002", "cannot %s '%.*s': %s", what, SLICE_ARGS(path),
                     strerror(error));
}

static Status lock_folder(struct opening *opening) {
    struct journal *journal = opening->journal;
    Slice path = folder_path(opening->arena, journal->folder, FOLDER_LOCK);
    int error = opening->disk->lock(opening->disk->context, path, &journal->lock_file);
    if (error == EWOULDBLOCK) {
        return diag_fail(opening->diag, opening->arena, STATUS_IO, "JO004",
                         "another process has the journal in '%.*s' open; fuser -v on its file 'lock' tells which",
                         SLICE_ARGS(journal->folder));
    }
    return error == 0 ? STATUS_OK : call_failed(opening, "lock", path, error);
}

// Overwrites what a torn frame left with zeros, so that nothing but zeros stands behind the last
// frame.
static Status clear_tail(struct opening *opening, Slice path, uint64_t from, uint64_t end) {
    const struct disk *disk = opening->disk;
    struct disk_file *file = NULL;
    int error = disk->open(disk->context, path, DISK_WRITE, false, &file);
    if (error != 0) {
        return call_failed(opening, "open", path, error);
    }
    // First all but the header, then that: whatever of this is cut off leaves a torn frame still.
    static const char zeros[CLEAR_STEP] = {0};
    for (uint64_t at = from + FRAME_HEADER_SIZE; at < end && error == 0; at += CLEAR_STEP) {
        uint64_t left = end - at;
        error = disk_write_all(disk, file,
                               (Slice){zeros, left < CLEAR_STEP ? (size_t)left : CLEAR_STEP}, at);
    }
    error = error != 0 ? error : disk->sync(disk->context, file);
    error =
        error != 0 ? error : disk_write_all(disk, file, (Slice){zeros, FRAME_HEADER_SIZE}, from);
    error = error != 0 ? error : disk->sync(disk->context, file);
    disk->close(disk->context, file);
    return error == 0 ? STATUS_OK : call_failed(opening, "clear the end of", path, error);
}

static Status end_of_log(struct opening *opening, Slice path, Fault fault, Status status) {
    Tail tail;
    Fault tail_fault;
    if (status == STATUS_IO || !segment_tail(opening->segment, true, &tail, &tail_fault)) {
        return fault_fail(status == STATUS_IO ? fault : tail_fault, path, opening->arena,
                          opening->diag);
    }
    if (tail.kind == TAIL_DAMAGED) {
        if (status == STATUS_END) {
            fault = (Fault){.kind = FAULT_BYTES_BEHIND, .offset = segment_offset(opening->segment)};
        }
        return fault_fail(fault, path, opening->arena, opening->diag);
    }
    if (tail.kind == TAIL_TORN) {
        uint64_t from = segment_offset(opening->segment);
        opening->recovery.torn_bytes = tail.end - from;
        opening->recovery.torn_offset = from;
        opening->recovery.torn_path = path;
        opening->recovery.sealed = false;
        return clear_tail(opening, path, from, tail.end);
    }
    return STATUS_OK;
}

static Status read_segment(struct opening *opening, Slice path, bool last) {
    Frame frame;
    Fault fault = {0};
    Status status;
    opening->recovery.sealed = false;
    while ((status = segment_next(opening->segment, &frame, &fault)) == STATUS_OK) {
        opening->recovery.sealed = (frame.header.flags & FRAME_SEAL) != 0;
    }
    if (last) {
        return end_of_log(opening, path, fault, status);
    }
    return status == STATUS_END ? STATUS_OK
                                : fault_fail(fault, path, opening->arena, opening->diag);
}

static Status read_segments(struct opening *opening) {
    struct journal *journal = opening->journal;
    FolderSequences segments = opening->listing.segments;
    Joint joint = {0};
    for (uint32_t i = 0; i < segments.count; i++) {
        Slice path = folder_segment(opening->arena, journal->folder, segments.at[i]);
        Fault fault;
        if (!segment_open(opening->segment, path, segments.at[i], &fault) ||
            !joint_check(&joint, opening->segment, &fault)) {
            return fault_fail(fault, path, opening->arena, opening->diag);
        }
        bool last = i + 1 == segments.count;
        joint = (Joint){0};
        if (last || segments.at[i + 1] > journal->options.check_from) {
            TRY(read_segment(opening, path, last));
            joint = joint_of(opening->segment);
        }
    }
    return STATUS_OK;
}

static bool has_segment(const struct opening *opening, uint64_t first_sequence) {
    for (uint32_t i = 0; i < opening->listing.segments.count; i++) {
        if (opening->listing.segments.at[i] == first_sequence) {
            return true;
        }
    }
    return false;
}

static int read_prepared(const struct disk *disk, Slice path, struct segment_header *ret_header) {
    struct disk_file *file = NULL;
    char block[BLOCK_SIZE];
    FaultKind ignored;
    size_t got = 0;
    int error = disk->open(disk->context, path, DISK_READ, false, &file);
    error = error != 0 ? error : disk_read_full(disk, file, block, BLOCK_SIZE, 0, &got);
    disk->close(disk->context, file);
    if (error == 0 && (got < BLOCK_SIZE || !segment_header_decode(block, ret_header, &ignored))) {
        return ENOENT; // it is no segment
    }
    return error;
}

// A prepared file with a header was the last segment when the power went: its name had not reached
// the disk.
static Status name_prepared(struct opening *opening, Slice path) {
    const struct disk *disk = opening->disk;
    Slice folder = opening->journal->folder;
    struct segment_header header;
    int error = read_prepared(disk, path, &header);
    if (error != 0) {
        return error == ENOENT ? STATUS_OK : call_failed(opening, "read", path, error);
    }
    if (has_segment(opening, header.first_sequence)) {
        Fault fault = {.kind = FAULT_SEGMENT_DOUBLED};
        return fault_fail(fault, path, opening->arena, opening->diag);
    }
    Slice name = folder_segment(opening->arena, folder, header.first_sequence);
    error = disk->rename(disk->context, path, name);
    error = error != 0 ? error : disk->sync_directory(disk->context, folder);
    error = error != 0 ? error : folder_list(disk, folder, opening->arena, &opening->listing);
    return error == 0 ? STATUS_OK : call_failed(opening, "name the last segment in", folder, error);
}

// The file of zeros that an earlier run prepared. A header may have been begun in it.
static int adopt_prepared(struct journal *journal, Slice path, struct disk_file **ret_file) {
    const struct disk *disk = journal->disk;
    struct disk_file *file = NULL;
    int error = disk->open(disk->context, path, DISK_WRITE, !journal->options.page_cache, &file);
    if (error != 0) {
        return error;
    }
    uint64_t size = 0;
    char *zeros = aligned_alloc(DISK_ALIGN, BLOCK_SIZE);
    INVARIANT(zeros != NULL);
    memset(zeros, 0, BLOCK_SIZE);
    error = disk->size(disk->context, file, &size);
    if (error == 0 && size != journal->options.segment_bytes) {
        error = ENOENT; // of another size: as if it were not there
    }
    error = error != 0 ? error : disk_write_all(disk, file, (Slice){zeros, BLOCK_SIZE}, 0);
    error = error != 0 ? error : disk->sync(disk->context, file);
    free(zeros);
    if (error != 0) {
        disk->close(disk->context, file);
        return error;
    }
    *ret_file = file;
    return 0;
}

static Status begin_log(struct opening *opening) {
    struct journal *journal = opening->journal;
    struct disk_file *file = journal->next_file;
    if (journal->next == NEXT_NONE) {
        int error = prepare_segment(journal, &file);
        if (error != 0) {
            return call_failed(opening, "make a segment in", journal->folder, error);
        }
        journal->segments_made++;
    }
    journal->next = NEXT_NONE;
    journal->next_file = NULL;
    if (!begin_segment(journal, file, 1, journal->options.created_us)) {
        opening->disk->close(opening->disk->context, file);
        *opening->diag = journal->failure;
        return STATUS_IO;
    }
    int error = opening->disk->sync_directory(opening->disk->context, journal->folder);
    if (error != 0) {
        return call_failed(opening, "sync the folder", journal->folder, error);
    }
    opening->recovery.first_sequence = 1;
    opening->recovery.segment_count = 1;
    memcpy(opening->recovery.label, journal->options.label, LABEL_SIZE);
    journal->place_end = journal->options.segment_bytes - BLOCK_SIZE;
    return STATUS_OK;
}

static Status continue_log(struct opening *opening) {
    struct journal *journal = opening->journal;
    FolderSequences segments = opening->listing.segments;
    TRY(read_segments(opening));
    const struct segment *last = opening->segment;
    journal->offset = segment_offset(last);
    journal->chain = segment_hash(last);
    journal->salt = segment_salt(last);
    journal->sealed = opening->recovery.sealed;
    journal->appended = segment_sequence(last) - 1;
    journal->place_end = segment_header(last)->size - BLOCK_SIZE;
    opening->recovery.first_sequence = segments.at[0];
    opening->recovery.last_sequence = journal->appended;
    opening->recovery.segment_count = segments.count;
    memcpy(opening->recovery.label, segment_header(last)->label, LABEL_SIZE);
    Slice path = folder_segment(opening->arena, journal->folder, segments.at[segments.count - 1]);
    int error = opening->disk->open(opening->disk->context, path, DISK_WRITE,
                                    !journal->options.page_cache, &journal->file);
    return error == 0 ? STATUS_OK : call_failed(opening, "open", path, error);
}

// A snapshot tells that the log once reached it.
static Status check_snapshots(struct opening *opening) {
    FolderSequences snapshots = opening->listing.snapshots;
    if (snapshots.count > 0 &&
        snapshots.at[snapshots.count - 1] > opening->recovery.last_sequence) {
        Slice path = folder_snapshot(opening->arena, opening->journal->folder,
                                     snapshots.at[snapshots.count - 1]);
        Fault fault = {.kind = FAULT_BEFORE_SNAPSHOT};
        return fault_fail(fault, path, opening->arena, opening->diag);
    }
    return STATUS_OK;
}

static Status find_log(struct opening *opening) {
    struct journal *journal = opening->journal;
    TRY(lock_folder(opening));
    int error = folder_list(opening->disk, journal->folder, opening->arena, &opening->listing);
    if (error != 0) {
        return call_failed(opening, "list", journal->folder, error);
    }
    Slice path = folder_path(opening->arena, journal->folder, FOLDER_PREPARED);
    TRY(name_prepared(opening, path));
    bool is_new = opening->listing.segments.count == 0;
    if (is_new) {
        TRY(check_snapshots(opening)); // before anything is made
    }
    error = adopt_prepared(journal, path, &journal->next_file);
    if (error != 0 && error != ENOENT) {
        return call_failed(opening, "use", path, error);
    }
    journal->next = error == 0 ? NEXT_READY : NEXT_NONE;
    TRY(is_new ? begin_log(opening) : continue_log(opening));
    TRY(check_snapshots(opening));
    journal->place = journal->offset;
    atomic_store(&journal->durable, journal->appended);
    atomic_store(&journal->written, journal->appended);
    return STATUS_OK;
}

static Status set_options(struct journal *journal, const struct journal_options *given,
                          struct arena *arena, struct diag *diag) {
    struct journal_options *options = &journal->options;
    *options = *given;
    options->segment_bytes =
        options->segment_bytes == 0 ? JOURNAL_SEGMENT_BYTES : options->segment_bytes;
    options->pending_bytes =
        options->pending_bytes == 0 ? JOURNAL_PENDING_BYTES : options->pending_bytes;
    options->retry_us = options->retry_us == 0 ? JOURNAL_RETRY_US : options->retry_us;
    bool ok = options->pending_bytes >= JOURNAL_PENDING_BYTES_MIN &&
              options->pending_bytes <= FRAME_SIZE_MAX &&
              options->pending_bytes % BLOCK_SIZE == 0 &&
              options->segment_bytes % BLOCK_SIZE == 0 &&
              options->segment_bytes >= options->pending_bytes + 2 * BLOCK_SIZE &&
              options->segment_bytes <= INT64_MAX;
    return ok ? STATUS_OK
              : diag_fail(diag, arena, STATUS_INVALID, "JO006",
                          "a journal with segments of %llu bytes and frames of %u: both are "
                          "multiples of %d, frames from %d to %d, "
                          "and a segment is at least two blocks of %d larger",
                          (unsigned long long)options->segment_bytes, options->pending_bytes,
                          BLOCK_SIZE, JOURNAL_PENDING_BYTES_MIN, FRAME_SIZE_MAX, BLOCK_SIZE);
}

static struct journal *create(const struct disk *disk, Slice folder) {
    struct journal *journal = memory_alloc(sizeof *journal);
    journal->disk = disk;
    arena_init(&journal->arena, FILE_PATH_MAX);
    journal->folder = arena_copy(&journal->arena, folder);
    journal->hasher = hasher_create();
    pthread_condattr_t attributes;
    INVARIANT(pthread_condattr_init(&attributes) == 0);
    INVARIANT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&journal->lock, NULL) == 0);
    INVARIANT(pthread_cond_init(&journal->work, &attributes) == 0);
    INVARIANT(pthread_cond_init(&journal->need, &attributes) == 0);
    INVARIANT(pthread_cond_init(&journal->progress, &attributes) == 0);
    pthread_condattr_destroy(&attributes);
    return journal;
}

static void destroy(struct journal *journal) {
    const struct disk *disk = journal->disk;
    disk->close(disk->context, journal->file);
    disk->close(disk->context, journal->next_file);
    disk->close(disk->context, journal->lock_file);
    pthread_cond_destroy(&journal->progress);
    pthread_cond_destroy(&journal->need);
    pthread_cond_destroy(&journal->work);
    pthread_mutex_destroy(&journal->lock);
    hasher_destroy(journal->hasher);
    free(journal->frames[0].bytes);
    free(journal->frames[1].bytes);
    arena_deinit(&journal->arena);
    free(journal);
}

static void start(struct journal *journal) {
    for (int i = 0; i < 2; i++) {
        journal->frames[i].bytes = aligned_alloc(DISK_ALIGN, journal->options.pending_bytes);
        INVARIANT(journal->frames[i].bytes != NULL);
        memset(journal->frames[i].bytes, 0,
               journal->options.pending_bytes); // touched now, not while appending
    }
    journal->has_threads = true;
    journal->writer = thread_start("journal-write", writer_run, journal);
    journal->preparer = thread_start("journal-prepare", preparer_run, journal);
}

Status journal_open(const struct disk *disk, Slice folder, const struct journal_options *options,
                    struct arena *arena, struct journal **ret_journal,
                    struct journal_recovery *ret_recovery, struct diag *diag) {
    struct journal *journal = create(disk, folder);
    struct opening opening = {.journal = journal,
                              .disk = disk,
                              .segment = segment_create(disk, true),
                              .arena = arena,
                              .diag = diag};
    Status status = set_options(journal, options, arena, diag);
    status = status == STATUS_OK ? find_log(&opening) : status;
    segment_destroy(opening.segment);
    if (status != STATUS_OK) {
        diag->message = arena_copy(arena, diag->message); // it may live in the journal's own
        destroy(journal);
        return status;
    }
    start(journal);
    *ret_journal = journal;
    *ret_recovery = opening.recovery;
    return STATUS_OK;
}

Status journal_close(struct journal *journal, struct arena *arena, struct diag *diag) {
    if (journal == NULL) {
        return STATUS_OK;
    }
    // Both at once: a frame that opens a segment has claimed one that is ready.
    pthread_mutex_lock(&journal->lock);
    journal->closing = true;
    atomic_store(&journal->stopping, true);
    pthread_cond_signal(&journal->work);
    pthread_cond_signal(&journal->need);
    pthread_mutex_unlock(&journal->lock);
    thread_join(journal->writer);
    thread_join(journal->preparer);
    Status status = journal->failed ? STATUS_IO : STATUS_OK;
    if (journal->failed) {
        *diag = journal->failure;
        diag->message = arena_copy(arena, diag->message);
    }
    destroy(journal);
    return status;
}
