#include "paper/paper.h"

#include "base/money.h"
#include "base/time.h"
#include "paper/clean.h"
#include "paper/model.h"

#include <stdlib.h>

enum { BLOCK_SIZE = 256 << 10, RUNS_MAX = 10000, ITEMS_MAX = 10000, PAIRS_ACROSS_MAX = 3 };

// ---- limits -----------------------------------------------------------------------------------------------

// False, and noted, when the paper is full or becomes so.
static bool within(struct paper *paper, bool holds, const char *limit) {
    if (paper->over == NULL && !holds) {
        paper->over = limit;
    }
    return paper->over == NULL;
}

static bool has_room(struct paper *paper, size_t bytes) {
    return within(paper, bytes <= PAPER_BYTES_MAX && paper->arena.total + bytes <= PAPER_BYTES_MAX, "512 MiB");
}

static Slice keep(struct paper *paper, Slice text, bool one_line) {
    bool fits = within(paper, text.size <= PAPER_TEXT_MAX, "256 KiB in one text") && has_room(paper, text.size);
    return fits ? clean_text(&paper->arena, text, one_line) : SLICE("");
}

// NULL when there is no room for one.
static struct block *add(struct paper *paper, BlockKind kind) {
    if (!within(paper, paper->blocks.count < PAPER_BLOCKS_MAX, "100,000 blocks") || !has_room(paper, 0)) {
        return NULL;
    }
    struct block *block = VEC_PUSH(&paper->blocks, &paper->arena);
    block->kind = kind;
    return block;
}

static struct block *add_text(struct paper *paper, BlockKind kind, Slice text, bool one_line) {
    struct block *block = add(paper, kind);
    if (block != NULL) {
        block->text = keep(paper, text, one_line);
    }
    return block;
}

struct paper *paper_create(const struct paper_head *head) {
    struct paper *paper = memory_alloc(sizeof *paper);
    arena_init(&paper->arena, BLOCK_SIZE);
    paper->head = *head;
    Slice *const texts[] = {&paper->head.title,    &paper->head.author,  &paper->head.subject,
                            &paper->head.keywords, &paper->head.running, &paper->head.mark};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = keep(paper, *texts[i], true);
    }
    return paper;
}

void paper_destroy(struct paper *paper) {
    if (paper != NULL) {
        arena_deinit(&paper->arena);
        free(paper);
    }
}

Status paper_check(const struct paper *paper, struct arena *arena, struct diag *diag) {
    if (paper->over == NULL) {
        return STATUS_OK;
    }
    return diag_fail(diag, arena, STATUS_LIMIT, "PA002", "the document has more than %s", paper->over);
}

// ---- texts ------------------------------------------------------------------------------------------------

void paper_title(struct paper *paper, Slice text) {
    add_text(paper, BLOCK_TITLE, text, false);
}

void paper_subtitle(struct paper *paper, Slice text) {
    add_text(paper, BLOCK_SUBTITLE, text, false);
}

void paper_heading(struct paper *paper, uint32_t level, Slice text) {
    INVARIANT(level >= 1 && level <= PAPER_LEVELS);
    struct block *block = add_text(paper, BLOCK_HEADING, text, true);
    if (block != NULL) {
        block->number = level;
    }
}

void paper_paragraph(struct paper *paper, Slice text, unsigned how) {
    struct block *block = add_text(paper, BLOCK_PARAGRAPH, text, false);
    if (block != NULL) {
        block->paragraph.how = how;
    }
}

void paper_runs(struct paper *paper, const PaperRun *runs, uint32_t count, unsigned how) {
    struct block *block = within(paper, count <= RUNS_MAX, "10,000 runs in a paragraph") ? add(paper, BLOCK_PARAGRAPH) : NULL;
    if (block == NULL) {
        return;
    }
    struct buf text; // runs are cleaned one by one, so that a place of the whole is one of its runs
    Span *bold = ARENA_ARRAY(&paper->arena, Span, count);
    uint32_t bold_count = 0;
    buf_init(&text, PAPER_TEXT_MAX);
    for (uint32_t i = 0; i < count; i++) {
        size_t start = text.size;
        buf_put(&text, keep(paper, runs[i].text, false));
        if (runs[i].bold) {
            bold[bold_count++] = (Span){start, text.size};
        }
    }
    within(paper, !buf_overflowed(&text), "256 KiB in one text");
    block->text = arena_copy(&paper->arena, buf_slice(&text));
    buf_deinit(&text);
    block->paragraph.how = how;
    block->paragraph.bold = bold;
    block->paragraph.bold_count = bold_count;
}

void paper_list(struct paper *paper, const Slice *items, uint32_t count, bool numbered) {
    struct block *block = within(paper, count <= ITEMS_MAX, "10,000 items in a list") ? add(paper, BLOCK_LIST) : NULL;
    if (block == NULL) {
        return;
    }
    Slice *kept = ARENA_ARRAY(&paper->arena, Slice, count);
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = keep(paper, items[i], false);
    }
    block->list.items = kept;
    block->list.count = count;
    block->list.numbered = numbered;
}

void paper_callout(struct paper *paper, PaperCallout kind, Slice title, Slice text) {
    struct block *block = add_text(paper, BLOCK_CALLOUT, text, false);
    if (block != NULL) {
        block->callout.kind = kind;
        block->callout.title = keep(paper, title, true);
    }
}

// ---- tables and figures -----------------------------------------------------------------------------------

void paper_pairs(struct paper *paper, const PaperPair *pairs, uint32_t count, uint32_t across) {
    INVARIANT(across >= 1 && across <= PAIRS_ACROSS_MAX);
    struct block *block = within(paper, count <= ITEMS_MAX, "10,000 pairs in a block") ? add(paper, BLOCK_PAIRS) : NULL;
    if (block == NULL) {
        return;
    }
    PaperPair *kept = ARENA_ARRAY(&paper->arena, PaperPair, count);
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = (PaperPair){keep(paper, pairs[i].name, false), keep(paper, pairs[i].value, false)};
    }
    block->pairs.pairs = kept;
    block->pairs.count = count;
    block->pairs.across = across;
}

void paper_table(struct paper *paper, Slice caption, const struct paper_column *columns, uint32_t count) {
    INVARIANT(count >= 1 && count <= PAPER_COLUMNS_MAX);
    struct block *block = add_text(paper, BLOCK_TABLE, caption, true);
    if (block == NULL) {
        return;
    }
    struct block_table *table = ARENA_NEW(&paper->arena, struct block_table);
    table->columns = ARENA_ARRAY(&paper->arena, struct paper_column, count);
    table->column_count = count;
    for (uint32_t i = 0; i < count; i++) {
        INVARIANT(columns[i].share > 0);
        table->columns[i] = columns[i];
        table->columns[i].title = keep(paper, columns[i].title, false);
    }
    block->table = table;
    block->number = caption.size > 0 ? ++paper->tables : 0;
}

void paper_row(struct paper *paper, const Slice *cells) {
    if (paper->over != NULL) {
        return;
    }
    struct block *block = paper->blocks.count > 0 ? &paper->blocks.at[paper->blocks.count - 1] : NULL;
    INVARIANT(block != NULL && block->kind == BLOCK_TABLE);
    struct block_table *table = block->table;
    if (!within(paper, table->row_count < PAPER_ROWS_MAX, "200,000 rows in a table")) {
        return;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        Slice cell = keep(paper, cells[i], false);
        *VEC_PUSH(&table->cells, &paper->arena) = cell;
    }
    table->row_count++;
}

void paper_total(struct paper *paper, const Slice *cells) {
    paper_row(paper, cells);
    if (paper->over == NULL) {
        struct block_table *table = paper->blocks.at[paper->blocks.count - 1].table;
        *VEC_PUSH(&table->totals, &paper->arena) = table->row_count - 1;
    }
}

void paper_figure(struct paper *paper, const struct figure *figure) {
    struct block *block = add_text(paper, BLOCK_FIGURE, figure_title(figure), true);
    if (block != NULL) {
        block->figure = figure;
        block->number = block->text.size > 0 ? ++paper->figures : 0;
    }
}

// ---- letters and pages ------------------------------------------------------------------------------------

void paper_red_head(struct paper *paper, const struct paper_red_head *head) {
    struct block *block = add(paper, BLOCK_RED_HEAD);
    if (block == NULL) {
        return;
    }
    struct paper_red_head *red = ARENA_NEW(&paper->arena, struct paper_red_head);
    *red = *head;
    red->authority = keep(paper, head->authority, true);
    red->symbol = keep(paper, head->symbol, true);
    red->secrecy = keep(paper, head->secrecy, true);
    red->urgency = keep(paper, head->urgency, true);
    block->red = red;
}

void paper_signature(struct paper *paper, Slice issuer, int64_t date_us) {
    struct block *block = add_text(paper, BLOCK_SIGNATURE, issuer, true);
    if (block != NULL) {
        block->date_us = date_us;
    }
}

void paper_page(struct paper *paper, bool across) {
    struct block *block = add(paper, BLOCK_PAGE);
    if (block != NULL) {
        block->across = across;
    }
}

// ---- what the writers add ---------------------------------------------------------------------------------

Slice paper_caption(const struct paper *paper, const struct block *block, struct arena *arena) {
    if (block->text.size == 0) {
        return SLICE("");
    }
    bool is_table = block->kind == BLOCK_TABLE;
    return paper->head.language == PAPER_ZH
               ? arena_printf(arena, "%s %u\u3000%.*s", is_table ? "表" : "图", block->number, SLICE_ARGS(block->text))
               : arena_printf(arena, "%s %u. %.*s", is_table ? "Table" : "Figure", block->number, SLICE_ARGS(block->text));
}

Slice paper_number(const struct paper_red_head *red, struct arena *arena) {
    return red->symbol.size == 0 ? SLICE("") : arena_printf(arena, "%.*s〔%d〕%u号", SLICE_ARGS(red->symbol), red->year, red->number);
}

Slice paper_date(const struct paper *paper, int64_t date_us, struct arena *arena) {
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    CivilTime day = civil_from_time(date_us, paper->head.offset_us);
    return paper->head.language == PAPER_ZH ? arena_printf(arena, "%d年%d月%d日", day.year, day.month, day.day)
                                            : arena_printf(arena, "%d %s %d", day.day, months[day.month - 1], day.year);
}

// ---- values -----------------------------------------------------------------------------------------------

static Slice with_commas(struct arena *arena, int64_t minor) {
    char plain[32];
    size_t size = money_format(minor, MONEY_DIGITS, plain);
    struct buf text;
    size_t digits = slice_find_byte((Slice){plain, size}, '.', 0);
    buf_init(&text, 64);
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && i < digits && (digits - i) % 3 == 0 && plain[i - 1] != '-') {
            buf_put_byte(&text, ',');
        }
        buf_put_byte(&text, plain[i]);
    }
    Slice result = arena_copy(arena, buf_slice(&text));
    buf_deinit(&text);
    return result;
}

Slice paper_yuan(struct arena *arena, int64_t fen) {
    return with_commas(arena, fen);
}

Slice paper_wan(struct arena *arena, int64_t fen) {
    enum { WAN = 10000, HALF = WAN / 2 };
    int64_t rest = fen % WAN;
    return with_commas(arena, fen / WAN + (rest >= HALF) - (rest <= -HALF));
}

Slice paper_moment(struct arena *arena, int64_t time_us, int64_t offset_us) {
    CivilTime at = civil_from_time(time_us, offset_us);
    return arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute, at.second);
}
