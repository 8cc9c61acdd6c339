#pragma once
// States what an event that passed intake satisfies; for tests and fuzzing.

#include "base/utf8.h"
#include "monitoring/stream/event.h"

static inline void check_cell(const struct event *event, uint32_t field) {
    const struct schema_field *described = &event->schema->fields[field];
    const union event_cell *cell = &event->cells[field];
    bool derived = described->derive != DERIVE_NONE;
    uint32_t count = described->enumeration == SCHEMA_NONE
                         ? 0
                         : event->schema->enums[described->enumeration].count;
    switch (described->type) {
    case FIELD_STRING:
        INVARIANT(cell->text.size <= described->size_max);
        INVARIANT(utf8_invalid_at(cell->text) == cell->text.size);
        INVARIANT(cell->text.size == 0 ||
                  (cell->text.at >= event->texts.bytes &&
                   cell->text.at + cell->text.size <= event->texts.bytes + event->texts.size));
        break;
    case FIELD_ENUM:
        INVARIANT(cell->integer >= 0 && cell->integer < count);
        break;
    case FIELD_LIST:
        INVARIANT(count == 64 || (uint64_t)cell->integer >> count == 0);
        break;
    case FIELD_INT:
    case FIELD_MONEY:
        INVARIANT(derived || (cell->integer >= described->integer_min &&
                              cell->integer <= described->integer_max));
        break;
    case FIELD_FLOAT:
        INVARIANT(cell->number >= described->number_min && cell->number <= described->number_max);
        break;
    case FIELD_BOOL:
        INVARIANT(cell->integer == 0 || cell->integer == 1);
        break;
    case FIELD_TIME:
        INVARIANT(cell->integer >= event->schema->time_min_us &&
                  cell->integer <= event->schema->time_max_us);
        break;
    }
}

static inline void check_event(const struct event *event) {
    const struct schema *schema = event->schema;
    INVARIANT(event->type < schema->type_count && !slice_empty(event->id));
    INVARIANT(event->time_us == event->cells[schema->time].integer);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (event_has(event, i)) {
            check_cell(event, i);
        }
        INVARIANT(event_has(event, i) || !bits_test(schema->fields[i].required, event->type));
    }
}
