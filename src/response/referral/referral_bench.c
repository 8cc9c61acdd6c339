// How long a referral of many transactions takes:
//
//     build/src/response/referral/referral_bench [ROWS]
//
// The planted case (plant_test.h) with so many transactions more between its accounts and a
// thousand counterparties; on a file of SQLite in a folder of its own.

#include "base/test.h"
#include "os/clock.h"
#include "os/scratch_test.h"
#include "response/referral/plant_test.h"

#include <sys/resource.h>

enum { ROWS = 20000, AT_ONCE = 2000, COUNTERPARTIES = 1000 };

struct bench {
    struct scratch scratch;
    struct book book;
    struct plant plant;
    struct fonts *fonts;
    struct buf zip;
    struct referral_made made;
    const char *step;
    int64_t rows, at;
    uint32_t findings;
};

static int64_t now_ms(void) {
    enum { NS_PER_MS = 1000000 };
    return (int64_t)(clock_monotonic_ns() / NS_PER_MS);
}

// Of the processor: other programs do not count.
static int64_t used_ms(void) {
    struct rusage used = {0};
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / US_PER_MS;
}

static Status plant_it(void *context, struct book *book) {
    struct bench *bench = context;
    TRY(plant_bank(&bench->plant, book));
    return plant_case(&bench->plant, book);
}

static struct case_movement movement_of(struct bench *bench, int64_t number, struct arena *arena) {
    const struct plant_person *one = &plant_suspects[number % PLANT_SUSPECTS];
    return (struct case_movement){
        .sequence = 10000 + number,
        .time_us = PLANT_DAY_US + number * US_PER_SECOND,
        .event_id = arena_printf(arena, "BE%012lld", (long long)number),
        .payer_place = PLACE_OWN,
        .payer = slice_of(one->account),
        .payer_customer = slice_of(one->customer),
        .payee_place = PLACE_BANK,
        .payee = arena_printf(arena, "6228%015lld", (long long)(number % COUNTERPARTIES)),
        .amount = 100000 + number,
        .kind = SLICE("transfer_out"),
        .channel = SLICE("MOBILE"),
        .bank = PLANT_BANK,
        .ip = SLICE("203.0.113.9"),
        .device = SLICE("D-000001"),
        .state = MOVED_DONE};
}

static Status freeze_some(void *context, struct book *book) {
    struct bench *bench = context;
    struct case_copy copies[AT_ONCE];
    struct case_movement moves[AT_ONCE];
    struct case_frozen frozen;
    uint32_t count = 0;
    for (; count < AT_ONCE && bench->at + count < bench->rows; count++) {
        moves[count] = movement_of(bench, bench->at + count, book->arena);
        copies[count] = (struct case_copy){
            .sequence = moves[count].sequence,
            .part = SLICE("INVOLVED"),
            .bytes = arena_printf(book->arena,
                                  "{\"acct_no\":\"%.*s\",\"balance_after\":100,\"channel\":"
                                  "\"MOBILE\",\"trace_id\":\"T%lld\",\"ip\":\"203.0.113.9\","
                                  "\"device_id\":\"D-000001\",\"remark_tags\":[\"EMPTY\"]}",
                                  SLICE_ARGS(moves[count].payer), (long long)moves[count].sequence),
            .movement = &moves[count]};
    }
    TRY(case_freeze(book, CLEARANCE_ALL, bench->plant.case_id, copies, count, &frozen));
    bench->at += count;
    return STATUS_OK;
}

static Status draft_it(void *context, struct book *book) {
    struct bench *bench = context;
    TRY(plant_referral(&bench->plant, book));
    return referral_put(book, CLEARANCE_ALL, &bench->plant.office, bench->plant.referral,
                        &(struct referral_datum){.kind = SLICE("PART"),
                                                 .object = SLICE(""),
                                                 .field = SLICE("counterparties"),
                                                 .absent = SLICE("报文未带户名"),
                                                 .source = SLICE("bench")});
}

static Status gate_it(void *context, struct book *book) {
    struct bench *bench = context;
    struct referral_findings findings;
    TRY(referral_gate(book, CLEARANCE_ALL, &bench->plant.office, bench->plant.referral, &findings));
    bench->findings = findings.count;
    return STATUS_OK;
}

static Status approve_it(void *context, struct book *book) {
    struct bench *bench = context;
    return referral_approve(book, CLEARANCE_ALL, &bench->plant.office, bench->plant.referral,
                            slice_of(bench->step), SLICE(""));
}

static Status make_it(void *context, struct book *book) {
    struct bench *bench = context;
    return referral_make(book, CLEARANCE_ALL, &bench->plant.office, bench->fonts,
                         bench->plant.referral, &bench->zip, &bench->made);
}

static Status send_it(void *context, struct book *book) {
    struct bench *bench = context;
    return referral_send(book, CLEARANCE_ALL, &bench->plant.office, bench->plant.referral,
                         &bench->made, buf_slice(&bench->zip));
}

static Status verify_it(void *context, struct book *book) {
    struct bench *bench = context;
    return referral_verify(book, CLEARANCE_ALL, bench->plant.referral);
}

// In its own arena, and told how long it took.
static Status timed(struct bench *bench, const char *name, const char *person, BookWork *work) {
    struct arena arena;
    Actor actor = {ACTOR_KIND_PERSON, slice_of(person)};
    int64_t begin = now_ms(), used = used_ms();
    arena_init(&arena, 1 << 20);
    Status status = book_do(&bench->book, actor, bench->plant.now_us + begin * US_PER_MS, work,
                            bench, &arena, &bench->scratch.diag);
    printf("%-10s %8lld ms, %8lld ms of the processor, %zu KiB of arena\n", name,
           (long long)(now_ms() - begin), (long long)(used_ms() - used), arena.total >> 10);
    if (status != STATUS_OK) {
        printf("%s: %.*s\n", bench->scratch.diag.code, SLICE_ARGS(bench->scratch.diag.message));
    }
    arena_deinit(&arena);
    return status;
}

static Status run(struct bench *bench) {
    static const char *const steps[][2] = {
        {"ANALYST", "a.analyst"}, {"DEPARTMENT", "d.head"}, {"COMPLIANCE", "c.compliance"}};
    TRY(timed(bench, "plant", "a.analyst", plant_it));
    while (bench->at < bench->rows) {
        TRY(timed(bench, "freeze", "a.analyst", freeze_some));
    }
    TRY(timed(bench, "draft", "a.analyst", draft_it));
    TRY(timed(bench, "gate", "a.analyst", gate_it));
    for (int i = 0; i < 3; i++) {
        bench->step = steps[i][0];
        TRY(timed(bench, "approve", steps[i][1], approve_it));
    }
    TRY(timed(bench, "make", "a.analyst", make_it));
    TRY(timed(bench, "send", "a.analyst", send_it));
    TRY(timed(bench, "verify", "a.analyst", verify_it));
    printf("%u rows, %zu bytes, %u pages, %u findings\n", bench->made.rows, bench->zip.size,
           bench->made.pages, bench->findings);
    return STATUS_OK;
}

int main(int argc, char **argv) {
    struct bench bench = {.rows = ROWS};
    struct terms terms;
    if (argc > 2 || (argc == 2 && !slice_to_i64(slice_of(argv[1]), &bench.rows)) ||
        !scratch_make(&bench.scratch, NULL)) {
        fprintf(stderr, "usage: referral_bench [ROWS]\n");
        return 2;
    }
    terms_init(&terms, 8 * US_PER_HOUR);
    terms.referral_rows = 2 * bench.rows + 100;
    plant_init(&bench.plant, &terms);
    buf_init(&bench.zip, REFERRAL_PACKAGE_MAX);
    Slice address = arena_printf(&bench.scratch.arena, "sqlite:%.*s",
                                 SLICE_ARGS(scratch_path(&bench.scratch, "store.db")));
    Status status = book_open(&bench.book, address, 1, &bench.scratch.arena, &bench.scratch.diag);
    if (status == STATUS_OK) {
        status = fonts_open(SLICE(""), &bench.scratch.arena, &bench.fonts, &bench.scratch.diag);
        status = status == STATUS_OK ? run(&bench) : status;
        fonts_close(bench.fonts);
        book_close(&bench.book);
    }
    buf_deinit(&bench.zip);
    plant_deinit(&bench.plant);
    return !scratch_remove(&bench.scratch) || status != STATUS_OK;
}
