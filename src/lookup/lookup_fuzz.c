// Any bytes as an index file: it is refused, or what it gives is of its range; the index around it
// goes on in any case, and makes it again.
//
// The first byte of an input says whether sums are mended, so that mutations get past them.

#include "base/crc32c.h"
#include "base/little_endian.h"
#include "lookup/index_file.h"
#include "lookup/lookup.h"
#include "os/simulated_disk_test.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FOLDER SLICE("index")
static const char name[] = "index-00000000000000000001-00000000000000000100";

enum { INPUT_MAX = 64 << 10, MEND = 1, LAST = 100 };

static void mend(char *file, size_t size) {
    for (size_t at = 0; at + INDEX_BLOCK <= size; at += INDEX_BLOCK) {
        struct le_writer out = {file + at + INDEX_BLOCK - 4};
        le_put_u32(&out, crc32c(0, (Slice){file + at, INDEX_BLOCK - 4}));
    }
}

static Status refill(void *context, uint64_t first, uint64_t last, struct lookup_refill *into) {
    INVARIANT(first == 1 && last == LAST);
    *(bool *)context = true;
    return lookup_refill_add(into, (Hash128){.low = 7, .high = 7}, LAST);
}

static void try_file(struct simulated_disk *sim, struct arena *arena) {
    struct index_file file = {0};
    int error;
    const struct disk *disk = sim_table(sim);
    Slice path = lookup_file_path(arena, FOLDER, 1, LAST);
    if (lookup_file_open(disk, path, 1, LAST, &file, &error) != INDEX_FINE) {
        return;
    }
    struct index_cursor cursor;
    lookup_file_cursor_init(&cursor, disk, &file);
    IndexFault fault;
    while ((fault = lookup_file_cursor_next(&cursor, &error)) == INDEX_FINE && !cursor.at_end) {
        INVARIANT(cursor.entry.sequence >= 1 && cursor.entry.sequence <= LAST);
    }
    bool whole = fault == INDEX_FINE;
    lookup_file_cursor_deinit(&cursor);
    lookup_file_cursor_init(&cursor, disk, &file);
    while (lookup_file_cursor_next(&cursor, &error) == INDEX_FINE && !cursor.at_end) {
        uint64_t sequence;
        fault = lookup_file_find(disk, &file, cursor.entry.key, &sequence, &error);
        INVARIANT(!whole || (fault == INDEX_FINE && sequence == cursor.entry.sequence));
    }
    lookup_file_cursor_deinit(&cursor);
    disk->close(disk->context, file.file);
}

static void try_index(struct simulated_disk *sim, struct arena *arena) {
    bool again = false;
    struct lookup *lookup;
    struct diag diag;
    struct lookup_options options = {.first_sequence = 1,
                                     .last_sequence = LAST,
                                     .entries_max = LOOKUP_ENTRIES_MIN,
                                     .retry_us = UINT64_MAX,
                                     .events = {&again, refill, NULL}};
    INVARIANT(lookup_open(sim_table(sim), FOLDER, &options, arena, &lookup, &diag) == STATUS_OK);
    uint64_t sequence;
    Status found = lookup_find(lookup, (Hash128){.low = 7, .high = 7}, &sequence);
    INVARIANT(found != STATUS_OK || (sequence >= 1 && sequence <= LAST));
    lookup_add(lookup, (Hash128){.low = 7, .high = 7}, LAST + 1);
    INVARIANT(lookup_find(lookup, (Hash128){.low = 7, .high = 7}, &sequence) == STATUS_OK);
    lookup_settle(lookup);
    INVARIANT(lookup_state(lookup).missing == 0);
    lookup_close(lookup);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    char *bytes = malloc(size);
    INVARIANT(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & MEND) {
        mend(bytes, size - 1);
    }
    struct simulated_disk *sim = simulated_disk_create(1);
    struct arena arena;
    arena_init(&arena, 16 << 10);
    sim_put(sim, name, (Slice){bytes, size - 1});
    try_file(sim, &arena);
    try_index(sim, &arena);
    arena_deinit(&arena);
    simulated_disk_destroy(sim);
    free(bytes);
    return 0;
}
