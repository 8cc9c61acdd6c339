#include "server/tick.h"

#include "codec/json_write.h"

#include <math.h>

enum { STAMP_SIZE = 16 };

// YYYYMMDDhhmmss of a moment, or the first eight of it, in the pack's zone.
static Slice stamp(const struct tick_maker *maker, int64_t time_us, bool with_hour, char text[STAMP_SIZE]) {
    CivilTime at = civil_from_time(time_us, maker->catalogue->zone_offset_us);
    int size = snprintf(text, STAMP_SIZE, "%04u%02u%02u", (unsigned)at.year % 10000, (unsigned)at.month % 100, (unsigned)at.day % 100);
    if (with_hour) {
        size += snprintf(text + size, STAMP_SIZE - (size_t)size, "%02u%02u%02u", (unsigned)at.hour % 100, (unsigned)at.minute % 100,
                         (unsigned)at.second % 100);
    }
    return (Slice){text, (size_t)size};
}

static Slice make_id(const struct tick_maker *maker, const struct batch_kind *kind, Slice key, char text[TICK_ID_MAX + 1]) {
    char moment[STAMP_SIZE];
    Slice at = stamp(maker, maker->as_of_us, true, moment);
    size_t named = sizeof "tick---" - 1 + at.size + kind->id.size;
    if (named + key.size <= TICK_ID_MAX) {
        int size = snprintf(text, TICK_ID_MAX + 1, "tick-%.*s-%.*s-%.*s", SLICE_ARGS(at), SLICE_ARGS(kind->id), SLICE_ARGS(key));
        return (Slice){text, (size_t)size};
    }
    Hash128 hash = hash128(key, hash64(kind->id, 0));
    int size = snprintf(text, TICK_ID_MAX + 1, "tick-%.*s-%016llx%016llx", SLICE_ARGS(at), (unsigned long long)hash.high, (unsigned long long)hash.low);
    return (Slice){text, (size_t)size};
}

// What a table knows; false: nothing.
static bool put_cell(const struct tick_maker *maker, const struct batch_kind *kind, uint32_t column, Slice key, struct json_writer *json, Slice name) {
    const struct knowledge_column *known = &maker->catalogue->knowledge->tables[kind->table].columns[column];
    KnowledgeRow row = knowledge_row(maker->knowledge, kind->table, knowledge_key(&key, 1));
    Slice text;
    if (known->type == COLUMN_STRING) {
        if (!knowledge_cell_text(maker->knowledge, kind->table, row, column, &text)) {
            return false;
        }
        json_key_string(json, name, text);
        return true;
    }
    double number = knowledge_cell(maker->knowledge, kind->table, row, column);
    if (isnan(number)) {
        return false;
    }
    if (known->type == COLUMN_ENUM) {
        json_key_string(json, name, known->values[(uint32_t)number]);
    } else if (known->type == COLUMN_BOOL) {
        json_key_bool(json, name, number > 0);
    } else {
        json_key_i64(json, name, (int64_t)llround(number));
    }
    return true;
}

struct ticking {
    const struct tick_maker *maker;
    const struct batch_kind *kind;
    uint32_t kind_number, subject;
    Slice key, id;
};

static void put_known(const struct ticking *ticking, const struct batch_field *field, Slice name, struct json_writer *json) {
    if (field->column != SCHEMA_NONE && put_cell(ticking->maker, ticking->kind, field->column, ticking->key, json, name)) {
        return;
    }
    Slice copy = field->copy == SCHEMA_NONE ? SLICE("") : subject_value(ticking->maker->subjects, ticking->kind_number, ticking->subject, field->copy);
    if (!slice_empty(copy)) {
        json_key(json, name);
        json_raw(json, copy);
    }
}

static void put_field(const struct ticking *ticking, const struct batch_field *field, struct json_writer *json) {
    const struct catalogue *catalogue = ticking->maker->catalogue;
    Slice name = catalogue->schema->fields[field->field].name;
    char date[STAMP_SIZE];
    switch (field->value) {
    case BATCH_CONSTANT:
        json_key(json, name);
        json_raw(json, field->json);
        break;
    case BATCH_KNOWN:
        put_known(ticking, field, name, json);
        break;
    case BATCH_KEY:
        json_key_string(json, name, ticking->key);
        break;
    case BATCH_ID:
        json_key_string(json, name, ticking->id);
        break;
    case BATCH_DATE: // the last microsecond of the day before the run's
        json_key_string(json, name, stamp(ticking->maker, time_day_start(ticking->maker->as_of_us, catalogue->zone_offset_us) - 1, false, date));
        break;
    }
}

void tick_put(const struct tick_maker *maker, uint32_t kind, uint32_t subject, struct buf *out) {
    const struct catalogue *catalogue = maker->catalogue;
    const struct schema *schema = catalogue->schema;
    char id[TICK_ID_MAX + 1];
    struct ticking ticking = {maker, &catalogue->batch.kinds[kind], kind, subject, subject_key(maker->subjects, kind, subject), SLICE("")};
    ticking.id = make_id(maker, ticking.kind, ticking.key, id);
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, schema->fields[schema->id].name, ticking.id);
    json_key_string(&json, schema->fields[schema->type].name, schema->types[catalogue->batch.type].name);
    json_key_i64(&json, schema->fields[schema->time].name, floor_div(maker->as_of_us, US_PER_MS));
    for (uint32_t i = 0; i < ticking.kind->field_count; i++) {
        put_field(&ticking, &ticking.kind->fields[i], &json);
    }
    json_object_end(&json);
    json_writer_finish(&json);
}
