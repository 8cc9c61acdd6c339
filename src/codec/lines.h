#pragma once
// Lines: the records of a text stream, such as a file of one JSON event a line.
//
//     struct line_reader *reader = line_reader_create(source, LINE_SIZE_MAX);
//     struct line line;
//     Status status;
//     while ((status = line_reader_next(reader, &line)) == STATUS_OK) {
//         if (line.too_long) { ... say so; the stream goes on behind it ... continue; }
//         ... json_parse_padded(json, line.text, &tree) ...
//     }
//     if (status != STATUS_END) { ... the source failed ... }
//     line_reader_destroy(reader);
//
// A line ends at LF or CR LF; both are taken off. The last line may lack its end. Empty lines are passed over
// but counted. A byte order mark at the start is taken off. LINE_PADDING bytes behind each text can be read.
// When the source fails, the lines before are given, but not the piece that is cut off: half a record
// could be mistaken for a whole one.

#include "base/byte_source.h"

enum {
    LINE_PADDING = 64,
    LINE_SIZE_MAX = 1 << 20, // the usual limit; an event has 1 KB
    LINE_HEAD_SIZE = 256,    // what is shown of a line that is too long
};

struct line {
    Slice text;      // lives until the next call
    uint64_t number; // from 1
    uint64_t offset; // byte of the stream at which it starts
    bool too_long;   // `text` holds only the first LINE_HEAD_SIZE bytes, or fewer
};

struct line_reader;

struct line_reader *line_reader_create(struct byte_source source, size_t size_max);
void line_reader_destroy(struct line_reader *reader);
// STATUS_OK, STATUS_END, or the failure of the source.
MUST_USE Status line_reader_next(struct line_reader *reader, struct line *ret_line);
