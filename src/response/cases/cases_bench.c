// What taking facts in costs, and how long gangs and the ways of money take to be found. Not a
// test: machines differ, and others use them too.
//
//     cases_bench [FOLDER [MOVEMENTS]]     a file of SQLite is made in it and removed; with $STORE,
//                                          a PostgreSQL server is asked instead

#include "os/clock.h"
#include "os/scratch_test.h"
#include "response/cases/bank_test.h"

#include <stdlib.h>
#include <sys/resource.h>

enum { EVENTS_PER_BATCH = 5000, SEEDS = 200, MEASURED_BATCHES = 20 };

struct bench {
    struct scratch scratch;
    struct arena unit, made;
    struct book book;
    struct bank bank;
    Slice address;
    struct case_fact *facts;
    uint32_t fact_count;
    uint64_t feed;
    struct case_taken taken;
    struct gang_seed seed;
    struct gang gang;
    struct flow_result flow;
    size_t picture_bytes;
    Slice other; // of a way; empty: neighbours are asked for
    bool was_found, was_late;
};

static const Actor BENCH = {ACTOR_KIND_SYSTEM, {"bench", 5}};

static void check(struct bench *bench, Status status) {
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %s %.*s\n", status_name(status),
                bench->scratch.diag.code == NULL ? "" : bench->scratch.diag.code,
                SLICE_ARGS(bench->scratch.diag.message));
        exit(1);
    }
}

static void work(struct bench *bench, BookWork *of) {
    arena_reset(&bench->unit);
    check(bench,
          book_do(&bench->book, BENCH,
                  bench->bank.plan.from_us + (int64_t)bench->bank.event * bench->bank.plan.step_us,
                  of, bench, &bench->unit, &bench->scratch.diag));
}

// ---- taking in ---------------------------------------------------------------------------------

static void make_batch(struct bench *bench) {
    arena_reset(&bench->made);
    bench->facts =
        ARENA_ARRAY(&bench->made, struct case_fact, (size_t)EVENTS_PER_BATCH * BANK_FACTS_MAX);
    bench->fact_count = 0;
    for (uint32_t i = 0; i < EVENTS_PER_BATCH; i++) {
        bench->fact_count +=
            bank_event(&bench->bank, bench->facts + bench->fact_count, &bench->made);
    }
}

static Status take(void *context, struct book *book) {
    struct bench *bench = context;
    TRY(cases_take(book, bench->facts, bench->fact_count, &bench->taken));
    return book_feed_advance(book, SLICE("bench"), bench->feed, bench->feed + EVENTS_PER_BATCH);
}

static void take_batch(struct bench *bench) {
    make_batch(bench);
    work(bench, take);
    bench->feed += EVENTS_PER_BATCH;
}

static void fill(struct bench *bench, uint32_t movements) {
    uint64_t start = clock_monotonic_ns(), events = bench->bank.event;
    for (uint32_t done = 0; done < movements; done += bench->taken.movements) {
        take_batch(bench);
    }
    double seconds = (double)(clock_monotonic_ns() - start) / 1e9;
    events = bench->bank.event - events;
    printf("filled: %u movements of %llu events in %.1f s\n", movements, (unsigned long long)events,
           seconds);
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *samples, uint32_t count) {
    qsort(samples, count, sizeof *samples, by_value);
    return samples[count / 2];
}

static void measure_taking(struct bench *bench) {
    double cpu[MEASURED_BATCHES], wall[MEASURED_BATCHES];
    uint64_t movements = 0, bonds = 0, rows = 0;
    bench->bank.plan.movements_percent = 25;
    for (uint32_t i = 0; i < MEASURED_BATCHES; i++) {
        make_batch(bench);
        uint64_t start = clock_monotonic_ns(), spent = clock_thread_cpu_ns();
        work(bench, take);
        cpu[i] = (double)(clock_thread_cpu_ns() - spent) / 1e9;
        wall[i] = (double)(clock_monotonic_ns() - start) / 1e9;
        bench->feed += EVENTS_PER_BATCH;
        movements += bench->taken.movements;
        bonds += bench->taken.bonds;
        rows += bench->taken.bond_rows;
    }
    double facts = (double)(movements + bonds) / MEASURED_BATCHES;
    double cpu_s = median(cpu, MEASURED_BATCHES), wall_s = median(wall, MEASURED_BATCHES);
    printf("taking in, batches of %d events (%.0f movements, %.0f bonds, %.0f rows of bonds):\n",
           EVENTS_PER_BATCH, (double)movements / MEASURED_BATCHES, (double)bonds / MEASURED_BATCHES,
           (double)rows / MEASURED_BATCHES);
    printf("  median %.0f ms, slowest %.0f ms; processor %.0f ms: %.1f %% of a core at 5,000 "
           "events a second; %.0f facts a second\n",
           wall_s * 1e3, wall[MEASURED_BATCHES - 1] * 1e3, cpu_s * 1e3,
           cpu_s * 1e2 * 5000 / EVENTS_PER_BATCH, facts / wall_s);
}

// ---- gangs -------------------------------------------------------------------------------------

// Employers are known to the bank: a hub each.
static Status register_employers(void *context, struct book *book) {
    struct bench *bench = context;
    for (uint32_t i = 0; i <= bench->bank.customers / 40; i++) {
        TRY(gang_hub_put(book, GANG_NODE_ACCOUNT, arena_printf(book->arena, "A6300%014u", i),
                         SLICE("pays wages"), INT64_MAX));
    }
    return STATUS_OK;
}

static Status find(void *context, struct book *book) {
    struct bench *bench = context;
    return gang_find(book, &bench->seed, NULL, &bench->gang);
}

struct tally {
    uint32_t seeds, found;
    double precision, recall;
};

static uint32_t number_of_account(Slice name) {
    int64_t number = 0;
    return slice_starts_with(name, SLICE("A6217")) &&
                   slice_to_i64(slice_part(name, 5, SIZE_MAX), &number)
               ? (uint32_t)number
               : UINT32_MAX;
}

// Whether the customer of an account has one in the gang: his others are right as well.
static bool is_of_gang(const struct bench *bench, uint32_t account, uint32_t gang) {
    return account < bench->bank.plan.accounts &&
           bench->bank.gang_of[bank_customer_of(&bench->bank, account)] == gang;
}

static void score(const struct bench *bench, uint32_t gang, struct tally *tally) {
    uint32_t right = 0, found = 0;
    for (uint32_t i = 0; i < bench->gang.member_count; i++) {
        const struct gang_member *member = &bench->gang.members[i];
        if (member->node.kind == GANG_NODE_ACCOUNT && member->part == GANG_PART_MEMBER) {
            uint32_t account = number_of_account(member->node.name);
            right += is_of_gang(bench, account, gang);
            found += account < bench->bank.plan.accounts && bench->bank.gang_of[account] == gang;
        }
    }
    tally->seeds++;
    if (bench->gang.outcome == GANG_FOUND) {
        tally->found++;
        tally->precision += (double)right / bench->gang.accounts;
        tally->recall += (double)found / bench->bank.gangs[gang].size;
    }
}

static void measure_gangs(struct bench *bench) {
    static const char *const sorts[] = {"devices and addresses", "addresses and money",
                                        "money alone"};
    struct tally tallies[GANG_SORT_COUNT + 1] = {0};
    double took[2 * SEEDS];
    uint32_t nodes = 0, questions = 0;
    for (uint32_t i = 0; i < 2 * SEEDS; i++) { // half of them members of gangs
        uint32_t gang = bank_below(&bench->bank, bench->bank.plan.gangs);
        const struct planted *planted = &bench->bank.gangs[gang];
        uint32_t account = i % 2 == 0 ? planted->accounts[bank_below(&bench->bank, planted->size)]
                                      : bank_below(&bench->bank, bench->bank.plan.accounts);
        arena_reset(&bench->made);
        bench->seed = (struct gang_seed){PARTY_ACCOUNT, bank_account(&bench->made, account)};
        uint64_t start = clock_monotonic_ns();
        work(bench, find);
        took[i] = (double)(clock_monotonic_ns() - start) / 1e6;
        nodes += bench->gang.nodes;
        questions += bench->gang.questions;
        if (i % 2 == 0) {
            score(bench, gang, &tallies[planted->sort]);
        } else if (bench->bank.gang_of[account] == UINT32_MAX) {
            struct tally *others = &tallies[GANG_SORT_COUNT];
            others->seeds++;
            others->found += bench->gang.outcome == GANG_FOUND;
        }
    }
    double middle = median(took, 2 * SEEDS);
    printf("gangs: median %.0f ms, slowest %.0f ms of %d seeds; %.0f nodes read with %.0f "
           "questions\n",
           middle, took[2 * SEEDS - 1], 2 * SEEDS, nodes / (2.0 * SEEDS),
           questions / (2.0 * SEEDS));
    for (uint32_t i = 0; i < GANG_SORT_COUNT; i++) {
        const struct tally *tally = &tallies[i];
        printf("  planted, held by %-22s %3u seeds: %3.0f %% found, of its accounts %3.0f %% are "
               "members, %3.0f %% of the members are right\n",
               sorts[i], tally->seeds, 100.0 * tally->found / tally->seeds,
               100 * tally->recall / tally->found, 100 * tally->precision / tally->found);
    }
    printf("  of %u others %u were told to be in a gang\n", tallies[GANG_SORT_COUNT].seeds,
           tallies[GANG_SORT_COUNT].found);
}

// ---- ways of money -----------------------------------------------------------------------------

static Status trace(void *context, struct book *book) {
    struct bench *bench = context;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 64 << 20);
    json_writer_init(&json, &out);
    Status status = flow_of_account(book, bench->seed.name, NULL, &json, &bench->flow);
    bench->picture_bytes = out.size;
    buf_deinit(&out);
    return status;
}

static void measure_flows(struct bench *bench) {
    double took[SEEDS], accounts = 0, edges = 0, bytes = 0;
    for (uint32_t i = 0; i < SEEDS; i++) { // half of them members of gangs
        const struct planted *planted =
            &bench->bank.gangs[bank_below(&bench->bank, bench->bank.plan.gangs)];
        uint32_t account = i % 2 == 0 ? planted->accounts[bank_below(&bench->bank, planted->size)]
                                      : bank_below(&bench->bank, bench->bank.plan.accounts);
        arena_reset(&bench->made);
        bench->seed = (struct gang_seed){PARTY_ACCOUNT, bank_account(&bench->made, account)};
        uint64_t start = clock_monotonic_ns();
        work(bench, trace);
        took[i] = (double)(clock_monotonic_ns() - start) / 1e6;
        accounts += bench->flow.accounts;
        edges += bench->flow.edges;
        bytes += (double)bench->picture_bytes;
    }
    double middle = median(took, SEEDS);
    printf("ways of money: median %.0f ms, slowest %.0f ms of %d accounts; on the way forward %.0f "
           "accounts and %.0f edges; %.0f KB of JSON\n",
           middle, took[SEEDS - 1], SEEDS, accounts / SEEDS, edges / SEEDS, bytes / SEEDS / 1024);
}

// ---- links -------------------------------------------------------------------------------------

static Status walk(void *context, struct book *book) {
    struct bench *bench = context;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 64 << 20);
    json_writer_init(&json, &out);
    struct link_options options = {.nodes_max = LINK_NODES_MAX};
    Status status =
        slice_empty(bench->other)
            ? links_put_neighbours(book, LINK_NODE_ACCOUNT, bench->seed.name, &options, &json)
            : links_put_path(book, LINK_NODE_ACCOUNT, bench->seed.name, LINK_NODE_ACCOUNT,
                             bench->other, &options, &json);
    bench->was_found = slice_find(buf_slice(&out), SLICE("\"found\":true"), 0) != SIZE_MAX;
    bench->was_late = slice_find(buf_slice(&out), SLICE("\"TIME\""), 0) != SIZE_MAX;
    buf_deinit(&out);
    return status;
}

static void measure_links(struct bench *bench, bool is_path) {
    double took[SEEDS];
    uint32_t found = 0, late = 0;
    for (uint32_t i = 0; i < SEEDS; i++) { // half of them within a gang
        const struct planted *planted =
            &bench->bank.gangs[bank_below(&bench->bank, bench->bank.plan.gangs)];
        uint32_t from =
            i % 2 == 0 ? planted->accounts[0] : bank_below(&bench->bank, bench->bank.plan.accounts);
        uint32_t to = i % 2 == 0 ? planted->accounts[planted->size - 1]
                                 : bank_below(&bench->bank, bench->bank.plan.accounts);
        arena_reset(&bench->made);
        bench->seed = (struct gang_seed){PARTY_ACCOUNT, bank_account(&bench->made, from)};
        bench->other = is_path && from != to ? bank_account(&bench->made, to) : SLICE("");
        uint64_t start = clock_monotonic_ns();
        work(bench, walk);
        took[i] = (double)(clock_monotonic_ns() - start) / 1e6;
        found += bench->was_found;
        late += bench->was_late;
    }
    double middle = median(took, SEEDS);
    printf("%s: median %.0f ms, slowest %.0f ms of %d; %u found, %u ended by time\n",
           is_path ? "ways between two accounts" : "neighbours of an account", middle,
           took[SEEDS - 1], SEEDS, found, late);
}

static void open_book(struct bench *bench) {
    check(bench,
          book_open(&bench->book, bench->address, 1, &bench->scratch.arena, &bench->scratch.diag));
}

static double peak_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

int main(int argc, char **argv) {
    static struct bench bench;
    int64_t movements = 1000000;
    const char *server = getenv("STORE");
    if (!scratch_make(&bench.scratch, argc > 1 ? argv[1] : NULL) ||
        (argc > 2 && !slice_to_i64(slice_of(argv[2]), &movements))) {
        fprintf(stderr, "cases_bench [FOLDER [MOVEMENTS]]\n");
        return 1;
    }
    bench.address = server != NULL ? slice_of(server)
                                   : arena_printf(&bench.scratch.arena, "sqlite:%s/bench.db",
                                                  bench.scratch.path);
    arena_init(&bench.unit, 1 << 20);
    arena_init(&bench.made, 1 << 20);
    struct bank_plan plan = {.seed = 1,
                             .accounts = (uint32_t)(movements / 10),
                             .gangs = (uint32_t)(movements / 5000) + 3,
                             .gang_min = 4,
                             .gang_max = 20,
                             .movements_percent = 50,
                             .gang_permille = 20,
                             .from_us = INT64_C(1795363200) * US_PER_SECOND,
                             .step_us = 29 * US_PER_DAY / (2 * movements)};
    bank_init(&bench.bank, &plan, &bench.scratch.arena);
    open_book(&bench);
    fill(&bench, (uint32_t)movements);
    measure_taking(&bench);
    book_close(&bench.book);
    open_book(&bench);
    work(&bench, register_employers);
    book_close(&bench.book);
    open_book(&bench); // nothing is in the program's memory
    measure_gangs(&bench);
    measure_flows(&bench);
    measure_links(&bench, false);
    measure_links(&bench, true);
    printf("memory at most %.0f MB\n", peak_mb());
    book_close(&bench.book);
    return scratch_remove(&bench.scratch) ? 0 : 1;
}
