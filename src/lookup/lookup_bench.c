// What adding and finding cost. Not a test: machines differ.
//
//     lookup_bench [FOLDER]     files are made in it and removed; without, where temporary files go

#include "base/random.h"
#include "lookup/lookup.h"
#include "os/clock.h"
#include "os/scratch_test.h"

#include <stdlib.h>

enum { RECORDS = 12000000, STEP = 1000, FINDINGS = 20000 };

static Hash128 key_of(uint64_t number) {
    return hash128((Slice){(const char *)&number, sizeof number}, 0);
}

static void check(Status status, const struct diag *diag) {
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s\n", status_name(status), SLICE_ARGS(diag->message));
        exit(1);
    }
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void flush(struct lookup *lookup) {
    struct diag diag;
    struct arena arena;
    arena_init(&arena, 4096);
    check(lookup_flush(lookup, &arena, &diag), &diag);
    arena_deinit(&arena);
}

// By the thousand. The keeper writes files meanwhile, on another core if there is one.
static void add(struct lookup *lookup) {
    double *ns = memory_alloc(RECORDS / STEP * sizeof ns[0]);
    for (uint64_t i = 0; i < RECORDS; i += STEP) {
        uint64_t start = clock_monotonic_ns();
        for (uint64_t k = i + 1; k <= i + STEP; k++) {
            lookup_add(lookup, key_of(k), k);
        }
        ns[i / STEP] = (double)(clock_monotonic_ns() - start) / STEP;
        if (i % (LOOKUP_ENTRIES / 2) < STEP) {
            flush(lookup); // no faster than the disk takes it
        }
    }
    qsort(ns, RECORDS / STEP, sizeof ns[0], by_value);
    printf("adding, with the hash: p50 %.1f ns, p99 %.1f ns, slowest %.1f ns\n",
           ns[RECORDS / STEP / 2], ns[RECORDS / STEP / 100 * 99], ns[RECORDS / STEP - 1]);
    free(ns);
}

static void find(struct lookup *lookup, const char *what, uint64_t from, uint64_t count) {
    struct random random;
    random_init(&random, 1);
    uint64_t start = clock_monotonic_ns();
    for (int i = 0; i < FINDINGS; i++) {
        uint64_t sequence;
        struct diag diag = {0};
        uint64_t number = from + random_below(&random, count);
        Status status = lookup_find(lookup, key_of(number), &sequence);
        check(from > RECORDS && status == STATUS_NOT_FOUND ? STATUS_OK : status, &diag);
    }
    printf("finding, %-20s %6.1f us\n", what,
           (double)(clock_monotonic_ns() - start) / 1000 / FINDINGS);
}

int main(int argc, char **argv) {
    struct scratch scratch;
    struct lookup *lookup;
    if (!scratch_make(&scratch, argc > 1 ? argv[1] : NULL)) {
        perror("scratch");
        return 1;
    }
    struct lookup_options options = {.first_sequence = 1};
    check(lookup_open(disk_real(), slice_of(scratch.path), &options, &scratch.arena, &lookup,
                      &scratch.diag),
          &scratch.diag);
    add(lookup);
    struct lookup_state state = lookup_state(lookup);
    printf("%u files with %llu entries, %llu lost\n", state.files,
           (unsigned long long)state.entries, (unsigned long long)state.lost);
    find(lookup, "any", 1, RECORDS);
    find(lookup, "not there", RECORDS + UINT64_C(1), RECORDS);
    uint64_t start = clock_monotonic_ns();
    lookup_settle(lookup);
    state = lookup_state(lookup);
    printf("merged in %.1f s: %u files\n", (double)(clock_monotonic_ns() - start) / 1e9,
           state.files);
    find(lookup, "any, merged", 1, RECORDS);
    lookup_close(lookup);
    return scratch_remove(&scratch) ? 0 : 1;
}
