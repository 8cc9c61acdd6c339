// How long a record takes to be durable, and how fast a log is read. Not a test: disks differ, and
// others use them too.
//
//     journal_bench [FOLDER]     files are made in it and removed; without, in the current one. Not
//     on a disk of memory.

#include "base/random.h"
#include "journal/journal.h"
#include "journal/snapshot.h"
#include "os/clock.h"
#include "os/scratch_test.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

enum {
    RECORD_SIZE = 1000,
    SAMPLES_MAX = 100000,
    SECONDS = 2, // of each measurement
    READ_BYTES = 512 << 20,
    CHUNKS = 256,
    FINDINGS = 500,
};

struct bench {
    struct scratch scratch;
    struct journal *journal;
    bool page_cache;
    // Of the open loop: when the first record is due, and how far apart they are.
    uint64_t start_ns;
    uint64_t step_ns;
    uint64_t before; // the sequence before the first
    _Atomic uint64_t seen;
    double *samples_us;
    uint32_t sample_count;
};

static void check(struct bench *bench, Status status) {
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s\n", status_name(status), SLICE_ARGS(bench->scratch.diag.message));
        exit(1);
    }
}

static void on_durable(void *context, uint64_t sequence) {
    struct bench *bench = context;
    uint64_t now = clock_monotonic_ns();
    for (uint64_t i = bench->seen + 1; i <= sequence && bench->step_ns > 0; i++) {
        uint64_t due = bench->start_ns + (i - bench->before - 1) * bench->step_ns;
        if (bench->sample_count < SAMPLES_MAX) {
            bench->samples_us[bench->sample_count++] = (double)(now - due) / 1000;
        }
    }
    bench->seen = sequence;
}

static void open_log(struct bench *bench) {
    struct journal_options options = {.page_cache = bench->page_cache,
                                      .events = {.context = bench, .durable = on_durable}};
    struct journal_recovery recovery;
    check(bench,
          journal_open(disk_real(), slice_of(bench->scratch.path), &options, &bench->scratch.arena,
                       &bench->journal, &recovery, &bench->scratch.diag));
    bench->seen = recovery.last_sequence;
    check(bench, journal_make_room(bench->journal, &bench->scratch.arena,
                                   &bench->scratch.diag)); // so that it does not disturb
}

static uint64_t append(struct bench *bench, const char *bytes) {
    struct journal_record record = {.kind = 1, .data = {bytes, RECORD_SIZE}};
    uint64_t sequence = 0;
    Status status;
    while ((status = journal_append(bench->journal, &record, &sequence)) == STATUS_LIMIT) {
        status = journal_wait_room(bench->journal, RECORD_SIZE);
        check(bench, status);
    }
    check(bench, status);
    return sequence;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void print(struct bench *bench, const char *what, double per_second) {
    if (bench->sample_count == 0) {
        return;
    }
    qsort(bench->samples_us, bench->sample_count, sizeof bench->samples_us[0], by_value);
    const double *s = bench->samples_us;
    uint32_t n = bench->sample_count;
    printf("%-11s %-38s %9.0f records/s  p50 %6.0f us  p99 %6.0f us  p99.9 %6.0f us\n",
           bench->page_cache ? "page cache" : "direct", what, per_second, s[n / 2],
           s[n - 1 - n / 100], s[n - 1 - n / 1000]);
}

// Appends a batch, waits for it, and again.
static void closed_loop(struct bench *bench, uint32_t batch, const char *bytes) {
    bench->sample_count = 0;
    bench->step_ns = 0;
    uint64_t start = clock_monotonic_ns();
    uint64_t records = 0;
    while (clock_monotonic_ns() - start < SECONDS * UINT64_C(1000000000) &&
           bench->sample_count < SAMPLES_MAX) {
        uint64_t from = clock_monotonic_ns();
        uint64_t sequence = 0;
        for (uint32_t i = 0; i < batch; i++) {
            sequence = append(bench, bytes);
        }
        check(bench, journal_wait(bench->journal, sequence));
        bench->samples_us[bench->sample_count++] = (double)(clock_monotonic_ns() - from) / 1000;
        records += batch;
    }
    char what[40];
    snprintf(what, sizeof what, "batches of %u", batch);
    print(bench, what, (double)records * 1e9 / (double)(clock_monotonic_ns() - start));
}

// Asleep, not spinning: the writer may need the processor. What is overslept counts as latency.
static void sleep_until(uint64_t due_ns) {
    struct timespec due = {(time_t)(due_ns / 1000000000), (long)(due_ns % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) != 0) {
    }
}

// Records are due at fixed times, whether the one before is durable or not.
static void open_loop(struct bench *bench, uint64_t rate, const char *bytes, const char *beside) {
    bench->sample_count = 0;
    bench->before = journal_state(bench->journal).appended;
    bench->step_ns = 1000000000 / rate;
    bench->start_ns = clock_monotonic_ns() + 1000000;
    uint64_t count = rate * SECONDS;
    uint64_t sequence = 0;
    for (uint64_t i = 0; i < count; i++) {
        sleep_until(bench->start_ns + i * bench->step_ns);
        sequence = append(bench, bytes);
    }
    check(bench, journal_wait(bench->journal, sequence));
    while (bench->seen < sequence) {
        sched_yield();
    }
    char what[60];
    snprintf(what, sizeof what, "open loop, %llu/s%s", (unsigned long long)rate, beside);
    print(bench, what, (double)count * 1e9 / (double)(clock_monotonic_ns() - bench->start_ns));
}

// Into a new segment, so that the one behind it is being made meanwhile.
static void begin_segment(struct bench *bench, const char *bytes) {
    uint64_t made = journal_state(bench->journal).segments_made;
    bench->step_ns = 0;
    while (journal_state(bench->journal).segments_made == made &&
           journal_state(bench->journal).next_ready) {
        check(bench, journal_wait(bench->journal, append(bench, bytes)));
        for (int i = 0; i < 1000; i++) {
            append(bench, bytes);
        }
    }
}

static void flat_out(struct bench *bench, const char *bytes) {
    bench->step_ns = 0;
    uint64_t count = READ_BYTES / RECORD_SIZE;
    uint64_t sequence = 0;
    uint64_t start = clock_monotonic_ns();
    for (uint64_t i = 0; i < count; i++) {
        sequence = append(bench, bytes);
    }
    check(bench, journal_wait(bench->journal, sequence));
    printf("%-11s %-38s %9.0f records/s\n", bench->page_cache ? "page cache" : "direct",
           "as fast as it goes", (double)count * 1e9 / (double)(clock_monotonic_ns() - start));
}

// The second time, from memory.
static void read_log(struct bench *bench, bool chain) {
    double seconds = 0;
    uint64_t total = 0;
    for (int round = 0; round < 2; round++) {
        struct journal_reader *reader;
        struct journal_reader_options options = {.chain = chain, .journal = bench->journal};
        check(bench, journal_reader_open(disk_real(), slice_of(bench->scratch.path), 1, options,
                                         &bench->scratch.arena, &reader, &bench->scratch.diag));
        struct journal_entry entry;
        total = 0;
        uint64_t start = clock_monotonic_ns();
        Status status;
        while ((status = journal_reader_next(reader, &entry, &bench->scratch.arena,
                                             &bench->scratch.diag)) == STATUS_OK) {
            total += entry.data.size;
        }
        check(bench, status == STATUS_END ? STATUS_OK : status);
        seconds = (double)(clock_monotonic_ns() - start) / 1e9;
        journal_reader_close(reader);
    }
    printf("reading, sums%-37s %6.2f GB/s of records\n", chain ? " and hashes" : "",
           (double)total / 1e9 / seconds);
}

// One record up to `last`, with all that opening costs. The second round is told: from memory.
static void find_records(struct bench *bench, uint64_t last, const char *what) {
    struct random random;
    for (int round = 0; round < 2; round++) {
        bench->sample_count = 0;
        random_init(&random, 1);
        for (int i = 0; i < FINDINGS; i++) {
            ArenaMark mark = arena_mark(&bench->scratch.arena);
            struct journal_reader *reader;
            struct journal_reader_options options = {.journal = bench->journal};
            struct journal_entry entry;
            uint64_t start = clock_monotonic_ns();
            check(bench, journal_reader_open(disk_real(), slice_of(bench->scratch.path),
                                             1 + random_below(&random, last), options,
                                             &bench->scratch.arena, &reader, &bench->scratch.diag));
            check(bench,
                  journal_reader_next(reader, &entry, &bench->scratch.arena, &bench->scratch.diag));
            journal_reader_close(reader);
            bench->samples_us[bench->sample_count++] =
                (double)(clock_monotonic_ns() - start) / 1000;
            arena_rewind(&bench->scratch.arena, mark);
        }
    }
    print(bench, what, 0);
}

static void write_snapshot(struct bench *bench, bool compress) {
    static char chunk[SNAPSHOT_CHUNK_MAX];
    for (size_t i = 0; i < sizeof chunk; i++) {
        chunk[i] = (char)(i * i >> 7 & (i >> 9 & 1 ? 0xff : 3)); // compresses somewhat
    }
    struct snapshot_options options = {.compress = compress};
    struct snapshot_writer *writer;
    static const uint8_t hash[SNAPSHOT_HASH_SIZE];
    uint64_t start = clock_monotonic_ns();
    check(bench, snapshot_create(disk_real(), slice_of(bench->scratch.path), 1, &options,
                                 &bench->scratch.arena, &writer, &bench->scratch.diag));
    for (int i = 0; i < CHUNKS; i++) {
        snapshot_write(writer, (Slice){chunk, sizeof chunk});
    }
    check(bench, snapshot_commit(writer, hash, &bench->scratch.arena, &bench->scratch.diag));
    double seconds = (double)(clock_monotonic_ns() - start) / 1e9;
    printf("snapshot, %-40s %6.2f GB/s\n", compress ? "zstd" : "plain",
           (double)CHUNKS * SNAPSHOT_CHUNK_MAX / 1e9 / seconds);
}

static void run(struct bench *bench, const char *above, bool page_cache) {
    if (!scratch_make(&bench->scratch, above)) {
        perror(above);
        exit(1);
    }
    char bytes[RECORD_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 7);
    }
    bench->page_cache = page_cache;
    open_log(bench);
    closed_loop(bench, 1, bytes);
    closed_loop(bench, 16, bytes);
    closed_loop(bench, 256, bytes);
    check(bench, journal_make_room(bench->journal, &bench->scratch.arena, &bench->scratch.diag));
    open_loop(bench, 10000, bytes, "");
    begin_segment(bench, bytes);
    open_loop(bench, 10000, bytes, ", making a segment");
    if (!page_cache) {
        find_records(bench, journal_durable(bench->journal), "finding one record");
    }
    flat_out(bench, bytes);
    if (!page_cache) {
        read_log(bench, false);
        read_log(bench, true);
        find_records(bench, journal_durable(bench->journal), "finding one record, large frames");
        write_snapshot(bench, false);
        write_snapshot(bench, true);
    }
    check(bench, journal_close(bench->journal, &bench->scratch.arena, &bench->scratch.diag));
    if (!scratch_remove(&bench->scratch)) {
        exit(1);
    }
}

int main(int argc, char **argv) {
    struct bench bench = {.samples_us = memory_alloc(SAMPLES_MAX * sizeof(double))};
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0); // ns; the usual 50 us are half of a step
    run(&bench, argc > 1 ? argv[1] : ".", false);
    run(&bench, argc > 1 ? argv[1] : ".", true);
    free(bench.samples_us);
    return 0;
}
