#pragma once
// Cell: one value from outside, checked against its field; private to the stream.
//
//     union event_cell cell;
//     if (!cell_from_json(&checker, field, node, &cell)) { ... checker.refusal says why ... }
//
// A cell's text points into what was read; whoever keeps it copies it. Every refusal is a sentence
// that names the field, shows the value (cut to CELL_SHOWN_MAX bytes) and says what would be right.

#include "monitoring/stream/intake.h"

enum { CELL_SHOWN_MAX = 60 };

// slice_equal for short names, without a call: words of 8 bytes, the last of which may overlap the
// one before.
static inline bool cell_same(Slice left, Slice right) {
    if (left.size != right.size) {
        return false;
    }
    uint64_t a;
    uint64_t b;
    size_t size = left.size;
    if (size >= 8) {
        for (size_t i = 0; i + 8 < size; i += 8) {
            memcpy(&a, left.at + i, 8);
            memcpy(&b, right.at + i, 8);
            if (a != b) {
                return false;
            }
        }
        memcpy(&a, left.at + size - 8, 8);
        memcpy(&b, right.at + size - 8, 8);
        return a == b;
    }
    if (size >= 4) {
        uint32_t words[4];
        memcpy(&words[0], left.at, 4);
        memcpy(&words[1], right.at, 4);
        memcpy(&words[2], left.at + size - 4, 4);
        memcpy(&words[3], right.at + size - 4, 4);
        return words[0] == words[1] && words[2] == words[3];
    }
    for (size_t i = 0; i < size; i++) {
        if (left.at[i] != right.at[i]) {
            return false;
        }
    }
    return true;
}

struct cell_checker {
    const struct schema *schema;
    struct intake_refusal refusal;         // of the last check that failed
    struct buf reason;                     // its text
    uint32_t enum_last[SCHEMA_FIELDS_MAX]; // the value a field had last: often the one it has next
};

void cell_checker_init(struct cell_checker *checker, const struct schema *schema);
void cell_checker_deinit(struct cell_checker *checker);

// `node` must not be null; elements of an array lie behind it.
bool cell_from_json(struct cell_checker *checker, uint32_t field, const struct json_node *node,
                    union event_cell *ret_cell);
// The same from a text, as in a cell of a CSV file: numbers in digits, lists joined with '|'. Not
// empty.
bool cell_from_text(struct cell_checker *checker, uint32_t field, Slice text,
                    union event_cell *ret_cell);
// Values that are read already; `shown` is what came, for the message.
bool cell_from_integer(struct cell_checker *checker, uint32_t field, int64_t value, Slice shown,
                       union event_cell *ret_cell);
bool cell_from_time(struct cell_checker *checker, uint32_t field, int64_t time_us, Slice shown,
                    union event_cell *ret_cell);

// Fills the refusal and gives false. `shown` NULL: the sentence speaks for itself, the field is not
// named.
bool cell_refuse(struct cell_checker *checker, IntakeProblem problem, uint32_t field,
                 const Slice *shown, const char *format, ...) __attribute__((format(printf, 5, 6)));
// A value for messages: in quotes, cut between two characters.
void cell_put_shown(struct buf *out, Slice text);
