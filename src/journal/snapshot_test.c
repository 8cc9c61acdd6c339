#include "journal/model_test.h"
#include "journal/snapshot.h"
#include "os/simulated_disk_test.h"

#include <stdlib.h>

#define FOLDER SLICE("log")

static const uint8_t state_hash[SNAPSHOT_HASH_SIZE] = {1, 2,  3,  4,  5,  6,  7,  8,
                                                       9, 10, 11, 12, 13, 14, 15, 16};

struct bench {
    struct simulated_disk *sim;
    struct world world;
};

static void set_up(struct bench *bench) {
    bench->sim = simulated_disk_create(1);
    world_init(&bench->world, sim_table(bench->sim), FOLDER);
}

static void tear_down(struct bench *bench) {
    world_deinit(&bench->world);
    simulated_disk_destroy(bench->sim);
}

// The n-th chunk of a snapshot of that sequence: half of them compress.
static Slice chunk_of(uint64_t sequence, uint64_t n, char *into) {
    struct random random;
    random_init(&random, sequence * 1000 + n);
    size_t size = 1 + random_below(&random, n % 9 == 4 ? SNAPSHOT_CHUNK_MAX : 900);
    memset(into, (int)n, size);
    for (size_t i = 0; i < size && n % 2 == 0; i++) {
        into[i] = (char)random_u64(&random);
    }
    return (Slice){into, size};
}

static Status make(struct bench *bench, uint64_t sequence, uint64_t chunks, bool compress) {
    struct world *w = &bench->world;
    struct snapshot_options options = {.compress = compress, .created_us = 9, .label = {7}};
    struct snapshot_writer *writer;
    TRY(snapshot_create(w->disk, FOLDER, sequence, &options, &w->arena, &writer, &w->diag));
    char *bytes = malloc(SNAPSHOT_CHUNK_MAX);
    for (uint64_t n = 0; n < chunks; n++) {
        snapshot_write(writer, chunk_of(sequence, n, bytes));
    }
    snapshot_write(writer, SLICE(""));
    free(bytes);
    return snapshot_commit(writer, state_hash, &w->arena, &w->diag);
}

static bool read_back(struct bench *bench, uint64_t sequence, uint64_t chunks) {
    struct world *w = &bench->world;
    struct snapshot_reader *reader;
    CHECK(snapshot_open(w->disk, FOLDER, sequence, &w->arena, &reader, &w->diag) == STATUS_OK);
    char *bytes = malloc(SNAPSHOT_CHUNK_MAX);
    uint64_t count = 0;
    uint64_t total = 0;
    Slice chunk;
    Status status;
    bool ok = true;
    while ((status = snapshot_read(reader, &chunk, &w->arena, &w->diag)) == STATUS_OK) {
        ok = ok && slice_equal(chunk, chunk_of(sequence, count++, bytes));
        total += chunk.size;
    }
    const struct snapshot_info *info = snapshot_info(reader);
    ok = ok && status == STATUS_END && count == chunks && info->plain_bytes == total &&
         info->sequence == sequence;
    ok = ok && memcmp(info->state_hash, state_hash, SNAPSHOT_HASH_SIZE) == 0 &&
         info->created_us == 9 && info->label[0] == 7;
    ok = ok && snapshot_read(reader, &chunk, &w->arena, &w->diag) == STATUS_END;
    snapshot_close(reader);
    free(bytes);
    CHECK(ok);
    return true;
}

static bool test_round_trip(void) {
    struct bench b;
    set_up(&b);
    for (int compress = 0; compress < 2; compress++) {
        static const uint64_t counts[] = {0, 1, 2, 7, 20};
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            CHECK(make(&b, 10 + i, counts[i], compress == 1) == STATUS_OK &&
                  read_back(&b, 10 + i, counts[i]));
        }
    }
    struct snapshot_reader *reader;
    CHECK(snapshot_open(b.world.disk, FOLDER, 99, &b.world.arena, &reader, &b.world.diag) ==
          STATUS_IO);
    tear_down(&b);
    return true;
}

struct told {
    uint32_t count;
    uint64_t sequence;
    char code[8];
};

static void tell(void *context, const struct journal_finding *finding) {
    struct told *told = context;
    told->count++;
    told->sequence = finding->sequence;
    snprintf(told->code, sizeof told->code, "%s", finding->code);
}

static bool test_every_bit(void) {
    struct bench b;
    set_up(&b);
    CHECK(make(&b, 20, 3, true) == STATUS_OK && make(&b, 10, 2, false) == STATUS_OK);
    uint64_t size = 0;
    char *file = sim_bytes(b.sim, "snapshot-00000000000000000020", &size);
    for (uint64_t bit = 0; bit < size * 8; bit++) {
        ArenaMark mark = arena_mark(&b.world.arena);
        file[bit / 8] ^= (char)(1 << bit % 8);
        struct told told = {0};
        uint64_t sequence = 0;
        Status status =
            snapshot_newest_good(b.world.disk, FOLDER, (struct journal_findings){&told, tell},
                                 &b.world.arena, &sequence, &b.world.diag);
        CHECK_THAT(status == STATUS_OK && sequence == 10 && told.count == 1 && told.sequence == 20,
                   "bit %d", (int)bit);
        file[bit / 8] ^= (char)(1 << bit % 8);
        arena_rewind(&b.world.arena, mark);
    }
    char *whole = malloc(size + 1);
    memcpy(whole, file, size);
    whole[size] = 0;
    for (uint64_t cut = 0; cut <= size + 1; cut++) {
        if (cut == size) {
            continue;
        }
        ArenaMark mark = arena_mark(&b.world.arena);
        sim_put(b.sim, "snapshot-00000000000000000020", (Slice){whole, cut});
        struct told told = {0};
        uint64_t sequence = 0;
        Status status =
            snapshot_newest_good(b.world.disk, FOLDER, (struct journal_findings){&told, tell},
                                 &b.world.arena, &sequence, &b.world.diag);
        CHECK_THAT(status == STATUS_OK && sequence == 10 && told.count == 1, "cut at %d", (int)cut);
        CHECK(strcmp(told.code, cut > size ? "JO046" : "JO045") == 0);
        arena_rewind(&b.world.arena, mark);
    }
    free(whole);
    tear_down(&b);
    return true;
}

static bool test_newest_good(void) {
    struct bench b;
    set_up(&b);
    struct told told = {0};
    struct journal_findings findings = {&told, tell};
    uint64_t sequence = 0;
    CHECK(snapshot_newest_good(b.world.disk, FOLDER, findings, &b.world.arena, &sequence,
                               &b.world.diag) == STATUS_NOT_FOUND);
    CHECK(make(&b, 30, 3, true) == STATUS_OK && make(&b, 40, 3, true) == STATUS_OK);
    CHECK(snapshot_newest_good(b.world.disk, FOLDER, findings, &b.world.arena, &sequence,
                               &b.world.diag) == STATUS_OK &&
          sequence == 40);
    sim_rename(b.sim, "snapshot-00000000000000000040", "snapshot-00000000000000000041");
    CHECK(snapshot_newest_good(b.world.disk, FOLDER, findings, &b.world.arena, &sequence,
                               &b.world.diag) == STATUS_OK &&
          sequence == 30);
    CHECK(told.count == 1 && strcmp(told.code, "JO042") == 0);
    sim_put(b.sim, "snapshot-00000000000000000030", SLICE("something"));
    CHECK(snapshot_newest_good(b.world.disk, FOLDER, findings, &b.world.arena, &sequence,
                               &b.world.diag) == STATUS_NOT_FOUND);
    CHECK(strcmp(b.world.diag.code, "JO007") == 0 && told.count == 3);
    tear_down(&b);
    return true;
}

// Whatever call fails, or where the power goes: the older one is there, and the new one is whole or
// not there.
static bool test_every_failure(void) {
    for (uint64_t n = 1;; n++) {
        struct bench b;
        set_up(&b);
        CHECK(make(&b, 10, 3, true) == STATUS_OK);
        sim_count_from_here(b.sim);
        *sim_settings(b.sim) =
            (struct sim_settings){.fail_at = n, .fail_on = n % 3 == 0, .short_writes = n % 2 == 0};
        Status status = make(&b, 20, 12, true);
        bool was_hit = sim_failed(b.sim);
        CHECK((status == STATUS_OK) == !was_hit ||
              status == STATUS_OK); // to remove what is in the way may fail as well
        *sim_settings(b.sim) = (struct sim_settings){0};
        sim_power_cut(b.sim);
        sim_power_on(b.sim);
        struct told told = {0};
        uint64_t sequence = 0;
        CHECK(snapshot_newest_good(b.world.disk, FOLDER, (struct journal_findings){&told, tell},
                                   &b.world.arena, &sequence, &b.world.diag) == STATUS_OK);
        CHECK_THAT(told.count == 0 && (sequence == 20 || (sequence == 10 && status != STATUS_OK)),
                   "failure %d", (int)n);
        CHECK(read_back(&b, sequence, sequence == 20 ? 12 : 3));
        tear_down(&b);
        if (!was_hit) {
            return true;
        }
    }
}

static bool test_disk_full(void) {
    struct bench b;
    set_up(&b);
    sim_set_capacity(b.sim, 100 << 10);
    CHECK(make(&b, 10, 12, false) == STATUS_LIMIT && strcmp(b.world.diag.code, "JO003") == 0);
    uint64_t size;
    CHECK(sim_bytes(b.sim, "snapshot-00000000000000000010.tmp", &size) == NULL);
    tear_down(&b);
    return true;
}

static bool append(struct bench *b, int count) {
    struct journal *journal;
    struct journal_recovery recovery;
    uint64_t sequence = 0;
    CHECK(model_open(&b->world, &journal, &recovery) == STATUS_OK);
    for (int i = 0; i < count; i++) {
        CHECK(model_append_waiting(&b->world, journal, &sequence) == STATUS_OK);
        CHECK(i % 8 != 0 || journal_wait(journal, sequence) == STATUS_OK);
    }
    CHECK(journal_close(journal, &b->world.arena, &b->world.diag) == STATUS_OK);
    return true;
}

static bool test_retention(void) {
    struct bench b;
    set_up(&b);
    struct world *w = &b.world;
    uint32_t count = 0;
    CHECK(append(&b, 1000));
    CHECK(snapshot_drop_log(w->disk, FOLDER, SLICE(""), UINT64_MAX, &w->arena, &count,
                            &w->diag) == STATUS_OK &&
          count == 0);
    CHECK(make(&b, 300, 1, true) == STATUS_OK && make(&b, 600, 1, true) == STATUS_OK &&
          make(&b, 900, 1, true) == STATUS_OK);
    // Somebody else has read less.
    uint64_t last;
    CHECK(snapshot_drop_log(w->disk, FOLDER, SLICE("log/archive"), 1, &w->arena, &count,
                            &w->diag) == STATUS_OK &&
          count == 0);
    CHECK(snapshot_drop_log(w->disk, FOLDER, SLICE("log/archive"), 120, &w->arena, &count,
                            &w->diag) == STATUS_OK &&
          count > 0);
    CHECK(model_read(w, 120, &last) && last == 1000);
    CHECK(snapshot_drop_log(w->disk, FOLDER, SLICE("log/archive"), UINT64_MAX, &w->arena, &count,
                            &w->diag) == STATUS_OK &&
          count > 0);
    CHECK(model_read(w, 301, &last) && last == 1000);
    struct journal_reader *reader;
    CHECK(journal_reader_open(w->disk, FOLDER, 1, (struct journal_reader_options){0}, &w->arena,
                              &reader, &w->diag) == STATUS_NOT_FOUND);
    CHECK(strcmp(w->diag.code, "JO005") == 0);
    CHECK(snapshot_retain(w->disk, FOLDER, 1, &w->arena, &count, &w->diag) == STATUS_OK &&
          count == 2);
    CHECK(snapshot_retain(w->disk, FOLDER, 0, &w->arena, &count, &w->diag) == STATUS_OK &&
          count == 0);
    CHECK(snapshot_drop_log(w->disk, FOLDER, SLICE(""), UINT64_MAX, &w->arena, &count,
                            &w->diag) == STATUS_OK &&
          count > 0);
    CHECK(model_read(w, 901, &last) && last == 1000);
    CHECK(append(&b, 10) && model_read(w, 901, &last) && last == 1010);
    // A snapshot of what the log does not hold: its end is missing.
    CHECK(make(&b, 1011, 1, true) == STATUS_OK);
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(w, &journal, &recovery) == STATUS_INVALID &&
          strcmp(w->diag.code, "JO031") == 0);
    tear_down(&b);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_round_trip),  TEST(test_every_bit),
                                        TEST(test_newest_good), TEST(test_every_failure),
                                        TEST(test_disk_full),   TEST(test_retention)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
