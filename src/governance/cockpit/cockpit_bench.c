// How long figures and papers take on a large store:
//
//     build/src/governance/cockpit/cockpit_bench FILE [ALERTS]
//
// FILE is a SQLite file that is made when it is not there: ALERTS alerts (200,000) over 13 months, each with two hits, an event and a movement, every fourth with a held payment, every tenth looked at again. The
// times are of one run each, with the file in the cache of the machine.

#include "governance/cockpit/world_test.h"

#include "base/random.h"
#include "os/clock.h"

#define MONTHS 13
#define FROM_US DAY(1, 1)
#define UNTIL_US (DAY(1, 1) + (int64_t)MONTHS * 30 * US_PER_DAY)

enum { BATCH = 5000, BRANCHES_COUNT = 60 };

struct bench {
    struct book book;
    struct arena arena;
    struct diag diag;
    struct random random;
    int64_t alerts, next;
    struct cockpit_of of;
    CockpitFigure figure;
    struct cockpit_value value;
    double worst_ms;
    const char *worst;
    bool is_daily;
    uint32_t told;
};

static Status put_movement(struct book *book, int64_t id, int64_t at_us) {
    static const struct statement PUT = {
        "bench_movement",
        "INSERT INTO movement (sequence, time_us, event_id, payer_place, payer, payee_place, payee, amount, kind, channel, bank, payer_customer,"
        " payee_customer, ip, device, state) VALUES (?1, ?2, ?3, 'OWN', ?3, 'BANK', ?4, 100, 'transfer_out', '', '', ?3, '', '', '', 'DONE')"};
    return book_run(book, &PUT,
                    STORE_VALUES(store_i64(id), store_i64(at_us), store_text(arena_printf(book->arena, "M%lld", (long long)id)),
                                 store_text(arena_printf(book->arena, "P%lld", (long long)(id % 50000)))));
}

static Status put_one(struct bench *b, struct book *book, int64_t id) {
    static const char *const codes[] = {"FP-OWNWILL", "FP-BUSINESS", "UNC-TIMEOUT", "TP-MULE", "TP-VICTIM-SAVED"};
    int64_t opened_us = FROM_US + (UNTIL_US - FROM_US) / b->alerts * id;
    uint64_t draw = random_below(&b->random, 1000);
    struct alert a = {.id = id,
                      .opened_us = opened_us,
                      .closed_us = opened_us + (int64_t)random_below(&b->random, US_PER_DAY),
                      .hits = 2,
                      .severity = 1 + (int64_t)(draw % 4),
                      .is_automatic = draw % 10 != 0};
    a.code = slice_of(codes[draw % 5]);
    a.customer = arena_printf(book->arena, "C%llu", (unsigned long long)random_below(&b->random, (uint64_t)b->alerts / 3 + 1));
    a.branch = arena_printf(book->arena, "B%02d", (int)(draw % BRANCHES_COUNT));
    a.strategy = a.is_automatic ? SLICE("D-ONE") : SLICE("");
    a.decided_us = a.closed_us;
    a.decide_us = opened_us + US_PER_DAY / 2;
    a.decided_by = SLICE("li");
    TRY(put_alert(book, a));
    Slice event = arena_printf(book->arena, "E%lld", (long long)id);
    TRY(put_event(book, (struct event_row){id, id, event.at, "P1", draw % 4 == 0 ? "DELAY" : "PASS", "", opened_us, 100000, false}));
    TRY(put_hit(book, (struct hit_row){id, "M-1", arena_printf(book->arena, "T-%d", (int)(draw % 150)).at, "VP"}));
    TRY(put_hit(book, (struct hit_row){id, "M-2", arena_printf(book->arena, "T-%d", (int)(draw % 140)).at, "MU"}));
    TRY(put_movement(book, id, opened_us));
    if (draw % 4 == 0) {
        TRY(put_hold(book, (struct hold_row){.id = id,
                                             .event_id = event.at,
                                             .alert = id,
                                             .amount = 100000,
                                             .held_us = opened_us,
                                             .state = draw % 5 > 2 ? "REFUSED" : "RELEASED",
                                             .settled_us = a.closed_us,
                                             .reason = "deadline"}));
        TRY(put_control(book, (struct control_row){.id = id, .target = a.customer.at, .since_us = a.closed_us, .branch = a.branch.at}));
    }
    TRY(put_task(book, (struct task_row){.id = id, .asked_us = opened_us, .state = "ANSWERED", .branch = a.branch.at, .answered_us = opened_us + 1}));
    return draw % 10 == 0
               ? put_sample(
                     book,
                     (struct sample_row){
                         .alert = id, .closed_us = a.closed_us, .second = "FP-OWNWILL", .second_us = a.closed_us + US_PER_DAY, .strategy = "D-ONE"})
               : STATUS_OK;
}

static Status put_batch(void *context, struct book *book) {
    struct bench *b = context;
    for (int64_t i = 0; i < BATCH && b->next + i <= b->alerts; i++) {
        TRY(put_one(b, book, b->next + i));
    }
    return put_feed(book, 1000, UNTIL_US);
}

static Status work(struct bench *b, BookWork *what) {
    arena_reset(&b->arena);
    return book_do(&b->book, EDITOR, UNTIL_US, what, b, &b->arena, &b->diag);
}

static Status count_alerts(void *context, struct book *book) {
    static const struct statement COUNT = {"bench_count", "SELECT COUNT(*) FROM alert"};
    struct bench *b = context;
    return book_number(book, &COUNT, STORE_NO_VALUES, &b->next);
}

static Status ask_figure(void *context, struct book *book) {
    struct bench *b = context;
    return cockpit_figure(book, &b->of, b->figure, &b->value);
}

static Status make_paper(void *context, struct book *book) {
    struct bench *b = context;
    struct cockpit_document document;
    struct cockpit_issuer issuer = {.bank = SLICE("bank"), .department = SLICE("desk")};
    struct cockpit_shift shift = {.name = SLICE("night")};
    TRY(b->is_daily ? cockpit_daily(book, &b->of, &issuer, &shift, &document) : cockpit_bulletin(book, &b->of, &issuer, &document));
    b->told = document.told;
    paper_destroy(document.paper);
    return STATUS_OK;
}

static double since_ms(uint64_t begin_ns) {
    return (double)(clock_monotonic_ns() - begin_ns) / 1e6;
}

static Status time_figures(struct bench *b) {
    uint64_t begin_ns = clock_monotonic_ns();
    for (int figure = 0; figure < COCKPIT_FIGURE_COUNT; figure++) {
        uint64_t one_ns = clock_monotonic_ns();
        b->figure = (CockpitFigure)figure;
        TRY(work(b, ask_figure));
        if (since_ms(one_ns) > b->worst_ms) {
            b->worst_ms = since_ms(one_ns);
            b->worst = cockpit_figure_info(b->figure)->id;
        }
    }
    printf("%d figures of a month: %.0f ms, the slowest %s with %.0f ms\n", COCKPIT_FIGURE_COUNT, since_ms(begin_ns), b->worst, b->worst_ms);
    return STATUS_OK;
}

static Status run(struct bench *b, Slice address) {
    TRY(book_open(&b->book, address, 1, &b->arena, &b->diag));
    Status status = work(b, count_alerts);
    for (b->next++; status == STATUS_OK && b->next <= b->alerts; b->next += BATCH) {
        status = work(b, put_batch);
    }
    cockpit_month(&b->of, UNTIL_US, -1);
    if (status == STATUS_OK) {
        status = time_figures(b);
    }
    for (int k = 0; k < 2 && status == STATUS_OK; k++) {
        uint64_t begin_ns = clock_monotonic_ns();
        b->is_daily = k == 1;
        if (b->is_daily) {
            b->of.from_us = b->of.until_us - US_PER_DAY;
        }
        status = work(b, make_paper);
        printf("%s, without writing it: %u figures, %.0f ms\n", b->is_daily ? "a report of a day" : "a bulletin", b->told, since_ms(begin_ns));
    }
    book_close(&b->book);
    return status;
}

int main(int argc, char **argv) {
    struct bench b = {.alerts = 200000, .of = {.clearance = CLEARANCE_ALL, .offset_us = ZONE_US}};
    if (argc < 2 || argc > 3 || (argc == 3 && (!slice_to_i64(slice_of(argv[2]), &b.alerts) || b.alerts < 1000))) {
        fprintf(stderr, "usage: cockpit_bench FILE [ALERTS]\n");
        return 2;
    }
    arena_init(&b.arena, 1 << 20);
    random_init(&b.random, 1);
    Status status = run(&b, arena_printf(&b.arena, "sqlite:%s", argv[1]));
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s\n", b.diag.code == NULL ? "" : b.diag.code, SLICE_ARGS(b.diag.message));
    }
    arena_deinit(&b.arena);
    return status != STATUS_OK;
}
