#include "codec/csv.h"
#include "codec/inflate.h"
#include "codec/lines.h"
#include "monitoring/stream/dead_letter.h"
#include "monitoring/stream/intake.h"
#include "monitoring/stream/intake_map.h"

#include <stdio.h>
#include <stdlib.h>

// The chain of an input:
//
//     source ── counted ──▶ inflater ──▶ lines ──▶ intake_json
//                                   └──▶ csv ────▶ intake_csv_header, intake_csv_row
//
// A compressed input that is damaged gives its good records first, then one refusal for the damage,
// then the end: the piece of a record that was cut off is never taken for a whole one.

struct counted_source {
    struct byte_source inner;
    uint64_t bytes;
};

struct intake_reader {
    struct intake *intake;
    const struct schema *schema;
    const struct intake_map *map;
    Slice name;
    struct counted_source counted;
    struct inflater *inflater;
    struct line_reader *lines; // or
    struct csv_reader *csv;
    bool header_done;
    bool ended;
    uint64_t position; // of the current record
    uint64_t offset;
    Slice raw;          // of the current record
    struct buf raw_row; // a row written as CSV again
    struct buf reason;
    char separator;
};

static Status read_counted(void *context, char *into, size_t size, size_t *ret_size) {
    struct counted_source *counted = context;
    TRY(counted->inner.read(counted->inner.context, into, size, ret_size));
    counted->bytes += *ret_size;
    return STATUS_OK;
}

struct intake_reader *intake_reader_create(struct intake *intake, struct byte_source source,
                                           Slice name, bool csv) {
    struct intake_reader *reader = memory_alloc(sizeof *reader);
    reader->intake = intake;
    reader->schema = intake_schema(intake);
    reader->map = intake_map_of(intake, csv);
    reader->name = name;
    reader->counted.inner = source;
    reader->inflater = inflater_create((struct byte_source){&reader->counted, read_counted});
    reader->separator = reader->map != NULL ? reader->map->separator : ',';
    if (csv) {
        reader->csv =
            csv_reader_create(inflater_source(reader->inflater), reader->separator, CSV_RECORD_MAX);
    } else {
        reader->lines = line_reader_create(inflater_source(reader->inflater), LINE_SIZE_MAX);
    }
    buf_init(&reader->raw_row, 4 << 20);
    buf_init(&reader->reason, 1024);
    return reader;
}

void intake_reader_destroy(struct intake_reader *reader) {
    if (reader == NULL) {
        return;
    }
    line_reader_destroy(reader->lines);
    csv_reader_destroy(reader->csv);
    inflater_destroy(reader->inflater);
    buf_deinit(&reader->raw_row);
    buf_deinit(&reader->reason);
    free(reader);
}

static Status refuse(struct intake_reader *reader, IntakeProblem problem,
                     struct intake_refusal *ret_refusal) {
    *ret_refusal = (struct intake_refusal){problem, SCHEMA_NONE, buf_slice(&reader->reason)};
    return STATUS_INVALID;
}

// What became of the source: its end, damage inside of it, or a failure to read it.
static Status end_of_source(struct intake_reader *reader, Status status,
                            struct intake_refusal *ret_refusal) {
    reader->ended = true;
    intake_end_input(reader->intake, reader->position);
    const struct inflate_error *error = inflater_error(reader->inflater);
    ENSURE(status != STATUS_END && error->what != NULL, status);
    reader->raw = SLICE("");
    reader->position++;
    reader->offset = error->offset;
    buf_reset(&reader->reason);
    buf_printf(&reader->reason,
               "%s, %llu bytes into its content; the records before it were read, and what follows "
               "is lost: send "
               "the file again",
               error->what, (unsigned long long)error->offset);
    return refuse(reader, INTAKE_COMPRESSION, ret_refusal);
}

static Status refuse_too_long(struct intake_reader *reader, struct intake_refusal *ret_refusal) {
    buf_reset(&reader->reason);
    buf_printf(&reader->reason, "the record is longer than %d bytes; only its beginning is shown",
               LINE_SIZE_MAX);
    return refuse(reader, INTAKE_TOO_LONG, ret_refusal);
}

static Status next_line(struct intake_reader *reader, struct event *event, RecordKind *ret_kind,
                        struct intake_refusal *ret_refusal) {
    struct line line;
    Status status = line_reader_next(reader->lines, &line);
    if (status != STATUS_OK) {
        return end_of_source(reader, status, ret_refusal);
    }
    reader->position++;
    reader->offset = line.offset;
    reader->raw = line.text;
    if (line.too_long) {
        return refuse_too_long(reader, ret_refusal);
    }
    intake_set_position(reader->intake, reader->position);
    return intake_json(reader->intake, line.text, event, ret_kind, ret_refusal);
}

// The reader of CSV gives fields, so the raw text is written from them again.
static void keep_row(struct intake_reader *reader, const struct csv_record *record) {
    buf_reset(&reader->raw_row);
    struct csv_writer csv = {.out = &reader->raw_row, .separator = reader->separator};
    for (uint32_t i = 0; i < record->count; i++) {
        csv_put(&csv, record->fields[i]);
    }
    csv_end(&csv);
    Slice raw = buf_slice(&reader->raw_row);
    reader->raw = slice_ends_with(raw, SLICE("\n")) ? slice_part(raw, 0, raw.size - 1) : raw;
}

static Status refuse_fault(struct intake_reader *reader, const struct csv_record *record,
                           struct intake_refusal *ret_refusal) {
    reader->raw = record->head;
    if (record->fault == CSV_FAULT_TOO_LONG) {
        return refuse_too_long(reader, ret_refusal);
    }
    bool wide = record->fault == CSV_FAULT_TOO_WIDE;
    buf_reset(&reader->reason);
    buf_printf(&reader->reason, "%s; %s", csv_fault_text(record->fault),
               wide ? "no event has that many fields: is the separator the right one?"
                    : "a quote inside of a quoted text is written twice");
    return refuse(reader, wide ? INTAKE_COLUMNS : INTAKE_QUOTE, ret_refusal);
}

// Files without a header have columns named 1, 2, 3 ...
static Status number_columns(struct intake_reader *reader, uint32_t count,
                             struct intake_refusal *ret_refusal) {
    enum { NAME_SIZE = 12 };
    Slice *names = memory_alloc(sizeof *names * (count + 1));
    char *texts = memory_alloc((size_t)NAME_SIZE * (count + 1));
    for (uint32_t i = 0; i < count; i++) {
        char *at = texts + (size_t)NAME_SIZE * i;
        names[i] = (Slice){at, (size_t)snprintf(at, NAME_SIZE, "%u", i + 1)};
    }
    Status status = intake_csv_header(reader->intake, names, count, ret_refusal);
    free(names);
    free(texts);
    return status;
}

// The first record; `*ret_row` says whether it is a row too.
static Status read_header(struct intake_reader *reader, const struct csv_record *record,
                          bool *ret_row, struct intake_refusal *ret_refusal) {
    reader->header_done = true;
    bool named = reader->map == NULL || reader->map->header;
    *ret_row = !named;
    return named ? intake_csv_header(reader->intake, record->fields, record->count, ret_refusal)
                 : number_columns(reader, record->count, ret_refusal);
}

static Status next_row(struct intake_reader *reader, struct event *event, RecordKind *ret_kind,
                       struct intake_refusal *ret_refusal) {
    for (;;) {
        struct csv_record record;
        Status status = csv_reader_next(reader->csv, &record);
        if (status != STATUS_OK) {
            return end_of_source(reader, status, ret_refusal);
        }
        reader->offset = record.offset;
        bool row = true;
        if (!reader->header_done && record.fault == CSV_FAULT_NONE) {
            keep_row(reader, &record);
            TRY(read_header(reader, &record, &row, ret_refusal));
        }
        if (!row) {
            continue;
        }
        reader->position++;
        if (record.fault != CSV_FAULT_NONE) {
            return refuse_fault(reader, &record, ret_refusal);
        }
        intake_set_position(reader->intake, reader->position);
        *ret_kind = RECORD_EVENT;
        status = intake_csv_row(reader->intake, record.fields, record.count, event, ret_refusal);
        if (status != STATUS_OK) {
            keep_row(reader, &record);
        }
        return status;
    }
}

Status intake_reader_next(struct intake_reader *reader, struct event *event, RecordKind *ret_kind,
                          struct intake_refusal *ret_refusal) {
    ENSURE(!reader->ended, STATUS_END);
    return reader->csv != NULL ? next_row(reader, event, ret_kind, ret_refusal)
                               : next_line(reader, event, ret_kind, ret_refusal);
}

void intake_reader_dead_letter(const struct intake_reader *reader,
                               const struct intake_refusal *refusal, struct buf *out) {
    struct dead_letter letter = {
        .source = reader->name,
        .position = reader->position,
        .offset = reader->offset,
        .field =
            refusal->field == SCHEMA_NONE ? SLICE("") : reader->schema->fields[refusal->field].name,
        .raw = reader->raw,
    };
    dead_letter_put(&letter, refusal, out);
}

uint64_t intake_reader_bytes(const struct intake_reader *reader) {
    return reader->counted.bytes;
}
