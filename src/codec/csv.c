#include "codec/csv.h"

#include "base/arena.h"
#include "codec/number.h"
#include "codec/window.h"

#include <math.h>
#include <stdlib.h>

// A record is read twice: once to find its end, which may take several fills, changing nothing, so that a
// faulty one can be taken up again behind its first line; and once to cut it into fields, which takes the
// quotes out in place.

enum { HEAD_SIZE = 80 };

typedef enum CsvState {
    FIELD_START,
    IN_PLAIN,
    IN_QUOTES,
    QUOTE_SEEN, // the end of the quotes, or the first of two
    QUOTE_CR,   // a CR behind the closing quote: a LF must follow
} CsvState;

struct csv_reader {
    struct window window;
    char separator;
    size_t record_max;
    size_t scanned; // bytes of the record that the state has seen
    CsvState state;
    uint32_t separators; // between its fields, as far as it was scanned
    CsvFault fault;      // of the record, once found
    uint64_t line;  // of the byte at the start of the window
    bool skipping;  // inside a line that is too long and has been told
    Slice *fields;
    uint32_t field_capacity;
    char *name_bytes;
    Slice *names;
    uint32_t name_count;
};

struct csv_reader *csv_reader_create(struct byte_source source, char separator, size_t record_max) {
    INVARIANT(record_max >= 1 && record_max <= 1 << 30);
    INVARIANT(separator != '"' && separator != '\n' && separator != '\r');
    struct csv_reader *reader = memory_alloc(sizeof *reader);
    window_init(&reader->window, source);
    reader->separator = separator;
    reader->record_max = record_max;
    reader->line = 1;
    reader->field_capacity = 64;
    reader->fields = memory_alloc(sizeof *reader->fields * reader->field_capacity);
    return reader;
}

void csv_reader_destroy(struct csv_reader *reader) {
    if (reader == NULL) {
        return;
    }
    window_deinit(&reader->window);
    free(reader->fields);
    free(reader->name_bytes);
    free(reader->names);
    free(reader);
}

static uint64_t count_lines(const struct csv_reader *reader, size_t size) {
    Slice text = slice_part(window_text(&reader->window), 0, size);
    uint64_t count = 0;
    for (size_t i = slice_find_byte(text, '\n', 0); i < text.size; i = slice_find_byte(text, '\n', i + 1)) {
        count++;
    }
    return count;
}

static void drop(struct csv_reader *reader, size_t size, uint64_t lines) {
    window_drop(&reader->window, size);
    reader->line += lines;
    reader->scanned = 0;
    reader->state = FIELD_START;
    reader->separators = 0;
    reader->fault = CSV_FAULT_NONE;
}

static CsvState next_state(const struct csv_reader *reader, CsvState state, char byte, CsvFault *ret_fault) {
    switch (state) {
    case FIELD_START:
        return byte == '"' ? IN_QUOTES : byte == reader->separator ? FIELD_START : IN_PLAIN;
    case IN_PLAIN:
        return byte == reader->separator ? FIELD_START : IN_PLAIN;
    case IN_QUOTES:
        return byte == '"' ? QUOTE_SEEN : IN_QUOTES;
    case QUOTE_SEEN:
        if (byte == '"' || byte == reader->separator || byte == '\r') {
            return byte == '"' ? IN_QUOTES : byte == '\r' ? QUOTE_CR : FIELD_START;
        }
        *ret_fault = CSV_FAULT_QUOTE_TEXT;
        return state;
    default:
        *ret_fault = CSV_FAULT_QUOTE_TEXT;
        return state;
    }
}

// True when the line end of the record is found at `scanned`. False: more bytes are needed, or a fault.
static bool find_end(struct csv_reader *reader) {
    Slice text = window_text(&reader->window);
    size_t limit = text.size < reader->record_max + 2 ? text.size : reader->record_max + 2;
    size_t i = reader->scanned;
    CsvState state = reader->state;
    for (; i < limit && reader->fault == CSV_FAULT_NONE; i++) {
        char byte = text.at[i];
        if (byte == '\n' && state != IN_QUOTES) {
            reader->scanned = i;
            reader->state = state;
            return true;
        }
        state = next_state(reader, state, byte, &reader->fault);
        reader->separators += state == FIELD_START;
        if (reader->separators == CSV_FIELDS_MAX) {
            reader->fault = CSV_FAULT_TOO_WIDE;
        }
    }
    reader->scanned = i;
    reader->state = state;
    return false;
}

static void add_field(struct csv_reader *reader, uint32_t index, Slice field) {
    if (index == reader->field_capacity) {
        reader->field_capacity *= 2;
        reader->fields = memory_resize(reader->fields, sizeof *reader->fields * reader->field_capacity);
    }
    reader->fields[index] = field;
}

// The field in quotes that begins at `*at` (the quote), unescaped in place; `*at` moves behind it.
static Slice take_quoted(char *text, size_t size, size_t *at) {
    size_t from = *at + 1;
    size_t into = from;
    size_t start = from;
    for (;; from++) {
        INVARIANT(from < size);
        if (text[from] == '"') {
            if (from + 1 == size || text[from + 1] != '"') {
                break;
            }
            from++;
        }
        text[into++] = text[from];
    }
    *at = from + 1;
    return (Slice){text + start, into - start};
}

// Cuts the text of a record, without its line end, into fields; their number.
static uint32_t cut(struct csv_reader *reader, size_t start, size_t size) {
    char *text = reader->window.bytes + reader->window.start;
    uint32_t count = 0;
    for (size_t at = start;; at++) {
        INVARIANT(count < CSV_FIELDS_MAX); // a record with more is a faulty one
        if (at < size && text[at] == '"') {
            add_field(reader, count++, take_quoted(text, size, &at));
        } else {
            size_t end = slice_find_byte((Slice){text, size}, reader->separator, at);
            add_field(reader, count++, (Slice){text + at, end - at});
            at = end;
        }
        if (at >= size) {
            return count;
        }
    }
}

static size_t mark_size(const struct csv_reader *reader) {
    bool mark = reader->window.offset == 0 &&
                slice_starts_with(window_text(&reader->window), SLICE("\xef\xbb\xbf"));
    return mark ? 3 : 0;
}

// Tells a faulty record and goes on behind its first line.
static void give_fault(struct csv_reader *reader, CsvFault fault, struct csv_record *ret_record) {
    Slice text = window_text(&reader->window);
    size_t end = slice_find_byte(text, '\n', 0);
    *ret_record = (struct csv_record){
        .line = reader->line,
        .offset = reader->window.offset,
        .fault = fault,
        .head = slice_part(text, 0, end < HEAD_SIZE ? end : HEAD_SIZE),
    };
    reader->skipping = end == text.size && reader->window.ended == STATUS_OK;
    bool found = end < text.size;
    drop(reader, end + found, found);
}

// The record whose end stands at `scanned`. False when it is an empty line.
static bool give_record(struct csv_reader *reader, size_t terminator, struct csv_record *ret_record) {
    size_t size = reader->scanned;
    Slice text = window_text(&reader->window);
    size_t whole = size + terminator;
    uint64_t lines = count_lines(reader, whole); // before the quotes are taken out
    size -= size > 0 && text.at[size - 1] == '\r' && (terminator > 0 || reader->state == QUOTE_CR);
    struct csv_record record = {.line = reader->line, .offset = reader->window.offset};
    size_t start = mark_size(reader);
    if (size == start) {
        drop(reader, whole, lines);
        return false;
    }
    if (size > reader->record_max) {
        give_fault(reader, CSV_FAULT_TOO_LONG, ret_record);
        return true;
    }
    record.count = cut(reader, start, size);
    record.fields = reader->fields;
    drop(reader, whole, lines);
    *ret_record = record;
    return true;
}

// The rest of a line that was too long. True when its end was reached.
static bool skip_line(struct csv_reader *reader) {
    Slice text = window_text(&reader->window);
    size_t end = slice_find_byte(text, '\n', 0);
    bool found = end < text.size;
    drop(reader, end + found, found);
    return found;
}

// Looks at what has been read: the end of a record, a fault, or neither (false).
static bool find_record(struct csv_reader *reader, bool *ret_whole) {
    size_t mark = mark_size(reader);
    reader->scanned = reader->scanned < mark ? mark : reader->scanned;
    *ret_whole = reader->fault == CSV_FAULT_NONE && find_end(reader);
    bool at_limit = reader->scanned >= reader->record_max + 2;
    bool last = reader->window.ended == STATUS_END && reader->window.end > reader->window.start;
    if (!*ret_whole && reader->fault == CSV_FAULT_NONE && (at_limit || last)) {
        bool open = reader->state == IN_QUOTES;
        reader->fault = open ? CSV_FAULT_QUOTE_OPEN : at_limit ? CSV_FAULT_TOO_LONG : CSV_FAULT_NONE;
    }
    return *ret_whole || last || reader->fault != CSV_FAULT_NONE;
}

// A faulty record is told when enough of its first line is there to be shown.
static bool head_is_short(const struct csv_reader *reader) {
    Slice text = window_text(&reader->window);
    return text.size < HEAD_SIZE && slice_find_byte(text, '\n', 0) == text.size;
}

static Status next_record(struct csv_reader *reader, struct csv_record *ret_record, bool *ret_given) {
    bool whole;
    bool found = find_record(reader, &whole);
    if (found && reader->fault == CSV_FAULT_NONE) {
        *ret_given = give_record(reader, whole, ret_record);
        return STATUS_OK;
    }
    if (found && (reader->window.ended != STATUS_OK || !head_is_short(reader))) {
        give_fault(reader, reader->fault, ret_record);
        *ret_given = true;
        return STATUS_OK;
    }
    TRY(reader->window.ended);
    window_fill(&reader->window);
    return STATUS_OK;
}

// Whether the text begins with a byte order mark must be known before its first byte is looked at.
static void fill_mark(struct csv_reader *reader) {
    while (reader->window.offset == 0 && reader->window.end < 3 && reader->window.ended == STATUS_OK) {
        window_fill(&reader->window);
    }
}

Status csv_reader_next(struct csv_reader *reader, struct csv_record *ret_record) {
    fill_mark(reader);
    for (bool given = false; !given;) {
        if (!reader->skipping) {
            TRY(next_record(reader, ret_record, &given));
        } else if (skip_line(reader)) {
            reader->skipping = false;
        } else {
            TRY(reader->window.ended);
            window_fill(&reader->window);
        }
    }
    return STATUS_OK;
}

Status csv_reader_header(struct csv_reader *reader) {
    INVARIANT(reader->names == NULL);
    struct csv_record record;
    TRY(csv_reader_next(reader, &record));
    ENSURE(record.fault == CSV_FAULT_NONE, STATUS_INVALID);
    size_t size = 0;
    for (uint32_t i = 0; i < record.count; i++) {
        size += record.fields[i].size;
    }
    reader->name_bytes = memory_alloc(size + 1);
    reader->names = memory_alloc(sizeof *reader->names * record.count);
    reader->name_count = record.count;
    char *at = reader->name_bytes;
    for (uint32_t i = 0; i < record.count; i++) {
        Slice field = record.fields[i];
        memcpy(at, field.at, field.size);
        reader->names[i] = (Slice){at, field.size};
        at += field.size;
    }
    return STATUS_OK;
}

uint32_t csv_reader_width(const struct csv_reader *reader) {
    return reader->name_count;
}

Slice csv_reader_name(const struct csv_reader *reader, uint32_t column) {
    INVARIANT(column < reader->name_count);
    return reader->names[column];
}

uint32_t csv_reader_column(const struct csv_reader *reader, Slice name) {
    for (uint32_t i = 0; i < reader->name_count; i++) {
        if (slice_equal(reader->names[i], name)) {
            return i;
        }
    }
    return CSV_NO_COLUMN;
}

const char *csv_fault_text(CsvFault fault) {
    static const char *const texts[] = {
#define CSV_FAULT_TEXT(name, text) text,
        CSV_FAULTS(CSV_FAULT_TEXT)
#undef CSV_FAULT_TEXT
    };
    return texts[fault];
}

static bool needs_quotes(Slice text, char separator) {
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.at[i];
        if (byte == separator || byte == '"' || byte == '\n' || byte == '\r') {
            return true;
        }
    }
    return false;
}

static void put_quoted(struct buf *out, Slice text) {
    buf_put_byte(out, '"');
    for (size_t at = 0; at < text.size;) {
        size_t quote = slice_find_byte(text, '"', at);
        bool found = quote < text.size;
        buf_put(out, slice_part(text, at, quote - at + found));
        if (found) {
            buf_put_byte(out, '"');
        }
        at = quote + 1;
    }
    buf_put_byte(out, '"');
}

void csv_put(struct csv_writer *csv, Slice text) {
    if (csv->column > 0) {
        buf_put_byte(csv->out, csv->separator);
    }
    // A byte order mark would be taken off, and an empty field alone is an empty line, which is passed over.
    bool mark = csv->column == 0 && slice_starts_with(text, SLICE("\xef\xbb\xbf"));
    if (mark || needs_quotes(text, csv->separator)) {
        put_quoted(csv->out, text);
    } else {
        buf_put(csv->out, text);
    }
    csv->empty = csv->column == 0 && text.size == 0;
    csv->column++;
}

void csv_put_double(struct csv_writer *csv, double value) {
    char text[NUMBER_TEXT_SIZE];
    csv_put(csv, (Slice){text, isfinite(value) ? number_format(value, text) : 0});
}

void csv_end(struct csv_writer *csv) {
    buf_put(csv->out, csv->column <= 1 && csv->empty ? SLICE("\"\"\n") : SLICE("\n"));
    csv->column = 0;
    csv->empty = false;
}
