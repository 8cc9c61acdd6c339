#pragma once
// A map compiled: which foreign column becomes which field, and how; private to the stream.

#include "monitoring/stream/cell.h"

typedef enum ColumnKind {
    COLUMN_PLAIN, // as the field's type says
    COLUMN_TIME_FORMAT,
    COLUMN_TIME_UNIX_S,
    COLUMN_TIME_UNIX_MS,
    COLUMN_TIME_RFC3339,
    COLUMN_TIME_STEP, // origin + value * unit
    COLUMN_MONEY_MAJOR,
    COLUMN_MONEY_ROUNDED,
    COLUMN_BOOL,
    COLUMN_VALUES, // foreign values to our own
} ColumnKind;

struct map_column {
    Slice name;
    uint32_t field;
    ColumnKind kind;
    Slice time_format;
    int64_t zone_us, origin_us, unit_us, add_us;
    struct map values; // VALUES: number in `targets`; BOOL: 0 or 1
    const Slice *targets;
    Slice prefix;
    bool prefixed; // a prefix is given, perhaps an empty one: numbers become texts
    bool optional;
    uint32_t next; // the next column with this name, or SCHEMA_NONE
};

struct map_constant {
    uint32_t field;
    union event_cell cell;
};

struct intake_map {
    bool csv;
    bool header;
    char separator;
    const struct map_column *columns;
    uint32_t column_count;
    struct map by_name; // the first column of a name
    const struct map_constant *constants;
    uint32_t constant_count;
    Slice label_column; // empty: no label
    struct map label_fraud;
    uint32_t fan_out; // the most fields that one column goes into, at least 1
    size_t text_size; // bytes that constants and prefixes add to an event
};

// A foreign value, as text, made into the field's. `scratch` holds a text with its prefix until the
// next call.
bool map_column_cell(struct cell_checker *checker, const struct map_column *column, Slice text,
                     struct buf *scratch, union event_cell *ret_cell);
// Time of a text in a format of strptime's kind. False when it does not fit, or the date does not
// exist.
bool map_time_parse(Slice text, Slice format, int64_t zone_us, int64_t *ret_time_us);

// What an intake was made with; the map for inputs of a format, NULL when it is for the other.
const struct schema *intake_schema(const struct intake *intake);
const struct intake_map *intake_map_of(const struct intake *intake, bool csv);
