// What a statement costs as a document: 20,000 rows of 12 columns. Not a test: machines differ.
//
//     paper_bench [ROWS]

#include "base/random.h"
#include "os/clock.h"
#include "paper/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { ROWS = 20000, COLUMNS = 12, OUT_MAX = 256 << 20 };

static void check(Status status, const struct diag *diag) {
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s\n", diag->code, SLICE_ARGS(diag->message));
        exit(1);
    }
}

static double since_ms(uint64_t start_ns) {
    return (double)(clock_thread_cpu_ns() - start_ns) / 1e6;
}

static long resident_most_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void put_rows(struct paper *paper, uint32_t rows) {
    static const struct paper_column columns[COLUMNS] = {
        {{"时间", 6}, 2, PAPER_LEFT},           {{"本方账号", 12}, 2, PAPER_LEFT},      {{"对方账号", 12}, 2, PAPER_LEFT},
        {{"对方户名", 12}, 1.3, PAPER_LEFT},    {{"对方机构", 12}, 1.6, PAPER_LEFT},    {{"借贷", 6}, 0.6, PAPER_CENTRE},
        {{"金额（元）", 15}, 1.4, PAPER_RIGHT}, {{"余额（元）", 15}, 1.5, PAPER_RIGHT}, {{"渠道", 6}, 0.9, PAPER_LEFT},
        {{"摘要", 6}, 1.4, PAPER_LEFT},         {{"IP 地址", 9}, 1.4, PAPER_LEFT},      {{"流水号", 9}, 1.8, PAPER_LEFT}};
    struct random random;
    struct arena arena;
    random_init(&random, 1);
    arena_init(&arena, 1 << 14);
    paper_page(paper, true);
    paper_table(paper, SLICE("交易流水"), columns, COLUMNS);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t draw = (uint32_t)random_below(&random, 1 << 30);
        arena_reset(&arena);
        paper_row(paper,
                  (Slice[]){paper_moment(&arena, INT64_C(1782871200000000) + (int64_t)i * 7000000, 0), arena_printf(&arena, "622200%010u", draw % 97),
                            arena_printf(&arena, "621700%010u", draw), arena_printf(&arena, "对手%05u", draw % 100000), SLICE("样例银行城东支行"),
                            draw % 2 == 0 ? SLICE("借") : SLICE("贷"), paper_yuan(&arena, draw % 9000000), paper_yuan(&arena, draw),
                            SLICE("手机银行"), draw % 9 == 0 ? SLICE("货款，请及时查收并回复，谢谢") : SLICE("转账"),
                            arena_printf(&arena, "10.0.%u.%u", draw % 256, draw / 256 % 256), arena_printf(&arena, "T%012u", i)});
    }
    arena_deinit(&arena);
}

int main(int argc, char **argv) {
    int64_t rows = ROWS;
    struct arena arena;
    struct diag diag;
    struct fonts *fonts;
    struct buf out;
    uint32_t pages = 0;
    if (argc > 1 && (!slice_to_i64(slice_of(argv[1]), &rows) || rows < 1 || rows > PAPER_ROWS_MAX)) {
        fprintf(stderr, "usage: paper_bench [ROWS]\n");
        return 2;
    }
    arena_init(&arena, 1 << 14);
    buf_init(&out, OUT_MAX);
    uint64_t start_ns = clock_thread_cpu_ns();
    check(fonts_open(SLICE(""), &arena, &fonts, &diag), &diag);
    printf("fonts opened: %.1f ms\n", since_ms(start_ns));
    start_ns = clock_thread_cpu_ns();
    struct paper *paper = paper_create(&(struct paper_head){.title = SLICE("statement"), .made_us = 0});
    put_rows(paper, (uint32_t)rows);
    printf("%lld rows of %d columns made: %.0f ms, %ld MiB\n", (long long)rows, COLUMNS, since_ms(start_ns), resident_most_kib() >> 10);
    start_ns = clock_thread_cpu_ns();
    check(paper_write_pdf(paper, fonts, &out, &pages, &diag), &diag);
    printf("PDF: %.0f ms, %u pages, %zu bytes, at most %ld MiB resident\n", since_ms(start_ns), pages, out.size, resident_most_kib() >> 10);
    buf_reset(&out);
    start_ns = clock_thread_cpu_ns();
    check(paper_write_html(paper, fonts, &out, &diag), &diag);
    printf("HTML: %.0f ms, %zu bytes\n", since_ms(start_ns), out.size);
    paper_destroy(paper);
    fonts_close(fonts);
    buf_deinit(&out);
    arena_deinit(&arena);
    return 0;
}
