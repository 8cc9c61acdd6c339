#pragma once
// Model: what the records of a test's log are. Record n is made from n alone, so that whatever
// comes back can be judged without remembering it: what was acknowledged is there, in order, and
// nothing is invented.

#include "base/random.h"
#include "base/test.h"
#include "journal/journal.h"

enum { MODEL_SIZE_MAX = 6000 };

struct world {
    struct arena arena;
    struct diag diag;
    const struct disk *disk;
    Slice folder;
    struct journal_options options;
};

static inline void world_init(struct world *world, const struct disk *disk, Slice folder) {
    *world = (struct world){.disk = disk, .folder = folder};
    arena_init(&world->arena, 64 << 10);
    world->options = (struct journal_options){.segment_bytes = 64 << 10,
                                              .pending_bytes = 16 << 10,
                                              .retry_us = UINT64_MAX,
                                              .created_us = 5};
}

static inline void world_deinit(struct world *world) {
    arena_deinit(&world->arena);
}

static inline struct journal_record model_record(uint64_t sequence, char bytes[MODEL_SIZE_MAX]) {
    struct random random;
    random_init(&random, sequence);
    uint64_t kind = random_below(&random, 16);
    // Mostly small ones, some of zeros, a few large.
    size_t size = random_below(&random, kind == 0 ? MODEL_SIZE_MAX : kind == 1 ? 1 : 300);
    memset(bytes, 0, size);
    for (size_t i = 0; i < size && kind != 2; i++) {
        bytes[i] = (char)random_u64(&random);
    }
    return (struct journal_record){.kind = (uint8_t)sequence,
                                   .flags = (uint16_t)(sequence * 7),
                                   .time_us = (int64_t)sequence * 1000 - 5000,
                                   .data = {bytes, size}};
}

static inline bool model_is(const struct journal_entry *entry) {
    char bytes[MODEL_SIZE_MAX];
    struct journal_record record = model_record(entry->sequence, bytes);
    return entry->kind == record.kind && entry->flags == record.flags &&
           entry->time_us == record.time_us && slice_equal(entry->data, record.data);
}

static inline Status model_append(struct journal *journal, uint64_t *ret_sequence) {
    char bytes[MODEL_SIZE_MAX];
    uint64_t next = journal_state(journal).appended + 1;
    struct journal_record record = model_record(next, bytes);
    uint64_t sequence = 0;
    Status status = journal_append(journal, &record, &sequence);
    if (status == STATUS_OK) {
        INVARIANT(sequence == next);
        *ret_sequence = sequence;
    }
    return status;
}

// Appends, waiting for room where there is none at once.
static inline Status model_append_waiting(struct world *world, struct journal *journal,
                                          uint64_t *ret_sequence) {
    for (;;) {
        Status status = model_append(journal, ret_sequence);
        ENSURE(status == STATUS_LIMIT, status);
        status = journal_wait_room(journal, MODEL_SIZE_MAX);
        if (status == STATUS_LIMIT) {
            status = journal_make_room(journal, &world->arena, &world->diag);
        }
        TRY(status);
    }
}

static inline Status model_open(struct world *world, struct journal **ret_journal,
                                struct journal_recovery *ret_recovery) {
    return journal_open(world->disk, world->folder, &world->options, &world->arena, ret_journal,
                        ret_recovery, &world->diag);
}

// Reads from `from` to the end: every record must be the model's. False also when the end is
// damage.
static inline bool model_read(struct world *world, uint64_t from, uint64_t *ret_last) {
    struct journal_reader *reader;
    struct journal_reader_options options = {.chain = true};
    CHECK_THAT(journal_reader_open(world->disk, world->folder, from, options, &world->arena,
                                   &reader, &world->diag) == STATUS_OK,
               "%.*s", SLICE_ARGS(world->diag.message));
    uint64_t last = from - 1;
    struct journal_entry entry;
    Status status;
    bool ok = true;
    while (ok && (status = journal_reader_next(reader, &entry, &world->arena, &world->diag)) ==
                     STATUS_OK) {
        ok = entry.sequence == last + 1 && model_is(&entry);
        last = entry.sequence;
    }
    journal_reader_close(reader);
    CHECK_THAT(ok, "record %llu", (unsigned long long)last);
    CHECK_THAT(status == STATUS_END, "after %llu: %.*s", (unsigned long long)last,
               SLICE_ARGS(world->diag.message));
    *ret_last = last;
    return true;
}

// A log that can be opened, with everything that was acknowledged and nothing that was not
// appended. Closes it again.
static inline bool model_check(struct world *world, uint64_t acknowledged, uint64_t appended,
                               uint64_t *ret_last) {
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK_THAT(model_open(world, &journal, &recovery) == STATUS_OK, "%.*s",
               SLICE_ARGS(world->diag.message));
    uint64_t last = 0;
    bool read = model_read(world, recovery.first_sequence, &last);
    bool closed = journal_close(journal, &world->arena, &world->diag) == STATUS_OK;
    CHECK(read && closed);
    CHECK_THAT(last == recovery.last_sequence && last >= acknowledged && last <= appended,
               "%llu of %llu to %llu", (unsigned long long)last, (unsigned long long)acknowledged,
               (unsigned long long)appended);
    *ret_last = last;
    return true;
}
