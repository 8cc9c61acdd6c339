// Papers: cleaning, markup, values, and the same bytes again. tests/paper_test.py lets other programs judge what is written.

#include "paper/paper.h"

#include "base/test.h"
#include "base/time.h"
#include "os/scratch_test.h"
#include "os/thread.h"
#include "paper/clean.h"
#include "paper/leaks_test.h"
#include "paper/markup.h"
#include "paper/press.h"

#include <math.h>

enum { OUT_MAX = 64 << 20 };

struct rig {
    struct arena arena;
    struct diag diag;
    struct fonts *fonts;
    struct buf out;
    struct paper *paper;
};

static bool begin(struct rig *rig, PaperForm form) {
    arena_init(&rig->arena, 1 << 16);
    buf_init(&rig->out, OUT_MAX);
    rig->diag = (struct diag){0};
    rig->paper = paper_create(
        &(struct paper_head){.form = form, .title = SLICE("title"), .running = SLICE("running"), .made_us = 1, .offset_us = 8 * US_PER_HOUR});
    return fonts_open(SLICE(""), &rig->arena, &rig->fonts, &rig->diag) == STATUS_OK;
}

static void end(struct rig *rig) {
    paper_destroy(rig->paper);
    fonts_close(rig->fonts);
    buf_deinit(&rig->out);
    arena_deinit(&rig->arena);
}

static bool has(const struct rig *rig, const char *text) {
    return slice_find(buf_slice(&rig->out), slice_of(text), 0) != SIZE_MAX;
}

// ---- clean texts ------------------------------------------------------------------------------------------

static bool test_clean_texts(void) {
    static const struct {
        Slice given;
        const char *lines;
        const char *line;
    } cases[] = {
        {SLICE("plain text, 1 < 2"), "plain text, 1 < 2", "plain text, 1 < 2"},
        {SLICE("汉字 𠮷"), "汉字 𠮷", "汉字 𠮷"},
        {SLICE("a\r\nb\rc\nd\te"), "a\nb\nc\nd e", "a b c d e"},
        {SLICE("\0\x01\x1b[31m\x7f"), "□□□[31m□", "□□□[31m□"},
        {SLICE("\xff\xc3\x28\xed\xa0\x80"), "□□(□□□", "□□(□□□"},
        {SLICE("\xe2\x80\xae"
               "exe\xe2\x81\xa6\xef\xbb\xbf"),
         "□exe□□", "□exe□□"},
        {SLICE("\xe2\x80\xa8\xc2\x85"), "\n\n", "  "},
        {SLICE("\xef\xbf\xbf\xf3\xa0\x81\x81"), "□□", "□□"},
        {SLICE("葛\xf3\xa0\x84\x80"), "葛\xf3\xa0\x84\x80", "葛\xf3\xa0\x84\x80"}, // a variant of an ideograph
        {{NULL, 0}, "", ""},
    };
    struct arena arena;
    arena_init(&arena, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_THAT(slice_is(clean_text(&arena, cases[i].given, false), cases[i].lines), "case %zu", i);
        CHECK_THAT(slice_is(clean_text(&arena, cases[i].given, true), cases[i].line), "case %zu", i);
    }
    arena_deinit(&arena);
    return true;
}

static bool test_markup_is_escaped(void) {
    struct buf out;
    struct markup markup;
    buf_init(&out, 4096);
    markup_init(&markup, &out);
    markup_open(&markup, "p");
    markup_attribute_text(&markup, "title", SLICE("\"'<&>"));
    markup_attribute_number(&markup, "x", -0.255);
    markup_text(&markup, SLICE("a<b>&\"c"));
    markup_void(&markup, "br");
    markup_element_of(&markup, "b", "k", SLICE(""));
    markup_close(&markup);
    markup_finish(&markup);
    CHECK(slice_is(buf_slice(&out), "<p title=\"&quot;&#39;&lt;&amp;&gt;\" x=\"-0.26\">a&lt;b&gt;&amp;&quot;c<br/><b class=\"k\"></b></p>"));
    buf_reset(&out);
    const double numbers[] = {0, 1, 1.5, 1.25, 1.05, -3, 0.004, 100};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        markup_number(&out, numbers[i]);
        buf_put_byte(&out, ' ');
    }
    CHECK(slice_is(buf_slice(&out), "0 1 1.5 1.25 1.05 -3 0 100 "));
    buf_deinit(&out);
    return true;
}

static bool test_values(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    CHECK(slice_is(paper_yuan(&arena, 123456789), "1,234,567.89") && slice_is(paper_yuan(&arena, -5), "-0.05") &&
          slice_is(paper_yuan(&arena, -12345600), "-123,456.00"));
    CHECK(slice_is(paper_yuan(&arena, 99999), "999.99") && slice_is(paper_yuan(&arena, 100000), "1,000.00"));
    CHECK(slice_is(paper_wan(&arena, 123456789), "123.46") && slice_is(paper_wan(&arena, 5000), "0.01") && slice_is(paper_wan(&arena, 4999), "0.00"));
    CHECK(slice_is(paper_wan(&arena, -5000), "-0.01") && slice_is(paper_wan(&arena, INT64_C(123456789012)), "123,456.79"));
    CHECK(slice_is(paper_moment(&arena, INT64_C(1782871200000000), 8 * US_PER_HOUR), "2026-07-01 10:00:00"));
    arena_deinit(&arena);
    return true;
}

// ---- writing ----------------------------------------------------------------------------------------------

static void put_everything(struct rig *rig, const struct figure *figure) {
    static const struct paper_column columns[] = {{{"甲", 3}, 1, PAPER_LEFT}, {{"乙", 3}, 2, PAPER_RIGHT}};
    struct paper *paper = rig->paper;
    paper_red_head(paper, &(struct paper_red_head){.authority = SLICE("示例银行文件"), .symbol = SLICE("示银"), .year = 2026, .number = 7});
    paper_title(paper, SLICE("标题"));
    paper_subtitle(paper, SLICE("副标题"));
    paper_heading(paper, 1, SLICE("一、"));
    paper_runs(paper, (PaperRun[]){{SLICE("细"), false}, {SLICE("粗\n<"), true}, {SLICE("&细"), false}}, 3, PAPER_INDENT);
    paper_list(paper, (Slice[]){SLICE("一"), SLICE("二")}, 2, true);
    paper_callout(paper, PAPER_SECRET, SLICE("秘密"), SLICE("注意"));
    paper_pairs(paper, (PaperPair[]){{SLICE("名"), SLICE("值")}}, 1, 2);
    paper_table(paper, SLICE("表"), columns, 2);
    for (int i = 0; i < 300; i++) {
        paper_row(paper, (Slice[]){SLICE("行"), SLICE("1.00")});
    }
    paper_total(paper, (Slice[]){SLICE("合计"), SLICE("300.00")});
    paper_figure(paper, figure);
    paper_page(paper, true);
    paper_signature(paper, SLICE("示例银行"), 0);
}

static Status make_figure(struct rig *rig, const struct figure **ret_figure) {
    static const Slice names[] = {{"a", 1}, {"b", 1}};
    static const double values[] = {1, 2};
    const struct figure_series series = {SLICE("s"), values};
    return figure_bars(&(struct figure_bars){.title = SLICE("图"), .categories = names, .category_count = 2, .series = &series, .series_count = 1},
                       &rig->arena, ret_figure, &rig->diag);
}

static bool test_the_same_bytes_again(void) {
    for (PaperForm form = PAPER_REPORT; form <= PAPER_LETTER; form++) {
        struct rig first, again;
        const struct figure *figure;
        uint32_t pages = 0;
        CHECK(begin(&first, form) && begin(&again, form));
        CHECK(make_figure(&first, &figure) == STATUS_OK);
        put_everything(&first, figure);
        put_everything(&again, figure);
        CHECK(paper_write_pdf(first.paper, first.fonts, &first.out, &pages, &first.diag) == STATUS_OK);
        CHECK(paper_write_pdf(again.paper, again.fonts, &again.out, NULL, &again.diag) == STATUS_OK);
        CHECK(pages > 5 && first.out.size > 5000 && slice_equal(buf_slice(&first.out), buf_slice(&again.out)));
        buf_reset(&again.out); // the same fonts once more
        CHECK(paper_write_pdf(first.paper, again.fonts, &again.out, NULL, &again.diag) == STATUS_OK);
        CHECK(slice_equal(buf_slice(&first.out), buf_slice(&again.out)));
        buf_reset(&first.out);
        buf_reset(&again.out);
        CHECK(paper_write_html(first.paper, first.fonts, &first.out, &first.diag) == STATUS_OK);
        CHECK(paper_write_html(again.paper, again.fonts, &again.out, &again.diag) == STATUS_OK);
        CHECK(slice_equal(buf_slice(&first.out), buf_slice(&again.out)));
        end(&first);
        end(&again);
    }
    return true;
}

struct job {
    struct buf out;
    bool ok;
};

static void write_some(void *context) {
    enum { TIMES = 5 };
    struct job *job = context;
    job->ok = true;
    for (int i = 0; i < TIMES && job->ok; i++) {
        struct rig rig;
        const struct figure *figure;
        job->ok = begin(&rig, PAPER_LETTER) && make_figure(&rig, &figure) == STATUS_OK;
        if (job->ok) {
            put_everything(&rig, figure);
            buf_reset(&job->out);
            job->ok = paper_write_pdf(rig.paper, rig.fonts, &job->out, NULL, &rig.diag) == STATUS_OK;
        }
        end(&rig);
    }
}

// Each thread has fonts and a paper of its own, and all write the same.
static bool test_threads_at_once(void) {
    enum { THREADS = 4 };
    struct job jobs[THREADS];
    struct thread *threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        buf_init(&jobs[i].out, OUT_MAX);
        threads[i] = thread_start("paper", write_some, &jobs[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        thread_join(threads[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(jobs[i].ok && slice_equal(buf_slice(&jobs[i].out), buf_slice(&jobs[0].out)));
    }
    for (int i = 0; i < THREADS; i++) {
        buf_deinit(&jobs[i].out);
    }
    return true;
}

static bool test_html_of_each_block(void) {
    struct rig rig;
    const struct figure *figure;
    CHECK(begin(&rig, PAPER_LETTER) && make_figure(&rig, &figure) == STATUS_OK);
    put_everything(&rig, figure);
    CHECK(paper_write_html(rig.paper, rig.fonts, &rig.out, &rig.diag) == STATUS_OK);
    static const char *const parts[] = {"<p class=\"who\">示例银行文件</p><p class=\"no\">示银〔2026〕7号</p><hr/>",
                                        "<h1>标题</h1>",
                                        "<p class=\"subtitle\">副标题</p>",
                                        "<h2>一、</h2>",
                                        "<p class=\"in\">细<b>粗<br/><span class=\"pad\"></span>&lt;</b>&amp;细</p>",
                                        "<ol><li>一</li><li>二</li></ol>",
                                        "<div class=\"secret\"><b>秘密</b><p>注意</p></div>",
                                        "<th>名</th><td>值</td><th></th><td></td>",
                                        "<p class=\"cap\">表 1\u3000表</p>",
                                        "<tr class=\"sum\"><td>合计</td><td class=\"n\">300.00</td></tr></tbody>",
                                        "<figcaption>图 1\u3000图</figcaption>",
                                        "<hr class=\"page\"/>",
                                        "<p>示例银行</p><p>1970年1月1日</p>",
                                        "default-src &#39;none&#39;"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        CHECK_THAT(has(&rig, parts[i]), "%s", parts[i]);
    }
    CHECK(!has(&rig, "<script") && !has(&rig, "http://") && !has(&rig, "https://"));
    end(&rig);
    return true;
}

static bool test_an_empty_paper(void) {
    struct rig rig;
    uint32_t pages = 0;
    CHECK(begin(&rig, PAPER_REPORT));
    CHECK(paper_write_pdf(rig.paper, rig.fonts, &rig.out, &pages, &rig.diag) == STATUS_OK && pages == 1);
    buf_reset(&rig.out);
    CHECK(paper_write_html(rig.paper, rig.fonts, &rig.out, &rig.diag) == STATUS_OK);
    end(&rig);
    return true;
}

// ---- widths -----------------------------------------------------------------------------------------------

// A cell of which the bound says that it is one line must be one, or its end would be lost: the sum of widths is never clearly below what pango makes
// of it, whichever letters are kerned.
static bool is_bound(struct press *press, Face face, Slice text) {
    static const double SURELY = 0.985; // as in grid.c
    double bound = press_bound(press, face, 8, text);
    CHECK_THAT(text_width(press->fonts, face, 8, text) * SURELY <= bound, "%.*s", SLICE_ARGS(text));
    return true;
}

static bool test_bounds_of_widths(void) {
    static const char *const others[] = {"，", "。", "（", "）", "“", "〔", "中", "一", "カ", "ー", "￥", "１"};
    static const Face faces[] = {FACE_SANS, FACE_SANS_BOLD};
    struct rig rig;
    CHECK(begin(&rig, PAPER_REPORT));
    struct press *press = ARENA_NEW(&rig.arena, struct press);
    press->fonts = rig.fonts;
    for (int face = 0; face < 2; face++) {
        for (char left = ' '; left <= '~'; left++) {
            for (char right = ' '; right <= '~'; right++) {
                const char pairs[] = {left, right, left, right, left, right, left, right};
                const char three[] = {left, left, right, right, left, left, left, right, 'f', 'i', left};
                CHECK(is_bound(press, faces[face], (Slice){pairs, sizeof pairs}));
                CHECK(is_bound(press, faces[face], (Slice){three, sizeof three}));
            }
            for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
                CHECK(is_bound(press, faces[face], arena_printf(&rig.arena, "%c%s%c%s%s", left, others[i], left, others[i], others[0])));
            }
        }
    }
    CHECK(isinf(press_bound(press, FACE_SANS, 8, SLICE("line\nend"))) && isinf(press_bound(press, FACE_SANS, 8, SLICE("\xf0\x9f\x98\x80"))));
    end(&rig);
    return true;
}

// ---- fonts ------------------------------------------------------------------------------------------------

static bool test_fonts_that_are_not_there(void) {
    struct scratch scratch;
    struct fonts *fonts;
    CHECK(scratch_make(&scratch, NULL));
    CHECK(fonts_open(slice_of(scratch.path), &scratch.arena, &fonts, &scratch.diag) == STATUS_NOT_FOUND);
    CHECK(fonts == NULL && strcmp(scratch.diag.code, "PA001") == 0 && slice_find(scratch.diag.hint, SLICE("fonts-noto-cjk"), 0) != SIZE_MAX);
    CHECK(fonts_open(SLICE("/nowhere<&>"), &scratch.arena, &fonts, &scratch.diag) == STATUS_NOT_FOUND);
    fonts_close(fonts);
    CHECK(scratch_remove(&scratch));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_clean_texts),          TEST(test_markup_is_escaped), TEST(test_values),
        TEST(test_the_same_bytes_again), TEST(test_threads_at_once),   TEST(test_html_of_each_block),
        TEST(test_an_empty_paper),       TEST(test_bounds_of_widths),  TEST(test_fonts_that_are_not_there),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
