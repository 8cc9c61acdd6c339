// Prints what look-ups and changes cost: knowledge_bench [rows]. The keys are asked in random
// order, so that at a million rows nearly every look-up misses the cache, as with real accounts.

#include "base/random.h"
#include "monitoring/knowledge/knowledge_test.h"

#include <stdlib.h>
#include <time.h>

static const char yaml[] =
    "lists: {l: {cap: 100000000}}\n"
    "tables: [{name: t, key: [k], cap: 100000000, fields: {a: {type: int}, b: {type: float},"
    " c: {type: bool}, d: {type: money}, e: {type: int}, f: {type: int}}}]\n";

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static Hash128 key_number(uint64_t number) {
    return hash128((Slice){(const char *)&number, sizeof number}, 0);
}

static double started;
static volatile double kept; // so that what is asked is not left out

static void print(const char *what, uint64_t count) {
    printf("%-44s %8.1f ns\n", what, (now_ns() - started) / (double)count);
    started = now_ns();
}

static void run(struct knowledge *knowledge, uint64_t rows, struct arena *arena) {
    struct diag diag;
    double slowest = 0;
    started = now_ns();
    for (uint64_t i = 0; i < rows; i++) {
        double before = now_ns();
        struct json_node value = {.kind = JSON_INT, .i64 = (int64_t)i};
        INVARIANT(knowledge_set(knowledge, 0, key_number(i), 0, &value, arena, &diag) == STATUS_OK);
        double took = now_ns() - before;
        slowest = took > slowest ? took : slowest;
    }
    print("table: make a row and set a cell", rows);
    printf("%-44s %8.1f us\n", "table: the slowest of them", slowest / 1e3);
    started = now_ns();
    struct knowledge_entry entry = {0, INT64_MAX, SLICE("police"), SLICE("case 77")};
    for (uint64_t i = 0; i < rows; i++) {
        INVARIANT(knowledge_list_add(knowledge, 0, key_number(i), &entry) == STATUS_OK);
    }
    print("list: add an entry", rows);
    enum { ASKED = 4000000 };
    struct random random;
    random_init(&random, 1);
    double sum = 0;
    uint64_t found = 0;
    started = now_ns();
    for (uint64_t i = 0; i < ASKED; i++) {
        sum += (double)key_number(random_below(&random, rows)).low;
    }
    print("(of each figure below: making the key)", ASKED);
    for (uint64_t i = 0; i < ASKED; i++) {
        KnowledgeRow row = knowledge_row(knowledge, 0, key_number(random_below(&random, rows)));
        sum += knowledge_cell(knowledge, 0, row, 0);
    }
    print("table: find a row, read a cell", ASKED);
    uint64_t last = 0;
    for (uint64_t i = 0; i < ASKED;
         i++) { // each key depends on the answer before: the whole latency
        KnowledgeRow row =
            knowledge_row(knowledge, 0, key_number((random_below(&random, rows) + last) % rows));
        last = (uint64_t)knowledge_cell(knowledge, 0, row, 0);
    }
    print("table: the same, one after the other", ASKED);
    for (uint64_t i = 0; i < ASKED; i++) {
        found += knowledge_on_list(knowledge, 0, key_number(random_below(&random, rows)), 5);
    }
    print("list: asked, is on it", ASKED);
    for (uint64_t i = 0; i < ASKED; i++) {
        found += knowledge_on_list(knowledge, 0, key_number(rows + random_below(&random, rows)), 5);
    }
    print("list: asked, is not on it", ASKED);
    struct knowledge_counters counters = knowledge_counters(knowledge);
    printf("%.0f MB for both; %.1f bytes a row and entry together\n", (double)counters.bytes / 1e6,
           (double)counters.bytes / (double)rows);
    kept = sum + (double)found + (double)last;
}

int main(int argc, char **argv) {
    int64_t rows = 1000000;
    if (argc > 1 && (!slice_to_i64(slice_of(argv[1]), &rows) || rows < 1)) {
        fprintf(stderr, "usage: knowledge_bench [rows]\n");
        return 1;
    }
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    struct source source = {SLICE("bench"), slice_of(yaml)};
    const struct knowledge_plan *plan =
        knowledge_load(yaml_parse(&source, &arena, &diags), &arena, &diags);
    diag_list_print(&diags, stderr);
    INVARIANT(plan != NULL);
    struct knowledge *knowledge = knowledge_create(plan, 2, 0);
    run(knowledge, (uint64_t)rows, &arena);
    knowledge_destroy(knowledge);
    arena_deinit(&arena);
    return 0;
}
