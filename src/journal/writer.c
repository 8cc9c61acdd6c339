// Appending, and the thread that commits.
//
// Two frames take turns: one is filled, the other one is free or being written. The place of the
// frame that is filled is known, because the one before it got its final size when the writer took
// it. So an append knows exactly whether its record still fits into the segment, and no frame has
// to be split or moved.

#include "journal/folder.h"
#include "journal/state.h"
#include "os/file.h"
#include "os/thread.h"

#include <errno.h>
#include <stdlib.h>

bool journal_fail(struct journal *journal, const char *what, Slice path, int error) {
    pthread_mutex_lock(&journal->lock);
    bool is_first = !journal->failed;
    if (is_first) {
        (void)diag_fail(&journal->failure, &journal->arena, STATUS_IO, "JO002",
                        "cannot %s '%.*s': %s", what, SLICE_ARGS(path), strerror(error));
        journal->failed = true;
        atomic_store(&journal->stopping, true);
        pthread_cond_signal(&journal->work);
        pthread_cond_signal(&journal->need);
        pthread_cond_broadcast(&journal->progress);
    }
    pthread_mutex_unlock(&journal->lock);
    if (is_first && journal->options.events.failed != NULL) {
        journal->options.events.failed(journal->options.events.context);
    }
    return false;
}

bool begin_segment(struct journal *journal, struct disk_file *file, uint64_t first_sequence,
                   int64_t created_us) {
    const struct disk *disk = journal->disk;
    struct segment_header header = {
        .first_sequence = first_sequence,
        .created_us = created_us,
        .size = journal->options.segment_bytes,
        .chain = journal->chain,
    };
    memcpy(header.label, journal->options.label, LABEL_SIZE);
    char *block = aligned_alloc(DISK_ALIGN, BLOCK_SIZE);
    INVARIANT(block != NULL);
    segment_header_encode(&header, block);
    struct arena arena;
    arena_init(&arena, FILE_PATH_MAX);
    Slice from = folder_path(&arena, journal->folder, FOLDER_PREPARED);
    Slice to = folder_segment(&arena, journal->folder, first_sequence);
    int error = disk_write_all(disk, file, (Slice){block, BLOCK_SIZE}, 0);
    error = error != 0 ? error : disk->sync(disk->context, file);
    error = error != 0 ? error : disk->rename(disk->context, from, to);
    if (error == 0) {
        disk->close(disk->context, journal->file);
        journal->file = file;
        journal->offset = BLOCK_SIZE;
        journal->chain = segment_chain(journal->hasher, &journal->chain, block);
        journal->salt = chain_salt(&journal->chain);
    }
    free(block);
    bool ok = error == 0 || journal_fail(journal, "begin the segment", to, error);
    arena_deinit(&arena);
    return ok;
}

// Of the records of `frame`, or of none: a seal.
static bool commit(struct journal *journal, struct pending *frame) {
    const struct disk *disk = journal->disk;
    if (frame->opens_segment) {
        // Under the lock nobody touches a claimed one, and it is the writer's now.
        struct disk_file *file = journal->next_file;
        if (!begin_segment(journal, file, frame->first_sequence, frame->time_us)) {
            return false;
        }
        pthread_mutex_lock(&journal->lock);
        journal->next = NEXT_NONE;
        journal->next_file = NULL;
        pthread_cond_signal(&journal->need);
        pthread_mutex_unlock(&journal->lock);
    }
    struct frame_header header = {
        .flags = frame->count == 0 ? FRAME_SEAL : 0,
        .payload_size = frame->size,
        .record_count = frame->count,
        .first_sequence = frame->first_sequence,
        .salt = journal->salt,
        .offset = journal->offset,
        .chain = journal->chain,
    };
    Chain chain = frame_finish(journal->hasher, frame->bytes, &header);
    int error =
        disk_write_all(disk, journal->file, (Slice){frame->bytes, header.size}, journal->offset);
    if (error != 0) {
        return journal_fail(journal, "write the journal in", journal->folder, error);
    }
    uint64_t last = frame->first_sequence + frame->count - 1;
    atomic_store(&journal->written, last);
    if (journal->options.events.written != NULL && frame->count > 0) {
        journal->options.events.written(journal->options.events.context, last);
    }
    error = disk->sync(disk->context, journal->file);
    if (error != 0) {
        return journal_fail(journal, "sync the journal in", journal->folder, error);
    }
    journal->offset += header.size;
    journal->chain = chain;
    journal->sealed = frame->count == 0;
    return true;
}

static void reset(struct pending *frame) {
    frame->size = 0;
    frame->count = 0;
    frame->opens_segment = false;
}

// The frame that was filled becomes the writer's, and the place behind it that of the next one.
static struct pending *take(struct journal *journal) {
    struct pending *frame = &journal->frames[journal->filling];
    journal->filling = 1 - journal->filling;
    journal->place += frame_size(frame->size);
    pthread_cond_broadcast(&journal->progress); // there is a frame to fill again
    return frame;
}

static void seal(struct journal *journal) {
    struct pending *frame = &journal->frames[journal->filling];
    if (!journal->sealed && journal->place <= journal->place_end) {
        frame->first_sequence = journal->appended + 1;
        (void)!commit(journal, frame);
    }
}

// Writes the frame that was filled. The lock is held before and after.
static void write_frame(struct journal *journal) {
    struct pending *frame = take(journal);
    uint64_t last = frame->first_sequence + frame->count - 1;
    pthread_mutex_unlock(&journal->lock);
    bool ok = commit(journal, frame);
    pthread_mutex_lock(&journal->lock);
    reset(frame);
    if (ok) {
        atomic_store(&journal->durable, last);
        pthread_cond_broadcast(&journal->progress);
    }
    pthread_mutex_unlock(&journal->lock);
    if (ok && journal->options.events.durable != NULL) {
        journal->options.events.durable(journal->options.events.context, last);
    }
    pthread_mutex_lock(&journal->lock);
}

void writer_run(void *context) {
    struct journal *journal = context;
    thread_be_prompt();
    pthread_mutex_lock(&journal->lock);
    while (!journal->failed && (journal->frames[journal->filling].count > 0 || !journal->closing)) {
        if (journal->frames[journal->filling].count > 0) {
            write_frame(journal);
        } else {
            pthread_cond_wait(&journal->work, &journal->lock);
        }
    }
    bool failed = journal->failed;
    pthread_mutex_unlock(&journal->lock);
    if (!failed) {
        seal(journal); // nobody appends any more
    }
}

typedef enum Room { ROOM_HERE, ROOM_IN_NEXT, ROOM_LATER, ROOM_NOT_MADE } Room;

// Where a record would go now.
static Room find_room(const struct journal *journal, size_t size) {
    const struct pending *frame = &journal->frames[journal->filling];
    size_t whole = frame_size(frame->size + size);
    if (whole > journal->options.pending_bytes) {
        return ROOM_LATER;
    }
    if (journal->place + whole <= journal->place_end) {
        return ROOM_HERE;
    }
    if (frame->count > 0) {
        return ROOM_LATER; // it ends the segment, and the next one begins with another frame
    }
    if (journal->next == NEXT_READY) {
        return ROOM_IN_NEXT;
    }
    return journal->next_error == 0 ? ROOM_LATER : ROOM_NOT_MADE;
}

static bool is_small_enough(const struct journal *journal, size_t data_size) {
    return data_size < journal->options.pending_bytes &&
           frame_size(record_size(data_size)) <= journal->options.pending_bytes;
}

static Status append(struct journal *journal, const struct journal_record *record,
                     uint64_t *ret_sequence) {
    ENSURE(!journal->failed, STATUS_IO);
    size_t size = record_size(record->data.size);
    Room room = find_room(journal, size);
    ENSURE(room == ROOM_HERE || room == ROOM_IN_NEXT, STATUS_LIMIT);
    struct pending *frame = &journal->frames[journal->filling];
    if (room == ROOM_IN_NEXT) {
        journal->next = NEXT_CLAIMED;
        journal->place = BLOCK_SIZE;
        journal->place_end = journal->options.segment_bytes - BLOCK_SIZE;
        frame->opens_segment = true;
    }
    if (frame->count == 0) {
        frame->first_sequence = journal->appended + 1;
        frame->time_us = record->time_us;
        pthread_cond_signal(&journal->work);
    }
    struct record_header header = {(uint32_t)record->data.size, record->kind, record->flags,
                                   record->time_us};
    record_encode(&header, record->data, frame->bytes + FRAME_HEADER_SIZE + frame->size);
    frame->size += (uint32_t)size;
    frame->count++;
    *ret_sequence = ++journal->appended;
    return STATUS_OK;
}

Status journal_append(struct journal *journal, const struct journal_record *record,
                      uint64_t *ret_sequence) {
    ENSURE(is_small_enough(journal, record->data.size), STATUS_INVALID);
    pthread_mutex_lock(&journal->lock);
    Status status = append(journal, record, ret_sequence);
    pthread_mutex_unlock(&journal->lock);
    return status;
}

Status journal_append_all(struct journal *journal, const struct journal_record *records,
                          uint32_t count, uint32_t *ret_count, uint64_t *ret_last) {
    *ret_count = 0;
    *ret_last = 0;
    Status status = STATUS_OK;
    pthread_mutex_lock(&journal->lock);
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        status = is_small_enough(journal, records[i].data.size) ? append(journal, &records[i], ret_last)
                                                                : STATUS_INVALID;
        *ret_count += status == STATUS_OK;
    }
    pthread_mutex_unlock(&journal->lock);
    return status;
}

Status journal_wait_room(struct journal *journal, size_t data_size) {
    ENSURE(is_small_enough(journal, data_size), STATUS_INVALID);
    pthread_mutex_lock(&journal->lock);
    Room room;
    while (!journal->failed && (room = find_room(journal, record_size(data_size))) == ROOM_LATER) {
        pthread_cond_wait(&journal->progress, &journal->lock);
    }
    Status status = journal->failed ? STATUS_IO : room == ROOM_NOT_MADE ? STATUS_LIMIT : STATUS_OK;
    pthread_mutex_unlock(&journal->lock);
    return status;
}

Status journal_wait(struct journal *journal, uint64_t sequence) {
    pthread_mutex_lock(&journal->lock);
    INVARIANT(sequence <= journal->appended);
    while (!journal->failed && atomic_load(&journal->durable) < sequence) {
        pthread_cond_wait(&journal->progress, &journal->lock);
    }
    Status status = atomic_load(&journal->durable) >= sequence ? STATUS_OK : STATUS_IO;
    pthread_mutex_unlock(&journal->lock);
    return status;
}

Status journal_make_room(struct journal *journal, struct arena *arena, struct diag *diag) {
    pthread_mutex_lock(&journal->lock);
    int error = 0;
    while (!journal->failed && journal->next == NEXT_NONE) {
        // An attempt that is under way may have met the disk as it was before: only one that begins
        // now counts.
        bool fresh = !journal->trying;
        uint64_t attempts = journal->attempts;
        journal->asked = true;
        pthread_cond_signal(&journal->need);
        while (!journal->failed && journal->attempts == attempts) {
            pthread_cond_wait(&journal->progress, &journal->lock);
        }
        error = journal->next_error;
        if (error != 0 && fresh) {
            break;
        }
    }
    bool failed = journal->failed;
    bool ready = journal->next != NEXT_NONE;
    pthread_mutex_unlock(&journal->lock);
    if (failed || ready) {
        return failed ? STATUS_IO : STATUS_OK;
    }
    return diag_fail(diag, arena, STATUS_LIMIT, "JO003",
                     "cannot make the next segment in '%.*s': %s", SLICE_ARGS(journal->folder),
                     strerror(error));
}

uint64_t journal_durable(const struct journal *journal) {
    return atomic_load(&journal->durable);
}

uint64_t journal_written(const struct journal *journal) {
    return atomic_load(&journal->written);
}

struct journal_state journal_state(struct journal *journal) {
    pthread_mutex_lock(&journal->lock);
    const struct pending *frame = &journal->frames[journal->filling];
    uint64_t used = frame->count == 0 ? 0 : frame_size(frame->size);
    uint64_t taken = journal->place + used;
    uint64_t here = taken < journal->place_end ? journal->place_end - taken : 0;
    uint64_t next =
        journal->next == NEXT_READY ? journal->options.segment_bytes - 2 * BLOCK_SIZE : 0;
    struct journal_state state = {
        .appended = journal->appended,
        .written = atomic_load(&journal->written),
        .durable = atomic_load(&journal->durable),
        .room_bytes = here + next,
        .segments_made = journal->segments_made,
        .next_ready = journal->next == NEXT_READY,
        .nearly_full = journal->next == NEXT_NONE && journal->next_error != 0,
        .failed = journal->failed,
    };
    pthread_mutex_unlock(&journal->lock);
    return state;
}

Status journal_failure(struct journal *journal, struct diag *ret_diag) {
    pthread_mutex_lock(&journal->lock);
    bool failed = journal->failed;
    if (failed) {
        *ret_diag = journal->failure;
    }
    pthread_mutex_unlock(&journal->lock);
    return failed ? STATUS_IO : STATUS_OK;
}
