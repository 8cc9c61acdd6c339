#include "log/record.h"

#include "base/time.h"
#include "base/utf8.h"
#include "codec/json_write.h"

static const char *const level_names[] = {
#define X(name) #name,
    LOG_LEVELS(X)
#undef X
};

static uint32_t rounded(size_t size) {
    return (uint32_t)((size + 7) / 8 * 8);
}

// At most `most` bytes, and no half character at the end.
static Slice cut_text(Slice text, size_t most) {
    if (text.size <= most) {
        return text;
    }
    while (most > 0 && utf8_is_continuation(text.at[most])) {
        most--;
    }
    return slice_part(text, 0, most);
}

void log_pack(union log_room *room, int64_t time_us, LogLevel level, const char *event, const struct log_field *fields, size_t count) {
    INVARIANT(count <= LOG_FIELDS_MAX);
    uint32_t at = sizeof room->record;
    for (size_t i = 0; i < count; i++) {
        // The fields behind this one need their places, whatever its text would like, and each text up to 7 bytes for rounding up.
        size_t reserved = (count - i) * (sizeof(struct log_packed_field) + 8);
        size_t left = LOG_RECORD_MAX - at - reserved;
        Slice text = fields[i].kind == LOG_FIELD_TEXT ? fields[i].text : SLICE("");
        Slice kept = cut_text(text, left < LOG_TEXT_MAX ? left : LOG_TEXT_MAX);
        struct log_packed_field packed = {
            .name = fields[i].name,
            .kind = (uint16_t)fields[i].kind,
            .cut = kept.size < text.size,
            .text_size = (uint32_t)kept.size,
            .value = fields[i].value,
        };
        memcpy(room->bytes + at, &packed, sizeof packed);
        at += sizeof packed;
        memset(room->bytes + at, 0, rounded(kept.size));
        if (kept.size > 0) {
            memcpy(room->bytes + at, kept.at, kept.size);
        }
        at += rounded(kept.size);
    }
    INVARIANT(at <= LOG_RECORD_MAX);
    room->record = (struct log_record){time_us, at, (uint16_t)level, (uint16_t)count, event};
}

// Always with six digits, so that lines sort and columns stand.
static void put_time(int64_t time_us, int64_t offset_us, struct buf *out) {
    CivilTime civil = civil_from_time(time_us, offset_us);
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%06d", civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second,
               civil.micro);
    int64_t minutes = (offset_us < 0 ? -offset_us : offset_us) / US_PER_MINUTE;
    if (minutes == 0) {
        buf_put_byte(out, 'Z');
    } else {
        buf_printf(out, "%c%02d:%02d", offset_us < 0 ? '-' : '+', (int)(minutes / 60), (int)(minutes % 60));
    }
}

// "250us", "81.234ms", "1.5s".
static void put_span(int64_t us, struct buf *out) {
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    uint64_t unit = size < 1000 ? 1 : size < 1000000 ? 1000 : 1000000;
    buf_printf(out, "%s%llu", us < 0 ? "-" : "", (unsigned long long)(size / unit));
    uint64_t rest = size % unit;
    for (uint64_t digit = unit / 10; rest > 0; digit /= 10) {
        buf_printf(out, "%s%d", digit == unit / 10 ? "." : "", (int)(rest / digit));
        rest %= digit;
    }
    buf_put(out, unit == 1 ? SLICE("us") : unit == 1000 ? SLICE("ms") : SLICE("s"));
}

static Slice text_of(const struct log_packed_field *field, const char *behind, char whole[LOG_TEXT_MAX + 4]) {
    memcpy(whole, behind, field->text_size);
    size_t size = field->text_size;
    if (field->cut) {
        memcpy(whole + size, "…", 3);
        size += 3;
    }
    return (Slice){whole, size};
}

static void put_json_field(struct json_writer *json, const struct log_packed_field *field, const char *behind) {
    char whole[LOG_TEXT_MAX + 4];
    struct buf name;
    buf_init(&name, 256);
    buf_printf(&name, "%s%s", field->name, field->kind == LOG_FIELD_US ? "_us" : "");
    json_key(json, buf_slice(&name));
    buf_deinit(&name);
    if (field->kind == LOG_FIELD_TEXT) {
        json_string(json, text_of(field, behind, whole));
    } else if (field->kind == LOG_FIELD_BOOL) {
        json_bool(json, field->value != 0);
    } else {
        json_i64(json, field->value);
    }
}

// A text is always in quotes and escaped as in JSON, so that none can look like another field or another line.
static void put_plain_field(const struct log_packed_field *field, const char *behind, struct buf *out) {
    char whole[LOG_TEXT_MAX + 4];
    buf_printf(out, " %s=", field->name);
    if (field->kind == LOG_FIELD_TEXT) {
        struct json_writer json;
        json_writer_init(&json, out);
        json_string(&json, text_of(field, behind, whole));
        json_writer_finish(&json);
    } else if (field->kind == LOG_FIELD_US) {
        put_span(field->value, out);
    } else if (field->kind == LOG_FIELD_BOOL) {
        buf_put(out, field->value != 0 ? SLICE("true") : SLICE("false"));
    } else {
        buf_printf(out, "%lld", (long long)field->value);
    }
}

static void put_fields(const struct log_record *record, struct json_writer *json, struct buf *out) {
    const char *at = (const char *)record + sizeof *record;
    for (uint16_t i = 0; i < record->count; i++) {
        struct log_packed_field field;
        memcpy(&field, at, sizeof field);
        at += sizeof field;
        if (json != NULL) {
            put_json_field(json, &field, at);
        } else {
            put_plain_field(&field, at, out);
        }
        at += rounded(field.text_size);
    }
}

static void render_json(const struct log_record *record, int64_t offset_us, uint64_t repeated, struct buf *out) {
    struct json_writer json;
    struct buf time;
    buf_init(&time, 64);
    put_time(record->time_us, offset_us, &time);
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("time"), buf_slice(&time));
    json_key_string(&json, SLICE("level"), slice_of(level_names[record->level]));
    json_key_string(&json, SLICE("event"), slice_of(record->event));
    put_fields(record, &json, NULL);
    if (repeated > 0) {
        json_key(&json, SLICE("repeated"));
        json_u64(&json, repeated);
    }
    json_object_end(&json);
    json_writer_finish(&json);
    buf_deinit(&time);
}

void log_render(const struct log_record *record, LogFormat format, int64_t offset_us, uint64_t repeated, struct buf *out) {
    if (format == LOG_JSON) {
        render_json(record, offset_us, repeated, out);
    } else {
        put_time(record->time_us, offset_us, out);
        buf_printf(out, " %s %s", level_names[record->level], record->event);
        put_fields(record, NULL, out);
        if (repeated > 0) {
            buf_printf(out, " repeated=%llu", (unsigned long long)repeated);
        }
    }
    buf_put_byte(out, '\n');
}
