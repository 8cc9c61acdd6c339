#include "monitoring/stream/dead_letter.h"

#include "codec/json_write.h"

// The first bytes of a record, not cut inside of a character.
static Slice cut_raw(Slice raw) {
    size_t size = raw.size;
    if (size > DEAD_LETTER_RAW_MAX) {
        size = DEAD_LETTER_RAW_MAX;
        for (int i = 0; i < 3 && ((unsigned char)raw.at[size] & 0xc0) == 0x80; i++) {
            size--;
        }
    }
    return (Slice){raw.at, size};
}

void dead_letter_put(const struct dead_letter *letter, const struct intake_refusal *refusal,
                     struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("source"), letter->source);
    json_key(&json, SLICE("position"));
    json_u64(&json, letter->position);
    json_key(&json, SLICE("offset"));
    json_u64(&json, letter->offset);
    json_key_string(&json, SLICE("code"), intake_problem_code(refusal->problem));
    json_key_string(&json, SLICE("reason"), refusal->reason);
    if (!slice_empty(letter->field)) {
        json_key_string(&json, SLICE("field"), letter->field);
    }
    json_key_string(&json, SLICE("raw"), cut_raw(letter->raw));
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}
