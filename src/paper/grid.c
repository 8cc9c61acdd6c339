// Grids: tables with titles on each page, and pairs of names and values.
//
// A row is as high as its longest cell. It goes onto the next page as a whole; one that is longer than a page is cut between lines. What takes the
// time of a large table is laying out cells, so the first run, which needs the number of lines only, adds up widths of letters: most cells have one
// line for sure. The second run takes its numbers from the first.

#include "paper/press.h"

#include "paper/canvas.h"

#include <math.h>

static const double PADDING = 4;       // left and right of a cell
static const double PADDING_TOP = 2.5; // above and below
static const double ABOVE = 6;         // a table
static const double SURELY = 0.985;    // a text that takes at most this share of the width is one line

struct grid {
    struct press *press;
    uint32_t columns;
    double x[PAPER_COLUMNS_MAX + 1]; // of the columns' left edges, and of the right edge of the last
    TextStyle styles[PAPER_COLUMNS_MAX];
    PangoLayout *layouts[PAPER_COLUMNS_MAX];
    PangoLayout *bold[PAPER_COLUMNS_MAX];
    TextWalk walks[PAPER_COLUMNS_MAX]; // through the cells of the row that is drawn
};

static Face bold_of(Face face) {
    return face == FACE_SANS ? FACE_SANS_BOLD : face;
}

static double inner_width(const struct grid *grid, uint32_t column) {
    return fmax(1, grid->x[column + 1] - grid->x[column] - 2 * PADDING);
}

static void make_layouts(struct grid *grid) {
    for (uint32_t i = 0; i < grid->columns; i++) {
        TextStyle style = grid->styles[i];
        grid->layouts[i] = text_layout(grid->press->fonts, &style, inner_width(grid, i));
        style.face = bold_of(style.face);
        grid->bold[i] = text_layout(grid->press->fonts, &style, inner_width(grid, i));
    }
}

static void drop_layouts(struct grid *grid) {
    for (uint32_t i = 0; i < grid->columns; i++) {
        g_object_unref(grid->layouts[i]);
        g_object_unref(grid->bold[i]);
    }
}

static uint32_t cell_lines(struct grid *grid, uint32_t column, Slice text, bool bold) {
    const TextStyle *style = &grid->styles[column];
    if (press_bound(grid->press, bold ? bold_of(style->face) : style->face, style->size, text) <= inner_width(grid, column) * SURELY) {
        return 1;
    }
    PangoLayout *layout = bold ? grid->bold[column] : grid->layouts[column];
    text_set(layout, text);
    return text_lines(layout);
}

static uint32_t row_lines(struct grid *grid, const Slice *cells, bool bold) {
    uint32_t most = 1;
    for (uint32_t i = 0; i < grid->columns; i++) {
        uint32_t lines = cell_lines(grid, i, cells[i], bold);
        most = lines > most ? lines : most;
    }
    return most;
}

static double pitch_of(const struct grid *grid) {
    return grid->styles[0].pitch;
}

static double height_of(const struct grid *grid, uint32_t lines) {
    return lines * pitch_of(grid) + 2 * PADDING_TOP;
}

static double right_of(const struct grid *grid) {
    return grid->x[grid->columns];
}

static void begin_row(struct grid *grid, const Slice *cells, bool bold) {
    for (uint32_t i = 0; i < grid->columns && press_draws(grid->press); i++) {
        PangoLayout *layout = bold ? grid->bold[i] : grid->layouts[i];
        text_set(layout, cells[i]);
        grid->walks[i] = text_walk(layout);
    }
}

static void drop_walks(struct grid *grid) {
    for (uint32_t i = 0; i < grid->columns; i++) {
        text_walk_end(&grid->walks[i]);
    }
}

// A row of which something was not drawn was measured wrongly: then the document is refused, since nobody would see what is missing.
static void end_row(struct grid *grid) {
    for (uint32_t i = 0; i < grid->columns; i++) {
        grid->press->lost = grid->press->lost || grid->walks[i].at != NULL;
    }
    drop_walks(grid);
}

// The next lines of a row at the press's y, which moves below them. What lies under the text is there already.
static void draw_lines(struct grid *grid, uint32_t count) {
    struct press *press = grid->press;
    press_ink(press, INK_TEXT);
    for (uint32_t i = 0; i < grid->columns && press_draws(press); i++) {
        text_draw(press->cairo, &grid->walks[i], &grid->styles[i], count, grid->x[i] + PADDING, press->y + PADDING_TOP);
    }
    press->y += height_of(grid, count);
    press->fresh = false;
}

// How many of the lines that are left go onto this page; at least one, so that it comes to an end.
static uint32_t lines_here(const struct grid *grid, uint32_t left) {
    double fit = floor((press_room(grid->press) - 2 * PADDING_TOP) / pitch_of(grid) + 1e-6);
    return fit < 1 ? 1 : fit > left ? left : (uint32_t)fit;
}

// ---- tables -----------------------------------------------------------------------------------------------

enum { TITLE_LINES_MAX = 8 }; // of the columns' titles: what is longer is cut, or there would be no room for rows

struct table_press {
    struct grid grid;
    struct grid head; // the same columns, for their titles
    const struct block *block;
    const struct block_table *table;
    uint32_t title_lines;
    TextStyle caption;
    Slice captions[2]; // of the first page and of the others
};

// Many columns are set smaller.
static double size_for(uint32_t columns) {
    return columns <= 6 ? 9 : columns <= 9 ? 8 : columns <= 13 ? 7 : 6.3;
}

static void set_columns(struct table_press *at) {
    static const TextAlign aligns[] = {[PAPER_LEFT] = TEXT_LEFT, [PAPER_CENTRE] = TEXT_CENTRE, [PAPER_RIGHT] = TEXT_RIGHT};
    struct grid *grid = &at->grid;
    double sum = 0;
    double x = grid->press->left;
    double size = size_for(at->table->column_count);
    grid->columns = at->table->column_count;
    for (uint32_t i = 0; i < grid->columns; i++) {
        sum += at->table->columns[i].share;
    }
    for (uint32_t i = 0; i < grid->columns; i++) {
        grid->styles[i] = (TextStyle){.face = FACE_SANS, .size = size, .pitch = size * 1.42, .align = aligns[at->table->columns[i].align]};
        grid->x[i] = x;
        x += press_wide(grid->press) * at->table->columns[i].share / sum;
    }
    grid->x[grid->columns] = grid->press->right;
}

static void set_titles(struct table_press *at) {
    Slice titles[PAPER_COLUMNS_MAX];
    at->head = at->grid;
    for (uint32_t i = 0; i < at->head.columns; i++) {
        titles[i] = at->table->columns[i].title;
        at->head.styles[i].align = TEXT_CENTRE;
    }
    make_layouts(&at->head);
    uint32_t lines = row_lines(&at->head, titles, true);
    at->title_lines = lines < TITLE_LINES_MAX ? lines : TITLE_LINES_MAX;
    begin_row(&at->head, titles, true);
    drop_walks(&at->head);
}

static void set_captions(struct table_press *at) {
    struct press *press = at->grid.press;
    const char *more = press->paper->head.language == PAPER_ZH ? "（续）" : " (continued)";
    Slice text = paper_caption(press->paper, at->block, press->arena);
    at->caption = (TextStyle){.face = FACE_SANS_BOLD, .size = 9, .pitch = 16, .align = TEXT_CENTRE};
    for (int i = 0; i < 2; i++) {
        at->captions[i] = text_fit(press->fonts, at->caption.face, at->caption.size, text, press_wide(press), press->arena);
        text = arena_printf(press->arena, "%.*s%s", SLICE_ARGS(text), more);
    }
}

static double caption_height(const struct table_press *at) {
    return at->block->text.size > 0 ? at->caption.pitch : 0;
}

// The caption and the titles of the columns, as they stand above the first row of each page.
static void draw_head(struct table_press *at, bool again) {
    struct press *press = at->grid.press;
    double height = height_of(&at->grid, at->title_lines);
    if (at->block->text.size > 0) {
        press_plain(press, &at->caption, at->captions[again], INK_TEXT);
    }
    press_fill(press, press->left, press->y, press_wide(press), height, INK_SHADE);
    press_rule(press, press->left, press->y, press->right, 1, INK_TEXT);
    for (uint32_t i = 0; i < at->head.columns; i++) { // the titles are set already
        at->head.walks[i] = text_walk(at->head.bold[i]);
    }
    draw_lines(&at->head, at->title_lines);
    drop_walks(&at->head);
    press_rule(press, press->left, press->y, press->right, 0.5, INK_TEXT);
}

static void draw_foot(struct table_press *at) {
    struct press *press = at->grid.press;
    press_rule(press, press->left, press->y, press->right, 1, INK_TEXT);
}

static void turn_table(struct table_press *at) {
    draw_foot(at);
    press_turn(at->grid.press);
    draw_head(at, true);
}

static void draw_part(struct table_press *at, uint32_t row, bool is_total, uint32_t count) {
    struct press *press = at->grid.press;
    double y = press->y;
    if (row % 2 == 1 && !is_total) {
        press_fill(press, press->left, y, press_wide(press), height_of(&at->grid, count), INK_TINT);
    }
    draw_lines(&at->grid, count);
    press_rule(press, press->left, press->y, press->right, 0.4, INK_GRID);
    if (is_total) {
        press_rule(press, press->left, y, press->right, 0.6, INK_TEXT);
    }
}

static void draw_row(struct table_press *at, uint32_t row, uint32_t lines, bool is_total) {
    struct press *press = at->grid.press;
    double height = height_of(&at->grid, lines);
    double whole = press->bottom - press->top - caption_height(at) - height_of(&at->grid, at->title_lines); // what a page has for rows
    if (height > press_room(press) && (height <= whole || press_room(press) < height_of(&at->grid, 2))) {
        turn_table(at);
    }
    begin_row(&at->grid, &at->table->cells.at[(size_t)row * at->table->column_count], is_total);
    for (uint32_t done = 0; done < lines && !press_is_full(press);) {
        uint32_t here = lines_here(&at->grid, lines - done);
        draw_part(at, row, is_total, here);
        done += here;
        if (done < lines) {
            turn_table(at);
        }
    }
    end_row(&at->grid);
}

// The lines of all rows: found in the first run, remembered for the second.
static const uint32_t *measure(struct table_press *at, uint32_t block) {
    struct press *press = at->grid.press;
    if (press->row_lines[block] == NULL) {
        uint32_t *lines = ARENA_ARRAY(press->kept, uint32_t, at->table->row_count + 1);
        uint32_t total = 0;
        for (uint32_t row = 0; row < at->table->row_count; row++) {
            const Slice *cells = &at->table->cells.at[(size_t)row * at->table->column_count];
            lines[row] = row_lines(&at->grid, cells, table_is_total(at->table, row, &total));
        }
        press->row_lines[block] = lines;
    }
    return press->row_lines[block];
}

// A table that is short is not cut; of a long one some rows stand below its titles.
static double least_height(struct table_press *at, const uint32_t *lines) {
    enum { ROWS_AT_LEAST = 3 };
    static const double SHORT = 0.4; // of a page
    const struct press *press = at->grid.press;
    double head = caption_height(at) + height_of(&at->grid, at->title_lines);
    double most = (press->bottom - press->top) * SHORT;
    double height = head;
    double least = head;
    for (uint32_t row = 0; row < at->table->row_count && height <= most; row++) {
        height += height_of(&at->grid, lines[row]);
        least = row < ROWS_AT_LEAST ? fmin(height, most) : least;
    }
    return height <= most ? height : least;
}

static const uint32_t *open_table(struct table_press *at, struct press *press, uint32_t block) {
    const struct block *one = &press->paper->blocks.at[block];
    *at = (struct table_press){.grid = {.press = press}, .block = one, .table = one->table};
    set_captions(at);
    set_columns(at);
    set_titles(at);
    make_layouts(&at->grid);
    return measure(at, block);
}

static void close_table(struct table_press *at) {
    drop_layouts(&at->grid);
    drop_layouts(&at->head);
}

double press_table_least(struct press *press, uint32_t block) {
    struct table_press at;
    const uint32_t *lines = open_table(&at, press, block);
    double least = least_height(&at, lines);
    close_table(&at);
    return ABOVE + least;
}

void press_table(struct press *press, uint32_t block) {
    struct table_press at;
    const uint32_t *lines = open_table(&at, press, block);
    press_space(press, ABOVE);
    press_need(press, least_height(&at, lines));
    draw_head(&at, false);
    uint32_t total = 0;
    for (uint32_t row = 0; row < at.table->row_count && !press_is_full(press); row++) {
        ArenaMark mark = arena_mark(press->arena);
        draw_row(&at, row, lines[row], table_is_total(at.table, row, &total));
        arena_rewind(press->arena, mark);
    }
    draw_foot(&at);
    press_space(press, 10);
    close_table(&at);
}

// ---- pairs ------------------------------------------------------------------------------------------------

static void set_pairs(struct grid *grid, uint32_t across) {
    static const double name_shares[] = {0, 0.2, 0.16, 0.13}; // of the width, by how many stand beside each other
    double size = 9;
    double wide = press_wide(grid->press);
    grid->columns = 2 * across;
    for (uint32_t i = 0; i < grid->columns; i++) {
        double start = i % 2 == 0 ? (double)(i / 2) / across : (double)(i / 2) / across + name_shares[across];
        grid->styles[i] = (TextStyle){.face = FACE_SANS, .size = size, .pitch = size * 1.5};
        grid->x[i] = grid->press->left + wide * start;
    }
    grid->x[grid->columns] = grid->press->right;
    make_layouts(grid);
}

static void draw_pairs_part(struct grid *grid, uint32_t count) {
    struct press *press = grid->press;
    double y = press->y;
    double height = height_of(grid, count);
    for (uint32_t i = 0; i < grid->columns; i += 2) {
        press_fill(press, grid->x[i], y, grid->x[i + 1] - grid->x[i], height, INK_TINT);
    }
    draw_lines(grid, count);
    press_rule(press, press->left, y, right_of(grid), 0.4, INK_RULE);
    press_rule(press, press->left, press->y, right_of(grid), 0.4, INK_RULE);
    for (uint32_t i = 0; i <= grid->columns && press_draws(press); i++) {
        cairo_move_to(press->cairo, grid->x[i], y);
        cairo_line_to(press->cairo, grid->x[i], y + height);
        cairo_stroke(press->cairo);
    }
}

static void draw_pairs_row(struct grid *grid, const Slice *cells) {
    struct press *press = grid->press;
    uint32_t lines = row_lines(grid, cells, false);
    double height = height_of(grid, lines);
    if (height <= press->bottom - press->top || press_room(press) < height_of(grid, 2)) {
        press_need(press, height);
    }
    begin_row(grid, cells, false);
    for (uint32_t done = 0; done < lines && !press_is_full(press);) {
        uint32_t here = lines_here(grid, lines - done);
        draw_pairs_part(grid, here);
        done += here;
        if (done < lines) {
            press_turn(press);
        }
    }
    end_row(grid);
}

void press_pairs(struct press *press, const struct block *block) {
    struct grid grid = {.press = press};
    uint32_t across = block->pairs.across;
    set_pairs(&grid, across);
    press_space(press, 4);
    for (uint32_t i = 0; i < block->pairs.count; i += across) {
        Slice cells[PAPER_COLUMNS_MAX] = {{NULL, 0}};
        for (uint32_t k = 0; k < across && i + k < block->pairs.count; k++) {
            cells[2 * k] = block->pairs.pairs[i + k].name;
            cells[2 * k + 1] = block->pairs.pairs[i + k].value;
        }
        draw_pairs_row(&grid, cells);
    }
    press_space(press, 8);
    drop_layouts(&grid);
}
