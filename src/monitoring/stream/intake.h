#pragma once
// Intake: bytes to events. Reads NDJSON and CSV, checks every field against the schema, computes
// derived fields, and says of each record that does not pass what is wrong with it. A bad record
// never stops the stream.
//
// Dead letters. A record that is refused becomes one line of the dead-letter file:
//     {"source": "a.ndjson.gz", "position": 17, "offset": 10233, "code": "IN006", "reason": "...",
//     "field": "amount", "raw": "..."}
// `raw` is the record as it came, cut at 64 KiB, bytes that are not UTF-8 replaced; a CSV row is
// written with quotes only where they are needed. `position` counts records from 1, without the
// header (which is 0); `offset` is a byte of the decompressed input. The codes are the list below.
// `field` is left out when the record as a whole is meant.
//
// Unknown fields are passed over: they never refuse an event. So are those that are derived here.
//
//     struct intake *intake = intake_create(schema, NULL);
//     struct intake_reader *reader = intake_reader_create(intake, source, SLICE("a.ndjson.gz"),
//     false); while ((status = intake_reader_next(reader, event, &kind, &refusal)) != STATUS_END) {
//         if (status == STATUS_INVALID) { intake_reader_dead_letter(reader, &refusal, &out);
//         continue; } if (status != STATUS_OK) { ... the source failed ... break; } if (kind ==
//         RECORD_EVENT) { ... event ... } else { ... intake_tree(intake) ... }
//     }
//
// An intake and a reader are used by one thread at a time; the events they fill may be passed on. A
// warm intake does not call malloc for an event that passes. Cost: 1.1 us for an event of 900 bytes
// and 40 fields, of which JSON takes the half (intake_bench).

#include "base/byte_source.h"
#include "codec/json.h"
#include "monitoring/stream/event.h"

// X(NAME, "code", "what it means and what to do")
#define INTAKE_PROBLEMS(X)                                                                         \
    X(JSON, "IN001", "the record is not valid JSON")                                               \
    X(UTF8, "IN002", "the record is not valid UTF-8")                                              \
    X(TOO_LONG, "IN003", "the record is longer than 1 MiB")                                        \
    X(NOT_OBJECT, "IN004", "the record is not a JSON object")                                      \
    X(MISSING, "IN005", "a required field is missing")                                             \
    X(TYPE, "IN006", "a field has the wrong type")                                                 \
    X(RANGE, "IN007", "a number is outside the field's range, or of any field's")                  \
    X(ENUM, "IN008", "a value is not in the field's enumeration")                                  \
    X(TIME, "IN009", "a time is outside the schema's limits or cannot be read")                    \
    X(TEXT_SIZE, "IN010", "a text is longer than the field allows")                                \
    X(DUPLICATE_FIELD, "IN011", "a field is there twice")                                          \
    X(EVENT_TYPE, "IN012", "the event type is unknown")                                            \
    X(COLUMNS, "IN013", "the row has another number of columns than the header")                   \
    X(QUOTE, "IN014", "a quoted CSV field does not end")                                           \
    X(COMPRESSION, "IN015", "the compressed input is damaged or cut short")                        \
    X(CHANGE, "IN016", "a list or table record is not understood")                                 \
    X(EMPTY_ID, "IN017", "the event's id is empty")

typedef enum IntakeProblem {
    INTAKE_FINE,
#define X(name, code, text) INTAKE_##name,
    INTAKE_PROBLEMS(X)
#undef X
        INTAKE_PROBLEM_COUNT
} IntakeProblem;

Slice intake_problem_code(IntakeProblem problem);
Slice intake_problem_text(IntakeProblem problem);

// What was wrong with a record. Texts live until the next record.
struct intake_refusal {
    IntakeProblem problem;
    uint32_t field; // SCHEMA_NONE: the record as a whole
    Slice reason;   // a sentence with the value and the way out: "amount is 12.5; money is sent in
                    // whole fen"
};

typedef enum RecordKind {
    RECORD_EVENT,
    RECORD_CHANGE, // {"$list": ...} or {"$table": ...}; intake_tree() holds it (knowledge.h reads
                   // it)
} RecordKind;

// A mapping from foreign columns, from YAML; lives in the arena. NULL after errors (codes
// MP001...).
struct intake_map;
const struct intake_map *intake_map_load(const struct yaml_node *root, const struct schema *schema,
                                         struct arena *arena, struct diag_list *diags);
bool intake_map_is_csv(const struct intake_map *map);
// The name of the foreign column that becomes a field; empty when none does.
Slice intake_map_column(const struct intake_map *map, uint32_t field);

// Turns single records into events; one per thread. A map is for records of its own format; those of
// the other, and all without a map, carry the schema's own names: NDJSON members, and CSV headers too.
struct intake;
struct intake *intake_create(const struct schema *schema, const struct intake_map *map);
void intake_destroy(struct intake *intake);
// The position of the next record in its input (1 at first); it counts on by itself with every
// record.
void intake_set_position(struct intake *intake, uint64_t position);
// An input has ended after so many records: `$position` of a map goes on behind them.
void intake_end_input(struct intake *intake, uint64_t record_count);
// Events of tests may leave out required fields, all but the type and the time.
void intake_allow_partial(struct intake *intake, bool allow);
// STATUS_OK, or STATUS_INVALID with a refusal. `event` is reset first. For RECORD_CHANGE, `event`
// is empty and intake_tree() gives the record, as node 0, until the next call.
MUST_USE Status intake_json(struct intake *intake, Slice line, struct event *event,
                            RecordKind *ret_kind, struct intake_refusal *ret_refusal);
// The same for a record that intake_json() has taken as an event before, and that was kept under a sum since: in half the time, since it is not checked again.
// False: it is none, or none that this can read, and intake_json() tells.
bool intake_json_again(struct intake *intake, Slice line, struct event *event);
// The same from JSON that is already read (a member of a larger document, as in test sequences).
MUST_USE Status intake_json_event(struct intake *intake, JsonTree tree, uint32_t object,
                                  struct event *event, struct intake_refusal *ret_refusal);
JsonTree intake_tree(const struct intake *intake);
// CSV: first the header, then rows. A refused header refuses all rows.
MUST_USE Status intake_csv_header(struct intake *intake, const Slice *columns, uint32_t count,
                                  struct intake_refusal *ret_refusal);
MUST_USE Status intake_csv_row(struct intake *intake, const Slice *cells, uint32_t count,
                               struct event *event, struct intake_refusal *ret_refusal);

// Reads a whole input, record by record, whatever its format and compression.
struct intake_reader;
struct intake_reader *intake_reader_create(struct intake *intake, struct byte_source source,
                                           Slice name, bool csv);
void intake_reader_destroy(struct intake_reader *reader);
// STATUS_OK: an event or change. STATUS_INVALID: a refused record, which
// intake_reader_dead_letter() writes. STATUS_END. Any other status is the failure of the source.
MUST_USE Status intake_reader_next(struct intake_reader *reader, struct event *event,
                                   RecordKind *ret_kind, struct intake_refusal *ret_refusal);
// Appends the dead-letter line of the record just refused, with its newline.
void intake_reader_dead_letter(const struct intake_reader *reader,
                               const struct intake_refusal *refusal, struct buf *out);
// Bytes of the (compressed) input read so far, for progress.
uint64_t intake_reader_bytes(const struct intake_reader *reader);
