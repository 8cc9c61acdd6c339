#include "cli/remote/sheet.h"

#include "base/utf8.h"

struct cell {
    Slice text;
    uint32_t width;
    bool is_number;
};

struct sheet {
    struct arena *arena;
    struct cell *cells;
    uint32_t columns, count, capacity;
    uint32_t widths[SHEET_COLUMNS_MAX];
};

// ---- letters -------------------------------------------------------------------------------------------------------

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t rune) {
    for (size_t i = 0; i < count; i++) {
        if (rune >= ranges[i].first && rune <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

// Two columns: the letters that Unicode's EastAsianWidth.txt calls wide or full-width, in its large
// ranges.
static bool is_wide(uint32_t rune) {
    static const struct range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},  {0x4e00, 0x9fff},
                                        {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},  {0xff00, 0xff60},
                                        {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    return rune >= 0x1100 && is_in(wide, sizeof wide / sizeof wide[0], rune);
}

// Control characters, and marks that nobody sees but that change what is seen.
static bool is_hidden(uint32_t rune) {
    static const struct range hidden[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x200b, 0x200f},
                                          {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xe0000, 0xe007f}};
    return is_in(hidden, sizeof hidden / sizeof hidden[0], rune);
}

uint32_t sheet_width(Slice text) {
    uint32_t width = 0;
    uint32_t rune;
    for (size_t at = 0; at < text.size;) {
        if (!utf8_next(text, &at, &rune)) {
            at++;
            rune = '?';
        }
        width += is_wide(rune) ? 2 : 1;
    }
    return width;
}

static void put_rune(struct buf *out, uint32_t rune) {
    char bytes[4];
    buf_put(out, (Slice){bytes, utf8_put(rune, bytes)});
}

void sheet_clean(struct buf *out, Slice text, bool lines) {
    uint32_t rune;
    for (size_t at = 0; at < text.size;) {
        if (!utf8_next(text, &at, &rune)) {
            at++;
            rune = '?';
        }
        if (rune == '\n' && lines) {
            buf_put_byte(out, '\n');
        } else if (rune == '\n' || rune == '\r' || rune == '\t') {
            buf_put_byte(out, ' ');
        } else {
            put_rune(out, is_hidden(rune) ? '?' : rune);
        }
    }
}

void sheet_pad(struct buf *out, uint32_t columns) {
    for (uint32_t i = 0; i < columns; i++) {
        buf_put_byte(out, ' ');
    }
}

// ---- the table -----------------------------------------------------------------------------------------------------

struct sheet *sheet_create(struct arena *arena, uint32_t columns) {
    INVARIANT(columns > 0 && columns <= SHEET_COLUMNS_MAX);
    struct sheet *sheet = ARENA_NEW(arena, struct sheet);
    sheet->arena = arena;
    sheet->columns = columns;
    return sheet;
}

static void grow(struct sheet *sheet) {
    uint32_t capacity = sheet->capacity == 0 ? 256 : sheet->capacity * 2;
    struct cell *cells = ARENA_ARRAY(sheet->arena, struct cell, capacity);
    if (sheet->count > 0) {
        memcpy(cells, sheet->cells, sheet->count * sizeof *cells);
    }
    sheet->cells = cells;
    sheet->capacity = capacity;
}

// The beginning that fits, with its end marked.
static Slice cut(Slice text, struct arena *arena) {
    size_t at = 0;
    uint32_t rune;
    uint32_t width = 0;
    while (at < text.size) {
        size_t next = at;
        bool is_read = utf8_next(text, &next, &rune);
        INVARIANT(is_read); // it was cleaned
        width += is_wide(rune) ? 2 : 1;
        if (width > SHEET_CELL_MAX - 1) {
            break;
        }
        at = next;
    }
    return arena_printf(arena, "%.*s…", (int)at, text.at);
}

void sheet_cell(struct sheet *sheet, Slice text, bool is_number) {
    struct buf clean;
    if (sheet->count == sheet->capacity) {
        grow(sheet);
    }
    uint32_t column = sheet->count % sheet->columns;
    bool is_last = column == sheet->columns - 1;
    buf_init(&clean, SIZE_MAX);
    sheet_clean(&clean, text, false);
    Slice kept = arena_copy(sheet->arena, buf_slice(&clean));
    buf_deinit(&clean);
    uint32_t width = sheet_width(kept);
    if (width > SHEET_CELL_MAX && !is_last) {
        kept = cut(kept, sheet->arena);
        width = sheet_width(kept);
    }
    sheet->cells[sheet->count++] = (struct cell){kept, width, is_number};
    sheet->widths[column] = width > sheet->widths[column] ? width : sheet->widths[column];
}

uint32_t sheet_rows(const struct sheet *sheet) {
    return sheet->count / sheet->columns;
}

static void put_cell(const struct sheet *sheet, uint32_t index, struct buf *out) {
    const struct cell *cell = &sheet->cells[index];
    uint32_t column = index % sheet->columns;
    uint32_t room = sheet->widths[column] - cell->width;
    bool is_last = column == sheet->columns - 1;
    sheet_pad(out, cell->is_number ? room : 0);
    buf_put(out, cell->text);
    sheet_pad(out, cell->is_number || is_last ? 0 : room);
    buf_put(out, is_last ? SLICE("\n") : SLICE("  "));
}

void sheet_put(const struct sheet *sheet, struct buf *out) {
    INVARIANT(sheet->count % sheet->columns == 0);
    for (uint32_t i = 0; i < sheet->count; i++) {
        put_cell(sheet, i, out);
    }
}
