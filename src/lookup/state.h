#pragma once
// State: what the threads of an open index share.
//
// Three kinds of threads. The adding one writes into a generation, and takes `lock` only when it
// goes on to the other one. Finders hold `shared` for reading while they search, also while they
// read files. The keeper, the index's own thread, alone changes the list of files and empties
// generations, with `shared` held for writing: only for the moment of the change, never while it
// uses the disk.

#include "lookup/generation.h"
#include "lookup/lookup.h"
#include "os/memory.h"

#include <pthread.h>

enum { GENERATIONS = 2, FILES_MAX = 1024, MERGE_WIDTH = 8, MERGE_INPUTS_MAX = 64 };

struct lookup {
    const struct disk *disk;
    Slice folder;
    struct lookup_options options;
    struct arena arena; // of what lives as long as the index
    struct memory_pool memory;
    struct thread *keeper;

    // Of the adding thread.
    struct generation *filling;
    uint64_t before; // the last sequence that went by, added or lost
    bool losing;     // it was lost
    struct generation generations[GENERATIONS];
    atomic_uint_fast64_t added;
    atomic_uint_fast64_t lost_last; // the last sequence that was lost
    atomic_uint_fast64_t lost;      // how many

    pthread_rwlock_t shared;
    struct index_file *files[FILES_MAX]; // in the order of their ranges, without gaps
    uint32_t file_count;
    atomic_uint_fast64_t covered; // the end of the last one
    atomic_uint_fast64_t drop_before;
    atomic_bool merging;

    pthread_mutex_t lock; // not held while the disk is used
    pthread_cond_t work;  // to the keeper
    pthread_cond_t done;  // to those who flush, wait for room, or until it has settled
    bool woken;
    bool closing;
    uint64_t flushes_asked, flushes_done;
    uint64_t settles_asked, settles_done;
    int flush_error; // of the last one that is done
    uint64_t writes_tried;
    int write_error; // of the last one that was tried

    // Of the keeper.
    IndexEntry *entries; // entries_max, to sort a generation
    IndexEntry *again;   // entries_max, to sort a refill
    int told_error;      // reported, and not again until it is another
    struct arena scratch;
};

void keeper_run(void *context);
// From within long work of the keeper: writes what waits to be written. False: it is closing.
MUST_USE bool keeper_look_up(struct lookup *lookup);
void keeper_wake(struct lookup *lookup);
// Waits until then, or until something is to be done. False: it is closing.
bool keeper_wait(struct lookup *lookup, uint64_t until_ns);
// Puts `file` in place of `count` files from `index` on; they are closed, not removed. With count 0
// it goes in front of it.
void keeper_replace(struct lookup *lookup, uint32_t index, uint32_t count, struct index_file *file);
uint32_t keeper_place(const struct lookup *lookup, const struct index_file *file);
void keeper_tell_call(struct lookup *lookup, const char *what, Slice path, int error);
// Takes a file out whose content is wrong, or makes a range known that is not in any: it is missing
// now.
void keeper_tell_damage(struct lookup *lookup, const struct index_file *file, IndexFault fault);

// Merges eight files of a level, where there are. False: there was nothing to do, or it failed.
bool merge_some(struct lookup *lookup);
// Reads one missing range again.
bool refill_some(struct lookup *lookup);
