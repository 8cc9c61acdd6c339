// A paper as a PDF: the order of its blocks, bookmarks, metadata.

#include "paper/press.h"

#include "base/time.h"
#include "base/utf8.h"
#include "paper/canvas.h"
#include "paper/figure_private.h"
#include "paper/sink.h"

#include <cairo-pdf.h>
#include <math.h>

enum { SCRATCH = 256 << 10, BOOKMARK_MAX = 600 }; // bytes of a bookmark's text

static const double UPRIGHT_ENOUGH = 0.87; // a figure goes onto a page across when it would be smaller upright by this

// ---- texts ------------------------------------------------------------------------------------------------

static void put_paragraph(struct press *press, const struct block *block) {
    unsigned how = block->paragraph.how;
    TextStyle style = how & PAPER_SMALL ? press->type->small : press->type->body;
    style.align = how & PAPER_CENTRED ? TEXT_CENTRE : how & PAPER_RIGHTWARDS ? TEXT_RIGHT : TEXT_LEFT;
    style.justified = style.justified && style.align == TEXT_LEFT;
    style.indent = how & PAPER_INDENT ? 2 * style.size : 0;
    PangoLayout *layout = text_layout(press->fonts, &style, press_wide(press));
    text_set_bold(layout, block->text, block->paragraph.bold, block->paragraph.bold_count);
    press_ink(press, how & PAPER_SMALL ? INK_MUTED : INK_TEXT);
    press_text(press, layout, &style, press->left);
    press_space(press, press->type->between);
    g_object_unref(layout);
}

static void draw_dot(struct press *press, double x, double y) {
    static const double RADIUS = 1.7;
    cairo_new_path(press->cairo);
    cairo_arc(press->cairo, x, y, RADIUS, 0, 2 * G_PI);
    cairo_fill(press->cairo);
}

static void draw_mark(struct press *press, const struct block *block, uint32_t item, const TextStyle *style, double x) {
    double middle = press->y + style->pitch / 2;
    press_ink(press, INK_TEXT);
    if (!block->list.numbered) {
        draw_dot(press, x - style->size * 0.5, middle);
        return;
    }
    Slice number = arena_printf(press->arena, "%u.", item + 1);
    cairo_move_to(press->cairo, x - style->size * 0.3 - text_width(press->fonts, style->face, style->size, number),
                  middle + text_middle(style->size));
    text_show(press->cairo, press->fonts, style->face, style->size, number);
}

static void put_item(struct press *press, const struct block *block, uint32_t item) {
    TextStyle style = press->type->body;
    double indent = 2 * style.size;
    PangoLayout *layout = text_layout(press->fonts, &style, press_wide(press) - indent);
    text_set(layout, block->list.items[item]);
    press_need(press, fmin(2, text_lines(layout)) * style.pitch);
    if (press_draws(press)) {
        draw_mark(press, block, item, &style, press->left + indent);
    }
    press_text(press, layout, &style, press->left + indent);
    g_object_unref(layout);
}

static void put_list(struct press *press, const struct block *block) {
    for (uint32_t i = 0; i < block->list.count && !press_is_full(press); i++) {
        ArenaMark mark = arena_mark(press->arena);
        put_item(press, block, i);
        arena_rewind(press->arena, mark);
    }
    press_space(press, press->type->between);
}

static void draw_callout_part(struct press *press, Ink ink, double height) {
    press_fill(press, press->left, press->y, press_wide(press), height, INK_TINT);
    press_fill(press, press->left, press->y, 3, height, ink);
}

// A frame around as many lines as the page has room for, then the next.
static void put_callout(struct press *press, const struct block *block) {
    static const Ink inks[] = {[PAPER_NOTE] = INK_RULE, [PAPER_WARNING] = INK_AMBER, [PAPER_SECRET] = INK_RED};
    static const double PADDING = 7;
    Ink ink = inks[block->callout.kind];
    TextStyle style = {.face = FACE_SANS, .size = 9.5, .pitch = 15.5};
    Slice title = block->callout.title;
    const char *between = title.size > 0 && block->text.size > 0 ? "\n" : "";
    Slice text = arena_printf(press->arena, "%.*s%s%.*s", SLICE_ARGS(title), between, SLICE_ARGS(block->text));
    PangoLayout *layout = text_layout(press->fonts, &style, press_wide(press) - 4 * PADDING);
    text_set_bold(layout, text, &(Span){0, title.size}, title.size > 0);
    uint32_t lines = text_lines(layout);
    TextWalk walk = text_walk(layout);
    press_space(press, 5);
    press_need(press, fmin(lines, 3) * style.pitch + 2 * PADDING);
    for (uint32_t done = 0; done < lines && !press_is_full(press);) {
        double fit = fmax(1, floor((press_room(press) - 2 * PADDING) / style.pitch + 1e-6));
        uint32_t here = fit > lines - done ? lines - done : (uint32_t)fit;
        draw_callout_part(press, ink, here * style.pitch + 2 * PADDING);
        if (press_draws(press)) {
            press_ink(press, block->callout.kind == PAPER_SECRET && lines == 1 ? INK_RED : INK_TEXT);
            text_draw(press->cairo, &walk, &style, here, press->left + 2 * PADDING, press->y + PADDING);
        }
        press->y += here * style.pitch + 2 * PADDING;
        press->fresh = false;
        done += here;
        if (done < lines) {
            press_turn(press);
        }
    }
    press_space(press, 9);
    text_walk_end(&walk);
    g_object_unref(layout);
}

// ---- headings ---------------------------------------------------------------------------------------------

static void add_bookmark(struct press *press, const struct block *block) {
    char place[128];
    uint32_t level = block->number;
    Slice text = block->text;
    size_t size = text.size > BOOKMARK_MAX ? BOOKMARK_MAX : text.size;
    while (size < text.size && utf8_is_continuation(text.at[size])) {
        size--;
    }
    text = arena_copy(press->arena, slice_part(text, 0, size));
    snprintf(place, sizeof place, "page=%u pos=[%.2f %.2f]", press->page, press->left, press->y);
    press->parents[level] = cairo_pdf_surface_add_outline(press->surface, press->parents[level - 1], text.at, place, CAIRO_PDF_OUTLINE_FLAG_OPEN);
    for (uint32_t i = level + 1; i <= PAPER_LEVELS; i++) { // what follows without a level between hangs below this one
        press->parents[i] = press->parents[level];
    }
}

static double heading_height(const struct press *press, const struct block *block) {
    return press->type->headings[block->number - 1].pitch + press->type->heading_above[block->number - 1];
}

static double figure_height(struct press *press, const struct block *block);

// Room that the beginning of what follows a heading takes, so that it does not stand alone at the foot of a page. Headings below each other go
// together.
static double beginning_of(struct press *press, uint32_t at) {
    static const double MOST = 0.6; // of a page
    double height = 0;
    const struct paper *paper = press->paper;
    for (; at < paper->blocks.count && paper->blocks.at[at].kind == BLOCK_HEADING && height < press->bottom - press->top; at++) {
        height += heading_height(press, &paper->blocks.at[at]);
    }
    const struct block *block = at < paper->blocks.count ? &paper->blocks.at[at] : NULL;
    if (block != NULL && block->kind == BLOCK_TABLE) {
        height += press_table_least(press, at);
    } else if (block != NULL && block->kind == BLOCK_FIGURE) {
        height += figure_height(press, block);
    } else if (block != NULL && block->kind != BLOCK_PAGE) {
        height += 2 * press->type->body.pitch;
    }
    return fmin(height, MOST * (press->bottom - press->top));
}

static void put_heading(struct press *press, uint32_t at) {
    const struct block *block = &press->paper->blocks.at[at];
    TextStyle style = press->type->headings[block->number - 1];
    style.indent = press->type->indent;
    PangoLayout *layout = text_layout(press->fonts, &style, press_wide(press));
    text_set(layout, block->text);
    press_space(press, press->type->heading_above[block->number - 1]);
    press_need(press, fmin(text_lines(layout) * style.pitch, 200) + 3 + beginning_of(press, at + 1));
    if (press_draws(press)) {
        add_bookmark(press, block);
    }
    press_ink(press, INK_TEXT);
    press_text(press, layout, &style, press->left);
    press_space(press, press->type->between / 2);
    g_object_unref(layout);
}

static void put_title(struct press *press, const struct block *block) {
    press->y += press->type->title_above;
    press_plain(press, &press->type->title, block->text, INK_TEXT);
    press_space(press, press->type->title_below);
}

static void put_subtitle(struct press *press, const struct block *block) {
    press_plain(press, &press->type->subtitle, block->text, press->paper->head.form == PAPER_LETTER ? INK_TEXT : INK_MUTED);
    press_space(press, press->type->subtitle.size);
}

// ---- figures ----------------------------------------------------------------------------------------------

static const TextStyle caption_style = {.face = FACE_SANS_BOLD, .size = 9, .pitch = 16, .align = TEXT_CENTRE};

static void draw_figure(struct press *press, const struct figure *figure, FigureSize size, double scale) {
    struct cairo_canvas on = {press->cairo, press->fonts};
    struct canvas canvas = canvas_of_cairo(&on, press->arena);
    cairo_save(press->cairo);
    cairo_translate(press->cairo, press->left + (press_wide(press) - size.width * scale) / 2, press->y);
    cairo_scale(press->cairo, scale, scale);
    figure_draw(figure, press->fonts, &canvas, size.width);
    cairo_restore(press->cairo);
}

// The scale at which it fits onto a page with its caption; it is never made larger.
static double scale_for(FigureSize size, double width, double height) {
    return fmin(1, fmin(width / size.width, height / size.height));
}

static void put_figure_here(struct press *press, const struct block *block, FigureSize size) {
    double caption = block->text.size > 0 ? caption_style.pitch + 4 : 0;
    double scale = scale_for(size, press_wide(press), press->bottom - press->top - caption - 1);
    press_space(press, 6);
    press_need(press, size.height * scale + caption);
    if (press_draws(press)) {
        draw_figure(press, block->figure, size, scale);
    }
    press->y += size.height * scale + 4;
    press->fresh = false;
    if (block->text.size > 0) {
        Slice text = paper_caption(press->paper, block, press->arena);
        press_plain(press, &caption_style, text_fit(press->fonts, caption_style.face, caption_style.size, text, press_wide(press), press->arena),
                    INK_TEXT);
    }
    press_space(press, 10);
}

static FigureSize size_of(struct press *press, const struct figure *figure) {
    return figure_size(figure, press->fonts, fmin(FIGURE_WIDTH, press_upright(press->type).width));
}

static bool goes_across(struct press *press, const struct block *block) {
    if (block->kind != BLOCK_FIGURE) {
        return false;
    }
    FigureSize size = size_of(press, block->figure);
    Extent upright = press_upright(press->type);
    Extent across = press_across();
    return scale_for(size, upright.width, upright.height - caption_style.pitch) <
           UPRIGHT_ENOUGH * scale_for(size, across.width, across.height - caption_style.pitch);
}

// What it takes where the page is as it has to be; nothing where it gets another.
static double figure_height(struct press *press, const struct block *block) {
    FigureSize size = size_of(press, block->figure);
    if (!press->across && goes_across(press, block)) {
        return 0;
    }
    return size.height * scale_for(size, press_wide(press), press->bottom - press->top) + caption_style.pitch + 10;
}

static void change_page(struct press *press, bool across) {
    if (press->page > 0 && press->fresh && press->across == across) {
        return; // an empty page of the kind is there
    }
    if (press->page > 0) {
        press_end(press);
    }
    press_begin(press, across);
}

static void put_figure(struct press *press, const struct block *block) {
    if (!press->across && goes_across(press, block)) {
        change_page(press, true);
        press->turns_back = true;
    }
    put_figure_here(press, block, size_of(press, block->figure));
}

// ---- all of it --------------------------------------------------------------------------------------------

static void put_block(struct press *press, uint32_t at) {
    const struct block *block = &press->paper->blocks.at[at];
    if (press->turns_back && !goes_across(press, block)) {
        press->turns_back = false;
        change_page(press, block->kind == BLOCK_PAGE && block->across);
    }
    switch (block->kind) {
    case BLOCK_TITLE:
        put_title(press, block);
        break;
    case BLOCK_SUBTITLE:
        put_subtitle(press, block);
        break;
    case BLOCK_HEADING:
        put_heading(press, at);
        break;
    case BLOCK_PARAGRAPH:
        put_paragraph(press, block);
        break;
    case BLOCK_LIST:
        put_list(press, block);
        break;
    case BLOCK_CALLOUT:
        put_callout(press, block);
        break;
    case BLOCK_PAIRS:
        press_pairs(press, block);
        break;
    case BLOCK_TABLE:
        press_table(press, at);
        break;
    case BLOCK_FIGURE:
        put_figure(press, block);
        break;
    case BLOCK_RED_HEAD:
        press_red_head(press, block->red);
        break;
    case BLOCK_SIGNATURE:
        press_signature(press, block);
        break;
    case BLOCK_PAGE:
        change_page(press, block->across);
        break;
    }
}

static void run(struct press *press) {
    const struct paper *paper = press->paper;
    press->page = 0;
    press->turns_back = false;
    memset(press->parents, 0, sizeof press->parents); // CAIRO_PDF_OUTLINE_ROOT
    if (paper->blocks.count == 0 || paper->blocks.at[0].kind != BLOCK_PAGE) {
        press_begin(press, false);
    }
    for (uint32_t i = 0; i < paper->blocks.count && !press_is_full(press); i++) {
        ArenaMark mark = arena_mark(press->arena);
        put_block(press, i);
        arena_rewind(press->arena, mark);
    }
    press_end(press);
}

// An empty text is left out: cairo would write one.
static void set_metadata(const struct press *press) {
    const struct paper_head *head = &press->paper->head;
    const struct {
        cairo_pdf_metadata_t kind;
        Slice text;
    } texts[] = {
        {CAIRO_PDF_METADATA_TITLE, head->title},       {CAIRO_PDF_METADATA_AUTHOR, head->author},       {CAIRO_PDF_METADATA_SUBJECT, head->subject},
        {CAIRO_PDF_METADATA_KEYWORDS, head->keywords}, {CAIRO_PDF_METADATA_CREATOR, SLICE("Qiantang")},
    };
    char moment[TIME_TEXT_SIZE];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].text.size > 0) {
            cairo_pdf_surface_set_metadata(press->surface, texts[i].kind, texts[i].text.at);
        }
    }
    time_format(floor_div(head->made_us, US_PER_SECOND) * US_PER_SECOND, head->offset_us, moment);
    cairo_pdf_surface_set_metadata(press->surface, CAIRO_PDF_METADATA_CREATE_DATE, moment);
}

static Status print(struct press *press, struct buf *out, struct diag *diag) {
    press->surface = cairo_pdf_surface_create_for_stream(sink_put, out, 1, 1); // each page sets its size
    press->cairo = cairo_create(press->surface);
    set_metadata(press);
    run(press);
    cairo_status_t status = cairo_status(press->cairo);
    cairo_destroy(press->cairo);
    cairo_surface_finish(press->surface);
    status = status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(press->surface) : status;
    cairo_surface_destroy(press->surface);
    return sink_check(status, out, fonts_arena(press->fonts), diag);
}

static Status press_paper(struct press *press, struct buf *out, struct diag *diag) {
    run(press);
    if (press_is_full(press)) {
        return diag_fail(diag, fonts_arena(press->fonts), STATUS_LIMIT, "PA003", "the document has more than %d pages", PAPER_PAGES_MAX);
    }
    press->pages = press->page;
    TRY(print(press, out, diag));
    INVARIANT(press->page == press->pages);
    if (press->lost) {
        return diag_fail(diag, fonts_arena(press->fonts), STATUS_IO, "PA006", "a cell of a table takes more lines than it was measured to");
    }
    return STATUS_OK;
}

Status paper_write_pdf(const struct paper *paper, struct fonts *fonts, struct buf *out, uint32_t *ret_pages, struct diag *diag) {
    TRY(paper_check(paper, fonts_arena(fonts), diag));
    struct arena arena;
    struct arena kept;
    arena_init(&arena, SCRATCH);
    arena_init(&kept, SCRATCH);
    struct press *press = ARENA_NEW(&kept, struct press);
    press->paper = paper;
    press->fonts = fonts;
    press->arena = &arena;
    press->kept = &kept;
    press->type = type_of_form(paper->head.form);
    press->row_lines = ARENA_ARRAY(&kept, uint32_t *, paper->blocks.count);
    Status status = press_paper(press, out, diag);
    if (status == STATUS_OK && ret_pages != NULL) {
        *ret_pages = press->pages;
    }
    arena_deinit(&arena);
    arena_deinit(&kept);
    return status;
}
