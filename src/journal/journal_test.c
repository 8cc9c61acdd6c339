#include "base/crc32c.h"
#include "base/little_endian.h"
#include "journal/model_test.h"
#include "journal/snapshot.h"
#include "os/simulated_disk_test.h"
#include "os/thread.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define FOLDER SLICE("log")
static const char first_segment[] = "journal-00000000000000000001.log";

struct bench {
    struct simulated_disk *sim;
    struct world world;
};

static void set_up(struct bench *bench, uint64_t seed) {
    bench->sim = simulated_disk_create(seed);
    world_init(&bench->world, sim_table(bench->sim), FOLDER);
}

static void tear_down(struct bench *bench) {
    world_deinit(&bench->world);
    simulated_disk_destroy(bench->sim);
}

// A log of `count` records, `batch` in a frame as far as the thread lets them, closed.
static bool fill(struct bench *bench, uint64_t count, uint64_t batch) {
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK_THAT(model_open(&bench->world, &journal, &recovery) == STATUS_OK, "%.*s",
               SLICE_ARGS(bench->world.diag.message));
    uint64_t sequence = 0;
    for (uint64_t i = 1; i <= count; i++) {
        CHECK(model_append_waiting(&bench->world, journal, &sequence) == STATUS_OK);
        if (i % batch == 0) {
            CHECK(journal_wait(journal, sequence) == STATUS_OK &&
                  journal_durable(journal) >= sequence);
        }
    }
    CHECK(journal_close(journal, &bench->world.arena, &bench->world.diag) == STATUS_OK);
    return true;
}

struct findings {
    uint32_t count;
    char code[8]; // of the first
    uint64_t offset;
};

static void add_finding(void *context, const struct journal_finding *finding) {
    struct findings *findings = context;
    if (findings->count++ == 0) {
        snprintf(findings->code, sizeof findings->code, "%s", finding->code);
        findings->offset = finding->offset;
    }
}

static Status verify(struct bench *bench, struct findings *findings,
                     struct journal_summary *summary) {
    *findings = (struct findings){0};
    ArenaMark mark = arena_mark(&bench->world.arena);
    struct journal_findings into = {findings, add_finding};
    Status status = journal_verify(bench->world.disk, FOLDER, into, &bench->world.arena, summary,
                                   &bench->world.diag);
    arena_rewind(&bench->world.arena, mark);
    return status;
}

static bool opens_with(struct bench *bench, const char *code) {
    struct journal *journal = NULL;
    struct journal_recovery recovery;
    Status status = model_open(&bench->world, &journal, &recovery);
    CHECK_THAT(status != STATUS_OK, "it opens instead of %s", code);
    CHECK_THAT(strcmp(bench->world.diag.code, code) == 0, "%s, not %s: %.*s",
               bench->world.diag.code, code, SLICE_ARGS(bench->world.diag.message));
    return true;
}

static bool test_append_and_read(void) {
    struct bench b;
    set_up(&b, 1);
    uint64_t last;
    CHECK(fill(&b, 500, 10));
    CHECK(model_check(&b.world, 500, 500, &last));
    CHECK(fill(&b, 500, 7)); // goes on behind
    CHECK(model_check(&b.world, 1000, 1000, &last));
    for (uint64_t from = 1; from <= 1001; from += 50) {
        CHECK(model_read(&b.world, from, &last) && last == 1000);
    }
    struct findings findings;
    struct journal_summary summary;
    CHECK(verify(&b, &findings, &summary) == STATUS_OK && summary.records == 1000 &&
          summary.sealed);
    CHECK(summary.segments > 3 && summary.first_sequence == 1 && summary.last_sequence == 1000);
    tear_down(&b);
    return true;
}

static bool test_options(void) {
    struct bench b;
    set_up(&b, 1);
    b.world.options.segment_bytes = 16 << 10; // no room for a header
    CHECK(opens_with(&b, "JO006"));
    b.world.options.segment_bytes = 24 << 10;
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK);
    CHECK(recovery.last_sequence == 0 && recovery.first_sequence == 1);
    char bytes[16 << 10] = {0};
    uint64_t sequence = 0;
    struct journal_record record = {.data = {bytes, (16 << 10) - JOURNAL_FRAME_OVERHEAD + 1}};
    CHECK(journal_append(journal, &record, &sequence) == STATUS_INVALID);
    record.data.size = ((16 << 10) - JOURNAL_FRAME_OVERHEAD) & ~7;
    CHECK(journal_append(journal, &record, &sequence) == STATUS_OK && sequence == 1);
    CHECK(journal_wait(journal, 1) == STATUS_OK);
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    CHECK(journal_close(NULL, &b.world.arena, &b.world.diag) == STATUS_OK);
    b.world.options.segment_bytes = 64 << 10; // later segments are of another size
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK && recovery.last_sequence == 1);
    CHECK(journal_append(journal, &record, &sequence) == STATUS_OK ||
          journal_wait_room(journal, record.data.size) == STATUS_OK);
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    tear_down(&b);
    return true;
}

// A small log whose parts are known: a header, two frames of a block and one of two, up to the end
// of the segment.
struct small {
    struct bench bench;
    uint64_t size;
    uint64_t last_at;  // offset of the last frame
    uint64_t last_end; // behind it
};

static bool make_small(struct small *small, uint32_t records, uint64_t blocks, bool sealed) {
    set_up(&small->bench, 1);
    struct bench *b = &small->bench;
    b->world.options.segment_bytes = blocks * 4096;
    b->world.options.pending_bytes = 8 << 10;
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(&b->world, &journal, &recovery) == STATUS_OK);
    uint64_t sequence = 0;
    char bytes[5000];
    for (uint32_t i = 0; i < records; i++) {
        memset(bytes, (int)i + 1, sizeof bytes);
        struct journal_record record = {.kind = 1, .data = {bytes, i < 2 ? 1000u : 5000u}};
        CHECK(journal_append(journal, &record, &sequence) == STATUS_OK &&
              journal_wait(journal, sequence) == STATUS_OK);
    }
    CHECK(journal_close(journal, &b->world.arena, &b->world.diag) == STATUS_OK);
    small->last_at = records * 4096;
    small->last_end = small->last_at + (records == 3 ? 2 : 1) * 4096;
    char *file = sim_bytes(b->sim, first_segment, &small->size);
    CHECK(small->size == blocks * 4096 && file[small->last_end] != 0);
    memset(file + small->last_end, 0, sealed ? 0 : 4096);
    sim_remove(b->sim, "prepared.log");
    sim_remove(b->sim, "preparing.tmp");
    return true;
}

// After each byte of the last frame the rest is missing: it is torn, the one before stays, and the
// log goes on.
static bool test_every_cut(void) {
    struct small small;
    CHECK(make_small(&small, 3, 6, false));
    struct bench *b = &small.bench;
    char *file = sim_bytes(b->sim, first_segment, &small.size);
    char *whole = memory_alloc(small.size);
    memcpy(whole, file, small.size);
    for (uint64_t cut = small.last_at; cut <= small.last_end; cut++) {
        file = sim_bytes(b->sim, first_segment, &small.size);
        memcpy(file, whole, cut);
        memset(file + cut, 0, small.size - cut);
        struct findings findings;
        struct journal_summary summary;
        bool is_whole = cut == small.last_end;
        Status status = verify(b, &findings, &summary);
        CHECK_THAT(status == (cut == small.last_at || is_whole ? STATUS_OK : STATUS_INVALID),
                   "cut at %d: %s", (int)cut, findings.code);
        CHECK_THAT(status == STATUS_OK ||
                       (findings.count == 1 && strcmp(findings.code, "JO030") == 0),
                   "cut at %d: %s", (int)cut, findings.code);
        CHECK(summary.last_sequence == (is_whole ? 3u : 2u));
        bool is_border =
            cut % 512 < 2 || cut % 512 == 511 || cut % 97 == 0 || cut < small.last_at + 100;
        if (!is_border) {
            continue;
        }
        ArenaMark mark = arena_mark(&b->world.arena);
        struct journal *journal;
        struct journal_recovery recovery;
        (void)sim_bytes(b->sim, first_segment, &small.size);
        CHECK(model_open(&b->world, &journal, &recovery) == STATUS_OK);
        CHECK((recovery.torn_bytes > 0) == (status == STATUS_INVALID) &&
              recovery.last_sequence == summary.last_sequence);
        CHECK(status == STATUS_OK || recovery.torn_offset == small.last_at);
        // Nothing of it is left, or a later frame might end where a piece of it begins.
        file = sim_bytes(b->sim, first_segment, &small.size);
        for (uint64_t at = small.last_at; at < small.size && !is_whole; at++) {
            CHECK(file[at] == 0);
        }
        uint64_t sequence = 0;
        struct journal_record record = {.data = SLICE("more")};
        CHECK(journal_wait_room(journal, 4) == STATUS_OK &&
              journal_append(journal, &record, &sequence) == STATUS_OK);
        CHECK(sequence == summary.last_sequence + 1);
        CHECK(journal_close(journal, &b->world.arena, &b->world.diag) == STATUS_OK);
        CHECK(verify(b, &findings, &summary) == STATUS_OK && summary.last_sequence == sequence);
        sim_remove(b->sim,
                   "journal-00000000000000000004.log"); // where it went behind a whole third frame
        arena_rewind(&b->world.arena, mark);
    }
    free(whole);
    tear_down(b);
    return true;
}

// Any sectors of the last frame are missing.
static bool test_every_sector(void) {
    struct small small;
    CHECK(make_small(&small, 3, 6, false));
    struct bench *b = &small.bench;
    char *file = sim_bytes(b->sim, first_segment, &small.size);
    char *whole = memory_alloc(small.size);
    memcpy(whole, file, small.size);
    for (uint32_t missing = 0; missing < 1 << 16; missing += missing < 1 << 8 ? 1 : 37) {
        memcpy(file, whole, small.size);
        for (uint32_t i = 0; i < 16; i++) {
            if (missing >> i & 1) {
                memset(file + small.last_at + i * 512, 0, 512);
            }
        }
        struct findings findings;
        struct journal_summary summary;
        bool same = memcmp(file, whole, small.size) == 0;
        Status status = verify(b, &findings, &summary);
        bool all = summary.last_sequence == 3 && status == STATUS_OK;
        bool torn =
            summary.last_sequence == 2 &&
            (findings.count == 0 || (findings.count == 1 && strcmp(findings.code, "JO030") == 0));
        CHECK_THAT(same ? all : torn, "sectors %x: %s", missing, findings.code);
    }
    free(whole);
    tear_down(b);
    return true;
}

// Every single bit. Within frames and headers it is told as damage, never as torn; behind the last
// frame it is told too, and nothing is lost; the reader gives no wrong byte.
static bool flip_all(uint32_t records, bool sealed) {
    struct small small;
    CHECK(make_small(&small, records, 4, sealed));
    uint64_t used = small.last_end + (sealed ? 4096 : 0);
    struct bench *b = &small.bench;
    char *file = sim_bytes(b->sim, first_segment, &small.size);
    for (uint64_t bit = 0; bit < small.size * 8; bit++) {
        char mask = (char)(1 << bit % 8);
        file[bit / 8] ^= mask;
        struct findings findings;
        struct journal_summary summary;
        CHECK_THAT(verify(b, &findings, &summary) == STATUS_INVALID, "bit %d is not seen",
                   (int)bit);
        bool told_as_torn = strcmp(findings.code, "JO030") == 0;
        CHECK_THAT(told_as_torn ? bit / 8 >= used && summary.records == records
                                : bit / 8 < used || summary.records == records,
                   "bit %d: %s", (int)bit, findings.code);
        if (bit % 1009 == 0 && !told_as_torn) {
            CHECK(opens_with(b, findings.code));
        }
        if (bit % 1013 == 0) {
            file = sim_bytes(b->sim, first_segment, &small.size);
        }
        file[bit / 8] ^= mask;
    }
    tear_down(b);
    return true;
}

static bool test_every_bit(void) {
    return flip_all(2, false); // header, two frames, zeros
}

static bool test_every_bit_sealed(void) {
    return flip_all(1, true); // header, a frame, its seal, zeros
}

static bool test_reader_of_damage(void) {
    struct small small;
    CHECK(make_small(&small, 2, 5, true));
    struct bench *b = &small.bench;
    char *file = sim_bytes(b->sim, first_segment, &small.size);
    file[2 * 4096 + 200] ^= 1; // in the second record
    struct journal_reader *reader;
    struct journal_reader_options options = {.chain = false};
    struct journal_entry entry;
    CHECK(journal_reader_open(b->world.disk, FOLDER, 1, options, &b->world.arena, &reader,
                              &b->world.diag) == STATUS_OK);
    CHECK(journal_reader_next(reader, &entry, &b->world.arena, &b->world.diag) == STATUS_OK &&
          entry.sequence == 1);
    for (int i = 0; i < 2; i++) {
        CHECK(journal_reader_next(reader, &entry, &b->world.arena, &b->world.diag) ==
              STATUS_INVALID);
        CHECK(strcmp(b->world.diag.code, "JO026") == 0);
        CHECK(slice_find(b->world.diag.message,
                         SLICE("journal-00000000000000000001.log', byte 8192: "), 0) != SIZE_MAX);
    }
    journal_reader_close(reader);
    tear_down(b);
    return true;
}

// Writes a checked number into a segment's header and mends the sum.
static void forge(char *file, size_t at, uint64_t value, size_t size) {
    struct le_writer out = {file + at};
    le_put(&out, value, size);
    out.at = file + 4092;
    le_put_u32(&out, crc32c(0, (Slice){file, 4092}));
}

static bool refuses(struct bench *b, const char *code) {
    struct findings findings;
    struct journal_summary summary;
    CHECK(opens_with(b, code));
    CHECK(verify(b, &findings, &summary) == STATUS_INVALID);
    CHECK_THAT(strcmp(findings.code, code) == 0, "verify: %s, not %s", findings.code, code);
    return true;
}

static uint32_t count_segments(struct bench *b) {
    struct findings findings;
    struct journal_summary summary;
    return verify(b, &findings, &summary) == STATUS_IO ? 0 : (uint32_t)summary.segments;
}

// How many there are depends on how the writes fell together, so on the machine.
static bool name_of_segment(struct bench *b, uint32_t index, char name[64]) {
    enum { NAMES_MAX = 2048 };
    static char names[NAMES_MAX][64];
    uint32_t count = 0;
    DiskNames list;
    CHECK(b->world.disk->list(b->world.disk->context, FOLDER, &b->world.arena, &list) == 0);
    for (uint32_t i = 0; i < list.count; i++) {
        if (slice_starts_with(list.at[i], SLICE("journal-"))) {
            CHECK(count < NAMES_MAX);
            uint32_t k = count++;
            for (; k > 0 && strcmp(names[k - 1], list.at[i].at) > 0; k--) {
                memcpy(names[k], names[k - 1], sizeof names[k]);
            }
            snprintf(names[k], sizeof names[k], "%s", list.at[i].at);
        }
    }
    CHECK(index < count);
    memcpy(name, names[index], 64);
    return true;
}

static bool test_segments(void) {
    struct bench b;
    char second[64];
    char third[64];
    uint64_t size;
    set_up(&b, 3);
    CHECK(fill(&b, 1000, 5) && name_of_segment(&b, 1, second) && name_of_segment(&b, 2, third));
    char *file = sim_bytes(b.sim, second, &size);
    char *kept = memory_alloc(size);
    memcpy(kept, file, size);
    Slice copy = {kept, size};

    sim_remove(b.sim, second);
    CHECK(refuses(&b, "JO015")); // missing
    sim_put(b.sim, second, copy);
    uint64_t last;
    CHECK(model_check(&b.world, 1000, 1000, &last));

    char *again = sim_bytes(b.sim, second, &size);
    forge(again, 8, JOURNAL_PENDING_BYTES, 2);
    CHECK(refuses(&b, "JO013")); // a newer version
    memcpy(again, kept, size);
    forge(again, 16, 1, 8);
    CHECK(refuses(&b, "JO014")); // the name tells something else
    memcpy(again, kept, size);
    forge(again, 24, 77, 8); // another time: sums are right, hashes are not
    CHECK(refuses(&b, "JO023"));
    memcpy(again, kept, size);
    forge(again, 56, 77, 8);
    CHECK(refuses(&b, "JO017")); // the chain
    memcpy(again, kept, size);
    again[0] ^= 1;
    CHECK(refuses(&b, "JO011"));
    memcpy(again, kept, size);
    bool is_free = again[size - 1] == 0; // a frame would end otherwise
    again[size - 1] ^= 1;                // of a closed segment, where nothing is read when opening
    struct findings findings;
    struct journal_summary summary;
    CHECK(verify(&b, &findings, &summary) == STATUS_INVALID);
    CHECK(!is_free || summary.records == 1000);
    CHECK(!is_free || strcmp(findings.code, "JO029") == 0 || strcmp(findings.code, "JO020") == 0);
    memcpy(again, kept, size);

    // The same segment under another sequence, and a copy that says so too.
    sim_put(b.sim, "journal-00000000000000000003.log", copy);
    CHECK(refuses(&b, "JO014"));
    char *doubled = sim_bytes(b.sim, "journal-00000000000000000003.log", &size);
    forge(doubled, 16, 3, 8);
    CHECK(refuses(&b, "JO016"));
    sim_remove(b.sim, "journal-00000000000000000003.log");
    CHECK(model_check(&b.world, 1000, 1000, &last));

    sim_put(b.sim, third, slice_part(copy, 0, 100));
    CHECK(refuses(&b, "JO010"));
    free(kept);
    tear_down(&b);
    return true;
}

// The power went before the last segment's name was on disk: it is found under that of a prepared
// one.
static bool test_prepared_with_header(void) {
    struct bench b;
    char name[64];
    uint64_t size;
    set_up(&b, 3);
    CHECK(fill(&b, 300, 5));
    uint32_t count = count_segments(&b);
    CHECK(name_of_segment(&b, count - 1, name));
    sim_remove(b.sim, "prepared.log");
    sim_remove(b.sim, "preparing.tmp");
    sim_rename(b.sim, name, "prepared.log");
    struct findings findings;
    struct journal_summary summary;
    CHECK(verify(&b, &findings, &summary) == STATUS_OK && summary.last_sequence == 300 &&
          summary.segments == count);
    uint64_t last;
    CHECK(model_check(&b.world, 300, 300, &last));
    char *file = sim_bytes(b.sim, name, &size);
    CHECK(file != NULL);
    char *kept = memory_alloc(size);
    memcpy(kept, file, size);
    sim_put(b.sim, "prepared.log", (Slice){kept, size});
    CHECK(opens_with(&b, "JO016")); // both at once is not our doing
    sim_remove(b.sim, name);
    CHECK(name_of_segment(&b, count - 2, name));
    sim_remove(b.sim, name);
    CHECK(opens_with(&b, "JO015"));
    free(kept);
    tear_down(&b);
    return true;
}

// Of old segments only the headers are read when the caller says from where on it needs them.
static bool test_check_from(void) {
    struct bench b;
    uint64_t size;
    set_up(&b, 3);
    CHECK(fill(&b, 1000, 5));
    char *file = sim_bytes(b.sim, first_segment, &size);
    file[4096 + 200] ^= 1;
    CHECK(opens_with(&b, "JO026"));
    b.world.options.check_from = 900;
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK && recovery.last_sequence == 1000);
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    uint64_t last;
    CHECK(model_read(&b.world, 900, &last) && last == 1000);
    tear_down(&b);
    return true;
}

// Every operation fails once, or from then on. What was acknowledged is there when the disk works
// again.
static bool fail_every(bool fail_on, bool short_writes) {
    for (uint64_t n = 1;; n++) {
        struct bench b;
        set_up(&b, n);
        *sim_settings(b.sim) =
            (struct sim_settings){.fail_at = n, .fail_on = fail_on, .short_writes = short_writes};
        struct journal *journal = NULL;
        struct journal_recovery recovery;
        uint64_t appended = 0;
        uint64_t acknowledged = 0;
        bool failed = false;
        if (model_open(&b.world, &journal, &recovery) == STATUS_OK) {
            for (int i = 0;
                 i < 120 && model_append_waiting(&b.world, journal, &appended) == STATUS_OK; i++) {
                if (i % 3 == 0 && journal_wait(journal, appended) != STATUS_OK) {
                    break;
                }
            }
            acknowledged = journal_durable(journal);
            failed = journal_failure(journal, &b.world.diag) == STATUS_IO;
            char bytes[MODEL_SIZE_MAX];
            struct journal_record record = model_record(1, bytes);
            uint64_t sequence = 0;
            if (failed) {
                CHECK(journal_append(journal, &record, &sequence) == STATUS_IO &&
                      journal_wait(journal, appended) ==
                          (acknowledged < appended ? STATUS_IO : STATUS_OK));
            }
            Status closed = journal_close(journal, &b.world.arena, &b.world.diag);
            CHECK(!failed || closed == STATUS_IO);
        }
        bool was_hit = sim_failed(b.sim);
        CHECK(was_hit || (journal != NULL && !failed && acknowledged > 0));
        *sim_settings(b.sim) = (struct sim_settings){0};
        if (n % 2 == 0) {
            sim_power_cut(b.sim);
            sim_power_on(b.sim);
        }
        uint64_t last;
        CHECK_THAT(model_check(&b.world, acknowledged, appended, &last), "failure %d", (int)n);
        tear_down(&b);
        if (!was_hit) {
            return true;
        }
        CHECK(n < 5000);
    }
}

static bool test_every_failure(void) {
    return fail_every(false, false);
}

static bool test_every_failure_for_good(void) {
    return fail_every(true, false);
}

// The same for what reads: it tells the failure, and gives no wrong record; a torn tail is cleared
// away now or the next time.
static bool test_every_read_failure(void) {
    for (uint64_t n = 1;; n++) {
        struct bench b;
        set_up(&b, n);
        CHECK(fill(&b, 60, 4));
        char last_name[64];
        uint64_t size;
        CHECK(name_of_segment(&b, 1, last_name));
        char *file = sim_bytes(b.sim, last_name, &size);
        memset(file + 4096 + 100, 0, size - 4096 - 100); // its first frame is torn
        for (uint32_t k = count_segments(&b); k > 2; k--) {
            CHECK(name_of_segment(&b, k - 1, last_name));
            sim_remove(b.sim, last_name);
        }
        sim_count_from_here(b.sim);
        *sim_settings(b.sim) = (struct sim_settings){.fail_at = n};
        struct findings findings;
        struct journal_summary summary;
        struct journal *journal;
        struct journal_recovery recovery;
        struct journal_reader *reader;
        Status status = model_open(&b.world, &journal, &recovery);
        CHECK(status == STATUS_OK || (status == STATUS_IO && strcmp(b.world.diag.code, "JO0") > 0));
        if (status == STATUS_OK) {
            status = journal_close(journal, &b.world.arena, &b.world.diag);
        }
        struct journal_reader_options options = {.chain = true};
        uint64_t count = 0;
        status = journal_reader_open(b.world.disk, FOLDER, 1, options, &b.world.arena, &reader,
                                     &b.world.diag);
        if (status == STATUS_OK) {
            struct journal_entry entry;
            while ((status = journal_reader_next(reader, &entry, &b.world.arena, &b.world.diag)) ==
                   STATUS_OK) {
                CHECK(entry.sequence == ++count && model_is(&entry));
            }
            journal_reader_close(reader);
        }
        CHECK(status == STATUS_END || status == STATUS_IO);
        bool before = sim_failed(b.sim);
        status = verify(&b, &findings, &summary);
        CHECK(before || (sim_failed(b.sim) ? status != STATUS_OK : status == STATUS_OK));
        bool was_hit = sim_failed(b.sim);
        *sim_settings(b.sim) = (struct sim_settings){0};
        uint64_t last;
        CHECK_THAT(model_check(&b.world, count, 60, &last), "failure %d", (int)n);
        CHECK(verify(&b, &findings, &summary) == STATUS_OK);
        tear_down(&b);
        if (!was_hit) {
            return true;
        }
    }
}

static bool test_short_writes(void) {
    struct bench b;
    set_up(&b, 9);
    sim_settings(b.sim)->short_writes = true;
    uint64_t last;
    CHECK(fill(&b, 300, 9) && model_check(&b.world, 300, 300, &last));
    tear_down(&b);
    return true;
}

// The disk fills up: it is told while there is room, appends are refused, and go on when there is
// room again.
static bool test_disk_full(void) {
    struct bench b;
    set_up(&b, 4);
    sim_set_capacity(b.sim, 2 * (64 << 10) + 100);
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK);
    uint64_t sequence = 0;
    bool was_told = false;
    Status status;
    while ((status = model_append(journal, &sequence)) == STATUS_OK ||
           journal_wait_room(journal, MODEL_SIZE_MAX) == STATUS_OK) {
        CHECK(journal_wait(journal, sequence) == STATUS_OK);
        if (!was_told && journal_make_room(journal, &b.world.arena, &b.world.diag) != STATUS_OK) {
            // The second segment was begun, and there is no third. That shows at once, not at its
            // end.
            struct journal_state state = journal_state(journal);
            CHECK(strcmp(b.world.diag.code, "JO003") == 0 && state.segments_made == 2);
            CHECK(state.nearly_full && state.room_bytes > 2 * MODEL_SIZE_MAX);
            was_told = true;
        }
    }
    CHECK(was_told && status == STATUS_LIMIT && sequence > 20);
    CHECK(!journal_state(journal).failed && journal_state(journal).nearly_full);
    CHECK(journal_make_room(journal, &b.world.arena, &b.world.diag) == STATUS_LIMIT);
    sim_set_capacity(b.sim, 0);
    CHECK(journal_make_room(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    for (int i = 0; i < 100; i++) {
        CHECK(model_append_waiting(&b.world, journal, &sequence) == STATUS_OK);
    }
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    uint64_t last;
    CHECK(model_check(&b.world, sequence, sequence, &last));
    tear_down(&b);

    set_up(&b, 4);
    sim_set_capacity(b.sim, 1000);
    CHECK(opens_with(&b, "JO003"));
    tear_down(&b);
    return true;
}

// What the events told.
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t durable;
    uint64_t written;
    int failures;
    bool open;
};

static void note_durable(void *context, uint64_t sequence) {
    struct gate *gate = context;
    pthread_mutex_lock(&gate->lock);
    gate->durable = sequence;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

// Without being asked it tries again by itself.
static bool test_retry(void) {
    struct bench b;
    set_up(&b, 4);
    b.world.options.retry_us = 1000;
    sim_set_capacity(b.sim, 64 << 10);
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK);
    uint64_t sequence = 0;
    while (model_append(journal, &sequence) == STATUS_OK ||
           journal_wait_room(journal, MODEL_SIZE_MAX) == STATUS_OK) {
    }
    CHECK(journal_state(journal).nearly_full);
    sim_set_capacity(b.sim, 0);
    while (journal_wait_room(journal, MODEL_SIZE_MAX) == STATUS_LIMIT) {
        sched_yield();
    }
    CHECK(model_append(journal, &sequence) == STATUS_OK &&
          journal_wait(journal, sequence) == STATUS_OK);
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    tear_down(&b);
    return true;
}

static void note_failed(void *context) {
    struct gate *gate = context;
    pthread_mutex_lock(&gate->lock);
    gate->failures++;
    pthread_mutex_unlock(&gate->lock);
}

// A failed journal tells why and who waited, once, and stays failed when the disk works again.
static bool test_failed_for_good(void) {
    struct bench b;
    set_up(&b, 4);
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    b.world.options.events =
        (struct journal_events){.context = &gate, .durable = note_durable, .failed = note_failed};
    struct journal *journal;
    struct journal_recovery recovery;
    uint64_t sequence = 0;
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK);
    CHECK(model_append(journal, &sequence) == STATUS_OK && journal_wait(journal, 1) == STATUS_OK);
    CHECK(journal_make_room(journal, &b.world.arena, &b.world.diag) ==
          STATUS_OK); // the other thread is at rest
    CHECK(journal_failure(journal, &b.world.diag) == STATUS_OK);
    sim_count_from_here(b.sim);
    *sim_settings(b.sim) = (struct sim_settings){
        .fail_at = 2, .fail_error = ENOSPC}; // the write goes, the sync does not
    CHECK(model_append(journal, &sequence) == STATUS_OK && journal_wait(journal, 2) == STATUS_IO);
    for (int i = 0; i < 3; i++) {
        uint64_t ignored = 0;
        CHECK(model_append(journal, &ignored) == STATUS_IO &&
              journal_wait_room(journal, 1) == STATUS_IO);
        CHECK(journal_make_room(journal, &b.world.arena, &b.world.diag) == STATUS_IO &&
              journal_wait(journal, 1) == STATUS_OK);
    }
    CHECK(journal_failure(journal, &b.world.diag) == STATUS_IO &&
          strcmp(b.world.diag.code, "JO002") == 0);
    CHECK(slice_find(b.world.diag.message, SLICE("cannot sync the journal in 'log': No space"),
                     0) != SIZE_MAX);
    CHECK(journal_state(journal).failed && journal_durable(journal) == 1);
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_IO &&
          strcmp(b.world.diag.code, "JO002") == 0);
    CHECK(gate.failures == 1 && gate.durable == 1);
    tear_down(&b);
    return true;
}

// A writer that is not let go on fills two frames, and then there is back pressure.
static void hold(void *context, uint64_t sequence) {
    struct gate *gate = context;
    pthread_mutex_lock(&gate->lock);
    gate->durable = sequence;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open) {
        pthread_cond_wait(&gate->changed, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

static void note_written(void *context, uint64_t sequence) {
    struct gate *gate = context;
    pthread_mutex_lock(&gate->lock);
    gate->written = sequence;
    pthread_mutex_unlock(&gate->lock);
}

static bool test_back_pressure(void) {
    struct bench b;
    set_up(&b, 5);
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    b.world.options.events =
        (struct journal_events){.context = &gate, .durable = hold, .written = note_written};
    struct journal *journal;
    struct journal_recovery recovery;
    CHECK(model_open(&b.world, &journal, &recovery) == STATUS_OK);
    uint64_t sequence = 0;
    CHECK(model_append(journal, &sequence) == STATUS_OK);
    pthread_mutex_lock(&gate.lock);
    while (gate.durable == 0) {
        pthread_cond_wait(&gate.changed, &gate.lock);
    }
    CHECK(gate.written == 1);
    pthread_mutex_unlock(&gate.lock);
    Status status;
    while ((status = model_append(journal, &sequence)) == STATUS_OK) {
    }
    CHECK(status == STATUS_LIMIT && sequence > 10 && journal_durable(journal) == 1);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
    CHECK(journal_wait_room(journal, 100) == STATUS_OK &&
          model_append(journal, &sequence) == STATUS_OK);
    CHECK(journal_wait(journal, sequence) == STATUS_OK && journal_written(journal) == sequence);
    CHECK(journal_close(journal, &b.world.arena, &b.world.diag) == STATUS_OK);
    CHECK(gate.durable == sequence && gate.written == sequence);
    tear_down(&b);
    return true;
}

struct appending {
    struct world *world;
    struct journal *journal;
    uint64_t count;
};

static void append_all(void *context) {
    struct appending *appending = context;
    uint64_t sequence = 0;
    for (uint64_t i = 0; i < appending->count; i++) {
        INVARIANT(model_append_waiting(appending->world, appending->journal, &sequence) ==
                  STATUS_OK);
    }
}

static bool read_while_writing(bool own_journal) {
    struct bench b;
    set_up(&b, 6);
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    b.world.options.events = (struct journal_events){.context = &gate, .durable = note_durable};
    struct appending appending = {.world = &b.world, .count = 3000};
    struct journal_recovery recovery;
    CHECK(model_open(&b.world, &appending.journal, &recovery) == STATUS_OK);
    struct arena arena; // the other thread uses the world's
    struct diag diag;
    arena_init(&arena, 4096);
    struct journal_reader_options options = {.chain = true,
                                             .journal = own_journal ? appending.journal : NULL};
    struct journal_reader *reader;
    CHECK(journal_reader_open(b.world.disk, FOLDER, 1, options, &arena, &reader, &diag) ==
          STATUS_OK);
    struct thread *thread = thread_start("append", append_all, &appending);
    uint64_t last = 0;
    bool ok = true;
    while (ok && last < appending.count) {
        struct journal_entry entry;
        Status status = journal_reader_next(reader, &entry, &arena, &diag);
        if (status == STATUS_END) {
            pthread_mutex_lock(&gate.lock);
            while (gate.durable <= last) {
                pthread_cond_wait(&gate.changed, &gate.lock);
            }
            pthread_mutex_unlock(&gate.lock);
            continue;
        }
        ok = status == STATUS_OK && entry.sequence == last + 1 && model_is(&entry);
        ok = ok && (!own_journal || entry.sequence <= journal_durable(appending.journal));
        last++;
    }
    thread_join(thread);
    CHECK_THAT(ok, "at %d: %.*s", (int)last, SLICE_ARGS(diag.message));
    journal_reader_close(reader);
    CHECK(journal_close(appending.journal, &arena, &diag) == STATUS_OK);
    arena_deinit(&arena);
    tear_down(&b);
    return true;
}

static bool test_read_while_writing(void) {
    return read_while_writing(true);
}

static bool test_read_from_outside(void) {
    return read_while_writing(false);
}

// Random runs: the power goes at some call, again and again, also while it recovers.
static bool test_power_cuts(void) {
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct bench b;
        struct random random;
        set_up(&b, seed);
        random_init(&random, seed);
        uint64_t acknowledged = 0;
        uint64_t appended = 0;
        for (int round = 0; round < 6; round++) {
            struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                .changed = PTHREAD_COND_INITIALIZER};
            b.world.options.events =
                (struct journal_events){.context = &gate, .durable = note_durable};
            sim_count_from_here(b.sim);
            *sim_settings(b.sim) =
                (struct sim_settings){.fail_at = 1 + random_below(&random, 150), .fail_on = true};
            struct journal *journal;
            struct journal_recovery recovery;
            if (model_open(&b.world, &journal, &recovery) == STATUS_OK) {
                CHECK_THAT(recovery.last_sequence >= acknowledged &&
                               recovery.last_sequence <= appended,
                           "seed %d", (int)seed);
                appended = recovery.last_sequence;
                acknowledged = appended; // it was read back from the disk, and stays
                while (model_append_waiting(&b.world, journal, &appended) == STATUS_OK) {
                    if (random_below(&random, 4) == 0 &&
                        journal_wait(journal, appended) != STATUS_OK) {
                        break;
                    }
                }
                Status closed = journal_close(journal, &b.world.arena, &b.world.diag);
                CHECK(closed == STATUS_OK || closed == STATUS_IO);
                acknowledged = gate.durable > acknowledged ? gate.durable : acknowledged;
            }
            sim_power_cut(b.sim);
            *sim_settings(b.sim) = (struct sim_settings){0};
            sim_power_on(b.sim);
        }
        b.world.options.events = (struct journal_events){0};
        uint64_t last;
        CHECK_THAT(model_check(&b.world, acknowledged, appended, &last), "seed %d", (int)seed);
        tear_down(&b);
    }
    return true;
}

// A frame larger than a torn one may be is looked for, and so are bytes far behind.
static bool test_far_behind(void) {
    struct bench b;
    set_up(&b, 7);
    b.world.options.segment_bytes = 6 << 20;
    CHECK(fill(&b, 10, 10));
    uint64_t size;
    char *file = sim_bytes(b.sim, first_segment, &size);
    file[size - 5] = 1;
    CHECK(opens_with(&b, "JO029"));
    file[size - 5] = 0;
    uint64_t last;
    CHECK(model_check(&b.world, 10, 10, &last));
    tear_down(&b);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_append_and_read),
                                        TEST(test_options),
                                        TEST(test_every_cut),
                                        TEST(test_every_sector),
                                        TEST(test_every_bit),
                                        TEST(test_every_bit_sealed),
                                        TEST(test_reader_of_damage),
                                        TEST(test_segments),
                                        TEST(test_check_from),
                                        TEST(test_every_failure),
                                        TEST(test_every_failure_for_good),
                                        TEST(test_short_writes),
                                        TEST(test_disk_full),
                                        TEST(test_back_pressure),
                                        TEST(test_read_while_writing),
                                        TEST(test_read_from_outside),
                                        TEST(test_power_cuts),
                                        TEST(test_retry),
                                        TEST(test_prepared_with_header),
                                        TEST(test_failed_for_good),
                                        TEST(test_every_read_failure),
                                        TEST(test_far_behind)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
