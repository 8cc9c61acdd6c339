#pragma once
// State: what the threads of an open journal share. Everything under `lock`, but for what is said
// to be of one thread.

#include "journal/journal.h"
#include "journal/segment.h"

#include <pthread.h>
#include <stdatomic.h>

// A frame that is filled or written.
struct pending {
    char *
        bytes; // pending_bytes, aligned for direct writes; records begin behind room for the header
    uint32_t size; // of the records
    uint32_t count;
    uint64_t first_sequence;
    bool opens_segment; // it is the first frame of the next segment
    int64_t time_us;    // of its first record
};

typedef enum NextSegment {
    NEXT_NONE,    // it is being made, or could not be
    NEXT_READY,   // its zeros are on disk
    NEXT_CLAIMED, // the frame being filled goes there
} NextSegment;

struct journal {
    const struct disk *disk;
    Slice folder;
    struct journal_options options;
    struct arena arena; // of what lives as long as the journal
    struct disk_file *lock_file;
    struct thread *writer;
    struct thread *preparer;
    bool has_threads; // set before they start

    pthread_mutex_t lock;
    pthread_cond_t work; // to the writer: there are records, or it is closing
    pthread_cond_t
        need; // to the preparer: there is no next segment, somebody asks for one, or it is closing
    pthread_cond_t progress; // to whoever waits: something was written, prepared, or has failed
    struct pending frames[2];
    uint32_t
        filling; // index of the frame that is being filled; the other one is free or the writer's
    uint64_t appended;
    uint64_t place;     // offset of the frame that is being filled, in its segment
    uint64_t place_end; // where frames of that segment end: a block is kept for a seal
    NextSegment next;
    struct disk_file *next_file;
    uint64_t attempts; // to make a segment, ended ones
    uint64_t segments_made;
    bool asked;  // for another attempt
    bool trying; // an attempt is under way
    int next_error;
    bool closing;
    bool failed;
    struct diag failure;
    atomic_bool stopping; // failed, or the preparer shall end: for who does not hold the lock
    atomic_uint_fast64_t durable;
    atomic_uint_fast64_t written;

    // Of the writer alone.
    struct disk_file *file;
    uint64_t offset;
    uint64_t salt;
    Chain chain;
    bool sealed; // nothing stands behind a seal
    struct hasher *hasher;
};

void writer_run(void *context);
void preparer_run(void *context);

// Makes a file of zeros under the name of the prepared one, which is on disk then. 0, or an errno;
// ECANCELED when the journal is stopping.
MUST_USE int prepare_segment(struct journal *journal, struct disk_file **ret_file);
// Writes the header into the prepared file, which makes it the next segment and the writer's, and
// gives it its name. The name is not on disk yet, and need not be: a prepared file with a header is
// that segment (open.c). But no other file may become the prepared one before it is. False when the
// journal has failed.
MUST_USE bool begin_segment(struct journal *journal, struct disk_file *file,
                            uint64_t first_sequence, int64_t created_us);
// Puts it in the failed state, tells who waits, and gives false. Without the lock.
bool journal_fail(struct journal *journal, const char *what, Slice path, int error);
