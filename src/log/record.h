#pragma once
// A message between who puts it and who writes it, and the line that becomes of it. Private to this room.
//
// In memory a message is a record, its fields, and behind each field its text, all rounded up to 8 bytes:
//
//     time_us | size level count event | name kind cut text_size value [text] | ...
//             '------------------------- the body: equal ones are folded ------'

#include "log/log.h"

struct log_record {
    int64_t time_us;
    uint32_t size; // of all of it
    uint16_t level;
    uint16_t count;
    const char *event;
};

struct log_packed_field {
    const char *name;
    uint16_t kind;
    uint16_t cut; // the text was longer
    uint32_t text_size;
    int64_t value;
};

enum { LOG_BODY_START = offsetof(struct log_record, size) };

// The bytes of a record that tell what it says, whenever it was said.
static inline Slice log_body(const struct log_record *record) {
    return (Slice){(const char *)record + LOG_BODY_START, record->size - LOG_BODY_START};
}

union log_room {
    struct log_record record;
    char bytes[LOG_RECORD_MAX];
};

// Packs a message; what does not fit is cut.
void log_pack(union log_room *room, int64_t time_us, LogLevel level, const char *event, const struct log_field *fields, size_t count);
// The line with its end. `repeated` 0: it is no summary.
void log_render(const struct log_record *record, LogFormat format, int64_t offset_us, uint64_t repeated, struct buf *out);
