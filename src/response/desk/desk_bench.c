// How many decisions a second the desk takes when it catches up: as fast as it can, with the pack `bank` and its strategies. Not a test: machines differ, and others use them too.
//
//     desk_bench [FOLDER [RECORDS [ALERTS]]]   a file of SQLite is made in FOLDER and removed; with $STORE, a PostgreSQL server is asked instead
//
// Of 100 records 60 are payments and their results, 40 are logins, and ALERTS in a thousand (30) have a hit: one half of them of customers of their own, the other half of a few hundred who are hit
// again and again.

#include "os/clock.h"
#include "response/desk/desk.h"
#include "response/disposition/scene_test.h"

enum { CUSTOMERS = 100000, BUSY = 300, PARTS = 5, STRATEGIES_MAX_HERE = 64 };

struct bench {
    struct scene s;
    struct desk *desk;
    struct arena unit;
    struct outcome outcomes[DESK_BATCH_MAX];
    int64_t records, alerts_permille;
    uint64_t random, from;
    uint64_t request; // sequence of the last payment's
    uint64_t hits;
};

static uint64_t below(struct bench *bench, uint64_t bound) {
    bench->random = hash_mix(bench->random, 1);
    return bench->random % bound;
}

// ---- a batch ------------------------------------------------------------------------------------------------------------

static struct decided decided_next(struct bench *bench, uint32_t i, char customer[static 16], char payee[static 16], char original[static 24]) {
    bool is_hit = below(bench, 1000) < (uint64_t)bench->alerts_permille;
    bool is_busy = is_hit && below(bench, 2) == 0;
    snprintf(customer, 16, "%s%u", is_busy ? "B" : "C", (uint32_t)below(bench, is_busy ? BUSY : CUSTOMERS));
    snprintf(payee, 16, "P%u", (uint32_t)below(bench, CUSTOMERS));
    snprintf(original, 24, "E%llu", (unsigned long long)bench->request);
    bool is_login = i % PARTS >= 3, is_result = !is_login && i % 2 == 1 && bench->request != 0;
    bench->request = is_login ? bench->request : is_result ? 0 : bench->s.sequence;
    bench->hits += is_hit;
    return (struct decided){.model = is_hit ? "M-AT-05-E" : NULL,
                            .customer = customer,
                            .payee = payee,
                            .type = is_login ? "login" : NULL,
                            .amount = (int64_t)below(bench, 1000000) + 1,
                            .is_result = is_result || is_login,
                            .original = is_result ? original : NULL,
                            .result = "SUCCESS"};
}

static uint32_t make_batch(struct bench *bench, int64_t left) {
    uint32_t count = left < DESK_BATCH_MAX ? (uint32_t)left : DESK_BATCH_MAX;
    struct scene *s = &bench->s;
    arena_reset(&s->scratch.arena);
    for (uint32_t i = 0; i < count; i++) {
        char customer[16], payee[16], original[24];
        struct decided d = decided_next(bench, i, customer, payee, original);
        s->now_us += US_PER_MS / 5;
        bench->outcomes[i] = (struct outcome){.sequence = s->sequence, .decided_us = s->now_us, .event = scene_event(s, &d), .decision = scene_decision(s, &d)};
        s->sequence++;
    }
    return count;
}

// ---- taking -------------------------------------------------------------------------------------------------------------

static bool take_all(struct bench *bench) {
    uint64_t wall_ns = 0, cpu_ns = 0;
    uint32_t unread = 0;
    for (int64_t done = 0; done < bench->records;) {
        struct desk_taken taken;
        uint32_t count = make_batch(bench, bench->records - done);
        uint64_t upto = bench->outcomes[count - 1].sequence;
        uint64_t start = clock_monotonic_ns(), spent = clock_thread_cpu_ns();
        arena_reset(&bench->unit);
        CHECK_THAT(desk_take(bench->desk, &bench->s.book, bench->outcomes, count, bench->from, upto, bench->s.now_us, &bench->unit, &bench->s.scratch.diag, &taken) == STATUS_OK, "%s %.*s",
                   bench->s.scratch.diag.code, SLICE_ARGS(bench->s.scratch.diag.message));
        wall_ns += clock_monotonic_ns() - start;
        cpu_ns += clock_thread_cpu_ns() - spent;
        unread += taken.unread;
        bench->from = upto;
        done += count;
    }
    double seconds = (double)wall_ns / 1e9;
    printf("%lld records with %llu hits in %.1f s: %.0f a second; processor %.1f us a record; %llu units of work; put aside %u\n", (long long)bench->records, (unsigned long long)bench->hits, seconds,
           (double)bench->records / seconds, (double)cpu_ns / 1e3 / (double)bench->records, (unsigned long long)desk_counts(bench->desk).units, unread);
    return true;
}

// ---- the pack's strategies ----------------------------------------------------------------------------------------------

static bool read_strategies(struct arena *arena, struct scene_strategy strategies[static STRATEGIES_MAX_HERE], uint32_t *ret_count) {
    static const char ending[] = ".yaml";
    const char *root = getenv("QIANTANG_ROOT");
    Slice folder = arena_printf(arena, "%s/packs/bank/strategies", root == NULL ? "." : root);
    FileList list;
    struct diag diag;
    CHECK(file_list(folder, slice_of(ending), false, arena, &list, &diag) == STATUS_OK && list.count <= STRATEGIES_MAX_HERE);
    for (uint32_t i = 0; i < list.count; i++) {
        Slice text, name = slice_part(list.paths[i], folder.size + 1, list.paths[i].size - folder.size - sizeof ending);
        CHECK(file_read(list.paths[i], SCENE_FILE_MAX, arena, &text, &diag) == STATUS_OK);
        strategies[i] = (struct scene_strategy){.id = arena_copy(arena, name).at, .text = arena_copy(arena, text).at};
    }
    *ret_count = list.count;
    return true;
}

static bool run(struct bench *bench) {
    struct scene_strategy strategies[STRATEGIES_MAX_HERE];
    uint32_t count;
    arena_init(&bench->unit, 1 << 20);
    CHECK(read_strategies(&bench->unit, strategies, &count) && scene_init(&bench->s, strategies, count));
    bench->desk = desk_create(&(struct desk_options){.catalogue = bench->s.catalogue,
                                                     .strategies = bench->s.strategies,
                                                     .terms = &bench->s.terms,
                                                     .world = {.context = &bench->s, .with_knowledge = scene_with_knowledge}});
    bool fine = take_all(bench);
    desk_destroy(bench->desk);
    arena_deinit(&bench->unit);
    return scene_deinit(&bench->s) && fine;
}

int main(int argc, char **argv) {
    static struct bench bench = {.records = 200000, .alerts_permille = 30, .random = 1};
    if ((argc > 1 && setenv("TMPDIR", argv[1], 1) != 0) || (argc > 2 && !slice_to_i64(slice_of(argv[2]), &bench.records)) ||
        (argc > 3 && !slice_to_i64(slice_of(argv[3]), &bench.alerts_permille))) {
        fprintf(stderr, "desk_bench [FOLDER [RECORDS [ALERTS]]]\n");
        return 1;
    }
    return run(&bench) ? 0 : 1;
}
