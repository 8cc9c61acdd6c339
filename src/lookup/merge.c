// Merging: eight neighbouring files of one level become one of the next, and so do files of lower
// levels that lie between them. So an entry is written again once a level, and there are at most
// seven files a level and those that a refill has left between.

#include "lookup/state.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>

#define NS_PER_SECOND UINT64_C(1000000000)

// A run of files of the list.
struct run {
    uint32_t start, count, level;
};

static bool is_usable(const struct index_file *file) {
    return file->file != NULL && !atomic_load(&file->damaged);
}

// The oldest eight files of the level with nothing but lower ones between.
static bool find_run_of(const struct lookup *lookup, uint32_t level, struct run *ret_run) {
    uint32_t found = 0;
    uint32_t start = 0;
    for (uint32_t i = 0; i < lookup->file_count; i++) {
        const struct index_file *file = lookup->files[i];
        if (!is_usable(file) || file->header.level > level) {
            found = 0;
            continue;
        }
        if (file->header.level == level) {
            start = found == 0 ? i : start;
            found++;
        }
        if (found > 0 && i - start + 1 > MERGE_INPUTS_MAX) {
            i = start; // too many little ones between: they come first
            found = 0;
        } else if (found == MERGE_WIDTH) {
            *ret_run = (struct run){start, i - start + 1, level};
            return true;
        }
    }
    return false;
}

static bool find_run(const struct lookup *lookup, struct run *ret_run) {
    uint32_t highest = 0;
    for (uint32_t i = 0; i < lookup->file_count; i++) {
        uint32_t level = lookup->files[i]->header.level;
        highest = level > highest ? level : highest;
    }
    for (uint32_t level = 0; level <= highest; level++) {
        if (find_run_of(lookup, level, ret_run)) {
            return true;
        }
    }
    return false;
}

struct merging {
    struct lookup *lookup;
    struct index_cursor cursors[MERGE_INPUTS_MAX]; // the oldest first
    struct index_file *inputs[MERGE_INPUTS_MAX];
    uint32_t count;
    struct index_writer writer;
    uint64_t start_ns;
    bool stopped;
};

static bool advance(struct merging *merging, uint32_t index) {
    struct lookup *lookup = merging->lookup;
    int error = 0;
    IndexFault fault = lookup_file_cursor_next(&merging->cursors[index], &error);
    if (fault == INDEX_UNREADABLE) {
        keeper_tell_call(lookup, "read the index in", lookup->folder, error);
    } else if (fault != INDEX_FINE) {
        atomic_store(&merging->inputs[index]->damaged, true);
        keeper_wake(lookup); // to take it out
    }
    return fault == INDEX_FINE;
}

// The cursor with the smallest key, and of those the newest record. `count`: all are at their end.
static uint32_t smallest(const struct merging *merging) {
    uint32_t best = merging->count;
    for (uint32_t i = 0; i < merging->count; i++) {
        const struct index_cursor *cursor = &merging->cursors[i];
        if (!cursor->at_end &&
            (best == merging->count ||
             lookup_file_entry_order(&cursor->entry, &merging->cursors[best].entry) < 0)) {
            best = i;
        }
    }
    return best;
}

// Waits where it runs ahead of its rate, and lets what is urgent go first.
static bool keep_pace(struct merging *merging) {
    struct lookup *lookup = merging->lookup;
    uint64_t rate = lookup->options.merge_bytes_s;
    uint64_t bytes = merging->writer.count * INDEX_ENTRY;
    unsigned __int128 ns = (unsigned __int128)bytes * NS_PER_SECOND / rate;
    uint64_t due = merging->start_ns + (uint64_t)ns;
    bool go_on = keeper_look_up(lookup);
    while (go_on && clock_monotonic_ns() < due) {
        go_on = keeper_wait(lookup, due) && keeper_look_up(lookup);
    }
    merging->stopped = !go_on;
    return go_on;
}

static bool merge_entries(struct merging *merging) {
    uint64_t drop_before = atomic_load(&merging->lookup->drop_before);
    Hash128 before = {0};
    bool any = false;
    for (uint32_t i = 0; i < merging->count; i++) {
        if (!advance(merging, i)) {
            return false;
        }
    }
    for (;;) {
        uint32_t index = smallest(merging);
        if (index == merging->count) {
            return true;
        }
        IndexEntry entry = merging->cursors[index].entry;
        bool is_older = any && entry.key.high == before.high && entry.key.low == before.low;
        if (!is_older && entry.sequence >= drop_before) {
            lookup_file_writer_put(&merging->writer, &entry);
            if (merging->writer.error != 0 || (merging->writer.used == 0 && !keep_pace(merging))) {
                return false;
            }
        }
        before = entry.key;
        any = true;
        if (!advance(merging, index)) {
            return false;
        }
    }
}

// What went into the new file is not needed any more. Should a name stay after all, it is seen to
// lie within the other when the index is next opened.
static void remove_inputs(struct lookup *lookup, const struct index_header *old, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        Slice path = lookup_file_path(&lookup->scratch, lookup->folder, old[i].first, old[i].last);
        int error = lookup->disk->unlink(lookup->disk->context, path);
        if (error != 0 && error != ENOENT) {
            keeper_tell_call(lookup, "remove", path, error);
        }
    }
}

static bool finish(struct merging *merging, const struct run *run) {
    struct lookup *lookup = merging->lookup;
    struct index_header old[MERGE_INPUTS_MAX];
    for (uint32_t i = 0; i < run->count; i++) {
        old[i] = merging->inputs[i]->header;
    }
    struct index_header header = {
        .first = old[0].first,
        .last = old[run->count - 1].last,
        .level = run->level < INDEX_LEVEL_MAX ? run->level + 1 : INDEX_LEVEL_MAX,
    };
    struct index_file *file = memory_alloc(sizeof *file);
    Slice path = lookup_file_path(&lookup->scratch, lookup->folder, header.first, header.last);
    int error = lookup_file_writer_commit(&merging->writer, lookup->folder, path, &header, file);
    if (error != 0) {
        free(file);
        keeper_tell_call(lookup, "write the index file", path, error);
        return false;
    }
    keeper_replace(lookup, run->start, run->count, file);
    remove_inputs(lookup, old, run->count);
    return true;
}

bool merge_some(struct lookup *lookup) {
    struct run run;
    if (!find_run(lookup, &run)) {
        return false;
    }
    struct merging *merging = memory_alloc(sizeof *merging);
    ArenaMark mark = arena_mark(&lookup->scratch);
    merging->lookup = lookup;
    merging->count = run.count;
    merging->start_ns = clock_monotonic_ns();
    for (uint32_t i = 0; i < run.count; i++) {
        merging->inputs[i] = lookup->files[run.start + i];
        lookup_file_cursor_init(&merging->cursors[i], lookup->disk, merging->inputs[i]);
    }
    atomic_store(&lookup->merging, true);
    lookup_file_writer_init(
        &merging->writer, lookup->disk,
        arena_printf(&lookup->scratch, "%.*s/merging.tmp", SLICE_ARGS(lookup->folder)));
    bool merged = merge_entries(merging) && merging->writer.error == 0;
    if (!merged) {
        if (merging->writer.error != 0) {
            keeper_tell_call(lookup, "write the index in", lookup->folder, merging->writer.error);
        }
        lookup_file_writer_abandon(&merging->writer);
    } else {
        merged = finish(merging, &run);
    }
    atomic_store(&lookup->merging, false);
    for (uint32_t i = 0; i < run.count; i++) {
        lookup_file_cursor_deinit(&merging->cursors[i]);
    }
    arena_rewind(&lookup->scratch, mark);
    free(merging);
    return merged;
}
