#include "lookup/lookup.h"

#include "base/vec.h"
#include "lookup/state.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"

#include <errno.h>
#include <stdlib.h>

// ---- opening --------------------------------------------------------------------------------

typedef VEC(struct index_file *) IndexFiles;

static Status call_failed(const char *what, Slice path, int error, struct arena *arena,
                          struct diag *diag) {
    return diag_fail(diag, arena, STATUS_IO, "LK001", "cannot %s '%.*s': %s", what,
                     SLICE_ARGS(path), strerror(error));
}

static void forget(struct lookup *lookup, struct index_file *file) {
    lookup->disk->close(lookup->disk->context, file->file);
    free(file);
}

// From the smallest first sequence on; of those that begin together the longest first.
static int by_range(const void *left, const void *right) {
    const struct index_file *a = *(struct index_file *const *)left;
    const struct index_file *b = *(struct index_file *const *)right;
    if (a->header.first != b->header.first) {
        return a->header.first < b->header.first ? -1 : 1;
    }
    return (a->header.last < b->header.last) - (a->header.last > b->header.last);
}

static Status list_files(struct lookup *lookup, struct arena *arena, IndexFiles *files,
                         struct diag *diag) {
    const struct disk *disk = lookup->disk;
    DiskNames names;
    int error = disk->list(disk->context, lookup->folder, arena, &names);
    if (error != 0) {
        return call_failed("list", lookup->folder, error, arena, diag);
    }
    for (uint32_t i = 0; i < names.count; i++) {
        uint64_t first;
        uint64_t last;
        if (!lookup_file_name(names.at[i], &first, &last)) {
            continue;
        }
        struct index_file *file = memory_alloc(sizeof *file);
        Slice path = lookup_file_path(arena, lookup->folder, first, last);
        IndexFault fault = lookup_file_open(disk, path, first, last, file, &error);
        if (fault == INDEX_UNREADABLE) {
            forget(lookup, file);
            return call_failed("open", path, error, arena, diag);
        }
        file->header.first = first;
        file->header.last = last;
        if (fault != INDEX_FINE) {
            keeper_tell_damage(lookup, file, fault);
        }
        *VEC_PUSH(files, arena) = file;
    }
    if (files->count > 0) {
        qsort(files->at, files->count, sizeof files->at[0], by_range);
    }
    return STATUS_OK;
}

static void add_range(struct lookup *lookup, uint64_t first, uint64_t last) {
    struct index_file *missing = memory_alloc(sizeof *missing);
    missing->header = (struct index_header){.first = first, .last = last};
    lookup->files[lookup->file_count++] = missing;
}

// Whether a file goes on where the ones before end, in the log that there is. A gap in front of it
// is for a refill to close.
static bool is_used(struct lookup *lookup, const struct index_file *file, uint64_t next) {
    return file->file != NULL && file->header.first >= next &&
           file->header.last <= lookup->options.last_sequence &&
           (file->header.first == next || lookup->options.events.refill != NULL) &&
           lookup->file_count + 2 < FILES_MAX;
}

static Status choose_files(struct lookup *lookup, const IndexFiles *files, struct arena *arena,
                           struct diag *diag) {
    const struct disk *disk = lookup->disk;
    uint64_t next = lookup->options.first_sequence;
    Status status = STATUS_OK;
    for (uint32_t i = 0; i < files->count; i++) {
        struct index_file *file = files->at[i];
        bool reaches = file->header.first < next && file->header.last >= next &&
                       lookup->file_count == 0; // the log has let go of its beginning
        uint64_t from = reaches ? file->header.first : next;
        if (is_used(lookup, file, from)) {
            if (file->header.first > from) {
                add_range(lookup, next, file->header.first - 1);
            }
            lookup->files[lookup->file_count++] = file;
            next = file->header.last + 1;
            continue;
        }
        Slice path = lookup_file_path(arena, lookup->folder, file->header.first, file->header.last);
        int error = disk->unlink(disk->context, path);
        if (error != 0 && error != ENOENT && status == STATUS_OK) {
            status = call_failed("remove", path, error, arena, diag);
        }
        forget(lookup, file);
    }
    atomic_store(&lookup->covered, next - 1);
    return status;
}

static Status find_files(struct lookup *lookup, struct arena *arena, struct diag *diag) {
    IndexFiles files = {0};
    Status status = list_files(lookup, arena, &files, diag);
    if (status != STATUS_OK) {
        for (uint32_t i = 0; i < files.count; i++) {
            forget(lookup, files.at[i]);
        }
        return status;
    }
    return choose_files(lookup, &files, arena, diag);
}

static void set_options(struct lookup *lookup, const struct lookup_options *given) {
    struct lookup_options *options = &lookup->options;
    *options = *given;
    INVARIANT(options->first_sequence > 0 && options->last_sequence + 1 >= options->first_sequence);
    options->entries_max = options->entries_max == 0 ? LOOKUP_ENTRIES : options->entries_max;
    options->entries_max =
        options->entries_max < LOOKUP_ENTRIES_MIN ? LOOKUP_ENTRIES_MIN : options->entries_max;
    options->merge_bytes_s =
        options->merge_bytes_s == 0 ? LOOKUP_MERGE_BYTES_S : options->merge_bytes_s;
    options->retry_us = options->retry_us == 0 ? LOOKUP_RETRY_US : options->retry_us;
}

static void make_memory(struct lookup *lookup) {
    uint32_t entries = lookup->options.entries_max;
    uint64_t slots = generation_slots(entries);
    lookup->memory.large = true;
    for (int i = 0; i < GENERATIONS; i++) {
        struct generation *generation = &lookup->generations[i];
        size_t size = slots * sizeof generation->slots[0];
        generation->slots = memory_pool_map(&lookup->memory, size);
        generation->mask = slots - 1;
        generation->seed = clock_monotonic_ns() ^ (uint64_t)clock_wall_us() << 20;
        memory_populate(NULL, generation->slots, size); // not while deciding
    }
    lookup->entries = memory_pool_map(&lookup->memory, entries * sizeof lookup->entries[0]);
    lookup->again = memory_pool_map(&lookup->memory, entries * sizeof lookup->again[0]);
}

static struct lookup *create(const struct disk *disk, Slice folder,
                             const struct lookup_options *options) {
    struct lookup *lookup = memory_alloc(sizeof *lookup);
    lookup->disk = disk;
    arena_init(&lookup->arena, FILE_PATH_MAX);
    arena_init(&lookup->scratch, FILE_PATH_MAX);
    lookup->folder = arena_copy(&lookup->arena, folder);
    set_options(lookup, options);
    make_memory(lookup);
    pthread_condattr_t clock;
    pthread_rwlockattr_t writers;
    INVARIANT(pthread_condattr_init(&clock) == 0 && pthread_rwlockattr_init(&writers) == 0);
    INVARIANT(pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0);
    // Else finders that follow each other would keep the keeper out for ever.
    INVARIANT(
        pthread_rwlockattr_setkind_np(&writers, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0);
    INVARIANT(pthread_rwlock_init(&lookup->shared, &writers) == 0);
    INVARIANT(pthread_mutex_init(&lookup->lock, NULL) == 0);
    INVARIANT(pthread_cond_init(&lookup->work, &clock) == 0);
    INVARIANT(pthread_cond_init(&lookup->done, &clock) == 0);
    pthread_condattr_destroy(&clock);
    pthread_rwlockattr_destroy(&writers);
    return lookup;
}

static void destroy(struct lookup *lookup) {
    for (uint32_t i = 0; i < lookup->file_count; i++) {
        forget(lookup, lookup->files[i]);
    }
    pthread_cond_destroy(&lookup->done);
    pthread_cond_destroy(&lookup->work);
    pthread_mutex_destroy(&lookup->lock);
    pthread_rwlock_destroy(&lookup->shared);
    memory_pool_release(&lookup->memory);
    arena_deinit(&lookup->scratch);
    arena_deinit(&lookup->arena);
    free(lookup);
}

static void begin_generation(struct lookup *lookup, struct generation *generation, uint64_t first) {
    atomic_store_explicit(&generation->first, first, memory_order_relaxed);
    atomic_store_explicit(&generation->last, first - 1, memory_order_relaxed);
    atomic_store_explicit(&generation->state, GENERATION_FILLING, memory_order_release);
    lookup->filling = generation;
}

Status lookup_open(const struct disk *disk, Slice folder, const struct lookup_options *options,
                   struct arena *arena, struct lookup **ret_lookup, struct diag *diag) {
    struct lookup *lookup = create(disk, folder, options);
    Status status = find_files(lookup, arena, diag);
    if (status != STATUS_OK) {
        destroy(lookup);
        return status;
    }
    lookup->before = atomic_load(&lookup->covered);
    atomic_store(&lookup->drop_before, options->first_sequence);
    atomic_store(&lookup->added, lookup->before);
    begin_generation(lookup, &lookup->generations[0], lookup->before + 1);
    lookup->keeper = thread_start("index", keeper_run, lookup);
    *ret_lookup = lookup;
    return STATUS_OK;
}

void lookup_close(struct lookup *lookup) {
    if (lookup == NULL) {
        return;
    }
    pthread_mutex_lock(&lookup->lock);
    lookup->closing = true;
    pthread_cond_signal(&lookup->work);
    pthread_mutex_unlock(&lookup->lock);
    thread_join(lookup->keeper);
    destroy(lookup);
}

uint64_t lookup_covered(struct lookup *lookup) {
    return atomic_load(&lookup->covered);
}

// ---- adding ---------------------------------------------------------------------------------

static bool is_free(const struct generation *generation) {
    return atomic_load_explicit(&generation->state, memory_order_acquire) == GENERATION_FREE;
}

// Goes on to an empty generation, if there is one.
static bool next_generation(struct lookup *lookup, uint64_t sequence) {
    struct generation *full = lookup->filling;
    if (atomic_load_explicit(&full->state, memory_order_relaxed) == GENERATION_FILLING) {
        atomic_store_explicit(&full->state, GENERATION_FULL, memory_order_release);
        keeper_wake(lookup);
    }
    for (int i = 0; i < GENERATIONS; i++) {
        struct generation *generation = &lookup->generations[i];
        if (is_free(generation)) {
            // Sequences between that were not added have no key, but for those that were lost.
            begin_generation(lookup, generation, lookup->losing ? sequence : lookup->before + 1);
            return true;
        }
    }
    return false;
}

static bool has_room(const struct lookup *lookup) {
    const struct generation *generation = lookup->filling;
    return atomic_load_explicit(&generation->state, memory_order_relaxed) == GENERATION_FILLING &&
           generation->count < lookup->options.entries_max;
}

static bool has_free(const struct lookup *lookup) {
    for (int i = 0; i < GENERATIONS; i++) {
        if (is_free(&lookup->generations[i])) {
            return true;
        }
    }
    return false;
}

Status lookup_wait_room(struct lookup *lookup) {
    if (has_room(lookup) || has_free(lookup)) {
        return STATUS_OK;
    }
    struct generation *full = lookup->filling;
    GenerationState filling = GENERATION_FILLING;
    (void)atomic_compare_exchange_strong(&full->state, &filling, GENERATION_FULL);
    pthread_mutex_lock(&lookup->lock);
    uint64_t tried = lookup->writes_tried;
    lookup->woken = true;
    pthread_cond_signal(&lookup->work);
    // A failure of before does not count, it may be over.
    while (!has_free(lookup) && (lookup->writes_tried == tried || lookup->write_error == 0)) {
        pthread_cond_wait(&lookup->done, &lookup->lock);
    }
    pthread_mutex_unlock(&lookup->lock);
    return has_free(lookup) ? STATUS_OK : STATUS_IO;
}

void lookup_add(struct lookup *lookup, Hash128 key, uint64_t sequence) {
    INVARIANT(sequence > lookup->before);
    lookup->losing = !has_room(lookup) && !next_generation(lookup, sequence);
    if (lookup->losing) {
        atomic_fetch_add_explicit(&lookup->lost, 1, memory_order_relaxed);
        atomic_store_explicit(&lookup->lost_last, sequence, memory_order_release);
    } else {
        generation_put(lookup->filling, key, sequence);
        atomic_store_explicit(&lookup->filling->last, sequence, memory_order_release);
    }
    lookup->before = sequence;
    atomic_store_explicit(&lookup->added, sequence, memory_order_release);
}

// ---- finding --------------------------------------------------------------------------------

static bool is_searched(const struct generation *generation) {
    GenerationState state = atomic_load_explicit(&generation->state, memory_order_acquire);
    return state == GENERATION_FILLING || state == GENERATION_FULL;
}

static uint64_t find_in_memory(const struct lookup *lookup, Hash128 key) {
    uint64_t newest = 0;
    for (int i = 0; i < GENERATIONS; i++) {
        if (is_searched(&lookup->generations[i])) {
            uint64_t sequence = generation_find(&lookup->generations[i], key);
            newest = sequence > newest ? sequence : newest;
        }
    }
    return newest;
}

// A file that turns out to be damaged is the keeper's to replace.
static void found_damage(struct lookup *lookup, struct index_file *file) {
    if (!atomic_exchange(&file->damaged, true)) {
        keeper_wake(lookup);
    }
}

static Status find_in_files(struct lookup *lookup, Hash128 key, uint64_t *ret_sequence) {
    bool known = atomic_load_explicit(&lookup->lost_last, memory_order_acquire) <=
                 atomic_load(&lookup->covered);
    Status status = STATUS_NOT_FOUND;
    for (uint32_t i = lookup->file_count; i-- > 0 && status == STATUS_NOT_FOUND;) {
        struct index_file *file = lookup->files[i];
        int error;
        uint64_t sequence;
        if (file->file == NULL || atomic_load(&file->damaged)) {
            known = false;
            continue;
        }
        IndexFault fault = lookup_file_find(lookup->disk, file, key, &sequence, &error);
        if (fault == INDEX_UNREADABLE) {
            status = STATUS_IO;
        } else if (fault != INDEX_FINE) {
            found_damage(lookup, file);
            known = false;
        } else if (sequence > 0) {
            *ret_sequence = sequence;
            status = STATUS_OK;
        }
    }
    return status == STATUS_NOT_FOUND && !known ? STATUS_INVALID : status;
}

Status lookup_find(struct lookup *lookup, Hash128 key, uint64_t *ret_sequence) {
    // While it is held no generation is emptied, so that what was there when it began is met in
    // memory or in a file.
    pthread_rwlock_rdlock(&lookup->shared);
    uint64_t sequence = find_in_memory(lookup, key);
    Status status = sequence > 0 ? STATUS_OK : find_in_files(lookup, key, &sequence);
    pthread_rwlock_unlock(&lookup->shared);
    if (status == STATUS_OK && sequence < atomic_load(&lookup->drop_before)) {
        return STATUS_NOT_FOUND;
    }
    if (status == STATUS_OK) {
        *ret_sequence = sequence;
    }
    return status;
}

// ---- the rest -------------------------------------------------------------------------------

Status lookup_flush(struct lookup *lookup, struct arena *arena, struct diag *diag) {
    pthread_mutex_lock(&lookup->lock);
    uint64_t ticket = ++lookup->flushes_asked;
    pthread_cond_signal(&lookup->work);
    while (lookup->flushes_done < ticket) {
        pthread_cond_wait(&lookup->done, &lookup->lock);
    }
    int error = lookup->flush_error;
    pthread_mutex_unlock(&lookup->lock);
    return error == 0 ? STATUS_OK
                      : call_failed("write the index in", lookup->folder, error, arena, diag);
}

void lookup_settle(struct lookup *lookup) {
    pthread_mutex_lock(&lookup->lock);
    lookup->flushes_asked++;
    uint64_t ticket = ++lookup->settles_asked;
    pthread_cond_signal(&lookup->work);
    while (lookup->settles_done < ticket) {
        pthread_cond_wait(&lookup->done, &lookup->lock);
    }
    pthread_mutex_unlock(&lookup->lock);
}

void lookup_drop_before(struct lookup *lookup, uint64_t sequence) {
    uint64_t before = atomic_load(&lookup->drop_before);
    while (sequence > before &&
           !atomic_compare_exchange_weak(&lookup->drop_before, &before, sequence)) {
    }
    keeper_wake(lookup);
}

struct lookup_state lookup_state(struct lookup *lookup) {
    struct lookup_state state = {.added = atomic_load(&lookup->added),
                                 .lost = atomic_load(&lookup->lost),
                                 .merging = atomic_load(&lookup->merging)};
    pthread_rwlock_rdlock(&lookup->shared);
    state.covered = atomic_load(&lookup->covered);
    for (uint32_t i = 0; i < lookup->file_count; i++) {
        const struct index_file *file = lookup->files[i];
        bool missing = file->file == NULL || atomic_load(&file->damaged);
        state.missing += missing;
        state.files += !missing;
        state.entries += missing ? 0 : file->header.count;
    }
    pthread_rwlock_unlock(&lookup->shared);
    return state;
}
