// How long a page of a list takes among a million alerts. Not a test: machines differ, and others
// use them too.
//
//     office_bench [FOLDER [ALERTS]]     a file of SQLite is made in it and removed; with $STORE, a
//                                        PostgreSQL server is asked instead

#include "os/clock.h"
#include "os/scratch_test.h"
#include "response/office/parts.h"

#include <stdlib.h>

enum { ROUNDS = 15, PART = 50000 };

struct bench {
    struct scratch scratch;
    struct arena unit;
    struct book book;
    int64_t from, until; // numbers of the part that is filled
    struct alert_filter filter;
    struct alert_cursor next;
    uint32_t rows;
    bool is_queues;
};

// A month of alerts. Of a hundred, two are open; of a hundred, three are secret for one reason and
// one for another; every hundredth is of one customer.
#define MOMENT "(1795000000000000 + n * 2592000)"
// clang-format off
static const struct statement FILL = {
    "bench_fill",
    "INSERT INTO alert (id, subject_kind, subject, typology_group, secrecy, skill, state, is_open, is_waiting,"
    " severity, severity_first, severity_most, severity_last, score, action, amount, amount_sum, hits, events,"
    " lead, branch, channel, segment, customer, account, payee, is_company, is_late, is_degraded, money_here,"
    " marks, opened_us, hit_us, rank, owner, level, code, decided_us, decided_by, note, approval, closed_us,"
    " is_automatic, strategy, strategy_hash, reopened, case_id)"
    " WITH RECURSIVE numbers(n) AS (SELECT CAST(?1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)"
    " SELECT n * 16, 'CUSTOMER', 'C' || (CASE WHEN n % 100 = 7 THEN 0 ELSE n % 300000 END),"
    " CASE n % 12 WHEN 0 THEN 'VP' WHEN 1 THEN 'MA' WHEN 2 THEN 'CA' WHEN 3 THEN 'AT' ELSE 'G' || (n % 12) END"
    " || (CASE WHEN n % 50 = 0 THEN '-' || n ELSE '' END),"
    " CASE WHEN n % 100 IN (1, 2, 3) THEN 'AML' WHEN n % 100 = 4 THEN 'INSIDER' ELSE 'NORMAL' END,"
    " CASE n % 3 WHEN 0 THEN 'FRAUD' ELSE 'MULE' END,"
    " CASE WHEN n % 50 = 0 THEN 'QUEUED' WHEN n % 3 = 0 THEN 'CLOSED_MANUAL' ELSE 'CLOSED_AUTO' END,"
    " CASE WHEN n % 50 = 0 THEN 1 ELSE 0 END, CASE WHEN n % 50 = 0 THEN 1 ELSE 0 END, 1 + n % 4, 1, 1, 1, 50, 'MANUAL',"
    " 100000, 200000, 1, 1, n, '0' || (n % 200), 'MOBILE', '', 'C' || (CASE WHEN n % 100 = 7 THEN 0 ELSE n % 300000 END),"
    " 'A' || (n % 400000), 'P' || (n % 500000), 0, 0, 0, 0, '', " MOMENT ", " MOMENT ", 1000 + n % 977,"
    " CASE WHEN n % 3 = 0 THEN 'p' || (n % 150) ELSE '' END, 0,"
    " CASE WHEN n % 50 = 0 THEN '' WHEN n % 1000 = 1 THEN 'TP-MULE' ELSE 'FP-NORMAL' END, NULL, '',"
    " 'a note of a usual length, with reasons', '', NULL, 0,"
    " CASE WHEN n % 50 <> 0 AND n % 3 <> 0 THEN 'D-' || (n % 19) ELSE '' END, '', 0, NULL FROM numbers"};
// clang-format on
static const struct statement HITS = {
    "bench_hits",
    "INSERT INTO hit SELECT id, lead, 'M-VP-01-A', 1, CASE WHEN lead % 100000 = 99999 THEN 'ZZ' "
    "ELSE 'VP' END, 'VP-01', 'SYNC', 3, 60, '', 0, '', '{}' FROM alert WHERE lead >= ?1 AND lead < "
    "?2"};

static const Actor BENCH = {ACTOR_KIND_SYSTEM, {"bench", 5}};

static void check(struct bench *bench, Status status) {
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %s %.*s\n", status_name(status),
                bench->scratch.diag.code == NULL ? "" : bench->scratch.diag.code,
                SLICE_ARGS(bench->scratch.diag.message));
        exit(1);
    }
}

static Status fill_part(void *context, struct book *book) {
    const struct bench *bench = context;
    const StoreValues part = STORE_VALUES(store_i64(bench->from), store_i64(bench->until));
    TRY(book_run(book, &FILL, part));
    return book_run(book, &HITS, part);
}

static void fill(struct bench *bench, int64_t alerts) {
    uint64_t start = clock_monotonic_ns();
    for (int64_t from = 1; from <= alerts; from += PART) {
        bench->from = from;
        bench->until = from + PART <= alerts ? from + PART : alerts + 1;
        arena_reset(&bench->unit);
        check(bench, book_do(&bench->book, BENCH, 1, fill_part, bench, &bench->unit,
                             &bench->scratch.diag));
    }
    printf("filled with %lld alerts in %.0f s\n", (long long)alerts,
           (double)(clock_monotonic_ns() - start) / 1e9);
}

// ---- pages --------------------------------------------------------------------------------------

static uint32_t rows_of(Slice json) {
    uint32_t count = 0;
    for (size_t at = 0; (at = slice_find(json, SLICE("\"alert\":"), at)) != SIZE_MAX; at++) {
        count++;
    }
    return count;
}

static Status ask(void *context, struct book *book) {
    struct bench *bench = context;
    static const struct strategies none;
    const struct office office = {.strategies = &none};
    struct buf out;
    struct json_writer json;
    buf_init(&out, 4 << 20);
    json_writer_init(&json, &out);
    Status status = bench->is_queues
                        ? queues_put_json(book, bench->filter.viewer, &json)
                        : alerts_put_json(&office, book, &bench->filter, &json, &bench->next);
    bench->rows = rows_of(buf_slice(&out));
    buf_deinit(&out);
    return status;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double ask_once(struct bench *bench) {
    uint64_t start = clock_monotonic_ns();
    arena_reset(&bench->unit);
    check(bench, book_read(&bench->book, 1, ask, bench, &bench->unit, &bench->scratch.diag));
    return (double)(clock_monotonic_ns() - start) / 1e6;
}

static void measure(struct bench *bench, const char *what, struct alert_filter filter) {
    double took[ROUNDS];
    filter.count_max = 50;
    bench->filter = filter;
    bench->next = (struct alert_cursor){0};
    for (int i = 0; i < ROUNDS; i++) {
        took[i] = ask_once(bench);
    }
    double first = took[0];
    qsort(took, ROUNDS, sizeof *took, by_value);
    printf("  %-52s median %6.1f ms, first %6.1f, slowest %6.1f; %2u rows%s\n", what,
           took[ROUNDS / 2], first, took[ROUNDS - 1], bench->rows,
           bench->next.is_given ? ", and more" : "");
}

static void measure_all(struct bench *bench) {
    const int64_t middle = INT64_C(1795000000000000) + INT64_C(15) * 86400 * 1000000;
    enum { ALL = CLEARANCE_AML | CLEARANCE_INSIDER };
#define MEASURE(what, ...) measure(bench, what, (struct alert_filter){__VA_ARGS__})
    MEASURE("the newest", .viewer = 0);
    MEASURE("the newest, for who sees all", .viewer = ALL);
    MEASURE("half a month back", .until_us = middle);
    MEASURE("open, by rank", .by_rank = true);
    MEASURE("open, by rank, of one skill", .by_rank = true, .skill = SLICE("MULE"));
    MEASURE("open, by rank, of one branch", .by_rank = true, .branch = SLICE("0150"));
    MEASURE("open, the newest", .is_open = CHOICE_YES);
    MEASURE("of one person", .owner = SLICE("p33"));
    MEASURE("of one customer", .customer = SLICE("C4711"));
    MEASURE("of the customer with ten thousand", .customer = SLICE("C0"));
    MEASURE("of one account", .account = SLICE("A4711"));
    MEASURE("of one branch", .branch = SLICE("0150"));
    MEASURE("of one branch, S4, closed", .branch = SLICE("0150"), .severity = SEVERITY_S4,
            .is_open = CHOICE_NO);
    MEASURE("of one group", .group = SLICE("VP"));
    MEASURE("closed by one strategy", .strategy = SLICE("D-7"));
    MEASURE("of a code that is rare", .code = SLICE("TP-MULE"));
    MEASURE("S4", .severity = SEVERITY_S4);
    MEASURE("of a family that is rare, anywhere", .family = SLICE("ZZ"));
    MEASURE("secret, for who may not see it", .group = SLICE("G5"), .viewer = 0);
    MEASURE("nothing fits, anywhere", .skill = SLICE("NONE"));
#undef MEASURE
    bench->is_queues = true;
    measure(bench, "figures of the queues", (struct alert_filter){.viewer = ALL});
}

static void open_book(struct bench *bench, Slice address) {
    check(bench, book_open(&bench->book, address, 1, &bench->scratch.arena, &bench->scratch.diag));
}

int main(int argc, char **argv) {
    static struct bench bench;
    int64_t alerts = 1000000;
    const char *server = getenv("STORE");
    if (!scratch_make(&bench.scratch, argc > 1 ? argv[1] : NULL) ||
        (argc > 2 && !slice_to_i64(slice_of(argv[2]), &alerts))) {
        fprintf(stderr, "office_bench [FOLDER [ALERTS]]\n");
        return 1;
    }
    Slice address = server != NULL ? slice_of(server)
                                   : arena_printf(&bench.scratch.arena, "sqlite:%s/bench.db",
                                                  bench.scratch.path);
    arena_init(&bench.unit, 1 << 20);
    open_book(&bench, address);
    fill(&bench, alerts);
    book_close(&bench.book);
    open_book(&bench, address);
    measure_all(&bench);
    book_close(&bench.book);
    return scratch_remove(&bench.scratch) ? 0 : 1;
}
