// Makes segments: a file of zeros that are on disk, so that a commit changes no length and no
// extent and costs one write of data alone. It gets its name as a prepared one when it is complete,
// and its header when it is needed.

#include "journal/folder.h"
#include "journal/state.h"
#include "os/clock.h"
#include "os/file.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum {
    ZEROS_SIZE = 128 << 10, // of one write: a commit may have to wait for it
    SYNC_STEP = 8 << 20,    // bytes between syncs
    PACE = 3,               // waits that many times as long as a write took
};

static struct timespec time_after(uint64_t us) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + us % 1000000 * 1000;
    until.tv_sec += (time_t)(us / 1000000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    return until;
}

// Leaves the disk to the commits, unless the segment that is being filled is half full or somebody
// waits for the next.
static void give_way(struct journal *journal, uint64_t us) {
    pthread_mutex_lock(&journal->lock);
    bool urgent = journal->place > journal->place_end / 2 || journal->asked;
    if (!urgent && !atomic_load(&journal->stopping)) {
        struct timespec until = time_after(us);
        (void)pthread_cond_timedwait(&journal->need, &journal->lock, &until);
    }
    pthread_mutex_unlock(&journal->lock);
}

static int write_zeros(struct journal *journal, struct disk_file *file, Slice zeros) {
    const struct disk *disk = journal->disk;
    uint64_t size = journal->options.segment_bytes;
    int error =
        disk->allocate(disk->context, file, size); // tells at once when the disk is too full
    for (uint64_t at = 0; at < size && error == 0; at += zeros.size) {
        uint64_t left = size - at;
        uint64_t start_ns = clock_monotonic_ns();
        error = disk_write_all(
            disk, file, slice_part(zeros, 0, left < zeros.size ? (size_t)left : zeros.size), at);
        if (error == 0 && (at + zeros.size) % SYNC_STEP == 0) {
            error = disk->sync(disk->context, file);
        }
        if (error == 0 && atomic_load(&journal->stopping)) {
            error = ECANCELED;
        }
        if (error == 0 && journal->has_threads) {
            give_way(journal, (clock_monotonic_ns() - start_ns) / 1000 * PACE);
        }
    }
    return error == 0 ? disk->sync(disk->context, file) : error;
}

static int make_file(struct journal *journal, Slice path, struct disk_file **ret_file) {
    const struct disk *disk = journal->disk;
    int error = disk->unlink(disk->context, path);
    if (error != 0 && error != ENOENT) {
        return error;
    }
    error = disk->open(disk->context, path, DISK_CREATE, !journal->options.page_cache, ret_file);
    if (error != 0) {
        return error;
    }
    char *zeros = aligned_alloc(DISK_ALIGN, ZEROS_SIZE);
    INVARIANT(zeros != NULL);
    memset(zeros, 0, ZEROS_SIZE);
    error = write_zeros(journal, *ret_file, (Slice){zeros, ZEROS_SIZE});
    free(zeros);
    if (error != 0) {
        disk->close(disk->context, *ret_file);
    }
    return error;
}

int prepare_segment(struct journal *journal, struct disk_file **ret_file) {
    const struct disk *disk = journal->disk;
    struct arena arena;
    arena_init(&arena, FILE_PATH_MAX);
    Slice path = folder_path(&arena, journal->folder, FOLDER_PREPARING);
    struct disk_file *file = NULL;
    int error = make_file(journal, path, &file);
    if (error == 0) {
        error = disk->rename(disk->context, path,
                             folder_path(&arena, journal->folder, FOLDER_PREPARED));
        error = error != 0 ? error : disk->sync_directory(disk->context, journal->folder);
        if (error != 0) {
            disk->close(disk->context, file);
        }
    }
    if (error != 0) {
        (void)disk->unlink(disk->context, path); // a part of it is of no use, and holds room
    } else {
        *ret_file = file;
    }
    arena_deinit(&arena);
    return error;
}

static bool should_try(const struct journal *journal) {
    return journal->next == NEXT_NONE && (journal->next_error == 0 || journal->asked);
}

static void wait_for_retry(struct journal *journal) {
    uint64_t retry_us = journal->options.retry_us;
    if (journal->next != NEXT_NONE || journal->next_error == 0 || retry_us == UINT64_MAX) {
        pthread_cond_wait(&journal->need, &journal->lock);
        return;
    }
    struct timespec until = time_after(retry_us);
    if (pthread_cond_timedwait(&journal->need, &journal->lock, &until) == ETIMEDOUT) {
        journal->asked = true;
    }
}

// The prepared file that became a segment gets its name on disk, before another one takes its old
// name. If that fails, nobody knows which names are there, and trying again proves nothing.
static bool settle_names(struct journal *journal) {
    int error = journal->disk->sync_directory(journal->disk->context, journal->folder);
    return error == 0 || journal_fail(journal, "sync the folder", journal->folder, error);
}

static void try_to_prepare(struct journal *journal) {
    journal->asked = false;
    journal->trying = true;
    pthread_mutex_unlock(&journal->lock);
    struct disk_file *file = NULL;
    int error = settle_names(journal) ? prepare_segment(journal, &file) : ECANCELED;
    pthread_mutex_lock(&journal->lock);
    journal->trying = false;
    journal->next_error = error;
    journal->attempts++;
    if (error == 0) {
        journal->next = NEXT_READY;
        journal->next_file = file;
        journal->segments_made++;
    }
    pthread_cond_broadcast(&journal->progress);
}

void preparer_run(void *context) {
    struct journal *journal = context;
    pthread_mutex_lock(&journal->lock);
    while (!atomic_load(&journal->stopping)) {
        if (should_try(journal)) {
            try_to_prepare(journal);
        } else {
            wait_for_retry(journal);
        }
    }
    pthread_mutex_unlock(&journal->lock);
}
