// The keeper: the index's own thread. It writes generations out, takes away what was dropped or is
// damaged, reads missing ranges again, and merges, in this order of urgency.

#include "lookup/state.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_SECOND UINT64_C(1000000000)

void keeper_wake(struct lookup *lookup) {
    pthread_mutex_lock(&lookup->lock);
    lookup->woken = true;
    pthread_cond_signal(&lookup->work);
    pthread_mutex_unlock(&lookup->lock);
}

bool keeper_wait(struct lookup *lookup, uint64_t until_ns) {
    struct timespec until = {(time_t)(until_ns / NS_PER_SECOND), (long)(until_ns % NS_PER_SECOND)};
    pthread_mutex_lock(&lookup->lock);
    int late = 0;
    while (late == 0 && !lookup->woken && !lookup->closing &&
           lookup->flushes_done == lookup->flushes_asked &&
           lookup->settles_done == lookup->settles_asked) {
        late = until_ns == UINT64_MAX
                   ? pthread_cond_wait(&lookup->work, &lookup->lock)
                   : pthread_cond_timedwait(&lookup->work, &lookup->lock, &until);
    }
    lookup->woken = false;
    bool closing = lookup->closing;
    pthread_mutex_unlock(&lookup->lock);
    return !closing;
}

// ---- telling --------------------------------------------------------------------------------

static void report(struct lookup *lookup, const struct diag *diag) {
    if (lookup->options.events.report != NULL) {
        lookup->options.events.report(lookup->options.events.context, diag);
    }
}

void keeper_tell_call(struct lookup *lookup, const char *what, Slice path, int error) {
    if (error != lookup->told_error) {
        lookup->told_error = error; // it will be tried again and again
        struct diag diag;
        ArenaMark mark = arena_mark(&lookup->scratch);
        (void)diag_fail(&diag, &lookup->scratch, STATUS_IO, "LK001", "cannot %s '%.*s': %s", what,
                        SLICE_ARGS(path), strerror(error));
        report(lookup, &diag);
        arena_rewind(&lookup->scratch, mark);
    }
}

void keeper_tell_damage(struct lookup *lookup, const struct index_file *file, IndexFault fault) {
    struct diag diag;
    ArenaMark mark = arena_mark(&lookup->scratch);
    Slice path =
        lookup_file_path(&lookup->scratch, lookup->folder, file->header.first, file->header.last);
    (void)diag_fail(
        &diag, &lookup->scratch, STATUS_INVALID, "LK002",
        "the index file '%.*s' is damaged: %s; its range is read from the journal again",
        SLICE_ARGS(path), lookup_file_fault_text(fault));
    report(lookup, &diag);
    arena_rewind(&lookup->scratch, mark);
}

static void tell_lost(struct lookup *lookup, uint64_t first, uint64_t last) {
    struct diag diag;
    ArenaMark mark = arena_mark(&lookup->scratch);
    (void)diag_fail(&diag, &lookup->scratch, STATUS_LIMIT, "LK003",
                    "there was no room to index the sequences %llu to %llu; they are read from the "
                    "journal again",
                    (unsigned long long)first, (unsigned long long)last);
    report(lookup, &diag);
    arena_rewind(&lookup->scratch, mark);
}

// ---- the list of files ----------------------------------------------------------------------

uint32_t keeper_place(const struct lookup *lookup, const struct index_file *file) {
    uint32_t index = 0;
    while (index < lookup->file_count && lookup->files[index] != file) {
        index++;
    }
    INVARIANT(index < lookup->file_count);
    return index;
}

void keeper_replace(struct lookup *lookup, uint32_t index, uint32_t count,
                    struct index_file *file) {
    struct index_file *old[FILES_MAX];
    uint32_t added = file == NULL ? 0 : 1;
    INVARIANT(lookup->file_count - count + added <= FILES_MAX);
    pthread_rwlock_wrlock(&lookup->shared);
    memcpy(old, &lookup->files[index], count * sizeof old[0]);
    memmove(&lookup->files[index + added], &lookup->files[index + count],
            (lookup->file_count - index - count) * sizeof lookup->files[0]);
    if (file != NULL) {
        lookup->files[index] = file;
    }
    lookup->file_count += added - count;
    pthread_rwlock_unlock(&lookup->shared);
    for (uint32_t i = 0; i < count; i++) {
        lookup->disk->close(lookup->disk->context, old[i]->file);
        free(old[i]);
    }
}

// Another file at the end. Once it is there, whoever does not find a key in memory meets it.
static void append_file(struct lookup *lookup, struct index_file *file) {
    uint64_t last = file->header.last;
    pthread_rwlock_wrlock(&lookup->shared);
    lookup->files[lookup->file_count++] = file;
    atomic_store(&lookup->covered, last);
    pthread_rwlock_unlock(&lookup->shared);
}

static int check_room(struct lookup *lookup) {
    if (lookup->file_count + 2 < FILES_MAX) {
        return 0;
    }
    keeper_tell_call(lookup, "add a file to the index in", lookup->folder, EMFILE);
    return EMFILE; // until some are merged
}

// What lies between the files and that sequence, which is in no generation, is missing.
static int note_lost(struct lookup *lookup, uint64_t last) {
    uint64_t covered = atomic_load(&lookup->covered);
    int error = check_room(lookup);
    if (last <= covered || error != 0) {
        return error;
    }
    tell_lost(lookup, covered + 1, last);
    struct index_file *missing = memory_alloc(sizeof *missing);
    missing->header = (struct index_header){.first = covered + 1, .last = last};
    append_file(lookup, missing);
    return 0;
}

// ---- writing generations --------------------------------------------------------------------

static int write_file(struct lookup *lookup, size_t count, uint64_t first, uint64_t last) {
    struct index_writer writer;
    struct index_file *file = memory_alloc(sizeof *file);
    struct index_header header = {.first = first, .last = last};
    ArenaMark mark = arena_mark(&lookup->scratch);
    Slice temporary =
        arena_printf(&lookup->scratch, "%.*s/writing.tmp", SLICE_ARGS(lookup->folder));
    Slice path = lookup_file_path(&lookup->scratch, lookup->folder, first, last);
    lookup_file_writer_init(&writer, lookup->disk, temporary);
    for (size_t i = 0; i < count && writer.error == 0; i++) {
        lookup_file_writer_put(&writer, &lookup->entries[i]);
    }
    int error = lookup_file_writer_commit(&writer, lookup->folder, path, &header, file);
    if (error == 0) {
        append_file(lookup, file);
        lookup->told_error = 0;
    } else {
        free(file);
        keeper_tell_call(lookup, "write the index file", path, error);
    }
    arena_rewind(&lookup->scratch, mark);
    return error;
}

static void empty(struct lookup *lookup, struct generation *generation) {
    pthread_rwlock_wrlock(&lookup->shared);
    atomic_store(&generation->state, GENERATION_CLEARED);
    pthread_rwlock_unlock(&lookup->shared);
    generation_clear(generation);
    atomic_store_explicit(&generation->state, GENERATION_FREE, memory_order_release);
}

// Writes what of it is in no file yet; and empties it when it is full.
static int write_generation(struct lookup *lookup, struct generation *generation) {
    GenerationState state = atomic_load_explicit(&generation->state, memory_order_acquire);
    uint64_t first = atomic_load(&generation->first);
    uint64_t covered;
    uint64_t last = atomic_load_explicit(&generation->last, memory_order_acquire);
    int full = note_lost(lookup, first - 1);
    if (full != 0) {
        return full;
    }
    covered = atomic_load(&lookup->covered);
    if (last > covered) {
        size_t count = generation_collect(generation, covered + 1, last, lookup->entries);
        count = lookup_file_sort(lookup->entries, count);
        int error = write_file(lookup, count, covered + 1, last);
        if (error != 0) {
            return error;
        }
    }
    if (state == GENERATION_FULL) {
        empty(lookup, generation);
    }
    return 0;
}

// The older one, of those that are full or, with `all`, hold anything.
static struct generation *next_to_write(struct lookup *lookup, bool all) {
    struct generation *oldest = NULL;
    uint64_t covered = atomic_load(&lookup->covered);
    for (int i = 0; i < GENERATIONS; i++) {
        struct generation *generation = &lookup->generations[i];
        GenerationState state = atomic_load_explicit(&generation->state, memory_order_acquire);
        bool due = state == GENERATION_FULL ||
                   (all && state == GENERATION_FILLING &&
                    atomic_load_explicit(&generation->last, memory_order_acquire) > covered);
        if (due && (oldest == NULL || generation->first < oldest->first)) {
            oldest = generation;
        }
    }
    return oldest;
}

// Writes the generations that are full, and, with `upto`, all up to there.
static int write_all(struct lookup *lookup, uint64_t upto) {
    for (;;) {
        bool all = atomic_load(&lookup->covered) < upto;
        uint64_t lost = atomic_load_explicit(&lookup->lost_last, memory_order_acquire);
        struct generation *generation = next_to_write(lookup, all);
        if (generation == NULL) {
            // With nothing added since, no generation tells of them.
            return all ? note_lost(lookup, lost) : 0;
        }
        int error = write_generation(lookup, generation);
        if (error != 0) {
            return error;
        }
    }
}

// What cannot wait. 0, or the error of a write that is to be tried again.
static int write_what_waits(struct lookup *lookup) {
    pthread_mutex_lock(&lookup->lock);
    uint64_t asked = lookup->flushes_asked;
    bool flush = asked > lookup->flushes_done;
    pthread_mutex_unlock(&lookup->lock);
    uint64_t upto = flush ? atomic_load_explicit(&lookup->added, memory_order_acquire) : 0;
    int error = write_all(lookup, upto);
    pthread_mutex_lock(&lookup->lock);
    lookup->writes_tried++;
    lookup->write_error = error;
    if (flush) {
        lookup->flushes_done = asked;
        lookup->flush_error = error;
    }
    pthread_cond_broadcast(&lookup->done);
    pthread_mutex_unlock(&lookup->lock);
    return error;
}

bool keeper_look_up(struct lookup *lookup) {
    (void)write_what_waits(lookup);
    pthread_mutex_lock(&lookup->lock);
    bool closing = lookup->closing;
    pthread_mutex_unlock(&lookup->lock);
    return !closing;
}

// ---- taking away ----------------------------------------------------------------------------

static bool remove_file(struct lookup *lookup, const struct index_file *file) {
    ArenaMark mark = arena_mark(&lookup->scratch);
    Slice path =
        lookup_file_path(&lookup->scratch, lookup->folder, file->header.first, file->header.last);
    int error = file->file == NULL ? 0 : lookup->disk->unlink(lookup->disk->context, path);
    bool gone = error == 0 || error == ENOENT;
    if (!gone) {
        keeper_tell_call(lookup, "remove", path, error);
    }
    arena_rewind(&lookup->scratch, mark);
    return gone;
}

// Files that the log has no record of any more. The newest stays, so that what is covered does.
static bool drop_some(struct lookup *lookup) {
    uint64_t before = atomic_load(&lookup->drop_before);
    bool dropped = false;
    while (lookup->file_count > 1 && lookup->files[0]->header.last < before &&
           remove_file(lookup, lookup->files[0])) {
        keeper_replace(lookup, 0, 1, NULL);
        dropped = true;
    }
    return dropped;
}

static bool take_out_damaged(struct lookup *lookup) {
    bool any = false;
    for (uint32_t i = 0; i < lookup->file_count; i++) {
        struct index_file *file = lookup->files[i];
        if (file->file != NULL && atomic_load(&file->damaged)) {
            keeper_tell_damage(lookup, file, INDEX_BLOCK_SUM);
            struct index_file *missing = memory_alloc(sizeof *missing);
            missing->header =
                (struct index_header){.first = file->header.first, .last = file->header.last};
            (void)remove_file(lookup, file); // its name is taken over when it is made again
            keeper_replace(lookup, i, 1, missing);
            any = true;
        }
    }
    return any;
}

// ---- the thread -----------------------------------------------------------------------------

static bool misses_any(const struct lookup *lookup) {
    for (uint32_t i = 0; i < lookup->file_count; i++) {
        if (lookup->files[i]->file == NULL) {
            return lookup->options.events.refill != NULL;
        }
    }
    return false;
}

// One thing after the other, the most urgent first. False: there is nothing, or it must be tried
// again.
static bool work(struct lookup *lookup, bool *ret_waits) {
    int error = write_what_waits(lookup);
    bool worked = take_out_damaged(lookup);
    worked = drop_some(lookup) || worked || refill_some(lookup) || merge_some(lookup);
    *ret_waits = error != 0 || misses_any(lookup);
    return worked;
}

static uint64_t settles_asked(struct lookup *lookup) {
    pthread_mutex_lock(&lookup->lock);
    uint64_t asked = lookup->settles_asked;
    pthread_mutex_unlock(&lookup->lock);
    return asked;
}

static void settled(struct lookup *lookup, uint64_t ticket) {
    pthread_mutex_lock(&lookup->lock);
    lookup->settles_done = ticket;
    pthread_cond_broadcast(&lookup->done);
    pthread_mutex_unlock(&lookup->lock);
}

void keeper_run(void *context) {
    struct lookup *lookup = context;
    bool never = lookup->options.retry_us >= UINT64_MAX / NS_PER_SECOND;
    uint64_t retry_ns = never ? 0 : lookup->options.retry_us * NS_PER_US;
    bool go_on = true;
    while (go_on) {
        uint64_t ticket = settles_asked(lookup);
        bool waits;
        bool worked = work(lookup, &waits);
        if (!worked) {
            settled(lookup, ticket);
        }
        uint64_t now = clock_monotonic_ns();
        go_on = keeper_wait(lookup, worked ? now : waits && !never ? now + retry_ns : UINT64_MAX);
    }
    (void)write_what_waits(lookup); // for who waits for it still
}
