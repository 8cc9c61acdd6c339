// Refill: a range that is missing is read from the log again, a generation's worth at a time. Each
// file takes the front of the range away, so that what was done stays done when it is cut off.

#include "lookup/state.h"

#include <stdlib.h>

struct lookup_refill {
    struct lookup *lookup;
    struct index_file *missing; // what is left of it
    uint64_t before;            // the last sequence that came
    uint32_t count;
    int error;
};

// Writes what came, as the range up to `last`.
static bool write_part(struct lookup_refill *refill, uint64_t last) {
    struct lookup *lookup = refill->lookup;
    struct index_writer writer;
    struct index_file *file = memory_alloc(sizeof *file);
    struct index_header header = {.first = refill->missing->header.first, .last = last};
    ArenaMark mark = arena_mark(&lookup->scratch);
    Slice temporary =
        arena_printf(&lookup->scratch, "%.*s/refilling.tmp", SLICE_ARGS(lookup->folder));
    Slice path = lookup_file_path(&lookup->scratch, lookup->folder, header.first, last);
    size_t count = lookup_file_sort(lookup->again, refill->count);
    lookup_file_writer_init(&writer, lookup->disk, temporary);
    for (size_t i = 0; i < count && writer.error == 0; i++) {
        lookup_file_writer_put(&writer, &lookup->again[i]);
    }
    refill->error = lookup_file_writer_commit(&writer, lookup->folder, path, &header, file);
    if (refill->error != 0) {
        free(file);
        keeper_tell_call(lookup, "write the index file", path, refill->error);
    }
    arena_rewind(&lookup->scratch, mark);
    if (refill->error != 0) {
        return false;
    }
    uint32_t place = keeper_place(lookup, refill->missing);
    if (last == refill->missing->header.last) {
        keeper_replace(lookup, place, 1, file);
        refill->missing = NULL;
        return true;
    }
    pthread_rwlock_wrlock(&lookup->shared);
    refill->missing->header.first = last + 1;
    pthread_rwlock_unlock(&lookup->shared);
    keeper_replace(lookup, place, 0, file);
    refill->count = 0;
    return true;
}

Status lookup_refill_add(struct lookup_refill *refill, Hash128 key, uint64_t sequence) {
    struct lookup *lookup = refill->lookup;
    INVARIANT(refill->error == 0 && sequence > refill->before &&
              sequence <= refill->missing->header.last);
    if (refill->count == lookup->options.entries_max) {
        // Room for two more files is left to generations.
        if (lookup->file_count + 4 >= FILES_MAX || !write_part(refill, refill->before)) {
            refill->error = refill->error == 0 ? -1 : refill->error;
            return STATUS_IO;
        }
    }
    lookup->again[refill->count++] = (IndexEntry){key, sequence};
    refill->before = sequence;
    return refill->count % 4096 != 0 || keeper_look_up(lookup) ? STATUS_OK : STATUS_END;
}

bool refill_some(struct lookup *lookup) {
    struct lookup_events *events = &lookup->options.events;
    struct index_file *missing = NULL;
    for (uint32_t i = 0; i < lookup->file_count && missing == NULL; i++) {
        missing = lookup->files[i]->file == NULL ? lookup->files[i] : NULL;
    }
    if (missing == NULL || events->refill == NULL) {
        return false;
    }
    uint64_t kept = atomic_load(&lookup->drop_before);
    uint64_t first = missing->header.first > kept ? missing->header.first : kept;
    uint64_t last = missing->header.last;
    struct lookup_refill refill = {.lookup = lookup, .missing = missing, .before = first - 1};
    Status status =
        first > last ? STATUS_OK : events->refill(events->context, first, last, &refill);
    if (status == STATUS_OK && refill.error == 0) {
        return write_part(&refill, last);
    }
    if (status != STATUS_END && refill.error == 0 && events->report != NULL) {
        struct diag diag;
        ArenaMark mark = arena_mark(&lookup->scratch);
        (void)diag_fail(&diag, &lookup->scratch, status, "LK004",
                        "the sequences %llu to %llu could not be read from the journal again: %s",
                        (unsigned long long)first, (unsigned long long)last, status_name(status));
        events->report(events->context, &diag);
        arena_rewind(&lookup->scratch, mark);
    }
    return false;
}
