// Conversions between the basic types. What does not fit is an error, never cut.

#include "base/money.h"
#include "expr/net.h"
#include "expr/numeral.h"
#include "expr/run.h"
#include "expr/texts.h"
#include "expr/times.h"

#include "base/utf8.h"

#include <stdio.h>

BODY(int_from) {
    const struct value *from = &arguments[0];
    int64_t result;
    switch (from->kind) {
    case VALUE_UINT:
        return from->unsigned_integer <= INT64_MAX ? value_int((int64_t)from->unsigned_integer)
                                                   : run_range_error();
    case VALUE_DOUBLE:
        return numeral_double_to_int(from->number, &result) ? value_int(result) : run_range_error();
    case VALUE_MONEY:
        return numeral_double_to_int(from->number / MONEY_SCALE, &result) ? value_int(result)
                                                                        : run_range_error();
    case VALUE_TIMESTAMP:
        return value_int(from->time.seconds);
    default:
        return numeral_parse_int(from->text, &result) ? value_int(result)
                                                     : run_error("the text is not an int");
    }
}

BODY(uint_from) {
    const struct value *from = &arguments[0];
    uint64_t result;
    switch (from->kind) {
    case VALUE_INT:
        return from->integer >= 0 ? value_uint((uint64_t)from->integer) : run_range_error();
    case VALUE_DOUBLE:
        return numeral_double_to_uint(from->number, &result) ? value_uint(result) : run_range_error();
    default:
        return numeral_parse_uint(from->text, &result) ? value_uint(result)
                                                      : run_error("the text is not a uint");
    }
}

BODY(double_from) {
    const struct value *from = &arguments[0];
    double result;
    switch (from->kind) {
    case VALUE_INT:
        return value_double((double)from->integer);
    case VALUE_UINT:
        return value_double((double)from->unsigned_integer);
    case VALUE_MONEY:
        return value_double(from->number / MONEY_SCALE);
    default:
        return numeral_parse_double(from->text, &result) ? value_double(result)
                                                        : run_error("the text is not a double");
    }
}

BODY(string_from) {
    const struct value *from = &arguments[0];
    char text[NUMERAL_TEXT_SIZE];
    size_t size;
    switch (from->kind) {
    case VALUE_BOOL:
        return value_string(from->boolean ? SLICE("true") : SLICE("false"));
    case VALUE_INT:
        size = (size_t)snprintf(text, sizeof text, "%lld", (long long)from->integer);
        break;
    case VALUE_UINT:
        size = (size_t)snprintf(text, sizeof text, "%llu",
                                (unsigned long long)from->unsigned_integer);
        break;
    case VALUE_DOUBLE:
        size = numeral_format(from->number, text);
        break;
    case VALUE_MONEY:
        size = numeral_format_money(from->number, text);
        break;
    case VALUE_TIMESTAMP:
        size = times_format_timestamp(from->time, text);
        break;
    case VALUE_DURATION:
        size = times_format_duration(from->time, text);
        break;
    case VALUE_IP:
        size = net_format_ip(from->net, text);
        break;
    case VALUE_CIDR:
        size = net_format_cidr(from->net, text);
        break;
    default:
        return utf8_invalid_at(from->text) == from->text.size ? value_string(from->text)
                                                              : run_error("invalid UTF-8");
    }
    return run_text(run, VALUE_STRING, (Slice){text, size});
}

BODY(bytes_from) {
    return value_bytes(arguments[0].text);
}

BODY(bool_from) {
    static const char *const yes[] = {"1", "t", "true", "TRUE", "True"};
    static const char *const no[] = {"0", "f", "false", "FALSE", "False"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (slice_is(arguments[0].text, yes[i]) || slice_is(arguments[0].text, no[i])) {
            return value_bool(slice_is(arguments[0].text, yes[i]));
        }
    }
    return run_error("the text is not a bool");
}

BODY(timestamp_from) {
    const struct value *from = &arguments[0];
    struct value result = {.kind = VALUE_TIMESTAMP};
    if (from->kind == VALUE_INT) {
        result.time.seconds = from->integer;
        return timestamp_in_range(result.time) ? result : run_range_error();
    }
    return times_parse_timestamp(from->text, &result.time)
               ? result
               : run_error("the text is not a timestamp");
}

BODY(duration_from) {
    const struct value *from = &arguments[0];
    struct value result = {.kind = VALUE_DURATION};
    if (from->kind == VALUE_INT) {
        result.time.seconds = from->integer;
        int64_t ignored;
        bool overflows = __builtin_mul_overflow(from->integer, NANOS_PER_SECOND, &ignored);
        return overflows ? run_range_error() : result;
    }
    return times_parse_duration(from->text, &result.time) ? result
                                                          : run_error("the text is not a duration");
}

BODY(type_of) {
    return (struct value){.kind = VALUE_TYPE, .type = value_type(&arguments[0])};
}
