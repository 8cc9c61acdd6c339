#pragma once
// Event: one typed record of the schema. It owns the bytes of its texts, so it may be handed
// between threads.
//
//     struct event *event = event_create(schema);
//     Status status = intake_json(intake, line, event);      // intake.h
//     if (event_has(event, field)) { int64_t fen = event->cells[field].integer; }
//     event_destroy(event);
//
// An event is used again for the next record; warm, it does not call malloc.

#include "base/buf.h"
#include "monitoring/stream/schema.h"

union event_cell {
    int64_t integer; // INT, MONEY (minor units), BOOL (0, 1), ENUM (number of the value), TIME
                     // (us), LIST (bit i: value i is in it)
    double number; // FLOAT
    Slice text;    // STRING; points into `texts`
};

enum {
    EVENT_FLAG_LATE = 1,
    EVENT_FLAG_CLOCK_SKEW = 2,
    EVENT_FLAG_CONFIRMS = 4, // a RESULT says of a known REQUEST that it succeeded, as was assumed
};

struct event {
    const struct schema *schema;
    uint32_t type;
    Slice id; // the text of the id field
    int64_t time_us;
    int64_t received_us; // INT64_MIN where the source did not say
    uint32_t flags;      // EVENT_FLAG_*; set by the decision, not by intake
    uint64_t present[SCHEMA_FIELDS_MAX / 64];
    union event_cell cells[SCHEMA_FIELDS_MAX];
    struct buf texts; // bytes of all texts; reserved before they are written, so that slices stay
                      // valid
    uint64_t position;     // of the record in its input, from 1
    bool fraud, has_label; // from a map's label column
};

struct event *event_create(const struct schema *schema);
void event_destroy(struct event *event);
void event_reset(struct event *event);

static inline bool event_has(const struct event *event, uint32_t field) {
    return bits_test(event->present, field);
}

// Sets a string field from outside of intake (an expression's answer); the bytes are copied, other
// texts stay valid.
void event_set_text(struct event *event, uint32_t field, Slice text);

// The value of a field in words, for explanations: enumerations by name, money with decimals, times
// as RFC 3339, "missing" where there is none.
void event_put_field(const struct event *event, uint32_t field, struct buf *out);
