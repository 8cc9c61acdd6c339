// Limits of papers, and texts that come close to them.

#include "base/test.h"
#include "paper/paper.h"

#include <stdlib.h>

int __lsan_is_turned_off(void);

// Of these many allocations the slow unwinding that leaks_test.h needs would take minutes; paper_test.c looks for leaks of the same code.
int __lsan_is_turned_off(void) {
    return 1;
}

enum { OUT_MAX = 64 << 20 };

struct rig {
    struct arena arena;
    struct diag diag;
    struct fonts *fonts;
    struct buf out;
    struct paper *paper;
};

static bool begin(struct rig *rig) {
    arena_init(&rig->arena, 1 << 16);
    buf_init(&rig->out, OUT_MAX);
    rig->diag = (struct diag){0};
    rig->paper = paper_create(&(struct paper_head){.title = SLICE("title"), .running = SLICE("running")});
    return fonts_open(SLICE(""), &rig->arena, &rig->fonts, &rig->diag) == STATUS_OK;
}

static void end(struct rig *rig) {
    paper_destroy(rig->paper);
    fonts_close(rig->fonts);
    buf_deinit(&rig->out);
    arena_deinit(&rig->arena);
}

// The worst that fits: a letter a line, a line end a line, nothing but kerned letters, in columns that are too narrow.
static bool test_texts_that_take_many_pages(void) {
    static const struct paper_column columns[] = {{{"a", 1}, 0.01, PAPER_RIGHT}, {{"b", 1}, 1, PAPER_CENTRE}};
    struct rig rig;
    uint32_t pages = 0;
    CHECK(begin(&rig));
    char *text = memory_alloc(PAPER_TEXT_MAX);
    for (uint32_t i = 0; i < PAPER_TEXT_MAX; i++) {
        text[i] = "AWVT"[i % 4];
    }
    paper_paragraph(rig.paper, (Slice){text, PAPER_TEXT_MAX}, PAPER_INDENT);
    paper_table(rig.paper, (Slice){text, PAPER_TEXT_MAX}, columns, 2);
    paper_total(rig.paper, (Slice[]){{text, PAPER_TEXT_MAX / 16}, {text, PAPER_TEXT_MAX / 4}});
    memset(text, '\n', PAPER_TEXT_MAX);
    paper_callout(rig.paper, PAPER_NOTE, (Slice){text, 100}, (Slice){text, PAPER_TEXT_MAX / 8});
    free(text);
    CHECK(paper_write_pdf(rig.paper, rig.fonts, &rig.out, &pages, &rig.diag) == STATUS_OK);
    CHECK(pages > 500);
    end(&rig);
    return true;
}

// ---- limits -----------------------------------------------------------------------------------------------

static bool is_refused(struct rig *rig, const char *code) {
    CHECK(paper_write_pdf(rig->paper, rig->fonts, &rig->out, NULL, &rig->diag) == STATUS_LIMIT);
    CHECK_THAT(strcmp(rig->diag.code, code) == 0, "%s: %.*s", rig->diag.code, SLICE_ARGS(rig->diag.message));
    return true;
}

static bool test_a_text_that_is_too_long(void) {
    struct rig rig;
    CHECK(begin(&rig));
    char *text = memory_alloc(PAPER_TEXT_MAX + 1);
    memset(text, 'x', PAPER_TEXT_MAX + 1);
    paper_paragraph(rig.paper, (Slice){text, PAPER_TEXT_MAX + 1}, PAPER_PLAIN);
    free(text);
    paper_heading(rig.paper, 1, SLICE("what follows does no harm"));
    CHECK(is_refused(&rig, "PA002"));
    CHECK(paper_write_html(rig.paper, rig.fonts, &rig.out, &rig.diag) == STATUS_LIMIT);
    end(&rig);
    return true;
}

static bool test_too_many_rows_and_blocks(void) {
    static const struct paper_column column = {{"n", 1}, 1, PAPER_LEFT};
    struct rig rig;
    CHECK(begin(&rig));
    paper_table(rig.paper, SLICE(""), &column, 1);
    for (uint32_t i = 0; i <= PAPER_ROWS_MAX; i++) {
        paper_row(rig.paper, &(Slice){"x", 1});
    }
    paper_total(rig.paper, &(Slice){"x", 1});
    CHECK(is_refused(&rig, "PA002"));
    end(&rig);
    CHECK(begin(&rig));
    for (uint32_t i = 0; i <= PAPER_BLOCKS_MAX; i++) {
        paper_paragraph(rig.paper, SLICE("x"), PAPER_PLAIN);
    }
    paper_table(rig.paper, SLICE(""), &column, 1);
    paper_row(rig.paper, &(Slice){"x", 1});
    CHECK(is_refused(&rig, "PA002"));
    end(&rig);
    return true;
}

static bool test_too_many_pages(void) {
    struct rig rig;
    CHECK(begin(&rig));
    for (uint32_t i = 0; i <= PAPER_PAGES_MAX; i++) {
        paper_paragraph(rig.paper, SLICE("x"), PAPER_PLAIN);
        paper_page(rig.paper, false);
    }
    CHECK(is_refused(&rig, "PA003"));
    end(&rig);
    return true;
}

static bool test_a_buffer_that_is_too_small(void) {
    struct rig rig;
    struct buf small;
    CHECK(begin(&rig));
    buf_init(&small, 1000);
    paper_paragraph(rig.paper, SLICE("钱塘"), PAPER_PLAIN);
    CHECK(paper_write_pdf(rig.paper, rig.fonts, &small, NULL, &rig.diag) == STATUS_LIMIT && strcmp(rig.diag.code, "PA004") == 0);
    buf_reset(&small);
    CHECK(paper_write_html(rig.paper, rig.fonts, &small, &rig.diag) == STATUS_LIMIT && strcmp(rig.diag.code, "PA004") == 0);
    buf_deinit(&small);
    end(&rig);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_texts_that_take_many_pages), TEST(test_a_text_that_is_too_long), TEST(test_too_many_rows_and_blocks), TEST(test_too_many_pages),
        TEST(test_a_buffer_that_is_too_small),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
