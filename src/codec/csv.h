#pragma once
// CSV of RFC 4180, in and out: fields between separators, in quotes where they hold a separator, a quote
// (doubled) or a line end; records end at LF or CR LF.
//
//     struct csv_reader *reader = csv_reader_create(source, ',', CSV_RECORD_MAX);
//     TRY(csv_reader_header(reader));                            // the first record gives the names
//     uint32_t amount = csv_reader_column(reader, SLICE("amount"));
//     struct csv_record record;
//     while ((status = csv_reader_next(reader, &record)) == STATUS_OK) {
//         if (record.fault != CSV_FAULT_NONE) { ... tell record.line; the reading goes on ... continue; }
//         if (record.count != csv_reader_width(reader)) { ... }  // the reader leaves that to the caller
//         ... record.fields[amount] ...
//     }
//     csv_reader_destroy(reader);
//
// A quote inside a field that does not begin with one is a plain character. Empty lines are passed over. A byte
// order mark is taken off. After a faulty record the reading goes on behind the first line of it, so that a
// quote that is never closed costs one line and not the file. Bytes are not checked to be UTF-8.

#include "base/buf.h"
#include "base/byte_source.h"

enum {
    CSV_RECORD_MAX = 1 << 20, // the usual limit; a record has 1 KB
    CSV_FIELDS_MAX = 16384,   // columns; the widest files for training have some thousand
};

#define CSV_NO_COLUMN UINT32_MAX

#define CSV_FAULTS(X)                                                                              \
    X(NONE, "nothing is wrong")                                                                    \
    X(TOO_LONG, "the record is longer than the limit")                                             \
    X(QUOTE_OPEN, "a quote is not closed")                                                         \
    X(QUOTE_TEXT, "there is text behind a closing quote")                                          \
    X(TOO_WIDE, "the record has more columns than the limit")

typedef enum CsvFault {
#define CSV_FAULT_ENUM(name, text) CSV_FAULT_##name,
    CSV_FAULTS(CSV_FAULT_ENUM)
#undef CSV_FAULT_ENUM
} CsvFault;

struct csv_record {
    const Slice *fields; // live until the next call; unescaped
    uint32_t count;
    uint64_t line;   // the first one of the record, from 1
    uint64_t offset; // byte of the stream at which it starts
    CsvFault fault;  // then there are no fields
    Slice head;      // of a faulty record: its first bytes, to be shown
};

struct csv_reader;

struct csv_reader *csv_reader_create(struct byte_source source, char separator, size_t record_max);
void csv_reader_destroy(struct csv_reader *reader);
// Takes the first record as names. STATUS_INVALID when it is faulty, STATUS_END when there is none.
MUST_USE Status csv_reader_header(struct csv_reader *reader);
uint32_t csv_reader_width(const struct csv_reader *reader); // number of names
Slice csv_reader_name(const struct csv_reader *reader, uint32_t column);
// The first column of that name, or CSV_NO_COLUMN.
uint32_t csv_reader_column(const struct csv_reader *reader, Slice name);
// STATUS_OK, STATUS_END, or the failure of the source (a record that it cuts off is not given).
MUST_USE Status csv_reader_next(struct csv_reader *reader, struct csv_record *ret_record);
const char *csv_fault_text(CsvFault fault);

// Out: fields are put one by one; quotes stand only where they are needed; records end with LF.
//
//     struct csv_writer csv = {.out = &out, .separator = ','};
//     csv_put(&csv, id);
//     csv_put_double(&csv, score);
//     csv_end(&csv);
struct csv_writer {
    struct buf *out;
    char separator;
    uint32_t column; // fields of this record so far
    bool empty;      // the only field so far is empty
};

void csv_put(struct csv_writer *csv, Slice text);
void csv_put_double(struct csv_writer *csv, double value); // empty when it is not finite
void csv_end(struct csv_writer *csv);
