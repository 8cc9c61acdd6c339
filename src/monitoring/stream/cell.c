#include "monitoring/stream/cell.h"

#include "base/money.h"
#include "base/time.h"
#include "base/utf8.h"
#include "codec/number.h"

#include <stdarg.h>
#include <stdio.h>

enum { REASON_MAX = 2048 };

void cell_checker_init(struct cell_checker *checker, const struct schema *schema) {
    *checker = (struct cell_checker){.schema = schema};
    buf_init(&checker->reason, REASON_MAX);
}

void cell_checker_deinit(struct cell_checker *checker) {
    buf_deinit(&checker->reason);
}

// --- Refusals
// -------------------------------------------------------------------------------------------

static Slice cut(Slice text) {
    size_t size = text.size;
    if (size > CELL_SHOWN_MAX) {
        size = CELL_SHOWN_MAX;
        while (size > 0 && ((unsigned char)text.at[size] & 0xc0) == 0x80) {
            size--;
        }
    }
    return (Slice){text.at, size};
}

void cell_put_shown(struct buf *out, Slice text) {
    Slice part = cut(text);
    buf_put_byte(out, '"');
    buf_put(out, part);
    buf_put(out, part.size < text.size ? SLICE("...\"") : SLICE("\""));
}

bool cell_refuse(struct cell_checker *checker, IntakeProblem problem, uint32_t field,
                 const Slice *shown, const char *format, ...) {
    buf_reset(&checker->reason);
    if (shown != NULL) {
        buf_put(&checker->reason, checker->schema->fields[field].name);
        buf_put(&checker->reason, SLICE(" is "));
        buf_put(&checker->reason, *shown);
        buf_put(&checker->reason, SLICE("; "));
    }
    char text[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    INVARIANT(size >= 0);
    buf_put(&checker->reason,
            (Slice){text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1});
    checker->refusal = (struct intake_refusal){problem, field, buf_slice(&checker->reason)};
    return false;
}

static Slice shown_number(double value, char text[NUMBER_TEXT_SIZE]) {
    return (Slice){text, number_format(value, text)};
}

static Slice shown_integer(int64_t value, char text[NUMBER_TEXT_SIZE]) {
    return (Slice){text, (size_t)snprintf(text, NUMBER_TEXT_SIZE, "%lld", (long long)value)};
}

// What a node is, in words for a message.
static Slice shown_node(const struct json_node *node, char text[NUMBER_TEXT_SIZE],
                        struct buf *quoted) {
    switch (node->kind) {
    case JSON_NULL:
        return SLICE("null");
    case JSON_FALSE:
        return SLICE("false");
    case JSON_TRUE:
        return SLICE("true");
    case JSON_INT:
        return shown_integer(node->i64, text);
    case JSON_UINT:
        return (Slice){
            text, (size_t)snprintf(text, NUMBER_TEXT_SIZE, "%llu", (unsigned long long)node->u64)};
    case JSON_DOUBLE:
        return shown_number(node->f64, text);
    case JSON_STRING:
        cell_put_shown(quoted, node->text);
        return buf_slice(quoted);
    case JSON_ARRAY:
        return SLICE("a list");
    case JSON_OBJECT:
        return SLICE("an object");
    }
    INVARIANT(false);
}

// Money in words: "in whole minor units (12.50 is 1250)".
static Slice money_hint(const struct schema *schema, char text[96]) {
    if (schema->money_digits == 0) {
        return SLICE("in whole units of the currency");
    }
    int64_t example = 125;
    for (int i = 1; i < schema->money_digits; i++) {
        example *= 10;
    }
    char major[32];
    size_t size = money_format(example, schema->money_digits, major);
    int length = snprintf(text, 96, "in whole minor units (%.*s is %lld)", (int)size, major,
                          (long long)example);
    return (Slice){text, (size_t)length};
}

static bool refuse_type(struct cell_checker *checker, uint32_t field, Slice shown) {
    char text[96];
    Slice money;
    switch (checker->schema->fields[field].type) {
    case FIELD_STRING:
        return cell_refuse(checker, INTAKE_TYPE, field, &shown, "a text in quotes is expected");
    case FIELD_ENUM:
        return cell_refuse(checker, INTAKE_TYPE, field, &shown,
                           "one value of its enumeration is expected, as a text in quotes");
    case FIELD_LIST:
        return cell_refuse(
            checker, INTAKE_TYPE, field, &shown,
            "a list of values of its enumeration is expected, such as [\"A\", \"B\"]");
    case FIELD_INT:
        return cell_refuse(checker, INTAKE_TYPE, field, &shown,
                           "a whole number is expected, without quotes, point or exponent");
    case FIELD_FLOAT:
        return cell_refuse(checker, INTAKE_TYPE, field, &shown,
                           "a number is expected, without quotes");
    case FIELD_BOOL:
        return cell_refuse(checker, INTAKE_TYPE, field, &shown,
                           "true or false is expected, without quotes");
    case FIELD_MONEY:
        money = money_hint(checker->schema, text);
        return cell_refuse(
            checker, INTAKE_TYPE, field, &shown,
            "money is sent as a whole number %.*s, without quotes, point or exponent",
            SLICE_ARGS(money));
    case FIELD_TIME:
        return cell_refuse(
            checker, INTAKE_TYPE, field, &shown,
            "a time is sent as whole milliseconds since 1970 UTC or as RFC 3339 text, such as "
            "\"2026-11-23T14:00:00+08:00\"");
    }
    INVARIANT(false);
}

static bool refuse_node(struct cell_checker *checker, uint32_t field,
                        const struct json_node *node) {
    char text[NUMBER_TEXT_SIZE];
    struct buf quoted;
    buf_init(&quoted, CELL_SHOWN_MAX + 8);
    refuse_type(checker, field, shown_node(node, text, &quoted));
    buf_deinit(&quoted);
    return false;
}

static bool refuse_text_type(struct cell_checker *checker, uint32_t field, Slice text) {
    struct buf quoted;
    buf_init(&quoted, CELL_SHOWN_MAX + 8);
    cell_put_shown(&quoted, text);
    refuse_type(checker, field, buf_slice(&quoted));
    buf_deinit(&quoted);
    return false;
}

static bool refuse_value(struct cell_checker *checker, uint32_t field, Slice value) {
    const struct schema_field *described = &checker->schema->fields[field];
    const struct schema_enum *enumeration = &checker->schema->enums[described->enumeration];
    bool of_type = field == checker->schema->type;
    Slice near = map_nearest(&enumeration->by_value, cut(value));
    struct buf quoted;
    buf_init(&quoted, CELL_SHOWN_MAX + 8);
    cell_put_shown(&quoted, value);
    Slice shown = buf_slice(&quoted);
    const char *what = of_type ? "it is not an event type" : "it is not in the enumeration";
    IntakeProblem problem = of_type ? INTAKE_EVENT_TYPE : INTAKE_ENUM;
    if (!slice_empty(near)) {
        cell_refuse(checker, problem, field, &shown, "%s; did you mean \"%.*s\"?", what,
                    SLICE_ARGS(near));
    } else {
        struct buf list;
        buf_init(&list, 300);
        for (uint32_t i = 0; i < enumeration->count && !buf_overflowed(&list); i++) {
            buf_printf(&list, "%s%.*s", i == 0 ? "" : ", ", SLICE_ARGS(enumeration->values[i]));
        }
        cell_refuse(checker, problem, field, &shown, "%s; the values are %.*s%s", what,
                    SLICE_ARGS(buf_slice(&list)), buf_overflowed(&list) ? " ..." : "");
        buf_deinit(&list);
    }
    buf_deinit(&quoted);
    return false;
}

static bool refuse_range(struct cell_checker *checker, uint32_t field, Slice shown) {
    const struct schema_field *described = &checker->schema->fields[field];
    if (described->type == FIELD_FLOAT) {
        char low[NUMBER_TEXT_SIZE];
        char high[NUMBER_TEXT_SIZE];
        Slice from = shown_number(described->number_min, low);
        Slice to = shown_number(described->number_max, high);
        return cell_refuse(checker, INTAKE_RANGE, field, &shown, "the field goes from %.*s to %.*s",
                           SLICE_ARGS(from), SLICE_ARGS(to));
    }
    return cell_refuse(checker, INTAKE_RANGE, field, &shown, "the field goes from %lld to %lld%s",
                       (long long)described->integer_min, (long long)described->integer_max,
                       described->type == FIELD_MONEY ? " minor units" : "");
}

static bool refuse_time(struct cell_checker *checker, uint32_t field, Slice shown, bool seconds) {
    const struct schema *schema = checker->schema;
    char low[TIME_TEXT_SIZE];
    char high[TIME_TEXT_SIZE];
    Slice from = {low, time_format(schema->time_min_us, schema->zone_offset_us, low)};
    Slice to = {high, time_format(schema->time_max_us, schema->zone_offset_us, high)};
    return cell_refuse(checker, INTAKE_TIME, field, &shown, "times go from %.*s to %.*s%s",
                       SLICE_ARGS(from), SLICE_ARGS(to),
                       seconds ? "; this looks like seconds, and milliseconds are expected" : "");
}

static bool refuse_time_text(struct cell_checker *checker, uint32_t field, Slice text) {
    struct buf quoted;
    buf_init(&quoted, CELL_SHOWN_MAX + 8);
    cell_put_shown(&quoted, text);
    Slice shown = buf_slice(&quoted);
    cell_refuse(checker, INTAKE_TIME, field, &shown,
                "it cannot be read as a time; send RFC 3339 such as 2026-11-23T14:00:00+08:00, or "
                "milliseconds "
                "since 1970 UTC");
    buf_deinit(&quoted);
    return false;
}

// --- Values
// ---------------------------------------------------------------------------------------------

static bool from_text(struct cell_checker *checker, uint32_t field, Slice text,
                      union event_cell *ret_cell) {
    uint32_t size_max = checker->schema->fields[field].size_max;
    bool is_too_long = text.size > size_max;
    // No other program of a bank takes a text with a NUL in it, and no store.
    bool has_nul = !is_too_long && text.size > 0 && memchr(text.at, '\0', text.size) != NULL;
    if (is_too_long || has_nul) {
        struct buf quoted;
        buf_init(&quoted, CELL_SHOWN_MAX + 8);
        cell_put_shown(&quoted, text);
        Slice shown = buf_slice(&quoted);
        if (has_nul) {
            cell_refuse(checker, INTAKE_TYPE, field, &shown, "a text without a NUL is expected");
        } else {
            cell_refuse(checker, INTAKE_TEXT_SIZE, field, &shown,
                        "it has %zu bytes and may have %u", text.size, size_max);
        }
        buf_deinit(&quoted);
        return false;
    }
    ret_cell->text = text;
    return true;
}

static bool find_value(struct cell_checker *checker, uint32_t field, Slice text,
                       uint32_t *ret_value) {
    const struct schema_enum *enumeration =
        &checker->schema->enums[checker->schema->fields[field].enumeration];
    uint32_t guess = checker->enum_last[field];
    if (guess < enumeration->count && cell_same(enumeration->values[guess], text)) {
        *ret_value = guess;
        return true;
    }
    uint32_t value = map_get(&enumeration->by_value, text);
    if (value == MAP_NONE) {
        return refuse_value(checker, field, text);
    }
    checker->enum_last[field] = value;
    *ret_value = value;
    return true;
}

static bool from_value(struct cell_checker *checker, uint32_t field, Slice text,
                       union event_cell *ret_cell) {
    uint32_t value;
    if (!find_value(checker, field, text, &value)) {
        return false;
    }
    ret_cell->integer = value;
    return true;
}

static bool list_from_json(struct cell_checker *checker, uint32_t field,
                           const struct json_node *node, union event_cell *ret_cell) {
    uint64_t set = 0;
    for (uint32_t i = 1; i <= node->count; i++) {
        // Elements that pass are texts, each of which takes one node.
        uint32_t value;
        if (node[i].kind != JSON_STRING) {
            return refuse_node(checker, field, &node[i]);
        }
        if (!find_value(checker, field, node[i].text, &value)) {
            return false;
        }
        set |= UINT64_C(1) << value;
    }
    ret_cell->integer = (int64_t)set;
    return true;
}

static bool list_from_text(struct cell_checker *checker, uint32_t field, Slice text,
                           union event_cell *ret_cell) {
    uint64_t set = 0;
    Slice part;
    while (slice_split(&text, '|', &part)) {
        uint32_t value;
        if (!find_value(checker, field, slice_trim(part), &value)) {
            return false;
        }
        set |= UINT64_C(1) << value;
    }
    ret_cell->integer = (int64_t)set;
    return true;
}

bool cell_from_integer(struct cell_checker *checker, uint32_t field, int64_t value, Slice shown,
                       union event_cell *ret_cell) {
    const struct schema_field *described = &checker->schema->fields[field];
    if (value < described->integer_min || value > described->integer_max) {
        return refuse_range(checker, field, shown);
    }
    ret_cell->integer = value;
    return true;
}

static bool from_number(struct cell_checker *checker, uint32_t field, double value,
                        union event_cell *ret_cell) {
    const struct schema_field *described = &checker->schema->fields[field];
    if (value < described->number_min || value > described->number_max) {
        char text[NUMBER_TEXT_SIZE];
        return refuse_range(checker, field, shown_number(value, text));
    }
    ret_cell->number = value;
    return true;
}

bool cell_from_time(struct cell_checker *checker, uint32_t field, int64_t time_us, Slice shown,
                    union event_cell *ret_cell) {
    if (time_us < checker->schema->time_min_us || time_us > checker->schema->time_max_us) {
        return refuse_time(checker, field, shown, false);
    }
    ret_cell->integer = time_us;
    return true;
}

static bool from_milliseconds(struct cell_checker *checker, uint32_t field, int64_t time_ms,
                              union event_cell *ret_cell) {
    const struct schema *schema = checker->schema;
    int64_t time_us;
    if (__builtin_mul_overflow(time_ms, US_PER_MS, &time_us) || time_us < schema->time_min_us ||
        time_us > schema->time_max_us) {
        char text[NUMBER_TEXT_SIZE];
        int64_t as_seconds_us;
        bool seconds = !__builtin_mul_overflow(time_ms, US_PER_SECOND, &as_seconds_us) &&
                       as_seconds_us >= schema->time_min_us && as_seconds_us <= schema->time_max_us;
        return refuse_time(checker, field, shown_integer(time_ms, text), seconds);
    }
    ret_cell->integer = time_us;
    return true;
}

static bool time_from_text(struct cell_checker *checker, uint32_t field, Slice text,
                           union event_cell *ret_cell) {
    int64_t time_us;
    if (!time_parse(text, checker->schema->zone_offset_us, &time_us)) {
        return refuse_time_text(checker, field, text);
    }
    return cell_from_time(checker, field, time_us, cut(text), ret_cell);
}

bool cell_from_json(struct cell_checker *checker, uint32_t field, const struct json_node *node,
                    union event_cell *ret_cell) {
    char text[NUMBER_TEXT_SIZE];
    const struct schema_field *described = &checker->schema->fields[field];
    switch (described->type) {
    case FIELD_STRING:
        if (node->kind == JSON_STRING) {
            return from_text(checker, field, node->text, ret_cell);
        }
        break;
    case FIELD_ENUM:
        if (node->kind == JSON_STRING) {
            return from_value(checker, field, node->text, ret_cell);
        }
        break;
    case FIELD_LIST:
        if (node->kind == JSON_ARRAY) {
            return list_from_json(checker, field, node, ret_cell);
        }
        break;
    case FIELD_INT:
    case FIELD_MONEY:
        if (node->kind == JSON_INT && node->i64 >= described->integer_min &&
            node->i64 <= described->integer_max) {
            ret_cell->integer = node->i64;
            return true;
        }
        if (node->kind == JSON_INT || node->kind == JSON_UINT) {
            return refuse_range(checker, field, shown_node(node, text, NULL));
        }
        break;
    case FIELD_FLOAT: {
        double value;
        if (json_number(node, &value)) {
            return from_number(checker, field, value, ret_cell);
        }
        break;
    }
    case FIELD_BOOL:
        if (node->kind == JSON_TRUE || node->kind == JSON_FALSE) {
            ret_cell->integer = node->kind == JSON_TRUE;
            return true;
        }
        break;
    case FIELD_TIME:
        if (node->kind == JSON_INT) {
            return from_milliseconds(checker, field, node->i64, ret_cell);
        }
        if (node->kind == JSON_UINT) {
            return refuse_time(checker, field, shown_node(node, text, NULL), false);
        }
        if (node->kind == JSON_STRING) {
            return time_from_text(checker, field, node->text, ret_cell);
        }
        break;
    }
    return refuse_node(checker, field, node);
}

// Digits with an optional sign, and nothing else: an integer, if perhaps one that is too large.
static bool is_integer(Slice text) {
    size_t i = text.size > 0 && text.at[0] == '-' ? 1 : 0;
    bool ok = i < text.size;
    for (; i < text.size && ok; i++) {
        ok = text.at[i] >= '0' && text.at[i] <= '9';
    }
    return ok;
}

bool cell_from_text(struct cell_checker *checker, uint32_t field, Slice text,
                    union event_cell *ret_cell) {
    int64_t integer;
    double number;
    bool yes = slice_is(text, "true");
    switch (checker->schema->fields[field].type) {
    case FIELD_STRING:
        return from_text(checker, field, text, ret_cell);
    case FIELD_ENUM:
        return from_value(checker, field, text, ret_cell);
    case FIELD_LIST:
        return list_from_text(checker, field, text, ret_cell);
    case FIELD_INT:
    case FIELD_MONEY:
        if (slice_to_i64(text, &integer)) {
            return cell_from_integer(checker, field, integer, cut(text), ret_cell);
        }
        if (is_integer(text)) {
            return refuse_range(checker, field, cut(text));
        }
        break;
    case FIELD_FLOAT:
        if (number_parse(text, &number)) {
            return from_number(checker, field, number, ret_cell);
        }
        break;
    case FIELD_BOOL:
        if (yes || slice_is(text, "false")) {
            ret_cell->integer = yes;
            return true;
        }
        break;
    case FIELD_TIME:
        if (slice_to_i64(text, &integer)) {
            return from_milliseconds(checker, field, integer, ret_cell);
        }
        return time_from_text(checker, field, text, ret_cell);
    }
    return refuse_text_type(checker, field, text);
}
