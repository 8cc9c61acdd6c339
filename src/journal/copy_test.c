// A copy of a log is a log: opened, read and verified, also when it was made while records were
// appended and segments went away.

#include "journal/copy.h"
#include "journal/folder.h"
#include "journal/model_test.h"
#include "journal/snapshot.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct bench {
    struct scratch scratch;
    struct world world; // of the source
    struct journal *journal;
    Slice to;
    struct journal_copy_options options;
    struct journal_copy_summary summary;
    uint32_t copied, skipped, segments, snapshots;
    struct journal_copied last_complete;
    struct journal_copied held[64]; // what the target has
    uint32_t held_count;
};

static bool has(void *context, const struct journal_copied *segment) {
    const struct bench *b = context;
    for (uint32_t i = 0; i < b->held_count; i++) {
        if (slice_equal(b->held[i].name, segment->name) &&
            sha256_equal(&b->held[i].end, &segment->end) && b->held[i].complete) {
            return true;
        }
    }
    return false;
}

static void copied(void *context, const struct journal_copied *file) {
    struct bench *b = context;
    b->skipped += file->has_already;
    b->copied += !file->has_already;
    b->segments += file->is_segment;
    b->snapshots += !file->is_segment;
    if (!file->has_already && file->is_segment && b->held_count < 64) {
        b->held[b->held_count++] = *file;
    }
}

static bool set_up(struct bench *b) {
    *b = (struct bench){0};
    CHECK(scratch_make(&b->scratch, NULL));
    Slice from = scratch_path(&b->scratch, "from");
    b->to = scratch_path(&b->scratch, "to");
    CHECK(file_make_directory(from, &b->scratch.arena, &b->scratch.diag) == STATUS_OK);
    CHECK(file_make_directory(b->to, &b->scratch.arena, &b->scratch.diag) == STATUS_OK);
    world_init(&b->world, disk_real(), from);
    struct journal_recovery recovery;
    CHECK(model_open(&b->world, &b->journal, &recovery) == STATUS_OK);
    b->options = (struct journal_copy_options){.context = b, .has = has, .copied = copied};
    return true;
}

static bool tear_down(struct bench *b) {
    CHECK(journal_close(b->journal, &b->world.arena, &b->world.diag) == STATUS_OK);
    world_deinit(&b->world);
    CHECK(scratch_remove(&b->scratch));
    return true;
}

static bool append(struct bench *b, uint64_t upto, uint64_t *ret_last) {
    *ret_last = journal_state(b->journal).appended;
    while (*ret_last < upto) {
        CHECK(model_append_waiting(&b->world, b->journal, ret_last) == STATUS_OK);
        CHECK(*ret_last % 5 != 0 || journal_wait(b->journal, *ret_last) == STATUS_OK);
    }
    CHECK(journal_wait(b->journal, *ret_last) == STATUS_OK);
    return true;
}

static bool snapshot(struct bench *b, uint64_t sequence) {
    struct snapshot_options options = {0};
    struct snapshot_writer *writer;
    static const uint8_t hash[SNAPSHOT_HASH_SIZE] = {7};
    CHECK(snapshot_create(disk_real(), b->world.folder, sequence, &options, &b->world.arena,
                          &writer, &b->world.diag) == STATUS_OK);
    snapshot_write(writer, SLICE("the state of all things"));
    CHECK(snapshot_commit(writer, hash, &b->world.arena, &b->world.diag) == STATUS_OK);
    return true;
}

static Status copy(struct bench *b) {
    b->copied = b->skipped = b->segments = b->snapshots = 0;
    return journal_copy(disk_real(), b->world.folder, b->to, &b->options, &b->scratch.arena,
                        &b->summary, &b->scratch.diag);
}

// The copy is whole, and can be opened and appended to; that is done with a copy of it.
static bool check_copy(struct bench *b, uint64_t first, uint64_t least, uint64_t most) {
    struct journal_summary verified;
    CHECK(journal_verify(disk_real(), b->to, (struct journal_findings){0}, &b->scratch.arena,
                         &verified, &b->scratch.diag) == STATUS_OK);
    CHECK(verified.first_sequence == b->summary.first_sequence &&
          verified.last_sequence == b->summary.last_sequence);
    CHECK_THAT(b->summary.last_sequence >= least && b->summary.last_sequence <= most,
               "%d to %d: %d", (int)least, (int)most, (int)b->summary.last_sequence);
    CHECK(b->summary.first_sequence <= first);
    struct world world;
    uint64_t last = 0;
    world_init(&world, disk_real(), b->to);
    bool right = model_read(&world, b->summary.first_sequence, &last);
    world_deinit(&world);
    CHECK(right && last == b->summary.last_sequence);
    CHECK(b->summary.last_time_us == 0 || b->summary.last_time_us == (int64_t)last * 1000 - 5000);
    return true;
}

static bool test_copy(void) {
    struct bench b;
    uint64_t last;
    CHECK(set_up(&b) && append(&b, 800, &last));
    CHECK(copy(&b) == STATUS_OK && check_copy(&b, 1, last, last));
    CHECK(b.segments > 3 && b.snapshots == 0 && b.summary.snapshot_sequence == 0);
    // With a snapshot, what it holds is left out.
    CHECK(snapshot(&b, 600) && append(&b, 900, &last));
    b.held_count = 0;
    Slice to = scratch_path(&b.scratch, "other");
    CHECK(file_make_directory(to, &b.scratch.arena, &b.scratch.diag) == STATUS_OK);
    struct bench other = b;
    other.to = to;
    other.options.context = &other;
    CHECK_THAT(copy(&other) == STATUS_OK, "%.*s", SLICE_ARGS(other.scratch.diag.message));
    CHECK(check_copy(&other, 601, last, last));
    CHECK(other.summary.snapshot_sequence == 600 && other.snapshots == 1 &&
          other.summary.first_sequence > 1);
    struct world world;
    uint64_t read;
    world_init(&world, disk_real(), other.to);
    CHECK(model_check(&world, last, last, &read)); // it opens
    world_deinit(&world);
    // Somebody else begins earlier than the snapshot.
    uint64_t first = other.summary.first_sequence;
    other.options.from_sequence = 250;
    CHECK(copy(&other) == STATUS_OK && check_copy(&other, 250, last, last));
    CHECK(other.summary.first_sequence > 1 && other.summary.first_sequence < first);
    other.options.from_sequence = 700; // or later: nothing is left out for that
    CHECK(copy(&other) == STATUS_OK && other.summary.first_sequence == first);
    b.scratch.arena = other.scratch.arena;
    // All: both.
    b.options.all = true;
    CHECK(copy(&b) == STATUS_OK && check_copy(&b, 1, last, last) && b.snapshots == 1);
    return tear_down(&b);
}

// A second copy into the same folder takes what is new; and goes on with the same log alone.
static bool test_again(void) {
    struct bench b;
    uint64_t last;
    CHECK(set_up(&b) && append(&b, 800, &last) && copy(&b) == STATUS_OK);
    uint32_t segments = b.segments;
    b.options.through_sequence = b.summary.last_sequence;
    b.options.through = b.summary.end;
    CHECK(append(&b, 1200, &last) && copy(&b) == STATUS_OK && check_copy(&b, 1, last, last));
    CHECK_THAT(b.skipped == segments - 1 && b.copied < b.segments, "%u skipped of %u", b.skipped,
               b.segments);
    CHECK(copy(&b) == STATUS_OK && b.copied == 1); // nothing new: the last one alone
    // A seal behind the place, and a log that was opened again.
    struct journal_recovery recovery;
    b.options.through_sequence = b.summary.last_sequence;
    b.options.through = b.summary.end;
    CHECK(journal_close(b.journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    CHECK(copy(&b) == STATUS_OK && check_copy(&b, 1, last, last));
    b.options.through = b.summary.end;
    CHECK(model_open(&b.world, &b.journal, &recovery) == STATUS_OK);
    CHECK(append(&b, 1300, &last) && copy(&b) == STATUS_OK && check_copy(&b, 1, last, last));
    // Not through that place: another hash, or a later state.
    b.options.through_sequence = b.summary.last_sequence;
    b.options.through = b.summary.end;
    CHECK(copy(&b) == STATUS_OK);
    b.options.through.bytes[3] ^= 1;
    CHECK(copy(&b) == STATUS_INVALID && strcmp(b.scratch.diag.code, "JO008") == 0);
    b.options.through_sequence = last + 1;
    CHECK(copy(&b) == STATUS_INVALID && strcmp(b.scratch.diag.code, "JO008") == 0);
    return tear_down(&b);
}

static bool flip(struct bench *b, Slice path, size_t at) {
    Slice text;
    CHECK(file_read(path, 64 << 20, &b->scratch.arena, &text, &b->scratch.diag) == STATUS_OK);
    char *bytes = arena_alloc(&b->scratch.arena, text.size);
    memcpy(bytes, text.at, text.size);
    bytes[at] ^= 4;
    CHECK(file_write(path, (Slice){bytes, text.size}, &b->scratch.arena, &b->scratch.diag) ==
          STATUS_OK);
    return true;
}

// What is damaged is not copied in silence.
static bool test_damage(void) {
    struct bench b;
    uint64_t last;
    CHECK(set_up(&b) && append(&b, 500, &last));
    CHECK(journal_close(b.journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    b.journal = NULL;
    Slice first = folder_segment(&b.scratch.arena, b.world.folder, 1);
    CHECK(flip(&b, first, 9000) && copy(&b) == STATUS_INVALID);
    CHECK(slice_find(b.scratch.diag.message, first, 0) != SIZE_MAX);
    CHECK(flip(&b, first, 9000) && copy(&b) == STATUS_OK && check_copy(&b, 1, last, last));
    // A snapshot that is not whole gives way to the one before.
    CHECK(snapshot(&b, 200) && snapshot(&b, 300));
    CHECK(flip(&b, folder_snapshot(&b.scratch.arena, b.world.folder, 300), 90));
    b.held_count = 0;
    CHECK(copy(&b) == STATUS_OK && b.summary.snapshot_sequence == 200);
    // A log without its beginning needs one.
    CHECK(flip(&b, folder_snapshot(&b.scratch.arena, b.world.folder, 200), 90));
    const struct disk *disk = disk_real();
    CHECK(disk->unlink(disk->context, first) == 0);
    CHECK(copy(&b) == STATUS_INVALID && strcmp(b.scratch.diag.code, "JO007") == 0);
    return tear_down(&b);
}

// The last segment under the name of a prepared one, as after a power cut.
static bool test_prepared(void) {
    struct bench b;
    uint64_t last;
    CHECK(set_up(&b) && append(&b, 500, &last));
    CHECK(journal_close(b.journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    b.journal = NULL;
    struct folder_listing listing;
    const struct disk *disk = disk_real();
    CHECK(folder_list(disk, b.world.folder, &b.scratch.arena, &listing) == 0);
    uint64_t newest = listing.segments.at[listing.segments.count - 1];
    CHECK(disk->rename(disk->context, folder_segment(&b.scratch.arena, b.world.folder, newest),
                       folder_path(&b.scratch.arena, b.world.folder, FOLDER_PREPARED)) == 0);
    CHECK(copy(&b) == STATUS_OK && check_copy(&b, 1, last, last));
    return tear_down(&b);
}

// Appends, leaves snapshots, and drops what they make superfluous, as fast as it goes.
struct busy {
    struct bench *bench;
    atomic_bool over;
    atomic_bool failed;
    atomic_uint_fast64_t durable;
};

static void be_busy(void *context) {
    struct busy *busy = context;
    struct bench *b = busy->bench;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 4096);
    uint64_t last = journal_durable(b->journal);
    bool ok = true;
    while (ok && !atomic_load(&busy->over)) {
        ArenaMark mark = arena_mark(&b->world.arena);
        uint32_t count;
        ok = append(b, last + 40, &last) && (last % 200 != 0 || snapshot(b, last)) &&
             snapshot_retain(disk_real(), b->world.folder, 1, &arena, &count, &diag) == STATUS_OK &&
             snapshot_drop_log(disk_real(), b->world.folder, (Slice){NULL, 0},
                               UINT64_MAX, &arena, &count, &diag) == STATUS_OK;
        atomic_store(&busy->durable, last);
        arena_reset(&arena);
        arena_rewind(&b->world.arena, mark);
    }
    atomic_store(&busy->failed, !ok);
    arena_deinit(&arena);
}

static bool test_while_appending(void) {
    enum { COPIES = 12 };
    struct bench b;
    uint64_t last;
    CHECK(set_up(&b) && append(&b, 400, &last) && snapshot(&b, 400));
    struct busy busy = {.bench = &b, .durable = last};
    Slice folder = b.world.folder;
    struct thread *thread = thread_start("append", be_busy, &busy);
    bool ok = true;
    for (int i = 0; i < COPIES && ok; i++) {
        struct bench copy_bench = {.scratch = b.scratch, .world.folder = folder};
        copy_bench.to = arena_printf(&copy_bench.scratch.arena, "%s/copy%d", b.scratch.path, i);
        copy_bench.options =
            (struct journal_copy_options){.context = &copy_bench, .copied = copied};
        uint64_t before = atomic_load(&busy.durable);
        ok = file_make_directory(copy_bench.to, &copy_bench.scratch.arena,
                                 &copy_bench.scratch.diag) == STATUS_OK;
        Status status = ok ? copy(&copy_bench) : STATUS_IO;
        // Where they go faster than can be copied it is said, and nothing else.
        bool outrun = status == STATUS_IO && strcmp(copy_bench.scratch.diag.code, "JO009") == 0;
        ok = ok && (outrun || (status == STATUS_OK &&
                               check_copy(&copy_bench, copy_bench.summary.snapshot_sequence + 1,
                                          before, UINT64_MAX)));
        if (!ok) {
            fprintf(stderr, "copy %d: %.*s\n", i, SLICE_ARGS(copy_bench.scratch.diag.message));
        }
        b.scratch.arena = copy_bench.scratch.arena;
    }
    atomic_store(&busy.over, true);
    thread_join(thread);
    CHECK(ok && !busy.failed);
    return tear_down(&b);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_copy), TEST(test_again), TEST(test_damage),
                                        TEST(test_prepared), TEST(test_while_appending)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
