// Finding a record again without walking to it: the same records as from the beginning, few reads,
// and no bytes of a record that are taken for a frame.

#include "base/little_endian.h"
#include "journal/format.h"
#include "journal/model_test.h"
#include "os/simulated_disk_test.h"

#include <stdlib.h>

#define FOLDER SLICE("log")
static const char first_segment[] = "journal-00000000000000000001.log";

struct bench {
    struct simulated_disk *sim;
    struct world world;
    struct journal *journal;
};

static bool set_up(struct bench *b, uint64_t segment_bytes, uint32_t pending_bytes) {
    b->sim = simulated_disk_create(1);
    world_init(&b->world, sim_table(b->sim), FOLDER);
    b->world.options.segment_bytes = segment_bytes;
    b->world.options.pending_bytes = pending_bytes;
    struct journal_recovery recovery;
    CHECK(model_open(&b->world, &b->journal, &recovery) == STATUS_OK);
    return true;
}

static bool tear_down(struct bench *b) {
    CHECK(journal_close(b->journal, &b->world.arena, &b->world.diag) == STATUS_OK);
    world_deinit(&b->world);
    simulated_disk_destroy(b->sim);
    return true;
}

// One record that is a frame of its own.
static bool append(struct bench *b, Slice data, uint64_t *ret_sequence) {
    struct journal_record record = {.kind = 2, .data = data};
    CHECK(journal_wait_room(b->journal, data.size) == STATUS_OK);
    CHECK(journal_append(b->journal, &record, ret_sequence) == STATUS_OK);
    CHECK(journal_wait(b->journal, *ret_sequence) == STATUS_OK);
    return true;
}

// The first record from a sequence on.
static Status read_one(struct bench *b, uint64_t from, struct journal_entry *ret_entry,
                       struct buf *bytes) {
    ArenaMark mark = arena_mark(&b->world.arena);
    struct journal_reader *reader;
    struct journal_reader_options options = {.chain = false};
    TRY(journal_reader_open(b->world.disk, FOLDER, from, options, &b->world.arena, &reader,
                            &b->world.diag));
    Status status = journal_reader_next(reader, ret_entry, &b->world.arena, &b->world.diag);
    buf_reset(bytes);
    if (status == STATUS_OK) {
        buf_put(bytes, ret_entry->data);
        ret_entry->data = buf_slice(bytes);
    }
    journal_reader_close(reader);
    arena_rewind(&b->world.arena, mark);
    return status;
}

// From everywhere, in logs of frames of all sizes.
static bool test_from_everywhere(void) {
    struct bench b;
    CHECK(set_up(&b, 512 << 10, 64 << 10));
    struct random random;
    random_init(&random, 3);
    uint64_t last = 0;
    for (int i = 0; i < 2000; i++) {
        CHECK(model_append_waiting(&b.world, b.journal, &last) == STATUS_OK);
        if (random_below(&random, 6) == 0) {
            CHECK(journal_wait(b.journal, last) == STATUS_OK);
        }
    }
    CHECK(journal_wait(b.journal, last) == STATUS_OK);
    CHECK(journal_state(b.journal).segments_made > 2);
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    for (uint64_t from = 1; from <= last; from++) {
        struct journal_entry entry;
        CHECK(read_one(&b, from, &entry, &bytes) == STATUS_OK);
        CHECK_THAT(entry.sequence == from && model_is(&entry), "from %d", (int)from);
    }
    struct journal_entry entry;
    CHECK(read_one(&b, last + 1, &entry, &bytes) == STATUS_END);
    CHECK(read_one(&b, last + 1000, &entry, &bytes) == STATUS_END);
    buf_deinit(&bytes);
    return tear_down(&b);
}

// A seal and the frame behind it begin with the same sequence.
static bool test_behind_seals(void) {
    struct bench b;
    CHECK(set_up(&b, 256 << 10, 16 << 10));
    uint64_t last = 0;
    for (int i = 0; i < 12; i++) {
        struct journal_recovery recovery;
        CHECK(model_append_waiting(&b.world, b.journal, &last) == STATUS_OK);
        CHECK(journal_close(b.journal, &b.world.arena, &b.world.diag) == STATUS_OK);
        CHECK(model_open(&b.world, &b.journal, &recovery) == STATUS_OK && recovery.sealed);
    }
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    for (uint64_t from = 1; from <= last; from++) {
        struct journal_entry entry;
        CHECK(read_one(&b, from, &entry, &bytes) == STATUS_OK && entry.sequence == from &&
              model_is(&entry));
    }
    buf_deinit(&bytes);
    return tear_down(&b);
}

// Thousands of frames, and a handful of calls of the disk.
static bool test_few_reads(void) {
    enum { FRAMES = 3000, CALLS_MAX = 80 };
    struct bench b;
    CHECK(set_up(&b, 16 << 20, 64 << 10));
    uint64_t last = 0;
    for (int i = 0; i < FRAMES; i++) {
        CHECK(append(&b, SLICE("a record"), &last));
    }
    struct buf bytes;
    buf_init(&bytes, 1 << 10);
    for (uint64_t from = 1; from <= last; from += 97) {
        struct journal_entry entry;
        sim_count_from_here(b.sim);
        CHECK(read_one(&b, from, &entry, &bytes) == STATUS_OK && entry.sequence == from);
        CHECK_THAT(sim_calls(b.sim) <= CALLS_MAX, "%d calls", (int)sim_calls(b.sim));
    }
    buf_deinit(&bytes);
    return tear_down(&b);
}

// Records of zeros, larger than many frames: no end of the log.
static bool test_zeros(void) {
    enum { LARGE = 1 << 20 };
    struct bench b;
    CHECK(set_up(&b, 8 << 20, 2 << 20));
    char *zeros = memory_alloc(LARGE);
    uint64_t last = 0;
    for (int i = 0; i < 40; i++) {
        bool large = i % 10 == 4;
        CHECK(append(&b, large ? (Slice){zeros, LARGE} : SLICE("small"), &last));
    }
    struct buf bytes;
    buf_init(&bytes, LARGE);
    for (uint64_t from = 1; from <= last; from++) {
        struct journal_entry entry;
        CHECK(read_one(&b, from, &entry, &bytes) == STATUS_OK && entry.sequence == from);
        CHECK(entry.data.size == (from % 10 == 5 ? (size_t)LARGE : 5));
    }
    free(zeros);
    buf_deinit(&bytes);
    return tear_down(&b);
}

// What a record must begin with for a block of the file to begin behind it, when it is the first of
// its frame.
enum { BEFORE_BLOCK = BLOCK_SIZE - FRAME_HEADER_SIZE - RECORD_HEADER_SIZE, DECOYS = 30 };

// Bytes that are a whole frame, with right sums, from a salt on. The hash in front of it is there
// too when `linked`.
static void put_decoy(struct buf *into, struct hasher *hasher, uint64_t salt, uint64_t sequence,
                      uint64_t offset, bool linked) {
    char frame[BLOCK_SIZE] = {0};
    Chain before;
    memset(before.bytes, 0x5a, sizeof before.bytes);
    struct frame_header header = {.payload_size = (uint32_t)record_size(4),
                                  .record_count = 1,
                                  .first_sequence = sequence,
                                  .salt = salt,
                                  .offset = offset,
                                  .chain = before};
    struct record_header record = {.size = 4, .kind = 2};
    record_encode(&record, SLICE("fake"), frame + FRAME_HEADER_SIZE);
    (void)frame_finish(hasher, frame, &header);
    if (linked) {
        char *end = into->bytes + into->size - FRAME_TRAILER_SIZE;
        memcpy(end, before.bytes, CHAIN_SIZE);
    }
    buf_put(into, (Slice){frame, BLOCK_SIZE});
}

static bool holds_all(struct bench *b, uint64_t last, const Slice *told) {
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    for (uint64_t from = 1; from <= last; from++) {
        struct journal_entry entry;
        Status status = read_one(b, from, &entry, &bytes);
        CHECK_THAT(status == STATUS_OK && entry.sequence == from, "from %d: %s", (int)from,
                   status_name(status));
        CHECK_THAT(slice_equal(entry.data, told[from]), "from %d", (int)from);
    }
    buf_deinit(&bytes);
    return true;
}

// Past the journal, whose threads are at work.
static void read_file(struct bench *b, uint64_t offset, char *into, size_t size) {
    struct disk_file *file;
    const struct disk *disk = b->world.disk;
    size_t got = 0;
    INVARIANT(disk->open(disk->context, slice_of(first_segment), DISK_READ, false, &file) == 0);
    INVARIANT(disk_read_full(disk, file, into, size, offset, &got) == 0 && got == size);
    disk->close(disk->context, file);
}

// The salt of the first segment, for who can read its file.
static uint64_t salt_of(struct bench *b, struct hasher *hasher) {
    char file[BLOCK_SIZE];
    read_file(b, 0, file, sizeof file);
    struct segment_header header;
    FaultKind fault;
    INVARIANT(segment_header_decode(file, &header, &fault));
    Chain chain = segment_chain(hasher, &header.chain, file);
    return chain_salt(&chain);
}

// Records full of blocks that look like frames, some with a wrong salt and all else right, some
// with the right one and without the hash in front.
static bool decoys(bool knows_salt) {
    enum { RECORDS = 24 };
    struct bench b;
    CHECK(set_up(&b, 8 << 20, 512 << 10));
    struct hasher *hasher = hasher_create();
    uint64_t salt = salt_of(&b, hasher) + !knows_salt;
    Slice told[RECORDS + 1];
    uint64_t last = 0;
    for (uint64_t i = 1; i <= RECORDS; i++) {
        struct buf data;
        buf_init(&data, 1 << 20);
        memset(buf_reserve(&data, BEFORE_BLOCK), 'x', BEFORE_BLOCK);
        buf_advance(&data, BEFORE_BLOCK);
        // Where they will stand: all frames are equally large.
        uint64_t size = frame_size(record_size(BEFORE_BLOCK + DECOYS * BLOCK_SIZE));
        uint64_t at = BLOCK_SIZE + (i - 1) * size + BLOCK_SIZE;
        for (uint64_t k = 0; k < DECOYS; k++) {
            put_decoy(&data, hasher, salt, 1 + (i * 7 + k) % RECORDS, at + k * BLOCK_SIZE,
                      !knows_salt);
        }
        told[i] = arena_copy(&b.world.arena, buf_slice(&data));
        CHECK(append(&b, told[i], &last) && last == i);
        buf_deinit(&data);
    }
    CHECK(holds_all(&b, last, told));
    hasher_destroy(hasher);
    return tear_down(&b);
}

static bool test_guessed_frames(void) {
    return decoys(false);
}

static bool test_frames_with_the_salt(void) {
    return decoys(true);
}

// A record that holds a piece of the log itself, at every alignment of its blocks that there is.
static bool test_copied_frames(void) {
    enum { RECORDS = 40, COPIED = 8 };
    struct bench b;
    CHECK(set_up(&b, 4 << 20, 512 << 10));
    Slice told[RECORDS + 1];
    uint64_t last = 0;
    for (uint64_t i = 1; i <= RECORDS; i++) {
        struct buf data;
        buf_init(&data, 1 << 20);
        if (i % 4 == 0) {
            uint64_t shift = i % 8 == 0 ? 0 : i * 8;
            memset(buf_reserve(&data, BEFORE_BLOCK), 'y', BEFORE_BLOCK);
            buf_advance(&data, BEFORE_BLOCK);
            // From the beginning, or, cut off somewhere, from the last large record on.
            uint64_t from = i % 16 == 0 ? BLOCK_SIZE + (uint64_t)(i - 5) * BLOCK_SIZE : BLOCK_SIZE;
            read_file(&b, from - shift, buf_reserve(&data, COPIED * BLOCK_SIZE),
                      COPIED * BLOCK_SIZE);
            buf_advance(&data, COPIED * BLOCK_SIZE);
        } else {
            buf_printf(&data, "record %d", (int)i);
        }
        told[i] = arena_copy(&b.world.arena, buf_slice(&data));
        CHECK(append(&b, told[i], &last) && last == i);
        buf_deinit(&data);
    }
    CHECK(holds_all(&b, last, told));
    return tear_down(&b);
}

// Damage of what is passed over is not seen, damage of what is read is told with its place.
static bool test_damage(void) {
    struct bench b;
    CHECK(set_up(&b, 1 << 20, 16 << 10));
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        CHECK(append(&b, SLICE("something"), &last));
    }
    CHECK(journal_close(b.journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    b.journal = NULL;
    uint64_t size;
    char *file = sim_bytes(b.sim, first_segment, &size);
    struct buf bytes;
    buf_init(&bytes, 1 << 10);
    for (uint64_t frame = 1; frame < 100; frame += 9) {
        for (int part = 0; part < 2; part++) {
            file[frame * BLOCK_SIZE + (part == 0 ? 30 : 120)] ^= 1;
            for (uint64_t from = 1; from <= last; from++) {
                struct journal_entry entry;
                Status status = read_one(&b, from, &entry, &bytes);
                CHECK_THAT(status == (from == frame ? STATUS_INVALID : STATUS_OK),
                           "frame %d from %d: %s", (int)frame, (int)from, status_name(status));
                CHECK(status != STATUS_OK || entry.sequence == from);
            }
            file[frame * BLOCK_SIZE + (part == 0 ? 30 : 120)] ^= 1;
        }
    }
    buf_deinit(&bytes);
    return tear_down(&b);
}

// Every call of the disk fails once.
static bool test_every_failure(void) {
    struct bench b;
    CHECK(set_up(&b, 1 << 20, 16 << 10));
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        CHECK(append(&b, SLICE("something"), &last));
    }
    // Closed, so that no thread of it meets the failure.
    CHECK(journal_close(b.journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    b.journal = NULL;
    struct buf bytes;
    buf_init(&bytes, 1 << 10);
    bool failed = true;
    for (uint64_t at = 1; failed; at++) {
        struct journal_entry entry;
        sim_count_from_here(b.sim);
        *sim_settings(b.sim) = (struct sim_settings){.fail_at = at};
        Status status = read_one(&b, 61, &entry, &bytes);
        failed = sim_failed(b.sim);
        CHECK(status == (failed ? STATUS_IO : STATUS_OK));
        CHECK(failed || entry.sequence == 61);
    }
    *sim_settings(b.sim) = (struct sim_settings){0};
    buf_deinit(&bytes);
    return tear_down(&b);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_from_everywhere), TEST(test_behind_seals),   TEST(test_few_reads),
        TEST(test_zeros),           TEST(test_guessed_frames), TEST(test_frames_with_the_salt),
        TEST(test_copied_frames),   TEST(test_damage),         TEST(test_every_failure)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
