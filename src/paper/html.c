// A paper as a page: one file of HTML that needs nothing else and runs nothing. It forbids scripts and whatever comes from elsewhere by itself, too.

#include "paper/canvas.h"
#include "paper/figure_private.h"
#include "paper/markup.h"
#include "paper/model.h"
#include "paper/sink.h"
#include "paper/style.h"

enum { SCRATCH = 256 << 10, NARROW_COLUMNS = 6, COLUMN_REM = 7 };

struct page {
    const struct paper *paper;
    struct fonts *fonts;
    struct arena *arena;
    struct markup markup;
};

// ---- texts ------------------------------------------------------------------------------------------------

// In PDF each line of an indented paragraph begins further right; HTML does so for the first alone.
static void put_lines(struct markup *markup, Slice text, bool indented) {
    size_t start = 0;
    for (size_t end; indented && (end = slice_find_byte(text, '\n', start)) < text.size; start = end + 1) {
        markup_text(markup, slice_part(text, start, end - start));
        markup_void(markup, "br");
        markup_element_of(markup, "span", "pad", SLICE(""));
    }
    markup_text(markup, slice_part(text, start, SIZE_MAX));
}

static void put_paragraph(struct page *page, const struct block *block) {
    struct markup *markup = &page->markup;
    unsigned how = block->paragraph.how;
    bool indented = (how & PAPER_INDENT) != 0;
    Slice classes = arena_printf(page->arena, "%s%s%s%s", indented ? "in " : "", how & PAPER_CENTRED ? "mid " : "",
                                 how & PAPER_RIGHTWARDS ? "end " : "", how & PAPER_SMALL ? "small " : "");
    size_t at = 0;
    markup_open(markup, "p");
    if (classes.size > 0) {
        markup_attribute_text(markup, "class", slice_trim(classes));
    }
    for (uint32_t i = 0; i < block->paragraph.bold_count; i++) {
        Span span = block->paragraph.bold[i];
        put_lines(markup, slice_part(block->text, at, span.start - at), indented);
        markup_open(markup, "b");
        put_lines(markup, slice_part(block->text, span.start, span.end - span.start), indented);
        markup_close(markup);
        at = span.end;
    }
    put_lines(markup, slice_part(block->text, at, SIZE_MAX), indented);
    markup_close(markup);
}

static void put_list(struct page *page, const struct block *block) {
    markup_open(&page->markup, block->list.numbered ? "ol" : "ul");
    for (uint32_t i = 0; i < block->list.count; i++) {
        markup_element(&page->markup, "li", block->list.items[i]);
    }
    markup_close(&page->markup);
}

static void put_callout(struct page *page, const struct block *block) {
    static const char *const classes[] = {[PAPER_NOTE] = "note", [PAPER_WARNING] = "warning", [PAPER_SECRET] = "secret"};
    markup_open(&page->markup, "div");
    markup_attribute(&page->markup, "class", classes[block->callout.kind]);
    if (block->callout.title.size > 0) {
        markup_element(&page->markup, "b", block->callout.title);
    }
    if (block->text.size > 0) {
        markup_element(&page->markup, "p", block->text);
    }
    markup_close(&page->markup);
}

static void put_heading(struct page *page, const struct block *block) {
    static const char *const elements[PAPER_LEVELS] = {"h2", "h3", "h4"};
    markup_element(&page->markup, elements[block->number - 1], block->text);
}

// ---- tables and figures -----------------------------------------------------------------------------------

static void put_pairs_row(struct page *page, const struct block *block, uint32_t first) {
    struct markup *markup = &page->markup;
    markup_open(markup, "tr");
    for (uint32_t i = first; i < first + block->pairs.across; i++) {
        const PaperPair pair = i < block->pairs.count ? block->pairs.pairs[i] : (PaperPair){{"", 0}, {"", 0}};
        markup_element(markup, "th", pair.name);
        markup_element(markup, "td", pair.value);
    }
    markup_close(markup);
}

static void put_pairs(struct page *page, const struct block *block) {
    struct markup *markup = &page->markup;
    markup_open(markup, "div");
    markup_attribute(markup, "class", "scroll");
    markup_open(markup, "table");
    markup_attribute(markup, "class", "pairs");
    markup_open(markup, "tbody");
    for (uint32_t i = 0; i < block->pairs.count; i += block->pairs.across) {
        put_pairs_row(page, block, i);
    }
    markup_close(markup);
    markup_close(markup);
    markup_close(markup);
}

static void put_caption(struct page *page, const struct block *block) {
    if (block->text.size > 0) {
        markup_element_of(&page->markup, "p", "cap", paper_caption(page->paper, block, page->arena));
    }
}

static void put_titles(struct page *page, const struct block_table *table) {
    struct markup *markup = &page->markup;
    double sum = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        sum += table->columns[i].share;
    }
    markup_open(markup, "colgroup");
    for (uint32_t i = 0; i < table->column_count; i++) {
        markup_void(markup, "col");
        markup_attribute_text(markup, "style", arena_printf(page->arena, "width:%.2f%%", 100 * table->columns[i].share / sum));
    }
    markup_close(markup);
    markup_open(markup, "thead");
    markup_open(markup, "tr");
    for (uint32_t i = 0; i < table->column_count; i++) {
        markup_element(markup, "th", table->columns[i].title);
    }
    markup_close(markup);
    markup_close(markup);
}

static void put_row(struct page *page, const struct block_table *table, uint32_t row, bool is_total) {
    static const char *const classes[] = {[PAPER_LEFT] = NULL, [PAPER_CENTRE] = "c", [PAPER_RIGHT] = "n"};
    struct markup *markup = &page->markup;
    markup_open(markup, "tr");
    if (is_total) {
        markup_attribute(markup, "class", "sum");
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        Slice cell = table->cells.at[(size_t)row * table->column_count + i];
        const char *class_name = classes[table->columns[i].align];
        if (class_name == NULL) {
            markup_element(markup, "td", cell);
        } else {
            markup_element_of(markup, "td", class_name, cell);
        }
    }
    markup_close(markup);
}

// A table of many columns is scrolled on a small screen, not squeezed.
static void put_table(struct page *page, const struct block *block) {
    struct markup *markup = &page->markup;
    const struct block_table *table = block->table;
    uint32_t total = 0;
    put_caption(page, block);
    markup_open(markup, "div");
    markup_attribute(markup, "class", "scroll");
    markup_open(markup, "table");
    if (table->column_count > NARROW_COLUMNS) {
        markup_attribute_text(markup, "style", arena_printf(page->arena, "min-width:%urem", table->column_count * COLUMN_REM));
    }
    put_titles(page, table);
    markup_open(markup, "tbody");
    for (uint32_t row = 0; row < table->row_count && !buf_overflowed(markup->out); row++) {
        put_row(page, table, row, table_is_total(table, row, &total));
    }
    markup_close(markup);
    markup_close(markup);
    markup_close(markup);
}

static void put_figure(struct page *page, const struct block *block) {
    struct markup *markup = &page->markup;
    FigureSize size = figure_size(block->figure, page->fonts, FIGURE_WIDTH);
    struct canvas canvas = canvas_of_svg(markup, page->arena);
    markup_open(markup, "figure");
    markup_attribute(markup, "class", size.width > FIGURE_WIDTH ? "scroll wide" : "scroll");
    markup_open(markup, "svg");
    markup_attribute(markup, "class", "fig");
    markup_attribute(markup, "role", "img");
    markup_attribute_text(markup, "viewBox", arena_printf(page->arena, "0 0 %.0f %.0f", size.width, size.height));
    markup_element(markup, "title", block->text);
    figure_draw(block->figure, page->fonts, &canvas, size.width);
    markup_close(markup);
    if (block->text.size > 0) {
        markup_element(markup, "figcaption", paper_caption(page->paper, block, page->arena));
    }
    markup_close(markup);
}

// ---- letters ----------------------------------------------------------------------------------------------

static void put_red_head(struct page *page, const struct paper_red_head *red) {
    struct markup *markup = &page->markup;
    Slice number = paper_number(red, page->arena);
    markup_open(markup, "div");
    markup_attribute(markup, "class", "red");
    if (red->secrecy.size > 0) {
        markup_element_of(markup, "p", "grade", red->secrecy);
    }
    if (red->urgency.size > 0) {
        markup_element_of(markup, "p", "grade", red->urgency);
    }
    markup_element_of(markup, "p", "who", red->authority);
    if (number.size > 0) {
        markup_element_of(markup, "p", "no", number);
    }
    markup_void(markup, "hr");
    markup_close(markup);
}

static void put_signature(struct page *page, const struct block *block) {
    markup_open(&page->markup, "div");
    markup_attribute(&page->markup, "class", "sign");
    markup_element(&page->markup, "p", block->text);
    markup_element(&page->markup, "p", paper_date(page->paper, block->date_us, page->arena));
    markup_close(&page->markup);
}

static void put_page(struct page *page, bool is_first) {
    if (!is_first) {
        markup_void(&page->markup, "hr");
        markup_attribute(&page->markup, "class", "page");
    }
}

// ---- the page ---------------------------------------------------------------------------------------------

static void put_block(struct page *page, const struct block *block) {
    switch (block->kind) {
    case BLOCK_TITLE:
        markup_element(&page->markup, "h1", block->text);
        break;
    case BLOCK_SUBTITLE:
        markup_element_of(&page->markup, "p", "subtitle", block->text);
        break;
    case BLOCK_HEADING:
        put_heading(page, block);
        break;
    case BLOCK_PARAGRAPH:
        put_paragraph(page, block);
        break;
    case BLOCK_LIST:
        put_list(page, block);
        break;
    case BLOCK_CALLOUT:
        put_callout(page, block);
        break;
    case BLOCK_PAIRS:
        put_pairs(page, block);
        break;
    case BLOCK_TABLE:
        put_table(page, block);
        break;
    case BLOCK_FIGURE:
        put_figure(page, block);
        break;
    case BLOCK_RED_HEAD:
        put_red_head(page, block->red);
        break;
    case BLOCK_SIGNATURE:
        put_signature(page, block);
        break;
    case BLOCK_PAGE:
        put_page(page, block == page->paper->blocks.at);
        break;
    }
    markup_text(&page->markup, SLICE("\n"));
}

static void put_meta(struct markup *markup, const char *key, const char *name, Slice content) {
    if (content.size > 0) {
        markup_void(markup, "meta");
        markup_attribute(markup, key, name);
        markup_attribute_text(markup, "content", content);
    }
}

static void put_head(struct page *page) {
    struct markup *markup = &page->markup;
    const struct paper_head *head = &page->paper->head;
    markup_open(markup, "head");
    markup_void(markup, "meta");
    markup_attribute(markup, "charset", "utf-8");
    put_meta(markup, "http-equiv", "Content-Security-Policy", SLICE("default-src 'none'; style-src 'unsafe-inline'"));
    put_meta(markup, "name", "viewport", SLICE("width=device-width, initial-scale=1"));
    put_meta(markup, "name", "color-scheme", SLICE("light dark"));
    put_meta(markup, "name", "author", head->author);
    put_meta(markup, "name", "description", head->subject);
    put_meta(markup, "name", "keywords", head->keywords);
    markup_element(markup, "title", head->title);
    markup_style(markup, style_put_page);
    markup_close(markup);
}

static void put_top(struct page *page) {
    const struct paper_head *head = &page->paper->head;
    if (head->running.size > 0 || head->mark.size > 0) {
        markup_open(&page->markup, "div");
        markup_attribute(&page->markup, "class", "top");
        markup_element(&page->markup, "span", head->running);
        markup_element(&page->markup, "b", head->mark);
        markup_close(&page->markup);
    }
}

static void put_document(struct page *page) {
    struct markup *markup = &page->markup;
    const struct paper *paper = page->paper;
    buf_put(markup->out, SLICE("<!DOCTYPE html>\n"));
    markup_open(markup, "html");
    markup_attribute(markup, "lang", paper->head.language == PAPER_ZH ? "zh-CN" : "en");
    put_head(page);
    markup_open(markup, "body");
    markup_open(markup, "main");
    markup_attribute(markup, "class", paper->head.form == PAPER_LETTER ? "letter" : "report");
    put_top(page);
    for (uint32_t i = 0; i < paper->blocks.count && !buf_overflowed(markup->out); i++) {
        ArenaMark mark = arena_mark(page->arena);
        put_block(page, &paper->blocks.at[i]);
        arena_rewind(page->arena, mark);
    }
    markup_close(markup);
    markup_close(markup);
    markup_close(markup);
    markup_finish(markup);
    buf_put_byte(markup->out, '\n');
}

Status paper_write_html(const struct paper *paper, struct fonts *fonts, struct buf *out, struct diag *diag) {
    TRY(paper_check(paper, fonts_arena(fonts), diag));
    struct arena arena;
    arena_init(&arena, SCRATCH);
    struct page page = {.paper = paper, .fonts = fonts, .arena = &arena};
    markup_init(&page.markup, out);
    put_document(&page);
    arena_deinit(&arena);
    return sink_check(CAIRO_STATUS_SUCCESS, out, fonts_arena(fonts), diag);
}
