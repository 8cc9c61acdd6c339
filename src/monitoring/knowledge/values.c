#include "base/money.h"
#include "codec/number.h"
#include "monitoring/knowledge/state.h"

#include <math.h>

// Values of columns, from JSON (records, NDJSON) and from text (CSV).

static Status wrong_type(const struct knowledge_column *column, Slice seen, struct arena *arena,
                         struct diag *diag) {
    static const char *const wanted[] = {
        [COLUMN_INT] = "a whole number, such as 67",
        [COLUMN_FLOAT] = "a number, such as 0.25",
        [COLUMN_BOOL] = "true or false",
        [COLUMN_MONEY] = "an amount",
        [COLUMN_ENUM] = "one of the column's values",
        [COLUMN_STRING] = "a text",
    };
    return change_refuse(diag, arena, "KN104", slice_of(wanted[column->type]),
                         "'%.*s' does not take %.*s", SLICE_ARGS(column->full_name),
                         SLICE_ARGS(slice_part(seen, 0, 60)));
}

static Status out_of_range(const struct knowledge_column *column, struct arena *arena,
                           struct diag *diag) {
    return change_refuse(diag, arena, "KN105", SLICE("from -9007199254740991 to 9007199254740991"),
                         "the number is out of the range of '%.*s'", SLICE_ARGS(column->full_name));
}

static Status take_whole(const struct knowledge_column *column, double value, struct arena *arena,
                         struct diag *diag, struct staged_cell *cell) {
    if (fabs(value) > (double)MONEY_MAX) {
        return out_of_range(column, arena, diag);
    }
    cell->number = value + 0.0; // no -0
    return STATUS_OK;
}

static Status take_enum(const struct knowledge_column *column, Slice text, struct arena *arena,
                        struct diag *diag, struct staged_cell *cell) {
    uint32_t number = map_get(&column->values_by_name, text);
    if (number != MAP_NONE) {
        cell->number = number;
        return STATUS_OK;
    }
    Slice nearest = map_nearest(&column->values_by_name, text);
    Slice hint = slice_empty(nearest)
                     ? arena_printf(arena, "it has %u values, the first is '%.*s'",
                                    column->value_count, SLICE_ARGS(column->values[0]))
                     : arena_printf(arena, "did you mean '%.*s'?", SLICE_ARGS(nearest));
    return change_refuse(diag, arena, "KN106", hint, "'%.*s' is not a value of '%.*s'",
                         SLICE_ARGS(slice_part(text, 0, 60)), SLICE_ARGS(column->full_name));
}

static Status take_string(const struct knowledge_column *column, Slice text, struct arena *arena,
                          struct diag *diag, struct staged_cell *cell) {
    if (text.size > TEXT_SIZE_MAX) {
        return change_refuse(diag, arena, "KN111", SLICE("at most 4096 bytes"),
                             "the text for '%.*s' has %zu bytes", SLICE_ARGS(column->full_name),
                             text.size);
    }
    cell->text = text;
    return STATUS_OK;
}

static Slice describe(const struct json_node *node, struct arena *arena) {
    char text[NUMBER_TEXT_SIZE];
    switch (node->kind) {
    case JSON_NULL:
        return SLICE("null");
    case JSON_FALSE:
        return SLICE("false");
    case JSON_TRUE:
        return SLICE("true");
    case JSON_INT:
        return arena_printf(arena, "%lld", (long long)node->i64);
    case JSON_UINT:
        return arena_printf(arena, "%llu", (unsigned long long)node->u64);
    case JSON_DOUBLE:
        return arena_copy(arena, (Slice){text, number_format(node->f64, text)});
    case JSON_STRING:
        return arena_printf(arena, "the text \"%.*s\"", SLICE_ARGS(slice_part(node->text, 0, 40)));
    case JSON_ARRAY:
        return SLICE("an array");
    case JSON_OBJECT:
        break;
    }
    return SLICE("an object");
}

static Status money_from_json(const struct knowledge_column *column, const struct json_node *node,
                              struct arena *arena, struct diag *diag, struct staged_cell *cell) {
    if (node->kind == JSON_DOUBLE) {
        return change_refuse(
            diag, arena, "KN104",
            SLICE("in JSON, money is a whole number of minor units (5000.00 is 500000)"),
            "'%.*s' does not take %.*s", SLICE_ARGS(column->full_name),
            SLICE_ARGS(describe(node, arena)));
    }
    if (node->kind == JSON_UINT || node->i64 > MONEY_MAX || node->i64 < -MONEY_MAX) {
        return out_of_range(column, arena, diag);
    }
    cell->number = (double)node->i64;
    return STATUS_OK;
}

static Status number_from_json(const struct knowledge_column *column, const struct json_node *node,
                               struct arena *arena, struct diag *diag, struct staged_cell *cell) {
    double value;
    if (!json_number(node, &value)) {
        return wrong_type(column, describe(node, arena), arena, diag);
    }
    if (column->type == COLUMN_MONEY) {
        return money_from_json(column, node, arena, diag, cell);
    }
    if (column->type == COLUMN_FLOAT) {
        cell->number = value + 0.0;
        return STATUS_OK;
    }
    if (value != floor(value)) {
        return wrong_type(column, describe(node, arena), arena, diag);
    }
    // 2^53 + 1 as an integer would be rounded into the range.
    if (node->kind == JSON_INT && (node->i64 > MONEY_MAX || node->i64 < -MONEY_MAX)) {
        return out_of_range(column, arena, diag);
    }
    return take_whole(column, value, arena, diag, cell);
}

Status value_from_json(const struct knowledge_column *column, const struct json_node *node,
                       struct arena *arena, struct diag *diag, struct staged_cell *ret_cell) {
    *ret_cell = (struct staged_cell){.missing = node->kind == JSON_NULL};
    if (node->kind == JSON_NULL) {
        return STATUS_OK;
    }
    bool is_text = node->kind == JSON_STRING;
    bool is_bool = node->kind == JSON_TRUE || node->kind == JSON_FALSE;
    switch (column->type) {
    case COLUMN_STRING:
        return is_text ? take_string(column, node->text, arena, diag, ret_cell)
                       : wrong_type(column, describe(node, arena), arena, diag);
    case COLUMN_ENUM:
        return is_text ? take_enum(column, node->text, arena, diag, ret_cell)
                       : wrong_type(column, describe(node, arena), arena, diag);
    case COLUMN_BOOL:
        ret_cell->number = node->kind == JSON_TRUE;
        return is_bool ? STATUS_OK : wrong_type(column, describe(node, arena), arena, diag);
    case COLUMN_INT:
    case COLUMN_FLOAT:
    case COLUMN_MONEY:
        break;
    }
    return number_from_json(column, node, arena, diag, ret_cell);
}

static bool bool_from_text(Slice text, double *ret_value) {
    static const char *const words[] = {"false", "true", "0",     "1",
                                        "False", "True", "FALSE", "TRUE"};
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_is(text, words[i])) {
            *ret_value = i % 2;
            return true;
        }
    }
    return false;
}

static Status money_from_text(const struct knowledge *knowledge,
                              const struct knowledge_column *column, Slice text,
                              struct arena *arena, struct diag *diag, struct staged_cell *cell) {
    int64_t minor;
    if (!money_parse(text, knowledge->money_digits, &minor)) {
        Slice hint = arena_printf(
            arena,
            "in CSV, money is in major units with up to %d decimals, without blanks or commas",
            knowledge->money_digits);
        return change_refuse(diag, arena, "KN104", hint, "'%.*s' does not take '%.*s'",
                             SLICE_ARGS(column->full_name), SLICE_ARGS(slice_part(text, 0, 60)));
    }
    cell->number = (double)minor;
    return STATUS_OK;
}

Status value_from_text(const struct knowledge *knowledge, const struct knowledge_column *column,
                       Slice text, struct arena *arena, struct diag *diag,
                       struct staged_cell *ret_cell) {
    *ret_cell = (struct staged_cell){.missing = slice_empty(text)};
    if (slice_empty(text)) {
        return STATUS_OK;
    }
    double value = 0;
    int64_t whole;
    switch (column->type) {
    case COLUMN_STRING:
        return take_string(column, text, arena, diag, ret_cell);
    case COLUMN_ENUM:
        return take_enum(column, text, arena, diag, ret_cell);
    case COLUMN_MONEY:
        return money_from_text(knowledge, column, text, arena, diag, ret_cell);
    case COLUMN_BOOL:
        return bool_from_text(text, &ret_cell->number) ? STATUS_OK
                                                       : wrong_type(column, text, arena, diag);
    case COLUMN_INT:
        if (slice_to_i64(text, &whole) && (whole > MONEY_MAX || whole < -MONEY_MAX)) {
            return out_of_range(column, arena, diag);
        }
        return number_parse(text, &value) && value == floor(value)
                   ? take_whole(column, value, arena, diag, ret_cell)
                   : wrong_type(column, text, arena, diag);
    case COLUMN_FLOAT:
        break;
    }
    if (!number_parse(text, &value)) {
        return wrong_type(column, text, arena, diag);
    }
    ret_cell->number = value + 0.0;
    return STATUS_OK;
}
