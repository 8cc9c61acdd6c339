// Fields that need more than the event to be computed: date lists and expressions. Intake has computed the others.

#include "monitoring/decision/engine_private.h"

static void set_integer(struct event *event, uint32_t field, int64_t value) {
    event->cells[field].integer = value;
    bits_set(event->present, field);
}

enum { DATE_SIZE = 8, YEAR_MAX = 9999 };

// As "20261123". A date of another length is on no list.
static bool write_date(CivilTime civil, char date[DATE_SIZE]) {
    ENSURE(civil.year >= 0 && civil.year <= YEAR_MAX, false);
    uint32_t number = (uint32_t)civil.year * 10000 + (uint32_t)civil.month * 100 + (uint32_t)civil.day;
    for (uint32_t i = DATE_SIZE; i-- > 0; number /= 10) {
        date[i] = (char)('0' + number % 10);
    }
    return true;
}

static void on_date_list(struct engine *engine, struct event *event, const struct catalogue_derived *derived) {
    uint32_t from = engine->schema->fields[derived->field].derive_from;
    if (!event_has(event, from)) {
        return;
    }
    CivilTime civil = civil_from_time(event->cells[from].integer, engine->catalogue->zone_offset_us);
    char date[DATE_SIZE];
    Slice text = {date, DATE_SIZE};
    bool listed = write_date(civil, date) && knowledge_on_list(engine->knowledge, derived->list, knowledge_key(&text, 1), event->time_us);
    set_integer(event, derived->field, listed);
}

static void set_text(const struct engine *engine, struct event *event, uint32_t field, Slice text) {
    const struct schema_field *known = &engine->schema->fields[field];
    if (known->type == FIELD_STRING) {
        if (text.size <= known->size_max) {
            event_set_text(event, field, text);
        }
        return;
    }
    uint32_t value = schema_enum_value(engine->schema, known->enumeration, text);
    if (value != SCHEMA_NONE) {
        set_integer(event, field, value);
    }
}

static void from_expression(struct engine *engine, struct event *event, const struct catalogue_derived *derived) {
    struct value value;
    if (expr_evaluate(derived->expr, &engine->host.input, &engine->scratch, &value) != STATUS_OK) {
        return;
    }
    switch (value.kind) {
    case VALUE_BOOL:
        set_integer(event, derived->field, value.boolean);
        break;
    case VALUE_INT:
        set_integer(event, derived->field, value.integer);
        break;
    case VALUE_MONEY:
        set_integer(event, derived->field, (int64_t)value.number);
        break;
    case VALUE_DOUBLE:
        event->cells[derived->field].number = value.number;
        bits_set(event->present, derived->field);
        break;
    case VALUE_STRING:
        set_text(engine, event, derived->field, value.text);
        break;
    default:
        break;
    }
}

void engine_derive(struct engine *engine, struct event *event) {
    for (uint32_t i = 0; i < engine->catalogue->derived.count; i++) {
        const struct catalogue_derived *derived = &engine->catalogue->derived.at[i];
        bits_clear(event->present, derived->field);
        if (derived->expr == NULL) {
            on_date_list(engine, event, derived);
        } else {
            from_expression(engine, event, derived);
        }
    }
}
