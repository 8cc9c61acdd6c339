#include "monitoring/stream/event.h"

#include "base/money.h"
#include "base/time.h"
#include "codec/number.h"

#include <stdlib.h>

enum { TEXTS_MAX = 64 << 20 }; // 32 MiB of fields at their largest, and what a map and derived fields add

struct event *event_create(const struct schema *schema) {
    struct event *event = memory_alloc(sizeof *event);
    event->schema = schema;
    buf_init(&event->texts, TEXTS_MAX);
    event_reset(event);
    return event;
}

void event_destroy(struct event *event) {
    if (event == NULL) {
        return;
    }
    buf_deinit(&event->texts);
    free(event);
}

void event_reset(struct event *event) {
    event->type = SCHEMA_NONE;
    event->id = SLICE("");
    event->time_us = 0;
    event->received_us = INT64_MIN;
    event->flags = 0;
    memset(event->present, 0, sizeof event->present);
    buf_reset(&event->texts);
    event->position = 0;
    event->fraud = false;
    event->has_label = false;
}

// Moves a slice along when the bytes it points into have moved. Prefixes point into the text they
// come from, so every text of the event lies in `texts`.
static void move_text(Slice *text, const char *old, const char *now) {
    if (text->size > 0) {
        text->at = now + (text->at - old);
    }
}

static void make_room(struct event *event, size_t size) {
    if (size <= event->texts.capacity - event->texts.size) {
        return;
    }
    // The old bytes stay until every slice has moved.
    struct buf old = event->texts;
    buf_init(&event->texts, TEXTS_MAX);
    char *room = buf_reserve(&event->texts, old.size + size);
    INVARIANT(room != NULL);
    buf_put(&event->texts, buf_slice(&old));
    for (uint32_t i = 0; i < event->schema->field_count; i++) {
        if (event->schema->fields[i].type == FIELD_STRING && event_has(event, i)) {
            move_text(&event->cells[i].text, old.bytes, event->texts.bytes);
        }
    }
    move_text(&event->id, old.bytes, event->texts.bytes);
    buf_deinit(&old);
}

void event_set_text(struct event *event, uint32_t field, Slice text) {
    INVARIANT(event->schema->fields[field].type == FIELD_STRING);
    make_room(event, text.size);
    const char *at = event->texts.bytes + event->texts.size;
    buf_put(&event->texts, text);
    event->cells[field].text = text.size == 0 ? SLICE("") : (Slice){at, text.size};
    bits_set(event->present, field);
}

static void put_list(const struct schema_enum *enumeration, uint64_t set, struct buf *out) {
    buf_put_byte(out, '[');
    const char *separator = "";
    for (uint32_t i = 0; i < enumeration->count && i < SCHEMA_LIST_VALUES_MAX; i++) {
        if (set >> i & 1) {
            buf_put(out, slice_of(separator));
            buf_put(out, enumeration->values[i]);
            separator = ", ";
        }
    }
    buf_put_byte(out, ']');
}

void event_put_field(const struct event *event, uint32_t field, struct buf *out) {
    const struct schema *schema = event->schema;
    const struct schema_field *described = &schema->fields[field];
    const union event_cell *cell = &event->cells[field];
    char text[TIME_TEXT_SIZE];
    if (!event_has(event, field)) {
        buf_put(out, SLICE("missing"));
        return;
    }
    switch (described->type) {
    case FIELD_STRING:
        buf_put(out, cell->text);
        break;
    case FIELD_ENUM:
        buf_put(out, schema->enums[described->enumeration].values[cell->integer]);
        break;
    case FIELD_LIST:
        put_list(&schema->enums[described->enumeration], (uint64_t)cell->integer, out);
        break;
    case FIELD_INT:
        buf_printf(out, "%lld", (long long)cell->integer);
        break;
    case FIELD_FLOAT:
        buf_put(out, (Slice){text, number_format(cell->number, text)});
        break;
    case FIELD_BOOL:
        buf_put(out, cell->integer != 0 ? SLICE("true") : SLICE("false"));
        break;
    case FIELD_MONEY:
        buf_put(out, (Slice){text, money_format(cell->integer, schema->money_digits, text)});
        break;
    case FIELD_TIME:
        buf_put(out, (Slice){text, time_format(cell->integer, schema->zone_offset_us, text)});
        break;
    }
}
