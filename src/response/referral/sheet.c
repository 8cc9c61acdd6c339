// Tables as CSV that people open with Excel.

#include "response/referral/sheet.h"

#include "base/money.h"
#include "base/utf8.h"

#include <inttypes.h>

enum { DIGITS_SHOWN = 11, DELETE = 0x7f }; // Excel shows longer numbers rounded

void sheet_begin(struct sheet *sheet, struct buf *out) {
    *sheet = (struct sheet){.csv = {.out = out, .separator = ','}};
    buf_init(&sheet->cell, SHEET_CELL_MAX);
    buf_put(out, SLICE("\xef\xbb\xbf"));
}

int64_t sheet_end(struct sheet *sheet) {
    buf_deinit(&sheet->cell);
    return sheet->rows - 1;
}

// ＝ ＋ － ＠ as well: some tables read them like the narrow ones.
static bool begins_formula(Slice text) {
    uint32_t rune = 0;
    size_t at = 0;
    while (at < text.size && (text.at[at] == ' ' || (unsigned char)text.at[at] < ' ')) {
        at++;
    }
    if (at == text.size || !utf8_next(text, &at, &rune)) {
        return false;
    }
    rune = rune >= 0xff01 && rune <= 0xff5e ? rune - 0xfee0 : rune;
    return rune == '=' || rune == '+' || rune == '-' || rune == '@';
}

static bool would_be_a_number(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        bool is_exponent = (text.at[i] | 0x20) == 'e' && i > 0 && i + 1 < text.size;
        if ((text.at[i] < '0' || text.at[i] > '9') && !is_exponent) {
            return false;
        }
    }
    bool has_exponent =
        slice_find_byte(text, 'e', 0) < text.size || slice_find_byte(text, 'E', 0) < text.size;
    return text.size > DIGITS_SHOWN || (text.size > 1 && text.at[0] == '0') || has_exponent;
}

void sheet_text(struct sheet *sheet, Slice text) {
    struct buf *cell = &sheet->cell;
    buf_reset(cell);
    if (begins_formula(text)) {
        buf_put_byte(cell, '\'');
    }
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        buf_put_byte(cell, byte < ' ' || byte == DELETE ? ' ' : text.at[i]);
    }
    if (would_be_a_number(text)) {
        buf_put_byte(cell, '\t');
    }
    csv_put(&sheet->csv, buf_slice(cell));
}

void sheet_number(struct sheet *sheet, int64_t number) {
    buf_reset(&sheet->cell);
    buf_printf(&sheet->cell, "%" PRId64, number);
    csv_put(&sheet->csv, buf_slice(&sheet->cell));
}

void sheet_yuan(struct sheet *sheet, int64_t fen) {
    char text[32];
    size_t size = money_format(fen, MONEY_DIGITS, text);
    csv_put(&sheet->csv, (Slice){text, size});
}

void sheet_row(struct sheet *sheet) {
    csv_end(&sheet->csv);
    sheet->rows++;
}
